# SPDX-License-Identifier: MIT
"""torch.nn.utils: the gradients of parameters as one vector."""
import numpy as np

import wengert as wg


def clip_grad_norm_(parameters, max_norm, norm_type=2.0, error_if_nonfinite=False):
    """Scales the gradients so that their length together is at most max_norm: by max_norm / (length + 1e-6),
    as in PyTorch. Returns the length before. norm_type: another power than 2, or inf."""
    parameters = [parameters] if hasattr(parameters, "shape") else list(parameters)
    with_one = [(w, g.numpy()) for w in parameters if (g := w.grad) is not None]
    p, most = float(norm_type), float(np.max([np.abs(g).max(initial=0.0) for _, g in with_one], initial=0.0))
    e = int(np.frexp(most)[1]) if np.isfinite(most) else 0  # in this unit no power of an element is too large
    powers = sum((np.ldexp(np.abs(g), -e) ** p).sum(dtype=float) for _, g in with_one)
    length = most if np.isinf(p) else float(np.ldexp(powers ** (1 / p), e))
    if error_if_nonfinite and not np.isfinite(length):
        raise RuntimeError("wengert: clip_grad_norm_: the length of the gradients is %s" % length)
    by = np.minimum(1.0, max_norm / (length + 1e-6))
    for w, g in with_one if by != 1 else ():
        w._change_grad(g * by)
    return wg.tensor(length)


def clip_grad_value_(parameters, clip_value):
    """Each element of a gradient is at most clip_value from 0."""
    for w in [parameters] if hasattr(parameters, "shape") else list(parameters):
        if (g := w.grad) is not None:
            w._change_grad(np.clip(g.numpy(), -clip_value, clip_value))
