/* lang_train.c: the statements train(...) and minimize(...), and what a training asks of a program. */
#include "lang/lang.h"
#include "wgx/lang.h"

#include <math.h>
#include <string.h>

/* ---- optimizers ---- */

wgx_optim_choice wgx_optim_choice_of(wg_context *c, const char *where, const char *text)
{
    wgx_optim_choice to = { 0 };
    wg_program *q = wg_program_text(c, where, text);
    if (!q) return to;
    const wgi_ast *s = q->ready ? q->statements : NULL;
    if (q->ready && (!s || s->next || s->kind != AST_VALUE))
        wgi_lang_fail(q, 0, q->length, WG_ERROR_SYNTAX, "an optimizer was expected: adam(lr=1e-3), say");
    if (q->ready && !wg_failed(c) && !wgi_read_optimizer(q, s->first, wgi_number_of, &to)) to.name = NULL;
    wg_program_free(q);
    return to;
}

/* ---- the statement ---- */

bool wgi_note_training(wg_program *q, wgi_ast *s, bool inside_a_block)
{
    const bool minimizes = !strncmp(q->source + s->start, "minimize", 8);
    const char *word = minimizes ? "minimize" : "train";
    if (s->first->kind != AST_CALL || strcmp(wgi_name_of(s->first), word) != 0)
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
static bool measure(wg_program *q, const wgi_ast *a, const char *what, wgx_measure *to)
{
    char text[200], shape[120];
    wgi_quote(q, a->start, a->end, text, sizeof text);
    to->node = wgi_eval_node(q, a, NULL);
    to->text = wgi_lang_join(q, text, "", "");
    if (wgi_failed(q) || !to->text) return false;
    const wg_shape s = wg_node_shape(to->node);
    if (wg_shape_size(s) != 1 || s.rank)
        return wgi_fail_at(q, a, WG_ERROR_SHAPE, "%s is one number; this is %s: write mean(%.60s), say", what,
                           wg_shape_text(s, shape, sizeof shape), text);
    return wg_dtype_is_float(wg_node_dtype(to->node)) ||
           wgi_fail_at(q, a, WG_ERROR_DTYPE, "%s is a float; this is %s", what,
                       wg_dtype_name(wg_node_dtype(to->node)));
}

/* metrics=[a, b], or metrics=a */
static bool read_metrics(wg_program *q, const wgi_ast *a, wgx_training *to)
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
    wgx_training *to = &q->now.training;
    to->minimizes = !strcmp(wgi_name_of(call), "minimize");
    if (!wgi_signature(q, call, 1, 1,
                       to->minimizes ? "metrics optimizer epochs tolerance"
                                     : "metrics optimizer batch epochs patience") ||
        !measure(q, call->first, "the loss", &to->loss) ||
        !read_metrics(q, wgi_keyword(call, "metrics"), to) ||
        (o && !wgi_read_optimizer(q, o, wgi_number_of, &to->optimizer)) ||
        !read_count(q, call, "batch", &to->batch) || !read_count(q, call, "epochs", &to->epochs) ||
        !read_count(q, call, "patience", &to->patience) ||
        !wgi_number_option(q, call, "tolerance", &to->tolerance))
        return false;
    if (to->tolerance < 0 || !isfinite(to->tolerance))
        return wgi_fail_at(q, wgi_keyword(call, "tolerance"), WG_ERROR_VALUE,
                           "tolerance must be finite and at least 0");
    if (to->minimizes && !to->optimizer.name) to->optimizer.name = "lbfgs";
    to->line = wgi_line(q, s->start);
    wgi_note_last(q, call, NULL, wgi_node_val(to->loss.node)); /* as a statement whose value is the loss */
    return !wgi_failed(q);
}

const wgx_training *wgx_program_training(const wg_program *q)
{
    return q && q->c && q->now.training.line ? &q->now.training : NULL;
}

/* ---- what a training asks of a program ---- */

static const wgi_ast *declaration(const wg_program *q, const char *name)
{
    const wgi_binding *b = q && q->c ? wgi_binding_find(q, name) : NULL;
    return b && b->meaning == WG_NAME_INPUT ? b->value : NULL;
}

int64_t wgx_program_classes(const wg_program *q, const char *name)
{
    const wgi_ast *call = declaration(q, name), *a = call ? wgi_keyword(call, "classes") : NULL;
    double v;
    return a && wgi_constant(a, &v) && v >= 1 && v <= INT32_MAX ? (int64_t)v : 0;
}

int wgx_program_axes(const wg_program *q, const char *name)
{
    const wgi_ast *call = declaration(q, name);
    const wgi_binding *b = q && q->made.build ? wgi_binding_find(q, name) : NULL;
    return call ? wgi_operand_count(call) : b ? b->axes - 1 : -1;
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

uint64_t wgx_program_code(const wg_program *q)
{
    uint64_t h = WGI_LANG_MIXED;
    if (q && q->c && q->made.build) return q->made.code;
    EACH_AST(s, q && q->c && q->ready ? q->statements : NULL)
        if (s->kind != AST_CLAIM && s->kind != AST_TRAIN && s->kind != AST_PLOT)
            h = mix_statement((wg_program *)(uintptr_t)q, h, s);
    return h;
}
