# SPDX-License-Identifier: MIT
"""Recurrent modules. The formulas are those of wg.nn_rnn, wg.nn_lstm and wg.nn_gru, whose gates are
PyTorch's: a layer is built once for sizes and kept, and each call makes it again of the present values."""
import collections

import numpy as np

import wengert as wg
from wengert._arrays import _plain
from wengert._building import _graph_of
from wengert._context import _now, default_context
from wengert._graph import _within
from wengert._library import _Node, _lib
from wengert._way import _here

from . import F, Module, _uniform
from .utils.rnn import PackedSequence, _packed_like, _padded

b = F.b
_GATES = dict(rnn=1, lstm=4, gru=3)
# A layer as it was built, in a graph and with a set of its own, which live as long as it; its result, and the
# nodes of what it is made of: x, the first states, lengths if there are some, W, U, b, and of gru b_new.
_Built = collections.namedtuple("Built", "graph params result operands")
_KEPT = 32  # so many layers of a context


def _built_in(g, p, kind, units, x_shape, dtype, reverse, relu, lengths):
    """A layer in the graph g. Its result is [rows, steps + 1 or 2, units]: the outputs, the last state, and
    of
    lstm the cell state; of a cell [rows, 1, units] or [rows, 2, units]."""
    rows, inputs, gates = x_shape[0], x_shape[-1], _GATES[kind]
    zeros = lambda *shape: g.input(None, np.zeros(shape, dtype), dtype)
    x, states = zeros(*x_shape), [zeros(rows, units) for _ in range(1 + (kind == "lstm"))]
    state = wg.States(None, *states, *[None] * (2 - len(states)))
    options = dict({"relu": True} if relu else {}, **({"reverse": True} if reverse else {}))
    operands = [x, *states]
    if lengths:
        operands.append(g.input(None, np.ones(rows, np.int64)))
        options["lengths"] = operands[-1]
    if len(x_shape) == 2:
        s = getattr(wg, "nn_%s_cell" % kind)(x, state, p, "l", units, **options)
        parts = []
    else:
        s = getattr(wg, "nn_" + kind)(x, p, "l", units, state=state, **options)
        parts = [s.y]
    parts += [e.unsqueeze(1) for e in (s.h, s.c)[:len(states)]]
    for name, shape in (("W", (inputs, gates * units)), ("U", (units, gates * units)), ("b",
                                                                                        (gates * units,)),
                        ("b_new", (units,)))[:4 if kind == "gru" else 3]:
        operands.append(g.param(p, "l." + name, shape))
    return _Built(g, p, b.concat(parts, 1) if len(parts) > 1 else parts[0], operands)


def _built(*key):
    """The layer of these properties, of the context of this thread."""
    kept = vars(default_context()).setdefault("_layers", collections.OrderedDict())
    if key not in kept:
        before = getattr(_now, "graph", None)
        try:
            g = wg.Graph(_anew=True)
            kept[key] = _within(g, _built_in, g, wg.Params(), *key)
        finally:
            _now.graph = before
        if len(kept) > _KEPT:
            kept.popitem(last=False)
    kept.move_to_end(key)
    return kept[key]


def _layer(kind, x, states, weights, units, reverse=False, relu=False, lengths=None):
    """One layer in one direction, or one step of it if x is [rows, inputs]: the result of _built_in. states:
    values [rows, units], or None for zeros. weights: weight_ih, weight_hh, bias_ih, bias_hh."""
    dtype = np.result_type(x.dtype, *(v.dtype for v in [*states, *weights] if v is not None))
    x, *states = (v if v is None or v.dtype == dtype else v.to(dtype) for v in [x, *states])
    w_ih, w_hh, b_ih, b_hh = (v if v is None or v.dtype == dtype else v.to(dtype) for v in weights)
    layer = _built(kind, units, x.shape, dtype, reverse, relu, lengths is not None)
    given = [x] + [wg.Leaf(np.zeros((x.shape[0], units), dtype)) if s is None else s for s in states]
    given += [] if lengths is None else [wg.Leaf(np.array(lengths, np.int64))]
    given += [b.swap(w_ih), b.swap(w_hh)]
    if b_ih is None:
        size = _GATES[kind] * units
        given += [wg.Leaf(np.zeros(n, dtype)) for n in [size] + [units] * (kind == "gru")]
    elif kind == "gru":  # the last gate has its second bias inside
        given += [b.concat([b_ih[:2 * units] + b_hh[:2 * units], b_ih[2 * units:]], 0), b_hh[2 * units:]]
    else:
        given.append(b_ih + b_hh)
    g, n = _graph_of(given), len(given)
    was, now = ((_Node * n)(*nodes) for nodes in ([v._node for v in layer.operands],
                                                  [v._place(g) for v in given]))
    return g._value(_lib.wgx_replay_onto_at(_here(), layer.result._node, g._g, was, now, n))


def _fits(what, name, x, shape):
    if x.shape != tuple(shape):
        raise ValueError("wengert: %s: %s has the shape %s, and %s is expected" %
                         (what, name, list(x.shape), list(shape)))


def _first_weights(module, suffix, inputs, units):
    """The weights of a layer, or with the suffix "" of a cell: uniform in +-1/sqrt(units)."""
    gates = _GATES[module._kind] * units
    for name, shape in (("weight_ih", (gates, inputs)), ("weight_hh", (gates, units)), ("bias_ih", (gates,)),
                        ("bias_hh", (gates,))):
        on = module.bias or name[:4] != "bias"
        setattr(module, name + suffix, _uniform(shape, units, module.dtype) if on else None)


def _of_relu(module):
    """Whether nonlinearity is relu."""
    f = getattr(module, "nonlinearity", "tanh")
    if f not in ("tanh", "relu"):
        raise ValueError("wengert: %s: nonlinearity is 'tanh' or 'relu', not %r" % (type(module).__name__, f))
    if not isinstance(module.bias, (bool, int, np.bool_)):
        raise TypeError("wengert: %s: bias is True or False, not %r: write nonlinearity='relu' by name" %
                        (type(module).__name__, module.bias))
    return f == "relu"


class _Recurrent(Module):
    """Layers over all steps of [steps, batch, features], of [batch, steps, features] with batch_first, of one
    sequence [steps, features], or of a PackedSequence."""
    _row = ("input_size, hidden_size, num_layers=1, bias=True, batch_first=False, dropout=0.0, "
            "bidirectional=False, -proj_size=0, device=None, dtype=None")
    _kind, proj_size = "rnn", 0

    def _begin(self):
        relu, what = _of_relu(self), type(self).__name__
        self.mode = self._kind.upper() + (("_RELU" if relu else "_TANH") if self._kind == "rnn" else "")
        if not 0 <= self.dropout <= 1:
            raise ValueError("wengert: %s: dropout is a probability, and %r is none" % (what, self.dropout))
        if self.num_layers < 1 or self.hidden_size < 1:
            raise ValueError("wengert: %s: %d layers of %d units" % (what, self.num_layers, self.hidden_size))
        self.reset_parameters()

    def _suffixes(self):
        """The ends of the names of weights, layer by layer, in both directions."""
        return ["_l%d%s" % (k, end) for k in range(self.num_layers)
                for end in ("", "_reverse")[:1 + bool(self.bidirectional)]]

    def reset_parameters(self):
        ways = 1 + bool(self.bidirectional)
        for i, suffix in enumerate(self._suffixes()):
            _first_weights(self, suffix, self.input_size if i < ways else ways * self.hidden_size,
                           self.hidden_size)

    def flatten_parameters(self):
        """Without effect: it is of a graphics card."""

    def _weights(self, suffix):
        return [getattr(self, name + suffix) for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")]

    all_weights = property(lambda self: [[w for w in self._weights(s) if w is not None]
                                         for s in self._suffixes()])

    def _states_of(self, hx, rows, alone, order):
        """The first states, each as [layers, rows, units], or None."""
        names, what = ("h_0", "c_0")[:1 + (self._kind == "lstm")], type(self).__name__
        if hx is None:
            return [None] * len(names)
        if len(names) == 2 and (not isinstance(hx, (tuple, list)) or len(hx) != 2):
            raise TypeError("wengert: %s: the first states are a pair (h_0, c_0)" % what)
        found = []
        for name, s in zip(names, hx if len(names) == 2 else [hx]):
            s = s if isinstance(s, wg.Value) else wg.tensor(s)
            layers = len(self._suffixes())
            _fits(what, name, s, [layers, self.hidden_size] if alone else [layers, rows, self.hidden_size])
            s = s.unsqueeze(1) if alone else s
            found.append(s if order is None else b.take(s, _plain(order), 1))
        return found

    def forward(self, input, hx=None):
        """The pair (outputs of all steps, last states); of LSTM the states are a pair (h, c)."""
        packed, lengths = (input, None) if isinstance(input, PackedSequence) else (None, None)
        if packed is not None:
            x, lengths = _padded(packed)
        else:
            x = input if isinstance(input, wg.Value) else wg.tensor(input)
        if packed is None and x.ndim not in (2, 3) or x.shape[-1] != self.input_size or not x.size:
            raise ValueError("wengert: %s(%d, ...): x is %s or [steps, %d], not %s" % (
                type(self).__name__, self.input_size, "[batch, steps, %d]" % self.input_size
                if self.batch_first
                else "[steps, batch, %d]" % self.input_size, self.input_size, list(x.shape)))
        alone = packed is None and x.ndim == 2
        if packed is None:
            x = x.unsqueeze(0) if alone else x if self.batch_first else x.permute(1, 0, 2)
        states = self._states_of(hx, x.shape[0], alone, packed and packed.sorted_indices)
        y, last = self._layers(x, states, lengths)
        if packed is not None:
            y, back = _packed_like(y, packed, lengths), packed.unsorted_indices
            last = last if back is None else [b.take(s, _plain(back), 1) for s in last]
        else:
            y = b.select(y, axis=0, index=0) if alone else y if self.batch_first else y.permute(1, 0, 2)
        last = [b.select(s, axis=1, index=0) for s in last] if alone else last
        return y, tuple(last) if self._kind == "lstm" else last[0]

    def _layers(self, x, states, lengths):
        """All layers of x [rows, steps, inputs]: the outputs, and the last states."""
        ways, steps, last = 1 + bool(self.bidirectional), x.shape[1], [[] for _ in states]
        for i, suffix in enumerate(self._suffixes()):
            if i % ways == 0:
                if i and self.training and self.dropout:
                    x = F.dropout(x, self.dropout, True)
                parts = []
            first = [None if s is None else b.select(s, axis=0, index=i) for s in states]
            all_ = _layer(self._kind, x, first, self._weights(suffix), self.hidden_size, i % ways == 1,
                          self.mode == "RNN_RELU", lengths)
            parts.append(b.slice(all_, axis=1, from_=0, to=steps))
            for k, s in enumerate(last):
                s.append(b.select(all_, axis=1, index=steps + k))
            if i % ways == ways - 1:
                x = parts[0] if ways == 1 else b.concat(parts, 2)
        return x, [b.stack(s, 0) for s in last]


class RNN(_Recurrent):
    """h' = tanh(W_ih x + b_ih + W_hh h + b_hh), or relu."""
    _row = ("input_size, hidden_size, num_layers=1, bias=True, batch_first=False, dropout=0.0, "
            "bidirectional=False, -proj_size=0, device=None, dtype=None, *, nonlinearity='tanh'")


class LSTM(_Recurrent):
    """Long short-term memory: gates i, f, g, o; states h and c."""
    _kind = "lstm"


class GRU(_Recurrent):
    """Gated recurrent units: gates r, z, n."""
    _kind = "gru"


class _Cell(Module):
    """One step of x [batch, features] or [features]."""
    _row, _kind = "input_size, hidden_size, bias=True, device=None, dtype=None", "rnn"

    def _begin(self):
        _of_relu(self)
        self.reset_parameters()

    def reset_parameters(self):
        _first_weights(self, "", self.input_size, self.hidden_size)

    def forward(self, input, hx=None):
        """The state after the step; of LSTMCell a pair (h, c)."""
        x = input if isinstance(input, wg.Value) else wg.tensor(input)
        what, n = type(self).__name__, 1 + (self._kind == "lstm")
        if x.ndim not in (1, 2) or x.shape[-1] != self.input_size:
            raise ValueError("wengert: %s: x is [batch, %d] or [%d], not %s" % (what, self.input_size,
                             self.input_size, list(x.shape)))
        alone, states = x.ndim == 1, [None] * n if hx is None else list(hx) if n == 2 else [hx]
        if alone:
            x, states = x.unsqueeze(0), [s if s is None else s.unsqueeze(0) for s in states]
        for name, s in zip("hc", states):
            if s is not None:
                _fits(what, name, s, [x.shape[0], self.hidden_size])
        y = _layer(self._kind, x, states, [self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh],
                   self.hidden_size, relu=_of_relu(self))
        y = [b.select(y, axis=1, index=k) for k in range(n)]
        y = [s[0] for s in y] if alone else y
        return tuple(y) if n == 2 else y[0]


class RNNCell(_Cell):
    """A step of RNN."""
    _row = "input_size, hidden_size, bias=True, nonlinearity='tanh', device=None, dtype=None"


class LSTMCell(_Cell):
    """A step of LSTM: cell(x, (h, c)) is (h, c)."""
    _kind = "lstm"


class GRUCell(_Cell):
    """A step of GRU."""
    _kind = "gru"
