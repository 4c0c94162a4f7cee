/* test_odd_calls.c: every function of the public API is called with odd arguments, one odd value at a time,
 * the others good. The process must live. The calls are made from the headers by odd_calls.awk, the values
 * stand in odd_values.h, what they are taken from in odd_world.h.
 *
 * The calls of a function run in a process of their own, so that a crash is reported with the call that
 * crashed. */
#include <fnmatch.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "odd_world.h"
#include "wgfiles.h"

/* ---- the calls of one function ---- */

typedef struct place { /* the call that is being made */
    int slot, value;
    int64_t calls, refused;
    char silent[1 << 16]; /* lines: calls with nothing that recorded no error */
} place;

/* Whether the value is nothing: NULL for an object or a list, no node, a node of another build or of a graph
 * that was freed. */
static bool is_nothing(slot_word word, int value)
{
#define OR(T) || word == SLOT_p_##T
    if (word == SLOT_wg_node) return value == 0 || value == 4 || value == 6;
    if (word == SLOT_p_wg_graph && value == 2) return true;
    return value == 0 &&
           (word == SLOT_struct || word == SLOT_p_wg_node OR(wg_context) OR(wg_graph) OR(wg_params)
                                               OR(wg_optim) OR(wg_data) OR(wg_program) OR(wg_figure)
                                                   OR(wg_panel) OR(wg_series) OR(wg_average) OR(wg_snapshot));
}

/* Functions that take nothing by their contract, as patterns. */
static const char *const harmless[] = {
    /* frees; objects that say themselves what went wrong; results that nobody need ask for */
    "wg_*_free",
    "wg_gradcheck*",
    "wg_check_marks",
    "wg_trace_nan",
    "wg_qr_at",
    "wg_svd_at",
    /* looks */
    "wg_node_*",
    "wg_attr",
    "wg_peek",
    "wg_context_*",
    "wg_failed",
    "wg_message",
    "wg_recover",
    "wg_graph_bytes",
    "wg_graph_call*",
    "wg_graph_context",
    "wg_graph_epoch",
    "wg_graph_failure",
    "wg_graph_mark",
    "wg_graph_mode",
    "wg_graph_node*",
    "wg_graph_of",
    "wg_params_context",
    "wg_params_count",
    "wg_params_find",
    "wg_params_grad",
    "wg_params_has",
    "wg_params_is_state",
    "wg_params_name",
    "wg_params_size",
    "wg_params_tensor",
    "wg_params_trained",
    "wg_data_about",
    "wg_data_all",
    "wg_data_class",
    "wg_data_column",
    "wg_data_epoch",
    "wg_data_rows",
    "wg_data_scale",
    "wg_data_[xy]",
    "wg_program_axes",
    "wg_program_c*",
    "wg_program_drawn",
    "wg_program_e*",
    "wg_program_last*",
    "wg_program_line",
    "wg_program_meaning",
    "wg_program_n*",
    "wg_program_source",
    "wg_program_suggest",
    "wg_program_symbol*",
    "wg_program_training",
    "wg_panel_at_[xy]",
    "wg_optim_lr",
    "wg_is_saved",
    "wg_saved_checks",
    "wg_layer_name",
    "wg_options_named",
    /* memory without a context; helpers of rules, whose operands may be wg_none */
    "wg_site*",
    "wg_rows_*",
    "wg_*_by_pointer",
    /* what may be NULL or wg_none: options, a scale, a mask */
    "wg_figure_new_at",
    "wg_panel_new_at",
    "wg_series_new_at",
    "wg_rms_norm_at",
    "wg_attention_at",
};

static bool is_harmless(const char *name)
{
    for (int i = 0; i < LENGTH(harmless); i++)
        if (!fnmatch(harmless[i], name, 0)) return true;
    return false;
}

static void call_one(const odd_call *k, place *at, int slot, int value)
{
    size_t memory;
    at->slot = slot, at->value = value, at->calls++;
    world w = open_world(&memory, (slot + value + 2) % FORMS);
    if (wg_failed(w.c)) abort();
    choice t = all_good();
    if (slot >= 0) t.value[slot] = (int8_t)value;
    k->call(&w, &t);
    const bool needs = slot >= 0 && k->needed[slot] == '1' && is_nothing(k->slot[slot], value);
    if (close_world(&w)) at->refused += needs;
    else if (needs && !is_harmless(k->name) && strlen(at->silent) + 100 < sizeof at->silent)
        sprintf(at->silent + strlen(at->silent), "%s, slot %d, value %d\n", k->name, slot, value);
    if (memory) abort(); /* blocks are left */
}

static void call_all(const odd_call *k, place *at)
{
    const struct rlimit seconds = { 60, 60 };
    setrlimit(RLIMIT_CPU, &seconds);
    if (chdir(wgt_folder()) || !freopen("/dev/null", "r", stdin) || !freopen("/dev/null", "w", stdout) ||
        !freopen("/dev/null", "w", stderr))
        _exit(1);
    for (int form = 0; form < FORMS; form++) call_one(k, at, -1, form);
    for (int slot = 0; slot < k->slots; slot++)
        for (int value = 0; value < odds[k->slot[slot]]; value++) call_one(k, at, slot, value);
    _exit(0);
}

TestSuite(odd_calls, .init = wgt_make_folder, .fini = wgt_remove_folder);

Test(odd_calls, every_function_of_the_api_lives_through_odd_arguments)
{
    place *at = mmap(NULL, sizeof *at, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    cr_assert_neq(at, MAP_FAILED);
    odd_file = fopen("/dev/null", "w");
    for (int i = 0; i < LENGTH(odd_memory); i++) odd_memory[i] = 0x3FF0000000000000 + i;
    for (int i = 0; i < LENGTH(calls); i++) {
        int status = 0;
        fflush(NULL);
        const pid_t child = fork();
        if (!child) call_all(&calls[i], at);
        waitpid(child, &status, 0);
        cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 0, "%s, slot %d, value %d: %s %d",
                  calls[i].name, at->slot, at->value, WIFSIGNALED(status) ? "signal" : "exit status",
                  WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
    }
    cr_expect_gt(LENGTH(calls), 450);
    cr_expect_gt(at->calls, 15000);
    cr_expect_gt(at->refused, 500);
    cr_expect_str_empty(at->silent, "these recorded no error:\n%s", at->silent);
    fclose(odd_file);
}

/* ---- options mean what is written ---- Each number option and each option of axes of each builder, by
 * one odd value at a time. What a value means is said by another call: 0 is the default, WG_ZERO next to a
 * tiny number, a bare axis the list of it. A value that has no meaning is refused at the caller's line. */

typedef struct faults {
    int count, options, reached, calls;
    char text[8000];
} faults;

static void note(faults *f, const odd_call *k, int slot, double v, const char *what)
{
    const size_t n = strlen(f->text);
    f->count++;
    if (n < sizeof f->text - 300)
        snprintf(f->text + n, sizeof f->text - n, "%s(.%s = %g): %s\n", k->name, k->option[slot], v, what);
}

/* The call with one option, which its text names. message: NULL, or room for that of an error. */
static result call_with(const odd_call *k, faults *f, int form, int slot, double v, char message[1100])
{
    char site[120];
    size_t memory;
    if (slot < 0) snprintf(site, sizeof site, "%ca\nodd.c:7", k->operands);
    else snprintf(site, sizeof site, "%ca, .%s = v\nodd.c:7", k->operands, k->option[slot]);
    world w = open_world(&memory, form % FORMS);
    if (form >= FORMS) w.rest = form < 2 * FORMS ? wg_fill(w.g, 0.5, WG_SHAPE(3)) : w.good[4];
    w.site = site;
    made = (result){ 0 };
    f->calls++;
    choice t = all_good();
    if (slot >= 0) t.value[slot] = BY_NUMBER, t.number = v;
    k->call(&w, &t);
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

static const double odd_numbers[] = { 0, WG_ZERO, NAN, -1.5, -0.25 };
enum { NEGATIVE = 3 }; /* from here on */

/* differs: by which numbers a result is another than the usual one. */
static void try_number(const odd_call *k, faults *f, int form, int slot, const result *usual, bool differs[])
{
    char message[1100];
    const result tiny = call_with(k, f, form, slot, 1e-300, NULL);
    for (int i = 0; i < LENGTH(odd_numbers); i++) {
        const double v = odd_numbers[i];
        const result r = call_with(k, f, form, slot, v, message);
        differs[i] |= !is_close(&r, usual, 0);
        if (!r.ok && !strstr(message, "odd.c:7")) note(f, k, slot, v, "refused without its line");
        if (strstr(message, "2.225") || strstr(message, "e-308")) note(f, k, slot, v, message);
        if (v == 0 && differs[i]) note(f, k, slot, v, "is not the default");
        if (v == WG_ZERO && r.ok && tiny.ok && !is_close(&r, &tiny, 1e-9)) note(f, k, slot, v, "is not zero");
        if (isnan(v) && r.ok && strcmp(k->name, "wg_pad_at") != 0) note(f, k, slot, v, "is taken");
    }
}

static void try_axis(const odd_call *k, faults *f, int form, int slot)
{
    static const double odd[] = { 1.5, -0.5, NAN, INFINITY, 100, 1e9, 1e300 };
    char message[1100];
    for (int axis = -9; axis <= 9; axis++) {
        const result list = call_with(k, f, form, slot, WG_AXES(axis), message);
        if (!list.ok && !strstr(message, "odd.c:7")) note(f, k, slot, axis, "refused without its line");
        const result bare = call_with(k, f, form, slot, axis, NULL);
        if (!is_close(&bare, &list, 0)) note(f, k, slot, axis, "is another axis");
        if (bare.ok && (axis < -4 || axis > 4)) note(f, k, slot, axis, "there is no such axis");
    }
    for (int i = 0; i < LENGTH(odd); i++) {
        const result r = call_with(k, f, form, slot, odd[i], message);
        if (r.ok || !strstr(message, "odd.c:7"))
            note(f, k, slot, odd[i], r.ok ? "is taken" : "without its line");
    }
    const result twice = call_with(k, f, form, slot, WG_AXES(1, 1), message);
    if (twice.ok || !strstr(message, "odd.c:7")) note(f, k, slot, 1, "twice is taken");
}

static void try_options(const odd_call *k, faults *f)
{
    for (int slot = 0; slot < k->slots; slot++) {
        const bool axis = k->slot[slot] == SLOT_wg_axis, number = k->slot[slot] == SLOT_double;
        if (!k->option[slot] || !(axis || number)) continue;
        bool reached = false, differs[LENGTH(odd_numbers)] = { false };
        f->options++;
        for (int form = 0; form < 3 * FORMS && !f->count; form++) {
            const result usual = call_with(k, f, form, -1, 0, NULL);
            if (!usual.ok) continue;
            reached = true;
            if (axis) try_axis(k, f, form, slot);
            else try_number(k, f, form, slot, &usual, differs);
        }
        for (int i = NEGATIVE; reached && number && i < LENGTH(odd_numbers); i++)
            if (!differs[i]) note(f, k, slot, odd_numbers[i], "is taken and means nothing");
        f->reached += reached;
        if (!reached) fprintf(stderr, "not reached: %s .%s\n", k->name, k->option[slot]);
    }
}

Test(odd_calls, options_mean_what_is_written_or_are_refused_at_their_line)
{
    faults *f = mmap(NULL, sizeof *f, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    cr_assert_neq(f, MAP_FAILED);
    int options = 0, reached = 0;
    odd_file = fopen("/dev/null", "w");
    for (int i = 0; i < LENGTH(odd_memory); i++) odd_memory[i] = 0x3FF0000000000000 + i;
    for (int i = 0; i < LENGTH(calls); i++) {
        if (!calls[i].makes_node) continue;
        int status = 0;
        *f = (faults){ 0 };
        fflush(NULL);
        const pid_t child = fork();
        if (!child) try_options(&calls[i], f), _exit(0);
        waitpid(child, &status, 0);
        cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 0, "%s", calls[i].name);
        cr_expect(!f->count, "%d faults:\n%s", f->count, f->text);
        options += f->options, reached += f->reached;
    }
    fprintf(stderr, "%d options, %d reached\n", options, reached);
    cr_expect_gt(reached, 60);
    fclose(odd_file);
}

/* ---- descriptors: each fault is named ---- */

Test(odd_calls, a_wrong_descriptor_is_refused_by_name)
{
    wg_context *c = wgt_start(NULL, WG_F32, NULL);
    wg_graph *g = wg_graph_new(c);
    for (int i = 0; i < LENGTH(odd_ops); i++) {
        wg_node x[2] = { wg_scalar(g, 1), wg_scalar(g, 2) };
        const int n = odd_ops[i].operands > 0 ? odd_ops[i].operands : 1;
        cr_expect_not(wg_node_ok(wg_apply(WG_HERE, &odd_ops[i], x, n, NULL)), "descriptor %d", i);
        cr_expect(strstr(wg_message(c), odd_ops[i].name ? odd_ops[i].name : "it has no name"), "%d: %s", i,
                  wg_message(c));
        wg_recover(c);
    }
    wgt_finish(c, NULL);
}
