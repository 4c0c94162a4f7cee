# SPDX-License-Identifier: MIT
"""More functions of nn.functional: padding, sizes of images, normalisation of groups, activations, distances,
windows. They are read when one of them is first asked for."""
import math

import numpy as np

import wengert as wg
from wengert._arrays import _list_of, _plain
from wengert._axes import _axis
from wengert._makers import _random
from wengert._signatures import Rows

from .functional import _channels, _embedding, _of_channels, _sizes, b

_ROWS = r"""
pad(input, pad, mode='constant', value=None) = _pad(input, pad, mode, value)
interpolate(input, size=None, scale_factor=None, mode='nearest', align_corners=None, \
    recompute_scale_factor=None, -antialias=False) = _interpolate(input, size, scale_factor, mode, \
    align_corners, recompute_scale_factor)
upsample(input, size=None, scale_factor=None, mode='nearest', align_corners=None) = _interpolate(input, \
    size, scale_factor, mode, align_corners, None)
pixel_shuffle(input, upscale_factor) = _pixel_shuffle(input, upscale_factor)
pixel_unshuffle(input, downscale_factor) = _pixel_unshuffle(input, downscale_factor)
channel_shuffle(input, groups) = _channel_shuffle(input, groups)
prelu(input, weight) = _prelu(input, weight)
relu6(input, inplace=False) = _between(input, 0.0, 6.0)
hardtanh(input, min_val=-1.0, max_val=1.0, inplace=False) = _between(input, min_val, max_val)
hardsigmoid(input, inplace=False) = b.hard_sigmoid(input)
hardswish(input, inplace=False) = b.hard_swish(input)
hardshrink(input, lambd=0.5) = b.where(b.abs(input) <= lambd, 0, input)
softshrink(input, lambd=0.5) = _softshrink(input, lambd)
tanhshrink(input) = input - b.tanh(input)
threshold(input, threshold, value, inplace=False) = b.where(input <= threshold, value, input)
glu(input, dim=-1) = _glu(input, dim)
rrelu(input, lower=1.0 / 8, upper=1.0 / 3, training=False, inplace=False) = _rrelu(input, lower, upper, \
    training)
dropout1d(input, p=0.5, training=True, inplace=False) = _dropout_of_channels(input, p, training, 1)
dropout2d(input, p=0.5, training=True, inplace=False) = _dropout_of_channels(input, p, training, 2)
adaptive_avg_pool1d(input, output_size) = _adaptive(input, output_size, 1, "mean")
adaptive_avg_pool2d(input, output_size) = _adaptive(input, output_size, 2, "mean")
adaptive_max_pool1d(input, output_size, -return_indices=False) = _adaptive(input, output_size, 1, "max")
adaptive_max_pool2d(input, output_size, -return_indices=False) = _adaptive(input, output_size, 2, "max")
group_norm(input, num_groups, weight=None, bias=None, eps=1e-5) = _group_norm(input, num_groups, weight, \
    bias, eps)
instance_norm(input, running_mean=None, running_var=None, weight=None, bias=None, use_input_stats=True, \
    momentum=0.1, eps=1e-5) = _instance_norm(input, running_mean, running_var, weight, bias, \
    use_input_stats, momentum, eps)
bilinear(input1, input2, weight, bias=None) = _bilinear(input1, input2, weight, bias)
cosine_similarity(x1, x2, dim=1, eps=1e-8) = _cosine(x1, x2, dim, eps)
pairwise_distance(x1, x2, p=2.0, eps=1e-6, keepdim=False) = _distance(x1, x2, p, eps, keepdim)
gumbel_softmax(logits, tau=1, hard=False, ~eps=1e-10, dim=-1) = _gumbel_softmax(logits, tau, hard, dim)
unfold(input, kernel_size, dilation=1, padding=0, stride=1) = _unfold(input, kernel_size, dilation, padding, \
    stride)
fold(input, output_size, kernel_size, dilation=1, padding=0, stride=1) = _fold(input, output_size, \
    kernel_size, dilation, padding, stride)
embedding_bag(input, weight, offsets=None, -max_norm=None, ~norm_type=2.0, -scale_grad_by_freq=False, \
    mode='mean', ~sparse=False, per_sample_weights=None, include_last_offset=False, padding_idx=None) = \
    _embedding_bag(input, weight, offsets, mode, per_sample_weights, include_last_offset, padding_idx)
"""
_Value, _tensor = wg.Value, wg.tensor
_rows = Rows(_ROWS.replace("\\\n    ", ""), globals())


# ---- borders and sizes ----

def _pad(x, widths, mode, value):
    """widths: before and behind the last axis, then the axis before it, and so on."""
    widths = [int(n) for n in _list_of(_plain(widths) if isinstance(widths, _Value) else widths)]
    if len(widths) % 2 or len(widths) > 2 * x.ndim:
        raise ValueError("wengert: pad: two widths for each of the last axes are expected, not %s for %s" %
                         (widths, list(x.shape)))
    if mode not in ("constant", "reflect", "replicate", "circular"):
        raise ValueError("wengert: pad: mode is 'constant', 'reflect', 'replicate' or 'circular', not %r" %
                         (mode,))
    lead = x.ndim - len(widths) // 2
    if mode != "constant" and (value or lead != 2 and (lead != 1 or mode == "circular")):
        raise ValueError("wengert: pad: mode=%r takes no value, and widths of all axes behind [batch, "
                         "channels]: %d axes for %s" % (mode, len(widths) // 2, list(x.shape)))
    for k in range(0, len(widths), 2):
        x = _pad_axis(x, x.ndim - 1 - k // 2, widths[k], widths[k + 1], mode, value or 0)
    return _Value(x._place(x.graph), x.graph)  # in memory of its own


def _pad_axis(x, axis, before, after, mode, value):
    """Widths below 0 cut elements off."""
    n = x.shape[axis]
    if min(before, after) < 0:
        x = b.slice(x, axis=axis, from_=max(-before, 0), to=n - max(-after, 0))
        before, after = max(before, 0), max(after, 0)
    if not before and not after:
        return x
    most = {"reflect": n - 1, "circular": n}.get(mode)
    if most is not None and max(before, after) > most:
        raise ValueError("wengert: pad: mode=%r of %d elements is at most %d wide, and not %d" %
                         (mode, n, most, max(before, after)))
    if mode != "circular":
        how = {"value": value} if mode == "constant" else {"mode": "edge" if mode == "replicate" else mode}
        return b.pad(x, axis=axis, before=before, after=after, **how)
    parts = [b.slice(x, axis=axis, from_=n - before, to=n)] * bool(before) + [x]
    return b.concat(parts + [b.slice(x, axis=axis, from_=0, to=after)] * bool(after), axis)


def _new_sizes(x, size, scale, recompute):
    """The sizes of the axes behind [batch, channels]."""
    old = x.shape[2:]
    if (size is None) == (scale is None):
        raise ValueError("wengert: interpolate takes size or scale_factor, one of them")
    if size is not None:
        if recompute:
            raise ValueError("wengert: interpolate: recompute_scale_factor is of scale_factor, and not of "
                             "size")
        return _sizes(size, len(old))
    scale = _sizes(scale, len(old))
    new = tuple(math.floor(n * s) for n, s in zip(old, scale))
    if not recompute and any(m != n * s for m, n, s in zip(new, old, scale)):
        raise ValueError("wengert: interpolate: %s times %s is no whole number: write size=%s, or "
                         "recompute_scale_factor=True" % (list(old), list(scale), new))
    return new


def _interpolate(x, size, scale, mode, align_corners, recompute):
    axes = {"linear": 1, "bilinear": 2}.get(mode, x.ndim - 2)
    if mode not in ("nearest", "nearest-exact", "linear", "bilinear", "area"):
        raise ValueError("wengert: interpolate: mode is 'nearest', 'nearest-exact', 'linear', 'bilinear' or "
                         "'area', not %r" % (mode,))
    if x.ndim - 2 != axes or axes not in (1, 2):
        raise ValueError("wengert: interpolate: mode=%r is of [batch, channels%s], not %s" % (
            mode, ", height, width" if axes == 2 or mode == "bilinear" else ", width", list(x.shape)))
    if align_corners is not None and mode[-6:] != "linear":
        raise ValueError("wengert: interpolate: align_corners is of mode='linear' and 'bilinear'")
    new = _new_sizes(x, size, scale, recompute)
    if mode == "area":
        return _adaptive(x, new, axes, "mean")
    if mode == "nearest-exact":
        for axis, (n, m) in enumerate(zip(x.shape[2:], new), 2):
            x = b.take(x, np.minimum((np.arange(m) + 0.5) * n / m, n - 1).astype(int), axis)
        return x
    how = {"mode": "nearest"} if mode == "nearest" else {"mode": "bilinear", "align_corners":
                                                         bool(align_corners)}
    return b.resize(x, list(new), axes=list(range(2, x.ndim)), **how)


def _adaptive(x, size, axes, by):
    if size is None:
        raise TypeError("wengert: adaptive pooling: output_size is a number, or one for each axis, of which "
                        "None "
                        "stays as it is")
    if x.ndim == axes + 1:
        return _adaptive(x.unsqueeze(0), size, axes, by)[0]
    size = tuple(n if m is None else m for m, n in zip(_sizes(size, axes), x.shape[-axes:]))
    return _channels(b.adaptive_pool(_channels(x, axes, True), size=list(size), by=by), axes, False)


def _image(what, x, r):
    if x.ndim < 3 or not isinstance(r, (int, np.integer)) or r < 1:
        raise ValueError("wengert: %s is of [..., channels, height, width] and a whole number, not of %s and "
                         "%r"
                         % (what, list(x.shape), r))
    return x.shape[:-3], x.shape[-3:]


def _pixel_shuffle(x, r):
    lead, (channels, h, w) = _image("pixel_shuffle", x, r)
    if channels % (r * r):
        raise ValueError("wengert: pixel_shuffle: %d channels are no multiple of %d" % (channels, r * r))
    n, c = len(lead), channels // (r * r)
    y = x.reshape(lead + (c, r, r, h, w)).permute(*range(n), n, n + 3, n + 1, n + 4, n + 2)
    return y.reshape(lead + (c, h * r, w * r))


def _pixel_unshuffle(x, r):
    lead, (c, h, w) = _image("pixel_unshuffle", x, r)
    if h % r or w % r:
        raise ValueError("wengert: pixel_unshuffle: the sizes %s are no multiples of %d" % ([h, w], r))
    n = len(lead)
    y = x.reshape(lead + (c, h // r, r, w // r, r)).permute(*range(n), n, n + 2, n + 4, n + 1, n + 3)
    return y.reshape(lead + (c * r * r, h // r, w // r))


def _channel_shuffle(x, groups):
    if x.ndim < 3 or groups < 1 or x.shape[1] % groups:
        raise ValueError("wengert: channel_shuffle: %d groups of the channels of %s" % (groups,
                                                                                        list(x.shape)))
    y = x.reshape((x.shape[0], groups, x.shape[1] // groups) + x.shape[2:])
    return y.permute(0, 2, 1, *range(3, y.ndim)).reshape(x.shape)


# ---- activations ----

def _prelu(x, weight):
    n = int(weight.size)
    channels = x.shape[1] if x.ndim > 1 else 1
    if weight.ndim > 1 or n not in (1, channels):
        raise ValueError("wengert: prelu: one weight, or one for each of the %d channels, not %s" %
                         (channels, list(weight.shape)))
    w = weight.reshape([n] + [1] * (x.ndim - 2) if x.ndim > 1 else [n] * x.ndim)
    return b.where(x > 0, x, w * x)


def _between(x, low, high):
    """Where x is at a bound the gradient is 0, as in PyTorch."""
    if not low < high:
        raise ValueError("wengert: hardtanh: min_val=%s is not below max_val=%s" % (low, high))
    return b.where(b.logical_and(x > low, x < high), x, b.clip(b.stop_gradient(x), low, high))


def _softshrink(x, by):
    if by < 0:
        raise ValueError("wengert: softshrink: lambd=%s is below 0" % by)
    return b.where(x > by, x - by, b.where(x < -by, x + by, 0 * b.stop_gradient(x)))


def _glu(x, dim):
    axis = _axis("glu", dim, x.shape)
    n = x.shape[axis] // 2
    if x.shape[axis] != 2 * n:
        raise ValueError("wengert: glu: an axis of %d elements has no halves" % x.shape[axis])
    return b.slice(x, axis=axis, from_=0, to=n) * b.sigmoid(b.slice(x, axis=axis, from_=n, to=2 * n))


def _rrelu(x, lower, upper, training):
    slope = (lower + upper) / 2
    if training:
        slope = lower + (upper - lower) * wg.rand(*x.shape, dtype=x.dtype)
    return b.where(x > 0, x, x * slope)


def _dropout_of_channels(x, p, training, axes):
    """Whole channels become 0."""
    if not 0 <= p <= 1:
        raise ValueError("wengert: dropout%dd: p is a probability, and %r is none" % (axes, p))
    if x.ndim not in (axes + 1, axes + 2):
        raise ValueError("wengert: dropout%dd is of [batch, channels%s], not %s" % (
            axes, ", width" if axes == 1 else ", height, width", list(x.shape)))
    if not training or not p:
        return x
    if p == 1:
        return x * 0
    # PyTorch takes three axes of dropout2d for [batch, channels, width]
    lead = x.shape[:2] if x.ndim == axes + 2 or axes == 2 else x.shape[:1]
    ones = np.ones(lead + (1,) * (x.ndim - len(lead)), x.dtype)
    return x * b.dropout(_tensor(ones), drop=p, mode="train")


def _gumbel_softmax(x, tau, hard, dim):
    axis = _axis("gumbel_softmax", dim, x.shape)
    y = b.softmax((x - np.log(_random().standard_exponential(x.shape)).astype(x.dtype)) / tau,
                  axis=axis)
    if not hard:
        return y
    a = y.numpy()
    ones = (np.arange(a.shape[axis]).reshape([-1 if k == axis else 1 for k in range(a.ndim)]) ==
            np.expand_dims(a.argmax(axis), axis)).astype(x.dtype)
    return ones + (y - b.stop_gradient(y))


# ---- normalisation and distances ----

def _group_norm(x, groups, weight, bias, eps):
    if x.ndim < 2 or groups < 1 or x.shape[1] % groups:
        raise ValueError("wengert: group_norm: the channels of [batch, channels, ...] are a multiple of %s, "
                         "not "
                         "those of %s" % (groups, list(x.shape)))
    shape = x.shape[1:2]
    if weight is not None or bias is not None:
        weight, bias = _of_channels(x, weight, 1, shape), _of_channels(x, bias, 0, shape)
    return b.group_norm(x, weight, bias, groups, eps=eps, axis=1)


def _instance_norm(x, mean, var, weight, bias, own, momentum, eps):
    """own: by the numbers of each channel of each example, towards whose means the two arrays are moved."""
    if x.ndim < 3:
        raise ValueError("wengert: instance_norm is of [batch, channels, ...], not %s" % list(x.shape))
    shape, n = x.shape[1:2], math.prod(x.shape[2:])
    if not own:
        if mean is None or var is None:
            raise ValueError("wengert: instance_norm: use_input_stats=False takes running_mean and "
                             "running_var")
        return b.batch_norm(x, _of_channels(x, weight, 1, shape), _of_channels(x, bias, 0, shape), mean, var,
                            eps=eps, axis=1)
    if momentum is None:
        raise TypeError("wengert: instance_norm: momentum is a number")
    if n < 2:
        raise ValueError("wengert: instance_norm of one element for each channel has no variance: %s" %
                         list(x.shape))
    for kept, f in (mean, lambda a: a.mean(axis=-1)), (var, lambda a: a.var(axis=-1, ddof=1)):
        if kept is not None:
            new = f(x.numpy().reshape(x.shape[:2] + (n,))).mean(axis=0)
            kept.set((1 - momentum) * kept.numpy() + momentum * new)
    if weight is not None or bias is not None:
        weight, bias = _of_channels(x, weight, 1, shape), _of_channels(x, bias, 0, shape)
    return b.instance_norm(x, weight, bias, 1, eps=eps, axis=1)


def _bilinear(x, y, weight, bias):
    if x.shape[:-1] != y.shape[:-1]:
        raise ValueError("wengert: bilinear: all axes but the last are equal, not %s and %s" %
                         (list(x.shape), list(y.shape)))
    if bias is not None and bias.shape != weight.shape[:1]:
        raise ValueError("wengert: bilinear: the bias has the shape %s, and the weight %s" %
                         (list(bias.shape), list(weight.shape)))
    rows = lambda a: a.reshape(-1, a.shape[-1])
    z = b.einsum("bi,oij,bj->bo", [rows(x), weight, rows(y)]).reshape(x.shape[:-1] + weight.shape[:1])
    return z if bias is None else z + bias


def _cosine(x, y, dim, eps):
    shape = np.broadcast_shapes(x.shape, y.shape)
    x, y = (a if a.shape == shape else b.broadcast_to(a, list(shape)) for a in (x, y))
    _axis("cosine_similarity", dim, shape)
    return (_of_length_1(x, dim, eps) * _of_length_1(y, dim, eps)).sum(axis=dim)


def _of_length_1(x, dim, eps):
    """x by its length, or by eps if that is more. PyTorch's derivative by x goes on there."""
    n, stop = b.norm(x, axis=dim, keepdims=True), b.stop_gradient
    squares = b.sum(b.square(x), axis=dim, keepdims=True)
    return x / b.where(n > eps, n, eps + (squares - stop(squares)) / (2 * eps) if eps else n)


def _distance(x, y, p, eps, keepdim):
    if p <= 0:
        raise ValueError("wengert: pairwise_distance: p is above 0, and not %s" % p)
    return b.norm(x - y + eps, axis=-1, p=p, keepdims=keepdim)


# ---- windows and bags ----

def _windows(sizes, kernel, dilation, padding, stride):
    """The numbers of elements [elements of the window, windows] in the padded image, and its sizes."""
    kernel, dilation, padding, stride = (_sizes(n, 2) for n in (kernel, dilation, padding, stride))
    full = tuple(n + 2 * p for n, p in zip(sizes, padding))
    many = [(n - d * (k - 1) - 1) // s + 1 for n, d, k, s in zip(full, dilation, kernel, stride)]
    if min(many) < 1:
        raise ValueError("wengert: fold: a window of %s does not fit into %s" % (list(kernel), list(full)))
    (y, x) = ((np.arange(k)[:, None] * d + np.arange(m) * s)
              for k, d, m, s in zip(kernel, dilation, many, stride))
    places = y[:, None, :, None] * full[1] + x[None, :, None, :]
    return places.reshape(kernel[0] * kernel[1], -1), full, padding


def _unfold(x, kernel, dilation, padding, stride):
    if x.ndim not in (3, 4):
        raise ValueError("wengert: unfold is of [batch, channels, height, width], not %s" % list(x.shape))
    places, full, padding = _windows(x.shape[-2:], kernel, dilation, padding, stride)
    lead, channels = x.shape[:-3], x.shape[-3]
    for axis, p in zip((-2, -1), padding):
        x = b.pad(x, axis=axis, before=p, after=p) if p else x
    y = b.take(x.reshape(lead + (channels, full[0] * full[1])), places, x.ndim - 2)
    return y.reshape(lead + (channels * places.shape[0], places.shape[1]))


def _fold(x, size, kernel, dilation, padding, stride):
    size = _sizes(size, 2)
    places, full, padding = _windows(size, kernel, dilation, padding, stride)
    if x.ndim not in (2, 3) or x.shape[-2] % len(places) or x.shape[-1] != places.shape[1]:
        raise ValueError("wengert: fold: [batch, channels * %d, %d] is expected, not %s" % (*places.shape,
                                                                                         list(x.shape)))
    lead, channels = x.shape[:-2], x.shape[-2] // len(places)
    v = x.reshape(lead + (channels, places.size))
    zeros = _tensor(np.zeros(lead + (channels, full[0] * full[1]), x.dtype))
    y = b.scatter_add(zeros, places.reshape(-1), v, axis=v.ndim - 1).reshape(lead + (channels,) + full)
    for axis, n, p in zip((y.ndim - 2, y.ndim - 1), size, padding):
        y = b.slice(y, axis=axis, from_=p, to=p + n) if p else y
    return y


def _bags(x, offsets, include_last):
    """The places [bags, most] in x of the elements of each bag, and which of them are there."""
    if offsets is None:
        if x.ndim != 2:
            raise ValueError("wengert: embedding_bag: class numbers [bags, n], or [n] with offsets, and not "
                             "%s" %
                             list(x.shape))
        places = np.arange(x.size).reshape(x.shape)
        return places, np.ones(x.shape, bool)
    first = np.asarray(_plain(offsets))
    if x.ndim != 1 or first.ndim != 1 or not first.size or first[0] != 0 or (np.diff(first) < 0).any():
        raise ValueError("wengert: embedding_bag: offsets say where the bags of [n] begin, the first at 0")
    ends = first[1:] if include_last else np.append(first[1:], x.size)
    first = first[:-1] if include_last else first
    at = first[:, None] + np.arange(max(int((ends - first).max(initial=0)), 1))
    inside = at < ends[:, None]
    return np.where(inside, at, 0), inside


def _embedding_bag(x, weight, offsets, mode, weights, include_last, padding_idx):
    if mode not in ("mean", "sum", "max"):
        raise ValueError("wengert: embedding_bag: mode is 'mean', 'sum' or 'max', not %r" % (mode,))
    if weights is not None and mode != "sum":
        raise ValueError("wengert: embedding_bag: per_sample_weights are of mode='sum'")
    numbers = x.numpy()
    places, inside = _bags(numbers, offsets, include_last)
    if padding_idx is not None:
        inside = inside & (numbers.reshape(-1)[places] != padding_idx % weight.shape[0])
    rows = _embedding(_tensor(numbers.reshape(-1)[places]), weight, None)
    there = _tensor(inside).unsqueeze(-1)
    if mode == "max":
        any_ = _tensor(inside.any(axis=1, keepdims=True))
        return b.where(any_, b.where(there, rows, -np.inf).max(axis=1), 0)
    if weights is not None:
        rows = rows * b.take(weights.reshape(-1), places, 0).unsqueeze(-1)
    total = b.where(there, rows, 0).sum(axis=1)
    return total if mode == "sum" else total / np.maximum(inside.sum(axis=1, keepdims=True), 1).astype(
        weight.dtype)
