#!/usr/bin/env python3
"""Which branches does no test reach?

    tests/score/branches.py [FOLDER]        `make score RUN=branches` calls it

Builds a copy of the sources, in FOLDER, with gcc's --coverage, runs all test programs (TESTS: these), and
adds up by room what gcov says. Writes the figures to build/score/branches.txt, and to build/score/never.txt
each line with a branch that was never taken.
"""
import collections, glob, json, os, subprocess, sys
import runs


def counted(folder):
    """How often each line and each branch ran: file, line, function, number of the branch (-1: the line)."""
    counts = collections.Counter()
    for data in glob.glob(f"{folder}/build/obj/**/*.gcno", recursive=True):
        said = subprocess.run(["gcov", "-b", "-t", "-j", os.path.relpath(data, folder)], cwd=folder,
                              capture_output=True)
        for text in said.stdout.splitlines():
            for file in json.loads(text)["files"]:
                name = os.path.relpath(os.path.join(folder, file["file"]), folder)
                if not name.startswith(("src/", "ops/", "tools/")): continue
                for line in file["lines"]:
                    at = name, line["line_number"], line.get("function_name")
                    counts[*at, -1] += line["count"]
                    for i, branch in enumerate(line["branches"]): counts[*at, i] += branch["count"]
    return counts


def main():
    folder = sys.argv[1] if len(sys.argv) > 1 else "build/branches"
    runs.copy(folder)
    for old in glob.glob(f"{folder}/build/obj/**/*.gcda", recursive=True): os.remove(old)
    tests = runs.programs(os.environ.get("TESTS", "").split())
    runs.make(folder, "all", "examples", *tests,
              flags=["CFLAGS=-O0 --coverage -w", "LDFLAGS=--coverage", "SAME_BYTES="])
    for test in tests:
        if not runs.run(folder, test, 3000)[0]: print(f"{test} fails: it may stop too early", flush=True)
    rooms, never = collections.defaultdict(lambda: [0, 0, 0, 0]), collections.defaultdict(lambda: [0, 0])
    for (file, line, _, i), n in sorted(counted(folder).items(), key=lambda c: c[0][:2]):
        one = rooms[runs.room_of(file)]
        one[0 if i < 0 else 2] += 1
        one[1 if i < 0 else 3] += n > 0
        if i >= 0: never[file, line][0] += n == 0
        if i >= 0: never[file, line][1] += 1
    for room, (lines, run, branches, taken) in sorted(rooms.items()):
        value = f"{100 * taken / max(branches, 1):.1f} {100 * run / lines:.1f} % of {branches}, {lines}"
        runs.record("branches", [(f"branches taken, lines run, {room}", value)])
    with open(os.path.join(os.environ.get("BUILD") or "build", "score", "never.txt"), "w") as out:
        for (file, line), (n, m) in never.items():
            text = open(os.path.join(folder, file)).read().splitlines()[line - 1].strip()
            if n: print(f"{file}:{line}: {n} of {m}: {text}", file=out)


main()
