/* check_claims.c: decides whether the two sides of a claim are equal up to rounding.
 *
 * Let S be the largest magnitude of all values that the two sides are computed from, and N the number of
 * elements of the largest of them. One operation has an error of at most eps S / 2 unless it amplifies
 * errors, and N rounding errors of random sign grow as sqrt(N). So a claim holds if max |left - right| <= 16
 * eps sqrt(N) S, where eps is 2^-52 (f32: 2^-23). If the sides differ but both are below that bound, the
 * claim is inconclusive.
 */
#include <math.h>
#include <string.h>

#include "tool.h"

typedef struct extent {
    double magnitude;
    int64_t largest;
} extent;

/* Raises S and N to those of root and of all nodes below it. */
static bool measure(model *m, wg_node root, extent *e)
{
    bool *in = nodes_below(m->g, root);
    if (!in) return model_ok(m);
    for (uint32_t i = root.index; i > 0; i--) {
        wg_node n = wg_graph_node(m->g, i);
        wg_tensor t;
        if (!in[i] || !wg_dtype_is_float(wg_node_dtype(n)) || !wg_peek(n, &t)) continue;
        int64_t size = wg_shape_size(t.shape);
        e->largest = size > e->largest ? size : e->largest;
        for (int64_t k = 0; k < size; k++) {
            double v = fabs(wg_tensor_item(&t, k));
            e->magnitude = isfinite(v) && v > e->magnitude ? v : e->magnitude;
        }
    }
    wg_free(m->c, in);
    return true;
}

/* max |l - r|; NaN if one side is NaN or infinite where the other differs. *size: the largest |l| or |r|. */
static double distance(const wg_tensor *l, const wg_tensor *r, double *size)
{
    double worst = 0;
    int64_t n = wg_shape_size(l->shape);
    *size = 0;
    for (int64_t i = 0; i < n; i++) {
        double a = wg_tensor_item(l, i), b = wg_tensor_item(r, i), d = a == b ? 0 : fabs(a - b);
        if (!(d < INFINITY)) return NAN;
        worst = d > worst ? d : worst;
        *size = fmax(*size, fmax(fabs(a), fabs(b)));
    }
    return worst;
}

static bool compare(model *m, const wg_claim *k, claim_result *r)
{
    wg_tensor left, right;
    extent e = { 0, 1 };
    double size, eps = wg_context_dtype(m->c) == WG_F32 ? 0x1p-23 : 0x1p-52;
    if (!model_value(m, k->left, &left) || !model_value(m, k->right, &right) || !measure(m, k->left, &e) ||
        !measure(m, k->right, &e))
        return false;
    r->error = distance(&left, &right, &size);
    r->allowed = 16 * eps * sqrt((double)e.largest) * e.magnitude;
    if (isnan(r->error)) {
        r->verdict = WG_INCONCLUSIVE;
        snprintf(r->why, sizeof r->why, "not finite everywhere");
    } else if (r->error > r->allowed) {
        r->verdict = WG_FAIL;
        snprintf(r->why, sizeof r->why, "differ by up to %.2g where rounding explains %.0e", r->error,
                 r->allowed);
    } else if (r->error > 0 && size <= r->allowed) {
        r->verdict = WG_INCONCLUSIVE;
        snprintf(r->why, sizeof r->why, "both sides are below %.0e, what rounding can do", r->allowed);
    }
    return true;
}

/* Writes into r->why that the shapes differ, and which sum or mean over one axis makes the claim hold. */
static void find_remedy(model *m, int i, claim_result *r)
{
    char left[120], right[120];
    wg_claim k = wg_program_claim(m->q, i), v;
    snprintf(r->why, sizeof r->why, "left %s, right %s: shapes differ",
             wg_shape_text(wg_node_shape(k.left), left, sizeof left),
             wg_shape_text(wg_node_shape(k.right), right, sizeof right));
    for (int j = 0; (v = wg_program_claim_variant(m->q, i, j)).text; j++) {
        claim_result tried = { .verdict = WG_PASS };
        if (!wg_node_ok(v.left) || !wg_node_ok(v.right) ||
            !wg_shape_equal(wg_node_shape(v.left), wg_node_shape(v.right)))
            continue;
        if (!compare(m, &v, &tried) || tried.verdict != WG_PASS) continue;
        size_t n = strlen(r->why);
        snprintf(r->why + n, sizeof r->why - n, ".  %s would hold (tried: sum and mean over each axis)",
                 v.text);
        return;
    }
}

bool claim_judge(model *m, int i, claim_result *r)
{
    wg_claim k = wg_program_claim(m->q, i);
    *r = (claim_result){ .line = k.line, .text = k.text, .verdict = WG_PASS, .error = NAN, .allowed = NAN };
    if (wg_shape_equal(wg_node_shape(k.left), wg_node_shape(k.right))) return compare(m, &k, r);
    r->verdict = WG_FAIL;
    find_remedy(m, i, r);
    return model_ok(m);
}
