# SPDX-License-Identifier: MIT
"""Modules under PyTorch's names: classes that own parameters. wg.nn_dense(x, p, "fc1", 64) and its kin are the layers of wengert
itself, by name in a wg.Params."""
import collections
import math

import numpy as np

import wengert as wg
from wengert import _habits
from wengert._habits import Parameter

from . import functional, parameter, utils
from . import functional as F


_Keys = collections.namedtuple("Keys", "missing_keys unexpected_keys")


class Module:
    """A part of a model. What is set as an attribute is found by name: parameters, other modules, arrays (buffers)."""
    training = True

    def __init__(self):
        pass

    def __setattr__(self, name, x):
        if isinstance(vars(self).get(name), np.ndarray):  # a buffer stays one
            if isinstance(x, np.generic) or isinstance(x, wg.Value) and not isinstance(x, Parameter) and not x.requires_grad:
                x = np.array(wg._plain(x))
        object.__setattr__(self, name, x)
        for n, w in [("", x)] if isinstance(x, Parameter) else list(x._named(Parameter)) if isinstance(x, Module) else ():
            w._rename(name + "." * bool(n) + n)

    def forward(self, *given):
        raise NotImplementedError("wengert: %s has no forward(self, x)" % type(self).__name__)

    def __call__(self, *given, **options):
        return self.forward(*given, **options)

    def _parts(self, kind):
        return [(n, x) for n, x in vars(self).items() if isinstance(x, kind)]

    def children(self):
        return [m for _, m in self.named_children()]

    def named_children(self):
        return self._parts(Module)

    def named_modules(self, prefix=""):
        yield prefix, self
        for n, m in self.named_children():
            yield from m.named_modules(prefix + "." * bool(prefix) + n)

    def modules(self):
        return [m for _, m in self.named_modules()]

    def _named(self, kind):
        seen = set()
        for prefix, m in self.named_modules():
            for n, x in m._parts(kind):
                if id(x) not in seen:
                    seen.add(id(x))
                    yield prefix + "." * bool(prefix) + n, x

    def named_parameters(self):
        for name, w in self._named(Parameter):
            w._name = name
            yield name, w

    def parameters(self):
        return (w for _, w in self.named_parameters())

    def buffers(self):
        return [a for _, a in self._named(np.ndarray)]

    def _state(self):
        """All parameters and buffers by name, module by module: what has two names is there twice."""
        for prefix, m in self.named_modules():
            for kind in Parameter, np.ndarray:
                for n, x in m._parts(kind):
                    yield prefix + "." * bool(prefix) + n, x

    def state_dict(self):
        """The numbers of all parameters and buffers by name, as values. They stay as they are when the module changes."""
        return {n: wg.Leaf(x.numpy() if isinstance(x, Parameter) else x.copy()) for n, x in self._state()}

    def load_state_dict(self, state, strict=True):
        """Takes the numbers of a state_dict(): values, or arrays. Returns the names that it lacks, and those that the module has not."""
        mine = dict(self._state())
        lacks, other = sorted(set(mine) - set(state)), sorted(set(state) - set(mine))
        needed = [n for n in lacks if n.rpartition(".")[2] != "num_batches_tracked"]  # states of before 2018 have none
        if strict and (needed or other):
            raise wg.Error("wengert: load_state_dict: missing %s; unknown %s" % (", ".join(needed) or "none", ", ".join(other) or "none"))
        new = {n: wg._plain(state[n]) for n in mine if n in state}
        for n, a in new.items():
            if a.shape != mine[n].shape:
                raise wg.Error("wengert: load_state_dict: %s has the shape %s, the model's %s" % (n, list(a.shape), list(mine[n].shape)))
        for n, a in new.items():
            if isinstance(mine[n], Parameter):
                mine[n].set(a)
            else:
                mine[n][...] = a
        return _Keys(lacks, other)

    def train(self, mode=True):
        for m in self.modules():
            m.training = bool(mode)
        return self

    def eval(self):
        return self.train(False)

    def zero_grad(self, set_to_none=True):
        for w in self.parameters():
            w.zero_grad()

    def requires_grad_(self, on=True):
        for w in self.parameters():
            w.requires_grad_(on)
        return self

    def apply(self, f):
        for m in self.modules():
            f(m)
        return self

    def to(self, *what, **options):
        for w in what:
            if isinstance(w, str):
                _habits._on_processor(w)
        _habits._on_processor(options.get("device"))
        return self

    def register_buffer(self, name, array, persistent=True):
        """An array that is in state_dict(), unless persistent=False."""
        setattr(self, name, None if array is None else np.array(wg._plain(array)) if persistent else wg.tensor(wg._plain(array)))

    def __repr__(self):
        inside = "".join("\n  (%s): %s" % (n, repr(m).replace("\n", "\n  ")) for n, m in self.named_children())
        return "%s(%s%s)" % (type(self).__name__, self._says(), inside + "\n" if inside else "")

    def _says(self):
        return ", ".join("%s=%s" % (n, list(w.shape)) for n, w in self._parts(Parameter))


def _uniform(shape, inputs):
    """PyTorch's first values: uniform in +-1/sqrt(inputs)."""
    most = 1 / math.sqrt(inputs) if inputs else 0
    return Parameter(_habits._random().uniform(-most, most, shape))


class Linear(Module):
    """x @ weight.T + bias"""

    def __init__(self, in_features, out_features, bias=True):
        self.weight = _uniform((out_features, in_features), in_features)
        self.bias = _uniform((out_features,), in_features) if bias else None

    def forward(self, x):
        return F.linear(x, self.weight, self.bias)


class Embedding(Module):
    def __init__(self, num_embeddings, embedding_dim, padding_idx=None):
        a = _habits._random().standard_normal((num_embeddings, embedding_dim))
        if padding_idx is not None:
            a[padding_idx] = 0
        self.weight, self._padding = Parameter(a), padding_idx

    def forward(self, x):
        return F.embedding(x, self.weight, self._padding)


class _Conv(Module):
    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, dilation=1, groups=1, bias=True):
        self._make((out_channels, in_channels // groups), out_channels, kernel_size, bias)
        self._how = dict(stride=stride, padding=padding, dilation=dilation, groups=groups)

    def _make(self, channels, out_channels, kernel_size, bias):
        shape = channels + F._sizes(kernel_size, self._axes)
        self.weight = _uniform(shape, math.prod(shape[1:]))
        self.bias = _uniform((out_channels,), math.prod(shape[1:])) if bias else None

    def forward(self, x):
        return F._conv(x, self.weight, self.bias, self._axes, **self._how)


class Conv1d(_Conv):
    _axes = 1


class Conv2d(_Conv):
    _axes = 2


class _ConvTranspose(_Conv):
    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0, output_padding=0, groups=1, bias=True, dilation=1):
        self._make((in_channels, out_channels // groups), out_channels, kernel_size, bias)
        self._how = dict(stride=stride, padding=padding, output_padding=output_padding, groups=groups, dilation=dilation)

    def forward(self, x):
        return F._conv_transpose(x, self.weight, self.bias, self._axes, **self._how)


class ConvTranspose1d(_ConvTranspose):
    _axes = 1


class ConvTranspose2d(_ConvTranspose):
    _axes = 2


class LayerNorm(Module):
    def __init__(self, normalized_shape, eps=1e-5, elementwise_affine=True):
        self._shape, self._eps = tuple(wg._list_of(normalized_shape)), eps
        self.weight = Parameter(np.ones(self._shape)) if elementwise_affine else None
        self.bias = Parameter(np.zeros(self._shape)) if elementwise_affine else None

    def forward(self, x):
        return F.layer_norm(x, self._shape, self.weight, self.bias, self._eps)


class BatchNorm1d(Module):
    """Channels are axis 1, as in PyTorch. In training the batch's own mean and variance, in eval() the averages."""

    def __init__(self, num_features, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True):
        self.weight = Parameter(np.ones(num_features)) if affine else None
        self.bias = Parameter(np.zeros(num_features)) if affine else None
        self.running_mean, self.running_var, self.num_batches_tracked = (
            np.zeros(num_features), np.ones(num_features), np.zeros((), np.int64)) if track_running_stats else (None, None, None)
        self._eps, self._momentum = eps, momentum

    def forward(self, x):
        momentum, counts = self._momentum, self.num_batches_tracked
        if self.training and counts is not None:
            counts += 1
            momentum = 1 / float(counts) if momentum is None else momentum  # None: the mean of all batches
        of_batch = self.training or counts is None
        return F.batch_norm(x, self.running_mean, self.running_var, self.weight, self.bias, of_batch, momentum, self._eps)


class BatchNorm2d(BatchNorm1d):
    """The same for images [n, channels, height, width]."""


class Dropout(Module):
    def __init__(self, p=0.5):
        self._p = p

    def forward(self, x):
        return F.dropout(x, self._p, self.training)


class MultiheadAttention(Module):
    def __init__(self, embed_dim, num_heads, dropout=0.0, bias=True, batch_first=False):
        if dropout:
            raise TypeError("wengert: MultiheadAttention has no dropout: write nn.Dropout(p) on its result")
        self.in_proj_weight = _uniform((3 * embed_dim, embed_dim), embed_dim)
        self.in_proj_bias = Parameter(np.zeros(3 * embed_dim)) if bias else None
        self.out_proj = Linear(embed_dim, embed_dim, bias)
        self._n, self._heads, self._first = embed_dim, num_heads, batch_first

    def forward(self, query, key, value, attn_mask=None, need_weights=True):
        """The pair (result, None): the weights are not kept."""
        n, swap = self._n, (lambda x: x) if self._first else (lambda x: x.swapaxes(0, 1))
        parts = [F.linear(swap(x), self.in_proj_weight[i * n:(i + 1) * n], None if self.in_proj_bias is None else self.in_proj_bias[i * n:(i + 1) * n])
                 for i, x in enumerate((query, key, value))]
        y = wg.attention(*parts, heads=self._heads, **({} if attn_mask is None else {"mask": attn_mask}))
        return swap(self.out_proj(y)), None


class Sequential(Module):
    def __init__(self, *parts):
        for i, m in enumerate(parts):
            setattr(self, str(i), m)

    def forward(self, x):
        for m in self.children():
            x = m(x)
        return x

    def __getitem__(self, i):
        return self.children()[i]

    def __len__(self):
        return len(self.children())

    def __iter__(self):
        return iter(self.children())


class ModuleList(Sequential):
    """A list of modules, whose parameters are found."""

    def __init__(self, parts=()):
        super().__init__(*parts)

    def forward(self, *_):
        raise TypeError("wengert: a ModuleList is a list: call its elements, or write nn.Sequential(*parts)")

    def append(self, m):
        setattr(self, str(len(self)), m)
        return self


class Flatten(Module):
    def __init__(self, start_dim=1, end_dim=-1):
        self._axes = start_dim, end_dim

    def forward(self, x):
        return x.flatten(*self._axes)


class Unflatten(Module):
    def __init__(self, dim, unflattened_size):
        self._how = dim, unflattened_size

    def forward(self, x):
        return x.unflatten(*self._how)


class MaxPool2d(Module):
    _f = staticmethod(F.max_pool2d)

    def __init__(self, kernel_size, stride=None, padding=0):
        self._how = kernel_size, stride, padding

    def forward(self, x):
        return self._f(x, *self._how)


class AvgPool2d(MaxPool2d):
    _f = staticmethod(F.avg_pool2d)


def _of_function(name, f, *words):
    """A class whose forward is a function with the options given to the class."""
    class Made(Module):
        def __init__(self, *given, **options):
            self._how = dict(zip(words, given), **options)

        def forward(self, *x):
            return f(*x, **self._how)
    Made.__name__ = Made.__qualname__ = name
    Made.__doc__ = "The module of nn.functional.%s" % getattr(f, "__name__", name)
    globals()[name] = Made


for _name, _f, *_words in (
        ("ReLU", F.relu), ("Tanh", F.tanh), ("Sigmoid", F.sigmoid), ("GELU", F.gelu), ("SiLU", F.silu), ("Softplus", F.softplus), ("ELU", F.elu, "alpha"),
        ("LeakyReLU", F.leaky_relu, "negative_slope"), ("Softmax", F.softmax, "dim"), ("LogSoftmax", F.log_softmax, "dim"), ("Identity", lambda x: x),
        ("MSELoss", F.mse_loss), ("L1Loss", F.l1_loss), ("CrossEntropyLoss", F.cross_entropy), ("NLLLoss", F.nll_loss), ("BCELoss", F.binary_cross_entropy),
        ("BCEWithLogitsLoss", F.binary_cross_entropy_with_logits), ("SmoothL1Loss", F.smooth_l1_loss), ("HuberLoss", F.huber_loss),
        ("KLDivLoss", F.kl_div)):
    _of_function(_name, _f, *_words)
wg.Module = Module


def __getattr__(name):
    known = [n for n in globals() if n[0] != "_"]
    raise AttributeError("%s has no %s%s" % (__name__, name, "" if name[0] == "_" else wg._near(name, known, wg._CALL)))
