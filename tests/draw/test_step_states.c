/* The states of a picture: texts of lecture 1's numbers, sums of terms, links, what is known when. */
#include "draw/step_states.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "wgtest.h"

typedef struct bench {
    wg_context *c;
    wg_graph *g;
    wgi_pool pool;
    wgi_picture p;
    wgi_step_states s;
    wg_draw_opts o;
} bench;

static bench start(void)
{
    bench b = { .c = wgt_start(NULL, WG_F64, NULL),
                .o = WG_OPTS(wg_draw_opts, .values = true, .backward = true) };
    b.g = wg_graph_new(b.c);
    wg_begin(b.g, WG_TRAIN);
    return b;
}

static void make(bench *b, wg_node root)
{
    b->pool.c = b->c;
    b->p = (wgi_picture){
        .c = b->c, .pool = &b->pool, .g = b->g, .here = WG_HERE, .o = &b->o, .format = &wgi_format_svg
    };
    cr_assert_eq(wgi_picture_make(&b->p, root), WG_OK, "%s", wg_message(b->c));
    cr_assert_eq(wgi_step_states_make(&b->s, &b->p), WG_OK, "%s", wg_message(b->c));
}

static void end(bench *b)
{
    wgi_pool_free(&b->pool);
    wgt_finish(b->c, NULL);
}

static wg_node vector(bench *b, const char *name, const double *x, int n)
{
    return wg_input(b->g, name, wg_view_f64(x, WG_SHAPE(n)));
}

static wg_node scalar(bench *b, const char *name, double x)
{
    wg_node n = wg_input(b->g, name, wg_view_f64(&x, WG_SCALAR));
    return n;
}

/* The last state that computes `name`. */
static const wgi_step_state *state_of(const bench *b, const char *name)
{
    for (int64_t i = b->s.states - 1; i > 0; i--)
        if (strcmp(b->s.state[i].name, name) == 0) return &b->s.state[i];
    cr_assert_fail("no state computes %s", name);
    abort();
}

static void expect_line(const bench *b, const char *name, const char *line)
{
    cr_expect_str_eq(state_of(b, name)->line, line);
}

/* Lecture 1: w = [.5, −.3], x = [1, −2], y = 1 give z = 1.1, a = .7503, L = .2873, da = −1.3329,
 * dz = a − y = −.2497, dw = dz x = [−.2497, .4995]. */
Test(step_states, lecture_1)
{
    bench b = start();
    wg_node w = vector(&b, "w", (double[]){ 0.5, -0.3 }, 2), x = vector(&b, "x", (double[]){ 1, -2 }, 2);
    wg_node k = wg_name(wg_matmul(w, x), "k"), z = wg_name(wg_add(k, scalar(&b, "b", 0)), "z");
    wg_node a = wg_name(wg_sigmoid(z), "a"), l = wg_name(wg_log(a), "l"), L = wg_name(wg_neg(l), "L");
    b.o.wrt = &w, b.o.wrt_count = 1;
    make(&b, L);
    expect_line(&b, "z", "z = k + b = 1.1 + 0 = 1.1");
    cr_expect_str_eq(state_of(&b, "a")->result, "0.7503");
    expect_line(&b, "l", "l = ln a = ln 0.7503 = −0.2873");
    expect_line(&b, "L", "L = −l = −(−0.2873) = 0.2873");
    expect_line(&b, "dL", "dL = 1");
    expect_line(&b, "dl", "dl = −1");
    expect_line(&b, "da", "da = dl/a = −1/0.7503 = −1.333");
    expect_line(&b, "dz", "dz = da · a (1 − a) = −1.333 · 0.1874 = −0.2497");
    expect_line(&b, "dw", "dw = dk · x = −0.2497 · [1, −2] = [−0.2497, 0.4995]");
    const wgi_step_state *dz = state_of(&b, "dz");
    cr_expect_eq(dz->links, 1);
    cr_expect(b.p.link[dz->link[0]].back);
    cr_expect_eq(b.p.link[dz->link[0]].from, dz->from);
    cr_expect_eq(b.p.link[dz->link[0]].to, dz->box);
    cr_expect_eq(state_of(&b, "z")->links, 2, "k and b");
    cr_expect_eq(b.s.forward, 5, "k z a l L");
    cr_expect_eq(b.s.states, 1 + 5 + 6, "and dL dl da dz dk dw");
    const int box = dz->box;
    cr_expect_eq(&b.s.state[b.s.value_at[box]], state_of(&b, "z"));
    cr_expect_eq(&b.s.state[b.s.gradient_at[box]], dz);
    end(&b);
}

/* L = 3 x + x y: dx = 3 + y in two terms, in the order of the sweep back. */
Test(step_states, terms_of_a_node_that_is_used_twice)
{
    bench b = start();
    wg_node x = scalar(&b, "x", 0.5), p = wg_name(wg_mul(x, 0.3), "p"),
            q = wg_name(wg_mul(x, scalar(&b, "y", 0.2)), "q");
    make(&b, wg_name(wg_add(p, q), "L"));
    const wgi_step_state *second = state_of(&b, "dx");
    cr_expect_eq(second->nth, 2);
    cr_expect(second->last);
    cr_expect_eq(&b.s.state[b.s.gradient_at[second->box]], second,
                 "the gradient is known with the last term");
    cr_expect_str_eq(second->sum, "0.2 + 0.3 = 0.5");
    cr_expect_str_eq(second->line, "dx += dp · 0.3 = 1 · 0.3 = 0.3;  dx = 0.2 + 0.3 = 0.5");
    cr_expect_str_eq(second->total, "0.5");
    double sum = 0;
    for (int64_t i = 1; i < b.s.states; i++)
        if (b.s.state[i].box == second->box && b.s.state[i].step >= b.s.steps.forward)
            sum += *(const double *)b.s.steps.step[b.s.state[i].step].value.data;
    cr_expect_float_eq(sum, 0.5, 1e-15);
    cr_expect_eq(b.s.value_at[second->box], 0, "a leaf is known at the start");
    end(&b);
}

Test(step_states, forward_alone)
{
    bench b = start();
    b.o.backward = false;
    make(&b, wg_name(wg_exp(scalar(&b, "x", 0)), "y"));
    cr_expect_eq(b.s.states, 2);
    cr_expect_eq(b.s.gradient_at[b.s.state[1].box], -1);
    end(&b);
}

Test(step_states, numbers)
{
    static const struct {
        double x;
        const char *text;
    } cases[] = { { 0, "0" },
                  { 1.1, "1.1" },
                  { -0.24974, "−0.24974" }, /* six digits give it */
                  { -0.2497421, "−0.2497" },
                  { 0.9999999, "1.000" }, /* what has no point is exact */
                  { 1096.6332, "1096.6" },
                  { 20000.04, "20000.0" },
                  { 0.1 + 0.2, "0.3" },    /* but for the rounding of a double */
                  { (double)0.1F, "0.1" }, /* or of a float */
                  { 1 / 3.0, "0.3333" },
                  { 2333333, "2.333·10⁶" },
                  { 2400000, "2400000" },
                  { 1e9, "10⁹" },
                  { 6.5103e11, "6.5103·10¹¹" },
                  { 6.50999999e11, "6.510·10¹¹" },
                  { 9.8e-5, "9.8·10⁻⁵" },
                  { 1.6e-9, "1.6·10⁻⁹" },
                  { -1e-12, "−10⁻¹²" },
                  { 123456, "123456" },
                  { 123456.7, "1.235·10⁵" },
                  { 1.5e12, "1.5·10¹²" },
                  { INFINITY, "∞" },
                  { NAN, "NaN" } };
    WGT_ENDS bench b = start();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        wgi_strbuf text = { .c = b.c };
        wgi_put_number(&text, cases[i].x);
        cr_expect_str_eq(text.at, cases[i].text);
        wgi_strbuf_free(&text);
    }
}

/* Four products are written out, five are many. */
Test(step_states, short_products_are_written_out)
{
    static const double w[5] = { 1, 2, 3, 4, 5 }, x[5] = { 5, 6, 7, 8, 9 };
    static const char *const line[] = { "y = w x = 1 · 5 + 2 · 6 + 3 · 7 + 4 · 8 = 70", "y = w x = 115" };
    for (int n = 4; n <= 5; n++) {
        bench b = start();
        make(&b, wg_name(wg_matmul(vector(&b, "w", w, n), vector(&b, "x", x, n)), "y"));
        expect_line(&b, "y", line[n - 4]);
        end(&b);
    }
}

static void cube_vjp(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    (void)here, (void)y;
    gx[0] = wg_mul(gy, wg_mul(3, wg_square(x[0])));
}
static double cube_f(double x, const void *attr)
{
    (void)attr;
    return x * x * x;
}

/* A user's op: d(x^3) = 3 x^2. What it says of itself is read as the library's ops are. */
Test(step_states, an_op_of_the_user_says_its_own_rule)
{
    static const wg_op cube = { .name = "cube",
                                .formula = "y = x^3",
                                .adjoint = "x' = 3 y' x^2",
                                .operands = 1,
                                .map = cube_f,
                                .vjp = cube_vjp };
    bench b = start();
    wg_node x = vector(&b, "x", (double[]){ 1, 2 }, 2),
            y = wg_name(wg_apply(WG_HERE, &cube, &x, 1, NULL), "y");
    make(&b, wg_name(wg_mean(y), "J"));
    expect_line(&b, "dy", "dy = 1/2 to each of 2 = [0.5, 0.5]");
    expect_line(&b, "dx", "dx = 3 dy ⊙ x² = 3 · [0.5, 0.5] ⊙ [1, 2]² = [1.5, 6]");
    end(&b);
}
