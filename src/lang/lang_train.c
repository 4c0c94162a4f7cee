/* lang_train.c: the statements train(...) and minimize(...), optimizers as texts, and what a training asks of
 * a program. The names of optimizers and of their options are those of the library. */
#include "lang/lang.h"

#include <math.h>
#include <string.h>

#include "wengert/schedule.h"

/* ---- rates that change ---- */

/* keyword: the options of the schedule behind its rate, in the order of the numbers. whole: the last of them
 * is a number of steps, and that of the training if it is not given. */
typedef struct schedule {
    const char *name, *keyword[2];
    bool whole;
    double (*rate)(const double v[3], double t);
} schedule;

static double inverse(const double v[3], double t) { return wg_lr_inverse(v[0], v[1], t); }
static double exponential(const double v[3], double t) { return wg_lr_exponential(v[0], v[1], t); }
static double root(const double v[3], double t) { return wg_lr_root(v[0], t); }
static double staircase(const double v[3], double t) { return wg_lr_staircase(v[0], v[1], v[2], t); }
static double cosine(const double v[3], double t) { return wg_lr_cosine(v[0], t, v[1]); }
static double warm_up(const double v[3], double t) { return wg_lr_warm_up(v[0], t, v[1]); }
static double one_cycle(const double v[3], double t) { return wg_lr_one_cycle(v[0], t, v[1]); }

static const schedule schedules[] = {
    { "inverse", { "decay" }, false, inverse },
    { "exponential", { "factor" }, false, exponential },
    { "root", { NULL }, false, root },
    { "staircase", { "factor", "every" }, false, staircase },
    { "cosine", { "steps" }, true, cosine },
    { "warm_up", { "steps" }, false, warm_up },
    { "one_cycle", { "steps" }, true, one_cycle },
};
enum { SCHEDULES = sizeof schedules / sizeof *schedules };

static const schedule *schedule_of(const char *name)
{
    for (int i = 0; name && i < SCHEDULES; i++)
        if (!strcmp(schedules[i].name, name)) return &schedules[i];
    return NULL;
}

double wg_optim_choice_rate(const wg_optim_choice *o, double t, double steps)
{
    const schedule *s = o ? schedule_of(o->schedule) : NULL;
    if (!s) return NAN;
    double v[3] = { o->number[0], o->number[1], o->number[2] };
    if (s->whole && isnan(v[1])) v[1] = steps;
    return s->rate(v, t);
}

static bool no_schedule(wg_program *q, const wgi_ast *a)
{
    char text[300];
    wg_nearest_word near = wg_nearest_to(a->ident->text);
    for (int i = 0; i < SCHEDULES; i++) wg_nearest_try(&near, schedules[i].name, strlen(schedules[i].name));
    return wgi_syntax_word(q, a->mark, "no schedule '%s'%s", a->ident->text,
                           wgi_did_you_mean(&near,
                                            "; there are inverse, exponential, root, staircase, cosine, "
                                            "warm_up and one_cycle",
                                            text, sizeof text));
}

static bool read_schedule(wg_program *q, const wgi_ast *a, wg_optim_choice *to)
{
    const schedule *s = schedule_of(a->ident->text);
    char words[40];
    if (!s) return no_schedule(q, a);
    const char *const *k = s->keyword;
    snprintf(words, sizeof words, "%s%s%s", k[0] ? k[0] : "", k[1] ? " " : "", k[1] ? k[1] : "");
    if (!wgi_signature(q, a, 1, 1, words) || !wgi_number_of(q, a->first, "a rate", &to->number[0]))
        return false;
    to->number[1] = to->number[2] = NAN;
    for (int i = 0; i < 2 && k[i]; i++) {
        if (!wgi_number_option(q, a, k[i], &to->number[i + 1])) return false;
        if (isnan(to->number[i + 1]) && !s->whole)
            return wgi_syntax_word(q, a->mark, "%s needs %s=", s->name, k[i]);
    }
    to->schedule = s->name;
    static const double epochs[] = { 0, 1, 2, 10, 1000 };
    bool fine = true;
    for (size_t i = 0; i < sizeof epochs / sizeof *epochs; i++) {
        const double rate = wg_optim_choice_rate(to, epochs[i], 1001);
        fine &= isfinite(rate) && rate >= 0;
    }
    return fine || wgi_fail_at(q, a, WG_ERROR_VALUE, "%s with these numbers is no rate", s->name);
}

/* ---- optimizers ---- */

static bool no_optimizer(wg_program *q, const wgi_ast *a)
{
    char all[200] = "", text[300];
    size_t n = 0;
    wg_nearest_word near = wg_nearest_to(a->ident->text);
    for (int i = 0; wg_optim_kind(i); i++) {
        wg_nearest_try(&near, wg_optim_kind(i), strlen(wg_optim_kind(i)));
        if (n < sizeof all - 20)
            n += (size_t)snprintf(all + n, sizeof all - n, "%s%s", i ? ", " : "; there are ",
                                  wg_optim_kind(i));
    }
    return wgi_syntax_word(q, a->mark, "no optimizer '%s'%s", a->ident->text,
                           wgi_did_you_mean(&near, all, text, sizeof text));
}

/* The value of an option, within the bounds that the optimizer has for it. */
static bool setting(wg_program *q, const wgi_ast *call, const wg_option *option, wg_optim_choice *to)
{
    const wgi_ast *a = wgi_keyword(call, option->name);
    wg_optim_setting *s = &to->setting[to->settings];
    bool on = false;
    if (!a || to->settings == WG_OPTIM_SETTINGS) return true;
    if (a->kind == AST_CALL && !strcmp(option->name, "lr")) return read_schedule(q, a, to);
    *s = (wg_optim_setting){ option->name, 0 };
    if (option->kind == WG_OPTION_BOOL) {
        if (!wgi_truth(q, a, &on)) return false;
        s->value = on;
    } else {
        if (!wgi_number_of(q, a, option->name, &s->value)) return false;
        if (!wg_option_in_range(option, s->value))
            return wgi_fail_at(q, a, WG_ERROR_VALUE, "%s %.15g: must be in %s", option->name, s->value,
                               option->range);
    }
    to->settings++;
    return true;
}

/* sgd, or adam(lr=3e-3) */
static bool read_optimizer(wg_program *q, const wgi_ast *a, wg_optim_choice *to)
{
    char words[200] = "";
    const bool call = a->kind == AST_CALL;
    *to = (wg_optim_choice){ 0 };
    if (!call && a->kind != AST_NAME && a->kind != AST_TEXT)
        return wgi_syntax_at(q, a, "an optimizer was expected: adam(lr=1e-3), say");
    const char *kind = NULL;
    for (int i = 0; !kind && wg_optim_kind(i); i++)
        if (!strcmp(wg_optim_kind(i), a->ident->text)) kind = wg_optim_kind(i);
    if (!kind) return no_optimizer(q, a);
    const wg_option_list *list = wg_optim_kind_options(kind);
    for (int i = 0; i < list->count; i++)
        snprintf(words + strlen(words), sizeof words - strlen(words), "%s%s", i ? " " : "",
                 list->option[i].name);
    if (call && !wgi_signature(q, a, 0, 0, words)) return false;
    for (int i = 0; call && i < list->count; i++)
        if (!setting(q, a, &list->option[i], to)) return false;
    to->name = kind;
    return true;
}

wg_optim_choice wg_optim_choice_of(wg_context *c, const char *where, const char *text)
{
    wg_optim_choice to = { 0 };
    wg_program *q = wg_program_text(c, where, text);
    if (!q) return to;
    const wgi_ast *s = q->ready ? q->statements : NULL;
    if (q->ready && (!s || s->next || s->kind != AST_VALUE))
        wgi_lang_fail(q, 0, q->length, WG_ERROR_SYNTAX, "an optimizer was expected: adam(lr=1e-3), say");
    if (q->ready && !wg_failed(c) && !read_optimizer(q, s->first, &to)) to.name = NULL;
    wg_program_free(q);
    return to;
}

/* ---- the statement ---- */

bool wgi_note_training(wg_program *q, wgi_ast *s, bool inside_a_block)
{
    const bool minimizes = !strncmp(q->source + s->start, "minimize", 8);
    const char *word = minimizes ? "minimize" : "train";
    if (s->first->kind != AST_CALL || strcmp(s->first->ident->text, word) != 0)
        return minimizes
                   ? wgi_syntax_at(q, s,
                                   "a minimum is looked for by: minimize(J, tolerance=1e-8, epochs=100)")
                   : wgi_syntax_at(
                         q, s,
                         "a training is written: train(loss, optimizer=adam(lr=1e-3), batch=64, epochs=20)");
    if (inside_a_block) return wgi_syntax_at(q, s, "%s(...) stands outside of blocks", word);
    if (q->train)
        return wgi_syntax_at(q, s, "a program has one train(...) or minimize(...): the first is in line %d",
                             wgi_line(q, q->train->start));
    q->train = s;
    return true;
}

/* The loss or a metric: one float. */
static bool measure(wg_program *q, const wgi_ast *a, const char *what, wg_measure *to)
{
    char text[200], shape[120];
    wgi_quote(q, a->start, a->end, text, sizeof text);
    to->node = wgi_eval_node(q, a, NULL);
    to->text = wgi_lang_join(q, text, "", "");
    if (wg_failed(q->c) || !to->text) return false;
    const wg_shape s = wg_node_shape(to->node);
    if (wg_shape_size(s) != 1 || s.rank)
        return wgi_fail_at(q, a, WG_ERROR_SHAPE, "%s is one number; this is %s: write mean(%.60s), say", what,
                           wg_shape_text(s, shape, sizeof shape), text);
    return wg_dtype_is_float(wg_node_dtype(to->node)) ||
           wgi_fail_at(q, a, WG_ERROR_DTYPE, "%s is a float; this is %s", what,
                       wg_dtype_name(wg_node_dtype(to->node)));
}

/* metrics=[a, b], or metrics=a */
static bool read_metrics(wg_program *q, const wgi_ast *a, wg_training *to)
{
    const bool list = a && a->kind == AST_LIST;
    for (const wgi_ast *x = list ? a->first : a; x; x = list ? x->next : NULL) {
        if (to->metrics == WG_TRAINING_METRICS)
            return wgi_syntax_at(q, x, "at most %d metrics", WG_TRAINING_METRICS);
        if (!measure(q, x, "a metric", &to->metric[to->metrics++])) return false;
    }
    return true;
}

static bool read_count(wg_program *q, const wgi_ast *call, const char *name, int64_t *to)
{
    const wgi_ast *a = wgi_keyword(call, name);
    return !a || wgi_integer(q, a, name, 1, INT32_MAX, to);
}

bool wgi_keep_training(wg_program *q, wgi_ast *s)
{
    const wgi_ast *call = s->first, *o = wgi_keyword(call, "optimizer");
    wg_training *to = &q->now.training;
    to->minimizes = !strcmp(call->ident->text, "minimize");
    if (!wgi_signature(q, call, 1, 1,
                       to->minimizes ? "metrics optimizer epochs tolerance"
                                     : "metrics optimizer batch epochs") ||
        !measure(q, call->first, "the loss", &to->loss) ||
        !read_metrics(q, wgi_keyword(call, "metrics"), to) || (o && !read_optimizer(q, o, &to->optimizer)) ||
        !read_count(q, call, "batch", &to->batch) || !read_count(q, call, "epochs", &to->epochs) ||
        !wgi_number_option(q, call, "tolerance", &to->tolerance))
        return false;
    if (to->tolerance < 0 || !isfinite(to->tolerance))
        return wgi_fail_at(q, wgi_keyword(call, "tolerance"), WG_ERROR_VALUE,
                           "tolerance must be finite and at least 0");
    if (to->minimizes && !to->optimizer.name) to->optimizer.name = "lbfgs";
    to->line = wgi_line(q, s->start);
    wgi_note_last(q, call, NULL, wgi_node_val(to->loss.node)); /* as a statement whose value is the loss */
    return !wg_failed(q->c);
}

const wg_training *wg_program_training(const wg_program *q)
{
    return q && q->c && q->now.training.line ? &q->now.training : NULL;
}

/* ---- what a training asks of a program ---- */

static const wgi_ast *declaration(const wg_program *q, const char *name)
{
    const wgi_binding *b = q && q->c ? wgi_binding_find(q, name) : NULL;
    return b && b->meaning == WG_NAME_INPUT ? b->value : NULL;
}

int64_t wg_program_classes(const wg_program *q, const char *name)
{
    const wgi_ast *call = declaration(q, name), *a = call ? wgi_keyword(call, "classes") : NULL;
    double v;
    return a && wgi_constant(a, &v) && v >= 1 && v <= INT32_MAX ? (int64_t)v : 0;
}

int wg_program_axes(const wg_program *q, const char *name)
{
    const wgi_ast *call = declaration(q, name);
    return call ? wgi_operand_count(call) : -1;
}

/* Sets which newlines are blanks, as the parser does: those inside ( and [, but not in a block in there. */
static void follow_brackets(wgi_lexer *l, int *around)
{
    if (l->token == TOKEN_OPEN || l->token == TOKEN_OPEN_LIST) l->joined++;
    if (l->token == TOKEN_CLOSE || l->token == TOKEN_CLOSE_LIST) l->joined -= l->joined > 0;
    if (l->token == TOKEN_OPEN_BLOCK) around[++around[0]] = l->joined, l->joined = 0;
    if (l->token == TOKEN_CLOSE_BLOCK) l->joined = around[around[0]--];
}

/* Of the tokens of a statement; a newline counts as a semicolon. */
static uint64_t mix_statement(wg_program *q, uint64_t h, const wgi_ast *s)
{
    wgi_lexer l = { .q = q, .at = s->start };
    int around[WGI_LANG_DEPTH + 2] = { 0 }; /* around[0]: how many blocks are open */
    bool ended = false;
    for (wgi_lex_next(&l); l.token != TOKEN_END && l.start < s->end; wgi_lex_next(&l)) {
        const bool ends = l.token == TOKEN_NEWLINE || l.token == TOKEN_SEMICOLON;
        if (!ends) h = wgi_lang_mix(h, q->source + l.start, l.end - l.start), h = wgi_lang_mix(h, " ", 1);
        else if (!ended) h = wgi_lang_mix(h, ";", 1);
        ended = ends || l.token == TOKEN_OPEN_BLOCK;
        follow_brackets(&l, around);
    }
    return wgi_lang_mix(h, ";", 1);
}

uint64_t wg_program_code(const wg_program *q)
{
    uint64_t h = WGI_LANG_MIXED;
    for (const wgi_ast *s = q && q->c && q->ready ? q->statements : NULL; s; s = s->next)
        if (s->kind != AST_CLAIM && s->kind != AST_TRAIN && s->kind != AST_PLOT)
            h = mix_statement((wg_program *)(uintptr_t)q, h, s);
    return h;
}
