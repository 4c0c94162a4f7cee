#!/usr/bin/env python3
"""Which small mistakes in the code do the tests find?

    tests/score/mutants.py [FOLDER]        `make score RUN=mutants` calls it

Draws mistakes in each room (another operator, constant, condition; a deleted statement), and compiles all
of them into one build of a copy of the sources, in FOLDER: WG_MUTANT=k switches mistake k on. Each test
program runs once without one, and says which mistakes it reaches. Then each mistake is run by the programs
of its room that reach it, the fastest before others, until one fails; and at last those that live, by the
other programs. Prints a line for each mistake, and writes the figures of each room to
build/score/mutants.txt. FOLDER/state.json has what is known: a run that was stopped goes on there. A
mistake that lives either needs a test, or changes nothing that anybody can see: read it. Environment: N=25,
how many a room; SEED=1; CHANGED, a commit: N mistakes in the lines that were added since then, the programs
of their rooms alone, and a line with the figure in place of mutants.txt; ROOMS, the rooms (default: all);
KINDS, of operators and thresholds (constants of src/check ten times as large and a tenth: all of them);
TESTS, the test programs (default: all but those of runs.py's LEFT_OUT); MUTANTS, numbers of mistakes to run
alone.
"""
import collections, concurrent.futures, hashlib, json, os, random, re, subprocess, sys, threading, time
import runs
from sites import mutated, one_line, sites_of, thresholds_of


def added(commit):
    """The lines that were changed or added since a commit, as (file, line)."""
    known = subprocess.run(["git", "rev-parse", "-q", "--verify", commit + "^{commit}"], capture_output=True)
    if known.returncode:
        print(f"mutants: CHANGED={commit}: git knows no such commit", file=sys.stderr)
        sys.exit(2)
    said = subprocess.run(["git", "diff", "-U0", "-M", "--no-ext-diff", "--no-color", "--dst-prefix=", commit,
                           "--", "src", "ops", "tools/wengert"], capture_output=True, text=True).stdout
    lines, file = set(), ""
    for name, first, n in re.findall(r"^(?:\+\+\+ (\S+)|@@ \S+ \+(\d+),?(\d*) @@)", said, re.M):
        if name: file = name
        else: lines |= {(file, int(first) + i) for i in range(int(n or 1))}
    return lines


def candidates(rooms, kinds, n, seed, lines):
    """For each room and kind its mistakes in the order in which they are drawn, and how many of them. Where
    there are lines, of these alone, and of all rooms together."""
    files = collections.defaultdict(list)
    for file in sorted(runs.files_in("src/*.[ch]", "ops/*.[ch]", "tools/wengert/*.[ch]")):
        room = runs.room_of(file)
        if not rooms or room in rooms: files[room if lines is None else "all"].append(file)
    for room in sorted(files):
        code = [f for f in files[room] if f.endswith(".c")]
        if "operators" in kinds:
            every = [(s,) for f in code for s in sites_of(f) if lines is None or (f, s.line) in lines]
            random.Random(f"{seed} {room}").shuffle(every)
            yield room, "operators", every, n
        if "thresholds" in kinds and room == "check":
            every = list(thresholds_of(code, [f for f in files[room] if f.endswith(".h")]))
            yield room, "thresholds", every[::-1], len(every)


def compile_errors(folder, files):
    """The numbers of mistakes that do not compile: the last before the error, else all of its line."""
    done, said = runs.make(folder, "-k", "all", check=False)
    bad = set()
    for file, line, column in re.findall(r"^([^:\s]+\.[ch]):(\d+):(\d+): error", said, re.M):
        if file not in files: continue
        text = open(os.path.join(folder, file)).read().split("\n")[int(line) - 1]
        here = [(m.start() - 1 < int(column), int(m[1])) for m in re.finditer(r"wgm\((\d+)\)", text)]
        bad |= set([k for before, k in here if before][-1:] or [k for _, k in here])
    if not done and not bad: sys.exit(f"mutants: the copy does not compile:\n{said[-3000:]}")
    return bad


def draw(folder, asked):
    """Mistakes that compile, as number: (room, kind, sites). The copy has them."""
    taken, by_file, number = {}, collections.defaultdict(list), 0
    while True:
        for room, kind, every, n in asked:
            short = n - sum(1 for r, k, _ in taken.values() if (r, k) == (room, kind))
            while short > 0 and every:
                mistake = every.pop()
                taken[number] = room, kind, mistake
                for s in mistake: by_file[s.file].append((number, s))
                number, short = number + 1, short - 1
        for file in by_file: runs.write(folder, file, mutated(file, by_file[file]))
        bad = compile_errors(folder, by_file)
        if not bad: return taken
        for k in bad: taken.pop(k, None)
        for file in by_file: by_file[file] = [c for c in by_file[file] if c[0] not in bad]


class Known:
    """What a run has found out, kept in a file of the folder; forgotten when another run is asked for."""
    def __init__(self, folder, asked):
        self.path, self.lock = os.path.join(folder, "state.json"), threading.Lock()
        said = [subprocess.run(["git", *words], capture_output=True, check=True).stdout
                for words in (["ls-files", "-s", ":!tests/score"], ["diff", "--", ":!tests/score"])]
        of = [hashlib.sha1(b"".join(said)).hexdigest(), asked]
        try: self.now = json.load(open(self.path))
        except (OSError, ValueError): self.now = {}
        if self.now.get("of") != of: self.now = {"of": of, "states": {}}

    def keep(self, **more):
        with self.lock:
            self.now.update(more)
            with open(self.path + ".new", "w") as out: json.dump(self.now, out)
            os.replace(self.path + ".new", self.path)

    def reach(self, folder, tests):
        if "seconds" not in self.now:
            seconds, reached = runs.reach(folder, tests)
            self.keep(seconds=seconds, reached={t: sorted(r) for t, r in reached.items()})
        return self.now["seconds"], {t: set(r) for t, r in self.now["reached"].items()}

    def state(self, k, new=None):
        with self.lock:
            if new: self.now["states"][str(k)] = new
            state = self.now["states"].get(str(k))
        if new: self.keep()
        return state


def try_one(folder, k, room, inside, seconds, reached):
    """What has become of mistake k by the tests of its room, or by the others, and who found it."""
    if not any(k in r for r in reached.values()): return "unreached", ""
    tests = [t for t, r in reached.items() if k in r and runs.own(room, t) == inside]
    by = runs.killer(folder, tests, seconds, WG_MUTANT=str(k))
    if by: return "room" if inside else "elsewhere", os.path.basename(by)
    return "outside" if inside else "lives", ""


def figure(room, kind, states, n, seed):
    """A row of build/score/mutants.txt."""
    inside, left = states["room"], states["outside"]
    return (f"{n} mistakes of seed {seed}, {room}" if kind == "operators" else f"{kind} x 10, / 10, {room}",
            f"{inside} {inside + states['elsewhere']} of {states.total()}, {states['lives']} live, "
            f"{states['unreached']} are not reached" + (f", {left} were not tried elsewhere" if left else ""))


def main():
    folder = sys.argv[1] if len(sys.argv) > 1 else "build/mutants"
    env, started = os.environ, time.time()
    n, seed = int(env.get("N") or 25), int(env.get("SEED") or 1)
    only = set(map(int, env.get("MUTANTS", "").split()))
    since = env.get("CHANGED", "")
    asked = list(candidates(env.get("ROOMS", "").split(), (env.get("KINDS") or "operators").split(), n, seed,
                            added(since) if since else None))
    taken = {}
    if any(every for _, _, every, _ in asked):
        runs.copy(folder)
        taken = draw(folder, asked)
    if not taken:
        print(f"mutants: no place for a mistake in C {since and 'that was added since ' + since}")
        return
    rooms = {k: runs.room_of(m[0].file) for k, (_, _, m) in taken.items()}
    tests = [t for t in runs.programs(env.get("TESTS", "").split())
             if not since or any(runs.own(room, t) for room in rooms.values())]
    runs.make(folder, "all", "examples", *tests)
    known = Known(folder, [env.get("TESTS"), repr(taken)])
    seconds, reached = known.reach(folder, tests)
    print(f"{len(taken)} mistakes; {len(reached)} test programs, {sum(seconds.values()):.0f} processor "
          f"seconds; {time.time() - started:.0f} seconds so far", flush=True)
    right = {k: one_line(open(m[0].file).read()[m[0].start:m[0].end])[:100] for k, (_, _, m) in taken.items()}

    def one(k, inside):
        sites = taken[k][2]
        old = known.state(k)
        if not inside and old[0] != "outside": return
        if not inside or not old: old = known.state(k, try_one(folder, k, rooms[k], inside, seconds, reached))
        state, by = old
        found = f"  by {by}" if by else ""
        s = sites[0]
        print(f"{k:4} {state:9} {s.file}:{s.line}: {s.kind}: {right[k]}{found}", flush=True)

    with concurrent.futures.ThreadPoolExecutor(int(env.get("JOBS") or os.cpu_count())) as pool:
        for inside in (True,) if since else (True, False):
            for room, kind, _, _ in asked:
                of = [k for k in sorted(taken) if taken[k][:2] == (room, kind)]
                numbers = [k for k in of if not only or k in only]
                list(pool.map(lambda k: one(k, inside), numbers))
                states = collections.Counter(known.state(k)[0] for k in numbers)
                if since:
                    found, every = states["room"], "all " if len(of) < n else ""
                    print(f"mutants of the lines added since {since}: {found} of {every}{len(numbers)} found "
                          f"in their room ({100 * found // max(len(numbers), 1)} %)")
                elif not only and not env.get("TESTS"):
                    runs.record("mutants", [figure(room, kind, states, n, seed)])


main()
