/* render.c: the SVG of a picture as an image. */
#include <string.h>

#include "draw/svg.h"

wg_status wgi_image_write(wgi_picture *p, const double size[2], wgi_strbuf *svg, wgi_strbuf *out)
{
    const wgi_child r = { .c = p->c,
                          .here = p->here,
                          .call = "draw",
                          .seconds = p->o->seconds,
                          .smaller = "draw a smaller part, fold more (.fold, .most)",
                          .without = ".svg and .dot files",
                          .seconds_named = true };
    const wg_status s = wgi_no_memory(p, svg, WG_OK);
    if (s != WG_OK) return s;
    if (strcmp(p->format->name, "svg") != 0) return wgi_render(&r, p->format->name, size, svg, out);
    wgi_strbuf_free(out);
    *out = *svg, *svg = (wgi_strbuf){ .c = p->c };
    return WG_OK;
}

const wgi_format wgi_format_png = {
    .name = "png", .write = wgi_svg_write, .write_steps = wgi_film_write, .is_image = true
};
const wgi_format wgi_format_pdf = {
    .name = "pdf", .write = wgi_svg_write, .write_steps = wgi_film_write, .is_image = true
};
