/* rules.c: the net around a wrong rule, and what the report says of it. */
#include "corpus/rules.h"

#include <stdio.h>
#include <string.h>

#include "corpus/draw.h"
#include "wgx/graph.h"

enum { STEPS = 300 };

const char wgt_rule_place[] = "model.c:57";
static const char site[] = "h, k\nmodel.c:57";

static int count_of(const wgt_rule_case *c)
{
    int n = 0;
    while (c[n].name) n++;
    return n;
}

int wgt_rule_count(void) { return count_of(wgt_rules_maps) + count_of(wgt_rules_others); }

const wgt_rule_case *wgt_rule_case_at(int i)
{
    const int n = count_of(wgt_rules_maps);
    return i < n ? &wgt_rules_maps[i] : &wgt_rules_others[i - n];
}

/* ---- the wrong op ---- */

static void wrong_vjp(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    const wgt_rule *r = (const wgt_rule *)(const void *)wg_node_op(y);
    r->right->vjp(here, y, gy, x, gx);
    r->of->spoil(r, here, y, gy, x, gx);
}

static void make_rule(wgt_rule *r, const wgt_rule_case *c, const wg_op *right)
{
    *r = (wgt_rule){ .op = *right, .right = right, .of = c };
    snprintf(r->name, sizeof r->name, "wrong_%s", right->name);
    r->op.name = r->name, r->op.vjp = wrong_vjp, r->op.jvp = NULL;
    if (right->hints) r->hints = *right->hints, r->op.hints = &r->hints;
    r->hints.rewrite = NULL, r->hints.joined = r->hints.joins = r->hints.library = NULL,
    r->hints.merge = NULL;
    r->hints.sample = NULL, r->hints.error = NULL;
    if (right->kernel[0] || right->map) r->op.expand = NULL;
}

/* The node of the case. wrong: by the wrong op, which *r becomes. */
static wg_node node_of(const wgt_rule_case *c, wgt_rule *r, bool wrong, wg_node h, wg_node k)
{
    if (c->own) {
        make_rule(r, c, c->own);
        return wg_apply(site, wrong ? &r->op : c->own, &h, 1, NULL);
    }
    const wg_node right = c->make(h, k);
    wg_node x[8];
    const int n = wg_node_operands(right);
    if (!wrong || !wg_node_ok(right) || !wg_node_op(right)->vjp || n > 8) return right;
    for (int i = 0; i < n; i++) x[i] = wg_node_operand(right, i);
    make_rule(r, c, wg_node_op(right));
    return wg_apply(site, &r->op, x, n, wg_attr(right));
}

/* ---- the net: twenty nodes ---- */

/* Standard normal numbers. */
static wg_node data(wg_graph *g, uint64_t seed)
{
    double x[WGT_ROWS * 5];
    wgt_draws d = { seed, 0 };
    for (int i = 0; i < WGT_ROWS * 5; i++) x[i] = wgt_draw_normal(&d);
    return wg_cast(wg_input(g, "x", wg_view_f64(x, WG_SHAPE(WGT_ROWS, 5))), WG_F32);
}

static wg_node net(const wgt_rule_case *c, wgt_rule *r, bool wrong, wg_graph *g, wg_params *p)
{
    const wg_init tenth = wg_normal(0, 0.1);
    const wg_node x = data(g, 5 + wg_context_seed(wg_graph_context(g)));
    const wg_node a = wg_tanh(wg_nn_dense(x, p, "a", 7, .b_init = tenth));
    const wg_node h = wg_nn_dense(a, p, "b", WGT_ROWS, .b_init = tenth);
    const wg_node k = wg_mul(wg_param(g, p, "K", WG_SHAPE(WGT_ROWS, WGT_ROWS), wg_normal(0, 1)), 1.1);
    const wg_node y = node_of(c, r, wrong, h, k);
    const wg_node w = wg_param(g, p, "w", wg_node_shape(y), wg_normal(0.5, 1));
    const wg_node fit = wg_mean(wg_square(wg_sub(wg_mul(y, w), 0.3)));
    return wg_add(fit, wg_mul(wg_mean(wg_square(wg_sub(a, 0.1))), 0.2));
}

static void train(wg_graph *g, wg_params *p, wg_node loss)
{
    wg_optim *o = wg_adam(p, .lr = 1e-3);
    for (int k = 0; k < STEPS && !wg_failed(wg_graph_context(g)); k++) wg_backward(loss, p), wg_optim_step(o);
    wg_optim_free(o);
}

/* ---- the report ---- */

static bool above(const wg_check_finding *f, wg_node operand)
{
    wg_tensor t;
    return wgx_peek(operand, &t) && wg_tensor_item(&t, f->element) > WGT_THRESHOLD;
}

static bool element_is_wrong(const wgt_rule_case *c, const wg_check_finding *f, wg_node operand)
{
    const int64_t size = wg_shape_size(f->shape), last = size - (f->shape.rank ? size / f->shape.dim[0] : 1);
    switch (c->where) {
    case WGT_LAST_ROW: return f->element >= last;
    case WGT_FIRST_ROW: return f->element >= 0 && f->element < size - last;
    case WGT_ONE_ELEMENT: return f->element == WGT_ELEMENT;
    case WGT_ABOVE: return f->element >= 0 && above(f, operand);
    default: return f->element >= 0 && f->element < size;
    }
}

static void read_findings(const wgt_rule_case *c, const wgt_rule *r, wg_node y, const wg_check *k,
                          wgt_named *to)
{
    to->alone = true;
    for (int i = 0; i < wg_check_facts_of(k)->findings; i++) {
        const wg_check_finding f = wg_check_finding_at(k, i);
        if (strcmp(f.stage, c->in_f32 ? "run" : "rule")) continue;
        const bool here = !strcmp(f.op, r->name) && !strcmp(f.where, wgt_rule_place);
        to->alone &= here;
        if (!here || to->node) continue; /* the first one counts */
        to->node = true;
        if (c->in_f32) to->operand = true, to->element = f.element >= 0;
        if (c->in_f32) continue;
        to->operand = f.operand == c->operand || (c->other && f.operand == c->other);
        to->element = to->operand && element_is_wrong(c, &f, wg_node_operand(y, f.operand));
    }
}

static wg_node wrong_node(wg_graph *g, const wgt_rule *r)
{
    for (int64_t i = 1; i < wg_graph_nodes(g); i++)
        if (wg_node_op(wg_graph_node(g, i)) == &r->op) return wg_graph_node(g, i);
    return wg_none;
}

wgt_named wgt_rule_check(const wgt_rule_case *c, wgt_rule_time t, uint64_t seed)
{
    wgt_named to = { 0 };
    wgt_rule r = { 0 };
    wg_context *context = wg_start(.seed = 3 + seed, .threads = 1);
    wg_graph *g = wg_graph_new(context);
    wg_params *p = wg_params_new(context);
    wg_begin(g, WG_TRAIN);
    wg_node loss = net(c, &r, t != WGT_TRAINED_RIGHT, g, p);
    if (t != WGT_UNTRAINED) train(g, p, loss);
    wg_begin(g, WG_TRAIN);
    loss = net(c, &r, true, g, p);
    wg_check *k = wg_gradcheck(loss, p);
    to.fails = wg_check_verdict(k) == WG_FAIL;
    read_findings(c, &r, wrong_node(g, &r), k, &to);
    FILE *text = fmemopen(to.text, sizeof to.text, "w");
    wg_check_print(k, text);
    if (wg_failed(context)) fprintf(text, "%s\n", wg_message(context));
    fclose(text);
    wg_check_free(k);
    wg_finish(context, NULL);
    return to;
}
