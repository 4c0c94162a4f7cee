"""Holds the claims of a lesson, and its numbers beside those of its twin, a program of PyTorch.

usage: twins.py WENGERT TWINS [--run] NAME...

WENGERT: the command. TWINS: the folder with NAME.py and NAME.txt, what it printed. With --run the twins
are run now with this Python, which needs torch; without it the files are read. Each {EXPR} of a lesson's
text must be there, and agree to the last digit that the lesson prints. Exit status 1: one does not.
"""

import json
import math
import os
import subprocess
import sys

SUPERSCRIPT = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")


def number(word):
    """A number as lessons print it: −0.5, 12,288, 3·10⁻⁷, NaN, ∞."""
    word = word.replace("−", "-").replace(",", "").replace("∞", "inf")
    if word[-1] not in "⁰¹²³⁴⁵⁶⁷⁸⁹":
        return float(word)
    factor, _, power = word.rpartition("10")
    factor = factor.rstrip("·")
    return float(factor + "1" if factor in ("", "-") else factor) * 10.0 ** int(power.translate(SUPERSCRIPT))


def numbers(text):
    """Those of a list, of a matrix, or one."""
    for sign in ("[", "]"):
        text = text.replace(sign, " ")
    return [number(word.rstrip(",")) for word in text.replace(" and ", " ").split()]


def agree(printed, value, digits):
    """Whether the number rounds to what is printed with so many digits."""
    if not math.isfinite(value) or not math.isfinite(printed):
        return value == printed or (value != value and printed != printed)
    if value == 0 or printed == 0:
        return value == printed
    place = math.floor(math.log10(abs(value))) - ((digits or 6) - 1)
    return abs(value - printed) <= 0.5000001 * 10.0**place


def read_twin(text):
    """EXPR -> its numbers, or None: it is said to be the lesson's own."""
    said = {}
    for line in text.splitlines():
        if " = " in line:
            expression, _, values = line.rpartition(" = ")
            said[expression] = [float(v) for v in values.split()]
        else:
            said[line.rpartition(" : ")[0]] = None
    return said


def the_same(v, values):
    printed = numbers(v["text"]) if values is not None else []
    return values is None or (len(values) == len(printed) and
                              all(agree(p, w, v["digits"]) for p, w in zip(printed, values)))


def problems(wengert, folder, name, run):
    twin = os.path.join(folder, name)
    if run:
        done = subprocess.run([sys.executable, twin + ".py"], capture_output=True, text=True)
        if done.returncode:
            return [done.stderr.strip()]
        text = done.stdout
    else:
        with open(twin + ".txt", encoding="utf-8") as f:
            text = f.read()
    said = read_twin(text)
    lesson = subprocess.run([wengert, "lesson", name, "--json"], capture_output=True, text=True).stdout
    lesson = json.loads(lesson)
    found = [f"line {c['line']}: {c['text']}: {c['verdict']}" for c in lesson["claims"]
             if c["verdict"] != "pass"]
    for v in lesson["values"]:
        where = f"line {v['line']}: {{{v['expression']}}}"
        if v["expression"] not in said:
            found.append(f"{where} is not in the twin")
        elif not the_same(v, said[v["expression"]]):
            found.append(f"{where} is {v['text']}, and {said[v['expression']]} in the twin")
    for expression in said.keys() - {v["expression"] for v in lesson["values"]}:
        found.append(f"{{{expression}}} of the twin is not in the lesson")
    return found


def main():
    run, words = "--run" in sys.argv, [a for a in sys.argv[1:] if a != "--run"]
    wrong = 0
    for name in words[2:]:
        found = problems(words[0], words[1], name, run)
        wrong += bool(found)
        print(f"{name}: the same" if not found else "\n".join(f"{name}: {f}" for f in found), flush=True)
    return 1 if wrong else 0


sys.exit(main())
