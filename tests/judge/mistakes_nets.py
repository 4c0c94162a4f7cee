# SPDX-License-Identifier: MIT
"""mistakes_nets.py: regressions, losses and nets, and what people get wrong in their gradients."""
import numpy as np

from mistakes_base import (BATCH, COLUMN, HALF, INVERSE, LAST, PATH, ROLLED, ROW, SIGN, STALE, SWAPPED,
                           TRANSPOSED, TWO, ZERO, case, component, count, either, from_element, mean, rows,
                           sigmoid, softmax)

# ---- regressions ----

@case(TWO)
def least_squares(r):
    X, y = r.normal(size=(15, 4)), r.normal(size=15)
    return (lambda w: np.sum((X @ w - y) ** 2), lambda w: 2 * X.T @ (X @ w - y), lambda w: X.T @ (X @ w - y),
            r.normal(size=4))


@case(HALF)
def half_of_squares(r):
    X, y = r.normal(size=(9, 5)), r.normal(size=9)
    return (lambda w: 0.5 * np.sum((X @ w - y) ** 2), lambda w: X.T @ (X @ w - y),
            lambda w: 2 * X.T @ (X @ w - y), r.normal(size=5))


@case(either("factor 2 of a term", TWO, PATH))
def ridge(r):
    X, y = r.normal(size=(12, 6)), r.normal(size=12)
    def grad(w, c=2.0):
        return X.T @ (X @ w - y) + c * 0.7 * w
    return (lambda w: 0.5 * np.sum((X @ w - y) ** 2) + 0.7 * w @ w, grad, lambda w: grad(w, 1.0),
            r.normal(size=6))


@case(rows(12))
def mean_square_of_a_line(r):
    t, y = r.uniform(0, 3, 12), r.normal(size=12)
    def parts(w, b):
        e = w * t + b - y
        return [2 * e @ t, 2 * e.sum()]
    return (lambda w, b: np.mean((w * t + b - y) ** 2), lambda w, b: [p / 12 for p in parts(w, b)], parts,
            (0.8, -0.3))


@case(SIGN)
def residual_the_other_way(r):
    X, y = r.normal(size=(10, 3)), r.normal(size=10)
    return (lambda beta: np.sum((y - X @ beta) ** 2) / 20, lambda beta: -X.T @ (y - X @ beta) / 10,
            lambda beta: X.T @ (y - X @ beta) / 10, r.normal(size=3))


@case(rows(25))
def logistic_regression(r):
    X = r.normal(size=(25, 5))
    y = (X @ r.normal(size=5) > 0) * 1.0
    def loss(w):
        z = X @ w
        return np.mean(np.log1p(np.exp(-np.abs(z))) + np.maximum(z, 0) - y * z)
    return (loss, lambda w: X.T @ (sigmoid(X @ w) - y) / 25, lambda w: X.T @ (sigmoid(X @ w) - y),
            r.normal(size=5))


@case(SIGN)
def log_likelihood_of_labels(r):
    X, y = r.normal(size=(18, 4)), r.integers(0, 2, 18)
    return (lambda w: -np.sum(np.logaddexp(0, X @ w) - y * (X @ w)), lambda w: X.T @ (y - sigmoid(X @ w)),
            lambda w: X.T @ (sigmoid(X @ w) - y), r.normal(size=4))


@case(mean(14))
def poisson_regression(r):
    X, y = r.normal(size=(14, 3)) / 2, r.poisson(2, 14)
    return (lambda w: np.sum(np.exp(X @ w) - y * (X @ w)), lambda w: X.T @ (np.exp(X @ w) - y),
            lambda w: X.T @ (np.exp(X @ w) - y) / 14, r.normal(size=3))


@case(INVERSE)
def root_mean_square_error(r):
    X, y = r.normal(size=(16, 4)), r.normal(size=16)
    def rmse(w):
        return np.sqrt(np.mean((X @ w - y) ** 2))
    return (rmse, lambda w: X.T @ (X @ w - y) / 16 / rmse(w), lambda w: X.T @ (X @ w - y) / 16,
            r.normal(size=4))


@case(PATH)
def elastic_net(r):
    X, y = r.normal(size=(11, 7)), r.normal(size=11)
    def grad(w, l1=0.4):
        return X.T @ (X @ w - y) / 11 + l1 * np.sign(w) + 0.3 * w
    return (lambda w: np.sum((X @ w - y) ** 2) / 22 + 0.4 * np.abs(w).sum() + 0.15 * w @ w, grad,
            lambda w: grad(w, 0.0), r.normal(size=7))


@case(component("a"))
def coefficients_by_their_logarithms(r):
    X, y = r.uniform(0, 1, (10, 4)), r.uniform(1, 3, 10)
    return (lambda a: np.sum((X @ np.exp(a) - y) ** 2), lambda a: 2 * X.T @ (X @ np.exp(a) - y) * np.exp(a),
            lambda a: 2 * X.T @ (X @ np.exp(a) - y), r.normal(size=4) / 2)


@case(COLUMN)
def penalty_without_the_intercept(r):
    X = np.hstack([r.normal(size=(20, 3)), np.ones((20, 1))])
    Y, free = r.normal(size=(20, 2)), np.array([1, 1, 1, 0.0])
    def grad(W, m=free):
        return (W @ X.T - Y.T) @ X + 1.5 * W * m
    return (lambda W: 0.5 * np.sum((W @ X.T - Y.T) ** 2) + 0.75 * np.sum(W ** 2 * free), grad,
            lambda W: grad(W, 1.0), r.normal(size=(2, 4)))


@case(STALE)
def reweighted_least_squares(r):
    X, y = r.normal(size=(30, 3)), r.standard_t(2, 30)
    kept = {}
    def grad(w, s=None):
        e = X @ w - y
        return X.T @ (e / (1 + e ** 2 if s is None else s))
    def wrong(w):
        kept.setdefault("s", 1 + (X @ w - y) ** 2)
        return grad(w, kept["s"])
    return lambda w: 0.5 * np.sum(np.log1p((X @ w - y) ** 2)), grad, wrong, r.normal(size=3)

# ---- losses by what they are given ----

@case(rows(8))
def softmax_cross_entropy(r):
    y = r.integers(0, 5, 8)
    Y = np.eye(5)[y]
    return (lambda z: -np.mean(np.log(softmax(z))[np.arange(8), y]), lambda z: (softmax(z) - Y) / 8,
            lambda z: softmax(z) - Y, r.normal(size=(8, 5)))


@case(rows(6))
def squared_hinge(r):
    X, y = r.normal(size=(6, 4)), np.array([1, -1, 1, 1, -1, -1.0])
    def grad(w):
        return -2 * X.T @ (y * np.maximum(0, 1 - y * (X @ w)))
    return (lambda w: np.sum(np.maximum(0, 1 - y * (X @ w)) ** 2), grad, lambda w: grad(w) / 6,
            r.normal(size=4) / 3)


@case(count(24))
def mean_over_all_pixels(r):
    T = r.uniform(size=(6, 4))
    return (lambda P: np.mean((P - T) ** 2), lambda P: 2 * (P - T) / 24, lambda P: 2 * (P - T),
            r.uniform(size=(6, 4)))


@case(count(4))
def mean_of_columns_too(r):
    T = r.normal(size=(9, 4))
    return (lambda P: np.mean(np.log(np.cosh(P - T))), lambda P: np.tanh(P - T) / 36,
            lambda P: np.tanh(P - T) / 9,
            r.normal(size=(9, 4)))


@case(PATH)
def softmax_by_its_diagonal(r):
    c = r.normal(size=6)
    def grad(z):
        s = softmax(z)
        return s * (c - s @ c)
    return lambda z: c @ softmax(z), grad, lambda z: c * softmax(z) * (1 - softmax(z)), r.normal(size=6)


@case(TWO)
def triplet_loss(r):
    def f(a, p, n):
        return np.sum((a - p) ** 2) - np.sum((a - n) ** 2) + 9
    return (f, lambda a, p, n: [2 * (n - p), 2 * (p - a), 2 * (a - n)], lambda a, p, n: [n - p, p - a, a - n],
            tuple(r.normal(size=3) for _ in range(3)))


@case(SWAPPED)
def contrastive_pair(r):
    def f(u, v):
        return np.exp(-np.sum((u - v) ** 2) / 4) + u @ v
    def grad(u, v):
        e = np.exp(-np.sum((u - v) ** 2) / 4) / 2
        return [v - e * (u - v), u + e * (u - v)]
    return f, grad, lambda u, v: grad(u, v)[::-1], (r.normal(size=4), r.normal(size=4))


@case(mean(50))
def total_huber(r):
    t = r.normal(size=50) * 2
    def f(p):
        e = np.abs(p - t)
        return np.sum(np.where(e < 1, e ** 2 / 2, e - 0.5))
    return f, lambda p: np.clip(p - t, -1, 1), lambda p: np.clip(p - t, -1, 1) / 50, r.normal(size=50)


@case(SIGN)
def binary_cross_entropy(r):
    y = r.integers(0, 2, 10)
    return (lambda p: -np.sum(y * np.log(p) + (1 - y) * np.log(1 - p)), lambda p: (p - y) / (p * (1 - p)),
            lambda p: (y - p) / (p * (1 - p)), r.uniform(0.1, 0.9, 10))

# ---- nets ----

def layers(r, m, n, h, k):
    X, T = r.normal(size=(m, n)), r.normal(size=(m, k))
    def loss(W, b, V):
        return 0.5 * np.sum((np.tanh(X @ W + b) @ V - T) ** 2)
    def back(W, b, V):
        H = np.tanh(X @ W + b)
        E = H @ V - T
        return X, H, E, E @ V.T * (1 - H ** 2)
    def grad(W, b, V):
        X, H, E, D = back(W, b, V)
        return [X.T @ D, D.sum(0), H.T @ E]
    return loss, back, grad, (r.normal(size=(n, h)) / 2, r.normal(size=h), r.normal(size=(h, k)) / 2)


@case(BATCH)
def bias_of_the_first_example(r):
    f, back, grad, x = layers(r, 7, 3, 4, 2)
    def wrong(*p):
        g = grad(*p)
        return [g[0], back(*p)[3][0], g[2]]
    return f, grad, wrong, x


@case(ZERO)
def bias_forgotten(r):
    f, back, grad, x = layers(r, 6, 3, 5, 2)
    return f, grad, lambda *p: [grad(*p)[0], np.zeros(5), grad(*p)[2]], x


@case(rows(10))
def mean_in_the_weights_alone(r):
    f, back, grad, x = layers(r, 10, 4, 3, 2)
    def right(*p):
        return [g / 10 for g in grad(*p)]
    return lambda W, b, V: f(W, b, V) / 10, right, lambda *p: right(*p)[:1] + [grad(*p)[1]] + right(*p)[2:], x


@case(TRANSPOSED)
def square_layer_transposed(r):
    f, back, grad, x = layers(r, 5, 4, 4, 3)
    def wrong(*p):
        X, H, E, D = back(*p)
        return [D.T @ X, D.sum(0), H.T @ E]
    return f, grad, wrong, x


@case(TRANSPOSED)
def bilinear_form(r):
    a, c = r.normal(size=5), r.normal(size=5)
    return (lambda W: np.sin(a @ W @ c), lambda W: np.cos(a @ W @ c) * np.outer(a, c),
            lambda W: np.cos(a @ W @ c) * np.outer(c, a), r.normal(size=(5, 5)) / 3)


@case(TRANSPOSED)
def weights_raveled_by_columns(r):
    x, t = r.normal(size=3), r.normal(size=6)
    def grad(W):
        return np.outer(W @ x - t, x)
    return (lambda W: 0.5 * np.sum((W @ x - t) ** 2), grad, lambda W: grad(W).ravel(order="F"),
            r.normal(size=(6, 3)))


@case(PATH)
def residual_block(r):
    A = r.normal(size=(5, 5)) / 2
    c = r.normal(size=5)
    def through(x):
        return A.T @ ((1 - np.tanh(A @ x) ** 2) * c)
    return lambda x: c @ (x + np.tanh(A @ x)), lambda x: c + through(x), through, r.normal(size=5)


@case(PATH)
def recurrent_net_one_step_back(r):
    xs, T = r.normal(size=6), 6
    def run(u):
        h = [0.0]
        for x in xs:
            h.append(np.tanh(u[0] * h[-1] + u[1] * x + u[2]))
        return h
    def grad(u, back=1.0):
        h, d, g = run(u), 0.0, np.zeros(3)
        for t in range(T, 0, -1):
            d = (h[t] - 0.5 + back * d) * (1 - h[t] ** 2)
            g += d * np.array([h[t - 1], xs[t - 1], 1])
            d *= u[0]
        return g
    return (lambda u: 0.5 * sum((h - 0.5) ** 2 for h in run(u)[1:]), grad, lambda u: grad(u, 0.0),
            r.normal(size=3))


@case(PATH)
def normalised_by_the_batch(r):
    g, b = r.normal(size=8), 1e-5
    def grad(x, full=True):
        s = np.sqrt(x.var() + b)
        h = (x - x.mean()) / s
        return (g - full * (g.mean() + h * np.mean(g * h))) / s
    return (lambda x: g @ ((x - x.mean()) / np.sqrt(x.var() + b)), grad, lambda x: grad(x, False),
            r.normal(size=8))


@case(ROW)
def embedding_row_written_twice(r):
    at, C = np.array([0, 4, 2, 4, 1]), r.normal(size=(5, 3))
    def f(E):
        return np.sum(np.sin(E[at]) * C)
    def grad(E):
        g = np.zeros_like(E)
        np.add.at(g, at, np.cos(E[at]) * C)
        return g
    def wrong(E):
        g = np.zeros_like(E)
        g[at] += np.cos(E[at]) * C
        return g
    return f, grad, wrong, r.normal(size=(6, 3))


@case(ROLLED)
def convolution_by_a_kernel(r):
    s, t = r.normal(size=14), r.normal(size=10)
    def f(k):
        return 0.5 * np.sum((np.correlate(s, k, "valid") - t) ** 2)
    def grad(k):
        return np.correlate(s, np.correlate(s, k, "valid") - t, "valid")
    return f, grad, lambda k: np.roll(grad(k), 1), r.normal(size=5)


@case(from_element(256))
def weights_numbered_by_a_byte(r):
    a, c = r.uniform(0.5, 2, 300), r.normal(size=300)
    def grad(w):
        return c * a * np.cos(a * w)
    def wrong(w):
        g = grad(w)
        g[256:] = g[:44]
        return g
    return lambda w: c @ np.sin(a * w), grad, wrong, r.normal(size=300)


@case(LAST)
def attention_without_the_last_key(r):
    c = r.normal(size=7)
    def grad(s):
        p = softmax(s)
        return p * (c - p @ c)
    def wrong(s):
        g = grad(s)
        g[-1] = 0
        return g
    return lambda s: softmax(s) @ c, grad, wrong, r.normal(size=7)
