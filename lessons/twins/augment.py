"""One digit, many examples: augmentation. Digits that are turned, moved or mirrored, as further examples."""

import math

from course import digits, normal, say, split, uniform
import torch
from torch.nn.functional import affine_grid, cross_entropy, grid_sample

N = 100  # digits to learn from


def warp(x, angle, down, right):
    """The pictures x turned and moved. A place between pixels gets a mean of the four around it."""
    cos, sin = math.cos(angle), math.sin(angle)
    pictures = x.reshape(-1, 1, 8, 8)
    back = torch.tensor([[cos, sin, -right / 4], [-sin, cos, -down / 4]])  # 4 pixels are half of a picture
    grid = affine_grid(back.expand(len(pictures), 2, 3), pictures.shape, align_corners=False)
    return grid_sample(pictures, grid, align_corners=False).reshape(-1, 64)


def as_they_are(x):
    return x


def changed(x):
    """27 changes of each digit: 3 angles, 3 steps down and 3 to the right."""
    three = (-1, 0, 1)
    all_changes = [warp(x, i * math.pi / 18, j / 2, k / 2) for i in three for j in three for k in three]
    return torch.cat(all_changes)


def with_mirror(axis):
    def both(x):
        return torch.cat([x, x.reshape(-1, 8, 8).flip(axis).reshape(-1, 64)])
    return both


# Five times 100 digits to learn from; the others judge. All five are trained at once, along the first axis.
pixels, t = digits()
share = (N + 0.5) / len(t)
parts = [split(pixels, t, shares=(share, 1 - share), seed=seed) for seed in range(11, 16)]
X, T, X_new, T_new = [torch.stack(part) for part in zip(*parts)]
steps = uniform(1000, 64, seed=10, name="steps")
start = [math.sqrt(2 / 64) * normal(64, 64, seed=8), torch.zeros(1, 64),
         math.sqrt(2 / 64) * normal(64, 10, seed=9), torch.zeros(1, 10)]


def error(change):
    """The share of new digits that are wrong, if the network learns from the digits with their changes."""
    examples = torch.stack([change(x) for x in X])
    W, b, V, c = parameters = [p.repeat(5, 1, 1).requires_grad_() for p in start]

    def score(x):
        return torch.relu(x @ W + b) @ V + c

    optimizer = torch.optim.SGD(parameters, lr=0.5)
    for rows in (examples.shape[1] * steps).floor().long():
        optimizer.zero_grad()
        z = score(examples[:, rows])
        # Row i is a change of digit i modulo N. The sum over the choices: each is a training of its own.
        loss = cross_entropy(z.reshape(-1, 10), T[:, rows % N].reshape(-1), reduction="sum") / len(rows)
        loss.backward()
        optimizer.step()
    return (score(X_new).argmax(dim=2) != T_new).double().mean(dim=1)


none = error(as_they_are)
say("100*mean(none)", 100 * none.mean())
say("100*none", 100 * none)
small = error(changed)
say("100*small", 100 * small)
say("100*mean(left_right)", 100 * error(with_mirror(2)).mean())
say("100*mean(upside_down)", 100 * error(with_mirror(1)).mean())
say("100*mean(small)", 100 * small.mean())
