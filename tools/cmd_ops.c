/* cmd_ops.c: the command ops: the registry of ops as text, Markdown or JSON. */
#include <string.h>

#include "tool.h"

static const flag flags[] = {
    { 0, "markdown", NULL, "as a table for docs/ops.md" },
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
    if (wg_op_has_derivative(op, -1)) return printed(op->adjoint, text);
    snprintf(reason, sizeof reason, "%s%s", op->none ? "none: " : "zero: ", text_of(op->adjoint));
    return reason;
}

static const char *adjoint_source(const wg_op *op)
{
    return wg_op_has_derivative(op, -1) ? text_of(op->adjoint) : adjoint_of(op);
}

static int samples(const wg_op *op)
{
    wg_context *c = wg_start(&(wg_options){ .dtype = WG_F64 });
    wg_graph *g = wg_graph_new(c);
    int n = 0;
    wg_begin(g, WG_TRAIN);
    while (op->sample && n < 1000 && !wg_is_none(op->sample(WG_HERE, g, n))) n++;
    wg_finish(c, NULL);
    return n;
}

/* ---- one op ---- */

static void one_text(const wg_op *op)
{
    printf("%s   %s\n\n  %s\n", op->name, kind_of(op), text_of(op->summary));
    printf("  formula   %s\n  adjoint   %s\n", formula_of(op), adjoint_of(op));
    if (op->operands < 0) printf("  operands  any number\n");
    else printf("  operands  %d%s\n", op->operands, op->optional ? ", the last may be left out" : "");
    for (const wg_attr_row *r = op->attrs; r && r->name; r++)
        printf("  option    %s%s%s%s%s%s\n", r->name, r->standard ? ", default " : "", text_of(r->standard),
               r->choices ? " (" : "", text_of(r->choices), r->choices ? ")" : "");
    printf("  samples   %d\n", samples(op));
}

static void json_latex(json *j, const wg_op *op)
{
    char text[TEXT];
    if (wg_formula_print(op->formula, WG_FORMULA_LATEX, text, TEXT) >= 0) json_text(j, "latex", text);
    if (!wg_op_has_derivative(op, -1)) return;
    if (wg_formula_print(op->adjoint, WG_FORMULA_LATEX, text, TEXT) >= 0) json_text(j, "adjoint_latex", text);
}

static void op_json(json *j, const wg_op *op)
{
    json_object(j, NULL);
    json_text(j, "name", op->name);
    json_text(j, "kind", kind_of(op));
    json_text(j, "summary", text_of(op->summary));
    json_text(j, "formula", text_of(op->formula));
    json_text(j, "adjoint", adjoint_source(op));
    json_latex(j, op);
    json_whole(j, "operands", op->operands);
    json_array(j, "options");
    for (const wg_attr_row *r = op->attrs; r && r->name; r++) {
        json_object(j, NULL);
        json_text(j, "name", r->name);
        json_text(j, "default", text_of(r->standard));
        json_text(j, "choices", text_of(r->choices));
        json_end(j);
    }
    json_end(j);
    json_end(j);
}

/* ---- all ---- */

static bool is_shown(const wg_op *op) { return op->summary && op->kind != WG_LEAF; }

/* Characters, not bytes. */
static int columns(const char *s)
{
    int n = 0;
    for (; *s; s++) n += ((unsigned char)*s & 0xC0) != 0x80;
    return n;
}

static int pad_of(int n) { return n > 0 ? n : 0; }

static void all_text(void)
{
    int width = 0, formula = 0;
    for (int i = 0; i < wg_op_count(); i++) {
        const wg_op *op = wg_op_at(i);
        int n = (int)strlen(op->name), f = columns(formula_of(op));
        width = is_shown(op) && n > width ? n : width;
        formula = is_shown(op) && f > formula && f <= 40 ? f : formula;
    }
    for (int i = 0; i < wg_op_count(); i++)
        if (is_shown(wg_op_at(i)))
            printf("%-*s  %s%*s  %s\n", width, wg_op_at(i)->name, formula_of(wg_op_at(i)),
                   pad_of(formula - columns(formula_of(wg_op_at(i)))), "", adjoint_of(wg_op_at(i)));
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

static void all_markdown(void)
{
    printf("# Operations\n\n"
           "Written by `wengert ops --markdown` from the registry: change the op's own block, then `make "
           "docs`.\n"
           "y′ is the gradient of the result, a′ that of operand a. \"none\" and \"zero\" say why there\n"
           "is no derivative. How formulas are written: `include/wengert/formula.h`.\n\n"
           "| op | what it does | formula | adjoint | options | kind |\n|---|---|---|---|---|---|\n");
    for (int i = 0; i < wg_op_count(); i++)
        if (is_shown(wg_op_at(i))) markdown_row(wg_op_at(i));
}

static void all_json(const wg_op *one)
{
    json j;
    json_start(&j, stdout);
    json_array(&j, "ops");
    for (int i = 0; i < wg_op_count(); i++)
        if (one ? one == wg_op_at(i) : is_shown(wg_op_at(i))) op_json(&j, wg_op_at(i));
    json_finish(&j);
}

static int no_op(const args *a, const char *name)
{
    const char *names[512];
    int n = 0;
    for (; n < wg_op_count() && n < 512; n++) names[n] = wg_op_at(n)->name;
    const char *near = wg_nearest(name, names, n);
    if (near) return tool_fail(a, EXIT_FLAGS, "ops: no op '%s'; did you mean '%s'?", name, near);
    return tool_fail(a, EXIT_FLAGS, "ops: no op '%s'", name);
}

static int run(const args *a)
{
    const wg_op *one = a->operands ? wg_op_find(a->operand[0]) : NULL;
    if (a->operands && !one) return no_op(a, a->operand[0]);
    if (a->json) all_json(one);
    else if (one) one_text(one);
    else if (args_has(a, "markdown")) all_markdown();
    else all_text();
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
