/* canvas.c: a slide, a page, a screen or a part of a screen as a canvas: its size, the least size of its
 * text, and the SVG on it. */
#include "draw/svg.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A slide is read from the back row. A page has a text width of 16 cm, 453.5 points; the least text of books
 * has 7. */
static const wgi_canvas canvases[] = {
    { "slide", 1920, 1080, 24, 40, "px", true, 60 },
    { "page", 453.5, 650, 7, 10, "pt", false, 150 },
    { "screen", 1440, 900, 11, 16, "px", true, 200 },
    { WGI_WINDOW, 1280, 590, 18, 40, "px", false, 100 },
};
enum { CANVASES = WGI_COUNT(canvases) };

/* "740x680", in px. Each box needs some 60 by 60 of them. */
static const wgi_canvas *part_of_screen(const wgi_picture *p)
{
    const char *text = p->o->fit, *x = text + strspn(text, "0123456789");
    const bool is = *x == 'x' && x[1] && !x[1 + strspn(x + 1, "0123456789")];
    const double w = is ? strtol(text, NULL, 10) : 0, h = is ? strtol(x + 1, NULL, 10) : 0;
    if (w < WGI_CANVAS_LEAST || w > WGI_CANVAS_MOST || h < WGI_CANVAS_LEAST || h > WGI_CANVAS_MOST)
        return NULL;
    wgi_canvas *k = wgi_pool_take(p->pool, 1, sizeof *k);
    const double least = floor(fmax(11, fmin(w, h) / 60)); /* a larger part is looked at from farther away */
    if (k)
        *k = (wgi_canvas){ "screen", w, h, least, 1.5 * least, "px", true, (int64_t)fmin(200, w * h / 3600) };
    return k;
}

const wgi_canvas *wgi_canvas_of(const wgi_picture *p)
{
    const char *word = p->o->fit;
    for (int i = 0; word && i < CANVASES; i++)
        if (strcmp(word, canvases[i].name) == 0) return &canvases[i];
    return word ? part_of_screen(p) : NULL;
}

wg_status wgi_check_fit(const wgi_picture *p)
{
    if (!p->o->fit || wgi_canvas_of(p)) return WG_OK;
    if (p->pool->failed) return WG_ERROR_MEMORY;
    return WGI_REFUSE(p, "draw: .fit \"%s\": slide, page, screen or a size as 740x680, from %d to %d",
                      p->o->fit, WGI_CANVAS_LEAST, WGI_CANVAS_MOST);
}

bool wgi_is_window(const wg_draw_opts *o) { return o->fit && strcmp(o->fit, WGI_WINDOW) == 0; }

/* ---- an SVG on it ---- */

double wgi_svg_scale(const wgi_svg *w)
{
    const wgi_canvas *k = w->is_part ? NULL : w->canvas;
    return k ? fmin(k->most / WGI_BODY, fmin(k->w / w->w, k->h / w->h)) : 1;
}

/* Half of what is left over, to a 64th of a unit: the difference of nearly equal numbers is not printed. */
static double half(double more) { return round(32 * more) / 64; }

wgi_svg_sides wgi_svg_size(const wgi_svg *w)
{
    const wgi_canvas *k = w->is_part ? NULL : w->canvas;
    const double scale = wgi_svg_scale(w), width = k ? k->w : w->w,
                 height = k && k->fixed ? k->h : ceil(scale * w->h);
    return (wgi_svg_sides){ { width, height },
                            { half(w->w - width / scale), k && k->fixed ? half(w->h - height / scale) : 0,
                              width / scale, height / scale } };
}
