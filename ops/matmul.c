/* matmul.c: products of matrices.
 *
 * The shape decides how a product is cut into tiles (tiles_of_matmul.h). A tile is computed by serial calls
 * of BLAS or of gemm.c over all of K, so the number of threads changes no bit. The smallest products are
 * computed by loops (small_product.h). A transposed operand is not copied: ta and tb say so. */
#include "ops.h"
#include "rules.h"

#include "tiles_of_matmul.h"
#include "turned_product.h"
#include "unit_rows.h"

static void offsets(const product *p, int64_t i, int64_t *a, int64_t *b)
{
    *a = *b = 0;
    for (int axis = p->axes - 1; axis >= 0; axis--) {
        int64_t at = i % p->dim[axis];
        i /= p->dim[axis];
        *a += at * p->sa[axis];
        *b += at * p->sb[axis];
    }
}

ALWAYS_INLINE void one_small(const wg_kernel *k, const product *p, int64_t a, int64_t b, int64_t y)
{
    if (k->xt[0].dtype == WG_F32)
        small_run_float(&p->loop, (const float *)k->x[0] + a, (const float *)k->x[1] + b,
                        (float *)k->y[0] + y);
    else
        small_run_double(&p->loop, (const double *)k->x[0] + a, (const double *)k->x[1] + b,
                         (double *)k->y[0] + y);
}

static void one_call(const wg_kernel *k, const product *p, int64_t a, int64_t b, int64_t y, int64_t m,
                     int64_t n)
{
    const size_t size = wg_dtype_size(k->xt[0].dtype);
    wgi_gemm g = gemm_of(p, k->xt[0].dtype, m, n);
    g.a = (const char *)k->x[0] + (size_t)a * size, g.b = (const char *)k->x[1] + (size_t)b * size;
    g.c = (char *)k->y[0] + (size_t)y * size;
    if (wgi_gemm_room(&g)) g.room = k->scratch;
    wgi_gemm_run(&g, WG_ISA_INDEX);
}

static void thin_tile(const wg_kernel *k, const product *p, int64_t a, int64_t b, int64_t y, int64_t m,
                      int64_t n)
{
    const size_t size = wg_dtype_size(k->xt[0].dtype);
    const wgi_thin t =
        thin_of(p, k->xt[0].dtype, (const char *)k->x[0] + (size_t)a * size,
                (const char *)k->x[1] + (size_t)b * size, (char *)k->y[0] + (size_t)y * size, m, n);
    wgi_thin_run[WG_ISA_INDEX](&t);
}

/* Consecutive tiles read the same part of the larger operand. A thread takes consecutive tiles, so that
 * threads read different parts: a cache line that two cores have read is written ten times as slowly. */
static void one_tile(const wg_kernel *k, const product *p, int64_t a, int64_t b, int64_t y, int64_t tile)
{
    bool rows = p->m >= p->n;
    int64_t i = (rows ? tile / p->across : tile % p->down) * p->high,
            j = (rows ? tile % p->across : tile / p->down) * p->wide;
    int64_t end = least(p->m, i + p->high), n = least(p->n - j, p->wide);
    b += p->tb ? j * p->ldb : j;
    if (p->thin) thin_tile(k, p, a + (p->ta ? i : i * p->lda), b, y + i * p->n + j, end - i, n);
    else
        for (; i < end; i += p->strip)
            one_call(k, p, a + (p->ta ? i : i * p->lda), b, y + i * p->n + j, least(end - i, p->strip), n);
}

static __attribute__((noinline)) bool all_tiles(const wg_kernel *k, const product *p)
{
    const int64_t tiles = p->down * p->across;
    for (int64_t u = k->begin; u < k->end; u++) {
        int64_t a, b, y = u / tiles * p->m * p->n;
        offsets(p, u / tiles, &a, &b);
        if (p->small) one_small(k, p, a, b, y);
        else one_tile(k, p, a, b, y, u % tiles);
    }
    return true;
}

static __attribute__((noinline)) bool unprepared(const wg_kernel *k)
{
    product p;
    product_of(&p, k);
    return all_tiles(k, &p);
}

/* The smallest products come first: for them each instruction before the loop counts. */
KERNEL(matmul)
{
    const product *p = k->prepared;
    if (!p) return unprepared(k);
    if (!p->small || p->batch != 1) return all_tiles(k, p);
    one_small(k, p, 0, 0, 0);
    return true;
}

#if WG_BASE
#include "graph/written.h"

extern const wg_op wgi_op_matmul;

static wg_node product_node(wg_site here, wg_node a, wg_node b, bool ta, bool tb)
{
    return wg_apply(here, &wgi_op_matmul, (wg_node[]){ a, b }, 2, &(matmul_attr){ ta, tb });
}

wg_node wgi_product_transposed(wg_site here, wg_node y)
{
    const wgi_node n = wgi_written_record(y);
    const matmul_attr *f = n.attr;
    wg_node a = wgi_handle(y.graph, wgi_in(&n)[0]), b = wgi_handle(y.graph, wgi_in(&n)[1]);
    wgi_rule_looks(y);
    if (wg_node_shape(a).rank < 2 || wg_node_shape(b).rank < 2) return wg_none;
    return product_node(here, b, a, !f->tb, !f->ta);
}

static bool matmul_prepare(const wg_kernel *k, void *to)
{
    product_of(to, k);
    return !((product *)to)->small && !((product *)to)->thin;
}

static int64_t matmul_units(const wg_kernel *k)
{
    product p;
    product_of(&p, k);
    return p.m && p.n ? p.batch * p.down * p.across : 0;
}

static size_t matmul_scratch(const wg_kernel *k)
{
    product p;
    product_of(&p, k);
    const wgi_gemm g = gemm_of(&p, k->xt[0].dtype, least(p.high, p.m), least(p.wide, p.n));
    return p.small || p.thin || !wgi_gemm_unfit() ? 0 : wgi_gemm_room(&g);
}

/* The rows of a thin product have the same bits in any number. */
static int matmul_together(const wg_kernel *k)
{
    product p;
    product_of(&p, k);
    const bool row = k->xt[0].shape->rank == 2 && k->xt[1].shape->rank == 2 && p.m == 1 && !p.ta;
    return row && p.thin && p.n > 1 ? WGI_THIN : 1;
}

static double matmul_flops(const wg_kernel *k)
{
    product p;
    product_of(&p, k);
    return 2.0 * (double)p.batch * (double)p.m * (double)p.n * (double)p.k;
}

/* y: the common shape of the axes before the last two of each operand. */
static bool leading_axes(wg_rule *r, wg_shape *y)
{
    const wg_shape *a = r->x[0].shape, *b = r->x[1].shape;
    int la = a->rank > 2 ? a->rank - 2 : 0, lb = b->rank > 2 ? b->rank - 2 : 0;
    y->rank = la > lb ? la : lb;
    for (int i = 1; i <= y->rank; i++) {
        int64_t da = i <= la ? a->dim[la - i] : 1, db = i <= lb ? b->dim[lb - i] : 1;
        if (da != db && da != 1 && db != 1)
            return wg_rule_fail(r, WG_ERROR_SHAPE, "leading axes do not broadcast: %s @ %s",
                                wg_rule_who(r, 0), wg_rule_who(r, 1));
        y->dim[y->rank - i] = da == 1 ? db : da;
    }
    return true;
}

static bool matmul_shape(wg_rule *r)
{
    const wg_shape *a = r->x[0].shape, *b = r->x[1].shape;
    matmul_attr *f = r->attr;
    if (!wg_rule_rank(r, 0, 1, WG_MAX_RANK) || !wg_rule_rank(r, 1, 1, WG_MAX_RANK)) return false;
    f->ta &= a->rank > 1;
    f->tb &= b->rank > 1;
    int64_t inner_a = a->dim[a->rank - (f->ta ? 2 : 1)],
            inner_b = b->dim[b->rank - (b->rank == 1 || f->tb ? 1 : 2)];
    wg_shape *y = wg_rule_shape(r, 0);
    if (!factors_fit(r, inner_a, inner_b) || !leading_axes(r, y)) return false;
    if (a->rank > 1) y->dim[y->rank++] = a->dim[a->rank - (f->ta ? 1 : 2)];
    if (b->rank > 1) y->dim[y->rank++] = b->dim[b->rank - (f->tb ? 2 : 1)];
    r->y[0].dtype = product_dtype(r);
    return true;
}

extern const wg_op wgi_op_transpose; /* transpose.c */

/* The operand of the transposes that x is; swapped changes at each. */
static wg_node without_transpose(wg_node x, bool *swapped)
{
    while (wg_node_op(x) == &wgi_op_transpose && swaps_last_two(wg_attr(x))) {
        x = wg_node_operand(x, 0);
        *swapped = !*swapped;
    }
    return x;
}

extern const wg_op wgi_op_unit_rows; /* index.c */
extern const wg_op wgi_op_reshape;   /* shape.c */

/* The unit rows that x is, or is a reshape of with the same rows. wg_none: there are none. */
static wg_node units_of(wg_node x)
{
    if (wg_node_op(x) != &wgi_op_reshape && wg_node_op(x) != &wgi_op_unit_rows) return wg_none;
    const wg_shape s = wg_node_shape(x);
    while (wg_node_op(x) == &wgi_op_reshape) x = wg_node_operand(x, 0);
    const wg_shape u = wg_node_shape(x);
    const bool same = s.rank && u.rank && s.dim[s.rank - 1] == u.dim[u.rank - 1];
    return wg_node_op(x) == &wgi_op_unit_rows && same ? x : wg_none;
}

/* Unit rows times a matrix: rows of the matrix, or columns if it is transposed. s: the shape of the rows. */
static wg_node chosen_rows(wg_site here, wg_node units, wg_shape s, wg_node b, bool tb)
{
    const struct unit_rows *u = wg_attr(units);
    wg_node part = wg_slice(b, .axis = tb, .from = u->from, .to = u->from + u->count);
    if (tb) part = wg_transpose(part);
    s.dim[s.rank - 1] = wg_node_shape(part).dim[1];
    return wg_reshape(part, s);
}

static bool is_stored(wg_node x) { return wg_dtype_is_stored(wg_node_dtype(x)); }

extern const wg_op wgi_op_matmul_stored; /* matmul_stored.c */

REWRITE(matmul)
{
    matmul_attr f = *(const matmul_attr *)attr;
    const wg_node units = f.ta || is_stored(x[1]) ? wg_none : units_of(x[0]);
    if (wg_node_ok(units) && wg_node_shape(x[1]).rank == 2)
        return chosen_rows(here, units, wg_node_shape(x[0]), x[1], f.tb);
    wg_node a = without_transpose(x[0], &f.ta), b = without_transpose(x[1], &f.tb);
    bool same = a.index == x[0].index && b.index == x[1].index;
    if (!same) return product_node(here, a, b, f.ta, f.tb);
    return is_stored(a) || is_stored(b) ? wg_apply(here, &wgi_op_matmul_stored, x, 2, attr) : wg_none;
}

/* An operand that was repeated along leading axes gets the sum over them as its gradient. */
static wg_node summed(wg_site here, wg_node gx, wg_node x)
{
    wg_shape s = wg_node_shape(x);
    return wg_shape_equal(wg_node_shape(gx), s) ? gx : wg_sum_to(gx, s);
}

/* x as a matrix: all axes but the last become one. */
static wg_node flat(wg_site here, wg_node x)
{
    wg_shape s = wg_node_shape(x);
    int64_t last = s.dim[s.rank - 1], rows = 1;
    for (int i = 0; i < s.rank - 1; i++) rows *= s.dim[i];
    return wg_reshape(x, WG_SHAPE(rows, last));
}

static wg_node shaped(wg_site here, wg_node x, wg_shape s)
{
    return wg_shape_equal(wg_node_shape(x), s) ? x : wg_reshape(x, s);
}

/* A vector on the left becomes a row, one on the right a column. */
static void as_matrices(wg_shape *a, wg_shape *b, wg_shape *y)
{
    if (b->rank == 1) {
        *b = (wg_shape){ 2, { b->dim[0], 1 } };
        y->dim[y->rank++] = 1;
    }
    if (a->rank == 1) {
        *a = (wg_shape){ 2, { 1, a->dim[0] } };
        y->dim[y->rank] = y->dim[y->rank - 1];
        y->dim[y->rank++ - 1] = 1;
    }
}

VJP(matmul)
{
    const matmul_attr *f = wg_attr(y);
    wg_shape sa = wg_node_shape(x[0]), sb = wg_node_shape(x[1]), sy = wg_node_shape(y);
    as_matrices(&sa, &sb, &sy);
    wg_node a = shaped(here, x[0], sa), b = shaped(here, x[1], sb), g = shaped(here, gy, sy);
    gx[0] = summed(
        here, f->ta ? product_node(here, b, g, f->tb, true) : product_node(here, g, b, false, !f->tb), a);
    gx[0] = shaped(here, gx[0], wg_node_shape(x[0]));
    if (!f->ta && sb.rank == 2 && sa.rank > 2) a = flat(here, a), g = flat(here, g);
    gx[1] = summed(
        here, f->tb ? product_node(here, g, a, true, f->ta) : product_node(here, a, g, !f->ta, false), b);
    gx[1] = shaped(here, gx[1], wg_node_shape(x[1]));
}

static wg_node matmul_jvp(wg_site here, wg_node y, const wg_node x[], const wg_node tx[])
{
    const matmul_attr *f = wg_attr(y);
    wg_node a = wg_is_none(tx[0]) ? wg_none : product_node(here, tx[0], x[1], f->ta, f->tb);
    wg_node b = wg_is_none(tx[1]) ? wg_none : product_node(here, x[0], tx[1], f->ta, f->tb);
    return wg_is_none(a) ? b : wg_is_none(b) ? a : wg_add(a, b);
}

enum { MERGED_INNER = 64 }; /* products with a longer inner axis stay separate calls */

static bool can_merge(const wg_node x[], int n)
{
    const matmul_attr *f = wg_attr(x[0]);
    for (int i = 0; i < n; i++) {
        const matmul_attr *h = wg_attr(x[i]);
        if (wg_node_op(x[i]) != &wgi_op_matmul || h->ta != f->ta || h->tb != f->tb) return false;
        const wg_shape a = wg_node_shape(wg_node_operand(x[i], 0)),
                       b = wg_node_shape(wg_node_operand(x[i], 1));
        if (a.rank != 2 || b.rank != 2 || a.dim[f->ta ? 0 : 1] > MERGED_INNER) return false;
    }
    return true;
}

/* The sum of op(a_i) op(b_i) is op([a_1 a_2 ...]) op([b_1 b_2 ...]), concatenated along the inner
 * axes. */
static wg_node matmul_merge(wg_site here, const wg_node x[], int n)
{
    if (n < 2 || !can_merge(x, n)) return wg_none;
    const matmul_attr *f = wg_attr(x[0]);
    wg_context *c = wg_graph_context(wg_graph_of(x[0]));
    wg_node *a = wg_alloc(c, (size_t)n * 2, sizeof *a), *b = a ? a + n : NULL;
    if (!a) return wg_none;
    for (int i = 0; i < n; i++) {
        a[i] = wg_node_operand(x[i], 0);
        b[i] = wg_node_operand(x[i], 1);
    }
    wg_node all_a = wg_concat(a, n, f->ta ? 0 : 1), all_b = wg_concat(b, n, f->tb ? 1 : 0);
    wg_free(c, a);
    return product_node(here, all_a, all_b, f->ta, f->tb);
}

/* ---- matmul of rows ---- */

/* A factor with rows: [n, ones, leading axes, matrix], with as many leading axes as y has. A vector is a row
 * or a column of the matrix. */
static wg_node row_of_matrices(wg_site here, wg_node x, int leading, bool column)
{
    wg_shape s = wg_node_shape(x);
    if (s.rank == 2)
        x = wg_reshape(x, column ? WG_SHAPE(s.dim[0], s.dim[1], 1) : WG_SHAPE(s.dim[0], 1, s.dim[1]));
    return wg_rows_aligned(here, x, leading + 2);
}

/* Rows of vectors b [n, k], or of matrices of one column, times one matrix a: the product b a^T. */
static wg_node rows_times(wg_site here, wg_node y, wg_node a, wg_node b, bool ta, int64_t n)
{
    wg_shape s = wg_node_shape(a), to = wg_node_shape(y), vectors = { 2, { n, 0 } };
    vectors.dim[1] = s.dim[s.rank - (ta ? 2 : 1)];
    for (int i = to.rank++; i > 0; i--) to.dim[i] = to.dim[i - 1];
    to.dim[0] = n;
    if (s.rank > 2) a = flat(here, a);
    return shaped(here, product_node(here, shaped(here, b, vectors), a, false, s.rank > 1 && !ta), to);
}

/* Where one factor is a single matrix, one product serves all rows: a @ B for columns B, and A @ b (the
 * kernel takes the rows of all matrices A together). Otherwise there is a product for each row. */
VMAP(matmul)
{
    const matmul_attr *f = wg_attr(y);
    wg_shape sa = wg_node_shape(wg_node_operand(y, 0)), sb = wg_node_shape(wg_node_operand(y, 1)),
             sy = wg_node_shape(y);
    const int leading = (sa.rank > sb.rank ? sa.rank : sb.rank) - 2;
    const bool column = sb.rank == 1 || (sb.rank == 2 && sb.dim[f->tb ? 0 : 1] == 1);
    if (!rows[0] && column && (sa.rank <= 2 || !f->ta)) return rows_times(here, y, x[0], x[1], f->ta, n);
    wg_node a = rows[0] ? row_of_matrices(here, x[0], leading, false) : x[0];
    wg_node b = rows[1] ? row_of_matrices(here, x[1], leading, true) : x[1];
    for (int i = sy.rank++; i > 0; i--) sy.dim[i] = sy.dim[i - 1];
    sy.dim[0] = n;
    return shaped(here, product_node(here, a, b, f->ta, f->tb), sy);
}

SAMPLE(matmul)
{
    static const struct {
        wg_shape a, b;
        bool ta, tb;
    } s[] = {
        { { 2, { 3, 4 } }, { 2, { 4, 2 } }, false, false },
        { { 2, { 4, 3 } }, { 2, { 4, 2 } }, true, false },
        { { 2, { 3, 4 } }, { 2, { 2, 4 } }, false, true },
        { { 2, { 4, 3 } }, { 2, { 2, 4 } }, true, true },
        { { 3, { 2, 3, 4 } }, { 2, { 4, 2 } }, false, false },
        { { 2, { 3, 4 } }, { 3, { 2, 4, 2 } }, false, false },
        { { 4, { 2, 1, 2, 3 } }, { 3, { 3, 3, 2 } }, false, false },
        { { 3, { 2, 4, 3 } }, { 2, { 2, 4 } }, true, true },
        { { 1, { 4 } }, { 2, { 4, 2 } }, false, false },
        { { 2, { 3, 4 } }, { 1, { 4 } }, false, false },
        { { 1, { 4 } }, { 1, { 4 } }, false, false },
        { { 2, { 2, 0 } }, { 2, { 0, 3 } }, false, false },
        { { 2, { 0, 3 } }, { 2, { 3, 2 } }, false, false },
        { { 2, { 11, 9 } }, { 2, { 9, 7 } }, false, false },
    };
    if (i < 0 || i >= (int)(sizeof s / sizeof *s)) return wg_none;
    wg_node a = wg_any(g, s[i].a), b = wg_any(g, s[i].b);
    return product_node(here, a, b, s[i].ta, s[i].tb);
}

ERRORS(matmul, (wg_matmul(ANY(2, 3), ANY(4, 2)), "inner dimensions differ: "),
       (wg_matmul(ANY(2, 2, 3), ANY(3, 3, 2)), "leading axes do not broadcast"),
       (wg_matmul(CLASSES(5, 2, 3), CLASSES(5, 3, 2)), "wg_cast"),
       (wg_matmul(wg_any(g, WG_SCALAR), ANY(3)), "must have 1 to 8"));

DEFINE_OP(matmul,
          .summary = "Matrix product over the last two axes. Leading axes broadcast. ta, tb: the operand is "
                     "transposed first.",
          .formula = "y = A @ B; A = a^T where ta, else a, B = b^T where tb, else b",
          .adjoint = "a' = B @ y'^T where ta, else y' @ B^T; b' = y'^T @ A where tb, else A^T @ y'; A = a^T "
                     "where ta, else a, B = b^T where tb, else b",
          .stored = 3, .operands = 2, .kind = WG_CONTRACT, .cost = 16, TAKES(matmul),
          RULES(matmul, shape, rewrite, together, prepare, units, scratch, flops, vjp, jvp, vmap, merge),
          .kernel = KERNELS(matmul), .prepared = sizeof(product), .own_scratch = true);
wg_node wg_matmul_at(wg_site here, const wg_matmul_args *a)
{
    a = WG_OR_NONE(a);
    return product_node(here, a->x, a->y, a->ta, a->tb);
}

#endif
