// page_ops_axes.js: ops that move elements, or reduce along axes. Each op, function and constant that begins
// a line is a block of its own. A page gets the ops of its nodes, and the blocks whose names stand in them.

const axisOf = o => [o.axis || 0].flat()[0];
const axesOf = (s, o) => o.axis || upTo(s.length);
// The list p with j at axis d.
const moved = (p, d, j) => p.map((k, i) => i === d ? j : k);
// Element to[k] of y is the sum of the elements k of v.
function addTo(y, v, to) {
  to.forEach((i, k) => { y[i] += v[k]; });
  return y;
}

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
