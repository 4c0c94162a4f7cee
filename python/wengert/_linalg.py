# SPDX-License-Identifier: MIT
"""Linear algebra under the names of NumPy and PyTorch."""
import collections

import numpy as np

from ._arrays import _plain
from ._axes import _one
from ._errors import of_torch
from ._library import _calls
from ._names import _both, _builders, _call, _module, _say, _worded, calls
from ._things import _Parts
from ._value import Value

def _svd(a, full_matrices=True, compute_uv=True):
    if full_matrices and compute_uv and a.shape[-1] != a.shape[-2]:
        raise TypeError("wengert: write svd(A, full_matrices=False): the vectors beyond the singular values "
                        "are a choice")
    return _builders["svd"](a) if compute_uv else _builders["svd"](a)[1]

def _slogdet(a):
    """The sign of the determinant and the logarithm of its absolute value."""
    return _calls().call_of("slogdet")(a)

def _linalg_norm(x, ord=None, axis=None, keepdims=False, *, dim=None, keepdim=False):
    axis = _one("norm", axis, dim)
    if ord is not None and (axis is None and x.ndim > 1 or axis is not None and np.iterable(axis)):
        raise TypeError("wengert: norms of matrices: write wg.norm(x) for the root of the sum of squares, "
                        "svd(x)[1].max() for ord=2")
    return _vector_norm(x, 2 if ord is None else ord, axis, keepdims or keepdim)

def _vector_norm(x, ord=2, dim=None, keepdim=False):
    """The length along the axes dim, or of all elements."""
    return _builders["norm"](x, p=ord, keepdims=keepdim, **({} if dim is None else {"axis": dim}))

def _matrix_norm(x, ord="fro", dim=(-2, -1), keepdim=False):
    """The root of the sum of squares of each matrix."""
    if ord != "fro":
        raise TypeError("wengert: norms of matrices: write wg.linalg.matrix_norm(x) for the root of the sum "
                        "of squares, svd(x)[1].max() for ord=2")
    return _vector_norm(x, 2, dim, keepdim)

def _linalg_solve(a, b):
    """Of a vector for each matrix if b has one axis less."""
    n = np.ndim(b)
    return (_builders["solve"](a, b) if n != a.ndim - 1 or a.ndim == 2
            else _builders["solve"](a, b.reshape(b.shape + (1,))).reshape(b.shape))

class LeastSquares(_Parts, collections.namedtuple("LeastSquares", "solution residuals rank singular_values")):
    """What lstsq of NumPy and PyTorch give: x, the sums of squares that are left, if A has more rows than
    columns, its rank, its singular values."""
    __slots__ = ()

def _lstsq(a, b, rcond=None, *, driver=None):
    if rcond not in (None, "warn", -1):
        raise TypeError("wengert: lstsq is of matrices of full rank: leave rcond out")
    x = _builders["lstsq"](a, b)
    left = a @ x - b
    more = a.shape[-2] > a.shape[-1]
    residuals = ((left * left).sum(axis=-2 if b.ndim > 1 else -1, keepdims=b.ndim < 2) if more
                 else calls["zeros"](0))
    return LeastSquares(x, residuals, np.linalg.matrix_rank(_plain(a)), _builders["svd"](a)[1])

_module(
    "linalg", inv=_builders["inverse"], det=_builders["det"], solve=_linalg_solve,
    cholesky=_builders["cholesky"], svd=_svd,
    eigh=_builders["eigh"], qr=_builders["qr"], norm=_linalg_norm, lstsq=_lstsq, matrix_norm=_matrix_norm,
    vector_norm=_vector_norm, slogdet=_slogdet, matmul=_builders["matmul"], diagonal=_builders["diagonal"])
calls["inv"] = _builders["inverse"]

@_both
def outer(a, b):
    """Each element of a times each of b."""
    return _builders["outer"](*(x if np.ndim(x) else x.reshape(1) if isinstance(x, Value)
                                else np.reshape(x, 1) for x in (a, b)))

@_call
def equal(a, b):
    """NumPy compares the elements, PyTorch the whole."""
    if of_torch():
        return np.array_equal(_plain(a), _plain(b))
    raise TypeError("wengert: equal is of each element in NumPy, and one truth in PyTorch: write a == b, or "
                    "np.array_equal(a, b) for one")

_say(inv="The inverse of square matrices.")
calls["eigvalsh"] = calls["linalg"].eigvalsh = _worded(lambda a: _builders["eigh"](a)[0], "linalg.eigvalsh")
_say(eigvalsh="The eigenvalues of symmetric matrices, in ascending order.")
