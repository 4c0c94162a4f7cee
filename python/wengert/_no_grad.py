# SPDX-License-Identifier: MIT
"""Blocks without derivatives, and PyTorch's checkpoint and gradcheck."""
import functools
import inspect

import numpy as np

from ._arrays import _plain
from ._check import check
from ._errors import Error
from ._names import _builders, _call, _say, calls
from ._tensors import Parameter
from ._value import Value
from ._way import _off

class no_grad:
    """with wg.no_grad(): what is made there has no derivative, and parameters may change in place. Also a
    decorator. It is of the thread."""
    _to = True

    def __init__(self):
        self._before = []

    def __enter__(self):
        self._before.append(_off(self._to))

    def __exit__(self, *_):
        _off(self._before.pop())

    def __call__(self, f):
        if inspect.isgeneratorfunction(f):
            return self._of_generator(f)

        @functools.wraps(f)
        def inside(*given, **options):
            with type(self)():
                return f(*given, **options)
        return inside

    def _of_generator(self, f):
        """Each stretch between two values of the generator is a block."""
        @functools.wraps(f)
        def inside(*given, **options):
            generator, go, what = f(*given, **options), "send", (None,)
            while True:
                try:
                    with type(self)():
                        y = getattr(generator, go)(*what)
                except StopIteration as end:
                    return end.value
                try:
                    go, what = "send", ((yield y),)
                except GeneratorExit:
                    with type(self)():
                        generator.close()
                    raise
                except BaseException as e:
                    go, what = "throw", (e,)
        return inside

class enable_grad(no_grad):
    """with wg.enable_grad(): the end of no_grad, for a part of its block."""
    _to = False

@_call
def is_grad_enabled():
    """Whether the thread is outside of blocks of no_grad."""
    return not _off()

calls.update(no_grad=no_grad, enable_grad=enable_grad, inference_mode=no_grad, Parameter=Parameter,
             stop_gradient=_builders["stop_gradient"], jit=lambda f, **_: f, compile=lambda f, **_: f)

@_call
def checkpoint(f, *given, **_):
    """checkpoint(f): f whose inside is computed again in the backward pass instead of being kept.
    checkpoint(f, x) applies it."""
    def again(*x):
        if len(x) != 1:
            raise TypeError("wengert: checkpoint is of a function of one value: write checkpoint(lambda x: "
                            "f(x, y), x)")
        return _builders["recompute"](x[0], f)
    return again(*given) if given else again

calls["remat"] = checkpoint

def gradcheck(f, inputs, eps=1e-6, atol=1e-5, rtol=1e-3, raise_exception=True, **_):
    """Whether the gradients of f, by the inputs that require them, are those of its values, by wg.check,
    which chooses its steps and bounds itself. Else it is an error, or False with raise_exception=False."""
    inputs = inputs if isinstance(inputs, (tuple, list)) else (inputs,)
    which = [i for i, x in enumerate(inputs) if isinstance(x, Value) and x.requires_grad]
    if not which:
        raise ValueError("wengert: gradcheck: no input requires a gradient: write wg.tensor(x, "
                         "requires_grad=True)")

    def total(*some):
        x = list(inputs)
        for i, v in zip(which, some):
            x[i] = v
        y = f(*x)
        return sum((v * np.sin(2.0 + np.arange(int(v.size))).reshape(v.shape)).sum()
                   for v in (y if isinstance(y, (tuple, list)) else [y]))
    report = check(total, *[_plain(inputs[i]) for i in which])
    if not report and raise_exception:
        raise Error("wengert: gradcheck: %s" % report)
    return bool(report)

calls["gradcheck"] = gradcheck
_say(compile="The function itself: graphs that repeat are compiled without it.")
