/* graph_picture.c: the picture of a graph: a box for each picked node or run of alike nodes, with frames and
 * links.
 *
 * Everything is a loop over nodes in creation order, which is topological: no recursion, time and memory
 * linear in the graph. Operands stand before their consumers, among positions as among boxes, runs included.
 */
#include "draw/reduced_boxes.h"
#include "wgx/graph.h"

#include <string.h>

/* ---- frames ---- */

int wgi_frame_in(wgi_picture *p, int parent, const char *name, size_t length)
{
    for (int i = p->frames - 1; i >= 0; i--) {
        const char *known = p->frame[i].name;
        if (p->frame[i].parent == parent && strncmp(known, name, length) == 0 && !known[length]) return i;
    }
    if (p->frames == WGI_MOST_FRAMES) return parent;
    p->frame[p->frames] = (wgi_frame){ .parent = parent, .name = wgi_pool_part(p->pool, name, length) };
    return p->frames++;
}

/* The call whose nodes the outermost scope of a node has: "h = block(x)"; NULL: it is not known. */
static const char *frame_title(wgi_picture *p, int64_t position, const char *name)
{
    char printed[80];
    size_t series;
    const char *words = wgi_view_words(&p->view, wgi_item_at(p, position)->here, true);
    if (!*words || wgi_series_scope(name, &series)) return NULL;
    bool is_result = false; /* the statement is the call alone */
    for (int64_t i = 0; i < p->view.items && !is_result; i++)
        is_result = !strcmp(p->view.item[i].name, name) &&
                    wgi_is_same_call(p->view.item[i].here, wgi_item_at(p, position)->here);
    return is_result && wgi_formula_print_name(name, 0, printed, sizeof printed) < (int)sizeof printed
               ? wgi_pool_format(p->pool, "%s = %s", printed, words)
               : words;
}

static int frame_of(wgi_picture *p, int64_t position, size_t length)
{
    int frame = -1;
    const char *scope = wg_node_scope(wgi_node_at(p, position));
    const int before = p->frames;
    if (!p->o->scopes) return frame;
    for (size_t at = 0; at < length;) {
        size_t part = strcspn(scope + at, "/");
        if (part > length - at) part = length - at;
        if (part) frame = wgi_frame_in(p, frame, scope + at, part);
        if (!at && p->frames > before)
            p->frame[before].title = frame_title(p, position, p->frame[before].name),
            p->frame[before].here = wgi_item_at(p, position)->here;
        else if (!at && frame >= 0 && !wgi_is_same_call(p->frame[frame].here, wgi_item_at(p, position)->here))
            p->frame[frame].title = NULL; /* nodes of several calls */
        at += part + 1;
    }
    return frame;
}

/* The length of the path that two scope paths have in common, in whole parts. */
static size_t common_scope(const char *a, size_t length, const char *b)
{
    size_t same = 0;
    for (size_t i = 0;; i++) {
        bool end_a = i == length, end_b = !b[i];
        if ((end_a || a[i] == '/') && (end_b || b[i] == '/')) same = i;
        if (end_a || end_b || a[i] != b[i]) return same;
    }
}

/* The innermost frame that all of these nodes are in. */
static int frame_of_nodes(wgi_picture *p, int64_t begin, int64_t end)
{
    const char *scope = wg_node_scope(wgi_node_at(p, begin));
    size_t length = strlen(scope);
    if (wgi_is_shared(p, begin) && wgi_series_scope(scope, &length))
        while (length && scope[length] != '/') length--;
    for (int64_t i = begin + 1; i < end; i++)
        length = common_scope(scope, length, wg_node_scope(wgi_node_at(p, i)));
    return frame_of(p, begin, length);
}

/* ---- boxes and links ---- */

/* The repeat whose first part has the position; NULL: there is none. *at: the first one that may have it or a
 * later position. */
static wgi_alike_run *repeat_at(const wgi_picture *p, int64_t position, int64_t *at)
{
    while (*at < p->less.repeats && p->less.repeat[*at].begin + p->less.repeat[*at].period <= position) ++*at;
    return *at < p->less.repeats && p->less.repeat[*at].begin <= position ? &p->less.repeat[*at] : NULL;
}

static int frame_of_repeat(wgi_picture *p, wgi_alike_run *r)
{
    if (r->frame) return r->frame - 1;
    const int parent = frame_of_nodes(p, r->begin, r->begin + r->period * r->times);
    p->frame[p->frames] = (wgi_frame){ .parent = parent, .name = wgi_repeat_title(p, r) };
    r->frame = ++p->frames;
    return p->frames - 1;
}

static int frame_of_box(wgi_picture *p, int64_t begin, int64_t end, int64_t *repeat)
{
    wgi_alike_run *r = repeat_at(p, begin, repeat);
    if (r && p->frames < WGI_MOST_FRAMES) return frame_of_repeat(p, r);
    if (!wgi_is_box_of(p, begin, WGI_PARTS_SCOPES)) return frame_of_nodes(p, begin, end);
    size_t outer = (size_t)p->less.reducer->closed[begin];
    const char *scope = wg_node_scope(wgi_node_at(p, begin));
    while (outer && scope[--outer] != '/') continue;
    return frame_of(p, begin, outer);
}

/* Fills box_of. */
static void add_boxes(wgi_picture *p)
{
    int64_t run = 0, repeat = 0;
    for (int64_t i = 0; i < p->at.nodes;) {
        const wgi_alike_run *r =
            run < p->less.runs && p->less.run[run].begin == i ? &p->less.run[run++] : NULL;
        int64_t end = i + (r ? r->period * r->times : 1);
        if (p->less.into && p->less.into[i] != i) {
            i = end;
            continue;
        }
        int32_t at = (int32_t)p->boxes;
        wgi_box *b = wgi_add_box(p, WGI_BOX_OP, frame_of_box(p, i, end, &repeat));
        if (r) wgi_describe_run(p, b, r);
        else wgi_describe_node(p, b, i);
        if (p->less.outside && p->less.outside[i])
            b->is_copy = true, b->title = b->name, b->formula = b->symbol, b->detail = b->shape = "";
        for (; i < end; i++) p->at.box_of[i] = at, b->on_gradient_path |= p->at.on_path[i];
    }
    for (int64_t i = 0; p->less.into && i < p->at.nodes; i++)
        p->at.box_of[i] = p->less.into[i] < 0 ? WGI_ABSENT : p->at.box_of[p->less.into[i]];
}

/* Whether the positions are in two repetitions of one part. Repeats have no position in common. */
static const wgi_alike_run *repeat_between(const wgi_picture *p, int64_t from, int64_t to)
{
    int64_t low = 0, high = p->less.repeats; /* the last repeat that begins at `from` or before it */
    while (low < high) {
        const int64_t middle = (low + high) / 2;
        if (p->less.repeat[middle].begin <= from) low = middle + 1;
        else high = middle;
    }
    if (!low) return NULL;
    const wgi_alike_run *r = &p->less.repeat[low - 1];
    const int64_t end = r->begin + r->period * r->times;
    if (from >= end || to < r->begin || to >= end) return NULL;
    return (from - r->begin) / r->period != (to - r->begin) / r->period ? r : NULL;
}

/* What is outside of a part has no operands there. */
static bool are_drawn(const wgi_picture *p, int32_t from, int64_t to)
{
    return from >= 0 && p->at.box_of[from] >= 0 && p->at.box_of[to] >= 0 &&
           !(p->less.outside && p->less.outside[to]);
}

static void link_positions(wgi_picture *p, int32_t from, int64_t to)
{
    const wgi_alike_run *r = p->less.repeats ? repeat_between(p, from, to) : NULL;
    if (!r) wgi_link_boxes(p, p->at.box_of[from], p->at.box_of[to]);
    else if (r->has_loop) /* to the next repetition */
        wgi_link_once(
            p, (wgi_link){ .from = p->at.box_of[from], .to = p->at.box_of[to], .loop = true, .times = 1 });
}

/* Links to a box in the order of its formula: from its result down, the first operand first. */
static void link_formula(wgi_picture *p, int64_t result, int32_t *stack, bool *done)
{
    int64_t top = 0;
    stack[top++] = (int32_t)result;
    while (top) {
        const int32_t at = stack[--top];
        if (at >= 0 && p->less.into[at] != result) link_positions(p, at, result);
        else if (at >= 0 && !done[at]) {
            done[at] = true;
            for (int64_t a = p->at.first[at + 1] - 1; a >= p->at.first[at]; a--)
                if (are_drawn(p, p->at.arg[a], at)) stack[top++] = p->at.arg[a];
        }
    }
}

static void add_links(wgi_picture *p)
{
    int32_t *stack =
        p->less.into ? wgi_pool_take(p->pool, p->at.first[p->at.nodes] + 1, sizeof *stack) : NULL;
    bool *done = wgi_pool_take(p->pool, p->at.nodes, sizeof *done);
    for (int64_t i = 0; stack && done && i < p->at.nodes; i++)
        if (p->less.into[i] == i) link_formula(p, i, stack, done);
    for (int64_t i = 0; done && i < p->at.nodes; i++)
        for (int64_t a = done[i] ? p->at.first[i + 1] : p->at.first[i]; a < p->at.first[i + 1]; a++)
            if (are_drawn(p, p->at.arg[a], i)) link_positions(p, p->at.arg[a], i);
    for (int k = 0; p->failure && k < p->failure->operands && k < 4; k++) {
        wg_node x = p->failure->operand[k];
        if (wg_node_ok(x) && p->at.position[x.index] >= 0)
            wgi_link_boxes(p, p->at.box_of[p->at.position[x.index]], (int)p->boxes - 1);
    }
}

static void add_back_links(wgi_picture *p)
{
    int64_t forward = p->links;
    for (int64_t l = 0; l < forward; l++) {
        wgi_link f = p->link[l];
        if (f.loop || !p->box[f.from].on_gradient_path || !p->box[f.to].on_gradient_path) continue;
        p->link[p->links++] =
            (wgi_link){ .from = f.to, .to = f.from, .back = true, .turned = f.turned, .times = f.times };
    }
}

/* ---- the boxes of a graph ---- */

/* The root of a whole graph is its last float scalar that is computed from operands. */
static wg_node last_scalar(const wgi_picture *p)
{
    for (int64_t i = p->at.nodes - 1; i >= 0; i--) {
        wg_node n = wgi_node_at(p, i);
        if (wgi_is_float(n) && wg_shape_size(wg_node_shape(n)) == 1 && wg_node_operands(n) > 0) return n;
    }
    return wg_none;
}

static wg_status refuse(wgi_picture *p, int64_t boxes, int most)
{
    const char *how = p->o->fold == false ? "let runs of alike nodes be folded, " : "";
    return WGI_REFUSE(p,
                      "draw: %lld boxes would be drawn for %lld nodes, more than %d: %sdraw a node nearer "
                      "to the inputs, or raise .most",
                      (long long)boxes, (long long)p->at.nodes, most, how);
}

/* The boxes of nodes that the option `marks` names. */
static void mark_boxes(wgi_picture *p)
{
    for (int i = 0; p->o->marks && i < p->o->mark_count; i++) {
        const wg_node_mark *m = &p->o->marks[i];
        const int64_t at =
            m->node.graph == p->g && wg_node_ok(m->node) ? p->at.position[m->node.index] : WGI_ABSENT;
        if (at < 0 || p->at.box_of[at] < 0) continue;
        wgi_box *b = &p->box[p->at.box_of[at]];
        const char *text = m->text ? wgi_pool_copy(p->pool, m->text) : NULL;
        if (b->kind == WGI_BOX_WRONG) continue;
        if (m->kind == WG_MARK_PASSED) {
            b->note = text ? text : "", b->passed = true;
            continue;
        }
        b->kind = m->kind == WG_MARK_WRONG ? WGI_BOX_WRONG : WGI_BOX_AFFECTED;
        if (text) b->mark = text;
    }
}

/* All but copies and edges back. */
static wg_status fill_boxes(wgi_picture *p, int64_t boxes)
{
    wg_status s = WG_OK;
    int64_t operands = 4; /* of a failed call */
    for (int64_t i = 0; i < p->at.nodes; i++)
        if (!p->less.into || p->less.into[i] >= 0) operands += p->at.first[i + 1] - p->at.first[i];
    if (!wgi_picture_room(p, boxes + 1, 2 * operands, p->less.outside ? 1 : WGI_MOST_FRAMES))
        return WG_ERROR_MEMORY;
    add_boxes(p);
    mark_boxes(p);
    if (p->o->overlay) s = wgi_draw_overlay(p);
    if (s == WG_OK) {
        if (p->o->backward) wgi_describe_gradients(p);
        if (p->failure) wgi_describe_failure(p, wgi_add_box(p, WGI_BOX_FAILED, -1));
        s = wgi_hide_numbers(p);
        add_links(p);
    }
    return p->pool->failed ? WG_ERROR_MEMORY : s;
}

wg_status wgi_picture_start(wgi_picture *p, wg_node root)
{
    bool whole = !wg_node_ok(root);
    p->less.hidden = "", p->less.folds_series &= p->o->fold == WG_AUTO;
    wgx_failure failure;
    if (whole && wgx_graph_failure(p->g, &failure) &&
        (p->failure = wgi_pool_take(p->pool, 1, sizeof failure)))
        *p->failure = failure;
    wgi_pick_nodes(p, root);
    if (p->pool->failed) return WG_ERROR_MEMORY;
    p->root = whole ? last_scalar(p) : root;
    if (p->o->backward && !p->pool->failed) wgi_find_gradient_path(p);
    return p->pool->failed ? WG_ERROR_MEMORY : WG_OK;
}

/* How many boxes the picture has; -1: no memory. */
static int64_t choose_boxes(wgi_picture *p, int64_t most, bool reduces)
{
    const wg_draw_opts *o = p->o;
    if (reduces || o->depth > 0) return wgi_reduce(p);
    if (p->less.folds_series && !p->failure) {
        const int64_t boxes = wgi_reduce(p);
        if (boxes <= most) return boxes;
        wgi_forget_reduced(p);
    }
    if (o->fold == true || (o->fold == WG_AUTO && p->at.nodes > most))
        return wgi_find_alike_runs(p, o->fold == true ? 0 : most, NULL);
    return p->at.nodes;
}

/* ---- another graph beside it ---- */

/* The node of the other graph that has this name. */
static wg_node named_alike(wg_graph *g, wg_node n)
{
    for (int64_t i = wg_graph_nodes(g) - 1; i > 0; i--) {
        const wg_node k = wg_graph_node(g, i);
        if (*wg_node_name(n) && strcmp(wg_node_name(k), wg_node_name(n)) == 0) return k;
    }
    return wg_none;
}

static wg_status put_beside(wgi_picture *p, int64_t most, bool reduces)
{
    const wg_node other = p->o->beside;
    wg_graph *g = wg_graph_of(other);
    if (!wg_node_ok(other) || wg_graph_context(g) != p->c)
        return WGI_DRAW_FAIL(p->c, p->here, WG_ERROR_USE,
                             "draw: .beside is no node of a graph of this context");
    wg_draw_opts o = *p->o;
    wgi_picture q = { .c = p->c,
                      .pool = p->pool,
                      .g = g,
                      .here = p->here,
                      .o = &o,
                      .format = p->format,
                      .less = { .folds_series = p->less.folds_series, .closed = p->less.closed } };
    wg_node *wrt = wgi_pool_take(p->pool, o.wrt_count, sizeof *wrt);
    int count = 0;
    for (int i = 0; wrt && i < o.wrt_count; i++) {
        const wg_node alike = named_alike(g, o.wrt[i]);
        if (!wg_is_none(alike)) wrt[count++] = alike;
    }
    o.wrt = count ? wrt : NULL, o.wrt_count = count;
    o.beside = wg_none, o.hide = NULL, o.marks = NULL, o.mark_count = 0;
    wg_status s = wgi_picture_start(&q, other);
    const int64_t boxes = s == WG_OK ? choose_boxes(&q, most, reduces) : -1;
    if (boxes > most) s = refuse(&q, boxes, (int)most);
    else s = boxes < 0 ? WG_ERROR_MEMORY : fill_boxes(&q, boxes);
    return s == WG_OK ? wgi_show_difference(p, &q) : s;
}

/* ---- all together ---- */

static wg_status fill(wgi_picture *p, int64_t boxes, int64_t most, bool reduces)
{
    wg_status s = fill_boxes(p, boxes);
    if (s == WG_OK && !wg_is_none(p->o->beside) && !p->failure) s = put_beside(p, most, reduces);
    if (s != WG_OK) return s;
    if (p->less.row) wgi_copy_to_rows(p);
    wgi_copy_shared_boxes(p);
    wgi_place_gradients(p);
    if (p->o->edges && !p->failure) s = wgi_label_edges(p);
    if (!p->failure && !wgi_is_circuit(p->o)) add_back_links(p);
    return p->pool->failed ? WG_ERROR_MEMORY : s;
}

wg_status wgi_picture_part(wgi_picture *q, const wgi_picture *p, int of, const wgi_reduction *less)
{
    const wg_draw_opts *o = q->o;
    const int64_t nodes = p->at.nodes;
    *q = *p;
    q->o = o, q->less = *less, q->less.closed = 0;
    q->boxes = q->links = q->frames = 0;
    q->at.box_of = wgi_pool_take(p->pool, nodes, sizeof *q->at.box_of);
    q->less.into = wgi_pool_take(p->pool, nodes, sizeof *q->less.into);
    q->less.outside = wgi_pool_take(p->pool, nodes, 1);
    if (p->pool->failed) return WG_ERROR_MEMORY;
    int64_t boxes = 0;
    for (int64_t i = 0; i < nodes; i++) {
        q->less.into[i] = p->at.box_of[i] == of ? less->into[i] : WGI_ABSENT;
        for (int64_t a = p->at.first[i]; q->less.into[i] >= 0 && a < p->at.first[i + 1]; a++) {
            const int32_t x = p->at.arg[a];
            if (x >= 0 && p->at.box_of[x] != of) q->less.into[x] = x, q->less.outside[x] = 1;
        }
    }
    for (int64_t i = 0; i < nodes; i++) boxes += q->less.into[i] == i;
    return fill(q, boxes, boxes, true);
}

wg_status wgi_picture_make(wgi_picture *p, wg_node root)
{
    return wgi_picture_start(p, root) == WG_OK ? wgi_picture_fill(p) : WG_ERROR_MEMORY;
}

wg_status wgi_picture_fill(wgi_picture *p)
{
    const int most = p->o->most != WG_AUTO ? p->o->most : WGI_MOST_BOXES;
    const wg_status s = wgi_check_kept(p);
    const int64_t boxes = s == WG_OK ? choose_boxes(p, most, false) : 0;
    if (boxes < 0 || s != WG_OK) return s != WG_OK ? s : WG_ERROR_MEMORY;
    return boxes > most ? refuse(p, boxes, most) : fill(p, boxes, most, false);
}

wg_status wgi_picture_reduce(wgi_picture *p, unsigned closed, int64_t most, int64_t *boxes)
{
    wgi_picture_clear_boxes(p);
    p->less.closed = closed;
    *boxes = choose_boxes(p, most, true);
    if (*boxes < 0) return WG_ERROR_MEMORY;
    if (*boxes > most)
        return closed == WGI_ALL_PARTS && !wgi_is_window(p->o) ? refuse(p, *boxes, (int)most) : WG_OK;
    const wg_status s = fill(p, *boxes, most, true);
    if (s == WG_OK && !wgi_is_window(p->o)) p->less.hidden = wgi_hidden_text(p);
    return s;
}
