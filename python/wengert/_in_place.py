# SPDX-License-Identifier: MIT
"""Calls that change a tensor: x += 1, x[0] = 5, x.add_(y), F.relu(x, inplace=True). A node never changes: the
tensor is another node from then on, and so is each that shares its memory in NumPy and PyTorch: slices, other
shapes, x.detach(), w.data. What was computed of it before keeps its number and its derivative."""
import ctypes
import functools
import operator
import types

import numpy as np

from ._arrays import _has_value, _is_cut, _list_of, _numbers, _plain
from ._context import default_context
from ._errors import Error
from ._graph import _graphs
from ._library import _Node, _lib
from ._names import _builder_method, _builders, _method, calls, methods
from ._tensors import Leaf, Parameter, _ParametersGradient, clone
from ._value import Value, _of_value
from ._way import _off

# Calls whose result is the memory of their first operand, in another order or a part of it.
_VIEWS = frozenset("reshape transpose swap slice select expand_dims squeeze broadcast_to diagonal "
                   "stop_gradient".split())


def _key(node):
    return node.graph, node.index, node.generation


def _carried_from(node):
    """The node of another graph that stands here, or None."""
    g = _graphs.get(node.graph)
    for key, (to, _) in list(g._carried.items()) if g is not None else ():
        if len(key) == 3 and _key(to) == _key(node):
            h = next((h for h in list(_graphs.values()) if h._serial == key[0]), None)
            return None if h is None else _Node(h._g, key[1], key[2])
    return None


def _options(node):
    """The options of the call that made the node."""
    found = Value.options.fget(types.SimpleNamespace(_node=node))
    return {n: x for n, x in found.items() if x is not None}


def _in_numpy(name, a, o):
    """What the call makes of an array of NumPy, which says whether it is the same memory."""
    at = (slice(None),) * o["axis"] if isinstance(o.get("axis"), int) else ()
    axes = tuple(_list_of(o.get("axes", o.get("axis", ()))))
    return (a.reshape(o["shape"]) if name == "reshape" else np.broadcast_to(a, o["shape"])
            if name == "broadcast_to" else a.swapaxes(-1, -2) if name == "swap"
            else a.transpose(axes or None) if name == "transpose"
            else a[at + (slice(o["from"], o["to"], o["step"]),)] if name == "slice"
            else a[at + (o["index"],)] if name == "select" else np.expand_dims(a, axes)
            if name == "expand_dims" else np.squeeze(a, axes or None) if name == "squeeze"
            else a.diagonal(0, -2, -1) if name == "diagonal" else a)


def _shown(node):
    """The node, that whose elements it shows, and so on, as pairs (node, call), of which the last one is no
    view: its call is None, as that of a node that stands in another graph. A reshape that has to copy is no
    view."""
    nodes, calls_ = [node], []
    while True:
        x = _Node()
        name = _lib.wgx_node_call(nodes[-1], ctypes.byref(x)).decode()
        name, x = (name, x) if name in _VIEWS and x.graph else (None, _carried_from(nodes[-1]))
        if x is None:
            break
        nodes.append(x)
        calls_.append(name)
    cut, a = len(calls_), None
    for k in reversed(range(len(calls_))):
        a = _array_of(nodes[k + 1]) if a is None else a
        b = a if calls_[k] is None else _in_numpy(calls_[k], a, _options(nodes[k]))
        if b.size and not np.may_share_memory(a, b):
            cut, b = k, None
        a = b
    return list(zip(nodes[:cut], calls_[:cut])) + [(nodes[cut], None)]


def _array_of(node):
    """An array of the node's shape."""
    return np.empty(tuple((s := _lib.wg_node_shape(node)).dim[:s.rank]), np.int8)


def _root(node):
    return _shown(node)[-1][0]


def _leaf_of(node):
    """The tensor outside of graphs that is this node, or None."""
    g = _graphs.get(node.graph)
    for of, at, store in g._leaves.values() if g is not None else ():
        if at == node.index | node.generation << 32:
            return of() if store else of
    return None


def is_contiguous(x):
    """Whether the elements of x are one behind another in the memory that it shows."""
    shown = () if isinstance(x, Leaf) else _shown(x._node)
    if len(shown) < 2:
        return True
    a = _array_of(shown[-1][0])
    for node, name in reversed(shown[:-1]):
        a = a if name is None else _in_numpy(name, a, _options(node))
    return a.flags.c_contiguous


def _fixed(node, g):
    """Whether the node is an argument of a function that a transform calls."""
    return any(_key(node) == _key(v._node) for v in vars(g).get("_wrt", ()))


class _Family:
    """What shares the memory of x. leaves: the tensors outside of graphs that it is. members: other values
    that somebody has, as pairs (value, node of the whole memory). mine: that node, if x shows a part."""

    def __init__(self, x):
        shown = [] if isinstance(x, Leaf) else _shown(x._node)
        root = shown[-1][0] if shown else None
        leaf = x if root is None else _leaf_of(root)
        self.leaves = [] if leaf is None else [*(vars(leaf).get("_shared") or [leaf])]
        self.members = []
        if not isinstance(leaf, (Parameter, _ParametersGradient)):  # what was made of one keeps its number
            for v in [v for g in list(_graphs.values()) for v in g._values()]:
                node = None if v is x or isinstance(v, Leaf) else _root(v._node)
                of = node if node is None or not self.leaves else _leaf_of(node)
                if node is not None and (any(of is one for one in self.leaves) if self.leaves
                                         else _key(node) == _key(root)):
                    self.members.append((v, node))
        # whether x was detached on the way
        self.detached = x._constant or any(name == "stop_gradient" for _, name in shown)
        self.mine = root if len(shown) > 1 else None


def _again(v, new):
    """The view v, of the tensor `new` in the place of its whole memory."""
    for node, name in reversed(_shown(v._node)[:-1]):
        if name is not None:
            o = {"from_" if n == "from" else n: x for n, x in _options(node).items()}
            shape = [o.pop("shape")] if "shape" in o else []
            new = _builders[name](new, *shape, **o)
    return new


def _become(x, y):
    """x is y from now on."""
    constant = x._constant
    Value.__init__(x, y._place(y.graph), y.graph)
    x._constant = constant or y._constant


def _fit(x, new, what):
    """The new numbers in the shape and dtype of x."""
    new = new if isinstance(new, Value) else calls["tensor"](new) if _has_value(new) else np.asarray(new)
    if _is_cut(new, x.dtype):
        raise TypeError("wengert: %s: the tensor has the dtype %s, which would cut a result of %s: write "
                        "x = x.double() before it" % (what, x.dtype, new.dtype))
    if new.shape != x.shape:
        try:
            fits = np.broadcast_shapes(new.shape, x.shape) == x.shape
        except ValueError:
            fits = False
        if not fits:
            raise ValueError("wengert: %s: the result has the shape %s, and the tensor %s" %
                             (what, list(new.shape), list(x.shape)))
        new = (_builders["broadcast_to"](new, x.shape) if isinstance(new, Value)
               else np.broadcast_to(new, x.shape))
    return _builders["cast"](new, x.dtype) if isinstance(new, Value) else Leaf(np.array(new, x.dtype))


def _write(leaf, new, detached):
    """A tensor outside of graphs takes new numbers, or is computed from now on. detached: by w.data, say."""
    if isinstance(leaf, Parameter):
        if not (_off() or detached or leaf._constant):
            raise TypeError("wengert: a parameter changes by an optimizer, in a block `with "
                            "wg.no_grad():`, or by w.data; for a new value write y = w + x")
        leaf.set(new)
    elif isinstance(leaf, _ParametersGradient):
        leaf._by._change_grad(_plain(new))
        Leaf.set(leaf, new)
    elif vars(leaf).get("_lent") is not None:
        raise Error("wengert: the tensor is in the memory of an array, which nobody can write to: write "
                    "wg.tensor(a) in place of wg.from_numpy(a)")
    elif new.requires_grad and not _off():
        leaf.__class__ = Value
        Value.__init__(leaf, new._place(new.graph), new.graph)
    else:
        leaf.set(new)


def change(x, new, what):
    """x has these numbers from now on. Returns x."""
    if not isinstance(x, Leaf):
        if _fixed(_root(x._node), x.graph):
            raise Error("wengert: %s: the argument of a function that is differentiated does not "
                        "change: write x = x + 1, or x = x.at[...].set(new)" % what)
        if _off() and x.requires_grad:
            raise Error("wengert: %s in no_grad, of a value that has a derivative: write x = x + y" % what)
    new, family = _fit(x, new, what), _Family(x)
    if not (family.leaves or family.members):
        _become(x, new)
        return x
    if family.detached and any(v.requires_grad for v, _ in family.members):
        raise Error("wengert: %s: this tensor is in the memory of one that has a derivative, and was "
                    "detached: write y = y.clone() before it" % what)
    whole = new if family.mine is None else _put(x, family, new)
    for leaf in family.leaves:
        _write(leaf, whole, family.detached and leaf is not x)
    whole = family.leaves[0] if family.leaves else whole
    mine = [] if isinstance(x, Leaf) else [(x, family.mine or x._node)]
    for v, node in family.members + mine:
        _become(v, whole if _key(v._node) == _key(node) else _again(v, whole))
    return x


def _put(x, family, new):
    """The whole memory, with new numbers where x shows it."""
    root = family.mine
    shape = tuple((s := _lib.wg_node_shape(root)).dim[:s.rank])
    numbers = Leaf(np.arange(int(np.prod(shape, dtype=np.int64))).reshape(shape))
    places = _again(x, numbers).numpy().reshape(-1)
    if np.unique(places).size < places.size:
        raise Error("wengert: some elements of the tensor are the same memory, and cannot change one by one: "
                    "write x = x.clone()")
    was = (family.leaves[0] if family.leaves else Value(root, _graphs[root.graph])).reshape(-1)
    return (was.detach() if family.detached else was).at[places].set(new.reshape(-1)).reshape(shape)


# ---- operators and indices ----

def _operator(sign, op):
    def operate(x, y):
        if not isinstance(x, Leaf) and (_fixed(x._node, x.graph)
                                        or not x.shape and _key(_root(x._node)) != _key(x._node)):
            return op(x, y)  # as in JAX; a number of an array is none of its memory in NumPy
        return change(x, op(x, y), "x %s= y" % sign)
    return operate


for _sign, _name in dict(zip("+ - * / ** // % & | ^".split(), "add sub mul truediv pow floordiv mod and or "
                             "xor".split())).items():
    _op = getattr(operator, _name + "_" * (_name in ("and", "or")))
    _of_value("__i%s__" % _name)(_operator(_sign, _op))


@_of_value("__setitem__")
def _set_item(x, key, new):
    """x[key] = new."""
    if isinstance(x, Leaf) and (_off() or not (isinstance(new, Value) and new.requires_grad)):
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
            _become(x, y) if not isinstance(x, Leaf) else x.__init__(y.numpy(copy=True), x._name)
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
# Elements in another order than in memory are copied: a write to the copy changes nothing else.
_method(lambda x: x if is_contiguous(x) else clone(x), "contiguous")
