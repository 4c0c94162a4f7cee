/* test_registry_memory.c: every op's samples, built, differentiated and run while the first allocation fails,
 * the second, and so on until none does: once, and for ever. Each time either the right bits come out or the
 * error is 'out of memory'; the context can be used again after wg_recover, and nothing is left in the end.
 *
 * WG_TORTURE=long tries every allocation of every sample in both ways of running; otherwise long samples are
 * strided, the offset drawn from the run's seed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "op_case.h"

ParameterizedTestParameters(registry_memory, every_allocation_may_fail) { return op_case_all(); }

/* The sum of slope and loss, and of the output where it is no float: one number that depends on all that was
 * run. */
static double work(op_case *k)
{
    wg_node loss = op_case_loss(k);
    if (wg_is_none(loss)) return wg_item(wg_sum(wg_cast(k->y[0], wg_context_dtype(k->c))));
    wg_node slope = op_case_slope(k, loss, NULL);
    return wg_item(wg_is_none(slope) ? loss : wg_add(loss, slope));
}

/* Whether the sample has random draws. They differ in the next evaluation. */
static bool draws(const op_case *k)
{
    for (int64_t i = 1; i < wg_graph_nodes(k->g); i++)
        if (wg_node_leaf(wg_graph_node(k->g, i)) == WG_LEAF_STREAM) return true;
    return false;
}

static void expect_bits(const op_case *k, double got, double expected, const char *when)
{
    cr_assert(!memcmp(&got, &expected, sizeof got),
              "%s, sample %d, %s: %.17g, not %.17g (allocation %lld of %lld%s): %s", k->op->name, k->sample,
              when, got, expected, (long long)k->memory->fail_at, (long long)k->memory->calls,
              k->memory->for_ever ? ", and all after it" : "", wg_message(k->c));
}

/* One attempt; false when nothing failed any more. expected[1] is the second evaluation's number: random
 * draws differ. */
static bool attempt(const wg_op *op, int sample, int interpret, wgt_memory *m, double expected)
{
    op_case k;
    if (!op_case_open(&k, op, sample, &(op_setup){ .dtype = WG_F64, .interpret = interpret, .memory = m }))
        return false;
    double v = work(&k);
    bool some = m->failed;
    if (!wg_failed(k.c)) {
        expect_bits(&k, v, expected, "no error recorded");
    } else {
        cr_assert_eq(wg_failed(k.c), WG_ERROR_MEMORY, "%s, sample %d: %s", op->name, sample, wg_message(k.c));
        *m = (wgt_memory){ .blocks = m->blocks, .bytes = m->bytes };
        wg_recover(k.c);
        if (!wg_failed(k.c) && k.g && !op->impure) {
            op_case_again(&k);
            double again = work(&k);
            if (!draws(&k)) expect_bits(&k, again, expected, "after wg_recover");
        }
    }
    op_case_close(&k);
    return some;
}

static double reference(const wg_op *op, int sample, int interpret, int64_t *calls)
{
    wgt_memory m = { 0 };
    op_case k;
    op_case_open(&k, op, sample, &(op_setup){ .dtype = WG_F64, .interpret = interpret, .memory = &m });
    double v = work(&k);
    cr_assert_eq(wg_failed(k.c), WG_OK, "%s, sample %d: %s", op->name, sample, wg_message(k.c));
    op_case_close(&k);
    *calls = m.calls;
    return v;
}

static void torture(const wg_op *op, int sample, int interpret, bool all)
{
    int64_t calls;
    double expected = reference(op, sample, interpret, &calls);
    wgt_random r = { wgt_seed() + (uint64_t)sample };
    int64_t stride = all || calls < 40 ? 1 : calls / 40, offset = wgt_below(&r, stride);
    for (int ever = 0; ever < 2; ever++)
        for (int64_t n = 1 + offset;; n += stride) {
            wgt_memory m = { .fail_at = n, .for_ever = ever };
            if (!attempt(op, sample, interpret, &m, expected)) break;
        }
}

ParameterizedTest(int *index, registry_memory, every_allocation_may_fail)
{
    const wg_op *op = wg_op_at(*index);
    const char *form = getenv("WG_TORTURE");
    bool all = form && !strcmp(form, "long");
    op_case k;
    for (int i = 0; op_case_open(&k, op, i, &(op_setup){ .dtype = WG_F64 }); i++) {
        op_case_close(&k);
        torture(op, i, 1, all), torture(op, i, -1, all);
    }
}
