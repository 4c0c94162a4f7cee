"""kepler.c in Python: the orbit of a planet from a few places where it was seen, by an implicit derivative."""
import numpy as np

import wengert as wg

SEEN, ECCENTRICITY, SIZE, START, SPEED = 12, 0.6, 1.5, 0.4, 0.5


def place(t, e, a, t0):
    M = SPEED * (t - t0)
    E = wg.fixed_point(M, lambda E: M + e * wg.sin(E), tol=1e-13)
    return a * wg.stack([wg.cos(E) - e, wg.sqrt(1 - wg.square(e)) * wg.sin(E)])


p = wg.Params()
g = wg.Graph()
t = 0.7 * np.arange(SEEN)
seen = place(wg.input("t", t), wg.scalar(ECCENTRICITY), wg.scalar(SIZE), wg.scalar(START)).numpy()
o = wg.adam(p, lr=0.02)
for i in range(601):
    g.begin()
    e, a, t0 = p.param("e", (), wg.const(0.2)), p.param("a", (), wg.const(1)), p.param("t0", (), wg.const(0))
    loss = wg.mse(place(wg.input("t", t), e, a, t0), wg.input("seen", seen))
    loss.backward(p)
    o.step()
    if i % 200 == 0:
        print("%4d  loss %.1e  e %.6f  a %.6f  t0 %.6f" % (i, loss.item(), p["e"], p["a"], p["t0"]))
