# SPDX-License-Identifier: MIT
# Made by tools/build/stubs.py: make docs.
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal


from wengert import Optimizer as _Optimizer
from wengert import _Operand, _Shape


class LRScheduler:
    """What all schedules share."""
    optimizer: Any
    last_epoch: int
    base_lrs: list[float]
    def __init__(self, optimizer: _Optimizer, last_epoch: int = -1, verbose: bool = False) -> None: ...
    def get_lr(self) -> list[float]: ...
    def get_last_lr(self) -> list[float]:
        """The rates that the last step() has set, as a list."""
    def step(self, epoch: int | None = None) -> None:
        """Sets the next rate. epoch: the rate of this step instead."""
    def state_dict(self) -> dict[str, Any]:
        """What the schedule goes on from."""
    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None: ...

class LambdaLR(LRScheduler):
    """The first rate times lr_lambda(number of the step)."""
    def __init__(self, optimizer: _Optimizer,
            lr_lambda: Callable[[int], float] | Sequence[Callable[[int], float]], last_epoch: int = -1,
            verbose: bool = False) -> None: ...
    def state_dict(self) -> dict[str, Any]: ...
    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None: ...
    def get_lr(self) -> list[float]: ...

class MultiplicativeLR(LRScheduler):
    """The rate before times lr_lambda(number of the step)."""
    def __init__(self, optimizer: _Optimizer,
            lr_lambda: Callable[[int], float] | Sequence[Callable[[int], float]], last_epoch: int = -1,
            verbose: bool = False) -> None: ...
    def state_dict(self) -> dict[str, Any]: ...
    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None: ...
    def get_lr(self) -> list[float]: ...

class StepLR(LRScheduler):
    """Times gamma in every step_size steps."""
    def __init__(self, optimizer: _Optimizer, step_size: int, gamma: float = 0.1, last_epoch: int = -1,
            verbose: bool = False) -> None: ...
    def get_lr(self) -> list[float]: ...

class MultiStepLR(LRScheduler):
    """Times gamma at each of the milestones."""
    def __init__(self, optimizer: _Optimizer, milestones: _Shape, gamma: float = 0.1, last_epoch: int = -1,
            verbose: bool = False) -> None: ...
    def get_lr(self) -> list[float]: ...
    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None: ...

class ExponentialLR(LRScheduler):
    """Times gamma in every step."""
    def __init__(self, optimizer: _Optimizer, gamma: float, last_epoch: int = -1, verbose: bool = False
        ) -> None: ...
    def get_lr(self) -> list[float]: ...

class ConstantLR(LRScheduler):
    """Times factor for the first total_iters steps."""
    def __init__(self, optimizer: _Optimizer, factor: float = 0.3333333333333333, total_iters: int = 5,
            last_epoch: int = -1, verbose: bool = False) -> None: ...
    def get_lr(self) -> list[float]: ...

class LinearLR(LRScheduler):
    """From start_factor to end_factor of the rate in total_iters steps, by equal amounts."""
    def __init__(self, optimizer: _Optimizer, start_factor: float = 0.3333333333333333,
            end_factor: float = 1.0, total_iters: int = 5, last_epoch: int = -1, verbose: bool = False
        ) -> None: ...
    def get_lr(self) -> list[float]: ...

class PolynomialLR(LRScheduler):
    """To 0 in total_iters steps, as the power of what is left."""
    def __init__(self, optimizer: _Optimizer, total_iters: int = 5, power: float = 1.0, last_epoch: int = -1,
            verbose: bool = False) -> None: ...
    def get_lr(self) -> list[float]: ...

class CosineAnnealingLR(LRScheduler):
    """To eta_min in T_max steps by half a cosine, and back."""
    def __init__(self, optimizer: _Optimizer, T_max: int, eta_min: int = 0, last_epoch: int = -1,
            verbose: bool = False) -> None: ...
    def get_lr(self) -> list[float]: ...

class CosineAnnealingWarmRestarts(LRScheduler):
    """Half a cosine from the first rate to eta_min in T_0 steps, then again in T_mult times as many."""
    def __init__(self, optimizer: _Optimizer, T_0: int, T_mult: int = 1, eta_min: int = 0,
            last_epoch: int = -1, verbose: bool = False) -> None: ...
    def get_lr(self) -> list[float]: ...
    def step(self, epoch: int | None = None) -> None: ...

class OneCycleLR(LRScheduler):
    """Up to max_lr and down to nearly 0 in total_steps steps, while momentum, or Adam's first ..."""
    def __init__(self, optimizer: _Optimizer, max_lr: float, total_steps: int | None = None,
            epochs: int | None = None, steps_per_epoch: int | None = None, pct_start: float = 0.3,
            anneal_strategy: Literal["cos", "linear"] = "cos", cycle_momentum: bool = True,
            base_momentum: float = 0.85, max_momentum: float = 0.95, div_factor: float = 25.0,
            final_div_factor: float = 10000.0, three_phase: bool = False, last_epoch: int = -1,
            verbose: bool = False) -> None: ...
    def get_lr(self) -> list[float]: ...

class SequentialLR(LRScheduler):
    """One schedule after the other: each begins at its milestone."""
    def __init__(self, optimizer: _Optimizer, schedulers: Any, milestones: _Shape, last_epoch: int = -1,
            verbose: bool = False) -> None: ...
    def step(self) -> None: ...  # type: ignore[override]
    def state_dict(self) -> dict[str, Any]: ...
    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None: ...

class ChainedScheduler(SequentialLR):
    """Several schedules that step together."""
    def __init__(self, schedulers: Any) -> None: ...
    def step(self) -> None: ...  # type: ignore[override]

class ReduceLROnPlateau:
    """Times factor when the number that step(number) gets has been no better for more than ..."""
    optimizer: Any
    best: float
    num_bad_epochs: int
    last_epoch: int
    def __init__(self, optimizer: _Optimizer, mode: Literal["min", "max"] = "min", factor: float = 0.1,
            patience: int = 10, threshold: float = 0.0001, threshold_mode: Literal["rel", "abs"] = "rel",
            cooldown: int = 0, min_lr: int = 0, eps: float = 1e-08, verbose: bool = False) -> None: ...
    @property
    def in_cooldown(self) -> bool: ...
    def is_better(self, a: _Operand, best: Any) -> bool: ...
    def step(self, metrics: Any, epoch: int | None = None) -> None:
        """metrics: a number, such as the loss of the epoch."""
    def get_last_lr(self) -> list[float]:
        """The rates that the last step() has set, as a list."""
    def state_dict(self) -> dict[str, Any]:
        """What the schedule goes on from."""
    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None: ...
