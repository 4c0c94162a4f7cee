/* tikz.c: a picture as one tikzpicture for \input, with the coordinates of the SVG. With steps it has
 * overlays of beamer: slide n shows what is known by step n.
 *
 * 15 px are 10 pt, so texts have the sizes of LaTeX's own fonts, and they are set in the document's font. A
 * text that is wider there than in the layout is shrunk to its box. tikz and amsmath are needed. */
#include <math.h>
#include <string.h>

#include "draw/step_states.h"
#include "draw/svg.h"

enum { CAPTION_LINES = 3, LEADING = 21, LEAST_WIDTH = 460, PAD_X = 9, TWICE = 3, HALO = 4 };

typedef struct tikz {
    const wgi_picture *p;
    wgi_strbuf *b;
    wgi_svg w;
    wgi_step_states s; /* states is 0 without the option steps */
    bool with_steps;
    double width, hidden; /* of all; the height of the line that says what is hidden */
} tikz;

static const char ink[] = "ink";

static double pt(double px) { return px / 1.5; }

/* At most so many characters of the text, as LaTeX; 0: all. */
static const char *tex_of(const tikz *t, const char *text, int most)
{
    wgi_strbuf b = { .pool = t->p->pool };
    wgi_strbuf_tex(&b, most ? wgi_pool_clean(t->p->pool, text, most) : text);
    return wgi_strbuf_keep(&b);
}

/* ---- overlays ---- */

/* What follows is shown from that state on. */
static void put_from(tikz *t, int64_t state)
{
    if (t->with_steps && state > 0) wgi_strbuf_format(t->b, "\\onslide<%lld->{", (long long)state + 1);
    else wgi_strbuf_put(t->b, "{");
}

/* ---- colours and fonts ---- */

static void put_color(wgi_strbuf *b, const char *name, const char *rgb)
{
    char code[8];
    snprintf(code, sizeof code, "%s", rgb + 1);
    for (char *c = code; *c; c++)
        if (*c >= 'a' && *c <= 'f') *c = (char)(*c - 'a' + 'A');
    wgi_strbuf_format(b, "\\definecolor{wg%s}{HTML}{%s}", name, code);
}

static void put_colors(tikz *t)
{
    wgi_strbuf *b = t->b;
    bool kinds[WGI_BOX_KINDS] = { false };
    for (int64_t i = 0; i < t->p->boxes; i++) kinds[t->p->box[i].kind] = true;
    for (int i = 0; i < WGI_BOX_KINDS; i++) {
        char fill[40];
        if (!kinds[i]) continue;
        snprintf(fill, sizeof fill, "%s-fill", wgi_box_styles[i].class);
        put_color(b, wgi_box_styles[i].class, wgi_box_styles[i].border);
        put_color(b, fill, wgi_box_styles[i].fill);
        wgi_strbuf_put(b, "%\n");
    }
    for (int i = 0; i < WGI_COLOURS; i++)
        if (i != WGI_ODD) put_color(b, wgi_colours[i].class, wgi_colours[i].light);
    if (t->p->o->edges) put_color(b, "plate", wgi_box_styles[WGI_BOX_OP].fill);
    wgi_strbuf_put(b, "%\n");
}

/* The size of LaTeX's fonts that is not larger. */
static double font_size(double px)
{
    static const double sizes[] = { 12, 10, 9, 8 };
    for (int i = 0; i < 3; i++)
        if (pt(px) >= sizes[i] - 1e-9) return sizes[i];
    return 8;
}

static void put_point(wgi_strbuf *b, double x, double y) { WGI_SVG_PUT(b, "(@,@)", pt(x), pt(y)); }

/* `text` is LaTeX. */
static void put_node(tikz *t, double x, double y, double size, const char *color, bool right,
                     const char *text)
{
    wgi_strbuf_format(t->b, "\\node[wg%g,text=wg%s,anchor=base %s] at ", font_size(size), color,
                      right ? "east" : "west");
    put_point(t->b, x, y);
    wgi_strbuf_format(t->b, " {%s};", text);
}

static void put_rectangle(tikz *t, const char *style, double x, double y, double w, double h)
{
    wgi_strbuf_format(t->b, "\\draw[%s] ", style);
    WGI_SVG_PUT(t->b, "(@,@) rectangle (@,@);", pt(x), pt(y), pt(x + w), pt(y + h));
}

/* ---- frames and links ---- */

static void put_frames(tikz *t)
{
    for (int i = 0; i < t->p->frames; i++) {
        const wgi_lay_frame *f = &t->w.l.frame[i];
        if (!f->w) continue;
        put_rectangle(t, "wgline,rounded corners=5pt", f->x, f->y, f->w, f->h);
        put_node(t, f->x + 10, f->y + 18, 14, "outside", false,
                 tex_of(t, wgi_frame_title(&t->p->frame[i]), 80));
        wgi_strbuf_put(t->b, "%\n");
    }
}

/* Of an edge; in steps it is there once the value is. */
static void put_label(tikz *t, const wgi_link *k, const wgi_lay_edge *e)
{
    wgi_strbuf b = { .pool = t->p->pool };
    for (int i = 0; i < k->label->pieces; i++) {
        const wgi_laid_formula *f = k->label->piece[i].formula;
        if (f && f->latex) wgi_strbuf_format(&b, "$%s$", f->latex);
        else wgi_strbuf_tex(&b, k->label->piece[i].text);
    }
    put_from(t, t->with_steps ? t->s.value_at[k->to] : 0);
    wgi_strbuf_format(t->b, "\\node[wg%g,text=wgink,fill=wgplate,inner sep=2pt,rounded corners=3pt] at ",
                      font_size(WGI_SMALL));
    put_point(t->b, e->label_x, e->label_y);
    wgi_strbuf_format(t->b, " {%s};}%%\n", wgi_strbuf_keep(&b));
}

static void put_link(tikz *t, int64_t i, const char *style)
{
    wgi_strbuf *b = t->b;
    const wgi_link *k = &t->p->link[i];
    const wgi_lay_edge *e = &t->w.l.edge[i];
    const wgi_lay_point *c = &t->w.l.point[e->point];
    wgi_strbuf_format(b, "\\draw[%s] ", style);
    for (int j = 0; j < e->points; j++) {
        static const char *const before[] = { " .. ", " .. controls ", " and " };
        if (j) wgi_strbuf_put(b, before[j % 3]);
        put_point(b, c[j].x, c[j].y);
    }
    const wgi_arrow arrow = wgi_arrow_of(&t->w.l, k, e);
    const wgi_lay_point at = arrow.at;
    const double along = -9 * arrow.direction;
    const bool down = t->w.l.top_down;
    wgi_strbuf_put(b, ";");
    wgi_strbuf_format(b, "\\fill[wg%s] ", k->back ? "back" : "line");
    WGI_SVG_PUT(b, "(@,@)--(@,@)--(@,@)--cycle;", pt(at.x), pt(at.y), pt(at.x + (down ? -4 : along)),
                pt(at.y + (down ? along : -4)), pt(at.x + (down ? 4 : along)), pt(at.y + (down ? along : 4)));
    if (k->times > 1 && !k->back) {
        char times[40];
        snprintf(times, sizeof times, "$\\times%lld$", (long long)k->times);
        put_node(t, e->label_x, e->label_y - 4, WGI_SMALL, "outside", false, times);
    }
}

static void put_links(tikz *t)
{
    for (int64_t i = 0; i < t->p->links; i++) {
        const bool back = t->p->link[i].back;
        put_from(t, back && t->with_steps ? t->s.used_at[i] : 0);
        put_link(t, i,
                 back ? "wgback,line width=0.8pt,dash pattern=on 3pt off 2.4pt" : "wgline,line width=0.8pt");
        wgi_strbuf_put(t->b, "}%\n");
    }
    for (int64_t i = 0; i < t->p->links; i++)
        if (t->p->link[i].label) put_label(t, &t->p->link[i], &t->w.l.edge[i]);
}

/* ---- boxes ---- */

/* `bytes` of the line's text from `from` on. */
static void put_part(const tikz *t, wgi_strbuf *b, const wgi_card_line *k, const char *from, size_t bytes)
{
    if (k->label && from == k->text && bytes >= k->label_bytes) { /* dz, d(1 - a) */
        wgi_strbuf_format(b, k->label_is_expression ? "$\\mathrm{d}(%s)$" : "$\\mathrm{d}%s$",
                          k->label->latex);
        from += k->label_bytes, bytes -= k->label_bytes;
    }
    wgi_strbuf_tex(b, wgi_pool_part(t->p->pool, from, bytes));
}

/* Line i of the card. room: the width that it has. */
static void put_line(tikz *t, const wgi_card_lines *l, int i, double x, double y, double room)
{
    const wgi_card_line *k = &l->line[i];
    wgi_strbuf text = { .pool = t->p->pool };
    if (!k->right) WGI_SVG_PUT(&text, "\\wgfit{@}{", pt(room));
    if (k->lead_bytes) {
        wgi_strbuf_put(&text, "\\phantom{"),
            put_part(t, &text, &l->line[l->gradient], k->lead, k->lead_bytes);
        wgi_strbuf_put(&text, "}");
    }
    const char *math = k->formula ? k->formula->latex : NULL;
    if (math) wgi_strbuf_format(&text, strstr(math, "\\frac") ? "$\\displaystyle %s$" : "$%s$", math);
    else put_part(t, &text, k, k->text, k->bytes);
    wgi_strbuf_put(&text, k->right ? "" : "}");
    put_node(t, x, y, k->size, k->class, k->right, wgi_strbuf_keep(&text));
}

/* What a text at the right of line i takes of its width. */
static double taken_by_right(const wgi_card_lines *l, int i)
{
    enum { GAP = 8 };
    const wgi_card_line *next = &l->line[i + 1];
    return i + 1 < l->n && next->right ? GAP + wgi_text_width(next->text, next->size, WGI_REGULAR) : 0;
}

static void put_box(tikz *t, int64_t i)
{
    const wgi_box *box = &t->p->box[i];
    const wgi_lay_box *at = &t->w.l.box[i];
    const char *class = wgi_box_styles[box->kind].class;
    const double rim = box->times > 1 ? TWICE : 0;
    wgi_card_lines l;
    const char *style =
        wgi_pool_format(t->p->pool, "wg%s,fill=wg%s-fill,rounded corners=3.5pt,line width=%s%s", class, class,
                        wgi_box_styles[box->kind].heavy ? "1.6pt" : "0.8pt",
                        box->is_copy ? ",dash pattern=on 2.6pt off 2pt" : "");
    put_rectangle(t, style, at->x, at->y, at->w, at->h);
    if (rim) put_rectangle(t, style, at->x + rim, at->y + rim, at->w - 2 * rim, at->h - 2 * rim);
    wgi_card_list(box, &l);
    for (int k = 0; k < l.n; k++) {
        const wgi_card_line *line = &l.line[k];
        const int part = wgi_card_part(&l, k);
        const int64_t from = !t->with_steps              ? 0
                             : part == WGI_CARD_VALUE    ? t->s.value_at[i]
                             : part == WGI_CARD_GRADIENT ? t->s.gradient_at[i]
                                                         : 0;
        if (from > 0) put_from(t, from);
        put_line(t, &l, k, at->x + (line->right ? at->w - PAD_X - rim : PAD_X + rim), at->y + rim + line->at,
                 at->w - 2 * (PAD_X + rim) - taken_by_right(&l, k));
        if (from > 0) wgi_strbuf_put(t->b, "}");
        wgi_strbuf_put(t->b, "%\n");
    }
}

/* ---- below the boxes ---- */

/* A paragraph below the boxes, `y` under them. */
static void put_below(tikz *t, double y, const char *color, const char *text)
{
    wgi_strbuf_format(t->b, "\\node[wg%d,text=wg%s,anchor=north west,align=left,text width=",
                      color == ink ? 12 : 10, color);
    WGI_SVG_PUT(t->b, "@pt] at (@,@)", pt(t->width), 0, pt(t->w.l.h + y));
    wgi_strbuf_format(t->b, " {%s};", tex_of(t, text, 0));
}

/* ---- steps ---- */

static void put_step(tikz *t, int64_t i)
{
    const wgi_step_state *s = &t->s.state[i];
    wgi_strbuf_format(t->b, "\\onslide<%lld>{", (long long)i + 1);
    for (int k = 0; k < s->links; k++) {
        const bool back = t->p->link[s->link[k]].back;
        put_link(t, s->link[k],
                 back ? "wgback,line width=2pt,dash pattern=on 3pt off 2.4pt" : "wgline,line width=2pt");
    }
    if (s->box >= 0) {
        const wgi_lay_box *x = &t->w.l.box[s->box];
        put_rectangle(t, "wgink,line width=2pt,rounded corners=5pt", x->x - HALO, x->y - HALO,
                      x->w + 2 * HALO, x->h + 2 * HALO);
        put_below(t, 14 + t->hidden, ink, wgi_state_text(t->p, s));
    }
    wgi_strbuf_put(t->b, "}%\n");
}

/* ---- all together ---- */

/* How to make it as wide as a line, or if it is high, as high as a slide. */
static void put_advice(tikz *t, double w, double h)
{
    const bool high = t->with_steps && h > 0.5 * w;
    wgi_strbuf_format(t->b,
                      "%% Needs \\usepackage{tikz,amsmath}. To fit a %s: \\resizebox{%s}{\\input{...}}\n",
                      high ? "slide" : "line", high ? "!}{0.8\\textheight" : "\\linewidth}{!");
    if (t->with_steps)
        wgi_strbuf_format(t->b, "%% %lld slides of the class beamer.\n", (long long)t->s.states);
}

static void put_start(tikz *t)
{
    wgi_strbuf *b = t->b;
    const char *title = t->p->o->title ? t->p->o->title : "";
    const double top = *title ? -30 : -2 * HALO, right = t->width + 2 * HALO,
                 bottom =
                     t->w.l.h + 2 * HALO + t->hidden + (t->with_steps ? 14 + CAPTION_LINES * LEADING : 0);
    put_advice(t, right + 2 * HALO, bottom - top);
    wgi_strbuf_put(b, "{%\n"), put_colors(t);
    wgi_strbuf_put(b, "\\def\\wgfit#1#2{\\setbox0=\\hbox{#2}\\ifdim\\wd0>#1pt\\relax"
                      "\\resizebox{#1pt}{!}{\\box0}\\else\\box0\\fi}%\n");
    wgi_strbuf_put(b, "\\begin{tikzpicture}[x=1pt,y=-1pt,line width=0.8pt");
    for (int size = 8; size <= 12; size += size == 10 ? 2 : 1)
        wgi_strbuf_format(
            b, ",\n  wg%d/.style={inner sep=0pt,outer sep=0pt,font=\\fontsize{%d}{%d}\\selectfont}", size,
            size, size + 2);
    wgi_strbuf_put(b, "]%\n\\path[use as bounding box] ");
    WGI_SVG_PUT(b, "(@,@) rectangle (@,@);%\n", pt(-2 * HALO), pt(top), pt(right), pt(bottom));
    if (*title)
        put_node(t, 0, -12, WGI_TITLE, "outside", false, tex_of(t, title, 200)), wgi_strbuf_put(b, "%\n");
    if (t->hidden > 0) put_below(t, 12, "outside", t->p->less.hidden), wgi_strbuf_put(b, "%\n");
}

static wg_status write(wgi_picture *p, wgi_strbuf *out)
{
    tikz t = { .p = p, .b = out, .with_steps = p->o->steps };
    const wg_status status = p->o->steps ? wgi_step_states_need(&t.s, p) : WG_OK;
    if (status != WG_OK) return status;
    if (wgi_svg_open(&t.w, p, out)) {
        const double long_line = wgi_text_width(p->less.hidden ? p->less.hidden : "", WGI_BODY, WGI_REGULAR);
        t.width = t.with_steps && t.w.l.w < LEAST_WIDTH ? LEAST_WIDTH : t.w.l.w;
        t.hidden = long_line > 0 ? 12 + LEADING * ceil(long_line / t.width) : 0;
        put_start(&t);
        put_frames(&t);
        put_links(&t);
        for (int64_t i = 0; i < p->boxes; i++) put_box(&t, i);
        for (int64_t i = 0; t.with_steps && i < t.s.states; i++) put_step(&t, i);
        wgi_strbuf_put(out, "\\end{tikzpicture}}%\n");
    }
    wgi_svg_close(&t.w);
    return WG_OK;
}

const wgi_format wgi_format_tex = {
    .name = "tex", .write = write, .write_steps = write, .needs_latex = true
};
