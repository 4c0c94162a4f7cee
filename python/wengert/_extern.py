# SPDX-License-Identifier: MIT
"""Functions of yours inside graphs."""
import ctypes
from ctypes import byref, c_void_p

import numpy as np

from ._arrays import _list_of, _real, _shape
from ._building import _graph_of
from ._graph import _graphs, _within
from ._library import _BACKWARD, _FORWARD, _Node, _RULE, _lib
from ._options import _opts
from ._value import Value, _values_of
from ._way import _here

def _to_array(f, context, shapes, to):
    """C's view of f, a function of arrays: pointers to doubles in `shapes`, and one to its result, `to`."""
    sizes = [int(np.prod(s)) for s in shapes]

    def call(*pointers):
        try:  # f makes values in a graph of its own
            y = _within(None, f, *(np.ctypeslib.as_array(p, (n,)).reshape(s).copy() if n else np.empty(s)
                    for p, n, s in zip(pointers, sizes, shapes)))
            y = _real(y, "the result of %s" % getattr(f, "__name__", "f"))
            if y.shape != to:
                raise ValueError("wengert.extern: %s gives the shape %s, expected %s"
                                 % (getattr(f, "__name__", "f"), list(y.shape), list(to)))
            if y.size:
                np.ctypeslib.as_array(pointers[-1], (y.size,))[:] = y.ravel()
            return 0
        except BaseException as e:
            context._raised = context._raised or e
            return 1
    return call

def extern(x, shape, forward, backward=None, name=None, impure=None):
    """The value forward(x), a function of NumPy arrays whose result has this shape. backward(x, gy) is the
    gradient by x, given that by the result; without it the value has no derivative. impure: each call may
    give another result."""
    for f in (forward, backward or forward):
        if not callable(f):
            raise TypeError("wengert.extern: a function of arrays is expected, not %r" % (f,))
    g, at = x.graph, x.shape
    to = tuple(_list_of(shape))
    o = _opts("extern_opts", "extern", {"name": name or getattr(forward, "__name__", "extern"),
                                        "impure": impure})

    def forward_in_c():
        call = _to_array(forward, g.context, [at], to)
        return lambda n, x, m, y, user: call(x, y)

    def backward_in_c():
        call = _to_array(backward, g.context, [at, to], at)
        return lambda n, x, m, gy, gx, user: call(x, gy, gx)

    o.forward = ctypes.cast(g._as_c(_FORWARD, forward, forward_in_c, at, to), c_void_p)
    if backward:
        o.backward = ctypes.cast(g._as_c(_BACKWARD, backward, backward_in_c, at, to), c_void_p)
    return g._value(_lib.wg_extern_at(_here(), x._node, _shape(to), byref(o)))

def custom_vjp(y, x, rule):
    """The value y, made from the list x of values, with a derivative of yours. rule(y, gy, *x) returns the
    gradient by each of x, made of its arguments: a list, or one value. None: no derivative."""
    x = _values_of(x)
    g, n = _graph_of([y, *x]), len(x)
    if not callable(rule):
        raise TypeError("wengert.custom_vjp: a rule of values is expected, not %r" % (rule,))

    def rule_in_c():
        def call(here, y, gy, x, gx):
            try:
                copies = [_Node.from_buffer_copy(x[k]) for k in range(n)]  # C uses their memory again
                at = _graphs.get(y.graph, g)  # it may have been made again in another
                given = _within(at, rule, *(Value(v, at) for v in [y, gy] + copies))
                given = given if isinstance(given, (list, tuple)) else [given]
                if len(given) != n:
                    raise ValueError("wengert.custom_vjp: the rule gives %d gradients, there are %d values"
                                     % (len(given), n))
                for k in range(n):
                    gx[k] = at._node(given[k])
            except BaseException as e:
                g.context._raised = g.context._raised or e
        return call

    nodes = (_Node * max(n, 1))(*(g._node(v) for v in x))
    return g._value(_lib.wg_custom_vjp_at(_here(), g._node(y), nodes, n, g._as_c(_RULE, rule, rule_in_c, n)))
