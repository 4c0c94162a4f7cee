"""The chain rule: the way back through three layers.

A network of 3, 2 and 1 neurons: how many numbers it has, what it keeps for the way back, and its slopes.
"""

import torch
import torch.nn.functional as F

from course import normal, say

# ---- the network for images of 64 by 64 points of three colours ----

n0 = 64 * 64 * 3
network = torch.nn.Sequential(
    torch.nn.Linear(n0, 3), torch.nn.Sigmoid(),
    torch.nn.Linear(3, 2), torch.nn.Sigmoid(),
    torch.nn.Linear(2, 1), torch.nn.Sigmoid(),
)
say("n0", n0)
say("count_of(n0)", sum(p.numel() for p in network.parameters()))

# ---- the same network for four inputs: the walk back by hand, and by autograd ----

m, n = 7, 4
X = normal(m, n, seed=1, name="X")
Y = torch.tensor([1.0, 0, 0, 1, 1, 0, 1])[:, None]
W1, b1 = normal(n, 3, seed=3, name="W1"), normal(3, seed=4, name="b1")
W2, b2 = normal(3, 2, seed=5, name="W2"), normal(2, seed=6, name="b2")
W3, b3 = normal(2, 1, seed=7, name="W3"), normal(1, seed=8, name="b3")
parameters = [W1, b1, W2, b2, W3, b3]
for p in parameters:
    p.requires_grad_()

A1 = torch.sigmoid(X @ W1 + b1)
A2 = torch.sigmoid(A1 @ W2 + b2)
A3 = torch.sigmoid(A2 @ W3 + b3)
slopes = torch.autograd.grad(F.binary_cross_entropy(A3, Y), parameters)

with torch.no_grad():
    dZ3 = (A3 - Y) / m
    dZ2 = (dZ3 @ W3.T) * A2 * (1 - A2)
    dZ1 = (dZ2 @ W2.T) * A1 * (1 - A1)
    by_hand = [X.T @ dZ1, dZ1.sum(0), A1.T @ dZ2, dZ2.sum(0), A2.T @ dZ3, dZ3.sum(0)]
for d, slope in zip(by_hand, slopes):
    assert torch.allclose(d, slope, rtol=0, atol=1e-14)

# ---- the cache of one image: the inputs of the three layers, the answer, and y ----

cache = [torch.zeros(n0)]
for layer in (0, 2, 4):
    cache.append(network[layer:layer + 2](cache[-1]))
cache.append(torch.ones(1))
say("n0 + 3 + 2 + 1 + 1", sum(c.numel() for c in cache))
say("8*(n0 + 3 + 2 + 1 + 1)", sum(c.numel() * c.element_size() for c in cache))

# ---- without a cache: the input of layer k needs k - 1 layers again ----

say("again(152)", sum(k - 1 for k in range(1, 152 + 1)))
