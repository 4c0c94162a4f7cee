/* view.h: what a picture shows, without saying how: boxes, links and frames with their texts. Private to drawing.
 *
 *     graph --view.c (pick, link), fold.c (runs), label.c (texts)--> view --dot.c--> DOT text --render.c--> SVG, PNG, PDF
 *
 * All is made from the graph's nodes in creation order, so equal graphs give equal views. Texts are valid UTF-8 without
 * control characters, not escaped; lines are separated by '\n'; an absent text is "".
 */
#ifndef WGI_VIEW_H
#define WGI_VIEW_H

#include <locale.h>

#include "wengert/draw.h"

/* ---- strbuf.c: texts that grow ---- */

/* Zero-terminated from the first addition on; failed (and a recorded error) after a failed allocation. */
typedef struct wgi_strbuf {
    wg_context *c;
    char *at;
    size_t length, room;
    bool failed;
} wgi_strbuf;

void wgi_strbuf_add(wgi_strbuf *b, const char *s, size_t n);
void wgi_strbuf_put(wgi_strbuf *b, const char *s);
void wgi_strbuf_format(wgi_strbuf *b, const char *format, ...) WG_PRINTF(2, 3);
/* At most that many characters of s: control characters become spaces, what is not UTF-8 becomes U+FFFD, a cut an ellipsis. */
void wgi_strbuf_clean(wgi_strbuf *b, const char *s, int most);
/* With the characters special in XML, and the backslash, as entities; newlines become `line_break`. */
void wgi_strbuf_xml(wgi_strbuf *b, const char *s, const char *line_break);
/* Four digits, a real minus sign; integers below a million in full. */
void wgi_strbuf_number(wgi_strbuf *b, double v);
/* Clean, and as XML on one line. */
void wgi_strbuf_clean_xml(wgi_strbuf *b, const char *s, int most);
void wgi_strbuf_free(wgi_strbuf *b);

/* ---- the view ---- */

typedef enum wgi_box_kind {
    WGI_BOX_INPUT,
    WGI_BOX_PARAMETER,
    WGI_BOX_CONSTANT,
    WGI_BOX_STATE,
    WGI_BOX_OP,
    WGI_BOX_LOSS,
    WGI_BOX_FAILED,
    WGI_BOX_GRADIENT, /* an op of a derivative, in a plan */
    WGI_BOX_KINDS
} wgi_box_kind;

typedef struct wgi_box {
    wgi_box_kind kind;
    bool ghost;     /* one use of what many nodes use; the texts are that one's */
    bool odd_value; /* NaN or an infinity is in it */
    bool odd_gradient;
    bool gradient_way; /* the gradient passes here */
    int frame;         /* the innermost, -1: none */
    int64_t times;     /* a folded run of so many alike parts; 1: a node */
    const char *name;  /* short, also of the gradient */
    const char *title; /* name, or formula */
    const char *detail, *word, *shape, *value, *gradient, *tip;
} wgi_box;

typedef struct wgi_link {
    int from, to; /* boxes: the operand's and the consumer's, or for a gradient the other way */
    bool back;
    int64_t times;
} wgi_link;

typedef struct wgi_frame {
    int parent; /* -1: none; else an earlier one */
    const char *name;
    bool heavy; /* drawn bold */
} wgi_frame;

/* What repeats: `times` parts of `period` nodes from position `begin` on. */
typedef struct wgi_run {
    int64_t begin, period, times;
} wgi_run;

typedef struct wgi_view {
    wg_context *c;
    wg_graph *g; /* NULL: a plan is shown */
    wg_site here;
    const wg_draw_opts *o;
    wg_node root; /* whose gradients are shown; wg_none: there is no such node */
    bool has_failure;
    wg_failure failure;

    /* the nodes picked, by position, in creation order; numbers are not among them but stand in their consumers' formulas */
    int64_t nodes;
    uint32_t *index;    /* in the graph */
    int32_t *place;     /* position by graph index; WGI_ABSENT, WGI_NUMBER */
    int64_t *first;     /* operands of position i: arg[first[i]] .. arg[first[i + 1]] */
    int32_t *arg;       /* positions, or WGI_NUMBER */
    unsigned char *way; /* the gradient passes here */
    int32_t *box_of;
    wgi_run *run; /* in order of begin */
    int64_t runs;

    wgi_box *box;
    int64_t boxes;
    wgi_link *link;
    int64_t links;
    wgi_frame *frame;
    int frames;
    struct wgi_shelf *shelf; /* where the texts are */
    bool lost;               /* a text, for want of memory */
} wgi_view;

enum { WGI_ABSENT = -1, WGI_NUMBER = -2 };

/* Root and all below it, or the whole graph when root is the error node or wg_none. Free the view in either case. */
wg_status wgi_view_make(wgi_view *v, wg_site here, wg_graph *g, wg_node root, const wg_draw_opts *o);
void wgi_view_free(wgi_view *v);
/* Boxes that many far ones use are drawn again at each use but the first; links are in order of their consumers. */
bool wgi_view_ghosts(wgi_view *v);
/* A copy of a text, kept as long as the view; "" and v->lost when memory is missing. */
const char *wgi_view_keep(wgi_view *v, const wgi_strbuf *text);

/* ---- fold.c ---- */

/* Finds runs until at most `most` boxes remain or nothing more repeats; returns how many boxes remain, -1: no memory. */
int64_t wgi_fold_runs(wgi_view *v, int64_t most);

/* ---- label.c ---- */

void wgi_label_node(wgi_view *v, wgi_box *b, wg_node n);
void wgi_label_run(wgi_view *v, wgi_box *b, const wgi_run *r);
void wgi_label_failure(wgi_view *v, wgi_box *b);
/* The gradient rows of all boxes that the gradient passes; node[i] is box i's, wg_none for runs. */
void wgi_label_gradients(wgi_view *v, const wg_node node[]);
/* A leaf without name or place of its own: one number, shown where it is used. */
bool wgi_label_is_number(wg_node n);
wgi_box_kind wgi_label_kind(const wgi_view *v, wg_node n);

/* ---- plans: draw_plan_text.c, draw_plan_steps.c, chart_plan.c ---- */

void wgi_plan_text(const wg_plan *p, const wg_draw_plan_opts *o, wgi_strbuf *out);
wg_status wgi_plan_steps(wg_site here, const wg_plan *p, const wg_draw_plan_opts *o, wgi_strbuf *dot);
bool wgi_plan_memory(const wg_plan *p, const wg_draw_plan_opts *o, wgi_strbuf *svg);
bool wgi_plan_roofline(const wg_plan *p, const wg_draw_plan_opts *o, wgi_strbuf *svg);
/* The ops of a step, "add, relu ×3"; at most that many characters. */
void wgi_plan_put_ops(wgi_strbuf *b, const wg_plan *p, const wg_plan_step *s, int most);
void wgi_put_bytes(wgi_strbuf *b, double v); /* 384 KiB */
void wgi_put_time(wgi_strbuf *b, double s);  /* 12.4 µs */
void wgi_put_share(wgi_strbuf *b, double v); /* of 0.12: 12 %; of 0.001: < 1 % */
void wgi_put_count(wgi_strbuf *b, double v); /* 51.4 M */

/* ---- legend.c ---- */

/* Grey that can be read on white and on black alike, for all that stands outside the boxes. */
#define WGI_GREY     "#767676"
#define WGI_VALUE    "#1b5e20"
#define WGI_GRADIENT "#b71c1c"

typedef struct wgi_look {
    const char *class, *border, *fill, *meaning;
} wgi_look;
extern const wgi_look wgi_looks[WGI_BOX_KINDS];

/* A row of an HTML label's table. */
void wgi_put_legend(wgi_strbuf *b, const wgi_view *v);

/* ---- draw_options.c ---- */

/* WG_OK, or an error that names the first option of o that does not go with this kind of picture. */
wg_status wgi_draw_fits(wg_site here, wg_context *c, const char *call, const wg_draw_opts *o,
                        wg_picture_kind kind);

/* ---- draw.c, dot.c, render.c ---- */

wg_status wgi_dot_write(const wgi_view *v, wgi_strbuf *out);
/* What the program `dot` makes of the text; format "svg", "png" or "pdf". */
wg_status wgi_render(wg_site here, const wgi_strbuf *dot, const char *format, double seconds,
                     wgi_strbuf *out);
/* While pictures are written numbers are in the locale "C", this thread's alone. */
typedef struct wgi_locale {
    locale_t plain, before;
} wgi_locale;
wgi_locale wgi_locale_enter(void);
void wgi_locale_leave(wgi_locale l);
/* One of the formats by its own name, or NULL: by the option, else by the path's ending. */
const char *wgi_format_of(const char *path, const char *option, const char *const names[], int n);
/* To a file that appears whole or not at all, or to a stream or device if path is one; "-": standard output. */
wg_status wgi_picture_save(wg_site here, const wgi_strbuf *picture, const char *path);

#endif
