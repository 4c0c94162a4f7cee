/* calls.h: the calls that take options, each with operands of operands.wg and, where the language has another
 * form than NAME(operands), that form; "": it has none. judge.c and test_arguments.c go over them. */
#ifndef WGT_CALLS_H
#define WGT_CALLS_H

/* X(name, list of options, form of the language, operands...) */
#define WGT_CALLS(X)                                                                                     \
    X(sum, wg_reduce_args, NULL, .x = a)                                                                 \
    X(mean, wg_reduce_args, NULL, .x = a)                                                                \
    X(max, wg_reduce_args, NULL, .x = a)                                                                 \
    X(min, wg_reduce_args, NULL, .x = a)                                                                 \
    X(prod, wg_reduce_args, NULL, .x = a)                                                                \
    X(std, wg_var_args, NULL, .x = a)                                                                    \
    X(var, wg_var_args, NULL, .x = a)                                                                    \
    X(any_of, wg_reduce_args, NULL, .x = a)                                                              \
    X(all_of, wg_reduce_args, NULL, .x = a)                                                              \
    X(logsumexp, wg_reduce_args, NULL, .x = a)                                                           \
    X(norm, wg_norm_args, NULL, .x = a)                                                                  \
    X(argmax, wg_axis_args, NULL, .x = a, .axis = 1)                                                     \
    X(argmin, wg_axis_args, NULL, .x = a, .axis = 1)                                                     \
    X(cumsum, wg_cumsum_args, NULL, .x = a, .axis = 0)                                                   \
    X(cumprod, wg_cumsum_args, NULL, .x = a, .axis = 0)                                                  \
    X(logcumsumexp, wg_logcumsumexp_args, NULL, .x = a, .axis = 0)                                       \
    X(linear_scan, wg_linear_scan_args, NULL, .x = s, .b = s, .axis = 0)                                 \
    X(slice, wg_slice_args, NULL, .x = a, .axis = 0)                                                     \
    X(softmax, wg_softmax_args, NULL, .x = a)                                                            \
    X(log_softmax, wg_softmax_args, NULL, .x = a)                                                        \
    X(leaky_relu, wg_leaky_relu_args, NULL, .x = a)                                                      \
    X(elu, wg_elu_args, NULL, .x = a)                                                                    \
    X(celu, wg_elu_args, NULL, .x = a)                                                                   \
    X(gelu, wg_gelu_args, NULL, .x = a)                                                                  \
    X(softmax_cross_entropy, wg_class_loss_args, NULL, .x = q, .y = u)                                   \
    X(nll, wg_class_loss_args, NULL, .x = q, .y = u)                                                     \
    X(binary_cross_entropy, wg_loss_args, NULL, .x = s, .y = s)                                          \
    X(bce_with_logits, wg_loss_args, NULL, .x = s, .y = s)                                               \
    X(kl, wg_loss_args, NULL, .x = s, .y = s)                                                            \
    X(mse, wg_loss_args, NULL, .x = a, .y = s)                                                           \
    X(mae, wg_loss_args, NULL, .x = a, .y = s)                                                           \
    X(hinge, wg_loss_args, NULL, .x = a, .y = z)                                                         \
    X(cosine_loss, wg_loss_args, NULL, .x = a, .y = s)                                                   \
    X(huber, wg_huber_args, NULL, .x = a, .y = s)                                                        \
    X(smooth_l1, wg_huber_args, NULL, .x = a, .y = s)                                                    \
    X(cosine_similarity, wg_cosine_args, NULL, .x = a, .y = s)                                           \
    X(triplet, wg_triplet_args, NULL, .x = a, .positive = v, .negative = s)                              \
    X(matmul, wg_matmul_args, NULL, .x = q, .y = q)                                                      \
    X(transpose, wg_transpose_args, NULL, .x = a)                                                        \
    X(select, wg_select_args, NULL, .x = a, .axis = 1, .index = 3)                                       \
    X(roll, wg_roll_args, NULL, .x = a, .shift = 1, .axis = 1)                                           \
    X(repeat, wg_repeat_args, NULL, .x = a, .count = 2, .axis = 1)                                       \
    X(index_along, wg_index_along_args, NULL, .x = a, .axis = 1)                                         \
    X(expand_dims, wg_axes_args, NULL, .x = a, .axis = 1)                                                \
    X(squeeze, wg_squeeze_args, NULL, .x = m)                                                            \
    X(flip, wg_axes_args, NULL, .x = a, .axis = 1)                                                       \
    X(pad, wg_pad_args, NULL, .x = a, .axis = 0)                                                         \
    X(tril, wg_triangle_args, NULL, .x = q)                                                              \
    X(triu, wg_triangle_args, NULL, .x = q)                                                              \
    X(take, wg_take_args, NULL, .x = q, .indices = i, .axis = 0)                                         \
    X(take_along, wg_take_args, NULL, .x = q, .indices = i, .axis = 0)                                   \
    X(sort, wg_sort_args, NULL, .x = a)                                                                  \
    X(argsort, wg_sort_args, NULL, .x = a)                                                               \
    X(topk, wg_topk_args, NULL, .x = a, .count = 2)                                                      \
    X(one_hot, wg_one_hot_args, NULL, .x = t, .count = 5)                                                \
    X(batch_norm, wg_batch_norm_args, NULL, .x = a, .gamma = w, .beta = w)                               \
    X(layer_norm, wg_layer_norm_args, NULL, .x = a, .gamma = w, .beta = w)                               \
    X(rms_norm, wg_rms_norm_args, NULL, .x = a, .gamma = w)                                              \
    X(group_norm, wg_group_norm_args, "group_norm(a, w, w, groups=2%s)", .x = a, .gamma = w, .beta = w,  \
      .groups = 2)                                                                                       \
    X(conv, wg_conv_args, NULL, .x = m, .W = k)                                                          \
    X(conv_transpose, wg_conv_args, NULL, .x = m, .W = k)                                                \
    X(attention, wg_attention_args, NULL, .x = a, .k = v, .v = s)                                        \
    X(triangular_solve, wg_triangular_solve_args, NULL, .x = q, .b = q)                                  \
    X(settled, wg_settled_args, NULL, .x = a, .before = v)                                               \
    X(nn_dense, wg_nn_dense_args, "dense(a, 3%s)", .x = a, .p = layers, .name = "y", .units = 3)         \
    X(nn_batch_norm, wg_nn_batch_norm_args, "batch_norm(a%s)", .x = a, .p = layers, .name = "y")         \
    X(nn_layer_norm, wg_nn_layer_norm_args, "layer_norm(a%s)", .x = a, .p = layers, .name = "y")         \
    X(nn_rms_norm, wg_nn_rms_norm_args, "", .x = a, .p = layers, .name = "y")                            \
    X(nn_group_norm, wg_nn_group_norm_args, "", .x = a, .p = layers, .name = "y", .groups = 2)           \
    X(nn_conv, wg_nn_conv_args, "conv(m, 2%s)", .x = m, .p = layers, .name = "y", .units = 2)            \
    X(nn_conv_transpose, wg_nn_conv_args, "conv_transpose(m, 2%s)", .x = m, .p = layers, .name = "y",    \
      .units = 2)                                                                                        \
    X(nn_rnn, wg_nn_recurrent_args, "rnn(m, 3%s)", .x = m, .p = layers, .name = "y", .units = 3)         \
    X(nn_lstm, wg_nn_recurrent_args, "lstm(m, 3%s)", .x = m, .p = layers, .name = "y", .units = 3)       \
    X(nn_gru, wg_nn_recurrent_args, "gru(m, 3%s)", .x = m, .p = layers, .name = "y", .units = 3)         \
    X(nn_embedding, wg_nn_embedding_args, "embedding(t, 3, 2%s)", .x = t, .p = layers, .name = "y",      \
      .count = 3, .width = 2)                                                                            \
    X(nn_attention, wg_nn_attention_args, "attention(a%s)", .x = a, .p = layers, .name = "y")            \
    X(nn_transformer_block, wg_nn_transformer_block_args, "transformer_block(a%s)", .x = a, .p = layers, \
      .name = "y")

/* Calls that have no such form in all languages, or whose results do not follow from their operands alone. */
#define WGT_MORE_CALLS(X)                                                                                  \
    X(nonzero, wg_nonzero_args, "", .x = wg_greater(a, 0), .count = 5)                                     \
    X(concat, wg_join_args, "", .x = (wg_node[]){ a, s }, .n = 2)                                          \
    X(stack, wg_join_args, "", .x = (wg_node[]){ a, s }, .n = 2)                                           \
    X(tile, wg_tile_args, "", .x = a, .counts = WG_SHAPE(3))                                               \
    X(linspace, wg_linspace_args, "", .x = fresh, .from = 1, .to = 2, .count = 4)                          \
    X(instance_norm, wg_group_norm_args, "", .x = m, .gamma = h, .beta = h)                                \
    X(max_pool, wg_pool_args, "", .x = m, .size = WG_SHAPE(3))                                             \
    X(avg_pool, wg_pool_args, "", .x = m, .size = WG_SHAPE(3))                                             \
    X(adaptive_pool, wg_adaptive_pool_args, "", .x = m, .size = WG_SHAPE(2))                               \
    X(resize, wg_resize_args, "", .x = q, .shape = WG_SHAPE(7))                                            \
    X(dropout, wg_dropout_args, "", .x = a)                                                                \
    X(scatter_add, wg_scatter_add_args, "", .x = q, .indices = t, .v = r, .axis = 0)                       \
    X(scatter_add_along, wg_scatter_add_args, "", .x = q, .indices = i, .v = r, .axis = 0)                 \
    X(random_normal, wg_random_normal_args, "", .x = fresh, .shape = WG_SHAPE(3))                          \
    X(random_uniform, wg_random_uniform_args, "", .x = fresh, .shape = WG_SHAPE(3))                        \
    X(categorical, wg_categorical_args, "", .x = s)                                                        \
    X(nn_rnn_cell, wg_nn_cell_args, "", .x = a, .state = { .h = r }, .p = layers, .name = "y", .units = 3) \
    X(nn_lstm_cell, wg_nn_cell_args, "", .x = a, .state = { .h = r, .c = r }, .p = layers, .name = "y",    \
      .units = 3)                                                                                          \
    X(nn_gru_cell, wg_nn_cell_args, "", .x = a, .state = { .h = r }, .p = layers, .name = "y", .units = 3)

#endif
