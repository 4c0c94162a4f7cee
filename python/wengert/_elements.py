# SPDX-License-Identifier: MIT
"""Reductions, and calls that move, repeat or round elements, as in NumPy and PyTorch."""
import numpy as np

from ._arrays import _array, _kind, _list_of, _plain
from ._axes import _axis, _by_numpy, _count, _number_of_axis, _one, _sizes
from ._errors import of_torch
from ._names import _both, _builders, _call, _method, _say
from ._things import Sorted
from ._value import Value

def _extreme(name):
    def f(x, *given, **options):
        if given and of_torch():  # x.max(1), x.max(1, True), wg.max(a, b)
            if isinstance(given[0], Value):
                return _builders[name + "imum"](x, *given)
            given, options = (), dict(options, dim=given[0], **dict(zip(["keepdims"], given[1:])))
        if given and (isinstance(given[0], Value) or np.ndim(given[0]) and not isinstance(given[0], tuple)):
            raise TypeError("wengert: write wg.%simum(a, b) for the elements of two values" % name)
        if given and (x.ndim > 1 or np.ndim(given[0])):
            raise TypeError("wengert: write x.%s(axis=%r) for the values, x.%s(dim=%r) for (values, "
                            "indices)" % (name, given[0], name, given[0]))
        y = _builders[name](x, *given, **options)
        if "dim" not in options or np.iterable(options["dim"]):
            return y
        return Sorted(y, _builders["arg" + name](x, **options))
    f.__doc__ = "The %s of all or along axis=. With dim=, as in PyTorch: the pair (values, indices)." % (
        "largest" if name == "max" else "smallest")
    _both(f, name)
    _both(lambda x, axis=None, **options: _builders[name](x, **options,
                                                          **({} if axis is None else {"axis": axis})),
                                                          "a" + name)

_extreme("max")
_extreme("min")

def _deviation(name, said_as):
    def f(x, *given, axis=None, dim=None, ddof=None, correction=None, unbiased=None, **options):
        if len(given) in (2, 3) and isinstance(given[1], bool):  # PyTorch's
            unbiased, options["keepdims"], given = given[1], (*given, False)[2], given[:1]
        said = [d for d in (ddof, correction, None if unbiased is None else int(unbiased)) if d is not None]
        if not said and of_torch():
            if given and isinstance(given[0], bool):
                said, given = [int(given[0])], given[1:]
            said = said or [1]
        if (len(given) > 1 or len(said) > 1 or not said and axis is None
            and not {"keepdims", "axes", "dims"} & set(options)):
            raise TypeError("wengert: %s divides by n in NumPy, and by n - 1 in PyTorch: write x.%s(ddof=0), "
                            "or x.%s(ddof=1) for n - 1" % (
                name, name, name))
        axis = _one(name, *given, axis, dim)
        options.update({} if axis is None else {"axis": axis}, correction=said[0] if said else 0)
        return _builders[name](x, **options)
    f.__doc__ = said_as + " divided by n - ddof, which NumPy calls so; correction is PyTorch's word."
    _both(f, name)

_deviation("var", "The mean squared distance from the mean:")
_deviation("std", "The square root of the mean squared distance from the mean,")

@_both
def norm(x, *given, **options):
    """The length. Options: p, axis (dim), keepdims."""
    if given and of_torch():
        options.update(zip(("p", "dim", "keepdims"), given))
        options["p"] = 2 if options["p"] in (None, "fro") else options["p"]
    elif given:
        raise TypeError("wengert: write wg.norm(x, p=%r) or wg.norm(x, axis=%r)" % (given[0], given[0]))
    return _builders["norm"](x, **options)

_both(lambda x, *g, **o: _builders["any_of"](x, *g, **o), "any")
_both(lambda x, *g, **o: _builders["all_of"](x, *g, **o), "all")
_both(lambda x, diagonal=0, k=None, offset=0: _builders["triu"](x, offset=diagonal or k or offset), "triu")
_both(lambda x, diagonal=0, k=None, offset=0: _builders["tril"](x, offset=diagonal or k or offset), "tril")
_both(lambda x: _builders["sum"](_builders["diagonal"](x)), "trace")

_say(all="Whether no element is 0: all(x), or along an axis.", any="Whether an element is not 0: any(x), or "
     "along an axis.",
     trace="The sum of the diagonal of a matrix.")

@_both
def diag(x, k=0, diagonal=None):
    """Of a matrix its diagonal, k places above the main one. Of a vector the matrix that has it there, and 0
    elsewhere."""
    k = k if diagonal is None else diagonal
    if x.ndim == 2:
        return _builders["take"](x.reshape(-1), np.flatnonzero(np.eye(*x.shape, k)), 0)
    if x.ndim != 1:
        raise TypeError("wengert: diag is of a vector or a matrix, not of the shape %s: write "
                        "wg.einsum('bii->bi', x) for the diagonals of the last two axes" % list(x.shape))
    n = x.shape[0] + abs(k)
    row = (_builders["pad"](x, axis=0, before=k) if k > 0 else _builders["pad"](x, axis=0, after=-k) if k
           else x)
    return _builders["where"](np.eye(n, k=k) > 0, _builders["expand_dims"](row, 0), 0)

@_call
def average(x, axis=None, weights=None, *, keepdims=False):
    """The mean, or the mean by weights: of the shape of x, or one for each place of one axis."""
    along = dict({} if axis is None else {"axis": axis}, keepdims=keepdims)
    if weights is None:
        return _builders["mean"](x, **along)
    weights = weights if isinstance(weights, Value) else _array(weights, x.graph.context)
    if weights.shape != x.shape:
        if axis is None or np.iterable(axis) or weights.shape != (x.shape[_axis("average", axis, x.shape)],):
            raise TypeError("wengert: average: the weights have the shape %s, and x %s: write axis=0 for one "
                            "weight for each row" % (
                list(weights.shape), list(x.shape)))
        weights = _builders["broadcast_to"](weights.reshape([-1 if a == axis % x.ndim else 1
            for a in range(x.ndim)]), x.shape)
    return _builders["sum"](x * weights, **along) / _builders["sum"](weights, **along)

@_both
def diff(x, n=1, axis=-1, *, dim=None):
    """The differences of neighbours along an axis, n times."""
    n = _count("diff", n)
    before = (slice(None),) * _axis("diff", axis if dim is None else dim, x.shape)
    for _ in range(n):
        x = x[before + (slice(1, None),)] - x[before + (slice(None, -1),)]
    return x

@_call
def pad(x, pad_width=None, mode="constant", constant_values=0, **options):
    """np.pad: widths (before, after) for each axis, one pair for all, or one number. Without them along one
    axis, by the options."""
    if pad_width is None:
        return _builders["pad"](x, mode=mode, **options)
    if options:
        raise TypeError("wengert: pad has %s by names, or widths: write wg.pad(x, axis=0, before=1, "
                        "after=2)" % ", ".join(options))
    if mode not in ("constant", "edge", "reflect") or np.ndim(constant_values):
        raise TypeError("wengert: pad with mode=%r is not here: write mode=\"constant\" with one number, "
                        "\"edge\" or \"reflect\"" % (
            mode,))
    more = {"value": constant_values} if mode == "constant" else {"mode": mode}
    c = constant_values
    whole = mode == "constant" and x.dtype.kind != "f" and isinstance(c, (int, float, np.number))
    if whole and not (abs(c) <= 2**53 and c == int(c)):
        raise TypeError("wengert: pad of whole numbers takes no %r: write wg.cat([x, y]) with a value of "
                        "them" % (constant_values,))
    y = x
    for axis, widths in enumerate(_by_numpy("pad", np.broadcast_to, pad_width, (x.ndim, 2)).tolist()):
        before, after = (_count("pad", n) for n in widths)
        y = _builders["pad"](y, axis=axis, before=before, after=after, **more) if before or after else y
    return Value(y._place(y.graph), y.graph) if y is x else y

def _along(name, x, axis, options):
    """A builder along one axis; without one, as in NumPy, of all elements in a row."""
    axis = options.pop("dim", None) if axis is None else axis
    if axis is not None:
        return _builders[name](x, axis=axis, **options)
    y = _builders[name](x.reshape(-1), axis=0, **options)
    return y.reshape((1,) * x.ndim) if options.get("keepdims") or options.get("keepdim") else y

def _in_a_row(name):
    _both(lambda x, axis=None, **options: _along(name, x, axis, options), name)

for _name in ("argmax", "argmin", "cumsum", "cumprod"):
    _in_a_row(_name)

@_both
def flip(x, *axes, **options):
    """In reverse order along these axes, or along all."""
    given = [_sizes(axes)] if axes and axes[0] is not None else []
    said = {n: a for n, a in options.items() if a is not None or n not in ("axis", "axes", "dim", "dims")}
    if given or said:
        return _builders["flip"](x, *given, **said)
    return _builders["flip"](x, axis=range(x.ndim)) if x.ndim else x

@_both
def tile(x, *counts, **options):
    """np.tile: the whole so many times along each of the last axes. reps, dims and counts are other words for
    the numbers."""
    said = [_sizes(counts)] * bool(counts) + [options.pop(n) for n in ("reps", "dims", "counts")
                                              if n in options]
    if len(said) != 1 or options:
        n, a = (options.get("count", 2), options.get("axis", 0)) if "axis" in options else (2, 0)
        raise TypeError("wengert: tile takes a count for each of the last axes: write wg.tile(x, %r)" % (
            (tuple(n if k == a % x.ndim else 1 for k in range(x.ndim)) if x.ndim else n),))
    counts = [_count("tile", n, -2**63) for n in _list_of(said[0])]
    return _builders["tile"](x, counts=counts) if counts else x

@_both
def roll(x, shift=None, axis=None, *, shifts=None, dims=None, dim=None, by=None):
    """np.roll: along these axes; without them all elements in a row."""
    if by is not None:
        raise TypeError("wengert: roll: by is shift now: write wg.roll(x, %r, %r)" % (by, axis or 0))
    shift = shifts if shift is None else shift
    axis = _one("roll", axis, dims, dim)
    if shift is None:
        raise TypeError("wengert: write wg.roll(x, 1, 0): by how many places, along which axis")
    if axis is None:
        return roll(x.reshape(-1), shift, 0).reshape(x.shape)
    for a, n in np.broadcast(_list_of(axis), _list_of(shift)):
        a = _number_of_axis("roll", a)
        size = x.shape[a] if -x.ndim <= a < x.ndim else 0
        x = _builders["roll"](x, _count("roll", n, -2**63) % (size or 1), a)
    return x

def _repeats(x, repeats, axis):
    """np.repeat: each element so many times."""
    repeats = _plain(repeats) if isinstance(repeats, Value) else repeats
    if axis is None:
        x, axis = x.reshape(-1), 0
    if np.ndim(repeats) == 0:
        return _builders["repeat"](x, _count("repeat", repeats, -2**63), axis)
    axis = _axis("repeat", axis, x.shape)
    return _builders["take"](x, _by_numpy("repeat", np.repeat, np.arange(x.shape[axis]), repeats), axis=axis)

@_call
def repeat(x, repeats=None, axis=None, *, count=None):
    """np.repeat: each element so many times along an axis; without one of all elements in a row."""
    repeats = count if repeats is None else repeats
    if repeats is None:
        raise TypeError("wengert: write wg.repeat(x, 2, 0): how often, along which axis")
    return _repeats(x, repeats, axis)

_both(lambda x, repeats, dim=None: _repeats(x, repeats, dim), "repeat_interleave")

def _repeat_of(x, *sizes, repeats=None, axis=None, count=None):
    """x.repeat(repeats=2), x.repeat(2, axis=0): each element so many times."""
    if sizes and repeats is axis is count is None and (of_torch() or len(sizes) > 2):
        return _builders["tile"](x, counts=list(_sizes(sizes)))
    given = [*sizes, *(n for n in (repeats, count) if n is not None)]
    if len(given) == 1 and (not sizes or axis is not None):
        return _repeats(x, given[0], axis)
    given = given or [2]
    of_numpy = "wg.repeat(x, %s) for NumPy's, each element so many times, " % ", ".join(map(str, given))
    raise TypeError("wengert: x.repeat is another thing in NumPy and in PyTorch: write %swg.tile(x, %s) for "
                    "PyTorch's, the whole so many times" % (
        of_numpy if len(given) < 3 else "", given[0] if len(given) == 1 else tuple(given)))

_method(_repeat_of, "repeat")

@_both
def round(x, decimals=0):
    """The nearest whole number, or one of so many decimals; halves to even. Whole numbers stay whole."""
    decimals = _count("round", decimals, -308)
    whole, scale = _kind(x) in "iu", 10.0**abs(decimals)
    if decimals > 0:
        return x if whole else _builders["round"](x * scale) / scale
    return (_builders["cast"](_builders["round"](x / scale) * scale, x.dtype) if whole and decimals
            else _builders["round"](
        x / scale) * scale if decimals else _builders["round"](x))

Value.__round__ = lambda x, digits=0: round(x, digits or 0)

@_both
def clip(x, low=None, high=None, *, min=None, max=None, a_min=None, a_max=None):
    """x between two bounds; None: there is none. min and max, a_min and a_max are other words for low and
    high."""
    low, high = ([b for b in some if b is not None] for some in ((low, min, a_min), (high, max, a_max)))
    if len(low) > 1 or len(high) > 1:
        raise TypeError("wengert: clip: a bound is said twice")
    return _builders["clip"](x, *low or [None], *high)

_both(lambda x, min=None, max=None: clip(x, min, max), "clamp")
_call(lambda a, b: a @ b, "mm", "bmm", "mv")
_method(lambda a, b: a @ b, "mm", "bmm", "mv")

_call(_builders["remainder"], "mod")
_call(lambda a, b: (_builders["floor_divide"](a, b), _builders["remainder"](a, b)), "divmod")
