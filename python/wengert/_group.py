# SPDX-License-Identifier: MIT
"""The processes of a training in several."""
import os
import re
import sys
from ctypes import byref

import numpy as np

from ._arrays import _array, _numpy, _tensor, _unmasked
from ._context import default_context
from ._errors import Error
from ._library import _Batch, _Tensor, _lib
from ._options import _opts
from ._things import _OfTable
from ._way import _here

class Group(_OfTable):
    """All processes that mpirun has started; without it this one alone. See group.h for what is promised.

        group = wg.Group()                               before data, parameters and graphs
        g = wg.graph()
        for x, y in data.batches(128):                   the same rows in every process
            for x, y in group.parts(x, y):               the shards of this process
                g.begin()
                loss = net(wg.input("x", x), wg.input("y", y))
                loss.backward(p)
                group.note(0, loss.item())
            optimizer.step()
            print(group.mean(0))                         of the whole batch
    """
    _kind = "group"

    def __init__(self, shards=None, timeout=None, context=None):
        self.context = context or default_context()
        o = _opts("group_start_opts", "Group", {"shards": shards, "timeout": timeout})
        self._all = _lib.wg_group_start_at(_here(), self.context._c, byref(o))
        self.context._finish.atexit = True  # the other processes wait for this one's end
        self._told = sys.excepthook
        sys.excepthook = self._ends
        self.context._look()
        main = getattr(sys.modules.get("__main__"), "__file__", None)
        if main and os.path.exists(main):
            with open(main, "rb") as f:
                self.same("program " + os.path.basename(main), f.read())

    def _ends(self, kind, error, trace):
        """An exception ends this process: the others hear of it, and one of those that have it prints it."""
        c = self.context._c
        group = _lib.wgx_group_of(c)
        text = str(error) if kind is Error else "%s: %s" % (kind.__name__, error)
        _lib.wg_fail(c, None, 10, b"%s", text.encode())  # WG_ERROR_USER
        if group:
            _lib.wg_group_sum_at(None, group, None, 0)
        if _lib.wgx_group_speaks(group):
            said = _lib.wg_message(c).decode(errors="replace")
            if re.match(r"rank \d+ on ", said):
                print(said.split(":")[0] + ":", file=sys.stderr)
            self._told(kind, error, trace)

    rank = property(lambda all: _lib.wg_group_rank(all._all))
    size = property(lambda all: _lib.wg_group_size(all._all))
    shards = property(lambda all: _lib.wg_group_shards(all._all))

    def parts(self, x, y=None):
        """The shards of the batch for this process. At its end gradients and states are those of the whole
        batch."""
        x, y = _array(x, self.context), None if y is None else np.ascontiguousarray(_unmasked(y))
        b, part = _Batch(_tensor(x), _Tensor() if y is None else _tensor(y), len(x)), _Batch()
        try:
            while _lib.wg_group_next_at(_here(), self._all, byref(b), byref(part)):
                yield _numpy(part.x), _numpy(part.y)
        except GeneratorExit:  # the loop was left: an error of the next call
            _lib.wg_group_next_at(_here(), self._all, None, byref(part))
            raise
        self.context._look()

    def note(self, k, value):
        _lib.wg_group_note(self._all, k, value)
        self.context._look()

    def mean(self, k):
        return _lib.wg_group_mean(self._all, k)

    def same(self, what, content):
        _lib.wgx_group_same_at(_here(), self._all, what.encode(), content, len(content))
        self.context._look()

    def sum(self, values):
        a = np.array(values, dtype=np.float64)
        _lib.wg_group_sum_at(_here(), self._all, a.ctypes.data, a.size)
        self.context._look()
        return a

    def stop(self, ask=False):
        return _lib.wgx_group_stop(self._all, ask)

    def share(self, there=True):
        there = _lib.wgx_group_share_at(_here(), self._all, there)
        self.context._look()
        return there
