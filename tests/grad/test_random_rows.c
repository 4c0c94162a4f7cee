/* test_random_rows.c: wg_vmap, wg_jacobian and wg_hessian of random graphs over all ops of the registry,
 * against loops that set an input to one row after the other.
 *
 *     WG_GRAPHS=5000 WG_SEED=7 build/tests/grad/test_random_rows         more graphs, other graphs
 *     WG_GRAPH=123 ...                                                   one of them
 */
#include <math.h>
#include <stdlib.h>

#include "../random_graph.h"

enum { ROWS = 3, LARGEST = 40 };

typedef struct instance {
    uint64_t index;
    wg_context *c;
    wg_graph *g;
    random_graph r;
    wg_node x; /* the leaf that gets rows */
    int64_t n; /* its elements */
    double *row[ROWS + 1];
} instance;

static const wg_options ways[] = { { .threads = 1 },
                                   { .threads = 1, .interpret = 1 },
                                   { .threads = 2, .interpret = -1 },
                                   { .threads = 1, .interpret = -1, .without = WG_WITHOUT_TILES },
                                   { .threads = 1, .without = WG_WITHOUT_REBUILD } };

/* False: the leaf has no elements, or too many. Rows are near the values of the leaf, which is smooth
 * there. */
static bool open_graph(instance *k, const random_calls *calls, uint64_t index)
{
    wgt_random draw = { wgt_seed() + 31 * index };
    *k = (instance){ .index = index };
    k->c = wgt_start(NULL, WG_F64, &ways[index % (sizeof ways / sizeof *ways)]);
    k->g = wg_graph_new(k->c);
    k->r = (random_graph){ .g = k->g, .shift_leaf = -1, .calls = calls };
    wg_graph_freeze(k->g, true);
    random_graph_build(&k->r);
    k->x = k->r.leaf[wgt_below(&draw, k->r.leaves)];
    k->n = wg_shape_size(wg_node_shape(k->x));
    for (int i = 0; i <= ROWS; i++) {
        k->row[i] = wgt_values(k->x);
        for (int64_t e = 0; i < ROWS && e < k->n; e++) k->row[i][e] += wgt_uniform(&draw, -1e-3, 1e-3);
    }
    return k->n > 0 && k->n <= LARGEST && wg_node_shape(k->x).rank < WG_MAX_RANK;
}

static void close_graph(instance *k)
{
    cr_assert_eq(wg_failed(k->c), WG_OK, "WG_SEED=%llu WG_GRAPH=%llu: %s", (unsigned long long)wgt_seed(),
                 (unsigned long long)k->index, wg_message(k->c));
    for (int i = 0; i <= ROWS; i++) free(k->row[i]);
    wgt_finish(k->c, NULL);
}

static wg_node rows_node(const instance *k)
{
    wg_shape s = wg_node_shape(k->x), all = { s.rank + 1, { ROWS } };
    for (int i = 0; i < s.rank; i++) all.dim[i + 1] = s.dim[i];
    double *v = calloc((size_t)(ROWS * k->n), sizeof *v);
    for (int64_t i = 0; i < ROWS * k->n; i++) v[i] = k->row[i / k->n][i % k->n];
    wg_node rows = wg_input(k->g, "rows", wg_view_f64(v, all));
    free(v);
    return rows;
}

static void set_row(const instance *k, int row)
{
    wg_input_set(k->x, wg_view_f64(k->row[row], wg_node_shape(k->x)));
}

/* Rounding of values that cancel may be as large as the largest value on the way to them. So the scale is
 * that of all elements of the row, and 1 at least. NaN and infinities must be the same. */
static void expect_near(const instance *k, const char *what, const double *a, const double *b, int64_t n,
                        double within)
{
    double scale = 1;
    for (int64_t i = 0; i < n; i++) scale = isfinite(b[i]) ? fmax(scale, fabs(b[i])) : scale;
    for (int64_t i = 0; i < n; i++)
        cr_assert(a[i] == b[i] || (isnan(a[i]) && isnan(b[i])) || fabs(a[i] - b[i]) <= within * scale,
                  "WG_SEED=%llu WG_GRAPH=%llu: %s, element %lld: %.17g, in a loop %.17g",
                  (unsigned long long)wgt_seed(), (unsigned long long)k->index, what, (long long)i, a[i],
                  b[i]);
}

static void expect_rows(const instance *k, const char *what, wg_node y, wg_node mapped)
{
    const int64_t n = wg_shape_size(wg_node_shape(y));
    double *all = wgt_values(mapped);
    cr_assert_eq(wg_failed(k->c), WG_OK, "WG_GRAPH=%llu: %s", (unsigned long long)k->index, wg_message(k->c));
    for (int i = 0; i < ROWS; i++) {
        set_row(k, i);
        double *one = wgt_values(y);
        if (n) expect_near(k, what, all + i * n, one, n, 1e-9);
        free(one);
    }
    set_row(k, ROWS);
    free(all);
}

/* Some op between may have no derivative at all: wg_none. */
static wg_node gradient_of(const instance *k)
{
    wg_node g = wg_grad(k->r.loss, k->x);
    if (wg_failed(k->c) != WG_ERROR_GRADIENT) return g;
    wg_recover(k->c);
    return wg_none;
}

static void check_rows(instance *k)
{
    wg_node rows = rows_node(k);
    expect_rows(k, "loss", k->r.loss, wg_vmap(k->r.loss, k->x, rows));
    wg_node g = gradient_of(k);
    if (!wg_is_none(g)) expect_rows(k, "gradient", g, wg_vmap(g, k->x, rows));
}

/* Whether a value is infinite, as the second derivative of a^1.5 is at a = 0. Then 0 times it is NaN in one
 * mode and may be left out in the other: tangents of 0 and gradients of 0 are at different places. */
static bool is_singular(const wg_graph *g)
{
    wg_tensor t;
    for (int64_t i = 1; i < wg_graph_nodes(g); i++) {
        if (!wg_peek(wg_graph_node(g, i), &t)) continue;
        for (int64_t j = 0; j < wg_shape_size(t.shape); j++)
            if (isinf(wg_tensor_item(&t, j))) return true;
    }
    return false;
}

static int compared, singular;

/* Row i of the Jacobian of y, against the gradient of element i. */
static void expect_jacobian(const instance *k, const char *what, wg_node y, wg_node J)
{
    const int64_t m = wg_shape_size(wg_node_shape(y));
    const wg_status failed = wg_failed(k->c);
    cr_assert(!failed || failed == WG_ERROR_GRADIENT, "WG_GRAPH=%llu: %s", (unsigned long long)k->index,
              wg_message(k->c));
    if (failed) wg_recover(k->c);
    const bool skip = !failed && is_singular(k->g);
    *(skip ? &singular : &compared) += 1;
    if (skip) return;
    double *e = calloc((size_t)m + 1, sizeof *e), *all = failed ? NULL : wgt_values(J);
    for (int64_t i = 0; i < m; i++) {
        wg_node row;
        e[i] = 1;
        wg_vjp(y, wg_input(k->g, "e", wg_view_f64(e, wg_node_shape(y))), &k->x, 1, &row);
        e[i] = 0;
        cr_assert_eq(wg_failed(k->c), failed, "WG_GRAPH=%llu: %s", (unsigned long long)k->index,
                     wg_message(k->c));
        if (failed) wg_recover(k->c);
        if (failed) continue;
        double *one = wgt_values(row);
        expect_near(k, what, all + i * k->n, one, k->n, 1e-7);
        free(one);
    }
    free(e), free(all);
}

static void check_jacobians(instance *k)
{
    wg_node g = gradient_of(k), y = k->r.value[k->r.calls->pool[k->r.calls->pooled - 1]];
    wg_shape s = wg_node_shape(y);
    const int rank = wg_node_shape(k->x).rank;
    if (!wg_is_none(g) && 2 * rank <= WG_MAX_RANK)
        expect_jacobian(k, "Hessian", g, wg_hessian(k->r.loss, k->x, k->x));
    if (s.rank + rank <= WG_MAX_RANK && wg_shape_size(s) <= LARGEST && wg_node_dtype(y) == WG_F64)
        expect_jacobian(k, "Jacobian", y, wg_jacobian(y, k->x));
}

static int64_t number_from(const char *name, int64_t standard)
{
    const char *text = getenv(name);
    return text && *text ? strtoll(text, NULL, 10) : standard;
}

static void each_graph(void (*check)(instance *k))
{
    const int64_t one = number_from("WG_GRAPH", -1), n = one >= 0 ? one + 1 : number_from("WG_GRAPHS", 200);
    for (int64_t i = one >= 0 ? one : 0; i < n; i++) {
        instance k;
        random_calls *calls = random_calls_draw(wgt_seed(), (uint64_t)i, WG_F64, GRAPH_SMOOTH);
        if (open_graph(&k, calls, (uint64_t)i)) check(&k);
        close_graph(&k);
        random_calls_free(calls);
    }
}

Test(random_rows, are_those_of_a_loop, .timeout = 300) { each_graph(check_rows); }
Test(random_rows, jacobians_are_the_gradients_of_each_element, .timeout = 300)
{
    each_graph(check_jacobians);
    cr_expect(compared >= 4 * singular, "%d compared, %d singular", compared, singular);
}
