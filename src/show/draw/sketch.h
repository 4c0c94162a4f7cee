/* sketch.h: what the styles "neurons" and "blocks" share: the layers with their names, and formulas in a
 * drawing.
 *
 *     graph --view/layer_chain.c--> wgi_layers --neurons.c, blocks.c--> wgi_sketch --svg.c--> SVG */
#ifndef WGI_SKETCH_H
#define WGI_SKETCH_H

#include "draw/svg.h"

/* LINE: from one baseline to the next. NAME: the characters of a name. */
enum { WGI_SKETCH_LINE = 21, WGI_SKETCH_NAME = 18 };

typedef struct wgi_net {
    wgi_picture *p;
    int64_t root; /* item */
    wgi_layers chain;
    wgi_formula *f; /* that of wgi_begin_formula */
} wgi_net;

static inline const wgi_item *wgi_net_item(const wgi_net *n, int64_t i) { return &n->p->view.item[i]; }

/* ---- sketch.c ---- */

/* The name of item i as the program has it; of an item without a name the letter with the layer's number,
 * a⁽¹⁾. Into the formula that was begun. */
int wgi_net_name(const wgi_net *n, int64_t i, const char *letter, int64_t layer);
int wgi_net_letter(const wgi_net *n, const char *letter, const char *above); /* a⁽ˡ⁾ of a and "(l)" */
bool wgi_net_is_named(const wgi_net *n, int64_t i);
const wgi_laid_formula *wgi_net_lay_out_name(const wgi_net *n, int64_t i,
                                             int64_t layer);                    /* by the letter a */
const wgi_laid_formula *wgi_net_lay_out_count(const wgi_net *n, int64_t units); /* n = 128 */
/* "relu", "σ" */
const char *wgi_net_function(const wgi_net *n, int64_t i);
/* "; u = x/255; J = mean((a − y)²)": all that is computed and is in no layer. output: the letter of the
 * last layer's output. Names of items change: call it when the drawing has its names. NULL: refused, or no
 * memory. */
const char *wgi_net_others(const wgi_net *n, const char *output);
/* Refuses the graph at the line of item i. */
wg_status wgi_net_refuse(const wgi_net *n, int64_t i, const char *why);

/* The formula's middle, or its left end, is at (x, y) on the baseline. It is made smaller if it is wider than
 * `most`. NULL: nothing is written. */
void wgi_sketch_formula(const wgi_svg *w, const wgi_laid_formula *k, double x, double y, double most,
                        const char *class);
void wgi_sketch_text(const wgi_svg *w, double x, double y, const char *class, const char *text);
void wgi_sketch_line(const wgi_svg *w, double x, double y, double x2, double y2, double width,
                     const char *class);

/* In the colours of boxes of this class. */
void wgi_sketch_box(const wgi_svg *w, const char *class, double x, double y, double width, double h);

/* ---- neurons.c, blocks.c ---- */

wg_status wgi_neurons_write(wgi_net *n, wgi_strbuf *out);
wg_status wgi_blocks_write(wgi_net *n, wgi_strbuf *out);

#endif
