/* cmd_train.c: the command train. The statement train(...) of the program has the defaults; flags win. */
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "train.h"

static const flag flags[] = {
    { 0, "dev", "SHARE", "holds out this share of the rows, 0.2 say, to measure on" },
    { 'o', "output", "DIR",
      "keeps weights, state, log.jsonl and curve.svg there; the same command goes on from them" },
    { 0, "fresh", NULL, "starts over, whatever is in DIR" },
    { 0, "epochs", "N", "ends after this epoch (default 20)" },
    { 0, "patience", "N",
      "ends when the loss of --dev was no better for N epochs; the weights are those of the best one" },
    { 0, "batch", "N", "rows of a step (default 64)" },
    { 0, "optimizer", "OPTIMIZER",
      "sgd, adam(lr=1e-3, weight_decay=0.01), momentum(lr=cosine(0.1)), ... (default adam)" },
    { 0, "lr", "X", "the rate of the optimizer, or that at the start of its schedule" },
    { 0, "loss", "NAME", "the name to minimise, if the program has no train(...)" },
    { 0, "metrics", "NAMES", "names to measure beside the loss" },
    { 0, "shards", "N",
      "parts of a batch, 1, 2, 4, ... (default 1; by mpirun 8): only they change bits, the processes do "
      "not" },
    { 0, "path", "NAMES",
      "keeps the values of these parameters before each step, and the loss: DIR/path.csv" },
    { 0, NULL, NULL, NULL },
};

/* ---- what is measured ---- */

/* Whether the flag names floats of one element. */
static bool can_be_measured(training *t, const char *flag_name)
{
    name_list l = { 0 };
    bool fine =
        !args_has(t->m.a, flag_name) || model_names(&t->m, flag_name, args_value(t->m.a, flag_name), &l);
    for (int i = 0; fine && i < l.count; i++)
        if (!is_scalar(l.node[i]))
            fine = model_wrong(&t->m, "--%s: %s is no single float", flag_name, l.name[i]);
    return fine;
}

void train_nodes(const training *t, wg_node to[MEASURES])
{
    const wgx_training *w = wgx_program_training(t->m.q);
    for (int i = 0; i < t->measures; i++)
        to[i] = args_has(t->m.a, i ? "metrics" : "loss") ? wg_program_node(t->m.q, t->name[i])
                : i                                      ? w->metric[i - 1].node
                                                         : w->loss.node;
}

static bool add_name(training *t, const char *name)
{
    if (t->measures == MEASURES) return model_wrong(&t->m, "--metrics: at most %d", WG_TRAINING_METRICS);
    t->name[t->measures] = strdup(name);
    return t->name[t->measures++] || model_fail(&t->m, EXIT_OTHER, "out of memory");
}

static bool add_names(training *t, const char *list)
{
    bool fine = true;
    char *copy = strdup(list), *rest = copy, *name;
    while (fine && copy && (name = strsep(&rest, ","))) fine = add_name(t, name + strspn(name, " "));
    free(copy);
    return fine;
}

/* The name of a scalar that the statement could name: a usual one, else the last that is no share. */
static const char *some_scalar(const model *m)
{
    static const char *const usual[] = { "loss", "L", "J", "cost", "C" };
    const char *best = "loss";
    for (int i = 0; i < wg_program_names(m->q); i++) {
        const char *name = wg_program_name(m->q, i);
        const wg_node n = wg_program_node(m->q, name);
        if (!is_scalar(n) || wgx_program_meaning(m->q, name) != WG_NAME_COMPUTED || wgx_fit_is_share(n))
            continue;
        best = name;
        for (size_t k = 0; k < sizeof usual / sizeof *usual; k++)
            if (!strcmp(name, usual[k])) return name;
    }
    return best;
}

/* Names of loss and metrics. The program has been built. */
static bool find_measures(training *t)
{
    const args *a = t->m.a;
    const wgx_training *w = wgx_program_training(t->m.q);
    wg_node node[MEASURES];
    if (!w && !args_has(a, "loss"))
        return model_fail(
            &t->m, EXIT_TEXT,
            "%s: nothing says what to minimise: write the line train(%s, optimizer=adam(lr=1e-3), "
            "batch=64, epochs=20), or give --loss %s",
            model_place(&t->m), some_scalar(&t->m), some_scalar(&t->m));
    if (!can_be_measured(t, "loss") || !can_be_measured(t, "metrics")) return false;
    if (!add_name(t, args_has(a, "loss") ? args_value(a, "loss") : w->loss.text)) return false;
    if (args_has(a, "metrics") && !add_names(t, args_value(a, "metrics"))) return false;
    for (int i = 0; !args_has(a, "metrics") && w && i < w->metrics; i++)
        if (!add_name(t, w->metric[i].text)) return false;
    if (strchr(t->name[0], ',') && args_has(a, "loss"))
        return model_wrong(&t->m, "--loss %s: one name was expected", t->name[0]);
    train_nodes(t, node);
    for (int i = 0; i < t->measures; i++) t->is_share[i] = wgx_fit_is_share(node[i]);
    return true;
}

/* ---- options ---- */

static void set_lr(wgx_optim_choice *o, double lr)
{
    int i = 0;
    if (o->schedule) {
        o->number[0] = lr;
        return;
    }
    while (i < o->settings && strcmp(o->setting[i].name, "lr") != 0) i++;
    if (i == o->settings && i < WG_OPTIM_SETTINGS) o->settings++;
    o->setting[i] = (wg_optim_setting){ "lr", lr };
}

static bool read_optimizer(training *t)
{
    const args *a = t->m.a;
    const wgx_training *w = wgx_program_training(t->m.q);
    const char *text = args_value(a, "optimizer");
    double lr = -1;
    if (text) t->choice = wgx_optim_choice_of(t->m.c, "--optimizer", text);
    else if (w && w->optimizer.name) t->choice = w->optimizer;
    else t->choice.name = "adam";
    if (!model_flags_ok(&t->m)) return false;
    if (!args_double(a, "lr", &lr)) return model_ends(&t->m, EXIT_FLAGS);
    if (args_has(a, "lr") && lr < 0) return model_wrong(&t->m, "--lr %g: a rate is at least 0", lr);
    if (args_has(a, "lr")) set_lr(&t->choice, lr);
    if (!strcmp(t->choice.name, "lbfgs") && wg_group_shards(t->all) > 1)
        return model_wrong(
            &t->m,
            "lbfgs looks at the loss of one batch again and again: it works with one shard, without mpirun");
    t->optim = wg_optim_named_at("", t->m.p, t->choice.name, t->choice.setting, t->choice.settings);
    return model_ok(&t->m);
}

static bool read_counts(training *t)
{
    const wgx_training *w = wgx_program_training(t->m.q);
    t->minimizes = w && w->minimizes;
    const bool whole = t->minimizes || !t->data.spec; /* all rows in a step */
    const int64_t rows = wg_data_rows(t->rows);
    long long batch = w && w->batch ? w->batch : 64, epochs = w && w->epochs ? w->epochs : whole ? 1000 : 20;
    if (whole && args_has(t->m.a, "batch"))
        return model_wrong(&t->m, t->minimizes ? "--batch: minimize takes all rows in each step"
                                               : "--batch: without --data there are no rows");
    if (whole) batch = rows;
    long long patience = w ? w->patience : 0;
    const bool narrow = wg_context_dtype(t->m.c) == WG_F32;
    t->tolerance = w && w->tolerance ? w->tolerance : narrow ? 1e-4 : 1e-8;
    if (!args_long(t->m.a, "batch", 1, &batch) || !args_long(t->m.a, "epochs", 1, &epochs) ||
        !args_long(t->m.a, "patience", 0, &patience))
        return model_ends(&t->m, EXIT_FLAGS);
    if (patience && !t->dev)
        return model_wrong(&t->m, "%s needs rows that are held out: give --dev 0.2, say",
                           args_has(t->m.a, "patience") ? "--patience" : "train(..., patience=...)");
    t->loop.patience = patience;
    if (patience) t->loop.kept = wg_params_new(t->m.c);
    t->batch = batch < rows ? batch : rows;
    t->loop.epochs = epochs < INT32_MAX ? epochs : INT32_MAX;
    t->steps = t->loop.epochs * ((rows + t->batch - 1) / t->batch);
    return model_ok(&t->m);
}

double train_rate(const training *t)
{
    return wgx_optim_choice_rate(&t->choice, (double)t->step, (double)t->steps);
}

/* ---- data ---- */

/* Class numbers of the first input that has any, so that both parts get the same share of each class. */
static wg_tensor labels(training *t)
{
    for (int k = 0; k < t->data.inputs; k++) {
        const column_rows *r = &t->data.input[k];
        if (r->rows.shape.rank != 1 || (!r->classes && wg_dtype_is_float(r->rows.dtype))) continue;
        int32_t *y = wg_alloc(t->m.c, (size_t)t->data.rows + 1, sizeof *y);
        for (int64_t i = 0; y && i < t->data.rows; i++) y[i] = (int32_t)wg_tensor_item(&r->rows, i);
        return (wg_tensor){ WG_I32, WG_SHAPE(t->data.rows), y };
    }
    return (wg_tensor){ 0 };
}

/* A data set of row numbers: the library keeps their order, and splits them. */
static bool make_rows(training *t)
{
    double share = 0;
    if (!args_double(t->m.a, "dev", &share)) return model_ends(&t->m, EXIT_FLAGS);
    if (args_has(t->m.a, "dev") && !(share > 0 && share < 1))
        return model_wrong(&t->m, "--dev %g: a share between 0 and 1 was expected", share);
    int64_t *number = wg_alloc(t->m.c, (size_t)t->data.rows + 1, sizeof *number);
    for (int64_t i = 0; number && i < t->data.rows; i++) number[i] = i;
    if (!number) return model_ok(&t->m);
    const wg_tensor y = labels(t);
    t->rows = wg_data_from_at("", t->m.c, wg_view_i64(number, WG_SHAPE(t->data.rows)), y);
    wg_free(t->m.c, number);
    wg_free(t->m.c, y.data);
    if (share > 0) t->dev = wg_data_split_at("", t->rows, share);
    if (!model_ok(&t->m)) return false;
    if (wg_data_rows(t->rows) && (share <= 0 || wg_data_rows(t->dev))) return true;
    if (!t->data.rows) return model_fail(&t->m, EXIT_TEXT, "--data: there are no rows");
    return model_wrong(&t->m, "--dev %g: of %lld rows none is left for %s", share, (long long)t->data.rows,
                       wg_data_rows(t->rows) ? "it" : "the training");
}

/* ---- the command ---- */

bool train_begin(training *t, const args *a, wg_dtype standard)
{
    model *m = &t->m;
    long long shards = 0;
    if (!model_begin(m, a, WG_TRAIN, standard)) return false;
    if (!args_long(a, "shards", 1, &shards)) return model_ends(m, EXIT_FLAGS);
    t->all = tool_group(m->c, shards < INT_MAX ? (int)shards : INT_MAX);
    t->leads = wg_group_rank(t->all) == 0;
    t->mode = m->mode;
    return wg_failed(m->c) == WG_ERROR_VALUE ? model_flags_ok(m) : model_ok(m);
}

static bool open_program(training *t, void *user)
{
    model *m = &t->m;
    const args *a = user;
    if (!train_begin(t, a, args_has(a, "data") ? WG_F32 : WG_F64) || !model_read_program(m)) return false;
    m->mode = WG_TRAIN; /* of the data: that of IDX files to train on */
    if (args_has(a, "data"))
        return data_read(m, &t->data, false) && (!m->unfeds || data_fail_unfed(m, m->unfed[0])) &&
               make_rows(t) && model_values(m);
    if (args_has(a, "map") || args_has(a, "rows"))
        return model_wrong(m, "--%s without --data", args_has(a, "map") ? "map" : "rows");
    if (args_has(a, "dev")) return model_wrong(m, "--dev: without --data there are no rows to hold out");
    t->data.rows = 1;
    return make_rows(t) && model_values(m);
}

/* Without data every input must have been set. */
static bool is_fed(training *t)
{
    const char *drawn = wg_program_drawn(t->m.q), *end = strstr(drawn, " drawn");
    if (t->data.spec || !end) return true;
    return model_wrong(
        &t->m,
        "train: --data is missing for %.*s: digits, moons:400, FILE.csv, FILE.npy or a folder of "
        "IDX files",
        (int)(end - drawn), drawn);
}

/* A build on the graph that dev gets finds mistakes and names before anything is written. */
static bool try_program(training *t)
{
    wg_graph *of_training = t->m.g;
    t->m.g = wg_graph_new(t->m.c);
    const int loaded = wg_params_count(t->m.p);
    const bool fine = train_try(t) && is_fed(t) && find_measures(t) && read_optimizer(t) && read_counts(t) &&
                      train_path_open(t);
    t->of_dev = t->m.g;
    t->m.g = of_training;
    if (fine && loaded && loaded < wg_params_count(t->m.p))
        tool_note(t->m.a, "wengert: --load: %d parameters are not in the file and begin with first values",
                  wg_params_count(t->m.p) - loaded);
    return fine;
}

/* Whether a product takes the node as it is. */
static bool is_multiplied(wg_graph *g, wg_node x)
{
    for (int64_t i = 1; i < wg_graph_nodes(g); i++) {
        const wg_node n = wg_graph_node(g, i);
        if (wgx_op_is(wg_node_op(n), "dense") || wgx_op_is(wg_node_op(n), "matmul"))
            if (wg_node_operand(n, 0).index == x.index) return true;
    }
    return false;
}

/* The root of the mean square of a column. */
static double size_of(const wg_tensor *x, int64_t k)
{
    const int64_t rows = x->shape.dim[0], wide = x->shape.dim[1];
    double sum = 0;
    for (int64_t r = 0; r < rows; r++) {
        const double v = wg_tensor_item(x, r * wide + k);
        sum += v * v;
    }
    return sqrt(sum / (double)rows);
}

/* The name of column k among names with tabs between them. */
static int column_name(const column_rows *r, int64_t k, char *name, size_t room)
{
    const char *at = r->columns ? r->columns : "";
    for (; k > 0 && *at; k--) at += strcspn(at, "\t"), at += *at == '\t';
    return *at ? snprintf(name, room, "%.*s", (int)strcspn(at, "\t"), at)
               : snprintf(name, room, "column %lld", (long long)k);
}

/* Columns a thousand times as large as others drown them: a net hardly learns from such. */
static void warn_of_sizes(const training *t)
{
    enum { TOO_FAR = 1000 };
    for (int i = 0; i < t->data.inputs; i++) {
        const column_rows *r = &t->data.input[i];
        int64_t least = -1, most = -1;
        double low = INFINITY, high = 0;
        char small[80], large[80];
        if (r->rows.shape.rank != 2 || r->classes || !r->rows.shape.dim[0]) continue;
        for (int64_t k = 0; k < r->rows.shape.dim[1]; k++) {
            const double size = size_of(&r->rows, k);
            if (size > 0 && size < low) low = size, least = k;
            if (size > high) high = size, most = k;
        }
        const wg_node x = wg_program_node(t->m.q, r->input);
        if (high < TOO_FAR * low || !wg_node_ok(x) || !is_multiplied(t->of_dev, x)) continue;
        column_name(r, least, small, sizeof small), column_name(r, most, large, sizeof large);
        tool_note(t->m.a,
                  "warning: the columns of %s differ in size, %s is about %.2g and %s %.2g: a net hardly "
                  "learns from such; "
                  "write (%s - mean(%s, axis=0)) / std(%s, axis=0) with the numbers of the training, or use "
                  "wengert fit",
                  r->input, large, high, small, low, r->input, r->input, r->input);
    }
}

/* A schedule such as cosine ends with the training. With another end than before the rate jumps. */
static void say_rate(training *t)
{
    const epoch_record *last = t->records ? &t->record[t->records - 1] : NULL;
    if (!t->choice.schedule || !last || !t->step || last->epoch != wg_data_epoch(t->rows)) return;
    t->step--;
    const double now = train_rate(t);
    t->step++;
    if (fabs(now - last->lr) <= 1e-9 * fabs(now)) return;
    tool_note(
        t->m.a,
        "the schedule %s now ends in epoch %lld: the rate was %.4g in epoch %lld, and goes on from %.4g. "
        "--fresh makes one schedule of all",
        t->choice.schedule, (long long)t->loop.epochs, last->lr, (long long)last->epoch, train_rate(t));
}

static void train(training *t, const args *a, bool (*open)(training *t, void *user),
                  void (*done_with)(training *t, void *user), void *user)
{
    if (!open(t, user)) return;
    train_say_data(t);
    if (!try_program(t)) return;
    warn_of_sizes(t);
    signals_catch();
    if (!train_resume(t)) return;
    t->loop.epoch = wg_data_epoch(t->rows);
    if (!wgx_fit_goes_on(&t->loop))
        tool_note(a, "%s is trained: %d of %lld epochs%s; %s--fresh starts over", t->folder,
                  wg_data_epoch(t->rows), (long long)t->loop.epochs,
                  t->loop.epoch < t->loop.epochs ? ", and no patience is left" : "",
                  t->loop.epoch < t->loop.epochs ? "" : "--epochs goes on, ");
    else if (t->was_there) {
        tool_note(a, "%s goes on in epoch %d", t->folder, wg_data_epoch(t->rows) + 1);
        say_rate(t);
    }
    const bool done = train_epochs(t);
    check_unwatch();
    if (!t->m.status && done && done_with) done_with(t, user);
    else if (!t->m.status && (done || a->json) && t->leads) train_result(t);
    if (!done && !t->m.status) {
        t->m.status = EXIT_INTERRUPTED;
        tool_note(a,
                  done_with   ? "stopped in epoch %d; the same command starts over"
                  : t->folder ? "stopped in epoch %d; the same command goes on from here"
                              : "stopped in epoch %d",
                  wg_data_epoch(t->rows) + 1);
    }
}

static void release(training *t)
{
    for (int i = 0; i < t->measures; i++) free(t->name[i]);
    for (int64_t i = 0; i < t->records; i++) free(t->record[i].line);
    free(t->record);
    if (t->path_out) fclose(t->path_out);
    free(t->path_text);
    data_free(&t->data);
}

/* -o without the slashes at its end. NULL: there is none. */
static char *folder(const args *a)
{
    char *text = args_has(a, "output") ? strdup(args_value(a, "output")) : NULL;
    for (size_t n = text ? strlen(text) : 0; n > 1 && text[n - 1] == '/'; n--) text[n - 1] = 0;
    return text;
}

int train_run(const args *a, bool (*open)(training *t, void *user), void (*done)(training *t, void *user),
              void *user)
{
    training *t = calloc(1, sizeof *t);
    if (!t) return tool_fail(a, EXIT_OTHER, "out of memory");
    t->folder = folder(a);
    train(t, a, open, done, user);
    release(t);
    train_unlock(t);
    free(t->folder);
    const int status = model_close(&t->m);
    free(t);
    return status;
}

static int run(const args *a) { return train_run(a, open_program, NULL, (void *)(uintptr_t)a); }

const command cmd_train = {
    "train",
    "train FILE.wg | -e TEXT [--data SPEC] [flags]",
    "Trains a program's parameters. Without --data an epoch is one step, in f64.",
    { flags, model_flags, table_flags },
    "  wengert train digits.wg --data digits --dev 0.2 -o run/\n"
    "  wengert train -e 'w = param(init=1); J = w^2 - 10*w + 25; train(J)' --optimizer adam --lr 0.1\n"
    "  wengert train -e 'w = param(2, init=0); minimize((1 - w[0])^2 + 100*(w[1] - w[0]^2)^2)'\n"
    "  wengert train iris.wg --data iris.csv --map x=sepal_length:petal_width,y=species -o iris/\n"
    "  wengert train digits.wg --data digits --optimizer 'adamw(lr=cosine(3e-3))' --epochs 40\n"
    "  wengert eval digits.wg --load run/weights.safetensors --data new.npy --print logits -o out.npy\n",
    run,
};
