# SPDX-License-Identifier: MIT
"""Learning rates that change from step to step, under PyTorch's names and with PyTorch's rates: opt.step(),
then schedule.step(). A schedule makes the next rate of the present one, so that several can work on one
optimizer, and a rate that is set by hand stays. Those that follow from the number of the step alone are
LambdaLR, OneCycleLR and CosineAnnealingWarmRestarts."""
import bisect
import collections
import inspect
import math


def _groups(optimizer, who):
    """The groups of an optimizer, also of one by names, as wg.adam(p), whose one group has a rate alone."""
    if hasattr(optimizer, "param_groups"):
        return optimizer.param_groups
    if not hasattr(optimizer, "lr") or not hasattr(optimizer, "step"):
        raise TypeError("wengert: %s changes the rate of an optimizer, and %r is none" % (who, optimizer))
    from . import _Group
    optimizer.param_groups = [_Group(optimizer, {"lr": optimizer.lr})]
    return optimizer.param_groups


class LRScheduler:
    """What all schedules share. A class of yours has get_lr(), which gives the rates of step self.last_epoch
    as a list."""

    def __init__(self, optimizer, last_epoch=-1, verbose=False):
        groups = _groups(optimizer, type(self).__name__)
        self.optimizer, self.last_epoch, self.verbose = optimizer, last_epoch, verbose
        for g in groups:
            if last_epoch == -1:
                g.setdefault("initial_lr", g["lr"])
            elif "initial_lr" not in g:
                raise KeyError("wengert: last_epoch=%d goes on with an optimizer whose param_groups have "
                               "initial_lr" % last_epoch)
        self.base_lrs = [g["initial_lr"] for g in groups]
        self._initial_step()

    def _initial_step(self):
        self._step_count = 0
        self.step()

    def _now(self):
        """The present rates."""
        return [g["lr"] for g in self.optimizer.param_groups]

    def _times(self, factor):
        return [lr * factor for lr in self._now()]

    def _put(self, rates):
        for g, lr in zip(self.optimizer.param_groups, rates):
            g["lr"] = lr
        self._last_lr = self._now()

    def get_lr(self):
        raise NotImplementedError("wengert: a schedule of yours has get_lr(self), which gives a list of "
                                  "rates")

    def get_last_lr(self):
        """The rates that the last step() has set, as a list."""
        return self._last_lr

    def step(self, epoch=None):
        """Sets the next rate. epoch: the rate of this step instead."""
        self._step_count += 1
        self.last_epoch = self.last_epoch + 1 if epoch is None else epoch
        closed = getattr(self, "_get_closed_form_lr", None)
        self._put(closed() if epoch is not None and closed else self.get_lr())

    _apart = ("optimizer",)  # what is no part of the state

    def state_dict(self):
        """What the schedule goes on from. The functions of LambdaLR are no part of it."""
        return {k: x for k, x in self.__dict__.items() if k not in self._apart}

    def load_state_dict(self, state_dict):
        self.__dict__.update({k: x for k, x in state_dict.items() if k not in self._apart})


_LRScheduler = LRScheduler


class _OfFunctions(LRScheduler):
    _apart = "optimizer", "lr_lambdas"

    def __init__(self, optimizer, lr_lambda, last_epoch=-1, verbose=False):
        n = len(_groups(optimizer, type(self).__name__))
        self.lr_lambdas = list(lr_lambda) if isinstance(lr_lambda, (list, tuple)) else [lr_lambda] * n
        if len(self.lr_lambdas) != n:
            raise ValueError("wengert: %s: %d functions for %d groups" %
                             (type(self).__name__, len(self.lr_lambdas), n))
        super().__init__(optimizer, last_epoch, verbose)

    def state_dict(self):
        kept = [None if inspect.isfunction(f) else dict(getattr(f, "__dict__", {})) for f in self.lr_lambdas]
        return dict(super().state_dict(), lr_lambdas=kept)

    def load_state_dict(self, state_dict):
        super().load_state_dict(state_dict)
        for f, kept in zip(self.lr_lambdas, state_dict.get("lr_lambdas", [])):
            if kept:
                f.__dict__.update(kept)


class LambdaLR(_OfFunctions):
    """The first rate times lr_lambda(number of the step)."""

    def get_lr(self):
        return [lr * f(self.last_epoch) for lr, f in zip(self.base_lrs, self.lr_lambdas)]


class MultiplicativeLR(_OfFunctions):
    """The rate before times lr_lambda(number of the step)."""

    def get_lr(self):
        return [lr * f(self.last_epoch) if self.last_epoch > 0 else lr
                for lr, f in zip(self._now(), self.lr_lambdas)]


class StepLR(LRScheduler):
    """Times gamma in every step_size steps."""

    def __init__(self, optimizer, step_size, gamma=0.1, last_epoch=-1, verbose=False):
        self.step_size, self.gamma = step_size, gamma
        super().__init__(optimizer, last_epoch, verbose)

    def get_lr(self):
        return self._times(self.gamma if self.last_epoch and self.last_epoch % self.step_size == 0 else 1.0)

    def _get_closed_form_lr(self):
        return [lr * self.gamma ** (self.last_epoch // self.step_size) for lr in self.base_lrs]


class MultiStepLR(LRScheduler):
    """Times gamma at each of the milestones."""

    def __init__(self, optimizer, milestones, gamma=0.1, last_epoch=-1, verbose=False):
        self.milestones, self.gamma = collections.Counter(milestones), gamma
        super().__init__(optimizer, last_epoch, verbose)

    def get_lr(self):
        return self._times(self.gamma ** self.milestones[self.last_epoch])

    def _get_closed_form_lr(self):
        passed = bisect.bisect_right(sorted(self.milestones.elements()), self.last_epoch)
        return [lr * self.gamma ** passed for lr in self.base_lrs]

    def load_state_dict(self, state_dict):
        super().load_state_dict(state_dict)
        self.milestones = collections.Counter(self.milestones)


class ExponentialLR(LRScheduler):
    """Times gamma in every step."""

    def __init__(self, optimizer, gamma, last_epoch=-1, verbose=False):
        self.gamma = gamma
        super().__init__(optimizer, last_epoch, verbose)

    def get_lr(self):
        return self._times(self.gamma if self.last_epoch else 1.0)

    def _get_closed_form_lr(self):
        return [lr * self.gamma ** self.last_epoch for lr in self.base_lrs]


def _share(name, x):
    if not 0 <= x <= 1:
        raise ValueError("wengert: %s=%g must be from 0 to 1" % (name, x))


class ConstantLR(LRScheduler):
    """Times factor for the first total_iters steps."""

    def __init__(self, optimizer, factor=1.0 / 3, total_iters=5, last_epoch=-1, verbose=False):
        _share("factor", factor)
        self.factor, self.total_iters = factor, total_iters
        super().__init__(optimizer, last_epoch, verbose)

    def get_lr(self):
        return self._times(self.factor if self.last_epoch == 0 else 1 / self.factor
                           if self.last_epoch == self.total_iters else 1.0)

    def _get_closed_form_lr(self):
        return [lr * (self.factor if self.last_epoch < self.total_iters else 1.0) for lr in self.base_lrs]


class LinearLR(LRScheduler):
    """From start_factor to end_factor of the rate in total_iters steps, by equal amounts."""

    def __init__(self, optimizer, start_factor=1.0 / 3, end_factor=1.0, total_iters=5, last_epoch=-1,
                 verbose=False):
        _share("start_factor", start_factor)
        _share("end_factor", end_factor)
        self.start_factor, self.end_factor, self.total_iters = start_factor, end_factor, total_iters
        super().__init__(optimizer, last_epoch, verbose)

    def get_lr(self):
        if self.last_epoch == 0:
            return self._times(self.start_factor)
        if self.last_epoch > self.total_iters:
            return self._now()
        more = self.end_factor - self.start_factor
        return self._times(1.0 + more / (self.total_iters * self.start_factor + (self.last_epoch - 1) * more))

    def _get_closed_form_lr(self):
        share = min(self.total_iters, self.last_epoch) / self.total_iters
        return [lr * (self.start_factor + (self.end_factor - self.start_factor) * share)
                for lr in self.base_lrs]


class PolynomialLR(LRScheduler):
    """To 0 in total_iters steps, as the power of what is left."""

    def __init__(self, optimizer, total_iters=5, power=1.0, last_epoch=-1, verbose=False):
        self.total_iters, self.power = total_iters, power
        super().__init__(optimizer, last_epoch, verbose)

    def _left(self, t):
        return 1.0 - min(self.total_iters, t) / self.total_iters

    def get_lr(self):
        t = self.last_epoch
        return (self._now() if t == 0 or t > self.total_iters
                else self._times((self._left(t) / self._left(t - 1)) ** self.power))

    def _get_closed_form_lr(self):
        return [lr * self._left(self.last_epoch) ** self.power for lr in self.base_lrs]


class CosineAnnealingLR(LRScheduler):
    """To eta_min in T_max steps by half a cosine, and back."""

    def __init__(self, optimizer, T_max, eta_min=0, last_epoch=-1, verbose=False):
        self.T_max, self.eta_min = T_max, eta_min
        super().__init__(optimizer, last_epoch, verbose)

    def get_lr(self):
        t, low = self.last_epoch, self.eta_min
        if t == 0:
            return self._now()
        if self._step_count == 1:
            return self._get_closed_form_lr()
        if (t - 1 - self.T_max) % (2 * self.T_max) == 0:  # at the lowest rate the factor below is no number
            return [lr + (base - low) * (1 - math.cos(math.pi / self.T_max)) / 2
                    for lr, base in zip(self._now(), self.base_lrs)]
        factor = (1 + math.cos(math.pi * t / self.T_max)) / (1 + math.cos(math.pi * (t - 1) / self.T_max))
        return [factor * (lr - low) + low for lr in self._now()]

    def _get_closed_form_lr(self):
        share = (1 + math.cos(math.pi * self.last_epoch / self.T_max)) / 2
        return [self.eta_min + (lr - self.eta_min) * share for lr in self.base_lrs]


class CosineAnnealingWarmRestarts(LRScheduler):
    """Half a cosine from the first rate to eta_min in T_0 steps, then again in T_mult times as many."""

    def __init__(self, optimizer, T_0, T_mult=1, eta_min=0, last_epoch=-1, verbose=False):
        if T_0 < 1 or T_mult < 1:
            raise ValueError("wengert: T_0=%s and T_mult=%s must be at least 1" % (T_0, T_mult))
        self.T_0 = self.T_i = T_0
        self.T_mult, self.eta_min, self.T_cur = T_mult, eta_min, last_epoch
        super().__init__(optimizer, last_epoch, verbose)

    def get_lr(self):
        share = (1 + math.cos(math.pi * self.T_cur / self.T_i)) / 2
        return [self.eta_min + (lr - self.eta_min) * share for lr in self.base_lrs]

    def step(self, epoch=None):
        if epoch is None and self.last_epoch >= 0:
            self.last_epoch, self.T_cur = self.last_epoch + 1, self.T_cur + 1
            if self.T_cur >= self.T_i:
                self.T_cur, self.T_i = self.T_cur - self.T_i, self.T_i * self.T_mult
        else:
            self.T_cur, self.T_i = epoch or 0, self.T_0
            while self.T_cur >= self.T_i:
                self.T_cur, self.T_i = self.T_cur - self.T_i, self.T_i * self.T_mult
            self.last_epoch = math.floor(epoch or 0)
        self._put(self.get_lr())


class OneCycleLR(LRScheduler):
    """Up to max_lr and down to nearly 0 in total_steps steps, while momentum, or Adam's first beta, goes the
    other way."""

    def __init__(self, optimizer, max_lr, total_steps=None, epochs=None, steps_per_epoch=None, pct_start=0.3,
                 anneal_strategy="cos",
                 cycle_momentum=True, base_momentum=0.85, max_momentum=0.95, div_factor=25.0,
                 final_div_factor=1e4, three_phase=False, last_epoch=-1, verbose=False):
        if total_steps is None and (epochs is None or steps_per_epoch is None):
            raise ValueError("wengert: OneCycleLR takes total_steps, or epochs and steps_per_epoch")
        if anneal_strategy not in ("cos", "linear"):
            raise ValueError("wengert: anneal_strategy is \"cos\" or \"linear\", not %r" % (anneal_strategy,))
        _share("pct_start", pct_start)
        groups = _groups(optimizer, "OneCycleLR")
        self.total_steps = n = epochs * steps_per_epoch if total_steps is None else total_steps
        self.anneal_strategy, self.cycle_momentum = anneal_strategy, cycle_momentum
        up, last = (("initial_lr", "max_lr", "max_momentum", "base_momentum"),
                    ("min_lr", "max_momentum", "max_momentum"))
        if three_phase:
            self._phases = [(pct_start * n - 1, *up), (2 * pct_start * n - 2, "max_lr", "initial_lr",
                                                       "base_momentum", "max_momentum"),
                            (n - 1, "initial_lr", *last)]
        else:
            self._phases = [(pct_start * n - 1, *up), (n - 1, "max_lr", "min_lr", "base_momentum",
                                                       "max_momentum")]
        if cycle_momentum and (getattr(optimizer, "_plain", False) or not all("momentum" in g or "betas" in g
                for g in groups)):
            raise ValueError("wengert: the optimizer has no momentum: write OneCycleLR(..., "
                             "cycle_momentum=False), or momentum=0.9 in SGD")
        if last_epoch == -1:
            each = lambda x: x if isinstance(x, (list, tuple)) else [x] * len(groups)
            for g, most, high, low in zip(groups, each(max_lr), each(max_momentum), each(base_momentum)):
                g.update(initial_lr=most / div_factor, max_lr=most, min_lr=most / div_factor /
                         final_div_factor)
                if cycle_momentum:
                    g.update(max_momentum=high, base_momentum=low)
                    self._push(g, high)
        super().__init__(optimizer, last_epoch, verbose)

    def _push(self, g, x):
        if "betas" in g:
            g["betas"] = (x, *g["betas"][1:])
        else:
            g["momentum"] = x

    def _between(self, a, b, share):
        return ((b - a) * share + a if self.anneal_strategy == "linear"
                else b + (a - b) / 2.0 * (math.cos(math.pi * share) + 1))

    def get_lr(self):
        t, begin = self.last_epoch, 0
        if t > self.total_steps:
            raise ValueError("wengert: OneCycleLR: step %d of %d" % (t + 1, self.total_steps))
        for phase in self._phases:
            if t <= phase[0] or phase is self._phases[-1]:
                break
            begin = phase[0]
        share, rates = (t - begin) / (phase[0] - begin), []
        for g in self.optimizer.param_groups:
            rates.append(self._between(g[phase[1]], g[phase[2]], share))
            if self.cycle_momentum:
                self._push(g, self._between(g[phase[3]], g[phase[4]], share))
        return rates


class SequentialLR(LRScheduler):
    """One schedule after the other: each begins at its milestone."""
    _apart = "optimizer", "_schedulers"

    def __init__(self, optimizer, schedulers, milestones, last_epoch=-1, verbose=False):
        if any(s.optimizer is not optimizer for s in schedulers) or len(milestones) != len(schedulers) - 1:
            raise ValueError("wengert: SequentialLR takes schedules of one optimizer, and one milestone less "
                             "than schedules")
        self.optimizer, self._schedulers, self._milestones, self.last_epoch = (optimizer, schedulers,
                                                                               milestones, last_epoch + 1)
        for g in optimizer.param_groups:
            g["lr"] = g["initial_lr"]
        for s in schedulers:  # all have made their first step
            s.last_epoch -= 1
        schedulers[0]._initial_step()
        self._last_lr = schedulers[0].get_last_lr()

    def step(self):
        self.last_epoch += 1
        i = bisect.bisect_right(self._milestones, self.last_epoch)
        self._schedulers[i].step(*[0] if i and self._milestones[i - 1] == self.last_epoch else [])
        self._last_lr = self._schedulers[i].get_last_lr()

    def state_dict(self):
        return dict(super().state_dict(), _schedulers=[s.state_dict() for s in self._schedulers])

    def load_state_dict(self, state_dict):
        super().load_state_dict(state_dict)
        for s, d in zip(self._schedulers, state_dict["_schedulers"]):
            s.load_state_dict(d)


class ChainedScheduler(SequentialLR):
    """Several schedules that step together."""

    def __init__(self, schedulers):
        if any(s.optimizer is not schedulers[0].optimizer for s in schedulers):
            raise ValueError("wengert: ChainedScheduler takes schedules of one optimizer")
        self.optimizer, self._schedulers = schedulers[0].optimizer, list(schedulers)
        self._last_lr = self._now()

    def step(self):
        for s in self._schedulers:
            s.step()
        self._last_lr = self._now()


class ReduceLROnPlateau:
    """Times factor when the number that step(number) gets has been no better for more than patience steps."""

    def __init__(self, optimizer, mode="min", factor=0.1, patience=10, threshold=1e-4, threshold_mode="rel",
                 cooldown=0, min_lr=0, eps=1e-8, verbose=False):
        if factor >= 1:
            raise ValueError("wengert: factor=%g must be below 1" % factor)
        if mode not in ("min", "max") or threshold_mode not in ("rel", "abs"):
            raise ValueError("wengert: mode is \"min\" or \"max\", and threshold_mode \"rel\" or \"abs\"")
        n = len(_groups(optimizer, "ReduceLROnPlateau"))
        self.optimizer, self.mode, self.factor, self.patience, self.threshold = (optimizer, mode, factor,
                                                                                 patience, threshold)
        self.threshold_mode, self.cooldown, self.eps, self.verbose = threshold_mode, cooldown, eps, verbose
        self.min_lrs = list(min_lr) if isinstance(min_lr, (list, tuple)) else [min_lr] * n
        self.best, self.num_bad_epochs, self.cooldown_counter, self.last_epoch = (math.inf if mode == "min"
                                                                                  else -math.inf, 0, 0, 0)
        self._last_lr = LRScheduler._now(self)

    in_cooldown = property(lambda s: s.cooldown_counter > 0)

    def is_better(self, a, best):
        sign = 1 if self.mode == "max" else -1
        if self.threshold_mode == "rel":
            best = best * (1 + sign * self.threshold)
        else:
            best = best + sign * self.threshold
        return a > best if sign > 0 else a < best

    def step(self, metrics, epoch=None):
        """metrics: a number, such as the loss of the epoch."""
        now = float(metrics)
        self.last_epoch = self.last_epoch + 1 if epoch is None else epoch
        better = self.is_better(now, self.best)
        self.best, self.num_bad_epochs = (now, 0) if better else (self.best, self.num_bad_epochs + 1)
        if self.in_cooldown:
            self.cooldown_counter, self.num_bad_epochs = self.cooldown_counter - 1, 0
        if self.num_bad_epochs > self.patience:
            for g, least in zip(self.optimizer.param_groups, self.min_lrs):
                new = max(g["lr"] * self.factor, least)
                if g["lr"] - new > self.eps:
                    g["lr"] = new
            self.cooldown_counter, self.num_bad_epochs = self.cooldown, 0
        self._last_lr = LRScheduler._now(self)

    get_last_lr, _apart = LRScheduler.get_last_lr, LRScheduler._apart
    state_dict, load_state_dict = LRScheduler.state_dict, LRScheduler.load_state_dict
