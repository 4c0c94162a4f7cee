"""Residual connections: with a way round each block, networks of 30 blocks learn; plain ones do not.

The networks learn in 32 bits, as in the lesson.
"""

from math import comb

import torch
import torch.nn.functional as F

from course import digits, fold, normal, rows_of_steps, say

D, digit = digits()
x, y, d, e = fold(D.float(), digit, number=0, of=5, seed=3)
rows = rows_of_steps(1437, 32, 600, seed=4, dtype=torch.float32)
A = normal(10, 64, 16, seed=1).float() / 8
W = normal(10, 30, 16, 32, seed=2).float() / 4
U = normal(10, 30, 32, 16, seed=3).float() / 4
V = normal(10, 16, 10, seed=4).float() / 4


# ---- networks side by side: axis 0 of all weights, numbers and scores is the network ----

def start(networks, blocks, u=1):
    """The first weights of so many networks. u: the factor of U."""
    return [A[:networks], W[:networks, :blocks], u * U[:networks, :blocks], V[:networks]]


def through(p, x, way, normed):
    """What comes out of the blocks. way: 1 with a way round each, 0 without; normed: with layer norm."""
    A, W, U, _ = p
    h = x @ A
    for W_of_block, U_of_block in zip(W.unbind(1), U.unbind(1)):
        inside = F.layer_norm(h, [16]) if normed else h
        h = way * h + F.relu(inside @ W_of_block) @ U_of_block
    return h


def scores(p, x, way, normed):
    h = through(p, x, way, normed)
    return (F.layer_norm(h, [16]) if normed else h) @ p[3]


def right(p, way, normed=False):
    """The share of the dev set that each network reads rightly."""
    return (scores(p, d, way, normed).argmax(2) == e).double().mean(1)


def learn(blocks, u, way, normed=False):
    """Three networks, and the mean cost of their last 50 steps."""
    p = [w.clone().requires_grad_() for w in start(3, blocks, u)]
    optimizer = torch.optim.Adam(p, lr=0.002)
    falling = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, len(rows))
    costs = []
    for r in rows:
        optimizer.zero_grad()
        z = scores(p, x[r], way, normed)
        cost = F.cross_entropy(z.reshape(-1, 10), y[r].repeat(3), reduction="sum") / len(r)
        cost.backward()
        optimizer.step()
        falling.step()
        costs.append(cost.item() / 3)
    return [w.detach() for w in p], sum(costs[-50:]) / 50


# ---- plain networks: 3 blocks, 30 blocks, and 3 blocks with 27 behind them that change nothing ----

plain3, cost3 = learn(3, u=1, way=0)
plain30, cost30 = learn(30, u=1, way=0)
say("100*plain[1, 0]", 100 * right(plain3, way=0).mean())
say("100*plain[3, 0]", 100 * right(plain30, way=0).mean())
say("plain[3, 1]", cost30)
say("plain[1, 1]", cost3)

one = torch.eye(16, dtype=torch.float32)
to = torch.cat([one, -one], 1)  # ReLU(h) - ReLU(-h) is h
copies = [plain3[0], torch.cat([plain3[1], to.expand(3, 27, 16, 32)], 1),
          torch.cat([plain3[2], to.T.expand(3, 27, 32, 16)], 1), plain3[3]]
say("100*copied", 100 * right(copies, way=0).mean())

# ---- ways round: how many there are, how the slope is shared out, how the numbers grow at the start ----

say("2^30", 2**30)
say("100*short", 100 * sum(comb(30, k) * 0.1**k for k in range(6)) / 1.1**30)
say("2^15", 2**15)
say("late", (through(start(10, 30), d[:60], way=1, normed=True) ** 2).mean())

# ---- what came out of 30 blocks with a way round: with U = 0 at the start, and with layer norm ----

zero, cost = learn(30, u=0, way=1)
say("zero[3, 1]", cost)
say("100*zero[3, 0]", 100 * right(zero, way=1).mean())
normed, normed_cost = learn(30, u=1, way=1, normed=True)
say("100*normed[3, 0]", 100 * right(normed, way=1, normed=True).mean())


def without_one(p, way):
    """The share that is right when one block is cut out, on average over all blocks."""
    blocks, shares = range(p[1].shape[1]), []
    for i in blocks:
        rest = [k for k in blocks if k != i]
        shares.append(right([p[0], p[1][:, rest], p[2][:, rest], p[3]], way).mean())
    return torch.stack(shares).mean()


say("100*mean(cuts)", 100 * without_one(zero, way=1))
say("100*mean(cutsp)", 100 * without_one(plain3, way=0))
say("normed[3, 1]", normed_cost)
say("1 + 1/100", 1 + 1 / 100)
say("1.01^30", 1.01**30)
