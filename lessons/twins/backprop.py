"""Backprop: one block, as often as you like.

Five layers, the walk back by hand beside autograd and beside nudging, and what the two ways cost in products.
"""

import torch

from course import normal, say, uniform

m, layers = 64, 5
X, Y = normal(m, 4, seed=1, name="X"), uniform(m, 4, seed=2, name="Y")
W = normal(layers, 4, 4, seed=3, name="W")
b = normal(layers, 4, seed=4, name="b")
products = 0  # of matrices, so far


def product(A, B):
    global products
    products += 1
    return A @ B


def forward(W, b):
    """What comes into each layer, and at the end what the last one gives: the cache."""
    cache = [X]
    for V, c in zip(W, b):
        cache.append(torch.sigmoid(product(cache[-1], V) + c))
    return cache


def J(W, b):
    return ((forward(W, b)[-1] - Y) ** 2).sum() / (2 * m)


def backward(cache):
    """The four lines, from the last layer to the first."""
    dA = (cache[-1] - Y) / m
    dW, db = [], []
    for A0, A, V in reversed(list(zip(cache, cache[1:], W))):
        dZ = dA * A * (1 - A)
        dW.insert(0, product(A0.T, dZ))
        db.insert(0, dZ.sum(0))
        dA = product(dZ, V.T)
    return torch.stack(dW), torch.stack(db)


# ---- the walk back ----

dW, db = backward(forward(W, b))
say("walk(5)", products)

V, c = W.clone().requires_grad_(), b.clone().requires_grad_()
for ours, slope in zip((dW, db), torch.autograd.grad(J(V, c), (V, c))):
    assert torch.allclose(ours, slope, rtol=0, atol=1e-14)

# ---- nudging: one run as it is, and one more for each weight and each bias ----

products, nudge = 0, 1e-6
first = J(W, b)
tried = torch.zeros(layers * 20)
for k, one in enumerate(nudge * torch.eye(layers * 20)):
    up_W, up_b = one[:layers * 16].reshape(W.shape), one[layers * 16:].reshape(b.shape)
    tried[k] = (J(W + up_W, b + up_b) - first) / nudge
say("nudging(5)", products)
assert torch.allclose(tried, torch.cat([dW.reshape(-1), db.reshape(-1)]), rtol=0, atol=1e-6)
