# SPDX-License-Identifier: MIT
"""Other shapes of the same elements: reshape, transpose, split, join."""
import itertools

import numpy as np

from ._arrays import _list_of
from ._axes import _axes_of, _axis, _count, _number_of_axis, _one, _sizes, _written
from ._errors import of_torch
from ._names import _both, _builders, _call, _method, _say
from ._value import Value

@_method
def view(x, *sizes):
    """The same as reshape."""
    return x.reshape(*sizes)

@_both
def flatten(x, start_dim=0, end_dim=-1):
    """Axes start_dim to end_dim as one."""
    if isinstance(start_dim, str):
        raise TypeError("wengert: flatten reads rows first: write x.T.flatten() for columns first")
    s = x.shape or (1,)
    a, b = _axis("flatten", start_dim, s), _axis("flatten", end_dim, s)
    if a > b:
        raise ValueError("wengert: flatten: the first axis is %d, and the last %d" % (a, b))
    return x.reshape(s[:a] + (-1,) + s[b + 1:])

@_both
def unflatten(x, dim, sizes):
    """The axis dim as several."""
    a = _axis("unflatten", dim, x.shape)
    return x.reshape(x.shape[:a] + tuple(_list_of(sizes)) + x.shape[a + 1:])

_both(lambda x: x.reshape(-1), "ravel")
def unsqueeze(x, axis=None, dim=None):
    """With a new axis of one element there, or with several."""
    axis = _one("unsqueeze", axis, dim)
    if axis is None:
        raise TypeError("wengert: write x.unsqueeze(0), with the place of the new axis")
    axes = [_number_of_axis("unsqueeze", a) for a in _list_of(axis)]
    n = x.ndim + len(axes)
    for a in axes:
        if not -n <= a < n:
            raise IndexError("wengert: unsqueeze: no axis %d in a result of %d axes, for x %s" %
                             (a, n, _written(x.shape)))
    return _builders["expand_dims"](x, axis=axes)

_both(unsqueeze)
_both(lambda x, axis0, axis1: permute(x, *_swapped("swapaxes", x.shape, axis0, axis1)), "swapaxes",
      "swapdims")

def moveaxis(x, source, destination):
    """The axes `source` at the places `destination`, the others in their order."""
    source, destination = [_axes_of("moveaxis", s, x.shape) for s in (source, destination)]
    if len(source) != len(destination):
        raise ValueError("wengert: moveaxis: %d axes, and %d places for them" %
                         (len(source), len(destination)))
    order = [a for a in range(x.ndim) if a not in source]
    for place, a in sorted(zip(destination, source)):
        order.insert(place, a)
    return permute(x, *order)

_both(moveaxis, "moveaxis", "movedim")

@_both
def squeeze(x, axis=None, dim=None, *, axes=None):
    """Without the axes of one element, or without this one."""
    axis = _one("squeeze", axis, dim)
    if not x.ndim:
        return x if axis is None else _axes_of("squeeze", axis, (1,)) and x
    return _builders["squeeze"](x, **{n: a for n, a in (("axis", axis), ("axes", axes)) if a is not None})

def _swapped(what, shape, a, b):
    order, a, b = list(range(len(shape))), _axis(what, a, shape), _axis(what, b, shape)
    order[a], order[b] = order[b], order[a]
    return order

@_both
def permute(x, *axes):
    """The axes in this order."""
    return _builders["transpose"](x, axes=list(_sizes(axes)))

@_both
def transpose(x, *axes, **options):
    """transpose(x): the axes in reverse; transpose(x, axes): in this order; transpose(x, 0, 2): these two
    exchanged."""
    if set(options) == {"dim0", "dim1"} and not axes:
        return permute(x, *_swapped("transpose", x.shape, options["dim0"], options["dim1"]))
    if options or not axes or len(axes) == 1 and axes[0] is None:
        return _builders["transpose"](x, **options)
    if len(axes) == 1 and np.iterable(axes[0]):  # NumPy's
        axes = list(axes[0])
        if len(axes) == 2 != x.ndim:
            raise ValueError("wengert: transpose: 2 axes for x %s: write x.transpose(%s, %s) for two that "
                             "are exchanged" % (
                _written(x.shape), *axes))
        return _builders["transpose"](x, axes=axes)
    if len(axes) == 2 and x.ndim != 2:
        return permute(x, *_swapped("transpose", x.shape, *axes))
    if len(axes) == 2 and of_torch():
        return permute(x, *_swapped("transpose", x.shape, *axes))
    if len(axes) == 2 and tuple(_axis("transpose", a, x.shape) for a in axes) == (0, 1):
        raise TypeError("wengert: transpose(0, 1) of a matrix is the matrix itself in NumPy, and x.T in "
                        "PyTorch: write x or x.T")
    return permute(x, *axes)

@_both
def t(x):
    """A matrix with rows and columns exchanged; a vector or a number as it is."""
    if x.ndim > 2:
        raise ValueError("wengert: t() is of a matrix, and x is %s: write x.mT for its last two axes" %
                         _written(x.shape))
    return x.T if x.ndim == 2 else x

Value.mT = Value.H = property(lambda x: _builders["swap"](x))

@_both
def expand(x, *sizes, axis=None, dim=None):
    """x.expand(-1, 3): broadcast to this shape; -1 is the size there is."""
    sizes = _list_of(_sizes(sizes))
    old = (1,) * (len(sizes) - x.ndim) + x.shape
    if (axis is not None or dim is not None or len(sizes) < x.ndim or len(sizes) == 1 != old[0]
        and sizes[0] not in (-1, old[0])):
        raise TypeError("wengert: expand is of a shape, as in PyTorch: write wg.expand_dims(x, %s) for a new "
                        "axis, wg.broadcast_to(x, shape) for copies" %
                        next((n for n in (axis, dim, *sizes) if isinstance(n, (int, np.integer))), 0))
    return _builders["broadcast_to"](x, [n if m == -1 else m for m, n in zip(sizes, old)])

_method(lambda x, other: _builders["broadcast_to"](x, other.shape), "expand_as")
_method(lambda x, other: x.reshape(other.shape), "view_as", "reshape_as")

@_both
def chunk(x, chunks, dim=0):
    """Parts of equal size along an axis; the last may be smaller."""
    axis = _axis("chunk", dim, x.shape)
    n, chunks = x.shape[axis], _count("chunk", chunks, 1)
    if not n:
        return (x,) * chunks
    size, key = -(-n // chunks), (slice(None),) * axis
    return tuple(x[key + (slice(i, i + size),)] for i in range(0, n, size))

def _parts_of(x, sizes, axis):
    """Parts of these sizes along an axis."""
    n = x.shape[axis]
    if sum(sizes) != n or min(sizes, default=0) < 0:
        raise ValueError("wengert: split: parts of %s are %d together, and the axis has %d elements" %
                         (list(sizes), sum(sizes), n))
    ends = [0, *itertools.accumulate(sizes)]
    return [_builders["slice"](x, axis=axis, from_=a, to=b) for a, b in zip(ends, ends[1:])]

def _split_by_size(x, size, dim=0):
    """As in PyTorch: parts of this size, of which the last may be smaller, or of these sizes."""
    dim = _axis("split", dim, x.shape)
    n = x.shape[dim]
    if not np.iterable(size):
        size = _count("split", size, int(n > 0))
        if not n:
            return (x,)
        size = [min(size, n - i) for i in range(0, n, size)]
    return tuple(_parts_of(x, list(size), dim))

_method(_split_by_size, "split")

@_call
def split(x, *given, parts=None, sizes=None, axis=None, dim=None):
    """With axis=, as in NumPy: so many equal parts, or those between these places. With dim=, as in PyTorch:
    parts of this size, or of these sizes. parts= and sizes= are C's words."""
    if parts is not None or sizes is not None:
        at = _one("split", axis, dim) or 0
        if given or parts is not None and sizes is not None or parts is not None and np.iterable(parts):
            raise TypeError("wengert: split: say parts=2, a number, or sizes=(1, 3), the sizes")
        return split(x, parts, axis=at) if sizes is None else _parts_of(x, _list_of(sizes),
            _axis("split", at, x.shape))
    if not given:
        raise TypeError("wengert: write wg.split(x, parts=2, axis=0)")
    parts, *given = given
    if of_torch() and axis is None:
        return _split_by_size(x, parts, *given[:1] or [0 if dim is None else dim])
    if dim is not None and not given:
        return _split_by_size(x, parts, dim)
    parts = parts if np.iterable(parts) or isinstance(parts, (int, np.integer)) else _count("split", parts)
    said = axis if axis is not None else given[0] if given else 0
    at = _axis("split", said, x.shape)
    n = x.shape[at]
    if len(given) > 1 or axis is None and (np.iterable(parts) or parts * parts != n):
        raise TypeError("wengert: split(x, %r) is of so many parts in NumPy, and of parts of that size in "
                        "PyTorch: write wg.split(x, %r, axis=%d) for NumPy's, wg.split(x, %r, dim=%d) for "
                        "PyTorch's" %
                        (parts, parts, at, parts, at))
    axis = at
    if np.iterable(parts):
        ends = [min(max(i + n if i < 0 else i, 0), n) for i in parts]
        return [_builders["slice"](x, axis=axis, from_=a, to=max(a, b))
                for a, b in zip([0, *ends], [*ends, n])]
    if parts < 1 or n % parts:
        raise ValueError("wengert: split: axis %d of x %s has no %d equal parts%s" % (
            said, _written(x.shape), parts, ": write x.chunk(%d) for parts of %d" % (-(-n // parts), parts)
            if 0 < parts < n else ""))
    return _parts_of(x, [n // parts] * parts, axis)

@_call
def cat(tensors, axis=0, dim=None):
    """Joined along an axis. axis=None: all elements in a row."""
    if axis is None:
        return _builders["concat"]([x.reshape(-1) for x in tensors])
    return _builders["concat"](list(tensors), axis if dim is None else dim)

_call(cat, "concatenate")

@_call
def stack(tensors, axis=0, dim=None):
    """Joined along a new axis."""
    return _builders["stack"](list(tensors), axis if dim is None else dim)

_say(moveaxis="x with axes at other places: moveaxis(x, 1, -1).", movedim="x with axes at other places.",
     swapaxes="x with two axes exchanged.", swapdims="x with two axes exchanged.")
_method(lambda x: x.ndim, "dim")
_method(lambda x: int(x.size), "numel", "nelement")
