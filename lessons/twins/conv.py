"""Convolution: a network of kernels reads digits with a quarter of the weights of an ordinary one.

The networks learn in 32 bits, as in the lesson. PyTorch keeps images as [image, channel, row, column].
"""

import torch
import torch.nn.functional as F

from course import digits, fold, normal, rows_of_steps, say

D, digit = digits()
image = D.float().reshape(-1, 1, 8, 8)


def weights(*shape, variance, seed):
    return variance ** 0.5 * normal(*shape, seed=seed).float()


def zeros(n):
    return torch.zeros(n, dtype=torch.float32)


# ---- the two networks ----

# The course draws a kernel as [row, column, from, to], PyTorch wants [to, from, row, column].
p0 = [weights(3, 3, 1, 8, variance=2 / 9, seed=1).permute(3, 2, 0, 1),
      weights(3, 3, 8, 48, variance=2 / 72, seed=2).permute(3, 2, 0, 1), zeros(48),
      weights(48, 10, variance=1 / 48, seed=3), zeros(10)]
q0 = [weights(64, 128, variance=2 / 64, seed=11), zeros(128),
      weights(128, 64, variance=2 / 128, seed=12), zeros(64),
      weights(64, 10, variance=1 / 64, seed=13), zeros(10)]


def net(p, x):
    """Two layers of kernels, each with a rim of 2; then the largest number of each map makes the scores."""
    K, L, b, V, c = p
    maps = F.relu(F.conv2d(F.relu(F.conv2d(x, K, padding=2)), L, b, padding=2))
    return maps.flatten(2).max(2).values @ V + c


def flat(q, x):
    """The ordinary network: 64-128-64-10."""
    W, a, U, b, V, c = q
    return F.relu(F.relu(x.flatten(1) @ W + a) @ U + b) @ V + c


def learn(scores, start, x, y, rows, rate):
    """Adam, with a rate that falls to 0 by half a cosine."""
    p = [w.clone(memory_format=torch.contiguous_format).requires_grad_() for w in start]
    optimizer = torch.optim.Adam(p, lr=rate)
    falling = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, len(rows))
    for r in rows:
        optimizer.zero_grad()
        F.cross_entropy(scores(p, x[r]), y[r]).backward()
        optimizer.step()
        falling.step()
    return [w.detach() for w in p]


def right(z, y):
    return (z.argmax(1) == y).double().mean()


# ---- each of five parts of the digits is once the dev set ----

small = rows_of_steps(1437, 16, 800, seed=4, dtype=torch.float32)
large = rows_of_steps(1437, 32, 800, seed=14, dtype=torch.float32)
shares, ordinary, dev = [], [], []
for number in range(5):
    x, y, d, e = fold(image, digit, number=number, of=5, seed=3)
    q = learn(flat, q0, x, y, large, 0.003)
    p = learn(net, p0, x, y, small, 0.01)
    shares.append((right(flat(q, d), e), right(net(p, d), e)))
    ordinary.append(q)
    dev.append((d, e))

# ---- a digit moves to the right by one pixel ----

d, e = dev[0]
moved = F.pad(d, (1, 0))[..., :8]
said = flat(ordinary[0], moved)
say("count(e)", len(e))
say("100*still[0]", 100 * shares[0][0])
say("100*rightwards[0]", 100 * right(said, e))
say("said[0]", e[3])
say("said[1]", said[3].argmax())

# ---- what came out ----

five = torch.tensor(shares).mean(0)
say("count(p0)", sum(w.numel() for w in p0))
say("count(q0)", sum(w.numel() for w in q0))
say("100*five[0]", 100 * five[0])
say("100*five[1]", 100 * five[1])
