# SPDX-License-Identifier: MIT
"""mutations.py: programs in which a parameter changes while values made from it are alive. A value keeps its
number.

Each program is one text in the words of PyTorch, with `m` for the library. What PyTorch gives, a list of
numbers or the word error, is in mutations.txt, a line for all programs that give the same; what does not fit
into it follows in lines that are indented:

    [crossed]    values changes uses | numbers, the items that a program gives are divided by /; a,b: both;
                 *: all; of an item of more than three numbers there are the largest magnitude, the sum, and
                 the sum of number k times sin k
    [single]     name,name | numbers
    ! coordinates or name | words      here an error is right whose text has all of these words

    mutations.py torch     runs them in PyTorch and writes mutations.txt; lines that begin with ! stay
    mutations.py           runs them in wengert, prints each that differs, and how many do; the status is 1 if
                           any does
    mutations.py WORD ...  the same for the programs whose line has each of these words, with their texts

What is another thing here, on purpose, is in HERE.

If PyTorch is there, the second also runs it, and says where the file is not what PyTorch gives."""
import itertools
import os
import sys
import tempfile
import textwrap
import threading
import traceback

import numpy as np

from gates import three
from mutations_texts import BETWEENS, CHANGES, GRAPHS, NEAR, PATH, USES, VALUES, crossed
from mutations_singles import SINGLES, all_programs

# ---- running ----

def words_of_torch():
    import torch
    torch.set_default_dtype(torch.float64)

    def put(w, a):
        w.data = torch.tensor(a)
    return dict(m=torch, nn=torch.nn, F=torch.nn.functional, put=put, stop=lambda v: v.detach(),
                graph=lambda: None,
                array=lambda w: w.detach().numpy())


def words_of_wengert():
    import wengert as wg
    import wengert.nn.functional as F
    from wengert import nn

    def put(w, a):
        w.data = wg.tensor(a)
    return dict(m=wg, nn=nn, F=F, put=put, stop=wg.stop_gradient, graph=wg.Graph,
                array=lambda w: w.numpy())


def flat(x):
    return [y for e in x for y in flat(e)] if isinstance(x, (list, tuple)) else [float(x)]


def few(x):
    """At most three numbers that stand for all."""
    x = np.array(flat(x))
    return x if x.size <= 3 else three(x)


def run(text, words):
    """The items that a program gives, as lists of numbers, or the error. Each runs in a thread of its own,
    where no graph is begun."""
    got = []

    def body():
        with tempfile.TemporaryDirectory() as folder:
            space = dict(words, np=np, out=[], path=os.path.join(folder, "saved"))
            try:
                exec(compile(text, "program", "exec"), space)
                got.append([few(x) for x in space["out"]])
            except Exception as e:
                e.line = next((f.lineno for f in reversed(traceback.extract_tb(e.__traceback__))
                               if f.filename == "program"), 0)
                e.__traceback__ = None
                got.append(e)
    t = threading.Thread(target=body)
    t.start()
    t.join()
    return got[0]


def said(items):
    return "error" if isinstance(items, Exception) else " / ".join(" ".join("%.12g" % x for x in item)
        for item in items)


def same(items, line):
    """Whether these are the numbers of a line."""
    if isinstance(items, Exception) or line == "error":
        return isinstance(items, Exception) and line == "error"
    wanted = [[float(x) for x in item.split()] for item in line.split("/")]
    return [len(i) for i in items] == [len(i) for i in wanted] and all(
        abs(a - b) <= NEAR * max(abs(b), 1e-3) or a == b or a != a and b != b for i, j in zip(items, wanted)
        for a, b in zip(i, j))


def key(name):
    """The name in the file: PyTorch has no graphs to make, and to it a backward in between is nothing."""
    return " ".join(w for w in name.split() if w not in GRAPHS and w not in BETWEENS)


AXES = VALUES, CHANGES, USES


def spread(names):
    """All keys that the names of a line stand for."""
    parts = names.split()
    known = AXES if len(parts) == len(AXES) else [()]
    return [" ".join(k) for k in itertools.product(*(some if p == "*" else p.split(",")
                                                     for p, some in zip(parts, known)))]


def gathered(results):
    """The lines of the crossed programs: keys of the same numbers are one where they differ in one coordinate
    alone."""
    lines = [(numbers, [[w] for w in k.split()]) for k, numbers in results]
    for axis in range(len(AXES)):
        same = {}
        for numbers, parts in lines:
            others = tuple(",".join(p) for a, p in enumerate(parts) if a != axis)
            same.setdefault((numbers, others), (numbers,
                                                [list(p) if a != axis else [] for a, p in enumerate(parts)]))[
                                                    1][axis] += parts[axis]
        lines = list(same.values())
    for numbers, parts in lines:
        yield " ".join("*" if len(p) == len(some) else ",".join(p) for p, some in zip(parts, AXES)), numbers


def read():
    """The file: results by name, and words by the name of what is refused."""
    results, refused = {}, {}
    if os.path.exists(PATH):
        with open(PATH) as f:
            for line in f.read().replace("\n    ", " ").split("\n"):
                if line.strip() and line[0] not in "#[":
                    names, _, rest = line.strip().lstrip("! ").partition(" | ")
                    (refused if line[0] == "!" else results).update((name, rest) for name in spread(names))
    return results, refused


HEAD = """# mutations.txt: what PyTorch gives for these programs, by `python3 tests/ways/mutations.py torch`.
# A line `! coordinates or name | words` says that an error with these words is right there. These lines stay.
"""


def write(results, refused):
    names = dict.fromkeys(key(name) for name, _ in crossed())
    single = {}
    for name in SINGLES:
        single.setdefault(results[name], []).append(name)
    with open(PATH, "w") as f:
        f.write(HEAD)
        f.writelines("! %s | %s\n" % pair for pair in refused.items())
        for head, some in (("crossed", gathered([(n, results[n]) for n in names])),
                           ("single", [(",".join(n), r) for r, n in single.items()])):
            f.write("\n[%s]\n" % head)
            f.writelines(textwrap.fill("%s | %s" % pair, 140, subsequent_indent="    ",
                                       break_on_hyphens=False, break_long_words=False) + "\n"
                         for pair in some)


# What is another thing here, on purpose (docs/python/calls.md).
HERE = {
    # the gradient at the w that the loss was made of; PyTorch's is at the new w
    "loss_before_data": "-6.875 / 3 12 0.75",
    "as_tensor": "1 2",
}


def judged(name, text, results, refused, words):
    """None, or what is wrong. What is an error in PyTorch may be more here."""
    got, wanted = run(text, words), HERE.get(name, results[key(name)])
    if wanted == "error":
        return None
    if name in refused:
        if not isinstance(got, Exception):
            return "no error, and the words of one are: " + refused[name]
        return None if all(w in str(got) for w in refused[name].split()) else "another error: %s" % got
    if same(got, wanted):
        return None
    if isinstance(got, Exception):
        lines = text.split("\n")
        line = lines[got.line - 1].strip() if got.line else "?"
        return "error at `%s`: %s: %s" % (line, type(got).__name__, str(got).replace("\n", " ")[:160])
    return "%s\n    in place of %s" % (said(got)[:300], wanted[:300])


def main(arguments):
    programs = list(all_programs())
    results, refused = read()
    if arguments == ["torch"]:
        words = words_of_torch()
        results = {key(name): said(run(text, words)) for name, text in programs if " explicit " not in name}
        write(results, refused)
        print("%d programs, of which %d are errors" %
              (len(results), sum(r == "error" for r in results.values())))
        return 0
    chosen = [(n, t) for n, t in programs if all(w in n.split() for w in arguments)]
    stale = 0
    try:
        words = words_of_torch()
    except ImportError:
        print("without PyTorch: the file alone says what is right")
    else:
        for name, text in chosen:
            if not same(run(text, words), results.get(key(name), "error of a line that is missing")):
                stale += 1
                print("mutations.txt is not what PyTorch gives: %s" % name)
    words, wrong, missing = words_of_wengert(), {}, 0
    for name, text in chosen:
        if key(name) not in results:
            missing += 1
            print("mutations.txt lacks %s" % name)
            continue
        w = judged(name, text, results, refused, words)
        if w:
            wrong[name] = w
            print("%s: %s" % (name, w))
            if arguments:
                print("        " + text.strip().replace("\n", "\n        "))
    single = sum(name in SINGLES for name in wrong)
    errors = sum(w.startswith("error") for w in wrong.values())
    print("mutations: %d programs, %d differ: %d crossed and %d single; %d of them by an error" % (
        len(chosen), len(wrong), len(wrong) - single, single, errors))
    return int(bool(wrong or stale or missing))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
