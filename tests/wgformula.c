/* wgformula.c: see wgformula.h. */
#include "wgformula.h"
#include "wgrounding.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static wgf_number *pool;
static size_t used;
enum { POOL = 1 << 22 };

void wgf_clear(void) { used = 0; }

int64_t wgf_size(const wgf_array *a)
{
    int64_t n = 1;
    for (int i = 0; i < a->rank; i++) n *= a->dim[i];
    return n;
}

wgf_array wgf_make(int rank, const int64_t *dim)
{
    wgf_array a = { .rank = rank };
    if (!pool) pool = malloc(POOL * sizeof *pool);
    for (int i = 0; i < rank; i++) a.dim[i] = dim[i];
    const size_t n = (size_t)wgf_size(&a);
    cr_assert(pool && used + n < POOL, "the pool of the evaluation is too small");
    a.at = pool + used;
    used += n;
    return a;
}

static wgf_array scalar(wgf_number x)
{
    wgf_array a = wgf_make(0, NULL);
    a.at[0] = x;
    return a;
}
static wgf_array number(long double x) { return scalar(wgf_constant(x)); }

static wgf_array fail(wgf_scope *s, const char *why)
{
    if (!s->why) s->why = why;
    return number(NAN);
}

/* ---- broadcasting ---- */

int64_t wgf_place(const wgf_array *a, const wgf_array *y, int64_t i)
{
    int64_t at = 0, step = 1;
    for (int k = y->rank - 1, j = a->rank - 1; k >= 0; k--, j--) {
        const int64_t c = i % y->dim[k];
        i /= y->dim[k];
        if (j < 0) continue;
        at += a->dim[j] == 1 ? 0 : c * step;
        step *= a->dim[j];
    }
    return at;
}

static wgf_array both_shapes(wgf_scope *s, const wgf_array *a, const wgf_array *b)
{
    wgf_array y = { .rank = a->rank > b->rank ? a->rank : b->rank };
    for (int k = 0; k < y.rank; k++) {
        const int i = k - (y.rank - a->rank), j = k - (y.rank - b->rank);
        const int64_t p = i < 0 ? 1 : a->dim[i], q = j < 0 ? 1 : b->dim[j];
        if (p != q && p != 1 && q != 1) return fail(s, "shapes do not broadcast");
        y.dim[k] = p == 1 ? q : p;
    }
    return wgf_make(y.rank, y.dim);
}

typedef wgf_number (*two)(wgf_number, wgf_number);
static wgf_array map2(wgf_scope *s, wgf_array a, wgf_array b, two f)
{
    wgf_array y = both_shapes(s, &a, &b);
    for (int64_t i = 0; !s->why && i < wgf_size(&y); i++)
        y.at[i] = f(a.at[wgf_place(&a, &y, i)], b.at[wgf_place(&b, &y, i)]);
    return y;
}

static wgf_number over(wgf_number a, wgf_number b) { return wgf_div(a, b); }
/* a less the whole multiple of b, exactly. */
static wgf_number mod(wgf_number a, wgf_number b)
{
    long double r = fmodl(a.v, b.v);
    if (r != 0 && (r < 0) != (b.v < 0)) r += b.v;
    wgf_number y = wgf_sub(a, wgf_mul(b, wgf_constant(roundl((a.v - r) / b.v))));
    return y.v = r, y;
}
/* 0 ln 0 is 0. */
static wgf_number times_ln(wgf_number a, wgf_number b)
{
    wgf_number y = wgf_mul(a, b);
    if (a.v == 0) y.v = 0;
    return y;
}
#define CONDITION(name, e) \
    static wgf_number name(wgf_number a, wgf_number b) { return wgf_constant(e); }
CONDITION(both, a.v != 0 && b.v != 0)
CONDITION(either, a.v != 0 || b.v != 0)
CONDITION(lt, a.v < b.v)
CONDITION(gt, a.v > b.v)
CONDITION(le, a.v <= b.v)
CONDITION(ge, a.v >= b.v)
CONDITION(eq, a.v == b.v)
CONDITION(ne, a.v != b.v)

typedef wgf_number (*one)(wgf_number);
static wgf_array map1(wgf_array a, one f)
{
    wgf_array y = wgf_make(a.rank, a.dim);
    for (int64_t i = 0; i < wgf_size(&y); i++) y.at[i] = f(a.at[i]);
    return y;
}
static wgf_number not_it(wgf_number a) { return wgf_constant(a.v == 0); }

/* ---- matrices ---- */

static wgf_array transposed(wgf_scope *s, wgf_array a)
{
    if (a.rank < 2) return fail(s, "transpose of no matrix");
    const int64_t m = a.dim[a.rank - 2], n = a.dim[a.rank - 1], all = wgf_size(&a);
    wgf_array y = wgf_make(a.rank, a.dim);
    y.dim[a.rank - 2] = n, y.dim[a.rank - 1] = m;
    for (int64_t i = 0; i < all; i++) y.at[i / (m * n) * m * n + i % n * m + i / n % m] = a.at[i];
    return y;
}

/* Vectors count as rows on the left and columns on the right. Batches broadcast. */
static wgf_array product(wgf_scope *s, wgf_array a, wgf_array b)
{
    const bool row = a.rank == 1, column = b.rank == 1;
    if (!a.rank || !b.rank) return fail(s, "product of no matrices");
    if (row) a.rank = 2, a.dim[1] = a.dim[0], a.dim[0] = 1;
    if (column) b.rank = 2, b.dim[1] = 1;
    const int64_t m = a.dim[a.rank - 2], k = a.dim[a.rank - 1], n = b.dim[b.rank - 1];
    if (k != b.dim[b.rank - 2]) return fail(s, "inner sizes differ");
    wgf_array pa = a, pb = b;
    pa.rank -= 2, pb.rank -= 2;
    wgf_array batch = both_shapes(s, &pa, &pb), y = batch;
    y.dim[y.rank++] = m, y.dim[y.rank++] = n;
    y = wgf_make(y.rank, y.dim);
    for (int64_t i = 0; !s->why && i < wgf_size(&y); i++) {
        const int64_t u = i / (m * n), r = i / n % m, c = i % n;
        const wgf_number *x = a.at + wgf_place(&pa, &batch, u) * m * k,
                         *z = b.at + wgf_place(&pb, &batch, u) * k * n;
        y.at[i] = wgf_constant(0);
        for (int64_t j = 0; j < k; j++) y.at[i] = wgf_add(y.at[i], wgf_mul(x[r * k + j], z[j * n + c]));
    }
    if (row) y.dim[y.rank - 2] = y.dim[y.rank - 1], y.rank--;
    if (column) y.rank--;
    return y;
}

/* The inverse, by Gauss and Jordan with pivots. */
static void swap_rows(wgf_number *a, int64_t n, int64_t p, int64_t q)
{
    for (int64_t k = 0; p != q && k < n; k++) {
        const wgf_number t = a[p * n + k];
        a[p * n + k] = a[q * n + k], a[q * n + k] = t;
    }
}
static void invert(wgf_number *a, wgf_number *v, int64_t n)
{
    for (int64_t i = 0; i < n * n; i++) v[i] = wgf_constant(i / n == i % n);
    for (int64_t c = 0; c < n; c++) {
        int64_t p = c;
        for (int64_t r = c; r < n; r++)
            if (fabsl(a[r * n + c].v) > fabsl(a[p * n + c].v)) p = r;
        swap_rows(a, n, p, c), swap_rows(v, n, p, c);
        const wgf_number d = a[c * n + c];
        for (int64_t k = 0; k < n; k++)
            a[c * n + k] = wgf_div(a[c * n + k], d), v[c * n + k] = wgf_div(v[c * n + k], d);
        for (int64_t r = 0; r < n; r++) {
            const wgf_number w = a[r * n + c];
            for (int64_t k = 0; r != c && k < n; k++) {
                a[r * n + k] = wgf_sub(a[r * n + k], wgf_mul(w, a[c * n + k]));
                v[r * n + k] = wgf_sub(v[r * n + k], wgf_mul(w, v[c * n + k]));
            }
        }
    }
}
/* The determinant of the rows from r on and the columns that are not in used_columns, by the first row: a
 * polynomial, which has derivatives where the matrix is singular, too. */
static wgf_number minor(const wgf_number *a, int64_t n, int64_t r, unsigned used_columns)
{
    wgf_number d = wgf_constant(r == n);
    for (int64_t c = 0, k = 0; r < n && c < n; c++) {
        if (used_columns >> c & 1) continue;
        const wgf_number t = wgf_mul(a[r * n + c], minor(a, n, r + 1, used_columns | 1u << c));
        d = k++ % 2 ? wgf_sub(d, t) : wgf_add(d, t);
    }
    return d;
}

static wgf_array inverse(wgf_scope *s, wgf_array a, bool determinant)
{
    if (a.rank < 2 || a.dim[a.rank - 1] != a.dim[a.rank - 2]) return fail(s, "inverse of no square matrix");
    const int64_t n = a.dim[a.rank - 1];
    wgf_array copy = wgf_make(a.rank, a.dim), y = wgf_make(a.rank, a.dim), d = wgf_make(a.rank - 2, a.dim);
    memcpy(copy.at, a.at, (size_t)wgf_size(&a) * sizeof *a.at);
    for (int64_t i = 0; i < wgf_size(&d); i++)
        if (determinant) d.at[i] = minor(copy.at + i * n * n, n, 0, 0);
        else invert(copy.at + i * n * n, y.at + i * n * n, n);
    if (!determinant) return y;
    for (int k = 0; k < 2; k++) d.dim[d.rank++] = 1; /* it broadcasts beside the matrices */
    return d;
}

/* kind 'l', 'u': a triangle; 'd': the diagonal part, of a vector a matrix. */
static wgf_array part_of_matrix(wgf_scope *s, wgf_array a, char kind)
{
    if (a.rank < (kind == 'd' ? 1 : 2)) return fail(s, "part of no matrix");
    const int64_t n = a.dim[a.rank - 1];
    wgf_array y = a;
    if (kind == 'd') y.dim[y.rank++] = n;
    y = wgf_make(y.rank, y.dim);
    const int64_t m = y.dim[y.rank - 2];
    for (int64_t i = 0; i < wgf_size(&y); i++) {
        const int64_t r = i / n % m, c = i % n;
        const bool in = kind == 'l' ? c <= r : kind == 'u' ? c >= r : c == r;
        y.at[i] = !in ? wgf_constant(0) : kind == 'd' ? a.at[i / (n * n) * n + c] : a.at[i];
    }
    return y;
}

static wgf_array diagonal(wgf_scope *s, wgf_array a)
{
    if (a.rank < 2) return fail(s, "diagonal of no matrix");
    const int64_t m = a.dim[a.rank - 2], n = a.dim[a.rank - 1], k = m < n ? m : n;
    wgf_array y = a;
    y.dim[--y.rank - 1] = k;
    y = wgf_make(y.rank, y.dim);
    for (int64_t i = 0; i < wgf_size(&y); i++) y.at[i] = a.at[i / k * m * n + i % k * (n + 1)];
    return y;
}

static wgf_array value(wgf_scope *s, int node);

/* ---- names ---- */

static bool same_text(const wgi_formula_node *n, const char *text)
{
    return n->length == (int)strlen(text) && memcmp(n->text, text, (size_t)n->length) == 0;
}

static wgf_option *option_of(wgf_scope *s, const wgi_formula_node *n)
{
    for (int i = 0; i < s->options; i++)
        if (same_text(n, s->option[i].row->name)) return &s->option[i];
    return NULL;
}

/* The number that a word stands for in an option that is a choice: mean is 0 in "mean sum none". */
static int choice_of(const char *words, const wgi_formula_node *n)
{
    int i = 0;
    for (; words && *words; i++) {
        const size_t length = strcspn(words, " ");
        if ((int)length == n->length && memcmp(words, n->text, length) == 0) return i;
        words += length, words += *words == ' ';
    }
    return -1;
}

static wgf_tuple *index_of(wgf_scope *s, const wgi_formula_node *n)
{
    for (int i = s->indices - 1; i >= 0; i--)
        if (s->index[i].length == n->length && memcmp(s->index[i].text, n->text, (size_t)n->length) == 0)
            return &s->index[i];
    return NULL;
}

/* x_i is operand i where i is an index. */
static const wgf_name *name_of(wgf_scope *s, const wgi_formula_node *n)
{
    char text[24];
    snprintf(text, sizeof text, "%.*s", n->length, n->text);
    const int cut = n->length - 2;
    if (cut > 0 && text[cut] == '_') {
        const wgi_formula_node below = { .text = n->text + cut + 1, .length = 1 };
        const wgf_tuple *t = index_of(s, &below);
        if (t) snprintf(text + cut + 1, sizeof text - (size_t)cut - 1, "%d", (int)t->at[0]);
    }
    for (int i = 0; i < s->names; i++)
        if (s->name[i].primes == n->sign && strcmp(s->name[i].text, text) == 0) return &s->name[i];
    return NULL;
}

/* In an equation along an axis a name without subscript is its element beside the axis. */
static wgf_array beside(wgf_scope *s, const wgf_array *a, int64_t subscript, bool has)
{
    int64_t at = 0;
    int rest = 0;
    if (a->rank != s->rest.count + has)
        return a->rank == 0 ? *a : fail(s, "a tensor of another rank along the axis");
    for (int k = 0; k < a->rank; k++) {
        const bool here = has && k == s->axis;
        const int64_t c = here ? subscript : s->rest.at[rest++];
        if (c < 0 || c >= a->dim[k]) {
            s->outside = true;
            return number(0);
        }
        at = at * a->dim[k] + c;
    }
    return scalar(a->at[at]);
}

static int definition(const wgi_formula *f, const wgi_formula_node *n)
{
    for (int e = f->node[f->root].child; e; e = f->node[e].next) {
        const wgi_formula_node *left = &f->node[f->node[e].child];
        if (left->kind == WGI_F_NAME && left->sign == n->sign && left->length == n->length &&
            memcmp(left->text, n->text, (size_t)n->length) == 0 && left->next)
            return left->next;
    }
    return 0;
}

static wgf_array defined(wgf_scope *s, const wgi_formula_node *n)
{
    const wgi_formula *before = s->f;
    int at = definition(s->f, n);
    if (!at && s->also) at = definition(s->also, n), s->f = s->also;
    if (!at || s->depth > 30) {
        s->f = before;
        return fail(s, "a name has no value");
    }
    s->depth++;
    const wgf_array y = value(s, at);
    s->depth--;
    s->f = before;
    return y;
}

static wgf_array of_option(wgf_scope *s, const wgf_option *o)
{
    if (o->row->kind == WG_ATTR_SHAPE) {
        const bool pairs = strcmp(o->row->name, "padding") == 0;
        const int at = s->component * (pairs ? 2 : 1);
        if (s->component < 0) return fail(s, "a list of numbers");
        return at < o->shape.rank ? number((double)o->shape.dim[at]) : fail(s, "an option without a number");
    }
    return number(o->number);
}

static wgf_array name(wgf_scope *s, int node)
{
    const wgi_formula_node *n = &s->f->node[node];
    const wgf_tuple *t = n->sign ? NULL : index_of(s, n);
    if (t) return number((double)t->at[t->count > 1 && s->component >= 0 ? s->component : 0]);
    const wgf_name *known = name_of(s, n);
    if (known && known->missing) return number(strncmp(known->text, "b", 1) == 0 ? 0 : 1);
    if (known) return s->axis >= 0 ? beside(s, &known->value, 0, false) : known->value;
    if (definition(s->f, n) || (s->also && definition(s->also, n))) return defined(s, n);
    const wgf_option *o = option_of(s, n);
    if (o) return of_option(s, o);
    for (int i = 0; i < s->options; i++)
        if (choice_of(s->option[i].row->choices, n) >= 0)
            return number(choice_of(s->option[i].row->choices, n));
    if (same_text(n, "e")) return number(expl(1));
    if (same_text(n, "pi")) return number(acosl(-1));
    if (same_text(n, "inf")) return number(INFINITY);
    return fail(s, same_text(n, "I") ? "I has no size" : "a name has no value");
}

/* ---- elements ---- */

static bool has_rest(const wgi_formula *f, int node, const wgi_formula_node **which)
{
    if (f->node[node].kind == WGI_F_REST) {
        *which = f->node[node].child ? &f->node[f->node[node].child] : NULL;
        return true;
    }
    for (int k = f->node[node].child; k; k = f->node[k].next)
        if (has_rest(f, k, which)) return true;
    return false;
}

static wgf_array element(wgf_scope *s, int node)
{
    const int of = s->f->node[node].child;
    const wgi_formula_node *n = &s->f->node[of];
    const wgf_name *a = n->kind == WGI_F_NAME ? name_of(s, n) : NULL;
    if (!a) return fail(s, "elements of what is no operand");
    if (s->axis >= 0) {
        const double at = (double)value(s, n->next).at[0].v;
        return s->why ? number(NAN) : beside(s, &a->value, (int64_t)at, true);
    }
    int64_t place = 0;
    int axis = 0;
    bool out = false;
    for (int k = n->next; k; k = s->f->node[k].next) {
        const wgi_formula_node *which = NULL;
        const bool several = has_rest(s->f, k, &which);
        const wgf_tuple *t = !several ? NULL : which ? index_of(s, which) : &s->rest;
        if (several && !t) return fail(s, "an index without a range");
        for (int c = 0; c < (several ? t->count : 1); c++, axis++) {
            const int before = s->component;
            s->component = several ? c : before;
            const double at = several && !which ? (double)t->at[c] : (double)value(s, k).at[0].v;
            s->component = before;
            if (s->why || axis >= a->value.rank) return fail(s, "too many subscripts");
            if (!(at >= 0 && at < (double)a->value.dim[axis])) out = true;
            place = out ? 0 : place * a->value.dim[axis] + (int64_t)at;
        }
    }
    if (axis != a->value.rank) return fail(s, "too few subscripts");
    s->outside |= out;
    return out ? number(0) : scalar(a->value.at[place]);
}

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
static wgf_array kept(wgf_scope *s, wgf_array a, int along)
{
    wgf_array y = a;
    if (a.rank == s->target->rank) return a;
    y.rank = s->target->rank > a.rank ? s->target->rank : a.rank + 1; /* a loss has none of the axes */
    const unsigned axes = axes_of(s, along, y.rank);
    for (int k = 0, from = 0; k < y.rank; k++) y.dim[k] = axes >> k & 1 ? 1 : a.dim[from++];
    return wgf_size(&y) == wgf_size(&a) ? y : fail(s, "other axes are kept");
}

/* How the function joins elements; 0: it does not. */
static char reduction(const wgf_scope *s, int node)
{
    static const struct {
        const char *name;
        char kind;
    } known[] = { { "sum", '+' }, { "mean", '/' }, { "prod", '*' }, { "max", 'M' },
                  { "min", 'm' }, { "any", 'E' },  { "all", 'A' } };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (wgi_formula_is(s->f, node, known[i].name)) return known[i].kind;
    return 0;
}

static wgf_array along_function(wgf_scope *s, int node, wgf_array a, unsigned axes)
{
    double length = 1; /* a number */
    for (int k = 0; k < a.rank; k++) length *= axes >> k & 1 ? (double)a.dim[k] : 1;
    if (wgi_formula_is(s->f, node, "length")) return number(length);
    if (reduction(s, node)) return reduced(a, axes, reduction(s, node));
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

/* ---- calls ---- */

static bool given(wgf_scope *s, const wgi_formula_node *n)
{
    const wgf_name *known = name_of(s, n);
    const wgf_option *o = option_of(s, n);
    return known ? !known->missing : o ? o->given : false;
}

static bool elementwise(wgf_scope *s, int node, wgf_array *a)
{
    static const struct {
        const char *name;
        one f;
    } known[] = { { "ln", wgf_log },      { "sqrt", wgf_sqrt },   { "sin", wgf_sin },
                  { "cos", wgf_cos },     { "tan", wgf_tan },     { "asin", wgf_asin },
                  { "acos", wgf_acos },   { "atan", wgf_atan },   { "sinh", wgf_sinh },
                  { "cosh", wgf_cosh },   { "tanh", wgf_tanh },   { "asinh", wgf_asinh },
                  { "acosh", wgf_acosh }, { "atanh", wgf_atanh }, { "erf", wgf_erf },
                  { "sign", wgf_sign },   { "floor", wgf_floor }, { "ceil", wgf_ceil },
                  { "round", wgf_round }, { "relu", wgf_relu },   { "sigmoid", wgf_sigmoid },
                  { "log1p", wgf_log1p }, { "expm1", wgf_expm1 }, { NULL, NULL } };
    for (int i = 0; known[i].name; i++)
        if (wgi_formula_is(s->f, node, known[i].name)) {
            *a = map1(*a, known[i].f);
            return true;
        }
    return false;
}

static wgf_array matrix_function(wgf_scope *s, int node, wgf_array a)
{
    if (wgi_formula_is(s->f, node, "det")) return inverse(s, a, true);
    if (wgi_formula_is(s->f, node, "diag")) return part_of_matrix(s, a, 'd');
    if (wgi_formula_is(s->f, node, "tril")) return part_of_matrix(s, a, 'l');
    if (wgi_formula_is(s->f, node, "triu")) return part_of_matrix(s, a, 'u');
    if (wgi_formula_is(s->f, node, "diagonal")) return diagonal(s, a);
    if (wgi_formula_is(s->f, node, "sym"))
        return map2(s, map2(s, a, transposed(s, a), wgf_add), number(2), over);
    if (wgi_formula_is(s->f, node, "one_hot")) return one_hot(s, a);
    if (wgi_formula_is(s->f, node, "reshape")) return reshaped(s, a);
    return wgi_formula_is(s->f, node, "sum_to") ? sum_to(s, a) : fail(s, "a function of other ops");
}

/* mean(e), sum(e) or e: what the option says. */
static wgf_array by_option(wgf_scope *s, const wgf_option *o, wgf_array a)
{
    const char *w = o->row->choices;
    for (int k = (int)o->number; w && k > 0; k--) w += strcspn(w, " ") + 1;
    if (o->row->kind == WG_ATTR_DTYPE && (wg_dtype)o->number == WG_DEFAULT_DTYPE) return a;
    if (o->row->kind == WG_ATTR_DTYPE)
        return wg_dtype_is_float((wg_dtype)o->number) ? a : cast_to(a, (wg_dtype)o->number);
    if (!w) return fail(s, "a function of the user");
    const unsigned all = (1u << a.rank) - 1;
    return strncmp(w, "mean", 4) == 0  ? reduced(a, all, '/')
           : strncmp(w, "sum", 3) == 0 ? reduced(a, all, '+')
                                       : a;
}

/* Whether each row adds up to 1, but for rounding. */
static bool adds_to_1(const wgf_array *a)
{
    const int64_t row = a->rank ? a->dim[a->rank - 1] : 1;
    for (int64_t i = 0; i + row <= wgf_size(a); i += row) {
        double sum = 0;
        for (int64_t k = 0; k < row; k++) sum += (double)a->at[i + k].v;
        if (fabs(sum - 1) > 1e-6) return false;
    }
    return true;
}

static wgf_array call(wgf_scope *s, int node)
{
    const wgi_formula_node *n = &s->f->node[node], *x = &s->f->node[n->child];
    const int second = x->next, kind = second ? s->f->node[second].kind : -1;
    if (wgi_formula_is(s->f, node, "given")) return number(given(s, x));
    if (wgi_formula_is(s->f, node, "adds_to_1")) return number(adds_to_1(&name_of(s, x)->value));
    if (wgi_formula_is(s->f, node, "probabilities")) {
        const wgf_name *a = name_of(s, x);
        return number(a && a->value.rank == s->name[0].value.rank);
    }
    if (wgi_formula_is(s->f, node, "length") && s->axis >= 0) {
        const wgf_name *a = name_of(s, x);
        return a && s->axis < a->value.rank ? number((double)a->value.dim[s->axis])
                                            : fail(s, "a length along no axis");
    }
    if (kind == WGI_F_OVER)
        return sum_over(s, node, second,
                        wgi_formula_is(s->f, node, "sum")    ? '+'
                        : wgi_formula_is(s->f, node, "prod") ? '*'
                        : wgi_formula_is(s->f, node, "max")  ? 'M'
                                                             : 'm');
    if (wgi_formula_is(s->f, node, "prod") && x->kind == WGI_F_NAME &&
        option_of(s, x)) { /* of a list of numbers */
        double p = 1;
        for (int k = 0; k < option_of(s, x)->shape.rank; k++) p *= (double)option_of(s, x)->shape.dim[k];
        return number(p);
    }
    wgf_array a = value(s, n->child);
    if (s->why) return a;
    if (second && kind != WGI_F_ALONG) {
        wgf_array b = value(s, second);
        two f = wgi_formula_is(s->f, node, "max")     ? wgf_larger
                : wgi_formula_is(s->f, node, "min")   ? wgf_smaller
                : wgi_formula_is(s->f, node, "atan2") ? wgf_atan2
                                                      : NULL;
        return f ? map2(s, a, b, f) : fail(s, "a function of other ops");
    }
    if (wgi_formula_is(s->f, node, "keep")) return kept(s, a, second);
    const wgf_option *o = option_of(s, n);
    if (o) return by_option(s, o, a);
    if (elementwise(s, node, &a)) return a;
    if (kind == WGI_F_ALONG || reduction(s, node) || wgi_formula_is(s->f, node, "length"))
        return along_function(s, node, a, axes_of(s, second, a.rank));
    return matrix_function(s, node, a);
}

/* ---- everything else ---- */

static wgf_array cases(wgf_scope *s, int node)
{
    int k = s->f->node[node].child;
    wgf_array y[16], c[16];
    int n = 0;
    for (; s->f->node[k].next; k = s->f->node[s->f->node[k].next].next, n++) {
        c[n] = value(s, s->f->node[k].next);
        if (!s->why && c[n].rank == 0 && c[n].at[0].v == 0) {
            n--; /* this case is never chosen, so it need not be evaluable */
            continue;
        }
        y[n] = value(s, k);
        if (s->why || (c[n].rank == 0 && n == 0)) return y[n];
    }
    wgf_array all = value(s, k);
    for (int i = n - 1; i >= 0 && !s->why; i--) {
        wgf_array shape = both_shapes(s, &all, &y[i]), to = both_shapes(s, &shape, &c[i]);
        for (int64_t j = 0; !s->why && j < wgf_size(&to); j++)
            to.at[j] = c[i].at[wgf_place(&c[i], &to, j)].v != 0 ? y[i].at[wgf_place(&y[i], &to, j)]
                                                                : all.at[wgf_place(&all, &to, j)];
        all = to;
    }
    return all;
}

/* Tuples are equal if all their numbers are. */
static wgf_array compare(wgf_scope *s, int node)
{
    const wgi_formula_node *n = &s->f->node[node], *which = NULL;
    const int right = wgi_formula_child(s->f, node, 1);
    two f = n->sign == '<'   ? lt
            : n->sign == '>' ? gt
            : n->sign == 'l' ? le
            : n->sign == 'g' ? ge
            : n->sign == '=' ? eq
                             : ne;
    if (n->chained)
        return map2(s, map2(s, value(s, n->child), value(s, s->f->node[right].child), f), value(s, right),
                    both);
    if (has_rest(s->f, node, &which) && which && index_of(s, which)) {
        const int before = s->component;
        double same = 1;
        for (s->component = 0; s->component < index_of(s, which)->count; s->component++)
            same = same != 0 && map2(s, value(s, n->child), value(s, right), f).at[0].v != 0;
        s->component = before;
        return number(same);
    }
    return map2(s, value(s, n->child), value(s, right), f);
}

static bool is_ln(const wgi_formula *f, int node)
{
    return f->node[node].kind == WGI_F_CALL && wgi_formula_is(f, node, "ln");
}
static wgf_array value(wgf_scope *s, int node)
{
    const wgi_formula_node *n = &s->f->node[node];
    if (s->why) return number(NAN);
    const int a = n->child, b = a ? s->f->node[a].next : 0;
    switch ((wgi_formula_kind)n->kind) {
    case WGI_F_NUMBER: return number(n->number);
    case WGI_F_NAME: return name(s, node);
    case WGI_F_ADD: return map2(s, value(s, a), value(s, b), wgf_add);
    case WGI_F_SUB: return map2(s, value(s, a), value(s, b), wgf_sub);
    case WGI_F_NEG: return map1(value(s, a), wgf_neg);
    case WGI_F_MUL: return map2(s, value(s, a), value(s, b), is_ln(s->f, b) ? times_ln : wgf_mul);
    case WGI_F_DIV: return map2(s, value(s, a), value(s, b), over);
    case WGI_F_MOD: return map2(s, value(s, a), value(s, b), mod);
    case WGI_F_MATMUL: return product(s, value(s, a), value(s, b));
    case WGI_F_POW: return map2(s, value(s, a), value(s, b), wgf_pow);
    case WGI_F_TRANSPOSED: return transposed(s, value(s, a));
    case WGI_F_INVERSE: return inverse(s, value(s, a), false);
    case WGI_F_ABS: return map1(value(s, a), wgf_abs);
    case WGI_F_CALL: return call(s, node);
    case WGI_F_AT: return element(s, node);
    case WGI_F_REST: return value(s, a);
    case WGI_F_COMPARE: return compare(s, node);
    case WGI_F_AND: return map2(s, value(s, a), value(s, b), both);
    case WGI_F_OR: return map2(s, value(s, a), value(s, b), either);
    case WGI_F_NOT: return map1(value(s, a), not_it);
    case WGI_F_CASES: return cases(s, node);
    default: return fail(s, "words");
    }
}

/* ---- equations ---- */

/* Gives the indices on the left side the numbers of element i of the target. */
static bool bind(wgf_scope *s, int left, const wgf_array *target, int64_t i)
{
    int64_t c[WG_MAX_RANK];
    int fixed = 0, axis = 0;
    for (int k = target->rank - 1; k >= 0; k--) c[k] = i % target->dim[k], i /= target->dim[k];
    for (int k = s->f->node[left].next; k; k = s->f->node[k].next) fixed += s->f->node[k].kind != WGI_F_REST;
    s->indices = 0;
    bool rested = false;
    for (int k = s->f->node[left].next; k; k = s->f->node[k].next) {
        const bool rest = s->f->node[k].kind == WGI_F_REST;
        const int at = rest ? s->f->node[k].child : k;
        wgf_tuple t = { .count = rest ? target->rank - fixed : 1 };
        if ((rest && rested) || axis + t.count > target->rank || t.count < 0) return false;
        rested |= rest;
        for (int j = 0; j < t.count; j++) t.at[j] = c[axis++];
        if (!at) s->rest = t;
        else if (s->f->node[at].kind != WGI_F_NAME) return false;
        else t.text = s->f->node[at].text, t.length = s->f->node[at].length, s->index[s->indices++] = t;
    }
    return axis == target->rank;
}

/* Along an axis: the index on the left side, and the place beside it. */
static void bind_along(wgf_scope *s, int left, const wgf_array *target, int64_t i)
{
    const bool has = s->f->node[left].kind == WGI_F_AT;
    s->indices = 0;
    s->rest.count = target->rank - has;
    for (int k = target->rank - 1, r = s->rest.count; k >= 0; k--) {
        const int64_t c = i % target->dim[k];
        i /= target->dim[k];
        if (!has || k != s->axis) s->rest.at[--r] = c;
        else {
            const wgi_formula_node *n = &s->f->node[wgi_formula_child(s->f, left, 1)];
            s->index[s->indices++] =
                (wgf_tuple){ .text = n->text, .length = n->length, .count = 1, .at = { c } };
        }
    }
}

static void each_element(wgf_scope *s, int e, const wgf_array *target, wgf_array *to)
{
    const int left = s->f->node[e].child, right = s->f->node[left].next;
    *to = wgf_make(target->rank, target->dim);
    for (int64_t i = 0; i < wgf_size(target) && !s->why; i++) {
        const size_t mark = used;
        if (s->axis >= 0) bind_along(s, left, target, i);
        else if (!bind(s, s->f->node[left].child, target, i)) fail(s, "indices without a range");
        const wgf_array v = value(s, right);
        if (v.rank) fail(s, "no number");
        if (!s->why) to->at[i] = v.at[0];
        used = mark;
    }
}

bool wgf_equation(wgf_scope *s, int equation, const wgf_array *target, wgf_array *to)
{
    const int e = wgi_formula_child(s->f, s->f->root, equation);
    const int left = s->f->node[e].child, right = s->f->node[left].next;
    const int along = right ? s->f->node[right].next : 0;
    s->why = NULL, s->target = target, s->axis = s->component = -1, s->indices = s->depth = 0;
    if (!right) fail(s, "words");
    else if (along) {
        const wgf_option *o = option_of(s, &s->f->node[s->f->node[along].child]);
        if (!o || o->axes.count != 1) fail(s, "several axes");
        else s->axis = o->axes.axis[0], each_element(s, e, target, to);
    } else if (s->f->node[left].kind == WGI_F_AT) each_element(s, e, target, to);
    else *to = value(s, right);
    return !s->why;
}
