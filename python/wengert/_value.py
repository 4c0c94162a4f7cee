# SPDX-License-Identifier: MIT
"""Values and their operators."""
import ctypes
import functools
import math
import os
import types
from ctypes import byref, c_void_p

import numpy as np

from ._arrays import _Held, _array, _kind, _numpy, _tensor
from ._axes import _axis
from ._context import _now
from ._errors import Error, of_torch
from ._library import _CODES, _Node, _Tensor, _enums, _lib, _struct
from ._names import _builder_method, _builders, _call, _of_node, methods
from ._options import _opts
from ._way import Node, _here, _off
from ._words import _CALL, _explain, _explained, _near

def _setting(v):
    """An option's value, as Python has it."""
    kind = _enums["attr_kind"][v.kind]
    if not v.given:
        return None
    if kind in ("axes", "shape"):
        return [int(v.list.dim[i]) for i in range(v.list.rank)]
    return (v.real if kind == "double" else bool(v.whole) if kind == "bool" else v.word.decode() if v.word
            else v.whole)

_INPUT = 2  # of wg_leaf

class Value(Node):
    """A node of a graph: an input, or what was computed. All builders are methods, x.sum(axis=0); operators
    and slices are as in NumPy. x.numpy() and x.item() are its numbers."""

    # It is what `_shows` is, detached; by which call a tensor outside of graphs shows it: _in_place.py.
    _cut, _how = False, None

    def item(self, *index):
        """The number of a value of one element; of another one that of the element at this index."""
        if index:
            return (self if len(index) == self.ndim else self.reshape(-1))[index].item()
        y = _lib.wg_item_at(_here(), self._node)
        self.graph.context._look()
        self._was_read()
        return y if self.dtype.kind == "f" else self.numpy().item()

    def _was_read(self):
        """A graph of ours in which only numbers are left goes on to grow only if what they are made of
        does."""
        g = self.graph
        if g._auto and not g._ended and self._node.index > g._limit:
            others = [v for v in g._values() if v is not self]
            g._limit = 2 * self._node.index
            g._ended = len(others) < 64 and not any(v.requires_grad for v in others)

    def _has_grown(self):
        """Values that nobody reads are computed, too, before there are too many of them."""
        g = self.graph
        g._most = 2 * self._node.index
        if not self.requires_grad:
            self.numpy()

    @property
    def options(self):
        """The options of the call that made this value, as it means them: {"axis": 1, "keepdims": False}."""
        found, name, v = {}, True, _struct("setting")()
        while name:
            name = _lib.wgx_node_option_name(self._node, len(found))
            if name and _lib.wgx_node_option(self._node, name, byref(v)):
                found[name.decode()] = _setting(v)
        return found

    def numpy(self, copy=True):
        """Its numbers as an array. copy=False: without a copy, to read only. It stays as it is, whatever the
        graph does next."""
        lent = None if copy else self.graph._carried.get(("array", self._node.index))
        if lent:
            return lent.array.view()
        if not copy and self.dtype in _CODES:
            t = _Tensor()
            self.graph.context._drain()
            held = _lib.wgx_hold_at(_here(), self._node, byref(t))
            self.graph.context._look()
            return np.asarray(_Held(held, t, self.graph.context))
        t = _lib.wg_value_at(_here(), self._node)
        self.graph.context._look()
        self._was_read()
        return _numpy(t)

    def _as_number(self, what):
        """Inside of a transform's function a value becomes no number by itself: it would have no
        derivative."""
        g = getattr(_now, "inside", None)
        if (g is not None and self.graph is g and not self._constant
            and any(_lib.wgx_node_derives_from(self._node, x._node) for x in vars(g).get("_wrt", ()))):
            raise TypeError("wengert: %s of a value in a function that is differentiated has no derivative: "
                            "write wg.%s, or x.item() and x.numpy() for numbers on "
                            "purpose" % (what, "stack([x, y]) for an array of values"
                                                        if what == "an array" else "sin(x) for math.sin(x)"))

    def __array__(self, dtype=None, copy=None):
        self._as_number("an array")
        return self.numpy() if dtype is None else self.numpy().astype(dtype)

    def set(self, array):
        """New values for an input."""
        a = _array(array, self.graph.context, self.dtype)
        _lib.wg_input_set_at(_here(), self._node, _tensor(a))
        self.graph.context._look()

    def _place(self, g):
        """Its node in the graph g."""
        of = self.graph
        there = of is not g and (of._auto or of.context is g.context
                                 and not (g._outside is None is of._outside))
        node = g._carry(self) if there else self._node
        return (g._without_gradient((g._serial, node.index, node.generation), node) if self._constant
                and not _off() else node)

    def draw(self, path=None, **options):
        """Writes a picture (its ending says which kind), or returns the text of an SVG, or of what format=
        says. wrt: a list of values. help(wengert.draw) lists the options."""
        wrt = _values_of(options.pop("wrt", []))
        nodes = (_Node * max(len(wrt), 1))(*(self.graph._node(v) for v in wrt))
        if wrt:
            options.update(wrt=c_void_p(ctypes.addressof(nodes)), wrt_count=len(wrt))
        if path is None:
            options.setdefault("format", "svg")
        o = byref(_opts("draw_opts", "draw", options, self.graph))
        if path is not None:
            _lib.wg_draw_at(_here(), self._node, os.fsencode(path), o)
            return self.graph.context._look()
        text = _lib.wg_draw_text_at(_here(), self._node, o)
        self.graph.context._look()
        try:
            return ctypes.string_at(text).decode()
        finally:
            _lib.wg_free(self.graph.context._c, text)

    def _repr_svg_(self):
        try:
            return self.draw(values=True)
        except Error:
            return None

    ndim = property(lambda v: len(v.shape))
    size = property(lambda x: _Size(math.prod(s := x.shape), s))
    name = property(lambda v: _lib.wg_node_name(v._node).decode() or None)
    is_leaf = property(lambda v: _lib.wg_node_leaf(v._node) == _INPUT)
    requires_grad = property(lambda v: not v._constant and v.dtype.kind == "f"
                             and _lib.wgx_node_trained_by(v._node, None, 0) > 0)
    T = property(lambda v: _builders["swap"](v) if v.ndim == 2 else _builders["transpose"](v))

    def named(self, name):
        """The same with a name, for errors and drawings."""
        return _builders["name"](self, name)

    def reshape(self, *sizes, order="C"):
        """The same numbers in another shape. One size may be -1: what is left."""
        if order != "C":
            raise TypeError("wengert: reshape reads rows first: for columns first write x.T.reshape(...).T "
                            "with the sizes reversed")
        return _builders["reshape"](self, sizes[0] if len(sizes) == 1 else sizes)

    def sort(self, dim=-1, descending=False, **_):
        if of_torch():
            return _builders["sort"](self, axis=dim, descending=descending)
        raise TypeError("wengert: a value is not sorted in place: write wg.sort(x).values for x in order, "
                        "wg.sort(x).indices for its places")

    def __len__(self):
        if not self.ndim:
            raise TypeError("wengert: a scalar value has no length, and no rows")
        return self.shape[0]

    def __iter__(self):
        return (self[i] for i in range(len(self)))

    def __float__(self):
        self._as_number("a float")
        return float(self.item())

    def __int__(self):
        return int(self.item())

    def __index__(self):
        if self.ndim or self.dtype.kind not in "iu":
            raise TypeError("wengert: a whole number is expected, and not a value of %s %s: int(x.item())" % (
                self.dtype, list(self.shape)))
        return int(self.item())

    def __bool__(self):
        if self.size != 1:
            raise ValueError("wengert: the truth of the shape %s is not one: write (a < x) & (x < b) for "
                             "`and`, and for a < x < b; wg.all_of(x) or wg.any_of(x) for "
                             "all" % list(self.shape))
        return bool(self.item())

    __hash__ = object.__hash__

    def __str__(self):
        return str(self.numpy())

    def __format__(self, how):
        return format(self.item(), how) if how else str(self)

    def tolist(self):
        """Its numbers as lists in lists."""
        return self.numpy().tolist()

    def __repr__(self):
        name = _lib.wg_node_name(self._node).decode()
        try:
            text = np.array2string(self.numpy(), separator=", ", threshold=100, edgeitems=2, precision=6,
                                   prefix="Value(")
        except Exception as e:  # a mistake is no reason for repr to fail
            text = "<%s>" % e
        return "Value(%s%s)" % (text, "".join(", " + w for w in [name and "name=%r" % name,
            "" if self.dtype == np.float64 else str(self.dtype)] if w))

    def __getattr__(self, name):  # every builder is a method
        f = None if name[0] == "_" else methods.get(name) or _builder_method(name) or _of_node(name)
        if f is None and name[-1:] == "_" and name not in INSTEAD:
            f = self._changer(name)
        if f is None:
            raise AttributeError("a wengert.Value has no %s%s" % (
                name, INSTEAD.get(name) or _near(name.rstrip("_"), _builders, _CALL)))
        if name not in _explained:
            _explain(name, f)
        return types.MethodType(f, self)

class _Size(int):
    """x.size is how many elements there are, x.size(0) how many along an axis, x.size() the shape."""
    def __new__(cls, n, shape):
        y = int.__new__(cls, n)
        y._shape = shape
        return y

    def __call__(self, dim=None):
        return self._shape if dim is None else self._shape[_axis("size", dim, self._shape)]

# What values have not, and what to write for it.
INSTEAD = dict(fill=": write x.fill_(0), or x = wg.full_like(x, 0)", resize_=": write x.reshape(...)",
               bernoulli=": write wg.rand(*x.shape) < x", retain_grad=": write wg.grad(y, x) for the "
               "gradient by a value on the way",
               register_hook=": write wg.custom_vjp(y, [x], rule), whose rule changes the gradient")

def _of_value(name):
    """A method of values that stands in the file of its subject."""
    def put(f):
        f.__name__, f.__qualname__ = name, "Value." + name
        setattr(Value, name, f)
        return f
    return put

_call(lambda y, path=None, **options: y.draw(path, **options), "draw")

def _power(a, b):
    """a ** b. Of whole numbers it is one, which pow is not."""
    if not (isinstance(a, Value) and a.dtype.kind in "iu" and _kind(b) in "iu") and not (
            isinstance(b, Value) and b.dtype.kind in "iu" and _kind(a) in "iu"):
        return _builders["pow"](a, b)
    if not isinstance(b, (int, np.integer)) or b < 0 or b > 64:
        raise TypeError("wengert: a power of whole numbers is one if the exponent is a number from 0 on: "
                        "else write wg.cast(x, np.float64) ** y")
    y = a * 0 + 1
    for _ in range(b):
        y = y * a
    return y

for _pair in ("add add, sub sub, mul mul, truediv div, floordiv floor_divide, mod remainder, matmul matmul, "
              "lt less, le less_equal, gt greater, ge greater_equal, eq equal, ne not_equal").split(", "):
    _name, _op = _pair.split()
    setattr(Value, "__%s__" % _name, lambda a, b, *, op=_op: _builders[op](a, b))
    setattr(Value, "__r%s__" % _name, lambda a, b, *, op=_op: _builders[op](b, a))
Value.__pow__, Value.__rpow__ = _power, lambda a, b: _power(b, a)
Value.__abs__ = lambda x: _builders["abs"](x)
Value.__divmod__, Value.__rdivmod__ = lambda a, b: (a // b, a % b), lambda a, b: (b // a, b % a)

def _of_truths(sign, op):
    """Python's & | ^ of truths. NumPy's bits of whole numbers have no operation here."""
    def operator(a, b, swapped=False):
        if {_kind(a), _kind(b)} != {"b"}:
            raise TypeError("wengert: %s is of truths, as (x > 0) %s (x < 1): wg.%s(a, b) takes what is not "
                            "0 as true" % (
                sign, sign, op))
        return _builders[op](*((b, a) if swapped else (a, b)))
    return operator

for _sign, _name in (("&", "and"), ("|", "or"), ("^", "xor")):
    _f = _of_truths(_sign, "logical_" + _name)
    setattr(Value, "__%s__" % _name, _f)
    setattr(Value, "__r%s__" % _name, functools.partialmethod(_f, swapped=True))

def _inverted(x):
    if x.dtype != np.bool_:
        raise TypeError("wengert: ~ is of truths, as ~(x > 0): wg.logical_not(x) takes what is not 0 as true")
    return _builders["logical_not"](x)

def _negated(x):
    if x.dtype == np.bool_:
        raise TypeError("wengert: - is of numbers, and these are truths: ~x, or wg.logical_not(x)")
    return _builders["neg"](x)

Value.__invert__, Value.__neg__ = _inverted, _negated

def _shifted(a, b):
    raise TypeError("wengert: << and >> are not here: write x * 2**n for x << n, and x // 2**n for x >> n")

Value.__lshift__ = Value.__rlshift__ = Value.__rshift__ = Value.__rrshift__ = _shifted

Value.__pos__ = lambda x: x

def _values_of(x):
    """A list of values; one value is a list of one."""
    x = [x] if isinstance(x, Value) else list(x)
    for v in x:
        if not isinstance(v, Value):
            raise TypeError("wengert: a list of values is expected; it has %r" % (v,))
    return x
