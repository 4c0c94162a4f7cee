# SPDX-License-Identifier: MIT
"""python_calls.py [torch]: microseconds of what Python does at each operation, in wengert, or in PyTorch: the least of seven rounds.

`noted` is an operation whose value nobody reads: in wengert a node, in PyTorch the number itself. `read` makes the values anew, computes,
and reads the number."""
import sys
import time

import numpy as np

in_torch = "torch" in sys.argv
if in_torch:
    import torch as m
    from torch import nn
    import torch.nn.functional as F
    m.set_default_dtype(m.float64)
else:
    import wengert as m
    from wengert import nn
    import wengert.nn.functional as F


def measure(name, f, calls, per=1):
    f()
    best = float("inf")
    for _ in range(7):
        start = time.perf_counter()
        for _ in range(calls):
            f()
        best = min(best, time.perf_counter() - start)
    print("%-46s %9.2f" % (name, best / calls / per * 1e6))


A = np.arange(3.0)
x, y = m.tensor(A), m.tensor(A + 1)
w = m.tensor(A + 2, requires_grad=True)


def thousand(f):
    def run():
        first = f()  # somebody has a value: the graph goes on
        for _ in range(999):
            f()
        return first
    return run


measure("x + y, noted", thousand(lambda: x + y), 20, 1000)
measure("w * x of a parameter, noted", thousand(lambda: w * x), 20, 1000)
measure("(x + y), computed and read", lambda: (x + y).numpy(), 2000)
measure("(w * x).sum(), computed and read", lambda: (w * x).sum().item(), 2000)

net = nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 10))
batch, labels = m.tensor(np.sin(np.arange(32 * 64.0)).reshape(32, 64)), m.tensor(np.arange(32) % 10)


def predict():
    with m.no_grad():
        return net(batch).numpy()


measure("64-128-10 on 32 rows, a module in no_grad", predict, 300)
opt = m.optim.Adam(net.parameters(), lr=1e-3)


def step():
    opt.zero_grad()
    loss = F.cross_entropy(net(batch), labels)
    loss.backward()
    opt.step()
    return loss.item()


measure("the same, a step of Adam", step, 100)
if not in_torch:
    p, g, rows = m.Params(), m.Graph(), np.sin(np.arange(32 * 64.0)).reshape(32, 64)

    def by_names():
        g.begin()
        return m.nn_dense(m.relu(m.nn_dense(g.input("x", rows), p, "a", 128)), p, "b", 10).numpy()

    measure("the same net by names, read", by_names, 300)
