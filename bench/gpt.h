/* gpt.h: W16, a training step of a GPT (Radford et al. 2019): 4 blocks of 4 heads, width 256, context 128,
 * batch 8, 96 characters; GELU by tanh, the output layer is the table of the characters, AdamW. W17: the same
 * net, with 256 places, reads 256 characters one after the other and gives the logits of the next one, from
 * cached keys and values; batch 1.
 */
#ifndef BENCH_GPT_H
#define BENCH_GPT_H

#include "bench.h"

enum { GPT_LAYERS = 4, GPT_HEADS = 4, GPT_WIDTH = 256, GPT_TOKENS = 128, GPT_BATCH = 8, GPT_LETTERS = 96 };
enum { GPT_WRITTEN = 256 };

/* The streams of the weights: tables of characters and places, then four matrices of each block. */
enum { GPT_STREAM = 100 };

/* Weights are uniform with the standard deviation 0.02. Biases begin with 0. */
static inline float gpt_weight(int which, int i)
{
    return (float)(0.02 * sqrt(3.0) * (double)bench_value(GPT_STREAM + (uint32_t)which, (uint32_t)i));
}

/* The logits of the last character as one number. */
static inline double gpt_answer(const float *logits)
{
    double sum = 0;
    for (int j = 0; j < GPT_LETTERS; j++) sum += (double)logits[j] * (double)(j % 7 - 2);
    return sum;
}

extern const bench_side hand_gpt, wengert_gpt, hand_gpt_text, wengert_gpt_text;

#endif
