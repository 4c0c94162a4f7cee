#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""programs.py: random programs of the language, right and with one mistake. Does the check judge them?

    programs.py [--count 300] [--seed 0] [--list]
    programs.py --show NUMBER       the program, its gradients and both reports

The judge is an evaluation in 500 digits (programs_exact.py). Right ones are checked as texts, by `wengert
check`; wrong ones, in which the derivative of one node is off by a factor, a sign, an operand or a term, by
the Python binding, as the language has no derivatives of one's own.

    lost        a component of the library's gradient is off by 1 %: PASS is wrong
    unseen      f changes by less than 1e-12 of itself where the inputs change by a percent: PASS and INC
                are right
    convention  f has a gradient, and that of the conventions at kinks is another: FAIL is right
    corner      f has a kink or a jump at the point: PASS and INC are right
    harmless    the mistake changes nothing at the point: any verdict is right

What is judged otherwise is listed, with the smallest part of the program that is judged so, too. --list:
those that are inconclusive, too."""
import argparse
import collections
import json
import os
import re
import subprocess
import sys
import time
import warnings

import numpy as np
import wengert as wg

import programs_values as values
from programs_exact import Exact, Refused
from programs_tree import KINDS, Drawing

COMMAND = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "build", "wengert")
WORD = {"pass": "PASS", "fail": "FAIL", "inconclusive": "INC"}
NEAR, LOST = 1e-6, 0.01

Judged = collections.namedtuple("Judged", "verdict said evaluations seconds")


def drawn(number):
    """A program that has a value and a gradient which doubles can hold, and what is exact of it."""
    for more in range(10000):
        try:
            p = Drawing(number + 4000 * more).program()
            if not 1 <= len(p.inputs) <= 2 or not 4 + number % 7 <= len(p.nodes) <= 45:
                continue
            e = Exact(p)
        except Refused:
            continue
        g = [abs(v) for part in e.gradient for v in part.ravel()]
        if abs(e.value) < 1e300 and 1e-290 < max(g) < 1e290:
            return p, e
    sys.exit("no program has the number %d" % number)


def is_near(g, exact, near=NEAR):
    """Whether each component is right, as far as numbers below 1e-300 and 1e-6 of the largest allow."""
    least = max(float(max(abs(v) for part in exact for v in part.ravel())) * 1e-6, 1e-300)
    return all(np.isfinite(a) and abs(a - b) <= near * max(abs(b), least)
               for u, v in zip(g, exact) for a, b in zip(u.ravel(), v.ravel()))

# ---- how the check judges ----

def by_command(program):
    began = time.time()
    words = [w for line in program.text().split("\n") for w in ("-e", line)]
    names = ",".join("xy"[:len(program.inputs)])
    p = subprocess.run([COMMAND, "check", *words, "--wrt", names, "--of", "f", "--json"], capture_output=True,
                       text=True, timeout=300)
    said = json.loads(p.stdout) if p.stdout.startswith("{") else {}
    if "verdict" not in said:
        return Judged("raises", (p.stderr + p.stdout)[:400], 0, time.time() - began)
    found = ["%s %s" % (f["name"] or f["op"], f["remedy"]) for f in said["findings"][:2]]
    return Judged(WORD[said["verdict"]], "; ".join([said["gradient"]["reason"]] + found + [
        "%s %s: %s" % (i["name"], i["verdict"], i["reason"] or i["hint"]) for i in said["inputs"]]),
        said["evaluations"], time.time() - began)


def by_values(program, wrong=None, mistake=None):
    began = time.time()
    try:
        r = values.check(program, wrong, mistake)
    except Exception as e:
        return Judged("raises", repr(e)[:400], 0, time.time() - began)
    n = int(re.findall(r"(\d+) evaluations?", str(r))[-1])
    return Judged(WORD[r.verdict], repr(r), n, time.time() - began)


def kind_of_right(program, exact):
    """What is wanted of the right program: a class and good verdicts."""
    if not is_near(values.gradient(program), exact.gradient, LOST):
        return "lost", ("FAIL", "INC")
    if exact.slopes is None:
        return "convention", ("FAIL",)
    if not exact.slopes:
        return "corner", ("PASS", "INC")
    moved = max(abs(a * b) for g, n in zip(exact.gradient, program.inputs)
                for a, b in zip(g.ravel(), n.value.ravel()))
    return ("unseen", ("PASS", "INC")) if moved * 0.01 < 1e-12 * abs(exact.value) else ("", ("PASS",))


def planted(program, exact, number):
    """A node, a mistake in its derivative, and whether it shows at the point. Where a value is flat, another
    derivative is one on purpose (docs/gradcheck.md): such nodes are left out."""
    r = np.random.default_rng(number)
    nodes, right = [n for n in program.nodes if n.depends and not n.is_input], values.gradient(program)
    for _ in range(12):
        node, mistake = nodes[r.integers(len(nodes))], values.MISTAKES[r.integers(len(values.MISTAKES))]
        flat = not any(np.any(g) for g in values.gradient(program.up_to(node)))
        if not flat and is_wrong(values.gradient(program, node, mistake), right, exact):
            return node, mistake, True
    return node, mistake, False


def is_wrong(g, right, exact):
    """Whether a gradient is wrong by more than that of the library is."""
    finite = all(np.isfinite(e).all() for e in right)
    return not is_near(g, exact.gradient, 1e-3) and finite and not is_near(g, right, 1e-3)


def smallest(program, is_so):
    """The smallest part of the program of which it holds, too."""
    for n in program.nodes:
        if n.depends and not n.is_input:
            part = program.up_to(n)
            try:
                if is_so(part, Exact(part)):
                    return part
            except (Refused, wg.Error):
                pass
    return program


def small_right(program, verdict):
    return smallest(program, lambda part, exact: by_values(part).verdict == verdict
                    and verdict not in kind_of_right(part, exact)[1])


def small_wrong(program, verdict, node, mistake):
    def is_so(part, exact):
        return (node in part.nodes and by_values(part, node, mistake).verdict == verdict
                and is_wrong(values.gradient(part, node, mistake), values.gradient(part), exact))
    return smallest(program, is_so)


def described(node, program):
    return "%s, operands of the shapes %s, in\n%s" % (
        node.op, [x.shape for x in node.operands], indented(program.text()))


def indented(text):
    return "\n".join("    " + line for line in text.split("\n"))

# ---- tables ----

class Tables:
    def __init__(self, show_all):
        kinds = KINDS + ["all"]
        self.counts = {(side, k): collections.Counter() for side in ("right", "wrong") for k in kinds}
        self.classes, self.listed, self.show_all = collections.Counter(), [], show_all
        self.evaluations, self.seconds = collections.defaultdict(list), collections.defaultdict(float)

    def add(self, side, kind, judged, name):
        for k in (kind, "all"):
            self.counts[side, k][judged.verdict] += 1
        self.evaluations[side].append(judged.evaluations)
        self.seconds[side] += judged.seconds
        if name:
            self.classes["%s %s %s" % (side, name, judged.verdict)] += 1

    def show(self):
        print("%-18s %6s %6s %6s %6s" % ("", "PASS", "INC", "FAIL", "raises"))
        for (side, k), c in self.counts.items():
            verdicts = [c[v] for v in ("PASS", "INC", "FAIL", "raises")]
            print("%-6s %-11s %6d %6d %6d %6d" % (side, k, *verdicts))
        for key, n in sorted(self.classes.items()):
            print("    %-28s %d" % (key, n))
        for side, e in self.evaluations.items():
            print("%s: %d evaluations, median %d, most %d; %.1f s" % (side, sum(e), np.median(e), max(e),
                                                                      self.seconds[side]))
        print("\n".join(self.listed))


def judge(number, tables):
    program, exact = drawn(number)
    name, good = kind_of_right(program, exact)
    judged = by_command(program)
    tables.add("right", program.kind, judged, name)
    if judged.verdict not in good or tables.show_all and judged.verdict == "INC":
        small = small_right(program, judged.verdict)
        tables.listed.append("right %d, %s, %s: %s (%s)\n%s" % (
            number, program.kind, judged.verdict, judged.said, name or "smooth", indented(small.text())))
    node, mistake, shows = planted(program, exact, number)
    judged = by_values(program, node, mistake)
    tables.add("wrong", program.kind, judged, name if shows else "harmless")
    bad = "PASS", "INC" if tables.show_all else ""
    if judged.verdict == "raises" or shows and judged.verdict in bad:
        small = small_wrong(program, judged.verdict, node, mistake)
        tables.listed.append("wrong %d, %s, %s by %s: %s\n    %s" % (
            number, program.kind, judged.verdict, mistake, judged.said, described(node, small)))


def show(number):
    program, exact = drawn(number)
    print(program.text())
    node, mistake, shows = planted(program, exact, number)
    print("exact    ", *(float(v) for g in exact.gradient for v in g.ravel()))
    print("library  ", *(v for g in values.gradient(program) for v in g.ravel()))
    print("class    ", kind_of_right(program, exact))
    print(values.check(program))
    print("\nmistake", mistake, "at", described(node, program.up_to(node, False)), "shows" if shows else "")
    print(values.check(program, node, mistake))


def main():
    warnings.simplefilter("ignore")
    a = argparse.ArgumentParser()
    a.add_argument("--count", type=int, default=300)
    a.add_argument("--seed", type=int, default=0)
    a.add_argument("--show", type=int)
    a.add_argument("--list", action="store_true")
    o = a.parse_args()
    if o.show is not None:
        return show(o.show)
    began, tables = time.time(), Tables(o.list)
    for k in range(o.count):
        judge(o.seed + k, tables)
    tables.show()
    print("%.0f s" % (time.time() - began))
    return bool(tables.listed) and not o.list


if __name__ == "__main__":
    sys.exit(main())
