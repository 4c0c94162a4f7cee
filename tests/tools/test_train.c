/* test_train.c: the command train: what it reaches, that it computes what a C program computes, and that a
 * training which was stopped goes on to the bit. */
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "wgcommand.h"
#include "wgshell.h"

TestSuite(train, .init = wgt_make_folder, .fini = wgt_remove_folder);

static const char digits[] = "x = input(m, 64)\n"
                             "y = input(m, classes=10)\n"
                             "h = dropout(relu(batch_norm(dense(x, 32, bias=false))), keep_prob=0.9)\n"
                             "logits = dense(h, 10)\n"
                             "loss = softmax_cross_entropy(logits, y)\n"
                             "accuracy = mean(argmax(logits, axis=-1) == y)\n"
                             "train(loss, metrics=[accuracy], optimizer=adam(lr=3e-3), batch=64, epochs=5)\n";

/* A path in the folder of the test, valid as long as the test. */
static const char *in_folder(const char *name)
{
    static char paths[8][400];
    static int next;
    char *path = paths[next++ % 8];
    snprintf(path, sizeof paths[0], "%s", wgt_in_folder(name));
    return path;
}

static void expect_same_file(const char *a, const char *b)
{
    char command[900];
    snprintf(command, sizeof command, "cmp '%s' '%s' >&2", in_folder(a), in_folder(b));
    cr_expect_eq(system(command), 0, "%s and %s differ", a, b);
}

/* ---- what a training reaches ---- */

/* y = 2 a - 3 b + 1 and noise; the least squares are where (X' X) w = X' y, here by Gauss. */
static void least_squares(const double (*row)[3], int n, double w[3])
{
    double a[3][4] = { 0 };
    for (int i = 0; i < n; i++) {
        const double x[4] = { row[i][0], row[i][1], 1, row[i][2] };
        for (int r = 0; r < 3; r++)
            for (int k = 0; k < 4; k++) a[r][k] += x[r] * x[k];
    }
    for (int r = 0; r < 3; r++)
        for (int s = 0; s < 3; s++) {
            const double f = s == r ? 0 : a[s][r] / a[r][r];
            for (int k = 0; k < 4; k++) a[s][k] -= f * a[r][k];
        }
    for (int r = 0; r < 3; r++) w[r] = a[r][3] / a[r][r];
}

static double weight(const char *path, const char *name, int64_t i)
{
    wg_context *c = wg_start();
    wg_params *p = wg_params_new(c);
    wg_params_read(p, path);
    const int k = wg_params_find(p, name);
    cr_assert(k >= 0, "%s is not in %s", name, path);
    const wg_tensor t = wg_params_tensor(p, k);
    const double v = wg_tensor_item(&t, i);
    wg_finish(c, NULL);
    return v;
}

Test(train, linear_regression_reaches_the_least_squares)
{
    enum { N = 40 };
    double row[N][3], w[3];
    FILE *f = fopen(wgt_in_folder("lines.csv"), "w");
    fputs("a,b,y\n", f);
    for (int i = 0; i < N; i++) {
        row[i][0] = sin(1.7 * i), row[i][1] = cos(0.9 * i * i);
        row[i][2] = 2 * row[i][0] - 3 * row[i][1] + 1 + 0.3 * sin(31.0 * i);
        fprintf(f, "%.17g,%.17g,%.17g\n", row[i][0], row[i][1], row[i][2]);
    }
    fclose(f);
    least_squares((const double(*)[3])row, N, w);
    static const char *const optimizers[] = { "lbfgs", "sgd(lr=0.2)", "momentum(lr=0.5)" };
    for (int i = 0; i < 3; i++) {
        EXPECT(0, NULL, "40 rows    x <- columns 1-2    y <- y", "train", "-e",
               "x = input(m, 2); y = input(m, 1); z = dense(x, 1); J = mean((z - y)^2)", "--data",
               in_folder("lines.csv"), "--map", "x=a:b", "--loss", "J", "--optimizer", optimizers[i],
               "--batch", "40", "--epochs", "600", "--dtype", "f64", "-o", in_folder("lines"), "--fresh");
        const char *path = in_folder("lines/weights.safetensors");
        const double got[] = { weight(path, "z.W", 0), weight(path, "z.W", 1), weight(path, "z.b", 0) };
        for (int k = 0; k < 3; k++)
            cr_expect(fabs(got[k] - w[k]) < 1e-7, "%s: weight %d is %.12g, not %.12g", optimizers[i], k,
                      got[k], w[k]);
    }
}

Test(train, digits_are_told_apart)
{
    wgt_result r = RUN("train", wgt_script(digits), "--data", "digits", "--dev", "0.2", "--epochs", "20",
                       "--seed", "1", "--json");
    cr_assert_eq(r.status, 0, "%s", r.err);
    wgt_expect_json(r.out);
    cr_expect(wgt_json_number(r.out, "\"dev\"", "accuracy") >= 0.96, "%s", r.out);
    cr_expect(
        strstr(r.err, "data digits: 1797 rows, 1438 train, 359 dev    x <- x [64]    y <- y (10 classes)\n"),
        "%s", r.err);
    cr_expect(strstr(r.err, "\nepoch  3/20  loss "), "%s", r.err);
    cr_expect(strstr(r.err, " %  dev "), "%s", r.err);
}

/* The first line is due at once, and that of the last epoch at its end. */
Test(train, the_line_of_a_terminal_counts_epochs_from_1)
{
    wgt_needs("script");
    const char *said =
        wgt_shell("script -qec \"TERM=xterm '$build/wengert' train examples/digits.wg --data digits "
                  "--epochs 2\" /dev/null |\n"
                  "  tr '\\r' '\\n' | sed -n 's|.*epoch *\\([0-9]*/2\\) .*|\\1|p' | sort -u");
    cr_expect_str_eq(said, "1/2\n2/2\n");
}

Test(train, the_example_trains)
{
    wgt_result r =
        RUN("train", "examples/digits.wg", "--data", "digits", "--dev", "0.2", "--seed", "1", "--json", "-q");
    cr_assert_eq(r.status, 0, "%s", r.err);
    cr_expect(wgt_json_number(r.out, "\"dev\"", "accuracy") >= 0.96, "%s", r.out);
}

/* In the playground, where names do not say it, the last input takes the last column, the first the
 * others. */
Test(train, inputs_of_the_playground_take_columns)
{
    wgt_needs("node");
    const char *said = wgt_shell(
        "cat > \"$in/a.js\" <<'js'\n"
        "const all = require('fs').readFileSync('tools/page/play_data.js', 'utf8');\n"
        "const part = all.slice(all.indexOf('function columns'), all.indexOf('function dataFlags'));\n"
        "const f = new Function('$', 'program', 'ownTable', 'table', part + 'return columns();');\n"
        "const say = (text, names) => console.log(f(() => ({value: 'csv'}), () => text, () => true, "
        "{columns: names}));\n"
        "for (const names of ['abc', 'ab', 'abcd']) say('u = input(m)\\nv = input(m)', [...names]);\n"
        "say('a = input(m)\\nb = input(m)', ['a', 'b', 'c']);\n"
        "js\n"
        "node \"$in/a.js\"");
    cr_expect_str_eq(said, "u=a:b,v=c\nu=a,v=b\nu=a:c,v=d\n\n");
}

/* ---- the same as in C ---- */

static wg_node model(wg_graph *g, wg_params *p, const wg_batch *b, wg_node *accuracy)
{
    wg_node x = wg_input(g, "x", b->x), y = wg_input(g, "y", b->y);
    wg_node h = wg_nn_batch_norm(wg_nn_dense(x, p, "dense", 32, .bias = false), p, "batch_norm");
    wg_node logits = wg_nn_dense(wg_dropout(wg_relu(h), .keep_prob = 0.9), p, "logits", 10);
    *accuracy = wg_accuracy(logits, y);
    return wg_softmax_cross_entropy(logits, y);
}

/* Names of parameters give their first values, so the parts of the program have names here. */
static const char named_digits[] = "x = input(m, 64)\n"
                                   "y = input(m, classes=10)\n"
                                   "dense = dense(x, 32, bias=false)\n"
                                   "batch_norm = batch_norm(dense)\n"
                                   "logits = dense(dropout(relu(batch_norm), keep_prob=0.9), 10)\n"
                                   "loss = softmax_cross_entropy(logits, y)\n"
                                   "train(loss, optimizer=adam(lr=3e-3), batch=64, epochs=4)\n";

Test(train, gives_the_bits_of_the_same_training_in_c)
{
    wg_context *c = wg_start(.seed = 7);
    wg_data *train = wg_data_digits(c), *dev = wg_data_split(train, 0.2);
    wg_params *p = wg_params_new(c);
    wg_optim *adam = wg_adam(p, .lr = 3e-3);
    wg_graph *g = wg_graph_new(c);
    wg_node accuracy;
    wg_batch b;
    while (wg_data_epoch(train) < 4)
        while (wg_data_next(train, &b, 64)) {
            wg_begin(g, WG_TRAIN);
            wg_backward(model(g, p, &b, &accuracy), p);
            wg_optim_step(adam);
        }
    wg_data_all(dev, &b);
    wg_begin(g, WG_EVAL);
    const double loss = wg_item(model(g, p, &b, &accuracy));
    wg_params_save(p, wgt_in_folder("c.safetensors"));
    cr_assert_eq(wg_finish(c, stderr), 0);
    wgt_result r = RUN("train", wgt_script(named_digits), "--data", "digits", "--dev", "0.2", "--seed", "7",
                       "-o", in_folder("run"), "--json");
    cr_assert_eq(r.status, 0, "%s", r.err);
    expect_same_file("c.safetensors", "run/weights.safetensors");
    cr_expect_eq((float)wgt_json_number(r.out, "\"dev\"", "loss"), (float)loss);
}

static wg_node loss_of(wg_graph *g, wg_params *p, const wg_batch *b, void *user)
{
    wg_node accuracy;
    (void)user;
    return model(g, p, b, &accuracy);
}

/* The weights are those of wg_fit, and those that the state keeps; what is said is of their epoch. */
Test(train, with_patience_gives_the_bits_of_fit)
{
    wg_context *c = wg_start(.seed = 7);
    wg_data *train = wg_data_digits(c), *dev = wg_data_split(train, 0.2);
    wg_params *p = wg_params_new(c);
    wg_fitted f = wg_fit(p, loss_of, train, .epochs = 40, .patience = 2, .dev = dev, .print = false,
                         .optimizer = wg_adam(p, .lr = 0.03));
    wg_params_save(p, wgt_in_folder("c.safetensors"));
    cr_assert_eq(wg_finish(c, stderr), 0);
    cr_assert(f.epochs < 40 && f.best == f.epochs - 2, "epochs %lld, best %lld", (long long)f.epochs,
              (long long)f.best);
    wgt_result r = RUN("train", wgt_script(named_digits), "--data", "digits", "--dev", "0.2", "--seed", "7",
                       "--epochs", "40", "--patience", "2", "--lr", "0.03", "-o", in_folder("run"), "--json");
    cr_assert_eq(r.status, 0, "%s", r.err);
    expect_same_file("c.safetensors", "run/weights.safetensors");
    cr_expect_eq((int64_t)wgt_json_number(r.out, "{", "epoch"), f.best);
    cr_expect_eq((int64_t)wgt_json_number(r.out, "{", "best"), f.best);
    cr_expect_eq((float)wgt_json_number(r.out, "{", "loss"), (float)f.loss);
    cr_expect_eq((float)wgt_json_number(r.out, "\"dev\"", "loss"), (float)f.dev);
}

/* ---- stopped, and gone on ---- */

static char program[400];
static const char *patience = "0";

static int finished_epochs(const char *name)
{
    int n = 0;
    FILE *f = fopen(wgt_in_folder(name), "r");
    for (int ch; f && (ch = getc(f)) != EOF;) n += ch == '\n';
    if (f) fclose(f);
    return n;
}

/* Whether it prints epochs: then it has begun, and signals are handled. */
static bool runs(const char *said)
{
    char text[1000] = "";
    FILE *f = fopen(said, "r");
    if (f) text[fread(text, 1, sizeof text - 1, f)] = 0, fclose(f);
    return strstr(text, "epoch ");
}

/* Starts a training without an end in the folder of this name, waits for the file, and stops it. */
static int stop_it(const char *folder, const char *file, int number)
{
    const pid_t id = wgt_start_command(
        (const char *const[]){ "wengert", "train", program, "--data", "digits", "--dev", "0.2", "--rows",
                               "400", "--epochs", "1000000", "-o", folder, "--patience", patience, NULL },
        wgt_in_folder("said"), 1);
    while (!wgt_command_ended(id) && (access(file, F_OK) || !runs(wgt_in_folder("said"))))
        usleep(10000); /* any time does */
    usleep(50000);     /* any time does */
    kill(id, number);
    return wgt_wait_command(id);
}

static void train_to(const char *folder, int epochs)
{
    char n[20];
    snprintf(n, sizeof n, "%d", epochs);
    EXPECT(0, NULL, NULL, "train", program, "--data", "digits", "--dev", "0.2", "--rows", "400", "--epochs",
           n, "-o", folder, "--patience", patience);
}

/* The logs have the same lines but for the seconds. */
static void expect_same_trainings(const char *a, const char *b)
{
    char command[1200];
    snprintf(command, sizeof command,
             "for f in weights.safetensors state.safetensors; do cmp '%s'/$f '%s'/$f >&2 || exit 1; done; "
             "for d in '%s' '%s'; do sed 's/\"seconds\".*//' $d/log.jsonl > $d/log; done; cmp '%s/log' "
             "'%s/log' >&2",
             a, b, a, b, a, b);
    cr_expect_eq(system(command), 0);
}

static void stops_and_goes_on(int number, const char *wait_for, int status)
{
    char stopped[400], whole[400], file[500];
    snprintf(program, sizeof program, "%s", wgt_script(digits));
    snprintf(stopped, sizeof stopped, "%s", wgt_in_folder("stopped"));
    snprintf(whole, sizeof whole, "%s", wgt_in_folder("whole"));
    snprintf(file, sizeof file, "%s/%s", stopped, wait_for);
    for (int i = 0; i < 3; i++) cr_expect_eq(stop_it(stopped, file, number), status);
    const int epochs = finished_epochs("stopped/log.jsonl") + 2;
    train_to(stopped, epochs);
    train_to(whole, epochs);
    expect_same_trainings(stopped, whole);
    cr_expect_eq(finished_epochs("whole/log.jsonl"), epochs);
}

Test(train, that_is_killed_goes_on_to_the_bit)
{
    stops_and_goes_on(SIGKILL, "state.safetensors", 1000 + SIGKILL);
}
Test(train, that_is_interrupted_goes_on_to_the_bit) { stops_and_goes_on(SIGINT, "settings.json", 130); }
Test(train, that_is_told_to_end_goes_on_to_the_bit) { stops_and_goes_on(SIGTERM, "settings.json", 130); }

Test(train, that_has_patience_goes_on_to_the_bit)
{
    patience = "1000000";
    stops_and_goes_on(SIGKILL, "state.safetensors", 1000 + SIGKILL);
}

/* Stopped after 2 and 5 epochs, it ends in the epoch in which it ends without a stop. */
Test(train, knows_after_a_stop_how_long_it_has_waited)
{
    snprintf(program, sizeof program, "%s", wgt_script(digits));
    const char *a = in_folder("a"), *b = in_folder("b");
    patience = "2";
    train_to(a, 2), train_to(a, 5), train_to(a, 300), train_to(b, 300);
    expect_same_trainings(a, b);
    const int epochs = finished_epochs("a/log.jsonl");
    cr_expect(epochs > 5 && epochs < 300, "%d epochs", epochs);
    EXPECT(0, NULL, "and no patience is left; --fresh starts over", "train", program, "--data", "digits",
           "--dev", "0.2", "--rows", "400", "--epochs", "300", "-o", a, "--patience", "2");
    EXPECT(3, NULL, "holds a training with patience 2, not 3", "train", program, "--data", "digits", "--dev",
           "0.2", "--rows", "400", "-o", a, "--patience", "3");
}

Test(train, goes_on_to_more_epochs_and_knows_its_end)
{
    snprintf(program, sizeof program, "%s", wgt_script(digits));
    const char *a = in_folder("a"), *b = in_folder("b");
    train_to(a, 3);
    train_to(a, 3);
    EXPECT(0, NULL, "is trained: 3 of 2 epochs", "train", program, "--data", "digits", "--dev", "0.2",
           "--rows", "400", "--epochs", "2", "-o", a);
    train_to(a, 6);
    train_to(b, 6);
    expect_same_trainings(a, b);
}

#define DIGITS "train", program, "--data", "digits", "--rows", "300"

/* ---- other mistakes ---- */

Test(train, keeps_the_weights_of_before_a_nan)
{
    /* The slope doubles w in each step, until w overflows. */
    const char *run = in_folder("run");
    EXPECT(3, NULL, "stopped in epoch", "train", "-e",
           "x = input(m, 2); w = param(1, init=1); J = -mean(w^2) * 1e4 + 0 * mean(x); train(J, "
           "optimizer=sgd(lr=1))",
           "--data", "moons:4", "--batch", "1", "--epochs", "1000", "-o", run);
    cr_expect(isfinite(weight(in_folder("run/weights.safetensors"), "w", 0)));
    /* With patience they are those of the best epoch: the loss rises from the first one on. */
    EXPECT(
        3, NULL, "has the weights of epoch 1", "train", "-e",
        "x = input(m, 2); w = param(1, init=1); J = mean(w^2) + 0 * mean(x); train(J, optimizer=sgd(lr=1e9))",
        "--data", "moons:8", "--dev", "0.5", "--epochs", "1000", "--patience", "900", "-o",
        in_folder("best"));
    cr_expect_eq((float)weight(in_folder("best/weights.safetensors"), "w", 0), 1 - 2e9f);
}

Test(train, says_that_it_cannot_write)
{
    snprintf(program, sizeof program, "%s", wgt_script(digits));
    const struct rlimit most = { 1500, 1500 };
    signal(SIGXFSZ, SIG_IGN);
    cr_assert(!setrlimit(RLIMIT_FSIZE, &most));
    wgt_count("writes that failed", 1);
    EXPECT(6, "", "File too large", DIGITS, "-o", in_folder("run"), "--fresh", "--epochs", "1");
}

Test(train, follows_no_link_in_its_folder)
{
    snprintf(program, sizeof program, "%s", wgt_script(digits));
    mkdir(wgt_in_folder("run"), 0777);
    cr_assert(!symlink("/dev/null", wgt_in_folder("run/weights.safetensors")));
    EXPECT(3, "", "weights.safetensors is a link", DIGITS, "-o", in_folder("run"), "--fresh", "--epochs",
           "1");
}

/* Files that no training wrote, and weights without the state that is written after them. */
Test(train, writes_over_no_file_of_others)
{
    static const char *const names[] = { "run/settings.json", "run/log.jsonl", "run/weights.safetensors" };
    snprintf(program, sizeof program, "%s", wgt_script(digits));
    mkdir(wgt_in_folder("run"), 0777);
    for (int i = 0; i < 3; i++) {
        FILE *f = fopen(wgt_in_folder(names[i]), "w");
        cr_assert(f && fputs("mine", f) >= 0 && !fclose(f));
        EXPECT(3, "", names[i] + 4, DIGITS, "-o", in_folder("run"), "--epochs", "1");
        cr_assert(!unlink(wgt_in_folder(names[i])));
    }
    EXPECT(0, NULL, NULL, DIGITS, "-o", in_folder("run"), "--epochs", "1", "-q");
    cr_assert(!unlink(wgt_in_folder("run/state.safetensors")));
    EXPECT(3, "", "weights.safetensors", DIGITS, "-o", in_folder("run"), "--epochs", "1");
    const int folder = open(wgt_in_folder("run"), O_RDONLY | O_DIRECTORY);
    cr_assert(folder >= 0 && !flock(folder, LOCK_EX));
    EXPECT(6, "", "another training", DIGITS, "-o", in_folder("run"), "--epochs", "1", "--fresh");
    close(folder);
    EXPECT(0, NULL, NULL, DIGITS, "-o", in_folder("run"), "--epochs", "1", "--fresh", "-q");
    unlink(wgt_in_folder("run/settings.json"));
    EXPECT(3, "", "has no settings.json beside it: --fresh", DIGITS, "-o", in_folder("run"));
}

Test(train, writes_a_log_and_a_curve)
{
    snprintf(program, sizeof program, "%s", wgt_script(digits));
    EXPECT(0, NULL, NULL, DIGITS, "--dev", "0.5", "-o", in_folder("run"), "-q");
    FILE *f = fopen(wgt_in_folder("run/log.jsonl"), "r");
    char line[1000];
    int n = 0;
    for (; f && fgets(line, sizeof line, f); n++) {
        wgt_expect_json(line);
        cr_expect_eq(wgt_json_number(line, "{", "epoch"), n + 1);
        cr_expect(wgt_json_number(line, "\"dev\"", "accuracy") <= 1);
    }
    if (f) fclose(f);
    cr_expect_eq(n, 5);
    cr_expect(!access(wgt_in_folder("run/curve.svg"), F_OK));
}

/* The mean of ones and zeros that say whether something holds is a share. A number that is made with the help
 * of comparisons, as a norm is, is none. */
Test(train, a_share_is_the_mean_of_a_comparison)
{
    static const char *const share[] = { "mean(a > 2)",
                                         "mean(a == [1, 2, 3, 5])",
                                         "mean(b > 2)",
                                         "mean(w > 1)",
                                         "mean(logical_not(a > 2))",
                                         "mean(logical_and(a > 1, a < 4))",
                                         "mean((a > 2) * (a < 4))",
                                         "mean((a > 2) * 1)",
                                         "mean(where(a > 2, 1, 0))",
                                         "mean(argmax(b, axis=-1) == [1, 0])",
                                         "mean(prod(b > 2, axis=1))",
                                         "mean(max(b > 2, axis=1))",
                                         "mean(mean(b > 2, axis=0))",
                                         "sum(a > 2)/4" };
    static const char *const number[] = { "norm(a)",
                                          "norm([w, 0])",
                                          "std(a)",
                                          "logsumexp(a)",
                                          "max(a)",
                                          "huber(w, 0)",
                                          "where(w > 1, w, 0)",
                                          "max(where(a > 2, a, 0))",
                                          "mean(abs(a))",
                                          "mean(relu(a))",
                                          "mean(clip(a, 0, 2))",
                                          "mean(where(a > 2, 3, 0))",
                                          "mean(where(a > 2, a, 0))",
                                          "mean((a > 2) * a)",
                                          "mean((a > 2) + (a > 1))",
                                          "mean(sum(b > 2, axis=1))",
                                          "2 * mean(a > 2)",
                                          "sum(a > 2)/3",
                                          "sum(a > 2)/1.0" };
    enum { SHARES = sizeof share / sizeof *share, NUMBERS = sizeof number / sizeof *number };
    for (int i = 0; i < SHARES + NUMBERS; i++) {
        char command[400], *said;
        const char *what = i < SHARES ? share[i] : number[i - SHARES];
        snprintf(command, sizeof command,
                 "\"$build/wengert\" train -e 'a = [1, 2, 3, 4]; b = [[1, 2], [3, 5]]; w = param(init=1.5); "
                 "L = norm([w, 0]) + 1; train(L, epochs=1, metrics=[%s])' 2>/dev/null",
                 what);
        said = strstr((char *)wgt_shell(command), what);
        cr_assert(said, "%s", what);
        *strchrnul(said, '\n') = 0;
        cr_expect_eq(!strstr(said + strlen(what), " %"), i >= SHARES, "%s", said);
    }
}

Test(train, cases_of_a_file) { wgt_run_cases("tests/tools/train.txt", NULL); }
