"""Dropout: no unit may rely on another. What dropout does to two weights, and to networks."""

import math

from course import digits, kept, normal, rows_of_steps, say, split, stream_of, uniform
import torch
from torch.nn.functional import cross_entropy

# Two thermometers, and a neuron that must not rely on one of them: 1,000 steps, each with another mask.
a = torch.ones(2)
keep = 0.5
draws = (uniform(1000, 2, seed=1) < keep).double()
w = torch.tensor([4.0, -3.0], requires_grad=True)
optimizer = torch.optim.SGD([w], lr=0.02)
path = []
for mask in draws:
    optimizer.zero_grad()
    h = a * mask / keep
    ((h @ w - 1) ** 2).backward()
    optimizer.step()
    path.append(w.detach().clone())
end = torch.stack(path)[500:].mean(dim=0)
say("mean(w[500:, 0])", end[0])
say("mean(w[500:, 1])", end[1])

# Networks of 128 and 64 units learn from 300 digits. The five starts are trained at once: the first axis of
# each parameter is the start.
pixels, t = digits()
X, T, X_dev, T_dev = split(pixels, t, shares=(0.167, 0.833), seed=1)
rows = rows_of_steps(len(T), 32, 750, seed=8)


def first_weights(s):
    V = math.sqrt(2 / 64) * normal(64, 128, seed=s)
    W = math.sqrt(2 / 128) * normal(128, 64, seed=10 + s)
    U = math.sqrt(2 / 64) * normal(64, 10, seed=20 + s)
    return V, torch.zeros(1, 128), W, torch.zeros(1, 64), U, torch.zeros(1, 10)


def masks(n, keep_prob, place, first, epoch):
    """For n examples, the masks of both layers. They are drawn anew each time: place and first say where
    in the lesson, epoch in which step."""
    return [kept((n, units), keep_prob, 0, stream_of(place, first + layer), epoch)
            for layer, units in enumerate((128, 64))]


def losses(p, x, classes, factors=(1, 1)):
    """The loss of each network. The factors are those of dropout for the two layers; 1: all units are on."""
    V, b, W, c, U, d = p
    h = torch.relu(x @ V + b) * factors[0]
    h = torch.relu(h @ W + c) * factors[1]
    z = h @ U + d
    starts = len(z)
    each = cross_entropy(z.reshape(-1, 10), classes.repeat(starts), reduction="none")
    return each.reshape(starts, -1).mean(dim=1)


def train(keep_prob):
    p = [torch.stack(part).requires_grad_() for part in zip(*[first_weights(s) for s in range(1, 6)])]
    optimizer = torch.optim.SGD(p, lr=0.1)
    for step, k in enumerate(rows):
        optimizer.zero_grad()
        factors = (1, 1) if keep_prob == 1 else masks(32, keep_prob, "p", 1, step)
        losses(p, X[k], T[k], factors).sum().backward()
        optimizer.step()
    return [part.detach() for part in p]


def failing(p, place):
    """The dev losses if each unit fails with the probability 1/2. Each network has masks of its own."""
    drawn = [masks(len(T_dev), 0.5, place, 1 + 2 * start, 0) for start in range(5)]
    return losses(p, X_dev, T_dev, [torch.stack(layer) for layer in zip(*drawn)])


without = train(1)
with_dropout = train(0.5)
dev_1 = losses(without, X_dev, T_dev)
dev_5 = losses(with_dropout, X_dev, T_dev)
say("dev_1", dev_1)
say("dev_5", dev_5)
say("sum(1*(dev_5 < dev_1))", (dev_5 < dev_1).sum())
say("fail_1", failing(without, "train_1"))
say("fail_5", failing(with_dropout, "train_5"))
