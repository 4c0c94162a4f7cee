# SPDX-License-Identifier: MIT
"""Modules under PyTorch's names: classes that own parameters. wg.nn_dense(x, p, "fc1", 64) and its kin are
the layers of wengert itself, by name in a wg.Params."""
import builtins
import collections
import functools
import importlib
import math
from collections.abc import Mapping

import numpy as np

import wengert as wg
from wengert import _names, _signatures
from wengert._arrays import _kind, _list_of, _numbers, _plain
from wengert._interop import of_module
from wengert._makers import _random
from wengert._names import _builder_method
from wengert._signatures import device as _on_processor
from wengert._tensors import Parameter
from wengert._way import _off
from wengert._words import _CALL, _near

from . import functional, parameter, utils
from . import functional as F


_Keys = collections.namedtuple("Keys", "missing_keys unexpected_keys")


class _Buffer(wg.Leaf):
    """A tensor of a module that is no parameter. Its copies and pickles are such tensors, too."""

    __copy__ = lambda b: _Buffer(b.numpy(copy=True), b.name)
    __deepcopy__ = lambda b, memo: memo.setdefault(id(b), b.__copy__())
    __reduce_ex__ = lambda b, protocol: (_Buffer, (b.numpy(), b.name))


def _as_buffer(x):
    """What is kept for x: a tensor that can change, or the value itself if it has a gradient."""
    if x is None or isinstance(x, (_Buffer, Parameter)) or isinstance(x, wg.Value) and x.requires_grad:
        return x
    if type(x) is wg.Leaf:
        x.__class__ = _Buffer
        return x
    return _Buffer(np.array(x.numpy() if isinstance(x, wg.Value) else wg.tensor(x).numpy()))


class Module(_signatures.Words):
    """A part of a model. What is set as an attribute is found by name: parameters and other modules; and
    tensors by register_buffer()."""
    training = True

    def __init__(self):
        pass

    def __init_subclass__(cls, **options):
        """A class with _row, the arguments of PyTorch's, gets its __init__: an attribute for each, then
        _begin()."""
        super().__init_subclass__(**options)
        if "_row" in vars(cls):
            cls.__init__ = _signatures.Begun(cls)

    def _begin(self):
        pass

    def __setattr__(self, name, x):
        was, kept = vars(self).get(name), vars(self).get("_kept", {})
        takes, what, new = (((wg.Value, np.ndarray, np.generic), "buffer", "wg.tensor(x)") if name in kept
                            else
                            (Parameter, "parameter", "nn.Parameter(x)") if isinstance(was, Parameter) else
                            (Module, "module", "nn.Identity()") if isinstance(was, Module)
                            else (object, "", ""))
        if not (x is None or isinstance(x, (takes, Parameter)) or isinstance(x, Module)
                and takes is not Parameter):
            raise TypeError("wengert: %s.%s is a %s, and %s is none: write self.%s = %s" % (
                type(self).__name__, name, what, type(x).__name__, name, new))
        if isinstance(x, (Parameter, Module)):
            kept.pop(name, None)
        object.__setattr__(self, name, _as_buffer(x) if name in kept else x)
        for n, w in ([("", x)] if isinstance(x, Parameter) else list(x._named(Parameter))
                     if isinstance(x, Module) else ()):
            w._rename(name + "." * bool(n) + n)

    def forward(self, *given):
        raise NotImplementedError("wengert: %s has no forward(self, x)" % type(self).__name__)

    def __call__(self, *given, **options):
        return self.forward(*given, **options)

    def _parts(self, kind):
        """The parameters, modules or buffers of this module itself."""
        kept = vars(self).get("_kept", ())
        kind = wg.Value if (buffers := kind is _Buffer) else kind
        return [(n, x) for n, x in vars(self).items() if isinstance(x, kind) and (n in kept) == buffers]

    def _walk(self, prefix=""):
        """This module and all in it by name: what has two names is there twice."""
        yield prefix, self
        for n, m in self._parts(Module):
            yield from m._walk(_joined(prefix, n))

    def children(self):
        return [m for _, m in self.named_children()]

    def named_children(self):
        return _once(self._parts(Module))

    def named_modules(self, memo=None, prefix="", remove_duplicate=True):
        return iter(_once(self._walk(prefix), memo)) if remove_duplicate else self._walk(prefix)

    def modules(self):
        return [m for _, m in self.named_modules()]

    def _named(self, kind, prefix="", recurse=True, remove_duplicate=True):
        found = [(_joined(at, n), x) for at, m in (self._walk(prefix) if recurse else [(prefix, self)])
                 for n, x in m._parts(kind)]
        return iter(_once(found) if remove_duplicate else found)

    def named_parameters(self, prefix="", recurse=True, remove_duplicate=True):
        for name, w in self._named(Parameter, prefix, recurse, remove_duplicate):
            w._name = name
            yield name, w

    def parameters(self, recurse=True):
        return (w for _, w in self.named_parameters(recurse=recurse))

    def named_buffers(self, prefix="", recurse=True, remove_duplicate=True):
        return self._named(_Buffer, prefix, recurse, remove_duplicate)

    def buffers(self, recurse=True):
        return (b for _, b in self.named_buffers(recurse=recurse))

    def _state(self):
        """All parameters and buffers by name, module by module: what has two names is there twice."""
        for prefix, m in self._walk():
            for n, x in m._parts(Parameter) + m._parts(_Buffer):
                if vars(m).get("_kept", {}).get(n, True):
                    yield _joined(prefix, n), x

    def state_dict(self, *, prefix="", keep_vars=False):
        """All parameters and buffers by name, without derivatives, in their memory: copy.deepcopy() of it is
        what stays when the module changes. keep_vars: the parameters and buffers themselves."""
        return {prefix + n: x if keep_vars else x.detach() for n, x in self._state()}

    def load_state_dict(self, state_dict, strict=True, assign=False):
        """Takes the numbers of a state_dict(): values, or arrays. Returns the names that it lacks, and those
        that the module has not."""
        if assign:
            _signatures.refuse("load_state_dict", "assign", assign)
        mine, state = dict(self._state()), state_dict
        lacks, other = sorted(set(mine) - set(state)), sorted(set(state) - set(mine))
        # states of before 2018 have none
        needed = [n for n in lacks if n.rpartition(".")[2] != "num_batches_tracked"]
        if strict and (needed or other):
            raise wg.Error("wengert: load_state_dict: missing %s; unknown %s" % (", ".join(needed) or "none",
                ", ".join(other) or "none"))
        new = {n: _plain(state[n]) for n in mine if n in state}
        for n, a in new.items():
            if a.shape != mine[n].shape:
                raise wg.Error("wengert: load_state_dict: %s has the shape %s, the model's %s" %
                               (n, list(a.shape), list(mine[n].shape)))
        for n, a in new.items():
            if isinstance(mine[n], wg.Leaf):
                mine[n].set(a)
            else:  # a buffer that was computed
                *path, last = n.split(".")
                setattr(functools.reduce(getattr, path, self), last, a)
        return _Keys(lacks, other)

    def train(self, mode=True):
        for m in self.modules():
            m.training = bool(mode)
        return self

    def eval(self):
        return self.train(False)

    def zero_grad(self, set_to_none=True):
        for w in self.parameters():
            if set_to_none:
                w.zero_grad()
            elif w.grad is not None:
                w._change_grad(0)

    def requires_grad_(self, requires_grad=True):
        for w in self.parameters():
            w.requires_grad_(requires_grad)
        return self

    def apply(self, fn):
        for m in self.children():
            m.apply(fn)
        fn(self)
        return self

    def to(self, *what, dtype=None, device=None, non_blocking=False, memory_format=None):
        """All runs on the processor, and parameters keep their dtype."""
        for x in (*what, dtype, device):
            x = getattr(x, "dtype", x) if isinstance(x, wg.Value) else x
            if isinstance(x, bool) or x is None:
                continue
            if not isinstance(x, (np.dtype, type)) and str(x) not in np.sctypeDict:
                _on_processor(x)
            elif builtins.any(w.dtype != np.dtype(x) for w in self.parameters()):
                raise TypeError("wengert: the parameters of a module keep their dtype: write "
                                "wg.set_default_dtype(wg.%s) before it is made, or its "
                                "dtype=wg.%s" % (np.dtype(x), np.dtype(x)))
        return self

    def double(self):
        return self.to(np.float64)

    def float(self):
        return self.to(np.float32)

    def add_module(self, name, module):
        """The same as self.NAME = module, for a name that is not known before."""
        setattr(self, name, _part(type(self).__name__, module))

    register_module = add_module

    def register_parameter(self, name, param):
        setattr(self, name, param)

    def register_buffer(self, name, tensor, persistent=True):
        """A tensor that is in state_dict(), unless persistent=False."""
        object.__setattr__(self, name, _as_buffer(tensor))
        vars(self).setdefault("_kept", {})[name] = persistent

    def _repr_html_(self):
        return of_module(self)

    def __repr__(self):
        inside = "".join("\n  (%s): %s" % (n, repr(m).replace("\n", "\n  ")) for n, m in self._parts(Module))
        return "%s(%s%s)" % (type(self).__name__, self._says(), inside + "\n" if inside else "")

    def _says(self):
        return ", ".join("%s=%s" % (n, list(w.shape)) for n, w in self._parts(Parameter))


def _joined(prefix, name):
    return prefix + "." * bool(prefix) + name


def _once(named, seen=None):
    """Of pairs (name, x) the first of each x."""
    seen = set() if seen is None else seen
    return [(n, x) for n, x in named if id(x) not in seen and not seen.add(id(x))]


def _part(who, m):
    if not isinstance(m, Module):
        raise TypeError("wengert: %s is of modules, and %r is none: write %s" % (
            who, m, "%s()" % m.__name__ if isinstance(m, type) else "%s(*parts)" % who
            if isinstance(m, (list, tuple)) else
            "a class with forward(self, x), or nn.ReLU() for relu"))
    return m


def _uniform(shape, inputs, dtype=None):
    """PyTorch's first values: uniform in +-1/sqrt(inputs)."""
    most = 1 / math.sqrt(inputs) if inputs else 0
    return Parameter(_random().uniform(-most, most, shape), dtype=dtype)


def _filled(x, shape, on, dtype=None):
    return Parameter(np.full(shape, float(x)), dtype=dtype) if on else None


class Linear(Module):
    """x @ weight.T + bias"""
    _row = "in_features, out_features, bias=True, device=None, dtype=None"

    def _begin(self):
        bias, n = vars(self).pop("bias"), self.in_features
        self.weight = _uniform((self.out_features, n), n, self.dtype)
        self.bias = _uniform((self.out_features,), n, self.dtype) if bias else None

    def forward(self, input):
        return F.linear(input, self.weight, self.bias)


class Embedding(Module):
    _row = ("num_embeddings, embedding_dim, padding_idx=None, -max_norm=None, ~norm_type=2.0, "
            "-scale_grad_by_freq=False, ~sparse=False, _weight=None, device=None, dtype=None")

    def _begin(self):
        n, given = self.num_embeddings, vars(self).pop("_weight")
        if self.padding_idx is not None:
            if not -n <= self.padding_idx < n:
                raise ValueError("wengert: Embedding: padding_idx=%d of %d rows" % (self.padding_idx, n))
            self.padding_idx %= n
        a = _random().standard_normal((n, self.embedding_dim)) if given is None else _plain(given)
        if a.shape != (n, self.embedding_dim):
            raise ValueError("wengert: Embedding: _weight has the shape %s, not %s" %
                             (list(a.shape), [n, self.embedding_dim]))
        if self.padding_idx is not None and given is None:
            a[self.padding_idx] = 0
        self.weight = Parameter(a, dtype=self.dtype)

    @classmethod
    def from_pretrained(cls, embeddings, freeze=True, padding_idx=None):
        """Of the rows of a matrix. freeze: they are not trained."""
        self = cls(*embeddings.shape, padding_idx, _weight=embeddings)
        self.weight.requires_grad_(not freeze)
        return self

    def forward(self, input):
        return F.embedding(input, self.weight, self.padding_idx)


class Conv1d(Module):
    _row = ("in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1, groups=1, bias=True, "
            "-padding_mode='zeros', device=None, dtype=None")
    _axes = 1

    def _begin(self):
        self._weights((self.out_channels, self.in_channels // self.groups))

    def _weights(self, channels):
        bias, axes = vars(self).pop("bias"), self._axes
        if self.in_channels % self.groups or self.out_channels % self.groups:
            raise ValueError("wengert: %s: %d and %d channels are no multiples of groups=%d" % (
                type(self).__name__, self.in_channels, self.out_channels, self.groups))
        self.kernel_size = F._sizes(self.kernel_size, axes)
        shape = channels + self.kernel_size
        self.weight = _uniform(shape, math.prod(shape[1:]), self.dtype)
        self.bias = _uniform((self.out_channels,), math.prod(shape[1:]), self.dtype) if bias else None

    def forward(self, input):
        return F._conv(input, self.weight, self.bias, self._axes, self.stride, self.padding, self.dilation,
                       self.groups)


class Conv2d(Conv1d):
    _axes = 2


class ConvTranspose1d(Conv1d):
    _row = ("in_channels, out_channels, kernel_size, stride=1, padding=0, output_padding=0, groups=1, "
            "bias=True, dilation=1, -padding_mode='zeros', device=None, dtype=None")

    def _begin(self):
        self._weights((self.in_channels, self.out_channels // self.groups))

    def forward(self, input):
        return F._conv_transpose(input, self.weight, self.bias, self._axes, self.stride, self.padding,
                                 self.output_padding, self.groups, self.dilation)


class ConvTranspose2d(ConvTranspose1d):
    _axes = 2


class LayerNorm(Module):
    _row = "normalized_shape, eps=1e-5, elementwise_affine=True, device=None, dtype=None"

    def _begin(self):
        self.normalized_shape = shape = tuple(_list_of(self.normalized_shape))
        self.weight, self.bias = (_filled(x, shape, self.elementwise_affine, self.dtype) for x in (1, 0))

    def forward(self, input):
        return F.layer_norm(input, self.normalized_shape, self.weight, self.bias, self.eps)


class BatchNorm1d(Module):
    """Channels are axis 1, as in PyTorch. In training the batch's own mean and variance, in eval() the
    averages."""
    _row = ("num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True, device=None, "
            "dtype=None")
    _ndim = 2, 3

    def _begin(self):
        n = self.num_features
        self.weight, self.bias = (_filled(x, n, self.affine, self.dtype) for x in (1, 0))
        for name, make, shape, dtype in (("running_mean", wg.zeros, n, self.dtype),
                                         ("running_var", wg.ones, n, self.dtype),
                                         ("num_batches_tracked", wg.zeros, (), np.int64)):
            self.register_buffer(name, make(shape, dtype=dtype) if self.track_running_stats else None)

    def forward(self, input):
        if input.ndim not in self._ndim or input.shape[1] != self.num_features:
            raise ValueError("wengert: %s(%d): a batch [n, %d, ...] of %s axes is expected, not %s" % (
                type(self).__name__, self.num_features, self.num_features, " or ".join(map(str, self._ndim)),
                list(input.shape)))
        momentum, counts = self.momentum, self.num_batches_tracked
        if self.training and counts is not None:
            counts.set(counts.numpy() + 1)
        if momentum is None:  # the mean of all batches
            momentum = 1 / counts.item() if counts is not None and counts.item() else 0.0
        of_batch = self.training or counts is None
        return F.batch_norm(input, self.running_mean, self.running_var, self.weight, self.bias, of_batch,
                            momentum, self.eps)


class BatchNorm2d(BatchNorm1d):
    """The same for images [n, channels, height, width]."""
    _ndim = 4,


class Dropout(Module):
    _row = "p=0.5, inplace=False"

    def _begin(self):
        if not 0 <= self.p <= 1:
            raise ValueError("wengert: Dropout: p is a probability, and %r is none" % (self.p,))

    def forward(self, input):
        return F.dropout(input, self.p, self.training, self.inplace)


class MultiheadAttention(Module):
    _row = ("embed_dim, num_heads, dropout=0.0, bias=True, -add_bias_kv=False, -add_zero_attn=False, "
            "-kdim=None, -vdim=None, batch_first=False, device=None, dtype=None")

    def _begin(self):
        n, bias = self.embed_dim, vars(self).pop("bias")
        if n % self.num_heads:
            raise ValueError("wengert: MultiheadAttention: embed_dim=%d is no multiple of num_heads=%d" %
                             (n, self.num_heads))
        most = math.sqrt(6 / (4 * n))
        self.in_proj_weight = Parameter(_random().uniform(-most, most, (3 * n, n)), dtype=self.dtype)
        self.in_proj_bias = _filled(0, 3 * n, bias, self.dtype)
        self.out_proj = Linear(n, n, bias, dtype=self.dtype)
        if bias:
            self.out_proj.bias = _filled(0, n, True, self.dtype)

    def forward(self, query, key, value, key_padding_mask=None, need_weights=True, attn_mask=None,
                average_attn_weights=True, is_causal=False):
        """The pair (result, weights), which are the means of all heads, or of each; None if they are not
        needed. In a mask of truths True hides a key; one of floats is added to the scores."""
        if is_causal and attn_mask is None:
            raise TypeError("wengert: MultiheadAttention: is_causal=True is of a mask: write "
                            "attn_mask=wg.triu(wg.ones(n, n), 1).bool()")
        n, heads, alone = self.embed_dim, self.num_heads, query.ndim == 2
        lead = ((lambda x: x.unsqueeze(0)) if alone else (lambda x: x) if self.batch_first
                else (lambda x: x.swapaxes(0, 1)))
        q, k, v = (F.linear(lead(x), self.in_proj_weight[i * n:(i + 1) * n], None if self.in_proj_bias is None
                            else self.in_proj_bias[i * n:(i + 1) * n])
                   for i, x in enumerate((query, key, value)))
        drop = self.dropout if self.training else 0.0
        if attn_mask is None and key_padding_mask is None and not (need_weights or drop):
            y, p = F.b.attention(q, k, v, heads=heads), None
        else:
            split = lambda x: x.reshape(x.shape[0], x.shape[1], heads, n // heads).permute(0, 2, 1, 3)
            mask = self._mask(attn_mask, key_padding_mask, q.shape[0])
            y, p = F._attention(split(q), split(k), split(v), mask, drop, False, None, True)
            y = y.permute(0, 2, 1, 3).reshape(q.shape)
            p = None if not need_weights else p.mean(axis=1) if average_attn_weights else p
        y = self.out_proj(y)
        y = y[0] if alone else y if self.batch_first else y.swapaxes(0, 1)
        return y, p[0] if alone and p is not None else p

    def _mask(self, of_scores, of_keys, rows):
        """What is added to the scores [rows, heads, queries, keys], or None."""
        added = lambda m: wg.where(m, -np.inf, 0.0) if _kind(m) == "b" else m
        found = []
        if of_scores is not None:
            m = added(of_scores)
            found.append(m.reshape((rows, self.num_heads) + m.shape[1:]) if m.ndim == 3 else m)
        if of_keys is not None:
            m = added(of_keys)
            found.append((m.unsqueeze(0) if m.ndim == 1 else m).unsqueeze(1).unsqueeze(1))
        return found[0] if len(found) == 1 else found[0] + found[1] if found else None


class Sequential(Module):
    """Modules, each of the result of the one before. An OrderedDict of them gives their names."""

    def __init__(self, *args):
        parts = args[0].items() if len(args) == 1 and isinstance(args[0], Mapping) else enumerate(args)
        for name, m in parts:
            self.add_module(str(name), m)

    def forward(self, input):
        for m in self:
            input = m(input)
        return input

    def _place(self, i):
        """The name of part i."""
        names = [n for n, _ in self._parts(Module)]
        if not isinstance(i, int) or not -len(names) <= i < len(names):
            raise IndexError("wengert: part %r of %d" % (i, len(names)))
        return names[i]

    def __getitem__(self, i):
        if isinstance(i, slice):
            parts = self._parts(Module)[i]
            return type(self)([m for _, m in parts] if isinstance(self, ModuleList) else dict(parts))
        return getattr(self, self._place(i))

    def __setitem__(self, i, m):
        self.add_module(self._place(i), m)

    def _renew(self, parts):
        for name, _ in self._parts(Module):
            delattr(self, name)
        return self.extend(parts)

    def __delitem__(self, i):
        parts = list(self)
        del parts[i if isinstance(i, slice) else range(len(self))[i]]
        self._renew(parts)

    def insert(self, index, module):
        if not -len(self) <= index <= len(self):
            raise IndexError("wengert: part %r of %d" % (index, len(self)))
        parts = list(self)
        parts.insert(index, _part(type(self).__name__, module))
        return self._renew(parts)

    def __len__(self):
        return len(self._parts(Module))

    def __iter__(self):
        return iter([m for _, m in self._parts(Module)])

    def append(self, module):
        self.add_module(str(len(self)), module)
        return self

    def extend(self, parts):
        for m in parts:
            self.append(m)
        return self

    __iadd__ = extend


class ModuleList(Sequential):
    """A list of modules, whose parameters are found."""

    def __init__(self, modules=None):
        self.extend(modules or ())

    def forward(self, *_):
        raise TypeError("wengert: a ModuleList is a list: call its elements, or write nn.Sequential(*parts)")


class Flatten(Module):
    _row = "start_dim=1, end_dim=-1"

    def forward(self, input):
        return input.flatten(self.start_dim, self.end_dim)


class Unflatten(Module):
    _row = "dim, unflattened_size"

    def forward(self, input):
        return input.unflatten(self.dim, self.unflattened_size)


class Identity(Module):
    """Gives what it gets. It takes any arguments."""

    def __init__(self, *args, **kwargs):
        pass

    def forward(self, input):
        return input


# Modules of one function of nn.functional: what it takes beside its operands are the arguments of the class,
# with PyTorch's defaults; where they stand in another order there the order follows.
_OF_FUNCTIONS = """
ReLU relu, Tanh tanh, Sigmoid sigmoid, GELU gelu, SiLU silu, Mish mish, SELU selu, Softplus softplus,
Softsign softsign, LogSigmoid logsigmoid, ELU elu, CELU celu, LeakyReLU leaky_relu, Softmax softmax dim,
Softmin softmin dim, LogSoftmax log_softmax dim, MaxPool1d max_pool1d kernel_size stride padding dilation
return_indices ceil_mode, MaxPool2d max_pool2d kernel_size stride padding dilation return_indices
ceil_mode, AvgPool1d avg_pool1d, AvgPool2d avg_pool2d, MSELoss mse_loss, L1Loss l1_loss,
SmoothL1Loss smooth_l1_loss, HuberLoss huber_loss, CrossEntropyLoss cross_entropy, NLLLoss nll_loss,
BCELoss binary_cross_entropy, BCEWithLogitsLoss binary_cross_entropy_with_logits, KLDivLoss kl_div"""


_OPERANDS = frozenset("input target input1 input2 x1 x2 anchor positive negative _stacklevel".split())


def _of_function(space, name, f, *order):
    """Puts the module `name` of the function f into a space of names."""
    row = F._rows.row(f)
    each = {_signatures.names(part)[0]: part for part in row.split(", ") if part != "*"}
    chosen = order or [n for n in each if n not in _OPERANDS]
    taken = [n for n in chosen if "-" + n + "=" not in row]

    def begin(self):
        for n in ("weight", "pos_weight"):  # they are in the state
            if n in taken:
                self.register_buffer(n, getattr(self, n))

    def forward(self, *x, **named):
        return getattr(F, f)(*x, **named, **{n: getattr(self, n) for n in taken})
    space[name] = type(name, (Module,), dict(
        _row=", ".join(each[n] for n in chosen), _begin=begin, forward=forward,
        __doc__="The module of nn.functional.%s" % f, __module__=__name__))


for _words in _OF_FUNCTIONS.replace("\n", " ").split(","):
    _of_function(globals(), *_words.split())
wg.Module = Module


# Names of modules that are read when they are first asked for, by their file.
_LATER = {name: file for file, names in dict(
    _recurrent="RNN LSTM GRU RNNCell LSTMCell GRUCell",
    _containers="ModuleDict ParameterList ParameterDict",
    _norms="GroupNorm InstanceNorm1d InstanceNorm2d BatchNorm3d",
    _more="""ReLU6 Hardsigmoid Hardswish Hardshrink Softshrink Tanhshrink Threshold GLU PixelShuffle
    PixelUnshuffle ChannelShuffle AdaptiveAvgPool1d AdaptiveAvgPool2d AdaptiveMaxPool1d AdaptiveMaxPool2d
    Unfold Fold CosineSimilarity PairwiseDistance CosineEmbeddingLoss MarginRankingLoss HingeEmbeddingLoss
    TripletMarginLoss PoissonNLLLoss SoftMarginLoss MultiLabelSoftMarginLoss MultiMarginLoss Upsample PReLU
    Hardtanh RReLU Softmax2d Dropout1d Dropout2d ConstantPad1d ConstantPad2d ZeroPad2d ReflectionPad1d
    ReflectionPad2d ReplicationPad1d ReplicationPad2d UpsamplingNearest2d UpsamplingBilinear2d Bilinear
    GaussianNLLLoss EmbeddingBag""",
    _attention="""TransformerEncoderLayer TransformerEncoder TransformerDecoderLayer TransformerDecoder
    Transformer""",
).items() for name in names.split()}


def __getattr__(name):
    if name == "init":
        return importlib.import_module(".init", __name__)
    if name in _LATER:
        x = getattr(importlib.import_module("." + _LATER[name], __name__), name)
        x.__module__ = __name__
        globals()[name] = x
        return x
    known = [n for n in (*globals(), *_LATER) if n[0] != "_"]
    raise AttributeError("%s has no %s%s" % (__name__, name, "" if name[0] == "_"
                                             else _near(name, known, _CALL)))


def __dir__():
    return sorted({n for n in (*globals(), *_LATER) if n[:1] != "_"})
