"""advice.py: runs what errors and names.txt tell people to write. Each line gives the numbers of what it
stands for. The cases are the blocks of standard input (advice.txt). NumPy is asked for its numbers; those of
PyTorch, and of functions that not every NumPy has, stand in the file. With the word `originals` it computes
these, and prints the blocks. Of an array of more than three numbers there are the largest magnitude, the sum,
and the sum of element k times sin k, where what is not finite counts as some number.

A text of python/wengert with "write ", "did you mean" or a call, and a word of names.txt, that no case has is
red. So is a text that names what only C has."""
import ast
import os
import re
import sys
import tempfile
import warnings

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
folder = tempfile.TemporaryDirectory()  # lines write files
os.chdir(folder.name)
in_originals = "originals" in sys.argv
if in_originals:
    import torch
    import torch.nn.functional as F
    from torch import nn
    torch.set_default_dtype(torch.float64)
else:
    import wengert as wg
    import wengert.nn.functional as F
    from wengert import nn
warnings.simplefilter("ignore")
bad = []


def numbers(*shape, first=1):
    """The same numbers everywhere: a sine of the place."""
    n = int(np.prod(shape))
    return np.round(np.sin(np.arange(first, first + n) * 1.7), 3).reshape(shape)


def samples():
    """The operands of the lines, as arrays."""
    x = numbers(4, 4)
    s = dict(x=x, a=numbers(4, 4, first=20), b=numbers(4, 4, first=40), y=numbers(4, 4, first=60),
             v=numbers(4, 4, first=80),
             q=numbers(4, 4, first=100), k=numbers(4, 4, first=120), logits=numbers(4, 4, first=140),
             u=numbers(4, first=160),
             A=numbers(4, 4) @ numbers(4, 4).T + np.eye(4), mask=x > 0, rows=np.array([0, 2, 1, 3]),
             indices=np.arange(16).reshape(4, 4) % 3,
             xs=numbers(2, 5, 8), image=numbers(2, 8, 8, 3), data=numbers(3, 4, 4))
    s["labels"] = s["tokens"] = s["rows"]
    return s


def operands(setup, of):
    """The operands after the statements of the setup, each of them as `of` makes it."""
    s = samples()
    exec("\n".join(setup), dict(np=np, numbers=numbers), s)
    return {n: of(v) if isinstance(v, np.ndarray) else v for n, v in s.items()}


def flat(y):
    if isinstance(y, (tuple, list)) and not isinstance(y, str) and not all(isinstance(e, int) for e in y):
        return [e for part in y for e in flat(part)]
    if isinstance(y, str) or y is None:
        return str(y).split()
    if hasattr(y, "detach"):
        y = y.detach().numpy()
    y = np.asarray(y, float)
    e = y.ravel()
    if e.size > 3:
        e = np.nan_to_num(e, nan=3.7, posinf=5.9, neginf=-5.3)
        e = np.abs(e).max(), e.sum(), (e * np.sin(np.arange(1, e.size + 1))).sum()
    shape = ["shape", "x".join(map(str, y.shape))]
    return ["%.7g" % (round(x, 8) + 0.0) for x in e] + shape * (y.ndim > 0)


def of_numpy(text):
    return re.search(r"\bnp\.", text)


def original(text, setup):
    """What NumPy or PyTorch gives."""
    known = operands(setup, (lambda v: v) if of_numpy(text) else torch.tensor)
    known.update(dict(torch=torch, F=F, nn=nn) if in_originals else {}, np=np, numbers=numbers, n=2)
    return " ".join(flat(eval(text, known)))


def near(a, b):
    try:
        return abs(float(a) - float(b)) <= 2e-6 * max(1, abs(float(b))) or a == b
    except ValueError:
        return a == b


def here(setup):
    """The names that lines are run with."""
    wg.Graph(_auto=True)
    known = operands(setup, wg.tensor)
    known.update(np=np, wg=wg, nn=nn, F=F, numbers=numbers, n=2, f=lambda x: x * x, slope=lambda t, x: -x,
                 math=__import__("math"),
                 rule=lambda y, gy, x: [gy], p=wg.Params())
    return known


def run(line, known):
    """The value of the last statement, or of the name that it binds."""
    tree = ast.parse(line)
    last = tree.body.pop()
    exec(compile(tree, line, "exec"), known)
    if isinstance(last, ast.Expr):
        return eval(compile(ast.Expression(last.value), line, "eval"), known)
    exec(compile(ast.Module([last], []), line, "exec"), known)
    return known[last.targets[0].id] if isinstance(last, ast.Assign) else None


class Case:
    """A block: its heads, statements for the operands, and lines with what they stand for."""

    def __init__(self, block):
        lines = block.split("\n")
        self.head, self.setup, self.here, self.lines, self.reason = lines[0], [], [], [], None
        self.refused = [line[2:] for line in lines if line[:2] == "! "]
        self.words = [] if self.refused else self.head.partition(": ")[0].split(", ")
        at = None if self.refused else ["@", self.head.partition(": ")[2], ""]
        if at and at[1].startswith("none, "):
            self.reason, at = at[1][6:], None
        self.lines += [at] if at else []
        for line in lines[len(self.refused) or 1:]:
            sign, text = line[:2], line[2:]
            if sign == "| ":
                self.setup.append(text)
            elif sign == "& ":
                self.here.append(text)
            elif sign == "> ":
                if self.words:
                    self.lines[-1][0] = text
                else:
                    self.lines.append([text, "", ""])
            elif sign == ": " and text.startswith("none, "):
                self.reason = text[6:]
            elif sign == ": ":
                self.lines[-1][1] = text
            elif sign == "= ":
                self.lines[-1][2] = text
            else:
                raise SyntaxError("advice.txt: " + line)

    def printed(self):
        out = (["! " + line for line in self.refused]
               or [self.head]) + ["| " + s for s in self.setup] + ["& " + s for s in self.here]
        for line, of, wanted in self.lines:
            out += ["> " + line] if line != "@" else []
            out += [": " + of] if self.refused else []
            if of_numpy(of) and not wanted:
                continue
            try:
                out.append("= " + original(of, self.setup))
            except Exception as e:
                out.append("= %s: %s" % (type(e).__name__, e))
                print("%s: %s: %s" % (self.head, type(e).__name__, e), file=sys.stderr)
        return "\n".join(out + [": none, %s" % self.reason] * bool(self.refused and self.reason))

    def complain(self, *what):
        bad.append("\n    ".join((self.head,) + what))

    def message(self, refused):
        """The words of the error."""
        known = here(self.setup)
        try:
            with warnings.catch_warnings(record=True):
                exec("\n".join(self.here), known)
            run(refused, known)
        except Exception as e:
            return "%s" % (e.args[0] if e.args else e)
        return None

    def try_lines(self, advice):
        """advice: the text that names the lines."""
        for pattern, of, wanted in self.lines:
            pattern, _, line = pattern.partition(" => ")
            said = advice[6:] if advice[:6] == "write " else advice
            if self.words and pattern == "@":
                line = line.replace("@", said) if line else said
            elif pattern not in advice:
                self.complain("advised: " + advice, "and not: " + pattern)
                continue
            line = line or pattern
            known = here(self.setup)
            try:
                exec("\n".join(self.here), known)
                got = flat(run(line, known))
            except Exception as e:
                got = ["%s: %s" % (type(e).__name__, e)]
            wanted = (wanted or original(of, self.setup)).split()
            if wanted[0].endswith("Error:"):
                self.complain("of its own library it is an error: " + " ".join(wanted))
            if len(got) != len(wanted) or not all(map(near, got, wanted)):
                self.complain("advised:  " + advice, "which is:  " + line,
                              "it gives  " + " ".join(got)[:300],
                              "for       " + of, "which is  " + " ".join(wanted)[:300])


def words():
    """The words of names.txt as (kind, word)."""
    kind = None
    for line in open(os.path.join(ROOT, "src", "language", "words", "names.txt")):
        if line[0] == "[":
            kind = line.strip()[1:-1]
        elif line[0] != "#" and " = " in line and kind in ("call", "name", "option"):
            for word in line.partition(" = ")[0].split():
                yield kind, word


def texts():
    """The texts of the sources that are no documentation, as (file, line, text)."""
    folder = os.path.join(ROOT, "python", "wengert")
    for at, _, files in sorted(os.walk(folder)):
        for file in sorted(files):
            if not file.endswith(".py"):
                continue
            path = os.path.join(at, file)
            tree = ast.parse(open(path).read())
            said = {id(n.body[0].value) for n in ast.walk(tree)
                    if isinstance(n, (ast.Module, ast.ClassDef, ast.FunctionDef))
                    and n.body and isinstance(n.body[0], ast.Expr)}
            for n in ast.walk(tree):
                if isinstance(n, ast.Constant) and isinstance(n.value, str) and id(n) not in said:
                    yield os.path.relpath(path, folder), n.lineno, n.value


LINE = r"\b(?:wg|x|y|w|p|g|np|nn|F|optimizer|model)\.[a-z_]+\("  # names a call, as what is to be written
# Texts of operators; and one that needs PyTorch in the test.
OTHERWISE = r"^\^write |^wg\.floor\(a / b\) for|^x - n \* wg\.floor|float tensor among the inputs"


def pattern_of(text):
    """What a text looks like when its places are filled."""
    return ".*".join(re.escape(part) for part in re.split(r"%[-\d.*]*[a-z]", text.replace("%%", "%")))


def texts_of_c():
    """The texts of the library's sources, each as one string. Most of them are messages; the others are no
    words of C either."""
    text = r'"(?:[^"\\\n]|\\.)*"'
    for top in ("src", "ops"):
        for at, _, files in sorted(os.walk(os.path.join(ROOT, top))):
            for file in sorted(files):
                if file.endswith((".c", ".h")):
                    source = re.sub(r"/\*.*?\*/|^#include[^\n]*", "", open(os.path.join(at, file)).read(),
                                    flags=re.S | re.M)
                    for m in re.finditer(r"%s(?:[\s\\]*(?:PRI\w+|%s))*" % (text, text), source):
                        yield file, "".join(s[1:-1] for s in re.findall(text, m[0])).replace('\\"', '"')


def of_c(text):
    """The first word of a text that only C has."""
    for m in re.finditer(r"\bwg_\w+|\bWG_\w+|(?<![\w.)/'\]])\.([a-z]\w*)\b(?!\()", text):
        if m[0] not in wg._words._ENVIRONMENT and (not m[1] or m[1] in wg._words._fields_of_c_names()):
            return m[0]


def unreal(text):
    """The first call of Python in a text that there is not."""
    for m in re.finditer(r"\bwg\.([a-zA-Z_]\w*)", text):
        if not hasattr(wg, m[1]):
            return m[0]
    objects = dict(p=wg.Params, g=wg.Graph, optimizer=wg.optim.SGD, data=wg.Data, fig=wg.Figure,
                   cache=wg.Cache, group=wg.Group,
                   context=wg.Context, x=wg.Parameter)
    for m in re.finditer(r"\b(%s)\.([a-z_]+)\b" % "|".join(objects), text):
        of = objects[m[1]]
        there = {*dir(of), *wg._library._calls().methods_of(getattr(of, "_kind", "node")), *wg._names.methods}
        if m[2] not in there and not hasattr(wg, m[2]):
            return m[0]


cases, out = [], []
for block in sys.stdin.read().strip("\n").split("\n\n"):
    lines = [line for line in block.split("\n") if line[:1] != "#"]
    if in_originals:
        notes = [line for line in block.split("\n") if line[:1] == "#"]
        out.append("\n".join(notes + ([Case("\n".join(lines)).printed()] if lines else [])))
    elif lines:
        cases.append(Case("\n".join(lines)))
if in_originals:
    print("\n\n".join(out))
    sys.exit()

counts = {}
of_words = {word: case for case in cases for word in case.words}
known_words = set()
for kind, word in words():
    key = word if kind == "call" else kind + " " + word
    advice = wg._library._lib.wgx_meant(word.encode(), ("call", "name", "option").index(kind),
                                       wg._words._IN_PYTHON)
    advice = advice and advice.decode()
    known_words.add(key)
    case = of_words.get(key)
    if not advice:
        if case:
            case.complain("names.txt has no advice for Python")
        continue
    counts["words"] = counts.get("words", 0) + 1
    if not case:
        bad.append("names.txt: no case for the word %s: %s" % (key, advice))
    elif kind == "option" and not case.reason and not any(advice[6:] in line for line, _, _ in case.lines):
        case.complain("advised: " + advice)
    else:
        case.try_lines(advice if kind != "option" else " ".join(line for line, _, _ in case.lines))
for word in sorted(set(of_words) - known_words - set(wg._names._builders)):
    of_words[word].complain("names.txt has no such word")
messages = []
for case in cases:
    for refused in case.refused:
        counts["errors"] = counts.get("errors", 0) + 1
        said = case.message(refused)
        if said is None:
            case.complain("is no error: " + refused)
            continue
        messages.append(said)
        if not case.lines and not case.reason:
            case.complain("has no line: " + said)
        case.try_lines(said)
for file, line, text in texts():
    if (re.search(r"\bwrite |did you mean|%s" % LINE, text) and " " in text.strip() and ") = " not in text
        and not re.search(OTHERWISE, text)):
        counts["texts"] = counts.get("texts", 0) + 1
        if not any(re.search(pattern_of(text), said, re.S) for said in messages):
            bad.append("%s:%d: no case for the text: %s" % (file, line, text))

for file, text in texts_of_c():
    if of_c(text):
        counts["of C"] = counts.get("of C", 0) + 1
        said = wg._words._as_python(text)
        word = of_c(said) or " " in said and unreal(said)
        if word:
            bad.append("%s: %s in a text for Python: %s" % (file, word, said))
for file, line, text in texts():
    if " " in text and (of_c(text) or unreal(text)):
        bad.append("%s:%d: %s in a text: %s" % (file, line, of_c(text) or unreal(text), text))
for name in wg._library._rows:
    said = wg._words._as_python(wg._library._row(name).text)
    if of_c(said):
        bad.append("%s: %s in the text for help(): %s" % (name, of_c(said), said))

if "-q" not in sys.argv:
    print("\n".join(bad))
counts["without a line"] = sum(len(case.words + case.refused) for case in cases if case.reason is not None)
print("%s; %d wrong" % (", ".join("%d %s" % (n, k) for k, n in counts.items()), len(bad)))
sys.exit(bool(bad))
