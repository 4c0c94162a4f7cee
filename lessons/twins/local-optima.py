"""Where the slope is zero: valleys and saddles. Eigenvalues of second derivatives tell them apart."""

import math

from course import moons, normal, say
import torch
from torch.autograd.functional import hessian
from torch.nn.functional import binary_cross_entropy_with_logits


def small_cost(p):
    """The smallest network of two layers, with one example."""
    return (1 - p[0] * p[1]) ** 2 / 2


bend = torch.linalg.eigvalsh(hessian(small_cost, torch.zeros(2)))
say("bend[0]", bend[0])
say("bend[1]", bend[1])

# How often do both directions of a random symmetric matrix bend up?
A = normal(100000, 2, 2, seed=2)
eigenvalues = torch.linalg.eigvalsh(A + A.transpose(1, 2))
say("share[1]", (eigenvalues > 0).all(dim=1).double().mean())
say("2745", 2745)  # counted in 20 million other matrices of five directions

# A network with n neurons of tanh, and one that answers. All weights stand in a row: W (2 x n), b, V, c.
# Several networks can be trained at once; each is a row.
x, y = moons(100, noise=0.1, seed=1)
y = y.double()


def costs(rows):
    n = (rows.shape[-1] - 1) // 4
    W, b, V, c = rows.split([2 * n, n, n, 1], dim=-1)
    a = torch.tanh(x @ W.reshape(-1, 2, n) + b[:, None, :])
    z = (a @ V[:, :, None])[:, :, 0] + c
    return binary_cross_entropy_with_logits(z, y.expand(z.shape), reduction="none").mean(dim=1)


def train(rows, steps):
    """Gradient descent, α = 1. Gives the rows in the end, and the costs before each step."""
    rows = rows.clone().requires_grad_()
    optimizer = torch.optim.SGD([rows], lr=1)
    before = []
    for _ in range(steps):
        optimizer.zero_grad()
        cost = costs(rows)
        before.append(cost.detach())
        cost.sum().backward()
        optimizer.step()
    return rows.detach(), torch.stack(before)


def random_start(k, n):
    seed = 500 * n + 3 * k
    W = normal(2, n, seed=seed).reshape(-1)
    return torch.cat([W, normal(n, seed=seed + 1), normal(n, seed=seed + 2), torch.zeros(1)])


# All weights begin at 0, only the last bias does not: the training comes to rest at a saddle.
rest, _ = train(torch.tensor([[0.0, 0, 0, 0, 0, 0, 0, 0, 1]]), 400)
signs = torch.linalg.eigvalsh(hessian(lambda p: costs(p[None])[0], rest[0]))
say("J9(rest)", costs(rest))
say("signs[0]", signs[0])

# Pushes in the same direction, four sizes: how long does the cost stay above 0.6?
sizes = torch.tensor([[1e-3], [1e-6], [1e-9], [1e-16]])
_, before = train(rest + sizes * random_start(50, 2), 200)
left = (before > 0.6).sum(dim=0)
say("left[0]", left[0])
say("left[1]", left[1])
say("left[1] - left[0]", left[1] - left[0])
say("tiny", left[3])

# Ten random starts, with two neurons and with four.
ends = {}
for n in 2, 4:
    starts = torch.stack([random_start(k, n) for k in range(10)])
    ends[n] = costs(train(starts, 1000)[0])
say("sum(two > 0.2)", (ends[2] > 0.2).sum())
say("ceil(100*max(four))/100", math.ceil(100 * ends[4].max()) / 100)
