/* operators.h: what builds the nodes of an operator; onnx.h includes it (private). */
#ifndef WGI_ONNX_OPERATORS_H
#define WGI_ONNX_OPERATORS_H

typedef bool wgi_onnx_build(wgi_onnx_call *k); /* false: after an error */

/* OPERATOR(elu) { ... } defines wgi_onnx_elu. */
#define OPERATOR(f) bool wgi_onnx_##f(wgi_onnx_call *k)

/* onnx_elementwise.c */
wgi_onnx_build wgi_onnx_one, wgi_onnx_one_whole, wgi_onnx_two, wgi_onnx_each, wgi_onnx_same,
    wgi_onnx_leaky_relu, wgi_onnx_elu, wgi_onnx_celu, wgi_onnx_selu, wgi_onnx_hard_sigmoid,
    wgi_onnx_thresholded_relu, wgi_onnx_shrink, wgi_onnx_gelu, wgi_onnx_is_nan, wgi_onnx_is_inf,
    wgi_onnx_clip, wgi_onnx_cast, wgi_onnx_cast_like, wgi_onnx_div, wgi_onnx_pow, wgi_onnx_mod,
    wgi_onnx_prelu, wgi_onnx_mean_of, wgi_onnx_where;
/* onnx_reduce.c */
wgi_onnx_build wgi_onnx_reduce, wgi_onnx_reduce_l1, wgi_onnx_reduce_l2, wgi_onnx_reduce_log_sum,
    wgi_onnx_reduce_sum_square, wgi_onnx_arg, wgi_onnx_softmax, wgi_onnx_matmul, wgi_onnx_gemm,
    wgi_onnx_einsum, wgi_onnx_det;
/* onnx_shapes.c */
wgi_onnx_build wgi_onnx_constant, wgi_onnx_constant_of_shape, wgi_onnx_shape, wgi_onnx_size, wgi_onnx_reshape,
    wgi_onnx_flatten, wgi_onnx_squeeze, wgi_onnx_unsqueeze, wgi_onnx_transpose, wgi_onnx_concat;
/* onnx_places.c */
wgi_onnx_build wgi_onnx_slice, wgi_onnx_split, wgi_onnx_expand, wgi_onnx_tile, wgi_onnx_pad, wgi_onnx_trilu,
    wgi_onnx_cumsum, wgi_onnx_range, wgi_onnx_eye_like, wgi_onnx_depth_to_space, wgi_onnx_space_to_depth,
    wgi_onnx_dropout;
/* onnx_pick.c */
wgi_onnx_build wgi_onnx_gather, wgi_onnx_gather_elements, wgi_onnx_gather_nd, wgi_onnx_scatter_nd,
    wgi_onnx_scatter_elements, wgi_onnx_one_hot, wgi_onnx_topk, wgi_onnx_nonzero, wgi_onnx_compress,
    wgi_onnx_reverse_sequence;

/* onnx_nets.c */
wgi_onnx_build wgi_onnx_conv, wgi_onnx_conv_transpose, wgi_onnx_max_pool, wgi_onnx_avg_pool, wgi_onnx_lp_pool,
    wgi_onnx_global_pool, wgi_onnx_global_lp_pool, wgi_onnx_max_unpool;
/* onnx_norms.c */
wgi_onnx_build wgi_onnx_batch_norm, wgi_onnx_instance_norm, wgi_onnx_layer_norm, wgi_onnx_lrn,
    wgi_onnx_mean_variance, wgi_onnx_lp_norm, wgi_onnx_nll, wgi_onnx_softmax_loss;
/* onnx_recurrent.c, onnx_resize.c, onnx_control.c */
wgi_onnx_build wgi_onnx_recurrent, wgi_onnx_resize, wgi_onnx_upsample, wgi_onnx_if, wgi_onnx_loop,
    wgi_onnx_scan;

/* onnx_random.c, onnx_optim.c, onnx_signal.c, onnx_sample.c, onnx_known.c */
wgi_onnx_build wgi_onnx_random, wgi_onnx_random_like, wgi_onnx_bernoulli, wgi_onnx_adagrad, wgi_onnx_momentum,
    wgi_onnx_adam, wgi_onnx_window, wgi_onnx_mel, wgi_onnx_dft, wgi_onnx_stft, wgi_onnx_grid_sample,
    wgi_onnx_unique, wgi_onnx_non_max;

#endif
