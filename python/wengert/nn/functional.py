# SPDX-License-Identifier: MIT
"""Functions under the names of torch.nn.functional, with its order of axes: images are [n, channels, height,
width]. A row is the signature of PyTorch, and what is computed."""
import builtins
import functools

import numpy as np

import wengert as wg
from wengert._arrays import _kind, _list_of, _plain
from wengert._indexing import _from_0
from wengert._names import _builders
from wengert._words import _CALL, _near
from wengert._signatures import Rows, names as _names


class _Builders:
    """b.relu is the builder of wengert."""

    def __getattr__(self, name):
        vars(self)[name] = f = _builders[name]
        return f


b = _Builders()
_ROWS = r"""
relu(input, inplace=False) = b.relu(input)
tanh(input) = b.tanh(input)
sigmoid(input) = b.sigmoid(input)
silu(input, inplace=False) = b.silu(input)
mish(input, inplace=False) = b.mish(input)
selu(input, inplace=False) = b.selu(input)
elu(input, alpha=1.0, inplace=False) = b.elu(input, alpha=alpha)
celu(input, alpha=1.0, inplace=False) = b.celu(input, alpha=alpha)
leaky_relu(input, negative_slope=0.01, inplace=False) = b.leaky_relu(input, slope=negative_slope)
gelu(input, *, approximate='none') = b.gelu(input, by_tanh=_chosen("approximate", approximate, "none", \
    "tanh"))
softplus(input, beta=1, threshold=20) = _softplus(input, beta, threshold)
softsign(input) = b.softsign(input)
logsigmoid(input) = -b.softplus(-input)
softmax(input, dim=None, ~_stacklevel=3, dtype=None) = b.softmax(_cast(input, dtype), \
    axis=_along("softmax", dim))
softmin(input, dim=None, ~_stacklevel=3, dtype=None) = b.softmax(-_cast(input, dtype), \
    axis=_along("softmin", dim))
log_softmax(input, dim=None, ~_stacklevel=3, dtype=None) = b.log_softmax(_cast(input, dtype), \
    axis=_along("log_softmax", dim))
normalize(input, p=2.0, dim=1, eps=1e-12, -out=None) = input / b.maximum(b.norm(input, axis=dim, p=p, \
    keepdims=True), eps)
one_hot(input, num_classes=-1) = _one_hot(input, num_classes)
linear(input, weight, bias=None) = input @ b.swap(weight) if bias is None else b.dense(input, \
    b.swap(weight), bias)
embedding(input, weight, padding_idx=None, -max_norm=None, ~norm_type=2.0, -scale_grad_by_freq=False, \
    ~sparse=False) = _embedding(input, weight, padding_idx)
dropout(input, p=0.5, training=True, inplace=False) = _dropout(input, p, training)
layer_norm(input, normalized_shape, weight=None, bias=None, eps=1e-5) = _layer_norm(input, \
    normalized_shape, weight, bias, eps)
batch_norm(input, running_mean, running_var, weight=None, bias=None, training=False, momentum=0.1, \
    eps=1e-5) = _batch_norm(input, running_mean, running_var, weight, bias, training, momentum, eps)
scaled_dot_product_attention(query, key, value, attn_mask=None, dropout_p=0.0, is_causal=False, scale=None, \
    -enable_gqa=False) = _attention(query, key, value, attn_mask, dropout_p, is_causal, scale)[0]
conv1d(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1) = _conv(input, weight, bias, 1, \
    stride, padding, dilation, groups)
conv2d(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1) = _conv(input, weight, bias, 2, \
    stride, padding, dilation, groups)
conv_transpose1d(input, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1) = \
    _conv_transpose(input, weight, bias, 1, stride, padding, output_padding, groups, dilation)
conv_transpose2d(input, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1) = \
    _conv_transpose(input, weight, bias, 2, stride, padding, output_padding, groups, dilation)
max_pool1d(input, kernel_size, stride=None, padding=0, -dilation=1, -ceil_mode=False, \
    -return_indices=False) = _pool(b.max_pool, input, 1, kernel_size, stride, padding)
max_pool2d(input, kernel_size, stride=None, padding=0, -dilation=1, -ceil_mode=False, \
    -return_indices=False) = _pool(b.max_pool, input, 2, kernel_size, stride, padding)
avg_pool1d(input, kernel_size, stride=None, padding=0, -ceil_mode=False, count_include_pad=True) = \
    _pool(b.avg_pool, input, 1, kernel_size, stride, padding, skip_padding=not count_include_pad)
avg_pool2d(input, kernel_size, stride=None, padding=0, -ceil_mode=False, count_include_pad=True, \
    -divisor_override=None) = _pool(b.avg_pool, input, 2, kernel_size, stride, padding, \
    skip_padding=not count_include_pad)
mse_loss(input, target, -size_average=None, -reduce=None, reduction='mean') = b.mse(input, target, \
    reduction=reduction)
l1_loss(input, target, -size_average=None, -reduce=None, reduction='mean') = b.mae(input, target, \
    reduction=reduction)
smooth_l1_loss(input, target, -size_average=None, -reduce=None, reduction='mean', beta=1.0) = \
    b.smooth_l1(input, target, reduction=reduction, delta=beta) if beta else b.mae(input, target, \
    reduction=reduction)
huber_loss(input, target, reduction='mean', delta=1.0) = b.huber(input, target, reduction=reduction, \
    delta=delta)
cross_entropy(input, target, weight=None, -size_average=None, ignore_index=-100, -reduce=None, \
    reduction='mean', label_smoothing=0.0) = _of_classes(b.softmax_cross_entropy, input, target, weight, \
    ignore_index, reduction, smoothing=label_smoothing)
nll_loss(input, target, weight=None, -size_average=None, ignore_index=-100, -reduce=None, \
    reduction='mean') = _of_classes(b.nll, input, target, weight, ignore_index, reduction)
binary_cross_entropy(input, target, weight=None, -size_average=None, -reduce=None, reduction='mean') = \
    _reduced(_weighted(_bce(input, target), weight), reduction)
binary_cross_entropy_with_logits(input, target, weight=None, -size_average=None, -reduce=None, \
    reduction='mean', pos_weight=None) = _bce_with_logits(input, target, weight, reduction, pos_weight)
kl_div(input, target, -size_average=None, -reduce=None, reduction='mean', log_target=False) = \
    _reduced(_kl(input, b.exp(target) if log_target else target), reduction, len(input) if reduction == \
    "batchmean" else None)
"""
_Value, _tensor = wg.Value, wg.tensor
_rows = Rows(_ROWS.replace("\\\n    ", ""), globals(), "wengert.nn._functions", "wengert.nn._losses")


def _chosen(name, x, *words):
    if x not in words:
        raise ValueError("wengert: %s is one of %s, not %r" % (name, ", ".join(map(repr, words)), x))
    return x == words[-1]


def _cast(x, dtype):
    return x if dtype is None else x.to(dtype)


def _along(name, dim):
    if dim is None:
        raise TypeError("wengert: write %s(x, dim=-1): which axis is not clear from the shape" % name)
    return dim


def _softplus(x, beta, threshold):
    y = b.softplus(x) if beta == 1 else b.softplus(x * beta) / beta
    return y if threshold == 20 else b.where(x * beta > threshold, x, y)


def _whole(name, x):
    if _kind(x) not in "iu":
        raise TypeError("wengert: %s is of class numbers, whole numbers: write x.long()" % name)


def _one_hot(x, n):
    _whole("one_hot", x)
    return wg.cast(b.one_hot(x, int(_plain(x).max()) + 1 if n == -1 else n), np.int64)


def _embedding(x, weight, padding_idx):
    _whole("embedding", x)
    if padding_idx is not None:  # the row gets no gradient
        mask = np.zeros((weight.shape[0], 1))
        mask[padding_idx] = 1
        weight = b.where(mask > 0, b.stop_gradient(weight), weight)
    return b.take(weight, _from_0("embedding", x, weight.shape[0]), 0)


def _dropout(x, p, training):
    if not 0 <= p <= 1:
        raise ValueError("wengert: dropout: p is a probability, and %r is none" % (p,))
    return x if not (training and p) else x * 0 if p == 1 else b.dropout(x, drop=p, mode="train")


def _of_channels(x, given, otherwise, shape):
    return np.full(shape, otherwise, x.dtype) if given is None else given


def _layer_norm(x, shape, weight, bias, eps):
    if not np.iterable(shape):
        raise TypeError("wengert: layer_norm: the sizes of the last axes are a tuple: write F.layer_norm(x, "
                        "(%r,))" % (shape,))
    shape = tuple(shape)
    if x.shape[builtins.max(x.ndim - len(shape), 0):] != shape or not shape:
        raise ValueError("wengert: layer_norm: the last axes of %s are not %s" % (list(x.shape), list(shape)))
    return b.layer_norm(x, _of_channels(x, weight, 1, shape), _of_channels(x, bias, 0, shape), eps=eps,
                        axes=list(range(-len(shape), 0)))


def _batch_norm(x, running_mean, running_var, weight, bias, training, momentum, eps):
    """Channels are axis 1. In training the two arrays are moved towards the batch's mean and unbiased
    variance."""
    if x.ndim < 2:
        raise ValueError("wengert: batch_norm: a batch [n, channels, ...] is expected, not %s" %
                         list(x.shape))
    if momentum is None:
        raise TypeError("wengert: batch_norm: momentum is a number; nn.BatchNorm1d(n, momentum=None) takes "
                        "the mean of all batches")
    channels, axes = x.shape[1], x.ndim - 2
    weight, bias = _of_channels(x, weight, 1, channels), _of_channels(x, bias, 0, channels)
    if not training:
        if running_mean is None or running_var is None:
            raise ValueError("wengert: batch_norm: training=False takes running_mean and running_var: write "
                             "training=True for its own")
        return b.batch_norm(x, weight, bias, running_mean, running_var, eps=eps, axis=1)
    n = int(x.size) // channels if channels else 0
    if n < 2:
        raise ValueError("wengert: batch_norm of one element for each channel has no variance: give a larger "
                         "batch, or call eval()")
    y = b.batch_norm(_channels(x, axes, True) if axes else x, weight, bias, eps=eps)
    for kept, new in ((running_mean, lambda: b.part(y, 1).numpy()),
                      (running_var, lambda: b.part(y, 2).numpy() * n / (n - 1))):
        if isinstance(kept, np.ndarray):
            kept += momentum * (new() - kept)
        elif kept is not None:  # a tensor; a value that is no input says that it has no set()
            kept.set(kept.numpy() + momentum * (new() - kept.numpy()))
    return _channels(y, axes, False) if axes else y


def _attention(q, k, v, mask, drop, causal, scale, weights=False):
    """The result, and the weights if they are asked for. A mask of truths says which keys are seen; one of
    floats is added to the scores."""
    if mask is None and not (drop or weights):
        return b.attention(q, k, v, causal=causal, **({} if scale is None else {"scale": scale})), None
    scores = q @ b.swap(k) * (q.shape[-1] ** -0.5 if scale is None else scale)
    if causal:
        if mask is not None:
            raise TypeError("wengert: attention: is_causal beside a mask: write the mask alone, with what "
                            "both hide")
        mask = np.tri(*scores.shape[-2:], dtype=bool)
    if mask is not None:
        scores = b.where(mask, scores, -np.inf) if _kind(mask) == "b" else scores + mask
    p = _dropout(b.softmax(scores, axis=-1), drop, True)
    return p @ v, p


# ---- windows ----

def _sizes(n, axes):
    sizes = tuple(_list_of(n)) if np.iterable(n) else (n,) * axes
    if len(sizes) != axes:
        raise ValueError("wengert: a number or %d numbers are expected, not %r" % (axes, n))
    return sizes


def _channels(x, axes, last):
    x = x if isinstance(x, _Value) else _tensor(x)
    if x.ndim != axes + 2:
        raise ValueError("wengert: a batch of %d axes is expected, [n, channels%s], not %s: x.unsqueeze(0) "
                         "is a batch of one" % (
            axes + 2, ", width" if axes == 1 else ", height, width", list(x.shape)))
    return x.permute(0, *range(2, axes + 2), 1) if last else x.permute(0, axes + 1, *range(1, axes + 1))


def _conv(x, weight, bias, axes, stride=1, padding=0, dilation=1, groups=1):
    w = weight.permute(*range(2, axes + 2), 1, 0)
    stride, dilation = _sizes(stride, axes), _sizes(dilation, axes)
    if padding == "same":
        if stride != (1,) * axes:
            raise ValueError("wengert: padding=\"same\" is of stride 1: write the padding as numbers")
        padding = [n for d, k in zip(dilation, w.shape) for n in (d * (k - 1) // 2,
            d * (k - 1) - d * (k - 1) // 2)]
    how = {} if padding == "valid" else {"padding": padding if isinstance(padding, list)
                                         else _sizes(padding, axes)}
    y = b.conv(_channels(x, axes, True), w, stride=stride, dilation=dilation, groups=groups, **how)
    return _channels(y if bias is None else y + bias, axes, False)


def _conv_transpose(x, weight, bias, axes, stride=1, padding=0, output_padding=0, groups=1, dilation=1):
    stride, dilation, more = (_sizes(n, axes) for n in (stride, dilation, output_padding))
    if any(m >= builtins.max(s, d) for m, s, d in zip(more, stride, dilation)):
        raise ValueError("wengert: conv_transpose%dd: output_padding=%s is not below stride or dilation" %
                         (axes, list(more)))
    beside = [n for p, m in zip(_sizes(padding, axes), more) for n in (p, p - m)]
    w = weight.permute(*range(2, axes + 2), 1, 0)
    y = b.conv_transpose(_channels(x, axes, True), w, stride=stride, dilation=dilation, groups=groups,
                         padding=beside)
    return _channels(y if bias is None else y + bias, axes, False)


def _pool(f, x, axes, size, stride, padding, **options):
    return _channels(f(_channels(x, axes, True), size=_sizes(size, axes),
                       stride=_sizes(size if stride is None else stride, axes),
                       padding=_sizes(padding, axes), **options), axes, False)


# ---- losses ----

def _weighted(x, weight):
    y = x if weight is None else x * weight
    if y.shape != x.shape:
        raise ValueError("wengert: the weights %s do not fit losses of %s" %
                         (list(np.shape(weight)), list(x.shape)))
    return y


def _reduced(x, reduction, rows=None):
    """The mean, the sum, or each element; rows: the sum divided by so many."""
    if rows is None and reduction not in ("mean", "sum", "none"):
        raise ValueError("wengert: reduction is \"mean\", \"sum\" or \"none\", not %r" % (reduction,))
    return (x if reduction == "none" else x.mean() if reduction == "mean" else x.sum() if rows is None
            else x.sum() / rows)


def _of_classes(f, x, y, weight, ignore_index, reduction, **options):
    """PyTorch has the classes as axis 1, wengert as the last."""
    if x.ndim > 2:
        last = lambda a: a.permute(0, *range(2, a.ndim), 1)
        x, y = last(x), last(y) if y.ndim == x.ndim else y
    if weight is not None:
        options["weights"] = (weight.to(x.dtype) if isinstance(weight, _Value) and x.dtype.kind == "f"
                              else weight)
    if _kind(y) in "iu":
        options["ignore"] = ignore_index
    elif f is b.nll or ignore_index != -100 or np.ndim(y) < x.ndim:
        raise TypeError("wengert: class numbers are whole numbers, and these are %s: write y.long()" %
                        y.dtype)
    return f(x, y, reduction=reduction, **options)


def _bce(p, y):
    """PyTorch cuts logarithms at -100, and p (1 - p) below the gradient at 1e-12."""
    loss = b.binary_cross_entropy(p, y, reduction="none")
    q = b.stop_gradient(p)
    cut = -(y * b.maximum(b.log(q), -100.0) + (1 - y) * b.maximum(b.log1p(-q), -100.0))
    return b.where(loss <= 100, loss, cut + b.stop_gradient((p - y) / b.maximum(p * (1 - p), 1e-12)) *
                   (p - q))


def _bce_with_logits(x, y, weight, reduction, pos_weight):
    if weight is None and pos_weight is None:
        return b.bce_with_logits(x, y, reduction=reduction)
    if pos_weight is None:
        return _reduced(_weighted(b.bce_with_logits(x, y, reduction="none"), weight), reduction)
    of_ones = 1 + (pos_weight - 1) * y
    return _reduced(_weighted((1 - y) * x + of_ones * b.softplus(-x), weight), reduction)


def _kl(x, y):
    """Of each element: each as a row of its own."""
    return b.kl(x.unsqueeze(-1), y.unsqueeze(-1), reduction="none")


def __getattr__(name):
    f = _rows.get(name)
    if name[-1:] == "_" and name[:-1] in _rows.names() and "inplace" in _names(_rows.row(name[:-1])):
        return functools.partial(_rows.get(name[:-1]), inplace=True)
    if f is None:
        raise AttributeError("%s has no %s%s" % (__name__, name, "" if name[0] == "_"
                                                 else _near(name, _rows.names(), _CALL)))
    return f


def __dir__():
    return _rows.names()
