// page_ops_products.js: products of matrices, convolutions, windows. See page_ops.js.

// ---- products: list(f) calls f(element of the result, of a, of b) for each product that is added ----

function bilinear(a, b, s, list) {
  const y = zeros(count(s));
  list((c, i, j) => { y[c] += a.v[i] * b.v[j]; });
  return tensor(s, y, [a, b], g => {
    const ga = zeros(a.v.length), gb = zeros(b.v.length);
    list((c, i, j) => { ga[i] += g[c] * b.v[j], gb[j] += g[c] * a.v[i]; });
    return [ga, gb];
  });
}
function matmul([a, b], o, s) {
  const as = a.s.length === 1 ? [1, a.s[0]] : a.s, bs = b.s.length === 1 ? [b.s[0], 1] : b.s;
  const ar = as.slice(-2), br = bs.slice(-2), lead = common([as.slice(0, -2), bs.slice(0, -2)]);
  const m = ar[o.ta ? 1 : 0], n = ar[o.ta ? 0 : 1], q = br[o.tb ? 0 : 1];
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
op('conv', ([x, w], o, s) =>
  bilinear(x, w, s, f => convolve(x.s, w.s, s, o, (a, b, c) => f(c, a, b))));
op('conv_transpose', ([x, w], o, s) =>
  bilinear(x, w, s, f => convolve(s, w.s, x.s, o, (a, b, c) => f(a, c, b))));
op('conv_weights', ([x, y], o, s) =>
  bilinear(x, y, s, f => convolve(x.s, s, y.s, o, (a, b, c) => f(b, a, c))));
// By window of the shape s: its largest element of x, the first of several.
function largestInWindows(x, s, o) {
  const axes = s.length - 2, c = s[axes + 1], at = zeros(count(s)).fill(-1);
  const visit = (a, from, to) => {
    if (a <= axes) for (let i = 0; i < s[a]; i++) for (let k = 0; k < o.size[a - 1]; k++) {
      const j = i * o.stride[a - 1] + k - o.padding[2 * a - 2];
      if (j >= 0 && j < x.s[a]) visit(a + 1, from * x.s[a] + j, to * s[a] + i);
    }
    else for (let q = 0; q < c; q++) {
      const i = from * c + q, y = to * c + q, best = at[y] < 0 ? NaN : x.v[at[y]];
      if (at[y] < 0 || x.v[i] > best || (isNaN(x.v[i]) && !isNaN(best))) at[y] = i;
    }
  };
  for (let n = 0; n < s[0]; n++) visit(1, n, n);
  return at;
}
op('max_pool', (x, o, s) => pick(x[0], s, largestInWindows(x[0], s, o)));
op('max_pool_grad', (x, o, s) => move(x[1], s, numbers(x[1]), largestInWindows(x[0], x[1].s, o)));
op('max_pool_pick', (x, o, s) => pick(x[1], s, largestInWindows(x[0], s, o)));

// ---- attention: for each head, softmax(scale q kᵀ) v; keys that a query does not see count 0 ----

function attentionHead(q, k, v, seen, scale) {
  const rows = { axis: [q.s.length - 1], keepdims: true };
  const scores = q.s.slice(0, -1).concat(k.s[k.s.length - 2]);
  const z = map([times(matmul([q, k], { tb: true }, scores), scale), tensor(scores, seen)],
    (a, b) => b ? a : -Infinity, [(a, b) => b ? 1 : 0]);
  const m = top(z, rows), e = exp(sub(z, m)), t = sum(e, rows);
  const p = map([e, t], (a, b) => b ? a / b : 0, [(a, b) => b ? 1 / b : 0, (a, b, y) => b ? -y / b : 0]);
  const l = add(map([t], b => b ? Math.log(b) : 0, [b => b ? 1 / b : 0]), m), d = q.s.length - 2;
  return [matmul([p, v], {}, q.s.slice(0, -1).concat(v.s[v.s.length - 1])),
    reshape(l, q.s.slice(0, d).concat(1, q.s[d]))];
}
op('attention_tiles', (x, o, s) => {
  const [q, k, v, mask] = x, heads = o.heads || 1, last = q.s.length - 1;
  const tokens = q.s[last - 1], keys = k.s[last - 1], scores = q.s.slice(0, -1).concat(keys);
  const seen = spread(mask.s, scores).map((i, j) =>
    mask.v[i] && (!o.causal || j % keys <= Math.floor(j / keys) % tokens + keys - tokens));
  const part = (t, h) => {
    const n = t.s[last] / heads, to = t.s.slice(0, -1).concat(n);
    return pick(t, to, shift(to, last, t.s[last], j => h * n + j));
  };
  const all = upTo(heads).map(h => attentionHead(part(q, h), part(k, h), part(v, h), seen, o.scale || 0));
  const logs = q.s.slice(0, -2).concat(heads, tokens), result = q.s.slice(0, -1).concat(v.s[last]);
  return [joined(all.map(a => a[0]), result, last), joined(all.map(a => a[1]), logs, last - 1)];
});
