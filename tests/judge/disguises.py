#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""disguises.py: the same functions in eight disguises. Does the check judge all alike?

    disguises.py [--list] [NAME ...]

Each function has a right gradient and a wrong one. A cell of the table has both verdicts, that of the right
one first: P pass, F fail, I inconclusive, R: the check ends with an error. All should be PF. Float32 may
hide a mistake: there II and IF are as good. --list prints the reports' lines of the cells that are not as
they should be. With names: these functions alone."""
import os
import subprocess
import sys
import tempfile
import threading
import time

import numpy as np
import wengert as wg

from disguises_functions import FUNCTIONS

HERE = os.path.dirname(os.path.abspath(__file__))
LIBRARY = os.environ.get("WENGERT_LIBRARY", os.path.join(HERE, "..", "..", "build", "libwengert.so"))
COMMAND = os.path.join(os.path.dirname(os.path.abspath(LIBRARY)), "wengert")  # of the same build
LETTER = {"pass": "P", "fail": "F", "inconclusive": "I", 0: "P", 1: "F", 5: "I"}


def outside(x):
    raise ValueError("math domain error")

# ---- disguises: each makes of a function the two that are checked ----

def guarded(one, grad, fallback):
    """The value and the gradient, with fallback(x) outside of the domain."""
    def both(h):
        return lambda x: h(x) if one.inside(x) else fallback(x)
    return both(one.f), both(grad)


def nan(one, grad):
    f, _ = guarded(one, grad, lambda x: np.nan)
    return f, guarded(one, grad, lambda x: np.full_like(x, np.nan))[1]


def raises(one, grad):
    return guarded(one, grad, outside)


def floating(one, grad):
    def fails(x):
        raise FloatingPointError("invalid value encountered")
    def strict(h):
        def asked(x):
            with np.errstate(all="raise"):
                return h(x)
        return asked
    return tuple(strict(h) for h in guarded(one, grad, fails))


def remembers(one, grad):
    def kept(h):
        memory = {}
        def asked(x):
            key = x.tobytes()
            if key not in memory:
                memory[key] = h(x)
            return np.copy(memory[key])
        return asked
    return tuple(kept(h) for h in nan(one, grad))


def writes(one, grad):
    """x is changed, and put back before it returns."""
    def writing(h):
        def asked(x):
            before = x.copy()
            x *= 2
            x /= 2
            y = np.copy(h(before))
            x += 1
            x[:] = before
            return y
        return asked
    return tuple(writing(h) for h in nan(one, grad))


def single(one, grad):
    def rounded(h):
        return lambda x: np.asarray(h(x.astype(np.float32))).astype(np.float32).astype(float)
    return tuple(rounded(h) for h in nan(one, grad))


def stairs(one, grad):
    step = 1e-9 * abs(one.f(one.x))
    f, g = nan(one, grad)
    return lambda x: np.round(f(x) / step) * step, g


DISGUISES = {"nan": nan, "raises": raises, "exits": None, "floating": floating, "remembers": remembers,
             "writes": writes, "float32": single, "stairs": stairs}

# ---- a program that answers points, and ends outside of the domain ----

# It reads and prints lines as `wengert check --run` asks. Python and NumPy would take 0.4 s at each start of
# it: so the answers come from here, over pipes with names. An empty one is the end.
PROGRAM = 'while read -r x; do echo "$x" >points; read -r y <answers; test "$y" || exit 1; echo "$y"; done'


def answer(one, grad, points, answers):
    """Until the end of the points, an empty line."""
    for line in iter(points.readline, "\n"):
        x = np.array(line.split(), dtype=float)
        with np.errstate(all="ignore"):
            y = [one.f(x), *np.ravel(grad(x))] if one.inside(x) else []
        answers.write(" ".join("%.17g" % v for v in y) + "\n")
        answers.flush()


def run(one, which):
    grad = one.grad if which == "right" else one.wrong
    at = "[%s]" % ", ".join(map(repr, map(float, one.x)))
    with tempfile.TemporaryDirectory() as folder:
        paths = [os.path.join(folder, name) for name in ("points", "answers")]
        for path in paths:
            os.mkfifo(path)
        with open(os.open(paths[0], os.O_RDWR)) as points, open(os.open(paths[1], os.O_RDWR), "w") as answers:
            thread = threading.Thread(target=answer, args=(one, grad, points, answers))
            thread.start()
            p = subprocess.run([COMMAND, "check", "--run", PROGRAM, "--at", at], capture_output=True,
                               text=True, cwd=folder)
            with open(paths[0], "w") as end:
                end.write("\n")
            thread.join()
    said = (p.stdout + p.stderr).strip().split("\n")
    return LETTER.get(p.returncode, "R"), " / ".join(
        " ".join(s.split()) for s in said if "FAIL" in s or "verdict" in s or "wengert:" in s)[:300]

# ---- the table ----

def checked(one, disguise, which):
    """A letter, and the report in short."""
    if disguise == "exits":
        return run(one, which)
    f, g = DISGUISES[disguise](one, one.grad if which == "right" else one.wrong)
    try:
        r = wg.check(f, one.x, grad=g)
        return LETTER[r.verdict], repr(r)
    except Exception as e:
        return "R", repr(e)


def is_good(cell, disguise):
    return cell == "PF" or disguise == "float32" and cell in ("II", "IF")


def main():
    np.seterr(all="ignore")
    names, began = [a for a in sys.argv[1:] if a != "--list"], time.time()
    seconds, good = dict.fromkeys(DISGUISES, 0.0), dict.fromkeys(DISGUISES, 0)
    lines, same, sound, count = [], 0, 0, 0
    print("%-17s" % "function" + "".join("%-11s" % d for d in DISGUISES))
    for one in FUNCTIONS:
        if names and one.name not in names:
            continue
        cells = []
        for d in DISGUISES:
            at = time.time()
            said = [checked(one, d, w) for w in ("right", "wrong")]
            seconds[d] += time.time() - at
            cells.append(said[0][0] + said[1][0])
            good[d] += is_good(cells[-1], d)
            if not is_good(cells[-1], d):
                lines += ["%s, %s, %s: %s" % (one.name, d, w, s[1]) for w, s, right in
                          zip(("right", "wrong"), said, "PF") if s[0] != right]
        count += 1
        same += all(map(is_good, cells, DISGUISES))
        sound += all(c[0] != "F" and c[1] != "P" for c in cells)
        print("%-17s" % one.name + "".join("%-11s" % c for c in cells))
    print("%-17s" % "as it should be" + "".join("%-11d" % good[d] for d in DISGUISES))
    print("%-17s" % "seconds" + "".join("%-11.1f" % seconds[d] for d in DISGUISES))
    print("%d functions; the same verdicts in all of the eight: %d" % (count, same))
    print("no false alarm, and no wrong one passes: %d" % sound)
    print("%.0f s" % (time.time() - began))
    print("\n".join(lines * ("--list" in sys.argv)))
    return not same == sound == count


if __name__ == "__main__":
    sys.exit(main())
