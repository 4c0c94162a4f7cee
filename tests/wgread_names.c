/* wgread_names.c: the names and signs of a formula that is read. Each name gets another one, which stands for
 * all that is printed of it. */
#include <stdio.h>
#include <string.h>

#include <criterion/criterion.h>

#include "wgread.h"

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
    const wgi_name_parts w = wgi_name_split(n->text, n->length);
    const char *whole = w.accent ? wgi_whole_accent(w.base, w.base_length, w.accent) : NULL;
    int at = whole ? snprintf(key, 64, "%s", whole) : snprintf(key, 64, "%.*s", w.base_length, w.base);
    if (w.accent && !whole) at += snprintf(key + at, 64 - (size_t)at, "%s", wgi_accent(w.accent));
    if (w.below_length) at += snprintf(key + at, 64 - (size_t)at, "_%.*s", w.below_length, w.below);
    for (int i = 0; i < n->sign; i++) at += snprintf(key + at, 64 - (size_t)at, "′");
}

/* "qaa", "qab" ... */
const char *wgr_id_of(const char *key)
{
    static char id[NAMES][8];
    int i = index_of(key);
    if (i < 0) i = name_count++, snprintf(names[i], sizeof names[i], "%s", key);
    cr_assert_lt(i, NAMES - 1);
    snprintf(id[i], sizeof id[i], "q%c%c", 'a' + i / 26, 'a' + i % 26);
    return id[i];
}

bool wgr_is_known(const char *key) { return index_of(key) >= 0; }

void wgr_rename(wgi_formula *f)
{
    name_count = 0;
    char key[64];
    for (int i = 1; i < f->count; i++) {
        wgi_formula_node *n = &f->node[i];
        if (n->kind != WGI_F_NAME || n->word || (n->length == 3 && memcmp(n->text, "inf", 3) == 0)) continue;
        if (wgi_formula_is(f, i, "last")) continue;
        key_of(n, key);
        n->text = wgr_id_of(key), n->length = (int)strlen(n->text), n->sign = 0;
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

const char *wgr_function(const char *s)
{
    return look_up(s, functions, sizeof functions / sizeof *functions);
}
const char *wgr_sign(const char *s) { return look_up(s, signs, sizeof signs / sizeof *signs); }

bool wgr_is_word(const char *s)
{
    for (; *s; s++)
        if (!((*s >= 'a' && *s <= 'z') || (*s >= 'A' && *s <= 'Z') || *s == '_' || (*s >= '0' && *s <= '9')))
            return false;
    return true;
}

bool wgr_is_digits(const char *s) { return *s && strspn(s, "0123456789.") == strlen(s); }
