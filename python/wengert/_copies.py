# SPDX-License-Identifier: MIT
"""What copy, deepcopy and pickle make of each class: a value, or a sentence that says what to write. An
address of C is worth nothing in another process, and two objects with one address would free it twice: so no
address is copied.

Parameters, sets of parameters and first values are copied by their numbers, reports by what they say. A value
does not change: its copy is the value itself. nn.Module, DataLoader and the like are made of such parts and
need no line here."""
import copy
import types

import numpy as np

import wengert as wg
from ._arrays import _tensor, _text
from ._check import Report
from ._errors import Error
from ._library import Init, _calls, _lib, _pairs, _structs
from ._names import _builders, calls
from ._params import Params
from ._tensors import Leaf, Parameter
from ._value import Value, _Size
from ._way import _here

# ---- what is refused ----

_INSTEAD = {
    wg.Context: "a context: make another by wg.Context(seed=..., dtype=...)",
    wg.Graph: "a graph: make another by wg.Graph(); the numbers of a value are x.numpy()",
    wg.Optimizer: "an optimizer: write wg.save(path), or optimizer.state_dict() of one of wg.optim",
    wg.Cache: "a cache: make an empty one by wg.Cache()",
    wg.Data: "a set of data: make another by wg.Data(data.x, data.y)",
    wg.Group: "a group: each process makes its own by wg.Group()",
    wg.Figure: "a figure: fig.text() is a text, and fig.save(path) writes a file",
    _calls().Thing: "the %(_kind)s: copy the numbers and texts that its calls give",
    _calls().Record: "the %(_kind)s: copy its fields, which are numbers and texts",
}


def _refuse(of, instead):
    def refuse(x):
        line = instead % vars(x) if "%" in instead else instead
        raise TypeError("wengert: this is memory of this process, which is not copied or pickled, %s" % line)
    of.__reduce__ = refuse


for _of, _line in _INSTEAD.items():
    _refuse(_of, _line)

# ---- values ----

Value.__copy__ = lambda x: x.detach() if isinstance(x, Leaf) else x
# A tensor and a number have memory of their own then; what has a derivative is itself.
Value.__deepcopy__ = lambda x, memo: x if x.requires_grad else memo.setdefault(id(x), x.clone())


def _more(x, own, memo=None):
    """The attributes that a subclass or the user has given to x. memo: copied."""
    more = {name: a for name, a in vars(x).items() if name not in own}
    return more if memo is None else copy.deepcopy(more, memo)


def _pickled_value(x, protocol):
    """What has no derivative, as the values of a state_dict, is pickled by its numbers."""
    if type(x) is Leaf or x._constant and not isinstance(x, Leaf):
        return Leaf, (x.numpy(), x.name)
    raise TypeError("wengert: a value is a part of a graph, which is not pickled: write x.numpy(), or "
                    "model.state_dict()")


Value.__reduce_ex__ = _pickled_value


_OF_PARAMS = "context", "_whole", "_p", "_optimizer", "_cleared"


def _read_parameter(of, a, requires_grad, name, more=None):
    w = Parameter.__new__(of)
    Parameter.__init__(w, a, requires_grad, a.dtype, name)
    vars(w).update(more or {})
    return w


def _copied_parameter(w, memo):
    """Another parameter with the same numbers and gradient, in the default context as each new one."""
    y = memo[id(w)] = _read_parameter(type(w), w.numpy(), w.requires_grad, w.name)
    vars(y).update(_more(w, vars(y), memo))
    y.grad = w.grad
    return y


def _pickled_parameter(w, protocol):
    plain = vars(Parameter(0.0))
    return _read_parameter, (type(w), w.numpy(), w.requires_grad, w.name, _more(w, plain))


Parameter.__copy__ = lambda w: _copied_parameter(w, {})
Parameter.__deepcopy__, Parameter.__reduce_ex__ = _copied_parameter, _pickled_parameter

# ---- sets of parameters ----


def _empty_params(of, context, more):
    p = Params.__new__(of)
    Params.__init__(p, context)
    vars(p).update(more)
    return p


def _copied_params(p, memo):
    """Another set with the same names, values and states, in the same context. That of a part is a whole."""
    _, context = p._p, p.context
    q = memo[id(p)] = _empty_params(type(p), context, _more(p, _OF_PARAMS, memo))
    _lib.wg_params_copy_at(_here(), q._p, p._p)
    context._look()
    return q


def _read_params(of, arrays, more):
    p = _empty_params(of, wg.default_context(), more)
    for name, a, is_state in arrays:
        _lib.wg_params_make_at(_here(), p._p, _text(name), _tensor(a), is_state)
        p.context._look()
    return p


def _pickled_params(p):
    arrays = [(name, p[name], _lib.wg_params_is_state(p._p, k)) for k, name in enumerate(p.names())]
    return _read_params, (type(p), arrays, _more(p, _OF_PARAMS))


Params.__copy__ = lambda p: _copied_params(p, {})
Params.__deepcopy__, Params.__reduce__ = _copied_params, _pickled_params

# ---- first values ----


def _read_init(kind, a, b, fan, dtype, values):
    if values is not None:
        return wg.values(values)
    return Init(kind, a, b, fan, None, dtype)


def _pickled_init(x):
    values = next((a for a in getattr(x, "kept", ()) if isinstance(a, np.ndarray)
                   and a.ctypes.data == x.values), None)
    return _read_init, (x.kind, x.a, x.b, x.fan, x.dtype, values)


Init.__reduce_ex__ = lambda x, protocol: _pickled_init(x)

# ---- reports ----


class Said(Report):
    """What a report said, as a text and facts: a copy of one, or one of another process."""

    verdict = property(lambda r: r._verdict)

    def __init__(self, text, verdict, facts, lists):
        self._text, self._verdict, self._facts, self._lists = text, verdict, facts, lists

    def facts_of(self):
        return self._facts

    def __bool__(self):
        return self.verdict == "pass"

    def __str__(self):
        return self._text

    def __reduce__(self):
        return Said, (self._text, self._verdict, self._facts, self._lists)

    def __getattr__(self, name):
        if name[:1] == "_":
            raise AttributeError(name)
        if name in self._lists:
            return lambda i: self._lists[name][i] if 0 <= i < len(self._lists[name]) else None
        if name not in _calls().methods_of("check"):
            raise AttributeError("a wengert check has no %s" % name)
        raise Error("wengert: a report that was copied or pickled has its text and facts: ask the report "
                    "that wg.check gave for %s" % name)

    def __dir__(self):
        return [*object.__dir__(self), *self._lists]


_LISTS = dict(findings="finding_at", inputs="input_at", unreached="unreached_at", points="point_at")


def _fields(x):
    """A record of C as an object of Python."""
    if not isinstance(x, _calls().Record):
        return x
    return types.SimpleNamespace(**{name: _fields(getattr(x, name))
                                    for name, _ in _pairs(_structs[x._kind].split())})


def _said(r):
    facts, method_of = r.facts_of(), _calls().method_of
    lists = {at: [_fields(method_of(r, "check", at)(i)) for i in range(getattr(facts, n))]
             for n, at in _LISTS.items()}
    return str(r), r.verdict, _fields(facts), lists


Report.__reduce__ = lambda r: (Said, _said(r))

# ---- functions and sizes ----


def _function_of(name):
    """The function of this name, which is pickled as its name."""
    return getattr(wg, name)


for _name, _f in {**_builders, **calls}.items():
    if isinstance(_f, types.FunctionType):
        _f.__module__, _f.__qualname__ = "wengert", _name
_Size.__reduce_ex__ = lambda n, protocol: (_Size, (int(n), n._shape))
