# SPDX-License-Identifier: MIT
"""Arrays and numbers of Python on their way to C and back."""
import ctypes
import operator
import weakref
from ctypes import c_int64

import numpy as np

from ._library import _CODES, _DTYPES, _Shape, _Tensor, _lib
from ._way import Node

def _code_of(dtype):
    if dtype not in _CODES:
        raise TypeError("wengert: no dtype %s: use %s" % (dtype, ", ".join(map(str, _CODES))))
    return _CODES[dtype]

def _whole(x, bits, least=None):
    """A number for an integer of C, which would take it without its high bits."""
    if isinstance(x, (bool, np.bool_)) or getattr(x, "ndim", 0):
        raise TypeError("wengert: a whole number is expected, not %r" % (x,))
    n = operator.index(x)
    if not (-(1 << bits - 1) if least is None else least) <= n < 1 << (bits - (least is None)):
        raise OverflowError("wengert: %d has more than %d bits" % (n, bits) if n >= 0 or least is None
                            else "wengert: %d is below 0" % n)
    return n

def _has_value(x):
    """Whether x is a value, or a list or array with values in it."""
    if isinstance(x, np.ndarray):
        return x.dtype == object and any(map(_has_value, x.flat))
    return isinstance(x, Node) or isinstance(x, (list, tuple)) and any(map(_has_value, x))

def _real_number(x, what):
    """A number for a double of C. A value or a text is none, though float() would take it."""
    if _has_value(x) or isinstance(x, (str, bytes)) or getattr(x, "ndim", 0):
        raise TypeError("wengert: %s is a number, not %r%s" % (
            what, x, ": a result has no derivative by it; x.item() is a value's number" * _has_value(x)))
    return float(x)

def _truth(x, what):
    """True or False, as one of Python or NumPy, or as 0 or 1. Any text would count as true."""
    if isinstance(x, (bool, np.bool_, int, np.integer)) or getattr(x, "shape", None) == ():
        if x in (0, 1) and getattr(x, "dtype", np.dtype(bool)).kind in "biu":
            return bool(x)
    raise TypeError("wengert: %s is True or False, not %r" % (what, x))

def _list_of(x):
    """A number, or a list or array of one axis, as a list."""
    if isinstance(x, (str, bytes)) or getattr(x, "ndim", 1) > 1:
        raise TypeError("wengert: a whole number or a list of them is expected, not %r" % (x,))
    return list(x) if np.iterable(x) and getattr(x, "ndim", 1) else [x]

def _text(x):
    if not isinstance(x, str):
        raise TypeError("wengert: a text is expected, not %r" % (x,))
    return x.encode()

def _shape(sizes):
    sizes = _list_of(sizes)
    return _Shape(len(sizes), (c_int64 * 8)(*(_whole(n, 64) for n in sizes[:8])))

def _array(a, context, dtype=None):
    """An array as the library takes it: floats and Python's numbers in the dtype of the context."""
    if _has_value(a):
        raise TypeError("wengert: these numbers would have no derivative by the values that they come from: "
                        "use the values, wg.stack([x, y]) of them, or x.numpy() for numbers alone")
    given = _rectangular(a)
    if given.dtype.kind not in "fiub":
        _code_of(given.dtype)
    if dtype is None:
        plain = not isinstance(a, (np.ndarray, np.generic)) and given.dtype.kind in "iu"
        dtype = context.dtype if given.dtype.kind == "f" or plain else given.dtype
    return np.ascontiguousarray(given, dtype=dtype).reshape(given.shape)

def _rectangular(a):
    try:
        return np.asarray(_unmasked(a))
    except ValueError as e:
        raise ValueError("wengert: the lists in it have different lengths, and are no array: %s" %
                         e) from None

def _unmasked(a):
    """The same, if it is no masked array that hides elements: NumPy alone would drop the mask."""
    if np.ma.is_masked(a):
        raise TypeError("wengert: a masked array, whose mask would be lost: give a.filled(number), and the "
                        "mask as an operand of its own, such as where(mask, x, 0) or mask= of a loss")
    return a

def _real(a, whose, dtype=np.float64):
    """An array of real numbers. NumPy alone would drop imaginary parts."""
    if np.iscomplexobj(a):
        raise TypeError("wengert: %s is complex, and derivatives here are of real numbers: take its real and "
                        "imaginary parts, or its abs" % whose)
    return np.asarray(_unmasked(a), dtype=dtype)

def _tensor(a):
    a = np.asarray(a, order="C")
    t = _Tensor(_code_of(a.dtype), _shape(a.shape), a.ctypes.data)
    t.kept = a
    return t

def _numpy(t):
    """A copy of a tensor."""
    if not t.data:
        return None
    shape = tuple(t.shape.dim[:t.shape.rank])
    a = np.empty(shape, _DTYPES[t.dtype])
    ctypes.memmove(a.ctypes.data, t.data, a.nbytes)
    return (a.astype(np.uint32) << 16).view(np.float32) if t.dtype == 8 else a

def _plain(x):
    return x.numpy() if isinstance(x, Node) else np.asarray(_unmasked(x))

def _numbers(x):
    """The same list, tuple or dict with arrays for values."""
    if isinstance(x, Node):
        return x.numpy()
    if isinstance(x, dict):
        return {k: _numbers(v) for k, v in x.items()}
    return type(x)(map(_numbers, x)) if type(x) in (list, tuple) else x

def _kind(x):
    return (x.dtype if isinstance(x, Node) else np.asarray(x).dtype).kind

def _is_cut(new, dtype):
    """Whether the dtype cannot hold these numbers: floats are cut to whole numbers, and all but truths to
    truths."""
    rank = dict(b=0, i=1, u=1, f=2)
    return rank.get(_kind(new), 3) > rank[dtype.kind]

def _single(data):
    """float32 of arrays that have it. Other floats are of the context's dtype: None."""
    return np.float32 if getattr(data, "dtype", None) == np.float32 else None

class _Lent:
    """An array whose memory a graph has: nobody writes to it until the graph lets it go."""

    def __init__(self, array):
        self.array, self._before, self._refs = array, array.flags.writeable, []
        array.flags.writeable = False
        # NumPy never resizes what has a weak reference, whatever refcheck says
        while isinstance(array, np.ndarray):
            self._refs.append(weakref.ref(array))
            array = array.base

    def __del__(self):
        self.array.flags.writeable = self._before

class _Held:
    """The memory of a value that outlives its evaluation, as NumPy sees it."""

    def __init__(self, held, t, context):
        self._held, self._context = held, context
        self.__array_interface__ = dict(version=3, shape=tuple(t.shape.dim[:t.shape.rank]),
                                        typestr=_DTYPES[t.dtype].str, data=(t.data, True))

    def __del__(self):
        self._context._drop(_lib.wgx_release, self._held)
