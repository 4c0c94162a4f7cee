/* page_write.c: a picture as a page: the SVG, the program beside it, the line of the present step, all steps
 * as a list, and the script. See page.h. */
#include "draw/page.h"

#include <string.h>

enum { ID_MOST = 80 };

/* The id that svg.c has given the picture. */
static void find_id(const wgi_strbuf *svg, char id[ID_MOST])
{
    const char *at = strstr(wgi_strbuf_text(svg), " id=\"");
    const size_t n = at ? strcspn(at + 5, "\"") : 0;
    snprintf(id, ID_MOST, "%.*s", (int)n, at ? at + 5 : "");
}

static void put_head(const wgi_picture *p, const wgi_source *source, wgi_strbuf *b)
{
    const char *title = p->o->title && *p->o->title ? p->o->title : "";
    wgi_strbuf name = { .c = b->c };
    wgi_strbuf_add(&name, source->name, (size_t)source->name_bytes);
    wgi_strbuf_put(b, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n<meta "
                      "name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n<title>");
    wgi_strbuf_clean_xml(b, *title ? title : name.length ? name.at : "a computation graph", 200);
    wgi_strbuf_put(b, "</title>\n<style>\n");
    wgi_page_put_style(b);
    wgi_strbuf_put(b, "</style>\n</head>\n");
    wgi_strbuf_free(&name);
}

/* A program from the command has all its lines, one from C those of its calls. */
static void put_source(const wgi_picture *p, const wgi_source *s, const char *id, wgi_strbuf *b)
{
    wgi_strbuf text = { .c = b->c };
    if (!s->lines) return;
    wgi_strbuf_add(&text, s->name, (size_t)s->name_bytes);
    wgi_strbuf_format(b, "<aside aria-labelledby=\"%s-program\">\n<h2 id=\"%s-program\">", id, id);
    wgi_strbuf_clean_xml(b, text.length ? text.at : "program", 200);
    wgi_strbuf_put(b, "</h2>\n<ol class=\"source\">\n");
    for (int64_t i = 0; i < s->lines; i++) {
        wgi_strbuf_clear(&text);
        wgi_strbuf_add(&text, s->line[i].text, (size_t)s->line[i].bytes);
        wgi_strbuf_format(b, "<li value=\"%d\"><code>", s->line[i].number);
        if (text.length) wgi_strbuf_clean_xml(b, text.at, 200);
        wgi_strbuf_put(b, "</code></li>\n");
    }
    wgi_strbuf_put(b, "</ol>\n</aside>\n");
    wgi_strbuf_free(&text);
}

static void put_steps(const wgi_step_states *s, wgi_strbuf *b)
{
    if (s->states < 2) return;
    wgi_strbuf_put(b, "<details class=\"steps\" open=\"open\">\n<summary>All steps</summary>\n<ol>\n");
    for (int64_t i = 1; i < s->states; i++) {
        wgi_strbuf_format(b, "<li%s>", i > s->forward ? " class=\"back\"" : "");
        wgi_strbuf_clean_xml(b, s->state[i].line, 2000);
        wgi_strbuf_put(b, "</li>\n");
    }
    wgi_strbuf_put(b, "</ol>\n</details>\n");
}

static void put_page(const wgi_picture *p, const wgi_step_states *s, const wgi_source *source,
                     const wgi_strbuf *svg, wgi_strbuf *b)
{
    char id[ID_MOST];
    unsigned char *used = wg_alloc(p->c, wgi_page_blocks(), 1);
    if (!used) {
        b->failed = true;
        return;
    }
    find_id(svg, id);
    put_head(p, source, b);
    wgi_strbuf_format(b, "<body>\n<main id=\"%s-page\" class=\"wengert\">\n<div class=\"stage\">\n<figure>\n",
                      id);
    wgi_strbuf_add(b, wgi_strbuf_text(svg), svg->length);
    wgi_strbuf_put(b, "</figure>\n");
    put_source(p, source, id, b);
    wgi_strbuf_put(b, "</div>\n<div class=\"now\"></div>\n");
    put_steps(s, b);
    wgi_strbuf_format(b, "</main>\n<script type=\"application/json\" id=\"%s-data\">\n", id);
    wgi_page_data(p, s, source, id, used, b);
    wgi_strbuf_format(b, "\n</script>\n<script>\n(function (ID) {\n'use strict';\n");
    wgi_page_put_script(used, b);
    wgi_strbuf_format(b, "})('%s');\n</script>\n</body>\n</html>\n", id);
    wg_free(p->c, used);
}

/* Steps of a graph whose values cannot be computed: the page shows the picture alone. */
static wg_status make_states(wgi_step_states *s, const wgi_picture *p)
{
    const bool failed_before = wg_failed(p->c) != WG_OK;
    *s = (wgi_step_states){ .c = p->c, .texts.c = p->c };
    if (failed_before || p->view.items > WGI_STEPS_MOST) return WG_OK;
    const wg_status status = wgi_step_states_make(s, p);
    if (status == WG_OK || status == WG_ERROR_MEMORY) return status;
    wg_recover(p->c);
    wgi_step_states_free(s);
    *s = (wgi_step_states){ .c = p->c, .texts.c = p->c };
    return WG_OK;
}

wg_status wgi_page_write(const wgi_picture *p, const char *path, wgi_strbuf *out)
{
    wgi_strbuf svg = { .c = out->c };
    wgi_step_states states = { .c = NULL };
    wgi_source source = { .name = "" };
    wg_status s = make_states(&states, p);
    if (s == WG_OK) s = wgi_svg_write(p, path, &svg);
    if (s == WG_OK && !wgi_source_make(&source, p)) s = WG_ERROR_MEMORY;
    if (s == WG_OK) {
        put_page(p, &states, &source, &svg, out);
        if (out->failed) s = WG_ERROR_MEMORY;
    }
    wgi_source_free(&source, p->c);
    wgi_step_states_free(&states);
    wgi_strbuf_free(&svg);
    if (s == WG_ERROR_MEMORY) wg_fail(p->c, p->here, s, "draw: no memory for the page");
    return s;
}
