"""check.py: wg.check_torch: right modules pass; a wrong rule of an autograd.Function fails, and the parameters before it
are named; what PyTorch's gradcheck cannot see is seen."""

import sys

import torch
import torch.nn as nn

sys.path.insert(0, "python")
import wengert as wg


class Wrong(torch.autograd.Function):
    """tanh with the derivative 1 - tanh."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x.tanh())
        return x.tanh()

    @staticmethod
    def backward(ctx, g):
        return g * (1 - ctx.saved_tensors[0])


class Net(nn.Module):
    def __init__(self, act):
        super().__init__()
        self.a, self.act, self.b = nn.Linear(5, 4), act, nn.Linear(4, 2)

    def forward(self, x):
        return self.b(self.act(self.a(x)))


def main():
    torch.manual_seed(0)
    x, wrong = torch.randn(8, 5), 0
    right = [nn.Linear(5, 3), nn.Sequential(nn.Linear(5, 7), nn.BatchNorm1d(7), nn.ReLU(), nn.Dropout(0.4), nn.Linear(7, 3)),
             Net(torch.tanh), nn.LayerNorm(5), nn.GRU(5, 3), nn.LSTM(5, 3), nn.Sequential(nn.Linear(5, 4), nn.GELU()),
             nn.TransformerEncoderLayer(5, 1, 8), nn.Sequential(nn.Unflatten(1, (1, 5)), nn.Conv1d(1, 2, 3)),
             nn.Sequential(nn.Linear(5, 6), nn.LogSoftmax(1))]
    for m in right:
        before = {n: p.clone() for n, p in m.state_dict().items()}
        r = wg.check_torch(m, x.reshape(8, 1, 5) if isinstance(m, (nn.GRU, nn.LSTM, nn.TransformerEncoderLayer)) else x)
        same = all(torch.equal(p, before[n]) for n, p in m.state_dict().items())
        if not r or not same:
            wrong += 1
            print(type(m).__name__, "changed" if not same else r)
    r = wg.check_torch(Net(Wrong.apply), x)
    named = all("\n  %s[" % n in str(r) for n in ["a.weight", "a.bias"])
    if r.verdict != "fail" or not named or any("b." in line for line in str(r).split("\n") if "FAIL" in line):
        wrong += 1
        print(r)
    r = wg.check_torch(lambda p, q: (p @ q).sum(), torch.randn(2, 3), torch.randn(3, 2))
    if not r or "p[" not in str(r) or "q[" not in str(r):
        wrong += 1
        print(r)
    print("check_torch: %d of %d as they must be" % (len(right) + 2 - wrong, len(right) + 2))
    return wrong > 0


sys.exit(main())
