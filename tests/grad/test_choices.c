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

/* The rule of where has made the gradient zero already, since the sum is broadcast. 0 / 0 is not zero. */
Test(choices, a_quotient_by_0_and_a_product_with_infinity_are_left_out)
{
    WGT_GRAPH(WG_F64, NULL);
    wg_node x = VECTOR(g, 1, -2, 4), out[] = { wg_div(x, 0), wg_mul(x, INFINITY) };
    for (int i = 0; i < 2; i++) {
        wg_node y = wg_where(wg_greater(x, 3), out[i], wg_sum(x));
        EXPECT_VECTOR(wg_grad(wg_sum(y), x), 2, 2, INFINITY);
    }
    wgt_finish(c, NULL);
}

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

/* ---- random programs, beside numbers that follow only what was taken ---- */

/* An element of a node, its derivatives by all numbers of the leaves that it depends on, its derivative e
 * along a direction, and the derivatives of e. Of where(c, a, b) an element has all of the side that it took,
 * and nothing of the other one. */
enum { ROWS = 2, COLUMNS = 3, ELEMENTS = ROWS * COLUMNS, LEAVES = 4, NUMBERS = 15, MOST_VALUES = 40 };

typedef struct taken {
    double v, d[NUMBERS], e, h[NUMBERS];
    unsigned has; /* a bit for each number that it depends on */
    double most;  /* the largest finite number on the way to it */
} taken;

/* A node of 1 or ROWS rows and 1 or COLUMNS columns. */
typedef struct value {
    wg_node n;
    int rows, columns;
    taken at[ELEMENTS];
} value;

typedef struct condition {
    wg_node n;
    int rows, columns;
    bool at[ELEMENTS];
} condition;

typedef struct program {
    wgt_random r;
    wg_graph *g;
    wg_params *p;
    value of[MOST_VALUES];
    condition c[MOST_VALUES + 3];
    int values, conditions;
    double direction[NUMBERS];
} program;

static int place(int rows, int columns, int e)
{
    return (rows > 1 ? e / COLUMNS * columns : 0) + (columns > 1 ? e % COLUMNS : 0);
}
static const taken *element(const value *x, int e) { return &x->at[place(x->rows, x->columns, e)]; }
static wg_shape shape_of(int rows, int columns)
{
    return rows * columns == 1 ? WG_SCALAR : WG_SHAPE(rows, columns);
}

/* What one operand of f adds to f's derivatives: s is f's slope by it, t that slope's own derivative along
 * the direction. */
static void grow(double *most, double v)
{
    if (isfinite(v)) *most = fmax(*most, fabs(v));
}

static void add_taken(taken *y, const taken *a, double s, double t)
{
    grow(&y->most, a->most), grow(&y->most, s), grow(&y->most, t), grow(&y->most, y->v);
    for (int i = 0; i < NUMBERS; i++) {
        if (!(a->has >> i & 1)) continue;
        y->d[i] += s * a->d[i];
        y->h[i] += s * a->h[i] + t * a->d[i];
        grow(&y->most, y->d[i]), grow(&y->most, y->h[i]);
    }
    if (a->has) y->e += s * a->e;
    y->has |= a->has;
}

static bool is_finite(const taken *y)
{
    bool finite = isfinite(y->v);
    for (int i = 0; i < NUMBERS; i++) finite &= isfinite(y->d[i]) && isfinite(y->h[i]);
    return finite;
}

/* No rounding spoils it. */
static bool is_tame(const taken *y) { return is_finite(y) && y->most < 1e4; }

/* ---- ops ---- */

enum { SQRT, LOG, INVERSE, HALF_POWER, STEEP_POWER, SQUARE, EXP, TANH, SINE, SCALE, UNARY };
static const double exponent_of[UNARY] = { [HALF_POWER] = 0.5, [STEEP_POWER] = 1.5 };

static wg_node unary_node(int op, wg_node x)
{
    switch (op) {
    case SQRT: return wg_sqrt(x);
    case LOG: return wg_log(x);
    case INVERSE: return wg_div(1, x);
    case SQUARE: return wg_square(x);
    case EXP: return wg_exp(x);
    case TANH: return wg_tanh(x);
    case SINE: return wg_sin(x);
    case SCALE: return wg_mul(x, -0.75);
    default: return wg_pow(x, exponent_of[op]);
    }
}

/* The value, the slope and the slope's slope. */
static void unary_of(int op, double x, double y[3])
{
    const double k = exponent_of[op];
    switch (op) {
    case SQRT: y[0] = sqrt(x), y[1] = 0.5 / sqrt(x), y[2] = -0.25 / (x * sqrt(x)); break;
    case LOG: y[0] = log(x), y[1] = 1 / x, y[2] = -1 / (x * x); break;
    case INVERSE: y[0] = 1 / x, y[1] = -1 / (x * x), y[2] = 2 / (x * x * x); break;
    case SQUARE: y[0] = x * x, y[1] = 2 * x, y[2] = 2; break;
    case EXP: y[0] = y[1] = y[2] = exp(x); break;
    case TANH: y[0] = tanh(x), y[1] = 1 - y[0] * y[0], y[2] = -2 * y[0] * y[1]; break;
    case SINE: y[0] = sin(x), y[1] = cos(x), y[2] = -sin(x); break;
    case SCALE: y[0] = -0.75 * x, y[1] = -0.75, y[2] = 0; break;
    default: y[0] = pow(x, k), y[1] = k * pow(x, k - 1), y[2] = k * (k - 1) * pow(x, k - 2);
    }
}

static value unary(int op, const value *x)
{
    value y = { .n = unary_node(op, x->n), .rows = x->rows, .columns = x->columns };
    for (int e = 0; e < y.rows * y.columns; e++) {
        double f[3];
        unary_of(op, x->at[e].v, f);
        y.at[e].v = f[0];
        if (op == TANH && fabs(x->at[e].v) > 9) y.at[e].most = 1e300; /* 1 - tanh(x) has lost its digits */
        add_taken(&y.at[e], &x->at[e], f[1], x->at[e].has ? f[2] * x->at[e].e : 0);
    }
    return y;
}

static value broadcast(wg_node n, const value *a, const value *b)
{
    return (value){ .n = n,
                    .rows = a->rows > b->rows ? a->rows : b->rows,
                    .columns = a->columns > b->columns ? a->columns : b->columns };
}

/* The elements of y are numbered as those of a node of all rows and columns. */
static int whole_element(const value *y, int e) { return y->columns > 1 ? e : e * COLUMNS; }

enum { ADD, SUBTRACT, MULTIPLY, DIVIDE, BINARY };

static value binary(int op, const value *a, const value *b)
{
    wg_node n = op == ADD        ? wg_add(a->n, b->n)
                : op == SUBTRACT ? wg_sub(a->n, b->n)
                : op == MULTIPLY ? wg_mul(a->n, b->n)
                                 : wg_div(a->n, b->n);
    value y = broadcast(n, a, b);
    for (int e = 0; e < y.rows * y.columns; e++) {
        const taken *u = element(a, whole_element(&y, e)), *w = element(b, whole_element(&y, e));
        taken *to = &y.at[e];
        const double p = u->v, q = w->v, du = u->has ? u->e : 0, dw = w->has ? w->e : 0;
        if (op == MULTIPLY) {
            to->v = p * q;
            add_taken(to, u, q, dw), add_taken(to, w, p, du);
        } else if (op == DIVIDE) {
            to->v = p / q;
            if (to->v == 0)
                to->most = 1e300; /* its slope by the divisor is 0, whatever it is multiplied by */
            add_taken(to, u, 1 / q, -dw / (q * q));
            add_taken(to, w, -p / (q * q), 2 * p * dw / (q * q * q) - du / (q * q));
        } else {
            to->v = op == ADD ? p + q : p - q;
            add_taken(to, u, 1, 0), add_taken(to, w, op == ADD ? 1 : -1, 0);
        }
    }
    return y;
}

/* The sum of each row, or of all. */
static value reduced(const value *x, bool rows)
{
    value y = { .rows = rows ? x->rows : 1, .columns = 1 };
    y.n = rows && x->rows > 1 ? wg_sum(x->n, .axis = 1, .keepdims = true) : wg_sum(x->n);
    for (int e = 0; e < x->rows * x->columns; e++) {
        taken *to = &y.at[y.rows > 1 ? e / x->columns : 0];
        to->v += x->at[e].v;
        add_taken(to, &x->at[e], 1, 0);
    }
    return y;
}

static value where(const condition *c, const value *a, const value *b)
{
    const value of_c = { .rows = c->rows, .columns = c->columns };
    value y = broadcast(wg_none, a, b);
    y = broadcast(wg_where(c->n, a->n, b->n), &y, &of_c);
    for (int e = 0; e < y.rows * y.columns; e++) {
        const int k = whole_element(&y, e);
        y.at[e] = *element(c->at[place(c->rows, c->columns, k)] ? a : b, k);
    }
    return y;
}

/* ---- drawing ---- */

static value *keep(program *q, value v)
{
    q->of[q->values] = v;
    return &q->of[q->values++];
}

static void draw_leaves(program *q)
{
    static const double from[] = { -1, 0, 0, 0.25, 0.5, 1, 2, 4, 9, -3, 800, NAN };
    static const int rows[LEAVES] = { ROWS, ROWS, ROWS, 1 }, columns[LEAVES] = { COLUMNS, COLUMNS, 1, 1 };
    const bool scalars = wgt_below(&q->r, 5) == 0;
    for (int i = 0, number = 0; i < LEAVES; i++) {
        value x = { .rows = scalars ? 1 : rows[i], .columns = scalars ? 1 : columns[i] };
        double v[ELEMENTS];
        char name[8];
        for (int e = 0; e < x.rows * x.columns; e++, number++) {
            v[e] = from[wgt_below(&q->r, sizeof from / sizeof *from)];
            q->direction[number] = wgt_uniform(&q->r, -1, 1);
            x.at[e] = (taken){ .v = v[e], .e = q->direction[number], .has = 1u << number };
            x.at[e].d[number] = 1;
        }
        snprintf(name, sizeof name, "x%d", i);
        x.n = wg_param(q->g, q->p, name, shape_of(x.rows, x.columns), wg_values(v));
        keep(q, x);
    }
}

static value *draw_value(program *q)
{
    const int64_t back = wgt_below(&q->r, wgt_below(&q->r, 3) ? 6 : q->values);
    return &q->of[back < q->values ? q->values - 1 - back : 0];
}

/* One whose elements are all tame, if some draws find one. */
static value *draw_tame(program *q)
{
    value *x = draw_value(q);
    for (int i = 0, bad = 1; i < 8 && bad; i++) {
        bad = 0;
        for (int e = 0; e < x->rows * x->columns; e++) bad += !is_tame(&x->at[e]);
        if (bad) x = draw_value(q);
    }
    return x;
}

/* How many of the elements that read place k of the condition are tame in a, less those in b. */
static int better(const condition *c, int k, const value *a, const value *b)
{
    int sum = 0;
    for (int e = 0; e < ELEMENTS; e++)
        if (place(c->rows, c->columns, e) == k) sum += is_tame(element(a, e)) - is_tame(element(b, e));
    return sum;
}

/* Mostly it chooses what has no infinities. */
static condition draw_mask(program *q, const value *a, const value *b)
{
    static const int shapes[][2] = {
        { ROWS, COLUMNS }, { ROWS, COLUMNS }, { ROWS, 1 }, { 1, COLUMNS }, { 1, 1 }
    };
    const int *s = shapes[wgt_below(&q->r, q->of[0].rows > 1 ? 5 : 1) + (q->of[0].rows > 1 ? 0 : 4)];
    condition c = { .rows = s[0], .columns = s[1] };
    double v[ELEMENTS];
    for (int k = 0; k < c.rows * c.columns; k++) {
        const int by = better(&c, k, a, b);
        c.at[k] = by && wgt_below(&q->r, 30) ? by > 0 : wgt_below(&q->r, 2);
        v[k] = c.at[k];
    }
    c.n = wg_greater(wg_input(q->g, "mask", wg_view_f64(v, shape_of(c.rows, c.columns))), 0.5);
    return c;
}

/* Of values whose rounding does not decide. */
static condition draw_comparison(program *q)
{
    const value *x = wgt_below(&q->r, 2) ? draw_tame(q) : &q->of[wgt_below(&q->r, LEAVES)];
    condition c = { wg_greater(x->n, 0.1), x->rows, x->columns, { 0 } };
    for (int k = 0; k < c.rows * c.columns; k++) c.at[k] = x->at[k].v > 0.1;
    return c;
}

/* Often by a condition that has chosen before. */
static value draw_choice(program *q, const value *a, const value *b)
{
    const int64_t kind = wgt_below(&q->r, 8);
    if (kind < 4 && q->conditions) {
        const int64_t back = wgt_below(&q->r, 3);
        const condition *c = &q->c[back < q->conditions ? q->conditions - 1 - back : 0];
        return kind ? where(c, a, b) : where(c, b, a);
    }
    condition *c = &q->c[q->conditions++];
    *c = kind == 4 ? draw_comparison(q) : draw_mask(q, a, b);
    return where(c, a, b);
}

static void draw_node(program *q)
{
    const value *a = draw_value(q), *b = wgt_below(&q->r, 2) ? draw_tame(q) : draw_value(q);
    const int64_t kind = wgt_below(&q->r, 20);
    keep(q, kind < 7    ? draw_choice(q, a, b)
            : kind < 12 ? binary((int)wgt_below(&q->r, BINARY), a, b)
            : kind < 13 ? reduced(a, wgt_below(&q->r, 2))
                        : unary((int)wgt_below(&q->r, UNARY), a));
}

/* A sum of some of the last nodes, most behind a last choice. */
static value draw_loss(program *q)
{
    value loss = { .n = wg_none };
    const int n = 1 + (int)wgt_below(&q->r, 3);
    for (int i = 0; i < n; i++) {
        const value *a = &q->of[q->values - 1 - i];
        value y = wgt_below(&q->r, 8) ? draw_choice(q, a, draw_tame(q)) : *a;
        y = reduced(&y, false);
        loss = i ? binary(wgt_below(&q->r, 2) ? ADD : SUBTRACT, &loss, &y) : y;
    }
    return loss;
}

/* ---- what the library gives ---- */

static void gradients_now(program *q, wg_node loss, bool of_parameters, wg_node g[LEAVES],
                          double got[NUMBERS])
{
    wg_node x[LEAVES];
    for (int i = 0; i < LEAVES; i++) x[i] = q->of[i].n;
    if (of_parameters) {
        wg_backward(loss, q->p);
        wg_params_get_grad(q->p, got);
        return;
    }
    wg_grads(loss, x, LEAVES, g);
    for (int i = 0, at = 0; i < LEAVES; i++) {
        double *v = wgt_all_values(g[i]);
        for (int e = 0; e < q->of[i].rows * q->of[i].columns; e++) got[at++] = v[e];
        free(v);
    }
}

/* The derivative of the gradients g along the direction. */
static wg_node along(const program *q, const wg_node g[LEAVES])
{
    wg_node sum = wg_none;
    for (int i = 0, at = 0; i < LEAVES; at += q->of[i].rows * q->of[i].columns, i++) {
        wg_node v =
            wg_input(q->g, "v", wg_view_f64(q->direction + at, shape_of(q->of[i].rows, q->of[i].columns)));
        wg_node part = wg_sum(wg_mul(g[i], v));
        sum = i ? wg_add(sum, part) : part;
    }
    return sum;
}

/* What is not finite has to be seen. */
static int differences(const taken *want, const double *numbers, const double *got, double tolerance)
{
    int n = 0;
    for (int i = 0; i < NUMBERS; i++) {
        const double w = want->has >> i & 1 ? numbers[i] : 0;
        n += isfinite(w) ? !(fabs(got[i] - w) <= tolerance * (1 + fabs(w))) : isfinite(got[i]);
    }
    return n;
}

typedef struct counts {
    int finite, infinite, second, wrong;
} counts;

/* Of the program up to the loss, for a message. */
static char *text_of(const program *q, wg_node loss)
{
    char *text, shape[80];
    size_t size;
    FILE *to = open_memstream(&text, &size);
    for (int64_t i = 1; i <= loss.index; i++) {
        const wg_node n = wg_graph_node(q->g, i);
        double *v = wgt_values(n);
        fprintf(to, "    n%d = %s%s(", (int)i, wg_node_op_name(n),
                wg_shape_text(wg_node_shape(n), shape, sizeof shape));
        for (int k = 0; k < wg_node_operands(n); k++)
            fprintf(to, "%sn%d", k ? ", " : "", (int)wg_node_operand(n, k).index);
        fprintf(to, "):");
        for (int e = 0; v && e < wg_shape_size(wg_node_shape(n)); e++) fprintf(to, " %g", v[e]);
        fprintf(to, "\n");
        free(v);
    }
    fclose(to);
    return text;
}

static void try_program(int64_t index, counts *n)
{
    WGT_IN_WORLD(WG_F64, &WG_OPTS(wg_start_opts, .threads = 1, .on_warning = wg_no_warnings));
    program q = { .r = { wgt_seed() * 0x9E3779B97F4A7C15u ^ (uint64_t)index }, .g = g, .p = p };
    double got[NUMBERS] = { 0 };
    wg_node gx[LEAVES];
    wg_begin(g, WG_TRAIN);
    draw_leaves(&q);
    for (int64_t i = 4 + wgt_below(&q.r, MOST_VALUES - LEAVES - 4); i > 0; i--) draw_node(&q);
    const value loss = draw_loss(&q);
    const taken *y = &loss.at[0];
    if (!y->has || y->most > 1e5) return;
    const bool finite = is_finite(y), second = finite && wgt_below(&q.r, 2);
    gradients_now(&q, loss.n, finite && !second, gx, got);
    n->finite += finite, n->infinite += !finite, n->second += second;
    int wrong = differences(y, y->d, got, 1e-9);
    if (second) {
        gradients_now(&q, along(&q, gx), false, gx, got);
        wrong += differences(y, y->h, got, 1e-7);
    }
    cr_expect_eq(wg_failed(c), WG_OK, "%s", wg_message(c));
    if (!wrong || n->wrong++) return;
    char *text = text_of(&q, loss.n);
    cr_expect(false, "WG_SEED=%llu WG_GRAPH=%lld: %d derivatives are wrong%s:\n%s",
              (unsigned long long)wgt_seed(), (long long)index, wrong,
              second ? ", of first and second order" : "", text);
    free(text);
}

/* As many are run as WG_GRAPHS says, or WG_GRAPH=number alone. */
Test(choices, of_random_programs)
{
    const int64_t one = wgt_number_from("WG_GRAPH", -1), most = wgt_number_from("WG_GRAPHS", 1000);
    counts n = { 0 };
    for (int64_t i = one < 0 ? 0 : one; i < (one < 0 ? most : one + 1); i++) try_program(i, &n);
    cr_expect_eq(n.wrong, 0, "%d are wrong", n.wrong);
    cr_expect(one >= 0 || (n.second > most / 4 && n.infinite > most / 20),
              "of %lld programs %d are finite, %d not, %d of second order", (long long)most, n.finite,
              n.infinite, n.second);
}
