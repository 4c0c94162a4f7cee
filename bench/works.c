/* works.c: the table of works, in the order of the rows. */
#include "works.h"

#include "ode.h"
#include "scalars.h"

#define US    "us", 1e6
#define MS    "ms", 1e3
#define NS(n) "ns", 1e9 / (n) /* a node */

#define SIDES(side)    &wengert_##side, &hand_##side
#define TWO_WAYS(a, b) &wengert_##a, &wengert_##b
#define ROWS(...)      .rows = { __VA_ARGS__ }

/* The two rows of a program in scalars. */
#define PASSES(name, nodes, target, forward, back)                    \
    .rows = { { name ", build+forward", NS(nodes), target, forward }, \
              { name ", backward", NS(nodes), target, back } }
/* Structures that were never seen; the same one again; and passes 2 to 5 with a structure. */
#define FIRST(side, size, nodes, name)                              \
    {                                                               \
        NULL, size, SIDES(side), PASSES(name, nodes, UNITS, 15, 10) \
    }
#define AGAIN(side, size, nodes, name)                                                   \
    {                                                                                    \
        NULL, size, TWO_WAYS(side, side), PASSES(name " again", nodes, TIMES, 1.3, 1.3), \
            .beside = "new", .way = STRUCTURE_SAME                                       \
    }
#define TWO_TO_FIVE(side, size, nodes, name)                                               \
    {                                                                                      \
        NULL, size, TWO_WAYS(side, side), PASSES(name " 2nd-5th", nodes, TIMES, 1.3, 1.3), \
            .beside = "new", .way = STRUCTURE_FIVE_TIMES                                   \
    }

#define INTERPRETED .beside = "interpreted", .second_way = ODE_INTERPRETED

enum { CHAIN = 1000000 };

const work works[] = {
    { "W1", 128, SIDES(mlp), ROWS({ "W1  784-256-128-10, Adam", US, TIMES, 1.00 }) },
    { "W2", 128, SIDES(mlp_norm), ROWS({ "W2  W1, batch norm, dropout", US, TIMES, 1.05 }) },
    { "W3", 1, SIDES(small), ROWS({ "W3  2-4-1 rebuilt, batch 1", US, UNITS, 0.6 }) },
    { "W3", 32, SIDES(small), ROWS({ "W3  2-4-1 rebuilt, batch 32", US, UNITS, 1.2 }) },
    { "W3", 1, &wengert_small_fixed, &hand_small, ROWS({ "W3s 2-4-1 fixed, batch 1", US, UNITS, 0.15 }) },
    { "W3", 32, &wengert_small_fixed, &hand_small, ROWS({ "W3s 2-4-1 fixed, batch 32", US, UNITS, 0.4 }) },
    { "W4", CHAIN, SIDES(tape),
      .rows = { { "W4  1e6 nodes build+forward", NS(CHAIN), UNITS, 15 },
                { "W4  backward", NS(CHAIN), UNITS, 12 },
                { "W4    of it build", NS(CHAIN), NONE, 0 },
                { "W4    of it forward", NS(CHAIN), NONE, 0 } } },
    FIRST(random_ops, CHAIN, CHAIN, "W4r 1e6 in random order"),
    FIRST(random_ops, 1000, 1000, "W4r 1e3 in random order"),
    { "W5", 16, SIDES(chain), ROWS({ "W5  chain on 16 Mi floats", MS, TIMES, 1.25 }) },
    { NULL, 16, NULL, &hand_chain_one_sweep, ROWS({ "W5  by hand in one sweep", MS, NONE, 0 }) },
    { "W6", 0, SIDES(deep), ROWS({ "W6  10 layers 1024, SGD", MS, TIMES, 1.03 }) },
    { "W7softmax", 0, SIDES(softmax), ROWS({ "W7  softmax-CE [512,32768]", MS, TIMES, 1.15 }) },
    { "W7layer", 0, SIDES(layer_norm), ROWS({ "W7  layer norm [4096,1024]", MS, TIMES, 1.15 }) },
    { "W7batch", 0, SIDES(batch_norm), ROWS({ "W7  batch norm [4096,1024]", MS, TIMES, 1.15 }) },
    { "W8", 0, SIDES(gradcheck), ROWS({ "W8  check, 2,922 components", MS, TIMES, 1.3 }) },
    { NULL, 0, SIDES(ode), ROWS({ "W13 adaptive ODE, 0.1 sin", MS, NONE, 0 }) },
    { NULL, 0, TWO_WAYS(ode, ode), ROWS({ "W13 0.1 sin, interpreted", MS, TIMES, 1 }), INTERPRETED },
    { NULL, 64, TWO_WAYS(ode, ode), ROWS({ "W13 net 64, interpreted", MS, TIMES, 1 }), INTERPRETED },
    { NULL, 0, &wengert_tracking_fixed, &hand_tracking, ROWS({ "W14 26 jvps, fixed", US, NONE, 0 }) },
    { NULL, 0, TWO_WAYS(tracking, tracking_fixed), ROWS({ "W14 26 jvps, rebuilt", US, TIMES, 2 }),
      .beside = "fixed" },
    FIRST(rosenbrock, 100000, ROSENBROCK_NODES(100000), "Rosenbrock 9e5"),
    AGAIN(rosenbrock, 100000, ROSENBROCK_NODES(100000), "Rosenbrock 9e5"),
    TWO_TO_FIVE(rosenbrock, 100000, ROSENBROCK_NODES(100000), "Rosenbrock 9e5"),
    FIRST(rosenbrock, 112, ROSENBROCK_NODES(112), "Rosenbrock 1e3"),
    AGAIN(rosenbrock, 112, ROSENBROCK_NODES(112), "Rosenbrock 1e3"),
    TWO_TO_FIVE(rosenbrock, 112, ROSENBROCK_NODES(112), "Rosenbrock 1e3"),
    { NULL, 100000, &wengert_rosenbrock_slices, &hand_rosenbrock,
      PASSES("Rosenbrock 9e5, a vector", ROSENBROCK_NODES(100000), UNITS, 15, 10) },
    AGAIN(rosenbrock_slices, 100000, ROSENBROCK_NODES(100000), "Rosenbrock 9e5, a vector"),
    { NULL, 10000, &wengert_rosenbrock_inputs, &hand_rosenbrock,
      PASSES("Rosenbrock 9e4, inputs", ROSENBROCK_NODES(10000), UNITS, 15, 10) },
    AGAIN(rosenbrock_inputs, 10000, ROSENBROCK_NODES(10000), "Rosenbrock 9e4, inputs"),
    FIRST(lotka, 10000, LOTKA_NODES(10000), "Lotka-Volterra 5.7e5"),
    AGAIN(lotka, 10000, LOTKA_NODES(10000), "Lotka-Volterra 5.7e5"),
    TWO_TO_FIVE(lotka, 10000, LOTKA_NODES(10000), "Lotka-Volterra 5.7e5"),
    FIRST(scalar_net, 373, NET_NODES(373), "net in scalars 2.4e5"),
    AGAIN(scalar_net, 373, NET_NODES(373), "net in scalars 2.4e5"),
    TWO_TO_FIVE(scalar_net, 373, NET_NODES(373), "net in scalars 2.4e5"),
};
const int works_count = sizeof works / sizeof *works;
