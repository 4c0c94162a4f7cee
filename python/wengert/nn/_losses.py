# SPDX-License-Identifier: MIT
"""More losses of nn.functional. They are read when one of them is first asked for."""
import math

import numpy as np

import wengert as wg
from wengert._signatures import Rows

from .functional import _kind, _reduced, _weighted, b

_ROWS = r"""
cosine_embedding_loss(input1, input2, target, margin=0, -size_average=None, -reduce=None, \
    reduction='mean') = _reduced(_cosine_embedding(input1, input2, target, margin), reduction)
margin_ranking_loss(input1, input2, target, margin=0, -size_average=None, -reduce=None, \
    reduction='mean') = _reduced(_at_least_0(margin - target * (input1 - input2)), reduction)
hinge_embedding_loss(input, target, margin=1.0, -size_average=None, -reduce=None, reduction='mean') = \
    _reduced(b.where(target != -1, input, 0) + b.where(target != 1, _at_least_0(margin - input), 0), \
    reduction)
triplet_margin_loss(anchor, positive, negative, margin=1.0, p=2.0, eps=1e-6, swap=False, -size_average=None, \
    -reduce=None, reduction='mean') = _reduced(_triplet(anchor, positive, negative, margin, p, eps, swap), \
    reduction)
gaussian_nll_loss(input, target, var, full=False, eps=1e-6, reduction='mean') = _reduced(_gaussian(input, \
    target, var, full, eps), reduction)
poisson_nll_loss(input, target, log_input=True, full=False, -size_average=None, eps=1e-8, -reduce=None, \
    reduction='mean') = _reduced(_poisson(input, target, log_input, full, eps), reduction)
soft_margin_loss(input, target, -size_average=None, -reduce=None, reduction='mean') = \
    _reduced(b.softplus(-(target * input)), reduction)
multilabel_soft_margin_loss(input, target, weight=None, -size_average=None, -reduce=None, \
    reduction='mean') = _reduced(_weighted(b.bce_with_logits(input, target, reduction="none"), \
    weight).mean(axis=-1), reduction)
multi_margin_loss(input, target, p=1, margin=1.0, weight=None, -size_average=None, -reduce=None, \
    reduction='mean') = _reduced(_multi_margin(input, target, p, margin, weight), reduction)
"""
_Value, _tensor = wg.Value, wg.tensor
_rows = Rows(_ROWS.replace("\\\n    ", ""), globals())


def _at_least_0(x):
    return b.clip(x, 0.0, np.inf)


def _cosine_embedding(x, y, target, margin):
    """PyTorch adds 1e-12 to the squares of both lengths."""
    if x.shape != y.shape or x.ndim - 1 != target.ndim or x.ndim not in (1, 2):
        raise ValueError("wengert: cosine_embedding_loss: two of [batch, n] and a target [batch], not %s, %s "
                         "and "
                         "%s" % (list(x.shape), list(y.shape), list(target.shape)))
    length = lambda a: (a * a).sum(axis=-1) + 1e-12
    c = (x * y).sum(axis=-1) / b.sqrt(length(x) * length(y))
    return b.where(target == 1, 1 - c, 0) + b.where(target == -1, _at_least_0(c - margin), 0)


def _triplet(anchor, positive, negative, margin, p, eps, swap):
    far = lambda x, y: b.norm(x - y + eps, axis=-1, p=p)
    to_negative = far(anchor, negative)
    if swap:
        to_negative = b.minimum(to_negative, far(positive, negative))
    return _at_least_0(margin + far(anchor, positive) - to_negative)


def _gaussian(x, target, var, full, eps):
    if var.shape != x.shape:
        if var.shape == x.shape[:-1]:
            var = var.unsqueeze(-1)
        elif var.ndim != x.ndim or var.shape[-1] != 1:
            raise ValueError("wengert: gaussian_nll_loss: var has the shape of input, %s, or 1 in the place "
                             "of "
                             "its last size, not %s" % (list(x.shape), list(var.shape)))
    if (var.numpy() < 0).any():
        raise ValueError("wengert: gaussian_nll_loss: var has a number below 0")
    var = var + b.stop_gradient(b.maximum(var, eps) - var)  # the gradient of a bounded one stays
    loss = 0.5 * (b.log(var) + b.square(x - target) / var)
    return loss + 0.5 * math.log(2 * math.pi) if full else loss


def _poisson(x, target, log_input, full, eps):
    loss = b.exp(x) - target * x if log_input else x - target * b.log(x + eps)
    if full:  # Stirling's formula for ln target!
        t = b.where(target > 1, target, 1.0)
        loss = loss + b.where(target > 1, t * b.log(t) - t + 0.5 * b.log(2 * math.pi * t), 0)
    return loss


def _multi_margin(x, target, p, margin, weight):
    if p not in (1, 2):
        raise ValueError("wengert: multi_margin_loss: p is 1 or 2, not %r" % (p,))
    if _kind(target) not in "iu" or target.shape != x.shape[:-1] or x.ndim not in (1, 2):
        raise ValueError("wengert: multi_margin_loss: [batch, classes] and whole numbers [batch], not %s and "
                         "%s "
                         "%s" % (list(x.shape), target.dtype, list(target.shape)))
    ones, classes = b.one_hot(target, x.shape[-1]).to(x.dtype), x.shape[-1]
    if ((target.numpy() < 0) | (target.numpy() >= classes)).any():
        raise IndexError("wengert: multi_margin_loss: a target is no class of %d" % classes)
    loss = _at_least_0(margin - (x * ones).sum(axis=-1, keepdims=True) + x)
    loss = loss if p == 1 else b.square(loss)
    if weight is not None:
        loss = loss * b.take(weight, target, 0).unsqueeze(-1)
    return ((1 - ones) * loss).sum(axis=-1) / classes
