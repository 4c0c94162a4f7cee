// page_ops_axes.js: ops that move elements, sum along axes, or normalise rows. See page_ops.js.

// ---- elements that move: element to[k] of the result is the sum of elements from[k] of x, times w[k] ----

function move(x, s, from, to, w) {
  const y = zeros(count(s));
  from.forEach((i, k) => { y[to[k]] += w ? w[k] * x.v[i] : x.v[i]; });
  return tensor(s, y, [x], g => {
    const gx = zeros(x.v.length);
    from.forEach((i, k) => { gx[i] += w ? w[k] * g[to[k]] : g[to[k]]; });
    return [gx];
  });
}
const upTo = n => Array.from({ length: n }, (_, i) => i);
const numbers = x => upTo(x.v.length);
// Element i of the result is element at[i] of x.
const pick = (x, s, at) => move(x, s, at, at.map((_, i) => i));
const reshape = (x, s) => pick(x, s, numbers(x));
const fixed = x => tensor(x.s, x.v);
op('reshape', (x, o, s) => reshape(x[0], s));
op('identity', x => reshape(x[0], x[0].s));
op('same', x => reshape(x[0], x[0].s));
op('settled', x => reshape(x[0], x[0].s));
op('stop_gradient', x => fixed(x[0]));
op('broadcast_to', (x, o, s) => pick(x[0], s, spread(x[0].s, s)));
op('as_class', x => fixed(x[0]));
op('as_mask', x => fixed(x[0]));
op('cast', (x, o) => o.dtype[0] === 'f'
  ? map(x, o.dtype === 'f32' ? Math.fround : v => v, [() => 1])
  : map(x, v => o.dtype === 'bool' ? +(v !== 0) : Math.trunc(v) || 0));
op('transpose', (x, o, s) => {
  const from = x[0].s, order = o.axis && o.axis.length ? o.axis.map(d => axisOf(s, d))
    : s.map((_, d) => s.length - 1 - d);
  return pick(x[0], s, upTo(count(s)).map(i => {
    let rest = i, k = 0;
    for (let d = s.length - 1; d >= 0; d--) {
      k += rest % s[d] * count(from.slice(order[d] + 1));
      rest = Math.floor(rest / s[d]);
    }
    return k;
  }));
});

// The axis of an option. By element of a shape: the place along the axis. `shift` gives by element of the
// shape s the element of a like shape with n places, at the place f(j).
const axisOf = (s, a, otherwise) => {
  const d = a === undefined ? otherwise : Array.isArray(a) ? a[0] : a;
  return d < 0 ? s.length + d : d;
};
function shift(s, d, n, f) {
  const step = count(s.slice(d + 1)), at = [];
  for (let i = 0; i < count(s); i++) {
    const q = Math.floor(i / step);
    at.push((Math.floor(q / s[d]) * n + f(q % s[d])) * step + i % step);
  }
  return at;
}
const placeAlong = (s, d) => upTo(count(s)).map(i => Math.floor(i / count(s.slice(d + 1))) % s[d]);
op('slice', (x, o, s) => {
  const d = axisOf(s, o.axis, 0), n = x[0].s[d], from = (o.from || 0) < 0 ? o.from + n : o.from || 0;
  return pick(x[0], s, shift(s, d, n, j => j + from));
});
const unslice = (x, s, d, from) => move(x, s, numbers(x), shift(x.s, d, s[d], j => j + from));
op('unslice', (x, o, s) => unslice(x[0], s, axisOf(s, o.axis, 0), o.from || 0));
function joined(x, s, d) {
  let from = 0;
  return x.map(t => unslice(t, s, d, (from += t.s[d]) - t.s[d])).reduce(add);
}
op('concat', (x, o, s) => joined(x, s, axisOf(s, o.axis, 0)));
op('flip', (x, o, s) => (o.axis && o.axis.length ? o.axis : upTo(s.length)).map(d => axisOf(s, d)).reduce(
  (y, d) => pick(y, s, shift(s, d, s[d], j => s[d] - 1 - j)), x[0]));
op('index_along', (x, o, s) => tensor(s, placeAlong(s, axisOf(s, o.axis, 0))));
op('unit_rows', (x, o, s) => tensor(s, placeAlong(s, 1).map((j, i) =>
  +(j === Math.floor(i / s[1]) + (o.from || 0)))));
op('one_hot', (x, o, s) => {
  const d = axisOf(s, o.axis, -1), of = shift(s, d, 1, () => 0);
  return tensor(s, placeAlong(s, d).map((j, i) => +(x[0].v[of[i]] === j)));
});
op('nonzero', (x, o, s) => tensor(s, numbers(x[0]).filter(i => x[0].v[i])));
// By element of the rows that are chosen: the element of a tensor of shape s. Numbers have the shape n.
function rowsAt(s, n, v, batch) {
  const all = s.slice(0, batch).concat(n.slice(batch)), inner = count(s.slice(batch + 1)), at = [];
  spread(n, all).forEach((k, i) => {
    const b = Math.floor(i / count(n.slice(batch))), r = v[k] < 0 ? v[k] + s[batch] : v[k];
    for (let j = 0; j < inner; j++) at.push((b * s[batch] + r) * inner + j);
  });
  return at;
}
op('gather', (x, o, s) => pick(x[0], s, rowsAt(x[0].s, x[1].s, x[1].v, o.batch || 0)));
op('gather_grad', (x, o, s) => {
  let y = null;
  for (let k = 0; k < x.length; k += 2) {
    const t = move(x[k], s, numbers(x[k]), rowsAt(s, x[k + 1].s, x[k + 1].v, o.batch || 0));
    y = y ? add(y, t) : t;
  }
  return y;
});
// An axis of n places that gets `size`: the places it takes from, and their weights.
function resized(n, size, o) {
  const list = [];
  for (let i = 0; i < size; i++) {
    const t = o.align_corners ? i * (n - 1) / Math.max(size - 1, 1) : (i + 0.5) * n / size - 0.5;
    const u = Math.min(Math.max(t, 0), n - 1), j = Math.min(Math.floor(u), Math.max(n - 2, 0));
    if (o.mode === 'bilinear') list.push([i, j, 1 - (u - j)]), u > j && list.push([i, j + 1, u - j]);
    else list.push([i, Math.floor(i * n / size), 1]);
  }
  return list;
}
function resize(x, s, d, list, a, b) {
  const from = [], to = [], w = [], one = s.map((k, i) => i === d ? 1 : k);
  list.forEach(e => {
    from.push(...shift(one, d, x.s[d], () => e[b])), to.push(...shift(one, d, s[d], () => e[a]));
    w.push(...zeros(count(one)).fill(e[2]));
  });
  return move(x, s, from, to, w);
}
op('resize_axis', (x, o, s) => {
  const d = axisOf(s, o.axis, 0);
  return resize(x[0], s, d, resized(x[0].s[d], s[d], o), 0, 1);
});
op('resize_axis_grad', (x, o, s) => {
  const d = axisOf(s, o.axis, 0);
  return resize(x[0], s, d, resized(s[d], x[0].s[d], o), 1, 0);
});

// ---- random draws: they stay those of the picture ----

op('random_keep', (x, o, s, node) => mul(x[0], tensor(s, node.m)));

// ---- along axes ----

// at: by element of x its place in the result. kept: the result's shape with the axes as 1. s: its shape.
function over(x, o) {
  const all = !o.axis || !o.axis.length, axes = all ? upTo(x.s.length) : o.axis.map(d => axisOf(x.s, d));
  const kept = x.s.map((k, d) => axes.includes(d) ? 1 : k);
  const s = o.keepdims ? kept : x.s.filter((_, d) => !axes.includes(d));
  return { at: spread(kept, x.s), kept: kept, s: s };
}
function sum(x, o) {
  const r = over(x, o || {});
  return move(x, r.s, numbers(x), r.at);
}
// By element of the result: the first one of several largest.
function largest(x, o) {
  const r = over(x, o || {}), from = zeros(count(r.s)).fill(-1);
  r.at.forEach((k, i) => {
    const best = from[k] < 0 ? NaN : x.v[from[k]];
    if (from[k] < 0 || x.v[i] > best || (isNaN(x.v[i]) && !isNaN(best))) from[k] = i;
  });
  return from;
}
op('sum', (x, o) => sum(x[0], o));
op('max', (x, o, s) => pick(x[0], s, largest(x[0], o)));
op('argmax', (x, o, s) => {
  const d = axisOf(x[0].s, o.axis, -1), place = placeAlong(x[0].s, d);
  return tensor(s, largest(x[0], { axis: [d] }).map(i => place[i]));
});
op('max_mask', (x, o, s) => {
  const at = largest(x[0], o);
  return tensor(s, x[0].v.map((_, i) => +at.includes(i)));
});
op('max_grad', (x, o, s) => move(x[1], s, numbers(x[1]), largest(x[0], o)));
op('prod', (x, o) => {
  const r = over(x[0], o), y = zeros(count(r.s)).fill(1), v = x[0].v;
  r.at.forEach((k, i) => { y[k] *= v[i]; });
  const others = i => v.reduce((p, u, j) => j !== i && r.at[j] === r.at[i] ? p * u : p, 1);
  return tensor(r.s, y, x, g => [v.map((_, i) => g[r.at[i]] * others(i))]);
});

// The lines along axis d: lists of elements, from the end if `reverse`.
function strands(s, d, reverse) {
  const list = {};
  spread(s.map((k, i) => i === d ? 1 : k), s).forEach((k, i) => { (list[k] = list[k] || []).push(i); });
  return Object.values(list).map(l => reverse ? l.reverse() : l);
}
op('cumsum', (x, o, s) => {
  const from = [], to = [];
  strands(s, axisOf(s, o.axis, 0), o.reverse).forEach(l => l.forEach((i, k) =>
    l.slice(0, o.exclusive ? k : k + 1).forEach(j => { from.push(j), to.push(i); })));
  return move(x[0], s, from, to);
});
op('cumprod', (x, o, s) => {
  const all = strands(s, axisOf(s, o.axis, 0), o.reverse), y = [], v = x[0].v;
  const before = (l, k) => l.slice(0, o.exclusive ? k : k + 1);
  const product = (l, k, but) => before(l, k).reduce((p, j) => j === but ? p : p * v[j], 1);
  all.forEach(l => l.forEach((i, k) => { y[i] = product(l, k); }));
  return tensor(s, y, x, g => {
    const gx = zeros(v.length);
    all.forEach(l => l.forEach((i, k) => before(l, k).forEach(j => { gx[j] += g[i] * product(l, k, j); })));
    return [gx];
  });
});
op('logcumsumexp', (x, o, s) => {
  const all = strands(s, axisOf(s, o.axis, 0), o.reverse), y = [], v = x[0].v;
  all.forEach(l => l.forEach((i, k) => {
    const part = l.slice(0, k + 1), m = Math.max(...part.map(j => v[j]));
    y[i] = m + Math.log(part.reduce((p, j) => p + Math.exp(v[j] - m), 0));
  }));
  return tensor(s, y, x, g => {
    const gx = zeros(v.length);
    all.forEach(l => l.forEach((i, k) =>
      l.slice(0, k + 1).forEach(j => { gx[j] += g[i] * Math.exp(v[j] - y[i]); })));
    return [gx];
  });
});
op('linear_scan', (x, o, s) => {
  const all = strands(s, axisOf(s, o.axis, 0), o.reverse), y = [], a = x[0].v, b = x[1].v;
  all.forEach(l => l.forEach((i, k) => { y[i] = k ? a[i] * y[l[k - 1]] + b[i] : b[i]; }));
  return tensor(s, y, x, g => {
    const ga = zeros(a.length), gb = zeros(b.length);
    all.forEach(l => {
      for (let k = l.length - 1; k >= 0; k--) {
        const i = l[k], next = l[k + 1];
        gb[i] = g[i] + (next === undefined ? 0 : a[next] * gb[next]);
        ga[i] = k ? gb[i] * y[l[k - 1]] : 0;
      }
    });
    return [ga, gb];
  });
});
// Values and numbers in increasing order, or the other one; NaN counts as the largest.
function ordered(x, s, d, down) {
  const value = v => isNaN(v) ? Infinity : v, at = [], place = [];
  const to = strands(s, d);
  strands(x.s, d).forEach((l, r) => {
    const order = l.map((_, k) => k).sort((a, b) => {
      const u = x.v[l[a]], w = x.v[l[b]];
      const way = isNaN(u) - isNaN(w) || (value(u) > value(w)) - (value(u) < value(w));
      return (down ? -way : way) || a - b;
    });
    (to[r] || []).forEach((i, k) => { at[i] = l[order[k]], place[i] = order[k]; });
  });
  return [pick(x, s, at), tensor(s, place)];
}
op('sort', (x, o, s) => ordered(x[0], s, axisOf(s, o.axis, -1), o.descending));
op('topk', (x, o, s) => ordered(x[0], s, axisOf(s, o.axis, -1), !o.smallest));

// ---- rows ----

const along = (x, o) => ({ axis: [axisOf(x.s, o.axis, -1)], keepdims: true });
const meanOf = (x, o) => times(sum(x, o), sum(x, o).v.length / x.v.length);
// The largest elements, as constants: without them exp cannot overflow.
function top(x, o) {
  const r = over(x, o);
  return tensor(r.kept, largest(x, o).map(i => isFinite(x.v[i]) ? x.v[i] : 0));
}
// The largest elements, with their derivative.
function peak(x, o) {
  const m = pick(x, over(x, o).kept, largest(x, o));
  return m.v.every(isFinite) ? m : top(x, o);
}
const warm = (x, o) => o.temperature ? times(x, 1 / o.temperature) : x;
op('softmax', (x, o) => {
  const z = warm(x[0], o), r = along(z, o), e = exp(sub(z, top(z, r)));
  return quotient(e, sum(e, r));
});
op('log_softmax', (x, o) => {
  const z = warm(x[0], o), r = along(z, o), d = sub(z, top(z, r));
  return sub(d, log(sum(exp(d), r)));
});
op('logsumexp', (x, o, s) => {
  const m = peak(x[0], o), t = sum(exp(sub(x[0], m)), { axis: o.axis, keepdims: true });
  return [add(log(t), m), m, t].map(y => reshape(y, s));
});
op('softmax_grad', (x, o) => {
  const [y, g] = x;
  return mul(y, sub(g, sum(mul(g, y), along(y, o))));
});
op('log_softmax_grad', (x, o) => sub(x[1], mul(exp(x[0]), sum(x[1], along(x[0], o)))));
// Rows of probabilities, which may be class numbers.
function classes(p, z) {
  if (p.s.length === z.s.length) return p;
  const d = z.s.length - 1;
  return tensor(z.s, placeAlong(z.s, d).map((j, i) => +(p.v[Math.floor(i / z.s[d])] === j)));
}
op('cross_entropy', (x, o, s) => {
  const [z, p] = x, r = along(z, {}), m = peak(z, r), e = sum(exp(sub(z, m)), r);
  return [sum(mul(classes(p, z), sub(add(m, log(e)), z)), r), m, e].map(y => reshape(y, s));
});
op('cross_entropy_grad', x => {
  const z = x[0], q = classes(x[1], z), r = along(z, {});
  const [g, m, e] = x.slice(2).map(t => reshape(t, over(z, r).kept));
  return mul(g, sub(mul(quotient(exp(sub(z, m)), e), sum(q, r)), q));
});
// Elements minus the mean, divided by the deviation; and mean and variance.
function normal(x, r, eps) {
  const m = meanOf(x, r), d = sub(x, m), v = meanOf(mul(d, d), r);
  return [map([d, v], (a, b) => a / Math.sqrt(b + eps),
    [(a, b) => 1 / Math.sqrt(b + eps), (a, b, y) => -y / (2 * (b + eps))]), m, v];
}
const givenNormal = (x, m, v, eps) => map([x, m, v], (a, b, c) => (a - b) / Math.sqrt(c + eps),
  [(a, b, c) => 1 / Math.sqrt(c + eps), (a, b, c) => -1 / Math.sqrt(c + eps),
    (a, b, c, y) => -y / (2 * (c + eps))]);
const allButLast = x => ({ axis: upTo(x.s.length - 1) });
op('layer_norm', (x, o, s, node) => {
  const [h, m, v] = normal(x[0], along(x[0], {}), o.eps ?? 1e-5);
  return node.r ? [0, m, v].map(t => t && reshape(t, s)) : [add(mul(h, x[1]), x[2])];
});
op('batch_norm_train', (x, o, s, node) => {
  const r = allButLast(x[0]);
  const [h, m, v] = r.axis.length ? normal(x[0], r, o.eps ?? 1e-5)
    : [times(x[0], 0), x[0], times(x[0], 0)];
  return node.r ? [0, m, v].map(t => t && reshape(t, s)) : [add(mul(h, x[1]), x[2])];
});
// The operands are x, γ, mean, variance, g. r has the axes of the mean.
function normGrad(x, r, s, o, part) {
  const d = mul(x[4], x[1]), eps = o.eps ?? 1e-5;
  const kept = r.axis.length ? over(x[0], r).kept : x[0].s, m = reshape(x[2], kept), v = reshape(x[3], kept);
  const h = givenNormal(x[0], m, v, eps);
  const rest = allButLast(x[0]), all = t => rest.axis.length ? sum(t, rest) : t;
  if (part) return [0, mul(h, x[4]), x[4]].map(t => t && reshape(all(t), s));
  const keep = { axis: r.axis, keepdims: true }, mean = t => r.axis.length ? meanOf(t, keep) : t;
  const scale = map([v], c => 1 / Math.sqrt(c + eps), [(c, y) => -y / (2 * (c + eps))]);
  return [mul(sub(sub(d, mean(d)), mul(h, mean(mul(h, d)))), scale)];
}
op('layer_norm_grad', (x, o, s, node) => normGrad(x, along(x[0], {}), s, o, node.r));
op('batch_norm_grad', (x, o, s, node) => normGrad(x, allButLast(x[0]), s, o, node.r));
