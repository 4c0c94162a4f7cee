/* wglang.c: programs of the tests: read, built, compared. */
#include "wglang.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

wgt_run wgt_program(const char *text)
{
    wgt_run r = { .c = wgt_start(NULL, WG_F64, NULL) };
    r.g = wg_graph_new(r.c);
    r.p = wg_params_new(r.c);
    r.q = wg_program_text(r.c, "t.wg", text);
    return r;
}

wgt_run wgt_build(const char *text, wg_mode mode)
{
    wgt_run r = wgt_program(text);
    wg_program_build(r.q, r.g, r.p, mode);
    return r;
}

void wgt_set(wgt_run *r, const char *name, const char *value)
{
    wg_program_set(r->q, name, wg_literal(r->c, name, value));
    cr_assert_eq(wg_failed(r->c), WG_OK, "%s", wg_message(r->c));
}

double wgt_number(const char *text)
{
    wgt_run r = wgt_build(text, WG_EVAL);
    double v = wg_item(wg_program_last(r.q));
    cr_assert_eq(wg_failed(r.c), WG_OK, "%s: %s", text, wg_message(r.c));
    wgt_finish(r.c, NULL);
    return v;
}

void wgt_expect_number(const char *text, double value)
{
    double v = wgt_number(text);
    cr_expect(wgt_ulps(v, value) <= 4, "%s is %.17g, not %.17g", text, v, value);
}

void wgt_expect_values(const char *text, wg_shape s, const double *value)
{
    wgt_run r = wgt_build(text, WG_EVAL);
    wg_tensor t = wg_value(wg_program_last(r.q));
    cr_assert_eq(wg_failed(r.c), WG_OK, "%s: %s", text, wg_message(r.c));
    char a[80], b[80];
    cr_assert(wg_shape_equal(t.shape, s), "%s has shape %s, not %s", text,
              wg_shape_text(t.shape, a, sizeof a), wg_shape_text(s, b, sizeof b));
    for (int64_t i = 0; i < wg_shape_size(s); i++)
        cr_expect(wgt_ulps(wg_tensor_item(&t, i), value[i]) <= 8, "%s [%d]: %.17g, not %.17g", text, (int)i,
                  wg_tensor_item(&t, i), value[i]);
    wgt_finish(r.c, NULL);
}

void wgt_expect_place(const char *text, wg_status s, int line, int column, const char *words)
{
    wgt_run r = wgt_build(text, WG_EVAL);
    char place[40];
    snprintf(place, sizeof place, "t.wg:%d:%d: ", line, column);
    cr_expect_eq(wg_failed(r.c), s, "%.60s: status %d, %s", text, wg_failed(r.c), wg_message(r.c));
    cr_expect_eq(strncmp(wg_message(r.c), place, strlen(place)), 0, "%.60s: not at %s but %s", text, place,
                 wg_message(r.c));
    cr_expect(strstr(wg_message(r.c), words), "%.60s: '%s' is not in: %s", text, words, wg_message(r.c));
    cr_expect_eq(wg_program_error_line(r.q), line);
    cr_expect_eq(wg_program_error_column(r.q), column);
    wgt_drop(r.c, NULL);
}

/* ---- cases that stand in a file ---- */

static void unescape(char *s)
{
    char *to = s;
    for (; *s; s++) *to++ = *s != '\\' ? *s : *++s == 'n' ? '\n' : *s;
    *to = 0;
}

/* "[2,3] 1 2 3 4 5 6" */
static void expect_values(const char *text, const char *expected)
{
    double value[64];
    wg_shape s = WG_SCALAR;
    char *at = (char *)(uintptr_t)expected + 1;
    while (isdigit((unsigned char)*at)) s.dim[s.rank++] = strtol(at, &at, 10), at += *at == ',';
    at++;
    for (int64_t i = 0; i < wg_shape_size(s); i++) value[i] = strtod(at, &at);
    cr_assert(!*at, "%s: %s", text, expected);
    wgt_expect_values(text, s, value);
}

/* "1:5 syntax: not complete" */
static void expect_error(const char *text, const char *expected)
{
    static const char *const kinds[] = { "syntax", "shape", "value", "use", "dtype" };
    static const wg_status status[] = { WG_ERROR_SYNTAX, WG_ERROR_SHAPE, WG_ERROR_VALUE, WG_ERROR_USE,
                                        WG_ERROR_DTYPE };
    char kind[20];
    int line, column, n = 0, k = 0;
    cr_assert_eq(sscanf(expected, "%d:%d %19[a-z]: %n", &line, &column, kind, &n), 3, "%s", expected);
    while (strcmp(kinds[k], kind) != 0) cr_assert_lt(++k, 5, "%s", expected);
    wgt_expect_place(text, status[k], line, column, expected + n);
}

void wgt_run_programs(const char *path)
{
    static char text[2000], line[2000];
    FILE *f = fopen(path, "r");
    cr_assert(f, "%s", path);
    while (fgets(line, sizeof line, f)) {
        line[strcspn(line, "\n")] = 0;
        if (!*line || *line == '#') continue;
        unescape(line);
        if (strncmp(line, "  ", 2) != 0) strcpy(text, line);
        else if (line[2] == '=') wgt_expect_number(text, strtod(line + 4, NULL));
        else if (line[2] == '[') expect_values(text, line + 2);
        else expect_error(text, line + 4);
    }
    fclose(f);
}

void wgt_expect_memory(const char *text)
{
    for (int64_t at = 1;; at += at < 60 ? 1 : 7) {
        wgt_memory m = { .fail_at = at };
        wg_context *c = wgt_start(&m, WG_F64, NULL);
        wg_graph *g = wg_graph_new(c);
        wg_params *p = wg_params_new(c);
        wg_program *q = wg_program_text(c, "t.wg", text);
        wg_program_build(q, g, p, WG_TRAIN);
        cr_expect(!m.failed || wg_failed(c) == WG_ERROR_MEMORY, "allocation %d: %s", (int)at, wg_message(c));
        const bool last = !m.failed;
        wg_program_free(q);
        wgt_drop(c, &m);
        if (last) break;
    }
}
