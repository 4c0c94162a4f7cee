# SPDX-License-Identifier: MIT
"""closures.py: transforms of functions, inside of each other, over all that a function touches.

Each outer derivative (grad, value_and_grad, jacobian, hessian, jvp, vjp, vmap of a function; y.backward() of
parameters; wg.grad(y, x) in a graph of the user, and in that of the library) of a function in which each of
the seven transforms stands, which has the outer variable as its argument or by closure; the variable is a
scalar, a vector, a matrix, a tuple, a dict, or nested. What is right is computed here with polynomials,
exactly. Behind these: trees, blocks, axes, PyTorch's autograd, what kind a result is, draws, memory.

    closures.py            all; prints each gate that fails, and how many do; the status is 1 if any fails
    closures.py WORD ...   the gates whose name has each of these words, with the errors in full"""
import collections
import gc
import itertools
import sys

import numpy as np

import wengert as wg
from gates import apart, gate, run_gates


def the(f):
    gate(f.__name__.replace("_", " "), f)
    return f


def plain(x):
    """The same tree with arrays for values."""
    if isinstance(x, dict):
        return {k: plain(v) for k, v in x.items()}
    if isinstance(x, (list, tuple)):
        return [plain(v) for v in x]
    return x.numpy() if isinstance(x, wg.Value) else x


def same(got, want, what=""):
    """The same tree of the same numbers in the same shapes."""
    if isinstance(want, dict):
        assert isinstance(got, dict) and list(got) == list(want), "%s: %r for the keys %s" % (what, got,
            list(want))
        for k in want:
            same(got[k], want[k], "%s.%s" % (what, k))
    elif isinstance(want, (list, tuple)):
        assert type(got) is type(want) and len(got) == len(want), "%s: %s for a %s of %d" % (what, got,
            type(want).__name__, len(want))
        for i, (a, b) in enumerate(zip(got, want)):
            same(a, b, "%s.%d" % (what, i))
    else:
        a, b = plain(got), np.asarray(want)
        assert np.shape(a) == b.shape, "%s: the shape %s for %s" % (what, np.shape(a), b.shape)
        assert np.allclose(a, b, rtol=1e-10, atol=1e-10), "%s: %s for %s" % (what, np.asarray(a).tolist(),
            b.tolist())


def refused(f, *words):
    try:
        y = f()
    except (TypeError, ValueError, RuntimeError, wg.Error) as e:
        assert all(w in str(e) for w in words), "the words are: %s" % e
    else:
        raise AssertionError("%r for an error" % (y,))


def numbers(*x):
    for a in x:
        assert not isinstance(a, wg.Value), "a value for numbers: %r" % (a,)


def values(*x):
    for a in x:
        assert isinstance(a, wg.Value), "%r for a value" % (a,)


# ---- polynomials ----


class Poly:
    """Coefficients by tuples of exponents."""

    def __init__(self, terms):
        self.terms = {e: c for e, c in terms.items() if c}

    def __add__(self, other):
        t = collections.Counter(self.terms)
        for e, c in poly(other, self).terms.items():
            t[e] += c
        return Poly(t)

    def __mul__(self, other):
        t = collections.Counter()
        for (e, c), (f, d) in itertools.product(self.terms.items(), poly(other, self).terms.items()):
            t[tuple(map(sum, itertools.zip_longest(e, f, fillvalue=0)))] += c * d
        return Poly(t)

    __radd__, __rmul__ = __add__, __mul__

    def by(self, k):
        """The derivative by variable k."""
        return Poly({e[:k] + (e[k] - 1,) + e[k + 1:]: c * e[k] for e, c in self.terms.items() if len(e) > k
                     and e[k]})

    def at(self, x):
        """Its number where the variables are x."""
        return sum(c * np.prod([float(v) ** n for v, n in zip(x, e)]) for e, c in self.terms.items())

    def put(self, x):
        """Numbers for the last variables; they are left out."""
        m = len(x)
        out = Poly({})
        for e, c in self.terms.items():
            e = e + (0,) * (TOTAL - len(e))
            out = out + Poly({e[:-m]: c * np.prod([float(v) ** n for v, n in zip(x, e[-m:])])})
        return out


def poly(x, like):
    return x if isinstance(x, Poly) else Poly({(): x})


# ---- the function: its variable z of n numbers in some structure, and u of two numbers ----

SHAPES = {  # the structure as a function of its leaves, and their shapes
    "scalar": (lambda a: a, [()]),
    "vector": (lambda a: a, [(3,)]),
    "matrix": (lambda a: a, [(2, 2)]),
    "tuple": (lambda a, b: (a, b), [(2,), ()]),
    "dict": (lambda a, b: {"w": a, "b": b}, [(2,), (2, 1)]),
    "nested": (lambda a, b, c: {"l": (a, {"k": b}), "m": c}, [(2,), (), (1, 2)]),
}
U = np.array([1.0, 2.0])
ROWS = np.array([[1.0, -1.0], [2.0, 0.5]])  # of vmap
TOTAL = 0  # variables of the polynomials: z, then u


def leaves(tree):
    if isinstance(tree, dict):
        return [a for v in tree.values() for a in leaves(v)]
    return [a for v in tree for a in leaves(v)] if isinstance(tree, (tuple, list)) else [tree]


def sizes(shape):
    return [int(np.prod(s)) for s in SHAPES[shape][1]]


def parts(flat, shape):
    """Numbers in a row as the structure."""
    ends = np.cumsum(sizes(shape))
    flat = np.asarray(flat, float)
    return SHAPES[shape][0](*[a.reshape(flat.shape[:-1] + s) for a, s in zip(np.split(flat, ends[:-1], -1),
        SHAPES[shape][1])])


def blocks(shape, of):
    """of(i) for each number i of z, an array of some shape: as the structure, whose leaves have their axes
    behind those."""
    rows = [np.asarray(of(i), float) for i in range(sum(sizes(shape)))]
    return parts(np.stack(rows, -1), shape)


def coefficients(n):
    return [1 + i % 3 for i in range(n)], [(-1) ** i * (1 + i % 2) for i in range(n)]


def forms(tree):
    """The two sums that all is made of, of values: c z, and d z^3."""
    out, at = [0, 0], 0
    for a in leaves(tree):
        n = int(np.prod(a.shape))
        c, d = (np.array(x[at:at + n], float).reshape(a.shape) for x in coefficients(100))
        out, at = [out[0] + (a * c).sum(), out[1] + (a * a * a * d).sum()], at + n
    return out


def forms_of_poly(n):
    z = [Poly({(0,) * i + (1,): 1}) for i in range(n)]
    c, d = coefficients(n)
    return sum(a * b for a, b in zip(z, c)), sum(a * a * a * b for a, b in zip(z, d))


def scalar(s, t):
    return s * s + t


def scalar_u(s, t, u0, u1):
    return s * s * (u0 * u0 + u1 * u0) + t * (u1 * u1 * u1 + u0) + s * u0


def vector(s, t):
    return [s * s, s * t]


def vector_u(s, t, u0, u1):
    return [s * s * u0 + t * u0 * u1, s * t + t * u1 * u1]


# An inner transform, of z as its argument or by closure: what it gives as a list of values; as a list of
# polynomials in z.

def along(n):
    return [1 + i % 2 for i in range(n)]


def flat(tree):
    return [a.reshape(-1) for a in leaves(tree)]


def inner(kind, use, z, shape):
    n = sum(sizes(shape))
    if use == "argument":
        f, v = (lambda a: scalar(*forms(a))), (lambda a: wg.stack(vector(*forms(a))))
        x, t = z, parts(along(n), shape)
    else:
        f, v = ((lambda u: scalar_u(*forms(z), u[0], u[1])),
                (lambda u: wg.stack(vector_u(*forms(z), u[0], u[1]))))
        x, t = U, np.array([1.0, 2.0])
    if kind == "grad":
        return flat(wg.grad(f)(x))
    if kind == "value_and_grad":
        y, d = wg.value_and_grad(f)(x)
        return [y.reshape(1), *flat(d)]
    if kind == "jacobian":
        return flat(wg.jacobian(v)(x))
    if kind == "hessian":
        return flat(wg.hessian(f)(x))
    if kind == "jvp":
        return [a.reshape(-1) for a in wg.jvp(v, (x,), (t,))]
    if kind == "vjp":
        y, pull = wg.vjp(v, x)
        return [y, *flat(pull(np.array([1.0, -2.0]))[0])]
    if use == "argument":
        return [wg.vmap(lambda r, a: scalar_u(*forms(a), r[0], r[1]), in_axes=(0, None))(ROWS, z)]
    return [wg.vmap(lambda r: scalar_u(*forms(z), r[0], r[1]))(ROWS)]


def inner_of_poly(kind, use, shape):
    global TOTAL
    n = sum(sizes(shape))
    s, t = forms_of_poly(n)
    TOTAL = n + 2
    u = [Poly({(0,) * (n + i) + (1,): 1}) for i in range(2)]
    if use == "argument" and kind != "vmap":
        f, v, by, put, way = scalar(s, t), vector(s, t), list(range(n)), (lambda p: p), along(n)
        ends = list(np.cumsum([0] + sizes(shape)))
    else:
        f, v, by, put, way = scalar_u(s, t, *u), vector_u(s, t, *u), [n, n + 1], (lambda p: p.put(U)), [1, 2]
        ends = [0, 2]
    cut = [by[a:b] for a, b in zip(ends, ends[1:])]  # variables by leaf
    if kind == "grad":
        out = [f.by(i) for i in by]
    elif kind == "value_and_grad":
        out = [f] + [f.by(i) for i in by]
    elif kind == "jacobian":
        out = [p.by(i) for some in cut for p in v for i in some]
    elif kind == "hessian":
        out = [f.by(i).by(j) for a in cut for b in cut for i in a for j in b]
    elif kind == "jvp":
        out = v + [sum((p.by(i) * c for i, c in zip(by, way)), Poly({})) for p in v]
    elif kind == "vjp":
        out = v + [v[0].by(i) + v[1].by(i) * -2 for i in by]
    else:
        return [f.put(r) for r in ROWS]
    return [put(p) for p in out]


def weights(n):
    return [1 + k % 3 for k in range(n)]


def whole(kind, use, shape):
    """A number made of all that the inner transform gives, as a function of z, and as a polynomial."""
    def f(z):
        y, at = forms(z)[0] * 2, 0
        for a in inner(kind, use, z, shape):
            n = int(np.prod(a.shape))
            y, at = y + (a * np.array(weights(100)[at:at + n], float)).sum(), at + n
        return y
    out = inner_of_poly(kind, use, shape)
    p = forms_of_poly(sum(sizes(shape)))[0] * 2
    for a, c in zip(out, weights(len(out))):
        p = p + a * c
    return f, p


def nested(outer, kind, use, shape):
    f, p = whole(kind, use, shape)
    n = sum(sizes(shape))
    at = [1.0 + (i % 4) * 0.5 for i in range(n)]
    z = parts(at, shape)
    gradient = blocks(shape, lambda i: p.by(i).at(at))
    linear = forms_of_poly(n)[0]
    pair = lambda a: wg.stack([f(a), f(a) * 2 + forms(a)[0]])
    pair_of = [p, p * 2 + linear]
    way = along(n)
    slope = lambda q: sum(q.by(i).at(at) * c for i, c in enumerate(way))
    if outer == "grad":
        same(wg.grad(f)(z), gradient)
    elif outer == "value_and_grad":
        y, d = wg.value_and_grad(f)(z)
        same(y, p.at(at))
        same(d, gradient)
    elif outer == "jacobian":
        same(wg.jacobian(pair)(z), blocks(shape, lambda i: [q.by(i).at(at) for q in pair_of]))
    elif outer == "hessian":
        got, ends = wg.hessian(f)(z), np.cumsum([0] + sizes(shape))
        numbers = lambda i: blocks(shape, lambda j: p.by(i).by(j).at(at))
        rows = [[leaves(numbers(i)) for i in range(a, b)] for a, b in zip(ends, ends[1:])]
        rows = [[np.stack([r[k] for r in some]).reshape(s + t) for k, t in enumerate(SHAPES[shape][1])]
                for some, s in zip(rows, SHAPES[shape][1])]
        same(got, SHAPES[shape][0](*[SHAPES[shape][0](*r) for r in rows]))
    elif outer == "jvp":
        y, d = wg.jvp(f, (z,), (parts(way, shape),))
        same(y, p.at(at))
        same(d, slope(p))
    elif outer == "vjp":
        y, pull = wg.vjp(pair, z)
        same(y, np.array([q.at(at) for q in pair_of]))
        d, = pull(np.array([1.0, 3.0]))
        same(d, blocks(shape, lambda i: pair_of[0].by(i).at(at) + 3 * pair_of[1].by(i).at(at)))
    elif outer == "vmap":
        rows = np.array([at, [a - 2 for a in at]])
        same(wg.vmap(f)(parts(rows, shape)), np.array([p.at(r) for r in rows]))
        same(wg.vmap(wg.grad(f))(parts(rows, shape)), blocks(shape, lambda i: [p.by(i).at(r) for r in rows]))
    elif outer == "backward":
        w = [wg.tensor(a, requires_grad=True) for a in leaves(z)]
        y = f(SHAPES[shape][0](*w))
        same(y, p.at(at))
        y.backward()
        same(SHAPES[shape][0](*[a.grad for a in w]), gradient)
    else:
        def by_value():
            if outer == "explicit graph":
                wg.Graph()
            x = [wg.input("x%d" % i, a) for i, a in enumerate(leaves(z))]
            y = f(SHAPES[shape][0](*x))
            same(y, p.at(at))
            same(SHAPES[shape][0](*wg.grad(y, x)), gradient)
        apart(by_value)


INNER = "grad value_and_grad jacobian hessian jvp vjp vmap".split()
for _names in itertools.product(INNER + ["backward", "explicit graph", "automatic graph"], INNER,
                                ("argument", "closure"), SHAPES):
    gate("%s of %s: %s: %s" % _names, nested, *_names)
# ---- by name ----

X = np.array([[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]])
V = np.array([1.0, 2.0, 3.0])


@the
def mapped_rows_of_what_is_closed_over():
    same(wg.grad(lambda w: (w * w).sum() + wg.vmap(lambda x: (x * w).sum())(X).sum())(np.ones(3)),
         np.array([5.0, 7.0, 9.0]))


@the
def first_example_of_JAX():
    same(wg.grad(lambda x: x * wg.grad(lambda y: x + y)(2.0))(1.0), 1.0)


@the
def three_deep():
    f = lambda x: wg.grad(lambda y: wg.grad(lambda z: x * x * y * y * y * z * z)(2.0) * x)(3.0)
    same(wg.grad(f)(2.0), 4 * 27.0 * 3 * 4)  # d/dx of x^3 * 3 y^2 * 2 z


@the
def blocks_of_a_hessian():
    f = lambda x, y: (x * y).sum() + (x * x * y).sum()
    x, y = np.array([1.0, 2.0]), np.array([3.0, 4.0])
    got = wg.hessian(f, argnums=(0, 1))(x, y)
    same(got, ((np.diag(2 * y), np.diag(1 + 2 * x)), (np.diag(1 + 2 * x), np.zeros((2, 2)))))
    same(wg.hessian(f, argnums=1)(x, y), np.zeros((2, 2)))
    d = wg.hessian(lambda p: f(p["a"], p["b"]))({"a": x, "b": y})
    same(d, {"a": {"a": np.diag(2 * y), "b": np.diag(1 + 2 * x)},
             "b": {"a": np.diag(1 + 2 * x), "b": np.zeros((2, 2))}})


@the
def hessian_of_a_vector():
    got = wg.hessian(lambda x: wg.stack([(x * x).sum(), x[0] * x[1]]))(np.array([1.0, 2.0]))
    same(got, np.array([[[2, 0], [0, 2]], [[0, 1], [1, 0]]]))


@the
def blocks_of_a_jacobian():
    f = lambda x, p: {"s": x * p["a"], "t": (x * x).sum() * p["b"]}
    x, a, b = np.array([1.0, 2.0]), np.array([3.0, 4.0]), 5.0
    got = wg.jacobian(f, argnums=(0, 1))(x, {"a": a, "b": b})
    same(got, {"s": (np.diag(a), {"a": np.diag(x), "b": np.zeros(2)}),
               "t": (10 * x, {"a": np.zeros(2), "b": 5.0})})
    same(wg.jacobian(lambda x: (x * 2, x.sum()))(x), (2 * np.eye(2), np.ones(2)))


@the
def kinds_of_trees():
    Pair = collections.namedtuple("Pair", "a b")
    d = wg.grad(lambda p: (p.a * p.b).sum())(Pair(V, 2 * V))
    assert type(d) is Pair
    same(d.a, 2 * V)
    same(wg.grad(lambda p: (p[0] * p[1][0]).sum())((V, [2 * V])), (2 * V, [V]))
    same(wg.grad(lambda a, b, c: (a * b * c["k"]).sum(), argnums=(2, 0))(V, 2 * V, {"k": 3 * V}),
         ({"k": 2 * V * V}, 6 * V * V))


@the
def rows_of_trees():
    same(wg.vmap(lambda d: d[0].sum())((X, X)), np.array([3.0, 12.0]))
    same(wg.vmap(lambda d: {"s": d["a"].sum(), "t": (d["b"] * 2, 1.0)})({"a": X, "b": X[:, 0]}),
         {"s": np.array([3.0, 12.0]), "t": (np.array([0.0, 6.0]), np.ones(2))})
    same(wg.vmap(lambda a, b: (a * b).sum(), in_axes=(1, None))(X, np.array([1.0, 2.0])),
         np.array([6.0, 9.0, 12.0]))
    same(wg.vmap(lambda d, c: d["a"].sum() * d["b"] * c,
                 in_axes=({"a": 1, "b": None}, None))({"a": X, "b": 2.0}, 3.0),
         np.array([18.0, 30.0, 42.0]))
    same(wg.vmap(lambda d: d["a"].sum() * d["b"][1], in_axes=({"a": -1, "b": None},))({"a": X, "b": V}),
         np.array([6.0, 10.0, 14.0]))
    same(wg.vmap(lambda i, x: x[i], in_axes=(0, None))(np.array([2, 0]), V), np.array([3.0, 1.0]))
    same(wg.vmap(wg.vmap(lambda x, y: x * y, in_axes=(None, 0)), in_axes=(0, None))(V, V), np.outer(V, V))
    refused(lambda: wg.vmap(lambda a, b: a)(X, V), "2", "3")
    refused(lambda: wg.vmap(lambda a: a)(2.0), "axis")
    refused(lambda: wg.vmap(lambda a: a, in_axes=2)(X), "axis")
    refused(lambda: wg.vmap(lambda a: a, in_axes=None)(X))
    refused(lambda: wg.vmap(lambda a, b: a, in_axes=(0,))(X, X), "in_axes")
    refused(lambda: wg.vmap(lambda a: a, in_axes=({"b": 0},))({"a": X}), "in_axes")


@the
def axes_of_results():
    same(wg.vmap(lambda x: x * 2, out_axes=1)(X), 2 * X.T)
    same(wg.vmap(lambda x: x * 2, out_axes=-1)(X), 2 * X.T)
    same(wg.vmap(lambda x: (x * 2, x), out_axes=(1, 0))(X), (2 * X.T, X))
    same(wg.vmap(lambda x: {"a": x, "b": x.sum()}, out_axes={"a": 1, "b": 0})(X), {"a": X.T, "b": X.sum(1)})


@the
def no_rows():
    same(wg.vmap(lambda x: (x.sum(), x * 2))(np.zeros((0, 3))), (np.zeros(0), np.zeros((0, 3))))
    same(wg.grad(lambda w: (w * w).sum() + wg.vmap(lambda x: (x * w).sum())(np.zeros((0, 3))).sum())(V),
         2 * V)


@the
def tangents():
    f = lambda a, p: (a * p["b"]).sum() + p["c"] ** 2
    y, d = wg.jvp(f, (V, {"b": 2 * V, "c": 3.0}), (np.ones(3), {"b": np.zeros(3), "c": 1.0}))
    same(y, 37.0)
    same(d, 18.0)
    y, d = wg.jvp(lambda x: (x * x, {"s": x.sum()}), (V,), (np.ones(3),))
    same(y, (V * V, {"s": 6.0}))
    same(d, (2 * V, {"s": 3.0}))
    for t in (np.ones(2), np.ones((3, 1)), 1.0, np.ones((1, 3))):
        refused(lambda: wg.jvp(lambda x: (x * x).sum(), (V,), (t,)), "shape")
    refused(lambda: wg.jvp(lambda x, y: (x * y).sum(), (V, V), (V,)))
    refused(lambda: wg.jvp(lambda p: p["a"].sum(), ({"a": V},), ({"b": V},)))
    same(wg.grad(lambda t: wg.jvp(lambda x: (x * x).sum(), (V,), (t,))[1] * t.sum())(V), 2 * V * 6 + 28)


@the
def pulls_of_trees():
    y, pull = wg.vjp(lambda a, b: {"p": a * b, "s": a.sum()}, V, 2 * V)
    same(y, {"p": 2 * V * V, "s": 6.0})
    same(pull({"p": np.ones(3), "s": 10.0}), (2 * V + 10, V))
    refused(lambda: pull({"p": np.ones(2), "s": 1.0}), "shape")
    y, pull = wg.vjp(lambda a: a * a, V)
    same(wg.grad(lambda g: (pull(g)[0] * V).sum())(V), 2 * V * V)


@the
def draws_of_a_pull():
    """The pull has the draws of its result, also when both live in the graph of a parameter."""
    w = wg.tensor(np.ones(50), requires_grad=True)
    y, pull = wg.vjp(lambda x: wg.dropout(x * w, drop=0.5, mode="train"), np.ones(50))
    values(y, *pull(np.ones(50)))
    y, d = wg.value_and_grad(lambda x: (wg.dropout(x * w, drop=0.5, mode="train") * V[0]).sum())(np.ones(50))
    same(y, d.numpy().sum())


@the
def fresh_draws():
    x = np.arange(1.0, 101.0)
    f = wg.grad(lambda x: (x * wg.dropout(x, drop=0.5, mode="train")).sum())
    assert not np.allclose(f(x), f(x))
    h = wg.grad(lambda w: wg.grad(lambda v: (w * v * wg.dropout(v, drop=0.5, mode="train")).sum())(x).sum())
    assert not np.allclose(h(x), h(x))


# ---- PyTorch's ----


@the
def grad_of_several_outputs():
    def both():
        x = wg.tensor([1.0, 2.0], requires_grad=True)
        return x, x.sum(), (x * x * V[1]).sum() + (x * x).sum() * 0
    g = wg.autograd.grad
    x, a, b = both()
    same(g([a, b], [x]), (np.array([5.0, 9.0]),))
    same(g((a, b), x), (np.array([5.0, 9.0]),))
    same(g([a, b], [x], grad_outputs=[wg.tensor(2.0), None]), (np.array([6.0, 10.0]),))
    same(g(x * x, x, wg.tensor([1.0, 3.0])), (np.array([2.0, 12.0]),))
    same(g(x * x, x, (np.array([1.0, 3.0]),)), (np.array([2.0, 12.0]),))
    same(g(b, x, None, retain_graph=True, create_graph=True), (np.array([4.0, 8.0]),))
    refused(lambda: g(x * x, x), "scalar")
    z = wg.tensor([1.0], requires_grad=True)
    refused(lambda: g(b, [x, z]), "appears to not have been used in the graph")
    got = g(b, [x, z], allow_unused=True)
    same(got[0], np.array([4.0, 8.0]))
    assert got[1] is None
    refused(lambda: g([a, b], [x], grad_outputs=[wg.tensor(2.0)]))


@the
def functional_of_several_inputs():
    F = wg.autograd.functional
    x, y = wg.tensor([1.0, 2.0]), wg.tensor([3.0, 4.0])
    same(F.jacobian(lambda a, b: a * b, (x, y)), (np.diag([3.0, 4.0]), np.diag([1.0, 2.0])))
    same(F.jacobian(lambda a: a * a, x), np.diag([2.0, 4.0]))
    same(F.jacobian(lambda a: (a * a, a.sum()), x), (np.diag([2.0, 4.0]), np.ones(2)))
    same(F.hessian(lambda a, b: (a * a * b).sum(), (x, y)),
         ((np.diag([6.0, 8.0]), np.diag([2.0, 4.0])), (np.diag([2.0, 4.0]), np.zeros((2, 2)))))
    out, d = F.jvp(lambda a, b: a * b, (x, y), (wg.ones(2), wg.zeros(2)))
    same(out, np.array([3.0, 8.0]))
    same(d, np.array([3.0, 4.0]))
    out, d = F.vjp(lambda a, b: a * b, (x, y), wg.ones(2))
    same(d, (np.array([3.0, 4.0]), np.array([1.0, 2.0])))
    same(F.vjp(lambda a: (a * a).sum(), x)[1], np.array([2.0, 4.0]))


@the
def a_Function_of_two_results():
    class Two(wg.autograd.Function):
        @staticmethod
        def forward(ctx, x, y):
            return x * y, x + y

        @staticmethod
        def backward(ctx, ga, gb):
            return 10 * ga, 100 * gb

    x = wg.tensor([1.0, 2.0], requires_grad=True)
    try:
        a, b = Two.apply(x, x * 1)
        (a + 3 * b).sum().backward()
    except TypeError as e:
        assert "Function" in str(e)
    else:
        same(x.grad, np.array([310.0, 310.0]))


# ---- of which kind a result is ----


@the
def numbers_at_the_top():
    f = lambda x: (x * x).sum()
    y, d = wg.value_and_grad(f)(V)
    assert isinstance(y, float) and isinstance(d, np.ndarray)
    numbers(wg.grad(f)(V), wg.jacobian(f)(V), wg.hessian(f)(V), *wg.jvp(f, (V,), (V,)), wg.vmap(f)(X),
            wg.vjp(f, V)[0],
            *wg.vjp(f, V)[1](1.0))
    w, c = wg.tensor(V, requires_grad=True), wg.tensor(V)
    h = lambda x: (x * x * w).sum()
    numbers(wg.grad(lambda x: (x * c).sum())(V), wg.grad(lambda x: (x * w.detach()).sum())(V),
            wg.grad(lambda x: (x * x * wg.stop_gradient(w)).sum())(V))
    with wg.no_grad():
        same(wg.grad(h)(V), 2 * V * V)
        numbers(wg.grad(h)(V), *wg.jvp(h, (V,), (V,)), wg.vmap(h)(X))
    w.requires_grad = False
    numbers(wg.grad(h)(V))


@the
def values_of_a_parameter():
    w = wg.tensor(V, requires_grad=True)
    h = lambda x: (x * x * w * w).sum()
    values(*wg.value_and_grad(h)(V), wg.grad(h)(V), wg.jacobian(h)(V), wg.hessian(h)(V),
           *wg.jvp(h, (V,), (V,)), wg.vmap(h)(X),
           wg.vjp(h, V)[0], *wg.vjp(h, V)[1](1.0), wg.grad(lambda x: (x * x).sum())(w))
    (y, aux), d = wg.value_and_grad(lambda x: (h(x), {"n": 3, "v": x * w}), has_aux=True)(V)
    values(y, d, aux["v"])
    assert aux["n"] == 3
    aux["v"].sum().backward()
    same(w.grad, V)
    (y + d.sum()).backward()
    same(w.grad, V + 2 * V * V * V + 4 * V * V)


@the
def a_number_of_the_outer_function():
    """A function that reads numbers on its way."""
    w = wg.tensor(2.0, requires_grad=True)
    f = lambda x: x * w if x > 1 else x * w * w
    y = wg.grad(f)(1.0) + wg.grad(f)(2.0) * 10
    y.backward()
    same(w.grad, 14.0)


@the
def called_once():
    w, calls = wg.tensor(V, requires_grad=True), []

    def f(x):
        calls.append(1)
        return (x * w).sum()
    wg.grad(f)(V)
    wg.jvp(f, (V,), (V,))
    assert len(calls) == 2


@the
def meta_learning():
    w = wg.tensor([1.0, -2.0, 0.5], requires_grad=True)
    A, b = X, np.array([1.0, 2.0])
    loss = lambda v: ((A @ v - b) ** 2).sum()
    y = loss(w - 0.01 * wg.grad(loss)(w))
    y.backward()
    H, a = 2 * A.T @ A, w.numpy()
    step = a - 0.01 * (2 * A.T @ (A @ a - b))
    same(w.grad, (np.eye(3) - 0.01 * H) @ (2 * A.T @ (A @ step - b)))


@the
def gradient_penalty():
    w = wg.tensor(V, requires_grad=True)
    gx = wg.grad(lambda x: ((x * w) ** 2).sum())(np.ones(3))  # 2 x w^2
    ((gx ** 2).sum() + (w * 3).sum()).backward()
    same(w.grad, 16 * V ** 3 + 3)


@the
def both_kinds_outside():
    """A parameter, and values of the graph that the library has."""
    def f():
        w = wg.tensor(V, requires_grad=True)
        x = wg.input("x", 2 * V)
        v = x * w
        y = wg.grad(lambda u: (u * u * v * w).sum())(np.ones(3)).sum()  # 2 x w^2
        same(wg.grad(y, x), 2 * V * V)
        y.backward()
        same(w.grad, 8 * V * V)
    apart(f)


@the
def a_graph_of_the_user_and_a_parameter():
    def f():
        g = wg.Graph()
        x, w = wg.input("x", 2 * V), wg.tensor(V, requires_grad=True)
        wg.Graph()
        y = wg.grad(lambda u: (u * u * x * w).sum())(np.ones(3)).sum()
        assert y.graph is g
        same(wg.grad(y, x), 2 * V)
        y.backward()
        same(w.grad, 4 * V)
    apart(f)


@the
def with_rules_of_the_user():
    """Functions that the library calls, behind a transform whose own graph is gone."""
    class Cube(wg.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x.detach() ** 3 if False else x ** 3

        @staticmethod
        def backward(ctx, g):
            x, = ctx.saved_tensors
            return g * 3 * x ** 2
    w = wg.tensor(V, requires_grad=True)
    y = wg.jvp(lambda x: Cube.apply(x * w).sum(), (np.ones(3),), (np.ones(3),))[0]
    gc.collect()
    y.backward()
    same(w.grad, 3 * V * V)
    w.zero_grad()
    e = lambda x: wg.extern(x, (3,), lambda a: a ** 2, lambda a, g: 2 * a * g)
    y, pull = wg.vjp(lambda x: e(x * w).sum(), np.ones(3))
    del e, pull
    gc.collect()
    y.backward()
    same(w.grad, 2 * V)
    w.zero_grad()
    y = wg.jvp(lambda x: wg.checkpoint(lambda a: (a * a).sum())(x * w), (np.ones(3),), (np.ones(3),))[0]
    y.backward()
    same(w.grad, 2 * V)


@the
def implicit_layers():
    """The inner gradient is in a function that the library calls."""
    root = lambda a: wg.fixed_point(wg.tensor([1.0]), lambda x: x - 0.25 *
                                    wg.grad(lambda v: (v * v * v / 3 - a * v).sum())(x))
    slope = np.array([0.5 / np.sqrt(2.0)])
    same(wg.grad(lambda a: root(a).sum())(np.array([2.0])), slope)
    a = wg.tensor([2.0], requires_grad=True)
    y = root(a)
    same(y, np.sqrt([2.0]))
    y.sum().backward()
    same(a.grad, slope)
    # of nothing but what is closed over
    step = lambda x: x * 0 + wg.grad(lambda t: (a * t * t).sum())(np.array([0.25]))
    y = wg.fixed_point(wg.tensor([1.0]), step)
    a.zero_grad()
    y.sum().backward()
    same(a.grad, np.array([0.5]))


@the
def a_pull_behind_a_step():
    """What it gives of the parameter's older value is a number, and no derivative is lost in silence."""
    w = wg.tensor(V, requires_grad=True)
    y, pull = wg.vjp(lambda x: (x * w).sum(), V)
    y.backward()
    wg.optim.SGD([w], lr=0.5).step()
    d, = pull(2.0)
    same(d, 2 * V)
    refused(lambda: d.sum().backward(), "earlier step")


@the
def nothing_in_a_tree():
    d = wg.grad(lambda p: (p["a"] ** 2).sum())({"a": V, "b": None})
    assert d["b"] is None
    same(d["a"], 2 * V)


@the
def argument_and_closure_are_two():
    w = wg.tensor(V, requires_grad=True)
    same(wg.grad(lambda a: (a * w).sum())(w), V)
    y = wg.grad(lambda a: (a * a * w).sum())(w).sum()
    y.backward()
    same(w.grad, 4 * V)


@the
def options_by_name():
    w = wg.tensor(V, requires_grad=True)
    y = wg.grad(lambda x, k: (x * k * w).sum())(V, k=w)
    y.sum().backward()
    same(w.grad, 2 * V)


@the
def another_thread_in_between():
    w = wg.tensor(V, requires_grad=True)

    def other():
        with wg.no_grad():
            return wg.grad(lambda x: (x * x * w).sum())(V)
    same(wg.grad(lambda x: (x * apart(other)).sum())(V), 2 * V * V)


# ---- what is left behind ----


def memory():
    with open("/proc/self/statm") as f:
        return int(f.read().split()[1]) * 4096


def stays(step, n=1500):
    for _ in range(n):
        step()
    gc.collect()
    before = memory()
    for _ in range(n):
        step()
    gc.collect()
    assert memory() - before < 1 << 20, "%d bytes more" % (memory() - before)


def in_loops(what):
    def run():
        w, c = wg.tensor(np.ones(100), requires_grad=True), np.ones(100)
        held = wg.input("held", c) * w if "held" in what else None
        if "explicit" in what:
            wg.Graph()
            held = wg.input("held", c) * 2
        f = ((lambda x: (x * x).sum()) if "plain" in what else (lambda x: (x * x * w).sum())
             if "closure" in what else None)
        stays({"numbers": lambda: wg.value_and_grad(f)(c), "backward": lambda: wg.grad(f)(c).sum().backward(),
               "vmap": lambda: wg.vmap(wg.grad(f))(c[:4].reshape(2, 2)),
               "vjp": lambda: wg.vjp(f, c)[1](1.0)}[what.split()[0]],
              300 if "vmap" in what else 1500)
        del held
    apart(run)


for _what in ("numbers plain", "numbers plain held", "numbers plain explicit", "numbers closure",
              "backward closure", "vmap plain",
              "vmap plain held", "vjp plain", "vjp closure"):
    gate("memory: " + _what, in_loops, _what)


if __name__ == "__main__":
    sys.exit(run_gates("closures", sys.argv[1:]))
