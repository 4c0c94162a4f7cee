# SPDX-License-Identifier: MIT
"""Builders: the calls that make nodes, made of the table. All are in `_builders`."""
import ctypes
import functools
import threading
from ctypes import byref, c_void_p

import numpy as np

from ._arrays import _has_value, _kind
from ._context import _now
from ._graph import _within, graph
from ._library import _ByPointer, _Node, _States, _WRITER, _lib, _pairs, _rows, _structs
from ._names import _builders
from ._of_numpy import _REDUCED
from ._options import _ALIASES, _arguments, _fields, _given, _named
from ._tensors import Leaf
from ._things import Sorted, States
from ._value import Value
from ._way import _here
from ._words import _near

def _by_pointer(kind, f, g):
    """What C takes for f, a function of values: a function of the library, and the struct that it calls f by.
    C calls f before it returns."""
    if not callable(f):
        raise TypeError("wengert: a function of values is expected, not %r" % (f,))

    def write(x, i, y, user):
        try:
            given = [Value(_Node.from_buffer_copy(x[k]), g) for k in range(2 if kind == "ode_fn" else 1)]
            y[0] = g._node(_within(g, f, *given, *[i] * (kind == "step_fn")))
        except BaseException as e:
            g.context._raised = g.context._raised or e

    return ctypes.cast(getattr(_lib, "wgx_%sby_pointer" % kind[:-2]), c_void_p), _ByPointer(_WRITER(write))

def _values_in(arguments):
    for x in arguments:
        if isinstance(x, Value):
            if not isinstance(x, Leaf):
                yield x
        elif _has_value(x):
            yield from _values_in(x.flat if isinstance(x, np.ndarray) else x)

def _graph_of(arguments):
    """Where a call makes its nodes: where a transform of a function works, if a value is there; in the graph
    of the first value in an open one. A value with a derivative in a closed one has them there, if no other
    has one."""
    first, closed, inside = None, None, getattr(_now, "inside", None)
    if inside is not None and any(x.graph is inside for x in _values_in(arguments)):
        return inside
    for x in _values_in(arguments):
        if x.graph._is_open():
            first = first or x.graph
        elif closed is None and x.graph._thread == threading.get_ident() and x.requires_grad:
            closed = x.graph
    if first and (not closed or any(x.graph is first and x.requires_grad for x in _values_in(arguments))):
        return first
    return closed or graph()

# These belong to the graph of their first operand.
_OF_ONE = frozenset("grad jacobian hessian vmap part".split())

def _results(result, g):
    if isinstance(result, _States):
        g.context._look()
        return States(*(Value(n, g) for n in (result.y, result.h, result.c)))
    return g._value(result)

def _of_kinds(name, given, asked, g):
    """The operands by NumPy's rules, which the library has not all: f32 beside f64 is f64, a float of Python
    beside whole numbers alone makes floats, though it is whole itself, and a large whole number keeps all its
    digits."""
    if any(kind == "list" for _, kind in asked):
        alike = lambda x: _of_kinds(name, tuple(x), [("", "node")] * len(x), g)
        given = tuple(alike(x) if kind == "list" and isinstance(x, (list, tuple)) else x
                      for x, (_, kind) in zip(given, asked))
    kinds = {x.dtype for x in given if isinstance(x, Value)}
    arrays = {np.dtype(np.float32) if x.dtype == np.float32 else g.context.dtype for x in given
              if isinstance(x, np.ndarray) and x.dtype.kind == "f"}
    floats = {k for k in kinds | arrays if k.kind == "f"}
    of = lambda x, *dtypes: isinstance(x, (Value, np.ndarray)) and x.dtype in dtypes
    if len(floats) > 1:
        scalars = not any(of(x, np.float64) and x.ndim for x in given) and any(of(x, np.float32) and x.ndim
            for x in given)
        old, new = (np.float64, np.float32) if scalars else (np.float32, np.float64)
        return tuple(_builders["cast"](x, new) if isinstance(x, Value) and x.dtype == old else x
                     for x in given)
    if floats or not kinds:
        single = arrays and np.dtype(np.float32) in floats
        return tuple(g.input(None, x, np.float32) if single and of(x, *arrays) and isinstance(x, np.ndarray)
                     else x for x in given)
    truths = kinds == {np.dtype(bool)}
    if truths and name in ("add", "sub", "mul") and all(_kind(x) == "b" for x in given):
        raise TypeError("wengert: %s of two truths: write a | b, a & b or a ^ b; a * 1 is a number" % name)

    def number(x):
        if isinstance(x, (float, np.floating)) and x == np.floor(x):
            return g.input(None, np.asarray(x, g.context.dtype))
        if isinstance(x, (list, tuple)) and not _has_value(x) or isinstance(x, (int, np.integer)) and (
                truths and name == "where" or not -2**53 < x < 2**53 and -2**63 <= x < 2**63):
            a = np.asarray(x)
            return g.input(None, a) if a.dtype.kind in "iub" else x
        return x
    return tuple(number(x) if kind == "node" else x for x, (_, kind) in zip(given, asked))

def _by_struct(name, struct, operands, _options, places=0):
    """The builder of a struct of arguments. places: so many of the first options may also stand by position,
    as in NumPy."""
    asked = [f for f in operands if f[1] not in ("graph", "user")]
    count, call, layout = len(asked), "wg_%s_at" % name, []
    by_place = [n for n, _ in _options[:places]]

    def builder(*given, **options):
        if count < len(given) <= count + places:
            more = dict(zip(by_place, given[count:]))
            given = given[:count]
            twice = [n for n in more if n in options or n == "axis" and {"axes", "dim", "dims"} &
                     set(options)]
            if twice:
                raise TypeError("wengert: %s: %s is said twice" % (name, twice[0]))
            options.update(more)
        if len(given) > count:
            line = ("" if not _options or not isinstance(given[count], int)
                    and ("axes", "axes") not in _options else ": wg.%s(%s, %s=%r)" % (
                name, ", ".join(f for f, _ in asked), _options[0][0], given[count]))
            raise TypeError("wengert: %s takes %d arguments; options are given by name%s" %
                            (name, count, line))
        g = _graph_of(given)
        pin = Value(_Node(), g)  # nobody begins the graph again before the result is there
        layout[:] = layout or _arguments(struct, operands, _options)
        fields, kind, defaults = layout
        given = _of_kinds(name, given, asked, g)
        a = kind.from_buffer_copy(defaults)
        if ("x", "graph") in fields:
            a.x = g._g
        for (field, type_), x in zip(asked, given):
            if type_.endswith("_fn"):
                x, a.called = _by_pointer(type_, x, g)
                a.user = ctypes.addressof(a.called)
            if type_ == "list":
                nodes = [g._node(n) for n in x]
                a.nodes = (_Node * len(nodes))(*nodes)
                a.x, a.n = ctypes.addressof(a.nodes), len(nodes)
                continue
            setattr(a, field, _given(type_, x, g, field))
        _named(name, fields, options, g, a)
        y = _results(getattr(_lib, call)(_here(), byref(a)), g)
        return Sorted(y, _builders["part"](y, 1)) if name in ("sort", "topk") else y
    builder.in_c = call, struct, operands, _options, by_place
    return builder

# The most axes for which NumPy and PyTorch mean the same by the word, and what to write for more.
_OF_VECTORS = {"dot": (1, "a @ b, or wg.sum(a * b)"), "outer": (1, "wg.einsum('ij,kl->ijkl', a, b)"),
               "diagonal": (2, "wg.einsum('bii->bi', x) for the last two")}

def _by_parameters(name, fields):
    asked = [f for f in fields if f[1] not in ("graph", "result", "user")]
    many = [f for f in fields if f[1] == "result"]
    call = "wg_%s_at" % name
    names = [n for n, _ in asked]
    lists = [i for i, (_, kind) in enumerate(asked) if kind == "list"]

    def builder(*given, **named):
        named = {_ALIASES[n] if n in _ALIASES and n not in names else n: x for n, x in named.items()}
        if lists and len(given) > len(asked):  # einsum("ij,jk->ik", a, b)
            given = given[:lists[0]] + (given[lists[0]:],)
        elif name == "einsum" and len(given) == 2 and isinstance(given[1], Value):
            # einsum("ii", a), whose rows are no operands
            given = given[0], [given[1]]
        if name in _OF_VECTORS and any(isinstance(v, Value) and v.ndim > _OF_VECTORS[name][0] for v in given):
            raise TypeError("wengert: %s of more than %d ax%s is not the same everywhere: write %s" % (
                (name,) + _OF_VECTORS[name][:1] + ("is" if _OF_VECTORS[name][0] == 1 else "es",
                                                   _OF_VECTORS[name][1])))
        wrong = [n for n in named if n not in names[len(given):]]
        if wrong:
            raise TypeError("wengert: %s takes %s, and no %s%s" % (name, ", ".join(names), wrong[0],
                _near(wrong[0], names)))
        given += tuple(named[n] for n in names[len(given):] if n in named)
        if not len(asked) - (asked[-1:] == [("init", "init")]) <= len(given) <= len(asked):
            raise TypeError("wengert: %s takes %s" % (name, ", ".join(names) or "no arguments"))
        g = given[0].graph if name in _OF_ONE and isinstance(given[0], Value) else _graph_of(given)
        given = _of_kinds(name, given, asked, g)
        left, arguments, results, pin = iter(given), [_here()], [], Value(_Node(), g)
        for field, kind in fields:
            if kind == "graph":
                arguments.append(g._g)
            elif kind == "result":
                results.append(_Node())
                arguments.append(byref(results[-1]))
            elif kind == "list":
                nodes = [g._node(x) for x in next(left)]
                arguments += [(_Node * len(nodes))(*nodes), len(nodes)]
            elif kind.endswith("_fn"):
                f, called = _by_pointer(kind, next(left), g)
                arguments += [f, byref(called)]
            elif kind != "user":
                x = next(left, None)
                arguments.append(_given(kind, x, g, field))
        y = getattr(_lib, call)(*arguments)
        return tuple(_results(r, g) for r in results) if many else _results(y, g)
    builder.in_c = call, None, fields, [], []
    return builder

def _builder(name, f):
    f.__module__, f.__name__, f.__qualname__ = "wengert", name, name
    _builders[name] = f
    if name in _UFUNCS_HERE:
        for method in ("reduce", "accumulate", "reduceat", "outer", "at"):
            setattr(f, method, functools.partial(_no_method, name, method))

_UFUNCS_HERE = frozenset("add sub mul div maximum minimum pow logical_and logical_or less greater "
                         "equal".split())

def _no_method(name, method, *_, **__):
    raise TypeError("wengert: wg.%s has no %s: write wg.%s(x) along an axis, or np.%s.%s(x.numpy()) for "
                    "numbers alone" % (
        name, method, _REDUCED.get(name, "sum"), name, method))

_NO_NODES = ("check_passes",)  # a truth, and no results

for _name, _line in _rows.items():  # the calls that make nodes of what Python can give
    _words = _line.partition(" | ")[0].split()
    if _words[0] != _name + "@" or _words[1] not in ("node", "states", "bool") or _name in _NO_NODES:
        continue
    if _words[2].endswith("_args*"):
        _struct_name = _words[2][2:-1]
        _parts = _structs[_struct_name].split(";")
        _operands, _options = (_fields(_pairs(part.split())) for part in _parts[:2])
        if None not in (_operands, _options) and "result" not in dict(_operands).values():
            _builder(_name, _by_struct(_name, _struct_name, _operands, _options, *map(int, _parts[2:])))
    elif _fields(_pairs(_words[2:])) is not None:
        _builder(_name, _by_parameters(_name, _fields(_pairs(_words[2:]))))

def _clip_between(x, low=None, high=None, *, min=None, max=None):
    """x between two bounds; None: there is none. min and max are other words for low and high."""
    low, high = min if low is None else low, max if high is None else high
    if low is None and high is None:
        raise TypeError("wengert: clip needs a bound: wg.clip(x, 0, 1), or None for one of them")
    numbers = isinstance(low, (int, float, type(None))) and isinstance(high, (int, float, type(None)))
    if numbers and _kind(x) == "f":  # also with one bound, so that the derivative at a bound is one thing
        return _clip(x, -np.inf if low is None else low, np.inf if high is None else high)
    return (_builders["maximum"](x, low) if high is None else _builders["minimum"](x, high) if low is None
            else _clip(x, low, high))

_clip = _builders["clip"]
_builder("clip", _clip_between)
