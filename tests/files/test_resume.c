/* test_resume.c: a training that is killed and resumed, files that do not fit, and what a file of
 * wg_save holds. */
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "wgfiles.h"

TestSuite(resume, .init = wgt_make_folder, .fini = wgt_remove_folder);

/* ---- a training with all that has a state ---- */

typedef struct training {
    wg_context *c;
    wg_data *train, *dev;
    wg_params *p, *q;
    wg_optim *body, *head, *bias;
    wg_average *slow, *even;
    wg_graph *g;
    double best;
} training;

static training training_new(wgt_memory *m)
{
    training t = { .c = wgt_start(m, WG_F32, &WG_OPTS(wg_start_opts, .seed = 7, .threads = 2)) };
    t.train = wg_data_digits(t.c), t.dev = wg_data_split(t.train, 0.5);
    t.p = wg_params_new(t.c), t.q = wg_params_new(t.c);
    t.body = wg_adam(wg_params_in(t.p, "body"), .lr = 3e-3);
    t.head = wg_momentum(wg_params_in(t.p, "head"));
    t.bias = wg_rmsprop(t.q, .centered = true, .momentum = 0.5);
    t.slow = wg_average_new(t.p, .decay = 0.9);
    t.even = wg_average_new(wg_params_in(t.p, "head"));
    t.g = wg_graph_new(t.c);
    return t;
}

static void step(training *t, const wg_batch *b)
{
    wg_begin(t->g, WG_TRAIN);
    wg_node x = wg_input(t->g, "x", b->x), y = wg_input(t->g, "y", b->y);
    wg_node h = wg_relu(wg_nn_batch_norm(wg_nn_dense(x, t->p, "body", 16), t->p, "body.bn"));
    wg_node z = wg_nn_dense(wg_dropout(h, .keep_prob = 0.8), t->p, "head", 10);
    wg_node loss =
        wg_softmax_cross_entropy(wg_add(z, wg_param(t->g, t->q, "b", WG_SHAPE(10), wg_zeros())), y);
    wg_backward(loss, t->p);
    wg_backward(loss, t->q);
    t->best = fmin(t->best, wg_item(loss));
    wg_optim_step(t->body), wg_optim_step(t->head), wg_optim_step(t->bias);
    wg_average_step(t->slow);
    if (wg_data_epoch(t->train) % 2) wg_average_step(t->even);
}

/* Saves after every third step, in the middle of an epoch too, and goes on where the file is. */
static void train(const char *path, int epochs)
{
    training t = training_new(NULL);
    wg_batch b;
    t.best = INFINITY;
    wg_save_with(t.c, "best", wg_view_f64(&t.best, WG_SCALAR));
    wg_resume(t.c, path);
    for (int k = 0; wg_data_epoch(t.train) < epochs;) {
        wg_optim_set_lr(t.body, 3e-3 / (1 + wg_data_epoch(t.train)));
        while (wg_data_next(t.train, &b, 64)) {
            step(&t, &b);
            if (++k % 3 == 0) wg_save(t.c, path);
        }
    }
    wg_save(t.c, path);
    _exit(wg_finish(t.c, stderr));
}

/* ---- kill -9 ---- */

/* Runs it in a process of its own. microseconds: until it is killed; 0: never. Returns whether it has
 * ended by itself. */
static bool run(const char *path, int epochs, int microseconds)
{
    int status = 0;
    const pid_t child = fork();
    if (!child) train(path, epochs);
    if (microseconds) {
        usleep((useconds_t)microseconds); /* any time does */
        kill(child, SIGKILL);
    }
    waitpid(child, &status, 0);
    cr_assert(WIFSIGNALED(status) || WEXITSTATUS(status) == 0, "exit status %d", WEXITSTATUS(status));
    return WIFEXITED(status);
}

static char *whole(const char *path, size_t *n)
{
    FILE *f = fopen(path, "rb");
    cr_assert(f);
    fseek(f, 0, SEEK_END);
    *n = (size_t)ftell(f);
    rewind(f);
    char *text = malloc(*n + 1);
    cr_assert_eq(fread(text, 1, *n, f), *n);
    fclose(f);
    return text;
}

/* The last file holds every parameter, state and array of the optimizers, the rates, the epochs and the
 * place in the data. Both must be the same, byte by byte. The epochs rise, so that each run has work
 * left. */
Test(resume, killed_fifty_times_it_ends_with_the_same_bytes)
{
    enum { KILLS = 50 };
    wgt_random draw = { wgt_seed() };
    const char *killed = strdup(wgt_in_folder("killed")), *whole_run = strdup(wgt_in_folder("whole"));
    int kills = 0, epochs = 1;
    for (int tries = 0; kills < KILLS; tries++) {
        cr_assert_lt(tries, 40 * KILLS, "WG_SEED=%llu", (unsigned long long)wgt_seed());
        if (run(killed, epochs, 1 + (int)wgt_below(&draw, 60000))) epochs++;
        else kills++;
    }
    cr_assert(run(killed, epochs, 0));
    cr_assert(run(whole_run, epochs, 0));
    size_t m, n;
    char *a = whole(killed, &m), *b = whole(whole_run, &n);
    cr_assert_eq(m, n);
    cr_expect(memcmp(a, b, n) == 0, "WG_SEED=%llu: other bytes after %d epochs",
              (unsigned long long)wgt_seed(), epochs);
    free(a), free(b), free((void *)killed), free((void *)whole_run);
}

/* ---- what is in the file ---- */

static void train_a_little(training *t, int steps)
{
    wg_batch b;
    for (int k = 0; k < steps && wg_data_next(t->train, &b, 32); k++) step(t, &b);
}

static const wgx_saved *named(const wgx_saved *list, int n, const char *name)
{
    for (int i = 0; i < n; i++)
        if (!strcmp(list[i].name, name)) return &list[i];
    cr_assert_fail("no %s", name);
    return NULL;
}

Test(resume, the_list_names_everything)
{
    int n;
    WGT_ENDS training t = training_new(NULL);
    train_a_little(&t, 3);
    wgx_saved *list = wgx_saved_list(t.c, &n);
    cr_expect_eq(named(list, n, "body.W")->value.shape.dim[0], 64);
    cr_expect(named(list, n, "body.bn.mean")->state);
    cr_expect_eq(named(list, n, "params:1:b")->value.shape.dim[0], 10);
    cr_expect_eq(*(int64_t *)named(list, n, "adam:0:steps")->value.data, 3);
    cr_expect_eq(*(double *)named(list, n, "adam:0:lr")->value.data, 3e-3);
    cr_expect(wg_shape_equal(named(list, n, "adam:0:m:body.W")->value.shape, WG_SHAPE(64, 16)));
    named(list, n, "adam:0:v:body.W");
    named(list, n, "momentum:1:m:head.b");
    named(list, n, "rmsprop:2:v:params:1:b");
    cr_expect_eq(*(int64_t *)named(list, n, "graph:0:epoch")->value.data, (int64_t)wgx_graph_epoch(t.g) + 1,
                 "of the evaluation after the one that is open");
    cr_expect_eq(*(int64_t *)named(list, n, "wengert:seed")->value.data, 7);
    cr_expect_eq(((int64_t *)named(list, n, "memory:data.0")->value.data)[1], 3 * 32);
    wg_free(t.c, list);
}

/* Parameters alone can be taken from it. */
Test(resume, a_file_of_wg_save_is_one_of_parameters_too)
{
    WGT_ENDS training t = training_new(NULL);
    train_a_little(&t, 3);
    wg_save(t.c, wgt_in_folder("run"));
    wg_context *c = wgt_start(NULL, WG_F32, NULL);
    wg_params *p = wg_params_new(c);
    cr_expect_eq(wg_params_read(p, wgt_in_folder("run")), WG_OK);
    cr_expect_eq(wg_params_count(p), wg_params_count(t.p));
    const wg_tensor a = wgt_named(t.p, "head.W"), b = wgt_named(p, "head.W");
    cr_expect(wgt_same_bits(&a, &b));
    cr_expect_eq(wg_params_load(p, wgt_in_folder("run")), WG_OK);
    wgt_finish(c, NULL);
}

/* Averages go on, also those of parameters that the program has not made yet. */
Test(resume, averages)
{
    WGT_ENDS training t = training_new(NULL), u = training_new(NULL);
    const char *path = wgt_in_folder("run");
    train_a_little(&t, 3);
    wg_average_use(t.slow, true);
    WGT_REFUSED(t.c, USE, "cannot be saved or resumed while averages are in use", wg_save(t.c, path));
    wg_average_use(t.slow, false);
    wg_save(t.c, path);
    cr_assert(wg_resume(u.c, path));
    train_a_little(&t, 2), train_a_little(&u, 2);
    wg_average_use(t.slow, true), wg_average_use(u.slow, true);
    for (int i = 0; i < wg_params_count(t.p); i++) {
        const wg_tensor a = wg_params_tensor(t.p, i), b = wgt_named(u.p, wg_params_name(t.p, i));
        cr_expect(wgt_same_bits(&a, &b), "%s", wg_params_name(t.p, i));
    }
    wg_average_use(u.slow, false);
    wg_average_free(u.even);
    WGT_REFUSED(u.c, FORMAT, "this program has no such average: make it first", wg_resume(u.c, path));
    wg_average_use(t.slow, false);
}

/* ---- files that do not fit ---- */

Test(resume, no_file_is_no_error)
{
    WGT_ENDS training t = training_new(NULL);
    cr_expect(!wg_resume(t.c, wgt_in_folder("none")));
}

static void refuses(wg_context *c, const char *path, const char *text)
{
    cr_expect(!wg_resume(c, path));
    wgt_expect_error(c, WG_ERROR_FORMAT, text);
}

/* Each program lacks or has something else than the one that wrote the file. Nothing may change. */
Test(resume, another_program_is_refused_and_nothing_changes)
{
    WGT_ENDS training t = training_new(NULL);
    train_a_little(&t, 2);
    const char *path = wgt_in_folder("run");
    wg_save(t.c, path);
    wg_context *c = wgt_start(NULL, WG_F32, &WG_OPTS(wg_start_opts, .seed = 8));
    refuses(c, path, "7 in the file, 8 here: start with the same seed");
    wgt_finish(c, NULL);

    c = wgt_start(NULL, WG_F32, &WG_OPTS(wg_start_opts, .seed = 7));
    wg_params *p = wg_params_new(c);
    refuses(c, path, "this program has not so many sets of parameters: make them first");
    wg_params_new(c);
    refuses(c, path, "this program has no optimizer 0: make it first");
    wg_optim *o = wg_momentum(p);
    refuses(c, path, "here optimizer 0 is momentum, made at");
    wg_optim_free(o);
    wg_adam(wg_params_in(p, "body"));
    refuses(c, path, "this program has no optimizer 1: make it first");
    cr_expect_eq(wg_params_count(p), 0, "parameters were made");
    wgt_finish(c, NULL);

    train_a_little(&t, 1);
    const float was = *(float *)wgt_named(t.p, "head.W").data;
    double more = 1;
    wg_save_with(t.c, "more", wg_view_f64(&more, WG_SCALAR));
    refuses(t.c, path, "\"memory:more\": the file has it not");
    cr_expect_eq(*(float *)wgt_named(t.p, "head.W").data, was);
    wg_save_end(t.c, "more");
    cr_expect(wg_resume(t.c, path));
    cr_expect_neq(*(float *)wgt_named(t.p, "head.W").data, was);
}

/* Every byte of the header, and every size that it claims, may be wrong: an error or a resumed
 * training, never a crash. The sanitizers see the rest. */
Test(resume, damaged_files)
{
    WGT_ENDS training t = training_new(NULL);
    train_a_little(&t, 1);
    wg_save(t.c, wgt_in_folder("run"));
    size_t n;
    char *text = whole(wgt_in_folder("run"), &n);
    wgt_random draw = { wgt_seed() };
    const char *bad = strdup(wgt_in_folder("bad"));
    for (int k = 0; k < 300; k++) {
        const size_t at = k % 2 ? (size_t)wgt_below(&draw, 3000) : (size_t)wgt_below(&draw, (int64_t)n);
        const char was = text[at];
        text[at] ^= (char)(1 + wgt_below(&draw, 127));
        wgt_save(bad, text, k % 7 ? n : at);
        wg_resume(t.c, bad);
        wg_recover(t.c);
        text[at] = was;
    }
    free(text), free((void *)bad);
}

Test(resume, out_of_memory_leaves_nothing_behind)
{
    training t = training_new(NULL);
    train_a_little(&t, 2);
    const char *path = strdup(wgt_in_folder("run"));
    wg_save(t.c, path);
    wgt_finish(t.c, NULL);
    bool ended = false;
    for (int64_t at = 1; !ended && at < 4000; at++) {
        wgt_memory m = { 0 };
        training u = training_new(&m);
        m.fail_at = m.calls + at;
        ended = wg_resume(u.c, path);
        if (!ended) wgt_expect_error(u.c, WG_ERROR_MEMORY, "");
        wgt_drop(u.c, &m);
    }
    cr_expect(ended);
    free((void *)path);
}

Test(resume, memory_of_the_users)
{
    double best = 3;
    int64_t steps[2] = { 4, 5 };
    WGT_IN_CONTEXT(WG_F32, NULL);
    cr_expect_eq(wg_save_with(c, "best", wg_view_f64(&best, WG_SCALAR)), WG_OK);
    cr_expect_eq(wg_save_with(c, "steps", wg_view_i64(steps, WG_SHAPE(2))), WG_OK);
    cr_expect_eq(wg_save_with(c, "best", wg_view_f64(&best, WG_SCALAR)), WG_OK, "the same again");
    wg_save(c, wgt_in_folder("run"));
    best = steps[0] = steps[1] = 0;
    cr_expect(wg_resume(c, wgt_in_folder("run")));
    cr_expect_eq(best, 3);
    cr_expect_eq(steps[0], 4);
    cr_expect_eq(steps[1], 5);
    wg_save_with(c, "best", wg_view_i64(steps, WG_SHAPE(2)));
    wgt_expect_error(c, WG_ERROR_USE, "best is the name of other memory");
    WGT_REFUSED(c, VALUE, "\"a:b\" is no name", wg_save_with(c, "a:b", wg_view_f64(&best, WG_SCALAR)));
}
