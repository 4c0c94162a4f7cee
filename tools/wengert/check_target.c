/* check_target.c: which scalar check differentiates, and by what. */
#include <string.h>

#include "tool.h"
#include "wengert/ops.h"

/* By index of the nodes up to a scalar root: whether a path of floats leads to it; with `moved` one of ops
 * that have a derivative. NULL: out of memory. */
static bool *reached(model *m, wg_node root, bool moved)
{
    bool *in = wg_alloc(m->c, (size_t)root.index + 1, sizeof *in);
    if (in) in[root.index] = is_scalar(root);
    for (uint32_t i = root.index; in && i > 0; i--) {
        const wg_node n = wg_graph_node(m->g, i);
        if (!in[i] || wg_node_leaf(n) != WG_LEAF_NONE) continue;
        for (int k = 0; k < wg_node_operands(n); k++) {
            const wg_node x = wg_node_operand(n, k);
            in[x.index] |=
                wg_dtype_is_float(wg_node_dtype(x)) && (!moved || wgx_op_has_derivative(wg_node_op(n), k));
        }
    }
    return in;
}

static bool reaches_leaf(model *m, wg_node root, bool moved)
{
    bool *in = reached(m, root, moved), found = false;
    for (uint32_t i = root.index; in && i > 0 && !found; i--) {
        const wg_node n = wg_graph_node(m->g, i);
        found = in[i] && wg_node_leaf(n) != WG_LEAF_NONE && *wg_node_name(n);
    }
    wg_free(m->c, in);
    return found;
}

bool model_has_derivative(model *m, wg_node root) { return is_scalar(root) && reaches_leaf(m, root, true); }

/* Leaves out what nobody named and has no derivative, such as indices; all, if none has one. */
static void keep_moved(model *m, wg_node root, name_list *x)
{
    bool *in = model_has_derivative(m, root) ? reached(m, root, true) : NULL;
    int n = 0;
    for (int i = 0; in && i < x->count; i++) {
        if (!in[x->node[i].index]) continue;
        x->node[n] = x->node[i], x->name[n++] = x->name[i];
    }
    if (in) x->count = n;
    wg_free(m->c, in);
}

/* The y of grad(y, x) in a claim, else the last computed name that has a derivative; else both stay. */
static void find_loss(model *m, const char **name, wg_node *loss)
{
    const char *claimed = wgx_program_claimed(m->q);
    if (claimed && is_scalar(wg_program_node(m->q, claimed))) {
        *name = claimed;
        *loss = wg_program_node(m->q, claimed);
        return;
    }
    for (int i = wg_program_names(m->q) - 1; i >= 0; i--) {
        const char *other = wg_program_name(m->q, i);
        const wg_node n = wg_program_node(m->q, other);
        if (wgx_program_meaning(m->q, other) != WG_NAME_COMPUTED || !model_has_derivative(m, n)) continue;
        *name = other;
        *loss = n;
        return;
    }
}

bool model_differentiated(model *m, const char **name, wg_node *node)
{
    if (!model_of(m, name, node)) return false;
    if (args_has(m->a, "of") || !is_scalar(*node) || reaches_leaf(m, *node, false)) return true;
    const char *last = *name;
    find_loss(m, name, node);
    if (*name != last && !args_has(m->a, "quiet"))
        fprintf(stderr, "%s has no derivative: the gradients are those of %s\n", last, *name);
    return true;
}

/* ---- names without a derivative ---- */

static bool has_gradients(model *m, wg_node y, const name_list *x, int first, int n)
{
    const int64_t mark = wgx_graph_mark(m->g);
    wg_node *gx = wg_alloc(m->c, (size_t)n + 1, sizeof *gx);
    if (!is_scalar(y)) y = wg_sum_at("", &WG_OPTS(wg_reduce_args, .x = y));
    const bool none = gx && wg_grads_at("", y, x->node + first, n, gx) == WG_ERROR_GRADIENT;
    if (none) wg_recover(m->c);
    wg_free(m->c, gx);
    wgx_graph_rewind(m->g, mark);
    return !none;
}

/* Why node n, which has x among its operands, gives none of them a derivative; "": it does. */
static void reason(wg_node n, const bool *in, char *to, size_t room)
{
    const wg_op *op = wg_node_op(n);
    *to = 0;
    for (int k = 0; k < wg_node_operands(n) && !*to; k++) {
        if (!in[wg_node_operand(n, k).index]) continue;
        if (op->none >> k % 32 & 1 && op->adjoint)
            snprintf(to, room, wgx_op_is_internal(op) ? "%.0s%s" : "%s: %s", op->name, op->adjoint);
        else if (!wg_dtype_is_float(wg_node_dtype(n)) && wg_node_dtype(n) != WG_BOOL)
            snprintf(to, room, "whole numbers (%s) have none", wg_dtype_name(wg_node_dtype(n)));
    }
}

/* A line that says why y has no derivative by x: the first node above x that ends the path. */
static void say_without(model *m, wg_node y, wg_node x, const char *name)
{
    char text[200] = "";
    bool *in = wg_alloc(m->c, (size_t)y.index + 1, sizeof *in);
    for (uint32_t i = x.index; in && i <= y.index && !*text; i++) {
        const wg_node n = wg_graph_node(m->g, i);
        for (int k = 0; k < wg_node_operands(n); k++) in[i] |= in[wg_node_operand(n, k).index];
        if (in[i]) reason(n, in, text, sizeof text);
        in[i] |= i == x.index;
    }
    wg_free(m->c, in);
    tool_note(m->a, *text ? "%s has no derivative: %s" : "%s has no derivative%s", name, text);
}

bool model_leave_out(model *m, wg_node y, name_list *x)
{
    int n = 0;
    bool *has = wg_alloc(m->c, (size_t)x->count + 1, sizeof *has);
    if (!has || !wg_dtype_is_float(wg_node_dtype(y)) || has_gradients(m, y, x, 0, x->count))
        return model_ok(m);
    for (int i = 0; i < x->count; i++) n += has[i] = has_gradients(m, y, x, i, 1);
    if (!n && is_scalar(y)) wg_grad_at(wg_inside(wg_node_site(y)), y, x->node[0]);
    if (!n) return model_ok(m);
    n = 0;
    for (int i = 0; i < x->count; i++) {
        if (!has[i]) say_without(m, y, x->node[i], x->name[i]);
        else x->node[n] = x->node[i], x->name[n++] = x->name[i];
    }
    x->count = n;
    wg_free(m->c, has);
    return true;
}

/* --of; else y of a claim with grad(y, x); else the last statement, or if that has no derivative the last
 * computed name that has one. If none has, the last statement. */
static bool choose_loss(model *m, const char **name, wg_node *loss)
{
    const char *claimed = wgx_program_claimed(m->q);
    if (!model_of(m, name, loss)) return false;
    const bool is_claimed = claimed && is_scalar(wg_program_node(m->q, claimed));
    if (!args_has(m->a, "of") && (is_claimed || !model_has_derivative(m, *loss))) find_loss(m, name, loss);
    return true;
}

/* sum(v * y) with random v: a scalar whose gradient depends on every element of y. With v = 1 an error would
 * stay hidden where the sum of y is constant, as for a softmax. */
static wg_node projection(model *m, wg_node y)
{
    wg_shape s = wg_node_shape(y);
    int64_t n = wg_shape_size(s);
    wg_site here = wg_inside(wg_node_site(y));
    double *v = wg_alloc(m->c, (size_t)n + 1, sizeof *v);
    for (int64_t i = 0; v && i < n; i++)
        v[i] = 0.5 + (double)wg_random_bits(wg_context_seed(m->c), 1, 0, (uint64_t)i) * 0x1p-32;
    if (!v) return y;
    wg_node weights = wg_input_at(here, m->g, "", wg_view_f64(v, s));
    if (wg_node_dtype(y) != WG_F64) weights = wg_cast_at(here, weights, wg_node_dtype(y));
    return wg_sum_at(here, &WG_OPTS(wg_reduce_args, .x = wg_mul_at(here, weights, y)));
}

bool check_loss(model *m, check_target *of)
{
    if (!choose_loss(m, &of->name, &of->loss) || !wg_dtype_is_float(wg_node_dtype(of->loss))) return false;
    of->summed = is_scalar(of->loss) ? 0 : wg_shape_size(wg_node_shape(of->loss));
    if (!is_scalar(of->loss)) of->loss = projection(m, of->loss);
    return model_ok(m);
}

bool check_leaves(model *m, wg_node loss, name_list *to)
{
    const char *names = args_value(m->a, "wrt");
    if (!(names ? model_names(m, "wrt", names, to) : model_leaves(m, loss, to))) return false;
    if (!model_by_no_option(m, loss, to)) return false;
    if (!names) keep_moved(m, loss, to);
    for (int i = 0; names && i < to->count; i++)
        if (wg_node_operands(to->node[i]) || !wg_dtype_is_float(wg_node_dtype(to->node[i])))
            return model_wrong(
                m,
                "--wrt %s: check varies inputs, parameters and constants; `wengert grad` takes "
                "computed names too",
                to->name[i]);
    return true;
}
