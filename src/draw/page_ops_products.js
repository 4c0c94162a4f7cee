// page_ops_products.js: products of matrices, convolutions, windows. See page_ops.js.

// ---- products: list(f) calls f(element of the result, of a, of b) for each product that is added ----

function bilinear(a, b, s, list) {
  const y = zeros(count(s));
  list((c, i, j) => { y[c] += a.v[i] * b.v[j]; });
  return y;
}
function matmul([a, b], o, s) {
  const A = a.s.length > 1 ? a.s : [1, ...a.s], B = b.s.length > 1 ? b.s : [...b.s, 1];
  const [m, n] = o.ta ? A.slice(-2).reverse() : A.slice(-2), q = B[B.length - (o.tb ? 2 : 1)];
  const lead = s.slice(0, s.length - (a.s.length > 1) - (b.s.length > 1));
  const as = spread(A.slice(0, -2), lead), bs = spread(B.slice(0, -2), lead);
  return bilinear(a, b, s, f => as.forEach((ka, l) => {
    for (let i = 0; i < m; i++) for (let j = 0; j < q; j++) for (let k = 0; k < n; k++)
      f((l * m + i) * q + j, ka * m * n + (o.ta ? k * m + i : i * n + k),
        bs[l] * n * q + (o.tb ? j * n + k : k * q + j));
  }));
}
op('matmul', matmul);
op('matmul_stored', matmul);

// ---- windows ----

// f(element of the wide side, of the kernel, of the narrow side); W is the kernel's shape.
function convolve(wide, W, narrow, o, f) {
  const axes = W.length - 2, groups = o.groups || 1, cw = W[axes], cn = W[axes + 1] / groups;
  const visit = (a, x, w, y) => {
    if (a <= axes) for (let i = 0; i < narrow[a]; i++) for (let k = 0; k < W[a - 1]; k++) {
      const j = i * o.stride[a - 1] + k * o.dilation[a - 1] - o.padding[2 * a - 2];
      if (j >= 0 && j < wide[a]) visit(a + 1, x * wide[a] + j, w * W[a - 1] + k, y * narrow[a] + i);
    }
    else for (let g = 0; g < groups; g++) for (let p = 0; p < cw; p++) for (let q = 0; q < cn; q++)
      f((x * groups + g) * cw + p, (w * cw + p) * groups * cn + g * cn + q, (y * groups + g) * cn + q);
  };
  for (let n = 0; n < wide[0]; n++) visit(1, n, 0, n);
}
op('conv', ([x, w], o, s) => bilinear(x, w, s, f => convolve(x.s, w.s, s, o, (a, b, c) => f(c, a, b))));
op('conv_transpose', ([x, w], o, s) =>
  bilinear(x, w, s, f => convolve(s, w.s, x.s, o, (a, b, c) => f(a, c, b))));
op('conv_weights', ([x, y], o, s) =>
  bilinear(x, y, s, f => convolve(x.s, s, y.s, o, (a, b, c) => f(b, a, c))));
// By window of the shape s: its largest element of x, the first of several. It is a kernel of each channel alone.
function largestInWindows(x, s, o) {
  const from = [], c = s[s.length - 1], like = { ...o, dilation: o.stride.map(() => 1), groups: c };
  convolve(x.s, [...o.size.slice(0, s.length - 2), 1, c], s, like, (i, _, k) => {
    if (isLarger(x.v[i], x.v[from[k]])) from[k] = i;
  });
  return from;
}
op('max_pool_pick', ([x, v], o, s) => pick(v, largestInWindows(x, s, o)));
op('max_pool_grad', ([x, g], o, s) => addTo(zeros(count(s)), g.v, largestInWindows(x, g.s, o)));
