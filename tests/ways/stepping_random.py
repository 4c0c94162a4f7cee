# SPDX-License-Identifier: MIT
"""Random numbers from step to step: gates of stepping.py."""
import gc
import itertools
import os
import tempfile
import threading

import numpy as np

import wengert as wg
import wengert.nn.functional as F
from wengert import nn
from gates import apart, expect, gate


STEPS, SEED = 30, 5

# ---- random numbers ----

N = 24
_layer = nn.Dropout(0.5)
RANDOM = {  # of a value w: the value w * draw, where the draw has w's shape
    "F.dropout": lambda w, train: F.dropout(w, 0.5, training=True),
    "nn.Dropout": lambda w, train: _layer(w),
    "nn.Dropout in Sequential": lambda w, train: nn.Sequential(nn.Identity(), nn.Dropout(0.5))(w),
    "wg.dropout drop": lambda w, train: wg.dropout(w, drop=0.5, **train),
    "wg.dropout keep_prob": lambda w, train: wg.dropout(w, keep_prob=0.75, **train),
    "wg.dropout name": lambda w, train: wg.dropout(w, drop=0.5, name="mask", **train),
    "x.dropout": lambda w, train: w.dropout(drop=0.5, **train),
    "two dropouts": lambda w, train: F.dropout(F.dropout(w, 0.3), 0.3),
    "random_normal": lambda w, train: w * wg.random_normal([N]),
    "random_normal options": lambda w, train: w * wg.random_normal([N], mean=3, deviation=0.5, name="noise"),
    "random_uniform": lambda w, train: w * wg.random_uniform([N]),
    "random_uniform options": lambda w, train: w * wg.random_uniform([N], low=-2, high=-1),
    "bernoulli": lambda w, train: w * wg.cast(wg.bernoulli([N], 0.5), np.float64),
    "categorical": lambda w, train: w * wg.cast(wg.categorical(np.zeros((N, 4))), np.float64),
    "categorical of values": lambda w, train: w * wg.cast(wg.categorical(wg.stack([w.detach()] * 4).T * 0.1),
                                                          np.float64),
    "randn": lambda w, train: w * wg.randn(N),
    "rand": lambda w, train: w * wg.rand(N),
    "randint": lambda w, train: w * wg.cast(wg.randint(0, 1000, (N,)), np.float64),
    "randperm": lambda w, train: w * wg.cast(wg.randperm(N), np.float64),
    "randn_like": lambda w, train: w * wg.randn_like(w),
}
# their seed is manual_seed's in every way
OF_THE_HOST = ("randn", "rand", "randint", "randperm", "randn_like")


def nothing(step):
    pass


def checked(y, w, again, d):
    """The draw: y is w * draw, read before and after the backward pass, and d, the gradient, is the draw."""
    expect(np.array_equal(y, again), "a value has other numbers when it is read again")
    expect(np.allclose(y, w * d, rtol=1e-12, atol=1e-13), "the gradient has another draw than the value")
    return d


def first_w():
    return 1 + np.arange(N) / 64


def draws_by_names(op, seed, between):
    wg.manual_seed(seed)  # of randn and its kin, and of the default context, which c is not
    c = wg.Context(seed=seed)
    p, g, made = wg.Params(c), wg.Graph(c), []
    p.param("w", [N], wg.const(1))
    p["w"] = first_w()
    sgd = wg.sgd(p, lr=1e-3)
    for step in range(STEPS):
        g.begin("train")
        y = op(g.param(p, "w", [N]), {})
        w, a = p["w"], y.numpy()
        y.sum().backward(p)
        made.append(checked(a, w, y.numpy(), p.grad("w")))
        sgd.step()
        between(step)
    return made


def draws_of_torch(op, seed, between, graph=nothing):
    wg.manual_seed(seed)
    w, made = wg.tensor(first_w(), requires_grad=True), []
    sgd = wg.optim.SGD([w], lr=1e-3)
    for step in range(STEPS):
        graph(step)
        y = op(w, {})
        before, a = w.numpy(), y.numpy()
        sgd.zero_grad()
        y.sum().backward()
        made.append(checked(a, before, y.numpy(), w.grad.numpy()))
        sgd.step()
        between(step)
    return made


def draws_unread(op, seed, between):
    """No value is read before the backward pass, as in most programs."""
    wg.manual_seed(seed)
    w, made = wg.tensor(first_w(), requires_grad=True), []
    sgd = wg.optim.SGD([w], lr=1e-3)
    for step in range(STEPS):
        sgd.zero_grad()
        op(w, {}).sum().backward()
        made.append(w.grad.numpy())
        sgd.step()
        between(step)
    return made


def begun_graph():
    kept = []

    def graph(step):
        kept[:] = [kept[0].begin() if kept else wg.Graph()]
    return graph


def new_graphs():
    kept = []

    def graph(step):
        kept[:] = [wg.Graph()]
    return graph


def draws_in_a_begun_graph(op, seed, between):
    return draws_of_torch(op, seed, between, begun_graph())


def draws_in_new_graphs(op, seed, between):
    return draws_of_torch(op, seed, between, new_graphs())


def draws_of_jax(op, seed, between):
    wg.manual_seed(seed)
    w, made = first_w(), []

    def f(w):
        y = op(w, {"mode": "train"})
        return y.sum(), y
    for step in range(STEPS):
        (total, y), d = wg.value_and_grad(f, has_aux=True)(w)
        expect(abs(total - y.sum()) <= 1e-12 * max(1, abs(total)), "the sum has other draws than its operand")
        made.append(checked(y, w, y, d))
        w = w - 1e-3 * d
        between(step)
    return made


def draws_in_no_grad(op, seed, between):
    wg.manual_seed(seed)
    w, made = wg.tensor(first_w(), requires_grad=True), []
    for step in range(STEPS):
        with wg.no_grad():
            y = op(w, {})
            a = y.numpy()
            made.append(checked(a, w.numpy(), y.numpy(), a / w.numpy()))
            w -= 1e-3
        between(step)
    return made


def draws_of_a_constant(op, seed, between):
    """A value made once, outside of the loop, and no backward pass: Monte Carlo in an automatic graph."""
    wg.manual_seed(seed)
    x, made = wg.tensor(first_w()), []
    for step in range(STEPS):
        made.append(op(x, {}).numpy())
        between(step)
    return made


def draws_in_a_thread(op, seed, between):
    return apart(draws_of_torch, op, seed, between)


DRAWS = {"names": draws_by_names, "torch": draws_of_torch, "torch unread": draws_unread,
         "begun": draws_in_a_begun_graph,
         "new": draws_in_new_graphs, "jax": draws_of_jax, "no_grad": draws_in_no_grad,
         "constant": draws_of_a_constant,
         "thread": draws_in_a_thread}


def bits(made):
    return [np.ascontiguousarray(a).tobytes() for a in made]


def differ(draws, op):
    made = bits(apart(draws, op, SEED, nothing))
    pairs = sum(a == b for a, b in itertools.combinations(made, 2))
    expect(not pairs, "%d of %d pairs of draws are the same" % (pairs, len(made) * (len(made) - 1) // 2))


def collected(step):
    gc.collect()


def littered(step):
    for k in range(50):
        a = [k, [step]]
        a.append(a)


def same_bits(draws, op):
    """In one thread, one after the other: the seed begins anew."""
    def all_of_them():
        first = bits(draws(op, SEED, nothing))
        wrong = []
        for what, between in (("again", nothing), ("gc.disable()", nothing), ("gc.collect()", collected),
                              ("garbage", littered)):
            (gc.disable if what == "gc.disable()" else gc.enable)()
            try:
                now = bits(draws(op, SEED, between))
            finally:
                gc.enable()
            if now != first:
                wrong.append("%s: step %d" % (what,
                                              next(i for i, (a, b) in enumerate(zip(now, first)) if a != b)))
        expect(not wrong, "the same seed gives other bits: " + ", ".join(wrong))
        expect(bits(draws(op, SEED + 1, nothing))[0] != first[0], "another seed gives the same draw")
    apart(all_of_them)


for (_way, _draws), (_name, _op) in itertools.product(DRAWS.items(), RANDOM.items()):
    gate("random %s: %s: draws differ" % (_way, _name), differ, _draws, _op)
    gate("random %s: %s: the seed" % (_way, _name), same_bits, _draws, _op)


def two_at_once(op):
    """Two threads, step by step in turn, draw what each draws alone."""
    alone = bits(apart(draws_of_torch, op, SEED, nothing))
    barrier, got = threading.Barrier(2, timeout=20), {}

    def body(k):
        try:
            got[k] = bits(draws_of_torch(op, SEED, lambda step: barrier.wait()))
        except Exception as e:
            barrier.abort()
            got.setdefault("error", e)
    threads = [threading.Thread(target=body, args=(k,)) for k in range(2)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    if "error" in got:
        raise got["error"]
    expect(got[0] == alone and got[1] == alone, "two threads with the same seed do not draw what each draws "
           "alone")


def resumed_draws(op):
    """By names: a training that goes on from a file draws what the uninterrupted one draws."""
    def made(c):
        p, g = wg.Params(c), wg.Graph(c)
        p.param("w", [N], wg.const(1))
        return p, wg.sgd(p, lr=1e-3), g

    def draws(c, p, sgd, g, steps):
        for step in range(steps):
            g.begin("train")
            y = op(g.param(p, "w", [N]), {})
            y.sum().backward(p)
            got.append(p.grad("w"))
            sgd.step()
    with tempfile.TemporaryDirectory() as folder:
        path, got = os.path.join(folder, "all"), []
        c = wg.Context(seed=SEED)
        p, sgd, g = made(c)
        draws(c, p, sgd, g, STEPS // 2)
        wg.save(path, c)
        draws(c, p, sgd, g, STEPS // 2)
        wanted, got = bits(got[STEPS // 2:]), []
        c = wg.Context(seed=SEED)
        p, sgd, g = made(c)
        expect(wg.resume(path, c), "resume says that there is no file")
        draws(c, p, sgd, g, STEPS // 2)
        expect(bits(got) == wanted, "other draws than those of the uninterrupted training")


for _name, _op in RANDOM.items():
    if _name not in OF_THE_HOST:
        gate("random names: %s: resumed" % _name, apart, resumed_draws, _op)
for _name in ("F.dropout", "random_normal", "categorical", "randn"):
    gate("threads: %s: two at once" % _name, two_at_once, RANDOM[_name])


def gradient_of_three():
    w = wg.tensor([1.0, 2.0, 3.0], requires_grad=True)
    (w ** 2).sum().backward()
    return w.grad.tolist()


def no_grad_by_thread():
    with wg.no_grad():
        got = apart(gradient_of_three)
        w = wg.tensor([1.0], requires_grad=True)
        expect(not (w * 2).requires_grad, "no_grad ends with another thread")
    expect(got == [2, 4, 6], "no_grad of one thread holds in another: %s" % got)
    expect(gradient_of_three() == [2, 4, 6], "no gradient after no_grad")


def no_grad_ends_in_another_thread():
    inside, done = threading.Event(), threading.Event()

    def body():
        with wg.no_grad():
            inside.set()
            done.wait(20)
    t = threading.Thread(target=body)
    t.start()
    inside.wait(20)
    try:
        got = gradient_of_three()
    finally:
        done.set()
        t.join()
    expect(got == [2, 4, 6], "no_grad of one thread holds in another: %s" % got)


def crossing_no_grads():
    """Thread a enters, b enters, a leaves, b leaves."""
    a_in, b_in, a_out = threading.Event(), threading.Event(), threading.Event()

    def a():
        with wg.no_grad():
            a_in.set()
            b_in.wait(20)
        a_out.set()

    def b():
        a_in.wait(20)
        with wg.no_grad():
            b_in.set()
            a_out.wait(20)
            w = wg.tensor([1.0], requires_grad=True)
            try:
                w -= 0.5
                got.append(w.tolist())
            except TypeError as e:
                got.append(str(e))
    got = []
    threads = [threading.Thread(target=f) for f in (a, b)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    expect(got == [[0.5]], "no_grad ended for one thread when another left its own")
    expect(apart(gradient_of_three) == [2, 4, 6], "no_grad holds after all have left it")


def error_by_thread():
    def wrong():
        try:
            wg.tensor([[1.0, 2.0]]) @ wg.tensor([[1.0, 2.0]])
        except wg.Error:
            return True
    w = wg.tensor([1.0, 2.0], requires_grad=True)
    y = (w ** 2).sum()
    expect(apart(wrong), "no error for a product of wrong shapes")
    y.backward()
    expect(w.grad.tolist() == [2, 4], "an error in another thread changes a gradient here")


def no_grad_after_an_error():
    try:
        with wg.no_grad():
            wg.tensor([[1.0, 2.0]]) @ wg.tensor([[1.0, 2.0]])
    except wg.Error:
        pass
    expect(gradient_of_three() == [2, 4, 6], "no gradient after an error in no_grad")


gate("threads: no_grad here, a gradient there", apart, no_grad_by_thread)
gate("threads: no_grad there, a gradient here", apart, no_grad_ends_in_another_thread)
gate("threads: an error there", apart, error_by_thread)
gate("threads: no_grad after an error", apart, no_grad_after_an_error)
