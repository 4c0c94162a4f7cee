/* works.c: the table of works, in the order of the rows. */
#include "works.h"

#include "gpt.h"
#include "lenet.h"
#include "scalars.h"
#include "trees.h"

#define US    "us", 1e6
#define MS    "ms", 1e3
#define NS(n) "ns", 1e9 / (n) /* a node */

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

#define ONE_SHAPE .beside = "one shape", .second_way = TREES_SAME
#define TRAINED   .way = TREES_TRAINED_WORDS, .second_way = TREES_TRAINED_WORDS
/* Beside busy processes, with two threads and with one. */
#define BESIDE(n, text)                                                                                    \
    .rows = { { text, US, TIMES, 1.1 } }, .beside = "one thread", .second_way = MLP_ONE_THREAD, .busy = n, \
    .mean = true
/* The order of parameters in gradients. */
#define ORDER(names) .order = names
#define EACH_DENSE                                                 \
    "fc0.W fc0.b fc1.W fc1.b fc2.W fc2.b fc3.W fc3.b fc4.W fc4.b " \
    "fc5.W fc5.b fc6.W fc6.b fc7.W fc7.b fc8.W fc8.b fc9.W fc9.b"
#define LAYER_OWNS .beside = "wg_dense", .way = SMALL_LAYERS

enum { CHAIN = 1000000 };

const work works[] = {
    { "W1", 128, SIDES(mlp), ROWS({ "W1  784-256-128-10, Adam", US, TIMES, 1.00 }),
      ORDER("fc1.W fc1.b fc2.W fc2.b fc3.W fc3.b") },
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
    { "W7softmax", 0, &wengert_softmax, NULL, ROWS({ "W7  softmax-CE [512,32768]", MS, NONE, 0 }) },
    { "W7layer", 0, TWO_WAYS(layer_norm_by_parts, layer_norm),
      ROWS({ "W7  layer norm by parts", MS, TIMES, 1.5 }), .beside = "wg_layer_norm" },
    { NULL, 0, TWO_WAYS(layer_norm_by_parts, layer_norm),
      ROWS({ "W7  layer norm by parts, forward", MS, TIMES, 1.2 }), .beside = "wg_layer_norm",
      .way = ROWS_FORWARD, .second_way = ROWS_FORWARD },
    { "W8", 0, SIDES(gradcheck), ROWS({ "W8  check, 2,922 components", MS, TIMES, 1.3 }) },
    { "W9", LENET_BATCH, SIDES(lenet), ROWS({ "W9  LeNet, batch 64, momentum", US, TIMES, 1.0 }) },
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
    { NULL, 0, TWO_WAYS(mlp, mlp), BESIDE(0, "W15 W1, no busy process") },
    { NULL, 0, TWO_WAYS(mlp, mlp), BESIDE(1, "W15 W1, one busy process") },
    { NULL, 0, TWO_WAYS(mlp, mlp), BESIDE(2, "W15 W1, two busy processes") },
    { "W16", GPT_BATCH, SIDES(gpt), ROWS({ "W16 GPT, 4 blocks of 256, AdamW", MS, TIMES, 1.15 }),
      .beside = "products and bytes" },
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
};
const int works_count = sizeof works / sizeof *works;
