# SPDX-License-Identifier: MIT
"""What the classes of things of C have in common, and several values as one result."""
import weakref
from collections import namedtuple

from ._errors import Error
from ._library import _calls

class _OfTable:
    """The calls wg_T_name(T *, ...) of C are methods of T's class: c.py makes them."""

    def __getattr__(self, name):
        field = _calls()._CLASSES[self._kind][1]
        if name == field:
            raise Error(_gone(self))
        if name[:2] != "__":
            getattr(self, field)  # what has no address has no other attribute either
        if name[:1] == "_":
            raise AttributeError(name)
        return _calls().method_of(self, self._kind, name)

    def __dir__(self):
        return [*super().__dir__(), *_calls().methods_of(self._kind)]

def _finalize(owner, f, *given):
    """f(*given) when the owner is gone. At the end of the process nothing is freed: a __del__ may still use
    it."""
    end = weakref.finalize(owner, f, *given)
    end.atexit = False
    return end

def _gone(x):
    """Why an object of C has no address."""
    return vars(x).get("_over") or ("wengert: this %s was never made: write super().__init__(...) in the "
                                    "__init__ of its class"
                                    % type(x).__name__)

def _end(x, field, why):
    """The object x, whose address is its attribute `field`, has none from now on: each use of it is an error
    of these words."""
    if field in vars(x):
        delattr(x, field)
    elif hasattr(type(x), field):  # a member of the module _c
        setattr(x, field, 0)
    x._over = "wengert: " + why

class _Parts:
    """Several values. They unpack, and each has a name. What a tuple does as a list (x + y joins, 2 * x
    repeats) is refused: here it would be taken for arithmetic."""
    __slots__ = ()

    def _no(self, *_):
        raise TypeError("wengert: %s are several values: take one, as .%s" %
                        (", ".join(self._fields), self._fields[0]))

    def __getitem__(self, k):
        return self._no() if isinstance(k, slice) else tuple.__getitem__(self, k)

    __add__ = __radd__ = __mul__ = __rmul__ = __lt__ = __le__ = __gt__ = __ge__ = __array__ = __contains__ = (
        _no)

class States(_Parts, namedtuple("States", "y h c")):
    """What a recurrent layer gives: all outputs and the last states."""
    __slots__ = ()

class Sorted(_Parts, namedtuple("Sorted", "values indices")):
    """What sort and topk give: the values, and where each stood."""
    __slots__ = ()
