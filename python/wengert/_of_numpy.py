# SPDX-License-Identifier: MIT
"""NumPy's own functions of values: np.exp(x), np.add.reduce(x), np.mean(x). Their results have derivatives,
or are no floats, or the call is refused."""
import numpy as np

from ._arrays import _kind, _numbers
from ._names import _both, _builders, calls
from ._value import Value
from ._words import _CALL, _near

def _or_numbers(meant, f, given, options):
    """What to write for a function f of NumPy: its line, if there is one, or NumPy's function of numbers."""
    names = iter("xyz" + "v" * 99)

    def text(a):
        if isinstance(a, Value):
            return next(names) + ".numpy()"
        if isinstance(a, (list, tuple)) and len(a) < 5:
            return text(a[0]) if isinstance(a, tuple) and len(a) == 1 else "[%s]" % ", ".join(map(text, a))
        return repr(a) if isinstance(a, (int, float, str, type(None))) and len(repr(a)) < 20 else "..."
    line = "%s(%s)" % (f, ", ".join([text(a) for a in given] +
                                    ["%s=%s" % (n, text(a)) for n, a in options.items()]))
    if line in meant:
        return meant
    return "%s%s %s for numbers alone" % (meant, ", or" if meant.startswith(": write") else "; write" if meant
                                          else ": write", line)

_REDUCED = dict(add="sum", multiply="prod", maximum="max", minimum="min", logical_and="all_of",
                logical_or="any_of")

def _reduced(name, x, axis=0, keepdims=False, **more):
    """np.add.reduce(x) and its like: along the first axis, if none is said."""
    if more:
        raise TypeError("wengert: np.add.reduce and its like take axis and keepdims, and no %s: write "
                        "x.%s(axis=0)" % (
            ", ".join(more), name))
    return _builders[name](x, axis=axis, keepdims=keepdims)

# NumPy's functions of elements that have another name here, and those that are an operator's.
_UFUNCS = dict(absolute="abs", fabs="abs", arccos="acos", arccosh="acosh", arcsin="asin", arcsinh="asinh",
               arctan="atan", arctan2="atan2", arctanh="atanh", rint="round", negative="neg")
_OPERATORS = dict(add="add", subtract="sub", multiply="mul", divide="truediv", power="pow",
                  floor_divide="floordiv", remainder="mod", divmod="divmod")

def _array_ufunc(self, ufunc, method, *operands, **options):
    """np.exp(x) and array + x are ours. What another library calls otherwise is found in the table of
    names."""
    name = ufunc.__name__
    if method != "__call__" or options:
        if method == "reduce" and name in _REDUCED:
            return _reduced(_REDUCED[name], *operands, **options)
        name += "" if method == "__call__" else "." + method
        raise TypeError("wengert: np.%s%s is not here%s" % (
            name, " with " + ", ".join(options) if options else "",
            _or_numbers("", "np." + name, operands, options)))
    if name in _OPERATORS:
        a, b = operands
        return (getattr(a, "__%s__" % _OPERATORS[name])(b) if isinstance(a, Value)
                else getattr(b, "__r%s__" % _OPERATORS[name])(a))
    name = _UFUNCS.get(name, name)
    if name not in _builders:
        raise TypeError("wengert: np.%s is not here%s" %
                        (name, _or_numbers(_near(name, [], _CALL), "np." + name, operands, {})))
    return _builders[name](*operands)

# np.f(x) for NumPy's functions of whole arrays. Their results have derivatives, or are no floats, or the call
# is refused.
_FUNCTIONS = {"concatenate": "cat", "amax": "max", "amin": "min", "cumprod": "cumprod", "around": "round",
              "round_": "round"}
_NO_WORD = frozenset(["gradient"])  # of differences in NumPy, of derivatives elsewhere
_BY_AXIS = frozenset("amax amin max min".split())
_PLAIN = frozenset("allclose array_equal array_equiv isclose shape ndim size array2string array_repr "
                   "array_str result_type nonzero flatnonzero count_nonzero argwhere may_share_memory "
                   "shares_memory iscomplexobj isrealobj isscalar savetxt save".split())

def _array_function(self, f, types_, given, options):
    name, inside = f.__name__, getattr(f, "__module__", "").endswith("linalg")
    if name in ("shape", "ndim") and given and isinstance(given[0], Value):
        return getattr(given[0], name)  # which computes nothing
    if name in _PLAIN:
        return f(*_numbers(given), **_numbers(options))
    if name == "sort":
        return _builders["sort"](*given, **options).values
    if name in ("std", "var"):
        options.setdefault("ddof", 0)
    elif name in _BY_AXIS and len(given) == 2:  # in files that say `import wengert as torch`, too
        given, options = given[:1], dict(zip(("axis",), given[1:]), **options)
    elif name == "meshgrid":
        options.setdefault("indexing", "xy")
    if name == "split" and len(given) < 4:
        given, options = given[:2], dict({"axis": 0}, **options, **dict(zip(["axis"], given[2:])))
    ours = (vars(calls["linalg"]).get(name) if inside else calls.get(_FUNCTIONS.get(name, name))
            or _builders.get(_FUNCTIONS.get(name, name)))
    if ours is None:
        of = "np.linalg." + name if inside else "np." + name.rstrip("_")
        meant = "" if name in _NO_WORD else _near(name, [], _CALL)
        raise TypeError("wengert: %s has no derivative here%s" % (of, _or_numbers(meant, of, given, options)))
    return ours(*given, **options)

def _whole_reciprocal(x):
    if _kind(x) in "iub":
        raise TypeError("wengert: reciprocal of whole numbers is one in NumPy, and a float in PyTorch: write "
                        "1 / x")
    return _builders["reciprocal"](x)

_both(_whole_reciprocal, "reciprocal")

def _ufunc(self, ufunc, method, *operands, **options):
    """Of truths and of whole numbers as the operators are."""
    if ufunc in (np.negative, np.reciprocal) and method == "__call__" and not options:
        return -self if ufunc is np.negative else _whole_reciprocal(self)
    return _array_ufunc(self, ufunc, method, *operands, **options)

Value.__array_function__, Value.__array_ufunc__ = _array_function, _ufunc
