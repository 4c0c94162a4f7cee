/* first_wrong.c: where the gradient becomes wrong, if each node alone is right.
 *
 * The gradient of a parameter is wrong, but every rule agrees with its kernel: the rule depends on something
 * hidden, the node could not be built alone, or contributions are added up wrongly. So the gradients of
 * intermediate nodes are compared, too: z becomes an input of the graph, z + t u is put in, and only what
 * depends on z is computed. The search goes along a path from the parameter to the loss, halving it: the
 * gradient is wrong at one end and right at the other. It ends at a node whose gradient is wrong, while that
 * of every node that is computed from it is right. So the rule of one of those is wrong. */
#include "check/check_private.h"
#include "wgx/op.h"

#include <float.h>

typedef enum answer { UNKNOWN, RIGHT, WRONG } answer;

typedef struct search {
    wg_check *r;
    wg_site here;
    wg_graph *g;
    wg_node root, from; /* from: the parameter */
    wgi_inside in;
    int64_t *path;     /* room for a path's indices */
    wgi_compared last; /* of the last node that was found wrong */
} search;

/* ---- the gradient at one node ---- */

/* A graph in which z is an input. */
typedef struct cut {
    wg_graph *g;
    wg_node z, gz;
    double *point, *x, *yours;
    wgi_graph_function f;
} cut;

static bool open_cut(cut *k, const search *q, wg_node z)
{
    wg_check *r = q->r;
    const int64_t nodes = wg_graph_nodes(q->g), n = wgi_elements(z);
    *k = (cut){ .g = wg_graph_new(r->c), .f = { .r = r, .here = q->here, .n = 1 } };
    unsigned char *held = wg_alloc(r->c, (size_t)nodes, 1);
    wg_node *map = wg_alloc(r->c, (size_t)nodes, sizeof *map);
    k->point = wgi_check_doubles(r, n), k->x = wgi_check_doubles(r, n), k->yours = wgi_check_doubles(r, n);
    bool ok = !wg_failed(r->c) && wgi_check_values(r, z, k->point) &&
              wgi_check_values(r, q->in.gz[z.index], k->yours);
    if (ok) {
        held[z.index] = 1;
        k->f.root = wgi_check_replay(q->root, k->g, q->g, &WG_OPTS(wg_replay_opts, .held = held, .map = map));
        k->z = map[z.index];
        ok = !wg_failed(r->c) && wg_node_ok(k->f.root) && wg_node_ok(k->z);
    }
    wg_free(r->c, held), wg_free(r->c, map);
    if (!ok) return false;
    k->f.x = &k->z, k->f.gx = &k->gz, k->f.at = &k->x;
    if (!r->own_kinks) wgi_pieces_open(r, &k->f.pieces, k->f.root, &k->z, 1, NULL, 0);
    if (wg_grads_at(q->here, k->f.root, &k->z, 1, &k->gz) != WG_OK) k->gz = wg_none;
    wgi_check_recover(r);
    return true;
}

/* All elements of the cut's z together. */
static wgi_compared compare(cut *k, uint64_t stream)
{
    wg_check *r = k->f.r;
    const wgi_check_target t = wgi_graph_target(&k->f);
    wgi_compared d = wgi_not_compared();
    wgi_claim c;
    const wgi_vector v = { wgi_elements(k->z), k->point, k->x, k->yours, DBL_EPSILON, 0 };
    if (!wgi_claim_open(&c, r, &t, &v, 1)) return d;
    double *u = wgi_claim_direction(&c, 0, stream);
    if (u) d = wgi_claim_along(&c, 0, u);
    wg_free(r->c, u);
    wgi_claim_close(&c);
    return d;
}

static answer ask(search *q, int64_t i)
{
    const wg_node z = wg_graph_node(q->g, i);
    cut k;
    wgi_compared c = wgi_not_compared();
    if (z.index == q->root.index) return RIGHT;
    if (wg_is_none(q->in.gz[i]) || wgi_check_is_stopped(q->r)) return UNKNOWN;
    if (open_cut(&k, q, z)) c = compare(&k, 4000 + z.index);
    wgi_graph_function_close(&k.f);
    wg_graph_free(k.g);
    wg_free(q->r->c, k.point), wg_free(q->r->c, k.x), wg_free(q->r->c, k.yours);
    wgi_check_recover(q->r);
    if (c.differ) q->last = c;
    return c.differ ? WRONG : c.clear ? RIGHT : UNKNOWN;
}

/* ---- the search ---- */

/* The next node after `after` that is computed from `operand` and leads to the root; 0: none. */
static int64_t next_use(const search *q, int64_t operand, int64_t after)
{
    for (int64_t i = after + 1; i <= q->root.index; i++) {
        const wg_node n = wg_graph_node(q->g, i);
        for (int k = 0; q->in.on[i] && k < wg_node_operands(n); k++)
            if (wg_node_operand(n, k).index == operand) return i;
    }
    return 0;
}

/* Of a path from `wrong` to the root, the last node that is wrong before one that is right: *right. */
static int64_t along_path(search *q, int64_t wrong, int64_t *right)
{
    int64_t n = 0, low = 0, high, known;
    for (int64_t i = wrong; i; i = next_use(q, i, i)) q->path[n++] = i;
    high = known = n - 1;
    while (high - low > 1) {
        int64_t middle = low + (high - low) / 2;
        answer a = UNKNOWN;
        const int64_t first = middle;
        while (middle < high && (a = ask(q, q->path[middle])) == UNKNOWN) middle++;
        if (a == WRONG) low = middle;
        else if (a == RIGHT) high = known = middle;
        else high = first;
    }
    *right = q->path[known];
    return q->path[low];
}

/* Goes on while another node that is computed from the wrong one is wrong, too. */
static int64_t find(search *q, int64_t wrong, int64_t *right)
{
    for (int64_t found = 0; found != wrong;) {
        found = wrong = along_path(q, wrong, right);
        for (int64_t i = next_use(q, found, found); i && found == wrong; i = next_use(q, found, i))
            if (i != *right && ask(q, i) == WRONG) wrong = i;
    }
    return wrong;
}

/* ---- the finding ---- */

/* The operand of y that is z and has a derivative; -1: none. */
static int operand_of(wg_node y, int64_t z)
{
    for (int k = 0; k < wg_node_operands(y); k++)
        if (wg_node_operand(y, k).index == z && wgx_op_has_derivative(wg_node_op(y), k)) return k;
    return -1;
}

/* The node whose rule gives z a wrong gradient, and its operand that is z. If there are several, each is
 * asked alone. wg_none: several nodes give z its gradient, and none of them alone is known to be wrong. */
static wg_node culprit_of(search *q, int64_t z, int64_t right, int *operand)
{
    wg_node only = wg_none;
    int users = 0;
    for (int64_t i = next_use(q, z, z); i; i = next_use(q, z, i)) {
        const wg_node y = wg_graph_node(q->g, i);
        const int k = operand_of(y, z);
        if (k < 0 || wg_is_none(q->in.gz[i])) continue;
        only = y, *operand = k, users++;
        if (wgi_check_share(q->r, y, k, q->in.gz[i])) return y;
    }
    return users == 1 && only.index == right ? only : wg_none;
}

static void add_finding(search *q, int64_t wrong, int64_t right, wgi_point point)
{
    const wg_node z = wg_graph_node(q->g, wrong), y = wg_graph_node(q->g, right);
    const char *name = wg_node_name(y);
    char by[WGI_CHECK_TEXT];
    int operand = -1;
    if (ask(q, wrong) != WRONG || wgi_check_is_stopped(q->r)) return; /* the numbers */
    wgi_finding f = { .stage = WGI_STAGE_FIRST, .point = point, .part = -1 };
    f.node = culprit_of(q, wrong, right, &operand);
    f.shown = (wg_check_finding){ .by = wg_node_name(z), .operand = operand, .element = -1 };
    f.shown.shape = wg_node_shape(z);
    wgi_show_compared(&f.shown, &q->last);
    if (!wg_is_none(f.node)) {
        wgi_check_operand_name(f.node, operand, by);
        f.shown.by = by;
        wgi_check_say(f.remedy,
                      "the gradient of its result is right, and what it gives to the operand is not");
    } else {
        f.node = z, f.shown.operand = -1;
        wgi_check_say(f.remedy, "it is right at %s%s%s, %s, which is computed from it", name,
                      *name ? ", " : "", wg_node_op_name(y), wg_site_place(wg_node_site(y)));
    }
    wgi_check_add(q->r, &f);
}

static void search_from(wg_check *r, wg_site here, wg_graph *g, wg_node root, wg_node x, wgi_point point)
{
    search q = { .r = r, .here = here, .g = g, .root = root, .from = x };
    int64_t right = 0;
    q.path = wg_alloc(r->c, (size_t)root.index + 1, sizeof *q.path);
    const bool open = wgi_inside_open(&q.in, r, root, &x, 1) && q.path;
    bool named = false;
    for (int64_t i = 1; open && i <= root.index; i++) {
        const wg_node n = wg_graph_node(g, i); /* the library's rules leave nothing out */
        if (q.in.on[i] && wg_node_leaf(n) == WG_LEAF_NONE && !wgi_op_is_library(wg_node_op(n)))
            named |= wgi_check_left_out(r, n, q.in.on);
    }
    if (open && !named && ask(&q, x.index) == WRONG) {
        const int64_t wrong = find(&q, x.index, &right);
        add_finding(&q, wrong, right, point);
    }
    wgi_inside_close(&q.in);
    wg_free(r->c, q.path);
}

/* ---- where to search ---- */

/* The finding of the part that is nearest to the loss, among those at the given point, or beside it: at the
 * first point where some differ. NULL: none, or a rule explains them. */
static const wgi_finding *nearest(const wg_check *r, const wg_node x[])
{
    const wgi_finding *best = NULL;
    for (int i = 0; i < r->findings; i++) {
        const wgi_finding *f = &r->finding[i];
        if (f->stage == WGI_STAGE_RULE) return NULL;
        if (f->stage != WGI_STAGE_SLOPE || wg_is_none(x[f->part])) continue;
        if (!best || f->point < best->point ||
            (f->point == best->point && x[f->part].index > x[best->part].index))
            best = f;
    }
    return best;
}

static void set_point(wg_check *r, wg_site here, const wg_node x[], bool given)
{
    EACH_PART(k, r) {
        const double *at = given ? r->part[k].point : r->part[k].differs_at;
        if (at && !wg_is_none(x[k])) wg_input_set_at(here, x[k], wg_view_f64(at, r->part[k].shown.shape));
    }
}

void wgi_check_first_wrong(wg_check *r, wg_site here, wg_graph *clone, wg_node root, const wg_node x[])
{
    const wgi_finding *f = wg_failed(r->c) ? NULL : nearest(r, x);
    if (!f) return;
    wgi_check_at_stage(r, "where it becomes wrong", 0);
    const wgi_point point = f->point;
    set_point(r, here, x, point == WGI_POINT_GIVEN);
    search_from(r, here, clone, root, x[f->part], point);
    set_point(r, here, x, true);
}
