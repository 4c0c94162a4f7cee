/* view.c: picks the nodes of a picture, gives each a box, and links them.
 *
 * Everything is a loop over nodes in creation order, which is topological: no recursion, time and memory linear in the
 * graph. Operands always stand before their consumers, among positions as among boxes, folded runs included.
 */
#include "draw/picture.h"

#include <string.h>

#include "wengert/op.h"

enum {
    MOST_BOXES = 400,
    MOST_FRAMES = 2000,
    /* dot's time grows with fan-out times span; so there is a copy at each use of */
    GHOST_USES = 2,    /* a leaf with more uses than this (in a plan 1), which span at least */
    GHOST_SPAN = 4,    /* so many ranks, */
    GHOST_ALWAYS = 24, /* or with more than this, */
    GHOST_AREA = 2000  /* and of any node whose uses times their span exceed this */
};

/* ---- memory ---- */

/* Texts stand on shelves that never move. */
typedef struct wgi_shelf {
    struct wgi_shelf *below;
    size_t used, room;
    char text[];
} wgi_shelf;

const char *wgi_view_keep(wgi_view *v, const wgi_strbuf *text)
{
    v->lost |= text->failed;
    if (!text->length || text->failed) return "";
    size_t need = text->length + 1;
    if (!v->shelf || v->shelf->room - v->shelf->used < need) {
        size_t room = need > 4000 ? need : 4000;
        wgi_shelf *s = wg_alloc(v->c, 1, sizeof *s + room);
        if (!s) return v->lost = true, "";
        s->room = room, s->below = v->shelf, v->shelf = s;
    }
    char *at = v->shelf->text + v->shelf->used;
    memcpy(at, text->at, need);
    v->shelf->used += need;
    return at;
}

void wgi_view_free(wgi_view *v)
{
    void *const parts[] = { v->index,  v->place, v->first, v->arg,  v->way,
                            v->box_of, v->run,   v->box,   v->link, v->frame };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) wg_free(v->c, parts[i]);
    for (wgi_shelf *s = v->shelf, *below; s; s = below) {
        below = s->below;
        wg_free(v->c, s);
    }
    *v = (wgi_view){ .c = v->c };
}

static void *make(wgi_view *v, int64_t count, size_t size)
{
    return wg_alloc(v->c, (size_t)(count ? count : 1), size);
}

/* ---- picking ---- */

static bool is_error_node(wg_node n) { return !wg_node_ok(n); }

static wg_node node_at(const wgi_view *v, int64_t position)
{
    return wg_graph_node(v->g, v->index[position]);
}

/* place[] becomes 0 for what is to be shown. */
static void mark_below(wgi_view *v, int64_t top)
{
    for (int64_t i = top; i > 0; i--) {
        wg_node n = wg_graph_node(v->g, i);
        if (v->place[i] == WGI_ABSENT) continue;
        for (int k = 0; k < wg_node_operands(n); k++) {
            wg_node x = wg_node_operand(n, k);
            if (!is_error_node(x)) v->place[x.index] = 0;
        }
    }
}

/* Which nodes are shown: below the root; else all; a failing call's operands and what is below them. */
static void mark_nodes(wgi_view *v, wg_node root)
{
    int64_t count = wg_graph_nodes(v->g);
    bool all = wg_is_none(root);
    for (int64_t i = 0; i < count; i++) v->place[i] = all && i > 0 ? 0 : WGI_ABSENT;
    if (all) return;
    int64_t top = 0;
    if (!is_error_node(root)) top = root.index, v->place[top] = 0;
    for (int k = 0; v->has_failure && k < v->failure.operands && k < 4; k++) {
        wg_node x = v->failure.operand[k];
        if (is_error_node(x)) continue;
        v->place[x.index] = 0;
        if (x.index > top) top = x.index;
    }
    mark_below(v, top);
}

/* Positions for the marked nodes; numbers get none, unless the number is all that is drawn. */
static void place_nodes(wgi_view *v, wg_node root)
{
    int64_t count = wg_graph_nodes(v->g);
    v->nodes = 0;
    for (int64_t i = 1; i < count; i++) {
        if (v->place[i] == WGI_ABSENT) continue;
        wg_node n = wg_graph_node(v->g, i);
        if (wgi_label_is_number(n) && n.index != root.index) v->place[i] = WGI_NUMBER;
        else v->index[v->nodes] = (uint32_t)i, v->place[i] = (int32_t)v->nodes++;
    }
}

static bool list_operands(wgi_view *v)
{
    int64_t total = 0;
    for (int64_t i = 0; i < v->nodes; i++) {
        v->first[i] = total;
        total += wg_node_operands(node_at(v, i));
    }
    v->first[v->nodes] = total;
    if (!(v->arg = make(v, total, sizeof *v->arg))) return false;
    for (int64_t i = 0; i < v->nodes; i++) {
        wg_node n = node_at(v, i);
        for (int64_t a = v->first[i]; a < v->first[i + 1]; a++) {
            wg_node x = wg_node_operand(n, (int)(a - v->first[i]));
            v->arg[a] = is_error_node(x) ? WGI_ABSENT : v->place[x.index];
        }
    }
    return true;
}

static bool pick(wgi_view *v, wg_node root)
{
    int64_t count = wg_graph_nodes(v->g);
    if (!(v->place = make(v, count, sizeof *v->place)) || !(v->index = make(v, count, sizeof *v->index)))
        return false;
    mark_nodes(v, root);
    place_nodes(v, root);
    v->first = make(v, v->nodes + 1, sizeof *v->first);
    v->way = make(v, v->nodes, 1);
    v->box_of = make(v, v->nodes, sizeof *v->box_of);
    return v->first && v->way && v->box_of && list_operands(v);
}

/* The picture of a whole graph has the gradients of its last scalar that nothing uses. */
static wg_node last_scalar(const wgi_view *v)
{
    for (int64_t i = v->nodes - 1; i >= 0; i--) {
        wg_node n = node_at(v, i);
        if (wg_dtype_is_float(wg_node_dtype(n)) && wg_shape_size(wg_node_shape(n)) == 1 &&
            wg_node_operands(n) > 0)
            return n;
    }
    return wg_none;
}

/* ---- the gradient's way: nodes between the root and what it is asked for ---- */

enum { WANTED = 1, REACHED = 2 };

static void mark_wanted(wgi_view *v)
{
    const wg_draw_opts *o = v->o;
    for (int64_t i = 0; !o->wrt && i < v->nodes; i++) {
        wgi_box_kind kind = wgi_label_kind(v, node_at(v, i));
        if (kind == WGI_BOX_INPUT || kind == WGI_BOX_PARAMETER) v->way[i] = WANTED;
    }
    for (int k = 0; o->wrt && k < o->wrt_count; k++) {
        wg_node x = o->wrt[k];
        if (wg_graph_of(x) == v->g && !is_error_node(x) && v->place[x.index] >= 0)
            v->way[v->place[x.index]] = WANTED;
    }
}

static void find_way(wgi_view *v)
{
    if (!v->o->backward) return;
    if (v->has_failure) { /* all are unknown */
        for (int64_t i = 0; i < v->nodes; i++) v->way[i] = wg_dtype_is_float(wg_node_dtype(node_at(v, i)));
        return;
    }
    if (is_error_node(v->root) || v->place[v->root.index] < 0) return;
    mark_wanted(v);
    for (int64_t i = 0; i < v->nodes; i++) {
        bool wanted = v->way[i];
        for (int64_t a = v->first[i]; a < v->first[i + 1]; a++) wanted |= v->arg[a] >= 0 && v->way[v->arg[a]];
        v->way[i] = wanted && wg_dtype_is_float(wg_node_dtype(node_at(v, i))) ? WANTED : 0;
    }
    v->way[v->place[v->root.index]] |= REACHED;
    for (int64_t i = v->nodes - 1; i >= 0; i--) {
        const wg_op *op = wg_node_op(node_at(v, i));
        for (int64_t a = v->first[i]; v->way[i] & REACHED && a < v->first[i + 1]; a++)
            if (v->arg[a] >= 0 && wg_op_has_derivative(op, (int)(a - v->first[i])))
                v->way[v->arg[a]] |= REACHED;
    }
    for (int64_t i = 0; i < v->nodes; i++) v->way[i] = v->way[i] == (WANTED | REACHED);
}

/* ---- frames ---- */

/* The frame `name` in `parent`, found or made. */
static int frame_in(wgi_view *v, int parent, const char *name, size_t length)
{
    for (int i = v->frames - 1; i >= 0; i--) {
        const char *known = v->frame[i].name;
        if (v->frame[i].parent == parent && strncmp(known, name, length) == 0 && !known[length]) return i;
    }
    if (v->frames == MOST_FRAMES) return parent;
    wgi_strbuf text = { .c = v->c };
    wgi_strbuf_add(&text, name, length);
    v->frame[v->frames] = (wgi_frame){ .parent = parent, .name = wgi_view_keep(v, &text) };
    wgi_strbuf_free(&text);
    return v->frames++;
}

static int frame_of(wgi_view *v, const char *scope, size_t length)
{
    int frame = -1;
    if (v->o->no_scopes) return frame;
    for (size_t at = 0; at < length;) {
        size_t part = strcspn(scope + at, "/");
        if (part > length - at) part = length - at;
        if (part) frame = frame_in(v, frame, scope + at, part);
        at += part + 1;
    }
    return frame;
}

/* How much of two scope paths is the same, in whole parts. */
static size_t common_scope(const char *a, size_t length, const char *b)
{
    size_t same = 0;
    for (size_t i = 0;; i++) {
        bool end_a = i == length, end_b = !b[i];
        if ((end_a || a[i] == '/') && (end_b || b[i] == '/')) same = i;
        if (end_a || end_b || a[i] != b[i]) return same;
    }
}

static int frame_of_run(wgi_view *v, const wgi_run *r)
{
    const char *scope = wg_node_scope(node_at(v, r->begin));
    size_t length = strlen(scope);
    for (int64_t i = 1; i < r->period * r->times; i++)
        length = common_scope(scope, length, wg_node_scope(node_at(v, r->begin + i)));
    return frame_of(v, scope, length);
}

/* ---- boxes ---- */

static wgi_box empty_box(wgi_box_kind kind, int64_t times)
{
    wgi_box b = { .kind = kind, .frame = -1, .times = times };
    b.name = b.title = b.detail = b.word = b.shape = b.value = b.gradient = b.tip = "";
    return b;
}

/* One box a node, one a run; box_of and, for single nodes, node[] are filled. */
static void lay_boxes(wgi_view *v, wg_node *node)
{
    int64_t run = 0;
    for (int64_t i = 0; i < v->nodes;) {
        const wgi_run *r = run < v->runs && v->run[run].begin == i ? &v->run[run++] : NULL;
        int64_t end = i + (r ? r->period * r->times : 1);
        wgi_box *b = &v->box[v->boxes];
        *b = empty_box(WGI_BOX_OP, r ? r->times : 1);
        node[v->boxes] = r ? wg_none : node_at(v, i);
        const char *scope = wg_node_scope(node_at(v, i));
        b->frame = r ? frame_of_run(v, r) : frame_of(v, scope, strlen(scope));
        if (r) wgi_label_run(v, b, r);
        else wgi_label_node(v, b, node_at(v, i));
        for (; i < end; i++) v->box_of[i] = (int32_t)v->boxes, b->gradient_way |= v->way[i];
        v->boxes++;
    }
}

static void lay_failure(wgi_view *v)
{
    wgi_box *b = &v->box[v->boxes++];
    *b = empty_box(WGI_BOX_FAILED, 1);
    wgi_label_failure(v, b);
}

/* ---- links ---- */

/* Appends a link; between the same two boxes of which one is a run they are counted, not repeated. last[from] is where
 * the latest link from a box is. */
static void link_boxes(wgi_view *v, int64_t *last, int from, int to)
{
    bool runs = v->box[from].times > 1 || v->box[to].times > 1;
    int64_t l = last[from] - 1;
    if (from == to) return;
    if (runs && l >= 0 && v->link[l].to == to) {
        v->link[l].times++;
        return;
    }
    v->link[v->links++] = (wgi_link){ .from = from, .to = to, .times = 1 };
    last[from] = v->links;
}

static bool lay_links(wgi_view *v)
{
    int64_t most = v->first[v->nodes] + 4;
    int64_t *last = make(v, v->boxes, sizeof *last);
    v->link = make(v, 2 * most, sizeof *v->link);
    if (!last || !v->link) return wg_free(v->c, last), false;
    for (int64_t i = 0; i < v->nodes; i++)
        for (int64_t a = v->first[i]; a < v->first[i + 1]; a++)
            if (v->arg[a] >= 0) link_boxes(v, last, v->box_of[v->arg[a]], v->box_of[i]);
    for (int k = 0; v->has_failure && k < v->failure.operands && k < 4; k++) {
        wg_node x = v->failure.operand[k];
        if (!is_error_node(x) && v->place[x.index] >= 0)
            link_boxes(v, last, v->box_of[v->place[x.index]], (int)v->boxes - 1);
    }
    wg_free(v->c, last);
    return true;
}

static void lay_back_links(wgi_view *v)
{
    int64_t forward = v->links;
    for (int64_t l = 0; l < forward; l++) {
        wgi_link f = v->link[l];
        if (!v->box[f.from].gradient_way || !v->box[f.to].gradient_way) continue;
        v->link[v->links++] = (wgi_link){ .from = f.to, .to = f.from, .back = true, .times = f.times };
    }
}

/* ---- ghosts: what many nodes use is drawn again at each use but the first ---- */

/* Of a box: its uses, and at which ranks, counted from the sources and from the sinks: the layout may choose either. */
typedef struct use {
    int low[2], high[2];
    int64_t uses;
    bool drawn;
} use;

static int64_t later(int64_t a, int64_t b) { return a > b ? a : b; }

/* The longest way to each box from a source, and to a sink; links are in order of their consumers. */
static void find_ranks(const wgi_view *v, int *from_source, int *to_sink)
{
    for (int64_t l = 0; l < v->links; l++) {
        wgi_link k = v->link[l];
        from_source[k.to] = (int)later(from_source[k.to], from_source[k.from] + 1);
    }
    for (int64_t l = v->links - 1; l >= 0; l--) {
        wgi_link k = v->link[l];
        to_sink[k.from] = (int)later(to_sink[k.from], to_sink[k.to] + 1);
    }
}

static use *count_uses(wgi_view *v)
{
    use *u = make(v, v->boxes, sizeof *u);
    int *rank[2] = { make(v, v->boxes, sizeof **rank), make(v, v->boxes, sizeof **rank) };
    bool ok = u && rank[0] && rank[1];
    if (ok) find_ranks(v, rank[0], rank[1]);
    for (int64_t l = 0; ok && l < v->links; l++) {
        use *x = &u[v->link[l].from];
        for (int k = 0; k < 2; k++) {
            int r = rank[k][v->link[l].to];
            if (!x->uses || r < x->low[k]) x->low[k] = r;
            if (r > x->high[k]) x->high[k] = r;
        }
        x->uses++;
    }
    if (!ok) wg_free(v->c, u), u = NULL;
    wg_free(v->c, rank[0]);
    wg_free(v->c, rank[1]);
    return u;
}

static bool is_hub(const wgi_view *v, const wgi_box *b, const use *u)
{
    bool leaf = b->kind != WGI_BOX_OP && b->kind != WGI_BOX_LOSS && b->kind != WGI_BOX_FAILED &&
                b->kind != WGI_BOX_GRADIENT && b->times == 1;
    int64_t span = later(u->high[0] - u->low[0], u->high[1] - u->low[1]);
    if (u->uses <= (v->g ? GHOST_USES : 1)) return false;
    return u->uses * span > GHOST_AREA || (leaf && (span >= GHOST_SPAN || u->uses > GHOST_ALWAYS));
}

static int64_t count_ghosts(const wgi_view *v, const use *u)
{
    int64_t ghosts = 0;
    for (int64_t i = 0; i < v->boxes; i++) ghosts += is_hub(v, &v->box[i], &u[i]) ? u[i].uses - 1 : 0;
    return ghosts;
}

bool wgi_view_ghosts(wgi_view *v)
{
    use *u = count_uses(v);
    if (!u) return false;
    int64_t ghosts = count_ghosts(v, u), first = v->boxes;
    wgi_box *more = ghosts ? make(v, v->boxes + ghosts, sizeof *more) : NULL;
    if (more) {
        memcpy(more, v->box, (size_t)v->boxes * sizeof *more);
        wg_free(v->c, v->box);
        v->box = more;
        for (int64_t l = 0; l < v->links; l++) {
            int hub = v->link[l].from;
            if (hub >= first || !is_hub(v, &v->box[hub], &u[hub])) continue;
            if (!u[hub].drawn) {
                u[hub].drawn = true;
                continue;
            }
            v->box[v->boxes] = v->box[hub];
            v->box[v->boxes].ghost = true;
            v->box[v->boxes].frame = v->box[v->link[l].to].frame;
            v->link[l].from = (int)v->boxes++;
        }
    }
    wg_free(v->c, u);
    return more || !ghosts;
}

/* ---- all together ---- */

static wg_status refuse(wgi_view *v, int64_t boxes, int most)
{
    const char *how = v->o->fold < 0 ? "let runs of alike nodes be folded, " : "";
    return wg_fail(v->c, v->here, WG_ERROR_VALUE,
                   "draw: %lld boxes would be drawn for %lld nodes, more than %d: %sdraw a node nearer to "
                   "the inputs, or raise .most",
                   (long long)boxes, (long long)v->nodes, most, how),
           WG_ERROR_VALUE;
}

static wg_status fill(wgi_view *v, int64_t boxes)
{
    wg_node *node = make(v, boxes, sizeof *node);
    v->box = make(v, boxes + 1, sizeof *v->box);
    v->frame = make(v, MOST_FRAMES, sizeof *v->frame);
    bool ok = node && v->box && v->frame;
    if (ok) {
        lay_boxes(v, node);
        if (v->o->backward) wgi_label_gradients(v, node);
        if (v->has_failure) lay_failure(v);
        ok = lay_links(v) && wgi_view_ghosts(v) && !v->lost;
        if (ok && !v->has_failure) lay_back_links(v);
    }
    wg_free(v->c, node);
    return ok ? WG_OK : WG_ERROR_MEMORY;
}

wg_status wgi_view_make(wgi_view *v, wg_site here, wg_graph *g, wg_node root, const wg_draw_opts *o)
{
    *v = (wgi_view){ .c = wg_graph_context(g), .g = g, .here = here, .o = o };
    bool whole = wg_is_none(root) || is_error_node(root);
    v->has_failure = whole && wg_graph_failure(g, &v->failure);
    if (!pick(v, root)) return WG_ERROR_MEMORY;
    v->root = whole ? last_scalar(v) : root;
    find_way(v);
    int most = o->most > 0 ? o->most : MOST_BOXES;
    int64_t boxes = v->nodes;
    if (o->fold > 0 || (o->fold == 0 && boxes > most)) boxes = wgi_fold_runs(v, o->fold > 0 ? 0 : most);
    if (boxes < 0) return WG_ERROR_MEMORY;
    return boxes > most ? refuse(v, boxes, most) : fill(v, boxes);
}
