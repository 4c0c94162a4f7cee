# SPDX-License-Identifier: MIT
"""Contexts: seed, dtype and threads, and when what belongs to C is freed."""
import collections
import ctypes
import threading
import weakref
from ctypes import byref, c_void_p

import numpy as np

from ._arrays import _whole
from ._errors import Error, _WARNED
from ._library import _lib
from ._options import _opts
from ._things import _OfTable, _finalize
from ._way import POLL, _here
from ._words import _as_python

class Context(_OfTable):
    """Seed, dtype and threads of what is made from it. The first one made becomes the default."""
    _kind = "context"

    def __init__(self, seed=0, dtype="float64", threads=None):
        o = _opts("start_opts", "Context", {"dtype": dtype, "threads": threads})
        o.seed = _whole(seed, 64, 0) % 2 ** 64
        self._graphs, self._old, self._many = [], [], 64
        self._random, self._draws = np.random.default_rng(o.seed), 0
        # What nobody has any more, as pairs: how it is freed, and its address.
        self._dropped = collections.deque()
        self._raised = None  # by a function of yours that the library has called
        o.on_warning = ctypes.cast(_WARNED, c_void_p)
        self._weak = weakref.ref(self)
        o.on_poll, o.user = POLL, id(self._weak)
        self._c = _lib.wg_start_at(_here(), byref(o))
        self._finish = _finalize(self, lambda c, keep: _lib.wg_finish(c, None), self._c, self._weak)
        self._sets = weakref.WeakSet()  # all Params, which learn of it when theirs is freed
        self.dtype = np.dtype(dtype)
        _now.context = getattr(_now, "context", None) or self
        self._look()

    def _keep_graph(self, given):
        """A graph of ours is begun again: it has its memory and the plans of what was built in it."""
        if len(self._graphs) < 4:
            _lib.wgx_graph_watch_by(given[0], None)
            _lib.wg_begin(given[0], 0)
            self._graphs.append(given[0])
        else:
            self._free_graph(given)

    def _free_graph(self, given):
        """given: the graph in C, and what it looks at."""
        _lib.wg_graph_free(given[0])

    def _free_params(self, raw):
        """Frees parameters that nobody has. Of some a graph still has nodes: they wait."""
        old = [raw]
        if len(self._old) >= self._many:
            old, self._old = self._old + old, []
        for raw in old:
            _lib.wg_params_free(raw)
            if _lib.wg_failed(self._c):
                _lib.wg_recover(self._c)
                self._old.append(raw)
        if len(old) > 1:
            self._many = 64 + 2 * len(self._old)

    def _frees(self, owner, free, raw):
        """Frees what the owner holds when the owner is gone. The thread that drops it may be another than the
        one that works in the context, which has no locks: so the next call of that one frees it. free: a call
        of C, or the name of a method."""
        return _finalize(owner, Context._drop, self, free, raw)

    def _drop(self, free, raw):
        self._dropped.append((free, raw))

    def _drain(self):
        while self._dropped and self._finish.alive:
            free, raw = self._dropped.popleft()
            (getattr(self, free) if isinstance(free, str) else free)(raw)

    def _look(self):
        """Behind each call: raises what is wrong, and frees what was dropped."""
        e, self._raised = self._raised, None
        if not e and _lib.wg_failed(self._c):
            e = Error(_as_python(_lib.wg_message(self._c).decode(errors="replace")))
        if e:
            _lib.wg_recover(self._c)
        if self._dropped:
            self._drain()
        if e:
            try:
                raise e
            finally:
                e = None  # this frame, which the error has, does not have the error

def _free_now(end):
    """Frees at once what an end of _frees would free later."""
    kept = end.detach()
    if kept:
        kept[1](*kept[2])
        if kept[1] is Context._drop:
            kept[2][0]._drain()

_now = threading.local()

def default_context():
    """The context that was made first in this thread; one is made if there is none."""
    return getattr(_now, "context", None) or Context()
