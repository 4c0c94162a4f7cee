/* lesson_functions.c: the functions that several lessons use, lessons/functions.wg. A lesson says by their
 * names which ones it has. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "lesson.h"

enum { MOST = 400 };

/* A definition with the lines of its body: from its name to the next empty line. */
typedef struct definition {
    span name, text, about; /* about: the lines of comment above it */
    bool used;
} definition;

static int list_all(definition d[])
{
    int n = 0;
    const char *about = NULL;
    for (const char *s = lesson_functions_text; *s && n < MOST;) {
        const char *end = strstr(s, "\n\n"), *name = s;
        if (!end) end = s + strlen(s) - 1;
        about = s;
        while (*name == '#') name += strcspn(name, "\n") + 1;
        int length = 0;
        while (isalnum((unsigned char)name[length]) || name[length] == '_') length++;
        const bool defines = name < end && name > about && name[length] == '(';
        if (defines)
            d[n++] = (definition){
                { name, length }, { name, (int)(end + 1 - name) }, { about, (int)(name - about) }, false
            };
        s = end + 1 + (end[1] == '\n');
    }
    return n;
}

static bool calls(const definition *d, const definition *other)
{
    for (const char *s = d->text.at; s + other->name.n < d->text.at + d->text.n; s++)
        if ((s == d->text.at || !(isalnum((unsigned char)s[-1]) || s[-1] == '_')) &&
            !memcmp(s, other->name.at, (size_t)other->name.n) && s[other->name.n] == '(')
            return true;
    return false;
}

static bool use(lesson *l, definition d[], int n, span name)
{
    char word[80], names[MOST][80];
    const char *near[MOST];
    snprintf(word, sizeof word, "%.*s", name.n, name.at);
    for (int i = 0; i < n; i++) {
        snprintf(names[i], sizeof names[i], "%.*s", d[i].name.n, d[i].name.at);
        near[i] = names[i];
        if (!strcmp(names[i], word)) return d[i].used = true;
    }
    const char *nearest = wgx_nearest(word, near, n);
    return lesson_wrong(l, name.at, "no function '%s' in lessons/functions.wg%s%s%s", word,
                        nearest ? "; did you mean '" : "", nearest ? nearest : "", nearest ? "'?" : "");
}

bool lesson_use(lesson *l)
{
    definition d[MOST];
    const int n = list_all(d);
    size_t size = 0;
    for (int i = 0; i < l->uses; i++)
        if (!use(l, d, n, l->use[i])) return false;
    for (int i = n - 1; i >= 0; i--) /* a function stands behind those that it calls */
        for (int k = 0; k < i; k++) d[k].used |= d[i].used && calls(&d[i], &d[k]);
    FILE *out = l->uses ? tool_text_begin(&l->functions, &size) : NULL;
    if (l->uses && !out) return l->status = tool_fail(l->a, EXIT_OTHER, "out of memory"), false;
    for (int i = 0; i < n; i++)
        if (d[i].used) fprintf(out, "%.*s%.*s\n", d[i].about.n, d[i].about.at, d[i].text.n, d[i].text.at);
    if (!out || tool_text_end(out, &l->functions)) return true;
    return l->status = tool_fail(l->a, EXIT_OTHER, "out of memory"), false;
}
