# SPDX-License-Identifier: MIT
"""What makes tensors of numbers, as in NumPy and PyTorch; dtypes and devices."""
import functools
import types

import numpy as np

from ._arrays import _Lent, _array, _has_value, _list_of, _numbers, _rectangular, _single, _unmasked
from ._axes import _by_numpy, _count, _named_sizes, _sizes
from ._building import _graph_of
from ._context import Context, _now, default_context
from ._graph import _graphs
from ._library import _lib
from ._names import _builders, _call, _method, _say, calls, methods
from ._signatures import device as _on_processor
from ._tensors import Leaf, Parameter
from ._value import Value

for _name, _names in (("float32", "float32 float"), ("float64", "float64 double f64"),
                      ("float16", "float16 half"), ("int64", "int64 long"),
                      ("int32", "int32"), ("uint8", "uint8"), ("bool", "bool bool_")):
    for _word in _names.split():
        calls[_word] = np.dtype(_name)
for _name, _to in (("float", "float32"), ("double", "float64"), ("half", "float16"), ("long", "int64"),
                   ("int", "int32"), ("bool", "bool")):
    methods[_name] = functools.partial(lambda x, to: astype(x, to), to=np.dtype(_to))

@_call
def set_default_dtype(dtype):
    """The dtype of floats that have no other is that of the context, which is made with it if there is
    none."""
    context = getattr(_now, "context", None) or Context(dtype=str(np.dtype(dtype)))
    if context.dtype != np.dtype(dtype):
        raise TypeError("wengert: the dtype of floats is that of the context, here %s, and stays: write "
                        "wg.set_default_dtype(wg.%s) before all that makes "
                        "values" % (context.dtype, np.dtype(dtype)))

@_call
def get_default_dtype():
    """The dtype of floats that have no other."""
    return default_context().dtype

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

def _placed(a, dtype=None, device=None, requires_grad=False, name=None, **options):
    if options:
        raise TypeError("wengert: no option %s: write the call without it" % ", ".join(options))
    _on_processor(device)
    if requires_grad:
        return Parameter(a, dtype=dtype, name=name)
    b = _array(a, default_context(), None if dtype is None else np.dtype(dtype))
    return Leaf(b.copy() if b is a or b.base is not None else b, name)

def _values_inside(x):
    """The values in lists, tensors too."""
    return [v for e in x for v in ([e] if isinstance(e, Value)
                                   else _values_inside(e.flat if isinstance(e, np.ndarray) else e)
                                   if _has_value(e) else [])]

@_call
def tensor(data, dtype=None, *, device=None, requires_grad=False, name=None, _is_copy=True, **options):
    """A value with these numbers. Whole numbers stay whole, as in NumPy. requires_grad: it has .grad after
    y.backward(), and an optimizer can change it."""
    if options:
        raise TypeError("wengert: tensor takes dtype, device, requires_grad and name, and no %s: write "
                        "x.unsqueeze(0), x.copy() and the like" %
                        ", ".join(options))
    if _has_value(data) and requires_grad:
        data = _numbers(data)
    if _has_value(data):
        if _is_copy and any(v.requires_grad for v in _values_inside([data])):
            raise TypeError("wengert: tensor copies numbers, and these have a derivative: write x.detach(), "
                            "or wg.stack([x, y]) for a value with the derivative")
        g = _graph_of([data])
        y = g._value(g._node(data))
        return y if dtype is None else astype(y, dtype)
    return _placed(_rectangular(data), dtype or _single(data), device, requires_grad, name)

def array(data, dtype=None, **options):
    """A value with these numbers, or of these values, whose derivative it has."""
    return tensor(data, dtype, _is_copy=False, **options)

_call(array, "array", "as_tensor", "asarray")

@_call
def from_numpy(array):
    """A value in the array's own memory. The array cannot be written to as long as the value is there."""
    a = _array(array, default_context(), _single(array))
    if not isinstance(array, np.ndarray) or a.ctypes.data != array.ctypes.data:
        return tensor(array)
    x = Leaf(a.view())
    x._lent = _Lent(array)
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
            raise TypeError("wengert: write wg.zeros(%s) for a value of this shape, wg.tensor(x) for one of "
                            "these numbers" % (
                ", ".join(map(str, data))))
        return tensor(data[0], default_context().dtype)

    def __init_subclass__(cls):
        raise TypeError("wengert: a value is no class of yours: keep it as an attribute of one")

calls["Tensor"] = Tensor

@_call
def is_tensor(x):
    """Whether x is a value."""
    return isinstance(x, Value)

def _filled(name, make):
    def maker(*sizes, dtype=None, **options):
        sizes = _named_sizes(sizes, options)
        # as in NumPy
        if len(sizes) == 2 and (sizes[1] is None or isinstance(sizes[1], (type, np.dtype, str))):
            if dtype is not None:
                raise TypeError("wengert: %s: the dtype is said twice" % name)
            sizes, dtype = sizes[:1], sizes[1]
        dtype = _by_numpy(name, np.dtype, dtype or default_context().dtype)
        return _placed(_by_numpy(name, make, _sizes(sizes), dtype), dtype, **options)
    maker.__doc__ = "%s(2, 3) or %s((2, 3)): a value of this shape." % (name, name)
    calls[name] = maker
    _call(lambda x, dtype=None, **options: maker(np.shape(x), dtype=dtype or _dtype_of(name, x), **options),
          name + "_like")

def _dtype_of(name, x):
    """That of a value or array; of a number or list as wg.tensor has it."""
    return x.dtype if hasattr(x, "dtype") else tensor(x).dtype

_filled("zeros", np.zeros)
_filled("ones", np.ones)
_zeros = calls["zeros"]

@_call
def zeros(*sizes, **options):
    """zeros(2, 3) or zeros((2, 3)): a value of this shape. zeros(): first values of a parameter."""
    return _zeros(*sizes, **options) if sizes or options else _lib.wgx_zeros()

@_call
def full(shape=None, fill_value=None, dtype=None, *, size=None, **options):
    """A value of this shape whose elements are all one number, or are those of a value."""
    shape = size if shape is None else shape
    if shape is None or fill_value is None:
        raise TypeError("wengert: write wg.full(shape, number)")
    if _has_value(fill_value):
        y = _builders["broadcast_to"](tensor(fill_value, dtype), _list_of(shape))
        if options.pop("requires_grad", False):
            raise TypeError("wengert: full of a value has the value's gradient: write wg.full(shape, "
                            "x.item(), requires_grad=True)")
        return y if not options else _placed(0, **options) and y
    return _placed(_by_numpy("full", np.full, shape, _unmasked(fill_value), dtype),
                   dtype or _single(fill_value), **options)

@_call
def full_like(x, fill_value, dtype=None, *, shape=None, **options):
    """A value of the shape and dtype of x whose elements are all one number."""
    return full(np.shape(x) if shape is None else shape, fill_value, dtype=dtype or _dtype_of("full_like", x),
                **options)

def _no_values(name, line, *given):
    if any(_has_value(x) and np.dtype(x.dtype if isinstance(x, Value) else float).kind == "f" for x in given):
        raise TypeError("wengert: %s is of numbers, and its result has no derivative by a value: write %s, "
                        "or x.item()" % (name, line))

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
def linspace(start, stop=None, num=50, endpoint=True, retstep=False, dtype=None, *, end=None, steps=None,
             count=None, **options):
    """Equally spaced numbers from start to stop, both included."""
    stop = end if stop is None else stop
    if stop is None:
        raise TypeError("wengert: write wg.linspace(start, stop, num)")
    _no_values("linspace", "a + (b - a) * wg.linspace(0, 1, n)", start, stop)
    if retstep is not False:
        raise TypeError("wengert: linspace gives no step: write x[1] - x[0]")
    numbers = _by_numpy("linspace", np.linspace, start, stop,
                        next((n for n in (count, steps) if n is not None), num), endpoint, dtype=dtype)
    return _placed(numbers, dtype, **options)

@_call
def eye(n, m=None, k=0, dtype=None, **options):
    """The identity matrix."""
    return _placed(_by_numpy("eye", np.eye, n, m, k, dtype=dtype or default_context().dtype), dtype,
                   **options)

class Generator:
    """A generator of random numbers of its own, for generator=: Generator().manual_seed(5)."""
    device = "cpu"

    def __init__(self, device=None):
        _on_processor(device)
        self.seed()

    def manual_seed(self, seed):
        self._seed, self._random = _count("manual_seed", seed), np.random.default_rng(seed)
        return self

    def seed(self):
        """Begins with a number that nobody knows, and returns it."""
        self.manual_seed(int(np.random.SeedSequence().entropy) % 2**63)
        return self._seed

    def initial_seed(self):
        return self._seed

calls["Generator"] = Generator

def _random(generator=None):
    """The generator of the context: of rand, randn, first values, the order of a DataLoader; or this one."""
    if generator is not None and not isinstance(generator, Generator):
        raise TypeError("wengert: generator= is a wg.Generator, not %r: write wg.Generator().manual_seed(5)" %
                        (generator,))
    return default_context()._random if generator is None else generator._random

@_call
def manual_seed(seed):
    """What is drawn from now on depends on the seed alone: rand, randn, first values in wengert.nn, the order
    of a DataLoader, dropout and all random values. First values by name follow from Context(seed=)."""
    seed, context = _count("manual_seed", seed), default_context()
    context._random = np.random.default_rng(seed)
    draws = _lib.wg_random_stream(b"%d" % seed)
    _lib.wgx_context_set_draws(context._c, draws)
    context._draws = draws & 0xffffffff
    for g in list(_graphs.values()):
        if g.context is context and not g._anew:
            g._seed((draws ^ 0x80000000) + g._serial & 0xffffffff)

def _drawn(name, make, dtype, options, *given):
    """Random floats in this dtype."""
    if dtype is not None and np.dtype(dtype).kind != "f":
        raise TypeError("wengert: %s draws floats: write wg.randint(low, high, shape) for whole numbers, or "
                        "dtype=wg.float64" % name)
    return _placed(_by_numpy(name, make, *given), dtype, **options)

calls["rand"] = lambda *sizes, dtype=None, generator=None, **o: _drawn("rand", _random(generator).random,
                                                                       dtype, o,
                                                       _sizes(_named_sizes(sizes, o)))
calls["randn"] = lambda *sizes, dtype=None, generator=None, **o: _drawn("randn",
                                                                        _random(generator).standard_normal,
                                                                        dtype, o,
                                                        _sizes(_named_sizes(sizes, o)))
_call(lambda x, dtype=None, **o: calls["rand"](np.shape(x), dtype=dtype or _dtype_of("rand_like", x), **o),
      "rand_like")
_call(lambda x, dtype=None, **o: calls["randn"](np.shape(x), dtype=dtype or _dtype_of("randn_like", x), **o),
      "randn_like")
_call(lambda n, dtype=None, generator=None, **o: _placed(
    _random(generator).permutation(_count("randperm", n)), dtype, **o), "randperm")

_say(rand_like="Uniform numbers in [0, 1) in the shape of x.", randn_like="Standard normal numbers in the "
     "shape of x.",
     randperm="The numbers 0 to n - 1 in random order.")

@_call
def randint(low, high=None, size=None, dtype=None, *, generator=None, **options):
    """Whole numbers from low on, below high."""
    if np.iterable(high) and size is None:  # PyTorch's randint(high, size)
        high, size = None, high
    low, high = (0, low) if high is None else (low, high)
    return _placed(_by_numpy("randint", _random(generator).integers, low, high, size), dtype, **options)
