# SPDX-License-Identifier: MIT
"""Graphs, of which one is the current one of a thread."""
import ctypes
import itertools
import threading
import weakref
from ctypes import c_void_p

import numpy as np

from ._arrays import _Lent, _array, _has_value, _tensor, _text
from ._context import _now, default_context
from ._errors import Error, _sites
from ._library import _Node, _Watch, _lib
from ._names import _builders
from ._things import _OfTable, _Parts
from ._value import Value
from ._way import GraphNode, LIVE, _here

_graphs = weakref.WeakValueDictionary()  # by the address in C
_serials = itertools.count(1)

class Graph(GraphNode, _OfTable):
    """A list of values. begin() removes them. The graph that was begun last is the one that wg.input uses.

    If you have made none, there are some. One goes on until a parameter of it changes, then the next one
    begins. It is begun again when nobody has a value of it. A value of another such graph is an input with
    its number; if it has a derivative, the graph that it is in goes on for what is made of it."""
    _kind = "graph"
    # Where a transform of a function works: values from elsewhere, and what stands for them here.
    _outside = None

    def __init__(self, context=None, mode="train", _auto=False, _anew=False):
        self.context, self._auto = context or default_context(), _auto
        self.context._drain()
        kept = self.context._graphs if _auto else []
        self._watch, self._serial, self._live = _Watch(nodes=LIVE), next(_serials), {}
        self._thread = threading.get_ident()
        self._g = kept.pop() if kept else _lib.wg_graph_new(self.context._c)
        self._watch_at = ctypes.addressof(self._watch)
        self._free = self.context._frees(self, "_keep_graph" if _auto else "_free_graph",
                                         (self._g, self._watch))
        _lib.wgx_graph_watch_by(self._g, self._watch_at)
        self._called = {}
        _graphs[self._g] = self
        self._anew = _anew or _auto
        if self._anew:
            _lib.wgx_graph_draw_anew(self._g, True)
        else:
            self._seed()
        self.begin(mode)

    def _seed(self, number=None):
        """The first graph draws what it would in C, each other one something else."""
        if number is None:
            number, self.context._draws = self.context._draws, self.context._draws + 1
        _lib.wgx_graph_set_epoch(self._g, number << 32)

    def begin(self, mode=None, *, train=True):
        mode = mode or ("train" if train else "eval")
        if mode not in ("train", "eval"):
            raise TypeError("wengert: mode is train or eval, not %r" % (mode,))
        self._ended, self._losses, self._leaves, self._carried, self._cut = False, {}, {}, {}, []
        self._limit, self._most = 64, 4096
        self._watch.changed = 0
        _lib.wg_begin(self._g, ("train", "eval").index(mode))
        self._before, self._called = self._called, {}
        self.context._look()
        _now.graph = self
        return self

    def _is_open(self):
        """Whether new values may come to it that have no operand in it."""
        return (not self._ended
                and not (self._auto and (self._watch.changed or self._thread != threading.get_ident())))

    def input(self, name, array, dtype=None, copy=True):
        """An array as a value. copy=False: the value is in the array's own memory. The array must be
        contiguous and of the value's dtype, and cannot be written to until the graph is begun again."""
        if not copy:
            return self._borrow(name, array, dtype)
        a = _array(array, self.context, dtype)
        name = None if name is None else _text(name)
        return self._value(_lib.wg_input_at(_here(), self._g, name, _tensor(a)))

    def _borrow(self, name, array, dtype):
        a = _array(array, self.context, dtype)
        if not isinstance(array, np.ndarray) or a.ctypes.data != array.ctypes.data:
            raise ValueError("wengert: copy=False: the array must be contiguous and %s: write "
                             "np.ascontiguousarray(x, %r), or leave copy out" % (a.dtype, str(a.dtype)))
        node = _lib.wg_input_borrow_at(_here(), self._g, None if name is None else _text(name), _tensor(a))
        v = self._value(node)
        self._carried["array", v._node.index] = _Lent(array)
        return v

    def _as_c(self, kind, f, make, *more):
        """A function of yours for C, as make() writes it. It lives until the second begin() from now, and is
        the same if the graph is built again with it: plans know functions by their addresses."""
        key = (kind, id(f)) + more
        kept = self._called.get(key) or self._before.get(key) or (f, kind(make()))
        self._called[key] = kept
        return kept[1]

    def param(self, p, name, shape, init=None):
        """The parameter of p with this name, which is made if there is none."""
        return (Value(_builders["param"](p, name, shape, init)._node, self) if self is graph()
                else self._no_current("param"))

    def _no_current(self, what):
        raise Error("wengert: %s is of the graph that was begun last, and this is another one: write "
                    "g.begin() first" % what)

    def _carry(self, x):
        """A value of another graph of ours: an input with its number, or if it has a derivative all that it
        was made of."""
        key = x.graph._serial, x._node.index, x._node.generation
        if not self._has(key):
            trained = self._outside is None and x.requires_grad
            if (self._outside is None is not x.graph._outside or trained and self._anew == x.graph._anew
                and x.graph._can_be_made_again(x)):
                self._carried[key] = self._made_again(x), None
            else:
                a, site = np.asarray(x.numpy(copy=False), order="C"), _lib.wg_node_site(x._node)
                self._carried[key] = self._number(_lib.wg_node_name(x._node) or None, a,
                                                  _sites.setdefault(site, site)), a
                if trained:
                    self._cut.append(self._carried[key][0])
                elif self._outside is not None and x.graph.context is self.context:
                    self._outside.append((x, self._carried[key][0]))
        return self._carried[key][0]

    def _has(self, key):
        """Whether the node for the key is there, and was not rewound."""
        return key in self._carried and _lib.wgx_node_is_current(self._carried[key][0])

    def _can_be_made_again(self, x):
        """Whether x is of this thread, of parameters of PyTorch's way alone, and none of them has changed
        since."""
        stores = {store._p for _, _, store in self._leaves.values() if store}
        sets = (c_void_p * (len(stores) + 1))()
        found = _lib.wgx_node_trained_by(x._node, sets, len(sets))
        return (self._thread == threading.get_ident() and found <= len(stores)
                and stores.issuperset(sets[:found]) and not any(
            store and not self._is_now(of, n := self._at(at)) and _lib.wg_depends_on(x._node, n)
            for of, at, store in self._leaves.values()))

    def _is_now(self, of, node):
        """Whether the node of a parameter has the numbers that the parameter has now."""
        try:
            return _lib.wgx_node_is_current(node) or isinstance(of, weakref.ref) and of() is not None and (
                np.array_equal(Value(node, self).numpy(), of().numpy()))
        except Error:  # nobody needs those numbers any more
            return False

    def _look_at_cuts(self, y):
        """Raises if y has a derivative by a number that was carried here without its own."""
        for n in self._cut:
            if _lib.wgx_node_derives_from(y._node, n):
                raise Error("wengert: this depends on a value of an earlier step, made before the parameters "
                            "changed, whose derivative is gone: write .detach() where that value is used")

    def _let_go(self):
        """The graph has closed: values without a derivative are their numbers from now on, in no graph.
        Returns how many are in the memory of a value with a derivative that somebody has, too."""
        from ._in_place import Leaf, _Shown, _is_data, _is_had, _is_numbers, _settle
        shared, values = 0, self._values()
        while values:
            v = values.pop()
            if not _is_numbers(v):
                continue
            if _is_data(whole := _Shown(v).whole) or _is_numbers(whole):
                _settle(whole)
            elif isinstance(whole, Leaf):  # a parameter, or a gradient
                continue
            elif _is_had([whole], values):
                shared += 1
            else:  # what was detached, and all that shows it
                while _is_numbers(v._shows):
                    v = v._shows
                v._shows, v._cut = None, False
                _settle(v)
        return shared

    def _at(self, place):
        """The node of a place in _leaves."""
        return _Node(self._g, place & 0xffffffff, place >> 32)

    def _number(self, name, a, site):
        """An input of an array that never changes."""
        make = _lib.wg_input_borrow_at if a.nbytes >= 1 << 16 else _lib.wg_input_at
        node = make(site, self._g, name, _tensor(a))
        self.context._look()
        return node

    def _made_again(self, x):
        """The nodes that x is made of, with the leaves that this graph has in the place of those."""
        was, now = [], []
        for of, at, store in list(x.graph._leaves.values()):
            leaf, node = of() if store else of, x.graph._at(at)
            current = x.graph._is_now(of, node)
            if leaf is not None and current:
                was.append(node)
                now.append(leaf._place(self))
            elif store and not current and _lib.wgx_node_derives_from(x._node, node):  # it has changed since
                was.append(node)
                now.append(self._number(None, Value(node, x.graph).numpy(), _here()))
                self._cut.append(now[-1])
        for v, node in x.graph._outside or ():
            was.append(node)
            now.append(v._place(self))
        self._called.update(x.graph._called)
        nodes = [(_Node * max(len(n), 1))(*n) for n in (was, now)]
        node = _lib.wgx_replay_onto_at(_here(), x._node, self._g, *nodes, len(was))
        self.context._look()
        return node

    def _without_gradient(self, key, node):
        """The node as a number."""
        if not self._has(key):
            self._carried[key] = _lib.wg_stop_gradient_at(_here(), node), None
        return self._carried[key][0]

    def _value(self, node):
        try:
            self.context._look()
        except Error as e:
            raise e if node.graph else TypeError("wengert: no operand is a value: %s" % e)
        bits = node.index | node.generation << 32
        if not node.graph and bits:  # of numbers alone: a number, whose bits are inverted
            return _builders["scalar"](float(np.uint64(~bits % 2**64).view(np.float64)))
        v = Value(node, self)
        if self._auto and node.index > self._most:
            v._has_grown()
        return v

    def _node(self, x):
        """A value, number or array as an operand."""
        if x is None:
            return _Node()
        x = x.item() if isinstance(x, np.ndarray) and not x.ndim and x.dtype == object else x
        if isinstance(x, Value):
            return x._place(self)
        if isinstance(x, _Parts):
            x._no()
        if _has_value(x):  # a list of values is their stack, along a new first axis
            rows = [n if isinstance(n, Value) else self._value(self._node(n)) if _has_value(n) else
                    self.input(None, n) for n in x]
            return _builders["stack"](rows)._node
        if isinstance(x, (bool, int, float, np.number)) and not isinstance(x, np.ndarray):
            return _lib.wg_number(float(x))
        return self.input(None, x)._node

def graph():
    """The graph that was begun last in this thread."""
    g = getattr(_now, "graph", None)
    if g is None or g._ended:
        return Graph(_auto=True)
    if not g._auto:
        return g
    if not g._watch.live:
        return g.begin() if g._watch.changed or _lib.wg_graph_nodes(g._g) > 1 else g
    if not g._watch.changed:
        return g
    now = Graph(_auto=True)
    closed = vars(_now).get("closed", ())  # the last two: a loss and loss.detach() may be one memory
    _now.closed = [h for h in (*closed, g)[-2:] if h._let_go()]
    return now

def _within(g, f, *given, **options):
    """f(*given), which makes its values in the graph g, also those of transforms of functions."""
    before = getattr(_now, "graph", None), getattr(_now, "inside", None)
    _now.graph = _now.inside = g
    try:
        return f(*given, **options)
    finally:
        _now.graph, _now.inside = before

def _same_graph():
    """The same, but it is not begun again: what the caller has placed in it stays."""
    g = getattr(_now, "graph", None)
    return g if g is not None and g._is_open() else graph()

def input(name, array, dtype=None, **options):
    """An array as a value of the current graph, whose name appears in errors and drawings. copy=False: see
    Graph.input."""
    return graph().input(name, array, dtype, **options)
