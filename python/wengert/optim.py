# SPDX-License-Identifier: MIT
"""Optimizers under PyTorch's names, of wg.tensor(x, requires_grad=True) and of model.parameters(). They are those of
wengert itself, such as wg.adam(p), with the options of both."""
import math
import types

import wengert as wg
from wengert import _habits


def _make(kind, defaults, **words):
    """An optimizer of wengert under PyTorch's words for its options, with PyTorch's defaults."""
    def optimizer(params, lr=None, **options):
        if isinstance(params, wg.Params):
            store = params
        else:
            params = list(params.parameters() if hasattr(params, "parameters") else params)
            if params and isinstance(params[0], dict):
                raise TypeError("wengert: groups of parameters: write wg.Params and p.part(name), each with its own optimizer")
            store = _habits._kept_in(params)
        given = dict(defaults, **options) if lr is None else dict(defaults, lr=lr, **options)
        name = kind(given) if callable(kind) else kind
        if "betas" in given:
            given["beta1"], given["beta2"] = given.pop("betas")
        for word in ("foreach", "fused", "capturable", "differentiable", "maximize"):
            if given.pop(word, False) and word == "maximize":
                raise TypeError("wengert: maximize: write (-loss).backward()")
        return Optimizer(name, store, {words.get(n, n): x for n, x in given.items()})
    return optimizer


class Optimizer(wg.Optimizer):
    def __init__(self, name, p, options):
        super().__init__(name, p, options)
        self.param_groups = [_Group(self)]

    def zero_grad(self, set_to_none=True):
        """The next backward() sets the gradients; without it they are added."""
        super().zero_grad()


class _Group(dict):
    """opt.param_groups[0]["lr"] is the learning rate."""

    def __init__(self, o):
        super().__init__(lr=o.lr)
        self._o = o

    def __getitem__(self, name):
        return self._o.lr if name == "lr" else super().__getitem__(name)

    def __setitem__(self, name, x):
        if name != "lr":
            raise TypeError("wengert: %s cannot change: make a new optimizer" % name)
        self._o.lr = x


def _sgd(given):
    momentum = given.pop("momentum", 0)
    if given.pop("dampening", 0):
        raise TypeError("wengert: dampening is not here: leave it out, and lr is multiplied by 1 - momentum in its place")
    if not momentum:
        given.pop("nesterov", None)
        return "sgd"
    given.update(beta=momentum, classical=True)
    return "momentum"


SGD = _make(_sgd, {"coupled": True})
Adam = _make("adam", {"coupled": True})
AdamW = _make("adamw", {})
RMSprop = _make("rmsprop", {"coupled": True}, alpha="rho")
Adagrad = _make("adagrad", {"coupled": True}, initial_accumulator_value="initial")
Adadelta = _make("adadelta", {"coupled": True})
Adamax = _make("adamax", {"coupled": True})
NAdam = _make("nadam", {"coupled": True}, momentum_decay="psi")


class _Schedule:
    """A learning rate that is a function of how often step() was called."""

    def __init__(self, optimizer, factor):
        self.optimizer, self._first, self._factor, self.last_epoch = optimizer, optimizer.lr, factor, 0
        self.optimizer.lr = self._first * factor(0)

    def step(self):
        self.last_epoch += 1
        self.optimizer.lr = self._first * self._factor(self.last_epoch)

    def get_last_lr(self):
        return [self.optimizer.lr]


def _cosine(o, T_max, eta_min=0.0):
    low = eta_min / o.lr
    return _Schedule(o, lambda t: low + (1 - low) * (1 + math.cos(math.pi * t / T_max)) / 2)


lr_scheduler = types.SimpleNamespace(
    StepLR=lambda o, step_size, gamma=0.1: _Schedule(o, lambda t: gamma ** (t // step_size)),
    MultiStepLR=lambda o, milestones, gamma=0.1: _Schedule(o, lambda t: gamma ** sum(t >= m for m in milestones)),
    ExponentialLR=lambda o, gamma: _Schedule(o, lambda t: gamma ** t),
    LambdaLR=lambda o, lr_lambda: _Schedule(o, lr_lambda),
    CosineAnnealingLR=_cosine)


def __getattr__(name):
    known = [n for n in globals() if n[0] != "_"]
    raise AttributeError("%s has no %s%s" % (__name__, name, "" if name[0] == "_" else wg._near(name, known, wg._CALL)))
