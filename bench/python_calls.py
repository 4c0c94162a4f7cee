"""python_calls.py: what one operation on three elements costs in Python, in microseconds: over ctypes, by _c,
and in PyTorch. Here an operation only notes what is to be computed; .numpy() and .item() compute. The last
rows are a net 64-128-10 on 32 rows.

    make && python3 bench/python_calls.py            least times of nine turns, in which the sides take turns
"""
import os
import subprocess
import sys
import time

os.environ.setdefault("OMP_NUM_THREADS", "1")

# name, line for Wengert, line for PyTorch, before all turns of both
ROWS = (
    ("x + y", "x + y", "a + b"),
    ("add(x, y)", "wg.add(x, y)", "torch.add(a, b)"),
    ("x + 1", "x + 1", "a + 1"),
    ("x ** 2", "x ** 2", "a ** 2"),
    ("x < y", "x < y", "a < b"),
    ("-x", "-x", "-a"),
    ("x @ y", "x @ y", "a @ b"),
    ("relu(x)", "wg.relu(x)", "torch.relu(a)"),
    ("x.sum()", "x.sum()", "a.sum()"),
    ("x.sum(axis=0)", "x.sum(axis=0)", "a.sum(axis=0)"),
    ("x.softmax(axis=0)", "x.softmax(axis=0)", "a.softmax(0)"),
    ("concat([x, y])", "wg.concat([x, y], 0)", "torch.cat([a, b])"),
    ("mse(x, y)", "wg.mse(x, y, reduction='sum')", "mse(a, b, reduction='sum')"),
    ("nn_dense(X)", "wg.nn_dense(X, p, 'fc', 4, share=True)", "fc(X)"),
    ("x[0]", "x[0]", "a[0]"),
    ("x.shape", "x.shape", "a.shape"),
    ("(x + y).numpy()", "(x + y).numpy()", "(a + b).numpy()"),
    ("input", "g.input('x', A)", "torch.from_numpy(A)"),
    ("w * T, a parameter", "w * T", "v * a"),
    ("(T + U).numpy()", "(T + U).numpy()", "(a + b).numpy()"),
    ("(w * T).sum().item()", "(w * T).sum().item()", "(v * a).sum().item()"),
    ("net, no_grad", "with off(): net(rows).numpy()", "with off(): net(rows).numpy()", 200),
    ("a step of Adam", "step()", "step()", 200),
    ("net by names", "n.begin(); wg.nn_dense(wg.relu(wg.nn_dense(n.input('x', R), q, 'a', 128)), q, 'b', "
     "10).numpy()", None, 200),
    ("a small step", "g.begin(); x = g.input('x', A); y = (x * x + 1).sum(); y.item()",
     "x = torch.from_numpy(A); y = (x * x + 1).sum(); y.item()"),
)
TURNS, CALLS = 9, 5000


def trained(m, nn, F, numbers):
    """A net 64-128-10 on 32 rows, in the words of both: the net, its rows, no_grad, a step of Adam."""
    import numpy as np
    net = nn.Sequential(nn.Linear(64, 128), nn.ReLU(), nn.Linear(128, 10))
    rows, labels = numbers(np.sin(np.arange(32 * 64.0)).reshape(32, 64)), m.tensor(np.arange(32) % 10)
    optimizer = m.optim.Adam(net.parameters(), lr=1e-3)

    def step():
        optimizer.zero_grad()
        loss = F.cross_entropy(net(rows), labels)
        loss.backward()
        optimizer.step()
        return loss.item()
    return dict(net=net, rows=rows, off=m.no_grad, step=step)


def measured(side):
    """The least time of a call of each row so far, one turn of each after a line of input."""
    import numpy as np
    known = dict(np=np, A=np.array([1.0, 2, 3]), clock=time.perf_counter)
    if side == "torch":
        import torch
        torch.set_num_threads(1)
        known.update(torch=torch, a=torch.tensor([1.0, 2, 3]), b=torch.tensor([4.0, 5, 6]),
                     mse=torch.nn.functional.mse_loss,
                     X=torch.ones(2, 3), fc=torch.nn.Linear(3, 4),
                     v=torch.tensor([1.0, 2, 3], requires_grad=True),
                     **trained(torch, torch.nn, torch.nn.functional,
                               lambda a: torch.tensor(a, dtype=torch.float32)))
        lines, before = [r[2] for r in ROWS], "pass"
    else:
        import wengert as wg
        import wengert.nn.functional as F
        wg.Context(dtype="float32")  # as PyTorch
        known.update(wg=wg, p=wg.Params(), q=wg.Params(), g=wg.Graph(), n=wg.Graph(),
                     A=np.ones(3, np.float32), R=np.ones((32, 64), np.float32),
                     T=wg.tensor([1.0, 2, 3]), U=wg.tensor([4.0, 5, 6]),
                     w=wg.tensor([1.0, 2, 3], requires_grad=True),
                     **trained(wg, wg.nn, F, wg.tensor))
        # Somebody has a value of the automatic graph: it goes on.
        lines, before = [r[1] for r in ROWS], (
            "g.begin(); x = g.input('x', [1.0, 2, 3]); y = g.input('y', [4.0, 5, 6]); X = g.input('X', "
            "np.ones((2, 3))); wg._context._now.graph = None; first = T + U")
    names = ", ".join(sorted(known))
    turns = []
    for row, line in zip(ROWS, lines):
        of_line, n = dict(known), row[3] if len(row) > 3 else CALLS
        exec("def turn(%s):\n %s\n t = clock()\n for _ in range(%d):\n  %s\n return (clock() - t) / %d * "
             "1e6\n" % (
            names, before, n, line or "pass", n), of_line)
        turns.append(of_line["turn"])
    for _ in sys.stdin:
        print(*(f(**known) for f in turns), flush=True)


def main():
    sides = {}
    for side in ("ctypes", "c", "torch"):
        here = os.path.dirname(os.path.abspath(__file__))
        env = dict(os.environ, PYTHONPATH=os.path.join(here, "..", "python"), WENGERT_CTYPES="1"
                   if side == "ctypes" else "0")
        sides[side] = subprocess.Popen([sys.executable, __file__, side], env=env, stdin=subprocess.PIPE,
                                       stdout=subprocess.PIPE,
                                       stderr=subprocess.DEVNULL, text=True)
    best = {side: [float("inf")] * len(ROWS) for side in sides}
    for _ in range(TURNS):
        for side, process in list(sides.items()):
            try:
                process.stdin.write("turn\n")
                process.stdin.flush()
                line = process.stdout.readline().split()
            except BrokenPipeError:
                line = []
            if not line:  # it is not installed
                del sides[side]
            best[side] = [min(b, float(t)) for b, t in zip(best[side], line)] if line else best[side]
    print("%-20s %8s %8s %8s %10s" % ("us", "ctypes", "_c", "torch", "_c/torch"))
    for k, row in enumerate(ROWS):
        c, t = best["c"][k], best["torch"][k] if row[2] else float("nan")
        print("%-20s %8.2f %8.2f %8.2f %10.2f" % (row[0], best["ctypes"][k], c, t, c / t))


if __name__ == "__main__":
    measured(sys.argv[1]) if len(sys.argv) > 1 else main()
