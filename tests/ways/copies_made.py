# SPDX-License-Identifier: MIT
"""How one of each class is made for copies.py, and what is said of it."""
import collections
import copy
import gc
import os
import pickle
import sys
import weakref

import numpy as np

import wengert as wg
from wengert import c as calls
from wengert import nn
from wengert.utils.data import DataLoader, TensorDataset
import gates
from gates import GATES, expect


SECONDS = 30


def gate(name):
    return lambda f: gates.gate(name, f) or f


def same(got, wanted, what=""):
    expect(repr(got) == repr(wanted), "%s%r, not %r" % (what, got, wanted))


def refused(f, *words):
    """f() is an error of a sentence, which has these words."""
    try:
        y = f()
    except (wg.Error, TypeError, ValueError) as e:
        text = str(e)
        missing = [w for w in words if w not in text]
        expect(not missing, "the sentence %r has no %r" % (text, ", ".join(missing)))
        return
    raise AssertionError("no error: %s" % type(y).__name__)


def run(f, given=b""):
    """f(given) in a process of its own: what it returned as bytes, and why it failed."""
    read, write = os.pipe()
    sys.stdout.flush()
    child = os.fork()
    if not child:
        status = 1
        try:
            os.close(read)
            import signal
            signal.alarm(SECONDS)
            try:
                out = b"+" + (f(given) if given else f() or b"")
            except BaseException as e:
                out = b"-" + ("" if isinstance(e, AssertionError) else type(e).__name__ +
                              ": ").encode() + str(e).encode()
            with os.fdopen(write, "wb") as to:
                to.write(out)
            gc.collect()
            status = 0
        finally:
            os._exit(status)
    os.close(write)
    with os.fdopen(read, "rb") as source:
        out = source.read()
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return b"", "signal %d%s" % (os.WTERMSIG(status), ", after " + out[1:].decode() if out[:1] == b"-"
                                     else "")
    return out[1:], out[1:].decode() if out[:1] != b"+" else None


# ---- the classes: how one is made, and what is said of it ----

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.one = nn.Linear(2, 2)
        self.one.load_state_dict({"weight": np.array([[1.0, 2.0], [3.0, 4.0]]),
                                  "bias": np.array([0.5, -0.5])})
        self.two = nn.Linear(2, 2, bias=False)
        self.two.weight = self.one.weight
        self.register_buffer("mean", np.array([7.0, 8.0]))
        self.act = wg.tanh
        self.one.bias.requires_grad_(False)
        self.eval()

    def forward(self, x):
        return self.two(self.act(self.one(x))) + self.mean


def of_net(m):
    return [sorted((n, a.numpy()) for n, a in m.state_dict().items()),
            [(n, w.requires_grad, w.name) for n, w in m.named_parameters()],
            m.two.weight is m.one.weight, m.training, m.two.training,
            np.round(m(wg.tensor([[0.25, -0.125]])).numpy(), 12).tolist()]


X = np.array([0.25 * 1 - 0.125 * 2 + 0.5, 0.25 * 3 - 0.125 * 4 - 0.5])
NET = [sorted({"one.weight": np.array([[1.0, 2.0], [3.0, 4.0]]),
               "two.weight": np.array([[1.0, 2.0], [3.0, 4.0]]),
               "one.bias": np.array([0.5, -0.5]), "mean": np.array([7.0, 8.0])}.items()),
       [("one.weight", True, "one.weight"), ("one.bias", False, "one.bias")], True, False, False,
       np.round([[7, 8] + np.tanh(X) @ np.array([[1.0, 3.0], [2.0, 4.0]])], 12).tolist()]


def params():
    p, g = wg.Params(), wg.Graph()
    p.param("a.W", [2], wg.const(1))
    p.param("b", [2], wg.const(2))
    p.state("a.mean", [1], wg.const(5))
    p["a.W"] = [3.0, 4.0]
    g.begin()
    return p


def of_params(p):
    return [(n, p[n].tolist(), p.is_state(k)) for k, n in enumerate(p.names())]


def parameter():
    w = wg.tensor(np.array([1.0, 2.0], np.float32), requires_grad=True, name="w", dtype="float32")
    w.requires_grad = False
    return w


def optimizer():
    return wg.adam(params(), lr=0.5)


def torchs():
    return wg.optim.SGD([wg.tensor([1.0, 2.0], requires_grad=True)], lr=0.5)


def figure():
    return wg.plot([1.0, 2.0, 4.0])


def report():
    return wg.check(lambda q: (q * q).sum(), [1.0, 3.0])


def failing():
    return wg.check(lambda q: float(q @ q), np.array([1.0, 3.0]), grad=lambda q: 3 * q)


def first_words(r):
    return (bool(r), r.verdict, str(r).split("\n")[-1].split()[1], "FAIL" in repr(r),
            str(r).startswith("gradcheck"), r.value(), r.inputs())


def cache():
    k = wg.Cache()
    return k


def data():
    return wg.Data(np.arange(12.0).reshape(6, 2), np.arange(6))


def value():
    return wg.tensor([1.0, 2.0]) * 3


def gradient():
    w = wg.tensor([1.0, 2.0], requires_grad=True)
    (w ** 2).sum().backward()
    return w.grad


def average():
    return calls.average_new(params(), decay=0.5)


def held():
    return calls.hold(wg.tensor(np.ones(20000)))[0]


def program():
    return calls.program_text("p", "x = 1\ny = 2 * x")


def schedule():
    return wg.optim.lr_scheduler.StepLR(torchs(), 5)


def list_of(v):
    return v.tolist()


# name: how it is made; what is said of it, and what that is, as numbers; what is said in its place when it is
# copied, deep-copied, pickled
WHOLE = {
    "Report": (report, first_words, (True, "pass", "PASS", False, True, 10.0, 1)),
    "Report that fails": (failing, first_words, (False, "fail", "FAIL", True, True, 10.0, 1)),
    "Module": (Net, of_net, NET),
    "Sequential": (lambda: nn.Sequential(nn.Flatten(), nn.Dropout(0.25), nn.ReLU(), nn.BatchNorm1d(2),
                                         nn.MaxPool2d(2)),
                   lambda m: [[type(k).__name__ for k in m], m[1].p, m[3].running_var.tolist(),
                              m[3].weight.tolist(), m[4].kernel_size],
                   [["Flatten", "Dropout", "ReLU", "BatchNorm1d", "MaxPool2d"], 0.25, [1.0, 1.0], [1.0, 1.0],
                    2]),
    "Params": (params, of_params, [("a.W", [3.0, 4.0], False), ("b", [2.0, 2.0], False),
                                   ("a.mean", [5.0], True)]),
    "part of Params": (lambda: params().part("a"), of_params,
                       [("W", [3.0, 4.0], False), ("mean", [5.0], True)]),
    "Parameter": (parameter, lambda w: [w.tolist(), w.requires_grad, w.name, str(w.dtype), type(w).__name__],
                  [[1.0, 2.0], False, "w", "float32", "Parameter"]),
    "Init": (lambda: wg.normal(2, 3), lambda i: (i.a, i.b), (2.0, 3.0)),
    "Init of values": (lambda: wg.values([4.0, 5.0]), lambda i: wg.Params().param("w", [2], i).tolist(),
                       [4.0, 5.0]),
    "state_dict": (lambda: collections.OrderedDict(nn.BatchNorm1d(2).state_dict()),
                   lambda d: {n: (a.tolist(), str(a.dtype)) for n, a in d.items()},
                   {"weight": ([1.0, 1.0], "float64"), "bias": ([0.0, 0.0], "float64"),
                    "running_mean": ([0.0, 0.0], "float64"),
                    "running_var": ([1.0, 1.0], "float64"), "num_batches_tracked": (0, "int64")}),
    "TensorDataset": (lambda: TensorDataset([1.0, 2.0]), lambda d: d.tensors[0].tolist(), [1.0, 2.0]),
    "DataLoader": (lambda: DataLoader(TensorDataset([1.0, 2.0, 3.0]), 2), lambda d: [x.tolist() for x, in d],
                   [[1.0, 2.0], [3.0]]),
    "no_grad": (wg.no_grad, lambda n: n(lambda: (parameter() * 2).tolist())(), [2.0, 4.0]),
    "Error": (lambda: wg.Error("a mistake"), str, "a mistake"),
    "x.size": (lambda: wg.tensor([[1.0, 2.0]]).size, lambda n: (int(n), n(1)), (2, 2)),
    "function": (lambda: wg.tanh, lambda f: round(f(wg.tensor(0.5)).item(), 12),
                 round(float(np.tanh(0.5)), 12)),
    "function in Python": (lambda: wg.clip, lambda f: f(wg.tensor(3.0), 0, 1).item(), 1.0),
    "function of habit": (lambda: wg.flatten, lambda f: f(wg.tensor([[1.0], [2.0]])).tolist(), [1.0, 2.0]),
}
SAME = {  # a copy is the value itself, as values do not change; pickled they are refused
    "Value": (value, list_of, [3.0, 6.0], ("x.numpy()", "model.state_dict()")),
    "Gradient": (gradient, list_of, [2.0, 4.0], ("x.numpy()", "model.state_dict()")),
    "Sorted": (lambda: wg.sort(wg.tensor([2.0, 1.0])), lambda s: [s.values.tolist(), s.indices.tolist()],
               [[1.0, 2.0], [1, 0]],
               ("x.numpy()",)),
    "States": (lambda: wg.States(value(), value(), value()), lambda s: s.h.tolist(), [3.0, 6.0],
               ("x.numpy()",)),
}
REFUSED = {
    "Context": (wg.Context, ("wg.Context(", "seed")),
    "Graph": (wg.Graph, ("wg.Graph(", "x.numpy()")),
    "Optimizer": (optimizer, ("optimizer.state_dict()",)),
    "optim.SGD": (torchs, ("optimizer.state_dict()",)),
    "Cache": (cache, ("wg.Cache()",)),
    "Data": (data, ("wg.Data(data.x, data.y)",)),
    "Group": (wg.Group, ("wg.Group()", "each process")),
    "Figure": (figure, ("fig.text() is a text",)),
    "average": (average, ("average", "memory of this process")),
    "program": (program, ("program", "memory of this process")),
    "held": (held, ("held", "memory of this process")),
    "panel": (lambda: figure().panel(0), ("panel", "memory of this process")),
    "plan": (lambda: calls.plan_look((value() * 2).sum()), ("plan", "its fields")),
}
SCHEDULE = ("optimizer.state_dict()",)

HOWS = {"copy": copy.copy, "deepcopy": copy.deepcopy}


def copied(how, make, said, wanted, alone=True):
    """What is copied says the same, also when the first is gone, and both can go."""
    x = make()
    same(said(x), wanted, "before: ")
    y = HOWS[how](x)
    same(said(y), wanted)
    if alone:
        expect(y is not x or callable(x) or isinstance(x, int), "it is the thing itself")
    del x
    gc.collect()
    wg.tensor(np.zeros(1000)).numpy()
    same(said(y), wanted, "after the first is gone: ")
    same(said(HOWS[how](y)), wanted, "a copy of the copy: ")
    del y
    gc.collect()


def pickled(make, said, wanted):
    texts = []
    for protocol in (2, pickle.HIGHEST_PROTOCOL):
        b, wrong = run(lambda: pickle.dumps(make(), protocol))
        expect(not wrong, wrong)

        def read(b):
            x = pickle.loads(b)
            del b
            gc.collect()
            same(said(x), wanted, "in another process: ")
            same(said(pickle.loads(pickle.dumps(x))), wanted, "again: ")
            texts.append(x)
            return b""
        wrong = run(read, b)[1]
        expect(not wrong, wrong)


def here(make, said, wanted):
    x = make()
    y = pickle.loads(pickle.dumps(x))
    del x
    gc.collect()
    same(said(y), wanted)


def weak(make):
    x = make()
    r = weakref.ref(x)
    expect(r() is x, "another object")
    del x
    for k in range(3):
        gc.collect()
    wg.tensor([1.0]).numpy()
    x = r()
    if x is not None:  # something of the library still has it
        repr(x)


for _name, (_make, _said, _wanted) in WHOLE.items():
    for _how in HOWS:
        GATES["%s: %s" % (_name, _how)] = lambda h=_how, m=_make, s=_said, w=_wanted: copied(h, m, s, w)
    GATES[_name + ": pickle here"] = lambda m=_make, s=_said, w=_wanted: here(m, s, w)
    GATES[_name + ": pickle there"] = lambda m=_make, s=_said, w=_wanted: pickled(m, s, w)
for _name, (_make, _said, _wanted, _words) in SAME.items():
    for _how in HOWS:
        GATES["%s: %s" % (_name, _how)] = lambda h=_how, m=_make, s=_said, w=_wanted: copied(h, m, s, w,
            False)
    GATES[_name + ": pickle"] = lambda m=_make, w=_words: refused(lambda: pickle.dumps(m()), *w)
for _name, (_make, _words) in REFUSED.items():
    for _how in HOWS:
        GATES["%s: %s" % (_name, _how)] = lambda h=_how, m=_make, w=_words: refused(lambda: HOWS[h](m()), *w)
    GATES[_name + ": deepcopy in a list"] = lambda m=_make, w=_words: refused(
        lambda: copy.deepcopy([{"a": m()}]), *w)
    for _p in (0, 2, 4):
        GATES["%s: pickle %d" % (_name, _p)] = lambda m=_make, w=_words, p=_p: refused(
            lambda: pickle.dumps([m()], p), *w)
for _name, (_make, *_) in {**WHOLE, **SAME, **REFUSED}.items():
    # NumPy's and Python's have none either
    if _name not in ("Sorted", "States", "Error", "x.size", "function"):
        GATES[_name + ": weakref"] = lambda m=_make: weak(m)
GATES["schedule: deepcopy"] = lambda: refused(lambda: copy.deepcopy(schedule()), *SCHEDULE)
GATES["schedule: pickle"] = lambda: refused(lambda: pickle.dumps(schedule()), *SCHEDULE)
