/* blocks.c: the style "blocks": forward and backward through layers, as lectures write them.
 *
 *     x ──→ [ W, b; z = x W + b; a = g(z) ] ── a ──→ ... ──→ J
 *                       ┆                                    │
 *                  cache x, z                                │
 *                       ┆                                    ↓
 *     dx ←─ [ dz = da ⊙ g′(z); dW; db; dx ] ←─ da ─── ... ───┘
 *                     ↓ dW, db
 *
 * Layers that are alike stand in one block, with ×N and the numbers l that they have. */
#include <math.h>
#include <string.h>

#include "draw/sketch.h"
#include "wgx/op.h"

enum { INPUT, WEIGHTS, BIAS, GAMMA, BETA, SUM, NORM, ACTIVATION, DROPOUT, PARTS };
enum { ROWS = 8, BLOCKS = 6, PAD = 12, GAP = 30, CACHE = 32, LEADING = 23, SHADOW = 9, LOSS = 46 };

typedef struct rows {
    const wgi_laid_formula *row[ROWS];
    int n;
    double w, h;
} rows;

typedef struct block {
    int64_t first, times; /* layers */
    rows forward, backward, cache, learned;
    const wgi_laid_formula *count;
    const wgi_laid_formula *in, *back; /* on the arrows at its left */
    double x, w, before;               /* before: the length of these arrows */
} block;

typedef struct drawing {
    wgi_net *n;
    block *block; /* the last one is the loss: it has only arrows at its left */
    int blocks;
    double top, forward, backward, w; /* where rows begin; forward, backward: how high they are */
    double box;                       /* the width of the loss's */
    bool repeats, learns;             /* learns: a gradient leads back from the loss */
    unsigned char *uses;              /* by item: on the ways of gradients to the parameters; 2: or more */
    const wgi_laid_formula *loss;
} drawing;

/* ---- parameters ---- */

static int32_t item_of(const wgi_layer *l, int part)
{
    const int32_t item[PARTS] = { l->input, l->weights, l->bias,       l->gamma,  l->beta,
                                  l->sum,   l->norm,    l->activation, l->dropout };
    return item[part];
}

static const int learned[] = { WEIGHTS, BIAS, GAMMA, BETA };
enum { LEARNED = WGI_COUNT(learned) };

/* The parameter: W of Wᵀ. A number that is written in the equation is none. */
static int32_t parameter_of(const wgi_net *n, const wgi_layer *l, int part)
{
    const int32_t at = item_of(l, part);
    if (at < 0 || wgi_net_item(n, at)->is_inline) return WGI_NO_ITEM;
    const wgi_item *y = wgi_net_item(n, at);
    return y->op && wgi_is_transpose(&n->p->view, y) ? *wgi_operand(&n->p->view, y, 0) : at;
}

static wg_status refuse_shared(const wgi_net *n)
{
    int64_t *layer = wgi_pool_take(n->p->pool, n->p->view.items, sizeof *layer);
    for (int64_t i = 0; layer && i < n->chain.layers * LEARNED; i++) {
        const int64_t l = i / LEARNED;
        const int32_t at = parameter_of(n, &n->chain.layer[l], learned[i % LEARNED]);
        if (at >= 0 && layer[at])
            return wgi_net_refuse(
                n, n->chain.layer[l].linear,
                wgi_pool_format(n->p->pool,
                                "layers %lld and %lld share '%s', and its gradient is the sum of both",
                                (long long)layer[at], (long long)l + 1,
                                wgi_pool_clean(n->p->pool, wgi_net_item(n, at)->name, WGI_SKETCH_NAME)));
        if (at >= 0) layer[at] = l + 1;
    }
    return layer ? WG_OK : WG_ERROR_MEMORY;
}

static void count_uses(drawing *d)
{
    const wgi_net *n = d->n;
    const wgi_view *v = &n->p->view;
    const int64_t most = n->chain.layers * LEARNED;
    wg_node *to = wgi_pool_take(v->pool, most, sizeof *to);
    unsigned char *on = wgi_pool_take(v->pool, v->items, 1);
    int count = 0;
    d->uses = wgi_pool_take(v->pool, v->items, 1);
    if (v->pool->failed) return;
    for (int64_t i = 0; i < most; i++) {
        const int32_t at = parameter_of(n, &n->chain.layer[i / LEARNED], learned[i % LEARNED]);
        if (at >= 0) to[count++] = wgi_item_node(v, at);
    }
    wgi_view_find_path(v, n->root, to, count, on);
    for (int64_t i = 0; i < v->items; i++)
        for (int k = 0; on[i] && k < v->item[i].operands; k++) {
            const int32_t at = *wgi_operand(v, &v->item[i], k);
            if (at >= 0 && wgx_op_has_derivative(v->item[i].op, k)) d->uses[at] += d->uses[at] < 2;
        }
}

/* Whether the gradient has a term that does not come from the layer. */
static bool is_used_elsewhere(const drawing *d, const wgi_layer *l, int part)
{
    const int32_t at = parameter_of(d->n, l, part);
    return at >= 0 && (d->uses[at] > 1 || d->uses[item_of(l, part)] > 1);
}

/* ---- which layers are one block ---- */

static bool is_like_call(const wgi_net *n, int32_t a, int32_t b)
{
    const wgi_item *x = wgi_net_item(n, a), *y = wgi_net_item(n, b);
    const wgi_view *v = &n->p->view;
    return x->op == y->op && !strcmp(wgi_item_options(v, x, false), wgi_item_options(v, y, false));
}

static bool are_alike(const drawing *d, const wgi_layer *a, const wgi_layer *b)
{
    const wgi_net *n = d->n;
    bool same = a->turned == b->turned && a->transposed == b->transposed && a->inputs == b->inputs &&
                a->outputs == b->outputs;
    for (int i = BIAS; i < PARTS && same; i++) {
        const int32_t x = item_of(a, i), y = item_of(b, i);
        same = (x < 0) == (y < 0) && (x < 0 || i <= SUM || is_like_call(n, x, y));
    }
    for (int i = 0; i < LEARNED; i++)
        same &= is_used_elsewhere(d, a, learned[i]) == is_used_elsewhere(d, b, learned[i]);
    return same;
}

static void find_blocks(drawing *d)
{
    const wgi_layers *c = &d->n->chain;
    for (int64_t i = 0; i < c->layers; i++) {
        block *last = d->blocks ? &d->block[d->blocks - 1] : NULL;
        if (last && are_alike(d, &c->layer[i - 1], &c->layer[i])) last->times++, d->repeats = true;
        else if (d->blocks++ < BLOCKS) d->block[d->blocks - 1] = (block){ .first = i, .times = 1 };
        else return;
    }
}

/* ---- names ---- */

/* Whether the part is called a₂, a₃ ... in the layers 2, 3 ... of the block; *first: the name in
 * the first. */
static bool is_numbered(const drawing *d, const block *b, int part, wgi_name_parts *first)
{
    const wgi_net *n = d->n;
    char digits[24];
    for (int64_t i = b->first; i < b->first + b->times; i++) {
        const int32_t item = item_of(&n->chain.layer[i], part);
        const char *name = wgi_net_item(n, item)->name;
        const wgi_name_parts k = wgi_name_split(name, (int)strlen(name), wgi_net_item(n, item)->look);
        if (i == b->first) *first = k;
        snprintf(digits, sizeof digits, "%lld", (long long)i + 1);
        if (!wgi_net_is_named(n, item) || k.accent || k.base_length != first->base_length ||
            memcmp(k.base, first->base, (size_t)k.base_length) != 0 ||
            k.below_length != (int)strlen(digits) || memcmp(k.below, digits, strlen(digits)) != 0)
            return false;
    }
    return true;
}

/* The sum, and the parts behind it in their order, each of which is a function of the one before it. Returns
 * how many. */
static int stages_of(const wgi_layer *l, int stage[])
{
    stage[0] = SUM;
    for (int i = 0; i < l->parts; i++)
        for (int k = NORM; k < PARTS; k++)
            if (item_of(l, k) == l->part[i]) stage[i + 1] = k;
    return l->parts + 1;
}

static int output_part(const wgi_layer *l)
{
    int stage[PARTS];
    const int n = stages_of(l, stage);
    return stage[n - 1];
}

/* Of layer l, or with `before` of layer l − 1: a_l of a₂, a₃ ..., else a⁽ˡ⁾. */
static int put_general(const drawing *d, const block *b, int part, bool before, const char *letter)
{
    wgi_formula *f = d->n->f;
    wgi_name_parts k = { 0 };
    if (!is_numbered(d, b, part, &k)) return wgi_net_letter(d->n, letter, before ? "(l-1)" : "(l)");
    const int name = wgi_formula_name(f, k.base, k.base_length, 0), l = wgi_formula_name(f, "l", 1, 0),
              one = before ? wgi_formula_number(f, 1) : 0;
    f->node[name].axes = WGI_F_HAS_AXES, f->node[l].axes = WGI_F_NO_AXES;
    return wgi_formula_new(f, WGI_F_AT, name, before ? wgi_formula_new(f, WGI_F_SUB, l, one) : l);
}

/* Of parts without a name. */
static const char *const letter_of[] = { "a", "W", "b", "γ", "β", "z", "s", "a", "r" };

static int put_named(const drawing *d, const block *b, int part)
{
    const wgi_layer *l = &d->n->chain.layer[b->first];
    const bool before = part == INPUT && (b->first || b->times > 1);
    if (before) part = output_part(b->times > 1 ? l : l - 1);
    if (b->times > 1) return put_general(d, b, part, before, letter_of[part]);
    return wgi_net_name(d->n, item_of(l - before, part), letter_of[part], b->first + (part && !before));
}

static int put(const drawing *d, const block *b, int part)
{
    const int node = put_named(d, b, part);
    return part == WEIGHTS && d->n->chain.layer[b->first].transposed
               ? wgi_formula_new(d->n->f, WGI_F_TRANSPOSED, node, 0)
               : node;
}

/* W of Wᵀ, where the program has that as its weights. */
static int put_bare(const drawing *d, const block *b, int part)
{
    const int node = put(d, b, part);
    return d->n->f->node[node].kind == WGI_F_TRANSPOSED ? d->n->f->node[node].child : node;
}

/* dz of z. */
static int put_gradient(const drawing *d, const block *b, int part)
{
    wgi_formula *f = d->n->f;
    char line[200];
    wgi_line to = { line, sizeof line, 0 };
    const int node = put_bare(d, b, part), name = f->node[node].kind == WGI_F_AT ? f->node[node].child : node;
    wgi_formula_node *k = &f->node[name];
    const bool plain = k->kind == WGI_F_NAME;
    const wgi_name_parts parts = plain ? wgi_name_split(k->text, k->length, k->look) : (wgi_name_parts){ 0 };
    const bool letters = plain && !parts.greek && !parts.accent; /* dtheta is not dθ */
    wgi_formula_text(&to, f, name, false);
    const char *of = letters ? wgi_pool_part(d->n->p->pool, k->text, (size_t)k->length) : line,
               *text = wgi_gradient_of(&d->n->p->view, of, !plain);
    *k = (wgi_formula_node){ .kind = WGI_F_NAME,
                             .text = text,
                             .length = (int)strlen(text),
                             .axes = plain ? k->axes : WGI_F_HAS_AXES,
                             .look = WGI_DIFFERENTIAL | (k->look & WGI_AS_WRITTEN),
                             .next = k->next };
    return node;
}

/* ---- formulas ---- */

/* The formula is empty again behind it. */
static const wgi_laid_formula *lay_out(const drawing *d, int node)
{
    const wgi_laid_formula *k = wgi_lay_out(d->n->p, node, WGI_F_TALL);
    wgi_formula_clear(d->n->f);
    return k;
}

static void add_row(const drawing *d, rows *r, int node)
{
    const wgi_laid_formula *k = lay_out(d, node);
    if (!k || r->n == ROWS) return;
    r->row[r->n++] = k;
    r->w = fmax(r->w, k->width), r->h += fmax(LEADING, k->above + k->below + 8);
}

static int make(const drawing *d, wgi_formula_kind kind, int a, int b)
{
    return wgi_formula_new(d->n->f, kind, a, b);
}

/* Of one operand, or of two. */
static int call(const drawing *d, const char *function, int a, int b)
{
    const int n = make(d, WGI_F_CALL, a, b);
    wgi_formula_node *k = &d->n->f->node[n];
    k->text = function, k->length = (int)strlen(function), k->word = true;
    return n;
}

static int rank_of(const drawing *d, int32_t item) { return wgi_item_shape(&d->n->p->view, item).rank; }

static const wgi_layer *layer_of(const drawing *d, const block *b) { return &d->n->chain.layer[b->first]; }

/* "W, b": the parameters, or their gradients. */
static void list_learned(const drawing *d, const block *b, rows *r,
                         int (*put_part)(const drawing *, const block *, int))
{
    const int list = make(d, WGI_F_LIST, 0, 0);
    for (int i = 0; i < LEARNED; i++)
        if (parameter_of(d->n, layer_of(d, b), learned[i]) >= 0)
            wgi_formula_add(d->n->f, list, put_part(d, b, learned[i]));
    add_row(d, r, list);
}

/* By what dropout multiplies. */
static int put_mask(const drawing *d, const block *b)
{
    return wgi_net_letter(
        d->n, "m", b->times > 1 ? "(l)" : wgi_pool_format(d->n->p->pool, "(%lld)", (long long)b->first + 1));
}

/* a ⊙ b, of numbers a b. */
static int put_product(const drawing *d, int32_t item, int left, int right)
{
    const int n = make(d, WGI_F_MUL, left, right);
    if (rank_of(d, item)) d->n->f->node[n].sign = '*';
    return n;
}

/* g(z), a ⊙ m */
static int put_stage(const drawing *d, const block *b, int part, int before)
{
    const int32_t item = item_of(layer_of(d, b), part);
    const int x = put(d, b, before);
    return part == DROPOUT ? put_product(d, item, x, put_mask(d, b))
                           : call(d, wgi_net_function(d->n, item), x, 0);
}

static void fill_forward(const drawing *d, block *b)
{
    const wgi_layer *l = layer_of(d, b);
    int stage[PARTS];
    const int n = stages_of(l, stage);
    list_learned(d, b, &b->forward, put_bare);
    const int z = put(d, b, SUM), x = put(d, b, INPUT), w = put(d, b, WEIGHTS),
              product = make(d, WGI_F_MATMUL, l->turned ? w : x, l->turned ? x : w),
              sum = l->bias < 0 ? product : make(d, WGI_F_ADD, product, put(d, b, BIAS));
    add_row(d, &b->forward, make(d, WGI_F_EQUATION, z, sum));
    for (int i = 1; i < n; i++) {
        const int a = put(d, b, stage[i]);
        add_row(d, &b->forward, make(d, WGI_F_EQUATION, a, put_stage(d, b, stage[i], stage[i - 1])));
    }
    const int list = make(d, WGI_F_LIST, put(d, b, INPUT), 0);
    for (int i = 0; i < n - 1; i++) wgi_formula_add(d->n->f, list, put(d, b, stage[i]));
    if (l->dropout >= 0) wgi_formula_add(d->n->f, list, put_mask(d, b));
    add_row(d, &b->cache, list);
}

/* No definition stays in the rules. */
static const char *no_name(void *with, const wgi_formula_node *name) { return (void)with, (void)name, ""; }

/* What the part's rule says of the gradient of its operand; 0: it cannot be written so. */
static int put_rule(const drawing *d, const block *b, int part, int before, const char *operand)
{
    const wgi_view *v = &d->n->p->view;
    const wgi_item *y = wgi_net_item(d->n, item_of(layer_of(d, b), part));
    const wg_shape shape = wgi_item_shape(v, y - v->item);
    const wgi_formula_locals none = { no_name, NULL };
    wgi_formula *rule = wgi_pool_take(v->pool, 2, sizeof *rule), *f = d->n->f;
    wgi_formula_values *k = wgi_pool_take(v->pool, 1, sizeof *k);
    wgi_formula_error e;
    if (v->pool->failed || !y->op->adjoint || !wgi_formula_parse(rule, y->op->adjoint, &e) ||
        !wgi_find_formula_values(v, y, k) || k->count + 3 > WGI_FORMULA_VALUES)
        return 0;
    for (const wg_attr_row *r = y->op->attrs; r && r->name; r++)
        for (int i = 1; i < k->count; i++)
            if (strcmp(r->name, k->v[i].name) == 0) k->v[i].along = wgi_option_axes(r, y->attr, shape.rank);
    const int x = put(d, b, before), a = put(d, b, part), da = put_gradient(d, b, part);
    k->v[0] = (wgi_formula_value){ .name = "x", .text = "x", .tree = f->node, .root = x, .shape = &shape };
    k->v[k->count++] =
        (wgi_formula_value){ .name = "y", .text = "y", .tree = f->node, .root = a, .shape = &shape };
    k->v[k->count++] = (wgi_formula_value){
        .name = "y", .primes = 1, .text = "dy", .tree = f->node, .root = da, .shape = &shape
    };
    k->v[k->count++] =
        (wgi_formula_value){ .name = "x_hat", .text = "x_hat", .axes = WGI_F_HAS_AXES, .shape = &shape };
    const int at = wgi_formula_equation_of(rule, operand, 1);
    if (at < 0 || !wgi_formula_rule(rule + 1, rule, NULL, at, k->v, k->count, &none) || rule[1].loose)
        return 0;
    return wgi_formula_copy(f, rule + 1, wgi_formula_child(rule + 1, rule[1].node[rule[1].root].child, 1));
}

/* dz = da ⊙ g′(z) */
static void add_stage(const drawing *d, block *b, int part, int before)
{
    const int32_t item = item_of(layer_of(d, b), part);
    const bool by_row = wgi_net_item(d->n, item)->op->kind == WG_ROWS;
    const char *slope = wgi_pool_format(d->n->p->pool, "%s′", wgi_net_function(d->n, item));
    const int left = put_gradient(d, b, before);
    int right = part == ACTIVATION && by_row ? put_rule(d, b, part, before, "x") : 0;
    if (!right && (part == NORM || by_row))
        right = call(d, slope, put(d, b, before), put_gradient(d, b, part));
    else if (!right) {
        const int da = put_gradient(d, b, part);
        right =
            put_product(d, item, da, part == DROPOUT ? put_mask(d, b) : call(d, slope, put(d, b, before), 0));
    }
    add_row(d, &b->backward, make(d, WGI_F_EQUATION, left, right));
}

/* "dW = xᵀ dz", or "xᵀ dz + …". */
static void add_gradient(const drawing *d, block *b, int part, int to, int of)
{
    const bool more = is_used_elsewhere(d, layer_of(d, b), part);
    const int right = more ? make(d, WGI_F_ADD, of, make(d, WGI_F_REST, 0, 0)) : of;
    add_row(d, &b->backward, make(d, WGI_F_EQUATION, to, right));
}

/* dγ = Σ(ds ⊙ x̂), dβ = Σ ds */
static void add_norm(const drawing *d, block *b, int before)
{
    static const char *const operand[] = { "gamma", "beta" };
    for (int k = GAMMA; k <= BETA; k++) {
        if (parameter_of(d->n, layer_of(d, b), k) < 0) continue;
        const int left = put_gradient(d, b, k), right = put_rule(d, b, NORM, before, operand[k - GAMMA]);
        if (right) add_gradient(d, b, k, left, right);
    }
}

/* db = dz, summed along the axes that b has not. */
static void add_bias(const drawing *d, block *b)
{
    const wgi_layer *l = layer_of(d, b);
    const wgi_view *v = &d->n->p->view;
    const wg_shape z = wgi_item_shape(v, l->sum), of = wgi_item_shape(v, l->bias);
    unsigned axes = 0;
    for (int i = 0; i < z.rank; i++) {
        const int at = i - (z.rank - of.rank);
        axes |= (unsigned)(at < 0 || (of.dim[at] == 1 && z.dim[i] != 1)) << i;
    }
    const int left = put_gradient(d, b, BIAS), dz = put_gradient(d, b, SUM);
    add_gradient(d, b, BIAS, left, axes ? wgi_formula_sum(d->n->f, dz, axes) : dz);
}

/* Of a factor of the product: dW = xᵀ dz, dx = dz Wᵀ. Of vectors it is an outer product, of a number a
 * multiple. turns: the weights are Wᵀ. */
static void add_product(const drawing *d, block *b, bool of_input)
{
    const wgi_layer *l = layer_of(d, b);
    const int part = of_input ? WEIGHTS : INPUT;
    const bool outer = rank_of(d, item_of(l, part)) < 2;
    const bool turns = d->n->f->node[put(d, b, WEIGHTS)].kind == WGI_F_TRANSPOSED;
    const int to = put_gradient(d, b, of_input ? INPUT : WEIGHTS);
    int x = put_bare(d, b, part), dz = put_gradient(d, b, SUM);
    if (!outer && turns && !of_input) dz = make(d, WGI_F_TRANSPOSED, dz, 0);
    else if (!outer && !turns) x = make(d, WGI_F_TRANSPOSED, x, 0);
    const bool x_first = of_input ? l->turned : l->turned == turns;
    const int first = x_first ? x : dz, second = x_first ? dz : x;
    const int product = !outer                    ? make(d, WGI_F_MATMUL, first, second)
                        : rank_of(d, l->sum) == 0 ? make(d, WGI_F_MUL, dz, x)
                                                  : call(d, "outer", first, second);
    if (of_input) add_row(d, &b->backward, make(d, WGI_F_EQUATION, to, product));
    else add_gradient(d, b, WEIGHTS, to, product);
}

static void fill_backward(const drawing *d, block *b)
{
    const wgi_layer *l = layer_of(d, b);
    int stage[PARTS];
    for (int i = stages_of(l, stage) - 1; i > 0; i--) {
        add_stage(d, b, stage[i], stage[i - 1]);
        if (stage[i] == NORM) add_norm(d, b, stage[i - 1]);
    }
    add_product(d, b, false);
    if (l->bias >= 0) add_bias(d, b);
    if (b->first || b->times > 1) add_product(d, b, true);
    list_learned(d, b, &b->learned, put_gradient);
}

/* The arrows at the left of a block; of the loss those from the last layer. */
static void fill_arrows(const drawing *d, block *b, const block *of, bool has_back)
{
    const int part = b == of ? INPUT : output_part(layer_of(d, of));
    block one = *of; /* of a repeated block the first layer, or the last */
    if (b != of) one.first += of->times - 1;
    one.times = 1;
    b->in = lay_out(d, put(d, &one, part));
    b->back = has_back ? lay_out(d, put_gradient(d, &one, part)) : NULL;
    const double in = b->in ? b->in->width : 0, back = b->back ? b->back->width : 0;
    b->before = fmax(64, fmax(in, back) + 36);
}

/* A gradient of the loss reaches the last layer; an accuracy has none. */
static bool has_gradient(const wgi_net *n)
{
    unsigned char *on = wgi_pool_take(n->p->pool, n->p->view.items, 1);
    if (!on || !n->chain.has_loss) return false;
    wgi_view_find_path(&n->p->view, n->root, NULL, 0, on);
    return on[n->chain.output];
}

static void fill(drawing *d)
{
    const wgi_net *n = d->n;
    for (int i = 0; i < d->blocks; i++) {
        block *b = &d->block[i];
        fill_forward(d, b), fill_backward(d, b);
        b->count = wgi_net_lay_out_count(n, layer_of(d, b)->outputs);
        fill_arrows(d, b, i ? b - 1 : b, i);
    }
    block *last = &d->block[d->blocks];
    fill_arrows(d, last, last - 1, true);
    d->learns = has_gradient(n);
    if (n->chain.has_loss) d->loss = wgi_net_lay_out_name(n, n->root, 0);
}

/* ---- sizes ---- */

static const char cached[] = "cache ";

static void measure(drawing *d)
{
    const double word = wgi_text_width(cached, WGI_BODY, WGI_REGULAR);
    d->top = d->repeats ? 52 : 28;
    for (int i = 0; i <= d->blocks; i++) {
        block *b = &d->block[i];
        b->x = d->w + b->before;
        if (i < d->blocks) b->w = ceil(fmax(fmax(b->forward.w, b->backward.w), word + b->cache.w) + 2 * PAD);
        d->w = b->x + b->w + (b->times > 1 ? SHADOW : 0);
        d->forward = fmax(d->forward, b->forward.h + 2 * PAD);
        d->backward = fmax(d->backward, b->backward.h + 2 * PAD);
    }
    d->box = fmax(LOSS, d->loss ? ceil(d->loss->width) + 14 : 0);
    d->w += d->loss ? d->box : 8;
}

/* The height at which arrows run along a row. */
static double middle_of(const drawing *d, bool backward)
{
    return d->top + (backward ? d->forward + 2 * GAP + CACHE + d->backward / 2 : d->forward / 2);
}

/* ---- elements ---- */

/* Along a row or a column. */
static void put_arrow(const wgi_svg *w, double x, double y, double x2, double y2, const char *class)
{
    const double dx = (x2 > x) - (x2 < x), dy = (y2 > y) - (y2 < y), ax = x2 - 9 * dx, ay = y2 - 9 * dy;
    wgi_sketch_line(w, x, y, ax, ay, 1.75, class);
    WGI_SVG_PUT(w->b, "<polygon points=\"@ @ @ @ @ @\" class=\"", x2, y2, ax - 4 * dy, ay - 4 * dx,
                ax + 4 * dy, ay + 4 * dx);
    wgi_strbuf_format(w->b, "%.*s\"/>\n", (int)strcspn(class, " "), class);
}

static void put_rows(const wgi_svg *w, const rows *r, double x, double middle, const char *class)
{
    double y = middle - r->h / 2;
    for (int i = 0; i < r->n; i++) {
        const wgi_laid_formula *k = r->row[i];
        const double high = fmax(LEADING, k->above + k->below + 8);
        wgi_sketch_formula(w, k, x, y + (high + k->above - k->below) / 2, k->width, class);
        y += high;
    }
}

static void put_head(const wgi_svg *w, const block *b)
{
    const double x = b->x + b->w / 2;
    wgi_sketch_formula(w, b->count, x, 16, b->w, "outside");
    if (b->times > 1)
        wgi_sketch_text(w, x, 38, "ink",
                        wgi_pool_format(w->p->pool, "×%lld: l = %lld … %lld", (long long)b->times,
                                        (long long)b->first + 1, (long long)(b->first + b->times)));
}

/* From top to bottom: forward, cache, backward, the gradients of the parameters. */
static void put_block(const wgi_svg *w, const drawing *d, const block *b)
{
    const double x = b->x + b->w / 2, cache = d->top + d->forward + GAP, back = cache + CACHE + GAP,
                 end = back + d->backward;
    put_head(w, b);
    if (b->times > 1) wgi_sketch_box(w, "op", b->x + SHADOW, d->top + SHADOW, b->w, d->forward);
    wgi_sketch_box(w, "input", b->x, d->top, b->w, d->forward);
    put_rows(w, &b->forward, x, d->top + d->forward / 2, "ink");
    put_arrow(w, x, d->top + d->forward + (b->times > 1 ? SHADOW : 0), x, cache, "plain kept");
    wgi_sketch_box(w, "op", b->x, cache, b->w, CACHE);
    const double word = wgi_text_width(cached, WGI_BODY, WGI_REGULAR), left = x - (word + b->cache.w) / 2;
    wgi_svg_text(w->b, left, cache + 21, WGI_BODY, false, "", "outside", cached);
    put_rows(w, &b->cache, left + word + b->cache.w / 2, cache + CACHE / 2, "ink");
    put_arrow(w, x, cache + CACHE, x, back, "plain kept");
    wgi_sketch_box(w, "gradient", b->x, back, b->w, d->backward);
    put_rows(w, &b->backward, x, back + d->backward / 2, "ink");
    put_arrow(w, x, end, x, end + GAP, "back");
    put_rows(w, &b->learned, x, end + GAP + 16, "grad");
}

/* The arrows at the left of a block or of the loss. A repeated block has its shadow in the upper row
 * alone. */
static void put_arrows(const wgi_svg *w, const drawing *d, const block *b)
{
    const double from = b->x - b->before, middle = b->x - b->before / 2, y = middle_of(d, false),
                 back = middle_of(d, true);
    put_arrow(w, from, y, b->x, y, "arrow");
    wgi_sketch_formula(w, b->in, middle, y - 9, b->before - 12, "ink");
    if (!b->back) return;
    put_arrow(w, b->x, back, from - (b[-1].times > 1 ? SHADOW : 0), back, "back");
    wgi_sketch_formula(w, b->back, middle, back - 9, b->before - 12, "grad");
}

/* J joins both rows. */
static void put_loss(const wgi_svg *w, const drawing *d)
{
    const double x = d->block[d->blocks].x, middle = x + d->box / 2, y = middle_of(d, false),
                 back = middle_of(d, true);
    wgi_sketch_box(w, "loss", x, y - 20, d->box, 40);
    wgi_sketch_formula(w, d->loss, middle, y + 5, d->box, "ink");
    if (!d->learns) return;
    wgi_sketch_line(w, middle, y + 20, middle, back, 1.75, "back");
    wgi_sketch_line(w, middle, back, x, back, 1.75, "back");
}

static void put_all(const wgi_svg *w, const void *with)
{
    const drawing *d = with;
    for (int i = 0; i <= d->blocks; i++) {
        put_arrows(w, d, &d->block[i]);
        if (i < d->blocks) put_block(w, d, &d->block[i]);
    }
    if (d->loss) put_loss(w, d);
}

/* ---- all together ---- */

static const char *last_line(const drawing *d, const char *others)
{
    const wgi_layers *c = &d->n->chain;
    bool more = false, gamma = false, mask = false;
    for (int64_t i = 0; i < c->layers; i++) {
        const wgi_layer *l = &c->layer[i];
        gamma |= parameter_of(d->n, l, GAMMA) >= 0, mask |= l->dropout >= 0;
        for (int k = 0; k < LEARNED; k++) more |= is_used_elsewhere(d, l, learned[k]);
    }
    return wgi_pool_format(d->n->p->pool,
                           "above: forward; grey: kept for the way back; below, red: backward%s%s%s%s",
                           others, gamma ? "; x̂: before γ and β" : "", mask ? "; m: of dropout" : "",
                           more ? "; …: from other uses" : "");
}

wg_status wgi_blocks_write(wgi_net *n, wgi_strbuf *out)
{
    wgi_picture *p = n->p;
    drawing d = { .n = n };
    d.block = wgi_pool_take(p->pool, BLOCKS + 1, sizeof *d.block);
    if (p->pool->failed) return WG_ERROR_MEMORY;
    const wg_status s = refuse_shared(n);
    if (s != WG_OK) return s;
    count_uses(&d);
    if (p->pool->failed) return WG_ERROR_MEMORY;
    find_blocks(&d);
    if (d.blocks > BLOCKS)
        return WGI_REFUSE(p,
                          "draw: style blocks: %lld layers, of which more than %d differ from the one before",
                          (long long)n->chain.layers, BLOCKS);
    fill(&d);
    measure(&d);
    const char *others = wgi_net_others(n, letter_of[output_part(&n->chain.layer[n->chain.layers - 1])]);
    if (!others) return p->pool->failed ? WG_ERROR_MEMORY : WG_ERROR_VALUE;
    p->less.hidden = last_line(&d, others);
    const wgi_sketch all = { .description = wgi_pool_format(
                                 p->pool, "blocks of layers: %d, forward and backward", d.blocks),
                             .w = d.w,
                             .h = d.top + d.forward + 3 * GAP + CACHE + d.backward + 34,
                             .put = put_all,
                             .with = &d };
    return p->pool->failed ? WG_ERROR_MEMORY : wgi_svg_write_sketch(p, &all, out);
}
