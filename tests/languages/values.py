"""values.py: python/wengert. Every expectation comes from NumPy, or is computed by hand."""
import inspect
import os
import re
import sys
import tempfile
import warnings

import numpy as np

import wengert as wg
from values_base import A, B, expect, place, raised, same, wrong
from values_objects import dropped, functions, interrupted, lifetimes, memory, odd_arguments
from values_objects import partial_functions, parts, pictures


def given_arrays():
    """Before there is any graph, an array that was given out stays as it is."""
    x = wg.tensor([1.0, 2.0])
    a = x.numpy()
    x[0] = 5
    expect(a.tolist() == [1, 2] and x.tolist() == [5, 2])


def arithmetic():
    g = wg.Graph()
    a, b = wg.input("a", A), wg.input("b", B)
    for f in (lambda x, y: x + y, lambda x, y: x - y, lambda x, y: x * y, lambda x, y: x / y,
              lambda x, y: x**2 + y, lambda x, y: 2 - x / 3 + (-y), lambda x, y: 2.0**x, lambda x, y: x @ y.T,
              lambda x, y: abs(y) * x, lambda x, y: x < y, lambda x, y: x >= 3, lambda x, y: x == y,
              lambda x, y: x != 2, lambda x, y: 1 / y):
        same(f(a, b), f(A, B))
        same(f(a, B), f(A, B))  # an array beside a value
    same(B + a, A + B)
    same(np.float32(2) * a, 2 * A)
    same(B @ a.T, B @ A.T)
    same(a + np.array([1, 2, 3]), A + [1, 2, 3])
    same(a + [1, 2, 3], A + [1, 2, 3])
    for key in (0, -1, slice(1, None), slice(0, 1), (slice(None), 1), (Ellipsis, 2), (None, 1),
                (0, slice(-2, None)), (slice(None), np.array([2, 0])), (np.array([1, 1, 0]),)):
        same(a[key], A[key])
    same(a.sum(), A.sum())
    same(a.sum(axis=0), A.sum(0))
    same(a.mean(axis=-1, keepdims=True), A.mean(-1, keepdims=True))
    same(wg.max(a, axes=(0, 1)), A.max())
    same(wg.sum(a, axes=0), A.sum(0))
    same(wg.sum(a, axis=1), A.sum(1))
    same(wg.cumsum(a, axis=(1,)), A.cumsum(1))
    same(wg.var(a, axis=1), A.var(1))
    same(a.T, A.T)
    same(a.reshape(3, 2), A.reshape(3, 2))
    same(a.reshape((3, -1)), A.reshape(3, -1))
    same(wg.exp(b), np.exp(B))
    same(b.tanh(), np.tanh(B))
    same(wg.where(b > 0, a, 0), np.where(B > 0, A, 0))
    same(wg.concat([a, b], 1), np.concatenate([A, B], 1))
    same(wg.einsum("ij,kj->ik", [a, b]), np.einsum("ij,kj->ik", A, B))
    same(wg.pad(a, axis=1, before=2, mode="edge"), np.pad(A, ((0, 0), (2, 0)), mode="edge"))
    same(wg.clip(a, 2, 5), np.clip(A, 2, 5))
    same(wg.leaky_relu(b, slope=0), np.maximum(B, 0))  # 0 is 0, and not the default
    same(wg.split(a, 3, axis=1)[1], A[:, 1:2])
    same(wg.random_normal((4,), mean=3, deviation=0), [3] * 4)
    same(wg.arange(0, 3, 1), [0, 1, 2])
    q, r = wg.qr(b)
    same(q @ r, B)
    expect(wg.cast(a, "int32").dtype == np.int32 and a.dtype == np.float64)
    expect(g.input("k", np.arange(3)).dtype == np.int64)
    expect(a.shape == (2, 3) and len(a) == 2 and float(a[0, 0]) == 1)
    expect(repr(a[0]) == "Value([%s])" % ", ".join("%g." % v for v in A[0]) and "name='a'" in repr(a))
    expect("softmax" in dir(wg) and "temperature=" in wg.softmax.__doc__)
    same(wg.Graph(wg.Context(dtype="float32")).input("x", B), B.astype(np.float32))


def derivatives():
    wg.Graph()
    a, b = wg.input("a", A), wg.input("b", B)
    y = (a * a * b).sum()
    same(wg.grad(y, a), 2 * A * B)
    same(y.grad(b), A * A)
    ga, gb = wg.grad(y, [a, b])
    same(ga, 2 * A * B)
    same(wg.grad((ga * ga).sum(), b), 8 * A * A * B)
    same(wg.jvp(y, [a], [B]), (2 * A * B * B).sum())
    same(wg.jvp(y, a, B), (2 * A * B * B).sum())
    same(wg.vjp(a * a, B, [a])[0], 2 * A * B)
    same(wg.jacobian(a[0] * 3, a)[1, 0, 1], 3)
    value, gradient = wg.value_and_grad(lambda x: wg.sum(x**3))(A)
    expect(value == (A**3).sum())
    same(gradient, 3 * A**2)
    same(wg.grad(lambda x, y: (x * y).sum(), argnums=(0, 1))(A, B)[1], A)
    same(wg.input("c", B) * 1, B)  # into the graph that was current before


def training():
    c = wg.Context(seed=3)
    p, g = wg.Params(c), wg.Graph(c)
    sgd = wg.sgd(p, lr=0.25)
    for i in range(60):
        g.begin()
        w = p.param("w", (2,), wg.const(5))
        wg.square(w - [1, 2]).sum().backward(p)
        same(p.grad("w"), 2 * np.array([4, 3]) * 0.5**i)  # the distance is halved by each step
        sgd.step()
    same(p["w"], [1, 2])
    expect(sgd.lr == 0.25 and list(p) == ["w"] and "w" in p and len(p) == 1)
    sgd.lr = 0.5
    expect(sgd.lr == 0.5)
    p["w"] = [7, 8]
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "w.safetensors")
        p.save(path)
        p["w"] = [0, 0]
        p.load(path)
        table = os.path.join(folder, "t.csv")
        with open(table, "w") as f:
            f.write("a,b,passed\n1,2,0\n3,4,1\n")
        for sign in (";;", "", "\t\t", "\\t", b"", "a;"):
            for read in (wg.csv, wg.table, lambda t, **o: wg.c.data_csv(c, t, **o)):
                raised(TypeError, "separator=%r: one character is expected" % (sign,),
                       lambda: read(table, separator=sign))
        for sign in ("\uff1b", "\xe9", '"', "e", -1):
            raised(wg.Error, "the separator must be a comma, a semicolon, a tab",
                   lambda: wg.csv(table, separator=sign))
        for sign in (",", b",", ord(",")):
            expect(wg.table(table, separator=sign).columns == wg.table(table).columns == ["a", "b", "passed"])
        # names that are numbers, rows that look empty or like a total: of arrays and dicts each row is one
        nan = float("nan")
        for rows in (np.array([[1.5, 2.5], [3.5, 4.5], [5, 6]]), dict(a=[1, nan, 3], b=[2, nan, 4]),
                     dict(a=["x", "y", "Total"], b=[1, 2, 3])):
            expect(len(wg.table(rows, context=c)) == 3)
        d = wg.csv(table, y="passed", context=c)
        same(d.x, [[1, 2], [3, 4]])
        same(d.y, [0, 1])
    same(p["w"], [7, 8])
    raised(KeyError, "did you mean w?", lambda: p["ww"])
    old, new = sgd, wg.adam(p, lr=0.1, beta1=0.8)
    raised(wg.Error, "another optimizer", old.step)
    raised(TypeError, "did you mean amsgrad?", lambda: wg.adam(p, amsgrads=1))
    s = wg.nn_lstm(g.input("x", np.ones((1, 2, 3))), p.part("net"), "lstm", 4, state=None)
    expect(s.y.shape == (1, 2, 4) and s.h.shape == (1, 4) and "net.lstm.W" in p)
    d = wg.Data(np.arange(10.0).reshape(5, 2), np.arange(5), context=c)
    rows = [(x, y) for x, y in d.batches(2)]
    expect([len(x) for x, _ in rows] == [2, 2, 1])
    expect(sorted(np.concatenate([y for _, y in rows])) == [0, 1, 2, 3, 4])
    expect(all((x[:, 0] == 2 * y).all() for x, y in rows))
    del new


def checks():
    expect(wg.check(lambda x: wg.sum(wg.sin(x) * x), A))
    expect(wg.check(lambda x, y: (x @ y.T).tanh().sum(), A / 9, B).verdict == "pass")
    expect(wg.check(lambda x: np.sum(np.sin(x)), A, grad=np.cos))
    expect(wg.check(lambda x: (np.sum(x**3), 3 * x**2), A))
    expect(wg.check(lambda x, y: (np.sum(x * y), [y, x]), A, B))
    bad = wg.check(lambda x: (np.sum(x**3), 2 * x**2), A)
    expect(not bad and bad.verdict == "fail" and "FAIL" in str(bad) and bad.ratio > 0.1)
    expect(repr(bad).startswith("<x[") and "\n" not in repr(bad) and "verdict FAIL" in repr(bad))
    W, b = A[:2, :2] / 9, np.array([0.3, -0.2])
    h = lambda p: np.tanh(p["W"] @ p["b"])
    by = lambda p: dict(b=p["W"].T @ (1 - h(p)**2), W=np.outer(1 - h(p)**2, p["b"]))
    expect(wg.check(lambda p: h(p).sum(), dict(W=W, b=b), grad=by))
    turned = wg.check(lambda p: h(p).sum(), dict(W=W, b=b), grad=lambda p: dict(by(p), W=by(p)["W"].T))
    expect("p.W[" in str(turned) and "yours is the transpose" in str(turned) and "p.b[" in str(turned))
    expect(wg.check(lambda p: wg.sum(wg.tanh(p[0] @ p[1])), [W, b]))
    f, g = wg.value_and_grad(lambda p: wg.sum(wg.tanh(p["W"] @ p["b"])))(dict(W=W, b=b))
    expect(abs(f - h(dict(W=W, b=b)).sum()) < 1e-14 and np.allclose(g["W"], by(dict(W=W, b=b))["W"], 1e-13,
        1e-15))
    expect(wg.check(lambda x: np.sum(x**3), A, grad=3 * A**2)
           and not wg.check(lambda x: np.sum(x**3), A, grad=2 * A**2))
    expect(wg.check(np.sin, 1.0, grad=np.cos))
    ties = wg.check(np.max, [1.0, 1.0], grad=lambda x: (x == x.max()) * 1.0)
    expect(not ties and "move together" in str(ties))
    z = wg.Graph(wg.Context(dtype="float32")).input("w", np.array([0.5, -1, 2])) * 1.5
    # f32, which the check widens
    for mask, verdict in ((lambda x: x > 0, "pass"), (lambda x: x < 0, "fail")):
        rule = lambda y, gy, x: gy * wg.cast(mask(x), np.float32)
        expect(wg.exp(wg.custom_vjp(wg.relu(z), [z], rule)).sum().check().verdict == verdict)
    raised(TypeError, "returns None", lambda: wg.check(lambda x: None, A, grad=np.cos))
    raised(TypeError, "a function and its point", lambda: wg.check(np.sum, None, grad=np.cos))
    raised(ValueError, "the gradient has the parts V",
           lambda: wg.check(np.sum, dict(W=W), grad=lambda p: dict(V=W)))
    raised(ValueError, "the gradient has 1 elements, x has 6", lambda: wg.check(lambda x: (x.sum(), 1.0), A))
    raised(TypeError, "give its gradient, grad=", lambda: wg.check(
        lambda x: np.logaddexp.reduce(x, axis=None), A))
    raised(TypeError, "the gradient is complex", lambda: wg.check(np.sum, A, grad=lambda x: 1j * x))
    raised(TypeError, "the value of the function is complex",
           lambda: wg.check(lambda x: (1j * x.sum(), x), A))
    raised(TypeError, "the argument x is complex", lambda: wg.check(lambda x: (x.sum(), x), A + 1j))
    raised(TypeError, "is complex", lambda: wg.value_and_grad(lambda x: x.sum())(A + 0j))
    wg.Graph()
    raised(TypeError, "is complex", lambda: wg.extern(wg.input("c", A), 2, lambda x: x[0, :2] * 1j).numpy())
    raised(ZeroDivisionError, "", lambda: wg.check(lambda x: 1 // 0, A, grad=np.cos))
    wg.Graph()
    x = wg.input("x", A)
    expect((x * x).sum().check())
    expect(wg.check(lambda x: (x * x).sum(), A, order=2, name="square"))


class Net:
    """f stores what its gradient uses, and f of another point may have been called since."""

    def forward(self, x):
        self.y = np.exp(x)
        return (self.y**2).sum()

    def backward(self, x):
        return 2 * self.y**2


class Cache:
    """The key is x[0] alone."""
    key = None

    def __call__(self, x):
        if self.key != x[0]:
            self.key, self.y = x[0], (x**2).sum()
        return self.y


def memories():
    x = np.array([0.7, -1.3, 2.1])

    def expect_said(what, f, grad, at=x):
        r = wg.check(f, at, grad=grad)
        if r.verdict != "fail" or what not in r.reason:
            wrong.append(place(inspect.currentframe().f_back))
            print(what, "is not what is said:", r.verdict, r.reason)

    square, double = lambda x: (x**2).sum(), lambda x: 2 * x
    n, total, seen = Net(), np.zeros(3), []
    expect_said("the gradient depends on what was asked before: its component x[0]", n.forward, n.backward)
    expect_said("f depends on what was asked before: at the same point it is 6.59, then ", Cache(), double)

    def adds(x):
        total[:] += 2 * x
        return total

    def mean_so_far(x):
        seen.append(x.copy())
        return ((x - np.mean(seen, axis=0))**2).sum() + x.sum()

    def takes_the_mean(x):
        x -= x.mean()
        return (x**2).sum()

    def halves(x):
        x[1] /= 2
        return 2 * x

    added = "is added to what was there, and must be written: its component x[0] is 1.4, then 2.8"
    expect_said("the gradient " + added, square, adds)
    expect_said("f depends on what was asked before: ", mean_so_far, np.ones_like)
    expect_said("f changed its argument: x[0] from 0.7 to 0.2", takes_the_mean, lambda x: 2 * (x - x.mean()))
    expect_said("f changed its argument where its gradient is asked for: x[1] from -1.3 to -0.65", square,
                halves)
    last = [None]

    def every_second(x):
        last[0] = None if last[0] is not None else 2 * x
        return last[0] if last[0] is not None else 2 * np.ones(3)

    expect_said("the gradient is not a function: its component x[0] was 1.4 and 2 at", square, every_second)
    expect_said("f changed its argument: p.W[1,0] from 3 to 4", lambda p: p["W"].__iadd__([[0], [1]]).sum(),
                lambda p: dict(W=np.ones((2, 1))), dict(W=np.array([[2.0], [3.0]])))
    right = {}

    def cached(x):
        return right.setdefault(x.tobytes(), (x**2).sum())

    expect(wg.check(cached, x, grad=double))
    expect(wg.check(square, x, grad=lambda x: np.multiply(x, 2, out=np.empty(3))))
    room = np.empty(3)
    expect(wg.check(square, x, grad=lambda x: np.multiply(x, 2, out=room)))

    def counts_up(x):  # a number is not changed by -=
        x -= 1
        return x * x

    expect(wg.check(counts_up, 3.0, grad=lambda x: 2 * (x - 1)))


def mistakes():
    """Each call that is wrong is told the line to write; str() and repr() of a report are short."""
    f, g = lambda x: (x**2).sum(), lambda x: 2 * x
    product = lambda a, b: (a * b).sum()
    by_name = "goes by its name: wengert.check(f, x, grad=g)"
    raised(TypeError, by_name, lambda: wg.check(f, g, A))  # as in scipy.optimize.check_grad
    raised(TypeError, by_name, lambda: wg.check(f, A, g))
    raised(TypeError, "wengert.check(f, x, grad=g)", lambda: wg.check(A, f, grad=g))
    raised(TypeError, "its function must return g, an array like x",
           lambda: wg.check(f, A, grad=lambda x: None))
    raised(TypeError, "must return [g0, g1]", lambda: wg.check(product, A, A, grad=lambda a, b: None))
    raised(ValueError, "has 3 elements, x has 6: one for each is expected",
           lambda: wg.check(f, A, grad=lambda x: [1, 2, 3]))
    raised(ValueError, "has 2 elements, x has 6", lambda: wg.check(f, A, grad=[1, 2]))
    pair = "returns the pair (value, gradient): wengert.check(g, x) without grad=, or grad=lambda x: g(x)[1]"
    raised(ValueError, pair, lambda: wg.check(f, A, grad=lambda x: (f(x), g(x))))
    raised(ValueError, pair, lambda: wg.check(f, [1.0, 2.0], grad=lambda x: (f(x), g(x))))
    raised(ValueError, pair, lambda: wg.check(product, A, B, grad=lambda a, b: (product(a, b), [b, a])))
    expect(wg.check(f, [1.0, 2.0], grad=lambda x: (2 * x[0], 2 * x[1])))
    raised(TypeError, "wengert.check(f, x) without grad=",
           lambda: wg.check(lambda x: (f(x), g(x)), A, grad=g))
    raised(TypeError, "the gradient by argument 1 is None: zeros",
           lambda: wg.check(product, A, B, grad=lambda a, b: [b, None]))
    raised(ValueError, "the parts of the gradient have 6 and 3 elements, the arguments 6 and 6: return [g0, "
           "g1]",
           lambda: wg.check(product, A, B, grad=lambda a, b: [b, a[0]]))
    raised(ValueError, "the parts of the gradient have 6 elements",
           lambda: wg.check(product, A, B, grad=lambda a, b: [b]))

    rounded = lambda x, w: (np.round(x) * w).sum()
    through = lambda x, w: [w, np.round(x)]  # the gradient of round(x) is meant to be that of x
    X = A + 0.2
    expect(not wg.check(rounded, X, B, grad=through))
    r = wg.check(rounded, X, B, grad=through, intended="x")
    expect(r and "x not checked: its gradient is another one on purpose" in " ".join(str(r).split()))
    r = wg.check(rounded, X, B, grad=lambda x, w: [w, 2 * np.round(x)], intended="x")
    expect(r.verdict == "fail" and "w[" in str(r))
    r = wg.check(rounded, X, B, grad=through, intended="y")
    expect(not r and 'names of whole arguments are expected, as "x", not "y"' in r.reason)
    expect(not wg.check(rounded, X, B, grad=through, intended="x[0,1]"))
    expect(wg.check(lambda p: rounded(*p.values()), dict(x=X, w=B),
                    grad=lambda p: dict(zip("xw", through(*p.values()))),
                    intended="p.x"))
    expect(wg.check(rounded, X, B, grad=through, intended="x, w").verdict == "inconclusive")

    W = np.linspace(-1, 1, 1600).reshape(40, 40)
    many = {"layer%d" % i: W[i] for i in range(40)}
    for r in (wg.check(f, A, grad=g), wg.check(f, A, grad=lambda x: 3 * x), wg.check(f, W, grad=lambda x: x),
              wg.check(lambda p: sum(v @ v for v in p.values()), many,
                       grad=lambda p: {k: 3 * v for k, v in p.items()}),
              wg.check(lambda x: x.sum(), A * np.nan, grad=np.ones_like),
              wg.check(rounded, X, B, grad=through),
              wg.check(lambda x: wg.sum(wg.custom_vjp(x * x, [x], lambda y, gy, x: gy * x)), A)):
        # pytest cuts at 240
        expect(len(repr(r).splitlines()) == 1 and len(repr(r)) <= 240 and len(str(r).splitlines()) <= 24)
        expect("verdict %s" % r.verdict.upper() in repr(r) and r.reason in repr(r))
        said = repr(r).split("verdict")[0]
        expect(r or r.reason or "FAIL" in said or "inconclusive: " in said)


def errors():
    wg.Graph()
    a, b = wg.input("a", A), wg.input("b", np.ones((2, 2)))
    line = inspect.currentframe().f_lineno + 1
    raised(wg.Error, "values.py:%d: add: shapes do not broadcast: a [2,3] with b [2,2]" % line, lambda: a + b)
    same(a + 1, A + 1)  # the context goes on
    raised(wg.Error, "no axis 5", lambda: a.sum(axis=5))
    raised(wg.Error, "inner dimensions differ: a [2,3] @ rows [2]",
           lambda: wg.matmul(a, wg.input("rows", np.arange(2))))
    raised(wg.Error, "attention: v is missing", lambda: wg.attention(a, a))
    raised(wg.Error, "conv: W is missing", lambda: wg.conv(wg.input("image", np.ones((1, 4, 4, 1))), None))
    raised(TypeError, "options are given by name", lambda: wg.leaky_relu(a, 0.1))
    raised(AttributeError, "did you mean softmax?", lambda: wg.softmaxx)
    raised(AttributeError, "did you mean relu?", lambda: a.relus)
    raised(TypeError, "no dtype complex128", lambda: wg.input("z", A + 1j))
    same(np.exp(a), np.exp(A))
    same(np.add.reduce(a), np.add.reduce(A))
    # no array without its derivative
    raised(TypeError, "np.logaddexp.reduce is not here: write", lambda: np.logaddexp.reduce(a))
    raised(TypeError, "take one, as .values", lambda: wg.sort(a) * 2)
    raised(TypeError, "take one, as .values", lambda: wg.sum(wg.sort(a)))
    raised(TypeError, "write wg.sort(x.reshape(-1), axis=0)", lambda: wg.sort(a, axis=None))
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        ((wg.input("p", A[:, :1]) - wg.input("t", A[:, 0]))**2).mean().item()
        p = wg.Params()
        (p.param("w", (2, 1)) - wg.input("t2", A[:, 0])).square().mean().backward(p)
        expect(any("values.py" in str(w.message) for w in said))


# ---- operands and options of every builder, in all forms that Python has for them ----

IMAGE, KERNEL = np.sin(np.arange(50.0)).reshape(1, 5, 5, 2), np.cos(np.arange(24.0)).reshape(2, 2, 2, 3)
SQUARE = np.array([[4.0, 1, 0.5], [1, 3, 0.25], [0.5, 0.25, 2]])
WORDS_OF = np.sin(np.arange(24.0)).reshape(2, 3, 4)  # [batch, time, width]
# What may stand for the operands of a builder: the first that it takes.
OPERANDS = [
    (A / 10,), (A / 10, B / 10), (A, np.array([0, 2])), (A / 10, A[0] / 10, A[0] / 10),
    (A / 10, B / 10, A / 10), (A > 2, A / 10, B / 10), (SQUARE,), (SQUARE, A.T / 10), (A, 0, 3),
    (A, A[0], A[0], A[0], A[0] + 1), (A, A[0]), (IMAGE, KERNEL), (IMAGE, KERNEL.transpose(0, 1, 3, 2)),
    (IMAGE,), (IMAGE, (3, 3)), (WORDS_OF, WORDS_OF, WORDS_OF), (A, 2), (np.array([0, 2]), 3),
    (A, np.array([0, 2]), A[:, :2]), (A, np.array([[0], [2]])), (A.reshape(6), 2),
    (IMAGE, np.ones(2), np.ones(2), 2), (A / 10, np.zeros(2)), (A, np.array([0, 1, 0]), np.ones((3, 3))),
    ("P", "n", 4), ("P", "n"), ("P", "n", 2), ("P", "n", 3, 4), ("C", "n", 4),
    (A / 10, A.T / 10, np.ones(2)), (A, (3, 2)), (A, (2, 2, 3)), (A, (1, 3)), (IMAGE, 0),
    (A, 0, np.array([1.0, 2])), (np.array(3.0), A, B), (np.array(0.5),),
    (np.array([1.0, 2]), np.array([3.0, -1])), (A > 2,), ()]
# These take no operand that has a derivative, or a function.
NO_OPERANDS = set("recompute recompute_chain odeint fixed_point".split())


def is_layer(operands):
    return bool(operands) and isinstance(operands[0], str)


def with_params(operands, x):
    """A layer takes x and parameters, "P"; a cell a state between them, "C"."""
    if not is_layer(operands):
        return operands
    return ((x, None) if operands[0] == "C" else (x,)) + (wg.Params(),) + operands[1:]


def call_of(name, required=None):
    """The first operands above that the builder takes."""
    for operands in OPERANDS:
        for x in (A, WORDS_OF, IMAGE, np.array([0, 2])) if is_layer(operands) else (None,):
            try:
                wg.Graph()
                given = with_params(operands, x)
                given = tuple(wg.input(None, o) if isinstance(o, np.ndarray) else o for o in given)
                wg._names._builders[name](*given, **(required or {}))
                return operands, x
            except (wg.Error, TypeError, AttributeError):
                continue
    return None, None


def result_of(name, operands, x, options):
    """The arrays that the call gives, or the error."""
    wg.manual_seed(1), wg.Graph()
    given = with_params(operands, x)
    given = tuple(wg.input(None, o) if isinstance(o, np.ndarray) else o for o in given)
    try:
        y = wg._names._builders[name](*given, **options)
        parts = y if isinstance(y, tuple) else (y,)
        return [p.numpy() for p in parts if wg._library._lib.wg_node_ok(p._node)]
    except (wg.Error, TypeError) as e:
        return str(e) or "error"


def alike(a, b):
    return not isinstance(a, str) and not isinstance(b, str) and len(a) == len(b) and all(
        np.array_equal(p, q, equal_nan=p.dtype.kind == "f") for p, q in zip(a, b))


REQUIRED = {"dropout": {"keep_prob": 0.5}, "max_pool": {"size": 2}, "avg_pool": {"size": 2},
            "adaptive_pool": {"size": 2}, "roll": {"axis": 0, "shift": 1}}
REQUIRED.update(dict.fromkeys("argmax argmin cumsum cumprod logcumsumexp linear_scan slice pad take "
                              "take_along scatter_add scatter_add_along index_along flip "
                              "expand_dims".split(), {"axis": 0}))
REQUIRED.update(tile={"counts": 2}, repeat={"axis": 0, "count": 2}, select={"axis": 0, "index": 0},
                topk={"count": 1}, one_hot={"count": 3},
                linspace={"count": 5}, nonzero={"count": 4})


def options():
    """Each option that is a whole number, an axis, a shape or a truth: as an int of Python and of NumPy, as
    an array without and with an axis, as a truth, as a text. All of them mean the same or are refused."""
    cases, uncalled = 0, []
    structs = {n: wg._library._row(n).parameters[0][1][:-1] for n in wg._names._builders
               if wg._library._row(n).parameters[:1] and "_args*" in wg._library._row(n).parameters[0][1]}
    for struct in sorted(set(structs.values())):
        for name in (n for n in structs if structs[n] == struct):
            kinds = [(n, "int" if kind in wg._library._enums else kind)
                     for n, kind in wg._library._pairs(wg._library._structs[struct].split(";")[1].split())]
            kinds = [f for f in kinds if f[1] in ("int", "int64", "shape", "bool")]
            required = REQUIRED.get(name, {})
            operands, x = call_of(name, required) if kinds else ((), None)
            if name in ("random_normal", "random_uniform"):
                operands = ((2, 3),)
            if name == "linspace":
                operands = (0.0, 1.0)
            if operands is None:
                uncalled.append(name)
                continue
            for option, kind in kinds:
                for v in (True, False) if kind == "bool" else (1, 0, 2):
                    plain = result_of(name, operands, x, {**required, option: v})
                    many = option == "axis" or kind == "shape"
                    forms = [(np.bool_(v), True), (np.array(v), True), (np.array([v]), False), ("no", False),
                             ([v], False)] if kind == "bool" else \
                            [(np.int64(v), True), (np.array(v), True), (np.array([v]), many), ([v], many),
                             (bool(v), False), (np.bool_(v), False), (str(v), False), (float(v), False),
                             ((), False)]
                    if isinstance(plain, str):
                        forms = [f for f in forms if not f[1]]
                    for form, means in forms:
                        got = result_of(name, operands, x, {**required, option: form})
                        cases += 1
                        if not (alike(got, plain) if means else isinstance(got, str)):
                            print("option", name, option, repr(form), "gives", got, "and", v, plain)
                            wrong.append(0)
    print(cases, "options; not called:", " ".join(uncalled))
    expect(set(uncalled) <= NO_OPERANDS)


def element_gradients(name, operands, at, how):
    """The gradient of a sum of the results by the elements of operand `at`. how: the operand is an input, a
    list of its elements, which are values, or a list of rows."""
    wg.manual_seed(1)  # the same draws in each
    wg.Graph()
    a = operands[at]
    if how == "input":
        x = wg.input("x", a)
        leaves, operand = None, x
    else:
        leaves = [wg.input("e%d" % i, float(v)) for i, v in enumerate(a.ravel())]
        operand = np.empty(a.size, object)
        operand[:] = leaves
        operand = operand.reshape(a.shape)
        operand = operand if how == "array" else operand.tolist()
    given = [operand if k == at else wg.input(None, o) if isinstance(o, np.ndarray) else o
             for k, o in enumerate(operands)]
    y = wg._names._builders[name](*given, **REQUIRED.get(name, {}))
    loss = None
    for part in y if isinstance(y, tuple) else (y,):
        if wg._library._lib.wg_node_ok(part._node) and part.dtype.kind == "f":
            w = np.cos(1 + np.arange(int(np.prod(part.shape)))).reshape(part.shape)
            term = wg.sum(part * w)
            loss = term if loss is None else loss + term
    if loss is None:
        return None
    if leaves is None:
        return wg.grad(loss, x).numpy()
    return np.array([g.item() for g in wg.grad(loss, leaves)]).reshape(a.shape)


def operands():
    """The gradient by an operand is that by its elements, if the operand is a list of values."""
    cases, skipped = 0, []
    for name in wg._names._builders:
        given, x = call_of(name, REQUIRED.get(name, {}))
        # its second argument is a dtype
        if not given or not isinstance(given[0], np.ndarray) or name == "cast":
            skipped.append(name)
            continue
        for at, a in enumerate(given):
            if not isinstance(a, np.ndarray) or a.dtype.kind != "f":
                continue
            try:
                by_input = element_gradients(name, given, at, "input")
            except wg.Error:  # it has no derivative
                continue
            for how in ("list", "array"):
                by_elements = element_gradients(name, given, at, how)
                cases += 1
                if (by_input is None) != (by_elements is None) or (by_input is not None and not np.allclose(
                        by_input, by_elements, rtol=1e-12, atol=1e-13, equal_nan=True)):
                    print("operand", name, at, how, by_input, by_elements)
                    wrong.append(0)
    x = wg.input("x", 3.0)
    for y, slope in ((wg.concat([[x, 1], [2, x * x]], 0), 7), (wg.stack([[x, 1], [x, x]], 0), 3),
                     (wg.addn([[x, 1], [x, x]]), 3), (wg.einsum("i,i->", [[x, 1], [2, x]]), 3),
                     (wg.grad(wg.sum(wg.square([[x, 2 * x], [1, x]])), x), 12),
                     (wg.jvp(x * x, [x], [x]), 12)):
        same(wg.grad(wg.sum(y), x), slope)
    print(cases, "operands; without:", " ".join(skipped))
    expect(cases > 400)  # a builder that takes none of OPERANDS any more would not be tried
    for kind, part, call in (
            (TypeError, "no derivative by it", lambda: wg.softmax(A, temperature=wg.input("t", 2.0))),
            (TypeError, "no derivative by the values", lambda: wg.input("z", [wg.input("t", 2.0)])),
            (TypeError, "no derivative by it", lambda: wg.fill(wg.input("t", 2.0), (2,)))):
        raised(kind, part, call)


def numbers():
    a = wg.input("a", A)
    for i in ([-1, 0], [[-3, 2], [1, -2]], -1):
        same(wg.take(a, i, axis=1), np.take(A, i, axis=1))
    same(a[[-1, 0, -2]], A[[-1, 0, -2]])
    same(a[:, [-1, 0]], A[:, [-1, 0]])
    same(wg.gather(a, np.array([-2, 1])), A[[-2, 1]])
    raised(wg.Error, "take: number out of range: -4 at index 1 of input [2], must be from -3 to 2",
           lambda: np.asarray(wg.take(a, [0, -4], axis=1)))


def selected_texts():
    x = np.random.default_rng(1).normal(size=(2, 3, 4))
    c = wg.Context()
    g, p, k = wg.Graph(c, "eval"), wg.Params(c), wg.Cache(c)
    for step, order in enumerate(([0, 1], [1, 0, 1])):
        g.begin("eval")
        now = g.input("x", x[order, step:step + 1])
        y = np.asarray(wg.nn_attention(now, p, "a", causal=True, cache=k))
        k.step()
        k.select([1, 0, 1] if step == 0 else [0])
    g.begin("eval")
    whole = wg.nn_attention(g.input("x", x[[1, 0, 1], :2]), p, "a", causal=True)
    expect(np.allclose(y[:, 0], np.asarray(whole)[:, 1], rtol=1e-5, atol=1e-6))
    raised(wg.Error, "has no text 1, but 0 to 0", k.select, [1])


def coordinates(figure, k=0):
    """The points of curve k as LaTeX, whose numbers have seven digits."""
    text = figure.text("tex").split("coordinates {")[k + 1].split("}")[0]
    return np.array([[float(v) for v in pair.split(",")] for pair in re.findall(r"\(([^)]*)\)", text)])


def plots():
    g = wg.Graph()
    t = np.linspace(0, 6, 50)
    expect(np.allclose(coordinates(wg.plot(t, np.sin(t)))[:, 1], np.sin(t), atol=1e-6))
    expect(np.allclose(coordinates(wg.plot(np.sin(t)))[:, 0], np.arange(50)))
    two = wg.plot(t, [np.sin(t), np.cos(t)], title="Two")
    expect(np.allclose(coordinates(two, 1), np.stack([t, np.cos(t)], 1), atol=1e-6) and ">Two<" in two.text())
    x = g.input("x", np.array([1., 2, 3]))
    expect(np.allclose(coordinates(wg.plot(x, x * x)), [[1, 1], [2, 4], [3, 9]]))
    expect(wg.graph() is g and x.shape == (3,))
    named = wg.plot('line a*x as "one"; points u, v; x "step" log', a=2, x=[1, 2], u=[1, 3], v=[5, 6])
    expect(np.allclose(coordinates(named), [[1, 4]]))  # at 0 there is no logarithm
    expect(">one<" in named._repr_svg_() and ">step<" in named.text("svg"))
    slide = wg.plot("line a*z^2 over z in 0:1", slide={"a": [1, 2, 5]})
    expect(coordinates(slide)[-1, 1] == 5 and "a = 2" in slide.text("html")
           and "(1,1)" in slide.text("tex", frame=1))
    expect(np.allclose(coordinates(wg.plot("J(w) = w^2\nplot line grad(J(w), w) over w in -1:1"))[:, 1],
                       2 * np.linspace(-1, 1, 201), atol=1e-6))
    small = wg.plot([1, 2], [0.1, 0.2], context=wg.Context(dtype="float32"))
    expect(np.allclose(coordinates(small)[:, 1], [0.1, 0.2], atol=1e-7, rtol=0))
    raised(wg.Error, "plot:1:7: no 'lin' in a plot; did you mean 'line'?", lambda: wg.plot("lin x", x=[1]))
    raised(wg.Error, "they must be as many", wg.plot, [1, 2], [1, 2, 3])
    raised(wg.Error, "no name 'q'", wg.plot, "line q")
    raised(TypeError, "plot takes (y) or (x, y)", wg.plot, t, t, t)
    raised(TypeError, "a title is a line without quotes", lambda: wg.plot("line x", x=[1], title='a"b'))
    raised(TypeError, "x is complex", lambda: wg.plot("line x", x=[1j]))
    raised(TypeError, "this text has 2", wg.plot, "plot line [1]; plot line [2]")
    raised(TypeError, "over one name", lambda: wg.plot("line a + b", slide={"a": [1], "b": [2]}))
    raised(TypeError, "no format 'png' of a text", named.text, "png")
    raised(wg.Error, "the path must end in", named.save, "x.bmp")


def groups():
    """One process; more are in tests/group/processes.sh."""
    gradients = {}
    told = sys.excepthook
    for shards in 1, 4:
        c = wg.Context(seed=2)
        all = wg.Group(shards=shards, context=c)
        g, p, sizes = wg.Graph(c), wg.Params(c), []
        x, y = np.linspace(-1, 1, 18).reshape(9, 2), np.arange(9) % 3
        for a, b in all.parts(x, y):
            g.begin()
            h = wg.nn_dense(g.input("x", a), p, "fc", 3)
            loss = wg.softmax_cross_entropy(h, g.input("y", b))
            loss.backward(p)
            all.note(0, loss.item())
            sizes.append(len(a))
        gradients[shards] = np.append(p.grad("fc.W").ravel(), all.mean(0))
        expect(sizes == ([9] if shards == 1 else [2, 2, 2, 3]))
        expect((all.rank, all.size, all.shards) == (0, 1, shards) and not all.stop() and all.share())
        expect(all.stop(True) and (all.sum([1.5, 2]) == [1.5, 2]).all())
        wg.save("group.run", c)
        before = p["fc.W"]
        p["fc.W"] = before + 1
        expect(wg.resume("group.run", c) and (p["fc.W"] == before).all() and not wg.resume("none", c))
        raised(wg.Error, "the context has a group already", lambda: wg.Group(context=c))
        sys.excepthook = told
    expect(np.allclose(gradients[1], gradients[4], rtol=1e-13, atol=1e-15))
    raised(wg.Error, "3 shards: 1, 2, 4", lambda: wg.Group(shards=3, context=wg.Context()))
    raised(wg.Error, "the batch has no rows", list, all.parts(np.zeros((0, 2))))
    sys.excepthook = told


for test in (given_arrays, arithmetic, derivatives, training, checks, memories, mistakes, errors, memory,
             interrupted, odd_arguments, pictures, plots, lifetimes, dropped, functions, parts,
             partial_functions, numbers, selected_texts, options, operands, groups):
    before = len(wrong)
    test()
    print(test.__name__, "is wrong in %s" % wrong[before:] if len(wrong) > before else "holds")
sys.exit(len(wrong) != 0)
