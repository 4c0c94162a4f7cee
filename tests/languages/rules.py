"""Derivatives that are functions of the user's, in each way to write one: each reads a number that changes
from step to step, and the gradient must be that of this step. Prints the ways that are wrong."""
import numpy as np
import wengert as wg

STEPS = 300
now = [0.0]
w = wg.tensor(np.ones(3), requires_grad=True)
rule = lambda y, gy, x: gy * now[0]


class Reverse(wg.autograd.Function):
    def forward(ctx, x, a):
        ctx.a = a
        return x * 1

    def backward(ctx, g):
        return -g * ctx.a, None


class Layer(wg.nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = wg.nn.Linear(3, 2)

    def forward(self, x):
        return Reverse.apply(self.inner(x), now[0])


layer = Layer()
optimizer = wg.optim.SGD(layer.parameters(), lr=0.0)


def of_w(f):
    w.grad = None
    f(w * 1).sum().backward()
    return np.array(w.grad)


def of_layer(a):
    optimizer.zero_grad()
    layer(np.ones((4, 3))).sum().backward()
    optimizer.step()
    return np.array(layer.inner.weight.grad) / 4


custom = lambda x: wg.custom_vjp(x * 3, [x], rule)
ways = {  # the gradient, and what it must be
    "autograd.Function": (lambda a: of_w(lambda x: Reverse.apply(x, a)), lambda a: -a),
    "custom_vjp of one function": (lambda a: of_w(custom), lambda a: a),
    "custom_vjp of a lambda each time": (
        lambda a: of_w(lambda x: wg.custom_vjp(x * 3, [x], lambda y, gy, x: gy * a)), lambda a: a),
    "checkpoint": (lambda a: of_w(lambda x: wg.checkpoint(lambda v: v * a, x)), lambda a: a),
    "checkpoint of custom_vjp": (lambda a: of_w(lambda x: wg.checkpoint(custom, x)), lambda a: a),
    "grad": (lambda a: wg.grad(lambda x: custom(x).sum())(np.ones(3)), lambda a: a),
    "vmap of grad": (lambda a: wg.vmap(wg.grad(lambda x: custom(x).sum()))(np.ones((3, 2))), lambda a: a),
    "a part of a layer": (of_layer, lambda a: -a),
}
for name, (f, want) in ways.items():
    wrong = []
    for k in range(STEPS):
        now[0] = a = float(k * 7 % 11 - 3)
        if not np.all(f(a) == want(a)):
            wrong.append(k)
    if wrong:
        print("%s: %d of %d steps wrong, the first is %d" % (name, len(wrong), STEPS, wrong[0]))
