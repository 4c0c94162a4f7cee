# SPDX-License-Identifier: MIT
# Made by tools/build/stubs.py: make docs.
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal, NoReturn


from wengert import Optimizer as _Optimizer
from wengert import Params, Value
from wengert import Module
from . import lr_scheduler as lr_scheduler


class Optimizer(_Optimizer):
    """What SGD, Adam and the others share."""
    param_groups: list[dict[str, Any]]
    defaults: dict[str, Any]
    def __init__(self, params: Iterable[Value] | Iterable[dict[str, Any]] | Params | Module) -> None: ...
    def step(self, closure: Callable[..., Any] | None = None) -> Any:
        """One step with the gradients. closure: is called before it, calls zero_grad() and ..."""
    def zero_grad(self, set_to_none: bool = True) -> None:
        """The next backward() sets the gradients; without it they are added. set_to_none=False: they ..."""
    def add_param_group(self, group: Any) -> NoReturn:
        """One more group of parameters, {"params": ..., "lr": ...}."""
    def state_dict(self) -> dict[str, Any]:
        """All that the optimizer goes on from, as in PyTorch: {"state": {0: {...}}, "param_groups": ..."""
    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Goes on from what state_dict() gave, here or in PyTorch, for parameters of the same shapes ..."""

class SGD(Optimizer):
    """Gradient descent, with momentum and Nesterov's method: wg.sgd and wg.momentum."""
    def __init__(self, params: Iterable[Value] | Iterable[dict[str, Any]] | Params | Module,
            lr: float = 0.001, momentum: float = 0.0, dampening: float = 0.0, weight_decay: float = 0.0,
            nesterov: bool = False, *, maximize: Literal[False] = False, foreach: bool | None = None,
            differentiable: Literal[False] = False, coupled: bool = False, l1: float = 0,
            decay_all: bool = False, beta: float = 0.9, classical: bool = False, velocity: bool = False
        ) -> None: ...

class Adam(Optimizer):
    """Adam, with amsgrad: wg.adam."""
    def __init__(self, params: Iterable[Value] | Iterable[dict[str, Any]] | Params | Module,
            lr: float = 0.001, betas: tuple[float, float] = (0.9, 0.999), eps: float = 1e-08,
            weight_decay: float = 0.0, amsgrad: bool = False, *, foreach: bool | None = None,
            maximize: Literal[False] = False, capturable: bool = False,
            differentiable: Literal[False] = False, fused: bool = False, beta1: float = 0.9,
            beta2: float = 0.999, coupled: bool = False, l1: float = 0, decay_all: bool = False) -> None: ...

class AdamW(Adam):
    """Adam with decay beside the step: wg.adamw."""
    def __init__(self, params: Iterable[Value] | Iterable[dict[str, Any]] | Params | Module,
            lr: float = 0.001, betas: tuple[float, float] = (0.9, 0.999), eps: float = 1e-08,
            weight_decay: float = 0.01, amsgrad: bool = False, *, maximize: Literal[False] = False,
            foreach: bool | None = None, capturable: bool = False, beta1: float = 0.9, beta2: float = 0.999,
            coupled: bool = False, l1: float = 0, decay_all: bool = False) -> None: ...

class RMSprop(Optimizer):
    """Steps divided by the root of a running mean of squares: wg.rmsprop."""
    def __init__(self, params: Iterable[Value] | Iterable[dict[str, Any]] | Params | Module, lr: float = 0.01,
            alpha: float = 0.99, eps: float = 1e-08, weight_decay: float = 0.0, momentum: float = 0.0,
            centered: bool = False, foreach: bool | None = None, maximize: Literal[False] = False,
            differentiable: Literal[False] = False, *, rho: float = 0.99, coupled: bool = False,
            l1: float = 0, decay_all: bool = False) -> None: ...

class Adagrad(Optimizer):
    """Steps divided by the root of the sum of squares: wg.adagrad."""
    def __init__(self, params: Iterable[Value] | Iterable[dict[str, Any]] | Params | Module, lr: float = 0.01,
            lr_decay: float = 0.0, weight_decay: float = 0.0, initial_accumulator_value: float = 0.0,
            eps: float = 1e-10, foreach: bool | None = None, *, maximize: Literal[False] = False,
            initial: float = 0, coupled: bool = False, l1: float = 0, decay_all: bool = False) -> None: ...

class Adadelta(Optimizer):
    """Steps in the unit of the parameter: wg.adadelta."""
    def __init__(self, params: Iterable[Value] | Iterable[dict[str, Any]] | Params | Module, lr: float = 1.0,
            rho: float = 0.9, eps: float = 1e-06, weight_decay: float = 0.0, foreach: bool | None = None, *,
            maximize: Literal[False] = False, coupled: bool = False, l1: float = 0, decay_all: bool = False
        ) -> None: ...

class Adamax(Optimizer):
    """Adam with the largest of recent gradients: wg.adamax."""
    def __init__(self, params: Iterable[Value] | Iterable[dict[str, Any]] | Params | Module,
            lr: float = 0.002, betas: tuple[float, float] = (0.9, 0.999), eps: float = 1e-08,
            weight_decay: float = 0.0, foreach: bool | None = None, *, maximize: Literal[False] = False,
            beta1: float = 0.9, beta2: float = 0.999, coupled: bool = False, l1: float = 0,
            decay_all: bool = False) -> None: ...

class NAdam(Optimizer):
    """Adam with Nesterov's momentum: wg.nadam."""
    def __init__(self, params: Iterable[Value] | Iterable[dict[str, Any]] | Params | Module,
            lr: float = 0.002, betas: tuple[float, float] = (0.9, 0.999), eps: float = 1e-08,
            weight_decay: float = 0.0, momentum_decay: float = 0.004, foreach: bool | None = None, *,
            beta1: float = 0.9, beta2: float = 0.999, psi: float = 4e-3, coupled: bool = False, l1: float = 0,
            decay_all: bool = False) -> None: ...

class LBFGS:
    """Quasi-Newton steps from the last gradients: opt.step(closure), where closure() calls ..."""
    def zero_grad(self, set_to_none: bool = True) -> None: ...
    def step(self, closure: Callable[..., Any]) -> Any:
        """Up to max_iter steps."""
    def state_dict(self) -> dict[str, Any]:
        """What the optimizer goes on from."""
    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Goes on from what state_dict() gave."""
    def __init__(self, params: Iterable[Value] | Iterable[dict[str, Any]] | Params | Module, lr: int = 1,
            max_iter: int = 20, max_eval: int | None = None, tolerance_grad: float = 1e-07,
            tolerance_change: float = 1e-09, history_size: int = 100,
            line_search_fn: Literal["strong_wolfe"] | None = None) -> None: ...
