"""No loops: all images in one product.

The scores and slopes of a neuron that sees photographs, in three ways: with a loop over the numbers, with a
loop over the photographs, and with none.
"""

import torch
import torch.nn.functional as F

from course import normal, own, say, uniform

m, n = 20, 64 * 64 * 3
X = uniform(m, 64, 64, 3, seed=1, name="photos").reshape(m, -1)  # each photograph is flattened to one row
y = (normal(m, seed=2) > 0).double()
w = (0.01 * normal(n, seed=3)).requires_grad_()
b = torch.tensor(0.5, requires_grad=True)

# ---- without a loop: the scores of all photographs are one product ----

z = X @ w + b
F.binary_cross_entropy_with_logits(z, y).backward()

# ---- with a loop over the photographs: each adds its slopes ----

dw, db = torch.zeros(n), 0
for row, truth in zip(X, y):
    dz = (torch.sigmoid(row @ w.detach() + b.detach()) - truth) / m
    dw = dw + dz * row
    db = db + dz
assert torch.allclose(dw, w.grad, rtol=1e-12, atol=1e-15) and torch.allclose(db, b.grad)

# ---- with a loop over the numbers of a photograph: each round adds one product to each score ----

scores, rounds = b.detach() * torch.ones(m), 0
for weight, column in zip(w.detach(), X.T):
    scores = scores + weight * column
    rounds = rounds + 1
assert torch.allclose(scores, z, rtol=1e-12, atol=1e-12)

say("n", rounds)
say("n/1000", 1000 * rounds / 1e6)  # the inner line for 1,000 photographs, in millions
own("ms[0]", "a time, measured once")
own("ms[1]", "a time, measured once")
own("ms[2]", "a time, measured once")
