# SPDX-License-Identifier: MIT
"""Arguments and options of calls as the structs that C takes. The lists of options are the library's
(named.h)."""
import ctypes
import functools
from ctypes import Structure, c_int, c_size_t, c_void_p

import numpy as np

from ._arrays import _array, _code_of, _list_of, _real_number, _shape, _text, _truth, _whole
from ._axes import _axes, _number_of_axis
from ._library import Init, _FIELDS, _States, _ctype, _enums, _lib
from ._things import _OfTable
from ._way import Node
from ._words import _OPTION, _near

# Kinds of arguments that are things of C: the class, its _kind, and where it has its address.
_OBJECTS = {"params": ("Params", "params", "_p"), "cache": ("Cache", "nn_cache", "_cache"),
            "check": ("Report", "check", "_r")}

def _given(kind, x, g, what="it"):
    """An argument of Python as the field or parameter of C. g: the graph of the call; what: the argument's
    name."""
    if kind == "node":
        return g._node(x)
    if kind == "text":
        return _text(x) if x is not None else None
    if kind == "double":
        return _real_number(x, what)
    if kind in ("bool", "maybe"):
        return _truth(x, what)
    if kind == "shape":
        return _shape(x)
    if kind == "init":
        if not isinstance(x, (Init, type(None))):
            raise TypeError("wengert: first values are wengert.he(), zeros(), const(1), ..., not %r" % (x,))
        return x or Init()
    if kind == "dtype":
        return _code_of(np.dtype(x))
    if kind == "states":
        if isinstance(x, Node):
            raise TypeError("wengert: a state is a States, as a cell returns it, or None: not %r" % (x,))
        return _States(*(g._node(n) for n in x)) if x else _States()
    if kind in _OBJECTS:
        of, its, field = _OBJECTS[kind]
        if not isinstance(x, _OfTable) or x._kind != its:
            raise TypeError("wengert: a %s is expected, not %r" % (of, x))
        return getattr(x, field)
    if kind in _enums and isinstance(x, str):
        if x not in _enums[kind]:
            raise TypeError("wengert: no option is called %r%s" % (x, _near(x, _enums[kind])))
        return _enums[kind].index(x)
    return _whole(x, 64 if kind == "int64" else 32) if kind in ("int", "int64") or kind in _enums else x

_KIND_HERE = {"node*!": "result", "graph*": "graph", "params*": "params", "nn_cache*": "cache",
              "check*": "check", "double*": "doubles",
              "part_fn()": "part_fn", "step_fn()": "step_fn", "ode_fn()": "ode_fn"}

def _fields(pairs):
    """Fields or parameters of the table with the kinds of _given. node[] and its number are one list. None:
    one is none of these."""
    out, left = [], iter(pairs)
    for name, kind in left:
        kind = "user" if (name, kind) == ("user", "void*") else _KIND_HERE.get(kind, kind)
        if kind == "node[]":
            if next(left, None) != ("n", "int"):
                return None
            kind = "list"
        elif (kind not in _KIND_HERE.values() and kind != "user" and kind not in _enums
              and (kind not in _FIELDS or kind in ("tensor", "site"))):
            return None
        out.append((name, kind))
    return out

def _set_axes(what, kinds, axes, into):
    if len(axes) == 1 and "axis" in kinds:
        into.axis = axes[0]
    elif "axes" in kinds:
        into.axes = _axes(axes)
    else:
        raise TypeError("wengert: %s takes one axis, not %d" % (what, len(axes)))

_ALIASES = {"dim": "axis", "dims": "axes", "keepdim": "keepdims"}

def _named(what, fields, options, g, into):
    """Writes options by name into a struct."""
    kinds = dict(fields)
    said = [n for n in ("axis", "axes", "dim", "dims") if n in options]
    if said == ["axis", "axes"] and {"axis", "axes"} <= set(kinds):  # the library says it, with the shape
        into.axis, into.axes = 0, _axes([0])
        options = {n: x for n, x in options.items() if n not in said}
    elif len(said) > 1:
        raise TypeError("wengert: %s: say %s or %s, not both" % (what, *said[:2]))
    for name, x in options.items():
        field = name.rstrip("_")
        field = _ALIASES.get(field, field) if field not in kinds else field
        if field in ("axis", "axes") and {"axis", "axes"} & set(kinds):  # one thing in Python
            if x is None and "axes" not in kinds:
                raise TypeError("wengert: %s takes one axis. None flattens in NumPy: write "
                                "wg.%s(x.reshape(-1), axis=0)" % (what, what))
            if x is not None:
                _set_axes(what, kinds, [_number_of_axis(what, n) for n in _list_of(x)], into)
            continue
        if field not in kinds:
            raise TypeError("wengert: %s has no option %s%s" % (what, name, _near(name, kinds, _OPTION)))
        if x is not None:
            if kinds[field] == "doubles":
                into.kept = x = _array(x, None, np.float64)
                into.count, x = x.size, x.ctypes.data
            if kinds[field] in ("pointer", "user", "graph") and not isinstance(x, c_void_p):
                raise TypeError("wengert: the option %s of %s is for C alone" % (name, what))
            if kinds[field] == "shape" and field != "shape" and not _list_of(x):
                raise TypeError("wengert: an empty list of sizes: leave %s out for the default" % name)
            setattr(into, field, _given(kinds[field], x, g, name))
    return into

_BY_TYPE = {"dtype": "dtype", "node": "node", "maybe": "maybe", "tensor": "tensor", "ends": "ends"}
_KINDS = {0: "pointer", 1: "double", 2: "int", 3: "int64", 4: "bool", 5: "int", 6: "text"}

@functools.lru_cache(None)
def _listed(struct):
    """The options of a struct as (name, kind), its ctypes type, and its bytes when no option is given."""
    rows = _lib.options(struct)
    options = [rows.option[i] for i in range(rows.count)]
    types = [o.type.decode()[3:] for o in options]
    fields = [(o.name.decode(), t if t in _enums else _BY_TYPE.get(t, _KINDS[o.kind]))
              for o, t in zip(options, types)]
    members, at = [], 0
    for (name, kind), o in zip(fields, options):
        member = _ctype(kind)
        members += [("before_" + name, ctypes.c_char * (o.offset - at)), (name, member)]
        at = o.offset + ctypes.sizeof(member)
    members.append(("behind", ctypes.c_char * (rows.size - at)))
    kind = type("_" + struct, (Structure,), {"_pack_": 1, "_fields_": members})
    return fields, kind, ctypes.string_at(rows.defaults, rows.size)

def _character(name, x):
    """The number of a character, as C has it."""
    if isinstance(x, (str, bytes)) and len(x) != 1:
        raise TypeError("wengert: %s=%r: one character is expected, a comma, a semicolon, a tab or the like" %
                        (name, x))
    return ord(x) if isinstance(x, (str, bytes)) else x

def _opts(struct, what, options, g=None):
    """A struct of options: the library's defaults, and what is given in their place."""
    for sign in ("separator", "decimal"):
        if sign in options:
            options = dict(options, **{sign: _character(sign, options[sign])})
    fields, kind, defaults = _listed(struct)
    return _named(what, fields, options, g, kind.from_buffer_copy(defaults))

def _arguments(struct, operands, options):
    """The fields of a struct of arguments, its ctypes type, and its bytes when nothing is given."""
    fields = options + operands
    members = [("mark", c_size_t)]
    for n, k in fields:
        members += [(n, c_void_p), ("n", c_int)] if k == "list" else [(n, _ctype(k))]
    kind = type("_" + struct, (Structure,), {"_fields_": members})
    rows = _lib.options(struct)
    assert rows.size == ctypes.sizeof(kind), struct
    return fields, kind, ctypes.string_at(rows.defaults, rows.size)
