#!/usr/bin/env python3
"""Runs whole PyTorch programs, programs/*.py, with wengert in the place of torch, and compares what they have
learned.

    programs.py [time] [NAME ...]           with wengert: one line a program; the status is 1 if one differs
    programs.py torch >programs.txt         with PyTorch, in double: prints the table that the others are
    compared with

A program begins with `import torch`, makes thirty steps, and leaves `losses`, the loss of each step,
`weights`, a dict of arrays, and perhaps `seen`, numbers that it read on the way, some of them later than
PyTorch computed them. Its data and its first weights are sines. Each runs in a process of its own.

A line of the table is a program: its name, then for `losses`, `seen` and each weight
NAME=SHAPE:LARGEST,SUM,WAVE. LARGEST is the largest magnitude, SUM the sum of all elements, WAVE that of the
element k times sin k, k = 1, 2, ... A number may differ by 1e-9 of LARGEST, and in its last digit. The line
of a run says `as PyTorch`, or which arrays differ, or the error and the line of the program where it was
raised; then the time of the program by its number of steps, without imports, and the most memory that it had.
With the word `time` PyTorch runs beside, if it is there.

Environment: WENGERT_LIBRARY, the library (default: build/libwengert.so).
"""
import glob
import importlib
import importlib.util
import json
import os
import resource
import subprocess
import sys
import time
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
TABLE = os.path.join(HERE, "programs.txt")
STEPS, NEAR, DIGIT, SECONDS = 30, 1e-9, 5e-12, 120
MODULES = ("nn", "nn.functional", "nn.init", "nn.parameter", "nn.utils", "nn.utils.rnn", "optim",
           "optim.lr_scheduler", "utils", "utils.data", "autograd", "distributions")


# ---- in the process of a program ----

def digest(x):
    """The shape, the largest magnitude, the sum and the wave of an array of numbers."""
    import numpy as np
    a = np.asarray(x, float)
    shape = "x".join(map(str, a.shape)) or "1"
    a = a.ravel()
    return [shape, np.abs(a).max(initial=0), a.sum(), (a * np.sin(np.arange(1, a.size + 1))).sum()]


def digests(known):
    import numpy as np
    losses, seen, weights = known["losses"], known.get("seen", []), known["weights"]
    if len(losses) != STEPS:
        raise ValueError("%d losses" % len(losses))
    for name, numbers in ("losses", losses), ("seen", seen):
        other = [type(x).__name__ for x in numbers if not isinstance(x, (int, float))]
        if other:
            raise TypeError("%s has a %s" % (name, other[0]))
    for name, w in weights.items():
        if not isinstance(w, np.ndarray):
            raise TypeError("weights[%r] is a %s" % (name, type(w).__name__))
    return {name: digest(x) for name, x in [("losses", losses), ("seen", seen), *weights.items()]}


def place_of(error, path):
    """The last line of the program at which the error was raised: " at NAME.py:LINE: TEXT"."""
    lines = [f for f in traceback.extract_tb(error.__traceback__) if f.filename == path]
    return " at %s:%d: %s" % (os.path.basename(path), lines[-1].lineno, lines[-1].line) if lines else ""


def run_here(path, library):
    """Runs a program, and prints its digests, its milliseconds a step and its megabytes as JSON."""
    importlib.import_module("numpy")  # before the clock runs
    answer = {}
    try:
        m = importlib.import_module(library)
        parts = {name: importlib.import_module(library + "." + name) for name in MODULES}
        if library == "torch":
            m.set_default_dtype(m.float64)
        else:
            sys.modules["torch"] = m
            sys.modules.update({"torch." + name: part for name, part in parts.items()})
        with open(path) as f:
            code = compile(f.read(), path, "exec")
        known = {"__name__": "__main__", "__file__": path}
        start = time.perf_counter()
        exec(code, known)
        answer["ms"] = (time.perf_counter() - start) * 1e3 / STEPS
        answer["digests"] = digests(known)
    except Exception as e:
        line = (str(e).strip().split("\n") or [""])[-1]
        answer["error"] = "%s: %s%s" % (type(e).__name__, line, place_of(e, path))
    answer["MB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print("\n" + json.dumps(answer))


# ---- in the process that compares ----

def run(path, library):
    env = dict(os.environ)
    if library == "wengert":
        env["PYTHONPATH"] = os.path.join(ROOT, "python")
        env["WENGERT_LIBRARY"] = os.path.abspath(env.get("WENGERT_LIBRARY")
                                                 or os.path.join(ROOT, "build", "libwengert.so"))
    try:
        done = subprocess.run([sys.executable, os.path.abspath(__file__), "--run", path, library], env=env,
                              text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        return {"error": "more than %d seconds" % SECONDS}
    if done.returncode:
        said = (done.stderr.strip().split("\n") or [""])[-1]
        return {"error": "status %d: %s" % (done.returncode, said)}
    return json.loads(done.stdout.strip().split("\n")[-1])


def read_table():
    table = {}
    with open(TABLE) as f:
        for line in f:
            words = line.split()
            if words and words[0][0] != "#":
                table[words[0]] = {}
                for word in words[1:]:
                    name, _, numbers = word.partition("=")
                    shape, _, numbers = numbers.partition(":")
                    table[words[0]][name] = [shape, *map(float, numbers.split(","))]
    return table


def differences(got, wanted):
    """A text for each array that is missing, too many or other."""
    for name in [*wanted, *(n for n in got if n not in wanted)]:
        if name not in got or name not in wanted:
            yield "%s is %s" % (name, "missing" if name in wanted else "not in the table")
        elif got[name][0] != wanted[name][0]:
            yield "%s has shape %s, not %s" % (name, got[name][0], wanted[name][0])
        else:
            pairs, largest = list(zip(got[name][1:], wanted[name][1:])), wanted[name][1]
            if not all(abs(a - b) <= NEAR * largest + DIGIT * abs(b) for a, b in pairs):
                yield "%s off by %.1g of %.3g" % (name, max(abs(a - b) for a, b in pairs), largest)


def verdict(answer, wanted):
    if "error" in answer:
        return answer["error"]
    if wanted is None:
        return "not in the table"
    off = list(differences(answer["digests"], wanted))
    more = " and %d more of %d" % (len(off) - 3, len(wanted)) if len(off) > 3 else ""
    return "differs: " + ", ".join(off[:3]) + more if off else "as PyTorch"


def cost(answer):
    return ("  %.2f ms a step, %.0f MB" % (answer["ms"], answer["MB"]) if "ms" in answer
            else "  %.0f MB" % answer.get("MB", 0))


def print_table(paths):
    print("# programs.txt: what the programs learn with PyTorch 1.13 in double, by `python3 "
          "tests/ways/programs.py torch`.")
    for name, path in paths.items():
        answer = run(path, "torch")
        if "error" in answer:
            sys.exit("programs.py: %s: %s" % (name, answer["error"]))
        print(name, *("%s=%s:%s" % (n, d[0], ",".join("%.12g" % x for x in d[1:]))
                      for n, d in answer["digests"].items()))


def main(words):
    if words[:1] == ["--run"]:
        return run_here(*words[1:])
    paths = {os.path.basename(p)[:-3]: p for p in sorted(glob.glob(os.path.join(HERE, "programs", "*.py")))}
    if words == ["torch"]:
        return print_table(paths)
    beside = "time" in words
    names = [w for w in words if w != "time"] or list(paths)
    unknown = [n for n in names if n not in paths]
    if unknown:
        sys.exit("programs.py: no program %s: %s" % (unknown[0], ", ".join(paths)))
    beside = beside and importlib.util.find_spec("torch") is not None
    table, bad = read_table(), 0
    for name in names:
        answer = run(paths[name], "wengert")
        said = verdict(answer, table.get(name))
        bad += said != "as PyTorch"
        print("%-10s %s%s" % (name, said, cost(answer)), flush=True)
        if beside:
            other = run(paths[name], "torch")
            print("%-10s %s%s" % ("", "PyTorch: " + verdict(other, table.get(name)), cost(other)), flush=True)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
