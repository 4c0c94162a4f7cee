// page_ops.js: the ops that a page can compute, by the definitions of the library's ops.
//
// Each op, function and constant that begins a line is a block of its own. A page gets the ops of its graph,
// and the blocks whose names stand in them.

// ---- functions of one number: the function, and its derivative of x and y ----

const logistic = x => x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));
const softplus = x => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
// The sum of positive terms e^(-x²) 2/√π Σ 2ⁿ x²ⁿ⁺¹ / (1·3·…·(2n+1)).
function erf(x) {
  if (Math.abs(x) > 6) return Math.sign(x);
  let term = x, sum = x;
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) sum += term *= 2 * x * x / (2 * n + 1);
  return 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * sum;
}
const bellCurve = x => 2 / Math.sqrt(Math.PI) * Math.exp(-x * x);

each('neg', x => -x, () => -1);
each('exp', x => Math.exp(x), (x, y) => y);
each('log', x => Math.log(x), x => 1 / x);
each('log1p', x => Math.log1p(x), x => 1 / (1 + x));
each('expm1', x => Math.expm1(x), x => Math.exp(x));
each('sqrt', x => Math.sqrt(x), (x, y) => 1 / (2 * y));
each('rsqrt', x => 1 / Math.sqrt(x), (x, y) => -y * y * y / 2);
each('square', x => x * x, x => 2 * x);
each('reciprocal', x => 1 / x, (x, y) => -y * y);
each('abs', x => Math.abs(x), x => Math.sign(x));
each('sign', x => Math.sign(x));
each('floor', x => Math.floor(x));
each('ceil', x => Math.ceil(x));
each('round', x => Math.abs(x % 1) === 0.5 ? 2 * Math.round(x / 2) : Math.round(x));
each('sin', x => Math.sin(x), x => Math.cos(x));
each('cos', x => Math.cos(x), x => -Math.sin(x));
each('tan', x => Math.tan(x), (x, y) => 1 + y * y);
each('asin', x => Math.asin(x), x => 1 / Math.sqrt((1 - x) * (1 + x)));
each('acos', x => Math.acos(x), x => -1 / Math.sqrt((1 - x) * (1 + x)));
each('atan', x => Math.atan(x), x => 1 / (1 + x * x));
each('sinh', x => Math.sinh(x), x => Math.cosh(x));
each('cosh', x => Math.cosh(x), x => Math.sinh(x));
each('tanh', x => Math.tanh(x), x => 1 / Math.cosh(x) ** 2);
each('asinh', x => Math.asinh(x), x => 1 / Math.sqrt(x * x + 1));
each('acosh', x => Math.acosh(x), x => 1 / Math.sqrt((x - 1) * (x + 1)));
each('unit_gap', x => (1 - x) * (1 + x), x => -2 * x);
each('nearest_finite', x => Math.min(Math.max(x, -Number.MAX_VALUE), Number.MAX_VALUE), () => 1);
each('atanh', x => Math.atanh(x), x => 1 / ((1 - x) * (1 + x)));
each('erf', x => erf(x), x => bellCurve(x));
each('sigmoid', x => logistic(x), x => logistic(x) * logistic(-x));
each('softplus', x => softplus(x), x => logistic(x));
each('softsign', x => x / (1 + Math.abs(x)), x => 1 / (1 + Math.abs(x)) ** 2);
each('relu', x => x > 0 || isNaN(x) ? x : 0, x => x > 0 ? 1 : 0);
each('elu', (x, o) => x > 0 ? x : (o.alpha ?? 1) * Math.expm1(x),
  (x, y, o) => x > 0 ? 1 : (o.alpha ?? 1) * Math.exp(x));
each('celu', (x, o) => x > 0 ? x : (o.alpha ?? 1) * Math.expm1(x / (o.alpha ?? 1)),
  (x, y, o) => x > 0 ? 1 : Math.exp(x / (o.alpha ?? 1)));
const SELU = [1.0507009873554805, 1.0507009873554805 * 1.6732632423543772];
each('selu', x => x > 0 ? SELU[0] * x : SELU[1] * Math.expm1(x),
  x => x > 0 ? SELU[0] : SELU[1] * Math.exp(x));
const hard = x => Math.min(Math.max(x / 6 + 0.5, 0), 1);
each('hard_sigmoid', x => hard(x), x => Math.abs(x) > 3 ? 0 : x === x ? 1 / 6 : NaN);
each('hard_swish', x => x * hard(x), x => Math.abs(x) <= 3 ? x / 3 + 0.5 : x > 3 ? 1 : 0);
// By tanh: the number t, and the derivatives of its argument.
const bend = x => Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3));
const bendSlope = x => Math.sqrt(2 / Math.PI) * (1 + 0.134145 * x * x);
const gate = x => (1 + bend(x) + x * (1 - bend(x) ** 2) * bendSlope(x)) / 2;
each('gelu_tanh', x => x * (1 + bend(x)) / 2, x => gate(x));
each('gelu_tanh_backward', (a, x) => a * gate(x), (a, x) => gate(x), (a, x) => a * (1 - bend(x) ** 2) *
  (bendSlope(x) + x * Math.sqrt(2 / Math.PI) * 0.134145 * x - x * bend(x) * bendSlope(x) ** 2));

// ---- functions of several numbers ----

each('add', (a, b) => a + b, () => 1, () => 1);
each('sub', (a, b) => a - b, () => 1, () => -1);
each('mul', (a, b) => a * b, (a, b) => b, a => a);
each('div', (a, b) => a / b, (a, b) => 1 / b, (a, b, y) => y === 0 ? 0 : -y / b);
const powBase = (a, b) => b === 0 ? 0 : b * Math.pow(a, b - 1);
const powExponent = (a, b) => a === 0 && b >= 0 ? 0 : Math.pow(a, b) * Math.log(a);
const powBoth = (a, b) => Math.pow(a, b - 1) * (1 + b * Math.log(a));
each('pow', (a, b) => Math.pow(a, b), (a, b) => powBase(a, b), (a, b) => powExponent(a, b));
each('pow_base', (a, b) => powBase(a, b),
  (a, b) => b === 0 || b === 1 ? 0 : b * (b - 1) * Math.pow(a, b - 2), (a, b) => powBoth(a, b));
each('pow_exponent', (a, b) => powExponent(a, b),
  (a, b) => powBoth(a, b), (a, b) => Math.pow(a, b) * Math.log(a) ** 2);
each('atan2', (a, b) => Math.atan2(a, b),
  (a, b) => a || b ? b / (a * a + b * b) : 0, (a, b) => a || b ? -a / (a * a + b * b) : 0);
const wins = (a, b) => a > b ? 1 : a < b ? 0 : a === b ? 0.5 : NaN;
each('maximum', (a, b) => Math.max(a, b), (a, b) => wins(a, b), (a, b) => wins(b, a));
each('minimum', (a, b) => Math.min(a, b), (a, b) => wins(b, a), (a, b) => wins(a, b));
// A limit that is NaN stands for x, too.
const tooLow = (x, low) => x < low || low !== low;
const atLeast = (x, low) => tooLow(x, low) ? low : x;
const tooHigh = (x, low, high) => atLeast(x, low) > high || high !== high;
each('clip', (x, l, h) => tooHigh(x, l, h) ? h : atLeast(x, l),
  (x, l, h) => tooLow(x, l) || tooHigh(x, l, h) ? 0 : x === x ? 1 : NaN,
  (x, l, h) => tooLow(x, l) && !tooHigh(x, l, h) ? 1 : 0, (x, l, h) => tooHigh(x, l, h) ? 1 : 0);
each('equal', (a, b) => +(a === b));
each('not_equal', (a, b) => +(a !== b));
each('less', (a, b) => +(a < b));
each('less_equal', (a, b) => +(a <= b));
each('greater', (a, b) => +(a > b));
each('greater_equal', (a, b) => +(a >= b));
each('where', (c, a, b) => c ? a : b, null, c => c ? 1 : 0, c => c ? 0 : 1);
each('leaky', (x, k) => x > 0 ? x : k * x, (x, k) => x > 0 ? 1 : k, x => x > 0 ? 0 : x);
each('bce', (p, t) => (t && -t * Math.log(p)) - (t === 1 ? 0 : (1 - t) * Math.log1p(-p)),
  (p, t) => p === t && p * (1 - p) === 0 ? 0 : (p - t) / (p * (1 - p)), p => Math.log((1 - p) / p));
each('bce_logits', (z, t) => softplus(z) - z * t, (z, t) => logistic(z) - t, z => -z);
// The derivatives of tanh and sigmoid by their results; near the ends by x, where the results are near 1.
const tanhSlope = (y, x) => Math.abs(x) > 4.5 ? 1 / Math.cosh(x) ** 2 : 1 - y * y;
const sigmoidSlope = (y, x) => Math.abs(x) > 4.1 ? logistic(x) * logistic(-x) : y * (1 - y);
each('tanh_backward', (a, y, x) => a * tanhSlope(y, x), (a, y, x) => tanhSlope(y, x), (a, y) => -2 * a * y);
each('sigmoid_backward', (a, y, x) => a * sigmoidSlope(y, x), (a, y, x) => sigmoidSlope(y, x),
  (a, y) => a * (1 - 2 * y));
each('relu_backward', (a, b) => b > 0 ? a : 0, (a, b) => b > 0 ? 1 : 0);
each('div_backward', (g, y) => y === 0 ? 0 : -g * y, (g, y) => -y, g => -g);
const add = (a, b) => map([a, b], (u, v) => u + v, [() => 1, () => 1]);
const sub = (a, b) => map([a, b], (u, v) => u - v, [() => 1, () => -1]);
const mul = (a, b) => map([a, b], (u, v) => u * v, [(u, v) => v, u => u]);
const times = (x, k) => map([x], v => v * k, [() => k]);
const quotient = (a, b) => map([a, b], (u, v) => u / v, [(u, v) => 1 / v, (u, v, y) => -y / v]);
const exp = x => map([x], Math.exp, [(v, y) => y]);
const log = x => map([x], Math.log, [v => 1 / v]);
op('addn', x => x.reduce(add));
