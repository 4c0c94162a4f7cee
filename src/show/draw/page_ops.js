// page_ops.js: the ops that a page computes by functions of its own: systems of equations, whose pivots
// depend on the numbers. Each op, function and constant that begins a line is a block of its own. A page gets
// the ops of its nodes, and the blocks whose names stand in them.

// The matrices of a tensor, or their transposes, as lists of rows. Leading axes are broadcast to `lead`.
function matrices(x, lead, transposed) {
  const [n, m] = x.s.slice(-2), v = wide(x, [...lead, n, m]);
  return upTo(count(lead))
    .map(k => transposed ? upTo(m).map(j => upTo(n).map(i => v[(k * n + i) * m + j]))
                         : upTo(n).map(i => v.slice((k * n + i) * m, (k * n + i + 1) * m)));
}
// All that f gives of matrix k of each list.
const eachMatrix = ([first, ...others], f) => first.flatMap((a, k) => f(a, ...others.map(m => m[k])).flat());
// Elimination with the largest pivot of each column: both triangles in one matrix. A row ends with its number
// in a; sign is that of their order.
function triangles(a) {
  const t = Object.assign(a.map((r, i) => [...r, i]), {sign: 1});
  const n = a.length;
  upTo(n).forEach(k => {
    const p = upTo(n).slice(k).reduce((p, i) => Math.abs(t[i][k]) > Math.abs(t[p][k]) ? i : p);
    if (p > k) [t[k], t[p], t.sign] = [t[p], t[k], -t.sign];
    if (t[k][k])
      t.slice(k + 1).forEach(r => {
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
const ofSquares = (x, f) => eachMatrix([matrices(x, x.s.slice(0, -2))], f);
const rowsOf = (t, numbers) => t.map(r => numbers ? r[t.length] : r.slice(0, -1));
op('lu', ([x], o, s, node) => ofSquares(x, a => rowsOf(triangles(a), node.r)));
const solutions = (a, b, o, s, f) =>
  eachMatrix([matrices(a, s.slice(0, -2), o.transposed), matrices(b, s.slice(0, -2))], f);
op('lu_solve', ([a, , , b], o, s) => solutions(a, b, o, s, solved));
op('triangular_solve', ([a, b], o, s) => {
  const part = (v, i, j) => i === j ? (o.unit ? 1 : v) : (!o.upper === !o.transposed ? j < i : j > i) ? v : 0;
  return solutions(a, b, o, s, (rows, x) => solved(rows.map((r, i) => r.map((v, j) => part(v, i, j))), x));
});
const determinant = t => t.reduce((p, r, i) => p * r[i], t.sign);
op('lu_det', ([x], o) => ofSquares(x, a => {
  const t = triangles(a), sizes = t.map((r, i) => Math.abs(r[i]));
  if (o.what === 'weak') return [+(Math.min(...sizes) <= Math.max(...sizes) * 2 ** -20)];
  if (o.what === 'sign') return [t.reduce((p, r, i) => p * Math.sign(r[i]), t.sign)];
  return [o.what ? sizes.reduce((p, v) => p + Math.log(v), 0) : determinant(t)];
}));
const without = (list, i) => list.filter((_, k) => k !== i);
const cofactor = (a, i, j) =>
  ((i + j) % 2 ? -1 : 1) * determinant(triangles(without(a, i).map(r => without(r, j))));
op('cofactors',
  ([x, weak]) => eachMatrix(
    [matrices(x, weak.s), weak.v], (a, w) => a.map((r, i) => r.map((_, j) => w ? cofactor(a, i, j) : 0))));
// x is made symmetric first.
op('cholesky', ([x]) => ofSquares(x, a => {
  const l = a.map(r => zeros(r.length));
  a.forEach((_, j) => a.forEach((r, i) => {
    const v = upTo(j).reduce((t, k) => t - l[i][k] * l[j][k], (r[j] + a[j][i]) / 2);
    if (i >= j) l[i][j] = i === j ? Math.sqrt(v) : v / l[j][j];
  }));
  return l;
}));
