# SPDX-License-Identifier: MIT
"""Distributions over the reals, with rsample()."""
import math

import numpy as np

from wengert._makers import _random

from . import constraints as of
from ._base import Distribution, _all, _number, _spread, b

_EULER = float(np.euler_gamma)


def _erfinv(y):
    """The inverse of erf: a fraction of polynomials, then Newton's steps, which also have its derivatives."""
    a = y.numpy().astype(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        z, w = a * a, np.sqrt(-np.log((1 - np.abs(a)) / 2))
        near = a * (((-0.140543331 * z + 0.914624893) * z - 1.645349621) * z + 0.886226899) / (
            (((0.012229801 * z - 0.329097515) * z + 1.442710462) * z - 2.118377725) * z + 1)
        far = np.copysign((((1.641345311 * w + 3.429567803) * w - 1.624906493) * w - 1.970840454) / (
            (1.637067800 * w + 3.543889200) * w + 1), a)
    first = np.where(np.abs(a) <= 0.7, near, far)
    inside = np.abs(a) < 1
    x = np.where(inside, first, 0).astype(y.dtype)
    for _ in range(3):
        x = x - (b.erf(x) - y) * (math.sqrt(math.pi) / 2) * b.exp(b.square(x))
    return b.where(inside, x, np.where(a == 1, np.inf, np.where(a == -1, -np.inf, np.nan)))


class _LocScale(Distribution):
    """By a place and a width."""
    _row, has_rsample = "loc, scale, validate_args=None", True
    arg_constraints = {"loc": of.real, "scale": of.positive}
    support = of.real

    def _begin(self):
        self._broadcast("loc", "scale")

    def _standard(self, value):
        return (value - self.loc) / self.scale

    mean = mode = property(lambda self: self.loc)


class Normal(_LocScale):
    """The normal distribution of this mean and deviation."""
    stddev = property(lambda self: self.scale)
    variance = property(lambda self: b.square(self.scale))

    def rsample(self, sample_shape=()):
        return self.loc + self.scale * self._drawn(_random().standard_normal, sample_shape, self.loc)

    def log_prob(self, value):
        return -0.5 * b.square(self._standard(self._given(value))) - b.log(self.scale) - 0.5 * math.log(
            2 * math.pi)

    def cdf(self, value):
        return 0.5 * (1 + b.erf(self._standard(self._given(value)) / math.sqrt(2)))

    def icdf(self, value):
        return self.loc + self.scale * _erfinv(2 * _number(value) - 1) * math.sqrt(2)

    def entropy(self):
        return 0.5 + 0.5 * math.log(2 * math.pi) + b.log(self.scale)


class LogNormal(Distribution):
    """exp of a normal number."""
    _row, has_rsample = "loc, scale, validate_args=None", True
    arg_constraints = {"loc": of.real, "scale": of.positive}
    support = of.positive

    def _begin(self):
        self.base_dist = Normal(self.loc, self.scale, self.validate_args)
        self.loc, self.scale, self._batch = self.base_dist.loc, self.base_dist.scale, self.base_dist._batch

    mean = property(lambda self: b.exp(self.loc + b.square(self.scale) / 2))
    mode = property(lambda self: b.exp(self.loc - b.square(self.scale)))
    variance = property(lambda self: b.expm1(b.square(self.scale)) * b.square(self.mean))

    def rsample(self, sample_shape=()):
        return b.exp(self.base_dist.rsample(sample_shape))

    def log_prob(self, value):
        x = b.log(self._given(value))
        return self.base_dist.log_prob(x) - x

    def cdf(self, value):
        return self.base_dist.cdf(b.log(self._given(value)))

    def icdf(self, value):
        return b.exp(self.base_dist.icdf(value))

    def entropy(self):
        return self.base_dist.entropy() + self.loc


class Laplace(_LocScale):
    """exp(-|x - loc| / scale) / (2 scale)"""
    stddev = property(lambda self: math.sqrt(2) * self.scale)
    variance = property(lambda self: 2 * b.square(self.scale))

    def rsample(self, sample_shape=()):
        return self.loc + self.scale * self._drawn(lambda shape: _random().laplace(size=shape), sample_shape,
                                                   self.loc)

    def log_prob(self, value):
        return -b.log(2 * self.scale) - b.abs(self._standard(self._given(value)))

    def cdf(self, value):
        z = self._standard(self._given(value))
        return 0.5 - 0.5 * b.sign(z) * b.expm1(-b.abs(z))

    def icdf(self, value):
        term = _number(value) - 0.5
        return self.loc - self.scale * b.sign(term) * b.log1p(-2 * b.abs(term))

    def entropy(self):
        return 1 + b.log(2 * self.scale)


class Cauchy(_LocScale):
    """1 / (pi scale (1 + ((x - loc) / scale)^2)); it has no mean."""
    mode = property(lambda self: self.loc)
    mean = property(lambda self: _spread(_number(math.nan), self._batch))
    variance = property(lambda self: _spread(_number(math.inf), self._batch))

    def rsample(self, sample_shape=()):
        return self.loc + self.scale * self._drawn(_random().standard_cauchy, sample_shape, self.loc)

    def log_prob(self, value):
        return -math.log(math.pi) - b.log(self.scale) - b.log1p(b.square(self._standard(self._given(value))))

    def cdf(self, value):
        return b.atan(self._standard(self._given(value))) / math.pi + 0.5

    def icdf(self, value):
        return b.tan(math.pi * (_number(value) - 0.5)) * self.scale + self.loc

    def entropy(self):
        return math.log(4 * math.pi) + b.log(self.scale)


class Gumbel(_LocScale):
    """The distribution of largest numbers."""
    mode = property(lambda self: self.loc)
    mean = property(lambda self: self.loc + self.scale * _EULER)
    stddev = property(lambda self: math.pi / math.sqrt(6) * self.scale)
    variance = property(lambda self: b.square(self.stddev))

    def rsample(self, sample_shape=()):
        log = self._drawn(lambda shape: np.log(_random().standard_exponential(shape)), sample_shape, self.loc)
        return self.loc - self.scale * log

    def log_prob(self, value):
        y = -self._standard(self._given(value))
        return y - b.exp(y) - b.log(self.scale)

    def cdf(self, value):
        return b.exp(-b.exp(-self._standard(self._given(value))))

    def icdf(self, value):
        return self.loc - self.scale * b.log(-b.log(_number(value)))

    def entropy(self):
        return b.log(self.scale) + (1 + _EULER)


class Uniform(Distribution):
    """All numbers from low to high alike."""
    _row, has_rsample = "low, high, validate_args=None", True
    arg_constraints = {"low": of.real, "high": of.real}
    support = property(lambda self: of.interval(self.low, self.high))

    def _begin(self):
        self._broadcast("low", "high")
        if self._validates() and not (self.low.numpy() < self.high.numpy()).all():
            raise ValueError("wengert: Uniform: low is below high, and these are %s and %s" % (self.low,
                                                                                               self.high))

    mean = property(lambda self: (self.high + self.low) / 2)
    mode = property(lambda self: math.nan * self.high)
    stddev = property(lambda self: (self.high - self.low) / math.sqrt(12))
    variance = property(lambda self: b.square(self.high - self.low) / 12)

    def rsample(self, sample_shape=()):
        return self.low + (self.high - self.low) * self._drawn(_random().random, sample_shape, self.low)

    def log_prob(self, value):
        value = self._given(value)
        inside = b.logical_and(value >= self.low, value < self.high)
        return b.where(inside, -b.log(self.high - self.low), -np.inf)

    def cdf(self, value):
        return b.clip((self._given(value) - self.low) / (self.high - self.low), 0.0, 1.0)

    def icdf(self, value):
        return _number(value) * (self.high - self.low) + self.low

    def entropy(self):
        return b.log(self.high - self.low)


class Exponential(Distribution):
    """rate exp(-rate x)"""
    _row, has_rsample = "rate, validate_args=None", True
    arg_constraints, support = {"rate": of.positive}, of.nonnegative

    def _begin(self):
        self._broadcast("rate")

    mean = stddev = property(lambda self: 1 / self.rate)
    mode = property(lambda self: 0 * b.stop_gradient(self.rate))
    variance = property(lambda self: 1 / b.square(self.rate))

    def rsample(self, sample_shape=()):
        return self._drawn(_random().standard_exponential, sample_shape, self.rate) / self.rate

    def log_prob(self, value):
        return b.log(self.rate) - self.rate * self._given(value)

    def cdf(self, value):
        return 1 - b.exp(-self.rate * self._given(value))

    def icdf(self, value):
        return -b.log(1 - _number(value)) / self.rate

    def entropy(self):
        return 1 - b.log(self.rate)


class HalfNormal(Distribution):
    """|x| of a normal number of mean 0."""
    _row, has_rsample = "scale, validate_args=None", True
    arg_constraints, support = {"scale": of.positive}, of.nonnegative
    _base, _log_2 = Normal, math.log(2)

    def _begin(self):
        self._broadcast("scale")
        self.base_dist = self._base(*_all(0.0, self.scale), validate_args=False)

    mean = property(lambda self: self.scale * math.sqrt(2 / math.pi))
    mode = property(lambda self: 0 * b.stop_gradient(self.scale))
    variance = property(lambda self: b.square(self.scale) * (1 - 2 / math.pi))

    def rsample(self, sample_shape=()):
        return b.abs(self.base_dist.rsample(sample_shape))

    def log_prob(self, value):
        value = self._given(value)
        return b.where(value >= 0, self.base_dist.log_prob(value) + self._log_2, -np.inf)

    def cdf(self, value):
        return 2 * self.base_dist.cdf(self._given(value)) - 1

    def icdf(self, value):
        return self.base_dist.icdf((_number(value) + 1) / 2)

    def entropy(self):
        return self.base_dist.entropy() - self._log_2


class HalfCauchy(HalfNormal):
    """|x| of a number of Cauchy's distribution around 0."""
    _base = Cauchy
    mean = property(lambda self: _spread(_number(math.inf), self._batch))
    variance = property(lambda self: self.base_dist.variance)
