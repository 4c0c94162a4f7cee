# SPDX-License-Identifier: MIT
"""programs_values.py: a program of programs_tree.py as a function of the library's values, with a mistake in
the derivative of one node if it is wanted."""
import numpy as np
import wengert as wg

BINARY = {"+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b, "/": lambda a, b: a / b,
          "^": lambda a, b: a ** b, "@": lambda a, b: a @ b, "neg": lambda a: -a, "T": lambda a: a.T,
          "where": lambda a, limit, b, c: wg.where(a > limit, b, c), "square": lambda a: a * a}
FACTORS = {"2": 2.0, "1/2": 0.5, "-1": -1.0, "1.1": 1.1, "0.95": 0.95}
MISTAKES = list(FACTORS) + ["an operand left out", "a term too much"]


def applied(n, x):
    if n.op in BINARY:
        return BINARY[n.op](*x)
    if n.op in ("softmax", "log_softmax"):
        return getattr(wg, n.op)(x[0], axis=-1)
    if n.op in ("var", "std"):
        return getattr(wg, n.op)(x[0], axis=n.axis, ddof=0)
    if n.op in ("sum", "mean", "max", "min", "norm", "logsumexp"):
        return getattr(wg, n.op)(x[0], axis=n.axis)
    return getattr(wg, n.op)(*x)


def spoiled(n, values, mistake):
    """The value of node n, with a wrong derivative by its operands."""
    numbers = {x: values[x] for x in n.operands if isinstance(values[x], float)}
    operands = [x for x in dict.fromkeys(n.operands) if x not in numbers]
    g = next(values[x] for x in operands if x.depends).graph
    given = [values[x] if x.depends else g.input(None, np.array(values[x], dtype=float)) for x in operands]

    def again(at):
        at = {**numbers, **dict(zip(operands, at))}
        return applied(n, [at[x] for x in n.operands])

    def rule(y, gy, *at):
        at = [wg.stop_gradient(e) for e in at]  # an operand may be computed from another one
        d = wg.grad((again(at) * wg.stop_gradient(gy)).sum(), at)
        if mistake in FACTORS:
            d = [e * FACTORS[mistake] for e in d]
        elif mistake == "an operand left out" and sum(x.depends for x in operands) > 1:
            d[[x.depends for x in operands].index(True)] *= 0.0
        else:
            d = [e * 1.2 + 0.1 * gy.sum() for e in d]
        return [e if x.depends else None for e, x in zip(d, operands)]
    return wg.custom_vjp(again(given), given, rule)


def result(program, inputs, wrong=None, mistake=None):
    values, inputs = {}, iter(inputs)
    for n in program.nodes:
        if n.is_input:
            values[n] = next(inputs)
        elif n.value is not None:
            values[n] = n.value if n.shape else float(n.value)  # a number, as in a text
        elif n is wrong:
            values[n] = spoiled(n, values, mistake)
        else:
            values[n] = applied(n, [values[x] for x in n.operands])
    return values[program.nodes[-1]]


def function(program, wrong=None, mistake=None):
    """A function of as many values as the program has inputs."""
    if len(program.inputs) == 1:
        return lambda x: result(program, [x], wrong, mistake)
    return lambda x, y: result(program, [x, y], wrong, mistake)


def points(program):
    return [np.array(n.value, dtype=float) for n in program.inputs]


def value(program):
    return float(function(program)(*points(program)))


def gradient(program, wrong=None, mistake=None):
    x = points(program)
    g = wg.grad(function(program, wrong, mistake), argnums=tuple(range(len(x))))(*x)
    return [np.asarray(e) for e in g]


def check(program, wrong=None, mistake=None):
    return wg.check(function(program, wrong, mistake), *points(program))
