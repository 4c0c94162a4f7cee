/* options.c: calls with options by name, the same text in C and in C++. Each call has an exact result or an
 * exact sentence, at its line. Prints what differs. The argument is a folder for a file. */
#include "options_made.h"

static int differs, calls;

/* An error begins with its place. */
static void compare(const char *want, bool refused, int line)
{
    char text[1200];
    if (refused) snprintf(text, sizeof text, "%s:%d: %s", __FILE__, line, want);
    else snprintf(text, sizeof text, "%s", want);
    calls++;
    if (!strcmp(text, said)) return;
    printf("%s:%d: says  %s\n    and not  %s\n", __FILE__, line, said, text);
    differs++;
}
#define SAYS(want, ...)    ((__VA_ARGS__), compare(want, false, __LINE__))
#define REFUSED(want, ...) ((__VA_ARGS__), compare(want, true, __LINE__))

/* ---- calls ---- */

static void optimizers(double zero)
{
    SAYS("1.940598", steps(wg_sgd(p)));
    SAYS("1.940598", steps(wg_sgd(p, .lr = 0.01)));
    SAYS("0.25", steps(wg_sgd(p, .lr = 0.5)));
    SAYS("2", steps(wg_sgd(p, .lr = 0)));
    SAYS("2", steps(wg_sgd(p, .lr = zero)));
    SAYS("0", steps(wg_sgd(p, .lr = 0.5, .weight_decay = 1)));
    SAYS("0.25", steps(wg_momentum(p, .lr = 0.5, .beta = 0)));
    SAYS("-0.5", steps(wg_momentum(p, .lr = 0.5, .beta = 0.5, .classical = true)));
    SAYS("-0.5", steps(wg_momentum(p, .classical = true, .lr = 0.5, .beta = 0.5)));
    SAYS("1.997", steps(wg_adam(p, .beta1 = 0, .beta2 = 0, .eps = 0)));
    SAYS("0.5", steps(wg_adam(p, .lr = 0.5, .beta1 = zero, .beta2 = zero, .eps = zero)));
    SAYS("0.5", steps(wg_adamw(p, .lr = 0.5, .beta1 = 0, .beta2 = 0, .eps = 0, .weight_decay = 0)));
    SAYS("2", steps(wg_adamw(p, .lr = 0)));
    SAYS("0.5", steps(wg_lion(p, .lr = 0.5, .beta1 = 0)));
    SAYS("0.5", steps(wg_rmsprop(p, .lr = 0.5, .rho = 0, .eps = 0)));
    REFUSED("adam: lr -1: must be in [0, inf)", steps(wg_adam(p, .lr = -1)));
    REFUSED("adam: beta1 1: must be in [0, 1)", steps(wg_adam(p, .beta1 = 1)));
    REFUSED("adam: eps nan: must be in [0, inf)", steps(wg_adam(p, .eps = NAN)));
    REFUSED("lbfgs: history -1: must be in [0, 1000]", steps(wg_lbfgs(p, .history = -1)));
    wg_optim *o = wg_sgd(p, .lr = 0.5);
    SAYS("2", group(o, wg_optim_group(o, "w", .lr = 0)));
    o = wg_sgd(p, .lr = 0.25);
    SAYS("0.25", group(o, wg_optim_group(o, "w", .lr_scale = 2)));
    o = wg_sgd(p, .lr = 0.5, .weight_decay = 1);
    SAYS("0.25", group(o, wg_optim_group(o, "w", .decay = false)));
    o = wg_sgd(p, .lr = 0.5);
    REFUSED("optim_group: l1 -1: must be in [0, inf)", group(o, wg_optim_group(o, "w", .l1 = -1)));
}

#define NO_OPTS   "adam: the options do not begin with those of WG_OPTS: write WG_OPTS(wg_adam_opts, ...)"
#define NO_STRUCT "adam: the options are NULL: write WG_OPTS(wg_adam_opts, ...)"
/* In C++ nothing but the struct makes a mark. */
static void set_mark(void *options, size_t mark) { memcpy(options, &mark, sizeof mark); }

static void structs(double zero)
{
    wg_adam_opts o = WG_OPTS(wg_adam_opts, .lr = 0.5);
    o.beta1 = zero, o.beta2 = zero, o.eps = zero;
    SAYS("0.5", steps(wg_adam_at(WG_HERE, p, &o)));
    const wg_adam_opts standard = WG_OPTS(wg_adam_opts);
    o = standard, o.lr = zero;
    SAYS("2", steps(wg_adam_at(WG_HERE, p, &o)));
    set_mark(&o, WG_MARK_(wg_adam_opts) - 1);
    REFUSED(NO_OPTS, steps(wg_adam_at(WG_HERE, p, &o)));
    set_mark(&o, 0);
    REFUSED(NO_OPTS, steps(wg_adam_at(WG_HERE, p, &o)));
    REFUSED(NO_STRUCT, steps(wg_adam_at(WG_HERE, p, NULL)));
#ifdef __cplusplus
    wg_adam_opts plain;
    plain.lr = 0;
    SAYS("2", steps(wg_adam_at(WG_HERE, p, &plain)));
    static_assert(wg_adam_opts().beta1 == 0.9 && wg_start_opts().threads == WG_AUTO, "");
#endif
}

static void contexts(void)
{
    SAYS("f32 seed 0, 3 threads", context(wg_start(.threads = 3)));
    SAYS("f64 seed 7, 3 threads", context(wg_start(.dtype = WG_F64, .seed = 7, .threads = 3)));
    SAYS("f64 seed 7, 3 threads", context(wg_start(.seed = 7, .threads = 3, .dtype = WG_F64)));
    REFUSED("wg_start: threads 0: must be in [1, 256]", context(wg_start(.threads = 0)));
    REFUSED("wg_start: plan_bytes -1: must be in [0, inf)", context(wg_start(.plan_bytes = -1)));
}

#define NO_SEPARATOR "data_csv: the separator must be a comma, a semicolon, a tab or the like"
static void data(const char *file, bool header)
{
    FILE *f = fopen(file, "w");
    fputs("1,2\n3,4\n5,6\n", f);
    fclose(f);
    SAYS("3 rows of 2 from 1", set(wg_data_csv(c, file)));
    SAYS("2 rows of 2 from 3", set(wg_data_csv(c, file, .header = true)));
    SAYS("3 rows of 2 from 1", set(wg_data_csv(c, file, .header = false)));
    SAYS("2 rows of 1 from 3", set(wg_data_csv(c, file, .header = header, .y = "2")));
    SAYS("2 rows of 1 from 4", set(wg_data_csv(c, file, .x = "2", .header = 1, .separator = ',')));
    SAYS("3 rows of 1 from 2", set(wg_data_csv(c, file, .x = "1", .separator = 0, .header = false)));
    REFUSED(NO_SEPARATOR, set(wg_data_csv(c, file, .separator = 'a')));
    SAYS("4 rows of 2 from 1", set(wg_data_make(c, "moons", 4, .noise = 0)));
    SAYS("9 rows of 2 from 2", set(wg_data_make(c, "blobs", 9, .noise = 0, .classes = 1, .seed = 0)));
    SAYS("4 rows of 2 from 0.254100349124", set(wg_data_make(c, "xor", 4)));
    SAYS("4 rows of 2 from 0.603406785294", set(wg_data_make(c, "xor", 4, .seed = 0)));
    REFUSED("data_make: noise -1: must be in [0, inf)", set(wg_data_make(c, "moons", 4, .noise = -1)));
    REFUSED("data_make: classes 0: must be in [1, 1000]", set(wg_data_make(c, "blobs", 4, .classes = 0)));
}

#define NO_TIME "group_start: timeout -1: must be in [0, inf]"
static void others(double zero)
{
    double seven = 7;
    wg_context *far_away = wg_start(.dtype = WG_F32);
    wg_graph *into = wg_graph_new(far_away);
    wg_begin(g, WG_TRAIN);
    wg_begin(into, WG_TRAIN);
    wg_node x = wg_input(g, "x", wg_view_f64(&seven, WG_SCALAR));
    SAYS("1 steps, 3 runs", plan(wg_plan_look(wg_exp(x), .seconds = 0)));
    SAYS("1 steps, 3 runs", plan(wg_plan_look(wg_exp(wg_sin(x)), .seconds = zero)));
    REFUSED("plan_look: seconds -1: must be in [0, inf]", plan(wg_plan_look(x, .seconds = -1)));
    SAYS("4.66666666667", average(wg_average_new(p)));
    SAYS("4.66666666667", average(wg_average_new(p, .decay = 0)));
    SAYS("5.5", average(wg_average_new(p, .decay = 0.5)));
    REFUSED("average_new: decay 1: must be in [0, 1)", average(wg_average_new(p, .decay = 1)));
    SAYS("f64 8", node(wg_replay(wg_add(x, 1), into)));
    SAYS("f32 8", node(wg_replay(wg_add(x, 1), into, .floats = WG_F32)));
    SAYS("f64 14", node(wg_extern(x, WG_SHAPE(1), .forward = twice)));
    SAYS("f64 49", node(wg_extern(x, WG_SCALAR, .forward = twice, .user = &seven, .impure = true)));
    REFUSED("group_start: shards 0: must be in [1, 4096]", all(wg_group_start(c, .shards = 0)));
    REFUSED(NO_TIME, all(wg_group_start(c, .timeout = -1)));           /* any time does */
    SAYS("0 of 2", all(wg_group_start(c, .shards = 2, .timeout = 0))); /* any time does */
    wg_finish(far_away, stdout);
}

/* Names of options as macros of the user's: behind the #include they break no call. */
#define lr       0.5
#define eps      1e-6
#define beta     0
#define axis     1
#define seed     7
#define noise    "none"
#define decay(x) x
static void named_alike(void)
{
    SAYS("1.99700000002", steps(wg_adam(p, .beta1 = beta, .beta2 = beta)));
    SAYS("1.91134325", steps(wg_sgd(p, .weight_decay = lr)));
    node(wg_softmax(wg_number(3)));
    set(wg_data_make(c, "blobs", 4, .classes = 1));
    wg_graph_free(wg_graph_new(c));
}

int main(int count, char **list)
{
    char file[1000];
    if (count < 2) return 1;
    snprintf(file, sizeof file, "%s/options.csv", list[1]);
    started(), optimizers(0), structs(0), contexts(), data(file, true), others(0), named_alike();
    printf("%d calls\n", calls);
    return differs || calls < 60;
}
