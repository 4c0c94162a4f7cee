"""A recurrent network reads a text letter by letter with a memory, forgets with the distance, and writes.

The network learns in 32 bits, as in the lesson.
"""

import torch
import torch.nn.functional as F

from course import categorical, normal, rows_of_steps, say, stream_of, text

letter, following = text(40000)
seen = 36000  # letters to learn from; the others are the dev set

# ---- pairs of letters ----

counts = torch.ones(27, 27)
counts.index_put_((letter[:seen], following[:seen]), torch.ones(seen), accumulate=True)
share = counts / counts.sum(1, keepdim=True)
bigram = -share[letter[seen:], following[seen:]].log().mean()
say("seen", seen)
for k in (5, 8, 15):
    say(f"after_c[{k}]", share[3, k])
say("27^5", 27**5)

# ---- a memory of 64 numbers ----


def zeros(*shape):
    return torch.zeros(*shape, dtype=torch.float32)


W = 0.3 * normal(27, 64, seed=1).float()
U = normal(64, 64, seed=2).float() / 8
V = normal(64, 27, seed=3).float() / 8
p = [w.requires_grad_() for w in (W, U, zeros(64), V, zeros(27))]


def cell(h, x, p):
    """The memory after the letters x, one for each row of h."""
    W, U, b, _, _ = p
    return torch.tanh(W[x] + h @ U + b)


def score(h, p):
    return h @ p[3] + p[4]


def read(start, n, p):
    """The loss at each of n letters from each start: [n, starts]."""
    at = torch.arange(n)[:, None] + start
    h, memories = zeros(len(start), 64), []
    for x in letter[at]:
        h = cell(h, x, p)
        memories.append(h)
    z = score(torch.stack(memories), p)
    return F.cross_entropy(z.reshape(-1, 27), following[at].reshape(-1), reduction="none").reshape(at.shape)


optimizer = torch.optim.Adam(p, lr=0.01)
for start in rows_of_steps(35960, 32, 1000, seed=4, dtype=torch.float32):
    optimizer.zero_grad()
    read(start, 40, p).mean().backward()
    optimizer.step()
p = [w.detach() for w in p]

dev = read(torch.tensor([seen]), 4000, p).mean()
say("log(27)", torch.tensor(27.0).log())
say("count(p0)", sum(w.numel() for w in p))
say("bigram", bigram)
say("dev", dev)
say("exp(bigram)", bigram.exp())
say("exp(dev)", dev.exp())

# ---- how the slope fades: of the loss of the last of 40 letters, by what each letter puts in ----

start = seen + 40 * torch.arange(99)
inputs = p[0][letter[torch.arange(40)[:, None] + start]].requires_grad_()
h = zeros(99, 64)
for e in inputs:
    h = torch.tanh(e + h @ p[1] + p[2])
loss = F.cross_entropy(score(h, p), following[start + 39], reduction="sum")
slopes, = torch.autograd.grad(loss, inputs)
length = slopes.norm(dim=2).mean(1).flip(0)
fade = (length[30] / length[0]) ** (1 / 30)
say("fade", fade)
say("fade^10", fade**10)
say("fade^40", fade**40)

# ---- it writes: 300 letters, each drawn from what it expects; and 300 from the pairs of letters ----


def runs(t):
    """A number for each five letters that follow each other."""
    return sum(27**k * t[4 - k:len(t) - k] for k in range(5))


def known(t):
    """The share of its runs of five letters that the text has, too."""
    return torch.isin(runs(t), runs(letter[:seen])).double().mean()


h, x, written = zeros(1, 64), torch.tensor([0]), []
for i in range(300):
    h = cell(h, x, p)
    x = categorical(score(h, p), stream_of(f"told.{i + 1}", 1))
    written.append(x)
say("100*known(told)", 100 * known(torch.cat(written)))

x, paired = torch.tensor([0]), []
for i in range(300):
    x = categorical(share[x].float().log(), stream_of(f"paired.{i + 1}", 1))
    paired.append(x)
say("100*known(paired)", 100 * known(torch.cat(paired)))
