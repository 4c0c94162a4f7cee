# SPDX-License-Identifier: MIT
"""torch.nn.init: other first values for a parameter or a tensor, in place. They are drawn by the generator of
wg.manual_seed, and are other numbers than PyTorch's. Each returns the tensor."""
import math

import numpy as np

import wengert as wg
from wengert._makers import _random
from wengert._words import _CALL, _near

_GAINS = dict({name: 1 for name in "linear conv1d conv2d conv3d conv_transpose1d conv_transpose2d "
               "conv_transpose3d sigmoid".split()}, tanh=5 / 3, relu=math.sqrt(2), selu=0.75)


def _put(tensor, numbers):
    """The tensor with these numbers, which are kept by it."""
    a = np.asarray(numbers, tensor.dtype)
    if isinstance(tensor, wg.Leaf):
        tensor.set(a)
    else:  # w.data, or a part of it
        with wg.no_grad():
            tensor.copy_(wg.tensor(a))
    return tensor


def _axes(what, tensor, some):
    if tensor.ndim not in some:
        raise ValueError("wengert: %s is of a tensor of %s axes, not of the shape %s" % (
            what, " or ".join(map(str, some)), list(tensor.shape)))


def calculate_gain(nonlinearity, param=None):
    """By what the deviation of first values is multiplied before this activation."""
    if nonlinearity == "leaky_relu":
        if param is not None and (isinstance(param, bool) or not isinstance(param, (int, float))):
            raise ValueError("wengert: calculate_gain: the slope is a number, not %r" % (param,))
        return math.sqrt(2 / (1 + (0.01 if param is None else param) ** 2))
    if nonlinearity not in _GAINS:
        raise ValueError("wengert: calculate_gain: %r is none of %s" % (nonlinearity, ", ".join(
            [*_GAINS, "leaky_relu"])))
    return _GAINS[nonlinearity]


def _calculate_fan_in_and_fan_out(tensor):
    if tensor.ndim < 2:
        raise ValueError("wengert: nn.init: a tensor of %s has no inputs and outputs: those of two or more "
                         "axes "
                         "have; for a bias write nn.init.zeros_(b)" % list(tensor.shape))
    field = math.prod(tensor.shape[2:])
    return tensor.shape[1] * field, tensor.shape[0] * field


def uniform_(tensor, a=0.0, b=1.0):
    """Uniform between a and b."""
    return _put(tensor, _random().uniform(a, b, tensor.shape))


def normal_(tensor, mean=0.0, std=1.0):
    """Normal, with this mean and deviation."""
    return _put(tensor, _random().normal(mean, std, tensor.shape))


def trunc_normal_(tensor, mean=0.0, std=1.0, a=-2.0, b=2.0):
    """Normal, drawn again where it is not between a and b."""
    x, far = np.empty(tensor.shape), np.ones(tensor.shape, bool)
    if not a < b or mean + 8 * std < a or mean - 8 * std > b:
        raise ValueError("wengert: trunc_normal_: hardly a number of mean %s and deviation %s is between %s "
                         "and "
                         "%s" % (mean, std, a, b))
    while far.any():
        x[far] = _random().normal(mean, std, int(far.sum()))
        far = (x < a) | (x > b)
    return _put(tensor, x)


def constant_(tensor, val):
    """All elements are this number."""
    return _put(tensor, np.full(tensor.shape, float(val)))


def ones_(tensor):
    """All elements are 1."""
    return constant_(tensor, 1.0)


def zeros_(tensor):
    """All elements are 0."""
    return constant_(tensor, 0.0)


def eye_(tensor):
    """1 on the diagonal of a matrix, and 0 elsewhere."""
    _axes("eye_", tensor, (2,))
    return _put(tensor, np.eye(*tensor.shape))


def dirac_(tensor, groups=1):
    """A kernel of a convolution that gives its input, channel by channel."""
    _axes("dirac_", tensor, (3, 4, 5))
    results = tensor.shape[0]
    if results % groups:
        raise ValueError("wengert: dirac_: %d channels are no multiple of groups=%d" % (results, groups))
    x, each = np.zeros(tensor.shape), results // groups
    middle = tuple(n // 2 for n in tensor.shape[2:])
    for g in range(groups):
        for d in range(min(each, tensor.shape[1])):
            x[(g * each + d, d) + middle] = 1
    return _put(tensor, x)


def xavier_uniform_(tensor, gain=1.0):
    """Uniform in +-gain sqrt(6 / (inputs + outputs))."""
    most = gain * math.sqrt(6 / sum(_calculate_fan_in_and_fan_out(tensor)))
    return uniform_(tensor, -most, most)


def xavier_normal_(tensor, gain=1.0):
    """Normal, with the deviation gain sqrt(2 / (inputs + outputs))."""
    return normal_(tensor, 0.0, gain * math.sqrt(2 / sum(_calculate_fan_in_and_fan_out(tensor))))


def _kaiming(tensor, a, mode, nonlinearity):
    """The deviation of Kaiming He: gain / sqrt(inputs), or outputs."""
    if mode not in ("fan_in", "fan_out"):
        raise ValueError("wengert: mode is 'fan_in' or 'fan_out', not %r" % (mode,))
    fan = _calculate_fan_in_and_fan_out(tensor)[mode == "fan_out"]
    return calculate_gain(nonlinearity, a) / math.sqrt(fan) if fan else 0.0


def kaiming_uniform_(tensor, a=0, mode="fan_in", nonlinearity="leaky_relu"):
    """Uniform, with the deviation gain / sqrt(inputs). a: the slope of leaky_relu."""
    most = math.sqrt(3) * _kaiming(tensor, a, mode, nonlinearity)
    return uniform_(tensor, -most, most)


def kaiming_normal_(tensor, a=0, mode="fan_in", nonlinearity="leaky_relu"):
    """Normal, with the deviation gain / sqrt(inputs). a: the slope of leaky_relu."""
    return normal_(tensor, 0.0, _kaiming(tensor, a, mode, nonlinearity))


def orthogonal_(tensor, gain=1):
    """Rows, or columns if they are fewer, that are orthogonal and of the length gain. Further axes count as
    columns."""
    if tensor.ndim < 2:
        raise ValueError("wengert: orthogonal_ is of a tensor of two or more axes, not of the shape %s" %
                         list(tensor.shape))
    rows, columns = tensor.shape[0], math.prod(tensor.shape[1:])
    x = _random().standard_normal((rows, columns))
    q, r = np.linalg.qr(x.T if rows < columns else x)
    q = q * np.sign(np.diag(r))
    return _put(tensor, gain * (q.T if rows < columns else q).reshape(tensor.shape))


def sparse_(tensor, sparsity, std=0.01):
    """Normal, with this share of zeros in each column of a matrix."""
    _axes("sparse_", tensor, (2,))
    rows, columns = tensor.shape
    x, zeros = _random().normal(0.0, std, (rows, columns)), math.ceil(sparsity * rows)
    for k in range(columns):
        x[_random().permutation(rows)[:zeros], k] = 0
    return _put(tensor, x)


_OLD = ("uniform normal constant eye dirac xavier_uniform xavier_normal kaiming_uniform kaiming_normal "
        "orthogonal sparse").split()


def __getattr__(name):
    if name in _OLD:  # the names of old versions
        return globals()[name + "_"]
    known = [n for n in globals() if n[-1:] == "_" and n[0] != "_"] + ["calculate_gain"]
    raise AttributeError("%s has no %s%s" % (__name__, name, "" if name[0] == "_"
                                             else _near(name, known, _CALL)))
