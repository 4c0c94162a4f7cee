# SPDX-License-Identifier: MIT
"""mistakes_numbers.py: statistics, finance and analysis, and what people get wrong in their gradients."""
import math

import numpy as np

from mistakes_base import (BATCH, COLUMN, HALF, INVERSE, LAST, LENGTH, PATH, PI, ROLLED, SECOND, SIGN, STALE,
                           SWAPPED, TWO, VALUE, ZERO, case, component, count, mean, sigmoid, softmax)

# ---- statistics ----

@case(TWO)
def gaussian_by_its_deviation(r):
    y = r.normal(size=20)
    return (lambda mu, s: np.sum((y - mu) ** 2) / (2 * s ** 2) + 20 * np.log(s),
            lambda mu, s: [np.sum(mu - y) / s ** 2, -np.sum((y - mu) ** 2) / s ** 3 + 20 / s],
            lambda mu, s: [np.sum(mu - y) / (2 * s ** 2), -np.sum((y - mu) ** 2) / s ** 3 + 20 / s],
            (0.3, 1.4))


@case(VALUE)
def density_of_a_normal(r):
    m = r.normal(size=3)
    def p(x):
        return math.exp(-np.sum((x - m) ** 2) / 2) / (2 * math.pi) ** 1.5
    return p, lambda x: (m - x) * p(x), lambda x: m - x, r.normal(size=3)


@case(VALUE)
def likelihood_as_a_product(r):
    k = r.integers(0, 2, 6)
    def L(p):
        return np.prod(np.where(k, p, 1 - p))
    def score(p):
        return k / p - (1 - k) / (1 - p)
    return L, lambda p: score(p) * L(p), score, r.uniform(0.2, 0.8, 6)


@case(count(18))
def mean_log_density(r):
    y = r.standard_cauchy(18)
    def total(mu, s):
        z = (y - mu) / s
        return [np.sum(2 * z / (1 + z * z)) / s, np.sum(2 * z * z / (1 + z * z) - 1) / s]
    return (lambda mu, s: -np.mean(np.log1p(((y - mu) / s) ** 2) + np.log(s)),
            lambda mu, s: [g / 18 for g in total(mu, s)], total, (0.2, 1.3))


@case(count(30))
def variance_of_numbers(r):
    return (lambda x: x.var(), lambda x: 2 * (x - x.mean()) / 30, lambda x: 2 * (x - x.mean()),
            r.normal(size=30))


@case(INVERSE)
def deviation_of_numbers(r):
    return (lambda x: x.std(), lambda x: (x - x.mean()) / (12 * x.std()), lambda x: (x - x.mean()) / 12,
            r.normal(size=12) * 3)


@case(SIGN)
def entropy(r):
    return (lambda p: -np.sum(p * np.log(p)), lambda p: -np.log(p) - 1, lambda p: np.log(p) + 1,
            r.dirichlet(np.ones(6)))


@case(PATH)
def divergence_of_gaussians(r):
    def grad(mu, log_var, one=1):
        return [mu, 0.5 * (np.exp(log_var) - one)]
    return (lambda mu, log_var: 0.5 * np.sum(mu ** 2 + np.exp(log_var) - log_var - 1), grad,
            lambda mu, log_var: grad(mu, log_var, 0), (r.normal(size=4), r.normal(size=4)))


@case(BATCH)
def last_example_of_a_mixture(r):
    y = r.normal(size=14)
    def weights(m):
        return softmax(-(y[:, None] - m) ** 2 / 2)
    def each(m):
        return weights(m) * (m - y[:, None])
    return (lambda m: -np.sum(np.log(np.sum(np.exp(-(y[:, None] - m) ** 2 / 2), 1))),
            lambda m: each(m).sum(0),
            lambda m: each(m)[-1], r.normal(size=3) * 2)


@case(BATCH)
def intercepts_of_groups(r):
    group, y = np.array([0, 1, 1, 2, 0, 2, 2, 1]), r.normal(size=8)
    def grad(a):
        return np.bincount(group, np.tanh(a[group] - y), 3)
    def wrong(a):
        g = np.zeros(3)
        for k, e in zip(group, np.tanh(a[group] - y)):
            g[k] = e
        return g
    return lambda a: np.sum(np.log(np.cosh(a[group] - y))), grad, wrong, r.normal(size=3)


@case(ZERO)
def bias_of_a_factor_model(r):
    R = r.normal(size=(5, 4))
    def e(U, b):
        return U @ U[:4].T + b - R
    def of_U(U, b):
        g = e(U, b) @ U[:4]
        g[:4] += e(U, b).T @ U
        return g
    return (lambda U, b: 0.5 * np.sum(e(U, b) ** 2), lambda U, b: [of_U(U, b), e(U, b).sum(0)],
            lambda U, b: [of_U(U, b), np.zeros(4)], (r.normal(size=(5, 2)), r.normal(size=4)))


@case(PATH)
def shared_factors(r):
    R = r.normal(size=(5, 5))
    return (lambda U: 0.5 * np.sum((U @ U.T - R) ** 2), lambda U: (U @ U.T - R) @ U + (U @ U.T - R).T @ U,
            lambda U: (U @ U.T - R) @ U, r.normal(size=(5, 2)))


@case(mean(9))
def sum_of_log_odds(r):
    t = r.normal(size=9)
    return (lambda p: np.sum((np.log(p / (1 - p)) - t) ** 2) / 2,
            lambda p: (np.log(p / (1 - p)) - t) / (p * (1 - p)),
            lambda p: (np.log(p / (1 - p)) - t) / (p * (1 - p)) / 9, r.uniform(0.2, 0.8, 9))


@case(COLUMN)
def scores_without_the_last_feature(r):
    X, y = r.normal(size=(12, 4)), r.integers(0, 3, 12)
    def grad(W):
        return (softmax(X @ W.T) - np.eye(3)[y]).T @ X
    def wrong(W):
        g = grad(W)
        g[:, -1] = 0
        return g
    return lambda W: -np.sum(np.log(softmax(X @ W.T))[np.arange(12), y]), grad, wrong, r.normal(size=(3, 4))


# ---- finance ----

def normal_cdf(x):
    return 0.5 * (1 + math.erf(x / math.sqrt(2)))


@case(SIGN)
def put_with_the_delta_of_a_call(r):
    def d(S, v):
        return (math.log(S / 100) + 0.02 + v * v / 2) / v
    def put(S, v):
        return 100 * math.exp(-0.02) * normal_cdf(v - d(S, v)) - S * normal_cdf(-d(S, v))
    def vega(S, v):
        return S * math.exp(-d(S, v) ** 2 / 2) / math.sqrt(2 * math.pi)
    return (put, lambda S, v: [-normal_cdf(-d(S, v)), vega(S, v)], lambda S,
            v: [normal_cdf(-d(S, v)), vega(S, v)],
            (96.0, 0.25))


@case(TWO)
def portfolio_variance(r):
    A = r.normal(size=(5, 5))
    C = A @ A.T
    return lambda w: w @ C @ w, lambda w: 2 * C @ w, lambda w: C @ w, r.dirichlet(np.ones(5))


@case(INVERSE)
def portfolio_risk(r):
    A = r.normal(size=(6, 6)) * 2
    C = A @ A.T
    def risk(w):
        return math.sqrt(w @ C @ w)
    return risk, lambda w: C @ w / risk(w), lambda w: C @ w, r.dirichlet(np.ones(6))


@case(PATH)
def sharpe_ratio(r):
    m, A = r.uniform(0.1, 1, 4), r.normal(size=(4, 4))
    C = A @ A.T + np.eye(4)
    def grad(w, both=1):
        s = math.sqrt(w @ C @ w)
        return m / s - both * (m @ w) * (C @ w) / s ** 3
    return lambda w: m @ w / math.sqrt(w @ C @ w), grad, lambda w: grad(w, 0), r.dirichlet(np.ones(4))


@case(VALUE)
def growth_of_capital(r):
    m = r.uniform(0.2, 1, 5)
    def capital(rate):
        return 5 * math.exp(m @ rate)
    return capital, lambda rate: m * capital(rate), lambda rate: m * 1.0, r.uniform(0, 0.4, 5)


@case(STALE)
def hedge_of_the_first_day(r):
    kept = []
    K = r.uniform(0.5, 2, 7)
    def delta(S):
        return sigmoid((S - K) * 3)
    def wrong(S):
        kept.append(delta(S))
        return kept[0].copy()
    return lambda S: np.sum(np.logaddexp(0, (S - K) * 3)) / 3, delta, wrong, r.uniform(0.5, 2, 7)


@case(SWAPPED)
def demand_and_supply(r):
    def grad(price, amount):
        return [np.cos(price) * amount ** 2, 2 * np.sin(price) * amount]
    return (lambda price, amount: np.sum(np.sin(price) * amount ** 2), grad,
            lambda price, amount: grad(price, amount)[::-1], (r.uniform(0.3, 1.2, 4), r.uniform(1, 2, 4)))


@case(LAST)
def annuity(r):
    t = np.arange(1, 11)
    def grad(c):
        return t ** 0.5 * c ** 0.5 * 1.5
    def wrong(c):
        g = np.zeros(10)
        for k in range(9):
            g[k] = grad(c)[k]
        return g
    return lambda c: np.sum(t ** 0.5 * c ** 1.5), grad, wrong, r.uniform(1, 3, 10)

# ---- analysis ----

@case(component("x"))
def bell_curves(r):
    c = r.uniform(1, 5, 6)
    return (lambda x: c @ np.exp(-5 * x ** 2), lambda x: -10 * x * c * np.exp(-5 * x ** 2),
            lambda x: -10 * c * np.exp(-5 * x ** 2), r.uniform(0.1, 0.5, 6))


@case(HALF)
def quadratic_form(r):
    A = r.normal(size=(7, 7))
    A += A.T
    b = r.normal(size=7)
    return (lambda x: (x @ A @ x + 2 * b @ x) / 2, lambda x: A @ x + b, lambda x: 2 * (A @ x + b),
            r.normal(size=7))


@case(PATH)
def form_that_is_not_symmetric(r):
    A = r.normal(size=(6, 6))
    return lambda x: x @ A @ x, lambda x: A @ x + A.T @ x, lambda x: A @ x, r.normal(size=6)


@case(component("x"))
def product_of_numbers(r):
    return (lambda x: np.prod(x), lambda x: np.prod(x) / x, lambda x: np.full(5, np.prod(x)),
            r.uniform(0.5, 2, 5))


@case(LENGTH)
def unit_vector(r):
    c = r.normal(size=5)
    def wrong(x):
        return 2 * (c @ x) * (c * (x @ x) - x * (c @ x)) / (x @ x)
    return (lambda x: (c @ x) ** 2 / (x @ x), lambda x: wrong(x) / (x @ x), wrong, r.normal(size=5))


@case(PI)
def fourier_series(r):
    k, t = np.arange(1, 5), r.normal(size=5)
    def grad(phase):
        return np.pi * np.cos(np.pi * phase) * (np.sin(np.pi * phase) - t)
    return (lambda phase: 0.5 * np.sum((np.sin(np.pi * phase) - t) ** 2), grad,
            lambda phase: grad(phase) / np.pi,
            r.uniform(0, 1, 5))


@case(SECOND)
def simpson(r):
    h = 0.1
    w = np.array([1] + [4, 2] * 5 + [4, 1]) * h / 3
    odd = np.where(np.arange(13) % 2, 0.5, 1)
    return (lambda y: w @ np.sin(y), lambda y: w * np.cos(y), lambda y: w * odd * np.cos(y),
            r.normal(size=13))


@case(ROLLED)
def autocorrelation(r):
    def grad(x):
        return np.append(x[1:], 0) + np.append(0, x[:-1]) + 0.2 * x ** 3
    return (lambda x: x[1:] @ x[:-1] + 0.05 * np.sum(x ** 4), grad,
            lambda x: np.append(grad(x)[1:], grad(x)[0]),
            r.normal(size=9))


@case(ROLLED)
def shifted_back_to_front(r):
    c = r.normal(size=7)
    return (lambda x: c @ np.tanh(np.roll(x, 1)), lambda x: np.roll(c, -1) * (1 - np.tanh(x) ** 2),
            lambda x: c * (1 - np.tanh(np.roll(x, 1)) ** 2), r.normal(size=7))
