"""Mistakes are put into a copy of the sources, and test programs run against it."""
import concurrent.futures, glob, os, shutil, signal, subprocess, sys

# Which folders of tests/ are a room's own: the folder of its name, or these.
FOLDERS = {"models/files": ["files", "data"], "models/data": ["data", "files"],
           "language/words": ["text", "lang"], "cpp": ["languages"],
           "tools": ["tools", "pages"], "python": ["languages", "pages"]}
# They install, ask for a browser, for LaTeX, for MPI, wait, or build the sources again.
LEFT_OUT = ["test_install", "test_packages", "test_setup", "test_check_waits", "test_page_browser",
            "test_page_use", "test_lesson_browser", "test_latex_compiles", "test_lesson_mistakes",
            "test_strangers_all", "test_processes", "test_score"]
ALL_ADDRESSES = ["test_options"]  # its sanitizer takes more than any limit of memory
RUNTIME = r"""
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
int wgm_on = -1;
unsigned char wgm_seen[1 << 16];
static const char *reached;
__attribute__((constructor)) static void read_once(void)
{
    if (getenv("WG_MUTANT")) wgm_on = atoi(getenv("WG_MUTANT"));
    reached = getenv("WG_MUTANTS_REACHED");
}
void wgm_reach(int k)
{
    char line[20];
    wgm_seen[k] = 1;
    const int file = reached ? open(reached, O_WRONLY | O_APPEND | O_CREAT, 0666) : -1;
    if (file < 0) return;
    if (write(file, line, (size_t)snprintf(line, sizeof line, "%d\n", k)) < 0) wgm_seen[k] = 0;
    close(file);
}
"""
HEADER = """#pragma once
extern int wgm_on;
extern unsigned char wgm_seen[];
void wgm_reach(int k);
static inline int wgm(int k) { if (!wgm_seen[k]) wgm_reach(k); return k == wgm_on; }
"""


def room_of(file):
    """engine/run of src/engine/run/plan/bind.c; check, ops, tools, python; cpp of the headers of C++."""
    parts = file.split("/")
    if parts[0] == "include": return "cpp"
    if parts[0] != "src": return parts[0]
    return parts[1] if parts[1] == "check" else "/".join(parts[1:3])


def own(room, test):
    """Whether a test program is in a folder of the room."""
    return os.path.basename(os.path.dirname(test)) in FOLDERS.get(room, [os.path.basename(room)])


def write(folder, name, text):
    """Writes a file that differs."""
    path = os.path.join(folder, name)
    if not os.path.exists(path) or open(path).read() != text:
        with open(path, "w") as out: out.write(text)


def files_in(*folders):
    """The files that git knows."""
    said = subprocess.run(["git", "ls-files", *folders], capture_output=True, text=True, check=True).stdout
    return [f for f in said.splitlines() if os.path.exists(f)]


def copy(folder):
    """Makes a folder a copy of the files that git knows, and of the runtime of the switches."""
    files = set(files_in())
    for old in glob.glob("*/**/*.[ch]", root_dir=folder, recursive=True):
        if old not in files and not old.startswith("build"): os.remove(os.path.join(folder, old))
    for part in files:
        to = os.path.join(folder, part)
        os.makedirs(os.path.dirname(to), exist_ok=True)
        if not os.path.exists(to) or open(part, "rb").read() != open(to, "rb").read(): shutil.copy(part, to)
    write(folder, "src/engine/base/mutant.c", RUNTIME)
    write(folder, "mutant.h", HEADER)


SWITCHED = ["CFLAGS=-O1 -Wno-missing-prototypes -Werror=int-conversion -Werror=incompatible-pointer-types"]


def make(folder, *targets, check=True, flags=SWITCHED):
    """One instruction set, little optimized. Whether all was made, and what the compiler said."""
    jobs = os.environ.get("JOBS") or os.cpu_count()
    flags = ["BUILD=build", "TEST_BUILD=1", "ISAS=1", f"JOBS={jobs}", "NO_INSTALL=1",
             "CPPFLAGS=-include mutant.h", *flags]
    env = {k: v for k, v in os.environ.items() if k not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")}
    command = ["make", "-C", folder, "-s", *flags, *targets]
    done = subprocess.run(command, env=env, capture_output=True, text=True)
    if check and done.returncode: sys.exit(f"mutants: the copy is not built:\n{done.stderr[-3000:]}")
    return not done.returncode, done.stderr


def programs(names=()):
    """The test programs, as paths in the copy: all that are not left out, or these."""
    every = [t[:-2] for t in sorted(glob.glob("tests/*/test_*.c"))]
    return ["build/" + t for t in every
            if (os.path.basename(t) in names if names else os.path.basename(t) not in LEFT_OUT)]


def stop_left_overs(mark):
    """Stops the processes that a run has left: those with its mark among their variables."""
    for at in glob.glob("/proc/[0-9]*/environ"):
        try:
            named = mark.encode() in open(at, "rb").read().split(b"\0")
            if named: os.kill(int(at.split("/")[2]), signal.SIGKILL)
        except OSError: pass


def run(folder, test, limit, **environment):
    """Whether a test program passes, and its processor seconds. 8 GB are the limit of its memory."""
    memory = {"TMPDIR": "/dev/shm"} if os.access("/dev/shm", os.W_OK) else {}
    mark = f"{os.path.abspath(folder)}/{test} {environment}"
    env = dict(os.environ, WG_BUILD="build", WG_SEED="1", OMP_NUM_THREADS="2", LC_ALL="C.UTF-8",
               WG_MUTANT_RUN=mark, **memory, **environment)
    size = "unlimited" if os.path.basename(test) in ALL_ADDRESSES else 8000000
    command = (f"ulimit -t {limit} -v {size}; "
               f"exec setsid -w timeout -k 1 {20 * limit + 60} {test} -j1 --fail-fast")
    program = subprocess.Popen(["bash", "-c", command], cwd=folder, env=env, stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, program.returncode, used = os.wait4(program.pid, 0)
    ok = program.returncode == 0
    if not ok: stop_left_overs("WG_MUTANT_RUN=" + mark)
    return ok, used.ru_utime + used.ru_stime


def in_turn(f, each):
    """f of each, so many at a time as there are processors."""
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool: return list(pool.map(f, each))


def reach(folder, tests):
    """Processor seconds of each test program that passes, and the numbers that it reaches."""
    seconds, reached = {}, {}

    def one(test):
        log = os.path.abspath(os.path.join(folder, "reached-" + os.path.basename(test)))
        if os.path.exists(log): os.remove(log)
        ok, seconds[test] = run(folder, test, 900, WG_MUTANTS_REACHED=log)
        if not ok: print(f"{test} fails without a mistake: left out", flush=True)
        if ok: reached[test] = set(map(int, open(log).read().split())) if os.path.exists(log) else set()
    in_turn(one, tests)
    return seconds, reached


def killer(folder, tests, seconds, **environment):
    """The first of the test programs, the fastest before others, that fails; None if none does."""
    for test in sorted(tests, key=seconds.get):
        if not run(folder, test, int(10 * seconds[test]) + 10, **environment)[0]: return test
    return None


def record(name, rows):
    """Writes figures, each with its name, into build/score/NAME.txt. Those of other names stay there."""
    path = os.path.join(os.environ.get("BUILD") or "build", "score", name + ".txt")
    os.makedirs(os.path.dirname(path), exist_ok=True)
    known = dict(l.rstrip("\n").split("\t") for l in open(path)) if os.path.exists(path) else {}
    known.update(rows)
    with open(path, "w") as out: out.writelines(f"{what}\t{value}\n" for what, value in known.items())
