# SPDX-License-Identifier: MIT
"""L-BFGS with PyTorch's words and steps: Nocedal and Wright, Numerical Optimization, 2006, algorithms 7.4 and
7.5; the line search for the strong Wolfe conditions is 3.5 and 3.6 with cubic interpolation. The bounds on
steps and the ends are PyTorch's. wg.lbfgs is the library's own."""
import collections
import math

import numpy as np

import wengert as wg
from wengert import _signatures

# A point of the line search: the step, the loss, the gradient, the slope along the line.
_Point = collections.namedtuple("_Point", "t f g slope")


def _cubic(a, b, low=None, high=None):
    """Where the cubic through both points with their slopes is least, between two bounds."""
    low, high = (min(a.t, b.t), max(a.t, b.t)) if low is None else (low, high)
    if a.t > b.t:
        a, b = b, a
    mean = a.slope + b.slope - 3 * (a.f - b.f) / (a.t - b.t)
    square = mean ** 2 - a.slope * b.slope
    if not square >= 0:
        return (low + high) / 2
    root = math.sqrt(square)
    t = b.t - (b.t - a.t) * (b.slope + root - mean) / (b.slope - a.slope + 2 * root)
    return min(max(t, low), high)


class _Search:
    """Steps along a line until f falls enough and the slope is small: the strong Wolfe conditions."""
    FALL, SLOPE, MOST = 1e-4, 0.9, 25

    def __init__(self, at, start, direction, least):
        """at(t): the point after the step t. start: that of step 0. least: the shortest change."""
        self.at, self.start, self.least = at, start, least
        self.length, self.calls = np.abs(direction).max(), 0

    def _look(self, t):
        self.calls += 1
        return self.at(t)

    def _is_high(self, p):
        return p.f > self.start.f + self.FALL * p.t * self.start.slope

    def _is_flat(self, p):
        return abs(p.slope) <= -self.SLOPE * self.start.slope

    def run(self, t):
        """The point that is taken."""
        before, now, rounds = self.start, self._look(t), 0
        while rounds < self.MOST:
            if self._is_high(now) or rounds > 1 and now.f >= before.f:
                return self._between(before, now, rounds)
            if self._is_flat(now):
                return now
            if now.slope >= 0:
                return self._between(before, now, rounds)
            t = _cubic(before, now, now.t + 0.01 * (now.t - before.t), 10 * now.t)
            before, now, rounds = now, self._look(t), rounds + 1
        return min(self.start, now, key=lambda p: p.f)

    def _between(self, a, b, rounds):
        """The interval of both has a point that is wanted; ends: that with the smaller loss, the other."""
        close, ends = False, [a, b] if a.f <= b.f else [b, a]
        while rounds < self.MOST and abs(b.t - a.t) * self.length >= self.least:
            a, b = sorted(ends, key=lambda p: p.t)
            if abs(b.t - a.t) * self.length < self.least:
                break
            t, tenth = _cubic(a, b), 0.1 * (b.t - a.t)
            if min(b.t - t, t - a.t) < tenth:  # too near to an end: the second time it is moved
                if close or t >= b.t or t <= a.t:
                    t = b.t - tenth if abs(t - b.t) < abs(t - a.t) else a.t + tenth
                    close = False
                else:
                    close = True
            else:
                close = False
            p, rounds = self._look(t), rounds + 1
            if self._is_high(p) or p.f >= ends[0].f:
                ends[1] = p
                ends.sort(key=lambda q: q.f)
                continue
            if self._is_flat(p):
                return p
            if p.slope * (ends[1].t - ends[0].t) >= 0:
                ends[1] = ends[0]
            ends[0] = p
        return ends[0]


class LBFGS(_signatures.Words):
    """Quasi-Newton steps from the last gradients: opt.step(closure), where closure() calls zero_grad() and
    backward(), and returns the loss. line_search_fn="strong_wolfe" chooses the length of each step."""
    _row = ("params, lr=1, max_iter=20, max_eval=None, tolerance_grad=1e-7, tolerance_change=1e-9, "
            "history_size=100, line_search_fn=None")

    def _begin(self):
        values = vars(self)
        of = values.pop("params")
        of = [of] if isinstance(of, wg.Value) else list(of)
        if of and isinstance(of[0], dict):
            if len(of) > 1:
                raise ValueError("wengert: LBFGS takes one group of parameters")
            values.update({n: x for n, x in of[0].items() if n != "params"})
            of = list(of[0]["params"])
        if self.line_search_fn not in (None, "strong_wolfe"):
            raise ValueError("wengert: LBFGS: line_search_fn is None or \"strong_wolfe\", not %r" %
                             (self.line_search_fn,))
        names = [n for n in _signatures.names(self._row) if n != "params"]
        group = {n: values.pop(n) for n in names}
        group["max_eval"] = group["max_eval"] or group["max_iter"] * 5 // 4
        self.defaults, self._evaluations = dict(group), 0
        self.param_groups, self._kept = [dict(group, params=of)], {}

    def zero_grad(self, set_to_none=True):
        for w in self.param_groups[0]["params"]:
            w.zero_grad() if set_to_none or w.grad is None else w._change_grad(0)

    def _gradient(self):
        return np.concatenate([(np.zeros(w.shape, w.dtype) if w.grad is None else w.grad.numpy()).reshape(-1)
                               for w in self.param_groups[0]["params"]])

    def _move(self, x, t, d):
        """The parameters are x + t d."""
        at = 0
        for w, a in zip(self.param_groups[0]["params"], x):
            w.set(a + t * d[at:at + a.size].reshape(a.shape))
            at += a.size

    def _direction(self, g, s):
        """Minus the gradient times the inverse Hessian of the last steps (algorithm 7.4)."""
        pairs, q, parts = s["pairs"], -g, []
        for step, change, by in reversed(pairs):
            parts.append(by * (step @ q))
            q = q - parts[-1] * change
        r = q * s["scale"]
        for (step, change, by), part in zip(pairs, reversed(parts)):
            r = r + step * (part - by * (change @ r))
        return r

    def _remember(self, g, s, size):
        """What the last step says of the Hessian."""
        change, step = g - s["gradient"], s["direction"] * s["t"]
        product = change @ step
        if product > 1e-10:
            s["pairs"] = (s["pairs"] + [(step, change, 1 / product)])[-size:]
            s["scale"] = product / (change @ change)

    def step(self, closure):
        """Up to max_iter steps. Returns the loss before them."""
        o, s = self.param_groups[0], self._kept
        with wg.enable_grad():
            first = closure()
        f, g, calls, rounds = float(first), self._gradient(), 1, 0
        while rounds < o["max_iter"] and calls < o["max_eval"]:
            if np.abs(g).max(initial=0) <= o["tolerance_grad"]:
                break
            rounds += 1
            new = "gradient" not in s
            if new:
                s.update(pairs=[], scale=1.0, direction=-g)
            else:
                self._remember(g, s, o["history_size"])
                s["direction"] = self._direction(g, s)
            d, t = s["direction"], min(1.0, 1 / np.abs(g).sum()) * o["lr"] if new else o["lr"]
            s.update(gradient=g, t=t)
            if g @ d > -o["tolerance_change"]:
                break
            before = f
            f, g, made = self._stepped(closure, _Point(0, f, g, g @ d), d, s, rounds == o["max_iter"])
            calls += made
            if np.abs(d * s["t"]).max() <= o["tolerance_change"] or abs(f - before) < o["tolerance_change"]:
                break
        return first

    def _stepped(self, closure, start, d, s, is_last):
        """One step along d: the loss and the gradient after it, and the evaluations that it took."""
        o = self.param_groups[0]
        x = [w.numpy(copy=True) for w in o["params"]]

        def at(t):
            self._move(x, t, d)
            with wg.enable_grad():
                f = float(closure())
            g = self._gradient()
            return _Point(t, f, g, g @ d)
        if o["line_search_fn"]:
            search = _Search(at, start, d, o["tolerance_change"])
            p = search.run(s["t"])
            self._move(x, p.t, d)
            s["t"] = p.t
            return p.f, p.g, search.calls
        if is_last:
            self._move(x, s["t"], d)
            return start.f, start.g, 0
        p = at(s["t"])
        return p.f, p.g, 1

    def state_dict(self):
        """What the optimizer goes on from."""
        group = {n: x for n, x in self.param_groups[0].items() if n != "params"}
        return {"state": {0: dict(self._kept)} if self._kept else {},
                "param_groups": [dict(group, params=list(range(len(self.param_groups[0]["params"]))))]}

    def load_state_dict(self, state_dict):
        """Goes on from what state_dict() gave."""
        group, = state_dict["param_groups"]
        if len(group["params"]) != len(self.param_groups[0]["params"]):
            raise wg.Error("wengert: load_state_dict: the state is of %d parameters, and LBFGS has %d" % (
                len(group["params"]), len(self.param_groups[0]["params"])))
        self.param_groups[0].update({n: x for n, x in group.items() if n != "params"})
        self._kept = dict(state_dict["state"].get(0, {}))


LBFGS.__init__ = _signatures.Begun(LBFGS)
LBFGS.__module__ = "wengert.optim"
