/* gpt.h: W16, a training step of a GPT (Radford et al. 2019): 4 blocks of 4 heads, width 256, context 128,
 * batch 8, 96 characters; GELU by tanh, the output layer is the table of the characters, AdamW.
 */
#ifndef BENCH_GPT_H
#define BENCH_GPT_H

#include "bench.h"

enum { GPT_LAYERS = 4, GPT_HEADS = 4, GPT_WIDTH = 256, GPT_TOKENS = 128, GPT_BATCH = 8, GPT_LETTERS = 96 };

/* The streams of the weights: tables of characters and places, then four matrices of each block. */
enum { GPT_STREAM = 100 };

/* Weights are uniform with the standard deviation 0.02. Biases begin with 0. */
static inline float gpt_weight(int which, int i)
{
    return (float)(0.02 * sqrt(3.0) * (double)bench_value(GPT_STREAM + (uint32_t)which, (uint32_t)i));
}

extern const bench_side hand_gpt, wengert_gpt;

#endif
