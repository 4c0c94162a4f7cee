"""oracle.py: are the formulas of ops what the ops compute? In 50 digits, by formulas.py and words.py.

    oracle.py CALLS     lines of JSON that tests/ops/test_formula_values.c writes

Of each call: the results beside the formula; the gradients beside the adjoint, and beside differences of the
formula. Each op must be compared in all of these ways, but for those that words.py names with a reason.
Calls with numbers at the ends of the floats: ends.py.
The last line counts."""
import collections
import random
import sys
from decimal import Decimal

import ends
import words
from calls import Adjoint, Call, array, formula
from numbers_50 import ONE, ZERO, Array, Unsaid, map2, mul, scalar, size

TINY = Decimal("1e-22")
ADVICE = ("Compute it so that no digits cancel, as tanh_backward in ops/activation.c does. If the op must "
          "differ there, give it a row in tests/oracle/ends.py.")
wrong, counts = [], collections.Counter()
compared, unsaid = collections.defaultdict(set), collections.defaultdict(collections.Counter)


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
    """The gradients of result 0, beside the adjoint."""
    if not call.gradients[0] or not Adjoint.there(call) or not call.finite(True):
        return
    adjoint = Adjoint(call)
    try:
        said = formula(call, call.x, 0, True)
    except Unsaid:
        said = call.y[0]
    shape = said.shape if size(said.shape) == size(call.y[0].shape) else call.y[0].shape
    scope = adjoint.scope(call.x, Array(shape, call.y[0].at))
    for k, g in enumerate(call.gradients[0]["x"]):
        if g is None or not adjoint.equation(k):
            continue
        try:
            judge(call, "adjoint", adjoint.gradient(k, scope), array(g), 2 ** 22)
        except Unsaid as why:
            unsaid[call.op, "adjoint"][str(why)] += 1
        except AssertionError as why:
            wrong.append((call.op, "adjoint"))
            print("%s: operand %d: %s" % (call, k, why))


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
            at, ahead, behind = call.weighed(j), *(
                call.weighed(j, formula(call, call.moved(u, h), j)) for h in (TINY, -TINY))
        except Unsaid as e:
            unsaid[call.op, "slope"][str(e)] += 1
            continue
        right, left = (ahead - at) / TINY, (at - behind) / TINY
        parts = [p for a, d in zip(g, u) if a for p in map2(mul, a, d).at]
        unit = max(map(abs, parts + [right]))
        if abs(right - left) <= Decimal("1e-12") * max(unit, ONE):
            judge(call, "slope", scalar(right), scalar(sum(parts, ZERO)), 2 ** 24 * max(
                unit / max(abs(right), Decimal("1e-6")), 1))


def tell(call, way, what, why):
    """A comparison of ends.py."""
    if why:
        unsaid[call.op, way][why] += 1
        return
    counts["ends"] += 1
    compared[call.op].add("ends")
    if what:
        wrong.append((call.op, way))
        if wrong.count((call.op, way)) <= 2:
            print("%s: %s\n    %s" % (call, what, ADVICE))


def main():
    draw = random.Random(1)
    ops, derived = {}, set()
    for line in open(sys.argv[1]):
        call = Call(line)
        ops[call.op] = call
        if any(g and any(x is not None for x in g["x"]) for g in call.gradients):
            derived.add(call.op)
        counts["calls"] += 1
        if call.numbers >= 0:
            ends.judge(call, lambda *said: tell(call, *said))
            continue
        values(call)
        if not call.what or "sizes" in call.what:
            adjoints(call)
        slopes(call, draw)
    for op, call in sorted(ops.items()):
        expected = set() if op in words.NOT_COMPARED else {"values"}
        if op in derived and expected:
            expected |= {"adjoint"} if op not in words.ADJOINT_IN_WORDS else set()
            expected |= {"slope"} if op not in words.NO_SLOPE else set()
        for way in expected ^ (compared[op] - {"ends"}):
            wrong.append((op, way))
            print("%s: %s %s: %s" % (op, "no" if way in expected else "a new", way,
                                     dict(unsaid[op, way])))
    at_ends = sum("ends" in ways for ways in compared.values())
    if at_ends < 170:
        wrong.append("ends")
        print("only %d ops are compared at the ends of the floats; there were more than 180" % at_ends)
    print("%d calls of %d ops: %d values, %d adjoints, %d slopes; %d comparisons of %d ops at the ends; %d "
          "comparisons left out, of formulas in words; %d wrong" % (
              counts["calls"], len(ops), counts["values"], counts["adjoint"], counts["slope"], counts["ends"],
              at_ends, sum(sum(c.values()) for c in unsaid.values()), len(wrong)))
    sys.exit(bool(wrong))


main()
