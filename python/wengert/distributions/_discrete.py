# SPDX-License-Identifier: MIT
"""Distributions over whole numbers, by probabilities or by logits: what is not given follows from the
other."""
import math

import numpy as np

import wengert as wg
from wengert._makers import _random
from wengert._tensors import Leaf

from . import constraints as of
from ._base import Distribution, _all, _exact_log, _log_gamma, _number, _spread, b


def _bounded(p):
    """Probabilities that have a logarithm, as PyTorch bounds them."""
    eps = float(np.finfo(p.dtype).eps)
    return b.clip(p, eps, 1 - eps)


class _ByProbs(Distribution):
    """By probs or logits; _is_row: those of classes along the last axis."""
    _is_row = False

    def _begin(self):
        name = self._given_name = self._one_of(vars(self))
        vars(self).pop("logits" if name == "probs" else "probs")
        x = vars(self)[name] = _number(vars(self)[name])
        if self._is_row and not x.ndim:
            raise ValueError("wengert: %s: %s has an axis of classes, and this is one number" %
                             (type(self).__name__, name))
        self._batch = x.shape[:-1] if self._is_row else x.shape
        if self._is_row:
            if name == "probs" and self._validates() and not (x.numpy() >= 0).all():
                raise ValueError("wengert: %s: probs are numbers from 0 on, and these are %s" %
                                 (type(self).__name__, x))
            x = x / x.sum(axis=-1, keepdims=True) if name == "probs" else b.log_softmax(x, axis=-1)
            vars(self)[name] = x
        self._check_arguments()

    def _one_of(self, given):
        if (given["probs"] is None) == (given["logits"] is None):
            raise ValueError("wengert: %s takes probs or logits, one of them" % type(self).__name__)
        return "probs" if given["logits"] is None else "logits"

    def __getattr__(self, name):
        if name == "probs" and "logits" in vars(self):
            y = b.softmax(self.logits, axis=-1) if self._is_row else b.sigmoid(self.logits)
        elif name == "logits" and "probs" in vars(self):
            p = _bounded(self.probs)
            y = b.log(p) if self._is_row else b.log(p) - b.log1p(-p)
        else:
            return super().__getattr__(name)
        vars(self)[name] = y
        return y

    param_shape = property(lambda self: vars(self)[self._given_name].shape)

    def _names(self):
        return [self._given_name]

    def expand(self, batch_shape, _instance=None):
        """The same distribution with this shape of the batch."""
        x = vars(self)[self._given_name]
        shape = tuple(batch_shape) + (x.shape[-1:] if self._is_row else ())
        return self._of(**{self._given_name: _spread(x, shape)})


class Bernoulli(_ByProbs):
    """1 with this probability, else 0."""
    _row, has_enumerate_support = "probs=None, logits=None, validate_args=None", True
    arg_constraints, support = {"probs": of.unit_interval, "logits": of.real}, of.boolean

    mean = property(lambda self: self.probs)
    variance = property(lambda self: self.probs * (1 - self.probs))

    @property
    def mode(self):
        p = self.probs.numpy()
        return Leaf(np.where(p == 0.5, np.nan, p >= 0.5).astype(p.dtype))

    def sample(self, sample_shape=()):
        p = self.probs.numpy()
        return self._drawn(lambda shape: _random().random(shape) < p, sample_shape, self.probs)

    def log_prob(self, value):
        logits, value = _all(self.logits, self._given(value))
        return -b.bce_with_logits(logits, value, reduction="none")

    def entropy(self):
        return b.bce_with_logits(self.logits, self.probs, reduction="none")

    def enumerate_support(self, expand=True):
        return self._listed(wg.tensor(np.arange(2.0), dtype=self.mean.dtype), expand)


class Geometric(_ByProbs):
    """How many zeros come before the first 1."""
    _row = "probs=None, logits=None, validate_args=None"
    arg_constraints, support = {"probs": of.unit_interval, "logits": of.real}, of.nonnegative_integer

    def _begin(self):
        super()._begin()
        if self._validates() and not (self.probs.numpy() > 0).all():
            raise ValueError("wengert: Geometric: probs are above 0")

    mean = property(lambda self: 1 / self.probs - 1)
    mode = property(lambda self: 0 * b.stop_gradient(self.probs))
    variance = property(lambda self: (1 / self.probs - 1) / self.probs)

    def sample(self, sample_shape=()):
        p = self.probs.numpy()
        return self._drawn(lambda shape: _random().geometric(np.broadcast_to(p, shape)) - 1, sample_shape,
                           self.probs)

    def log_prob(self, value):
        value, p = _all(self._given(value), self.probs)
        none = b.logical_and(p == 1, value == 0)
        return value * b.log1p(-b.where(none, 0, p)) + b.log(p)

    def entropy(self):
        return b.bce_with_logits(self.logits, self.probs, reduction="none") / self.probs


class Categorical(_ByProbs):
    """Class numbers along the last axis of probs or logits."""
    _row, has_enumerate_support = "probs=None, logits=None, validate_args=None", True
    arg_constraints, _is_row = {"probs": of.simplex, "logits": of.real_vector}, True
    support = property(lambda self: of.integer_interval(0, self._classes - 1))
    _classes = property(lambda self: self.param_shape[-1])
    mean = property(lambda self: _spread(_number(np.nan), self._batch))
    variance = property(lambda self: _spread(_number(np.nan), self._batch))
    mode = property(lambda self: b.argmax(self.probs, axis=-1))

    def _classes_drawn(self, shape):
        """Class numbers of this shape."""
        ends = np.cumsum(self.probs.numpy().astype(float), axis=-1)
        u = _random().random(shape + (1,)) * ends[..., -1:]
        return np.minimum((u >= ends).sum(axis=-1), self._classes - 1)

    def sample(self, sample_shape=()):
        return Leaf(np.asarray(self._classes_drawn(self._extended_shape(sample_shape)), np.int64))

    def log_prob(self, value):
        return self._log_of(self._given(value).to(np.int64))

    def _log_of(self, value):
        shape = np.broadcast_shapes(value.shape, self._batch)
        logits = _spread(self.logits, shape + (self._classes,))
        return b.select(b.take_along(logits, _spread(value, shape).unsqueeze(-1), axis=-1), axis=-1, index=0)

    def entropy(self):
        logits = b.maximum(self.logits, float(np.finfo(self.logits.dtype).min))
        return -(logits * self.probs).sum(axis=-1)

    def enumerate_support(self, expand=True):
        return self._listed(wg.tensor(np.arange(self._classes)), expand)


class OneHotCategorical(Categorical):
    """The same, as a 1 among zeros."""
    support = of.one_hot

    def _begin(self):
        super()._begin()
        self._event = self.param_shape[-1:]

    mean = property(lambda self: self.probs)
    variance = property(lambda self: self.probs * (1 - self.probs))
    mode = property(lambda self: b.one_hot(b.argmax(self.probs, axis=-1), self._classes).to(self.probs.dtype))

    def sample(self, sample_shape=()):
        drawn = self._classes_drawn(self._extended_shape(sample_shape)[:-1])
        return Leaf(np.asarray(drawn[..., None] == np.arange(self._classes), self.probs.dtype))

    def log_prob(self, value):
        return self._log_of(b.argmax(self._given(value), axis=-1))

    def enumerate_support(self, expand=True):
        n = self._classes
        x = wg.tensor(np.eye(n), dtype=self.probs.dtype).reshape((n,) + (1,) * len(self._batch) + (n,))
        return _spread(x, (n,) + self._batch + (n,)) if expand else x


class Multinomial(_ByProbs):
    """How often each class comes in total_count draws."""
    _row = "total_count=1, probs=None, logits=None, validate_args=None"
    arg_constraints, _is_row = {"probs": of.simplex, "logits": of.real_vector}, True
    support = property(lambda self: of.multinomial(self.total_count))

    def _begin(self):
        if not isinstance(self.total_count, (int, np.integer)):
            raise NotImplementedError("wengert: Multinomial: total_count is one whole number")
        super()._begin()
        self._event = self.param_shape[-1:]

    mean = property(lambda self: self.probs * self.total_count)
    variance = property(lambda self: self.total_count * self.probs * (1 - self.probs))

    def _of(self, **arguments):
        return super()._of(total_count=self.total_count, **arguments)

    def sample(self, sample_shape=()):
        p = self.probs.numpy().astype(float)
        return self._drawn(lambda shape: _random().multinomial(self.total_count, p / p.sum(axis=-1,
                                                                                           keepdims=True),
                                                               shape[:-1]), sample_shape, self.probs)

    def log_prob(self, value):
        logits, value = _all(self.logits, self._given(value))
        factor = _log_gamma(value.sum(axis=-1) + 1) - _log_gamma(value + 1).sum(axis=-1)
        none = b.logical_and(value == 0, logits == -np.inf)
        return factor + (b.where(none, 0, logits) * value).sum(axis=-1)

    def entropy(self):
        of_one = Categorical(probs=self.probs, validate_args=False).entropy()
        counts = Binomial(self.total_count, self.probs, validate_args=False)
        k = counts.enumerate_support(False)[1:]
        return (self.total_count * of_one - math.lgamma(self.total_count + 1) +
                b.sum(b.exp(counts.log_prob(k)) * _log_gamma(k + 1), axes=[0, -1]))


class Binomial(_ByProbs):
    """How many of total_count numbers are 1."""
    _row, has_enumerate_support = "total_count=1, probs=None, logits=None, validate_args=None", True
    arg_constraints = {"probs": of.unit_interval, "logits": of.real}
    support = property(lambda self: of.Constraint(
        "whole numbers from 0 to total_count",
        lambda a: of.nonnegative_integer._holds(a) & (a <= self.total_count.numpy()), 0, True))

    def _begin(self):
        super()._begin()
        name = self._given_name
        n, x = _all(self.total_count, vars(self)[name])
        self.total_count, vars(self)[name], self._batch = b.stop_gradient(n), x, x.shape
        if self._validates() and not of.nonnegative_integer._holds(n.numpy()).all():
            raise ValueError("wengert: Binomial: total_count is a whole number from 0 on")

    mean = property(lambda self: self.total_count * self.probs)
    variance = property(lambda self: self.total_count * self.probs * (1 - self.probs))

    mode = property(lambda self: b.minimum(b.floor((self.total_count + 1) * self.probs), self.total_count))

    def _of(self, **arguments):
        shape = arguments[self._given_name].shape
        return super()._of(total_count=_spread(self.total_count, shape), **arguments)

    def sample(self, sample_shape=()):
        n, p = self.total_count.numpy(), self.probs.numpy()
        return self._drawn(lambda shape: _random().binomial(n.astype(int), p, shape), sample_shape,
                           self.probs)

    def log_prob(self, value):
        n, logits, value = _all(self.total_count, self.logits, self._given(value))
        choices = _log_gamma(n + 1) - _log_gamma(value + 1) - _log_gamma(n - value + 1)
        return value * logits + choices - n * b.softplus(logits)

    def entropy(self):
        log = self.log_prob(self.enumerate_support())
        return -(b.exp(log) * log).sum(axis=0)

    def enumerate_support(self, expand=True):
        n = self.total_count.numpy()
        if n.min() != n.max():
            raise NotImplementedError("wengert: Binomial: enumerate_support is of one total_count")
        return self._listed(wg.tensor(np.arange(int(n.max()) + 1.0), dtype=self.probs.dtype), expand)


class Poisson(Distribution):
    """rate^k exp(-rate) / k!"""
    _row = "rate, validate_args=None"
    arg_constraints, support = {"rate": of.nonnegative}, of.nonnegative_integer

    def _begin(self):
        self._broadcast("rate")

    mean = variance = property(lambda self: self.rate)
    mode = property(lambda self: b.floor(self.rate))

    def sample(self, sample_shape=()):
        rate = self.rate.numpy()
        return self._drawn(lambda shape: _random().poisson(rate, shape), sample_shape, self.rate)

    def log_prob(self, value):
        rate, value = _all(self.rate, self._given(value))
        return _exact_log(value, rate) - rate - _log_gamma(value + 1)
