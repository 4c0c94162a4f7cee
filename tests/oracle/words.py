"""words.py: ops whose formula is words, or equations between matrices, written from their sentences.

RESULTS has for such an op a function of the call, its operands and options (formulas.Option): a list of its
results. The other tables say what is not compared, and why."""
import functools
import itertools
from decimal import Decimal

from numbers_50 import (HALF, ONE, ZERO, Array, Unsaid, each_matrix, larger, matrices, product, size,
                        transposed)

RESULTS = {}


def op(*names):
    def keep(f):
        RESULTS.update(dict.fromkeys(names, f))
        return f
    return keep


def built(shape, f):
    return Array(shape, [f(p) for p in itertools.product(*map(range, shape))])


def replaced(place, axis, i):
    return place[:axis] + ((i,) if not isinstance(i, tuple) else i) + place[axis + 1:]


# ---- places ----

@op("transpose")
def transpose(call, x, o):
    a, order = x[0], o["axis"].value or list(reversed(range(len(x[0].shape))))
    shape = [a.shape[k] for k in order]
    return [built(shape, lambda p: a.get([p[order.index(k)] for k in range(len(p))]))]


@op("tile")
def tile(call, x, o):
    counts = o["counts"].value
    n = max(len(counts), len(x[0].shape))
    a = Array((1,) * (n - len(x[0].shape)) + x[0].shape, x[0].at)
    counts = [1] * (n - len(counts)) + list(counts)
    return [built([c * m for c, m in zip(counts, a.shape)],
                  lambda p: a.get([i % m for i, m in zip(p, a.shape)]))]


@op("concat")
def concat(call, x, o):
    axis, parts = o["axis"].value[0], []
    for a in x:
        parts += [(a, i) for i in range(a.shape[axis])]
    shape = replaced(x[0].shape, axis, len(parts))
    return [built(shape, lambda p: parts[p[axis]][0].get(replaced(p, axis, parts[p[axis]][1])))]


def row(i, n):
    return int(i) + n if i < 0 else int(i)


@op("take")
def take(call, x, o):
    a, rows = x
    axis, k = o["axis"].value[0], len(x[1].shape)
    return [built(a.shape[:axis] + rows.shape + a.shape[axis + 1:], lambda p: a.get(
        p[:axis] + (row(rows.get(p[axis:axis + k]), a.shape[axis]),) + p[axis + k:]))]


@op("scatter_add")
def scatter_add(call, x, o):
    a, rows, v = x
    axis, k, y = o["axis"].value[0], len(rows.shape), Array(a.shape, a.at)
    for p in v.places():
        at = y.offset(p[:axis] + (row(rows.get(p[axis:axis + k]), a.shape[axis]),) + p[axis + k:])
        y.at[at] += v.get(p)
    return [y]


@op("nonzero")
def nonzero(call, x, o):
    places = [Decimal(i) for i, v in enumerate(x[0].at) if v != 0]
    return [Array((len(places),), places)]


def order_of(values, down):
    """The numbers of the values in order; equal ones keep theirs, NaN is the largest."""
    def compare(i, j):
        a, b = values[i], values[j]
        if a.is_nan() or b.is_nan():
            less = a.is_nan() - b.is_nan()
        else:
            less = (a > b) - (a < b)
        return -less if down else less
    return sorted(range(len(values)), key=functools.cmp_to_key(compare))


def ordered(a, axis, down, count):
    orders = {}
    for p in a.places():
        beside = replaced(p, axis, 0)
        if beside not in orders:
            orders[beside] = order_of([a.get(replaced(p, axis, i)) for i in range(a.shape[axis])], down)
    places = built(replaced(a.shape, axis, count), lambda p: Decimal(orders[replaced(p, axis, 0)][p[axis]]))
    return [built(places.shape, lambda p: a.get(replaced(p, axis, int(places.get(p))))), places]


@op("argsort", "sort")
def argsort(call, x, o):
    axis = o["axis"].value[0]
    return ordered(x[0], axis, o["descending"].value, x[0].shape[axis])[call.op == "argsort":]


@op("topk")
def topk(call, x, o):
    return ordered(x[0], o["axis"].value[0], not o["smallest"].value, o["count"].value)


# ---- sums and products of parts ----

@op("einsum")
def einsum(call, x, o):
    text = o["letters"].value.replace(" ", "")
    left, _, right = text.partition("->")
    left = left.split(",")
    if "->" not in text:
        letters = "".join(left)
        right = "".join(sorted(c for c in set(letters) if letters.count(c) == 1))
    lengths = {c: n for l, a in zip(left, x) for c, n in zip(l, a.shape)}
    free = [c for c in lengths if c not in right]

    def element(p):
        at, sum_ = dict(zip(right, p)), ZERO
        for q in itertools.product(*(range(lengths[c]) for c in free)):
            at.update(zip(free, q))
            term = ONE
            for l, a in zip(left, x):
                term *= a.get([at[c] for c in l])
            sum_ += term
        return sum_
    return [built([lengths[c] for c in right], element)]


def normed(a, gamma, beta, eps, axis, channels_of):
    """Each group of channels of an example by its own mean and variance."""
    def group(p): return p[0], channels_of(p[axis])
    parts = {}
    for p in a.places():
        parts.setdefault(group(p), []).append(a.get(p))
    facts = {}
    for g, v in parts.items():
        mean = sum(v, ZERO) / len(v)
        facts[g] = mean, (sum(((e - mean) ** 2 for e in v), ZERO) / len(v) + eps).sqrt()
    return [built(a.shape, lambda p: (a.get(p) - facts[group(p)][0]) / facts[group(p)][1] *
                  (gamma.at[p[axis]] if gamma else ONE) + (beta.at[p[axis]] if beta else ZERO))]


@op("group_norm")
def group_norm(call, x, o):
    axis = o["axis"].value[0]
    each = x[0].shape[axis] // o["groups"].value
    return normed(x[0], *(x + [None, None])[1:3], o["eps"].value, axis, lambda c: c // each)


@op("instance_norm")
def instance_norm(call, x, o):
    return normed(x[0], *(x + [None, None])[1:3], o["eps"].value, o["axis"].value[0], lambda c: c)


@op("adaptive_pool")
def adaptive_pool(call, x, o):
    a, sizes = x[0], o["size"].value
    shape = (a.shape[0],) + tuple(sizes) + a.shape[-1:]

    def window(i, n, count):  # as equal as can be
        return range(i * n // count, -((-(i + 1) * n) // count))

    def element(p):
        v = [a.get((p[0],) + q + p[-1:]) for q in itertools.product(
            *(window(i, n, c) for i, n, c in zip(p[1:-1], a.shape[1:-1], sizes)))]
        return functools.reduce(larger, v) if o["by"].words[o["by"].value] == "max" else sum(v, ZERO) / len(v)
    return [built(shape, element)]


def line(a, axis, count, nearest, corners):
    n = a.shape[axis]

    def element(p):
        i = Decimal(p[axis])
        if nearest:
            return a.get(replaced(p, axis, p[axis] * n // count))
        at = i * (n - 1) / max(count - 1, 1) if corners else (i + HALF) * n / count - HALF
        at = min(max(at, ZERO), Decimal(n - 1))
        low = min(int(at), max(n - 2, 0))
        high = min(low + 1, n - 1)
        return a.get(replaced(p, axis, low)) * (1 - (at - low)) + a.get(replaced(p, axis, high)) * (at - low)
    return built(replaced(a.shape, axis, count), element)


@op("resize")
def resize(call, x, o):
    a = x[0]
    axes = o["axis"].value or list(range(1, len(a.shape) - 1))
    for axis, count in zip(axes, o["shape"].value):
        a = line(a, axis, count, o["mode"].words[o["mode"].value] == "nearest", o["align_corners"].value)
    return [a]


@op("nearest_finite")
def nearest_finite(call, x, o):
    most = {"f64": Decimal(2) ** 1024 - Decimal(2) ** 971, "f32": Decimal(2) ** 128 - Decimal(2) ** 104}
    return [x[0].map(lambda v: most[call.dtype].copy_sign(v) if v.is_infinite() else v)]


@op("attention", "attention_tiles")
def attention(call, x, o):
    q, k, v = x[:3]
    mask, heads = (x + [None])[3], o["heads"].value
    if call.op == "attention_tiles" and (not mask or not mask.shape):
        mask = None
    width, out = q.shape[-1] // heads, v.shape[-1] // heads
    scale = o["scale"].value
    if scale is None:
        scale = 1 / Decimal(width).sqrt()
    tokens, keys = q.shape[-2], k.shape[-2]
    y, logs = Array(q.shape[:-1] + v.shape[-1:], [ZERO] * (size(q.shape[:-1]) * v.shape[-1])), {}
    for b in itertools.product(*map(range, q.shape[:-2])):
        for h, i in itertools.product(range(heads), range(tokens)):
            seen = [j for j in range(keys) if (not o["causal"].value or j <= i + keys - tokens) and
                    (not mask or mask.spread((b + (i, j))[-max(len(mask.shape), 1):]) != 0)]
            s = [scale * sum((q.get(b + (i, h * width + c)) * k.get(b + (j, h * width + c))
                              for c in range(width)), ZERO) for j in seen]
            top = functools.reduce(larger, s) if s else ZERO
            e = [(t - top).exp() for t in s]
            logs[b + (h, i)] = top + sum(e, ZERO).ln() if s else ZERO
            for c in range(out if s else 0):
                y.at[y.offset(b + (i, h * out + c))] = sum(
                    (w * v.get(b + (j, h * out + c)) for w, j in zip(e, seen)), ZERO) / sum(e, ZERO)
    return [y, built(q.shape[:-2] + (heads, tokens), logs.__getitem__)]


# ---- windows ----

class Windows:
    """The windows of conv and the pools: along an axis, place i of the result and j of the kernel meet at
    element i stride + j dilation - padding of x."""

    def __init__(self, o, sizes, large, small):
        def each(name): return list(o[name].value) if name in o and o[name].value else [1] * len(sizes)
        stride, dilation = each("stride"), each("dilation")
        padding = list(o["padding"].value) if o["padding"].value else [0] * len(sizes)
        self.pairs = []  # for each axis: (in x, in the result, in the kernel)
        for k, n in enumerate(sizes):
            self.pairs.append([(i * stride[k] + j * dilation[k] - padding[k], i, j)
                               for i in range(small[k]) for j in range(n)])
        self.inside = [[t for t in p if 0 <= t[0] < large[k]] for k, p in enumerate(self.pairs)]

    def meetings(self):
        """(place in x, in the result, in the kernel), all that meet, in order."""
        for t in itertools.product(*self.inside):
            yield tuple(zip(*t))


def convolved(large, kernel, small, o, groups, to):
    """Adds large kernel, small kernel or large small, by all that meet, to what `to` names."""
    n = len(kernel.shape) - 2
    windows = Windows(o, kernel.shape[:n], large.shape[1:-1], small.shape[1:-1])
    a_count, b_count = kernel.shape[n], kernel.shape[n + 1] // groups
    y = {"large": large, "kernel": kernel, "small": small}[to]
    at = [ZERO] * len(y.at)
    for e in range(large.shape[0]):
        for p, q, k in windows.meetings():
            for g, a, b in itertools.product(range(groups), range(a_count), range(b_count)):
                b += g * b_count
                i = large.offset((e,) + p + (g * a_count + a,))
                j, l = kernel.offset(k + (a, b)), small.offset((e,) + q + (b,))
                if to == "small":
                    at[l] += large.at[i] * kernel.at[j]
                elif to == "large":
                    at[i] += small.at[l] * kernel.at[j]
                else:
                    at[j] += large.at[i] * small.at[l]
    return [Array(y.shape, at)]


@op("conv")
def conv(call, x, o):
    return convolved(x[0], x[1], call.y[0], o, o["groups"].value, "small")


@op("conv_transpose")
def conv_transpose(call, x, o):
    return convolved(call.y[0], x[1], x[0], o, o["groups"].value, "large")


@op("conv_weights")
def conv_weights(call, x, o):
    return convolved(x[0], call.y[0], x[1], o, o["groups"].value, "kernel")


def pooled(x, o, small):
    """For each place of the result: the places of x in its window, in order; None: beside x."""
    sizes = list(o["size"].value)
    windows = Windows(o, sizes, x.shape[1:-1], small.shape[1:-1])
    for p in small.places():
        ways = [[t[0] if 0 <= t[0] < n else None for t in pairs if t[1] == i]
                for pairs, i, n in zip(windows.pairs, p[1:-1], x.shape[1:-1])]
        yield p, [None if None in q else p[:1] + q + p[-1:] for q in itertools.product(*ways)]


@op("avg_pool")
def avg_pool(call, x, o):
    def mean(places):
        there = [x[0].get(q) for q in places if q]
        return sum(there, ZERO) / (len(there) if o["skip_padding"].value else len(places))
    return [Array(call.y[0].shape, [mean(places) for _, places in pooled(x[0], o, call.y[0])])]


def first_of_largest(a, places):
    best = None
    for q in places:
        if q and (best is None or a.get(q) > a.get(best) or a.get(q).is_nan() and not a.get(best).is_nan()):
            best = q
    return best


@op("max_pool_pick")
def max_pool_pick(call, x, o):
    return [Array(call.y[0].shape, [x[1].get(first_of_largest(x[0], places))
                                    for _, places in pooled(x[0], o, call.y[0])])]


@op("max_pool_grad")
def max_pool_grad(call, x, o):
    y = Array(x[0].shape, [ZERO] * len(x[0].at))
    for p, places in pooled(x[0], o, x[1]):
        y.at[y.offset(first_of_largest(x[0], places))] += x[1].get(p)
    return [y]


# ---- rows ----

@op("gather")
def gather(call, x, o):
    a, rows = x
    b, k = o["batch"].value, len(rows.shape)

    def element(p):
        batch = tuple(0 if n == 1 else i for i, n in zip(p[:b], a.shape))
        return a.get(batch + (row(spread(rows, p[:k], b), a.shape[b]),) + p[k:])
    return [built(call.y[0].shape, element)]


def spread(rows, place, b):
    """The first b axes of the numbers may be 1."""
    return rows.get(tuple(0 if n == 1 and k < b else i for k, (i, n) in enumerate(zip(place, rows.shape))))


@op("gather_grad")
def gather_grad(call, x, o):
    b, y = o["batch"].value, Array(call.y[0].shape, [ZERO] * len(call.y[0].at))
    for a, rows in zip(x[::2], x[1::2]):
        k = len(rows.shape)
        for p in a.places():
            to = p[:b] + (row(spread(rows, p[:k], b), y.shape[b]),) + p[k:]
            to = tuple(0 if n == 1 else i for i, n in zip(to, y.shape))
            y.at[y.offset(to)] += a.get(p)
    return [y]


@op("outer")
def outer(call, x, o):
    return [Array(x[0].shape + x[1].shape, [p * q for p in x[0].at for q in x[1].at])]


@op("linear_scan")
def linear_scan(call, x, o):
    a, b = x
    axis, shape = o["axis"].value[0], call.y[0].shape
    y = Array(shape, [ZERO] * size(shape))
    places = sorted(y.places(), key=lambda p: -p[axis] if o["reverse"].value else p[axis])
    for p in places:
        before = p[axis] + (1 if o["reverse"].value else -1)
        there = y.get(replaced(p, axis, before)) if 0 <= before < shape[axis] else ZERO
        y.at[y.offset(p)] = (a.spread(p) * there if 0 <= before < shape[axis] else ZERO) + b.spread(p)
    return [y]


@op("flip")
def flip(call, x, o):
    axes = o["axis"].value or range(len(x[0].shape))
    return [built(x[0].shape, lambda p: x[0].get([n - 1 - i if k in axes else i
                                                  for k, (i, n) in enumerate(zip(p, x[0].shape))]))]


# ---- decompositions ----

def largest(m):
    return max((abs(a) for r in m for a in r), default=ZERO)


def cholesky_of(m):
    n = len(m)
    a, unit = [[(m[i][j] + m[j][i]) / 2 for j in range(n)] for i in range(n)], largest(m)
    l = [[ZERO] * n for _ in range(n)]
    for i in range(n):
        for j in range(i + 1):
            s = a[i][j] - sum((l[i][k] * l[j][k] for k in range(j)), ZERO)
            if i == j and s < Decimal("1e-4") * unit:
                raise Unsaid("a matrix that is hardly positive definite")
            l[i][j] = s.sqrt() if i == j else s / l[j][j]
    return l


@op("cholesky")
def cholesky(call, x, o):
    return [matrices(x[0].shape, map(cholesky_of, each_matrix(x[0])))]


def qr_of(m):
    """Q and R by Gram and Schmidt; R's diagonal is positive."""
    columns, q, k, unit = list(zip(*m)), [], min(len(m), len(m[0])), largest(m)
    r = [[ZERO] * len(columns) for _ in range(k)]
    for j, c in enumerate(columns):
        for i, u in enumerate(q):
            r[i][j] = sum((a * b for a, b in zip(u, c)), ZERO)
        if j >= k:
            continue
        rest = [a - sum((r[i][j] * q[i][l] for i in range(j)), ZERO) for l, a in enumerate(c)]
        r[j][j] = sum((a * a for a in rest), ZERO).sqrt()
        if r[j][j] <= Decimal("1e-12") * unit:
            raise Unsaid("dependent columns")
        q.append([a / r[j][j] for a in rest])
    return [list(c) for c in zip(*q)], r


@op("qr", "qr_part", "qr_parts")
def qr(call, x, o):
    a = x[-1]
    pairs = list(map(qr_of, each_matrix(a)))
    m, n = a.shape[-2:]
    q = matrices(a.shape[:-1] + (min(m, n),), [p[0] for p in pairs])
    r = matrices(a.shape[:-2] + (min(m, n), n), [p[1] for p in pairs])
    return [q, r] if call.op == "qr_parts" else [(q, r)[o["part"].value]]


def turned(v):
    """The first element of at least 0.7 of the largest size is positive."""
    most = max(map(abs, v))
    return [-a for a in v] if next(a for a in v if abs(a) >= most * Decimal("0.7")) < 0 else list(v)


def eigh_of(m):
    """Ascending eigenvalues and vectors of the symmetric part, by Jacobi's rotations."""
    n = len(m)
    a = [[(m[i][j] + m[j][i]) / 2 for j in range(n)] for i in range(n)]
    v = [[ONE if i == j else ZERO for j in range(n)] for i in range(n)]
    unit = largest(a)
    for _ in range(12 * n):
        for p, q in itertools.combinations(range(n), 2):
            if abs(a[p][q]) <= Decimal("1e-48") * unit:
                continue
            theta = (a[q][q] - a[p][p]) / (2 * a[p][q])
            t = ONE.copy_sign(theta) / (abs(theta) + (theta * theta + 1).sqrt())
            c = 1 / (t * t + 1).sqrt()
            s = t * c
            for w in (a, v):
                for r in w:
                    r[p], r[q] = c * r[p] - s * r[q], s * r[p] + c * r[q]
            a[p], a[q] = ([c * x - s * y for x, y in zip(a[p], a[q])],
                          [s * x + c * y for x, y in zip(a[p], a[q])])
    order = sorted(range(n), key=lambda i: a[i][i])
    values = [a[i][i] for i in order]
    if any(y - x <= Decimal("1e-6") * unit for x, y in zip(values, values[1:])):
        raise Unsaid("equal eigenvalues")
    return values, [turned([v[r][i] for r in range(n)]) for i in order]


@op("eigh", "eigh_part", "eigh_parts")
def eigh(call, x, o):
    a = x[-1]
    pairs = list(map(eigh_of, each_matrix(a)))
    w = Array(a.shape[:-1], [e for p in pairs for e in p[0]])
    v = transposed(matrices(a.shape, [p[1] for p in pairs]))
    return [w, v] if call.op == "eigh_parts" else [(w, v)[o["part"].value]]


def svd_of(m):
    wide = len(m) < len(m[0])
    a = matrices((len(m), len(m[0])), [m])
    u = transposed(a) if wide else a
    values, vectors = eigh_of(each_matrix(product(transposed(u), u))[0])
    left, right, s = [], [], []
    for value, v in sorted(zip(values, vectors), key=lambda p: -p[0]):
        sigma = max(value, ZERO).sqrt()
        if sigma <= Decimal("1e-9") * largest(m):
            raise Unsaid("a singular value of 0")
        w = [e / sigma for e in product(u, Array((len(v),), v)).at]
        if wide:
            v, w = w, v
        if turned(w) != w:
            v, w = [-e for e in v], [-e for e in w]
        left.append(w), right.append(v), s.append(sigma)
    return [list(c) for c in zip(*left)], s, right


@op("svd", "svd_part", "svd_parts")
def svd(call, x, o):
    a = x[-1]
    every = list(map(svd_of, each_matrix(a)))
    m, n = a.shape[-2:]
    k, first = min(m, n), a.shape[:-2]
    y = [matrices(first + (m, k), [e[0] for e in every]),
         Array(first + (k,), [s for e in every for s in e[1]]),
         matrices(first + (k, n), [e[2] for e in every])]
    return y if call.op == "svd_parts" else [y[o["part"].value]]


# ---- what is not compared ----

DRAWN = "what is drawn at random"
NOT_COMPARED = {
    "dropout": DRAWN, "random_keep": DRAWN, "random_normal": DRAWN, "random_uniform": DRAWN,
    "bernoulli": DRAWN, "categorical": DRAWN,
    "attention_tiles_grad": "gradients of attention, whose slopes are compared",
    "lu": "the order of the rows is a choice", "mixed": "columns of equal values, turned",
    "close_values": "how close is close", "extern": "a function of the user", "extern_grad": "the same",
    "extern_jvp": "the same", "extern_impure": "the same", "custom_vjp": "the same",
}
AXIS_OF_THE_RESULT = {"stack", "expand_dims", "one_hot"}
# Their derivative is a convention, or takes operands that belong together for constants.
NO_SLOPE = {"cast", "eigh_grad", "svd_grad", "log_softmax_rest", "eigh_part", "qr_part", "svd_part",
            "log_sech2", "svd_turned"}
# Adjoints in words, or by the names of other ops: the slope is compared.
ADJOINT_IN_WORDS = set("""
    adaptive_pool addn attention attention_tiles attention_tiles_grad batch_norm_grad concat conv_weights
    cross_entropy_grad eigh eigh_part einsum gather gather_grad layer_norm_grad
    max_pool max_pool_grad max_pool_pick pow_term prod qr qr_part resize resize_axis_grad slopes
    stack svd svd_part svd_turns take tile topk transpose turns
""".split())
# NaN that is not chosen, or is not a part of the sum, is not read.
NAN_IS_LEFT_OUT = set("attention attention_tiles conv conv_transpose conv_weights max_mask max_grad nll "
                      "resize resize_axis resize_axis_grad softmax_cross_entropy triangular_solve".split())
