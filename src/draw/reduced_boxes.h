/* reduced_boxes.h: a picture that shows less: which nodes are drawn in one box.
 *
 * The steps are taken in this order, each with all before it, until the picture is legible (fit.c):
 *
 *     CHEAP    a negation, a transpose, 1 − a ... without a name stands in the box of its only consumer
 *     VALUES   values of unnamed nodes are not shown
 *     COST     unnamed nodes that only the loss needs stand in its box: L = −(y · ln a + ...)
 *     LAYERS   a layer is one box: a = σ(xW + b)
 *     CALLS    what one call of a layer made is one box: h = lstm(x, 4)
 *     TERMS    an unnamed node stands in the box of its only consumer: h = tanh(x W + h₀ U + b)
 *     REPEATS  of parts that repeat one is shown, in a frame that says how many there are
 *     SHORT    of tensors are shown: the values of computed nodes; with gradients those of leaves alone
 *     NUMBERS  values and gradients are shown where they are one number
 *     LEAVES   a parameter with one consumer stands in its box, with its gradient's name
 *     NAMED    a layer with a name may stand in the sum that takes it
 *     SCOPES   a scope is one box
 *
 * The root, a failed call's operands, the nodes of wrt and those that the option keep names have boxes of
 * their own at each step. An edge between two boxes is drawn if there is one between nodes in them: so skip
 * edges stay. Where a repeated part hands a value to the next one, and all parts share their parameters,
 * there is an edge back, from the one part that is shown to itself: h(t − 1) to h(t).
 */
#ifndef WGI_REDUCED_BOXES_H
#define WGI_REDUCED_BOXES_H

#include "draw/draw_private.h"

enum {
    WGI_REDUCE_NOTHING,
    WGI_REDUCE_CHEAP,
    WGI_REDUCE_VALUES,
    WGI_REDUCE_COST,
    WGI_REDUCE_LAYERS,
    WGI_REDUCE_CALLS,
    WGI_REDUCE_TERMS,
    WGI_REDUCE_REPEATS,
    WGI_REDUCE_SHORT,
    WGI_REDUCE_NUMBERS,
    WGI_REDUCE_LEAVES,
    WGI_REDUCE_NAMED,
    WGI_REDUCE_SCOPES,
    WGI_REDUCE_STEPS
};

/* Fills into, inside and repeat of p->less for its step `reduced`, and the scopes deeper than the option
 * depth. Call it when the nodes are picked, and again for later steps. Returns how many boxes there are; -1:
 * no memory. */
int64_t wgi_reduce(wgi_picture *p);
void wgi_forget_reduced(wgi_picture *p); /* as if wgi_reduce had not been called */
/* The boxes of the picture when the steps up to this one are taken, but CALLS if it opens them. into NULL: no
 * memory. */
wgi_reduction wgi_reduced_by(const wgi_picture *p, int step, bool opens_calls);

/* An error if the option keep has a name that no node has. */
wg_status wgi_check_kept(const wgi_picture *p);

/* ---- for the files that reduce ---- */

/* The position in whose box a position is drawn. */
int32_t wgi_into(const wgi_picture *p, int64_t position);
/* reduce_calls.c */
void wgi_reduce_calls(wgi_picture *p, const unsigned char *kept);
/* Marks the result of each call that may be one box. */
void wgi_find_results(const wgi_picture *p, unsigned char *result);
/* reduce_repeats.c */
void wgi_reduce_repeats(wgi_picture *p, const unsigned char *kept);
void wgi_reduce_scopes(wgi_picture *p, const unsigned char *kept, int depth);

#endif
