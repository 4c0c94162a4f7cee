/* test_registry_vmap.c: wg_vmap of every sample of every op, and of its gradients, against a loop that sets
 * the inputs to one row after the other. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "op_case.h"

enum { ROWS = 3, LARGEST = 200 };

/* ---- inputs and their rows ---- */

typedef struct inputs {
    wg_node x[OP_LEAVES];
    double *was[OP_LEAVES]; /* the values of the sample */
    int count;
} inputs;

static inputs inputs_of(const op_case *k)
{
    inputs s = { 0 };
    for (int64_t i = 1; i < wg_graph_nodes(k->g); i++) {
        wg_node n = wg_graph_node(k->g, i);
        if (wg_node_leaf(n) != WG_LEAF_INPUT) continue;
        cr_assert_lt(s.count, OP_LEAVES);
        s.x[s.count] = n;
        s.was[s.count++] = wgt_values(n);
    }
    return s;
}

static void free_inputs(inputs *s)
{
    for (int i = 0; i < s->count; i++) free(s->was[i]);
}

/* Row r of input i: its values, turned by some places. So they are in the domain of the op. */
static double row_value(const inputs *s, int i, int64_t r, int64_t e)
{
    int64_t n = wg_shape_size(wg_node_shape(s->x[i]));
    return s->was[i][(e + 2 * r + (r > 0) * i) % n];
}

/* A tensor of dtype t in memory for the caller to free. */
static wg_tensor tensor_of(wg_dtype t, wg_shape s, const double *v)
{
    int64_t n = wg_shape_size(s);
    char *data = calloc((size_t)n + 1, 8);
    for (int64_t i = 0; i < n; i++) switch (t) {
        case WG_F32: ((float *)(void *)data)[i] = (float)v[i]; break;
        case WG_F64: ((double *)(void *)data)[i] = v[i]; break;
        case WG_I32: ((int32_t *)(void *)data)[i] = (int32_t)v[i]; break;
        case WG_I64: ((int64_t *)(void *)data)[i] = (int64_t)v[i]; break;
        default: ((bool *)data)[i] = v[i] != 0;
        }
    return (wg_tensor){ t, s, data };
}

static wg_shape behind(int64_t rows, wg_shape s)
{
    wg_shape y = { s.rank + 1, { rows } };
    memcpy(y.dim + 1, s.dim, sizeof *s.dim * (size_t)s.rank);
    return y;
}

/* Rows [first, first + rows) of input i as an input. */
static wg_node rows_node(const op_case *k, const inputs *s, int i, int64_t first, int64_t rows)
{
    wg_shape row = wg_node_shape(s->x[i]);
    int64_t n = wg_shape_size(row);
    double *v = calloc((size_t)(n * rows) + 1, sizeof *v);
    for (int64_t r = 0; r < rows; r++)
        for (int64_t e = 0; e < n; e++) v[r * n + e] = row_value(s, i, first + r, e);
    wg_tensor t = tensor_of(wg_node_dtype(s->x[i]), behind(rows, row), v);
    wg_node y = wg_input(k->g, "rows", t);
    free(v), free((void *)(uintptr_t)t.data);
    return y;
}

/* Sets the inputs of the mask to row r. */
static void set_row(const inputs *s, unsigned mask, int64_t r)
{
    for (int i = 0; i < s->count; i++) {
        if (!(mask >> i & 1)) continue;
        wg_shape row = wg_node_shape(s->x[i]);
        int64_t n = wg_shape_size(row);
        double *v = calloc((size_t)n + 1, sizeof *v);
        for (int64_t e = 0; e < n; e++) v[e] = r < 0 ? s->was[i][e] : row_value(s, i, r, e);
        wg_tensor t = tensor_of(wg_node_dtype(s->x[i]), row, v);
        wg_input_set(s->x[i], t);
        free(v), free((void *)(uintptr_t)t.data);
    }
}

/* ---- how near ---- */

/* docs/inside/arithmetic.md: a row of a product of matrices depends on the number of rows in the last bits.
 * An op whose expansion is mapped is rounded at other places than its kernel. All else is the same to the
 * bit. */
static bool is_rounded(const wg_op *op)
{
    return op->kind == WG_CONTRACT || (op->expand && op->kernel[0] && !op->leads && op->kind != WG_MAP);
}

/* The largest distance of an element of a row, as a part of the row's largest element. */
static double tolerance(const op_case *k, int64_t nodes)
{
    bool rounded = false;
    for (int64_t i = 1; i < nodes; i++) {
        const wg_op *op = wg_node_op(wg_graph_node(k->g, i));
        rounded |= is_rounded(op);
    }
    return !rounded ? 0 : wg_context_dtype(k->c) == WG_F64 ? 1e-13 : 5e-5;
}

static void expect_near(const op_case *k, const double *a, const double *b, int64_t n, double within,
                        const char *what, unsigned mask)
{
    double scale = 1;
    for (int64_t e = 0; e < n; e++) scale = isfinite(b[e]) ? fmax(scale, fabs(b[e])) : scale;
    for (int64_t e = 0; e < n; e++) {
        bool same = a[e] == b[e] || (isnan(a[e]) && isnan(b[e])) || fabs(a[e] - b[e]) <= within * scale;
        cr_assert(same, "%s, sample %d, %s, inputs %x, element %lld: %.17g, in a loop %.17g", k->op->name,
                  k->sample, what, mask, (long long)e, a[e], b[e]);
    }
}

/* ---- against a loop ---- */

/* mapped[j], [ROWS, shape of y[j]], against y[j] with the inputs at each row from `first` on. */
static void expect_rows(const op_case *k, const inputs *s, unsigned mask, int64_t first, const wg_node y[],
                        const wg_node mapped[], int count, double within, const char *what)
{
    double *all[OP_LEAVES] = { 0 };
    for (int j = 0; j < count; j++) {
        cr_assert(wg_node_ok(mapped[j]), "%s, sample %d, %s, inputs %x: %s", k->op->name, k->sample, what,
                  mask, wg_message(k->c));
        cr_assert_eq(wg_node_dtype(mapped[j]), wg_node_dtype(y[j]));
        all[j] = wgt_values(mapped[j]);
    }
    for (int64_t r = 0; r < ROWS; r++) {
        set_row(s, mask, first + r);
        for (int j = 0; j < count; j++) {
            int64_t n = wg_shape_size(wg_node_shape(y[j]));
            double *one = wgt_values(y[j]);
            if (n) expect_near(k, all[j] + r * n, one, n, within, what, mask);
            free(one);
        }
    }
    set_row(s, mask, -1);
    for (int j = 0; j < count; j++) free(all[j]);
    cr_assert_eq(wg_failed(k->c), WG_OK, "%s: %s", k->op->name, wg_message(k->c));
}

/* The inputs of the mask, and rows of each. */
static int choose(const op_case *k, const inputs *s, unsigned mask, int64_t first, int64_t rows, wg_node x[],
                  wg_node r[])
{
    int n = 0;
    for (int i = 0; i < s->count; i++)
        if (mask >> i & 1) {
            x[n] = s->x[i];
            r[n++] = rows_node(k, s, i, first, rows);
        }
    return n;
}

/* Every choice of up to four inputs; of more inputs each one, and all. */
static bool is_tried(const inputs *s, unsigned mask)
{
    unsigned all = (1u << s->count) - 1;
    return mask == all || s->count <= 4 || !(mask & (mask - 1));
}

static bool is_large(const op_case *k)
{
    for (int64_t i = 1; i < wg_graph_nodes(k->g); i++)
        if (wg_shape_size(wg_node_shape(wg_graph_node(k->g, i))) > LARGEST) return true;
    return false;
}

typedef void (*check_fn)(op_case *k, const inputs *s, unsigned mask);

static void check_samples(int index, wg_dtype t, int interpret, check_fn check)
{
    op_case k;
    const op_setup how = { .dtype = t, .interpret = interpret };
    for (int i = 0; op_case_open(&k, wg_op_at(index), i, &how); i++) {
        inputs s = inputs_of(&k);
        const int64_t mark = wgx_graph_mark(k.g);
        wgx_graph_freeze(k.g, true);
        for (unsigned mask = 1; mask < 1u << s.count; mask++) {
            if (!is_tried(&s, mask)) continue;
            check(&k, &s, mask);
            wgx_graph_rewind(k.g, mark);
        }
        free_inputs(&s);
        op_case_close(&k);
    }
}

static void check_rows(op_case *k, const inputs *s, unsigned mask)
{
    wg_node x[OP_LEAVES], r[OP_LEAVES], to[WG_MAX_OUTPUTS];
    const double within = tolerance(k, wg_graph_nodes(k->g));
    int n = choose(k, s, mask, 0, ROWS, x, r);
    wg_vmaps(k->y, k->outputs, x, r, n, to);
    expect_rows(k, s, mask, 0, k->y, to, k->outputs, within, "rows");
}

EACH_OP(registry_vmap, rows_are_those_of_a_loop)
{
    check_samples(*index, WG_F64, 1, check_rows);
    check_samples(*index, WG_F64, -1, check_rows);
    check_samples(*index, WG_F32, 0, check_rows);
}

/* Each row r of the outer map is rows [r, r + ROWS) of the inner one. */
static void check_rows_of_rows(op_case *k, const inputs *s, unsigned mask)
{
    wg_node x[OP_LEAVES], r[OP_LEAVES], to[WG_MAX_OUTPUTS], outer[OP_LEAVES], twice[WG_MAX_OUTPUTS];
    const double within = tolerance(k, wg_graph_nodes(k->g));
    int n = choose(k, s, mask, 0, ROWS, x, r);
    wg_vmaps(k->y, k->outputs, x, r, n, to);
    for (int i = 0, m = 0; i < s->count; i++) {
        if (!(mask >> i & 1)) continue;
        wg_node two[2] = { rows_node(k, s, i, 1, ROWS), rows_node(k, s, i, 4, ROWS) };
        wg_shape one = behind(1, wg_node_shape(two[0]));
        for (int j = 0; j < 2; j++) two[j] = wg_reshape(two[j], one);
        outer[m++] = wg_concat(two, 2);
    }
    wg_vmaps(to, k->outputs, r, outer, n, twice);
    for (int j = 0; j < 2; j++) {
        wg_node part[WG_MAX_OUTPUTS];
        for (int o = 0; o < k->outputs; o++)
            part[o] = wg_reshape(wg_slice(twice[o], .axis = 0, .from = j, .to = j + 1), wg_node_shape(to[o]));
        expect_rows(k, s, mask, j ? 4 : 1, k->y, part, k->outputs, within, "rows of rows");
    }
}

EACH_OP(registry_vmap, rows_of_rows_are_those_of_a_loop)
{
    check_samples(*index, WG_F64, 0, check_rows_of_rows);
}

/* The gradients are those of a loss whose own gradient depends on no input, or is an input too (v). */
static void check_gradients(op_case *k, const inputs *s, unsigned mask)
{
    wg_node x[OP_LEAVES], r[OP_LEAVES], to[OP_LEAVES], g[OP_LEAVES];
    if (is_large(k)) return;
    wg_node loss = op_case_loss(k);
    int m = 0;
    for (int i = 0; i < k->leaves && !wg_is_none(loss); i++) {
        g[m] = op_case_grad(k, loss, k->leaf[i]);
        m += !wg_is_none(g[m]);
    }
    if (!m) return;
    const double within = tolerance(k, wg_graph_nodes(k->g));
    int n = choose(k, s, mask, 0, ROWS, x, r);
    wg_vmaps(g, m, x, r, n, to);
    expect_rows(k, s, mask, 0, g, to, m, within, "gradients");
}

EACH_OP(registry_vmap, gradients_of_rows_are_those_of_a_loop)
{
    check_samples(*index, WG_F64, 0, check_gradients);
}

static void check_few(op_case *k, const inputs *s, unsigned mask)
{
    for (int rows = 0; rows < 2; rows++) {
        wg_node x[OP_LEAVES], r[OP_LEAVES], to[WG_MAX_OUTPUTS];
        int n = choose(k, s, mask, 0, rows, x, r);
        wg_vmaps(k->y, k->outputs, x, r, n, to);
        for (int j = 0; j < k->outputs; j++) {
            wg_shape want = behind(rows, wg_node_shape(k->y[j]));
            cr_assert(wg_shape_equal(wg_node_shape(to[j]), want), "%s, sample %d", k->op->name, k->sample);
            wg_value(to[j]);
        }
        cr_assert_eq(wg_failed(k->c), WG_OK, "%s, sample %d, %d rows: %s", k->op->name, k->sample, rows,
                     wg_message(k->c));
    }
}

EACH_OP(registry_vmap, no_rows_and_one_row) { check_samples(*index, WG_F64, 0, check_few); }

/* ---- Jacobians ---- */

/* Row i of the Jacobian is the gradient for unit vector i, or there is no gradient and no Jacobian. */
static void check_jacobian(op_case *k, wg_node y, wg_node x)
{
    const int64_t m = wg_shape_size(wg_node_shape(y)), n = wg_shape_size(wg_node_shape(x));
    const int64_t mark = wgx_graph_mark(k->g);
    wg_node J = wg_jacobian(y, x);
    const wg_status failed = wg_failed(k->c);
    cr_assert(failed == WG_OK || failed == WG_ERROR_GRADIENT, "%s: %s", k->op->name, wg_message(k->c));
    if (failed) wg_recover(k->c);
    double *all = failed ? NULL : wgt_values(J), *e = calloc((size_t)m + 1, sizeof *e);
    for (int64_t i = 0; i < m; i++) {
        wg_node row;
        e[i] = 1;
        wg_node unit = wg_input(k->g, "e", wg_view_f64(e, wg_node_shape(y)));
        cr_assert_eq(wg_vjp(y, unit, &x, 1, &row), failed, "%s, sample %d", k->op->name, k->sample);
        e[i] = 0;
        if (failed) wg_recover(k->c);
        if (failed) continue;
        double *one = wgt_values(row);
        if (n) expect_near(k, all + i * n, one, n, 1e-12, "Jacobian", (unsigned)i);
        free(one);
    }
    free(all), free(e);
    wgx_graph_rewind(k->g, mark);
}

EACH_OP(registry_vmap, jacobians_are_the_gradients_of_each_element)
{
    op_case k;
    const op_setup how = { .dtype = WG_F64 };
    for (int i = 0; op_case_open(&k, wg_op_at(*index), i, &how); i++) {
        for (int j = 0; j < k.outputs && !is_large(&k); j++)
            for (int l = 0; l < k.leaves; l++)
                if (wg_dtype_is_float(wg_node_dtype(k.y[j]))) check_jacobian(&k, k.y[j], k.leaf[l]);
        op_case_close(&k);
    }
}
