#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""stairs.py: functions of NumPy whose digits cancel, so that they climb stairs of rounding. What does the
check say there of a gradient that is right, and of one that is wrong?

    stairs.py [--list] [WORD ...]

A function is checked at several points: alone, and beside the sine of another component. The right gradient
is computed in a form that keeps its digits. A wrong one is 1.5 times the right one in the function, or in the
sine. A letter for each point: P pass, F fail, I inconclusive, R: the check ends with an error. What must not
be: F of a right one, P of a wrong one; --list prints their reports. I is honest: where all digits are lost,
nothing can be seen. With words: functions whose names have one of them."""
import sys
import time

import numpy as np
import wengert as wg

LETTER = {"pass": "P", "fail": "F", "inconclusive": "I"}
FACTOR = 1.5
BESIDE = 0.4
SIGMOIDS = [28, 30, 32, 34, 35, 36]
TINY = [1e-7, 1e-8, 1e-9, 1e-10]


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def rest(z):
    """1 - sigmoid(z), with all digits."""
    return 1 / (1 + np.exp(z))


def near_pole(pole, far):
    return [pole - far, pole + far]

# ---- the functions: name, points, f, gradient; f takes and gives a number ----

FUNCTIONS = [
    ("-log(1 - p)", SIGMOIDS, lambda z: -np.log(1 - sigmoid(z)), sigmoid),
    ("log(1 - p + 1e-12)", SIGMOIDS, lambda z: np.log(1 - sigmoid(z) + 1e-12),
     lambda z: -sigmoid(z) * rest(z) / (rest(z) + 1e-12)),
    ("(exp(x) - 1)/x", [3e-15, 3e-14, 3e-13, 3e-12, 3e-11, 3e-10], lambda x: (np.exp(x) - 1) / x,
     lambda x: 1 / 2 + x / 3 + x * x / 8),
    ("1 - cos(x)", TINY, lambda x: 1 - np.cos(x), np.sin),
    ("1/(1 - x)", near_pole(1, 2e-13), lambda x: 1 / (1 - x), lambda x: 1 / (1 - x) ** 2),
    ("1/(1 - x)^2", near_pole(1, 2e-13), lambda x: (1 - x) ** -2, lambda x: 2 * (1 - x) ** -3),
    ("tan(x)", near_pole(np.pi / 2, 2e-13), np.tan, lambda x: 1 + np.tan(x) ** 2),
]

# ---- the five checks of a point ----

def alone(f, g, x, factor):
    return lambda v: f(v[0]), lambda v: factor * np.array([g(v[0])]), [x]


def beside(f, g, x, factor, other=1):
    return (lambda v: f(v[0]) + np.sin(v[1]),
            lambda v: np.array([factor * g(v[0]), other * np.cos(v[1])]), [x, BESIDE])


CHECKS = {"alone, right": lambda *c: alone(*c, 1), "wrong": lambda *c: alone(*c, FACTOR),
          "beside, right": lambda *c: beside(*c, 1), "wrong here": lambda *c: beside(*c, FACTOR),
          "wrong sine": lambda *c: beside(*c, 1, FACTOR)}


def checked(f, grad, x):
    """A letter, and the report in short."""
    try:
        r = wg.check(f, np.array(x, dtype=float), grad=grad)
        return LETTER[r.verdict], repr(r)
    except Exception as e:
        return "R", repr(e)

# ---- the table ----

def row(function, lines):
    """A word of letters for each check."""
    name, points, f, g = function
    words = []
    for check, make in CHECKS.items():
        said = [checked(*make(f, g, x)) for x in points]
        words.append("".join(letter for letter, _ in said))
        bad = "FR" if check.endswith("right") else "PR"
        lines += ["%s at %.16g, %s: %s" % (name, x, check, text) for x, (letter, text) in zip(points, said)
                  if letter in bad]
    return words


def summed(columns, letter):
    return sum(word.count(letter) for column in columns for word in column)


def main():
    names, began, lines, rows = [w for w in sys.argv[1:] if w != "--list"], time.time(), [], []
    np.seterr(all="ignore")
    print("%-20s%-40s" % ("function", "points") + "".join("%-15s" % c for c in CHECKS))
    for function in FUNCTIONS:
        if names and not any(n in function[0] for n in names):
            continue
        rows.append(row(function, lines))
        print("%-20s%-40s" % (function[0], " ".join("%.16g" % x for x in function[1]))
              + "".join("%-15s" % word for word in rows[-1]))
    columns = dict(zip(CHECKS, zip(*rows)))
    right = [c for check, c in columns.items() if check.endswith("right")]
    wrong = [c for check, c in columns.items() if not check.endswith("right")]
    for what, some in ("right", right), ("wrong", wrong):
        print("%s: %d pass, %d fail, %d inconclusive, %d errors" % (what, *(summed(some, l) for l in "PFIR")))
    print("%.0f s" % (time.time() - began))
    print("\n".join(lines * ("--list" in sys.argv)))
    return summed(right, "F") + summed(wrong, "P") > 0


if __name__ == "__main__":
    sys.exit(main())
