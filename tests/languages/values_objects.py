"""Lifetimes, signals, pictures and functions: a part of values.py."""
import gc
import math
import os
import signal
import tempfile
import threading

import numpy as np

import wengert as wg
from values_base import A, B, expect, raised, same, wrong


def memory():
    """Arrays of the user's are used where they lie, and results are read there, whatever the graph does
    then."""
    g, a = wg.Graph(), np.arange(2e5)
    x = g.input("x", a, copy=False)
    expect(x.numpy(copy=False).ctypes.data == a.ctypes.data and not a.flags.writeable)
    expect(x.numpy(copy=False) is not a)
    raised(ValueError, "read-only", lambda: a.__setitem__(0, 5))
    y, z = (x * 2).numpy(copy=False), (x + 1).sum().numpy(copy=False)
    expect(not y.flags.writeable)
    for k in range(3):
        g.begin()
        (g.input("other", np.full(200000, float(k))) * 3).numpy()
    same(y, 2 * np.arange(2e5))
    expect(z == (np.arange(2e5) + 1).sum() and a.flags.writeable)
    del g, x
    same(y, 2 * np.arange(2e5))
    raised(ValueError, "np.ascontiguousarray(x, 'float64')", lambda: wg.input("x", A[:, ::2], copy=False))
    raised(ValueError, "contiguous", lambda: wg.input("x", [1.0, 2.0], copy=False))


def interrupted():
    """A signal ends a computation that runs, and the context goes on."""
    if not wg._way._c:
        return

    def stop(*_):
        raise KeyboardInterrupt
    before = signal.signal(signal.SIGALRM, stop)
    x = wg.input("x", np.eye(600))
    for _ in range(2000):
        x = x @ x
    signal.setitimer(signal.ITIMER_REAL, 0.1)
    raised(KeyboardInterrupt, "", lambda: x.sum().item())
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)
    same(wg.Graph().input("y", A) + 1, A + 1)


def odd_arguments():
    """Python's numbers are wider than C's, and its values may be anything. What C cannot refuse is
    refused."""
    wg.Graph()
    a, s, p = wg.input("a", A), wg.input("s", 2.0), wg.Params()
    kinds = (
        (OverflowError, "more than 32 bits", lambda: a.sum(axis=2**32)),
        (ValueError, "no 4294967299 equal parts", lambda: wg.split(a, 2**32 + 3, axis=1)),
        (OverflowError, "more than 64 bits", lambda: wg.fill(3, (2**64 + 2,))),
        (OverflowError, "more than 64 bits", lambda: wg.Context(seed=2**64)),
        (OverflowError, "below 0", lambda: wg.Context(seed=-1)),
        (TypeError, "sum: an axis is a whole number, not 1.5", lambda: a.sum(axis=1.5)),
        (TypeError, "no operand is a value", lambda: wg.sum()),
        (TypeError, "no operand is a value", lambda: wg.concat([], 0)),
        (TypeError, "no operand is a value", lambda: wg.keep(3)),
        (TypeError, "whole numbers, not float64", lambda: a[1.0]),
        (IndexError, "a mask of the shape [3]", lambda: a[A[0] > 1]),
        (TypeError, "a scalar value has no length", lambda: len(s)),
        (TypeError, "a scalar value has no length", lambda: list(s)),
        (TypeError, "no dtype object", lambda: s.set(None)),
        (TypeError, "a text is expected, not 3", lambda: wg.input(3, A)),
        (TypeError, "mode is train or eval", lambda: wg.Graph(mode="trian")),
        (TypeError, "no option is called 'avg'", lambda: wg.mse(a, A, reduction="avg")),
        (TypeError, "first values are wengert.he()", lambda: wg.nn_dense(a, p, "fc", 4, W_init="he")),
        (TypeError, "first values are wengert.he()", lambda: p.param("v", (2,), 3)),
        (TypeError, "a Params is expected", lambda: wg.nn_dense(a, 7, "fc", 4)),
        (TypeError, "a Cache is expected", lambda: wg.nn_attention(a, p, "t", causal=True, cache=3)),
        (TypeError, "for C alone", lambda: a.draw(limits=12345)),
        (TypeError, "for C alone", lambda: s.check(allocator=12345)),
        (TypeError, "the function returns 3", lambda: wg.grad(lambda x: 3)(A)),
        (TypeError, "a list of values is expected", lambda: wg.grad(s, [3])),
        (TypeError, "1 values, and 2 directions", lambda: wg.jvp(a, [a], [A, A])),
        (TypeError, "a function of arrays", lambda: wg.extern(a, 2, None)),
        (TypeError, "a rule of values", lambda: wg.custom_vjp(a, [a], None)),
        (TypeError, "a function and its point", lambda: wg.check(None)),
        (TypeError, "", lambda: pow(a, 2, 3)),
        (ValueError, "no 0 equal parts", lambda: wg.split(a, 0, axis=0)),
        (wg.Error, "no rows", lambda: wg.accuracy(wg.input("z", np.zeros((0, 3))), np.zeros(0, int))),
        (wg.Error, "wg.squeeze(x, axis=-1) makes [2] of the first", lambda: wg.mse(a[:, :1], A[:, 0])),
    )
    for kind, part, call in kinds:
        before = len(wrong)
        raised(kind, part, call)
        if len(wrong) > before:
            print("odd argument", [k[2] for k in kinds].index(call))
    same(a[[]], A[:0])
    same(a + 1, A + 1)
    expect(wg.grad(s, []) == [] and a.draw(format="txt").startswith("a"))


def pictures():
    wg.Graph()
    x = wg.input("x", A)
    y = (x * 2).sum()
    expect(y._repr_svg_().startswith("<svg") and "x" in y.draw(backward=True))
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "y.svg")
        y.draw(path, title="twice", backward=True, wrt=[x])
        expect("twice" in open(path).read())
    x, w = wg.input("x", A[:, :1]), wg.input("w", A[:1])
    net = wg.relu(x @ w)
    expect(net.draw(format="svg", style="neurons").count("<circle") == 1 + A.shape[1])
    raised(wg.Error, "'p' is no layer", lambda: (w * w).named("p").draw(format="svg", style="neurons"))
    raised(TypeError, "did you mean title?", lambda: y.draw(titel="x"))


def lifetimes():
    x = wg.Graph(wg.Context()).input("x", A)  # the context lives as long as its values
    gc.collect()
    same(x * 2, A * 2)
    for _ in range(20):
        wg.Graph().input("x", A).sum().item()
    gc.collect()


def watched(frees, context, things):
    """The frees of C that dropping each of the things in another thread makes, there and in this thread's
    next call."""
    bag, here, wild = [], threading.get_ident(), []

    def drop():
        while bag:
            bag.pop()
            gc.collect()
            wild.extend(frees)  # of another thread, or of a call that has not been made

    for make in things:
        del frees[:], wild[:]
        bag.append(make())
        gc.collect()
        context._look()
        del frees[:]
        thread = threading.Thread(target=drop)
        thread.start()
        thread.join()
        expect(not wild)
        context._look()
        expect(frees and all(thread == here for thread, _ in frees))


def dropped():
    """What another thread drops, or its collector finds, is freed by a call in the context, in the thread
    that makes the call."""
    frees, real = [], {}

    def note(name):
        def free(*given):
            frees.append((threading.get_ident(), name))
            return real[name](*given)
        return free

    names = [n for n in sorted(wg._library._rows) if n.endswith("_free")
             and n not in ("free", "check_free")] + ["release"]
    for name in names:
        name = wg._library._row(name).c
        real[name] = getattr(wg._library._lib, name)
        setattr(wg._library._lib, name, note(name))
    context = wg.Context()
    large = np.ones(1 << 14)

    def ring():
        h = wg.Graph(context)
        h.ring = h.input("x", A)
        wg._context._now.graph = g
        return h

    def held():
        return (g.input("x", large) * 2).numpy(copy=False)

    def optimizer():
        q = wg.Params(context)
        q.param("w", (2,), wg.const(5))
        return wg.sgd(q, lr=1)

    g = wg.Graph(context)
    p = wg.Params(context)
    p.param("a", (3,), wg.const(5))
    things = [ring, held, optimizer, lambda: wg.c.average_new(p), lambda: wg.c.nn_cache_new(context),
              lambda: wg.c.plan_look((g.input("x", A) * 2).sum()), lambda: wg.c.figure_new(context, "f")]
    watched(frees, context, things)
    expect({name for _, name in frees} == {"wg_figure_free"})
    while_it_computes(frees, context, held, ring)
    for name in real:
        setattr(wg._library._lib, name, real[name])


def while_it_computes(frees, context, held, ring):
    """The thread that computes frees what another one drops, and the numbers stay right."""
    bag, done = [], []

    def drop():
        while not done or bag:
            if bag:
                bag.pop()
    thread = threading.Thread(target=drop)
    thread.start()
    del frees[:]
    for k in range(200):
        v = held()
        bag.append(v)
        expect(v[0] == 2)
        bag.append(ring())
        del v
    done.append(True)
    thread.join()
    gc.collect()
    context._look()
    expect({thread for thread, _ in frees} == {threading.get_ident()})
    expect(sum(name == "wgx_release" for _, name in frees) == 200 == sum(name == "wg_graph_free"
        for _, name in frees))


def functions():
    """Python functions inside graphs, called when values and gradients are computed."""
    def forward(x):
        return np.sin(x) @ np.array([1.0, 2, 3])

    def backward(x, gy):
        return gy[:, None] * np.cos(x) * np.array([1.0, 2, 3])

    g = wg.Graph()
    for _ in range(4):  # a graph that is built again calls the same functions
        g.begin()
        a = g.input("a", A)
        y = wg.extern(a, 2, forward, backward)
        expect(y.shape == (2,))
        same(y, forward(A))
        same(wg.grad((y * y).sum(), a), backward(A, 2 * forward(A)))
        expect(len(g._called) == 2)
    expect(y.sum().check().verdict == "pass")
    twice = wg.extern(a, 2, forward, lambda x, gy: 2 * backward(x, gy))
    expect(twice.sum().check().verdict == "fail")
    raised(wg.Error, "no derivative", lambda: wg.grad(wg.extern(a, 2, forward).sum(), a).numpy())
    raised(ValueError, "expected [3]", lambda: wg.extern(a, 3, forward).numpy())
    raised(ZeroDivisionError, "", lambda: wg.extern(a, (), lambda x: 1 // 0).item())
    same(a * 2, 2 * A)  # nothing is left of these errors
    same(wg.extern(wg.input("none", np.zeros((0, 3))), 0, forward), np.zeros(0))
    expect(wg.extern(wg.input("one", 3), (), lambda x: x * x).item() == 9)

    def rule(y, gy, x, b):  # x b, with twice its gradient
        return [2 * gy * b, None]

    b = g.input("b", B)
    for _ in range(2):
        y = wg.custom_vjp(a * b, [a, b], rule)
        same(y, A * B)
        same(wg.grad(y.sum(), a), 2 * B)
    same(wg.grad(wg.custom_vjp(a * a, [a], lambda y, gy, x: gy * y * x).sum(), a), A**3)
    same(wg.grad(wg.custom_vjp(a * a, [a], lambda y, gy, x: 0).sum(), a), 0 * A)
    for kind, part, wrong_rule in ((ValueError, "2 gradients, there are 1", lambda y, gy, x: [gy, gy]),
                                   (KeyError, "oh", lambda y, gy, x: {}["oh"])):
        y = wg.custom_vjp(a * a, [a], wrong_rule)
        raised(kind, part, lambda: wg.grad(y.sum(), a).numpy())

    seen = []
    r = wg.check(lambda x: wg.sum(x * x), [1, 2], progress=lambda *step: seen.append(step))
    expect(r.verdict == "pass")
    expect(len(seen) > 3 and all(isinstance(stage, str) and 0 <= share <= 1 for stage, share in seen))
    r = wg.check(np.sum, [1, 2], grad=np.ones_like, progress=lambda stage, share: False)
    expect(r.verdict == "inconclusive")
    raised(KeyError, "oh", lambda: (a * a).sum().check(progress=lambda stage, share: {}["oh"]))


def partial_functions():
    """What raises at a moved point has no value there; at the given point it is raised."""
    def log(x, ends=False):
        if ends and x[0] <= 0:
            raise SystemExit("no")
        return math.log(x[0]) + x[1]**2
    def by(x):
        return [1 / x[0], 2 * x[1]]
    for f in log, lambda x: log(x, True), lambda x: log(x) if x[0] > 0 else math.nan:
        r = wg.check(f, [0.01, 0.3], grad=by)
        expect(r.verdict == "pass")
        expect("f had no value" in str(r))
        expect(wg.check(f, [0.01, 0.3], grad=lambda x: [1 / x[0], 3 * x[1]]).verdict == "fail")
    expect("ValueError: math domain error" in str(wg.check(log, [0.01, 0.3], grad=by)))
    raised(ValueError, "math domain error", lambda: wg.check(log, [-0.01, 0.3], grad=by))
    def gone(x):
        seen.append(1)
        if len(seen) > 3:
            raise KeyError("after three calls")
        return x[0]
    seen = []
    raised(KeyError, "after three calls", lambda: wg.check(gone, [1.0], grad=lambda x: [1.0]))
    def stopped(x):
        if x[0] != 1:
            raise KeyboardInterrupt
        return x[0]
    raised(KeyboardInterrupt, "", lambda: wg.check(stopped, [1.0], grad=lambda x: [1.0]))


def parts():
    """Functions of values that the library calls while it makes a graph."""
    wg.Graph()
    a, w, q = wg.input("a", A), wg.input("w", 0.5), wg.input("q", 2.0)
    y = wg.recompute(a, lambda x: wg.sin(x * w) + x)
    same(y, np.sin(0.5 * A) + A)
    ga, gw = wg.grad(y.sum(), [a, w])
    same(ga, 0.5 * np.cos(0.5 * A) + 1)
    same(gw, (A * np.cos(0.5 * A)).sum())

    steps = []
    y = wg.recompute_chain(a, lambda x, i: steps.append(i) or x * w + i, 4, keep=1)
    same(y, A / 16 + 0 / 8 + 1 / 4 + 2 / 2 + 3)
    expect(steps == [0, 1, 2, 3])
    same(wg.grad(y.sum(), a), np.full(A.shape, 1 / 16))

    E = wg.fixed_point(w, lambda z: w + 0.6 * wg.sin(z), tol=1e-14)  # the equation of Kepler
    expect(abs(E.item() - 0.6 * np.sin(E.item()) - 0.5) < 1e-13)
    expect(abs(wg.grad(E, w).item() - 1 / (1 - 0.6 * np.cos(E.item()))) < 1e-12)
    raised(wg.Error, "fixed_point", lambda: wg.fixed_point(w, lambda z: z + 1, most=5))

    def decay(t, y):
        return -w * y

    for options in ({}, {"method": "rk4", "steps": 400}, {"adjoint": True, "rtol": 1e-12}):
        y = wg.odeint(q, decay, 0, 3, **options)  # 2 e^(-t / 2)
        expect(abs(y.item() - 2 * np.exp(-1.5)) < 1e-6)
        expect(abs(wg.grad(y, w).item() + 6 * np.exp(-1.5)) < 1e-5)
        expect(abs(wg.grad(y, q).item() - np.exp(-1.5)) < 1e-6)
    y = wg.odeint(q, decay, 0, 3, times=[1, 2, 3])
    expect(y.shape == (3,) and np.allclose(y.numpy(), 2 * np.exp([-0.5, -1, -1.5]), rtol=1e-5))
    y = wg.odeint(q, lambda t, y: 2 * t * y, t=wg.input("t", [0.0, 0.5, 1]))
    expect(np.allclose(y.numpy(), 2 * np.exp([0.25, 1]), rtol=1e-5))

    raised(KeyError, "oh", lambda: wg.recompute(a, lambda x: {}["oh"]))
    raised(KeyError, "oh", lambda: wg.recompute_chain(a, lambda x, i: {}["oh"], 3))
    raised(KeyError, "oh", lambda: wg.fixed_point(w, lambda z: {}["oh"]))
    raised(KeyError, "oh", lambda: wg.odeint(q, lambda t, y: {}["oh"], 0, 1))
    raised(wg.Error, "the result of the function", lambda: wg.recompute(a, lambda x: None))
    raised(wg.Error, "shapes do not broadcast", lambda: wg.recompute(a, lambda x: x + [1, 2]))
    raised(TypeError, "a function of values", lambda: wg.recompute(a, 3))
    raised(TypeError, "did you mean midpoint?", lambda: wg.odeint(q, decay, 0, 1, method="midpint"))
    raised(TypeError, "", lambda: wg.recompute(a))
    same(a + 1, A + 1)  # nothing is left of these errors
