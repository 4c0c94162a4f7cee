"""compare.py PROGRAM: makes the steps of steps.c with PyTorch and compares the parameters at the end, to
1e-10 of the largest."""

import subprocess
import sys

import torch

N, STEPS, BOUND = 24, 1000, 1e-10
torch.set_default_dtype(torch.float64)
O = torch.optim
D = {"weight_decay": 0.125}
# NAdam with foreach: without it PyTorch 1.13 takes the product of all mu with one mu too many.
CASES = {
    "sgd": lambda p: O.SGD(p, 0.05),
    "sgd_coupled": lambda p: O.SGD(p, 0.05, **D),
    "momentum": lambda p: O.SGD(p, 0.01, 0.9),
    "nesterov": lambda p: O.SGD(p, 0.01, 0.9, nesterov=True, **D),
    "adam": lambda p: O.Adam(p, 0.01),
    "adam_coupled": lambda p: O.Adam(p, 0.01, **D),
    "amsgrad": lambda p: O.Adam(p, 0.01, amsgrad=True),
    "adamw": lambda p: O.AdamW(p, 0.01),
    "adamw_amsgrad": lambda p: O.AdamW(p, 0.01, amsgrad=True, weight_decay=0.5),
    "adamax": lambda p: O.Adamax(p, 0.01),
    "adamax_coupled": lambda p: O.Adamax(p, 0.01, **D),
    "nadam": lambda p: O.NAdam(p, 0.01, foreach=True),
    "nadam_coupled": lambda p: O.NAdam(p, 0.01, momentum_decay=0.02, foreach=True, **D),
    "adagrad": lambda p: O.Adagrad(p, 0.1),
    "adagrad_coupled": lambda p: O.Adagrad(p, 0.1, initial_accumulator_value=0.5, **D),
    "adadelta": lambda p: O.Adadelta(p, 0.5),
    "adadelta_coupled": lambda p: O.Adadelta(p, 1, rho=0.95, **D),
    "rmsprop": lambda p: O.RMSprop(p, 0.01),
    "rmsprop_all": lambda p: O.RMSprop(p, 0.01, centered=True, momentum=0.5, **D),
}

I = torch.arange(N)


def steps(make):
    w = ((I - 11) / 8.0).clone().requires_grad_()
    c, a = (1 + I % 5) / 4.0, (I % 7 - 3) / 2.0
    o = make([w])
    for t in range(1, STEPS + 1):
        x = ((t * 37 + I * 11) % 31 - 15) / 16.0
        o.zero_grad()
        (0.5 * (c * (w - a) ** 2).sum() + (x * w).sum()).backward()
        o.step()
    return w.detach()


def search(most):
    w = torch.tensor([1.0 if i % 2 else -1.2 for i in range(8)], requires_grad=True)
    o = O.LBFGS([w], 1, 1, history_size=5, line_search_fn="strong_wolfe", tolerance_grad=0,
                tolerance_change=0)

    def loss():
        o.zero_grad()
        a, b = w[:-1], w[1:]
        v = 1e8 * (100 * ((b - a**2) ** 2).sum() + ((1 - a) ** 2).sum())
        v.backward()
        return v

    for _ in range(most):
        o.step(loss)
    return w.detach()


WANT = {name: steps(make) for name, make in CASES.items()}
WANT.update(lbfgs_15=search(15), lbfgs_1000=search(1000))
bad = 0
lines = subprocess.run([sys.argv[1]], stdout=subprocess.PIPE, check=True, text=True).stdout.splitlines()
got = {k[0]: torch.tensor([float(v) for v in k[1:]]) for k in (line.split() for line in lines)}
assert got.keys() == WANT.keys(), got.keys() ^ WANT.keys()
for name, want in WANT.items():
    far = float((got[name] - want).abs().max() / want.abs().max())
    print(f"{name:18} {far:.1e}{'' if far <= BOUND else '  FAILS'}")
    bad += not far <= BOUND
print(f"PyTorch {torch.__version__}: {len(WANT) - bad} of {len(WANT)} are the same after {STEPS} steps")
sys.exit(bad > 0)
