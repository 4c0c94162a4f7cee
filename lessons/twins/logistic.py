"""One neuron: how a mistake becomes a correction.

Logistic regression, a step against its gradient, and where the digits of a computer end.
"""

import torch
import torch.nn.functional as F

from course import normal, say

# ---- a score becomes a probability, and a probability a loss ----

say("sigmoid(2)", torch.sigmoid(torch.tensor(2.0)))
say("-log(0.1)", -torch.log(torch.tensor(0.1)))

# ---- one mail, one step against the slopes ----

x, y = torch.tensor([2.0, 1.0]), torch.tensor(1.0)
w = torch.tensor([1.0, -1.0], requires_grad=True)
b = torch.tensor(-1.0, requires_grad=True)
F.binary_cross_entropy(torch.sigmoid(w @ x + b), y).backward()
with torch.no_grad():
    say("sigmoid((w - dw) @ x + b - db)", torch.sigmoid((w - w.grad) @ x + b - b.grad))

# ---- two hundred mails ----

Y = torch.cat([torch.zeros(100), torch.ones(100)])
noise = normal(200, 2, seed=1, name="noise")


def mails(spread):
    """A row for each mail; the columns have the mean 0 and the deviation 1."""
    rows = Y[:, None] * torch.tensor([2.0, -1.0]) + spread * noise
    return (rows - rows.mean(0)) / rows.std(0, unbiased=False)


def learn(X, steps=1000):
    """w and b after the steps, the cost before each step, and the length of w after each."""
    w = torch.zeros(2, requires_grad=True)
    b = torch.zeros((), requires_grad=True)
    optimizer = torch.optim.SGD([w, b], lr=1)
    costs, lengths = [], []
    for _ in range(steps):
        optimizer.zero_grad()
        cost = F.binary_cross_entropy_with_logits(X @ w + b, Y)
        cost.backward()
        optimizer.step()
        costs.append(cost.item())
        lengths.append(w.detach().norm().item())
    return w.detach(), b.detach(), costs, lengths


X = mails(1)
w, b, costs, long_P = learn(X)
say("costs[0]", costs[0])
say("costs[-1]", costs[-1])
right = ((X @ w + b > 0) == (Y > 0)).double().mean()
say("100*mean((X @ P.w[-1] + P.b[-1] > 0) == (Y > 0))", 100 * right)

# ---- with less noise the two kinds do not overlap, and w grows for ever ----

_, _, _, long_Q = learn(mails(0.4))
say("long(Q, 10)", long_Q[9])
say("long(Q, 100)", long_Q[99])
say("long(Q, 1000)", long_Q[999])
say("long(P, 1000)", long_P[999])

# ---- when the digits end: dz of a good mail, as 1/(1 - a) times an exact slope of the sigmoid ----
# PyTorch takes a(1 - a) for this slope, and both errors cancel. So the two factors are multiplied here.


def slope(z):
    z = torch.tensor(float(z))
    a = (1 - 1 / (1 + torch.exp(z))).requires_grad_()  # rounded once; torch.sigmoid errs by more at 30
    da, = torch.autograd.grad(-torch.log(1 - a), a)
    return da * (torch.sigmoid(z) * torch.sigmoid(-z))


def off(z):
    return (slope(z) - torch.sigmoid(torch.tensor(float(z)))).abs()


say("off(10)", off(10))
say("off(30)", off(30))
say("slope(800)", slope(800))
