"""numbers_50.py: arrays of decimal numbers, of 50 digits unless a context asks for more, and the functions
that decimal lacks.

Every function takes and gives Decimal. NaN and infinities go through as IEEE 754 says; nothing raises."""
import decimal
import itertools
import math
from decimal import Decimal

DIGITS = 50
decimal.setcontext(decimal.Context(prec=DIGITS, Emin=-999999, Emax=999999, traps=[]))
ZERO, ONE, TWO, HALF = Decimal(0), Decimal(1), Decimal(2), Decimal("0.5")
NAN, INF = Decimal("nan"), Decimal("inf")


def series(term, ratio):
    """term + term ratio(1) + term ratio(1) ratio(2) ... until nothing changes."""
    total, k = term, 0
    while True:
        k += 1
        term *= ratio(k)
        if total + term == total or not term.is_finite():
            return total
        total += term


def more(f):
    """f, computed with 30 digits more than are asked for."""
    def g(*x):
        if any(not v.is_finite() for v in x):
            return f(*x)
        with decimal.localcontext() as c:
            c.prec += 30
            y = f(*x)
        return +y
    return g


@more
def atan(x):
    if x.is_nan():
        return x
    if x.is_infinite() or abs(x) > ONE:
        side = PI / 2 if x > 0 else -PI / 2
        return side if x.is_infinite() else side - atan(ONE / x)
    for _ in range(3):  # atan x = 2 atan(x / (1 + sqrt(1 + x^2)))
        x = x / (ONE + (ONE + x * x).sqrt())
    odd = itertools.count(1, 2)
    square, power, total = -x * x, x, ZERO
    for k in odd:
        step = power / k
        if total + step == total:
            return 8 * total
        total += step
        power *= square


def machin():
    def inverse(n):
        total, power, k = ZERO, ONE / n, 1
        while total + power / k != total:
            total += power / k
            power, k = -power / (n * n), k + 2
        return total
    with decimal.localcontext() as c:
        c.prec = LONG
        return 16 * inverse(5) - 4 * inverse(239)


LONG = 500  # digits of pi: as many as the largest double has before its point, and more
PI = machin()
with decimal.localcontext(decimal.Context(prec=LONG)):
    E = ONE.exp()


def within_a_turn(x):
    """x less whole turns. NaN where that would take more digits of pi."""
    with decimal.localcontext() as c:
        c.prec = LONG
        return x.remainder_near(2 * PI) if x.adjusted() < LONG - 180 else NAN


@more
def sin(x):
    x = within_a_turn(x)
    return series(x, lambda k: -x * x / ((2 * k) * (2 * k + 1))) if x.is_finite() else NAN


@more
def cos(x):
    x = within_a_turn(x)
    return series(ONE, lambda k: -x * x / ((2 * k - 1) * (2 * k))) if x.is_finite() else NAN


@more
def tan(x):
    return sin(x) / cos(x)


@more
def erf(x):
    if x.is_nan():
        return x
    if abs(x) > 20:
        return ONE.copy_sign(x)
    with decimal.localcontext() as c:  # the terms are as large as e^(x^2)
        c.prec += int(x * x * HALF) + 5
        return 2 / PI.sqrt() * x * (-x * x).exp() * series(ONE, lambda k: 2 * x * x / (2 * k + 1))


@more
def tanh(x):
    if x.is_nan():
        return x
    if abs(x) > 200:
        return ONE.copy_sign(x)
    return expm1(2 * x) / (expm1(2 * x) + 2)


@more
def expm1(x):
    if not x.is_finite() or abs(x) > HALF:
        return x.exp() - ONE
    return x if x == 0 else series(x, lambda k: x / (k + 1))


@more
def log1p(x):
    if not x.is_finite() or abs(x) > HALF:
        return (ONE + x).ln()
    z = x / (TWO + x)  # 2 atanh z
    odd, power, total = itertools.count(1, 2), 2 * z, ZERO
    for k in odd:
        if total + power / k == total:
            return total + power / k
        total += power / k
        power *= z * z


@more
def sinh(x):
    if not x.is_finite() or abs(x) > HALF:
        return (x.exp() - (-x).exp()) / 2
    return series(x, lambda k: x * x / ((2 * k) * (2 * k + 1)))


@more
def asinh(x):
    if not x.is_finite():
        return x
    return log1p(abs(x) + x * x / (ONE + (ONE + x * x).sqrt())).copy_sign(x)


@more
def acosh(x):
    return log1p(x - 1 + (x - 1).sqrt() * (x + 1).sqrt()) if x >= 1 else NAN


@more
def atanh(x):
    return log1p(2 * x / (1 - x)) / 2 if abs(x) <= 1 else NAN


@more
def asin(x):
    return NAN if not abs(x) <= 1 else PI / 2 * x if abs(x) == 1 else atan(x / (ONE - x * x).sqrt())


@more
def acos(x):
    return NAN if not abs(x) <= 1 else PI / 2 - asin(x)


def atan2(y, x):
    if y.is_nan() or x.is_nan():
        return NAN
    if x.is_infinite() and y.is_infinite():
        a = PI / 4
    elif x == 0 and y == 0:
        a = ZERO
    else:
        a = abs(atan(y / x)) if x != 0 else PI / 2
    return (PI - a if x.is_signed() else a).copy_sign(y)


def power(a, b):
    if b == 0 or a == 1:
        return ONE
    if a.is_nan() or b.is_nan():
        return NAN
    if a == 0:
        y, odd = INF if b < 0 else ZERO, b.is_finite() and b % 2 in (1, -1)
        return y.copy_sign(a) if odd else y
    if b == b.to_integral_value() and abs(b) < 10000:
        return a ** int(b)
    return NAN if a < 0 else (b * a.ln()).exp()


def floor(x):
    return x.to_integral_value(decimal.ROUND_FLOOR) if x.is_finite() else x


def ceil(x):
    return x.to_integral_value(decimal.ROUND_CEILING) if x.is_finite() else x


def rounded(x):
    return x.to_integral_value(decimal.ROUND_HALF_EVEN) if x.is_finite() else x


def sign(x):
    return x if x.is_nan() or x == 0 else ONE.copy_sign(x)


def mod(a, b):
    if not a.is_finite() or b.is_nan() or b == 0:
        return NAN
    if b.is_infinite():
        return a if a == 0 or (a < 0) == (b < 0) else b
    with decimal.localcontext() as c:
        c.prec = 700
        return a - b * floor(a / b)


def sigmoid(x):
    return ONE / (ONE + (-x).exp())


def larger(a, b):
    return NAN if a.is_nan() or b.is_nan() else max(a, b)


def smaller(a, b):
    return NAN if a.is_nan() or b.is_nan() else min(a, b)


def truth(f):
    """A comparison as 1 or 0. With NaN only != holds."""
    def compare(a, b):
        return ONE if f(a, b) else ZERO
    return compare


LESS = truth(lambda a, b: not a.is_nan() and not b.is_nan() and a < b)
MORE = truth(lambda a, b: not a.is_nan() and not b.is_nan() and a > b)
AT_MOST = truth(lambda a, b: not a.is_nan() and not b.is_nan() and a <= b)
AT_LEAST = truth(lambda a, b: not a.is_nan() and not b.is_nan() and a >= b)
EQUAL = truth(lambda a, b: a == b)
OTHER = truth(lambda a, b: a != b)
BOTH = truth(lambda a, b: a != 0 and b != 0)
EITHER = truth(lambda a, b: a != 0 or b != 0)


class Unsaid(Exception):
    """The formula does not say it; the text is the reason."""


class Array:
    """A tensor: its shape, and its elements in the order of C."""
    __slots__ = ("shape", "at")

    def __init__(self, shape, at):
        self.shape, self.at = tuple(shape), list(at)

    def __repr__(self):
        return "%s%s" % (list(self.shape), [float(x) for x in self.at])

    def item(self):
        if len(self.at) != 1:
            raise Unsaid("a tensor where a number should be")
        return self.at[0]

    def places(self):
        return itertools.product(*map(range, self.shape))

    def offset(self, place):
        at = 0
        for n, i in zip(self.shape, place):
            at = at * n + i
        return at

    def get(self, place):
        return self.at[self.offset(place)]

    def spread(self, place):
        """The element that broadcasts to a place of a shape of no fewer axes."""
        place = place[len(place) - len(self.shape):]
        return self.at[self.offset(tuple(0 if n == 1 else i for n, i in zip(self.shape, place)))]

    def map(self, f):
        return Array(self.shape, map(f, self.at))


def scalar(x):
    return Array((), [x if isinstance(x, Decimal) else Decimal(x)])


def size(shape):
    return math.prod(shape)


def broadcast(*shapes):
    rank = max(map(len, shapes), default=0)
    y = []
    for lengths in itertools.zip_longest(*(reversed(s) for s in shapes), fillvalue=1):
        others = {n for n in lengths if n != 1}
        if len(others) > 1:
            raise Unsaid("shapes %s do not broadcast" % " ".join(map(str, shapes)))
        y.append(others.pop() if others else 1)
    assert len(y) == rank
    return tuple(reversed(y))


def map2(f, a, b):
    if a.shape == b.shape:
        return Array(a.shape, map(f, a.at, b.at))
    if not b.shape:
        v = b.at[0]
        return Array(a.shape, [f(x, v) for x in a.at])
    if not a.shape:
        v = a.at[0]
        return Array(b.shape, [f(v, x) for x in b.at])
    shape = broadcast(a.shape, b.shape)
    return Array(shape, [f(a.spread(p), b.spread(p)) for p in itertools.product(*map(range, shape))])


def reduce(f, a, axes, start):
    """f over the axes, which stay with the size 1. start: of no elements; None: the first element starts."""
    shape = tuple(1 if k in axes else n for k, n in enumerate(a.shape))
    y = Array(shape, [start] * size(shape))
    for place, x in zip(a.places(), a.at):
        at = y.offset(tuple(0 if k in axes else i for k, i in enumerate(place)))
        y.at[at] = x if y.at[at] is None else f(y.at[at], x)
    return y


def add(a, b): return a + b


def sub(a, b): return a - b


def mul(a, b): return a * b


def div(a, b): return a / b


def total(a, axes): return reduce(add, a, axes, ZERO)


def sum_to(a, shape):
    """Added up over what a shape does not have."""
    more_axes = len(a.shape) - len(shape)
    axes = set(range(more_axes)) | {k + more_axes for k, n in enumerate(shape) if n == 1}
    y = total(a, axes)
    return Array(shape, y.at) if size(shape) == len(y.at) else a


# ---- matrices: the last two axes ----

def transposed(a):
    if len(a.shape) < 2:
        raise Unsaid("the transpose of no matrix")
    m, n = a.shape[-2:]
    at = []
    for k in range(0, len(a.at), m * n or 1):
        at += [a.at[k + i * n + j] for j in range(n) for i in range(m)]
    return Array(a.shape[:-2] + (n, m), at)


def product(a, b):
    row, column = len(a.shape) == 1, len(b.shape) == 1
    if not a.shape or not b.shape:
        raise Unsaid("a product of no matrices")
    if row:
        a = Array((1,) + a.shape, a.at)
    if column:
        b = Array(b.shape + (1,), b.at)
    m, k = a.shape[-2:]
    n = b.shape[-1]
    if k != b.shape[-2]:
        raise Unsaid("inner sizes differ")
    batch, at = broadcast(a.shape[:-2], b.shape[:-2]), []
    whole_a, whole_b = (Array(x.shape[:-2], range(size(x.shape[:-2]))) for x in (a, b))
    for place in itertools.product(*map(range, batch)):
        p, q = whole_a.spread(place) * m * k, whole_b.spread(place) * k * n
        at += [sum((a.at[p + i * k + l] * b.at[q + l * n + j] for l in range(k)), ZERO)
               for i in range(m) for j in range(n)]
    return Array(batch + (() if row else (m,)) + (() if column else (n,)), at)


def each_matrix(a):
    """The matrices, as lists of rows."""
    if len(a.shape) < 2:
        raise Unsaid("no matrix")
    m, n = a.shape[-2:]
    return [[a.at[k + i * n:k + (i + 1) * n] for i in range(m)] for k in range(0, len(a.at), m * n or 1)]


def matrices(shape, rows):
    return Array(shape, [x for m in rows for r in m for x in r])


def inverse_of(m):
    n = len(m)
    a = [list(r) + [ONE if i == j else ZERO for j in range(n)] for i, r in enumerate(m)]
    for c in range(n):
        p = max(range(c, n), key=lambda r: abs(a[r][c]) if not a[r][c].is_nan() else ZERO)
        a[c], a[p] = a[p], a[c]
        d = a[c][c]
        if d == 0:
            raise Unsaid("the inverse of a singular matrix")
        a[c] = [x / d for x in a[c]]
        for r in range(n):
            if r != c:
                w = a[r][c]
                a[r] = [x - w * y for x, y in zip(a[r], a[c])]
    return [r[n:] for r in a]


def inverse(a):
    if len(a.shape) < 2 or a.shape[-1] != a.shape[-2]:
        raise Unsaid("the inverse of no square matrix")
    return matrices(a.shape, map(inverse_of, each_matrix(a)))


def minor(m, r, columns):
    if r == len(m):
        return ONE
    return sum(((-1) ** k * m[r][c] * minor(m, r + 1, columns[:k] + columns[k + 1:])
                for k, c in enumerate(columns)), ZERO)


def det(a):
    if len(a.shape) < 2 or a.shape[-1] != a.shape[-2]:
        raise Unsaid("the determinant of no square matrix")
    return Array(a.shape[:-2] + (1, 1), [minor(m, 0, tuple(range(len(m)))) for m in each_matrix(a)])


def triangle(a, inside):
    m, n = a.shape[-2:] if len(a.shape) > 1 else (1, 0)
    if len(a.shape) < 2:
        raise Unsaid("a triangle of no matrix")
    return Array(a.shape, [x if inside(k // n % m, k % n) else ZERO for k, x in enumerate(a.at)])


def diag(v):
    n = v.shape[-1] if v.shape else 0
    at = [v.at[k // n] if k // n % n == k % n else ZERO for k in range(len(v.at) * n)]
    return Array(v.shape + (n,), at)


def diagonal(a):
    if len(a.shape) < 2:
        raise Unsaid("the diagonal of no matrix")
    n = min(a.shape[-2:])
    return Array(a.shape[:-2] + (n,), [m[i][i] for m in each_matrix(a) for i in range(n)])
