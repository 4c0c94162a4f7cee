/* svg_style.c: the colours of an SVG picture, on light and on dark pages and in print.
 *
 * All rules begin with the picture's id, so that several pictures in one page do not touch one another. A
 * colour is declared twice: as it is in the light, for programs that know no variables, and as a
 * variable.
 */
#include "draw/svg.h"

static void put_variables(wgi_strbuf *b, const char *id, const bool kinds[], bool is_dark)
{
    wgi_strbuf_format(b, "#%s {", id);
    for (const wgi_colour *k = wgi_colours; k < wgi_colours + WGI_COLOURS; k++)
        wgi_strbuf_format(b, " --%s: %s;", k->variable, is_dark ? k->dark : k->light);
    for (int i = 0; i < WGI_BOX_KINDS; i++) {
        const wgi_box_style *k = &wgi_box_styles[i];
        if (kinds[i])
            wgi_strbuf_format(b, " --%s: %s; --%s-fill: %s;", k->class, is_dark ? k->dark_border : k->border,
                              k->class, is_dark ? k->dark_fill : k->fill);
    }
    wgi_strbuf_put(b, " }\n");
}

void wgi_svg_style(wgi_strbuf *b, const char *id, const bool kinds[])
{
    static const struct {
        const char *what, *property;
        int colour;
    } rules[] = {
        { ".ink", "fill", WGI_INK },
        { ".faint", "fill", WGI_FAINT },
        { ".outside", "fill", WGI_OUTSIDE },
        { ".value", "fill", WGI_OF_VALUE },
        { ".grad", "fill", WGI_OF_GRADIENT },
        { ".alarm", "fill", WGI_ALARM },
        { "rect.odd", "fill", WGI_ODD },
        { "rect.bar", "fill", WGI_LINE },
        { ".scope rect", "stroke", WGI_LINE },
        { ".forward path", "stroke", WGI_LINE },
        { ".forward polygon", "fill", WGI_LINE },
        { ".backward path", "stroke", WGI_BACK },
        { ".backward polygon", "fill", WGI_BACK },
        { "path.rule", "stroke", WGI_INK },
    };
    wgi_strbuf_put(b, "<style>\n");
    put_variables(b, id, kinds, false);
    wgi_strbuf_put(b, "@media screen and (prefers-color-scheme: dark) { ");
    put_variables(b, id, kinds, true);
    wgi_strbuf_put(b, "}\n");
    wgi_strbuf_format(b, "#%s text { white-space: pre; font-kerning: none }\n", id);
    for (int i = 0; i < WGI_BOX_KINDS; i++) {
        const wgi_box_style *k = &wgi_box_styles[i];
        if (kinds[i])
            wgi_strbuf_format(
                b, "#%s .%s rect { stroke: %s; stroke: var(--%s); fill: %s; fill: var(--%s-fill) }\n", id,
                k->class, k->border, k->class, k->fill, k->class);
    }
    for (size_t i = 0; i < WGI_COUNT(rules); i++) {
        const wgi_colour *k = &wgi_colours[rules[i].colour];
        wgi_strbuf_format(b, "#%s %s { %s: %s; %s: var(--%s) }\n", id, rules[i].what, rules[i].property,
                          k->light, rules[i].property, k->variable);
    }
    wgi_strbuf_format(b,
                      "#%s rect { stroke-width: 1.25 } #%s rect.heavy { stroke-width: 2.5 } "
                      "#%s rect.copy { stroke-dasharray: 4 3 }\n"
                      "#%s .scope rect { fill: none } #%s rect.odd, #%s rect.bar { stroke: none }\n"
                      "#%s path { fill: none; stroke-width: 1.5 } #%s path.rule { stroke-width: 1.1 } #%s "
                      ".backward path { stroke-dasharray: 5 4 }\n"
                      "</style>\n",
                      id, id, id, id, id, id, id, id, id);
}
