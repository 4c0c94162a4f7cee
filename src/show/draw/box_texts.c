/* box_texts.c: the texts of a picture's boxes: caption, formula, options, value, gradient and tooltip.
 *
 * Each value is peeked at and written down before the next one, since the next run may overwrite a peeked
 * tensor.
 */
#include "draw/page.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "wengert/formula.h"
#include "wengert/grad.h"
#include "wengert/op.h"
#include "wgx/base.h"
#include "wgx/grad.h"
#include "wgx/graph.h"
#include "wgx/op.h"

enum {
    NAME_MOST = WGI_EXPRESSION_MOST,
    PATTERN_NAME_MOST = 24,
    TIP_MOST = 400,
    PATTERN_MOST = 6,
    WRAP = 46,
    FULL = 4,
    TIP_FORMULA = 1500
};

/* ---- values ---- */

typedef struct census {
    int64_t nan, infinite, finite;
    double mean, deviation, least, most;
} census;

/* Mean and deviation of the finite values. */
static census count_values(const wg_tensor *t)
{
    census s = { .least = INFINITY, .most = -INFINITY };
    int64_t n = wg_shape_size(t->shape);
    double square = 0;
    for (int64_t i = 0; i < n; i++) {
        double x = wg_tensor_item(t, i), before = s.mean;
        if (isnan(x)) s.nan++;
        else if (isinf(x)) s.infinite++;
        if (!isfinite(x)) continue;
        s.mean += (x - before) / (double)++s.finite; /* Welford 1962 */
        square += (x - before) * (x - s.mean);
        if (x < s.least) s.least = x;
        if (x > s.most) s.most = x;
    }
    const double noise = wg_dtype_size(t->dtype) == 8 ? DBL_EPSILON : FLT_EPSILON;
    if (fabs(s.mean) <= 2 * noise * fmax(fabs(s.least), fabs(s.most))) s.mean = 0; /* what rounding leaves */
    s.deviation = s.finite ? sqrt(square / (double)s.finite) : NAN;
    return s;
}

static void put_summary(wgi_strbuf *b, const wg_tensor *t, const census *s)
{
    wgi_put_cut(b, t), wgi_strbuf_put(b, "\n");
    if (s->nan || s->infinite) {
        wgi_strbuf_format(b, "%lld NaN, %lld ∞", (long long)s->nan, (long long)s->infinite);
        return;
    }
    bool real = wg_dtype_is_float(t->dtype);
    wgi_strbuf_put(b, real ? "mean " : "from ");
    wgi_put_number(b, real ? s->mean : s->least);
    wgi_strbuf_put(b, real ? ", sd " : " to ");
    wgi_put_number(b, real ? s->deviation : s->most);
}

/* Whether a box shows each of its numbers. */
bool wgi_is_written_out(wg_shape s)
{
    const int64_t columns = s.rank ? s.dim[s.rank - 1] : 1, rows = s.rank > 1 ? s.dim[s.rank - 2] : 1;
    return columns <= FULL && rows <= FULL && wg_shape_size(s) == rows * columns;
}

/* A scalar as a number, small vectors and matrices in full, others as their first entries with mean and
 * standard deviation (integers: least and greatest). *odd: there is a NaN or an infinity. */
static void put_value(wgi_strbuf *b, const wg_tensor *t, bool *odd)
{
    census s = count_values(t);
    int rank = t->shape.rank;
    int64_t n = wg_shape_size(t->shape), columns = rank ? t->shape.dim[rank - 1] : 1,
            rows = rank > 1 ? t->shape.dim[rank - 2] : 1;
    *odd = s.nan || s.infinite;
    if (n == 0) wgi_strbuf_put(b, "no elements");
    else if (rank == 0) wgi_put_number(b, wg_tensor_item(t, 0));
    else if (!wgi_is_written_out(t->shape)) put_summary(b, t, &s);
    else {
        for (int64_t i = 0; i < rows; i++) {
            wgi_strbuf_put(b, rank == 1 ? "" : i ? ",\n\u2007" : "[");
            wgi_put_row(b, t, i * columns, columns);
            wgi_strbuf_put(b, "]");
        }
        wgi_strbuf_put(b, rank == 1 ? "" : "]");
    }
}

/* ---- a node ---- */

static bool is_leaf(wg_node n) { return wg_node_leaf(n) != WG_LEAF_NONE; }

static wgi_box_kind kind_of_box(const wgi_picture *p, wg_node n)
{
    static const wgi_box_kind of_leaf[] = { [WG_LEAF_NUMBER] = WGI_BOX_CONSTANT,
                                            [WG_LEAF_INPUT] = WGI_BOX_INPUT,
                                            [WG_LEAF_PARAM] = WGI_BOX_PARAMETER,
                                            [WG_LEAF_STATE] = WGI_BOX_STATE,
                                            [WG_LEAF_STREAM] = WGI_BOX_CONSTANT };
    if (is_leaf(n)) return of_leaf[wg_node_leaf(n)];
    if (wgx_node_is_derived(n)) return WGI_BOX_GRADIENT;
    bool scalar = wg_shape_size(wg_node_shape(n)) == 1 && wgi_is_float(n);
    return scalar && n.index == p->root.index && !wg_is_none(p->root) ? WGI_BOX_LOSS : WGI_BOX_OP;
}

/* The dtype is left out where it is the context's own. */
static const char *shape_text(wgi_picture *p, wg_node n)
{
    wg_dtype t = wg_node_dtype(n);
    const char *dtype = t == wg_context_dtype(p->c) ? "" : wg_dtype_name(t);
    const bool axes = wg_node_shape(n).rank;
    return wgi_pool_format(p->pool, "%s%s%s", dtype, *dtype && axes ? " " : "", axes ? wgi_sizes(p, n) : "");
}

/* A place "/folder/model.c:7" as "model.c:7", also at the start of a message. A picture is shown
 * elsewhere: the machine's folders say nothing there. */
static const char *without_folder(const char *place)
{
    size_t path = strcspn(place, ":\n");
    while (*place == '/' && path && place[path - 1] != '/') path--;
    return *place == '/' ? place + path : place;
}

/* In Unicode, if it is a formula. */
static const char *formula_of(wgi_picture *p, const char *formula)
{
    char text[TIP_FORMULA];
    const int n = wg_formula_print(formula, WG_FORMULA_UNICODE, text, sizeof text);
    return wgi_pool_clean(p->pool, n >= 0 && n < TIP_FORMULA ? text : formula, TIP_MOST);
}

static const char *tip_text(wgi_picture *p, const wgi_box *box, const wgi_item *y, wg_node n)
{
    wgi_strbuf b = { .pool = p->pool };
    wgi_strbuf_format(&b, "%s %s", box->word, wgi_symbol(&p->view, y, TIP_MOST));
    if (*wg_node_scope(n)) wgi_strbuf_put(&b, " in "), wgi_strbuf_clean(&b, wg_node_scope(n), TIP_MOST);
    if (*box->site) wgi_strbuf_put(&b, ", "), wgi_strbuf_put(&b, box->site);
    const wg_op *op = y->op;
    if (!is_leaf(n) && op->formula) wgi_strbuf_format(&b, "\n%s", formula_of(p, op->formula));
    if (!is_leaf(n) && op->adjoint && wgx_op_has_derivative(op, -1))
        wgi_strbuf_format(&b, "\n%s", formula_of(p, op->adjoint));
    else if (!is_leaf(n) && op->adjoint)
        wgi_strbuf_put(&b, op->none ? "\nnone: " : "\nzero: "), wgi_strbuf_clean(&b, op->adjoint, TIP_MOST);
    return wgi_strbuf_keep(&b);
}

static const char *value_text(wgi_picture *p, wg_node n)
{
    wgi_strbuf b = { .pool = p->pool };
    wg_tensor t;
    if (wgx_peek(n, &t)) wgi_put_number(&b, wg_tensor_item(&t, 0));
    return wgi_strbuf_keep(&b);
}

/* *odd: there is a NaN or an infinity. *data: all digits, if the format has them. */
static const char *values_text(wgi_picture *p, const char *before, wg_node n, bool *odd, const char **data)
{
    wgi_strbuf b = { .pool = p->pool };
    wg_tensor t;
    wgi_strbuf_put(&b, before);
    if (wg_node_ok(n) && wgx_peek(n, &t)) {
        put_value(&b, &t, odd);
        if (p->format->most_data) *data = wgi_json_value(p->pool, &t, p->format->most_data);
    } else wgi_strbuf_put(&b, "–");
    return wgi_strbuf_keep(&b);
}

void wgi_describe_node(wgi_picture *p, wgi_box *box, int64_t position)
{
    const wgi_view *v = &p->view;
    const wgi_item *y = wgi_item_at(p, position);
    const wg_node n = wgi_node_at(p, position);
    wg_tensor t;
    box->kind = y->stored ? WGI_BOX_STATE : y->words ? WGI_BOX_CONSTANT : kind_of_box(p, n);
    box->hides_gradient = !wgi_shows(p, position, true);
    box->is_expression = y->source >= WGI_NAME_EXPRESSION;
    box->name = box->title = y->is_inline && wgx_peek(n, &t) ? value_text(p, n) : wgi_symbol(v, y, NAME_MOST);
    box->word = wgi_box_styles[box->kind].class;
    wgi_lay_out_name(p, box, y);
    box->formula = is_leaf(n) ? box->symbol : NULL;
    if (!is_leaf(n)) {
        if (!y->words)
            box->word = wgi_pool_format(p->pool, "%s · %s", box->word,
                                        wgi_pool_clean(p->pool, y->op->name, NAME_MOST));
        if (wgi_is_circuit(p->o)) box->title = wgi_item_gate(v, y);
        else wgi_describe_title(p, box, position);
    }
    box->shape = shape_text(p, n);
    const bool shows = wgi_shows(p, position, false);
    p->less.values_hidden += p->o->values && !shows;
    if (p->o->values && shows) box->value = values_text(p, "", n, &box->odd_value, &box->value_data);
    box->node = n;
    box->site = wgi_pool_clean(p->pool, without_folder(wg_site_place(y->here)), TIP_MOST);
    box->tip = tip_text(p, box, y, n);
    box->is_large = p->o->fit != NULL;
    if (p->less.part_of && p->less.part_of[position]) wgi_describe_part(p, box, position);
}

/* ---- a run of alike nodes ---- */

/* 12,345 */
static void put_whole(wgi_strbuf *b, int64_t n)
{
    if (n >= 1000) {
        put_whole(b, n / 1000);
        wgi_strbuf_format(b, ",%03d", (int)(n % 1000));
    } else wgi_strbuf_format(b, "%d", (int)n);
}

/* "param → matmul → tanh", and how many numbers the parameters of the run have. */
static void put_pattern(wgi_strbuf *b, wgi_picture *p, const wgi_alike_run *r)
{
    int64_t parameters = 0;
    for (int64_t i = 0; i < r->period * r->times; i++) {
        wg_node n = wgi_node_at(p, r->begin + i);
        if (wg_node_leaf(n) == WG_LEAF_PARAM) parameters += wg_shape_size(wg_node_shape(n));
        if (i >= r->period || i > PATTERN_MOST) continue;
        wgi_strbuf_put(b, i ? " → " : "");
        if (i == PATTERN_MOST) wgi_strbuf_put(b, "…");
        else wgi_strbuf_clean(b, wgi_item_at(p, r->begin + i)->op->name, PATTERN_NAME_MOST);
    }
    if (parameters) wgi_strbuf_put(b, "\n"), put_whole(b, parameters), wgi_strbuf_put(b, " parameters");
}

void wgi_describe_run(wgi_picture *p, wgi_box *box, const wgi_alike_run *r)
{
    wgi_strbuf b = { .pool = p->pool };
    int64_t nodes = r->period * r->times;
    const int64_t last = r->begin + nodes - 1;
    box->times = r->times;
    wgi_strbuf_put(&b, "×"), put_whole(&b, r->times);
    box->name = box->title = wgi_strbuf_keep(&b);
    put_pattern(&b, p, r), box->detail = wgi_strbuf_keep(&b);
    wgi_strbuf_put(&b, "folded · "), put_whole(&b, nodes), wgi_strbuf_put(&b, " nodes");
    box->word = wgi_strbuf_keep(&b);
    box->tip = wgi_pool_format(p->pool, "folded: from %s to %s",
                               wgi_item_name(&p->view, wgi_item_at(p, r->begin), TIP_MOST),
                               wgi_item_name(&p->view, wgi_item_at(p, last), TIP_MOST));
    box->shape = shape_text(p, wgi_node_at(p, last));
}

/* ---- the failed call ---- */

/* Breaks the text between words, into lines of at most WRAP characters unless a word is longer. */
static void put_wrapped(wgi_strbuf *b, const char *s)
{
    int column = 0;
    while (*s) {
        size_t length = strcspn(s, " ");
        int width = wgi_characters_in(s, length);
        if (column && column + 1 + width > WRAP) wgi_strbuf_put(b, "\n"), column = 0;
        else if (column) wgi_strbuf_put(b, " "), column++;
        wgi_strbuf_add(b, s, length);
        column += width;
        s += length + (s[length] == ' ');
    }
}

void wgi_describe_failure(wgi_picture *p, wgi_box *box)
{
    const wgx_failure *f = p->failure;
    wgi_strbuf b = { .pool = p->pool };
    const char *message = wgi_pool_clean(p->pool, without_folder(f->message ? f->message : ""), TIP_MOST),
               *arguments = wgx_site_arguments(f->here), *end = strchr(arguments, '\n');
    box->name = box->title = wgi_pool_clean(p->pool, f->op ? f->op : "?", NAME_MOST);
    if (end && end > arguments) /* as the user wrote it: "matmul(h, W)" */
        box->title = wgi_pool_format(
            p->pool, "%s(%s)", box->name,
            wgi_pool_clean(p->pool, wgi_pool_part(p->pool, arguments, (size_t)(end - arguments)),
                           2 * NAME_MOST));
    put_wrapped(&b, message), box->detail = wgi_strbuf_keep(&b);
    box->tip = wgi_pool_format(p->pool, "failed: %s", message);
    box->word = "failed";
}

/* ---- gradients ---- */

static void describe_gradient(wgi_picture *p, wgi_box *box, wg_node gradient)
{
    if (box->hides_gradient) return;
    box->gradient = values_text(p, wgi_pool_format(p->pool, "%s = ", wgi_gradient_of_box(p, box)), gradient,
                                &box->odd_gradient, &box->gradient_data);
}

/* Differentiates the root by x[0] .. x[n - 1]. Forgives every error but missing memory. */
static bool differentiate(wgi_picture *p, const wg_node x[], int n, wg_node gx[])
{
    wg_status s = wg_grads_at(p->here, p->root, x, n, gx);
    if (s == WG_ERROR_MEMORY) p->pool->failed = true;
    else if (s != WG_OK) wg_recover(p->c);
    return s == WG_OK;
}

/* Fills gx. If the derivative by all fails, each is asked for alone: then only a node without a derivative
 * has none. */
static void find_gradients(wgi_picture *p, const wg_node x[], int n, wg_node gx[])
{
    if (wg_failed(p->c) || differentiate(p, x, n, gx)) return;
    for (int i = 0; i < n && !p->pool->failed; i++)
        if (!differentiate(p, &x[i], 1, &gx[i])) gx[i] = wg_none;
}

/* A node whose gradient is asked for. In a difference a box may have one of the other graph. */
static bool is_asked(const wgi_picture *p, const wgi_box *b)
{
    return b->on_gradient_path && !b->is_copy && b->node.graph == p->g;
}

void wgi_describe_gradients(wgi_picture *p)
{
    int64_t mark = wgx_graph_mark(p->g);
    wg_node *x = wgi_pool_take(p->pool, p->boxes, sizeof *x),
            *gx = wgi_pool_take(p->pool, p->boxes, sizeof *gx);
    int n = 0;
    for (int64_t i = 0; !p->pool->failed && i < p->boxes; i++)
        if (is_asked(p, &p->box[i])) x[n++] = p->box[i].node;
    if (n) find_gradients(p, x, n, gx);
    n = 0;
    for (int64_t i = 0; !p->pool->failed && i < p->boxes; i++)
        if (is_asked(p, &p->box[i])) describe_gradient(p, &p->box[i], gx[n++]);
    wgx_graph_rewind(p->g, mark);
}
