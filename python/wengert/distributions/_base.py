# SPDX-License-Identifier: MIT
"""What all distributions share: arguments that are checked, shapes, samples."""
import math

import numpy as np

import wengert as wg
from wengert import _signatures
from wengert._arrays import _list_of, _plain
from wengert._context import _now, default_context
from wengert._tensors import Leaf
from wengert.nn.functional import b

_checks = [True]


def _number(x):
    """A value of floats."""
    x = x if isinstance(x, wg.Value) else wg.tensor(x)
    return x if x.dtype.kind == "f" else x.to(default_context().dtype)


def _spread(x, shape):
    """The value in this shape."""
    return x if x.shape == tuple(shape) else b.broadcast_to(x, list(shape))


def _all(*given):
    """Values of one shape."""
    of = next((x.dtype for x in given if getattr(x, "dtype", np.dtype(int)).kind == "f"), None)
    values = [_number(x) if isinstance(x, wg.Value) else _number(wg.tensor(x, dtype=of)) for x in given]
    shape = np.broadcast_shapes(*(x.shape for x in values))
    return [_spread(x, shape) for x in values]


def _last(x, n):
    """The sum over the last n axes."""
    return x if not n else b.sum(x, axes=list(range(x.ndim - n, x.ndim)))


def _exact_log(x, y):
    """x ln y, which is 0 where x is 0."""
    return b.where(x == 0, 0, x * b.log(b.where(x == 0, 1, y)))


def _log_gamma(x):
    """ln Gamma of numbers, which here has no derivative."""
    if x.requires_grad:
        raise TypeError("wengert: ln Gamma has no derivative here: log_prob of this distribution is of "
                        "numbers: "
                        "write x.detach()")
    a = x.numpy()
    found = [math.inf if n <= 0 and n == math.floor(n) else math.lgamma(n) for n in a.ravel().tolist()]
    return wg.tensor(np.reshape(found, a.shape).astype(a.dtype), dtype=x.dtype)


def _read(values):
    """The numbers of values, those that are to be computed in one run."""
    computed = [x for x in values if not isinstance(x, Leaf)]
    if len(computed) < 2:
        return [x.numpy() for x in values]
    with wg.no_grad():
        row = b.concat([x.reshape(-1) for x in computed], 0).numpy()
    parts = iter(np.split(row, np.cumsum([int(x.size) for x in computed])[:-1]))
    return [x.numpy() if isinstance(x, Leaf) else next(parts).reshape(x.shape) for x in values]


class Distribution(_signatures.Words):
    """What Normal, Categorical and others share. log_prob(x) and entropy() have derivatives by the arguments,
    sample() has none, and rsample() has them where it is there."""
    has_rsample, has_enumerate_support, arg_constraints = False, False, {}
    _event = ()

    def __init_subclass__(cls, **options):
        super().__init_subclass__(**options)
        if "_row" in vars(cls):
            cls.__init__ = _signatures.Begun(cls)

    def __init__(self, batch_shape=(), event_shape=(), validate_args=None):
        self._batch, self._event, self.validate_args = tuple(batch_shape), tuple(event_shape), validate_args

    @staticmethod
    def set_default_validate_args(value):
        """Whether arguments and values are checked where validate_args is not said."""
        if value not in (True, False):
            raise ValueError("wengert: validate_args is True or False")
        _checks[0] = value

    batch_shape = property(lambda self: self._batch)
    event_shape = property(lambda self: self._event)
    support = None

    def _validates(self):
        """Inside of a function that is differentiated or mapped nothing is read."""
        on = vars(self).get("validate_args")
        return (_checks[0] if on is None else on) and getattr(_now, "inside", None) is None

    def _broadcast(self, *names):
        """The arguments of these names as values of one shape, that of the batch."""
        for name, x in zip(names, _all(*(vars(self)[name] for name in names))):
            vars(self)[name] = x
            self._batch = x.shape
        self._check_arguments()

    def _check_arguments(self):
        for name, of in self.arg_constraints.items() if self._validates() else ():
            x = vars(self).get(name)
            if x is not None and not of._holds(x.numpy()).all():
                raise ValueError("wengert: %s: %s is %s, and these are %s" % (
                    type(self).__name__, name, of.words, np.array2string(x.numpy(), threshold=12,
                                                                         edgeitems=2)))

    def _given(self, value):
        """What log_prob and the like are of, as a value, checked."""
        value = value if isinstance(value, wg.Value) else wg.tensor(value)
        n = len(self._event)
        try:
            np.broadcast_shapes(value.shape, self._batch + self._event)
            fits = value.ndim >= n and all(a == c for a, c in zip(value.shape[value.ndim - n:], self._event))
        except ValueError:
            fits = False
        if not fits:
            raise ValueError("wengert: %s of the shape %s: a value has the shape %s" % (
                type(self).__name__, list(self._batch + self._event), list(value.shape)))
        of = self.support
        if self._validates() and of is not None and not of._holds(value.numpy()).all():
            raise ValueError("wengert: %s: a value is %s, and these are %s: write validate_args=False for a "
                             "number all the same" % (type(self).__name__, of.words, np.array2string(
                                 value.numpy(), threshold=12, edgeitems=2)))
        return value

    def _extended_shape(self, sample_shape=()):
        return tuple(_list_of(_plain(sample_shape) if isinstance(sample_shape, wg.Value) else sample_shape)
                     ) + self._batch + self._event

    def _drawn(self, f, sample_shape, like):
        """f(shape) of the generator as numbers in the dtype of a value."""
        return Leaf(np.asarray(f(self._extended_shape(sample_shape)), like.dtype))

    def sample(self, sample_shape=()):
        """Draws: sample_shape before the shapes of the batch and the event. They have no derivative."""
        with wg.no_grad():
            return Leaf(np.array(self.rsample(sample_shape).numpy()))

    def rsample(self, sample_shape=()):
        """Draws with a derivative by the arguments."""
        raise NotImplementedError("wengert: %s has no rsample: write sample(), and log_prob of it" %
                                  type(self).__name__)

    def sample_n(self, n):
        return self.sample((n,))

    def rsample_n(self, n):
        return self.rsample((n,))

    def _not_here(self, what):
        raise NotImplementedError("wengert: %s has no %s" % (type(self).__name__, what))

    def log_prob(self, value):
        return self._not_here("log_prob")

    def cdf(self, value):
        return self._not_here("cdf")

    def icdf(self, value):
        return self._not_here("icdf")

    def entropy(self):
        return self._not_here("entropy")

    def enumerate_support(self, expand=True):
        return self._not_here("enumerate_support")

    mean = property(lambda self: self._not_here("mean"))
    mode = property(lambda self: self._not_here("mode"))
    variance = property(lambda self: self._not_here("variance"))
    stddev = property(lambda self: b.sqrt(self.variance))

    def perplexity(self):
        return b.exp(self.entropy())

    def _of(self, **arguments):
        """A distribution of the same class and of these arguments."""
        return type(self)(**arguments, validate_args=False)

    def expand(self, batch_shape, _instance=None):
        """The same distribution with this shape of the batch."""
        shape = tuple(_list_of(batch_shape))
        names = [n for n in self._names() if vars(self).get(n) is not None]
        return self._of(**{n: _spread(vars(self)[n], shape) for n in names})

    def _names(self):
        return list(self.arg_constraints)

    def _listed(self, x, expand):
        """Numbers of all events along a new first axis."""
        n = len(self._batch)
        return _spread(x.reshape((x.shape[0],) + (1,) * n), (x.shape[0],) + self._batch) if expand else (
            x.reshape((x.shape[0],) + (1,) * n))

    def __repr__(self):
        shown = [(n, vars(self).get(n)) for n in self._names()]
        return "%s(%s)" % (type(self).__name__, ", ".join("%s: %s" % (
            n, x.numpy() if x.size == 1 else list(x.shape)) for n, x in shown if isinstance(x, wg.Value)))


