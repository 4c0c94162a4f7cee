// page_ops_matrices.js: systems of equations, one matrix after the other. A matrix is a list of rows. See page_ops.js.

const matrices = x => {
  const [n, m] = x.s.slice(-2), row = i => x.v.slice(i * m, (i + 1) * m);
  return upTo(count(x.s.slice(0, -2))).map(k => upTo(n).map(i => row(k * n + i)));
};
// All that f gives of matrix i of each tensor. Tensors have the same leading axes.
function eachMatrix(xs, f) {
  const [first, ...others] = xs.map(matrices);
  return first.flatMap((a, i) => f(a, ...others.map(m => m[i])).flat());
}
const turned = a => a.map((_, i) => a.map(r => r[i]));
// Elimination with the largest pivot of each column: both triangles in one matrix. A row ends with its number in a.
function triangles(a) {
  const t = a.map((r, i) => [...r, i]), n = a.length;
  upTo(n).forEach(k => {
    const p = upTo(n).slice(k).reduce((p, i) => Math.abs(t[i][k]) > Math.abs(t[p][k]) ? i : p);
    [t[k], t[p]] = [t[p], t[k]];
    if (t[k][k]) t.slice(k + 1).forEach(r => {
      r[k] /= t[k][k];
      for (let j = k + 1; j < n; j++) r[j] -= r[k] * t[k][j];
    });
  });
  return t;
}
// The solution X of A X = B.
function solved(a, b) {
  const t = triangles(a), x = t.map(r => b[r[a.length]].slice());
  const take = (i, j) => x[j].forEach((v, c) => { x[i][c] -= t[i][j] * v; });
  upTo(a.length).forEach(i => upTo(i).forEach(j => take(i, j)));
  upTo(a.length).reverse().forEach(i => {
    for (let j = i + 1; j < a.length; j++) take(i, j);
    x[i] = x[i].map(v => v / t[i][i]);
  });
  return x;
}
op('lu', (x, o, s, node) => eachMatrix(x, a => triangles(a).map(r => node.r ? r[a.length] : r.slice(0, -1))));
op('lu_solve', (x, o) => eachMatrix([x[0], x[3]], (a, b) => solved(o.transposed ? turned(a) : a, b)));
op('triangular_solve', (x, o, s) => {
  const whole = t => ({ s: [...s.slice(0, -2), ...t.s.slice(-2)], v: wide(t, [...s.slice(0, -2), ...t.s.slice(-2)]) });
  const part = (v, i, j) => i === j ? (o.unit ? 1 : v) : (o.upper ? j > i : j < i) ? v : 0;
  return eachMatrix(x.map(whole), (a, b) => {
    const t = a.map((r, i) => r.map((v, j) => part(v, i, j)));
    return solved(o.transposed ? turned(t) : t, b);
  });
});
// The pivots of a, the first one with the sign that the order of the rows gives.
function pivots(a) {
  const t = triangles(a), number = r => r[a.length];
  const odd = t.reduce((k, r, i) => k + t.slice(i + 1).filter(q => number(q) < number(r)).length, 0) % 2;
  return [odd ? -1 : 1, ...t.map((r, i) => r[i])];
}
const determinant = a => pivots(a).reduce((p, v) => p * v);
op('lu_det', ([x], o) => eachMatrix([x], a => {
  const d = pivots(a), sizes = d.slice(1).map(Math.abs);
  if (o.what === 'weak') return [+(Math.min(...sizes) <= Math.max(...sizes) * 2 ** -20)];
  if (o.what === 'sign') return [d.reduce((p, v) => p * Math.sign(v))];
  return [o.what ? sizes.reduce((p, v) => p + Math.log(v), 0) : determinant(a)];
}));
const without = (list, i) => list.filter((_, k) => k !== i);
const cofactor = (a, i, j) => ((i + j) % 2 ? -1 : 1) * determinant(without(a, i).map(r => without(r, j)));
op('cofactors', ([x, weak]) => eachMatrix([x, { s: [...weak.s, 1, 1], v: weak.v }], (a, [[w]]) =>
  a.map((r, i) => r.map((_, j) => w ? cofactor(a, i, j) : 0))));
// x is made symmetric first.
op('cholesky', x => eachMatrix(x, a => {
  const l = a.map(r => zeros(r.length));
  a.forEach((_, j) => a.forEach((r, i) => {
    const v = upTo(j).reduce((t, k) => t - l[i][k] * l[j][k], (r[j] + a[j][i]) / 2);
    if (i >= j) l[i][j] = i === j ? Math.sqrt(v) : v / l[j][j];
  }));
  return l;
}));
