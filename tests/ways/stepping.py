# SPDX-License-Identifier: MIT
"""stepping.py: each way of making steps, with each thing that has memory from step to step.

Ways: by names; PyTorch's; PyTorch's in a graph that is begun in each step; in a new graph in each step;
JAX's; by hand in no_grad; in a second thread.

Random numbers. The draws of 30 steps differ pairwise; they are the same when a value is read twice, and the
same in the gradient. After the same seed they are the same bits: with the garbage collector on, off, forced
in each step, and with garbage of other people between. Another seed gives others. Threads that work at the
same time have draws, modes and errors of their own.

Training. The losses of 30 steps are those of the same training in NumPy, to 1e-12: momentum, Adam, averages
of batch normalisation, a schedule, and a training that is saved after half of the steps and goes on in new
objects.

Memory. The second half of 2,000 cheap steps takes less than 2 MB. Each loop is a process of its own.

    stepping.py            all; prints each gate that fails, and how many do; the status is 1 if any does
    stepping.py WORD ...   the gates whose name has each of these words, with the errors in full"""
import gc
import itertools
import os
import subprocess
import sys
import tempfile

import numpy as np

import wengert as wg
import wengert.nn.functional as F
from wengert.utils.data import DataLoader, TensorDataset
from wengert import nn
from gates import apart, expect, gate, run_gates
from stepping_random import SEED, STEPS, _name, _way, begun_graph, crossing_no_grads, new_graphs, nothing

# ---- training: the same in NumPy ----

_r = np.random.default_rng(3)
X, Y = _r.normal(size=(16, 4)), _r.normal(size=(16, 2))
FIRST = {"W": _r.normal(size=(4, 3)) / 2, "b": _r.normal(size=3) / 2, "V": _r.normal(size=(3, 2)) / 2,
         "c": _r.normal(size=2) / 2}
NORM = {"gamma": np.array([1.0, 1.25, 0.75]), "beta": np.array([0.0, 0.25, -0.5])}
LR, BETA, EPS = 0.1, 0.9, 1e-5
# resume_all: by wg.save(path) and wg.resume(path)
KINDS = ("sgd", "momentum", "adam", "batch_norm", "schedule", "resume", "resume_all")


def rate(kind, step):
    return LR * 0.5 ** (step // 7) if kind == "schedule" else LR / 2 if kind == "adam" else LR


def start(kind):
    return {k: a.copy() for k, a in dict(FIRST, **(NORM if kind == "batch_norm" else {})).items()}


def x_of(step):
    return X * (1 + 0.02 * step)


def loss_and_gradient(p, x, norm):
    """By hand: mean((tanh(norm(x W + b)) V + c - y)^2), its gradient, and the batch's mean and variance."""
    h = x @ p["W"] + p["b"]
    mean, var = h.mean(0), h.var(0)
    r = 1 / np.sqrt(var + EPS)
    n = (h - mean) * r
    t = np.tanh(p["gamma"] * n + p["beta"] if norm else h)
    e = t @ p["V"] + p["c"] - Y
    d = {}
    de = 2 * e / e.size
    d["V"], d["c"] = t.T @ de, de.sum(0)
    dt = de @ p["V"].T * (1 - t ** 2)
    if norm:
        d["gamma"], d["beta"] = (dt * n).sum(0), dt.sum(0)
        dn = dt * p["gamma"]
        dt = r * (dn - dn.mean(0) - n * (dn * n).mean(0))
    d["W"], d["b"] = x.T @ dt, dt.sum(0)
    return (e ** 2).mean(), d, mean, var


def update(kind, p, d, memory, step):
    """One step in NumPy, in place."""
    lr = rate(kind, step)
    for k in p:
        if kind == "sgd":
            p[k] = p[k] - lr * d[k]
        elif kind == "adam":
            m, v = memory.get(k, (0, 0))
            m, v = 0.9 * m + 0.1 * d[k], 0.999 * v + 0.001 * d[k] ** 2
            memory[k] = m, v
            p[k] = p[k] - lr * (m / (1 - 0.9 ** (step + 1))) / (np.sqrt(v / (1 - 0.999 ** (step + 1))) + 1e-8)
        else:
            memory[k] = BETA * memory.get(k, 0) + d[k]
            p[k] = p[k] - lr * memory[k]


def predicted(p, mean, var):
    t = np.tanh(p["gamma"] * (X @ p["W"] + p["b"] - mean) / np.sqrt(var + EPS) + p["beta"])
    return t @ p["V"] + p["c"]


def oracle(kind):
    """The losses; of batch normalisation also the prediction with the averages, PyTorch's and those by
    names."""
    p, memory, losses = start(kind), {}, []
    m0, v0, m1, v1 = np.zeros(3), np.ones(3), np.zeros(3), np.zeros(3)
    for step in range(STEPS):
        loss, d, mean, var = loss_and_gradient(p, x_of(step), kind == "batch_norm")
        n = len(X)
        m0, v0 = m0 + 0.1 * (mean - m0), v0 + 0.1 * (var * n / (n - 1) - v0)
        m1, v1 = 0.9 * m1 + 0.1 * mean, 0.9 * v1 + 0.1 * var
        losses.append(loss)
        update(kind, p, d, memory, step)
    if kind != "batch_norm":
        return losses, None, None
    u = 1 - 0.9 ** STEPS
    return losses, predicted(p, m0, v0), predicted(p, m1 / u, v1 / u)


class Net(nn.Module):
    def __init__(self, kind):
        super().__init__()
        self.one, self.two = nn.Linear(4, 3), nn.Linear(3, 2)
        self.norm = nn.BatchNorm1d(3) if kind == "batch_norm" else None
        first = {"one.weight": FIRST["W"].T, "one.bias": FIRST["b"], "two.weight": FIRST["V"].T,
                 "two.bias": FIRST["c"]}
        if self.norm:
            first.update({"norm.weight": NORM["gamma"], "norm.bias": NORM["beta"]})
        self.load_state_dict(dict(self.state_dict(), **first))

    def forward(self, x):
        h = self.one(x)
        return self.two(wg.tanh(self.norm(h) if self.norm else h))


def optimizer_of(kind, net):
    if kind == "sgd":
        return wg.optim.SGD(net.parameters(), lr=rate(kind, 0))
    if kind == "adam":
        return wg.optim.Adam(net.parameters(), lr=rate(kind, 0))
    return wg.optim.SGD(net.parameters(), lr=rate(kind, 0), momentum=BETA)


def no_graph():
    return nothing


def train_torch(kind, folder, graphs=no_graph, begin=0):
    net, graph, path = Net(kind), graphs(), os.path.join(folder, "all")
    opt = optimizer_of(kind, net)
    schedule = wg.optim.lr_scheduler.StepLR(opt, 7, gamma=0.5) if kind == "schedule" else None
    losses = []
    if begin:
        graph(begin)  # graphs are made before resume(), as optimizers are
        expect(wg.resume(path), "resume says that there is no file")
    for step in range(begin, STEPS):
        if kind == "resume" and step == STEPS // 2:
            names = os.path.join(folder, "net"), os.path.join(folder, "optimizer")
            wg.save(net.state_dict(), names[0])
            wg.save(opt.state_dict(), names[1])
            net = Net(kind)
            opt = optimizer_of(kind, net)
            net.load_state_dict(wg.load(names[0]))
            opt.load_state_dict(wg.load(names[1]))
        if kind == "resume_all" and step == STEPS // 2 and not begin:
            wg.save(path)  # another thread begins like another program
            return losses + apart(train_torch, kind, folder, graphs, step)[0], None
        graph(step)
        opt.zero_grad()
        loss = F.mse_loss(net(wg.tensor(x_of(step))), wg.tensor(Y))
        loss.backward()
        opt.step()
        if schedule:
            schedule.step()
        losses.append(loss.item())
    graph(STEPS)
    return losses, net.eval()(wg.tensor(X)).numpy() if kind == "batch_norm" else None


def train_begun(kind, folder):
    return train_torch(kind, folder, begun_graph)


def train_new(kind, folder):
    return train_torch(kind, folder, new_graphs)


def train_thread(kind, folder):
    return apart(train_torch, kind, folder)


def train_names(kind, folder):
    def model(x):
        h = wg.nn_dense(x, p, "one", 3)
        h = wg.nn_batch_norm(h, p, "norm") if kind == "batch_norm" else h
        return wg.nn_dense(wg.tanh(h), p, "two", 2)

    def made():
        c = wg.Context(seed=SEED)
        p = wg.Params(c)
        lr = rate(kind, 0)
        opt = (wg.sgd(p, lr=lr) if kind == "sgd" else wg.adam(p, lr=lr) if kind == "adam" else
               wg.momentum(p, lr=lr, beta=BETA, classical=True))
        return c, p, opt, wg.Graph(c)

    def first():
        model(g.begin().input("x", X))
        for name, k in (("one.W", "W"), ("one.b", "b"), ("two.W", "V"), ("two.b", "c")):
            p[name] = FIRST[k]
        if kind == "batch_norm":
            p["norm.gamma"], p["norm.beta"] = NORM["gamma"], NORM["beta"]

    c, p, opt, g = made()
    first()
    losses = []
    for step in range(STEPS):
        if kind == "resume" and step == STEPS // 2:
            path = os.path.join(folder, "all")
            wg.save(path, c)
            c, p, opt, g = made()
            first()
            expect(wg.resume(path, c), "resume says that there is no file")
        g.begin("train")
        loss = wg.mse(model(wg.input("x", x_of(step))), wg.input("y", Y))
        loss.backward(p)
        if kind == "schedule":
            opt.lr = wg.lr_staircase(LR, 0.5, 7, step)
        opt.step()
        losses.append(loss.item())
    if kind != "batch_norm":
        return losses, None
    g.begin("eval")
    return losses, model(wg.input("x", X)).numpy()


def train_jax(kind, folder):
    buffers = np.zeros(3), np.ones(3)

    def model(p, x, training):
        h = x @ p["W"] + p["b"]
        if kind == "batch_norm":
            h = F.batch_norm(h, *buffers, p["gamma"], p["beta"], training=training)
        return wg.tanh(h) @ p["V"] + p["c"]

    def f(p, x):
        return F.mse_loss(model(p, x, True), Y)
    p, memory, losses = start(kind), {}, []
    for step in range(STEPS):
        if kind == "resume" and step == STEPS // 2:
            names = os.path.join(folder, "p"), os.path.join(folder, "memory")
            wg.save(p, names[0])
            wg.save(memory, names[1])
            p, memory = ({k: np.array(a) for k, a in wg.load(n).items()} for n in names)
        loss, d = wg.value_and_grad(f)(p, x_of(step))
        update(kind, p, d, memory, step)
        losses.append(loss)
    return losses, model(p, wg.tensor(X), False).numpy() if kind == "batch_norm" else None


def train_no_grad(kind, folder):
    """Each step by hand in no_grad, with memory that is made of values."""
    net, memory, losses = Net(kind), {}, []
    for step in range(STEPS):
        if kind == "resume" and step == STEPS // 2:
            names = os.path.join(folder, "net"), os.path.join(folder, "memory")
            wg.save(net.state_dict(), names[0])
            wg.save(memory, names[1])
            net = Net(kind)
            net.load_state_dict(wg.load(names[0]))
            memory = {k: wg.tensor(a) for k, a in wg.load(names[1]).items()}
        loss = F.mse_loss(net(wg.tensor(x_of(step))), wg.tensor(Y))
        loss.backward()
        lr = rate(kind, step)
        with wg.no_grad():
            for k, w in net.named_parameters():
                if kind == "sgd":
                    w -= lr * w.grad
                elif kind == "adam":
                    m, v = memory.get(k, (0.0, 0.0))
                    m, v = 0.9 * m + 0.1 * w.grad, 0.999 * v + 0.001 * w.grad ** 2
                    memory[k] = m, v
                    w -= lr * (m / (1 - 0.9 ** (step + 1))) / (wg.sqrt(v / (1 - 0.999 ** (step + 1))) + 1e-8)
                else:
                    memory[k] = BETA * memory[k] + w.grad if k in memory else w.grad
                    w -= lr * memory[k]
                w.grad = None
        losses.append(loss.item())
    with wg.no_grad():
        return losses, net.eval()(wg.tensor(X)).numpy() if kind == "batch_norm" else None


TRAINING = {"names": train_names, "torch": train_torch, "begun": train_begun, "new": train_new,
            "jax": train_jax, "no_grad": train_no_grad,
            "thread": train_thread}


def trained(way, kind, where):
    losses, torchs, names = oracle(kind)
    with tempfile.TemporaryDirectory() as folder:
        (gc.disable if where == "gc.disable()" else gc.enable)()
        try:
            got, prediction = apart(TRAINING[way], kind, folder)
        finally:
            gc.enable()
    for step, (a, b) in enumerate(zip(got, losses)):
        expect(abs(a - b) <= 1e-12 * abs(b), "the loss of step %d is %.16g, in NumPy %.16g" % (step, a, b))
    expect(len(got) == STEPS, "%d losses" % len(got))
    if kind == "batch_norm":
        wanted = names if way == "names" else torchs
        off = np.abs(prediction - wanted).max() / np.abs(wanted).max()
        expect(off <= 1e-12, "the prediction with the averages is off by %.3g" % off)


for _way, _kind in itertools.product(TRAINING, KINDS):
    # names: the same as resume; the others have no optimizer
    if _kind == "resume_all" and _way in ("names", "jax", "no_grad"):
        continue
    gate("training %s: %s" % (_way, _kind), trained, _way, _kind, "gc.enable()")
    gate("training %s: %s: gc.disable()" % (_way, _kind), trained, _way, _kind, "gc.disable()")



def unread_by_names(change):
    """By names a value that was not read before p changes is an error, never another number."""
    p, g = wg.Params(), wg.Graph()
    a = wg.nn_dense(g.input("x", [[1.0, 2.0]]), p, "a", 1, bias=False)
    b = g.input("y", [3.0]) * 2
    p["a.W"] = [[1.0], [1.0]]
    g.begin()
    a = wg.nn_dense(g.input("x", [[1.0, 2.0]]), p, "a", 1, bias=False)
    b = g.input("y", [3.0]) * 2
    opt = wg.sgd(p, lr=1)
    if change == "step":
        a.sum().backward(p)
        opt.step()
        opt.free()
    elif change == "set":
        p["a.W"] = [[5.0], [5.0]]
    else:
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "p")
            p.save(path)
            p.load(path)
    expect(b.numpy().tolist() == [6.0], "what is not made of p: %s" % b)
    try:
        got = (a * 1).numpy()
    except wg.Error as e:
        expect("before the parameters changed" in str(e), str(e))
    else:
        expect(got.tolist() == [[3.0]], "another number: %s" % got)


for _change in ("step", "set", "load"):
    gate("training names: unread before %s" % _change, unread_by_names, _change)


def drawn_after_resume():
    """A shuffled order, masks and rand go on from a file of wg.save as they went on in the program that wrote
    it."""
    def train(path, resumed):
        wg.manual_seed(3)
        net = nn.Sequential(nn.Linear(4, 8), nn.Dropout(0.5), nn.Linear(8, 1))
        opt = wg.optim.Adam(net.parameters(), lr=1e-2)
        rows = np.sin(np.arange(80.0)).reshape(20, 4)
        batches = DataLoader(TensorDataset(rows, rows.sum(1, keepdims=True)), batch_size=4, shuffle=True)
        seen = []
        for epoch in range(1 if resumed else 3):
            if resumed:
                wg.resume(path)
            elif epoch == 2:
                wg.save(path)
            seen = []
            for x, y in batches:
                opt.zero_grad()
                loss = F.mse_loss(net(x), y)
                loss.backward()
                opt.step()
                seen.append((loss.item(), x.numpy().tolist()))
        return seen, wg.rand(3).tolist()
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "all.run")
        first, again = apart(train, path, False), apart(train, path, True)
    expect(first == again, "other numbers: %s and %s" % (first[1], again[1]))


gate("training torch: drawn after resume", drawn_after_resume)

# ---- memory ----

LOOPS, CHEAP, MOST = {}, 2000, 2 << 20
A = np.arange(1000.0)


def loop(f):
    LOOPS[f.__name__] = f


@loop
def reads_a_tensor():
    return lambda: (wg.tensor(A) * 2).sum().item()


@loop
def reads_a_net():
    net, x = nn.Linear(100, 100), wg.tensor(A[:100].reshape(1, 100))
    return lambda: net(x).numpy()


@loop
def reads_a_net_without_a_copy():
    net, x = nn.Linear(100, 100), wg.tensor(A[:100].reshape(1, 100))
    return lambda: net(x).numpy(copy=False)


@loop
def reads_of_one_value():
    x = wg.tensor(A)
    return lambda: float((x * 2).sum())


@loop
def reads_a_parameter():
    w = wg.tensor(A, requires_grad=True)
    return lambda: (w * 2).sum().item()


@loop
def never_reads():
    x = wg.tensor(A)
    return lambda: x * 2


@loop
def draws():
    x = wg.tensor(A)
    return lambda: F.dropout(x, 0.5).numpy()


@loop
def counts_right():
    net, x = nn.Sequential(nn.Linear(100, 8), nn.Dropout(0.5)).eval(), wg.tensor(A.reshape(10, 100))
    return lambda: (net(x).argmax(dim=1) == 1).sum().item()


@loop
def keeps_the_last():
    kept = [wg.zeros(1000)]

    def step():
        kept[0] = 0.9 * kept[0] + 0.1 * wg.tensor(A)
        return kept[0].numpy()
    return step


@loop
def never_read():
    kept, net = [wg.zeros(100), 0.0], nn.Linear(10, 10)
    x = wg.tensor(A[:100].reshape(10, 10))

    def step():
        with wg.no_grad():
            kept[0] = 0.9 * kept[0] + wg.randn(100)
            kept[1] = kept[1] + net(x).sum()
    return step


@loop
def own_functions():
    class Twice(wg.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x * 2

        @staticmethod
        def backward(ctx, g):
            return g * 2
    w = wg.tensor(A, requires_grad=True)

    def step():
        w.grad = None
        with wg.enable_grad():
            Twice.apply(w).sum().backward()
    return step


@loop
def contexts():
    def step():
        c = wg.Context()
        return (wg.Graph(c).input("x", A) * 2).sum().item()
    return step


@loop
def changes_in_place():
    w = wg.tensor(A, requires_grad=True)

    def step():
        with wg.no_grad():
            w.data = w.data * 0.5
            w.set(w.numpy() + 1)
        return (w * 2).sum().item()
    return step


def steps_of(graph):
    net, x, y = nn.Linear(100, 10), A.reshape(10, 100) / 1000, wg.tensor(np.zeros((10, 10)))
    opt = wg.optim.SGD(net.parameters(), lr=1e-3, momentum=0.9)

    def step():
        graph()
        opt.zero_grad()
        F.mse_loss(F.dropout(net(wg.tensor(x)), 0.5), y if graph is nothing_begun
                   else np.zeros((10, 10))).backward()
        opt.step()
    return step


def nothing_begun():
    pass


@loop
def steps_torch():
    return steps_of(nothing_begun)


@loop
def steps_begun():
    g = wg.Graph()
    return steps_of(g.begin)


@loop
def steps_new():
    kept = []

    def graph():
        kept[:] = [wg.Graph()]
    return steps_of(graph)


@loop
def steps_jax():
    w = [np.zeros((100, 10))]

    def step():
        _, d = wg.value_and_grad(lambda w: ((A.reshape(10, 100) / 1000 @ F.dropout(w, 0.5) - 1) ** 2).sum())(
            w[0])
        w[0] = w[0] - 1e-3 * d
    return step


@loop
def steps_names():
    c = wg.Context(seed=1)
    p, g = wg.Params(c), wg.Graph(c)
    sgd = wg.sgd(p, lr=1e-3)

    def step():
        g.begin()
        wg.mse(wg.dropout(wg.nn_dense(wg.input("x", A.reshape(10, 100) / 1000), p, "one", 10), drop=0.5),
               np.zeros((10, 10))).backward(p)
        sgd.step()
    return step


@loop
def steps_by_hand():
    w, kept = wg.tensor(A / 1000, requires_grad=True), [0.0]

    def step():
        (w ** 2).sum().backward()
        with wg.no_grad():
            kept[0] = 0.9 * kept[0] + w.grad
            w.data = w.data - 1e-3 * kept[0].numpy()
        w.grad = None
    return step


@loop
def two_nets():
    a, b, x = nn.Linear(100, 10), nn.Linear(100, 10), wg.tensor(A.reshape(10, 100) / 1000)
    opt = wg.optim.SGD(b.parameters(), lr=1e-3)

    def step():
        with wg.no_grad():
            wanted = a(x)
        opt.zero_grad()
        F.mse_loss(b(x), wanted).backward()
        opt.step()
    return step


@loop
def losses_kept_as_numbers():
    w, losses = wg.tensor(A / 1000, requires_grad=True), []
    opt = wg.optim.Adam([w], lr=1e-3)

    def step():
        loss = (w ** 2).sum()
        opt.zero_grad()
        loss.backward()
        opt.step()
        losses.append(loss.item())
    return step


STEPPING = [n for n in LOOPS if n.startswith("steps_") or n in ("two_nets", "losses_kept_as_numbers",
    "changes_in_place")]


def resident():
    with open("/proc/self/statm") as f:
        return int(f.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def grow(name, inside, collector, thread):
    """The process that runs one loop: prints by how many bytes the second half grows."""
    if collector == "off":
        gc.disable()

    def body():
        if inside == "no_grad":
            with wg.no_grad():
                rounds(LOOPS[name]())
        elif inside == "each":
            rounds(wg.no_grad()(LOOPS[name]()))
        else:
            rounds(LOOPS[name]())

    def rounds(step):
        for k in range(CHEAP // 2):
            step()
        before = resident()
        for k in range(CHEAP // 2):
            step()
        print(resident() - before)
    apart(body) if thread == "thread" else body()


def grown(*given):
    try:
        r = subprocess.run([sys.executable, os.path.abspath(__file__), "grow", *given], capture_output=True,
                           text=True, timeout=20)
    except subprocess.TimeoutExpired:
        raise AssertionError("2,000 steps take more than 20 s") from None
    expect(r.returncode == 0, "\n".join(r.stderr.strip().split("\n")[-1:]))
    expect(int(r.stdout) < MOST, "the second half of 2,000 steps takes %.1f MB more" %
           (int(r.stdout) / 2 ** 20))


for _name in LOOPS:
    for _collector in ("on", "off"):
        gate("memory %s: gc %s" % (_name, _collector), grown, _name, "-", _collector, "-")
        if _name not in STEPPING:
            gate("memory %s: gc %s: in no_grad" % (_name, _collector), grown, _name, "no_grad", _collector,
                 "-")
            gate("memory %s: gc %s: no_grad in each step" % (_name, _collector), grown, _name, "each",
                 _collector, "-")
gate("memory steps_torch: thread", grown, "steps_torch", "-", "on", "thread")
gate("memory reads_a_tensor: thread", grown, "reads_a_tensor", "-", "off", "thread")
# the last one: where it fails, no_grad may hold from here on
gate("threads: no_grad crossing", crossing_no_grads)


def main(arguments):
    if arguments[:1] == ["grow"]:
        return grow(*arguments[1:])
    return run_gates("stepping", arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
