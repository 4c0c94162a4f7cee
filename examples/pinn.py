"""pinn.c in Python: a net learns to solve u'' + u' = f from the equation alone. sin(pi x) is the solution."""
import numpy as np

import wengert as wg

POINTS, STEPS, pi = 64, 400, np.pi


def net(x, p):
    h = wg.tanh(wg.nn_dense(x, p, "hidden.1", 16))
    out = wg.nn_dense(wg.tanh(wg.nn_dense(h, p, "hidden.2", 16)), p, "out", 1)
    return x * (1 - x) * out


c = wg.Context(seed=1)
p = wg.Params(c)
o = wg.lbfgs(p)
g = wg.Graph(c)
at = (np.arange(POINTS) + 0.5)[:, None] / POINTS
for step in range(STEPS + 1):
    g.begin()
    x = wg.input("x", at)
    u = net(x, p)
    u1 = wg.grad(u.sum(), x)
    u2 = wg.grad(u1.sum(), x)
    f = pi * wg.cos(pi * x) - pi * pi * wg.sin(pi * x)
    loss = (u2 + u1 - f).square().mean()
    off = wg.max(wg.abs(u - wg.sin(pi * x)))
    loss.backward(p)
    if step % 50 == 0:
        print("step %3d  loss %.2e  largest error %.2e" % (step, loss.item(), off.item()))
    o.step()
