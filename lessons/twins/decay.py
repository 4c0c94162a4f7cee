"""A rate that falls: learning rate decay. Two walks with the same noise; the rate of one of them falls."""

import math

from course import normal, say
import torch


def walk(noise, rates):
    """All places of a descent in the valley p²/2, whose slopes are seen with noise."""
    p, path = torch.tensor([3.0, 2.0], requires_grad=True), []
    for push, rate in zip(noise, rates):
        (slope,) = torch.autograd.grad((p**2).sum() / 2, p)
        p = (p - rate * (slope + push)).detach().requires_grad_()
        path.append(p)
    return torch.stack(path)


def distance(path):
    """The mean distance from the lowest point in the last 100 steps."""
    return path[300:].norm(dim=1).mean()


# Without noise a step leaves 0.98 of the distance: after how many is a tenth left?
say("log(0.1)/log(0.98)", math.log(0.1) / math.log(0.98))

noise = normal(400, 2, seed=3, name="noise")
constant = torch.full((400,), 0.2)
falling = 0.2 / (1 + 0.02 * torch.arange(400))
say("far(constant)", distance(walk(noise, constant)))
say("far(falling)", distance(walk(noise, falling)))

# A rate that is halved in each step stops on the way. Here is what remains of it, in per cent.
halved = 0.2 * 0.5 ** torch.arange(60)
say("100*prod(1 - 0.2*0.5^arange(60))", 100 * (1 - halved).prod())
