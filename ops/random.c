/* random.c: dropout. (seed, stream, epoch, element) decides whether an element is kept, by the bits of
 * wg_random_bits. */
#include "ops.h"
#include "random_bits.h"

/* An element is kept if its bits are at most `last`: bits / 2^32 < keep. false: none is kept. */
static bool last_kept(double keep, uint32_t *last)
{
    if (!(keep > 0)) return false;
    *last = keep >= 1 ? UINT32_MAX : (uint32_t)(int64_t)(ceil(keep * 0x1p32) - 1);
    return true;
}

/* n elements, beginning with element i of a group. */
#define KEEP(T)                                                                        \
    do {                                                                               \
        const T *x = (const T *)k->x[0] + at * k->step[0], p = *(const T *)k->x[1];    \
        T *restrict y = (T *)k->y[0] + at;                                             \
        if (k->step[0])                                                                \
            for (int64_t j = 0; j < n; j++) y[j] = bits[i + j] <= last ? x[j] / p : 0; \
        else                                                                           \
            for (int64_t j = 0; j < n; j++) y[j] = bits[i + j] <= last ? *x / p : 0;   \
    } while (0)

KERNEL(random_keep)
{
    const bool single = k->xt[0].dtype == WG_F32;
    const uint64_t key = wgi_philox_key(k->seed, *(const uint64_t *)k->x[2]);
    uint32_t bits[GROUP], last;
    if (!last_kept(single ? *(const float *)k->x[1] : *(const double *)k->x[1], &last)) {
        memset(k->y[0], 0, (size_t)(k->end - k->begin) * (single ? sizeof(float) : sizeof(double)));
        return true;
    }
    for (int64_t e = k->begin; e < k->end;) {
        int64_t i = e % GROUP, n = k->end - e < GROUP - i ? k->end - e : GROUP - i, at = e - k->begin;
        bits_of_group(key, k->epoch, (uint64_t)(e / GROUP), bits);
        if (single) KEEP(float);
        else KEEP(double);
        e += n;
    }
    return true;
}

#if WG_BASE

#include "wengert/params.h"

#include "graph/graph.h"

/* ---- random_keep ---- */

extern const wg_op wgi_op_random_keep;

static bool random_keep_shape(wg_rule *r)
{
    if (!wg_rule_float(r, 0) || !wg_rule_rank(r, 1, 0, 0) || !wg_rule_rank(r, 2, 0, 0)) return false;
    if (r->x[1].dtype != r->x[0].dtype || r->x[2].dtype != WG_I64)
        return wg_rule_fail(r, WG_ERROR_DTYPE, "takes a share of x's dtype and a stream, not %s and %s",
                            wg_dtype_name(r->x[1].dtype), wg_dtype_name(r->x[2].dtype));
    r->y[0] = r->x[0];
    return true;
}
VJP(random_keep) { gx[0] = wg_apply(here, &wgi_op_random_keep, (wg_node[]){ gy, x[1], x[2] }, 3, NULL); }
static wg_node random_keep_jvp(wg_site here, wg_node y, const wg_node x[], const wg_node tx[])
{
    return wg_is_none(tx[0]) ? wg_none
                             : wg_apply(here, &wgi_op_random_keep, (wg_node[]){ tx[0], x[1], x[2] }, 3, NULL);
}
/* Every row has the draws of y: those of 1 in y's shape say what is kept. */
VMAP(random_keep)
{
    if (rows[1] || rows[2]) return wg_none;
    wg_node one = wg_cast(wg_fill_at(here, wg_graph_of(y), 1, wg_node_shape(y)), wg_node_dtype(y));
    wg_node kept = wg_apply(here, &wgi_op_random_keep, (wg_node[]){ one, x[1], x[2] }, 3, NULL);
    return wg_where(wg_greater(kept, 0), wg_div(x[0], x[1]), 0);
}
SAMPLE(random_keep)
{
    static const wg_shape s[] = { { 2, { 3, 4 } }, { 1, { 150 } }, { 0, { 0 } }, { 2, { 2, 0 } } };
    if (i > 3) return wg_none;
    wg_node x = wg_any(g, s[i]);
    return wg_apply(here, &wgi_op_random_keep,
                    (wg_node[]){ x, wg_number(i == 2 ? 1 : 0.75), wg_stream(here, g, NULL) }, 3, NULL);
}
ERROR_SAMPLE(random_keep)
{
    if (i) return NULL;
    wg_node x = ANY(3);
    wg_apply(here, &wgi_op_random_keep, (wg_node[]){ x, wg_number(0.5), wg_number(1) }, 3, NULL);
    return "and a stream";
}

DEFINE_OP(random_keep,
          .summary = "x / p where the element's random draw u is below p, elsewhere 0. The last operand is "
                     "the random stream.",
          .formula = "y = x / p where u < p, else 0; u = \"a draw of U(0, 1)\"",
          .adjoint = "x' = y' / p where u < p, else 0; u = \"the same draw\"", .none = 1 << 1 | 1 << 2,
          .operands = 3, .names = "x p stream", .kind = WG_RANDOM, .cost = 8, .shape = random_keep_shape,
          .kernel = KERNELS(random_keep), .vjp = random_keep_vjp, .jvp = random_keep_jvp,
          .vmap = random_keep_vmap);

/* ---- dropout ---- */

/* Exactly one of keep_prob and drop is given; 0 means not given. */
#define DROPOUT_FIELDS(F, S)      \
    F(S, DOUBLE, keep_prob, NULL) \
    F(S, DOUBLE, drop, NULL)      \
    F(S, POINTER, name, NULL)     \
    F(S, CHOICE, mode, "graph", "graph train eval") /* values are those of wg_layer_mode */
OPTIONS(dropout, DROPOUT_FIELDS);

static bool dropout_shape(wg_rule *r)
{
    struct dropout *f = r->attr;
    r->y[0] = r->x[0];
    if (f->keep_prob != 0 && f->drop != 0)
        return wg_rule_fail(r, WG_ERROR_USE, "keep_prob or drop, not both");
    if (f->keep_prob == 0 && f->drop == 0)
        return wg_rule_fail(
            r, WG_ERROR_USE,
            "say keep_prob, the share to keep, or drop, the share to drop (WG_ZERO for none)");
    if (f->keep_prob != 0 && !(f->keep_prob > 0 && f->keep_prob <= 1))
        return wg_rule_fail(r, WG_ERROR_VALUE, "keep_prob is %g, must be above 0 and at most 1",
                            wg_or_standard(f->keep_prob, 0));
    if (f->drop != 0 && f->drop != WG_ZERO && !(f->drop > 0 && f->drop < 1))
        return wg_rule_fail(r, WG_ERROR_VALUE, "drop is %g, must be above 0 and below 1", f->drop);
    return wg_rule_float(r, 0);
}
EXPAND(dropout)
{
    const struct dropout *f = attr;
    wg_graph *g = wg_graph_of(x[0]);
    double keep = f->keep_prob != 0 ? f->keep_prob : 1 - wg_or_standard(f->drop, 0);
    y[0] = x[0];
    if (f->mode == WG_AS_GRAPH) wgi_idle_note(g, "dropout", here);
    if (f->mode == WG_AS_TRAIN || (f->mode == WG_AS_GRAPH && wg_graph_mode(g) == WG_TRAIN))
        y[0] = wg_apply(here, &wgi_op_random_keep,
                        (wg_node[]){ x[0], wg_number(keep), wg_stream(here, g, f->name) }, 3, NULL);
}
SAMPLE(dropout)
{
    if (i > 2) return wg_none;
    wg_node x = wg_any(g, i ? WG_SHAPE(7) : WG_SHAPE(3, 4));
    return i == 0   ? wg_dropout(x, .keep_prob = 0.5)
           : i == 1 ? wg_dropout(x, .drop = 0.25, .name = "mask")
                    : wg_dropout(x, .keep_prob = 1);
}
ERRORS(dropout, (wg_dropout(ANY(3), .keep_prob = 1.5), "keep_prob is 1.5"),
       (wg_dropout(ANY(3), .keep_prob = 0.5, .drop = 0.5), "not both"), (wg_dropout(ANY(3)), "say keep_prob"),
       (wg_dropout(ANY(3), .drop = 1), "drop is 1"));

DEFINE_OP(
    dropout,
    .summary = "Inverted dropout. In training every evaluation keeps another random part of the elements, "
               "divided by keep_prob, and sets the rest to 0. In evaluation mode it is x itself.",
    .formula =
        "y = x r / keep_prob where \"training\", else x; r = \"1 with the probability keep_prob, else 0\"",
    .adjoint = "x' = y' r / keep_prob where \"training\", else y'; r = \"the same draw\"", .operands = 1,
    .kind = WG_RANDOM, TAKES(dropout), .shape = dropout_shape, .expand = dropout_expand);
wg_node wg_dropout_at(wg_site here, const wg_dropout_args *a)
{
    APPLY(dropout, dropout, DROPOUT_FIELDS, a->x);
}

#endif
