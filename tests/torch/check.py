"""check.py: wg.check_torch: right modules pass; a wrong rule of an autograd.Function fails, and the
parameters before it are named; what PyTorch's gradcheck cannot see is seen."""

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


def op(forward, backward):
    """An autograd.Function that saves its operands. backward(saved, g) is its rule."""
    class Op(torch.autograd.Function):
        @staticmethod
        def forward(ctx, *x):
            ctx.save_for_backward(*x)
            return forward(*x)

        @staticmethod
        def backward(ctx, g):
            return backward(ctx.saved_tensors, g)

    return Op.apply


def half_square(x):
    return (x * x).sum() / 2


def gradients():
    """Gradients of every kind that a rule may return: [what, function, arguments, verdict, words of the
    report]"""
    x, w = torch.linspace(-1, 2, 12).reshape(3, 4), torch.linspace(1, 3, 12).reshape(3, 4)
    rounds = op(torch.round, lambda saved, g: g)
    through = lambda x, w: (rounds(x) * w).sum()
    return [
        ["a saved tensor itself", op(half_square, lambda s, g: s[0]), [x], "pass", ""],
        ["a saved tensor, without g", op(lambda x: x.exp(), lambda s, g: s[0]), [x], "fail", "FAIL"],
        ["a view", op(half_square, lambda s, g: s[0].view(12).view(3, 4)), [x], "pass", ""],
        ["a transpose", op(half_square, lambda s, g: s[0].t().contiguous().t()), [x], "pass", ""],
        ["an expanded number", op(lambda x: x.sum(), lambda s, g: g.expand(3, 4)), [x], "pass", ""],
        ["a negative view", op(lambda x: -half_square(x), lambda s, g: torch._neg_view(s[0])), [x], "pass",
         ""],
        ["an imaginary part", op(lambda x: -half_square(x),
                                 lambda s, g: torch.complex(s[0], s[0]).conj().imag), [x], "pass", ""],
        ["sparse", lambda w: nn.functional.embedding(torch.tensor([0, 2, 2]), w, sparse=True), [w], "pass",
         ""],
        ["f32", op(lambda x: x * x, lambda s, g: (2 * s[0] * g).float()), [x], "fail", "numbers in f32"],
        ["None", op(half_square, lambda s, g: None), [x], "fail", "yours is zero: a path is missing"],
        ["None for one", op(lambda a, b: (a * b).sum(), lambda s, g: (s[1], None)), [x, w], "fail",
         "yours is zero"],
        ["a number's", op(lambda x: x**3, lambda s, g: 3 * s[0]**2 * g), [torch.tensor(2.0)], "pass", ""],
        ["of a transposed argument", half_square, [x.t()], "pass", ""],
        ["of an expanded argument", half_square, [torch.ones(1, 3).expand(4, 3)], "pass", ""],
        ["of an argument in f16", half_square, [x.half()], "pass", ""],
        ["of part of an argument", half_square, [x.clone().requires_grad_()[:2]], "pass", ""],
        ["of a result in f32", lambda x: (x * x).float(), [x], "pass", ""],
        ["of a view of the argument", lambda x: x.t()[1:, ::2], [x], "pass", ""],
        ["of several results", lambda x: {"a": x * x, "b": [x.sum(), None]}, [x], "pass", ""],
        ["straight through", through, [x, w], "fail", "x["],
        ["straight through, meant so", through, [x, w], "pass", "its gradient is another one on purpose",
         dict(intended="x")],
        ["no scalar", op(lambda x: x.sum(), lambda s, g: g), [x], RuntimeError, "invalid gradient at index "
         "0"],
        ["too few", op(lambda a, b: a * b, lambda s, g: g * s[1]), [x, w], RuntimeError, "expected 2, got 1"],
        ["too many", op(lambda x: x.sum(), lambda s, g: (g, g)), [x], RuntimeError, "expected 1, got 2"],
        ["no tensor", op(lambda x: x.sum(), lambda s, g: 1.0), [x], RuntimeError, "got float"],
        ["detached", lambda x: (x * x).detach(), [x], TypeError, "depends on no tensor that requires a "
         "gradient"],
        ["by NumPy", lambda x: (x * x).detach().numpy(), [x], TypeError, "ndarray; return the tensor, "
         "without"],
        ["item", lambda x: (x * x).sum().item(), [x], TypeError, "float; return the tensor, without .item()"],
        ["complex", lambda x: torch.complex(x, x), [x], TypeError, "torch.complex128; give its parts, "
         "torch.view_as_real(y)"],
        ["nothing", lambda x: None, [x], TypeError, "NoneType; return the tensor"],
    ]


def wrong_gradients():
    wrong = []
    for what, f, arguments, wanted, words, *options in gradients():
        try:
            r = wg.check_torch(f, *arguments, **(options[0] if options else {}))
            found, said = r.verdict, str(r)
        except (RuntimeError, TypeError) as e:
            found, said = type(e), str(e)
        if found != wanted or words not in said:
            wrong.append(what)
            print("%s: %s is expected with %r, not %s: %s" % (what, wanted, words, found, said))
    print("gradients of all kinds: %d of %d as they must be" % (len(gradients()) - len(wrong),
        len(gradients())))
    return len(wrong)


def main():
    torch.manual_seed(0)
    x, wrong = torch.randn(8, 5), 0
    right = [nn.Linear(5, 3), nn.Sequential(nn.Linear(5, 7), nn.BatchNorm1d(7), nn.ReLU(), nn.Dropout(0.4),
                                            nn.Linear(7, 3)),
             Net(torch.tanh), nn.LayerNorm(5), nn.GRU(5, 3), nn.LSTM(5, 3),
             nn.Sequential(nn.Linear(5, 4), nn.GELU()),
             nn.TransformerEncoderLayer(5, 1, 8), nn.Sequential(nn.Unflatten(1, (1, 5)), nn.Conv1d(1, 2, 3)),
             nn.Sequential(nn.Linear(5, 6), nn.LogSoftmax(1))]
    for m in right:
        before = {n: p.clone() for n, p in m.state_dict().items()}
        r = wg.check_torch(m, x.reshape(8, 1, 5) if isinstance(m,
            (nn.GRU, nn.LSTM, nn.TransformerEncoderLayer)) else x)
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
    return wrong + wrong_gradients() > 0


sys.exit(main())
