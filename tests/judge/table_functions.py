# SPDX-License-Identifier: MIT
"""table_functions.py: more functions for table.py: Lassos with zeros, small nets in training, float32
inside.

Each is a tuple: the function of one array, its gradient, a wrong one, and the point."""
import functools

import numpy as np


def lassos():
    """12 of them, with exact zeros among the weights, where the gradient has 0 for the slope of |w|."""
    out = []
    for k in range(12):
        r = np.random.default_rng(k)
        m, n = 10 + 3 * k, 4 + k
        X, y, lam = r.normal(size=(m, n)), r.normal(size=m), 0.05 * (1 + k)
        w = r.normal(size=n) * (r.random(n) < 0.6)
        w[0], w[-1] = 0, 1.5
        out.append(lasso(X, y, lam) + (w,))
    return [(f, g, lasso_wrong(g, lam_part, k), w) for k, (f, g, lam_part, w) in enumerate(out)]


def lasso(X, y, lam):
    m = len(y)
    return (lambda w: 0.5 * np.sum((X @ w - y) ** 2) / m + lam * np.abs(w).sum(),
            lambda w: X.T @ (X @ w - y) / m + lam * np.sign(w), lambda w: lam * np.sign(w))


def lasso_wrong(g, penalty, k):
    """The penalty left out, or twice; the rest without 1/2 undone; a component of the wrong sign."""
    def flipped(w):
        d = g(w)
        d[-1] = -d[-1]
        return d
    return [lambda w: g(w) - penalty(w), lambda w: g(w) + penalty(w), lambda w: 2 * g(w) - penalty(w),
            flipped][k % 4]

# ---- nets ----

class Net:
    """Two layers, as a function of all weights; tanh or relu, squares or cross-entropy."""

    def __init__(self, seed):
        r = np.random.default_rng(seed)
        self.relu, self.classes = seed % 2, seed % 3 == 0
        self.n, self.h, self.k = 2 + seed % 3, 3 + seed % 5, 3
        self.X = r.normal(size=(20, self.n))
        self.T = np.eye(3)[r.integers(0, 3, 20)] if self.classes else r.normal(size=(20, 3))
        sizes = self.n * self.h, self.h, self.h * self.k, self.k
        self.ends = np.cumsum(sizes)[:-1]
        self.w = r.normal(size=sum(sizes)) * 0.7
        for _ in range(200 * seed):
            self.w = self.w - 0.2 * self.grad(self.w)

    def forward(self, w):
        W, b, V, c = np.split(w, self.ends)
        V = V.reshape(self.h, self.k)
        Z = self.X @ W.reshape(self.n, self.h) + b
        H = np.maximum(Z, 0) if self.relu else np.tanh(Z)
        return H, V, H @ V + c

    def f(self, w):
        y = self.forward(w)[2]
        if self.classes:
            top = y.max(1, keepdims=True)
            return np.mean(np.log(np.exp(y - top).sum(1)) + top[:, 0] - np.sum(y * self.T, 1))
        return 0.5 * np.sum((y - self.T) ** 2) / 20

    def grad(self, w):
        H, V, y = self.forward(w)
        if self.classes:
            e = np.exp(y - y.max(1, keepdims=True))
            y = e / e.sum(1, keepdims=True)
        E = (y - self.T) / 20
        D = E @ V.T * ((H > 0) if self.relu else 1 - H ** 2)
        return np.concatenate([(self.X.T @ D).ravel(), D.sum(0), (H.T @ E).ravel(), E.sum(0)])

    def wrong(self, w):
        """The gradient of one layer's weights is 2 % too large."""
        g = np.split(self.grad(w), self.ends)
        g[2 * (self.n % 2)] = g[2 * (self.n % 2)] * 1.02
        return np.concatenate(g)


@functools.lru_cache
def nets():
    """15 of them, after 0, 200, 400, ... steps of a training."""
    return [(n.f, n.grad, n.wrong, n.w) for n in map(Net, range(15))]

# ---- float32 inside ----

def single(f, grad, x):
    def rounded(h):
        return lambda x: np.asarray(h(x.astype(np.float32))).astype(np.float32).astype(float)
    g = rounded(grad)
    return rounded(f), g, lambda x: 1.1 * g(x), np.asarray(x, dtype=float)


def singles():
    """10 of them; the wrong gradient is 10 % too large."""
    r = np.random.default_rng(3)
    A, b, Q = (r.normal(size=s).astype(np.float32) for s in ((12, 5), 12, (6, 6)))
    c = np.arange(1, 7, dtype=np.float32)
    out = [
        single(lambda w: np.sum((A @ w - b) ** 2), lambda w: 2 * A.T @ (A @ w - b), r.normal(size=5)),
        single(lambda w: np.mean(np.logaddexp(0, -A @ w)), lambda w: -A.T @ (1 / (1 + np.exp(A @ w))) / 12,
               r.normal(size=5)),
        single(lambda x: x @ Q @ x, lambda x: (Q + Q.T) @ x, r.normal(size=6)),
        single(lambda x: c @ np.sin(x), lambda x: c * np.cos(x), r.normal(size=6)),
        single(lambda x: np.exp(-np.sum(x * x)), lambda x: -2 * x * np.exp(-np.sum(x * x)),
               r.normal(size=3) / 2),
        single(lambda x: np.sum(np.log(x) ** 2), lambda x: 2 * np.log(x) / x, r.uniform(0.3, 3, 4)),
        single(lambda x: np.sqrt(x @ x + 1), lambda x: x / np.sqrt(x @ x + 1), r.normal(size=5)),
        single(lambda z: np.log(np.sum(np.exp(z))), lambda z: np.exp(z) / np.sum(np.exp(z)),
            r.normal(size=5)),
        single(lambda x: np.sum((1 - x[:-1]) ** 2 + 100 * (x[1:] - x[:-1] ** 2) ** 2),
               lambda x: np.append(-2 * (1 - x[:-1]) - 400 * x[:-1] * (x[1:] - x[:-1] ** 2), 0)
               + np.append(0, 200 * (x[1:] - x[:-1] ** 2)), [-1.2, 1, 0.4]),
        single(lambda x: 1000 + np.sum(np.tanh(x)), lambda x: 1 - np.tanh(x) ** 2, r.normal(size=4)),
    ]
    return out
