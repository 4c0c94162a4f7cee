/* test_odd_calls.c: every function of the public API is called with odd arguments, one odd value at a time,
 * the others good. The process must live. The calls are made from the headers by odd_calls.awk, the values
 * stand in odd_values.h, what they are taken from in odd_world.h.
 *
 * The calls are made by processes of their own, a process for AT_A_TIME functions. So a crash is reported
 * with the call that crashed, and the functions behind it are called, too. */
#include <fnmatch.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "odd_world.h"
#include "wgfiles.h"
#include "wghost.h"

/* ---- the calls of one function ---- */

enum { TEXT = 1 << 16, AT_A_TIME = 32 };

typedef struct place { /* the call that is being made */
    int function, slot, value;
    int64_t calls, refused;
    char silent[TEXT];    /* lines: wrong calls that recorded no error */
    char other[TEXT];     /* lines: calls whose error names another function */
    char placeless[TEXT]; /* lines: wrong calls whose error has not the place of the call */
    char changed[TEXT];   /* lines: calls that changed what the program around has */
} place;

/* Whether the call must be refused for this value: nothing where the call needs something (NULL for an
 * object or a list, no node, a node of another build or of a graph that was freed), a node of another
 * graph beside one of this graph, a shape that is none. */
static bool is_wrong(const odd_call *k, int slot, int value)
{
#define OR(T) || word == SLOT_p_##T
    const slot_word word = k->slot[slot];
    int nodes = 0;
    for (int i = 0; i < k->slots; i++) nodes += k->needed[i] == '1' && k->slot[i] == SLOT_wg_node;
    if (word == SLOT_wg_node) return value == 0 || value == 4 || value == 6 || (value == 5 && nodes > 1);
    if (word == SLOT_p_wg_graph && value == 2) return true;
    if (word == SLOT_wg_shape) return value < NO_SHAPES;
    if (word == SLOT_wg_tensor) return value >= TENSOR_OF_NO_SHAPE;
    return value == 0 &&
           (word == SLOT_struct || word == SLOT_p_wg_node OR(wg_context) OR(wg_graph) OR(wg_params)
                                               OR(wg_optim) OR(wg_data) OR(wg_program) OR(wg_figure)
                                                   OR(wg_panel) OR(wg_series) OR(wg_average) OR(wg_snapshot));
}

/* Functions that take what is wrong by their contract, as patterns. */
static const char harmless[] =
    /* frees; objects that say themselves what went wrong; results that nobody need ask for */
    "wg_*_free wg_gradcheck* wg_check_marks wg_trace_nan wg_qr_at wg_svd_at "
    /* looks */
    "wg_node_* wg_attr wg_context_* wg_failed wg_message wg_recover wg_interrupt wg_shape_* "
    "wg_graph_bytes wg_figure_panel "
    "wg_graph_context wg_graph_mode "
    "wg_graph_node* wg_group_rank wg_group_s[hi]* wg_group_mean "
    "wg_graph_of wg_params_context wg_params_count wg_params_find wg_params_grad "
    "wg_params_is_state wg_params_name wg_params_size wg_params_tensor wg_params_trained wg_data_about "
    "wg_data_all wg_data_class wg_data_column wg_data_epoch wg_data_rows wg_data_scale wg_data_[xy] "
    "wg_program_c* wg_program_drawn wg_program_last* "
    "wg_program_n* "
    "wg_program_plot* "
    "wg_panel_at_[xy] wg_optim_lr "
    "wg_options_named wg_*options_fit "
    /* memory without a context */
    "wg_site* "
    /* what may be NULL or wg_none: options, a scale, a mask */
    "wg_figure_new_at wg_panel_new_at wg_series_new_at wg_rms_norm_at wg_attention_at "
    /* a tensor that is none has no points; a replay into another graph is what is asked */
    "wg_series_tensor wg_replay*";

/* Functions whose errors have another name, as patterns. */
static const char named_otherwise[] =
    /* a program or file, with the place in it */
    "wg_program_* wg_onnx_read "
    /* the op (extern_impure), the optimizer, the name that is given; the macro: panel_line, panel_points
     * ... */
    "wg_apply* wg_extern_at wg_optim_named_at wg_options_named wg_*options_fit wg_series_new_at "
    /* what the loop calls */
    "wg_fit_at "
    /* helpers of samples and rules */
    "wg_any* wg_between";

static bool matches(const char *name, const char *patterns)
{
    char list[2000];
    strcpy(list, patterns);
    for (const char *one = strtok(list, " "); one; one = strtok(NULL, " "))
        if (!fnmatch(one, name, 0)) return true;
    return false;
}

/* Whether the message names the function, as in odd.c:1: sum: ..., or has the place of another call. */
static bool says(const char *message, const char *function)
{
    const char *name = function + strlen("wg_");
    const size_t all = strlen(name), n = all > 3 && !strcmp(name + all - 3, "_at") ? all - 3 : all;
    for (const char *s = message; s; s = strchr(s, ' ') ? strchr(s, ' ') + 1 : NULL)
        if ((!strncmp(s, name, n) && s[n] == ':') || !strncmp(s, "memory:", 7)) return true;
    return !strncmp(message, "tests/graph/odd_", 16);
}

static void add_line(char text[TEXT], const odd_call *k, int slot, int value, const char *what)
{
    const size_t n = strlen(text);
    if (n + 1300 < TEXT) sprintf(text + n, "%s, slot %d, value %d: %s\n", k->name, slot, value, what);
}

static void call_one(const odd_call *k, place *at, int slot, int value)
{
    size_t memory;
    at->slot = slot, at->value = value, at->calls++;
    world w = open_world(&memory, (slot + value + 2) % FORMS);
    if (wg_failed(w.c)) abort();
    choice t = all_good();
    if (slot >= 0) t.value[slot] = (int8_t)value;
    *said = '\1';
    k->call(&w, &t);
    if (*said == '\1') hear(&w);
    const char *changed = wgt_host_changed();
    if (*changed) add_line(at->changed, k, slot, value, changed);
    const bool named = !matches(k->name, named_otherwise);
    const bool wrong = slot >= 0 && k->needed[slot] == '1' && is_wrong(k, slot, value);
    if (*said && named && !says(said, k->name)) add_line(at->other, k, slot, value, said);
    if (wrong && *said && named && k->slot[0] == SLOT_wg_site && !strstr(said, "odd.c:1"))
        add_line(at->placeless, k, slot, value, said);
    if (close_world(&w)) at->refused += wrong;
    else if (wrong && !matches(k->name, harmless)) add_line(at->silent, k, slot, value, "");
    if (memory) abort(); /* blocks are left */
}

/* The good call, in a context that is interrupted or whose memory ends. */
static void call_stopped(const odd_call *k, place *at)
{
    enum { INTERRUPTED = -2, NO_MEMORY = -3 };
    for (int i = 0; i < 8; i++) {
        size_t memory;
        at->slot = i ? NO_MEMORY : INTERRUPTED, at->value = i, at->calls++;
        world w = open_world(&memory, 0);
        const choice t = all_good();
        if (i) allocations_left = i * i - 1;
        else wg_interrupt(w.c);
        k->call(&w, &t);
        const char *changed = wgt_host_changed();
        if (*changed) add_line(at->changed, k, at->slot, i, changed);
        allocations_left = -1;
        close_world(&w);
        if (memory) abort();
    }
}

static void call_all(const odd_call *k, place *at)
{
    call_stopped(k, at);
    for (int form = 0; form < FORMS; form++) call_one(k, at, -1, form);
    for (int slot = 0; slot < k->slots; slot++)
        for (int value = 0; value < odds[k->slot[slot]]; value++) call_one(k, at, slot, value);
}

/* Calls the function at->function and those behind it, AT_A_TIME at the most, and ends the process. */
static void call_some(place *at)
{
    const struct rlimit seconds = { 120, 120 };
    setrlimit(RLIMIT_CPU, &seconds);
    if (chdir(wgt_folder()) || !freopen("/dev/null", "r", stdin) || !freopen("/dev/null", "w", stdout) ||
        !freopen("/dev/null", "w", stderr))
        _exit(1);
    wgt_host_make_odd();
    wgt_host_note();
    const int end = at->function + AT_A_TIME < LENGTH(calls) ? at->function + AT_A_TIME : LENGTH(calls);
    for (; at->function < end; at->function++) call_all(&calls[at->function], at);
    _exit(0);
}

TestSuite(odd_calls, .init = wgt_make_folder, .fini = wgt_remove_folder);

Test(odd_calls, every_function_of_the_api_lives_through_odd_arguments)
{
    place *at = mmap(NULL, sizeof *at, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    cr_assert_neq(at, MAP_FAILED);
    odd_file = fopen("/dev/null", "w");
    for (int i = 0; i < LENGTH(odd_memory); i++) odd_memory[i] = 0x3FF0000000000000 + i;
    while (at->function < LENGTH(calls)) {
        int status = 0;
        fflush(NULL);
        const pid_t child = fork();
        if (!child) call_some(at);
        waitpid(child, &status, 0);
        if (WIFEXITED(status) && WEXITSTATUS(status) == 0) continue;
        cr_expect(false, "%s, slot %d, value %d: %s %d", calls[at->function].name, at->slot, at->value,
                  WIFSIGNALED(status) ? "signal" : "exit status",
                  WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
        at->function++; /* the ones behind it are called by the next process */
    }
    cr_expect_gt(LENGTH(calls), 450);
    cr_expect_gt(at->calls, 15000);
    cr_expect_gt(at->refused, 500);
    cr_expect_str_empty(at->silent, "these recorded no error:\n%s", at->silent);
    cr_expect_str_empty(at->placeless, "these errors are not at the place of the call:\n%s", at->placeless);
    cr_expect_str_empty(at->changed, "these changed the state of the process:\n%s", at->changed);
    cr_expect_str_empty(at->other, "these errors name another function:\n%s", at->other);
    fclose(odd_file);
}

/* ---- options mean what is written ---- Each option that is a number, a choice or axes of each function that
 * makes something, by one odd value at a time. What a value means is said by another call: 0 is written,
 * a 0 next to a tiny number, an axis the list of it. A value that has no meaning is refused by the
 * option's name, at the caller's line. */

typedef struct faults {
    int count, options, reached;
    char text[8000];
} faults;

static void note(faults *f, const odd_call *k, int slot, double v, const char *what)
{
    const size_t n = strlen(f->text);
    f->count++;
    if (n < sizeof f->text - 400)
        snprintf(f->text + n, sizeof f->text - n, "%s(.%s = %g): %.300s\n", k->name, k->option[slot], v,
                 what);
}

/* ---- what an object is is seen by what it does ---- */

static void see_parameters(world *w)
{
    made.shape = WG_SHAPE(6);
    made.ok = !wg_params_get(w->p, made.v);
}

static void train(world *w)
{
    static const double first[] = { 1, -2, 0.5, 3, -0.25, 1.5 };
    wg_params_assign(w->p, "a", first, 6);
    for (int i = 0; i < 3; i++) {
        wg_begin(w->g, WG_TRAIN);
        wg_node a = wg_param(w->g, w->p, "a", WG_SHAPE(2, 3), wg_he());
        wg_backward(wg_sum(wg_square(wg_sub(wg_square(a), 2))), w->p);
        wg_optim_step(latest[OBJECT_wg_optim]);
    }
    see_parameters(w);
}

static void average(world *w)
{
    for (int i = 1; i < 4; i++) {
        const double v[] = { i, 2 * i * i, 3 * i, 4, 5, 6 };
        wg_params_assign(w->p, "a", v, 6);
        wg_average_step(latest[OBJECT_wg_average]);
    }
    wg_average_use(latest[OBJECT_wg_average], true);
    see_parameters(w);
    wg_average_use(latest[OBJECT_wg_average], false);
}

static void see(world *w)
{
    static const double y[] = { 1, 4, 2, 8, 5, 7 };
    const wg_check *r = latest[OBJECT_wg_check];
    if (latest[OBJECT_wg_average]) average(w);
    else if (latest[OBJECT_wg_optim]) train(w);
    else if (latest[OBJECT_wg_figure]) {
        if (latest[OBJECT_wg_series]) wg_series_add_all(latest[OBJECT_wg_series], NULL, y, LENGTH(y));
        use_text(w, wg_figure_text(latest[OBJECT_wg_figure], NULL, .format = WG_FIGURE_SVG, .id = "a"));
    } else if (r && strstr(wg_check_facts_of(r)->reason, "must be")) {
        wg_fail(w->c, wg_check_facts_of(r)->where, WG_ERROR_VALUE, "%s", wg_check_facts_of(r)->reason);
    } else if (r) {
        const double v[] = { wg_check_exit(r), wg_check_facts_of(r)->eps,
                             (double)wg_check_facts_of(r)->evaluations };
        made = (result){ .ok = true, .shape = WG_SHAPE(LENGTH(v)), .v = { v[0], v[1], v[2] } };
    } else made.ok = true;
}

/* What a call needs beside its operands. */
static const struct {
    const char *call, *option;
    double number;
} beside[] = { { "wg_dropout_at", "drop", 0.5 },     { "wg_adaptive_pool_at", "size", 1 },
               { "wg_max_pool_at", "size", 1 },      { "wg_avg_pool_at", "size", 1 },
               { "wg_nn_conv_at", "size", 1 },       { "wg_slice_at", "to", 2 },
               { "wg_tile_at", "counts", 2 },        { "wg_split_at", "sizes", 3 },
               { "wg_nn_attention_at", "heads", 1 }, { "wg_nn_transformer_block_at", "heads", 1 } };

static bool is_beside(const odd_call *k, int slot, int i)
{
    return !strcmp(k->name, beside[i].call) && k->option[slot] && !strcmp(k->option[slot], beside[i].option);
}

static void put(choice *t, int slot, double v) { t->value[slot] = BY_NUMBER, t->number[slot] = v; }

static bool is_axis(const odd_call *k, int slot)
{
    return k->slot[slot] == SLOT_int && k->option[slot] && !strcmp(k->option[slot], "axis");
}

/* Whether a call means nothing without this option. */
static bool is_needed(const odd_call *k, int slot)
{
    const wg_option_list *l = k->option[slot] ? wg_options_of(k->rows) : NULL;
    for (int i = 0; l && i < l->count; i++)
        if (!strcmp(l->option[i].name, k->option[slot])) return !strcmp(l->option[i].standard, "WG_NEEDED");
    return false;
}

/* Options are left out, but for those beside, and those that a call needs; beside a list of axes it needs no
 * axis. From the second round of forms on numbers differ from each other, and names are of files that can be
 * written. */
static choice usual_choice(const odd_call *k, int form, bool axes)
{
    choice t = all_good();
    double n = 0;
    for (int slot = 0; slot < k->slots; slot++) {
        const slot_word word = k->slot[slot];
        for (int i = 0; i < LENGTH(beside); i++)
            if (is_beside(k, slot, i)) put(&t, slot, beside[i].number);
        if (is_needed(k, slot) && !(axes && is_axis(k, slot))) put(&t, slot, !is_axis(k, slot));
        if (form < FORMS || k->option[slot]) continue;
        if (word == SLOT_double) put(&t, slot, ++n);
        for (int i = 0; i < ODD_p_char && word == SLOT_p_char; i++)
            if (odd_p_char[i] && !strcmp(odd_p_char[i], form < 2 * FORMS ? "a.svg" : "a.txt"))
                t.value[slot] = (int8_t)i;
    }
    return t;
}

enum { NO_OPTION = -1, WITHOUT_NAME = -2 };

/* The call with one option, which its text names. message: NULL, or room for that of an error. */
static result call_with(const odd_call *k, int form, int slot, double v, char message[1100])
{
    char site[120];
    size_t memory;
    if (slot == WITHOUT_NAME) /* as many operands, and behind them a number */
        snprintf(site, sizeof site, "%c%.*s1\nodd.c:7", k->operands + 1, 3 * k->operands,
                 "a, a, a, a, a, a, a, a, ");
    else if (slot < 0) snprintf(site, sizeof site, "%ca\nodd.c:7", k->operands + 1);
    else snprintf(site, sizeof site, "%ca, .%s = v\nodd.c:7", k->operands + 1, k->option[slot]);
    world w = open_world(&memory, form % FORMS);
    if (form >= FORMS) w.rest = form < 2 * FORMS ? wg_fill(w.g, 0.5, WG_SHAPE(3)) : w.good[4];
    w.site = k->operands ? site : "a\nodd.c:7";
    made = (result){ 0 };
    choice t = usual_choice(k, form, slot >= 0 && k->slot[slot] == SLOT_wg_axes);
    if (slot >= 0) put(&t, slot, v);
    k->call(&w, &t);
    if (!made.ok && !k->makes_node && !wg_failed(w.c)) see(&w);
    if (message) snprintf(message, 1100, "%s", wg_failed(w.c) ? wg_message(w.c) : "");
    made.ok &= !wg_failed(w.c);
    close_world(&w);
    return made;
}

static bool is_close(const result *a, const result *b, double relative)
{
    if (a->ok != b->ok || !a->ok) return a->ok == b->ok;
    const int64_t n = wg_shape_size(a->shape);
    if (!wg_shape_equal(a->shape, b->shape)) return false;
    for (int i = 0; i < n && i < 64; i++)
        if (!(wgt_relative(a->v[i], b->v[i]) <= relative)) return false;
    return true;
}

/* What is refused by other words, or has a meaning that no comparison shows. */
static const struct {
    const char *call, *option, *why;
} apart[] = { { "wg_slice_at", "from", "the message has the range, 0:-7" },
              { "wg_slice_at", "to", "likewise" },
              { "wg_jacobian_sparse_at", "count", "a pattern of -1 elements" },
              { "wg_draw*", "fold", "0: never, which a small graph does not need" },
              { "wg_average_new_at", "decay", "0: all steps count the same" },
              { "wg_pad_at", "value", "NaN is a value" },
              { "wg_panel_*", "*low", "NaN: by what is shown" },
              { "wg_panel_*", "*high", "likewise" } };

static bool is_apart(const odd_call *k, int slot)
{
    bool is = false;
    for (int i = 0; i < LENGTH(apart); i++)
        is |= !fnmatch(apart[i].call, k->name, 0) && !fnmatch(apart[i].option, k->option[slot], 0);
    return is;
}

static void expect_named(const odd_call *k, faults *f, int slot, double v, const char *message)
{
    const bool has_site = k->slots && k->slot[0] == SLOT_wg_site;
    if ((has_site && !strstr(message, "odd.c:7")) ||
        (!is_apart(k, slot) && !strstr(message, k->option[slot])))
        note(f, k, slot, v, message);
}

static const double odd_numbers[] = { 0, NAN, -1.5, -0.25 };
static const double odd_integers[] = { 0, -1, -7, INT32_MIN + 1.0 };
static const double odd_choices[] = { 0, -1, 99 };

/* What the list of the options says must be refused. */
static bool is_out_of_range(const odd_call *k, int slot, double v)
{
    const wg_option_list *l = wg_options_of(k->rows);
    int i = 0;
    while (l && i < l->count && strcmp(l->option[i].name, k->option[slot])) i++;
    if (!l || i == l->count) return false;
    const double standard = wg_option_value(&l->option[i], l->standard);
    return !wg_option_in_range(&l->option[i], v) && standard != v && !(isnan(standard) && isnan(v));
}

/* differs: by which numbers a result is another than the usual one. */
static void try_number(const odd_call *k, faults *f, int form, int slot, const result *usual, bool differs[])
{
    char message[1100];
    const result tiny = call_with(k, form, slot, 1e-300, NULL);
    for (int i = 0; i < LENGTH(odd_numbers); i++) {
        const double v = odd_numbers[i];
        const result r = call_with(k, form, slot, v, message);
        differs[i] |= !is_close(&r, usual, 0);
        if (!r.ok) expect_named(k, f, slot, v, message);
        if (r.ok && is_out_of_range(k, slot, v)) note(f, k, slot, v, "is out of its range, and taken");
        if (strstr(message, "2.225") || strstr(message, "e-308")) note(f, k, slot, v, message);
        if (v == 0 && !is_apart(k, slot) && r.ok && tiny.ok && !is_close(&r, &tiny, 1e-9))
            note(f, k, slot, v, "is not zero");
        if (isnan(v) && r.ok && !is_apart(k, slot)) note(f, k, slot, v, "is taken");
    }
}

static void try_integer(const odd_call *k, faults *f, int form, int slot, const result *usual, bool differs[])
{
    char message[1100];
    for (int i = 0; i < LENGTH(odd_integers); i++) {
        const result r = call_with(k, form, slot, odd_integers[i], message);
        differs[i] |= !is_close(&r, usual, 0) || odd_integers[i] == WG_AUTO;
        if (!r.ok) expect_named(k, f, slot, odd_integers[i], message);
        if (r.ok && is_out_of_range(k, slot, odd_integers[i]))
            note(f, k, slot, odd_integers[i], "is out of its range, and taken");
    }
}

static void try_choice(const odd_call *k, faults *f, int form, int slot)
{
    char message[1100];
    for (int i = 1; i < LENGTH(odd_choices); i++) {
        const result r = call_with(k, form, slot, odd_choices[i], message);
        if (r.ok) note(f, k, slot, odd_choices[i], "is taken");
        else expect_named(k, f, slot, odd_choices[i], message);
    }
}

/* A number that is not finite would make a parameter that is none. */
static void try_init(const odd_call *k, faults *f, int form, int slot)
{
    static const double odd[] = { NAN, INFINITY, -INFINITY };
    char message[1100];
    for (int i = 0; i < LENGTH(odd); i++)
        if (call_with(k, form, slot, odd[i], message).ok) note(f, k, slot, odd[i], "is taken");
        else if (!strstr(message, "odd.c:7")) note(f, k, slot, odd[i], message);
}

/* An axis there is, or the line says that there is none. */
static void try_axis(const odd_call *k, faults *f, int form, int slot)
{
    static const double odd[] = { 100, 1e9, INT32_MAX, INT32_MIN + 1.0 };
    char message[1100];
    for (int axis = -9; axis <= 9; axis++) {
        const result r = call_with(k, form, slot, axis, message);
        if (!r.ok && !strstr(message, "odd.c:7")) note(f, k, slot, axis, "refused without its line");
        /* Operands have at most four axes, and a result may have one more. */
        if (r.ok && (axis < -5 || axis > 4)) note(f, k, slot, axis, "there is no such axis");
    }
    for (int i = 0; i < LENGTH(odd); i++) {
        const result r = call_with(k, form, slot, odd[i], message);
        if (r.ok || !strstr(message, "odd.c:7"))
            note(f, k, slot, odd[i], r.ok ? "is taken" : "without its line");
    }
}

/* A list of one axis is the axis. Lists that mean nothing are refused. */
static void try_axes(const odd_call *k, faults *f, int form, int slot)
{
    char message[1100];
    int one = 0;
    while (one < k->slots && !(k->option[one] && is_axis(k, one))) one++;
    for (int axis = -9; axis <= 9; axis++) {
        const result list = call_with(k, form, slot, axis, message);
        if (!list.ok && !strstr(message, "odd.c:7")) note(f, k, slot, axis, "refused without its line");
        if (one == k->slots) continue;
        const result bare = call_with(k, form, one, axis, NULL);
        if (!is_close(&bare, &list, 0)) note(f, k, slot, axis, "is another axis");
    }
}

#define IS_WORD(word) [SLOT_##word] = #word,
static const char *const words[] = { WORDS(IS_WORD)[SLOT_none] = "" };
static bool is_choice(slot_word word)
{
#define OR_IS(T) || !strcmp(words[word], #T)
    return false ENUMS(OR_IS);
}

static void try_without_name(const odd_call *k, faults *f)
{
    char message[1100] = "";
    int slot = 0;
    while (slot < k->slots && !k->option[slot]) slot++;
    if (slot == k->slots || !k->operands || !k->makes_node) return;
    if (call_with(k, 0, WITHOUT_NAME, 0, message).ok || !strstr(message, "odd.c:7: ") ||
        !strstr(message, ": 1 is an option without its name"))
        note(f, k, slot, 1, message);
}

/* Values from `first` on have no meaning of their own unless they change something. */
static void expect_meaning(const odd_call *k, faults *f, int slot, const double v[], const bool differs[],
                           int n, int first)
{
    for (int i = first; i < n; i++)
        if (!differs[i] && !is_apart(k, slot) && v[i] != WG_AUTO) /* the default may be it */
            note(f, k, slot, v[i], "is taken and means nothing");
}

static void try_option(const odd_call *k, faults *f, int slot)
{
    if (!k->option[slot]) return;
    const bool axis = is_axis(k, slot), axes = k->slot[slot] == SLOT_wg_axes,
               number = k->slot[slot] == SLOT_double,
               integer = k->slot[slot] == SLOT_int || k->slot[slot] == SLOT_int64_t ||
                         k->slot[slot] == SLOT_wg_shape,
               choose = is_choice(k->slot[slot]), init = k->slot[slot] == SLOT_wg_init;
    const int before = f->count;
    char why[1100] = "";
    bool reached = false, differs[LENGTH(odd_numbers)] = { false };
    if (!(axis || axes || number || integer || choose || init)) return;
    f->options++;
    for (int form = 0; form < 3 * FORMS && f->count == before; form++) {
        const result usual = call_with(k, form, NO_OPTION, 0, why);
        if (!usual.ok) continue;
        reached = true;
        if (axis) try_axis(k, f, form, slot);
        else if (axes) try_axes(k, f, form, slot);
        else if (number) try_number(k, f, form, slot, &usual, differs);
        else if (integer) try_integer(k, f, form, slot, &usual, differs);
        else if (init) try_init(k, f, form, slot);
        else try_choice(k, f, form, slot);
    }
    if (reached && number) expect_meaning(k, f, slot, odd_numbers, differs, LENGTH(odd_numbers), 2);
    if (reached && integer && !axis)
        expect_meaning(k, f, slot, odd_integers, differs, LENGTH(odd_integers), 1);
    f->reached += reached;
    if (!reached) fprintf(stderr, "not reached: %s .%s: %s\n", k->name, k->option[slot], why);
}

Test(odd_calls, options_mean_what_is_written_or_are_refused_at_their_line)
{
    faults *f = mmap(NULL, sizeof *f, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    cr_assert_neq(f, MAP_FAILED);
    int options = 0, reached = 0;
    odd_file = fopen("/dev/null", "w");
    for (int i = 0; i < LENGTH(odd_memory); i++) odd_memory[i] = 0x3FF0000000000000 + i;
    for (int i = 0; i < LENGTH(calls); i++) {
        int status = 0;
        *f = (faults){ 0 };
        fflush(NULL);
        const pid_t child = fork();
        if (!child) {
            if (chdir(wgt_folder())) _exit(1);
            try_without_name(&calls[i], f);
            for (int slot = 0; slot < calls[i].slots; slot++) try_option(&calls[i], f, slot);
            _exit(0);
        }
        waitpid(child, &status, 0);
        cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 0, "%s", calls[i].name);
        cr_expect(!f->count, "%d faults:\n%s", f->count, f->text);
        options += f->options, reached += f->reached;
    }
    fprintf(stderr, "%d options, %d reached\n", options, reached);
    cr_expect_gt(reached, 250);
    fclose(odd_file);
}

static bool have_one_layout(const wg_option_list *a, const wg_option_list *b)
{
    bool same = a->size == b->size && a->count == b->count;
    for (int i = 0; same && i < a->count; i++)
        same = a->option[i].kind == b->option[i].kind && a->option[i].offset == b->option[i].offset &&
               strlen(a->option[i].name) == strlen(b->option[i].name);
    return same;
}

/* A struct of one call is refused by another by its mark. The names of some are of equal length, and their
 * members too: nothing of these is read at a wrong place. */
Test(odd_calls, no_two_structs_of_options_have_one_mark)
{
    int pairs = 0, alike = 0;
    for (int i = 0; i < LENGTH(calls); i++)
        for (int k = 0; k < i; k++) {
            const wg_option_list *a = wg_options_of(calls[i].rows), *b = wg_options_of(calls[k].rows);
            if (!a || !b || a == b) continue;
            cr_expect(a->mark != b->mark || have_one_layout(a, b), "%s and %s", a->name, b->name);
            alike += a->mark == b->mark, pairs++;
        }
    cr_expect_gt(pairs, 3000);
    cr_expect_leq(alike, 3);
}

/* Schedules are functions of numbers alone. What has no meaning is no rate, so wg_optim_set_lr refuses it. */
Test(odd_calls, a_schedule_of_numbers_without_a_meaning_is_no_rate)
{
    static const double odd[] = { NAN, -1, -0.25, -INFINITY };
    int tried = 0;
    for (int i = 0; i < LENGTH(calls); i++)
        for (int slot = 0; !strncmp(calls[i].name, "wg_lr_", 6) && slot < calls[i].slots; slot++)
            for (int n = 0; n < LENGTH(odd); n++, tried++) {
                world w = { .c = NULL };
                choice t = usual_choice(&calls[i], FORMS, false);
                put(&t, slot, odd[n]);
                calls[i].call(&w, &t);
                cr_expect_not(made.v[0] >= 0, "%s, argument %d = %g: %g", calls[i].name, slot, odd[n],
                              made.v[0]);
            }
    cr_expect_gt(tried, 60);
}

/* ---- descriptors: each fault is named ---- */

Test(odd_calls, a_wrong_descriptor_is_refused_by_name)
{
    WGT_IN_GRAPH(WG_F32, NULL);
    for (int i = 0; i < LENGTH(odd_ops); i++) {
        wg_node x[2] = { wg_scalar(g, 1), wg_scalar(g, 2) };
        const int n = odd_ops[i].operands > 0 ? odd_ops[i].operands : 1;
        cr_expect_not(wg_node_ok(wg_apply(WG_HERE, &odd_ops[i], x, n, NULL)), "descriptor %d", i);
        cr_expect(strstr(wg_message(c), odd_ops[i].name ? odd_ops[i].name : "it has no name"), "%d: %s", i,
                  wg_message(c));
        wg_recover(c);
    }
}
