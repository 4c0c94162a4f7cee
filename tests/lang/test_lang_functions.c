/* test_lang_functions.c: functions of the .wg language, repeat and scan: what they compute, which names they
 * give, where their errors point, and that no program is expanded without end. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "wglang.h"

/* ---- the same as a program without functions ---- */

typedef struct results {
    wg_tensor loss, grad;
} results;

static wg_tensor copy_of(wg_tensor t)
{
    const size_t bytes = (size_t)wg_shape_size(t.shape) * wg_dtype_size(t.dtype);
    void *data = malloc(bytes);
    t.data = memcpy(data, t.data, bytes);
    return t;
}

/* Parameter i begins with the values of parameter i of the other program. */
static void take_parameters(wg_params *to, const wg_params *from)
{
    cr_assert_eq(wg_params_count(to), wg_params_count(from));
    for (int i = 0; i < wg_params_count(to); i++) {
        const wg_tensor t = wg_params_tensor(from, i);
        cr_assert(wg_shape_equal(t.shape, wg_params_tensor(to, i).shape));
        wg_params_assign(to, wg_params_name(to, i), t.data, (size_t)wg_shape_size(t.shape));
    }
}

static results results_of(wgt_run *r, wg_mode mode)
{
    wg_program_build(r->q, r->g, r->p, mode);
    cr_assert_eq(wg_failed(r->c), WG_OK, "%s", wg_message(r->c));
    return (results){ copy_of(wg_value(wg_program_node(r->q, "loss"))),
                      copy_of(wg_value(wg_program_node(r->q, "g"))) };
}

static void expect_same(const char *with, const char *without, wg_mode mode)
{
    WGT_ENDS wgt_run a = wgt_build(with, mode), b = wgt_build(without, mode);
    cr_assert_eq(wg_failed(a.c), WG_OK, "%s", wg_message(a.c));
    cr_assert_eq(wg_failed(b.c), WG_OK, "%s", wg_message(b.c));
    take_parameters(b.p, a.p);
    results x = results_of(&a, mode), y = results_of(&b, mode);
    cr_expect(wgt_same_numbers(&x.loss, &y.loss));
    cr_expect(wgt_same_numbers(&x.grad, &y.grad));
    free(x.loss.data), free(x.grad.data), free(y.loss.data), free(y.grad.data);
}

#define DATA "x = input(m, 6); y = input(m, classes=3)\n"
#define LOSS "\nlogits = dense(h, 3); loss = softmax_cross_entropy(logits, y); g = grad(loss, x)\n"

Test(lang_functions, repeat_has_the_bits_of_the_net_written_out)
{
    static const char with[] = DATA "block(h, n) = {\n  z = batch_norm(dense(h, n, bias=false))\n  relu(z) + "
                                    "h\n}\nh = repeat(3, block, x, 6)" LOSS;
    static const char without[] = DATA "a = batch_norm(dense(x, 6, bias=false)); p = relu(a) + x\n"
                                       "b = batch_norm(dense(p, 6, bias=false)); q = relu(b) + p\n"
                                       "c = batch_norm(dense(q, 6, bias=false)); h = relu(c) + q" LOSS;
    expect_same(with, without, WG_TRAIN);
    expect_same(with, without, WG_EVAL);
}

Test(lang_functions, scan_has_the_bits_of_the_net_written_out)
{
    static const char with[] =
        DATA "cell(h, c) = { W = param(4, init=normal(0, 1)); u = dense(h, 4); tanh(u + W * c) }\n"
             "h = scan(cell, x @ ones(6, 4), [1, 2, 3])" LOSS;
    static const char without[] =
        DATA "W = param(4, init=normal(0, 1)); s = x @ ones(6, 4); U = param(4, 4); b = param(4)\n"
             "p = tanh(dense(s, U, b) + W * 1); q = tanh(dense(p, U, b) + W * 2); h = tanh(dense(q, U, b) + "
             "W * 3)" LOSS;
    expect_same(with, without, WG_TRAIN);
}

/* ---- names ---- */

Test(lang_functions, inner_values_are_found_by_their_names)
{
    WGT_ENDS wgt_run r = wgt_build("f(x) = { z = x + 1; 2 * z }; a = f(1); h = repeat(3, f, 1)\n"
                                   "s(h, x) = { z = h + x; 2 * z }; k = scan(s, [0], [1, 2, 3])",
                                   WG_EVAL);
    cr_assert_eq(wg_failed(r.c), WG_OK, "%s", wg_message(r.c));
    cr_expect(wg_is_none(wg_program_node(r.q, "h.3")));
    cr_expect(wg_is_none(wg_program_node(r.q, "f")));
    cr_expect_eq(wgx_program_meaning(r.q, "f"), WG_NAME_FUNCTION);
    cr_expect_str_eq(wgx_program_suggest(r.q, "h.1.zz"), "h.1.z");
    cr_expect_str_eq(wg_node_scope(wg_program_node(r.q, "h.1.z")), "h.1");
    for (int i = 0; i < wg_program_names(r.q); i++)
        cr_expect_null(strchr("fsxz", *wg_program_name(r.q, i)), "%s", wg_program_name(r.q, i));
}

Test(lang_functions, functions_have_no_value_from_outside)
{
    WGT_ENDS wgt_run r = wgt_build("f(x) = x; f(1)", WG_EVAL);
    wg_program_set(r.q, "f", wgx_literal(r.c, "f", "1"));
    wgt_expect_error(r.c, WG_ERROR_USE, "f is a function, defined at t.wg:1");
}

static void expect_message(const char *text, wg_status s, const char *message)
{
    wgt_run r = wgt_build(text, WG_EVAL);
    cr_expect_eq(wg_failed(r.c), s, "%s", wg_message(r.c));
    cr_expect_eq(strncmp(wg_message(r.c), message, strlen(message)), 0, "not '%s' but '%s'", message,
                 wg_message(r.c));
    wgt_drop(r.c, NULL);
}

Test(lang_functions, an_error_in_a_body_says_where_it_was_called)
{
    wgt_run r = wgt_build("f(a) = a @ a\ny = f([[1, 2]])", WG_EVAL);
    cr_expect_eq(wgx_program_error_line(r.q), 1);
    cr_expect_eq(wgx_program_error_column(r.q), 10);
    cr_expect_str_eq(wgx_program_excerpt(r.q), "\n  f(a) = a @ a\n           ^");
    wgt_drop(r.c, NULL);
}

/* ---- programs that grow without end, hostile texts, failing memory ---- */

/* Each function calls the one before it `calls` times: f39 makes calls^39 expressions. */
static char *tower(int functions, int calls)
{
    const size_t room = (size_t)functions * 40 + 80;
    char *text = malloc(room);
    size_t n = (size_t)snprintf(text, room, "f0(x) = x + 1; ");
    for (int i = 1; i < functions; i++)
        n += (size_t)snprintf(text + n, room - n,
                              calls == 1 ? "f%d(x) = f%d(x); " : "f%d(x) = f%d(x) + f%d(x); ", i, i - 1,
                              i - 1);
    snprintf(text + n, room - n, "f%d(1)", functions - 1);
    return text;
}

Test(lang_functions, expansion_has_a_bound)
{
    char *deep = tower(20000, 1), *wide = tower(40, 2), *fits = tower(400, 1), *wider = tower(11, 2);
    expect_message(wide, WG_ERROR_VALUE, "t.wg:1:");
    expect_message(deep, WG_ERROR_SYNTAX, "t.wg:1:");
    wgt_expect_number(fits, 2);
    wgt_expect_number(wider, 2048);
    free(deep), free(wide), free(fits), free(wider);
}

Test(lang_functions, long_names_have_a_bound)
{
    char name[201], text[2000];
    memset(name, 'n', 200);
    name[200] = 0;
    snprintf(text, sizeof text, "%s(x) = { a%.199s = param(1); x * a%.199s }; h%.199s = %s(1)", name, name,
             name, name, name);
    wgt_run r = wgt_build(text, WG_EVAL);
    cr_assert_eq(wg_failed(r.c), WG_OK, "%s", wg_message(r.c));
    cr_expect_eq(strlen(wg_params_name(r.p, 0)), 401);
    wgt_finish(r.c, NULL);
    char *nested = malloc(20000);
    size_t n = (size_t)snprintf(nested, 20000, "f0(x) = x; ");
    for (int i = 1; i < 10; i++)
        n += (size_t)snprintf(nested + n, 20000 - n, "f%d(x) = { %s = f%d(x); %s }; ", i, name, i - 1, name);
    snprintf(nested + n, 20000 - n, "h = f9(1)");
    expect_message(nested, WG_ERROR_VALUE, "t.wg:1:");
    free(nested);
}

/* Programs with random bytes changed: an answer or an error, never a crash. */
Test(lang_functions, any_bytes)
{
    static const char seedling[] =
        "f(x, n) = { z = dense(x, n); relu(z) }\nx = input(m, 3); h = repeat(2, f, x, 3)\n"
        "g(s, e) = { W = param(3); tanh(s + W * e) }\nk = scan(g, zeros(3), h)\nsum(k)\n";
    static const char alphabet[] = "fghxznsekW0123.=(){}[],;@+* \nrepeatscan";
    wgt_random random = { wgt_seed() };
    for (int i = 0; i < 400; i++) {
        char text[sizeof seedling];
        memcpy(text, seedling, sizeof seedling);
        const int changes = 1 + (int)wgt_below(&random, i % 4 ? 4 : 60);
        for (int k = 0; k < changes; k++)
            text[wgt_below(&random, sizeof seedling - 1)] = alphabet[wgt_below(&random, sizeof alphabet - 1)];
        wgt_run r = wgt_build(text, i % 2 ? WG_TRAIN : WG_EVAL);
        cr_expect(!wg_failed(r.c) || *wg_message(r.c));
        wgt_drop(r.c, NULL);
    }
}

Test(lang_functions, every_allocation_may_fail)
{
    static const char text[] = "x = input(m, 2)\nf(h, n) = { z = dense(h, n); e = normal(n); relu(z) + e }\n"
                               "h = repeat(2, f, x, 2)\ng(s, r) = { W = param(2); tanh(s + W * r) }\n"
                               "k = scan(g, zeros(2), h, all=true)\nsum(k)";
    wgt_expect_memory(text);
}

Test(lang_functions, a_program_is_built_again_with_other_sizes)
{
    WGT_ENDS wgt_run r =
        wgt_program("x = input(m, 3)\nf(h, n) = { z = dense(h, n); e = normal(n); relu(z) + e }\n"
                    "h = repeat(2, f, x, 3); c(s, r) = s + r; scan(c, zeros(3), h)");
    for (int i = 1; i <= 3; i++) {
        char text[20];
        snprintf(text, sizeof text, "%d", i);
        wgt_set(&r, "m", text);
        wg_program_build(r.q, r.g, r.p, WG_TRAIN);
        cr_assert_eq(wg_failed(r.c), WG_OK, "%s", wg_message(r.c));
        cr_expect_eq(wg_params_count(r.p), 4);
        const wg_node h = wg_program_node(r.q, "h"), last = wg_program_last(r.q);
        cr_assert(wg_shape_equal(wg_node_shape(h), WG_SHAPE(i, 3)));
        const wg_tensor rows = wg_value(h), sums = wg_value(last);
        for (int k = 0; k < 3; k++) { /* c adds up the rows of h */
            double sum = 0;
            for (int row = 0; row < i; row++) sum += wg_tensor_item(&rows, 3 * row + k);
            cr_expect(fabs(wg_tensor_item(&sums, k) - sum) <= 1e-6 * fabs(sum) && sum != 0, "%g", sum);
        }
    }
}

Test(lang_functions, data_as_calls) { wgt_run_programs("tests/lang/data.txt"); }
Test(lang_functions, values_of_several_parts) { wgt_run_programs("tests/lang/parts.txt"); }
Test(lang_functions, trainings_inside_programs) { wgt_run_programs("tests/lang/fit.txt"); }

/* A mistake of the caller's is no divergence: fit records an error with its place, whatever the dtype, and
 * finds nothing. eps: the word stands in the message of the optimizer, at fit; else the option has the
 * place. */
static void expect_refused(wg_dtype t, const char *kind, const char *option, const char *value, bool eps)
{
    char text[200], place[40];
    const int fit = snprintf(text, sizeof text, "J(p) = (p - 1)^2; (p, c) = ");
    const int n = snprintf(text + fit, sizeof text - (size_t)fit, "fit(J, 0, steps=5, optimizer=%s(%s=%s))",
                           kind, option, value);
    wgt_run r = { .c = wgt_start(NULL, t, NULL) };
    r.g = wg_graph_new(r.c), r.p = wg_params_new(r.c), r.q = wg_program_text(r.c, "t.wg", text);
    wg_program_build(r.q, r.g, r.p, WG_EVAL);
    snprintf(place, sizeof place, "t.wg:1:%d: ", eps ? fit + 1 : fit + n - 1 - (int)strlen(value));
    cr_expect_eq(wg_failed(r.c), WG_ERROR_VALUE, "%s: status %d", text, wg_failed(r.c));
    cr_expect(!strncmp(wg_message(r.c), place, strlen(place)) && strstr(wg_message(r.c), option), "%s: %s",
              text, wg_message(r.c));
    wgt_drop(r.c, NULL);
}

Test(lang_functions, options_out_of_range_are_errors_of_fit)
{
    const char *kind;
    int eps = 0, tried = 0;
    for (int i = 0; (kind = wgx_optim_kind(i)); i++) {
        const wg_option_list *all = wgx_optim_kind_options(kind);
        for (int k = 0; k < 2 * all->count; k++) {
            const wg_option *row = &all->option[k / 2];
            const wg_dtype t = k % 2 ? WG_F64 : WG_F32;
            double high;
            char above[32];
            if (row->kind == WG_OPTION_BOOL || sscanf(row->range, "[%*f, %lf", &high) != 1) continue;
            snprintf(above, sizeof above, "%g", row->range[strlen(row->range) - 1] == ']' ? high + 1 : high);
            expect_refused(t, kind, row->name, high < 1e300 ? above : "1/0", false);
            expect_refused(t, kind, row->name, "-1", false);
            expect_refused(t, kind, row->name, "0/0", false);
            tried++;
            const bool squares =
                strcmp(kind, "adadelta") && strcmp(kind, "adamax"); /* that eps is added to */
            if (strcmp(row->name, "eps") || !squares) continue;
            expect_refused(t, kind, row->name, t == WG_F32 ? "1e-19" : "1e-158", true);
            eps++;
        }
    }
    cr_expect_geq(eps, 10);
    cr_expect_gt(tried, 50);
}

static void expect_last(const char *text, int count, const char *names, double first)
{
    char is[200] = "";
    WGT_ENDS wgt_run r = wgt_build(text, WG_EVAL);
    cr_assert_eq(wgx_program_lasts(r.q), count, "%s: %s", text, wg_message(r.c));
    for (int i = 0; i < count; i++) {
        const char *name;
        const wg_node n = wgx_program_last_part(r.q, i, &name);
        sprintf(is + strlen(is), "%s%s", i ? " " : "", name);
        if (!i) cr_expect_eq(wg_item(n), first, "%s", text);
    }
    cr_expect_str_eq(is, names, "%s", text);
    cr_expect_str_eq(wgx_program_last_name(r.q), strrchr(names, ' ') ? strrchr(names, ' ') + 1 : names);
}

Test(lang_functions, the_last_statement_may_give_several)
{
    expect_last("a = 1; b = 2", 1, "b", 2);
    expect_last("f(x) = (x, x^2, x^3); (a, b, c) = f(3)", 3, "a b c", 3);
    expect_last("f(x) = (x, x^2); f(3)", 2, "_.0 _.1", 3);
    expect_last("a = 5; (a, a + 1)", 2, "a _.1", 5);
    expect_last("(a, b) = (1, 2); a", 1, "a", 1);
    expect_last("a, b = 1, 2", 2, "a b", 1);
}

Test(lang_functions, values_of_several_parts_without_memory)
{
    wgt_expect_memory("f(x) = (x, x^2); (a, b) = f([1, 2]); _, y = 1, 2\n(a, y, 3)");
    wgt_expect_memory(
        "f(x) = (x, x^2); g(a, b) = (b, a + b); (a, b) = f([1, 2]); _, c = repeat(2, g, (a, b))\n"
        "s(p, q, x) = (p + x, q*x); (u, v) = scan(s, (1, [2, 3]), [4, 5], all=true)\n"
        "m, n = map(f, [[1, 2], [3, 4]]); da, db = grad(sum(m*v), (a, b)); b[argmax(b)], da");
    wgt_expect_memory("x, y = moons(8, noise=0.1, seed=1); a, b, c, d = split(x, y, 0.5, 0.5)\n"
                      "e, f, g, h = fold(a, b, 0, of=2); sum(e) + sum(h)");
    wgt_expect_memory("w = param(2, init=1); minimize(sum(w^2), tolerance=1e-3)");
}
