# SPDX-License-Identifier: MIT
"""Dicts of modules, and lists and dicts of parameters."""
from collections.abc import Mapping

import wengert as wg
from wengert._tensors import Parameter

from . import Module, _part


class _Dict(Module):
    """What ModuleDict and ParameterDict share: a dict whose values are parts of a model."""

    def _begun(self, given):
        vars(self)["_names"] = {}
        if given is not None:
            self.update(given)

    def _taken(self, key, x):
        """What is kept for x."""
        return x

    def __setitem__(self, key, x):
        if not isinstance(key, str) or not key or "." in key:
            raise TypeError("wengert: %s: a key is a text without dots, and %r is none" %
                            (type(self).__name__,
                                                                                      key))
        if key not in self._names and hasattr(self, key):
            raise KeyError("wengert: %s has an attribute %s: take another key" % (type(self).__name__, key))
        setattr(self, key, self._taken(key, x))
        self._names[key] = None

    def __getitem__(self, key):
        if key not in self._names:
            raise KeyError("wengert: %s has no %r: it has %s" % (
                type(self).__name__, key, ", ".join(map(repr, self._names)) or "nothing"))
        return getattr(self, key)

    def __delitem__(self, key):
        self[key]
        del self._names[key]
        delattr(self, key)

    def __len__(self):
        return len(self._names)

    def __iter__(self):
        return iter(self._names)

    def __contains__(self, key):
        return key in self._names

    def keys(self):
        return self._names.keys()

    def values(self):
        return [self[key] for key in self._names]

    def items(self):
        return [(key, self[key]) for key in self._names]

    def clear(self):
        for key in list(self._names):
            del self[key]

    def pop(self, key):
        x = self[key]
        del self[key]
        return x

    def update(self, other):
        """Takes what another dict, or a list of pairs, has."""
        if not isinstance(other, (Mapping, _Dict)) and not hasattr(other, "__iter__"):
            raise TypeError("wengert: %s: a dict or pairs are expected, not %r" % (type(self).__name__,
                                                                                   other))
        for key, x in other.items() if hasattr(other, "items") else other:
            self[key] = x

    def forward(self, *_):
        raise TypeError("wengert: a %s is a dict: call its elements" % type(self).__name__)


class ModuleDict(_Dict):
    """A dict of modules, whose parameters are found."""

    def __init__(self, modules=None):
        self._begun(modules)

    def _taken(self, key, x):
        return _part("ModuleDict", x)

    def add_module(self, name, module):
        self[name] = module

    register_module = add_module


class ParameterDict(_Dict):
    """A dict of parameters. A tensor in it becomes a parameter."""

    def __init__(self, parameters=None):
        self._begun({k: None for k in parameters} if isinstance(parameters, (list, tuple)) and all(
            isinstance(k, str) for k in parameters) else parameters)

    def _taken(self, key, x):
        return _as_parameter(x)

    def get(self, key, default=None):
        return self[key] if key in self else default

    def setdefault(self, key, default=None):
        if key not in self:
            self[key] = default
        return self[key]

    def popitem(self):
        key = list(self)[-1]
        return key, self.pop(key)

    def copy(self):
        return type(self)(dict(self.items()))

    def fromkeys(self, keys, default=None):
        return type(self)({key: default for key in keys})

    def __or__(self, other):
        return type(self)({**dict(self.items()), **dict(other.items())})


def _as_parameter(x):
    """A tensor as a parameter; what is no tensor stays."""
    return Parameter(x) if isinstance(x, wg.Value) and not isinstance(x, Parameter) else x


class ParameterList(Module):
    """A list of parameters. A tensor in it becomes a parameter."""

    def __init__(self, values=None):
        vars(self)["_size"] = 0
        self.extend(values or ())

    def __len__(self):
        return self._size

    def _place(self, i):
        """The name of element i."""
        if not -len(self) <= i < len(self):
            raise IndexError("wengert: parameter %r of %d" % (i, len(self)))
        return str(range(len(self))[i])

    def __getitem__(self, i):
        if isinstance(i, slice):
            return type(self)([getattr(self, str(k)) for k in range(len(self))[i]])
        return getattr(self, self._place(i))

    def __setitem__(self, i, x):
        setattr(self, self._place(i), _as_parameter(x))

    def __iter__(self):
        return iter([self[i] for i in range(len(self))])

    def append(self, value):
        vars(self)["_size"] += 1
        self[len(self) - 1] = value
        return self

    def extend(self, values):
        if isinstance(values, wg.Value) or not hasattr(values, "__iter__"):
            raise TypeError("wengert: ParameterList: a list of parameters is expected, not %s" %
                            type(values).__name__)
        for x in values:
            self.append(x)
        return self

    __iadd__ = extend

    def forward(self, *_):
        raise TypeError("wengert: a ParameterList is a list: use its elements")
