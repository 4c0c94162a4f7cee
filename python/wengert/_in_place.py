# SPDX-License-Identifier: MIT
"""Calls that change a tensor: x += 1, x[0] = 5, x.add_(y), F.relu(x, inplace=True). A node never changes: the
tensor is another node from then on, and so is each that shares its memory in NumPy and PyTorch: slices, other
shapes, x.detach(), w.data. What was computed of it before keeps its number and its derivative."""
import ctypes
import functools
import operator
import sys
import types
import weakref

import numpy as np

from ._arrays import _list_of, _numbers, _plain
from ._context import _now, default_context
from ._errors import Error
from ._extern import custom_vjp
from ._graph import _graphs
from ._indexing import fitted
from ._library import _Node, _lib
from ._names import _builder_method, _builders, _method, calls, methods
from ._tensors import Leaf, Parameter, _ParametersGradient, become_leaf, clone, share
from ._value import Value, _of_value
from ._way import _off

VIEWS = frozenset("reshape transpose swap slice select expand_dims squeeze broadcast_to diagonal".split())


def _viewing(f):
    @functools.wraps(f)
    def view(x, *given, **options):
        y = f(x, *given, **options)
        if isinstance(x, Value) and type(y) is Value and y is not x and y._shows is None:
            y._shows = x
        return y
    return view


# Calls whose result is the memory of their first operand, in another order or a part of it.
for _name in VIEWS:
    _builders[_name] = _viewing(_builders[_name])


def _key(node):
    return node.graph, node.index, node.generation


def _options(node):
    """The options of the call that made the node."""
    found = Value.options.fget(types.SimpleNamespace(_node=node))
    return {n: x for n, x in found.items() if x is not None}


def _key_of(name, o):
    """The key of a select or a slice."""
    return (slice(None),) * o["axis"] + (o["index"] if name == "select" else
                                         slice(o["from"], o["to"], o["step"] if o["step"] != 1 else None),)


def _part(name, a, o):
    """What the call shows of an array. None: other memory, of a reshape that has to copy."""
    axes = tuple(_list_of(o.get("axes", o.get("axis", ()))))
    if name == "reshape":
        a = a.view()
        try:
            a.shape = o["shape"]
        except AttributeError:
            return None
        return a
    return (np.broadcast_to(a, o["shape"]) if name == "broadcast_to" else a.swapaxes(-1, -2)
            if name == "swap" else a.transpose(axes or None) if name == "transpose"
            else a[(*_key_of(name, o), ...)] if name in ("slice", "select") else np.expand_dims(a, axes)
            if name == "expand_dims" else np.squeeze(a, axes or None) if name == "squeeze"
            else a.diagonal(0, -2, -1))


def _node_in(x, g):
    """The node of x in the graph g, as a key, or None."""
    if not isinstance(x, Leaf):
        n = x._node
        there = g._carried.get((x.graph._serial, n.index, n.generation)) if x.graph is not g else None
        return _key(there[0] if there else n)
    there = g._leaves.get(x._leaf[0])
    return there and _key(g._at(there[1]))


def _step(v):
    """(of, call, options): what the call makes of the value `of` is what v shows, in its memory. Without a
    call it is all of it. None: v has memory of its own."""
    if v._shows is None or v._how:
        return v._how
    if v._cut:
        return v._shows, None, {}
    ancestors, node, of = [v._shows], v._node, _Node()
    while (step := _step(ancestors[-1])) is not None:
        ancestors.append(step[0])
    call = _lib.wgx_node_call(node, ctypes.byref(of)).decode()
    for x in ancestors:  # the library may have left out calls that change nothing
        there = _node_in(x, v.graph)
        if there == _key(node):
            return x, None, {}
        if there == _key(of) and call in VIEWS:
            return x, call, _options(node)
    if call == "stop_gradient":  # what a value in another place than a block of no_grad is an operand by
        return v._shows, None, {}
    return (v._shows, call, _options(node)) if call in VIEWS else None


class _Shown:
    """What the value v shows. whole: the value that has the memory; steps: by which it is v, from there on.
    detached: v is no more than numbers, but the whole may have a derivative."""

    def __init__(self, v):
        self.whole, self.steps = v, []
        while step := _step(self.whole):
            self.whole = step[0]
            self.steps.insert(0, step)
        while (part := self.of_array(np.empty(self.whole.shape, np.int8))) is None:
            # a reshape that copies: what it makes has memory of its own
            *_, k = (k for k, step in enumerate(self.steps) if step[1] == "reshape")
            self.steps = self.steps[k + 1:]
            self.whole = self.steps[0][0] if self.steps else v
        self.part, self.detached = part, any(x._constant for x in (v, *(x for x, *_ in self.steps[1:])))

    def again(self):
        """The same of what it shows, as that is now."""
        of, call, o = self.steps[-1]
        o = {"from_" if n == "from" else n: x for n, x in o.items()}
        shape = [o.pop("shape")] if "shape" in o else []
        return _builders[call](of, *shape, **o) if call else of

    def of_array(self, a):
        """The same of an array. None: it would have to be copied."""
        for _, call, o in self.steps:
            a = _part(call, a, o) if call and a is not None else a
        return a


def is_contiguous(x):
    """Whether the elements of x are one behind another in the memory that it shows."""
    return (x._array if _is_data(x) else _Shown(x).part).flags.c_contiguous


def _fixed(v):
    """Whether the value is an argument of a function that a transform calls."""
    return not isinstance(v, Leaf) and any(_key(v._node) == _key(w._node)
                                           for w in vars(v.graph).get("_wrt", ()))


def _members(*wholes):
    """The other values that show their memory, as pairs (value, _Shown)."""
    wholes = {id(w): w for w in wholes if w._views}
    views = [v for g in list(_graphs.values()) for v in g._values() if v._shows is not None] if wholes else []
    views += [v for w in wholes.values() for v in _in_memory(w) if v is not w]
    return [(v, s) for v in views if id((s := _Shown(v)).whole) in wholes]


def _is_had(members, values):
    """members: a whole, which has a name in the caller. Whether somebody has it, or a value with a derivative
    that shows its memory, beside the list of values and what is shown by others."""
    whole, alone = id(members[0]), object()
    members += [v for v, _ in _members(members[0])]
    while members:
        x = members.pop()
        if not _is_numbers(x) and sys.getrefcount(x) > x._views + sys.getrefcount(alone) + (
                id(x) == whole) + sum(v is x for v in values):
            return True
    return False


def _anew(members):
    """The members of a memory show its new numbers."""
    with calls["enable_grad"]():
        for v, s in sorted(members, key=lambda m: len(m[1].steps)):
            _become(v, s.again())
            v._constant = s.detached


def _become(x, y):
    """x is y from now on."""
    g = y.graph
    node, constant, of = y._place(g), x._constant or y._constant, x._shows
    if isinstance(x, Leaf):
        x.__class__, x._how, x._memory = Value, None, None
    Value.__init__(x, node, g)
    x._constant, x._shows = constant, of


# ---- tensors in the memory of an array ----

def _is_data(x):
    """Whether x is a tensor outside of graphs, of numbers alone."""
    return isinstance(x, Leaf) and not isinstance(x, (Parameter, _ParametersGradient))


def _in_memory(x):
    """The tensors outside of graphs that are in the memory of x: a part of its array each."""
    return list(x._memory.values()) if _is_data(x) and x._memory is not None else [x]


def _is_numbers(x):
    """Whether x, a value in a graph of ours, is no more than its numbers."""
    return (type(x) is Value and x.graph._auto and not x.graph._outside and not _fixed(x)
            and getattr(_now, "inside", None) is None and (x._constant or not x.requires_grad))


def _settle(whole):
    """A value without a derivative is a tensor outside of graphs from now on, with all that shows it."""
    members = [(v, s, _step(v)) for v, s in _members(whole) if not _is_data(v)]
    if not _is_data(whole):
        become_leaf(whole, whole.numpy())
    for v, s, step in members:
        become_leaf(v, s.of_array(whole._array), step)
        share(v, whole)


def _each_once(a):
    if 0 in a.strides and any(n > 1 and not step for n, step in zip(a.shape, a.strides)):
        raise Error("wengert: some elements of the tensor are the same memory, and cannot change one by one: "
                    "write x = x.clone()")


def _write_array(x, key, new):
    """x[key] = new of a tensor outside of graphs, in its memory."""
    if x._lent:
        raise Error("wengert: the tensor is in the memory of an array, which nobody can write to: write "
                    "wg.tensor(a) in place of wg.from_numpy(a)")
    if x._views or x._how:
        _settle(_Shown(x).whole)
    _each_once(x._array)
    leaves, owner = _in_memory(x), x._array
    while isinstance(owner.base, np.ndarray):
        owner = owner.base
    placed = [w for w in leaves if sys.getrefcount(w._leaf) > 2]  # graphs have it, too
    if not owner.flags.owndata or any([w._handed for w in leaves]) or placed and owner.nbytes >= 1 << 16:
        begin, owner = owner.ctypes.data, owner.copy(order="K")  # others have that memory
        for w in leaves:
            a = w._array
            w._numbers(np.ndarray(a.shape, a.dtype, owner, a.ctypes.data - begin, a.strides))
    owner.flags.writeable = True
    a = x._array.view()
    a.flags.writeable = True
    try:
        a[key] = new
    finally:
        owner.flags.writeable = False
        for w in placed:
            w._numbers(w._array)


def change(x, new, what):
    """x has these numbers from now on. Returns x."""
    shown = _Shown(x)
    whole = shown.whole
    if _fixed(whole):
        raise Error("wengert: %s: the argument of a function that is differentiated does not "
                    "change: write x = x + 1, or x = x.at[...].set(new)" % what)
    new = fitted(new, x.shape, x.dtype, what)
    new = new if isinstance(new, Value) else Leaf(np.array(new))
    if isinstance(whole, (Parameter, _ParametersGradient)):
        _change_parameter(shown, _numbers_with(shown, new))
        return x
    plain = _off() or not new.requires_grad
    if plain and _is_data(whole) or plain and x is not whole and _is_numbers(whole):
        _settle(whole)
        _write_array(x, ..., _plain(new))
        return x
    members, trained = _members(whole), whole.requires_grad and (_off() or shown.detached)
    if trained and not plain:
        raise Error("wengert: %s: this tensor is in the memory of one that has a derivative, and was "
                    "detached: write y = y.clone() before it" % what)
    if trained or x is whole and whole.requires_grad and plain:
        with calls["enable_grad"]():
            new = custom_vjp(Leaf(_numbers_with(shown, new)), [whole], _same if trained else _none)
    elif x is not whole:
        new = _put(x, shown, new)
    _become(whole, new)
    _anew(members)
    return x


# The derivative of what changes in no_grad stays. That of what gets numbers alone is zero.
_same, _none = lambda y, gy, x: gy, lambda y, gy, x: gy * 0


def _change_parameter(shown, new):
    """The same of a parameter, or of a gradient. What was made of it keeps its number."""
    w = shown.whole
    if isinstance(w, _ParametersGradient):
        w._by._change_grad(new)
    elif not (_off() or shown.detached):
        raise TypeError("wengert: a parameter changes by an optimizer, in a block `with "
                        "wg.no_grad():`, or by w.data; for a new value write y = w + x")
    else:
        w.set(new)


def _numbers_with(shown, new):
    """The numbers of the whole, with new ones where it is shown."""
    a = shown.whole.numpy(copy=True)
    part = shown.of_array(a)
    _each_once(part)
    part.flags.writeable = True
    part[...] = _plain(new)
    return a


def _put(x, shown, new):
    """The whole memory, with new numbers where x shows it."""
    whole = shown.whole
    if all(call in (None, "select", "slice") for _, call, _ in shown.steps):
        for of, call, o in shown.steps[::-1]:
            new = of.at[_key_of(call, o)].set(new) if call else new
        return new
    places = shown.of_array(np.arange(whole.size).reshape(whole.shape))
    _each_once(places)
    return whole.reshape(-1).at[places.reshape(-1)].set(new.reshape(-1)).reshape(whole.shape)


# ---- operators and indices ----

def _operator(sign, op):
    def operate(x, y):
        if _fixed(x):
            return op(x, y)  # as in JAX
        # numbers without a node, which would keep a parameter as it was
        new = op(x.numpy(), _plain(y)) if isinstance(x, (Parameter, _ParametersGradient)) else op(x, y)
        return change(x, new, "x %s= y" % sign)
    return operate


for _sign, _name in dict(zip("+ - * / ** // % & | ^ @".split(), "add sub mul truediv pow floordiv mod and or "
                             "xor matmul".split())).items():
    _op = getattr(operator, _name + "_" * (_name in ("and", "or")))
    _of_value("__i%s__" % _name)(_operator(_sign, _op))


@_of_value("__setitem__")
def _set_item(x, key, new):
    """x[key] = new."""
    plain = _off() or not (isinstance(new, Value) and new.requires_grad)
    if plain and type(x) is Value and _is_numbers(whole := _Shown(x).whole):
        _settle(whole)
    if plain and _is_data(x):
        _write_array(x, _numbers(key), _plain(new))
    elif plain and (_off() or isinstance(x, Leaf)):
        a = x.numpy(copy=True)
        a[_numbers(key)] = _plain(new)
        change(x, a, "x[...] = y")
    else:
        change(x, x.at[key].set(new), "x[...] = y")


# ---- methods whose name ends in _ ----

def _drawn(generator):
    return (default_context() if generator is None else generator)._random


def _diagonal(x, value, wrap=False):
    a = np.zeros(x.shape, bool)
    np.fill_diagonal(a, True, wrap)
    return _builders["where"](a, value, x)


_CHANGES = dict(
    zero_=lambda x: 0, fill_=lambda x, value: value, copy_=lambda x, src, non_blocking=False: src,
    add_=lambda x, other, *, alpha=1: x + other * alpha if alpha != 1 else x + other,
    sub_=lambda x, other, *, alpha=1: x - other * alpha if alpha != 1 else x - other,
    normal_=lambda x, mean=0, std=1, *, generator=None:
        mean + std * _drawn(generator).standard_normal(x.shape),
    uniform_=lambda x, from_=0, to=1, *, generator=None:
        from_ + (to - from_) * _drawn(generator).random(x.shape),
    exponential_=lambda x, lambd=1, *, generator=None: _drawn(generator).exponential(1 / lambd, x.shape),
    bernoulli_=lambda x, p=0.5, *, generator=None:
        np.asarray(_drawn(generator).random(x.shape) < _plain(p), x.dtype),
    fill_diagonal_=_diagonal)
# These change the shape of the tensor alone: its elements stay where they are.
_SHAPES = frozenset("t_ squeeze_ unsqueeze_ transpose_ swapaxes_ swapdims_".split())


def changer(name):
    """The function of x.NAME(...), whose name ends in _; None: there is none."""
    f = _CHANGES.get(name) or methods.get(name[:-1]) or _builder_method(name[:-1])
    if f is None or name[:1] == "_":
        return None

    def changed(x, *given, **options):
        y = f(x, *given, **options)
        if name in _SHAPES:
            if isinstance(x, Leaf):
                x.__init__(y.numpy(copy=True), x._name)
            else:
                _become(x, y)
            return x
        return change(x, y, "x.%s" % name)
    return functools.update_wrapper(changed, f, ("__doc__",))


@_of_value("_in_place")
def _function_in_place(x, y):
    """What F.relu(x, inplace=True) gives: x, which is y from now on."""
    return x if y is x else change(x, y, "inplace=True")


def _detach(x):
    """x, which has no derivative from now on."""
    x._constant = True
    return x


_method(_detach, "detach_")
Value._changer = staticmethod(changer)


def _set_data(w, a):
    """w.data = a: w has the memory of a. What shows the memory that w had keeps its numbers."""
    for v, _ in _members(w):
        if v._shows is w:
            v._shows, v._cut = None, False
    w.set(a)
    if _is_whole(a):
        members = _members(a)
        _become(a, w)
        a._constant, a._shows, a._cut = True, w, True
        _anew(members)


def _is_whole(a):
    """Whether a is a tensor of numbers in memory of its own."""
    return isinstance(a, Value) and a._shows is None and (_is_data(a) or _is_numbers(a))


def _set_gradient(w, g):
    """w.grad = g, which is the gradient itself then."""
    new = None if g is None else _plain(g)
    w.zero_grad()
    if g is not None:
        w._change_grad(new)
    if _is_whole(g):
        members = _members(g)
        become_leaf(g, new)
        g.__class__, g._memory, g._by, w._held = _ParametersGradient, None, w, weakref.ref(g)
        g._look()
        _anew(members)


def _look(g):
    """The numbers of w.grad, which may have changed. After zero_grad() g is a tensor with the old ones."""
    members, a = _members(g), g._by._store._gradient(g._by._key)
    if a is None:
        del g._by._held
        g.__class__ = Leaf
    else:
        g._numbers(a)
        _anew(members)


_ParametersGradient._look = _look
Parameter.data = property(Value.data.fget, _set_data)
Parameter.grad = Parameter.grad.setter(_set_gradient)
# Elements in another order than in memory are copied: a write to the copy changes nothing else.
_method(lambda x: x if is_contiguous(x) else clone(x), "contiguous")
