#!/usr/bin/env python3
"""formulas.py: what Python computes beside what C, or NumPy, computes for the same: values and gradients at
infinities, NaN, 1e200, 1e-200, equal numbers, zeros, numbers beyond 2^53, and in f32 at 3e20. A pair is a
line of Python, and its twin: `b.` is the builder in C, `np.` NumPy. Where the twin is C the gradients are
compared, too. `*` before a pair: a factor 2^k of x changes neither, so that far scales have the result of
near ones.

    formulas.py         prints each pair that differs; the status is 1 if one does"""
import sys
import warnings

import numpy as np

import wengert as wg
import wengert.nn.functional as F
from wengert import nn

warnings.simplefilter("ignore")
np.seterr(all="ignore")


class _B:
    def __getattr__(self, name):
        return wg._names._builders[name]


b = _B()
plain = np.array([[0.3, -1.2, 0.7, 2.0], [1.5, 0.2, -0.4, -3.0], [0.9, 0.8, -2.5, 0.1]])
XS = {"plain": plain, "equal": np.full((3, 4), 0.7), "zeros": np.zeros((3, 4)), "1e200": plain * 1e200,
      "1e-200": plain * 1e-200,
      "inf": np.where(plain > 1.4, np.inf, plain), "-inf": np.where(plain < -1, -np.inf, plain),
      "nan": np.where(plain == 0.2, np.nan, plain),
      "minus zero": -np.zeros((3, 4)), "f32 3e20": (plain * 3e20).astype(np.float32)}
y = np.array([[0.5, 2.0, -1.0, 4.0], [3.0, -0.1, 0.25, 1.0], [2.0, 7.0, -5.0, 0.3]])
t = np.array([[0.1, 0.2, 0.3, 0.4], [1.0, 0.0, 0.0, 0.0], [0.25, 0.25, 0.25, 0.25]])
PAIRS = """
F.relu(x) | b.relu(x)
F.softplus(x) | b.softplus(x)
F.logsigmoid(x) | -b.softplus(-x)
F.softmax(x, dim=1) | b.softmax(x, axis=1)
F.log_softmax(x, 1) | b.log_softmax(x, axis=1)
F.cross_entropy(x, k) | b.softmax_cross_entropy(x, k)
F.cross_entropy(x, k, ignore_index=9, reduction="sum") | b.softmax_cross_entropy(x, k, reduction="sum")
F.mse_loss(x, y) | b.mse(x, y)
F.l1_loss(x, y, reduction="sum") | b.mae(x, y, reduction="sum")
F.huber_loss(x, y, delta=0.5) | b.huber(x, y, delta=0.5)
F.smooth_l1_loss(x, y, beta=0.5) | b.smooth_l1(x, y, delta=0.5)
F.kl_div(x, t, reduction="batchmean") | b.kl(x, t)
F.kl_div(x, t, reduction="none").sum(axis=1) | b.kl(x, t, reduction="none")
F.kl_div(x, t, reduction="sum") | b.kl(x, t, reduction="sum")
F.binary_cross_entropy_with_logits(x, t) | b.bce_with_logits(x, t)
F.binary_cross_entropy(b.sigmoid(b.clip(x, -9.0, 9.0)), t) |
    b.binary_cross_entropy(b.sigmoid(b.clip(x, -9.0, 9.0)), t)
F.layer_norm(x, (4,)) | b.layer_norm(x, np.ones(4, x.dtype), np.zeros(4, x.dtype))
F.layer_norm(x, (3, 4), eps=0.5) |
    b.layer_norm(x, np.ones((3, 4), x.dtype), np.zeros((3, 4), x.dtype), eps=0.5, axes=[0, 1])
F.batch_norm(x, None, None, training=True) | b.batch_norm(x, np.ones(4, x.dtype), np.zeros(4, x.dtype))
F.linear(x, y) | b.matmul(x, b.swap(y))
F.dropout(x, 0.0) | x * 1
x.std(ddof=0) | b.std(x)
x.std(axis=1) | b.std(x, axis=1)
x.std(dim=1, unbiased=True) | b.std(x, axis=1, correction=1)
x.var(ddof=1) | b.var(x, correction=1)
x.norm(dim=1) | b.norm(x, axis=1)
wg.linalg.norm(x) | b.norm(x)
wg.linalg.vector_norm(x, 3, 0) | b.norm(x, p=3, axis=0)
x.clamp(-0.5, 0.5) | b.clip(x, -0.5, 0.5)
x.clamp(min=0.0) | b.clip(x, 0.0, np.inf)
x.amax(1) | b.max(x, axis=1)
x.max(dim=1).values | b.max(x, axis=1)
x // y | np.floor_divide(x, y)
x % y | np.mod(x, y)
y // x | np.floor_divide(y, x)
wg.fmod(x, y) | np.fmod(x, y)
divmod(x, y)[1] | np.divmod(x, y)[1]
x ** 2 | np.power(x, 2)
wg.round(x, 1) | np.round(x, 1)
wg.average(x, axis=1, weights=[1.0, 2.0, 3.0, 4.0]) | np.average(x, axis=1, weights=[1.0, 2.0, 3.0, 4.0])
wg.diff(x, axis=1) | np.diff(x, axis=1)
wg.trace(x[:, :3]) | np.trace(x[:, :3])
wg.triu(x, 1) | np.triu(x, 1)
x.at[0].set(5.0) | np.vstack([np.full((1, 4), 5.0), x[1:]])
x.at[1, 2].add(3.0) | x + np.array([[0, 0, 0, 0], [0, 0, 3.0, 0], [0, 0, 0, 0]])
x.at[:, 1].multiply(2.0) | x * np.array([1, 2.0, 1, 1])
x.masked_fill(y > 1, 0.0) | np.where(y > 1, 0.0, x)
wg.maximum(x, y) | np.maximum(x, y)
x.mean(axis=0) | np.mean(x, axis=0)
wg.logcumsumexp(x, axis=1) | np.logaddexp.accumulate(x, axis=1)
k // 3 | np.floor_divide(k, 3)
big // 7 | np.floor_divide(big, 7)
big % 1000 | np.mod(big, 1000)
big + (2**53 + 1) | np.add(big, 2**53 + 1)
big == 2**53 + 1 | np.equal(big, 2**53 + 1)
big * 1.0 | np.multiply(big, 1.0)
k / 2 | np.divide(k, 2)
k.mean() | np.mean(k)
big.mean() | np.mean(big)
* F.layer_norm(x, (4,), eps=0.0) | b.layer_norm(x, np.ones(4), np.zeros(4), eps=0)
* F.batch_norm(x, None, None, training=True, eps=0.0) | b.batch_norm(x, np.ones(4), np.zeros(4), eps=0)
* F.normalize(x, dim=1, eps=0.0) | x / b.norm(x, axis=1, keepdims=True)
* x.std(dim=1, unbiased=True) / x.norm(dim=1) | b.std(x, axis=1, correction=1) / b.norm(x, axis=1)
clipped(1e200) | np.ravel(np.cos(np.arange(12))) / np.linalg.norm(np.cos(np.arange(12)))
attention(x, True) | attention(x, False)
"""


def attention(x, weights):
    """The result with weights, which Python computes, and without, by C."""
    layer = nn.MultiheadAttention(4, 2, batch_first=True)
    for n, w in enumerate(layer.parameters()):
        w.set(np.sin(np.arange(int(w.size)) + n).reshape(w.shape))
    return layer(x.unsqueeze(0), x.unsqueeze(0), x.unsqueeze(0), need_weights=weights)[0]


def clipped(far):
    """A gradient of a far length, cut to the length 1."""
    w = wg.tensor(np.zeros(12), requires_grad=True)
    (w * np.cos(np.arange(12)) * far).sum().backward()
    nn.utils.clip_grad_norm_([w], 1.0)
    return w.grad


def of(text, a, gradient):
    """The value of a text, and its gradient by x."""
    wg.graph().begin()
    k, big = wg.tensor([1, 0, 2]), wg.tensor(np.array([2**53 + 1, -(2**53) - 3, 2**62]))
    if "np." in text and not gradient:
        k, big = k.numpy(), big.numpy()
        return [np.asarray(eval(text, dict(globals(), x=a, k=k, big=big)))]
    x = wg.tensor(a, requires_grad=True)
    r = eval(text, dict(globals(), x=x, k=k, big=big, y=y.astype(a.dtype), t=t.astype(a.dtype)))
    out = [np.asarray(r.numpy())]
    if gradient:
        total = (r * np.cos(np.arange(int(r.size)).reshape(r.shape)).astype(a.dtype)).sum()
        out.append(np.asarray(wg.grad(total, x).numpy()))
    return out


def same(p, q, single):
    return len(p) == len(q) and all(u.shape == v.shape and np.allclose(u, v, rtol=1e-5 if single else 1e-12,
        atol=0 if single else 1e-300, equal_nan=True)
                                    for u, v in zip(p, q))


wrong = asked = 0
for line in PAIRS.strip().replace("\n    ", " ").split("\n"):
    far, (mine, _, twin) = line[:2] == "* ", line.lstrip("* ").partition(" | ")
    by_c = "b." in twin or "attention" in twin
    for name, a in ({"x": plain, "2^600": plain * 2.0**600, "2^-600": plain * 2.0**-600}.items() if far
                    else XS.items()):
        if "x" not in mine.replace("axis", "").replace("max", "") and name != "plain":
            continue
        if (a.dtype == np.float32) and ("np." in twin or "layer_norm" in twin and far or "batch" in twin
                                        or "attention" in twin or "big" in mine):
            continue
        asked += 1
        try:
            p, q = of(mine, a, by_c and not far), of(twin, plain if far else a, by_c and not far)
        except Exception as e:
            p, q = ["%s: %s" % (type(e).__name__, e)], []
        if not q or not same(p, q, a.dtype == np.float32):
            wrong += 1
            print("%s, x %s\n  gives  %s\n  twin   %s" % (mine, name, " ".join(str(p).split())[:300],
                                                          " ".join(str(q).split())[:300]))
print("formulas: %d pairs and operands, %d differ" % (asked, wrong))
sys.exit(wrong > 0)
