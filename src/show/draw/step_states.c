/* step_states.c: the states of a picture, from the steps of its view. */
#include "draw/step_states.h"

#include <string.h>

typedef struct maker {
    wgi_step_states *s;
    const wgi_picture *p;
    const wgi_step **value;    /* by item: the step that has its value */
    const wgi_step **gradient; /* by item: the step that has its gradient so far */
    wgi_step_places at;
    int64_t used, room; /* of s->links */
} maker;

/* ---- which box ---- */

/* A copy has the texts of the box that it was made from, which stands before it. */
static int original_of(const wgi_picture *p, int64_t i)
{
    for (int64_t k = 0; p->box[i].is_copy && k < i; k++)
        if (p->box[k].name == p->box[i].name && p->box[k].tip == p->box[i].tip) return (int)k;
    return (int)i;
}

wg_status wgi_step_places_make(wgi_step_places *m, const wgi_picture *p)
{
    *m = (wgi_step_places){ .p = p,
                            .box_of = wgi_pool_take(p->pool, p->view.items, sizeof *m->box_of),
                            .original = wgi_pool_take(p->pool, p->boxes, sizeof *m->original) };
    if (p->pool->failed) return WG_ERROR_MEMORY;
    for (int64_t i = 0; i < p->view.items; i++) m->box_of[i] = -1;
    for (int64_t i = 0; i < p->at.nodes; i++) m->box_of[p->at.item[i]] = p->at.box_of[i];
    for (int64_t i = 0; i < p->boxes; i++) m->original[i] = original_of(p, i);
    return WG_OK;
}

static bool is_operand(const wgi_step_places *m, int64_t item, int box)
{
    const wgi_item *y = &m->p->view.item[item];
    for (int k = 0; k < y->operands; k++) {
        const int32_t at = *wgi_operand(&m->p->view, y, k);
        if (at >= 0 && m->box_of[at] == box) return true;
    }
    return false;
}

/* Those from the operands to the box of a value, or those of the gradient that is handed on. */
int wgi_step_links(const wgi_step_places *m, const wgi_step *t, int64_t link[], int64_t most)
{
    const bool back = t->kind == WGI_STEP_TERM;
    const int box = m->box_of[t->to], giver = back ? m->box_of[t->from] : -1;
    int n = 0;
    if (box < 0 || (back ? giver < 0 : t->kind != WGI_STEP_VALUE)) return 0;
    for (int64_t i = 0; i < m->p->links && n < most; i++) {
        const wgi_link *k = &m->p->link[i];
        const int from = m->original[k->from];
        if (k->back == back && m->original[k->to] == box &&
            (back ? from == giver : is_operand(m, t->to, from)))
            link[n++] = i;
    }
    return n;
}

/* ---- texts ---- */

/* "NAME = RULE = NUMBERS = RESULT;  DEFINITIONS;  SUM", without what is absent or said already. */
static const char *line_of(const wgi_step_state *x, wgi_pool *pool)
{
    const char *const parts[] = { x->rule, x->numbers, x->result }, *before = "";
    wgi_strbuf b = { .pool = pool };
    wgi_strbuf_put(&b, x->name);
    for (size_t i = 0; i < WGI_COUNT(parts); i++) {
        if (*parts[i] && strcmp(parts[i], before) != 0)
            wgi_strbuf_format(&b, " %s %s", *before ? "=" : wgi_state_sign(x), parts[i]);
        if (*parts[i]) before = parts[i];
    }
    if (*x->where) wgi_strbuf_format(&b, ";  %s", x->where);
    if (*x->sum)
        wgi_strbuf_format(&b, ";  %s%s", x->last ? wgi_pool_format(pool, "%s = ", x->name) : "so far ",
                          x->sum);
    return wgi_strbuf_keep(&b);
}

/* The sum before this term, the term, and the sum. */
static const char *sum_of(const maker *m, const wgi_step *t)
{
    wgi_pool *pool = m->p->pool;
    const wgi_step *before = t->kind == WGI_STEP_TERM ? m->gradient[t->to] : NULL;
    if (!before) return "";
    return wgi_sum_of_numbers(pool, &before->sum, &t->value, &t->sum);
}

static void find_texts(maker *m, wgi_step_state *x, const wgi_step *t)
{
    const wgi_view *v = &m->p->view;
    const bool value = t->kind == WGI_STEP_VALUE;
    x->name = value ? wgi_symbol(v, &v->item[t->to], 40) : wgi_gradient_name(v, t->to);
    const wgi_rule r = wgi_rule_of(v, m->value, m->gradient, t, false);
    x->rule = r.rule, x->numbers = r.numbers, x->where = r.where;
    x->pattern = wgi_rule_of(v, m->value, m->gradient, t, true).numbers;
    x->result = wgi_numbers(m->p->pool, &t->value);
    x->sum = sum_of(m, t);
    x->total = value ? "" : wgi_numbers(m->p->pool, &t->sum);
    x->line = line_of(x, m->p->pool);
}

/* ---- states ---- */

/* A leaf has its value from the start. What has no box has no state, and a gradient between two items of
 * one box, a run, has no link. */
static void add_state(maker *m, int64_t i)
{
    wgi_step_states *s = m->s;
    const wgi_step *t = &s->steps.step[i];
    const bool value = t->kind == WGI_STEP_VALUE;
    const int box = m->at.box_of[t->to];
    if (box >= 0 && (!value || m->p->view.item[t->to].operands)) {
        wgi_step_state *state = &s->state[s->states];
        *state = (wgi_step_state){ .step = i, .box = box, .from = -1, .nth = t->nth, .last = t->last };
        if (t->kind == WGI_STEP_TERM) state->from = m->at.box_of[t->from];
        state->link = s->links + m->used;
        state->links = wgi_step_links(&m->at, t, state->link, m->room - m->used);
        m->used += state->links;
        find_texts(m, state, t);
        if (value) s->value_at[box] = s->states, s->forward = s->states;
        else if (t->last) s->gradient_at[box] = s->states;
        s->states++;
    } else if (box >= 0) s->value_at[box] = 0;
    if (value) m->value[t->to] = t;
    else m->gradient[t->to] = t;
}

static void finish(maker *m)
{
    wgi_step_states *s = m->s;
    for (int64_t i = 0; i < m->p->boxes; i++) {
        s->value_at[i] = s->value_at[m->at.original[i]];
        s->gradient_at[i] = s->gradient_at[m->at.original[i]];
    }
    for (int64_t k = 0; k < m->p->links; k++) s->used_at[k] = s->states - 1;
    for (int64_t i = s->states - 1; i >= 0; i--)
        for (int k = 0; k < s->state[i].links; k++) s->used_at[s->state[i].link[k]] = i;
}

wg_status wgi_step_states_make(wgi_step_states *s, const wgi_picture *p)
{
    *s = (wgi_step_states){ .states = 0 };
    if (!p->g || p->failure || !wg_node_ok(p->root) || p->view.item_of[p->root.index] < 0) return WG_OK;
    unsigned char *on = wgi_pool_take(p->pool, p->view.items, 1);
    if (!on) return WG_ERROR_MEMORY;
    const int64_t root = p->view.item_of[p->root.index];
    if (p->o->backward) wgi_view_find_path(&p->view, root, p->o->wrt, p->o->wrt_count, on);
    const wg_status status = wgi_steps_make(&s->steps, p->here, &p->view, root, p->o->backward ? on : NULL);
    if (status != WG_OK) return status;
    s->state = wgi_pool_take(p->pool, s->steps.steps + 1, sizeof *s->state);
    s->used_at = wgi_pool_take(p->pool, p->links, sizeof *s->used_at);
    s->value_at = wgi_pool_take(p->pool, p->boxes, sizeof *s->value_at);
    s->gradient_at = wgi_pool_take(p->pool, p->boxes, sizeof *s->gradient_at);
    maker m = { .s = s,
                .p = p,
                .value = wgi_pool_take(p->pool, p->view.items, sizeof *m.value),
                .gradient = wgi_pool_take(p->pool, p->view.items, sizeof *m.gradient),
                .room = 2 * p->links + p->at.first[p->at.nodes] + s->steps.steps };
    s->links = wgi_pool_take(p->pool, m.room, sizeof *s->links);
    if (wgi_step_places_make(&m.at, p) != WG_OK) return WG_ERROR_MEMORY;
    for (int64_t i = 0; i < p->boxes; i++) s->value_at[i] = s->gradient_at[i] = -1;
    ((wgi_picture *)(uintptr_t)p)->view.leaves_change = p->format->is_page;
    s->state[0] = (wgi_step_state){ -1, -1, -1, s->links, 0, 0, false, "", "", "", "", "", "", "", "", "" };
    s->states = 1;
    for (int64_t i = 0; i < s->steps.steps; i++) add_state(&m, i);
    finish(&m);
    return p->pool->failed ? WG_ERROR_MEMORY : WG_OK;
}

wg_status wgi_step_states_need(wgi_step_states *s, const wgi_picture *p)
{
    const wg_status status = wgi_step_states_make(s, p);
    if (status != WG_OK || s->states > 1) return status;
    return WGI_REFUSE(p, "draw: .steps: there is nothing to compute step by step");
}
