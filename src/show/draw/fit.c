/* fit.c: a picture for a slide, a page or a screen: it is reduced, step by step, until its text is as large
 * as it must be there. */
#include <math.h>

#include "draw/reduced_boxes.h"
#include "draw/svg.h"

enum {
    LAYOUTS = 60, /* that are tried */
    COPYINGS = 3, /* layouts with copies */
    PAIRS = 80    /* nodes of a picture of which pairs of kinds are tried */
};

/* The last line says so where it does not fit. */
static void admit(wgi_picture *p, const wgi_canvas *k, double size)
{
    p->less.hidden = wgi_pool_format(
        p->pool, "%s%stext of %.1f %s: more nodes than are legible on a %s (%g %s)", p->less.hidden,
        *p->less.hidden ? "; " : "", size, k->unit, k->name, k->least, k->unit);
}

/* ---- what a picture costs ---- */

typedef struct look {
    double size, cost; /* of body text; a picture with a lower cost is better */
    const int *row;    /* by box; with copies that of the layout before */
    int wires, copies;
} look;

/* What a call has made has names that nobody reads; but where a call is one box, or a scope in it, or a
 * function of the author's, that costs something. A scope that has all of a call says less than its
 * statement. In a window a reader opens them. */
static int parts_cost(const wgi_picture *p)
{
    bool call = false, scope = false, whole = false, own = false;
    for (int64_t i = 0; i < p->at.nodes && !wgi_is_window(p->o); i++) {
        if (p->less.into[i] != i) continue;
        const bool is_scope = wgi_is_box_of(p, i, WGI_PARTS_SCOPES);
        const int made = is_scope ? wgi_is_made_by_call(p, i) : 0;
        call |= wgi_is_box_of(p, i, WGI_PARTS_CALLS), scope |= made == 1, whole |= made == 2;
        own |= is_scope && !made;
    }
    return 140 * call + 110 * scope + 150 * whole + 120 * own;
}

/* Names, values and gradients that no box shows. */
static double hidden_cost(const wgi_picture *p)
{
    int64_t names = 0, numbers = 0;
    for (int64_t i = 0; i < p->at.nodes; i++) {
        const int32_t box = p->less.into[i];
        const bool within = box != i;
        names += within && wgi_has_name(p, i) && wgi_is_made_by_call(p, i) != 1;
        numbers += p->o->values && (within || !wgi_shows(p, i, false));
        numbers += p->o->backward && p->at.on_path[i] && (within || !wgi_shows(p, i, true));
    }
    return (double)(200 * names + 2 * numbers) + parts_cost(p);
}

/* How many copies stand in the row of what they repeat. */
static int count_useless(const wgi_picture *p, int64_t originals, const int row[])
{
    int n = 0;
    for (int64_t i = originals; i < p->boxes; i++)
        for (int64_t k = 0; p->less.row && k < originals; k++)
            n += row[k] == row[i] && p->box[k].name == p->box[i].name;
    return n;
}

/* Text below the least size costs more than all names together. */
static wg_status look_with(wgi_picture *p, const wgi_canvas *k, unsigned closed, int64_t most,
                           wgi_svg_seen *seen, look *l)
{
    int64_t boxes = 0;
    const wg_status s = wgi_picture_reduce(p, closed, most, &boxes);
    *l = (look){ .cost = INFINITY };
    if (s != WG_OK || boxes > most) return s;
    const wgi_svg_look now = wgi_svg_look_at(p, seen);
    if (now.size < 0) return WG_ERROR_MEMORY;
    *l = (look){ now.size, hidden_cost(p) + (double)(6 * now.crossings + p->boxes), now.row, now.wires,
                 (int)(p->boxes - boxes) };
    l->cost += 30 * count_useless(p, boxes, now.row);
    if (now.rows > WGI_ROWS) l->cost += 20.0 * (now.rows - WGI_ROWS);
    l->cost += now.wires > WGI_WIRES ? 40.0 * (now.wires - WGI_WIRES) : 0;
    if (l->size < k->least - 0.05) l->cost += 1e6 * (1 + k->least - l->size);
    return WG_OK;
}

/* Where lines go on in another row, also with copies there: of what is used in the rows of this layout, then
 * in those of the layout with copies. The picture is that with the lowest cost. */
static wg_status look_at(wgi_picture *p, const wgi_canvas *k, unsigned closed, int64_t most,
                         wgi_svg_seen *seen, look *l)
{
    p->less.row = NULL;
    wg_status s = look_with(p, k, closed, most, seen, l);
    const int *best = NULL, *row = l->row;
    look now = *l;
    for (int i = 0; s == WG_OK && i < COPYINGS && now.wires && !wgi_is_window(p->o); i++) {
        p->less.row = row;
        s = look_with(p, k, closed, most, seen, &now);
        if (now.cost < l->cost) *l = now, best = row;
        if (!now.copies) break;
        row = now.row;
    }
    if (s != WG_OK || p->less.row == best) return s;
    p->less.row = best;
    return look_with(p, k, closed, most, seen, l);
}

/* Opens kinds of parts as long as that is better. */
static wg_status choose(wgi_picture *p, wg_node root, const wgi_canvas *k)
{
    unsigned closed = WGI_ALL_PARTS;
    look best = { 0 };
    wgi_svg_seen *seen = wgi_pool_take(p->pool, 1, sizeof *seen);
    if (!seen || wgi_picture_start(p, root) != WG_OK) return WG_ERROR_MEMORY;
    const int passes = p->at.nodes <= PAIRS ? 2 : 1; /* in the second one calls are opened with each other
                                                      * kind */
    wg_status s = wgi_check_kept(p);
    if (s == WG_OK) s = look_at(p, k, closed, WGI_MOST_BOXES, seen, &best);
    if (!p->boxes) {
        wgi_forget_reduced(p);
        return s;
    }
    /* what is too small by half with all closed is not legible with anything open */
    const bool hopeless = !wgi_is_window(p->o) && best.size < k->least / 2;
    for (int tries = 0, since = 0;
         s == WG_OK && !hopeless && tries < LAYOUTS && since < passes * WGI_PARTS_KINDS; tries++, since++) {
        unsigned open = closed & ~(1u << tries % WGI_PARTS_KINDS);
        if (since >= WGI_PARTS_KINDS) open &= ~(1u << WGI_PARTS_CALLS);
        look now = best;
        if (open != closed) s = look_at(p, k, open, k->boxes, seen, &now);
        if (now.cost < best.cost) best = now, closed = open, since = 0;
    }
    /* of a picture that is too large for the window all the same the reader sees a part at a time */
    if (wgi_is_window(p->o) && best.size < k->least) closed = WGI_ALL_PARTS & ~((1u << WGI_PARTS_CALLS) - 1);
    if (s == WG_OK) s = look_at(p, k, closed, WGI_MOST_BOXES, seen, &best);
    return s == WG_OK && !p->boxes ? look_at(p, k, WGI_ALL_PARTS, WGI_MOST_BOXES, seen, &best) : s;
}

/* A circuit shows every op. */
wg_status wgi_picture_fit(wgi_picture *p, wg_node root)
{
    const wgi_canvas *k = wgi_canvas_of(p);
    if (!k) return wgi_check_fit(p);
    const wg_status s = wgi_is_circuit(p->o) ? wgi_picture_make(p, root) : choose(p, root, k);
    const double size = s == WG_OK && !wgi_is_window(p->o) ? wgi_svg_look_at(p, NULL).size : INFINITY;
    if (size < k->least - 0.05) admit(p, k, size); /* which is the least size as it is printed */
    return size < 0 ? WG_ERROR_MEMORY : s;
}
