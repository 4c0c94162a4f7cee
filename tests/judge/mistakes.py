#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""mistakes.py: 100 mistakes of people. Does the check see them, and does its report say what is wrong?

    mistakes.py [--list] [NAME ...]

Each case is a NumPy function with its right gradient and one with a single typical mistake, whose cause is
known. Both are checked. A report names the cause if it has words for it (mistakes_base.py). That a report of
the right gradient has the words shows that they mean nothing: such cases are printed, too.

--list prints the wrong ones whose report does not name the cause, with the report's line. With names: these
cases alone, with both reports."""
import collections
import sys
import time

import numpy as np
import wengert as wg

import mistakes_nets  # the cases enter themselves in BUILDERS
import mistakes_numbers
import mistakes_science
from mistakes_base import BUILDERS, is_named, made

FIELDS = mistakes_nets, mistakes_science, mistakes_numbers
UNNAMED = 0.25  # at most this share of the causes may be without a name
SHORT = {"pass": "PASS", "fail": "FAIL", "inconclusive": "INC"}


def checked(case, grad):
    """The verdict, the report and its line in short. Some wrong gradients divide by what is not there."""
    try:
        r = wg.check(case.f, *case.x, grad=grad)
        return SHORT[r.verdict], str(r), repr(r)
    except Exception as e:
        return "raises", "%s\n%s" % (case.name, e), repr(e)


def print_reports(names):
    for build, cause in BUILDERS:
        if build.__name__ in names:
            c = made(build, cause)
            print("%s: %s (%s)\n" % (c.name, cause.kind, cause.words))
            for grad in (c.grad, made(build, cause).wrong):
                print(checked(c, grad)[1], end="\n\n")


def main():
    np.seterr(all="ignore")
    names = [a for a in sys.argv[1:] if a != "--list"]
    if names:
        return print_reports(names)
    began, table, unnamed = time.time(), collections.OrderedDict(), []
    right, wrong, empty = collections.Counter(), collections.Counter(), []
    for build, cause in BUILDERS:
        c = made(build, cause)
        verdict, report, _ = checked(c, c.grad)
        right[verdict] += 1
        if is_named(report, cause) or verdict != "PASS":
            empty.append("%s: %s" % (c.name, "the words are in the right one's report" if verdict == "PASS"
                                     else verdict))
        c = made(build, cause)
        verdict, report, line = checked(c, c.wrong)
        wrong[verdict] += 1
        named = verdict == "FAIL" and is_named(report, cause)
        row = table.setdefault(cause.kind, [0, 0, 0])
        table[cause.kind] = [row[0] + 1, row[1] + (verdict == "FAIL"), row[2] + named]
        if not named:
            unnamed.append("%s (%s) %s: %s" % (c.name, cause.kind, verdict, line))
    print("%-22s %5s %5s %6s" % ("cause", "cases", "FAIL", "named"))
    for kind, row in list(table.items()) + [("all", [sum(k) for k in zip(*table.values())])]:
        print("%-22s %5d %5d %6d" % (kind, *row))
    for name, counts in (("right", right), ("wrong", wrong)):
        print(name, " ".join("%s %d" % pair for pair in sorted(counts.items())))
    print("%.1f s" % (time.time() - began))
    print("\n".join(empty + unnamed * ("--list" in sys.argv)))
    return bool(empty) or wrong["FAIL"] < len(BUILDERS) or len(unnamed) > UNNAMED * len(BUILDERS)


if __name__ == "__main__":
    sys.exit(main())
