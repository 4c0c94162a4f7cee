/* test_second_kinks.c: the gradient check with order 2 where x lies at a kink. The second derivative that the
 * library computes there is that of a convention, and may be another one than that of the function. What each
 * form truly has is known from mathematics. So the verdict that is right is known, too: PASS if the library
 * computes the true gradient and the true matrix, FAIL if it does not, and neither where there is no second
 * derivative. With order 1 the gradient alone counts. */
#include <math.h>
#include <string.h>

#include "wgcheck.h"
#include "wglang.h"

enum { MOST = 5 };

/* h: the true second derivatives by the elements of x, row by row. */
typedef struct form {
    const char *x, *y;
    double h[MOST * MOST];
} form;

/* Whether the library's second derivatives are the true ones. */
static bool is_true(wg_node y, wg_node x, const form *f)
{
    wg_tensor t = wg_value(wg_hessian(y, x, x));
    const int64_t n = wg_shape_size(t.shape);
    double largest = 0, off = 0;
    cr_assert_leq(n, MOST * MOST);
    for (int64_t i = 0; i < n; i++) {
        const double d = fabs(wg_tensor_item(&t, i) - f->h[i]);
        largest = fmax(largest, fabs(f->h[i])), off = d <= off ? off : d; /* NaN is off, too */
    }
    return off <= 1e-9 * largest;
}

/* Whether the library's gradient is that of the values beside the point, to both sides. */
static bool is_gradient(wg_node y, wg_node x)
{
    enum { H = 20 };
    const wg_tensor g = wg_value(wg_grad(y, x)), at = wg_value(x);
    const int64_t n = wg_shape_size(at.shape);
    double point[MOST], moved[MOST], own[MOST];
    for (int64_t i = 0; i < n; i++)
        point[i] = moved[i] = wg_tensor_item(&at, i), own[i] = wg_tensor_item(&g, i);
    bool is = true;
    for (int64_t i = 0; i < n; i++) {
        moved[i] = point[i] + ldexp(1, -H), wg_input_set(x, wg_view_f64(moved, at.shape));
        const double right = wg_item(y);
        moved[i] = point[i] - ldexp(1, -H), wg_input_set(x, wg_view_f64(moved, at.shape));
        const double slope = ldexp(right - wg_item(y), H - 1);
        moved[i] = point[i];
        is &= fabs(own[i] - slope) <= 1e-4 * (1 + fabs(slope));
    }
    wg_input_set(x, wg_view_f64(point, at.shape));
    return is;
}

static bool has(const wg_check *r, const char *stage)
{
    for (int i = 0; i < wg_check_facts_of(r)->findings; i++)
        if (!strcmp(wg_check_finding_at(r, i).stage, stage)) return true;
    return false;
}

/* What is known of the forms of a table. */
typedef enum known { SMOOTH, NO_SECOND, NO_GRADIENT } known;

static wg_verdict right_of(known k, int order, bool gradient, bool second)
{
    if (k == NO_GRADIENT || (k == NO_SECOND && order > 1)) return WG_INCONCLUSIVE;
    return gradient && (second || order < 2) ? WG_PASS : WG_FAIL;
}

static int is_wrong(const form *f, known k, int order)
{
    char text[300];
    snprintf(text, sizeof text, "x = %s\ny = %s\n", f->x, f->y);
    wgt_run run = wgt_build(text, WG_EVAL);
    cr_assert_eq(wg_failed(run.c), WG_OK, "%s: %s", text, wg_message(run.c));
    const wg_node x = wg_program_node(run.q, "x"), y = wg_program_last(run.q);
    const bool gradient = k != SMOOTH || is_gradient(y, x), second = order < 2 || is_true(y, x, f);
    const wg_verdict right = right_of(k, order, gradient, second);
    WGT_FREED wg_check *r = wg_gradcheck_nodes(y, &x, 1, .order = order);
    const wg_verdict got = wg_check_verdict(r);
    const bool is = got != right || has(r, "slope") != (right == WG_FAIL && !gradient) ||
                    has(r, "second") != (right == WG_FAIL && gradient);
    if (is)
        fprintf(stderr, "x = %s, %s, order %d: %s, right is %s\n", f->x, f->y, order, wg_verdict_name(got),
                wg_verdict_name(right));
    if (is) wg_check_print(r, stderr);
    wgt_finish(run.c, NULL);
    return is;
}

static int count_wrong(const form *all, size_t n, known k)
{
    int wrong = 0;
    for (size_t i = 0; i < n; i++) wrong += is_wrong(&all[i], k, 2);
    return wrong;
}

#define COUNT(a) (sizeof(a) / sizeof *(a))

static const form smooth[] = {
    { "0", "abs(x)^2", { 2 } },
    { "0", "abs(x)*abs(-x)", { 2 } },
    { "0", "abs(x)*abs(x)", { 2 } },
    { "0", "abs(x)^3", { 0 } },
    { "0", "abs(x)^4", { 0 } },
    { "0", "abs(abs(x))^2", { 2 } },
    { "0", "abs(sin(x))^2", { 2 } },
    { "0", "abs(exp(x)-1)*abs(1-exp(x))", { 2 } },
    { "0", "(abs(x)+abs(2*x))^2", { 18 } },
    { "0", "abs(x)^2*abs(x-1)", { 2 } },
    { "0", "exp(abs(x)^2)", { 2 } },
    { "0", "sin(abs(x))*abs(x)", { 2 } },
    { "0", "cos(abs(x))", { -1 } },
    { "0", "sqrt(1+abs(x)^2)", { 1 } },
    { "0", "log(1+abs(x)*abs(-x))", { 2 } },
    { "0", "x*sign(x)^2*x", { 2 } },
    { "0", "x*abs(x)*sign(x)", { 2 } },
    { "0", "maximum(x,-x)^2", { 2 } },
    { "0", "maximum(x,-x)*maximum(-x,x)", { 2 } },
    { "0", "minimum(x,-x)*maximum(x,-x)", { -2 } },
    { "0", "abs(maximum(x,-x))*abs(x)", { 2 } },
    { "0", "maximum(x^2,0)", { 2 } },
    { "0", "relu(x)^2+relu(-x)^2", { 2 } },
    { "0", "relu(x)^2+minimum(x,0)^2", { 2 } },
    { "0", "relu(x)-relu(-x)+x^2", { 2 } },
    { "0", "relu(x)*exp(x)-relu(-x)*exp(x)", { 2 } },
    { "0", "relu(x^2)", { 2 } },
    { "0", "relu(x)*relu(-x)+x^2", { 2 } },
    { "0", "leaky_relu(x,slope=-1)^2", { 2 } },
    { "0", "leaky_relu(x,slope=-1)*leaky_relu(-x,slope=-1)", { 2 } },
    { "0", "leaky_relu(x,slope=0.5)-leaky_relu(-x,slope=0.5)+x^2", { 2 } },
    { "0", "where(x>=0,x,-x)*where(-x>=0,-x,x)", { 2 } },
    { "0", "where(x>=0,x,-x)^2", { 2 } },
    { "0", "max([x,-x])^2", { 2 } },
    { "0", "max([x,-x])*max([-x,x])", { 2 } },
    { "0", "min([x,-x])^2", { 2 } },
    { "0", "sort([x,-x])[1]^2", { 2 } },
    { "0", "sort([x,-x])[1]*sort([-x,x])[1]", { 2 } },
    { "0", "sort([x,-x])[0]*sort([-x,x])[1]", { -2 } },
    { "0", "clip(x,0,9)+clip(x,-9,0)+x^2", { 2 } },
    { "0", "clip(x,0,9)^2+clip(x,-9,0)^2", { 2 } },
    { "0", "norm([x,2*x])^2", { 10 } },
    { "0", "norm([x,2*x],p=1)^2", { 18 } },
    { "0", "norm([x,-3*x])*norm([2*x,x])", { 2 * 7.0710678118654755 } },
    { "0", "(norm([x])+norm([2*x]))^2", { 18 } },
    { "0", "std([x,-x])^2", { 2 } },
    { "0", "std([x,2*x,3*x])^2", { 4.0 / 3 } },
    { "0", "elu(x)+elu(-x)", { 1 } },
    { "0", "mean(huber([x],[0]))", { 1 } },
    { "1.5", "abs(x-1.5)^2", { 2 } },
    { "1.5", "abs(x-1.5)*abs(1.5-x)", { 2 } },
    { "1.5", "relu(x-1.5)-relu(1.5-x)+x^2", { 2 } },
    { "1.5", "where(x>1.5,(x-1.5)^3,0)", { 0 } },
    { "1", "abs(x^2-1)^2", { 8 } },
    { "-2", "relu(x+2)^2+relu(-x-2)^2+x^3", { -10 } },
    { "[0,0]", "norm(x)^2", { 2, 0, 0, 2 } },
    { "[0,0]", "exp(norm(x)^2)", { 2, 0, 0, 2 } },
    { "[0,0]", "0.1*norm(x)^2+(x[0]-1)^2", { 2.2, 0, 0, 0.2 } },
    { "[1,1]", "norm(x-1)^2", { 2, 0, 0, 2 } },
    { "[0,1]", "abs(x[0])*abs(-x[0])+x[1]^2", { 2, 0, 0, 2 } },
    { "[0,2]", "abs(x[0]*x[1])^2", { 8, 0, 0, 0 } },
    { "[1,1]", "maximum(x[0],x[1])*minimum(x[0],x[1])", { 0, 1, 1, 0 } },
    { "[1,1]", "maximum(x[0],x[1])+minimum(x[0],x[1])+x[0]^2", { 2, 0, 0, 0 } },
    { "[1,1]", "maximum(x[0],x[1])^2+minimum(x[0],x[1])^2", { 2, 0, 0, 2 } },
    { "[1,1]", "abs(x[0]-x[1])^2", { 2, -2, -2, 2 } },
    { "[1,1]", "abs(x[0]-x[1])*abs(x[1]-x[0])", { 2, -2, -2, 2 } },
    { "[2,2]", "relu(x[0]-x[1])^2+relu(x[1]-x[0])^2", { 2, -2, -2, 2 } },
    { "[1,2]", "abs(x[0]+x[1]-3)^2", { 2, 2, 2, 2 } },
    { "[1,1,2]", "sum(sort(x)^2)", { 2, 0, 0, 0, 2, 0, 0, 0, 2 } },
    { "[1.5,1.5]", "std(x)^2", { 0.5, -0.5, -0.5, 0.5 } },
    { "[1,1,1]",
      "std(x)^2",
      { 4.0 / 9, -2.0 / 9, -2.0 / 9, -2.0 / 9, 4.0 / 9, -2.0 / 9, -2.0 / 9, -2.0 / 9, 4.0 / 9 } },
};

static const form adversarial[] = {
    { "0", "abs(x^2)", { 2 } },
    { "0", "abs(-x^2)", { 2 } },
    { "0", "relu(-x^2)+x^2", { 2 } },
    { "0", "abs(x)*relu(x)-relu(x)^2+x^2", { 2 } },
    { "0", "relu(x)^2-x*relu(x)+x^2", { 2 } },
    { "0", "abs(x)+abs(-x)-2*abs(x)+x^2", { 2 } },
    { "0", "x*abs(x)+x*abs(-x)-2*x*abs(x)+x^2", { 2 } },
    { "0", "hinge([x-1],[-1])*hinge([-x-1],[-1])+x^2", { 2 } },
    { "0", "relu(x)*abs(x)+relu(-x)*abs(x)", { 2 } },
    { "0", "maximum(abs(x),2*abs(x))^2", { 8 } },
    { "0", "abs(relu(x)-relu(-x))^2", { 2 } },
    { "0", "exp(relu(x)-relu(-x))", { 1 } },
    { "0", "log(1+relu(x)-relu(-x))", { -1 } },
    { "0", "sqrt(1+abs(x)*abs(-x))", { 1 } },
    { "0", "x^2+1e-6*abs(x)*abs(-x)", { 2 + 2e-6 } },
    { "0", "1e-8*abs(x)^2", { 2e-8 } },
    { "0", "relu(1e6*x)^2+relu(-1e6*x)^2", { 2e12 } },
    { "0", "abs(x)^2.5+x^2", { 2 } },
    { "0", "relu(x)^3+x^2", { 2 } },
    { "1e-9", "abs(x)*abs(-x)", { 2 } },
    { "1e-9", "x*abs(x)", { 2 } },
    { "1.500000001", "abs(x-1.5)*abs(1.5-x)", { 2 } },
    { "1.500000001", "(x-1.5)*abs(x-1.5)", { 2 } },
    { "1.5", "abs(x-1.5)^2+1e3*x", { 2 } },
    { "[0,0]", "abs(x[0])*x[1]^2+sum(x^2)", { 2, 0, 0, 2 } },
    { "[0,0]", "abs(x[0]*x[1])*x[0]+sum(x^2)", { 2, 0, 0, 2 } },
    { "[0,1]", "abs(x[0])*abs(-x[0])*x[1]+abs(x[0])*abs(x[0])", { 4, 0, 0, 0 } },
    { "[0,0]",
      "abs(3*x[0]-x[1])*abs(0.3*x[0]+x[1])-abs((3*x[0]-x[1])*(0.3*x[0]+x[1]))+sum(x^2)",
      { 2, 0, 0, 2 } },
};

/* a^b by a and b at a = 0: its rule has a ln a, whose slope grows without end. */
static const form powers[] = {
    { "0", "(x^2)^1", { 2 } },
    { "0", "(2*x)^1+x^2", { 2 } },
    { "0", "(x^3)^1+x^2", { 2 } },
    { "0", "(x*x+x)^1", { 2 } },
    { "0", "x^1+x^2", { 2 } },
    { "0", "sin(x)^1+x^2", { 2 } },
    { "0", "(x*x)^1", { 2 } },
    { "0", "(exp(x)-1)^1", { 1 } },
    { "0", "(3*x)^2", { 18 } },
    { "0", "(x^2)^(1+0*x)", { 2 } },
    { "0", "sum([x,2*x]^1)+x^2", { 2 } },
};

static const form none[] = {
    { "0", "abs(x)", { 0 } },
    { "0", "relu(x)", { 0 } },
    { "0", "x*abs(x)", { 0 } },
    { "0", "relu(x)^2", { 0 } },
    { "0", "x*relu(x)", { 0 } },
    { "0", "leaky_relu(x)^2", { 0 } },
    { "0", "maximum(x,0)*x", { 0 } },
    { "0", "abs(x)^1.5", { 0 } },
    { "0", "exp(abs(x))", { 0 } },
    { "0", "cos(abs(x))+abs(x)", { 0 } },
    { "0", "elu(x)", { 0 } },
    { "0", "softsign(x)", { 0 } },
    { "0", "norm([x,0])", { 0 } },
    { "0", "norm([x,0])^2+norm([x,0])", { 0 } },
    { "0", "x^2*sign(x)", { 0 } },
    { "0", "where(x>=0,x^2,3*x^2)", { 0 } },
    { "1.5", "abs(x-1.5)", { 0 } },
    { "1.5", "(x-1.5)*abs(x-1.5)", { 0 } },
    { "1", "clip(x,-1,1)^2", { 0 } },
    { "1", "mean(huber([x],[0]))", { 0 } },
    { "3", "hard_swish(x)", { 0 } },
    { "[0,0]", "abs(x[0])*abs(x[1])", { 0 } },
    { "[0,0]", "abs(x[0]*x[1])", { 0 } },
    { "[0,0]", "abs(x[0]^2-x[1]^2)", { 0 } },
    { "[0,0]", "sum(abs(x))^2", { 0 } },
    { "[0,0]", "norm(x)*x[0]", { 0 } },
    { "[0,0]", "norm(x)^1.5", { 0 } },
    { "[1,1]", "maximum(x[0],x[1])^2", { 0 } },
    { "[1,1]", "std(x)", { 0 } },
    { "[1,1,1]", "sort(x)[2]^2", { 0 } },
};

/* At the point a piece is chosen that f has nowhere else. */
static const form alone[] = {
    { "0", "where(x==0,1,sin(x)/x)", { -1.0 / 3 } },
    { "0", "where(x!=0,sin(x)/x,1)", { -1.0 / 3 } },
    { "0", "where(abs(x)>0,sin(x)/x,1)", { -1.0 / 3 } },
    { "0", "where(x==0,x*0+1,tanh(x)/x)", { -2.0 / 3 } },
    { "0", "where(x*x<=0,1,tanh(x)/x)+x", { -2.0 / 3 } },
    { "0", "where(x==0,1,exp(x)/(1+x))+x", { 1 } },
    { "0", "where(x==0,0,expm1(x)/x-1)", { 1.0 / 3 } },
    { "0", "where(x==0,1+x/2,expm1(x)/x)", { 1.0 / 3 } },
    { "0", "where(x!=0,x,0)", { 0 } },
    { "0", "relu(x)-relu(-x)", { 0 } },
    { "0", "abs(x)*sign(x)", { 0 } },
    { "0", "where(x==0,1-x^2/6,sin(x)/x)", { -1.0 / 3 } },
    { "0", "where(x==0,1-x^2/2,sin(x)/x)", { -1.0 / 3 } },
    { "0", "where(x==0,1+x,sin(x)/x)", { -1.0 / 3 } },
    { "0", "where(x==0,x,sin(x))", { 0 } },
    { "0", "where(x==0,2*x,sin(x))", { 0 } },
    { "0", "where(x==0,-x,sin(x))", { 0 } },
    { "0", "where(x==0,x,sin(x)+x^2)", { 2 } },
    { "0", "where(abs(x)<=0,0,x^3)", { 0 } },
    { "0", "where(x>=0,where(x<=0,0,exp(x)-1),exp(x)-1)", { 1 } },
    { "0", "where(x==0,1,log1p(x)/x)", { 2.0 / 3 } },
    { "0", "where(x==0,0,(1-cos(x))/x)", { 0 } },
    { "0", "max([x,0])+min([x,0])", { 0 } },
    { "0", "minimum(x,0)+relu(x)", { 0 } },
    { "0", "relu(x)-relu(-x)+cos(x)", { -1 } },
    { "1.5", "where(x==1.5,2.25,x^2)", { 2 } },
    { "1.5", "where(x-1.5==0,3*x-2.25,x^2)", { 2 } },
    { "1.5", "where(x!=1.5,exp(x),exp(1.5)+0*x)", { 4.4816890703380645 } },
    { "2", "where(x==2,4,(x^2-4)/(x-2))", { 0 } },
    { "[0,1]", "where(x[0]==0,x[1],x[1]*exp(x[0]))", { 1, 1, 1, 0 } },
    { "[1,1]", "where(x[0]==x[1],x[0]^2,x[0]*x[1])", { 0, 1, 1, 0 } },
    { "[0,2]", "sum(where(x==0,1,exp(x)))", { 1, 0, 0, 7.38905609893065 } },
};

/* f is not continuous at the point, or is made at the point alone where its slopes differ. */
static const form jumps[] = {
    { "0", "sign(x)+x^2", { 0 } },
    { "0", "floor(x)+x^2", { 0 } },
    { "0", "where(x>0,1,0)+x^2", { 0 } },
    { "0", "argmax([x,0])+x^2", { 0 } },
    { "0", "where(x==0,1,0)*3+x", { 0 } },
    { "0", "where(x==0,5,x^2)", { 0 } },
    { "0", "where(x!=0,x^2,-1)", { 0 } },
    { "0", "where(x==0,5,x)", { 0 } },
    { "0", "ceil(x)*2+x", { 0 } },
    { "0", "where(x>=0,x+1e-3,x)", { 0 } },
    { "0", "where(x==0,1e-6,x)", { 0 } },
    { "0", "where(x<0,x^2,x^2+1)", { 0 } },
    { "0.5", "round(x)+x", { 0 } },
    { "2", "floor(x)*x", { 0 } },
    { "2", "x-floor(x)", { 0 } },
    { "2", "remainder(x,1)+x^2", { 0 } },
    { "6", "remainder(6,x)", { 0 } },
    { "-6", "fmod(x,3)", { 0 } },
    { "6", "floor_divide(x,3)+x^2", { 0 } },
    { "[1,1]", "where(x[0]>x[1],2,x[0]*x[1])", { 0 } },
    { "[0,1]", "where(x[0]==0,9,x[0]^2+x[1])", { 0 } },
    { "0", "where(x==0,0,abs(x))", { 0 } },
    { "0", "where(x==0,7*x,abs(x))", { 0 } },
    { "0", "where(x==0,0,sqrt(abs(x)))", { 0 } },
};

/* Few rays lie in the cones where these are other than beside them. */
static const form cones[] = {
    { "[0,0]", "relu(x[0]-30*abs(x[1]))^2+sum(x*x)", { 0 } },
    { "[0,0]", "relu(x[0]-1000*abs(x[1]))^2+sum(x*x)", { 0 } },
    { "[0,0]", "relu(-x[1]-300*abs(x[0]))^2+sum(x*x)", { 0 } },
    { "[0,0]", "relu(x[0]+x[1]-300*abs(x[0]-x[1]))^2+sum(x*x)", { 0 } },
    { "[0,0,0]", "min(relu(x))^2+sum(x*x)", { 0 } },
    { "[0,0,0,0,0]", "min(relu(x))^2+sum(x*x)", { 0 } },
    { "[0,0,0,0,0]", "relu(sum(x)-2.9*max(abs(x)))^2+sum(x*x)", { 0 } },
};

/* ---- what is said ---- */

static const char *kink_of(const char *x, const char *y)
{
    static char found[80];
    char text[300];
    snprintf(text, sizeof text, "x = %s\ny = %s\n", x, y);
    wgt_run run = wgt_build(text, WG_EVAL);
    const wg_node of = wg_program_node(run.q, "x");
    const wgx_call k = wgx_kink(wg_program_last(run.q), &of, 1);
    snprintf(found, sizeof found, "%s", k.op ? k.op->name : "");
    wgt_finish(run.c, NULL);
    return found;
}

/* Each pair is a point at a kink, and one beside it. */
Test(second_kinks, a_kink_is_found_at_the_point_alone)
{
    static const struct {
        const char *at, *beside, *y, *op;
    } all[] = { { "0", "1e-9", "abs(x)", "abs" },
                { "1.5", "1.50000001", "exp(relu(x-1.5))", "relu" },
                { "[0,0]", "[0,1]", "norm(x)", "norm" },
                { "[2,2]", "[2,3]", "std(x)", "std" },
                { "[1,1]", "[1,2]", "maximum(x[0],x[1])", "maximum" },
                { "[1,1]", "[1,2]", "max(x)", "max" },
                { "[2,1,2]", "[2,1,3]", "sort(x)[0]", "sort" },
                { "1", "1.1", "clip(x,0,1)", "clip" },
                { "0", "0.1", "where(x>0,x,2*x)", "greater" },
                { "2", "2.5", "floor(x)*x", "floor" },
                { "3", "0", "hard_swish(x)", "hard_swish" },
                { "-3", "0", "hard_sigmoid(x)", "hard_sigmoid" },
                { "[3,0]", "[2,0]", "sum(hard_swish(x))", "hard_swish" },
                { "0", "1", "where(x>-1,abs(x),x^2)", "abs" },
                { "[1,0]", "[-1,0]", "where(x[0]>x[1],abs(x[1]),x[0])", "abs" },
                { "1", "2", "max_pool(reshape([x,1,0,0],[1,2,2,1]),size=2)", "max_pool" },
                { "1", "0.5", "max_pool(reshape([x,1,0,0],[1,2,2,1]),size=2)", "max_pool" } };
    for (size_t i = 0; i < COUNT(all); i++) {
        cr_expect_str_eq(kink_of(all[i].at, all[i].y), all[i].op, "%s", all[i].y);
        cr_expect_str_eq(kink_of(all[i].beside, all[i].y), "", "%s", all[i].y);
    }
    static const char *const none_at_all[] = { "sum(x^3)",
                                               "logsumexp(x)",
                                               "sum(softmax(x)^2)",
                                               "sum(gelu(x))",
                                               "sum(stop_gradient(abs(x))*x)",
                                               "norm([x[0],x[1],1])",
                                               "sum(hard_swish(x)+hard_sigmoid(x))",
                                               "sum(where(x>-1,x^2,abs(x)))",
                                               "sum(where(x<-1,relu(x),x))",
                                               "var(x)" };
    for (size_t i = 0; i < COUNT(none_at_all); i++)
        cr_expect_str_eq(kink_of("[0,0]", none_at_all[i]), "", "%s", none_at_all[i]);
}

/* What had no memory is no PASS. */
Test(second_kinks, failing_allocations)
{
    int64_t failed = 1;
    for (int64_t k = 1; failed; k += 7) {
        wgt_memory m = { 0 };
        wg_context *c = wgt_start(&m, WG_F64, NULL);
        wg_graph *g = wg_graph_new(c);
        const wg_node x = wg_input(g, "x", wg_view_f64((double[]){ 0, 1 }, WG_SHAPE(2)));
        const wg_node y = wg_sum(wg_mul(wg_abs(x), wg_abs(wg_neg(x))));
        m.fail_at = m.calls + k;
        wg_check *r = wg_gradcheck(y, NULL, .order = 2);
        failed = m.failed;
        cr_expect_neq(wg_check_verdict(r), WG_PASS);
        cr_expect(failed || wg_check_verdict(r) == WG_FAIL);
        wg_check_free(r);
        m.fail_at = m.calls + k;
        const wgx_call at = wgx_kink(y, &x, 1);
        cr_expect(m.failed || at.op);
        cr_expect_eq(wg_failed(c), WG_OK);
        wgt_drop(c, &m);
    }
}

static void expect_report(const char *x, const char *y, const char *what)
{
    char text[300];
    snprintf(text, sizeof text, "x = %s\ny = %s\n", x, y);
    wgt_run run = wgt_build(text, WG_EVAL);
    const wg_node of = wg_program_node(run.q, "x");
    WGT_FREED wg_check *r = wg_gradcheck_nodes(wg_program_last(run.q), &of, 1, .order = 2);
    wgt_expect_report(r, what);
    wgt_finish(run.c, NULL);
}

Test(second_kinks, the_report_names_the_kink_and_says_what_to_write)
{
    expect_report("0", "abs(x)^2",
                  "a convention's at the kink of abs, t.wg:2:5; to all sides it is the other");
    expect_report("0", "abs(x)^2", "; for abs(x)^2 write x*x\n");
    expect_report("[0,0]", "norm(x)^2", "; for norm(x)^2 write sum(x*x)\n");
    expect_report("[1,1]", "std(x)^2", "; for std(x)^2 write var(x)\n");
    expect_report("0", "abs(x)^2+x^3", "given point: autodiff 0, numeric 2 ");
    expect_report("0", "relu(x)*relu(-x)+x^2", "gradient beside the kink of relu, t.wg:2:5, and followed");
    expect_report("0", "where(x!=0,x,0)",
                  "at the kink of not_equal, t.wg:2:12, the value of this single point was differentiated");
    expect_report("0", "relu(x)-relu(-x)", "a convention's at the kink of relu, t.wg:2:5; to all sides");
    expect_report("0", "floor(x)+x^2",
                  "at the kink of floor, t.wg:2:5: the function jumps there, so it has no gradient");
    expect_report("0", "where(x==0,0,abs(x))", "the slopes differ on its sides, so there is no gradient");
    expect_report("0", "abs(x)", "at the kink of abs, t.wg:2:5: the gradient jumps there, so there are none");
    expect_report("0", "softsign(x)", "at the kink of softsign, t.wg:2:5: they differ on its sides");
    expect_report("0", "x*abs(x)",
                  "at the kink of abs, t.wg:2:7: they differ on its sides, so there are none");
    expect_report("0", "abs(x)^1.5", "at the kink of abs, t.wg:2:5: beside it they grow without end");
}

/* x^3 with the gradient 3 sqrt(x^4), whose derivative at 0 is infinity by 0, where it has to be 0. */
static void by_root(wg_site here, wg_node y, wg_node gy, const wg_node x[], wg_node gx[])
{
    (void)here, (void)y;
    gx[0] = wg_mul(gy, wg_mul(3, wg_sqrt(wg_square(wg_square(x[0])))));
}

/* The second derivative of |x| |x| is wrong, too, and finite. */
Test(second_kinks, nan_is_wrong_where_the_sides_agree_and_before_finite_numbers)
{
    for (int64_t n = 1; n <= 2; n++) {
        WGT_IN_GRAPH(WG_F64, NULL);
        wg_node x = wg_input(g, "x", wg_view_f64((double[]){ 0, 0 }, WG_SHAPE(n))), a = wg_abs(x),
                z = wg_slice(x, .axis = 0, .to = 1), cube = wg_mul(z, wg_square(z));
        wg_node y = wg_sum(wg_custom_vjp(cube, &z, 1, by_root));
        WGT_FREED wg_check *r = wg_gradcheck_nodes(wg_add(y, wg_sum(wg_mul(a, a))), &x, 1, .order = 2);
        cr_expect_eq(wg_check_verdict(r), WG_FAIL);
        cr_expect(isnan(wg_check_finding_at(r, 0).yours));
        cr_expect_eq(wg_check_finding_at(r, 0).element, 0);
    }
}

Test(second_kinks, smooth_through_kinks) { cr_expect_eq(count_wrong(smooth, COUNT(smooth), SMOOTH), 0); }
Test(second_kinks, adversarial) { cr_expect_eq(count_wrong(adversarial, COUNT(adversarial), SMOOTH), 0); }
Test(second_kinks, not_twice_differentiable) { cr_expect_eq(count_wrong(none, COUNT(none), NO_SECOND), 0); }
Test(second_kinks, pieces_of_a_point_alone) { cr_expect_eq(count_wrong(alone, COUNT(alone), SMOOTH), 0); }
Test(second_kinks, no_gradient) { cr_expect_eq(count_wrong(jumps, COUNT(jumps), NO_GRADIENT), 0); }
Test(second_kinks, powers_of_zero) { cr_expect_eq(count_wrong(powers, COUNT(powers), SMOOTH), 0); }
Test(second_kinks, thin_cones) { cr_expect_eq(count_wrong(cones, COUNT(cones), NO_SECOND), 0); }

/* Of the first order, the same forms. */
Test(second_kinks, gradients)
{
    int wrong = 0;
    for (size_t i = 0; i < COUNT(alone); i++) wrong += is_wrong(&alone[i], SMOOTH, 1);
    for (size_t i = 0; i < COUNT(jumps); i++) wrong += is_wrong(&jumps[i], NO_GRADIENT, 1);
    for (size_t i = 0; i < COUNT(none); i++) wrong += is_wrong(&none[i], NO_SECOND, 1);
    cr_expect_eq(wrong, 0);
}
