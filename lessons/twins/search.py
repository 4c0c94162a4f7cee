"""The search for hyperparameters: random points on the right scale, coarse and then fine; what gets old."""

import torch
import torch.nn.functional as F

from course import moons, normal, say, uniform

say("1e6/(24*365.25)", 1e6 / (24 * 365.25))

# ---- a grid of 5 x 5, or 25 random points: how near is the nearest one to the best place? ----

five = 0.1 + 0.2 * torch.arange(5)
square_x, square_y = torch.meshgrid(five, five, indexing="ij")
throws, heights = uniform(400, 25, seed=3, name="throws"), uniform(400, 25, seed=4, name="heights")
px, py = uniform(400, 1, seed=15, name="px"), uniform(400, 1, seed=16, name="py")


def distance(x, y):
    """Of the nearest of the points x, y from px, py, on average."""
    return torch.hypot(px - x, py - y).min(1).values.mean()


say("100*mean(gap5)", 100 * (px - five).abs().min(1).values.mean())
say("100*mean(gap25)", 100 * (px - throws).abs().min(1).values.mean())
say("100*mean(near_grid)", 100 * distance(square_x.reshape(1, 25), square_y.reshape(1, 25)))
say("100*mean(near_random)", 100 * distance(throws, heights))

# ---- the right scale ----


def alpha(u):
    return 10 ** (4 * u - 4)


def beta(u):
    return 1 - 10 ** (2 * u - 3)


even = 0.0001 + 0.9999 * uniform(100000, seed=8)[:1000]
say("counts[0, 1]", ((even >= 1e-4) & (even < 1e-3)).sum())
say("beta(0)", beta(0))
say("1 - 0.0005", 1 - 0.0005)
say("0.9 + 0.0005", 0.9 + 0.0005)
say("memory(0.9005)", 1 / (1 - 0.9005))

# ---- many networks learn at once: axis 0 of their numbers is the network ----

x, y = moons(100, noise=0.2, seed=1)
x_dev, y_dev = moons(400, noise=0.2, seed=2)
y, y_dev = y.double(), y_dev.double()


def start(seed, seed_v):
    """W, b, v and c of one network of 128 units, of which it may use the first ones."""
    return normal(2, 128, seed=seed), torch.zeros(128), normal(128, seed=seed_v) / 8, torch.zeros(())


def losses(p, x, y, units):
    W, b, v, c = p
    used = (torch.arange(128) < units[:, None, None]).double()
    hidden = torch.relu(x @ W + b[:, None]) * used
    z = (hidden @ v[:, :, None])[:, :, 0] + c[:, None]
    return F.binary_cross_entropy_with_logits(z, y.expand_as(z), reduction="none").mean(1)


def learn(p0, alpha, units, size=1):
    """The losses on the dev set after 40 steps of Adam, written out: each network has a rate of its own."""
    n = len(alpha)
    p = [t.expand(n, *t.shape) for t in p0]
    m, s = [0] * len(p), [0] * len(p)
    for t in range(1, 41):
        p = [w.detach().requires_grad_() for w in p]
        slopes = torch.autograd.grad(losses(p, size * x, y, units).sum(), p)
        for i, (w, g) in enumerate(zip(p, slopes)):
            m[i] = 0.9 * m[i] + 0.1 * g
            s[i] = 0.999 * s[i] + 0.001 * g ** 2
            rate = alpha.reshape(-1, *[1] * (w.dim() - 1))
            p[i] = w - rate * (m[i] / (1 - 0.9 ** t)) / ((s[i] / (1 - 0.999 ** t)).sqrt() + 1e-8)
    J = losses([w.detach() for w in p], size * x_dev, y_dev, units)
    return torch.where(J < 2, J, torch.tensor(2.0))


p0 = start(10, 11)


def trial(u, v):
    """u: the place of α on its scale; v: that of the number of units."""
    return learn(p0, alpha(u), (50 + 51 * v).floor())


# ---- coarse, then fine ----


def two_rounds(u, v, u_fine, v_fine):
    """The losses of 25 points, and of 25 around the best one; and the places of α."""
    coarse = trial(u, v)
    best = coarse.argmin()
    u2, v2 = u[best] + 0.25 * (u_fine - 0.5), v[best] + 0.5 * (v_fine - 0.5)
    return coarse, trial(u2, v2), u2


first, second = uniform(25, seed=1, name="first"), uniform(25, seed=5, name="second")
coarse, fine, u2 = two_rounds(first, second, uniform(25, seed=12), uniform(25, seed=13))
best = u2[fine.argmin()]
say("min(loss1)", coarse.min())
say("alpha(first[i])", alpha(first[coarse.argmin()]))
say("min(loss2)", fine.min())
say("alpha(u2[k])", alpha(best))

better = 0
for s in range(8):
    u, v = uniform(25, seed=20 + s, name="both.a"), uniform(25, seed=30 + s, name="both.b")
    coarse, fine, _ = two_rounds(u, v, uniform(25, seed=40 + s), uniform(25, seed=50 + s))
    better += bool(fine.min() < coarse.min())
say("sum(both[:, 1] < both[:, 0])", better)

over_units = learn(p0, alpha(best).expand(6), torch.arange(50, 101, 10))
rates = torch.linspace(0, 1, 17)
over_alpha = trial(rates, torch.full((17,), 0.5))
say("min(over_units)", over_units.min())
say("max(over_units)", over_units.max())
say("min(over_alpha)", over_alpha.min())
say("max(over_alpha)", over_alpha.max())
say("1 - 1/1000", 1 - 1 / 1000)

# ---- a panda: one training is watched, and its rate changed by hand ----

rows = (100 * uniform(140, 16, seed=14)).floor().long()
hundred = torch.tensor([100])


def watched(rates):
    """The cost after each step of gradient descent."""
    p, costs = [t[None] for t in p0], []
    for rate, r in zip(rates, rows):
        p = [w.detach().requires_grad_() for w in p]
        slopes = torch.autograd.grad(losses(p, x[r], y[r], hundred).sum(), p)
        p = [w - rate * g for w, g in zip(p, slopes)]
        costs.append(losses(p, x, y, hundred).item())
    return costs


say("J[139]", watched([0.01] * 40 + [0.3] * 50 + [0.03] * 50)[-1])
say("slow[139]", watched([0.01] * 140)[-1])

# ---- inputs in other units: the best rate is another one ----

say("count(rates)", len(rates))
smaller, loss = [], []
for s in range(5):
    p, units = start(60 + s, 70 + s), torch.full((17,), 75)
    a, b = learn(p, alpha(rates), units), learn(p, alpha(rates), units, size=10)
    smaller.append((alpha(rates[a.argmin()]) / alpha(rates[b.argmin()])).log())
    loss.append(b[a.argmin()] / b.min())
say("exp(mean(log(old[:, 0]/old[:, 1])))", torch.stack(smaller).mean().exp())
say("mean(old[:, 2]/old[:, 3])", torch.stack(loss).mean())
