// page_numbers.js: the page's small evaluator. It computes the ops of teaching on numbers of 64 bits,
// forward and backward, by the definitions of the library's ops.
//
// A tensor is {s: shape, v: values, p: parents, b: back}. back(g) gives a list of gradients, one for each
// parent. An op is a function of tensors and of its options `o`; composites are written with other ops, so
// they need no rule of their own.

function tensor(s, v, p, b) { return { s: s, v: v, p: p || [], b: b }; }
function count(s) { return s.reduce((n, k) => n * k, 1); }
function scalar(x) { return tensor([], [x]); }

// By element of the shape `to`: the element of the shape `from` that is broadcast to it.
function spread(from, to) {
  const n = count(to), at = new Int32Array(n), skip = to.length - from.length;
  for (let i = 0; i < n; i++) {
    let rest = i, step = 1, k = 0;
    for (let d = to.length - 1; d >= skip; d--) {
      const j = rest % to[d];
      rest = Math.floor(rest / to[d]);
      if (from[d - skip] > 1) k += j * step;
      step *= from[d - skip];
    }
    at[i] = k;
  }
  return at;
}

function common(shapes) {
  const rank = Math.max(...shapes.map(s => s.length)), out = [];
  for (let d = 1; d <= rank; d++) out.unshift(shapes.reduce((n, s) => {
    const k = s.length >= d ? s[s.length - d] : 1;
    return k === 1 ? n : k;
  }, 1));
  return out;
}

// Elementwise: f of the operands' elements; d[k] its derivative by operand k, of the elements and the result.
function map(xs, f, d) {
  const s = common(xs.map(x => x.s)), n = count(s), at = xs.map(x => spread(x.s, s)), y = new Array(n);
  const of = i => xs.map((x, k) => x.v[at[k][i]]);
  for (let i = 0; i < n; i++) y[i] = f(...of(i));
  return tensor(s, y, xs, g => xs.map((x, k) => {
    const gx = new Array(x.v.length).fill(0);
    if (d && d[k]) for (let i = 0; i < n; i++) gx[at[k][i]] += g[i] * d[k](...of(i), y[i]);
    return gx;
  }));
}

// Element i of the result is element at[i] of x.
function pick(x, s, at) {
  return tensor(s, Array.from(at, i => x.v[i]), [x], g => {
    const gx = new Array(x.v.length).fill(0);
    at.forEach((i, k) => { gx[i] += g[k]; });
    return [gx];
  });
}

function reshape(x, s) { return pick(x, s, x.v.map((_, i) => i)); }

function transpose(x, order) {
  const s = order.map(d => x.s[d]), at = [];
  const strides = x.s.map((_, d) => count(x.s.slice(d + 1)));
  for (let i = 0; i < x.v.length; i++) {
    let rest = i, k = 0;
    for (let d = s.length - 1; d >= 0; d--) {
      k += (rest % s[d]) * strides[order[d]];
      rest = Math.floor(rest / s[d]);
    }
    at.push(k);
  }
  return pick(x, s, at);
}

// ---- reductions ----

// Which axes are reduced, the shape of the result with them as 1, and by element of x its place in the result.
function over(x, o) {
  const all = !o.axis || !o.axis.length, axes = all ? x.s.map((_, d) => d) : o.axis;
  const kept = x.s.map((k, d) => axes.includes(d) ? 1 : k);
  return { at: spread(kept, x.s), kept: kept, s: o.keepdims ? kept : x.s.filter((_, d) => !axes.includes(d)) };
}

function sum(x, o) {
  const r = over(x, o || {}), y = new Array(count(r.s)).fill(0);
  r.at.forEach((k, i) => { y[k] += x.v[i]; });
  return tensor(r.s, y, [x], g => [Array.from(r.at, k => g[k])]);
}

// The first one of several that are equal.
function extreme(x, o, sign) {
  const r = over(x, o || {}), from = new Array(count(r.s)).fill(-1);
  r.at.forEach((k, i) => {
    const best = from[k] < 0 ? NaN : x.v[from[k]];
    if (from[k] < 0 || sign * x.v[i] > sign * best || (isNaN(x.v[i]) && !isNaN(best))) from[k] = i;
  });
  return pick(x, r.s, from);
}

function mean(x, o) {
  const y = sum(x, o);
  return div(y, scalar(x.v.length / y.v.length));
}

function argextreme(x, o, sign) {
  const d = o.axis === undefined ? -1 : Array.isArray(o.axis) ? o.axis[0] : o.axis;
  const axis = d < 0 ? x.s.length + d : d;
  const best = extreme(x, { axis: [axis] }, sign), index = new Array(best.v.length);
  const r = over(x, { axis: [axis] }), step = count(x.s.slice(axis + 1)), seen = new Set();
  r.at.forEach((k, i) => {
    if (!seen.has(k) && x.v[i] === best.v[k]) seen.add(k), index[k] = Math.floor(i / step) % x.s[axis];
  });
  return tensor(o.keepdims ? r.kept : best.s, index);
}

// ---- products of matrices ----

function matmul(a, b, o) {
  o = o || {};
  const row = a.s.length === 1, column = b.s.length === 1;
  const as = row ? [1, a.s[0]] : a.s, bs = column ? [b.s[0], 1] : b.s;
  const ar = as.slice(-2), br = bs.slice(-2), lead = common([as.slice(0, -2), bs.slice(0, -2)]);
  const m = ar[o.ta ? 1 : 0], n = ar[o.ta ? 0 : 1], q = br[o.tb ? 0 : 1];
  const at = spread(as.slice(0, -2), lead), bt = spread(bs.slice(0, -2), lead);
  const each = f => {
    for (let l = 0; l < count(lead); l++) for (let i = 0; i < m; i++) for (let j = 0; j < q; j++)
      for (let k = 0; k < n; k++)
        f((l * m + i) * q + j, at[l] * m * n + (o.ta ? k * m + i : i * n + k),
          bt[l] * n * q + (o.tb ? j * n + k : k * q + j));
  };
  const s = lead.concat(row ? [] : [m], column ? [] : [q]), y = new Array(count(lead) * m * q).fill(0);
  each((c, i, j) => { y[c] += a.v[i] * b.v[j]; });
  return tensor(s, y, [a, b], g => {
    const ga = new Array(a.v.length).fill(0), gb = new Array(b.v.length).fill(0);
    each((c, i, j) => { ga[i] += g[c] * b.v[j], gb[j] += g[c] * a.v[i]; });
    return [ga, gb];
  });
}

// ---- elementwise ops: the function, and its derivative ----

const logistic = x => x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));
const UNARY = {
  neg: [x => -x, () => -1], exp: [Math.exp, (x, y) => y], log: [Math.log, x => 1 / x],
  log1p: [Math.log1p, x => 1 / (1 + x)], expm1: [Math.expm1, x => Math.exp(x)],
  sqrt: [Math.sqrt, (x, y) => 1 / (2 * y)], rsqrt: [x => 1 / Math.sqrt(x), (x, y) => -y * y * y / 2],
  square: [x => x * x, x => 2 * x], reciprocal: [x => 1 / x, (x, y) => -y * y],
  abs: [Math.abs, x => Math.sign(x)], sign: [Math.sign], floor: [Math.floor], ceil: [Math.ceil],
  sin: [Math.sin, x => Math.cos(x)], cos: [Math.cos, x => -Math.sin(x)],
  tan: [Math.tan, (x, y) => 1 + y * y], atan: [Math.atan, x => 1 / (1 + x * x)],
  sinh: [Math.sinh, x => Math.cosh(x)], cosh: [Math.cosh, x => Math.sinh(x)],
  tanh: [Math.tanh, (x, y) => 1 / (Math.cosh(x) * Math.cosh(x))],
  sigmoid: [logistic, x => logistic(x) * logistic(-x)],
  softplus: [x => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))), x => logistic(x)],
  softsign: [x => x / (1 + Math.abs(x)), x => 1 / Math.pow(1 + Math.abs(x), 2)],
  relu: [x => x > 0 || isNaN(x) ? x : 0, x => x > 0 ? 1 : 0],
  silu: [x => x * logistic(x), x => logistic(x) * (1 + x * logistic(-x))],
  logical_not: [x => x ? 0 : 1]
};
const truth = f => [(a, b) => f(a, b) ? 1 : 0];
const BINARY = {
  add: [(a, b) => a + b, () => 1, () => 1], sub: [(a, b) => a - b, () => 1, () => -1],
  mul: [(a, b) => a * b, (a, b) => b, a => a],
  div: [(a, b) => a / b, (a, b) => 1 / b, (a, b, y) => -y / b],
  pow: [Math.pow, (a, b) => b === 0 ? 0 : b * Math.pow(a, b - 1), (a, b, y) => y === 0 ? 0 : y * Math.log(a)],
  maximum: [Math.max, (a, b) => a > b ? 1 : a === b ? 0.5 : 0, (a, b) => b > a ? 1 : a === b ? 0.5 : 0],
  minimum: [Math.min, (a, b) => a < b ? 1 : a === b ? 0.5 : 0, (a, b) => b < a ? 1 : a === b ? 0.5 : 0],
  equal: truth((a, b) => a === b), not_equal: truth((a, b) => a !== b), less: truth((a, b) => a < b),
  less_equal: truth((a, b) => a <= b), greater: truth((a, b) => a > b),
  greater_equal: truth((a, b) => a >= b), logical_and: truth((a, b) => a && b),
  logical_or: truth((a, b) => a || b)
};
const add = (a, b) => map([a, b], BINARY.add[0], BINARY.add.slice(1));
const sub = (a, b) => map([a, b], BINARY.sub[0], BINARY.sub.slice(1));
const mul = (a, b) => map([a, b], BINARY.mul[0], BINARY.mul.slice(1));
const div = (a, b) => map([a, b], BINARY.div[0], BINARY.div.slice(1));
const un = (name, x) => map([x], UNARY[name][0], UNARY[name].slice(1));

// ---- rows ----

// x without its largest element, as a constant: exp cannot overflow.
const along = (x, o) => ({ axis: [o.axis === undefined ? x.s.length - 1 : (o.axis[0] === undefined ? o.axis
  : o.axis[0])].map(d => d < 0 ? x.s.length + d : d), keepdims: true });
function shifted(x, o) {
  const m = extreme(x, o, 1);
  return { x: sub(x, tensor(m.s, m.v)), m: tensor(m.s, m.v) };
}
function softmax(x, o) {
  const r = along(x, o), e = un('exp', shifted(x, r).x);
  return div(e, sum(e, r));
}
function logSoftmax(x, o) {
  const r = along(x, o), d = shifted(x, r).x;
  return sub(d, un('log', sum(un('exp', d), r)));
}
function logSumExp(x, o) {
  const r = { axis: o.axis, keepdims: true }, d = shifted(x, r), y = add(un('log', sum(un('exp', d.x), r)), d.m);
  return o.keepdims ? y : reshape(y, over(x, o).s);
}
function variance(x, o) {
  const d = sub(x, mean(x, { axis: o.axis, keepdims: true }));
  return mean(mul(d, d), o);
}
// Its derivative at 0 is 0.
function root(x) { return map([x], Math.sqrt, [(a, y) => y ? 0.5 / y : 0]); }
function layerNorm(x, gamma, beta, o) {
  const r = { axis: [x.s.length - 1], keepdims: true }, d = sub(x, mean(x, r));
  const h = div(d, un('sqrt', add(mean(mul(d, d), r), scalar(o.eps ?? 1e-5))));
  return add(mul(h, gamma), beta);
}

// ---- losses ----

const reduced = (l, o) => o.reduction === 'none' ? l : o.reduction === 'sum' ? sum(l) : mean(l);
// 0 ln 0 is 0. By p it is 0 where p = t = 0 and where p = t = 1.
const xlog = (a, b) => a === 0 ? 0 : a * Math.log(b);
const bce = (p, t) => map([p, t], (p, t) => -(xlog(t, p) + xlog(1 - t, 1 - p)),
  [(p, t) => p === t && p * (1 - p) === 0 ? 0 : (p - t) / (p * (1 - p)), (p, t) => Math.log(1 - p) - Math.log(p)]);
function classes(y, x) {
  if (y.s.length === x.s.length) return y;
  const k = x.s[x.s.length - 1], v = new Array(x.v.length).fill(0);
  y.v.forEach((c, i) => { v[i * k + c] = 1; });
  return tensor(x.s, v);
}
function likelihood(logp, y, o) {
  const l = un('neg', sum(mul(classes(y, logp), logp), { axis: [logp.s.length - 1] }));
  return reduced(l, o);
}
const LOSSES = {
  mse: (x, y) => un('square', sub(x, y)), mae: (x, y) => un('abs', sub(x, y)),
  hinge: (x, y) => un('relu', sub(scalar(1), mul(x, y))),
  binary_cross_entropy: bce,
  bce_with_logits: (x, y) => sub(un('softplus', x), mul(x, y))
};

// ---- ops by name: [the options that it knows, function(operands, options, shape of the result)] ----

const R = ['axis', 'keepdims'];
const OPS = {
  sum: [R, (x, o) => sum(x[0], o)], mean: [R, (x, o) => mean(x[0], o)],
  max: [R, (x, o) => extreme(x[0], o, 1)], min: [R, (x, o) => extreme(x[0], o, -1)],
  var: [R, (x, o) => variance(x[0], o)], std: [R, (x, o) => root(variance(x[0], o))],
  argmax: [R, (x, o) => argextreme(x[0], o, 1)], argmin: [R, (x, o) => argextreme(x[0], o, -1)],
  matmul: [['ta', 'tb'], (x, o) => matmul(x[0], x[1], o)], dot: [[], x => sum(mul(x[0], x[1]))],
  outer: [[], x => mul(reshape(x[0], x[0].s.concat(x[1].s.map(() => 1))), x[1])],
  dense: [[], x => x[2] ? add(matmul(x[0], x[1]), x[2]) : matmul(x[0], x[1])],
  addn: [[], x => x.reduce(add)],
  where: [[], x => map(x, (c, a, b) => c ? a : b, [null, c => c ? 1 : 0, c => c ? 0 : 1])],
  leaky_relu: [['slope'], (x, o) => map(x, v => v > 0 ? v : (o.slope === undefined ? 0.01 : o.slope) * v,
    [v => v > 0 ? 1 : o.slope === undefined ? 0.01 : o.slope])],
  softmax: [['axis'], (x, o) => softmax(x[0], o)], log_softmax: [['axis'], (x, o) => logSoftmax(x[0], o)],
  logsumexp: [R, (x, o) => logSumExp(x[0], o)],
  layer_norm: [['eps'], (x, o) => layerNorm(x[0], x[1], x[2], o)],
  softmax_cross_entropy: [['reduction'], (x, o) => likelihood(logSoftmax(x[0], {}), x[1], o)],
  nll: [['reduction'], (x, o) => likelihood(x[0], x[1], o)],
  reshape: [['shape'], (x, o, s) => reshape(x[0], s)], expand: [['axis'], (x, o, s) => reshape(x[0], s)],
  squeeze: [['axis'], (x, o, s) => reshape(x[0], s)],
  broadcast_to: [['shape'], (x, o, s) => pick(x[0], s, spread(x[0].s, s))],
  transpose: [['axis'], (x, o) => transpose(x[0], o.axis && o.axis.length ? o.axis
    : x[0].s.map((_, d) => x[0].s.length - 1 - d))],
  swap: [[], x => transpose(x[0], x[0].s.map((_, d, a) =>
    d < a.length - 2 ? d : d === a.length - 1 ? d - 1 : d + 1))],
  stop_gradient: [[], x => reshape(x[0], x[0].s)], identity: [[], x => reshape(x[0], x[0].s)],
  one_hot: [null, (x, o, s) => classes(x[0], tensor(s, new Array(count(s)).fill(0)))]
};
Object.keys(UNARY).forEach(k => { OPS[k] = [[], x => un(k, x[0])]; });
Object.keys(BINARY).forEach(k => { OPS[k] = [[], x => map(x, BINARY[k][0], BINARY[k].slice(1))]; });
Object.keys(LOSSES).forEach(k => { OPS[k] = [['reduction'], (x, o) => reduced(LOSSES[k](x[0], x[1]), o)]; });

// Whether the evaluator knows an item: its op with these options and as many operands.
function known(item) {
  const op = OPS[item.o];
  const losses = { softmax_cross_entropy: 2, nll: 2 };
  if (!op || item.a.some((a, k) => a < 0 && item.o !== 'dense')) return false;
  if (losses[item.o] && item.a.length > losses[item.o]) return false;
  return !op[0] || Object.keys(item.p || {}).every(k => op[0].includes(k));
}

// The gradients of an op's operands, from that of its result: through all that the op is made of.
function pull(y, operands, g) {
  const order = [], seen = new Set(), grad = new Map([[y, g]]);
  (function visit(t) {
    if (seen.has(t)) return;
    seen.add(t), t.p.forEach(visit), order.push(t);
  })(y);
  for (let i = order.length - 1; i >= 0; i--) {
    const t = order[i], gt = grad.get(t);
    if (!gt || !t.b || operands.includes(t)) continue;
    t.b(gt).forEach((gx, k) => {
      const before = grad.get(t.p[k]);
      grad.set(t.p[k], before ? before.map((v, j) => v + gx[j]) : gx);
    });
  }
  return operands.map(x => grad.get(x) || new Array(x.v.length).fill(0));
}

// All values of the items, leaves having theirs, and all terms [from, to] of the gradients of `root`.
// Returns {value: by item, term: by term, total: by term the gradient so far, grad: by item}.
function evaluate(items, terms) {
  const y = [], value = [], grad = [], pulled = [], term = [], total = [];
  items.forEach((item, i) => {
    const x = item.a.map(a => a < 0 ? null : tensor(items[a].s, value[a]));
    y[i] = item.a.length ? { x: x, y: OPS[item.o][1](x, item.p || {}, item.s) } : null;
    value[i] = y[i] ? y[i].y.v : item.x;
  });
  terms.forEach(([from, to], k) => {
    if (from < 0) term[k] = [1];
    else {
      if (!pulled[from]) pulled[from] = pull(y[from].y, y[from].x.filter(x => x), grad[from]);
      let sum = null;
      items[from].a.filter(a => a >= 0).forEach((a, j) => {
        if (a === to) sum = sum ? sum.map((v, i) => v + pulled[from][j][i]) : pulled[from][j];
      });
      term[k] = sum;
    }
    grad[to] = total[k] = grad[to] ? grad[to].map((v, i) => v + term[k][i]) : term[k];
  });
  return { value: value, term: term, total: total, grad: grad };
}
