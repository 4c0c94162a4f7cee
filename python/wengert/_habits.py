# SPDX-License-Identifier: MIT
"""What people type by habit who know NumPy, PyTorch and JAX: makers, methods, function forms, tensors with .grad. Each is
made of what wengert/__init__.py has. Where two libraries mean different things by one word, NumPy's meaning stands, or the
call is refused with the line to write. `calls` are functions of the module, `methods` those of values."""
import builtins
import collections
import functools
import inspect
import itertools
import json
import math
import operator
import re
import sys
import types
import weakref

import numpy as np

import wengert as wg
from wengert._signatures import device as _on_processor
from wengert import Error, Leaf, Params, Sorted, Value, _builders, _lib, _here, _now, _shape, _tensor, _text

calls, methods = {}, {}
_INPUT, _PARAM = 2, 3  # of wg_leaf


def _worded(f, name):
    """The same; what does not fit its arguments is said with its name and with what it takes."""
    if not inspect.isfunction(f) and not isinstance(f, functools.partial):
        return f

    @functools.wraps(f)
    def worded(*given, **options):
        try:
            return f(*given, **options)
        except TypeError as e:
            if e.__traceback__.tb_next is not None:  # not of this call
                raise
            raise TypeError("wengert: write wg.%s%s: %s" % (name, inspect.signature(f), str(e).partition("() ")[2])) from None
    worded.__name__ = worded.__qualname__ = name
    return worded


def _call(f, *names):
    for name in names or (f.__name__.rstrip("_"),):
        calls[name] = _worded(f, name)
    return f


def _method(f, *names):
    for name in names or (f.__name__.rstrip("_"),):
        methods[name] = _worded(f, name)
    return f


def _both(f, *names):
    """A method, and a function whose first argument may also be a list."""
    _method(f, *names)
    if not inspect.isfunction(f):
        return _call(f, *names)

    def of_list(g):
        return functools.wraps(f)(lambda x, *given, **options: g(array(x) if isinstance(x, (list, tuple)) else x, *given, **options))
    for name in names or (f.__name__.rstrip("_"),):
        calls[name] = of_list(_worded(f, name))
        calls[name].__name__ = calls[name].__qualname__ = name
    return f


# ---- dtypes and devices ----

for _name, _names in (("float32", "float32 float"), ("float64", "float64 double f64"), ("float16", "float16 half"), ("int64", "int64 long"),
                      ("int32", "int32"), ("uint8", "uint8"), ("bool", "bool bool_")):
    for _word in _names.split():
        calls[_word] = np.dtype(_name)
for _name, _to in (("float", "float32"), ("double", "float64"), ("half", "float16"), ("long", "int64"), ("int", "int32"), ("bool", "bool")):
    methods[_name] = functools.partial(lambda x, to: astype(x, to), to=np.dtype(_to))


@_call
def set_default_dtype(dtype):
    """The dtype of floats that have no other is that of the context, which is made with it if there is none."""
    context = getattr(_now, "context", None) or wg.Context(dtype=str(np.dtype(dtype)))
    if context.dtype != np.dtype(dtype):
        raise TypeError("wengert: the dtype of floats is that of the context, here %s, and stays: write wg.set_default_dtype(wg.%s) before "
                        "all that makes values" % (context.dtype, np.dtype(dtype)))


@_call
def get_default_dtype():
    """The dtype of floats that have no other."""
    return wg.default_context().dtype


@_method
def astype(x, dtype, copy=True):
    """The value in another dtype."""
    dtype = np.dtype(dtype)
    return x if x.dtype == dtype else x != 0 if dtype == bool else _builders["cast"](x, dtype)


@_method
def to(x, *what, dtype=None, device=None):
    """x.to(wg.float32), x.to("cpu")"""
    for w in what:
        if isinstance(w, (str, types.SimpleNamespace)) and str(w) not in np.sctypeDict:
            device = w
        else:
            dtype = w.dtype if isinstance(w, Value) else w
    _on_processor(device)
    return x if dtype is None else astype(x, dtype)


for _name in ("cpu", "contiguous"):
    methods[_name] = lambda x: x
methods["cuda"] = lambda x, *_: _on_processor("cuda")


class _Names(types.SimpleNamespace):
    """Names of a module of PyTorch, of which not all are here."""

    def __getattr__(self, name):
        raise AttributeError("wengert: %s has no %s%s" % (self._of, name, self._why))


calls["cuda"] = _Names(is_available=lambda: False, device_count=lambda: 0, _of="wg.cuda",
                       _why=": all runs on the processor: leave the line out")
calls["device"] = lambda name: _on_processor(name) or name

# ---- makers ----


def _placed(a, dtype=None, device=None, requires_grad=False, name=None, **options):
    if options:
        raise TypeError("wengert: no option %s: write the call without it" % ", ".join(options))
    _on_processor(device)
    if requires_grad:
        return Parameter(a, dtype=dtype, name=name)
    b = wg._array(a, wg.default_context(), None if dtype is None else np.dtype(dtype))
    return Leaf(b.copy() if b is a or b.base is not None else b, name)


def _single(data):
    """float32 of arrays that have it. Other floats are of the context's dtype: None."""
    return np.float32 if getattr(data, "dtype", None) == np.float32 else None


def _values_of(x):
    """The values in lists, tensors too."""
    return [v for e in x for v in ([e] if isinstance(e, Value) else _values_of(e.flat if isinstance(e, np.ndarray) else e) if wg._has_value(e) else [])]


@_call
def tensor(data, dtype=None, *, device=None, requires_grad=False, name=None, _is_copy=True, **options):
    """A value with these numbers. Whole numbers stay whole, as in NumPy. requires_grad: it has .grad after y.backward(), and an
    optimizer can change it."""
    if options:
        raise TypeError("wengert: tensor takes dtype, device, requires_grad and name, and no %s: write x.unsqueeze(0), x.copy() and the like" %
                        ", ".join(options))
    if wg._has_value(data) and requires_grad:
        data = _numbers(data)
    if wg._has_value(data):
        if _is_copy and builtins.any(v.requires_grad for v in _values_of([data])):
            raise TypeError("wengert: tensor copies numbers, and these have a derivative: write x.detach(), or wg.stack([x, y]) for a value "
                            "with the derivative")
        y = wg.graph()._value(wg.graph()._node(data))
        return y if dtype is None else astype(y, dtype)
    return _placed(wg._rectangular(data), dtype or _single(data), device, requires_grad, name)


def array(data, dtype=None, **options):
    """A value with these numbers, or of these values, whose derivative it has."""
    return tensor(data, dtype, _is_copy=False, **options)


_call(array, "array", "as_tensor", "asarray")


@_call
def from_numpy(array):
    """A value in the array's own memory. The array cannot be written to as long as the value is there."""
    a = wg._array(array, wg.default_context())
    if not isinstance(array, np.ndarray) or a.ctypes.data != array.ctypes.data:
        return tensor(array)
    x = Leaf(a.view())
    x._lent = wg._Lent(array)
    return x


class _OfValues(type):
    def __instancecheck__(cls, x):
        return isinstance(x, Value)

    def __subclasscheck__(cls, of):
        return issubclass(of, Value)


class Tensor(metaclass=_OfValues):
    """isinstance(x, wg.Tensor): whether x is a value. wg.Tensor(numbers): a value of floats."""

    def __new__(cls, *data):
        if len(data) != 1 or not np.iterable(data[0]):
            raise TypeError("wengert: write wg.zeros(%s) for a value of this shape, wg.tensor(x) for one of these numbers" % (
                ", ".join(map(str, data))))
        return tensor(data[0], wg.default_context().dtype)

    def __init_subclass__(cls):
        raise TypeError("wengert: a value is no class of yours: keep it as an attribute of one")


calls["Tensor"] = Tensor


@_call
def is_tensor(x):
    """Whether x is a value."""
    return isinstance(x, Value)


def _by_numpy(what, f, *given, **options):
    """What NumPy's f makes of numbers; its errors are ours."""
    try:
        return f(*given, **options)
    except (TypeError, ValueError, IndexError, ArithmeticError) as e:
        raise type(e)("wengert: %s: %s" % (what, str(e).partition("() ")[2] or e)) from None


def _count(what, n, least=0):
    """A whole number that is not below `least`."""
    try:
        n = wg._whole(n, 65)
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


def _filled(name, make):
    def maker(*sizes, dtype=None, **options):
        sizes = _named_sizes(sizes, options)
        if len(sizes) == 2 and (sizes[1] is None or isinstance(sizes[1], (type, np.dtype, str))):  # as in NumPy
            if dtype is not None:
                raise TypeError("wengert: %s: the dtype is said twice" % name)
            sizes, dtype = sizes[:1], sizes[1]
        dtype = _by_numpy(name, np.dtype, dtype or wg.default_context().dtype)
        return _placed(_by_numpy(name, make, _sizes(sizes), dtype), dtype, **options)
    maker.__doc__ = "%s(2, 3) or %s((2, 3)): a value of this shape." % (name, name)
    calls[name] = maker
    _call(lambda x, dtype=None, **options: maker(np.shape(x), dtype=dtype or _dtype_of(name, x), **options), name + "_like")


def _dtype_of(name, x):
    """That of a value or array; of a number or list as wg.tensor has it."""
    return x.dtype if hasattr(x, "dtype") else tensor(x).dtype


_filled("zeros", np.zeros)
_filled("ones", np.ones)
_zeros = calls["zeros"]


@_call
def zeros(*sizes, **options):
    """zeros(2, 3) or zeros((2, 3)): a value of this shape. zeros(): first values of a parameter."""
    return _zeros(*sizes, **options) if sizes or options else _lib.wg_zeros()


@_call
def full(shape=None, fill_value=None, dtype=None, *, size=None, **options):
    """A value of this shape whose elements are all one number, or are those of a value."""
    shape = size if shape is None else shape
    if shape is None or fill_value is None:
        raise TypeError("wengert: write wg.full(shape, number)")
    if wg._has_value(fill_value):
        y = _builders["broadcast_to"](tensor(fill_value, dtype), wg._list_of(shape))
        if options.pop("requires_grad", False):
            raise TypeError("wengert: full of a value has the value's gradient: write wg.full(shape, x.item(), requires_grad=True)")
        return y if not options else _placed(0, **options) and y
    return _placed(_by_numpy("full", np.full, shape, wg._unmasked(fill_value), dtype), dtype or _single(fill_value), **options)


@_call
def full_like(x, fill_value, dtype=None, *, shape=None, **options):
    """A value of the shape and dtype of x whose elements are all one number."""
    return full(np.shape(x) if shape is None else shape, fill_value, dtype=dtype or _dtype_of("full_like", x), **options)


def _no_values(name, line, *given):
    if builtins.any(wg._has_value(x) and np.dtype(x.dtype if isinstance(x, Value) else float).kind == "f" for x in given):
        raise TypeError("wengert: %s is of numbers, and its result has no derivative by a value: write %s, or x.item()" % (name, line))


@_call
def arange(*range_, start=None, stop=None, end=None, step=None, dtype=None, **options):
    """arange(stop), arange(start, stop), arange(start, stop, step): without stop."""
    named = [x for x in (start, stop, end) if x is not None]
    given = [start, *range_] if start is not None else [*range_, *named]
    if start is not None:
        given += named[1:]
    if len(given) == 4 and not named and step is None and dtype is None:  # as in NumPy
        dtype = given.pop()
    if step is not None:
        given = [0] * (len(given) == 1) + given + [step]
    if not given or len(given) > 3:
        raise TypeError("wengert: write wg.arange(stop), or wg.arange(start, stop, step)")
    _no_values("arange", "a + h * wg.arange(n)", *given)
    return _placed(_by_numpy("arange", np.arange, *given, dtype=dtype), dtype, **options)


@_call
def linspace(start, stop=None, num=50, endpoint=True, retstep=False, dtype=None, *, end=None, steps=None, count=None, **options):
    """Equally spaced numbers from start to stop, both included."""
    stop = end if stop is None else stop
    if stop is None:
        raise TypeError("wengert: write wg.linspace(start, stop, num)")
    _no_values("linspace", "a + (b - a) * wg.linspace(0, 1, n)", start, stop)
    if retstep is not False:
        raise TypeError("wengert: linspace gives no step: write x[1] - x[0]")
    numbers = _by_numpy("linspace", np.linspace, start, stop, next((n for n in (count, steps) if n is not None), num), endpoint, dtype=dtype)
    return _placed(numbers, dtype, **options)


@_call
def eye(n, m=None, k=0, dtype=None, **options):
    """The identity matrix."""
    return _placed(_by_numpy("eye", np.eye, n, m, k, dtype=dtype or wg.default_context().dtype), dtype, **options)


def _random():
    """The generator of the context: of rand, randn, first values, the order of a DataLoader."""
    return wg.default_context()._random


@_call
def manual_seed(seed):
    """What is drawn from now on depends on the seed alone: rand, randn, first values in wengert.nn, the order of a DataLoader,
    dropout and all random values. First values by name follow from Context(seed=)."""
    seed, context = _count("manual_seed", seed), wg.default_context()
    context._random = np.random.default_rng(seed)
    draws = _lib.wg_random_stream(b"%d" % seed)
    _lib.wg_context_set_draws(context._c, draws)
    context._draws = draws & 0xffffffff
    for g in list(wg._graphs.values()):
        if g.context is context and not g._anew:
            g._seed((draws ^ 0x80000000) + g._serial & 0xffffffff)


def _drawn(name, make, dtype, options, *given):
    """Random floats in this dtype."""
    if dtype is not None and np.dtype(dtype).kind != "f":
        raise TypeError("wengert: %s draws floats: write wg.randint(low, high, shape) for whole numbers, or dtype=wg.float64" % name)
    return _placed(_by_numpy(name, make, *given), dtype, **options)


calls["rand"] = lambda *sizes, dtype=None, **o: _drawn("rand", _random().random, dtype, o, _sizes(_named_sizes(sizes, o)))
calls["randn"] = lambda *sizes, dtype=None, **o: _drawn("randn", _random().standard_normal, dtype, o, _sizes(_named_sizes(sizes, o)))
_call(lambda x, dtype=None, **o: calls["rand"](np.shape(x), dtype=dtype or _dtype_of("rand_like", x), **o), "rand_like")
_call(lambda x, dtype=None, **o: calls["randn"](np.shape(x), dtype=dtype or _dtype_of("randn_like", x), **o), "randn_like")
_call(lambda n, dtype=None, **o: _placed(_random().permutation(_count("randperm", n)), dtype, **o), "randperm")


@_call
def randint(low, high=None, size=None, dtype=None, **options):
    """Whole numbers from low on, below high."""
    if np.iterable(high) and size is None:  # PyTorch's randint(high, size)
        high, size = None, high
    low, high = (0, low) if high is None else (low, high)
    return _placed(_by_numpy("randint", _random().integers, low, high, size), dtype, **options)


# ---- shapes ----

def _axis(what, axis, shape):
    """The axis of an array of this shape, from 0 on."""
    a, n = wg._number_of_axis(what, axis), len(shape)
    if not -n <= a < n:
        raise IndexError("wengert: %s: no axis %d in x %s" % (what, a, _written(shape)))
    return a % n


def _written(shape):
    return "[%s]" % ",".join(map(str, shape))


def _axes_of(what, axes, shape):
    """Several axes of an array of this shape, from 0 on, each of them once."""
    axes = [_axis(what, a, shape) for a in wg._list_of(axes)]
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
    return x.reshape(x.shape[:a] + tuple(wg._list_of(sizes)) + x.shape[a + 1:])


_both(lambda x: x.reshape(-1), "ravel")
def unsqueeze(x, axis=None, dim=None):
    """With a new axis of one element there, or with several."""
    axis = _one("unsqueeze", axis, dim)
    if axis is None:
        raise TypeError("wengert: write x.unsqueeze(0), with the place of the new axis")
    axes = [wg._number_of_axis("unsqueeze", a) for a in wg._list_of(axis)]
    n = x.ndim + len(axes)
    for a in axes:
        if not -n <= a < n:
            raise IndexError("wengert: unsqueeze: no axis %d in a result of %d axes, for x %s" % (a, n, _written(x.shape)))
    return _builders["expand_dims"](x, axis=axes)


_both(unsqueeze)
_both(lambda x, axis0, axis1: permute(x, *_swapped("swapaxes", x.shape, axis0, axis1)), "swapaxes", "swapdims")


def moveaxis(x, source, destination):
    """The axes `source` at the places `destination`, the others in their order."""
    source, destination = [_axes_of("moveaxis", s, x.shape) for s in (source, destination)]
    if len(source) != len(destination):
        raise ValueError("wengert: moveaxis: %d axes, and %d places for them" % (len(source), len(destination)))
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
    """transpose(x): the axes in reverse; transpose(x, axes): in this order; transpose(x, 0, 2): these two exchanged."""
    if set(options) == {"dim0", "dim1"} and not axes:
        return permute(x, *_swapped("transpose", x.shape, options["dim0"], options["dim1"]))
    if options or not axes or len(axes) == 1 and axes[0] is None:
        return _builders["transpose"](x, **options)
    if len(axes) == 1 and np.iterable(axes[0]):  # NumPy's
        axes = list(axes[0])
        if len(axes) == 2 != x.ndim:
            raise ValueError("wengert: transpose: 2 axes for x %s: write x.transpose(%s, %s) for two that are exchanged" % (
                _written(x.shape), *axes))
        return _builders["transpose"](x, axes=axes)
    if len(axes) == 2 and x.ndim != 2:
        return permute(x, *_swapped("transpose", x.shape, *axes))
    if len(axes) == 2 and tuple(_axis("transpose", a, x.shape) for a in axes) == (0, 1):
        raise TypeError("wengert: transpose(0, 1) of a matrix is the matrix itself in NumPy, and x.T in PyTorch: write x or x.T")
    return permute(x, *axes)


Value.mT = Value.H = property(lambda x: _builders["swap"](x))


@_both
def expand(x, *sizes, axis=None, dim=None):
    """x.expand(-1, 3): broadcast to this shape; -1 is the size there is."""
    sizes = wg._list_of(_sizes(sizes))
    old = (1,) * (len(sizes) - x.ndim) + x.shape
    if axis is not None or dim is not None or len(sizes) < x.ndim or len(sizes) == 1 != old[0] and sizes[0] not in (-1, old[0]):
        raise TypeError("wengert: expand is of a shape, as in PyTorch: write wg.expand_dims(x, %s) for a new axis, wg.broadcast_to(x, shape) "
                        "for copies" % next((n for n in (axis, dim, *sizes) if isinstance(n, (int, np.integer))), 0))
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
    if builtins.sum(sizes) != n or builtins.min(sizes, default=0) < 0:
        raise ValueError("wengert: split: parts of %s are %d together, and the axis has %d elements" % (list(sizes), builtins.sum(sizes), n))
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
        size = [builtins.min(size, n - i) for i in range(0, n, size)]
    return tuple(_parts_of(x, list(size), dim))


_method(_split_by_size, "split")


@_call
def split(x, *given, parts=None, sizes=None, axis=None, dim=None):
    """With axis=, as in NumPy: so many equal parts, or those between these places. With dim=, as in PyTorch: parts of this size, or of these
    sizes. parts= and sizes= are C's words."""
    if parts is not None or sizes is not None:
        at = _one("split", axis, dim) or 0
        if given or parts is not None and sizes is not None or parts is not None and np.iterable(parts):
            raise TypeError("wengert: split: say parts=2, a number, or sizes=(1, 3), the sizes")
        return split(x, parts, axis=at) if sizes is None else _parts_of(x, wg._list_of(sizes), _axis("split", at, x.shape))
    if not given:
        raise TypeError("wengert: write wg.split(x, parts=2, axis=0)")
    parts, *given = given
    if dim is not None and not given:
        return _split_by_size(x, parts, dim)
    parts = parts if np.iterable(parts) or isinstance(parts, (int, np.integer)) else _count("split", parts, 1)
    said = axis if axis is not None else given[0] if given else 0
    at = _axis("split", said, x.shape)
    n = x.shape[at]
    if len(given) > 1 or axis is None and (np.iterable(parts) or parts * parts != n):
        raise TypeError("wengert: split(x, %r) is of so many parts in NumPy, and of parts of that size in PyTorch: write "
                        "wg.split(x, %r, axis=%d) for NumPy's, wg.split(x, %r, dim=%d) for PyTorch's" % (parts, parts, at, parts, at))
    axis = at
    if np.iterable(parts):
        ends = [builtins.min(builtins.max(i + n if i < 0 else i, 0), n) for i in parts]
        return [_builders["slice"](x, axis=axis, from_=a, to=builtins.max(a, b)) for a, b in zip([0, *ends], [*ends, n])]
    if _count("split", parts, 1) and n % parts:
        raise ValueError("wengert: split: axis %d of x %s has no %d equal parts%s" % (
            said, _written(x.shape), parts, ": write x.chunk(%d) for parts of %d" % (-(-n // parts), parts) if parts < n else ""))
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


Value.size = property(lambda x: _Size(math.prod(s := x.shape), s))


class _Size(int):
    """x.size is how many elements there are, x.size(0) how many along an axis, x.size() the shape."""
    def __new__(cls, n, shape):
        y = int.__new__(cls, n)
        y._shape = shape
        return y

    def __call__(self, dim=None):
        return self._shape if dim is None else self._shape[_axis("size", dim, self._shape)]


_method(lambda x: x.ndim, "dim")
_method(lambda x: int(x.size), "numel", "nelement")

# ---- reductions ----


def _extreme(name):
    def f(x, *given, **options):
        if given and (isinstance(given[0], Value) or np.ndim(given[0]) and not isinstance(given[0], tuple)):
            raise TypeError("wengert: write wg.%simum(a, b) for the elements of two values" % name)
        if given and (x.ndim > 1 or np.ndim(given[0])):
            raise TypeError("wengert: write x.%s(axis=%r) for the values, x.%s(dim=%r) for (values, indices)" % (name, given[0], name, given[0]))
        y = _builders[name](x, *given, **options)
        if "dim" not in options or np.iterable(options["dim"]):
            return y
        return Sorted(y, _builders["arg" + name](x, **options))
    f.__doc__ = "The %s of all or along axis=. With dim=, as in PyTorch: the pair (values, indices)." % ("largest" if name == "max" else "smallest")
    _both(f, name)
    _both(lambda x, axis=None, **options: _builders[name](x, **options, **({} if axis is None else {"axis": axis})), "a" + name)


_extreme("max")
_extreme("min")


def _deviation(name, said_as):
    def f(x, *given, axis=None, dim=None, ddof=None, correction=None, unbiased=None, **options):
        if len(given) in (2, 3) and isinstance(given[1], bool):  # PyTorch's
            unbiased, options["keepdims"], given = given[1], (*given, False)[2], given[:1]
        said = [d for d in (ddof, correction, None if unbiased is None else int(unbiased)) if d is not None]
        if len(given) > 1 or len(said) > 1 or not said and axis is None and not {"keepdims", "axes", "dims"} & set(options):
            raise TypeError("wengert: %s divides by n in NumPy, and by n - 1 in PyTorch: write x.%s(ddof=0), or x.%s(ddof=1) for n - 1" % (
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
    if given:
        raise TypeError("wengert: write wg.norm(x, p=%r) or wg.norm(x, axis=%r)" % (given[0], given[0]))
    return _builders["norm"](x, **options)


_both(lambda x, *g, **o: _builders["any_of"](x, *g, **o), "any")
_both(lambda x, *g, **o: _builders["all_of"](x, *g, **o), "all")
_both(lambda x, diagonal=0, k=None, offset=0: _builders["triu"](x, offset=diagonal or k or offset), "triu")
_both(lambda x, diagonal=0, k=None, offset=0: _builders["tril"](x, offset=diagonal or k or offset), "tril")
_both(lambda x: _builders["sum"](_builders["diagonal"](x)), "trace")


@_both
def diag(x, k=0, diagonal=None):
    """Of a matrix its diagonal, k places above the main one. Of a vector the matrix that has it there, and 0 elsewhere."""
    k = k if diagonal is None else diagonal
    if x.ndim == 2:
        return _builders["take"](x.reshape(-1), np.flatnonzero(np.eye(*x.shape, k)), 0)
    if x.ndim != 1:
        raise TypeError("wengert: diag is of a vector or a matrix, not of the shape %s: write wg.einsum('bii->bi', x) for the diagonals of "
                        "the last two axes" % list(x.shape))
    n = x.shape[0] + builtins.abs(k)
    row = _builders["pad"](x, axis=0, before=k) if k > 0 else _builders["pad"](x, axis=0, after=-k) if k else x
    return _builders["where"](np.eye(n, k=k) > 0, _builders["expand_dims"](row, 0), 0)


@_call
def average(x, axis=None, weights=None, *, keepdims=False):
    """The mean, or the mean by weights: of the shape of x, or one for each place of one axis."""
    along = dict({} if axis is None else {"axis": axis}, keepdims=keepdims)
    if weights is None:
        return _builders["mean"](x, **along)
    weights = weights if isinstance(weights, Value) else wg._array(weights, x.graph.context)
    if weights.shape != x.shape:
        if axis is None or np.iterable(axis) or weights.shape != (x.shape[_axis("average", axis, x.shape)],):
            raise TypeError("wengert: average: the weights have the shape %s, and x %s: write axis=0 for one weight for each row" % (
                list(weights.shape), list(x.shape)))
        weights = wg.broadcast_to(weights.reshape([-1 if a == axis % x.ndim else 1 for a in range(x.ndim)]), x.shape)
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
    """np.pad: widths (before, after) for each axis, one pair for all, or one number. Without them along one axis, by the options."""
    if pad_width is None:
        return _builders["pad"](x, mode=mode, **options)
    if options:
        raise TypeError("wengert: pad has %s by names, or widths: write wg.pad(x, axis=0, before=1, after=2)" % ", ".join(options))
    if mode not in ("constant", "edge", "reflect") or np.ndim(constant_values):
        raise TypeError("wengert: pad with mode=%r is not here: write mode=\"constant\" with one number, \"edge\" or \"reflect\"" % (
            mode,))
    more = {"value": constant_values} if mode == "constant" else {"mode": mode}
    c = constant_values
    whole = mode == "constant" and x.dtype.kind != "f" and isinstance(c, (int, float, np.number))
    if whole and not (builtins.abs(c) <= 2**53 and c == int(c)):
        raise TypeError("wengert: pad of whole numbers takes no %r: write wg.cat([x, y]) with a value of them" % (constant_values,))
    for axis, widths in enumerate(_by_numpy("pad", np.broadcast_to, pad_width, (x.ndim, 2)).tolist()):
        before, after = (_count("pad", n) for n in widths)
        x = _builders["pad"](x, axis=axis, before=before, after=after, **more) if before or after else x
    return x


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
    """np.tile: the whole so many times along each of the last axes. reps, dims and counts are other words for the numbers."""
    said = [_sizes(counts)] * bool(counts) + [options.pop(n) for n in ("reps", "dims", "counts") if n in options]
    if len(said) != 1 or options:
        n, a = (options.get("count", 2), options.get("axis", 0)) if "axis" in options else (2, 0)
        raise TypeError("wengert: tile takes a count for each of the last axes: write wg.tile(x, %r)" % (
            (tuple(n if k == a % x.ndim else 1 for k in range(x.ndim)) if x.ndim else n),))
    counts = [_count("tile", n) for n in wg._list_of(said[0])]
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
    for a, n in np.broadcast(wg._list_of(axis), wg._list_of(shift)):
        a = wg._number_of_axis("roll", a)
        size = x.shape[a] if -x.ndim <= a < x.ndim else 0
        x = _builders["roll"](x, _count("roll", n, -2**63) % (size or 1), a)
    return x


def _repeats(x, repeats, axis):
    """np.repeat: each element so many times."""
    repeats = wg._plain(repeats) if isinstance(repeats, Value) else repeats
    if axis is None:
        x, axis = x.reshape(-1), 0
    if np.ndim(repeats) == 0:
        return _builders["repeat"](x, _count("repeat", repeats), axis)
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
    given = [*sizes, *(n for n in (repeats, count) if n is not None)]
    if len(given) == 1 and (not sizes or axis is not None):
        return _repeats(x, given[0], axis)
    given = given or [2]
    of_numpy = "wg.repeat(x, %s) for NumPy's, each element so many times, " % ", ".join(map(str, given))
    raise TypeError("wengert: x.repeat is another thing in NumPy and in PyTorch: write %swg.tile(x, %s) for PyTorch's, the whole so many times" % (
        of_numpy if len(given) < 3 else "", given[0] if len(given) == 1 else tuple(given)))


_method(_repeat_of, "repeat")


@_both
def round(x, decimals=0):
    """The nearest whole number, or one of so many decimals; halves to even. Whole numbers stay whole."""
    decimals = _count("round", decimals, -308)
    whole, scale = wg._kind(x) in "iu", 10.0**builtins.abs(decimals)
    if decimals > 0:
        return x if whole else _builders["round"](x * scale) / scale
    return _builders["cast"](_builders["round"](x / scale) * scale, x.dtype) if whole and decimals else _builders["round"](
        x / scale) * scale if decimals else _builders["round"](x)


Value.__round__ = lambda x, digits=0: round(x, digits or 0)


@_both
def clip(x, low=None, high=None, *, min=None, max=None, a_min=None, a_max=None):
    """x between two bounds; None: there is none. min and max, a_min and a_max are other words for low and high."""
    low, high = ([b for b in some if b is not None] for some in ((low, min, a_min), (high, max, a_max)))
    if len(low) > 1 or len(high) > 1:
        raise TypeError("wengert: clip: a bound is said twice")
    return _builders["clip"](x, *low or [None], *high)


_both(lambda x, min=None, max=None: clip(x, min, max), "clamp")
_call(lambda a, b: a @ b, "mm", "bmm", "mv")
_method(lambda a, b: a @ b, "mm", "bmm", "mv")

# ---- operators ----


_call(_builders["remainder"], "mod")
_call(lambda a, b: (_builders["floor_divide"](a, b), _builders["remainder"](a, b)), "divmod")


# What values have not, and what to write for it.
INSTEAD = dict(fill=": values never change: write x = wg.full_like(x, 0)",
               bernoulli=": write wg.rand(*x.shape) < x", retain_grad=": write wg.grad(y, x) for the gradient by a value on the way",
               register_hook=": write wg.custom_vjp(y, [x], rule), whose rule changes the gradient")
_IN_PLACE = dict(fill_="wg.full_like(x, %s)", zero_="wg.zeros_like(x)", one_="wg.ones_like(x)", t_="x.T",
                 copy_="wg.broadcast_to(new, x.shape)",
                 uniform_="wg.rand(*x.shape)", normal_="wg.randn(*x.shape)", bernoulli_="wg.bernoulli(x.shape, %s)",
                 resize_="x.reshape(...)", mul_="x * y", add_="x + y", sub_="x - y", div_="x / y", subtract_="x - y", multiply_="x * y",
                 divide_="x / y", pow_="x ** y", scatter_="x.at[...].set(new)", scatter_add_="x.at[...].add(new)",
                 index_fill_="x.at[...].set(0)", index_copy_="x.at[...].set(new)", index_add_="x.at[...].add(new)",
                 index_put_="x.at[...].set(new)", fill_diagonal_="wg.where(wg.eye(*x.shape) > 0, 0, x)", lerp_="x + 0.5 * (y - x)",
                 addcmul_="x + a * b", addcdiv_="x + a / b", addmm_="x + a @ b")


def instead_of_in_place(x, name):
    """What to write for x.name(...) whose name ends in _, which changes x in PyTorch."""
    line = _IN_PLACE.get(name)
    if line is None and (name[:-1] in methods or wg._method(name[:-1])):
        line = "x.%s(...)" % name[:-1]
    if line is None:
        meant = wg._near(name[:-1], [], wg._CALL)
        return ": values never change%s" % meant if meant else ""
    line = line.replace("%s", "0.5" if name == "bernoulli_" else "0")
    if isinstance(x, Parameter):
        return ": its methods never change it: write w.set(%s)" % re.sub(r"\bx\b", "w", line)
    if isinstance(x, Gradient):
        return ": a gradient never changes: write optimizer.zero_grad(), or w.grad = None, or w.grad = w.grad * 2"
    return ": values never change: write x = %s" % line


def _unchanged(x, key, new):
    raise TypeError("wengert: a value never changes: write x = x.at[...].set(new), or wg.where(mask, new, x)")


Value.__setitem__ = _unchanged


def _is_cut(new, dtype):
    """Whether the dtype cannot hold these numbers: floats are cut to whole numbers, and all but truths to truths."""
    rank = dict(b=0, i=1, u=1, f=2)
    return rank.get(wg._kind(new), 3) > rank[dtype.kind]


class _At:
    """x.at[key].set(new), x.at[key].add(new): a value with other elements there, as in JAX."""

    def __init__(self, x, key=None):
        self._x, self._key = x, key

    def __getitem__(self, key):
        return _At(self._x, key)

    def _added(self, what, to, new):
        """to, with new added at the places; and the places."""
        x = self._x
        places = _by_numpy("x.at[...]", lambda: np.arange(int(x.size)).reshape(x.shape)[_numbers(self._key)])
        new = array(new) if wg._has_value(new) else new
        if _is_cut(new, x.dtype):
            raise TypeError("wengert: x.at[...].%s: the value has the dtype %s, which would cut %s: write x.double().at[...].%s(...)" % (
                what, x.dtype, new if isinstance(new, (int, float)) else "the new numbers", what))
        shape = np.shape(new)
        if len(shape) > places.ndim or builtins.any(n not in (1, m) for n, m in zip(shape[::-1], places.shape[::-1])):
            raise ValueError("wengert: x.at[...].%s: the shape %s does not fit that of the elements there, %s" % (
                what, list(shape), list(places.shape)))
        if isinstance(new, Value):
            new = _builders["broadcast_to"](astype(new, to.dtype), places.shape)
        else:
            new = np.broadcast_to(np.asarray(new, to.dtype), places.shape)
        return _builders["scatter_add"](to, places.reshape(-1), new.reshape(-1), axis=0).reshape(x.shape), places

    def get(self):
        return self._x[self._key]

    def add(self, new):
        if self._x.dtype == bool:
            raise TypeError("wengert: x.at[...].add is of numbers, and these are truths: write x.at[...].set(new)")
        return self._added("add", self._x.reshape(-1), new)[0]

    def set(self, new):
        truths = self._x.dtype == bool
        there, places = self._added("set", np.zeros(int(self._x.size), np.int64 if truths else self._x.dtype), new)
        mask = np.zeros(self._x.shape, bool)
        mask[_numbers(self._key)] = True
        if np.count_nonzero(mask) < places.size:
            raise IndexError("wengert: an element is set twice: write x.at[...].add(new)")
        return _builders["where"](mask, there != 0 if truths else there, self._x)

    def __getattr__(self, name):
        f = dict(multiply="mul", divide="div", power="pow", min="minimum", max="maximum").get(name)
        if f is None:
            raise AttributeError("wengert: x.at[...] has get, set, add, multiply, divide, power, min and max, and no %s" % name)
        return lambda new: self.set(_builders[f](self.get(), new))


for _name in ("get", "set", "add"):
    setattr(_At, _name, _worded(getattr(_At, _name), "at[key]." + _name))
Value.at = property(_At)

# ---- indices ----


def _from_0(what, index, n):
    """The same numbers, none of which may be below 0, as PyTorch has it: -1 of NumPy is the last."""
    a = wg._plain(index)
    if a.size and not 0 <= a.min() <= a.max() < n:
        raise IndexError("wengert: %s: the numbers are from 0 to %d, and %d is none" % (what, n - 1, a.min() if a.min() < 0 else a.max()))
    return index


def _gather(x, dim, index=None):
    """gather(x, rows): these rows. x.gather(dim, index), as in PyTorch: the element at each index along an axis."""
    if index is None:
        return _builders["gather"](x, dim)
    return _builders["take_along"](x, _from_0("gather", index, x.shape[_axis("gather", dim, x.shape)]), axis=dim)


def _index_select(x, dim, index):
    """These places along an axis, as in PyTorch."""
    index = index if np.ndim(index) else index.reshape(1) if isinstance(index, Value) else np.reshape(index, 1)
    return _builders["take"](x, _from_0("index_select", index, x.shape[_axis("index_select", dim, x.shape)]), axis=dim)


def _masked_fill(x, mask, value):
    """x, and the value where the mask is true."""
    if _is_cut(value, x.dtype):
        raise TypeError("wengert: masked_fill: the dtype stays %s in PyTorch, which would cut %s: write wg.where(mask, value, x)" % (
            x.dtype, value if isinstance(value, (int, float)) else "the value"))
    return _builders["where"](mask, value if isinstance(value, Value) or x.dtype.kind == "f" else np.asarray(value, x.dtype), x)


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
    return _builders["take_along"](x, _from_0("take_along_dim", indices, x.shape[_axis("take_along_dim", dim, x.shape)]), axis=dim)


_call(lambda x, *count, num_classes=None, **options: _builders["one_hot"](
    x, *count, **options, **({} if num_classes is None else {"count": num_classes})), "one_hot")
_both(_gather, "gather")
_both(_index_select, "index_select")
_both(_masked_fill, "masked_fill")
_at = Value.__getitem__


def _masked(x, key):
    """A mask chooses elements, as in NumPy. It is read now: which are chosen has no derivative."""
    keys = key if isinstance(key, tuple) else (key,)
    found = [k for k in keys if not isinstance(k, (int, slice)) and k is not None and k is not Ellipsis and np.ndim(k) and wg._kind(k) == "b"]
    if not found:
        return _at(x, key)
    if len(keys) > 1:
        raise IndexError("wengert: a mask beside other indices: write x[mask][:, j], or np.nonzero(mask)[0] for the mask")
    mask = wg._plain(found[0])
    if mask.shape != x.shape[:mask.ndim]:
        raise IndexError("wengert: a mask of the shape %s for a value of the shape %s" % (list(mask.shape), list(x.shape)))
    return _builders["take"](x.reshape((-1,) + x.shape[mask.ndim:]), np.flatnonzero(mask), 0)


Value.__getitem__ = _masked

# ---- numbers out ----


def _shown(v):
    name = _lib.wg_node_name(v._node).decode()
    try:
        text = np.array2string(v.numpy(), separator=", ", threshold=100, edgeitems=2, precision=6, prefix="Value(")
    except Exception as e:  # a mistake is no reason for repr to fail
        text = "<%s>" % e
    return "Value(%s%s)" % (text, "".join(", " + w for w in [name and "name=%r" % name, "" if v.dtype == np.float64 else str(v.dtype)] if w))


def _not_pickled(v, *_):
    raise TypeError("wengert: a value is a part of a graph, which is not pickled: write x.numpy(), or model.state_dict()")


Value.__repr__, Value.__reduce_ex__ = _shown, _not_pickled
_call(lambda y, path=None, **options: y.draw(path, **options), "draw")
Value.name = property(lambda v: _lib.wg_node_name(v._node).decode() or None)

# np.f(x) for NumPy's functions of whole arrays. Their results have derivatives, or are no floats, or the call is refused.
_FUNCTIONS = {"concatenate": "cat", "amax": "max", "amin": "min", "cumprod": "cumprod", "around": "round", "round_": "round"}
_NO_WORD = frozenset(["gradient"])  # of differences in NumPy, of derivatives elsewhere
_PLAIN = frozenset("allclose array_equal array_equiv isclose shape ndim size array2string array_repr array_str result_type nonzero flatnonzero "
                   "count_nonzero argwhere may_share_memory shares_memory iscomplexobj isrealobj isscalar savetxt save".split())


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
    if name == "split" and len(given) < 4:
        given, options = given[:2], dict({"axis": 0}, **options, **dict(zip(["axis"], given[2:])))
    ours = vars(calls["linalg"]).get(name) if inside else calls.get(_FUNCTIONS.get(name, name)) or _builders.get(_FUNCTIONS.get(name, name))
    if ours is None:
        of = "np.linalg." + name if inside else "np." + name.rstrip("_")
        meant = "" if name in _NO_WORD else wg._near(name, [], wg._CALL)
        raise TypeError("wengert: %s has no derivative here%s" % (of, wg._or_numbers(meant, of, given, options)))
    return ours(*given, **options)


def _numbers(x):
    """The same list, tuple or dict with arrays for values."""
    if isinstance(x, Value):
        return x.numpy()
    if isinstance(x, dict):
        return {k: _numbers(v) for k, v in x.items()}
    return type(x)(map(_numbers, x)) if type(x) in (list, tuple) else x


_array_ufunc = Value.__array_ufunc__


def _ufunc(self, ufunc, method, *operands, **options):
    """Of truths and of whole numbers as the operators are."""
    if ufunc in (np.negative, np.reciprocal) and method == "__call__" and not options:
        return -self if ufunc is np.negative else _whole_reciprocal(self)
    return _array_ufunc(self, ufunc, method, *operands, **options)


Value.__array_function__, Value.__array_ufunc__ = _array_function, _ufunc

# ---- tensors with gradients ----


Value.requires_grad = property(lambda v: not v._constant and v.dtype.kind == "f" and _lib.wg_node_trained_by(v._node, None, 0) > 0)
Value.is_leaf = property(lambda v: _lib.wg_node_leaf(v._node) == _INPUT)


def _again(x, constant):
    """The same number, as a value of its own."""
    if isinstance(x, Leaf) and not isinstance(x, Parameter):
        return Leaf(x._array, x._name)
    g = x.graph
    y = Value(x._place(g), g)
    y._constant = constant or x._constant
    return y


_method(lambda x: _again(x, True), "detach")
for _name in ("clone", "copy"):
    _method(lambda x: _again(x, False), _name)
Value.data = property(lambda x: _again(x, True))


def requires_grad_(x, requires_grad=True):
    """x.requires_grad = True: a tensor gets a gradient."""
    if isinstance(x, Leaf):
        x.requires_grad = requires_grad
        return x
    raise TypeError("wengert: write w = wg.tensor(numbers, requires_grad=True)")


_method(requires_grad_, "requires_grad_")


class Gradient(Value):
    """x.grad: the gradient by x as a value. x.grad(y) is the derivative of x by y."""

    @staticmethod
    def _of(y, x):
        g = Gradient(y._node, y.graph)
        g._by = x
        return g

    def __call__(self, y):
        return wg.grad(self._by, y)


class _ParametersGradient(Leaf, Gradient):
    """g = w.grad; g *= 2 changes w.grad, as in PyTorch."""

    def _changed(self, op, other):
        self._by._change_grad(_OPERATOR[op](self.numpy(), wg._plain(other)))
        return self._by.grad


wg.Gradient = Gradient


def _new_store(context):
    store = Params(context)
    _lib.wg_params_keep_values(store._p, 2)  # WG_KEEP
    return store


class Parameter(Leaf):
    """A tensor that an optimizer changes: wg.tensor(x, requires_grad=True), or a part of a wg.Module. It belongs to no graph: where it
    is used it is an input of the graph there, with its present numbers. What was made of it keeps its number when it changes.
    y.backward() adds to its .grad."""

    def __init__(self, data, requires_grad=True, dtype=None, name=None):
        a = np.asarray(data.numpy() if isinstance(data, Value) else data)
        if a.dtype.kind != "f" and dtype is None and a.dtype.kind in "iu":
            raise TypeError("wengert: only floats have gradients: write 1.0 for 1, or dtype=wg.float64")
        context = wg.default_context()
        a = np.ascontiguousarray(a, dtype or _single(a) or context.dtype).reshape(a.shape)
        self._name, self._code = name or "tensor", wg._code_of(a.dtype)
        self._requires = requires_grad
        self._put(_new_store(context), self._name, a)

    def _rename(self, name):
        """The name by which a module has it. A set that an optimizer has keeps the old one."""
        if len(self._store) == 1 and self._name != name and _owner(self) is None:
            self._move(_new_store(self._store.context), name)
        self._name = name if len(self._store) == 1 else self._name

    def _move(self, store, key):
        """Into another set, with its gradient and with those of values that are there already."""
        old, a = self._store, self.numpy()
        g = None if old._cleared else old.grad(self._key)
        old._heirs.append((weakref.ref(self), self._key))
        if g is not None:
            old._set_gradient(self._key, None)
        self._put(store, key, a)
        if g is not None:
            store._set_gradient(key, g)

    def _put(self, store, key, a):
        self._store, self._key, self._kind = store, key, (a.shape, a.dtype)
        _lib.wg_params_make_at(_here(), store._p, _text(key), _tensor(a), False)
        store.context._look()
        self._index = store._index(key)
        self._keys = (*vars(self).get("_keys", ()), next(wg._serials))  # of the sets that it was in, the last is the present one
        self._leaf = self._keys[-1], store, _text(key), self._index, store._p
        self._placed(wg._Node())

    def _place(self, g):
        key, store, name, _, p = self._leaf
        there = g._leaves.get(key)
        node = there and g._at(there[1])
        if store is None or g.context is not store.context:
            return self._from_another_thread(g, node)
        if not there or not _lib.wg_node_is_current(node):
            if there:  # it has changed since
                g._leaves[key, there[1]] = there
            node = _lib.wg_param_at(_here(), g._g, p, name, _shape(self.shape), wg.Init())
            g.context._look()
            g._leaves[key] = weakref.ref(self), node.index | node.generation << 32, store
        if self._constant and not wg._off():
            return g._without_gradient((g._serial, node.index, node.generation), node)
        self._placed(node)
        return node

    def _from_another_thread(self, g, node):
        """A context works in one thread at a time. In another thread the parameter is a number."""
        if not wg._off():
            raise Error("wengert: %s belongs to the context of another thread: predict in `with wg.no_grad():`, or train it in the "
                        "thread that made it" % self._name)
        a = self.numpy()
        if not node or not np.array_equal(g._leaves[self._leaf[0]][0]._array, a):
            number = Leaf(a, self._name)
            node = number._place(g)
            g._leaves[self._leaf[0]] = number, node.index | node.generation << 32, None
        return node

    def _nodes(self, g):
        """Its nodes in a graph: one for each value that it had there."""
        now, keys = self._place(g), self._keys
        return [now] + [g._at(at) for key, (_, at, _) in g._leaves.items()
                        if (key[0] in keys if isinstance(key, tuple) else key in keys[:-1])]

    shape, dtype = property(lambda w: w._kind[0]), property(lambda w: w._kind[1])
    requires_grad = _requires = property(lambda w: not w._constant, lambda w, on: setattr(w, "_constant", not on))

    def requires_grad_(self, requires_grad=True):
        self._requires = requires_grad
        return self

    def numpy(self, copy=False):
        """A copy of its numbers, which cannot be written to: w.set(array) changes them."""
        a = self._store[self._key]
        a.flags.writeable = copy
        return a

    def set(self, array):
        """Other numbers. What was made of it keeps its own."""
        self._store[self._key] = wg._plain(array)

    data = property(Value.data.fget, lambda w, a: w.set(a))

    def _add_gradient(self, a):
        b = None if self._store._cleared else self._store.grad(self._key)
        self._store._set_gradient(self._key, np.asarray(a if b is None else a + b))

    @property
    def grad(self):
        """The sum of the gradients since zero_grad(). None: there was no backward() since."""
        a = None if self._store._cleared else self._store.grad(self._key)
        if a is None:
            return None
        g = _ParametersGradient(a)
        g._by = self
        return g

    @grad.setter
    def grad(self, new):
        if new is None:
            self.zero_grad()
        else:
            self._change_grad(wg._plain(new))

    def _change_grad(self, a):
        self._store._set_gradient(self._key, np.asarray(np.broadcast_to(a, self.shape), self.dtype, order="C"))

    def zero_grad(self):
        """Its gradient alone: the others of an optimizer keep theirs."""
        if len(self._store) == 1:
            self._store._cleared = True
        elif not self._store._cleared:
            self._store._set_gradient(self._key, None)

    def __repr__(self):
        return "Parameter(%s)" % np.array2string(self.numpy(), separator=", ", threshold=100, edgeitems=2, precision=6, prefix="Parameter(")

    def _changed(self, op, other):
        if not wg._off():
            raise TypeError("wengert: a parameter changes by an optimizer, or in a block `with wg.no_grad():`; for a new value write "
                            "y = w %s x" % op)
        self.set(_OPERATOR[op](self.numpy(), wg._plain(other)))
        return self


_OPERATOR = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "**": operator.pow, "//": operator.floordiv,
             "%": operator.mod, "@": operator.matmul}
for _class, (_op, _f) in itertools.product((Parameter, _ParametersGradient), _OPERATOR.items()):
    setattr(_class, "__i%s__" % _f.__name__.strip("_"), functools.partialmethod(lambda w, op, x: w._changed(op, x), _op))


def _owner(w):
    """The optimizer that changes the parameter, or None."""
    o = w._store._optimizer
    return o and o()


def _become_parameter(x, on):
    """x.requires_grad = True: the tensor itself is a parameter from now on."""
    if on and not isinstance(x, Parameter):
        if x.dtype.kind != "f":
            raise TypeError("wengert: only floats have gradients: write 1.0 for 1, or dtype=wg.float64")
        a, name = x._array, x._name or "tensor"
        x.__class__, x._name = Parameter, name
        x._put(_new_store(wg.default_context()), name, a)
        x._placed(wg._Node())


Leaf.requires_grad = property(lambda x: False, _become_parameter)


def _kept_in(parameters):
    """One set that an optimizer changes, and None if it holds all of these parameters. If one of them has an optimizer already the set
    is of copies, and the parameters stand beside it: see wengert.optim."""
    parameters = list(parameters)
    if not parameters:
        raise TypeError("wengert: an optimizer got no parameters: write wg.tensor(x, requires_grad=True), or model.parameters()")
    for w in parameters:
        if not isinstance(w, Parameter):
            raise TypeError("wengert: an optimizer changes parameters, not %r: write wg.tensor(x, requires_grad=True)" % (w,))
    if len({id(w) for w in parameters}) < len(parameters):
        raise TypeError("wengert: an optimizer got a parameter twice")
    shared = builtins.any(_owner(w) is not None for w in parameters)
    first = parameters[0]._store
    if not shared and len(first) == len(parameters) and builtins.all(w._store is first for w in parameters):
        return first, None
    store, taken = _new_store(first.context), {}
    names = []
    for w in parameters:
        n = taken[w._name] = taken.get(w._name, 0) + 1
        names.append(w._name if n == 1 else "%s.%d" % (w._name, n))
    if shared:
        for w, name in zip(parameters, names):
            _lib.wg_params_make_at(_here(), store._p, _text(name), _tensor(w.numpy()), False)
            store.context._look()
        return store, list(zip(parameters, names))
    for w, name in zip(parameters, names):
        w._move(store, name)
    return store, None


class no_grad:
    """with wg.no_grad(): what is made there has no derivative, and parameters may change in place. Also a decorator. It is of the
    thread."""
    _to = True

    def __init__(self):
        self._before = []

    def __enter__(self):
        self._before.append(wg._off(self._to))

    def __exit__(self, *_):
        wg._off(self._before.pop())

    def __call__(self, f):
        if inspect.isgeneratorfunction(f):
            return self._of_generator(f)

        @functools.wraps(f)
        def inside(*given, **options):
            with type(self)():
                return f(*given, **options)
        return inside


    def _of_generator(self, f):
        """Each stretch between two values of the generator is a block."""
        @functools.wraps(f)
        def inside(*given, **options):
            generator, go, what = f(*given, **options), "send", (None,)
            while True:
                try:
                    with type(self)():
                        y = getattr(generator, go)(*what)
                except StopIteration as end:
                    return end.value
                try:
                    go, what = "send", ((yield y),)
                except GeneratorExit:
                    with type(self)():
                        generator.close()
                    raise
                except BaseException as e:
                    go, what = "throw", (e,)
        return inside


class enable_grad(no_grad):
    """with wg.enable_grad(): the end of no_grad, for a part of its block."""
    _to = False


@_call
def is_grad_enabled():
    """Whether the thread is outside of blocks of no_grad."""
    return not wg._off()


calls.update(no_grad=no_grad, enable_grad=enable_grad, inference_mode=no_grad, Parameter=Parameter, stop_gradient=_builders["stop_gradient"], jit=lambda f, **_: f,
             compile=lambda f, **_: f)
wg.Parameter = Parameter

@_call
def checkpoint(f, *given, **_):
    """checkpoint(f): f whose inside is computed again in the backward pass instead of being kept. checkpoint(f, x) applies it."""
    def again(*x):
        if len(x) != 1:
            raise TypeError("wengert: checkpoint is of a function of one value: write checkpoint(lambda x: f(x, y), x)")
        return _builders["recompute"](x[0], f)
    return again(*given) if given else again


calls["remat"] = checkpoint


def gradcheck(f, inputs, eps=1e-6, atol=1e-5, rtol=1e-3, raise_exception=True, **_):
    """Whether the gradients of f, by the inputs that require them, are those of its values, by wg.check, which chooses its steps and bounds
    itself. Else it is an error, or False with raise_exception=False."""
    inputs = inputs if isinstance(inputs, (tuple, list)) else (inputs,)
    which = [i for i, x in enumerate(inputs) if isinstance(x, Value) and x.requires_grad]
    if not which:
        raise ValueError("wengert: gradcheck: no input requires a gradient: write wg.tensor(x, requires_grad=True)")

    def total(*some):
        x = list(inputs)
        for i, v in zip(which, some):
            x[i] = v
        y = f(*x)
        return builtins.sum((v * np.sin(2.0 + np.arange(int(v.size))).reshape(v.shape)).sum() for v in (y if isinstance(y, (tuple, list)) else [y]))
    report = wg.check(total, *[wg._plain(inputs[i]) for i in which])
    if not report and raise_exception:
        raise Error("wengert: gradcheck: %s" % report)
    return bool(report)


def _variable(data, requires_grad=False):
    """The tensor itself: Variable is what PyTorch called tensors with gradients."""
    return Parameter(data) if requires_grad and not isinstance(data, Parameter) else data


def _module(name, **names):
    """A module of these names: wg.NAME, import wengert.NAME."""
    m = calls[name] = sys.modules["wengert." + name] = types.ModuleType("wengert." + name, "wengert.%s under PyTorch's names." % name)
    vars(m).update((n, _worded(f, name + "." + n) if inspect.isfunction(f) else f) for n, f in names.items())

    def missing(word):
        raise AttributeError("wengert.%s has no %s%s" % (name, word, "" if word[:1] == "_" else wg._near(word, names, wg._CALL)))
    m.__getattr__ = missing


calls["gradcheck"] = gradcheck

# ---- linear algebra ----


def _svd(a, full_matrices=True, compute_uv=True):
    if full_matrices and compute_uv and a.shape[-1] != a.shape[-2]:
        raise TypeError("wengert: write svd(A, full_matrices=False): the vectors beyond the singular values are a choice")
    return _builders["svd"](a) if compute_uv else _builders["svd"](a)[1]


def _slogdet(a):
    """The sign of the determinant and the logarithm of its absolute value."""
    return wg.slogdet(a)


def _linalg_norm(x, ord=None, axis=None, keepdims=False, *, dim=None, keepdim=False):
    axis = _one("norm", axis, dim)
    if ord is not None and (axis is None and x.ndim > 1 or axis is not None and np.iterable(axis)):
        raise TypeError("wengert: norms of matrices: write wg.norm(x) for the root of the sum of squares, svd(x)[1].max() for ord=2")
    return _vector_norm(x, 2 if ord is None else ord, axis, keepdims or keepdim)


def _vector_norm(x, ord=2, dim=None, keepdim=False):
    """The length along the axes dim, or of all elements."""
    return _builders["norm"](x, p=ord, keepdims=keepdim, **({} if dim is None else {"axis": dim}))


def _matrix_norm(x, ord="fro", dim=(-2, -1), keepdim=False):
    """The root of the sum of squares of each matrix."""
    if ord != "fro":
        raise TypeError("wengert: norms of matrices: write wg.linalg.matrix_norm(x) for the root of the sum of squares, svd(x)[1].max() for ord=2")
    return _vector_norm(x, 2, dim, keepdim)


def _linalg_solve(a, b):
    """Of a vector for each matrix if b has one axis less."""
    n = np.ndim(b)
    return _builders["solve"](a, b) if n != a.ndim - 1 or a.ndim == 2 else _builders["solve"](a, b.reshape(b.shape + (1,))).reshape(b.shape)


class LeastSquares(wg._Parts, collections.namedtuple("LeastSquares", "solution residuals rank singular_values")):
    """What lstsq of NumPy and PyTorch give: x, the sums of squares that are left, if A has more rows than columns, its rank, its singular
    values."""
    __slots__ = ()


def _lstsq(a, b, rcond=None, *, driver=None):
    if rcond not in (None, "warn", -1):
        raise TypeError("wengert: lstsq is of matrices of full rank: leave rcond out")
    x = _builders["lstsq"](a, b)
    left = a @ x - b
    more = a.shape[-2] > a.shape[-1]
    residuals = (left * left).sum(axis=-2 if b.ndim > 1 else -1, keepdims=b.ndim < 2) if more else wg.zeros(0)
    return LeastSquares(x, residuals, np.linalg.matrix_rank(wg._plain(a)), _builders["svd"](a)[1])


_module(
    "linalg", inv=_builders["inverse"], det=_builders["det"], solve=_linalg_solve, cholesky=_builders["cholesky"], svd=_svd,
    eigh=_builders["eigh"], qr=_builders["qr"], norm=_linalg_norm, lstsq=_lstsq, matrix_norm=_matrix_norm,
    vector_norm=_vector_norm, slogdet=_slogdet, matmul=_builders["matmul"], diagonal=_builders["diagonal"])
calls["inv"] = _builders["inverse"]


def _whole_reciprocal(x):
    if wg._kind(x) in "iub":
        raise TypeError("wengert: reciprocal of whole numbers is one in NumPy, and a float in PyTorch: write 1 / x")
    return _builders["reciprocal"](x)


_both(_whole_reciprocal, "reciprocal")


@_both
def outer(a, b):
    """Each element of a times each of b."""
    return _builders["outer"](*(x if np.ndim(x) else x.reshape(1) if isinstance(x, Value) else np.reshape(x, 1) for x in (a, b)))


@_call
def equal(a, b):
    """NumPy compares the elements, PyTorch the whole."""
    raise TypeError("wengert: equal is of each element in NumPy, and one truth in PyTorch: write a == b, or np.array_equal(a, b) for one")


calls["eigvalsh"] = calls["linalg"].eigvalsh = _worded(lambda a: _builders["eigh"](a)[0], "linalg.eigvalsh")

# ---- files ----

_save_all = wg.save


_TREE = "wengert.tree"


def _packed(what):
    """The arrays of nested dicts, lists and tuples by number, and under _TREE how they stand in each other, as JSON."""
    arrays = {}

    def tree(x):
        if isinstance(x, (Value, np.ndarray, np.generic)):
            arrays["array.%d" % len(arrays)] = x
            return {"array": len(arrays) - 1}
        if isinstance(x, dict):
            return {"dict": [[tree(k), tree(v)] for k, v in x.items()]}
        if isinstance(x, (list, tuple)):
            return {type(x).__name__ if type(x) is tuple else "list": [tree(v) for v in x]}
        if not isinstance(x, (str, int, float, type(None))):
            raise TypeError("wengert: save: a %s cannot be in a file: arrays, numbers, texts, lists and dicts can" % type(x).__name__)
        return x
    text = json.dumps(tree(what))
    return dict(arrays, **{_TREE: np.frombuffer(text.encode(), np.uint8)})


def _unpacked(p):
    def made(x):
        if not isinstance(x, dict):
            return x
        (kind, of), = x.items()
        return p["array.%d" % of] if kind == "array" else dict((made(k), made(v)) for k, v in of) if kind == "dict" else {
            "list": list, "tuple": tuple}[kind](map(made, of))
    return made(json.loads(p[_TREE].tobytes()))


@_call
def save(what, path=None, context=None):
    """save(path): all that a training goes on from. save(state_dict, path): a file of safetensors, which wg.load reads. It may also be a
    dict of state_dicts, of models and optimizers, with numbers and texts beside them."""
    if path is None or isinstance(path, wg.Context):
        return _save_all(what, path or context)
    what = what.state_dict() if hasattr(what, "state_dict") else what
    if not isinstance(what, dict):
        raise TypeError("wengert: write wg.save(model.state_dict(), path), or wg.save(path) for a whole training")
    if "__metadata__" in what:
        raise TypeError("wengert: save: a file has \"__metadata__\" of its own: write another name")
    if not builtins.all(isinstance(n, str) and isinstance(a, (Value, np.ndarray, np.generic)) for n, a in what.items()):
        what = _packed(what)
    p = Params()
    for name, a in what.items():
        a = np.asarray(wg._plain(a))
        _lib.wg_params_make_at(_here(), p._p, _text(name), _tensor(np.ascontiguousarray(a).reshape(a.shape)), a.dtype.kind != "f")
        p.context._look()
    p.save(path)


@_call
def load(path):
    """The arrays of a file of safetensors by name; or the dict that wg.save has written."""
    p = Params()
    _lib.wg_params_read_at(_here(), p._p, wg.os.fsencode(path))
    p.context._look()
    return _unpacked(p) if _TREE in p.names() else {name: p[name] for name in p}


wg.save = save

for _name, _said in dict(moveaxis="x with axes at other places: moveaxis(x, 1, -1).", movedim="x with axes at other places.",
                         all="Whether no element is 0: all(x), or along an axis.", any="Whether an element is not 0: any(x), or along an axis.",
                         compile="The function itself: graphs that repeat are compiled without it.", inv="The inverse of square matrices.",
                         eigvalsh="The eigenvalues of symmetric matrices, in ascending order.", trace="The sum of the diagonal of a matrix.",
                         rand_like="Uniform numbers in [0, 1) in the shape of x.", randn_like="Standard normal numbers in the shape of x.",
                         randperm="The numbers 0 to n - 1 in random order.", swapaxes="x with two axes exchanged.", swapdims="x with two axes exchanged.").items():
    if not calls[_name].__doc__:
        calls[_name].__doc__ = _said
