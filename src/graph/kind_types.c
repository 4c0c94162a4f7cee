/* kind_types.c: the types of results, kept for calls of one kind: calls with equal ops, options and
 * types of operands. Of such calls only the first goes through the shape rule. An op of the library
 * alone is kept, and only if its rule looks at nothing but types and options. */
#include "graph/graph.h"

/* TYPES: entries of the table, 2 to the power of BITS. PLACES: where a kind may be. OPERANDS, OPTIONS
 * (bytes): calls with more are not kept. */
#ifdef WG_HOSTILE
enum { BITS = 2 };
#else
enum { BITS = 7 };
#endif
enum { TYPES = 1 << BITS, PLACES = 4, OPERANDS = 4, OPTIONS = 80 };

/* The pointers of `types` are to interned shapes. op NULL: a free entry. */
typedef struct wgi_kind_type {
    const wg_op *op;
    int operands;
    wg_type x[OPERANDS]; /* shape NULL: of an operand that is wg_none */
    bool usable;         /* false: the general way must be taken each time */
    wgi_kind_answer answer;
    _Alignas(16) char given[OPTIONS]; /* the options of the call */
    _Alignas(16) char meant[OPTIONS]; /* what the shape rule has made of them */
} kind_type;

struct wgi_kind_types {
    uint64_t known; /* of wgi_shapes_gone */
    uint32_t turn;  /* how many kinds have taken the place of another */
    kind_type type[TYPES];
    kind_type *last[WGI_OPS]; /* by the place of an op: its last kind, which is tried first */
};

static uint32_t place_of(const wg_op *op, const wg_type xt[], int n, const void *attr)
{
    uint64_t h = (uintptr_t)op ^ wgi_options_number(op, attr);
    for (int k = 0; k < n; k++) h = wgi_kind_mix(h, xt[k].shape);
    return wgi_kind_place(h, BITS);
}

static bool is_of(const kind_type *e, const wg_op *op, const wg_type xt[], int n, const void *attr)
{
    if (e->op != op || e->operands != n) return false;
    for (int k = 0; k < n; k++)
        if (e->x[k].shape != xt[k].shape || e->x[k].dtype != xt[k].dtype) return false;
    return wgi_options_same(op, e->given, attr);
}

/* The types of the operands. False: one is not a node of this build of the graph, nor wg_none at the
 * end. */
static bool types_of(const wg_graph *g, const wg_op *op, const wg_node x[], int n, wg_type xt[])
{
    for (int k = 0; k < n; k++) {
        const bool none = wg_is_none(x[k]) && k >= n - op->optional;
        if (!none &&
            (x[k].graph != g || x[k].generation != g->generation || x[k].index >= g->count || !x[k].index))
            return false;
        const wgi_node *m = &g->node[none ? 0 : x[k].index];
        xt[k] = (wg_type){ none ? NULL : m->shape, (wg_dtype)m->dtype };
    }
    return true;
}

const wgi_kind_answer *wgi_kind_type_of(wg_graph *g, const wg_op *op, const wg_node x[], int n,
                                        const void *attr, wgi_kind_type **keep_in)
{
    wg_context *c = g->c;
    wg_type xt[OPERANDS];
    *keep_in = NULL;
    if (n > OPERANDS || op->attr_size > OPTIONS || (op->attr_size && !attr) || op->outputs > 1 ||
        !wgi_op_is_ours(op) || wgi_without(c, WG_WITHOUT_KINDS) || !types_of(g, op, x, n, xt))
        return NULL;
    if (!c->kind_types) c->kind_types = wg_alloc(c, 1, sizeof *c->kind_types);
    if (!c->kind_types) return NULL;
    if (wgi_shapes_gone(c, &c->kind_types->known))
        *c->kind_types = (struct wgi_kind_types){ .known = c->kind_types->known };
    kind_type **last = &c->kind_types->last[wgi_op_place(op)], *e = *last;
    bool found = e && is_of(e, op, xt, n, attr);
    if (!found) {
        kind_type *const places = &c->kind_types->type[place_of(op, xt, n, attr) & ~(PLACES - 1u)];
        for (e = places; e < places + PLACES && !found; e += !found) {
            if (!e->op) break;
            found = is_of(e, op, xt, n, attr);
        }
        if (e == places + PLACES) e = &places[c->kind_types->turn++ % PLACES];
    }
    *last = e;
    if (found) return e->usable ? &e->answer : NULL;
    e->op = op, e->operands = n, e->usable = false;
    memcpy(e->x, xt, sizeof *xt * (size_t)n);
    if (op->attr_size) memcpy(e->given, attr, op->attr_size);
    *keep_in = e;
    g->rule.asked = false;
    return NULL;
}

void wgi_kind_type_keep(const wg_graph *g, wgi_kind_type *e, const wg_type *y, const void *meant)
{
    if (g->rule.asked) return;
    if (e->op->attr_size) memcpy(e->meant, meant, e->op->attr_size);
    e->answer = (wgi_kind_answer){ *y, e->meant };
    e->usable = true;
}
