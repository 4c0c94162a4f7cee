/* layout_routes.c: the curves of the edges.
 *
 * In a column an edge runs straight, in a gap between columns it bends. All curves begin and end along u,
 * so that pieces join smoothly. Of two edges that run side by side, one is BESIDE / 2 before the shared
 * line and the other as far behind it.
 */
#include "layout/layout_private.h"

#include <math.h>

enum { RADIUS = 6, LANE_START = 8, ROUTE_START = 12, ARROW_ROOM = 8, REACH = 20 };

typedef struct router {
    wgi_lay *s;
    int64_t room;
    bool level;     /* the last piece is a line along u */
    double u, v;    /* the last point */
    double beside;  /* of the edge, from the middle line */
    int *hop, *way; /* the edge's hops; the virtual nodes of a hop */
} router;

/* ---- pieces ---- */

static bool add_point(router *r, double u, double v)
{
    wgi_layout *l = r->s->l;
    if (!wgi_pool_room(&l->pool, &l->point, sizeof *l->point, l->points, &r->room)) return false;
    l->point[l->points++] = (wgi_lay_point){ u, v };
    return true;
}

static bool bezier(router *r, double u1, double v1, double u2, double v2, double u, double v)
{
    r->level = false;
    r->u = u, r->v = v;
    return add_point(r, u1, v1) && add_point(r, u2, v2) && add_point(r, u, v);
}

static bool line(router *r, double u, double v)
{
    double du = (u - r->u) / 3, dv = (v - r->v) / 3;
    if (fabs(du) + fabs(dv) < 1e-9) return true;
    return bezier(r, r->u + du, r->v + dv, u - du, v - dv, u, v);
}

/* Along u; one line with the piece before it where that was along u too. */
static bool along(router *r, double u)
{
    wgi_layout *l = r->s->l;
    if (fabs(u - r->u) < 1e-9) return true;
    if (r->level) {
        l->points -= 3;
        r->u = l->point[l->points - 1].x;
    }
    return line(r, u, r->v) && (r->level = true);
}

static bool bend(router *r, double u, double v)
{
    double middle = (r->u + u) / 2;
    if (fabs(v - r->v) < 0.01) return along(r, u);
    return bezier(r, middle, r->v, middle, v, u, v);
}

/* Along u to `turn`, along v, and along u to u: with round corners. */
static bool turn_to(router *r, double turn, double u, double v)
{
    double radius = WGI_LAY_MIN(RADIUS, fabs(v - r->v) / 2), in = turn > r->u ? -1 : 1,
           out = u > turn ? 1 : -1, down = v > r->v ? 1 : -1, start = r->v, k = 0.45 * radius;
    if (!along(r, turn + in * radius)) return false;
    if (!bezier(r, turn + in * k, start, turn, start + down * k, turn, start + down * radius)) return false;
    if (!line(r, turn, v - down * radius)) return false;
    return bezier(r, turn, v - down * k, turn + out * k, v, turn + out * radius, v) && along(r, u);
}

/* ---- hops ---- */

static double beside_at(const router *r, const wgi_lay_node *n) { return n->twin ? r->beside : 0; }

/* The v of an edge at a thin node, without its level's origin. */
static double thin_v(const router *r, const wgi_lay_node *n) { return n->v + n->h / 2 + beside_at(r, n); }

static double box_v(const wgi_lay_node *n, double at) { return n->v + (at < 0 || at > n->h ? n->h / 2 : at); }

/* From the right end of a row, where p stands, to the left start of the next, in the lane of the wire. */
static bool to_next_row(router *r, const wgi_lay_level *l, int lane, bool twin, const wgi_lay_node *p,
                        double u, double v)
{
    const int row = l->row[p->rank];
    int back = l->crossing[row] - 1 - WGI_LAY_MAX(lane, 0);
    double shift = ROUTE_START / 2.0 + WGI_LAY_LANE * back - (twin ? r->beside : 0);
    double right = l->u + l->col[p->rank] + l->col_w[p->rank] + ARROW_ROOM + shift,
           channel = l->v + l->channel[row] + shift, left = l->u + (l->entries ? l->gap[0] / 2 : 0) + shift;
    if (!turn_to(r, right, (right + left) / 2, channel)) return false;
    return turn_to(r, left, u, v);
}

/* From the current point, in the column of node p, to node q in a later rank. */
static bool step(router *r, const wgi_lay_level *l, const wgi_lay_node *p, int lane, bool twin,
                 const wgi_lay_node *q, double v)
{
    double u = l->u + l->col[q->rank];
    if (l->row[p->rank] != l->row[q->rank]) return to_next_row(r, l, lane, twin, p, u, v);
    return along(r, l->u + l->col[p->rank] + l->col_w[p->rank]) && bend(r, u, v);
}

static bool run_around(router *r, const wgi_lay_level *l, const wgi_lay_hop *h, double v)
{
    int from = r->s->node[h->from].rank, to = r->s->node[h->to].rank, row = l->row[from], row_to = l->row[to];
    double d = h->twin ? r->beside : 0;
    double right = l->u + l->col[from] + l->col_w[from] + LANE_START + WGI_LAY_LANE * h->right - d,
           left = l->u + l->col[to] - LANE_START - WGI_LAY_LANE * h->left + d,
           below = l->v + l->row_bottom[row] + ROUTE_START + WGI_LAY_LANE * h->lane - d;
    if (row != row_to) {
        double side = l->u + ROUTE_START / 2.0 + WGI_LAY_LANE * (l->lanes + h->side) + d,
               over = l->v + l->row_bottom[row_to] + ROUTE_START + WGI_LAY_LANE * h->lane_to - d;
        if (!turn_to(r, right, (right + side) / 2, below)) return false;
        if (!turn_to(r, side, (side + left) / 2, over)) return false;
    } else if (!turn_to(r, right, (right + left) / 2, below)) return false;
    return turn_to(r, left, l->u + l->col[to], v);
}

/* The v where the edge ends in the hop's target. */
static double end_v(const router *r, const wgi_lay_hop *h, double to_at)
{
    const wgi_lay_node *to = &r->s->node[h->to];
    if (h->to_entry >= 0) return to->v + thin_v(r, &r->s->node[h->to_entry]);
    return wgi_lay_is_thin(to) ? thin_v(r, to) : box_v(to, to_at);
}

static bool draw_hop(router *r, const wgi_lay_hop *h, double to_at)
{
    wgi_lay *s = r->s;
    const wgi_lay_level *l = &s->level[h->level];
    const wgi_lay_node *to = &s->node[h->to], *p = &s->node[h->from];
    int n = 0, lane = h->to_next;
    if (h->around) return run_around(r, l, h, l->v + end_v(r, h, to_at)) && along(r, l->u + to->u);
    for (int v = h->last; v != h->from; v = s->node[v].prev) r->way[n++] = v;
    while (n--) {
        const wgi_lay_node *q = &s->node[r->way[n]];
        if (!step(r, l, p, lane, h->twin, q, l->v + thin_v(r, q))) return false;
        p = q, lane = q->lane;
    }
    return step(r, l, p, lane, h->twin, to, l->v + end_v(r, h, to_at)) && along(r, l->u + to->u);
}

/* The hops of an edge, last first: from each back to the one that leads to its start. */
static int list_hops(router *r, int last)
{
    const wgi_lay *s = r->s;
    int n = 0;
    for (int h = last; h >= 0;) {
        r->hop[n++] = h;
        const wgi_lay_hop *hop = &s->hop[h];
        h = hop->from_exit >= 0 ? s->node[hop->from_exit].via : s->node[hop->from].via;
    }
    return n;
}

/* The label stands in the gap before the target, on the curve. */
static void put_label(const router *r, wgi_lay_edge *e, const wgi_lay_hop *h)
{
    const wgi_lay_level *l = &r->s->level[h->level];
    const wgi_lay_point *p = r->s->l->point;
    int rank = r->s->node[h->to].rank;
    double u = l->u + l->col[rank] - (rank ? l->gap[rank - 1] / 2 : 0);
    e->label_x = u, e->label_y = p[e->point + e->points - 1].y;
    for (int i = e->point + e->points - 4; i >= e->point && !h->around; i -= 3) {
        if (p[i].x > u || p[i + 3].x < u) continue;
        e->label_y = (p[i].y + p[i + 3].y) / 2;
        if (p[i].y != p[i + 3].y) e->label_x = (p[i].x + p[i + 3].x) / 2;
        return;
    }
}

static bool draw_edge(router *r, wgi_lay_edge *e, int last_hop)
{
    wgi_lay *s = r->s;
    int n = list_hops(r, last_hop);
    const wgi_lay_node *from = &s->node[s->hop[r->hop[n - 1]].from];
    const wgi_lay_level *l = &s->level[from->level];
    r->beside = (e->twin ? 1 : -1) * WGI_LAY_BESIDE / 2.0;
    r->level = false, r->u = l->u + from->u + from->w;
    r->v = l->v + box_v(from, wgi_lay_port(s, e->from, e->from_at));
    e->point = s->l->points;
    if (!add_point(r, r->u, r->v)) return false;
    while (n--)
        if (!draw_hop(r, &s->hop[r->hop[n]], wgi_lay_port(s, e->to, e->to_at))) return false;
    e->points = s->l->points - e->point;
    put_label(r, e, &s->hop[last_hop]);
    return true;
}

/* Between boxes that stand one under another: a bow after them, where layout_columns.c has left room. */
static bool draw_bow(router *r, wgi_lay_edge *e)
{
    wgi_lay *s = r->s;
    const wgi_lay_node *n = &s->node[s->box_node[e->from]];
    const wgi_lay_level *l = &s->level[n->level];
    const double u = l->u + n->u + n->w, reach = u + REACH + (e->twin ? 1 : -1) * WGI_LAY_BESIDE / 2.0,
                 from = l->v + n->v + wgi_lay_port(s, e->from, e->from_at),
                 to = l->v + n->v + wgi_lay_port(s, e->to, e->to_at);
    e->point = s->l->points, e->points = 4;
    e->label_x = reach, e->label_y = (from + to) / 2;
    return add_point(r, u, from) && bezier(r, reach, from, reach, to, u, to);
}

bool wgi_lay_route(wgi_lay *s)
{
    router r = { .s = s };
    wgi_layout *l = s->l;
    l->points = 0;
    r.hop = wgi_lay_alloc(s, s->hops, sizeof *r.hop);
    r.way = wgi_lay_alloc(s, s->nodes, sizeof *r.way);
    if (!r.hop || !r.way) return false;
    for (int i = 0; i < l->edges; i++) {
        const int twin = l->edge[i].twin, last = s->last_hop[twin ? twin - 1 : i];
        if (!(last < 0 ? draw_bow(&r, &l->edge[i]) : draw_edge(&r, &l->edge[i], last))) return false;
    }
    return true;
}
