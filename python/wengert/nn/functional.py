# SPDX-License-Identifier: MIT
"""Functions under the names of torch.nn.functional, with its order of axes: images are [n, channels, height, width]."""
import numpy as np

import wengert as wg

_b = wg._builders
relu, tanh, sigmoid, silu, softplus, mish, selu = (_b[n] for n in "relu tanh sigmoid silu softplus mish selu".split())
one_hot = lambda x, num_classes: wg.cast(_b["one_hot"](x, num_classes), np.int64)


def gelu(x, approximate="none"):
    return _b["gelu"](x, by_tanh=approximate == "tanh")


def leaky_relu(x, negative_slope=0.01):
    return _b["leaky_relu"](x, slope=negative_slope)


def elu(x, alpha=1.0):
    return _b["elu"](x, alpha=alpha)


def _along(name, dim):
    if dim is None:
        raise TypeError("wengert: write %s(x, dim=-1): which axis is not clear from the shape" % name)
    return dim


def softmax(x, dim=None):
    return _b["softmax"](x, axis=_along("softmax", dim))


def log_softmax(x, dim=None):
    return _b["log_softmax"](x, axis=_along("log_softmax", dim))


def normalize(x, p=2.0, dim=1, eps=1e-12):
    return x / _b["maximum"](_b["norm"](x, axis=dim, p=p, keepdims=True), eps)


def linear(x, weight, bias=None):
    return x @ _b["swap"](weight) if bias is None else _b["dense"](x, _b["swap"](weight), bias)


def embedding(x, weight, padding_idx=None):
    if padding_idx is not None:  # the row gets no gradient
        mask = np.zeros((weight.shape[0], 1))
        mask[padding_idx] = 1
        weight = wg.where(mask > 0, wg.stop_gradient(weight), weight)
    return _b["take"](weight, x)


def dropout(x, p=0.5, training=True):
    return _b["dropout"](x, drop=p, mode="train") if training and p else x


def layer_norm(x, normalized_shape, weight=None, bias=None, eps=1e-5):
    axes = list(range(-len(wg._list_of(normalized_shape)), 0))
    mean = x.mean(axis=axes, keepdims=True)
    y = (x - mean) * _b["rsqrt"](_b["square"](x - mean).mean(axis=axes, keepdims=True) + eps)
    y = y if weight is None else y * weight
    return y if bias is None else y + bias


def batch_norm(x, running_mean, running_var, weight=None, bias=None, training=False, momentum=0.1, eps=1e-5):
    """Channels are axis 1. In training the two arrays are moved towards the batch's mean and unbiased variance."""
    axes, shape = [0, *range(2, x.ndim)], [1, -1] + [1] * (x.ndim - 2)
    if training:
        n = int(x.size) // x.shape[1]
        if n < 2:
            raise ValueError("wengert: batch_norm of one element for each channel has no variance: give a larger batch, or call eval()")
        mean = x.mean(axis=axes, keepdims=True)
        var = _b["square"](x - mean).mean(axis=axes, keepdims=True)
        if running_mean is not None:
            running_mean += momentum * (mean.numpy().ravel() - running_mean)
            running_var += momentum * (var.numpy().ravel() * n / (n - 1) - running_var)
    else:
        mean, var = running_mean.reshape(shape), running_var.reshape(shape)
    y = (x - mean) * (_b["rsqrt"](var + eps) if training else 1 / np.sqrt(var + eps))
    y = y if weight is None else y * weight.reshape(shape)
    return y if bias is None else y + bias.reshape(shape)


def scaled_dot_product_attention(query, key, value, attn_mask=None, dropout_p=0.0, is_causal=False, scale=None):
    if dropout_p:
        raise TypeError("wengert: attention has no dropout: write F.dropout on its result")
    options = {n: x for n, x in (("mask", attn_mask), ("scale", scale)) if x is not None}
    return _b["attention"](query, key, value, causal=is_causal, **options)


# ---- windows ----

def _sizes(n, axes):
    n = tuple(wg._list_of(n))
    return n * axes if len(n) == 1 else n


def _channels(x, axes, last):
    if x.ndim != axes + 2:
        raise ValueError("wengert: a batch of %d axes is expected, [n, channels%s], not %s: x.unsqueeze(0) is a batch of one" % (
            axes + 2, ", width" if axes == 1 else ", height, width", list(x.shape)))
    return x.permute(0, *range(2, axes + 2), 1) if last else x.permute(0, axes + 1, *range(1, axes + 1))


def _conv(x, weight, bias, axes, stride=1, padding=0, dilation=1, groups=1):
    w = weight.permute(*range(2, axes + 2), 1, 0)
    how = {"same": True} if padding == "same" else {} if padding == "valid" else {"padding": _sizes(padding, axes)}
    y = _b["conv"](_channels(x, axes, True), w, stride=_sizes(stride, axes), dilation=_sizes(dilation, axes), groups=groups, **how)
    return _channels(y if bias is None else y + bias, axes, False)


def conv1d(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    return _conv(x, weight, bias, 1, stride, padding, dilation, groups)


def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    return _conv(x, weight, bias, 2, stride, padding, dilation, groups)


def _conv_transpose(x, weight, bias, axes, stride=1, padding=0, output_padding=0, groups=1, dilation=1):
    stride, dilation, more = (_sizes(n, axes) for n in (stride, dilation, output_padding))
    if any(m >= max(s, d) for m, s, d in zip(more, stride, dilation)):
        raise ValueError("wengert: conv_transpose%dd: output_padding=%s is not below stride or dilation" % (axes, list(more)))
    beside = [n for p, m in zip(_sizes(padding, axes), more) for n in (p, p - m)]
    w = weight.permute(*range(2, axes + 2), 1, 0)
    y = _b["conv_transpose"](_channels(x, axes, True), w, stride=stride, dilation=dilation, groups=groups, padding=beside)
    return _channels(y if bias is None else y + bias, axes, False)


def conv_transpose1d(input, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1):
    return _conv_transpose(input, weight, bias, 1, stride, padding, output_padding, groups, dilation)


def conv_transpose2d(input, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1):
    return _conv_transpose(input, weight, bias, 2, stride, padding, output_padding, groups, dilation)


def _pool(name, x, axes, size, stride, padding, **options):
    y = _b[name](_channels(x, axes, True), size=_sizes(size, axes), stride=_sizes(size if stride is None else stride, axes), padding=_sizes(padding, axes),
                 **options)
    return _channels(y, axes, False)


def max_pool1d(x, kernel_size, stride=None, padding=0):
    return _pool("max_pool", x, 1, kernel_size, stride, padding)


def max_pool2d(x, kernel_size, stride=None, padding=0):
    return _pool("max_pool", x, 2, kernel_size, stride, padding)


def avg_pool2d(x, kernel_size, stride=None, padding=0):
    return _pool("avg_pool", x, 2, kernel_size, stride, padding)


# ---- losses: input, target ----

def mse_loss(input, target, reduction="mean"):
    return _b["mse"](input, target, reduction=reduction)


def l1_loss(input, target, reduction="mean"):
    return _b["mae"](input, target, reduction=reduction)


def smooth_l1_loss(input, target, reduction="mean", beta=1.0):
    return _b["smooth_l1"](input, target, reduction=reduction, delta=beta)


def huber_loss(input, target, reduction="mean", delta=1.0):
    return _b["huber"](input, target, reduction=reduction, delta=delta)


def _classes_last(name, x, y, weight, ignore_index, reduction, **options):
    """PyTorch has the classes as axis 1, wengert as the last."""
    if x.ndim > 2:
        last = lambda a: a.permute(0, *range(2, a.ndim), 1)
        x, y = last(x), last(y) if y.ndim == x.ndim else y
    if weight is not None:
        options["weights"] = weight
    if wg._kind(y) in "iu" and ignore_index is not None:
        options["ignore"] = ignore_index
    return _b[name](x, y, reduction=reduction, **options)


def cross_entropy(input, target, weight=None, ignore_index=-100, reduction="mean", label_smoothing=0.0):
    """Of logits against class numbers, or against probabilities."""
    return _classes_last("softmax_cross_entropy", input, target, weight, ignore_index, reduction, smoothing=label_smoothing)


def nll_loss(input, target, weight=None, ignore_index=-100, reduction="mean"):
    return _classes_last("nll", input, target, weight, ignore_index, reduction)


def binary_cross_entropy(input, target, reduction="mean"):
    return _b["binary_cross_entropy"](input, target, reduction=reduction)


def binary_cross_entropy_with_logits(input, target, reduction="mean"):
    return _b["bce_with_logits"](input, target, reduction=reduction)


def kl_div(input, target, reduction="batchmean", log_target=False):
    """PyTorch's "mean" is over all elements: say which mean you want, "batchmean", which is over rows, "sum" or "none"."""
    if reduction == "mean":
        raise TypeError("wengert: kl_div: write reduction=\"batchmean\", the mean over rows; PyTorch's \"mean\" is over all elements")
    return _b["kl"](input, _b["exp"](target) if log_target else target, reduction={"batchmean": "mean"}.get(reduction, reduction))


def __getattr__(name):
    known = [n for n in globals() if n[0] != "_"]
    raise AttributeError("%s has no %s%s" % (__name__, name, "" if name[0] == "_" else wg._near(name, known, wg._CALL)))
