/* wgread.c: see wgread.h. Each name gets another one, which stands for all that is printed of it. */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "wgread.h"

/* ---- names ---- */

enum { NAMES = 64 };

static char names[NAMES][64]; /* as a reader sees them: W_1′ */
static int name_count;

static int index_of(const char *key)
{
    for (int i = 0; i < name_count; i++)
        if (strcmp(names[i], key) == 0) return i;
    return -1;
}

/* The letters of a name, with _ before what stands below. */
static void key_of(const wgi_formula_node *n, char key[64])
{
    const wgi_name_parts w = wgi_name_split(n->text, n->length, n->look);
    const char *whole = w.accent ? wgi_whole_accent(w.base, w.base_length, w.accent) : NULL;
    int at = whole ? snprintf(key, 64, "%s", whole) : snprintf(key, 64, "%.*s", w.base_length, w.base);
    if (w.accent && !whole) at += snprintf(key + at, 64 - (size_t)at, "%s", wgi_accent(w.accent));
    if (w.below_length) at += snprintf(key + at, 64 - (size_t)at, "_%.*s", w.below_length, w.below);
    for (int i = 0; i < n->sign; i++) at += snprintf(key + at, 64 - (size_t)at, "′");
}

/* "qaa", "qab" ... */
static const char *id_of(const char *key)
{
    static char id[NAMES][8];
    int i = index_of(key);
    if (i < 0) i = name_count++, snprintf(names[i], sizeof names[i], "%s", key);
    cr_assert_lt(i, NAMES - 1);
    snprintf(id[i], sizeof id[i], "q%c%c", 'a' + i / 26, 'a' + i % 26);
    return id[i];
}

static bool is_known(const char *key) { return index_of(key) >= 0; }

void wgr_rename(wgi_formula *f)
{
    name_count = 0;
    char key[64];
    for (int i = 1; i < f->count; i++) {
        wgi_formula_node *n = &f->node[i];
        if (n->kind != WGI_F_NAME || n->word || (n->length == 3 && memcmp(n->text, "inf", 3) == 0)) continue;
        if (wgi_formula_is(f, i, "last")) continue;
        key_of(n, key);
        n->text = id_of(key), n->length = (int)strlen(n->text), n->sign = 0;
    }
}

/* ---- words and signs ---- */

static const char *const functions[][2] = {
    { "σ", "sigmoid" },    { "Σ", "sum" },        { "Π", "prod" },
    { "arcsin", "asin" },  { "arccos", "acos" },  { "arctan", "atan" },
    { "arsinh", "asinh" }, { "arcosh", "acosh" }, { "artanh", "atanh" },
};
static const char *const signs[][2] = {
    { "−", " - " },  { "·", " · " }, { "⊙", " * " }, { "≤", " <= " }, { "≥", " >= " }, //
    { "≠", " != " }, { "+", " + " }, { "∞", "inf" }, { "…", "..." },  { "=", " = " },
    { "<", " < " },  { ">", " > " },
};

static const char *look_up(const char *s, const char *const table[][2], size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(table[i][0], s) == 0) return table[i][1];
    return NULL;
}

static const char *function_of(const char *s)
{
    return look_up(s, functions, sizeof functions / sizeof *functions);
}
static const char *sign_of(const char *s) { return look_up(s, signs, sizeof signs / sizeof *signs); }

static bool is_word(const char *s)
{
    for (; *s; s++)
        if (!((*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z') || *s == '_' || (*s >= '0' && *s <= '9')))
            return false;
    return true;
}

static bool is_digits(const char *s) { return *s && strspn(s, "0123456789.") == strlen(s); }

/* ---- pieces ---- */

enum { TEXT = 8000 };

typedef wgi_formula_piece piece;
/* A set of pieces from left to right; bars before what is above and below them. */
typedef struct row {
    const wgi_formula_piece *at[WGI_F_PIECES];
    int n;
} row;

/* Frees the row. */
static void read_part(row *r, double base, const char *open, const char *close);
static row *some_of(const row *r, int from, int end);
static bool is_text(const piece *p, const char *s);

/* ---- the reader ---- */

static wgi_laid_formula laid;
static char out[TEXT];
static size_t length;

static void put(const char *s)
{
    const size_t n = strlen(s);
    cr_assert_lt(length + n, sizeof out);
    memcpy(out + length, s, n + 1);
    length += n;
}

/* Without the spaces on both sides. */
static const char *letters_of(const piece *p)
{
    static char text[8][200];
    static int at;
    const char *s = laid.letters + p->text;
    char *to = text[at++ % 8];
    while (*s == ' ') s++;
    snprintf(to, sizeof text[0], "%s", s);
    size_t n = strlen(to);
    while (n && to[n - 1] == ' ') to[--n] = 0;
    return to;
}
static bool is_bar(const piece *p) { return p->shape == WGI_F_LINE && p->y == p->y2; }

/* ---- cases behind a brace, each on a line of its own ---- */

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static bool has_root(const row *r, const piece *bar)
{
    for (int i = 0; i < r->n; i++)
        if (r->at[i]->shape == WGI_F_ROOT && fabs(r->at[i]->x2 - bar->x) < 1e-6) return true;
    return false;
}

static double height_of(const row *r, const piece *p);

/* Small letters belong to what ends where they begin. */
static const piece *base_of_small(const row *r, const piece *p, double size)
{
    const piece *best = NULL;
    for (int i = 0; i < r->n; i++) {
        const piece *q = r->at[i];
        const bool text = q->shape == WGI_F_TEXT;
        const double top = text ? q->y - 0.75 * q->size : q->y, foot = text ? q->y + 0.22 * q->size : q->y2;
        if (q == p || fabs(q->size) < size || q->x2 > p->x + 1e-6) continue;
        if (p->y < top || p->y - 0.75 * p->size > foot) continue;
        if (!best || q->x2 > best->x2) best = q;
    }
    return best;
}

/* Of the line on which the piece is read: that of the bar above or below it. */
static double height_of(const row *r, const piece *p)
{
    const double y = p->shape == WGI_F_TEXT ? p->y : (p->y + p->y2) / 2;
    double size = 0;
    for (int i = 0; i < r->n; i++) {
        const piece *bar = r->at[i];
        const bool beside = p->x < bar->x - 1e-6 || p->x2 > bar->x2 + 1e-6;
        if (is_bar(bar) && !beside && fabs(bar->y - y) < 1.3 * bar->size && !has_root(r, bar)) return bar->y;
        size = fmax(size, fabs(bar->size));
    }
    const piece *of = fabs(p->size) < size ? base_of_small(r, p, size) : NULL;
    return of ? height_of(r, of) : y;
}

/* At a comma on the line of the formula, with nothing of a case behind it. */
static int end_of_cases(const row *r, int at, double base)
{
    int from = at, end = at;
    for (int i = at; i < r->n && r->at[i]->shape != WGI_F_BRACE; i++)
        if (is_text(r->at[i], "if") || is_text(r->at[i], "else")) from = i;
    for (end = from; end < r->n; end++) {
        const piece *p = r->at[end];
        const bool ends = p->shape == WGI_F_TEXT && fabs(p->y - base) < 1e-6 &&
                          (strchr(",;", *letters_of(p)) || !strncmp(letters_of(p), "along", 5));
        int beside = 0;
        for (int i = at; i < end; i++) beside += r->at[i]->x2 > p->x + 1e-6;
        if (ends && !beside) break;
    }
    return end;
}

/* Each case on a line of its own: value, if, condition. What follows the cases stands on the line of the
 * formula. Returns where that begins. */
static int read_cases(const row *all, int at, double base)
{
    const int end = end_of_cases(all, at, base);
    row *r = some_of(all, at, end);
    double line[40];
    int lines = 0;
    for (int i = 0; i < r->n; i++)
        if (is_text(r->at[i], "if") || is_text(r->at[i], "else")) line[lines++] = r->at[i]->y;
    qsort(line, (size_t)lines, sizeof *line, by_size);
    for (int k = 0; k < lines; k++) {
        row *value = calloc(1, sizeof *value), *when = calloc(1, sizeof *when);
        bool behind = false, last = false;
        for (int i = 0; i < r->n; i++) {
            const piece *p = r->at[i];
            int nearest = 0;
            const double y = height_of(r, p);
            for (int m = 1; m < lines; m++)
                if (fabs(line[m] - y) < fabs(line[nearest] - y)) nearest = m;
            if (nearest != k) continue;
            if (is_text(p, "if") || is_text(p, "else")) behind = true, last |= is_text(p, "else");
            else if (behind) when->at[when->n++] = p;
            else value->at[value->n++] = p;
        }
        put(!k ? " " : last ? ", else " : ", ");
        read_part(value, line[k], "", "");
        if (last) free(when);
        else read_part(when, line[k], " where ", "");
    }
    free(r);
    return end;
}

/* ---- rows ---- */
static bool is_side(const piece *p) { return p->shape == WGI_F_LINE && p->x == p->x2; }

static int by_place(const void *a, const void *b)
{
    const piece *p = *(const piece *const *)a, *q = *(const piece *const *)b;
    if (fabs(p->x - q->x) > 1e-6) return p->x < q->x ? -1 : 1;
    return (p->shape == WGI_F_TEXT) - (q->shape == WGI_F_TEXT);
}

typedef bool chooses(const piece *p, const piece *by);
static bool is_over(const piece *p, const piece *bar) { return p->y < bar->y; }
static bool is_under(const piece *p, const piece *bar) { return p->y > bar->y; }
static bool is_any(const piece *p, const piece *bar) { return p != bar; }

/* The pieces of r between x and x2 that are chosen, `by` itself never. */
static row *part(const row *r, double x, double x2, chooses *choose, const piece *by)
{
    row *to = calloc(1, sizeof *to);
    for (int i = 0; i < r->n; i++)
        if (r->at[i] != by && r->at[i]->x >= x - 1e-6 && r->at[i]->x2 <= x2 + 1e-6 && choose(r->at[i], by))
            to->at[to->n++] = r->at[i];
    return to;
}

static void read_row(const row *r, double base);

static int depth;          /* of rows within rows */
static char brackets[100]; /* those that are open: [ of elements, ( of what is 1 or 0 */

static void read_part(row *r, double base, const char *open, const char *close)
{
    depth++;
    put(open), read_row(r, base), put(close);
    depth--;
    free(r);
}

/* Whether an operand has just ended. */
static bool is_behind_operand(void)
{
    size_t n = length;
    while (n && out[n - 1] == ' ') n--;
    if (!n || (out[n - 1] != ')' && out[n - 1] != ']' && !isalnum((unsigned char)out[n - 1]))) return false;
    static const char *const words[] = { " where", " and", " or", " not", " over", " mod", " else" };
    for (int i = 0; i < 7; i++)
        if (n >= strlen(words[i]) && !strncmp(out + n - strlen(words[i]), words[i], strlen(words[i])))
            return false;
    return true;
}

static void read_bracket(const char *s)
{
    const size_t n = strlen(brackets);
    if (*s == '[') {
        const char *open = is_behind_operand() ? "[" : "(";
        put(open), strcat(brackets, open);
    } else if (*s == ']') put(brackets[n - 1] == '[' ? "]" : ")"), brackets[n - 1] = 0;
    else put(is_behind_operand() ? "|)" : " (|");
}

/* The line on which the row's largest letters stand. */
static double base_of(const row *r)
{
    const piece *best = NULL;
    for (int i = 0; i < r->n; i++)
        if (r->at[i]->shape == WGI_F_TEXT && (!best || r->at[i]->size > best->size + 1e-9)) best = r->at[i];
    return best ? best->y : 0;
}

static double size_in(const row *r)
{
    double most = 0;
    for (int i = 0; i < r->n; i++) most = fmax(most, fabs(r->at[i]->size));
    return most;
}

/* ---- rows ---- */

static bool is_script(const piece *p, double base, double size)
{
    return fabs(p->size) < size - 1e-6 || (p->shape == WGI_F_TEXT && fabs(p->y - base) > 1e-6);
}

/* The small pieces from `at` on that stand on one side of the line. */
static row *script(const row *r, int *at, double base, double size, bool *up)
{
    row *to = calloc(1, sizeof *to);
    *up = r->at[*at]->y < base;
    for (; *at < r->n && is_script(r->at[*at], base, size) && (r->at[*at]->y < base) == *up; ++*at)
        to->at[to->n++] = r->at[*at];
    return to;
}

/* What a row says, apart. */
static char *text_of(row *r, double base)
{
    const size_t before = length;
    read_part(r, base, "", "");
    char *s = strdup(out + before);
    length = before, out[before] = 0;
    return s;
}

/* The letters of a row that is a name's subscript: "1". */
static void plain_of(const row *r, char to[64])
{
    *to = 0;
    for (int i = 0; i < r->n; i++)
        if (r->at[i]->shape == WGI_F_TEXT) strncat(to, letters_of(r->at[i]), 63 - strlen(to));
}

static void read_power(row *r)
{
    char plain[64];
    const bool upright = r->n == 1 && r->at[0]->shape == WGI_F_TEXT && r->at[0]->face == WGI_F_ROMAN;
    plain_of(r, plain);
    if (upright && strcmp(plain, "T") == 0) free(r), put("^T");
    else if (upright && strcmp(plain, "−T") == 0) free(r), put("^-T");
    else read_part(r, base_of(r), "^(", ")");
}

/* A name: its letters, what is below them if the formula has such a name, and its primes. */
static void read_name(const row *r, int *at, double base, double size)
{
    char key[128], plain[64];
    int i = *at;
    bool up = true;
    snprintf(key, sizeof key, "%s", letters_of(r->at[i++]));
    if (i < r->n && is_script(r->at[i], base, size) && r->at[i]->y > base) {
        const int before = i;
        row *below = script(r, &i, base, size, &up);
        plain_of(below, plain);
        const size_t n = strlen(key);
        snprintf(key + n, sizeof key - n, "_%s", plain);
        for (int k = i; k < r->n && is_text(r->at[k], "′"); k++)
            strncat(key, "′", sizeof key - strlen(key) - 1);
        if (!is_known(key)) key[n] = 0, i = before;
        else key[n + 1 + strlen(plain)] = 0;
        free(below);
    }
    for (; i < r->n && r->at[i]->shape == WGI_F_TEXT && strcmp(letters_of(r->at[i]), "′") == 0; i++)
        strncat(key, "′", sizeof key - strlen(key) - 1);
    put(" "), put(id_of(key));
    if (i < r->n && is_script(r->at[i], base, size) && r->at[i]->y > base) { /* x[i, j] */
        row *below = script(r, &i, base, size, &up);
        read_part(below, base_of(below), "[", "]");
    }
    *at = i;
}

/* 1.6·10⁻⁹ is one number. */
static void read_number(const row *r, int *at, double base, double size)
{
    const char *s = letters_of(r->at[*at]);
    const bool ten = *at + 2 < r->n && strcmp(letters_of(r->at[*at + 1]), "·10") == 0;
    put(" "), put(s);
    *at += 1 + ten;
    if (!ten) return;
    bool up;
    row *power = script(r, at, base, size, &up);
    char *text = text_of(power, base_of(power));
    put("e");
    for (char *c = text; *c; c++)
        if (*c != ' ') put((char[]){ *c, 0 });
    free(text);
}

/* Where the parenthesis that opens at `at` closes. */
static int closing(const row *r, int at)
{
    int open = 0;
    for (int i = at; i < r->n; i++) {
        const piece *p = r->at[i];
        const bool text = p->shape == WGI_F_TEXT;
        if ((text && strcmp(letters_of(p), "(") == 0) || (p->shape == WGI_F_PAREN && p->size > 0)) open++;
        if ((text && strcmp(letters_of(p), ")") == 0) || (p->shape == WGI_F_PAREN && p->size < 0)) open--;
        if (!open) return i;
    }
    cr_assert(false, "a parenthesis stays open behind %s", out);
    return at;
}

static row *some_of(const row *r, int from, int end)
{
    row *to = calloc(1, sizeof *to);
    for (int i = from; i < end; i++) to->at[to->n++] = r->at[i];
    return to;
}

/* A function with what it is taken along or over, and its arguments. */
static void read_function(const row *r, int *at, double base, double size)
{
    const char *s = letters_of(r->at[*at]), *known = function_of(s);
    char *clause = NULL;
    bool up = false;
    put(" "), put(known ? known : s);
    ++*at;
    while (*at < r->n && is_script(r->at[*at], base, size) && !clause) {
        row *below = script(r, at, base, size, &up);
        clause = text_of(below, base_of(below));
    }
    const piece *p = *at < r->n ? r->at[*at] : NULL;
    const bool opens =
        p && ((p->shape == WGI_F_TEXT && strcmp(letters_of(p), "(") == 0) || p->shape == WGI_F_PAREN);
    if (opens) {
        const int end = closing(r, *at);
        read_part(some_of(r, *at + 1, end), base, "(", "");
        *at = end + 1;
        if (clause) {
            const bool axes = strstr(clause, "all but") || strstr(clause, "last") ||
                              strspn(clause, " 0123456789-") == strlen(clause);
            put(axes ? " along " : " over "), put(clause);
        }
        put(")");
    }
    free(clause);
}

static bool is_text(const piece *p, const char *s)
{
    return p->shape == WGI_F_TEXT && strcmp(letters_of(p), s) == 0;
}

static const piece *bar_of_root(const row *r, const piece *root)
{
    for (int i = 0; i < r->n; i++)
        if (is_bar(r->at[i]) && fabs(r->at[i]->x - root->x2) < 1e-6 && fabs(r->at[i]->y - root->y) < 1e-6)
            return r->at[i];
    cr_assert(false, "a root has no bar");
    return NULL;
}

/* Drops what stands between x and x2 from the pieces to be read, and gives where to go on. */
static int behind(const row *r, int at, double x2)
{
    while (at < r->n && r->at[at]->x < x2 - 1e-6) at++;
    return at;
}

static int read_shape(const row *r, int i, double base)
{
    const piece *p = r->at[i];
    if (p->shape == WGI_F_ROOT) {
        const piece *bar = bar_of_root(r, p);
        read_part(part(r, bar->x, bar->x2, is_any, bar), base, " sqrt(", ")");
        return behind(r, i, bar->x2);
    }
    if (p->shape == WGI_F_BRACE) return read_cases(r, i + 1, base);
    if (p->shape == WGI_F_PAREN) {
        const int end = closing(r, i);
        read_part(some_of(r, i + 1, end), base, " (", ")");
        return end + 1;
    }
    if (is_side(p)) {
        int end = i + 1;
        while (!is_side(r->at[end])) end++;
        read_part(some_of(r, i + 1, end), base, " (|", "|)");
        return end + 1;
    }
    row *over = part(r, p->x, p->x2, is_over, p), *under = part(r, p->x, p->x2, is_under, p);
    cr_assert(over->n && under->n, "a bar with nothing above or below it");
    put(" ("), read_part(over, base_of(over), "(", ") / ("), read_part(under, base_of(under), "", "))");
    return behind(r, i, p->x2);
}

/* "along axis" behind an equation, each of whose words may be a name. false: it says something else. */
static bool read_along(const char *s)
{
    const size_t before = length;
    if (strncmp(s, "along ", 6)) return false;
    while (*s) {
        char word[100];
        const size_t n = strcspn(s, " ");
        snprintf(word, sizeof word, "%.*s", (int)n, s);
        const bool known = is_known(word) || strstr("along all but last", word) || is_digits(word);
        if (!known) return length = before, false;
        put(" "), put(is_known(word) ? id_of(word) : word);
        s += n + (s[n] == ' ');
    }
    return true;
}

static int read_text(const row *r, int i, double base, double size)
{
    const piece *p = r->at[i];
    const char *s = letters_of(p), *sign = sign_of(s);
    if (!*s) put(" "), i++;
    else if (p->face != WGI_F_ROMAN) read_name(r, &i, base, size);
    else if (is_digits(s)) read_number(r, &i, base, size);
    else if (sign) put(strcmp(s, "=") == 0 && (depth || *brackets) ? " == " : sign), i++;
    else if (strcmp(s, "[") == 0 || strcmp(s, "]") == 0 || strcmp(s, "|") == 0) read_bracket(s), i++;
    else if (strncmp(s, "−", 3) == 0 && is_digits(s + 3)) put(" -"), put(s + 3), i++;
    else if (read_along(s)) i++;
    else if (strcmp(s, "(") == 0) {
        const int end = closing(r, i);
        read_part(some_of(r, i + 1, end), base, " (", ")");
        i = end + 1;
    } else if (strcmp(s, "mod") == 0 || strcmp(s, "and") == 0 || strcmp(s, "or") == 0 ||
               strcmp(s, "not") == 0)
        put(" "), put(s), put(" "), i++;
    else if (strcmp(s, "all but") == 0) put("all but "), i++;
    else if (strcmp(s, ":") == 0) put(" where "), i++;
    else if (function_of(s) || is_word(s)) read_function(r, &i, base, size);
    else if (strlen(s) > 1) put(" \""), put(s), put("\""), i++;
    else put(s), i++; /* , ; [ ] | / */
    return i;
}

static void read_row(const row *given, double base)
{
    row sorted = *given;
    qsort(sorted.at, (size_t)sorted.n, sizeof *sorted.at, by_place);
    const row *r = &sorted;
    const double size = size_in(r);
    for (int i = 0; i < r->n;) {
        const piece *p = r->at[i];
        if (is_script(p, base, size)) {
            bool up;
            row *small = script(r, &i, base, size, &up);
            if (up) read_power(small);
            else read_part(small, base_of(small), "[", "]");
        } else i = p->shape == WGI_F_TEXT ? read_text(r, i, base, size) : read_shape(r, i, base);
    }
}

/* ---- all ---- */

/* What stands below the sign of a sum is read behind it. */
static void move_limits(piece p[], int n)
{
    for (int i = 0; i < n; i++) {
        if (p[i].shape != WGI_F_TEXT || (!is_text(&p[i], "Σ") && !is_text(&p[i], "Π"))) continue;
        for (int k = i + 1; k < n && p[k].size < p[i].size && p[k].y > p[i].y + 0.5 * p[i].size; k++)
            p[k].x = p[i].x2 - 0.01 + 1e-4 * (p[k].x - p[i].x + p[i].size), p[k].x2 = p[k].x;
    }
}

const char *wgr_read(const wgi_laid_formula *k)
{
    static piece all[WGI_F_PIECES];
    row whole = { .n = k->count };
    laid = *k;
    memcpy(all, k->piece, (size_t)k->count * sizeof *all);
    move_limits(all, k->count);
    for (int i = 0; i < k->count; i++) whole.at[i] = &all[i];
    length = 0, depth = 0, *out = *brackets = 0;
    read_row(&whole, 0);
    return out;
}
