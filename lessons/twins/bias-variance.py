"""Which remedy? Bias and variance: the errors of four models on two moons, beside that of the best rule."""

import math

from course import moons, normal, say, uniform
import torch
from torch.nn.functional import binary_cross_entropy_with_logits

torch.set_default_dtype(torch.float32)  # this lesson computes with 32 bits


def points(n, seed):
    x, y = moons(n, noise=0.25, seed=seed)
    return x.float(), y.float()


def wrong(z, y):
    """How many of 100 points are on the wrong side."""
    return 100 * ((z > 0) != (y > 0)).float().mean()


def neuron(p, x):
    w, b = p
    return x @ w + b


def network(p, x):
    W, b, V, c, u, d = p
    return torch.relu(torch.relu(x @ W + b) @ V + c) @ u + d


def train_neuron(x, y):
    p = [torch.zeros(2, requires_grad=True), torch.zeros((), requires_grad=True)]
    optimizer = torch.optim.SGD(p, lr=1)
    for _ in range(300):
        optimizer.zero_grad()
        binary_cross_entropy_with_logits(neuron(p, x), y).backward()
        optimizer.step()
    return p


V0 = normal(64, 64, seed=11).float() / 6
u0 = normal(64, seed=12).float() / 6
picks = uniform(1200, 32, seed=7, name="picks").float()


def train_network(x, y, W, price=0.0):
    """1,200 steps of Adam by 32 points. W: the first weights of the first layer."""
    p = [W, torch.zeros(64), V0, torch.zeros(64), u0, torch.zeros(())]
    p = [part.clone().requires_grad_() for part in p]
    optimizer = torch.optim.Adam(p, lr=0.004)
    for rows in (len(x) * picks).floor().long():
        optimizer.zero_grad()
        loss = binary_cross_entropy_with_logits(network(p, x[rows]), y[rows])
        squares = sum((part**2).sum() for part in p[0::2])
        (loss + price * squares).backward()
        optimizer.step()
    return p


# The best rule knows the two arcs and the noise. Here each arc is 100 places, and around each the points are
# spread with the deviation 1/4.
angle = math.pi * (torch.arange(100) + 0.5) / 100
arcs = [torch.stack([angle.cos(), angle.sin()], 1), torch.stack([1 - angle.cos(), 0.5 - angle.sin()], 1)]


def density(x, arc):
    return (torch.exp(-8 * torch.cdist(x, arc) ** 2) * 8 / math.pi).mean(dim=1)


def best_rule(x):
    return torch.log(density(x, arcs[1])) - torch.log(density(x, arcs[0]))


# Where it is wrong, the other arc is the more likely one: the smaller density, added up over small squares.
at = torch.linspace(-2.4, 3.4, 117)
places = torch.cartesian_prod(at, at - 0.25)
smaller = torch.minimum(density(places, arcs[0]), density(places, arcs[1]))
say("bayes", 100 * smaller.sum() / 2 * 0.05**2)

x, y = points(100, seed=1)
x_dev, y_dev = points(2000, seed=3)
x_many, y_many = points(2000, seed=100)
say("least", wrong(best_rule(x_dev), y_dev))


def say_errors(names, model, p, x, y, see=slice(None)):
    """The train error and the dev error. see: the coordinates that the model sees."""
    with torch.no_grad():
        say(names[0], wrong(model(p, x[:, see]), y))
        say(names[1], wrong(model(p, x_dev[:, see]), y_dev))


say_errors(["e[0, 0]", "e[0, 1]"], neuron, train_neuron(x, y), x, y)
W2 = normal(2, 64, seed=10).float()
W1 = normal(1, 64, seed=20).float()
say_errors(["e[1, 0]", "e[1, 1]"], network, train_network(x, y, W2), x, y)
large = train_network(x_many, y_many, W2)
say_errors(["e[2, 0]", "e[2, 1]"], network, large, x_many, y_many)
blind = train_network(x[:, :1], y, W1)
say_errors(["e[3, 0]", "e[3, 1]"], network, blind, x, y, slice(0, 1))
say("lucky", wrong(best_rule(x), y))

# Remedies: more points for the neuron, and L2 for the network.
say_errors(["many[0]", "many[1]"], neuron, train_neuron(x_many, y_many), x_many, y_many)
with_l2 = train_network(x, y, W2, price=0.003)
with torch.no_grad():
    say("l2[1]", wrong(network(with_l2, x_dev), y_dev))
