// page_numbers.js: the page's small evaluator. It computes the nodes of a graph on numbers of 64 bits.
// Gradients are nodes, too: the script has no derivatives. page_ops*.js have the ops.
//
// A tensor is {s: shape, v: values}.

const count = s => s.reduce((n, k) => n * k, 1);
const zeros = n => new Array(n).fill(0);

// An op is a function of operands, options, the shape of the result and its node. It gives the values.
// Options that have their defaults are absent.
const OPS = {};
function op(name, f) { OPS[name] = f; }

// By element of the shape `to`: the element of the shape `from` that is broadcast to it.
function spread(from, to) {
  const n = count(to), at = zeros(n), skip = to.length - from.length;
  if (count(from) === n) return at.map((_, i) => i);
  for (let i = 0; i < n; i++) {
    let rest = i, step = 1;
    for (let d = to.length - 1; d >= skip; d--) {
      const k = from[d - skip];
      if (k > 1) at[i] += rest % to[d] * step;
      rest = Math.floor(rest / to[d]), step *= k;
    }
  }
  return at;
}
const pick = (x, at) => at.map(i => x.v[i]);
const wide = (x, s) => x.v.length === count(s) ? x.v : pick(x, spread(x.s, s));

// Elementwise: f of the list of the operands' elements. `each` is an op whose f takes them one by one.
function map(xs, s, f) {
  const v = xs.map(x => wide(x, s));
  return zeros(count(s)).map((_, i) => f(v.map(w => w[i])));
}
function each(name, f) { op(name, (x, o, s) => map(x, s, a => f(...a))); }

// What a formula is made of. Other names are those of Math.
const FUNCTIONS = {
  '+': (a, b) => a + b, '-': (a, b) => a - b, '*': (a, b) => a * b, '/': (a, b) => a / b, neg: a => -a,
  // 0 ln 0 is 0
  times_ln: (a, b) => a === 0 ? 0 : a * b, ln: Math.log,
  '=': (a, b) => +(a === b), '!': (a, b) => +(a !== b), '<': (a, b) => +(a < b), '>': (a, b) => +(a > b),
  l: (a, b) => +(a <= b), g: (a, b) => +(a >= b), and: (a, b) => +(a && b), or: (a, b) => +(a || b),
  // value, condition, value, condition ... value
  where: (...a) => {
    let k = 0;
    while (k + 1 < a.length && !a[k + 1]) k += 2;
    return a[k];
  }
};
// A function of the list of operands: a number, [operand], or [name, arguments ...].
function formula(t) {
  if (!Array.isArray(t)) return () => t;
  if (t.length === 1) return v => v[t[0]];
  const f = FUNCTIONS[t[0]] || Math[t[0]], [a, b, ...more] = t.slice(1).map(formula);
  if (!b) return v => f(a(v));
  return more.length ? v => f(a(v), b(v), ...more.map(g => g(v))) : v => f(a(v), b(v));
}

// All values of the items, leaves having theirs, and of the terms [from, to, term's node, sum's node] of the
// gradients. Returns {value: by item, term: by term, total: by term the gradient so far, grad: by item}.
function evaluate({ nodes, maps, items, terms }) {
  const f = maps.map(formula), v = [], grad = [];
  nodes.forEach((q, i) => {
    const x = q.a && q.a.map(k => ({ s: nodes[k].s, v: v[k] }));
    if (q.f !== undefined) v[i] = map(x, q.s, f[q.f]);
    else if (x) v[i] = OPS[q.o](x, q.p || {}, q.s, q);
    else v[i] = q.i === undefined ? q.x : items[q.i].x;
  });
  terms.forEach(q => { grad[q[1]] = v[q[3]]; });
  return { value: items.map(q => v[q.j]), term: terms.map(q => v[q[2]]), total: terms.map(q => v[q[3]]), grad: grad };
}
