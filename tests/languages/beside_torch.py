"""beside_torch.py: blocks of standard input with wengert in the place of torch, compared with what PyTorch
gave, which stands behind "= ": numbers and their shape; of an array of more than three the largest magnitude,
the sum, and the sum of element k times sin k, where a number beyond 1e9 counts as its logarithm and what is
not finite as some number. With the word `torch` it runs them in PyTorch and prints the blocks with its
numbers.

In beside_torch.txt all are the same. With the word `words`, for words_torch.txt, each part of the last line
is asked by itself, its numbers stand behind ; and it may also be refused: by an error of Wengert, or where
PyTorch has an error. All else is other. With the word `file` the blocks stand in a file that says `import
wengert as torch`."""
import ast
import sys

import numpy as np

in_torch = "torch" in sys.argv
if in_torch:
    import torch as m
    from torch import nn, optim
    import torch.nn.functional as F
    m.set_default_dtype(m.float64)
else:
    import wengert as m
    from wengert import nn, optim
    import wengert.nn.functional as F


def numbers(shape, first=1):
    """The same numbers in both: a sine of the place."""
    n = int(np.prod(shape))
    return m.tensor(np.round(np.sin(np.arange(first, first + n) * 1.7), 3).reshape(shape))


def flat(y):
    if isinstance(y, (tuple, list)):
        return [e for part in y for e in flat(part)]
    if hasattr(y, "detach"):
        y = y.detach().numpy()
    y = np.asarray(y, float)
    e = y.ravel()
    if e.size > 3:
        e = np.where(np.abs(e) > 1e9, np.sign(e) * np.log(np.abs(e) + 1), e)
        e = np.nan_to_num(e, nan=3.7, posinf=5.9, neginf=-5.3)
        e = np.abs(e).max(), e.sum(), (e * np.sin(np.arange(1, e.size + 1))).sum()
    shape = ["shape", "x".join(map(str, y.shape))]
    return ["%.10g" % (round(x, 10) + 0.0) for x in e] + shape * (y.ndim > 0)


def near(a, b):
    try:
        a, b = float(a), float(b)
        return a == b or a != a and b != b or abs(a - b) <= (1e-5 if single else 1e-8) * max(1, abs(b))
    except ValueError:
        return a == b


def parts_of(line):
    """The parts of a tuple, each by itself."""
    tree = ast.parse(line, mode="eval").body
    return [ast.unparse(e) for e in tree.elts] if words and isinstance(tree, ast.Tuple) else [line]


def outcome(f):
    try:
        return flat(f()), None
    except Exception as e:
        return ("%s: %s" % (type(e).__name__, str(e).replace(" ; ", ", "))).split(), e


def says_so(e):
    """Whether an error is one of Wengert."""
    return e is not None and ("wengert" in str(e) or in_torch is False and isinstance(e, m.Error))


words = "words" in sys.argv
counts, out = dict(same=0, refused=0, other=0), []
for block in sys.stdin.read().strip("\n").split("\n\n"):
    if all(line[:1] == "#" for line in block.split("\n")):
        out.append(block)
        continue
    lines = [line for line in block.split("\n") if line[:1] not in "#=" or not line]
    wanted = " ".join(line[2:] for line in block.split("\n") if line[:2] == "= ").split(" ; ")
    single = "float32" in block or "float()" in block
    if not in_torch:
        m.graph().begin()
    known = dict(m=m, nn=nn, F=F, optim=optim, numbers=numbers, x=numbers((3, 4)), y=numbers((3, 4), 20),
                 np=np,
                 image=numbers((2, 4, 6, 5)), k=m.tensor(np.array([2, 0, 1])))
    known.update({"torch": m} if "file" in sys.argv else {})
    w = known["w"] = nn.Parameter(numbers((3, 4), 5)) if in_torch else m.Parameter(numbers((3, 4), 5))
    _, stopped = outcome(lambda: exec("\n".join(lines[:-1]), known))
    parts = parts_of(lines[-1])
    got = [outcome(lambda: eval(part, known)) if stopped is None
           else (("%s: %s" % (type(stopped).__name__, stopped)).split(), stopped) for part in parts]
    if in_torch:
        out.append("\n".join([line for line in block.split("\n") if line[:2] != "= "] +
                             ["= " + " ; ".join(" ".join(numbers) for numbers, _ in got)]))
        continue
    for part, (numbers_, e), its in zip(parts, got, wanted):
        its = its.split()
        refused = its[0].endswith(("Error:", "Warning:"))
        what = ("same" if len(numbers_) == len(its) and all(map(near, numbers_, its)) else "refused"
                if says_so(e) or e and refused else "other")
        counts[what] += 1
        if what == "other" or what == "refused" and ("-v" in sys.argv or not words):
            print("%s: %s\n    %s\n    gives  %s\n    torch  %s" % (
                what, part, "\n    ".join(lines), " ".join(numbers_), " ".join(its)))
print("\n\n".join(out) if in_torch else ", ".join("%d %s" % (n, what) for what, n in counts.items()))
sys.exit(counts["other"] > 0 or not words and counts["refused"] > 0)
