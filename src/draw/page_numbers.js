// page_numbers.js: the page's small evaluator. It computes the nodes of a graph on numbers of 64 bits,
// forward and backward. page_ops.js has the ops.
//
// A tensor is {s: shape, v: values, p: parents, b: back}. back(g) gives a list of gradients, one for each
// parent.

function tensor(s, v, p, b) { return { s: s, v: v, p: p || [], b: b }; }
function count(s) { return s.reduce((n, k) => n * k, 1); }
const zeros = n => new Array(n).fill(0);

// An op is a function of operands, options, the shape of the result and its node. It gives the result, or a
// list of results. Options that have their defaults are absent.
const OPS = {};
function op(name, f) { OPS[name] = f; }

// By element of the shape `to`: the element of the shape `from` that is broadcast to it.
function spread(from, to) {
  const n = count(to), at = zeros(n), skip = to.length - from.length;
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
    const gx = zeros(x.v.length);
    if (d && d[k]) for (let i = 0; i < n; i++) gx[at[k][i]] += g[i] * d[k](...of(i), y[i]);
    return gx;
  }));
}
// An elementwise op. Its functions get the options behind their other arguments.
function each(name, f, ...d) {
  op(name, (x, o) => map(x, (...a) => f(...a, o), d.map(e => e && ((...a) => e(...a, o)))));
}

// The gradients of an op's operands, from that of its result: through all that the result is made of.
function pull(y, operands, g) {
  const order = [], seen = new Set(), grad = new Map([[y, g]]);
  (function visit(t) {
    if (seen.has(t)) return;
    seen.add(t);
    if (!operands.includes(t)) t.p.forEach(visit), order.push(t);
  })(y);
  for (let i = order.length - 1; i >= 0; i--) {
    const t = order[i], gt = grad.get(t);
    if (gt && t.b) t.b(gt).forEach((gx, k) => {
      const before = grad.get(t.p[k]);
      grad.set(t.p[k], before ? before.map((v, j) => v + gx[j]) : gx);
    });
  }
  return x => grad.get(x) || zeros(x.v.length);
}

// All values of the items, leaves having theirs, and all terms [from, to] of the gradients of the root.
// Returns {value: by item, term: by term, total: by term the gradient so far, grad: by item}.
function evaluate(nodes, items, terms) {
  const t = [], grad = [], pulled = [], term = [], total = [], of = i => t[items[i].j];
  nodes.forEach((q, i) => {
    const y = q.a ? OPS[q.o](q.a.map(k => t[k]), q.p || {}, q.s, q)
      : tensor(q.s, q.i === undefined ? q.x : items[q.i].x);
    t[i] = Array.isArray(y) ? y[q.r || 0] : y;
  });
  terms.forEach(([from, to], k) => {
    if (from < 0) term[k] = [1];
    else {
      pulled[from] = pulled[from] || pull(of(from), items[from].a.filter(a => a >= 0).map(of), grad[from]);
      term[k] = pulled[from](of(to));
    }
    grad[to] = total[k] = grad[to] ? grad[to].map((v, i) => v + term[k][i]) : term[k];
  });
  return { value: items.map((_, i) => of(i).v), term: term, total: total, grad: grad };
}
