/* page_source.c: the lines of the program beside a picture, and which item was written on which. */
#include <stdlib.h>
#include <string.h>

#include "draw/page.h"

enum { MOST_LINES = 2000 };

/* "folder/model.c:42:7": the name without folder, and the line; 0: the site has no place. */
static int place_of(wg_site here, const char **name, int *bytes)
{
    const char *at = wg_site_place(here), *end = strpbrk(at, ":\n");
    *name = at, *bytes = 0;
    if (!end || *end != ':') return 0;
    for (const char *c = at; c < end; c++)
        if (*c == '/') *name = c + 1;
    *bytes = (int)(end - *name);
    return (int)strtol(end + 1, NULL, 10);
}

static int count_lines(const char *text)
{
    int n = 1;
    for (; *text && n < MOST_LINES; text++) n += *text == '\n' && text[1];
    return n;
}

/* The program's own text. */
static void split(wgi_source *s, const char *text, int lines)
{
    for (int i = 0; i < lines; i++) {
        const size_t n = strcspn(text, "\n");
        s->line[s->lines++] = (wgi_source_line){ i + 1, text, (int)n };
        text += n + (text[n] == '\n');
    }
}

/* A line for each call site, with the text of its arguments: "wg_sigmoid(z)" is known as z alone. */
static void add_site(wgi_source *s, const wgi_picture *p, int64_t item, int number)
{
    const wgi_item *y = &p->view.item[item];
    const char *text = wg_site_arguments(y->here), *end = strchr(text, '\n');
    s->line_of[item] = (int)s->lines;
    s->line[s->lines++] = (wgi_source_line){ number, text, end ? (int)(end - text) : 0 };
}

bool wgi_source_make(wgi_source *s, const wgi_picture *p)
{
    const char *text = p->o->source;
    const int lines = text && *text ? count_lines(text) : 0;
    const int64_t items = p->view.items;
    *s = (wgi_source){ .name = "" };
    s->line = wg_alloc(p->c, (size_t)(lines > items ? lines : items) + 1, sizeof *s->line);
    s->line_of = wg_alloc(p->c, (size_t)items + 1, sizeof *s->line_of);
    if (!s->line || !s->line_of) return false;
    if (lines) split(s, text, lines);
    for (int64_t i = 0; i < items; i++) {
        const char *name;
        int bytes;
        const int number = place_of(p->view.item[i].here, &name, &bytes);
        s->line_of[i] = -1;
        if (!number) continue;
        if (!s->name_bytes && *name != '-') s->name = name, s->name_bytes = bytes; /* -e: no file */
        if (lines) s->line_of[i] = number <= lines ? number - 1 : -1;
        else if (p->view.item[i].operands) add_site(s, p, i, number);
    }
    return true;
}

void wgi_source_free(wgi_source *s, wg_context *c)
{
    wg_free(c, s->line);
    wg_free(c, s->line_of);
    *s = (wgi_source){ .name = "" };
}
