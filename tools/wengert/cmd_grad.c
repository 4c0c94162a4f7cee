/* cmd_grad.c: the command grad: gradients in reverse or forward mode, higher orders, Jacobians, Hessians. */
#include <string.h>

#include "tool.h"
#include "wengert/op.h"
#include "wengert/ops.h"

static const flag flags[] = {
    { 0, "of", "NAME", "what is differentiated (default: the last statement's value)" },
    { 0, "wrt", "NAMES",
      "the names to differentiate by, computed ones too (default: all inputs, parameters and constants that "
      "it depends on)" },
    { 0, "order", "N", "the Nth derivative by one scalar name" },
    { 0, "jacobian", NULL, "the whole Jacobian; of any shape" },
    { 0, "hessian", NULL, "second derivatives by all pairs of names" },
    { 0, "forward", NULL, "in forward mode, one product for each component, instead of reverse mode" },
    { 0, NULL, NULL, NULL },
};

typedef struct job {
    model m;
    const char *of;
    wg_node y;
    wg_site here; /* where the program makes y */
    name_list x;
    wg_tensor *t; /* results, one for each x; of a Hessian one for each pair, row by row */
} job;

/* "dL/dw", "d2L/dw db"; "d/dw" if the value has no name. */
static void label(const job *w, const char *order, const char *a, const char *b, char *to, size_t room)
{
    snprintf(to, room, "d%s%s/d%s%s%s", order, strcmp(w->of, "_") ? w->of : "", a, b ? " d" : "", b ? b : "");
}

/* ---- forward ---- */

/* The Jacobian by columns: column i is J v for unit vector i of x. Its layout is that of wg_jacobian. */
static bool forward_columns(job *w, wg_node x, wg_tensor *to)
{
    int64_t n = wg_shape_size(wg_node_shape(x)), m = wg_shape_size(wg_node_shape(w->y));
    wg_shape s = wg_node_shape(x), ys = wg_node_shape(w->y);
    double *v = wg_alloc(w->m.c, (size_t)n + 1, sizeof *v),
           *j = wg_alloc(w->m.c, (size_t)(n * m) + 1, sizeof *j);
    if (!v || !j) return model_ok(&w->m);
    wg_node seed = wg_input_at(w->here, w->m.g, "", wg_view_f64(v, s));
    if (wg_node_dtype(x) != WG_F64) seed = wg_cast_at(w->here, seed, wg_node_dtype(x));
    wg_node column = wg_jvp_at(w->here, w->y, &x, &seed, 1),
            leaf = wg_node_operands(seed) ? wg_node_operand(seed, 0) : seed;
    for (int64_t i = 0; i < n && model_ok(&w->m); i++) {
        v[i] = 1;
        wg_input_set_at(w->here, leaf, wg_view_f64(v, s));
        wg_tensor t = wg_value_at(w->here, column);
        for (int64_t k = 0; t.data && k < m; k++) j[k * n + i] = wg_tensor_item(&t, k);
        v[i] = 0;
    }
    to->dtype = WG_F64;
    to->data = j;
    to->shape = ys;
    for (int k = 0; k < s.rank && to->shape.rank < WG_MAX_RANK; k++)
        to->shape.dim[to->shape.rank++] = s.dim[k];
    return model_ok(&w->m);
}

static bool forward(job *w, bool jacobian)
{
    if (!jacobian && wg_shape_size(wg_node_shape(w->y)) != 1)
        return model_fail(&w->m, EXIT_TEXT, "%s is no scalar: say --jacobian", w->of);
    for (int k = 0; k < w->x.count; k++) {
        if (wg_node_shape(w->y).rank + wg_node_shape(w->x.node[k]).rank > WG_MAX_RANK)
            return model_fail(&w->m, EXIT_TEXT, "the Jacobian by %s would have more than %d axes",
                              w->x.name[k], WG_MAX_RANK);
        if (!forward_columns(w, w->x.node[k], &w->t[k])) return false;
        if (!jacobian) w->t[k].shape = wg_node_shape(w->x.node[k]);
    }
    return true;
}

/* ---- reverse ---- */

static bool read_all(job *w, const wg_node *n, int count)
{
    model_keep(n, count);
    for (int k = 0; k < count; k++)
        if (!model_value(&w->m, n[k], &w->t[k])) return false;
    return true;
}

static bool gradients(job *w)
{
    WG_USER_CALL(w->here, "grad");
    wg_node *gx = wg_alloc(w->m.c, (size_t)w->x.count + 1, sizeof *gx);
    if (gx) wg_grads_at(w->here, w->y, w->x.node, w->x.count, gx);
    return model_ok(&w->m) && read_all(w, gx, w->x.count);
}

/* The Jacobians; or the Hessians, by each pair of names. */
static bool matrices(job *w, bool hessian)
{
    const int n = w->x.count, all = hessian ? n * n : n;
    wg_node *j = wg_alloc(w->m.c, (size_t)all + 1, sizeof *j);
    for (int i = 0; j && i < all; i++)
        j[i] = hessian ? wg_hessian_at(w->here, w->y, w->x.node[i / n], w->x.node[i % n])
                       : wg_jacobian_at(w->here, w->y, w->x.node[i]);
    return model_ok(&w->m) && read_all(w, j, all);
}

/* Each order adds nodes to those of the last, at least as many: often a multiple. What an order costs
 * follows from all nodes below it. So it can be said early that an order is out of reach. */
enum { MOST_NODES = 1000000, MOST_WORK = 60000000 };

static bool in_reach(job *w, long long k, long long order, int64_t added, int64_t added_before)
{
    const double all = (double)wg_graph_nodes(w->m.g), left = (double)(order - k);
    const double growth = added_before && added > added_before ? (double)added / (double)added_before : 1;
    const double next = left > 0 ? (double)added * growth : 0, last = all + left * (double)added;
    if (all + next <= MOST_NODES && last <= MOST_NODES && left * (all + last) / 2 <= MOST_WORK) return true;
    return model_fail(
        &w->m, EXIT_TEXT,
        "--order %lld is out of reach: order %lld added %lld nodes, so order %lld needs more than %.3g; "
        "%d are the most, and fewer for many orders",
        order, k, (long long)added, last > all + next ? order : k + 1, last > all + next ? last : all + next,
        MOST_NODES);
}

static bool higher_order(job *w, long long order)
{
    int64_t added = 0;
    wg_node g = w->y, x = w->x.node[0];
    if (w->x.count != 1 || wg_shape_size(wg_node_shape(x)) != 1)
        return model_wrong(&w->m, "--order takes one scalar name: --wrt x");
    for (long long k = 1; k <= order; k++) {
        const int64_t before = wg_graph_nodes(w->m.g), added_before = added;
        g = wg_grad_at(w->here, g, x);
        if (!model_ok(&w->m)) return false;
        if (wg_node_shape(g).rank) g = wg_sum_at(w->here, &WG_OPTS(wg_reduce_args, .x = g));
        added = wg_graph_nodes(w->m.g) - before;
        if (!in_reach(w, k, order, added, added_before)) return false;
    }
    return read_all(w, &g, 1);
}

/* ---- output ---- */

static bool text_out(const job *w, const print_style *style, long long order, bool hessian)
{
    char name[600];
    const int n = w->x.count;
    bool fine = true;
    if (order) return print_tensor(style, "", &w->t[0]);
    for (int i = 0; fine && i < (hessian ? n * n : n); i++) {
        if (hessian) label(w, "2", w->x.name[i / n], w->x.name[i % n], name, sizeof name);
        else label(w, "", w->x.name[i], NULL, name, sizeof name);
        fine = print_tensor(style, name, &w->t[i]);
    }
    return fine;
}

static void json_out(job *w, long long order, const char *kind, bool hessian)
{
    int n = w->x.count;
    wg_tensor y = { 0 };
    if (wg_shape_size(wg_node_shape(w->y)) == 1 && !model_value(&w->m, w->y, &y)) return;
    json j = json_start(stdout);
    j.full = args_has(w->m.a, "full");
    json_text(&j, "of", w->of);
    if (y.data) json_number(&j, "loss", wg_tensor_item(&y, 0), y.dtype);
    if (order) json_whole(&j, "order", order);
    json_object(&j, kind);
    for (int i = 0; i < n; i++) {
        if (!hessian) {
            json_values(&j, w->x.name[i], &w->t[i]);
            continue;
        }
        json_object(&j, w->x.name[i]);
        for (int k = 0; k < n; k++) json_values(&j, w->x.name[k], &w->t[i * n + k]);
        json_end(&j);
    }
    json_finish(&j);
}

/* ---- the command ---- */

static bool prepare(job *w)
{
    const char *names = args_value(w->m.a, "wrt");
    if (!model_differentiated(&w->m, &w->of, &w->y)) return false;
    if (!(names ? model_names(&w->m, "wrt", names, &w->x) : model_leaves(&w->m, w->y, &w->x))) return false;
    if (!model_by_no_option(&w->m, w->y, &w->x)) return false;
    if (!w->x.count)
        return model_fail(&w->m, EXIT_TEXT,
                          "%s depends on no input, parameter or constant that has a name: x = 3",
                          strcmp(w->of, "_") ? w->of : "the value");
    if (!model_leave_out(&w->m, w->y, &w->x)) return false;
    w->here = wg_inside(wg_node_site(w->y));
    w->t = wg_alloc(w->m.c, (size_t)w->x.count * (size_t)w->x.count, sizeof *w->t);
    return model_ok(&w->m);
}

/* Some kinks are those of the gradient alone, as of softsign. */
static void say_kink(job *w)
{
    const name_list *x = &w->x;
    wg_node *gx = wg_alloc(w->m.c, (size_t)x->count + 1, sizeof *gx);
    bool said = model_say_kink(&w->m, w->y, x->node, x->count);
    if (!said && gx && wg_grads_at(w->here, w->y, x->node, x->count, gx) == WG_OK)
        for (int k = 0; k < x->count && !said; k++) said = model_say_kink(&w->m, gx[k], x->node, x->count);
    wg_free(w->m.c, gx);
}

static void differentiate(job *w)
{
    const args *a = w->m.a;
    long long order = 0;
    print_style style;
    bool jacobian = args_has(a, "jacobian"), hessian = args_has(a, "hessian"),
         forwards = args_has(a, "forward");
    if (!args_long(a, "order", 1, &order) || !print_style_of(a, &style)) {
        w->m.status = EXIT_FLAGS;
        return;
    }
    if ((order != 0) + jacobian + hessian > 1 || (forwards && (order || hessian))) {
        model_wrong(&w->m,
                    "--order, --jacobian, --hessian: one at a time; --forward alone or with --jacobian");
        return;
    }
    if (!prepare(w)) return;
    bool fine = order                 ? higher_order(w, order)
                : forwards            ? forward(w, jacobian)
                : hessian || jacobian ? matrices(w, hessian)
                                      : gradients(w);
    if (!fine) return;
    if (hessian || order > 1) say_kink(w);
    if (a->json) json_out(w, order, hessian ? "hessian" : jacobian ? "jacobian" : "grads", hessian);
    else if (!text_out(w, &style, order, hessian)) model_fail(&w->m, EXIT_OTHER, "out of memory");
}

static int run(const args *a)
{
    job w = { 0 };
    if (model_open(&w.m, a, WG_TRAIN)) {
        model_say_drawn(&w.m, wg_program_drawn(w.m.q));
        differentiate(&w);
    }
    return model_close(&w.m);
}

const command cmd_grad = {
    "grad",
    "grad FILE.wg | -e TEXT [flags]",
    "Derivatives of a program's value.",
    { flags, number_flags, model_flags, table_flags },
    "  wengert grad logistic.wg --wrt a,z,w,b\n"
    "  wengert grad -e 'x^3' --set x=2 --wrt x --order 3\n"
    "  wengert grad -e 'x^2 * y' --set x=3 --set y=2 --hessian --json\n",
    run,
};
