/* test_choices.c: a gradient that `where` has made zero by its choice stays zero, also where the branch that
 * was not taken has an infinite slope, or is NaN. A NaN of a branch that was taken is never hidden. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "op_case.h"
#include "wglang.h"
#include "wgnode.h"

/* ---- forms, with derivatives by hand ---- */

enum { MOST = 6 };

typedef struct form {
    const char *text; /* its last value is a gradient */
    int n;
    double want[MOST];
} form;

#define FORM(text, ...)                                                           \
    {                                                                             \
        text, sizeof((double[]){ __VA_ARGS__ }) / sizeof(double), { __VA_ARGS__ } \
    }

static const form forms[] = {
    /* one element, which is not taken */
    FORM("x=-3; grad(where(x>0,sqrt(x),0),x)", 0),
    FORM("x=-3; grad(where(x>0,x^0.5,0),x)", 0),
    FORM("x=0; grad(where(x>0,sqrt(x),0),x)", 0),
    FORM("x=0; grad(where(x>0,log(x),5),x)", 0),
    FORM("x=0; grad(where(x!=0,sin(x)/x,1),x)", 0),
    FORM("x=0; grad(where(x==0,1,sin(x)/x),x)", 0),
    FORM("x=800; grad(where(x<700,exp(x),0),x)", 0),
    FORM("x=800; grad(where(x>30,x,log(1+exp(x))),x)", 1),
    FORM("x=2; grad(where(x<1,sqrt(1-x^2),3*x),x)", 3),
    FORM("x=1; grad(where(x<1,asin(x),x^2),x)", 2),
    FORM("x=0; grad(where(x>0,1/x,7*x),x)", 7),
    FORM("x=inf; grad(where(x<inf,x*x-x,0),x)", 0),
    /* vectors, and masks that are data */
    FORM("x=[-1,0,4]; grad(sum(where(x>0,sqrt(x),x*x)),x)", -2, 0, 0.25),
    FORM("x=[-1,0,4]; m=[0,0,1]; grad(sum(where(m>0,log(x),0)),x)", 0, 0, 0.25),
    FORM("x=[nan,2]; m=[0,1]; grad(sum(where(m>0,x^3,0)),x)", 0, 12),
    FORM("x=[0,4]; grad(sum(where(x>0,sqrt(x)*log(x),0)),x)", 0, 0.5 + 0.34657359027997264),
    FORM("x=[0,4]; grad(mean(where(x>0,2*log(x)-sqrt(x)/x,0)),x)", 0, 0.28125),
    /* one choice in another */
    FORM("x=[-1,0,4]; grad(sum(where(x>0,where(x>1,log(x),1/x),0)),x)", 0, 0, 0.25),
    FORM("x=[-1,0,4]; grad(sum(where(x<=0,0,where(x<=1,1/x,log(x)))),x)", 0, 0, 0.25),
    FORM("x=[-1,0.25,4]; grad(sum(where(x>0,sqrt(where(x>1,x-1/x,x)),0)),x)", 0, 1, 0.27433632035635869),
    FORM("x=[0,4]; grad(sum(where(x>0,log(where(x>1,x,x*0)),0)),x)", 0, 0.25),
    /* two sides of a choice within another one; the same and other choices within two */
    FORM("x=[-4,0,4]; q=[0,1,1]; grad(sum(where(q>0,where(x>0,log(x),sqrt(1+x)),7)),x)", 0, 0.5, 0.25),
    FORM("x=[0,.25,4,-1]; q=[0,1,1,0]; s=sqrt(x); grad(sum(where(q>0,where(x>1,2*s,s*s),0)),x)", 0, 1, 0.5,
         0),
    FORM("x=[0,0,4,4,9]; m=[1,0,1,0,0]>0; q=[0,1,1,1,1]>0; p=[1,0,0,1,0]>0; s=sqrt(x);"
         "grad(sum(where(q,where(m,2*log(s),7),0)+where(p,where(m,7,s*s),0)),x)",
         0, 0, 0.25, 1, 0),
    FORM("x=[0,4,9]; m=x>1; q=[1,1,0]>0; s=sqrt(x); grad(sum(where(q,where(m,2*s,0),where(m,s*s,0))),x)", 0,
         0.5, 1),
    FORM("x=[0,4,9]; m=x>1; q=[1,1,0]; s=sqrt(x); grad(sum(where(m,s+where(q>0,s*s,0),0)),x)", 0, 1.25,
         1 / 6.0),
    FORM("x=[0,4,-1]; m=x>1; s=sqrt(x); grad(sum(where(m,where(m,s,0),where(m,0,5))),x)", 0, 0.25, 0),
    /* three ways to both sides of one choice, each within a choice of its own. s is log(s), s^2 or 1/s */
    FORM("x=[0,0,4,4,4,-1]; m=[1,0,1,1,0,1]>0; p=[0,1,1,1,1,1]>0; q=[0,1,0,1,0,0]>0; r=[1,0,1,0,1,0]>0; "
         "s=sqrt(x);"
         "grad(sum(where(p,where(m,log(s),0),0)+where(q,where(m,s*s,0),0)+where(r,where(m,0,1/s),0)),x)",
         0, 0, 0.125, 1.125, -0.0625, NAN),
    FORM("x=[0,4,9]; m=x>1; q=[1,0,1]>0; s=sqrt(x); "
         "grad(sum(where(m,s,0)+where(m,s*s,0)+where(q,where(m,s,1),0)),x)",
         0, 1.25, 2 / 6.0 + 1),
    /* of one element */
    FORM("x=0; q=1; p=0; s=sqrt(x); grad(where(q>0,where(x>0,s,3*x),0)+where(p>0,s,x),x)", 4),
    FORM("x=[0,4]; m=1; s=sqrt(x); y=where(x>0,where(m>0,s,1/s),0); grad(sum(y),x)", 0, 0.25),
    FORM("x=[0,4]; m=0; s=sqrt(x); y=where(m>0,where(x>0,s,1),where(x>0,s*s,1)); grad(sum(y),x)", 0, 1),
    /* a scalar in a branch, a branch that is broadcast, a condition that is */
    FORM("x=[0,4]; k=2; grad(sum(where(x>0,k*log(x),0)),k)", 1.3862943611198906),
    FORM("x=[0,4]; k=2; grad(sum(where(x>0,k*log(x),0)),x)", 0, 0.5),
    FORM("k=-1; x=[3,4]; grad(sum(where(k>0,sqrt(k)*x,x)),k)", 0),
    FORM("k=-1; x=[3,4]; grad(sum(where(k>0,sqrt(k),x)),k)", 0),
    FORM("k=-1; x=[3,4]; grad(sum(where(k>0,sqrt(k)*x,x^2)),x)", 6, 8),
    FORM("x=[0,4]; grad(sum(where([[1],[0]]>0,x,log(x))),x)", INFINITY, 1.25),
    /* a condition of one element holds for all that the branch depends on */
    FORM("x=[0,0]; s=sum(x); grad(where(s>0,sqrt(sum(x*x)),0),x)", 0, 0),
    FORM("x=[-1,-4]; s=sum(x); grad(where(s>0,sum(sqrt(x)),s),x)", 1, 1),
    FORM("x=[-1,-4]; s=sum(x); grad(where(s>0,sum(log(softmax(x/0))),s),x)", 1, 1),
    FORM("x=[inf,1]; w=[[1],[1]]; l=sum(x@w); grad(where(l<9,(l-l)^2,0),x)", 0, 0),
    FORM("x=[[1,2]]; l=sum(x)/0; grad(where(l<9,l^2,0),x)", 0, 0),
    FORM("x=[-1,2.];s=1;y=sum(where(s>0,abs(x),flip(sqrt(x)))^3);g=grad(y,x);grad(sum(g),x)", 6, 12),
    /* a branch that is broadcast, and reductions in a branch */
    FORM("x=[0,1,5]; s=0; grad(sum(where(x>9,log(s),x)),s)", 0),
    FORM("s=[[0],[4]]; grad(sum(where(s>0,sqrt(s),[1,2,3])),s)", 0, 0.75),
    FORM("x=[[0,0],[3,4]]; n=sqrt(sum(x*x,axis=1,keepdims=true)); grad(sum(where(n>0,x/n,x)[:,0]),x)", 1, 0,
         0.128, -0.096),
    FORM("f(v)=where(sum(v)>0,sum(log(v)),sum(v)); x=[[0,0],[3,4]]; grad(sum(map(f,x)),x)", 1, 1, 1 / 3.0,
         0.25),
    FORM("x=[[1,-1],[4,9]]; s=sum(sqrt(x),axis=1); grad(sum(where(s>0,s,0)),x)", 0, 0, 0.25, 0.5 / 3),
    FORM("x=[[1,-1],[4,9]]; s=mean(sqrt(x),axis=1); grad(sum(where(s>0,s,0)),x)", 0, 0, 0.125, 0.25 / 3),
    FORM("x=[[1,-1],[4,9]]; s=max(sqrt(x),axis=1); grad(sum(where(s>0,s,0)),x)", 0, 0, 0, 0.5 / 3),
    FORM("x=[[1,-1],[4,9]]; s=norm(sqrt(x),axis=0); grad(sum(where(s>0,s,0)),x)", 0.22360679774997896, 0,
         0.22360679774997896, 0),
    /* shapes */
    FORM("x=[0,4]; grad(sum(where([[0],[1]]>0,log(reshape(x,[2,1])),0)),x)", 0, 0.25),
    FORM("x=[0,4]; r=reshape(x,[1,2]); grad(sum(where(r>0,sqrt(r),0)),x)", 0, 0.25),
    FORM("x=[0,4]; grad(sum(where(x>0,reshape(sqrt(reshape(x,[2,1])),[2]),0)),x)", 0, 0.25),
    FORM("x=[0,4]; grad(sum(where(x>0,log(x),0)+0*x),x)", 0, 0.25),
    /* through adds and negatives, and back together: the same choice, another one */
    FORM("x=[0,4]; grad(sum(where(x>0,-(log(x)+x)-1,0)),x)", 0, -1.25),
    FORM("x=[0,4]; a=log(x); grad(sum(where(x>0,a*a+a,0)),x)", 0, 0.25 + 0.6931471805599453),
    FORM("x=[0,4,-1]; a=log(x); grad(sum(where(x>0,a,0)+where(x>1,2*a,x)),x)", 1, 0.75, 1),
    FORM("x=[0,4]; grad(sum(where(x>0,log(x),0)*where(x>0,x,3)),x)", 0, 1 + 1.3862943611198906),
    FORM("x=[0,4,-1]; a=log(x); grad(sum(where(x>0,a,0)+where(x>1,2*a,x)+a),x)", INFINITY, 1, 0),
    FORM("x=[0,4,2]; m=[0,0,1]; a=1/x; grad(sum(where(x>3,a*a,0)*where(m>0,1/a,1)+where(m>0,a,1)),x)", 0,
         -0.03125, -0.25),
    /* second order */
    FORM("x=[0,4]; g=grad(sum(where(x>0,x*log(x),0)),x); grad(sum(g),x)", 0, 0.25),
    FORM("x=[0,4]; g=grad(sum(where(x>0,sqrt(x),x)),x); grad(sum(g),x)", 0, -0.03125),
    FORM("x=[-1,1]; g=grad(sum(where(x>0,x^2.5,0)),x); grad(sum(g*g),x)", 0, 2 * 2.5 * 3.75),
    /* losses that choose, and prefixes of -infinity */
    FORM("x=[-inf,0]; t=[0,1]; grad(kl(x,t),t)", 0, 1),
    FORM("x=[-inf,0]; t=[0,1]; grad(kl(x,t),x)", 0, -1),
    FORM("z=[-inf,0,1]; t=[0,.5,.5]; grad(kl(log_softmax(z),t),t)", 0, 1.6201145069582775,
         0.6201145069582775),
    FORM("x=[-inf,-inf]; grad(logcumsumexp(x)[-1],x)", 0, 0),
    FORM("x=[-inf,-inf,-inf]; grad(sum(logcumsumexp(x)),x)", 0, 0, 0),
    FORM("x=[-inf,1]; grad(sum(logcumsumexp(x)),x)", 0, 1),
    /* what was taken is never hidden */
    FORM("x=-3; grad(where(x<0,sqrt(x),0),x)", NAN),
    FORM("x=0; grad(where(x<1,sqrt(x),0),x)", INFINITY),
    FORM("x=-3; grad(where(x>0,sqrt(x),0)+sqrt(x),x)", NAN),
    FORM("x=[-1,4]; grad(sum(where(x>0,x/sum(sqrt(x)),0)),x)", NAN, NAN),
    FORM("x=[-1,4]; k=2; grad(sum(where(x<0,k*sqrt(x),0)),k)", NAN),
};

static bool is_near(double a, double b) { return isnan(b) ? isnan(a) : wgt_ulps(a, b) <= 8; }

Test(choices, forms)
{
    for (size_t f = 0; f < sizeof forms / sizeof *forms; f++) {
        wgt_run r = wgt_build(forms[f].text, WG_EVAL);
        wg_tensor t = wg_value(wg_program_last(r.q));
        cr_expect_eq(wg_failed(r.c), WG_OK, "%s: %s", forms[f].text, wg_message(r.c));
        cr_expect_eq(wg_shape_size(t.shape), forms[f].n, "%s", forms[f].text);
        for (int i = 0; i < forms[f].n && i < wg_shape_size(t.shape); i++)
            cr_expect(is_near(wg_tensor_item(&t, i), forms[f].want[i]), "%s [%d]: %.17g, not %.17g",
                      forms[f].text, i, wg_tensor_item(&t, i), forms[f].want[i]);
        wgt_finish(r.c, NULL);
    }
}

/* A part that is computed again has the gradient that it has otherwise. */
static wg_node root_of(wg_node x, void *user) { return wg_sqrt(x); }
Test(choices, of_a_part_that_is_computed_again)
{
    WGT_GRAPH(WG_F64, NULL);
    wg_node x = VECTOR(g, 0, -2, 4), y = wg_recompute(x, root_of, NULL);
    EXPECT_VECTOR(wg_grad(wg_sum(wg_where(wg_greater(x, 0), y, x)), x), 1, 1, 0.25);
    wgt_finish(c, NULL);
}

/* ---- a recurrence with lengths ---- */

/* Both states go on by c' = c sqrt(z) + h log(z), h' = c' / z, from c = sqrt(x), h = log(x), and stay as they
 * are after the end of their sequence. z and x are such that slopes are infinite or NaN where nothing is
 * read. */
enum { STEPS = 5, WIDTH = 2, ROWS = STEPS + 1 };

/* reads[t]: the loss adds the outputs h' of step t; last: it adds the last states. */
typedef struct recurrence {
    bool reads[STEPS], last, reverse;
} recurrence;

typedef struct sequence {
    double x[WIDTH], z[STEPS][WIDTH], gx[WIDTH], gz[STEPS][WIDTH];
} sequence;

static double bad(int i)
{
    static const double of[] = { 0, NAN, INFINITY, -1, -0.0, -INFINITY };
    return of[i % 6];
}

static bool runs(const recurrence *r, int length, int t) { return length > (r->reverse ? STEPS - 1 - t : t); }

/* Whether the loss reads anything that the first states lead to. */
static bool is_read(const recurrence *r, int length)
{
    bool any = r->last;
    for (int t = 0; t < STEPS; t++) any |= r->reads[t] && runs(r, length, t);
    return any;
}

/* The chain rule, along the steps that run alone. What leads to no output has the derivative 0 exactly. */
static void derive(const recurrence *r, int length, sequence *s, int u)
{
    double c[STEPS + 1] = { sqrt(s->x[u]) }, h[STEPS + 1] = { log(s->x[u]) }, gc = r->last, gh = r->last;
    bool read = r->last;
    for (int t = 0; t < STEPS; t++) {
        const double z = s->z[t][u];
        c[t + 1] = runs(r, length, t) ? c[t] * sqrt(z) + h[t] * log(z) : c[t];
        h[t + 1] = runs(r, length, t) ? c[t + 1] / z : h[t];
    }
    for (int t = STEPS; t-- > 0;) {
        const double z = s->z[t][u];
        s->gz[t][u] = 0;
        if (!runs(r, length, t)) continue;
        gh += r->reads[t];
        read |= r->reads[t];
        if (!read) continue;
        s->gz[t][u] = -gh * c[t + 1] / (z * z);
        gc += gh / z;
        s->gz[t][u] += gc * (c[t] / (2 * sqrt(z)) + h[t] / z);
        gh = gc * log(z), gc = gc * sqrt(z);
    }
    s->gx[u] = read ? gc / (2 * sqrt(s->x[u])) + gh / s->x[u] : 0;
}

static void fill(const recurrence *r, int length, sequence *s)
{
    const bool read = is_read(r, length);
    for (int u = 0; u < WIDTH; u++) {
        s->x[u] = read ? 1.5 + length + u : bad(length + u);
        for (int t = 0; t < STEPS; t++)
            s->z[t][u] = runs(r, length, t) ? 0.75 + 0.5 * ((t + u + length) % 4) : bad(t + 2 * u + length);
        derive(r, length, s, u);
    }
}

/* rows sequences with the lengths from `first` on, as one batch. */
static wg_node build(wg_graph *g, const recurrence *r, const sequence s[], int first, int rows,
                     wg_node leaf[])
{
    double v[ROWS][WIDTH], length[ROWS];
    const wg_shape shape = WG_SHAPE(rows, WIDTH);
    for (int t = -1; t < STEPS; t++) {
        for (int b = 0; b < rows; b++) memcpy(v[b], t < 0 ? s[b].x : s[b].z[t], sizeof v[b]);
        leaf[t + 1] = wg_input(g, NULL, wg_view_f64(v[0], shape));
    }
    for (int b = 0; b < rows; b++) length[b] = first + b;
    wg_node n = wg_input(g, NULL, wg_view_f64(length, WG_SHAPE(rows, 1)));
    wg_node c = wg_sqrt(leaf[0]), h = wg_log(leaf[0]), loss = wg_fill(g, 0, WG_SCALAR);
    for (int t = 0; t < STEPS; t++) {
        wg_node z = leaf[t + 1], run = wg_greater(n, (double)(r->reverse ? STEPS - 1 - t : t));
        wg_node c1 = wg_add(wg_mul(c, wg_sqrt(z)), wg_mul(h, wg_log(z))), h1 = wg_div(c1, z);
        if (r->reads[t]) loss = wg_add(loss, wg_sum(wg_where(run, h1, 0)));
        h = wg_where(run, h1, h);
        c = wg_where(run, c1, c);
    }
    return r->last ? wg_add(loss, wg_sum(wg_add(c, h))) : loss;
}

static void expect_derivatives(const recurrence *r, int first, int rows)
{
    sequence s[ROWS];
    wg_node leaf[STEPS + 1], gx[STEPS + 1];
    WGT_GRAPH(WG_F64, NULL);
    for (int b = 0; b < rows; b++) fill(r, first + b, &s[b]);
    wg_node loss = build(g, r, s, first, rows, leaf);
    wg_grads(loss, leaf, STEPS + 1, gx);
    for (int t = -1; t < STEPS; t++) {
        double *v = wgt_values(gx[t + 1]);
        for (int b = 0; b < rows; b++)
            for (int u = 0; u < WIDTH; u++) {
                const double want = t < 0 ? s[b].gx[u] : s[b].gz[t][u], is = v[b * WIDTH + u];
                cr_expect(fabs(is - want) <= 1e-12 * fabs(want), "length %d, %s %d: %.17g, not %.17g",
                          first + b, t < 0 ? "x" : "z of step", t < 0 ? u : t, is, want);
            }
        free(v);
    }
    wgt_finish(c, NULL);
}

static const recurrence recurrences[] = {
    { .reads = { true, true, true, true, true } },
    { .reads = { false, false, false, false, true } },
    { .reads = { false, false, true } },
    { .reads = { true, false, true, false, true } },
    { .reads = { true, true, true, true, true }, .last = true },
    { .last = true },
};

static void each_recurrence(bool alone)
{
    for (size_t i = 0; i < 2 * sizeof recurrences / sizeof *recurrences; i++) {
        recurrence r = recurrences[i / 2];
        r.reverse = i % 2;
        for (int b = 0; alone && b < ROWS; b++) expect_derivatives(&r, b, 1);
        if (!alone) expect_derivatives(&r, 0, ROWS);
    }
}

/* The conditions are of elements; they have one element, and go through every op. */
Test(choices, of_a_batch_with_lengths) { each_recurrence(false); }
Test(choices, of_one_sequence_with_a_length) { each_recurrence(true); }

/* ---- every elementwise op ---- */

static bool is_elementwise(const op_case *k)
{
    return (k->op->kind == WG_MAP || k->op->kind == WG_RANDOM) && op_case_is_own(k) &&
           wg_dtype_is_float(wg_node_dtype(k->y[0]));
}

/* Every second element is taken. */
static bool is_taken(int64_t i) { return i % 2 == 0; }
static wg_node every_second(wg_graph *g, wg_node y)
{
    const wg_shape s = wg_node_shape(y);
    double *v = calloc((size_t)wg_shape_size(s) + 1, sizeof *v);
    for (int64_t i = 0; i < wg_shape_size(s); i++) v[i] = is_taken(i);
    wg_node taken = wg_greater(wg_input(g, "taken", wg_view_f64(v, s)), 0.5);
    free(v);
    return taken;
}

/* The gradients by all leaves; bad is put into the elements that are not taken, of leaves of the shape of
 * y. */
typedef struct gradients {
    int leaves;
    double *of[OP_LEAVES]; /* NULL: none */
    int64_t size[OP_LEAVES];
    bool whole[OP_LEAVES]; /* the leaf has the shape of y */
} gradients;

/* NULL: with what it has. Either way the leaf has been evaluated: a random op draws anew for each
 * evaluation. */
static void spoil(wg_node leaf, const double *bad)
{
    double *v = wgt_values(leaf);
    const wg_shape s = wg_node_shape(leaf);
    for (int64_t i = 0; i < wg_shape_size(s); i++)
        if (bad && !is_taken(i)) v[i] = *bad;
    wg_input_set(leaf, wg_view_f64(v, s));
    free(v);
}

static bool gradients_of(gradients *d, const wg_op *op, int sample, const double *bad)
{
    op_case k;
    memset(d, 0, sizeof *d);
    if (!op_case_open(&k, op, sample, &(op_setup){ .dtype = WG_F64 })) return false;
    d->leaves = is_elementwise(&k) ? k.leaves : 0;
    wg_node y = k.y[0];
    for (int j = 0; j < d->leaves; j++) {
        d->whole[j] = wg_shape_equal(wg_node_shape(k.leaf[j]), wg_node_shape(y));
        if (d->whole[j]) spoil(k.leaf[j], bad);
    }
    wg_node loss = d->leaves ? wg_sum(wg_mul(wg_where(every_second(k.g, y), y, 0), 3)) : wg_none;
    for (int j = 0; j < d->leaves; j++) {
        wg_node g = op_case_grad(&k, loss, k.leaf[j]);
        if (wg_is_none(g)) continue;
        d->size[j] = wg_shape_size(wg_node_shape(g));
        d->of[j] = wgt_values(g);
    }
    op_case_close(&k);
    return true;
}

static void forget(gradients *d)
{
    for (int j = 0; j < d->leaves; j++) free(d->of[j]);
}

EACH_OP(choices, what_was_not_taken_changes_nothing)
{
    static const double bads[] = { NAN, INFINITY, -INFINITY, 0, -1, 1, 1e300 };
    const wg_op *op = wg_op_at(*index);
    gradients a, b;
    for (int i = 0; gradients_of(&a, op, i, NULL); i++) {
        for (size_t m = 0; m < sizeof bads / sizeof *bads && a.leaves; m++) {
            gradients_of(&b, op, i, &bads[m]);
            for (int j = 0; j < a.leaves; j++)
                for (int64_t e = 0; a.of[j] && e < a.size[j]; e++) {
                    const bool same = wgt_ulps(a.of[j][e], b.of[j][e]) == 0;
                    const bool zero = !a.whole[j] || is_taken(e) || b.of[j][e] == 0;
                    cr_expect(same && zero,
                              "%s, sample %d, leaf %d [%d], with %g where it is not taken: %g, not %g",
                              op->name, i, j, (int)e, bads[m], b.of[j][e], a.of[j][e]);
                }
            forget(&b);
        }
        forget(&a);
    }
}
