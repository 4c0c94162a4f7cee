/* test_rules.c: the rules by which steps hand gradients on, of every op. tests/steps/refused.txt lists the
 * operands for which a step says no more than the chain rule, (∂y/∂x)ᵀ dy. The list only shrinks. */
#include <stdlib.h>
#include <string.h>

#include "draw/step_states.h"
#include "op_case.h"
#include "picture.h"
#include "wengert/op.h"

enum { OPERANDS = 9, LINE = 200 };

typedef struct rules {
    op_case *k;
    wgi_pool pool;
    wgi_picture p;
    wgi_step_states s;
    bool refused[OPERANDS]; /* of the op's operands: by some sample */
} rules;

static const wgi_item *item_of(const rules *r)
{
    return &r->p.view.item[r->p.view.item_of[r->k->y[0].index]];
}

static void note(rules *r, const wgi_step_state *x)
{
    const wgi_item *y = item_of(r);
    const wgi_step *t = &r->s.steps.step[x->step];
    if (t->kind != WGI_STEP_TERM || t->from != y - r->p.view.item) return;
    if (getenv("WG_SHOW")) printf("%s %d: %s\n", r->k->op->name, r->k->sample, x->line);
    for (int k = 0; k < y->operands && k < OPERANDS; k++)
        r->refused[k] |= *wgi_operand(&r->p.view, y, k) == t->to && strstr(x->rule, "∂");
}

static void read_sample(rules *r)
{
    const wg_draw_opts o = WG_OPTS(wg_draw_opts, .values = true, .backward = true, .fold = false,
                                   .most = 3000, .wrt = r->k->leaf, .wrt_count = r->k->leaves);
    const wg_node loss = op_case_loss(r->k);
    if (wg_is_none(loss) || wg_failed(r->k->c) || wg_node_leaf(r->k->y[0]) != WG_LEAF_NONE) return;
    r->pool = (wgi_pool){ .c = r->k->c };
    r->p = (wgi_picture){
        .c = r->k->c, .pool = &r->pool, .g = r->k->g, .here = WG_HERE, .o = &o, .format = &wgi_format_svg
    };
    if (wgi_picture_make(&r->p, loss) == WG_OK && wgi_step_states_make(&r->s, &r->p) == WG_OK)
        for (int64_t i = 1; i < r->s.states; i++) note(r, &r->s.state[i]);
    wgi_pool_free(&r->pool);
}

/* "softmax_cross_entropy weights mask\n"; "" if no operand is refused. */
static void refused_by(const wg_op *op, char *line)
{
    char name[24];
    rules r = { .k = NULL };
    op_case k;
    for (int i = 0; op_case_open(&k, op, i, &(op_setup){ .dtype = WG_F64 }); i++) {
        r.k = &k;
        read_sample(&r);
        wg_recover(k.c);
        op_case_close(&k);
    }
    size_t n = 0;
    line[0] = 0;
    for (int i = 0; i < OPERANDS; i++)
        if (r.refused[i]) {
            wgx_op_operand_name(op, i, name, sizeof name);
            n += (size_t)snprintf(line + n, LINE - 1 - n, "%s %s", n ? "" : op->name, name);
        }
    if (n) snprintf(line + n, LINE - 1 - n, "\n");
}

/* Each line of `a` stands in `b`, too; both begin with a newline. */
static void expect_lines(const char *a, const char *b, const char *what)
{
    char line[LINE];
    for (const char *from = a, *to; (to = strchr(from + 1, '\n')); from = to) {
        snprintf(line, sizeof line, "%.*s", (int)(to - from) + 1, from);
        cr_expect(strstr(b, line), "%s%s", what, line);
    }
}

Test(rules, only_a_list_that_shrinks_is_refused)
{
    enum { ALL = 8000 };
    static char refused[ALL] = "\n";
    char *list = pic_read("tests/steps/refused.txt"), line[LINE];
    cr_assert(list);
    for (int i = 0; i < wg_op_count(); i++) {
        refused_by(wg_op_at(i), line);
        strncat(refused, line, ALL - 1 - strlen(refused));
    }
    expect_lines(refused, strchr(list, '\n'), "a step has no rule:");
    expect_lines(strchr(list, '\n'), refused, "a step has a rule now: take out of refused.txt:");
    free(list);
}
