"""ode.c in Python: fits the rate k of y' = k y (1 - y) to observed values of y."""
import math

import wengert as wg

SEEN, STEPS, K, Y0, H = 20, 10, 0.8, 0.05, 0.05


def f(y, k):
    return k * (y * (1 - y))


def step(y, k, h):
    k1 = f(y, k)
    k2 = f(y + h / 2 * k1, k)
    k3 = f(y + h / 2 * k2, k)
    k4 = f(y + h * k3, k)
    return y + h / 6 * ((k1 + k4) + 2 * (k2 + k3))


p = wg.Params()
g = wg.Graph()
o = wg.adam(p, lr=0.05)
for it in range(401):
    g.begin()
    k = p.param("k", (), wg.const(0.3))
    y, loss = wg.scalar(Y0), wg.scalar(0)
    for i in range(SEEN):
        for _ in range(STEPS):
            y = step(y, k, H)
        loss = loss + (y - 1 / (1 + (1 / Y0 - 1) * math.exp(-K * H * STEPS * (i + 1)))).square()
    loss.backward(p)
    o.step()
    if it % 100 == 0:
        print("%3d  loss %.3e  k %.5f" % (it, loss.item(), p["k"]))
