"""Batch norm: what it makes of a column, why data of another colour need it, how one picture is read."""

import torch
import torch.nn.functional as F

from course import normal, say, uniform

eps = 1e-5

# ---- normalise: two values 0.01 on either side of their mean, and the largest scores of 8, 8, 12 and 12 ----

layer = torch.nn.BatchNorm1d(1, eps=eps, affine=False)
near = layer(torch.tensor([[10.01], [9.99]]))
say("0.01^2/(0.01^2 + eps)", near.var(unbiased=False))
say("sigmoid(-1)", torch.sigmoid(torch.tensor(-1.0)))
say("sigmoid(1)", torch.sigmoid(torch.tensor(1.0)))

# ---- cats of another colour: a border learned from the black ones does not serve the others ----


def truth(u):
    return 4 * (u - 0.5) ** 2


u1, u2 = 0.3 * uniform(12, seed=18), 0.3 + 0.7 * uniform(12, seed=19)
gap1, gap2 = 0.1 + 0.5 * uniform(12, seed=20), 0.1 + 0.5 * uniform(12, seed=21)
black, dark = torch.stack([u1, truth(u1) + gap1], 1), torch.stack([u1, truth(u1) - gap2], 1)
bright, rest = torch.stack([u2, truth(u2) + gap2], 1), torch.stack([u2, truth(u2) - gap1], 1)

p = torch.zeros(3, requires_grad=True)
optimizer = torch.optim.Adam([p], lr=0.1)
for _ in range(400):
    optimizer.zero_grad()
    cost = (F.softplus(-(p[0] + black @ p[1:])) + F.softplus(p[0] + dark @ p[1:])).mean()
    cost.backward()
    optimizer.step()


def wrong(yes, no):
    """In per cent."""
    missed, false_alarms = p[0] + yes @ p[1:] < 0, p[0] + no @ p[1:] > 0
    return (50 * (missed.double().mean() + false_alarms.double().mean())).round()


say("wrong_black", wrong(black, dark))
say("wrong_other", wrong(bright, rest))

# ---- one picture alone: with the means that were kept over 20 batches ----

mean, variance = 0, 0
for batch in 10 + 2 * normal(20, 64, seed=1):
    mean = 0.9 * mean + 0.1 * batch.mean()
    variance = 0.9 * variance + 0.1 * batch.var(unbiased=False)
mean, variance = mean / (1 - 0.9 ** 20), variance / (1 - 0.9 ** 20)
say("alone", (12 - mean) / (variance + eps).sqrt())
