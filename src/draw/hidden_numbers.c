/* hidden_numbers.c: the option `hide`: "?" in the place of values and gradients, for a class that predicts
 * them. */
#include <string.h>

#include "draw/step_states.h"

static bool is_called(const char *name, const char *word, size_t length)
{
    return strlen(name) == length && memcmp(name, word, length) == 0;
}

/* By the name in the program or as it is printed, W1 or W₁. */
static bool hide_values(wgi_picture *p, const char *word, size_t length, bool gradient)
{
    bool found = false;
    for (int64_t i = 0; i < p->nodes; i++) {
        wgi_box *x = &p->box[p->box_of[i]];
        if (x->times > 1) continue;
        if (!is_called(wgi_item_at(p, i)->name, word, length) && !is_called(x->name, word, length)) continue;
        found = true;
        if (!gradient && !x->hidden_value) x->hidden_value = x->value, x->odd_value = false;
        if (gradient && !x->hidden_gradient) x->hidden_gradient = x->gradient, x->odd_gradient = false;
        if (!gradient && *x->value) x->value = "?";
        if (!gradient || !*x->gradient) continue;
        wgi_strbuf text = { .c = p->c };
        wgi_strbuf_format(&text, x->is_expression ? "d(%s) = ?" : "d%s = ?", x->name);
        x->gradient = wgi_picture_text(p, &text);
    }
    return found;
}

/* "z" is a value, "dz" a gradient unless a node is called so. */
static wg_status hide(wgi_picture *p, const char *word, size_t length)
{
    if (hide_values(p, word, length, false)) return WG_OK;
    if (length > 1 && *word == 'd' && hide_values(p, word + 1, length - 1, true)) return WG_OK;
    return WGI_DRAW_FAIL(
        p->c, p->here, WG_ERROR_VALUE,
        "draw: .hide: no node of the picture is called '%.*s'; z hides a value, dz a gradient",
        (int)(length < 60 ? length : 60), word);
}

wg_status wgi_hide_numbers(wgi_picture *p)
{
    const char *list = p->o->hide, *word;
    size_t length;
    wg_status s = WG_OK;
    while (s == WG_OK && wgi_next_name(&list, &word, &length)) s = hide(p, word, length);
    return s;
}

/* ---- in the texts of steps ---- */

/* Whether the rule of a state in numbers would tell a hidden one. */
static bool tells(const wgi_picture *p, const wgi_step_state *t)
{
    const int of = t->from >= 0 ? t->from : t->box;
    bool hidden = t->from >= 0 && (p->box[t->box].hidden_gradient || p->box[t->from].hidden_gradient);
    if (t->from < 0) hidden = p->box[t->box].hidden_value;
    if (t->from >= 0 && p->box[of].hidden_value) hidden = true;
    for (int64_t i = 0; i < p->links; i++) {
        const wgi_link *k = &p->link[i];
        if (!k->back && k->to == of && p->box[k->from].hidden_value) hidden = true;
    }
    return hidden;
}

/* Whether the term is the hidden gradient itself: "dk = dz". */
static bool is_hidden_gradient(const wgi_picture *p, const wgi_step_state *t)
{
    const wgi_box *from = t->from >= 0 ? &p->box[t->from] : NULL;
    return from && from->hidden_gradient && *t->rule == 'd' && strcmp(t->rule + 1, from->name) == 0;
}

void wgi_put_state(wgi_strbuf *b, const wgi_picture *p, const wgi_step_state *t)
{
    const wgi_box *x = &p->box[t->box];
    const bool hidden = (*t->total ? x->hidden_gradient : x->hidden_value) || is_hidden_gradient(p, t);
    if (!tells(p, t) && !hidden) {
        wgi_strbuf_put(b, t->line);
        return;
    }
    wgi_strbuf_put(b, t->name);
    if (*t->rule) wgi_strbuf_put(b, " = "), wgi_strbuf_put(b, t->rule);
    if (hidden) wgi_strbuf_put(b, " = ?");
    else wgi_strbuf_format(b, " = %s%s%s", t->result, *t->sum ? ";  sum: " : "", *t->sum ? t->total : "");
}
