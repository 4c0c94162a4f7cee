/* nearest_name.c: the name that was probably meant by one that no node of a picture has. */
#include <string.h>

#include "draw/draw_private.h"

enum { NAME_MOST = 64 };

static void try_name(wg_nearest_word *near, const char *name, char found[NAME_MOST])
{
    const size_t n = strlen(name);
    if (n < NAME_MOST && wg_nearest_try(near, name, n)) memcpy(found, name, n + 1);
}

void wgi_put_nearest_name(const wgi_picture *p, wgi_strbuf *b, const char *word, size_t length,
                          bool gradients)
{
    char text[NAME_MOST], found[NAME_MOST] = "";
    if (length >= sizeof text) return;
    memcpy(text, word, length), text[length] = 0;
    wg_nearest_word near = wg_nearest_to(text);
    for (int64_t i = 0; i < p->nodes; i++) {
        char gradient[NAME_MOST];
        const char *name = wgi_item_at(p, i)->name;
        try_name(&near, name, found);
        if (!gradients || !p->on_path[i] || strlen(name) + 2 > sizeof gradient) continue;
        snprintf(gradient, sizeof gradient, "d%s", name);
        try_name(&near, gradient, found);
    }
    if (*found) wgi_strbuf_format(b, "; did you mean '%s'?", found);
}
