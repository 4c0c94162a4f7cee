"""Inputs of one size.

Gradient descent with raw and with normalised inputs, saturated units, and new houses in the same formula.
"""

import math

import torch

from course import normal, say, uniform

raw = torch.stack([1 + 999 * uniform(200, seed=1), uniform(200, seed=2)], 1)
y = raw @ torch.tensor([0.01, 3]) + 0.1 * normal(200, seed=3)


def normalised(X):
    return (X - X.mean(0)) / X.std(0, unbiased=False)


def with_1(X):
    return torch.cat([torch.ones(len(X), 1), X], 1)


def bends(X):
    """The curvatures of the cost in w and b, the flattest first, and their directions."""
    return torch.linalg.eigh(with_1(X).T @ with_1(X) / len(X))


def rate(X):
    return 1 / bends(X)[0][-1].item()


def learn(X, goal, steps, lr):
    """w, b and the costs before each step and after the last."""
    w = torch.zeros(X.shape[1], requires_grad=True)
    b = torch.zeros((), requires_grad=True)
    optimizer = torch.optim.SGD([w, b], lr=lr)
    costs = []
    for _ in range(steps + 1):
        optimizer.zero_grad()
        cost = ((X @ w + b - goal) ** 2).mean() / 2
        costs.append(cost.item())
        if len(costs) <= steps:
            cost.backward()
            optimizer.step()
    return w.detach(), b.detach(), torch.tensor(costs)


def left(costs, X):
    """The share of the way from the first cost down to the least that is left."""
    p = torch.linalg.lstsq(with_1(X), y[:, None]).solution
    least = ((with_1(X) @ p)[:, 0] - y).square().mean() / 2
    return (costs - least) / ((y**2).mean() / 2 - least)


# ---- the walks ----

x = normalised(raw)
w, b, costs = learn(x, y, 20, rate(x))
say("steps_x", (left(costs, x) > 1e-3).sum())
_, _, costs = learn(raw, y, 20000, rate(raw))
say("100*left_raw", 100 * left(costs[-1], raw))

# ---- how many steps the raw walk needs: each direction goes down by its own factor ----

curvature, directions = bends(raw)
best = torch.linalg.lstsq(with_1(raw), y[:, None]).solution
weight = curvature * (directions.T @ best)[:, 0] ** 2


def left_after(steps):
    return (weight * (1 - rate(raw) * curvature) ** (2 * steps)).sum() / weight.sum()


assert abs(left_after(20000) - left(costs[-1], raw)) < 1e-6
few, many = 0, 10**9
while many - few > 1:
    middle = (few + many) // 2
    few, many = (few, middle) if left_after(middle) < 1e-3 else (middle, many)
say("needed/1e6", many / 1e6)

# ---- three inputs of about one size ----

near = torch.stack([uniform(200, seed=4), 2 * uniform(200, seed=5) - 1, 1 + uniform(200, seed=6)], 1)
goal = near @ torch.tensor([1.0, 2, 3])


def steps_needed(X):
    """With the best of three rates."""
    runs = [learn(X, goal, 1000, r * rate(X))[2] for r in (1, 1.5, 1.9)]
    return min((costs[:-1] > 1e-3 * costs[0]).sum() for costs in runs)


say("steps_near", steps_needed(near))
say("steps_norm", steps_needed(normalised(near)))

# ---- before an activation: scores beyond 5 or -5 ----

W = normal(2, 100, seed=7) / math.sqrt(2)
for name, X in (("raw", raw), ("x", x)):
    say(f"100*far({name})", 100 * ((X @ W).abs() > 5).double().mean())

# ---- new houses, with the mean and deviation of the training, and with their own ----

dev = torch.stack([700 + 300 * uniform(50, seed=8), uniform(50, seed=9)], 1)
truth = dev @ torch.tensor([0.01, 3])
dev_x = (dev - raw.mean(0)) / raw.std(0, unbiased=False)
for name, X in (("dev_x", dev_x), ("dev_own", normalised(dev))):
    say(f"off({name})", (X @ w + b - truth).abs().mean())
say("mean(truth)", truth.mean())
say("valley/1e6", curvature[-1] / curvature[0] / 1e6)
