/* meant.c: words of other libraries and languages, and what to write for them: the table of names.txt. */
#include <ctype.h>
#include <string.h>

#include "wengert/base.h"
#include "wgx/base.h"

typedef struct meant_row {
    const char *word;
    wgx_word_kind kind;
    const char *text[WG_IN_LANGUAGES]; /* NULL: nothing is known */
} meant_row;

static const meant_row rows[] = {
#include "names_table.h"
};

/* Two letters are too few to be told from another two by their case: T is a transpose, and t is not. */
static bool is_same(const char *a, const char *b)
{
    if (strlen(a) < 3 || strlen(b) < 3) return !strcmp(a, b);
    for (;; a++, b++) {
        a += strspn(a, "_-"), b += strspn(b, "_-");
        if (tolower((unsigned char)*a) != tolower((unsigned char)*b)) return false;
        if (!*a) return true;
    }
}

const char *wgx_meant(const char *word, wgx_word_kind kind, wgx_language in)
{
    const char *behind = word ? strrchr(word, '.') : NULL;
    if (!word || (unsigned)in >= WG_IN_LANGUAGES) return NULL;
    if (behind && behind[1]) word = behind + 1;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].kind == kind && is_same(rows[i].word, word)) return rows[i].text[in];
    return NULL;
}
