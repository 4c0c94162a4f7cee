"""Softmax, one of several classes: probabilities from scores, and which digit is taken for which."""

import torch
import torch.nn.functional as F

from course import digits, say, split

# ---- from scores to probabilities ----

shares = torch.softmax(torch.tensor([5.0, 2.0, -1.0, 3.0]), 0)
for k in range(4):
    say(f"softmax(five)[{k}]", shares[k])

# ---- the loss of one example: the scores are the logarithms of 3, 2, 1 and 4, the second class is true ----

z = torch.log(torch.tensor([3.0, 2.0, 1.0, 4.0]))
say("L", -torch.log_softmax(z, 0)[1])

# ---- which digit is taken for which? ----

X, c = digits()
A, a, B, b = split(X, c, shares=(0.8, 0.2), seed=1)
W = torch.zeros(64, 10, requires_grad=True)
bias = torch.zeros(10, requires_grad=True)
optimizer = torch.optim.SGD([W, bias], lr=1)
costs = []
for _ in range(300):
    optimizer.zero_grad()
    cost = F.cross_entropy(A @ W + bias, a)
    cost.backward()
    optimizer.step()
    costs.append(cost.item())
say("costs[0]", costs[0])

guess = (B @ W + bias).argmax(1)
mistakes = torch.zeros(10, 10)  # a row for each true class, a column for each guess
for truth, said in zip(b, guess):
    if truth != said:
        mistakes[truth, said] += 1
say("count(b)", len(b))
say("sum(mistakes)", mistakes.sum())
say("sum(mistakes[1])", mistakes[1].sum())

missed = (guess != b).nonzero()[:2, 0]
for k in range(2):
    say(f"b[missed[{k}]]", b[missed[k]])
    say(f"guess[missed[{k}]]", guess[missed[k]])
