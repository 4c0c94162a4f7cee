// page_ops_axes.js: ops that move elements, or reduce along axes. See page_ops.js.

const upTo = n => Array.from({ length: n }, (_, i) => i);
// The axis of an option. By element of a shape: the place along the axis. `shift` gives by element of the
// shape s the element of a like shape with n places, at the place f(j).
const axisOf = (s, a, otherwise) => {
  const d = a === undefined ? otherwise : Array.isArray(a) ? a[0] : a;
  return d < 0 ? s.length + d : d;
};
function shift(s, d, n, f) {
  const step = count(s.slice(d + 1));
  return upTo(count(s)).map(i => {
    const q = Math.floor(i / step);
    return (Math.floor(q / s[d]) * n + f(q % s[d])) * step + i % step;
  });
}
const placeAlong = (s, d) => upTo(count(s)).map(i => Math.floor(i / count(s.slice(d + 1))) % s[d]);
// Element to[k] of y is the sum of the elements k of v.
function addTo(y, v, to) {
  to.forEach((i, k) => { y[i] += v[k]; });
  return y;
}

// ---- elements that move ----

op('transpose', (x, o, s) => {
  const from = x[0].s, order = o.axis && o.axis.length ? o.axis.map(d => axisOf(s, d))
    : s.map((_, d) => s.length - 1 - d);
  return pick(x[0], upTo(count(s)).map(i => {
    let rest = i, k = 0;
    for (let d = s.length - 1; d >= 0; d--) {
      k += rest % s[d] * count(from.slice(order[d] + 1));
      rest = Math.floor(rest / s[d]);
    }
    return k;
  }));
});
op('slice', (x, o, s) => {
  const d = axisOf(s, o.axis, 0), n = x[0].s[d], from = (o.from || 0) < 0 ? o.from + n : o.from || 0;
  return pick(x[0], shift(s, d, n, j => j + from));
});
op('unslice', (x, o, s) => {
  const d = axisOf(s, o.axis, 0);
  return addTo(zeros(count(s)), x[0].v, shift(x[0].s, d, s[d], j => j + (o.from || 0)));
});
op('concat', (x, o, s) => {
  const d = axisOf(s, o.axis, 0), y = zeros(count(s));
  let from = 0;
  x.forEach(t => { addTo(y, t.v, shift(t.s, d, s[d], j => j + from)), from += t.s[d]; });
  return y;
});
op('flip', (x, o, s) => (o.axis && o.axis.length ? o.axis : upTo(s.length)).map(d => axisOf(s, d)).reduce(
  (v, d) => shift(s, d, s[d], j => s[d] - 1 - j).map(i => v[i]), x[0].v));
op('index_along', (x, o, s) => placeAlong(s, axisOf(s, o.axis, 0)));
op('unit_rows', (x, o, s) => placeAlong(s, 1).map((j, i) => +(j === Math.floor(i / s[1]) + (o.from || 0))));
op('one_hot', (x, o, s) => {
  const d = axisOf(s, o.axis, -1), of = shift(s, d, 1, () => 0);
  return placeAlong(s, d).map((j, i) => +(x[0].v[of[i]] === j));
});
op('nonzero', x => upTo(x[0].v.length).filter(i => x[0].v[i]));
// By element of the rows that are chosen: the element of a tensor of shape s. Numbers have the shape n.
function rowsAt(s, n, v, batch) {
  const all = s.slice(0, batch).concat(n.slice(batch)), inner = count(s.slice(batch + 1));
  return spread(n, all).flatMap((k, i) => {
    const b = Math.floor(i / count(n.slice(batch))), r = v[k] < 0 ? v[k] + s[batch] : v[k];
    return upTo(inner).map(j => (b * s[batch] + r) * inner + j);
  });
}
op('gather', (x, o) => pick(x[0], rowsAt(x[0].s, x[1].s, x[1].v, o.batch || 0)));
op('gather_grad', (x, o, s) => {
  const y = zeros(count(s));
  for (let k = 0; k < x.length; k += 2) addTo(y, x[k].v, rowsAt(s, x[k + 1].s, x[k + 1].v, o.batch || 0));
  return y;
});
// An axis of n places that gets `size`: f(place, the place that it takes from, its weight).
function resized(n, size, o, f) {
  for (let i = 0; i < size; i++) {
    const t = o.align_corners ? i * (n - 1) / Math.max(size - 1, 1) : (i + 0.5) * n / size - 0.5;
    const u = Math.min(Math.max(t, 0), n - 1), j = Math.min(Math.floor(u), Math.max(n - 2, 0));
    if (o.mode !== 'bilinear') f(i, Math.floor(i * n / size), 1);
    else f(i, j, 1 - (u - j)), u > j && f(i, j + 1, u - j);
  }
}
function resize(x, s, d, n, size, o, back) {
  const y = zeros(count(s)), one = s.map((k, i) => i === d ? 1 : k);
  resized(n, size, o, (i, j, w) => {
    const from = shift(one, d, x.s[d], () => back ? i : j), to = shift(one, d, s[d], () => back ? j : i);
    addTo(y, from.map(k => w * x.v[k]), to);
  });
  return y;
}
op('resize_axis', (x, o, s) => {
  const d = axisOf(s, o.axis, 0);
  return resize(x[0], s, d, x[0].s[d], s[d], o, false);
});
op('resize_axis_grad', (x, o, s) => {
  const d = axisOf(s, o.axis, 0);
  return resize(x[0], s, d, s[d], x[0].s[d], o, true);
});

// ---- along axes ----

// By element of x its place in the result.
function over(x, o) {
  const axes = o.axis && o.axis.length ? o.axis.map(d => axisOf(x.s, d)) : upTo(x.s.length);
  return spread(x.s.map((k, d) => axes.includes(d) ? 1 : k), x.s);
}
// By element of the result: the first one of several largest.
function largest(x, o, s) {
  const from = zeros(count(s)).fill(-1);
  over(x, o).forEach((k, i) => { if (isLarger(x.v[i], x.v[from[k]])) from[k] = i; });
  return from;
}
// NaN is the largest. There may be no best one yet.
const isLarger = (v, best) => best === undefined || v > best || (isNaN(v) && !isNaN(best));
op('sum', (x, o, s) => addTo(zeros(count(s)), x[0].v, over(x[0], o)));
op('prod', (x, o, s) => {
  const y = zeros(count(s)).fill(1);
  over(x[0], o).forEach((k, i) => { y[k] *= x[0].v[i]; });
  return y;
});
op('max', (x, o, s) => pick(x[0], largest(x[0], o, s)));
op('argmax', (x, o, s) => {
  const d = axisOf(x[0].s, o.axis, -1), place = placeAlong(x[0].s, d);
  return largest(x[0], { axis: [d] }, s).map(i => place[i]);
});
op('max_mask', (x, o, s) => {
  const places = over(x[0], o), at = largest(x[0], o, [Math.max(-1, ...places) + 1]);
  return places.map((k, i) => +(at[k] === i));
});

// The lines along axis d: lists of elements, from the end if `reverse`.
function strands(s, d, reverse) {
  const list = {};
  spread(s.map((k, i) => i === d ? 1 : k), s).forEach((k, i) => { (list[k] = list[k] || []).push(i); });
  return Object.values(list).map(l => reverse ? l.reverse() : l);
}
// Each element is f of those before it along the axis, and of itself unless `exclusive`.
function scan(x, o, s, f) {
  const y = [];
  strands(s, axisOf(s, o.axis, 0), o.reverse).forEach(l => l.forEach((i, k) => {
    y[i] = f(l.slice(0, o.exclusive ? k : k + 1).map(j => x[0].v[j]));
  }));
  return y;
}
op('cumsum', (x, o, s) => scan(x, o, s, v => v.reduce((t, u) => t + u, 0)));
op('cumprod', (x, o, s) => scan(x, o, s, v => v.reduce((t, u) => t * u, 1)));
op('logcumsumexp', (x, o, s) => scan(x, o, s, v => {
  const m = Math.max(...v);
  return m + Math.log(v.reduce((t, u) => t + Math.exp(u - m), 0));
}));
op('linear_scan', (x, o, s) => {
  const y = [], [a, b] = x.map(t => t.v);
  strands(s, axisOf(s, o.axis, 0), o.reverse).forEach(l =>
    l.forEach((i, k) => { y[i] = k ? a[i] * y[l[k - 1]] + b[i] : b[i]; }));
  return y;
});
// Values or numbers in increasing order, or the other one; NaN counts as the largest.
function ordered(x, s, d, down, numbers) {
  const y = [], to = strands(s, d), key = v => isNaN(v) ? Infinity : v;
  strands(x.s, d).forEach((l, r) => {
    const order = upTo(l.length).sort((a, b) => {
      const u = x.v[l[a]], w = x.v[l[b]], way = isNaN(u) - isNaN(w) || (key(u) > key(w)) - (key(u) < key(w));
      return (down ? -way : way) || a - b;
    });
    (to[r] || []).forEach((i, k) => { y[i] = numbers ? order[k] : x.v[l[order[k]]]; });
  });
  return y;
}
op('sort', (x, o, s, node) => ordered(x[0], s, axisOf(s, o.axis, -1), o.descending, node.r));
op('topk', (x, o, s, node) => ordered(x[0], s, axisOf(s, o.axis, -1), !o.smallest, node.r));
