# SPDX-License-Identifier: MIT
# Made by tools/build/stubs.py: make docs.
from collections.abc import Callable, Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from . import Cache, Context, Data, Figure, Graph, Group, Init, Optimizer
from . import Params, Report, Table, Value, _Axes, _DType, _Operand, _Path, _Shape


class _Allocator:
    resize: Any

class _AttrRow:
    name: str | None
    kind: str
    offset: int
    standard: str | None
    choices: str | None

class _Average:
    def free(self) -> None:
        """Frees the average."""
    def step(self) -> None:
        """Takes the present values of p into the averages."""
    def use(self, on: bool) -> None:
        """Gives p the averages, or its own values again."""

class _Batch:
    x: NDArray[Any]
    y: NDArray[Any]
    n: int

class _Bound:
    seconds: float
    by_memory: bool
    level: int

class _Builtin:
    name: str | None
    usage: str | None
    summary: str | None

class _ByPointer:
    f: Any

class _Call:
    op: _Op
    here: str | None
    operands: int
    first: int
    after: int
    result: Value

class _CheckComponent:
    yours: float
    numeric: float
    bar: float
    left: float
    right: float
    word: str | None
    why: str

class _CheckFacts:
    verdict: str
    reason: str | None
    name: str | None
    where: str | None
    value: float
    ratio: float
    word: str | None
    why: str | None
    floor: float
    eps: float
    noise: float
    evaluations: int
    gradients: int
    seed: int
    gaps: int
    first_gap: str | None
    stopped: bool
    findings: int
    inputs: int
    points: int
    unreached: int
    rules: _CheckRules
    second: _CheckSecond

class _CheckFinding:
    stage: str | None
    op: str | None
    where: str | None
    name: str | None
    operand: int
    by: str | None
    shape: tuple[int, ...]
    element: int
    yours: float
    numeric: float
    bar: float
    remedy: str | None
    point: str | None
    wrong: int
    node: int

class _CheckInput:
    name: str | None
    shape: tuple[int, ...]
    verdict: str
    ratio: float
    floor: float
    worst: int
    analytic: NDArray[Any]
    numeric: NDArray[Any]
    slope: NDArray[Any]
    bar: NDArray[Any]
    resolution: float
    here: float
    op: str | None
    where: str | None
    reason: str | None
    hint: str | None
    course: int
    alone: int
    directions: int
    zeros: int
    wrong: int
    left_out: bool
    node: int

class _CheckPoint:
    text: str | None
    used: bool
    why: str | None
    clear: int
    differ: int
    unclear: int
    kinks: int

class _CheckRules:
    compared: int
    unclear: int
    not_built: int
    held: int
    narrow: int

class _CheckSecond:
    order: int
    rules: int
    unclear: int
    whole: bool
    zero: bool
    blurred: int
    resolution: float
    reason: str | None
    kink: str | None

class _Claim:
    line: int
    text: str | None
    left: Value
    right: Value
    relation: str
    within: Value
    part: list[_ClaimPart]
    parts: int

class _ClaimPart:
    name: str | None
    shape: tuple[int, ...]

class _Column:
    name: str | None
    type: str
    missing: int
    words: int
    why: str | None
    form: str | None

class _CustomVjpAttr:
    rule: Any

class _Failure:
    op: str | None
    here: str | None
    message: str | None
    operands: int
    operand: list[Value]

class _Fault:
    index: int
    value: int
    limit: int
    text: str | None
    operand: int

class _FitLine:
    word: str | None
    epoch: int
    epochs: int
    measures: int
    name: list[str]
    is_share: NDArray[Any]
    value: NDArray[Any]
    has_dev: bool
    has_gradient: bool
    dev: float
    gradient: float
    rows: float
    seconds: float
    left: float
    def text(self) -> tuple[None, str]:
        """Trains p, a wg.Params or a wg.nn.Module, by the rows of data, a wg.Data or a pair of arrays ..."""

class _FitLoop:
    step: Any
    measure: Any
    ended: Any
    epochs: int
    patience: int
    p: Params
    kept: Params
    epoch: int
    best: int
    least: float

class _Fitted:
    status: str
    epochs: int
    best: int
    loss: float
    dev: float
    metric: float
    dev_metric: float

class _Given:
    name: str | None
    value: Value

class _GraphWatch:
    live: int
    changed: int
    nodes: Any

class _Kernel:
    begin: int
    end: int
    phase: int
    operands: int
    outputs: int
    x: Any
    y: Any
    step: Any
    xt: _Type
    yt: _Type
    seed: int
    epoch: int
    fault: _Fault

class _Limits:
    f32: float
    f64: float
    bytes: NDArray[Any]
    bandwidth: NDArray[Any]

class _Manner:
    kind: str | None
    lr: float
    keep: float
    coupled: float
    shrink: float
    lazy: bool

class _Mean:
    value: float
    weight: float
    def add(self, value: float, weight: float) -> None:
        """Adds a value with its weight."""

class _Measure:
    text: str | None
    node: Value

class _Moved:
    from_: Value
    to: Value
    name: str | None

class _NearestWord:
    word: str | None
    best: str | None
    length: int
    limit: int

class _NnKind:
    name: str | None
    make: Any
    part: int
    part_size: int
    list: Any
    first: int
    share: int
    sizes: int
    rows: _AttrRow
    init: int
    is_norm: bool

class _NnPart:
    dense: int
    conv: int
    conv_transpose: int
    rnn: int
    lstm: int
    gru: int
    attention: int
    transformer: int
    embedding: int
    batch_norm: bool
    layer_norm: bool
    rms_norm: bool
    max_pool: tuple[int, ...]
    avg_pool: tuple[int, ...]
    drop: float
    flatten: bool
    op: Any
    layer: Any
    no_bias: bool
    size: tuple[int, ...]
    stride: tuple[int, ...]
    padding: tuple[int, ...]
    same: bool
    bidirectional: bool
    causal: bool
    width: int

class _NnStates:
    y: Value
    h: Value
    c: Value

class _NodeMark:
    node: Value
    kind: str
    text: str | None

class _OpHints:
    adjoint_at_limits: str | None
    stored: int
    optional: int
    lazy: int
    lazy_if: int
    promote_from: int
    chooses: bool
    loss: bool
    activation: bool
    flops: Any
    rewrite: Any
    asks: bool
    own: bool
    source: bool
    exact: Any
    fold: bool
    repeats: bool
    arithmetic: str
    unit: float
    own_scratch: bool
    prepared: int
    prepare: Any
    picks_rows: Any
    alias: Any
    view: str
    runs: Any
    joined: _Op
    joins: _Op
    merge: Any
    library: _Op
    sample: Any
    error: Any
    computed: str | None
    reserved: Any

class _OptimChoice:
    name: str | None
    setting: list[_OptimSetting]
    settings: int
    schedule: str | None
    number: NDArray[Any]

class _OptimSetting:
    name: str | None
    value: float

class _Option:
    name: str | None
    type: str | None
    standard: str | None
    range: str | None
    text: str | None
    kind: str
    offset: int
    size: int

class _OptionEntry:
    rows: Any
    next: _OptionEntry

class _OptionList:
    name: str | None
    size: int
    mark: int
    option: list[_Option]
    count: int
    places: int

class _Panel:
    def image(self, name: str | None = None, *, values: _Operand | None = None,
            x: tuple[float, float] | None = None, y: tuple[float, float] | None = None, nx: int | None = None,
            ny: int | None = None,
            map: Literal["default", "sequential", "diverging", "grey", "classes"] | None = None,
            low: float | None = None, high: float | None = None, numbers: bool = False, bar: bool = True,
            levels: _Operand | None = None, log_levels: bool | None = None, level_texts: bool = True,
            color: Literal["default", "blue", "orange", "green", "pink", "yellow", "sky", "brown", "violet", "grey"] | None = None,
            width: float = 1) -> _Series:
        """The name of a contour stands in the legend, that of an image at its colour bar. values as ..."""
    def contour(self, name: str | None = None, *, values: _Operand | None = None,
            x: tuple[float, float] | None = None, y: tuple[float, float] | None = None, nx: int | None = None,
            ny: int | None = None,
            map: Literal["default", "sequential", "diverging", "grey", "classes"] | None = None,
            low: float | None = None, high: float | None = None, numbers: bool = False, bar: bool = True,
            levels: _Operand | None = None, log_levels: bool | None = None, level_texts: bool = True,
            color: Literal["default", "blue", "orange", "green", "pink", "yellow", "sky", "brown", "violet", "grey"] | None = None,
            width: float = 1) -> _Series:
        """Values as lines of equal level."""
    def surface(self, name: str | None = None, *, values: _Operand | None = None,
            x: tuple[float, float] | None = None, y: tuple[float, float] | None = None, nx: int | None = None,
            ny: int | None = None,
            map: Literal["default", "sequential", "diverging", "grey", "classes"] | None = None,
            low: float | None = None, high: float | None = None, numbers: bool = False, bar: bool = True,
            levels: _Operand | None = None, log_levels: bool | None = None, level_texts: bool = True,
            color: Literal["default", "blue", "orange", "green", "pink", "yellow", "sky", "brown", "violet", "grey"] | None = None,
            width: float = 1) -> _Series:
        """The values as a surface in a box, seen from the side and from above."""
    def text(self, x: float, y: float, text: str | None = None) -> None:
        """A text that begins at a point; near the right end of the panel it ends there."""
    def arrow(self, x0: float, y0: float, x1: float, y1: float, text: str | None = None) -> None:
        """An arrow between two points, with a text at its start. text may be None."""
    def at_x(self, x: float, text: str | None = None) -> None:
        """A line over the whole panel: upright at x, or level at y."""
    def at_y(self, y: float, text: str | None = None) -> None:
        """A level line over the whole panel."""

class _Pattern:
    count: int
    row: NDArray[Any]
    column: NDArray[Any]

class _Plan:
    steps: int
    ops: int
    buffers: int
    threads: int
    runs: int
    step: list[_PlanStep]
    op: list[_PlanOp]
    buffer: list[_PlanBuffer]
    inputs: int
    parameters: int
    workspace: int
    results: int
    gradients: int
    tiles: int
    seconds: float
    def free(self) -> None:
        """Frees the plan."""

class _PlanBuffer:
    where: str
    name: str | None
    offset: int
    bytes: int
    first: int
    last: int

class _PlanOp:
    op: str | None
    name: str | None
    derived: bool
    node: int
    shape: tuple[int, ...]
    dtype: np.dtype[Any] | None
    flops: float
    operands: int
    operand: NDArray[Any]

class _PlanStep:
    first_op: int
    ops: int
    tile: int
    tiles: int
    chunks: int
    dtype: np.dtype[Any] | None
    reads: int
    writes: int
    read: NDArray[Any]
    write: NDArray[Any]
    read_bytes: float
    write_bytes: float
    flops: float
    seconds: float

class _Product:
    order: str
    m: int
    n: int
    k: int
    ta: bool
    tb: bool
    axes: int
    dim: NDArray[Any]
    sa: NDArray[Any]
    sb: NDArray[Any]

class _Program:
    def free(self) -> None:
        """Frees the program."""
    def set(self, name: str, t: _Operand) -> None:
        """Gives an input its value, or replaces the value of a constant."""
    def data_in(self, folder: str, hint: str | None = None) -> None:
        """For a program that somebody else has written: its csv() reads files of this folder and ..."""
    def build(self, p: Params, mode: Literal["train", "eval"]) -> None:
        """Appends the nodes of all statements to g."""
    def names(self) -> int:
        """How many names statements bind, in order."""
    def name(self, i: int) -> str | None:
        """Name i of those that statements bind."""
    def node(self, name: str | None = None) -> Value:
        """Of a name that a statement binds, or one in a block or a call of a function: "h.z", "h.0.z" ..."""
    def last(self) -> Value:
        """The value of the last statement."""
    def drawn(self) -> str | None:
        """What the last build drew for lack of data: "x, y drawn at random, m = 7, seed 0"; or ""."""
    def plots(self) -> int:
        """How many statements plot the program has, and the figure of statement i."""
    def figure(self, i: int, f: Figure) -> Figure:
        """The figure of statement i that plots."""
    def plot_title(self, i: int) -> str | None:
        """The title of plot i; "": it has none; NULL: no such statement."""
    def lasts(self) -> int:
        """How many values the last statement has: (a, b) = f(x) has two, and the functions above give ..."""
    def last_part(self, i: int) -> tuple[Value, str | None]:
        """How many values the last statement has: (a, b) = f(x) has two, and the functions above give ..."""

class _Rule:
    op: _Op
    here: str | None
    operands: int
    x: _Type
    node: Value
    y: list[_Type]
    graph: Graph
    made: list[tuple[int, ...]]
    text: str

class _Runs:
    from_: int
    run: int
    stride: int

class _SaveChecks:
    refuse: Any
    resumed: Any

class _Saved:
    name: str | None
    value: NDArray[Any]
    state: bool

class _Series:
    def add(self, x: float, y: float) -> None:
        """Adds a point; to a band the curve y, above 0."""
    def push(self, y: float) -> None:
        """The same with x = 1, 2, 3, ...; to a histogram a value; to bars the next bar, at 0, 1, 2, ..."""
    def band(self, x: float, low: float, high: float) -> None:
        """Adds the ends of the area at x."""
    def bar(self, name: str, y: float) -> None:
        """A bar over a name."""
    def add_all(self, x: _Operand, y: _Operand) -> None:
        """N points at once. x None: as wg.series_push."""
    def tensor(self, t: _Operand) -> None:
        """All elements, as wg.series_push."""

class _Setting:
    kind: str
    given: bool
    whole: int
    real: float
    list: tuple[int, ...]
    word: str

class _SizeName:
    name: str | None
    size: int
    other: Graph
    other_size: int
    of: Graph

class _Snapshot:
    def free(self) -> None:
        """Frees the snapshot."""

class _Symbol:
    name: str | None
    size: int
    given: bool

class _Training:
    line: int
    loss: _Measure
    metric: list[_Measure]
    metrics: int
    optimizer: _OptimChoice
    batch: int
    epochs: int
    patience: int
    minimizes: bool
    tolerance: float

class _Type:
    shape: _Shape
    dtype: np.dtype[Any] | None

class _UserCall:
    here: str | None
    name: str | None

from . import abs as abs
from . import accuracy as accuracy
from . import acos as acos
from . import acosh as acosh
from . import adadelta as adadelta
from . import adagrad as adagrad
from . import adam as adam
from . import adamax as adamax
from . import adamw as adamw
from . import adaptive_pool as adaptive_pool
from . import add as add
from . import addn as addn
from . import all_of as all_of
def any(s: _Shape) -> Value:
    """Operands for samples: inputs of the context's dtype whose values have few decimals."""
def any_class(classes: int, s: _Shape) -> Value:
    """Class numbers for samples."""
from . import any_of as any_of
def apply(op: Any, x: Sequence[_Operand]) -> Value:
    """Makes a node."""
def apply1(x: _Operand, op: Any) -> Value:
    """The same for ops of one or two operands without attributes."""
def apply2(a: _Operand, b: _Operand, op: Any) -> Value:
    """A node of an op of two operands without attributes."""
from . import arange as arange
from . import argmax as argmax
from . import argmin as argmin
from . import argsort as argsort
from . import asin as asin
from . import asinh as asinh
def assign(state: _Operand, value: _Operand) -> None:
    """Says that the state's next value is that of node `value`."""
from . import assigned as assigned
from . import atan as atan
from . import atan2 as atan2
from . import atanh as atanh
from . import attention as attention
def average_free(a: Any) -> None:
    """Frees the average."""
def average_new(p: Params, *, decay: float = 0) -> _Average:
    """Averages of the f32 and f64 values of p, states too."""
def average_step(a: Any) -> None:
    """Takes the present values of p into the averages."""
def average_use(a: Any, on: bool) -> None:
    """Gives p the averages, or its own values again."""
from . import avg_pool as avg_pool
def axes_given(axis: int, axes: _Axes) -> tuple[int, ...]:
    """The axes that a call gives by its options axis= and axes=, as an attribute."""
def backward(loss: _Operand, p: Params) -> None:
    """Computes the loss, a scalar, and its gradients with respect to all parameters of p that it ..."""
def backward_add(loss: _Operand, p: Params) -> None:
    """The same, but adds to the gradients that p has."""
from . import batch_norm as batch_norm
from . import bce as bce
from . import bce_with_logits as bce_with_logits
def begin(mode: Literal["train", "eval"]) -> None:
    """Removes all nodes, sets the mode, keeps the memory."""
from . import bernoulli as bernoulli
def between(low: float, high: float, s: _Shape) -> Value:
    """A uniform operand for samples."""
from . import binary_cross_entropy as binary_cross_entropy
def box_muller(u: float, v: float) -> float:
    """A standard normal draw from two uniform draws, u in (0, 1] and v in [0, 1) (Box and Muller ..."""
from . import broadcast_to as broadcast_to
def c_write(y: _Operand, path: _Path, *, name: str | None = None, loss: _Operand | None = None,
        optim: Optimizer | None = None, constants: Value | Sequence[Value] | None = None) -> None:
    """Writes what computes y, of any shape, from the inputs of its graph: they are the arguments, ..."""
from . import cast as cast
from . import categorical as categorical
from . import ceil as ceil
from . import celu as celu
def check_component_at(r: Report, input: int, i: int) -> _CheckComponent:
    """Component i of an input."""
def check_exit(r: Report) -> int:
    """0 pass, 1 fail, 5 inconclusive."""
def check_facts_of(r: Report) -> _CheckFacts:
    """The facts of a report."""
def check_finding_at(r: Report, i: int) -> _CheckFinding:
    """Finding i; the first is nearest to the cause."""
def check_free(r: Report) -> None:
    """Frees the report, with all that is owned by it."""
def check_input_at(r: Report, i: int) -> _CheckInput:
    """Input i, in the order of the report."""
def check_marks(r: Report, g: Graph) -> list[_NodeMark]:
    """The nodes that the findings name, those whose gradients pass through them, and the ..."""
def check_no_value(why: str) -> float:
    """For such a function, where it has no value, as a logarithm of -0.2: return ..."""
def check_point_at(r: Report, i: int) -> _CheckPoint:
    """Point i: the given one is the first."""
def check_print(r: Report) -> str:
    """Prints the report."""
def check_unreached_at(r: Report, i: int) -> str | None:
    """The name of parameter, or node, i of those that the loss does not depend on."""
def check_verdict(r: Report) -> str:
    """Whether the gradient passes."""
def check_worst(r: Report, i: int) -> tuple[int, NDArray[Any]]:
    """Writes the components of input i that differ most to row, wrong ones first: at most `most`."""
from . import cholesky as cholesky
from . import clip as clip
def commit() -> None:
    """Stores what wg.assign says, without gradients."""
from . import concat as concat
def const(value: float) -> Init:
    """First values that are all the same."""
def context_dtype(*, context: Context | None = None) -> np.dtype[Any] | None:
    """The dtype of numbers and parameters that have no other."""
def context_seed(*, context: Context | None = None) -> int:
    """The seed of all random draws."""
def context_set_draws(draws: int, *, context: Context | None = None) -> None:
    """Sets that number."""
def context_threads(*, context: Context | None = None) -> int:
    """How many threads compute."""
from . import conv as conv
from . import conv_transpose as conv_transpose
def copy_f32(n: _Operand) -> NDArray[Any]:
    """Copies all elements, converted. `to` has room for count elements; too little room is an error."""
def copy_f64(n: _Operand) -> NDArray[Any]:
    """Copies all elements, converted, into doubles."""
from . import cos as cos
from . import cosh as cosh
from . import cosine_loss as cosine_loss
from . import cosine_similarity as cosine_similarity
from . import cumprod as cumprod
from . import cumsum as cumsum
from . import custom_vjp as custom_vjp
def data_about(d: Data) -> str | None:
    """Where the data comes from, and whom to credit."""
def data_all(d: Data) -> _Batch:
    """Fills b with all rows, unshuffled."""
def data_class(d: Data, k: int) -> str | None:
    """The word of class k."""
def data_column(d: Data, k: int) -> str | None:
    """The name of column k of x, with "=word" if it is a column for a word, and the word of class ..."""
def data_copy(d: Data) -> Data:
    """A set with the same rows, order and epoch, which begins again."""
def data_csv(path: _Path, *, y: str | None = None, x: str | None = None, skip: str | None = None,
        like: Data | None = None, context: Context | None = None) -> Data:
    """A CSV file, or another one that table.h describes: rows of fields."""
def data_digits(*, context: Context | None = None) -> Data:
    """1,797 handwritten digits of the UCI repository, in no file: x [n,64] from 0 to 1, y [n] ..."""
def data_epoch(d: Data) -> int:
    """The number of finished epochs."""
def data_fold(d: Data, i: int, of: int) -> Data:
    """Cross-validation: moves fold number i of `of` to a new set."""
def data_free(d: Data) -> None:
    """Frees the set."""
def data_from(x: _Operand, y: _Operand, *, context: Context | None = None) -> Data:
    """A set made of two tensors with the same number of rows (axis 0)."""
def data_idx(images: str, labels: str, *, context: Context | None = None) -> Data:
    """A set from two IDX files. x [n, ...]: bytes are scaled to 0 .. 1. y [n]: class numbers; any ..."""
def data_make(name: str, n: int, *, noise: float | None = None, classes: int | None = None,
        seed: int | None = None, context: Context | None = None) -> Data:
    """A set by its name, as the command's --data and the calls of the language have it. n 0: as ..."""
def data_mnist(folder: str, part: Literal["train", "eval"], *, context: Context | None = None) -> Data:
    """MNIST from the four files in a folder (tools/mnist.sh fetches them). "train": 60,000 rows; ..."""
def data_next(d: Data) -> _Batch | None:
    """Fills b with the next batch of at most size rows."""
def data_normalise(d: Data, which: str) -> None:
    """"x": replaces x by (x - mu) / sigma, with the mean and standard deviation of each column of ..."""
def data_normalise_like(d: Data, train: Data) -> None:
    """Normalises d by the means and deviations of `train`."""
def data_rows(d: Data) -> int:
    """The number of rows."""
def data_scale(d: Data, which: str, k: int) -> tuple[float, float]:
    """Writes the mean and standard deviation of column k that normalised x or y; 0 and 1: it is ..."""
def data_shuffle(d: Data, on: bool) -> None:
    """From the next epoch on; default: on."""
def data_split(d: Data, share: float) -> Data:
    """Moves a random share (0 to 1) of the rows of d to a new set."""
def data_x(d: Data) -> NDArray[Any]:
    """All rows, unshuffled; the memory is d's."""
def data_y(d: Data) -> NDArray[Any]:
    """Likewise; data NULL: the set has none."""
from . import dense as dense
def depends_on(y: _Operand, x: _Operand) -> bool:
    """Whether y is x, or is computed from it."""
from . import det as det
from . import diagonal as diagonal
def dim(n: _Operand, axis: int) -> int:
    """The size of n along an axis."""
from . import div as div
from . import dot as dot
def draw(root: _Operand, path: _Path, *, format: str | None = None, style: str | None = None,
        id: str | None = None, title: str | None = None, values: bool = False, heatmaps: bool = False,
        level: str | None = None, overlay: str | None = None, steps: bool = False, hide: str | None = None,
        width: int = 100, edges: str | None = None, top_down: bool = False, legend: bool = False,
        scopes: bool = True, most: int | None = None, fit: str | None = None, keep: str | None = None,
        depth: int = 0, seconds: float = 20, backward: bool = False,
        wrt: Value | Sequence[Value] | None = None, sizes: Any = None, beside: _Operand | None = None,
        source: str | None = None, marks: Any = None, ansi: bool = False, fold: bool | None = None,
        series: bool = False, limits: Any = None) -> None:
    """Draws root and every node that it depends on; or the whole graph, a failed call included."""
def draw_graph(g: Graph, path: _Path, *, format: str | None = None, style: str | None = None,
        id: str | None = None, title: str | None = None, values: bool = False, heatmaps: bool = False,
        level: str | None = None, overlay: str | None = None, steps: bool = False, hide: str | None = None,
        width: int = 100, edges: str | None = None, top_down: bool = False, legend: bool = False,
        scopes: bool = True, most: int | None = None, fit: str | None = None, keep: str | None = None,
        depth: int = 0, seconds: float = 20, backward: bool = False,
        wrt: Value | Sequence[Value] | None = None, sizes: Any = None, beside: _Operand | None = None,
        source: str | None = None, marks: Any = None, ansi: bool = False, fold: bool | None = None,
        series: bool = False, limits: Any = None) -> None:
    """Draws all nodes of a graph."""
def draw_plan(p: Any, path: _Path, *, format: str | None = None, style: str | None = None,
        id: str | None = None, title: str | None = None, values: bool = False, heatmaps: bool = False,
        level: str | None = None, overlay: str | None = None, steps: bool = False, hide: str | None = None,
        width: int = 100, edges: str | None = None, top_down: bool = False, legend: bool = False,
        scopes: bool = True, most: int | None = None, fit: str | None = None, keep: str | None = None,
        depth: int = 0, seconds: float = 20, backward: bool = False,
        wrt: Value | Sequence[Value] | None = None, sizes: Any = None, beside: _Operand | None = None,
        source: str | None = None, marks: Any = None, ansi: bool = False, fold: bool | None = None,
        series: bool = False, limits: Any = None, context: Context | None = None) -> None:
    """Draws a plan of plan.h."""
def draw_text(root: _Operand, *, format: str | None = None, style: str | None = None, id: str | None = None,
        title: str | None = None, values: bool = False, heatmaps: bool = False, level: str | None = None,
        overlay: str | None = None, steps: bool = False, hide: str | None = None, width: int = 100,
        edges: str | None = None, top_down: bool = False, legend: bool = False, scopes: bool = True,
        most: int | None = None, fit: str | None = None, keep: str | None = None, depth: int = 0,
        seconds: float = 20, backward: bool = False, wrt: Value | Sequence[Value] | None = None,
        sizes: Any = None, beside: _Operand | None = None, source: str | None = None, marks: Any = None,
        ansi: bool = False, fold: bool | None = None, series: bool = False, limits: Any = None) -> str | None:
    """The picture as the text of a file "dot", "svg", "txt", "json" ... by format= (default txt)."""
from . import dropout as dropout
def dtype_name(t: _DType) -> str | None:
    """"f32", "f64", "i32", ..."""
def dtype_size(t: _DType) -> int:
    """The bytes of an element."""
from . import eigh as eigh
from . import einsum as einsum
from . import elu as elu
from . import equal as equal
from . import erf as erf
from . import exp as exp
from . import expand_dims as expand_dims
from . import expm1 as expm1
from . import extern as extern
from . import eye as eye
def fail(s: Literal["ok", "error_shape", "error_dtype", "error_value", "error_use", "error_gradient", "error_file", "error_format", "error_memory", "error_missing", "error_user", "error_syntax", "error_interrupted"],
        text: str, *, context: Context | None = None) -> None:
    """Records an error, as the library does."""
def failed(*, context: Context | None = None) -> str:
    """The first error's status, "ok" if there is none."""
def figure_frame(f: Figure, name: str | None = None) -> None:
    """Begins a frame: what is made from now on is shown in this frame alone."""
def figure_free(f: Figure) -> None:
    """Frees the figure with its panels and series."""
def figure_new(title: str | None = None, *, description: str | None = None, columns: int | None = None,
        width: float | None = None, height: float | None = None, context: Context | None = None) -> Figure:
    """A figure without panels."""
def figure_panel(f: Figure, i: int) -> _Panel:
    """Panel i, in the order of their making."""
def figure_save(f: Figure, path: _Path, *,
        format: Literal["svg", "html", "tex", "txt", "png", "pdf"] | None = None, id: str | None = None,
        frame: int | None = None, width: float | None = None, height: float | None = None,
        columns: int | None = None, ascii: bool | None = None, part: bool = False, color: bool | None = None
    ) -> None:
    """Writes the figure to a file, whose ending says the format."""
def figure_text(f: Figure, path: _Path, *,
        format: Literal["svg", "html", "tex", "txt", "png", "pdf"] | None = None, id: str | None = None,
        frame: int | None = None, width: float | None = None, height: float | None = None,
        columns: int | None = None, ascii: bool | None = None, part: bool = False, color: bool | None = None
    ) -> str | None:
    """The same as a text, of every format but PNG and PDF."""
from . import fill as fill
from . import Context as finish
from . import fit as fit
def fit_is_share(n: _Operand) -> bool:
    """Whether a node is a mean of comparisons, and so a share between 0 and 1."""
def fit_line_is_due(epoch: int, epochs: int, few: bool) -> bool:
    """Whether a line is wanted where lines stay: of many epochs at most about a hundred, or ten ..."""
from . import fit as fit_line_text
from . import fit as fit_run
from . import fixed_point as fixed_point
from . import flip as flip
from . import floor as floor
from . import floor_divide as floor_divide
from . import fmod as fmod
def formula_print(formula: str, form: Literal["unicode", "ascii", "latex"]) -> str:
    """Writes the formula to buf as snprintf does, at most size bytes with the final 0."""
from . import gather as gather
from . import gelu as gelu
def glorot() -> Init:
    """Normal, variance 2 / (n_in + n_out) (Glorot and Bengio 2010)."""
from . import grad as grad
def gradcheck(loss: _Operand, p: Params, *, eps: float | None = None, one_sided: bool = False,
        name: str | None = None, components: int | None = None, progress: Callable[..., Any] | None = None,
        order: int = 1, course_only: bool = False, tolerance: float = 0, accuracy: float = 0,
        evaluations: int | None = None, intended: str | None = None, names: str | None = None) -> Report:
    """Checks the gradients of a scalar loss with respect to the parameters of p, or with p None ..."""
from . import check as gradcheck_fn
def gradcheck_nodes(loss: _Operand, x: Sequence[_Operand], *, eps: float | None = None,
        one_sided: bool = False, name: str | None = None, components: int | None = None,
        progress: Callable[..., Any] | None = None, order: int = 1, course_only: bool = False,
        tolerance: float = 0, accuracy: float = 0, evaluations: int | None = None,
        intended: str | None = None, names: str | None = None) -> Report:
    """The same for n nodes of your choice, inputs or parameters."""
def gradcheck_op(op: Any, x: Sequence[_Operand], *, eps: float | None = None, one_sided: bool = False,
        name: str | None = None, components: int | None = None, progress: Callable[..., Any] | None = None,
        order: int = 1, course_only: bool = False, tolerance: float = 0, accuracy: float = 0,
        evaluations: int | None = None, intended: str | None = None, names: str | None = None) -> Report:
    """Checks an op of yours at the values of the operands x: each operand of a float dtype. attr ..."""
from . import check as gradcheck_values
def grads(y: _Operand, x: Sequence[_Operand]) -> list[Value]:
    """The same for n nodes x, in one reverse sweep. gx gets n nodes."""
def graph_bytes(g: Graph) -> int:
    """The bytes of memory that the graph holds: nodes, values, workspace."""
def graph_context(g: Graph) -> Context:
    """The context in which the graph was made."""
def graph_draw_anew(g: Graph, on: bool) -> None:
    """On: each random node that is made in g from now on has a stream of its own, which no other ..."""
def graph_free(g: Graph) -> None:
    """G may be None. wg.finish frees what is left."""
def graph_mode(g: Graph) -> str:
    """The mode that g.begin set."""
from . import Graph as graph_new
def graph_node(g: Graph, i: int) -> Value:
    """Node i, in the order in which nodes were made."""
def graph_nodes(g: Graph) -> int:
    """Their number; node 0 is the graph's error node."""
def graph_of(n: _Operand) -> Graph:
    """The graph of a node; None: a number or None."""
def graph_set_epoch(g: Graph, epoch: int) -> None:
    """Sets the epoch, and ends the evaluation."""
def graph_watch_by(g: Graph) -> _GraphWatch:
    """Looks there from now on; None: nowhere."""
from . import greater as greater
from . import greater_equal as greater_equal
def group_mean(all: Group, k: int) -> float:
    """Number k of the last batch, as a mean over its rows."""
from . import Group as group_next
from . import group_norm as group_norm
def group_note(all: Group, k: int, value: float) -> None:
    """Number k of this shard, a mean over its rows; k from 0 to 15."""
def group_of(*, context: Context | None = None) -> Group:
    """NULL: it has none."""
def group_rank(all: Group) -> int:
    """Of this process, from 0 on."""
def group_same(all: Group, what: str, bytes: bytes) -> None:
    """To be called by every process, between batches: an error, unless all give the same bytes. ..."""
def group_shards(all: Group) -> int:
    """Into how many parts each batch is cut."""
def group_share(all: Group, there: bool) -> bool:
    """Gives all that wg.save writes from rank 0 to the other processes, which then have the same ..."""
def group_size(all: Group) -> int:
    """How many processes."""
def group_speaks(all: Group) -> bool:
    """Whether this process prints what is printed once: rank 0, and of an error the lowest rank ..."""
from . import Group as group_start
def group_stop(all: Group, ask: bool) -> bool:
    """Asks all processes to stop, because of a signal, say."""
def group_sum(all: Group) -> NDArray[Any]:
    """For measures that are shared out in another way: each value becomes the sum over all ..."""
from . import hard_sigmoid as hard_sigmoid
from . import hard_swish as hard_swish
def he() -> Init:
    """Normal, variance 2 / n_in (He et al. 2015)."""
from . import hessian as hessian
from . import hinge as hinge
def hold(n: _Operand) -> tuple[_Held, NDArray[Any]]:
    """The value of a node, which stays as it is and where it is until wgx_release, beyond ..."""
from . import huber as huber
def hvp(y: _Operand, x: Sequence[_Operand], v: Sequence[_Operand]) -> list[Value]:
    """H v, with H the second derivatives of a scalar y by x. v[i] has the shape of x[i]. hv gets ..."""
def identity() -> Init:
    """The operand itself. 1 where both indices are equal, else 0; for two axes."""
def idx_read(path: _Path, *, context: Context | None = None) -> NDArray[Any]:
    """Reads IDX, the format of the MNIST files, with all its types."""
from . import index_along as index_along
def input(name: str, t: _Operand) -> Value:
    """An input."""
def input_set(input: _Operand, t: _Operand) -> None:
    """New values for an input."""
from . import instance_norm as instance_norm
def interrupt(*, context: Context | None = None) -> None:
    """Ends the computation that runs now, in another thread or around a signal handler, where it ..."""
from . import inverse as inverse
def item(n: _Operand) -> float:
    """The value of a node with one element, or of a number."""
from . import jacobian as jacobian
def jacobian_sparse(y: _Operand, x: _Operand, p: Any) -> Value:
    """The elements of the Jacobian d y / d x at the places p, as a vector of p.count elements."""
def jvp(y: _Operand, x: Sequence[_Operand], v: Sequence[_Operand]) -> Value:
    """J v, in the shape of y: forward mode. v[i] has the shape of x[i]."""
from . import keep as keep
from . import kl as kl
from . import l2 as l2
from . import layer_norm as layer_norm
from . import lbfgs as lbfgs
from . import leaky_relu as leaky_relu
from . import less as less
from . import less_equal as less_equal
def limits_measure(*, context: Context | None = None) -> _Limits:
    """Measures what the machine can do with the context's threads."""
from . import linear_scan as linear_scan
from . import linspace as linspace
from . import lion as lion
from . import log as log
from . import log1p as log1p
from . import log_softmax as log_softmax
from . import logcumsumexp as logcumsumexp
from . import logdet as logdet
from . import logical_and as logical_and
from . import logical_not as logical_not
from . import logical_or as logical_or
from . import logical_xor as logical_xor
from . import logsumexp as logsumexp
def lr_constant(lr: float, t: float) -> float:
    """Lr at all times."""
def lr_cosine(lr: float, t: float, steps: float) -> float:
    """From lr at 0 to 0 at `steps`, and 0 afterwards: lr (1 + cos(pi t / steps)) / 2 (Loshchilov ..."""
def lr_exponential(lr: float, factor: float, t: float) -> float:
    """Lr factor^t."""
def lr_inverse(lr: float, decay: float, t: float) -> float:
    """Lr / (1 + decay t)."""
def lr_one_cycle(most: float, t: float, steps: float) -> float:
    """One cycle (Smith 2018): by half a cosine from most / 25 to `most` in the first 30 % of ..."""
def lr_root(lr: float, t: float) -> float:
    """Lr / sqrt(t + 1)."""
def lr_staircase(lr: float, factor: float, every: float, t: float) -> float:
    """Lr factor^floor(t / every)."""
def lr_warm_up(lr: float, t: float, steps: float) -> float:
    """Lr (t + 1) / steps until that is lr, then lr."""
from . import lstsq as lstsq
from . import mae as mae
from . import matmul as matmul
from . import max as max
from . import max_pool as max_pool
from . import maximum as maximum
from . import mean as mean
def mean_add(m: Any, value: float, weight: float) -> _Mean:
    """Adds a value with its weight."""
def meant(word: str, kind: Literal["call", "name", "option", "flag", "command"],
        in_: Literal["wg", "c", "cpp", "python", "languages"]) -> str | None:
    """What to write for a word of another library, in this language."""
def message(*, context: Context | None = None) -> str | None:
    """"model.c:42: matmul: ..."; "" if there is none."""
from . import min as min
from . import minimum as minimum
from . import mish as mish
from . import momentum as momentum
from . import mse as mse
from . import mul as mul
from . import nadam as nadam
from . import name as name
def nearest(word: str, candidates: Sequence[str]) -> str | None:
    """The candidate nearest to a mistyped word, by edit distance with transpositions; case is ..."""
from . import neg as neg
from . import nll as nll
from . import nn_attention as nn_attention
from . import nn_batch_norm as nn_batch_norm
def nn_cache_clear(k: Cache) -> None:
    """For another text."""
def nn_cache_free(k: Cache) -> None:
    """Frees the cache."""
def nn_cache_new(*, context: Context | None = None) -> Cache:
    """An empty cache."""
def nn_cache_select(k: Cache, rows: _Operand) -> None:
    """Index i of the first axis, a text of the batch, becomes what index rows[i] was. n may be ..."""
def nn_cache_step(k: Cache) -> None:
    """Ends the step."""
def nn_cache_tokens(k: Cache) -> int:
    """The place of the next token; NULL: 0."""
from . import nn_conv as nn_conv
from . import nn_conv_transpose as nn_conv_transpose
from . import nn_dense as nn_dense
from . import nn_embedding as nn_embedding
from . import nn_group_norm as nn_group_norm
from . import nn_gru as nn_gru
from . import nn_gru_cell as nn_gru_cell
from . import nn_layer_norm as nn_layer_norm
from . import nn_lstm as nn_lstm
from . import nn_lstm_cell as nn_lstm_cell
from . import nn_rms_norm as nn_rms_norm
from . import nn_rnn as nn_rnn
from . import nn_rnn_cell as nn_rnn_cell
def nn_sequential(x: _Operand, p: Params, name: str, part: Any, *, share: bool = False) -> Value:
    """Layers one after the other."""
from . import nn_transformer_block as nn_transformer_block
def node_call(n: _Operand) -> tuple[str | None, Value]:
    """The name of that call; x, if not None: its first operand."""
def node_derives_from(y: _Operand, x: _Operand) -> bool:
    """Whether y has a derivative by x, a node of the same graph: it is made of it, and not only ..."""
def node_dtype(n: _Operand) -> np.dtype[Any] | None:
    """The dtype of its elements."""
def node_is_current(n: _Operand) -> bool:
    """Whether n is a node of the present build, and no node of a parameter that has changed since ..."""
def node_leaf(n: _Operand) -> str:
    """"none": computed from operands, or no node."""
def node_name(n: _Operand) -> str | None:
    """The name of the node; "" if it has none."""
def node_ok(n: _Operand) -> bool:
    """Made since the last g.begin, and not the error node."""
def node_op(n: _Operand) -> _Op:
    """The op that made the node."""
def node_op_name(n: _Operand) -> str | None:
    """"matmul", "input", "param", ...; "" for none."""
def node_operand(n: _Operand, k: int) -> Value | None:
    """Operand k of the node."""
def node_operands(n: _Operand) -> int:
    """How many operands the node has."""
def node_option(n: _Operand, name: str | None = None) -> _Setting | None:
    """The option of this name of the call that made n, as the call means it: what was written, or ..."""
def node_option_name(n: _Operand, k: int) -> str | None:
    """Of option k, from 0 on; NULL: there are no more."""
def node_scope(n: _Operand) -> str | None:
    """Its scope, "enc/t.3"; "" at the top."""
def node_shape(n: _Operand) -> tuple[int, ...]:
    """The sizes of its axes."""
def node_site(n: _Operand) -> str | None:
    """The call that made it."""
def node_trained_by(n: _Operand, to: Params) -> int:
    """The sets of the parameters by which n has a derivative: those that it is made of, and not ..."""
from . import nonzero as nonzero
from . import norm as norm
def normal(mean: float, deviation: float) -> Init:
    """First values from a normal distribution."""
from . import not_equal as not_equal
def npy_read(path: _Path, *, context: Context | None = None) -> NDArray[Any]:
    """NumPy's .npy 1.0 to 3.0, any byte order, C or Fortran order."""
def npy_write(path: _Path, t: _Operand, *, context: Context | None = None) -> None:
    """Writes .npy 1.0: the file is there whole or not at all."""
def number(value: float) -> Value:
    """A number as an operand: it takes the other operand's dtype."""
from . import odeint as odeint
from . import one_hot as one_hot
def onnx_apply(q: Any, x: Sequence[_Operand], mode: Literal["train", "eval"]) -> None:
    """Appends the nodes of a model to g, with n nodes of g in the place of its inputs and then of ..."""
def onnx_inputs(q: Any) -> int:
    """How many inputs a model has."""
def onnx_leaf(q: Any, i: int) -> tuple[str | None, NDArray[Any], bool]:
    """The name of input or parameter i; None: there are no more. value: gets the parameter's ..."""
def onnx_read(path: _Path, *, context: Context | None = None) -> _Program:
    """Reads a model."""
def onnx_result(q: Any, i: int) -> str | None:
    """The name of result i; NULL: there are no more."""
def onnx_write(y: _Operand, path: _Path, *, opset: int = 17, outputs: Value | Sequence[Value] | None = None,
        names: Sequence[str] | None = None, inputs: Value | Sequence[Value] | None = None) -> None:
    """Writes the graph that y is computed from."""
def op_at(i: int) -> _Op:
    """The library's op number i."""
def op_count() -> int:
    """The library's ops, by index and by name."""
def op_find(name: str | None = None) -> _Op:
    """The library's op of this name."""
def optim_array(o: Optimizer, k: int, i: int) -> NDArray[Any]:
    """Array k of parameter i of the set."""
def optim_array_name(o: Optimizer, k: int) -> str | None:
    """The name of array k that the optimizer keeps for each parameter, by the formulas above: ..."""
def optim_clip_norm(o: Optimizer, max_norm: float) -> float:
    """Scales the gradients so that their Euclidean norm is at most max_norm."""
def optim_clip_value(o: Optimizer, max: float) -> None:
    """Bounds each element of the gradients to [-max, max]."""
def optim_free(o: Optimizer) -> None:
    """Frees the optimizer."""
def optim_group(o: Optimizer, pattern: str, *, lr_scale: float | None = None, lr: float | None = None,
        weight_decay: float | None = None, l1: float | None = None, decay: bool = True, lazy: bool = False
    ) -> None:
    """Options for the parameters whose names match a pattern, in which * stands for any ..."""
def optim_keep_gradients(o: Optimizer, on: bool) -> None:
    """On: gradients stay until the next backward or wgx_optim_zero_grad."""
def optim_kind(i: int) -> str | None:
    """For programs that read the optimizer from a text. wgx_optim_kind gives the names in ..."""
def optim_lr(o: Optimizer) -> float:
    """The step size."""
def optim_named(p: Params, kind: str, settings: Any) -> Optimizer:
    """Makes the optimizer of this name, with n options by name."""
def optim_set_array(o: Optimizer, k: int, i: int, t: _Operand) -> None:
    """Sets array k of parameter i to the values of t, of the same dtype and shape."""
def optim_set_lr(o: Optimizer, lr: float) -> None:
    """Sets the step size, from the next step on."""
def optim_set_option(o: Optimizer, name: str, value: float) -> None:
    """Sets an option by name, from the next step on; a bool is 0 or 1."""
def optim_set_steps(o: Optimizer, steps: _Operand) -> None:
    """Forgets all arrays, and sets these numbers: steps[i] of parameter i, 0 for those from n on."""
def optim_step(o: Optimizer) -> None:
    """One step with the gradients of the last backward."""
def optim_steps(o: Optimizer, i: int) -> int:
    """How many steps parameter i of the set has taken."""
def optim_zero_grad(o: Optimizer) -> None:
    """A step needs another backward, and wg.backward_add begins anew."""
def orthogonal() -> Init:
    """Uniformly distributed among such matrices (Saxe, McClelland and Ganguli 2014)."""
from . import outer as outer
from . import pad as pad
def panel_arrow(p: Any, x0: float, y0: float, x1: float, y1: float, text: str | None = None) -> None:
    """An arrow between two points, with a text at its start. text may be None."""
def panel_at_x(p: Any, x: float, text: str | None = None) -> None:
    """A line over the whole panel: upright at x, or level at y."""
def panel_at_y(p: Any, y: float, text: str | None = None) -> None:
    """A level line over the whole panel."""
def panel_contour(p: Any, name: str | None = None, *, values: _Operand | None = None,
        x: tuple[float, float] | None = None, y: tuple[float, float] | None = None, nx: int | None = None,
        ny: int | None = None,
        map: Literal["default", "sequential", "diverging", "grey", "classes"] | None = None,
        low: float | None = None, high: float | None = None, numbers: bool = False, bar: bool = True,
        levels: _Operand | None = None, log_levels: bool | None = None, level_texts: bool = True,
        color: Literal["default", "blue", "orange", "green", "pink", "yellow", "sky", "brown", "violet", "grey"] | None = None,
        width: float = 1) -> _Series:
    """Values as lines of equal level."""
def panel_image(p: Any, name: str | None = None, *, values: _Operand | None = None,
        x: tuple[float, float] | None = None, y: tuple[float, float] | None = None, nx: int | None = None,
        ny: int | None = None,
        map: Literal["default", "sequential", "diverging", "grey", "classes"] | None = None,
        low: float | None = None, high: float | None = None, numbers: bool = False, bar: bool = True,
        levels: _Operand | None = None, log_levels: bool | None = None, level_texts: bool = True,
        color: Literal["default", "blue", "orange", "green", "pink", "yellow", "sky", "brown", "violet", "grey"] | None = None,
        width: float = 1) -> _Series:
    """The name of a contour stands in the legend, that of an image at its colour bar. values as ..."""
def panel_new(f: Figure, title: str | None = None, *, x: Any = None, y: Any = None, equal: bool = False,
        legend: bool | None = None, grid: bool = True) -> _Panel:
    """A new panel of the figure."""
def panel_surface(p: Any, name: str | None = None, *, values: _Operand | None = None,
        x: tuple[float, float] | None = None, y: tuple[float, float] | None = None, nx: int | None = None,
        ny: int | None = None,
        map: Literal["default", "sequential", "diverging", "grey", "classes"] | None = None,
        low: float | None = None, high: float | None = None, numbers: bool = False, bar: bool = True,
        levels: _Operand | None = None, log_levels: bool | None = None, level_texts: bool = True,
        color: Literal["default", "blue", "orange", "green", "pink", "yellow", "sky", "brown", "violet", "grey"] | None = None,
        width: float = 1) -> _Series:
    """The values as a surface in a box, seen from the side and from above."""
def panel_text(p: Any, x: float, y: float, text: str | None = None) -> None:
    """A text that begins at a point; near the right end of the panel it ends there."""
from . import param as param
def params_assign(p: Params, name: str, values: _Operand) -> None:
    """Sets a parameter from count doubles in row-major order. count must be its size."""
def params_assign_tensor(p: Params, name: str, t: _Operand) -> None:
    """Sets a parameter or state from a tensor of its shape, cast to its dtype."""
def params_blend(to: Params, from_: Params, tau: float) -> None:
    """To = (1 - tau) to + tau from, for tau in [0, 1]: a target network that follows slowly, an ..."""
def params_context(p: Params) -> Context:
    """The context in which the set was made."""
def params_copy(to: Params, from_: Params) -> None:
    """Gives the parameters and states of `to` the values of those of the same names in `from`, ..."""
def params_count(p: Params) -> int:
    """The number of parameters and states, in creation order."""
def params_find(p: Params, name: str | None = None) -> int:
    """The index; -1: none."""
def params_free(p: Params) -> None:
    """It is an error while a graph has nodes of p, or p has an optimizer or an average: free ..."""
def params_freeze(p: Params, pattern: str, on: bool) -> None:
    """On: parameters of p whose names match get no gradient, and no optimizer changes them, until ..."""
def params_get(p: Params) -> NDArray[Any]:
    """Copies all parameters into one vector."""
def params_get_grad(p: Params) -> NDArray[Any]:
    """The gradient, 0 where the loss did not reach a parameter, and its Euclidean norm."""
def params_grad(p: Params, i: int) -> NDArray[Any]:
    """The gradient."""
def params_grad_norm(p: Params) -> float:
    """The Euclidean norm of the gradient."""
def params_hvp(p: Params, loss: _Operand, v: _Operand) -> NDArray[Any]:
    """H v of the loss, by all parameters of p as one vector: v and out have p.size() elements."""
def params_in(p: Params, prefix: str) -> Params:
    """The parameters of p whose names begin with "prefix.", as a set of their own, to give to a ..."""
def params_is_state(p: Params, i: int) -> bool:
    """Whether i is a state, which is not trained."""
def params_item(p: Params, name: str | None = None) -> float:
    """The value of a parameter of one element."""
def params_keep_values(p: Params, how: Literal["keep_open", "keep_read", "keep"]) -> None:
    """Which values keep their numbers, of those that were made of the parameters of p, when these ..."""
def params_load(p: Params, path: _Path) -> None:
    """Gives the parameters of p the values in the file."""
def params_make(p: Params, name: str, value: _Operand, state: bool) -> None:
    """Makes a parameter, or a state, without a graph."""
def params_name(p: Params, i: int) -> str | None:
    """The name of parameter or state i."""
def params_new(*, context: Context | None = None) -> Params:
    """An empty set of parameters."""
def params_read(p: Params, path: _Path) -> None:
    """Makes parameters of p from what the file holds, in its dtypes: those of F16 and BF16 are ..."""
def params_restore(p: Params, s: Any) -> None:
    """Gives the parameters of p the values of the snapshot."""
def params_save(p: Params, path: _Path) -> None:
    """Parameters and states in a safetensors file."""
def params_seal(p: Params, on: bool) -> None:
    """On: to make another parameter of the set is an error, which names the nearest name that is ..."""
def params_set(p: Params, theta: _Operand) -> None:
    """Sets all parameters from such a vector."""
def params_set_grad(p: Params, name: str, gradient: _Operand) -> None:
    """Sets the gradient of a parameter from a tensor of its shape, cast to its dtype, as a ..."""
def params_size(p: Params) -> int:
    """All parameters (no states) as one vector of doubles, in creation order: for optimizers of ..."""
def params_snapshot(p: Params) -> _Snapshot:
    """A copy of all values of p, states included."""
def params_tensor(p: Params, i: int) -> NDArray[Any]:
    """The values of parameter i; the memory is p's: do not write to it."""
def params_trained(p: Params, trained: bool) -> None:
    """Says that the values of p come from training or from a file, as optimizer.step, p.load and ..."""
def params_with(p: Params, list: Any) -> Params:
    """P with the n given nodes, of one graph, in the place of parameters: for a layer that shall ..."""
from . import part as part
def plan_free(p: Any) -> None:
    """Frees the plan."""
def plan_look(root: _Operand, *, params: Params | None = None, wrt: Value | Sequence[Value] | None = None,
        seconds: float = 0.2) -> _Plan:
    """The plan by which root is computed, run and timed."""
from . import pow as pow
from . import prod as prod
def program_build(q: Any, p: Params, mode: Literal["train", "eval"]) -> None:
    """Appends the nodes of all statements to g."""
def program_data_in(q: Any, folder: str, hint: str | None = None) -> None:
    """For a program that somebody else has written: its csv() reads files of this folder and ..."""
def program_drawn(q: Any) -> str | None:
    """What the last build drew for lack of data: "x, y drawn at random, m = 7, seed 0"; or ""."""
def program_figure(q: Any, i: int, f: Figure) -> Figure:
    """The figure of statement i that plots."""
def program_file(path: _Path, *, context: Context | None = None) -> _Program:
    """The path "-" is standard input, which messages call <stdin>."""
def program_free(q: Any) -> None:
    """Frees the program."""
def program_last(q: Any) -> Value:
    """The value of the last statement."""
def program_last_part(q: Any, i: int) -> tuple[Value, str | None]:
    """How many values the last statement has: (a, b) = f(x) has two, and the functions above give ..."""
def program_lasts(q: Any) -> int:
    """How many values the last statement has: (a, b) = f(x) has two, and the functions above give ..."""
def program_name(q: Any, i: int) -> str | None:
    """Name i of those that statements bind."""
def program_names(q: Any) -> int:
    """How many names statements bind, in order."""
def program_node(q: Any, name: str | None = None) -> Value:
    """Of a name that a statement binds, or one in a block or a call of a function: "h.z", "h.0.z" ..."""
def program_plot_title(q: Any, i: int) -> str | None:
    """The title of plot i; "": it has none; NULL: no such statement."""
def program_plots(q: Any) -> int:
    """How many statements plot the program has, and the figure of statement i."""
def program_set(q: Any, name: str, t: _Operand) -> None:
    """Gives an input its value, or replaces the value of a constant."""
def program_text(name: str | None = None, text: str | None = None, *, context: Context | None = None
    ) -> _Program:
    """Reads a program of at most 1 MiB."""
from . import qr as qr
def random_bits(seed: int, stream: int, epoch: int, i: int) -> int:
    """Draw i of a stream: 32 random bits, a function of the arguments."""
from . import random_normal as random_normal
def random_stream(name: str | None = None) -> int:
    """The stream of a name: its FNV-1a hash (Fowler, Noll and Vo)."""
from . import random_uniform as random_uniform
from . import reciprocal as reciprocal
from . import recompute as recompute
from . import recompute_chain as recompute_chain
def recover(*, context: Context | None = None) -> None:
    """Forgets the error, or an interrupt that waits; nothing else lets a context go on."""
def release(h: Any) -> None:
    """Each wgx_hold wants one."""
from . import relu as relu
from . import remainder as remainder
from . import repeat as repeat
def replay(root: _Operand, into: Graph, *, floats: _DType | None = None, params: Params | None = None,
        pieces: bool = False, guards: bool = False) -> Value:
    """Builds root, and every node that it depends on, again in another graph."""
def replay_onto(root: _Operand, into: Graph, was: Sequence[_Operand], now: Sequence[_Operand]) -> Value:
    """Wg.replay of root into another graph, where now[k] stands for node was[k]."""
from . import reshape as reshape
from . import resize as resize
def resume(path: _Path, *, context: Context | None = None) -> bool:
    """Sets all of that from a file of wg.save."""
from . import rms_norm as rms_norm
from . import rmsprop as rmsprop
from . import roll as roll
from . import round as round
from . import rsqrt as rsqrt
def save(path: _Path, *, context: Context | None = None) -> None:
    """Writes all that a training in c goes on from: the parameters and states of every set; of ..."""
def save_end(name: str | None = None, *, context: Context | None = None) -> None:
    """Takes it out again."""
from . import scalar as scalar
from . import scatter_add as scatter_add
from . import scatter_add_along as scatter_add_along
def scope_pop() -> None:
    """Leaves the scope that was entered last."""
def scope_push(name: str | None = None) -> None:
    """Nodes are made in this scope from now on, until wg.scope_pop."""
def scope_push_i(name: str, i: int) -> None:
    """Begins a scope with a number, "name.i"."""
from . import select as select
from . import selu as selu
def series_add(s: Any, x: float, y: float) -> None:
    """Adds a point; to a band the curve y, above 0."""
def series_add_all(s: Any, x: _Operand, y: _Operand) -> None:
    """N points at once. x None: as wg.series_push."""
def series_band(s: Any, x: float, low: float, high: float) -> None:
    """Adds the ends of the area at x."""
def series_bar(s: Any, name: str, y: float) -> None:
    """A bar over a name."""
def series_new(p: Any, kind: Literal["line", "points", "steps", "bars", "band", "path", "histogram"],
        name: str | None = None, *,
        color: Literal["default", "blue", "orange", "green", "pink", "yellow", "sky", "brown", "violet", "grey"] | None = None,
        width: float = 1, dash: int | None = None,
        marker: Literal["default", "disc", "square", "triangle", "diamond", "cross", "ring"] | None = None,
        size: float = 1, bins: int | None = None) -> _Series:
    """A name stands in the legend; "" and None do not. a new series of the panel."""
def series_push(s: Any, y: float) -> None:
    """The same with x = 1, 2, 3, ...; to a histogram a value; to bars the next bar, at 0, 1, 2, ..."""
def series_tensor(s: Any, t: _Operand) -> None:
    """All elements, as wg.series_push."""
from . import settled as settled
from . import sgd as sgd
def shape_equal(a: _Shape, b: _Shape) -> bool:
    """Whether two shapes have the same axes."""
def shape_size(s: _Shape) -> int:
    """The number of elements. -1: no valid shape (more than 8 axes, a negative size, 2^60 elements)."""
def shape_text(s: _Shape) -> str:
    """"[32,784]", scalars "[]"; returns buf."""
from . import sigmoid as sigmoid
from . import sign as sign
from . import silu as silu
from . import sin as sin
from . import sinh as sinh
def site_keep(arguments: str, place: str, *, context: Context | None = None) -> str | None:
    """A site made of copies of both texts, valid until wg.finish."""
def site_place(s: str) -> str | None:
    """"model.c:42"."""
from . import slice as slice
from . import slogdet as slogdet
from . import smooth_l1 as smooth_l1
def snapshot_free(s: Any) -> None:
    """Frees the snapshot."""
from . import softmax as softmax
from . import softmax_cross_entropy as softmax_cross_entropy
from . import softplus as softplus
from . import softsign as softsign
from . import solve as solve
from . import sort as sort
def sparse(zeros: float, deviation: float) -> Init:
    """Each column, which has the weights of one output, has so large a share of zeros (Martens 2010)."""
def split(x: _Operand, y: Any, *, parts: int | None = None, axis: _Axes = 0, sizes: _Shape | None = None,
        dim: _Axes | None = None) -> bool:
    """Parts of x along axis."""
from . import sqrt as sqrt
from . import square as square
from . import squeeze as squeeze
from . import stack as stack
from . import Context as start
from . import state as state
def status_text(s: Literal["ok", "error_shape", "error_dtype", "error_value", "error_use", "error_gradient", "error_file", "error_format", "error_memory", "error_missing", "error_user", "error_syntax", "error_interrupted"]
    ) -> str | None:
    """The sentence of a status: "shapes do not fit"."""
from . import std as std
from . import stop_gradient as stop_gradient
def stream(name: str | None = None) -> Value:
    """A random stream, an i64 scalar: an operand of RANDOM ops."""
from . import sub as sub
from . import sum as sum
from . import sum_to as sum_to
def summary(y: _Operand) -> str:
    """Prints a table of the layers that y depends on: the shape of the result, the number of ..."""
from . import svd as svd
from . import swap as swap
def table_about(t: Table) -> str | None:
    """Lines of text: how the file is written, then each column with what it holds."""
def table_column(t: Table, k: int) -> _Column:
    """Column k from 0 on."""
def table_columns(t: Table) -> int:
    """The number of columns."""
def table_find(t: Table, name: str | None = None) -> int:
    """The number of a column; -1: there is none."""
def table_free(t: Table) -> None:
    """Frees the table and all that it has given."""
def table_named(t: Table, list: str) -> tuple[int, int]:
    """The numbers of the columns of a list, "age, height" or "a:d", of which the first `room` go ..."""
def table_read(path: _Path, *, type: str | None = None, categories: str | None = None,
        missing: str | None = None, fill: str | None = None, separator: int = 0, decimal: int = 0,
        header: bool | None = None, context: Context | None = None) -> Table:
    """Opens a table."""
def table_rows(t: Table) -> int:
    """Rows with values; 0 after an error."""
def table_use(t: Table, columns: _Operand) -> None:
    """Says that n columns will be used."""
def table_values(t: Table, k: int) -> NDArray[Any]:
    """The values of a column, [rows]: numbers and dates have the context's float dtype, NaN where ..."""
def table_word(t: Table, k: int, i: int) -> str | None:
    """Word i of column k; "": there is none."""
from . import take as take
from . import take_along as take_along
from . import tan as tan
from . import tanh as tanh
def tensor_item(t: Sequence[_Operand], i: int) -> float:
    """Element i of a tensor as a double, in row-major order."""
from . import tile as tile
from . import topk as topk
def trace_nan(n: _Operand, p: Params) -> str | None:
    """Finds where NaN or infinities in the value of n first arose: the op, its place in your ..."""
from . import transpose as transpose
from . import triangular_solve as triangular_solve
from . import tril as tril
from . import triplet as triplet
from . import triu as triu
def truncated_normal(mean: float, deviation: float) -> Init:
    """Normal numbers within two standard deviations of the mean."""
def uniform(low: float, high: float) -> Init:
    """First values from a uniform distribution."""
def value(n: _Operand) -> NDArray[Any]:
    """The value of a node."""
def values(values: _Operand) -> Init:
    """They are copied when the parameter is made."""
from . import var as var
def verdict_name(v: Literal["pass", "fail", "inconclusive"]) -> str | None:
    """"pass", "fail", "inconclusive"."""
def version() -> str | None:
    """The version of the library that runs, as version is that of the headers."""
def vjp(y: _Operand, gy: _Operand, x: Sequence[_Operand]) -> list[Value]:
    """Gy' J, with J = d y / d x, in the shapes of x. gy has the shape of y. gx gets n nodes."""
from . import vmap as vmap
def vmaps(y: Sequence[_Operand], x: Sequence[_Operand], rows: Sequence[_Operand]) -> list[Value]:
    """The same of ny nodes y for nx nodes x, in one walk. to gets ny nodes."""
def warn(text: str, *, context: Context | None = None) -> None:
    """Gives a warning, as the library does: once for each call site."""
from . import where as where
def xavier() -> Init:
    """Normal, variance 1 / n_in (LeCun et al. 1998)."""
def zeros() -> Init:
    """First values 0."""
class _Held: ...
class _Op: ...
