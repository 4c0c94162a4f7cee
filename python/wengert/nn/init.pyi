# SPDX-License-Identifier: MIT
# Made by tools/build/stubs.py: make docs.
from typing import Any, Literal, TypeVar


from wengert import Value

_V = TypeVar("_V", bound=Value)
def calculate_gain(nonlinearity: str, param: Any = None) -> float:
    """By what the deviation of first values is multiplied before this activation."""
def uniform_(tensor: _V, a: float = 0.0, b: float = 1.0) -> _V:
    """Uniform between a and b."""
def normal_(tensor: _V, mean: float = 0.0, std: float = 1.0) -> _V:
    """Normal, with this mean and deviation."""
def trunc_normal_(tensor: _V, mean: float = 0.0, std: float = 1.0, a: float = -2.0, b: float = 2.0) -> _V:
    """Normal, drawn again where it is not between a and b."""
def constant_(tensor: _V, val: float) -> _V:
    """All elements are this number."""
def ones_(tensor: _V) -> _V:
    """All elements are 1."""
def zeros_(tensor: _V) -> _V:
    """All elements are 0."""
def eye_(tensor: _V) -> _V:
    """1 on the diagonal of a matrix, and 0 elsewhere."""
def dirac_(tensor: _V, groups: int = 1) -> _V:
    """A kernel of a convolution that gives its input, channel by channel."""
def xavier_uniform_(tensor: _V, gain: float = 1.0) -> _V:
    """Uniform in +-gain sqrt(6 / (inputs + outputs))."""
def xavier_normal_(tensor: _V, gain: float = 1.0) -> _V:
    """Normal, with the deviation gain sqrt(2 / (inputs + outputs))."""
def kaiming_uniform_(tensor: _V, a: float = 0, mode: Literal["fan_in", "fan_out"] = "fan_in",
        nonlinearity: str = "leaky_relu") -> _V:
    """Uniform, with the deviation gain / sqrt(inputs). a: the slope of leaky_relu."""
def kaiming_normal_(tensor: _V, a: float = 0, mode: Literal["fan_in", "fan_out"] = "fan_in",
        nonlinearity: str = "leaky_relu") -> _V:
    """Normal, with the deviation gain / sqrt(inputs). a: the slope of leaky_relu."""
def orthogonal_(tensor: _V, gain: float = 1) -> _V:
    """Rows, or columns if they are fewer, that are orthogonal and of the length gain."""
def sparse_(tensor: _V, sparsity: float, std: float = 0.01) -> _V:
    """Normal, with this share of zeros in each column of a matrix."""
uniform = uniform_
normal = normal_
constant = constant_
eye = eye_
dirac = dirac_
xavier_uniform = xavier_uniform_
xavier_normal = xavier_normal_
kaiming_uniform = kaiming_uniform_
kaiming_normal = kaiming_normal_
orthogonal = orthogonal_
sparse = sparse_
