/* test_draw_svg.c: SVG pictures by our own layout: well-formed, the same bytes always, texts in their
 * boxes, and nothing that touches another picture in the same page. */
#include "picture.h"

#include <math.h>
#include <stdlib.h>

#include "text/text.h"

static char *svg_of(wg_node root, const char *name, wg_draw_opts o)
{
    wg_context *c = wg_graph_context(wg_graph_of(root));
    char *path = pic_path(name);
    cr_assert_eq(wg_draw_at(WG_HERE, root, path, &o), WG_OK, "%s", wg_message(c));
    char *svg = pic_read(path);
    return svg;
}

#define FULL WG_OPTS(wg_draw_opts, .values = true, .backward = true, .legend = true, .title = "A title, <&>")

/* ---- reading back ---- */

static double number(const char *element, const char *name)
{
    char key[40];
    snprintf(key, sizeof key, " %s=\"", name);
    const char *end = strchr(element, '>'), *at = strstr(element, key);
    cr_assert(at && at < end, "no %s in %.80s", name, element);
    return atof(at + strlen(key));
}

/* The text up to the next tag, entities replaced. Returns where the tag begins. */
static const char *text_of(const char *s, char *to)
{
    static const struct {
        const char *entity;
        char c;
    } entities[] = { { "&amp;", '&' },  { "&lt;", '<' },   { "&gt;", '>' },
                     { "&quot;", '"' }, { "&#92;", '\\' }, { "&#93;", ']' } };
    while (*s != '<') {
        size_t i = 0, n = sizeof entities / sizeof *entities;
        while (i < n && strncmp(s, entities[i].entity, strlen(entities[i].entity))) i++;
        if (i < n) *to++ = entities[i].c, s += strlen(entities[i].entity);
        else *to++ = *s++;
    }
    *to = 0;
    return s;
}

static bool has(const char *element, const char *attribute)
{
    const char *at = strstr(element, attribute);
    return at && at < strchr(element, '>');
}

static double number_or(const char *element, const char *name, double otherwise)
{
    char key[40];
    snprintf(key, sizeof key, " %s=\"", name);
    return has(element, key) ? number(element, name) : otherwise;
}

/* The width of an element <text> with its parts; `text`: all that it says. */
static double width_of(const char *element, char *text)
{
    const double size = number(element, "font-size");
    const char *part = element, *at = strchr(element, '>') + 1;
    double width = 0, now = size;
    *text = 0;
    while (strncmp(at, "</text>", 7)) {
        char *more = text + strlen(text);
        if (*at == '<') {
            const bool open = at[1] != '/';
            part = open ? at : element;
            now = open ? number_or(at, "font-size", size) : size;
            width += open ? number_or(at, "dx", 0) : 0;
            at = strchr(at, '>') + 1;
            continue;
        }
        at = text_of(at, more);
        width += wgi_text_width(more, now, has(part, "font-weight=\"bold\"") ? WGI_BOLD : WGI_REGULAR);
    }
    return width;
}

/* Every text between a box's rectangle and the end of its group lies inside the rectangle. Returns how
 * many. */
static int expect_texts_inside(const char *svg)
{
    int texts = 0;
    for (const char *g = svg; (g = strstr(g, "<g class=")); g++) {
        const char *end = strstr(g, "</g>"), *r = strstr(g, "<rect"), *inner = strstr(g + 1, "<g ");
        if (!r || r > end || (inner && inner < end)) continue;
        double x = number(r, "x"), y = number(r, "y"), w = number(r, "width"), h = number(r, "height");
        for (const char *t = r; (t = strstr(t, "<text")) && t < end; t++, texts++) {
            char text[4000];
            double size = number(t, "font-size"), at = number(t, "x"), base = number(t, "y");
            double width = width_of(t, text);
            if (has(t, "\"end\"")) at -= width;
            if (has(t, "\"middle\"")) at -= width / 2;
            cr_assert(at > x && at + width < x + w + 1e-6, "\"%s\" leaves its box", text);
            cr_assert(base - size > y - 1 && base + 0.25 * size < y + h, "\"%s\" leaves its box", text);
        }
    }
    return texts;
}

/* ---- what is in it ---- */

/* σ(1.1) = 0.7503, −ln σ = 0.2873, dz = a − 1 = −0.2497, dw = dz · x. */
NEURON_TEST(draw_svg, has_boxes_links_and_numbers)
{
    char *svg = svg_of(n.L, "n.svg", FULL);
    pic_expect_well_formed(svg);
    cr_assert_eq(pic_count(svg, "id=\"n-n"), 16);
    cr_assert_eq(pic_count(svg, "<g class=\"forward\">"), 17);
    cr_assert_eq(pic_count(svg, "<g class=\"backward\">"), 13); /* none to x and y, and to 1 - y */
    HAS(svg, ">0.7503</text>", ">0.2873</text>", ">z</tspan><tspan class=\"num\"> = −0.2497</tspan></text>",
        "<tspan class=\"num\"> = [−0.2497, 0.4995]</tspan></text>", "role=\"img\"",
        "<title id=\"n-title\">A title, &lt;&amp;&gt;</title>",
        "<desc>a = σ(z); 0.7503; da = ", ">← gradient</text>", "prefers-color-scheme: dark");
    cr_assert_eq(pic_count(svg, "http"), 1, "the namespace: nothing is fetched");
    cr_assert_geq(expect_texts_inside(svg), 16 * 3);
}

Test(draw_svg, has_frames_and_runs)
{
    WGT_IN_CONTEXT(WG_F64, NULL);
    wg_node root = pic_layers(c, 8);
    char *svg = svg_of(root, "f.svg", WG_OPTS(wg_draw_opts));
    pic_expect_well_formed(svg);
    cr_assert_eq(pic_count(svg, "<g class=\"scope\""), 16);
    HAS(svg, ">layer.7</text>");
    expect_texts_inside(svg);
    svg = svg_of(root, "f.svg", WG_OPTS(wg_draw_opts, .fold = true, .top_down = true, .legend = true));
    pic_expect_well_formed(svg);
    HAS(svg, "×8");
    expect_texts_inside(svg);
    pic_clean_up();
}

Test(draw_svg, any_name_can_be_drawn)
{
    static const char *const names[] = { "<&>\"\\ {}|",
                                         "line\nbreak",
                                         "😀 中文 emoji",
                                         "\xff\xfe bad \xc3",
                                         "\\N \\G \\E",
                                         "]]>",
                                         "</svg>",
                                         "<style>",
                                         "",
                                         " ",
                                         "\x01\x02\x7f",
                                         "x̂ θ̂ ∑",
                                         "&amp;",
                                         "'\"" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        WGT_IN_GRAPH(WG_F64, NULL);
        double v = 2;
        wg_node x = wg_input_at(WG_HERE, g, names[i], wg_view_f64(&v, WG_SCALAR));
        wg_scope_push(g, names[i]);
        wg_node y = wg_name(wg_square(x), names[i]);
        wg_scope_pop(g);
        wg_draw_opts o = FULL;
        o.title = o.id = names[i];
        char *svg = svg_of(y, "h.svg", o);
        pic_expect_well_formed(svg);
        expect_texts_inside(svg);
    }
    pic_clean_up();
}

/* ---- several pictures in one page ---- */

/* All ids begin with the picture's, and so do all rules of style. */
static void expect_scoped(const char *svg, const char *id)
{
    char begin[60], rule[60];
    snprintf(begin, sizeof begin, " id=\"%s", id), snprintf(rule, sizeof rule, "#%s ", id);
    for (const char *s = svg; (s = strstr(s, " id=\"")); s++)
        cr_assert(!strncmp(s, begin, strlen(begin)), "%.40s", s);
    const char *end = strstr(svg, "</style>");
    cr_assert(end);
    for (const char *s = svg; (s = strchr(s, '{')) && s < end; s++) {
        const char *start = s;
        while (start > svg && !strchr("}{>\n", start[-1])) start--;
        while (*start == ' ') start++;
        cr_assert(*start == '@' || !strncmp(start, rule, strlen(rule)), "%.60s", start);
    }
}

NEURON_TEST(draw_svg, two_pictures_share_a_page)
{
    static const struct {
        const char *file, *option, *id;
    } cases[] = { { "net.svg", NULL, "net" },
                  { "net 2.svg", NULL, "net-2" },
                  { "7.svg", NULL, "g-7" },
                  { "net.svg", "fig.1", "fig-1" },
                  { "é.svg", NULL, "g---" } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        wg_draw_opts o = FULL;
        o.id = cases[i].option;
        char *svg = svg_of(n.L, cases[i].file, o);
        expect_scoped(svg, cases[i].id);
    }
}

/* ---- where it was made ---- */

Test(draw_svg, says_nothing_of_the_machines_folders)
{
    WGT_GRAPH(WG_F64, NULL);
    double v[6] = { 0 };
    wg_node x = wg_input_at("x\n/home/me/model.c:7", g, "x", wg_view_f64(v, WG_SHAPE(2, 3)));
    SHOWS(svg_of(x, "p.svg", WG_OPTS(wg_draw_opts)), ", model.c:7", "!/home");
    wg_node y = wg_input(g, "y", wg_view_f64(v, WG_SHAPE(5)));
    wg_node bad = wg_mul_at("x, y\n/home/me/model.c:8", x, y);
    SHOWS(svg_of(bad, "p.svg", WG_OPTS(wg_draw_opts)), "model.c:8: mul", "!/home");
    wgt_drop(c, NULL);
    pic_clean_up();
}

/* ---- endings, sizes, memory ---- */

NEURON_TEST(draw_svg, endings_in_any_case)
{
    char *svg = svg_of(n.L, "n.SVG", WG_OPTS(wg_draw_opts));
    cr_assert(!strncmp(svg, "<svg", 4));
    svg = svg_of(n.L, "picture", WG_OPTS(wg_draw_opts, .format = "Svg"));
    cr_assert(!strncmp(svg, "<svg", 4));
}

/* A name of 40 letters W has about 500 px; a column of 300 such boxes is 20,000 px high, at two pixels
 * each. */
GRAPH_TEST(draw_svg, too_large_a_png_is_refused)
{
    double v = 1;
    wg_node all[350];
    for (int i = 0; i < 350; i++) all[i] = wg_input_at(WG_HERE, g, "x", wg_view_f64(&v, WG_SCALAR));
    char *path = pic_path("large.png");
    cr_assert_eq(wg_draw(wg_addn_at(WG_HERE, all, 350), path), WG_ERROR_VALUE);
    wgt_expect_error(c, WG_ERROR_VALUE, "at most 32767 are possible along a side");
    cr_assert_eq(pic_files(), 0);
}

Test(draw_svg, every_failed_allocation_is_survived)
{
    for (int64_t k = 1;; k++) {
        wgt_memory m = { 0 };
        wg_context *c = wgt_start(&m, WG_F64, NULL);
        pic_parts n = pic_neuron(c);
        wg_item(n.L);
        m.fail_at = m.calls + k;
        char *path = pic_path("m.svg");
        wg_status s = wg_draw_at(WG_HERE, n.L, path, &FULL);
        cr_assert(s == WG_OK || wg_failed(c) == WG_ERROR_MEMORY, "allocation %lld", (long long)k);
        bool reached = m.calls >= m.fail_at;
        wgt_drop(c, &m);
        if (!reached) break;
    }
    pic_clean_up();
}
