// page_ops_products.js: products of matrices, convolutions, windows. See page_ops.js.

// ---- products: list(f) calls f(element of the result, of a, of b) for each product that is added ----

function bilinear(a, b, s, list) {
  const y = zeros(count(s));
  list((c, i, j) => { y[c] += a.v[i] * b.v[j]; });
  return y;
}
function matmul([a, b], o, s) {
  const as = a.s.length === 1 ? [1, a.s[0]] : a.s, bs = b.s.length === 1 ? [b.s[0], 1] : b.s;
  const ar = as.slice(-2), br = bs.slice(-2), m = ar[o.ta ? 1 : 0], n = ar[o.ta ? 0 : 1], q = br[o.tb ? 0 : 1];
  const lead = s.slice(0, s.length - (a.s.length > 1) - (b.s.length > 1));
  const at = spread(as.slice(0, -2), lead), bt = spread(bs.slice(0, -2), lead);
  return bilinear(a, b, s, f => {
    for (let l = 0; l < count(lead); l++) for (let i = 0; i < m; i++) for (let j = 0; j < q; j++)
      for (let k = 0; k < n; k++)
        f((l * m + i) * q + j, at[l] * m * n + (o.ta ? k * m + i : i * n + k),
          bt[l] * n * q + (o.tb ? j * n + k : k * q + j));
  });
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
// By window of the shape s: its largest element of x, the first of several. A window is a kernel of ones for each channel.
function largestInWindows(x, s, o) {
  const from = zeros(count(s)).fill(-1), groups = s[s.length - 1];
  const like = { stride: o.stride, padding: o.padding, dilation: o.stride.map(() => 1), groups: groups };
  convolve(x.s, o.size.slice(0, s.length - 2).concat(1, groups), s, like, (i, _, k) => {
    if (isLarger(x.v[i], x.v[from[k]])) from[k] = i;
  });
  return from;
}
op('max_pool_pick', (x, o, s) => pick(x[1], largestInWindows(x[0], s, o)));
op('max_pool_grad', (x, o, s) => addTo(zeros(count(s)), x[1].v, largestInWindows(x[0], x[1].s, o)));
