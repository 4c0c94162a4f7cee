"""Down the slope: too small, right, too large.

Gradient descent in a valley and on all the digits, and the limit of the learning rate.
"""

import torch
import torch.nn.functional as F

from course import digits, say

# ---- a valley with one number ----


def J(w):
    return w**2 - 10 * w + 25


def way(alpha, steps):
    """w before the first step, and after each."""
    w = torch.zeros((), requires_grad=True)
    optimizer = torch.optim.SGD([w], lr=alpha)
    places = [w.item()]
    for _ in range(steps):
        optimizer.zero_grad()
        J(w).backward()
        optimizer.step()
        places.append(w.item())
    return places


say("ws[4, 12]", way(1.1, 30)[12])

# ---- a real task: all digits, 650 weights ----

pixels, t = digits()
X = torch.cat([torch.ones(len(pixels), 1), pixels], 1)  # the first column is for the bias
curved = torch.linalg.eigvalsh(X.T @ X / len(X)).max() / 2
say("curved", curved)
say("2/curved", 2 / curved)


def costs(alpha, steps=40):
    """The cost before the first step, and after each."""
    W = torch.zeros(65, 10, requires_grad=True)
    optimizer = torch.optim.SGD([W], lr=alpha)
    found = []
    for _ in range(steps):
        optimizer.zero_grad()
        cost = F.cross_entropy(X @ W, t)
        cost.backward()
        optimizer.step()
        found.append(cost.item())
    return torch.tensor(found + [F.cross_entropy(X @ W, t).item()])


def rises(found):
    return (found[1:] > found[:-1]).sum()


assert rises(costs(0.35)) == 0
say("rises(bold)", rises(costs(4)))
