# SPDX-License-Identifier: MIT
"""Types for the stubs of tools/build/stubs.py. What the table of C and the library's lists of options say has
its type by its kind. Python's own functions have no types: there an argument has the type of its name
(NAMES), else that of its default, and a result is a Value where RESULTS says nothing else. An argument for
which none of these has an answer stops the generator."""
import re

from wengert._library import _enums, _structs
from wengert.c import _CLASSES, _NUMBERS, _kinds

HEAD = {
    "_Operand": "Value | NDArray[Any] | np.generic | float | list[Any] | tuple[Any, ...]",
    "_Numbers": "Value | NDArray[Any] | np.generic | float | list[Any] | tuple[Any, ...] | range",
    "_Axes": "int | Sequence[int]",
    "_Shape": "int | Sequence[int]",
    "_DType": "np.dtype[Any] | type[Any] | str",
    "_Path": "str | bytes | os.PathLike[str]"}

# Kinds of the table: what is given, and what a call returns.
_GIVEN = {"node": "_Operand", "text": "str", "double": "float", "bool": "bool", "maybe": "bool",
          "shape": "_Shape",
          "axes": "_Axes", "dtype": "_DType", "init": "Init", "states": "States | Sequence[_Operand] | None",
          "tensor": "_Operand", "ends": "tuple[float, float]", "names": "Sequence[str]", "site": "str",
          "list": "Sequence[_Operand]", "doubles": "_Operand", "cache": "Cache", "check": "Report",
          "params": "Params", "batch": "Any", "float": "float", "byte*": "bytes", "void*": "bytes"}
_GOT = {
    "node": "Value", "text": "str | None", "site": "str | None", "double": "float", "bool": "bool",
    "maybe": "int", "shape": "tuple[int, ...]", "axes": "tuple[int, ...]", "dtype": "np.dtype[Any] | None",
    "init": "Init", "states": "States", "tensor": "NDArray[Any]", "char": "str",
    "ends": "tuple[float, float]", "void*": "Any", "names": "Any", "()": "Any", "-": "None"}
_WHOLE = frozenset("int int64 int32 size uint uint32 uint64".split())


def literal(words):
    return "Literal[%s]" % ", ".join('"%s"' % w for w in words)


def given(kind):
    """The type of an argument or option of this kind of the table."""
    base = kind.rstrip("*![]")
    if kind in _GIVEN:
        return _GIVEN[kind]
    if kind in _WHOLE:
        return "int"
    if kind in _enums:
        return literal([w for w in _enums[kind] if w not in ("default", "kinds", "by_path")])
    if kind.endswith("_fn") or kind.endswith("()"):
        return "Callable[..., Any]"
    if base in _CLASSES and kind.endswith("*") and base != "node":
        return _CLASSES[base][0]
    if kind == "node*":  # one may stand without brackets
        return "Value | Sequence[Value]"
    if kind.endswith(("[]", "*")) and base in ("node", "tensor"):
        return "Sequence[%s]" % _GIVEN[base]
    if kind.endswith(("[]", "*")) and base in _NUMBERS:
        return "_Operand"
    if kind == "text*" or kind == "text[]":
        return "Sequence[str]"
    return "Any"


def got(kind):
    """The type of a result or field of this kind."""
    kind = kind.rstrip("!")
    base = re.sub(r"(\*+|\[.*)$", "", kind)
    if kind in _GOT:
        return _GOT[kind]
    if kind in _WHOLE:
        return "int"
    if kind in _enums:
        return "str"
    if base in _CLASSES and kind.endswith("*"):
        return _CLASSES[base][0]
    if base == "char":
        return "str"
    if (base in _NUMBERS or base == "float") and kind != base:
        return "NDArray[Any]"
    if base == "text" and kind != base:
        return "list[str]"
    if base not in _structs and base not in _kinds():
        return "Any"
    return "list[%s]" % got(base) if "[" in kind else thing(base)


def thing(kind):
    """The class of the stubs for a struct or a thing of C that has none in Python: those of c.pyi."""
    return "_" + "".join(w.capitalize() for w in kind.split("_"))


# What is not said here, and should be.
LACKS = []

# The types of arguments of Python's own functions, and of PyTorch's, by their names; CALL.NAME: of one call.
NAMES = {}
for _type, _names in {
    "_Operand": "bernoulli_.p index_add.source index_copy.source x a b other y value mask indices index "
        "input target weight query key array *inputs fill_value low high min max a_min a_max start stop end "
        "step gradient repeats weights values key_padding_mask bias running_mean running_var pos_weight "
        "attn_mask *range_ embeddings _weight tensor1 tensor2 mat1 mat2 mat vec vec1 vec2 batch1 batch2 src "
        "x1 x2 input1 input2 logits offsets per_sample_weights anchor positive negative var probs loc rate "
        "covariance_matrix precision_matrix scale_tril Normal.scale Cauchy.scale Gumbel.scale Laplace.scale "
        "LogNormal.scale HalfNormal.scale tgt memory src_mask tgt_mask memory_mask mask "
        "src_key_padding_mask tgt_key_padding_mask memory_key_padding_mask permutation",
    "_Numbers": "data *tensors", "Sequence[_Operand]": "tensors",
    "int": "LBFGS.max_eval progress.total BatchSampler.__init__.batch_size dim axis0 axis1 k n m num "
           "chunks steps count "
           "seed "
           "num_classes parts length diagonal offset "
        "shards threads ddof correction frame batch *count padding_idx in_features out_features in_channels "
        "out_channels num_embeddings embedding_dim num_features embed_dim num_heads start_dim end_dim "
        "groups Data.batches.size step_size T_0 T_max T_mult total_steps epochs steps_per_epoch epoch "
        "DataLoader.batch_size Group.note.k num_samples row col upscale_factor downscale_factor "
        "in1_features in2_features input_size hidden_size num_layers num_groups num_channels d_model nhead "
        "reinterpreted_batch_ndims total_length sz",
    "float": "p share most timeout scale negative_slope max_norm clip_value norm_type gamma max_lr factor "
        "momentum threshold val sparsity alpha beta margin tau gain lambd PReLU.init normal_.mean "
        "normal_.std uniform_.from_ uniform_.to uniform_.a uniform_.b trunc_normal_.a trunc_normal_.b "
        "kaiming_uniform_.a kaiming_normal_.a",
    "bool": "BatchSampler.__init__.drop_last foreach retain_graph unbiased shuffle align_corners "
           "recompute_scale_factor is_causal "
        "src_is_causal tgt_is_causal validate_args set_default_validate_args.value",
    "_Axes": "count_nonzero.dim std_mean.dim var_mean.dim matrix_norm.dim vector_norm.dim norm.dim "
        "squeeze.dim unsqueeze.dim std.dim var.dim roll.dim axis axes dims *axes source destination shift "
        "shifts by",
    "_Shape": "shape size sizes *sizes *counts kernel_size stride normalized_shape unflattened_size "
        "milestones padding output_padding dilation *size *shapes sample_shape batch_shape event_shape",
    "int | Sequence[int | None]": "output_size", "float | Sequence[float]": "scale_factor",
    "str | Callable[..., Any]": "activation", 'Literal["trunc", "floor"]': "rounding_mode",
    'Literal["add", "multiply"]': "scatter.reduce", 'Literal["ij", "xy"]': "meshgrid.indexing",
    'Literal["fan_in", "fan_out"]': "kaiming_uniform_.mode kaiming_normal_.mode",
    '_Shape | Literal["same", "valid"]': "conv1d.padding conv2d.padding Conv1d.padding", "_DType": "dtype",
    "str": "nonlinearity words ModuleDict.pop.key ParameterDict.pop.key ParameterDict.get.key "
        "ParameterDict.setdefault.key name title prefix metric", "_Path": "path", "Context": "context",
    "Graph": "graph", "Init": "init", "Callable[..., Any]": "f fn rule forward backward collate_fn closure",
    "Mapping[str, Any]": "state_dict options group", "tuple[float, float]": "betas",
    'Literal["mean", "sum", "none"]': "reduction",
    'Literal["mean", "sum", "none", "batchmean"]': "kl_div.reduction KLDivLoss.reduction",
    'Literal["none", "tanh"]': "approximate", 'Literal["strong_wolfe"]': "line_search_fn",
    'Literal["x", "y"]': "normalise.which",
    'Literal["train", "eval"]': "Graph.__init__.mode begin.mode",
    'Literal["constant", "edge", "reflect"]': "pad.mode",
    'Literal["constant", "reflect", "replicate", "circular"]': "functional.pad.mode",
    'Literal["sum", "mean", "max"]': "embedding_bag.mode EmbeddingBag.mode",
    'Literal["svg", "html", "tex", "txt"]': "Figure.text.format",
    'Literal["min", "max"]': "ReduceLROnPlateau.__init__.mode", 'Literal["rel", "abs"]': "threshold_mode",
    'Literal["cos", "linear"]': "anneal_strategy",
    "Sequence[int]": "Subset.__init__.indices rows split_sizes functional.pad.pad",
    "Params": "Graph.param.p Optimizer.__init__.p", "Params | Module": "fit.p",
    "Value": "draw.y padded_sequences",
    "Params | Value": "backward.p", "Params | Value | Sequence[Value]": "Value.check.p",
    "Value | Callable[..., Any]": "check.f",
    "Iterable[Value] | Iterable[dict[str, Any]] | Params | Module": "params",
    "Value | Iterable[Value]": "parameters", "_Optimizer": "optimizer", "Optimizer": "fit.optimizer",
    "Module | Mapping[str, Module]": "Sequential.__init__.*args",
    "Iterable[Module]": "ModuleList.__init__.modules parts",
    "Callable[[int], float] | Sequence[Callable[[int], float]]": "lr_lambda",
    "str | Sequence[str]": "csv.y csv.x csv.skip", "Data | tuple[_Operand, _Operand]": "fit.data fit.dev",
    "Module": "module custom_encoder custom_decoder encoder_layer decoder_layer TransformerEncoder.norm "
        "TransformerDecoder.norm", "Constraint": "base",
    "PackedSequence": "sequence packed_sequences",
    "Sequence[Value]": "sequences", "Iterable[str]": "keys",
    "Distribution": "base_distribution kl_divergence.p kl_divergence.q",
    "Any": "progress.file map_location data_source hx ModuleDict.update.other ParameterDict.update.other "
           "ParameterDict.__init__.parameters "
        "ParameterList.__init__.values ParameterList.append.value ParameterList.extend.values "
        "ModuleDict.__init__.modules default lower_bound upper_bound type_p type_q device *given *g *what "
        "*more *args memo what *arrays outputs grad_outputs generator like grad raw r dataset datasets "
        "sampler batch_sampler items lengths memory_format metrics group multiprocessing_context "
        "worker_init_fn ord pad_width param rcond driver schedule slide schedulers strategy tensor content "
        "impure best inputs v loss source"}.items():
    NAMES.update(dict.fromkeys(_names.split(), _type))

# Operands that may be None, and be left out at the end. The library knows it of an op, the table does not.
OPTIONAL = {"attention": "mask", "batch_norm": "mean variance", "dense": "b", "rms_norm": "gamma",
            "group_norm": "gamma beta", "instance_norm": "gamma beta groups",
            "param": "init", "state": "init"}

# Who gets the options of a function of Python: a builder, a struct of the table, or a text of arguments.
_PLACED = "device: Any = None; requires_grad: bool = False; name: str = None"
_SIZED = "size: _Shape = None; shape: _Shape = None"
HANDS_ON = dict(
    dict.fromkeys("array as_tensor asarray ones_like zeros_like full full_like arange linspace eye rand_like "
                  "randn_like randperm randint".split(), _PLACED),
    zeros="dtype: _DType = None; %s; %s" % (_PLACED, _SIZED), ones="%s; %s" % (_PLACED, _SIZED),
    rand="%s; %s" % (_PLACED, _SIZED), randn="%s; %s" % (_PLACED, _SIZED),
    any="any_of", all="all_of", amax="max", amin="min", draw="draw_opts", check="gradcheck_opts",
    check_torch="gradcheck_opts", csv="table_opts", table="table_opts", input="copy: bool = True",
    transpose="dim0: int = None; dim1: int = None; axes: _Axes = None",
    one_hot="count: int = None; axis: int = -1",
    tile="reps: _Shape = None; dims: _Shape = None; counts: _Shape = None", plot="**values: Any",
    **{"Identity.__init__": "**kwargs: Any"},
    empty="dtype: _DType = None; %s; %s" % (_PLACED, _SIZED), tensor="", jit="",
    compile="", checkpoint="", remat="", gradcheck="")

# Signatures that a call has by one argument: its types, each with its default, None: it must be given, and
# the result.
FORMS = {name: ("dim", (("None", "None", "Value"), ("int", None, "Sorted"), ("Sequence[int]", None, "Value")))
         for name in ("max", "min")}
FORMS["median"] = "dim", (("None", "None", "Value"), ("int", None, "Sorted"))
FORMS["draw"] = "path", (("None", "None", "str"), ("_Path", None, "None"))
FIRST = {"zeros": ") -> Init", "empty": ") -> Init"}  # without arguments it is another thing
GRADIENT = "requires_grad", (("Literal[True]", None, "Parameter"), ("bool", "False", "Value"))

# Methods that change their value under this name with _, and that take more than samples.
CHANGING = ("index_add index_copy index_fill scatter scatter_add masked_fill clamp clip addmm addmv addr "
            "baddbmm cumsum cumprod")
# Those that would say nothing under it.
UNCHANGED = ("bool clone contiguous cpu double expand_as float half int isclose isfinite isinf isnan keep "
             "long part reshape_as settled stack stop_gradient swap type_as view_as argsort equal bce lstsq "
             "attention mv resize")

# Derivatives are of a value, or of a function.
_GIVES = ") -> Callable[..., Any]"
_OF_FUNCTION = "y: Callable[..., Any], argnums: int | Sequence[int] = 0, has_aux: bool = False" + _GIVES
_OF_VALUE = "y: Value, *x: Value) -> Value"
OVERLOADS = {
    "grad": ["y: Value, x: Value) -> Value", "y: Value, x: Sequence[Value]) -> list[Value]",
             _OF_FUNCTION.replace("argnums", "x: None = None, argnums")],
    "jvp": ["f: Value, x: Value | Sequence[Value], v: Any) -> Value",
            "f: Callable[..., Any], x: Sequence[Any], v: Sequence[Any], has_aux: bool = False) -> Any"],
    "vjp": ["f: Value, *x: Any) -> Any", "f: Callable[..., Any], *x: Any, has_aux: bool = False) -> Any"],
    "vmap": ["f: Callable[..., Any], *, in_axes: Any = 0, out_axes: Any = 0" + _GIVES,
             "f: Value, *x: Value) -> Value"],
    "linalg.svd": ["a: _Operand, full_matrices: bool = True, compute_uv: Literal[True] = True) -> "
                   "tuple[Value, Value, Value]",
                   "a: _Operand, full_matrices: bool = True, *, compute_uv: Literal[False]) -> Value"]}
_ADDED = ["indices: _Operand, v: _Operand, *, axis: _Axes = 0) -> Value",
          "dim: int, index: _Operand, src: _Operand) -> Value"]
_UNIQUE = ["sorted: bool = True, return_inverse: Literal[False] = False, "
           "return_counts: Literal[False] = False, dim: None = None) -> Value",
           "sorted: bool = True, *, return_inverse: Literal[True], return_counts: bool = False, "
           "dim: None = None) -> tuple[Value, ...]",
           "sorted: bool = True, return_inverse: bool = False, *, return_counts: Literal[True], "
           "dim: None = None) -> tuple[Value, ...]"]
OVERLOADS.update({
    "scatter_add": ["x: _Operand, " + form for form in _ADDED], "Value.scatter_add": _ADDED,
    "Value.scatter_add_": [form.replace("-> Value", "-> Self") for form in _ADDED],
    "unique": ["input: _Operand, " + form for form in _UNIQUE], "Value.unique": _UNIQUE,
    "Value.type": [") -> str", "dtype: _DType, non_blocking: bool = False) -> Value"]})
for _name, _state in dict(RNN="Value", GRU="Value", LSTM="tuple[Value, Value]").items():
    OVERLOADS[_name + ".forward"] = [
        "input: PackedSequence, hx: Any = None) -> tuple[PackedSequence, %s]" % _state,
        "input: Value | NDArray[Any], hx: Any = None) -> tuple[Value, %s]" % _state]
for _name in ("jacobian", "jacrev", "jacfwd", "hessian"):
    OVERLOADS[_name] = [_OF_VALUE, _OF_FUNCTION.replace("argnums", "*, argnums")]

# What Python's own functions return that is no Value, by CALL, CLASS.METHOD or *.METHOD; a method of signs
# with its arguments.
RESULTS = {
    "LBFGS.zero_grad": "None", "LBFGS.step": "Any", "LBFGS.state_dict": "dict[str, Any]",
    "LBFGS.load_state_dict": "None",
    "progress": "Iterator[Any]", "to_dlpack": "Any",
    "dim": "int", "numel": "int", "nelement": "int", "tolist": "Any", "chunk": "tuple[Value, ...]",
    "unbind": "tuple[Value, ...]", "split": "Sequence[Value]", "split_with_sizes": "Sequence[Value]",
    "is_cuda": "bool", "is_cpu": "bool", "LSTMCell.forward": "tuple[Value, Value]", "*.support": "Any",
    "*.has_rsample": "bool", "*.has_enumerate_support": "bool", "*.expand": "Self",
    "std_mean": "tuple[Value, Value]", "var_mean": "tuple[Value, Value]", "allclose": "bool",
    "is_floating_point": "bool", "is_same_size": "bool", "ndimension": "int", "element_size": "int",
    "broadcast_shapes": "tuple[int, ...]", "meshgrid": "tuple[Value, ...]",
    "broadcast_tensors": "tuple[Value, ...]", "Value.__setitem__": "(key: Any, new: _Operand) -> None",
    "divmod": "tuple[Value, Value]", "is_tensor": "bool", "is_grad_enabled": "bool",
    "get_default_dtype": "np.dtype[Any]", "set_default_dtype": "None", "manual_seed": "None", "device": "Any",
    "load": "Any", "save": "None", "resume": "bool", "fit": "Fitted", "plot": "Figure", "csv": "Data",
    "digits": "Data", "table": "Table", "check": "Report", "check_torch": "Report", "graph": "Graph",
    "default_context": "Context", "gradcheck": "bool", "value_and_grad": "Callable[..., Any]", "jit": "Any",
    "compile": "Any", "checkpoint": "Any", "remat": "Any", "equal": "NoReturn",
    "c.node_operand": "Value | None", "Value.item": "(*index: int) -> float",
    "Leaf.item": "(*index: int) -> float", "Value.options": "dict[str, Any]", "Value.numpy": "NDArray[Any]",
    "Value.set": "None", "Value.ndim": "int", "Value.size": "_Size", "Value.name": "str | None",
    "Value.is_leaf": "bool", "Value.requires_grad": "bool", "Value.backward": "None",
    "Value.grad": "Gradient", "Value.at": "_At", "Value.check": "Report", "Value.requires_grad_": "Self",
    "Value.__len__": "() -> int", "Value.__iter__": "() -> Iterator[Value]", "Value.__float__": "() -> float",
    "Value.__int__": "() -> int", "Value.__index__": "() -> int", "Value.__getitem__": "(key: Any) -> Value",
    "Value.__array__": "(dtype: Any = None, copy: Any = None) -> NDArray[Any]",
    "Value.__round__": "(digits: int = 0) -> Value", "Gradient.__call__": "(y: Value) -> Value",
    "Leaf.numpy": "NDArray[Any]", "Leaf.set": "None", "Leaf.requires_grad": "bool", "Leaf.is_leaf": "bool",
    "Leaf.name": "str | None", "Leaf.grad": "Value | None", "Parameter.numpy": "NDArray[Any]",
    "Parameter.set": "None", "Parameter.requires_grad": "bool",
    "Parameter.zero_grad": "None", "Parameter.data": "Value", "Parameter.grad": "Value | None",
    "Graph.begin": "Self", "Graph.input": "Value", "Graph.param": "Value", "Params.param": "Value",
    "Params.state": "Value", "Params.part": "Params", "Params.names": "list[str]",
    "Params.grad": "NDArray[Any] | None", "Params.__getitem__": "(name: str) -> NDArray[Any]",
    "Params.__setitem__": "(name: str, array: _Operand) -> None", "Params.__iter__": "() -> Iterator[str]",
    "Report.verdict": "str", "Report.gaps": "tuple[int, str | None]", "Report.name": "str",
    "Report.where": "str", "Optimizer.clip_norm": "float", "Data.split": "Data", "Data.x": "NDArray[Any]",
    "Data.y": "Any", "Data.batches": "Iterator[tuple[NDArray[Any], Any]]", "Table.columns": "list[str]",
    "Table.__iter__": "() -> Iterator[str]", "Table.__getitem__": "(name: str) -> Any", "Figure.text": "str",
    "Figure.save": "None", "Group.parts": "Iterator[tuple[NDArray[Any], Any]]", "Group.sum": "NDArray[Any]",
    "Group.same": "None", "Group.note": "None", "Group.mean": "float", "Group.stop": "bool",
    "Group.share": "bool", "linalg.slogdet": "tuple[Value, Value]", "linalg.lstsq": "_LeastSquares",
    "linalg.matrix_norm": "Value", "autograd.grad": "tuple[Value, ...]", "autograd.gradcheck": "bool",
    "autograd.Variable": "Value", "*.jacobian": "Any", "*.hessian": "Any", "*.jvp": "Any", "*.vjp": "Any",
    "*.forward": "Value", "MultiheadAttention.forward": "tuple[Value, Value | None]",
    "Module.children": "list[Module]", "Module.modules": "list[Module]",
    "Module.named_children": "list[tuple[str, Module]]",
    "Module.named_modules": "Iterator[tuple[str, Module]]",
    "Module.named_parameters": "Iterator[tuple[str, Parameter]]", "Module.parameters": "Iterator[Parameter]",
    "Module.named_buffers": "Iterator[tuple[str, Value]]", "Module.buffers": "Iterator[Value]",
    "Module.state_dict": "dict[str, Value]", "Module.load_state_dict": "_Keys", "Module.zero_grad": "None",
    "Module.add_module": "None", "Module.register_module": "None", "Module.register_parameter": "None",
    "Module.register_buffer": "None", "Module.__call__": "(*given: Any, **options: Any) -> Any",
    "Embedding.from_pretrained": "Self", "Sequential.__getitem__": "(i: Any) -> Any",
    "Sequential.__setitem__": "(i: int, m: Module) -> None",
    "Sequential.__delitem__": "(i: int | slice) -> None", "Sequential.__iter__": "() -> Iterator[Module]",
    "utils.clip_grad_norm_": "Value", "utils.clip_grad_value_": "None", "Optimizer.step": "Any",
    "Optimizer.add_param_group": "NoReturn", "Optimizer.state_dict": "dict[str, Any]",
    "*.get_lr": "list[float]", "*.get_last_lr": "list[float]", "*.step": "None",
    "*.state_dict": "dict[str, Any]", "*.load_state_dict": "None", "*.in_cooldown": "bool",
    "*.is_better": "bool", "*.cumulative_sizes": "list[int]", "Dataset.__getitem__": "(i: Any) -> Any",
    "TensorDataset.__getitem__": "(i: Any) -> tuple[Value, ...]", "Subset.__getitem__": "(i: Any) -> Any",
    "ConcatDataset.__getitem__": "(i: int) -> Any", "Dataset.__add__": "(other: Dataset) -> ConcatDataset",
    "DataLoader.__iter__": "() -> Iterator[Any]", "data.default_collate": "Any",
    "data.default_convert": "Any", "data.random_split": "list[Subset]"}
for _name in "train eval requires_grad_ apply to double float".split():
    RESULTS["Module." + _name] = "Self"
for _name in "insert append extend".split():
    RESULTS["Sequential." + _name] = "Self"

_KEEPS = dict(__setitem__="(key: str, x: Any) -> None", __getitem__="(key: str) -> Any",
              __delitem__="(key: str) -> None", __len__="() -> int", __iter__="() -> Iterator[str]",
              __contains__="(key: object) -> bool", keys="Iterable[str]", clear="None", update="None")
RESULTS.update({"ModuleDict." + name: type_ for name, type_ in dict(
    _KEEPS, values="list[Module]", items="list[tuple[str, Module]]", pop="Module", add_module="None",
    register_module="None").items()})
RESULTS.update({"ParameterDict." + name: type_ for name, type_ in dict(
    _KEEPS, values="list[Any]", items="list[tuple[str, Any]]", pop="Any", get="Any", setdefault="Any",
    popitem="tuple[str, Any]", copy="Self", fromkeys="Self", __or__="(other: Any) -> Self").items()})
RESULTS.update({"ParameterList." + name: type_ for name, type_ in dict(
    __len__="() -> int", __iter__="() -> Iterator[Any]", __getitem__="(i: Any) -> Any",
    __setitem__="(i: int, x: Any) -> None", append="Self", extend="Self").items()})
RESULTS.update({
    "*.reset_parameters": "None", "*.flatten_parameters": "None", "*.all_weights": "list[list[Parameter]]",
    "utils.parameters_to_vector": "Value", "utils.vector_to_parameters": "None",
    "rnn.invert_permutation": "Value | None", "rnn.pad_sequence": "Value",
    "rnn.unpad_sequence": "list[Value]", "rnn.unpack_sequence": "list[Value]",
    "rnn.pack_padded_sequence": "PackedSequence", "rnn.pack_sequence": "PackedSequence",
    "rnn.pad_packed_sequence": "tuple[Value, Value]", "init.calculate_gain": "float",
    "Constraint.check": "Value", "kl.register_kl": "Callable[[_F], _F]", "kl.kl_divergence": "Value",
    "*.generate_square_subsequent_mask": "Value",
    "*.set_default_validate_args": "None", "*.interval": "Constraint", "*.integer_interval": "Constraint",
    "*.independent": "Constraint",
    "*.multinomial": "Constraint"})
for _name in "batch_shape event_shape param_shape".split():
    RESULTS["*." + _name] = "tuple[int, ...]"

# Of values: what is an error that says what to write.
LEFT_OUT = {"Value.sort", "Value.cuda"}
# What its base has with the same type.
for _name in "graph shape dtype name is_leaf".split():
    LEFT_OUT |= {"Leaf." + _name, "Parameter." + _name}
# What another class has otherwise than its base.
NOTES = dict.fromkeys("Leaf.grad Parameter.grad SequentialLR.step ChainedScheduler.step".split(),
                      "  # type: ignore[override]")
# What may be written to an attribute that can be set, where it is another thing than what is read.
SETS = {"Value.data": "_Operand", "Parameter.data": "_Operand", "Parameter.grad": "_Operand | None"}
_LAYER = "weight: Parameter; bias: Parameter | None"
_CELL = "weight_ih: Parameter; weight_hh: Parameter; bias_ih: Parameter | None; bias_hh: Parameter | None"
_RECURRENT = "mode: str; " + re.sub(r"(_[ih]h)", r"\1_l0", _CELL)
_BLOCK = ("self_attn: MultiheadAttention; linear1: Linear; linear2: Linear; norm1: LayerNorm; "
          "norm2: LayerNorm; dropout: Dropout; dropout1: Dropout; dropout2: Dropout; "
          "activation: Callable[..., Any]")
# What the instances of a class have.
ATTRIBUTES = {
    "Module": "training: bool; forward: Callable[..., Any]", "Linear": "weight: Parameter; bias: Parameter",
    **dict.fromkeys("RNN LSTM GRU".split(), _RECURRENT),
    **dict.fromkeys("RNNCell LSTMCell GRUCell".split(), _CELL), "GroupNorm": _LAYER, "Bilinear": _LAYER,
    "PReLU": "weight: Parameter", "EmbeddingBag": "weight: Parameter", "TransformerEncoderLayer": _BLOCK,
    "TransformerDecoderLayer": _BLOCK + "; multihead_attn: MultiheadAttention; norm3: LayerNorm; "
                                        "dropout3: Dropout",
    "TransformerEncoder": "layers: ModuleList; norm: Module | None",
    "TransformerDecoder": "layers: ModuleList; norm: Module | None",
    "Transformer": "encoder: Any; decoder: Any",
    "Distribution": "@has_rsample: bool; @has_enumerate_support: bool; arg_constraints: dict[str, Any]; "
                    "@support: Any",
    "Independent": "base_dist: Distribution", "LogNormal": "base_dist: Normal",
    "HalfNormal": "base_dist: Distribution",
    "Constraint": "words: str; event_dim: int; is_discrete: bool",
    "Embedding": "weight: Parameter", "Conv1d": _LAYER, "LayerNorm": _LAYER,
    "BatchNorm1d": _LAYER + "; running_mean: Value; running_var: Value; num_batches_tracked: Value",
    "MultiheadAttention": "in_proj_weight: Parameter; in_proj_bias: Parameter | None; out_proj: Linear",
    "Optimizer": "param_groups: list[dict[str, Any]]; defaults: dict[str, Any]",
    "LRScheduler": "optimizer: Any; last_epoch: int; base_lrs: list[float]",
    "ReduceLROnPlateau": "optimizer: Any; best: float; num_bad_epochs: int; last_epoch: int",
    "TensorDataset": "tensors: tuple[Value, ...]", "Subset": "dataset: Any; indices: Sequence[int]",
    "ConcatDataset": "datasets: list[Any]"}
BASES = {"optim.Optimizer": "_Optimizer", "lr_scheduler.LambdaLR": "LRScheduler",
         "lr_scheduler.MultiplicativeLR": "LRScheduler"}
TUPLES = {"Fitted": "epochs: int; best: int; loss: float; dev: float; metric: float; dev_metric: float",
          "States": "y: Value; h: Value; c: Value", "Sorted": "values: Value; indices: Value",
          "_LeastSquares": "solution: Value; residuals: Value; rank: Any; singular_values: Value",
          "_Keys": "missing_keys: list[str]; unexpected_keys: list[str]"}

# Blocks without derivatives, x.at[key], x.size, names of values.
BLOCKS = '''
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
    def __init__(self, mode: bool) -> None: ...

inference_mode = no_grad
Tensor = Value

class Generator:
    """A generator of random numbers of its own, for generator=: Generator().manual_seed(5)."""
    device: str
    def __init__(self, device: Any = None) -> None: ...
    def manual_seed(self, seed: int) -> Self: ...
    def seed(self) -> int: ...
    def initial_seed(self) -> int: ...

class _Size(int):
    @overload
    def __call__(self, dim: None = None) -> tuple[int, ...]: ...
    @overload
    def __call__(self, dim: int) -> int: ...

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
    def is_available(self) -> bool: ...
    def device_count(self) -> int: ...

cuda: _Cuda
__version__: str
'''
PACKED = '''
class PackedSequence(NamedTuple):
    """Steps of sequences one behind the other: pack_padded_sequence and pack_sequence make it."""
    data: Value
    batch_sizes: Value
    sorted_indices: Value | None = None
    unsorted_indices: Value | None = None
    @property
    def is_cuda(self) -> bool: ...
    def to(self, *what: Any, dtype: _DType | None = None, device: Any = None) -> Self: ...
    def cpu(self) -> Self: ...
    def double(self) -> Self: ...
    def float(self) -> Self: ...
'''
FUNCTION = '''
class Function:
    """A function with a derivative of yours, as in PyTorch: forward(ctx, *x) and backward(ctx, gy)."""
    @staticmethod
    def forward(*given: Any) -> Any: ...
    @staticmethod
    def backward(*given: Any) -> Any: ...
    @classmethod
    def apply(cls, *x: Any) -> Any: ...
'''


class Noted(dict):
    """A dict that notes which of its keys were asked for."""

    def __init__(self, *given):
        super().__init__(*given)
        self.asked = set()

    def get(self, key, other=None):
        self.asked.add(key)
        return super().get(key, other)

    def __contains__(self, key):
        self.asked.add(key)
        return super().__contains__(key)


NOTED = {n: Noted(globals()[n]) for n in "OPTIONAL HANDS_ON FORMS FIRST OVERLOADS RESULTS NOTES SETS "
         "ATTRIBUTES BASES NAMES".split()}
globals().update(NOTED)


def unused():
    """What stands here, and no call has."""
    return ["%s[%r]" % (n, key) for n, d in NOTED.items() for key in d if key not in d.asked]
