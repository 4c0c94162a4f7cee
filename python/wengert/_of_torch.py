# SPDX-License-Identifier: MIT
"""Words of PyTorch that are one line of what is here: functions of the module, and methods of values. A row
is the signature of PyTorch, and what is computed. Each is made when it is first asked for."""
import numpy as np

from ._arrays import _kind, _plain
from ._axes import _axis
from ._errors import of_torch
from ._makers import _random, array, astype, tensor
from ._names import _both, _builders, _call, _method, _of_rows, calls, methods
from ._no_grad import no_grad
from ._signatures import Rows
from ._things import Sorted
from ._value import Value
from ._way import _off

_BOTH = r"""
eq(input, other) = input == other
ne(input, other) = input != other
lt(input, other) = input < other
le(input, other) = input <= other
gt(input, other) = input > other
ge(input, other) = input >= other
positive(input) = input
negative(input) = -input
absolute(input) = abs(input)
subtract(input, other, *, alpha=1) = input - (other if alpha == 1 else other * alpha)
multiply(input, other) = input * other
divide(input, other, *, rounding_mode=None) = _divided(input, other, rounding_mode)
true_divide(input, other) = input / other
arccos(input) = b["acos"](input)
arcsin(input) = b["asin"](input)
arctan(input) = b["atan"](input)
arctan2(input, other) = b["atan2"](input, other)
arccosh(input) = b["acosh"](input)
arcsinh(input) = b["asinh"](input)
arctanh(input) = b["atanh"](input)
sgn(input) = b["sign"](input)
log2(input) = b["log"](input) / np.log(2)
log10(input) = b["log"](input) / np.log(10)
exp2(input) = b["exp"](input * np.log(2))
trunc(input) = b["sign"](input) * b["floor"](abs(input))
frac(input) = input - b["sign"](input) * b["floor"](abs(input))
deg2rad(input) = input * (np.pi / 180)
rad2deg(input) = input * (180 / np.pi)
hypot(input, other) = b["norm"](b["stack"]([input, other]), axis=0)
isnan(input) = input != input
isinf(input) = abs(input) == np.inf
isfinite(input) = abs(input) < np.inf
clamp_min(input, min) = b["maximum"](input, min)
clamp_max(input, max) = b["minimum"](input, max)
lerp(input, end, weight) = input + weight * (end - input)
addcmul(input, tensor1, tensor2, *, value=1) = input + value * tensor1 * tensor2
addcdiv(input, tensor1, tensor2, *, value=1) = input + value * tensor1 / tensor2
addmm(input, mat1, mat2, *, beta=1, alpha=1) = _times(input, beta) + _times(mat1 @ mat2, alpha)
addmv(input, mat, vec, *, beta=1, alpha=1) = _times(input, beta) + _times(mat @ vec, alpha)
addr(input, vec1, vec2, *, beta=1, alpha=1) = _times(input, beta) + _times(b["outer"](vec1, vec2), alpha)
baddbmm(input, batch1, batch2, *, beta=1, alpha=1) = _times(input, beta) + _times(batch1 @ batch2, alpha)
inner(input, other) = input @ b["swap"](other) if other.ndim > 1 else b["sum"](input * other, axis=-1)
vdot(input, other) = b["dot"](input, other)
ger(input, vec2) = b["outer"](input, vec2)
dist(input, other, p=2) = b["norm"](input - other, p=p)
masked_select(input, mask) = input[mask]
index_fill(input, dim, index, value) = input.at[_along(input, dim, index)].set(value)
index_copy(input, dim, index, source) = input.at[_along(input, dim, index)].set(source)
index_add(input, dim, index, source, *, alpha=1) = input.at[_along(input, dim, index)].add(_times(source, \
    alpha))
scatter(input, dim, index, src, *, reduce=None) = _scatter(input, dim, index, src, reduce)
count_nonzero(input, dim=None) = b["sum"](astype(input != 0, np.int64), axis=dim)
fliplr(input) = b["flip"](input, axis=1)
flipud(input) = b["flip"](input, axis=0)
diag_embed(input, offset=0, dim1=-2, dim2=-1) = _diagonals(input, offset, dim1, dim2)
std_mean(input, dim=None, unbiased=True, keepdim=False) = tuple(b[f](input, axis=dim, keepdims=keepdim, **o) \
    for f, o in (("std", {"correction": int(unbiased)}), ("mean", {})))
var_mean(input, dim=None, unbiased=True, keepdim=False) = tuple(b[f](input, axis=dim, keepdims=keepdim, **o) \
    for f, o in (("var", {"correction": int(unbiased)}), ("mean", {})))
multinomial(input, num_samples, replacement=False, *, generator=None) = _multinomial(input, num_samples, \
    replacement, generator)
allclose(input, other, rtol=1e-05, atol=1e-08, equal_nan=False) = bool(np.allclose(_plain(input), \
    _plain(other), rtol, atol, equal_nan))
isclose(input, other, rtol=1e-05, atol=1e-08, equal_nan=False) = tensor(np.isclose(_plain(input), \
    _plain(other), rtol, atol, equal_nan))
bincount(input, weights=None, minlength=0) = tensor(np.bincount(_plain(input), None if weights is None \
    else _plain(weights), minlength))
unique(input, sorted=True, return_inverse=False, return_counts=False, -dim=None) = _unique(input, \
    return_inverse, return_counts)
split_with_sizes(input, split_sizes, dim=0) = calls["split"](input, list(split_sizes), dim=dim)
is_floating_point(input) = _kind(input) == "f"
is_same_size(input, other) = input.shape == other.shape
"""
_FUNCTIONS = r"""
cdist(x1, x2, p=2.0, ~compute_mode='use_mm_for_euclid_dist_if_necessary') = b["norm"](x1.unsqueeze(-2) - \
    x2.unsqueeze(-3), axis=-1, p=p)
clone(input, *, ~memory_format=None) = tensor(input).clone()
detach(input) = tensor(input).detach()
numel(input) = int(tensor(input).size)
empty_like(input, *, dtype=None, ~device=None, requires_grad=False) = calls["zeros_like"](input, \
    dtype=dtype, \
    requires_grad=requires_grad)
tril_indices(row, col, offset=0) = tensor(np.array(np.tril_indices(row, offset, col)))
triu_indices(row, col, offset=0) = tensor(np.array(np.triu_indices(row, offset, col)))
hstack(tensors) = b["concat"](_at_least(tensors, 1), axis=0 if np.ndim(tensors[0]) < 2 else 1)
vstack(tensors) = b["concat"](_at_least(tensors, 2), axis=0)
column_stack(tensors) = b["concat"]([x if x.ndim > 1 else x.reshape(-1, 1) for x in tensors], axis=1)
broadcast_shapes(*shapes) = np.broadcast_shapes(*shapes)
"""
_METHODS = r"""
median(input, dim=None, keepdim=False) = _median(input, dim, keepdim)
cross(input, other, dim=-1) = _cross(input, other, dim)
diagflat(input, offset=0) = calls["diag"](input.reshape(-1), offset)
fix(input) = b["sign"](input) * b["floor"](abs(input))
new_zeros(input, *size, dtype=None, ~device=None, requires_grad=False) = calls["zeros"](*size, dtype=dtype \
    or \
    input.dtype, requires_grad=requires_grad)
new_ones(input, *size, dtype=None, ~device=None, requires_grad=False) = calls["ones"](*size, dtype=dtype or \
    input.dtype, requires_grad=requires_grad)
new_empty(input, *size, dtype=None, ~device=None, requires_grad=False) = calls["zeros"](*size, dtype=dtype \
    or \
    input.dtype, requires_grad=requires_grad)
new_full(input, size, fill_value, dtype=None, ~device=None, requires_grad=False) = calls["full"](size, \
    fill_value, dtype=dtype or input.dtype, requires_grad=requires_grad)
new_tensor(input, data, dtype=None, ~device=None, requires_grad=False) = tensor(data, dtype=dtype or \
    input.dtype, requires_grad=requires_grad)
type_as(input, other) = input.to(other.dtype)
ndimension(input) = input.ndim
element_size(input) = input.dtype.itemsize
"""


def _times(x, by):
    return x if by == 1 else x * by


def _divided(x, y, how):
    if how not in (None, "trunc", "floor"):
        raise ValueError("wengert: rounding_mode is None, \"trunc\" or \"floor\", not %r" % (how,))
    return x // y if how == "floor" else x / y if how is None else calls["trunc"](x / y)


def _along(x, dim, index):
    """The key of these places along an axis."""
    return (slice(None),) * _axis("index", dim, x.shape) + (_plain(index),)


def _scatter(x, dim, index, src, how):
    """As in PyTorch: x with src[i] at the place index[i] along the axis."""
    index, axis = _plain(index), _axis("scatter", dim, x.shape)
    if isinstance(src, (Value, np.ndarray)) and np.ndim(src):
        src = src[tuple(slice(n) for n in index.shape)]
    key = list(np.indices(index.shape, sparse=True))
    key[axis] = index
    if how not in (None, "add", "multiply"):
        raise ValueError("wengert: scatter: reduce is \"add\" or \"multiply\", not %r" % (how,))
    at = x.at[tuple(np.broadcast_arrays(*key))]
    return at.add(src) if how == "add" else at.multiply(src) if how else at.set(src)


def _scatter_add(x, *given, **options):
    """x.scatter_add(dim, index, src), as in PyTorch; wg.scatter_add(x, rows, v, axis=0): v[i] is added to row
    rows[i]."""
    if len(given) == 3 or {"dim", "src"} & set(options):
        return _torch_scatter_add(x, *given, **options)
    return _builders["scatter_add"](x, *given, **options)


def _torch_scatter_add(x, dim, index, src):
    return _scatter(x, dim, index, src, "add")


def _median(x, dim, keepdim):
    """The middle one, of two the lower, as in PyTorch; with dim= the pair (values, indices)."""
    if dim is None:
        n = int(x.size)
        if n % 2 == 0 and not of_torch():
            raise TypeError("wengert: the median of %d numbers is the mean of two in NumPy, the lower one "
                            "in PyTorch: write wg.sort(x.reshape(-1)).values[%d] for the lower one" %
                            (n, max(n // 2 - 1, 0)))
        return _median(x.reshape(-1), 0, False).values
    y, middle, last = _builders["sort"](x, axis=dim), (x.shape[dim] - 1) // 2, x.shape[dim] - 1
    pick = lambda v, k: calls["narrow"](v, dim, k, 1) if keepdim else _builders["select"](v, dim, k)
    nan, first = (pick(y.values, last) != pick(y.values, last),
                  _builders["argmax"](astype(x != x, np.int64), axis=dim, keepdims=keepdim))
    return Sorted(_builders["where"](nan, np.nan, pick(y.values, middle)),
                  _builders["where"](nan, first, pick(y.indices, middle)))


def _diagonals(x, offset, dim1, dim2):
    n, m = x.shape[-1] + abs(offset), x.ndim + 1
    places = np.zeros((x.shape[-1], n, n), x.dtype)
    k = np.arange(x.shape[-1])
    places[k, k + max(-offset, 0), k + max(offset, 0)] = 1
    y = _builders["where"](places > 0, x.unsqueeze(-1).unsqueeze(-1), 0).sum(-3)
    return calls["moveaxis"](y, (-2, -1), (dim1 % m, dim2 % m))


def _cross(x, y, dim):
    part = lambda v, i: v.index_select(dim, np.array([i, (i + 1) % 3, (i + 2) % 3]))
    return part(x, 1) * part(y, 2) - part(x, 2) * part(y, 1)


def _multinomial(p, n, again, generator):
    """Places drawn by these weights. They are numbers."""
    p = _plain(p)
    rows = p.reshape(-1, p.shape[-1]) / p.sum(-1, keepdims=True).reshape(-1, 1)
    draw = _random(generator)
    some = np.array([draw.choice(p.shape[-1], n, bool(again), row) for row in rows])
    return tensor(some.reshape(p.shape[:-1] + (n,)))


def _unique(x, inverse, counts):
    found = np.unique(_plain(x), return_inverse=True, return_counts=True)
    y = [tensor(found[0])] + [tensor(found[1].reshape(x.shape))] * inverse + [tensor(found[2])] * counts
    return tuple(y) if len(y) > 1 else y[0]


def _at_least(tensors, axes):
    return [x.reshape((1,) * (axes - x.ndim) + x.shape) for x in map(tensor, tensors)]


_space = dict(globals(), b=_builders, _Value=Value, _tensor=tensor)
_of_rows(Rows(_BOTH.replace("\\\n    ", ""), _space), calls, methods)
_both(_scatter_add, "scatter_add")
_of_rows(Rows(_FUNCTIONS.replace("\\\n    ", ""), _space), calls)
_of_rows(Rows(_METHODS.replace("\\\n    ", ""), _space), methods)


@_call
def meshgrid(*tensors, indexing=None):
    """A grid of these vectors: one value for each, of all axes."""
    tensors = tensors[0] if len(tensors) == 1 and isinstance(tensors[0], (list, tuple)) else tensors
    indexing = "ij" if indexing is None and of_torch() else indexing
    if indexing not in ("ij", "xy"):
        raise TypeError("wengert: meshgrid has the axes in NumPy's order, or in PyTorch's: write "
                        "indexing=\"xy\" or indexing=\"ij\"")
    x = [array(t).reshape(-1) for t in tensors]
    order = [1, 0, *range(2, len(x))] if indexing == "xy" and len(x) > 1 else list(range(len(x)))
    shape = [int(x[k].size) for k in order]
    return tuple(_builders["broadcast_to"](v.reshape([-1 if k == order.index(i) else 1 for k in
                                                      range(len(x))]), shape) for i, v in enumerate(x))


@_call
def empty(*sizes, **options):
    """zeros(2, 3): PyTorch's has any numbers."""
    return calls["zeros"](*sizes, **options)


@_call
def broadcast_tensors(*tensors):
    """Each of these, broadcast to the shape of all."""
    shape = np.broadcast_shapes(*map(np.shape, tensors))
    return tuple(_builders["broadcast_to"](x, shape) for x in tensors)


class set_grad_enabled(no_grad):
    """set_grad_enabled(False) ends derivatives from now on, or for a block: with wg.set_grad_enabled(on):"""

    def __init__(self, mode):
        super().__init__()
        self._to = not mode
        self._before.append(_off(self._to))

    def __enter__(self):
        """It has begun."""


calls["set_grad_enabled"] = set_grad_enabled


def _kind_of_tensor(name, dtype):
    def make(*given):
        sizes = given and all(isinstance(n, (int, np.integer)) for n in given)
        return calls["zeros"](*given, dtype=dtype) if sizes else tensor(*given, dtype=dtype) if given \
            else calls["zeros"](0, dtype=dtype)
    make.__doc__ = "%s([1, 2]): a value of these numbers in %s. %s(2, 3): one of this shape." % (
        name, np.dtype(dtype), name)
    calls[name] = make


for _name, _dtype in dict(Float=np.float32, Double=np.float64, Long=np.int64, Int=np.int32, Bool=np.bool_,
                          Byte=np.uint8).items():
    _kind_of_tensor(_name + "Tensor", _dtype)


def _type(x, dtype=None, non_blocking=False):
    """The same in this dtype; without one its name, as PyTorch has it."""
    if dtype is not None:
        return x.to(dtype)
    names = dict(float32="Float", float64="Double", int64="Long", int32="Int", bool="Bool", uint8="Byte")
    return "torch.%sTensor" % names[str(x.dtype)]


_method(_type, "type")
for _name, _f in dict(is_cuda=lambda x: False, is_cpu=lambda x: True,
                      device=lambda x: calls["device"]("cpu")).items():
    setattr(Value, _name, property(_f))
