/* lang_optimizer.c: optimizers and rates that change, as a program names them. The names and the options are
 * those of the library. */
#include "lang/lang.h"

#include <math.h>
#include <string.h>

#include "wengert/schedule.h"
#include "wgx/base.h"
#include "wgx/lang.h"
#include "wgx/optim.h"

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

double wgx_optim_choice_rate(const wgx_optim_choice *o, double t, double steps)
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
    wgx_nearest_word near = wgx_nearest_to(wgi_name_of(a));
    for (int i = 0; i < SCHEDULES; i++) wgx_nearest_try(&near, schedules[i].name, strlen(schedules[i].name));
    return wgi_syntax_word(q, a->mark, "no schedule '%s'%s", wgi_name_of(a),
                           wgi_did_you_mean(&near,
                                            "; there are inverse, exponential, root, staircase, cosine, "
                                            "warm_up and one_cycle",
                                            text, sizeof text));
}

static bool read_schedule(wg_program *q, const wgi_ast *a, wgi_number_reader *number, wgx_optim_choice *to)
{
    const schedule *s = schedule_of(wgi_name_of(a));
    char words[40];
    if (!s) return no_schedule(q, a);
    const char *const *k = s->keyword;
    snprintf(words, sizeof words, "%s%s%s", k[0] ? k[0] : "", k[1] ? " " : "", k[1] ? k[1] : "");
    if (!wgi_signature(q, a, 1, 1, words) || !number(q, a->first, "a rate", &to->number[0])) return false;
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
        const double rate = wgx_optim_choice_rate(to, epochs[i], 1001);
        fine &= isfinite(rate) && rate >= 0;
    }
    return fine || wgi_fail_at(q, a, WG_ERROR_VALUE, "%s with these numbers is no rate", s->name);
}

/* ---- optimizers ---- */

static bool no_optimizer(wg_program *q, const wgi_ast *a)
{
    char all[200] = "", text[300];
    size_t n = 0;
    wgx_nearest_word near = wgx_nearest_to(wgi_name_of(a));
    for (int i = 0; wgx_optim_kind(i); i++) {
        wgx_nearest_try(&near, wgx_optim_kind(i), strlen(wgx_optim_kind(i)));
        if (n < sizeof all - 20)
            n += (size_t)snprintf(all + n, sizeof all - n, "%s%s", i ? ", " : "; there are ",
                                  wgx_optim_kind(i));
    }
    return wgi_syntax_word(q, a->mark, "no optimizer '%s'%s", wgi_name_of(a),
                           wgi_did_you_mean(&near, all, text, sizeof text));
}

/* The value of an option, within the bounds that the optimizer has for it. */
static bool setting(wg_program *q, const wgi_ast *call, const wg_option *option, wgi_number_reader *number,
                    wgx_optim_choice *to)
{
    const bool is_rate = !strcmp(option->name, "lr");
    const wgi_ast *a = wgi_keyword(call, option->name), *first = is_rate ? wgi_operand(call, 0) : NULL;
    if (a && first) return wgi_syntax_at(q, a, "'lr' is given twice");
    if (first) a = first;
    wg_optim_setting *s = &to->setting[to->settings];
    bool on = false;
    if (!a || to->settings == WG_OPTIM_SETTINGS) return true;
    if (is_rate && a->kind == AST_CALL && (schedule_of(wgi_name_of(a)) || number == wgi_number_of))
        return read_schedule(q, a, number, to);
    *s = (wg_optim_setting){ option->name, 0 };
    if (option->kind == WG_OPTION_BOOL) {
        if (!wgi_truth(q, a, &on)) return false;
        s->value = on;
    } else {
        if (!number(q, a, option->name, &s->value)) return false;
        if (!wg_option_in_range(option, s->value))
            return wgi_fail_at(q, a, WG_ERROR_VALUE, "%s %.15g: must be in %s", option->name, s->value,
                               option->range);
    }
    to->settings++;
    return true;
}

/* sgd, adam(3e-3) or adam(lr=3e-3, beta1=0.8) */
bool wgi_read_optimizer(wg_program *q, const wgi_ast *a, wgi_number_reader *number, wgx_optim_choice *to)
{
    char words[200] = "";
    const bool call = a->kind == AST_CALL;
    *to = (wgx_optim_choice){ 0 };
    if (!call && a->kind != AST_NAME && a->kind != AST_TEXT)
        return wgi_syntax_at(q, a, "an optimizer was expected: adam(lr=1e-3), say");
    const char *kind = NULL;
    for (int i = 0; !kind && wgx_optim_kind(i); i++)
        if (!strcmp(wgx_optim_kind(i), wgi_name_of(a))) kind = wgx_optim_kind(i);
    if (!kind) return no_optimizer(q, a);
    const wg_option_list *list = wgx_optim_kind_options(kind);
    for (int i = 0; i < list->count; i++)
        snprintf(words + strlen(words), sizeof words - strlen(words), "%s%s", i ? " " : "",
                 list->option[i].name);
    if (call && !wgi_signature(q, a, 0, 1, words)) return false;
    for (int i = 0; call && i < list->count; i++)
        if (!setting(q, a, &list->option[i], number, to)) return false;
    to->name = kind;
    return true;
}
