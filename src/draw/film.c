/* film.c: a picture step by step, a frame a step: all frames have the same coordinates, and what is not
 * computed yet is blank. "name-%02d.svg" names a file a frame; other names one file with all frames, in rows.
 */
#include <math.h>
#include <string.h>

#include "draw/film.h"
#include "draw/step_states.h"
#include "draw/svg.h"

enum { HALO = 4, CAPTION = 17, LEAST_WIDTH = 460, LINES_MOST = 6, CANVAS_LINES = 3, SHEET_GAP = 16 };

typedef struct film {
    wgi_svg w;
    wgi_step_states s;
    bool *value, *gradient; /* by box, of the frame at hand */
    unsigned char *link;
    int64_t *used;      /* by link: the first state that uses it; a link back is drawn from then on */
    wgi_strbuf caption; /* of the frame at hand */
    int lines;          /* the most that a caption has, with its head */
} film;

/* ---- names of files ---- */

bool wgi_film_is_pattern(const char *path)
{
    const char *at = path ? strchr(path, '%') : NULL;
    if (!at) return false;
    at += 1 + strspn(at + 1, "0123456789");
    return *at == 'd' && !strchr(at, '%');
}

/* The path with the number in the place of %02d. */
static void put_path(wgi_strbuf *b, const char *pattern, int64_t number)
{
    const char *at = strchr(pattern, '%');
    int width = 0;
    wgi_strbuf_add(b, pattern, (size_t)(at - pattern));
    const char fill = at[1];
    for (at++; *at != 'd'; at++) width = width < 100 ? 10 * width + (*at - '0') : width;
    width = width < 20 ? width : 20;
    wgi_strbuf_format(b, fill == '0' ? "%0*lld" : "%*lld", width, (long long)number);
    wgi_strbuf_put(b, at + 1);
}

/* ---- captions ---- */

static double room_of(const film *f) { return f->w.w - 2 * WGI_SVG_MARGIN; }

/* Breaks a line before " = ", else at a space, so that it fits. How many lines it has become. */
static int put_wrapped(film *f, const char *s)
{
    int lines = 0;
    while (*s && lines < (f->w.canvas ? CANVAS_LINES : LINES_MOST)) {
        size_t n = wgi_text_fitting(s, CAPTION, WGI_REGULAR, room_of(f)), end = n, equal = 0;
        if (s[n]) {
            for (size_t i = n / 3; i < n; i++)
                if (!strncmp(s + i, " = ", 3)) equal = i;
            while (end && s[end] != ' ') end--;
            end = equal ? equal : end ? end : n ? n : strlen(s);
        }
        wgi_strbuf_put(&f->caption, "\n");
        wgi_strbuf_add(&f->caption, s, end);
        s += end + (s[end] == ' ');
        lines++;
    }
    return lines;
}

/* The head, and the text of state i. How many lines there are. */
static int make_caption(film *f, int64_t i)
{
    wgi_strbuf text = { .c = f->w.p->c };
    const char *part = i == 0 ? "given" : i <= f->s.forward ? "forward" : "backward";
    wgi_strbuf_clear(&f->caption);
    wgi_strbuf_format(&f->caption, "%lld of %lld, %s", (long long)i + 1, (long long)f->s.states, part);
    if (i) wgi_put_state(&text, f->w.p, &f->s.state[i]);
    const int lines = 1 + put_wrapped(f, wgi_strbuf_text(&text));
    f->caption.failed |= text.failed;
    wgi_strbuf_free(&text);
    return lines;
}

static double leading(void) { return 1.4 * CAPTION; }

double wgi_film_caption_room(void) { return ceil((1 + CANVAS_LINES) * leading()) + 10; }

void wgi_film_put_caption(const wgi_svg *w)
{
    wgi_strbuf line = { .c = w->b->c };
    double y = w->caption + 10;
    int n = 0;
    for (const char *s = w->frame->caption; *s; n++) {
        const size_t length = strcspn(s, "\n");
        wgi_strbuf_clear(&line), wgi_strbuf_add(&line, s, length);
        y += leading();
        wgi_svg_text(w->b, WGI_SVG_MARGIN, y,
                     n           ? CAPTION
                     : w->canvas ? WGI_BODY
                                 : WGI_SMALL + 1,
                     false, "", n ? "ink" : "outside", wgi_strbuf_text(&line));
        s += length + (s[length] == '\n');
    }
    w->b->failed |= line.failed;
    wgi_strbuf_free(&line);
}

/* ---- what stands out ---- */

void wgi_film_put_style(wgi_strbuf *b, const char *id)
{
    wgi_strbuf_format(
        b,
        "<style>\n#%s rect.halo { fill: none; stroke: #212121; stroke: var(--ink); stroke-width: 3.5 }\n"
        "#%s .now path { stroke-width: 4 }\n</style>\n",
        id, id);
}

void wgi_film_put_halo(const wgi_svg *w, int64_t box)
{
    const wgi_lay_box *x = &w->l.box[box];
    wgi_svg_rect(w->b, x->x - HALO, x->y - HALO, x->w + 2 * HALO, x->h + 2 * HALO, 7 + HALO, "halo");
}

/* ---- a frame ---- */

static bool known(const int64_t *at, int64_t box, int64_t state)
{
    return at[box] <= state; /* -1: never computed */
}

static void put_frame(film *f, int64_t i)
{
    const wgi_picture *p = f->w.p;
    const wgi_step_state *t = &f->s.state[i];
    make_caption(f, i);
    for (int64_t k = 0; k < p->boxes; k++) {
        f->value[k] = known(f->s.value_at, k, i);
        f->gradient[k] = known(f->s.gradient_at, k, i);
    }
    for (int64_t k = 0; k < p->links; k++)
        f->link[k] = p->link[k].back && f->used[k] > i ? WGI_LINK_ABSENT : WGI_LINK_PLAIN;
    for (int k = 0; k < t->links; k++) f->link[t->link[k]] = WGI_LINK_NOW;
    const wgi_svg_frame frame = { f->value, f->gradient, f->link, t->box, wgi_strbuf_text(&f->caption) };
    f->w.frame = &frame;
    wgi_svg_put(&f->w);
    f->w.frame = NULL;
}

/* ---- all frames ---- */

static wg_status start(film *f, const wgi_picture *p, const char *path, wgi_strbuf *out)
{
    wg_status status = wgi_step_states_make(&f->s, p);
    if (status == WG_OK && f->s.states < 2)
        return WGI_DRAW_FAIL(p->c, p->here, WG_ERROR_VALUE,
                             "draw: .steps: there is nothing to compute step by step");
    if (!wgi_svg_open(&f->w, p, path, out) || status != WG_OK)
        return status != WG_OK ? status : WG_ERROR_MEMORY;
    const size_t boxes = (size_t)p->boxes + 1, links = (size_t)p->links + 1;
    f->caption.c = p->c;
    f->value = wg_alloc(p->c, boxes, sizeof *f->value);
    f->gradient = wg_alloc(p->c, boxes, sizeof *f->gradient);
    f->link = wg_alloc(p->c, links, 1);
    f->used = wg_alloc(p->c, links, sizeof *f->used);
    if (!f->value || !f->gradient || !f->link || !f->used) return WG_ERROR_MEMORY;
    for (int64_t k = 0; k < p->links; k++) f->used[k] = f->s.states - 1;
    for (int64_t i = f->s.states - 1; i >= 0; i--)
        for (int k = 0; k < f->s.state[i].links; k++) f->used[f->s.state[i].link[k]] = i;
    if (f->w.w < LEAST_WIDTH) f->w.w = LEAST_WIDTH;
    for (int64_t i = 0; i < f->s.states; i++) {
        const int lines = make_caption(f, i);
        if (lines > f->lines) f->lines = lines;
    }
    if (!f->w.canvas) f->w.h += ceil(f->lines * leading()) + 10;
    return WG_OK;
}

static void finish(film *f)
{
    wg_context *c = f->s.c;
    if (f->w.p) wgi_svg_close(&f->w);
    wgi_step_states_free(&f->s);
    void *const parts[] = { f->value, f->gradient, f->link, f->used };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) wg_free(c, parts[i]);
    wgi_strbuf_free(&f->caption);
}

/* The number of columns that makes the sheet about as wide as a slide. */
static int64_t columns_of(const film *f)
{
    const double n = (double)f->s.states, wish = sqrt(n * (16.0 / 9) * f->w.h / f->w.w);
    const int64_t columns = (int64_t)(wish + 0.5);
    return columns < 1 ? 1 : columns < f->s.states ? columns : f->s.states;
}

static void put_sheet(film *f)
{
    wgi_svg *w = &f->w;
    const int64_t columns = columns_of(f), rows = (f->s.states + columns - 1) / columns;
    const double width = columns * (w->w + SHEET_GAP) + SHEET_GAP,
                 height = rows * (w->h + SHEET_GAP) + SHEET_GAP;
    char id[sizeof w->id];
    const wgi_svg_frame any = { .box = -1 };
    memcpy(id, w->id, sizeof id);
    wgi_strbuf_format(w->b,
                      "<svg xmlns=\"http://www.w3.org/2000/svg\" xml:space=\"preserve\" id=\"%s\" "
                      "width=\"%.8g\" height=\"%.8g\" "
                      "viewBox=\"0 0 %.8g %.8g\" role=\"img\" font-family=\"" WGI_SANS
                      "\">\n<title>%lld steps</title>\n",
                      id, width, height, width, height, (long long)f->s.states);
    w->frame = &any, wgi_svg_put_style(w), w->frame = NULL;
    wgi_strbuf_format(w->b, "<style>#%s rect.frame { fill: none; stroke: #767676 }</style>\n", id);
    w->is_part = true;
    for (int64_t i = 0; i < f->s.states; i++) {
        w->x = SHEET_GAP + (double)(i % columns) * (w->w + SHEET_GAP);
        w->y = SHEET_GAP + (double)(i / columns) * (w->h + SHEET_GAP);
        snprintf(w->id, sizeof w->id, "%.45s-%d", id, (int)i + 1);
        put_frame(f, i);
        wgi_svg_rect(w->b, w->x - 4, w->y - 4, w->w + 8, w->h + 8, 6, "frame");
    }
    wgi_strbuf_put(w->b, "</svg>\n");
}

/* Writes the files that the pattern names. */
static wg_status save_frames(film *f, const char *pattern, wgi_film_as *as, const char *format)
{
    const wgi_picture *p = f->w.p;
    wgi_strbuf path = { .c = p->c }, *svg = f->w.b;
    wg_status status = WG_OK;
    for (int64_t i = 0; i < f->s.states && status == WG_OK; i++) {
        wgi_strbuf picture = { .c = p->c };
        wgi_strbuf_clear(svg), wgi_strbuf_clear(&path);
        put_path(&path, pattern, i + 1);
        wgi_svg_name(&f->w, path.at);
        put_frame(f, i);
        if (svg->failed || path.failed) status = WG_ERROR_MEMORY;
        if (status == WG_OK) status = as(p, svg, format, &picture);
        if (status == WG_OK) status = wgi_save_whole(p->here, "draw", &picture, path.at);
        wgi_strbuf_free(&picture);
    }
    wgi_strbuf_free(&path);
    return status;
}

wg_status wgi_film_write(const wgi_picture *p, const char *path, const char *format, wgi_film_as *as,
                         wgi_strbuf *out)
{
    wgi_strbuf svg = { .c = p->c };
    film f = { .s.c = p->c };
    if (p->o->fit && !wgi_film_is_pattern(path))
        return WGI_DRAW_FAIL(p->c, p->here, WG_ERROR_VALUE,
                             "draw: .steps with .fit is a file a step: name them as in 'name-%%02d.%s'",
                             format);
    wg_status status = start(&f, p, path, &svg);
    if (status == WG_OK && wgi_film_is_pattern(path)) status = save_frames(&f, path, as, format);
    else if (status == WG_OK) {
        put_sheet(&f);
        status = svg.failed || f.caption.failed ? WG_ERROR_MEMORY : as(p, &svg, format, out);
    }
    finish(&f);
    wgi_strbuf_free(&svg);
    if (status != WG_ERROR_MEMORY) return status;
    return WGI_DRAW_FAIL(p->c, p->here, WG_ERROR_MEMORY, "draw: no memory for the picture");
}
