"""signatures_more.py: the tables of signatures.py for more functions and modules of nn, for its recurrent and
attention modules, first values, containers and packed sequences."""

# As OPERANDS of signatures.py.
LINE, IMAGE = ["n(2, 4, 6)", "n(1, 4, 5)"], ["n(2, 4, 4, 6)", "n(1, 4, 5, 5)"]
TWO = ["n(3, 4); n(3, 4, first=9)", "n(2, 3, 4); n(2, 3, 4, first=5)", "n(3, 4); n(1, 4, first=3)"]
SIGNS = "t([1.0, -1.0, 1.0])"
OPERANDS = {
    "F.pad": ["n(2, 3, 4)", "n(2, 3, 4, 5)", "n(3, 4)", "c(2, 3)", "n(4)"],
    "F.interpolate": ["n(2, 3, 4, 6)", "n(2, 3, 4)", "n(1, 1, 5, 3)", "n(3, 4)"],
    "F.upsample": ["n(2, 3, 4, 6)"],
    "F.pixel_shuffle": ["n(2, 8, 2, 3)", "n(4, 1, 1)", "n(2, 3, 2, 2)", "n(2, 2)"],
    "F.pixel_unshuffle": ["n(2, 3, 4, 6)", "n(1, 2, 2)", "n(2, 3, 3, 2)"],
    "F.prelu": ["n(3, 4); n(4, first=5)", "n(2, 3, 2); n(1)", "n(4); n(1)", "n(); n(1)", "n(3, 4); n(3)"],
    "F.glu": ["n(3, 4)", "n(2, 4, 2)", "n(3, 3)"],
    "F.threshold": ["n(3, 4)", "n()", "n(0, 3)"],
    **{"F." + f: LINE + ["n(4, 6)"] for f in "dropout1d adaptive_avg_pool1d adaptive_max_pool1d".split()},
    **{"F." + f: IMAGE for f in "adaptive_avg_pool2d adaptive_max_pool2d".split()}, "F.dropout2d": IMAGE,
    "F.group_norm": ["n(3, 4)", "n(2, 4, 3)", "n(2, 4, 2, 3)", "n(2, 3, 2)"],
    "F.instance_norm": ["n(2, 4, 3)", "n(2, 4, 2, 3)", "n(3, 4)", "n(2, 4, 1)"],
    "F.bilinear": ["n(3, 2); n(3, 4, first=5); n(5, 2, 4, first=3)", "n(2, 3, 2); n(2, 3, 4); n(1, 2, 4)",
                   "n(2); n(4); n(3, 2, 4)"],
    "F.cosine_similarity": TWO + ["m.zeros(2, 3); n(2, 3)"], "F.pairwise_distance": TWO,
    "F.unfold": ["n(2, 3, 4, 5)", "n(1, 1, 3, 3)", "n(3, 4, 4)"],
    "F.fold": ["n(2, 12, 6)", "n(12, 6)", "n(2, 5, 6)"],
    "F.cosine_embedding_loss": ["n(3, 4); n(3, 4, first=9); " + SIGNS, "n(4); n(4, first=9); t(-1)"],
    "F.margin_ranking_loss": ["n(3); n(3, first=9); " + SIGNS, "n(); n(first=2); t(-1)"],
    "F.hinge_embedding_loss": ["n(3); " + SIGNS, "n(2, 3); " + SIGNS, "n(); t(-1)"],
    "F.triplet_margin_loss": ["n(3, 4); n(3, 4, first=9); n(3, 4, first=4)", "n(4); n(4, first=9); n(4, "
                              "first=2)"],
    "F.gaussian_nll_loss": ["n(3, 4); n(3, 4, first=9); u(3, 4)", "n(3, 4); n(3, 4, first=9); u(3, 1)",
                            "n(3, 4); n(3, 4, first=9); u(3)", "n(3); n(3, first=9); n(3)"],
    "F.poisson_nll_loss": ["n(3, 4); c(3, 4).double()", "u(3); c(3).double()"],
    "F.soft_margin_loss": ["n(3); t([1, -1, 1])", "n(2, 3); t([1, -1, 1])"],
    "F.multilabel_soft_margin_loss": ["n(3, 4); b(3, 4).double()", "n(4); b(4).double()"],
    "F.multi_margin_loss": ["n(3, 4); c(3)", "n(4); t(2)", "n(2, 4); t([1, 5])"],
    "F.embedding_bag": ["c(3, 4); n(4, 2)", "c(7); n(4, 2)", "c(2, 1); n(4, 2)"],
}
NEEDED = {"F.pad pad": "(1, 2)", "* upscale_factor": "2", "* downscale_factor": "2",
          "* output_size": "3", "F.threshold threshold": "0.25", "F.threshold value": "2.0",
          "F.group_norm num_groups": "2", "F.fold output_size": "(3, 4)", "F.gumbel_softmax tau": "1.0",
          **{"F.dropout%dd %s" % (k, q): x for k in (1, 2) for q, x in (("p", "0.5"), ("training", "False"))}}
IN_PLACE = dict(ReLU6="relu6", Hardtanh="hardtanh", Hardsigmoid="hardsigmoid", Hardswish="hardswish",
                Threshold="threshold", RReLU="rrelu", Dropout1d="dropout1d", Dropout2d="dropout2d")
VALUES = {
    # a parameter itself does not change: SIZES has these calls
    **{"%s%s inplace" % (kind, f): ["False"] for pair in IN_PLACE.items() for kind, f in zip(("nn.", "F."),
                                                                                             pair)},
    "F.pad pad": ["(1, 2, 0, 1)", "(-1, 1)", "(0, 0)", "(1,)", "(2, 1)", "(0, 3)", "(1, 0, 0, -1)"],
    "F.pad mode": ["'reflect'", "'replicate'", "'circular'", "'edge'"], "F.pad value": ["0.5", "0"],
    "* size": ["7", "3", "2", "(5, 4)"], "* scale_factor": ["2", "2.0", "0.5", "(2, 1)", "1.5"],
    "* mode": ["'bilinear'", "'linear'", "'nearest'", "'area'", "'nearest-exact'", "'cubic'"],
    "* align_corners": ["True", "False"], "* recompute_scale_factor": ["True", "False"],
    "* antialias": ["True"], "* upscale_factor": ["1", "3"], "* downscale_factor": ["1", "3"],
    "* min_val": ["-0.5", "2.0"], "* max_val": ["0.5", "-2.0"],
    "* lambd": ["0.25", "-1.0"], "F.threshold threshold": ["0.5"], "* value": ["0.5"],
    "* lower": ["0.25"], "* upper": ["0.75"], "F.rrelu training": ["False"],
    "F.dropout1d p": ["0.0", "1.0", "2.0"], "F.dropout1d training": ["False"],
    "F.dropout2d p": ["0.0", "1.0", "2.0"], "F.dropout2d training": ["False"],
    "* output_size": ["1", "2", "(2,)", "(3, 2)", "(None, 2)", "None"],
    "F.group_norm num_groups": ["1", "4", "3"], "F.group_norm weight": ["n(4, first=3)"],
    "F.group_norm bias": ["n(4, first=2)"], "F.instance_norm weight": ["n(4, first=3)"],
    "F.instance_norm bias": ["n(4, first=2)"], "F.instance_norm running_mean": ["n(4, first=4)"],
    "F.instance_norm running_var": ["u(4)"], "F.instance_norm use_input_stats": ["False"],
    "F.bilinear bias": ["n(5, first=7)"], "F.cosine_similarity dim": ["0", "-1"],
    "F.cosine_similarity eps": ["0.5", "4.0"], "F.pairwise_distance p": ["1.0", "3.0", "float('inf')"],
    "F.pairwise_distance eps": ["0.25"], "* keepdim": ["True"], "F.unfold kernel_size": ["3", "(2, 1)"],
    "F.fold kernel_size": ["(2, 1)"], "F.fold output_size": ["(4, 3)", "5"], "* margin": ["0.25", "2.0"],
    "F.triplet_margin_loss p": ["1.0", "3.0"], "F.triplet_margin_loss eps": ["0.25"], "* swap": ["True"],
    "* full": ["True"], "* log_input": ["False"], "F.gaussian_nll_loss eps": ["0.5"],
    "F.poisson_nll_loss eps": ["0.5"], "F.multi_margin_loss p": ["2", "3"],
    "F.multilabel_soft_margin_loss weight": ["n(4, first=3)"],
    "F.multi_margin_loss weight": ["t([0.5, 2.0, 1.0, 1.5])"],
    "F.embedding_bag offsets": ["t([0, 2, 5])", "t([0, 0, 3])", "t([1, 3])"],
    "F.embedding_bag mode": ["'sum'", "'max'", "'min'"], "F.embedding_bag padding_idx": ["1", "-1"],
    "F.embedding_bag per_sample_weights": ["n(3, 4)"], "F.embedding_bag include_last_offset": ["False"],
    "nn.PReLU init": ["0.5"], "nn.PReLU num_parameters": ["4"], "nn.Hardtanh min_value": ["-0.5"],
    "nn.Hardtanh max_value": ["0.5"], "nn.Dropout1d p": ["0.0", "2"], "nn.Dropout2d p": ["0.0", "2"],
    "nn.PairwiseDistance p": ["1.0"], "nn.TripletMarginLoss p": ["1.0"], "nn.MultiMarginLoss p": ["2"],
    "nn.MultiMarginLoss weight": ["t([0.5, 2.0, 1.0, 1.5])"], "nn.CosineSimilarity dim": ["0"],
    "nn.EmbeddingBag mode": ["'sum'", "'max'"], "nn.EmbeddingBag _weight": ["n(4, 2, first=3)", "n(2)"],
    "nn.EmbeddingBag include_last_offset": ["False"], "* _weight": ["n(4, 2, first=3)"],
}
FUNCTIONS = """pad interpolate upsample pixel_shuffle pixel_unshuffle prelu relu6 hardtanh
hardsigmoid hardswish hardshrink softshrink tanhshrink threshold glu rrelu dropout1d dropout2d
adaptive_avg_pool1d adaptive_avg_pool2d adaptive_max_pool1d adaptive_max_pool2d group_norm instance_norm
bilinear cosine_similarity pairwise_distance unfold fold cosine_embedding_loss margin_ranking_loss
hinge_embedding_loss triplet_margin_loss gaussian_nll_loss poisson_nll_loss soft_margin_loss
multilabel_soft_margin_loss multi_margin_loss embedding_bag""".split()
POOLED = [("input", None, False), ("output_size", None, False), ("return_indices", "False", False)]
UNTRUE = {"adaptive_max_pool1d": POOLED, "adaptive_max_pool2d": POOLED}
PAIR = "n(3, 4); n(3, 4, first=9)"
MODULES = {
    **{x: ("", "n(3, 4)") for x in "ReLU6 Hardtanh Hardsigmoid Hardswish Hardshrink Softshrink Tanhshrink "
       "GLU "
                                   "PReLU".split()},
    "Threshold": ("0.25, 2.0", "n(3, 4)"), "Softmax2d": ("", "n(2, 4, 2, 3)"),
    "Dropout1d": ("0.0", "n(2, 4, 6)"), "Dropout2d": ("0.0", "n(2, 4, 2, 3)"),
    "GroupNorm": ("2, 4", "n(2, 4, 3)"), "InstanceNorm1d": ("4", "n(2, 4, 3)"),
    "InstanceNorm2d": ("4", "n(2, 4, 2, 3)"), "BatchNorm3d": ("4", "n(2, 4, 2, 3, 1)"),
    "AdaptiveAvgPool1d": ("3", "n(2, 4, 6)"), "AdaptiveMaxPool1d": ("3", "n(2, 4, 6)"),
    "AdaptiveAvgPool2d": ("3", "n(2, 4, 4, 6)"), "AdaptiveMaxPool2d": ("3", "n(2, 4, 4, 6)"),
    "Upsample": ("None, 2", "n(2, 3, 4, 6)"), "UpsamplingNearest2d": ("None, 2", "n(2, 3, 4, 6)"),
    "UpsamplingBilinear2d": ("None, 2", "n(2, 3, 4, 6)"), "ZeroPad2d": ("(1, 2, 0, 1)", "n(2, 3, 4, 5)"),
    "ConstantPad1d": ("(1, 2), 0.5", "n(2, 3, 4)"), "ConstantPad2d": ("(1, 2, 0, 1), 0.5", "n(2, 3, 4, 5)"),
    "ReflectionPad1d": ("(1, 2)", "n(2, 3, 4)"), "ReflectionPad2d": ("(1, 2, 0, 1)", "n(2, 3, 4, 5)"),
    "ReplicationPad1d": ("(1, 2)", "n(2, 3, 4)"), "ReplicationPad2d": ("(1, 2, 0, 1)", "n(2, 3, 4, 5)"),
    "PixelShuffle": ("2", "n(2, 8, 2, 3)"), "PixelUnshuffle": ("2", "n(2, 3, 4, 6)"),
    "Bilinear": ("2, 4, 5", "n(3, 2); n(3, 4, first=5)"),
    "CosineSimilarity": ("", PAIR), "PairwiseDistance": ("", PAIR), "Unfold": ("2", "n(2, 3, 4, 5)"),
    "Fold": ("(3, 4), 2", "n(2, 12, 6)"), "CosineEmbeddingLoss": ("", PAIR + "; " + SIGNS),
    "MarginRankingLoss": ("", "n(3); n(3, first=9); " + SIGNS), "HingeEmbeddingLoss": ("", "n(3); " + SIGNS),
    "TripletMarginLoss": ("", PAIR + "; n(3, 4, first=4)"), "GaussianNLLLoss": ("", PAIR + "; u(3, 4)"),
    "PoissonNLLLoss": ("", "n(3, 4); c(3, 4).double()"), "SoftMarginLoss": ("", "n(3); t([1, -1, 1])"),
    "MultiLabelSoftMarginLoss": ("", "n(3, 4); b(3, 4).double()"), "MultiMarginLoss": ("", "n(3, 4); c(3)"),
    "EmbeddingBag": ("4, 2", "c(3, 4)"),
}


def recurrent():
    """Calls of recurrent modules: each argument, states, packed sequences, one behind the other."""
    x, alone = "n(5, 2, 3)", "n(5, 3)"
    h, h2 = "n(1, 2, 4, first=5)", "n(4, 2, 4, first=5)"
    of = ["", "num_layers=2", "2", "bias=False", "1, False", "batch_first=True", "1, True, True",
          "2, True, False, 0.0", "2, dropout=0.0", "bidirectional=True", "2, True, False, 0.0, True",
          "proj_size=2", "device='cpu'", "dtype=m.float64", "2, bidirectional=True, bias=False"]
    for kind in ("RNN", "LSTM", "GRU"):
        state = lambda s: "(%s, %s)" % (s, s.replace("first=5", "first=3")) if kind == "LSTM" else s
        more = ["nonlinearity='relu'", "2, nonlinearity='relu', bidirectional=True", "nonlinearity='elu'"]
        for how in of + more * (kind == "RNN"):
            yield "learned(fixed(nn.%s(3, 4%s)), %s)" % (kind, how and ", " + how, x)
        net = "fixed(nn.%s(3, 4, 2, bidirectional=True))" % kind
        yield "said_names(nn.%s(3, 4, 2, bidirectional=True))" % kind
        yield "said_names(nn.%s(3, 4, bias=False))" % kind
        yield "learned(loaded(nn.%s(3, 4, 2)), %s)" % (kind, x)
        yield "learned(fixed(nn.%s(3, 4)), %s, %s)" % (kind, x, state(h))
        yield "learned(fixed(nn.%s(3, 4)), %s, hx=%s)" % (kind, x, state(h))
        yield "learned(%s, %s, %s)" % (net, x, state(h2))
        yield "learned(%s, %s)" % (net, alone)
        yield "learned(%s, %s, %s)" % (net, alone, state("n(4, 4, first=5)"))
        yield "learned(fixed(nn.%s(3, 4)), %s, %s)" % (kind, x, state("n(1, 3, 4, first=5)"))
        yield "learned(fixed(nn.%s(3, 4)), n(5, 2, 4))" % kind
        yield "carried(fixed(nn.%s(3, 4, 2)), n(5, 2, 3), n(4, 2, 3, first=7))" % kind
        yield "carried(fixed(nn.%s(3, 4, 2)).eval(), n(5, 3), n(1, 3, first=7))" % kind
        for packed in ("rnn.pack_padded_sequence(n(5, 2, 3), [5, 3])",
                       "rnn.pack_padded_sequence(n(2, 5, 3), t([2, 4]), True, False)",
                       "rnn.pack_sequence([n(4, 3), n(2, 3), n(1, 3)])"):
            rows = 3 if "pack_s" in packed else 2
            yield "learned(%s, %s)" % (net, packed)
            yield "learned(%s, %s, %s)" % (net, packed, state("n(4, %d, 4, first=5)" % rows))
        yield "rnn.pad_packed_sequence(%s(rnn.pack_padded_sequence(n(5, 3, 3), [2, 5, 3], " \
              "enforce_sorted=False))[0])" % net
        cell = "nn.%sCell(3, 4" % kind
        one = state("n(2, 4, first=5)")
        for how in ["", ", bias=False", ", False", ", device='cpu'", ", dtype=m.float64"] + [
                ", nonlinearity='relu'", ", True, 'relu'"] * (kind == "RNN"):
            yield "learned(fixed(%s%s)), n(2, 3), %s)" % (cell, how, one)
        yield "learned(fixed(%s)), n(2, 3))" % cell
        yield "learned(fixed(%s)), n(3), %s)" % (cell, state("n(4, first=5)"))
        yield "learned(fixed(%s)), n(2, 3), %s)" % (cell, state("n(2, 3, first=5)"))
        yield "said_names(%s))" % cell


SEQUENCES = [
    "rnn.pad_sequence([n(2, 3), n(4, 3)])", "rnn.pad_sequence([n(2), n(4)], True)",
    "rnn.pad_sequence([n(2), n(4)], batch_first=True, padding_value=0.5)",
    "rnn.pad_sequence([n(2), n(4)], False, -1)", "rnn.pad_sequence([c(2), c(3)], True, 9)",
    "rnn.pad_sequence([n(2, 3), n(4, 2)])", "rnn.pack_padded_sequence(n(5, 2), [5, 3])",
    "rnn.pack_padded_sequence(n(5, 2), [3, 5])", "rnn.pack_padded_sequence(n(5, 2), t([3, 5]), False, False)",
    "rnn.pack_padded_sequence(input=n(2, 5), lengths=t([3, 5]), batch_first=True, enforce_sorted=False)",
    "rnn.pack_padded_sequence(n(5, 2), [5, 0])", "rnn.pack_padded_sequence(n(5, 2), [5, 3, 1])",
    "rnn.pack_sequence([n(4), n(2)])", "rnn.pack_sequence([n(2), n(4)])",
    "rnn.pack_sequence([n(2), n(4)], False)", "rnn.pack_sequence([n(2), n(4)], enforce_sorted=False)",
    "rnn.unpack_sequence(rnn.pack_sequence([n(2), n(4)], False))",
    "rnn.unpad_sequence(n(5, 2), t([3, 5]))", "rnn.unpad_sequence(n(2, 5), t([3, 5]), True)",
    "[rnn.pad_packed_sequence(rnn.pack_sequence([n(2), n(4)], False), *how) for how in ((), (True,), "
    "(True, 9), (False, 9, 6))]",
    "rnn.pad_packed_sequence(rnn.pack_sequence([n(4)]), total_length=5, padding_value=2, batch_first=True)",
    "rnn.pad_packed_sequence(rnn.pack_sequence([n(4)]), total_length=3)",
    "nn.utils.parameters_to_vector(fixed(nn.Linear(3, 2)).parameters())",
]
CONTAINERS = [
    "said_names(nn.ModuleDict({'a': nn.Linear(2, 3), 'b': nn.ReLU(), 'c': nn.PReLU()}))",
    "list(nn.ModuleDict({'a': nn.Linear(2, 3), 'b': nn.ReLU()}).keys())",
    "list(nn.ModuleDict([['a', nn.Linear(2, 3)], ['b', nn.ReLU()]]))",
    "nn.ModuleDict({'relu': nn.ReLU(), 'tanh': nn.Tanh()})['tanh'](n(3))",
    "[f(n(3)) for f in nn.ModuleDict({'relu': nn.ReLU(), 'tanh': nn.Tanh()}).values()]",
    "[k for k, f in nn.ModuleDict({'relu': nn.ReLU(), 'tanh': nn.Tanh()}).items()]",
    "len(nn.ModuleDict({'relu': nn.ReLU()})), 'relu' in nn.ModuleDict({'relu': nn.ReLU()})",
    "nn.ModuleDict({'a': nn.ReLU()})['b']", "nn.ModuleDict({'a.b': nn.ReLU()})", "nn.ModuleDict({'a': 3})",
    "nn.ModuleDict({'train': nn.ReLU()})", "nn.ModuleDict({1: nn.ReLU()})",
    "said_names(changed(nn.ModuleDict({'a': nn.Linear(2, 3), 'b': nn.Linear(1, 1)})))",
    "said_names(nn.ParameterList([nn.Parameter(n(2)), nn.Parameter(n(3))]))",
    "nn.ParameterList([nn.Parameter(n(2)), nn.Parameter(n(3))])[-1]",
    "list(nn.ParameterList([nn.Parameter(n(2)), nn.Parameter(n(3))])[1:])",
    "said_names(nn.ParameterList([nn.Parameter(n(2))]).append(nn.Parameter(n(3))).extend([n(1)]))",
    "said_names(nn.ParameterDict({'a': nn.Parameter(n(2)), 'b': n(3)}))",
    "list(nn.ParameterDict({'a': nn.Parameter(n(2)), 'b': n(3)}).keys())",
    "nn.ParameterDict({'a': nn.Parameter(n(2)), 'b': n(3)})['b']",
]
# Sizes of images: each mode by a size and by a factor.
SIZES = ["%s -> F.interpolate(x, %s%s)" % (x, how, more) for x, modes in (
    ("n(2, 3, 4, 6)", ("", ", mode='bilinear'", ", mode='bilinear', align_corners=True", ", mode='area'",
                       ", mode='nearest-exact'", ", mode='linear'", ", mode='nearest', align_corners=False")),
    ("n(2, 3, 5)", ("", ", mode='linear'", ", mode='linear', align_corners=True", ", mode='nearest-exact'")))
    for how in ("scale_factor=2", "None, 0.5", "7", "size=3", "scale_factor=1.5, recompute_scale_factor=True",
                "2, 2") for more in modes] + [
    "n(2, 3, 4, 6) -> F.interpolate(x, None, (2, 3), 'bilinear', True)",
    "n(2, 3, 4, 6) -> F.interpolate(x, (5, 3), None, 'bilinear', False)",
    "n(2, 3, 4, 6) -> F.interpolate(x, None, 2, 'bilinear', False, False, False)",
    "n(2, 3, 4, 6) -> F.interpolate(x, (2, 2), None, 'bilinear', False, None, True)",
    "n(2, 3, 4, 6) -> F.upsample(x, (5, 3), None, 'bilinear', True)",
    "n(2, 3, 4, 6) -> F.upsample(x, scale_factor=2)",
    *("n(2, 3, 4, 5) -> F.pad(x, %s)" % how for how in (
        "(1, 2, 0, 1), 'reflect'", "(1, 2, 1, 1), 'replicate'", "(1, 2, 1, 1), mode='circular'",
        "(1, 2, 0, 1), 'constant', 3", "(1, 2, 0, 1, 2, 0), value=-1", "[1, 1, 1, 1], 'reflect'",
        "(4, 4, 3, 3), 'reflect'", "(5, 4, 3, 3), 'reflect'", "(1, 1), 'reflect'", "(5, 5, 4, 4), 'circular'",
        "(6, 1, 0, 0), 'circular'", "(-1, 2, 0, -1), 'replicate'")),
    "n(3, 4) -> F.embedding_bag(c(3, 4), x, mode='sum', per_sample_weights=n(3, 4, first=2))",
    "n(4, 2); n(7) -> F.embedding_bag(c(7), x, t([0, 2, 2]), mode='sum', per_sample_weights=y)",
    *("n(4, 2) -> F.embedding_bag(c(7), x, t([0, 2, 2, 7]), %s)" % how for how in (
        "mode='sum', include_last_offset=True", "None, 2., False, 'max', False, None, True",
        "mode='max', padding_idx=3", "mode='mean', padding_idx=0"))]
SIZES += ["n(2, 4, 6) -> F.%s(x * 1, %sinplace=True)" % (f, "0.25, 2.0, " if f == "threshold" else
                                                          "0.0, " if f[:4] == "drop" else "")
          for f in IN_PLACE.values() if f != "dropout2d"] + [
    "n(2, 4, 6) -> nn.%s(%sinplace=True).eval()(x * 1)" % (f, "0.25, 2.0, " if f == "Threshold" else "")
    for f in IN_PLACE if f != "Dropout2d"] + [
    "-> F.channel_shuffle(n(2, 4, 2, 2), 2)", "-> F.channel_shuffle(n(2, 4, 2), groups=4)",
    "-> F.channel_shuffle(n(2, 3, 2), 2)", "-> nn.ChannelShuffle(2)(n(2, 4, 2, 2))",
    *("n(5, 2, 3) -> fixed(nn.%s(3, 4))(rnn.pack_padded_sequence(x, t([3, 5]), False, False))[%s]" % (f, k)
      for f in ("RNN", "LSTM", "GRU") for k in ("0].data[0:9", "1"))]
# Norms that keep averages: train, then eval.
BOTH = ["both(fixed(nn.%s(4%s)), %s)" % (f, how, x) for f, x in (
    ("InstanceNorm1d", "n(2, 4, 3)"), ("InstanceNorm2d", "n(2, 4, 2, 3)"), ("BatchNorm1d", "n(3, 4)"),
    ("BatchNorm3d", "n(2, 4, 2, 3, 1)")) for how in (
    "", ", track_running_stats=True", ", affine=True", ", 1e-3, 0.5, True, True")] + [
    "both(fixed(nn.GroupNorm(2, 4)), n(2, 4, 3))", "both(nn.Dropout2d(0.0), n(2, 4, 2, 3))",
    "said_names(nn.InstanceNorm1d(4, affine=True, track_running_stats=True))", "said_names(nn.GroupNorm(2, "
        "4))",
    "nn.InstanceNorm1d(4, affine=True)(n(4, 3))", "nn.GroupNorm(3, 4)", "nn.GroupNorm(2, 4)(n(2, 6, 3))",
    "both(nn.RReLU(0.5, 0.5), n(3, 4))", "nn.RReLU(0.25, 0.75, False).eval()(n(3, 4))",
    "nn.RReLU(lower=0.25, upper=0.75).eval()(n(3, 4))"]
# What is drawn: what is so of all draws.
BOTH += ["F.dropout(n(3, 4), 1.0)", "nn.Dropout(1.0)(n(3, 4))", "F.dropout(n(3, 4), p=1.0, training=True)",
         *("learned(fixed(nn.%s(3, 4, 2, True, False, 1.0)), n(5, 2, 3))" % f for f in ("RNN", "LSTM",
                                                                                        "GRU")),
         *("both(fixed(nn.%s(3, 4, 2, dropout=0.5)).eval(), n(5, 2, 3))[2]" % f for f in ("LSTM", "GRU")),
         "len(set(fixed(nn.LSTM(3, 4, 2, dropout=0.5))(n(5, 2, 3))[0].sum().item() for _ in range(9))) > 1",
         *("sorted(set(F.%s(m.ones(%s), 0.5%s).flatten().tolist()))" % case for case in (
             ("dropout1d", "9, 9, 3", ""), ("dropout2d", "9, 9, 3, 2", ", True"), ("dropout2d", "9, 9, 3",
                                                                                   ""))),
         *("(lambda y: (y.flatten(2).max(dim=2)[0] - y.flatten(2).min(dim=2)[0]).abs().sum())(%s)" % y
           for y in (
             "F.dropout1d(m.ones(9, 9, 3))", "nn.Dropout2d()(m.ones(9, 9, 3, 2))",
             "nn.Dropout1d(p=0.25)(m.ones(9, 9, 3))")),
         "F.gumbel_softmax(n(5, 4), hard=True).sum(dim=-1)", "F.gumbel_softmax(n(5, 4), 0.5, True, 1e-10, "
         "0).sum(dim=0)",
         "F.gumbel_softmax(logits=n(5, 4), tau=2.0, hard=False, eps=1e-9, dim=1).sum(dim=1)",
         "F.gumbel_softmax(n(5, 4), tau=1e9)", "sorted(set(F.gumbel_softmax(n(9, 4), "
         "hard=True).flatten().tolist()))",
         "spread(F.gumbel_softmax(m.zeros(20000, 2), dim=1)[:, 0])",
         "spread(F.gumbel_softmax(t([[2.0, 0.0]] * 20000), 2, True)[:, 1])",
         "spread(nn.RReLU(0.2, 0.8)(-m.ones(20000)))", "spread(F.rrelu(-m.ones(20000), 0.2, 0.8, True))"]


def transformers():
    """Calls of transformers."""
    src, tgt = "n(5, 2, 4)", "n(3, 2, 4, first=5)"
    masks = ["", "src_mask=b(5, 5)", "m.triu(m.full((5, 5), float('-inf')), diagonal=1)",
             "src_key_padding_mask=t([[False] * 4 + [True], [True] * 2 + [False] * 3])",
             "None, t([[False] * 4 + [True], [True] * 2 + [False] * 3])", "n(5, 5)"]
    how = ["", "dim_feedforward=7", "7", "7, 0.0, 'gelu'", "activation='gelu'", "activation=F.silu",
           "activation='elu'", "layer_norm_eps=0.5", "batch_first=True", "norm_first=True",
           "8, 0.0, 'relu', 0.5, True, True", "device='cpu'", "dtype=m.float64"]
    zero = lambda words: words if re_dropout(words) else words + ", dropout=0.0"
    for words in how:
        layer = "(4, 2, %s)" % zero(words).lstrip(", ")
        yield "learned(fixed(nn.TransformerEncoderLayer%s), %s)" % (layer, src)
        yield "learned(fixed(nn.TransformerDecoderLayer%s), %s, %s)" % (layer, tgt, src)
    for mask in masks[1:]:
        yield "learned(fixed(nn.TransformerEncoderLayer(4, 2, 8, 0.0)), %s, %s)" % (src, mask)
        yield "learned(fixed(nn.TransformerEncoder(nn.TransformerEncoderLayer(4, 2, 8, 0.0), 2)), %s, %s)" % (
            src, mask.replace("src_mask", "mask"))
    yield "learned(fixed(nn.TransformerEncoderLayer(4, 2, 8, 0.0)), n(5, 4))"
    yield "learned(fixed(nn.TransformerEncoder(nn.TransformerEncoderLayer(4, 2, 8, 0.0), 2, " \
          "nn.LayerNorm(4))), %s)" % src
    yield "learned(fixed(nn.TransformerEncoder(nn.TransformerEncoderLayer(4, 2, 8, 0.0), num_layers=1, " \
          "norm=nn.LayerNorm(4))), %s)" % src
    pad, bias = "t([[False] * 4 + [True], [True] * 2 + [False] * 3])", "n(3, 3)"
    for more in ("tgt_mask=" + bias, bias + ", n(3, 5)", "memory_mask=b(3, 5)",
                 "memory_key_padding_mask=" + pad, "tgt_key_padding_mask=t([[False, False, True]] * 2)",
                 "None, None, t([[False, False, True]] * 2), " + pad):
        yield "learned(fixed(nn.TransformerDecoderLayer(4, 2, 8, 0.0)), %s, %s, %s)" % (tgt, src, more)
        yield "learned(fixed(nn.TransformerDecoder(nn.TransformerDecoderLayer(4, 2, 8, 0.0), 2, " \
              "nn.LayerNorm(4))), %s, %s, %s)" % (tgt, src, more)
    net = "nn.Transformer(4, 2, 1, 2, 8, 0.0%s)"
    for more in ("", ", 'gelu'", ", norm_first=True", ", batch_first=True", ", layer_norm_eps=0.5"):
        yield "learned(fixed(%s), %s, %s)" % (net % more, "n(2, 5, 4)" if "batch_f" in more else src,
                                              "n(2, 3, 4)" if "batch_f" in more else tgt)
    for more in ("tgt_mask=nn.Transformer.generate_square_subsequent_mask(3)", "n(5, 5), n(3, 3), n(3, 5)",
                 "src_key_padding_mask=%s, memory_key_padding_mask=%s" % (pad, pad)):
        yield "learned(fixed(%s), %s, %s, %s)" % (net % "", src, tgt, more)
    yield "said_names(%s)" % net % ""
    yield "learned(loaded(%s), %s, %s)" % (net % "", src, tgt)
    yield "both(fixed(nn.TransformerEncoderLayer(4, 2, 8, 0.0)), %s)" % src
    yield "fixed(%s)(%s, n(3, 3, 4))" % (net % "", src)


def re_dropout(words):
    """Whether these arguments say the dropout."""
    return "0.0" in words


def signatures():
    """Names whose signatures are compared alone."""
    yield from ("nn." + n for n in "RNNCell LSTMCell GRUCell TransformerEncoderLayer TransformerEncoder "
                "TransformerDecoderLayer TransformerDecoder Transformer ModuleDict ParameterList "
                "ParameterDict "
                "RReLU".split())
    yield from ("rnn." + n for n in "pad_sequence unpad_sequence pack_padded_sequence pad_packed_sequence "
                "pack_sequence unpack_sequence".split())
    yield from ("init." + n for n in "uniform_ normal_ trunc_normal_ constant_ ones_ zeros_ eye_ dirac_ "
                "xavier_uniform_ xavier_normal_ kaiming_uniform_ kaiming_normal_ orthogonal_ sparse_ "
                "calculate_gain".split())
    yield "F.gumbel_softmax"


# First values: fixed ones, and means and deviations of drawn ones, rounded to the first digit.
INIT = ["init.constant_(n(2, 3), 0.5)", "init.constant_(tensor=n(2, 3), val=2)", "init.ones_(n(2, 3))",
        "init.zeros_(n(2, 3))", "init.eye_(n(2, 3))", "init.eye_(n(2))", "init.dirac_(n(4, 2, 3))",
        "init.dirac_(n(4, 2, 3, 3), 2)", "init.dirac_(n(4, 2, 3), groups=3)", "init.dirac_(n(2, 3))",
        "init.constant_(nn.Parameter(n(2, 3)), 0.5)",
        *("init.calculate_gain(%s)" % x for x in ("'linear'", "'conv2d'", "'sigmoid'", "'tanh'", "'relu'",
          "'selu'", "'leaky_relu'", "'leaky_relu', 0.5", "nonlinearity='leaky_relu', param=2", "'elu'",
          "'leaky_relu', 'x'")),
        *("spread(init.%s)" % x for x in (
            "uniform_(n(300, 400))", "uniform_(n(300, 400), 1, 3)", "uniform_(n(300, 400), a=-1, b=2)",
            "normal_(n(300, 400))", "normal_(n(300, 400), 3, 2)", "normal_(n(300, 400), mean=3, std=0.5)",
            "trunc_normal_(n(300, 400))", "trunc_normal_(n(300, 400), 1, 2, -1, 2)",
            "trunc_normal_(n(300, 400), mean=1, std=2, a=-1, b=2)", "xavier_uniform_(n(300, 400))",
            "xavier_uniform_(n(300, 400), 3)", "xavier_uniform_(n(30, 40, 100), gain=3)",
            "xavier_normal_(n(300, 400))", "xavier_normal_(n(300, 400), gain=3)", "kaiming_uniform_(n(300, "
            "400))",
            "kaiming_uniform_(n(300, 400), 2, 'fan_out', 'leaky_relu')",
            "kaiming_uniform_(n(300, 400), a=2, mode='fan_out')",
            "kaiming_uniform_(n(300, 400), nonlinearity='relu')", "kaiming_normal_(n(300, 400))",
            "kaiming_normal_(n(30, 40, 100), 1, 'fan_out', 'tanh')",
            "kaiming_normal_(n(300, 400), mode='fan_out', nonlinearity='relu')",
            "kaiming_normal_(n(300, 400), mode='fan')", "kaiming_normal_(n(300))", "xavier_normal_(n(3))",
            "sparse_(n(300, 400), 0.25)", "sparse_(n(300, 400), sparsity=0.5, std=2)", "sparse_(n(3), 0.5)")),
        "squared(init.orthogonal_(n(4, 4)))", "squared(init.orthogonal_(n(3, 5), 2))",
        "squared(init.orthogonal_(n(5, 3), gain=0.5))", "squared(init.orthogonal_(n(3, 2, 2)))",
        "init.orthogonal_(n(3))"]
