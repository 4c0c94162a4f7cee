"""Five ways down a narrow valley: descent, momentum, Nesterov, RMSprop and Adam, each with its best rate."""

from course import say
import torch

STEPS = 400
START = torch.tensor([10.0, 1.0])


def height(p):
    return (p[:, 0] ** 2 + 100 * p[:, 1] ** 2) / 2


def slopes(p):
    """Of each of the places p, the slopes of the height there."""
    p = p.detach().requires_grad_()
    return torch.autograd.grad(height(p).sum(), p)[0]


# The five rules. Each takes the places p, what it remembers (v and s begin as 0), the rates, and the number
# of the step, and gives the new places and what it remembers then.

def descent(p, v, s, rate, k):
    return p - rate * slopes(p), v, s


def momentum(p, v, s, rate, k):
    v = 0.9 * v + 0.1 * slopes(p)
    return p - rate * v, v, s


def nesterov(p, v, s, rate, k):
    v = 0.9 * v + 0.1 * slopes(p - 0.9 * rate * v)
    return p - rate * v, v, s


def rmsprop(p, v, s, rate, k):
    g = slopes(p)
    s = 0.9 * s + 0.1 * g**2
    return p - rate * g / (s.sqrt() + 1e-8), v, s


def adam(p, v, s, rate, k):
    g = slopes(p)
    v = 0.9 * v + 0.1 * g
    s = 0.999 * s + 0.001 * g**2
    size = (s / (1 - 0.999**k)).sqrt() + 1e-8
    return p - rate * v / (1 - 0.9**k) / size, v, s


def least_steps(rule, rates):
    """The steps until the height stays below 1/10,000 of that of the start, with the best of the rates."""
    rates = rates.reshape(-1, 1)
    p = START.repeat(len(rates), 1)
    v, s = torch.zeros_like(p), torch.zeros_like(p)
    needs = torch.ones(len(rates))
    for k in range(1, STEPS + 1):
        p, v, s = rule(p, v, s, rates, k)
        above = height(p) / height(START[None]) > 1e-4
        needs[above] = k + 1
    return needs.min()


def steps_until(reached, f, start, make_optimizer, most):
    """The first step after which the place is where it should be."""
    p = torch.tensor(start, requires_grad=True)
    optimizer = make_optimizer([p])
    for step in range(1, most + 1):
        optimizer.zero_grad()
        f(p).backward()
        optimizer.step()
        if reached(p):
            return step


say("1/19", 1 / 19)
say("1 - 1/1000", 1 - 1 / 1000)

# The race.
k = torch.arange(51)
say("needs(N[e])", least_steps(nesterov, 0.04 + k / 5000))
say("needs(A[a])", least_steps(adam, 0.1 + k / 300))
say("needs(M[m])", least_steps(momentum, 0.06 + k / 2500))
say("needs(D[d])", least_steps(descent, 0.019 + k / 50000))
say("needs(R[r])", least_steps(rmsprop, 0.01 + k / 1000))


# A saddle and a plateau, with PyTorch's own optimizers.
def from_saddle(make_optimizer):
    def saddle(p):
        return p[0] ** 2 - p[1] ** 2

    return steps_until(lambda p: abs(p[1]) > 1, saddle, [1, 0.001], make_optimizer, 450)


def from_plateau(make_optimizer):
    return steps_until(lambda w: w < 0, torch.sigmoid, 8.0, make_optimizer, 30000)


say("leaves(saddle_d)", from_saddle(lambda p: torch.optim.SGD(p, lr=0.01)))
say("leaves(saddle_r)", from_saddle(lambda p: torch.optim.RMSprop(p, lr=0.01, alpha=0.9)))
say("leaves(saddle_a)", from_saddle(lambda p: torch.optim.Adam(p, lr=0.01)))
say("leaves_flat(flat_d)", from_plateau(lambda w: torch.optim.SGD(w, lr=0.1)))
say("leaves_flat(flat_r)", from_plateau(lambda w: torch.optim.RMSprop(w, lr=0.1, alpha=0.9)))
say("leaves_flat(flat_a)", from_plateau(lambda w: torch.optim.Adam(w, lr=0.1)))
