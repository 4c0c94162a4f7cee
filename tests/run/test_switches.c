/* test_switches.c: WG_WITHOUT, WG_TRACE and the options of the same meaning. Known words are accepted, the
 * message for a wrong word helps, and each switch stops the fast way that it names. That no switch changes a
 * bit is tested by test_random_graphs.c. */
#include <stdlib.h>
#include <string.h>

#include "run/plan/plan.h"
#include "wgtest.h"

typedef struct heard {
    char all[20000];
    size_t size;
} heard;

static void hear(void *user, const char *line)
{
    heard *h = user;
    size_t n = strlen(line);
    cr_assert_lt(h->size + n + 2, sizeof h->all);
    memcpy(h->all + h->size, line, n);
    h->size += n;
    h->all[h->size++] = '\n';
    h->all[h->size] = 0;
}

/* Four steps of a small net, built anew each time. */
static void net(wg_graph *g, wg_params *p)
{
    wg_optim *o = wg_sgd(p, .lr = 0.1);
    const float data[6] = { 1, 2, 3, 4, 5, 6 };
    for (int i = 0; i < 4; i++) {
        wg_begin(g, WG_TRAIN);
        wg_node x = wg_input(g, "x", wg_view_f32(data, WG_SHAPE(2, 3)));
        wg_node w = wg_param(g, p, "w", WG_SHAPE(3, 2), wg_he());
        wg_backward(wg_mean(wg_square(wg_tanh(wg_matmul(x, w)))), p);
        wg_optim_step(o);
    }
}

/* A program of scalars that is seen once. */
static void scalars(wg_graph *g, wg_params *p)
{
    wg_node w = wg_param(g, p, "w", WG_SCALAR, wg_const(2)), y = w;
    for (int i = 0; i < 20; i++) y = wg_mul(wg_sin(y), w);
    wg_backward(y, p);
}

static void reading(wg_graph *g, wg_params *p)
{
    wg_value(wg_tanh(wg_param(g, p, "w", WG_SHAPE(2), wg_const(2))));
}

/* What is traced while the program runs. */
static void listen(heard *h, void (*program)(wg_graph *g, wg_params *p), unsigned without, unsigned trace)
{
    *h = (heard){ .size = 0 };
    WGT_IN_WORLD(WG_F32, &WG_OPTS(wg_start_opts, .seed = 3, .threads = 1, .without = without, .trace = trace,
                                  .on_trace = hear, .user = h));
    program(g, p);
}

Test(switches, each_stops_the_way_that_it_names)
{
    static const struct {
        void (*program)(wg_graph *g, wg_params *p);
        unsigned without, trace;
        const char *says; /* only without the switch */
    } cases[] = { { net, WG_WITHOUT_REBUILD, WG_TRACE_ALL, "calls of the last build are there" },
                  { net, WG_WITHOUT_BIND, WG_TRACE_ALL, "last request" },
                  { net, WG_WITHOUT_BIND, WG_TRACE_ALL, "bound" },
                  { net, WG_WITHOUT_TILES, WG_TRACE_PLAN, "tanh square" },
                  { scalars, WG_WITHOUT_TAPE, WG_TRACE_REQUEST, ": tape: " } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int off = 0; off < 2; off++) {
            heard h;
            listen(&h, cases[i].program, off ? cases[i].without : 0, cases[i].trace);
            cr_expect_eq(strstr(h.all, cases[i].says) != NULL, !off, "%s: %s", cases[i].says, h.all);
        }
}

Test(switches, a_line_says_where_the_request_was_made_and_what_it_asks_for)
{
    heard h;
    listen(&h, scalars, 0, WG_TRACE_REQUEST);
    cr_assert(strstr(h.all, "test_switches.c:"), "%s", h.all);
    listen(&h, reading, 0, WG_TRACE_REQUEST);
    cr_assert(strstr(h.all, ": read of node 2 (tanh), 1 roots, 0 gradients"), "%s", h.all);
}

/* Who has read nothing in the first build gets the loss alone from the second one's plan. */
Test(switches, a_plan_says_the_bytes_of_its_work_and_of_its_results)
{
    heard h;
    size_t work = 0, results = 0;
    listen(&h, net, 0, WG_TRACE_PLAN);
    const char *second = strstr(h.all, "plan 2: ");
    cr_assert(second, "%s", h.all);
    sscanf(second, "plan 2: %*d steps over %*d buffers, %zu bytes of work, %zu of results", &work, &results);
    cr_expect(results > 0 && results < work, "%zu, %zu", work, results);
}

Test(switches, the_environment_names_them)
{
    setenv("WG_WITHOUT", "bind,tape", 1);
    setenv("WG_TRACE", "plan", 1);
    wg_context *c = wg_start(.without = WG_WITHOUT_JOIN);
    cr_assert_eq(c->o.without, WG_WITHOUT_BIND | WG_WITHOUT_TAPE | WG_WITHOUT_JOIN);
    cr_assert_eq(c->o.trace, WG_TRACE_PLAN);
    wg_finish(c, NULL);
}

Test(switches, an_unknown_word_is_an_error_that_lists_the_known)
{
    static const struct {
        const char *variable, *value, *says;
    } cases[] = {
        { "WG_WITHOUT", "bind,rebiuld", "no \"rebiuld\"; there are bind, rebuild, short, tape, tiles, join" },
        { "WG_TRACE", "requests", "WG_TRACE: no \"requests\"; there are request, plan, rebuild" },
        { "WG_ISA", "bogus", "WG_ISA: no \"bogus\" here; there are base, avx2, avx512, and this machine" },
        { "WG_ISA", "bogus", "have base" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        setenv(cases[i].variable, cases[i].value, 1);
        wg_context *c = wg_start();
        cr_expect_eq(wg_failed(c), WG_ERROR_VALUE);
        cr_expect(strstr(wg_message(c), cases[i].says), "%s", wg_message(c));
        wg_finish(c, NULL);
        unsetenv(cases[i].variable);
    }
}

Test(switches, the_instruction_set_is_the_one_that_is_named_or_the_best)
{
    for (int named = 0; named < 2; named++) {
        setenv("WG_ISA", named ? "base" : "", 1);
        wg_context *c = wg_start();
        cr_expect_eq(wg_failed(c), WG_OK, "%s", wg_message(c));
        cr_expect_eq(c->isa, named ? 0 : wgi_isa_best());
        wg_finish(c, NULL);
    }
}
