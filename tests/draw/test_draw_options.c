/* test_draw_options.c: each option of wg_draw_opts_list with each kind of picture: it changes the picture, or
 * it is refused by name. */
#include "picture.h"

#include <math.h>
#include <stdlib.h>

typedef struct option {
    const char *name, *type;
    unsigned goes_with;
    size_t offset;
} option;

#define ROW(type, name, standard, range, text, goes_with, ...) \
    { #name, #type, goes_with, offsetof(wg_draw_opts, name) },
static const option options[] = { wg_draw_opts_list(WG_NO_, ROW) };
enum { OPTIONS = sizeof options / sizeof *options };

static const unsigned kinds[] = { WG_PICTURE_GRAPH, WG_PICTURE_TEXT, WG_PICTURE_STEPS, WG_PICTURE_TABLE };
enum { KINDS = sizeof kinds / sizeof *kinds };

static const wg_limits machine = { .f32 = 2e11,
                                   .f64 = 1e11,
                                   .bytes = { 48 << 10, 768 << 10, 12 << 20, 96 << 20 },
                                   .bandwidth = { 4e11, 2e11, 1e11, 5e10 } };

typedef struct subject {
    wg_context *c;
    wg_node root, input;
    wg_node_mark mark;
    wg_size_name size;
    wg_plan *p;
} subject;

static subject subject_start(void)
{
    subject k = { .c = wgt_start(NULL, WG_F64, NULL) };
    const wg_node h = pic_layers(k.c, 8);
    const wg_node known = wg_arange_at("\nnet.wg:1:1", wg_graph_of(h), 0, 2, 1); /* by .source */
    k.root = wg_mean(wg_add(h, wg_mean(known))); /* a composite call: .level has an effect */
    for (int64_t i = 1; wg_is_none(k.input) && i < wg_graph_nodes(wg_graph_of(k.root)); i++)
        if (wg_node_operands(wg_graph_node(wg_graph_of(k.root), i)) == 0 &&
            *wg_node_name(wg_graph_node(wg_graph_of(k.root), i)))
            k.input = wg_graph_node(wg_graph_of(k.root), i);
    k.mark = (wg_node_mark){ k.root, WG_MARK_WRONG, "a text" };
    wg_graph *other = wg_graph_new(k.c); /* the input once more, with twice the rows */
    static const double rows[12] = { 0 };
    wg_input(other, "x", wg_view_f64(rows, WG_SHAPE(4, 3)));
    k.size = (wg_size_name){ "m", 2, other, 4, NULL };
    k.p = wg_plan_look(k.root, .seconds = 1e-4);
    cr_assert(k.p, "%s", wg_message(k.c));
    return k;
}

static void subject_end(subject *k)
{
    wg_plan_free(k->p);
    wgt_drop(k->c, NULL);
    pic_clean_up();
}

static bool of_svg(const option *x)
{
    return !strcmp(x->name, "steps") || !strcmp(x->name, "seconds") || !strcmp(x->name, "id");
}

/* The picture's text, or the error's message; to free. DOT text does not obey .id, and only
 * pictures that a program makes obey .seconds. */
static char *drawn(const subject *k, unsigned kind, const option *x, const wg_draw_opts *o)
{
    const char *ending = kind & (WG_PICTURE_TABLE | WG_PICTURE_TEXT) ? "txt" : of_svg(x) ? "svg" : "dot";
    char name[20];
    snprintf(name, sizeof name, "p.%s", ending);
    char *path = pic_path(name);
    wg_status s = kind & WG_PICTURE_NODES ? wg_draw_at(WG_HERE, k->root, path, o)
                                          : wg_draw_plan_at(WG_HERE, k->c, k->p, path, o);
    char *text = s == WG_OK ? pic_read(path) : pic_keep(strdup(wg_message(k->c)));
    wg_recover(k->c);
    return text;
}

/* Other options that this one needs to have an effect. */
static wg_draw_opts around(const subject *k, unsigned kind, const option *x)
{
    wg_draw_opts o = WG_OPTS(wg_draw_opts);
    if (!strcmp(x->name, "seconds") && kind & WG_PICTURE_DOT) o.format = "png";
    if (!strcmp(x->name, "keep") && kind == WG_PICTURE_GRAPH) o.fit = "slide";
    if (!strcmp(x->name, "width")) o.values = o.backward = kind & WG_PICTURE_NODES;
    if (!strcmp(x->name, "hide")) o.values = kind & WG_PICTURE_NODES;
    if (!strcmp(x->name, "source") && kind == WG_PICTURE_GRAPH) o.format = "html";
    if (!strncmp(x->name, "wrt", 3)) o.backward = kind & WG_PICTURE_NODES;
    if (!strcmp(x->name, "wrt_count") && kind & WG_PICTURE_NODES) o.wrt = &k->input;
    if (!strcmp(x->name, "mark_count") && kind & WG_PICTURE_NODES) o.marks = &k->mark;
    if (!strcmp(x->name, "marks") && kind & WG_PICTURE_NODES) o.mark_count = 1;
    if (!strcmp(x->name, "wrt") && kind & WG_PICTURE_NODES) o.wrt_count = 1;
    if (!strcmp(x->name, "size_count") && kind & WG_PICTURE_NODES) o.sizes = &k->size;
    if (!strcmp(x->name, "sizes") && kind & WG_PICTURE_NODES) o.size_count = 1;
    return o;
}

static void give(const subject *k, const option *x, wg_draw_opts *o)
{
    void *to = (char *)o + x->offset;
    if (!strcmp(x->name, "wrt")) o->wrt = &k->input;
    else if (!strcmp(x->name, "marks")) o->marks = &k->mark;
    else if (!strcmp(x->name, "sizes")) o->sizes = &k->size;
    else if (!strcmp(x->name, "limits")) o->limits = &machine;
    else if (!strcmp(x->name, "hide")) o->hide = "x";
    else if (!strcmp(x->name, "keep")) o->keep = "l3.W";
    else if (!strcmp(x->name, "source")) o->source = "arange(2)";
    else if (!strcmp(x->type, "const char *")) *(const char **)to = "some text";
    else if (!strcmp(x->type, "double")) *(double *)to = 1e-3;
    else if (!strcmp(x->name, "width")) o->width = 40;
    else if (!strcmp(x->type, "bool")) *(bool *)to = !*(bool *)to;
    else *(int *)to = 1;
}

static void try(const subject *k, unsigned kind, const option *x)
{
    wg_draw_opts o = around(k, kind, x);
    char *without = drawn(k, kind, x, &o), refusal[100];
    give(k, x, &o);
    char *with = drawn(k, kind, x, &o);
    snprintf(refusal, sizeof refusal, ".%s goes with ", x->name);
    if (x->goes_with & kind) {
        HAS_NOT(with, refusal);
        cr_assert_str_neq(with, without, ".%s changes nothing in picture %u", x->name, kind);
    } else HAS(with, refusal);
}

Test(draw_options, each_is_obeyed_or_refused)
{
    PIC_NEEDS_DOT;
    subject k = subject_start();
    for (int i = 0; i < OPTIONS; i++)
        for (int j = 0; j < KINDS; j++)
            if (strcmp(options[i].name, "seconds")) try(&k, kinds[j], &options[i]);
    subject_end(&k);
}

Test(draw_options, seconds_are_obeyed_or_refused)
{
    PIC_NEEDS_DOT;
    wgt_needs("rsvg-convert");
    subject k = subject_start();
    for (int i = 0; i < OPTIONS; i++)
        for (int j = 0; j < KINDS; j++)
            if (!strcmp(options[i].name, "seconds")) try(&k, kinds[j], &options[i]);
    subject_end(&k);
}

Test(draw_options, a_refusal_says_what_goes)
{
    WGT_ENDS subject k = subject_start();
    cr_assert_eq(wg_draw_plan(k.c, k.p, "p.txt", .values = true), WG_ERROR_VALUE);
    wgt_expect_error(
        k.c, WG_ERROR_VALUE,
        "draw_plan: .values goes with a graph's picture, a graph's text, not with a plan's table");
    cr_assert_null(wg_draw_text(k.root, .format = "dot", .limits = &machine));
    wgt_expect_error(k.c, WG_ERROR_VALUE,
                     ".limits goes with a plan's picture, a plan's table, not with a graph's");
    wg_plan_free(k.p);
}

/* The picture's label alone. */
static char *legend_of(wg_node root, wg_draw_opts o)
{
    o.legend = true;
    char *dot = pic_dot(root, &o), *end = strstr(dot, "labelloc");
    HAS(dot, "is used by");
    if (end) *end = 0;
    return dot;
}

Test(draw_options, a_count_without_a_list_is_refused)
{
    WGT_ENDS subject k = subject_start();
#define REFUSED(why, ...) \
    SHOWS(drawn(&k, WG_PICTURE_GRAPH, &options[0], &WG_OPTS(wg_draw_opts, __VA_ARGS__)), why)
    REFUSED(".mark_count = 1, but .marks is NULL", .mark_count = 1);
    REFUSED("mark_count -1: must be in [0, inf)", .mark_count = -1, .marks = &k.mark);
    REFUSED(".size_count = 2, but .sizes is NULL", .size_count = 2);
    REFUSED(".wrt_count = 3, but .wrt is NULL", .wrt_count = 3, .backward = true);
    wg_plan_free(k.p);
}

/* What is written holds: a 0 is no default. */
Test(draw_options, numbers_out_of_their_ranges_are_refused)
{
    WGT_ENDS subject k = subject_start();
    REFUSED("most 0: must be in [1, inf)", .most = 0);
    REFUSED("width 0: must be in [40, 10000]", .width = 0);
    REFUSED("seconds 0: must be in (0, inf)", .seconds = 0);
    REFUSED("seconds nan: must be in (0, inf)", .seconds = NAN);
    REFUSED("depth -1: must be in [0, inf)", .depth = -1);
    REFUSED("fold 2: must be in [0, 1]", .fold = 2);
    SHOWS(drawn(&k, WG_PICTURE_GRAPH, &options[0], NULL),
          "the options are NULL: write WG_OPTS(wg_draw_opts, ...)");
    const wg_draw_opts bare = { .most = 1 };
    SHOWS(drawn(&k, WG_PICTURE_TABLE, &options[0], &bare), "the options do not begin with those of WG_OPTS");
    wg_plan_free(k.p);
}

/* The legend explains only what is in the picture. */
Test(draw_options, a_legend_has_what_is_shown)
{
    PIC_NEURON;
    SHOWS(legend_of(n.L, WG_OPTS(wg_draw_opts, .title = "a <neuron>")), "a &lt;neuron&gt;", ">input<",
          ">operation<", ">parameter<", "!>state<", "!>value<", "!← gradient");
    SHOWS(legend_of(n.L, WG_OPTS(wg_draw_opts, .values = true, .backward = true, .top_down = true)),
          ">value<", "↑ gradient");
    wgt_finish(c, NULL);
    c = wgt_start(NULL, WG_F64, NULL);
    wg_node layers = pic_layers(c, 8);
    SHOWS(legend_of(layers, WG_OPTS(wg_draw_opts)), ">scope<", "!×n: n alike");
    SHOWS(legend_of(layers, WG_OPTS(wg_draw_opts, .fold = true)), "×n: n alike");
    SHOWS(legend_of(layers, WG_OPTS(wg_draw_opts, .scopes = false)), "!>scope<");
    wgt_finish(c, NULL);
}

GRAPH_TEST(draw_options, a_legend_of_nothing_is_a_picture)
{
    char *path = pic_path("empty.svg");
    if (pic_have_dot()) cr_assert_eq(wg_draw_graph(g, path, .legend = true), WG_OK, "%s", wg_message(c));
}
