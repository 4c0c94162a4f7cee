/* step_states.c: the states of a picture, from the steps of its view. */
#include "draw/step_states.h"

#include <string.h>

/* Texts of a state, as places in the buffer: it moves while it grows. */
enum { NAME, RULE, NUMBERS, PATTERN, RESULT, SUM, TOTAL, LINE, TEXTS };

typedef struct maker {
    wgi_step_states *s;
    const wgi_picture *p;
    size_t (*text)[TEXTS];     /* by state */
    const wgi_step **value;    /* by item: the step that has its value */
    const wgi_step **gradient; /* by item: the step that has its gradient so far */
    int *box_of;               /* by item; -1: it has none */
    int *original;             /* by box: the box that it is a copy of, or itself */
    int64_t used;              /* of s->links */
} maker;

/* ---- which box ---- */

static void find_boxes(maker *m)
{
    const wgi_picture *p = m->p;
    for (int64_t i = 0; i < p->view.items; i++) m->box_of[i] = -1;
    for (int64_t i = 0; i < p->nodes; i++) m->box_of[p->item[i]] = p->box_of[i];
    for (int64_t i = 0; i < p->boxes; i++) m->original[i] = (int)i;
    /* a copy has the texts of the box that it was made from, which stands before it */
    for (int64_t i = 0; i < p->boxes; i++)
        for (int64_t k = 0; p->box[i].is_copy && k < i; k++)
            if (!p->box[k].is_copy && p->box[k].name == p->box[i].name && p->box[k].tip == p->box[i].tip) {
                m->original[i] = (int)k;
                break;
            }
}

/* The links from the operands to `box`, or with `from` those of the gradient that it hands to `box`. */
static void find_links(maker *m, wgi_step_state *state)
{
    const wgi_picture *p = m->p;
    state->link = m->s->links + m->used;
    for (int64_t i = 0; i < p->links; i++) {
        const wgi_link *k = &p->link[i];
        const int from = m->original[k->from], to = m->original[k->to];
        const bool back = state->from >= 0;
        if (k->back != back || to != state->box || (back && from != state->from)) continue;
        if (m->used + state->links == 2 * p->links) break; /* a run computes its box again and again */
        state->link[state->links++] = i;
    }
    m->used += state->links;
}

/* ---- texts ---- */

/* Appends a text to the states' buffer, with its end. */
static void keep(maker *m, int which, wgi_strbuf *text)
{
    wgi_strbuf *all = &m->s->texts;
    m->text[m->s->states][which] = all->length;
    wgi_strbuf_add(all, wgi_strbuf_text(text), text->length + 1);
    all->failed |= text->failed;
    wgi_strbuf_clear(text);
}

static const char *kept(const maker *m, int which)
{
    return wgi_strbuf_text(&m->s->texts) + m->text[m->s->states][which];
}

/* "NAME = RULE = NUMBERS = RESULT", without what is absent or said already. */
static void put_line(maker *m, wgi_strbuf *b)
{
    static const int parts[] = { RULE, NUMBERS, RESULT };
    const char *before = "";
    if (m->s->texts.failed) return;
    wgi_strbuf_put(b, kept(m, NAME));
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        const char *text = kept(m, parts[i]);
        if (*text && strcmp(text, before) != 0) wgi_strbuf_put(b, " = "), wgi_strbuf_put(b, text);
        if (*text) before = text;
    }
    if (*kept(m, SUM)) wgi_strbuf_format(b, ";  %s: %s", kept(m, NAME), kept(m, SUM));
}

/* The sum before this term, the term, and the sum. */
static void put_sum(const maker *m, const wgi_step *t, wgi_strbuf *b)
{
    const wgi_step *before = m->gradient[t->to];
    if (!before) return;
    wgi_put_numbers(b, &before->sum);
    wgi_strbuf_put(b, " + ");
    const bool negative = wg_shape_size(t->value.shape) == 1 && *(const double *)t->value.data < 0;
    wgi_strbuf_put(b, negative ? "(" : "");
    wgi_put_numbers(b, &t->value);
    wgi_strbuf_put(b, negative ? ")" : "");
    wgi_strbuf_put(b, " = ");
    wgi_put_numbers(b, &t->sum);
}

static void put_rule(const maker *m, const wgi_step *t, bool pattern, wgi_strbuf *rule, wgi_strbuf *numbers)
{
    const wgi_view *v = &m->p->view;
    if (t->kind == WGI_STEP_VALUE) wgi_put_value_rule(v, m->value, t->to, pattern, rule, numbers);
    if (t->kind == WGI_STEP_TERM)
        wgi_put_term_rule(v, m->value, t, &m->gradient[t->from]->sum, pattern, rule, numbers);
}

static void put_texts(maker *m, const wgi_step *t)
{
    const wgi_view *v = &m->p->view;
    wgi_strbuf b = { .c = m->s->c }, numbers = b;
    if (t->kind == WGI_STEP_VALUE) wgi_put_symbol(&b, &v->item[t->to], 40);
    else wgi_put_gradient_name(v, &b, t->to);
    keep(m, NAME, &b);
    put_rule(m, t, true, &b, &numbers), keep(m, PATTERN, &numbers);
    wgi_strbuf_clear(&b);
    put_rule(m, t, false, &b, &numbers), keep(m, RULE, &b), keep(m, NUMBERS, &numbers);
    wgi_put_numbers(&b, &t->value), keep(m, RESULT, &b);
    if (t->kind == WGI_STEP_TERM) put_sum(m, t, &b);
    keep(m, SUM, &b);
    if (t->kind != WGI_STEP_VALUE) wgi_put_numbers(&b, &t->sum);
    keep(m, TOTAL, &b);
    put_line(m, &b), keep(m, LINE, &b);
    wgi_strbuf_free(&b), wgi_strbuf_free(&numbers);
}

/* ---- states ---- */

static void add_start(maker *m)
{
    wgi_strbuf none = { .c = m->s->c };
    m->s->state[0] = (wgi_step_state){ .step = -1, .box = -1, .from = -1, .link = m->s->links };
    for (int i = 0; i < TEXTS; i++) keep(m, i, &none);
    m->s->states = 1;
}

/* A leaf has its value from the start. What has no box has no state, and a gradient between two items of
 * one box, a run, has no link. */
static void add_state(maker *m, int64_t i)
{
    wgi_step_states *s = m->s;
    const wgi_step *t = &s->steps.step[i];
    const bool value = t->kind == WGI_STEP_VALUE;
    const int box = m->box_of[t->to];
    if (box >= 0 && (!value || m->p->view.item[t->to].operands)) {
        wgi_step_state *state = &s->state[s->states];
        *state = (wgi_step_state){ .step = i, .box = box, .from = -1, .nth = t->nth, .last = t->last };
        if (t->kind == WGI_STEP_TERM) state->from = m->box_of[t->from];
        if (t->kind != WGI_STEP_START && (value || state->from >= 0)) find_links(m, state);
        put_texts(m, t);
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
    for (int64_t i = 0; i < s->states; i++) {
        wgi_step_state *state = &s->state[i];
        const char **const to[TEXTS] = { &state->name,   &state->rule, &state->numbers, &state->pattern,
                                         &state->result, &state->sum,  &state->total,   &state->line };
        for (int k = 0; k < TEXTS; k++) *to[k] = wgi_strbuf_text(&s->texts) + m->text[i][k];
    }
    for (int64_t i = 0; i < m->p->boxes; i++) {
        s->value_at[i] = s->value_at[m->original[i]];
        s->gradient_at[i] = s->gradient_at[m->original[i]];
    }
}

static wg_status steps_of(maker *m)
{
    const wgi_picture *p = m->p;
    unsigned char *on = wg_alloc(p->c, (size_t)p->view.items + 1, 1);
    if (!on) return WG_ERROR_MEMORY;
    const int64_t root = p->view.item_of[p->root.index];
    if (p->o->backward) wgi_view_find_path(&p->view, root, p->o->wrt, p->o->wrt_count, on);
    const wg_status s = wgi_steps_make(&m->s->steps, p->here, &p->view, root, p->o->backward ? on : NULL);
    wg_free(p->c, on);
    return s;
}

static bool allocate(maker *m)
{
    wgi_step_states *s = m->s;
    wg_context *c = s->c;
    const size_t states = (size_t)s->steps.steps + 1, items = (size_t)m->p->view.items + 1,
                 boxes = (size_t)m->p->boxes + 1;
    s->state = wg_alloc(c, states, sizeof *s->state);
    s->links = wg_alloc(c, 2 * (size_t)m->p->links + 1, sizeof *s->links);
    s->value_at = wg_alloc(c, boxes, sizeof *s->value_at);
    s->gradient_at = wg_alloc(c, boxes, sizeof *s->gradient_at);
    m->text = wg_alloc(c, states, sizeof *m->text);
    m->value = wg_alloc(c, items, sizeof *m->value);
    m->gradient = wg_alloc(c, items, sizeof *m->gradient);
    m->box_of = wg_alloc(c, items, sizeof *m->box_of);
    m->original = wg_alloc(c, boxes, sizeof *m->original);
    return s->state && s->links && s->value_at && s->gradient_at && m->text && m->value && m->gradient &&
           m->box_of && m->original;
}

wg_status wgi_step_states_make(wgi_step_states *s, const wgi_picture *p)
{
    *s = (wgi_step_states){ .c = p->c, .texts.c = p->c };
    if (!p->g || p->has_failure || !wg_node_ok(p->root) || p->view.item_of[p->root.index] < 0) return WG_OK;
    maker m = { .s = s, .p = p };
    wg_status status = steps_of(&m);
    if (status == WG_OK && !allocate(&m)) status = WG_ERROR_MEMORY;
    if (status == WG_OK) {
        for (int64_t i = 0; i < p->boxes; i++) s->value_at[i] = s->gradient_at[i] = -1;
        find_boxes(&m);
        add_start(&m);
        for (int64_t i = 0; i < s->steps.steps; i++) add_state(&m, i);
        if (s->texts.failed) status = WG_ERROR_MEMORY;
        else finish(&m);
    }
    void *const parts[] = { m.text, m.value, m.gradient, m.box_of, m.original };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) wg_free(s->c, parts[i]);
    return status;
}

void wgi_step_states_free(wgi_step_states *s)
{
    if (!s->c) return;
    wgi_steps_free(&s->steps);
    void *const parts[] = { s->state, s->links, s->value_at, s->gradient_at };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) wg_free(s->c, parts[i]);
    wgi_strbuf_free(&s->texts);
    *s = (wgi_step_states){ .c = NULL };
}
