"""reached.py: all public calls of C reach Python (wengert/c.py), say what they do and name their options; and
calls that the table alone makes give what mathematics gives. Prints what is wrong, and last how many calls
there are."""
import os
import re
import sys
import tempfile
import warnings

import numpy as np

import wengert as wg
from wengert import c

wrong = []
warnings.simplefilter("ignore")


def expect(holds, *what):
    if not holds:
        wrong.append(sys._getframe(1).f_lineno)
        print("line", wrong[-1], *what)


def raised(words, f, *given, **named):
    try:
        y = f(*given, **named)
    except (wg.Error, TypeError, AttributeError) as e:
        expect(words in str(e), sys._getframe(1).f_lineno, str(e))
    else:
        expect(False, sys._getframe(1).f_lineno, "no error, but", y)


def near(a, b, share=1e-12):
    return np.allclose(a, b, rtol=share, atol=share)


# ---- all calls ----

def place(name):
    """Where Python has the call of C: "p.is_state", "lr_cosine", "c.random_bits"; None: nowhere."""
    for kind, (of, _) in c._CLASSES.items():
        for method, call in c.methods_of(kind).items():
            if call == name:
                return "%s.%s" % (of, method)
    for kind in c._kinds():
        if name in c.methods_of(kind).values():
            return "%s.%s" % (kind, name)
    if name in c.BY_HAND or name in wg._names._builders or name in wg._params._optimizers:
        return name
    return (name if c.is_for_users(name) and callable(getattr(wg, name)) else "c." + name if name in dir(c)
            else None)


def all_are_found():
    there = {name: place(name) for name in wg._library._rows}
    lost = [name for name in wg._library._rows if (there[name] is None) != (name in c.NOT_HERE)]
    expect(not lost, "not found, or found though they are said not to be here:", lost)
    expect(set(c.NOT_HERE) <= set(wg._library._rows) and len(c.NOT_HERE) <= 40 and all(c.NOT_HERE.values()),
           len(c.NOT_HERE))
    expect(not set(c.BY_HAND) & set(c.NOT_HERE) and set(c.BY_HAND) <= set(wg._library._rows))
    for name in wg._library._rows:
        if name not in c.NOT_HERE:
            expect(callable(c.call_of(name)), name)
    return there


def all_say_what_they_do(there):
    said = 0
    for name in wg._library._rows:
        if name in c.NOT_HERE or name in c.BY_HAND:
            continue
        text = (getattr(wg, name) if name in wg._names._builders or name in wg._params._optimizers
                else c.call_of(name)).__doc__ or ""
        sentence = text[text.index(name + "("):].partition("\n")[2].split("\nOptions:")[0]
        expect(len(re.findall(r"\w+", sentence)) > 1, "no sentence:", name, repr(text))
        struct = next((k[:-1] for _, k in wg._library._row(name).parameters
                       if re.search("_(args|opts)[*]$", k)), None)
        for option in wg._words._of_python(struct) if struct else ():
            expect(re.search(r"^    %s=\S.*: \S" % wg._words._word(option), text, re.M), name,
                   "does not explain", option)
            said += 1
    for name in dir(wg):
        if callable(getattr(wg, name)):
            expect(len((getattr(wg, name).__doc__ or "").split()) > 2, "no text:", name)
    return said


# ---- what the table alone makes ----

def schedules():
    t = np.arange(0, 12)
    of = lambda f, *given, **named: np.array([f(*given, t=float(k), **named) for k in t])
    expect(near(of(wg.lr_constant, 0.1), 0.1))
    expect(near(of(wg.lr_inverse, 0.1, 0.5), 0.1 / (1 + 0.5 * t)))
    expect(near(of(wg.lr_exponential, 0.1, 0.9), 0.1 * 0.9**t))
    expect(near(of(wg.lr_root, 0.1), 0.1 / np.sqrt(t + 1)))
    expect(near(of(wg.lr_staircase, 0.1, 0.5, 4), 0.1 * 0.5**(t // 4)))
    expect(near(of(wg.lr_cosine, 0.1, steps=10), np.where(t < 10, 0.05 * (1 + np.cos(np.pi * t / 10)), 0)))
    expect(near(of(wg.lr_warm_up, 0.1, steps=5), 0.1 * np.minimum((t + 1) / 5, 1)))
    rates = of(wg.lr_one_cycle, 0.1, steps=12)
    expect(near(rates[0], 0.1 / 25) and near(rates[-1], 0.1 / 250000, 1e-8) and rates.max() <= 0.1)
    raised("write lr_cosine(lr, t, steps)", wg.lr_cosine, 0.1)


def line(seed=1):
    """A line through 20 points: parameters, the loss as a function, the arrays."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(20, 3))
    y = x @ [[1.0], [-2.0], [0.5]] + 0.25
    p = wg.Params(wg.Context(seed=seed))
    def loss():
        wg.Graph(p.context)
        return wg.mse(wg.nn_dense(wg.input("x", x), p, "fc", 1), wg.input("y", y))
    return p, loss


def averages():
    p, loss = line()
    loss().item()
    o, seen = wg.adam(p, lr=0.1), []
    mean, decayed = wg.average_new(p), wg.average_new(p, decay=0.75)
    for _ in range(5):
        loss().backward(p)
        o.step()
        mean.step(), decayed.step()
        seen.append(p["fc.W"])
    own, m = p["fc.W"], seen[0]
    for w in seen[1:]:
        m = 0.75 * m + 0.25 * w
    mean.use(True)
    expect(near(p["fc.W"], np.mean(seen, axis=0)))
    mean.use(False)
    expect((p["fc.W"] == own).all())
    decayed.use(on=True)
    expect(near(p["fc.W"], m))
    decayed.use(False)
    raised("did you mean", getattr, mean, "stap")
    step = mean.step
    mean.free()
    raised("this average was freed", step)
    raised("this average was freed", mean.free)


def parameters():
    p, loss = line()
    q, other = line(2)
    y = loss()
    y.backward(p)
    g = p.get_grad()
    expect(near(np.sqrt((g**2).sum()), p.grad_norm()) and p.size() == 4 == g.size)
    kept, before = p.snapshot(), p.get()
    p.set(before + 1)
    expect(near(p.get(), before + 1))
    p.restore(kept)
    expect((p.get() == before).all())
    other().item()
    theirs = q.get()
    q.blend(p, 0.25)
    expect(near(q.get(), 0.75 * theirs + 0.25 * before))
    q.copy(p)
    expect((q.get() == before).all() and q.item("fc.b") == before[-1])
    v = np.array([1.0, 0, -1, 2])
    p.set(before)
    y = loss()
    product = p.hvp(y, v)
    step = 1e-5
    slopes = []
    for s in (step, -step):
        p.set(before + s * v)
        loss().backward(p)
        slopes.append(p.get_grad())
    expect(near(product, (slopes[0] - slopes[1]) / (2 * step), 1e-6))
    p.freeze("*.b", True)
    p.set(before)
    loss().backward(p)
    expect(p.grad("fc.b") is None or not p.grad("fc.b").any())
    p.seal(True)
    raised("fc.V", p.param, "fc.V", (2,))
    expect(not p.is_state(0) and p.find("fc.b") == 1 and p.count() == 2 and p.name(0) == "fc.W")


def derivatives():
    x = wg.input("x", np.linspace(-1, 1, 6))
    y = x * x * x + wg.roll(x, 1, 0) * 2
    full = wg.jacobian(y, x).numpy()
    row, column = np.nonzero(full)
    expect(near(wg.jacobian_sparse(y, x, (row, column)).numpy(), full[row, column]))
    expect(near(wg.jacobian_sparse(y, x, dict(row=row, column=column)).numpy(), full[row, column]))
    s, w = (x**3).sum(), np.arange(6.0)
    expect(near(wg.hvp(s, [x], [w])[0].numpy(), 6 * x.numpy() * w))
    z = wg.input("z", 2.0)
    dx, dz = wg.grads(s * z, [x, z])
    expect(near(dx.numpy(), 6 * x.numpy()**2) and near(dz.item(), s.item()))
    rows = np.arange(12.0).reshape(2, 6)
    expect(near(wg.vmaps([s], [x], [rows])[0].numpy(), (rows**3).sum(1)))
    expect(wg.depends_on(y, x) and not wg.depends_on(x, y))
    bad = wg.log(wg.input("t", -1.0)).named("l")
    expect("log" in wg.trace_nan(bad, None) and wg.trace_nan(s, None) is None)


def graphs():
    g = wg.Graph()
    x = wg.input("x", [[1, 2.5], [3, 4]])
    wg.scope_push("enc")
    y = wg.exp(x)
    wg.scope_pop()
    expect(y.op_name() == "exp" and y.operands() == 1 and y.operand(0).numpy()[0, 1] == 2.5)
    expect(y.scope() == "enc" and x.leaf() == "input" and wg.dim(x, -1) == 2)
    expect(g.nodes() == wg.graph().nodes() and g.mode() == "train"
           and (g.node(g.nodes() - 1).numpy() == y.numpy()).all())
    expect(near(wg.copy_f64(y), np.exp([1, 2.5, 3, 4])) and near(wg.copy_f32(y), np.exp([1, 2.5, 3, 4]),
        1e-6))
    again = wg.Graph()
    moved = wg.replay(y, again)
    expect(near(moved.numpy(), np.exp([[1, 2.5], [3, 4]])) and moved.graph is again)
    expect(again.bytes() > 0)


def plans():
    x = wg.input("x", np.ones((8, 16)))
    y = wg.tanh(wg.matmul(x, wg.input("w", np.ones((16, 4))))).sum()
    plan = wg.plan_look(y, seconds=0.001)
    expect(len(plan.step) == plan.steps and "matmul" in [op.op for op in plan.op]
           and plan.buffer[0].bytes > 0)
    expect(plan.op[0].flops == 2 * 8 * 16 * 4 and plan.op[0].shape == (8, 4))
    expect(sum(s.ops for s in plan.step) == plan.ops and plan.seconds > 0)
    text = wg.summary(wg.nn_dense(x, wg.Params(), "layer_of_mine", 3))
    expect("layer_of_mine" in text and "total" in text and "51" in text, text)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "plan.txt")
        wg.draw_plan(plan, path)
        expect("matmul" in open(path).read())


def programs():
    q = wg.program_text("mine", "x = input(3)\nW = [[1, 2, 3], [4, 5, 6]]\ny = sum(W @ x)\ncheck y == sum(x "
                        "@ transpose(W))")
    q.set("x", [1, 0, 2])
    g, p = wg.Graph(), wg.Params()
    q.build(g, p, "eval")
    expect(q.node("y").item() == 1 + 6 + 4 + 12 and q.node("none") is None)
    expect([q.name(i) for i in range(q.names())] == ["x", "W", "y"], [q.name(i) for i in range(q.names())])
    raised("mine:1:", wg.program_text, "mine", "x = (")
    other = wg.Context(dtype="float32")
    expect(wg.program_text("mine", "y = 1", context=other).context is other is wg.program_text(other, "mine",
        "y = 1").context)
    expect(wg.formula_print("y = sqrt x", "unicode") == "y = √x")


def figures():
    figure = wg.figure_new("Two lines", width=400)
    panel = figure.panel_new() if hasattr(figure, "panel_new") else wg.panel_new(figure, "one",
        x={"label": "step"}, equal=False)
    series = wg.series_new(panel, "line", "loss", color="orange")
    for y in (3.0, 2.0, 1.5):
        series.push(y)
    wg.series_new(panel, "points", "seen").add_all([1, 2, 3], [1, 2, 3])
    wg.panel_image(panel, "field", values=[[1, 2], [3, 4]], map="grey")
    panel.text(1, 1, "here it is")
    text = figure.text("svg")
    expect("Two lines" in text and "step" in text and "loss" in text and "here it is" in text)
    panel.at_x(2.0, "a line at two")
    expect("a line at two" in figure.text())


def data():
    d = wg.data_make("moons", 60, noise=0.1, seed=1)
    expect(d.rows() == 60 and d.x.shape == (60, 2), d.rows(), d.x.shape)
    part = d.fold(0, 5)
    expect((part.rows(), d.rows()) == (12, 48), part.rows(), d.rows())
    d.normalise()
    expect(near(d.x.mean(0), 0, 1e-5) and near(d.x.std(0), 1, 1e-5))
    mu, sigma = d.scale("x", 0)
    expect(sigma > 0 and np.isfinite(mu))
    part.normalise_like(d)
    b = d.all()
    expect(b.n == 48 and (b.x == d.x).all() and d.epoch() == 0)
    with tempfile.TemporaryDirectory() as folder:
        a = np.arange(6.0).reshape(2, 3)
        wg.npy_write(os.path.join(folder, "a.npy"), a)
        expect((np.load(os.path.join(folder, "a.npy")) == a).all())
        np.save(os.path.join(folder, "b.npy"), a.T)
        expect((wg.npy_read(os.path.join(folder, "b.npy")) == a.T).all())
        with open(os.path.join(folder, "a.csv"), "w") as f:
            f.write("age,height\n1,2\n")
        t = wg.table(os.path.join(folder, "a.csv"))
        expect(t.columns == ["age", "height"] and t.rows() == 1 and t.find("height") == 1, t)
        expect(t.column(1).name == "height" and t.values(1)[0] == 2 and t["age"][0] == 1 and "1 row, 2 "
               "columns" in str(t), t)


def reports():
    x = wg.input("x", np.array([1.0, 2.0]))
    r = wg.check(lambda v: (v * v).sum(), np.array([1.0, 2.0]))
    i = r.input_at(0)
    expect(r.inputs() == 1 and i.shape == (2,) and near(i.analytic, [2, 4]) and near(i.slope, [2, 4], 1e-6)
           and i.verdict == "pass")
    expect(r.exit() == 0 and r.findings() == 0 and near(r.value(), 5) and r.facts_of().word == "great"
           and not r.stopped() and r.gaps() == (0, "") and r.seed() >= 0 and r.points() > 0)
    r = wg.check(lambda v: (v**3).sum(), np.array([1.0, 2.0]), grad=lambda v: 2 * v**2)
    f = r.finding_at(0)
    expect(r.findings() > 0 and near(f.yours / f.numeric, 2 / 3, 1e-6) and sorted(r.worst(0)) == [0, 1])
    p, loss = line()
    whole = c.gradcheck(loss(), p, order=1, name="of a line")
    expect(isinstance(whole, wg.Report) and whole and whole.name() == "of a line"
           and c.gradcheck_nodes(x.sum(), [x]).exit() == 0)
    expect(near(r.component_at(0, 1).numeric, 12, 1e-6) and r.rules_of().compared == 0 and r.point_at(0).text)


def texts():
    x, p = wg.input("x", [1.0, 2.0]), wg.Params()
    expect("temperature=1: " in x.softmax.__doc__ and "snapshot" in p.snapshot.__doc__
           and "safetensors" in p.save.__doc__)
    expect("wrt_count" not in wg.draw.__doc__ and "progress" in c.gradcheck.__doc__
           and "on_error" not in (wg.c.__doc__ or ""))
    expect("x: [..., in]" in wg.nn_dense.__doc__ and "W_init=None: default: wg.he()" in wg.nn_dense.__doc__)
    expect("method=dormand_prince: " in wg.odeint.__doc__ and "reduction=mean: " in wg.mse.__doc__
           and "to=None: " in wg.slice.__doc__)
    expect("beta1=0.9: how much of m stays" in wg.adam.__doc__ and "b^" not in wg.adam.__doc__)


def nothing_crashes():
    """What is called with too little, too much or another thing is refused or does nothing."""
    wg.Graph()
    x = wg.input("x", [1.0, 2.0])
    for name in wg._library._rows:
        if name in c.NOT_HERE or name in c.BY_HAND or name in wg._names._builders:
            continue
        for given in ((), ("x",), (1.5,), ([1.0, 2.0],), (None, None), (None, 1, 2), (x, 1, 2), (None,) * 4,
                      (None,) * 5, (wg.Params(),)):
            try:
                c.call_of(name)(*given)
            except (wg.Error, TypeError, ValueError, OverflowError, OSError, IndexError):
                pass
            except Exception as e:
                expect(False, name, given, type(e).__name__, e)


def others():
    wg.Graph(wg.default_context())
    nets = wg.nn_sequential(wg.input("x", np.ones((2, 3))), wg.Params(), "net",
                            [dict(dense=4), dict(op="relu"), dict(dense=2)])
    expect(nets.shape == (2, 2))
    p, loss = line()
    loss().item()
    o = wg.optim_named(p, "sgd", [("lr", 0.5)])
    w = p.get()
    loss().backward(p)
    o.step()
    expect(near(p.get(), w - 0.5 * p.get_grad()) and o.lr == 0.5)
    o.group("*.b", lr=0.0)
    loss().backward(p)
    before = p["fc.b"]
    o.clip_value(1e-3)
    expect(abs(p.get_grad()).max() <= 1e-3)
    o.step()
    expect((p["fc.b"] == before).all())
    expect(c.nearest("sofmax", ["softmax", "tanh"]) == "softmax" and c.dtype_size("float32") == 4)
    expect(c.shape_size((2, 3, 4)) == 24 and c.shape_text((32, 784)) == "[32,784]"
           and c.shape_equal((2, 3), [2, 3]))
    expect(c.status_text("error_shape") == "shapes do not fit")
    m = c.mean_add({}, 2.0, 1.0)
    m.add(5.0, 2.0)
    expect(m.value == 4 and m.weight == 3)
    expect(c.tensor_item([[1.0, 2.0], [3.0, 4.0]], 2) == 3 and c.failed() == "ok"
           and c.op_find("none of these") is None)
    wg.Graph()
    x = wg.input("x", [1.0, 2.0])
    expect(near(c.apply(c.op_find("mul"), [x, x]).numpy(), [1, 4])
           and near(c.apply1(x, c.op_find("exp")).numpy(), np.exp([1, 2])))
    fnv = 0xcbf29ce484222325
    for byte in b"dropout":
        fnv = (fnv ^ byte) * 0x100000001b3 % 2**64
    expect(c.random_stream("dropout") == fnv and 0 <= c.random_bits(1, 2, 3, 4) < 2**32)
    expect(near(c.box_muller(0.5, 0.25), np.sqrt(-2 * np.log(0.5)) * np.cos(np.pi / 2))
           or near(abs(c.box_muller(0.5, 0.25)), np.sqrt(2 * np.log(2))))
    raised("reached.py:", wg.npy_read, "/none/at/all.npy")
    raised("mine", c.fail, "error_value", "mine: a number is out of range")
    raised("is not here", c.fail, "error_value", "what is not here")
    raised("memory of C", getattr, c, "alloc")


expect(wg.lr_constant(0.5, 1) == 0.5 and not hasattr(wg._context._now, "context"),
       "a call that needs no context has made one")
there = all_are_found()
options = all_say_what_they_do(there)
for test in (schedules, averages, parameters, derivatives, graphs, plans, programs, figures, data, reports,
             texts, others, nothing_crashes):
    test()
print("%d calls: %d here, %d not; %d options explained" % (len(there), len(there) - len(c.NOT_HERE),
                                                           len(c.NOT_HERE), options))
sys.exit(len(wrong) != 0)
