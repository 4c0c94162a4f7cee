# SPDX-License-Identifier: MIT
"""The names of the module and of its values. `_builders` make nodes, by the names of C; `calls` are other
functions of the module, `methods` those of values. These are what people type by habit who know NumPy,
PyTorch and JAX. Where two libraries mean different things by one word, NumPy's meaning stands, or the call is
refused with the line to write."""
import functools
import inspect
import sys
import types

from ._library import _calls, _row, _rows
from ._words import _CALL, _near

_builders, calls, methods = {}, {}, {}

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
            raise TypeError("wengert: write wg.%s%s: %s" % (name, inspect.signature(f),
                                                            str(e).partition("() ")[2])) from None
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
        return functools.wraps(f)(lambda x, *given, **options: g(calls["array"](x)
            if isinstance(x, (list, tuple)) else x, *given, **options))
    for name in names or (f.__name__.rstrip("_"),):
        calls[name] = of_list(_worded(f, name))
        calls[name].__name__ = calls[name].__qualname__ = name
    return f

def _of_rows(rows, *into):
    """The functions of rows (see _signatures.py), each made when it is first called."""
    for name in rows.names():
        def f(*given, _name=name, **options):
            return rows.get(_name)(*given, **options)
        f.__name__ = f.__qualname__ = name
        f.row = rows.row(name)
        f.__doc__ = "%s(%s): as in PyTorch." % (name, rows.arguments(name))
        for names in into:
            names.setdefault(name, f)

def _say(**texts):
    """Texts for help() of calls that have none of their own."""
    for name, text in texts.items():
        calls[name].__doc__ = calls[name].__doc__ or text

def _builder_method(name):
    """The builder of this name, if its first operand is a value."""
    f = _builders.get(name)
    of = getattr(getattr(f, "__wrapped__", f), "in_c", None)
    return f if not of or [kind for _, kind in of[2][:1]] in (["node"], ["list"]) else None

def _of_node(name):
    """wg_node_NAME of C, or a call of the module, with a value as its first operand."""
    call = "node_" + name if "node_" + name in _rows else name
    if call in _rows and _row(call).parameters[:1] and _row(call).parameters[0][1] == "node":
        return _calls().call_of(call)

def _module(name, **names):
    """A module of these names: wg.NAME, import wengert.NAME."""
    m = calls[name] = sys.modules["wengert." + name] = types.ModuleType("wengert." + name,
        "wengert.%s under PyTorch's names." % name)
    vars(m).update((n, _worded(f, name + "." + n) if inspect.isfunction(f) else f) for n, f in names.items())

    def missing(word):
        raise AttributeError("wengert.%s has no %s%s" %
                             (name, word, "" if word[:1] == "_" else _near(word, names, _CALL)))
    m.__getattr__ = missing
