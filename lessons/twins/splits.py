"""Who may judge: train, dev, test. How to divide examples, and what luck does to a small dev set."""

from course import digits, say, split, uniform
import torch
from torch.nn.functional import conv2d


def clerk(questions, drawer, labels):
    """The label of the nearest picture in the drawer."""
    nearness = questions @ drawer.T - (drawer**2).sum(dim=1) / 2
    return labels[nearness.argmax(dim=1)]


def right(answers, truth):
    return 100 * (answers == truth).double().mean()


def blur(pictures):
    """Each pixel becomes the mean of the nine around it."""
    ninths = torch.ones(1, 1, 3, 3) / 9
    return conv2d(pictures.reshape(-1, 1, 8, 8), ninths, padding=1).reshape(-1, 64)


def typical_error(n):
    return 100 * (0.97 * 0.03 / n) ** 0.5


# The best of 200 coins, each tossed 100 times.
toss = uniform(200, 10100, seed=7) < 0.5
best = (100 * toss[:, :100].double().mean(dim=1)).max()
say("best", best)
say("wobble(100)", typical_error(100))
say("wobble(10000)", typical_error(10000))

# Handwritten digits in three parts; each class keeps its share.
x, t = digits()
x1, t1, x2, t2, x3, t3 = split(x, t, shares=(0.6, 0.2, 0.2), seed=1)
n = len(x)
say("0.6*1797", 0.6 * n)
say("0.2*1797", 0.2 * n)
say("1797 - 1", n - 1)
say("count(t1)", len(t1))
say("count(t2)", len(t2))
say("count(t3)", len(t3))
say("0.8^10", 0.8**10)

# The clerk gets his own pictures, those of the dev set, then those of other writers, and blurred ones.
say("right(clerk(x1, x1, t1), t1)", right(clerk(x1, x1, t1), t1))
say("scores[0, 0]", right(clerk(x2, x1, t1), t2))

# The file has the digits writer by writer: where does the most similar other picture stand?
nearness = x @ x.T - (x**2).sum(dim=1) / 2
nearness.fill_diagonal_(-1000)
distance = (nearness.argmax(dim=1) - torch.arange(n)).abs()
say("100*mean(abs(near - arange(1797)) <= 180)", 100 * (distance <= 180).double().mean())
say("100*(1 - (1 - 180/1797)^2)", 100 * (1 - (1 - 180 / n) ** 2))

say("scores[1, 0]", right(clerk(x[1437:], x[359:1437], t[359:1437]), t[1437:]))
say("scores[2, 0]", right(clerk(blur(x2), x1, t1), t2))
