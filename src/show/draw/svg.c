/* svg.c: a picture as SVG, by our own layout.
 *
 * Equal pictures give the same bytes on every machine: no font is asked, and numbers are multiples of
 * 1/8. In one page any number of pictures can stand: all ids and all rules of style begin with the
 * picture's id.
 */
#include "draw/svg.h"

#include <ctype.h>
#include <limits.h>
#include <math.h>
#include <string.h>

enum {
    MARGIN = WGI_SVG_MARGIN,
    HEAD = 8,
    FRAME_TEXT = 14,
    LINE_GAP = 8,
    ROWS_MOST = 12,
    WRAPPED_BOXES = 2000,
    ID_MOST = 40
};

typedef wgi_svg writer;

/* ---- the layout's input ---- */

/* Data flow straight; parameters and constants come from the side. */
static double weight_of(const wgi_box *b)
{
    return !wgi_is_leaf_box(b) ? 8 : b->kind == WGI_BOX_INPUT ? 4 : 1;
}

/* Where a link meets a box. Gradients meet their own row, or a place beside the forward links'. */
static double meets(const writer *w, int box, bool back, bool has_back)
{
    const wgi_card *k = &w->card[box];
    double beside = has_back ? (back ? 7 : -7) : 0;
    if (w->p->o->top_down) return has_back ? k->w / 2 + beside : -1;
    double row = back ? k->gradient_at : k->value_at;
    if (row >= 0) return row;
    double other = back ? k->value_at : k->gradient_at; /* the row beside which this one is missing */
    return other >= 0 ? other + (back ? 14 : -14) : k->title_at + beside;
}

/* Links back follow the links forward in the same order, some of which have none. */
static void add_edges(writer *w, const bool has_back[])
{
    const wgi_picture *p = w->p;
    int64_t forward = 0;
    for (int64_t i = 0; i < p->links; i++) {
        const wgi_link *k = &p->link[i];
        wgi_lay_edge *e = &w->l.edge[i];
        const bool against = wgi_link_runs_against(k);
        const int from = against ? k->to : k->from, to = against ? k->from : k->to;
        const wgi_box *operand = &p->box[k->back ? k->to : k->from];
        *e = (wgi_lay_edge){ .from = from, .to = to, .weight = k->light ? 1 : weight_of(operand) };
        e->from_at = meets(w, from, k->back, has_back[from]);
        e->to_at = meets(w, to, k->back, has_back[to]);
        e->loose = k->loop;
        if (k->times > 1 && !k->back) e->label_w = 7.5 * 4, e->label_h = w->small + 4;
        wgi_svg_measure_label(w, k, e);
        if (!k->back) continue;
        while (p->link[forward].from != k->to || p->link[forward].to != k->from) forward++;
        e->twin = (int)++forward;
    }
}

/* A box and the one under it have the same width, or beside it the same height. */
static void widen_pairs(writer *w)
{
    for (int64_t i = 0; i < w->p->boxes; i++) {
        wgi_card *a = &w->card[i], *b = w->p->box[i].under ? &w->card[w->p->box[i].under - 1] : a;
        if (w->p->o->top_down) a->h = b->h = fmax(a->h, b->h);
        else a->w = b->w = fmax(a->w, b->w);
    }
}

static double frame_text(const writer *w) { return w->canvas ? WGI_BODY : FRAME_TEXT; }

static const char *frame_name(const writer *w, int i)
{
    return wgi_pool_clean(w->p->pool, wgi_frame_title(&w->p->frame[i]), 80);
}

static void prepare(writer *w)
{
    const wgi_picture *p = w->p;
    w->card = wgi_pool_take(p->pool, p->boxes, sizeof *w->card);
    w->l = (wgi_layout){ .c = p->c,
                         .box_gap = p->o->edges && p->o->top_down ? 80 : 0, /* labels stand between them */
                         .top_down = p->o->top_down,
                         .boxes = (int)p->boxes,
                         .edges = (int)p->links,
                         .frames = p->frames };
    w->l.box = wgi_pool_take(p->pool, p->boxes, sizeof *w->l.box);
    w->l.edge = wgi_pool_take(p->pool, p->links, sizeof *w->l.edge);
    w->l.frame = wgi_pool_take(p->pool, p->frames, sizeof *w->l.frame);
    bool *has_back = wgi_pool_take(p->pool, p->boxes, sizeof *has_back);
    if (p->pool->failed) return;
    for (int64_t i = 0; i < p->boxes; i++) {
        w->card[i] = (wgi_is_circuit(p->o) ? wgi_circuit_measure : wgi_svg_measure)(p->pool, &p->box[i]);
        w->l.box[i] = (wgi_lay_box){ .frame = p->box[i].frame, .under = p->box[i].under };
    }
    widen_pairs(w);
    for (int64_t i = 0; i < p->boxes; i++) w->l.box[i].w = w->card[i].w, w->l.box[i].h = w->card[i].h;
    for (int i = 0; i < p->frames; i++) {
        double text = wgi_text_width(frame_name(w, i), frame_text(w), WGI_REGULAR);
        w->l.frame[i] =
            (wgi_lay_frame){ .parent = p->frame[i].parent, .label_w = text, .label_h = frame_text(w) + 8 };
    }
    for (int64_t i = 0; i < p->links; i++)
        if (p->link[i].back) has_back[p->link[i].from] = has_back[p->link[i].to] = true;
    add_edges(w, has_back);
    if (wgi_is_circuit(p->o)) wgi_circuit_ports(w);
}

/* ---- rows ---- */

/* How large a picture of that size is on its canvas, or on a slide; twice is large enough: texts then have
 * 30 px. */
static double scale_of(const writer *w, double width, double height)
{
    const wgi_canvas *k = w->canvas;
    if (!k) return fmin(2, fmin(1920 / (width + 1), 1080 / (height + 1)));
    width += 2 * MARGIN, height += 2 * MARGIN + w->top + w->bottom;
    return fmin(k->most / WGI_BODY, fmin(k->w / width, k->h / height));
}

/* Each line beyond two from row to row is worth a tenth of the size, each row beyond two a little less, as
 * long as the text can be read. */
static double worth_of(const writer *w)
{
    const double scale = scale_of(w, w->l.w, w->l.h), least = w->canvas ? w->canvas->least / WGI_BODY : scale;
    if (scale <= least) return scale;
    const double more = fmax(0, w->l.wires - WGI_WIRES) + 0.7 * fmax(0, w->l.rows - WGI_ROWS);
    return fmax(least, scale * (1 - 0.1 * fmin(9, more)));
}

/* A long picture is wrapped into the number of rows that makes it largest on a slide, if that helps well.
 * */
static bool lay_out(writer *w)
{
    wgi_layout *l = &w->l;
    if (!wgi_layout_run(l)) return false;
    const bool canvas = w->canvas;
    const double length = l->top_down ? l->h : l->w, limit = canvas ? 600 : l->top_down ? 900 : 1300;
    double best = (canvas ? 1.1 : 1.25) * scale_of(w, l->w, l->h), page = 0;
    if (length <= limit || l->boxes > WRAPPED_BOXES) return true;
    if (canvas && scale_of(w, l->w, l->h) * WGI_BODY >= w->canvas->least) return true; /* one row */
    for (double rows = canvas ? 1.25 : 2; rows <= ROWS_MOST; rows += canvas && rows < 4 ? 0.25 : 1) {
        wgi_layout_free(l);
        l->page = length / rows;
        if (l->page < (canvas ? 250 : 500)) break;
        if (!wgi_layout_run(l)) return false;
        const double now = worth_of(w);
        if (now > best) best = (canvas ? 1.02 : 1.1) * now, page = l->page;
    }
    wgi_layout_free(l);
    l->page = page;
    return wgi_layout_run(l);
}

/* ---- frames ---- */

static void put_frames(writer *w)
{
    wgi_strbuf *b = w->b;
    for (int i = 0; i < w->p->frames; i++) {
        const wgi_lay_frame *f = &w->l.frame[i];
        if (!f->w) continue;
        wgi_strbuf_format(b, "<g class=\"scope\" id=\"%s-f%d\"><title>%s</title>\n", w->id, i + 1,
                          wgi_frame_kind(w->p));
        wgi_svg_rect(b, f->x, f->y, f->w, f->h, 10, w->p->frame[i].heavy ? "heavy" : "");
        wgi_svg_text(b, f->x + 10, f->y + frame_text(w) + 4, frame_text(w), false, "", "outside",
                     frame_name(w, i));
        wgi_strbuf_put(b, "</g>\n");
    }
}

/* ---- boxes ---- */

static void put_description(writer *w, const wgi_box *x, const wgi_card *card)
{
    wgi_strbuf *b = w->b;
    const bool equation = x->formula && x->formula != x->symbol; /* the title tells less than the text */
    const char *const parts[] = { equation ? x->title : "", card->no_value ? "" : x->value,
                                  card->no_gradient ? "" : x->gradient };
    const char *before = "<desc>";
    wgi_strbuf_put(b, "<title>"), wgi_strbuf_xml(b, *x->tip ? x->tip : x->title, "\n");
    wgi_strbuf_put(b, "</title>");
    for (int i = 0; i < 3; i++) {
        if (!*parts[i]) continue;
        wgi_strbuf_put(b, before), wgi_strbuf_xml(b, parts[i], " ");
        before = "; ";
    }
    if (*before == ';') wgi_strbuf_put(b, "</desc>");
    wgi_strbuf_put(b, "\n");
}

static void put_boxes(writer *w)
{
    for (int64_t i = 0; i < w->p->boxes; i++) {
        const wgi_box *x = &w->p->box[i];
        wgi_strbuf_format(w->b, "<g class=\"%s\" id=\"%s-n%lld\">", wgi_box_styles[x->kind].class, w->id,
                          (long long)(w->first + i));
        if (w->frame)
            w->card[i].no_value = !w->frame->value[i], w->card[i].no_gradient = !w->frame->gradient[i];
        put_description(w, x, &w->card[i]);
        if (w->frame && w->frame->box == i) wgi_film_put_halo(w, i);
        (wgi_is_circuit(w->p->o) ? wgi_circuit_put : wgi_svg_card)(w, x, &w->card[i], w->l.box[i].x,
                                                                   w->l.box[i].y);
        wgi_strbuf_put(w->b, "</g>\n");
    }
}

/* ---- title and legend ---- */

enum { ENTRY_PAD = 7, ENTRY_H = 24, ENTRY_GAP = 12 };

static void put_entry(wgi_strbuf *b, const wgi_legend_entry *e, double size, double x, double y, double width)
{
    const char *class = e->sample == WGI_LEGEND_BOX     ? e->style->class
                        : e->sample == WGI_LEGEND_FRAME ? "scope"
                                                        : "";
    const char *ink = e->sample == WGI_LEGEND_BOX           ? "ink"
                      : strcmp(e->color, WGI_VALUE) == 0    ? "value"
                      : strcmp(e->color, WGI_GRADIENT) == 0 ? "grad"
                                                            : "outside";
    wgi_strbuf_format(b, "<g class=\"%s\">", class);
    if (e->sample != WGI_LEGEND_WORDS)
        wgi_svg_rect(b, x, y, width, ENTRY_H, 6, e->heavy ? "heavy" : e->dashed ? "copy" : "");
    wgi_svg_text(b, x + ENTRY_PAD, y + 16.5, size, false, "", ink, e->text);
    wgi_strbuf_put(b, "</g>\n");
}

/* Writes the legend into lines as wide as the picture; b NULL: only measures. Sets the width that it
 * takes, and returns where it ends. */
static double put_legend(const writer *w, wgi_strbuf *b, double top, double *width)
{
    wgi_legend_entry list[WGI_LEGEND_MOST];
    int n = wgi_legend_entries(w->p, list);
    double x = 0, y = top, room = fmax(w->l.w, 460), size = w->canvas ? WGI_BODY : WGI_SMALL + 1;
    for (int i = 0; i < n; i++) {
        double now = ceil(wgi_text_width(list[i].text, size, WGI_REGULAR)) + 2 * ENTRY_PAD;
        if (x && x + now > room) x = 0, y += ENTRY_H + 6;
        if (b) put_entry(b, &list[i], size, MARGIN + x, y, now);
        x += now + ENTRY_GAP;
        *width = fmax(*width, x - ENTRY_GAP);
    }
    return n ? y + ENTRY_H + HEAD : top;
}

/* Where the first line of a text ends, of which n bytes fit: behind a semicolon, else at the last blank that
 * is within the fewest parentheses. */
static size_t end_of_line(const char *s, size_t n)
{
    size_t end = 0;
    int depth = 0, least = INT_MAX;
    if (!s[n]) return n;
    for (size_t i = 0; i <= n; i++) {
        const int here = i && s[i - 1] == ';' ? -1 : depth;
        if (s[i] == ' ' && i && here <= least) end = i, least = here;
        depth += (s[i] == '(' || s[i] == '[') - (s[i] == ')' || s[i] == ']');
    }
    return end ? end : n;
}

/* A text in lines that fit; out NULL: only measures. Sets the width that it takes, returns where it ends. */
static double put_lines(const writer *w, wgi_strbuf *out, const char *s, double size, bool bold, double y,
                        double *width)
{
    const wgi_face face = bold ? WGI_BOLD : WGI_REGULAR;
    const double room = fmax(w->l.w, 460);
    while (*s) {
        size_t n = end_of_line(s, wgi_text_fitting(s, size, face, room));
        if (!n) n = strlen(s);
        const char *line = wgi_pool_part(w->p->pool, s, n);
        y += 1.3 * size;
        *width = fmax(*width, wgi_text_width(line, size, face));
        if (out) wgi_svg_text(out, MARGIN, y - 6, size, bold, "", "outside", line);
        s += n + (s[n] == ' ');
    }
    return y;
}

static double put_title(writer *w, wgi_strbuf *out, double *width)
{
    const char *title = wgi_pool_clean(w->p->pool, w->p->o->title ? w->p->o->title : "", 200);
    const double y = put_lines(w, out, title, WGI_TITLE, true, MARGIN, width);
    return y > MARGIN ? y + HEAD : y;
}

/* What the picture does not show. */
static double put_hidden(writer *w, wgi_strbuf *out, double y, double *width)
{
    if (!w->p->less.hidden || !*w->p->less.hidden) return y;
    return put_lines(w, out, w->p->less.hidden, WGI_BODY, false, y + LINE_GAP, width);
}

/* ---- all together ---- */

void wgi_svg_put_style(const wgi_svg *w)
{
    const wgi_picture *p = w->p;
    bool kinds[WGI_BOX_KINDS];
    memcpy(kinds, w->kinds, sizeof kinds);
    for (int64_t i = 0; i < p->boxes; i++) kinds[p->box[i].kind] = kinds[WGI_BOX_OP] = true;
    for (int k = 0; w->sketch && k < WGI_BOX_KINDS; k++)
        kinds[k] = k == WGI_BOX_INPUT || k == WGI_BOX_CONSTANT || k == WGI_BOX_OP || k == WGI_BOX_LOSS ||
                   k == WGI_BOX_GRADIENT;
    wgi_svg_style(w->b, w->id, kinds);
    if (w->sketch) wgi_sketch_style(w->b, w->id, w->sketch->circles);
    if (p->o->edges) wgi_svg_label_style(w);
    if (w->frame) wgi_film_put_style(w->b, w->id);
}

static void put_start(writer *w)
{
    wgi_strbuf *b = w->b;
    const wgi_picture *p = w->p;
    wgi_strbuf_put(b, "<svg xmlns=\"http://www.w3.org/2000/svg\" xml:space=\"preserve\"");
    if (w->is_part) wgi_strbuf_format(b, " x=\"%.8g\" y=\"%.8g\"", w->x, w->y);
    const wgi_svg_sides k = wgi_svg_size(w);
    const char *unit = w->canvas && !w->is_part && strcmp(w->canvas->unit, "px") ? w->canvas->unit : "";
    wgi_strbuf_format(b,
                      " id=\"%s\" width=\"%.8g%s\" height=\"%.8g%s\" "
                      "viewBox=\"%.8g %.8g %.8g %.8g\" role=\"img\" aria-labelledby=\"%s-title %s-desc\" "
                      "font-family=\"" WGI_SANS "\">\n<title id=\"%s-title\">",
                      w->id, k.size[0], unit, k.size[1], unit, k.view[0], k.view[1], k.view[2], k.view[3],
                      w->id, w->id, w->id);
    if (p->o->title && *p->o->title) wgi_strbuf_clean_xml(b, p->o->title, 200);
    else wgi_strbuf_put(b, wgi_picture_subject(p));
    wgi_strbuf_format(b, "</title>\n<desc id=\"%s-desc\">", w->id);
    if (w->sketch) wgi_strbuf_xml(b, w->sketch->description, " ");
    else wgi_strbuf_format(b, "%lld boxes, %lld links", (long long)p->boxes, (long long)p->links);
    if (w->frame) wgi_strbuf_put(b, ". "), wgi_strbuf_xml(b, w->frame->caption, ": ");
    wgi_strbuf_put(b, "</desc>\n");
    if (!w->is_part) wgi_svg_put_style(w);
}

static void measure_all(writer *w)
{
    double width = w->l.w;
    w->top = put_title(w, NULL, &width);
    if (w->p->o->legend) w->top = put_legend(w, NULL, w->top, &width);
    w->bottom = put_hidden(w, NULL, 0, &width);
    if (w->canvas && w->p->o->steps) w->bottom += wgi_film_caption_room();
    w->w = ceil(width) + 2 * MARGIN, w->h = ceil(w->top + w->l.h + w->bottom) + MARGIN;
}

void wgi_svg_put_plane(wgi_svg *w) { put_frames(w), wgi_svg_put_links(w), put_boxes(w); }

void wgi_svg_put(wgi_svg *w)
{
    wgi_strbuf *b = w->b;
    double width = w->l.w;
    put_start(w);
    double y = put_title(w, b, &width);
    if (w->p->o->legend) put_legend(w, b, y, &width);
    wgi_strbuf_format(b, "<g transform=\"translate(%d %.8g)\">\n", MARGIN, w->top);
    if (w->sketch) w->sketch->put(w, w->sketch->with);
    else wgi_svg_put_plane(w);
    wgi_strbuf_put(b, "</g>\n");
    w->caption = put_hidden(w, b, w->top + w->l.h, &width);
    if (w->frame) wgi_film_put_caption(w);
    wgi_strbuf_put(b, "</svg>\n");
}

/* ---- the id, with which all ids and rules of style begin ---- */

static uint64_t hash_text(uint64_t h, const char *s)
{
    while (*s) h = (h ^ (unsigned char)*s++) * 1099511628211u; /* FNV-1a */
    return h;
}

/* The option, else the file's name without its ending, else a number made from the texts. Other
 * characters than letters, digits and - become -. */
void wgi_svg_name(wgi_svg *w, const char *path)
{
    const char *from = w->p->o->id && *w->p->o->id ? w->p->o->id : path && strcmp(path, "-") ? path : "";
    const char *slash = strrchr(from, '/');
    if (!w->p->o->id && slash) from = slash + 1;
    const char *dot = w->p->o->id ? NULL : strrchr(from, '.');
    size_t n = dot && dot > from ? (size_t)(dot - from) : strlen(from), k = 0;
    if (n && !isalpha((unsigned char)from[0])) w->id[k++] = 'g', w->id[k++] = '-';
    for (size_t i = 0; i < n && k < ID_MOST; i++)
        w->id[k++] = (char)(isalnum((unsigned char)from[i]) && (unsigned char)from[i] < 128 ? from[i] : '-');
    w->id[k] = 0;
    if (k) return;
    uint64_t h = hash_text(14695981039346656037u, w->sketch ? w->sketch->description : "");
    for (int64_t i = 0; i < w->p->boxes; i++)
        h = hash_text(hash_text(hash_text(h, w->p->box[i].title), w->p->box[i].value), w->p->box[i].gradient);
    snprintf(w->id, sizeof w->id, "g-%08x", (unsigned)(h ^ h >> 32));
}

/* ---- for writers ---- */

static void begin(wgi_svg *w, const wgi_picture *p, wgi_strbuf *out)
{
    *w = (wgi_svg){ .p = p, .b = out, .canvas = p->g ? wgi_canvas_of(p) : NULL };
    w->small = w->canvas ? WGI_BODY : WGI_SMALL;
    wgi_svg_name(w, p->path);
    prepare(w);
}

static bool arrange(wgi_svg *w)
{
    const wgi_picture *p = w->p;
    /* for a canvas twice: the first time tells how many lines title, legend and last line need */
    for (int pass = 0; !p->pool->failed && pass < (w->canvas ? 2 : 1); pass++) {
        if (pass) wgi_layout_free(&w->l), w->l.page = 0;
        if (!lay_out(w)) p->pool->failed = true;
        else wgi_svg_place_labels(w), measure_all(w);
    }
    if (!p->pool->failed && wgi_is_circuit(p->o)) wgi_circuit_join(w);
    return !p->pool->failed;
}

bool wgi_svg_open(wgi_svg *w, const wgi_picture *p, wgi_strbuf *out)
{
    begin(w, p, out);
    return arrange(w);
}

void wgi_svg_close(wgi_svg *w) { wgi_layout_free(&w->l); }

static uint64_t hash_numbers(uint64_t h, const double v[], int n)
{
    for (int i = 0; i < n; i++) {
        uint64_t bits;
        memcpy(&bits, &v[i], sizeof bits);
        h = (h ^ bits) * 1099511628211u;
        h ^= h >> 32; /* the low bits of a double are mostly 0 */
    }
    return h;
}

/* A number for what a layout is made of, and for the texts around it. */
static uint64_t key_of(const wgi_svg *w)
{
    const wgi_layout *l = &w->l;
    uint64_t h = hash_text(14695981039346656037u, w->p->less.hidden ? w->p->less.hidden : "");
    h = hash_numbers(h, (double[]){ l->boxes, l->edges, l->frames }, 3);
    for (int i = 0; i < l->boxes; i++) {
        const wgi_lay_box *x = &l->box[i];
        h = hash_numbers(h, (double[]){ x->w, x->h, x->frame, x->under }, 4);
    }
    for (int i = 0; i < l->edges; i++) {
        const wgi_lay_edge *e = &l->edge[i];
        h = hash_numbers(h,
                         (double[]){ e->from, e->to, e->from_at, e->to_at, e->weight, e->loose, e->twin,
                                     e->label_w, e->label_h },
                         9);
    }
    for (int i = 0; i < l->frames; i++) {
        const wgi_lay_frame *f = &l->frame[i];
        h = hash_numbers(h, (double[]){ f->parent, f->label_w, f->label_h }, 3);
    }
    return h;
}

wgi_svg_look wgi_svg_look_at(const wgi_picture *p, wgi_svg_seen *seen)
{
    wgi_svg w;
    begin(&w, p, NULL);
    const uint64_t key = p->pool->failed ? 0 : key_of(&w);
    for (int i = 0; seen && i < seen->count && !p->pool->failed; i++)
        if (seen->key[i] == key) return wgi_svg_close(&w), seen->look[i];
    int *row = wgi_pool_take(p->pool, p->boxes, sizeof *row);
    wgi_svg_look l = { .size = arrange(&w) ? WGI_BODY * wgi_svg_scale(&w) : -1, .row = row };
    l.rows = w.l.rows, l.wires = w.l.wires, l.crossings = w.l.crossings;
    for (int i = 0; l.size >= 0 && i < w.l.boxes; i++) row[i] = w.l.box[i].row;
    wgi_svg_close(&w);
    if (seen && l.size >= 0 && seen->count < WGI_SEEN_LOOKS)
        seen->key[seen->count] = key, seen->look[seen->count++] = l;
    return l;
}

/* As an image. Closes it. */
static wg_status finish(wgi_svg *w, wgi_picture *p, wgi_strbuf *out)
{
    wgi_svg_close(w);
    const wg_status s = wgi_image_write(p, wgi_svg_size(w).size, w->b, out);
    wgi_strbuf_free(w->b);
    return s;
}

wg_status wgi_svg_write(wgi_picture *p, wgi_strbuf *out)
{
    wgi_strbuf svg = { .c = p->c };
    wgi_svg w;
    if (wgi_svg_open(&w, p, &svg)) wgi_svg_put(&w);
    return finish(&w, p, out);
}

wg_status wgi_svg_write_sketch(wgi_picture *p, const wgi_sketch *sketch, wgi_strbuf *out)
{
    wgi_strbuf svg = { .c = p->c };
    wgi_svg w = { .p = p, .b = &svg, .canvas = wgi_canvas_of(p), .sketch = sketch };
    w.l.c = p->c, w.l.w = sketch->w, w.l.h = sketch->h;
    wgi_svg_name(&w, p->path);
    measure_all(&w);
    const double size = WGI_BODY * wgi_svg_scale(&w);
    if (w.canvas && size < w.canvas->least) {
        p->less.hidden = wgi_pool_format(
            p->pool, "%s; text of %.1f %s: more layers than are legible on a %s (%g %s)", p->less.hidden,
            size, w.canvas->unit, w.canvas->name, w.canvas->least, w.canvas->unit);
        measure_all(&w);
    }
    wgi_svg_put(&w);
    return finish(&w, p, out);
}

const wgi_format wgi_format_svg = {
    .name = "svg", .write = wgi_svg_write, .write_steps = wgi_film_write, .is_image = true
};
