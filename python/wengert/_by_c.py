# SPDX-License-Identifier: MIT
"""Gives the common calls to the module _c, python/_c.c. What stands in other files is what _c falls back
on."""
import copyreg
import ctypes
import keyword
import sys
import types
from ctypes import c_void_p

import numpy as np

from ._context import _now
from ._copies import _function_of
from ._errors import Error, _DISPATCH, _NUMPY, _PACKAGE, _site
from ._graph import Graph
from ._library import _DTYPES, _Node, _enums, _lib, _row
from ._names import _builder_method, _builders, calls, methods
from ._options import _arguments
from ._params import Params
from ._tensors import Leaf
from ._things import _gone
from ._in_place import VIEWS
from ._value import Value
from ._words import _text_for

# Kinds of arguments that _c takes, by its letters.
_LETTERS = {"node": "n", "double": "d", "int": "i", "int64": "l", "bool": "b", "text": "t", "shape": "h",
            "list": "m", "params": "p"}
# What a function of this file refuses, changes or does beside, or what calls functions of the user: never by
# _c.
_NOT_BY_C = frozenset("dot outer diagonal sort topk clip grad jacobian hessian vmap recompute "
                      "recompute_chain odeint fixed_point".split())

def _fields_of_c(struct, operands, options):
    """The fields of a call for _c, (name, letter, place, place of a list of axes), and how many of them are
    operands; or None."""
    asked, more = operands, dict(options)
    if not {k for _, k in asked} <= set(_LETTERS):
        return None, 0
    names = asked + [(n, "int" if k in _enums else k) for n, k in options if (k in _LETTERS or k in _enums)
                     and n not in ("axis", "axes", "by")]
    place = (lambda n: getattr(_arguments(struct, operands, options)[1], n).offset) if struct else lambda n: 0
    fields = [(n + "_" * keyword.iskeyword(n), _LETTERS[k], place(n), -1) for n, k in names]
    if struct and {"axis", "axes"} & set(more):
        fields.append(("axis", "x") + tuple(place(n) if n in more else -1 for n in ("axis", "axes")))
    return tuple(fields), len(asked)

def _address(f):
    return ctypes.cast(f, c_void_p).value

def _builder_of_c(c, name, f):
    """The builder f as one of _c, or None."""
    call, struct, operands, options, places = f.in_c
    call = getattr(_lib, call)
    fields, asked = _fields_of_c(struct, operands, options)
    form = "struct" if struct else fields and "".join(letter for _, letter, *_ in fields)
    if name in _NOT_BY_C or not fields or call.restype is not _Node or not struct and form not in c.FORMS:
        return None
    rows = _lib.options(struct) if struct else None
    try:
        order = [word for word, *_ in fields]
        return c.Builder(name, f, form, _address(call), asked, rows.size if rows else 0, rows.defaults if rows
                         else 0, fields,
                         tuple(order.index("axis" if n == "axes" else n) for n in places), name in VIEWS)
    except ValueError:  # it has more fields than _c has room for
        return None

class _Module(type(sys)):
    """This module, whose attributes are the builders, too. They are none of its names: sum here is
    Python's."""

def _start(c):
    given = dict(package=_PACKAGE, numpy=_NUMPY, dispatch=_DISPATCH, site=_site, node=_Node, value=Value,
                 leaf=Leaf,
                 partial=types.MethodType, empty=np.empty, array=np.ndarray, dtypes=tuple(_DTYPES), now=_now,
                 params=Params, explain=_text_for, zero=0)
    functions = tuple(_address(getattr(_lib, _row(n.removesuffix("_at")).c)) for n in c.FUNCTIONS)
    c.start(functions, tuple(given[n] for n in c.GIVEN), Value.item, Value.numpy)

def _operators(c):
    names = dict(p.split() for p in "truediv div, lt less, le less_equal, gt greater, ge greater_equal, eq "
                 "equal, ne not_equal, getitem select".split(", "))
    for name in c.OPERATORS:
        c.operator(name, _builders[names.get(name, name)], getattr(Value, "__%s__" % name))
        for own in ("__%s__" % name, "__r%s__" % name):
            if own in vars(Value):
                delattr(Value, own)
    del Value.item, Value.numpy

def _look_at_address():
    """The address of a graph is a member in C, which is 0 where there is none."""
    raw = Graph._g

    def address(g):
        if not raw.__get__(g):
            raise Error(_gone(g))
        return raw.__get__(g)
    Graph._g = property(address, raw.__set__)

def take_over(c):
    """c: the module _c. All else of the package is there."""
    package = sys.modules[__package__]
    _start(c)
    for name, f in list(_builders.items()):
        if hasattr(f, "in_c") and (name in VIEWS or not hasattr(f, "__wrapped__")):
            _builders[name] = _builder_of_c(c, name, f) or f
    _operators(c)
    for name, f in {**_builders, **methods}.items():
        if (name not in vars(Value) and isinstance(f, (c.Builder, types.FunctionType))
            and (name in methods or _builder_method(name))):
            setattr(Value, name, f)
    for name, f in {**_builders, **calls}.items():
        if name not in vars(package) and isinstance(f, c.Builder):
            setattr(_Module, name, staticmethod(f))
    for name in ("input", "begin"):
        setattr(Graph, name, c.Builder(name, getattr(Graph, name), name, 0, 0, 0, 0, (), (), False))
    _look_at_address()
    copyreg.pickle(c.Builder, lambda f: (_function_of, (f.__name__,)))
    package.__class__ = _Module
