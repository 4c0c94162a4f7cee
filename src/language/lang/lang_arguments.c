/* lang_arguments.c: the operands and keywords of a call, and the values of its options. */
#include "lang/lang.h"
#include "wgx/base.h"

#include <string.h>

const wgi_ast *wgi_named(const wgi_ast *call, const char *name)
{
    const wgi_ast *x = call->first;
    while (x && (x->kind != AST_KEYWORD || strcmp(wgi_name_of(x), name) != 0)) x = x->next;
    return x;
}

const wgi_ast *wgi_keyword(const wgi_ast *call, const char *name)
{
    const wgi_ast *x = wgi_named(call, name);
    return x ? x->first : NULL;
}

const wgi_ast *wgi_operand(const wgi_ast *call, int k)
{
    const wgi_ast *x = call->first;
    while (x && x->kind != AST_KEYWORD && k-- > 0) x = x->next;
    return x && x->kind != AST_KEYWORD ? x : NULL;
}

/* How a call of this name looks: ": solve(a, b)". "": the names of its operands are not known. */
static const char *form_of(const wg_program *q, const char *name, char *buf, size_t size)
{
    const char *usage = q->now.usage;
    const wg_op *op = usage ? NULL : wgi_language_op(name);
    const char *names = op && op->operands >= 0 ? op->names           ? op->names
                                                  : op->operands == 1 ? "x"
                                                  : op->operands == 2 ? "a b"
                                                                      : NULL
                                                : NULL;
    *buf = 0;
    if (usage) snprintf(buf, size, ": %s", usage);
    if (!names) return buf;
    size_t n = (size_t)snprintf(buf, size, ": %s(", name);
    for (; *names && n + 4 < size; names++)
        n += (size_t)snprintf(buf + n, size - n, *names == ' ' ? ", " : "%c", *names);
    snprintf(buf + n, size - n, ")");
    return buf;
}

/* What NumPy's calls say by position: "; write sum(x, axis=0)" for sum(x, 0). "": the number is no axis. */
static const char *named_form(wg_program *q, const wgi_ast *call, const wgi_ast *extra, const char *keywords,
                              char *buf, size_t size)
{
    char before[80], number[40];
    double value;
    const char *option = wgi_choice(keywords, "count") >= 0  ? "count"
                         : wgi_choice(keywords, "axis") >= 0 ? "axis"
                                                             : NULL;
    *buf = 0;
    const wgi_ast *last = call->first;
    if (!option || extra == last || extra->next || !wgi_constant(extra, &value)) return buf;
    while (last->next != extra) last = last->next;
    wgi_quote(q, call->start, last->end, before, sizeof before);
    wgi_quote(q, extra->start, extra->end, number, sizeof number);
    snprintf(buf, size, "; write %s, %s=%s)", before, option, number);
    return buf;
}

static bool bad_count(wg_program *q, const wgi_ast *call, int least, int most, const char *keywords)
{
    char form[200];
    const wgi_ast *extra = wgi_operand(call, most);
    const char *name = wgi_name_of(call);
    int n = wgi_operand_count(call);
    const char *of_two = !strcmp(name, "min") ? "minimum" : !strcmp(name, "max") ? "maximum" : NULL;
    if (extra && of_two)
        return wgi_syntax_at(
            q, extra,
            "%s takes 1 operand: write %s(a, b) for two, %s([a, b, c]) for more; options are named: %s", name,
            of_two, name, keywords);
    if (extra && *keywords)
        return wgi_syntax_at(q, extra, "%s takes %d operand%s; options are named: %s%s", name, most,
                             most == 1 ? "" : "s", keywords,
                             named_form(q, call, extra, keywords, form, sizeof form));
    if (extra)
        return wgi_syntax_at(q, extra, "%s takes %d operand%s, not %d%s", name, most, most == 1 ? "" : "s", n,
                             form_of(q, name, form, sizeof form));
    return wgi_syntax_word(q, call->mark, "%s takes %s%d operand%s, not %d%s", name,
                           least == most ? "" : "at least ", least, least == 1 ? "" : "s", n,
                           form_of(q, name, form, sizeof form));
}

/* "write keepdims=true" for keepdim, if the call has that option. NULL: it has not, or nothing is known. */
static const char *meant_option(const char *keywords, const char *word)
{
    const char *meant = wgx_meant(word, WG_WORD_OPTION, WG_IN_WG);
    char option[64];
    if (!meant || sscanf(meant, "write %63[a-z0-9_]=", option) != 1) return NULL;
    return wgi_choice(keywords, option) >= 0 ? meant : NULL;
}

static bool no_option(wg_program *q, const wgi_ast *call, const wgi_ast *x, const char *keywords)
{
    char instead[440], text[480];
    const char *meant = meant_option(keywords, wgi_name_of(x));
    if (meant)
        return wgi_syntax_word(q, x->start, "%s has no option '%s': %s", wgi_name_of(call), wgi_name_of(x),
                               meant);
    wgx_nearest_word near = wgi_nearest_choice(keywords, wgi_name_of(x));
    snprintf(instead, sizeof instead, "%s%s", *keywords ? "; it has " : "", keywords);
    return wgi_syntax_word(q, x->start, "%s has no option '%s'%s", wgi_name_of(call), wgi_name_of(x),
                           wgi_did_you_mean(&near, instead, text, sizeof text));
}

bool wgi_signature(wg_program *q, const wgi_ast *call, int least, int most, const char *keywords)
{
    int n = wgi_operand_count(call);
    if (n < least || n > most) return bad_count(q, call, least, most, keywords);
    EACH_AST(x, call->first) {
        if (x->kind != AST_KEYWORD) continue;
        if (wgi_choice(keywords, wgi_name_of(x)) < 0) return no_option(q, call, x, keywords);
        if (wgi_named(call, wgi_name_of(x)) != x)
            return wgi_syntax_at(q, x, "'%s' is given twice", wgi_name_of(x));
    }
    return true;
}

/* ---- values of options ---- */

const wgi_ast *wgi_meant(const wgi_ast *a)
{
    while (a->kind == AST_NAME && a->u.binding && a->u.binding->is_operand && a->u.binding->operand)
        a = a->u.binding->operand;
    return a;
}

const char *wgi_word(const wgi_ast *a)
{
    const wgi_ast *m = wgi_meant(a);
    return a->kind == AST_NAME && m->kind != AST_TEXT ? wgi_name_of(a)
           : m->kind == AST_TEXT                      ? wgi_name_of(m)
                                                      : NULL;
}

bool wgi_truth(wg_program *q, const wgi_ast *a, bool *value)
{
    a = wgi_meant(a);
    if (a->kind != AST_BOOL) return wgi_syntax_at(q, a, "true or false was expected here");
    *value = a->u.number != 0;
    return true;
}

bool wgi_option_read(wg_program *q, const wgi_ast *a, const wg_option *option, void *options)
{
    double v;
    bool on;
    if (option->kind == WG_OPTION_BOOL) return wgi_truth(q, a, &on) && wg_option_set(option, options, on);
    if (!wgi_number_of(q, a, option->name, &v)) return false;
    if (!wg_option_in_range(option, v))
        return wgi_fail_at(q, a, WG_ERROR_VALUE, "%s %.15g: must be in %s", option->name, v, option->range);
    return wg_option_set(option, options, v) ||
           wgi_fail_at(q, a, WG_ERROR_VALUE, "%s %.15g: must be a whole number in %s", option->name, v,
                       option->range);
}

bool wgi_number_option(wg_program *q, const wgi_ast *call, const char *name, double *value)
{
    const wgi_ast *a = wgi_keyword(call, name);
    return !a || wgi_number_of(q, a, name, value);
}
