/* layer_chain.c: the chain of layers in a view: product with weights, bias, norm, activation, dropout, and
 * again.
 *
 *     x ── x W₁ ── + b₁ ── relu ── h W₂ ── + b₂ ── softmax ── loss
 *
 * Only what a product with weights is below counts: labels are beside the chain. Going down from the root, an
 * item is alone if every path to the weights passes it. A layer is made of items that are alone; above the
 * last layer anything may stand that leads to one number, which is the loss. */
#include "view/equation.h"
#include "wgx/op.h"

enum { NAME_MOST = 40 };
/* DEEP: a product with weights, or above one. READS_X: the first layer's input, or beside the chain what
 * that is computed from, or what is computed from it. GIVEN: an input of a net that learns. */
enum { LEARNED = 1, DEEP = 2, SEEN = 4, ALONE = 8, READS_X = 16, GIVEN = 32 };

typedef struct finder {
    const wgi_view *v;
    wgi_layers *to;
    bool learns; /* there are parameters; else any matrix may be weights */
    unsigned char *flag;
} finder;

static bool has(const finder *f, int32_t item, int flag) { return item >= 0 && f->flag[item] & flag; }

static bool is_product(const finder *f, int64_t i)
{
    return wgx_op_is(f->v->item[i].op, "matmul") || wgx_op_is(f->v->item[i].op, "dense");
}

/* ---- why it is no chain ---- */

static const char *name_of(const wgi_view *v, int64_t i)
{
    const wgi_item *y = &v->item[i];
    return wgi_pool_clean(v->pool, *y->name ? y->name : y->op ? y->op->name : "", NAME_MOST);
}

static void refuse(finder *f, int64_t i, const char *why)
{
    if (!f->to->obstacle) f->to->obstacle = why, f->to->obstacle_at = i;
}

/* NULL: its op has none. */
static const char *verb_of(const wgi_item *y)
{
    static const char *const verbs[][2] = { { "add", "adds" },
                                            { "sub", "subtracts" },
                                            { "mul", "multiplies" },
                                            { "matmul", "multiplies" },
                                            { "div", "divides" } };
    for (size_t k = 0; k < WGI_COUNT(verbs); k++)
        if (wgx_op_is(y->op, verbs[k][0])) return verbs[k][1];
    return NULL;
}

const char *wgi_no_layer(const wgi_view *v, int64_t i)
{
    const wgi_item *y = &v->item[i];
    const char *verb = verb_of(y);
    wgi_strbuf b = { .pool = v->pool };
    double number;
    wgi_strbuf_format(&b, "'%s' is no layer: it %s", name_of(v, i), verb ? "" : "is ");
    wgi_strbuf_clean(&b, verb ? verb : y->op ? y->op->name : "given", NAME_MOST);
    for (int k = 0; k < y->operands && k < 3; k++) {
        const int32_t at = *wgi_operand(v, y, k);
        if (at < 0) continue;
        wgi_strbuf_put(&b, k ? " and " : verb ? " " : " of ");
        if (wgi_item_number(v, at, &number)) wgi_put_number(&b, number);
        else wgi_strbuf_format(&b, "'%s'", name_of(v, at));
    }
    return wgi_strbuf_keep(&b);
}

static void refuse_call(finder *f, int64_t i) { refuse(f, i, wgi_no_layer(f->v, i)); }

static void refuse_because(finder *f, int64_t i, const char *why)
{
    refuse(f, i, wgi_pool_format(f->v->pool, "'%s' is no layer: %s", name_of(f->v, i), why));
}

/* ---- which items are on the chain ---- */

static void find_flags(finder *f)
{
    const wgi_view *v = f->v;
    for (int64_t i = 0; i < v->items; i++) {
        const wg_leaf leaf = wgi_item_leaf(v, i);
        f->flag[i] = leaf == WG_LEAF_PARAM ? LEARNED : leaf == WG_LEAF_INPUT ? GIVEN : 0;
        f->learns |= leaf == WG_LEAF_PARAM;
    }
    for (int64_t i = 0; i < v->items; i++) {
        const wgi_item *y = &v->item[i];
        for (int k = 0; k < y->operands; k++) {
            const int32_t at = *wgi_operand(v, y, k);
            if (at >= 0) f->flag[i] |= f->flag[at];
        }
        if (is_product(f, i) && (!f->learns || has(f, (int32_t)i, LEARNED))) f->flag[i] |= DEEP;
    }
}

/* Items from the root down. An item is alone if no other one is seen and not yet passed. */
static void find_alone(finder *f, int64_t root)
{
    int64_t open = 1;
    f->flag[root] |= SEEN;
    for (int64_t i = root; i >= 0 && open; i--) {
        const wgi_item *y = &f->v->item[i];
        if (!(f->flag[i] & SEEN)) continue;
        if (open-- == 1) f->flag[i] |= ALONE;
        for (int k = 0; k < y->operands; k++) {
            const int32_t at = *wgi_operand(f->v, y, k);
            if (has(f, at, DEEP) && !has(f, at, SEEN)) f->flag[at] |= SEEN, open++;
        }
    }
}

/* ---- parts of a layer ---- */

static int deep_operands(const finder *f, const wgi_item *y)
{
    int n = 0;
    for (int k = 0; k < y->operands; k++) n += has(f, *wgi_operand(f->v, y, k), DEEP);
    return n;
}

/* Whether the only operand that counts is the first, and the result has its shape. */
static bool is_map(const finder *f, int64_t i)
{
    const wgi_item *y = &f->v->item[i];
    const int32_t x = y->operands ? *wgi_operand(f->v, y, 0) : WGI_NO_ITEM;
    for (int k = 1; k < y->operands; k++) {
        const int32_t at = *wgi_operand(f->v, y, k);
        if (at >= 0 && !f->v->item[at].is_inline) return false;
    }
    return has(f, x, DEEP) && wg_shape_equal(wgi_item_shape(f->v, x), wgi_item_shape(f->v, i));
}

/* The last layer may be without an activation, and what a loss begins with is none: log, square, negative. */
static bool is_activation(const finder *f, int64_t i, bool last)
{
    const wg_op *op = f->v->item[i].op;
    if (!is_map(f, i)) return false;
    return wgx_hints(op)->activation || (!last && f->v->item[i].operands == 1);
}

static bool is_norm(const finder *f, int64_t i)
{
    const wgi_item *y = &f->v->item[i];
    return (wgx_op_is(y->op, "batch_norm") || wgx_op_is(y->op, "layer_norm")) &&
           has(f, *wgi_operand(f->v, y, 0), DEEP);
}

static bool is_bias(const finder *f, const wgi_layer *l, int64_t i)
{
    const wgi_item *y = &f->v->item[i];
    return wgx_op_is(y->op, "add") && l->bias < 0 && l->output == l->linear && deep_operands(f, y) == 1;
}

static bool is_called_x(const finder *f, int32_t item)
{
    const char *name = f->v->item[item].name;
    return *name == 'x' || *name == 'X';
}

/* Which operand of the first product are the weights: what is learned. Where nothing is, what is not called
 * x; else the layers above tell on which side weights stand; of one layer they are the second, unless it is
 * one column behind a matrix. */
static int weights_of_first(const finder *f, int64_t i)
{
    const wgi_item *y = &f->v->item[i];
    const int32_t a = *wgi_operand(f->v, y, 0), b = *wgi_operand(f->v, y, 1);
    if (has(f, a, LEARNED) != has(f, b, LEARNED)) return has(f, b, LEARNED);
    if (is_called_x(f, a) != is_called_x(f, b)) return is_called_x(f, a);
    while (++i < f->v->items)
        if (f->flag[i] & SEEN && is_product(f, i)) return has(f, *wgi_operand(f->v, &f->v->item[i], 0), DEEP);
    const wg_shape left = wgi_item_shape(f->v, a), right = wgi_item_shape(f->v, b);
    return !(left.rank == 2 && right.rank == 1);
}

static void find_sizes(finder *f, wgi_layer *l)
{
    const wg_shape w = wgi_item_shape(f->v, l->weights);
    if (w.rank < 1 || w.rank > 2) return refuse_because(f, l->linear, "its weights are no matrix");
    const bool columns = l->turned != l->transposed; /* have a unit's weights in a row */
    l->inputs = w.dim[columns && w.rank == 2], l->outputs = w.rank == 2 ? w.dim[!columns] : 1;
}

/* Begins a layer with the product i. */
static void begin_layer(finder *f, int64_t i)
{
    const wgi_item *y = &f->v->item[i];
    wgi_layer *l = &f->to->layer[f->to->layers++];
    *l = (wgi_layer){ .bias = WGI_NO_ITEM,
                      .norm = WGI_NO_ITEM,
                      .gamma = WGI_NO_ITEM,
                      .beta = WGI_NO_ITEM,
                      .activation = WGI_NO_ITEM,
                      .dropout = WGI_NO_ITEM };
    l->linear = l->sum = l->output = (int32_t)i;
    const int32_t a = *wgi_operand(f->v, y, 0), b = *wgi_operand(f->v, y, 1);
    if (deep_operands(f, y) > (wgx_op_is(y->op, "dense") ? has(f, a, DEEP) : 1)) return refuse_call(f, i);
    const int at = wgx_op_is(y->op, "dense") || has(f, a, DEEP) ? 1
                   : has(f, b, DEEP)                            ? 0
                                                                : weights_of_first(f, i);
    l->turned = !at, l->weights = at ? b : a, l->input = at ? a : b;
    if (wgx_op_is(y->op, "dense")) l->bias = *wgi_operand(f->v, y, 2);
    else if (y->attr) {
        l->transposed = wgi_whole_option(y, at ? "tb" : "ta");
        if (wgi_whole_option(y, at ? "ta" : "tb")) return refuse_because(f, i, "its input is transposed");
    }
    find_sizes(f, l);
}

/* The other operand of the sum. */
static void add_bias(const finder *f, wgi_layer *l, int64_t i)
{
    const wgi_item *y = &f->v->item[i];
    l->bias = *wgi_operand(f->v, y, has(f, *wgi_operand(f->v, y, 0), DEEP));
    l->sum = l->output = (int32_t)i;
}

static void add_norm(const finder *f, wgi_layer *l, int64_t i)
{
    const wgi_item *y = &f->v->item[i];
    l->norm = (int32_t)i, l->gamma = *wgi_operand(f->v, y, 1), l->beta = *wgi_operand(f->v, y, 2);
}

/* Item i, which is alone, belongs to the layer before it or begins one. `last`: it may be the loss's. */
static bool add_item(finder *f, int64_t i, bool last)
{
    wgi_layer *l = f->to->layers ? &f->to->layer[f->to->layers - 1] : NULL;
    if (is_product(f, i)) return begin_layer(f, i), true;
    if (!l) return false;
    if (is_bias(f, l, i)) return add_bias(f, l, i), true;
    if (is_norm(f, i) && l->norm < 0) add_norm(f, l, i);
    else if (wgx_op_is(f->v->item[i].op, "dropout") && l->dropout < 0) l->dropout = (int32_t)i;
    else if (l->activation < 0 && is_activation(f, i, last)) l->activation = (int32_t)i;
    else return false;
    l->part[l->parts++] = l->output = (int32_t)i;
    return true;
}

/* ---- the chain ---- */

/* The first item above i that every path passes. */
static int64_t join_of(const finder *f, int64_t i, int64_t root)
{
    for (int64_t k = i + 1; k < root; k++)
        if (f->flag[k] & ALONE) return k;
    return root;
}

static void find_chain(finder *f, int64_t root)
{
    const bool number = wg_shape_size(wgi_item_shape(f->v, root)) == 1;
    int64_t last = root; /* the last product */
    while (!(f->flag[last] & SEEN && is_product(f, last))) last--;
    for (int64_t i = 0; i <= root && !f->to->obstacle; i++) {
        if (!(f->flag[i] & SEEN)) continue;
        const bool alone = f->flag[i] & ALONE;
        const bool may_be_loss = i > last && number;
        if (alone && add_item(f, i, may_be_loss && i != root)) continue;
        if (may_be_loss) return;
        refuse_call(f, alone ? i : join_of(f, i, root));
    }
}

/* What the first layer reads is given, not learned. */
static void check_input(finder *f)
{
    const int32_t x = f->to->layer[0].input;
    int64_t i = x;
    if (!has(f, x, LEARNED)) return;
    for (; i > 0; i--) {
        const wgi_item *y = &f->v->item[i];
        bool learned = false;
        for (int k = 0; k < y->operands && !wgx_op_is(y->op, "add"); k++) {
            const int32_t at = *wgi_operand(f->v, y, k);
            learned |= at >= 0 && wgi_item_leaf(f->v, at) == WG_LEAF_PARAM;
        }
        if (learned) break;
    }
    refuse_call(f, i ? i : x);
}

/* ---- what reads the input once more ---- */

static bool reads_x(const finder *f, const wgi_item *y)
{
    bool reads = false;
    for (int k = 0; k < y->operands; k++) reads |= has(f, *wgi_operand(f->v, y, k), READS_X);
    return reads;
}

static void find_readers(finder *f)
{
    const wgi_view *v = f->v;
    f->flag[f->to->layer[0].input] |= READS_X;
    for (int64_t i = f->to->layer[0].input; i >= 0; i--)
        for (int k = 0; f->flag[i] & READS_X && k < v->item[i].operands; k++) {
            const int32_t at = *wgi_operand(v, &v->item[i], k);
            if (has(f, at, GIVEN)) f->flag[at] |= READS_X;
        }
    for (int64_t i = 0; i < v->items; i++)
        if (!(f->flag[i] & DEEP) && reads_x(f, &v->item[i])) f->flag[i] |= READS_X;
}

/* Weights and biases do not come from the input. In a net that learns other data has no row for each
 * example. */
static void check_learned(finder *f, const wgi_layer *l)
{
    const int32_t part[] = { l->weights, l->bias, l->gamma, l->beta },
                  in[] = { l->linear, l->sum, l->norm, l->norm };
    for (int k = 0; k < 4; k++) {
        const bool data = f->learns && has(f, part[k], GIVEN) && !has(f, part[k], LEARNED);
        if (has(f, part[k], READS_X) || (data && wg_shape_size(wgi_item_shape(f->v, part[k])) > l->outputs))
            refuse_call(f, in[k]);
    }
}

/* A loss may compare the output with the input: mse(y, x), y - x. Else an op that reads both is one of the
 * net. */
static void check_above(finder *f, int64_t output)
{
    for (int64_t i = output + 1; i < f->v->items; i++) {
        const wgi_item *y = &f->v->item[i];
        const bool number = wg_shape_size(wgi_item_shape(f->v, i)) == 1;
        if (f->flag[i] & DEEP && !number && !wgx_op_is(y->op, "sub") && reads_x(f, y)) refuse_call(f, i);
    }
}

static void check_readers(finder *f)
{
    find_readers(f);
    for (int64_t i = 0; i < f->to->layers; i++) check_learned(f, &f->to->layer[i]);
    check_above(f, f->to->output);
}

void wgi_find_layers(const wgi_view *v, int64_t root, wgi_layers *to)
{
    finder f = { .v = v, .to = to };
    int64_t products = 0;
    *to = (wgi_layers){ 0 };
    f.flag = wgi_pool_take(v->pool, v->items, 1);
    for (int64_t i = 0; i < v->items; i++) products += is_product(&f, i);
    to->layer = wgi_pool_take(v->pool, products, sizeof *to->layer);
    if (v->pool->failed) return;
    find_flags(&f);
    if (!has(&f, (int32_t)root, DEEP))
        return refuse_because(&f, root, "nothing below it is multiplied by weights");
    find_alone(&f, root);
    find_chain(&f, root);
    if (!to->obstacle) check_input(&f);
    if (to->obstacle) return;
    to->output = to->layer[to->layers - 1].output;
    to->has_loss = to->output != root;
    check_readers(&f);
}
