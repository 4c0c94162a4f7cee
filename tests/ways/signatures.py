#!/usr/bin/env python3
"""signatures.py: each argument of PyTorch's functions, classes, optimizers, schedules and data sets, by
position and by name, at values that are not the default, for operands of 0 to 4 axes, sizes 0 and 1, and
other dtypes.

    signatures.py torch     asks PyTorch for its signatures, makes the calls, and writes signatures.txt
    signatures.py           makes them in wengert; prints what is other; the status is 1 if a call is
    signatures.py -v WORD   prints what is refused, too, of calls with this word

In signatures.txt a line that begins with `signature` says PyTorch's arguments: ours are the same, in order
and by default. PyTorch's newer words may be there, too. calls() makes the calls that belong to it. Each line
below it has the places of some of them, from 0, a tab, and what PyTorch gave for each: the result, and the
gradient of each operand of floats of the sum of the results times a sine of their place; of an optimizer the
weights after three steps, of a schedule the rates; or `error`. Of an array of more than three numbers there
are the largest magnitude, the sum, and the sum of element k times sin k, where an infinity counts as some
number; its type and shape follow. A call is the same, or refused: by an error of Wengert, or of any kind
where PyTorch has one."""
import ast
import inspect
import os
import re
import sys

import numpy as np

import signatures_distributions as distributions
import signatures_more as more
from gates import three

PATH = os.path.join(os.path.dirname(os.path.abspath(__file__)), "signatures.txt")
in_torch = "torch" in sys.argv[1:]
if in_torch:
    import torch as m
    from torch import distributions as D, nn, optim
    from torch.nn import init
    from torch.nn.utils import rnn
    from torch.utils import data
    import torch.nn.functional as F
    m.set_default_dtype(m.float64)
else:
    import wengert as m
    from wengert import distributions as D, nn, optim
    from wengert.nn import init
    from wengert.nn.utils import rnn
    from wengert.utils import data
    import wengert.nn.functional as F
lr = optim.lr_scheduler
MODULE = {"F": F, "nn": nn, "optim": optim, "lr": lr, "data": data, "rnn": rnn, "init": init, "D": D}

# ---- what calls are made of ----


def sine(shape, first=1):
    return np.round(np.sin(np.arange(first, first + int(np.prod(shape))) * 1.7), 3).reshape(shape)


def n(*shape, first=1):
    return m.tensor(sine(shape, first))


def u(*shape, first=1):
    """Numbers between 0 and 1."""
    return m.tensor(np.round(0.5 + 0.45 * np.sin(np.arange(first, first + int(np.prod(shape))) * 1.7),
                             3).reshape(shape))


def single(*shape):
    return m.tensor(sine(shape).astype(np.float32), dtype=m.float32)


def c(*shape, most=4):
    """Class numbers."""
    return m.tensor(np.arange(int(np.prod(shape))).reshape(shape) * 7 % most)


def t(x):
    return m.tensor(x)


def b(*shape):
    return m.tensor(sine(shape) > 0)


def logp(*shape):
    return F.log_softmax(n(*shape), dim=-1).detach()


def p(*shape):
    return F.softmax(n(*shape, first=9), dim=-1).detach()


def fixed(module):
    """A module with sines as its parameters."""
    for k, w in enumerate(module.parameters()):
        a = sine(tuple(w.shape), 3 * k + 1)
        if in_torch:
            w.data.copy_(m.tensor(a))
        else:
            w.set(a)
    return module


def loaded(module):
    """A module with a state_dict of sines by PyTorch's names."""
    state = module.state_dict()
    for k, (name, x) in enumerate(state.items()):
        state[name] = m.tensor(sine(tuple(x.shape), 3 * k + 1))
    module.load_state_dict(state)
    return module


def said_names(module):
    """The names and shapes of a state."""
    return ["%s %s %s" % (name, "x".join(map(str, x.shape)), str(x.dtype).rpartition(".")[2])
            for name, x in module.state_dict().items()]


def trained(x):
    """Tensors of floats in x as ones with a gradient."""
    if isinstance(x, (tuple, list)) and type(x) in (tuple, list):
        return type(x)(map(trained, x))
    return m.tensor(x.detach().numpy(), requires_grad=True) if "float" in str(getattr(x, "dtype", "")) else x


def learned(module, *given, **named):
    """The result, and the gradients of what is given and of all parameters."""
    given, named = trained(given), {k: trained(x) for k, x in named.items()}
    y = module(*given, **named)
    total_of(y).backward()
    return [y, [x.grad for x in values_of([given, tuple(named.values())]) if getattr(x, "requires_grad",
                                                                                     False) and
                x.is_leaf],
            [w.grad for w in module.parameters()]]


def carried(module, x, after):
    """Two calls: the second goes on from the states of the first."""
    y, state = module(x)
    z, state = module(after, state)
    total_of([y, z]).backward()
    return [y, z, state, [w.grad for w in module.parameters()]]


def both(module, x):
    """In training, twice, then in evaluation; and what it keeps."""
    y = [module(x), module(x * 2), module.eval()(x), module.train()(x)]
    return y + list(module.buffers())


def changed(parts):
    """A dict of modules after changes."""
    parts["c"] = nn.Linear(1, 2)
    del parts["a"]
    parts.update({"d": nn.PReLU()})
    parts.pop("c")
    return parts


def spread(x):
    """Mean, deviation, the ends and the share of zeros of what was drawn, roughly; whether x itself has
    it."""
    a = np.asarray(x.detach().numpy(), float)
    e = (a - a.mean()) / a.std()
    ends = max(float(e.min()), -2.0), min(float(e.max()), 2.0), float((a == 0).mean())
    return [round(float(a.mean() / a.std()), 1) + 0.0, round(5 * float(np.log(a.std()))) / 5] + [
        round(x, 1) for x in ends]


def implicit(make, a):
    """By how much the derivative of draws by an argument differs from what their distribution says: 0."""
    w, v = trained([t(a), t(a)])
    r = make(w).rsample((50,))
    r.sum().backward()
    r = r.detach()
    weight = m.exp(-make(w).log_prob(r)).detach()
    (make(v).cdf(r) * weight).sum().backward()
    return abs(round(float((w.grad + v.grad) / (abs(w.grad) + 1)), 6))


def squared(x):
    """The products of the rows of a matrix, or of its columns if they are fewer."""
    a = np.asarray(x.detach().numpy(), float)
    a = a.reshape(len(a), -1)
    return np.round(a @ a.T if len(a) <= a.shape[1] else a.T @ a, 9) + 0.0


# Operands of a function; those of the first two or three take all arguments.
X = ["n(3, 4)", "n(2, 3, 4)", "n()", "n(1)", "n(0, 3)", "n(2, 1)", "single(3, 4)", "n(2, 1, 2, 2)"]
PAIR = ["n(3, 4); n(3, 4, first=9)", "n(); n(first=2)", "n(2, 1, 3); n(2, 1, 3, first=5)", "n(0, 2); n(0, 2)",
        "n(1); n(1, first=4)", "n(2, 3); n(3)"]
LOGITS = ["n(5, 4); c(5)", "n(2, 4, 3); c(2, 3)", "n(3, 4); p(3, 4)", "n(4); t(2)", "n(1, 1); t([0])",
          "n(2, 4, 1, 2); c(2, 1, 2)", "n(0, 4); c(0)"]
IMAGE = ["n(2, 4, 5, 6)", "n(1, 4, 5, 5)", "n(4, 5, 6)"]
LINE = ["n(2, 4, 7)", "n(1, 4, 6)", "n(4, 7)"]
HALF = ["u(3, 4); u(3, 4, first=5)", "u(5); b(5).double()", "u(2, 1, 3); u(2, 1, 3)", "u(); u(first=3)",
        "t([0.0, 1.0, 0.5]); t([0.0, 1.0, 1.0])"]
OPERANDS = {
    "F.cross_entropy": LOGITS, "F.nll_loss": ["logp(5, 4); c(5)", "logp(2, 3, 4).permute(0, 2, 1); c(2, 3)",
                                              "logp(4); t(2)", "logp(3, 4); p(3, 4)"],
    "F.kl_div": ["logp(3, 4); p(3, 4)", "logp(2, 3, 4); p(2, 3, 4)", "n(); u()", "n(3); t([0.0, 0.5, 0.5])",
                 "n(0, 3); u(0, 3)"],
    "F.binary_cross_entropy": HALF, "F.binary_cross_entropy_with_logits": ["n(3, 4); u(3, 4)",
        "n(5); b(5).double()", "n(2, 1, 3); u(2, 1, 3)", "n(); u()"],
    **{"F." + f: PAIR for f in "mse_loss l1_loss smooth_l1_loss huber_loss".split()},
    "F.one_hot": ["c(3)", "c(2, 3)", "t(2)", "c(0)", "n(3)", "t([1, -1])"],
    "F.linear": ["n(3, 4); n(2, 4, first=5)", "n(2, 3, 4); n(1, 4, first=5)", "n(4); n(2, 4)",
                 "n(3, 4); n(4)", "n(0, 4); n(2, 4)"],
    "F.embedding": ["c(3); n(4, 2)", "c(2, 3); n(4, 2)", "t(1); n(4, 2)", "t([0, -1]); n(4, 2)",
                    "t([4]); n(4, 2)", "c(0); n(4, 2)"],
    "F.layer_norm": ["n(3, 4)", "n(2, 3, 4)", "n(1, 4)", "n(4)", "single(3, 4)"],
    "F.batch_norm": ["n(3, 4)", "n(2, 4, 3)", "n(2, 4, 2, 2)", "n(1, 4)", "n(4)", "n(1, 4, 2)"],
    "F.conv1d": [x + "; n(6, 4, 3, first=5)" for x in LINE],
    "F.conv2d": [x + "; n(6, 4, 3, 2, first=5)" for x in IMAGE],
    "F.conv_transpose1d": [x + "; n(4, 6, 3, first=5)" for x in LINE],
    "F.conv_transpose2d": [x + "; n(4, 6, 3, 2, first=5)" for x in IMAGE],
    "F.max_pool1d": LINE, "F.avg_pool1d": LINE, "F.max_pool2d": IMAGE, "F.avg_pool2d": IMAGE,
    "F.scaled_dot_product_attention": ["n(2, 3, 4); n(2, 5, 4, first=7); n(2, 5, 4, first=9)"],
}
# What an argument must be given, and what other values it gets. The first word is the call's name, or * for
# all.
NEEDED = {"F.layer_norm normalized_shape": "(4,)", "F.batch_norm running_mean": "n(4, first=4)",
          "F.batch_norm running_var": "u(4)",
          "* kernel_size": "2", "* dim": "0", "F.dropout p": "0.5", "F.dropout training": "False"}
VALUES = {
    "* reduction": ["'none'", "'sum'", "'mean'", "'batchmean'", "'average'"], "* inplace": ["True"],
    "* alpha": ["0.5", "2"], "* dim": ["0", "-1", "1"],
    "* negative_slope": ["0.5", "-0.2"], "* approximate": ["'tanh'", "'Tanh'"], "* beta": ["2", "0.5"],
    "* threshold": ["1", "0"],
    "* _stacklevel": ["5"], "* dtype": ["m.float32", "m.float64"], "* size_average": ["False", "True"],
    "* reduce": ["False"], "* delta": ["0.5", "2"],
    "* weight": ["t([0.5, 2.0, 1.0, 1.5])"], "* ignore_index": ["1", "2"],
    "* label_smoothing": ["0.25", "1.0"], "* log_target": ["True"],
    "* pos_weight": ["t([0.5, 2.0, 1.0, 1.5])", "t(3.0)"], "* eps": ["0.5", "0.01"],
    "* p": ["0.0", "2.0", "0.25"], "* training": ["True", "False"],
    "* bias": ["False", "True"], "* stride": ["2", "(1,)"], "* padding": ["1", "'same'", "'valid'"],
    "* dilation": ["2"], "* groups": ["2"],
    "* output_padding": ["1"], "* ceil_mode": ["True"], "* return_indices": ["True"],
    "* count_include_pad": ["False"], "* divisor_override": ["3"],
    "* kernel_size": ["3", "(2,)"], "* momentum": ["0.5", "0.0", "None"], "* affine": ["False"],
    "* track_running_stats": ["False"],
    "* elementwise_affine": ["False"], "* padding_idx": ["1", "-1", "9"], "* max_norm": ["1.0"],
    "* norm_type": ["1.0"], "* scale_grad_by_freq": ["True"],
    "* sparse": ["False"], "* num_classes": ["5", "-1", "2"], "* out": ["None"],
    "* normalized_shape": ["(3, 4)", "4", "(2,)", "1"],
    "* padding_mode": ["'reflect'", "'zeros'", "'circular'"], "* device": ["'cpu'", "'cuda'"],
    "* start_dim": ["0", "-2"], "* end_dim": ["1"],
    "F.linear bias": ["n(2, first=3)", "n(1)"], "F.conv1d bias": ["n(6)"], "F.conv2d bias": ["n(6)"],
    "F.conv_transpose1d bias": ["n(6)"],
    "F.conv_transpose2d bias": ["n(6)"], "F.layer_norm bias": ["n(4, first=2)"],
    "F.layer_norm weight": ["n(4, first=2)"],
    "F.batch_norm bias": ["n(4, first=2)"], "F.batch_norm running_mean": ["None"],
    "F.normalize p": ["1.0", "3.0"], "F.normalize dim": ["0", "-1"],
    "F.binary_cross_entropy weight": ["n(4, first=3)", "n(3, 1)"], "F.binary_cross_entropy_with_logits "
    "weight": ["n(4, first=3)"],
    "F.nll_loss weight": ["t([0.5, 2.0, 1.0, 1.5])", "t([1.0, 2.0])"], "F.dropout p": ["0.0", "2"],
    "F.dropout training": ["False"],
    "nn.Dropout p": ["0.0", "2"],
}
# Modules: arguments that they need, and their operands.
MODULES = {
    "Linear": ("4, 3", "n(2, 4)"), "Embedding": ("4, 2", "c(3)"), "Conv1d": ("4, 6, 3", "n(2, 4, 7)"),
    "Conv2d": ("4, 6, 3", "n(2, 4, 5, 6)"),
    "ConvTranspose1d": ("4, 6, 3", "n(2, 4, 7)"), "ConvTranspose2d": ("4, 6, 3", "n(2, 4, 5, 6)"),
    "LayerNorm": ("(4,)", "n(2, 3, 4)"),
    "BatchNorm1d": ("4", "n(3, 4)"), "BatchNorm2d": ("4", "n(2, 4, 2, 3)"), "Dropout": ("0.0", "n(3, 4)"),
    "Flatten": ("", "n(2, 3, 2)"),
    "Unflatten": ("1, (2, 2)", "n(3, 4)"), "Identity": ("", "n(3, 4)"), "MaxPool1d": ("2", "n(2, 4, 7)"),
    "MaxPool2d": ("2", "n(2, 4, 5, 6)"),
    "AvgPool1d": ("2", "n(2, 4, 7)"), "AvgPool2d": ("2", "n(2, 4, 5, 6)"), "Softmax": ("1", "n(3, 4)"),
    "Softmin": ("1", "n(3, 4)"),
    "LogSoftmax": ("1", "n(3, 4)"), **{x: ("", "n(3, 4)") for x in "ReLU Tanh Sigmoid GELU SiLU Mish SELU "
                                       "Softplus Softsign LogSigmoid ELU CELU LeakyReLU".split()},
    **{x: ("", "n(3, 4); n(3, 4, first=9)") for x in "MSELoss L1Loss SmoothL1Loss HuberLoss".split()},
    "CrossEntropyLoss": ("", "n(5, 4); c(5)"),
    "NLLLoss": ("", "logp(5, 4); c(5)"), "BCELoss": ("", "u(3, 4); u(3, 4, first=5)"),
    "BCEWithLogitsLoss": ("", "n(3, 4); u(3, 4)"),
    "KLDivLoss": ("", "logp(3, 4); p(3, 4)"),
}
ATTENTION = ["n(3, 2, 4); n(5, 2, 4, first=7); n(5, 2, 4, first=9)", "n(3, 4); n(5, 4, first=7); n(5, 4, "
             "first=9)"]
IN_ATTENTION = ["dropout=0.0", "bias=False", "add_bias_kv=True", "add_zero_attn=True", "kdim=4", "vdim=3",
                "batch_first=True", "device='cpu'", "dtype=m.float64"]
OF_ATTENTION = ["b(2, 5)", "need_weights=False", "attn_mask=b(3, 5)", "attn_mask=n(3, 5)",
                "attn_mask=m.zeros(3, 5)", "key_padding_mask=n(2, 5)",
                "average_attn_weights=False", "attn_mask=m.triu(m.ones(3, 5), diagonal=1).bool()",
                "None, False", "None, True, b(3, 5)", "None, True, None, False",
                "attn_mask=b(4, 3, 5)", "attn_mask=n(4, 3, 5)",
                "attn_mask=b(3, 5), key_padding_mask=t([[False] * 4 + [True], [True] * 2 + [False] * 3])"]
# Optimizers: the values of their arguments that are not the default.
RATES = {"lr": "0.05", "momentum": "0.5", "dampening": "0.5", "weight_decay": "0.25", "nesterov": "True",
         "maximize": "True", "foreach": "False",
         "differentiable": "False", "betas": "(0.5, 0.75)", "eps": "0.125", "amsgrad": "True",
         "capturable": "False", "fused": "False", "alpha": "0.5",
         "centered": "True", "lr_decay": "0.5", "initial_accumulator_value": "0.5", "rho": "0.5",
         "momentum_decay": "0.25"}
OPTIMIZERS = "SGD Adam AdamW RMSprop Adagrad Adadelta Adamax NAdam".split()
SCHEDULES = {"StepLR": "2", "MultiStepLR": "[2, 4]", "ConstantLR": "", "LinearLR": "", "ExponentialLR": "0.5",
             "LambdaLR": "lambda t: 1 / (1 + t)",
             "MultiplicativeLR": "lambda t: 0.9", "PolynomialLR": "", "CosineAnnealingLR": "4",
             "CosineAnnealingWarmRestarts": "3",
             "OneCycleLR": "0.5, 9", "ReduceLROnPlateau": ""}
OF_SCHEDULES = {"gamma": "0.25", "factor": "0.25", "total_iters": "3", "start_factor": "0.5",
                "end_factor": "0.75", "power": "2.0", "eta_min": "0.01",
                "T_mult": "2", "epochs": "3", "steps_per_epoch": "3", "pct_start": "0.5",
                "anneal_strategy": "'linear'", "cycle_momentum": "False",
                "base_momentum": "0.5", "max_momentum": "0.75", "div_factor": "5.0",
                "final_div_factor": "10.0", "three_phase": "True", "mode": "'max'",
                "patience": "1", "threshold": "0.5", "threshold_mode": "'abs'", "cooldown": "2",
                "min_lr": "0.01", "eps": "0.1", "last_epoch": "-1",
                "verbose": "False"}
ROWS = "data.TensorDataset(n(5, 2), c(5))"
DATA = [ROWS + "[2]", "list(data.DataLoader(%s, 2))" % ROWS, "list(data.DataLoader(n(5, 2), batch_size=2))",
        "list(data.DataLoader([1, 2, 3], 2))",
        "list(data.DataLoader([n(3), n(3), n(3)], 2))", "list(data.DataLoader(sine((5, 2)), 2))",
        "list(data.DataLoader([(n(2), 1), (n(2), 0)], 2))",
        "list(data.DataLoader([{'x': n(2), 'y': 1.0}] * 3, 2))", "list(data.DataLoader(%s, 2, False, [4, 0, "
        "2]))" % ROWS,
        "list(data.DataLoader(%s, sampler=[4, 0, 2]))" % ROWS, "list(data.DataLoader(%s, batch_sampler=[[4, "
        "0], [2]]))" % ROWS,
        "list(data.DataLoader(%s, 1, False, None, [[4, 0], [2]]))" % ROWS, "list(data.DataLoader(%s, 2, "
        "False, None, None, 0, len))" % ROWS,
        "list(data.DataLoader(%s, 2, collate_fn=len))" % ROWS, "list(data.DataLoader(%s, 2, False, None, "
        "None, 0, None, False, True))" % ROWS,
        "list(data.DataLoader(%s, 2, drop_last=True))" % ROWS, "list(data.DataLoader(%s, batch_size=None))" %
        ROWS, "list(data.DataLoader(%s, 0))" % ROWS,
        "len(data.DataLoader(%s, 2, drop_last=True))" % ROWS, "data.DataLoader(%s, 2, True, [1, 2])" % ROWS,
        "list(data.DataLoader(%s, 2, timeout=0, worker_init_fn=len, multiprocessing_context=None, "
        "generator=None))" % ROWS,
        "[len(d) for d in data.random_split(%s, [2, 3])]" % ROWS, "[len(d) for d in data.random_split(%s, "
        "[0.5, 0.5])]" % ROWS,
        "[len(d) for d in data.random_split(%s, [2, 2])]" % ROWS,
        "[len(d) for d in data.random_split(dataset=%s, lengths=[6, -1])]" % ROWS,
        "sum(int(y) for d in data.random_split(%s, [1, 4]) for x, y in d)" % ROWS, "list(data.Subset(%s, [3, "
        "0]))" % ROWS,
        "data.Subset(dataset=%s, indices=[3, 0])[1]" % ROWS, "data.ConcatDataset([%s, %s])[7]" % (ROWS, ROWS),
        "len(%s + %s)" % (ROWS, ROWS),
        "data.TensorDataset(n(2), n(3))"]


for _ours, _more in ((OPERANDS, more.OPERANDS), (NEEDED, more.NEEDED), (VALUES, more.VALUES),
                     (MODULES, more.MODULES)):
    _ours.update(_more)
# Where the text of PyTorch 1.13 says other arguments than the function takes.
UNTRUE = {"gelu": [("input", None, False), ("approximate", "'none'", True)],
          "one_hot": [("input", None, False), ("num_classes", "-1", False)], **more.UNTRUE}


def signature_of(name):
    """The arguments of a callable of PyTorch, as (name, default as text or None, by name alone)."""
    if not in_torch:
        return SIGNATURES[name]
    module, _, word = name.partition(".")
    if word in UNTRUE:
        return UNTRUE[word]
    f = getattr(MODULE[module], "RNNBase" if word in ("RNN", "LSTM", "GRU") else word)
    f = f.__init__ if inspect.isclass(f) else f
    try:
        of = inspect.signature(f)
    except ValueError:  # its text says them
        args = re.search(r"%s\((.*?)\) ->" % word, f.__doc__)[1]
        of = inspect.signature(eval("lambda %s: 0" % args))
    plain = lambda x: repr(x) if isinstance(x, (int, float, str, tuple, type(None))) else (
        "'relu'" if x is getattr(F, "relu", 0) else "?")
    return [(q.name, None if q.default is q.empty or "required" in repr(q.default) else plain(q.default),
             q.kind == q.KEYWORD_ONLY)
            for q in of.parameters.values() if q.kind not in (q.VAR_POSITIONAL, q.VAR_KEYWORD)
            and q.name not in ("self", "mode" if "RNNBase" in f.__qualname__ else "")]


def arguments(row):
    """The arguments of a text that said() made."""
    text = "lambda %s: 0" % row
    of = ast.parse(text, mode="eval").body.args
    defaults = [None] * (len(of.args) - len(of.defaults)) + of.defaults + of.kw_defaults
    return [(a.arg, d and ast.get_source_segment(text, d), a in of.kwonlyargs)
            for a, d in zip(of.args + of.kwonlyargs, defaults)]


def signatures():
    """PyTorch's arguments by name, as the file says them."""
    for line in open(PATH):
        if line.startswith("signature "):
            name, _, row = line[len("signature "):].rstrip(")\n").partition("(")
            yield name, arguments(row)


SIGNATURES = {} if in_torch else dict(signatures())


def said(args):
    """The arguments as text."""
    out = []
    for name, default, alone in args:
        out += ["*"] * (alone and "*" not in out) + [name + ("=" + default if default is not None else "")]
    return ", ".join(out)


def each_argument(name, args, given, values):
    """Calls with each argument at each of its values, by name and by position; given: the first ones as
    texts."""
    fill = [values(q, True) or default for q, default, _ in args]
    yield ", ".join(given)
    for k, (q, default, alone) in enumerate(args):
        if k < len(given) and q in ("input", "target", "weight", "query", "key", "value", "tensor", "params",
                                    "optimizer"):
            continue
        for x in values(q, False):
            if k >= len(given):
                yield ", ".join(given + ["%s=%s" % (q, x)])
            if not alone and not None in fill[len(given):k]:
                yield ", ".join((given + fill[len(given):])[:k] + [x])


def of_name(table, name, q):
    return table.get("%s %s" % (name, q), table.get("* " + q, []))


def calls():
    """All calls, as `operands -> call`."""
    for f in FUNCTIONS:
        name = "F." + f
        args = signature_of(name)
        yield "signature %s(%s)" % (name, said(args))
        for k, operands in enumerate(OPERANDS.get(name, X)):
            names = "xyz"[:operands.count(";") + 1]
            needed = [of_name(NEEDED, name, q) or "0" for q, default, _ in args[len(names):]
                      if default is None or name == "F.batch_norm" and q == "?"]
            if any(of_name(NEEDED, name, q) for q, *_ in args[len(names):]) and not needed:
                needed = [of_name(NEEDED, name, q) for q, *_ in args[len(names):len(names) + 2]
                          if of_name(NEEDED, name, q)]
            given = [*names, *map(str, needed)]
            values = lambda q, fill: (of_name(NEEDED, name, q) or None) if fill else of_name(VALUES, name, q)
            for call in each_argument(name, args, given, values) if k < 3 else [", ".join(given)]:
                yield "%s -> %s(%s)" % (operands, name, call)
        yield "%s -> %s(%s)" % (OPERANDS.get(name, X)[0], name, ", ".join(
            "%s=%s" % (q[0], x) for q, x in zip(args, given)))
    for f, (needed, operands) in MODULES.items():
        args = signature_of("nn." + f)
        yield "signature nn.%s(%s)" % (f, said(args))
        given = eval("(lambda *x: [repr(e) for e in x])(%s)" % needed)
        values = lambda q, fill: (of_name(NEEDED, "nn." + f, q) or None) if fill else of_name(VALUES,
            "nn." + f, q)
        for call in each_argument(f, args, given, values):
            # of one dtype, as PyTorch wants them
            of = operands.replace("n(", "single(") if "float32" in call else operands
            yield "%s -> fixed(nn.%s(%s))(%s)" % (of, f, call, ", ".join("xyz"[:operands.count(";") + 1]))
    yield "signature nn.MultiheadAttention(%s)" % said(signature_of("nn.MultiheadAttention"))
    for operands in ATTENTION:
        for how in ["", *IN_ATTENTION]:
            yield "%s -> fixed(nn.MultiheadAttention(4, 2%s))(x, y, z)" % (operands, how and ", " + how)
        for how in OF_ATTENTION:
            yield "%s -> fixed(nn.MultiheadAttention(4, 2))(x, y, z, %s)" % (operands, how)
    for f in OPTIMIZERS:
        args = signature_of("optim." + f)
        yield "signature optim.%s(%s)" % (f, said(args))
        # without it 1.13 takes the product of all mu with one too many
        own = {x: RATES[x] for x in RATES if (f, x) != ("NAdam", "foreach")}
        for call in each_argument(f, args, ["w"], lambda q, fill: None if fill else [own[q]] if q in own
                                  else []):
            if f == "SGD" and not re.search(r"lr=|w, 0", call):
                call = call.replace("w", "w, 0.05", 1)
            if "nesterov=" in call:
                call += ", momentum=0.5"
            if f == "NAdam":
                call += ", foreach=True"
            yield "steps -> optim.%s(%s)" % (f, call)
    yield from calls_of_schedules_and_data()


def calls_of_schedules_and_data():
    for f, needed in SCHEDULES.items():
        args = signature_of("lr." + f)
        yield "signature lr.%s(%s)" % (f, said(args))
        given = ["o"] + [needed] * bool(needed) if f != "OneCycleLR" else ["o", "0.5", "9"]
        for call in each_argument(f, args, given, lambda q, fill: None if fill else [OF_SCHEDULES[q]]
                                  if q in OF_SCHEDULES else []):
            yield "rates -> lr.%s(%s)" % (f, call)
    for f in "DataLoader TensorDataset Subset ConcatDataset random_split".split():
        args = [a if a[1] != "?" else (a[0], "None", a[2]) for a in signature_of("data." + f)]
        yield "signature data.%s(%s)" % (f, said(args))
    for call in DATA:
        yield "-> " + call
    yield from calls_of_more()


def calls_of_more():
    for name in (*more.signatures(), "nn.RNN", "nn.LSTM", "nn.GRU"):
        yield "signature %s(%s)" % (name, said(signature_of(name)))
    yield from more.SIZES
    for call in (*more.recurrent(), *more.SEQUENCES, *more.CONTAINERS, *more.BOTH, *more.transformers(),
                 *more.INIT):
        yield "-> " + call
    for name in distributions.NAMES:
        yield "signature D.%s(%s)" % (name, said(signature_of("D." + name)))
    yield from distributions.calls()


FUNCTIONS = """relu silu mish selu elu celu leaky_relu gelu softplus softsign logsigmoid softmax softmin
log_softmax normalize one_hot linear embedding dropout layer_norm batch_norm conv1d conv2d
conv_transpose1d conv_transpose2d max_pool2d avg_pool1d avg_pool2d mse_loss l1_loss smooth_l1_loss
huber_loss cross_entropy nll_loss binary_cross_entropy binary_cross_entropy_with_logits kl_div""".split() + (
    more.FUNCTIONS)

# ---- what a call gives ----


def flat(y):
    if isinstance(y, dict):
        y = list(y.values())
    if isinstance(y, (tuple, list)):
        return [e for part in y for e in flat(part)] or ["()"]
    if y is None or isinstance(y, str):
        return ["_".join(str(y).split())]
    a = np.asarray(y.detach().numpy() if hasattr(y, "detach") else y)
    e = a.astype(float).ravel()
    if e.size > 3:
        e = np.nan_to_num(e, nan=np.nan, posinf=5.9, neginf=-5.3)
        e = three(e)
    return ["%.9g" % (round(x, 10) + 0.0) for x in e] + ["%s%s" % (a.dtype.kind + str(a.dtype.itemsize),
                                                "x".join(map(str, a.shape)))]


def values_of(y):
    return [e for part in y for e in values_of(part)] if isinstance(y, (tuple, list)) else [y]


def total_of(y):
    """The sum of all results times a sine of their place. 0: none of them has a gradient."""
    total = 0
    for e in values_of(y):
        if hasattr(e, "requires_grad") and e.requires_grad:
            total = total + (e.double() * m.tensor(sine(tuple(e.shape), 2))).sum()
    return total


def with_gradients(operands, call):
    known = dict(globals())
    given = [eval(x, known) for x in operands.split(";")] if operands else []
    for k, x in enumerate(given):
        if "float" in str(x.dtype):
            given[k] = m.tensor(np.asarray(x.detach().numpy()), dtype=x.dtype, requires_grad=True)
    known.update(zip("xyz", given))
    y = eval(call, known)
    total = total_of(y)
    if not isinstance(total, int):
        total.backward()
    return [y, [x.grad for x in given if x.requires_grad]]


def steps(call):
    w = [m.tensor(sine(s), requires_grad=True) for s in ((), (3,), (2, 2))]
    o = eval(call, dict(globals(), w=w))
    for k in range(3):
        o.zero_grad()
        sum(((x - 2 + k) ** 2 * x).sum() for x in w).backward()
        o.step()
    return w


def rates(call):
    w = m.tensor([1.0], requires_grad=True)
    o = optim.SGD([w], 0.2, 0.9)
    s = eval(call, dict(globals(), o=o))
    out = []
    for loss in (4.0, 3.0, 3.0, 2.9, 2.9, 2.9, 2.9, 2.8):
        (w * w).sum().backward()
        o.step()
        s.step(*[loss] * ("Plateau" in call))
        out += [o.param_groups[0]["lr"], o.param_groups[0]["momentum"]]
    return out


def outcome(line):
    how, _, call = line.partition("-> ")
    how = how.strip()
    try:
        m.manual_seed(5)
        y = (steps(call) if how == "steps" else rates(call) if how == "rates" else with_gradients(how, call)
             if how else eval(call))
        return flat(y), None
    except Exception as e:
        return ["%s: %s" % (type(e).__name__, " ".join(str(e).split())[:100])], e


def said_of(result):
    got, e = result
    return "error" if e else " ".join(got)


def by_signature(lines):
    """The calls that belong to each signature."""
    blocks = {}
    for line in dict.fromkeys(lines):
        if line.startswith("signature"):
            some = blocks[line] = []
        else:
            some.append(line)
    return blocks


def write(blocks):
    results = {head: [said_of(outcome(call)) for call in some] for head, some in blocks.items()}
    with open(PATH, "w") as f:
        f.write("# signatures.txt: what PyTorch %s gives, by `python3 tests/ways/signatures.py torch`.\n" %
                m.__version__[:4])
        for head, some in results.items():
            f.write(head + "\n")
            for result in dict.fromkeys(some):
                f.write("%s\t%s\n" % (" ".join(str(k) for k, r in enumerate(some) if r == result), result))


def read(blocks):
    """Pairs of a line of calls() and what PyTorch gave."""
    wanted = {}
    for line in open(PATH):
        line, _, result = line.rstrip("\n").partition("\t")
        if line.startswith("signature"):
            known = wanted[line] = {}
        elif line[0] != "#":
            known.update(dict.fromkeys(map(int, line.split()), result))
    if {head: len(some) for head, some in blocks.items()} != {head: len(of) for head, of in wanted.items()}:
        sys.exit("signatures.txt has other calls than calls(): run signatures.py torch")
    for head, some in blocks.items():
        yield head, None
        yield from ((call, wanted[head][k]) for k, call in enumerate(some))


def near(a, b, rough):
    """Whether a is PyTorch's b. Where PyTorch has NaN, as in a derivative of y ln y at 0, there may be a
    number."""
    try:
        a, b = float(a), float(b)
    except ValueError:
        return a == b
    return a == b or b != b or abs(a - b) <= (2e-6 * rough if rough else 1e-8) * max(1, abs(b))


def same_signature(line):
    name, _, row = line[len("signature "):].partition("(")
    theirs = inspect.signature(eval("lambda %s: 0" % row[:-1])).parameters.values()
    module, _, word = name.partition(".")
    f = getattr(MODULE[module], word, None)
    if f is None:
        return False
    ours = [q for q in inspect.signature(f).parameters.values()
            if q.kind not in (q.VAR_POSITIONAL, q.VAR_KEYWORD)]
    by_place = lambda some: [(q.name, q.default) for q in some if q.kind == q.POSITIONAL_OR_KEYWORD]
    mine = {q.name: q.default for q in ours}
    wrong = [q.name for q in theirs if q.name not in mine or q.default is not q.empty
             and mine[q.name] != q.default]
    a, b = by_place(theirs), by_place(ours)
    return not wrong and [x for x, _ in a] == [x for x, _ in b][:len(a)]


def main():
    if in_torch:
        import warnings
        warnings.simplefilter("ignore")
        write(by_signature(calls()))
        return 0
    asked = [x for x in sys.argv[1:] if x != "-v"]
    counts = dict(same=0, refused=0, other=0)
    for line, wanted in read(by_signature(calls())):
        if not all(x in line for x in asked):
            continue
        if line[:9] == "signature":
            counts["same" if same_signature(line) else "other"] += 1
            if not same_signature(line):
                print("other signature: " + line)
            continue
        m.graph().begin()
        wanted, (got, e) = wanted.split(), outcome(line)
        fails = wanted == ["error"]
        # then by the largest number of all, of which sums are made
        single = "single" in line or "float32" in line
        rough = single and max([1.0] + [abs(float(x)) for x in wanted if re.fullmatch(r"[-+.e\d]+", x)])
        what = ("refused" if fails or "wengert" in str(e) or isinstance(e, m.Error) else "other") if e else (
            "same" if len(got) == len(wanted) and all(near(x, y, rough) for x, y in zip(got, wanted))
            else "other")
        counts[what] += 1
        if what == "other" or what == "refused" and "-v" in sys.argv:
            print("%s: %s\n  torch    %s\n  wengert  %s" % (what, line, " ".join(wanted)[:300],
                                                            " ".join(got)[:300]))
    print("signatures: " + ", ".join("%d %s" % (k, what) for what, k in counts.items()))
    return counts["other"] > 0


if __name__ == "__main__":
    sys.exit(main())
