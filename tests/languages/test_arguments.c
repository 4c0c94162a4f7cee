/* test_arguments.c: no argument is left without a look. For each call with options, made from their lists: a
 * number out of its range is refused; an option that changes nothing, alone or beside another one, is
 * refused, unless `unseen` says why it is none. */
#include <fnmatch.h>
#include <math.h>
#include <string.h>

#include "calls.h"
#include "wgtest.h"

static wg_context *c;
static wg_graph *fresh;
static wg_params *layers;
static wg_node a, s, v, w, t, u, q, i, m, k, h, r, z;

/* ---- what a call gives ---- */

/* An option and one of its values: a number, or the number of another value of its type. */
typedef struct setting {
    const wg_option *option;
    double value;
} setting;
static const setting *given;
static int givens;

static bool is(const wg_option *o, const char *type) { return !strcmp(o->type, type); }

static wg_node node_for(const char *option)
{
    if (!strcmp(option, "lengths")) return wg_input(fresh, "l", wg_view_i32((int32_t[]){ 3 }, WG_SHAPE(1)));
    if (!strcmp(option, "weights"))
        return wg_input(fresh, "weights", wg_view_f64((const double[]){ 2, 0.5, 3 }, WG_SHAPE(3)));
    if (!strcmp(option, "memory")) return v;
    if (!strcmp(option, "mask"))
        return wg_input(fresh, "mask", wg_view_f64((const double[]){ 0.5, 0.25, 2 }, WG_SHAPE(3)));
    cr_assert_fail("the option %s is a node: say here which", option);
    return wg_none;
}

static void put_other(const wg_option *o, void *to)
{
    const int64_t size = !strcmp(o->name, "padding") ? 1 : !strcmp(o->name, "size") ? 5 : 2;
    if (is(o, "wg_axes")) *(wg_axes *)to = WG_AXES(0);
    else if (is(o, "wg_shape")) *(wg_shape *)to = WG_SHAPE(size);
    else if (is(o, "wg_init")) *(wg_init *)to = wg_const(0.5);
    else if (is(o, "wg_node")) *(wg_node *)to = node_for(o->name);
    else if (o->kind == WG_OPTION_TEXT) *(const char **)to = "other";
}

static void fill(const wg_option_list *list, void *options)
{
    (void)list;
    for (int j = 0; j < givens; j++) {
        const wg_option *o = given[j].option;
        if (!wg_option_set(o, options, given[j].value)) put_other(o, (char *)options + o->offset);
    }
}

static inline wg_node of_node(wg_node y) { return y; }
static inline wg_node of_states(wg_nn_states y) { return y.y; }
#define NODE(y) _Generic((y), wg_node : of_node, wg_nn_states : of_states)(y)
#define MAKE(name, T, language, ...)              \
    static wg_node make_##name(void)              \
    {                                             \
        T o = WG_OPTS(T, __VA_ARGS__);            \
        fill(wg_options_of(#T), &o);              \
        return NODE(wg_##name##_at(WG_HERE, &o)); \
    }
WGT_CALLS(MAKE)
WGT_MORE_CALLS(MAKE)

typedef struct call {
    const char *name;
    const char *rows;      /* the name of its struct */
    wg_node (*make)(void); /* NULL: an optimizer */
} call;
#define CALL(name, T, language, ...) { #name, #T, make_##name },
#define OPTIMIZER(name)              { #name, "wg_" #name "_opts", NULL },
static const call calls[] = { WGT_CALLS(CALL) WGT_MORE_CALLS(CALL) WG_OPTIMIZERS(OPTIMIZER) };
enum { CALLS = sizeof calls / sizeof *calls };

typedef struct result {
    char text[4000]; /* the elements, or the message */
    bool refused;
} result;

static void tell(result *to, const double *x, int64_t n, const wg_shape *shape)
{
    size_t at = (size_t)snprintf(to->text, 60, "%d parameters, axes:", wg_params_count(layers));
    for (int d = 0; d < shape->rank; d++)
        at += (size_t)snprintf(to->text + at, 30, " %d", (int)shape->dim[d]);
    at += (size_t)snprintf(to->text + at, 10, " |");
    for (int64_t e = 0; e < n && at < sizeof to->text - 40; e++)
        at += (size_t)snprintf(to->text + at, 40, " %.17g", x[e] + 0.0);
}

static void operands(void)
{
    const double some[] = { 0.5, -1, 2, -0.25, 1.5, -2, 0.75, 3, 1, 0 };
#define GIVE(name, shape, ...) \
    name = wg_input(fresh, #name, wg_view_f64((const double[]){ __VA_ARGS__ }, shape))
    a = wg_input(fresh, "a", wg_view_f64(some, WG_SHAPE(2, 4)));
    GIVE(s, WG_SHAPE(2, 4), 0.25, 0.5, 0.125, 0.125, 0.0625, 0.0625, 0.375, 0.5);
    GIVE(v, WG_SHAPE(2, 4), 1, 2, -3, 0.5, 0.75, -1.5, 2.5, -0.5);
    GIVE(w, WG_SHAPE(4), 2, 0.5, -1, 3);
    GIVE(t, WG_SHAPE(2), 1, 0);
    GIVE(u, WG_SHAPE(3), 0, 2, 1);
    GIVE(q, WG_SHAPE(3, 3), 2, 1, 3, 4, -5, 6, -7, 8, 9);
    GIVE(i, WG_SHAPE(2, 3), 0, 2, 1, 2, 1, 0);
    GIVE(m, WG_SHAPE(1, 8, 2), 1, 2, 3, -4, 5, 6, -7, 8, 2, -1, 4, 3, -2, 5, 1, 9);
    GIVE(k, WG_SHAPE(3, 2, 2), 1, -2, 0.5, 3, -1, 1, 2, 0.25, 1, 0, 3, -2);
    GIVE(h, WG_SHAPE(2), 2, 0.5);
    GIVE(z, WG_SHAPE(2, 4), 1, -1, -1, 1, -1, 1, 1, -1);
    GIVE(r, WG_SHAPE(2, 3), 1, 2, 3, 4, 5, 6);
}

/* Three steps of an optimizer, and the parameters after them. */
static void steps(const call *f, const setting *with, int n, result *to)
{
    wg_optim_setting by_name[3] = { { "weight_decay", 0.25 } }; /* of which other options say something */
    int settings = !strcmp(f->rows, "wg_lbfgs_opts") ? 0 : 1;
    const double first[] = { 2, -0.5, 1, 0.25 };
    wg_optim *o = NULL;
    for (int j = 0; j < n; j++) {
        const bool decay = !strcmp(with[j].option->name, "weight_decay");
        by_name[decay ? 0 : settings++] = (wg_optim_setting){ with[j].option->name, with[j].value };
    }
    for (int j = 0; j < 3 && !wg_failed(c); j++) {
        wg_begin(fresh, WG_TRAIN);
        const wg_node p = wg_param(fresh, layers, "w", WG_SHAPE(2, 2), wg_values(first)),
                      b = wg_param(fresh, layers, "b", WG_SHAPE(2), wg_const(0.75));
        if (!o) o = wg_optim_named(layers, f->name, by_name, settings);
        if (j == 2) wg_optim_set_lr(o, wg_optim_lr(o) / 2);
        if (o)
            wg_backward(wg_mul(wg_sum(wg_add(wg_exp(p), wg_square(b))), j ? 0.01 : 1), layers),
                wg_optim_step(o);
    }
    to->refused = wg_failed(c);
    if (to->refused) snprintf(to->text, sizeof to->text, "%s", wg_message(c));
    else {
        double x[6];
        const wg_tensor weight = wg_params_tensor(layers, 0), b = wg_params_tensor(layers, 1);
        for (int j = 0; j < 6; j++) x[j] = j < 4 ? wg_tensor_item(&weight, j) : wg_tensor_item(&b, j - 4);
        tell(to, x, 6, &WG_SHAPE(6));
    }
    wg_optim_free(o);
    wg_recover(c);
}

static void run(const call *f, const setting *with, int n, result *to)
{
    wg_begin(fresh, WG_TRAIN);
    wg_params_free(layers);
    layers = wg_params_new(c);
    if (!f->make) {
        steps(f, with, n, to);
        return;
    }
    given = with, givens = n;
    operands();
    const wg_node y = f->make();
    double x[150];
    const wg_shape shape = wg_node_ok(y) ? wg_node_shape(y) : WG_SCALAR;
    const int64_t size = wg_shape_size(shape);
    if (!wg_failed(c)) wg_copy_f64(wg_dtype_is_float(wg_node_dtype(y)) ? y : wg_cast(y, WG_F64), x, size);
    to->refused = wg_failed(c);
    if (to->refused) snprintf(to->text, sizeof to->text, "%s", wg_message(c));
    else tell(to, x, size, &shape);
    wg_recover(c);
}

static void world(void)
{
    c = wgt_start(NULL, WG_F64, NULL);
    fresh = wg_graph_new(c);
}

/* ---- numbers out of their range ---- */

/* Whether the refusal has the words of options.c. */
static bool says(const result *y, const wg_option *o, double value)
{
    char words[200];
    snprintf(words, sizeof words, "%s %.15g: must be %s%s", o->name, value,
             o->kind == WG_OPTION_CHOICE ? "one of "
             : *o->range                 ? "in "
                                         : "a number",
             o->range);
    return y->refused && strstr(y->text, words);
}

static int asked, silent;

static void out_of_range(const call *f, const wg_option *o)
{
    static const double tried[] = { -1, 0, 1, 1.5, 7, -0.5, INFINITY, -INFINITY, NAN };
    const wg_option_list *list = wg_options_of(f->rows);
    for (size_t j = 0; j < sizeof tried / sizeof *tried; j++) {
        result y;
        char room[1000];
        cr_assert(list->size < sizeof room);
        if (wg_option_in_range(o, tried[j]) || !wg_option_set(o, room, tried[j])) continue;
        if (o->kind == WG_OPTION_CHOICE && tried[j] < 0) continue; /* unsigned in C */
        run(f, &(setting){ o, tried[j] }, 1, &y);
        asked++;
        silent += !y.refused;
        cr_expect(says(&y, o, tried[j]), "%s(.%s = %g): %s", f->name, o->name, tried[j], y.text);
    }
}

Test(arguments, out_of_their_range_are_refused_by_the_words_of_the_list)
{
    world();
    for (int j = 0; j < CALLS; j++)
        for (int n = 0; n < wg_options_of(calls[j].rows)->count; n++) {
            const wg_option *o = &wg_options_of(calls[j].rows)->option[n];
            if (*o->range || o->kind == WG_OPTION_REAL) out_of_range(&calls[j], o);
        }
    fprintf(stderr, "%d numbers out of range, %d of them silent\n", asked, silent);
}

/* ---- pairs ---- */

/* Options that may change nothing, alone or beside another one. */
static const struct {
    const char *option, *beside, *why; /* CALL.OPTION or *.OPTION; beside NULL: alone */
} unseen[] = {
    { "*.share", NULL, "there is no earlier call" },
    { "nn_batch_norm.momentum", NULL, "it counts in the averages alone, which other batches read" },
    { "nn_batch_norm.axis", "mode", "before the first batch all averages are 0 and 1" },
    { "slice.step", "from", "one element is left" },
    { "slice.step", "to", "one element is left" },
    { "slice.to", "step", "one element is left" },
    { "slice.from", "step", "one element is left" },
    { "squeeze.axes", NULL, "one axis of size 1 is there" },
    { "one_hot.axis", "count", "of two classes the matrix is its own transpose" },
    { "roll.axis", "shift", "nothing moves" },
    { "repeat.axis", "count", "there is one of each" },
    { "pad.value", NULL, "nothing is added" },
    { "pad.mode", NULL, "nothing is added" },
    { "avg_pool.skip_padding", NULL, "there is no padding" },
    { "avg_pool.skip_padding", "size", "there is no padding" },
    { "adadelta.coupled", "l1", "it leaves zeros alone" },
    { "lbfgs.evaluations", NULL, "the first one of a step is good enough" },
    { "adadelta.weight_decay", "l1", "it leaves zeros alone" },
    { "sgd.coupled", "lr", "of gradient descent both decays are one" },
    { "sgd.coupled", "weight_decay", "of gradient descent both decays are one" },
    { "lion.weight_decay", "coupled", "signs alone count, and they do not change" },
    { "lion.decay_all", "coupled", "signs alone count, and they do not change" },
    { "lion.beta1", NULL, "signs alone count, and they do not change" },
    { "lion.beta2", NULL, "signs alone count, and they do not change" },
};

static bool may_be_unseen(const char *name, const char *option, const char *beside)
{
    for (size_t j = 0; j < sizeof unseen / sizeof *unseen; j++) {
        const char *dot = strchr(unseen[j].option, '.');
        const size_t n = (size_t)(dot - unseen[j].option);
        const bool here =
            *unseen[j].option == '*' || (strlen(name) == n && !strncmp(name, unseen[j].option, n));
        const bool fits =
            unseen[j].beside && beside ? !strcmp(beside, unseen[j].beside) : unseen[j].beside == beside;
        if (here && fits && !strcmp(dot + 1, option)) return true;
    }
    return false;
}

/* Values of an option that are not its default. */
static int values_of(const wg_option_list *list, const wg_option *o, double to[4])
{
    static const double reals[] = { 0.375, 0.625, 0.125, 3 }, whole[] = { 1, 2, 0, 4 };
    const double *tried = o->kind == WG_OPTION_REAL ? reals : whole;
    const size_t all =
        o->kind == WG_OPTION_REAL ? sizeof reals / sizeof *reals : sizeof whole / sizeof *whole;
    const double standard = wg_option_value(o, list->standard);
    int n = 0;
    if (o->kind == WG_OPTION_OTHER || o->kind == WG_OPTION_TEXT)
        return to[0] = NAN, !is(o, "wg_nn_states") && !strchr(o->type, '*');
    if (o->kind == WG_OPTION_BOOL) return to[0] = !standard, 1;
    for (size_t j = 0; j < all; j++)
        if (wg_option_in_range(o, tried[j]) && tried[j] != standard) to[n++] = tried[j];
    return n;
}

enum { OPTIONS_MOST = 24, VALUES = 4 };
typedef struct alone {
    int values;
    double value[VALUES];
    result is[VALUES];
    bool acts;
} alone;

static int pairs, singles, silent_pairs, silent_singles;

static void one(const call *f, const wg_option *o, const result *none, alone *y)
{
    bool refused = false;
    y->values = values_of(wg_options_of(f->rows), o, y->value);
    y->acts = false;
    for (int j = 0; j < y->values; j++) {
        run(f, &(setting){ o, y->value[j] }, 1, &y->is[j]);
        refused |= y->is[j].refused;
        y->acts |= !y->is[j].refused && strcmp(y->is[j].text, none->text) != 0;
    }
    if (!y->values) return;
    singles++;
    const bool lost = !y->acts && !refused && !may_be_unseen(f->name, o->name, NULL);
    silent_singles += lost;
    cr_expect(!lost, "%s: .%s changes nothing; a row of unseen may say why", f->name, o->name);
}

/* Whether there are values with which b, which changes the result alone, changes nothing beside a. */
static bool is_lost(const call *f, const wg_option *o, const alone *x, const wg_option *p, const alone *y,
                    const result *none)
{
    for (int j = 0; j < x->values; j++)
        for (int l = 0; l < y->values; l++) {
            result both;
            if (x->is[j].refused || y->is[l].refused || !strcmp(y->is[l].text, none->text)) continue;
            run(f, (setting[]){ { o, x->value[j] }, { p, y->value[l] } }, 2, &both);
            if (!both.refused && !strcmp(both.text, x->is[j].text) && strcmp(x->is[j].text, none->text))
                return true;
        }
    return false;
}

static void pairs_of(const call *f)
{
    static alone y[OPTIONS_MOST];
    const wg_option_list *list = wg_options_of(f->rows);
    result none;
    cr_assert(list->count <= OPTIONS_MOST);
    run(f, NULL, 0, &none);
    for (int j = 0; j < list->count; j++) one(f, &list->option[j], &none, &y[j]);
    for (int j = 0; j < list->count; j++)
        for (int l = 0; l < list->count; l++) {
            const wg_option *o = &list->option[j], *p = &list->option[l];
            if (j == l || !y[j].values || !y[l].values) continue;
            pairs++;
            const bool lost =
                is_lost(f, o, &y[j], p, &y[l], &none) && !may_be_unseen(f->name, p->name, o->name);
            silent_pairs += lost;
            cr_expect(!lost, "%s: .%s changes nothing beside .%s; a row of unseen may say why", f->name,
                      p->name, o->name);
        }
}

Test(arguments, each_option_counts_or_is_refused)
{
    world();
    for (int j = 0; j < CALLS; j++) pairs_of(&calls[j]);
    fprintf(stderr, "%d options alone, %d of them silent; %d pairs, %d of them silent\n", singles,
            silent_singles, pairs, silent_pairs);
}

/* ---- options of a node ---- */

/* Whether v is what was written, or the default; an axis may be counted from the start now. */
static bool is_read_back(const wg_option *o, const wgx_setting *got, double value)
{
    const bool whole = got->kind != WG_ATTR_DOUBLE;
    if (value == WG_AUTO) return true; /* the op finds the number */
    if (!strcmp(o->name, "axis"))
        return got->kind == WG_ATTR_AXES
                   ? got->list.rank == 1 && (value < 0 ? got->list.dim[0] >= 0 : got->list.dim[0] == value)
               : value < 0 ? got->whole >= 0
                           : got->whole == value;
    if (o->kind == WG_OPTION_CHOICE && *got->word) {
        const char *word = o->range;
        for (int e = 0; e < value && *word; e++) word += strcspn(word, ","), word += strspn(word, ", ");
        if (strncmp(word, got->word, strlen(got->word)) != 0) return false;
    }
    return whole ? (double)got->whole == value : got->real == value;
}

static bool is_read_back_list(const wgx_setting *got, const wg_option *o)
{
    char room[sizeof(wg_axes) + sizeof(wg_shape)];
    put_other(o, room);
    const int64_t want =
        is(o, "wg_axes") ? ((wg_axes *)(void *)room)->axis[0] : ((wg_shape *)(void *)room)->dim[0];
    bool fits = got->list.rank > 0;
    for (int e = 0; e < got->list.rank; e++) fits &= got->list.dim[e] == want;
    return fits;
}

/* What has another form in the node. */
static bool reads_otherwise(const char *name, const char *option)
{
    static const struct {
        const char *call, *option, *why;
    } otherwise[] = { { "linspace", "count", "it is no op: its nodes are those of a choice of two ranges" },
                      { "conv", "same", "it becomes the padding" },
                      { "conv_transpose", "same", "it becomes the padding" },
                      { "*_pool", "same", "it becomes the padding" },
                      { "*_pool", "padding", "there are two for each axis, without what no window reaches" },
                      { "max_pool", "skip_padding", "it is of avg_pool" },
                      { "random_*", "*", "it is a sum and a product of the numbers" },
                      { "layer_norm", "ax*", "the op is that of the last axis; of others it is another" },
                      { "roll", "shift", "of 4 elements 4 places are none" },
                      { "slice", "step", "one element is a plain slice" },
                      { "slice", "to", "an empty slice stands at the end" },
                      { "tile", "counts", "there is one for each axis" } };
    bool is = false;
    for (size_t j = 0; j < sizeof otherwise / sizeof *otherwise; j++)
        is |= !fnmatch(otherwise[j].call, name, 0) && !fnmatch(otherwise[j].option, option, 0);
    return is;
}

static int read_back, not_there;

static void read_option(const call *f, const wg_option *o, double value, bool is_given)
{
    wgx_setting got;
    wg_begin(fresh, WG_TRAIN);
    given = &(setting){ o, value }, givens = is_given;
    operands();
    const wg_node y = f->make();
    if (wg_failed(c)) {
        wg_recover(c);
        return;
    }
    if (wg_node_leaf(y) != WG_LEAF_NONE) return; /* nothing was to be done: it is the operand */
    const bool there = wgx_node_option(y, o->name, &got), number = !isnan(value);
    not_there += !there;
    read_back += there;
    cr_expect(there, "%s has no option %s", f->name, o->name);
    if (!there) return;
    if (number)
        cr_expect(is_read_back(o, &got, value), "%s(.%s = %g): %lld, %g", f->name, o->name, value,
                  (long long)got.whole, got.real);
    else if (is_given)
        cr_expect(is_read_back_list(&got, o), "%s(.%s): a list of %d", f->name, o->name, got.list.rank);
}

Test(arguments, each_option_of_a_node_is_what_was_written_or_the_default)
{
    world();
    for (int j = 0; j < CALLS; j++) {
        const call *f = &calls[j];
        const wg_option_list *list = wg_options_of(f->rows);
        if (!f->make || !strncmp(f->name, "nn_", 3)) continue;
        for (int n = 0; n < list->count; n++) {
            const wg_option *o = &list->option[n];
            double value[4];
            if (o->kind == WG_OPTION_TEXT || is(o, "wg_node") || reads_otherwise(f->name, o->name)) continue;
            for (int e = values_of(list, o, value); e-- > 0;) read_option(f, o, value[e], true);
            const double standard = wg_option_value(o, list->standard);
            read_option(f, o, standard,
                        !isnan(standard) && strcmp(o->standard, "WG_NEEDED") != 0 &&
                            strcmp(o->name, "axes") != 0);
        }
    }
    fprintf(stderr, "%d options read back, %d not there\n", read_back, not_there);
}

/* ---- numbers of rows, classes and steps ---- */

/* A call whose operand x [2] holds numbers from 0 to most. negative: -1 is the last. */
typedef struct numbered {
    const char *name, *operand;
    int most;
    bool negative;
    wg_node (*make)(wg_node x);
} numbered;
#define NUMBERED(f, call) \
    static wg_node number_##f(wg_node x) { return call; }
static wg_node three(void)
{
    return wg_input(fresh, "q", wg_view_f64((double[9]){ 1, 2, 3, 4, 5, 6, 7, 8, 9 }, WG_SHAPE(3, 3)));
}
static wg_node two(void) { return wg_slice(three(), .axis = 0, .to = 2); }
static wg_node sequence(void) { return wg_fill(fresh, 0.5, WG_SHAPE(2, 3, 2)); }
NUMBERED(gather, wg_gather(three(), x))
NUMBERED(take, wg_take(three(), x, .axis = 1))
NUMBERED(take_along,
         wg_take_along(wg_slice(three(), .axis = 0, .to = 1), wg_reshape(x, WG_SHAPE(1, 2)), .axis = 1))
NUMBERED(scatter_add, wg_scatter_add(three(), x, two(), .axis = 0))
NUMBERED(scatter_add_along,
         wg_scatter_add_along(wg_slice(three(), .axis = 0, .to = 1), wg_reshape(x, WG_SHAPE(1, 2)),
                              wg_slice(wg_slice(three(), .axis = 0, .to = 1), .axis = 1, .to = 2), .axis = 1))
NUMBERED(one_hot, wg_one_hot(x, .count = 3))
NUMBERED(accuracy, wg_accuracy(two(), x))
NUMBERED(softmax_cross_entropy, wg_softmax_cross_entropy(two(), x))
NUMBERED(nll, wg_nll(two(), x))
NUMBERED(nn_embedding, wg_nn_embedding(x, layers, "words", 3, 2))
NUMBERED(nn_rnn, wg_nn_rnn(sequence(), layers, "r", 2, .lengths = x).y)
NUMBERED(nn_lstm, wg_nn_lstm(sequence(), layers, "r", 2, .lengths = x, .bidirectional = true).y)
NUMBERED(nn_gru, wg_nn_gru(sequence(), layers, "r", 2, .lengths = x, .reverse = true).y)
static const numbered all_numbered[] = {
#define ROW(f, most, negative) { #f, "numbers", most, negative, number_##f },
    ROW(gather, 2, true) ROW(take, 2, true) ROW(take_along, 2, true) ROW(scatter_add, 2, true)
        ROW(scatter_add_along, 2, true) ROW(one_hot, 2, false) ROW(accuracy, 2, false)
            ROW(softmax_cross_entropy, 2, false) ROW(nll, 2, false) ROW(nn_embedding, 2, false)
                ROW(nn_rnn, 3, false) ROW(nn_lstm, 3, false) ROW(nn_gru, 3, false)
};
enum { NUMBERS = sizeof all_numbered / sizeof *all_numbered };

/* The other number is `second`. */
static void give_numbers(const numbered *f, wg_dtype dtype, double second, result *to)
{
    wg_begin(fresh, WG_TRAIN);
    wg_params_free(layers);
    layers = wg_params_new(c);
    const int32_t whole[] = { 0, isnan(second) ? 0 : (int32_t)second };
    const wg_node x = wg_input(fresh, "numbers",
                               dtype == WG_I32 ? wg_view_i32(whole, WG_SHAPE(2))
                                               : wg_view_f64((double[]){ 0, second }, WG_SHAPE(2)));
    const wg_node y = f->make(x);
    double all[64];
    const wg_shape shape = wg_node_ok(y) ? wg_node_shape(y) : WG_SCALAR;
    if (!wg_failed(c)) wg_copy_f64(y, all, wg_shape_size(shape));
    to->refused = wg_failed(c);
    if (to->refused) snprintf(to->text, sizeof to->text, "%s", wg_message(c));
    else tell(to, all, wg_shape_size(shape), &shape);
    wg_recover(c);
}

/* The refusal names the call, the operand, the number and its place. */
static void expect_refused(const numbered *f, wg_dtype dtype, double second)
{
    result y;
    char name[60], number[60];
    give_numbers(f, dtype, second, &y);
    snprintf(name, sizeof name, " %s: ", f->name);
    snprintf(number, sizeof number, ": %g at index 1 of ", second);
    asked++;
    silent += !y.refused;
    cr_expect(y.refused && strstr(y.text, name) && strstr(y.text, number), "%s of %g, %s: %s", f->name,
              second, wg_dtype_name(dtype), y.text);
}

static void numbers_of(const numbered *f)
{
    result last, from_end;
    for (int j = 0; j < 2; j++) {
        const wg_dtype dtype = j ? WG_F64 : WG_I32;
        give_numbers(f, dtype, f->most, &last);
        cr_expect(!last.refused, "%s of %d: %s", f->name, f->most, last.text);
        expect_refused(f, dtype, f->most + 1);
        if (!f->negative) expect_refused(f, dtype, -1);
        else {
            give_numbers(f, dtype, -1, &from_end);
            cr_expect_str_eq(from_end.text, last.text, "%s of -1", f->name);
        }
    }
    expect_refused(f, WG_F64, 0.5);
    expect_refused(f, WG_F64, NAN);
}

Test(arguments, numbers_that_name_nothing_are_refused)
{
    world();
    asked = silent = 0;
    for (int j = 0; j < NUMBERS; j++) numbers_of(&all_numbered[j]);
    fprintf(stderr, "%d numbers of rows, classes and steps that there are not, %d of them silent\n", asked,
            silent);
}

/* Each op that looks at its whole numbers is in that list: of such an op an operand of a sample is refused
 * when it is a million. */
static bool looks_at_numbers(const wg_op *op)
{
    for (int j = 0;; j++) {
        wg_begin(fresh, WG_TRAIN);
        wg_node y = wgx_hints(op)->sample(WG_HERE, fresh, j);
        if (wg_is_none(y)) return wg_recover(c), false;
        for (int64_t n = 1; n < wg_graph_nodes(fresh) && !wg_failed(c); n++) {
            const wg_node x = wg_graph_node(fresh, n);
            const int64_t size = wg_shape_size(wg_node_shape(x));
            int32_t million[400];
            if (wg_node_leaf(x) != WG_LEAF_INPUT || wg_node_dtype(x) != WG_I32 || !size || size > 400)
                continue;
            for (int64_t e = 0; e < size; e++) million[e] = 1000000;
            wg_input_set(x, wg_view_i32(million, wg_node_shape(x)));
            wg_value(y);
            const bool refused = wg_failed(c) == WG_ERROR_VALUE && strstr(wg_message(c), "out of range");
            wg_recover(c);
            if (refused) return true;
            break;
        }
        wg_recover(c);
    }
}

Test(arguments, each_op_that_takes_numbers_is_tried)
{
    world();
    for (int j = 0; j < wg_op_count(); j++) {
        const wg_op *op = wg_op_at(j);
        bool listed = wgx_op_is_internal(op) || !wgx_hints(op)->sample || op->kind == WG_LEAF;
        for (int n = 0; n < NUMBERS && !listed; n++) listed = !strcmp(all_numbered[n].name, op->name);
        cr_expect(listed || !looks_at_numbers(op), "%s takes numbers: add it to all_numbered", op->name);
    }
}

/* Each op with options is among the calls. */
Test(arguments, each_op_with_options_is_called)
{
    for (int j = 0; j < wg_op_count(); j++) {
        const wg_op *op = wg_op_at(j);
        bool listed = wgx_op_is_internal(op) || !op->options;
        for (int n = 0; n < CALLS && !listed; n++) listed = !strcmp(calls[n].name, op->name);
        cr_expect(listed, "%s has a list of options: add it to calls.h", op->name);
    }
}

/* ---- targets ---- */

static wg_node floats(const char *name, wg_shape shape, const double *x)
{
    return wg_input(fresh, name, wg_view_f64(x, shape));
}
#define FLOATS(shape, ...) floats("y", shape, (const double[]){ __VA_ARGS__ })
/* What a call says when its value is read. */
#define SAYS(words, call)                                                                          \
    do {                                                                                           \
        wg_begin(fresh, WG_TRAIN);                                                                 \
        const wg_node x = floats("x", WG_SHAPE(2, 2), (const double[]){ 0.5, 0.25, 0.125, 0.75 }); \
        (void)x;                                                                                   \
        const double of_call = wg_item(wg_sum(call));                                              \
        if (*words) wgt_expect_error(c, WG_ERROR_VALUE, words);                                    \
        else cr_expect(!wg_failed(c) && isfinite(of_call), "%s: %s", #call, wg_message(c));        \
        wg_recover(c);                                                                             \
    } while (0)
#define SQUARE WG_SHAPE(2, 2)

Test(arguments, targets_that_are_none_are_refused)
{
    world();
    SAYS("hinge: targets are -1 and 1 (of targets 0 and 1 write 2 y - 1): 0 at index 2 of",
         wg_hinge(x, FLOATS(SQUARE, -1, 1, 0, 1)));
    SAYS("", wg_hinge(x, FLOATS(SQUARE, -1, 1, 1, -1)));
    SAYS("binary_cross_entropy: targets are from 0 to 1 (of targets -1 and 1 write (y + 1)/2): -1 at index 1 "
         "of",
         wg_binary_cross_entropy(x, FLOATS(SQUARE, 1, -1, 0, 1)));
    SAYS("bce_with_logits: targets are from 0 to 1 (of targets -1 and 1 write (y + 1)/2): 2 at index 3 of",
         wg_bce_with_logits(x, FLOATS(SQUARE, 1, 0, 0, 2)));
    SAYS("bce: targets are from 0 to 1", wg_bce(x, 5));
    SAYS("", wg_bce_with_logits(x, FLOATS(SQUARE, 1, 0, 1.0005, 0.5)));
    SAYS("softmax_cross_entropy: a row of probabilities adds up to 1 (any_rows takes other rows): 1.25 at "
         "index 1 of",
         wg_softmax_cross_entropy(x, FLOATS(SQUARE, 0.5, 0.5, 0.75, 0.5)));
    SAYS("softmax_cross_entropy: a probability is below 0 (any_rows takes other rows): -0.5 at index 2 of",
         wg_softmax_cross_entropy(x, FLOATS(SQUARE, 0.5, 0.5, -0.5, 1.5)));
    SAYS("", wg_softmax_cross_entropy(x, FLOATS(SQUARE, 0.5, 0.5, -0.5, 3), .any_rows = true));
    SAYS("", wg_softmax_cross_entropy(x, FLOATS(SQUARE, 0.333, 0.667, 0.3337, 0.667)));
    SAYS("nll: a row of probabilities adds up to 1", wg_nll(x, FLOATS(SQUARE, 1, 0, 0, 0)));
    SAYS("softmax_cross_entropy: a row of probabilities adds up to 1",
         wg_softmax_cross_entropy(x, FLOATS(SQUARE, 1, 0, 0, 0), .smoothing = 0.1));
    SAYS("softmax_cross_entropy: a row of probabilities adds up to 1",
         wg_softmax_cross_entropy(x, FLOATS(SQUARE, 1, 0, 0, 0), .weights = FLOATS(WG_SHAPE(2), 1, 2)));
    SAYS("", wg_softmax_cross_entropy(x, FLOATS(SQUARE, 1, 0, 0, 0), .mask = FLOATS(WG_SHAPE(2), 1, 0)));
}

Test(arguments, a_mean_of_no_rows_is_refused)
{
    world();
    SAYS("softmax_cross_entropy: there is no mean of no rows: all are ignored, masked or of weight 0. The "
         "sum of them",
         wg_softmax_cross_entropy(x, FLOATS(WG_SHAPE(2), 7, 7), .ignore = 7));
    SAYS("softmax_cross_entropy: there is no mean of no rows",
         wg_softmax_cross_entropy(x, FLOATS(WG_SHAPE(2), 0, 1), .mask = FLOATS(WG_SHAPE(2), 0, 0)));
    SAYS("nll: there is no mean of no rows",
         wg_nll(x, FLOATS(WG_SHAPE(2), 0, 0), .weights = FLOATS(WG_SHAPE(2), 0, 1)));
    SAYS("", wg_softmax_cross_entropy(x, FLOATS(WG_SHAPE(2), 7, 7), .ignore = 7, .reduction = WG_SUM));
    SAYS("", wg_softmax_cross_entropy(x, FLOATS(WG_SHAPE(2), 7, 1), .ignore = 7));
}

/* ---- the row of padding ---- */

/* Under each optimizer, with decay: the row stays 0 and the others are trained. */
Test(arguments, the_row_of_padding_is_zero_and_stays_so)
{
    world();
    for (int j = 0; wgx_optim_kind(j); j++) {
        const char *kind = wgx_optim_kind(j);
        const wg_optim_setting decay = { "weight_decay", 0.25 };
        layers = wg_params_new(c);
        wg_optim *o = wg_optim_named(layers, kind, &decay, strcmp(kind, "lbfgs") ? 1 : 0);
        double first = 0;
        for (int n = 0; n < 3; n++) {
            wg_begin(fresh, WG_TRAIN);
            const wg_node x = wg_input(fresh, "i", wg_view_i32((int32_t[]){ 2, 0, 1, 2 }, WG_SHAPE(2, 2)));
            const wg_node y = wg_nn_embedding(x, layers, "words", 3, 2, .padding_index = 2);
            double rows[8];
            wg_copy_f64(y, rows, 8);
            if (!n) first = rows[2];
            cr_expect(rows[0] == 0 && rows[1] == 0 && rows[6] == 0 && rows[7] == 0 && rows[2] != 0, "%s",
                      kind);
            wg_backward(wg_sum(wg_square(wg_sub(y, 1))), layers);
            wg_optim_step(o);
        }
        cr_assert(!wg_failed(c), "%s: %s", kind, wg_message(c));
        const wg_tensor table = wg_params_tensor(layers, 0);
        cr_expect(wg_tensor_item(&table, 4) == 0 && wg_tensor_item(&table, 5) == 0, "%s", kind);
        cr_expect(wg_tensor_item(&table, 0) != first, "%s", kind);
        wg_optim_free(o);
        wg_begin(fresh, WG_TRAIN);
        wg_params_free(layers);
    }
    layers = wg_params_new(c);
    const wg_node x = wg_input(fresh, "i", wg_view_i32((int32_t[]){ 2 }, WG_SHAPE(1)));
    WGT_REFUSED(c, VALUE, "nn_embedding: \"w\": padding_index 3 must be below the count of rows, 3",
                wg_nn_embedding(x, layers, "w", 3, 2, .padding_index = 3));
}
