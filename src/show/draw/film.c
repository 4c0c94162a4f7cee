/* film.c: a picture step by step, a frame a step: all frames have the same coordinates, and what is not
 * computed yet is blank. "name-%02d.svg" names a file a frame; other names one file with all frames, in rows.
 */
#include <math.h>
#include <string.h>

#include "draw/step_states.h"
#include "wengert/data.h"
#include "wgx/data.h"
#include "draw/svg.h"

enum { HALO = 4, CAPTION = 17, LEAST_WIDTH = 460, LINES_MOST = 6, CANVAS_LINES = 3, SHEET_GAP = 16 };

typedef struct film {
    wgi_svg w;
    wgi_step_states s;
    bool *value, *gradient; /* by box, of the frame at hand */
    unsigned char *link;
    int lines; /* the most that a caption has, with its head */
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
static const char *path_of(wgi_pool *pool, const char *pattern, int64_t number)
{
    const char *at = strchr(pattern, '%'), *rest = at + 1;
    int width = 0;
    for (; *rest != 'd'; rest++) width = width < 100 ? 10 * width + (*rest - '0') : width;
    width = width < 20 ? width : 20;
    return wgi_pool_format(pool, at[1] == '0' ? "%.*s%0*lld%s" : "%.*s%*lld%s", (int)(at - pattern), pattern,
                           width, (long long)number, rest + 1);
}

/* ---- captions ---- */

static double room_of(const film *f) { return f->w.w - 2 * WGI_SVG_MARGIN; }

/* Breaks a line before " = ", else at a space, so that it fits. How many lines it has become. */
static int put_wrapped(film *f, wgi_strbuf *b, const char *s)
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
        wgi_strbuf_put(b, "\n");
        wgi_strbuf_add(b, s, end);
        s += end + (s[end] == ' ');
        lines++;
    }
    return lines;
}

/* The head, and the text of state i. *lines: how many there are. */
static const char *caption_of(film *f, int64_t i, int *lines)
{
    const wgi_picture *p = f->w.p;
    const char *part = i == 0 ? "given" : i <= f->s.forward ? "forward" : "backward";
    wgi_strbuf b = { .pool = p->pool };
    wgi_strbuf_format(&b, "%lld of %lld, %s", (long long)i + 1, (long long)f->s.states, part);
    *lines = 1 + put_wrapped(f, &b, i ? wgi_state_text(p, &f->s.state[i]) : "");
    return wgi_strbuf_keep(&b);
}

static double leading(void) { return 1.4 * CAPTION; }

double wgi_film_caption_room(void) { return ceil((1 + CANVAS_LINES) * leading()) + 10; }

void wgi_film_put_caption(const wgi_svg *w)
{
    double y = w->caption + 10;
    const char *s = w->frame->caption, *line = wgi_next_line(w->p->pool, &s);
    wgi_svg_text(w->b, WGI_SVG_MARGIN, y += leading(), w->canvas ? WGI_BODY : WGI_SMALL + 1, false, "",
                 "outside", line ? line : "");
    while ((line = wgi_next_line(w->p->pool, &s)))
        wgi_svg_text(w->b, WGI_SVG_MARGIN, y += leading(), CAPTION, false, "", "ink", line);
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

static void put_frame(film *f, int64_t i)
{
    const wgi_picture *p = f->w.p;
    const wgi_step_state *t = &f->s.state[i];
    int lines;
    for (int64_t k = 0; k < p->boxes; k++) /* -1: never computed */
        f->value[k] = f->s.value_at[k] <= i, f->gradient[k] = f->s.gradient_at[k] <= i;
    for (int64_t k = 0; k < p->links; k++) /* a link back is drawn from its first use on */
        f->link[k] = p->link[k].back && f->s.used_at[k] > i ? WGI_LINK_ABSENT : WGI_LINK_PLAIN;
    for (int k = 0; k < t->links; k++) f->link[t->link[k]] = WGI_LINK_NOW;
    const wgi_svg_frame frame = { f->value, f->gradient, f->link, t->box, caption_of(f, i, &lines) };
    f->w.frame = &frame;
    wgi_svg_put(&f->w);
    f->w.frame = NULL;
}

/* ---- all frames ---- */

static wg_status start(film *f, const wgi_picture *p, wgi_strbuf *out)
{
    const wg_status status = wgi_step_states_need(&f->s, p);
    if (status != WG_OK) return status;
    f->value = wgi_pool_take(p->pool, p->boxes, sizeof *f->value);
    f->gradient = wgi_pool_take(p->pool, p->boxes, sizeof *f->gradient);
    f->link = wgi_pool_take(p->pool, p->links, 1);
    if (!wgi_svg_open(&f->w, p, out)) return WG_ERROR_MEMORY;
    if (f->w.w < LEAST_WIDTH) f->w.w = LEAST_WIDTH;
    for (int64_t i = 0; i < f->s.states; i++) {
        int lines;
        caption_of(f, i, &lines);
        if (lines > f->lines) f->lines = lines;
    }
    if (!f->w.canvas) f->w.h += ceil(f->lines * leading()) + 10;
    return WG_OK;
}

/* The number of columns that makes the sheet about as wide as a slide. */
static int64_t columns_of(const film *f)
{
    const double n = (double)f->s.states, wish = sqrt(n * (16.0 / 9) * f->w.h / f->w.w);
    const int64_t columns = (int64_t)(wish + 0.5);
    return columns < 1 ? 1 : columns < f->s.states ? columns : f->s.states;
}

static wg_status save_sheet(film *f, wgi_picture *p, wgi_strbuf *out)
{
    wgi_svg *w = &f->w;
    const int64_t columns = columns_of(f), rows = (f->s.states + columns - 1) / columns;
    const double size[] = { columns * (w->w + SHEET_GAP) + SHEET_GAP, rows * (w->h + SHEET_GAP) + SHEET_GAP };
    char id[sizeof w->id];
    const wgi_svg_frame any = { .box = -1 };
    memcpy(id, w->id, sizeof id);
    wgi_strbuf_format(w->b,
                      "<svg xmlns=\"http://www.w3.org/2000/svg\" xml:space=\"preserve\" id=\"%s\" "
                      "width=\"%.8g\" height=\"%.8g\" "
                      "viewBox=\"0 0 %.8g %.8g\" role=\"img\" font-family=\"" WGI_SANS
                      "\">\n<title>%lld steps</title>\n",
                      id, size[0], size[1], size[0], size[1], (long long)f->s.states);
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
    return wgi_image_write(p, size, w->b, out);
}

/* Writes the files that the pattern names. */
static wg_status save_frames(film *f, wgi_picture *p)
{
    wgi_strbuf *svg = f->w.b;
    wg_status status = WG_OK;
    for (int64_t i = 0; i < f->s.states && status == WG_OK; i++) {
        wgi_strbuf picture = { .c = p->c };
        const char *path = path_of(p->pool, p->path, i + 1);
        wgi_strbuf_clear(svg);
        wgi_svg_name(&f->w, path);
        put_frame(f, i);
        status = wgi_image_write(p, wgi_svg_size(&f->w).size, svg, &picture);
        if (status == WG_OK)
            status = wgx_file_write_at(p->here, picture.c, "draw", path, picture.at, picture.length);
        wgi_strbuf_free(&picture);
    }
    return status;
}

wg_status wgi_film_write(wgi_picture *p, wgi_strbuf *out)
{
    wgi_strbuf svg = { .c = p->c };
    film f = { .lines = 0 };
    const bool files = wgi_film_is_pattern(p->path);
    if (p->o->fit && !files)
        return WGI_REFUSE(p, "draw: .steps with .fit is a file a step: name them as in 'name-%%02d.%s'",
                          p->format->name);
    wg_status status = start(&f, p, &svg);
    if (status == WG_OK) status = files ? save_frames(&f, p) : save_sheet(&f, p, out);
    wgi_svg_close(&f.w);
    wgi_strbuf_free(&svg);
    return status;
}
