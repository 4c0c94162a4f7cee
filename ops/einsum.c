/* einsum.c: sums of products that letters say. Two operands at a time are multiplied, from left to
 * right: each becomes a batch of matrices, by transposes and reshapes. */

#include "axis_runs.h"
#include "rules.h"

enum { LETTERS = 26 * 2, MOST = 12, TEXT = 120 }; /* MOST: operands */

struct einsum {
    char letters[TEXT];
};
static const wg_attr_row einsum_attrs[] = {
    { .name = "letters", .kind = WG_ATTR_TEXT, .offset = offsetof(struct einsum, letters) }, { 0 }
};

/* ---- letters: sets of them are bits ---- */

static int number_of(char c)
{
    return c >= 'a' && c <= 'z' ? c - 'a' : c >= 'A' && c <= 'Z' ? c - 'A' + 26 : -1;
}
static uint64_t bit_of(char c) { return UINT64_C(1) << number_of(c); }

/* The axes of a tensor, a letter each. */
typedef struct axes_text {
    char c[WG_MAX_RANK + 1];
    int count;
} axes_text;

static uint64_t set_of(const axes_text *t)
{
    uint64_t s = 0;
    for (int i = 0; i < t->count; i++) s |= bit_of(t->c[i]);
    return s;
}
/* The letters of t that are in the set, in the order of t. */
static axes_text chosen(const axes_text *t, uint64_t set)
{
    axes_text y = { 0 };
    for (int i = 0; i < t->count; i++)
        if (set & bit_of(t->c[i])) y.c[y.count++] = t->c[i];
    return y;
}
static axes_text joined_texts(const axes_text *a, const axes_text *b)
{
    axes_text y = *a;
    for (int i = 0; i < b->count && y.count < WG_MAX_RANK; i++) y.c[y.count++] = b->c[i];
    return y;
}

typedef struct terms {
    axes_text operand[MOST], result;
    int count;
    const char *wrong; /* what is wrong with the text */
} terms;

/* Reads letters up to a comma, an arrow or the end. */
static const char *read_axes(const char *p, axes_text *to, terms *t)
{
    *to = (axes_text){ 0 };
    for (; *p && *p != ',' && *p != '-'; p++) {
        if (*p == ' ') continue;
        if (number_of(*p) < 0) t->wrong = "has something else than letters, commas and ->";
        else if (to->count == WG_MAX_RANK) t->wrong = "has a term of more than 8 letters";
        else to->c[to->count++] = *p;
        if (t->wrong) break;
    }
    return p;
}
/* Without an arrow: the letters that stand once in all operands, in alphabetical order. */
static void default_result(terms *t)
{
    uint64_t once = 0, again = 0;
    for (int k = 0; k < t->count; k++)
        for (int i = 0; i < t->operand[k].count; i++) {
            again |= once & bit_of(t->operand[k].c[i]);
            once |= bit_of(t->operand[k].c[i]);
        }
    t->result = (axes_text){ 0 };
    for (const char *c = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"; *c; c++) {
        if (!(once & ~again & bit_of(*c))) continue;
        if (t->result.count == WG_MAX_RANK) t->wrong = "gives a result of more than 8 axes";
        else t->result.c[t->result.count++] = *c;
    }
}
static void check_result(terms *t)
{
    uint64_t all = 0;
    for (int k = 0; k < t->count; k++) all |= set_of(&t->operand[k]);
    for (int i = 0; i < t->result.count; i++) {
        if (!(all & bit_of(t->result.c[i]))) t->wrong = "has a letter in the result that no operand has";
        for (int j = 0; j < i; j++)
            if (t->result.c[i] == t->result.c[j]) t->wrong = "has a letter twice in the result";
    }
}
static terms terms_of(const char *text)
{
    terms t = { 0 };
    for (const char *p = text;; p++) {
        if (t.count == MOST) t.wrong = "has more than 12 operands";
        if (t.wrong) return t;
        p = read_axes(p, &t.operand[t.count++], &t);
        if (*p == ',') continue;
        if (*p == '-' && p[1] == '>') {
            p = read_axes(p + 2, &t.result, &t);
            if (*p && !t.wrong) t.wrong = "goes on behind the result";
            if (!t.wrong) check_result(&t);
        } else if (*p) t.wrong = "has something else than letters, commas and ->";
        else default_result(&t);
        return t;
    }
}

/* ---- the rule ---- */

static bool sizes_of(wg_rule *r, const terms *t, int64_t size[LETTERS])
{
    for (int i = 0; i < LETTERS; i++) size[i] = -1;
    for (int k = 0; k < t->count; k++) {
        const axes_text *a = &t->operand[k];
        if (r->x[k].shape->rank != a->count)
            return wg_rule_fail(r, WG_ERROR_SHAPE, "%s has %d axes, its letters \"%s\" are %d",
                                wg_rule_who(r, k), r->x[k].shape->rank, a->c, a->count);
        for (int i = 0; i < a->count; i++) {
            int64_t *n = &size[number_of(a->c[i])];
            if (*n >= 0 && *n != r->x[k].shape->dim[i])
                return wg_rule_fail(r, WG_ERROR_SHAPE, "%c is %lld elements, and %lld in %s", a->c[i],
                                    (long long)*n, (long long)r->x[k].shape->dim[i], wg_rule_who(r, k));
            *n = r->x[k].shape->dim[i];
        }
    }
    return true;
}
SHAPE(einsum)
{
    const char *text = ((const struct einsum *)r->attr)->letters;
    const terms t = terms_of(text);
    int64_t size[LETTERS];
    if (t.wrong) return wg_rule_fail(r, WG_ERROR_VALUE, "\"%s\" %s", text, t.wrong);
    if (t.count != r->operands)
        return wg_rule_fail(r, WG_ERROR_VALUE, "\"%s\" is for %d operands, not %d", text, t.count,
                            r->operands);
    if (!sizes_of(r, &t, size)) return false;
    wg_shape *y = wg_rule_shape(r, 0);
    y->rank = t.result.count;
    for (int i = 0; i < y->rank; i++) y->dim[i] = size[number_of(t.result.c[i])];
    if (!wg_dtype_is_float(r->x[0].dtype))
        return wg_rule_fail(r, WG_ERROR_DTYPE, "%s is of dtype %s: products are of floats, say wg_cast",
                            wg_rule_who(r, 0), wg_dtype_name(r->x[0].dtype));
    return true;
}

/* ---- the expansion ---- */

/* A tensor on the way, whose axes have different letters. */
typedef struct factor {
    wg_node x;
    axes_text axes;
} factor;

static factor permuted(wg_site here, factor f, const axes_text *to)
{
    wg_axes a = { .count = to->count };
    for (int i = 0; i < to->count; i++) a.axis[i] = (int)(strchr(f.axes.c, to->c[i]) - f.axes.c);
    bool same = true;
    for (int i = 0; i < to->count; i++) same &= a.axis[i] == i;
    return (factor){ same ? f.x : wg_transpose(f.x, .axes = AXES_OF(a)), *to };
}

/* Of a letter that stands twice, the diagonal. */
static factor without_repeats(wg_site here, factor f)
{
    for (int i = 0; i < f.axes.count; i++)
        for (int j = i + 1; j < f.axes.count; j++) {
            if (f.axes.c[i] != f.axes.c[j]) continue;
            wg_axes last = { .count = f.axes.count };
            axes_text left = { 0 };
            int n = 0;
            for (int a = 0; a < f.axes.count; a++)
                if (a != i && a != j) last.axis[n++] = a, left.c[left.count++] = f.axes.c[a];
            last.axis[n] = i, last.axis[n + 1] = j;
            left.c[left.count++] = f.axes.c[i];
            return without_repeats(here,
                                   (factor){ wg_diagonal(wg_transpose(f.x, .axes = AXES_OF(last))), left });
        }
    return f;
}

/* The sum over the letters that are not in `kept`. */
static factor summed_to(wg_site here, factor f, uint64_t kept)
{
    wg_axes a = { 0 };
    for (int i = 0; i < f.axes.count; i++)
        if (!(kept & bit_of(f.axes.c[i]))) a.axis[a.count++] = i;
    return a.count ? (factor){ wg_sum(f.x, .axes = AXES_OF(a)), chosen(&f.axes, kept) } : f;
}

/* The product of a [batch, own, inner] and b [batch, inner, own], each of them groups of axes. */
static wg_node matrices(wg_site here, const factor *a, const factor *b, int batch, int inner)
{
    const int rows = a->axes.count - batch - inner, columns = b->axes.count - batch - inner;
    const wg_shape sa = wg_node_shape(a->x), sb = wg_node_shape(b->x);
    const int64_t many = elements(&sa, 0, batch), m = elements(&sa, batch, batch + rows),
                  k = elements(&sb, batch, batch + inner),
                  n = elements(&sb, batch + inner, batch + inner + columns);
    if (!inner) {
        const wg_shape s = batch ? WG_SHAPE(many, m, 1) : WG_SHAPE(m, 1),
                       t = batch ? WG_SHAPE(many, 1, n) : WG_SHAPE(1, n);
        return wg_mul(wg_reshape(a->x, s), wg_reshape(b->x, t));
    }
    const wg_shape s = batch ? WG_SHAPE(many, m, k) : WG_SHAPE(m, k),
                   t = batch ? WG_SHAPE(many, k, n) : WG_SHAPE(k, n);
    return wg_matmul(wg_reshape(a->x, s), wg_reshape(b->x, t));
}

/* The product of two factors, summed over the letters that are not in `kept`. */
static factor product_of_two(wg_site here, factor a, factor b, uint64_t kept)
{
    const uint64_t both = set_of(&a.axes) & set_of(&b.axes);
    a = summed_to(here, a, kept | both);
    b = summed_to(here, b, kept | both);
    const axes_text batch = chosen(&a.axes, both & kept), inner = chosen(&a.axes, both & ~kept),
                    rows = chosen(&a.axes, ~both), columns = chosen(&b.axes, ~both);
    axes_text left = joined_texts(&batch, &rows), right = joined_texts(&batch, &inner), own = left;
    left = joined_texts(&left, &inner);
    right = joined_texts(&right, &columns);
    if (batch.count + rows.count + columns.count > WG_MAX_RANK) {
        wg_fail(wg_graph_context(wg_graph_of(a.x)), here, WG_ERROR_SHAPE,
                "einsum: a product on the way would have %d axes, at most 8",
                batch.count + rows.count + columns.count);
        return (factor){ wg_graph_node(wg_graph_of(a.x), 0), a.axes };
    }
    a = permuted(here, a, &left);
    b = permuted(here, b, &right);
    wg_shape s = { 0 };
    const wg_shape sa = wg_node_shape(a.x), sb = wg_node_shape(b.x);
    for (int i = 0; i < batch.count + rows.count; i++) s.dim[s.rank++] = sa.dim[i];
    for (int i = 0; i < columns.count; i++) s.dim[s.rank++] = sb.dim[batch.count + inner.count + i];
    wg_node y = wg_reshape(matrices(here, &a, &b, batch.count, inner.count), s);
    return (factor){ y, joined_texts(&own, &columns) };
}

EXPAND(einsum)
{
    const terms t = terms_of(((const struct einsum *)attr)->letters);
    factor f = without_repeats(here, (factor){ x[0], t.operand[0] });
    for (int k = 1; k < n; k++) {
        uint64_t kept = set_of(&t.result);
        for (int j = k + 1; j < n; j++) kept |= set_of(&t.operand[j]);
        f = product_of_two(here, f, without_repeats(here, (factor){ x[k], t.operand[k] }), kept);
        if (!wg_node_ok(f.x)) break;
    }
    y[0] = f.x;
    if (!wg_node_ok(f.x)) return;
    f = summed_to(here, f, set_of(&t.result));
    y[0] = permuted(here, f, &t.result).x;
}

/* ---- the op ---- */

SAMPLES(einsum, wg_einsum("ij,jk->ik", ANY(3, 4), ANY(4, 2)),
        wg_einsum("bij,bjk->bik", ANY(2, 3, 4), ANY(2, 4, 5)),
        wg_einsum("ij,jk,ki", ANY(3, 4), ANY(4, 2), ANY(2, 3)), wg_einsum("ii->i", ANY(3, 3)),
        wg_einsum("ij->j", ANY(3, 4)), wg_einsum("bij,bkj->ikb", ANY(2, 3, 4), ANY(2, 3, 4)),
        wg_einsum("i,j->ji", ANY(3), ANY(4)), wg_einsum("ij,ij->", ANY(3, 4), ANY(3, 4)),
        wg_einsum("ij,jk->ik", ANY(3, 0), ANY(0, 2)));
ERRORS(einsum, (wg_einsum("ij,jk->ik", ANY(3, 4), ANY(3, 4)), "j is 4 elements, and 3 in"),
       (wg_einsum("ij,jk->ik", ANY(3, 4)), "is for 2 operands, not 1"),
       (wg_einsum("ijk->i", ANY(3, 4)), "has 2 axes, its letters \"ijk\" are 3"),
       (wg_einsum("i.->i", ANY(3, 4)), "has something else than letters"),
       (wg_einsum("ij->k", ANY(3, 4)), "has a letter in the result that no operand has"),
       (wg_einsum("ij->ii", ANY(3, 4)), "has a letter twice in the result"));

DEFINE_OP(einsum,
          .summary = "The sum of products of elements that letters say, one letter for each axis. What the "
                     "result does not have is summed over.",
          .formula = "y = \"the sum of products by the letters of axes\"",
          .adjoint = "x_i' = \"the same of y' and the other operands, to the letters of x_i\"",
          .operands = -1, .names = "x_i", .kind = WG_OPAQUE, .promote = WG_PROMOTE_COMMON,
          .attr_size = sizeof(struct einsum), .attrs = einsum_attrs, RULES(einsum, shape, expand));
wg_node wg_einsum_at(wg_site here, const char *letters, const wg_node x[], int n)
{
    struct einsum a = { 0 };
    wg_graph *g = NULL;
    for (int k = 0; x && k < n && !g; k++) g = wg_graph_of(x[k]);
    letters = letters ? letters : "";
    if (g && strlen(letters) >= sizeof a.letters) {
        wg_fail(wg_graph_context(g), here, WG_ERROR_VALUE, "einsum: more than %d characters", TEXT - 1);
        return wg_graph_node(g, 0);
    }
    snprintf(a.letters, sizeof a.letters, "%s", letters);
    return wg_apply(here, &wgi_op_einsum, x, n, &a);
}
