/* svg_id.c: the id of an SVG picture, with which all its ids and rules of style begin. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "draw/svg.h"

enum { ID_MOST = 40 };

static uint64_t hash_text(uint64_t h, const char *s)
{
    while (*s) h = (h ^ (unsigned char)*s++) * 1099511628211u; /* FNV-1a */
    return h;
}

/* The option, else the file's name without its ending, else a number made from the texts. Other
 * characters than letters, digits and - become -. */
void wgi_svg_name(wgi_svg *w, const char *path)
{
    const char *from = w->p->o->id && *w->p->o->id ? w->p->o->id : path && strcmp(path, "-") ? path : "";
    const char *slash = strrchr(from, '/');
    if (!w->p->o->id && slash) from = slash + 1;
    const char *dot = w->p->o->id ? NULL : strrchr(from, '.');
    size_t n = dot && dot > from ? (size_t)(dot - from) : strlen(from), k = 0;
    if (n && !isalpha((unsigned char)from[0])) w->id[k++] = 'g', w->id[k++] = '-';
    for (size_t i = 0; i < n && k < ID_MOST; i++)
        w->id[k++] = (char)(isalnum((unsigned char)from[i]) && (unsigned char)from[i] < 128 ? from[i] : '-');
    w->id[k] = 0;
    if (k) return;
    uint64_t h = 14695981039346656037u;
    for (int64_t i = 0; i < w->p->boxes; i++)
        h = hash_text(hash_text(hash_text(h, w->p->box[i].title), w->p->box[i].value), w->p->box[i].gradient);
    snprintf(w->id, sizeof w->id, "g-%08x", (unsigned)(h ^ h >> 32));
}
