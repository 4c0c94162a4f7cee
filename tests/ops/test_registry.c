/* test_registry.c: what holds for every op of the registry and each of its samples. It is documented. Its
 * value has the shape that its rule says, and equals that of its expansion. Broadcasting and empty axes work.
 * Mistakes name the caller's line. Every way of running gives the same bits. Derivatives:
 * test_registry_grad.c. Failing allocations: test_registry_memory.c. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "op_case.h"

static const op_setup plain = { .dtype = WG_F64, .interpret = 1 };

static void expect_fine(const op_case *k)
{
    cr_assert_eq(wg_failed(k->c), WG_OK, "%s, sample %d: %s", k->op->name, k->sample, wg_message(k->c));
}

/* ---- documentation ---- */

static int count_samples(const wg_op *op)
{
    op_case k;
    int n = 0;
    for (; op_case_open(&k, op, n, &plain); n++) op_case_close(&k);
    return n;
}

static int count_errors(const wg_op *op)
{
    int n = 0;
    for (bool more = wgx_hints(op)->error; more; n += more) {
        WGT_GRAPH(WG_F64, NULL);
        wg_begin(g, WG_TRAIN);
        more = wgx_hints(op)->error(WG_HERE, g, n);
        wgt_drop(c, NULL);
    }
    return n;
}

EACH_OP(registry, is_documented)
{
    const wg_op *op = wg_op_at(*index);
    cr_assert(op->name && *op->name);
    cr_assert_eq(wg_op_find(op->name), op, "%s is not found, or twice in the registry", op->name);
    cr_assert_eq(wgx_hints(op)->library, op, "%s is not the library's own", op->name);
    cr_assert(op->summary && *op->summary, "%s has no summary", op->name);
    cr_assert(op->formula && *op->formula, "%s has no formula", op->name);
    cr_assert(op->adjoint && *op->adjoint, "%s has no adjoint: a derivative, or why there is none", op->name);
    cr_assert(op->expand || op->map || op->kernel[0] || wgx_hints(op)->alias || op->kind == WG_LEAF,
              "%s cannot be run", op->name);
    if (op->kind == WG_LEAF) return;
    cr_assert_geq(count_samples(op), 2, "%s has %d samples", op->name, count_samples(op));
    cr_assert_geq(count_errors(op), 1, "%s has no error sample", op->name);
}

/* ---- values ---- */

EACH_OP(registry, value_has_the_rules_shape)
{
    op_case k;
    for (int i = 0; op_case_open(&k, wg_op_at(*index), i, &plain); i++) {
        expect_fine(&k);
        for (int j = 0; j < k.outputs; j++) {
            wg_tensor t = wg_value(k.y[j]);
            expect_fine(&k);
            cr_assert(wg_shape_equal(t.shape, wg_node_shape(k.y[j])), "%s, sample %d: shape", k.op->name, i);
            cr_assert_eq(t.dtype, wg_node_dtype(k.y[j]));
            cr_assert(t.data || !wg_shape_size(t.shape));
        }
        op_case_close(&k);
    }
}

/* Floats to 1e-12 of the largest, other dtypes to the bit. */
static void expect_equal(const op_case *k, const char *what, wg_node a, wg_node b, double tolerance)
{
    cr_assert(wg_shape_equal(wg_node_shape(a), wg_node_shape(b)), "%s, sample %d: %s: shape", k->op->name,
              k->sample, what);
    size_t n = (size_t)wg_shape_size(wg_node_shape(a));
    double *u = wgt_values(a), *v = wgt_values(b), d = n ? wgt_distance(u, v, n) : 0;
    expect_fine(k);
    if (!wg_dtype_is_float(wg_node_dtype(a))) tolerance = 0;
    cr_assert_leq(d, tolerance, "%s, sample %d: %s: distance %g", k->op->name, k->sample, what, d);
    free(u);
    free(v);
}

EACH_OP(registry, kernel_agrees_with_expansion)
{
    const wg_op *op = wg_op_at(*index);
    op_case k;
    if (!op->expand || !(op->kernel[0] || op->map)) return;
    for (int i = 0; op_case_open(&k, op, i, &plain); i++) {
        wg_node x[OP_LEAVES], y[WG_MAX_OUTPUTS] = { wg_none };
        int n = wg_node_operands(k.y[0]);
        if (op_case_is_own(&k) && n <= OP_LEAVES) {
            for (int j = 0; j < n; j++) x[j] = wg_node_operand(k.y[0], j);
            op->expand(WG_HERE, x, n, wg_attr(k.y[0]), y);
            for (int j = 0; j < k.outputs; j++) expect_equal(&k, "against expand", k.y[j], y[j], 1e-12);
        }
        op_case_close(&k);
    }
}

/* The values of samples are rounded by 2^-24 of themselves in f32. No sample should enlarge such an error
 * much. */
EACH_OP(registry, f32_agrees_with_f64)
{
    const wg_op *op = wg_op_at(*index);
    op_case a, b;
    for (int i = 0; op_case_open(&a, op, i, &plain); i++) {
        op_case_open(&b, op, i, &(op_setup){ .dtype = WG_F32, .interpret = 1 });
        expect_fine(&b);
        for (int j = 0; j < a.outputs; j++) {
            bool is_float = wg_dtype_is_float(wg_node_dtype(a.y[j]));
            if (is_float)
                cr_assert(wg_dtype_is_float(wg_node_dtype(b.y[j])), "%s, sample %d: dtype", op->name, i);
            expect_equal(&a, "f32 against f64", a.y[j], b.y[j], 1e-5);
        }
        op_case_close(&a);
        op_case_close(&b);
    }
}

/* ---- broadcasting ---- */

/* Shapes for a MAP of up to three operands, sizes 0 and 1 among them. */
static const wg_shape shapes[][3] = {
    { { 2, { 3, 4 } }, { 2, { 3, 4 } }, { 2, { 3, 4 } } },
    { { 2, { 3, 4 } }, { 1, { 4 } }, { 0, { 0 } } },
    { { 2, { 3, 1 } }, { 2, { 1, 4 } }, { 1, { 4 } } },
    { { 0, { 0 } }, { 2, { 2, 3 } }, { 2, { 2, 1 } } },
    { { 2, { 0, 4 } }, { 1, { 4 } }, { 1, { 1 } } },
    { { 1, { 1 } }, { 1, { 0 } }, { 1, { 1 } } },
    { { 3, { 2, 1, 3 } }, { 2, { 2, 1 } }, { 1, { 3 } } },
    { { 2, { 1, 1 } }, { 1, { 1 } }, { 0, { 0 } } },
    { { 3, { 2, 3, 5 } }, { 3, { 2, 1, 5 } }, { 1, { 1 } } },
};

/* An input of x's dtype with the shape s: the values of x in turn, so that they stay in the op's domain. */
static wg_node filled(op_case *k, wg_node x, wg_shape s)
{
    wg_tensor t = wg_value(x);
    int64_t n = wg_shape_size(s), from = wg_shape_size(t.shape);
    double *v = calloc((size_t)n + 1, sizeof *v);
    for (int64_t i = 0; i < n; i++) v[i] = from ? wg_tensor_item(&t, i % from) : 1;
    wg_node y = wg_cast(wg_input(k->g, "operand", wg_view_f64(v, s)), wg_node_dtype(x));
    free(v);
    return y;
}

/* The op of operands that it broadcasts, and of operands that broadcast_to has repeated, gives the same bits.
 * The gradients of the former are sums of those of the latter. */
static void compare_broadcast(op_case *k, const wg_shape *s)
{
    int n = wg_node_operands(k->y[0]);
    wg_node a[3], b[3];
    for (int j = 0; j < n; j++) a[j] = filled(k, wg_node_operand(k->y[0], j), s[j]);
    wg_node y = wg_apply(WG_HERE, k->op, a, n, wg_attr(k->y[0]));
    for (int j = 0; j < n; j++)
        b[j] = wg_input(k->g, "repeated", wg_value(wg_broadcast_to(a[j], wg_node_shape(y))));
    wg_node z = wg_apply(WG_HERE, k->op, b, n, wg_attr(k->y[0]));
    expect_fine(k);
    wg_tensor u = wg_value(y), v = wg_value(z);
    cr_assert(wgt_same_bits(&u, &v), "%s: broadcasting changes bits", k->op->name);
    if (!wg_dtype_is_float(wg_node_dtype(y))) return;
    wg_node loss = wg_sum(wg_mul(y, y)), repeated_loss = wg_sum(wg_mul(z, z));
    for (int j = 0; j < n; j++) {
        if (!wg_dtype_is_float(wg_node_dtype(a[j]))) continue;
        wg_node g = op_case_grad(k, loss, a[j]), h = op_case_grad(k, repeated_loss, b[j]);
        cr_assert_eq(wg_is_none(g), wg_is_none(h));
        if (!wg_is_none(g)) expect_equal(k, "gradient of a broadcast operand", g, wg_sum_to(h, s[j]), 1e-12);
    }
}

/* An op with a shape among its attributes does not take it from its operands. */
static bool has_shape_attribute(const wg_op *op)
{
    for (const wg_attr_row *r = op->attrs; r && r->name; r++)
        if (r->kind == WG_ATTR_SHAPE) return true;
    return false;
}

EACH_OP(registry, map_broadcasts)
{
    const wg_op *op = wg_op_at(*index);
    if (op->kind != WG_MAP || has_shape_attribute(op)) return;
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        op_case k;
        if (!op_case_open(&k, op, 0, &plain)) return;
        int n = wg_node_operands(k.y[0]);
        if (op_case_is_own(&k) && n > 0 && n <= 3) compare_broadcast(&k, shapes[i]);
        op_case_close(&k);
    }
}

/* ---- mistakes ---- */

/* An op that users cannot call is not named where a message names a call: "lu_solve: ", "lu_solve [2,2]". */
static void expect_known_names(const op_case *k, const char *said)
{
    for (int i = 0; i < wg_op_count(); i++) {
        const char *name = wg_op_at(i)->name, *at = said;
        const size_t n = strlen(name);
        if (!wgx_op_is_internal(wg_op_at(i))) continue;
        while ((at = strstr(at, name))) {
            const bool begins = at == said || strchr(" :(", at[-1]);
            const bool is_named = begins && (!strncmp(at + n, ": ", 2) || !strncmp(at + n, " [", 2));
            cr_assert(!is_named, "%s, sample %d: %s", k->op->name, k->sample, said);
            at += n;
        }
    }
}

EACH_OP(registry, mistakes_name_the_place)
{
    const wg_op *op = wg_op_at(*index);
    bool more = wgx_hints(op)->error;
    for (int i = 0; more; i++) {
        WGT_GRAPH(WG_F64, NULL);
        wg_begin(g, WG_TRAIN);
        wg_site here = WG_HERE;
        const char *text = wgx_hints(op)->error(here, g, i), *place = wg_site_place(here),
                   *said = wg_message(c);
        more = text;
        if (more && !wg_failed(c)) wg_value_at(here, wg_graph_node(g, wg_graph_nodes(g) - 1));
        if (more) {
            cr_assert_neq(wg_failed(c), WG_OK, "%s, mistake %d: nothing was recorded", op->name, i);
            cr_assert(!strncmp(said, place, strlen(place)) && said[strlen(place)] == ':',
                      "%s, mistake %d: \"%s\" does not begin with %s", op->name, i, said, place);
            cr_assert(strstr(said, text), "%s, mistake %d: \"%s\" is not in \"%s\"", op->name, i, text, said);
            if (!wgx_op_is_internal(op)) expect_known_names(&(op_case){ .op = op, .sample = i }, said);
            wg_recover(c);
            cr_assert_eq(wg_failed(c), WG_OK);
            double v = wg_item(wg_add(wg_scalar(g, 2), 3));
            cr_assert_eq(v, 5, "%s, mistake %d: the graph cannot be used after wg_recover: %s", op->name, i,
                         wg_message(c));
        }
        wgt_drop(c, NULL);
    }
}

/* The result of a call has the call's name where it has no other: its site has no text of arguments, as
 * Python's have none. */
EACH_OP(registry, results_are_named_by_their_calls)
{
    op_case k;
    if (wgx_op_is_internal(wg_op_at(*index))) return;
    for (int i = 0; op_case_open(&k, wg_op_at(*index), i, &plain); i++) {
        for (int j = 0; j < k.outputs; j++) {
            const wg_node y = k.y[j], wrong = wg_any(k.g, WG_SHAPE(2, 3, 5, 7));
            wg_apply("\nplace", wg_op_find("concat"), (wg_node[]){ y, wrong }, 2, NULL);
            cr_assert_neq(wg_failed(k.c), WG_OK);
            expect_known_names(&k, wg_message(k.c));
            wg_recover(k.c);
        }
        op_case_close(&k);
    }
}

/* An op on the error node is the error node, and records nothing more. */
EACH_OP(registry, poison_is_silent)
{
    op_case k;
    for (int i = 0; op_case_open(&k, wg_op_at(*index), i, &plain); i++) {
        int n = wg_node_operands(k.y[0]);
        for (int j = 0; op_case_is_own(&k) && j < n && n <= OP_LEAVES; j++) {
            wg_node x[OP_LEAVES];
            for (int m = 0; m < n; m++) x[m] = wg_node_operand(k.y[0], m);
            x[j] = wg_matmul(wg_any(k.g, WG_SHAPE(2, 3)), wg_any(k.g, WG_SHAPE(2, 3)));
            char first[1024];
            snprintf(first, sizeof first, "%s", wg_message(k.c));
            cr_assert_eq(wg_failed(k.c), WG_ERROR_SHAPE);
            wg_node y = wg_apply(WG_HERE, k.op, x, n, wg_attr(k.y[0]));
            cr_assert(!wg_node_ok(y), "%s, sample %d: a node was made of the error node", k.op->name, i);
            cr_assert(isnan(wg_item(y)));
            cr_assert_str_eq(wg_message(k.c), first);
            wg_recover(k.c);
        }
        op_case_close(&k);
    }
}

/* ---- ways of running ---- */

enum { RESULTS = WG_MAX_OUTPUTS + OP_LEAVES, ROUNDS = 3 };

/* Copies of outputs and gradients, of several rounds in one graph: interpreted, planned, and from a plan
 * found again. */
typedef struct results {
    wg_tensor t[ROUNDS][RESULTS];
    int n;
} results;

static wg_tensor copy(wg_node n)
{
    wg_tensor t = wg_value(n);
    size_t bytes = (size_t)wg_shape_size(t.shape) * wg_dtype_size(t.dtype);
    void *data = malloc(bytes + 1);
    if (bytes) memcpy(data, t.data, bytes);
    t.data = data;
    return t;
}

static void run_round(op_case *k, wg_tensor t[], int *n)
{
    wg_node g[OP_LEAVES], loss = op_case_loss(k);
    if (!wg_is_none(loss)) op_case_slope(k, loss, g);
    *n = 0;
    for (int j = 0; !wg_is_none(loss) && j < k->leaves; j++)
        if (!wg_is_none(g[j])) t[(*n)++] = copy(g[j]);
    for (int j = 0; j < k->outputs; j++) t[(*n)++] = copy(k->y[j]);
    expect_fine(k);
}

static results run_sample(const wg_op *op, int sample, const op_setup *s)
{
    results r = { .n = 0 };
    op_case k;
    op_case_open(&k, op, sample, s);
    for (int i = 0; i < ROUNDS; i++) {
        if (i) op_case_again(&k);
        run_round(&k, r.t[i], &r.n);
    }
    op_case_close(&k);
    return r;
}

static void forget(results *r)
{
    for (int i = 0; i < ROUNDS; i++)
        for (int j = 0; j < r->n; j++) free(r->t[i][j].data);
}

static void compare_ways(const wg_op *op, int sample, wg_dtype t)
{
    static const int way[][2] = { { 1, 2 }, { -1, 1 }, { -1, 2 }, { 0, 2 } }; /* interpret, threads */
    results first = run_sample(op, sample, &(op_setup){ .dtype = t, .interpret = 1 });
    for (size_t w = 0; w < sizeof way / sizeof *way; w++) {
        results r =
            run_sample(op, sample, &(op_setup){ .dtype = t, .interpret = way[w][0], .threads = way[w][1] });
        cr_assert_eq(r.n, first.n);
        for (int i = 0; i < ROUNDS; i++)
            for (int j = 0; j < r.n; j++)
                cr_assert(wgt_same_bits(&r.t[i][j], &first.t[i][j]),
                          "%s, sample %d, %s: result %d of round %d, interpret %d, %d threads", op->name,
                          sample, wg_dtype_name(t), j, i, way[w][0], way[w][1]);
        forget(&r);
    }
    forget(&first);
}

EACH_OP(registry, every_way_of_running_gives_the_same_bits)
{
    const wg_op *op = wg_op_at(*index);
    int n = count_samples(op);
    for (int i = 0; i < n; i++) {
        compare_ways(op, i, WG_F64);
        compare_ways(op, i, WG_F32);
    }
}
