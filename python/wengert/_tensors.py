# SPDX-License-Identifier: MIT
"""Tensors that are in no graph: Leaf, and Parameter with its gradient, as in PyTorch."""
import weakref

import numpy as np

from ._arrays import _code_of, _plain, _shape, _single, _tensor, _text
from ._context import default_context
from ._errors import Error
from ._graph import _same_graph, _serials, graph
from ._library import Init, _Node, _lib
from ._names import _method, calls
from ._params import Params
from ._value import Value
from ._way import _here, _off

class Leaf(Value):
    """A value that is in no graph: wg.tensor(x). Where it is used it is an input of the graph there.
    x.set(array) gives it other numbers; what was made of it keeps its own."""

    _memory = None  # the tensors that are in the memory of its array
    _lent = None  # what keeps an array from being written to, if it is the user's

    def __init__(self, array, name=None):
        self._name, self._code = name, _code_of(array.dtype)
        self._numbers(array)

    def _numbers(self, array):
        """It has these numbers from now on. What was made of it keeps its own."""
        array.flags.writeable = False
        self._array, self._handed = array, False
        self._leaf = next(_serials), array, _text(self._name) if self._name else None, _here()
        self._placed(_Node())

    def _place(self, g):
        key, array, name, site = self._leaf
        there = g._leaves.get(key)
        node = g._at(there[1]) if there else None
        if not there or not _lib.wgx_node_is_current(node):
            node = g._number(name, np.asarray(array, order="C"), site)
            kept = Leaf.__new__(Leaf)  # the array as it is now
            kept._leaf = self._leaf
            g._leaves[key] = kept, node.index | node.generation << 32, None
        self._placed(node)
        return node

    graph = property(lambda x: _same_graph())
    _node = property(lambda x: x._place(_same_graph()))
    shape = property(lambda x: x._array.shape)
    dtype = property(lambda x: x._array.dtype)
    name = property(lambda x: x._name)
    is_leaf = property(lambda x: True)
    requires_grad = property(lambda x: False)
    grad = property(lambda x: None)

    def numpy(self, copy=False):
        """Its numbers as an array, which cannot be written to."""
        self._handed = self._handed or not copy
        return self._array.copy() if copy else self._array

    def item(self, *index):
        """The number of a value of one element; of another one that of the element at this index."""
        a = self.numpy()
        return a.item(*index) if index or a.size == 1 else super().item()

    def set(self, array):
        """Other numbers. What was made of it keeps its own."""
        a = np.asarray(_plain(array), self.dtype, order="C")
        if a.shape != self.shape:
            raise ValueError("wengert: set: the shape is %s, that of the array %s" %
                             (list(self.shape), list(a.shape)))
        if self._memory is not None or self._views:
            self[...] = a
        else:
            self._numbers(a.copy())

def become_leaf(v, array, how=None):
    """The value v is in no graph from now on. how: by what it shows a part of another one."""
    v.__class__, v._how = Leaf, how
    v.__init__(array)
    v._shows, v._constant = how and how[0], False

def share(y, x):
    """The array of the tensor y is a part of that of x."""
    if x._memory is None:
        x._memory = weakref.WeakValueDictionary({id(x): x})
    y._memory = x._memory
    y._memory[id(y)] = y

def _detached(x):
    """The same number, without a derivative, in the memory of x: see _in_place.py."""
    if isinstance(x, _ParametersGradient):
        return x
    if isinstance(x, Leaf) and not isinstance(x, Parameter):
        y = Leaf(x._array, x._name)
        share(y, x)
        y._shows, y._how = x, (x, None, {})
        return y
    g = x.graph
    y = Value(x._place(g), g)
    y._constant = y._cut = True
    y._shows = x
    return y

def clone(x):
    """The same number in memory of its own."""
    if isinstance(x, Leaf) and not isinstance(x, Parameter):
        return Leaf(x._array.copy(), x._name)
    return x * 1 if x.dtype.kind != "b" else x | x

_method(_detached, "detach")
_method(clone, "clone", "copy")
Value.data = property(_detached, lambda x, a: x.copy_(a))

def requires_grad_(x, requires_grad=True):
    """x.requires_grad = True: a tensor gets a gradient."""
    if not isinstance(x, Leaf):
        if x.requires_grad == bool(requires_grad):
            return x
        if x.requires_grad:
            raise TypeError("wengert: this value was computed of what has a gradient: write x.detach()")
        become_leaf(x, x.numpy())
    x.requires_grad = requires_grad
    return x

_method(requires_grad_, "requires_grad_")
Value.requires_grad = Value.requires_grad.setter(requires_grad_)

class Gradient(Value):
    """x.grad: the gradient by x as a value. x.grad(y) is the derivative of x by y."""

    @staticmethod
    def _of(y, x):
        g = Gradient(y._node, y.graph)
        g._by = x
        return g

    def __call__(self, y):
        return calls["grad"](self._by, y)

class _ParametersGradient(Leaf, Gradient):
    """g = w.grad; g *= 2 changes w.grad, as in PyTorch."""

def _new_store(context):
    store = Params(context)
    _lib.wgx_params_keep_values(store._p, 2)  # WG_KEEP
    return store

class Parameter(Leaf):
    """A tensor that an optimizer changes: wg.tensor(x, requires_grad=True), or a part of a wg.Module. It
    belongs to no graph: where it is used it is an input of the graph there, with its present numbers. What
    was made of it keeps its number when it changes. y.backward() adds to its .grad."""

    def __init__(self, data, requires_grad=True, dtype=None, name=None):
        a = np.asarray(data.numpy() if isinstance(data, Value) else data)
        if a.dtype.kind != "f" and dtype is None and a.dtype.kind in "iu":
            raise TypeError("wengert: only floats have gradients: write 1.0 for 1, or dtype=wg.float64")
        context = default_context()
        a = np.ascontiguousarray(a, dtype or _single(a) or context.dtype).reshape(a.shape)
        self._name, self._code = name or "tensor", _code_of(a.dtype)
        self._constant = not requires_grad
        self._put(_new_store(context), self._name, a)

    # Its gradient, if somebody has that, whose numbers are then those of w.grad; or None.
    _held = lambda w: None

    def _rename(self, name):
        """The name by which a module has it. A set that an optimizer has keeps the old one."""
        if len(self._store) == 1 and self._name != name and _owner(self) is None:
            self._move(_new_store(self._store.context), name)
        self._name = name if len(self._store) == 1 else self._name

    def _move(self, store, key):
        """Into another set, with its gradient and with those of values that are there already."""
        old, of = self._store, self._key
        g = old._gradient(of)
        old._heirs.append((weakref.ref(self), of))
        self._put(store, key, self.numpy())
        if g is not None:
            store._set_gradient(key, g)
            old._set_gradient(of, None)

    def _put(self, store, key, a):
        self._store, self._key, self._kind = store, key, (a.shape, a.dtype)
        store._here.append(weakref.ref(self))
        _lib.wg_params_make_at(_here(), store._p, _text(key), _tensor(a), False)
        store.context._look()
        self._index = store._index(key)
        # Of the sets that it was in. The last is the present one.
        self._keys = (*vars(self).get("_keys", ()), next(_serials))
        self._leaf = self._keys[-1], store, _text(key), self._index, store._p
        self._placed(_Node())

    def _place(self, g):
        key, store, name, _, p = self._leaf
        there = g._leaves.get(key)
        node = there and g._at(there[1])
        if store is None or g.context is not store.context:
            return self._from_another_thread(g, node)
        if not there or not _lib.wgx_node_is_current(node):
            if there:  # it has changed since
                g._leaves[key, there[1]] = there
            node = _lib.wg_param_at(_here(), g._g, p, name, _shape(self.shape), Init())
            g.context._look()
            g._leaves[key] = weakref.ref(self), node.index | node.generation << 32, store
        if self._constant and not _off():
            return g._without_gradient((g._serial, node.index, node.generation), node)
        self._placed(node)
        return node

    def _from_another_thread(self, g, node):
        """A context works in one thread at a time. In another thread the parameter is a number."""
        if not _off():
            raise Error("wengert: %s belongs to the context of another thread: predict in `with "
                        "wg.no_grad():`, or train it in the thread that made it" % self._name)
        a = self.numpy()
        if not node or not np.array_equal(g._leaves[self._leaf[0]][0]._array, a):
            number = Leaf(a, self._name)
            node = number._place(g)
            g._leaves[self._leaf[0]] = number, node.index | node.generation << 32, None
        return node

    def _nodes(self, g):
        """Its nodes in a graph: one for each value that it had there."""
        now, keys = self._place(g), self._keys
        return [now] + [g._at(at) for key, (_, at, _) in g._leaves.items()
                        if (key[0] in keys if isinstance(key, tuple) else key in keys[:-1])]

    shape, dtype = property(lambda w: w._kind[0]), property(lambda w: w._kind[1])
    requires_grad = property(lambda w: not w._constant, lambda w, on: setattr(w, "_constant", not on))

    def numpy(self, copy=False):
        """A copy of its numbers, which cannot be written to: w.set(array) changes them."""
        a = self._store[self._key]
        a.flags.writeable = copy
        return a

    def set(self, array):
        """Other numbers. What was made of it keeps its own."""
        self._store[self._key] = _plain(array)

    def _add_gradient(self, a):
        b = self._store._gradient(self._key)
        self._store._set_gradient(self._key, np.asarray(a if b is None else a + b))

    @property
    def grad(self):
        """The sum of the gradients since zero_grad(). None: there was no backward() since."""
        g, a = self._held(), self._store._gradient(self._key)
        if g is None and a is not None:
            g = _ParametersGradient(a)
            g._by, self._held = self, weakref.ref(g)
        return g

    def _change_grad(self, a):
        self._store._set_gradient(self._key, np.asarray(np.broadcast_to(a, self.shape), self.dtype,
                                                        order="C"))

    def zero_grad(self):
        """Its gradient alone: the others of an optimizer keep theirs."""
        self._store._set_gradient(self._key, None)

    def __repr__(self):
        return "Parameter(%s)" % np.array2string(self.numpy(), separator=", ", threshold=100, edgeitems=2,
                                                 precision=6, prefix="Parameter(")

def _owner(w):
    """The optimizer that changes the parameter, or None."""
    o = w._store._optimizer
    return o and o()

def _become_parameter(x, on):
    """x.requires_grad = True: the tensor itself is a parameter from now on."""
    if on and not isinstance(x, Parameter):
        if x.dtype.kind != "f":
            raise TypeError("wengert: only floats have gradients: write 1.0 for 1, or dtype=wg.float64")
        a, name = x._array, x._name or "tensor"
        x.__class__, x._name = Parameter, name
        x._put(_new_store(default_context()), name, a)
        x._placed(_Node())

Leaf.requires_grad = property(lambda x: False, _become_parameter)

def _kept_in(parameters):
    """One set that an optimizer changes, and None if it holds all of these parameters. If one of them has an
    optimizer already the set is of copies, and the parameters stand beside it: see wengert.optim."""
    parameters = list(parameters)
    if not parameters:
        raise TypeError("wengert: an optimizer got no parameters: write wg.tensor(x, requires_grad=True), or "
                        "model.parameters()")
    for w in parameters:
        if not isinstance(w, Parameter):
            raise TypeError("wengert: an optimizer changes parameters, not %r: write wg.tensor(x, "
                            "requires_grad=True)" % (w,))
    if len({id(w) for w in parameters}) < len(parameters):
        raise TypeError("wengert: an optimizer got a parameter twice")
    shared = any(_owner(w) is not None for w in parameters)
    first = parameters[0]._store
    if not shared and len(first) == len(parameters) and all(w._store is first for w in parameters):
        return first, None
    store, taken = _new_store(first.context), {}
    names = []
    for w in parameters:
        n = taken[w._name] = taken.get(w._name, 0) + 1
        names.append(w._name if n == 1 else "%s.%d" % (w._name, n))
    if shared:
        for w, name in zip(parameters, names):
            _lib.wg_params_make_at(_here(), store._p, _text(name), _tensor(w.numpy()), False)
            store.context._look()
        return store, list(zip(parameters, names))
    graph()  # if nobody has a value of it, it lets the sets go in which they are now
    for w, name in zip(parameters, names):
        w._move(store, name)
    return store, None
