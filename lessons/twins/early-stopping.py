"""Stop early: the last step is not the best. A dev set says when a training begins to do harm."""

import math

from course import moons, normal, say
import torch
from torch.nn.functional import binary_cross_entropy_with_logits, logsigmoid

STEPS = 2000
x, y = moons(60, noise=0.35, seed=1)
x_dev, y_dev = moons(200, noise=0.35, seed=6)
y, y_dev = y.double(), y_dev.double()

# Two layers of 64 units.
V = normal(2, 64, seed=1)
b = torch.zeros(64)
W = normal(64, 64, seed=21) / math.sqrt(32)
c = torch.zeros(64)
v = normal(64, seed=41) / math.sqrt(32)
d = torch.tensor(0.0)
parameters = [p.requires_grad_() for p in (V, b, W, c, v, d)]


def score(points):
    return torch.relu(torch.relu(points @ V + b) @ W + c) @ v + d


def loss(points, classes):
    return binary_cross_entropy_with_logits(score(points), classes)


def wrong(points, classes):
    """How many points lie on the wrong side."""
    return ((score(points) > 0) != classes).sum()


# The training to its end. Whenever the dev loss is less than ever before, we count what is wrong, and begin
# to wait again; the training would stop when it has waited for as many steps as its patience.
optimizer = torch.optim.SGD(parameters, lr=0.5)
patience = 100
least, since, stop = math.inf, 0, None
for step in range(1, STEPS + 1):
    optimizer.zero_grad()
    loss(x, y).backward()
    optimizer.step()
    with torch.no_grad():
        dev = loss(x_dev, y_dev).item()
        since += 1
        if dev < least:
            least, since, best = dev, 0, step
            right_best = len(x) - wrong(x, y)
            wrong_best = wrong(x_dev, y_dev)
    if since == patience and stop is None:
        stop = step

say("best + 1", best)
say("devs[-1]/devs[best]", dev / least)
say("60*right_best", right_best)
say("-log(sigmoid(3))", -logsigmoid(torch.tensor(3.0)))
say("-log(sigmoid(6))", -logsigmoid(torch.tensor(6.0)))
say("200*wrong_best", wrong_best)
say("200*wrong_last", wrong(x_dev, y_dev))
say("stop", stop)
say("2000 - stop", STEPS - stop)
say("devs[best]", least)
