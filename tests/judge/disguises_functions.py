# SPDX-License-Identifier: MIT
"""disguises_functions.py: functions of NumPy with their gradients, most of them near the end of their
domain.

Each has: whether a point is inside of the domain, the value, the gradient, what is wrong in the wrong
gradient, and the point. They compute in the type of x, as far as NumPy does."""
import collections

import numpy as np
from scipy import special

Function = collections.namedtuple("Function", "name inside f grad wrong x")
FUNCTIONS = []


def part(k, c):
    """The mistake: component k is c times the right one."""
    def spoil(g):
        g = np.array(g)
        g.flat[k] *= c
        return g
    return spoil


def whole(c):
    return lambda g: c * np.asarray(g)


def add(name, x, inside, f, grad, spoil):
    FUNCTIONS.append(Function(name, inside, f, grad, lambda x: spoil(grad(x)), np.array(x, dtype=float)))


def everywhere(x):
    return True


def positive(x):
    return np.all(x > 0)


def below_one(x):
    return np.all(np.abs(x) < 1)


def between(x):
    return np.all((x > 0) & (x < 1))

# ---- one line each ----

add("log", [0.01, 0.5], lambda x: x[0] > 0, lambda x: np.log(x[0]) + x[1] ** 2,
    lambda x: np.array([1 / x[0], 2 * x[1]]), part(0, 1.1))
add("sqrt", [0.001, 0.002], lambda x: np.all(x >= 0), lambda x: np.sum(np.sqrt(x)),
    lambda x: 0.5 / np.sqrt(x),
    whole(2))
add("acos", [0.995], below_one, lambda x: np.arccos(x[0]), lambda x: -1 / np.sqrt(1 - x ** 2), whole(-1))
add("asin", [0.99, -0.98, 0.3], below_one, lambda x: np.sum(np.arcsin(x) * x),
    lambda x: np.arcsin(x) + x / np.sqrt(1 - x ** 2), part(1, 0.9))
add("atanh", [0.999, 0.4], below_one, lambda x: np.sum(np.arctanh(x)), lambda x: 1 / (1 - x ** 2),
    part(1, 1.2))
add("acosh", [1.002], lambda x: x[0] >= 1, lambda x: np.arccosh(x[0]), lambda x: 1 / np.sqrt(x ** 2 - 1),
    lambda g: g / 2)
add("log_of_log", [1.01, 3], lambda x: np.all(x > 1), lambda x: np.sum(np.log(np.log(x))),
    lambda x: 1 / (x * np.log(x)), part(0, 1.01))
add("power", [0.0005, 0.2], positive, lambda x: np.sum(x ** 0.3), lambda x: 0.3 * x ** -0.7, whole(1 / 0.3))
add("entropy", [0.001, 0.009, 0.39, 0.6], positive, lambda p: -np.sum(p * np.log(p)),
    lambda p: -np.log(p) - 1,
    lambda g: g + 1)
add("log_of_odds", [0.999, 0.5], between, lambda p: np.sum(np.log(p / (1 - p))), lambda p: 1 / (p * (1 - p)),
    part(0, 1.05))
add("coin", [0.003], between, lambda p: 2 * np.log(p[0]) + 5 * np.log(1 - p[0]),
    lambda p: 2 / p - 5 / (1 - p),
    whole(-1))
add("sphere", [0.7, 0.713], lambda x: x @ x < 1, lambda x: np.sqrt(1 - x @ x),
    lambda x: -x / np.sqrt(1 - x @ x),
    whole(-1))
add("lorentz", [0.6, 0.799], lambda v: v @ v < 1, lambda v: 1 / np.sqrt(1 - v @ v),
    lambda v: v / (1 - v @ v) ** 1.5, part(1, 2))
add("orbit", [1.3, 0.998], lambda x: 0 <= x[1] < 1, lambda x: x[0] * np.sqrt((1 + x[1]) / (1 - x[1])),
    lambda x: np.array([np.sqrt((1 + x[1]) / (1 - x[1])),
                        x[0] / ((1 - x[1]) ** 2 * np.sqrt((1 + x[1]) / (1 - x[1])))]), part(0, -1))
add("gas", [0.052, 300], lambda x: x[0] > 0.05, lambda x: 0.0821 * x[1] / (x[0] - 0.05) - 1.4 / x[0] ** 2,
    lambda x: np.array([-0.0821 * x[1] / (x[0] - 0.05) ** 2 + 2.8 / x[0] ** 3, 0.0821 / (x[0] - 0.05)]),
    part(1, 1.02))
add("pendulum", [0.99], lambda m: 0 < m[0] < 1, lambda m: special.ellipk(m[0]),
    lambda m: (special.ellipe(m) - (1 - m) * special.ellipk(m)) / (2 * m * (1 - m)), whole(2))
add("gamma", [0.01, 2.5], positive, lambda a: np.sum(special.gammaln(a)), special.digamma, part(0, 0.98))
add("probit", [0.002, 0.6], between, lambda p: np.sum(special.ndtri(p)),
    lambda p: np.sqrt(2 * np.pi) * np.exp(special.ndtri(p) ** 2 / 2), part(0, 1.5))

# ---- of several lines ----

def beta(v):
    x, a, b = v
    return (a - 1) * np.log(x) + (b - 1) * np.log(1 - x) - special.betaln(a, b)


def beta_slopes(v):
    x, a, b = v
    s = special.digamma(a + b)
    return np.array([(a - 1) / x - (b - 1) / (1 - x), np.log(x) - special.digamma(a) + s,
                     np.log(1 - x) - special.digamma(b) + s])


add("beta", [0.002, 2, 0.02], lambda v: 0 < v[0] < 1 and v[1] > 0 and v[2] > 0, beta, beta_slopes,
    part(2, -1))


def last_of(p):
    return np.append(p, 1 - np.sum(p))


DIRICHLET = np.array([1.5, 2, 0.7, 3])
add("dirichlet", [0.3, 0.5, 0.1995], lambda p: np.all(last_of(p) > 0),
    lambda p: np.sum((DIRICHLET - 1).astype(p.dtype) * np.log(last_of(p))),
    lambda p: (DIRICHLET[:3] - 1) / p - (DIRICHLET[3] - 1) / last_of(p)[3],
    lambda g: g - g.min())


def heron(s):
    p = np.sum(s) / 2
    return np.sqrt(p * (p - s[0]) * (p - s[1]) * (p - s[2]))


def heron_slopes(s):
    a, b, c = s
    return np.array([a * (b * b + c * c - a * a), b * (a * a + c * c - b * b), c * (a * a + b * b - c * c)]) \
        / (8 * heron(s))


add("heron", [1, 1, 1.99], lambda s: np.all(2 * s < np.sum(s)), heron, heron_slopes, part(2, -1))
add("angle", [1, 1.2, 2.19], lambda s: np.all(2 * s < np.sum(s)),
    lambda s: np.arccos((s[0] ** 2 + s[1] ** 2 - s[2] ** 2) / (2 * s[0] * s[1])),
    lambda s: s[2] / (2 * heron(s)) * np.array([-(s[0] ** 2 + s[2] ** 2 - s[1] ** 2) / (2 * s[0] * s[2]),
                                                -(s[1] ** 2 + s[2] ** 2 - s[0] ** 2) / (2 * s[1] * s[2]), 1]),
    part(0, -1))


def symmetric(v):
    A = np.zeros((3, 3), v.dtype)
    A[np.tril_indices(3)] = v
    return A + np.tril(A, -1).T


def definite(v):
    return np.linalg.eigvalsh(symmetric(v))[0] > 0


def log_det_slopes(v):
    return (np.linalg.inv(symmetric(v)) * (2 - np.eye(3)))[np.tril_indices(3)]


OUTER = np.array([1, 0.999, 1, 0.4, 0.41, 0.6])
add("log_det", OUTER, definite, lambda v: 2 * np.sum(np.log(np.diag(np.linalg.cholesky(symmetric(v))))),
    log_det_slopes, part(1, 0.5))

T = np.linspace(0, 3, 6)
Y = np.sin(2 * T)


def kernel(v):
    d = (T[:, None] - T).astype(v.dtype) ** 2
    return np.exp(-d / (2 * v[0] ** 2)) + v[1] * np.eye(6, dtype=v.dtype), d


def evidence(v):
    K = kernel(v)[0]
    return 0.5 * Y @ np.linalg.solve(K, Y) + 0.5 * np.linalg.slogdet(K)[1]


def evidence_slopes(v):
    K, d = kernel(v)
    a = np.linalg.solve(K, Y)
    inner = np.linalg.inv(K) - np.outer(a, a)
    return 0.5 * np.array([np.sum(inner * (K - v[1] * np.eye(6)) * d) / v[0] ** 3, np.trace(inner)])


add("gaussian_process", [0.5, 0.004], positive, evidence, evidence_slopes, part(1, 2))

WALLS = np.array([[1, 0.2], [-1, 0.5], [0.3, 1], [0, -1]])
add("barrier", [0.55, 0.99], lambda x: np.all(WALLS @ x < 1.16),
    lambda x: x[0] - np.sum(np.log(1.16 - WALLS.astype(x.dtype) @ x)),
    lambda x: np.array([1, 0]) + WALLS.T @ (1 / (1.16 - WALLS @ x)), whole(-1))
RETURNS = np.array([[0.4, -0.5, 0.1], [-0.48, 0.3, 0.2], [0.1, 0.2, -0.5]])
add("kelly", [1.2, 0.9, 0.4], lambda w: np.all(RETURNS @ w > -1),
    lambda w: np.sum(np.log1p(RETURNS.astype(w.dtype) @ w)) / 3,
    lambda w: RETURNS.T @ (1 / (1 + RETURNS @ w)) / 3, whole(3))


def box_cox(v):
    return np.sum((v[:2] ** v[2] - 1) / v[2])


add("box_cox", [0.001, 0.3, 0.5], lambda v: np.all(v[:2] > 0), box_cox,
    lambda v: np.append(v[:2] ** (v[2] - 1),
                        np.sum(v[:2] ** v[2] * np.log(v[:2])) / v[2] - box_cox(v) / v[2]), part(2, 1.3))
SALES = np.array([0.4, -0.1, 0.3, -0.25, 0.1])
add("volatility", [0.001, 0.02], positive,
    lambda v: np.sum(np.log(v[0] + v[1] * SALES ** 2) + SALES ** 2 / (v[0] + v[1] * SALES ** 2)),
    lambda v: (lambda s: np.array([np.sum(1 / s - SALES ** 2 / s ** 2),
                                   np.sum(SALES ** 2 / s - SALES ** 4 / s ** 2)]))(v[0] + v[1] * SALES ** 2),
    part(1, 1.1))

# ---- ordinary ones ----

R = np.random.default_rng(5)
A, b = R.normal(size=(9, 5)), R.normal(size=9)
LABELS = (A @ np.ones(5) > 0) * 1.0
Q = R.normal(size=(8, 8))
IN, OUT = R.normal(size=(7, 3)), R.normal(size=7)


def typed(m, x):
    return m.astype(x.dtype)


def net(v):
    W, u = v[:12].reshape(3, 4), v[12:]
    H = np.tanh(typed(IN, v) @ W)
    return H, H @ u - typed(OUT, v), W, u


def net_slopes(v):
    H, e, _, u = net(v)
    return np.append((typed(IN, v).T @ (np.outer(e, u) * (1 - H ** 2))).ravel(), H.T @ e)


add("rosenbrock", [-1.2, 1, 0.7, 0.4], everywhere,
    lambda x: np.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2),
    lambda x: np.append(-400 * x[:-1] * (x[1:] - x[:-1] ** 2) - 2 * (1 - x[:-1]), 0)
    + np.append(0, 200 * (x[1:] - x[:-1] ** 2)), part(3, 2))
add("logistic", R.normal(size=5), everywhere,
    lambda w: np.mean(np.logaddexp(0, typed(A, w) @ w) - typed(LABELS, w) * (typed(A, w) @ w)),
    lambda w: typed(A, w).T @ (special.expit(typed(A, w) @ w) - typed(LABELS, w)) / 9, whole(9))
add("squares", R.normal(size=5), everywhere, lambda w: np.sum((typed(A, w) @ w - typed(b, w)) ** 2),
    lambda w: 2 * typed(A, w).T @ (typed(A, w) @ w - typed(b, w)), whole(0.5))
add("ridge", R.normal(size=5), everywhere,
    lambda w: np.sum((typed(A, w) @ w - typed(b, w)) ** 2) / 2 + np.sum(w * w),
    lambda w: typed(A, w).T @ (typed(A, w) @ w - typed(b, w)) + 2 * w, part(4, 1.03))
add("form", R.normal(size=8), everywhere, lambda x: x @ typed(Q, x) @ x, lambda x: typed(Q + Q.T, x) @ x,
    lambda g: g[::-1])
add("waves", R.normal(size=6), everywhere, lambda x: np.sum(np.sin(x) * np.arange(1, 7, dtype=x.dtype)),
    lambda x: np.cos(x) * np.arange(1, 7), whole(-1))
add("bump", R.normal(size=3) / 2, everywhere, lambda x: np.exp(-np.sum(x ** 2)),
    lambda x: -2 * x * np.exp(-np.sum(x ** 2)), part(1, 0.5))
add("net", R.normal(size=16) / 2, everywhere, lambda v: 0.5 * np.sum(net(v)[1] ** 2), net_slopes, part(2, -1))
add("log_sum_exp", R.normal(size=7), everywhere, lambda z: np.log(np.sum(np.exp(z))),
    lambda z: np.exp(z) / np.sum(np.exp(z)), part(6, 1.1))
add("absolute", R.normal(size=5), everywhere, lambda w: np.sum(np.abs(typed(A, w) @ w - typed(b, w))),
    lambda w: typed(A, w).T @ np.sign(typed(A, w) @ w - typed(b, w)), whole(1 / 9))
add("rectified", R.normal(size=5), everywhere, lambda w: np.sum(np.maximum(typed(A, w) @ w, 0) ** 2),
    lambda w: 2 * typed(A, w).T @ np.maximum(typed(A, w) @ w, 0), part(0, 0.9))
add("deviation", R.normal(size=6), everywhere, lambda x: np.std(x),
    lambda x: (x - np.mean(x)) / (6 * np.std(x)),
    whole(6))
