/* label.c: the texts of a picture's boxes: names, formulas with the operands' names in them, attributes, values, gradients.
 *
 * Values are peeked at and written down one by one, since a peeked tensor may be overwritten by the next run.
 */
#include "draw/picture.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

#include "wengert/grad.h"
#include "wengert/op.h"

enum { NAME_MOST = 40, OPERAND_MOST = 24, TIP_MOST = 400, PATTERN_MOST = 6, WRAP = 46, SHOWN = 4 };

static const char *keep(wgi_view *v, wgi_strbuf *text)
{
    const char *kept = wgi_view_keep(v, text);
    wgi_strbuf_free(text);
    return kept;
}

/* ---- kinds and names ---- */

static bool is_leaf(wg_node n)
{
    const wg_op *op = wg_node_op(n);
    return op && op->kind == WG_LEAF;
}

static bool is_input(wg_node n) { return wg_node_leaf(n) == WG_LEAF_INPUT; }

bool wgi_label_is_number(wg_node n)
{
    return is_leaf(n) && !is_input(n) && !wg_node_params(n) && !*wg_node_name(n) &&
           wg_node_shape(n).rank == 0;
}

wgi_box_kind wgi_label_kind(const wgi_view *v, wg_node n)
{
    if (wg_node_is_state(n)) return WGI_BOX_STATE;
    if (wg_node_params(n)) return WGI_BOX_PARAMETER;
    if (is_leaf(n)) return is_input(n) ? WGI_BOX_INPUT : WGI_BOX_CONSTANT;
    bool scalar = wg_shape_size(wg_node_shape(n)) == 1 && wg_dtype_is_float(wg_node_dtype(n));
    return scalar && n.index == v->root.index && !wg_is_none(v->root) ? WGI_BOX_LOSS : WGI_BOX_OP;
}

static void put_name(wgi_strbuf *b, wg_node n, int most)
{
    const char *name = wg_node_name(n);
    if (*name) wgi_strbuf_clean(b, name, most);
    else wgi_strbuf_format(b, "v%lu", (unsigned long)n.index);
}

static void put_operand(wgi_strbuf *b, wg_node n)
{
    wg_tensor t;
    if (!wg_node_ok(n)) wgi_strbuf_put(b, "?");
    else if (!wgi_label_is_number(n)) put_name(b, n, OPERAND_MOST);
    else if (wg_node_leaf(n) != WG_LEAF_NUMBER || !wg_peek(n, &t)) wgi_strbuf_put(b, wg_node_op_name(n));
    else {
        double x = wg_tensor_item(&t, 0);
        wgi_strbuf_put(b, x < 0 ? "(" : "");
        wgi_strbuf_number(b, x);
        wgi_strbuf_put(b, x < 0 ? ")" : "");
    }
}

/* ---- attributes ---- */

static void put_axes(wgi_strbuf *b, const wg_axes *a, wg_node n)
{
    if (!a->count || a->count == wg_node_shape(wg_node_operand(n, 0)).rank) return;
    for (int i = 0; i < a->count && i < WG_MAX_RANK; i++) wgi_strbuf_format(b, i ? " %d" : "%d", a->axis[i]);
}

static void put_choice(wgi_strbuf *b, const char *words, int choice)
{
    for (; words && choice > 0; choice--) {
        words += strcspn(words, " ");
        words += *words == ' ';
    }
    if (words && choice == 0) wgi_strbuf_add(b, words, strcspn(words, " "));
}

static void put_attribute(wgi_strbuf *b, const wg_attr_row *r, const char *at, wg_node n)
{
    switch (r->kind) {
    case WG_ATTR_INT: wgi_strbuf_format(b, "%d", *(const int *)(const void *)at); break;
    case WG_ATTR_SIZE: wgi_strbuf_format(b, "%lld", (long long)*(const int64_t *)(const void *)at); break;
    case WG_ATTR_DOUBLE: wgi_strbuf_number(b, *(const double *)(const void *)at); break;
    case WG_ATTR_BOOL: wgi_strbuf_put(b, *(const bool *)at ? "true" : ""); break;
    case WG_ATTR_AXES: put_axes(b, (const wg_axes *)(const void *)at, n); break;
    case WG_ATTR_DTYPE: wgi_strbuf_put(b, wg_dtype_name(*(const wg_dtype *)(const void *)at)); break;
    case WG_ATTR_CHOICE: put_choice(b, r->choices, *(const int *)(const void *)at); break;
    case WG_ATTR_SHAPE: /* the box shows the result's shape */
    case WG_ATTR_POINTER:
    case WG_ATTR_TEXT: break;
    }
}

/* A line of those that differ from the default. */
static void put_attributes(wgi_strbuf *b, wg_node n)
{
    const char *attr = wg_attr(n);
    const wg_attr_row *row = attr ? wg_node_op(n)->attrs : NULL;
    for (; row && row->name; row++) {
        wgi_strbuf text = { .c = b->c };
        put_attribute(&text, row, attr + row->offset, n);
        if (text.length && !(row->standard && strcmp(text.at, row->standard) == 0)) {
            wgi_strbuf_format(b, "%s%s = %s", b->length ? ", " : "", row->name, text.at);
        }
        wgi_strbuf_free(&text);
    }
}

/* ---- formulas ---- */

/* The variables of formulas of one, two, three operands: those of wg_op's own examples. */
static const char *const variables[] = { "", "x", "ab", "abc" };

static size_t identifier_length(const char *s)
{
    size_t n = 0;
    if (isalpha((unsigned char)*s) || *s == '_')
        while (isalnum((unsigned char)s[n]) || s[n] == '_') n++;
    return n;
}

/* Where the formula's right side ends: at a comma or semicolon outside brackets, behind which conventions stand. */
static size_t right_side_length(const char *s)
{
    int depth = 0;
    for (size_t i = 0;; i++) {
        if (!s[i] || (depth == 0 && (s[i] == ',' || s[i] == ';'))) return i;
        depth += (s[i] == '(' || s[i] == '[') - (s[i] == ')' || s[i] == ']');
    }
}

/* Words of formulas that are sentences: there a name for a variable would not read well. */
static bool is_prose(const char *s, size_t length)
{
    static const char *const prose[] = { "of", "where", "over", "along",    "in",
                                         "is", "with",  "to",   "repeated", "summed" };
    for (size_t i = 0; i < sizeof prose / sizeof *prose; i++)
        if (strlen(prose[i]) == length && memcmp(s, prose[i], length) == 0) return true;
    return false;
}

/* Each operand's variable is in the right side, so that putting names for variables says all. */
static bool has_variables(const char *s, size_t length, int operands)
{
    unsigned seen = 0;
    for (size_t i = 0, n; i < length; i += n ? n : 1) {
        n = identifier_length(s + i);
        if (i && s[i - 1] == ' ' && is_prose(s + i, n)) return false;
        const char *at = n == 1 ? strchr(variables[operands], s[i]) : NULL;
        if (at) seen |= 1u << (at - variables[operands]);
    }
    return seen == (1u << operands) - 1;
}

/* The value of the attribute of that name, if there is one and it can be written. */
static bool put_named_attribute(wgi_strbuf *b, const char *name, size_t length, wg_node n)
{
    const char *attr = wg_attr(n);
    const wg_attr_row *row = attr ? wg_node_op(n)->attrs : NULL;
    size_t before = b->length;
    for (; row && row->name; row++)
        if (strlen(row->name) == length && memcmp(row->name, name, length) == 0)
            put_attribute(b, row, attr + row->offset, n);
    return b->length > before;
}

static void put_identifier(wgi_strbuf *b, const char *s, size_t length, wg_node n)
{
    const char *names = variables[wg_node_operands(n)], *at = length == 1 ? strchr(names, *s) : NULL;
    if (at) put_operand(b, wg_node_operand(n, (int)(at - names)));
    else if (!put_named_attribute(b, s, length, n)) wgi_strbuf_add(b, s, length);
}

/* The right side with the operands' names for its variables and the attributes' values for their names. */
static void put_instance(wgi_strbuf *b, const char *s, size_t length, wg_node n)
{
    for (size_t i = 0; i < length;) {
        size_t word = identifier_length(s + i);
        bool square = s[i] == '^' && s[i + 1] == '2' && !isalnum((unsigned char)s[i + 2]);
        if (word) put_identifier(b, s + i, word, n);
        else if (square) wgi_strbuf_put(b, "²");
        else if (s[i] == '-') wgi_strbuf_put(b, "−");
        else wgi_strbuf_add(b, s + i, 1);
        i += word ? word : square ? 2 : 1;
    }
}

static void put_call(wgi_strbuf *b, wg_node n)
{
    int operands = wg_node_operands(n);
    wgi_strbuf_clean(b, wg_node_op_name(n), NAME_MOST);
    for (int k = 0; k < operands && k <= SHOWN; k++) {
        wgi_strbuf_put(b, k ? ", " : "(");
        if (k == SHOWN) wgi_strbuf_format(b, "… %d operands", operands);
        else put_operand(b, wg_node_operand(n, k));
    }
    wgi_strbuf_put(b, operands ? ")" : "()");
}

static void put_formula(wgi_strbuf *b, wg_node n)
{
    const char *f = wg_node_op(n)->formula;
    int operands = wg_node_operands(n);
    put_name(b, n, OPERAND_MOST);
    wgi_strbuf_put(b, " = ");
    if (f && strncmp(f, "y = ", 4) == 0 && operands >= 1 && operands <= 3) {
        size_t length = right_side_length(f + 4);
        if (has_variables(f + 4, length, operands)) {
            put_instance(b, f + 4, length, n);
            return;
        }
    }
    put_call(b, n);
}

/* ---- values ---- */

typedef struct census {
    int64_t nan, infinite, finite;
    double mean, deviation, least, most;
} census;

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
    s.deviation = s.finite ? sqrt(square / (double)s.finite) : NAN;
    return s;
}

static void put_row(wgi_strbuf *b, const wg_tensor *t, int64_t from, int64_t count)
{
    wgi_strbuf_put(b, "[");
    for (int64_t i = 0; i < count; i++) {
        wgi_strbuf_put(b, i ? ", " : "");
        wgi_strbuf_number(b, wg_tensor_item(t, from + i));
    }
}

static void put_summary(wgi_strbuf *b, const wg_tensor *t, const census *s)
{
    int64_t n = wg_shape_size(t->shape);
    put_row(b, t, 0, 2);
    wgi_strbuf_format(b, ", … ×%lld]\n", (long long)n);
    if (s->nan || s->infinite) {
        wgi_strbuf_format(b, "%lld NaN, %lld ∞", (long long)s->nan, (long long)s->infinite);
        return;
    }
    bool real = wg_dtype_is_float(t->dtype);
    wgi_strbuf_put(b, real ? "μ = " : "from ");
    wgi_strbuf_number(b, real ? s->mean : s->least);
    wgi_strbuf_put(b, real ? ", σ = " : " to ");
    wgi_strbuf_number(b, real ? s->deviation : s->most);
}

/* A scalar as a number, small vectors and matrices in full, larger ones by their first entries, mean and deviation. */
static void put_value(wgi_strbuf *b, const wg_tensor *t, bool *odd)
{
    census s = count_values(t);
    int rank = t->shape.rank;
    int64_t n = wg_shape_size(t->shape), columns = rank ? t->shape.dim[rank - 1] : 1,
            rows = rank > 1 ? t->shape.dim[rank - 2] : 1;
    *odd = s.nan || s.infinite;
    if (n == 0) wgi_strbuf_put(b, "no elements");
    else if (rank == 0) wgi_strbuf_number(b, wg_tensor_item(t, 0));
    else if (columns > SHOWN || rows > SHOWN || n != rows * columns) put_summary(b, t, &s);
    else {
        for (int64_t i = 0; i < rows; i++) {
            wgi_strbuf_put(b, rank == 1 ? "" : i ? ",\n\u2007" : "[");
            put_row(b, t, i * columns, columns);
            wgi_strbuf_put(b, "]");
        }
        wgi_strbuf_put(b, rank == 1 ? "" : "]");
    }
}

/* ---- the boxes ---- */

static const char *const words[WGI_BOX_KINDS] = { "input", "parameter", "constant", "state",
                                                  "op",    "loss",      "failed" };

static const char *shape_text(wgi_view *v, wg_node n)
{
    char buf[128];
    wgi_strbuf b = { .c = v->c };
    wg_dtype t = wg_node_dtype(n);
    const char *dtype = t == wg_context_dtype(v->c) ? "" : wg_dtype_name(t);
    wg_shape s = wg_node_shape(n);
    wgi_strbuf_format(&b, "%s%s%s", dtype, *dtype && s.rank ? " " : "",
                      s.rank ? wg_shape_text(s, buf, sizeof buf) : "");
    return keep(v, &b);
}

static const char *tip_text(wgi_view *v, wgi_box *box, wg_node n)
{
    wgi_strbuf b = { .c = v->c };
    wgi_strbuf_format(&b, "%s ", box->word);
    put_name(&b, n, TIP_MOST);
    if (*wg_node_scope(n)) wgi_strbuf_put(&b, " in "), wgi_strbuf_clean(&b, wg_node_scope(n), TIP_MOST);
    const char *place = wg_site_place(wg_node_site(n));
    if (*place) wgi_strbuf_put(&b, ", "), wgi_strbuf_clean(&b, place, TIP_MOST);
    const wg_op *op = wg_node_op(n);
    if (!is_leaf(n) && op->formula) wgi_strbuf_put(&b, "\n"), wgi_strbuf_clean(&b, op->formula, TIP_MOST);
    if (!is_leaf(n) && op->adjoint) {
        wgi_strbuf_put(&b, wg_op_has_derivative(op, -1) ? "\n" : "\nnone: ");
        wgi_strbuf_clean(&b, op->adjoint, TIP_MOST);
    }
    return keep(v, &b);
}

void wgi_label_node(wgi_view *v, wgi_box *box, wg_node n)
{
    wgi_strbuf name = { .c = v->c }, word = name, title = name, detail = name, value = name;
    wg_tensor t;
    box->kind = wgi_label_kind(v, n);
    put_name(&name, n, NAME_MOST);
    box->name = box->title = keep(v, &name);
    wgi_strbuf_put(&word, words[box->kind]);
    if (!is_leaf(n)) {
        wgi_strbuf_put(&word, " · "), wgi_strbuf_clean(&word, wg_node_op_name(n), NAME_MOST);
        put_formula(&title, n), box->title = keep(v, &title);
        put_attributes(&detail, n), box->detail = keep(v, &detail);
    }
    box->word = keep(v, &word);
    box->shape = shape_text(v, n);
    if (v->o->values && wg_peek(n, &t)) put_value(&value, &t, &box->odd_value);
    else if (v->o->values) wgi_strbuf_put(&value, "–");
    box->value = keep(v, &value);
    box->tip = tip_text(v, box, n);
}

static void put_count(wgi_strbuf *b, int64_t n)
{
    if (n >= 1000) {
        put_count(b, n / 1000);
        wgi_strbuf_format(b, ",%03d", (int)(n % 1000));
    } else wgi_strbuf_format(b, "%d", (int)n);
}

/* "param → matmul → tanh", and how many parameters are folded away. */
static void put_pattern(wgi_strbuf *b, wgi_view *v, const wgi_run *r)
{
    int64_t parameters = 0;
    for (int64_t i = 0; i < r->period * r->times; i++) {
        wg_node n = wg_graph_node(v->g, v->index[r->begin + i]);
        if (wg_node_params(n) && !wg_node_is_state(n)) parameters += wg_shape_size(wg_node_shape(n));
        if (i >= r->period || i > PATTERN_MOST) continue;
        wgi_strbuf_put(b, i ? " → " : "");
        if (i == PATTERN_MOST) wgi_strbuf_put(b, "…");
        else wgi_strbuf_clean(b, wg_node_op_name(n), OPERAND_MOST);
    }
    if (parameters) wgi_strbuf_put(b, "\n"), put_count(b, parameters), wgi_strbuf_put(b, " parameters");
}

void wgi_label_run(wgi_view *v, wgi_box *box, const wgi_run *r)
{
    wgi_strbuf name = { .c = v->c }, detail = name, tip = name, word = name;
    int64_t nodes = r->period * r->times;
    wg_node first = wg_graph_node(v->g, v->index[r->begin]),
            last = wg_graph_node(v->g, v->index[r->begin + nodes - 1]);
    wgi_strbuf_put(&name, "×"), put_count(&name, r->times);
    box->name = box->title = keep(v, &name);
    put_pattern(&detail, v, r), box->detail = keep(v, &detail);
    wgi_strbuf_put(&word, "folded · "), put_count(&word, nodes), wgi_strbuf_put(&word, " nodes");
    box->word = keep(v, &word);
    wgi_strbuf_put(&tip, "folded: from "), put_name(&tip, first, TIP_MOST);
    wgi_strbuf_put(&tip, " to "), put_name(&tip, last, TIP_MOST);
    box->tip = keep(v, &tip);
    box->shape = shape_text(v, last);
}

/* Words onto lines of at most WRAP characters, where words are not longer. */
static void put_wrapped(wgi_strbuf *b, const char *s)
{
    int column = 0;
    while (*s) {
        size_t length = strcspn(s, " ");
        int width = 0;
        for (size_t i = 0; i < length; i++) width += ((unsigned char)s[i] >> 6) != 2;
        if (column && column + 1 + width > WRAP) wgi_strbuf_put(b, "\n"), column = 0;
        else if (column) wgi_strbuf_put(b, " "), column++;
        wgi_strbuf_add(b, s, length);
        column += width;
        s += length + (s[length] == ' ');
    }
}

/* The failing call as the user wrote it: "matmul(h, W)". */
static void put_failed_call(wgi_strbuf *b, const wg_failure *f)
{
    const char *arguments = f->here ? f->here : "", *end = strchr(arguments, '\n');
    wgi_strbuf text = { .c = b->c };
    if (end) wgi_strbuf_add(&text, arguments, (size_t)(end - arguments));
    wgi_strbuf_clean(b, f->op ? f->op : "?", NAME_MOST);
    if (text.length)
        wgi_strbuf_put(b, "("), wgi_strbuf_clean(b, text.at, 2 * NAME_MOST), wgi_strbuf_put(b, ")");
    wgi_strbuf_free(&text);
}

void wgi_label_failure(wgi_view *v, wgi_box *box)
{
    const wg_failure *f = &v->failure;
    wgi_strbuf name = { .c = v->c }, title = name, message = name, clean = name, tip = name;
    wgi_strbuf_clean(&name, f->op ? f->op : "?", NAME_MOST);
    box->name = keep(v, &name);
    put_failed_call(&title, f), box->title = keep(v, &title);
    wgi_strbuf_clean(&clean, f->message ? f->message : "", TIP_MOST);
    put_wrapped(&message, clean.at ? clean.at : ""), box->detail = keep(v, &message);
    wgi_strbuf_format(&tip, "failed: %s", clean.at ? clean.at : ""), box->tip = keep(v, &tip);
    wgi_strbuf_free(&clean);
    box->word = words[WGI_BOX_FAILED];
}

/* ---- gradients ---- */

static void label_gradient(wgi_view *v, wgi_box *box, wg_node gradient)
{
    wgi_strbuf b = { .c = v->c };
    wg_tensor t;
    wgi_strbuf_format(&b, "d%s = ", box->name);
    if (!wg_is_none(gradient) && wg_node_ok(gradient) && wg_peek(gradient, &t))
        put_value(&b, &t, &box->odd_gradient);
    else wgi_strbuf_put(&b, "–");
    box->gradient = keep(v, &b);
}

static bool no_derivative(wgi_view *v, wg_status s)
{
    if (s == WG_ERROR_MEMORY) v->lost = true;
    else if (s != WG_OK) wg_recover(v->c);
    return s != WG_OK;
}

/* Fills gx; where the sweep for all fails, one by one, so that an operand without a derivative costs only its own. */
static void sweep(wgi_view *v, const wg_node x[], int n, wg_node gx[])
{
    if (wg_failed(v->c) || !no_derivative(v, wg_grads_at(v->here, v->root, x, n, gx))) return;
    for (int i = 0; i < n && !v->lost; i++)
        if (no_derivative(v, wg_grads_at(v->here, v->root, &x[i], 1, &gx[i]))) gx[i] = wg_none;
}

void wgi_label_gradients(wgi_view *v, const wg_node node[])
{
    int64_t mark = wg_graph_mark(v->g);
    wg_node *x = wg_alloc(v->c, (size_t)v->boxes + 1, sizeof *x),
            *gx = wg_alloc(v->c, (size_t)v->boxes + 1, sizeof *gx);
    int n = 0;
    v->lost |= !x || !gx;
    for (int64_t i = 0; x && gx && i < v->boxes; i++)
        if (v->box[i].gradient_way && !wg_is_none(node[i])) x[n++] = node[i];
    if (n) sweep(v, x, n, gx);
    n = 0;
    for (int64_t i = 0; x && gx && i < v->boxes; i++)
        if (v->box[i].gradient_way && !wg_is_none(node[i])) label_gradient(v, &v->box[i], gx[n++]);
    wg_graph_rewind(v->g, mark);
    wg_free(v->c, x);
    wg_free(v->c, gx);
}
