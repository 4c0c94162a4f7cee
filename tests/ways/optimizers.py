# SPDX-License-Identifier: MIT
"""optimizers.py: each optimizer under PyTorch's name, and each schedule, beside PyTorch; their states; what
refuses.

    optimizers.py torch     runs all in PyTorch and writes optimizers.txt
    optimizers.py           runs all in wengert; prints each gate that fails, and how many do; the status is 1
                            if any does
    optimizers.py WORD ...  the gates whose name has each of these words

The parameters have 0, 1 and 2 axes. Step t has the gradient of a parabola plus a sine of t. Element k of a
parameter, in memory, is as element k - 3: so its first three say all, and PyTorch's state can be loaded from
them.

In optimizers.txt a line is a name, a tab and what PyTorch has as JSON, numbers with 15 digits: `half` the
weights after 15 steps, `state` the optimizer's state_dict then, `end` the weights after 30. Of an array there
are the shape and the first three numbers; of a group of parameters what is other than in the optimizer's
first line; of one number a step, as `rates`, the learning rates, the largest, the sum, and the sum of number
k times sin k. A number may differ by 1e-12 of the largest of those it stands with, a sum by 1e-12 of the
largest of what is summed.

Gates of an optimizer: 30 steps; 15 steps, then its state in pickle, in a file of wg.save or by hand in a
fresh optimizer, then 15 more with the bits of 30 steps; its state is PyTorch's, by key; PyTorch's state,
loaded after 15 steps, gives PyTorch's end. If PyTorch is there it loads ours, too."""
import gc
import itertools
import json
import os
import pickle
import sys
import tempfile
import weakref

import numpy as np

from gates import expect, run_gates, three

PATH = os.path.join(os.path.dirname(os.path.abspath(__file__)), "optimizers.txt")
NEAR, STEPS = 1e-12, 30
SIZES = (), (5,), (3, 4)

OPTIMIZERS = {
    "SGD": ("SGD", dict(lr=0.05)),
    "SGD decay": ("SGD", dict(lr=0.05, weight_decay=0.125)),
    "SGD momentum": ("SGD", dict(lr=0.02, momentum=0.9)),
    "SGD momentum decay": ("SGD", dict(lr=0.02, momentum=0.8, weight_decay=0.125)),
    "SGD nesterov": ("SGD", dict(lr=0.02, momentum=0.9, nesterov=True)),
    "SGD nesterov decay": ("SGD", dict(lr=0.02, momentum=0.5, nesterov=True, weight_decay=0.25)),
    "Adam": ("Adam", dict(lr=0.05)),
    "Adam standard": ("Adam", {}),
    "Adam betas": ("Adam", dict(lr=0.05, betas=(0.5, 0.75))),
    "Adam eps": ("Adam", dict(lr=0.05, eps=0.125)),
    "Adam decay": ("Adam", dict(lr=0.05, weight_decay=0.125)),
    "Adam amsgrad": ("Adam", dict(lr=0.05, amsgrad=True)),
    "Adam all": ("Adam", dict(lr=0.05, betas=(0.75, 0.9), eps=0.01, weight_decay=0.25, amsgrad=True)),
    "AdamW": ("AdamW", dict(lr=0.05)),
    "AdamW decay": ("AdamW", dict(lr=0.05, weight_decay=0.5)),
    "AdamW no decay": ("AdamW", dict(lr=0.05, weight_decay=0)),
    "AdamW amsgrad": ("AdamW", dict(lr=0.05, betas=(0.5, 0.9), weight_decay=0.25, amsgrad=True)),
    "RMSprop": ("RMSprop", dict(lr=0.02)),
    "RMSprop decay": ("RMSprop", dict(lr=0.02, alpha=0.9, weight_decay=0.125)),
    "RMSprop centered": ("RMSprop", dict(lr=0.02, centered=True)),
    "RMSprop momentum": ("RMSprop", dict(lr=0.01, momentum=0.5)),
    "RMSprop all": ("RMSprop", dict(lr=0.01, alpha=0.9, eps=0.01, momentum=0.5, centered=True,
                                    weight_decay=0.125)),
    "SGD groups": ("SGD", dict(lr=0.05, weight_decay=0.125, groups=[{}, {"lr": 0.02, "momentum": 0.9}])),
    "AdamW groups": ("AdamW", dict(groups=[{"lr": 0.05, "weight_decay": 0.0}, {"betas": (0.5, 0.75)}])),
    "Adam added": ("Adam", dict(lr=0.02, groups=[{"lr": 0.05}], added={"eps": 0.125, "name": "last"})),
    "Adagrad": ("Adagrad", dict(lr=0.1)),
    "Adagrad decay": ("Adagrad", dict(lr=0.1, weight_decay=0.125)),
    "Adagrad initial": ("Adagrad", dict(lr=0.1, initial_accumulator_value=0.3, eps=0.01)),
    "Adadelta": ("Adadelta", {}),
    "Adadelta decay": ("Adadelta", dict(lr=0.5, rho=0.75, weight_decay=0.125)),
    "Adadelta eps": ("Adadelta", dict(lr=0.5, eps=0.01)),
    "Adamax": ("Adamax", dict(lr=0.05)),
    "Adamax decay": ("Adamax", dict(lr=0.05, betas=(0.5, 0.75), weight_decay=0.125)),
    # foreach: without it PyTorch 1.13 takes the product of all mu with one mu too many.
    "NAdam": ("NAdam", dict(lr=0.05, foreach=True)),
    "NAdam decay": ("NAdam", dict(lr=0.05, weight_decay=0.125, foreach=True)),
    "NAdam all": ("NAdam", dict(lr=0.05, betas=(0.5, 0.75), momentum_decay=0.25, weight_decay=0.125,
                                foreach=True)),
}
SCHEDULES = {
    "StepLR": lambda s, o: s.StepLR(o, 4, gamma=0.5),
    "MultiStepLR": lambda s, o: s.MultiStepLR(o, [3, 7, 7, 20], gamma=0.5),
    "ConstantLR": lambda s, o: s.ConstantLR(o, factor=0.5, total_iters=6),
    "LinearLR": lambda s, o: s.LinearLR(o, start_factor=0.25, end_factor=0.75, total_iters=9),
    "ExponentialLR": lambda s, o: s.ExponentialLR(o, gamma=0.9),
    "LambdaLR": lambda s, o: s.LambdaLR(o, lambda t: 1 / (1 + t)),
    "MultiplicativeLR": lambda s, o: s.MultiplicativeLR(o, lambda t: 0.95 if t % 3 else 1.0),
    "PolynomialLR": lambda s, o: s.PolynomialLR(o, total_iters=20, power=2.0),
    "CosineAnnealingLR": lambda s, o: s.CosineAnnealingLR(o, T_max=8, eta_min=0.001),
    "CosineAnnealingWarmRestarts": lambda s, o: s.CosineAnnealingWarmRestarts(o, 4, 2, eta_min=0.001),
    "ReduceLROnPlateau": lambda s, o: s.ReduceLROnPlateau(o, factor=0.5, patience=2, cooldown=1,
                                                          min_lr=0.001),
    "ReduceLROnPlateau max": lambda s, o: s.ReduceLROnPlateau(o, "max", patience=1, threshold=0.125,
        threshold_mode="abs"),
    "OneCycleLR": lambda s, o: s.OneCycleLR(o, max_lr=0.1, total_steps=STEPS + 1),
    "OneCycleLR three_phase": lambda s, o: s.OneCycleLR(o, 0.1, epochs=4, steps_per_epoch=8,
                                                        anneal_strategy="linear", three_phase=True),
    "SequentialLR": lambda s, o: s.SequentialLR(
        o, [s.LinearLR(o, 0.25, total_iters=5), s.CosineAnnealingLR(o, 10), s.ExponentialLR(o, 0.9)],
        [5, 15]),
    "ChainedScheduler": lambda s, o: s.ChainedScheduler([s.ConstantLR(o, factor=0.1, total_iters=2),
                                                         s.ExponentialLR(o, 0.9)]),
}
PAIRED = [n for n in SCHEDULES if n not in ("OneCycleLR three_phase", "SequentialLR", "ChainedScheduler",
                                            "ReduceLROnPlateau max")]


def places(shape):
    """0, 1, 2, 0, 1, 2 and so on."""
    return np.arange(np.prod(shape, dtype=int)).reshape(shape) % 3


def first(shape):
    return np.sin(1 + places(shape)) * 1.5


def weights(m):
    return [m.tensor(first(s), requires_grad=True) for s in SIZES]


def loss_of(m, ws, t):
    total = 0.0
    for k, w in enumerate(ws):
        n = places(tuple(w.shape))
        total = total + (m.tensor(0.5 + np.cos(n + k) ** 2) *
                         (w - m.tensor(np.sin(3.0 * n + k))) ** 2).sum() * 0.5
        total = total + (m.tensor(np.sin(7.0 * t + n)) * w).sum() * 0.5
    return total


def train(m, ws, opt, steps, after=None):
    for t in steps:
        opt.zero_grad()
        loss = loss_of(m, ws, t)
        loss.backward()
        opt.step()
        if after:
            after(t, loss)


def numbers(ws):
    return [np.array(w.detach().numpy()) for w in ws]


def made(m, name, ws):
    """groups: the first parameter, and those that are left, but for the last one if it is added later."""
    kind, options = OPTIMIZERS[name]
    options = dict(options)
    groups, added = options.pop("groups", None), options.pop("added", None)
    rest = ws[1:-1] if added else ws[1:]
    opt = getattr(m.optim, kind)(ws if groups is None else [dict(g, params=of) for g, of in
                                                            zip(groups, (ws[0], rest))], **options)
    if added:
        opt.add_param_group(dict(added, params=ws[1:] if len(groups) == 1 else ws[-1:]))
    return opt


# ---- what PyTorch gives, and the same here ----

def plain(x):
    """Numbers of 15 digits, and arrays of them by their shape and first three."""
    if isinstance(x, dict):
        return {str(k): plain(v) for k, v in x.items()}
    if isinstance(x, (list, tuple)):
        return [plain(v) for v in x]
    if isinstance(x, (str, bool, type(None))):
        return x
    a = np.asarray(x.detach() if hasattr(x, "detach") else x, float)
    if a.ndim == 0:
        x = float("%.15g" % a)
        return int(x) if x.is_integer() else x
    some, largest = a.ravel()[:3], np.abs(a).max()
    expect(np.abs(a.ravel() - np.resize(some, a.size)).max() <= NEAR * largest, "elements differ: %s" % a)
    return {"x".join(map(str, a.shape)): plain(some.tolist())}


def whole(x):
    """An array from its shape and first three."""
    if not isinstance(x, dict):
        return x if x is None else np.array(x, float)
    (shape, some), = x.items()
    return np.resize(np.array(some, float), tuple(map(int, shape.split("x"))))


SUMS = " rates", " last", " get", " losses"  # what is a summary


def summary(x):
    """The largest magnitude, the sum, and the sum of number k times sin k, of one number a step."""
    return plain(three(np.array(x, float).ravel()))


def steps_of(m, name):
    ws = weights(m)
    opt = made(m, name, ws)
    train(m, ws, opt, range(STEPS // 2))
    half = plain(numbers(ws))
    state = plain(opt.state_dict()) if m.__name__ == "torch" else None
    train(m, ws, opt, range(STEPS // 2, STEPS))
    return dict(half=half, state=state, end=plain(numbers(ws)))


def scheduled(m, names, by_hand=None, kind="SGD momentum", resume=None):
    """The rates, and the weights at the end. by_hand: after this step the rate is set. resume: all goes on in
    new objects then."""
    s = m.optim.lr_scheduler
    ws = weights(m)
    opt = made(m, kind, ws)
    all_ = [SCHEDULES[n](s, opt) for n in names]
    plateau = getattr(s, "ReduceLROnPlateau", ())
    rates, last, out = [opt.param_groups[0]["lr"]], [], []

    def after(t, loss):
        if t == by_hand:
            opt.param_groups[0]["lr"] = 0.03
        for one in all_:
            one.step(loss.item()) if isinstance(one, plateau) else one.step()
        rates.append(opt.param_groups[0]["lr"])
        last.append([getattr(one, "last_epoch", -1) for one in all_])
        out.append([one._last_lr if isinstance(one, plateau) else one.get_last_lr() for one in all_])
    half = STEPS if resume is None else resume
    train(m, ws, opt, range(half), after)
    if resume is not None:
        state = pickle.loads(pickle.dumps([opt.state_dict(), [one.state_dict() for one in all_],
                                           numbers(ws)]))
        ws = [m.tensor(a, requires_grad=True) for a in state[2]]
        opt = made(m, kind, ws)
        all_ = [SCHEDULES[n](s, opt) for n in names]
        opt.load_state_dict(state[0])
        for one, d in zip(all_, state[1]):
            one.load_state_dict(d)
        train(m, ws, opt, range(half, STEPS), after)
    end = dict(rates=summary(rates), end=plain(numbers(ws)))
    return end if len(names) > 1 else dict(end, last=summary(last), get=summary(out))


def with_steps(m, steps):
    """A parameter of two elements: steps(m, opt, w, loss) is called with a momentum optimizer."""
    w = m.tensor(np.array([1.0, -2.0]), requires_grad=True)
    opt, seen = m.optim.SGD([w], lr=0.1, momentum=0.9), []
    steps(m, opt, w, lambda: ((w - 0.25) ** 3).sum(), seen)
    return dict(seen=plain(seen), end=plain(w.detach().numpy()))


def twice(m, opt, w, loss, seen):
    loss().backward()
    for _ in range(3):
        opt.step()
    seen.append(w.grad.tolist())


def accumulated(m, opt, w, loss, seen):
    for _ in range(3):
        loss().backward()
        opt.step()
        seen.append(w.grad.tolist())


def without(m, opt, w, loss, seen):
    opt.step()
    loss().backward()
    opt.step()
    opt.zero_grad(set_to_none=True)
    opt.step()
    opt.step()
    loss().backward()
    opt.step()


def closure(m, opt, w, loss, seen):
    def again():
        opt.zero_grad()
        y = loss()
        y.backward()
        return y
    for _ in range(3):
        seen.append(opt.step(again).item())
    seen.append(opt.step() is None)


def groups(m, opt, w, loss, seen):
    g = opt.param_groups[0]
    seen += [[g["lr"], g["momentum"], g["weight_decay"]], [g["nesterov"], len(g["params"]),
             len(opt.param_groups)], [g.get("lr"), "lr" in g]]
    rates = []
    for t in range(6):
        opt.zero_grad()
        loss().backward()
        opt.step()
        for g in opt.param_groups:
            g["lr"] *= 0.5
            if t == 2:
                g["momentum"], g["weight_decay"] = 0.5, 0.125
            rates.append(dict(g)["lr"])
    seen.append(summary(rates))


def loaded(m, opt, w, loss, seen):
    """A load sets rates and options, as those of the state."""
    other = m.optim.SGD([m.tensor(np.zeros(2), requires_grad=True)], lr=0.01, momentum=0.25, weight_decay=0.5)
    opt.load_state_dict(other.state_dict())
    seen += [opt.param_groups[0][k] for k in ("lr", "momentum", "weight_decay")]
    for _ in range(3):
        opt.zero_grad()
        loss().backward()
        opt.step()


HABITS = dict(twice=twice, accumulated=accumulated, without=without, closure=closure, groups=groups,
              loaded=loaded)
def lbfgs(m, **options):
    """Steps of LBFGS on a valley of four axes, in two parameters, with the state carried to another optimizer
    after two."""
    ws = [m.tensor(np.array(x), requires_grad=True) for x in ([1.5, -1.0], [0.5, 2.0])]
    at = [m.tensor(np.array(x)) for x in ([0.0, 1.0], [2.0, 3.0])]
    opt, losses, ends = m.optim.LBFGS(ws, **options), [], []

    def again():
        opt.zero_grad()
        y = sum(((w - a) ** 2 * (1 + a) ** 2).sum() for w, a in zip(ws, at))
        y = y + sum(w.sum() for w in ws) ** 4 / 50
        y.backward()
        return y
    for t in range(4):
        if t == 2:
            state = opt.state_dict()
            opt = m.optim.LBFGS(ws, **options)
            opt.load_state_dict(state)
        losses.append(float(opt.step(again)))
        ends.append(plain(numbers(ws)))
    return dict(losses=summary(losses), ends=ends)


LINES = {"": {}, "short": dict(lr=0.5, max_iter=3), "few calls": dict(max_iter=9, max_eval=4),
         "wolfe": dict(line_search_fn="strong_wolfe", max_iter=2), "far": dict(
             line_search_fn="strong_wolfe", max_iter=3, lr=40.0), "near": dict(
                 line_search_fn="strong_wolfe", max_iter=3, lr=1e-3, history_size=2),
         "rough": dict(line_search_fn="strong_wolfe", tolerance_change=1e-2, tolerance_grad=1e-1)}
TABLE = {"optimizer " + n: (lambda m, n=n: steps_of(m, n)) for n in OPTIMIZERS}
TABLE.update(("schedule " + n, lambda m, n=n: scheduled(m, [n])) for n in SCHEDULES)
TABLE.update(("schedule by hand " + n, lambda m, n=n: scheduled(m, [n], by_hand=7)) for n in SCHEDULES)
TABLE.update(("schedule of Adam " + n, lambda m, n=n: scheduled(m, [n], kind="Adam")) for n in SCHEDULES)
TABLE.update(("schedules %s, %s" % p, lambda m, p=p: scheduled(m, p))
             for p in itertools.product(PAIRED, repeat=2)
             if p != ("OneCycleLR", "CosineAnnealingLR"))  # their rate is below 0
TABLE.update(("LBFGS " + n, lambda m, o=o: lbfgs(m, **o)) for n, o in LINES.items())
TABLE.update(("habit " + n, lambda m, f=f: with_steps(m, f)) for n, f in HABITS.items())


def near(a, b, where=""):
    """Where a is not b, as a text; None: nowhere."""
    if isinstance(b, dict) or isinstance(a, dict):
        if not isinstance(a, dict) or not isinstance(b, dict) or set(a) ^ set(b):
            return "%s has %s, PyTorch %s" % (where, sorted(a) if isinstance(a, dict) else a,
                                              sorted(b) if isinstance(b, dict) else b)
        return next((d for d in (near(a[k], b[k], where + " " + k) for k in b) if d), None)
    if isinstance(b, list) and any(isinstance(x, (dict, list, str, type(None))) for x in b):
        if not isinstance(a, list) or len(a) != len(b):
            return "%s is %s, PyTorch's %s" % (where, a, b)
        return next((d for d in (near(x, y, "%s %d" % (where, i)) for i, (x, y) in enumerate(zip(a, b)))
                     if d), None)
    if isinstance(b, (str, type(None))):
        return None if a == b else "%s is %r, PyTorch's %r" % (where, a, b)
    a, b = np.asarray(a, float), np.asarray(b, float)
    if a.shape != b.shape:
        return "%s has the shape %s, PyTorch's %s" % (where, a.shape, b.shape)
    largest = b[0] if where.endswith(SUMS) else np.abs(b).max(initial=0)
    off = np.abs(a - b).max(initial=0) / max(largest, 1e-300)
    return None if off <= NEAR else "%s is off by %.2g" % (where, off)


# ---- gates of wengert alone ----

def same_bits(a, b):
    expect(all(np.array_equal(x, y) for x, y in zip(a, b)), "other bits than without the break: off by %g" %
           max(
        np.abs(x - y).max() for x, y in zip(a, b)))


def resumed(wg, name, carry):
    ws = weights(wg)
    opt = made(wg, name, ws)
    train(wg, ws, opt, range(STEPS // 2))
    half, state = numbers(ws), carry(wg, opt.state_dict())
    train(wg, ws, opt, range(STEPS // 2, STEPS))
    again = [wg.tensor(a, requires_grad=True) for a in half]
    fresh = made(wg, name, again)
    fresh.load_state_dict(state)
    train(wg, again, fresh, range(STEPS // 2, STEPS))
    same_bits(numbers(again), numbers(ws))
    fresh.load_state_dict(state)  # over one that has made steps
    for w, a in zip(again, half):
        w.set(a)
    train(wg, again, fresh, range(STEPS // 2, STEPS))
    same_bits(numbers(again), numbers(ws))


def in_a_file(wg, state):
    path = os.path.join(tempfile.mkdtemp(), "run.pt")
    wg.save({"optimizer": state, "epoch": 3, "best": 0.1, "names": ["a", "b"], "shape": (1, 2)}, path)
    back = wg.load(path)
    expect([back[k] for k in ("epoch", "best", "names", "shape")] == [3, 0.1, ["a", "b"], (1, 2)],
           "other values: %s" % back)
    return back["optimizer"]


CARRIES = {
    "by hand": lambda wg, state: state,
    "in pickle": lambda wg, state: pickle.loads(pickle.dumps(state)),
    "in a file": in_a_file,
    "as values": lambda wg, s: dict(s, state={i: {k: wg.tensor(a) if isinstance(a, np.ndarray) else a
                                                  for k, a in d.items()}
                                              for i, d in s["state"].items()}),
}


def from_torch(wg, name, of):
    """PyTorch's state, loaded after 15 steps."""
    ws = [wg.tensor(whole(a), requires_grad=True) for a in of["half"]]
    opt = made(wg, name, ws)
    state = {int(i): {k: whole(a) for k, a in d.items()} for i, d in of["state"]["state"].items()}
    opt.load_state_dict(dict(state=state, param_groups=of["state"]["param_groups"]))
    train(wg, ws, opt, range(STEPS // 2, STEPS))
    off = near(plain(numbers(ws)), of["end"], "end")
    expect(not off, off)


def into_torch(wg, torch, name):
    """Our state after 15 steps, loaded by PyTorch, which makes the other 15."""
    ws = weights(wg)
    opt = made(wg, name, ws)
    train(wg, ws, opt, range(STEPS // 2))
    theirs = [torch.tensor(a, requires_grad=True) for a in numbers(ws)]
    other, state = made(torch, name, theirs), opt.state_dict()
    state["state"] = {i: {k: torch.tensor(a) if isinstance(a, np.ndarray) else a for k, a in d.items()}
                      for i, d in state["state"].items()}
    other.load_state_dict(state)
    back = [wg.tensor(a, requires_grad=True) for a in numbers(ws)]
    third = made(wg, name, back)
    third.load_state_dict(other.state_dict())  # with PyTorch's tensors
    train(wg, ws, opt, range(STEPS // 2, STEPS))
    train(torch, theirs, other, range(STEPS // 2, STEPS))
    train(wg, back, third, range(STEPS // 2, STEPS))
    off = near(plain(numbers(theirs)), plain(numbers(ws)), "PyTorch's end") or near(plain(numbers(back)),
        plain(numbers(ws)), "end")
    expect(not off, off)


def refused(wg, f, *words):
    try:
        f()
    except (wg.Error, TypeError) as e:
        expect(all(w in str(e) for w in words), "the sentence is: %s" % e)
        return e
    raise AssertionError("no error")


def after_a_step(wg, kind, shape=(2, 3), **options):
    w = wg.tensor(first(shape), requires_grad=True)
    opt = getattr(wg.optim, kind)([w], **options)
    (w ** 2).sum().backward()
    opt.step()
    return w, opt


def wrong_state(wg, from_, to):
    a, b = after_a_step(wg, *from_[:1], **from_[1])[1], after_a_step(wg, *to[:1], **to[1])[1]
    before, state = b.state_dict(), a.state_dict()
    e = refused(wg, lambda: b.load_state_dict(state), "load_state_dict")
    expect(isinstance(e, wg.Error), "no wengert.Error: %r" % e)
    expect(near(plain(b.state_dict()), plain(before)) is None, "the state has changed")


def wrong_shape(wg, kind):
    state = after_a_step(wg, kind, (3, 2), lr=0.1)[1].state_dict()
    w, opt = after_a_step(wg, kind, lr=0.1)
    before = opt.state_dict()
    refused(wg, lambda: opt.load_state_dict(state), "load_state_dict")
    expect(near(plain(opt.state_dict()), plain(before)) is None, "the state has changed")
    two = after_a_step(wg, kind, lr=0.1)[1].state_dict()
    two["param_groups"][0]["params"] = [0, 1]
    refused(wg, lambda: opt.load_state_dict(two), "load_state_dict")
    refused(wg, lambda: opt.load_state_dict({"a": 1}), "load_state_dict")


def freed(wg, kind):
    gc.collect()
    gc.disable()
    try:
        w, opt = after_a_step(wg, kind, lr=0.1)
        schedule = wg.optim.lr_scheduler.StepLR(opt, 2)
        schedule.step()
        opt.load_state_dict(opt.state_dict())
        seen = weakref.ref(opt)
        group = opt.param_groups[0]
        del opt, schedule
        expect(seen() is None, "an optimizer that nobody holds is there")
        expect(group["lr"] is not None, "no rate")
    finally:
        gc.enable()


def freed_by_names(wg):
    gc.collect()
    gc.disable()
    try:
        p = wg.Params()
        p.param("w", [2], wg.const(1))
        opt = wg.adam(p)
        seen, store = weakref.ref(opt), weakref.ref(p)
        del opt
        expect(seen() is None, "an optimizer that nobody holds is there")
        wg.sgd(p)
        opt = wg.adam(p)
        wg.sgd(p)
        refused(wg, opt.step, "another optimizer")
        del p, opt
        expect(store() is None, "a set that nobody holds is there")
    finally:
        gc.enable()


def modules(wg):
    import importlib
    from wengert.optim.lr_scheduler import StepLR
    module = importlib.import_module("wengert.optim.lr_scheduler")
    expect(module.StepLR is StepLR is wg.optim.lr_scheduler.StepLR, "another StepLR")
    code = ("import sys, wengert\nsys.modules['torch'] = wengert\nfrom torch.optim.lr_scheduler import "
            "StepLR, LambdaLR\nimport torch.optim as o\no.Adam")
    import subprocess
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    expect(not done.returncode, done.stderr)
    _, opt = after_a_step(wg, "Adam", lr=0.1)
    expect(isinstance(opt, wg.optim.Adam) and isinstance(opt, wg.optim.Optimizer)
           and not isinstance(opt, wg.optim.SGD), "no classes")


def sentences(wg):
    w, opt = after_a_step(wg, "Adam", lr=0.1)
    refused(wg, lambda: opt.add_param_group([w]), "add_param_group")
    refused(wg, lambda: opt.add_param_group({"params": w}), "in two groups")
    refused(wg, lambda: opt.param_groups[0].__setitem__("amsgrad", True), "make a new optimizer")
    refused(wg, lambda: opt.param_groups[0].__setitem__("eps", -1), "eps")
    refused(wg, lambda: opt.param_groups[0].__setitem__("lr", -1), "lr")
    expect(opt.param_groups[0]["lr"] == 0.1 and opt.param_groups[0]["eps"] == 1e-8,
           "a refused number is there")
    plain_ = after_a_step(wg, "SGD", lr=0.1)[1]
    refused(wg, lambda: plain_.param_groups[0].__setitem__("momentum", 0.9), "make a new optimizer")
    refused(wg, lambda: wg.optim.lr_scheduler.StepLR(None, 3), "StepLR")
    opt.param_groups[0]["mine"] = 7
    expect(opt.param_groups[0]["mine"] == 7 and opt.state_dict()["param_groups"][0]["mine"] == 7,
           "an entry of mine is gone")
    a = opt.state_dict()
    kept = {k: np.array(v) for k, v in a["state"][0].items()}
    (w ** 3).sum().backward()
    opt.step()
    expect(all(np.array_equal(kept[k], v) for k, v in a["state"][0].items()), "a state_dict changes with the "
           "optimizer")


def order(wg):
    """Indices are those of the list that the optimizer was given, also of a part of a list that had one
    before."""
    a, b = wg.tensor(np.ones(2), requires_grad=True), wg.tensor(np.ones(3), requires_grad=True)
    wg.optim.SGD([a, b], lr=0.1)
    opt = wg.optim.Adam([b, a], lr=0.1)
    (a.sum() + (b ** 2).sum()).backward()
    opt.step()
    state = opt.state_dict()["state"]
    expect(state[0]["exp_avg"].shape == (3,) and state[1]["exp_avg"].shape == (2,), "another order")


def of_names(wg):  # the last gate: its graph stays the current one
    """An optimizer of wg.Params, and a schedule of one that has C's name."""
    def run(cut, make):
        p, g = wg.Params(), wg.Graph()
        opt = make(p)
        one = wg.optim.lr_scheduler.ExponentialLR(opt, 0.9)
        for t in range(12):
            if t == cut:
                kept = [p[n] for n in p], opt.state_dict(), one.state_dict()
                p, g = wg.Params(), wg.Graph()
                for n, a in zip("wbs", kept[0]):
                    (p.state if n == "s" else p.param)(n, a.shape)
                    p[n] = a
                opt = make(p)
                opt.load_state_dict(kept[1])
                one = wg.optim.lr_scheduler.ExponentialLR(opt, 0.9)
                one.load_state_dict(kept[2])
            g.begin("train")
            w, b = g.param(p, "w", [3], wg.const(1)), g.param(p, "b", [], wg.const(2))
            p.state("s", [], wg.const(0))
            (((w - 0.5) ** 2).sum() + (b + t) ** 2).backward(p)
            opt.step()
            one.step()
        return [p[n] for n in p], opt.lr
    for make in (lambda p: wg.optim.Adam(p, 0.1), lambda p: wg.optim.Adagrad(p,
            initial_accumulator_value=0.3)):
        (whole, rate), (again, other) = run(None, make), run(7, make)
        same_bits(again, whole)
        expect(rate == other, "another rate")
    expect(abs(run(None, lambda p: wg.adam(p, lr=0.1))[1] - 0.1 * 0.9 ** 12) < 1e-15, "another rate")


def subclass(wg):
    class Mine(wg.optim.AdamW):
        pass
    ends = []
    for kind in (Mine, wg.optim.AdamW):
        w = wg.tensor(np.ones(3), requires_grad=True)
        opt = kind([w], 0.1, (0.5, 0.75), 1e-6, weight_decay=0.5)
        (w ** 2).sum().backward()
        opt.step()
        ends.append(w.numpy())
    same_bits(ends[:1], ends[1:])
    refused(wg, lambda: wg.optim.Optimizer([w], {}), "Optimizer")
    refused(wg, lambda: wg.optim.SGD([w], lr=0.1, nesterov=True), "momentum")
    refused(wg, lambda: wg.optim.Adam([w], lrr=0.1), "lrr")


def missed(wg):
    """A parameter that steps do not reach keeps its own count, also over a load."""
    def run(cut):
        ws = [wg.tensor(np.array([1.0, 2.0]), requires_grad=True) for _ in range(3)]
        opt = wg.optim.NAdam(ws, lr=0.1)
        for t in range(12):
            if t == cut:
                state = opt.state_dict()
                ws = [wg.tensor(w.numpy(), requires_grad=True) for w in ws]
                opt = wg.optim.NAdam(ws, lr=0.1)
                opt.load_state_dict(state)
            opt.zero_grad()
            sum(((w - k) ** 2).sum() for k, w in enumerate(ws) if k == 0 or t % (k + 1) == 1 and t > 2 *
                k).backward()
            opt.step()
        return numbers(ws), opt.state_dict()["state"]
    whole, state = run(None)
    expect([state[i]["step"] for i in range(3)] == [12, 5, 2],
           "counts: %s" % [state[i]["step"] for i in range(3)])
    for cut in (1, 5, 6, 7):
        same_bits(run(cut)[0], whole)


def with_groups(known, change):
    """The table, in which each group of parameters is change(the group, that of the optimizer's first
    line)."""
    for n, (kind, _) in OPTIMIZERS.items():
        if n != kind:
            state = known["optimizer " + n]["state"]
            base, = known["optimizer " + kind]["state"]["param_groups"]
            state["param_groups"] = [change(g, base) for g in state["param_groups"]]
    return known


def gates(wg):
    with open(PATH) as f:
        known = dict(line.rstrip("\n").split("\t") for line in f if not line.startswith("#"))
    known = with_groups({n: json.loads(x) for n, x in known.items()}, lambda g, base: {**base, **g})

    def beside(n):
        got, want = TABLE[n](wg), known[n]
        got.pop("state", None)
        off = near(got, {k: v for k, v in want.items() if k != "state"})
        expect(not off, off)

    def state_beside(n):
        ws = weights(wg)
        opt = made(wg, n, ws)
        train(wg, ws, opt, range(STEPS // 2))
        got, want = plain(opt.state_dict()), known["optimizer " + n]["state"]
        for d in got["state"].values():
            d.pop("v", None)  # of Adagrad, beside PyTorch's sum
        off = near(got, want)
        expect(not off, off)

    def schedule_resumed(names, at):
        off = near(scheduled(wg, names, resume=at), scheduled(wg, names))
        expect(not off, off)
    yield from ((n, lambda n=n: beside(n)) for n in TABLE)
    for n in OPTIMIZERS:
        yield from (("resumed %s %s" % (c, n), lambda n=n, c=c: resumed(wg, n, CARRIES[c])) for c in CARRIES)
        yield "state " + n, lambda n=n: state_beside(n)
        yield "state of PyTorch " + n, lambda n=n: from_torch(wg, n, known["optimizer " + n])
    try:
        import torch
        torch.set_default_dtype(torch.float64)
        yield from (("into PyTorch " + n, lambda n=n: into_torch(wg, torch, n)) for n in OPTIMIZERS)
    except ImportError:
        pass
    for names in [[n] for n in SCHEDULES] + [["StepLR", "ExponentialLR"], ["CosineAnnealingLR", "LinearLR"]]:
        for at in (1, 7, 15):
            yield "schedule resumed at %d %s" % (at,
                                                 ", ".join(names)), lambda n=names, at=at: schedule_resumed(n,
                                                     at)
    kinds = [("SGD", dict(lr=0.1)), ("SGD", dict(lr=0.1, momentum=0.9)), ("Adam", {}),
             ("Adam", dict(amsgrad=True)), ("RMSprop", {}),
             ("RMSprop", dict(centered=True)), ("RMSprop", dict(momentum=0.5)), ("Adagrad", {}),
             ("Adadelta", {}), ("Adamax", {}),
             ("NAdam", {})]
    for a, b in itertools.permutations(kinds, 2):
        if (a, b) == (kinds[0], kinds[1]):
            continue  # momentum 0 is one, too
        yield "refused %s into %s" % (a, b), lambda a=a, b=b: wrong_state(wg, a, b)
    for kind in "SGD Adam AdamW RMSprop Adagrad Adadelta Adamax NAdam".split():
        yield "freed " + kind, lambda k=kind: freed(wg, k)
        if kind != "SGD":
            yield "refused shape " + kind, lambda k=kind: wrong_shape(wg, k)
    yield from ((f.__name__, lambda f=f: f(wg)) for f in (freed_by_names, modules, sentences, order, subclass,
                                                          missed, of_names))


def main(words):
    if words == ["torch"]:
        import warnings
        import torch
        warnings.simplefilter("ignore")
        torch.set_default_dtype(torch.float64)
        with open(PATH, "w") as f:
            f.write("# optimizers.txt: what PyTorch %s gives, by `python3 tests/ways/optimizers.py "
                    "torch`.\n" % torch.__version__[:4])
            for n, x in with_groups({n: run(torch) for n, run in TABLE.items()}, lambda g, base: {
                    k: v for k, v in g.items() if k not in base or v != base[k]}).items():
                f.write("%s\t%s\n" % (n, json.dumps(x)))
        return 0
    import wengert as wg
    return run_gates("optimizers", words, dict(gates(wg)))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
