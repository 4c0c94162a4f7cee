/* lang_suggest.c: which ops are words of the language; lists of words in one string, the nearest of them to a
 * mistyped word. */
#include "lang/lang.h"
#include "wgx/base.h"
#include "wgx/op.h"

#include <string.h>

const wg_op *wgi_language_op(const char *name)
{
    const wg_op *op = wg_op_find(name);
    return op && op->kind != WG_LEAF && !wgx_op_is_internal(op) ? op : NULL;
}

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

wgx_nearest_word wgi_nearest_choice(const char *choices, const char *word)
{
    wgx_nearest_word near = wgx_nearest_to(word);
    size_t n;
    for (const char *s = choices; *s; s += n, s += *s == ' ') wgx_nearest_try(&near, s, n = strcspn(s, " "));
    return near;
}

const char *wgi_did_you_mean(const wgx_nearest_word *near, const char *instead, char *buf, size_t size)
{
    if (near->best) snprintf(buf, size, "; did you mean '%.*s'?", near->length, near->best);
    else snprintf(buf, size, "%s", instead);
    return buf;
}
