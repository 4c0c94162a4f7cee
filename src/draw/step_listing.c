/* step_listing.c: the steps of a picture as text: what is given, forward a value a line, backward a term a
 * line.
 *
 *     given     x = [1, −2]
 *     forward
 *       1  z = w·x + b = 1.1
 *     backward
 *       9  dz = da · a (1 − a) = −1.333 · 0.1874 = −0.2497
 */
#include <string.h>

#include "draw/step_states.h"

enum { WIDTH = 100, LEAST_WIDTH = 40, INDENT = 6 };

typedef struct step_text {
    const wgi_picture *p;
    wgi_strbuf *out;
    wgi_strbuf line;
    int width;
} step_text;

/* The line at hand, in lines that are not too wide: it breaks before " = ", else at a space. */
static void put_wrapped(step_text *t)
{
    const char *s = wgi_strbuf_text(&t->line);
    int room = t->width - INDENT;
    wgi_strbuf part = { .c = t->p->c };
    for (bool first = true; *s; first = false) {
        size_t end = strlen(s), best = 0, space = 0;
        for (size_t i = 1; wgi_columns(s) > room && i < strlen(s); i++) {
            if (s[i] != ' ') continue;
            wgi_strbuf_clear(&part), wgi_strbuf_add(&part, s, i);
            if (wgi_columns(wgi_strbuf_text(&part)) > room) break;
            space = i;
            if (!strncmp(s + i, " = ", 3) && wgi_columns(wgi_strbuf_text(&part)) > room / 3) best = i;
        }
        if (best || space) end = best ? best : space;
        wgi_strbuf_clear(&part), wgi_strbuf_add(&part, s, end);
        if (!first) wgi_strbuf_format(t->out, "%*s", INDENT + 4, "");
        wgi_strbuf_fit(t->out, wgi_strbuf_text(&part), room);
        wgi_strbuf_put(t->out, "\n");
        s += end + (s[end] == ' ');
        room = t->width - INDENT - 4;
    }
    t->out->failed |= part.failed;
    wgi_strbuf_free(&part);
    wgi_strbuf_clear(&t->line);
}

/* Leaves, which have their values from the start. */
static void put_given(step_text *t, const wgi_step_states *s)
{
    for (int64_t i = 0; i < t->p->boxes; i++) {
        const wgi_box *x = &t->p->box[i];
        if (x->is_copy || s->value_at[i] != 0) continue;
        wgi_strbuf_format(&t->line, "%s = ", x->name);
        for (const char *at = x->value; *at; at++) /* rows of a matrix on one line */
            if (*at == '\n') wgi_strbuf_put(&t->line, " ");
            else if (strncmp(at, "\u2007", 3) == 0) at += 2;
            else wgi_strbuf_add(&t->line, at, 1);
        wgi_strbuf_format(t->out, "%*s", INDENT, "");
        put_wrapped(t);
    }
}

static wg_status refuse(const wgi_picture *p)
{
    return WGI_DRAW_FAIL(p->c, p->here, WG_ERROR_VALUE,
                         "draw: .steps: there is nothing to compute step by step");
}

wg_status wgi_step_listing_write(const wgi_picture *p, wgi_strbuf *out)
{
    wgi_step_states s;
    wg_status status = wgi_step_states_make(&s, p);
    if (status == WG_OK && s.states < 2) status = refuse(p);
    const int asked = p->o->width ? p->o->width : WIDTH;
    step_text t = {
        .p = p, .out = out, .line = { .c = p->c }, .width = asked < LEAST_WIDTH ? LEAST_WIDTH : asked
    };
    if (status == WG_OK) wgi_strbuf_put(out, "given\n"), put_given(&t, &s);
    for (int64_t i = 1; status == WG_OK && i < s.states; i++) {
        if (i == 1 && s.forward) wgi_strbuf_put(out, "forward\n");
        if (i == s.forward + 1) wgi_strbuf_put(out, "backward\n");
        wgi_strbuf_format(out, "%4lld  ", (long long)i);
        wgi_put_state(&t.line, p, &s.state[i]);
        put_wrapped(&t);
    }
    wgi_step_states_free(&s);
    out->failed |= t.line.failed;
    wgi_strbuf_free(&t.line);
    if (status != WG_OK || !out->failed) return status;
    return WGI_DRAW_FAIL(p->c, p->here, WG_ERROR_MEMORY, "draw: no memory for the picture");
}
