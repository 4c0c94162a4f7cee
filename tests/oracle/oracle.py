"""oracle.py: are the formulas of ops what the ops compute? In 50 digits, by formulas.py and words.py.

    oracle.py CALLS     lines of JSON that tests/ops/test_formula_values.c writes

Of each call: the results beside the formula; the gradients beside the adjoint, and beside differences of the
formula. Each op must be compared in all of these ways, but for those that words.py names with a reason.
The last line counts."""
import collections
import json
import random
import sys
from decimal import Decimal

import words
from formulas import Option, Scope, read
from numbers_50 import ONE, ZERO, Array, Unsaid, broadcast, map2, mul, scalar, size, sum_to

TINY = Decimal("1e-22")
EPS = {"f64": Decimal(2) ** -52, "f32": Decimal(2) ** -23, "f16": Decimal(2) ** -10, "bf16": Decimal(2) ** -7}
KINDS = "number axes number number number axes shape dtype choice pointer words".split()
wrong, counts = [], collections.Counter()
compared, unsaid = collections.defaultdict(set), collections.defaultdict(collections.Counter)


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


def distance(a, b):
    """The largest difference of a and b, as a part of the largest number of b; NaN and infinities are equal
    to themselves."""
    largest = max((abs(y) for y in b.at if y.is_finite()), default=ZERO)
    most = ZERO
    for x, y in zip(a.at, b.at):
        if x == y or x.is_nan() and y.is_nan():
            continue
        if not x.is_finite() or not y.is_finite():
            return Decimal("inf")
        most = max(most, abs(x - y))
    return most / max(largest, Decimal("1e-6"))


def judge(call, way, said, real, bar):
    compared[call.op].add(way)
    counts[way] += 1
    d = distance(said, real)
    if d <= bar * call.bits:
        return
    wrong.append((call.op, way))
    if wrong.count((call.op, way)) <= 2:
        print("%s: %s: %.3g\n    %s\n    said %s\n    real %s" % (
            call, way, d, call.formula if way == "values" else call.adjoint, said, real))


def values(call):
    if not call.finite() and call.op in words.NAN_IS_LEFT_OUT or not all(x.at for x in call.x if x):
        return
    for k, real in enumerate(call.y if call.finite() else call.y[:1]):
        try:
            call.said[k] = formula(call, call.x, k)
            judge(call, "values", call.said[k], real, 2 ** 20)
        except Unsaid as e:
            unsaid[call.op, "values"][str(e)] += 1
        except AssertionError as e:
            wrong.append((call.op, "values"))
            print("%s: result %d: %s" % (call, k, e))


def adjoints(call):
    """The gradients of result 0, beside the adjoint. The names of the formula hold, too."""
    if not call.gradients[0] or " = " not in call.adjoint or not call.finite(True):
        return
    equations, own = read(call.adjoint), read(call.formula)
    result = own[0][0]
    while result[0] == "at":
        result = result[1]
    scope = scope_of(call, call.x, equations + own)
    name = result[1]
    try:
        said = formula(call, call.x, 0, True)
    except Unsaid:
        said = call.y[0]
    shape = said.shape if size(said.shape) == size(call.y[0].shape) else call.y[0].shape
    if name not in call.names:
        scope.values[name] = Array(shape, call.y[0].at)
    scope.values[name + "'"] = Array(shape, array(call.gradients[0]["y"]).at)
    for k, g in enumerate(call.gradients[0]["x"]):
        if g is None or call.any or ("^-1 @" in call.formula and len(call.x[1].shape) == 1):
            continue  # of a vector y y^T is an outer product
        for e in equations:
            left = e[0]
            while left[0] == "at":
                left = left[1]
            if left == ("name", call.names[k] + ("''" if name == call.names[k] + "'" else "'")):
                break
        else:
            continue
        try:
            real = array(g)
            said = fitted(scope.equation(e, real.shape), real.shape, True)
            judge(call, "adjoint", said, real, 2 ** 22)
        except Unsaid as why:
            unsaid[call.op, "adjoint"][str(why)] += 1
        except AssertionError as why:
            wrong.append((call.op, "adjoint"))
            print("%s: operand %d: %s" % (call, k, why))


def moved(call, u, h, j):
    """sum(v y) where the operands have moved by h u."""
    x = [map2(lambda a, b: a + h * b, a, d) if d else a for a, d in zip(call.x, u)]
    return call.weighed(j, formula(call, x, j))


def slopes(call, draw):
    """The gradients along a direction, beside differences of the formula. Where those to both sides differ,
    there is a kink, and nothing is said."""
    if call.op in words.NO_SLOPE or not call.finite(True):
        return
    for j, gradients in enumerate(call.gradients):
        g = [array(x) for x in gradients["x"]] if gradients else []
        if not any(g):
            continue
        u = [a and a.map(lambda _: Decimal(draw.choice((-3, -2, -1, 1, 2, 3))) / 2) for a in g]
        try:
            at, ahead, behind = call.weighed(j), moved(call, u, TINY, j), moved(call, u, -TINY, j)
        except Unsaid as e:
            unsaid[call.op, "slope"][str(e)] += 1
            continue
        right, left = (ahead - at) / TINY, (at - behind) / TINY
        parts = [p for a, d in zip(g, u) if a for p in map2(mul, a, d).at]
        unit = max(map(abs, parts + [right]))
        if abs(right - left) <= Decimal("1e-12") * max(unit, ONE):
            judge(call, "slope", scalar(right), scalar(sum(parts, ZERO)), 2 ** 24 * max(
                unit / max(abs(right), Decimal("1e-6")), 1))


def main():
    draw = random.Random(1)
    ops, derived = {}, set()
    for line in open(sys.argv[1]):
        call = Call(line)
        ops[call.op] = call
        if any(g and any(x is not None for x in g["x"]) for g in call.gradients):
            derived.add(call.op)
        counts["calls"] += 1
        values(call)
        if not call.what or "sizes" in call.what:
            adjoints(call)
        slopes(call, draw)
    for op, call in sorted(ops.items()):
        expected = set() if op in words.NOT_COMPARED else {"values"}
        if op in derived and expected:
            expected |= {"adjoint"} if op not in words.ADJOINT_IN_WORDS else set()
            expected |= {"slope"} if op not in words.NO_SLOPE else set()
        for way in expected ^ compared[op]:
            wrong.append((op, way))
            print("%s: %s %s: %s" % (op, "no" if way in expected else "a new", way,
                                     dict(unsaid[op, way])))
    print("%d calls of %d ops: %d values, %d adjoints, %d slopes; %d wrong" % (
        counts["calls"], len(ops), counts["values"], counts["adjoint"], counts["slope"], len(wrong)))
    sys.exit(bool(wrong))


main()
