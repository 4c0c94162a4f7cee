# SPDX-License-Identifier: MIT
"""The two ways to C: the module _c, python/_c.c, which makes the common calls, more than ten times as fast;
or ctypes alone. Here it is chosen, once: each name below is that of _c or its twin. WENGERT_CTYPES=1 leaves
_c out."""
import importlib.machinery
import importlib.util
import os
import sys
import threading
import weakref

from ._errors import _is_between, _site
from ._library import _DTYPES, _lib

def _load_c():
    """The module _c: beside this file, in the folder python beside the library, or in that of the build.
    None: it is not here."""
    if os.environ.get("WENGERT_CTYPES", "0") not in ("", "0"):
        return None
    here, library = os.path.dirname(os.path.abspath(__file__)), os.path.dirname(_lib._library._name)
    for place in (here, os.path.join(library or here, "python"),
                  os.path.join(here, "..", "..", "build", "python")):
        path = os.path.join(place, "_c.abi3.so")
        if os.path.exists(path):
            loader = importlib.machinery.ExtensionFileLoader("wengert._c", path)
            try:
                module = importlib.util.module_from_spec(
                    importlib.util.spec_from_loader("wengert._c", loader))
                loader.exec_module(module)
                return module if getattr(module, "FORM", 0) == 5 else None  # of another version of this file
            except ImportError:  # of another kind of Python
                return None

_c = _load_c()

def _here():
    """The call site of the first frame outside of this package and of NumPy."""
    frame = sys._getframe(1)
    while frame.f_back and _is_between(frame):
        frame = frame.f_back
    return _site(frame.f_code.co_filename, frame.f_lineno)

class _Off(threading.local):
    """Whether the thread is in a block of no_grad, where _c is not here."""
    on = False

    def __call__(self, on=None):
        was = self.on
        self.on = was if on is None else on
        return was

class _Node_of_graph:
    """What a value is, where _c.Node is not here."""
    _constant, _code, _leaf, _views, _whose = False, 0, None, 0, None

    def __init__(self, node, graph):
        self._node, self.graph, self._constant = node, graph, _off()
        graph._live[id(self)] = weakref.ref(self)
        graph._watch.live += 1

    def _placed(self, node=None):
        """Where a Leaf was placed last is of no use here. A value that has become one is in no graph."""
        g = self.__dict__.pop("graph", None)
        if g is not None:
            g._live.pop(id(self), None)
            g._watch.live -= 1

    def __del__(self):
        self._shows = None
        self._placed()

    @property
    def _shows(self):
        return self._whose

    @_shows.setter
    def _shows(self, of):
        was, self._whose = self._whose, of
        for x, n in (was, -1), (of, 1):
            if x is not None:
                x._views += n

    shape = property(lambda v: tuple((s := _lib.wg_node_shape(v._node)).dim[:s.rank]))
    dtype = property(lambda v: _DTYPES[_lib.wg_node_dtype(v._node)])

class _Graph_of_values:
    """What a graph is, where _c.Graph is not here."""

    def _values(self):
        return [v for r in list(self._live.values()) if (v := r()) is not None]

_here, _off, Node, GraphNode = (
    (_c.here, _c.off, _c.Node, _c.Graph) if _c else (_here, _Off(), _Node_of_graph, _Graph_of_values))
# Functions of C for C: what asks for signals, and what hears of a graph's nodes.
POLL, LIVE = (_c.POLL, _c.LIVE) if _c else (None, None)

def with_c(f):
    """f(_c), if that is the way."""
    if _c:
        f(_c)
