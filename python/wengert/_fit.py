# SPDX-License-Identifier: MIT
"""wg.fit: a training in one call. The loop over epochs, the best of them and the lines are C's
(wengert/fit.h)."""
import builtins
import copy
import ctypes
import re
import sys
import time
from collections import namedtuple
from ctypes import byref, c_bool, c_double, c_int, c_void_p

import wengert as wg
from ._arrays import _numpy
from ._context import _now
from ._ctrl_c import HeldCtrlC
from ._data import _data
from ._library import _Batch, _lib, _struct
from ._options import _opts
from ._way import _here

_STEP = ctypes.CFUNCTYPE(c_int, c_void_p)
_MEASURE = ctypes.CFUNCTYPE(c_bool, c_void_p, ctypes.POINTER(c_double))
_ENDED = ctypes.CFUNCTYPE(c_bool, c_void_p)
_STOP, _STEPPED, _EPOCH = range(3)
_DEV_ROWS, _LINE = 1000, 1000

Fitted = namedtuple("Fitted", "epochs best loss dev metric dev_metric")
Fitted.__doc__ = """What fit came to: how many epochs, the best of them, and means of the loss and the metric
over the steps and over dev, in the epoch whose parameters are kept. None: it was not measured."""


class _Set:
    """Parameters of a wg.Params, and the values that a loss is made of."""

    def __init__(self, p, graph):
        self.context, self._p, self._kept = p.context, p, wg.Params(p.context)
        self._graphs = {"train": graph or wg.Graph(p.context), "eval": None}
        self.optimizer = p._optimizer and p._optimizer() or None

    def make_optimizer(self):
        self.optimizer = wg.adam(self._p)

    def built(self, mode, loss, arrays):
        g = self._graphs[mode] = self._graphs[mode] or wg.Graph(self.context)
        g.begin(mode)
        return loss(*(g.input(n, a) for n, a in zip("xy", arrays)))

    def step(self, y):
        y.backward(self._p)
        value = y.item()
        self.optimizer.step()
        return value

    def keep(self):
        _lib.wg_params_copy_at(_here(), self._kept._p, self._p._p)

    def restore(self):
        _lib.wg_params_copy_at(_here(), self._p._p, self._kept._p)

    def end(self):
        """Nothing."""


class _Net:
    """The same of a wg.nn.Module."""

    def __init__(self, net, graph):
        if graph is not None:
            raise TypeError("wengert.fit: graph= is for the parameters of a wg.Params; values of a module "
                            "have none")
        self.context, self._net, self._was = wg.default_context(), net, net.training
        self.optimizer, self._kept = None, None
        _now.graph = None  # values of modules are in graphs that begin by themselves

    def make_optimizer(self):
        self.optimizer = wg.optim.Adam(self._net.parameters())

    def built(self, mode, loss, arrays):
        self._net.train(mode == "train")
        if mode == "train":
            return loss(*map(wg.tensor, arrays))
        with wg.no_grad():
            return loss(*map(wg.tensor, arrays))

    def step(self, y):
        self.optimizer.zero_grad()
        y.backward()
        value = y.item()
        self.optimizer.step()
        return value

    def keep(self):
        self._kept = copy.deepcopy(self._net.state_dict())

    def restore(self):
        self._net.load_state_dict(self._kept)

    def end(self):
        self._net.train(self._was)


def _rows(data, context, what):
    if isinstance(data, wg.Data):
        return data
    if isinstance(data, (tuple, list)) and len(data) in (1, 2):
        return wg.Data(*data, context=context)
    raise TypeError("wengert.fit: %s is a wg.Data or a pair of arrays (x, y), not %s" %
                    (what, type(data).__name__))


class _Fitting:
    def __init__(self, of, loss, d, dev, schedule, metric, o):
        self.of, self.loss, self.d, self.dev, self.schedule, self.o, self.failed = (of, loss, d, dev,
            schedule,
                                                                                    o, None)
        self.context, self.names = of.context, ["loss"] + ([] if metric is None else [metric])
        self.rate, self.began = of.optimizer.lr, time.monotonic()
        self.steps, self.done, self.before, self.rows = 0, 0, 0, len(d)
        self.whole = o.epochs * -(-self.rows // o.batch)
        self.means, self.now, self.result, self.shares = self.fresh(), None, None, [False] * 2
        self.loop = _struct("fit_loop")(epochs=o.epochs, patience=o.patience)
        self.calls = [_STEP(self.guarded(self.step, _STOP)), _MEASURE(self.guarded(self.measure, False)),
                      _ENDED(self.guarded(self.ended, False))]
        for name, f in zip(("step", "measure", "ended"), self.calls):
            if name != "measure" or dev is not None:
                setattr(self.loop, name, ctypes.cast(f, c_void_p))

    def guarded(self, f, stop):
        def call(*given):
            try:
                answer = f(*given[1:])
                self.ctrl_c.look()
                return answer
            except BaseException as e:  # also that of Ctrl-C
                self.failed = e
                return stop
        return call

    def fresh(self):
        return [_struct("mean")() for _ in self.names]

    def add(self, means, values, n):
        for mean, v in zip(means, values):
            _lib.wg_mean_add(byref(mean), v, n)

    def built(self, mode, x, y):
        made = self.of.built(mode, self.loss, (x,) if y is None else (x, y))
        made = made if isinstance(made, (tuple, list)) else (made,)
        if len(made) != len(self.names) or not builtins.all(isinstance(v, wg.Value) for v in made):
            raise TypeError("wengert.fit: the loss function returns %s" % (
                "a value, or with metric= a pair: the loss and the metric" if len(self.names) == 1 else "a "
                "pair of values: the loss and the metric"))
        if not self.steps:
            self.shares = [_lib.wgx_fit_is_share(v._node) for v in made]
        return made

    def step(self):
        b = _Batch()
        if not _lib.wg_data_next_at(_here(), self.d._d, byref(b), self.o.batch):
            self.context._look()
            return _EPOCH
        if self.schedule:
            self.of.optimizer.lr = self.schedule(self.rate, self.steps, self.whole)
        loss, *metric = self.built("train", _numpy(b.x), _numpy(b.y))
        measured = [m.item() for m in metric]
        if not self.steps:
            self.of.keep()
        self.steps += 1
        value = self.of.step(loss)
        self.add(self.means, [value] + measured, b.n)
        self.done += b.n
        return _STEPPED

    def measure(self, dev):
        x, y, means = self.dev.x, self.dev.y, self.fresh()
        for at in range(0, len(x), _DEV_ROWS):
            rows = slice(at, at + _DEV_ROWS)
            made = self.built("eval", x[rows], None if y is None else y[rows])
            self.add(means, [v.item() for v in made], len(x[rows]))
        self.now = [m.value for m in means]
        dev[0] = self.now[0]
        return True

    def ended(self):
        l, values = self.loop, [m.value for m in self.means]
        self.means, self.before = self.fresh(), self.steps
        best = l.best if self.dev is not None else l.epoch
        if not l.patience or best == l.epoch:
            self.of.keep()
            both = values + [None] * (2 - len(values)), (self.now or []) + [None] * (2 - len(self.now or []))
            self.result = Fitted(l.epoch, best, both[0][0], both[1][0], both[0][1], both[1][1])
        self.result = self.result._replace(epochs=l.epoch, best=best)
        if self.o.print and _lib.wgx_fit_line_is_due(l.epoch, l.epochs, False):
            builtins.print(self.line(values), file=sys.stderr, flush=True)
        return True

    def line(self, values):
        l = _struct("fit_line")(word=b"epoch", epoch=self.loop.epoch, epochs=self.loop.epochs,
                                measures=len(values),
                                has_dev=self.dev is not None, dev=self.now[-1] if self.now else 0,
                                rows=self.done,
                                seconds=time.monotonic() - self.began, left=(1 - self.steps / self.whole) *
                                self.o.epochs * self.rows)
        for i, v in enumerate(values):
            l.name[i], l.value[i], l.is_share[i] = self.names[i].encode(), v, self.shares[i]
        text = ctypes.create_string_buffer(_LINE)
        _lib.wgx_fit_line_text(byref(l), ctypes.cast(text, c_void_p), len(text))
        return text.value.decode(errors="replace")

    def run(self):
        with HeldCtrlC() as self.ctrl_c:
            _lib.wgx_fit_run_at(_here(), byref(self.loop))
        e, self.failed = self.failed, None
        if e is None:
            if self.loop.patience:
                self.of.restore()
            return self.context._look()
        kept = self.loop.best if self.loop.patience else self.loop.epoch
        if isinstance(e, wg.Error) and self.steps and re.search(r"\bnan\b|\binf", str(e), re.I):
            self.of.restore()
            place, _, why = str(e).partition(": ")
            raise wg.Error("%s: fit: stopped in epoch %d at step %d, with the parameters %s; a smaller rate "
                           "may help: %s" % (
                place, self.loop.epoch + 1, self.steps - self.before, "of epoch %d" % kept if kept
                else "that it began with", why)) from None
        raise e


def fit(p, loss, data, *, epochs=20, batch=64, patience=0, dev=None, hold_out=0.2, optimizer=None,
        schedule=None, metric=None, graph=None, print=True):
    """Trains p, a wg.Params or a wg.nn.Module, by the rows of data, a wg.Data or a pair of arrays (x, y).
    loss(x, y), or loss(x) of a set without y, makes the loss of some rows; with metric="accuracy" it returns
    a pair, the loss and that. The bits are those of the loop by hand. A line for each epoch goes to standard
    error.

    patience=5: ends when the loss of dev was no better for 5 epochs, and gives p the parameters and states of
    the best epoch. Without dev the share hold_out of the rows is held out for the call. optimizer: default:
    the one that p has, else adam. schedule: the rate of a step, as
    wg.lr_cosine. graph: of p, where the steps are built, with its random epoch. The result has epochs, best,
    loss, dev."""
    options = dict(epochs=epochs, batch=batch, patience=patience, hold_out=hold_out, print=print)
    o = _opts("fit_opts", "fit", options)
    if not isinstance(p, (wg.Params, wg.nn.Module)):
        raise TypeError("wengert.fit: what is trained is a wg.Params or a wg.nn.Module, not %s: of a module "
                        "give itself, not its parameters()"
                        % type(p).__name__)
    before, of = getattr(_now, "graph", None), (_Set if isinstance(p, wg.Params) else _Net)(p, graph)
    try:
        context = of.context
        listed = ctypes.cast(byref(_lib.options("fit_opts")), c_void_p)
        _lib.wg_options_fit(context._c, _here(), b"fit", listed, ctypes.cast(byref(o), c_void_p))
        context._look()
        data = rows = _rows(data, context, "data")
        if dev is not None:
            dev = _rows(dev, context, "dev")
        elif patience:
            rows = _data(context, _lib.wg_data_copy_at(_here(), data._d))
            dev = rows.split(hold_out)
        for d, what in (rows, "to train on"), (dev, "to measure on"):
            if d is not None and not len(d):
                raise wg.Error("wengert.fit: there are no rows %s" % what)
        if optimizer is not None:
            of.optimizer = optimizer
        elif of.optimizer is None:
            of.make_optimizer()
        f = _Fitting(of, loss, rows, dev, schedule, metric, o)
        try:
            f.run()
        finally:
            if schedule and f.failed is None:
                of.optimizer.lr = f.rate
            for _ in range(f.loop.epoch if rows is not data else 0):
                for _ in data.batches(batch):
                    pass
        return f.result
    finally:
        of.end()
        _now.graph = before
