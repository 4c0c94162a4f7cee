# SPDX-License-Identifier: MIT
# Made by tools/build/stubs.py: make docs.
from collections.abc import Callable
from typing import Any


from wengert import Value
from wengert import _Operand


class Constraint:
    """words: what the numbers are; f: of an array, which of them are so."""
    words: str
    event_dim: int
    is_discrete: bool
    def __init__(self, words: str, f: Callable[..., Any], event_dim: int = 0, is_discrete: bool = False
        ) -> None: ...
    def check(self, value: _Operand) -> Value: ...
def interval(lower_bound: Any, upper_bound: Any) -> Constraint:
    """From one number to another, both included."""
def integer_interval(lower_bound: Any, upper_bound: Any) -> Constraint:
    """Whole numbers from one number to another."""
def independent(base: Constraint, reinterpreted_batch_ndims: int) -> Constraint:
    """The same, for so many last axes together."""
def multinomial(upper_bound: Any) -> Constraint:
    """Whole numbers from 0 on, whose sum along the last axis is at most this."""
real: Constraint
real_vector: Constraint
positive: Constraint
nonnegative: Constraint
unit_interval: Constraint
boolean: Constraint
nonnegative_integer: Constraint
simplex: Constraint
one_hot: Constraint
lower_cholesky: Constraint
positive_definite: Constraint
