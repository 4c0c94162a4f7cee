/* test_op_names.c: a user's op may have any name, that of one of the library's ops, too. Pictures say nothing
 * of it that is true of the library's op alone: they are those of the same op called `steep`. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "picture.h"
#include "wengert/op.h"
#include "wengert/ops.h"

static bool kernel(const wg_kernel *k)
{
    for (int64_t i = k->begin; i < k->end; i++) {
        const double *a = k->x[0], *b = k->x[1];
        ((double *)k->y[0])[i - k->begin] =
            a[(i - k->begin) * k->step[0]] / b[(i - k->begin) * k->step[1]] / 3;
    }
    return true;
}

static void of_two(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    (void)here;
    gx[0] = wg_div(gy, wg_mul(3, x[1])), gx[1] = wg_neg(wg_div(wg_mul(gy, y), x[1]));
}

static double steep(double x, const void *attr) { return (void)attr, 1 / (1 + exp(-2 * x)); }

static void of_one(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    (void)here, (void)x;
    gx[0] = wg_mul(wg_mul(2, gy), wg_mul(y, wg_sub(1, y)));
}

static wg_op one, two;
static wg_node call(wg_node x) { return wg_apply(WG_HERE, &one, &x, 1, NULL); }
static wg_node pair(wg_node a, wg_node b) { return wg_apply(WG_HERE, &two, (wg_node[]){ a, b }, 2, NULL); }

static wg_node vector(wg_graph *g, const char *name)
{
    return wg_input(g, name, wg_view_f64((double[]){ 0.2, 0.3, 0.5 }, WG_SHAPE(3)));
}

static wg_node number(wg_graph *g, const char *name, double value)
{
    return wg_input(g, name, wg_view_f64(&value, WG_SCALAR));
}

/* ---- programs in which the library's op of some name has a line of its own ---- */

static wg_node before_a_loss(wg_graph *g)
{
    return wg_binary_cross_entropy(wg_name(call(number(g, "z", 0.3)), "a"), number(g, "y", 1));
}

static wg_node before_a_loss_of_rows(wg_graph *g)
{
    return wg_binary_cross_entropy(wg_name(call(vector(g, "z")), "a"), vector(g, "y"));
}

/* "dz = da cos(z)", and a is no cos(z). */
static wg_node beside_its_namesakes(wg_graph *g)
{
    const wg_node z = vector(g, "z"), a = wg_name(call(z), "a");
    const wg_node b = wg_add(wg_mul(wg_log_softmax(z), wg_sin(z)), wg_mul(wg_cos(z), wg_cosh(z)));
    const wg_node d = wg_add(wg_mul(wg_sinh(z), wg_softplus(z)), wg_logsumexp(z));
    return wg_sum(wg_name(wg_mul(wg_mul(a, wg_name(b, "b")), wg_name(d, "d")), "q"));
}

static wg_node over_a_size(wg_graph *g)
{
    const wg_node n = number(g, "n", 3);
    return wg_div(wg_name(call(wg_name(wg_sum(vector(g, "z")), "s")), "a"), n);
}

static wg_node by_a_size(wg_graph *g)
{
    const wg_node n = number(g, "n", 3);
    return wg_name(pair(wg_name(wg_sum(vector(g, "z")), "s"), n), "a");
}

static wg_node of_vectors(wg_graph *g) { return wg_sum(wg_name(pair(vector(g, "z"), vector(g, "w")), "a")); }

static wg_node of_matrices(wg_graph *g)
{
    const wg_node z = wg_input(g, "Z", wg_view_f64((double[]){ 1, 2, 3, 4 }, WG_SHAPE(2, 2)));
    wg_params *p = wg_params_new(wg_graph_context(g));
    const wg_node w = wg_param(g, p, "W", WG_SHAPE(2, 2), wg_normal(0, 1));
    return wg_sum(wg_matmul(wg_name(pair(z, w), "a"), w));
}

static wg_node (*const programs[])(wg_graph *g) = {
    before_a_loss, before_a_loss_of_rows, beside_its_namesakes, over_a_size, by_a_size, of_vectors,
    of_matrices
};
enum { PROGRAMS = sizeof programs / sizeof *programs };

/* The steps as text, behind the name in "a = steep(z)", and how many boxes a slide has. */
static char *pictures_of(const char *name, int program)
{
    WGT_IN_GRAPH(WG_F64, NULL);
    one.name = two.name = name;
    const wg_node root = programs[program](g);
    char *steps =
             pic_text(root, "txt", WG_OPTS(wg_draw_opts, .backward = true, .steps = true, .values = true)),
         *slide = pic_text(root, "svg", WG_OPTS(wg_draw_opts, .fit = "slide", .id = "x")), *all = NULL;
    const char *boxes = strstr(slide, "<desc"), *call = strstr(steps, " a = ");
    cr_assert(call, "%s: %s", name, steps);
    const size_t called = strncmp(call + 5, name, strlen(name)) ? 0 : strlen(name); /* else by its formula */
    cr_assert(asprintf(&all, "%.*s%s%.*s", (int)(call - steps), steps, call + 5 + called,
                       (int)strcspn(boxes, "\n"), boxes) > 0);
    free(steps), free(slide);
    return all;
}

Test(names_of_ops, a_picture_says_of_an_op_what_its_own_formulas_say)
{
    one = (wg_op){ .formula = "y = 1/(1 + e^(-2x))",
                   .adjoint = "x' = 2 y' y (1 - y)",
                   .operands = 1,
                   .map = steep,
                   .vjp = of_one };
    two = (wg_op){ .formula = "y = a/(3b)",
                   .adjoint = "a' = y'/(3b), b' = -y' y/b",
                   .operands = 2,
                   .kernel = { kernel },
                   .vjp = of_two };
    for (int program = 0; program < PROGRAMS; program++) {
        char *as_steep = pictures_of("steep", program);
        if (program == 0) HAS(as_steep, "2 da a (1 − a)");
        for (int i = 0; i < wg_op_count(); i++) {
            char *text = pictures_of(wg_op_at(i)->name, program);
            cr_expect(!strcmp(text, as_steep), "program %d, an op called %s:\n%s\nwith another name:\n%s",
                      program, wg_op_at(i)->name, text, as_steep);
            free(text);
        }
        free(as_steep);
    }
}

/* The sign σ is the logistic function. Of an op without a formula nothing is known but its name. */
Test(names_of_ops, an_op_without_a_formula_is_written_by_its_name)
{
    one = (wg_op){ .operands = 1, .map = steep, .vjp = of_one };
    for (int i = 0; i < wg_op_count(); i++) {
        WGT_IN_GRAPH(WG_F64, NULL);
        one.name = wg_op_at(i)->name;
        char *text = pic_plain(
            pic_text(call(vector(g, "z")), "svg", WG_OPTS(wg_draw_opts, .style = "circuit", .id = "x")));
        char word[60];
        snprintf(word, sizeof word, ">%.22s", one.name);
        cr_expect(strstr(text, word), "%s", one.name);
        free(text);
    }
}
