// page_ops_axes.js: ops that move elements, or reduce along axes. Each op, function and constant that begins
// a line is a block of its own. A page gets the ops of its nodes, and the blocks whose names stand in them.

const axisOf = o => [o.axis || 0].flat()[0];
const axesOf = (s, o) => o.axis || upTo(s.length);
// The list p with j at axis d. `shift` gives by element of the shape s the one of the shape `to` at the place
// f(j).
const moved = (p, d, j) => p.map((k, i) => i === d ? j : k);
const shift = (s, to, d, f) => places(s).map(p => element(to, moved(p, d, f(p[d]))));
// Element to[k] of y is the sum of the elements k of v.
function addTo(y, v, to) {
  to.forEach((i, k) => { y[i] += v[k]; });
  return y;
}

op('transpose', ([x], o, s) => {
  const order = o.axis || upTo(s.length).reverse();
  return pick(x, places(s).map(p => element(x.s, x.s.map((_, d) => p[order.indexOf(d)]))));
});
op('slice', ([x], o, s) => pick(x, shift(s, x.s, axisOf(o), j => j + (o.from || 0))));
op('unslice', ([x], o, s) => addTo(zeros(count(s)), x.v, shift(x.s, s, axisOf(o), j => j + (o.from || 0))));
op('concat', (x, o, s) => {
  const d = axisOf(o);
  const before = k => x.slice(0, k).reduce((n, t) => n + t.s[d], 0);
  return x.reduce((y, t, k) => addTo(y, t.v, shift(t.s, s, d, j => j + before(k))), zeros(count(s)));
});
op('flip',
  ([x], o, s) =>
    pick(x, places(s).map(p => element(s, p.map((j, d) => axesOf(s, o).includes(d) ? s[d] - 1 - j : j)))));
op('index_along', (x, o, s) => places(s).map(p => p[axisOf(o)]));
op('unit_rows', (x, o, s) => places(s).map(([i, j]) => +(j === i + (o.from || 0))));
op('one_hot', ([x], o, s) => places(s).map(p => +(x.v[element(moved(s, axisOf(o), 1), p)] === p[axisOf(o)])));
op('nonzero', ([x]) => upTo(x.v.length).filter(i => x.v[i]));
// By element of the rows that are chosen: the element of a tensor of shape s.
function rowsAt(s, rows, batch) {
  const n = rows.s;
  const all = [...s.slice(0, batch), ...n.slice(batch), ...s.slice(batch + 1)];
  return places(all).map(p => {
    const r = rows.v[element(n, p.slice(0, n.length))];
    return element(s, [...p.slice(0, batch), r < 0 ? r + s[batch] : r, ...p.slice(n.length)]);
  });
}
op('gather', ([x, rows], o) => pick(x, rowsAt(x.s, rows, o.batch || 0)));
op('gather_grad',
  (x, o, s) => // tensor, rows, tensor, rows ...
  x.reduce((y, g, k) => k % 2 ? y : addTo(y, g.v, rowsAt(s, x[k + 1], o.batch || 0)), zeros(count(s))));
// What place j of n counts for place i of `size`.
function share(n, size, o, i, j) {
  if (o.mode !== 'bilinear') return +(j === Math.floor(i * n / size));
  const t = o.align_corners ? i * (n - 1) / Math.max(size - 1, 1) : (i + 0.5) * n / size - 0.5;
  return Math.max(1 - Math.abs(j - Math.min(Math.max(t, 0), n - 1)), 0);
}
// The sum of the elements j of x along axis d, times w(i, j).
const shared = (x, s, d, w) => places(s).map(
  p => upTo(x.s[d]).reduce((t, j) => t + (w(p[d], j) && w(p[d], j) * x.v[element(x.s, moved(p, d, j))]), 0));
op('resize_axis',
  ([x], o, s) => shared(x, s, axisOf(o), (i, j) => share(x.s[axisOf(o)], s[axisOf(o)], o, i, j)));
op('resize_axis_grad',
  ([x], o, s) => shared(x, s, axisOf(o), (j, i) => share(s[axisOf(o)], x.s[axisOf(o)], o, i, j)));

// By element of x its place in the result.
const over = (x, o) => spread(x.s.map((k, d) => axesOf(x.s, o).includes(d) ? 1 : k), x.s);
// NaN is the largest. There may be no best one yet.
const isLarger = (v, best) => best === undefined || v > best || (isNaN(v) && !isNaN(best));
// By element of the result: the first one of several largest.
function largest(x, o) {
  const from = [];
  over(x, o).forEach((k, i) => {
    if (isLarger(x.v[i], x.v[from[k]])) from[k] = i;
  });
  return from;
}
op('sum', ([x], o, s) => addTo(zeros(count(s)), x.v, over(x, o)));
op('max', ([x], o) => pick(x, largest(x, o)));
op('argmax', ([x], o) => largest(x, {axis: [axisOf(o)]}).map(i => places(x.s)[i][axisOf(o)]));
op('max_mask', ([x], o) => {
  const from = largest(x, o);
  return over(x, o).map((k, i) => +(from[k] === i));
});
// The lines along axis d: lists of elements, from the end if `reverse`.
function strands(s, d, reverse) {
  const list = [];
  spread(moved(s, d, 1), s).forEach((k, i) => { (list[k] = list[k] || []).push(i); });
  return list.map(l => reverse ? l.reverse() : l);
}
// Each element is f of those before it along the axis, and of itself unless `exclusive`.
function scan([x], o, s, f) {
  const y = [];
  strands(s, axisOf(o), o.reverse)
    .forEach(l => l.forEach((i, k) => { y[i] = f(pick(x, l.slice(0, o.exclusive ? k : k + 1))); }));
  return y;
}
op('cumsum', (x, o, s) => scan(x, o, s, v => v.reduce((t, u) => t + u, 0)));
op('cumprod', (x, o, s) => scan(x, o, s, v => v.reduce((t, u) => t * u, 1)));
op('logcumsumexp', (x, o, s) => scan(x, o, s, v => {
  const m = Math.max(...v);
  return m + Math.log(v.reduce((t, u) => t + Math.exp(u - m), 0));
}));
op('linear_scan', ([a, b], o, s) => {
  const y = [];
  strands(s, axisOf(o), o.reverse)
    .forEach(l => l.forEach((i, k) => { y[i] = k ? a.v[i] * y[l[k - 1]] + b.v[i] : b.v[i]; }));
  return y;
});
// Values or numbers in increasing order, or the other one; NaN counts as the largest.
function ordered(x, s, d, down, numbers) {
  const y = [], to = strands(s, d);
  strands(x.s, d).forEach((l, r) => {
    const v = pick(x, l);
    const order = upTo(l.length).sort((a, b) => {
      const way = isNaN(v[a]) - isNaN(v[b]) || (v[a] > v[b]) - (v[a] < v[b]);
      return (down ? -way : way) || a - b;
    });
    (to[r] || []).forEach((i, k) => { y[i] = numbers ? order[k] : v[order[k]]; });
  });
  return y;
}
op('sort', ([x], o, s, node) => ordered(x, s, axisOf(o), o.descending, node.r));
op('topk', ([x], o, s, node) => ordered(x, s, axisOf(o), !o.smallest, node.r));
