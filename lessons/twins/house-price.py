"""The price of a house: one neuron, then a network.

One neuron for the size, one for all that is known of a house, and networks with few and with all links.
"""

import math

import torch

from course import houses, normal, say, uniform

H, q = houses(400, seed=1)
x = H / torch.tensor([100.0, 5, 10, 1])
price = 4 * q  # in 100,000


def train(cost, parameters, steps, optimizer=torch.optim.SGD, rate=0.1):
    """The least cost is looked for in so many steps. Costs of several networks are learnt side by side."""
    for p in parameters:
        p.requires_grad_()
    optimizer = optimizer(parameters, lr=rate)
    for _ in range(steps):
        optimizer.zero_grad()
        cost(*parameters).sum().backward()
        optimizer.step()
    with torch.no_grad():
        return cost(*parameters)


def error(answers):
    """The mean squared error, for each network."""
    return ((answers - price) ** 2).mean(-1)


def thousands(cost):
    return 100 * math.sqrt(cost)


# ---- a neuron is dead if its score is below 0 for all houses, of the sizes 0.5 to 2 ----
# The direction of (w, b) is any, so this is a share of the circle.

angle = 2 * math.pi * (torch.arange(100000) + 0.5) / 100000
w, b = torch.cos(angle), torch.sin(angle)
say("100*share(0.5, 2)", 100 * ((0.5 * w + b <= 0) & (2 * w + b <= 0)).double().mean())

# ---- one neuron: for the size alone, and for all four numbers ----


def one(w, b):
    return error(torch.relu(x[:, :len(w)] @ w + b))


cost1 = train(one, [torch.ones(1), torch.zeros(())], 1000)
w4 = torch.ones(4)
cost4 = train(one, [w4, torch.zeros(())], 3000)
say("p4.w[3]", w4[3])

# ---- the stack: three hidden neurons with five links. Many networks lie along the first axis ----

links = torch.tensor([[1.0, 0, 0], [1, 0, 0], [0, 1, 1], [0, 0, 1]])


def answers(W, b, v, c):
    hidden = torch.relu(x @ W + b[:, None, :])
    return torch.relu((hidden @ v[:, :, None])[:, :, 0] + c[:, None])


def start(W, v):
    count, _, neurons = W.shape
    return [W.clone(), torch.zeros(count, neurons), v.clone(), torch.zeros(count)]


def sparse(W, b, v, c):
    return error(answers(W * links, b, v, c))


def all_links(W, b, v, c):
    return error(answers(W, b, v, c))


W0, v0 = uniform(1, 4, 3, seed=1, name="W0"), uniform(1, 3, seed=2, name="v0")
stack = train(sparse, start(W0, v0), 3000)
say("100*sqrt(J1(p1))", thousands(cost1))
say("100*sqrt(J4(p4))", thousands(cost4))
say("100*sqrt(J(p))", thousands(stack))

# ---- from five random starts: five links or all twelve, and eight neurons with Adam ----

Ws, vs = uniform(5, 4, 3, seed=11, name="Ws"), uniform(5, 3, seed=12, name="vs")
five = train(sparse, start(Ws, vs), 2500)
twelve = train(all_links, start(Ws, vs), 2500)
say("sum(five < 0.0256)", (five < 0.0256).sum())
say("sum(twelve < 0.0256)", (twelve < 0.0256).sum())

We, ve = normal(5, 4, 8, seed=13, name="We"), uniform(5, 8, seed=14, name="ve")
eight = train(all_links, start(We, ve), 1500, torch.optim.Adam, 0.03)
say("100*sqrt(min(eight))", thousands(eight.min()))
