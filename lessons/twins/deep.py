"""Deep networks: a tree of pairs, folding, and what hidden layers and more examples bring for digits.

The networks learn in 32 bits, as in the lesson.
"""

import torch
import torch.nn.functional as F

from course import digits, fold, normal, rows_of_steps, say, split, uniform

# ---- a tree says whether the number of ones among eight switches is odd ----

switches = torch.tensor([[i >> k & 1 for k in range(8)] for i in range(256)])
level = switches
while level.shape[1] > 1:
    half = level.shape[1] // 2
    s = level[:, :half] + level[:, half:]
    level = torch.relu(s) - 2 * torch.relu(s - 1)
say("count(odd)", (level[:, 0] == switches.sum(1) % 2).sum())

# ---- folding ten times: peaks, and bends between 0 and 1 ----

x = torch.arange(1025) / 1024
for _ in range(10):
    x = torch.relu(2 * x) - torch.relu(4 * x - 2)
say("2^9", ((x[1:-1] > x[:-2]) & (x[1:-1] > x[2:])).sum())
say("2^10 - 1", (x[1:] - x[:-1]).diff().ne(0).sum())

# ---- digits: five networks learn at once, each from its own examples. Axis 0 is the network ----


def layer(n, m, seed):
    W = (2 / n) ** 0.5 * normal(n, m, seed=seed)
    return [W.float().repeat(5, 1, 1), torch.zeros(5, 1, m, dtype=torch.float32)]


def scores(p, x):
    """p: W and b of one layer after the other, with ReLU between them."""
    for W, b in zip(p[:-2:2], p[1:-2:2]):
        x = torch.relu(torch.baddbmm(b, x, W))
    return torch.baddbmm(p[-1], x, p[-2])


def learn(p, x, y, rows, rate):
    """Adam, with the mini-batch of these rows in each step. x and y are of all five."""
    p = [w.clone().requires_grad_() for w in p]
    optimizer = torch.optim.Adam(p, lr=rate)
    for r in rows:
        optimizer.zero_grad()
        z = scores(p, x[:, r])
        cost = F.cross_entropy(z.reshape(-1, 10), y[:, r].reshape(-1), reduction="sum") / len(r)
        cost.backward()
        optimizer.step()
    return [w.detach() for w in p]


def right(p, dev):
    """The share of the dev set of each network that it reads rightly."""
    shares = []
    for k, (x, y) in enumerate(dev):
        guess = scores([w[k:k + 1] for w in p], x[None])[0].argmax(1)
        shares.append((guess == y).double().mean())
    return torch.stack(shares)


def five(parts, n):
    """The first n examples to learn from of five parts, and their dev sets."""
    x, y = torch.stack([part[0][:n] for part in parts]), torch.stack([part[1][:n] for part in parts])
    return x, y, [part[2:] for part in parts]


D, c = digits()
D = D.float()
x, y, dev = five([fold(D, c, number=k, of=5, seed=3) for k in range(5)], 1437)
rows = rows_of_steps(1437, 32, 40 * 45, seed=2, dtype=torch.float32)
deep = layer(64, 128, 1) + layer(128, 64, 2) + layer(64, 10, 3)
flat = layer(64, 256, 6) + layer(256, 10, 7)
none = [torch.zeros(5, 64, 10, dtype=torch.float32), torch.zeros(5, 1, 10, dtype=torch.float32)]

deep5 = right(learn(deep, x, y, rows, 1e-3), dev)
say("sum((wide[:-1] + 1)*wide[1:])", sum(w[0].numel() for w in deep))
say("min(deep5)", deep5.min())
say("max(deep5)", deep5.max())
say("mean(deep5)", deep5.mean())
say("mean(flat5)", right(learn(flat, x, y, rows, 1e-3), dev).mean())
say("mean(none5)", right(learn(none, x, y, rows, 1e-2), dev).mean())

# ---- more data or more neurons? With 1,400 digits of five other splits ----

x, y, dev = five([split(D, c, shares=(0.78, 0.22), seed=s) for s in range(21, 26)], 1400)
rows = (1400 * uniform(1500, 32, seed=8, name="picks").float()).floor().long()
wrong_none = 1 - right(learn(none, x, y, rows, 1e-2), dev).mean()
wrong_flat = 1 - right(learn(flat, x, y, rows, 1e-3), dev).mean()
say("100*(1 - wrong[3, 2]/wrong[3, 0])", 100 * (1 - wrong_flat / wrong_none))
say("100*mean(deep5)", 100 * deep5.mean())
