# SPDX-License-Identifier: MIT
"""torch.nn.utils: the gradients of parameters as one vector."""
import numpy as np


def clip_grad_norm_(parameters, max_norm):
    """Scales the gradients so that their length together is at most max_norm. Returns the length before."""
    with_one = [(w, g.numpy()) for w in ([parameters] if hasattr(parameters, "shape") else list(parameters)) if (g := w.grad) is not None]
    length = float(np.sqrt(sum((g * g).sum() for _, g in with_one)))
    for w, g in with_one if length > max_norm else ():
        w._change_grad(g * (max_norm / length))
    return length


def clip_grad_value_(parameters, clip_value):
    """Each element of a gradient is at most clip_value from 0."""
    for w in [parameters] if hasattr(parameters, "shape") else list(parameters):
        if (g := w.grad) is not None:
            w._change_grad(np.clip(g.numpy(), -clip_value, clip_value))
