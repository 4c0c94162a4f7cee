/* fit.c: a picture for a slide, a page or a screen: it is reduced, step by step, until its text is as large
 * as it must be there. */
#include <math.h>
#include <string.h>

#include "draw/reduced_boxes.h"
#include "draw/svg.h"

/* A slide is read from the back row. A page has a text width of 16 cm, 453.5 points; the least text of books
 * has 7. */
static const wgi_canvas canvases[] = {
    { "slide", 1920, 1080, 24, 40, "px", true, 60 },
    { "page", 453.5, 650, 7, 10, "pt", false, 150 },
    { "screen", 1440, 900, 11, 16, "px", true, 200 },
    { WGI_WINDOW, 1280, 590, 18, 40, "px", false, 100 },
};
enum {
    CANVASES = sizeof canvases / sizeof *canvases,
    ROWS = 2 /* with more of them a picture is hard to read, so it is reduced to layers */
};

const wgi_canvas *wgi_canvas_of(const wg_draw_opts *o)
{
    for (int i = 0; o->fit && i < CANVASES; i++)
        if (strcmp(o->fit, canvases[i].name) == 0) return &canvases[i];
    return NULL;
}

bool wgi_is_window(const wg_draw_opts *o) { return o->fit && strcmp(o->fit, WGI_WINDOW) == 0; }

/* The last line says so where it does not fit. */
static void admit(wgi_picture *p, const wgi_canvas *k, double size)
{
    p->less.hidden = wgi_pool_format(
        p->pool, "%s%stext of %.1f %s: more nodes than are legible on a %s (%g %s)", p->less.hidden,
        *p->less.hidden ? "; " : "", size, k->unit, k->name, k->least, k->unit);
}

/* A circuit shows every op. */
static wg_status fit_circuit(wgi_picture *p, wg_node root, const wgi_canvas *k)
{
    int rows;
    const wg_status s = wgi_picture_make(p, root);
    const double size = s == WG_OK ? wgi_svg_body_size(p, &rows) : 0;
    if (s == WG_OK && size >= 0 && size < k->least) admit(p, k, size);
    return size < 0 ? WG_ERROR_MEMORY : s;
}

/* A picture that is too large for the window all the same: the reader sees a part of it at a time, so it has
 * all its numbers and names. */
static wg_status fill_window(wgi_picture *p)
{
    const int steps[] = { WGI_REDUCE_TERMS, WGI_REDUCE_STEPS - 1 };
    wg_status s = WG_OK;
    p->boxes = 0;
    for (int i = 0; i < 2 && s == WG_OK && !p->boxes; i++) {
        int64_t boxes;
        wgi_forget_reduced(p);
        s = wgi_picture_reduce(p, steps[i], WGI_MOST_BOXES, &boxes);
    }
    return s;
}

wg_status wgi_picture_fit(wgi_picture *p, wg_node root)
{
    const wgi_canvas *k = wgi_canvas_of(p->o);
    if (!k) return WGI_REFUSE(p, "draw: .fit \"%s\": slide, page or screen", p->o->fit);
    if (wgi_is_circuit(p->o)) return fit_circuit(p, root, k);
    if (wgi_picture_start(p, root) != WG_OK) return WG_ERROR_MEMORY;
    for (int step = WGI_REDUCE_NOTHING;; step++) {
        const bool last = step == WGI_REDUCE_STEPS - 1;
        int64_t boxes = 0;
        const wg_status s = wgi_picture_reduce(p, step, last ? WGI_MOST_BOXES : k->boxes, &boxes);
        if (s == WG_OK && last && !p->boxes) wgi_forget_reduced(p);
        if (s != WG_OK || (last && !p->boxes)) return s;
        int rows = 0;
        const double size = p->boxes ? wgi_svg_body_size(p, &rows) : 0;
        if (size < 0) return WG_ERROR_MEMORY;
        const bool fits = p->boxes && size >= k->least && (rows <= ROWS || step >= WGI_REDUCE_LAYERS);
        if (fits || (p->boxes && last)) {
            if (size < k->least && wgi_is_window(p->o)) return fill_window(p);
            if (size < k->least) admit(p, k, size);
            return WG_OK;
        }
        wgi_picture_clear_boxes(p);
    }
}

/* ---- the canvas of an SVG ---- */

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
