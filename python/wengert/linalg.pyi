# SPDX-License-Identifier: MIT
# Made by tools/build/stubs.py: make docs.
from typing import Any, Literal, NamedTuple, overload


from . import Value, _Axes, _Operand

def cholesky(x: _Operand) -> Value:
    """The lower triangle L of symmetric, positive definite matrices."""
def det(x: _Operand) -> Value:
    """Determinants of square matrices."""
def diagonal(x: _Operand) -> Value:
    """The diagonal of matrices. y[..., i] = x[..., i, i]."""
def eigh(x: _Operand) -> tuple[Value, Value]:
    """Eigenvalues of symmetric matrices, ascending, or eigenvectors, as columns."""
def eigvalsh(a: _Operand) -> Value:
    """The eigenvalues of symmetric matrices, in ascending order."""
def inv(x: _Operand) -> Value:
    """Inverses of square matrices."""
def lstsq(a: _Operand, b: _Operand, rcond: Any = None, *, driver: Any = None) -> _LeastSquares: ...
def matmul(x: _Operand, y: _Operand, *, ta: bool = False, tb: bool = False) -> Value:
    """Matrix product over the last two axes."""
def matrix_norm(x: _Operand, ord: Any = "fro", dim: _Axes = (-2, -1), keepdim: bool = False) -> Value:
    """The root of the sum of squares of each matrix."""
def norm(x: _Operand, ord: Any = None, axis: _Axes | None = None, keepdims: bool = False, *,
        dim: _Axes | None = None, keepdim: bool = False) -> Value: ...
def qr(x: _Operand) -> tuple[Value, Value]:
    """Orthogonal unit vectors Q, as columns, or upper triangles R, of matrices."""
def slogdet(a: _Operand) -> tuple[Value, Value]:
    """The sign of the determinant and the logarithm of its absolute value."""
def solve(a: _Operand, b: _Operand) -> Value:
    """Of a vector for each matrix if b has one axis less."""
@overload
def svd(a: _Operand, full_matrices: bool = True, compute_uv: Literal[True] = True) -> tuple[Value,
        Value, Value]: ...
@overload
def svd(a: _Operand, full_matrices: bool = True, *, compute_uv: Literal[False]) -> Value: ...
def vector_norm(x: _Operand, ord: Any = 2, dim: _Axes | None = None, keepdim: bool = False) -> Value:
    """The length along the axes dim, or of all elements."""

class _LeastSquares(NamedTuple):
    """What lstsq of NumPy and PyTorch give."""
    solution: Value
    residuals: Value
    rank: Any
    singular_values: Value
