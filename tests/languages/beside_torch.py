"""beside_torch.py: blocks of standard input (beside_torch.txt) with wengert in the place of torch, compared with what PyTorch gave,
which stands behind "= ". With the word `torch` it runs them in PyTorch and prints the blocks with its numbers."""
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
    return ["%.10g" % e for e in np.asarray(y, float).ravel()] + ["shape %s" % "x".join(map(str, np.shape(y)))]


bad = 0
for block in sys.stdin.read().strip("\n").split("\n\n"):
    if all(line[:1] == "#" for line in block.split("\n")):
        print(block + "\n") if in_torch else None
        continue
    lines = [line for line in block.split("\n") if line[:1] not in "#=" or not line]
    wanted = " ".join(line[2:] for line in block.split("\n") if line[:2] == "= ").split(", ")
    if not in_torch:
        m.graph().begin()
    known = dict(m=m, nn=nn, F=F, optim=optim, numbers=numbers, x=numbers((3, 4)), y=numbers((3, 4), 20), np=np,
                 image=numbers((2, 4, 6, 5)), k=m.tensor(np.array([2, 0, 1])))
    w = known["w"] = nn.Parameter(numbers((3, 4), 5)) if in_torch else m.Parameter(numbers((3, 4), 5))
    try:
        exec("\n".join(lines[:-1]), known)
        got = flat(eval(lines[-1], known))
    except Exception as e:
        got = ["%s: %s" % (type(e).__name__, e)]
    if in_torch:
        print("\n".join(line for line in block.split("\n") if line[:2] != "= "))
        print("= " + ", ".join(got) + "\n")
        continue

    def near(a, b):
        try:
            return abs(float(a) - float(b)) <= 1e-8 * max(1, abs(float(b)))
        except ValueError:
            return a == b
    if len(got) != len(wanted) or not all(map(near, got, wanted)):
        bad += 1
        print("unlike PyTorch:\n    %s\n    gives  %s\n    torch  %s" % ("\n    ".join(lines), ", ".join(got), ", ".join(wanted)))
print("" if in_torch else "%d unlike" % bad, end="" if in_torch else "\n")
sys.exit(bad > 0)
