/* run_kernel.h: an op's kernel on its own, without a graph. */
#ifndef RUN_KERNEL_H
#define RUN_KERNEL_H

#include "wengert/op.h"
#include "wgtest.h"

/* y = the op of the n elements of x, by the kernel of one instruction set. */
static void run_kernel(const char *name, int isa, wg_dtype dtype, const void *x, void *y, int64_t n)
{
    const wg_op *op = wg_op_find(name);
    wg_shape s = WG_SHAPE(n);
    wg_type t = { &s, dtype };
    unsigned char step = 1;
    wg_kernel k = {
        .end = n, .operands = 1, .outputs = 1, .x = &x, .y = &y, .step = &step, .xt = &t, .yt = &t
    };
    cr_assert(op->kernel[isa](&k));
}

#endif
