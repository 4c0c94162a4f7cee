/* functions.c: reads functions.txt. */
#include "corpus/functions.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "corpus/draw.h"

enum {
    ROOM = 2000,
    PROGRAMS = 200,
    AROUND = 4,
    NEAR = 3,
    FEW = 64 /* components; of more, one point is drawn */
};

/* ---- functions that are programs ---- */

typedef struct wgt_program {
    wg_graph *g;
    wg_params *p;
    wg_program *text;
} wgt_program;

static void expect_no_error(wg_context *c)
{
    if (!wg_failed(c)) return;
    fprintf(stderr, "functions.txt: %s\n", wg_message(c));
    abort();
}

/* Builds the program at x. */
static void build(const wgt_program *q, const wgt_with *w, size_t n, const double *x)
{
    wg_program_set(q->text, "x", wg_view_f64(x, WG_SHAPE((int64_t)n)));
    wg_program_set(q->text, "a", wg_view_f64(&w->a, WG_SCALAR));
    wg_program_set(q->text, "b", wg_view_f64(&w->b, WG_SCALAR));
    wg_begin(q->g, WG_EVAL);
    wg_program_build(q->text, q->g, q->p, WG_EVAL);
}

/* The sum of the squares, or the last value. */
static wg_node value_of(const wgt_program *q, const wgt_with *w)
{
    double kept[WGT_MOST_TERMS];
    if (!w->terms) return wg_program_last(q->text);
    for (int k = 0; k < w->terms; k++) kept[k] = k != w->skip;
    const wg_node r = wg_program_node(q->text, "r");
    return wg_sum(wg_mul(wg_square(r), wg_input(q->g, "kept", wg_view_f64(kept, wg_node_shape(r)))));
}

static double of_program(size_t n, const double *x, double *g, void *with)
{
    const wgt_with *w = with;
    wgt_with whole = *w;
    whole.skip = WGT_ALL_TERMS;
    build(w->program, w, n, x);
    const double v = wg_item(value_of(w->program, &whole));
    if (g) {
        const wg_tensor slope =
            wg_value(wg_grad(value_of(w->program, w), wg_program_node(w->program->text, "x")));
        expect_no_error(wg_graph_context(w->program->g));
        memcpy(g, slope.data, n * sizeof *g);
    }
    expect_no_error(wg_graph_context(w->program->g));
    return v;
}

static wgt_program *program_new(wgt_functions *f, const char *text)
{
    char whole[4100];
    snprintf(whole, sizeof whole, "x = input(n)\na = 0\nb = 0\n%s", text);
    if (f->programs >= PROGRAMS) abort();
    f->program[f->programs] = (wgt_program){ wg_graph_new(f->c), wg_params_new(f->c),
                                             wg_program_text(f->c, "functions.txt", whole) };
    return &f->program[f->programs++];
}

/* ---- points ---- */

typedef struct reader {
    wgt_functions *to;
    uint64_t seed;
    const char *kind, *name;
    bool spoilt;
    char text[4000]; /* of the program */
    wgt_function of; /* without a point */
} reader;

/* Adds the function at the point x, which is drawn anew between 1 - by and 1 + by of it, or from the normal
 * distribution. */
static void add(reader *r, wgt_place place, const double *x, double by, bool normal, wgt_draws *d)
{
    wgt_function *f = &r->to->at[r->to->count++];
    if (r->to->count > ROOM) abort();
    *f = r->of;
    f->place = place;
    for (size_t i = 0; i < f->n; i++)
        f->x[i] = x[i] * (1 + by * (normal ? wgt_draw_normal(d) : wgt_draw_between(d, -1, 1)));
}

/* The numbers behind the first word of a point. */
static void read_numbers(wgt_function *f, char *rest)
{
    f->n = 0, f->with.a = f->with.b = 0;
    for (char *w; (w = strtok_r(NULL, " ", &rest));)
        if (w[1] == '=') *(*w == 'a' ? &f->with.a : &f->with.b) = strtod(w + 2, NULL);
        else if (strcmp(w, "...")) f->x[f->n++] = strtod(w, NULL);
        else
            for (const size_t period = f->n, end = strtoul(rest, &rest, 10); f->n < end; f->n++)
                f->x[f->n] = f->x[f->n - period];
}

static void count_terms(wgt_function *f)
{
    build(f->with.program, &f->with, f->n, f->x);
    const wg_node r = wg_program_node(f->with.program->text, "r");
    f->with.terms = wg_is_none(r) ? 0 : (int)wg_shape_size(wg_node_shape(r));
    if (f->with.terms > WGT_MOST_TERMS) abort();
}

static void read_point(reader *r, char *line)
{
    char *rest;
    const char *word = strtok_r(line, " ", &rest);
    wgt_function *f = &r->of;
    wgt_draws d = { 1000 + r->to->count + 100003 * r->seed, 0 };
    read_numbers(f, rest);
    if (!f->f) f->f = of_program, f->with.program = program_new(r->to, r->text);
    if (f->with.program) count_terms(f);
    f->kind = r->kind, f->spoilt = r->spoilt, f->with.skip = WGT_ALL_TERMS;
    f->wanted = strcmp(word, "rough") ? WGT_PASS : WGT_NO_FAIL;
    snprintf(f->name, sizeof f->name, "%s", r->name);
    double x[WGT_MOST_X];
    memcpy(x, f->x, sizeof x);
    if (!strcmp(word, "minimum")) {
        for (int k = 0; k < (f->n > FEW ? 1 : NEAR); k++) add(r, WGT_NEAR_MINIMUM, x, 1e-7, true, &d);
        return;
    }
    const bool moved = r->seed && r->spoilt && !strcmp(word, "smooth");
    add(r, WGT_START, x, moved ? 0.1 : 0, false, &d);
    for (int k = 0; !strcmp(word, "start") && k < (f->n > FEW ? 1 : AROUND); k++)
        add(r, WGT_AROUND, x, 0.1, false, &d);
}

/* ---- the file ---- */

static void read_line(reader *r, char *line)
{
    char *spoilt = strstr(line, ", spoilt");
    if (*line == '#') return;
    if (!strncmp(line, "    C: ", 7)) r->of.f = wgt_noisy(line + 7);
    else if (!strncmp(line, "    ", 4)) strcat(strcat(r->text, line + 4), "\n");
    else if (!strncmp(line, "  ", 2)) read_point(r, line + 2);
    else if (!strncmp(line, "kind ", 5)) {
        r->kind = line + 5, r->spoilt = spoilt;
        if (spoilt) *spoilt = 0;
    } else r->name = line, *r->text = 0, r->of = (wgt_function){ 0 };
}

static char *whole_file(const char *path)
{
    char *text = calloc(1, 1 << 18);
    FILE *in = fopen(path, "r");
    if (!text || !in) abort();
    if (!fread(text, 1, (1 << 18) - 1, in)) abort();
    fclose(in);
    return text;
}

wgt_functions wgt_functions_read(uint64_t seed)
{
    wgt_functions to = { .at = malloc(ROOM * sizeof *to.at),
                         .program = malloc(PROGRAMS * sizeof *to.program),
                         .text = whole_file("tests/corpus/functions.txt") };
    reader r = { .to = &to, .seed = seed };
    char *rest = to.text;
    to.c = wg_start(.dtype = WG_F64, .threads = 1);
    for (char *s = to.text; (s = strstr(s, "\n      "));) *s = ' '; /* a line that goes on */
    for (char *line; (line = strtok_r(NULL, "\n", &rest));) read_line(&r, line);
    return to;
}

void wgt_functions_free(wgt_functions *f)
{
    wg_finish(f->c, stderr);
    free(f->at);
    free(f->program);
    free(f->text);
}
