/* test_saved.c: a training that is resumed goes on with the numbers that it would have had. */
#include "wgfiles.h"

enum { N = 64 };

typedef struct training {
    wgt_world w;
    wg_average *mean;
} training;

static training start(void)
{
    training t = { .w = wgt_world_new(NULL, WG_F64, NULL) };
    t.w.o = wg_adam(t.w.p, .lr = 0.125);
    t.mean = wg_average_new(t.w.p);
    return t;
}

/* The numbers that dropout has drawn are those of the gradients, and so of the parameters. */
static void steps(training *t, int n)
{
    for (int k = 0; k < n; k++) {
        wg_begin(t->w.g, WG_TRAIN);
        wg_node x = wg_param(t->w.g, t->w.p, "x", WG_SHAPE(N), wg_const(1));
        wg_backward(wg_sum(wg_square(wg_dropout(x, .drop = 0.5))), t->w.p);
        wg_optim_step(t->w.o), wg_average_step(t->mean);
    }
}

Test(saved, a_resumed_training_draws_as_if_it_had_not_stopped, .init = wgt_make_folder,
     .fini = wgt_remove_folder)
{
    for (int before = 0; before < 3; before++) {
        double a[N], b[N];
        const char *path = wgt_in_folder("run");
        WGT_ENDS training one = start();
        steps(&one, before);
        wg_save(one.w.c, path);
        steps(&one, 2);
        WGT_ENDS training two = start();
        cr_assert(wg_resume(two.w.c, path), "%s", wg_message(two.w.c));
        steps(&two, 2);
        wg_params_get(one.w.p, a), wg_params_get(two.w.p, b);
        cr_expect_arr_eq(a, b, sizeof a, "after %d steps", before);
    }
}

Test(saved, what_is_of_no_parameter_of_a_part_is_refused)
{
    for (int k = 0; k < 2; k++) {
        int n;
        WGT_ENDS training all = start();
        steps(&all, 1);
        wgx_saved *list = wgx_saved_list(all.w.c, &n);
        WGT_ENDS wgt_world w = wgt_world_new(NULL, WG_F64, NULL);
        wg_params *part = wg_params_in(w.p, "net");
        wg_adam(k ? w.p : part), wg_average_new(k ? part : w.p);
        wgx_saved_restore_at(WG_HERE, w.c, list, n, "resume", "run");
        wgt_expect_error(w.c, WG_ERROR_FORMAT,
                         k ? "mean:x\": is of no float" : "m:x\": is of no parameter of this");
        wg_free(all.w.c, list);
    }
}
