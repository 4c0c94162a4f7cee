/* lesson_formula.c: lines of programs, and $FORMULAS$ of a text, as formulas. */
#include <stdlib.h>
#include <string.h>

#include "lesson.h"
#include "wengert/formula.h"
#include "wgx/draw.h"

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789";

/* NAME = NUMBER says nothing more as a formula. */
static bool is_constant(const char *formula)
{
    const char *s = strchr(formula, '=');
    return s && s[1 + strspn(s + 1, " -.0123456789()")] == 0;
}

/* A line that is no formula has none. That memory was missing stays: lesson_page says it. */
static void forget(wg_context *c)
{
    if (wg_failed(c) != WG_ERROR_MEMORY) wg_recover(c);
}

/* A line of a program as a formula of formula.h: an equation, or without it a claim. */
bool lesson_is_formula(lesson *l, span line, bool is_claim, char to[LESSON_FORMULA])
{
    char text[LESSON_FORMULA];
    snprintf(text, sizeof text, "%.*s", line.n, line.at);
    const bool is = line.n < (int)sizeof text && wgx_statement_formula(l->c, text, to, LESSON_FORMULA) &&
                    strchr(to, '=') && (is_claim || !is_constant(to)) &&
                    wg_formula_print(to, WG_FORMULA_UNICODE, text, sizeof text) >= 0;
    forget(l->c);
    return is;
}

/* Whether the n bytes at `name` are an element of the list "x, W)". */
static bool is_in(const char *list, const char *name, size_t n)
{
    for (const char *s = list; *s && *s != ')'; s += strcspn(s, ",)"), s += strspn(s, ", "))
        if (strcspn(s, ",)") == n && !memcmp(s, name, n)) return true;
    return false;
}

/* The names of a formula that are vectors or matrices, "x,W,"; dw is one if w is. In "f(w, k) = ..." w and k
 * are the function's own. */
static void arrays_in(const wg_program *q, const char *formula, bool is_claim, char to[LESSON_FORMULA])
{
    const size_t call = strspn(formula, letters);
    const char *close = formula[call] == '(' && !is_claim ? strchr(formula, ')') : NULL,
               *own = close && !strncmp(close + 1, " = ", 3) ? formula + call + 1 : "";
    size_t at = *to = 0;
    for (const char *s = formula + strcspn(formula, letters); *s; s += strcspn(s, letters)) {
        const size_t n = strspn(s, letters);
        char name[LESSON_FORMULA];
        snprintf(name, sizeof name, "%.*s", (int)n, s);
        wg_node k = is_in(own, s, n) ? wg_none : wg_program_node(q, name);
        if (wg_is_none(k) && *s == 'd' && !is_in(own, s + 1, n - 1)) k = wg_program_node(q, name + 1);
        if (!wg_is_none(k) && wg_node_shape(k).rank && at + n + 2 < LESSON_FORMULA)
            at += (size_t)snprintf(to + at, LESSON_FORMULA - at, "%s,", name);
        s += n;
    }
}

/* The line of a program as a formula. False: it is none. */
bool lesson_put_formula(lesson *l, int program, span line, bool is_claim, FILE *out)
{
    char text[LESSON_FORMULA], arrays[LESSON_FORMULA];
    wg_context *c = l->c;
    const bool is = lesson_is_formula(l, line, is_claim, text);
    if (is) arrays_in(l->program[program].m.q, text, is_claim, arrays);
    char *svg = is ? wgx_formula_svg_at("", c, text, arrays) : NULL;
    if (svg) fputs(svg, out);
    wg_free(c, svg);
    forget(c);
    return svg;
}

/* ---- in a text ---- */

/* The capital letters of a formula that the program does not bind are matrices, but for J and L. */
static void matrices_in(const wg_program *q, const char *formula, char arrays[LESSON_FORMULA])
{
    size_t n = strlen(arrays);
    for (const char *s = formula; *s; s++) {
        const bool alone = s == formula || !strchr(letters, s[-1]);
        const size_t length = strspn(s, letters);
        char name[8];
        snprintf(name, sizeof name, "%.*s", (int)length, s);
        if (alone && length && length < sizeof name && strchr("ABCDEFGHIKMNOPQRSTUVWXYZ", *s) &&
            wg_is_none(wg_program_node(q, name)) && n + length + 2 < LESSON_FORMULA)
            n += (size_t)snprintf(arrays + n, LESSON_FORMULA - n, "%s,", name);
        if (length) s += length - 1;
    }
}

bool lesson_typeset(lesson *l, int program, span formula, FILE *out, bool html)
{
    char source[LESSON_FORMULA], text[LESSON_FORMULA], arrays[LESSON_FORMULA];
    snprintf(source, sizeof source, "%.*s", formula.n, formula.at);
    const int n = wg_formula_print(source, WG_FORMULA_UNICODE, text, sizeof text);
    if (n < 0 || n >= (int)sizeof text || formula.n >= (int)sizeof source)
        return lesson_wrong(l, formula.at, "$FORMULA$ is an equation of formula.h: %s",
                            n < 0 ? text : "too long");
    if (!html) return fputs(text, out) >= 0;
    arrays_in(l->program[program].m.q, source, true, arrays);
    matrices_in(l->program[program].m.q, source, arrays);
    char *svg = wgx_formula_svg_at("", l->c, source, arrays);
    if (svg) fputs(svg, out);
    wg_free(l->c, svg);
    return svg || (l->status = tool_fail(l->a, EXIT_OTHER, "%s", wg_message(l->c)), false);
}

/* $5 and $6 are prices: no blank and no digit stands behind the first sign, no blank before the second, and
 * no digit behind it. */
span lesson_formula_in(span text, const char *from)
{
    const char *end = text.at + text.n, *open = NULL;
    for (const char *s = from; s < end; s++) {
        const char before = s > text.at ? s[-1] : ' ', behind = s + 1 < end ? s[1] : ' ';
        if (*s != '$') continue;
        if (open && !strchr(" \n", before) && !strchr("0123456789", behind))
            return (span){ open + 1, (int)(s - open) - 1 };
        open = strchr(" \n0123456789", behind) ? NULL : s;
    }
    return (span){ NULL, 0 };
}

void lesson_tex(span formula, FILE *out)
{
    char source[LESSON_FORMULA], text[2 * LESSON_FORMULA];
    snprintf(source, sizeof source, "%.*s", formula.n, formula.at);
    if (wg_formula_print(source, WG_FORMULA_LATEX, text, sizeof text) < 0) return;
    lesson_escape(out, text, (int)strlen(text), true), fputc('\n', out);
}
