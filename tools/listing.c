/* listing.c: a graph as text, one equation on a line, in the order of computation:
 *
 *     a = sigmoid(z)                  []      0.750260     dL/da -1.332872
 * Unnamed nodes are called %1, %2, ... Names are bold on a terminal unless NO_COLOR is set.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tool.h"

enum { MOST_NODES = 400, OTHER_SIZE = 13 };

typedef enum column { LEFT, SHAPE, VALUE, SLOPE, COLUMNS } column;

typedef struct line {
    char *text[COLUMNS]; /* LEFT is NULL if the node has no line */
    bool on_way;         /* the node depends on one of wrt: its gradient is shown */
    int number;          /* 2 for the unnamed node %2 */
    wg_node gradient;
} line;

typedef struct listing {
    model *m;
    wg_node root;
    const wg_node *wrt; /* gradients on the way to these; NULL: of all nodes */
    int wrt_count;
    bool *in;   /* by index: the root and all nodes below it */
    line *line; /* by index, up to the root */
    bool values, backward, bold;
    wg_symbol symbol[4]; /* sizes that were not given; they are shown by name */
    wg_graph *other[4];  /* [k]: the same program with another size for symbol k */
    int symbols;
} listing;

/* ---- which nodes ---- */

static bool find_nodes(listing *l)
{
    int count = 0;
    l->in = nodes_below(l->m->g, l->root);
    for (uint32_t i = 1; l->in && i <= l->root.index; i++) count += l->in[i];
    if (count <= MOST_NODES || l->m->a->json) return model_ok(l->m);
    return model_fail(l->m, EXIT_OTHER, "%d nodes are too many to read; -o FILE.svg folds what is alike",
                      count);
}

/* Sets on_way. The gradients of other nodes are not asked for. */
static void find_ways(listing *l)
{
    for (int k = 0; k < l->wrt_count; k++)
        if (l->wrt[k].index <= l->root.index) l->line[l->wrt[k].index].on_way = true;
    for (uint32_t i = 1; i <= l->root.index; i++) {
        wg_node n = wg_graph_node(l->m->g, i);
        for (int k = 0; k < wg_node_operands(n); k++)
            l->line[i].on_way = l->line[i].on_way || l->line[wg_node_operand(n, k).index].on_way;
        if (!l->wrt) l->line[i].on_way = true;
    }
}

/* ---- one line ---- */

static bool is_plain_number(wg_node n)
{
    return !wg_node_operands(n) && !*wg_node_name(n) && wg_node_shape(n).rank == 0;
}

static void reference(const listing *l, wg_node n, FILE *out)
{
    wg_tensor t;
    if (*wg_node_name(n)) fputs(wg_node_name(n), out);
    else if (wg_node_leaf(n) == WG_LEAF_STREAM) fputs("stream", out);
    else if (is_plain_number(n) && wg_peek(n, &t)) print_scalar(out, wg_tensor_item(&t, 0));
    else fprintf(out, "%%%d", l->line[n.index].number);
}

static void axes_text(const wg_axes *a, FILE *out)
{
    for (int i = 0; i < a->count; i++) fprintf(out, "%s%d", i ? "," : a->count > 1 ? "[" : "", a->axis[i]);
    if (a->count > 1) fputc(']', out);
}

/* Whether an attribute is shown: not if it is off or empty, or meant for C programs. */
static bool is_shown(const wg_attr_row *r, const void *at)
{
    return r->kind == WG_ATTR_BOOL ? *(const bool *)at
           : r->kind == WG_ATTR_AXES
               ? ((const wg_axes *)at)->count > 0
               : r->kind != WG_ATTR_CHOICE && r->kind != WG_ATTR_POINTER && r->kind != WG_ATTR_TEXT;
}

static void attribute(const wg_attr_row *r, const void *attr, FILE *out)
{
    const void *at = (const char *)attr + r->offset;
    char shape[120];
    if (!is_shown(r, at)) return;
    fprintf(out, ", %s=", r->kind == WG_ATTR_AXES ? "axis" : r->name);
    switch (r->kind) {
    case WG_ATTR_AXIS:
    case WG_ATTR_INT: fprintf(out, "%d", *(const int *)at); break;
    case WG_ATTR_SIZE: fprintf(out, "%lld", (long long)*(const int64_t *)at); break;
    case WG_ATTR_DOUBLE: fprintf(out, "%g", *(const double *)at); break;
    case WG_ATTR_BOOL: fputs("true", out); break;
    case WG_ATTR_DTYPE: fputs(wg_dtype_name(*(const wg_dtype *)at), out); break;
    case WG_ATTR_SHAPE: fputs(wg_shape_text(*(const wg_shape *)at, shape, sizeof shape), out); break;
    case WG_ATTR_AXES: axes_text(at, out); break;
    default: break;
    }
}

static void equation(const listing *l, wg_node n, FILE *out)
{
    reference(l, n, out);
    if (!wg_node_operands(n)) {
        fprintf(out, "  %s", wg_node_op_name(n));
        return;
    }
    fprintf(out, " = %s(", wg_node_op_name(n));
    for (int k = 0; k < wg_node_operands(n); k++) {
        fputs(k ? ", " : "", out);
        reference(l, wg_node_operand(n, k), out);
    }
    const wg_op *op = wg_node_op(n);
    for (const wg_attr_row *r = op->attrs; r && r->name && wg_attr(n); r++) attribute(r, wg_attr(n), out);
    fputc(')', out);
}

/* The text that print() writes. Free it with free(). */
static char *printed(const listing *l, wg_node n, void (*print)(const listing *, wg_node, FILE *))
{
    char *text = NULL;
    size_t size = 0;
    FILE *f = open_memstream(&text, &size);
    if (f) {
        print(l, n, f);
        fclose(f);
    }
    return text;
}

/* Prints a size: m or 2m if it is this multiple of symbol m in both builds, else the number. */
static void size_of(const listing *l, wg_node n, int axis, FILE *out)
{
    int64_t size = wg_node_shape(n).dim[axis];
    for (int k = 0; k < l->symbols; k++) {
        int64_t times = size / l->symbol[k].size,
                changed = wg_node_shape(wg_graph_node(l->other[k], n.index)).dim[axis];
        if (changed == size || size % l->symbol[k].size || changed != times * OTHER_SIZE) continue;
        if (times > 1) fprintf(out, "%lld", (long long)times);
        fputs(l->symbol[k].name, out);
        return;
    }
    fprintf(out, "%lld", (long long)size);
}

static void shape_of(const listing *l, wg_node n, FILE *out)
{
    wg_dtype t = wg_node_dtype(n);
    fprintf(out, "%s%s[", wg_dtype_is_float(t) ? "" : wg_dtype_name(t), wg_dtype_is_float(t) ? "" : " ");
    for (int k = 0; k < wg_node_shape(n).rank; k++) {
        fputs(k ? "," : "", out);
        size_of(l, n, k, out);
    }
    fputc(']', out);
}

static void value_of(const listing *l, wg_node n, FILE *out)
{
    wg_tensor t;
    (void)l;
    if (wg_peek(n, &t)) print_line(out, &t, 6);
}

/* ---- the whole ---- */

static void add_lines(listing *l)
{
    int unnamed = 0;
    for (uint32_t i = 1; i <= l->root.index; i++) {
        wg_node n = wg_graph_node(l->m->g, i);
        if (!l->in[i] || (is_plain_number(n) && i != l->root.index)) continue;
        line *k = &l->line[i];
        k->number = *wg_node_name(n) ? 0 : ++unnamed;
        k->text[LEFT] = printed(l, n, equation);
        k->text[SHAPE] = printed(l, n, shape_of);
        if (l->values || l->backward) k->text[VALUE] = printed(l, n, value_of);
    }
}

/* The gradients of the root by all float nodes that have a line. */
static bool add_slopes(listing *l)
{
    wg_context *c = l->m->c;
    wg_node *x = wg_alloc(c, (size_t)l->root.index + 1, sizeof *x),
            *gx = wg_alloc(c, (size_t)l->root.index + 1, sizeof *gx);
    int n = 0;
    find_ways(l);
    for (uint32_t i = 1; x && i <= l->root.index; i++)
        if (l->line[i].text[LEFT] && l->line[i].on_way &&
            wg_dtype_is_float(wg_node_dtype(wg_graph_node(l->m->g, i))))
            x[n++] = wg_graph_node(l->m->g, i);
    if (x && gx && n) wg_grads_at(wg_inside(wg_node_site(l->root)), l->root, x, n, gx);
    if (!model_ok(l->m)) return false;
    for (int k = 0; k < n; k++) {
        l->line[x[k].index].text[SLOPE] = printed(l, gx[k], value_of);
        l->line[x[k].index].gradient = gx[k];
    }
    return true;
}

static int widest(const listing *l, column c)
{
    int width = 0;
    for (uint32_t i = 1; i <= l->root.index; i++) {
        int n = l->line[i].text[c] ? (int)strlen(l->line[i].text[c]) : 0;
        width = n > width && n <= 48 ? n : width;
    }
    return width;
}

static void write_lines(const listing *l)
{
    int left = widest(l, LEFT), shape = widest(l, SHAPE), value = widest(l, VALUE);
    for (uint32_t i = 1; i <= l->root.index; i++) {
        char *const *t = l->line[i].text;
        if (!t[LEFT]) continue;
        int name = (int)strcspn(t[LEFT], " ");
        printf("%s%.*s%s%-*s  %-*s", l->bold ? "\033[1m" : "", name, t[LEFT], l->bold ? "\033[0m" : "",
               left - name > 0 ? left - name : 0, t[LEFT] + name, t[SLOPE] || t[VALUE] ? shape : 0, t[SHAPE]);
        if (t[VALUE]) printf("  %-*s", t[SLOPE] ? value : 0, t[VALUE]);
        if (t[SLOPE]) printf("  d%s/d%.*s %s", wg_node_name(l->root), name, t[LEFT], t[SLOPE]);
        putchar('\n');
    }
}

/* ---- as JSON ---- */

static void reference_json(const listing *l, json *j, const char *key, wg_node n)
{
    char *text = printed(l, n, reference);
    json_text(j, key, text ? text : "");
    free(text);
}

static void value_json(json *j, const char *key, wg_node n)
{
    wg_tensor t;
    if (wg_peek(n, &t)) json_values(j, key, &t);
}

static void node_json(const listing *l, json *j, wg_node n)
{
    json_object(j, NULL);
    reference_json(l, j, "name", n);
    json_text(j, "op", wg_node_op_name(n));
    json_array(j, "operands");
    for (int k = 0; k < wg_node_operands(n); k++) reference_json(l, j, NULL, wg_node_operand(n, k));
    json_end(j);
    json_shape(j, "shape", wg_node_shape(n));
    json_text(j, "dtype", wg_dtype_name(wg_node_dtype(n)));
    json_text(j, "text", l->line[n.index].text[LEFT]);
    if (l->values || l->backward) value_json(j, "value", n);
    if (l->line[n.index].text[SLOPE]) value_json(j, "gradient", l->line[n.index].gradient);
    json_end(j);
}

static void write_json(const listing *l)
{
    json j;
    json_start(&j, stdout);
    reference_json(l, &j, "root", l->root);
    json_array(&j, "nodes");
    for (uint32_t i = 1; i <= l->root.index; i++)
        if (l->line[i].text[LEFT]) node_json(l, &j, wg_graph_node(l->m->g, i));
    json_finish(&j);
}

static void release(listing *l)
{
    for (uint32_t i = 0; i <= l->root.index; i++)
        for (int c = 0; c < COLUMNS; c++) free(l->line[i].text[c]);
}

/* For each symbol whose size was not given: builds the program once more with another size. A symbol is not
 * shown by name if that build fails or gives other ops or ranks. */
static void find_symbols(listing *l)
{
    model *m = l->m;
    double size = OTHER_SIZE, before;
    for (int i = 0; i < wg_program_symbols(m->q) && l->symbols < 4; i++) {
        wg_symbol s = wg_program_symbol(m->q, i);
        wg_graph *g = wg_graph_new(m->c);
        wg_params *p = wg_params_new(m->c);
        if (s.given || s.size == 0) continue;
        before = (double)s.size;
        wg_program_set(m->q, s.name, wg_view_f64(&size, WG_SCALAR));
        wg_program_build(m->q, g, p, m->mode);
        bool same = !wg_failed(m->c) && wg_graph_nodes(g) > (int64_t)l->root.index;
        for (uint32_t k = 1; same && k <= l->root.index; k++)
            same = wg_node_op(wg_graph_node(g, k)) == wg_node_op(wg_graph_node(m->g, k)) &&
                   wg_node_shape(wg_graph_node(g, k)).rank == wg_node_shape(wg_graph_node(m->g, k)).rank;
        wg_recover(m->c);
        wg_program_set(m->q, s.name, wg_view_f64(&before, WG_SCALAR));
        if (!same) continue;
        l->symbol[l->symbols] = s;
        l->other[l->symbols++] = g;
    }
}

bool listing_print(model *m, wg_node root, const name_list *wrt, bool values, bool backward)
{
    listing l = { .m = m,
                  .root = root,
                  .wrt = wrt ? wrt->node : NULL,
                  .wrt_count = wrt ? wrt->count : 0,
                  .values = values,
                  .backward = backward };
    const char *no_color = getenv("NO_COLOR");
    l.bold = isatty(1) && !(no_color && *no_color);
    l.line = wg_alloc(m->c, (size_t)root.index + 1, sizeof *l.line);
    if (!model_ok(m) || !find_nodes(&l)) return false;
    find_symbols(&l);
    add_lines(&l);
    if (!backward || add_slopes(&l)) (m->a->json ? write_json : write_lines)(&l);
    release(&l);
    return !m->status;
}
