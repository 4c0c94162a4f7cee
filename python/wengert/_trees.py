# SPDX-License-Identifier: MIT
"""Trees: an argument of a function may be a dict or a list of arrays, or of such."""
import inspect
import types

import numpy as np

from ._value import Value

def _is_tree(x):
    return isinstance(x, dict) or (isinstance(x, (list, tuple)) and any(
        isinstance(e, (np.ndarray, Value)) or hasattr(e, "detach") or _is_tree(e) for e in x))

def _leaves(x, like, name="", is_tree=_is_tree):
    """The pairs (name, array) of a tree, in the order of the tree `like`: "params.W", "layers.0.b"."""
    if not is_tree(like):
        return [(name, x)] if like is not None else []
    keys = list(like) if isinstance(like, dict) else range(len(like))
    has = ((list(x) if isinstance(x, dict) else range(len(x))) if isinstance(x, (dict, list, tuple))
           else [type(x).__name__])
    if set(has) != set(keys):
        raise ValueError("wengert: %s has the parts %s, its argument has %s" %
                         (name, ", ".join(map(str, has)), ", ".join(map(str, keys))))
    return [leaf for k in keys for leaf in _leaves(x[k], like[k], "%s.%s" % (name, k), is_tree)]

def _tree(like, leaves, is_tree=_is_tree):
    """The tree `like` with the next of the leaves in place of its own."""
    if not is_tree(like):
        return next(leaves) if like is not None else None
    if isinstance(like, dict):
        return {k: _tree(v, leaves, is_tree) for k, v in like.items()}
    parts = [_tree(v, leaves, is_tree) for v in like]
    return (parts if isinstance(like, list) else type(like)(*parts) if hasattr(like, "_fields")
            else tuple(parts))

def _names_of(f, n):
    """Names for n arguments of f."""
    if type(f) is types.FunctionType and f.__code__.co_argcount >= n and not hasattr(f, "__wrapped__"):
        return f.__code__.co_varnames[:n]
    try:
        names = list(inspect.signature(f).parameters)[:n]
    except (TypeError, ValueError):  # a builtin, a ufunc
        names = []
    return names if len(names) == n else ["x%d" % i for i in range(n)]

def _leaves_of(f, arguments):
    return [leaf for n, a in zip(_names_of(f, len(arguments)), arguments) for leaf in _leaves(a, a, n)]
