/* wgformula_sums.h: sums over indices and reductions of whole arrays, a part of wgformula.c. */
#ifndef WGFORMULA_SUMS_H
#define WGFORMULA_SUMS_H

/* ---- sums over indices ---- */

/* The length of the tuple at k, whose tensor has the other subscripts, too. */
static int left_for(wgf_scope *s, int node, int k, const wgf_array *a)
{
    int length = a->rank;
    for (int j = s->f->node[s->f->node[node].child].next; j; j = s->f->node[j].next) {
        const wgi_formula_node *which = NULL;
        const bool tuple = has_rest(s->f, j, &which);
        const wgf_tuple *known = !tuple ? NULL : which ? index_of(s, which) : &s->rest;
        if (j != k) length -= tuple && known ? known->count : 1;
    }
    return length;
}

/* The range of an index: of the axes of the first tensor of which it alone is a subscript. */
static bool range_below(wgf_scope *s, int node, const wgi_formula_node *i, bool several, wgf_tuple *t,
                        int64_t range[])
{
    const wgi_formula_node *n = &s->f->node[node];
    const wgf_name *a = n->kind == WGI_F_AT ? name_of(s, &s->f->node[n->child]) : NULL;
    int axis = 0;
    for (int k = a ? s->f->node[n->child].next : 0; k; k = s->f->node[k].next) {
        const wgi_formula_node *which = NULL;
        const bool tuple = has_rest(s->f, k, &which);
        const wgi_formula_node *m = tuple ? which : &s->f->node[k];
        const bool it = m && m->kind == WGI_F_NAME && m->length == i->length && tuple == several &&
                        memcmp(m->text, i->text, (size_t)i->length) == 0 &&
                        (!tuple || s->f->node[k].kind == WGI_F_REST);
        const wgf_tuple *known = !tuple ? NULL : which ? index_of(s, which) : &s->rest;
        const int length = !tuple ? 1 : known ? known->count : left_for(s, node, k, &a->value);
        if (it) {
            t->count = s->axis >= 0 ? 1 : length;
            for (int c = 0; c < t->count; c++) range[c] = a->value.dim[s->axis >= 0 ? s->axis : axis + c];
            return true;
        }
        axis += length;
    }
    for (int k = n->child; k; k = s->f->node[k].next)
        if (range_below(s, k, i, several, t, range)) return true;
    return false;
}

/* What is joined with the first number; NOTHING is replaced by it. */
enum { NOTHING = 8 };
static wgf_number start_of(char kind)
{
    const bool choice = kind == 'M' || kind == 'm';
    return (wgf_number){ .v = choice ? (kind == 'M' ? -INFINITY : INFINITY) : kind == '*' || kind == 'A',
                         .has = choice ? NOTHING : 0 };
}

/* Of equals the first counts. */
static wgf_number joined(char kind, wgf_number a, wgf_number v)
{
    switch (kind) {
    case '*': return wgf_mul(a, v);
    case 'M': return a.has == NOTHING || (!isnan(a.v) && !(v.v <= a.v)) ? v : a;
    case 'm': return a.has == NOTHING || (!isnan(a.v) && !(v.v >= a.v)) ? v : a;
    case 'E': return either(a, v);
    case 'A': return both(a, v);
    default: return wgf_add(a, v);
    }
}

typedef struct walk {
    wgf_scope *s;
    int body, over, last; /* nodes of the sum; last: its condition, or 0 */
    char kind;            /* '+' '*' 'M' 'm' */
    wgf_number sum;
    wgf_array all;
    int64_t terms;
} walk;

static void add_term(walk *w)
{
    const size_t mark = used;
    wgf_scope *s = w->s;
    if (w->last && value(s, w->last).at[0].v == 0) return;
    s->outside = false;
    const wgf_array term = value(s, w->body);
    if (term.rank) { /* tensors are added as they are */
        w->all = w->terms++ ? map2(s, w->all, term, wgf_add) : term;
        return;
    }
    const wgf_number v = term.at[0];
    const bool counts = !s->outside || w->kind == '+';
    s->outside = false;
    used = mark;
    if (!counts) return;
    w->sum = joined(w->kind, w->sum, v);
    w->terms++;
}

/* Goes over index k of the list, then over those behind it. */
static void walk_index(walk *w, int item, int left)
{
    wgf_scope *s = w->s;
    if (!left || s->why) {
        if (!s->why) add_term(w);
        return;
    }
    const bool bound = s->f->node[item].kind == WGI_F_COMPARE;
    int at = bound ? s->f->node[item].child : item;
    const bool several = s->f->node[at].kind == WGI_F_REST;
    if (several) at = s->f->node[at].child;
    const wgi_formula_node *i = &s->f->node[at];
    wgf_tuple t = { .text = i->text, .length = i->length, .count = 1 };
    int64_t range[WG_MAX_RANK] = { 0 };
    const bool below = bound && s->f->node[item].sign == '<';
    if (below && !several) range[0] = (int64_t)value(s, wgi_formula_child(s->f, item, 1)).at[0].v;
    else if (below) { /* k... < size... */ const wgi_formula_node *which = NULL;
        has_rest(s->f, wgi_formula_child(s->f, item, 1), &which);
        const wgf_option *o = which ? option_of(s, which) : NULL;
        for (t.count = 0; o && t.count < o->shape.rank; t.count++) range[t.count] = o->shape.dim[t.count];
    } else if (i->length == 1 && s->operands < 0 && !range_below(s, w->body, i, several, &t, range)) {
        while (range[0] < s->names && s->name[range[0]].index >= 0) range[0]++; /* which operand */
    } else if (!range_below(s, s->f->root, i, several, &t, range)) {
        fail(s, "an index without a range");
        return;
    }
    int64_t all = 1;
    for (int c = 0; c < t.count; c++) all *= range[c];
    const int place = s->indices++;
    for (int64_t k = 0; k < all && !s->why; k++) {
        int64_t rest = k;
        for (int c = t.count - 1; c >= 0; c--) t.at[c] = rest % range[c], rest /= range[c];
        s->index[place] = t;
        if (!bound || below || value(s, item).at[0].v != 0) walk_index(w, s->f->node[item].next, left - 1);
    }
    s->indices--;
}

static wgf_array sum_over(wgf_scope *s, int node, int over_node, char kind)
{
    const int count = s->f->node[over_node].sign, items = wgi_formula_children(s->f, over_node);
    walk w = { s, s->f->node[node].child, over_node, 0, kind, start_of(kind), { 0 }, 0 };
    if (items > count) w.last = wgi_formula_child(s->f, over_node, count);
    walk_index(&w, s->f->node[over_node].child, count);
    return w.all.rank ? w.all : scalar(w.sum);
}

/* ---- reductions of whole arrays ---- */

static unsigned axes_of(wgf_scope *s, int along, int rank)
{
    const unsigned all = (1u << rank) - 1;
    if (!along) return all;
    const int what = s->f->node[along].child;
    unsigned m = 0;
    if (same_text(&s->f->node[what], "last")) {
        const int k = s->f->node[what].next ? (int)value(s, s->f->node[what].next).at[0].v : 1;
        m = all & ~((1u << (rank > k ? rank - k : 0)) - 1);
    } else {
        const wgf_option *o = option_of(s, &s->f->node[what]);
        if (!o) fail(s, "no such axis");
        for (int i = 0; o && i < o->axes.count; i++) m |= 1u << o->axes.axis[i];
        if (o && !o->axes.count) m = all;
    }
    return s->f->node[along].sign ? all & ~m : m;
}

/* Reduced axes are kept, with the size 1. */
static wgf_array reduced(wgf_array a, unsigned axes, char kind)
{
    wgf_array y = a;
    double count = 1;
    for (int k = 0; k < a.rank; k++)
        if (axes >> k & 1) count *= (double)a.dim[k], y.dim[k] = 1;
    y = wgf_make(y.rank, y.dim);
    for (int64_t i = 0; i < wgf_size(&y); i++) y.at[i] = start_of(kind);
    for (int64_t i = 0; i < wgf_size(&a); i++) {
        wgf_number *to = &y.at[wgf_place(&y, &a, i)];
        *to = joined(kind, *to, a.at[i]);
    }
    for (int64_t i = 0; i < wgf_size(&y); i++)
        if (kind == '/') y.at[i] = over(y.at[i], wgf_constant(count));
    return y;
}

/* first: 1 at the first place. argmax: its index along the only axis. */
static wgf_array first(wgf_array c, unsigned axes)
{
    wgf_array found = reduced(c, axes, '+'), y = wgf_make(c.rank, c.dim);
    memset(found.at, 0, (size_t)wgf_size(&found) * sizeof *found.at);
    for (int64_t i = 0; i < wgf_size(&c); i++) {
        wgf_number *f = &found.at[wgf_place(&found, &c, i)];
        y.at[i] = wgf_constant(c.at[i].v != 0 && f->v == 0);
        *f = wgf_add(*f, y.at[i]);
    }
    return y;
}

static wgf_array place_of_first(wgf_scope *s, wgf_array c, unsigned axes)
{
    wgf_array f = first(c, axes);
    int axis = 0;
    while (axis < c.rank && !(axes >> axis & 1)) axis++;
    if (axis == c.rank || axes >> (axis + 1)) return fail(s, "an index along several axes");
    int64_t inner = 1;
    for (int k = axis + 1; k < c.rank; k++) inner *= c.dim[k];
    for (int64_t i = 0; i < wgf_size(&f); i++) f.at[i].v *= (long double)(i / inner % c.dim[axis]);
    return reduced(f, axes, '+');
}

static wgf_array softmax(wgf_scope *s, wgf_array x, unsigned axes, bool logarithm)
{
    wgf_array z = map2(s, x, reduced(x, axes, 'M'), wgf_sub), sum = reduced(map1(z, wgf_exp), axes, '+');
    return logarithm ? map2(s, z, map1(sum, wgf_log), wgf_sub) : map2(s, map1(z, wgf_exp), sum, over);
}

static wgf_array one_hot(wgf_scope *s, wgf_array c)
{
    const wgf_array *x = &s->name[0].value;
    wgf_array y = c;
    if (!x->rank) return fail(s, "no classes");
    y.dim[y.rank++] = x->dim[x->rank - 1];
    y = wgf_make(y.rank, y.dim);
    for (int64_t i = 0, n = x->dim[x->rank - 1]; i < wgf_size(&y); i++)
        y.at[i] = wgf_constant(c.at[i / n].v == (long double)(i % n));
    return y;
}

/* Added up over the axes that the target has not, or of size 1; or in its shape. */
static wgf_array sum_to(wgf_scope *s, wgf_array a)
{
    wgf_array y = wgf_make(s->target->rank, s->target->dim);
    memset(y.at, 0, (size_t)wgf_size(&y) * sizeof *y.at);
    for (int64_t i = 0; i < wgf_size(&a); i++)
        y.at[wgf_place(&y, &a, i)] = wgf_add(y.at[wgf_place(&y, &a, i)], a.at[i]);
    return y;
}

static wgf_array reshaped(wgf_scope *s, wgf_array a)
{
    if (wgf_size(&a) != wgf_size(s->target)) return fail(s, "sizes differ");
    wgf_array y = *s->target;
    y.at = a.at;
    return y;
}

/* With the axes, of size 1. */
static wgf_array kept(wgf_scope *s, wgf_array a, unsigned axes)
{
    wgf_array y = a;
    if (a.rank == s->target->rank) return a;
    y.rank = s->target->rank;
    for (int k = 0, from = 0; k < y.rank; k++) y.dim[k] = axes >> k & 1 ? 1 : a.dim[from++];
    return wgf_size(&y) == wgf_size(&a) ? y : fail(s, "other axes are kept");
}

static wgf_array along_function(wgf_scope *s, int node, wgf_array a, unsigned axes)
{
    static const struct {
        const char *name;
        char kind;
    } known[] = { { "sum", '+' }, { "mean", '/' }, { "prod", '*' }, { "max", 'M' },
                  { "min", 'm' }, { "any", 'E' },  { "all", 'A' },  { NULL, 0 } };
    double length = 1; /* a number */
    for (int k = 0; k < a.rank; k++) length *= axes >> k & 1 ? (double)a.dim[k] : 1;
    if (wgi_formula_is(s->f, node, "length")) return number(length);
    for (int i = 0; known[i].name; i++)
        if (wgi_formula_is(s->f, node, known[i].name)) return reduced(a, axes, known[i].kind);
    if (wgi_formula_is(s->f, node, "first")) return first(a, axes);
    if (wgi_formula_is(s->f, node, "argmax"))
        return place_of_first(s, map2(s, a, reduced(a, axes, 'M'), eq), axes);
    if (wgi_formula_is(s->f, node, "argmin"))
        return place_of_first(s, map2(s, a, reduced(a, axes, 'm'), eq), axes);
    if (wgi_formula_is(s->f, node, "softmax")) return softmax(s, a, axes, false);
    return wgi_formula_is(s->f, node, "log_softmax") ? softmax(s, a, axes, true)
                                                     : fail(s, "a function that is not known");
}

/* Numbers of f16 and bf16 have derivatives, integers have none. */
static wgf_array cast_to(wgf_array a, wg_dtype t)
{
    wgf_array y = wgf_make(a.rank, a.dim);
    for (int64_t i = 0; i < wgf_size(&y); i++) {
        if (t == WG_F16 || t == WG_BF16) y.at[i] = a.at[i];
        else y.at[i] = wgf_constant(0);
        y.at[i].v = rounding_to(t)((double)a.at[i].v);
    }
    return y;
}

#endif
