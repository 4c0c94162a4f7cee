# SPDX-License-Identifier: MIT
"""Other libraries: DLPack in both directions without copies, tables of notebooks, a bar for long loops."""
import html
import itertools
import sys
import time

import numpy as np

from ._data import Data
from ._makers import from_numpy
from ._names import _call
from ._params import Params
from ._value import Value


class _Memory:
    """The memory of an array for whoever may write to it: DLPack has no word for what is only read."""

    def __init__(self, array):
        self._array = array
        self.__array_interface__ = dict(array.__array_interface__, data=(array.ctypes.data, False))


def _dlpack(x, stream=None, **_):
    """The numbers without a copy, for torch.from_dlpack(x), np.from_dlpack(x) and their kin. Nobody may write
    to them."""
    x._as_number("DLPack")
    a = x.numpy(copy=False)
    return np.asarray(_Memory(a)).__dlpack__() if a.dtype != bool else a.astype(np.uint8).__dlpack__()


Value.__dlpack__, Value.__dlpack_device__ = _dlpack, lambda x: (1, 0)


@_call
def from_dlpack(x):
    """A tensor of another library as a value in the same memory. Nobody may write to it as long as the value
    is there."""
    return from_numpy(np.from_dlpack(x))


@_call
def to_dlpack(x):
    """The capsule that torch.utils.dlpack.from_dlpack takes."""
    return x.__dlpack__()


# ---- notebooks ----

def table(head, rows, most=60):
    """A table of HTML. Of many rows the first and the last ones."""
    rows = [[html.escape(str(x)) for x in row] for row in rows]
    if len(rows) > most:
        rows[most - 5:-5] = [["…"] * len(head)]
    line = lambda tag, row: "<tr>%s</tr>" % "".join("<%s>%s</%s>" % (tag, x, tag) for x in row)
    return "<table><thead>%s</thead><tbody>%s</tbody></table>" % (
        line("th", head), "".join(line("td", row) for row in rows))


def _listed(named):
    """Rows of parameters, and a last one of how many numbers there are."""
    rows = [[n, " × ".join(map(str, w.shape)) or "scalar", w.dtype, w.size] for n, w in named]
    rows.append(["all", "", "", sum(r[3] for r in rows)])
    return table(["name", "shape", "dtype", "numbers"], rows, 100)


def of_module(m):
    """What a notebook shows of a module: its parts, and its parameters."""
    return "<pre>%s</pre>%s" % (html.escape(repr(m)), _listed(m.named_parameters()))


def _of_data(data):
    parts = [("x", data.x), ("y", data.y)]
    parts = [(n, a if a is None else np.asarray(a)) for n, a in parts]
    flat = [(n, a.reshape(len(a), -1)) for n, a in parts if a is not None and len(a)]
    head = ["%s[%d]" % (n, k) if a.shape[1] > 1 else n for n, a in flat for k in range(min(a.shape[1], 12))]
    rows = [["%.6g" % v for _, a in flat for v in a[i][:12]] for i in range(min(8, len(data)))]
    said = ", ".join("%s %s %s" % (n, list(a.shape), a.dtype) for n, a in parts if a is not None)
    return "<p>%s</p>%s" % (html.escape(said), table(["row"] + head, [[i] + r for i, r in enumerate(rows)]))


Params._repr_html_ = lambda p: _listed([(n, p[n]) for n in p.names()])
Data._repr_html_ = _of_data


class _Bar:
    """A line that is written again: in a terminal, in a notebook, or a line in each tenth of the way."""
    LEAST = 0.2  # seconds between two lines

    def __init__(self, what, total, file):
        self.what, self.total, self.file, self.done = what, total, file, 0
        self.began = self.last = time.monotonic()
        self.tenth = 0
        ipython = sys.modules.get("IPython")
        shell = ipython and ipython.get_ipython()
        self.handle = (ipython.display.display(self, display_id=True)
                       if shell is not None and type(shell).__name__ == "ZMQInteractiveShell" else None)

    def __repr__(self):
        seconds = time.monotonic() - self.began
        rate = self.done / seconds if seconds > 0 else 0.0
        text = "%s%d%s, %s" % (self.what + ": " * bool(self.what), self.done,
                               " of %d" % self.total if self.total else "", _time(seconds))
        if self.total and self.done:
            full = 20 * self.done // self.total
            text = "[%s%s] %s, %s left" % ("#" * full, "." * (20 - full), text,
                                           _time((self.total - self.done) / rate if rate else 0.0))
        return text + (", %.4g a second" % rate if rate else "")

    _repr_html_ = lambda b: "<progress value=%d max=%d></progress> %s" % (
        b.done, b.total or 1, html.escape(repr(b)))

    def show(self, end=False):
        now = time.monotonic()
        tenth = 10 * self.done // self.total if self.total else 0
        tty = getattr(self.file, "isatty", lambda: False)()
        if not end and (now - self.last < self.LEAST or not (tty or self.handle) and tenth == self.tenth):
            return
        self.last, self.tenth = now, tenth
        if self.handle:
            self.handle.update(self)
        else:
            self.file.write("\r%s\033[K%s" % (self, "\n" * end) if tty else "%s\n" % self)
            self.file.flush()


def _time(seconds):
    return "%.1f s" % seconds if seconds < 60 else "%d:%02d min" % divmod(int(seconds), 60)


@_call
def progress(items, what="", total=None, file=None):
    """The items of a long loop, with a line that says how far it is: wg.progress(loader, "epoch 1"). It goes
    to stderr: one line in a terminal, a bar in a notebook, else ten lines. total: how many there are, where
    items has no length."""
    if total is None:
        total = len(items) if hasattr(items, "__len__") else None
    bar = _Bar(what, total, file or sys.stderr)
    for k, x in zip(itertools.count(1), items):
        yield x
        bar.done = k
        bar.show()
    bar.show(end=True)
