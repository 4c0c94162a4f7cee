"""Deep and linear: exploding and vanishing gradients.

Layers that multiply by s: the slope of what comes in, along what comes out, for several s and depths.
"""

import torch

from course import say

x, last = torch.tensor([1.0, -2.0]), torch.tensor([0.7, 0.3])


def factor(s, layers):
    """How many times as large the slope is behind so many layers with the matrix s times the identity."""
    W = s * torch.eye(2)
    start = x.clone().requires_grad_()
    a = start
    for _ in range(layers):
        a = a @ W
    dx, = torch.autograd.grad(a @ last, start)
    return dx[0] / last[0]


say("2^9", 1 / factor(0.5, 9))
say("2^20", 1 / factor(0.5, 20))
say("1.5^151", factor(1.5, 151))
say("0.9^151", factor(0.9, 151))
say("1 + 1/100", factor(1.01, 1))
say("1.01^151", factor(1.01, 151))
say("0.99^151", factor(0.99, 151))

# ---- the smallest number above 0 that has 32 bits ----

zero, one = torch.zeros((), dtype=torch.float32), torch.ones((), dtype=torch.float32)
say("2^-149", torch.nextafter(zero, one))
