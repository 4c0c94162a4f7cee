"""failing.py: in each command an allocation fails, or a call that opens, writes or closes a file, one a run.

    failing.py WENGERT failing.so FOLDER [COUNT]

A command in which a call has failed ends by itself: it says why and has a status that is not 0, or it does
without, and what it writes is what it writes otherwise. A file that it writes is whole, or is not there.
COUNT calls of each kind fail in each command, spread over all of them, the first and the last among them.
`train` prints times: its output may be another. A picture may show
what was built before the error, if the command says so. The last line says how many failed."""
import concurrent.futures
import os
import shutil
import subprocess
import sys

WENGERT, LIBRARY, FOLDER = map(os.path.abspath, sys.argv[1:4])
COUNT = int(sys.argv[4]) if len(sys.argv) > 4 else 12
NET = """x = [[0, 1], [1, 0], [1, 1]]
t = [1, 1, 0]
W = param(2, 3, init=normal(0.5))
v = param(3, init=1)
L = bce_with_logits(tanh(x @ W) @ v, t)
check grad(L, v) == grad(L, v)
train(L, epochs=3)
"""
TABLE = "a,b,c\n" + "".join("%d,%d,%s\n" % (i, i * i % 7, "yes" if i % 3 else "no") for i in range(24))
COMMANDS = """eval net.wg --json
eval net.wg -o out.npy
grad net.wg --json
check net.wg
draw net.wg --backward --values -o out.svg
draw net.wg -o out.tex
draw net.wg -o out.html
draw net.wg --values
plot -e x^2 --over x=-1:1 -o out.svg
step net.wg
train net.wg -o run
fit table.csv --predict c --epochs 2 -o run
lesson logistic
lesson logistic --page -o out.html
ops
help unsqueeze
""".splitlines()
wrong, tried = [], {"allocation": 0, "io": 0}


def run(arguments, folder, kind, at):
    os.makedirs(folder, exist_ok=True)
    for name, text in (("net.wg", NET), ("table.csv", TABLE)):
        with open(os.path.join(folder, name), "w") as f:
            f.write(text)
    env = dict(os.environ, LD_PRELOAD=LIBRARY, FAIL=kind, FAIL_AT=str(at), OMP_NUM_THREADS="1",
               OPENBLAS_NUM_THREADS="1", FAIL_COUNT=os.path.join(folder, "count"), LC_ALL="C.UTF-8")
    try:
        done = subprocess.run([WENGERT] + arguments, cwd=folder, env=env, capture_output=True, timeout=100)
        status, out, said = done.returncode, done.stdout, done.stderr
    except subprocess.TimeoutExpired:
        status, out, said = "endless", b"", b""
    files = {}
    for name in sorted(os.listdir(folder)):
        path = os.path.join(folder, name)
        if name not in ("net.wg", "table.csv", "count") and os.path.isfile(path):
            with open(path, "rb") as f:
                files[name] = f.read()
    path = os.path.join(folder, "count")
    count = int(open(path).read() or 0) if os.path.exists(path) else 0
    shutil.rmtree(folder)
    return status, out, said, files, count


def judge(command, right, got):
    status, out, said, files, _ = got
    if command.startswith("train"):
        out = right[1]
    if status == "endless" or status < 0:
        return "ended by %s" % status
    if status == 0 and (out, files) != (right[1], right[3]):
        return "status 0, but another result: %s" % (sorted(files),)
    if status and not (said + out).strip():
        return "status %d, and no word" % status
    if b"shows what was built before the error" in said:
        return None
    torn = [n for n, b in files.items() if b != right[3].get(n)]
    return "left %s" % torn if torn else None


def numbers(n):
    return sorted({1 + round(i * (n - 1) / max(COUNT - 1, 1)) for i in range(COUNT)}) if n else []


def try_command(k, command):
    arguments = command.split()
    for kind in tried:
        right = run(arguments, "%s/%d" % (FOLDER, k), kind, 0)
        if right[0]:
            wrong.append("%s: status %s: %s" % (command, right[0], right[2].decode()[:300]))
            return
        for at in numbers(right[4]):
            got = run(arguments, "%s/%d" % (FOLDER, k), kind, at)
            tried[kind] += 1
            what = judge(command, right, got)
            if what:
                wrong.append("%s, %s %d of %d: %s: %s" % (command, kind, at, right[4], what,
                                                          got[2].decode(errors="replace")[:200]))


with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
    list(pool.map(lambda c: try_command(*c), enumerate(COMMANDS)))
print("\n".join(sorted(wrong)))
print("calls of commands that failed: %d allocations, %d of files; %d wrong" % (
    tried["allocation"], tried["io"], len(wrong)))
sys.exit(bool(wrong))
