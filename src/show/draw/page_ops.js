// page_ops.js: the ops that a page computes by functions of its own. Others it computes by their formulas, or
// C makes them of simpler ops. Each op, function and constant that begins a line is a block of its own. A
// page gets the ops of its nodes, and the blocks whose names stand in them.

// Their formulas would lose digits.
each('softplus', x => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))));
// The sum of positive terms e^(-x²) 2/√π Σ 2ⁿ x²ⁿ⁺¹ / (1·3·…·(2n+1)).
each('erf', x => {
  if (Math.abs(x) > 6) return Math.sign(x);
  let term = x, sum = x;
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) sum += term *= 2 * x * x / (2 * n + 1);
  return 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * sum;
});
each('round', x => Math.abs(x % 1) === 0.5 ? 2 * Math.round(x / 2) : Math.round(x));
// Exact, as remainders of JavaScript are: a rounded quotient may be too large by one.
each('fmod', (a, b) => a % b);
each('remainder', (a, b) => a % b + (turns(a, b) ? b : 0));
each('floor_divide', (a, b) => b === 0 ? a / b : Math.round((a - a % b) / b) - turns(a, b));
function turns(a, b) { return a % b !== 0 && a % b < 0 !== b < 0; }
each('nearest_finite', x => Math.min(Math.max(x, -Number.MAX_VALUE), Number.MAX_VALUE));
// The derivatives of tanh and sigmoid by their results; near the ends by x, where the results are near 1.
each('tanh_backward', (a, y, x) => a * (Math.abs(x) > 4.5 ? 1 / Math.cosh(x) ** 2 : 1 - y * y));
each('sigmoid_backward', (a, y, x) => a * (x > 4.1 ? Math.exp(-x) / (1 + Math.exp(-x)) ** 2 : y * (1 - y)));
// 1 - y near its end, by x, and the logarithms of y = sigmoid x, 1 - y and 1 - tanh² x.
each('sigmoid_rest', (a, y, x) => x > 4.1 ? 1 / (1 + Math.exp(x)) : a - y);
each('tanh_rest', (a, y, x) => x > 2.4 ? 2 / (1 + Math.exp(2 * x)) : a - y);
each('log_sigmoid', (y, x) => Math.min(x, 0) - Math.log1p(Math.exp(-Math.abs(x))));
each('log_sigmoid_rest', (y, x) => Math.min(-x, 0) - Math.log1p(Math.exp(-Math.abs(x))));
each('log_sech2', (y, x) => 2 * (Math.LN2 - Math.abs(x) - Math.log1p(Math.exp(-2 * Math.abs(x)))));
op('log_softmax_rest', x => x[0].v.map((p, i) => p < 0.5 ? Math.log1p(-p) : Math.log(x[1].v[i])));
each('bce_slope', (p, t, r) => p === t && p * r === 0 ? 0 : (r < 1 / 64 ? 1 - t - r : p - t) / (p * r));
each('log_by_rest', (x, r) => Math.abs(r) < 1 / 64 ? Math.log1p(-r) : Math.log(x));
each('div_backward', (g, y) => y === 0 ? 0 : -g * y);
op('addn', (x, o, s) => map(x, s, a => a.reduce((t, u) => t + u)));
op('cast',
  (x, o) => x[0].v.map(o.dtype === 'f32' ? Math.fround
      : o.dtype[0] === 'f'               ? v => v
      : o.dtype === 'bool'               ? v => +(v !== 0)
                                         : v => Math.trunc(v) || 0));
// Random draws stay those of the picture.
op('random_keep', (x, o, s, node) => x[0].v.map((v, i) => v * node.m[i]));
