# SPDX-License-Identifier: MIT
"""Wengert for Python: graphs with exact derivatives, NumPy arrays in and out.

    import numpy as np, wengert as wg

    x = wg.input("x", [1, 2, 3])
    y = (x * x + 1).sum()
    print(y.item(), wg.grad(y, x).numpy())       17.0 [2. 4. 6.]

    wg.plot(x, y)                                a figure, also of a text: wg.plot("line y over x", x=x, y=y)
    wg.check(f, x)                               a function of Wengert's values
    wg.check(f, x, grad=df)                      your own NumPy function and its gradient
    wg.check(f, x)                               one that returns the pair (value, gradient)

Every builder of the C headers is a function here, with the same name and options: wg.softmax(x, axis=0),
wg.nn_dense(x, p, "fc1", 64, bias=False). Values have them as methods, too: x.softmax(axis=0). Arrays and
numbers can stand beside values. Arrays of floats take the dtype of the context: float64, or what you say by
Context(dtype="float32"). Errors are raised as wengert.Error, with the file and line of your call.

The library is the file that the variable WENGERT_LIBRARY names; or libwengert.so beside this file, in
../../build, in ../../../../lib; or in a folder where the system looks for libraries.

All of this goes over ctypes. Where the module _c is, python/_c.c, it makes the common calls, more than ten
times as fast. WENGERT_CTYPES=1 leaves it out.
"""
from importlib import import_module as _import_module
from inspect import isfunction as _isfunction

try:
    _import_module("numpy")
except ImportError:
    raise ImportError("wengert needs NumPy: apt-get install python3-numpy, or pip install numpy") from None

from ._library import Init, _calls, _lib, _row, _rows
from ._errors import Error
from ._words import _CALL, _as_python, _explain, _explained, _near
from ._way import with_c as _with_c
from ._things import Sorted, States
from ._names import _builders, calls as _named
from ._context import Context, default_context
from ._value import Value
from ._graph import Graph, graph, input
from ._params import Cache, Optimizer, Params, _optimizers
from ._tensors import Gradient, Leaf, Parameter
from ._check import Report, check
from ._check_torch import check_torch
from ._building import _builder
from ._extern import custom_vjp, extern
from ._data import Data, Table, csv, digits, table
from ._group import Group
from ._figures import Figure, plot
# Words of NumPy and PyTorch.
from . import _of_numpy, _indexing, _makers, _shapes, _elements, _no_grad, _linalg, _of_torch, _in_place
from ._files import resume, save
from ._transforms import grad, jvp, value_and_grad, vjp
from . import _interop
from . import _copies  # what copy and pickle make of the classes
from ._fit import Fitted, fit
from ._by_c import take_over as _take_over

__version__ = _lib.wg_version().decode()


def __getattr__(name):
    if name[0] == "_":
        raise AttributeError("module wengert has no " + name)
    f = _named.get(name) or _builders.get(name) or _optimizers.get(name)
    if f is not None:
        if name not in _explained:
            _explain(name, f)
        return f
    if name in ("nn", "optim", "utils", "distributions", "onnx", "c"):
        return _import_module("." + name, __name__)
    if name in _rows and _calls().is_for_users(name):
        return _calls().call_of(name)
    if name[-1:] == "_" and (f := Value._changer(name)) is not None:
        return f
    raise AttributeError("module wengert has no %s%s" % (name, _near(name, __dir__(), _CALL)))


def __dir__():
    names = [n for n in globals() if n[0] != "_" and n != "c"]
    return list(dict.fromkeys((*names, *_builders, *_optimizers, *_named, *_calls().functions())))


def _as_own(name, x):
    """A class or a function of the package is wengert.NAME, whatever file it stands in."""
    if str(getattr(x, "__module__", "")).startswith("wengert._"):
        x.__module__ = "wengert"
    for word, f in list(vars(x).items()) if isinstance(x, type) else ():
        if _isfunction(f):
            _as_own(word, f)
            row = word if word in ("begin", "input") else "%s_%s" % (getattr(x, "_kind", ""), word)
            if not f.__doc__ and row in _rows:  # a method of a thing of C
                f.__doc__ = _as_python(_row(row).text)


for _name, _x in list(globals().items()):
    if _name[0] != "_":
        _as_own(_name, _x)
for _name in ("Tensor", "no_grad", "enable_grad"):
    _as_own(_name, _named[_name])
_with_c(_take_over)  # the last line: what is above is what _c falls back on
