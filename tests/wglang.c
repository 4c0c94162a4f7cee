/* wglang.c: programs of the tests: read, built, compared. */
#include "wglang.h"

#include <ctype.h>
#include <dlfcn.h>
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

/* What the case that is run sets: "NAME VALUE". */
static char given[4][100];

wgt_run wgt_build(const char *text, wg_mode mode)
{
    wgt_run r = wgt_program(text);
    for (int i = 0; i < 4 && *given[i]; i++) {
        char name[20], value[100];
        cr_assert_eq(sscanf(given[i], "%19s %99[^\n]", name, value), 2, "%s", given[i]);
        wgt_set(&r, name, value);
    }
    wg_program_build(r.q, r.g, r.p, mode);
    return r;
}

void wgt_set(wgt_run *r, const char *name, const char *value)
{
    wg_program_set(r->q, name, wgx_literal(r->c, name, value));
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

/* Skips the test where the library was built without src/show. */
static void needs_figures(void)
{
    if (!dlsym(RTLD_DEFAULT, "wg_program_figure")) cr_skip_test("this library has no pictures");
}

void wgt_expect_place(const char *text, wg_status s, int line, int column, const char *words)
{
    wgt_run r = wgt_build(text, WG_EVAL);
    char place[40];
    if (!wg_failed(r.c) && !wg_is_none(wg_program_last(r.q)))
        wg_value(wg_program_last(r.q)); /* some mistakes are in values, or in plots */
    if (wg_program_plots(r.q)) needs_figures();
    for (int i = 0; i < wg_program_plots(r.q); i++) wg_program_figure(r.q, i, NULL);
    snprintf(place, sizeof place, "t.wg:%d:%d: ", line, column);
    cr_expect_eq(wg_failed(r.c), s, "%.60s: status %d, %s", text, wg_failed(r.c), wg_message(r.c));
    cr_expect_eq(strncmp(wg_message(r.c), place, strlen(place)), 0, "%.60s: not at %s but %s", text, place,
                 wg_message(r.c));
    cr_expect(strstr(wg_message(r.c), words), "%.60s: '%s' is not in: %s", text, words, wg_message(r.c));
    cr_expect_eq(wgx_program_error_line(r.q), line);
    cr_expect_eq(wgx_program_error_column(r.q), column);
    wgt_drop(r.c, NULL);
}

/* ---- cases that stand in a file ---- */

static void unescape(char *s)
{
    char *to = s;
    for (; *s; s++) *to++ = *s != '\\' ? *s : *++s == 'n' ? '\n' : *s;
    *to = 0;
}

/* "2,3] 1 2 3 4 5 6" */
static void expect_values(const char *text, const char *expected)
{
    double value[64];
    wg_shape s = WG_SCALAR;
    char *at = (char *)(uintptr_t)expected;
    while (isdigit((unsigned char)*at)) s.dim[s.rank++] = strtol(at, &at, 10), at += *at == ',';
    at++;
    for (int64_t i = 0; i < wg_shape_size(s); i++) value[i] = strtod(at, &at);
    cr_assert(!*at, "%s: %s", text, expected);
    wgt_expect_values(text, s, value);
}

static wg_status status_of(const char *kind)
{
    static const char *const kinds[] = { "syntax", "shape", "value", "use", "dtype", "file" };
    static const wg_status status[] = { WG_ERROR_SYNTAX, WG_ERROR_SHAPE, WG_ERROR_VALUE,
                                        WG_ERROR_USE,    WG_ERROR_DTYPE, WG_ERROR_FILE };
    int k = 0;
    while (strcmp(kinds[k], kind) != 0) cr_assert_lt(++k, 6, "%s", kind);
    return status[k];
}

/* "1:5 syntax: not complete" */
static void expect_error(const char *text, const char *expected)
{
    char kind[20];
    int line, column, n = 0;
    cr_assert_eq(sscanf(expected, "%d:%d %19[a-z]: %n", &line, &column, kind, &n), 3, "%s", expected);
    wgt_expect_place(text, status_of(kind), line, column, expected + n);
}

/* "shape t.wg:1:13 (called at t.wg:3:5): matmul" */
static void expect_message(const char *text, const char *expected)
{
    char kind[20];
    int n = 0;
    wgt_run r = wgt_build(text, WG_EVAL);
    cr_assert_eq(sscanf(expected, "%19[a-z] %n", kind, &n), 1, "%s", expected);
    cr_expect_eq(wg_failed(r.c), status_of(kind), "%s: %s", text, wg_message(r.c));
    cr_expect(!strncmp(wg_message(r.c), expected + n, strlen(expected + n)), "%s: not '%s' but '%s'", text,
              expected + n, wg_message(r.c));
    wgt_drop(r.c, NULL);
}

/* "W [3,2], b [2]": all parameters, in their order */
static void expect_parameters(const char *text, const char *expected)
{
    char is[1000] = "", shape[80];
    WGT_ENDS wgt_run r = wgt_build(text, WG_TRAIN);
    cr_assert_eq(wg_failed(r.c), WG_OK, "%s: %s", text, wg_message(r.c));
    for (int i = 0; i < wg_params_count(r.p); i++) {
        const char *of = wg_shape_text(wg_params_tensor(r.p, i).shape, shape, sizeof shape);
        sprintf(is + strlen(is), "%s%s %s", i ? ", " : "", wg_params_name(r.p, i), of);
    }
    cr_expect_str_eq(is, expected, "%s: %s", text, is);
}

/* "h.1.z 5" */
static void expect_named(const char *text, const char *expected)
{
    char name[40];
    double value;
    cr_assert_eq(sscanf(expected, "%39s %lf", name, &value), 2, "%s", expected);
    WGT_ENDS wgt_run r = wgt_build(text, WG_EVAL);
    const wg_node n = wg_program_node(r.q, name);
    cr_assert(wg_node_ok(n), "%s has no %s: %s", text, name, wg_message(r.c));
    cr_expect_eq(wg_item(n), value, "%s: %s is %g", text, name, wg_item(n));
}

/* "[2,3]": the shape of the last statement */
static void expect_shape(const char *text, const char *expected)
{
    char shape[80];
    WGT_ENDS wgt_run r = wgt_build(text, WG_TRAIN);
    cr_expect_str_eq(wg_shape_text(wg_node_shape(wg_program_last(r.q)), shape, sizeof shape), expected, "%s",
                     text);
}

static void expect_drawn(const char *text, const char *expected)
{
    WGT_ENDS wgt_run r = wgt_build(text, WG_EVAL);
    cr_expect_str_eq(wg_program_drawn(r.q), expected, "%s", text);
}

static void expect_item(const char *text, const char *expected)
{
    wgt_expect_number(text, strtod(expected, NULL));
}

/* How a line begins that says what becomes of the program, and what looks at the rest. */
static const struct {
    const char *word;
    void (*expect)(const char *text, const char *expected);
} words[] = { { "= ", expect_item },       { "! ", expect_error },         { "[", expect_values },
              { "says ", expect_message }, { "owns ", expect_parameters }, { "name ", expect_named },
              { "shape ", expect_shape },  { "drawn ", expect_drawn } };

static void run_line(const char *text, const char *line)
{
    size_t k = 0, set = 0;
    while (set < 3 && *given[set]) set++;
    if (!strncmp(line, "set ", 4)) {
        strcpy(given[set], line + 4);
        return;
    }
    while (strncmp(line, words[k].word, strlen(words[k].word)) != 0)
        cr_assert_lt(++k, sizeof words / sizeof *words, "%s", line);
    words[k].expect(text, line + strlen(words[k].word));
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
        if (!strncmp(line, "  ", 2)) run_line(text, line + 2);
        else strcpy(text, line), memset(given, 0, sizeof given);
    }
    memset(given, 0, sizeof given);
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
