# SPDX-License-Identifier: MIT
"""Distributions over vectors: of independent elements, and normal ones."""
import math

import numpy as np

from wengert._makers import _random

from . import constraints as of
from ._base import Distribution, _last, _number, _spread, b


class Independent(Distribution):
    """The last axes of the batch of a distribution as one event."""
    _row = "base_distribution, reinterpreted_batch_ndims, validate_args=None"

    def _begin(self):
        base, n = vars(self).pop("base_distribution"), self.reinterpreted_batch_ndims
        shape, keep = base.batch_shape + base.event_shape, len(base.batch_shape) - n
        if n < 0 or keep < 0:
            raise ValueError("wengert: Independent: %d axes of a batch %s" % (n, list(base.batch_shape)))
        self.base_dist, self._batch, self._event = base, shape[:keep], shape[keep:]

    has_rsample = property(lambda self: self.base_dist.has_rsample)
    has_enumerate_support = property(lambda self: not self.reinterpreted_batch_ndims and
                                     self.base_dist.has_enumerate_support)
    mean, mode, variance = (property(lambda self, name=name: getattr(self.base_dist, name))
                            for name in ("mean", "mode", "variance"))
    support = property(lambda self: self.base_dist.support and of.independent(
        self.base_dist.support, self.reinterpreted_batch_ndims))

    def sample(self, sample_shape=()):
        return self.base_dist.sample(sample_shape)

    def rsample(self, sample_shape=()):
        return self.base_dist.rsample(sample_shape)

    def log_prob(self, value):
        return _last(self.base_dist.log_prob(value), self.reinterpreted_batch_ndims)

    def entropy(self):
        return _last(self.base_dist.entropy(), self.reinterpreted_batch_ndims)

    def enumerate_support(self, expand=True):
        if self.reinterpreted_batch_ndims:
            return super().enumerate_support(expand)
        return self.base_dist.enumerate_support(expand)

    def expand(self, batch_shape, _instance=None):
        """The same distribution with this shape of the batch."""
        n = self.reinterpreted_batch_ndims
        return type(self)(self.base_dist.expand(tuple(batch_shape) + self._event[:n]), n, False)

    def __repr__(self):
        return "Independent(%r, %d)" % (self.base_dist, self.reinterpreted_batch_ndims)


class MultivariateNormal(Distribution):
    """Normal vectors of this mean, by the covariance, its inverse, or its Cholesky factor."""
    _row = "loc, covariance_matrix=None, precision_matrix=None, scale_tril=None, validate_args=None"
    has_rsample, support = True, of.real_vector
    arg_constraints = {"loc": of.real_vector, "covariance_matrix": of.positive_definite,
                       "precision_matrix": of.positive_definite, "scale_tril": of.lower_cholesky}
    _MATRICES = "covariance_matrix", "precision_matrix", "scale_tril"

    def _begin(self):
        loc, given = _number(self.loc), [n for n in self._MATRICES if vars(self)[n] is not None]
        if len(given) != 1:
            raise ValueError("wengert: MultivariateNormal takes %s, one of them" %
                             " or ".join(self._MATRICES))
        name, = given
        x = _number(vars(self)[name])
        if loc.ndim < 1 or x.ndim < 2:
            raise ValueError("wengert: MultivariateNormal: loc is a vector and %s a matrix, and these are %s "
                             "and "
                             "%s" % (name, list(loc.shape), list(x.shape)))
        d = loc.shape[-1]
        self._batch, self._event = np.broadcast_shapes(x.shape[:-2], loc.shape[:-1]), (d,)
        for word in self._MATRICES:
            vars(self).pop(word)
        self.loc = _spread(loc, self._batch + (d,))
        vars(self)[name] = x = _spread(x, self._batch + (d, d))
        self._check_arguments()
        self._factor = x if name == "scale_tril" else b.cholesky(x) if name[0] == "c" else _of_inverse(x)

    def __getattr__(self, name):
        if name == "scale_tril" and "_factor" in vars(self):
            return self._factor
        if name == "covariance_matrix" and "_factor" in vars(self):
            return self._factor @ b.swap(self._factor)
        if name == "precision_matrix" and "_factor" in vars(self):
            return b.inverse(self.covariance_matrix)
        return super().__getattr__(name)

    mean = mode = property(lambda self: self.loc)
    variance = property(lambda self: b.square(self._factor).sum(axis=-1))

    def _names(self):
        return ["loc", *(n for n in self._MATRICES if n in vars(self))]

    def expand(self, batch_shape, _instance=None):
        """The same distribution with this shape of the batch."""
        shape, d = tuple(batch_shape), self._event
        return self._of(loc=_spread(self.loc, shape + d), scale_tril=_spread(self._factor, shape + d + d))

    def rsample(self, sample_shape=()):
        eps = self._drawn(_random().standard_normal, sample_shape, self.loc)
        return self.loc + _times(self._factor, eps)

    def log_prob(self, value):
        far = _squared(self._factor, self._given(value) - self.loc)
        return -0.5 * (self._event[0] * math.log(2 * math.pi) + far) - _log_det(self._factor)

    def entropy(self):
        return 0.5 * self._event[0] * (1 + math.log(2 * math.pi)) + _log_det(self._factor)


def _of_inverse(x):
    """The Cholesky factor of the inverse of a matrix."""
    turned = b.flip(b.flip(x, axis=-1), axis=-2)
    f = b.cholesky(turned)
    f = b.swap(b.flip(b.flip(f, axis=-1), axis=-2))
    return b.triangular_solve(f, _spread(_number(np.eye(x.shape[-1], dtype=x.dtype)), x.shape))


def _times(matrix, x):
    """Matrices times vectors, which may have more axes of a batch."""
    return b.select(matrix @ x.unsqueeze(-1), axis=-1, index=0)


def _squared(factor, x):
    """The squared length of factor^-1 x."""
    shape = x.shape[:-1] + factor.shape[-2:]
    return b.square(b.triangular_solve(_spread(factor, shape), x.unsqueeze(-1))).sum(axis=-1).sum(axis=-1)


def _log_det(factor):
    """ln of the determinant of a triangle."""
    return b.sum(b.log(b.where(np.eye(factor.shape[-1]) > 0, factor, 1.0)), axes=[-2, -1])
