#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""table.py: the check beside other tests of gradients, on the same functions. Needs SciPy and PyTorch.

    table.py

Prints a table of Markdown: of each test and each set of functions how many right gradients it calls wrong,
and how many wrong ones it lets pass. What Wengert calls inconclusive is neither, and stands in brackets. A
test that ends with an error or a NaN has called the gradient wrong."""
import time
import warnings

import numpy as np
import torch
import wengert as wg
from scipy import optimize

import table_functions
from disguises import nan
from disguises_functions import FUNCTIONS
from mistakes import BUILDERS, made

# ---- the sets ----

def flat(build, cause):
    """A case of mistakes.py as functions of one array. The wrong one remembers nothing of the right one."""
    c = made(build, cause)
    shapes = [np.shape(a) for a in c.x]
    ends = np.cumsum([int(np.prod(s)) for s in shapes])[:-1]

    def parts(v):
        return [p.reshape(s) if s else p[0] for p, s in zip(np.split(np.array(v), ends), shapes)]

    def joined(grad):
        def g(v):
            d = grad(*parts(v))
            d = d if isinstance(d, (list, tuple)) else [d]
            return np.concatenate([np.ravel(np.asarray(e, dtype=float)) for e in d])
        return g
    x = np.concatenate([np.ravel(np.asarray(a, dtype=float)) for a in c.x])
    return lambda v: c.f(*parts(v)), joined(c.grad), joined(c.wrong), x


SETS = {
    "mistakes of people": lambda: [flat(*b) for b in BUILDERS],
    "near the end of a domain": lambda: [nan(f, f.grad) + (nan(f, f.wrong)[1], f.x) for f in FUNCTIONS],
    "Lassos with zeros": table_functions.lassos,
    "nets in training, 2 %": table_functions.nets,
    "float32 inside, 10 %": table_functions.singles,
}

# ---- the tests: each says whether it calls the gradient wrong; None: it does not know ----

def two_sided(f, x, h):
    d = np.zeros(x.size)
    for k in range(x.size):
        e = np.zeros(x.size)
        e[k] = h
        d[k] = (float(f(x + e)) - float(f(x - e))) / (2 * h)
    return d


def by_wengert(f, g, x):
    return {"pass": False, "fail": True}.get(wg.check(f, x, grad=g).verdict)


def by_scipy(tolerance):
    return lambda f, g, x: not optimize.check_grad(lambda v: float(f(v)), g, x) < tolerance


def by_the_course(most):
    def test(f, g, x):
        a, d = g(x), two_sided(f, x, 1e-7)
        return not np.linalg.norm(a - d) <= most * (np.linalg.norm(a) + np.linalg.norm(d))
    return test


def by_cs231n(f, g, x):
    a, d = g(x), two_sided(f, x, 1e-5)
    return not np.all(np.abs(a - d) <= 1e-4 * np.maximum(np.abs(a), np.abs(d)))


def by_jax(f, g, x):
    """check_grads of jax.test_util: one direction, a step of 1e-4, tolerances of 1e-5."""
    u = np.random.default_rng(0).normal(size=x.size)
    numeric, own = (float(f(x + 1e-4 * u)) - float(f(x - 1e-4 * u))) * 0.5 / 1e-4, u @ g(x)
    return not abs(own - numeric) <= 1e-5 + 1e-5 * abs(numeric)


def by_torch(f, g, x):
    class Given(torch.autograd.Function):
        @staticmethod
        def forward(ctx, v):
            ctx.save_for_backward(v)
            return torch.tensor(float(f(v.detach().numpy().copy())), dtype=torch.float64)

        @staticmethod
        def backward(ctx, gy):
            return gy * torch.from_numpy(np.array(g(ctx.saved_tensors[0].numpy().copy()), dtype=float))
    v = torch.tensor(x, dtype=torch.float64, requires_grad=True)
    return not torch.autograd.gradcheck(Given.apply, (v,), eps=1e-6, atol=1e-5, rtol=1e-3)


TESTS = {
    "Wengert": by_wengert,
    "scipy check_grad < 1e-6": by_scipy(1e-6), "scipy check_grad < 1e-5": by_scipy(1e-5),
    "scipy check_grad < 1e-4": by_scipy(1e-4),
    "the course's ratio > 1e-7": by_the_course(1e-7), "the course's ratio > 1e-5": by_the_course(1e-5),
    "the course's ratio > 1e-3": by_the_course(1e-3),
    "cs231n, relative error > 1e-4": by_cs231n, "jax check_grads": by_jax, "torch gradcheck": by_torch,
}


def called_wrong(test, f, g, x):
    try:
        return test(f, g, x.copy())
    except Exception:
        return True


def cell(test, functions):
    right = [called_wrong(test, f, g, x) for f, g, _, x in functions]
    wrong = [called_wrong(test, f, w, x) for f, _, w, x in functions]
    open_ = right.count(None), wrong.count(None)
    return "%d / %d%s" % (right.count(True), wrong.count(False), " (%d, %d)" % open_ if any(open_) else "")


def main():
    np.seterr(all="ignore")
    warnings.simplefilter("ignore")
    sizes = {name: len(make()) for name, make in SETS.items()}
    print("| false alarms / misses | %s |" % " | ".join("%s (%d + %d)" % (s, n, n) for s, n in sizes.items()))
    print("|---" * (len(SETS) + 1) + "|")
    began, seconds = time.time(), {}
    for name, test in TESTS.items():
        at = time.time()
        # what remembers is made anew for each test
        print("| %s | %s |" % (name, " | ".join(cell(test, make()) for make in SETS.values())), flush=True)
        seconds[name] = time.time() - at
    print("\nseconds: " + ", ".join("%s %.1f" % pair for pair in seconds.items()) +
          "; in all %.0f" % (time.time() - began))


if __name__ == "__main__":
    main()
