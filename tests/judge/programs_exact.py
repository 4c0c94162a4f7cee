# SPDX-License-Identifier: MIT
"""programs_exact.py: the value and the gradient of a program of programs_tree.py, in 500 digits.

The gradient is that of central differences with a step of 1e-60 of the smallest number. Kinks have the
conventions of docs/ops.md: each op keeps the piece on which its operands lie at the point."""
import mpmath
import numpy as np
from mpmath import mp, mpf

mp.dps = 500
STEP = mpf(10) ** -60


class Refused(Exception):
    """The program has no value, or one that no double can hold, or no double could compute."""


def each(f):
    return np.frompyfunc(f, 1, 1)


def bounded(f, most):
    """f, but for operands so large that its derivative would be noise."""
    def g(x):
        if abs(x) > most:
            raise Refused
        return f(x)
    return each(g)


def log(x):
    if x <= 0:
        raise Refused
    return mp.log(x)


def root(x):
    if x < 0:
        raise Refused
    return mp.sqrt(x)


def power(a, b):
    if a <= 0:
        raise Refused
    return mp.power(a, b)


def softplus(x):
    return mp.log(1 + mp.exp(x))


UNARY = {
    "exp": bounded(mp.exp, 600), "log": each(log), "sqrt": each(root), "sin": bounded(mp.sin, 1e4),
    "cos": bounded(mp.cos, 1e4), "tanh": bounded(mp.tanh, 600), "erf": bounded(mp.erf, 25),
    "sigmoid": bounded(lambda x: 1 / (1 + mp.exp(-x)), 600), "softplus": bounded(softplus, 600),
    "square": each(lambda x: x * x), "log1p": each(lambda x: log(1 + x)), "neg": each(lambda x: -x),
    "expm1": bounded(mp.expm1, 600), "reciprocal": each(lambda x: divided(mpf(1), x)),
}


def divided(a, b):
    if np.any(np.asarray(b) == 0):
        raise Refused
    return a / b


BINARY = {"+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b, "/": divided,
          "^": np.frompyfunc(power, 2, 1), "@": lambda a, b: np.dot(a, b)}


def sign(x):
    return mp.sign(x)


def total(x, axis):
    return np.sum(x, axis=axis)


def spread(x, axis):
    mean = np.sum(x, axis=axis, keepdims=True) / (x.size if axis is None else x.shape[axis])
    d = x - mean
    return np.sum(d * d, axis=axis) / (x.size if axis is None else x.shape[axis])


def rooted(v, still):
    """The roots of sums of squares; 0 where the point has a 0."""
    return np.frompyfunc(lambda e, s: mpf(0) if s else mp.sqrt(e), 2, 1)(v, still)


class Evaluation:
    """Of one program. The first evaluation keeps the pieces."""

    def __init__(self, program):
        self.program, self.piece, self.is_at_kink, self.jumps = program, {}, False, False

    def kept(self, n, piece):
        return self.piece.setdefault(n, piece)

    def at(self, points):
        """The value, with these arrays as inputs."""
        y = self.all_at(points)[self.program.nodes[-1]]
        return y if isinstance(y, mpf) else y.item()

    def all_at(self, points):
        inputs, values = iter(points), {}
        for n in self.program.nodes:
            if n.is_input:
                values[n] = next(inputs)
            elif n.value is not None:
                values[n] = each(mpf)(n.value)
            else:
                values[n] = self.node(n, [values[x] for x in n.operands])
        return values

    def node(self, n, x):
        if n.op in UNARY:
            return UNARY[n.op](x[0])
        if n.op in BINARY:
            return BINARY[n.op](*x)
        return getattr(self, "of_" + n.op)(n, np.asarray(x[0]), *x[1:])

    def of_relu(self, n, x):
        self.is_at_kink |= bool(np.any(x == 0))
        return x * self.kept(n, each(lambda e: mpf(e > 0))(x))

    def of_abs(self, n, x):
        self.is_at_kink |= bool(np.any(x == 0))
        return x * self.kept(n, each(sign)(x))

    def of_maximum(self, n, a, b, turn=1):
        self.is_at_kink |= bool(np.any(a == b))
        first = self.kept(n, each(lambda d: (1 + sign(turn * d)) / 2)(a - b))
        return a * first + b * (1 - first)

    def of_minimum(self, n, a, b):
        return self.of_maximum(n, a, b, -1)

    def of_where(self, n, a, limit, then, other):
        self.jumps |= bool(np.any(a == limit))
        first = self.kept(n, np.asarray(a > limit))
        return np.where(first, then, other)

    def of_max(self, n, x, turn=1):
        axis = n.axis
        flat = x.reshape(-1) if axis is None else x
        best = np.max(turn * flat, axis=-1, keepdims=True)
        self.is_at_kink |= bool(np.any(np.sum(turn * flat == best, axis=-1) > 1))
        at = self.kept(n, np.argmax(np.asarray(turn * flat == best), axis=-1))
        return np.take_along_axis(flat, np.expand_dims(at, -1), -1)[..., 0]

    def of_min(self, n, x):
        return self.of_max(n, x, -1)

    def of_sum(self, n, x):
        return total(x, n.axis)

    def of_mean(self, n, x):
        return total(x, n.axis) / (x.size if n.axis is None else x.shape[n.axis])

    def of_norm(self, n, x):
        v = total(x * x, n.axis)
        still = self.kept(n, np.asarray(v == 0))
        self.is_at_kink |= bool(np.any(still))
        return rooted(v, still)

    def of_var(self, n, x):
        return spread(x, n.axis)

    def of_std(self, n, x):
        v = spread(x, n.axis)
        still = self.kept(n, np.asarray(v == 0))
        self.is_at_kink |= bool(np.any(still))
        return rooted(v, still)

    def of_logsumexp(self, n, x):
        return each(log)(np.asarray(total(UNARY["exp"](x), n.axis)))

    def of_softmax(self, n, x):
        e = UNARY["exp"](x)
        return e / np.sum(e, axis=-1, keepdims=True)

    def of_log_softmax(self, n, x):
        return each(log)(self.of_softmax(n, x))

    def of_T(self, n, x):
        return x.T


class Exact:
    """value, gradient (an array for each input, of mpf), is_at_kink, jumps; slopes: at a kink, whether
    those of f to all sides are those of the gradient."""

    def __init__(self, program):
        e = Evaluation(program)
        points = [each(mpf)(np.asarray(n.value, dtype=object)) for n in program.inputs]
        points = [np.asarray(p, dtype=object) for p in points]
        sizes = [abs(v) for p in points for v in p.ravel() if v != 0]
        self.h = STEP * min(sizes + [mpf(1)])
        try:
            self.value = e.at(points)
            self.is_at_kink, self.jumps = e.is_at_kink, e.jumps
            self.gradient = [self.slopes_by(e, points, k) for k in range(len(points))]
            self.slopes = not (self.is_at_kink or self.jumps) or self.agree(program, points)
        except (ZeroDivisionError, OverflowError, ValueError, mpmath.libmp.ComplexResult):
            raise Refused

    def slopes_by(self, e, points, k):
        g = np.zeros(points[k].shape, dtype=object)
        for at in np.ndindex(g.shape):
            f = []
            for h in (self.h, -self.h):
                p = [q.copy() for q in points]
                p[k][at] = p[k][at] + h
                f.append(e.at(p))
            g[at] = (f[0] - f[1]) / (2 * self.h)
        return g

    def agree(self, program, points):
        """Whether f has, to all of 40 sides, the slopes of one gradient, that of the convention or not.
        False: it has a kink or a jump. None: it has a gradient, and that of the convention is another."""
        r, same = np.random.default_rng(1), True
        flat = np.concatenate([g.ravel() for g in self.gradient])
        size = max(map(abs, flat)) + self.h
        axes = list(np.eye(len(flat))) + [r.normal(size=len(flat)) for _ in range(20)]
        for u in axes:
            u, ends = each(mpf)(u), np.cumsum([p.size for p in points])[:-1]
            parts = np.split(u, ends)
            f = [Evaluation(program).at([p + s * self.h * d.reshape(p.shape) for p, d in zip(points, parts)])
                 for s in (1, -1)]
            right, left = (f[0] - self.value) / self.h, (self.value - f[1]) / self.h
            if abs(right - left) > mpf(10) ** -20 * (size + abs(right) + abs(left)):
                return False
            same &= abs(right - np.dot(u, flat)) <= mpf(10) ** -20 * size
        return True if same else None
