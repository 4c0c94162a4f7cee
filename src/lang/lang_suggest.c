/* lang_suggest.c: lists of words in one string, the nearest of them to a mistyped word, and what words of
 * other languages are called here. */
#include "lang/lang.h"

#include <string.h>

int wgi_choice(const char *choices, const char *word)
{
    int i = 0;
    size_t length = strlen(word), n;
    for (const char *s = choices; *s; s += n, s += *s == ' ', i++) {
        n = strcspn(s, " ");
        if (n == length && !strncmp(s, word, n)) return i;
    }
    return -1;
}

wg_nearest_word wgi_nearest_choice(const char *choices, const char *word)
{
    wg_nearest_word near = wg_nearest_to(word);
    size_t n;
    for (const char *s = choices; *s; s += n, s += *s == ' ') wg_nearest_try(&near, s, n = strcspn(s, " "));
    return near;
}

const char *wgi_did_you_mean(const wg_nearest_word *near, const char *instead, char *buf, size_t size)
{
    if (near->best) snprintf(buf, size, "; did you mean '%.*s'?", near->length, near->best);
    else snprintf(buf, size, "%s", instead);
    return buf;
}

typedef struct meant_row {
    const char *word, *text;
} meant_row;

static const meant_row meant[] = {
    { "e", "e^x is written exp(x), and Euler's number exp(1)" },
    { "T", "the transpose is written x.T" },
    { "ln", "the natural logarithm is log(x)" },
    { "log2", "write log(x) / log(2)" },
    { "log10", "write log(x) / log(10)" },
    { "average", "write mean(x)" },
    { "avg", "write mean(x)" },
    { "fabs", "write abs(x)" },
    { "sgn", "write sign(x)" },
    { "logistic", "write sigmoid(x)" },
    { "sigma", "write sigmoid(x), or std(x)" },
    { "arcsin", "write asin(x)" },
    { "arccos", "write acos(x)" },
    { "arctan", "write atan(x)" },
    { "arctan2", "write atan2(y, x)" },
    { "inv", "write inverse(A)" },
    { "trace", "write sum(diagonal(A))" },
    { "concatenate", "write concat(a, b, axis=0)" },
    { "hstack", "write concat(a, b, axis=1)" },
    { "vstack", "write concat(a, b, axis=0)" },
    { "gradient", "write grad(y, x)" },
    { "diff", "write grad(y, x)" },
    { "derivative", "write grad(y, x)" },
    { "linear", "a layer is dense(x, 64)" },
    { "mod", "write x - n * floor(x / n)" },
    { "if", "write where(condition, a, b)" },
};

const char *wg_program_meant(const char *word)
{
    for (size_t i = 0; word && i < sizeof meant / sizeof *meant; i++)
        if (!strcmp(meant[i].word, word)) return meant[i].text;
    return NULL;
}
