"""axes.py: axes in C, C++, Python and the language. Prints what is wrong, and last how many cases there are.

    axes.py table   each builder with an option axis or axes: equal cases have equal results, or equal words
                    of a refusal, in every form. DIFFERENT has those that differ by contract
    axes.py lines   axes_c.txt, which do not compile, and axes_python.txt, beside NumPy

$build is the folder of the library."""
import ctypes
import glob
import keyword
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import warnings

import numpy as np

import axes_operands

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
BUILD = os.path.join(TOP, os.environ.get("build", "build"))
os.environ.setdefault("WENGERT_LIBRARY", os.path.join(BUILD, "libwengert.so"))
sys.path.append(os.path.join(TOP, "python"))
warnings.simplefilter("ignore")
try:
    import wengert as wg
    no_python = None
except Exception as e:
    no_python = "%s: %s" % (type(e).__name__, e)
folder = tempfile.TemporaryDirectory()
wrong = []
CC, CXX = ([c for c in names.split() if shutil.which(c)] for names in ("gcc clang", "g++ clang++"))
INCLUDE = ["-I" + os.path.join(TOP, "include"), "-I" + HERE]
LINKED = ["-L" + BUILD, "-lwengert", "-lm", "-Wl,-rpath," + BUILD]
VIEWS = {"f": ("double", "f64"), "i": ("int64_t", "i64"), "b": ("bool", "bool")}


def fail(*what):
    wrong.append(" ".join(str(w).replace("\n", " ") for w in what))
    print(wrong[-1])


def written(path, text):
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)


def quoted(text):
    return '"%s"' % re.sub(r'([\\"])', r"\\\1", text).replace("\n", "\\n")


def number_of_c(n):
    """A number in C, to the last bit."""
    return n.hex() if isinstance(n, float) and n - n == 0 else str(n + 0).upper().replace("INF", "INFINITY")


# ---- what a case gives ----

def run(compiler, operands, cases, name, flags, calls=()):
    """The results of the cases (key, statement) in C and of the calls (key, call) of the language, as a dict.
    A case that does not compile is wrong, and left out."""
    path = os.path.join(folder.name, name)
    text = "\n".join("%s = %s%s" % (n, a.astype(float).tolist(), " > 0" * (a.dtype.kind == "b"))
                     for n, a in operands.items())
    source = ["#include <math.h>", "#include <wengert/wengert.h>",
              "static const char *text_of_operands = %s;" % quoted(text),
              "#define OPERANDS(OF) " + " ".join(
        "OF(%s, %s, %s)" % (n, VIEWS[a.dtype.kind][1], ", ".join(map(str, a.shape)))
        for n, a in operands.items())]
    for n, a in operands.items():
        elements = map(number_of_c, a.ravel().tolist())
        source.append("static const %s of_%s[] = { %s };" % (VIEWS[a.dtype.kind][0], n,
                                                             ", ".join(elements) or "0"))
    source.append('#include "axes.h"')
    while True:
        first = len(source) + 1
        functions = ["static void case_%d(void) { begin(%s); %s }" % (k, quoted(x[0]), x[1])
                     for k, x in enumerate(cases)]
        main = ["static const char *calls[][2] = {"] + [
            "{ %s, %s }," % tuple(map(quoted, x)) for x in calls] + ["{ 0 } };", "int main(void)", "{",
            "    c = wg_start(.dtype = WG_F64, .threads = 1, .seed = 3);"] + [
            "    case_%d();" % k for k in range(len(cases))] + [
            "    for (int k = 0; calls[k][0]; k++) begin(calls[k][0]), built(calls[k][1]);",
            "    return 0;", "}", ""]
        written(path, "\n".join(source + functions + main))
        made = subprocess.run([compiler, path, "-o", path + ".out"] + flags.split() + INCLUDE + LINKED,
                              capture_output=True, text=True)
        bad = {int(n) - first: said for n, said in re.findall(r"%s:(\d+):\d+: \w+: ([^\n]*)" %
            re.escape(path), made.stderr)}
        bad = {k: said for k, said in bad.items() if 0 <= k < len(cases)}
        for k, said in sorted(bad.items()):
            fail("%s %s: %s" % (compiler, cases[k][0], said))
        if not bad and made.returncode:
            raise SystemExit(made.stderr)
        if not made.returncode:
            break
        cases = [x for k, x in enumerate(cases) if k not in bad]
    ran = subprocess.run([path + ".out"], capture_output=True, text=True)
    if ran.returncode:
        fail("%s ended by %d after %r: %s" % (name, ran.returncode, ran.stdout[-200:], ran.stderr[-300:]))
    return dict(line.partition("\t")[::2] for line in ran.stdout.splitlines())


def in_python(text, operands, **more):
    """The result of a line of Python, written as axes.h does. layers: parameters for the builders that have
    them."""
    try:
        y = eval(text, dict({n: wg.tensor(a) for n, a in operands.items()}, wg=wg, layers=wg.Params(),
                            **more))
        y = [part.numpy() for part in (y if isinstance(y, (tuple, list)) else [y])]
    except (wg.Error, TypeError, ValueError, IndexError) as e:
        return "refused: " + str(e).split("\n")[0]
    except Exception as e:
        return "broken: %s: %s" % (type(e).__name__, str(e).split("\n")[0])
    return " ".join(" ".join(["[%s]" % ",".join(map(str, a.shape))] + [
        "%x" % struct.unpack("<Q", struct.pack("<d", e))[0] for e in a.astype(float).ravel()])
        for a in map(np.asarray, y))


def arrays(result):
    """The arrays of a result."""
    for shape, elements in re.findall(r"\[([\d,]*)\]([^\[]*)", result):
        elements = [struct.unpack("<d", struct.pack("<Q", int(e, 16)))[0] for e in elements.split()]
        yield np.array(elements).reshape([int(n) for n in shape.split(",") if n])


def compare(key, result, wanted):
    """Whether a result is what NumPy gives: one array or several."""
    wanted = [np.asarray(n) for n in (wanted if isinstance(wanted, (list, tuple)) else [wanted])]
    got = list(arrays(result)) if result.startswith("[") else []
    share = lambda n: 1e-12 if n.dtype.kind == "f" else 0
    if len(got) != len(wanted) or not all(a.shape == n.shape and np.all(abs(a - n) <= share(n) * abs(n))
                                          for a, n in zip(got, wanted)):
        fail("%s: %s; NumPy: %s" % (key, got or result, wanted))


# ---- table: the builders ----

class Option(ctypes.Structure):
    _fields_ = [(n, ctypes.c_char_p) for n in "name type standard range text".split()] + [
        ("kind", ctypes.c_int), ("offset", ctypes.c_size_t),
        ("size", ctypes.c_size_t)]


class Options(ctypes.Structure):
    _fields_ = [("name", ctypes.c_char_p), ("standard", ctypes.c_void_p), ("size", ctypes.c_size_t),
                ("mark", ctypes.c_size_t),
                ("option", ctypes.POINTER(Option)), ("count", ctypes.c_int), ("places", ctypes.c_int)]


def numbers(*shape):
    n = int(np.prod(shape))
    return np.round(4 * np.sin(np.arange(1, n + 1) * 1.7 + n)).reshape(shape) / 4 + 0.0


# Operands have three axes, and those of one size where another operand must fit along any of them.
ARRAYS = dict(t=numbers(2, 3, 4), b=(numbers(2, 3, 4) > 0.5) + 0.0, e=numbers(1, 3, 1), f=numbers(2, 2, 2),
              h=numbers(2, 2, 2) * 1.5,
              k=np.array([1, 0]), n=np.array([1, 0, 0, 1, 1, 1, 0, 0]).reshape(2, 2, 2),
              w1=np.array([2, 0.5]),
              w2=np.array([[2, 0.5], [-1, 3]]), w3=numbers(2, 2, 2) - 2, vector=numbers(5))
RANK = 3
# By the name of an operand, or BUILDER.NAME. w: w1 for one axis, w2 for two, and so on. Of a shape a size an
# axis. None: left out.
OPERANDS = {"x": "t", "y": "h", "b": "h", "v": "h", "indices": "k", "gamma": "w", "beta": "w", "mean": None,
            "variance": None,
            "p": "layers", "name": '"y"', "groups": "2", "n": "2", "shape": "5", "one_hot.x": "n",
            "any_of.x": "b", "all_of.x": "b",
            "squeeze.x": "e", "concat.x": "both", "stack.x": "both", "split.y": "y",
            "take_along.indices": "n",
            "scatter_add_along.indices": "n"}
CUBES = "cosine_similarity|linear_scan|take|scatter_add|_norm$"  # whose x is f
FIXED = dict(shift=1, count=2, index=0)  # options that must be written
ALSO = dict(split=[("parts", 2)], slice=[("from", 1)], pad=[("before", 1), ("after", 2)])
SIZES = dict(resize=RANK - 1)  # how many sizes of gamma or a shape there are when no axis is written
LANGUAGE = dict(nn_batch_norm="batch_norm", nn_layer_norm="layer_norm")
# (builder, form): words of the refusal there, where by a rule not all forms are one. None: it is no refusal.
TWO_MEANINGS = "by position PyTorch's means another thing, so the word is asked for"
DIVISOR = "NumPy divides by n and PyTorch by n - 1, so the divisor is asked for"
OF_TWO = "a number that is no axis is the second of two: the line to write is said"
DIFFERENT = {
    ("max", "Python by place"): ("write x.max(axis=", TWO_MEANINGS),
    ("min", "Python by place"): ("write x.min(axis=", TWO_MEANINGS),
    ("split", "Python by place"): ("for PyTorch's", TWO_MEANINGS),
    ("max", "language by place"): ("write maximum(a, b)", OF_TWO),
    ("min", "language by place"): ("write minimum(a, b)", OF_TWO),
    ("var", "Python"): ("write x.var(ddof=0)", DIVISOR),
    ("std", "Python"): ("write x.std(ddof=0)", DIVISOR),
    ("var", "Python by place"): ("write x.var(ddof=0)", DIVISOR),
    ("std", "Python by place"): ("write x.std(ddof=0)", DIVISOR),
}
# And in the language a vector's only axis need not be written, because no other can be meant: see only_axis.
NOT_IN_LANGUAGE = {"split": "split takes rows of data at random; parts are slices",
                   "nn_rms_norm": "rms_norm is the builder of that name",
                   "nn_group_norm": "group_norm is the builder of that name"}
# With no axis written Python does as NumPy's function of the name, where C wants to be told one.
NUMPY = {n: getattr(np, n) for n in "argmax argmin cumsum cumprod flip take".split()}
NUMPY.update(roll=lambda x: np.roll(x, FIXED["shift"]), repeat=lambda x: np.repeat(x, FIXED["count"]))


class Builder:
    def __init__(self, name, of, operands):
        options, places = options_of(of)
        self.name, self.of, self.operands = name, of, re.findall(r"\w+", operands)
        self.options = [o.name.decode() for o in options]
        self.placed = self.options[:places]
        needed = [o.name.decode() for o in options if o.standard == b"WG_NEEDED" and o.name != b"axis"]
        self.fixed = [(n, FIXED.get(n)) for n in needed] + ALSO.get(name, [])
        self.needs_axis = name == "flip" or any(o.name == b"axis" and o.standard == b"WG_NEEDED"
                                                for o in options)
        self.lacks = [n for n in self.operands if self.operand(n, 1) == "?"] + [n for n, v in self.fixed
            if v is None]

    def operand(self, n, axes):
        word = OPERANDS.get(self.name + "." + n, OPERANDS.get(n, "?"))
        word = "f" if word == "t" and re.search(CUBES, self.name) else word
        return word + str(axes) if word == "w" else ", ".join([word] * axes) if n == "shape" else word

    def cases(self):
        """Each a list (option, value); several axes are a tuple."""
        one, several = "axis" in self.options, "axes" in self.options
        pairs = [(k, m) for k in range(-RANK, RANK) for m in range(-RANK, RANK)] + [(0, RANK), (-RANK - 2, 1)]
        others = [(), (1,), (-1,), (0, 1, 2), (1, 0, 2), (-1, 0, 1), (2, 1, 2), (0, 1, 2, 0)]
        return [[]] + [[("axis", k)] for k in range(-RANK - 2, RANK + 2) if one] + [[("axes", x)]
            for x in pairs + others if several] + [
            [("axis", 0), ("axes", (1, 2))]] * (one and several)

    def forms(self, case):
        """(form, text) of a case: of C and C++ a statement, of Python an expression."""
        axes = max([min(len(v), RANK) for n, v in case if n == "axes"] +
                   [1 if case else SIZES.get(self.name, 1)])
        given = [(n, self.operand(n, axes)) for n in self.operands if self.operand(n, axes)]
        each, names = self.fixed + case, [n for n, _ in self.fixed + case]

        def call(name, list_of, operands, options):
            """list_of: how a list of numbers is written. An option without a name stands by position."""
            options = [(n, list_of(v) if isinstance(v, tuple) else str(v)) for n, v in options]
            return "%s(%s)" % (name, ", ".join(operands + [n and n + "=" + v or v for n, v in options]))

        of_c = lambda v: "WG_AXES(%s)" % ", ".join(map(str, v))
        in_c = [(n, "WG_SHAPE(%s)" % w if n == "shape" else w) for n, w in given]
        see = ("parts" if self.name == "split" else "seen") + "(wg_" + self.name
        before = "const wg_node both[] = { f, h }; (void)both; "
        for form in ("C", "C++"):
            yield form, before + call(see, of_c, [w for _, w in in_c], [("." + n, v) for n, v in each]) + ");"
        made = call("WG_OPTS", of_c, [self.of] + [".%s = %s" % x for x in in_c],
                    [("." + n, v) for n, v in self.fixed])
        values = [("int", n, v) if isinstance(v, int) else ("wg_axes", n, of_c(v)) for n, v in case]
        variables = "".join("const %s v_%s = %s; o.%s = v_%s; " % (kind, n, v, n, n) for kind, n, v in values)
        yield "struct", "%s%s o = %s; %s%s_at(WG_HERE, &o));" % (before, self.of, made, variables, see)

        given = [x for x in given if not ("both" in dict(given).values() and x[0] == "n" or x[1] == "y")]
        operands = ["[f, h]" if w == "both" else "[%s]" % w if n == "shape" else w for n, w in given]
        alone = "axes" in names and "axis" in self.options and "axis" not in names
        numpys = [(n.replace("axes", "axis") if alone else n, v) for n, v in each]
        numpys_in_order = sorted(((n, v) for n, v in numpys if n in self.placed),
                                 key=lambda x: self.placed.index(x[0]))
        by_place = [("", v) for _, v in numpys_in_order] if each and len(numpys_in_order) == len(each) and [
            n for n, _ in numpys_in_order] == self.placed[:len(each)] else None
        python = lambda options: call("wg." + self.name, str, operands,
                                      [(n + "_" * keyword.iskeyword(n), v) for n, v in options])
        yield "Python", python(each)
        if alone:
            yield "Python axis=()", python(numpys)
        if by_place:
            yield "Python by place", python(by_place)
        if self.name not in NOT_IN_LANGUAGE:
            operands = ["groups=2" if n == "groups" else "f, h" if w == "both" else o
                        for (n, w), o in zip(given, operands)]
            operands = operands[:1] if self.name in LANGUAGE else operands
            name, of_wg = LANGUAGE.get(self.name, self.name), lambda v: str(list(v))
            language = lambda options, operands: call(name, of_wg, operands, options)
            yield "language", language(each, operands)
            if by_place:
                yield "language by place", language(by_place, ["[f, h]"] if operands == ["f, h"]
                                                    else operands)

    def only_axis(self):
        """Two calls of the language that are one: of a vector without its axis, and with it."""
        call = lambda *axis: "%s(vector, %s)" % (self.name, ", ".join(
            ["%s=%s" % x for x in self.fixed] + list(axis)))
        # where a new axis has two places
        alone = self.needs_axis and self.operands == ["x"] and self.name != "expand_dims"
        return [("%s of a vector | %s" % (self.name, form), call(*axis))
                for form, axis in (("axis", ["axis=0"]), ("no axis", []))] * alone

    def plain(self, result):
        """A result, or a refusal without what languages write in their own ways: the place, names of
        operands, signs at options, a line of Python to write."""
        if not result.startswith("refused: "):
            # of several outputs the first
            return result if self.name == "split" else result.partition(" [")[0]
        name = self.name.replace("nn_", "(?:nn_)?")
        said = re.sub(r"^(refused: )(?:.*?\b%s: |wengert: |\S*:\d+: )" % name, r"\1", result)
        said = re.sub(r": write x\.\w+\(.*", "", said)
        said = re.sub(r"\.?\b(%s)\b ?=? ?" % "|".join(self.options + ["axis", "axes"]), r"\1 ", said)
        said = re.sub(r"WG_AXES\(([^)]*)\)|\(([-\d, ]+?),?\)", lambda m: "[%s]" % (m[1] or m[2]), said)
        return re.sub(r"\b(?:%s)(?= \[)" % "|".join(list(ARRAYS) + self.operands + ["both", "input"]),
                      "OPERAND", said)


def options_of(of):
    """The options of a list."""
    lib = ctypes.CDLL(os.environ["WENGERT_LIBRARY"])
    lib.wg_options_of.restype = ctypes.POINTER(Options)
    rows = lib.wg_options_of(of.encode()).contents
    return [rows.option[k] for k in range(rows.count)], rows.places


def all_builders(text=None):
    """(name, list of options, operands) of the builders with options in the headers."""
    return re.findall(r"#define wg_(\w+)\(\.\.\.\)\s+WG_NAMED\(wg_\w+_at, (wg_\w+), \(([^)]*)\), \w+,",
                      text or text_of_headers())


def text_of_headers():
    files = sorted(glob.glob(os.path.join(TOP, "include/wengert/*.h")))
    return "".join(open(f, encoding="utf-8").read().replace("\\\n", " ") for f in files)


def builders():
    text = text_of_headers()
    calls, lists = all_builders(text), [(of, of, "") for of in re.findall(
        r"#define (wg_\w+_args)_list\(P, X\)", text)]
    found, lists = ([b for b in (Builder(*x) for x in of) if {"axis", "axes"} & set(b.options)]
                    for of in (calls, lists))
    for of in {b.of for b in lists} - {b.of for b in found}:
        fail(of + ": a list with axes, and no builder")
    return found


def table():
    all_of = {}
    for b in builders():
        if b.lacks:
            fail("%s: axes.py has no value for %s" % (b.name, " ".join(b.lacks)))
        for case in [] if b.lacks else b.cases():
            words = (" ".join("%s=%s" % (n, list(v) if isinstance(v, tuple) else v) for n, v in case)
                     or "left out")
            for form, text in b.forms(case):
                all_of["%s %s | %s" % (b.name, words, form)] = b, case, form, text
    vectors = [pair for pair in (b.only_axis() for b, *_ in {x[0].name: x for x in all_of.values()}.values())
               if pair]
    of = lambda *forms: [(key, x[3]) for key, x in all_of.items() if x[2].split()[0] in forms]
    results = run(CC[0], ARRAYS, of("C", "struct"), "table.c", "-w -std=c17",
                  of("language") + sum(vectors, []))
    results.update(run(CXX[0], ARRAYS, of("C++"), "table.cpp", "-w -std=c++17"))
    results.update((key, in_python(text, ARRAYS)) for key, text in of("Python") if not no_python)
    for written, left_out in ([(key, results.pop(key)) for key, _ in pair] for pair in vectors):
        if left_out[1] != written[1] or not written[1].startswith("["):
            fail("%s: %s; %s: %s" % (*left_out, *written))
    first, different = {}, set()
    for key, result in results.items():
        b, case, form, text = all_of[key]
        at = key.split(" | ")[0]
        if not case and b.name in NUMPY and form.startswith("Python"):
            compare("%s: %s" % (key, text), result,
                    NUMPY[b.name](*(ARRAYS[b.operand(n, 1)] for n in b.operands)))
            continue
        first.setdefault(at, (form, result))
        words = DIFFERENT.get((b.name, form))
        if words and result.startswith("refused: ") and words[0] in result:
            different.add((b.name, form))
        elif b.plain(result) != b.plain(first[at][1]):
            fail("%s: %s; %s: %s" % (key, result, *first[at]))
    for of in set(DIFFERENT) - different if not no_python else ():
        fail("%s | %s: does not differ, so DIFFERENT must not have it" % of)
    tried = {x[0].name for x in all_of.values()}
    for name in tried - {at.split()[0] for at, x in first.items() if x[1].startswith("[")}:
        fail(name + ": no case has a result: its operands in axes.py are wrong")
    print("%d builders, %d cases, %d results, %d wrong" % (len(tried), len(first), len(results), len(wrong)))


# ---- lines ----

def not_compiled(key, compiler, before, left, word):
    """A line that the compiler must refuse, in at most 12 lines an error. word: a call to write, which it
    must say."""
    path = os.path.join(folder.name, "line.c")
    written(path, "%svoid f(void);\nvoid f(void)\n{\n    (void)(%s);\n}\n" % (before, left))
    made = subprocess.run([compiler, "-std=c17", "-Wall", "-c", path, "-o", os.devnull] + INCLUDE,
                          capture_output=True, text=True,
                          env=dict(os.environ, LC_ALL="C"))
    said = made.stderr.splitlines()
    if not made.returncode:
        fail("%s: %s compiles it: %s" % (key, compiler, " / ".join(x for x in said if "warning:" in x)
                                         or "without a word"))
    errors = sum("error:" in x for x in said)
    if made.returncode and len(said) > 12 * errors:
        fail("%s: %s says %d lines of %d errors" % (key, compiler, len(said), errors))
    if made.returncode and word.startswith("wg_") and word not in made.stderr:
        fail("%s: %s does not say %s: %s" % (key, compiler, word,
                                             next(x for x in said if "error:" in x).partition(" ")[2]))


def rows_of(name):
    """(key, left, right) of the lines of a list."""
    for number, line in enumerate(open(os.path.join(HERE, name), encoding="utf-8"), 1):
        left, arrow, right = line.strip().rpartition(" => ")
        if arrow and line[0] != "#":
            yield "%s:%d: %s" % (name, number, left), left, right


def lines():
    operands = {n: a for n, a in vars(axes_operands).items() if isinstance(a, np.ndarray)}
    names = "#include <wengert/wengert.h>\nextern wg_node y[8]%s;\n" % "".join(", " + n for n in operands)
    in_c, python = list(rows_of("axes_c.txt")), list(rows_of("axes_python.txt"))
    for key, left, right in in_c:
        for compiler in CC:
            not_compiled(key, compiler, names, left, right[1:].strip())
    for key, left, right in python if not no_python else ():
        result, word = in_python(left, operands), right[1:].strip().lstrip(".")  # .axis may be said as axis
        if not right.startswith("?"):
            compare(key, result, eval(right, dict(operands, np=np)))
        elif not result.startswith("refused: "):
            fail("%s: is not refused: %s" % (key, result))
        elif word.lower() not in result.lower():
            fail("%s: does not say %s: %s" % (key, word, result))
    print("%d lines, %d wrong" % (len(in_c) + len(python), len(wrong)))


if __name__ == "__main__":
    if no_python:
        fail("Python: " + no_python)
    dict(table=table, lines=lines)[sys.argv[1]]()
    sys.exit(bool(wrong))
