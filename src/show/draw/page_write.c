/* page_write.c: a picture as a page: the SVG, the program beside it, the line of the present step, all steps
 * as a list, and the script. See page.h. */
#include <stdlib.h>
#include <string.h>

#include "draw/page.h"
#include "wengert/op.h"
#include "wgx/base.h"
#include "wgx/op.h"

enum { MOST_LINES = 2000 };

/* ---- the program: its lines, and which item was written on which ---- */

/* The line in "folder/model.c:42:7"; 0: the site has no place. *name: the first one without folder. */
static int place_of(wgi_pool *pool, wg_site here, const char **name)
{
    const char *at = wg_site_place(here), *end = strpbrk(at, ":\n"), *from = at;
    if (!end || *end != ':') return 0;
    for (const char *c = at; c < end; c++)
        if (*c == '/') from = c + 1;
    const int number = (int)strtol(end + 1, NULL, 10);
    if (number && !**name && *from != '-')
        *name = wgi_pool_part(pool, from, (size_t)(end - from)); /* -e: no file */
    return number;
}

static int count_lines(const char *text)
{
    int n = 1;
    for (; *text && n < MOST_LINES; text++) n += *text == '\n' && text[1];
    return n;
}

static void make_source(wgi_source *s, const wgi_picture *p)
{
    const char *text = p->o->source;
    const int lines = text && *text ? count_lines(text) : 0;
    const int64_t items = p->view.items;
    *s = (wgi_source){ .name = "",
                       .line = wgi_pool_take(p->pool, lines > items ? lines : items, sizeof *s->line) };
    s->line_of = wgi_pool_take(p->pool, items, sizeof *s->line_of);
    if (p->pool->failed) return;
    for (int i = 0; i < lines; i++) { /* the program's own text */
        const char *line = wgi_next_line(p->pool, &text);
        s->line[s->lines++] = (wgi_source_line){ i + 1, line ? line : "" };
    }
    for (int64_t i = 0; i < items; i++) {
        const wgi_item *y = &p->view.item[i];
        const int number = place_of(p->pool, y->here, &s->name);
        s->line_of[i] = -1;
        if (!number) continue;
        if (lines) s->line_of[i] = number <= lines ? number - 1 : -1;
        if (lines || !y->operands) continue;
        /* a line for each call site, with the text of its arguments: "wg_sigmoid(z)" is known as z alone */
        const char *arguments = wgx_site_arguments(y->here), *end = strchr(arguments, '\n');
        s->line_of[i] = (int)s->lines;
        s->line[s->lines++] =
            (wgi_source_line){ number,
                               end ? wgi_pool_part(p->pool, arguments, (size_t)(end - arguments)) : "" };
    }
}

/* ---- the style and the scripts, which are built into the library ---- */

/* Part of the script: an op, or a function that ops need. */
typedef struct wgi_page_block {
    const char *op;     /* "": a function */
    const short *needs; /* other blocks; -1 behind the last one */
    const char *text;
} wgi_page_block;

#include "page_text.h" /* page_css, page_js, page_edges, page_block: made from page.css and page*.js */

enum { BLOCKS = WGI_COUNT(page_block) };

static void use(int i, unsigned char *used)
{
    if (used[i]) return;
    used[i] = 1;
    for (const short *k = page_block[i].needs; *k >= 0; k++) use(*k, used);
}

/* A user's op may have the name of a block. */
bool wgi_page_use(const wg_op *op, unsigned char *used)
{
    int i = 0;
    while (i < BLOCKS && !wgx_op_is(op, page_block[i].op)) i++;
    if (i == BLOCKS) return false;
    use(i, used);
    return true;
}

static void put_lines(wgi_strbuf *b, const char *const line[])
{
    for (; *line; line++) wgi_strbuf_put(b, *line);
}

static void put_script(const wgi_page *w)
{
    wgi_strbuf *b = w->b;
    put_lines(b, page_evaluator);
    for (int i = 0; i < BLOCKS; i++)
        if (w->used[i]) wgi_strbuf_put(b, page_block[i].text);
    if (w->p->o->edges) put_lines(b, page_edges);
    put_lines(b, page_js);
}

/* ---- parts of the page ---- */

static void put_title(const wgi_page *w)
{
    const char *title = w->p->o->title;
    wgi_strbuf_clean_xml(w->b,
                         title && *title   ? title
                         : *w->source.name ? w->source.name
                                           : "a computation graph",
                         200);
}

static void put_head(const wgi_page *w)
{
    wgi_strbuf *b = w->b;
    wgi_strbuf_put(b, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n<meta "
                      "name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n<title>");
    put_title(w);
    wgi_strbuf_put(b, "</title>\n<style>\n");
    put_lines(b, page_css);
    wgi_strbuf_put(b, "</style>\n</head>\n");
}

/* A program from the command has all its lines, one from C those of its calls. */
static void put_source(const wgi_page *w)
{
    wgi_strbuf *b = w->b;
    const wgi_source *s = &w->source;
    if (!s->lines) return;
    wgi_strbuf_format(b, "<aside aria-labelledby=\"%s-program\">\n<h2 id=\"%s-program\">", w->id, w->id);
    wgi_strbuf_clean_xml(b, *s->name ? s->name : "program", 200);
    wgi_strbuf_put(b, "</h2>\n<ol class=\"source\">\n");
    for (int64_t i = 0; i < s->lines; i++) {
        wgi_strbuf_format(b, "<li value=\"%d\"><code>", s->line[i].number);
        wgi_strbuf_clean_xml(b, s->line[i].text, 200);
        wgi_strbuf_put(b, "</code></li>\n");
    }
    wgi_strbuf_put(b, "</ol>\n</aside>\n");
}

static void put_steps(const wgi_page *w)
{
    wgi_strbuf *b = w->b;
    if (w->s.states < 2) return;
    wgi_strbuf_put(b, "<details class=\"steps\" open=\"open\">\n<summary>All steps</summary>\n<ol>\n");
    for (int64_t i = 1; i < w->s.states; i++) {
        wgi_strbuf_format(b, "<li%s>", i > w->s.forward ? " class=\"back\"" : "");
        wgi_strbuf_clean_xml(b, w->s.state[i].line, 2000);
        wgi_strbuf_put(b, "</li>\n");
    }
    wgi_strbuf_put(b, "</ol>\n</details>\n");
}

/* The script opens it. */
static void put_keys(wgi_strbuf *b, bool parts)
{
    static const char *const keys[][2] = { { "→ ←", "a step on, a step back" },
                                           { "space", "play, stop" },
                                           { "Home End", "the first step, the last one" },
                                           { "c", "follow the steps" },
                                           { "0", "the whole picture" },
                                           { "+ -, wheel, two fingers", "larger, smaller" },
                                           { "drag, Shift and arrows", "move the picture" },
                                           { "Tab", "the next box, with its numbers" },
                                           { "Enter, o", "open a box with +, open or close all" },
                                           { ">", "the next step in another box" },
                                           { "s", "the program and all steps" },
                                           { "f", "full screen" },
                                           { "Enter, Esc", "change a leaf, leave the box" } };
    wgi_strbuf_put(b, "<dialog aria-label=\"keys\">\n");
    for (size_t i = 0; i < WGI_COUNT(keys); i++)
        if (parts || strcmp(keys[i][0], "Enter, o"))
            wgi_strbuf_format(b, "<kbd>%s</kbd><span>%s</span>\n", keys[i][0], keys[i][1]);
    wgi_strbuf_put(b, "<form method=\"dialog\"><button>close</button></form>\n</dialog>\n");
}

static void put_page(wgi_page *w)
{
    wgi_strbuf *b = w->b;
    put_head(w);
    wgi_strbuf_format(b, "<body>\n<main id=\"%s-page\" class=\"wengert\">\n<h1>", w->id);
    put_title(w);
    wgi_strbuf_put(b, "</h1>\n<figure class=\"stage\">\n");
    wgi_svg_put(&w->sheet[0].svg);
    wgi_page_put_parts(w);
    wgi_strbuf_put(b, "</figure>\n<div class=\"now\"></div>\n<div class=\"more\">\n");
    put_source(w);
    put_steps(w);
    wgi_strbuf_put(b, "</div>\n");
    put_keys(b, w->sheets > 1);
    wgi_strbuf_format(b, "</main>\n<script type=\"application/json\" id=\"%s-data\">\n", w->id);
    wgi_page_data(w);
    wgi_strbuf_format(b, "\n</script>\n<script>\n(function (ID) {\n'use strict';\n");
    put_script(w);
    wgi_strbuf_format(b, "})('%s');\n</script>\n</body>\n</html>\n", w->id);
}

/* Steps of a graph whose values cannot be computed: the page shows the picture alone. */
static wg_status make_states(wgi_page *w)
{
    if (wg_failed(w->p->c) || w->p->view.items > WGI_STEPS_MOST) return WG_OK;
    const wg_status s = wgi_step_states_make(&w->s, w->p);
    if (s == WG_OK || s == WG_ERROR_MEMORY) return s;
    wg_recover(w->p->c);
    w->s = (wgi_step_states){ .states = 0 };
    return WG_OK;
}

static wg_status write(wgi_picture *p, wgi_strbuf *out)
{
    wgi_page w = { .p = p, .b = out, .used = wgi_pool_take(p->pool, BLOCKS, 1) };
    wg_status s = p->o->hide ? wgi_find_hidden(p, p->o->hide, &w.hidden) : WG_OK;
    if (s == WG_OK) s = make_states(&w);
    make_source(&w.source, p);
    if (s == WG_OK) s = wgi_page_find_parts(&w);
    if (s == WG_OK) w.id = w.sheet[0].svg.id, put_page(&w);
    wgi_page_close_parts(&w);
    return s;
}

const wgi_format wgi_format_html = { .name = "html", .write = write, .write_steps = write, .is_page = true };
