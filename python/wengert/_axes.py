# SPDX-License-Identifier: MIT
"""Axes, sizes and counts as NumPy and PyTorch take them."""
from ctypes import c_int

import numpy as np

from ._arrays import _list_of, _whole
from ._library import _Axes

def _number_of_axis(what, axis):
    """An axis as C has it."""
    try:
        return _whole(axis, 32)
    except TypeError:
        raise TypeError("wengert: %s: an axis is a whole number, not %r" % (what, axis)) from None

def _axis(what, axis, shape):
    """The axis of an array of this shape, from 0 on."""
    a, n = _number_of_axis(what, axis), len(shape)
    if not -n <= a < n:
        raise IndexError("wengert: %s: no axis %d in x %s" % (what, a, _written(shape)))
    return a % n

def _written(shape):
    return "[%s]" % ",".join(map(str, shape))

def _axes_of(what, axes, shape):
    """Several axes of an array of this shape, from 0 on, each of them once."""
    axes = [_axis(what, a, shape) for a in _list_of(axes)]
    for i, a in enumerate(axes):
        if a in axes[:i]:
            raise ValueError("wengert: %s: axis %d twice for x %s" % (what, a, _written(shape)))
    return axes

def _one(what, *said):
    """What is said by one of several words for it; None: by none."""
    said = [n for n in said if n is not None]
    if len(said) > 1:
        raise TypeError("wengert: %s: say axis or dim, not both" % what)
    return said[0] if said else None

def _by_numpy(what, f, *given, **options):
    """What NumPy's f makes of numbers; its errors are ours."""
    try:
        return f(*given, **options)
    except (TypeError, ValueError, IndexError, ArithmeticError) as e:
        raise type(e)("wengert: %s: %s" % (what, str(e).partition("() ")[2] or e)) from None

def _count(what, n, least=0):
    """A whole number that is not below `least`."""
    try:
        n = _whole(n, 65)
    except TypeError:
        raise TypeError("wengert: %s: a whole number is expected, not %r" % (what, n)) from None
    except OverflowError:
        raise ValueError("wengert: %s: %d is too much" % (what, n)) from None
    if n < least:
        raise ValueError("wengert: %s: %d is below %d" % (what, n, least))
    return n

def _sizes(sizes):
    return sizes[0] if len(sizes) == 1 and np.iterable(sizes[0]) else sizes

def _named_sizes(sizes, options):
    """The sizes, which may also be size= or shape=."""
    word = None if sizes else "size" if "size" in options else "shape"
    return (options.pop(word),) if word in options else sizes

def _axes(axes):
    """wg_axes_of of base.h."""
    return _Axes(0x41584553, len(axes), (c_int * 8)(*axes[:8]))
