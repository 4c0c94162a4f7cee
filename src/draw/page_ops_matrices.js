// page_ops_matrices.js: systems of equations, one matrix after the other. See page_ops.js.

// f(the numbers of matrix i of each tensor) gives numbers of the results. Tensors have the same leading axes.
function eachMatrix(xs, f) {
  const size = xs.map(x => count(x.s.slice(-2))), n = count(xs[0].s.slice(0, -2)), y = [];
  for (let i = 0; i < n; i++) y.push(f(...xs.map((x, k) => x.v.slice(i * size[k], (i + 1) * size[k]))));
  return y;
}
const turned = (a, n, m) => upTo(n * m).map(i => a[i % n * m + Math.floor(i / n)]);
const matrixProduct = (a, b, n, k, m) => upTo(n * m).map(i =>
  upTo(k).reduce((t, j) => t + a[Math.floor(i / m) * k + j] * b[j * m + i % m], 0));
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
op('lu', (x, o, s) => {
  const n = x[0].s[x[0].s.length - 1], y = eachMatrix(x, a => triangles(a, n));
  return [tensor(x[0].s, y.flatMap(t => t[0])), tensor(x[0].s.slice(0, -1), y.flatMap(t => t[1]))];
});
// The solution by the matrices that `of` makes of A, and the part of a matrix that A takes.
function solution(A, b, s, of, part) {
  const n = A.s[A.s.length - 1], m = s[s.length - 1];
  const y = tensor(s, eachMatrix([A, b], (a, r) => solved(of(a, n), r, n, m)).flat());
  return tensor(s, y.v, [A, b], g => {
    const all = eachMatrix([A, y, tensor(s, g)], (a, x, h) => {
      const c = solved(turned(of(a, n), n, n), h, n, m);
      return [part(matrixProduct(c, turned(x, n, m), n, m, n).map(v => -v), n), c];
    });
    return [all.flatMap(t => t[0]), all.flatMap(t => t[1])];
  });
}
op('lu_solve', (x, o, s) => {
  const to = o.transposed ? (a, n) => turned(a, n, n) : a => a;
  return solution(x[0], x[3], s, to, to);
});
// A triangle of a; its diagonal is 1 if `unit`.
const triangleOf = (a, n, o) => a.map((v, k) => {
  const i = Math.floor(k / n), j = k % n;
  return i === j ? (o.unit ? 1 : v) : (o.upper ? j > i : j < i) ? v : 0;
});
op('triangular_solve', (x, o, s) => {
  const n = x[0].s[x[0].s.length - 1], m = s[s.length - 1], lead = s.slice(0, -2);
  const whole = (t, k) => pick(t, lead.concat(n, k), spread(t.s, lead.concat(n, k)));
  const a = whole(x[0], n), b = whole(x[1], m);
  const taken = a => triangleOf(a, n, o), to = a => o.transposed ? turned(a, n, n) : a;
  return solution(a, b, s, a => to(taken(a)), h => {
    const all = triangleOf(to(h), n, { upper: o.upper });
    return all.map((v, k) => o.unit && k % (n + 1) === 0 ? 0 : v);
  });
});
// The pivots of a, and whether the order of the rows is odd.
function pivots(a, n) {
  const [t, rows] = triangles(a, n);
  const swaps = rows.reduce((k, r, i) => k + rows.slice(i + 1).filter(q => q < r).length, 0);
  return [upTo(n).map(i => t[i * n + i]), swaps % 2];
}
const determinant = (a, n) => {
  const [d, odd] = pivots(a, n);
  return d.reduce((p, v) => p * v, odd ? -1 : 1);
};
const cofactors = (a, n) => a.map((v, k) => {
  const i = Math.floor(k / n), j = k % n, rest = a.filter((w, q) => Math.floor(q / n) !== i && q % n !== j);
  return ((i + j) % 2 ? -1 : 1) * determinant(rest, n - 1);
});
op('lu_det', (x, o, s) => {
  const n = x[0].s[x[0].s.length - 1], what = o.what || 'det';
  const y = eachMatrix([x[0]], a => {
    const [d, odd] = pivots(a, n);
    if (what === 'det') return determinant(a, n);
    if (what === 'sign') return d.reduce((p, v) => p * Math.sign(v), odd ? -1 : 1);
    return d.reduce((p, v) => p + Math.log(Math.abs(v)), 0);
  });
  return tensor(s, y, [x[0]], g => {
    let i = 0;
    return [eachMatrix([x[0]], a => {
      const k = what === 'sign' ? 0 : g[i] * (what === 'det' ? y[i] : 1);
      const one = upTo(n * n).map(j => +(j % (n + 1) === 0)), d = pivots(a, n)[0].map(Math.abs);
      i++;
      const weak = what === 'det' && Math.min(...d) <= Math.max(...d) * 2 ** -20;
      if (weak) return cofactors(a, n).map(v => g[i - 1] * v);
      return k ? solved(turned(a, n, n), one, n, n).map(v => k * v) : zeros(n * n);
    }).flat()];
  });
});
// x is made symmetric first.
op('cholesky', (x, o, s) => {
  const n = s[s.length - 1];
  const root = given => {
    const a = given.map((v, k) => (v + given[k % n * n + Math.floor(k / n)]) / 2), l = zeros(n * n);
    for (let j = 0; j < n; j++) for (let i = j; i < n; i++) {
      let t = a[i * n + j];
      for (let k = 0; k < j; k++) t -= l[i * n + k] * l[j * n + k];
      l[i * n + j] = i === j ? Math.sqrt(t) : t / l[j * n + j];
    }
    return l;
  };
  const y = tensor(s, eachMatrix(x, root).flat());
  return tensor(s, y.v, x, g => [eachMatrix([y, tensor(s, g)], (l, h) => {
    const lt = turned(l, n, n), m = matrixProduct(lt, h, n, n, n);
    const half = m.map((v, k) => k % n < Math.floor(k / n) ? v : k % (n + 1) === 0 ? v / 2 : 0);
    const both = half.map((v, k) => (v + half[k % n * n + Math.floor(k / n)]) / 2);
    return turned(solved(lt, turned(solved(lt, both, n, n), n, n), n, n), n, n);
  }).flat()]);
});
