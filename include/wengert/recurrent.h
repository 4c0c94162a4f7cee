/* SPDX-License-Identifier: MIT */
/* recurrent.h: recurrent layers, as cells of one step and over sequences. The formulas and the order
 * of the gates are PyTorch's. nn.h includes this.
 *
 *     wg_nn_states s = wg_nn_lstm(x, p, "lstm", 64);       x [batch, time, in]: s.y is [batch, time, 64]
 *     s = wg_nn_lstm_cell(x, s, p, "cell", 64);            x [batch, in]: one step, s.h is [batch, 64]
 *
 * Parameters, n being the units: NAME.W [in, gates n] for x, NAME.U [n, gates n] for the state h,
 * NAME.b [gates n]. The gates lie one behind the other in the order of the formulas:
 *
 *     rnn    h' = tanh(x W + h U + b), or relu
 *     lstm   i = sigmoid(..), f = sigmoid(..), g = tanh(..), o = sigmoid(..), each of x W + h U + b;
 *            c' = f c + i g,  h' = o tanh(c')
 *     gru    r = sigmoid(..), z = sigmoid(..), each of x W + h U + b;
 *            g = tanh(x W + b + r (h U + b_new)),  h' = (1 - z) g + z h
 *
 * PyTorch's weight_ih and weight_hh are the transposes of W and U. It has two biases: b is their sum,
 * but in the gate g of gru b is bias_ih, and NAME.b_new [n] is bias_hh. */
#ifndef WENGERT_RECURRENT_H
#define WENGERT_RECURRENT_H
#if defined(__GNUC__) && !defined(__clang__) && !defined(WG_OWN_HEADERS)
#pragma GCC system_header
#endif

#include "ops.h"
#include "params.h"

WG_BEGIN_DECLS

/* All wg_none ({ 0 }) stands for a state of zeros. */
typedef struct wg_nn_states {
    wg_node y; /* the results of all steps, [batch, time, units]; of a cell: h */
    wg_node h; /* the last state, [batch, units] */
    wg_node c; /* of lstm: the last cell state, [batch, units] */
} wg_nn_states;
#ifndef __cplusplus
#define WG_NO_STATES { WG_NO_NODE, WG_NO_NODE, WG_NO_NODE }
#else
#define WG_NO_STATES wg_nn_states()
#endif

#define wg_nn_cell_args_list(P, X) \
    P(wg_node, x) /* [batch, in] */ \
    P(wg_nn_states, state) /* before the step */ \
    P(wg_params *, p) \
    P(const char *, name) \
    P(int64_t, units) \
    X(bool, relu, false, "", "of rnn: relu in the place of tanh") \
    X(bool, share, false, "", "the parameters are those of an earlier call with the same name") \
    X(wg_init, W_init, WG_NO_INIT, "", "default: uniform from -1 / sqrt(units) to 1 / sqrt(units)") \
    X(wg_init, U_init, WG_NO_INIT, "", "default: as W_init") \
    X(wg_init, b_init, WG_NO_INIT, "", "default: zeros")
WG_OPTIONS_AND_OPERANDS(wg_nn_cell_args);
/* One step of a plain recurrent layer: h' = tanh(x W + h U + b). */
WG_API wg_nn_states wg_nn_rnn_cell_at(wg_site here, const wg_nn_cell_args *a);
/* One step of a long short-term memory (Hochreiter and Schmidhuber 1997). */
WG_API wg_nn_states wg_nn_lstm_cell_at(wg_site here, const wg_nn_cell_args *a);
/* One step of a gated recurrent unit (Cho et al. 2014). */
WG_API wg_nn_states wg_nn_gru_cell_at(wg_site here, const wg_nn_cell_args *a);
#define wg_nn_rnn_cell(...) \
    WG_NAMED(wg_nn_rnn_cell_at, wg_nn_cell_args, (x, state, p, name, units), 5, #__VA_ARGS__, __VA_ARGS__)
#define wg_nn_lstm_cell(...) \
    WG_NAMED(wg_nn_lstm_cell_at, wg_nn_cell_args, (x, state, p, name, units), 5, #__VA_ARGS__, __VA_ARGS__)
#define wg_nn_gru_cell(...) \
    WG_NAMED(wg_nn_gru_cell_at, wg_nn_cell_args, (x, state, p, name, units), 5, #__VA_ARGS__, __VA_ARGS__)

/* A layer over all steps of x, by the formulas above. The products x W + b of all steps are one product before the first step. With .lengths the states of
 * a sequence stay as they are from its end on, and y is 0 there. A reversed layer begins at the end of
 * each sequence. A bidirectional one has a second set of parameters, NAME.reverse.W and so on; y, h
 * and c then are 2 units wide: the forward layer's and behind them the reversed one's. */
#define wg_nn_recurrent_args_list(P, X) \
    P(wg_node, x) /* [batch, time, in] */ \
    P(wg_params *, p) \
    P(const char *, name) \
    P(int64_t, units) \
    X(wg_nn_states, state, WG_NO_STATES, "", "before the first step; default: zeros") \
    X(wg_node, lengths, WG_NO_NODE, "", "whole numbers [batch], from 0 to the number of steps; default: all steps") \
    X(bool, reverse, false, "", "from the last step to the first") \
    X(bool, bidirectional, false, "", "a second layer from the last step to the first; its results stand behind those of the first") \
    X(bool, relu, false, "", "of rnn: relu in the place of tanh") \
    X(bool, share, false, "", "the parameters are those of an earlier call with the same name") \
    X(wg_init, W_init, WG_NO_INIT, "", "as of cells") \
    X(wg_init, U_init, WG_NO_INIT, "", "as of cells") \
    X(wg_init, b_init, WG_NO_INIT, "", "as of cells")
WG_OPTIONS_AND_OPERANDS(wg_nn_recurrent_args);
/* a plain recurrent layer over all steps of x */
WG_API wg_nn_states wg_nn_rnn_at(wg_site here, const wg_nn_recurrent_args *a);
/* a long short-term memory over all steps of x */
WG_API wg_nn_states wg_nn_lstm_at(wg_site here, const wg_nn_recurrent_args *a);
/* gated recurrent units over all steps of x */
WG_API wg_nn_states wg_nn_gru_at(wg_site here, const wg_nn_recurrent_args *a);
#define wg_nn_rnn(...)  WG_NAMED(wg_nn_rnn_at, wg_nn_recurrent_args, (x, p, name, units), 4, #__VA_ARGS__, __VA_ARGS__)
#define wg_nn_lstm(...) WG_NAMED(wg_nn_lstm_at, wg_nn_recurrent_args, (x, p, name, units), 4, #__VA_ARGS__, __VA_ARGS__)
#define wg_nn_gru(...)  WG_NAMED(wg_nn_gru_at, wg_nn_recurrent_args, (x, p, name, units), 4, #__VA_ARGS__, __VA_ARGS__)

WG_END_DECLS
#endif
