/* dot.c: a picture as DOT text. No other file uses libcgraph.
 *
 * Equal pictures give the same bytes. So we number the objects: the library's own numbers are addresses,
 * and it writes clusters in the order of the numbers. libcgraph has process-wide state even for separate
 * graphs, so one process-wide lock is held from the first call to the last. The library keeps HTML and
 * plain texts in one table by content. A plain text must therefore never equal an HTML text: here these
 * begin with a <table> or <font> tag, and names in them are escaped.
 */
#include "draw/draw_private.h"

#if WG_WITH_GRAPHVIZ

#include <cgraph.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* libcgraph 2 has char * parameters for texts that it only reads. */
static char *text_of(const char *s) { return (char *)(uintptr_t)s; }

#define WHOLE "wengert"

/* ---- the numbers of objects ---- */

typedef struct numbering {
    Agdisc_t all; /* must be first: agopen hands its address to numbering_open */
    Agraph_t *g;
    IDTYPE edges;
} numbering;

static void *numbering_open(Agraph_t *g, Agdisc_t *all)
{
    numbering *s = (numbering *)(void *)all;
    s->g = g;
    return s;
}

/* A name n7 or cluster_3 gives an odd number. Edges have no names: they are counted, with even numbers. */
static long numbering_map(void *state, int kind, char *name, IDTYPE *id, int create)
{
    (void)kind;
    numbering *s = state;
    if (name) *id = 2 * strtoul(name + strcspn(name, "0123456789"), NULL, 10) + 1;
    else if (create) *id = 2 * ++s->edges;
    return name || create;
}

static long numbering_alloc(void *state, int kind, IDTYPE id) { return (void)state, (void)kind, (void)id, 0; }
static void numbering_free(void *state, int kind, IDTYPE id) { (void)state, (void)kind, (void)id; }
static void numbering_close(void *state) { (void)state; }
static void numbering_register(void *state, int kind, void *object) { (void)state, (void)kind, (void)object; }

/* agwrite reads the word before the text, so the text must be in the library's own table. */
static char *numbering_print(void *state, int kind, IDTYPE id)
{
    char name[40];
    if (id % 2 == 0) return NULL;
    snprintf(name, sizeof name, "%s%llu", kind == AGNODE ? "n" : "cluster_", (unsigned long long)(id / 2));
    return agstrdup(((numbering *)state)->g, kind != AGNODE && id == 1 ? text_of(WHOLE) : name);
}

/* ---- writing into memory ---- */

static int put_text(void *out, const char *s) { return wgi_strbuf_put(out, s), 0; }
static int put_end(void *out) { return (void)out, 0; }

/* ---- attributes ---- */

enum { NODE_LABEL, NODE_TIP, NODE_CLASS, NODE_SHAPE, NODE_FONT, NODE_ATTRIBUTES };
enum { EDGE_TAIL, EDGE_HEAD, EDGE_COLOR, EDGE_STYLE, EDGE_CONSTRAINT, EDGE_CLASS, EDGE_LABEL };
enum { GRAPH_LABEL, GRAPH_TIP, GRAPH_COLOR, GRAPH_STYLE, GRAPH_CLASS, GRAPH_ATTRIBUTES };

#define FONT "Helvetica,Arial,sans-serif"

typedef struct pair {
    const char *name, *standard;
} pair;

static const pair node_attributes[NODE_ATTRIBUTES] = {
    { "label", "" }, { "tooltip", "" }, { "class", "" }, { "shape", "plain" }, { "fontname", FONT }
};
static const pair edge_attributes[] = {
    { "tailport", "" },        { "headport", "" },     { "color", WGI_GREY },  { "style", "" },
    { "constraint", "" },      { "class", "forward" }, { "label", "" },        { "fontname", FONT },
    { "fontcolor", WGI_GREY }, { "fontsize", "11" },   { "arrowsize", "0.7" },
};
enum { EDGE_ATTRIBUTES = sizeof edge_attributes / sizeof *edge_attributes };
static const pair graph_attributes[GRAPH_ATTRIBUTES] = {
    { "label", "" }, { "tooltip", "" }, { "color", WGI_GREY }, { "style", "" }, { "class", "" }
};

typedef struct painter {
    const wgi_picture *picture;
    Agraph_t *g;
    Agraph_t **cluster;
    Agnode_t **node;
    Agsym_t *of_node[NODE_ATTRIBUTES], *of_edge[EDGE_ATTRIBUTES], *of_graph[GRAPH_ATTRIBUTES];
    wgi_strbuf text;
} painter;

static Agsym_t *declare(painter *p, int kind, const pair *a)
{
    return agattr(p->g, kind, text_of(a->name), text_of(a->standard));
}

static void declare_all(painter *p)
{
    const pair whole[] = {
        { "rankdir", p->picture->o->top_down ? "TB" : "LR" },
        { "bgcolor", "transparent" },
        { "fontname", FONT },
        { "fontcolor", WGI_GREY },
        { "nodesep", "0.3" },
        { "ranksep", "0.5" },
        { "labelloc", "t" },
        { "outputorder", "edgesfirst" },
    };
    static const pair by_time = { "newrank", "true" };
    static const pair few_iterations[] = { { "nslimit", "2" }, { "nslimit1", "2" } };
    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++) declare(p, AGRAPH, &whole[i]);
    if (!p->picture->g) declare(p, AGRAPH, &by_time);
    for (int i = 0; i < 2 && p->picture->boxes > 200; i++) declare(p, AGRAPH, &few_iterations[i]);
    for (int i = 0; i < GRAPH_ATTRIBUTES; i++) p->of_graph[i] = declare(p, AGRAPH, &graph_attributes[i]);
    for (int i = 0; i < NODE_ATTRIBUTES; i++) p->of_node[i] = declare(p, AGNODE, &node_attributes[i]);
    for (int i = 0; i < EDGE_ATTRIBUTES; i++) p->of_edge[i] = declare(p, AGEDGE, &edge_attributes[i]);
}

static void set(void *object, Agsym_t *attribute, const char *value)
{
    agxset(object, attribute, text_of(value));
}

static void set_html(painter *p, void *object, Agsym_t *attribute)
{
    if (p->text.failed) return;
    char *html = agstrdup_html(p->g, p->text.at);
    agxset(object, attribute, html);
    agstrfree(p->g, html);
}

/* ---- texts ---- */

/* The program `dot` puts the names of objects in place of \N, \G, \E, \T, \H and \L: in tooltips and in
 * labels, entities or not. A character without width between the two keeps them apart. */
static void put_apart(wgi_strbuf *b, const char *s)
{
    while (*s) {
        size_t n = strcspn(s, "\\");
        wgi_strbuf_add(b, s, n + (s[n] == '\\'));
        s += n + (s[n] == '\\');
        if (s[-1] == '\\' && *s && strchr("NGETHL", *s)) wgi_strbuf_put(b, "\u200B");
    }
}

static void put_html(wgi_strbuf *b, const char *s, const char *line_break)
{
    wgi_strbuf apart = { .c = b->c };
    put_apart(&apart, s);
    wgi_strbuf_xml(b, wgi_strbuf_text(&apart), line_break);
    b->failed |= apart.failed;
    wgi_strbuf_free(&apart);
}

static void put_clean_html(wgi_strbuf *b, const char *s, int most)
{
    wgi_strbuf clean = { .c = b->c };
    wgi_strbuf_clean(&clean, s, most);
    put_html(b, wgi_strbuf_text(&clean), " ");
    b->failed |= clean.failed;
    wgi_strbuf_free(&clean);
}

/* Backslashes in tooltips begin escapes. */
static void set_tip(painter *p, void *object, Agsym_t *attribute, const char *text)
{
    wgi_strbuf *b = &p->text, apart = { .c = b->c };
    wgi_strbuf_clear(b);
    put_apart(&apart, text);
    for (const char *tip = wgi_strbuf_text(&apart); *tip;) {
        size_t plain = strcspn(tip, "\\\n");
        wgi_strbuf_add(b, tip, plain);
        tip += plain;
        if (*tip) wgi_strbuf_put(b, *tip++ == '\n' ? "\\n" : "\\\\");
    }
    b->failed |= apart.failed;
    wgi_strbuf_free(&apart);
    if (b->length && !b->failed) set(object, attribute, b->at);
}

/* ---- boxes ---- */

static const char break_left[] = "<br align=\"left\"/>";

/* Several lines each end in a left break: dot would centre them. */
static void put_lines(wgi_strbuf *b, const char *s)
{
    put_html(b, s, break_left);
    if (strchr(s, '\n')) wgi_strbuf_put(b, break_left);
}

typedef enum row_style { PLAIN, BOLD, ODD } row_style;

static void put_row(wgi_strbuf *b, const char *port, const char *text, const char *color, row_style style)
{
    if (!*text) return;
    wgi_strbuf_format(b, "<tr><td colspan=\"2\" align=\"left\"%s%s%s%s><font color=\"%s\">",
                      *port ? " port=\"" : "", port, *port ? "\"" : "",
                      style == ODD ? " bgcolor=\"#ffcdd2\"" : "", style == ODD ? "#b71c1c" : color);
    wgi_strbuf_put(b, style == PLAIN ? "" : "<b>");
    put_lines(b, text);
    wgi_strbuf_put(b, style == PLAIN ? "</font></td></tr>" : "</b></font></td></tr>");
}

/* The kind at the left, the shape at the right. */
static void put_caption(wgi_strbuf *b, const wgi_box *x)
{
    wgi_strbuf_put(b, "<tr><td align=\"left\"><font color=\"#424242\" point-size=\"10\">");
    put_html(b, x->word, " ");
    wgi_strbuf_put(b, "</font></td><td align=\"right\"><font color=\"#424242\" point-size=\"10\">");
    put_html(b, *x->shape ? x->shape : " ", " ");
    wgi_strbuf_put(b, "</font></td></tr>");
}

static void put_box(wgi_strbuf *b, const wgi_box *x)
{
    const wgi_box_style *l = &wgi_box_styles[x->kind];
    bool twice = x->times > 1;
    wgi_strbuf_clear(b);
    if (twice)
        wgi_strbuf_format(b,
                          "<table border=\"1\" cellborder=\"0\" cellspacing=\"0\" cellpadding=\"2\" "
                          "color=\"%s\" style=\"rounded\"><tr><td>",
                          l->border);
    wgi_strbuf_format(b,
                      "<table border=\"%d\" cellborder=\"0\" cellspacing=\"0\" cellpadding=\"3\" "
                      "color=\"%s\" bgcolor=\"%s\" "
                      "style=\"rounded%s\">",
                      x->kind == WGI_BOX_FAILED || x->kind == WGI_BOX_WRONG ? 2 : 1, l->border, l->fill,
                      x->is_copy ? ",dashed" : "");
    put_caption(b, x);
    put_row(b, twice ? "v" : "", x->is_copy ? x->name : x->title, "#212121", BOLD);
    if (!x->is_copy) {
        put_row(b, twice ? "g" : "", x->detail, x->kind == WGI_BOX_FAILED ? "#7f0000" : "#424242", PLAIN);
        if (x->mark) put_row(b, "", x->mark, "#7f0000", BOLD);
        if (x->note) put_row(b, "", x->note, x->passed ? WGI_VALUE : WGI_GREY, PLAIN);
        put_row(b, "v", x->value, WGI_VALUE, x->odd_value ? ODD : PLAIN);
        put_row(b, "g", x->gradient, WGI_GRADIENT, x->odd_gradient ? ODD : PLAIN);
    }
    wgi_strbuf_put(b, twice ? "</table></td></tr></table>" : "</table>");
}

static Agraph_t *inside(const painter *p, int frame)
{
    return frame < 0 || !p->cluster[frame] ? p->g : p->cluster[frame];
}

static void paint_node(painter *p, int64_t i)
{
    const wgi_box *x = &p->picture->box[i];
    char name[40];
    snprintf(name, sizeof name, "n%lld", (long long)i);
    Agnode_t *n = p->node[i] = agnode(inside(p, x->frame), name, 1);
    if (!n) return;
    put_box(&p->text, x);
    set_html(p, n, p->of_node[NODE_LABEL]);
    set_tip(p, n, p->of_node[NODE_TIP], x->tip);
    set(n, p->of_node[NODE_CLASS], wgi_box_styles[x->kind].class);
}

/* ---- frames, links ---- */

/* Where a link meets a box: left to right at the row of the value or gradient if there is one, else at a
 * side. Gradients then meet corners, so that they do not cover the forward links. */
static void port(char *to, size_t size, const wgi_picture *picture, int box, bool back, bool tail)
{
    const wgi_box *x = &picture->box[box];
    bool down = picture->o->top_down, has_row = x->times > 1 || *(back ? x->gradient : x->value);
    const char *side = back == tail ? "w" : "e", *row = x->is_copy || down || !has_row ? ""
                                                        : back                         ? "g:"
                                                                                       : "v:";
    if (down) side = back ? (tail ? "ne" : "se") : (tail ? "s" : "n");
    else if (back && !*row) side = tail ? "sw" : "se";
    snprintf(to, size, "%s%s", row, side);
}

static void paint_frame(painter *p, int i)
{
    const wgi_frame *f = &p->picture->frame[i];
    char name[40];
    snprintf(name, sizeof name, "cluster_%d", i + 1);
    Agraph_t *c = p->cluster[i] = agsubg(inside(p, f->parent), name, 1);
    if (!c) return;
    wgi_strbuf_clear(&p->text);
    wgi_strbuf_put(&p->text, "<font color=\"" WGI_GREY "\">");
    put_clean_html(&p->text, f->name, 80);
    wgi_strbuf_put(&p->text, "</font>");
    set_html(p, c, p->of_graph[GRAPH_LABEL]);
    set_tip(p, c, p->of_graph[GRAPH_TIP], p->picture->g ? "scope" : "step");
    set(c, p->of_graph[GRAPH_STYLE], f->heavy ? "rounded,bold" : "rounded");
    set(c, p->of_graph[GRAPH_CLASS], "scope");
}

static void paint_link(painter *p, const wgi_link *l)
{
    const wgi_picture *picture = p->picture;
    char tail[16], head[16], times[40];
    Agnode_t *from = p->node[l->from], *to = p->node[l->to];
    Agedge_t *e = from && to ? agedge(p->g, from, to, NULL, 1) : NULL;
    if (!e) return;
    port(tail, sizeof tail, picture, l->from, l->back, true);
    port(head, sizeof head, picture, l->to, l->back, false);
    set(e, p->of_edge[EDGE_TAIL], tail);
    set(e, p->of_edge[EDGE_HEAD], head);
    if (l->times > 1) {
        snprintf(times, sizeof times, "×%lld", (long long)l->times);
        set(e, p->of_edge[EDGE_LABEL], times);
    }
    if (!l->back) return;
    set(e, p->of_edge[EDGE_COLOR], "#d32f2f");
    set(e, p->of_edge[EDGE_STYLE], "dashed");
    set(e, p->of_edge[EDGE_CONSTRAINT], "false");
    set(e, p->of_edge[EDGE_CLASS], "backward");
}

/* ---- title and legend ---- */

static void put_title(wgi_strbuf *b, const char *title)
{
    wgi_strbuf_put(b, "<font color=\"" WGI_GREY "\" point-size=\"16\">");
    put_clean_html(b, title, 200);
    wgi_strbuf_put(b, "</font>");
}

static void paint_title(painter *p)
{
    const wg_draw_opts *o = p->picture->o;
    bool title = o->title && *o->title;
    wgi_strbuf *b = &p->text;
    wgi_strbuf_clear(b);
    if (!title && !o->legend) return;
    if (o->legend) wgi_strbuf_put(b, "<table border=\"0\" cellborder=\"0\" cellspacing=\"0\">");
    if (title && o->legend) wgi_strbuf_put(b, "<tr><td>");
    if (title) put_title(b, o->title);
    if (title && o->legend) wgi_strbuf_put(b, "</td></tr>");
    if (o->legend) wgi_put_legend(b, p->picture), wgi_strbuf_put(b, "</table>");
    set_html(p, p->g, p->of_graph[GRAPH_LABEL]);
}

/* ---- all together ---- */

static void paint(painter *p)
{
    const wgi_picture *picture = p->picture;
    declare_all(p);
    for (int i = 0; i < picture->frames; i++) paint_frame(p, i);
    for (int64_t i = 0; i < picture->boxes; i++) paint_node(p, i);
    for (int64_t i = 0; i < picture->links; i++) paint_link(p, &picture->link[i]);
    paint_title(p);
}

static bool write_locked(painter *p, wgi_strbuf *out)
{
    Agiddisc_t ids = {
        .open = numbering_open,
        .map = numbering_map,
        .alloc = numbering_alloc,
        .free = numbering_free,
        .print = numbering_print,
        .close = numbering_close,
        .idregister = numbering_register,
    };
    Agiodisc_t io = { AgIoDisc.afread, put_text, put_end };
    numbering state = { .all = { .id = &ids, .io = &io } };
    agerrlevel_t level = agseterr(AGMAX); /* the library must not print */
    p->g = agopen(text_of(WHOLE), Agdirected, &state.all);
    bool ok = p->g;
    if (ok) {
        paint(p);
        ok = agwrite(p->g, out) == 0;
        agclose(p->g);
    }
    agseterr(level);
    return ok;
}

wg_status wgi_dot_write(const wgi_picture *picture, wgi_strbuf *out)
{
    painter p = { .picture = picture, .text = { .c = picture->c } };
    p.cluster = wg_alloc(picture->c, (size_t)picture->frames + 1, sizeof *p.cluster);
    p.node = wg_alloc(picture->c, (size_t)picture->boxes + 1, sizeof *p.node);
    bool ok = p.cluster && p.node;
    if (ok) {
        pthread_mutex_lock(&lock);
        ok = write_locked(&p, out);
        pthread_mutex_unlock(&lock);
    }
    ok = ok && !p.text.failed && !out->failed;
    wgi_strbuf_free(&p.text);
    wg_free(picture->c, p.cluster);
    wg_free(picture->c, p.node);
    if (ok) return WG_OK;
    return WGI_DRAW_FAIL(picture->c, picture->here, WG_ERROR_MEMORY, "draw: no memory for the picture");
}

#else

wg_status wgi_dot_write(const wgi_picture *picture, wgi_strbuf *out)
{
    (void)out;
    return WGI_DRAW_FAIL(picture->c, picture->here, WG_ERROR_MISSING,
                         "draw: this build has no libcgraph: install libgraphviz-dev and build with "
                         "GRAPHVIZ=1");
}

#endif
