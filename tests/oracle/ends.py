"""ends.py: calls with numbers at the ends of the floats beside their formulas: values, gradients, tangents,
second derivatives.

Gradients are beside the adjoint, which oracle.py compares with differences of the formula at other numbers;
tangents and second derivatives beside differences. Ops of one element each are at points of a lattice: each
element has the error that it would have alone, and where a formula says nothing at an infinity, its limit
counts. In other ops the unit of errors is that of a backward stable computation: what the result changes
when each operand changes in its last bit."""
import decimal
import random
from decimal import Decimal

import words
from calls import Adjoint, array, formula
from numbers_50 import INF, NAN, ONE, ZERO, Array, Unsaid, map2, scalar

POINTS = 28
DIGITS, STEP = 100, Decimal("1e-25")
SMALLEST = Decimal("1e-30")  # a smaller step is one from zero: the difference of x^6 is off by as much
FLOATS = {"f64": (2.0 ** -52, 2.0 ** -1022, (2 - 2.0 ** -52) * 2.0 ** 1023),
          "f32": (2.0 ** -23, 2.0 ** -126, (2 - 2.0 ** -23) * 2.0 ** 127)}
FLOATS = {t: tuple(map(Decimal, v)) for t, v in FLOATS.items()}  # eps, least, most
PARTS = "-1.5 -1 -0.5 0.5 1 1.5".split()
draw = random.Random(2)


class Wrong(Exception):
    """What differs, and where."""


def expect(call, kind, i, got, want, bar):
    """bar: how far they may be from each other. Next to the largest number they may be infinite."""
    most = FLOATS[call.dtype][2]
    if want.is_nan():
        fine = got.is_nan()
    elif not got.is_finite() or abs(want) > most:
        nearly = Decimal("0.999") * most
        fine = got == want or not got.is_nan() and abs(got) > nearly < abs(want) and got * want > 0
    else:
        fine = abs(got - want) <= bar
    if not fine:
        points = call.numbers == POINTS
        at = [float(x.at[i]) if points else list(map(float, x.at[:4])) for x in call.x if x]
        raise Wrong("%s, element %d of %s: %.9g, not %.9g (%.3g)" % (kind, i, at, got, want, bar))


def difference(at, ahead, behind, step):
    """The slope, and what it can be off by; NaN where slopes to both sides differ, or there is a jump."""
    change, lost = abs(ahead - behind), 10 * abs(at).scaleb(-DIGITS)
    smooth = abs(ahead - at - (at - behind)) <= Decimal("1e-9") * change + lost
    if not at.is_finite() or not smooth or change > Decimal("1e-6") * (abs(at) or ONE):
        return NAN, ZERO
    return (ahead - behind) / (2 * step), lost / step + (step if step < SMALLEST else 0)


# ---- ops of one element each ----

ABSOLUTE = 1  # errors are relative to 1 at least: the result is a difference of numbers of size 1
PIECES = 2    # of constant slope: at NaN the slope is that of one of them
NO_LIMIT = 4  # x times what is 0 far out: at infinities NaN, as 0 times infinity is
SMALL = 8     # a square of the derivative is on the way, which underflows earlier
STEEP = 16    # e^u of large u, whose error counts u times
NANS = 32     # at NaN the slope is NaN, which its comparisons do not say
# Their operands belong together, or their formula does not tell the whole.
LEFT_OUT = set("bce bce_logits cast gelu_tanh_backward pow_base pow_exponent pow_term sigmoid_less".split())
# (how, the same function written so that nothing cancels or None, where operands must be between)
POINT_RULES = {
    "sinh": (0, "y = sinh(x)"),
    "asinh": (0, "y = asinh(x)"),
    "acosh": (0, None, ONE - STEP, Decimal("1e400")),
    "atanh": (0, "y = atanh(x)", -ONE - STEP, ONE + STEP),
    "log1p": (0, "y = log1p(x)", -ONE - STEP, Decimal("1e400")),
    "expm1": (0, "y = expm1(x)"),
    "softplus": (0, "y = x + log1p(e^-x) where x > 0, else log1p(e^x)"),
    "softsign": (SMALL, None), "tanh_slope": (NO_LIMIT, None),
    "elu": (0, "y = x where x > 0, else alpha expm1(x)"),
    "celu": (STEEP, "y = x where x > 0, else alpha expm1(x / alpha)"),
    "selu": (0, "y = s x where x > 0, else s alpha expm1(x); s = 1.0507009873554805, "
                "alpha = 1.6732632423543772"),
    "clip": (PIECES, None), "hard_sigmoid": (NANS, None),
    "hard_swish": (NO_LIMIT | NANS, None),
    "floor_divide": (0, "y = floor((a - a mod b) / b + 1 / 2)"),
    "remainder": (0, None, Decimal("-1e15"), Decimal("1e15")),
    "fmod": (0, None, Decimal("-1e15"), Decimal("1e15")),
    "abs": (PIECES, None), "leaky_relu": (NO_LIMIT, None), "atan": (SMALL, None),
    "maximum": (NANS, None), "minimum": (NANS, None),
    "pow": (STEEP, None, Decimal("-1e30"), Decimal("1e30")),
    "silu": (NO_LIMIT, None), "mish": (ABSOLUTE | NO_LIMIT, None),
    "gelu": (ABSOLUTE, None, Decimal("-1e18"), Decimal("1e18")),
    "gelu_tanh": (ABSOLUTE, None, Decimal("-1e18"), Decimal("1e18")),
}


def cancels(tree, name, below=False):
    """Whether a number less the result stands in a tree, as in 1 - y^2: few digits are left where they are
    near each other."""
    if tree == ("name", name):
        return below
    if not isinstance(tree, (tuple, list)):
        return False
    less = tree[0] == "-" and tree[1][0] == "number" if tree else False
    return any(cancels(part, name, below or less and k == 2) for k, part in enumerate(tree))


def with_limits(x, f, undefined=()):
    """f(x), where infinite numbers are replaced by the limit from there, if f says nothing; and how many
    numbers of a point are infinite. undefined: points that have no limit."""
    n = max(len(a.at) for a in x if a)
    of = [[a.at[p if len(a.at) > 1 else 0] for a in x if a] for p in range(n)]
    far = [sum(v.is_infinite() for v in at) for at in of]
    y = f(x)
    at = list(y.at)
    there = [p for p in range(n) if far[p] == 1 and at[p].is_nan() and p not in undefined and
             not any(v.is_nan() for v in of[p])]
    if there:
        part = [a and Array((len(there),), [a.at[p if len(a.at) > 1 else 0] for p in there]) for a in x]
        away = [f([a and a.map(lambda v: e.copy_sign(v) if v.is_infinite() else v) for a in part]).at
                for e in map(Decimal, ("1e900", "1e1100", "1e1300"))]
        for p, a, b, c in zip(there, *away):
            at[p] = limit(a, b, c)
    return Array(y.shape, at), far


def limit(a, b, c):
    """The number that three values far out are on the way to, or NaN."""
    if abs(a) < abs(b) < abs(c) and a * c > 0:
        return INF.copy_sign(a)
    if abs(c) < Decimal("1e-400"):
        return ZERO
    return c if abs(a - c) <= Decimal("1e-30") * abs(c) else NAN


class Points:
    def __init__(self, call):
        self.call = call
        self.how, self.as_, self.low, self.high = (POINT_RULES.get(call.op, (0, None)) + (None, None))[:4]
        if self.as_:
            call.formula = self.as_
        self.n, self.undefined = len(call.y[0].at), ()
        self.x = [(k, a) for k, a in enumerate(call.x) if a]
        self.several = len(self.x) > 1
        least = FLOATS[call.dtype][1]
        of = [[a.at[p if len(a.at) > 1 else 0] for _, a in self.x] for p in range(self.n)]
        self.nan = [any(v.is_nan() for v in x) for x in of]
        self.tiny = [any(v != 0 and v.copy_abs() <= least for v in x) for x in of]
        self.outside = [self.low is not None and not all(self.low < v < self.high for v in x) for x in of]

    def compare(self, kind, got, said, far, how=0, scale=None, lost=None):
        """said: what the formula says, with limits. scale: what a derivative was multiplied by. lost: what
        said can be off by."""
        call, how = self.call, self.how | how
        derivative, (eps, least, most) = kind != "value", FLOATS[call.dtype]
        for p in range(self.n):
            want = NAN if self.nan[p] and derivative and how & NANS else said.at[p]
            known = self.nan[p] or not want.is_nan()
            if self.nan[p] and derivative and how & PIECES or self.outside[p]:
                known = False
            if self.tiny[p] and self.several and derivative:
                known = False
            if far[p] and how & NO_LIMIT and (derivative or not self.several):
                known = False
            if self.several and far[p] and derivative and not want.is_finite():
                known = False
            if self.nan[p] and lost or want.is_finite() and abs(want) > most / 2 and got.at[p].is_infinite():
                known = False
            if not known:
                continue
            by = scale.at[p] if scale else ONE
            size = (abs(want) + bool(how & ABSOLUTE)) * abs(by)
            bar = (1024 if how & STEEP else 32) * eps * size + 4 * least
            bar += (eps * least.sqrt() if how & SMALL else 0) + (lost[p] if lost else 0)
            # At infinity 0 is not 5e-309: times infinity that would be infinity.
            expect(call, kind, p, got.at[p], want * by, 0 if far[p] and want == 0 else bar)

    def judge(self):
        call = self.call
        if call.op in LEFT_OUT:
            return
        yield "value", self.values
        if call.gradients[0] and Adjoint.there(call):
            self.adjoint = Adjoint(call)
            self.how_slopes = ABSOLUTE if cancels(self.adjoint.equations, self.adjoint.name) else 0
            self.v = array(call.gradients[0]["y"])
            for k, g in enumerate(call.gradients[0]["x"]):
                if g is not None and self.adjoint.equation(k):
                    yield "gradient", lambda: self.slopes(k, array(g))
                    second = call.gradients[0]["second"][k]
                    if second is not None:
                        yield "second", lambda: self.curves(k, array(second))

    def value(self, x):
        self.call.y[0].shape = (max(len(a.at) for a in x if a),)
        return formula(self.call, x, 0)

    def values(self):
        self.undefined = [p for p, v in enumerate(self.value(self.call.x).at) if v.is_nan() and self.several]
        self.compare("value", self.call.y[0], *with_limits(self.call.x, self.value, self.undefined))

    def slope(self, k):
        """Of operands: the slopes by operand k."""
        def f(x):
            scope = self.adjoint.scope(x, self.value(x))
            scope.values[self.adjoint.name + "'"] = scalar(ONE)
            return self.adjoint.gradient(k, scope, x[k].shape)
        return f

    def slopes(self, k, got):
        said, far = with_limits(self.call.x, self.slope(k), self.undefined)
        self.compare("gradient by operand %d" % k, got, said, far, self.how_slopes, self.v)
        tangent, along = self.call.gradients[0]["tangent"], self.call.gradients[0]["along"]
        if tangent is not None and along[k] is not None:
            self.compare("tangent by operand %d" % k, array(tangent), said, far, self.how_slopes)

    def curves(self, k, got):
        """The slope's differences where the operand of the direction moves by a part of itself. NaN where
        those to both sides differ: there is a kink."""
        m, = (i for i, u in enumerate(self.call.gradients[0]["along"]) if u is not None)

        def by(x, step):
            at, ahead, behind = (self.slope(k)([map2(lambda a, h: a + s * h, a, step) if i == m else a
                                                for i, a in enumerate(x)]) for s in (0, 1, -1))
            return [difference(c, r, l, h) for c, r, l, h in zip(at.at, ahead.at, behind.at, step.at)]

        def f(x):
            """Of small numbers by a part of them, if f is not smooth at 0."""
            y = by(x, x[m].map(lambda v: max(STEP * abs(v), STEP / 10 ** 10)))
            again = [i for i, v in enumerate(y) if v[0].is_nan() and 0 < abs(x[m].at[i]) < Decimal("1e-8")]
            if again:
                part = [a and Array((len(again),), [a.at[i] for i in again]) for a in x]
                for i, v in zip(again, by(part, part[m].map(lambda v: STEP * abs(v)))):
                    y[i] = v
            self.lost = [e for _, e in y] if len(y) == self.n else self.lost
            return Array((len(y),), [v for v, _ in y])
        said, far = with_limits(self.call.x, f, self.undefined)
        self.compare("second derivative by operands %d, %d" % (m, k), got, said, far, self.how_slopes, self.v,
                     self.lost)


# ---- other ops ----

FINITE = 1    # of infinities and NaN nothing is expected: they meet 0, or are left out
RISING = 2    # nor of inf: inf - inf or inf / inf is on the way
SQUARES = 8   # nor of operands whose squares overflow
MODERATE = 16  # nor of those whose products overflow or underflow: factors are multiplied in any order
NORMAL = 32   # nor of derivatives at denormal numbers
CLOSE = 64    # nor where elements differ by less than the error of their mean
ONE_PART = 128  # the other parts are for the gradient
UNITS = 256   # the result is a difference of numbers of size 1
NORMS = 512   # errors of matrices are those of their norms; vectors, signs and orders are not smooth
EQUAL = 2048  # nor where all elements are the largest number: squares of the error of their mean overflow
NEAR = 4096   # nor of derivatives of operands whose squares overflow
ZEROS = 8192  # 0 ln x is 0, with all its derivatives: nor of second ones at 0
SHARES = 16384  # nor of second ones: the adjoint has a case for shares that add to 1
FILLING_RULES = {
    "attention": MODERATE, "attention_tiles": MODERATE, "det": MODERATE, "eigh": NORMS, "eigh_parts": NORMS,
    "svd": NORMS, "svd_parts": NORMS, "qr": NORMS, "qr_parts": NORMS, "inverse_gaps": MODERATE,
    "binary_cross_entropy": NORMAL, "sort": NORMS, "topk": NORMS, "norm": NORMAL, "std": NORMAL | CLOSE,
    "var": CLOSE, "softmax": RISING, "log_softmax_grad": SQUARES, "logsumexp": ONE_PART | NEAR,
    "logcumsumexp": MODERATE, "logdet": NORMAL, "cross_entropy": ONE_PART,
    "softmax_cross_entropy": SQUARES | SHARES, "kl": NORMAL | ZEROS, "cosine_loss": UNITS,
    "triplet": SQUARES, "layer_norm": CLOSE | EQUAL, "layer_norm_over": CLOSE | EQUAL, "rms_norm": SQUARES,
    "batch_norm": CLOSE | EQUAL, "batch_norm_train": SQUARES | CLOSE | EQUAL, "solve": FINITE | MODERATE,
    "lstsq": FINITE | MODERATE | CLOSE,
}
FILLING_AS = {
    "log_softmax": "y = z - ln(sum(e^z along axis)); z = (x - max(x along axis)) / temperature",
    "bce_with_logits": "L = reduction(l); l = x - x y + log1p(e^-x) where x > 0, else log1p(e^x) - x y",
}
LARGE, ODD = SQUARES | MODERATE, FINITE | RISING
MARKS = {8: LARGE, 9: MODERATE, 10: LARGE, 11: MODERATE, 12: ODD, 13: FINITE, 14: ODD, 15: FINITE,
         16: FINITE, 18: CLOSE, 20: LARGE, 21: MODERATE, 22: LARGE | EQUAL, 23: LARGE | EQUAL,
         24: MODERATE, 25: LARGE}


def finite(at): return [abs(v) for v in at if v.is_finite()]


class Filling:
    def __init__(self, call):
        self.call, self.how = call, FILLING_RULES.get(call.op, 0)
        call.formula = FILLING_AS.get(call.op, call.formula)
        ignores = "ignore" in call.options and call.options["ignore"]["value"] is not None
        if "reduction" in call.options and (ignores or len(call.x) > 3 and call.x[3]):
            self.how |= FINITE | MODERATE  # a mean of what counts: 0 / 0 where nothing does
        self.eps, self.least, self.most = FLOATS[call.dtype]
        self.nan = any(v.is_nan() for x in call.x if x for v in x.at)
        self.far = not call.finite()

    def compare(self, kind, got, want, unit, lost=ZERO):
        """unit: for each element the number whose last bit its error is."""
        for i, (a, b, u) in enumerate(zip(got.at, want.at, unit)):
            if b.is_nan():
                if self.nan and kind.startswith("value 0") and not a.is_nan():
                    expect(self.call, kind, i, a, b, 0)
                continue
            if b.is_finite() and u > self.most / 16:
                continue
            expect(self.call, kind, i, a, b, 256 * self.eps * (abs(b) + u) + 64 * self.least + lost)

    def perturbed(self, by_norm=False):
        """The operands, each number changed by about its last bit. by_norm: by that of the largest."""
        def change(a):
            most = max(finite(a.at), default=ZERO) or ONE if by_norm else ZERO
            return a.map(lambda v: v + self.eps * max(abs(v), most) * Decimal(draw.choice(PARTS))
                         if v.is_finite() else v)
        call = self.call
        return [change(a) if t and t["dtype"] in FLOATS else a for a, t in zip(call.x, call.operands)]

    def judge(self):
        call, marks = self.call, MARKS.get(self.call.numbers, 0)
        negative = any(v < 0 for n, x in zip(call.names, call.x) if n == "variance" and x for v in x.at)
        tiny = self.how & NORMS and call.numbers in (11, 24)
        if marks & self.how or negative or tiny or self.far and call.op in words.NAN_IS_LEFT_OUT:
            return
        said = {}
        for k in range(1 if self.how & ONE_PART else len(call.y)):
            yield "value", lambda: said.update({k: self.value(k)})
        rough = self.how & NORMAL and call.numbers in (11, 24) or self.how & NEAR and marks & LARGE
        g = call.gradients[0]
        if rough or self.far or self.how & NORMS or not g or not said.get(0) or not said[0][1]:
            return
        unit, self.u = said[0][0], [array(u) for u in g["along"]]
        zeros = any(v == 0 for x, u in zip(call.x, self.u) if u for v in x.at)
        self.lost = STEP if zeros else ZERO  # where x^2 is not seen
        if call.op not in words.NO_SLOPE and g["tangent"] is not None:
            yield "tangent", lambda: self.tangent(array(g["tangent"]), unit)
        if Adjoint.there(call):
            self.adjoint = Adjoint(call)
            for k, gx in enumerate(g["x"]):
                if gx is not None and self.adjoint.equation(k):
                    yield "gradient", lambda: self.gradient(k, array(gx), g["second"][k], unit)

    def value(self, k):
        """The unit of derivatives by numbers of size 1, and whether there are derivatives to compare."""
        call = self.call
        want = formula(call, call.x, k)
        others = [formula(call, self.perturbed(i == 3), k) for i in range(4)]
        changes = [[o.at[i] - w for o in others[:3]] for i, w in enumerate(want.at)]
        unit = [max(finite(c), default=ZERO) / self.eps + bool(self.how & UNITS) for c in changes]
        largest = max(finite(want.at), default=ZERO)
        by_norm = max(finite(map2(lambda a, b: (a - b) / self.eps, want, others[3]).at), default=ZERO)
        if self.how & NORMS or by_norm > self.most / 16:
            unit = [max(by_norm, largest)] * len(unit)
        self.compare("value %d" % k, call.y[k], want, unit)
        return max(unit, default=ZERO) + largest + by_norm, all(abs(w) <= self.most for w in want.at)

    def tangent(self, got, unit):
        call = self.call
        want, lost = smooth(*(formula(call, call.moved(self.u, h), 0) for h in (0, STEP, -STEP)))
        most = unit + max(finite(want.at), default=ZERO)
        self.compare("tangent", got, want, [most] * len(want.at), lost + self.lost)

    def slope(self, k, x):
        scope = self.adjoint.scope(x, formula(self.call, x, 0, True))
        return self.adjoint.gradient(k, scope)

    def gradient(self, k, got, second, unit):
        call = self.call
        want, other = self.slope(k, call.x), self.slope(k, self.perturbed())
        size = max(finite(call.x[k].at), default=ZERO) or ONE
        change = max(finite(map2(lambda a, b: (a - b) / self.eps, want, other).at), default=ZERO)
        most = max(finite(want.at), default=ZERO) + change + 2 * unit / size
        self.compare("gradient by operand %d" % k, got, want, [most] * len(want.at))
        unknown = self.how & SHARES or MARKS.get(call.numbers, 0) & SQUARES  # there the directions overflow
        if self.how & ZEROS and any(v == 0 for x in call.x for v in x.at):
            unknown = True
        if second is not None and not unknown:
            ahead, behind = (self.slope(k, call.moved(self.u, h)) for h in (STEP, -STEP))
            want, lost = smooth(want, ahead, behind)
            most += max(finite(want.at), default=ZERO)
            self.compare("second derivative by operand %d" % k, array(second), want, [most] * len(want.at),
                         lost + self.lost)


def smooth(at, ahead, behind):
    """The differences, and what they can be off by."""
    each = [difference(c, r, l, STEP) for c, r, l in zip(at.at, ahead.at, behind.at)]
    return Array(at.shape, [d for d, _ in each]), max((e for _, e in each), default=ZERO)


def judge(call, tell):
    """tell(way, what is wrong or None, why nothing is said or None) of each comparison."""
    with decimal.localcontext() as c:
        c.prec = DIGITS
        for way, compare in (Points if call.numbers == POINTS else Filling)(call).judge():
            try:
                compare()
                tell(way, None, None)
            except (Wrong, AssertionError) as e:
                tell(way, str(e), None)
            except Unsaid as e:
                tell(way, None, str(e))
