/* fuzz_programs.c: texts in the .wg language. A text gives a value, the same bits interpreted and planned,
 * or an error with a place, and leaves no memory behind. */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

enum { MOST = 1 << 11 };

typedef struct outcome {
    wg_status status;
    wg_tensor value;
    char message[256];
} outcome;

static void look_at_all(const wg_program *q)
{
    for (int i = 0; i < wg_program_names(q); i++) {
        const char *name = wg_program_name(q, i);
        if (!name || wgx_program_line(q, name) < 1) fuzz_stop("name %d has no line", i);
        wgx_program_meaning(q, name);
        wgx_program_suggest(q, name);
    }
    for (int i = 0; i < wgx_program_claims(q); i++) wgx_program_claim(q, i);
    wg_program_drawn(q);
}

/* Figures are drawn, or refused with a place. */
static void draw_all(wg_program *q, wg_context *c)
{
    static const wg_figure_format format[] = { WG_FIGURE_SVG, WG_FIGURE_TXT, WG_FIGURE_TEX, WG_FIGURE_HTML };
    for (int i = 0; i < wg_program_plots(q) && i < 4 && !wg_failed(c); i++) {
        wg_figure *f = wg_program_figure(q, i, NULL);
        if (!f && !wg_failed(c)) fuzz_stop("plot %d: no figure and no error", i);
        if (!f) continue;
        char *text = wg_figure_text(f, "x", .format = format[i]);
        if (!text && !wg_failed(c)) fuzz_stop("plot %d: no text and no error", i);
        wg_free(c, text);
    }
    if (wg_failed(c) && wg_failed(c) != WG_ERROR_MEMORY && !*wg_message(c))
        fuzz_stop("an error without a message");
}

static outcome run(const char *text, int interpret)
{
    outcome o = { 0 };
    fuzz_memory m = { .limit = INT64_C(1) << 26 };
    wg_context *c =
        fuzz_start(&m, WG_OPTS(wg_start_opts, .dtype = WG_F64, .threads = 1, .interpret = interpret));
    wg_graph *g = wg_graph_new(c);
    wg_params *p = wg_params_new(c);
    wg_program *q = wg_program_text(c, "t.wg", text);
    if (!wg_failed(c)) wg_program_build(q, g, p, WG_TRAIN);
    const wg_node last = wg_program_last(q);
    if (!wg_failed(c) && wg_node_ok(last)) {
        const wg_tensor t = wg_value(last);
        if (t.data) o.value = wgt_copied(t);
    }
    look_at_all(q);
    o.status = wg_failed(c);
    snprintf(o.message, sizeof o.message, "%s", wg_message(c));
    if (interpret < 0) draw_all(q, c);
    wg_recover(c);
    wg_program_free(q);
    fuzz_finish(c, &m);
    return o;
}

void fuzz_programs(const uint8_t *input, size_t size)
{
    if (size > MOST) return;
    char *text = malloc(size + 1);
    if (!text) return;
    memcpy(text, input, size);
    text[size] = 0;
    const char *steps = strstr(text, "steps=");
    if (steps && strspn(steps + 6, "0123456789") > 3) { /* it would train for minutes */
        free(text);
        return;
    }
    outcome a = run(text, 1), b = run(text, -1);
    if (a.status && !*a.message) fuzz_stop("an error without a message");
    if (a.status != WG_ERROR_MEMORY && b.status != WG_ERROR_MEMORY) {
        if (a.status != b.status) fuzz_stop("interpreted: %s; planned: %s", a.message, b.message);
        if (!a.value.data != !b.value.data || (a.value.data && !wgt_same_numbers(&a.value, &b.value)))
            fuzz_stop("interpreted and planned values differ");
    }
    free(a.value.data);
    free(b.value.data);
    free(text);
}
