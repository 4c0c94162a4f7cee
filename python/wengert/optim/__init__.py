# SPDX-License-Identifier: MIT
"""Optimizers under PyTorch's names, of wg.tensor(x, requires_grad=True) and of model.parameters(). They are
those of wengert itself, such as wg.adam(p), with the options of both. As in PyTorch gradients stay until
zero_grad(): a second step() uses them again, and step() without gradients changes nothing. Weights of any
number of axes decay."""
import weakref

import numpy as np

import wengert as wg
from wengert import _signatures
from wengert._arrays import _numpy, _plain, _tensor
from wengert._errors import Error
from wengert._library import _DTYPES, _lib
from wengert._tensors import _kept_in
from wengert._way import _here
from wengert._words import _CALL, _near


class Optimizer(wg.Optimizer):
    """What SGD, Adam and the others share. Each says its name in C (_c), PyTorch's arguments (_row), C's
    names where they differ (_words), and the keys of state_dict() for C's arrays (_keys)."""
    _c, _row, _words, _keys, _counts = None, "params", {}, {}, True

    def __init_subclass__(cls, **options):
        super().__init_subclass__(**options)
        if "_row" in vars(cls):
            cls._refused, cls._standard, cls._fixed = _signatures.parted(cls._row)
            cls.__signature__ = _signatures.signature(cls._row)

    def __init__(self, params, *given, **options):
        name = type(self).__name__
        if type(self) is Optimizer:
            raise TypeError("wengert: Optimizer is what SGD, Adam and others share: for one of your own "
                            "change w in `with wg.no_grad():`")
        words = _signatures.by_place(self._row)[1:]
        if len(given) > len(words) or set(words[:len(given)]) & set(options):
            raise TypeError("wengert: %s takes %s" % (name, _signatures.arguments(self._row)))
        options.update(zip(words, given))
        self._options, self._more = dict(options), []  # those of all groups; optimizers of further groups
        params, groups, extra = _first_group(params, options, self._row)
        self._prepare(options)
        for word, standard in self._refused.items():
            if options.get(word, standard) != standard:
                _signatures.refuse(name, word, options[word])
        store, listed, self._beside = _store_of(params)
        entries = {n: options.pop(n, x) for n, x in self._standard.items()}
        fixed = {n: options.pop(n, x) for n, x in self._fixed.items()}
        for word in set(_IGNORED) & set(options):
            del options[word]
        of_c = self._of_c(entries)
        of_c.update(decay_all=True, **({} if self._c == "adamw" else {"coupled": True}))
        of_c.update(options)
        for name, words in self._words.items():  # an option may be given by C's name
            x = [of_c[w] for w in words if w in of_c]
            entries[name] = tuple(x) if len(words) > 1 else x[0] if x else entries[name]
        entries.update((n, of_c[n]) for n in entries if n in of_c)
        super().__init__(self._name(entries), store, of_c)
        _lib.wgx_optim_keep_gradients(self._o, True)
        self.defaults = dict(entries, **fixed)
        self.param_groups = [_Group(self, dict(self.defaults, params=listed, **extra))]
        for group in groups:
            self.add_param_group(group)

    def _prepare(self, options):
        """Before all: what the options make of it."""

    def _name(self, entries):
        """C's name of the optimizer."""
        return self._c

    def _of_c(self, entries):
        """Options under C's names."""
        out = {}
        for name, x in entries.items():
            words = self._words.get(name, (name,))
            out.update(zip(words, x if len(words) > 1 else [x]))
        return out

    def _set(self, name, x):
        """Changes an option by PyTorch's name."""
        self._o  # an error if it is gone
        for word, x in self._of_c({name: x}).items():
            _lib.wgx_optim_set_option_at(_here(), self._o, word.encode(), float(x))
            self._params.context._look()

    def step(self, closure=None):
        """One step with the gradients. closure: is called before it, calls zero_grad() and backward(), and
        returns the loss."""
        loss = None if closure is None else closure()
        for w, name in self._beside or ():  # another optimizer changes them, too
            self._params[name] = w.numpy()
            self._params._set_gradient(name, w._store._gradient(w._key))
        super().step()
        for w, name in self._beside or ():
            if self._params.grad(name) is not None:
                w.set(self._params[name])
        for o in self._more:
            o.step()
        return loss

    def zero_grad(self, set_to_none=True):
        """The next backward() sets the gradients; without it they are added. set_to_none=False: they are
        zeros, and step() moves on."""
        for o in self._more:
            o.zero_grad(set_to_none)
        if not set_to_none:
            p = self._params
            for w in self.param_groups[0]["params"]:
                if w is p:
                    for n, a in [] if p._cleared else [(n, p.grad(n)) for n in p.names()]:
                        if a is not None:
                            p._set_gradient(n, np.zeros_like(a))
                elif w.grad is not None:
                    w._change_grad(0)
            return
        super().zero_grad()
        for w, _ in self._beside or ():
            w.zero_grad()
        if self._free.alive:
            _lib.wgx_optim_zero_grad(self._o)

    def add_param_group(self, group):
        """One more group of parameters, {"params": ..., "lr": ...}. What it does not say is as in the call
        that made the optimizer. Each group is an optimizer of its own in C."""
        of = group["params"] if isinstance(group, dict) and "params" in group else None
        if of is None:
            raise TypeError("wengert: add_param_group takes a dict: write {\"params\": net.parameters(), "
                            "\"lr\": 0.1}")
        of = [of] if isinstance(of, wg.Value) else list(of)
        if {id(w) for w in of} & {id(w) for g in self.param_groups for w in g["params"]}:
            raise TypeError("wengert: a parameter is in two groups")
        self._more.append(type(self)([dict(group, params=of)], **self._options))
        self.param_groups.append(self._more[-1].param_groups[0])

    # ---- states ----

    def _places(self):
        """The numbers in the set of the parameters, in the order in which they were given."""
        p, listed = self._params, self.param_groups[0]["params"]
        if listed[0] is p:
            return [i for i in range(len(p)) if not _lib.wg_params_is_state(p._p, i)]
        return ([p._index(name) for _, name in self._beside] if self._beside
                else [p._index(w._key) for w in listed])

    def _arrays(self):
        """The keys of the arrays, in C's order."""
        names = iter(lambda k=iter(range(99)): _lib.wgx_optim_array_name(self._o, next(k)), None)
        return [self._keys[name.decode()] for name in names]

    def state_dict(self):
        """All that the optimizer goes on from, as in PyTorch: {"state": {0: {...}}, "param_groups": [{...}]},
        with arrays of NumPy."""
        self._o  # an error if it is gone
        places, keys, state = self._places(), self._arrays(), {}
        for i, at in enumerate(places):
            steps = _lib.wgx_optim_steps(self._o, at)
            arrays = {key: _numpy(_lib.wgx_optim_array(self._o, k, at)) for k, key in enumerate(keys)}
            if steps and all(a is not None for a in arrays.values()):
                state[i] = self._given(arrays, steps)
        group = dict(self.param_groups[0])
        groups = [dict(group, params=list(range(len(places))))]
        for o in self._more:
            of, n = o.state_dict(), sum(len(g["params"]) for g in groups)
            state.update({n + i: x for i, x in of["state"].items()})
            group, = of["param_groups"]
            groups.append(dict(group, params=[n + i for i in group["params"]]))
        return {"state": state, "param_groups": groups}

    def _given(self, arrays, steps):
        """The entry of a parameter in PyTorch's state."""
        return dict({"step": steps} if self._counts else {}, **arrays)

    def _taken(self, entry):
        """The arrays in such an entry, by key. None: there is no such array, as before the first step."""
        return {k: a for k, a in entry.items() if a is not None and k != "step"}

    def load_state_dict(self, state_dict):
        """Goes on from what state_dict() gave, here or in PyTorch, for parameters of the same shapes in the
        same order. The rate and the options become those of the state. After an error nothing has changed."""
        self._o  # an error if it is gone
        if self._more:
            for o, part in zip((self, *self._more), self._parts_of(state_dict)):
                o._load(part)
        else:
            self._load(state_dict)

    def _parts_of(self, state_dict):
        """A state of several groups as one for each."""
        groups = state_dict["param_groups"]
        if len(groups) != 1 + len(self._more):
            raise Error(_said("load_state_dict: the state has %d groups of parameters, and the optimizer %d" %
                              (len(groups), 1 + len(self._more))))
        parts = [dict(state_dict, param_groups=[g]) for g in groups]
        for o, part in zip((self, *self._more), parts):  # all, before anything changes
            o._checked(part, len(o._places()))
        return parts

    def _load(self, state_dict):
        places, keys = self._places(), self._arrays()
        group, entries = self._checked(state_dict, len(places))
        counts = np.zeros(len(self._params), np.int64)
        arrays = []
        for i, at in enumerate(places):
            found = self._found(entries.get(i, {}), keys, i, at)
            if i in entries:
                counts[at] = int(np.asarray(_plain(entries[i].get("step", 1))))
            arrays += [(keys.index(k), at, a) for k, a in found.items()]
        before = dict(self.param_groups[0])
        try:
            self.param_groups[0].update({k: x for k, x in group.items() if k != "params"})
        except Error as e:
            self.param_groups[0].update({k: x for k, x in before.items() if k != "params"})
            raise Error(_said("load_state_dict: " + str(e).partition("wengert: ")[2] or str(e))) from None
        _lib.wgx_optim_set_steps_at(_here(), self._o, counts.ctypes.data, counts.size)
        self._params.context._look()
        for k, at, a in arrays:
            _lib.wgx_optim_set_array_at(_here(), self._o, k, at, _tensor(a))
            self._params.context._look()

    def _checked(self, state_dict, n):
        """The group and the entries by place of a state that can be of this optimizer."""
        name = type(self).__name__
        try:
            (group,), state = state_dict["param_groups"], state_dict["state"]
            numbers = list(group["params"])
            entries = {i: dict(state[k]) for i, k in enumerate(numbers) if k in state}
        except (KeyError, TypeError, ValueError):
            raise Error(_said("load_state_dict takes what state_dict() of an optimizer with one group of "
                              "parameters gave")) from None
        if len(numbers) != n:
            raise Error(_said("load_state_dict: the state is of %d parameters, and %s has %d" %
                              (len(numbers), name, n)))
        lacks = [k for k in self._standard if k not in group and k not in _LATER]
        other = [k for k in ("betas", "rho", "alpha", "momentum_decay", "nesterov") if k in group
                 and k not in self._standard]
        if lacks or other:
            raise Error(_said("load_state_dict: the state is of another optimizer than %s: it has %s" % (
                name, "no " + lacks[0] if lacks else other[0])))
        return group, entries

    def _found(self, entry, keys, i, at):
        """The arrays of the parameter i, in its shape and dtype."""
        if not entry:
            return {}
        of = _lib.wg_params_tensor(self._params._p, at)
        shape, dtype = tuple(of.shape.dim[:of.shape.rank]), _DTYPES[of.dtype]
        found = self._taken(entry)
        if set(found) - set(keys) or found and set(keys) - set(found):
            raise Error(_said("load_state_dict: the state of parameter %d is %s, and %s with its options "
                              "keeps %s" % (
                i, ", ".join(found) or "nothing", type(self).__name__, ", ".join(keys) or "nothing")))
        out = {k: np.ascontiguousarray(_plain(a), dtype).reshape(np.shape(a)) for k, a in found.items()}
        for k, a in out.items():
            if a.shape != shape:
                raise Error(_said("load_state_dict: %s of parameter %d has the shape %s, and the parameter "
                                  "%s" % (
                    k, i, list(a.shape), list(shape))))
        return out


_IGNORED = "foreach", "fused", "capturable"  # ways to compute the same
# Options that PyTorch's states of an older version may lack.
_LATER = frozenset(["nesterov"])


def _said(text):
    return "wengert: " + text


def _first_group(params, options, row):
    """The parameters of the first group, further groups, and what the first one has beside options. Its
    options are over the others."""
    if isinstance(params, wg.Params) or hasattr(params, "parameters"):
        return params, [], {}
    params = list(params)
    if not params or not isinstance(params[0], dict):
        return params, [], {}
    first, groups = dict(params[0]), params[1:]
    params = first.pop("params")
    known = _signatures.names(row)
    options.update({n: x for n, x in first.items() if n in known})
    return ([params] if isinstance(params, wg.Value) else params, groups,
            {n: x for n, x in first.items() if n not in known})


def _store_of(params):
    """The set that holds all of these parameters, and the list of them."""
    if isinstance(params, wg.Params):
        return params, [params], None
    params = list(params.parameters() if hasattr(params, "parameters") else params)
    store, beside = _kept_in(params)
    return store, params, beside


class _Group(dict):
    """opt.param_groups[0]: "lr" and other options by PyTorch's names, which change the optimizer, its
    parameters as "params", and what schedules and others add."""

    def __init__(self, o, entries):
        super().__init__(entries)
        self._o = weakref.ref(o)

    def _renewed(self):
        """The rate is the optimizer's, by whatever call it was set."""
        o = self._o()
        if o is not None and o._free.alive:
            super().__setitem__("lr", o.lr)
        return super()

    def __setitem__(self, name, x):
        o = self._o()
        if o is None:
            raise Error("wengert: the optimizer of this group is gone")
        if name == "lr":
            o.lr = x
        elif name == "params" and name in self:
            raise TypeError("wengert: the parameters of an optimizer do not change: make a new optimizer")
        elif name in getattr(o, "_fixed", ()):
            if x != o._refused.get(name, x):
                _signatures.refuse(type(o).__name__, name, x)
        elif name in getattr(o, "_standard", ()):
            x = tuple(x) if isinstance(x, list) else x
            if x != super().__getitem__(name):
                o._set(name, x)
        super().__setitem__(name, x)

    def __getitem__(self, name):
        return self._renewed().__getitem__(name)

    def __iter__(self):  # so that dict(group) asks for each entry
        return iter(list(super().keys()))

    def __repr__(self):
        return self._renewed().__repr__()

    def __eq__(self, other):
        return self._renewed().__eq__(other)

    def get(self, name, other=None):
        return self[name] if name in self else other

    def items(self):
        return self._renewed().items()

    def values(self):
        return self._renewed().values()

    def copy(self):
        return dict(self.items())

    def setdefault(self, name, x=None):
        if name not in self:
            self[name] = x
        return self[name]

    def update(self, *other, **more):
        for name, x in dict(*other, **more).items():
            self[name] = x

    __hash__ = None


class SGD(Optimizer):
    """Gradient descent, with momentum and Nesterov's method: wg.sgd and wg.momentum."""
    _row = ("params, lr=1e-3, momentum=0.0, -dampening=0.0, weight_decay=0.0, nesterov=False, *, "
            "-maximize=False, ~foreach=None, -differentiable=False")
    _words = dict(momentum=("beta",))
    _keys, _counts = dict(m="momentum_buffer"), False

    def _prepare(self, options):
        self._plain = not options.get("beta", options.get("momentum"))
        if options.get("nesterov") and self._plain:
            raise TypeError("wengert: SGD: nesterov=True is of momentum: write momentum=0.9 beside it")
        if not self._plain:
            options.setdefault("classical", not options.get("velocity"))

    def _name(self, entries):
        return "sgd" if self._plain else "momentum"

    def _of_c(self, entries):
        return super()._of_c({n: x for n, x in entries.items() if not self._plain
                              or n not in ("momentum", "nesterov")})

    def _set(self, name, x):
        if self._plain and name in ("momentum", "nesterov"):
            raise Error("wengert: %s: this SGD was made without momentum: make a new optimizer" % name)
        super()._set(name, x)

    def _given(self, arrays, steps):
        return arrays if self.param_groups[0]["momentum"] else {"momentum_buffer": None}


class Adam(Optimizer):
    """Adam, with amsgrad: wg.adam."""
    _c = "adam"
    _row = ("params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0, amsgrad=False, *, "
            "~foreach=None, -maximize=False, ~capturable=False, -differentiable=False, ~fused=False")
    _words = dict(betas=("beta1", "beta2"))
    _keys = dict(m="exp_avg", v="exp_avg_sq", v_most="max_exp_avg_sq")


class AdamW(Adam):
    """Adam with decay beside the step: wg.adamw."""
    _c = "adamw"
    _row = ("params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01, amsgrad=False, *, "
            "-maximize=False, ~foreach=None, ~capturable=False")


class RMSprop(Optimizer):
    """Steps divided by the root of a running mean of squares: wg.rmsprop."""
    _c = "rmsprop"
    _row = ("params, lr=0.01, alpha=0.99, eps=1e-8, weight_decay=0.0, momentum=0.0, centered=False, "
            "~foreach=None, -maximize=False, -differentiable=False")
    _words = dict(alpha=("rho",))
    _keys = dict(v="square_avg", a="grad_avg", b="momentum_buffer")


class Adagrad(Optimizer):
    """Steps divided by the root of the sum of squares: wg.adagrad."""
    _c = "adagrad"
    _row = ("params, lr=0.01, -lr_decay=0.0, weight_decay=0.0, initial_accumulator_value=0.0, eps=1e-10, "
            "~foreach=None, *, -maximize=False")
    _words = dict(initial_accumulator_value=("initial",))
    _keys = dict(v="sum")

    # PyTorch's sum begins at the initial value, C's v at 0. v stands beside the sum, so that no bit is lost.
    def _given(self, arrays, steps):
        v, first = arrays["sum"], self.param_groups[0]["initial_accumulator_value"]
        return dict({"step": steps, "sum": np.asarray(first + v)}, **({"v": v} if first else {}))

    def _taken(self, entry):
        first = self.param_groups[0]["initial_accumulator_value"]
        found = super()._taken(entry)
        v = found.pop("v", None)
        if "sum" in found:
            found["sum"] = _plain(found["sum"]) - first if v is None else v
        return found


class Adadelta(Optimizer):
    """Steps in the unit of the parameter: wg.adadelta."""
    _c = "adadelta"
    _row = "params, lr=1.0, rho=0.9, eps=1e-6, weight_decay=0.0, ~foreach=None, *, -maximize=False"
    _keys = dict(v="square_avg", u="acc_delta")


class Adamax(Optimizer):
    """Adam with the largest of recent gradients: wg.adamax."""
    _c = "adamax"
    _row = ("params, lr=2e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0, ~foreach=None, *, "
            "-maximize=False")
    _words = Adam._words
    _keys = dict(m="exp_avg", u="exp_inf")


class NAdam(Optimizer):
    """Adam with Nesterov's momentum: wg.nadam."""
    _c = "nadam"
    _row = ("params, lr=2e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0, momentum_decay=4e-3, "
            "~foreach=None")
    _words = dict(betas=("beta1", "beta2"), momentum_decay=("psi",))
    _keys = dict(m="exp_avg", v="exp_avg_sq")

    def _given(self, arrays, steps):
        """mu_product follows from the count, and is made anew by a load."""
        (beta, _), psi = self.param_groups[0]["betas"], self.param_groups[0]["momentum_decay"]
        product = 1.0
        for t in range(1, steps + 1):
            product *= beta * (1 - 0.5 * 0.96 ** (t * psi))
        return dict({"step": steps, "mu_product": product}, **arrays)

    def _taken(self, entry):
        return {k: a for k, a in super()._taken(entry).items() if k != "mu_product"}


from . import lr_scheduler  # noqa: it uses _Group
from ._lbfgs import LBFGS  # noqa


def __getattr__(name):
    known = [n for n in globals() if n[0] != "_"]
    raise AttributeError("%s has no %s%s" % (__name__, name, "" if name[0] == "_"
                                             else _near(name, known, _CALL)))
