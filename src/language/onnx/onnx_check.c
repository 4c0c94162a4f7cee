/* onnx_check.c: what a model has and this library lacks. All of it is named by one error, before anything is
 * computed. */
#include "onnx/onnx.h"

#include <stdarg.h>
#include <string.h>

enum { SHOWN = 40 };

typedef struct lack {
    const char *what, *domain, *where; /* the operator or type; the first node or value that has it */
    int count;
} lack;
typedef struct lacks {
    lack of[SHOWN];
    int count, more;
} lacks;
typedef struct looking {
    const wgi_onnx *o;
    lacks operators, types;
} looking;

static void note(lacks *l, const char *what, const char *domain, const char *where)
{
    int i = 0;
    while (i < l->count && (strcmp(l->of[i].what, what) != 0 || strcmp(l->of[i].domain, domain) != 0)) i++;
    if (i == l->count && l->count == SHOWN) {
        l->more++;
        return;
    }
    if (i == l->count) l->of[l->count++] = (lack){ what, domain, where, 0 };
    l->of[i].count++;
}

static void note_type(looking *l, int type, const char *where)
{
    if (type && !wgi_onnx_dtype(l->o->q, type)) note(&l->types, wgi_onnx_type_name(type), "", where);
}

static void note_port(looking *l, const wgi_onnx_port *p)
{
    if (p->structure) note(&l->types, p->structure, "", p->name);
    else note_type(l, p->type, p->name);
}

int64_t wgi_onnx_version(const wgi_onnx_domain *set, int sets, const char *domain)
{
    for (int i = 0; i < sets; i++)
        if (!strcmp(set[i].name, domain)) return set[i].version;
    return 1;
}

const wgi_onnx_function *wgi_onnx_function_of(const wgi_onnx *o, const wgi_onnx_node *n)
{
    for (int i = 0; i < o->model.functions; i++) {
        const wgi_onnx_function *f = &o->model.function[i];
        if (!strcmp(f->name, n->op) && !strcmp(f->domain, n->domain)) return f;
    }
    return NULL;
}

static void look(looking *l, const wgi_onnx_graph *g, const wgi_onnx_domain *set, int sets);

static void look_at(looking *l, const wgi_onnx_node *n, const wgi_onnx_domain *set, int sets)
{
    const char *where = *n->name ? n->name : n->outs ? n->out[0] : "";
    if (!wgi_onnx_row_of(n->op, n->domain, wgi_onnx_version(set, sets, n->domain)) &&
        !wgi_onnx_function_of(l->o, n))
        note(&l->operators, n->op, n->domain, where);
    for (int i = 0; i < n->attributes; i++) {
        const wgi_onnx_attribute *a = &n->attribute[i];
        if (a->graph) look(l, a->graph, set, sets);
        if (a->tensor) note_type(l, a->tensor->type, where);
        if (!strcmp(n->op, "Cast") && !strcmp(a->name, "to")) note_type(l, (int)a->i, where);
    }
}

static void look(looking *l, const wgi_onnx_graph *g, const wgi_onnx_domain *set, int sets)
{
    for (int i = 0; i < g->ins; i++) note_port(l, &g->in[i]);
    for (int i = 0; i < g->outs; i++) note_port(l, &g->out[i]);
    for (int i = 0; i < g->tensors; i++) note_type(l, g->tensor[i].type, g->tensor[i].name);
    for (int i = 0; i < g->nodes; i++) look_at(l, &g->node[i], set, sets);
}

/* Adds to a text of n bytes. */
static void add(char *text, size_t room, size_t *n, const char *format, ...) WG_PRINTF(4, 5);
static void add(char *text, size_t room, size_t *n, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    if (*n < room) *n += (size_t)vsnprintf(text + *n, room - *n, format, args);
    va_end(args);
}

/* "2 operators are not there: NonMaxSuppression (node 'nms'), Foo (3 nodes, first 'a')" */
static void list(const lacks *l, const char *one, const char *many, const char *place, char *text,
                 size_t room, size_t *n)
{
    if (!l->count) return;
    add(text, room, n, *n ? "; " : "");
    if (l->count + l->more == 1) add(text, room, n, "1 %s is not there: ", one);
    else add(text, room, n, "%d %s are not there: ", l->count + l->more, many);
    for (int i = 0; i < l->count; i++) {
        const lack *k = &l->of[i];
        add(text, room, n, "%s%.40s%s%.60s", i ? ", " : "", k->domain, *k->domain ? "." : "", k->what);
        if (k->count == 1) add(text, room, n, " (%s '%.60s')", place, k->where);
        else add(text, room, n, " (%d %ss, first '%.60s')", k->count, place, k->where);
    }
    if (l->more) add(text, room, n, ", and %d more", l->more);
}

bool wgi_onnx_check(const wgi_onnx *o)
{
    looking l = { .o = o };
    char text[1600];
    size_t n = 0;
    look(&l, &o->model.graph, o->model.set, o->model.sets);
    for (int i = 0; i < o->model.functions; i++)
        look(&l, &o->model.function[i].body, o->model.function[i].set, o->model.function[i].sets);
    if (!l.operators.count && !l.types.count) return true;
    list(&l.operators, "operator", "operators", "node", text, sizeof text, &n);
    list(&l.types, "type", "types", "value", text, sizeof text, &n);
    return wg_fail(o->c, wgi_whole_text(o->q), WG_ERROR_MISSING, "%s", text), false;
}
