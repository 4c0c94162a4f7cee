/* check_ops.c: check --op NAME and check --all. Every op has samples; their gradients are compared with
 * differences. The result of a sample is summed with random weights, since a check needs a scalar. Ops
 * without a derivative are skipped. */
#include <math.h>
#include <string.h>

#include "tool.h"
#include "wengert/ops.h"

typedef struct tally {
    int samples, failed, open;
    double worst;
} tally;

enum { MOST_INPUTS = 32 };

/* The float inputs that y depends on; at most MOST_INPUTS. */
static int inputs_of(wg_graph *g, wg_node y, wg_node x[MOST_INPUTS])
{
    bool *in = nodes_below(g, y);
    int n = 0;
    for (uint32_t i = y.index; in && i > 0; i--) {
        wg_node k = wg_graph_node(g, i);
        if (in[i] && n < MOST_INPUTS && wg_node_leaf(k) == WG_LEAF_INPUT &&
            wg_dtype_is_float(wg_node_dtype(k)) && wg_shape_size(wg_node_shape(k)) > 0)
            x[n++] = k;
    }
    wg_free(wg_graph_context(g), in);
    return n;
}

static wg_node project(wg_graph *g, wg_node y)
{
    wg_node v = wg_between(g, 0.5, 1.5, wg_node_shape(y));
    return wg_sum_at(WG_HERE, &WG_OPTS(wg_reduce_args, .x = wg_mul_at(WG_HERE, y, v)));
}

/* Whether both gradients are zero everywhere, as for a softmax over one element. They agree; the
 * check alone calls that inconclusive. */
static bool both_zero(const wg_check *r)
{
    for (int i = 0; i < wg_check_facts_of(r)->inputs; i++) {
        wg_check_input in = wg_check_input_at(r, i);
        for (int64_t k = 0; k < wg_shape_size(in.shape); k++)
            if (in.analytic[k] != 0 || !(fabs(in.numeric[k]) < 1e-6)) return false;
    }
    return wg_check_facts_of(r)->inputs > 0;
}

/* Checks sample i and adds the result to t. False: there is no sample i. */
static bool one_sample(const args *a, const wg_op *op, int i, const wg_gradcheck_opts *o, tally *t)
{
    wg_context *c = wg_start(.dtype = WG_F64, .seed = (uint64_t)i + 1);
    wg_graph *g = wg_graph_new(c);
    wg_node x[MOST_INPUTS];
    wg_begin(g, WG_TRAIN);
    wg_node y = wgx_hints(op)->sample ? wgx_hints(op)->sample(WG_HERE, g, i) : wg_none;
    bool more = !wg_is_none(y);
    int n = more ? inputs_of(g, y, x) : 0;
    if (n && wg_dtype_is_float(wg_node_dtype(y)) && wg_shape_size(wg_node_shape(y)) > 0) {
        wg_check *r = wg_gradcheck_nodes_at(WG_HERE, project(g, y), x, n, o);
        check_quiet();
        bool nothing = wg_check_facts_of(r)->inputs == 0; /* y depends on them through integers only */
        bool open = wg_check_verdict(r) == WG_INCONCLUSIVE && !nothing && !both_zero(r);
        t->samples += !nothing;
        t->failed += wg_check_verdict(r) == WG_FAIL;
        t->open += open;
        if (wg_check_facts_of(r)->ratio > t->worst) t->worst = wg_check_facts_of(r)->ratio;
        if ((open || wg_check_verdict(r) == WG_FAIL) && !a->json) wg_check_print(r, stdout);
        wg_check_free(r);
    }
    wg_finish(c, more ? stderr : NULL);
    return more;
}

static wg_verdict verdict_of(const tally *t)
{
    return t->failed ? WG_FAIL : t->open ? WG_INCONCLUSIVE : WG_PASS;
}

static wg_verdict check_op(const args *a, const wg_op *op, const wg_gradcheck_opts *o, json *j)
{
    tally t = { 0 };
    bool none = !wgx_op_has_derivative(op, -1);
    for (int i = 0; !none && !check_interrupted() && one_sample(a, op, i, o, &t);) i++;
    const char *word = none ? "none" : wg_verdict_name(verdict_of(&t));
    if (a->json) {
        json_object(j, NULL);
        json_text(j, "name", op->name);
        json_text(j, "verdict", word);
        json_whole(j, "samples", t.samples);
        json_number(j, "ratio", t.worst, WG_F64);
        json_end(j);
    } else if (none) {
        printf("%-24s none: %s\n", op->name, op->adjoint);
    } else {
        printf("%-24s %-12s %d sample%s, worst ratio %.1e\n", op->name, word, t.samples,
               t.samples == 1 ? "" : "s", t.worst);
    }
    return verdict_of(&t);
}

static int no_op(const args *a, const char *name)
{
    wgx_nearest_word near = wgx_nearest_to(name);
    for (int i = 0; i < wg_op_count(); i++)
        wgx_nearest_try(&near, wg_op_at(i)->name, strlen(wg_op_at(i)->name));
    if (near.best) return tool_wrong(a, "--op %s: no such op; did you mean '%s'?", name, near.best);
    return tool_wrong(a, "--op %s: no such op; 'wengert ops' lists them", name);
}

int check_ops(const args *a)
{
    const char *name = args_value(a, "op");
    const wg_op *one = name ? wg_op_find(name) : NULL;
    wg_gradcheck_opts o = WG_OPTS(wg_gradcheck_opts);
    json j;
    wg_verdict all = WG_PASS;
    if (name && !one) return no_op(a, name);
    if (!check_opts(a, &o)) return EXIT_FLAGS;
    if (a->json) j = json_start(stdout), json_array(&j, "ops");
    check_watch(&o);
    for (int i = 0; i < wg_op_count() && !check_interrupted(); i++)
        if (one ? wg_op_at(i) == one : wgx_hints(wg_op_at(i))->sample != NULL)
            all = check_worst(all, check_op(a, wg_op_at(i), &o, &j));
    check_unwatch();
    if (a->json) {
        json_end(&j);
        json_text(&j, "verdict", wg_verdict_name(all));
        if (check_interrupted()) json_bool(&j, "partial", true);
        json_finish(&j);
    } else if (check_interrupted()) {
        printf("partial: stopped\n");
    }
    return check_interrupted() ? EXIT_INTERRUPTED : check_exit(all);
}
