"""ops.py: operations with their options beside PyTorch's, from ops.txt: the value, and the gradient of a
weighted sum of it by each operand. Prints what differs, and how many there are."""
import itertools
import os
import sys

import numpy as np
import torch
import torch.nn.functional as F

os.environ.setdefault("WENGERT_LIBRARY", os.path.join(os.environ.get("BUILD", "build"), "libwengert.so"))
sys.path.insert(0, "python")
import wengert as wg


def numbers(*shape, first=1):
    n = int(np.prod(shape))
    return np.round(2 * np.sin(np.arange(first, first + n) * 1.7), 3).reshape(shape)


ARRAYS = dict(x=numbers(2, 3, 4), y=numbers(2, 3, 4, first=30), z=numbers(3, 4, first=60), g=numbers(4) + 3,
              h=numbers(4, first=9), a=numbers(3, 3) + 3 * np.eye(3), b=numbers(3, 2, first=5),
              c=numbers(2, 7, 4), w=numbers(3, 4, 2), t=numbers(2, 3, 4, first=90) / 4 + 0.5)
NO_SLOPE = dict(k=np.array([1, 0, 1]), u=numbers(4) + 3)


def weights(shape):
    return numbers(*shape, first=7) + 3


def ours(text):
    wg.Graph()
    of = {n: wg.input(n, a) for n, a in ARRAYS.items()}
    y = eval(text, dict(of, wg=wg, inf=np.inf, **{n: wg.input(n, a) for n, a in NO_SLOPE.items()}))
    whole = wg.sum(y * weights(y.shape))
    return [y.numpy()] + [wg.grad(whole, of[n]).numpy() for n in ARRAYS]


def theirs(text):
    of = {n: torch.tensor(a, requires_grad=True) for n, a in ARRAYS.items()}
    y = eval(text, dict(of, torch=torch, F=F, inf=np.inf, **{n: torch.tensor(a)
                                                            for n, a in NO_SLOPE.items()}))
    (y * torch.tensor(weights(tuple(y.shape)))).sum().backward()
    return [y.detach().numpy()] + [np.zeros(a.shape) if of[n].grad is None else of[n].grad.numpy()
                                   for n, a in ARRAYS.items()]


def main():
    torch.set_default_dtype(torch.float64)
    count = bad = 0
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "ops.txt")) as f:
        rows = [row.rstrip().split(" | ") for row in f if row[0] != "#"]
    for left, right, *options in rows:
        choices = [part.split() for of in options for part in of.split(";")]
        for values in itertools.product(*choices):
            mine, its = left.format(*values), right.format(*values)
            count += 1
            try:
                far = [n for n, u, v in zip(["the value", *ARRAYS], ours(mine), theirs(its))
                       if u.shape != v.shape or not np.allclose(u, v, 1e-9, 1e-11, equal_nan=True)]
            except Exception as e:
                far = ["%s: %s" % (type(e).__name__, e)]
            if far:
                bad += 1
                print("%s is not PyTorch's %s: %s" % (mine, its, ", ".join(far)))
    print("%d operations with options, %d unlike PyTorch's" % (count, bad))
    return bad > 0


sys.exit(main())
