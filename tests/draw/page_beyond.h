/* page_beyond.h: the ops that pages do not compute. */
#ifndef PAGE_BEYOND_H
#define PAGE_BEYOND_H

#include <string.h>

#include "wengert/op.h"

/* What pages cannot compute, and why. */
static const char *const beyond[] = {
    /* decompositions of matrices, and what is made of them: nobody follows their numbers by hand */
    "eigh", "eigh_part", "eigh_parts", "inverse_gaps", "lstsq", "qr", "qr_part", "qr_parts", "svd",
    "svd_part", "svd_parts", "cofactors", "cofactor_slope", "slopes", "eigh_grad", "svd_grad",
    /* C functions */
    "custom_vjp", "extern", "extern_grad", "extern_impure", "extern_jvp",
    /* of second and third derivatives alone */
    "attention_tiles_grad", "pow_term",
    /* draws that change with the probabilities */
    "bernoulli", "categorical",
    /* numbers of 16 bits */
    "matmul_stored"
};

static inline bool is_beyond(const wg_op *op)
{
    for (size_t i = 0; i < sizeof beyond / sizeof *beyond; i++)
        if (strcmp(op->name, beyond[i]) == 0) return true;
    return false;
}

#endif
