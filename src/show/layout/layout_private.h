/* layout_private.h: what the files of the layout share.
 *
 * u runs along the ranks and v across them: left to right u is x, top down u is y.
 */
#ifndef WGI_LAYOUT_PRIVATE_H
#define WGI_LAYOUT_PRIVATE_H

#include "layout/layout.h"

#define WGI_LAY_MIN(a, b) ((a) < (b) ? (a) : (b))
#define WGI_LAY_MAX(a, b) ((a) > (b) ? (a) : (b))

typedef enum wgi_lay_kind {
    WGI_LAY_BOX,
    WGI_LAY_FRAME,
    WGI_LAY_ENTRY,  /* where an edge from outside enters the level's frame */
    WGI_LAY_EXIT,   /* where one leaves it */
    WGI_LAY_VIRTUAL /* a long edge in a rank between its ends */
} wgi_lay_kind;

typedef struct wgi_lay_node {
    wgi_lay_kind kind;
    int item;         /* the box or frame */
    int level, local; /* its level and its number there */
    double w, h;      /* along u and v */
    double u, v;      /* its first corner, from the level's origin */
    int rank, order;
    int via;   /* of an entry: the hop outside that leads to it; of an exit: the hop inside */
    int prev;  /* of a virtual node: the node before it */
    int lane;  /* in the gap between rows, -1: none */
    bool twin; /* two edges pass here, side by side */
    bool bow;  /* an edge goes from one of its boxes to another */
} wgi_lay_node;

/* The part of an edge, or of edges from one source, that lies in one level. */
typedef struct wgi_lay_hop {
    int level, from, to;
    int from_exit, to_entry; /* where `from` or `to` is a frame: the node inside it; else -1 */
    double from_at, to_at;
    double weight, label_w, label_h;
    int edge;         /* the first edge that takes it */
    bool loose, twin; /* twin: another edge runs beside it */
    bool around;      /* runs below the level's ranks, not through them */
    int last;         /* the node before `to` */
    /* Around: lanes below the rows of its ends, beside its ends, and at the left between two rows. */
    int lane, lane_to, right, left, side;
    int to_next; /* the lane to the next row, if `from` ends a row; boxes of one node have one each */
} wgi_lay_hop;

/* An edge between nodes of neighbouring ranks, by local numbers. */
typedef struct wgi_lay_seg {
    int a, b;
    double pa, pb; /* where it meets them, from their first v */
    double weight;
    int edge;
} wgi_lay_seg;

/* Level 0 is all that is in no frame, level f + 1 the inside of frame f. */
typedef struct wgi_lay_level {
    int *node, nodes; /* global numbers */
    int64_t node_room;
    int *hop, hops;
    int ranks;
    bool entries;
    double *col, *col_w; /* by rank */
    int *row;            /* by rank */
    int rows;
    double *row_top, *row_bottom, *channel, *shift; /* by row; channel: where lanes to the next row begin */
    int *crossing;                                  /* by row: lanes to the next one */
    double *gap;                                    /* by rank: between it and the next */
    double right_edge;                              /* of all rows, where lanes to the next row begin */
    int lanes, sides;                               /* the most of all rows; of edges that run around */
    double w, h, u, v;                              /* size; absolute origin */
} wgi_lay_level;

typedef struct wgi_lay {
    wgi_layout *l;
    wgi_lay_node *node;
    int nodes;
    wgi_lay_hop *hop;
    int hops;
    int64_t node_room, hop_room;
    int *last_hop;   /* by edge; -1: it is between boxes that stand one under another */
    int *box_node;   /* by box */
    double *offset;  /* by box: from its node's start along v, if other boxes have the same node; else -1 */
    int *frame_node; /* by level; -1: its frame is empty */
    wgi_lay_level *level;
    int levels;
    double box_gap, rank_gap;
} wgi_lay;

/* The work on one level: nodes by local number. */
typedef struct wgi_lay_work {
    wgi_lay *s;
    wgi_lay_level *l;
    wgi_lay_seg *seg;
    int segs;
    int *in, *in_first, *out, *out_first; /* segs of each node, in the order of edges */
    int *slot, *slot_first;               /* by rank: local nodes in order */
    int real, all;                        /* nodes of the level, and of all levels, before the virtual ones */
    int64_t crossings;
} wgi_lay_work;

/* Under: between a box and the one under it. */
enum { WGI_LAY_LANE = 10, WGI_LAY_BESIDE = 6, WGI_LAY_PAD = 12, WGI_LAY_UNDER = 5 };

/* layout.c. Zeroed memory that lives as long as the layout; NULL: no memory, and l->pool.failed is set. */
void *wgi_lay_alloc(wgi_lay *s, int64_t count, size_t size);
int wgi_lay_add_node(wgi_lay *s, wgi_lay_kind kind, int item, int level); /* -1: no memory */
int wgi_lay_add_hop(wgi_lay *s, wgi_lay_hop hop);
static inline wgi_lay_node *wgi_lay_at(const wgi_lay_work *k, int local)
{
    return &k->s->node[k->l->node[local]];
}
/* layout_hops.c. Where an edge meets the node of a box, from the node's start; < 0: in its middle. */
double wgi_lay_port(const wgi_lay *s, int box, double at);
static inline bool wgi_lay_is_thin(const wgi_lay_node *n) { return n->kind >= WGI_LAY_ENTRY; }

/* The rest, one step a file. false: no memory. */
bool wgi_lay_build(wgi_lay *s);
bool wgi_lay_rank(wgi_lay_work *k);
bool wgi_lay_rank_again(
    wgi_lay_work *k); /* the virtual nodes once more, since nodes have changed their ranks */
bool wgi_lay_order(wgi_lay_work *k);
bool wgi_lay_rows(wgi_lay_work *k);
/* Sources before the row of their first use get a rank at that row's start. *moved: there were any. */
bool wgi_lay_move_sources(wgi_lay_work *k, bool *moved);
bool wgi_lay_measure(wgi_lay_work *k);                     /* the widths of the ranks */
bool wgi_lay_is_terminal(const wgi_lay_work *k, int rank); /* it has entries or exits */
bool wgi_lay_place(wgi_lay_work *k);
bool wgi_lay_columns(wgi_lay_work *k);
bool wgi_lay_route(wgi_lay *s);

#endif
