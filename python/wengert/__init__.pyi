# SPDX-License-Identifier: MIT
# Made by tools/build/stubs.py: make docs.
import builtins
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple, NoReturn, TypeVar, overload

import numpy as np
from numpy.typing import NDArray
from typing_extensions import Self, TypeAlias

from .c import (_Batch, _CheckComponent, _CheckFacts, _CheckFinding, _CheckInput, _CheckPoint, _CheckRules,
    _CheckSecond, _Column, _Held, _NodeMark, _Op, _Panel, _Plan, _Setting, _Snapshot)
from . import c as c, distributions as distributions, nn as nn, optim as optim, utils as utils
from . import linalg as linalg
from . import autograd as autograd
from .c import (assign as assign, average_new as average_new, backward as backward,
    backward_add as backward_add, begin as begin, c_write as c_write, check_no_value as check_no_value,
    commit as commit, const as const, copy_f32 as copy_f32, copy_f64 as copy_f64, data_csv as data_csv,
    data_digits as data_digits, data_from as data_from, data_idx as data_idx, data_make as data_make,
    data_mnist as data_mnist, depends_on as depends_on, dim as dim, draw_graph as draw_graph,
    draw_plan as draw_plan, draw_text as draw_text, figure_new as figure_new, fit_is_share as fit_is_share,
    fit_line_is_due as fit_line_is_due, formula_print as formula_print, glorot as glorot,
    gradcheck_nodes as gradcheck_nodes, gradcheck_op as gradcheck_op, grads as grads, graph_of as graph_of,
    graph_watch_by as graph_watch_by, group_of as group_of, he as he, hold as hold, hvp as hvp,
    identity as identity, idx_read as idx_read, input_set as input_set, item as item,
    jacobian_sparse as jacobian_sparse, limits_measure as limits_measure, lr_constant as lr_constant,
    lr_cosine as lr_cosine, lr_exponential as lr_exponential, lr_inverse as lr_inverse,
    lr_one_cycle as lr_one_cycle, lr_root as lr_root, lr_staircase as lr_staircase, lr_warm_up as lr_warm_up,
    nn_cache_new as nn_cache_new, nn_sequential as nn_sequential, normal as normal, npy_read as npy_read,
    npy_write as npy_write, number as number, onnx_apply as onnx_apply, onnx_inputs as onnx_inputs,
    onnx_leaf as onnx_leaf, onnx_read as onnx_read, onnx_result as onnx_result, onnx_write as onnx_write,
    optim_kind as optim_kind, optim_named as optim_named, orthogonal as orthogonal, panel_new as panel_new,
    params_new as params_new, plan_look as plan_look, program_file as program_file,
    program_text as program_text, release as release, replay as replay, replay_onto as replay_onto,
    save_end as save_end, scope_pop as scope_pop, scope_push as scope_push, scope_push_i as scope_push_i,
    series_new as series_new, sparse as sparse, summary as summary, table_read as table_read,
    trace_nan as trace_nan, truncated_normal as truncated_normal, uniform as uniform, value as value,
    values as values, verdict_name as verdict_name, vmaps as vmaps, xavier as xavier)
from .nn import Module as Module

_Operand: TypeAlias = Value | NDArray[Any] | np.generic | builtins.float | list[Any] | tuple[Any, ...]
_Numbers: TypeAlias = Value | NDArray[Any] | np.generic | builtins.float | list[Any] | tuple[Any, ...] | range
_Axes: TypeAlias = builtins.int | Sequence[builtins.int]
_Shape: TypeAlias = builtins.int | Sequence[builtins.int]
_DType: TypeAlias = np.dtype[Any] | type[Any] | str
_Path: TypeAlias = str | bytes | os.PathLike[str]
_F = TypeVar("_F", bound=Callable[..., Any])
_V = TypeVar("_V", bound=Value)

class Value:
    """A node of a graph: an input, or what was computed."""
    @property
    def graph(self) -> Graph: ...
    @property
    def dtype(self) -> np.dtype[Any]: ...
    @property
    def shape(self) -> tuple[builtins.int, ...]: ...
    def item(self, *index: builtins.int) -> builtins.float: ...
    @property
    def options(self) -> dict[str, Any]: ...
    def numpy(self, copy: builtins.bool = True) -> NDArray[Any]:
        """Its numbers as an array. copy=False: without a copy, to read only."""
    def __array__(self, dtype: Any = None, copy: Any = None) -> NDArray[Any]: ...
    def set(self, array: _Operand) -> None:
        """New values for an input."""
    @overload
    def draw(self, path: None = None, *, format: str | None = None, style: str | None = None,
            id: str | None = None, title: str | None = None, values: builtins.bool = False,
            heatmaps: builtins.bool = False, level: str | None = None, overlay: str | None = None,
            steps: builtins.bool = False, hide: str | None = None, width: builtins.int = 100,
            edges: str | None = None, top_down: builtins.bool = False, legend: builtins.bool = False,
            scopes: builtins.bool = True, most: builtins.int | None = None, fit: str | None = None,
            keep: str | None = None, depth: builtins.int = 0, seconds: builtins.float = 20,
            backward: builtins.bool = False, wrt: Value | Sequence[Value] | None = None, sizes: Any = None,
            beside: _Operand | None = None, source: str | None = None, marks: Any = None,
            ansi: builtins.bool = False, fold: builtins.bool | None = None, series: builtins.bool = False,
            limits: Any = None) -> str:
        """Writes a picture (its ending says which kind), or returns the text of an SVG, or of what ..."""
    @overload
    def draw(self, path: _Path, *, format: str | None = None, style: str | None = None, id: str | None = None,
            title: str | None = None, values: builtins.bool = False, heatmaps: builtins.bool = False,
            level: str | None = None, overlay: str | None = None, steps: builtins.bool = False,
            hide: str | None = None, width: builtins.int = 100, edges: str | None = None,
            top_down: builtins.bool = False, legend: builtins.bool = False, scopes: builtins.bool = True,
            most: builtins.int | None = None, fit: str | None = None, keep: str | None = None,
            depth: builtins.int = 0, seconds: builtins.float = 20, backward: builtins.bool = False,
            wrt: Value | Sequence[Value] | None = None, sizes: Any = None, beside: _Operand | None = None,
            source: str | None = None, marks: Any = None, ansi: builtins.bool = False,
            fold: builtins.bool | None = None, series: builtins.bool = False, limits: Any = None) -> None:
        """Writes a picture (its ending says which kind), or returns the text of an SVG, or of what ..."""
    @property
    def ndim(self) -> builtins.int: ...
    @property
    def size(self) -> _Size: ...
    @property
    def name(self) -> str | None: ...
    @property
    def is_leaf(self) -> builtins.bool: ...
    @property
    def requires_grad(self) -> builtins.bool: ...
    @requires_grad.setter
    def requires_grad(self, new: builtins.bool) -> None: ...
    @property
    def T(self) -> Value: ...
    def named(self, name: str) -> Value:
        """The same with a name, for errors and drawings."""
    def reshape(self, *sizes: _Shape, order: str = "C") -> Value:
        """The same numbers in another shape."""
    def __len__(self) -> builtins.int: ...
    def __iter__(self) -> Iterator[Value]: ...
    def __float__(self) -> builtins.float: ...
    def __int__(self) -> builtins.int: ...
    def __index__(self) -> builtins.int: ...
    def __bool__(self) -> builtins.bool: ...
    def tolist(self) -> Any:
        """Its numbers as lists in lists."""
    @property
    def data(self) -> Value: ...
    @data.setter
    def data(self, new: _Operand) -> None: ...
    def check(self, p: Params | Value | Sequence[Value] | None = None, *more: Any,
            eps: builtins.float | None = None, one_sided: builtins.bool = False, name: str | None = None,
            components: builtins.int | None = None, progress: Callable[..., Any] | None = None,
            order: builtins.int = 1, course_only: builtins.bool = False, tolerance: builtins.float = 0,
            accuracy: builtins.float = 0, evaluations: builtins.int | None = None,
            intended: str | None = None, names: str | None = None) -> Report:
        """Compares the gradients by the parameters p, or by these values, with measured slopes."""
    def __getitem__(self, key: Any) -> Value: ...
    @property
    def at(self) -> _At: ...
    @property
    def mT(self) -> Value: ...
    @property
    def H(self) -> Value: ...
    def __round__(self, digits: builtins.int = 0) -> Value: ...
    @property
    def is_cuda(self) -> builtins.bool: ...
    @property
    def is_cpu(self) -> builtins.bool: ...
    @property
    def device(self) -> Any: ...
    def __setitem__(self, key: Any, new: _Operand) -> None: ...
    def backward(self, p: Params | Value | None = None, add: builtins.bool = False, *,
            gradient: _Operand | None = None, retain_graph: builtins.bool | None = None,
            create_graph: builtins.bool = False) -> None:
        """The gradients of p."""
    @property
    def grad(self) -> Gradient: ...
    def __init__(self, data: _Numbers) -> None: ...
    def __add__(self, other: _Operand) -> Value: ...
    def __radd__(self, other: _Operand) -> Value: ...
    def __sub__(self, other: _Operand) -> Value: ...
    def __rsub__(self, other: _Operand) -> Value: ...
    def __mul__(self, other: _Operand) -> Value: ...
    def __rmul__(self, other: _Operand) -> Value: ...
    def __truediv__(self, other: _Operand) -> Value: ...
    def __rtruediv__(self, other: _Operand) -> Value: ...
    def __floordiv__(self, other: _Operand) -> Value: ...
    def __rfloordiv__(self, other: _Operand) -> Value: ...
    def __mod__(self, other: _Operand) -> Value: ...
    def __rmod__(self, other: _Operand) -> Value: ...
    def __matmul__(self, other: _Operand) -> Value: ...
    def __rmatmul__(self, other: _Operand) -> Value: ...
    def __pow__(self, other: _Operand) -> Value: ...
    def __rpow__(self, other: _Operand) -> Value: ...
    def __and__(self, other: _Operand) -> Value: ...
    def __rand__(self, other: _Operand) -> Value: ...
    def __or__(self, other: _Operand) -> Value: ...
    def __ror__(self, other: _Operand) -> Value: ...
    def __xor__(self, other: _Operand) -> Value: ...
    def __rxor__(self, other: _Operand) -> Value: ...
    def __iadd__(self, other: _Operand) -> Self: ...
    def __isub__(self, other: _Operand) -> Self: ...
    def __imul__(self, other: _Operand) -> Self: ...
    def __itruediv__(self, other: _Operand) -> Self: ...
    def __ipow__(self, other: _Operand) -> Self: ...
    def __ifloordiv__(self, other: _Operand) -> Self: ...
    def __imod__(self, other: _Operand) -> Self: ...
    def __iand__(self, other: _Operand) -> Self: ...
    def __ior__(self, other: _Operand) -> Self: ...
    def __ixor__(self, other: _Operand) -> Self: ...
    def __lt__(self, other: _Operand) -> Value: ...
    def __le__(self, other: _Operand) -> Value: ...
    def __gt__(self, other: _Operand) -> Value: ...
    def __ge__(self, other: _Operand) -> Value: ...
    def __eq__(self, other: _Operand) -> Value: ...  # type: ignore[override]
    def __ne__(self, other: _Operand) -> Value: ...  # type: ignore[override]
    def __neg__(self) -> Value: ...
    def __pos__(self) -> Value: ...
    def __abs__(self) -> Value: ...
    def __invert__(self) -> Value: ...
    def __divmod__(self, other: _Operand) -> tuple[Value, Value]: ...
    def __rdivmod__(self, other: _Operand) -> tuple[Value, Value]: ...
    def detach(self) -> Value:
        """The same number, without a derivative, in the memory of x: see _in_place.py."""
    def clone(self) -> Value:
        """The same number in memory of its own."""
    def copy(self) -> Value:
        """The same number in memory of its own."""
    def requires_grad_(self, requires_grad: builtins.bool = True) -> Self:
        """x.requires_grad = True: a tensor gets a gradient."""
    def reciprocal(self) -> Value: ...
    def float(self) -> Value: ...
    def double(self) -> Value: ...
    def half(self) -> Value: ...
    def long(self) -> Value: ...
    def int(self) -> Value: ...
    def bool(self) -> Value: ...
    def astype(self, dtype: _DType, copy: builtins.bool = True) -> Value:
        """The value in another dtype."""
    def to(self, *what: Any, dtype: _DType | None = None, device: Any = None) -> Value:
        """x.to(wg.float32), x.to("cpu")"""
    def cpu(self) -> Value: ...
    def contiguous(self) -> Value: ...
    def take(self, indices: _Operand, axis: _Axes | None = None, *, dim: builtins.int | None = None) -> Value:
        """The elements, rows or columns at the indices, along an axis; without one of all elements in ..."""
    def narrow(self, dim: builtins.int, start: _Operand, length: builtins.int) -> Value:
        """`length` places along an axis, from `start` on."""
    def unbind(self, dim: builtins.int = 0) -> tuple[Value, ...]:
        """The parts along an axis, without it."""
    def take_along_dim(self, indices: _Operand, dim: builtins.int | None = None) -> Value:
        """The element at each index along an axis, as in PyTorch; without an axis of all elements in ..."""
    def gather(self, dim: builtins.int, index: _Operand | None = None) -> Value:
        """gather(x, rows): these rows. x.gather(dim, index), as in PyTorch: the element at each index ..."""
    def index_select(self, dim: builtins.int, index: _Operand) -> Value:
        """These places along an axis, as in PyTorch."""
    def masked_fill(self, mask: _Operand, value: _Operand) -> Value:
        """x, and the value where the mask is true."""
    def view(self, *sizes: _Shape) -> Value:
        """The same as reshape."""
    def flatten(self, start_dim: builtins.int = 0, end_dim: builtins.int = -1) -> Value:
        """Axes start_dim to end_dim as one."""
    def unflatten(self, dim: builtins.int, sizes: _Shape) -> Value:
        """The axis dim as several."""
    def ravel(self) -> Value: ...
    def unsqueeze(self, axis: _Axes | None = None, dim: _Axes | None = None) -> Value:
        """With a new axis of one element there, or with several."""
    def swapaxes(self, axis0: builtins.int, axis1: builtins.int) -> Value: ...
    def swapdims(self, axis0: builtins.int, axis1: builtins.int) -> Value: ...
    def moveaxis(self, source: Any, destination: _Axes) -> Value:
        """The axes `source` at the places `destination`, the others in their order."""
    def movedim(self, source: Any, destination: _Axes) -> Value:
        """The axes `source` at the places `destination`, the others in their order."""
    def squeeze(self, axis: _Axes | None = None, dim: _Axes | None = None, *, axes: _Axes | None = None
        ) -> Value:
        """Without the axes of one element, or without this one."""
    def permute(self, *axes: _Axes) -> Value:
        """The axes in this order."""
    def transpose(self, *axes: _Axes, dim0: builtins.int | None = None, dim1: builtins.int | None = None
        ) -> Value:
        """transpose(x): the axes in reverse; transpose(x, axes): in this order; transpose(x, 0, 2): ..."""
    def t(self) -> Value:
        """A matrix with rows and columns exchanged; a vector or a number as it is."""
    def expand(self, *sizes: _Shape, axis: _Axes | None = None, dim: builtins.int | None = None) -> Value:
        """x.expand(-1, 3): broadcast to this shape; -1 is the size there is."""
    def expand_as(self, other: _Operand) -> Value: ...
    def view_as(self, other: _Operand) -> Value: ...
    def reshape_as(self, other: _Operand) -> Value: ...
    def chunk(self, chunks: builtins.int, dim: builtins.int = 0) -> tuple[Value, ...]:
        """Parts of equal size along an axis; the last may be smaller."""
    def split(self, size: _Shape, dim: builtins.int = 0) -> Sequence[Value]:
        """As in PyTorch: parts of this size, of which the last may be smaller, or of these sizes."""
    def dim(self) -> builtins.int: ...
    def numel(self) -> builtins.int: ...
    def nelement(self) -> builtins.int: ...
    @overload
    def max(self, axis: _Axes | None = None, *, axes: _Axes | None = None, keepdims: builtins.bool = False,
            dim: None = None, dims: _Axes | None = None, keepdim: builtins.bool = False) -> Value:
        """The largest of all or along axis=."""
    @overload
    def max(self, axis: _Axes | None = None, *, axes: _Axes | None = None, keepdims: builtins.bool = False,
            dim: builtins.int, dims: _Axes | None = None, keepdim: builtins.bool = False) -> Sorted:
        """The largest of all or along axis=."""
    @overload
    def max(self, axis: _Axes | None = None, *, axes: _Axes | None = None, keepdims: builtins.bool = False,
            dim: Sequence[builtins.int], dims: _Axes | None = None, keepdim: builtins.bool = False) -> Value:
        """The largest of all or along axis=."""
    def amax(self, axis: _Axes | None = None, *, axes: _Axes | None = None, keepdims: builtins.bool = False,
            dim: _Axes | None = None, dims: _Axes | None = None, keepdim: builtins.bool = False) -> Value: ...
    @overload
    def min(self, axis: _Axes | None = None, *, axes: _Axes | None = None, keepdims: builtins.bool = False,
            dim: None = None, dims: _Axes | None = None, keepdim: builtins.bool = False) -> Value:
        """The smallest of all or along axis=."""
    @overload
    def min(self, axis: _Axes | None = None, *, axes: _Axes | None = None, keepdims: builtins.bool = False,
            dim: builtins.int, dims: _Axes | None = None, keepdim: builtins.bool = False) -> Sorted:
        """The smallest of all or along axis=."""
    @overload
    def min(self, axis: _Axes | None = None, *, axes: _Axes | None = None, keepdims: builtins.bool = False,
            dim: Sequence[builtins.int], dims: _Axes | None = None, keepdim: builtins.bool = False) -> Value:
        """The smallest of all or along axis=."""
    def amin(self, axis: _Axes | None = None, *, axes: _Axes | None = None, keepdims: builtins.bool = False,
            dim: _Axes | None = None, dims: _Axes | None = None, keepdim: builtins.bool = False) -> Value: ...
    def var(self, axis: _Axes | None = None, *, dim: _Axes | None = None, ddof: builtins.int | None = None,
            correction: builtins.int | None = None, unbiased: builtins.bool | None = None,
            axes: _Axes | None = None, keepdims: builtins.bool = False, dims: _Axes | None = None,
            keepdim: builtins.bool = False) -> Value:
        """The mean squared distance from the mean: divided by n - ddof, which NumPy calls so; ..."""
    def std(self, axis: _Axes | None = None, *, dim: _Axes | None = None, ddof: builtins.int | None = None,
            correction: builtins.int | None = None, unbiased: builtins.bool | None = None,
            axes: _Axes | None = None, keepdims: builtins.bool = False, dims: _Axes | None = None,
            keepdim: builtins.bool = False) -> Value:
        """The square root of the mean squared distance from the mean, divided by n - ddof, which ..."""
    def norm(self, *, axis: _Axes | None = None, axes: _Axes | None = None, keepdims: builtins.bool = False,
            p: builtins.float = 2, dim: _Axes | None = None, dims: _Axes | None = None,
            keepdim: builtins.bool = False) -> Value:
        """The length."""
    def any(self, axis: _Axes | None = None, *, axes: _Axes | None = None, keepdims: builtins.bool = False,
            dim: _Axes | None = None, dims: _Axes | None = None, keepdim: builtins.bool = False) -> Value: ...
    def all(self, axis: _Axes | None = None, *, axes: _Axes | None = None, keepdims: builtins.bool = False,
            dim: _Axes | None = None, dims: _Axes | None = None, keepdim: builtins.bool = False) -> Value: ...
    def triu(self, diagonal: builtins.int = 0, k: builtins.int | None = None, offset: builtins.int = 0
        ) -> Value: ...
    def tril(self, diagonal: builtins.int = 0, k: builtins.int | None = None, offset: builtins.int = 0
        ) -> Value: ...
    def trace(self) -> Value: ...
    def diag(self, k: builtins.int = 0, diagonal: builtins.int | None = None) -> Value:
        """Of a matrix its diagonal, k places above the main one."""
    def diff(self, n: builtins.int = 1, axis: _Axes = -1, *, dim: builtins.int | None = None) -> Value:
        """The differences of neighbours along an axis, n times."""
    def argmax(self, axis: _Axes | None = None, *, keepdims: builtins.bool = False, dim: _Axes | None = None,
            keepdim: builtins.bool = False) -> Value: ...
    def argmin(self, axis: _Axes | None = None, *, keepdims: builtins.bool = False, dim: _Axes | None = None,
            keepdim: builtins.bool = False) -> Value: ...
    def cumsum(self, axis: _Axes | None = None, *, exclusive: builtins.bool = False,
            reverse: builtins.bool = False, dim: _Axes | None = None) -> Value: ...
    def cumprod(self, axis: _Axes | None = None, *, exclusive: builtins.bool = False,
            reverse: builtins.bool = False, dim: _Axes | None = None) -> Value: ...
    def flip(self, *axes: _Axes, axis: _Axes | None = None, dim: _Axes | None = None,
            dims: _Axes | None = None) -> Value:
        """In reverse order along these axes, or along all."""
    def tile(self, *counts: _Shape, reps: _Shape | None = None, dims: _Shape | None = None) -> Value:
        """np.tile: the whole so many times along each of the last axes. reps, dims and counts are ..."""
    def roll(self, shift: _Axes | None = None, axis: _Axes | None = None, *, shifts: _Axes | None = None,
            dims: _Axes | None = None, dim: _Axes | None = None, by: _Axes | None = None) -> Value:
        """np.roll: along these axes; without them all elements in a row."""
    def repeat_interleave(self, repeats: _Operand, dim: builtins.int | None = None) -> Value: ...
    def repeat(self, *sizes: _Shape, repeats: _Operand | None = None, axis: _Axes | None = None,
            count: builtins.int | None = None) -> Value:
        """x.repeat(repeats=2), x.repeat(2, axis=0): each element so many times."""
    def round(self, decimals: builtins.int = 0) -> Value:
        """The nearest whole number, or one of so many decimals; halves to even."""
    def clip(self, low: _Operand | None = None, high: _Operand | None = None, *, min: _Operand | None = None,
            max: _Operand | None = None, a_min: _Operand | None = None, a_max: _Operand | None = None
        ) -> Value:
        """X between two bounds; None: there is none. min and max, a_min and a_max are other words for ..."""
    def clamp(self, min: _Operand | None = None, max: _Operand | None = None) -> Value: ...
    def mm(self, b: _Operand) -> Value: ...
    def bmm(self, b: _Operand) -> Value: ...
    def mv(self, b: _Operand) -> Value: ...
    def outer(self, b: _Operand) -> Value:
        """Each element of a times each of b."""
    def eq(self, other: _Operand) -> Value:
        """eq(input, other): as in PyTorch."""
    def ne(self, other: _Operand) -> Value:
        """ne(input, other): as in PyTorch."""
    def lt(self, other: _Operand) -> Value:
        """lt(input, other): as in PyTorch."""
    def le(self, other: _Operand) -> Value:
        """le(input, other): as in PyTorch."""
    def gt(self, other: _Operand) -> Value:
        """gt(input, other): as in PyTorch."""
    def ge(self, other: _Operand) -> Value:
        """ge(input, other): as in PyTorch."""
    def positive(self) -> Value:
        """positive(input): as in PyTorch."""
    def negative(self) -> Value:
        """negative(input): as in PyTorch."""
    def absolute(self) -> Value:
        """absolute(input): as in PyTorch."""
    def subtract(self, other: _Operand, *, alpha: builtins.float = 1) -> Value:
        """subtract(input, other, *, alpha=1): as in PyTorch."""
    def multiply(self, other: _Operand) -> Value:
        """multiply(input, other): as in PyTorch."""
    def divide(self, other: _Operand, *, rounding_mode: Literal["trunc", "floor"] | None = None) -> Value:
        """divide(input, other, *, rounding_mode=None): as in PyTorch."""
    def true_divide(self, other: _Operand) -> Value:
        """true_divide(input, other): as in PyTorch."""
    def arccos(self) -> Value:
        """arccos(input): as in PyTorch."""
    def arcsin(self) -> Value:
        """arcsin(input): as in PyTorch."""
    def arctan(self) -> Value:
        """arctan(input): as in PyTorch."""
    def arctan2(self, other: _Operand) -> Value:
        """arctan2(input, other): as in PyTorch."""
    def arccosh(self) -> Value:
        """arccosh(input): as in PyTorch."""
    def arcsinh(self) -> Value:
        """arcsinh(input): as in PyTorch."""
    def arctanh(self) -> Value:
        """arctanh(input): as in PyTorch."""
    def sgn(self) -> Value:
        """sgn(input): as in PyTorch."""
    def log2(self) -> Value:
        """log2(input): as in PyTorch."""
    def log10(self) -> Value:
        """log10(input): as in PyTorch."""
    def exp2(self) -> Value:
        """exp2(input): as in PyTorch."""
    def trunc(self) -> Value:
        """trunc(input): as in PyTorch."""
    def frac(self) -> Value:
        """frac(input): as in PyTorch."""
    def deg2rad(self) -> Value:
        """deg2rad(input): as in PyTorch."""
    def rad2deg(self) -> Value:
        """rad2deg(input): as in PyTorch."""
    def hypot(self, other: _Operand) -> Value:
        """hypot(input, other): as in PyTorch."""
    def isnan(self) -> Value:
        """isnan(input): as in PyTorch."""
    def isinf(self) -> Value:
        """isinf(input): as in PyTorch."""
    def isfinite(self) -> Value:
        """isfinite(input): as in PyTorch."""
    def clamp_min(self, min: _Operand) -> Value:
        """clamp_min(input, min): as in PyTorch."""
    def clamp_max(self, max: _Operand) -> Value:
        """clamp_max(input, max): as in PyTorch."""
    def lerp(self, end: _Operand, weight: _Operand) -> Value:
        """lerp(input, end, weight): as in PyTorch."""
    def addcmul(self, tensor1: _Operand, tensor2: _Operand, *, value: _Operand = 1) -> Value:
        """addcmul(input, tensor1, tensor2, *, value=1): as in PyTorch."""
    def addcdiv(self, tensor1: _Operand, tensor2: _Operand, *, value: _Operand = 1) -> Value:
        """addcdiv(input, tensor1, tensor2, *, value=1): as in PyTorch."""
    def addmm(self, mat1: _Operand, mat2: _Operand, *, beta: builtins.float = 1, alpha: builtins.float = 1
        ) -> Value:
        """addmm(input, mat1, mat2, *, beta=1, alpha=1): as in PyTorch."""
    def addmv(self, mat: _Operand, vec: _Operand, *, beta: builtins.float = 1, alpha: builtins.float = 1
        ) -> Value:
        """addmv(input, mat, vec, *, beta=1, alpha=1): as in PyTorch."""
    def addr(self, vec1: _Operand, vec2: _Operand, *, beta: builtins.float = 1, alpha: builtins.float = 1
        ) -> Value:
        """addr(input, vec1, vec2, *, beta=1, alpha=1): as in PyTorch."""
    def baddbmm(self, batch1: _Operand, batch2: _Operand, *, beta: builtins.float = 1,
            alpha: builtins.float = 1) -> Value:
        """baddbmm(input, batch1, batch2, *, beta=1, alpha=1): as in PyTorch."""
    def inner(self, other: _Operand) -> Value:
        """inner(input, other): as in PyTorch."""
    def vdot(self, other: _Operand) -> Value:
        """vdot(input, other): as in PyTorch."""
    def ger(self, vec2: _Operand) -> Value:
        """ger(input, vec2): as in PyTorch."""
    def dist(self, other: _Operand, p: builtins.float = 2) -> Value:
        """dist(input, other, p=2): as in PyTorch."""
    def masked_select(self, mask: _Operand) -> Value:
        """masked_select(input, mask): as in PyTorch."""
    def index_fill(self, dim: builtins.int, index: _Operand, value: _Operand) -> Value:
        """index_fill(input, dim, index, value): as in PyTorch."""
    def index_copy(self, dim: builtins.int, index: _Operand, source: _Operand) -> Value:
        """index_copy(input, dim, index, source): as in PyTorch."""
    def index_add(self, dim: builtins.int, index: _Operand, source: _Operand, *, alpha: builtins.float = 1
        ) -> Value:
        """index_add(input, dim, index, source, *, alpha=1): as in PyTorch."""
    def scatter(self, dim: builtins.int, index: _Operand, src: _Operand, *,
            reduce: Literal["add", "multiply"] | None = None) -> Value:
        """scatter(input, dim, index, src, *, reduce=None): as in PyTorch."""
    def count_nonzero(self, dim: _Axes | None = None) -> Value:
        """count_nonzero(input, dim=None): as in PyTorch."""
    def fliplr(self) -> Value:
        """fliplr(input): as in PyTorch."""
    def flipud(self) -> Value:
        """flipud(input): as in PyTorch."""
    def diag_embed(self, offset: builtins.int = 0, dim1: builtins.int = -2, dim2: builtins.int = -1) -> Value:
        """diag_embed(input, offset=0, dim1=-2, dim2=-1): as in PyTorch."""
    def std_mean(self, dim: _Axes | None = None, unbiased: builtins.bool = True,
            keepdim: builtins.bool = False) -> tuple[Value, Value]:
        """std_mean(input, dim=None, unbiased=True, keepdim=False): as in PyTorch."""
    def var_mean(self, dim: _Axes | None = None, unbiased: builtins.bool = True,
            keepdim: builtins.bool = False) -> tuple[Value, Value]:
        """var_mean(input, dim=None, unbiased=True, keepdim=False): as in PyTorch."""
    def multinomial(self, num_samples: builtins.int, replacement: builtins.bool = False, *,
            generator: Any = None) -> Value:
        """multinomial(input, num_samples, replacement=False, *, generator=None): as in PyTorch."""
    def allclose(self, other: _Operand, rtol: builtins.float = 1e-05, atol: builtins.float = 1e-08,
            equal_nan: builtins.bool = False) -> builtins.bool:
        """allclose(input, other, rtol=1e-05, atol=1e-08, equal_nan=False): as in PyTorch."""
    def isclose(self, other: _Operand, rtol: builtins.float = 1e-05, atol: builtins.float = 1e-08,
            equal_nan: builtins.bool = False) -> Value:
        """isclose(input, other, rtol=1e-05, atol=1e-08, equal_nan=False): as in PyTorch."""
    def bincount(self, weights: _Operand | None = None, minlength: builtins.int = 0) -> Value:
        """bincount(input, weights=None, minlength=0): as in PyTorch."""
    @overload
    def unique(self, sorted: builtins.bool = True, return_inverse: Literal[False] = False,
            return_counts: Literal[False] = False, dim: None = None) -> Value:
        """unique(input, sorted=True, return_inverse=False, return_counts=False, dim=None): as in PyTorch."""
    @overload
    def unique(self, sorted: builtins.bool = True, *, return_inverse: Literal[True],
            return_counts: builtins.bool = False, dim: None = None) -> tuple[Value, ...]: ...
    @overload
    def unique(self, sorted: builtins.bool = True, return_inverse: builtins.bool = False, *,
            return_counts: Literal[True], dim: None = None) -> tuple[Value, ...]: ...
    def split_with_sizes(self, split_sizes: Sequence[builtins.int], dim: builtins.int = 0) -> Sequence[Value]:
        """split_with_sizes(input, split_sizes, dim=0): as in PyTorch."""
    def is_floating_point(self) -> builtins.bool:
        """is_floating_point(input): as in PyTorch."""
    def is_same_size(self, other: _Operand) -> builtins.bool:
        """is_same_size(input, other): as in PyTorch."""
    @overload
    def scatter_add(self, indices: _Operand, v: _Operand, *, axis: _Axes = 0) -> Value:
        """x.scatter_add(dim, index, src), as in PyTorch; wg.scatter_add(x, rows, v, axis=0): v[i] is ..."""
    @overload
    def scatter_add(self, dim: builtins.int, index: _Operand, src: _Operand) -> Value: ...
    @overload
    def median(self, dim: None = None, keepdim: builtins.bool = False) -> Value:
        """median(input, dim=None, keepdim=False): as in PyTorch."""
    @overload
    def median(self, dim: builtins.int, keepdim: builtins.bool = False) -> Sorted:
        """median(input, dim=None, keepdim=False): as in PyTorch."""
    def cross(self, other: _Operand, dim: builtins.int = -1) -> Value:
        """cross(input, other, dim=-1): as in PyTorch."""
    def diagflat(self, offset: builtins.int = 0) -> Value:
        """diagflat(input, offset=0): as in PyTorch."""
    def fix(self) -> Value:
        """fix(input): as in PyTorch."""
    @overload
    def new_zeros(self, *size: _Shape, dtype: _DType | None = None, device: Any = None,
            requires_grad: Literal[True]) -> Parameter:
        """new_zeros(input, *size, dtype=None, device=None, requires_grad=False): as in PyTorch."""
    @overload
    def new_zeros(self, *size: _Shape, dtype: _DType | None = None, device: Any = None,
            requires_grad: builtins.bool = False) -> Value:
        """new_zeros(input, *size, dtype=None, device=None, requires_grad=False): as in PyTorch."""
    @overload
    def new_ones(self, *size: _Shape, dtype: _DType | None = None, device: Any = None,
            requires_grad: Literal[True]) -> Parameter:
        """new_ones(input, *size, dtype=None, device=None, requires_grad=False): as in PyTorch."""
    @overload
    def new_ones(self, *size: _Shape, dtype: _DType | None = None, device: Any = None,
            requires_grad: builtins.bool = False) -> Value:
        """new_ones(input, *size, dtype=None, device=None, requires_grad=False): as in PyTorch."""
    @overload
    def new_empty(self, *size: _Shape, dtype: _DType | None = None, device: Any = None,
            requires_grad: Literal[True]) -> Parameter:
        """new_empty(input, *size, dtype=None, device=None, requires_grad=False): as in PyTorch."""
    @overload
    def new_empty(self, *size: _Shape, dtype: _DType | None = None, device: Any = None,
            requires_grad: builtins.bool = False) -> Value:
        """new_empty(input, *size, dtype=None, device=None, requires_grad=False): as in PyTorch."""
    def new_full(self, size: _Shape, fill_value: _Operand, dtype: _DType | None = None, device: Any = None,
            requires_grad: builtins.bool = False) -> Value:
        """new_full(input, size, fill_value, dtype=None, device=None, requires_grad=False): as in PyTorch."""
    def new_tensor(self, data: _Numbers, dtype: _DType | None = None, device: Any = None,
            requires_grad: builtins.bool = False) -> Value:
        """new_tensor(input, data, dtype=None, device=None, requires_grad=False): as in PyTorch."""
    def type_as(self, other: _Operand) -> Value:
        """type_as(input, other): as in PyTorch."""
    def ndimension(self) -> builtins.int:
        """ndimension(input): as in PyTorch."""
    def element_size(self) -> builtins.int:
        """element_size(input): as in PyTorch."""
    @overload
    def type(self, ) -> str:
        """The same in this dtype; without one its name, as PyTorch has it."""
    @overload
    def type(self, dtype: _DType, non_blocking: builtins.bool = False) -> Value: ...
    def detach_(self) -> Value:
        """x, which has no derivative from now on."""
    def select(self, axis: _Axes | None = None, index: builtins.int | None = None, *, dim: _Axes | None = None
        ) -> Value:
        """The elements at one index of an axis, which is dropped."""
    def concat(self, axis: _Axes = 0, *, dim: _Axes | None = None) -> Value:
        """Tensors one after the other along an axis. x[0], then x[1], ... along axis."""
    def stack(self, axis: _Axes = 0, *, dim: _Axes | None = None) -> Value:
        """Tensors of one shape as the parts of a new axis."""
    def index_along(self, axis: _Axes | None = None, *, dim: _Axes | None = None) -> Value:
        """The index of each element along an axis, i64."""
    def diagonal(self) -> Value:
        """The diagonal of matrices. y[..., i] = x[..., i, i]."""
    def expand_dims(self, axis: _Axes | None = None, *, axes: _Axes | None = None, dim: _Axes | None = None,
            dims: _Axes | None = None) -> Value:
        """New axes of size 1, at these places of the result."""
    def slice(self, *, axis: _Axes | None = None, from_: builtins.int = 0, to: builtins.int | None = None,
            step: builtins.int = 1, dim: _Axes | None = None) -> Value:
        """The part [from, to) of an axis, by default up to its end, or each step-th element of it."""
    def pad(self, *, axis: _Axes | None = None, before: builtins.int = 0, after: builtins.int = 0,
            value: builtins.float = 0, mode: Literal["constant", "reflect", "edge"] = "constant",
            dim: _Axes | None = None) -> Value:
        """Elements before and after those of an axis: a value, a reflection, or the edge repeated. x ..."""
    def attention(self, k: _Operand, v: _Operand, mask: _Operand | None = None, *,
            causal: builtins.bool = False, scale: builtins.float | None = None, heads: builtins.int = 1
        ) -> Value:
        """Scaled dot product attention of queries, keys and values, by heads: parts of the last axes."""
    def matmul(self, y: _Operand, *, ta: builtins.bool = False, tb: builtins.bool = False) -> Value:
        """Matrix product over the last two axes."""
    def dot(self, b: _Operand) -> Value:
        """Sum of the products of corresponding elements."""
    def dense(self, W: _Operand, b: _Operand | None) -> Value:
        """Fully connected layer: x times a matrix, plus a bias if one is given. x @ W + b; b may be None."""
    def swap(self) -> Value:
        """The last two axes swapped: matrices transposed."""
    def conv(self, W: _Operand, *, stride: _Shape | None = None, dilation: _Shape | None = None,
            padding: _Shape | None = None, same: builtins.bool = False, groups: builtins.int = 1) -> Value:
        """Convolution over 1 to 3 axes, channels last: x [n, ..., channels], W [..., channels / ..."""
    def conv_transpose(self, W: _Operand, *, stride: _Shape | None = None, dilation: _Shape | None = None,
            padding: _Shape | None = None, same: builtins.bool = False, groups: builtins.int = 1) -> Value:
        """Transposed convolution, the adjoint of conv with the same W and options: x [n, ..., ..."""
    def max_pool(self, *, size: _Shape | None = None, stride: _Shape | None = None,
            padding: _Shape | None = None, same: builtins.bool = False, skip_padding: builtins.bool = False
        ) -> Value:
        """Largest element of each window, over 1 to 3 axes, channels last: x [n, ..., channels]."""
    def avg_pool(self, *, size: _Shape | None = None, stride: _Shape | None = None,
            padding: _Shape | None = None, same: builtins.bool = False, skip_padding: builtins.bool = False
        ) -> Value:
        """Mean of each window, over 1 to 3 axes, channels last."""
    def adaptive_pool(self, *, by: Literal["max", "mean"] = "max", size: _Shape | None = None) -> Value:
        """Largest element or mean of `size` windows along each of 1 to 3 axes, channels last."""
    def neg(self) -> Value:
        """Negative of each element. y = -x."""
    def exp(self) -> Value:
        """Exponential function of each element. y = e^x."""
    def log(self) -> Value:
        """Natural logarithm of each element. -inf at 0, NaN below 0. y = ln x."""
    def sqrt(self) -> Value:
        """Square root of each element."""
    def square(self) -> Value:
        """Square of each element. y = x^2."""
    def abs(self) -> Value:
        """Absolute value of each element."""
    def sin(self) -> Value:
        """Sine of each element, in radians. y = sin x, x in radians."""
    def cos(self) -> Value:
        """Cosine of each element, in radians. y = cos x, x in radians."""
    def erf(self) -> Value:
        """Error function of each element. y = 2/sqrt(pi) integral of e^-t^2 from 0 to x."""
    def tanh(self) -> Value:
        """Hyperbolic tangent of each element. y = tanh x."""
    def sigmoid(self) -> Value:
        """Logistic function of each element, between 0 and 1. y = 1 / (1 + e^-x)."""
    def softplus(self) -> Value:
        """Smooth approximation of relu, computed as max(x, 0) + ln(1 + e^-|x|), which cannot ..."""
    def softsign(self) -> Value:
        """Sigmoid-shaped function between -1 and 1 that approaches its limits slowly. y = x / (1 + |x|)."""
    def relu(self) -> Value:
        """Positive part of each element."""
    def leaky_relu(self, *, slope: builtins.float = 0.01) -> Value:
        """Relu with a slope below zero, 0.01 by default. y = x where x > 0, else slope x."""
    def log1p(self) -> Value:
        """Natural logarithm of 1 + x, exact also where x is small. -inf at -1, NaN below. y = ln(1 + ..."""
    def expm1(self) -> Value:
        """E^x - 1, exact also where x is small. y = e^x - 1, exact also for small x."""
    def rsqrt(self) -> Value:
        """1 / sqrt x of each element."""
    def tan(self) -> Value:
        """Tangent of each element, in radians. y = tan x, x in radians."""
    def asin(self) -> Value:
        """Inverse sine of each element, from -pi/2 to pi/2."""
    def acos(self) -> Value:
        """Inverse cosine of each element, from 0 to pi."""
    def atan(self) -> Value:
        """Inverse tangent of each element, from -pi/2 to pi/2. y in radians, with tan y = x."""
    def sinh(self) -> Value:
        """Hyperbolic sine of each element. y = (e^x - e^-x) / 2."""
    def cosh(self) -> Value:
        """Hyperbolic cosine of each element. y = (e^x + e^-x) / 2."""
    def asinh(self) -> Value:
        """Inverse hyperbolic sine of each element. y with sinh y = x."""
    def acosh(self) -> Value:
        """Inverse hyperbolic cosine of each element."""
    def atanh(self) -> Value:
        """Inverse hyperbolic tangent of each element."""
    def sign(self) -> Value:
        """1, 0 or -1: the sign of each element."""
    def floor(self) -> Value:
        """Rounds down to whole numbers."""
    def ceil(self) -> Value:
        """Rounds up to whole numbers."""
    def silu(self) -> Value:
        """Sigmoid linear unit, also called swish. y = x sigmoid(x); also called swish."""
    def mish(self) -> Value:
        """X tanh(softplus(x)). y = x tanh(ln(1 + e^x))."""
    def selu(self) -> Value:
        """Scaled exponential linear unit. y = 1.0507 x where x > 0, else 1.7581 (e^x - 1)."""
    def hard_sigmoid(self) -> Value:
        """A sigmoid made of three straight lines. 0 from -3 down, 1 from 3 up. y = min(max(x / 6 + ..."""
    def hard_swish(self) -> Value:
        """X times hard_sigmoid(x). y = x hard_sigmoid(x)."""
    def elu(self, *, alpha: builtins.float = 1) -> Value:
        """Exponential linear unit. y = x where x > 0, else alpha (e^x - 1)."""
    def celu(self, *, alpha: builtins.float = 1) -> Value:
        """Exponential linear unit whose derivative is continuous at 0 for every alpha. y = x where x ..."""
    def gelu(self, *, by_tanh: builtins.bool = False) -> Value:
        """Gaussian error linear unit: x times the probability that a standard normal number is below ..."""
    def jacobian(self, x: _Operand) -> Value:
        """The Jacobian d y / d x: its shape is that of y followed by that of x."""
    def hessian(self, a: _Operand, b: _Operand) -> Value:
        """The second derivatives of a scalar y by a and b: the shape of a followed by that of b."""
    def vmap(self, x: _Operand, rows: _Operand) -> Value:
        """Y for many values of x at once. rows has the shape of x behind an axis of n elements."""
    def assigned(self) -> Value:
        """What it was assigned last; the state itself: nothing."""
    def keep(self) -> Value:
        """Marks n: the next read or backward computes it too, and it can be read after the parameters ..."""
    def part(self, k: builtins.int) -> Value:
        """Output k of the op that made n (any of its outputs)."""
    def recompute(self, f: Callable[..., Any]) -> Value:
        """F(x, user), with less memory: the values that f computes on the way are not kept for the ..."""
    def recompute_chain(self, f: Callable[..., Any], steps: builtins.int, *, keep: builtins.int | None = None
        ) -> Value:
        """x = f(x, i, user) for i = 0 .. steps - 1, with at most `keep` states kept at a time, and ..."""
    def odeint(self, f: Callable[..., Any], from_: builtins.float, to: builtins.float, *,
            method: Literal["dormand_prince", "euler", "midpoint", "rk4"] = "dormand_prince",
            steps: builtins.int = 100, rtol: builtins.float = 1e-6, atol: builtins.float = 1e-9,
            most: builtins.int = 10000, times: _Operand | None = None, adjoint: builtins.bool = False,
            t: _Operand | None = None) -> Value:
        """The solution of y' = f(t, y) at the time `to`; with times= at these times, [count, shape of ..."""
    def fixed_point(self, f: Callable[..., Any], *, tol: builtins.float | None = None,
            most: builtins.int = 100, anderson: builtins.int = 0, adjoint_steps: builtins.int | None = None
        ) -> Value:
        """Z with z = f(z, user): iterates z = f(z) until max |f(z) - z| <= tol (1 + max |z|)."""
    def settled(self, before: _Operand, *, tol: builtins.float = 1e-6) -> Value:
        """The first operand; an error while the graph runs if it is far from the second."""
    def cholesky(self) -> Value:
        """The lower triangle L of symmetric, positive definite matrices."""
    def triangular_solve(self, b: _Operand, *, upper: builtins.bool = False,
            transposed: builtins.bool = False, unit: builtins.bool = False) -> Value:
        """Solutions of systems whose matrices are the lower or upper triangles of a."""
    def solve(self, b: _Operand) -> Value:
        """Solutions of systems of equations with square matrices a. b: columns, or one vector."""
    def inverse(self) -> Value:
        """Inverses of square matrices."""
    def det(self) -> Value:
        """Determinants of square matrices."""
    def logdet(self) -> Value:
        """Logarithms of determinants, without overflow. -inf for singular matrices."""
    def slogdet(self) -> tuple[Value, Value]:
        """Logarithms of the absolute values of determinants, or their signs: 1, -1, or 0 if the ..."""
    def eigh(self) -> tuple[Value, Value]:
        """Eigenvalues of symmetric matrices, ascending, or eigenvectors, as columns."""
    def qr(self) -> tuple[Value, Value]:
        """Orthogonal unit vectors Q, as columns, or upper triangles R, of matrices."""
    def svd(self) -> tuple[Value, Value, Value]:
        """Singular vectors U, as columns, singular values, descending, or singular vectors V^T, as rows."""
    def lstsq(self, b: _Operand) -> Value:
        """Least squares, for matrices a whose columns are independent. b: columns, or one vector."""
    def softmax_cross_entropy(self, y: _Operand, *, reduction: Literal["mean", "sum", "none"] = "mean",
            smoothing: builtins.float = 0, weights: _Operand | None = None, mask: _Operand | None = None,
            ignore: builtins.float | None = None, any_rows: builtins.bool = False) -> Value:
        """Cross-entropy loss of softmax(x) against class numbers or rows of probabilities."""
    def nll(self, y: _Operand, *, reduction: Literal["mean", "sum", "none"] = "mean",
            smoothing: builtins.float = 0, weights: _Operand | None = None, mask: _Operand | None = None,
            ignore: builtins.float | None = None, any_rows: builtins.bool = False) -> Value:
        """Negative log-likelihood of class numbers or rows of probabilities, x being the logarithms ..."""
    def binary_cross_entropy(self, y: _Operand, *, reduction: Literal["mean", "sum", "none"] = "mean"
        ) -> Value:
        """Binary cross-entropy of predicted probabilities x against targets y."""
    def bce(self, t: _Operand) -> Value:
        """Binary cross-entropy of each probability p against a target t between 0 and 1. 0 ln 0 ..."""
    def bce_with_logits(self, y: _Operand, *, reduction: Literal["mean", "sum", "none"] = "mean") -> Value:
        """Binary cross-entropy of sigmoid(x) against targets y, computed from the logits x without ..."""
    def kl(self, y: _Operand, *, reduction: Literal["mean", "sum", "none"] = "mean") -> Value:
        """Divergence of Kullback and Leibler of rows of probabilities y from predicted ones, whose ..."""
    def mse(self, y: _Operand, *, reduction: Literal["mean", "sum", "none"] = "mean") -> Value:
        """Mean squared error of x against y."""
    def mae(self, y: _Operand, *, reduction: Literal["mean", "sum", "none"] = "mean") -> Value:
        """Mean absolute error of x against y."""
    def hinge(self, y: _Operand, *, reduction: Literal["mean", "sum", "none"] = "mean") -> Value:
        """How far a score x is from being at least 1 on the side of its target y, which is -1 or 1."""
    def huber(self, y: _Operand, *, reduction: Literal["mean", "sum", "none"] = "mean",
            delta: builtins.float = 1) -> Value:
        """Squared error of x against y, but a straight line where they differ by more than delta, so ..."""
    def smooth_l1(self, y: _Operand, *, reduction: Literal["mean", "sum", "none"] = "mean",
            delta: builtins.float = 1) -> Value:
        """The loss of huber, divided by delta: the straight lines have the slope 1."""
    def cosine_similarity(self, y: _Operand, *, axis: _Axes = -1, eps: builtins.float = 1e-8,
            dim: _Axes | None = None) -> Value:
        """Cosine of the angle between the vectors along an axis."""
    def cosine_loss(self, y: _Operand, *, reduction: Literal["mean", "sum", "none"] = "mean") -> Value:
        """1 less the cosine of the angle between the vectors along the last axis."""
    def triplet(self, positive: _Operand, negative: _Operand, *,
            reduction: Literal["mean", "sum", "none"] = "mean", margin: builtins.float = 1) -> Value:
        """How far x is from being nearer to `positive` than to `negative` by the margin."""
    def accuracy(self, y: _Operand) -> Value:
        """Fraction of rows whose largest element stands at the class number."""
    def categorical(self, *, name: str | None = None) -> Value:
        """A class number for each row of logits, drawn anew in each evaluation with the probabilities ..."""
    def one_hot(self, count: builtins.int | None = None, *, axis: _Axes = -1, dim: _Axes | None = None
        ) -> Value:
        """1 at the class number and 0 elsewhere, along a new axis, by default the last."""
    def nn_dense(self, p: Params, name: str, units: builtins.int, *, bias: builtins.bool = True,
            share: builtins.bool = False, W_init: Init | None = None, b_init: Init | None = None) -> Value:
        """x W + b."""
    def nn_batch_norm(self, p: Params, name: str, *, momentum: builtins.float = 0.9,
            eps: builtins.float = 1e-5, share: builtins.bool = False,
            mode: Literal["graph", "train", "eval"] = "graph", axis: _Axes = -1, dim: _Axes | None = None
        ) -> Value:
        """Batch normalisation over all axes but that of the features."""
    def nn_layer_norm(self, p: Params, name: str, *, eps: builtins.float = 1e-5, share: builtins.bool = False,
            axis: _Axes | None = None, axes: _Axes | None = None, dim: _Axes | None = None,
            dims: _Axes | None = None) -> Value:
        """Layer normalisation over the last axis, or over axes that you name."""
    def nn_rms_norm(self, p: Params, name: str, *, eps: builtins.float = 1e-5, share: builtins.bool = False,
            axis: _Axes | None = None, axes: _Axes | None = None, dim: _Axes | None = None,
            dims: _Axes | None = None) -> Value:
        """Wg.rms_norm over the last axis, or over axes that you name."""
    def nn_group_norm(self, p: Params, name: str, groups: builtins.int, *, eps: builtins.float = 1e-5,
            axis: _Axes = -1, share: builtins.bool = False, dim: _Axes | None = None) -> Value:
        """Wg.group_norm."""
    def nn_conv(self, p: Params, name: str, units: builtins.int, *, size: _Shape | None = None,
            stride: _Shape | None = None, dilation: _Shape | None = None, padding: _Shape | None = None,
            same: builtins.bool = False, groups: builtins.int = 1, bias: builtins.bool = True,
            share: builtins.bool = False, W_init: Init | None = None, b_init: Init | None = None) -> Value:
        """Convolution over the axes between the first and the last: x is [n, h, w, channels], or has ..."""
    def nn_conv_transpose(self, p: Params, name: str, units: builtins.int, *, size: _Shape | None = None,
            stride: _Shape | None = None, dilation: _Shape | None = None, padding: _Shape | None = None,
            same: builtins.bool = False, groups: builtins.int = 1, bias: builtins.bool = True,
            share: builtins.bool = False, W_init: Init | None = None, b_init: Init | None = None) -> Value:
        """Transposed convolution: each element of x adds a kernel to the result."""
    def batch_norm(self, gamma: _Operand, beta: _Operand, mean: _Operand | None = None,
            variance: _Operand | None = None, *, eps: builtins.float = 1e-5, axis: _Axes = -1,
            dim: _Axes | None = None) -> Value:
        """Batch normalisation with a given mean and variance, or with the batch's own, which are then ..."""
    def layer_norm(self, gamma: _Operand, beta: _Operand, *, eps: builtins.float = 1e-5,
            axis: _Axes | None = None, axes: _Axes | None = None, dim: _Axes | None = None,
            dims: _Axes | None = None) -> Value:
        """Layer normalisation: each row along the last axis by its own mean and variance (divided by ..."""
    def rms_norm(self, gamma: _Operand | None = None, *, eps: builtins.float = 1e-5,
            axis: _Axes | None = None, axes: _Axes | None = None, dim: _Axes | None = None,
            dims: _Axes | None = None) -> Value:
        """Normalisation by the root of the mean square along axes, by default the last. gamma may be ..."""
    def group_norm(self, gamma: _Operand | None, beta: _Operand | None, groups: builtins.int, *,
            eps: builtins.float = 1e-5, axis: _Axes = -1, dim: _Axes | None = None) -> Value:
        """Normalisation of each group of neighbouring channels of each example, over all other axes. ..."""
    def instance_norm(self, gamma: _Operand | None = None, beta: _Operand | None = None,
            groups: builtins.int | None = None, *, eps: builtins.float = 1e-5, axis: _Axes = -1,
            dim: _Axes | None = None) -> Value:
        """Normalisation of each channel of each example, over all other axes: group_norm with a group ..."""
    def resize(self, shape: _Shape, *, mode: Literal["nearest", "bilinear"] = "nearest",
            axis: _Axes | None = None, axes: _Axes | None = None, align_corners: builtins.bool = False,
            dim: _Axes | None = None, dims: _Axes | None = None) -> Value:
        """Images of other sizes, by the nearest element or by straight lines along each axis ..."""
    def add(self, b: _Operand) -> Value:
        """Elementwise sum. y = a + b."""
    def sub(self, b: _Operand) -> Value:
        """Elementwise difference. y = a - b."""
    def mul(self, b: _Operand) -> Value:
        """Elementwise product. y = a b."""
    def div(self, b: _Operand) -> Value:
        """Elementwise quotient."""
    def pow(self, b: _Operand) -> Value:
        """Elementwise power."""
    def maximum(self, b: _Operand) -> Value:
        """Elementwise larger of two."""
    def minimum(self, b: _Operand) -> Value:
        """Elementwise smaller of two."""
    def atan2(self, b: _Operand) -> Value:
        """Angle between the axis to the right and the point at width b and height a, from -pi to pi. ..."""
    def floor_divide(self, b: _Operand) -> Value:
        """Elementwise quotient, rounded down: floor_divide(a, b) b + remainder(a, b) is a."""
    def remainder(self, b: _Operand) -> Value:
        """What is left of a where it is divided by b, with the sign of b: from 0 to b."""
    def fmod(self, b: _Operand) -> Value:
        """What is left of a where it is divided by b, with the sign of a, as fmod of C."""
    def addn(self) -> Value:
        """Sum of any number of operands of one shape, added from first to last. x[0] + x[1] + ..., in ..."""
    def equal(self, b: _Operand) -> Value:
        """True where a equals b."""
    def not_equal(self, b: _Operand) -> Value:
        """True where a differs from b."""
    def less(self, b: _Operand) -> Value:
        """True where a is below b."""
    def less_equal(self, b: _Operand) -> Value:
        """True where a is at most b."""
    def greater(self, b: _Operand) -> Value:
        """True where a is above b."""
    def greater_equal(self, b: _Operand) -> Value:
        """True where a is at least b."""
    def logical_and(self, b: _Operand) -> Value:
        """True where both are."""
    def logical_or(self, b: _Operand) -> Value:
        """True where one is, or both are."""
    def logical_xor(self, b: _Operand) -> Value:
        """True where one is, but not both."""
    def logical_not(self) -> Value:
        """True where x is 0."""
    def where(self, a: _Operand, b: _Operand) -> Value:
        """Elements of a where c is true, elsewhere elements of b."""
    def cast(self, to: _DType) -> Value:
        """The same numbers in another dtype."""
    def sum(self, axis: _Axes | None = None, *, axes: _Axes | None = None, keepdims: builtins.bool = False,
            dim: _Axes | None = None, dims: _Axes | None = None, keepdim: builtins.bool = False) -> Value:
        """Sum along axes."""
    def mean(self, axis: _Axes | None = None, *, axes: _Axes | None = None, keepdims: builtins.bool = False,
            dim: _Axes | None = None, dims: _Axes | None = None, keepdim: builtins.bool = False) -> Value:
        """Mean along axes."""
    def prod(self, axis: _Axes | None = None, *, axes: _Axes | None = None, keepdims: builtins.bool = False,
            dim: _Axes | None = None, dims: _Axes | None = None, keepdim: builtins.bool = False) -> Value:
        """Product along axes."""
    def any_of(self, axis: _Axes | None = None, *, axes: _Axes | None = None, keepdims: builtins.bool = False,
            dim: _Axes | None = None, dims: _Axes | None = None, keepdim: builtins.bool = False) -> Value:
        """Whether an element along axes is not 0."""
    def all_of(self, axis: _Axes | None = None, *, axes: _Axes | None = None, keepdims: builtins.bool = False,
            dim: _Axes | None = None, dims: _Axes | None = None, keepdim: builtins.bool = False) -> Value:
        """Whether every element along axes is not 0."""
    def logsumexp(self, axis: _Axes | None = None, *, axes: _Axes | None = None,
            keepdims: builtins.bool = False, dim: _Axes | None = None, dims: _Axes | None = None,
            keepdim: builtins.bool = False) -> Value:
        """Logarithm of the sum of exponentials along axes, without overflow."""
    def logcumsumexp(self, axis: _Axes | None = None, *, reverse: builtins.bool = False,
            dim: _Axes | None = None) -> Value:
        """Logarithm of the cumulative sum of e^x along an axis, without overflow. reverse: from the ..."""
    def linear_scan(self, b: _Operand, *, axis: _Axes | None = None, reverse: builtins.bool = False,
            dim: _Axes | None = None) -> Value:
        """The linear recurrence along an axis: each result is a times the one before, plus b."""
    def broadcast_to(self, s: _Shape) -> Value:
        """X repeated along new axes and along axes of size 1."""
    def sum_to(self, s: _Shape) -> Value:
        """Sum over everything that broadcast_to would repeat."""
    def softmax(self, axis: _Axes = -1, *, temperature: builtins.float = 1, dim: _Axes | None = None
        ) -> Value:
        """Softmax of x / temperature along an axis: positive numbers that sum to 1. y = e^x / sum of ..."""
    def log_softmax(self, axis: _Axes = -1, *, temperature: builtins.float = 1, dim: _Axes | None = None
        ) -> Value:
        """Logarithm of softmax, also where softmax itself would round to 0."""
    def dropout(self, *, keep_prob: builtins.float | None = None, drop: builtins.float | None = None,
            name: str | None = None, mode: Literal["graph", "train", "eval"] = "graph") -> Value:
        """Inverted dropout."""
    def stop_gradient(self) -> Value:
        """The operand, which derivatives treat as a constant."""
    def take_along(self, indices: _Operand, axis: _Axes | None = None, *, dim: _Axes | None = None) -> Value:
        """Elements chosen along an axis by numbers of their own for each place."""
    def scatter_add_along(self, indices: _Operand, v: _Operand, *, axis: _Axes | None = None,
            dim: _Axes | None = None) -> Value:
        """X, with each value added at the element that its own number chooses along an axis."""
    def nonzero(self, count: builtins.int | None = None) -> Value:
        """The numbers of the true elements, in order, counted over all axes. `count` must be how many ..."""
    def argsort(self, axis: _Axes = -1, *, descending: builtins.bool = False, dim: _Axes | None = None
        ) -> Value:
        """The numbers of the elements of an axis in increasing order of the elements, or with ..."""
    def topk(self, count: builtins.int | None = None, axis: _Axes = -1, *, smallest: builtins.bool = False,
            dim: _Axes | None = None) -> Sorted:
        """The `count` largest elements of an axis in decreasing order, or with `smallest` the ..."""
    def nn_rnn_cell(self, state: States | Sequence[_Operand] | None, p: Params, name: str,
            units: builtins.int, *, relu: builtins.bool = False, share: builtins.bool = False,
            W_init: Init | None = None, U_init: Init | None = None, b_init: Init | None = None) -> States:
        """One step of a plain recurrent layer: h' = tanh(x W + h U + b)."""
    def nn_lstm_cell(self, state: States | Sequence[_Operand] | None, p: Params, name: str,
            units: builtins.int, *, relu: builtins.bool = False, share: builtins.bool = False,
            W_init: Init | None = None, U_init: Init | None = None, b_init: Init | None = None) -> States:
        """One step of a long short-term memory (Hochreiter and Schmidhuber 1997)."""
    def nn_gru_cell(self, state: States | Sequence[_Operand] | None, p: Params, name: str,
            units: builtins.int, *, relu: builtins.bool = False, share: builtins.bool = False,
            W_init: Init | None = None, U_init: Init | None = None, b_init: Init | None = None) -> States:
        """One step of a gated recurrent unit (Cho et al. 2014)."""
    def nn_rnn(self, p: Params, name: str, units: builtins.int, *,
            state: States | Sequence[_Operand] | None = None, lengths: _Operand | None = None,
            reverse: builtins.bool = False, bidirectional: builtins.bool = False, relu: builtins.bool = False,
            share: builtins.bool = False, W_init: Init | None = None, U_init: Init | None = None,
            b_init: Init | None = None) -> States:
        """A plain recurrent layer over all steps of x."""
    def nn_lstm(self, p: Params, name: str, units: builtins.int, *,
            state: States | Sequence[_Operand] | None = None, lengths: _Operand | None = None,
            reverse: builtins.bool = False, bidirectional: builtins.bool = False, relu: builtins.bool = False,
            share: builtins.bool = False, W_init: Init | None = None, U_init: Init | None = None,
            b_init: Init | None = None) -> States:
        """A long short-term memory over all steps of x."""
    def nn_gru(self, p: Params, name: str, units: builtins.int, *,
            state: States | Sequence[_Operand] | None = None, lengths: _Operand | None = None,
            reverse: builtins.bool = False, bidirectional: builtins.bool = False, relu: builtins.bool = False,
            share: builtins.bool = False, W_init: Init | None = None, U_init: Init | None = None,
            b_init: Init | None = None) -> States:
        """Gated recurrent units over all steps of x."""
    def nn_embedding(self, p: Params, name: str, count: builtins.int, width: builtins.int, *,
            padding_index: builtins.int | None = None, share: builtins.bool = False,
            W_init: Init | None = None) -> Value:
        """Rows of the table NAME.W [count, width] by their numbers: [...] gives [..., width]."""
    def nn_attention(self, p: Params, name: str, *, heads: builtins.int = 1, causal: builtins.bool = False,
            mask: _Operand | None = None, memory: _Operand | None = None, bias: builtins.bool = True,
            share: builtins.bool = False, W_init: Init | None = None, Wo_init: Init | None = None,
            cache: Cache | None = None) -> Value:
        """Attention of x [..., tokens, width] to itself, or to memory= [..., keys, width]: ..."""
    def nn_transformer_block(self, p: Params, name: str, *, heads: builtins.int = 1,
            hidden: builtins.int | None = None, causal: builtins.bool = False, mask: _Operand | None = None,
            drop: builtins.float = 0, share: builtins.bool = False, cache: Cache | None = None) -> Value:
        """A block of GPT-2: z = x + attention(layer_norm(x)), y = z + fc2(gelu(fc1(layer_norm(z))))."""
    def gradcheck(self, p: Params, *, eps: builtins.float | None = None, one_sided: builtins.bool = False,
            name: str | None = None, components: builtins.int | None = None,
            progress: Callable[..., Any] | None = None, order: builtins.int = 1,
            course_only: builtins.bool = False, tolerance: builtins.float = 0, accuracy: builtins.float = 0,
            evaluations: builtins.int | None = None, intended: str | None = None, names: str | None = None
        ) -> Report:
        """Checks the gradients of a scalar loss with respect to the parameters of p, or with p None ..."""
    def gradcheck_nodes(self, x: Sequence[_Operand], *, eps: builtins.float | None = None,
            one_sided: builtins.bool = False, name: str | None = None, components: builtins.int | None = None,
            progress: Callable[..., Any] | None = None, order: builtins.int = 1,
            course_only: builtins.bool = False, tolerance: builtins.float = 0, accuracy: builtins.float = 0,
            evaluations: builtins.int | None = None, intended: str | None = None, names: str | None = None
        ) -> Report:
        """The same for n nodes of your choice, inputs or parameters."""
    def draw_text(self, *, format: str | None = None, style: str | None = None, id: str | None = None,
            title: str | None = None, values: builtins.bool = False, heatmaps: builtins.bool = False,
            level: str | None = None, overlay: str | None = None, steps: builtins.bool = False,
            hide: str | None = None, width: builtins.int = 100, edges: str | None = None,
            top_down: builtins.bool = False, legend: builtins.bool = False, scopes: builtins.bool = True,
            most: builtins.int | None = None, fit: str | None = None, keep: str | None = None,
            depth: builtins.int = 0, seconds: builtins.float = 20, backward: builtins.bool = False,
            wrt: Value | Sequence[Value] | None = None, sizes: Any = None, beside: _Operand | None = None,
            source: str | None = None, marks: Any = None, ansi: builtins.bool = False,
            fold: builtins.bool | None = None, series: builtins.bool = False, limits: Any = None
        ) -> str | None:
        """The picture as the text of a file "dot", "svg", "txt", "json" ... by format= (default txt)."""
    def c_write(self, path: _Path, *, name: str | None = None, loss: _Operand | None = None,
            optim: Optimizer | None = None, constants: Value | Sequence[Value] | None = None) -> None:
        """Writes what computes y, of any shape, from the inputs of its graph: they are the arguments, ..."""
    def backward_add(self, p: Params) -> None:
        """The same, but adds to the gradients that p has."""
    def trace_nan(self, p: Params) -> str | None:
        """Finds where NaN or infinities in the value of n first arose: the op, its place in your ..."""
    def grads(self, x: Sequence[_Operand]) -> list[Value]:
        """The same for n nodes x, in one reverse sweep. gx gets n nodes."""
    def vjp(self, gy: _Operand, x: Sequence[_Operand]) -> list[Value]:
        """Gy' J, with J = d y / d x, in the shapes of x. gy has the shape of y. gx gets n nodes."""
    def jvp(self, x: Sequence[_Operand], v: Sequence[_Operand]) -> Value:
        """J v, in the shape of y: forward mode. v[i] has the shape of x[i]."""
    def hvp(self, x: Sequence[_Operand], v: Sequence[_Operand]) -> list[Value]:
        """H v, with H the second derivatives of a scalar y by x. v[i] has the shape of x[i]. hv gets ..."""
    def jacobian_sparse(self, x: _Operand, p: Any) -> Value:
        """The elements of the Jacobian d y / d x at the places p, as a vector of p.count elements."""
    def custom_vjp(self, x: Sequence[_Operand], rule: Callable[..., Any]) -> Value:
        """The value y, made from the list x of values, with a derivative of yours. rule(y, gy, *x) ..."""
    def graph_of(self) -> Graph:
        """The graph of a node; None: a number or None."""
    def input_set(self, t: _Operand) -> None:
        """New values for an input."""
    def assign(self, value: _Operand) -> None:
        """Says that the state's next value is that of node `value`."""
    def value(self) -> NDArray[Any]:
        """The value of a node."""
    def copy_f32(self) -> NDArray[Any]:
        """Copies all elements, converted. `to` has room for count elements; too little room is an error."""
    def copy_f64(self) -> NDArray[Any]:
        """Copies all elements, converted, into doubles."""
    def ok(self) -> builtins.bool:
        """Made since the last g.begin, and not the error node."""
    def op(self) -> _Op:
        """The op that made the node."""
    def op_name(self) -> str | None:
        """"matmul", "input", "param", ...; "" for none."""
    def operands(self) -> builtins.int:
        """How many operands the node has."""
    def operand(self, k: builtins.int) -> Value | None:
        """Operand k of the node."""
    def scope(self) -> str | None:
        """Its scope, "enc/t.3"; "" at the top."""
    def site(self) -> str | None:
        """The call that made it."""
    def depends_on(self, x: _Operand) -> builtins.bool:
        """Whether y is x, or is computed from it."""
    def leaf(self) -> str:
        """"none": computed from operands, or no node."""
    def replay(self, into: Graph, *, floats: _DType | None = None, params: Params | None = None,
            pieces: builtins.bool = False, guards: builtins.bool = False) -> Value:
        """Builds root, and every node that it depends on, again in another graph."""
    def onnx_write(self, path: _Path, *, opset: builtins.int = 17,
            outputs: Value | Sequence[Value] | None = None, names: Sequence[str] | None = None,
            inputs: Value | Sequence[Value] | None = None) -> None:
        """Writes the graph that y is computed from."""
    def extern(self, shape: _Shape, *, name: str | None = None, impure: builtins.bool = False) -> Value:
        """The value forward(x), a function of NumPy arrays whose result has this shape. backward(x, ..."""
    def plan_look(self, *, params: Params | None = None, wrt: Value | Sequence[Value] | None = None,
            seconds: builtins.float = 0.2) -> _Plan:
        """The plan by which root is computed, run and timed."""
    def summary(self) -> str:
        """Prints a table of the layers that y depends on: the shape of the result, the number of ..."""
    def fit_is_share(self) -> builtins.bool:
        """Whether a node is a mean of comparisons, and so a share between 0 and 1."""
    def hold(self) -> tuple[_Held, NDArray[Any]]:
        """The value of a node, which stays as it is and where it is until wgx_release, beyond ..."""
    def is_current(self) -> builtins.bool:
        """Whether n is a node of the present build, and no node of a parameter that has changed since ..."""
    def trained_by(self, to: Params) -> builtins.int:
        """The sets of the parameters by which n has a derivative: those that it is made of, and not ..."""
    def derives_from(self, x: _Operand) -> builtins.bool:
        """Whether y has a derivative by x, a node of the same graph: it is made of it, and not only ..."""
    def replay_onto(self, into: Graph, was: Sequence[_Operand], now: Sequence[_Operand]) -> Value:
        """Wg.replay of root into another graph, where now[k] stands for node was[k]."""
    def option(self, name: str | None = None) -> _Setting | None:
        """The option of this name of the call that made n, as the call means it: what was written, or ..."""
    def option_name(self, k: builtins.int) -> str | None:
        """Of option k, from 0 on; NULL: there are no more."""
    def call(self) -> tuple[str | None, Value]:
        """The name of that call; x, if not None: its first operand."""
    def zero_(self) -> Self: ...
    def fill_(self, value: _Operand) -> Self: ...
    def copy_(self, src: _Operand, non_blocking: builtins.bool = False) -> Self: ...
    def add_(self, other: _Operand, *, alpha: builtins.float = 1) -> Self: ...
    def sub_(self, other: _Operand, *, alpha: builtins.float = 1) -> Self: ...
    def normal_(self, mean: builtins.float = 0, std: builtins.float = 1, *, generator: Any = None
        ) -> Self: ...
    def uniform_(self, from_: builtins.float = 0, to: builtins.float = 1, *, generator: Any = None
        ) -> Self: ...
    def exponential_(self, lambd: builtins.float = 1, *, generator: Any = None) -> Self: ...
    def bernoulli_(self, p: _Operand = 0.5, *, generator: Any = None) -> Self: ...
    def fill_diagonal_(self, value: _Operand, wrap: builtins.bool = False) -> Self: ...
    def reciprocal_(self) -> Self: ...
    def masked_fill_(self, mask: _Operand, value: _Operand) -> Self: ...
    def unsqueeze_(self, axis: _Axes | None = None, dim: _Axes | None = None) -> Self: ...
    def swapaxes_(self, axis0: builtins.int, axis1: builtins.int) -> Self: ...
    def swapdims_(self, axis0: builtins.int, axis1: builtins.int) -> Self: ...
    def squeeze_(self, axis: _Axes | None = None, dim: _Axes | None = None, *, axes: _Axes | None = None
        ) -> Self: ...
    def transpose_(self, *axes: _Axes, dim0: builtins.int | None = None, dim1: builtins.int | None = None
        ) -> Self: ...
    def t_(self) -> Self: ...
    def triu_(self, diagonal: builtins.int = 0, k: builtins.int | None = None, offset: builtins.int = 0
        ) -> Self: ...
    def tril_(self, diagonal: builtins.int = 0, k: builtins.int | None = None, offset: builtins.int = 0
        ) -> Self: ...
    def cumsum_(self, axis: _Axes | None = None, *, exclusive: builtins.bool = False,
            reverse: builtins.bool = False, dim: _Axes | None = None) -> Self: ...
    def cumprod_(self, axis: _Axes | None = None, *, exclusive: builtins.bool = False,
            reverse: builtins.bool = False, dim: _Axes | None = None) -> Self: ...
    def round_(self, decimals: builtins.int = 0) -> Self: ...
    def clip_(self, low: _Operand | None = None, high: _Operand | None = None, *, min: _Operand | None = None,
            max: _Operand | None = None, a_min: _Operand | None = None, a_max: _Operand | None = None
        ) -> Self: ...
    def clamp_(self, min: _Operand | None = None, max: _Operand | None = None) -> Self: ...
    def mm_(self, b: _Operand) -> Self: ...
    def bmm_(self, b: _Operand) -> Self: ...
    def eq_(self, other: _Operand) -> Self: ...
    def ne_(self, other: _Operand) -> Self: ...
    def lt_(self, other: _Operand) -> Self: ...
    def le_(self, other: _Operand) -> Self: ...
    def gt_(self, other: _Operand) -> Self: ...
    def ge_(self, other: _Operand) -> Self: ...
    def positive_(self) -> Self: ...
    def negative_(self) -> Self: ...
    def absolute_(self) -> Self: ...
    def subtract_(self, other: _Operand, *, alpha: builtins.float = 1) -> Self: ...
    def multiply_(self, other: _Operand) -> Self: ...
    def divide_(self, other: _Operand, *, rounding_mode: Literal["trunc", "floor"] | None = None) -> Self: ...
    def true_divide_(self, other: _Operand) -> Self: ...
    def arccos_(self) -> Self: ...
    def arcsin_(self) -> Self: ...
    def arctan_(self) -> Self: ...
    def arctan2_(self, other: _Operand) -> Self: ...
    def arccosh_(self) -> Self: ...
    def arcsinh_(self) -> Self: ...
    def arctanh_(self) -> Self: ...
    def sgn_(self) -> Self: ...
    def log2_(self) -> Self: ...
    def log10_(self) -> Self: ...
    def exp2_(self) -> Self: ...
    def trunc_(self) -> Self: ...
    def frac_(self) -> Self: ...
    def deg2rad_(self) -> Self: ...
    def rad2deg_(self) -> Self: ...
    def hypot_(self, other: _Operand) -> Self: ...
    def clamp_min_(self, min: _Operand) -> Self: ...
    def clamp_max_(self, max: _Operand) -> Self: ...
    def lerp_(self, end: _Operand, weight: _Operand) -> Self: ...
    def addcmul_(self, tensor1: _Operand, tensor2: _Operand, *, value: _Operand = 1) -> Self: ...
    def addcdiv_(self, tensor1: _Operand, tensor2: _Operand, *, value: _Operand = 1) -> Self: ...
    def addmm_(self, mat1: _Operand, mat2: _Operand, *, beta: builtins.float = 1, alpha: builtins.float = 1
        ) -> Self: ...
    def addmv_(self, mat: _Operand, vec: _Operand, *, beta: builtins.float = 1, alpha: builtins.float = 1
        ) -> Self: ...
    def addr_(self, vec1: _Operand, vec2: _Operand, *, beta: builtins.float = 1, alpha: builtins.float = 1
        ) -> Self: ...
    def baddbmm_(self, batch1: _Operand, batch2: _Operand, *, beta: builtins.float = 1,
            alpha: builtins.float = 1) -> Self: ...
    def inner_(self, other: _Operand) -> Self: ...
    def index_fill_(self, dim: builtins.int, index: _Operand, value: _Operand) -> Self: ...
    def index_copy_(self, dim: builtins.int, index: _Operand, source: _Operand) -> Self: ...
    def index_add_(self, dim: builtins.int, index: _Operand, source: _Operand, *, alpha: builtins.float = 1
        ) -> Self: ...
    def scatter_(self, dim: builtins.int, index: _Operand, src: _Operand, *,
            reduce: Literal["add", "multiply"] | None = None) -> Self: ...
    def fliplr_(self) -> Self: ...
    def flipud_(self) -> Self: ...
    @overload
    def scatter_add_(self, indices: _Operand, v: _Operand, *, axis: _Axes = 0) -> Self: ...
    @overload
    def scatter_add_(self, dim: builtins.int, index: _Operand, src: _Operand) -> Self: ...
    def fix_(self) -> Self: ...
    def matmul_(self, y: _Operand, *, ta: builtins.bool = False, tb: builtins.bool = False) -> Self: ...
    def neg_(self) -> Self: ...
    def exp_(self) -> Self: ...
    def log_(self) -> Self: ...
    def sqrt_(self) -> Self: ...
    def square_(self) -> Self: ...
    def abs_(self) -> Self: ...
    def sin_(self) -> Self: ...
    def cos_(self) -> Self: ...
    def erf_(self) -> Self: ...
    def tanh_(self) -> Self: ...
    def sigmoid_(self) -> Self: ...
    def softplus_(self) -> Self: ...
    def softsign_(self) -> Self: ...
    def relu_(self) -> Self: ...
    def leaky_relu_(self, *, slope: builtins.float = 0.01) -> Self: ...
    def log1p_(self) -> Self: ...
    def expm1_(self) -> Self: ...
    def rsqrt_(self) -> Self: ...
    def tan_(self) -> Self: ...
    def asin_(self) -> Self: ...
    def acos_(self) -> Self: ...
    def atan_(self) -> Self: ...
    def sinh_(self) -> Self: ...
    def cosh_(self) -> Self: ...
    def asinh_(self) -> Self: ...
    def acosh_(self) -> Self: ...
    def atanh_(self) -> Self: ...
    def sign_(self) -> Self: ...
    def floor_(self) -> Self: ...
    def ceil_(self) -> Self: ...
    def silu_(self) -> Self: ...
    def mish_(self) -> Self: ...
    def selu_(self) -> Self: ...
    def hard_sigmoid_(self) -> Self: ...
    def hard_swish_(self) -> Self: ...
    def elu_(self, *, alpha: builtins.float = 1) -> Self: ...
    def celu_(self, *, alpha: builtins.float = 1) -> Self: ...
    def gelu_(self, *, by_tanh: builtins.bool = False) -> Self: ...
    def cholesky_(self) -> Self: ...
    def triangular_solve_(self, b: _Operand, *, upper: builtins.bool = False,
            transposed: builtins.bool = False, unit: builtins.bool = False) -> Self: ...
    def solve_(self, b: _Operand) -> Self: ...
    def inverse_(self) -> Self: ...
    def rms_norm_(self, gamma: _Operand | None = None, *, eps: builtins.float = 1e-5,
            axis: _Axes | None = None, axes: _Axes | None = None, dim: _Axes | None = None,
            dims: _Axes | None = None) -> Self: ...
    def instance_norm_(self, gamma: _Operand | None = None, beta: _Operand | None = None,
            groups: builtins.int | None = None, *, eps: builtins.float = 1e-5, axis: _Axes = -1,
            dim: _Axes | None = None) -> Self: ...
    def mul_(self, b: _Operand) -> Self: ...
    def div_(self, b: _Operand) -> Self: ...
    def pow_(self, b: _Operand) -> Self: ...
    def maximum_(self, b: _Operand) -> Self: ...
    def minimum_(self, b: _Operand) -> Self: ...
    def atan2_(self, b: _Operand) -> Self: ...
    def floor_divide_(self, b: _Operand) -> Self: ...
    def remainder_(self, b: _Operand) -> Self: ...
    def fmod_(self, b: _Operand) -> Self: ...
    def not_equal_(self, b: _Operand) -> Self: ...
    def less_(self, b: _Operand) -> Self: ...
    def less_equal_(self, b: _Operand) -> Self: ...
    def greater_(self, b: _Operand) -> Self: ...
    def greater_equal_(self, b: _Operand) -> Self: ...
    def logical_and_(self, b: _Operand) -> Self: ...
    def logical_or_(self, b: _Operand) -> Self: ...
    def logical_xor_(self, b: _Operand) -> Self: ...
    def logical_not_(self) -> Self: ...
    def softmax_(self, axis: _Axes = -1, *, temperature: builtins.float = 1, dim: _Axes | None = None
        ) -> Self: ...
    def log_softmax_(self, axis: _Axes = -1, *, temperature: builtins.float = 1, dim: _Axes | None = None
        ) -> Self: ...

class Init:
    """First values of a parameter: he(), xavier(), normal(0, 1), ..."""

class Error(RuntimeError):
    """A mistake, as the library reports it: train.py:42: matmul: inner dimensions differ: ..."""

class Context:
    """Seed, dtype and threads of what is made from it."""
    dtype: np.dtype[Any]
    def __init__(self, seed: builtins.int = 0, dtype: _DType = "float64", threads: builtins.int | None = None
        ) -> None: ...
    def threads(self, *, context: Context | None = None) -> builtins.int:
        """How many threads compute."""
    def seed(self, *, context: Context | None = None) -> builtins.int:
        """The seed of all random draws."""
    def set_draws(self, *, context: Context | None = None) -> None:
        """Sets that number."""

class Gradient(Value):
    """x.grad: the gradient by x as a value. x.grad(y) is the derivative of x by y."""
    def __call__(self, y: Value) -> Value: ...

class Leaf(Value):
    """A value that is in no graph: wg.tensor(x)."""
    def __init__(self, array: _Operand, name: str | None = None) -> None: ...
    @property
    def requires_grad(self) -> builtins.bool: ...
    @requires_grad.setter
    def requires_grad(self, new: builtins.bool) -> None: ...
    @property
    def grad(self) -> Value | None: ...  # type: ignore[override]
    def numpy(self, copy: builtins.bool = False) -> NDArray[Any]:
        """Its numbers as an array, which cannot be written to."""
    def item(self, *index: builtins.int) -> builtins.float: ...
    def set(self, array: _Operand) -> None:
        """Other numbers."""

class Parameter(Leaf):
    """A tensor that an optimizer changes: wg.tensor(x, requires_grad=True), or a part of a wg.Module."""
    def __init__(self, data: _Numbers, requires_grad: builtins.bool = True, dtype: _DType | None = None,
            name: str | None = None) -> None: ...
    @property
    def requires_grad(self) -> builtins.bool: ...
    @requires_grad.setter
    def requires_grad(self, new: builtins.bool) -> None: ...
    def requires_grad_(self, requires_grad: builtins.bool = True) -> Self: ...
    def numpy(self, copy: builtins.bool = False) -> NDArray[Any]:
        """A copy of its numbers, which cannot be written to: w.set(array) changes them."""
    def set(self, array: _Operand) -> None:
        """Other numbers."""
    @property
    def data(self) -> Value: ...
    @data.setter
    def data(self, new: _Operand) -> None: ...
    @property  # type: ignore[override]
    def grad(self) -> Value | None: ...
    @grad.setter
    def grad(self, new: _Operand | None) -> None: ...
    def zero_grad(self) -> None:
        """Its gradient alone: the others of an optimizer keep theirs."""
    def __imatmul__(self, other: _Operand) -> Self: ...

class Graph:
    """A list of values. begin() removes them."""
    context: Context
    def __init__(self, context: Context | None = None, mode: Literal["train", "eval"] = "train") -> None: ...
    def begin(self, mode: Literal["train", "eval"] | None = None, *, train: builtins.bool = True) -> Self:
        """Removes all nodes, sets the mode, keeps the memory"""
    def input(self, name: str, array: _Operand, dtype: _DType | None = None, copy: builtins.bool = True
        ) -> Value:
        """An array as a value. copy=False: the value is in the array's own memory."""
    def param(self, p: Params, name: str, shape: _Shape, init: Init | None = None) -> Value:
        """The parameter of p with this name, which is made if there is none."""
    def free(self) -> None:
        """G may be None. wg.finish frees what is left."""
    def mode(self) -> str:
        """The mode that g.begin set."""
    def nodes(self) -> builtins.int:
        """Their number; node 0 is the graph's error node."""
    def node(self, i: builtins.int) -> Value:
        """Node i, in the order in which nodes were made."""
    def bytes(self) -> builtins.int:
        """The bytes of memory that the graph holds: nodes, values, workspace."""
    def set_epoch(self, epoch: builtins.int) -> None:
        """Sets the epoch, and ends the evaluation."""
    def draw_anew(self, on: builtins.bool) -> None:
        """On: each random node that is made in g from now on has a stream of its own, which no other ..."""

class Params:
    """Parameters by name. p["fc.W"] is a copy of the values; p["fc.W"] = array sets them."""
    context: Context
    def __init__(self, context: Context | None = None) -> None: ...
    def param(self, name: str, shape: _Shape, init: Init | None = None) -> Value:
        """The parameter of this name, which is made if there is none."""
    def state(self, name: str, shape: _Shape, init: Init | None = None) -> Value:
        """The state of this name, which is made if there is none."""
    def part(self, prefix: str) -> Params:
        """The parameters whose names begin with the prefix and a dot, without it."""
    def names(self) -> list[str]:
        """The names of all parameters and states, in the order in which they were made."""
    def __getitem__(self, name: str) -> NDArray[Any]: ...
    def __setitem__(self, name: str, array: _Operand) -> None: ...
    def grad(self, name: str) -> NDArray[Any] | None:
        """The gradient of the last backward."""
    def save(self, path: _Path) -> None:
        """Parameters and states in a safetensors file."""
    def load(self, path: _Path) -> None:
        """Gives the parameters of p the values in the file."""
    def __iter__(self) -> Iterator[str]: ...
    def __len__(self) -> builtins.int: ...
    def __contains__(self, name: str) -> builtins.bool: ...
    def hvp(self, loss: _Operand, v: _Operand) -> NDArray[Any]:
        """H v of the loss, by all parameters of p as one vector: v and out have p.size() elements."""
    def free(self) -> None:
        """It is an error while a graph has nodes of p, or p has an optimizer or an average: free ..."""
    def in_(self, prefix: str) -> Params:
        """The parameters of p whose names begin with "prefix.", as a set of their own, to give to a ..."""
    def count(self) -> builtins.int:
        """The number of parameters and states, in creation order."""
    def name(self, i: builtins.int) -> str | None:
        """The name of parameter or state i."""
    def is_state(self, i: builtins.int) -> builtins.bool:
        """Whether i is a state, which is not trained."""
    def tensor(self, i: builtins.int) -> NDArray[Any]:
        """The values of parameter i; the memory is p's: do not write to it."""
    def set_grad(self, name: str, gradient: _Operand) -> None:
        """Sets the gradient of a parameter from a tensor of its shape, cast to its dtype, as a ..."""
    def find(self, name: str | None = None) -> builtins.int:
        """The index; -1: none."""
    def item(self, name: str | None = None) -> builtins.float:
        """The value of a parameter of one element."""
    def assign(self, name: str, values: _Operand) -> None:
        """Sets a parameter from count doubles in row-major order. count must be its size."""
    def assign_tensor(self, name: str, t: _Operand) -> None:
        """Sets a parameter or state from a tensor of its shape, cast to its dtype."""
    def make(self, name: str, value: _Operand, state: builtins.bool) -> None:
        """Makes a parameter, or a state, without a graph."""
    def size(self) -> builtins.int:
        """All parameters (no states) as one vector of doubles, in creation order: for optimizers of ..."""
    def get(self) -> NDArray[Any]:
        """Copies all parameters into one vector."""
    def set(self, theta: _Operand) -> None:
        """Sets all parameters from such a vector."""
    def get_grad(self) -> NDArray[Any]:
        """The gradient, 0 where the loss did not reach a parameter, and its Euclidean norm."""
    def grad_norm(self) -> builtins.float:
        """The Euclidean norm of the gradient."""
    def read(self, path: _Path) -> None:
        """Makes parameters of p from what the file holds, in its dtypes: those of F16 and BF16 are ..."""
    def trained(self, trained: builtins.bool) -> None:
        """Says that the values of p come from training or from a file, as optimizer.step, p.load and ..."""
    def snapshot(self) -> _Snapshot:
        """A copy of all values of p, states included."""
    def restore(self, s: Any) -> None:
        """Gives the parameters of p the values of the snapshot."""
    def copy(self, from_: Params) -> None:
        """Gives the parameters and states of `to` the values of those of the same names in `from`, ..."""
    def blend(self, from_: Params, tau: builtins.float) -> None:
        """To = (1 - tau) to + tau from, for tau in [0, 1]: a target network that follows slowly, an ..."""
    def with_(self, list: Any) -> Params:
        """P with the n given nodes, of one graph, in the place of parameters: for a layer that shall ..."""
    def freeze(self, pattern: str, on: builtins.bool) -> None:
        """On: parameters of p whose names match get no gradient, and no optimizer changes them, until ..."""
    def seal(self, on: builtins.bool) -> None:
        """On: to make another parameter of the set is an error, which names the nearest name that is ..."""
    def keep_values(self, how: Literal["keep_open", "keep_read", "keep"]) -> None:
        """Which values keep their numbers, of those that were made of the parameters of p, when these ..."""

class Optimizer:
    """Changes parameters by their gradients: o = wg.adam(p, lr=1e-3); loss.backward(p); o.step()."""
    lr: builtins.float
    def __init__(self, name: str, p: Params, options: Mapping[str, Any]) -> None: ...
    def zero_grad(self) -> None:
        """The next y.backward() sets the gradients; without it they are added."""
    def step(self) -> Any:
        """One step with the gradients of the last backward."""
    def clip_norm(self, most: builtins.float) -> builtins.float:
        """Scales the gradients so that their Euclidean norm is at most max_norm."""
    def free(self) -> None:
        """Frees the optimizer."""
    def group(self, pattern: str, *, lr_scale: builtins.float | None = None, lr: builtins.float | None = None,
            weight_decay: builtins.float | None = None, l1: builtins.float | None = None,
            decay: builtins.bool = True, lazy: builtins.bool = False) -> None:
        """Options for the parameters whose names match a pattern, in which * stands for any ..."""
    def set_lr(self, lr: builtins.float) -> None:
        """Sets the step size, from the next step on."""
    def clip_value(self, max: builtins.float) -> None:
        """Bounds each element of the gradients to [-max, max]."""
    def keep_gradients(self, on: builtins.bool) -> None:
        """On: gradients stay until the next backward or wgx_optim_zero_grad."""
    def set_option(self, name: str, value: builtins.float) -> None:
        """Sets an option by name, from the next step on; a bool is 0 or 1."""
    def array_name(self, k: builtins.int) -> str | None:
        """The name of array k that the optimizer keeps for each parameter, by the formulas above: ..."""
    def array(self, k: builtins.int, i: builtins.int) -> NDArray[Any]:
        """Array k of parameter i of the set."""
    def set_array(self, k: builtins.int, i: builtins.int, t: _Operand) -> None:
        """Sets array k of parameter i to the values of t, of the same dtype and shape."""
    def steps(self, i: builtins.int) -> builtins.int:
        """How many steps parameter i of the set has taken."""
    def set_steps(self, steps: _Operand) -> None:
        """Forgets all arrays, and sets these numbers: steps[i] of parameter i, 0 for those from n on."""

class Cache:
    """Keys and values of the tokens so far: wg.nn_attention(x, p, "a", causal=True, cache=k)."""
    context: Context
    def __init__(self, context: Context | None = None) -> None: ...
    def step(self) -> None:
        """Ends the step."""
    def select(self, rows: Sequence[builtins.int]) -> None:
        """Text i of the batch goes on from what text rows[i] was: for a beam search."""
    def tokens(self) -> builtins.int:
        """The place of the next token; NULL: 0."""
    def clear(self) -> None:
        """For another text."""
    def free(self) -> None:
        """Frees the cache."""

class Report:
    """What wg.check found."""
    def __init__(self, r: Any) -> None: ...
    @property
    def verdict(self) -> str: ...
    @property
    def ratio(self) -> builtins.float: ...
    @property
    def reason(self) -> str | None: ...
    def gaps(self) -> tuple[builtins.int, str | None]:
        """How often a function had no finite value; the first: where, and why."""
    def __bool__(self) -> builtins.bool: ...
    def value(self) -> builtins.float:
        """One of the facts that the report has: value."""
    def floor(self) -> builtins.float:
        """One of the facts that the report has: floor."""
    def eps(self) -> builtins.float:
        """One of the facts that the report has: eps."""
    def noise(self) -> builtins.float:
        """One of the facts that the report has: noise."""
    def evaluations(self) -> builtins.int:
        """One of the facts that the report has: evaluations."""
    def gradients(self) -> builtins.int:
        """One of the facts that the report has: gradients."""
    def seed(self) -> builtins.int:
        """One of the facts that the report has: seed."""
    def name(self) -> str:
        """One of the facts that the report has: name."""
    def where(self) -> str:
        """One of the facts that the report has: where."""
    def why(self) -> str | None:
        """One of the facts that the report has: why."""
    def stopped(self) -> builtins.bool:
        """One of the facts that the report has: stopped."""
    def findings(self) -> builtins.int:
        """One of the facts that the report has: findings."""
    def inputs(self) -> builtins.int:
        """One of the facts that the report has: inputs."""
    def points(self) -> builtins.int:
        """One of the facts that the report has: points."""
    def unreached(self) -> builtins.int:
        """One of the facts that the report has: unreached."""
    def rules_of(self) -> _CheckRules:
        """One of the facts that the report has: rules."""
    def second_of(self) -> _CheckSecond:
        """One of the facts that the report has: second."""
    def print(self) -> str:
        """Prints the report."""
    def exit(self) -> builtins.int:
        """0 pass, 1 fail, 5 inconclusive."""
    def free(self) -> None:
        """Frees the report, with all that is owned by it."""
    def finding_at(self, i: builtins.int) -> _CheckFinding:
        """Finding i; the first is nearest to the cause."""
    def marks(self, g: Graph) -> list[_NodeMark]:
        """The nodes that the findings name, those whose gradients pass through them, and the ..."""
    def input_at(self, i: builtins.int) -> _CheckInput:
        """Input i, in the order of the report."""
    def worst(self, i: builtins.int) -> tuple[builtins.int, NDArray[Any]]:
        """Writes the components of input i that differ most to row, wrong ones first: at most `most`."""
    def component_at(self, input: builtins.int, i: builtins.int) -> _CheckComponent:
        """Component i of an input."""
    def unreached_at(self, i: builtins.int) -> str | None:
        """The name of parameter, or node, i of those that the loss does not depend on."""
    def point_at(self, i: builtins.int) -> _CheckPoint:
        """Point i: the given one is the first."""
    def facts_of(self) -> _CheckFacts:
        """The facts of a report."""

class Data:
    """Rows x and y. for x, y in data.batches(64): one epoch, in another order each time."""
    context: Context
    def __init__(self, x: _Operand, y: _Operand | None = None, context: Context | None = None) -> None: ...
    def split(self, share: builtins.float) -> Data:
        """Moves a random share (0 to 1) of the rows of d to a new set."""
    def normalise(self, which: Literal["x", "y"] = "x") -> None:
        """"x": replaces x by (x - mu) / sigma, with the mean and standard deviation of each column of ..."""
    @property
    def x(self) -> NDArray[Any]: ...
    @property
    def y(self) -> Any: ...
    def batches(self, size: builtins.int) -> Iterator[tuple[NDArray[Any], Any]]:
        """One epoch of pairs x, y of at most so many rows."""
    def __len__(self) -> builtins.int: ...
    def column(self, k: builtins.int) -> str | None:
        """The name of column k of x, with "=word" if it is a column for a word, and the word of class ..."""
    def class_(self, k: builtins.int) -> str | None:
        """The word of class k."""
    def free(self) -> None:
        """Frees the set."""
    def rows(self) -> builtins.int:
        """The number of rows."""
    def about(self) -> str | None:
        """Where the data comes from, and whom to credit."""
    def copy(self) -> Data:
        """A set with the same rows, order and epoch, which begins again."""
    def fold(self, i: builtins.int, of: builtins.int) -> Data:
        """Cross-validation: moves fold number i of `of` to a new set."""
    def scale(self, which: str, k: builtins.int) -> tuple[builtins.float, builtins.float]:
        """Writes the mean and standard deviation of column k that normalised x or y; 0 and 1: it is ..."""
    def normalise_like(self, train: Data) -> None:
        """Normalises d by the means and deviations of `train`."""
    def next(self) -> _Batch | None:
        """Fills b with the next batch of at most size rows."""
    def all(self) -> _Batch:
        """Fills b with all rows, unshuffled."""
    def epoch(self) -> builtins.int:
        """The number of finished epochs."""
    def shuffle(self, on: builtins.bool) -> None:
        """From the next epoch on; default: on."""

class Table:
    """What wg.table returns: columns of a file. t["age"] are its values, a text for a word, nan ..."""
    context: Context
    def __init__(self, context: Context, raw: Any) -> None: ...
    @property
    def columns(self) -> list[str]: ...
    def __iter__(self) -> Iterator[str]: ...
    def __getitem__(self, name: str) -> Any: ...
    def __len__(self) -> builtins.int: ...
    def free(self) -> None:
        """Frees the table and all that it has given."""
    def rows(self) -> builtins.int:
        """Rows with values; 0 after an error."""
    def column(self, k: builtins.int) -> _Column:
        """Column k from 0 on."""
    def find(self, name: str | None = None) -> builtins.int:
        """The number of a column; -1: there is none."""
    def named(self, list: str) -> tuple[builtins.int, builtins.int]:
        """The numbers of the columns of a list, "age, height" or "a:d", of which the first `room` go ..."""
    def use(self, columns: _Operand) -> None:
        """Says that n columns will be used."""
    def values(self, k: builtins.int) -> NDArray[Any]:
        """The values of a column, [rows]: numbers and dates have the context's float dtype, NaN where ..."""
    def word(self, k: builtins.int, i: builtins.int) -> str | None:
        """Word i of column k; "": there is none."""
    def about(self) -> str | None:
        """Lines of text: how the file is written, then each column with what it holds."""

class Figure:
    """What wg.plot returns."""
    context: Context
    def __init__(self, context: Context, title: str) -> None: ...
    def save(self, path: _Path, frame: builtins.int | None = None) -> None:
        """Writes the figure to a file, whose ending says the format."""
    def text(self, format: Literal["svg", "html", "tex", "txt"] = "svg", frame: builtins.int | None = None
        ) -> str:
        """The same as a text: of an SVG, HTML, LaTeX, or for a terminal."""
    def free(self) -> None:
        """Frees the figure with its panels and series."""
    def frame(self, name: str | None = None) -> None:
        """Begins a frame: what is made from now on is shown in this frame alone."""
    def panel(self, i: builtins.int) -> _Panel:
        """Panel i, in the order of their making."""

class Group:
    """All processes that mpirun has started; without it this one alone."""
    context: Context
    def __init__(self, shards: builtins.int | None = None, timeout: builtins.float | None = None,
            context: Context | None = None) -> None: ...
    @property
    def rank(self) -> builtins.int: ...
    @property
    def size(self) -> builtins.int: ...
    @property
    def shards(self) -> builtins.int: ...
    def parts(self, x: _Operand, y: _Operand | None = None) -> Iterator[tuple[NDArray[Any], Any]]:
        """The shards of the batch for this process."""
    def note(self, k: builtins.int, value: _Operand) -> None:
        """Number k of this shard, a mean over its rows; k from 0 to 15."""
    def mean(self, k: builtins.int) -> builtins.float:
        """Number k of the last batch, as a mean over its rows."""
    def same(self, what: Any, content: Any) -> None:
        """To be called by every process, between batches: an error, unless all give the same bytes. ..."""
    def sum(self, values: _Operand) -> NDArray[Any]:
        """For measures that are shared out in another way: each value becomes the sum over all ..."""
    def stop(self, ask: builtins.bool = False) -> builtins.bool:
        """Asks all processes to stop, because of a signal, say."""
    def share(self, there: builtins.bool = True) -> builtins.bool:
        """Gives all that wg.save writes from rank 0 to the other processes, which then have the same ..."""
    def next(self, b: Any) -> _Batch | None:
        """All processes that mpirun has started; without it this one alone."""
    def speaks(self) -> builtins.bool:
        """Whether this process prints what is printed once: rank 0, and of an error the lowest rank ..."""

class Fitted(NamedTuple):
    """What fit came to: how many epochs, the best of them, and means of the loss and the metric ..."""
    epochs: builtins.int
    best: builtins.int
    loss: builtins.float
    dev: builtins.float
    metric: builtins.float
    dev_metric: builtins.float

class States(NamedTuple):
    """What a recurrent layer gives: all outputs and the last states."""
    y: Value
    h: Value
    c: Value

class Sorted(NamedTuple):
    """What sort and topk give: the values, and where each stood."""
    values: Value
    indices: Value

class no_grad:
    """with wg.no_grad(): what is made there has no derivative. Also a decorator."""
    def __init__(self) -> None: ...
    def __enter__(self) -> None: ...
    def __exit__(self, *_: Any) -> None: ...
    def __call__(self, f: _F) -> _F: ...

class enable_grad(no_grad):
    """with wg.enable_grad(): the end of no_grad, for a part of its block."""

class set_grad_enabled(no_grad):
    """set_grad_enabled(False) ends derivatives from now on, or for a block."""
    def __init__(self, mode: builtins.bool) -> None: ...

inference_mode = no_grad
Tensor = Value

class Generator:
    """A generator of random numbers of its own, for generator=: Generator().manual_seed(5)."""
    device: str
    def __init__(self, device: Any = None) -> None: ...
    def manual_seed(self, seed: builtins.int) -> Self: ...
    def seed(self) -> builtins.int: ...
    def initial_seed(self) -> builtins.int: ...

class _Size(builtins.int):
    @overload
    def __call__(self, dim: None = None) -> tuple[builtins.int, ...]: ...
    @overload
    def __call__(self, dim: builtins.int) -> builtins.int: ...

class _At:
    """x.at[key]: a new value with other numbers at these places."""
    def __getitem__(self, key: Any) -> _At: ...
    def get(self) -> Value: ...
    def set(self, new: _Operand) -> Value: ...
    def add(self, new: _Operand) -> Value: ...
    def multiply(self, new: _Operand) -> Value: ...
    def divide(self, new: _Operand) -> Value: ...
    def power(self, new: _Operand) -> Value: ...
    def min(self, new: _Operand) -> Value: ...
    def max(self, new: _Operand) -> Value: ...

class _Cuda:
    def is_available(self) -> builtins.bool: ...
    def device_count(self) -> builtins.int: ...

cuda: _Cuda
__version__: str

def BoolTensor(*given: Any) -> Value:
    """BoolTensor([1, 2]): a value of these numbers in bool."""
def ByteTensor(*given: Any) -> Value:
    """ByteTensor([1, 2]): a value of these numbers in uint8."""
def DoubleTensor(*given: Any) -> Value:
    """DoubleTensor([1, 2]): a value of these numbers in float64."""
def FloatTensor(*given: Any) -> Value:
    """FloatTensor([1, 2]): a value of these numbers in float32."""
def IntTensor(*given: Any) -> Value:
    """IntTensor([1, 2]): a value of these numbers in int32."""
def LongTensor(*given: Any) -> Value:
    """LongTensor([1, 2]): a value of these numbers in int64."""
def abs(x: _Operand) -> Value:
    """Absolute value of each element."""
def absolute(input: _Operand) -> Value:
    """absolute(input): as in PyTorch."""
def accuracy(logits: _Operand, y: _Operand) -> Value:
    """Fraction of rows whose largest element stands at the class number."""
def acos(x: _Operand) -> Value:
    """Inverse cosine of each element, from 0 to pi."""
def acosh(x: _Operand) -> Value:
    """Inverse hyperbolic cosine of each element."""
def adadelta(p: Params, *, lr: builtins.float = 1, rho: builtins.float = 0.9, eps: builtins.float = 1e-6,
        weight_decay: builtins.float = 0, coupled: builtins.bool = False, l1: builtins.float = 0,
        decay_all: builtins.bool = False) -> Optimizer:
    """Adadelta (Zeiler 2012)."""
def adagrad(p: Params, *, lr: builtins.float = 0.01, eps: builtins.float = 1e-10, initial: builtins.float = 0,
        weight_decay: builtins.float = 0, coupled: builtins.bool = False, l1: builtins.float = 0,
        decay_all: builtins.bool = False) -> Optimizer:
    """Adagrad (Duchi, Hazan and Singer 2011): v += g^2, w -= lr g / (sqrt(initial + v) + eps)."""
def adam(p: Params, *, lr: builtins.float = 1e-3, beta1: builtins.float = 0.9, beta2: builtins.float = 0.999,
        eps: builtins.float = 1e-8, amsgrad: builtins.bool = False, weight_decay: builtins.float = 0,
        coupled: builtins.bool = False, l1: builtins.float = 0, decay_all: builtins.bool = False
    ) -> Optimizer:
    """Adam (Kingma and Ba 2015)."""
def adamax(p: Params, *, lr: builtins.float = 2e-3, beta1: builtins.float = 0.9,
        beta2: builtins.float = 0.999, eps: builtins.float = 1e-8, weight_decay: builtins.float = 0,
        coupled: builtins.bool = False, l1: builtins.float = 0, decay_all: builtins.bool = False
    ) -> Optimizer:
    """Adamax (Kingma and Ba 2015, section 7.1; eps as in PyTorch)."""
def adamw(p: Params, *, lr: builtins.float = 1e-3, beta1: builtins.float = 0.9, beta2: builtins.float = 0.999,
        eps: builtins.float = 1e-8, amsgrad: builtins.bool = False, weight_decay: builtins.float = 0.01,
        coupled: builtins.bool = False, l1: builtins.float = 0, decay_all: builtins.bool = False
    ) -> Optimizer:
    """AdamW (Loshchilov and Hutter 2019): wg.adam with a weight_decay of 0.01 by default."""
def adaptive_pool(x: _Operand, *, by: Literal["max", "mean"] = "max", size: _Shape | None = None) -> Value:
    """Largest element or mean of `size` windows along each of 1 to 3 axes, channels last."""
def add(a: _Operand, b: _Operand) -> Value:
    """Elementwise sum. y = a + b."""
def addcdiv(input: _Operand, tensor1: _Operand, tensor2: _Operand, *, value: _Operand = 1) -> Value:
    """addcdiv(input, tensor1, tensor2, *, value=1): as in PyTorch."""
def addcmul(input: _Operand, tensor1: _Operand, tensor2: _Operand, *, value: _Operand = 1) -> Value:
    """addcmul(input, tensor1, tensor2, *, value=1): as in PyTorch."""
def addmm(input: _Operand, mat1: _Operand, mat2: _Operand, *, beta: builtins.float = 1,
        alpha: builtins.float = 1) -> Value:
    """addmm(input, mat1, mat2, *, beta=1, alpha=1): as in PyTorch."""
def addmv(input: _Operand, mat: _Operand, vec: _Operand, *, beta: builtins.float = 1,
        alpha: builtins.float = 1) -> Value:
    """addmv(input, mat, vec, *, beta=1, alpha=1): as in PyTorch."""
def addn(*x: _Operand) -> Value:
    """Sum of any number of operands of one shape, added from first to last. x[0] + x[1] + ..., in ..."""
def addr(input: _Operand, vec1: _Operand, vec2: _Operand, *, beta: builtins.float = 1,
        alpha: builtins.float = 1) -> Value:
    """addr(input, vec1, vec2, *, beta=1, alpha=1): as in PyTorch."""
def all(x: _Operand, axis: _Axes | None = None, *, axes: _Axes | None = None, keepdims: builtins.bool = False,
        dim: _Axes | None = None, dims: _Axes | None = None, keepdim: builtins.bool = False) -> Value:
    """Whether no element is 0: all(x), or along an axis."""
def all_of(x: _Operand, axis: _Axes | None = None, *, axes: _Axes | None = None,
        keepdims: builtins.bool = False, dim: _Axes | None = None, dims: _Axes | None = None,
        keepdim: builtins.bool = False) -> Value:
    """Whether every element along axes is not 0."""
def allclose(input: _Operand, other: _Operand, rtol: builtins.float = 1e-05, atol: builtins.float = 1e-08,
        equal_nan: builtins.bool = False) -> builtins.bool:
    """allclose(input, other, rtol=1e-05, atol=1e-08, equal_nan=False): as in PyTorch."""
def amax(x: _Operand, axis: _Axes | None = None, *, axes: _Axes | None = None,
        keepdims: builtins.bool = False, dim: _Axes | None = None, dims: _Axes | None = None,
        keepdim: builtins.bool = False) -> Value:
    """As wg.max(x, axis=0)"""
def amin(x: _Operand, axis: _Axes | None = None, *, axes: _Axes | None = None,
        keepdims: builtins.bool = False, dim: _Axes | None = None, dims: _Axes | None = None,
        keepdim: builtins.bool = False) -> Value:
    """As wg.min(x, axis=0)"""
def any(x: _Operand, axis: _Axes | None = None, *, axes: _Axes | None = None, keepdims: builtins.bool = False,
        dim: _Axes | None = None, dims: _Axes | None = None, keepdim: builtins.bool = False) -> Value:
    """Whether an element is not 0: any(x), or along an axis."""
def any_of(x: _Operand, axis: _Axes | None = None, *, axes: _Axes | None = None,
        keepdims: builtins.bool = False, dim: _Axes | None = None, dims: _Axes | None = None,
        keepdim: builtins.bool = False) -> Value:
    """Whether an element along axes is not 0."""
@overload
def arange(*range_: _Operand, start: _Operand | None = None, stop: _Operand | None = None,
        end: _Operand | None = None, step: _Operand | None = None, dtype: _DType | None = None,
        device: Any = None, requires_grad: Literal[True], name: str | None = None) -> Parameter:
    """arange(stop), arange(start, stop), arange(start, stop, step): without stop."""
@overload
def arange(*range_: _Operand, start: _Operand | None = None, stop: _Operand | None = None,
        end: _Operand | None = None, step: _Operand | None = None, dtype: _DType | None = None,
        device: Any = None, requires_grad: builtins.bool = False, name: str | None = None) -> Value:
    """arange(stop), arange(start, stop), arange(start, stop, step): without stop."""
def arccos(input: _Operand) -> Value:
    """arccos(input): as in PyTorch."""
def arccosh(input: _Operand) -> Value:
    """arccosh(input): as in PyTorch."""
def arcsin(input: _Operand) -> Value:
    """arcsin(input): as in PyTorch."""
def arcsinh(input: _Operand) -> Value:
    """arcsinh(input): as in PyTorch."""
def arctan(input: _Operand) -> Value:
    """arctan(input): as in PyTorch."""
def arctan2(input: _Operand, other: _Operand) -> Value:
    """arctan2(input, other): as in PyTorch."""
def arctanh(input: _Operand) -> Value:
    """arctanh(input): as in PyTorch."""
def argmax(x: _Operand, axis: _Axes | None = None, *, keepdims: builtins.bool = False,
        dim: _Axes | None = None, keepdim: builtins.bool = False) -> Value:
    """Index of the largest element along one axis, of the first of several equal ones."""
def argmin(x: _Operand, axis: _Axes | None = None, *, keepdims: builtins.bool = False,
        dim: _Axes | None = None, keepdim: builtins.bool = False) -> Value:
    """Index of the smallest element along one axis, of the first of several equal ones."""
def argsort(x: _Operand, axis: _Axes = -1, *, descending: builtins.bool = False, dim: _Axes | None = None
    ) -> Value:
    """The numbers of the elements of an axis in increasing order of the elements, or with ..."""
@overload
def array(data: _Numbers, dtype: _DType | None = None, *, device: Any = None, requires_grad: Literal[True],
        name: str | None = None) -> Parameter:
    """A value with these numbers, or of these values, whose derivative it has."""
@overload
def array(data: _Numbers, dtype: _DType | None = None, *, device: Any = None,
        requires_grad: builtins.bool = False, name: str | None = None) -> Value:
    """A value with these numbers, or of these values, whose derivative it has."""
@overload
def as_tensor(data: _Numbers, dtype: _DType | None = None, *, device: Any = None,
        requires_grad: Literal[True], name: str | None = None) -> Parameter:
    """A value with these numbers, or of these values, whose derivative it has."""
@overload
def as_tensor(data: _Numbers, dtype: _DType | None = None, *, device: Any = None,
        requires_grad: builtins.bool = False, name: str | None = None) -> Value:
    """A value with these numbers, or of these values, whose derivative it has."""
@overload
def asarray(data: _Numbers, dtype: _DType | None = None, *, device: Any = None, requires_grad: Literal[True],
        name: str | None = None) -> Parameter:
    """A value with these numbers, or of these values, whose derivative it has."""
@overload
def asarray(data: _Numbers, dtype: _DType | None = None, *, device: Any = None,
        requires_grad: builtins.bool = False, name: str | None = None) -> Value:
    """A value with these numbers, or of these values, whose derivative it has."""
def asin(x: _Operand) -> Value:
    """Inverse sine of each element, from -pi/2 to pi/2."""
def asinh(x: _Operand) -> Value:
    """Inverse hyperbolic sine of each element. y with sinh y = x."""
def assigned(state: _Operand) -> Value:
    """What it was assigned last; the state itself: nothing."""
def atan(x: _Operand) -> Value:
    """Inverse tangent of each element, from -pi/2 to pi/2. y in radians, with tan y = x."""
def atan2(a: _Operand, b: _Operand) -> Value:
    """Angle between the axis to the right and the point at width b and height a, from -pi to pi. ..."""
def atanh(x: _Operand) -> Value:
    """Inverse hyperbolic tangent of each element."""
def attention(x: _Operand, k: _Operand, v: _Operand, mask: _Operand | None = None, *,
        causal: builtins.bool = False, scale: builtins.float | None = None, heads: builtins.int = 1) -> Value:
    """Scaled dot product attention of queries, keys and values, by heads: parts of the last axes."""
def average(x: _Operand, axis: _Axes | None = None, weights: _Operand | None = None, *,
        keepdims: builtins.bool = False) -> Value:
    """The mean, or the mean by weights: of the shape of x, or one for each place of one axis."""
def avg_pool(x: _Operand, *, size: _Shape | None = None, stride: _Shape | None = None,
        padding: _Shape | None = None, same: builtins.bool = False, skip_padding: builtins.bool = False
    ) -> Value:
    """Mean of each window, over 1 to 3 axes, channels last."""
def baddbmm(input: _Operand, batch1: _Operand, batch2: _Operand, *, beta: builtins.float = 1,
        alpha: builtins.float = 1) -> Value:
    """baddbmm(input, batch1, batch2, *, beta=1, alpha=1): as in PyTorch."""
def batch_norm(x: _Operand, gamma: _Operand, beta: _Operand, mean: _Operand | None = None,
        variance: _Operand | None = None, *, eps: builtins.float = 1e-5, axis: _Axes = -1,
        dim: _Axes | None = None) -> Value:
    """Batch normalisation with a given mean and variance, or with the batch's own, which are then ..."""
def bce(p: _Operand, t: _Operand) -> Value:
    """Binary cross-entropy of each probability p against a target t between 0 and 1. 0 ln 0 ..."""
def bce_with_logits(x: _Operand, y: _Operand, *, reduction: Literal["mean", "sum", "none"] = "mean") -> Value:
    """Binary cross-entropy of sigmoid(x) against targets y, computed from the logits x without ..."""
def bernoulli(s: _Shape, p: _Operand) -> Value:
    """True with probability p, drawn anew in each evaluation. p is broadcast to the shape."""
def binary_cross_entropy(x: _Operand, y: _Operand, *, reduction: Literal["mean", "sum", "none"] = "mean"
    ) -> Value:
    """Binary cross-entropy of predicted probabilities x against targets y."""
def bincount(input: _Operand, weights: _Operand | None = None, minlength: builtins.int = 0) -> Value:
    """bincount(input, weights=None, minlength=0): as in PyTorch."""
def bmm(a: _Operand, b: _Operand) -> Value:
    """As wg.matmul(a, b)"""
bool: np.dtype[np.bool_]
bool_: np.dtype[np.bool_]
def broadcast_shapes(*shapes: _Shape) -> tuple[builtins.int, ...]:
    """broadcast_shapes(*shapes): as in PyTorch."""
def broadcast_tensors(*tensors: _Numbers) -> tuple[Value, ...]:
    """Each of these, broadcast to the shape of all."""
def broadcast_to(x: _Operand, s: _Shape) -> Value:
    """X repeated along new axes and along axes of size 1."""
def cast(x: _Operand, to: _DType) -> Value:
    """The same numbers in another dtype."""
def cat(tensors: Sequence[_Operand], axis: _Axes = 0, dim: builtins.int | None = None) -> Value:
    """Joined along an axis. axis=None: all elements in a row."""
def categorical(x: _Operand, *, name: str | None = None) -> Value:
    """A class number for each row of logits, drawn anew in each evaluation with the probabilities ..."""
def cdist(x1: _Operand, x2: _Operand, p: builtins.float = 2.0,
        compute_mode: str = "use_mm_for_euclid_dist_if_necessary") -> Value:
    """cdist(x1, x2, p=2.0, compute_mode='use_mm_for_euclid_dist_if_necessary'): as in PyTorch."""
def ceil(x: _Operand) -> Value:
    """Rounds up to whole numbers."""
def celu(x: _Operand, *, alpha: builtins.float = 1) -> Value:
    """Exponential linear unit whose derivative is continuous at 0 for every alpha. y = x where x ..."""
def check(f: Value | Callable[..., Any], *arrays: Any, grad: Any = None, eps: builtins.float | None = None,
        one_sided: builtins.bool = False, name: str | None = None, components: builtins.int | None = None,
        progress: Callable[..., Any] | None = None, order: builtins.int = 1,
        course_only: builtins.bool = False, tolerance: builtins.float = 0, accuracy: builtins.float = 0,
        evaluations: builtins.int | None = None, intended: str | None = None, names: str | None = None
    ) -> Report:
    """Compares a gradient with measured slopes at the given point."""
def check_torch(f: Callable[..., Any], *inputs: _Operand, eps: builtins.float | None = None,
        one_sided: builtins.bool = False, name: str | None = None, components: builtins.int | None = None,
        progress: Callable[..., Any] | None = None, order: builtins.int = 1,
        course_only: builtins.bool = False, tolerance: builtins.float = 0, accuracy: builtins.float = 0,
        evaluations: builtins.int | None = None, intended: str | None = None, names: str | None = None
    ) -> Report:
    """Compares the gradients of PyTorch's autograd with measured slopes."""
def checkpoint(f: Callable[..., Any]) -> Any:
    """checkpoint(f): f whose inside is computed again in the backward pass instead of being kept. ..."""
def cholesky(x: _Operand) -> Value:
    """The lower triangle L of symmetric, positive definite matrices."""
def chunk(x: _Operand, chunks: builtins.int, dim: builtins.int = 0) -> tuple[Value, ...]:
    """Parts of equal size along an axis; the last may be smaller."""
def clamp(x: _Operand, min: _Operand | None = None, max: _Operand | None = None) -> Value:
    """As wg.clip(x, 0, 1)"""
def clamp_max(input: _Operand, max: _Operand) -> Value:
    """clamp_max(input, max): as in PyTorch."""
def clamp_min(input: _Operand, min: _Operand) -> Value:
    """clamp_min(input, min): as in PyTorch."""
def clip(x: _Operand, low: _Operand | None = None, high: _Operand | None = None, *,
        min: _Operand | None = None, max: _Operand | None = None, a_min: _Operand | None = None,
        a_max: _Operand | None = None) -> Value:
    """X between two bounds; None: there is none. min and max, a_min and a_max are other words for ..."""
def clone(input: _Operand, *, memory_format: Any = None) -> Value:
    """clone(input, *, memory_format=None): as in PyTorch."""
def column_stack(tensors: Sequence[_Operand]) -> Value:
    """column_stack(tensors): as in PyTorch."""
def compile(f: Callable[..., Any]) -> Any:
    """The function itself: graphs that repeat are compiled without it."""
def concat(x: Sequence[_Operand], axis: _Axes = 0, *, dim: _Axes | None = None) -> Value:
    """Tensors one after the other along an axis. x[0], then x[1], ... along axis."""
def concatenate(tensors: Sequence[_Operand], axis: _Axes = 0, dim: builtins.int | None = None) -> Value:
    """Joined along an axis. axis=None: all elements in a row."""
def conv(x: _Operand, W: _Operand, *, stride: _Shape | None = None, dilation: _Shape | None = None,
        padding: _Shape | None = None, same: builtins.bool = False, groups: builtins.int = 1) -> Value:
    """Convolution over 1 to 3 axes, channels last: x [n, ..., channels], W [..., channels / ..."""
def conv_transpose(x: _Operand, W: _Operand, *, stride: _Shape | None = None, dilation: _Shape | None = None,
        padding: _Shape | None = None, same: builtins.bool = False, groups: builtins.int = 1) -> Value:
    """Transposed convolution, the adjoint of conv with the same W and options: x [n, ..., ..."""
def cos(x: _Operand) -> Value:
    """Cosine of each element, in radians. y = cos x, x in radians."""
def cosh(x: _Operand) -> Value:
    """Hyperbolic cosine of each element. y = (e^x + e^-x) / 2."""
def cosine_loss(x: _Operand, y: _Operand, *, reduction: Literal["mean", "sum", "none"] = "mean") -> Value:
    """1 less the cosine of the angle between the vectors along the last axis."""
def cosine_similarity(x: _Operand, y: _Operand, *, axis: _Axes = -1, eps: builtins.float = 1e-8,
        dim: _Axes | None = None) -> Value:
    """Cosine of the angle between the vectors along an axis."""
def count_nonzero(input: _Operand, dim: _Axes | None = None) -> Value:
    """count_nonzero(input, dim=None): as in PyTorch."""
def csv(source: Any, y: str | Sequence[str] | None = None, x: str | Sequence[str] | None = None,
        skip: str | Sequence[str] | None = None, like: Any = None, context: Context | None = None, *,
        type: str | None = None, categories: str | None = None, missing: str | None = None,
        fill: str | None = None, separator: builtins.int = 0, decimal: builtins.int = 0,
        header: builtins.bool | None = None) -> Data:
    """Rows of a table: the path of a CSV file of any program, of an .npz or .mat file, a data ..."""
def cumprod(x: _Operand, axis: _Axes | None = None, *, exclusive: builtins.bool = False,
        reverse: builtins.bool = False, dim: _Axes | None = None) -> Value:
    """Cumulative product along an axis. exclusive: without the element itself. reverse: from the end."""
def cumsum(x: _Operand, axis: _Axes | None = None, *, exclusive: builtins.bool = False,
        reverse: builtins.bool = False, dim: _Axes | None = None) -> Value:
    """Cumulative sum along an axis. exclusive: without the element itself. reverse: from the end."""
def custom_vjp(y: _Operand, x: _Operand, rule: Callable[..., Any]) -> Value:
    """The value y, made from the list x of values, with a derivative of yours. rule(y, gy, *x) ..."""
def default_context() -> Context:
    """The context that was made first in this thread; one is made if there is none."""
def deg2rad(input: _Operand) -> Value:
    """deg2rad(input): as in PyTorch."""
def dense(x: _Operand, W: _Operand, b: _Operand | None) -> Value:
    """Fully connected layer: x times a matrix, plus a bias if one is given. x @ W + b; b may be None."""
def det(x: _Operand) -> Value:
    """Determinants of square matrices."""
def detach(input: _Operand) -> Value:
    """detach(input): as in PyTorch."""
def device(name: str) -> Any:
    """All is computed by the processor"""
def diag(x: _Operand, k: builtins.int = 0, diagonal: builtins.int | None = None) -> Value:
    """Of a matrix its diagonal, k places above the main one."""
def diag_embed(input: _Operand, offset: builtins.int = 0, dim1: builtins.int = -2, dim2: builtins.int = -1
    ) -> Value:
    """diag_embed(input, offset=0, dim1=-2, dim2=-1): as in PyTorch."""
def diagonal(x: _Operand) -> Value:
    """The diagonal of matrices. y[..., i] = x[..., i, i]."""
def diff(x: _Operand, n: builtins.int = 1, axis: _Axes = -1, *, dim: builtins.int | None = None) -> Value:
    """The differences of neighbours along an axis, n times."""
def digits(context: Context | None = None) -> Data:
    """1,797 handwritten digits of the UCI repository."""
def dist(input: _Operand, other: _Operand, p: builtins.float = 2) -> Value:
    """dist(input, other, p=2): as in PyTorch."""
def div(a: _Operand, b: _Operand) -> Value:
    """Elementwise quotient."""
def divide(input: _Operand, other: _Operand, *, rounding_mode: Literal["trunc", "floor"] | None = None
    ) -> Value:
    """divide(input, other, *, rounding_mode=None): as in PyTorch."""
def divmod(a: _Operand, b: _Operand) -> tuple[Value, Value]:
    """As divmod(a, b)"""
def dot(a: _Operand, b: _Operand) -> Value:
    """Sum of the products of corresponding elements."""
double: np.dtype[np.float64]
@overload
def draw(y: Value, path: None = None, *, format: str | None = None, style: str | None = None,
        id: str | None = None, title: str | None = None, values: builtins.bool = False,
        heatmaps: builtins.bool = False, level: str | None = None, overlay: str | None = None,
        steps: builtins.bool = False, hide: str | None = None, width: builtins.int = 100,
        edges: str | None = None, top_down: builtins.bool = False, legend: builtins.bool = False,
        scopes: builtins.bool = True, most: builtins.int | None = None, fit: str | None = None,
        keep: str | None = None, depth: builtins.int = 0, seconds: builtins.float = 20,
        backward: builtins.bool = False, wrt: Value | Sequence[Value] | None = None, sizes: Any = None,
        beside: _Operand | None = None, source: str | None = None, marks: Any = None,
        ansi: builtins.bool = False, fold: builtins.bool | None = None, series: builtins.bool = False,
        limits: Any = None) -> str:
    """Draws root and every node that it depends on; or the whole graph, a failed call included."""
@overload
def draw(y: Value, path: _Path, *, format: str | None = None, style: str | None = None, id: str | None = None,
        title: str | None = None, values: builtins.bool = False, heatmaps: builtins.bool = False,
        level: str | None = None, overlay: str | None = None, steps: builtins.bool = False,
        hide: str | None = None, width: builtins.int = 100, edges: str | None = None,
        top_down: builtins.bool = False, legend: builtins.bool = False, scopes: builtins.bool = True,
        most: builtins.int | None = None, fit: str | None = None, keep: str | None = None,
        depth: builtins.int = 0, seconds: builtins.float = 20, backward: builtins.bool = False,
        wrt: Value | Sequence[Value] | None = None, sizes: Any = None, beside: _Operand | None = None,
        source: str | None = None, marks: Any = None, ansi: builtins.bool = False,
        fold: builtins.bool | None = None, series: builtins.bool = False, limits: Any = None) -> None:
    """Draws root and every node that it depends on; or the whole graph, a failed call included."""
def dropout(x: _Operand, *, keep_prob: builtins.float | None = None, drop: builtins.float | None = None,
        name: str | None = None, mode: Literal["graph", "train", "eval"] = "graph") -> Value:
    """Inverted dropout."""
def eigh(x: _Operand) -> tuple[Value, Value]:
    """Eigenvalues of symmetric matrices, ascending, or eigenvectors, as columns."""
def eigvalsh(a: _Operand) -> Value:
    """The eigenvalues of symmetric matrices, in ascending order."""
def einsum(letters: str, *x: _Operand) -> Value:
    """The sum of products of elements that letters say, one letter for each axis."""
def elu(x: _Operand, *, alpha: builtins.float = 1) -> Value:
    """Exponential linear unit. y = x where x > 0, else alpha (e^x - 1)."""
@overload
def empty() -> Init: ...  # type: ignore[misc]
@overload
def empty(*sizes: _Shape, dtype: _DType | None = None, device: Any = None, requires_grad: Literal[True],
        name: str | None = None, size: _Shape | None = None, shape: _Shape | None = None) -> Parameter:
    """zeros(2, 3): PyTorch's has any numbers."""
@overload
def empty(*sizes: _Shape, dtype: _DType | None = None, device: Any = None,
        requires_grad: builtins.bool = False, name: str | None = None, size: _Shape | None = None,
        shape: _Shape | None = None) -> Value:
    """zeros(2, 3): PyTorch's has any numbers."""
@overload
def empty_like(input: _Operand, *, dtype: _DType | None = None, device: Any = None,
        requires_grad: Literal[True]) -> Parameter:
    """empty_like(input, *, dtype=None, device=None, requires_grad=False): as in PyTorch."""
@overload
def empty_like(input: _Operand, *, dtype: _DType | None = None, device: Any = None,
        requires_grad: builtins.bool = False) -> Value:
    """empty_like(input, *, dtype=None, device=None, requires_grad=False): as in PyTorch."""
def eq(input: _Operand, other: _Operand) -> Value:
    """eq(input, other): as in PyTorch."""
def equal(a: _Operand, b: _Operand) -> NoReturn:
    """NumPy compares the elements, PyTorch the whole."""
def erf(x: _Operand) -> Value:
    """Error function of each element. y = 2/sqrt(pi) integral of e^-t^2 from 0 to x."""
def exp(x: _Operand) -> Value:
    """Exponential function of each element. y = e^x."""
def exp2(input: _Operand) -> Value:
    """exp2(input): as in PyTorch."""
def expand(x: _Operand, *sizes: _Shape, axis: _Axes | None = None, dim: builtins.int | None = None) -> Value:
    """x.expand(-1, 3): broadcast to this shape; -1 is the size there is."""
def expand_dims(x: _Operand, axis: _Axes | None = None, *, axes: _Axes | None = None,
        dim: _Axes | None = None, dims: _Axes | None = None) -> Value:
    """New axes of size 1, at these places of the result."""
def expm1(x: _Operand) -> Value:
    """E^x - 1, exact also where x is small. y = e^x - 1, exact also for small x."""
def extern(x: _Operand, shape: _Shape, forward: Callable[..., Any],
        backward: Callable[..., Any] | None = None, name: str | None = None, impure: Any = None) -> Value:
    """The value forward(x), a function of NumPy arrays whose result has this shape. backward(x, ..."""
@overload
def eye(n: builtins.int, m: builtins.int | None = None, k: builtins.int = 0, dtype: _DType | None = None, *,
        device: Any = None, requires_grad: Literal[True], name: str | None = None) -> Parameter:
    """The identity matrix."""
@overload
def eye(n: builtins.int, m: builtins.int | None = None, k: builtins.int = 0, dtype: _DType | None = None, *,
        device: Any = None, requires_grad: builtins.bool = False, name: str | None = None) -> Value:
    """The identity matrix."""
f64: np.dtype[np.float64]
def fill(value: builtins.float, s: _Shape) -> Value:
    """A tensor of the context's dtype."""
def fit(p: Params | Module, loss: Any, data: Data | tuple[_Operand, _Operand], *, epochs: builtins.int = 20,
        batch: builtins.int = 64, patience: builtins.int = 0,
        dev: Data | tuple[_Operand, _Operand] | None = None, hold_out: builtins.float = 0.2,
        optimizer: Optimizer | None = None, schedule: Any = None, metric: str | None = None,
        graph: Graph | None = None, print: builtins.bool = True) -> Fitted:
    """Trains p, a wg.Params or a wg.nn.Module, by the rows of data, a wg.Data or a pair of arrays ..."""
def fixed_point(x: _Operand, f: Callable[..., Any], *, tol: builtins.float | None = None,
        most: builtins.int = 100, anderson: builtins.int = 0, adjoint_steps: builtins.int | None = None
    ) -> Value:
    """Z with z = f(z, user): iterates z = f(z) until max |f(z) - z| <= tol (1 + max |z|)."""
def flatten(x: _Operand, start_dim: builtins.int = 0, end_dim: builtins.int = -1) -> Value:
    """Axes start_dim to end_dim as one."""
def flip(x: _Operand, *axes: _Axes, axis: _Axes | None = None, dim: _Axes | None = None,
        dims: _Axes | None = None) -> Value:
    """In reverse order along these axes, or along all."""
def fliplr(input: _Operand) -> Value:
    """fliplr(input): as in PyTorch."""
def flipud(input: _Operand) -> Value:
    """flipud(input): as in PyTorch."""
float: np.dtype[np.float32]
float16: np.dtype[np.float16]
float32: np.dtype[np.float32]
float64: np.dtype[np.float64]
def floor(x: _Operand) -> Value:
    """Rounds down to whole numbers."""
def floor_divide(a: _Operand, b: _Operand) -> Value:
    """Elementwise quotient, rounded down: floor_divide(a, b) b + remainder(a, b) is a."""
def fmod(a: _Operand, b: _Operand) -> Value:
    """What is left of a where it is divided by b, with the sign of a, as fmod of C."""
def frac(input: _Operand) -> Value:
    """frac(input): as in PyTorch."""
def from_dlpack(x: _Operand) -> Value:
    """A tensor of another library as a value in the same memory."""
def from_numpy(array: _Operand) -> Value:
    """A value in the array's own memory."""
@overload
def full(shape: _Shape | None = None, fill_value: _Operand | None = None, dtype: _DType | None = None, *,
        size: _Shape | None = None, device: Any = None, requires_grad: Literal[True], name: str | None = None
    ) -> Parameter:
    """A value of this shape whose elements are all one number, or are those of a value."""
@overload
def full(shape: _Shape | None = None, fill_value: _Operand | None = None, dtype: _DType | None = None, *,
        size: _Shape | None = None, device: Any = None, requires_grad: builtins.bool = False,
        name: str | None = None) -> Value:
    """A value of this shape whose elements are all one number, or are those of a value."""
@overload
def full_like(x: _Operand, fill_value: _Operand, dtype: _DType | None = None, *, shape: _Shape | None = None,
        device: Any = None, requires_grad: Literal[True], name: str | None = None) -> Parameter:
    """A value of the shape and dtype of x whose elements are all one number."""
@overload
def full_like(x: _Operand, fill_value: _Operand, dtype: _DType | None = None, *, shape: _Shape | None = None,
        device: Any = None, requires_grad: builtins.bool = False, name: str | None = None) -> Value:
    """A value of the shape and dtype of x whose elements are all one number."""
def gather(x: _Operand, dim: builtins.int, index: _Operand | None = None) -> Value:
    """gather(x, rows): these rows. x.gather(dim, index), as in PyTorch: the element at each index ..."""
def ge(input: _Operand, other: _Operand) -> Value:
    """ge(input, other): as in PyTorch."""
def gelu(x: _Operand, *, by_tanh: builtins.bool = False) -> Value:
    """Gaussian error linear unit: x times the probability that a standard normal number is below ..."""
def ger(input: _Operand, vec2: _Operand) -> Value:
    """ger(input, vec2): as in PyTorch."""
def get_default_dtype() -> np.dtype[Any]:
    """The dtype of floats that have no other."""
@overload
def grad(y: Value, x: Value) -> Value:
    """grad(y, x): of a value y by x, or by each of a list. grad(f): of a function: the function ..."""
@overload
def grad(y: Value, x: Sequence[Value]) -> list[Value]: ...
@overload
def grad(y: Callable[..., Any], x: None = None, argnums: builtins.int | Sequence[builtins.int] = 0,
        has_aux: builtins.bool = False) -> Callable[..., Any]: ...
def gradcheck(f: Callable[..., Any], inputs: Any, eps: builtins.float = 1e-06, atol: builtins.float = 1e-05,
        rtol: builtins.float = 0.001, raise_exception: builtins.bool = True) -> builtins.bool:
    """Whether the gradients of f, by the inputs that require them, are those of its values, by ..."""
def graph() -> Graph:
    """The graph that was begun last in this thread."""
def greater(a: _Operand, b: _Operand) -> Value:
    """True where a is above b."""
def greater_equal(a: _Operand, b: _Operand) -> Value:
    """True where a is at least b."""
def group_norm(x: _Operand, gamma: _Operand | None, beta: _Operand | None, groups: builtins.int, *,
        eps: builtins.float = 1e-5, axis: _Axes = -1, dim: _Axes | None = None) -> Value:
    """Normalisation of each group of neighbouring channels of each example, over all other axes. ..."""
def gt(input: _Operand, other: _Operand) -> Value:
    """gt(input, other): as in PyTorch."""
half: np.dtype[np.float16]
def hard_sigmoid(x: _Operand) -> Value:
    """A sigmoid made of three straight lines. 0 from -3 down, 1 from 3 up. y = min(max(x / 6 + ..."""
def hard_swish(x: _Operand) -> Value:
    """X times hard_sigmoid(x). y = x hard_sigmoid(x)."""
@overload
def hessian(y: Value, *x: Value) -> Value:
    """hessian(y, x): of a value. hessian(f): of a function: a function of arrays."""
@overload
def hessian(y: Callable[..., Any], *, argnums: builtins.int | Sequence[builtins.int] = 0,
        has_aux: builtins.bool = False) -> Callable[..., Any]: ...
def hinge(x: _Operand, y: _Operand, *, reduction: Literal["mean", "sum", "none"] = "mean") -> Value:
    """How far a score x is from being at least 1 on the side of its target y, which is -1 or 1."""
def hstack(tensors: Sequence[_Operand]) -> Value:
    """hstack(tensors): as in PyTorch."""
def huber(x: _Operand, y: _Operand, *, reduction: Literal["mean", "sum", "none"] = "mean",
        delta: builtins.float = 1) -> Value:
    """Squared error of x against y, but a straight line where they differ by more than delta, so ..."""
def hypot(input: _Operand, other: _Operand) -> Value:
    """hypot(input, other): as in PyTorch."""
def index_add(input: _Operand, dim: builtins.int, index: _Operand, source: _Operand, *,
        alpha: builtins.float = 1) -> Value:
    """index_add(input, dim, index, source, *, alpha=1): as in PyTorch."""
def index_along(x: _Operand, axis: _Axes | None = None, *, dim: _Axes | None = None) -> Value:
    """The index of each element along an axis, i64."""
def index_copy(input: _Operand, dim: builtins.int, index: _Operand, source: _Operand) -> Value:
    """index_copy(input, dim, index, source): as in PyTorch."""
def index_fill(input: _Operand, dim: builtins.int, index: _Operand, value: _Operand) -> Value:
    """index_fill(input, dim, index, value): as in PyTorch."""
def index_select(x: _Operand, dim: builtins.int, index: _Operand) -> Value:
    """These places along an axis, as in PyTorch."""
def inner(input: _Operand, other: _Operand) -> Value:
    """inner(input, other): as in PyTorch."""
def input(name: str, array: _Operand, dtype: _DType | None = None, *, copy: builtins.bool = True) -> Value:
    """An array as a value of the current graph, whose name appears in errors and drawings. ..."""
def instance_norm(x: _Operand, gamma: _Operand | None = None, beta: _Operand | None = None,
        groups: builtins.int | None = None, *, eps: builtins.float = 1e-5, axis: _Axes = -1,
        dim: _Axes | None = None) -> Value:
    """Normalisation of each channel of each example, over all other axes: group_norm with a group ..."""
int32: np.dtype[np.int32]
int64: np.dtype[np.int64]
def inv(x: _Operand) -> Value:
    """Inverses of square matrices."""
def inverse(x: _Operand) -> Value:
    """Inverses of square matrices."""
def is_floating_point(input: _Operand) -> builtins.bool:
    """is_floating_point(input): as in PyTorch."""
def is_grad_enabled() -> builtins.bool:
    """Whether the thread is outside of blocks of no_grad."""
def is_same_size(input: _Operand, other: _Operand) -> builtins.bool:
    """is_same_size(input, other): as in PyTorch."""
def is_tensor(x: _Operand) -> builtins.bool:
    """Whether x is a value."""
def isclose(input: _Operand, other: _Operand, rtol: builtins.float = 1e-05, atol: builtins.float = 1e-08,
        equal_nan: builtins.bool = False) -> Value:
    """isclose(input, other, rtol=1e-05, atol=1e-08, equal_nan=False): as in PyTorch."""
def isfinite(input: _Operand) -> Value:
    """isfinite(input): as in PyTorch."""
def isinf(input: _Operand) -> Value:
    """isinf(input): as in PyTorch."""
def isnan(input: _Operand) -> Value:
    """isnan(input): as in PyTorch."""
@overload
def jacfwd(y: Value, *x: Value) -> Value:
    """jacobian(y, x): of a value. jacobian(f): of a function: a function of arrays."""
@overload
def jacfwd(y: Callable[..., Any], *, argnums: builtins.int | Sequence[builtins.int] = 0,
        has_aux: builtins.bool = False) -> Callable[..., Any]: ...
@overload
def jacobian(y: Value, *x: Value) -> Value:
    """jacobian(y, x): of a value. jacobian(f): of a function: a function of arrays."""
@overload
def jacobian(y: Callable[..., Any], *, argnums: builtins.int | Sequence[builtins.int] = 0,
        has_aux: builtins.bool = False) -> Callable[..., Any]: ...
@overload
def jacrev(y: Value, *x: Value) -> Value:
    """jacobian(y, x): of a value. jacobian(f): of a function: a function of arrays."""
@overload
def jacrev(y: Callable[..., Any], *, argnums: builtins.int | Sequence[builtins.int] = 0,
        has_aux: builtins.bool = False) -> Callable[..., Any]: ...
def jit(f: Callable[..., Any]) -> Any:
    """Graphs are compiled by themselves"""
@overload
def jvp(f: Value, x: Value | Sequence[Value], v: Any) -> Value:
    """jvp(y, x, v): the derivative of y along v. jvp(f, primals, tangents): the value of f and ..."""
@overload
def jvp(f: Callable[..., Any], x: Sequence[Any], v: Sequence[Any], has_aux: builtins.bool = False) -> Any: ...
def keep(n: _Operand) -> Value:
    """Marks n: the next read or backward computes it too, and it can be read after the parameters ..."""
def kl(x: _Operand, y: _Operand, *, reduction: Literal["mean", "sum", "none"] = "mean") -> Value:
    """Divergence of Kullback and Leibler of rows of probabilities y from predicted ones, whose ..."""
def l2(p: Params, lambda_: builtins.float) -> Value:
    """Lambda / 2 times the sum of w^2 over the parameters of p in g that have two or more axes."""
def layer_norm(x: _Operand, gamma: _Operand, beta: _Operand, *, eps: builtins.float = 1e-5,
        axis: _Axes | None = None, axes: _Axes | None = None, dim: _Axes | None = None,
        dims: _Axes | None = None) -> Value:
    """Layer normalisation: each row along the last axis by its own mean and variance (divided by ..."""
def lbfgs(p: Params, *, lr: builtins.float = 1, history: builtins.int = 10, evaluations: builtins.int = 25
    ) -> Optimizer:
    """L-BFGS (Nocedal 1980) with a line search by the strong Wolfe conditions, for losses that ..."""
def le(input: _Operand, other: _Operand) -> Value:
    """le(input, other): as in PyTorch."""
def leaky_relu(x: _Operand, *, slope: builtins.float = 0.01) -> Value:
    """Relu with a slope below zero, 0.01 by default. y = x where x > 0, else slope x."""
def lerp(input: _Operand, end: _Operand, weight: _Operand) -> Value:
    """lerp(input, end, weight): as in PyTorch."""
def less(a: _Operand, b: _Operand) -> Value:
    """True where a is below b."""
def less_equal(a: _Operand, b: _Operand) -> Value:
    """True where a is at most b."""
def linear_scan(x: _Operand, b: _Operand, *, axis: _Axes | None = None, reverse: builtins.bool = False,
        dim: _Axes | None = None) -> Value:
    """The linear recurrence along an axis: each result is a times the one before, plus b."""
@overload
def linspace(start: _Operand, stop: _Operand | None = None, num: builtins.int = 50,
        endpoint: builtins.bool = True, retstep: builtins.bool = False, dtype: _DType | None = None, *,
        end: _Operand | None = None, steps: builtins.int | None = None, count: builtins.int | None = None,
        device: Any = None, requires_grad: Literal[True], name: str | None = None) -> Parameter:
    """Equally spaced numbers from start to stop, both included."""
@overload
def linspace(start: _Operand, stop: _Operand | None = None, num: builtins.int = 50,
        endpoint: builtins.bool = True, retstep: builtins.bool = False, dtype: _DType | None = None, *,
        end: _Operand | None = None, steps: builtins.int | None = None, count: builtins.int | None = None,
        device: Any = None, requires_grad: builtins.bool = False, name: str | None = None) -> Value:
    """Equally spaced numbers from start to stop, both included."""
def lion(p: Params, *, lr: builtins.float = 1e-4, beta1: builtins.float = 0.9, beta2: builtins.float = 0.99,
        weight_decay: builtins.float = 0, coupled: builtins.bool = False, l1: builtins.float = 0,
        decay_all: builtins.bool = False) -> Optimizer:
    """Lion (Chen et al. 2023): w -= lr sign(beta1 m + (1 - beta1) g), then m = beta2 m + (1 - ..."""
def load(path: _Path, map_location: Any = None, *, weights_only: builtins.bool = True) -> Any:
    """The arrays of a file of safetensors by name; or the dict that wg.save has written. path: ..."""
def log(x: _Operand) -> Value:
    """Natural logarithm of each element. -inf at 0, NaN below 0. y = ln x."""
def log10(input: _Operand) -> Value:
    """log10(input): as in PyTorch."""
def log1p(x: _Operand) -> Value:
    """Natural logarithm of 1 + x, exact also where x is small. -inf at -1, NaN below. y = ln(1 + ..."""
def log2(input: _Operand) -> Value:
    """log2(input): as in PyTorch."""
def log_softmax(x: _Operand, axis: _Axes = -1, *, temperature: builtins.float = 1, dim: _Axes | None = None
    ) -> Value:
    """Logarithm of softmax, also where softmax itself would round to 0."""
def logcumsumexp(x: _Operand, axis: _Axes | None = None, *, reverse: builtins.bool = False,
        dim: _Axes | None = None) -> Value:
    """Logarithm of the cumulative sum of e^x along an axis, without overflow. reverse: from the ..."""
def logdet(x: _Operand) -> Value:
    """Logarithms of determinants, without overflow. -inf for singular matrices."""
def logical_and(a: _Operand, b: _Operand) -> Value:
    """True where both are."""
def logical_not(x: _Operand) -> Value:
    """True where x is 0."""
def logical_or(a: _Operand, b: _Operand) -> Value:
    """True where one is, or both are."""
def logical_xor(a: _Operand, b: _Operand) -> Value:
    """True where one is, but not both."""
def logsumexp(x: _Operand, axis: _Axes | None = None, *, axes: _Axes | None = None,
        keepdims: builtins.bool = False, dim: _Axes | None = None, dims: _Axes | None = None,
        keepdim: builtins.bool = False) -> Value:
    """Logarithm of the sum of exponentials along axes, without overflow."""
long: np.dtype[np.int64]
def lstsq(a: _Operand, b: _Operand) -> Value:
    """Least squares, for matrices a whose columns are independent. b: columns, or one vector."""
def lt(input: _Operand, other: _Operand) -> Value:
    """lt(input, other): as in PyTorch."""
def mae(x: _Operand, y: _Operand, *, reduction: Literal["mean", "sum", "none"] = "mean") -> Value:
    """Mean absolute error of x against y."""
def manual_seed(seed: builtins.int) -> None:
    """What is drawn from now on depends on the seed alone: rand, randn, first values in ..."""
def masked_fill(x: _Operand, mask: _Operand, value: _Operand) -> Value:
    """x, and the value where the mask is true."""
def masked_select(input: _Operand, mask: _Operand) -> Value:
    """masked_select(input, mask): as in PyTorch."""
def matmul(x: _Operand, y: _Operand, *, ta: builtins.bool = False, tb: builtins.bool = False) -> Value:
    """Matrix product over the last two axes."""
@overload
def max(x: _Operand, axis: _Axes | None = None, *, axes: _Axes | None = None, keepdims: builtins.bool = False,
        dim: None = None, dims: _Axes | None = None, keepdim: builtins.bool = False) -> Value:
    """The largest of all or along axis=."""
@overload
def max(x: _Operand, axis: _Axes | None = None, *, axes: _Axes | None = None, keepdims: builtins.bool = False,
        dim: builtins.int, dims: _Axes | None = None, keepdim: builtins.bool = False) -> Sorted:
    """The largest of all or along axis=."""
@overload
def max(x: _Operand, axis: _Axes | None = None, *, axes: _Axes | None = None, keepdims: builtins.bool = False,
        dim: Sequence[builtins.int], dims: _Axes | None = None, keepdim: builtins.bool = False) -> Value:
    """The largest of all or along axis=."""
def max_pool(x: _Operand, *, size: _Shape | None = None, stride: _Shape | None = None,
        padding: _Shape | None = None, same: builtins.bool = False, skip_padding: builtins.bool = False
    ) -> Value:
    """Largest element of each window, over 1 to 3 axes, channels last: x [n, ..., channels]."""
def maximum(a: _Operand, b: _Operand) -> Value:
    """Elementwise larger of two."""
def mean(x: _Operand, axis: _Axes | None = None, *, axes: _Axes | None = None,
        keepdims: builtins.bool = False, dim: _Axes | None = None, dims: _Axes | None = None,
        keepdim: builtins.bool = False) -> Value:
    """Mean along axes."""
def meshgrid(*tensors: _Numbers, indexing: Literal["ij", "xy"] | None = None) -> tuple[Value, ...]:
    """A grid of these vectors: one value for each, of all axes."""
@overload
def min(x: _Operand, axis: _Axes | None = None, *, axes: _Axes | None = None, keepdims: builtins.bool = False,
        dim: None = None, dims: _Axes | None = None, keepdim: builtins.bool = False) -> Value:
    """The smallest of all or along axis=."""
@overload
def min(x: _Operand, axis: _Axes | None = None, *, axes: _Axes | None = None, keepdims: builtins.bool = False,
        dim: builtins.int, dims: _Axes | None = None, keepdim: builtins.bool = False) -> Sorted:
    """The smallest of all or along axis=."""
@overload
def min(x: _Operand, axis: _Axes | None = None, *, axes: _Axes | None = None, keepdims: builtins.bool = False,
        dim: Sequence[builtins.int], dims: _Axes | None = None, keepdim: builtins.bool = False) -> Value:
    """The smallest of all or along axis=."""
def minimum(a: _Operand, b: _Operand) -> Value:
    """Elementwise smaller of two."""
def mish(x: _Operand) -> Value:
    """X tanh(softplus(x)). y = x tanh(ln(1 + e^x))."""
def mm(a: _Operand, b: _Operand) -> Value:
    """As wg.matmul(a, b)"""
def mod(a: _Operand, b: _Operand) -> Value:
    """What is left of a where it is divided by b, with the sign of b: from 0 to b."""
def momentum(p: Params, *, lr: builtins.float = 0.01, beta: builtins.float = 0.9,
        classical: builtins.bool = False, nesterov: builtins.bool = False, velocity: builtins.bool = False,
        weight_decay: builtins.float = 0, coupled: builtins.bool = False, l1: builtins.float = 0,
        decay_all: builtins.bool = False) -> Optimizer:
    """Gradient descent with momentum."""
def moveaxis(x: _Operand, source: Any, destination: _Axes) -> Value:
    """The axes `source` at the places `destination`, the others in their order."""
def movedim(x: _Operand, source: Any, destination: _Axes) -> Value:
    """The axes `source` at the places `destination`, the others in their order."""
def mse(x: _Operand, y: _Operand, *, reduction: Literal["mean", "sum", "none"] = "mean") -> Value:
    """Mean squared error of x against y."""
def mul(a: _Operand, b: _Operand) -> Value:
    """Elementwise product. y = a b."""
def multinomial(input: _Operand, num_samples: builtins.int, replacement: builtins.bool = False, *,
        generator: Any = None) -> Value:
    """multinomial(input, num_samples, replacement=False, *, generator=None): as in PyTorch."""
def multiply(input: _Operand, other: _Operand) -> Value:
    """multiply(input, other): as in PyTorch."""
def mv(a: _Operand, b: _Operand) -> Value:
    """As wg.matmul(a, b)"""
def nadam(p: Params, *, lr: builtins.float = 2e-3, beta1: builtins.float = 0.9, beta2: builtins.float = 0.999,
        eps: builtins.float = 1e-8, psi: builtins.float = 4e-3, weight_decay: builtins.float = 0,
        coupled: builtins.bool = False, l1: builtins.float = 0, decay_all: builtins.bool = False
    ) -> Optimizer:
    """NAdam (Dozat 2016), Adam with Nesterov's momentum. m and v are those of Adam, mu = beta1 (1 ..."""
def name(n: _Operand, name: str) -> Value:
    """Gives the node a name, which is copied; returns n."""
def narrow(x: _Operand, dim: builtins.int, start: _Operand, length: builtins.int) -> Value:
    """`length` places along an axis, from `start` on."""
def ne(input: _Operand, other: _Operand) -> Value:
    """ne(input, other): as in PyTorch."""
def neg(x: _Operand) -> Value:
    """Negative of each element. y = -x."""
def negative(input: _Operand) -> Value:
    """negative(input): as in PyTorch."""
def nll(x: _Operand, y: _Operand, *, reduction: Literal["mean", "sum", "none"] = "mean",
        smoothing: builtins.float = 0, weights: _Operand | None = None, mask: _Operand | None = None,
        ignore: builtins.float | None = None, any_rows: builtins.bool = False) -> Value:
    """Negative log-likelihood of class numbers or rows of probabilities, x being the logarithms ..."""
def nn_attention(x: _Operand, p: Params, name: str, *, heads: builtins.int = 1, causal: builtins.bool = False,
        mask: _Operand | None = None, memory: _Operand | None = None, bias: builtins.bool = True,
        share: builtins.bool = False, W_init: Init | None = None, Wo_init: Init | None = None,
        cache: Cache | None = None) -> Value:
    """Attention of x [..., tokens, width] to itself, or to memory= [..., keys, width]: ..."""
def nn_batch_norm(x: _Operand, p: Params, name: str, *, momentum: builtins.float = 0.9,
        eps: builtins.float = 1e-5, share: builtins.bool = False,
        mode: Literal["graph", "train", "eval"] = "graph", axis: _Axes = -1, dim: _Axes | None = None
    ) -> Value:
    """Batch normalisation over all axes but that of the features."""
def nn_conv(x: _Operand, p: Params, name: str, units: builtins.int, *, size: _Shape | None = None,
        stride: _Shape | None = None, dilation: _Shape | None = None, padding: _Shape | None = None,
        same: builtins.bool = False, groups: builtins.int = 1, bias: builtins.bool = True,
        share: builtins.bool = False, W_init: Init | None = None, b_init: Init | None = None) -> Value:
    """Convolution over the axes between the first and the last: x is [n, h, w, channels], or has ..."""
def nn_conv_transpose(x: _Operand, p: Params, name: str, units: builtins.int, *, size: _Shape | None = None,
        stride: _Shape | None = None, dilation: _Shape | None = None, padding: _Shape | None = None,
        same: builtins.bool = False, groups: builtins.int = 1, bias: builtins.bool = True,
        share: builtins.bool = False, W_init: Init | None = None, b_init: Init | None = None) -> Value:
    """Transposed convolution: each element of x adds a kernel to the result."""
def nn_dense(x: _Operand, p: Params, name: str, units: builtins.int, *, bias: builtins.bool = True,
        share: builtins.bool = False, W_init: Init | None = None, b_init: Init | None = None) -> Value:
    """x W + b."""
def nn_embedding(x: _Operand, p: Params, name: str, count: builtins.int, width: builtins.int, *,
        padding_index: builtins.int | None = None, share: builtins.bool = False, W_init: Init | None = None
    ) -> Value:
    """Rows of the table NAME.W [count, width] by their numbers: [...] gives [..., width]."""
def nn_group_norm(x: _Operand, p: Params, name: str, groups: builtins.int, *, eps: builtins.float = 1e-5,
        axis: _Axes = -1, share: builtins.bool = False, dim: _Axes | None = None) -> Value:
    """Wg.group_norm."""
def nn_gru(x: _Operand, p: Params, name: str, units: builtins.int, *,
        state: States | Sequence[_Operand] | None = None, lengths: _Operand | None = None,
        reverse: builtins.bool = False, bidirectional: builtins.bool = False, relu: builtins.bool = False,
        share: builtins.bool = False, W_init: Init | None = None, U_init: Init | None = None,
        b_init: Init | None = None) -> States:
    """Gated recurrent units over all steps of x."""
def nn_gru_cell(x: _Operand, state: States | Sequence[_Operand] | None, p: Params, name: str,
        units: builtins.int, *, relu: builtins.bool = False, share: builtins.bool = False,
        W_init: Init | None = None, U_init: Init | None = None, b_init: Init | None = None) -> States:
    """One step of a gated recurrent unit (Cho et al. 2014)."""
def nn_layer_norm(x: _Operand, p: Params, name: str, *, eps: builtins.float = 1e-5,
        share: builtins.bool = False, axis: _Axes | None = None, axes: _Axes | None = None,
        dim: _Axes | None = None, dims: _Axes | None = None) -> Value:
    """Layer normalisation over the last axis, or over axes that you name."""
def nn_lstm(x: _Operand, p: Params, name: str, units: builtins.int, *,
        state: States | Sequence[_Operand] | None = None, lengths: _Operand | None = None,
        reverse: builtins.bool = False, bidirectional: builtins.bool = False, relu: builtins.bool = False,
        share: builtins.bool = False, W_init: Init | None = None, U_init: Init | None = None,
        b_init: Init | None = None) -> States:
    """A long short-term memory over all steps of x."""
def nn_lstm_cell(x: _Operand, state: States | Sequence[_Operand] | None, p: Params, name: str,
        units: builtins.int, *, relu: builtins.bool = False, share: builtins.bool = False,
        W_init: Init | None = None, U_init: Init | None = None, b_init: Init | None = None) -> States:
    """One step of a long short-term memory (Hochreiter and Schmidhuber 1997)."""
def nn_rms_norm(x: _Operand, p: Params, name: str, *, eps: builtins.float = 1e-5,
        share: builtins.bool = False, axis: _Axes | None = None, axes: _Axes | None = None,
        dim: _Axes | None = None, dims: _Axes | None = None) -> Value:
    """Wg.rms_norm over the last axis, or over axes that you name."""
def nn_rnn(x: _Operand, p: Params, name: str, units: builtins.int, *,
        state: States | Sequence[_Operand] | None = None, lengths: _Operand | None = None,
        reverse: builtins.bool = False, bidirectional: builtins.bool = False, relu: builtins.bool = False,
        share: builtins.bool = False, W_init: Init | None = None, U_init: Init | None = None,
        b_init: Init | None = None) -> States:
    """A plain recurrent layer over all steps of x."""
def nn_rnn_cell(x: _Operand, state: States | Sequence[_Operand] | None, p: Params, name: str,
        units: builtins.int, *, relu: builtins.bool = False, share: builtins.bool = False,
        W_init: Init | None = None, U_init: Init | None = None, b_init: Init | None = None) -> States:
    """One step of a plain recurrent layer: h' = tanh(x W + h U + b)."""
def nn_transformer_block(x: _Operand, p: Params, name: str, *, heads: builtins.int = 1,
        hidden: builtins.int | None = None, causal: builtins.bool = False, mask: _Operand | None = None,
        drop: builtins.float = 0, share: builtins.bool = False, cache: Cache | None = None) -> Value:
    """A block of GPT-2: z = x + attention(layer_norm(x)), y = z + fc2(gelu(fc1(layer_norm(z))))."""
def nonzero(x: _Operand, count: builtins.int | None = None) -> Value:
    """The numbers of the true elements, in order, counted over all axes. `count` must be how many ..."""
def norm(x: _Operand, *, axis: _Axes | None = None, axes: _Axes | None = None,
        keepdims: builtins.bool = False, p: builtins.float = 2, dim: _Axes | None = None,
        dims: _Axes | None = None, keepdim: builtins.bool = False) -> Value:
    """The length."""
def not_equal(a: _Operand, b: _Operand) -> Value:
    """True where a differs from b."""
def numel(input: _Operand) -> builtins.int:
    """numel(input): as in PyTorch."""
def odeint(x: _Operand, f: Callable[..., Any], from_: builtins.float, to: builtins.float, *,
        method: Literal["dormand_prince", "euler", "midpoint", "rk4"] = "dormand_prince",
        steps: builtins.int = 100, rtol: builtins.float = 1e-6, atol: builtins.float = 1e-9,
        most: builtins.int = 10000, times: _Operand | None = None, adjoint: builtins.bool = False,
        t: _Operand | None = None) -> Value:
    """The solution of y' = f(t, y) at the time `to`; with times= at these times, [count, shape of ..."""
def one_hot(x: _Operand, *count: builtins.int, num_classes: builtins.int | None = None,
        axis: builtins.int = -1) -> Value:
    """1 at the class number and 0 elsewhere, along a new axis, by default the last."""
@overload
def ones(*sizes: _Shape, dtype: _DType | None = None, device: Any = None, requires_grad: Literal[True],
        name: str | None = None, size: _Shape | None = None, shape: _Shape | None = None) -> Parameter:
    """ones(2, 3) or ones((2, 3)): a value of this shape."""
@overload
def ones(*sizes: _Shape, dtype: _DType | None = None, device: Any = None,
        requires_grad: builtins.bool = False, name: str | None = None, size: _Shape | None = None,
        shape: _Shape | None = None) -> Value:
    """ones(2, 3) or ones((2, 3)): a value of this shape."""
@overload
def ones_like(x: _Operand, dtype: _DType | None = None, *, device: Any = None, requires_grad: Literal[True],
        name: str | None = None) -> Parameter:
    """As wg.fill(1, x.shape)"""
@overload
def ones_like(x: _Operand, dtype: _DType | None = None, *, device: Any = None,
        requires_grad: builtins.bool = False, name: str | None = None) -> Value:
    """As wg.fill(1, x.shape)"""
def outer(a: _Operand, b: _Operand) -> Value:
    """Each element of a times each of b."""
def pad(x: _Operand, pad_width: Any = None, mode: Literal["constant", "edge", "reflect"] = "constant",
        constant_values: builtins.int = 0, *, axis: _Axes | None = None, before: builtins.int = 0,
        after: builtins.int = 0, value: builtins.float = 0, dim: _Axes | None = None) -> Value:
    """np.pad: widths (before, after) for each axis, one pair for all, or one number."""
def param(p: Params, name: str, s: _Shape, init: Init | None = None) -> Value:
    """A parameter of p as a node."""
def part(n: _Operand, k: builtins.int) -> Value:
    """Output k of the op that made n (any of its outputs)."""
def permute(x: _Operand, *axes: _Axes) -> Value:
    """The axes in this order."""
def plot(what: Any, *more: Any, title: str | None = None, slide: Any = None, context: Context | None = None,
        **values: Any) -> Figure:
    """A figure, of arrays or values"""
def positive(input: _Operand) -> Value:
    """positive(input): as in PyTorch."""
def pow(a: _Operand, b: _Operand) -> Value:
    """Elementwise power."""
def prod(x: _Operand, axis: _Axes | None = None, *, axes: _Axes | None = None,
        keepdims: builtins.bool = False, dim: _Axes | None = None, dims: _Axes | None = None,
        keepdim: builtins.bool = False) -> Value:
    """Product along axes."""
def progress(items: Any, what: Any = "", total: builtins.int | None = None, file: Any = None
    ) -> Iterator[Any]:
    """The items of a long loop, with a line that says how far it is: wg.progress(loader, "epoch 1")."""
def qr(x: _Operand) -> tuple[Value, Value]:
    """Orthogonal unit vectors Q, as columns, or upper triangles R, of matrices."""
def rad2deg(input: _Operand) -> Value:
    """rad2deg(input): as in PyTorch."""
@overload
def rand(*sizes: _Shape, dtype: _DType | None = None, generator: Any = None, device: Any = None,
        requires_grad: Literal[True], name: str | None = None, size: _Shape | None = None,
        shape: _Shape | None = None) -> Parameter:
    """As wg.random_uniform([3, 4])"""
@overload
def rand(*sizes: _Shape, dtype: _DType | None = None, generator: Any = None, device: Any = None,
        requires_grad: builtins.bool = False, name: str | None = None, size: _Shape | None = None,
        shape: _Shape | None = None) -> Value:
    """As wg.random_uniform([3, 4])"""
@overload
def rand_like(x: _Operand, dtype: _DType | None = None, *, device: Any = None, requires_grad: Literal[True],
        name: str | None = None) -> Parameter:
    """Uniform numbers in [0, 1) in the shape of x."""
@overload
def rand_like(x: _Operand, dtype: _DType | None = None, *, device: Any = None,
        requires_grad: builtins.bool = False, name: str | None = None) -> Value:
    """Uniform numbers in [0, 1) in the shape of x."""
@overload
def randint(low: _Operand, high: _Operand | None = None, size: _Shape | None = None,
        dtype: _DType | None = None, *, generator: Any = None, device: Any = None,
        requires_grad: Literal[True], name: str | None = None) -> Parameter:
    """Whole numbers from low on, below high."""
@overload
def randint(low: _Operand, high: _Operand | None = None, size: _Shape | None = None,
        dtype: _DType | None = None, *, generator: Any = None, device: Any = None,
        requires_grad: builtins.bool = False, name: str | None = None) -> Value:
    """Whole numbers from low on, below high."""
@overload
def randn(*sizes: _Shape, dtype: _DType | None = None, generator: Any = None, device: Any = None,
        requires_grad: Literal[True], name: str | None = None, size: _Shape | None = None,
        shape: _Shape | None = None) -> Parameter:
    """As wg.random_normal([3, 4])"""
@overload
def randn(*sizes: _Shape, dtype: _DType | None = None, generator: Any = None, device: Any = None,
        requires_grad: builtins.bool = False, name: str | None = None, size: _Shape | None = None,
        shape: _Shape | None = None) -> Value:
    """As wg.random_normal([3, 4])"""
@overload
def randn_like(x: _Operand, dtype: _DType | None = None, *, device: Any = None, requires_grad: Literal[True],
        name: str | None = None) -> Parameter:
    """Standard normal numbers in the shape of x."""
@overload
def randn_like(x: _Operand, dtype: _DType | None = None, *, device: Any = None,
        requires_grad: builtins.bool = False, name: str | None = None) -> Value:
    """Standard normal numbers in the shape of x."""
def random_normal(shape: _Shape, *, mean: builtins.float = 0, deviation: builtins.float = 1,
        name: str | None = None) -> Value:
    """Standard normal numbers, drawn anew in each evaluation."""
def random_uniform(shape: _Shape, *, low: builtins.float = 0, high: builtins.float = 1,
        name: str | None = None) -> Value:
    """Uniform numbers in [0, 1), drawn anew in each evaluation."""
@overload
def randperm(n: builtins.int, dtype: _DType | None = None, generator: Any = None, *, device: Any = None,
        requires_grad: Literal[True], name: str | None = None) -> Parameter:
    """The numbers 0 to n - 1 in random order."""
@overload
def randperm(n: builtins.int, dtype: _DType | None = None, generator: Any = None, *, device: Any = None,
        requires_grad: builtins.bool = False, name: str | None = None) -> Value:
    """The numbers 0 to n - 1 in random order."""
def ravel(x: _Operand) -> Value:
    """As wg.reshape(x, [-1])"""
def reciprocal(x: _Operand) -> Value:
    """1 / x of each element. y = 1 / x."""
def recompute(x: _Operand, f: Callable[..., Any]) -> Value:
    """F(x, user), with less memory: the values that f computes on the way are not kept for the ..."""
def recompute_chain(x: _Operand, f: Callable[..., Any], steps: builtins.int, *,
        keep: builtins.int | None = None) -> Value:
    """x = f(x, i, user) for i = 0 .. steps - 1, with at most `keep` states kept at a time, and ..."""
def relu(x: _Operand) -> Value:
    """Positive part of each element."""
def remainder(a: _Operand, b: _Operand) -> Value:
    """What is left of a where it is divided by b, with the sign of b: from 0 to b."""
def remat(f: Callable[..., Any]) -> Any:
    """checkpoint(f): f whose inside is computed again in the backward pass instead of being kept. ..."""
def repeat(x: _Operand, repeats: _Operand | None = None, axis: _Axes | None = None, *,
        count: builtins.int | None = None) -> Value:
    """np.repeat: each element so many times along an axis; without one of all elements in a row."""
def repeat_interleave(x: _Operand, repeats: _Operand, dim: builtins.int | None = None) -> Value:
    """As wg.repeat(x, count=2, axis=0)"""
def reshape(x: _Operand, s: _Shape) -> Value:
    """The same elements in another shape."""
def resize(x: _Operand, shape: _Shape, *, mode: Literal["nearest", "bilinear"] = "nearest",
        axis: _Axes | None = None, axes: _Axes | None = None, align_corners: builtins.bool = False,
        dim: _Axes | None = None, dims: _Axes | None = None) -> Value:
    """Images of other sizes, by the nearest element or by straight lines along each axis ..."""
def resume(path: _Path, context: Context | None = None) -> builtins.bool:
    """Goes on from a file of save."""
def rms_norm(x: _Operand, gamma: _Operand | None = None, *, eps: builtins.float = 1e-5,
        axis: _Axes | None = None, axes: _Axes | None = None, dim: _Axes | None = None,
        dims: _Axes | None = None) -> Value:
    """Normalisation by the root of the mean square along axes, by default the last. gamma may be ..."""
def rmsprop(p: Params, *, lr: builtins.float = 0.01, rho: builtins.float = 0.99, eps: builtins.float = 1e-8,
        momentum: builtins.float = 0, centered: builtins.bool = False, weight_decay: builtins.float = 0,
        coupled: builtins.bool = False, l1: builtins.float = 0, decay_all: builtins.bool = False
    ) -> Optimizer:
    """RMSprop (Tieleman and Hinton 2012; eps as in PyTorch)."""
def roll(x: _Operand, shift: _Axes | None = None, axis: _Axes | None = None, *, shifts: _Axes | None = None,
        dims: _Axes | None = None, dim: _Axes | None = None, by: _Axes | None = None) -> Value:
    """np.roll: along these axes; without them all elements in a row."""
def round(x: _Operand, decimals: builtins.int = 0) -> Value:
    """The nearest whole number, or one of so many decimals; halves to even."""
def rsqrt(x: _Operand) -> Value:
    """1 / sqrt x of each element."""
def save(what: Any, path: _Path | None = None, context: Context | None = None) -> None:
    """save(path): all that a training goes on from. save(state_dict, path): a file of ..."""
def scalar(value: builtins.float) -> Value:
    """A scalar of the context's dtype."""
def scatter(input: _Operand, dim: builtins.int, index: _Operand, src: _Operand, *,
        reduce: Literal["add", "multiply"] | None = None) -> Value:
    """scatter(input, dim, index, src, *, reduce=None): as in PyTorch."""
@overload
def scatter_add(x: _Operand, indices: _Operand, v: _Operand, *, axis: _Axes = 0) -> Value:
    """x.scatter_add(dim, index, src), as in PyTorch; wg.scatter_add(x, rows, v, axis=0): v[i] is ..."""
@overload
def scatter_add(x: _Operand, dim: builtins.int, index: _Operand, src: _Operand) -> Value: ...
def scatter_add_along(x: _Operand, indices: _Operand, v: _Operand, *, axis: _Axes | None = None,
        dim: _Axes | None = None) -> Value:
    """X, with each value added at the element that its own number chooses along an axis."""
def select(x: _Operand, axis: _Axes | None = None, index: builtins.int | None = None, *,
        dim: _Axes | None = None) -> Value:
    """The elements at one index of an axis, which is dropped."""
def selu(x: _Operand) -> Value:
    """Scaled exponential linear unit. y = 1.0507 x where x > 0, else 1.7581 (e^x - 1)."""
def set_default_dtype(dtype: _DType) -> None:
    """The dtype of floats that have no other is that of the context, which is made with it if ..."""
def settled(x: _Operand, before: _Operand, *, tol: builtins.float = 1e-6) -> Value:
    """The first operand; an error while the graph runs if it is far from the second."""
def sgd(p: Params, *, lr: builtins.float = 0.01, weight_decay: builtins.float = 0,
        coupled: builtins.bool = False, l1: builtins.float = 0, decay_all: builtins.bool = False
    ) -> Optimizer:
    """Gradient descent: w -= lr g."""
def sgn(input: _Operand) -> Value:
    """sgn(input): as in PyTorch."""
def sigmoid(x: _Operand) -> Value:
    """Logistic function of each element, between 0 and 1. y = 1 / (1 + e^-x)."""
def sign(x: _Operand) -> Value:
    """1, 0 or -1: the sign of each element."""
def silu(x: _Operand) -> Value:
    """Sigmoid linear unit, also called swish. y = x sigmoid(x); also called swish."""
def sin(x: _Operand) -> Value:
    """Sine of each element, in radians. y = sin x, x in radians."""
def sinh(x: _Operand) -> Value:
    """Hyperbolic sine of each element. y = (e^x - e^-x) / 2."""
def slice(x: _Operand, *, axis: _Axes | None = None, from_: builtins.int = 0, to: builtins.int | None = None,
        step: builtins.int = 1, dim: _Axes | None = None) -> Value:
    """The part [from, to) of an axis, by default up to its end, or each step-th element of it."""
def slogdet(x: _Operand) -> tuple[Value, Value]:
    """Logarithms of the absolute values of determinants, or their signs: 1, -1, or 0 if the ..."""
def smooth_l1(x: _Operand, y: _Operand, *, reduction: Literal["mean", "sum", "none"] = "mean",
        delta: builtins.float = 1) -> Value:
    """The loss of huber, divided by delta: the straight lines have the slope 1."""
def softmax(x: _Operand, axis: _Axes = -1, *, temperature: builtins.float = 1, dim: _Axes | None = None
    ) -> Value:
    """Softmax of x / temperature along an axis: positive numbers that sum to 1. y = e^x / sum of ..."""
def softmax_cross_entropy(x: _Operand, y: _Operand, *, reduction: Literal["mean", "sum", "none"] = "mean",
        smoothing: builtins.float = 0, weights: _Operand | None = None, mask: _Operand | None = None,
        ignore: builtins.float | None = None, any_rows: builtins.bool = False) -> Value:
    """Cross-entropy loss of softmax(x) against class numbers or rows of probabilities."""
def softplus(x: _Operand) -> Value:
    """Smooth approximation of relu, computed as max(x, 0) + ln(1 + e^-|x|), which cannot ..."""
def softsign(x: _Operand) -> Value:
    """Sigmoid-shaped function between -1 and 1 that approaches its limits slowly. y = x / (1 + |x|)."""
def solve(a: _Operand, b: _Operand) -> Value:
    """Solutions of systems of equations with square matrices a. b: columns, or one vector."""
def sort(x: _Operand, axis: _Axes = -1, *, descending: builtins.bool = False, dim: _Axes | None = None
    ) -> Sorted:
    """The elements of an axis in increasing order, or with `descending` in decreasing order."""
def split(x: _Operand, *given: Any, parts: Iterable[Module] | None = None, sizes: _Shape | None = None,
        axis: _Axes | None = None, dim: builtins.int | None = None) -> Sequence[Value]:
    """With axis=, as in NumPy: so many equal parts, or those between these places."""
def split_with_sizes(input: _Operand, split_sizes: Sequence[builtins.int], dim: builtins.int = 0
    ) -> Sequence[Value]:
    """split_with_sizes(input, split_sizes, dim=0): as in PyTorch."""
def sqrt(x: _Operand) -> Value:
    """Square root of each element."""
def square(x: _Operand) -> Value:
    """Square of each element. y = x^2."""
def squeeze(x: _Operand, axis: _Axes | None = None, dim: _Axes | None = None, *, axes: _Axes | None = None
    ) -> Value:
    """Without the axes of one element, or without this one."""
def stack(tensors: Sequence[_Operand], axis: _Axes = 0, dim: builtins.int | None = None) -> Value:
    """Joined along a new axis."""
def state(p: Params, name: str, s: _Shape, init: Init | None = None) -> Value:
    """The same for values that are not trained, such as averages and counters."""
def std(x: _Operand, axis: _Axes | None = None, *, dim: _Axes | None = None, ddof: builtins.int | None = None,
        correction: builtins.int | None = None, unbiased: builtins.bool | None = None,
        axes: _Axes | None = None, keepdims: builtins.bool = False, dims: _Axes | None = None,
        keepdim: builtins.bool = False) -> Value:
    """The square root of the mean squared distance from the mean, divided by n - ddof, which ..."""
def std_mean(input: _Operand, dim: _Axes | None = None, unbiased: builtins.bool = True,
        keepdim: builtins.bool = False) -> tuple[Value, Value]:
    """std_mean(input, dim=None, unbiased=True, keepdim=False): as in PyTorch."""
def stop_gradient(x: _Operand) -> Value:
    """The operand, which derivatives treat as a constant."""
def sub(a: _Operand, b: _Operand) -> Value:
    """Elementwise difference. y = a - b."""
def subtract(input: _Operand, other: _Operand, *, alpha: builtins.float = 1) -> Value:
    """subtract(input, other, *, alpha=1): as in PyTorch."""
def sum(x: _Operand, axis: _Axes | None = None, *, axes: _Axes | None = None, keepdims: builtins.bool = False,
        dim: _Axes | None = None, dims: _Axes | None = None, keepdim: builtins.bool = False) -> Value:
    """Sum along axes."""
def sum_to(x: _Operand, s: _Shape) -> Value:
    """Sum over everything that broadcast_to would repeat."""
def svd(x: _Operand) -> tuple[Value, Value, Value]:
    """Singular vectors U, as columns, singular values, descending, or singular vectors V^T, as rows."""
def swap(x: _Operand) -> Value:
    """The last two axes swapped: matrices transposed."""
def swapaxes(x: _Operand, axis0: builtins.int, axis1: builtins.int) -> Value:
    """X with two axes exchanged."""
def swapdims(x: _Operand, axis0: builtins.int, axis1: builtins.int) -> Value:
    """X with two axes exchanged."""
def t(x: _Operand) -> Value:
    """A matrix with rows and columns exchanged; a vector or a number as it is."""
def table(source: Any, context: Context | None = None, *, type: str | None = None,
        categories: str | None = None, missing: str | None = None, fill: str | None = None,
        separator: builtins.int = 0, decimal: builtins.int = 0, header: builtins.bool | None = None) -> Table:
    """The columns of a file, or of what else wg.csv takes."""
def take(x: _Operand, indices: _Operand, axis: _Axes | None = None, *, dim: builtins.int | None = None
    ) -> Value:
    """The elements, rows or columns at the indices, along an axis; without one of all elements in ..."""
def take_along(x: _Operand, indices: _Operand, axis: _Axes | None = None, *, dim: _Axes | None = None
    ) -> Value:
    """Elements chosen along an axis by numbers of their own for each place."""
def take_along_axis(x: _Operand, indices: _Operand, axis: _Axes) -> Value:
    """The element at each index along an axis."""
def take_along_dim(x: _Operand, indices: _Operand, dim: builtins.int | None = None) -> Value:
    """The element at each index along an axis, as in PyTorch; without an axis of all elements in ..."""
def tan(x: _Operand) -> Value:
    """Tangent of each element, in radians. y = tan x, x in radians."""
def tanh(x: _Operand) -> Value:
    """Hyperbolic tangent of each element. y = tanh x."""
@overload
def tensor(data: _Numbers, dtype: _DType | None = None, *, device: Any = None, requires_grad: Literal[True],
        name: str | None = None) -> Parameter:
    """A value with these numbers."""
@overload
def tensor(data: _Numbers, dtype: _DType | None = None, *, device: Any = None,
        requires_grad: builtins.bool = False, name: str | None = None) -> Value:
    """A value with these numbers."""
def tile(x: _Operand, *counts: _Shape, reps: _Shape | None = None, dims: _Shape | None = None) -> Value:
    """np.tile: the whole so many times along each of the last axes. reps, dims and counts are ..."""
def to_dlpack(x: _Operand) -> Any:
    """The capsule that torch.utils.dlpack.from_dlpack takes."""
def topk(x: _Operand, count: builtins.int | None = None, axis: _Axes = -1, *, smallest: builtins.bool = False,
        dim: _Axes | None = None) -> Sorted:
    """The `count` largest elements of an axis in decreasing order, or with `smallest` the ..."""
def trace(x: _Operand) -> Value:
    """The sum of the diagonal of a matrix."""
def transpose(x: _Operand, *axes: _Axes, dim0: builtins.int | None = None, dim1: builtins.int | None = None
    ) -> Value:
    """transpose(x): the axes in reverse; transpose(x, axes): in this order; transpose(x, 0, 2): ..."""
def triangular_solve(x: _Operand, b: _Operand, *, upper: builtins.bool = False,
        transposed: builtins.bool = False, unit: builtins.bool = False) -> Value:
    """Solutions of systems whose matrices are the lower or upper triangles of a."""
def tril(x: _Operand, diagonal: builtins.int = 0, k: builtins.int | None = None, offset: builtins.int = 0
    ) -> Value:
    """Lower triangle of matrices: 0 at what is more than `offset` to the right of the diagonal. ..."""
def tril_indices(row: builtins.int, col: builtins.int, offset: builtins.int = 0) -> Value:
    """tril_indices(row, col, offset=0): as in PyTorch."""
def triplet(x: _Operand, positive: _Operand, negative: _Operand, *,
        reduction: Literal["mean", "sum", "none"] = "mean", margin: builtins.float = 1) -> Value:
    """How far x is from being nearer to `positive` than to `negative` by the margin."""
def triu(x: _Operand, diagonal: builtins.int = 0, k: builtins.int | None = None, offset: builtins.int = 0
    ) -> Value:
    """Upper triangle of matrices: 0 at what is less than `offset` to the right of the diagonal. ..."""
def triu_indices(row: builtins.int, col: builtins.int, offset: builtins.int = 0) -> Value:
    """triu_indices(row, col, offset=0): as in PyTorch."""
def true_divide(input: _Operand, other: _Operand) -> Value:
    """true_divide(input, other): as in PyTorch."""
def trunc(input: _Operand) -> Value:
    """trunc(input): as in PyTorch."""
uint8: np.dtype[np.uint8]
def unbind(x: _Operand, dim: builtins.int = 0) -> tuple[Value, ...]:
    """The parts along an axis, without it."""
def unflatten(x: _Operand, dim: builtins.int, sizes: _Shape) -> Value:
    """The axis dim as several."""
@overload
def unique(input: _Operand, sorted: builtins.bool = True, return_inverse: Literal[False] = False,
        return_counts: Literal[False] = False, dim: None = None) -> Value:
    """unique(input, sorted=True, return_inverse=False, return_counts=False, dim=None): as in PyTorch."""
@overload
def unique(input: _Operand, sorted: builtins.bool = True, *, return_inverse: Literal[True],
        return_counts: builtins.bool = False, dim: None = None) -> tuple[Value, ...]: ...
@overload
def unique(input: _Operand, sorted: builtins.bool = True, return_inverse: builtins.bool = False, *,
        return_counts: Literal[True], dim: None = None) -> tuple[Value, ...]: ...
def unsqueeze(x: _Operand, axis: _Axes | None = None, dim: _Axes | None = None) -> Value:
    """With a new axis of one element there, or with several."""
def value_and_grad(f: Callable[..., Any], argnums: builtins.int = 0, has_aux: builtins.bool = False
    ) -> Callable[..., Any]:
    """The function that gives f's value and its gradient by the argument number argnums, or by ..."""
def var(x: _Operand, axis: _Axes | None = None, *, dim: _Axes | None = None, ddof: builtins.int | None = None,
        correction: builtins.int | None = None, unbiased: builtins.bool | None = None,
        axes: _Axes | None = None, keepdims: builtins.bool = False, dims: _Axes | None = None,
        keepdim: builtins.bool = False) -> Value:
    """The mean squared distance from the mean: divided by n - ddof, which NumPy calls so; ..."""
def var_mean(input: _Operand, dim: _Axes | None = None, unbiased: builtins.bool = True,
        keepdim: builtins.bool = False) -> tuple[Value, Value]:
    """var_mean(input, dim=None, unbiased=True, keepdim=False): as in PyTorch."""
def vdot(input: _Operand, other: _Operand) -> Value:
    """vdot(input, other): as in PyTorch."""
@overload
def vjp(f: Value, *x: Any) -> Any:
    """vjp(y, gy, x): gy times the derivative of y. vjp(f, *primals): the value of f, and a ..."""
@overload
def vjp(f: Callable[..., Any], *x: Any, has_aux: builtins.bool = False) -> Any: ...
@overload
def vmap(f: Callable[..., Any], *, in_axes: Any = 0, out_axes: Any = 0) -> Callable[..., Any]:
    """vmap(y, x, rows): y for each row in the place of x. vmap(f): f for each element along an ..."""
@overload
def vmap(f: Value, *x: Value) -> Value: ...
def vstack(tensors: Sequence[_Operand]) -> Value:
    """vstack(tensors): as in PyTorch."""
def where(c: _Operand, a: _Operand, b: _Operand) -> Value:
    """Elements of a where c is true, elsewhere elements of b."""
@overload
def zeros() -> Init: ...  # type: ignore[misc]
@overload
def zeros(*sizes: _Shape, dtype: _DType | None = None, device: Any = None, requires_grad: Literal[True],
        name: str | None = None, size: _Shape | None = None, shape: _Shape | None = None) -> Parameter:
    """zeros(2, 3) or zeros((2, 3)): a value of this shape. zeros(): first values of a parameter."""
@overload
def zeros(*sizes: _Shape, dtype: _DType | None = None, device: Any = None,
        requires_grad: builtins.bool = False, name: str | None = None, size: _Shape | None = None,
        shape: _Shape | None = None) -> Value:
    """zeros(2, 3) or zeros((2, 3)): a value of this shape. zeros(): first values of a parameter."""
@overload
def zeros_like(x: _Operand, dtype: _DType | None = None, *, device: Any = None, requires_grad: Literal[True],
        name: str | None = None) -> Parameter:
    """As wg.fill(0, x.shape)"""
@overload
def zeros_like(x: _Operand, dtype: _DType | None = None, *, device: Any = None,
        requires_grad: builtins.bool = False, name: str | None = None) -> Value:
    """As wg.fill(0, x.shape)"""
def abs_(x: _V) -> _V: ...
def absolute_(x: _V) -> _V: ...
def acos_(x: _V) -> _V: ...
def acosh_(x: _V) -> _V: ...
def arccos_(x: _V) -> _V: ...
def arccosh_(x: _V) -> _V: ...
def arcsin_(x: _V) -> _V: ...
def arcsinh_(x: _V) -> _V: ...
def arctan_(x: _V) -> _V: ...
def arctanh_(x: _V) -> _V: ...
def asin_(x: _V) -> _V: ...
def asinh_(x: _V) -> _V: ...
def atan_(x: _V) -> _V: ...
def atanh_(x: _V) -> _V: ...
def ceil_(x: _V) -> _V: ...
def celu_(x: _V, *, alpha: builtins.float = 1) -> _V: ...
def cholesky_(x: _V) -> _V: ...
def cos_(x: _V) -> _V: ...
def cosh_(x: _V) -> _V: ...
def deg2rad_(x: _V) -> _V: ...
def elu_(x: _V, *, alpha: builtins.float = 1) -> _V: ...
def erf_(x: _V) -> _V: ...
def exp2_(x: _V) -> _V: ...
def exp_(x: _V) -> _V: ...
def expm1_(x: _V) -> _V: ...
def fix_(x: _V) -> _V: ...
def fliplr_(x: _V) -> _V: ...
def flipud_(x: _V) -> _V: ...
def floor_(x: _V) -> _V: ...
def frac_(x: _V) -> _V: ...
def gelu_(x: _V, *, by_tanh: builtins.bool = False) -> _V: ...
def hard_sigmoid_(x: _V) -> _V: ...
def hard_swish_(x: _V) -> _V: ...
def instance_norm_(x: _V, gamma: _Operand | None = None, beta: _Operand | None = None,
        groups: builtins.int | None = None, *, eps: builtins.float = 1e-5, axis: _Axes = -1,
        dim: _Axes | None = None) -> _V: ...
def inverse_(x: _V) -> _V: ...
def leaky_relu_(x: _V, *, slope: builtins.float = 0.01) -> _V: ...
def log10_(x: _V) -> _V: ...
def log1p_(x: _V) -> _V: ...
def log2_(x: _V) -> _V: ...
def log_(x: _V) -> _V: ...
def log_softmax_(x: _V, axis: _Axes = -1, *, temperature: builtins.float = 1, dim: _Axes | None = None
    ) -> _V: ...
def logical_not_(x: _V) -> _V: ...
def mish_(x: _V) -> _V: ...
def neg_(x: _V) -> _V: ...
def negative_(x: _V) -> _V: ...
def positive_(x: _V) -> _V: ...
def rad2deg_(x: _V) -> _V: ...
def reciprocal_(x: _V) -> _V: ...
def relu_(x: _V) -> _V: ...
def rms_norm_(x: _V, gamma: _Operand | None = None, *, eps: builtins.float = 1e-5, axis: _Axes | None = None,
        axes: _Axes | None = None, dim: _Axes | None = None, dims: _Axes | None = None) -> _V: ...
def round_(x: _V, decimals: builtins.int = 0) -> _V: ...
def rsqrt_(x: _V) -> _V: ...
def selu_(x: _V) -> _V: ...
def sgn_(x: _V) -> _V: ...
def sigmoid_(x: _V) -> _V: ...
def sign_(x: _V) -> _V: ...
def silu_(x: _V) -> _V: ...
def sin_(x: _V) -> _V: ...
def sinh_(x: _V) -> _V: ...
def softmax_(x: _V, axis: _Axes = -1, *, temperature: builtins.float = 1, dim: _Axes | None = None) -> _V: ...
def softplus_(x: _V) -> _V: ...
def softsign_(x: _V) -> _V: ...
def sqrt_(x: _V) -> _V: ...
def square_(x: _V) -> _V: ...
def tan_(x: _V) -> _V: ...
def tanh_(x: _V) -> _V: ...
def tril_(x: _V, diagonal: builtins.int = 0, k: builtins.int | None = None, offset: builtins.int = 0
    ) -> _V: ...
def triu_(x: _V, diagonal: builtins.int = 0, k: builtins.int | None = None, offset: builtins.int = 0
    ) -> _V: ...
def trunc_(x: _V) -> _V: ...
