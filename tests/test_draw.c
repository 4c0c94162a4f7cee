/* test_draw.c: pictures: the same bytes always, every number shown is the graph's, any name, any graph, and nothing changed. */
#include <ctype.h>
#include <errno.h>
#include <locale.h>
#include <malloc.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "wgtest.h"

#if WG_WITH_GRAPHVIZ
#include <cgraph.h>
#endif

/* ---- helpers ---- */

static double seconds_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* A directory of this test's own. */
static const char *directory(void)
{
    static char made[64];
    if (!*made) {
        snprintf(made, sizeof made, "/tmp/wengert-draw-XXXXXX");
        cr_assert(mkdtemp(made), "no temporary directory: %s", strerror(errno));
    }
    return made;
}

static void remove_directory(void)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", directory());
    cr_assert_eq(system(command), 0);
}

static char *path_of(const char *name)
{
    size_t size = strlen(directory()) + strlen(name) + 2;
    char  *path = malloc(size);
    snprintf(path, size, "%s/%s", directory(), name);
    return path;
}

/* A whole file, zero-terminated; NULL if there is none. */
static char *read_file(const char *path)
{
    FILE *f = fopen(path, "rb");
    if (!f) return NULL;
    size_t room = 1 << 24, n;
    char  *text = malloc(room);
    n = fread(text, 1, room - 1, f);
    text[n] = 0;
    fclose(f);
    return text;
}

static void write_file(const char *path, const char *text, mode_t mode)
{
    FILE *f = fopen(path, "wb");
    cr_assert(f && fputs(text, f) >= 0 && fclose(f) == 0);
    cr_assert_eq(chmod(path, mode), 0);
}

static int count_of(const char *text, const char *part)
{
    int n = 0;
    for (const char *s = text; (s = strstr(s, part)); s += strlen(part)) n++;
    return n;
}

#define HAS(text, part)     cr_assert((text) && strstr(text, part), "\"%s\" is not in: %.3000s", part, (text) ? (text) : "(no text)")
#define HAS_NOT(text, part) cr_assert((text) && !strstr(text, part), "\"%s\" is in: %.3000s", part, (text) ? (text) : "(no text)")

static bool have_dot(void) { return system("dot -V >/dev/null 2>&1") == 0; }

/* A number as pictures show it: four digits, a real minus sign. */
static const char *shown(double v)
{
    static char text[8][40];
    static int  turn;
    char        digits[32], *to = text[turn = (turn + 1) % 8];
    snprintf(digits, sizeof digits, "%.4g", fabs(v));
    snprintf(to, 40, "%s%s", v < 0 ? "−" : "", digits);
    return to;
}

/* ---- graphs ---- */

typedef struct neuron {
    wg_node x, w, b, y, z, a, L;
} neuron;

/* One logistic neuron on one example; z = 0.5·1 + (−0.3)·(−2) + 0 = 1.1. */
static neuron make_neuron(wg_context *c)
{
    static const double xs[] = { 1, -2 }, ws[] = { 0.5, -0.3 }, zero = 0, one = 1;
    wg_graph           *g = wg_graph_new(c);
    wg_params          *p = wg_params_new(c);
    neuron              n;
    n.x = wg_input(g, "x", wg_view_f64(xs, WG_SHAPE(2)));
    n.w = wg_param(g, p, "w", WG_SHAPE(2), wg_values(ws));
    n.b = wg_param(g, p, "b", WG_SCALAR, wg_values(&zero));
    n.y = wg_input(g, "y", wg_view_f64(&one, WG_SCALAR));
    n.z = wg_name(wg_add(wg_sum(wg_mul(n.w, n.x)), n.b), "z");
    n.a = wg_name(wg_sigmoid(n.z), "a");
    wg_node right = wg_mul(n.y, wg_log(n.a));
    wg_node wrong = wg_mul(wg_sub(1, n.y), wg_log(wg_sub(1, n.a)));
    n.L = wg_name(wg_neg(wg_add(right, wrong)), "L");
    return n;
}

/* Layers in scopes, nested, with repeated names; enough clusters to see an order. */
static wg_node make_layers(wg_context *c, int layers)
{
    static const double xs[] = { 1, 2, 3, 4, 5, 6 };
    wg_graph           *g = wg_graph_new(c);
    wg_params          *p = wg_params_new(c);
    wg_node             h = wg_input(g, "x", wg_view_f64(xs, WG_SHAPE(2, 3)));
    for (int i = 0; i < layers; i++) {
        char name[32];
        wg_scope_push_i(g, "layer", i);
        snprintf(name, sizeof name, "l%d.W", i);
        wg_node W = wg_param(g, p, name, WG_SHAPE(3, 3), wg_const(0.25));
        wg_scope_push(g, "activation");
        h = wg_tanh(wg_matmul(h, W));
        wg_scope_pop(g);
        wg_scope_pop(g);
    }
    return wg_name(wg_sum(h), "total");
}

static wg_node make_chain(wg_context *c, int64_t length)
{
    static const double start = 0.5;
    wg_graph           *g = wg_graph_new(c);
    wg_node             h = wg_input(g, "x", wg_view_f64(&start, WG_SCALAR));
    for (int64_t i = 0; i < length; i++) h = wg_sin(h);
    return h;
}

/* ---- the same bytes always ---- */

static char *copy_of_dot(wg_node root, const wg_draw_opts *o)
{
    char *dot = wg_draw_dot(root, o), *copy = dot ? strdup(dot) : NULL;
    wg_free(wg_graph_context(wg_graph_of(root)), dot);
    return copy;
}

static char *draw_layers(void)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    char *dot = copy_of_dot(make_layers(c, 8), &(wg_draw_opts){ .values = true, .backward = true, .title = "eight layers" });
    cr_assert(dot, "%s", wg_message(c));
    wgt_finish(c, NULL);
    return dot;
}

Test(draw, same_bytes_in_one_process, .timeout = 60)
{
    char      *first = draw_layers();
    wgt_random r = { wgt_seed() };
    void      *held[64] = { 0 };
    for (int i = 0; i < 600; i++) {
        for (int k = 0; k < 8; k++) { /* another heap each time */
            int slot = (int)wgt_below(&r, 64);
            free(held[slot]);
            held[slot] = malloc((size_t)wgt_below(&r, 4000) + 1);
        }
        if (i == 300) mallopt(M_PERTURB, 0xA5);
        char *again = draw_layers();
        cr_assert_str_eq(again, first, "picture %d differs", i);
        free(again);
    }
    for (int k = 0; k < 64; k++) free(held[k]);
    free(first);
}

Test(draw, same_bytes_in_any_locale)
{
    static const char *const names[] = { "de_DE.UTF-8", "de_DE.utf8", "de_DE", "fr_FR.UTF-8", "fr_FR.utf8", "pt_BR.UTF-8" };
    char                    *first = draw_layers();
    size_t                   i = 0;
    while (i < sizeof names / sizeof *names && !setlocale(LC_ALL, names[i])) i++;
    if (i == sizeof names / sizeof *names) cr_skip_test("no locale with a decimal comma here");
    char comma[8];
    snprintf(comma, sizeof comma, "%.1f", 0.5);
    cr_assert_str_eq(comma, "0,5", "the locale %s has no decimal comma", names[i]);
    char *again = draw_layers();
    cr_assert_str_eq(again, first);
    snprintf(comma, sizeof comma, "%.1f", 0.5);
    cr_assert_str_eq(comma, "0,5", "drawing changed the locale");
    free(first), free(again);
}

static void *draw_often(void *wrong)
{
    char *first = draw_layers();
    for (int i = 0; i < 100; i++) {
        char *again = draw_layers();
        if (strcmp(first, again)) ++*(int *)wrong;
        free(again);
    }
    free(first);
    return NULL;
}

Test(draw, same_bytes_in_two_threads, .timeout = 60)
{
    pthread_t thread[2];
    int       wrong[2] = { 0 };
    for (int i = 0; i < 2; i++) cr_assert_eq(pthread_create(&thread[i], NULL, draw_often, &wrong[i]), 0);
    for (int i = 0; i < 2; i++) cr_assert_eq(pthread_join(thread[i], NULL), 0);
    cr_assert_eq(wrong[0] + wrong[1], 0);
}

/* ---- what is in the picture ---- */

#if WG_WITH_GRAPHVIZ
static void expect_counts(const char *dot, int nodes, int edges, int backward)
{
    Agraph_t *g = agmemread(dot);
    cr_assert(g, "libcgraph cannot read it: %s", dot);
    int back = 0;
    for (Agnode_t *n = agfstnode(g); n; n = agnxtnode(g, n)) {
        cr_assert(aghtmlstr(agget(n, (char[]){ "label" })), "the label of %s is not HTML", agnameof(n));
        for (Agedge_t *e = agfstout(g, n); e; e = agnxtout(g, e)) back += strcmp(agget(e, (char[]){ "class" }), "backward") == 0;
    }
    cr_assert_eq(agnnodes(g), nodes, "%d nodes, not %d", agnnodes(g), nodes);
    cr_assert_eq(agnedges(g), edges, "%d edges, not %d", agnedges(g), edges);
    cr_assert_eq(back, backward, "%d backward edges, not %d", back, backward);
    agclose(g);
}

/* x w b y, mul sum z a, log mul, sub log sub mul, add L are 16; the number 1 stands in its consumers' formulas. */
Test(draw, neuron_is_read_back)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    neuron      n = make_neuron(c);
    char       *dot = wg_draw_dot(n.L, NULL);
    expect_counts(dot, 16, 17, 0);
    HAS_NOT(dot, "record");
    wg_free(c, dot);
    dot = wg_draw_dot(n.L, &(wg_draw_opts){ .backward = true });
    expect_counts(dot, 16, 34, 17);
    wg_free(c, dot);
    wgt_finish(c, NULL);
}

Test(draw, squares_have_two_edges)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    wg_graph   *g = wg_graph_new(c);
    double      v = 3;
    wg_node     x = wg_input(g, "x", wg_view_f64(&v, WG_SCALAR));
    char       *dot = wg_draw_dot(wg_mul(x, x), NULL);
    expect_counts(dot, 2, 2, 0);
    wg_free(c, dot);
    wgt_finish(c, NULL);
}

/* Eight layers: each a parameter, a product, a tanh; x and the sum. 16 clusters: two a layer. */
Test(draw, scopes_are_clusters)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    wg_node     root = make_layers(c, 8);
    char       *dot = wg_draw_dot(root, NULL);
    expect_counts(dot, 26, 25, 0);
    cr_assert_eq(count_of(dot, "subgraph cluster_"), 16);
    HAS(dot, "layer.7");
    wg_free(c, dot);
    dot = wg_draw_dot(root, &(wg_draw_opts){ .no_scopes = true });
    cr_assert_eq(count_of(dot, "subgraph"), 0);
    wg_free(c, dot);
    wgt_finish(c, NULL);
}
#endif

/* σ(1.1), −ln σ(1.1), and by the chain rule da = −1/a, dz = a − 1, dw = (a − 1) x, db = a − 1, dx = (a − 1) w. */
Test(draw, numbers_are_the_graphs)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    neuron      n = make_neuron(c);
    char       *dot = wg_draw_dot(n.L, &(wg_draw_opts){ .values = true, .backward = true });
    double      a = 1 / (1 + exp(-1.1)), dz = a - 1;
    char        text[200];
    HAS(dot, ">1.1<");
    snprintf(text, sizeof text, ">%s<", shown(a));
    HAS(dot, text);
    snprintf(text, sizeof text, ">%s<", shown(-log(a)));
    HAS(dot, text);
    snprintf(text, sizeof text, ">da = %s<", shown(-1 / a));
    HAS(dot, text);
    snprintf(text, sizeof text, ">dz = %s<", shown(dz));
    HAS(dot, text);
    snprintf(text, sizeof text, ">dw = [%s, %s]<", shown(dz), shown(-2 * dz));
    HAS(dot, text);
    snprintf(text, sizeof text, ">db = %s<", shown(dz));
    HAS(dot, text);
    snprintf(text, sizeof text, ">dx = [%s, %s]<", shown(0.5 * dz), shown(-0.3 * dz));
    HAS(dot, text);
    HAS(dot, ">dL = 1<");
    snprintf(text, sizeof text, ">%s<", shown(wg_item(n.L)));
    HAS(dot, text);
    HAS_NOT(dot, "NaN");
    wg_free(c, dot);
    wgt_finish(c, NULL);
}

Test(draw, gradients_only_on_the_way_to_wrt)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    neuron      n = make_neuron(c);
    char       *dot = wg_draw_dot(n.L, &(wg_draw_opts){ .backward = true, .wrt = (wg_node[]){ n.w, n.b }, .wrt_count = 2 });
    HAS(dot, ">dw = ");
    HAS(dot, ">db = ");
    HAS(dot, ">dz = ");
    HAS_NOT(dot, ">dx = ");
    HAS_NOT(dot, ">dy = ");
    wg_free(c, dot);
    wgt_finish(c, NULL);
}

Test(draw, kinds_are_words_too)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    neuron      n = make_neuron(c);
    wg_params  *p = wg_params_new(c);
    wg_node     s = wg_state(wg_graph_of(n.L), p, "mean", WG_SCALAR, wg_const(2)),
            k = wg_name(wg_scalar(wg_graph_of(n.L), 7), "seven");
    char *dot = wg_draw_dot(wg_add(wg_add(n.L, s), k), NULL);
    HAS(dot, ">input<");
    HAS(dot, ">parameter<");
    HAS(dot, ">state<");
    HAS(dot, ">constant<");
    HAS(dot, ">op · sigmoid<");
    HAS(dot, ">loss · add<");
    wg_free(c, dot);
    wgt_finish(c, NULL);
}

Test(draw, formulas_have_the_operands_names)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    wg_graph   *g = wg_graph_new(c);
    double      v = 3;
    wg_node     u = wg_input(g, "u", wg_view_f64(&v, WG_SCALAR)), w = wg_input(g, "w", wg_view_f64(&v, WG_SCALAR));
    wg_node     s = wg_name(wg_add(u, w), "s"), t = wg_name(wg_mul(s, -2.5), "t");
    char       *dot = wg_draw_dot(t, NULL);
    HAS(dot, ">s = u + w<");
    HAS(dot, ">t = s (−2.5)<");
    wg_free(c, dot);
    wgt_finish(c, NULL);
}

Test(draw, not_a_number_is_marked)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    wg_graph   *g = wg_graph_new(c);
    double      v[] = { -1, 4 };
    wg_node     x = wg_input(g, "x", wg_view_f64(v, WG_SHAPE(2))), y = wg_log(x);
    char       *dot = wg_draw_dot(y, &(wg_draw_opts){ .values = true });
    HAS(dot, "bgcolor=\"#ffcdd2\"><font color=\"#b71c1c\"><b>[NaN, 1.386]");
    wg_free(c, dot);
    dot = wg_draw_dot(x, &(wg_draw_opts){ .values = true });
    HAS_NOT(dot, "#ffcdd2");
    wg_free(c, dot);
    wgt_finish(c, NULL);
}

/* Four states: a number, an exact zero, not to be had (–), none needed (no row). */
Test(draw, a_zero_gradient_is_not_a_missing_one)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    wg_graph   *g = wg_graph_new(c);
    double      v = -3;
    int32_t     k[] = { 1, 0 };
    wg_node     x = wg_input(g, "x", wg_view_f64(&v, WG_SCALAR)), i = wg_input(g, "i", wg_view_i32(k, WG_SHAPE(2)));
    wg_node     r = wg_name(wg_relu(x), "r"), root = wg_name(wg_add(r, wg_sum(wg_mul(i, x))), "root");
    char       *dot = wg_draw_dot(root, &(wg_draw_opts){ .values = true, .backward = true });
    HAS(dot, ">dr = 1<");
    HAS(dot, ">dx = 1<");
    HAS_NOT(dot, ">di = ");
    HAS_NOT(dot, "–");
    wg_free(c, dot);
    dot = wg_draw_dot(wg_sum(r), &(wg_draw_opts){ .backward = true });
    HAS(dot, ">dx = 0<");
    HAS_NOT(dot, "–");
    wg_free(c, dot);
    wgt_finish(c, NULL);
}

Test(draw, large_values_are_summed_up)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    wg_graph   *g = wg_graph_new(c);
    double      v[100], m[] = { 1, -2, 3, 4.5 };
    for (int i = 0; i < 100; i++) v[i] = i;
    char *dot = wg_draw_dot(wg_input(g, "x", wg_view_f64(v, WG_SHAPE(100))), &(wg_draw_opts){ .values = true });
    HAS(dot, "[0, 1, … ×100]");
    HAS(dot, "μ = 49.5, σ = 28.87"); /* √((100² − 1)/12) */
    wg_free(c, dot);
    dot = wg_draw_dot(wg_input(g, "m", wg_view_f64(m, WG_SHAPE(2, 2))), &(wg_draw_opts){ .values = true });
    HAS(dot, "[[1, −2],");
    HAS(dot, "[3, 4.5]]");
    wg_free(c, dot);
    wgt_finish(c, NULL);
}

/* ---- failed graphs ---- */

Test(draw, a_failed_call_is_drawn)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    wg_graph   *g = wg_graph_new(c);
    wg_params  *p = wg_params_new(c);
    double      v[6] = { 0 };
    wg_node     x = wg_input(g, "x", wg_view_f64(v, WG_SHAPE(2, 3)));
    wg_node     W = wg_param(g, p, "W", WG_SHAPE(4, 5), wg_zeros());
    wg_node     h = wg_name(wg_tanh(x), "h");
    wg_node     bad = wg_relu(wg_matmul(h, W));
    char        message[1024];
    snprintf(message, sizeof message, "%s", wg_message(c));
    cr_assert_neq(wg_failed(c), WG_OK);
    for (int whole = 0; whole < 2; whole++) {
        char *path = path_of("failed.dot");
        cr_assert_eq(whole ? wg_draw_graph(g, path, &(wg_draw_opts){ .values = true, .backward = true })
                           : wg_draw(bad, path, NULL),
                     WG_OK);
        char *dot = read_file(path);
        HAS(dot, "class=failed");
        HAS(dot, ">failed<");
        HAS(dot, "matmul(h, W)");
        HAS(dot, "[2,3]");
        HAS(dot, "[4,5]");
        HAS(dot, "#ffcdd2");
        HAS(dot, "test_draw.c:");
        cr_assert_eq(count_of(dot, "class=parameter"), 1);
        cr_assert_eq(count_of(dot, "class=input"), 1);
        if (whole) HAS(dot, " = –<");
        free(dot), free(path);
    }
    cr_assert_str_eq(wg_message(c), message, "drawing changed the error");
    wgt_drop(c, NULL);
    remove_directory();
}

Test(draw, mistakes_are_named)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    neuron      n = make_neuron(c);
    char       *path = path_of("no.txt");
    cr_assert_eq(wg_draw(n.L, path, NULL), WG_ERROR_VALUE);
    wgt_expect_error(c, WG_ERROR_VALUE, "the format must be dot, svg, png or pdf");
    cr_assert_eq(wg_draw(n.w, "w.dot", &(wg_draw_opts){ .backward = true }), WG_ERROR_SHAPE);
    wgt_expect_error(c, WG_ERROR_SHAPE, "[2]");
    cr_assert_eq(wg_draw(n.L, "/nowhere/at/all.dot", NULL), WG_ERROR_FILE);
    wgt_expect_error(c, WG_ERROR_FILE, "/nowhere/at/all.dot");
    cr_assert_eq(wg_draw(wg_none, "none.dot", NULL), WG_ERROR_USE);
    cr_assert_eq(wg_draw_graph(NULL, "none.dot", NULL), WG_ERROR_USE);
    wg_begin(wg_graph_of(n.L), WG_TRAIN);
    cr_assert_eq(wg_draw(n.L, "old.dot", NULL), WG_ERROR_USE);
    wgt_expect_error(c, WG_ERROR_USE, "test_draw.c:");
    free(path);
    wgt_finish(c, NULL);
    remove_directory();
}

/* ---- size ---- */

Test(draw, a_million_nodes_are_folded, .timeout = 60)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    wg_node     root = make_chain(c, 1000000);
    double      before = seconds_now();
    char       *dot = wg_draw_dot(root, &(wg_draw_opts){ .values = true });
    cr_assert(dot, "%s", wg_message(c));
    double took = seconds_now() - before;
    cr_assert_lt(took, 20, "%g seconds", took);
    HAS(dot, "×1,000,000");
    HAS(dot, "sin");
    wg_free(c, dot);
    cr_assert_null(wg_draw_dot(root, &(wg_draw_opts){ .fold = -1 }));
    wgt_expect_error(c, WG_ERROR_VALUE, "1000001");
    wgt_finish(c, NULL);
}

Test(draw, what_does_not_repeat_is_refused_with_its_size)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    wg_graph   *g = wg_graph_new(c);
    wgt_random  r = { 5 };
    double      v = 0.5;
    wg_node     h = wg_input(g, "x", wg_view_f64(&v, WG_SCALAR));
    for (int i = 0; i < 3000; i++) h = wgt_below(&r, 2) ? wg_sin(h) : wgt_below(&r, 2) ? wg_tanh(h) : wg_square(h);
    cr_assert_null(wg_draw_dot(h, NULL));
    cr_assert_eq(wg_failed(c), WG_ERROR_VALUE);
    HAS(wg_message(c), "more than 400");
    HAS(wg_message(c), "3001 nodes");
    wg_recover(c);
    char *dot = wg_draw_dot(h, &(wg_draw_opts){ .most = 4000, .fold = -1 });
    cr_assert(dot);
    wg_free(c, dot);
    wgt_finish(c, NULL);
}

/* Layers of four nodes with parameters of their own become one box; ends and scopes remain. */
Test(draw, repeated_layers_are_folded)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    wg_node     root = make_layers(c, 200);
    char       *dot = wg_draw_dot(root, NULL);
    cr_assert(dot, "%s", wg_message(c));
    HAS(dot, "×200");
    HAS(dot, "param → matmul → tanh");
    HAS(dot, "1,800 parameters");
#if WG_WITH_GRAPHVIZ
    expect_counts(dot, 3, 2, 0);
#endif
    wg_free(c, dot);
    dot = wg_draw_dot(root, &(wg_draw_opts){ .most = 10000, .backward = true });
    cr_assert_eq(count_of(dot, "class=parameter"), 200);
    wg_free(c, dot);
    wgt_finish(c, NULL);
}

static wg_node make_unrolled(wg_context *c, int steps)
{
    static const double v[4] = { 0.1, 0.2, 0.3, 0.4 };
    wg_graph           *g = wg_graph_new(c);
    wg_params          *p = wg_params_new(c);
    wg_node W = wg_param(g, p, "W", WG_SHAPE(2, 2), wg_const(0.1)), U = wg_param(g, p, "U", WG_SHAPE(2, 2), wg_const(0.2));
    wg_node b = wg_param(g, p, "b", WG_SHAPE(2), wg_zeros()), h = wg_input(g, "h0", wg_view_f64(v, WG_SHAPE(2, 2)));
    for (int t = 0; t < steps; t++) {
        char name[16];
        snprintf(name, sizeof name, "x%d", t);
        wg_scope_push_i(g, "t", t);
        wg_node x = wg_input_at(WG_HERE, g, name, wg_view_f64(v, WG_SHAPE(2, 2)));
        wg_node xU = wg_matmul(x, U), hW = wg_matmul(h, W), sum = wg_add(xU, hW);
        h = wg_tanh(wg_add(sum, b));
        wg_scope_pop(g);
    }
    return wg_name(wg_sum(h), "L");
}

Test(draw, shared_parameters_do_not_stop_dot, .timeout = 60)
{
    if (!WG_WITH_GRAPHVIZ || !have_dot()) cr_skip_test("dot is not here");
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    wg_node     root = make_unrolled(c, 60);
    char       *path = path_of("rnn.svg");
    cr_assert_eq(wg_draw(root, path, &(wg_draw_opts){ .backward = true, .values = true }), WG_OK, "%s", wg_message(c));
    char *svg = read_file(path);
    cr_assert_eq(count_of(svg, "<g id=\"node"), 3 + 1 + 60 * 6 + 1 + 3 * 59,
                 "a copy of each shared parameter at each use but the first");
    free(svg), free(path);
    wgt_finish(c, NULL);
    remove_directory();
}

/* ---- hostile names ---- */

static char *long_name(void)
{
    char *s = malloc(10241);
    for (int i = 0; i < 10240; i++) s[i] = "<&>\"\\{}|a\n"[i % 10];
    s[10240] = 0;
    return s;
}

/* Runs `dot` on the text; its exit status must be 0 and its standard error empty. */
static void expect_clean(const char *dot, const char *name)
{
    char *in = path_of("hostile.dot"), *err = path_of("hostile.err"), command[512];
    write_file(in, dot, 0600);
    snprintf(command, sizeof command, "dot -Tsvg '%s' >/dev/null 2>'%s'", in, err);
    int   status = system(command);
    char *said = read_file(err);
    cr_assert(status == 0 && said && !*said, "%.60s: status %d, %s", name, status, said);
    free(said), free(in), free(err);
}

Test(draw, any_name_can_be_drawn, .timeout = 100)
{
    static const char *const names[] = {
        "<&>\"\\ {}|",
        "line\nbreak",
        "😀 emoji",
        "\xff\xfe invalid \xc3",
        "\xed\xa0\x80 surrogate",
        "overlong \xc0\xaf",
        "\\N \\G \\L",
        "&amp;",
        "]]>",
        "<table><tr><td>x</td></tr></table>",
        "<font color=\"#767676\">",
        "</table>",
        "n1",
        "cluster_1",
        "graph",
        "%1",
        " ",
        "",
        "\x01\x02\x7f",
        "\xc2\x85 control",
        "אבג עברית",
        "a\tb",
        "strict",
        "--",
        "1.5e3",
        "<!-- -->",
        "\xef\xbf\xbf",
        "'",
        "\"",
        "\\",
        "\\\"",
    };
    bool  dot_here = WG_WITH_GRAPHVIZ && have_dot();
    char *longest = long_name();
    for (size_t i = 0; i <= sizeof names / sizeof *names; i++) {
        const char *name = i < sizeof names / sizeof *names ? names[i] : longest;
        wg_context *c = wgt_start(NULL, WG_F64, NULL);
        wg_graph   *g = wg_graph_new(c);
        double      v = 2;
        wg_node     x = wg_input_at(WG_HERE, g, name, wg_view_f64(&v, WG_SCALAR));
        wg_scope_push(g, name);
        wg_node y = wg_name(wg_square(x), name);
        wg_scope_pop(g);
        char *dot = copy_of_dot(y, &(wg_draw_opts){ .values = true, .backward = true, .title = name });
        cr_assert(dot, "%s", wg_message(c));
        cr_assert_lt(strlen(dot), 20000, "%zu bytes", strlen(dot));
#if WG_WITH_GRAPHVIZ
        expect_counts(dot, 2, 2, 1);
#endif
        if (dot_here) expect_clean(dot, name);
        free(dot);
        wgt_finish(c, NULL);
    }
    free(longest);
    remove_directory();
}

/* ---- nothing changes ---- */

static double train(wg_context *c, bool draw, double weights[2], uint64_t *epoch)
{
    static const double xs[] = { 1, -2, 0.5, 3 };
    wg_graph           *g = wg_graph_new(c);
    wg_params          *p = wg_params_new(c);
    wg_optim           *o = wg_sgd(p, &(wg_sgd_opts){ .lr = 0.1 });
    double              last = 0;
    for (int step = 0; step < 5; step++) {
        wg_begin(g, WG_TRAIN);
        wg_node x = wg_input(g, "x", wg_view_f64(xs, WG_SHAPE(2, 2)));
        wg_node w = wg_param(g, p, "w", WG_SHAPE(2), wg_normal(0, 1));
        wg_node h = wg_dropout(wg_mul(x, w), .keep_prob = 0.5);
        wg_node loss = wg_sum(wg_square(wg_sub(h, 1)));
        int64_t nodes = wg_graph_nodes(g);
        for (int k = 0; draw && k < 2; k++) {
            char *dot = wg_draw_dot(loss, &(wg_draw_opts){ .values = true, .backward = true });
            cr_assert(dot, "%s", wg_message(c));
            wg_free(c, dot);
        }
        cr_assert_eq(wg_graph_nodes(g), nodes);
        last = wg_item(loss);
        wg_backward(loss, p);
        wg_optim_step(o);
    }
    *epoch = wg_graph_epoch(g);
    wg_params_get(p, weights);
    return last;
}

Test(draw, training_is_the_same_with_pictures)
{
    double   weights[2][2], loss[2];
    uint64_t epoch[2];
    for (int draw = 0; draw < 2; draw++) {
        wg_context *c = wgt_start(NULL, WG_F64, NULL);
        loss[draw] = train(c, draw, weights[draw], &epoch[draw]);
        wgt_finish(c, NULL);
    }
    cr_assert_eq(loss[0], loss[1]);
    cr_assert_eq(memcmp(weights[0], weights[1], sizeof weights[0]), 0);
    cr_assert_eq(epoch[0], epoch[1]);
}

/* A node that was drawn but never read can still be read after the parameters have moved, as without the picture. */
Test(draw, a_picture_opens_no_evaluation)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    wg_graph   *g = wg_graph_new(c);
    wg_params  *p = wg_params_new(c);
    double      three = 3;
    wg_node     w = wg_param(g, p, "w", WG_SCALAR, wg_const(2)), y = wg_square(w);
    char       *dot = wg_draw_dot(y, &(wg_draw_opts){ .values = true, .backward = true });
    HAS(dot, ">dw = 4<");
    wg_free(c, dot);
    wg_params_assign(p, "w", &three, 1);
    cr_assert_eq(wg_item(y), 9, "%s", wg_message(c));
    wg_begin(g, WG_TRAIN);
    uint64_t epoch = wg_graph_epoch(g);
    dot = wg_draw_dot(wg_dropout(wg_fill(g, 1, WG_SHAPE(4)), .keep_prob = 0.5), &(wg_draw_opts){ .values = true });
    wg_free(c, dot);
    wg_begin(g, WG_TRAIN);
    cr_assert_eq(wg_graph_epoch(g), epoch, "the next random masks are others");
    wgt_finish(c, NULL);
}

/* What an op without a derivative stands before has no gradient row, and no error is left behind. */
Test(draw, a_way_without_derivative_is_no_error)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    wg_graph   *g = wg_graph_new(c);
    double      v[] = { 1, 2, 3 };
    wg_node     x = wg_input(g, "x", wg_view_f64(v, WG_SHAPE(3))), s = wg_input(g, "s", wg_view_f64(v, WG_SCALAR));
    wg_node     L = wg_name(wg_mul(wg_sum(wg_stop_gradient(x)), s), "L");
    char       *dot = wg_draw_dot(L, &(wg_draw_opts){ .values = true, .backward = true });
    cr_assert(dot, "%s", wg_message(c));
    HAS(dot, ">ds = 6<");
    HAS_NOT(dot, ">dx = [");
    wg_free(c, dot);
    wgt_finish(c, NULL);
}

/* ---- rendering ---- */

Test(draw, svg_png_pdf)
{
    if (!WG_WITH_GRAPHVIZ || !have_dot()) cr_skip_test("dot is not here");
    static const char *const starts[] = { "<?xml", "\x89PNG", "%PDF" };
    static const char *const endings[] = { "svg", "png", "pdf" };
    wg_context              *c = wgt_start(NULL, WG_F64, NULL);
    neuron                   n = make_neuron(c);
    for (int i = 0; i < 3; i++) {
        char name[16];
        snprintf(name, sizeof name, "n.%s", endings[i]);
        char *path = path_of(name);
        cr_assert_eq(wg_draw(n.L, path, &(wg_draw_opts){ .values = true, .backward = true }), WG_OK, "%s", wg_message(c));
        char *bytes = read_file(path);
        cr_assert_eq(strncmp(bytes, starts[i], 4), 0);
        if (i == 0) HAS(bytes, "prefers-color-scheme: dark");
        free(bytes), free(path);
    }
    wgt_finish(c, NULL);
    remove_directory();
}

static int files_in_directory(void)
{
    char command[128], text[32] = "";
    snprintf(command, sizeof command, "ls -A '%s' | wc -l", directory());
    FILE *f = popen(command, "r");
    cr_assert(f && fgets(text, sizeof text, f));
    pclose(f);
    return atoi(text);
}

Test(draw, without_dot_there_is_still_dot_text)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    neuron      n = make_neuron(c);
    char       *svg = path_of("n.svg"), *dot = path_of("n.dot"), *path = strdup(getenv("PATH"));
    setenv("PATH", "/nowhere", 1);
    cr_assert_eq(wg_draw(n.L, svg, NULL), WG_ERROR_MISSING);
    wgt_expect_error(c, WG_ERROR_MISSING, WG_WITH_GRAPHVIZ ? "apt-get install graphviz" : "libgraphviz-dev");
    if (WG_WITH_GRAPHVIZ) cr_assert_eq(wg_draw(n.L, dot, NULL), WG_OK);
    setenv("PATH", path, 1);
    cr_assert_eq(files_in_directory(), WG_WITH_GRAPHVIZ ? 1 : 0);
    free(svg), free(dot), free(path);
    wgt_finish(c, NULL);
    remove_directory();
}

/* A program `dot` of our own, first in PATH. */
static void stand_in(const char *script)
{
    char *program = path_of("dot"), *path;
    write_file(program, script, 0700);
    path = malloc(strlen(directory()) + strlen(getenv("PATH")) + 2);
    sprintf(path, "%s:%s", directory(), getenv("PATH"));
    setenv("PATH", path, 1);
    free(path), free(program);
}

Test(draw, a_slow_dot_is_stopped)
{
    if (!WG_WITH_GRAPHVIZ) cr_skip_test("built without libcgraph");
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    neuron      n = make_neuron(c);
    char       *svg = path_of("n.svg");
    stand_in("#!/bin/sh\nsleep 100\n");
    double before = seconds_now();
    cr_assert_eq(wg_draw(n.L, svg, &(wg_draw_opts){ .seconds = 0.3 }), WG_ERROR_USE);
    cr_assert_lt(seconds_now() - before, 5);
    wgt_expect_error(c, WG_ERROR_USE, "stopped after 0.3 seconds");
    stand_in("#!/bin/sh\nexec 1>&- 2>&-\nsleep 100\n"); /* closes its outputs, but does not end */
    before = seconds_now();
    cr_assert_neq(wg_draw(n.L, svg, &(wg_draw_opts){ .seconds = 0.3 }), WG_OK);
    cr_assert_lt(seconds_now() - before, 5);
    wg_recover(c);
    cr_assert_eq(files_in_directory(), 1);
    free(svg);
    wgt_finish(c, NULL);
    remove_directory();
}

Test(draw, a_failing_dot_leaves_the_old_file)
{
    if (!WG_WITH_GRAPHVIZ) cr_skip_test("built without libcgraph");
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    neuron      n = make_neuron(c);
    char       *svg = path_of("n.svg");
    write_file(svg, "old", 0600);
    stand_in("#!/bin/sh\necho half a picture\necho boom >&2\nexit 3\n"); /* does not even read */
    cr_assert_eq(wg_draw(n.L, svg, NULL), WG_ERROR_USE);
    wgt_expect_error(c, WG_ERROR_USE, "status 3: boom");
    char *bytes = read_file(svg);
    cr_assert_str_eq(bytes, "old");
    cr_assert_eq(files_in_directory(), 2);
    free(bytes), free(svg);
    wgt_finish(c, NULL);
    remove_directory();
}

Test(draw, a_link_stays_a_link)
{
    if (!WG_WITH_GRAPHVIZ) cr_skip_test("built without libcgraph");
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    neuron      n = make_neuron(c);
    char       *file = path_of("real.dot"), *link = path_of("link.dot");
    struct stat st;
    write_file(file, "old", 0600);
    cr_assert_eq(symlink(file, link), 0);
    cr_assert_eq(wg_draw(n.L, link, NULL), WG_OK);
    cr_assert(lstat(link, &st) == 0 && S_ISLNK(st.st_mode));
    char *bytes = read_file(file);
    HAS(bytes, "digraph");
    cr_assert_eq(wg_draw(n.L, "/dev/null", &(wg_draw_opts){ .format = "dot" }), WG_OK);
    cr_assert(stat("/dev/null", &st) == 0 && S_ISCHR(st.st_mode));
    free(bytes), free(file), free(link);
    wgt_finish(c, NULL);
    remove_directory();
}

/* ---- memory ---- */

Test(draw, every_failed_allocation_is_survived, .timeout = 100)
{
    int64_t first = 0, last = 0;
    char   *whole = NULL;
    {
        wgt_memory  m = { 0 };
        wg_context *c = wgt_start(&m, WG_F64, NULL);
        neuron      n = make_neuron(c);
        wg_item(n.L);
        first = m.calls;
        whole = copy_of_dot(n.L, &(wg_draw_opts){ .values = true, .backward = true, .title = "t", .fold = 1 });
        last = m.calls;
        wgt_finish(c, &m);
    }
    cr_assert_gt(last, first + 50);
    for (int64_t k = first + 1; k <= last; k++) {
        wgt_memory  m = { 0 };
        wg_context *c = wgt_start(&m, WG_F64, NULL);
        neuron      n = make_neuron(c);
        wg_item(n.L);
        int64_t nodes = wg_graph_nodes(wg_graph_of(n.L));
        m.fail_at = k;
        char *dot = wg_draw_dot(n.L, &(wg_draw_opts){ .values = true, .backward = true, .title = "t", .fold = 1 });
        cr_assert(dot || wg_failed(c) == WG_ERROR_MEMORY, "allocation %lld: no text and no error", (long long)k);
        cr_assert(!dot || strstr(dot, "–") || !strcmp(dot, whole), "allocation %lld: another picture", (long long)k);
        cr_assert_eq(wg_graph_nodes(wg_graph_of(n.L)), nodes);
        wg_free(c, dot);
        wgt_drop(c, &m);
    }
    free(whole);
}

/* ---- curves ---- */

static char *draw_curves(const char *title, const wg_curve *curves, int n)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    char       *path = path_of("curve.svg");
    cr_assert_eq(wg_draw_curves(c, path, title, "epoch", "loss", curves, n), WG_OK, "%s", wg_message(c));
    char *svg = read_file(path);
    free(path);
    wgt_finish(c, NULL);
    return svg;
}

/* Every tag that opens is closed in order, and no raw ampersand or quote breaks an attribute. */
static void expect_well_formed(const char *xml)
{
    char stack[64][32];
    int  depth = 0;
    for (const char *s = xml; (s = strchr(s, '<')); s++) {
        const char *end = strchr(s, '>');
        cr_assert(end, "an open tag");
        if (s[1] == '?' || s[1] == '!') continue;
        size_t n = strcspn(s + 1 + (s[1] == '/'), " />\n");
        cr_assert(n > 0 && n < 32 && isalpha((unsigned char)s[1 + (s[1] == '/')]), "not a tag: %.40s", s);
        if (s[1] == '/') {
            cr_assert(depth > 0 && strncmp(stack[--depth], s + 2, n) == 0 && !stack[depth][n], "%.20s closes <%s>", s,
                      stack[depth]);
        } else if (end[-1] != '/') {
            cr_assert_lt(depth, 64);
            snprintf(stack[depth++], 32, "%.*s", (int)n, s + 1);
        }
    }
    cr_assert_eq(depth, 0);
    for (const char *s = xml; (s = strchr(s, '&')); s++) cr_assert(strcspn(s, ";") < 8, "a raw ampersand: %.20s", s);
}

Test(curves, have_axes_names_and_gaps)
{
    double   a[] = { 1, 0.5, NAN, 0.3, 0.2 }, b[] = { 0.9, 0.8, 0.7, INFINITY, 0.6 };
    wg_curve curves[] = { { "train", NULL, a, 5 }, { "dev", NULL, b, 5 } };
    char    *svg = draw_curves("Loss", curves, 2);
    expect_well_formed(svg);
    HAS(svg, ">epoch<");
    HAS(svg, ">loss<");
    HAS(svg, ">Loss<");
    HAS(svg, "train 0.2");
    HAS(svg, "dev 0.6");
    HAS(svg, "#0072B2");
    HAS(svg, "#D55E00");
    HAS(svg, "prefers-color-scheme: dark");
    HAS_NOT(svg, "nan");
    HAS_NOT(svg, "inf");
    const char *path = strstr(svg, "class=\"curve\"");
    cr_assert_eq(count_of(path, "M"), 2 + 2 + 2 + 2, "two pieces a curve, two legend lines, two end marks");
    free(svg);
    remove_directory();
}

Test(curves, the_y_axis_is_logarithmic_over_a_thousand)
{
    double   wide[] = { 100, 1, 0.01 }, narrow[] = { 10, 1, 0.1 }, negative[] = { 1000, -1, 0.001 };
    wg_curve k = { "a", NULL, wide, 3 };
    char    *svg = draw_curves("", &k, 1);
    HAS(svg, ">0.01<");
    HAS(svg, ">0.1<");
    HAS(svg, ">10<");
    HAS(svg, ">100<");
    free(svg);
    k.y = narrow;
    svg = draw_curves("", &k, 1);
    HAS_NOT(svg, ">0.1<");
    HAS(svg, ">0<");
    free(svg);
    k.y = negative;
    svg = draw_curves("", &k, 1);
    HAS(svg, ">800<");
    free(svg);
    remove_directory();
}

Test(curves, odd_data_are_drawn)
{
    double one[] = { 5 }, same[] = { 2, 2, 2 }, none[] = { NAN, NAN }, huge[] = { 1e308, -1e308, 1e-310, 0 },
           tiny[] = { 0, 5e-324 };
    const wg_curve cases[] = { { "one", NULL, one, 1 },          { "same", NULL, same, 3 }, { "none", NULL, none, 2 },
                               { "huge", NULL, huge, 4 },        { "tiny", NULL, tiny, 2 }, { NULL, NULL, one, 0 },
                               { "<&>\"\\\n\xff", NULL, one, 1 } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *svg = draw_curves("<&>\"\\\n\xff", &cases[i], 1);
        expect_well_formed(svg);
        HAS_NOT(svg, "nan");
        HAS_NOT(svg, "inf");
        free(svg);
    }
    char *svg = draw_curves("all", cases, 7);
    expect_well_formed(svg);
    free(svg);
    svg = draw_curves("nothing", NULL, 0);
    expect_well_formed(svg);
    free(svg);
    remove_directory();
}

/* A million points take no more than four a half pixel column of the picture's 760 pixels, and keep their extremes. */
Test(curves, long_curves_stay_small)
{
    int     n = 1000000;
    double *y = malloc((size_t)n * sizeof *y);
    for (int i = 0; i < n; i++) y[i] = sin(i * 0.37);
    y[777777] = 50;
    wg_curve k = { "s", NULL, y, n };
    char    *svg = draw_curves("long", &k, 1);
    cr_assert_lt(strlen(svg), 760 * 2 * 4 * 12 + 4000, "%zu bytes", strlen(svg));
    const char *path = strstr(svg, "class=\"curve\"");
    double      top = 1e9;
    for (const char *s = path; *s && *s != '>'; s++)
        if (*s == 'M' || *s == 'L') top = fmin(top, atof(strchr(s, ' ')));
    cr_assert_lt(top, 80, "the spike is lost: the highest point is at %g", top);
    free(svg), free(y);
    remove_directory();
}

Test(curves, a_bad_path_is_an_error)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    double      y[] = { 1, 2 };
    wg_curve    k = { "a", NULL, y, 2 };
    cr_assert_eq(wg_draw_curves(c, "/nowhere/at/all.svg", "t", "x", "y", &k, 1), WG_ERROR_FILE);
    wgt_expect_error(c, WG_ERROR_FILE, "/nowhere/at/all.svg");
    cr_assert_eq(wg_draw_curves(c, NULL, "t", "x", "y", &k, 1), WG_ERROR_VALUE);
    wgt_expect_error(c, WG_ERROR_VALUE, "test_draw.c:");
    wgt_finish(c, NULL);
}
