/* reduced_boxes.h: a picture that shows less: which nodes are drawn in one box.
 *
 * A part is nodes that are drawn in one box where it is closed: in that of its result. One table has all of
 * them, and parts of a kind are closed together: a parameter with a box beside one without would look like a
 * difference between the two. Whatever is closed, each box is a union of boxes of the picture with fewer
 * kinds closed, so a box can be opened. fit.c chooses the kinds.
 *
 * The root, a failed call's operands, the nodes of wrt and those that the option keep names have boxes of
 * their own always. An edge between two boxes is drawn if there is one between nodes in them: so skip edges
 * stay. Where a repeated part hands a value to the next one, and all parts share their parameters, there is
 * an edge back, from the one part that is shown to itself: h(t − 1) to h(t).
 */
#ifndef WGI_REDUCED_BOXES_H
#define WGI_REDUCED_BOXES_H

#include "draw/draw_private.h"

/* In the order in which fit.c opens them: first what hides names, then what hides values. */
typedef enum wgi_part_kind {
    WGI_PARTS_SCOPES,  /* a scope is one box */
    WGI_PARTS_NAMED,   /* a node with a name stands in the box of its only consumer: a = σ(x W + b) */
    WGI_PARTS_LEAVES,  /* a parameter with one consumer stands in its box, with its gradient's name */
    WGI_PARTS_TENSORS, /* the values of tensors that are computed; with gradients those of leaves */
    WGI_PARTS_OTHERS,  /* the other values and gradients of tensors: single numbers are always shown */
    WGI_PARTS_REPEATS, /* of parts that repeat one is shown, in a frame that says how many there are */
    WGI_PARTS_CALLS,   /* what one call of a layer made is one box: h = lstm(x, 4) */
    WGI_PARTS_TERMS,   /* a node without a name stands in the box of its only consumer: h = u + exp(v) */
    WGI_PARTS_LAYERS,  /* such a node that has parameters: h = tanh(x W + h₀ U + b) */
    WGI_PARTS_COST,    /* nodes without names that only the root needs stand in its box: L = −(y · ln a +
                        * ...) */
    WGI_PARTS_CHEAP,   /* a negation, a transpose, 1 − a, [1, 2] ... without a name stands in its consumer's
                        * box */
    WGI_PARTS_KINDS
} wgi_part_kind;
enum { WGI_ALL_PARTS = (1 << WGI_PARTS_KINDS) - 1 };

static inline bool wgi_closed(const wgi_picture *p, wgi_part_kind kind) { return p->less.closed >> kind & 1; }

/* Fills into, inside, part_of and repeats of p->less for what p->less.closed says, and for what the options
 * depth and series close. Call it when the nodes are picked; each later time a part of what was closed at the
 * first may be closed. Returns how many boxes there are; -1: no memory. */
int64_t wgi_reduce(wgi_picture *p);
/* The boxes that the picture would have with these kinds closed, by the same table. Where they are fewer
 * kinds than in p, each box of p is opened into some of them: less.into says of its members into which. into
 * NULL: no memory. */
wgi_reduction wgi_reduced_by(const wgi_picture *p, unsigned closed);
void wgi_forget_reduced(wgi_picture *p); /* as if wgi_reduce had not been called */

/* Whether the author has given it a name. */
static inline bool wgi_has_name(const wgi_picture *p, int64_t position)
{
    const wgi_item *y = wgi_item_at(p, position);
    return y->source < WGI_NAME_EXPRESSION && *y->name;
}

/* An error if the option keep has a name that no node has. */
wg_status wgi_check_kept(const wgi_picture *p);

/* ---- for the files that reduce ---- */

/* A row of the table: the positions begin .. end - 1, but those with boxes of their own. */
typedef struct wgi_part {
    wgi_part_kind kind;
    int32_t begin, end, result;
} wgi_part;

/* Of a position in a repeat: its repetition, from 1 on, and how far behind the first one it is. Parts are the
 * same in all repetitions. */
typedef struct wgi_repeat_place {
    int32_t repetition, behind;
    unsigned kinds; /* a bit for each kind of part that begins here */
} wgi_repeat_place;

typedef struct wgi_reducer {
    wgi_picture *p;
    wgi_part *part; /* what stands in a part is before it */
    int32_t parts;
    wgi_repeat_place *at;  /* by position */
    wgi_alike_run *repeat; /* what less.repeat is chosen from, in the same order */
    int64_t repeats;
    int32_t repetitions;
    unsigned char *kept;   /* by position: has a box of its own */
    unsigned char *result; /* by position: of a call, so it stands in no formula */
    unsigned char *cost;   /* by position: may stand in the root's box */
    unsigned char *made;   /* by position: by a call that may be one box; 2: its result */
    unsigned char *linear; /* by position: a parameter's product, or a sum of such; 2: a function of them */
    int32_t *closed;       /* by position: the length of the path of the scope that may be its box; 0: none */
    int32_t *uses;         /* by position: by how many other positions */
    int32_t *last_use;     /* by position: the last one that uses it; -1: none does */
} wgi_reducer;

/* Whether the box of the position is that of a call, or of a scope. */
static inline bool wgi_is_box_of(const wgi_picture *p, int64_t position, wgi_part_kind kind)
{
    const int32_t k = p->less.part_of ? p->less.part_of[position] : 0;
    return k && p->less.reducer->part[k - 1].kind == kind;
}

/* Whether a call that may be drawn as one box has made the node; 2: it is the result. */
static inline int wgi_is_made_by_call(const wgi_picture *p, int64_t position)
{
    return p->less.reducer ? p->less.reducer->made[position] : 0;
}

/* Adds a part and closes it. false: a repeat does not allow it. */
bool wgi_add_part(wgi_reducer *r, wgi_part k);
/* The position in whose box a position is drawn. */
int32_t wgi_into(const wgi_picture *p, int64_t position);
/* reduce_calls.c. Adds calls that have several boxes; `results`: only marks their results. */
void wgi_find_calls(wgi_reducer *r, bool results);
void wgi_find_scopes(wgi_reducer *r);
/* reduce_repeats.c. */
void wgi_find_repeats(wgi_reducer *r);
/* All its parts are drawn in the boxes of the first. false: they are within the box of a call. */
bool wgi_close_repeat(wgi_picture *p, const wgi_alike_run *r);

#endif
