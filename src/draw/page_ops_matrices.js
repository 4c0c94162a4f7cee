// page_ops_matrices.js: systems of equations, one matrix after the other. See page_ops.js.

// All that f gives of the numbers of matrix i of each tensor. Tensors have the same leading axes.
function eachMatrix(xs, f) {
  const size = xs.map(x => count(x.s.slice(-2)));
  return upTo(count(xs[0].s.slice(0, -2))).flatMap(i => f(...xs.map((x, k) => x.v.slice(i * size[k], (i + 1) * size[k]))));
}
const rowsOf = x => x.s[x.s.length - 1];
const turned = (a, n) => a.map((_, i) => a[i % n * n + Math.floor(i / n)]);
// Elimination with the largest pivot of each column: both triangles in one matrix, and the order of the rows.
function triangles(given, n) {
  const a = given.slice(), rows = upTo(n);
  for (let k = 0; k < n; k++) {
    let p = k;
    for (let i = k + 1; i < n; i++) if (Math.abs(a[i * n + k]) > Math.abs(a[p * n + k])) p = i;
    if (p !== k) {
      [rows[k], rows[p]] = [rows[p], rows[k]];
      for (let j = 0; j < n; j++) [a[k * n + j], a[p * n + j]] = [a[p * n + j], a[k * n + j]];
    }
    for (let i = k + 1; i < n && a[k * n + k]; i++) {
      const f = a[i * n + k] /= a[k * n + k];
      for (let j = k + 1; j < n; j++) a[i * n + j] -= f * a[k * n + j];
    }
  }
  return [a, rows];
}
// The solution X of A X = B, B with m columns.
function solved(A, B, n, m) {
  const [a, rows] = triangles(A, n), x = upTo(n * m).map(i => B[rows[Math.floor(i / m)] * m + i % m]);
  for (let c = 0; c < m; c++) {
    for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) x[i * m + c] -= a[i * n + j] * x[j * m + c];
    for (let i = n - 1; i >= 0; i--) {
      for (let j = i + 1; j < n; j++) x[i * m + c] -= a[i * n + j] * x[j * m + c];
      x[i * m + c] /= a[i * n + i];
    }
  }
  return x;
}
op('lu', (x, o, s, node) => eachMatrix(x, a => triangles(a, rowsOf(x[0]))[node.r ? 1 : 0]));
op('lu_solve', (x, o, s) => {
  const n = rowsOf(x[0]), m = s[s.length - 1];
  return eachMatrix([x[0], x[3]], (a, b) => solved(o.transposed ? turned(a, n) : a, b, n, m));
});
// A triangle of a; its diagonal is 1 if `unit`.
const triangleOf = (a, n, o) => a.map((v, k) => {
  const i = Math.floor(k / n), j = k % n;
  return i === j ? (o.unit ? 1 : v) : (o.upper ? j > i : j < i) ? v : 0;
});
op('triangular_solve', (x, o, s) => {
  const n = rowsOf(x[0]), m = s[s.length - 1], lead = s.slice(0, -2);
  const whole = (t, k) => ({ s: lead.concat(n, k), v: wide(t, lead.concat(n, k)) });
  return eachMatrix([whole(x[0], n), whole(x[1], m)], (a, b) => {
    const t = triangleOf(a, n, o);
    return solved(o.transposed ? turned(t, n) : t, b, n, m);
  });
});
// The pivots of a, and the sign that the order of the rows gives.
function pivots(a, n) {
  const [t, rows] = triangles(a, n), swaps = rows.map((r, i) => rows.slice(i + 1).filter(q => q < r).length);
  return [upTo(n).map(i => t[i * n + i]), swaps.reduce((k, q) => q % 2 ? -k : k, 1)];
}
const determinant = (a, n) => {
  const [d, sign] = pivots(a, n);
  return d.reduce((p, v) => p * v, sign);
};
op('lu_det', (x, o) => eachMatrix([x[0]], a => {
  const n = rowsOf(x[0]), [d, sign] = pivots(a, n), sizes = d.map(Math.abs);
  if (o.what === 'weak') return +(Math.min(...sizes) <= Math.max(...sizes) * 2 ** -20);
  if (o.what === 'sign') return d.reduce((p, v) => p * Math.sign(v), sign);
  return o.what ? d.reduce((p, v) => p + Math.log(Math.abs(v)), 0) : determinant(a, n);
}));
const minor = (a, n, k) => a.filter((_, q) => Math.floor(q / n) !== Math.floor(k / n) && q % n !== k % n);
op('cofactors', x => eachMatrix([x[0]], a => {
  const n = rowsOf(x[0]);
  return a.map((_, k) => ((k % n + Math.floor(k / n)) % 2 ? -1 : 1) * determinant(minor(a, n, k), n - 1));
}).map((v, i) => x[1].v[Math.floor(i / rowsOf(x[0]) ** 2)] ? v : 0));
// x is made symmetric first.
op('cholesky', x => eachMatrix(x, given => {
  const n = rowsOf(x[0]), l = zeros(n * n), t = turned(given, n);
  for (let j = 0; j < n; j++) for (let i = j; i < n; i++) {
    let v = (given[i * n + j] + t[i * n + j]) / 2;
    for (let k = 0; k < j; k++) v -= l[i * n + k] * l[j * n + k];
    l[i * n + j] = i === j ? Math.sqrt(v) : v / l[j * n + j];
  }
  return l;
}));
