# SPDX-License-Identifier: MIT
"""Intervals of numbers, and arrays of them."""
import math


RAISED = {c: d for c, d in zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")}
RAISED.update({c: d for c, d in zip("ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ", "abcdefghijklmnoprstuvwxyz")})
RAISED.update({c: d for c, d in zip("⁺⁼⁽⁾", "+=()")})


def sigmoid(x):
    return 1 / (1 + math.exp(-x)) if x > 0 else math.exp(x) / (1 + math.exp(x))


FUNCTIONS = {"exp": math.exp, "ln": math.log, "log": math.log, "sin": math.sin, "cos": math.cos,
             "tan": math.tan, "tanh": math.tanh,
             "sinh": math.sinh, "cosh": math.cosh, "√": math.sqrt, "sqrt": math.sqrt, "erf": math.erf,
             "ReLU": lambda x: max(x, 0.0), "σ": sigmoid, "sigmoid": sigmoid, "sign": lambda x: (x > 0) -
             (x < 0), "arctan": math.atan, "atan": math.atan}
COMPARE = {"≤": "<=", "≥": ">=", "≠": "!=", "<": "<", ">": ">", "=": "=="}
SLACK = 1e-9


class Unread(Exception):
    pass


class Arrays(Exception):
    pass


# ---- intervals ----

def of(*ends):
    if any(math.isnan(e) for e in ends):
        raise Unread("NaN")
    return min(ends), max(ends)


def product(a, b):
    return of(*(0.0 if x == 0 or y == 0 else x * y for x in a for y in b))


def total(a, b):
    # the program computes in f64
    rounding = 4.5e-16 * max([abs(x) for x in a + b if math.isfinite(x)], default=0)
    return a[0] + b[0] - rounding, a[1] + b[1] + rounding


def less(a):
    return -a[1], -a[0]


def quotient(a, b):
    if b[0] <= 0 <= b[1]:
        return -math.inf, math.inf
    return product(a, (1 / b[1], 1 / b[0]))


def safe(f, x):
    try:
        return f(x)
    except OverflowError:
        return math.inf
    except (ValueError, ZeroDivisionError):
        return None


def mapped(f, a):
    """The values of f at both ends and between. Sines turn in wide intervals."""
    if f in (math.sin, math.cos, math.tan) and not (a[1] - a[0] < 0.1 and abs(a[0]) < 1e9):
        return (-math.inf, math.inf) if f is math.tan else (-1.0, 1.0)
    if f is abs and a[0] < 0 < a[1]:
        return 0.0, max(-a[0], a[1])
    values = [safe(f, a[0] + (a[1] - a[0]) * k / 16) for k in range(17)]
    known = [v for v in values if v is not None]
    if len(known) < 17:
        return -math.inf, math.inf
    return of(*known)


def power(a, b):
    if b[0] == b[1] and b[0] == int(b[0]):
        n = int(b[0])
        if n < 0:
            return quotient((1.0, 1.0), power(a, (float(-n), float(-n))))
        values = [safe(lambda x: x ** n, x) for x in a] + ([0.0] if a[0] < 0 < a[1] and n % 2 == 0 else [])
        return of(*values)
    if a[0] < 0:
        raise Unread("a power of a negative number")
    return of(*((math.inf if v is None else v) for v in (safe(lambda z: x ** z, y) for x in a for y in b)))


def number(text):
    value = float(text)
    if "." not in text:
        return value, value
    half = 0.5 * 10.0 ** -len(text.split(".")[1]) * (1 + 1e-9)
    return value - half, value + half


# What a comparison is: (1, 1), (0, 0), or (0, 1) if the digits do not say.
def compared(sign, a, b):
    if sign in ("≠", "="):
        equal = (1, 1) if a == b and a[0] == a[1] else (0, 0) if a[1] < b[0] or b[1] < a[0] else (0, 1)
        return equal if sign == "=" else (1 - equal[1], 1 - equal[0])
    if sign in (">", "≥"):
        sign, a, b = {">": "<", "≥": "≤"}[sign], b, a
    if a[1] < b[0] or (sign == "≤" and a[1] <= b[0]):
        return 1, 1
    return (0, 0) if a[0] > b[1] or (sign == "<" and a[0] >= b[1]) else (0, 1)


def chosen(when, a, b):
    return a if when == (1, 1) else b if when == (0, 0) else of(*a, *b)


# ---- arrays of intervals ----

class Array:
    def __init__(self, shape, at):
        self.shape, self.at, self.kept = tuple(shape), at, None

    def __len__(self):
        return len(self.at)


def scalar(interval):
    return Array((), [interval])


def size(shape):
    return math.prod(shape)


def common(*shapes):
    rank, out = max(map(len, shapes)), []
    for d in range(1, rank + 1):
        sizes = {s[-d] for s in shapes if len(s) >= d} - {1}
        if len(sizes) > 1:
            raise Unread("shapes %s" % (shapes,))
        out.insert(0, sizes.pop() if sizes else 1)
    return tuple(out)


def places(shape, to):
    """By element of the shape `to`: the element of the array that is broadcast to it."""
    out = [0]
    for d in range(len(to)):
        k = d - len(to) + len(shape)
        n = shape[k] if k >= 0 else 1
        out = [p * n + (j if n > 1 else 0) for p in out for j in range(to[d])]
    return out


def lift(f, *arrays):
    if all(not a.shape for a in arrays):
        return scalar(f(*(a.at[0] for a in arrays)))
    shape = common(*(a.shape for a in arrays))
    at = [places(a.shape, shape) for a in arrays]
    return Array(shape, [f(*(a.at[p[i]] for a, p in zip(arrays, at))) for i in range(size(shape))])


def matmul(a, b):
    one, two = len(a.shape) == 1, len(b.shape) == 1
    x, y = Array((1,) + a.shape if one else a.shape, a.at), Array(b.shape + (1,) if two else b.shape, b.at)
    if len(x.shape) > 2 or len(y.shape) > 2 or x.shape[1] != y.shape[0]:
        raise Unread("a product of %s and %s" % (a.shape, b.shape))
    (n, k), m = x.shape, y.shape[1]
    out = []
    for i in range(n):
        for j in range(m):
            sum_of = (0.0, 0.0)
            for l in range(k):
                sum_of = total(sum_of, product(x.at[i * k + l], y.at[l * m + j]))
            out.append(sum_of)
    return Array(((n,) if not one else ()) + ((m,) if not two else ()), out)


def beside(a, b):
    """A product of matrices, unless one is a number. A sum over all is one, with axes of the size 1."""
    return (matmul(a, b) if len(a) > 1 and len(b) > 1 or (a.shape and b.shape and a.shape[-1] == b.shape[0])
            else lift(product, a, b))


def transposed(a):
    if len(a.shape) < 2:
        return a
    n, m = a.shape[-2:]
    if len(a.shape) > 2:
        raise Unread("a transpose of rank 3")
    return Array((m, n), [a.at[i * m + j] for j in range(m) for i in range(n)])


def groups(a, axes):
    """The shape with these axes as 1, and by element the group that it belongs to."""
    kept = tuple(1 if d in axes else n for d, n in enumerate(a.shape))
    return kept, places(kept, a.shape)


def reduced(f, a, axes):
    kept, group = groups(a, axes)
    parts = [[] for _ in range(size(kept))]
    for i, p in enumerate(group):
        parts[p].append(a.at[i])
    return Array(kept, [f(p) for p in parts])


def added(parts):
    out = (0.0, 0.0)
    for p in parts:
        out = total(out, p)
    return out


def mean(parts):
    s = added(parts)
    return s[0] / len(parts), s[1] / len(parts)


def largest(parts):
    return max(p[0] for p in parts), max(p[1] for p in parts)


def smallest(parts):
    return min(p[0] for p in parts), min(p[1] for p in parts)


def multiplied(parts):
    out = (1.0, 1.0)
    for p in parts:
        out = product(out, p)
    return out


REDUCES = {"Σ": added, "mean": mean, "max": largest, "min": smallest, "Π": multiplied,
           "length": lambda p: (float(len(p)),) * 2}


def softmax(a, log):
    """e^x / Σ e^x: the least of x with the largest of the others, and the other way round."""
    def part(row, k, lo, hi):
        e = [math.exp(min(x[hi] - row[k][lo], 700)) for i, x in enumerate(row) if i != k]
        return -math.log1p(sum(e)) if log else 1 / (1 + sum(e))
    n = a.shape[-1] if a.shape else 1
    out = []
    for i in range(0, len(a.at), n):
        row = a.at[i:i + n]
        out += [of(part(row, k, 0, 1), part(row, k, 1, 0)) for k in range(n)]
    return Array(a.shape, out)


def first(a, axes):
    """1 at the first place where it holds. What is undecided before a place leaves it undecided."""
    kept, group = groups(a, axes)
    before, out = [(0, 0)] * size(kept), []
    for i, p in enumerate(group):
        a_i, b = a.at[i], before[p]
        out.append((0, 0) if a_i == (0, 0) or b == (1, 1) else a_i if b == (0, 0) else (0, 1))
        before[p] = (max(b[0], a_i[0]), max(b[1], a_i[1]))
    return Array(a.shape, out)
