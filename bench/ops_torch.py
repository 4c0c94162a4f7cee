"""The cases of bench/ops.c in PyTorch, as a server: the runner asks for one round at a time, sides in turn.

A request is a line of JSON. The answer is one line: numbers, or "error ..." and the reason. The first line
that the server prints is "ready VERSION".

    do          "answer": a number to compare; "run": the least seconds of a round
    torch       an expression of operands a, b, ..., of axis, rows and dtype
    x           operands: [shape, dtype, low, high, wrt, form]; the gradient is by those with wrt; form
                1: matrices near the unit matrix, 2: such that are symmetric
    gradient    whether the gradient is computed too, for a gradient of the result that is given
"""

import functools
import json
import sys

from torch_bench import F, mixed, np, one_round, torch, weighted

GY = 99
DTYPES = {"f32": torch.float32, "f64": torch.float64, "i64": torch.int64, "bool": torch.bool}


@functools.lru_cache(maxsize=16)
def values(stream, shape, dtype, low, high, form):
    n = int(np.prod(shape))
    v = (mixed(stream, n) >> np.uint32(8)).astype(np.float64) * 2.0**-24
    t = torch.from_numpy(low + (high - low) * v).reshape(shape)
    if form:
        t = torch.tril(t) + torch.tril(t, -1).transpose(-1, -2) if form == 2 else t
        t = torch.eye(shape[-1], dtype=t.dtype) + t / shape[-1]
    return (t >= 0.5 if dtype == "bool" else t).to(DTYPES[dtype])


def operand(stream, shape, dtype, low, high, wrt, form=0):
    return values(stream, tuple(shape), dtype, low, high, form).detach().requires_grad_(bool(wrt))


def first(x):
    """Images with their channels last, as PyTorch has them; PyTorch then keeps the layout in memory."""
    return x.movedim(-1, 1)


def last(x):
    return x.movedim(1, -1)


def kernel(w):
    return w.movedim((-1, -2), (0, 1))


def causal(n):
    return torch.ones(n, n, dtype=torch.bool).triu(1)


NAMES = {f.__name__: f for f in (first, last, kernel, causal)}
NAMES.update(torch=torch, F=F, inf=float("inf"))


class Case:
    def __init__(self, request):
        self.x = [operand(k + 1, *x) for k, x in enumerate(request["x"])]
        self.wrt = [x for x in self.x if x.requires_grad]
        axis = request["axis"]
        names = {**NAMES, "axis": axis, "rows": request["rows"], "dtype": DTYPES[request["dtype"]]}
        self.f = eval("lambda " + ", ".join("abcdef"[: len(self.x)]) + ": " + request["torch"], names)
        self.gradient = request["gradient"]
        self.gy = None
        if self.gradient:
            y = self.f(*self.x)
            self.gy = operand(GY, y.shape, request["dtype"], -1, 1, False)

    def step(self):
        if self.gradient:
            y = self.f(*self.x)
            g = torch.autograd.grad(y, self.wrt, self.gy)
            self.out = [y, *(t.contiguous() for t in g)]
        else:
            with torch.no_grad():
                self.out = [self.f(*self.x)]

    def run(self, n):
        for _ in range(n):
            self.step()

    def answer(self):
        """Of all results, relative to the sum of the absolute values."""
        self.step()
        size = sum(float(t.detach().to(torch.float64).abs().sum()) for t in self.out)
        return sum(weighted(t) for t in self.out) / size if size else 0.0


def main():
    print("ready", torch.__version__, flush=True)
    known, case = None, None
    for line in sys.stdin:
        try:
            request = json.loads(line)
            what = {k: v for k, v in request.items() if k != "do"}
            torch.set_num_threads(request["threads"])
            if known != what:
                known = case = None
                known, case = what, Case(request)
            if request["do"] == "answer":
                print(repr(case.answer()), flush=True)
            else:
                print(*one_round(case, request["reps"], request["rep_seconds"], request["cap"]), flush=True)
        except Exception as e:
            print("error", str(e).replace("\n", " ")[:200], flush=True)


main()
