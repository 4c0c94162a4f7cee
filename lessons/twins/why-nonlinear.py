"""Why a network needs a curve: activations.

A flower of two classes: a straight line, two layers without an activation, and four hidden units with tanh.
"""

import math

import torch
import torch.nn.functional as F

from course import flower, normal, say

x, t = flower(400, seed=1)
n = 4  # hidden units


def start(seed, size=1.0):
    """Weights of the typical size 1 / the root of the inputs, as W, b, v, c."""
    W = normal(2, n, seed=seed) / math.sqrt(2)
    v = normal(n, seed=seed + 100) / math.sqrt(n)
    return [size * W, torch.zeros(n), size * v, torch.zeros(())]


def scores(f, W, b, v, c):
    """The score of each point, in each network: networks lie along the first axis."""
    hidden = f(x @ W + b[:, None, :])
    return (hidden @ v[:, :, None])[:, :, 0] + c[:, None]


def right(z):
    """The share of the points on the right side, for each network."""
    return ((z > 0) == (t > 0)).double().mean(-1)


def learn(f, starts, steps, rate):
    """The networks learn side by side. The scores that they end with."""
    p = [torch.stack(parts).requires_grad_() for parts in zip(*starts)]
    truth = t.double().expand(len(starts), -1)
    optimizer = torch.optim.SGD(p, lr=rate)
    for _ in range(steps):
        optimizer.zero_grad()
        loss = F.binary_cross_entropy_with_logits(scores(f, *p), truth, reduction="none")
        loss.mean(1).sum().backward()
        optimizer.step()
    return scores(f, *p).detach()


# ---- without an activation ----

flat = learn(lambda z: z, [start(0)], 1000, 0.1)
say("right(flat(F, x))", right(flat))

# ---- the best of 325 lines: 65 directions, each at five distances ----

lines = []
for distance in (-1, -0.5, 0, 0.5, 1):
    for a in torch.linspace(0, 6.3, 65):
        lines.append(torch.cos(a) * x[:, 0] + torch.sin(a) * x[:, 1] - distance)
say("best", right(torch.stack(lines)).max())

# ---- with tanh: five starts, one that does not arrive, and one with small weights ----

bent = learn(torch.tanh, [start(s) for s in (1, 2, 3, 4, 5, 15)] + [start(7, 0.01)], 3000, 1.2)
share = right(bent)
say("min(share)", share[:5].min())
say("in_vain", share[5])
say("from_little", share[6])
