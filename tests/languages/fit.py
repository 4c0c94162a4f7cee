"""fit.py: wg.fit has the bits of the loop that it stands for. Expectations are that loop by hand, or computed
by hand."""
import contextlib
import copy
import inspect
import io
import os
import signal
import threading
import warnings

import numpy as np

import wengert as wg
from wengert import nn

wrong = []


def expect(ok):
    if not ok:
        wrong.append(inspect.currentframe().f_back.f_lineno)


def raised(kind, part, f, *arguments, **options):
    try:
        f(*arguments, **options)
    except kind as e:
        if part in str(e):
            return
        print("not in the message:", part, "\n", e)
    wrong.append(inspect.currentframe().f_back.f_lineno)


def net(x, p):
    h = wg.relu(wg.nn_batch_norm(wg.nn_dense(x, p, "fc", 24), p, "bn"))
    return wg.nn_dense(wg.dropout(h, keep_prob=0.8), p, "out", 10)


def world(dtype, share):
    c = wg.Context(seed=3, dtype=dtype)
    d = wg.digits(c)
    return c, d, d.split(share) if share else None, wg.Params(c)


def all_of(p):
    return {n: p[n] for n in p.names()}


def same_params(a, b):
    expect(a.keys() == b.keys() and all(np.array_equal(a[n], b[n]) and a[n].dtype == b[n].dtype for n in a))


def of_params():
    """adam and momentum with a schedule, with dev and without, with patience and without."""
    for k in range(6):
        dtype, schedule, patience = (("float32", "float64")[k & 1], wg.lr_cosine if k % 3 == 1 else None,
                                     2 if k >= 4 else 0)
        make = (lambda p: wg.momentum(p, lr=0.3)) if schedule else (lambda p: wg.adam(p, lr=0.03))
        share = 0.3 if k >= 2 else 0
        c, d, dev, p = world(dtype, share)
        o, g, of_dev, best, least, epochs, step = make(p), wg.Graph(c), None, None, np.inf, 0, 0
        whole = 12 * -(-len(d) // 100)
        while epochs < 12 and not (patience and best and epochs - best[0] >= patience):
            mean = total = 0
            for x, y in d.batches(100):
                g.begin("train")
                if schedule:
                    o.lr = schedule(0.3, step, whole)
                loss = wg.softmax_cross_entropy(net(g.input("x", x), p), g.input("y", y))
                loss.backward(p)
                o.step()
                step, total = step + 1, total + len(x)
            epochs += 1
            if dev:
                of_dev = of_dev or wg.Graph(c)
                of_dev.begin("eval")
                now = wg.softmax_cross_entropy(net(of_dev.input("x", dev.x), p),
                                               of_dev.input("y", dev.y)).item()
                if now < least:
                    least, best = now, (epochs, all_of(p))
        hand = best[1] if patience else all_of(p)
        c, d, dev, p = world(dtype, share)
        r = wg.fit(p, lambda x, y: wg.softmax_cross_entropy(net(x, p), y), d, epochs=12, batch=100,
                   patience=patience, dev=dev,
                   optimizer=make(p), schedule=schedule, print=False)
        same_params(hand, all_of(p))
        expect(r.epochs == epochs and r.best == (best[0] if dev else epochs))
        expect(r.dev == (least if patience else now) if dev else r.dev is None)
        expect(0 < r.loss < 1 and r.metric is None)


def held_out():
    """Without dev a share is held out, as split() does it; d keeps its rows, and its epochs are counted."""
    c, d, dev, p = world("float32", 0.25)
    loss = lambda x, y: wg.softmax_cross_entropy(net(x, p), y)
    wg.fit(p, loss, d, epochs=3, patience=9, dev=dev, print=False)
    hand = all_of(p)
    c, d, _, p = world("float32", 0)
    r = wg.fit(p, loss, d, epochs=3, patience=9, hold_out=0.25, print=False)
    same_params(hand, all_of(p))
    expect(len(d) == 1797 and d.epoch() == 3 and r.epochs == 3)


def same_as_c():
    """The program of wg_fit's test in C says these lines, too: the metric in per cent, and numbers of a
    line."""
    p, x = wg.Params(), np.ones(4)
    w = lambda: p.param("w", (), wg.const(1))
    said = io.StringIO()
    with contextlib.redirect_stderr(said):
        r = wg.fit(p, lambda x: (x.mean() * w() ** 2 / 2, (x > 0).mean()), (x,), epochs=12, dev=(x,),
                   optimizer=wg.sgd(p, lr=0.5),
                   metric="share")
    lines = said.getvalue().splitlines()
    expect(len(lines) == 12 and lines[0].startswith("epoch  1/12  loss 0.5000  share 100.0 %  dev 100.0 %  "))
    expect(r.metric == 1 and r.dev_metric == 1 and r.best == 12 and p["w"] == 2.0**-12)


def patience():
    """w halves in each epoch, and dev is (w - 1/8)^2: the third epoch is the best."""
    for most in (1, 2, 3):
        p, x, seen = wg.Params(), np.ones(4), []
        def loss(x):
            seen.append(wg.graph().mode())
            w = p.param("w", (), wg.const(1))
            return x.mean() * (w - (0.125 if seen[-1] == "eval" else 0)) ** 2
        r = wg.fit(p, loss, (x,), epochs=50, patience=most, dev=(x,), optimizer=wg.sgd(p, lr=0.25),
                   print=False)
        expect(r == (3 + most, 3, 0.0625, 0.0, None, None) and p["w"] == 0.125)


def dev_of_many_rows():
    """The mean of dev is that of its rows, also of more than 1000: of 1000 zeros and 500 threes it is 1."""
    p, dev = wg.Params(), np.repeat([0.0, 3.0], [1000, 500])
    loss = lambda x: (x.mean() + p.param("w", (), wg.const(0)), 2 * x.mean())
    r = wg.fit(p, loss, (np.zeros(4),), epochs=1, dev=(dev,), optimizer=wg.sgd(p, lr=0), metric="twice",
               print=False)
    expect(r.dev == 1 and r.dev_metric == 2)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc, self.bn, self.out = nn.Linear(64, 16), nn.BatchNorm1d(16), nn.Linear(16, 10)

    def forward(self, x):
        return self.out(self.bn(self.fc(x)).relu())


def modules():
    for most in (0, 1):
        found, first = [], Net().state_dict()
        for hand in (True, False):
            d, net = wg.digits(), Net()
            dev = d.split(0.3)
            net.load_state_dict(first)
            loss = lambda x, y: wg.softmax_cross_entropy(net(x), y)
            o = wg.optim.Adam(net.parameters(), lr=0.02)
            if hand:
                best, least, epochs = None, np.inf, 0
                while epochs < 8 and not (most and best and epochs - best[0] >= most):
                    net.train()
                    for x, y in d.batches(100):
                        o.zero_grad()
                        loss(wg.tensor(x), wg.tensor(y)).backward()
                        o.step()
                    epochs += 1
                    net.eval()
                    with wg.no_grad():
                        now = loss(wg.tensor(dev.x), wg.tensor(dev.y)).item()
                    if now < least:
                        least, best = now, (epochs, copy.deepcopy(net.state_dict()))
                if most:
                    net.load_state_dict(best[1])
            else:
                r = wg.fit(net, loss, d, epochs=8, batch=100, patience=most, dev=dev, optimizer=o,
                           print=False)
                expect(net.training and r.epochs == epochs and r.best == best[0])
            found.append({n: v.numpy() for n, v in net.state_dict().items()})
        same_params(*found)
    p, x = wg.Params(), np.ones(4)
    wg.fit(p, lambda x: x.mean() * p.param("w", (), wg.const(1)) ** 2, (x,), epochs=1, print=False)
    g = wg.Graph()
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # of a graph that grows
        wg.fit(net, loss, d, epochs=2, print=False)  # with an optimizer of its own
    expect(wg.graph() is g)


def wrong_calls():
    p, x = wg.Params(), np.ones(4)
    loss = lambda x: x.mean() * p.param("w", (), wg.const(1)) ** 2
    raised(TypeError, "a wg.Params or a wg.nn.Module, not list", wg.fit, [], loss, (x,))
    raised(TypeError, "data is a wg.Data or a pair of arrays", wg.fit, p, loss, x)
    raised(wg.Error, "epochs 0: must be in [1, 2147483647]", wg.fit, p, loss, (x,), epochs=0)
    raised(TypeError, "the loss function returns a value", wg.fit, p, lambda x: 3, (x,))
    raised(TypeError, "a pair of values: the loss and the metric", wg.fit, p, loss, (x,), metric="acc")
    raised(wg.Error, "there are no rows to measure on", wg.fit, p, loss, (x,), patience=2, hold_out=0.01)
    raised(ZeroDivisionError, "", wg.fit, p, lambda x: 1 / 0, (x,))


def nan():
    """After a NaN the parameters are those of the last epoch, or of the best one."""
    for most in (0, 2):
        p, x, calls = wg.Params(), np.ones(4), []
        def loss(x):
            if wg.graph().mode() == "train":
                calls.append(1)
            return x.mean() * p.param("w", (), wg.const(1)) ** 2 / 2 * (np.nan if len(calls) == 3 else 1)
        raised(wg.Error, "fit: stopped in epoch 2 at step 1, with the parameters of epoch 1; a smaller rate "
               "may help: ", wg.fit, p, loss, (x,),
               batch=2, dev=(x,), patience=most, optimizer=wg.sgd(p, lr=0.5), print=False)
        expect(p["w"] == 0.25)


def interrupted():
    """Ctrl-C ends it, in a step that computes for long and in Python, and p is as the last step left it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # who started this may ignore it
    p, x = wg.Params(), np.ones(4)
    def loss(x):
        os.kill(os.getpid(), signal.SIGINT)
        return x.mean() * p.param("w", (), wg.const(1)) ** 2
    raised(KeyboardInterrupt, "", wg.fit, p, loss, (x,), print=False)
    w = lambda x: x.mean() * p.param("w", (), wg.const(1)) ** 2
    for i in range(20):
        threading.Timer(0.01 + i / 5000, os.kill, (os.getpid(), signal.SIGINT)).start()
        raised(KeyboardInterrupt, "", wg.fit, p, w, (x,), epochs=2**31 - 1, print=False)
    expect(np.isfinite(p["w"]))
    r = wg.fit(p, w, (x,), epochs=2, print=False)
    expect(r.epochs == 2)
    def last():  # behind the last call of Python
        with wg._ctrl_c.HeldCtrlC():
            os.kill(os.getpid(), signal.SIGINT)
    raised(KeyboardInterrupt, "", last)


def goes_on():
    """Two calls are one longer call; the optimizer that p has goes on."""
    c, d, _, p = world("float64", 0)
    loss, o, g = lambda x, y: wg.softmax_cross_entropy(net(x, p), y), wg.adam(p), wg.Graph(c)
    wg.fit(p, loss, d, epochs=3, graph=g, print=False)
    once = all_of(p)
    c, d, _, p = world("float64", 0)
    o, g = wg.adam(p), wg.Graph(c)
    wg.fit(p, loss, d, epochs=1, graph=g, print=False)
    wg.fit(p, loss, d, epochs=2, graph=g, print=False)
    same_params(once, all_of(p))


for test in (modules, of_params, held_out, same_as_c, patience, dev_of_many_rows, wrong_calls,
             nan, interrupted, goes_on):
    before = len(wrong)
    test()
    if len(wrong) > before:
        print(test.__name__)
if wrong:
    print("wrong in lines", wrong)
    raise SystemExit(1)
