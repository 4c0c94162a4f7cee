#!/usr/bin/env python3
"""Which small mistakes in the code do the tests find?

    tests/mutants.py N SEED [FOLDER]        `make mutants` calls it

Draws N mistakes (another operator, constant, condition; a deleted statement) in ops/, src/engine/grad and
src/engine/run, and compiles all of them into one build of a copy of the sources, in FOLDER: WG_MUTANT=k
switches mistake k on. Each test program runs once without one, and says which mistakes it reaches. Then each
mistake is run by the programs that reach it, the fastest first, until one fails. Prints a line for each
mistake and one of figures. A survivor either needs a test, or changes nothing that anybody can see: read it.
Environment: TESTS, the test programs (default: all); MUTANTS, numbers of mistakes to run alone.
"""
import collections, concurrent.futures, glob, os, random, re, resource, shutil, subprocess, sys, time

SWAP = {"+": "-", "-": "+", "*": "/", "/": "*", "<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=",
        "!=": "==",
        "&&": "||", "||": "&&", "+=": "-=", "-=": "+="}
TOKEN = re.compile(r'/\*.*?\*/|"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])+\''
                   r'|[A-Za-z_]\w*|(?:\d|\.\d)(?:[eEpP][+-]|[\w.])*'
                   r'|->|\+\+|--|<<=|>>=|<<|>>|[-+*/%&|^<>=!]=|&&|\|\||[^\s\w]', re.S)
STOP = {",", ";", "{", "}", "?", ":", "=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<=", ">>=",
        "return", "case", "else", "do", "goto"}
KEYWORDS = {"if", "else", "for", "while", "do", "switch", "case", "default", "return", "goto", "break",
            "continue",
            "static", "const", "typedef", "struct", "enum", "union", "extern", "_Static_assert"}
OPEN, CLOSE = "([{", ")]}"
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

Site = collections.namedtuple("Site", "file start end kind wrong line")


def blank(text):
    """The text with blanks in place of the preprocessor's lines and of samples, which are the tests' own
    data."""
    def spaces(m): return re.sub(r"[^\n]", " ", m.group())
    text = re.sub(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", spaces, text, flags=re.M)
    lists = r"^(?:\w*SAMPLES|\w*ERRORS|(?!DEFINE_)\w+_OP)\(.*?\);$"
    functions = r"^(?:ERROR_)?SAMPLE\(.*?^\}|^(?:ERROR_)?SAMPLE\([^\n]*|^static [^\n]*sample[^\n;]*\n\{.*?^\}"
    return re.sub(f"{lists}|{functions}", spaces, text, flags=re.M | re.S)


def region(tokens, i):
    """The first and last token of the expression around token i."""
    ends = []
    for step, enter, leave in ((-1, CLOSE, OPEN), (1, OPEN, CLOSE)):
        depth, j = 0, i
        while 0 <= j + step < len(tokens):
            t = tokens[j + step][0]
            if t in leave and depth == 0 or depth == 0 and t in STOP: break
            depth += (t in enter) - (t in leave)
            j += step
        ends.append(j)
    return ends


def sites_of(file):
    text = open(file).read()
    code = blank(text)
    tokens = [(m.group(), m.start(), m.end()) for m in TOKEN.finditer(code) if not m.group().startswith("/*")]
    braces = parens = 0
    for i, (t, start, end) in enumerate(tokens):
        def site(kind, first, last, wrong):
            a, b = tokens[first][1], tokens[last][2]
            return Site(file, a, b, kind, wrong, text.count("\n", 0, start) + 1)
        braces += (t == "{") - (t == "}")
        parens += (t == "(") - (t == ")")
        if braces == 0: continue
        before = tokens[i - 1][0]
        if t in SWAP and text[start - 1].isspace() and text[end].isspace():
            first, last = region(tokens, i)
            a, b = tokens[first][1], tokens[last][2]
            if t in ("+=", "-="):
                first, last = i, i
                while tokens[first - 1][0] not in (";", "{", "}", ")", "else"): first -= 1
                while tokens[last][0] not in (";", ")"): last += 1
                if tokens[last][0] != ";" or parens: continue
                a, b = tokens[first][1], tokens[last][2]
                yield site("assign", first, last, text[a:start] + SWAP[t] + text[end:b])
            else:
                yield site(f"{t} is {SWAP[t]}", first, last, text[a:start] + SWAP[t] + text[end:b])
        elif re.fullmatch(r"\d+(\.\d*)?", t):
            wrong = {"0": "1", "1": "0"}.get(t, f"({t} + 1)")
            yield site(f"{t} is {wrong}", i, i, wrong)
        elif t == "(" and before == "if":
            first, last = region(tokens, i + 1)
            a, b = tokens[i + 1][1], tokens[last][2]
            if tokens[last + 1][0] == ")": yield site("negated", i + 1, last, f"!({text[a:b]})")
        elif before in (";", "{", "}") and parens == 0 and re.match(r"[A-Za-z_*]", t) and t not in KEYWORDS:
            last = i
            while tokens[last][0] not in ";{}": last += 1
            if tokens[last][0] == ";" and (tokens[i + 1][0] in "([.+"
                                           or tokens[i + 1][0] in ("->", "++", "--", "=", "+=", "-=", "*=")):
                yield site("deleted", i, last, "")


def one_line(text): return re.sub(r"\s*\n\s*", " ", text)


def mutated(file, chosen):
    """The text of a file with its sites, as (number, site), switched."""
    text = open(file).read()
    for k, s in sorted(chosen, key=lambda c: -c[1].start):
        right, wrong = one_line(text[s.start:s.end]), one_line(s.wrong)
        new = f"if (wgm({k})) {{ {wrong} }} else {{ {right} }}" if s.kind in ("deleted", "assign") else \
            f"(wgm({k}) ? ({wrong}) : ({right}))"
        text = text[:s.start] + new + text[s.end:]
    return text


def compile_errors(folder, file):
    """The numbers of the sites in the lines that do not compile."""
    said = subprocess.run(["gcc", "-fsyntax-only", "-std=c17", "-D_GNU_SOURCE", "-Iinclude", "-Isrc/engine",
                           "-Isrc/models", "-Isrc/show", "-Isrc/language", "-Isrc", "-I.",
                           "-Ibuild/obj/generated", "-include",
                           "mutant.h", "-DWG_WITH_BLAS=0", "-DWG_WITH_OPENMP=0", "-DWG_ISA_COUNT=1",
                           "-DWG_ISA_INDEX=0", "-DWG_BASE=1",
                           "-Werror=int-conversion", "-Werror=incompatible-pointer-types", file],
                          cwd=folder, capture_output=True, text=True).stderr
    lines = open(os.path.join(folder, file)).read().split("\n")
    bad = {int(n) for m in re.finditer(r"^[^:\n]+\.[ch]:(\d+):\d+: error", said, re.M)
           if int(m.group(1)) <= len(lines)
           for n in re.findall(r"wgm\((\d+)\)", lines[int(m.group(1)) - 1])}
    if "error" in said and not bad: sys.exit(f"mutants: {file} does not compile:\n{said}")
    return bad


def draw(n, seed, folder):
    """N sites that compile and do not overlap; the copy has them."""
    files = sorted(glob.glob("ops/*.c") + glob.glob("src/engine/grad/*.c") + glob.glob("src/engine/run/*.c") +
                   glob.glob("src/engine/run/*/*.c"))
    every = [s for f in files for s in sites_of(f)]
    print(f"{len(every)} places in {len(files)} files", flush=True)
    random.Random(seed).shuffle(every)
    taken, number, dirty = collections.defaultdict(list), 0, set()
    while True:
        while sum(map(len, taken.values())) < n and every:
            s = every.pop()
            if all(s.end <= o.start or o.end <= s.start for _, o in taken[s.file]):
                taken[s.file].append((number, s))
                dirty.add(s.file)
                number += 1
        if not dirty: break
        again = set()
        for file in dirty:
            with open(os.path.join(folder, file), "w") as out: out.write(mutated(file, taken[file]))
            bad = compile_errors(folder, file)
            if bad:
                taken[file] = [c for c in taken[file] if c[0] not in bad]
                again.add(file)
        dirty = again
    return dict(c for sites in taken.values() for c in sites)


def run(folder, test, limit, **environment):
    """Whether a test program passes, and its processor seconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    memory = {"TMPDIR": "/dev/shm"} if os.access("/dev/shm", os.W_OK) else {}
    env = dict(os.environ, WG_BUILD="build", WG_SEED="1", OMP_NUM_THREADS="2", **memory, **environment)
    command = f"ulimit -t {limit}; exec setsid -w timeout -k 1 {20 * limit + 60} {test} -j1 --fail-fast"
    ok = subprocess.run(["bash", "-c", command], cwd=folder, env=env, stdin=subprocess.DEVNULL,
                        stdout=subprocess.DEVNULL,
                        stderr=subprocess.DEVNULL).returncode == 0
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return ok, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def reach(folder, tests):
    """Processor seconds of each test program that passes, and the numbers that it reaches."""
    seconds, reached = {}, {}
    for test in tests:
        log = os.path.abspath(os.path.join(folder, "reached"))
        if os.path.exists(log): os.remove(log)
        ok, seconds[test] = run(folder, test, 900, WG_MUTANTS_REACHED=log)
        if not ok: print(f"{test} fails without a mistake: left out", flush=True)
        if ok: reached[test] = set(map(int, open(log).read().split())) if os.path.exists(log) else set()
    return seconds, reached


def kill(folder, k, seconds, reached):
    """The test program that fails with mistake k, '' if none does; None if none reaches it."""
    by_time = sorted((t for t in reached if k in reached[t]), key=seconds.get)
    for test in by_time:
        if not run(folder, test, int(10 * seconds[test]) + 10, WG_MUTANT=str(k))[0]: return test
    return "" if by_time else None


def main():
    n, seed = int(sys.argv[1]), int(sys.argv[2])
    folder = sys.argv[3] if len(sys.argv) > 3 else "build/mutants"
    started = time.time()
    os.makedirs(folder, exist_ok=True)
    for part in subprocess.run(["git", "ls-files"], capture_output=True, text=True,
                               check=True).stdout.split():
        os.makedirs(os.path.join(folder, os.path.dirname(part)), exist_ok=True)
        to = os.path.join(folder, part)
        if not os.path.exists(to) or open(part, "rb").read() != open(to, "rb").read(): shutil.copy(part, to)
    for name, text in (("src/engine/base/mutant.c", RUNTIME), ("mutant.h", HEADER)):
        if not os.path.exists(os.path.join(folder, name)): open(os.path.join(folder, name), "w").write(text)
    make = ["make", "-C", folder, "-s", "BUILD=build", "TEST_BUILD=1", "ISAS=1",
            "CFLAGS=-O1 -Wno-missing-prototypes",
            f"CPPFLAGS=-include {os.path.abspath(folder)}/mutant.h"]
    subprocess.run(make + ["build/obj/generated/op_list.h"], check=True)
    sites = draw(n, seed, folder)
    names = os.environ.get("TESTS", "").split()
    tests = [t[:-2] for t in sorted(glob.glob("tests/*/test_*.c")) if not names
             or os.path.basename(t)[:-2] in names]
    tests = ["build/" + t for t in tests]
    subprocess.run(make + (tests if names else ["all", "tests"]), check=True)
    seconds, reached = reach(folder, tests)
    print(f"{len(reached)} test programs, {sum(seconds.values()):.0f} processor seconds; "
          f"{time.time() - started:.0f} seconds so far", flush=True)
    found = collections.Counter()
    numbers = list(map(int, os.environ.get("MUTANTS", "").split())) or sorted(sites)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        killers = pool.map(lambda k: kill(folder, k, seconds, reached), numbers)
        for k, by in zip(numbers, killers):
            s, state = sites[k], "unreached" if by is None else "killed" if by else "SURVIVED"
            found[state] += 1
            right = one_line(open(s.file).read()[s.start:s.end])
            print(f"{k:4} {state:9} {s.file}:{s.line}: {s.kind}: {right[:100]}" +
                  (f"  by {os.path.basename(by)}" if by else ""),
                  flush=True)
    print(f"{len(numbers)} mistakes of seed {seed}: " +
          ", ".join(f"{found[w]} {w}" for w in ("killed", "SURVIVED", "unreached")) +
          f"; {time.time() - started:.0f} seconds")


main()
