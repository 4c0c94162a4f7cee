# SPDX-License-Identifier: MIT
"""Derivatives of values: backward, .grad, vjp, jvp."""
import functools
from ctypes import c_void_p

from ._errors import Error
from ._graph import _within
from ._library import _Node, _lib
from ._names import calls
from ._params import Params
from ._tensors import Gradient
from ._value import Value, _of_value, _values_of
from ._way import _here

@_of_value("backward")
def _backward(self, p=None, add=False, *, gradient=None, retain_graph=None, create_graph=False):
    """The gradients of p. Without p: those of all parameters in the graph are added to theirs (w.grad,
    p.grad(name)), and x.grad of an input x is the gradient by it. gradient: that of this value, which may
    then have any shape."""
    if p is not None and not isinstance(p, Params):
        p, gradient = None, p
    if gradient is not None:
        return _within(self.graph, lambda: (self * gradient).sum()).backward(retain_graph=retain_graph)
    if create_graph:
        raise TypeError("wengert: create_graph: write wg.grad(y, w), whose result has derivatives itself")
    self.graph._look_at_cuts(self)
    if p is not None:
        (_lib.wg_backward_add_at if add else _lib.wg_backward_at)(_here(), self._node, p._p)
        return self.graph.context._look()
    g = self.graph
    twice = (self._node.index, self._node.generation)
    if twice in g._losses and not (retain_graph or g._losses[twice]):
        raise Error("wengert: backward() was called of this value already: its gradients would be added "
                    "again. Compute it again, or write backward(retain_graph=True) the first time")
    if self._constant:
        raise Error("wengert: this was computed in `with wg.no_grad():`, or is detached: it has no gradient")
    if self.size != 1:
        raise Error("wengert: backward is of one number, and this has the shape %s: write "
                    "y.sum().backward()" % list(self.shape))
    stores = {store._p: store for _, _, store in g._leaves.values() if store}
    sets = (c_void_p * (len(stores) + 1))()
    found = set(sets[:_lib.wgx_node_trained_by(self._node, sets, len(sets))])
    by_input = any(v.is_leaf and _lib.wgx_node_derives_from(self._node, v._node) for v in g._values())
    g._watch.retain = bool(retain_graph)
    refused = [store._add_gradients(self) for p, store in stores.items() if p in found or not found]
    if None not in refused and not by_input:  # also where all that is found has a derivative of zero
        raise refused[0] if refused else Error(
            "wengert: backward(): this was made of no parameter, so it has no gradient: write "
            "wg.tensor(x, requires_grad=True) for what is to have one")
    g._losses[twice] = retain_graph

def _grad(self):
    """x.grad after y.backward(): the gradient by x. y.grad(x): the derivative of y by x."""
    losses = self.graph._losses
    if losses and self.is_leaf:
        return Gradient._of(sum(calls["grad"](Value(_Node(self.graph._g, *y), self.graph), self)
                                for y in losses), self)
    return functools.partial(calls["grad"], self)

Value.grad = property(_grad)

def _many(f, y, between, x):
    x = _values_of(x)
    if not isinstance(y, Value):
        raise TypeError("wengert: the derivative is of a value, not of %r" % (y,))
    y.graph._look_at_cuts(y)
    nodes, to = (_Node * len(x))(*(y.graph._node(v) for v in x)), (_Node * len(x))()
    f(_here(), y._node, *between, nodes, len(x), to)
    y.graph.context._look()
    return [y.graph._value(n) for n in to]

def _value_vjp(y, gy, x):
    """gy' J with J = dy/dx, for each of the values x."""
    return _many(_lib.wg_vjp_at, y, [y.graph._node(gy)], x)

def _value_jvp(y, x, v):
    """J v with J = dy/dx: the slope of y along v, which has the shape of x."""
    if isinstance(x, Value):
        v = [v]
    x = _values_of(x)
    n = len(x)
    if len(v) != n:
        raise TypeError("wengert.jvp: %d values, and %d directions" % (n, len(v)))
    arrays = [(_Node * n)(*(y.graph._node(k) for k in list_)) for list_ in (x, v)]
    return y.graph._value(_lib.wg_jvp_at(_here(), y._node, *arrays, n))
