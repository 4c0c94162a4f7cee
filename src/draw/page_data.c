/* page_data.c: what the page's script reads.
 *
 *     root      the root's item
 *     hide      names that are ? until they are clicked
 *     backward  whether gradients were asked for
 *     items     o the op's name, n the item's, d its gradient's; a operands, items or -1; s shape; x values
 *               (of a leaf all and in full, else the first ones in seven digits); g likewise the
 *               gradient; p options that differ from their defaults; b box; l line of the program;
 *               k kind of leaf
 *     terms     [from, to] of each step backward; from -1: the root's gradient is 1
 *     states    b box, i item, f box of `from`, e links, n name, r rule, m numbers, q their pattern,
 *               v result, u sum, t total, k term, w whether the gradient is complete
 *
 * Of a value that is absent there is no key. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "draw/page.h"
#include "wengert/op.h"

enum { LEAF_MOST = 1024, SHOWN_MOST = 144, ALL_MOST = 30000 };

typedef struct writer {
    const wgi_picture *p;
    const wgi_step_states *s;
    const wgi_source *source;
    wgi_strbuf *b;
    int *box_of;                         /* by item; -1: none */
    const wg_tensor **value, **gradient; /* by item; NULL: it is not known */
    int64_t numbers;                     /* written so far */
} writer;

/* ---- JSON ---- */

/* < is written as an escape, so that the text ends no <script>. */
static void put_text(wgi_strbuf *b, const char *s)
{
    wgi_strbuf_put(b, "\"");
    for (; *s; s++) {
        const unsigned char c = (unsigned char)*s;
        if (c == '"' || c == '\\') wgi_strbuf_format(b, "\\%c", c);
        else if (c < 0x20 || c == '<' || c == 0x7f) wgi_strbuf_format(b, "\\u%04x", c);
        else wgi_strbuf_add(b, s, 1);
    }
    wgi_strbuf_put(b, "\"");
}

/* The keys of an object follow one another; the first is that before which there is a brace. */
static void put_key(wgi_strbuf *b, const char *key)
{
    const char before = b->length ? b->at[b->length - 1] : '{';
    wgi_strbuf_format(b, "%s\"%s\":", before == '{' ? "" : ",", key);
}

static void put_member(wgi_strbuf *b, const char *key, const char *text)
{
    if (*text) put_key(b, key), put_text(b, text);
}

static void put_whole(wgi_strbuf *b, const char *key, int64_t value)
{
    put_key(b, key);
    wgi_strbuf_format(b, "%lld", (long long)value);
}

/* JSON has no NaN and no infinity: they are null, and texts. */
static void put_double(wgi_strbuf *b, double x, bool full)
{
    if (isnan(x)) wgi_strbuf_put(b, "null");
    else if (isinf(x)) wgi_strbuf_put(b, x < 0 ? "\"-\"" : "\"+\"");
    else wgi_strbuf_format(b, full ? "%.17g" : "%.7g", x);
}

static void put_values(writer *w, const char *key, const wg_tensor *t, bool full)
{
    const int64_t n = wg_shape_size(t->shape), most = full ? LEAF_MOST : SHOWN_MOST;
    put_key(w->b, key);
    wgi_strbuf_put(w->b, "[");
    for (int64_t i = 0; i < n && i < most && (full || w->numbers < ALL_MOST); i++, w->numbers++) {
        wgi_strbuf_put(w->b, i ? "," : "");
        put_double(w->b, wg_tensor_item(t, i), full);
    }
    wgi_strbuf_put(w->b, "]");
}

/* ---- items ---- */

static void put_axes(wgi_strbuf *b, const wg_axes *a)
{
    wgi_strbuf_put(b, "[");
    for (int i = 0; i < a->count && i < WG_MAX_RANK; i++) wgi_strbuf_format(b, i ? ",%d" : "%d", a->axis[i]);
    wgi_strbuf_put(b, "]");
}

static void put_choice(wgi_strbuf *b, const wg_attr_row *r, int choice)
{
    const char *word = r->choices ? r->choices : "";
    for (; choice > 0 && *word; choice--) word += strcspn(word, " "), word += *word == ' ';
    wgi_strbuf_format(b, "\"%.*s\"", (int)strcspn(word, " "), word);
}

/* The option's value; "" for a kind that the script has no use for. */
static void put_option(wgi_strbuf *b, const wg_attr_row *r, const char *at)
{
    switch (r->kind) {
    case WG_ATTR_AXIS:
    case WG_ATTR_INT: wgi_strbuf_format(b, "%d", *(const int *)(const void *)at); break;
    case WG_ATTR_SIZE: wgi_strbuf_format(b, "%lld", (long long)*(const int64_t *)(const void *)at); break;
    case WG_ATTR_DOUBLE: {
        const double x = *(const double *)(const void *)at;
        if (x == WG_ZERO) wgi_strbuf_put(b, "0");
        else if (x != 0) wgi_strbuf_format(b, isfinite(x) ? "%.17g" : "null", x);
        break;
    }
    case WG_ATTR_BOOL: wgi_strbuf_put(b, *(const bool *)at ? "true" : ""); break;
    case WG_ATTR_AXES:
        if (((const wg_axes *)(const void *)at)->count) put_axes(b, (const wg_axes *)(const void *)at);
        break;
    case WG_ATTR_CHOICE: put_choice(b, r, *(const int *)(const void *)at); break;
    case WG_ATTR_SHAPE: wgi_strbuf_put(b, "true"); break; /* the item's own shape says it */
    case WG_ATTR_DTYPE:
    case WG_ATTR_POINTER:
    case WG_ATTR_TEXT: wgi_strbuf_put(b, "true"); break;
    }
}

static bool is_default(const wg_attr_row *r, const char *text)
{
    char word[64];
    if (!*text || !r->standard) return !*text;
    snprintf(word, sizeof word, "\"%s\"", r->standard);
    if (strcmp(text, r->standard) == 0 || strcmp(text, word) == 0) return true;
    return r->kind == WG_ATTR_DOUBLE && strtod(text, NULL) == strtod(r->standard, NULL);
}

static void put_options(writer *w, const wgi_item *y)
{
    const wg_attr_row *r = y->attr && y->op ? y->op->attrs : NULL;
    wgi_strbuf all = { .c = w->b->c }, text = all;
    wgi_strbuf_put(&all, "{");
    for (; r && r->name; r++) {
        wgi_strbuf_clear(&text);
        put_option(&text, r, (const char *)y->attr + r->offset);
        if (!is_default(r, wgi_strbuf_text(&text))) put_key(&all, r->name), wgi_strbuf_put(&all, text.at);
    }
    if (all.length > 1) put_key(w->b, "p"), wgi_strbuf_put(w->b, all.at), wgi_strbuf_put(w->b, "}");
    w->b->failed |= all.failed || text.failed;
    wgi_strbuf_free(&all), wgi_strbuf_free(&text);
}

static void put_operands(writer *w, const wgi_item *y)
{
    put_key(w->b, "a");
    wgi_strbuf_put(w->b, "[");
    int n = y->operands;
    while (n && w->p->view.arg[y->first + n - 1] < 0) n--; /* optional ones */
    for (int k = 0; k < n; k++) wgi_strbuf_format(w->b, k ? ",%d" : "%d", (int)w->p->view.arg[y->first + k]);
    wgi_strbuf_put(w->b, "]");
}

static void put_item(writer *w, int64_t i)
{
    static const char *const kinds[] = { [WG_LEAF_NUMBER] = "number",
                                         [WG_LEAF_INPUT] = "input",
                                         [WG_LEAF_PARAM] = "param",
                                         [WG_LEAF_STATE] = "state",
                                         [WG_LEAF_STREAM] = "stream" };
    const wgi_item *y = &w->p->view.item[i];
    const wg_node n = wgi_item_node(&w->p->view, i);
    const wg_shape s = wg_node_shape(n);
    wgi_strbuf name = { .c = w->b->c };
    wgi_strbuf_put(w->b, i ? ",\n{" : "\n{");
    put_member(w->b, "o", y->op ? y->op->name : "");
    wgi_put_symbol(&name, y, 40), put_member(w->b, "n", wgi_strbuf_text(&name)), wgi_strbuf_clear(&name);
    wgi_put_gradient_name(&w->p->view, &name, i), put_member(w->b, "d", wgi_strbuf_text(&name));
    put_operands(w, y);
    put_key(w->b, "s"), wgi_strbuf_put(w->b, "[");
    for (int d = 0; d < s.rank; d++) wgi_strbuf_format(w->b, d ? ",%lld" : "%lld", (long long)s.dim[d]);
    wgi_strbuf_put(w->b, "]");
    if (!y->operands && wg_node_leaf(n) != WG_LEAF_NONE) put_member(w->b, "k", kinds[wg_node_leaf(n)]);
    if (w->value[i]) put_values(w, "x", w->value[i], !y->operands);
    if (w->gradient[i]) put_values(w, "g", w->gradient[i], false);
    put_options(w, y);
    if (w->box_of[i] >= 0) put_whole(w->b, "b", w->box_of[i]);
    if (w->source->line_of[i] >= 0) put_whole(w->b, "l", w->source->line_of[i]);
    wgi_strbuf_put(w->b, "}");
    w->b->failed |= name.failed;
    wgi_strbuf_free(&name);
}

/* ---- states ---- */

static void put_state(writer *w, int64_t i)
{
    const wgi_step_state *x = &w->s->state[i];
    wgi_strbuf_put(w->b, i ? ",\n{" : "\n{");
    if (x->step < 0) {
        wgi_strbuf_put(w->b, "}");
        return;
    }
    put_whole(w->b, "b", x->box);
    put_whole(w->b, "i", w->s->steps.step[x->step].to);
    if (x->from >= 0) put_whole(w->b, "f", x->from);
    put_key(w->b, "e"), wgi_strbuf_put(w->b, "[");
    for (int k = 0; k < x->links; k++) wgi_strbuf_format(w->b, k ? ",%lld" : "%lld", (long long)x->link[k]);
    wgi_strbuf_put(w->b, "]");
    put_member(w->b, "n", x->name), put_member(w->b, "r", x->rule), put_member(w->b, "m", x->numbers);
    put_member(w->b, "q", x->pattern), put_member(w->b, "v", x->result);
    put_member(w->b, "u", x->sum), put_member(w->b, "t", x->total);
    if (x->step >= w->s->steps.forward) put_whole(w->b, "k", x->step - w->s->steps.forward);
    if (x->last) put_whole(w->b, "w", 1);
    wgi_strbuf_put(w->b, "}");
}

/* The names in the option, as they are written, then those of what follows from them. */
static void put_hidden(writer *w)
{
    const char *names = w->p->o->hide ? w->p->o->hide : "";
    wgi_hidden h;
    if (!wgi_find_hidden(w->p, names, &h)) w->b->failed = true;
    put_key(w->b, "hide"), wgi_strbuf_put(w->b, "[");
    for (bool first = true; *names; first = false) {
        const size_t n = strcspn(names, ", ");
        wgi_strbuf name = { .c = w->b->c }, clean = name;
        wgi_strbuf_add(&name, names, n), wgi_strbuf_clean(&clean, wgi_strbuf_text(&name), 200);
        if (n) wgi_strbuf_put(w->b, first ? "" : ","), put_text(w->b, wgi_strbuf_text(&clean));
        names += n + strspn(names + n, ", ");
        wgi_strbuf_free(&name), wgi_strbuf_free(&clean);
    }
    for (int64_t i = 0; *(w->p->o->hide ? w->p->o->hide : "") && !w->b->failed && i < w->p->nodes; i++) {
        wgi_strbuf name = { .c = w->b->c };
        if (h.value[i]) wgi_put_symbol(&name, wgi_item_at(w->p, i), 40);
        if (h.value[i]) wgi_strbuf_put(w->b, ","), put_text(w->b, wgi_strbuf_text(&name));
        wgi_strbuf_clear(&name);
        if (h.gradient[i]) wgi_put_gradient_name(&w->p->view, &name, w->p->item[i]);
        if (h.gradient[i]) wgi_strbuf_put(w->b, ","), put_text(w->b, wgi_strbuf_text(&name));
        wgi_strbuf_free(&name);
    }
    wgi_hidden_free(&h);
    wgi_strbuf_put(w->b, "]");
}

static void find(writer *w)
{
    const wgi_picture *p = w->p;
    const wgi_steps *s = &w->s->steps;
    for (int64_t i = 0; i < p->view.items; i++) w->box_of[i] = -1;
    for (int64_t i = 0; i < p->nodes; i++) w->box_of[p->item[i]] = p->box_of[i];
    for (int64_t i = 0; i < s->steps; i++)
        if (s->step[i].kind == WGI_STEP_VALUE) w->value[s->step[i].to] = &s->step[i].value;
        else w->gradient[s->step[i].to] = &s->step[i].sum;
}

static void put_all(writer *w, const char *id)
{
    const wgi_steps *s = &w->s->steps;
    wgi_strbuf *b = w->b;
    wgi_strbuf_put(b, "{");
    put_member(b, "id", id);
    if (w->s->states) put_whole(b, "root", w->p->view.item_of[w->p->root.index]);
    if (w->p->o->backward) put_whole(b, "backward", 1);
    put_hidden(w);
    put_key(b, "items"), wgi_strbuf_put(b, "[");
    for (int64_t i = 0; w->s->states && i < w->p->view.items; i++) put_item(w, i);
    wgi_strbuf_put(b, "],\n\"terms\":[");
    for (int64_t i = s->forward; i < s->steps; i++)
        wgi_strbuf_format(b, "%s[%lld,%lld]", i > s->forward ? "," : "", (long long)s->step[i].from,
                          (long long)s->step[i].to);
    wgi_strbuf_put(b, "],\n\"states\":[");
    for (int64_t i = 0; i < w->s->states; i++) put_state(w, i);
    wgi_strbuf_put(b, "]}");
}

void wgi_page_data(const wgi_picture *p, const wgi_step_states *s, const wgi_source *source, const char *id,
                   wgi_strbuf *b)
{
    const size_t items = (size_t)p->view.items + 1;
    writer w = { .p = p, .s = s, .source = source, .b = b };
    w.box_of = wg_alloc(p->c, items, sizeof *w.box_of);
    w.value = wg_alloc(p->c, items, sizeof *w.value);
    w.gradient = wg_alloc(p->c, items, sizeof *w.gradient);
    if (w.box_of && w.value && w.gradient) find(&w), put_all(&w, id);
    else b->failed = true;
    wg_free(p->c, w.box_of), wg_free(p->c, w.value), wg_free(p->c, w.gradient);
}
