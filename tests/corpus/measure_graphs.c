/* measure_graphs.c: measures right nets, wrong rules, and the time that a check takes. */
#include <math.h>
#include <string.h>
#include <time.h>

#include "corpus/measured.h"
#include "corpus/nets.h"
#include "corpus/rules.h"

/* ---- nets ---- */

typedef struct seen {
    const wgt_measuring *m;
    wgt_figures *f;
} seen;

static void see_net(void *self, const wgt_net *n, int steps, const wg_check *r)
{
    const seen *s = self;
    const wg_verdict v = wg_check_verdict(r);
    char net[96], name[128];
    snprintf(name, sizeof name, "%s, after %d steps", wgt_net_name(n, net, sizeof net), steps);
    s->f->nets.all++, s->f->nets.good += v != WG_FAIL;
    s->f->nets_decided.all++, s->f->nets_decided.good += v != WG_INCONCLUSIVE;
    if (v == WG_FAIL) wgt_list_case(s->m, r, "false FAIL: %s", name);
    if (v == WG_INCONCLUSIVE) wgt_list_case(s->m, r, "inconclusive: %s", name);
    wgt_count_components(s->m, r, name, &s->f->components);
    wgt_see_report(s->m, r, name, s->f);
}

void wgt_measure_nets(const wgt_measuring *m, wgt_figures *f)
{
    static const int steps[] = { 0, 300, 3000 };
    wgt_net nets[WGT_NETS];
    const int n = wgt_nets(nets, m->seed);
    for (int i = 0; i < n; i += m->every) wgt_net_check(&nets[i], steps, 3, see_net, &(seen){ m, f });
}

/* ---- rules ---- */

static const char *const time_text[] = { "at the start", "after 300 steps with the wrong rule",
                                         "after 300 steps with the right rule" };

static void measure_rule(const wgt_measuring *m, const wgt_rule_case *c, wgt_rule_time t, wgt_figures *f)
{
    const wgt_named n = wgt_rule_check(c, t, m->seed);
    const bool good = n.fails && n.node && n.operand && n.element && n.alone;
    f->rules.all++, f->rules.good += good;
    f->rules_trained.all += t != WGT_UNTRAINED, f->rules_trained.good += good && t != WGT_UNTRAINED;
    if (good || !m->list) return;
    wgt_list_case(m, NULL, "rule: %s, %s, %s: %s", c->name, c->what, time_text[t],
                  !n.fails     ? "no FAIL"
                  : !n.node    ? "the node is not named"
                  : !n.operand ? "not this operand"
                  : !n.element ? "not this element"
                               : "other nodes are named too");
    if (m->show && strstr(c->name, m->show)) fputs(n.text, m->list);
}

void wgt_measure_rules(const wgt_measuring *m, wgt_figures *f)
{
    const int n = wgt_rule_count();
    for (int i = 0; i < n; i += m->every)
        for (wgt_rule_time t = 0; t < WGT_RULE_TIMES; t++) measure_rule(m, wgt_rule_case_at(i), t, f);
}

/* ---- cost ---- */

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* The least of three times of a check of a net 784-units-10 with a batch of 8. */
static double seconds_of(const wgt_measuring *m, int64_t units)
{
    enum { BATCH = 8, IN = 784 };
    double least = INFINITY;
    static float pixels[BATCH * IN];
    static const int32_t digits[BATCH] = { 3, 1, 4, 1, 5, 9, 2, 6 };
    for (int i = 0; i < BATCH * IN; i++) pixels[i] = (float)(i * 37 % 101) / 101;
    wg_context *c = wg_start(.seed = 1);
    wg_graph *g = wg_graph_new(c);
    wg_params *p = wg_params_new(c);
    wg_begin(g, WG_TRAIN);
    const wg_node x = wg_input(g, "x", wg_view_f32(pixels, WG_SHAPE(BATCH, IN)));
    const wg_node y = wg_input(g, "y", wg_view_i32(digits, WG_SHAPE(BATCH)));
    const wg_node h = wg_tanh(wg_nn_dense(x, p, "fc1", units));
    const wg_node loss = wg_softmax_cross_entropy(wg_nn_dense(h, p, "fc2", 10), y);
    for (int k = 0; k < 3; k++) {
        const double begun = now();
        wg_check *r = wg_gradcheck(loss, p);
        least = fmin(least, now() - begun);
        if (wg_check_verdict(r) != WG_PASS)
            wgt_list_case(m, r, "not PASS: a net 784-%lld-10, at the start", (long long)units);
        wg_check_free(r);
    }
    wg_finish(c, stderr);
    return least;
}

void wgt_measure_cost(const wgt_measuring *m, wgt_figures *f)
{
    f->small_net = seconds_of(m, 32);
    f->large_net = seconds_of(m, 200);
}
