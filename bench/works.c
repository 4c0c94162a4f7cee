/* works.c: the table of works, in the order of the rows. */
#include "works.h"

#include "gpt.h"
#include "jacobian.h"
#include "layers.h"
#include "lenet.h"
#include "lstm.h"
#include "ode.h"
#include "scalars.h"
#include "trees.h"

#define US     "us", 1e6
#define MS     "ms", 1e3
#define NS(n)  "ns", 1e9 / (n) /* a node */
#define PER(n) "us", 1e6 / (n) /* a layer, or a time step */

#define SIDES(side)    &wengert_##side, &hand_##side
#define TWO_WAYS(a, b) &wengert_##a, &wengert_##b
#define ROWS(...)      .rows = { __VA_ARGS__ }

/* The rows of a program in scalars: structures that were never seen, the same one again, passes 2 to 5. */
#define PASSES(name, nodes, target, forward, back)                    \
    .rows = { { name ", build+forward", NS(nodes), target, forward }, \
              { name ", backward", NS(nodes), target, back } }
#define FIRST(name, nodes) PASSES(name, nodes, UNITS, 15, 10)
#define AGAIN(name, nodes) \
    PASSES(name " again", nodes, TIMES, 1.3, 1.3), .beside = "new", .way = STRUCTURE_SAME
#define TWO_TO_FIVE(name, nodes) \
    PASSES(name " 2nd-5th", nodes, TIMES, 1.3, 1.3), .beside = "new", .way = STRUCTURE_FIVE_TIMES

#define STEP_AND_BUILD(name, n) \
    .rows = { { name, PER(n), NONE, 0 }, { "layers    of it build", PER(n), NONE, 0 } }
/* The Hessian or a Jacobian on a fixed graph, and on one that is built anew each time. */
#define FIXED(name, target, most) .rows = { { name ", fixed", US, target, most } }
#define REBUILT(name) \
    .rows = { { name ", rebuilt", US, NONE, 0 } }, .beside = "fixed", .way = JACOBIAN_REBUILT
#define TIME_STEP(name, target, most) .rows = { { name, PER(LSTM_STEPS), target, most } }
#define ALL_LENGTHS                   .beside = "one length", .way = LSTM_ALL_LENGTHS
#define ONE_SHAPE                     .beside = "one shape", .second_way = TREES_SAME
#define TRAINED                       .way = TREES_TRAINED_WORDS, .second_way = TREES_TRAINED_WORDS
/* Beside busy processes, with two threads and with one. */
#define BESIDE(n, text)                                                                                    \
    .rows = { { text, US, TIMES, 1.1 } }, .beside = "one thread", .second_way = MLP_ONE_THREAD, .busy = n, \
    .mean = true
/* The order of parameters in gradients. */
#define ORDER(names) .order = names
#define EACH_DENSE                                                 \
    "fc0.W fc0.b fc1.W fc1.b fc2.W fc2.b fc3.W fc3.b fc4.W fc4.b " \
    "fc5.W fc5.b fc6.W fc6.b fc7.W fc7.b fc8.W fc8.b fc9.W fc9.b"
#define LAYER_OWNS  .beside = "wg_dense", .way = SMALL_LAYERS
#define INTERPRETED .beside = "interpreted", .second_way = ODE_INTERPRETED

enum { CHAIN = 1000000 };

const work works[] = {
    { "W1", 128, SIDES(mlp), ROWS({ "W1  784-256-128-10, Adam", US, TIMES, 1.00 }),
      ORDER("fc1.W fc1.b fc2.W fc2.b fc3.W fc3.b") },
    { "W2", 128, SIDES(mlp_norm), ROWS({ "W2  W1, batch norm, dropout", US, TIMES, 1.05 }),
      ORDER("fc1.W bn1.beta bn1.gamma fc2.W bn2.beta bn2.gamma fc3.W fc3.b") },
    { "W3", 1, SIDES(small), ROWS({ "W3  2-4-1 rebuilt, batch 1", US, UNITS, 0.6 }), ORDER("W1 b1 W2 b2") },
    { "W3", 32, SIDES(small), ROWS({ "W3  2-4-1 rebuilt, batch 32", US, UNITS, 1.2 }), ORDER("W1 b1 W2 b2") },
    { "W3", 1, &wengert_small_fixed, &hand_small, ROWS({ "W3s 2-4-1 fixed, batch 1", US, UNITS, 0.15 }) },
    { "W3", 32, &wengert_small_fixed, &hand_small, ROWS({ "W3s 2-4-1 fixed, batch 32", US, UNITS, 0.4 }) },
    { NULL, 1, TWO_WAYS(small, small), ROWS({ "W3  by wg_nn_dense, batch 1", US, UNITS, 0.6 }), LAYER_OWNS },
    { NULL, 32, TWO_WAYS(small, small), ROWS({ "W3  by wg_nn_dense, batch 32", US, UNITS, 1.2 }),
      LAYER_OWNS },
    { "W4", CHAIN, SIDES(tape),
      .rows = { { "W4  1e6 nodes build+forward", NS(CHAIN), UNITS, 15 },
                { "W4  backward", NS(CHAIN), UNITS, 12 },
                { "W4    of it build", NS(CHAIN), NONE, 0 },
                { "W4    of it forward", NS(CHAIN), NONE, 0 } } },
    { NULL, CHAIN, SIDES(random_ops), FIRST("W4r 1e6 in random order", CHAIN) },
    { NULL, 1000, SIDES(random_ops), FIRST("W4r 1e3 in random order", 1000) },
    { "W5", 16, SIDES(chain), ROWS({ "W5  chain on 16 Mi floats", MS, TIMES, 1.25 }) },
    { NULL, 16, NULL, &hand_chain_one_sweep, ROWS({ "W5  by hand in one sweep", MS, NONE, 0 }) },
    { "W6", 0, SIDES(deep), ROWS({ "W6  10 layers 1024, SGD", MS, TIMES, 1.03 }), ORDER(EACH_DENSE) },
    { "W7softmax", 0, SIDES(softmax), ROWS({ "W7  softmax-CE [512,32768]", MS, TIMES, 1.15 }) },
    { "W7layer", 0, SIDES(layer_norm), ROWS({ "W7  layer norm [4096,1024]", MS, TIMES, 1.15 }) },
    { "W7batch", 0, SIDES(batch_norm), ROWS({ "W7  batch norm [4096,1024]", MS, TIMES, 1.15 }) },
    { NULL, 0, TWO_WAYS(layer_norm_by_parts, layer_norm), ROWS({ "W7  layer norm by parts", MS, TIMES, 1.5 }),
      .beside = "wg_layer_norm" },
    { NULL, 0, TWO_WAYS(layer_norm_by_parts, layer_norm),
      ROWS({ "W7  layer norm by parts, forward", MS, TIMES, 1.2 }), .beside = "wg_layer_norm",
      .way = ROWS_FORWARD, .second_way = ROWS_FORWARD },
    { "W8", 0, SIDES(gradcheck), ROWS({ "W8  check, 2,922 components", MS, TIMES, 1.3 }) },
    { "W9", LENET_BATCH, SIDES(lenet), ROWS({ "W9  LeNet, batch 64, momentum", US, TIMES, 1.0 }) },
    { "W10", 32, SIDES(lstm), ROWS({ "W10 char LSTM, 32 steps, batch 32", US, TIMES, 1.0 }),
      .way = LSTM_ONE_STEP, .second_way = LSTM_ONE_STEP },
    { "W10", 32, SIDES(lstm), ROWS({ "W10 by wg_nn_lstm", US, TIMES, 1.0 }), .way = LSTM_LAYER,
      .second_way = LSTM_LAYER },
    { "W11", 1, SIDES(lstm), TIME_STEP("W11 LSTM, length 100, batch 1, a time step", NONE, 0),
      ORDER("Wx b Wh out.W out.b") },
    { "W11", 32, SIDES(lstm), TIME_STEP("W11 LSTM, length 100, batch 32", NONE, 0),
      ORDER("Wx b Wh out.W out.b") },
    { NULL, 1, TWO_WAYS(lstm, lstm), TIME_STEP("W11 LSTM, lengths 1-200, batch 1", TIMES, 1.2), ALL_LENGTHS },
    { NULL, 32, TWO_WAYS(lstm, lstm), TIME_STEP("W11 LSTM, lengths 1-200, batch 32", TIMES, 1.2),
      ALL_LENGTHS },
    { NULL, 1, TWO_WAYS(lstm, lstm), TIME_STEP("W11 LSTM, the first time, batch 1", NONE, 0),
      .beside = "one length", .way = LSTM_FIRST_TIME },
    { "W12", 1, SIDES(trees), ROWS({ "W12 trees of new shapes, 1 a step", US, NONE, 0 }),
      ORDER("W b out.W out.b") },
    { "W12", 16, SIDES(trees), ROWS({ "W12 trees of new shapes, 16 a step", US, NONE, 0 }),
      ORDER("W b out.W out.b") },
    { NULL, 1, TWO_WAYS(trees, trees), ROWS({ "W12 new shapes beside one, 1 a step", US, NONE, 0 }),
      ONE_SHAPE },
    { NULL, 16, TWO_WAYS(trees, trees), ROWS({ "W12 new shapes beside one, 16 a step", US, NONE, 0 }),
      ONE_SHAPE },
    { NULL, 1, SIDES(trees), ROWS({ "W12 with trained words, 1 a step", US, NONE, 0 }), TRAINED },
    { NULL, 16, SIDES(trees), ROWS({ "W12 with trained words, 16 a step", US, NONE, 0 }), TRAINED,
      ORDER("W b out.W out.b E") },
    { NULL, 0, SIDES(ode), ROWS({ "W13 adaptive ODE, 0.1 sin", MS, NONE, 0 }) },
    { NULL, 0, TWO_WAYS(ode, ode), ROWS({ "W13 0.1 sin, interpreted", MS, TIMES, 1 }), INTERPRETED },
    { NULL, 64, TWO_WAYS(ode, ode), ROWS({ "W13 net 64, interpreted", MS, TIMES, 1 }), INTERPRETED },
    { NULL, 0, &wengert_tracking_fixed, &hand_tracking, ROWS({ "W14 26 jvps, fixed", US, NONE, 0 }) },
    { NULL, 0, TWO_WAYS(tracking, tracking_fixed), ROWS({ "W14 26 jvps, rebuilt", US, TIMES, 2 }),
      .beside = "fixed" },
    { NULL, 0, &wengert_tracking_whole, &hand_tracking, ROWS({ "W14 wg_jacobian, rebuilt", US, TIMES, 2 }) },
    { "inference", 0, SIDES(inference), ROWS({ "inference 784-256-128-10, batch 1, rebuilt", US, NONE, 0 }) },
    { "inference", 0, &wengert_inference_fixed, &hand_inference,
      ROWS({ "inference 784-256-128-10, batch 1, fixed", US, NONE, 0 }) },
    { NULL, 0, SIDES(net64), ROWS({ "W15 64-64-10, Adam, batch 64", US, NONE, 0 }),
      ORDER("fc1.W fc1.b fc2.W fc2.b") },
    { "W16", GPT_BATCH, SIDES(gpt), ROWS({ "W16 GPT, 4 blocks of 256, AdamW", MS, TIMES, 1.15 }),
      .beside = "products and bytes" },
    { "W17", 1, SIDES(gpt_text), ROWS({ "W17 the same net, a character", PER(GPT_WRITTEN), NONE, 0 }) },
    { NULL, 0, TWO_WAYS(mlp, mlp), BESIDE(0, "W15 W1, no busy process") },
    { NULL, 0, TWO_WAYS(mlp, mlp), BESIDE(1, "W15 W1, one busy process") },
    { NULL, 0, TWO_WAYS(mlp, mlp), BESIDE(2, "W15 W1, two busy processes") },
    { NULL, 0, TWO_WAYS(net64, net64), BESIDE(0, "W15 64-64-10, no busy process") },
    { NULL, 0, TWO_WAYS(net64, net64), BESIDE(1, "W15 64-64-10, one busy process") },
    { NULL, 0, TWO_WAYS(net64, net64), BESIDE(2, "W15 64-64-10, two busy processes") },
    { "Hessian", HESSIAN_200, SIDES(jacobian), FIXED("Hessian 200 x 200", TIMES_TORCH, 0.8) },
    { NULL, HESSIAN_200, TWO_WAYS(jacobian, jacobian), REBUILT("Hessian 200 x 200") },
    { "Jacobian", JACOBIAN_100_50, SIDES(jacobian), FIXED("Jacobian 100 x 50", TIMES_TORCH, 0.8) },
    { NULL, JACOBIAN_100_50, TWO_WAYS(jacobian, jacobian), REBUILT("Jacobian 100 x 50") },
    { "Jacobian", JACOBIAN_1000_4, SIDES(jacobian), FIXED("Jacobian 1,000 x 4", UNITS, 20) },
    { NULL, JACOBIAN_1000_4, TWO_WAYS(jacobian, jacobian), REBUILT("Jacobian 1,000 x 4") },
    { NULL, 100, SIDES(layers), STEP_AND_BUILD("layers 100 x 16, a step", 100), ORDER("") },
    { NULL, 1000, SIDES(layers), STEP_AND_BUILD("layers 1,000 x 16, a step", 1000) },
    { NULL, 3000, SIDES(layers), STEP_AND_BUILD("layers 3,000 x 16, a step", 3000) },
    { NULL, 10000, SIDES(layers), STEP_AND_BUILD("layers 10,000 x 16, a step", 10000) },
    { NULL, 10000, TWO_WAYS(layers, layers),
      ROWS({ "layers 10,000 beside 1,000, a step", MS, TIMES, 10 },
           { "layers    of it build", MS, TIMES, 10 }),
      .beside = "1,000 layers", .second_size = 1000 },
    { NULL, 1000, SIDES(layers), STEP_AND_BUILD("layers 1,000 x 64, first step", 1000),
      .way = LAYERS_WIDE_FIRST, .second_way = LAYERS_WIDE },
    { NULL, 1000, SIDES(layers), STEP_AND_BUILD("layers 1,000 x 64, later steps", 1000), .way = LAYERS_WIDE,
      .second_way = LAYERS_WIDE, ORDER("") },
    { NULL, 100000, SIDES(rosenbrock), FIRST("Rosenbrock 9e5", ROSENBROCK_NODES(100000)) },
    { NULL, 100000, TWO_WAYS(rosenbrock, rosenbrock), AGAIN("Rosenbrock 9e5", ROSENBROCK_NODES(100000)) },
    { NULL, 100000, TWO_WAYS(rosenbrock, rosenbrock),
      TWO_TO_FIVE("Rosenbrock 9e5", ROSENBROCK_NODES(100000)) },
    { NULL, 112, SIDES(rosenbrock), FIRST("Rosenbrock 1e3", ROSENBROCK_NODES(112)) },
    { NULL, 112, TWO_WAYS(rosenbrock, rosenbrock), AGAIN("Rosenbrock 1e3", ROSENBROCK_NODES(112)) },
    { NULL, 112, TWO_WAYS(rosenbrock, rosenbrock), TWO_TO_FIVE("Rosenbrock 1e3", ROSENBROCK_NODES(112)) },
    { NULL, 100000, &wengert_rosenbrock_slices, &hand_rosenbrock,
      FIRST("Rosenbrock 9e5, a vector", ROSENBROCK_NODES(100000)) },
    { NULL, 100000, TWO_WAYS(rosenbrock_slices, rosenbrock_slices),
      AGAIN("Rosenbrock 9e5, a vector", ROSENBROCK_NODES(100000)) },
    { NULL, 10000, &wengert_rosenbrock_inputs, &hand_rosenbrock,
      FIRST("Rosenbrock 9e4, inputs", ROSENBROCK_NODES(10000)) },
    { NULL, 10000, TWO_WAYS(rosenbrock_inputs, rosenbrock_inputs),
      AGAIN("Rosenbrock 9e4, inputs", ROSENBROCK_NODES(10000)) },
    { NULL, 10000, SIDES(lotka), FIRST("Lotka-Volterra 5.7e5", LOTKA_NODES(10000)) },
    { NULL, 10000, TWO_WAYS(lotka, lotka), AGAIN("Lotka-Volterra 5.7e5", LOTKA_NODES(10000)) },
    { NULL, 10000, TWO_WAYS(lotka, lotka), TWO_TO_FIVE("Lotka-Volterra 5.7e5", LOTKA_NODES(10000)) },
    { NULL, 373, SIDES(scalar_net), FIRST("net in scalars 2.4e5", NET_NODES(373)) },
    { NULL, 373, TWO_WAYS(scalar_net, scalar_net), AGAIN("net in scalars 2.4e5", NET_NODES(373)) },
    { NULL, 373, TWO_WAYS(scalar_net, scalar_net), TWO_TO_FIVE("net in scalars 2.4e5", NET_NODES(373)) },
};
const int works_count = sizeof works / sizeof *works;
