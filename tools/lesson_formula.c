/* lesson_formula.c: lines of a program as formulas of formula.h: what people would write on a board. A line
 * with a list, a slice, an option or a call that only makes data is none. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "lesson.h"

/* Calls that are formulas, and what they are called there. Those of the program's own functions are, too. */
static const char *const functions[][2] = {
    { "exp", "exp" }, { "log", "ln" },    { "sqrt", "sqrt" },       { "sin", "sin" },
    { "cos", "cos" }, { "tanh", "tanh" }, { "sigmoid", "sigmoid" }, { "relu", "relu" },
    { "sum", "sum" }, { "mean", "mean" }, { "softmax", "softmax" }, { "softplus", "softplus" },
    { "max", "max" }, { "min", "min" },   { "abs", "|" },
};
enum { FUNCTIONS = sizeof functions / sizeof *functions };

typedef struct writer {
    char *to;
    size_t room, n;
    const char *s, *end;
    bool failed;
} writer;

static void write_expression(writer *w, const char *stops);

static void put(writer *w, const char *text, int n)
{
    if (w->n + (size_t)n + 1 >= w->room) w->failed = true;
    else memcpy(w->to + w->n, text, (size_t)n), w->n += (size_t)n;
}
static void puts_(writer *w, const char *text) { put(w, text, (int)strlen(text)); }

static bool is_word(char c) { return isalnum((unsigned char)c) || c == '_'; }

/* lambda_ is lambda. */
static void put_name(writer *w, const char *s, int n)
{
    while (n > 1 && s[n - 1] == '_') n--;
    put(w, s, n);
}

/* One operand of a call, up to the comma or bracket behind it. */
static span operand(writer *w)
{
    const char *from = w->s;
    int depth = 0;
    for (; w->s < w->end && (depth || !strchr(",)", *w->s)); w->s++)
        depth += strchr("([{", *w->s) ? 1 : strchr(")]}", *w->s) ? -1 : 0;
    return span_trim((span){ from, (int)(w->s - from) });
}

static bool is_name(span s)
{
    for (int i = 0; i < s.n; i++)
        if (!is_word(s.at[i])) return false;
    return s.n > 0;
}

/* d y / d x; names stand together with their d. */
static void put_differential(writer *w, span x)
{
    writer inside = *w;
    puts_(&inside, is_name(x) && x.n == 1 ? "d" : "(d ");
    inside.s = x.at, inside.end = x.at + x.n;
    write_expression(&inside, "");
    if (!is_name(x) || x.n > 1) puts_(&inside, ")");
    w->n = inside.n, w->failed |= inside.failed;
}

static void put_gradient(writer *w)
{
    const span y = operand(w);
    w->failed |= w->s >= w->end || *w->s++ != ',';
    if (w->failed) return;
    const span x = operand(w);
    w->failed |= !is_name(x) || *w->s++ != ')';
    puts_(w, "("), put_differential(w, y), puts_(w, " / "), put_differential(w, x), puts_(w, ")");
}

static void put_call(writer *w, const char *name, int n)
{
    char word[80];
    snprintf(word, sizeof word, "%.*s", n, name);
    w->s++;
    if (!strcmp(word, "grad")) {
        put_gradient(w);
        return;
    }
    const char *formula = ops_knows(word) ? NULL : "";
    for (int i = 0; i < FUNCTIONS; i++)
        if (!strcmp(functions[i][0], word)) formula = functions[i][1];
    const bool bars = formula && *formula == '|';
    w->failed |= !formula;
    if (formula && *formula) puts_(w, formula);
    else put_name(w, name, n);
    if (!bars) puts_(w, "(");
    write_expression(w, ")");
    w->failed |= w->s++ >= w->end;
    puts_(w, bars ? "|" : ")");
}

static void put_word(writer *w)
{
    const char *from = w->s;
    while (w->s < w->end && is_word(*w->s)) w->s++;
    const int n = (int)(w->s - from);
    if (w->s < w->end && *w->s == '(') put_call(w, from, n);
    else put_name(w, from, n);
}

/* 2*x is 2 x, and x*y is x · y. */
static void put_product(writer *w)
{
    w->s++;
    while (w->s < w->end && *w->s == ' ') w->s++;
    size_t i = w->n;
    while (i && w->to[i - 1] == ' ') i--;
    while (i && (isdigit((unsigned char)w->to[i - 1]) || w->to[i - 1] == '.')) i--;
    const bool number = i < w->n && isdigit((unsigned char)w->to[i]) && (!i || !is_word(w->to[i - 1]));
    puts_(w, number && w->s < w->end && !isdigit((unsigned char)*w->s) ? " " : " · ");
}

/* x[0], x[i, j]; a slice or a list is no formula. */
static void put_index(writer *w)
{
    w->failed |= !w->n || !(is_word(w->to[w->n - 1]) || strchr("])", w->to[w->n - 1]));
    puts_(w, "["), w->s++;
    write_expression(w, "]");
    w->failed |= w->s++ >= w->end;
    puts_(w, "]");
}

static void write_expression(writer *w, const char *stops)
{
    while (w->s < w->end && !w->failed && !strchr(stops, *w->s)) {
        const char c = *w->s;
        if (is_word(c) && !isdigit((unsigned char)c)) put_word(w);
        else if (c == '[') put_index(w);
        else if (c == '*' && w->s[1] != '*') put_product(w);
        else if (c == '*') puts_(w, "^"), w->s += 2;
        else if (!strncmp(w->s, ".T", 2)) puts_(w, "^T"), w->s += 2;
        else if (c == '(') {
            puts_(w, "("), w->s++;
            write_expression(w, ")");
            w->failed |= w->s++ >= w->end;
            puts_(w, ")");
        } else if (c == '=' && *stops) w->failed = true; /* an option */
        else if (c == '=' && w->s[1] == '=') put(w, "=", 1), w->s += 2;
        else if (isdigit((unsigned char)c) || strchr(" +-/^@,.=", c)) put(w, w->s++, 1);
        else w->failed = true;
    }
}

/* NAME = NUMBER says nothing more as a formula. */
static bool is_constant(const char *formula)
{
    const char *s = strchr(formula, '=');
    return s && s[1 + strspn(s + 1, " -.0123456789")] == 0;
}

bool lesson_formula(span line, bool constants, char *to, size_t room)
{
    char unused[8];
    const char *comment = memchr(line.at, '#', (size_t)line.n);
    if (comment) line.n = (int)(comment - line.at);
    line = span_trim(line);
    writer w = { to, room, 0, line.at, line.at + line.n, false };
    write_expression(&w, "");
    to[w.failed ? 0 : w.n] = 0;
    return !w.failed && w.n && strchr(to, '=') && (constants || !is_constant(to)) &&
           wg_formula_print(to, WG_FORMULA_UNICODE, unused, sizeof unused) >= 0;
}
