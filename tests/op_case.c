/* op_case.c: what op_case.h promises. */
#include "op_case.h"

#include <stdlib.h>
#include <string.h>

#include "base/base.h"

static void free_indices(struct criterion_test_params *p) { cr_free(p->params); }

static struct criterion_test_params indices(int step)
{
    int n = (wg_op_count() + step - 1) / step;
    int *index = cr_malloc((size_t)n * sizeof *index);
    for (int i = 0; i < n; i++) index[i] = i * step;
    return cr_make_param_array(int, index, (size_t)n, free_indices);
}
struct criterion_test_params op_case_all(void) { return indices(1); }
struct criterion_test_params op_case_some(void) { return indices(OP_CASES); }

static wg_site here(void) { return WG_HERE; }

const char *op_case_place(void) { return wg_site_place(here()); }

static void collect(op_case *k)
{
    k->leaves = 0;
    for (int64_t i = 1; i < wg_graph_nodes(k->g); i++) {
        wg_node n = wg_graph_node(k->g, i);
        if (wg_node_leaf(n) != WG_LEAF_INPUT || !wg_dtype_is_float(wg_node_dtype(n))) continue;
        cr_assert_lt(k->leaves, OP_LEAVES);
        k->leaf[k->leaves++] = n;
    }
    k->outputs = op_case_is_own(k) && k->op->outputs > 1 ? k->op->outputs : 1;
    for (int i = 1; i < k->outputs; i++) k->y[i] = wg_part(k->y[0], i);
}

bool op_case_open(op_case *k, const wg_op *op, int sample, const op_setup *s)
{
    wg_start_opts o =
        WG_OPTS(wg_start_opts, .seed = 1, .threads = s->threads ? s->threads : 1, .interpret = s->interpret);
    *k = (op_case){ .op = op, .sample = sample, .memory = s->memory };
    if (!wgx_hints(op)->sample) return false;
    k->c = wgt_start(s->memory, s->dtype, &o);
    if (s->operands) k->c->samples = s->operands; /* a context without memory cannot be written to */
    k->g = wg_graph_new(k->c);
    wg_begin(k->g, WG_TRAIN);
    k->y[0] = wgx_hints(op)->sample(here(), k->g, sample);
    bool none = wg_is_none(k->y[0]) && !wg_failed(k->c);
    if (none) {
        op_case_close(k);
        return false;
    }
    collect(k);
    return true;
}

void op_case_again(op_case *k)
{
    wg_begin(k->g, WG_TRAIN);
    k->y[0] = wgx_hints(k->op)->sample(here(), k->g, k->sample);
    collect(k);
}

void op_case_close(op_case *k) { wgt_drop(k->c, k->memory); }

/* Way 0: any; 1: zeros; 2: ones; 3: halves; 4: 0 and 1 in turn, the same for all leaves. */
static double half_of(int way, int64_t i, wgt_random *r)
{
    double any = (double)wgt_below(r, 5) / 2 - 1;
    return way == 0 ? any : way == 1 ? 0 : way == 2 ? 1 : way == 3 ? 0.5 : (double)(i % 2);
}

void op_case_halves(op_case *k, int way)
{
    wgt_random r = { 7 };
    for (int j = 0; j < k->leaves; j++) {
        wg_shape s = wg_node_shape(k->leaf[j]);
        int64_t n = wg_shape_size(s);
        double *v = calloc((size_t)n + 1, sizeof *v);
        for (int64_t i = 0; i < n; i++) v[i] = half_of(way, i, &r);
        wg_input_set(k->leaf[j], wg_view_f64(v, s));
        free(v);
    }
}

bool op_case_is_own(const op_case *k) { return wg_node_op(k->y[0]) == k->op; }

/* A constant of n's shape and dtype, uniform in [0.5, 1.5) with both signs: no weight hides an element. */
static wg_node weights(op_case *k, wg_node n, uint64_t seed)
{
    wgt_random r = { seed };
    int64_t size = wg_shape_size(wg_node_shape(n));
    double *v = calloc((size_t)size + 1, sizeof *v);
    for (int64_t i = 0; i < size; i++) v[i] = wgt_uniform(&r, 0.5, 1.5) * (wgt_next(&r) & 1 ? 1 : -1);
    wg_node w = wg_input(k->g, "weights", wg_view_f64(v, wg_node_shape(n)));
    free(v);
    return wg_cast(w, wg_node_dtype(n));
}

static wg_node add_product(op_case *k, wg_node sum, wg_node n, uint64_t seed)
{
    wg_node p = wg_sum(wg_mul(n, weights(k, n, seed)));
    return wg_is_none(sum) ? p : wg_add(sum, p);
}

wg_node op_case_loss(op_case *k)
{
    wg_node sum = wg_none;
    for (int i = 0; i < k->outputs; i++)
        if (wg_dtype_is_float(wg_node_dtype(k->y[i]))) sum = add_product(k, sum, k->y[i], 100 + (uint64_t)i);
    return sum;
}

/* The op that the message "... ends at NAME (place) ..." names, or, if it says "a derivative", whose adjoint
 * it ends with. */
static const wg_op *blocking_op(const char *message)
{
    const char *at = strstr(message, " ends at ");
    char name[64] = "";
    if (at) sscanf(at, " ends at %63s", name);
    const wg_op *op = wg_op_find(name);
    for (int i = 0; i < wg_op_count() && !op && !strcmp(name, "a"); i++) {
        const char *adjoint = wg_op_at(i)->adjoint;
        if (wg_op_at(i)->none && adjoint && strstr(message, adjoint)) op = wg_op_at(i);
    }
    cr_assert(op, "no op of the registry is named in \"%s\"", message);
    return op;
}

wg_node op_case_grad(op_case *k, wg_node y, wg_node leaf)
{
    wg_node g = wg_grad(y, leaf);
    k->blocked = NULL;
    if (wg_failed(k->c) == WG_ERROR_GRADIENT) {
        k->blocked = blocking_op(wg_message(k->c));
        wg_recover(k->c);
        return wg_none;
    }
    if (!k->memory)
        cr_assert_eq(wg_failed(k->c), WG_OK, "%s, sample %d: %s", k->op->name, k->sample, wg_message(k->c));
    return g;
}

wg_node op_case_slope(op_case *k, wg_node loss, wg_node g[])
{
    wg_node own[OP_LEAVES], sum = wg_none;
    if (!g) g = own;
    for (int i = 0; i < k->leaves; i++) {
        g[i] = op_case_grad(k, loss, k->leaf[i]);
        if (!wg_is_none(g[i])) sum = add_product(k, sum, g[i], 200 + (uint64_t)i);
    }
    return sum;
}
