/* svg_style.c: the colours of an SVG picture, on light and on dark pages and in print.
 *
 * All rules begin with the picture's id, so that several pictures in one page do not touch one another. A
 * colour is declared twice: as it is in the light, for programs that know no variables, and as a
 * variable.
 */
#include "draw/svg.h"

typedef struct colour {
    const char *name, *light, *dark;
} colour;

enum { INK, FAINT, OUTSIDE, VALUE, GRADIENT, ODD, LINE, BACK, ALARM, COLOURS };
static const colour colours[COLOURS] = {
    { "ink", "#212121", "#e6edf3" },         { "faint", "#424242", "#c0c8d0" },
    { "outside", "#57606a", "#c9d1d9" },     { "value", WGI_VALUE, "#81c784" },
    { "gradient", WGI_GRADIENT, "#ffa198" }, { "odd", "#ffcdd2", "#6e2320" },
    { "line", "#57606a", "#9aa4af" },        { "back", "#d32f2f", "#ff8a80" },
    { "alarm", "#7f0000", "#ffb4ab" },
};

/* By kind of box: border and fill on a dark page. */
static const char *const dark[WGI_BOX_KINDS][2] = {
    { "#64b5f6", "#10273f" }, { "#ffb74d", "#3a2410" }, { "#9e9e9e", "#1c2026" }, { "#4db6ac", "#0d2b28" },
    { "#9aa4af", "#25292e" }, { "#ce93d8", "#2d1b36" }, { "#ff8a80", "#4a1c1c" }, { "#ff8a80", "#3a1f20" },
    { "#ff8a80", "#5a2520" }, { "#ffb74d", "#4d3310" }, { "#ffee58", "#3d3810" }, { "#81c784", "#1b3a1e" },
    { "#f48fb1", "#421a2b" },
};

static void put_variables(wgi_strbuf *b, const char *id, bool is_dark)
{
    wgi_strbuf_format(b, "#%s {", id);
    for (int i = 0; i < COLOURS; i++)
        wgi_strbuf_format(b, " --%s: %s;", colours[i].name, is_dark ? colours[i].dark : colours[i].light);
    for (int i = 0; i < WGI_BOX_KINDS; i++) {
        const wgi_box_style *s = &wgi_box_styles[i];
        wgi_strbuf_format(b, " --%s: %s; --%s-fill: %s;", s->class, is_dark ? dark[i][0] : s->border,
                          s->class, is_dark ? dark[i][1] : s->fill);
    }
    wgi_strbuf_put(b, " }\n");
}

static void put_rule(wgi_strbuf *b, const char *id, const char *what, const char *property, int c)
{
    wgi_strbuf_format(b, "#%s %s { %s: %s; %s: var(--%s) }\n", id, what, property, colours[c].light, property,
                      colours[c].name);
}

static void put_kind(wgi_strbuf *b, const char *id, const wgi_box_style *s)
{
    wgi_strbuf_format(b, "#%s .%s rect { stroke: %s; stroke: var(--%s); fill: %s; fill: var(--%s-fill) }\n",
                      id, s->class, s->border, s->class, s->fill, s->class);
}

void wgi_svg_style(wgi_strbuf *b, const char *id, const bool kinds[])
{
    wgi_strbuf_put(b, "<style>\n");
    put_variables(b, id, false);
    wgi_strbuf_put(b, "@media screen and (prefers-color-scheme: dark) { ");
    put_variables(b, id, true);
    wgi_strbuf_put(b, "}\n");
    wgi_strbuf_format(b, "#%s text { white-space: pre; font-kerning: none }\n", id);
    for (int i = 0; i < WGI_BOX_KINDS; i++)
        if (kinds[i]) put_kind(b, id, &wgi_box_styles[i]);
    put_rule(b, id, ".ink", "fill", INK);
    put_rule(b, id, ".faint", "fill", FAINT);
    put_rule(b, id, ".outside", "fill", OUTSIDE);
    put_rule(b, id, ".value", "fill", VALUE);
    put_rule(b, id, ".grad", "fill", GRADIENT);
    put_rule(b, id, ".alarm", "fill", ALARM);
    put_rule(b, id, "rect.odd", "fill", ODD);
    put_rule(b, id, "rect.bar", "fill", LINE);
    put_rule(b, id, ".scope rect", "stroke", LINE);
    put_rule(b, id, ".forward path", "stroke", LINE);
    put_rule(b, id, ".forward polygon", "fill", LINE);
    put_rule(b, id, ".backward path", "stroke", BACK);
    put_rule(b, id, ".backward polygon", "fill", BACK);
    put_rule(b, id, "path.rule", "stroke", INK);
    wgi_strbuf_format(b,
                      "#%s rect { stroke-width: 1.25 } #%s rect.heavy { stroke-width: 2.5 } "
                      "#%s rect.copy { stroke-dasharray: 4 3 }\n"
                      "#%s .scope rect { fill: none } #%s rect.odd, #%s rect.bar { stroke: none }\n"
                      "#%s path { fill: none; stroke-width: 1.5 } #%s path.rule { stroke-width: 1.1 } #%s "
                      ".backward path { stroke-dasharray: 5 4 }\n"
                      "</style>\n",
                      id, id, id, id, id, id, id, id, id);
}
