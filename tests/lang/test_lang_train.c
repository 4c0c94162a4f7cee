/* test_lang_train.c: the statement train(...): what it says, where its mistakes are, schedules, and when two
 * texts are the same program. */
#include <math.h>
#include <string.h>

#include "wengert/schedule.h"
#include "wglang.h"

#define NET                                                       \
    "x = input(m, 2); y = input(m, classes=3); z = dense(x, 3)\n" \
    "loss = softmax_cross_entropy(z, y)\nhits = mean(argmax(z, axis=-1) == y)\n"

Test(lang_train, says_what_is_written)
{
    wgt_run r = wgt_build(NET "train(loss, metrics=[hits, 2 * hits], optimizer=adam(lr=3e-3, amsgrad=true, "
                              "weight_decay=0), batch=64, epochs=20, patience=5)",
                          WG_TRAIN);
    const wgx_training *t = wgx_program_training(r.q);
    cr_assert(t, "%s", wg_message(r.c));
    cr_expect_eq(t->line, 4);
    cr_expect_str_eq(t->loss.text, "loss");
    cr_expect_eq(t->loss.node.index, wg_program_node(r.q, "loss").index);
    cr_expect_eq(t->metrics, 2);
    cr_expect_str_eq(t->metric[1].text, "2 * hits");
    cr_expect_eq(t->batch, 64);
    cr_expect_eq(t->epochs, 20);
    cr_expect_eq(t->patience, 5);
    cr_expect_str_eq(t->optimizer.name, "adam");
    cr_assert_eq(t->optimizer.settings, 3);
    double lr = -1, amsgrad = -1, decay = -1;
    for (int i = 0; i < 3; i++) {
        const wg_optim_setting *s = &t->optimizer.setting[i];
        *(!strcmp(s->name, "lr") ? &lr : !strcmp(s->name, "amsgrad") ? &amsgrad : &decay) = s->value;
    }
    cr_expect(lr == 3e-3 && amsgrad == 1 && decay == 0);
    cr_expect(isnan(wgx_optim_choice_rate(&t->optimizer, 0, 10)));
    cr_expect_str_eq(wgx_program_last_name(r.q), "loss");
    cr_expect_eq(wgx_program_classes(r.q, "y"), 3);
    cr_expect_eq(wgx_program_classes(r.q, "x"), 0);
    cr_expect_eq(wgx_program_axes(r.q, "x"), 2);
    cr_expect_eq(wgx_program_axes(r.q, "z"), -1);
    wg_finish(r.c, NULL);
    r = wgt_build(NET, WG_TRAIN);
    cr_expect_null(wgx_program_training(r.q));
    wg_finish(r.c, NULL);
}

static double rate(const char *lr, double t)
{
    char text[200];
    wg_context *c = wg_start();
    snprintf(text, sizeof text, "momentum(lr=%s, beta=0.5)", lr);
    const wgx_optim_choice o = wgx_optim_choice_of(c, "here", text);
    cr_assert(o.name, "%s", wg_message(c));
    wg_finish(c, NULL);
    return wgx_optim_choice_rate(&o, t, 40);
}

Test(lang_train, rates_are_those_of_the_library)
{
    for (double t = 0; t < 40; t += 7) {
        cr_expect_eq(rate("cosine(0.3)", t), wg_lr_cosine(0.3, t, 40));
        cr_expect_eq(rate("cosine(0.3, steps=20)", t), wg_lr_cosine(0.3, t, 20));
        cr_expect_eq(rate("one_cycle(0.3)", t), wg_lr_one_cycle(0.3, t, 40));
        cr_expect_eq(rate("warm_up(0.3, steps=9)", t), wg_lr_warm_up(0.3, t, 9));
        cr_expect_eq(rate("inverse(0.3, decay=0.1)", t), wg_lr_inverse(0.3, 0.1, t));
        cr_expect_eq(rate("exponential(0.3, factor=0.9)", t), wg_lr_exponential(0.3, 0.9, t));
        cr_expect_eq(rate("staircase(0.3, every=5, factor=0.9)", t), wg_lr_staircase(0.3, 0.9, 5, t));
        cr_expect_eq(rate("root(0.3)", t), wg_lr_root(0.3, t));
    }
}

static uint64_t code(const char *text)
{
    wgt_run r = wgt_program(text);
    const uint64_t n = wgx_program_code(r.q);
    cr_assert_eq(wg_failed(r.c), WG_OK, "%s", wg_message(r.c));
    wg_finish(r.c, NULL);
    return n;
}

Test(lang_train, texts_that_differ_in_form_are_one_program)
{
    const uint64_t n = code("x = [1, 2]; y = { z = x; z * 2 }; sum(y)");
    cr_expect_eq(n, code("# two\nx = [1,\n  2]\n\n\ny={z = x # one\nz*2}\ncheck x == x\nsum( y "
                         ")\ntrain(sum(y), epochs=3)"));
    static const char *const others[] = { "x = [1, 3]; y = { z = x; z * 2 }; sum(y)",
                                          "x = [1, 2]; y = { z = x; z + 2 }; sum(y)",
                                          "x = [1, 2]; y = { w = x; w * 2 }; sum(y)",
                                          "x = [1, 2]; y = { z = x; z * 2 }",
                                          "x = [1, 2]; y = x * 2; sum(y)" };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        cr_expect_neq(n, code(others[i]), "%s", others[i]);
    cr_expect_eq(code("y = (1 +\n{ a = 1\na * 2 }\n+ 3)"), code("y = (1 + { a = 1; a * 2 } + 3)"));
    cr_expect_neq(code("y = { a = 1\n-a }"), code("y = { a = 1; b = 2; -a }"));
}
