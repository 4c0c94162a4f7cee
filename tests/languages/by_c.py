"""by_c.py: prints what calls give: type, dtype, shape and bytes of a value, or the error with its call site.
By the module _c and over ctypes (WENGERT_CTYPES=1) the same is printed. by_c.py memory: prints what a million
nodes leave, which is nothing."""
import gc
import operator
import sys
import threading
import warnings
import weakref

import numpy as np

import wengert as wg

LINES = r"""
x + y; x - y; x * y; x / y; x ** y; x @ y; -x; abs(x); +x; x < y; x <= y; x > y; x >= y; x == y; x != y
x < x; x <= x; x > x; x >= x; x == x; x != x; 1 < x; 1 <= x; 1 > x; 1 >= x
x + 1; 1 + x; x - 1; 1 - x; x * 2; 2 * x; x / 2; 2 / x; x ** 2; 2 ** x; x ** 0.5; x < 2; 2 < x; x == 1; 1 != x
x + True; True + x; x + np.float64(2); np.float64(2) + x; x + np.float32(2); np.int64(2) * x; x + np.int8(1)
x + np.array([1.0, 2, 3]); np.array([1.0, 2, 3]) - x; x + [1, 2, 3]; [1.0, 2, 3] / x; [x, y] + x; x + [x, y]
x + (y,)
x + None; x + "a"; "a" + x; x + 1j; x + object; x == None; x < "a"; x @ None; x ** None; x + {}
x + 10 ** 400; x + 10 ** 300
x + 2 ** 63; x + -0.0; x + float("nan"); x + float("inf"); pow(x, 2); divmod(x, 2); x // 2; x % 2
b + b; b - b; b * b; b + 1; b + True; True * b; b + x; x * b; b * i; -b; ~b; b & b; b < 1; b == b; b ** 2
abs(b)
i + i; i + 1; i * 2.5; i / 2; i ** 2; 2 ** i; i ** i; i ** -1; i ** x; x ** i; i ** 2.5; 2.5 ** i; -i
abs(i); i == 2; i @ i; u + u
A @ x; x @ A.T; A @ A; A @ y; A + x; A * [[1], [2]]; x + A[0]; A[0] + A[:, 0]; A.T + 1; A[1, 2] * 3
sum([x, y, x]); max(1, 2)
z + 1; z * x; z.item(); x.item(); x.item(foo=1); x.numpy(1); x.numpy(foo=1); x.item(1); A.item(1, 2)
A.item(4); x.item(5); A.item(1, 2, 3); x.sum().item(); b.item(0); i.item(1)
x.numpy(); A.numpy(); z.numpy(); b.numpy(); i.numpy(); u.numpy(); f.numpy(); h.numpy(); e.numpy()
x.item("a"); wg.cast(x, "float32")
x.shape; A.shape; z.shape; e.shape; x.dtype; b.dtype; i.dtype; f.dtype; x.ndim; x.size; e.size; len(A)
hash(x) == hash(x); x in {x: 1}
x.sum(); wg.sum(x); A.sum(axis=0); A.sum(axis=-1); A.sum(axis=[0, 1]); A.sum(axis=(0, 1)); A.sum(axes=0)
A.sum(axes=(1,)); A.sum(axis=None)
A.sum(axis=2); A.sum(axis=(0, 0)); A.sum(axis=()); A.sum(axis=1.0); A.sum(axis=True); A.sum(axis=2 ** 31)
A.sum(axis=2 ** 63); A.sum(axis="a")
A.sum(axis=0, axes=1); A.sum(axis=np.int64(1)); A.sum(axis=np.array([0])); A.sum(axis=range(2))
A.sum(axis=[0] * 9); A.sum(keepdims=True)
A.sum(keepdims=1); A.sum(keepdims="yes"); A.sum(keepdims=None); A.sum(0); A.sum(dim=0); A.sum(axs=0)
A.sum(axis_=0); wg.sum(); wg.sum(1)
wg.sum([x, y]); wg.sum([1.0, 2]); wg.sum(np.arange(3.0)); wg.sum(x=A); wg.sum(x=A, axis=0)
A.sum(**{"axis": 0}); A.sum(**{"ax" + "is": 0})
wg.relu(x); wg.relu(2); wg.relu(True); wg.relu(); wg.relu(x, y); wg.relu(x=x); wg.relu(y=x); wg.relu("a")
wg.relu(None); x.relu(1); x.relu
wg.add(x, y); wg.add(x, b=y); wg.add(a=x, b=y); wg.add(x, a=y); wg.add(x); wg.add(x, y, x); wg.add(1, 2)
wg.add(x, c=1); wg.pow(i, 2); wg.add(b, b)
x.softmax(axis=0); x.softmax(axis=0, temperature=2); x.softmax(temperature=0.5); x.softmax(temperature=x)
x.softmax(temperature="1")
x.softmax(temperature=True); x.softmax(temperature=np.float32(2)); x.softmax(temperature=-1)
x.softmax(temperature=0); A.softmax(axis=[0, 1])
wg.mse(x, y); wg.mse(x, y=y); wg.mse(x, y, reduction="none"); wg.mse(x, y, reduction=1)
wg.mse(x, y, reduction=7); wg.mse(x, y, reduction="no")
wg.huber(x, y, delta=2); wg.huber(x, 1); wg.nll(A, i[:2]); wg.softmax_cross_entropy(A, [0, 2])
wg.softmax_cross_entropy(A, i[:2], mask=b[:2])
wg.softmax_cross_entropy(A, [0, 2], smoothing=0.1, weights=x); wg.where(b, x, y); wg.where(b, x, 0)
wg.where(x > 1, 1, 0); wg.where(True, x, y)
A.reshape(3, 2); A.reshape((3, 2)); A.reshape([6]); A.reshape(-1); A.reshape(6); A.reshape(4); A.reshape(())
z.reshape(()); z.reshape(1, 1)
A.reshape([x, 2]); A.reshape("a"); A.reshape(2.0); A.reshape(np.array([6])); A.reshape([1] * 9)
wg.reshape(A, s=6); x.broadcast_to((2, 3))
x.expand(0); x.expand(axis=0); x.expand(axis=3); x.expand(1.0); x.expand(None); x.expand(0).squeeze(0)
A.select(0, 1); A.select(axis=0, index=-1)
A.select(0, 5); A.select(0, 2 ** 63); A.select(0); A[0]; A[-1, 0]; A[5]; A[:, 1:]; A[None]; A[..., 0]
A[[0, 1], [1, 2]]; A[i[:2] * 0]; A["a"]
x.named("n"); x.name("n"); wg.name(x, "n").sum(axis=4); x.name("a\0b"); x.name("\ud800"); x.name(1)
x.name(None); x.name(name="n")
A.tril(); A.triu(offset=1); A.transpose(); A.transpose(axes=[1, 0]); A.transpose(axes=[0, 0])
x.cumsum(axis=0, reverse=True); A.flip(axis=1); A.flip(1); A.flip(0, 1); A.flip(5); A.sum(axis=0, dim=1)
A.sum(1.0)
x.clip(1, 2); x.clip(None, 2); x.roll(0, 1); x.roll(shift=1, axis=0); A.roll(1, 2); x.roll(1)
A.roll(1.0, 0); x.sort(); wg.sort(x); wg.topk(x, 2); x.argmax(axis=0); wg.dot(A, x); wg.outer(x, y)
A.slice(axis=1, from_=1); A.slice(axis=1, from_=1, to=2); A.pad(axis=1, before=1, value=5)
A.pad(axis=0, after=1, mode="edge"); x.norm(p=1)
A.matmul(x); A.matmul(A, tb=True); A.matmul(A, ta=True); wg.matmul(A, A); wg.dense(A, A.T, [1, 2])
wg.einsum("ij,j->i", A, x); A.logsumexp(axis=1)
wg.one_hot(i, 5); wg.one_hot(i, count=4); wg.layer_norm(A, x, y); wg.layer_norm(A, x, y, eps=1e-3)
wg.layer_norm(A, x, y, eps=-1); x.gelu(by_tanh=True)
wg.attention(A, A, A, None); wg.attention(A, A, A, None, causal=True)
wg.max_pool(A.reshape(1, 1, 2, 3), size=2, stride=1); wg.avg_pool(A, size=())
wg.conv(A.reshape(1, 1, 2, 3), np.ones((1, 1, 2, 2))); wg.grad(x.sum(), x); x.sum().grad(x); wg.eye(2, 3)
wg.arange(0, 3, 1); wg.fill(2, (2,))
wg.exp(x).log().tanh().sum(); wg.maximum(x, 2); wg.minimum(2, x); wg.atan2(x, y); wg.logical_and(b, x)
wg.equal(x, x); wg.greater(2, x)
x.det(); A.det(); wg.solve(A, x); wg.part(x, 0); wg.part(x, 3); wg.part(wg.sort(x)[0], 1); x.foo; x.exq
wg.foo; x.mean(axis=0, keepdims=True)
g.input("a", M).numpy(); g.input("a", M.T).numpy(); g.input("a", M[::2]); g.input("a", M[:, ::2]).numpy()
g.input(None, M); g.input("", M); g.input("a\0", M)
g.input("a", M.astype("f4")); g.input("a", M.astype("f2")); g.input("a", M.astype("i4"))
g.input("a", M.astype("i8")); g.input("a", M.astype("i2"))
g.input("a", M.astype("u1")); g.input("a", M > 1); g.input("a", M.astype("u2"))
g.input("a", M.astype(">f8")); g.input("a", M.astype("c16")); g.input("a", M.astype(object))
g.input("a", np.array(2.0)); g.input("a", np.zeros((0, 3))); g.input("a", np.float64(3)); g.input("a", 3)
g.input("a", [1, 2]); g.input("a", [[1.5], [2]])
g.input("a", np.ma.masked_array([1.0, 2], [0, 1])); g.input("a", np.matrix([[1.0, 2]]))
g.input("a", np.zeros([1] * 9)); g.input("a", M, "float32")
g.input("a", M, dtype="int64"); g.input("a", "b"); g.input("a", x); g.input(1, M); g.input("a"); g.input()
g.input(name="a", array=M); g.input("a", R).numpy()
g.input("a", np.frombuffer(b"\0" * 17, "u1")[1:].view("f8"))
g.input("a", np.array(["2020-01-01"], "M8[D]")); wg.input("a", M); g.begin("evil"); g.begin(1, 2)
g32.input("a", M); g32.input("a", M.astype("f4")); g32.input("a", [1, 2]) * 0.1; s32 + 1; s32 * 1e39
s32 + s32.item(); s32 ** 2; s32.sum().item()
other + x; x + other; wg.add(other, x); x @ other; wg.where(b, x, other); s32 + x; x + s32; stale + 1
stale.sum(); stale.item(); stale.numpy(); stale.shape; -stale
stale ** 2; stale @ x; x + stale; stale.dtype; wg.relu(stale); mine + 1; x + mine; mine.sum()
type(mine + 1) is wg.Value; wg.relu(mine); mine.item(0)
x.relu(); callable(x.exp); wg.exp.__name__; wg.exp.__doc__
list(map(wg.exp, [x, y])); [f(A) for f in (wg.sum, wg.exp)]; (lambda: x.sum(axis=7))()
[v.sum(axis=8) for v in (x,)]; next(v.sum(axis=9) for v in (x,))
x.sum(axis=
    6); (x +
    other); wg.add(
    x, other)
wg.concat([x, y], 0); wg.concat([x, y]); wg.concat((x, y), axis=0); wg.concat([x, 1], 0); wg.concat([], 0)
wg.concat(x, 0); wg.concat([x], 5)
wg.concat([x] * 40, 0); wg.stack([x, y, [1, 2, 3]], 0); wg.stack([x, 2 * y], -1); wg.addn([x, y, 1])
wg.addn([1, 2]); wg.addn([x, other]); wg.addn(x)
wg.einsum("i,i->", [x, y]); wg.einsum("i,i->", x, y); wg.einsum("ij->ji", [A]); wg.einsum("ij->ji", A)
wg.einsum("ij->k", [A]); wg.concat([other, x], 0)
wg.nn_dense(A, p, "a", 4); wg.nn_dense(A, p, "a", 4); wg.nn_dense(A, p, "a", 4, share=True)
wg.nn_dense(A, p, "b", 4, bias=False); wg.nn_dense(A, p, "c", 4.0)
wg.nn_dense(A, p, 5, 4); wg.nn_dense(A, 7, "d", 4); wg.nn_dense(A, g, "d", 4); wg.nn_dense(A, None, "d", 4)
wg.nn_dense(A, p, "e", 4, W_init=wg.zeros())
wg.nn_dense(A, p, "f", -4); wg.nn_layer_norm(A, p, "g", axis=-1); wg.nn_embedding([0, 1], p, "h", 3, 2)
wg.nn_embedding(i, p, "h", 9, 2); p.names(); p["a.W"].shape
wg.nn_batch_norm(A, p, "k"); wg.nn_batch_norm(A, p, "l", mode="eval"); wg.nn_attention(A, p, "m", heads=1)
wg.nn_gru_cell(A, None, p, "n", 2).y
wg.nn_dense(A, p.part("q"), "a", 2); wg.nn_dense(A, p, name="r", units=2); wg.mse(x, y, reduction="sum")
wg.mse(x, y, reduction="edge"); wg.mse(x, y, reduction="")
wg.adaptive_pool(A.reshape(1, 1, 2, 3), by="max", size=1)
wg.adaptive_pool(A.reshape(1, 1, 2, 3), by="mean", size=(1, 1)); wg.dropout(x, drop=0.5, mode="eval")
wg.dropout(x, drop=0.5); wg.dropout(x, keep_prob=0.25, name="d")
wg.resize(A.reshape(1, 1, 2, 3), (4, 6), mode="bilinear"); wg.triplet(x, y, x + 1)
x[0]; x[-1]; x[3]; x[-4]; x[True]; x[2 ** 70]; x[np.int64(1)]; x[1.0]; z[0]; z[()]; A[1]; A[0][1]; list(x)
list(reversed(x)); 2.0 in x; mine[1]; stale[0]
(lambda a, b, c: a + c)(*x); min(x); max(x, y); sorted(x); sum(x); any(x); operator.index(i[0])
operator.getitem(x, 0); len(x)
[*A]; x[-1:]; x[::2]; x[::-1]; x[b]; x[...]; x[None, 0]; dict(enumerate(x)); list(zip(A, A)); e[0]; u[1]
i[0] + 1; other[0] + x[0]; np.array([x, y]); np.array(list(x))
A.sum(0); A.sum((0, 1)); wg.sum(A, 1); A.sum(0, axis=1); A.sum(1, keepdim=True); A.mean(dim=1)
A.sum(dim=0, axis=1); A.sum(dims=(0, 1)); A.softmax(-1)
A.sum(None); A.argmax(None); A.argmax(axis=None); A.cumsum(axis=None); A.cumsum(0, reverse=True)
A.sum(0, 1); A.sum(0, True); A.norm(1); A.max(axis=0); A.max(0)
w + x; x * w; wg.relu(w); w.sum(); w[0]; w @ x; -w; 2 ** w; w < x; w.numpy(); w.item(0); w.shape; w.dtype
w.foo; w.exp(); wg.add(w, w); wg.mse(w, x)
wg.concat([w, x], 0); wg.concat([x, w], 0); x.sum(axis=w); wg.where(b, w, x); w.sum().item()
(w * 2).graph is wg.graph(); x.T; x.name; x.float(); x.size(); x.dim()
old + 1; old.sum(); old.item(0); old.numpy(); x + old; old + x; wg.relu(old); old[0]; old.shape; old.exp()
old @ old; -old; (old * 2).numpy(); wg.stack([old, old])
wg.tensor([1.0, 2]) * 2; wg.zeros(2) + 1; wg.nn.Linear(2, 3); wg.nn.functional.relu(x); wg.unsqueeze(x, 0)
x.unsqueeze(0); x.reshape(7); wg.flatten(A); wg.cat([x, x])
np.sum(x); np.exp(x); np.asarray(x); np.asarray(x, dtype="f4"); x.tolist(); float(z); int(z); bool(x)
bool(z > 0); "%s" % x; repr(x); repr(z + 1); f"{z:.2f}"
setattr(x, "mine", 1) or x.mine; x.graph is g; wg.Value(x._node, g).numpy(); x._node.index > 0
weakref.ref(x)() is x
""".strip()


def told(y):
    if isinstance(y, wg.Value):
        a = y.numpy()
        return "value %s %s %s %s" % (y.dtype, y.shape, a.dtype, a.tobytes().hex())
    if isinstance(y, np.ndarray):
        return "array %s %s %s %s" % (y.dtype, y.shape, y.flags.writeable, y.tobytes().hex()
                                      if y.dtype != object else y)
    if isinstance(y, (tuple, list)):
        return "%s(%s)" % (type(y).__name__, ", ".join(map(told, y)))
    return "%s %s" % (type(y).__name__, str(y).partition(" at 0x")[0]) if not callable(y) else "a function"


M = np.arange(6.0).reshape(2, 3) + 1
R = M.copy()
R.flags.writeable = False


def graph():
    """Values of all kinds."""
    wg._context._now.graph = None
    old = wg.tensor([1.0, 2.0, 3.0])
    (old * old).sum().item()
    w = wg.tensor([0.5, -1.0, 2.0], requires_grad=True)
    g = wg.Graph()
    stale = g.input("x", [1.0, 2, 3])
    g.begin()

    class Mine(wg.Value):
        pass
    x = g.input("x", np.array([1.0, 2, 3]))
    g32 = wg.Graph(wg.Context(dtype="float32"))
    other = wg.Graph()
    known = dict(g=g, g32=g32, s32=g32.input("s", [1.5, 2.5]), other=other.input("o", [1.0, 2, 3]),
                 stale=stale, x=x, mine=Mine(x._node, g), wg=wg, np=np,
                 y=g.input("y", np.array([4.0, 0.5, -2])), A=g.input("A", M), z=g.input("z", np.array(2.5)),
                 b=g.input("b", np.array([True, False, True])),
                 i=g.input("i", np.array([3, 1, 2])), u=g.input("u", np.array([1, 2], "u1")),
                 f=wg.cast(x, "float32"), h=wg.cast(x, "float16"),
                 e=g.input("e", np.zeros((0, 2))), M=M, R=R, weakref=weakref, old=old, w=w, operator=operator,
                 p=wg.Params(g.context))
    wg._context._now.graph = g
    return known


def forms():
    """The expressions, split at ; outside of brackets and texts. A line that is open goes on."""
    whole = ""
    for part in LINES.replace("\n", ";\n").split(";"):
        whole = whole + part if not whole else whole + (part if part.startswith("\n") else ";" + part)
        try:
            compile(whole.strip(), "form", "eval")
        except SyntaxError:
            continue
        if whole.strip():
            yield whole.strip()
        whole = ""
    assert not whole.strip(), whole


def all_forms():
    count, known = 0, graph()
    for form in forms():
        try:
            said = told(eval(compile(form, "form.py", "eval"), dict(known)))
        except Exception as error:
            said = "%s: %s" % (type(error).__name__, str(error).partition(" at 0x")[0])
        print(form.replace("\n", " "), "|", said)
        count += 1
        if "Error" in said:
            known = graph()
    print(count, "forms")


def all_else():
    """Functions of the user inside, threads, warnings, a graph that keeps functions, the line of a call."""
    g = wg.Graph()
    x = g.input("x", np.array([1.0, 2, 3]))

    def broken(x):
        raise KeyError("mine")
    for f in (broken, lambda x: x * 2):
        y = wg.extern(x, 3, f, lambda x, gy: gy * 2)
        for read in (lambda: (y + 1).numpy(), lambda: (y.sum() * 2).item(), lambda: y.sum().grad(x).numpy()):
            try:
                print("extern", told(read()))
            except Exception as error:
                print("extern", type(error).__name__, error)
        g.begin()
        x = g.input("x", np.array([1.0, 2, 3]))
        z = g.input("z", np.array(2.0))
        wg.extern(z, (), lambda z: z * 3) + 1
    x = g.input("x", np.array([1.0, 2, 3]))
    w = wg.custom_vjp(x * 1, [x], lambda y, gy, x: gy * x + wg.relu(x).sum(axis=0))
    print("rule", told(wg.grad(w.sum(), x)))
    w = wg.custom_vjp(x * 1, [x], lambda y, gy, x: wg.sum(x, axis=5))
    try:
        print(told(wg.grad(w.sum(), x)))
    except Exception as error:
        print("rule", type(error).__name__, str(error).split("by_c.py")[-1])

    done = []

    def thread(k):
        g = wg.Graph(wg.Context())
        for step in range(50):
            g.begin()
            a = g.input("a", np.full(1000, float(k)))
            y = wg.extern(a, 1000, lambda a: a + step)
            done.append(((y * 2).sum() / 1000).item() == 2 * (k + step))
    threads = [threading.Thread(target=thread, args=(k,)) for k in range(4)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    print("threads", len(done), all(done))

    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        wg.nn_dense(g.input("x", [[1.0, 2]]), wg.Params(), "d", 2)
        wg.log(g.input("l", np.array([-1.0]))).numpy()
    print("warnings", [(w.filename.split("/")[-1], w.lineno - all_else.__code__.co_firstlineno,
                        str(w.message)) for w in said])


def memory():
    """A million nodes: the memory and the counts of references stay."""
    def resident():
        with open("/proc/self/statm") as f:
            return int(f.read().split()[1]) * 4096
    g = wg.Graph()
    A = np.array([1.0, 2, 3])
    axes = (0,)

    def build(n):
        for _ in range(n):
            g.begin()
            x = g.input("x", A)
            for _ in range(200):
                y = x + x
                z = y.sum(axis=axes)
                z = x * 2.5
                z = wg.relu(z) < 1
            z.numpy(), y.sum().item(), x.shape, x.dtype, x._node, x.sum
            try:
                x.sum(axis=7)
            except wg.Error:
                pass
    build(100)
    gc.collect()
    objects = (g, A, axes, wg.Value, wg.relu, 2.5, np.dtype("float64"))
    before, counts = resident(), [sys.getrefcount(o) for o in objects]
    build(1250)
    gc.collect()
    grown = resident() - before
    if grown > 2 << 20:
        print("a million nodes leave %d bytes" % grown)
    now = [sys.getrefcount(o) for o in objects]
    if any(abs(a - b) > 20 for a, b in zip(counts, now)):
        print("references: %s, after a million nodes %s" % (counts, now))
    x = g.input("x", A)
    mine = weakref.ref(g)
    g.x = x  # a ring
    del g, x, objects, build
    wg._context._now.graph = None
    gc.collect()
    if mine() is not None:
        print("a graph that has a value of its own stays")


warnings.simplefilter("ignore")
if "memory" in sys.argv:
    if wg._way._c:
        memory()
else:
    all_forms()
    all_else()
    print("by", "_c" if wg._way._c else "ctypes", file=sys.stderr)
