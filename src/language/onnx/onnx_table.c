/* onnx_table.c: the operators, and in which sets they mean what their row says. */
#include "onnx/onnx.h"

#include "wengert/ops.h"

#include <string.h>

/* Rows with a builder of the library. */
#define ONE(name, f)                                     \
    {                                                    \
        name, "", 1, 0, wgi_onnx_one, 0, 0, { .one = f } \
    }
#define ONE_WHOLE(name, f)                                     \
    {                                                          \
        name, "", 1, 0, wgi_onnx_one_whole, 0, 0, { .one = f } \
    }
#define TWO(name, f)                                     \
    {                                                    \
        name, "", 1, 0, wgi_onnx_two, 0, 0, { .two = f } \
    }
#define EACH(name, f)                                     \
    {                                                     \
        name, "", 1, 0, wgi_onnx_each, 0, 0, { .two = f } \
    }
/* Rows of our own: the operands that decide what is built, flags, a number. */
#define OWN(name, build)                      \
    {                                         \
        name, "", 1, 0, build, 0, 0, { NULL } \
    }
#define NUMBER(name, build, n)                       \
    {                                                \
        name, "", 1, 0, build, 0, 0, { .number = n } \
    }
#define LOOKS(name, first, last, build, known)           \
    {                                                    \
        name, "", first, last, build, known, 0, { NULL } \
    }
#define FLAG(name, build, known, flags)               \
    {                                                 \
        name, "", 1, 0, build, known, flags, { NULL } \
    }
#define REDUCE(name, n)                                        \
    {                                                          \
        name, "", 1, 0, wgi_onnx_reduce, 2, 0, { .number = n } \
    }

#define TRAINING "ai.onnx.preview.training"

static const wgi_onnx_row rows[] = {
    ONE("Acos", wg_acos_at),
    ONE("Acosh", wg_acosh_at),
    ONE("Asin", wg_asin_at),
    ONE("Asinh", wg_asinh_at),
    ONE("Atan", wg_atan_at),
    ONE("Atanh", wg_atanh_at),
    ONE("Ceil", wg_ceil_at),
    ONE("Cos", wg_cos_at),
    ONE("Cosh", wg_cosh_at),
    ONE("Erf", wg_erf_at),
    ONE("Exp", wg_exp_at),
    ONE("Floor", wg_floor_at),
    ONE("HardSwish", wg_hard_swish_at),
    ONE("Log", wg_log_at),
    ONE("Mish", wg_mish_at),
    ONE("Not", wg_logical_not_at),
    ONE("Reciprocal", wg_reciprocal_at),
    ONE("Round", wg_round_at),
    ONE("Sigmoid", wg_sigmoid_at),
    ONE("Sin", wg_sin_at),
    ONE("Sinh", wg_sinh_at),
    ONE("Softplus", wg_softplus_at),
    ONE("Softsign", wg_softsign_at),
    ONE("Sqrt", wg_sqrt_at),
    ONE("Tan", wg_tan_at),
    ONE("Tanh", wg_tanh_at),
    ONE_WHOLE("Abs", wg_abs_at),
    ONE_WHOLE("Neg", wg_neg_at),
    ONE_WHOLE("Relu", wg_relu_at),
    ONE_WHOLE("Sign", wg_sign_at),
    OWN("Cast", wgi_onnx_cast),
    OWN("CastLike", wgi_onnx_cast_like),
    OWN("Celu", wgi_onnx_celu),
    LOOKS("Clip", 1, 0, wgi_onnx_clip, 6),
    OWN("Elu", wgi_onnx_elu),
    OWN("Gelu", wgi_onnx_gelu),
    OWN("HardSigmoid", wgi_onnx_hard_sigmoid),
    OWN("Identity", wgi_onnx_same),
    OWN("IsInf", wgi_onnx_is_inf),
    OWN("IsNaN", wgi_onnx_is_nan),
    OWN("LeakyRelu", wgi_onnx_leaky_relu),
    OWN("Selu", wgi_onnx_selu),
    OWN("Shrink", wgi_onnx_shrink),
    OWN("ThresholdedRelu", wgi_onnx_thresholded_relu),

    TWO("Add", wg_add_at),
    TWO("And", wg_logical_and_at),
    TWO("Equal", wg_equal_at),
    TWO("Greater", wg_greater_at),
    TWO("GreaterOrEqual", wg_greater_equal_at),
    TWO("Less", wg_less_at),
    TWO("LessOrEqual", wg_less_equal_at),
    TWO("Mul", wg_mul_at),
    TWO("Or", wg_logical_or_at),
    TWO("Sub", wg_sub_at),
    TWO("Xor", wg_logical_xor_at),
    EACH("Max", wg_maximum_at),
    EACH("Min", wg_minimum_at),
    EACH("Sum", wg_add_at),
    OWN("Div", wgi_onnx_div),
    OWN("Mean", wgi_onnx_mean_of),
    OWN("Mod", wgi_onnx_mod),
    OWN("Pow", wgi_onnx_pow),
    OWN("PRelu", wgi_onnx_prelu),
    OWN("Where", wgi_onnx_where),

    REDUCE("ReduceSum", 0),
    REDUCE("ReduceMean", 1),
    REDUCE("ReduceMax", 2),
    REDUCE("ReduceMin", 3),
    REDUCE("ReduceProd", 4),
    REDUCE("ReduceLogSumExp", 5),
    LOOKS("ReduceL1", 1, 0, wgi_onnx_reduce_l1, 2),
    LOOKS("ReduceL2", 1, 0, wgi_onnx_reduce_l2, 2),
    LOOKS("ReduceLogSum", 1, 0, wgi_onnx_reduce_log_sum, 2),
    LOOKS("ReduceSumSquare", 1, 0, wgi_onnx_reduce_sum_square, 2),
    NUMBER("ArgMax", wgi_onnx_arg, 0),
    NUMBER("ArgMin", wgi_onnx_arg, 1),
    NUMBER("Softmax", wgi_onnx_softmax, 0),
    NUMBER("LogSoftmax", wgi_onnx_softmax, 1),
    NUMBER("Hardmax", wgi_onnx_softmax, 2),
    OWN("Det", wgi_onnx_det),
    OWN("Einsum", wgi_onnx_einsum),
    OWN("Gemm", wgi_onnx_gemm),
    OWN("MatMul", wgi_onnx_matmul),

    OWN("Constant", wgi_onnx_constant),
    LOOKS("ConstantOfShape", 1, 0, wgi_onnx_constant_of_shape, 1),
    FLAG("Shape", wgi_onnx_shape, 0, ONNX_SHAPES),
    FLAG("Size", wgi_onnx_size, 0, ONNX_SHAPES),
    LOOKS("Reshape", 1, 0, wgi_onnx_reshape, 2),
    OWN("Flatten", wgi_onnx_flatten),
    LOOKS("Squeeze", 1, 0, wgi_onnx_squeeze, 2),
    LOOKS("Unsqueeze", 1, 0, wgi_onnx_unsqueeze, 2),
    OWN("Transpose", wgi_onnx_transpose),
    OWN("Concat", wgi_onnx_concat),

    LOOKS("CumSum", 1, 0, wgi_onnx_cumsum, 2),
    OWN("DepthToSpace", wgi_onnx_depth_to_space),
    FLAG("Dropout", wgi_onnx_dropout, 6, ONNX_NEVER),
    LOOKS("Expand", 1, 0, wgi_onnx_expand, 2),
    FLAG("EyeLike", wgi_onnx_eye_like, 0, ONNX_SHAPES),
    LOOKS("Pad", 1, 0, wgi_onnx_pad, 14),
    LOOKS("Range", 1, 0, wgi_onnx_range, 7),
    LOOKS("Slice", 1, 0, wgi_onnx_slice, 30),
    OWN("SpaceToDepth", wgi_onnx_space_to_depth),
    LOOKS("Split", 1, 0, wgi_onnx_split, 2),
    LOOKS("Tile", 1, 0, wgi_onnx_tile, 6),
    LOOKS("Trilu", 1, 0, wgi_onnx_trilu, 2),

    LOOKS("Compress", 1, 0, wgi_onnx_compress, 2),
    OWN("Gather", wgi_onnx_gather),
    OWN("GatherElements", wgi_onnx_gather_elements),
    OWN("GatherND", wgi_onnx_gather_nd),
    OWN("NonZero", wgi_onnx_nonzero),
    LOOKS("OneHot", 1, 0, wgi_onnx_one_hot, 2),
    OWN("ReverseSequence", wgi_onnx_reverse_sequence),
    OWN("Scatter", wgi_onnx_scatter_elements),
    OWN("ScatterElements", wgi_onnx_scatter_elements),
    OWN("ScatterND", wgi_onnx_scatter_nd),
    LOOKS("TopK", 1, 0, wgi_onnx_topk, 2),

    OWN("AveragePool", wgi_onnx_avg_pool),
    FLAG("BatchNormalization", wgi_onnx_batch_norm, 0, ONNX_AVERAGES),
    OWN("Conv", wgi_onnx_conv),
    OWN("ConvTranspose", wgi_onnx_conv_transpose),
    NUMBER("GlobalAveragePool", wgi_onnx_global_pool, 0),
    OWN("GlobalLpPool", wgi_onnx_global_lp_pool),
    NUMBER("GlobalMaxPool", wgi_onnx_global_pool, 1),
    OWN("InstanceNormalization", wgi_onnx_instance_norm),
    OWN("LayerNormalization", wgi_onnx_layer_norm),
    OWN("LpNormalization", wgi_onnx_lp_norm),
    OWN("LpPool", wgi_onnx_lp_pool),
    OWN("LRN", wgi_onnx_lrn),
    OWN("MaxPool", wgi_onnx_max_pool),
    LOOKS("MaxUnpool", 1, 0, wgi_onnx_max_unpool, 4),
    OWN("MeanVarianceNormalization", wgi_onnx_mean_variance),
    OWN("NegativeLogLikelihoodLoss", wgi_onnx_nll),
    OWN("SoftmaxCrossEntropyLoss", wgi_onnx_softmax_loss),

    NUMBER("RNN", wgi_onnx_recurrent, 0),
    NUMBER("GRU", wgi_onnx_recurrent, 1),
    NUMBER("LSTM", wgi_onnx_recurrent, 2),
    LOOKS("Resize", 1, 0, wgi_onnx_resize, 14),
    LOOKS("Upsample", 1, 0, wgi_onnx_upsample, 2),
    FLAG("If", wgi_onnx_if, 1, ONNX_NEVER),
    FLAG("Loop", wgi_onnx_loop, 3, ONNX_NEVER),
    FLAG("Bernoulli", wgi_onnx_bernoulli, 0, ONNX_NEVER),
    { "RandomNormal", "", 1, 0, wgi_onnx_random, 0, ONNX_NEVER, { .number = 1 } },
    { "RandomNormalLike", "", 1, 0, wgi_onnx_random_like, 0, ONNX_NEVER, { .number = 1 } },
    FLAG("RandomUniform", wgi_onnx_random, 0, ONNX_NEVER),
    FLAG("RandomUniformLike", wgi_onnx_random_like, 0, ONNX_NEVER),
    { "Adagrad", TRAINING, 1, 0, wgi_onnx_adagrad, 3, 0, { NULL } },
    { "Adam", TRAINING, 1, 0, wgi_onnx_adam, 3, 0, { NULL } },
    { "Momentum", TRAINING, 1, 0, wgi_onnx_momentum, 3, 0, { NULL } },
    { "HannWindow", "", 1, 0, wgi_onnx_window, 1, 0, { .number = 0 } },
    { "HammingWindow", "", 1, 0, wgi_onnx_window, 1, 0, { .number = 1 } },
    { "BlackmanWindow", "", 1, 0, wgi_onnx_window, 1, 0, { .number = 2 } },
    LOOKS("MelWeightMatrix", 1, 0, wgi_onnx_mel, 31),
    LOOKS("DFT", 1, 0, wgi_onnx_dft, 2),
    LOOKS("STFT", 1, 0, wgi_onnx_stft, 10),
    OWN("GridSample", wgi_onnx_grid_sample),
    LOOKS("Unique", 1, 0, wgi_onnx_unique, 1),
    LOOKS("NonMaxSuppression", 1, 0, wgi_onnx_non_max, 31),
    { "Scan", "", 9, 0, wgi_onnx_scan, 0, ONNX_NEVER, { NULL } },
};

const wgi_onnx_row *wgi_onnx_row_of(const char *op, const char *domain, int64_t version)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const wgi_onnx_row *r = &rows[i];
        if (!strcmp(r->name, op) && !strcmp(r->domain, domain) && version >= r->first &&
            (!r->last || version <= r->last))
            return r;
    }
    return NULL;
}
