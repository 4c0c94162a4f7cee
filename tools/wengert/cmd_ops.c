/* cmd_ops.c: the command ops: the registry of ops, and the calls of the language beside them, as text,
 * Markdown or JSON. */
#include <string.h>
#include <unistd.h>

#include "lesson.h"
#include "wgx/op.h"

static const flag flags[] = {
    { 0, "markdown", NULL, "as a table for docs/ops.md; with --internal for docs/ops/internal.md" },
    { 0, "internal", NULL, "those too that only derivatives and other ops make" },
    { 0, NULL, NULL, NULL },
};

static const char *kind_of(const wg_op *op)
{
    static const char *const names[] = { "map",   "random",   "rows",   "reduce",
                                         "alias", "contract", "opaque", "leaf" };
    return op->kernel[0] || op->map || op->kind == WG_ALIAS || op->kind == WG_LEAF ? names[op->kind]
                                                                                   : "composite";
}

enum { TEXT = 1500 };

static const char *text_of(const char *s) { return s ? s : ""; }

/* What is no formula is printed as it is. */
static const char *printed(const char *formula, char text[TEXT])
{
    if (wg_formula_print(formula, WG_FORMULA_UNICODE, text, TEXT) < 0)
        snprintf(text, TEXT, "%s", text_of(formula));
    return text;
}

static const char *formula_of(const wg_op *op)
{
    static char text[TEXT];
    return printed(op->formula, text);
}

static const char *adjoint_of(const wg_op *op)
{
    static char text[TEXT], reason[TEXT];
    if (wgx_op_has_derivative(op, -1)) return printed(op->adjoint, text);
    snprintf(reason, sizeof reason, "%s%s", op->none ? "none: " : "zero: ", text_of(op->adjoint));
    return reason;
}

static int samples(const wg_op *op)
{
    wg_context *c = wg_start(.dtype = WG_F64);
    wg_graph *g = wg_graph_new(c);
    int n = 0;
    wg_begin(g, WG_TRAIN);
    while (wgx_hints(op)->sample && n < 1000 && !wg_is_none(wgx_hints(op)->sample(WG_HERE, g, n))) n++;
    wg_finish(c, NULL);
    return n;
}

/* ---- one op ---- */

static const char internal[] = "internal: derivatives and other ops make it; programs do not call it";

static void entry(const char *head, const char *text)
{
    printf("  %-10s", head);
    print_wrapped(stdout, 12, text);
}

static void one_text(const wg_op *op)
{
    printf("%s   %s\n\n  ", op->name, kind_of(op));
    print_wrapped(stdout, 2, text_of(op->summary));
    if (wgx_op_is_internal(op)) printf("  %s\n", internal);
    entry("formula", formula_of(op));
    entry("adjoint", adjoint_of(op));
    if (op->operands < 0) printf("  operands  any number\n");
    else
        printf("  operands  %d%s\n", op->operands,
               wgx_hints(op)->optional ? ", the last may be left out" : "");
    for (const wg_attr_row *r = op->attrs; r && r->name; r++)
        printf("  option    %s%s%s%s%s%s\n", r->name,
               !r->standard                     ? ""
               : !strcmp(r->standard, "needed") ? ", must be "
                                                : ", default ",
               !r->standard                     ? ""
               : !strcmp(r->standard, "needed") ? "written"
                                                : r->standard,
               r->choices ? " (" : "", text_of(r->choices), r->choices ? ")" : "");
    const wg_option_list *l = op->options ? op->options() : NULL;
    for (int k = 0; l && k < l->places; k++)
        printf("%s%s%s", k ? ", " : "  by place  ", l->option[k].name, k + 1 < l->places ? "" : "\n");
    printf("  samples   %d\n", samples(op));
}

static void json_latex(json *j, const wg_op *op)
{
    char text[TEXT];
    if (wg_formula_print(op->formula, WG_FORMULA_LATEX, text, TEXT) >= 0) json_text(j, "latex", text);
    if (!wgx_op_has_derivative(op, -1)) return;
    if (wg_formula_print(op->adjoint, WG_FORMULA_LATEX, text, TEXT) >= 0) json_text(j, "adjoint_latex", text);
}

static const json_row option_rows[] = { JSON_ROW(wg_attr_row, name),
                                        JSON_AS("default", wg_attr_row, standard),
                                        JSON_ROW(wg_attr_row, choices) };

static void op_json(json *j, const wg_op *op)
{
    json_object(j, NULL);
    json_text(j, "name", op->name);
    json_bool(j, "internal", wgx_op_is_internal(op));
    json_text(j, "kind", kind_of(op));
    json_text(j, "summary", text_of(op->summary));
    json_text(j, "formula", text_of(op->formula));
    json_text(j, "adjoint", wgx_op_has_derivative(op, -1) ? text_of(op->adjoint) : adjoint_of(op));
    json_latex(j, op);
    json_whole(j, "operands", op->operands);
    json_array(j, "options");
    for (const wg_attr_row *r = op->attrs; r && r->name; r++) json_record(j, NULL, option_rows, r);
    json_end(j);
    json_end(j);
}

/* ---- all ---- */

static bool is_shown(const wg_op *op) { return op->summary && op->kind != WG_LEAF; }

/* Name, formula and adjoint in columns. In a terminal that is too narrow the adjoint gets its own line. */
static void line_text(const wg_op *op, int width, int formula)
{
    const int columns = text_columns(formula_of(op)), gap = formula > columns ? formula - columns : 0;
    const int all = width + 2 + columns + gap + 2 + text_columns(adjoint_of(op));
    printf("%-*s  ", width, op->name);
    if (!isatty(1) || all <= terminal_width()) {
        printf("%s%*s  %s\n", formula_of(op), gap, "", adjoint_of(op));
        return;
    }
    print_wrapped(stdout, width + 2, formula_of(op));
    printf("%*s", width + 4, "");
    print_wrapped(stdout, width + 4, adjoint_of(op));
}

static void all_text(const args *a)
{
    int width = 0, formula = 0, hidden = 0;
    for (int i = 0; i < wg_op_count(); i++) {
        const wg_op *op = wg_op_at(i);
        int n = (int)strlen(op->name), f = text_columns(formula_of(op));
        width = is_shown(op) && n > width ? n : width;
        formula = is_shown(op) && f > formula && f <= 40 ? f : formula;
    }
    for (int i = 0; i < wg_op_count(); i++) {
        const wg_op *op = wg_op_at(i);
        const bool left_out = wgx_op_is_internal(op) && !args_has(a, "internal");
        hidden += is_shown(op) && left_out;
        if (is_shown(op) && !left_out) line_text(op, width, formula);
    }
    if (hidden) tool_note(a, "and %d internal ops: --internal shows them", hidden);
    tool_note(a, "the language has more calls: input, param, grad, dense, ...: wengert help language");
}

static void cell(const char *s)
{
    for (; *s; s++)
        if (*s == '|') fputs("\\|", stdout);
        else putchar(*s);
}

static void markdown_row(const wg_op *op)
{
    printf("| `%s` | ", op->name);
    cell(text_of(op->summary));
    fputs(" | ", stdout);
    cell(formula_of(op));
    fputs(" | ", stdout);
    cell(adjoint_of(op));
    fputs(" | ", stdout);
    for (const wg_attr_row *r = op->attrs; r && r->name; r++)
        printf("%s`%s`", r == op->attrs ? "" : ", ", r->name);
    printf(" | %s |\n", kind_of(op));
}

/* Two pages: the ops that have a builder, and those that only derivatives and other ops make. */
static void all_markdown(bool others)
{
    printf("# %s\n\n"
           "Written by `wengert ops --markdown%s` from the registry: change the op's own block, then `make "
           "docs`.\n"
           "y′ is the gradient of the result, a′ that of operand a. \"none\" and \"zero\" say why there\n"
           "is no derivative. How formulas are written: `include/wengert/formula.h`.\n\n"
           "| op | what it does | formula | adjoint | options | kind |\n|---|---|---|---|---|---|\n",
           others ? "Operations that derivatives and other operations make" : "Operations",
           others ? " --internal" : "");
    for (int i = 0; i < wg_op_count(); i++)
        if (is_shown(wg_op_at(i)) && wgx_op_is_internal(wg_op_at(i)) == others) markdown_row(wg_op_at(i));
}

static void all_json(const wg_op *one)
{
    json j = json_start(stdout);
    json_array(&j, "ops");
    for (int i = 0; i < wg_op_count(); i++)
        if (one ? one == wg_op_at(i) : is_shown(wg_op_at(i))) op_json(&j, wg_op_at(i));
    json_finish(&j);
}

/* ---- calls of the language ---- */

static const wgx_builtin *builtin_of(const char *name)
{
    static wgx_builtin b;
    for (int i = 0; i < wgx_builtin_count(); i++) {
        b = wgx_builtin_at(i);
        if (!strcmp(b.name, name)) return &b;
    }
    return NULL;
}

bool ops_knows(const char *name)
{
    const wg_op *op = wg_op_find(name);
    return (op && !wgx_op_is_internal(op)) || builtin_of(name);
}

static void builtin_text(const wgx_builtin *b, bool is_op)
{
    printf("%s   %s of the language\n\n", b->name, is_op ? "also a call" : "a call");
    entry("call", b->usage);
    entry("", b->summary);
}

static void builtin_json(const wgx_builtin *b)
{
    json j = json_start(stdout);
    json_record(&j, "call", builtin_rows, b);
    json_finish(&j);
}

/* ---- a page ---- */

/* A formula as it is typeset; what is none is text. */
static void html_formula(FILE *out, wg_context *c, const char *head, const char *formula, const char *text)
{
    char *svg = formula ? wgx_formula_svg_at("", c, formula, NULL) : NULL;
    wg_recover(c);
    fprintf(out, "<p class=\"math\" tabindex=\"0\">%s ", head);
    if (svg) fputs(svg, out);
    else lesson_escape(out, text, (int)strlen(text), true);
    fputs("</p>\n", out);
    wg_free(c, svg);
}

static void html_text(FILE *out, const char *open, const char *text, const char *close)
{
    fputs(open, out), lesson_escape(out, text, (int)strlen(text), true), fputs(close, out);
}

void ops_html(FILE *out, wg_context *c, const char *name)
{
    const wg_op *op = wg_op_find(name);
    const wgx_builtin *call = builtin_of(name);
    if (call)
        html_text(out, "<p><code>", call->usage, "</code>: "), html_text(out, "", call->summary, "</p>\n");
    if (!op) return;
    html_text(out, "<p>", text_of(op->summary), "</p>\n");
    html_formula(out, c, "", op->formula, formula_of(op));
    html_formula(out, c, "Derivative:", wgx_op_has_derivative(op, -1) ? op->adjoint : NULL, adjoint_of(op));
}

/* ---- the command ---- */

static int no_op(const args *a, const char *name)
{
    wgx_nearest_word near = wgx_nearest_to(name);
    for (int i = 0; i < wg_op_count(); i++)
        if (!wgx_op_is_internal(wg_op_at(i)))
            wgx_nearest_try(&near, wg_op_at(i)->name, strlen(wg_op_at(i)->name));
    for (int i = 0; i < wgx_builtin_count(); i++)
        wgx_nearest_try(&near, wgx_builtin_at(i).name, strlen(wgx_builtin_at(i).name));
    const char *meant = wgx_meant(name, WG_WORD_CALL, WG_IN_WG);
    if (meant) return tool_wrong(a, "ops: no op '%s'; %s", name, meant);
    if (near.best)
        return tool_wrong(a, "ops: no op '%s'; did you mean '%.*s'?", name, near.length, near.best);
    return tool_wrong(a, "ops: no op '%s'; 'wengert ops' lists them", name);
}

static int run(const args *a)
{
    const char *name = a->operands ? a->operand[0] : NULL;
    const wg_op *one = name ? wg_op_find(name) : NULL;
    const wgx_builtin *call = name ? builtin_of(name) : NULL;
    if (a->operands > 1) return tool_wrong(a, "ops: one name at a time; usage: wengert %s", a->c->usage);
    if (name && !one && !call) return no_op(a, name);
    if (a->json && args_has(a, "markdown")) return tool_wrong(a, "ops: --json or --markdown, not both");
    if (a->json && !one && call) builtin_json(call);
    else if (a->json) all_json(one);
    else if (args_has(a, "markdown")) all_markdown(args_has(a, "internal"));
    else if (one || call) {
        if (one) one_text(one);
        if (one && call) putchar('\n');
        if (call) builtin_text(call, one != NULL);
    } else all_text(a);
    return EXIT_DONE;
}

const command cmd_ops = {
    "ops",
    "ops [NAME] [flags]",
    "What each op computes, and its derivative.",
    { flags },
    "  wengert ops\n  wengert ops softmax\n",
    run,
};
