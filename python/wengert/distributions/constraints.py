# SPDX-License-Identifier: MIT
"""torch.distributions.constraints: which numbers an argument or a result may be. c.check(x) says it of
each."""
import numpy as np

from wengert._arrays import _plain
from wengert._tensors import Leaf


class Constraint:
    """words: what the numbers are; f: of an array, which of them are so. The last `event_dim` axes are
    one."""

    def __init__(self, words, f, event_dim=0, is_discrete=False):
        self.words, self._f, self.event_dim, self.is_discrete = words, f, event_dim, is_discrete

    def _holds(self, a):
        with np.errstate(invalid="ignore"):
            return np.asarray(self._f(np.asarray(a)))

    def check(self, value):
        return Leaf(self._holds(_plain(value)))

    def __repr__(self):
        return "Constraint(%s)" % self.words


def _whole(a):
    return a == np.floor(a)


def _symmetric(a):
    return np.isclose(a, a.swapaxes(-1, -2), atol=1e-6).all(axis=(-1, -2))


def interval(lower_bound, upper_bound):
    """From one number to another, both included."""
    low, high = _plain(lower_bound), _plain(upper_bound)
    return Constraint("numbers from %s to %s" % (low, high), lambda a: (low <= a) & (a <= high))


def integer_interval(lower_bound, upper_bound):
    """Whole numbers from one number to another."""
    return Constraint("whole numbers from %s to %s" % (lower_bound, upper_bound),
                      lambda a: _whole(a) & (lower_bound <= a) & (a <= upper_bound), 0, True)


def independent(base, reinterpreted_batch_ndims):
    """The same, for so many last axes together."""
    n = reinterpreted_batch_ndims
    return Constraint(base.words, lambda a: base._holds(a).all(axis=tuple(range(-n, 0))) if n
                      else base._holds(a), base.event_dim + n, base.is_discrete)


def multinomial(upper_bound):
    """Whole numbers from 0 on, whose sum along the last axis is at most this."""
    return Constraint("whole numbers from 0 on, at most %s together" % upper_bound,
                      lambda a: ((a >= 0) & _whole(a)).all(axis=-1) & (a.sum(axis=-1) <= upper_bound), 1,
                      True)


real = Constraint("numbers", lambda a: a == a)
real_vector = independent(real, 1)
positive = Constraint("numbers above 0", lambda a: a > 0)
nonnegative = Constraint("numbers from 0 on", lambda a: a >= 0)
unit_interval = interval(0.0, 1.0)
boolean = Constraint("0 or 1", lambda a: (a == 0) | (a == 1), 0, True)
nonnegative_integer = Constraint("whole numbers from 0 on", lambda a: (a >= 0) & _whole(a), 0, True)
simplex = Constraint("numbers from 0 on, whose sum along the last axis is 1",
                     lambda a: (a >= 0).all(axis=-1) & (np.abs(a.sum(axis=-1) - 1) < 1e-6), 1)
one_hot = Constraint("a 1 among zeros along the last axis",
                     lambda a: ((a == 0) | (a == 1)).all(axis=-1) & (a.sum(axis=-1) == 1), 1, True)
lower_cholesky = Constraint("lower triangles with a positive diagonal",
                            lambda a: (np.tril(a) == a).all(axis=(-1, -2)) &
                            (np.diagonal(a, axis1=-2, axis2=-1) > 0).all(axis=-1), 2)
positive_definite = Constraint("symmetric, positive definite matrices",
                               lambda a: _symmetric(a) & (np.linalg.eigvalsh(a) > 0).all(axis=-1), 2)
