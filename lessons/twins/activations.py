"""Activations: what happens to a slope on its way back.

The slopes of the sigmoid, of tanh and of ReLU, far out and through ten layers of one neuron.
"""

import torch

from course import say


def slope(f, z):
    z = torch.tensor(float(z), requires_grad=True)
    return torch.autograd.grad(f(z), z)[0]


def through(f, layers):
    """The slope along 0.5, which goes through f so many times."""
    def chain(z):
        for _ in range(layers):
            z = f(z)
        return z
    return slope(chain, 0.5)


say("s_far", slope(torch.sigmoid, 10))
say("t_far", slope(torch.tanh, 10))
say("r_far", slope(torch.relu, 10))

# ---- the bars of the lesson: in ten layers the sigmoid takes most of the slope, and ReLU nothing ----

assert through(torch.sigmoid, 10) < through(torch.tanh, 10) < through(torch.relu, 10) == 1
