// page_numbers.js: the page's small evaluator. It computes the nodes of a graph on numbers of 64 bits.
// Gradients are nodes, too: the script has no derivatives. page_ops.js has the ops.
// A tensor is {s: shape, v: values}. The index of an element is a list of numbers, one for each axis.

const count = s => s.reduce((n, k) => n * k, 1);
const upTo = n => Array.from({length: n}, (_, i) => i);
const zeros = n => new Array(n).fill(0);
const SHAPES = {};
// The indices of all elements of a shape.
const places = s => SHAPES[s] =
  SHAPES[s] || s.reduce((list, n) => list.flatMap(p => upTo(n).map(j => [...p, j])), [[]]);
// The element at index p of the shape s; s is broadcast.
const element = (s, p) => s.reduce((k, n, d) => n === 1 ? k : k * n + p[p.length - s.length + d], 0);
const spread = (from, to) => places(to).map(p => element(from, p));
const pick = (x, from) => from.map(i => x.v[i]);
const wide = (x, s) => x.v.length === count(s) ? x.v : pick(x, spread(x.s, s));

// An op is a function of operands, options, the shape of the result and its node. It gives the values.
// Options that have their defaults are absent.
const OPS = {};
function op(name, f) { OPS[name] = f; }
// Elementwise: f of the list of the operands' elements.
function map(xs, s, f) {
  const v = xs.map(x => wide(x, s));
  return zeros(count(s)).map((_, i) => f(v.map(w => w[i])));
}

// What a formula is made of. Other names are those of Math. 0 ln 0 is 0.
const FUNCTIONS = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  mod: (a, b) => a % b && a % b < 0 !== b < 0 ? a % b + b : a % b,
  neg: a => -a,
  times_ln: (a, b) => a === 0 ? 0 : a * b,
  ln: Math.log,
  '=': (a, b) => +(a === b),
  '!': (a, b) => +(a !== b),
  '<': (a, b) => +(a < b),
  '>': (a, b) => +(a > b),
  l: (a, b) => +(a <= b),
  g: (a, b) => +(a >= b),
  and: (a, b) => +(a && b),
  or: (a, b) => +(a || b),
  where: (value, condition, ...others) => // value, condition ... value
  condition === undefined || condition ? value : FUNCTIONS.where(...others)
};
// A function of the list of operands: of a number, [operand], [name, argument ...], or ['sum', m, term] over
// the numbers from 1 to m, which a term finds behind the operands.
function formula(t) {
  if (!Array.isArray(t)) return () => t;
  if (t.length === 1) return v => v[t[0]];
  if (t[0] === 'sum') {
    const term = formula(t[2]);
    return v => upTo(t[1]).reduce((s, n) => s + term([...v, n + 1]), 0);
  }
  const f = FUNCTIONS[t[0]] || Math[t[0]];
  const [a, b, ...more] = t.slice(1).map(formula);
  if (!b) return v => f(a(v));
  return more.length ? v => f(a(v), b(v), ...more.map(g => g(v))) : v => f(a(v), b(v));
}

// Calls f with the indices of each term of a loop: see page_terms.c. w is how many they are.
function walk(loop, w, f, t = loop.slice(0, w), at = w) {
  if (at === loop.length) f(t);
  else
    for (let k = 0; k < loop[at]; k++)
      walk(loop, w, f, t.map((i, d) => i + k * loop[at + 1 + d]), at + 1 + w);
}
// The sums of the terms, or what f makes of two at a time: of elements of the operands, one behind the other,
// or of products of two.
function add(x, s, [w, ...loops], f) {
  const y = f ? [] : zeros(count(s)), [a, b] = w > 2 ? x.map(t => t.v) : [x.flatMap(t => t.v)];
  loops.forEach(l => walk(l, w, ([r, i, j]) => {
    const t = b ? a[i] * b[j] : a[i];
    y[r] = !f ? y[r] + t : r in y ? f([y[r], t]) : t;
  }));
  return y;
}
// By the terms [r, i] of windows which element i of x is the largest, the first of several; NaN is the
// largest. The result is the elements of g that stand there, or with way 2 g is added there.
function pool([x, g], s, [w, ...loops], way) {
  const from = [], y = zeros(count(s));
  loops.forEach(l => walk(l, w, ([r, i]) => {
    const v = x.v[i], best = x.v[from[r]];
    if (!(r in from) || v > best || (isNaN(v) && !isNaN(best))) from[r] = i;
  }));
  from.forEach((i, r) => {
    if (way > 1) y[i] += g.v[r];
    else y[r] = g.v[i];
  });
  return y;
}

// All values of the items, leaves having theirs, and of the terms [from, to, term's node, sum's node] of the
// gradients. Returns {value: by item, term: by term, total: by term the gradient so far, grad: by item}.
// `one` is a node that has the value 1 instead.
function evaluate({nodes, maps, lists, items, terms}, one) {
  const f = maps.map(formula), v = [], grad = [];
  nodes.forEach((q, i) => {
    const x = q.a && q.a.map(k => ({s: nodes[k].s, v: v[k]}));
    if (i === one) v[i] = [1];
    else if (!x) v[i] = q.i === undefined ? q.x : items[q.i].x;
    else if (q.w) v[i] = pool(x, q.s, lists[q.l], q.w);
    else if (q.l !== undefined) v[i] = add(x, q.s, lists[q.l], f[q.f]);
    else v[i] = q.f === undefined ? OPS[q.o](x, q.p || {}, q.s, q) : map(x, q.s, f[q.f]);
  });
  terms.forEach(q => { grad[q[1]] = v[q[3]]; });
  return {
    value: items.map(q => v[q.j]),
    term: terms.map(q => v[q[2]]),
    total: terms.map(q => v[q[3]]),
    grad: grad
  };
}
