# SPDX-License-Identifier: MIT
# Made by tools/build/stubs.py: make docs.
from collections.abc import Iterable


from wengert import Value
from wengert import _Operand
from . import rnn as rnn

def clip_grad_norm_(parameters: Value | Iterable[Value], max_norm: float, norm_type: float = 2.0,
        error_if_nonfinite: bool = False) -> Value:
    """Scales the gradients so that their length together is at most max_norm: by max_norm / ..."""
def clip_grad_value_(parameters: Value | Iterable[Value], clip_value: float) -> None:
    """Each element of a gradient is at most clip_value from 0."""
def parameters_to_vector(parameters: Value | Iterable[Value]) -> Value:
    """All parameters in a row, as one value with their derivatives."""
def vector_to_parameters(vec: _Operand, parameters: Value | Iterable[Value]) -> None:
    """The numbers of a vector, in a row, as those of the parameters."""
