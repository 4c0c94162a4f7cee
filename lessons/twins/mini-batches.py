"""Mini-batches: many steps for one look. Steps by few pictures and by all, and how they jump."""

import math

from course import digits, rows_of_steps, say, uniform
import torch
from torch.nn.functional import cross_entropy

pixels, t = digits()
X = torch.cat([torch.ones(1797, 1), pixels], dim=1)


def of_rows(W, rows):
    """The cost of one model, W, for these pictures."""
    return cross_entropy(X[rows] @ W, t[rows])


def cost(W):
    """For all pictures."""
    return cross_entropy(X @ W, t)


def descend(W, batches, rate):
    """A step for each mini-batch. Gives W after each step."""
    path = []
    for rows in batches:
        W = W.detach().requires_grad_()
        (slope,) = torch.autograd.grad(of_rows(W, rows), W)
        W = (W - rate * slope).detach()
        path.append(W)
    return path


def costs_on_the_way(W, batches, rate):
    """The cost of all pictures before the first step, and after each."""
    return torch.stack([cost(V) for V in [W] + descend(W, batches, rate)])


def epoch(W, order):
    """Mini-batches of 64, the last one of the 5 pictures that are left: W after each step."""
    return descend(W, order.split(64), 0.35)


def random_orders(*shape, seed):
    return uniform(*shape, seed=seed).argsort(dim=-1)


def places(houses):
    """A step halfway to the mean of each two houses: all places."""
    p, path = 0.0, []
    for pair in houses.reshape(4, 2):
        p = p - 0.5 * (p - pair.mean())
        path.append(p)
    return path


# Eight houses, two at a time, and the same in the order of the road.
houses = torch.tensor([2.0, 6, 1, 7, 3, 5, 2, 6])
say("road[3]", places(houses)[3])
say("steps(1797, 64)", math.ceil(1797 / 64))
say("along[3]", places(houses.sort().values)[3])

# Handwritten digits: 40 steps by mini-batches of 64, and 10 by all pictures.
nothing = torch.zeros(65, 10)
orders = random_orders(10, 1797, seed=1)
batches = orders[:2, :1792].reshape(56, 64)[:40]
little = costs_on_the_way(nothing, batches, 0.35)[1:]
everything = torch.arange(1797).repeat(41, 1)
by_all = costs_on_the_way(nothing, everything, 0.35)
say("all_[0]", by_all[0])
say("little[27]", little[27])
say("needed", (by_all > little[27]).sum())

# Ten epochs, each in an order of its own. In ten other orders: does the step by the last 5 pictures do harm?
W = nothing
after = []
for order in orders:
    W = epoch(W, order)[-1]
    after.append(cost(W))
say("minis[1]", after[0])
harm = 0
for seed in range(51, 61):
    *_, before, last = epoch(nothing, random_orders(1797, seed=seed))
    harm += cost(last) > cost(before)
say("sum(rest)", harm)


# How much the cost jumps from step to step late in a training, with one picture in a step and with 256.
def jump(size, seed):
    rows = rows_of_steps(1797, size, 800, seed)
    costs = costs_on_the_way(descend(nothing, rows[:399], 0.1)[-1], rows[399:799], 0.1)
    return (costs[1:] - costs[:-1]).std(unbiased=False)


say("jumps[0]", jump(1, 21) / jump(256, 31))
say("1797/64", 1797 / 64)
say("cost(W[9])", after[9])
