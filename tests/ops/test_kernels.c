/* test_kernels.c: the kernels of the registry are called directly, for each instruction set that this machine
 * has: once for the whole work, and once for each unit, from last to first. Both write the same bits, write
 * all elements, and write nothing outside. */
#include <stdlib.h>
#include <string.h>

#include "op_case.h"

enum { GUARD = 64, MOST_OPERANDS = 8 };

/* ---- a call, with guarded outputs ---- */

typedef struct call {
    wg_kernel k;
    const wg_op *op;
    wg_kernel_fn fn;
    const void *x[MOST_OPERANDS];
    wg_shape xs[MOST_OPERANDS], ys[WG_MAX_OUTPUTS];
    wg_type xt[MOST_OPERANDS], yt[WG_MAX_OUTPUTS];
    unsigned char step[MOST_OPERANDS];
    char *block[WG_MAX_OUTPUTS];
    size_t bytes[WG_MAX_OUTPUTS];
    void *y[WG_MAX_OUTPUTS];
    wg_fault fault;
} call;

static bool is_map(const wg_op *op) { return op->kind == WG_MAP || op->kind == WG_RANDOM; }

/* `fill` is in the results before the call. Two calls with different fills differ where nothing was
 * written. */
static void add_output(call *c, int j, wg_node y, int fill)
{
    c->ys[j] = wg_node_shape(y);
    c->yt[j] = (wg_type){ &c->ys[j], wg_node_dtype(y) };
    c->bytes[j] = (size_t)wg_shape_size(c->ys[j]) * wg_dtype_size(c->yt[j].dtype);
    c->block[j] = malloc(c->bytes[j] + 2 * GUARD);
    memset(c->block[j], fill, c->bytes[j] + 2 * GUARD);
    c->y[j] = c->block[j] + GUARD;
}

/* False where the sample is not a plain call of a kernel: the engine broadcasts operands, not the kernel. */
static bool prepare(call *c, const op_case *k, wg_kernel_fn fn, int fill)
{
    int n = wg_node_operands(k->y[0]);
    if (!op_case_is_own(k) || n > MOST_OPERANDS) return false;
    *c = (call){ .op = k->op, .fn = fn, .fault = { .index = INT64_MAX } };
    for (int i = 0; i < n; i++) {
        wg_tensor t = wg_value(wg_node_operand(k->y[0], i));
        c->xs[i] = t.shape, c->x[i] = t.data;
        c->xt[i] = (wg_type){ &c->xs[i], t.dtype };
        c->step[i] = wg_shape_equal(t.shape, wg_node_shape(k->y[0]));
        if (is_map(k->op) && !c->step[i] && wg_shape_size(t.shape) != 1) return false;
    }
    for (int j = 0; j < k->outputs; j++) add_output(c, j, k->y[j], fill);
    c->k = (wg_kernel){ .operands = n,
                        .outputs = k->outputs,
                        .x = c->x,
                        .y = c->y,
                        .step = c->step,
                        .xt = c->xt,
                        .yt = c->yt,
                        .attr = wg_attr(k->y[0]),
                        .seed = 1,
                        .epoch = 2,
                        .fault = &c->fault };
    return true;
}

static void drop(call *c)
{
    for (int j = 0; j < c->k.outputs; j++) free(c->block[j]);
}

/* ---- running it ---- */

static bool share(call *c, int64_t begin, int64_t end)
{
    const void *x[MOST_OPERANDS];
    void *y[WG_MAX_OUTPUTS];
    wg_kernel k = c->k;
    k.begin = begin, k.end = end;
    if (is_map(c->op)) { /* x and y stand at begin */
        for (int i = 0; i < k.operands; i++)
            x[i] = (const char *)c->x[i] + (c->step[i] ? begin * (int64_t)wg_dtype_size(c->xt[i].dtype) : 0);
        y[0] = (char *)c->y[0] + begin * (int64_t)wg_dtype_size(c->yt[0].dtype);
        k.x = x, k.y = y;
    }
    if (wgx_hints(c->op)->fold && !k.phase && wg_shape_size(c->ys[0]) == 1) { /* x stands at its leaf */
        x[0] = (const char *)c->x[0] + begin * WG_FOLD * (int64_t)wg_dtype_size(c->xt[0].dtype);
        k.x = x;
    }
    return c->fn(&k);
}

static int64_t units(const call *c)
{
    if (is_map(c->op)) return wg_shape_size(c->ys[0]);
    return c->op->units ? c->op->units(&c->k) : c->k.phase == 0;
}

static bool run(call *c, bool one_by_one)
{
    size_t bytes = c->op->scratch ? c->op->scratch(&c->k) : 0;
    bool ok = true;
    c->k.scratch = aligned_alloc(64, (bytes + 127) / 64 * 64);
    memset(c->k.scratch, 0xAB, bytes);
    for (c->k.phase = 0; ok && c->k.phase < (c->op->phases ? c->op->phases : 1); c->k.phase++) {
        int64_t n = units(c);
        if (!one_by_one && n) ok = share(c, 0, n);
        for (int64_t i = n; one_by_one && ok && i-- > 0;) ok = share(c, i, i + 1);
    }
    free(c->k.scratch);
    return ok;
}

static bool guards_hold(const call *c, int j, int fill)
{
    for (size_t i = 0; i < GUARD; i++)
        if ((unsigned char)c->block[j][i] != fill ||
            (unsigned char)c->block[j][GUARD + c->bytes[j] + i] != fill)
            return false;
    return true;
}

static void compare(const op_case *k, wg_kernel_fn fn, int isa)
{
    call a, b;
    if (!prepare(&a, k, fn, 0xA5) || !prepare(&b, k, fn, 0x5A)) return;
    cr_assert(run(&a, false) && run(&b, true), "%s, sample %d: the kernel failed: %s", k->op->name, k->sample,
              a.fault.text);
    for (int j = 0; j < k->outputs; j++) {
        cr_assert(guards_hold(&a, j, 0xA5) && guards_hold(&b, j, 0x5A),
                  "%s, sample %d, instruction set %d: written beside output %d", k->op->name, k->sample, isa,
                  j);
        cr_assert(!memcmp(a.y[j], b.y[j], a.bytes[j]),
                  "%s, sample %d, instruction set %d: output %d depends on the shares", k->op->name,
                  k->sample, isa, j);
    }
    drop(&a);
    drop(&b);
}

/* Products of matrices are cut by their own table, behind the BLAS gate: test_random_graphs.c compares their
 * threads. */
static void all_samples(const wg_op *op, wg_dtype t)
{
    op_case k;
    if (op == wg_op_find("matmul") || op->kind == WG_LEAF) return;
    for (int i = 0; op_case_open(&k, op, i, &(op_setup){ .dtype = t, .interpret = 1 }); i++) {
        for (int isa = 0; isa < WG_ISAS; isa++)
            if (op->kernel[isa] && wgt_machine_has(isa)) compare(&k, op->kernel[isa], isa);
        op_case_close(&k);
    }
}

EACH_OP(kernels, shares_do_not_change_bits_f64) { all_samples(wg_op_at(*index), WG_F64); }

EACH_OP(kernels, shares_do_not_change_bits_f32) { all_samples(wg_op_at(*index), WG_F32); }
