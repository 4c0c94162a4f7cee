# SPDX-License-Identifier: MIT
"""The divergence of Kullback and Leibler, of pairs of classes."""
import math

import numpy as np

from ._base import _all, _last, _spread, b
from ._continuous import Cauchy, Exponential, HalfNormal, Laplace, LogNormal, Normal, Uniform
from ._discrete import Bernoulli, Binomial, Categorical, Geometric, OneHotCategorical, Poisson
from ._joint import Independent, MultivariateNormal, _log_det, _squared

_PAIRS = {}


def register_kl(type_p, type_q):
    """A decorator: the function is kl_divergence of such a pair."""
    def put(f):
        _PAIRS[type_p, type_q] = f
        return f
    return put


def kl_divergence(p, q):
    """The mean of p.log_prob(x) - q.log_prob(x) over the draws x of p."""
    for a in type(p).__mro__:
        for c in type(q).__mro__:
            if (a, c) in _PAIRS:
                return _PAIRS[a, c](p, q)
    raise NotImplementedError("wengert: kl_divergence of %s and %s is not here: write (a.log_prob(x) - "
                              "b.log_prob(x)).mean() for draws x = a.rsample((1000,)), or register_kl" % (
                                  type(p).__name__, type(q).__name__))


@register_kl(Normal, Normal)
def _normal(p, q):
    ratio = b.square(p.scale / q.scale)
    return 0.5 * (ratio + b.square((p.loc - q.loc) / q.scale) - 1 - b.log(ratio))


@register_kl(LogNormal, LogNormal)
@register_kl(HalfNormal, HalfNormal)
def _of_bases(p, q):
    return kl_divergence(p.base_dist, q.base_dist)


@register_kl(Laplace, Laplace)
def _laplace(p, q):
    ratio, far = p.scale / q.scale, b.abs(p.loc - q.loc)
    return -b.log(ratio) + far / q.scale + ratio * b.exp(-far / p.scale) - 1


@register_kl(Uniform, Uniform)
def _uniform(p, q):
    y = b.log((q.high - q.low) / (p.high - p.low))
    return b.where(b.logical_or(q.low > p.low, q.high < p.high), np.inf, y)


@register_kl(Exponential, Exponential)
def _exponential(p, q):
    ratio = q.rate / p.rate
    return ratio - 1 - b.log(ratio)


@register_kl(Cauchy, Cauchy)
def _cauchy(p, q):
    return (b.log(b.square(p.scale + q.scale) + b.square(p.loc - q.loc)) - b.log(4 * p.scale * q.scale))


@register_kl(Bernoulli, Bernoulli)
def _bernoulli(p, q):
    pp, pl, qp, ql = _all(p.probs, p.logits, q.probs, q.logits)
    of_1 = b.where(pp == 0, 0, b.where(qp == 0, np.inf, pp * (b.softplus(-ql) - b.softplus(-pl))))
    of_0 = b.where(pp == 1, 0, b.where(qp == 1, np.inf, (1 - pp) * (b.softplus(ql) - b.softplus(pl))))
    return of_1 + of_0


@register_kl(Binomial, Binomial)
def _binomial(p, q):
    if (p.total_count.numpy() > q.total_count.numpy()).any():
        raise NotImplementedError("wengert: kl_divergence of Binomial: total_count of p is at most that of q")
    return p.total_count * (p.probs * (p.logits - q.logits) + b.log1p(-p.probs) - b.log1p(-q.probs))


@register_kl(Categorical, Categorical)
def _categorical(p, q):
    pp, pl, qp, ql = _all(p.probs, p.logits, q.probs, q.logits)
    return b.where(pp == 0, 0, b.where(qp == 0, np.inf, pp * (pl - ql))).sum(axis=-1)


@register_kl(OneHotCategorical, OneHotCategorical)
def _one_hot(p, q):
    return _categorical(p, q)


@register_kl(Geometric, Geometric)
def _geometric(p, q):
    return -p.entropy() - b.log1p(-q.probs) / p.probs - q.logits


@register_kl(Poisson, Poisson)
def _poisson(p, q):
    return p.rate * (b.log(p.rate) - b.log(q.rate)) - (p.rate - q.rate)


@register_kl(Independent, Independent)
def _independent(p, q):
    if p.reinterpreted_batch_ndims != q.reinterpreted_batch_ndims:
        raise NotImplementedError("wengert: kl_divergence of Independent with %d and %d axes" % (
            p.reinterpreted_batch_ndims, q.reinterpreted_batch_ndims))
    return _last(kl_divergence(p.base_dist, q.base_dist), p.reinterpreted_batch_ndims)


@register_kl(MultivariateNormal, MultivariateNormal)
def _multivariate_normal(p, q):
    if p.event_shape != q.event_shape:
        raise ValueError("wengert: kl_divergence of normal vectors of %d and %d elements" % (
            *p.event_shape, *q.event_shape))
    shape = np.broadcast_shapes(p.batch_shape, q.batch_shape)
    of_p, of_q = (_spread(x._factor, shape + x.event_shape * 2) for x in (p, q))
    trace = b.square(b.triangular_solve(of_q, of_p)).sum(axis=-1).sum(axis=-1)
    far = _squared(of_q, _spread(q.loc, shape + q.event_shape) - p.loc)
    return _log_det(of_q) - _log_det(of_p) + 0.5 * (trace + far - p.event_shape[0])


@register_kl(Uniform, Normal)
def _uniform_normal(p, q):
    width, middle = p.high - p.low, (p.high + p.low - 2 * q.loc) / 2
    return (b.log(math.sqrt(2 * math.pi) * q.scale / width) +
            0.5 * (b.square(width) / 12 + b.square(middle)) / b.square(q.scale))


@register_kl(Laplace, Normal)
def _laplace_normal(p, q):
    ratio = b.square(p.scale / q.scale)
    return (ratio - 0.5 * b.log(2 * ratio / math.pi) - 1 +
            0.5 * b.square((p.loc - q.loc) / q.scale))


@register_kl(Exponential, Normal)
def _exponential_normal(p, q):
    var, rate2 = b.square(q.scale), b.square(p.rate)
    return (0.5 * b.log(rate2 * var * (2 * math.pi)) - 1 +
            (1 / rate2 - q.loc / p.rate + 0.5 * b.square(q.loc)) / var)


@register_kl(Normal, Uniform)
@register_kl(Laplace, Uniform)
@register_kl(Exponential, Uniform)
@register_kl(Cauchy, Uniform)
def _infinite(p, q):
    """p has numbers that q never gives."""
    return _spread(_all(math.inf)[0], np.broadcast_shapes(p.batch_shape, q.batch_shape))
