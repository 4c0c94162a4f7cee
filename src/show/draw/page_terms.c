/* page_terms.c: what an op adds up, found by running it. See page.h.
 *
 * Many ops only move elements, or add them: each element of the result is a sum of elements of the operands,
 * or of products of two of them. Such an op is run on numbers that tell which ones:
 *
 *     moves      on 1, 2, 3 ...: the result says by number where each element is from
 *     sums       its derivative on 1, 2, 3 ...: that says where each element goes
 *     weights    on a 1 among zeros, at each place in turn
 *     products   on a 1 among zeros and, as the other operand, on 1, 2, 3 ...
 *     windows    likewise: a window that has the 1 gives the number that stands there
 *
 * What is found must give what the op gives for random numbers, else it counts as not found. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "draw/page.h"
#include "wengert/grad.h"
#include "wengert/op.h"
#include "wengert/ops.h"
#include "wgx/graph.h"
#include "wgx/op.h"

/* TERMS_MOST: of one op. WORK_MOST: numbers that all runs of one op may read and write. SHAPES_BACK: so many
 * shapes are looked at for an equal one. */
enum { TERMS_MOST = 1 << 21, WORK_MOST = 1 << 30, SHAPES_BACK = 64, WIDTH = 3, MOST_OPERANDS = 64 };

/* Element [0] of the result has the product of the others: of the element of one operand, or of all of them
 * one behind the other, or of two. */
typedef struct term {
    int32_t at[WIDTH];
    int32_t shape; /* of the loops around it; 0: it stands alone */
} term;

/* A loop around `inner`: so many times, each time by a step further. */
typedef struct loop {
    int32_t inner, count, step[WIDTH];
} loop;

typedef struct finder {
    wgi_pool *pool;
    wg_site here;
    wg_graph *g;
    const wg_op *op;
    wgi_page_windows windows;
    int operands, width;
    wg_node x[MOST_OPERANDS], y;
    int64_t first[MOST_OPERANDS + 1]; /* element of `in`, by operand; behind the last one their number */
    double *in, *out;                 /* operands and result */
    int64_t results, terms, room;
    term *term;
    double weight[WGI_PAGE_LEAF];
    int weights;
    loop *loop;
    int64_t loops;
} finder;

static bool is_one_of(const wg_op *op, const char *const names[])
{
    while (*names && !wgx_op_is(op, *names)) names++;
    return *names;
}

/* ---- runs ---- */

/* Of operand k in trials. */
static wg_shape shape_of(const finder *f, wg_node n, int k)
{
    return wg_node_shape(wg_node_operand(n, f->windows ? 0 : k));
}

static bool open_runs(finder *f, wg_node n)
{
    f->operands = wg_node_operands(n);
    if (f->operands > MOST_OPERANDS) return false;
    for (int k = 0; k < f->operands; k++) f->first[k + 1] = f->first[k] + wg_shape_size(shape_of(f, n, k));
    f->results = wg_shape_size(wg_node_shape(f->windows == WGI_WINDOWS_GET ? wg_node_operand(n, 1) : n));
    if (f->first[f->operands] > TERMS_MOST || f->results > TERMS_MOST) return false;
    f->in = wgi_pool_take(f->pool, f->first[f->operands] + 1, sizeof *f->in);
    f->out = wgi_pool_take(f->pool, f->results + 1, sizeof *f->out);
    if (!f->in || !f->out) return false;
    wg_begin(f->g, WG_EVAL);
    for (int k = 0; k < f->operands; k++)
        f->x[k] = wg_input_at(f->here, f->g, "x", wg_view_f64(f->in + f->first[k], shape_of(f, n, k)));
    f->y = wg_apply(f->here, f->op, f->x, f->operands, wg_attr(n));
    return !wg_failed(wg_graph_context(f->g));
}

/* The op's result of `in`. */
static bool run(finder *f)
{
    bool ok = true;
    for (int k = 0; k < f->operands && ok; k++)
        ok = wg_input_set_at(f->here, f->x[k], wg_view_f64(f->in + f->first[k], wg_node_shape(f->x[k]))) ==
             WG_OK;
    return ok && wg_copy_f64_at(f->here, f->y, f->out, (size_t)f->results) == WG_OK;
}

static void number(double *x, int64_t n)
{
    for (int64_t i = 0; i < n; i++) x[i] = (double)(i + 1);
}

/* The index that a number tells; -1: none. */
static int32_t told(double x, int64_t n)
{
    return x >= 1 && x <= (double)n && x == floor(x) ? (int32_t)x - 1 : -1;
}

static bool add(finder *f, int64_t r, int64_t i, int64_t j)
{
    if (f->terms == f->room) {
        const int64_t room = f->room ? 2 * f->room : 256;
        term *more = room <= TERMS_MOST ? wgi_pool_take(f->pool, room, sizeof *more) : NULL;
        if (!more) return false;
        if (f->terms) memcpy(more, f->term, sizeof *more * (size_t)f->terms);
        f->term = more, f->room = room;
    }
    f->term[f->terms++] = (term){ { (int32_t)r, (int32_t)i, (int32_t)j }, 0 };
    return true;
}

/* The place among the weights; -1: there are too many. */
static int weigh(finder *f, double w)
{
    int k = 0;
    while (k < f->weights && f->weight[k] != w) k++;
    if (k == WGI_PAGE_LEAF) return -1;
    if (k == f->weights) f->weight[f->weights++] = w;
    return k;
}

/* ---- the four ways ---- */

static bool find_moves(finder *f)
{
    f->width = 2;
    number(f->in, f->first[f->operands]);
    bool ok = run(f);
    for (int64_t r = 0; r < f->results && ok; r++) {
        const int32_t i = told(f->out[r], f->first[f->operands]);
        ok = i < 0 ? f->out[r] == 0 : add(f, r, i, 0);
    }
    return ok;
}

static bool find_sums(finder *f)
{
    wg_node gx[MOST_OPERANDS];
    f->width = 2;
    number(f->out, f->results);
    const wg_node gy = wg_input_at(f->here, f->g, "gradient", wg_view_f64(f->out, wg_node_shape(f->y)));
    bool ok = wg_vjp_at(f->here, f->y, gy, f->x, f->operands, gx) == WG_OK;
    for (int k = 0; k < f->operands && ok; k++) {
        const int64_t n = f->first[k + 1] - f->first[k];
        double *to = f->in + f->first[k];
        ok = !wg_is_none(gx[k]) && wg_copy_f64_at(f->here, gx[k], to, (size_t)n) == WG_OK;
        for (int64_t i = 0; i < n && ok; i++) {
            const int32_t r = told(to[i], f->results);
            ok = r < 0 ? to[i] == 0 : add(f, r, f->first[k] + i, 0);
        }
    }
    return ok;
}

/* Of one operand. */
static bool find_weights(finder *f)
{
    const int64_t n = f->first[f->operands];
    bool ok = f->operands == 1 && n * (n + f->results) < WORK_MOST;
    f->width = 3;
    memset(f->in, 0, sizeof *f->in * (size_t)n);
    for (int64_t i = 0; i < n && ok; i++) {
        f->in[i] = 1;
        ok = run(f);
        f->in[i] = 0;
        for (int64_t r = 0; r < f->results && ok; r++) {
            const int w = f->out[r] != 0 ? weigh(f, f->out[r]) : 0;
            ok = f->out[r] == 0 || (w >= 0 && add(f, r, i, w));
        }
    }
    return ok;
}

/* The terms that a run tells in which the elements i, i + 1 ... of one operand are 1, base, base^2 ... */
static bool add_products(finder *f, int64_t i, int64_t count, double base, bool second)
{
    bool ok = true;
    for (int64_t r = 0; r < f->results && ok; r++) {
        double rest = f->out[r];
        ok = rest >= 0 && rest == floor(rest);
        for (int64_t k = 0; k < count && ok && rest > 0; k++) {
            const double digit = fmod(rest, base);
            rest = (rest - digit) / base;
            const int64_t j = (int64_t)digit - 1;
            ok = j < 0 || add(f, r, second ? j : i + k, second ? i + k : j);
        }
        ok &= rest == 0;
    }
    return ok;
}

/* The first operand has the fewer elements, or the second one. Several of them are tried at once, whose
 * answers are digits of one number of at most 52 bits. */
static bool find_products(finder *f)
{
    const int64_t n[2] = { f->first[1], f->first[2] - f->first[1] };
    const int few = n[1] < n[0];
    const double base = (double)n[!few] + 1;
    const int64_t most = (int64_t)(52 / log2(base + 1));
    bool ok = f->operands == 2 && most && n[few] / most * (f->first[2] + f->results) < WORK_MOST;
    double *x = f->in + f->first[few];
    f->width = 3;
    memset(f->in, 0, sizeof *f->in * (size_t)f->first[2]);
    number(f->in + f->first[!few], n[!few]);
    for (int64_t i = 0, count; i < n[few] && ok; i += count) {
        count = n[few] - i < most ? n[few] - i : most;
        for (int64_t k = 0; k < count; k++) x[i + k] = pow(base, (double)k);
        ok = run(f) && add_products(f, i, count, base, few);
        memset(x + i, 0, sizeof *x * (size_t)count);
    }
    return ok;
}

/* Of the operand that has the largest elements. */
static bool find_windows(finder *f)
{
    const int64_t n = f->first[1];
    bool ok = n * (f->first[2] + f->results) < WORK_MOST;
    f->width = 2;
    memset(f->in, 0, sizeof *f->in * (size_t)n);
    number(f->in + n, n);
    for (int64_t i = 0; i < n && ok; i++) {
        f->in[i] = 1;
        ok = run(f);
        f->in[i] = 0;
        for (int64_t r = 0; r < f->results && ok; r++) ok = told(f->out[r], n) != i || add(f, r, i, 0);
    }
    return ok;
}

/* The result is the same for all operands. */
static bool find_constants(finder *f)
{
    f->width = 2;
    bool ok = run(f);
    for (int64_t r = 0; r < f->results && ok; r++) {
        const int w = f->out[r] != 0 ? weigh(f, f->out[r]) : 0;
        ok = f->out[r] == 0 || (w >= 0 && add(f, r, w, 0));
    }
    return ok;
}

/* The place of the largest element of each window, plus 1. */
static void find_largest(const finder *f, double *place)
{
    for (int64_t k = 0; k < f->terms; k++) {
        const int32_t r = f->term[k].at[0], i = f->term[k].at[1];
        if (place[r] == 0 || f->in[i] > f->in[(int32_t)place[r] - 1]) place[r] = i + 1;
    }
}

/* Numbers without a pattern: equal sums of them have equal terms. */
static bool is_what_the_op_gives(finder *f, bool constant)
{
    double *sum = wgi_pool_take(f->pool, f->results + 1, sizeof *sum);
    const double *a = constant ? f->weight : f->in, *b = f->weights ? f->weight : f->in + f->first[1];
    for (int64_t i = 0; i < f->first[f->operands]; i++) f->in[i] = sin(1 + 1.7 * (double)i * (double)i);
    if (f->windows) number(f->in + f->first[1], f->first[1]);
    bool ok = sum && run(f);
    if (ok && f->windows) find_largest(f, sum);
    for (int64_t k = 0; k < f->terms && ok && !f->windows; k++) {
        const int32_t *t = f->term[k].at;
        sum[t[0]] += f->width == 3 ? a[t[1]] * b[t[2]] : a[t[1]];
    }
    for (int64_t r = 0; r < f->results && ok; r++) ok = fabs(sum[r] - f->out[r]) < 1e-9 * (1 + fabs(sum[r]));
    return ok;
}

/* ---- loops around terms ---- */

static int before(const void *p, const void *q)
{
    const int32_t *a = ((const term *)p)->at, *b = ((const term *)q)->at;
    for (int k = 0; k < WIDTH; k++)
        if (a[k] != b[k]) return a[k] < b[k] ? -1 : 1;
    return 0;
}

static bool is_step(const term *a, const int32_t step[])
{
    bool same = a[1].shape == a->shape;
    for (int k = 0; k < WIDTH; k++) same &= a[1].at[k] - a->at[k] == step[k];
    return same;
}

/* The number of a loop, an equal one if it is among the last. */
static int32_t loop_of(finder *f, loop l)
{
    int64_t k = f->loops;
    while (k > 1 && k > f->loops - SHAPES_BACK)
        if (memcmp(&f->loop[--k], &l, sizeof l) == 0) return (int32_t)k;
    f->loop[f->loops] = l;
    return (int32_t)f->loops++;
}

/* Neighbours at equal distances become one term with a loop around it. Returns whether there were any. */
static bool join(finder *f)
{
    int64_t count = 0;
    for (int64_t i = 0, end; i < f->terms; i = end) {
        term t = f->term[i];
        loop l = { t.shape, 1, { 0 } };
        for (int k = 0; k < WIDTH && i + 1 < f->terms; k++) l.step[k] = f->term[i + 1].at[k] - t.at[k];
        for (end = i + 1; end < f->terms && is_step(&f->term[end - 1], l.step);) end++, l.count++;
        if (l.count > 1) t.shape = loop_of(f, l);
        f->term[count++] = t;
    }
    const bool fewer = count < f->terms;
    f->terms = count;
    return fewer;
}

static const char *text_of(finder *f)
{
    wgi_strbuf b = { .pool = f->pool };
    wgi_json_open(&b, "["), wgi_json_whole(&b, f->width);
    for (const term *t = f->term; t < f->term + f->terms; t++) {
        wgi_json_open(&b, "[");
        for (int k = 0; k < f->width; k++) wgi_json_whole(&b, t->at[k]);
        for (const loop *l = f->loop + t->shape; l > f->loop; l = f->loop + l->inner) {
            wgi_json_whole(&b, l->count);
            for (int k = 0; k < f->width; k++) wgi_json_whole(&b, l->step[k]);
        }
        wgi_strbuf_put(&b, "]");
    }
    wgi_strbuf_put(&b, "]");
    return wgi_strbuf_keep(&b);
}

/* ---- all ---- */

/* Whether one of the ways is that of the op. */
static bool find(finder *f, wg_node n, bool *constant)
{
    static const char *const numbers[] = { "index_along", "unit_rows", NULL };
    static const char *const sums[] = { "transpose", "slice",       "unslice",          "concat", "flip",
                                        "sum",       "resize_axis", "resize_axis_grad", NULL };
    static const char *const products[] = { "matmul",         "matmul_stored", "conv",
                                            "conv_transpose", "conv_weights",  NULL };
    static bool (*const ways[])(finder *) = { find_moves, find_sums, find_weights };
    bool found = false;
    *constant = is_one_of(f->op, numbers);
    const int first = is_one_of(f->op, sums) ? 0 : 3;
    if (first && !*constant && !f->windows && !is_one_of(f->op, products)) return false;
    for (int k = first; k < 3 && !found; k++) {
        f->terms = f->weights = 0;
        found = open_runs(f, n) && ways[k](f) && is_what_the_op_gives(f, false);
        if (wg_failed(wg_graph_context(f->g)) == WG_ERROR_MEMORY) return false;
        wg_recover(wg_graph_context(f->g));
    }
    if (first)
        found = open_runs(f, n) &&
                (*constant    ? find_constants
                 : f->windows ? find_windows
                              : find_products)(f) &&
                is_what_the_op_gives(f, *constant);
    return found;
}

/* What the terms are of: the elements among which the largest is looked for are those of a sum, and both ops
 * of windows have the same ones. */
static const wg_op *op_of(wg_node n, wgi_page_weights *weights)
{
    const wg_op *op = wg_node_op(n);
    weights->largest = wgx_op_is(op, "max");
    weights->windows = wgx_op_is(op, "max_pool_pick")   ? WGI_WINDOWS_GIVE
                       : wgx_op_is(op, "max_pool_grad") ? WGI_WINDOWS_GET
                                                        : WGI_NO_WINDOWS;
    return weights->largest ? wg_op_find("sum") : weights->windows ? wg_op_find("max_pool_pick") : op;
}

const char *wgi_page_terms(wgi_page *w, wg_graph *g, wg_node n, wgi_page_weights *weights)
{
    finder *f = wgi_pool_take(w->p->pool, 1, sizeof *f);
    if (!f) return NULL;
    f->pool = w->p->pool, f->here = w->p->here, f->g = g;
    f->op = op_of(n, weights), f->windows = weights->windows;
    if (!find(f, n, &weights->alone)) return NULL;
    f->loop = wgi_pool_take(f->pool, 2 * f->terms + 2, sizeof *f->loop);
    if (!f->loop) return NULL;
    f->loops = 1;
    qsort(f->term, (size_t)f->terms, sizeof *f->term, before);
    while (join(f)) continue;
    weights->x = f->weight, weights->count = f->weights;
    return text_of(f);
}
