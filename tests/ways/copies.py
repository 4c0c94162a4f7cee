# SPDX-License-Identifier: MIT
"""copies.py: copy, deepcopy and pickle of each class; freeing; memory that is lent. A result is a value or a
sentence, and never a crash.

Each gate runs in a process of its own, so a signal is a line here and not the end. A pickle is read in a
process that never had the object. What is expected are numbers, or words of the sentence.

    copies.py            all; prints each gate that fails, and how many do; the status is 1 if any does
    copies.py WORD ...   the gates whose name has each of these words"""
import copy
import gc
import multiprocessing
import os
import pickle
import subprocess
import sys
import tempfile

import numpy as np

import wengert as wg
from wengert import c as calls
from wengert import nn
import gates
from gates import GATES, expect
from copies_made import (NET, Net, REFUSED, SECONDS, _make, _name, average, cache, data, failing, figure,
                         first_words, gate, of_net, of_params, optimizer, parameter, params, program, refused,
                         report, run, same, torchs, value)

# ---- copies are apart, and what is shared stays shared ----

@gate("Module: a deep copy trains alone")
def alone():
    net = Net()
    twin = copy.deepcopy(net)
    opt = wg.optim.SGD([twin.one.weight], lr=1.0)
    (twin(wg.tensor([[1.0, 1.0]])) ** 2).sum().backward()
    opt.step()
    same(of_net(net), NET)
    expect(not np.allclose(twin.one.weight.numpy(), net.one.weight.numpy()), "the copy did not change")
    twin.mean[0] = -1
    same(net.mean.tolist(), [7.0, 8.0])


@gate("Module: a deep copy of one that an optimizer has")
def of_trained():
    net = Net()
    opt = wg.optim.SGD(net.parameters(), lr=0.5, momentum=0.5)
    (net(wg.tensor([[1.0, 1.0]])) ** 2).sum().backward()
    twin, before = copy.deepcopy(net), net.one.weight.tolist()
    opt.step()
    same(twin.one.weight.tolist(), before)
    expect(net.one.weight.tolist() != before, "the step changes nothing")


@gate("Module: a shallow copy has the same parameters")
def shallow():
    net = Net()
    expect(copy.copy(net).one is net.one, "other parameters")


@gate("Parameter: kept by memo")
def memo():
    w = parameter()
    a, b = copy.deepcopy([w, w])
    expect(a is b and a is not w, "two of one")
    a.set([9.0, 9.0])
    same(w.tolist(), [1.0, 2.0])


@gate("Parameter: attributes of yours")
def attributes():
    class Own(wg.Parameter):
        pass
    w = Own([1.0])
    w.note = [5]
    y = copy.deepcopy(w)
    same((type(y).__name__, y.note, y.note is w.note, y.tolist()), ("Own", [5], False, [1.0]))


@gate("Parameter: a copy has the context of the first")
def context_of():
    wg.Context()
    p = wg.tensor([1.0], requires_grad=True)
    q = copy.deepcopy(p)
    expect(q._store.context is p._store.context, "another context")
    ((p + q) ** 2).sum().backward()
    same((p.grad.tolist(), q.grad.tolist()), ([4.0], [4.0]))


@gate("Params: a copy is apart")
def params_apart():
    p = params()
    q = copy.deepcopy(p)
    q["b"] = [7.0, 7.0]
    same(p["b"].tolist(), [2.0, 2.0])
    wg.sgd(q, lr=0.5), wg.sgd(p, lr=0.5)


@gate("Report: asked in another process")
def asked():
    r = pickle.loads(pickle.dumps(report()))
    own = report()
    same((r.ratio == own.ratio, r.reason, r.evaluations(), r.noise(), r.findings()),
         (True, own.reason, own.evaluations(), own.noise(), own.findings()))
    expect(isinstance(r, wg.Report), "no Report")
    same(r.input_at(0).name, own.input_at(0).name)
    refused(lambda: wg.graph() and r.marks(wg.graph()), "report")


@gate("Report: str and repr are the same")
def said_the_same():
    r = failing()
    q = pickle.loads(pickle.dumps(r))
    same((str(q), repr(q), bool(q), q.verdict, q.reason, q.why()), (str(r), repr(r), bool(r), r.verdict,
        r.reason, r.why()))


def work(k):
    return wg.check(lambda q: (q * q).sum(), [1.0 + k]) if k % 2 else failing()


def trained(m):
    m.one.weight.set(m.one.weight.numpy() + 1)
    return m


for _method in ("fork", "spawn"):
    @gate("multiprocessing %s: reports" % _method)
    def pool(method=_method):
        with multiprocessing.get_context(method).Pool(2) as workers:
            same([bool(r) and "PASS" in str(r) for r in workers.map(work, range(4))],
                 [False, True, False, True])

    @gate("multiprocessing %s: modules" % _method)
    def modules(method=_method):
        with multiprocessing.get_context(method).Pool(1) as workers:
            same(workers.apply(trained, (Net(),)).one.weight.tolist(), [[2.0, 3.0], [4.0, 5.0]])

    @gate("multiprocessing %s: a value is a sentence" % _method)
    def values(method=_method):
        with multiprocessing.get_context(method).Pool(1) as workers:
            refused(lambda: workers.apply(trained, (value(),)), "x.numpy()")


# ---- free ----

def used(thing):
    """Calls that use a thing, for each class."""
    return {
        "Graph": [lambda g: g.begin(), lambda g: g.nodes(), lambda g: g.input("x", np.ones(3)),
                  lambda g: g.bytes(),
                  lambda g: g.input("x", [1.0]), lambda g: wg.draw_graph(g) if hasattr(wg, "draw_graph")
                  else calls.graph_mode(g)],
        "Params": [lambda p: p.names(), lambda p: p["b"], lambda p: p.part("a"), lambda p: wg.sgd(p, lr=1.0),
                   lambda p: len(p),
                   lambda p: "b" in p, lambda p: copy.deepcopy(p), lambda p: p.snapshot(),
                   lambda p: wg.nn_dense(wg.tensor([[1.0]]), p, "d", 1),
                   lambda p: p.param("b", [2]),
                   lambda p: pickle.dumps(p), lambda p: p.grad("b"),
                   lambda p: p.__setitem__("b", [1.0, 1.0])],
        "part of Params": [lambda p: p.names(), lambda p: p["W"]],
        "Optimizer": [lambda o: o.step(), lambda o: o.lr, lambda o: setattr(o, "lr", 1.0),
                      lambda o: o.clip_norm(1.0),
                      lambda o: o.clip_value(1.0)],
        "Cache": [lambda k: k.step(), lambda k: k.select([0]), lambda k: k.tokens(), lambda k: k.clear(),
                  lambda k: wg.nn_attention(wg.tensor(np.ones((1, 1, 2))), wg.Params(), "a", causal=True,
                                            cache=k)],
        "Data": [lambda d: d.x, lambda d: len(d), lambda d: list(d.batches(2)), lambda d: d.split(0.5),
                 lambda d: d.normalise(),
                 lambda d: d.rows(), lambda d: calls.data_about(d)],
        "Figure": [lambda f: f.text(), lambda f: str(f), lambda f: f.panel(0), lambda f: f.frame("a"),
                   lambda f: f.save("/dev/null.svg")],
        "Report": [lambda r: str(r), lambda r: bool(r), lambda r: r.verdict, lambda r: r.ratio,
                   lambda r: r.noise(),
                   lambda r: pickle.dumps(r), lambda r: copy.copy(r), lambda r: r.reason],
        "average": [lambda a: a.step(), lambda a: a.use(True)],
        "program": [lambda q: q.plots(), lambda q: q.build(wg.graph(), wg.Params(), "train")],
        "plan": [lambda p: p.step, lambda p: repr(p), lambda p: p.steps],
        "snapshot": [lambda s: calls.params_restore(params(), s)],
    }[thing]


FREED = {"Graph": wg.Graph, "Params": params, "Optimizer": optimizer, "optim.SGD": torchs, "Cache": cache,
         "Data": data, "Figure": figure,
         "Report": report, "average": average, "program": program, "plan": REFUSED["plan"][0],
         "snapshot": lambda: params().snapshot()}


def free_twice(make):
    x = make()
    x.free()
    refused(lambda: x.free(), "was freed")
    refused(lambda: x.free(), "was freed")
    del x
    gc.collect()
    wg.tensor(np.zeros(1000)).numpy()


def use_after_free(make, f):
    x = make()
    x.free()
    junk = [wg.tensor(np.zeros(k)) for k in (8, 16, 32, 64, 100)]
    refused(lambda: f(x), "was freed")
    del x, junk
    gc.collect()
    wg.tensor([1.0]).numpy()


for _name, _make in FREED.items():
    GATES[_name + ": free twice"] = lambda m=_make: free_twice(m)
    GATES[_name + ": freed, and gone"] = lambda m=_make: (m().free(), gc.collect(), wg.tensor([1.0]).numpy(),
                                                          wg.Context())[0]
    for _k, _f in enumerate(used("Optimizer" if _name == "optim.SGD" else _name)):
        GATES["%s: use after free, %d" % (_name, _k)] = lambda m=_make, f=_f: use_after_free(m, f)
for _k, _f in enumerate(used("part of Params")):
    @gate("part of Params: the whole is freed, %d" % _k)
    def part(f=_f):
        p = params()
        for q in (p.part("a"), calls.params_in(p, "a")):
            names = q.names()
            same(names, ["W", "mean"])
        p = params()
        q, r = p.part("a"), calls.params_in(p, "a")
        p.free()
        refused(lambda: f(q), "was freed")
        refused(lambda: f(r), "was freed")


@gate("part of Params: free")
def part_freed():
    p = params()
    refused(p.part("a").free, "whole")
    same(of_params(p.part("a"))[0], ("W", [3.0, 4.0], False))


@gate("Params: free with an optimizer")
def with_optimizer():
    p = params()
    o = wg.sgd(p, lr=0.5)
    refused(p.free, "optimizer")
    same(p["b"].tolist(), [2.0, 2.0])
    o.free()
    p.free()
    refused(lambda: p.names(), "was freed")


@gate("Optimizer: another has the parameters")
def replaced():
    p = params()
    old = wg.sgd(p, lr=0.5)
    new = wg.adam(p, lr=0.25)
    for f in used("Optimizer"):
        refused(lambda: f(old), "another optimizer")
    refused(lambda: old.free(), "another optimizer")
    del old
    gc.collect()
    same(new.lr, 0.25)


@gate("Graph: values of one that was freed")
def values_of_freed():
    g = wg.Graph()
    x = wg.input("x", [1.0, 2.0])
    y = x * 2
    g.free()
    for f in (y.numpy, y.item, lambda: y + 1, lambda: x.set([1.0, 2.0]), lambda: wg.grad(y.sum(), x),
              lambda: y.sum().backward()):
        refused(f, "")
    same((wg.input("x", [3.0]) * 2).tolist(), [6.0])
    refused(lambda: y + wg.input("x", [3.0]), "")


@gate("Graph: freed while it lends an array")
def freed_lender():
    a = np.ones(30000)
    g = wg.Graph()
    x = g.input("x", a, copy=False)
    y = x.numpy(copy=False)
    g.free()
    gc.collect()
    same(float(y.sum()), 30000.0)
    refused(x.numpy, "")


@gate("Figure: a panel of one that was freed")
def panel_of_freed():
    f = figure()
    p = f.panel(0)
    f.free()
    refused(lambda: p.text(1.0, 2.0, "a"), "was freed")


@gate("Figure: a series of one that was freed")
def series_of_freed():
    f = figure()
    p = calls.panel_new(f, "a")
    s = calls.series_new(p, "line", "b")
    f.free()
    refused(lambda: calls.series_add(s, 1.0, 2.0), "was freed")


RECORDS = {
    "step of a plan": (REFUSED["plan"][0], lambda p: p.step[0]),
    "plan": (REFUSED["plan"][0], lambda p: p),
    "finding": (failing, lambda r: r.finding_at(0)),
    "input": (failing, lambda r: r.input_at(0)),
}
for _name, (_make, _part) in RECORDS.items():
    @gate("record: %s of what was freed" % _name)
    def record(make=_make, part=_part):
        x = make()
        r = part(x)
        names = [n for n, _ in wg._library._pairs(wg._library._structs[r._kind].split())]
        before = {n: repr(getattr(r, n)) for n in names}
        refused(lambda: pickle.dumps(r), "copy its fields")
        del x
        gc.collect()
        expect(before == {n: repr(getattr(r, n)) for n in names}, "other fields when the whole is gone")
        x = make()
        r = part(x)
        x.free()
        for n in names:
            refused(lambda: getattr(r, n), "was freed")
        refused(lambda: repr(r), "was freed")


@gate("Data: freed in the middle of an epoch")
def in_an_epoch():
    d = data()
    batches = d.batches(2)
    next(batches)
    d.free()
    refused(lambda: next(batches), "was freed")


@gate("Data: the whole of a part is freed")
def split_data():
    d = data()
    part = d.split(0.5)
    d.normalise()
    rows = part.x.tolist()
    d.free()
    same(part.x.tolist(), rows)
    list(part.batches(2))
    part.free()


@gate("snapshot: of parameters that were freed")
def of_freed():
    p = params()
    s = p.snapshot()
    p.free()
    q = params()
    answers(lambda: q.restore(s))
    s.free()


@gate("Params.with: of a graph that was freed")
def given_and_freed():
    p = params()
    g = wg.Graph()
    w = wg.param(p, "b", [2])
    m = p.with_([("b", w * 2)])
    g.free()
    refused(lambda: m.names(), "was freed")
    refused(lambda: wg.param(m, "b", [2]), "was freed")


@gate("held: released twice")
def released():
    h, a = calls.hold(wg.tensor(np.ones(20000)))
    calls.release(h)
    refused(lambda: calls.release(h), "was freed")


@gate("Params.with: after the graph was begun again")
def given_away():
    p = params()
    g = wg.Graph()
    w = wg.param(p, "b", [2])
    m = p.with_([("b", w * 2)])
    part = m.part("a")
    same(wg.param(m, "b", [2]).tolist(), [4.0, 4.0])
    g.begin()
    for f in (lambda: m.names(), lambda: m["b"], lambda: wg.param(m, "b", [2]), lambda: part.names()):
        refused(f, "begun again")


# ---- subclasses without super().__init__ ----

def bare(of):
    return type("Mine", (of,), {"__init__": lambda self: None})()


BARE = {"Graph": wg.Graph, "Params": wg.Params, "Optimizer": wg.Optimizer, "Cache": wg.Cache, "Data": wg.Data,
        "Figure": wg.Figure,
        "Report": wg.Report}
for _name, _of in BARE.items():
    for _k, _f in enumerate([*used(_name), lambda x: x.free(), lambda x: x.anything]):
        GATES["%s without super().__init__(), %d" %
              (_name, _k)] = lambda o=_of, f=_f: refused(lambda: f(bare(o)), "super().__init__(")
for _k, _f in enumerate([lambda x: wg.Graph(x), lambda x: wg.Params(x), lambda x: x.seed(),
                         lambda x: wg.save("/dev/null", x),
                         lambda x: wg.plot([1.0, 2.0], context=x)]):
    GATES["Context without super().__init__(), %d" % _k] = lambda f=_f: refused(lambda: f(bare(wg.Context)),
        "super().__init__(")
for _k, _f in enumerate([lambda x: x.rank, lambda x: x.note(0, 1.0), lambda x: x.sum([1.0]),
                         lambda x: list(x.parts([1.0]))]):
    GATES["Group without super().__init__(), %d" % _k] = lambda f=_f: refused(lambda: f(bare(wg.Group)),
        "super().__init__(")
BARE_VALUE = [lambda x: x.numpy(), lambda x: x.item(), lambda x: x + 1, lambda x: 1 + x,
              lambda x: wg.tensor([1.0]) + x, lambda x: x.sum(),
              lambda x: wg.tanh(x), lambda x: str(x), lambda x: x.backward(), lambda x: x[0],
              lambda x: wg.grad(wg.tensor(1.0), x),
                                                                                          lambda x: x.tolist(
                                                                                              ),
              lambda x: pickle.dumps(x)]


def answers(f):
    """A sentence, or a result; no crash."""
    try:
        f()
    except Exception as e:
        expect(str(e) and not isinstance(e, (RecursionError, SystemError)), "%s: %s" % (type(e).__name__, e))


for _of in (wg.Value, wg.Parameter, wg.Gradient):
    for _k, _f in enumerate(BARE_VALUE):
        GATES["%s without super().__init__(), %d" %
              (_of.__name__, _k)] = lambda o=_of, f=_f: answers(lambda: f(bare(o)))


@gate("Module without super().__init__()")
def bare_module():
    class Mine(nn.Module):
        def __init__(self):
            self.one = nn.Linear(2, 1)
    m = copy.deepcopy(Mine())
    same(len(list(m.parameters())), 2)


# ---- memory that is lent ----

def lent(make, change):
    a = make()
    base = a if a.base is None else a.base
    x = wg.input("x", a, copy=False)
    y = (x * 2).sum()
    refused(lambda: change(base), "resize")
    wanted = float(np.ones(300000)[:a.size].sum() * 2)
    same(y.item(), wanted)
    same((x * 2).sum().item(), wanted)
    same(x.numpy().shape, a.shape)


MAKES = {"array": lambda: np.ones(300000), "view": lambda: np.ones(300000)[:200000],
         "view of a view": lambda: np.ones(300000)[:][:200000],
         "matrix": lambda: np.ones((300, 1000)), "transposed and back": lambda: np.ones((300, 1000)).T.T}
for _name, _make in MAKES.items():
    GATES["lent %s: resize" % _name] = lambda m=_make: lent(m, lambda a: a.resize(10, refcheck=False))
    GATES["lent %s: resize to more" % _name] = lambda m=_make: lent(m,
        lambda a: a.resize(10 ** 7, refcheck=False))


@gate("lent bytearray: resize")
def lent_bytes():
    b = bytearray(np.ones(300000).tobytes())
    x = wg.input("x", np.frombuffer(b), copy=False)
    refused_by_python(lambda: b.clear())
    same((x * 2).sum().item(), 600000.0)


def refused_by_python(f):
    try:
        f()
    except BufferError:
        return
    raise AssertionError("no BufferError")


@gate("lent array: after the graph let it go")
def let_go():
    a = np.ones(300000)
    g = wg.Graph()
    x = g.input("x", a, copy=False)
    refused(lambda: a.resize(10, refcheck=False), "resize")
    g.begin()
    a.resize(10, refcheck=False)
    a[0] = 5
    same(a.size, 10)


@gate("lent array: lent twice, by two graphs")
def twice():
    a = np.ones(300000)
    g, h = wg.Graph(), wg.Graph()
    x, y = g.input("x", a, copy=False), h.input("x", a, copy=False)
    g.begin()
    refused(lambda: a.resize(10, refcheck=False), "resize")
    h.begin()
    same((h.input("x", a, copy=False) * 2).sum().item(), 600000.0)


@gate("lent array: the array is gone")
def gone():
    x = wg.input("x", np.ones(300000), copy=False)
    gc.collect()
    junk = [np.zeros(300000) for k in range(4)]
    same(((x * 2).sum().item(), len(junk)), (600000.0, 4))


@gate("wg.values: the array changes")
def first_values():
    a = np.full(300000, 4.0)
    i = wg.values(a)
    a.resize(10, refcheck=False)
    del a
    gc.collect()
    same(float(wg.Params().param("w", [300000], i).numpy().sum()), 1200000.0)


# ---- the end of a process ----

END = """
import atexit, sys
import numpy as np
import wengert as wg

class Late:
    def __init__(self, make):
        self.x, self.f = make
    def __del__(self):
        try:
            self.f(self.x)
        except Exception as e:
            pass
p = wg.Params()
w = wg.param(p, "w", [3000], wg.const(1))
%s
kept = Late(thing)
kept.cycle = [kept]
also = Late(thing)
sys.kept = Late(thing)
"""
ENDS = {
    "Value": "thing = (w * 2, lambda x: (x + 1).numpy())",
    "Parameter": "thing = (wg.tensor([1.0], requires_grad=True), lambda x: (x + 1).numpy())",
    "Graph": "thing = (wg.graph(), lambda g: g.begin().input('x', np.ones(3)).numpy())",
    "Params": "thing = (p, lambda p: p['w'])",
    "Optimizer": "thing = (wg.adam(p), lambda o: (setattr(o, 'lr', 0.5), o.lr))",
    "Figure": "thing = (wg.plot([1.0, 2.0]), lambda f: f.text())",
    "Report": "thing = (wg.check(lambda q: (q * q).sum(), [1.0]), lambda r: (str(r), bool(r)))",
    "Data": "thing = (wg.Data(np.ones((4, 2))), lambda d: list(d.batches(2)))",
    "Context": "thing = (wg.Context(), lambda c: wg.Graph(c).input('x', np.ones(3)).numpy())",
    "copy=False": "thing = ((w * 2).numpy(copy=False), lambda a: a.sum())",
}
for _name, _text in ENDS.items():
    @gate("__del__ at the end: " + _name)
    def at_the_end(text=_text):
        r = subprocess.run([sys.executable, "-c", END % text], capture_output=True, text=True,
                           timeout=SECONDS)
        expect(r.returncode == 0, "status %d: %s" % (r.returncode, r.stderr.strip()[-200:]))


@gate("del: in any order")
def any_order():
    import itertools
    for order in itertools.permutations(range(5)):
        c = wg.Context()
        p, g = wg.Params(c), wg.Graph(c)
        w = g.param(p, "w", [3], wg.const(2))
        things = [c, p, g, w * 2, wg.sgd(p, lr=0.5)]
        del c, p, g, w
        for k in order:
            things[k] = None
            gc.collect()
            if things[3] is not None:
                same(things[3].tolist(), [4.0, 4.0, 4.0])


@gate("Context: gone, with copies refused")
def context_gone():
    c = wg.Context()
    refused(lambda: copy.copy(c), "wg.Context(")
    g = wg.Graph(c)
    del c
    gc.collect()
    same((g.input("x", [1.0]) * 2).tolist(), [2.0])


@gate("fork: objects of the parent")
def forked():
    net, r, p, o = Net(), report(), params(), optimizer()
    def child():
        same(of_net(net), NET)
        same(first_words(r)[:2], (True, "pass"))
        same(p["b"].tolist(), [2.0, 2.0])
        return pickle.dumps([net, r, p])
    b, wrong = run(child)
    expect(not wrong, wrong)
    m, q, s = pickle.loads(b)
    same((of_net(m), bool(q), s["b"].tolist()), (NET, True, [2.0, 2.0]))


@gate("functions: all of the module")
def functions():
    wrong = []
    for name in dir(wg):
        f = getattr(wg, name)
        if callable(f) and not name.startswith("_"):
            try:
                if not (pickle.loads(pickle.dumps(f)) is copy.deepcopy(f) is copy.copy(f) is f):
                    wrong.append(name)
            except Exception as e:
                wrong.append("%s (%s)" % (name, e))
    expect(not wrong, ", ".join(wrong))


@gate("files: pickle.dump and load")
def in_files():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "net.pickle")
        with open(path, "wb") as f:
            pickle.dump(Net(), f)
        with open(path, "rb") as f:
            same(of_net(pickle.load(f)), NET)


def in_a_process(f):
    wrong = run(lambda: f() and b"")[1]
    expect(wrong is None, wrong)


if __name__ == "__main__":
    sys.exit(gates.run_gates("copies", sys.argv[1:], by=in_a_process))
