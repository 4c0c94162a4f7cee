"""calls.py: the calls of ops that tests/ops/test_formula_values.c writes, and what their formulas and
adjoints say of them."""
import json
from decimal import Decimal

import words
from formulas import Option, Scope, read
from numbers_50 import ZERO, Array, Unsaid, broadcast, map2, mul, size, sum_to

EPS = {"f64": Decimal(2) ** -52, "f32": Decimal(2) ** -23, "f16": Decimal(2) ** -10, "bf16": Decimal(2) ** -7}
KINDS = "number axes number number number axes shape dtype choice pointer words".split()


def array(t):
    return None if t is None else Array(t["shape"], [Decimal(x) for x in t["at"]])


class Call:
    def __init__(self, line):
        self.__dict__.update(json.loads(line))
        self.x = list(map(array, self.operands))
        self.y = list(map(array, self.results))
        self.said = {}  # results, by the formula
        self.bits = EPS.get(self.dtype)

    def weighed(self, j, y=None):
        """sum(v y)"""
        y = y or self.said.get(j) or formula(self, self.x, j)
        return sum(map2(mul, y, array(self.gradients[j]["y"])).at, ZERO)

    def moved(self, u, h):
        """The operands, moved by h u."""
        return [map2(lambda a, b: a + h * b, a, d) if d else a for a, d in zip(self.x, u)]

    def finite(self, results=False):
        return all(a.is_finite() for x in self.x + self.y * results if x for a in x.at)

    def __str__(self):
        return "%s, sample %d,%s %s" % (self.op, self.sample, self.what, self.dtype)


def options_of(call, rank):
    """Negative axes count from the end. One that was not written is the default."""
    options = {}
    for name, o in call.options.items():
        kind, v, standard = KINDS[o["kind"]], o["value"], o["standard"]
        if kind == "axes":
            if o["kind"] == 5 and not v and standard.lstrip("-").isdigit():
                v = [int(standard)]
            v = [k + rank if k < 0 else k for k in v]
        given = v is not None
        if o["kind"] == 3 and v is not None:
            v = Decimal(v)
        if name in ("from", "to", "index") and v is not None and v < 0 and "axis" in options:
            v += call.x[0].shape[options["axis"].value[0]]
        if name == "padding":  # before and behind each axis
            v = v[::2]
        if kind == "dtype" and v == "default":
            v = call.results[0]["dtype"]
        options[name] = Option(kind, v, tuple(o["words"].split()) if kind == "choice" else (), given)
    return options


def scope_of(call, x, equations):
    rank = len((call.y[0] if call.op in words.AXIS_OF_THE_RESULT else x[0]).shape)
    options = options_of(call, rank)
    values = {n: beside_axes(call.op, n, a, x[0], options) for n, a in zip(call.names, x) if a is not None}
    missing = [n for n, a in zip(call.names, x) if a is None]
    return Scope(equations, values, options, missing)


def beside_axes(op, name, a, x, options):
    """Operands along some of the axes of the others: gamma and its like, moments, numbers of matrices."""
    axes = options["axis" if "axis" in options else "axes"].value if {"axis", "axes"} & set(options) else []
    if op == "layer_norm_grad" and name in ("mu", "v"):
        return Array(a.shape + (1,), a.at)
    if op in ("cofactors", "cofactor_slope") and name == "w":
        return Array(a.shape + (1, 1), a.at)
    if name in ("gamma", "beta", "mean", "variance") and axes:
        return Array([n if k in axes else 1 for k, n in enumerate(x.shape)], a.at)
    return a


def formula(call, x, k, kept=False):
    """Result k for the operands x. kept: reduced axes are there, with the size 1."""
    if call.op in words.RESULTS:
        return words.RESULTS[call.op](call, x, scope_of(call, x, []).options)[k]
    equations = read(call.formula)
    said = scope_of(call, x, equations).equation(equations[k], call.y[k].shape)
    return said if kept else fitted(said, call.y[k].shape, False)


def fitted(said, shape, gradient):
    """What is said, in the shape of what is there. Reduced axes have the size 1 in formulas."""
    if [n for n in said.shape if n != 1] == [n for n in shape if n != 1]:
        return Array(shape, said.at)
    try:
        if broadcast(said.shape, shape) == tuple(shape):
            return map2(mul, said, Array(shape, [Decimal(1)] * size(shape)))
        if gradient and broadcast(said.shape, shape) == said.shape:
            return sum_to(said, shape)
    except Unsaid:
        pass
    raise AssertionError("shape %s for %s" % (list(said.shape), list(shape)))


def bare(tree):
    """y of y[i]"""
    while tree[0] == "at":
        tree = tree[1]
    return tree


class Adjoint:
    """The gradients of result 0 by the adjoint. The names of the formula hold, too."""

    def __init__(self, call):
        self.call, self.equations, self.own = call, read(call.adjoint), read(call.formula)
        self.name = bare(self.own[0][0])[1]

    @staticmethod
    def there(call):
        """Whether there is one that is no words. Of a vector y y^T is an outer product."""
        return " = " in call.adjoint and not call.any and not (
            "^-1 @" in call.formula and len(call.x[1].shape) == 1)

    def equation(self, k):
        """That of operand k, or None."""
        left = "name", self.call.names[k] + ("''" if self.name == self.call.names[k] + "'" else "'")
        return next((e for e in self.equations if bare(e[0]) == left), None)

    def scope(self, x, y):
        """y: the result, in the shape that the formula gives it."""
        call, scope = self.call, scope_of(self.call, x, self.equations + self.own)
        if self.name not in call.names:
            scope.values[self.name] = y
        v = array(call.gradients[0]["y"])
        scope.values[self.name + "'"] = Array(y.shape, v.at) if len(v.at) == len(y.at) else v
        return scope

    def gradient(self, k, scope, shape=None):
        shape = self.call.x[k].shape if shape is None else shape
        return fitted(scope.equation(self.equation(k), shape), shape, True)
