# SPDX-License-Identifier: MIT
"""Functions of functions, as in JAX: grad, value_and_grad, jacobian, hessian, jvp, vjp, vmap; and PyTorch's
autograd, made of the same.

A call at the top works in a fresh graph. A value from elsewhere that the function touches is a number there,
and the graph knows whose. If what comes out has a derivative by such a value, or by a parameter, it is made
again in the graph of that value: so it can be differentiated further. Else it is numbers. A call inside of
another transform's function works in the same graph as that."""
import builtins
import functools
import itertools
import math
import types

import numpy as np

import wengert as wg
from . import _trees
from ._arrays import _real
from ._building import _graph_of
from ._context import _now
from ._derivatives import _many, _value_jvp, _value_vjp
from ._errors import Error
from ._graph import Graph, _within
from ._library import _Node, _lib
from ._names import _builders, _call, _module, calls
from ._no_grad import enable_grad, gradcheck, no_grad
from ._tensors import Leaf, Parameter
from ._trees import _leaves, _names_of, _tree
from ._value import Value, _values_of
from ._way import _off


def _is_tree(x):
    """A list of numbers is an array, a tuple of them is not."""
    return isinstance(x, tuple) or _trees._is_tree(x)


def _any_tree(x):
    """What a function returns may have numbers in its lists."""
    return isinstance(x, (dict, list, tuple))


def _flat(tree):
    if not isinstance(tree, (dict, list, tuple)):
        return [tree] if tree is not None else []
    return [a for v in (tree.values() if isinstance(tree, dict) else tree) for a in _flat(v)]


def _like(tree, leaves):
    return _tree(tree, iter(leaves), _any_tree)


class _Call:
    """A call of a transform: the graph that it works in, and what goes into it and out of it."""

    def __init__(self, f, given, more=()):
        """more: trees that are no arguments of the function, but may have values, too."""
        self.f, self.given = f, given
        self.leaves = [_leaves(a, a, name, _is_tree) for a, name in zip(given, _names_of(f, len(given)))]
        values = [a for some in (*self.leaves, *more) for _, a in some if isinstance(a, Value)]
        before, g = getattr(_now, "graph", None), getattr(_now, "inside", None)
        self.fresh, self.into = g is None and not values, None
        if self.fresh:
            self.graph = g = Graph(mode="eval", _anew=True)
            g._outside, _now.graph = [], before
        else:
            self.graph = g or _graph_of(values)
            self.pin = Value(_Node(), self.graph)  # nobody begins the graph again

    def value(self, x):
        """x in this graph."""
        return (x if not isinstance(x, Leaf) and x.graph is self.graph
                else self.graph._value(x._place(self.graph)))

    def array(self, a, name):
        return self.graph.input(name, a if getattr(a, "dtype", None) == np.float32
                                else _real(a, "the argument %s" % name, self.graph.context.dtype),
                                np.float32 if getattr(a, "dtype", None) == np.float32 else None)

    def plain(self, a, name):
        """An argument by which no derivative is taken."""
        arrays = (isinstance(a, (np.ndarray, list)) and self.fresh and np.ndim(a)
                  and np.asarray(a).dtype.kind == "f")
        return self.array(a, name) if arrays else a

    def results(self, y):
        """The values that the function returns, and their tree."""
        found = _flat(y)
        for v in found:
            if not isinstance(v, Value):
                raise TypeError("wengert: the function returns %r, which depends on no argument: it must "
                                "return a value of wengert" % (v,))
        return [self.value(v) for v in found]

    def run(self, which, options):
        """What the function gives. x: its arguments which[0], which[1], ... as lists of leaves, each a value
        of its own."""
        by = [[self.value(x) * 1 if isinstance(x, Value) else self.array(x, n) for n, x in some] if i in which
              else
              [self.plain(x, n) for n, x in some] for i, some in enumerate(self.leaves)]
        self.x = [by[i] for i in which]
        wrt = vars(self.graph).setdefault("_wrt", [])
        before = len(wrt)
        wrt += _flat(self.x)
        try:
            return self.within(by, options)
        finally:
            del wrt[before:]

    def within(self, by, options):
        return _within(self.graph, self.f, *[_tree(a, iter(some), _is_tree)
                                             for a, some in zip(self.given, by)], **options)

    def out(self, tree, *beside):
        """Results as they leave the call. beside: other values that say whether there is a derivative by
        something outside."""
        g = self.graph
        if not self.fresh:
            return tree
        leaves = _flat(tree)
        ours = [i for i, v in enumerate(leaves) if isinstance(v, Value) and not isinstance(v, Leaf)]
        found = [self.value(leaves[i]) for i in ours]
        self.into = (self._home((*found, *beside)) if self.into is None else self.into if self.into._is_open()
                     else wg.graph())
        if self.into is None:
            return _like(tree, [v.numpy() if isinstance(v, Value) else v for v in leaves])
        for i, v in zip(ours, _moved(found, self.into)):
            leaves[i] = v
        return _like(tree, leaves)

    def _home(self, values):
        """The graph that these values have a derivative in. None: they have none by anything outside."""
        g = self.graph
        parameters = builtins.any(store for _, _, store in g._leaves.values())
        if not g._outside and not parameters or _off():
            return None
        free = [v._node for v in values if not v._constant]
        homes = [x.graph for x, n in g._outside if builtins.any(_lib.wgx_node_derives_from(v, n)
            for v in free)]
        for home in homes:
            if not home._auto:
                return home
        if homes:
            return homes[0]
        return wg.graph() if parameters and builtins.any(_lib.wgx_node_trained_by(v, None, 0) > 0
                                                         for v in free) else None


def _moved(values, into):
    """These values of one graph, made again together in another."""
    kinds, one = {v.dtype for v in values}, len(values) == 1
    kind = kinds.pop() if len(kinds) == 1 else np.dtype(np.float64)
    rows = [(_builders["cast"](v, kind) if v.dtype != kind else v).reshape(-1) for v in values]
    y = Value(into._made_again(values[0] if one else _builders["concat"](rows)), into)
    made, at = [], 0
    for v in values:
        part, at = y if one else y[at:at + v.size].reshape(v.shape), at + v.size
        made.append(_builders["cast"](part, v.dtype) if v.dtype != kind else part)
        made[-1]._constant = v._constant
    return made


def _which(argnums, given):
    which = (argnums,) if isinstance(argnums, int) else tuple(argnums)
    if builtins.any(not -len(given) <= i < len(given) for i in which):
        raise TypeError("wengert: argnums=%r of a function with %d arguments" % (argnums, len(given)))
    return tuple(i % len(given) for i in which)


def _over(make):
    """make(y, x, tree): the derivative of what the function returns by the leaves x; tree(list): as the
    arguments argnums are."""
    def transform(f, argnums=0, has_aux=False):
        argnums = int(argnums) if isinstance(argnums, np.integer) else argnums

        def derivative(*given, **options):
            which = _which(argnums, given)
            call = _Call(f, given)
            y = call.run(which, options)
            y, aux = y if has_aux else (y, None)

            def tree(leaves):
                leaves = iter(leaves)
                d = [_tree(given[i], leaves, _is_tree) for i in which]
                return d[0] if isinstance(argnums, int) else tuple(d)
            values = call.results(y)
            d = make(y, values, [x for some in call.x for x in some], tree)
            return call, values, d, aux
        return derivative
    return transform


@_over
def _gradients(y, values, x, tree):
    if len(values) != 1 or math.prod(values[0].shape) != 1:
        raise TypeError("wengert: grad is of a function of one number, and this one gives %s: take "
                        "wg.jacobian(f)" % (
            "the shape %s" % list(values[0].shape) if len(values) == 1 else "%d values" % len(values)))
    return tree(_many(_lib.wg_grads_at, values[0], [], x))


@_over
def _jacobians(y, values, x, tree):
    return _like(y, [tree([_builders["jacobian"](v, a) for a in x]) for v in values])


@_over
def _hessians(y, values, x, tree):
    def block(v, a, b):
        return (_builders["jacobian"](_builders["jacobian"](v, a), b) if v.ndim
                else _builders["hessian"](v, a, b))
    return _like(y, [tree([tree([block(v, a, b) for b in x]) for a in x]) for v in values])


def value_and_grad(f, argnums=0, has_aux=False):
    """The function that gives f's value and its gradient by the argument number argnums, or by each of
    several, as arrays."""
    both = _gradients(f, argnums, has_aux)

    def pair(*given, **options):
        call, (y,), d, aux = both(*given, **options)
        y, d, aux = call.out((y, d, aux))
        y = y if isinstance(y, Value) else float(y)
        return ((y, aux), d) if has_aux else (y, d)
    return functools.wraps(f)(pair)


def _by_all(y, x, gy=None):
    """The gradients of y by each of x, times gy. Of a parameter that has changed since y was made: by all its
    nodes together."""
    x = _values_of(x)
    f, between = (_lib.wg_grads_at, []) if gy is None else (_lib.wg_vjp_at, [y.graph._node(gy)])
    if not isinstance(y, Value) or not builtins.any(isinstance(v, Parameter) for v in x):
        return _many(f, y, between, x)
    g = y.graph
    nodes = [_nodes_of(v, g) for v in x]
    found = iter(_many(f, y, between, [Value(n, g) for some in nodes for n in some]))
    return [functools.reduce(_builders["add"], [next(found) for _ in some]) for some in nodes]


def _nodes_of(x, g):
    return x._nodes(g) if isinstance(x, Parameter) else [g._node(x)]


def grad(y, x=None, argnums=0, has_aux=False):
    """grad(y, x): of a value y by x, or by each of a list. grad(f): of a function: the function that gives
    its gradient by the argument number argnums, or by each of several."""
    if isinstance(y, Value):
        return (_by_all(y, x)[0] if isinstance(x, Parameter) else _builders["grad"](y, x)
                if isinstance(x, Value) else _by_all(y, x))
    if not callable(y):
        return _by_all(y, x)
    both = _gradients(y, argnums if x is None else x, has_aux)

    def gradient(*given, **options):
        call, values, d, aux = both(*given, **options)
        return call.out((d, aux), *values) if has_aux else call.out(d, *values)
    return functools.wraps(y)(gradient)


calls["grad"] = grad


def _function_form(name, transform):
    builder = _builders[name]

    def f(y, *x, argnums=0, has_aux=False, **options):
        if isinstance(y, Value) or not callable(y):
            return builder(y, *x, **options)
        derivative = transform(y, x[0] if x else argnums, has_aux)

        def of_arrays(*given, **options):
            call, values, d, aux = derivative(*given, **options)
            return call.out((d, aux), *values) if has_aux else call.out(d, *values)
        return functools.wraps(y)(of_arrays)
    f.__doc__ = "%s(y, x): of a value. %s(f): of a function: a function of arrays." % (name, name)
    return _call(f, name)


_call(_function_form("jacobian", _jacobians), "jacobian", "jacrev", "jacfwd")
_function_form("hessian", _hessians)


def _fitting(a, x, name):
    """An array or a value that must have the shape of the value x."""
    if a is None or np.shape(a) != x.shape:
        raise TypeError("wengert: %s has the shape %s, and must have that of what it belongs to, %s" % (
            name, list(np.shape(a)), list(x.shape)))
    return a if isinstance(a, Value) else _real(a, name, x.dtype)


@_call
def jvp(f, x, v, has_aux=False):
    """jvp(y, x, v): the derivative of y along v. jvp(f, primals, tangents): the value of f and its
    derivative, as arrays."""
    if isinstance(f, Value) or not callable(f):
        return _value_jvp(f, x, v)
    if not isinstance(x, (tuple, list)) or not isinstance(v, (tuple, list)) or len(x) != len(v):
        raise TypeError("wengert: jvp(f, primals, tangents) takes a tuple of arguments, and one of as many "
                        "tangents")
    ways = [_leaves(t, a, "tangent %d" % i, _is_tree) for i, (t, a) in enumerate(zip(v, x))]
    call = _Call(f, x, ways)
    y = call.run(range(len(x)), {})
    y, aux = y if has_aux else (y, None)
    values, leaves = call.results(y), [a for some in call.x for a in some]
    ways = [_fitting(t, a, n) for some, at in zip(ways, call.x) for (n, t), a in zip(some, at)]
    d = [_value_jvp(k, leaves, ways) for k in values]
    out = call.out((_like(y, values), _like(y, d), aux))
    return out if has_aux else out[:2]


@_call
def vjp(f, *x, has_aux=False):
    """vjp(y, gy, x): gy times the derivative of y. vjp(f, *primals): the value of f, and a function that
    takes gy."""
    if isinstance(f, Value) or not callable(f):
        return _value_vjp(f, *x)
    call = _Call(f, x)
    y = call.run(range(len(x)), {})
    y, aux = y if has_aux else (y, None)
    values, leaves = call.results(y), [a for some in call.x for a in some]
    y = _like(y, values)

    def pull(gy):
        gy = _leaves(gy, y, "the gradient", _any_tree)
        found = [_value_vjp(v, _fitting(g, v, n), leaves) for v, (n, g) in zip(values, gy)]
        d = iter([functools.reduce(_builders["add"], of) for of in zip(*found)])
        return call.out(tuple(_tree(a, d, _is_tree) for a in x))
    y, aux = call.out((y, aux))
    return (y, pull, aux) if has_aux else (y, pull)


_vmap = _builders["vmap"]


def _spread(axes, like, word, is_tree):
    """The axis of each leaf, where one may stand for a whole part of the tree."""
    if axes is None or isinstance(axes, int):
        return [axes] * len(_leaves(like, like, "", is_tree))
    keys = list(like) if isinstance(like, dict) else range(len(like)) if is_tree(like) else ()
    has = (list(axes) if isinstance(axes, dict) else range(len(axes)) if isinstance(axes, (list, tuple))
           else None)
    if not is_tree(like) or has is None or set(has) != set(keys):
        raise TypeError("wengert: vmap: %s=%r does not fit %s" % (
            word, axes, "its parts, %s" % ", ".join(map(str, keys)) if keys else "one array"))
    return [a for k in keys for a in _spread(axes[k], like[k], word, is_tree)]


class _Rows:
    """An array of which each call of a mapped function gets one row."""

    def __init__(self, call, a, name, axis):
        shape = np.shape(a)
        if not -len(shape) <= axis < len(shape):
            raise TypeError("wengert: vmap maps over the axis %d of %s, whose shape is %s: in_axes says "
                            "which, None for no axis" % (
                axis, name, list(shape)))
        self.axis, self.n = axis % len(shape), shape[axis]
        self.a = a if isinstance(a, Value) else np.asarray(a)
        self.row = shape[:self.axis] + shape[self.axis + 1:], self.a.dtype
        if self.n and (isinstance(a, Value) or self.a.dtype.kind == "f"):
            self.a = call.value(a) if isinstance(a, Value) else call.array(a, name)

    def __getitem__(self, i):
        if not self.n:  # what a function gives of none is like what it gives of one
            return np.zeros(*self.row)
        return (_builders["select"](self.a, self.axis, i) if isinstance(self.a, Value)
                else np.take(self.a, i, self.axis))


@_call
def vmap(f, *x, in_axes=0, out_axes=0):
    """vmap(y, x, rows): y for each row in the place of x. vmap(f): f for each element along an axis of its
    arguments. in_axes: the axis, or one for each argument, or for each part of one; None: all of it each
    time. out_axes: likewise, where the results' axis stands."""
    if isinstance(f, Value) or not callable(f):
        return _vmap(f, *x)

    def mapped(*given):
        axes = [in_axes] * len(given) if in_axes is None or isinstance(in_axes, int) else in_axes
        if len(axes) != len(given):
            raise TypeError("wengert: vmap: in_axes=%r is of %d arguments, and %d are given" %
                            (in_axes, len(axes), len(given)))
        call = _Call(f, given)
        at = [_spread(axis, a, "in_axes", _is_tree) for axis, a in zip(axes, given)]
        leaves = [[call.plain(a, n) if k is None else _Rows(call, a, n, k) for (n, a), k in zip(some, of)]
                  for some, of in zip(call.leaves, at)]
        n = {a.n for some in leaves for a in some if isinstance(a, _Rows)}
        if len(n) != 1:
            raise TypeError("wengert: vmap maps over axes of one length; these are %s" % sorted(n))
        n = n.pop()

        def row(i):
            return f(*[_tree(a, iter([v[i] if isinstance(v, _Rows) else v for v in some]), _is_tree)
                       for a, some in zip(given, leaves)])
        each = _within(call.graph, lambda: [row(i) for i in range(n or 1)])
        first = each[0]
        columns = zip(*[[a for _, a in _leaves(y, first, "a result", _any_tree)] for y in each])
        return call.out(_like(first,
                              [_column(c, n, k) for c, k in zip(columns,
                                  _spread(out_axes, first, "out_axes", _any_tree))]))
    return functools.wraps(f)(mapped)


def _column(c, n, axis):
    """Results of the rows as one. axis None: they are all the same."""
    if axis is None:
        if builtins.any(v is not c[0] if isinstance(v, Value) else not np.array_equal(v, c[0]) for v in c):
            raise TypeError("wengert: vmap: out_axes=None is of a result that is the same for all rows, and "
                            "this may differ")
        return c[0]
    shape = np.shape(c[0])
    if not -len(shape) <= axis + (axis < 0) <= len(shape):
        raise TypeError("wengert: vmap: out_axes=%d of a result of the shape %s" % (axis, list(shape)))
    axis %= len(shape) + 1
    if not n:
        return np.zeros(shape[:axis] + (0,) + shape[axis:], getattr(c[0], "dtype", None))
    return (_builders["stack"](list(c), axis) if builtins.any(isinstance(v, Value) for v in c)
            else np.stack(c, axis))


class _Kept(types.SimpleNamespace):
    """The ctx of a Function."""
    saved_tensors = ()

    def save_for_backward(self, *kept):
        self.saved_tensors = kept


class Function:
    """A function with a derivative of yours, as in PyTorch: forward(ctx, *x) and backward(ctx, gy), static; f
    = Name.apply."""

    @classmethod
    def apply(cls, *x):
        ctx = _Kept(needs_input_grad=tuple(isinstance(v, Value) and v.requires_grad for v in x))
        places = [i for i, v in enumerate(x) if isinstance(v, Value)]
        y = cls.forward(ctx, *x)
        several, parts = isinstance(y, tuple), y if isinstance(y, tuple) else (y,)
        if builtins.any(not isinstance(v, Value) or v.dtype.kind != "f" for v in parts):
            raise TypeError("wengert: forward of the Function %s returns %r: values of floats are expected" %
                            (cls.__name__, y))
        wanted = [x[i] if not isinstance(x[i], Parameter) else x[i].graph._value(x[i]._node) for i in places]
        shapes, known = [v.shape for v in parts], [id(v) for v in (*(x[i] for i in places), *parts)]
        # the rule gets operands and results anew, maybe in another graph: what it has of them itself would
        # keep this one
        saved = [(known.index(id(v)), None) if id(v) in known else (None, v) for v in ctx.saved_tensors]
        state, n = dict(vars(ctx), saved_tensors=()), len(x)

        def cut(a):
            ends = [0, *itertools.accumulate(map(math.prod, shapes))]
            return [a[i:j].reshape(s) for i, j, s in zip(ends, ends[1:], shapes)] if several else [a]

        def rule(y, gy, *operands):
            now = [*operands, *cut(y)]
            kept = tuple(v if k is None else now[k] for k, v in saved)
            d = cls.backward(_Kept(**dict(state, saved_tensors=kept)), *cut(gy))
            d = d if isinstance(d, tuple) else (d,)
            return [d[i] for i in places] if len(d) == n else list(d)
        made = wg.custom_vjp(_builders["concat"]([v.reshape(-1) for v in parts]) if several else y, wanted,
                             rule)
        return tuple(cut(made)) if several else made


def _autograd_grad(outputs, inputs, grad_outputs=None, retain_graph=None, create_graph=False,
                   only_inputs=True, allow_unused=False):
    """The derivatives of the sum of outputs by each of inputs, as a tuple."""
    several = isinstance(outputs, (list, tuple))
    ys, x = list(outputs) if several else [outputs], _values_of(inputs)
    gs = (list(grad_outputs) if isinstance(grad_outputs, (list, tuple))
          and (several or len(grad_outputs) == 1)
          else [grad_outputs] * (
        len(ys) if grad_outputs is None else 1))
    if len(gs) != len(ys):
        raise TypeError("wengert: autograd.grad: %d outputs, and %d grad_outputs" % (len(ys), len(gs)))
    total = [None] * len(x)
    for y, g in zip(ys, gs):
        if g is None and y.size != 1:
            raise Error("wengert: grad can be implicitly created only for scalar outputs, and this has the "
                        "shape %s: give grad_outputs"
                        % list(y.shape))
        used = [builtins.any(_lib.wgx_node_derives_from(y._node, n) for n in _nodes_of(v, y.graph))
                for v in x]
        found = iter(_by_all(y, [v for v, on in zip(x, used) if on], None if g is None
                             else _fitting(g, y, "grad_outputs")))
        for i in [i for i, on in enumerate(used) if on]:
            d = next(found)
            total[i] = d if total[i] is None else total[i] + d
    if not allow_unused and builtins.any(d is None for d in total):
        raise Error("wengert: One of the differentiated Tensors appears to not have been used in the graph: "
                    "with allow_unused=True its gradient is None")
    return _kept(tuple(total), create_graph)


def _kept(tree, create_graph):
    """The results of PyTorch's functions: without create_graph they have no derivative of their own."""
    return (tree if create_graph
            else _like(tree, [v.detach() if isinstance(v, Value) else v for v in _flat(tree)]))


def _functional(transform):
    def of(f, inputs, create_graph=False, strict=False, vectorize=False, strategy=None):
        several = isinstance(inputs, tuple)
        return _kept(transform(f, argnums=tuple(range(len(inputs))) if several
                               else 0)(*inputs if several else (inputs,)), create_graph)
    return of


def _functional_jvp(f, inputs, v=None, create_graph=False, strict=False):
    x = inputs if isinstance(inputs, tuple) else (inputs,)
    return _kept(jvp(f, x, tuple(np.ones(a.shape) for a in x) if v is None else v if isinstance(v, tuple)
                     else (v,)), create_graph)


def _functional_vjp(f, inputs, v=None, create_graph=False, strict=False):
    y, pull = vjp(f, *inputs if isinstance(inputs, tuple) else (inputs,))
    d = pull(_like(y, [np.ones(np.shape(a)) for a in _flat(y)]) if v is None else v)
    return _kept((y, d if isinstance(inputs, tuple) else d[0]), create_graph)


def _variable(data, requires_grad=False):
    """The tensor itself: Variable is what PyTorch called tensors with gradients."""
    return Parameter(data) if requires_grad and not isinstance(data, Parameter) else data


_module(
    "autograd", grad=_autograd_grad, gradcheck=gradcheck, Function=Function, Variable=_variable,
    no_grad=no_grad, enable_grad=enable_grad,
    functional=types.SimpleNamespace(jacobian=_functional(calls["jacobian"]),
                                     hessian=_functional(calls["hessian"]), jvp=_functional_jvp,
                                     vjp=_functional_vjp))
