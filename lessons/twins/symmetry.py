"""Why weights begin at random.

A network of four hidden units: from equal weights they stay equal, and from random ones they part.
"""

import math

import torch
import torch.nn.functional as F

from course import circles, normal, own, say

x, y = circles(161, seed=1)
n = 4


def hidden(W, b):
    return x @ W + b


def hidden_other(W, b):
    """The same, but the last unit adds its terms in another order."""
    s, t = x[:, :1] * W[0], x[:, 1:] * W[1]
    return torch.cat([(s + t + b)[:, :-1], (s + (t + b))[:, -1:]], 1)


def net(W, b, v, c, scores=hidden):
    return torch.tanh(scores(W, b)) @ v + c


def train(start, steps, scores=hidden):
    """The parameters at the end, and W after each step."""
    p = [part.clone().requires_grad_() for part in start]
    optimizer = torch.optim.SGD(p, lr=1)
    way = []
    for _ in range(steps):
        optimizer.zero_grad()
        F.binary_cross_entropy_with_logits(net(*p, scores), y.double()).backward()
        optimizer.step()
        way.append(p[0].detach().clone())
    return [part.detach() for part in p], torch.stack(way)


def right(p):
    """The share of the points on the right side of the border."""
    return ((net(*p) > 0) == (y > 0)).double().mean()


def apart(way):
    """The largest difference of the weights of two units, after each step."""
    return (way.max(2).values - way.min(2).values).max(1).values


# ---- equal and random weights ----

equal = [0.5 * torch.ones(2, n), torch.zeros(n), 0.5 * torch.ones(n), torch.zeros(())]
random = [normal(2, n, seed=4), torch.zeros(n), normal(n, seed=5), torch.zeros(())]
P, way_P = train(equal, 1000)
Q, way_Q = train(random, 1000)
assert apart(way_P)[-1] < 1e-6 and apart(way_Q)[-1] > 1
say("100*right(P)", 100 * right(P))
say("100*right(Q)", 100 * right(Q))
say("count(equal)", sum(part.numel() for part in equal))

# ---- rounding breaks the symmetry, too ----

_, way = train(equal, 2601, hidden_other)
tip = apart(way)


def ten(i, k):
    """The steps in which the distance grows tenfold, from step i to step k."""
    return (k - i) * math.log(10) / math.log(tip[k] / tip[i])


own("tip[200]", f"an error of rounding; in this program {tip[200]:.1e}")
say("early", ten(200, 500))
say("tenfold", ten(600, 2600))
