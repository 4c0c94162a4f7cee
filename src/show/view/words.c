/* words.c: a call as its author wrote it, from the program's text: lstm(x, 4), [[1, 2], [3, 4]]. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "view/view.h"

/* The length of the call or the list that the text begins with, "lstm(x, 4)"; 0: it begins with none. */
static size_t call_length(const char *text)
{
    size_t at = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
    if (at ? text[at] != '(' : *text != '[') return 0;
    bool quoted = false;
    for (int depth = 0; text[at]; at++) {
        quoted ^= text[at] == '"';
        if (!quoted) depth += !!strchr("([{", text[at]) - !!strchr(")]}", text[at]);
        if (!depth) return at + 1;
    }
    return 0;
}

/* The text from a place "net.wg:2:5" on. NULL: it is no place of the program. */
static const char *text_at(const wgi_view *v, const char *place)
{
    const char *at = strchr(place, ':'), *text = v->source;
    if (!at || strncmp(place, "functions.wg:", 13) == 0) return NULL; /* a file of the lessons */
    const long line = strtol(at + 1, (char **)&at, 10), column = *at == ':' ? strtol(at + 1, NULL, 10) : 0;
    for (long k = 1; text && k < line; k++) text = strchr(text, '\n') ? strchr(text, '\n') + 1 : NULL;
    return text && line > 0 && column > 0 && strcspn(text, "\n") >= (size_t)column ? text + column - 1 : NULL;
}

enum { PLACE = 80 };

/* The place of the outermost call around a site, "f.wg:1:2 (called at net.wg:3:5, from 9:1)": net.wg:9:1.
 * Without calls it is that of the site; "": it is not known. */
static void outermost(wg_site here, char place[PLACE])
{
    const char *at = wg_site_place(here), *frames = strstr(at, " (called at ");
    snprintf(place, PLACE, "%s", frames && strstr(frames, "...)") ? "" : at);
    if (!frames || !*place) return;
    const char *last = NULL, *file = frames + strlen(" (called at ");
    for (const char *next = strstr(frames, ", from "); next; next = strstr(next + 1, ", from ")) last = next;
    snprintf(place, PLACE, "%.*s:%s", (int)strcspn(file, ":"), file,
             last ? last + strlen(", from ") : strchr(file, ':') + 1);
}

bool wgi_is_same_call(wg_site a, wg_site b)
{
    char one[PLACE], two[PLACE];
    outermost(a, one), outermost(b, two);
    return *one && !strcmp(one, two);
}

/* Whether a node is called as a word between the two. */
static bool has_names(const wgi_view *v, const char *from, const char *end)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
    for (size_t n; from && from < end; from += n ? n : 1) {
        n = strspn(from, letters);
        if (n && wgi_view_has_name(v, wgi_pool_part(v->pool, from, n))) return true;
    }
    return false;
}

const char *wgi_view_words(const wgi_view *v, wg_site here, bool outer)
{
    char place[PLACE];
    bool quoted = false;
    if (outer) outermost(here, place);
    const char *call = text_at(v, outer ? place : wg_site_place(here)),
               *end = call ? call + call_length(call) : NULL;
    wgi_strbuf b = { .pool = v->pool };
    /* In a function its parameters are called so, which stand for other values. */
    if (!outer && strstr(wg_site_place(here), " (called at ") && call && has_names(v, strchr(call, '('), end))
        return "";
    for (; call < end; call++)
        if (*call == '#' && !quoted) call += strcspn(call, "\n");
        else if (!strchr(" \n\t", *call)) {
            quoted ^= *call == '"';
            wgi_strbuf_add(&b, call, 1);
            if (*call == ',' && !quoted && !strchr(" \n\t", call[1])) wgi_strbuf_put(&b, " ");
        } else if (!strchr(" \n\t)", call[1]) && b.length && b.at[b.length - 1] != '(')
            wgi_strbuf_put(&b, " ");
    return wgi_strbuf_keep(&b);
}
