# SPDX-License-Identifier: MIT
"""Parameters by name, optimizers of them, and the cache of attention."""
import os
import weakref
from ctypes import byref

import numpy as np

from ._arrays import _numpy, _tensor, _text, _unmasked
from ._context import _free_now, default_context
from ._errors import Error
from ._library import _Tensor, _enums, _lib
from ._names import _builders
from ._options import _given, _opts
from ._things import _OfTable, _end
from ._way import _here
from ._words import _near

class Params(_OfTable):
    """Parameters by name. p["fc.W"] is a copy of the values; p["fc.W"] = array sets them."""
    _kind = "params"

    def __init__(self, context=None, _p=None, _whole=None):
        self.context, self._whole = context or default_context(), _whole
        self._p, self._optimizer, self._cleared = _p or _lib.wg_params_new(self.context._c), None, True
        if not _p:
            self._ends = self.context._frees(self, "_free_params", self._p)
            _lib.wgx_params_keep_values(self._p, 1)  # WG_KEEP_READ
        # Parameters of PyTorch's way: those that are in it, and those that have moved to another set, with
        # their names here.
        self._here, self._heirs = [], []
        self.context._sets.add(self)

    def param(self, name, shape, init=None):
        """The parameter of this name, which is made if there is none."""
        return _builders["param"](self, name, shape, init)

    def state(self, name, shape, init=None):
        """The state of this name, which is made if there is none."""
        return _builders["state"](self, name, shape, init)

    def part(self, prefix):
        """The parameters whose names begin with the prefix and a dot, without it."""
        p = _lib.wg_params_in_at(_here(), self._p, prefix.encode())
        self.context._look()
        return Params(self.context, p, self)

    def names(self):
        """The names of all parameters and states, in the order in which they were made."""
        return [_lib.wg_params_name(self._p, i).decode() for i in range(_lib.wg_params_count(self._p))]

    def _index(self, name):
        i = _lib.wg_params_find(self._p, name.encode())
        if i < 0:
            raise KeyError("no parameter %s%s" % (name, _near(name, self.names())))
        return i

    def __getitem__(self, name):
        return _numpy(_lib.wg_params_tensor(self._p, self._index(name)))

    def __setitem__(self, name, array):
        a = np.asarray(_unmasked(array), dtype=self[name].dtype, order="C")
        self._change(_lib.wg_params_assign_tensor_at, self._p, name.encode(), _tensor(a))

    def _parameters(self):
        """Those of PyTorch's way that are in it."""
        return [w for of in self._here if (w := of()) is not None and w._store is self]

    def _change(self, f, *given):
        """A call that changes numbers. What shows parameters of PyTorch's way shows the new ones."""
        shown = [w for w in self._parameters() if w._views]
        if shown:
            from ._in_place import _anew, _members
            members = _members(*shown)
        f(_here(), *given)
        self.context._look()
        if shown:
            _anew(members)

    def _add_gradients(self, y):
        """Adds the gradients of y, or sets them after zero_grad(). The result is None, or the error that says
        where each path to them ends."""
        off = [(w, self._gradient(w._key)) for w in self._parameters() if w._constant]
        backward = _lib.wg_backward_at if self._cleared else _lib.wg_backward_add_at
        status = backward(_here(), y._node, self._p)
        try:
            self.context._look()
        except Error as e:
            if status == _enums["status"].index("error_gradient"):
                return e
            raise
        self._cleared = False
        for w, a in off:  # requires_grad is off: the gradient stays
            self._set_gradient(w._key, a)
        self._look_at_gradients()
        for of, name in self._heirs:  # they have moved to the set of an optimizer since y was made
            w, a = of(), self.grad(name)
            if a is not None:
                self._set_gradient(name, None)
            if w is not None and a is not None:
                w._add_gradient(a)

    def _set_gradient(self, name, a):
        """a: an array of the parameter's shape and dtype, or None. Other gradients stay, but for those that
        zero_grad() has emptied."""
        if self._cleared:
            for other in self.names():
                if not _lib.wg_params_is_state(self._p, self._index(other)):
                    _lib.wg_params_set_grad_at(_here(), self._p, _text(other), _Tensor())
            self._cleared = False
        _lib.wg_params_set_grad_at(_here(), self._p, _text(name), _Tensor() if a is None else _tensor(a))
        self.context._look()
        self._look_at_gradients()

    def _clear(self):
        """The next backward() sets the gradients; without it they are added."""
        self._cleared = True
        self._look_at_gradients()

    def _gradient(self, name):
        """The gradient since then, or None."""
        return None if self._cleared else self.grad(name)

    def _look_at_gradients(self):
        """Who has a gradient of PyTorch's way sees what it is now."""
        for w in self._parameters():
            if (g := w._held()) is not None:
                g._look()

    def grad(self, name):
        """The gradient of the last backward. None: the loss does not depend on the parameter."""
        return _numpy(_lib.wg_params_grad(self._p, self._index(name)))

    def save(self, path):
        _lib.wg_params_save_at(_here(), self._p, os.fsencode(path))
        self.context._look()

    def load(self, path):
        self._change(_lib.wg_params_load_at, self._p, os.fsencode(path))

    def __iter__(self):
        return iter(self.names())

    def __len__(self):
        return _lib.wg_params_count(self._p)

    def __contains__(self, name):
        return name in self.names()

class Optimizer(_OfTable):
    """Changes parameters by their gradients: o = wg.adam(p, lr=1e-3); loss.backward(p); o.step()."""
    _kind = "optim"
    def __init__(self, name, p, options):
        _given("params", p, None)
        before = p._optimizer and p._optimizer()
        if before is not None:  # a parameter has one optimizer at a time: the new one
            _free_now(before._free)
            _end(before, "_o", "the parameters have got another optimizer")
        p.context._drain()
        f = getattr(_lib, "wg_%s_at" % name)
        self._params, self._o = p, f(_here(), p._p, byref(_opts(name + "_opts", name, options)))
        p.context._look()
        p._optimizer = weakref.ref(self)
        self._free = p.context._frees(self, _lib.wg_optim_free, self._o)

    def zero_grad(self):
        """The next y.backward() sets the gradients; without it they are added."""
        self._params._clear()

    def step(self):
        self._params._change(_lib.wg_optim_step_at, self._o)

    def clip_norm(self, most):
        norm = _lib.wg_optim_clip_norm_at(_here(), self._o, most)
        self._params.context._look()
        return norm

    lr = property(lambda o: _lib.wg_optim_lr(o._o))

    @lr.setter
    def lr(self, rate):
        _lib.wg_optim_set_lr_at(_here(), self._o, rate)
        self._params.context._look()

def _optimizer(name):
    def make(p, **options):
        return Optimizer(name, p, options)
    make.__module__, make.__name__, make.__qualname__ = "wengert", name, name
    return make

_optimizers = {name: _optimizer(name) for name in (b.decode()
                                                   for b in iter(
                                                       lambda i=iter(range(99)): _lib.wgx_optim_kind(next(i)),
                                                       None))}

class Cache(_OfTable):
    """Keys and values of the tokens so far: wg.nn_attention(x, p, "a", causal=True, cache=k)."""
    _kind = "nn_cache"

    def __init__(self, context=None):
        self.context = context or default_context()
        self._cache = _lib.wg_nn_cache_new_at(_here(), self.context._c)

    def step(self):
        _lib.wg_nn_cache_step_at(_here(), self._cache)
        self.context._look()

    def select(self, rows):
        """Text i of the batch goes on from what text rows[i] was: for a beam search."""
        rows = np.ascontiguousarray(rows, dtype=np.int64)
        _lib.wg_nn_cache_select_at(_here(), self._cache, rows.ctypes.data, rows.size)
        self.context._look()
