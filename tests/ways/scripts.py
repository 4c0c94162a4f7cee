#!/usr/bin/env python3
"""Runs ordinary scripts of PyTorch, scripts/*.py, with `torch` changed to `wengert` in their imports alone.
They were written by people who knew PyTorch and had not seen this package.

    scripts.py [time] [NAME ...]     one line a script; the status is 1 if one does not give PyTorch's numbers
    scripts.py torch >scripts.txt    with PyTorch: prints the table that the others are compared with

The last line of a script is `RESULT loss=X NAME=SUM,SQUARES ...`: the last loss, and for each parameter the
sum of its elements and of their squares, with six digits. The scripts have their numbers from NumPy, so that
both libraries train with the same ones. Those that say set_default_dtype(float64) may differ by 2e-5 of the
root of the sum of squares (of the loss), where the sixth digit ends; the others run in float32 in PyTorch and
may differ by 1e-3: by so much their numbers change there if the first weights change by an ulp.
With the word `time` PyTorch runs beside, if it is there: seconds and the most memory, imports included.

Environment: WENGERT_LIBRARY, the library (default: build/libwengert.so).
"""
import glob
import os
import re
import resource
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
TABLE = os.path.join(HERE, "scripts.txt")
DOUBLE, SINGLE, SECONDS = 2e-5, 1e-3, 200


def changed(text):
    """The text with other imports."""
    text = re.sub(r"(?m)^import torch$", "import wengert as torch", text)
    return re.sub(r"(?m)^(import|from) torch\b", r"\1 wengert", text)


def run(path, library, folder):
    """The numbers of RESULT or what went wrong, seconds, and megabytes."""
    with open(path) as f:
        text = f.read()
    place = os.path.join(folder, os.path.basename(path))
    with open(place, "w") as f:
        f.write(changed(text) if library == "wengert" else text)
    env = dict(os.environ, PYTHONPATH=os.path.join(ROOT, "python"), PYTHONDONTWRITEBYTECODE="1")
    env["WENGERT_LIBRARY"] = os.path.abspath(env.get("WENGERT_LIBRARY")
                                             or os.path.join(ROOT, "build", "libwengert.so"))
    start, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    try:
        done = subprocess.run([sys.executable, place], env=env, text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=SECONDS, cwd=folder)
    except subprocess.TimeoutExpired:
        return "more than %d seconds" % SECONDS, SECONDS, 0
    seconds = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    last = (done.stdout.strip().split("\n") or [""])[-1]
    if done.returncode or last[:7] != "RESULT ":
        lines = re.findall(r'File ".*%s", line (\d+)' % re.escape(os.path.basename(path)), done.stderr)
        said = "%s: line %s: %s" % (done.returncode, lines[-1] if lines else "?",
                                    (done.stderr.strip().split("\n") or [""])[-1])
        return said, seconds, after / 1024 if after > before else 0
    return last[7:], seconds, after / 1024 if after > before else 0


def numbers(line):
    return {name: [float(x) for x in of.split(",")] for name, of in
            (word.split("=") for word in line.split())}


def difference(got, wanted, near):
    """What is other; None: nothing."""
    if got.keys() != wanted.keys():
        return "other names: %s" % ", ".join(sorted(got.keys() ^ wanted.keys()))
    for name, all_ in wanted.items():
        size = max(1e-3, abs(all_[-1]) ** 0.5 if len(all_) == 2 else abs(all_[0]))
        off = [abs(a - b) / (size if k == 0 else max(abs(b), 1e-3))
               for k, (a, b) in enumerate(zip(got[name], all_))]
        if not max(off) <= near * (4 if len(all_) == 2 else 1):
            return "%s is %s, not %s" % (name, got[name], all_)
    return None


def read_table():
    with open(TABLE) as f:
        return dict(line.rstrip("\n").split(" ", 1) for line in f if line[:1] != "#")


def main(words):
    paths = {os.path.basename(p)[:-3]: p for p in sorted(glob.glob(os.path.join(HERE, "scripts", "*.py")))}
    table, bad = {} if words == ["torch"] else read_table(), 0
    names = [w for w in words if w not in ("time", "torch")] or list(paths)
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            path = next(p for n, p in paths.items() if n == name or n.partition("_")[0] == name)
            name = os.path.basename(path)[:-3]
            if words == ["torch"]:
                print(name, run(path, "torch", folder)[0])
                continue
            said, seconds, most = run(path, "wengert", folder)
            if said[:5] == "loss=":
                with open(path) as f:
                    double = "set_default_dtype(torch.float64)" in f.read()
                off = difference(numbers(said), numbers(table[name]), DOUBLE if double else SINGLE)
                said = "differs: " + off if off else "as PyTorch"
            bad += said != "as PyTorch"
            beside = run(path, "torch", folder) if "time" in words else None
            print("%-24s %s  %.1f s%s%s" % (name, said, seconds, ", %.0f MB" % most if most else "",
                                            "; PyTorch %.1f s" % beside[1] if beside else ""), flush=True)
    print("%d of %d" % (len(names) - bad, len(names)))
    return bad > 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
