# SPDX-License-Identifier: MIT
"""torch.nn.utils: the gradients of parameters as one vector, and parameters as one; rnn has sequences of
several lengths."""
import importlib

import numpy as np

import wengert as wg
from wengert._words import _CALL, _near


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


def parameters_to_vector(parameters):
    """All parameters in a row, as one value with their derivatives."""
    return wg.cat([w.reshape(-1) for w in parameters])


def vector_to_parameters(vec, parameters):
    """The numbers of a vector, in a row, as those of the parameters."""
    a, parameters = np.asarray(vec.numpy() if hasattr(vec, "numpy") else vec), list(parameters)
    sizes = [int(w.size) for w in parameters]
    if a.shape != (sum(sizes),):
        raise ValueError("wengert: vector_to_parameters: a vector of %d numbers is expected, not %s" %
                         (sum(sizes), list(a.shape)))
    for w, part in zip(parameters, np.split(a, np.cumsum(sizes)[:-1])):
        w.set(part.reshape(w.shape))


def __getattr__(name):
    if name == "rnn":
        return importlib.import_module("wengert.nn.utils.rnn")
    known = [n for n in globals() if n[0] != "_" and n not in ("np", "wg", "importlib")] + ["rnn"]
    raise AttributeError("%s has no %s%s" % (__name__, name, _near(name, known, _CALL)))
