"""How large should the first weights be?

Fifty layers of 256 neurons: the size of what goes forward, and of the slopes that come back.
"""

import math

import torch

from course import normal, say

# ---- a neuron that is saturated ----

z = torch.tensor(10.0, requires_grad=True)
say("slope_10", torch.autograd.grad(torch.tanh(z), z)[0])

# ---- ReLU with the variance 1/k: each layer leaves the root of one half ----

say("2^-25", math.prod([math.sqrt(1 / 2)] * 50))

# ---- the curves of the lesson ----

layers, k = 50, 256
x, d = normal(100, k, seed=1, name="x"), normal(100, k, seed=2, name="d")
W = normal(layers, k, k, seed=3, name="W")


def size(a):
    return (a**2).mean((1, 2)).sqrt()


def both(f, s):
    """The sizes of the answers, and of the slopes along the scores, in each layer; weights times s."""
    b = torch.zeros(layers, 100, k, requires_grad=True)
    a, answers = x, []
    for V, c in zip(W, b):
        a = f(s * a @ V + c)
        answers.append(a.detach())
    dz, = torch.autograd.grad((a * d).sum(), b)
    return size(torch.stack(answers)), size(dz)


a_he, dz_he = both(torch.relu, math.sqrt(2 / k))
assert 0.3 < a_he.min() and a_he.max() < 3 and 0.3 < dz_he[0] / dz_he[-1] < 3  # He's rule keeps both
_, dz_01 = both(torch.relu, 0.01)
say("dz_01[0]", dz_01[0])
