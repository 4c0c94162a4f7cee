# SPDX-License-Identifier: MIT
"""What stands at places of a value: x[key], x.at[key], and the calls of NumPy and PyTorch that take
indices."""
import numpy as np

from ._arrays import _has_value, _is_cut, _kind, _numbers, _plain, _unmasked
from ._axes import _axis, _by_numpy, _count, _one
from ._makers import array, astype
from ._names import _both, _builders, _call, _worded
from ._value import Value

def _index(k):
    """An index as a number of Python, or as an array or value of whole numbers."""
    if isinstance(k, (int, np.integer)) and not isinstance(k, bool):
        return int(k)
    k = k if isinstance(k, Value) else np.asarray(k)
    k = k if k.shape != (0,) else np.zeros(0, np.int64)
    if k.dtype.kind not in "iu":
        raise TypeError("wengert: indices are whole numbers, not %s" % k.dtype + (
            "; where(mask, x, 0) takes a mask; the elements where it is true are x[np.nonzero(mask)] for an "
            "array, and x.reshape(-1)[wg.nonzero(mask, count)] for a value" if k.dtype.kind == "b" else ""))
    return k

def _sliced(x, axis, k):
    """x[from:to:step] along an axis. Behind the ends there is nothing."""
    n = x.shape[axis]
    start, stop, step = k.indices(n)
    if step == 1:
        whole = start == 0 and stop == n
        return x if whole else _builders["slice"](x, axis=axis, from_=start, to=max(start, stop))
    if step > 0:
        return _builders["slice"](x, axis=axis, from_=start, to=max(start, stop), step=min(step, 2**62))
        return _builders["flip"](x, axis=axis)
    return _builders["take"](x, np.arange(start, stop, step), axis=axis)

def _paired(x, axes, lists, together):
    """The elements of x at the places lists[0][i], lists[1][i], ... of these axes. The axes of i stand where
    the first of them stood, or in front."""
    if len(lists) == 1:
        return _builders["take"](x, lists[0], axis=axes[0])
    shapes = [np.shape(k) if isinstance(k, int) else k.shape for k in lists]
    try:
        shape = np.broadcast_shapes(*shapes)
    except ValueError:
        raise IndexError("wengert: the index has lists of the shapes %s, which are no pairs: x[i][:, j] has "
                         "all rows of i and all columns of "
                         "j" % " and ".join(str(list(s)) for s in shapes)) from None
    n = int(np.prod(shape, dtype=np.int64))
    rest = [a for a in range(x.ndim) if a not in axes]
    x = _builders["transpose"](x, axes=axes + rest)
    for i, k in enumerate(lists):  # x is [n, the axes that are left, rest]
        k = (_builders["broadcast_to"](k, shape) if isinstance(k, Value)
             else np.broadcast_to(np.asarray(k), shape))
        k = k.reshape(n)
        if not i:
            x = _builders["take"](x, k, 0)
            continue
        left = (n, 1) + x.shape[2:]
        k = k.reshape((n,) + (1,) * (len(left) - 1))
        k = _builders["broadcast_to"](k, left) if isinstance(k, Value) else np.broadcast_to(k, left)
        x = _builders["squeeze"](_builders["take_along"](x, k, axis=1), 1)
    x = x.reshape(shape + x.shape[1:])
    if not together or not axes[0]:
        return x
    m, before = len(shape), axes[0]
    return _builders["transpose"](x, axes=[*range(m, m + before), *range(m), *range(m + before, x.ndim)])

def _at(self, key):
    key = key if isinstance(key, tuple) else (key,)
    at = [i for i, k in enumerate(key) if k is Ellipsis]
    axes = sum(k is not None and k is not Ellipsis for k in key)
    if len(at) > 1 or axes > self.ndim:
        raise IndexError("wengert: %s for a value of %d axes" % (
            "more than one ..." if len(at) > 1 else "%d indices" % axes, self.ndim))
    for i in at:
        key = key[:i] + (slice(None),) * (self.ndim - axes) + key[i + 1:]
    key = [k if k is None or isinstance(k, slice) else _index(k) for k in key]
    lists = [i for i, k in enumerate(key) if hasattr(k, "ndim")]
    if len(lists) > 1 or lists and int in map(type, key):  # with a list a number is one, too
        lists = [i for i, k in enumerate(key) if hasattr(k, "ndim") or isinstance(k, int)]
    y, axis, places = self, 0, []
    for i, k in enumerate(key):
        if k is None:
            y = _builders["expand_dims"](y, axis)
        elif isinstance(k, slice):
            y = _sliced(y, axis, k)
        elif i in lists:
            places.append(axis)
        else:
            y, axis = _builders["select"](y, axis, k), axis - 1
        axis += 1
    together = not lists or lists[-1] - lists[0] < len(lists)  # else NumPy has what they choose in front
    return _paired(y, places, [key[i] for i in lists], together) if lists else y

def _masked(x, key):
    """A mask chooses elements, as in NumPy. It is read now: which are chosen has no derivative."""
    keys = key if isinstance(key, tuple) else (key,)
    found = [k for k in keys if not isinstance(k, (int, slice)) and k is not None and k is not Ellipsis
             and np.ndim(k) and _kind(k) == "b"]
    if not found:
        return _at(x, key)
    if len(keys) > 1:
        raise IndexError("wengert: a mask beside other indices: write x[mask][:, j], or np.nonzero(mask)[0] "
                         "for the mask")
    mask = _plain(found[0])
    if mask.shape != x.shape[:mask.ndim]:
        raise IndexError("wengert: a mask of the shape %s for a value of the shape %s" %
                         (list(mask.shape), list(x.shape)))
    return _builders["take"](x.reshape((-1,) + x.shape[mask.ndim:]), np.flatnonzero(mask), 0)

Value.__getitem__ = _masked

def _joined(x, key, new, axis):
    """x with new at these numbers and slices without steps: the parts around it, and it."""
    if not key:
        return new
    k, n = key[0], x.shape[axis]
    at, to, _ = (slice(k % n, k % n + 1) if type(k) is int else k).indices(n)
    if type(k) is int:
        new = _builders["expand_dims"](_joined(_builders["select"](x, axis, at), key[1:], new, axis), axis)
    else:
        new = _joined(_builders["slice"](x, axis=axis, from_=at, to=max(at, to)), key[1:], new, axis + 1)
    around = [_builders["slice"](x, axis=axis, from_=a, to=b) for a, b in ((0, at), (max(at, to), n))
              if a < b]
    return _builders["concat"]([*around[:at > 0], new, *around[at > 0:]], axis=axis)

def fitted(new, shape, dtype, what):
    """New numbers for a tensor of this shape and dtype."""
    new = array(new) if _has_value(new) else new
    if _is_cut(new, dtype):
        raise TypeError("wengert: %s: the tensor has the dtype %s, which would cut %s: write x = x.double() "
                        "before it" % (
            what, dtype, new if isinstance(new, (int, float)) else "the new numbers"))
    given = np.shape(new)
    if len(given) > len(shape) or any(n not in (1, m) for n, m in zip(given[::-1], shape[::-1])):
        raise ValueError("wengert: %s: the shape %s does not fit the tensor's, %s" %
                         (what, list(given), list(shape)))
    return (_builders["broadcast_to"](astype(new, dtype), shape) if isinstance(new, Value)
            else np.broadcast_to(np.asarray(_unmasked(new), dtype), shape))

class _At:
    """x.at[key].set(new), x.at[key].add(new): a value with other elements there, as in JAX."""

    def __init__(self, x, key=None):
        self._x, self._key = x, key

    def __getitem__(self, key):
        return _At(self._x, key)

    def _places(self, x, what, new):
        """The elements of the array x that the key chooses, and new in their shape."""
        places = _by_numpy("x.at[...]", lambda: x.reshape(self._x.shape)[_numbers(self._key)])
        return places, fitted(new, places.shape, self._x.dtype, "x.at[...].%s" % what)

    def get(self):
        return self._x[self._key]

    def add(self, new):
        if self._x.dtype == bool:
            raise TypeError("wengert: x.at[...].add is of numbers, and these are truths: write "
                            "x.at[...].set(new)")
        places, new = self._places(np.arange(int(self._x.size)), "add", new)
        return _builders["scatter_add"](self._x.reshape(-1), places.reshape(-1), new.reshape(-1),
                                        axis=0).reshape(self._x.shape)

    def set(self, new):
        x, key = self._x, self._key if isinstance(self._key, tuple) else (self._key,)
        new = self._places(np.broadcast_to(np.int8(), int(x.size)), "set", new)[1]
        if all(type(k) is int or isinstance(k, slice) and k.step is None for k in key):
            return _joined(x, key, new, 0)
        at, n = np.full(x.shape, -1), int(new.size)
        at[_numbers(self._key)] = np.arange(n).reshape(new.shape)
        if np.count_nonzero(at + 1) < n:
            raise IndexError("wengert: an element is set twice: write x.at[...].add(new)")
        return _builders["where"](at >= 0, _builders["take"](new.reshape(-1), at, 0), x) if n else x

    def __getattr__(self, name):
        f = dict(multiply="mul", divide="div", power="pow", min="minimum", max="maximum").get(name)
        if f is None:
            raise AttributeError("wengert: x.at[...] has get, set, add, multiply, divide, power, min and "
                                 "max, and no %s" % name)
        return lambda new: self.set(_builders[f](self.get(), new))

for _name in ("get", "set", "add"):
    setattr(_At, _name, _worded(getattr(_At, _name), "at[key]." + _name))
Value.at = property(_At)

def _from_0(what, index, n):
    """The same numbers, none of which may be below 0, as PyTorch has it: -1 of NumPy is the last."""
    a = _plain(index)
    if a.size and not 0 <= a.min() <= a.max() < n:
        raise IndexError("wengert: %s: the numbers are from 0 to %d, and %d is none" %
                         (what, n - 1, a.min() if a.min() < 0 else a.max()))
    return index

def _gather(x, dim, index=None):
    """gather(x, rows): these rows. x.gather(dim, index), as in PyTorch: the element at each index along an
    axis."""
    if index is None:
        return _builders["gather"](x, dim)
    return _builders["take_along"](x, _from_0("gather", index, x.shape[_axis("gather", dim, x.shape)]),
                                   axis=dim)

def _index_select(x, dim, index):
    """These places along an axis, as in PyTorch."""
    index = (index if np.ndim(index) else index.reshape(1) if isinstance(index, Value)
             else np.reshape(index, 1))
    return _builders["take"](x, _from_0("index_select", index, x.shape[_axis("index_select", dim, x.shape)]),
                             axis=dim)

def _masked_fill(x, mask, value):
    """x, and the value where the mask is true."""
    if _is_cut(value, x.dtype):
        raise TypeError("wengert: masked_fill: the dtype stays %s in PyTorch, which would cut %s: write "
                        "wg.where(mask, value, x)" % (
            x.dtype, value if isinstance(value, (int, float)) else "the value"))
    return _builders["where"](mask, value if isinstance(value, Value) or x.dtype.kind == "f"
                              else np.asarray(value, x.dtype), x)

@_both
def take(x, indices, axis=None, *, dim=None):
    """The elements, rows or columns at the indices, along an axis; without one of all elements in a row."""
    axis = _one("take", axis, dim)
    return _builders["take"](x.reshape(-1) if axis is None else x, indices, 0 if axis is None else axis)

@_both
def narrow(x, dim, start, length):
    """`length` places along an axis, from `start` on."""
    n = x.shape[_axis("narrow", dim, x.shape)]
    start, length = _count("narrow", start, -n), _count("narrow", length)
    start += n * (start < 0)
    if start + length > n:
        raise IndexError("wengert: narrow: %d places from %d on, and the axis has %d" % (length, start, n))
    return _builders["slice"](x, axis=dim, from_=start, to=start + length)

@_both
def unbind(x, dim=0):
    """The parts along an axis, without it."""
    return tuple(_builders["select"](x, dim, i) for i in range(x.shape[_axis("unbind", dim, x.shape)]))

@_call
def take_along_axis(x, indices, axis):
    """The element at each index along an axis."""
    return _builders["take_along"](x.reshape(-1) if axis is None else x, indices, 0 if axis is None else axis)

@_both
def take_along_dim(x, indices, dim=None):
    """The element at each index along an axis, as in PyTorch; without an axis of all elements in a row."""
    if dim is None:
        return take_along_dim(x.reshape(-1), indices.reshape(-1), 0)
    return _builders["take_along"](x, _from_0("take_along_dim", indices,
                                              x.shape[_axis("take_along_dim", dim, x.shape)]), axis=dim)

_call(lambda x, *count, num_classes=None, **options: _builders["one_hot"](
    x, *count, **options, **({} if num_classes is None else {"count": num_classes})), "one_hot")
_both(_gather, "gather")
_both(_index_select, "index_select")
_both(_masked_fill, "masked_fill")
