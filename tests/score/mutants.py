#!/usr/bin/env python3
"""Which small mistakes in the code do the tests find?

    tests/score/mutants.py [FOLDER]        `make score RUN=mutants` calls it

Draws mistakes in each room (another operator, constant, condition; a deleted statement), and compiles all
of them into one build of a copy of the sources, in FOLDER: WG_MUTANT=k switches mistake k on. Each test
program runs once without one, and says which mistakes it reaches. Then each mistake is run by the programs
that reach it, those of its room first, the fastest before others, until one fails. Prints a line for each
mistake, and writes the figures of each room to build/score/mutants.txt. A mistake that lives either needs a
test, or changes nothing that anybody can see: read it. Environment: N=25, how many a room; SEED=1; ROOMS,
the rooms (default: all); KINDS, of operators and thresholds (constants of src/check ten times as large and
a tenth: all of them); TESTS, the test programs (default: all but those of runs.py's LEFT_OUT); MUTANTS,
numbers of mistakes to run alone.
"""
import collections, concurrent.futures, os, random, re, sys, time
import runs
from sites import apart, mutated, one_line, sites_of, thresholds_of


def candidates(rooms, kinds, n, seed):
    """For each room and kind its mistakes in the order in which they are drawn, and how many of them."""
    files = collections.defaultdict(list)
    for file in sorted(runs.files_in("src/*.[ch]", "ops/*.[ch]", "tools/wengert/*.[ch]")):
        files[runs.room_of(file)].append(file)
    for room in sorted(files):
        if rooms and room not in rooms: continue
        code = [f for f in files[room] if f.endswith(".c")]
        if "operators" in kinds:
            every = [(s,) for f in code for s in sites_of(f)]
            random.Random(f"{seed} {room}").shuffle(every)
            yield room, "operators", every, n
        if "thresholds" in kinds and room == "check":
            every = list(thresholds_of(code, [f for f in files[room] if f.endswith(".h")]))
            yield room, "thresholds", every[::-1], len(every)


def compile_errors(folder, files):
    """The numbers of the mistakes in lines that do not compile."""
    done, said = runs.make(folder, "-k", "all", check=False)
    bad = set()
    for file, line in re.findall(r"^([^:\s]+\.[ch]):(\d+):\d+: error", said, re.M):
        if file not in files: continue
        lines = open(os.path.join(folder, file)).read().split("\n")
        bad |= set(map(int, re.findall(r"wgm\((\d+)\)", lines[int(line) - 1])))
    if not done and not bad: sys.exit(f"mutants: the copy does not compile:\n{said[-3000:]}")
    return bad


def draw(folder, asked):
    """Mistakes that compile and do not overlap, as number: (room, kind, sites). The copy has them."""
    taken, by_file, number = {}, collections.defaultdict(list), 0
    while True:
        for room, kind, every, n in asked:
            short = n - sum(1 for r, k, _ in taken.values() if (r, k) == (room, kind))
            while short > 0 and every:
                mistake = every.pop()
                if not apart(mistake, by_file): continue
                taken[number] = room, kind, mistake
                for s in mistake: by_file[s.file].append((number, s))
                number, short = number + 1, short - 1
        for file in by_file: runs.write(folder, file, mutated(file, by_file[file]))
        bad = compile_errors(folder, by_file)
        if not bad: return taken
        for k in bad: taken.pop(k, None)
        for file in by_file: by_file[file] = [c for c in by_file[file] if c[0] not in bad]


def try_one(folder, k, room, seconds, reached):
    """What has become of mistake k, and the program that found it."""
    for state, inside in (("room", True), ("elsewhere", False)):
        tests = [t for t, r in reached.items() if k in r and runs.own(room, t) == inside]
        by = runs.killer(folder, tests, seconds, WG_MUTANT=str(k))
        if by: return state, os.path.basename(by)
    return "lives" if any(k in r for r in reached.values()) else "unreached", ""


def figure(room, kind, states, n, seed):
    """A row of build/score/mutants.txt."""
    inside = states["room"]
    return (f"{n} mistakes of seed {seed}, {room}" if kind == "operators" else f"{kind} x 10, / 10, {room}",
            f"{inside} {inside + states['elsewhere']} of {states.total()}, {states['lives']} live, "
            f"{states['unreached']} are not reached")


def main():
    folder = sys.argv[1] if len(sys.argv) > 1 else "build/mutants"
    env, started = os.environ, time.time()
    n, seed = int(env.get("N") or 25), int(env.get("SEED") or 1)
    only = set(map(int, env.get("MUTANTS", "").split()))
    runs.copy(folder)
    asked = list(candidates(env.get("ROOMS", "").split(), (env.get("KINDS") or "operators").split(), n, seed))
    taken = draw(folder, asked)
    tests = runs.programs(env.get("TESTS", "").split())
    runs.make(folder, "all", "examples", *tests)
    seconds, reached = runs.reach(folder, tests)
    print(f"{len(taken)} mistakes; {len(reached)} test programs, {sum(seconds.values()):.0f} processor "
          f"seconds; {time.time() - started:.0f} seconds so far", flush=True)
    right = {k: one_line(open(m[0].file).read()[m[0].start:m[0].end])[:100] for k, (_, _, m) in taken.items()}
    with concurrent.futures.ThreadPoolExecutor(int(env.get("JOBS") or os.cpu_count())) as pool:
        for room, kind, _, _ in asked:
            states = collections.Counter()
            numbers = [k for k in sorted(taken) if taken[k][:2] == (room, kind) and (not only or k in only)]
            results = pool.map(lambda k: try_one(folder, k, taken[k][0], seconds, reached), numbers)
            for k, (state, by) in zip(numbers, results):
                s = taken[k][2][0]
                states[state] += 1
                found = f"  by {by}" if by else ""
                print(f"{k:4} {state:9} {s.file}:{s.line}: {s.kind}: {right[k]}{found}", flush=True)
            if not only and not env.get("TESTS"):
                runs.record("mutants", [figure(room, kind, states, n, seed)])


main()
