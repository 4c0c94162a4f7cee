/* test_small_stack.c: all works in a thread that has 128 KB of stack. Below the stack lies a page that
 * nobody may touch, so a function that needs more ends the process. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "wgfiles.h"

/* The frames of an instrumented build are several times larger. */
static size_t stack_bytes(void) { return wgt_sanitized() ? 1 << 20 : 128 << 10; }

TestSuite(small_stack, .init = wgt_make_folder, .fini = wgt_remove_folder);

static void *in_thread(void *work)
{
    void (*f)(void);
    memcpy(&f, work, sizeof f);
    f();
    return NULL;
}

static void run(void (*f)(void))
{
    pthread_t thread;
    pthread_attr_t how;
    const size_t page = (size_t)sysconf(_SC_PAGESIZE), bytes = stack_bytes();
    char *stack = mmap(NULL, bytes + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    cr_assert_neq(stack, MAP_FAILED);
    mprotect(stack, page, PROT_NONE);
    pthread_attr_init(&how);
    cr_assert_eq(pthread_attr_setstack(&how, stack + page, bytes), 0);
    cr_assert_eq(pthread_create(&thread, &how, in_thread, &f), 0);
    pthread_join(thread, NULL);
    pthread_attr_destroy(&how);
    munmap(stack, bytes + page);
}

#define TWO_THREADS &WG_OPTS(wg_start_opts, .threads = 2)

static wg_node net(wg_graph *g, wg_params *p, int64_t rows, int64_t hidden)
{
    wg_begin(g, WG_TRAIN);
    wg_node x = wg_any(g, WG_SHAPE(rows, 20));
    return wg_mean(wg_square(wg_nn_dense(wg_tanh(wg_nn_dense(x, p, "in", hidden)), p, "out", 1)));
}

/* Large enough for both threads and for the products of OpenBLAS. */
static void train(void)
{
    WGT_IN_WORLD(WG_F32, TWO_THREADS);
    wg_optim *o = wg_adam(p);
    double first = 0, last = 0;
    for (int i = 0; i < 20; i++) {
        wg_node loss = net(g, p, 500, 400);
        wg_backward(loss, p);
        last = wg_item(loss);
        if (!i) first = last;
        wg_optim_step(o);
    }
    cr_expect_lt(last, first);
    wg_params_save(p, wgt_in_folder("p.safetensors"));
    cr_expect_eq(wg_params_load(p, wgt_in_folder("p.safetensors")), WG_OK);
}
Test(small_stack, training) { run(train); }

static void check(void)
{
    WGT_IN_WORLD(WG_F64, TWO_THREADS);
    wg_check *k = wg_gradcheck(net(g, p, 8, 5), p, .order = 2);
    cr_expect_eq(wg_check_verdict(k), WG_PASS);
    wg_check_print(k, stderr);
    wg_check_free(k);
}
Test(small_stack, gradient_check) { run(check); }

static void draw(void)
{
    static const char *const files[] = { "net.svg", "net.dot", "net.tex", "net.html", "net.json", "net.txt" };
    WGT_IN_WORLD(WG_F64, TWO_THREADS);
    wg_node loss = net(g, p, 8, 5);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        if (WG_WITH_GRAPHVIZ || !strstr(files[i], ".dot"))
            cr_expect_eq(wg_draw(loss, wgt_in_folder(files[i])), WG_OK, "%s: %s", files[i], wg_message(c));
}
Test(small_stack, pictures) { run(draw); }

static void solve_equations(void)
{
    WGT_IN_GRAPH(WG_F64, TWO_THREADS);
    wg_node a = wg_any(g, WG_SHAPE(150, 150)), b = wg_any(g, WG_SHAPE(150, 3)), u, s, vt, q, r, values,
            vectors;
    wg_node x = wg_solve(a, b), m = wg_matmul(a, wg_transpose(a));
    cr_expect_lt(wg_item(wg_max(wg_abs(wg_sub(wg_matmul(a, x), b)))), 1e-8);
    wg_svd(a, &u, &s, &vt), wg_qr(a, &q, &r), wg_eigh(m, &values, &vectors);
    const wg_node all[] = { s,         r,
                            values,    wg_inverse(a),
                            wg_det(a), wg_cholesky(wg_add(m, wg_eye(g, 150, 150))) };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) cr_expect(wg_value(all[i]).data, "%zu", i);
}
Test(small_stack, linear_algebra) { run(solve_equations); }

/* Values and gradients of the samples of every op, interpreted and planned. */
static void every_op(void)
{
    for (int way = -1; way <= 1; way += 2) {
        WGT_IN_GRAPH(WG_F64, &WG_OPTS(wg_start_opts, .threads = 2, .interpret = way));
        for (int k = 0; k < wg_op_count(); k++)
            for (int i = 0;; i++) {
                const wg_op *op = wg_op_at(k);
                wg_begin(g, WG_TRAIN);
                wg_node y = wgx_hints(op)->sample ? wgx_hints(op)->sample(WG_HERE, g, i) : wg_none;
                if (wg_is_none(y)) break;
                cr_expect(wg_value(y).data || !wg_shape_size(wg_node_shape(y)), "%s: %s", op->name,
                          wg_message(c));
                const wg_node x = wg_graph_node(g, 1);
                if (wg_dtype_is_float(wg_node_dtype(y))) wg_value(wg_grad(wg_sum(y), x));
                wg_recover(c);
            }
    }
}
Test(small_stack, every_op) { run(every_op); }

/* opening, closing: of each level. The deepest text that is read has the value; one level more is refused. */
static void nested(const char *opening, const char *closing, double value)
{
    enum { DEPTH = 64 };
    WGT_IN_WORLD(WG_F64, TWO_THREADS);
    for (int depth = DEPTH; depth <= DEPTH + 1; depth++) {
        char text[4000] = "x = 1\ny = ";
        for (int i = 0; i < depth; i++) strcat(text, opening);
        strcat(text, "x");
        for (int i = 0; i < depth; i++) strcat(text, closing);
        wg_program *q = wg_program_text(c, "deep.wg", text);
        wg_program_build(q, g, p, WG_EVAL);
        if (depth == DEPTH)
            cr_expect_eq(wg_item(wg_program_last(q)), value, "%s: %s", opening, wg_message(c));
        else wgt_expect_error(c, WG_ERROR_SYNTAX, "64 deep");
        wg_program_free(q);
    }
}

static void programs(void)
{
    nested("(", " + 1)", 65);
    nested("abs(", ")", 1);
    nested("sum(", ", keepdims=false)", 1);
}
Test(small_stack, programs) { run(programs); }
