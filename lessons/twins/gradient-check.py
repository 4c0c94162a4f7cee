"""Is my derivative right? Gradient checking.

Slopes measured by nudging, beside those of autograd; and a wrong slope that the check does not see at first.
"""

import torch
import torch.nn.functional as F

from course import normal, say

# ---- nudging to both sides ----


def two_sided(f, theta, eps):
    return (f(theta + eps) - f(theta - eps)) / (2 * eps)


say("two", two_sided(lambda t: t**3, 1, 0.01))

# ---- a network of 21 numbers: W, b, v and c in one vector ----

X = normal(5, 3, seed=1, name="X")
y = (normal(5, seed=2) > 0).double()


def cost(activation, p):
    W, b, v, c = p[:12].reshape(3, 4), p[12:16], p[16:20], p[20]
    return F.binary_cross_entropy(torch.sigmoid(activation(X @ W + b) @ v + c), y)


def wrong(z):
    """The values of tanh, but the slope 1."""
    return z + (torch.tanh(z) - z).detach()


def slopes(activation, p):
    p = p.detach().requires_grad_()
    return torch.autograd.grad(cost(activation, p), p)[0]


def ratio(p):
    """How far the measured slopes are from those with the wrong slope of tanh."""
    measured = torch.stack([(cost(torch.tanh, p + 1e-7 * u) - cost(torch.tanh, p - 1e-7 * u)) / 2e-7
                            for u in torch.eye(21)])
    by_hand = slopes(wrong, p)
    return (measured - by_hand).norm() / (measured.norm() + by_hand.norm())


# ---- with small weights the check is fooled; after 500 steps of learning it is not ----

tiny = 0.002 * (0.5 * normal(21, seed=3))
assert ratio(tiny) < 1e-7
later = tiny
for _ in range(500):
    later = later - slopes(wrong, later)
say("ratio(numeric(later), grad(K(later), later))", ratio(later))
