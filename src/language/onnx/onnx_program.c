/* onnx_program.c: a model as a program: the file, its names before a build, and a build. wg_program_file is
 * here, since it reads files of both kinds. */
#include "onnx/onnx.h"

#include "wengert/ops.h"
#include "wgx/lang.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

/* ---- the file ---- */

static bool not_read(const wgi_onnx *o, const char *why)
{
    return wg_fail(o->c, wgi_whole_text(o->q), WG_ERROR_FILE, "cannot be read: %s", why), false;
}

/* The whole file. Protobuf has no messages of more than 2 GiB. */
static bool whole_file(wgi_onnx *o, const char *path, size_t *size)
{
    struct stat st;
    FILE *f = fopen(path, "rb");
    if (!f || fstat(fileno(f), &st)) {
        const int error = errno;
        if (f) fclose(f);
        return not_read(o, strerror(error));
    }
    const bool fits = S_ISREG(st.st_mode) && st.st_size <= INT32_MAX;
    *size = fits ? (size_t)st.st_size : 0;
    o->bytes = fits ? wg_alloc(o->c, *size + 1, 1) : NULL;
    const bool read = o->bytes && fread(o->bytes, 1, *size, f) == *size;
    fclose(f);
    if (!fits) return not_read(o, S_ISREG(st.st_mode) ? "it has more than 2 GiB" : "it is no file");
    return read || (o->bytes && not_read(o, "it became shorter"));
}

/* ---- names ---- */

/* An input or a parameter. */
static wgi_binding *declare(wgi_onnx *o, const char *name, wgx_meaning meaning)
{
    char text[WGI_ONNX_NAME];
    wgi_onnx_value *v = *name ? wgi_onnx_add(o, o->declared, name, wgi_lang_alloc) : NULL;
    if (!v) return NULL;
    v->binding = wgi_made_name(o->q, wgi_onnx_param_name(o, name, text), meaning);
    v->number = o->leaves;
    if (v->binding) o->leaf[o->leaves++] = v;
    return v->binding;
}

/* inner: is_inner of the value. */
static void declare_computed(wgi_onnx *o, const char *name, const char *called, bool inner)
{
    wgi_onnx_value *v = *name ? wgi_onnx_add(o, o->declared, name, wgi_lang_alloc) : NULL;
    const wgi_onnx_value *used = wgi_onnx_find(o->users, name);
    if (!v) return;
    v->number = -1, v->is_inner = inner, v->is_result = used && used->is_result;
    v->binding = wgi_made_name(o->q, called, WG_NAME_COMPUTED);
}

static void declare_result(wgi_onnx *o, const wgi_onnx_node *n, int k)
{
    char text[WGI_ONNX_NAME];
    bool inner = false;
    const char *called = wgi_onnx_result_name(o, n, k, text, &inner);
    declare_computed(o, n->out[k], called, inner);
}

/* A result of the model that is an initializer as it is. */
static void declare_given(wgi_onnx *o, const char *name)
{
    char text[WGI_ONNX_NAME];
    if (!wgi_onnx_find(o->declared, name))
        declare_computed(o, name, wgi_onnx_name(o->q, name, NULL, text), false);
}

static wgi_binding *symbol_of(wgi_onnx *o, const char *name)
{
    char text[WGI_ONNX_NAME + 1] = "\n"; /* a size may have the name of a value */
    snprintf(text + 1, sizeof text - 1, "%.150s", name);
    wgi_onnx_value *v = wgi_onnx_find(o->declared, text);
    if (v) return v->binding;
    v = wgi_onnx_add(o, o->declared, text, wgi_lang_alloc);
    if (!v) return NULL;
    v->binding = wgi_made_name(o->q, wgi_onnx_name(o->q, name, NULL, text), WG_NAME_SYMBOL);
    return v->binding;
}

static void declare_input(wgi_onnx *o, const wgi_onnx_port *in, const wgi_onnx_scope *stored)
{
    if (wgi_onnx_find(stored, in->name)) return; /* a value that a caller may replace: a parameter */
    wgi_binding *b = declare(o, in->name, WG_NAME_INPUT);
    if (b) b->axes = in->axes + 1;
    for (int i = 0; i < in->axes; i++)
        if (in->symbol[i]) symbol_of(o, in->symbol[i]);
}

static bool is_float(int type) { return type == ONNX_FLOAT || type == ONNX_DOUBLE; }

static void note_name(wgi_onnx *o, wgi_onnx_scope *used, const char *name)
{
    if (*name && !wgi_onnx_find(used, name)) wgi_onnx_add(o, used, name, wgi_lang_alloc);
}

/* Notes the names that nodes compute with, and not only look at; and running averages, which are not
 * trained. */
static void note_used(wgi_onnx *o, const wgi_onnx_graph *g, wgi_onnx_scope *used, wgi_onnx_scope *averages)
{
    for (int i = 0; i < g->nodes; i++) {
        const wgi_onnx_node *n = &g->node[i];
        const wgi_onnx_row *row =
            wgi_onnx_row_of(n->op, n->domain, wgi_onnx_version(o->model.set, o->model.sets, n->domain));
        for (int k = 0; k < n->ins; k++)
            if (!row || k >= 32 || !(row->known >> k & 1)) note_name(o, used, n->in[k]);
        for (int k = 3; k < n->ins && row && row->flags & ONNX_AVERAGES; k++)
            note_name(o, averages, n->in[k]);
        for (int k = 0; k < n->attributes; k++)
            if (n->attribute[k].graph) note_used(o, n->attribute[k].graph, used, averages);
    }
    for (int i = 0; i < g->outs; i++) note_name(o, used, g->out[i].name);
}

static void declare_param(wgi_onnx *o, const char *name, const wgi_onnx_tensor *t,
                          const wgi_onnx_scope *averages)
{
    if (!declare(o, name, WG_NAME_PARAM)) return;
    wgi_onnx_value *v = o->leaf[o->leaves - 1];
    v->is_state = wgi_onnx_find(averages, name) != NULL;
    v->stored = t;
}

/* The initializer that a node copies for a running average: files share one among tensors that begin with
 * equal values, and of these the average alone is not trained. */
static const wgi_onnx_tensor *copied(const wgi_onnx *o, const wgi_onnx_node *n,
                                     const wgi_onnx_scope *averages)
{
    if (strcmp(n->op, "Identity") != 0 || *n->domain || n->ins != 1 || n->outs != 1) return NULL;
    const wgi_onnx_value *v =
        wgi_onnx_find(averages, n->out[0]) ? wgi_onnx_find(o->declared, n->in[0]) : NULL;
    return v ? v->stored : NULL;
}

static bool declare_names(wgi_onnx *o, wgi_onnx_scope *stored, const wgi_onnx_scope *used,
                          const wgi_onnx_scope *averages)
{
    const wgi_onnx_graph *g = &o->model.graph;
    for (int i = 0; i < g->ins; i++) declare_input(o, &g->in[i], stored);
    o->inputs = o->leaves;
    for (int i = 0; i < g->tensors; i++)
        if (is_float(g->tensor[i].type) && wgi_onnx_find(used, g->tensor[i].name))
            declare_param(o, g->tensor[i].name, &g->tensor[i], averages);
    for (int i = 0; i < g->nodes; i++) {
        const wgi_onnx_node *n = &g->node[i];
        const wgi_onnx_tensor *t = copied(o, n, averages);
        if (t) declare_param(o, n->out[0], t, averages);
        for (int k = 0; !t && k < n->outs; k++) declare_result(o, n, k);
    }
    for (int i = 0; i < g->outs; i++) declare_given(o, g->out[i].name);
    return !wg_failed(o->c);
}

static bool declare_all(wgi_onnx *o)
{
    const wgi_onnx_graph *g = &o->model.graph;
    wgi_onnx_scope *used = wgi_lang_alloc(o->q, sizeof *used), *stored = wgi_lang_alloc(o->q, sizeof *stored),
                   *averages = wgi_lang_alloc(o->q, sizeof *averages);
    o->leaf =
        wgi_lang_alloc(o->q, ((size_t)g->ins + (size_t)g->tensors + (size_t)g->nodes + 1) * sizeof *o->leaf);
    if (!used || !stored || !averages || !o->leaf || !wgi_onnx_note_users(o)) return false;
    note_used(o, g, used, averages);
    for (int i = 0; i < g->tensors; i++) note_name(o, stored, g->tensor[i].name);
    return declare_names(o, stored, used, averages);
}

/* ---- a build ---- */

/* The declared shape: "[batch,3,?]". */
static const char *said(const wgi_onnx_port *in, char *to, size_t room)
{
    size_t n = (size_t)snprintf(to, room, "[");
    for (int i = 0; i < in->axes && n + 60 < room; i++) {
        if (i) n += (size_t)snprintf(to + n, room - n, ",");
        if (in->size[i] >= 0) n += (size_t)snprintf(to + n, room - n, "%lld", (long long)in->size[i]);
        else n += (size_t)snprintf(to + n, room - n, "%.40s", in->symbol[i] ? in->symbol[i] : "?");
    }
    snprintf(to + n, room - n, "]");
    return to;
}

static bool misfit(const wgi_onnx *o, const wgi_onnx_port *in, const wgi_binding *b, wg_shape s)
{
    char declared[500], given[200];
    return wg_fail(o->c, wgi_whole_text(o->q), WG_ERROR_SHAPE, "'%s' is declared %s, the value given is %s",
                   b->name, said(in, declared, sizeof declared), wg_shape_text(s, given, sizeof given)),
           false;
}

/* Finds the sizes of symbols by the shape of what was given for an input. */
static bool sizes_by(wgi_onnx *o, const wgi_onnx_port *in, const wgi_binding *b, wg_shape given)
{
    if (in->axes >= 0 && in->axes != given.rank) return misfit(o, in, b, given);
    for (int i = 0; i < in->axes; i++) {
        const int64_t size = given.dim[i];
        wgi_binding *s = in->symbol[i] ? symbol_of(o, in->symbol[i]) : NULL;
        if (in->size[i] >= 0 && in->size[i] != size) return misfit(o, in, b, given);
        if (!s || in->size[i] >= 0) continue;
        if (s->size >= 0 && s->size != size)
            return wg_fail(o->c, wgi_whole_text(o->q), WG_ERROR_SHAPE,
                           "'%s' is %lld by the value of '%s', and %lld elsewhere", s->name, (long long)size,
                           b->name, (long long)s->size),
                   false;
        s->size = size;
    }
    return true;
}

static wgi_binding *binding_of(const wgi_onnx *o, const char *name)
{
    const wgi_onnx_value *v = wgi_onnx_find(o->declared, name);
    return v ? v->binding : NULL;
}

/* The inputs of the program: those of the graph that are no parameters. */
static wgi_binding *input_of(const wgi_onnx *o, const wgi_onnx_port *in)
{
    wgi_binding *b = binding_of(o, in->name);
    return b && b->meaning == WG_NAME_INPUT ? b : NULL;
}

static bool all_sizes(wgi_onnx *o)
{
    const wgi_onnx_graph *g = &o->model.graph;
    if (!wgi_symbols_set(o->q)) return false;
    for (int i = 0, k = 0; i < g->ins; i++) {
        const wgi_binding *b = input_of(o, &g->in[i]);
        if (!b) continue;
        const wg_node x = o->given ? o->given[k++] : wg_none; /* inputs are the first ones */
        if (!o->given && !b->set.data) continue;
        if (!sizes_by(o, &g->in[i], b, o->given ? wg_node_shape(x) : b->set.shape)) return false;
    }
    wgi_symbols_rest(o->q);
    return true;
}

static bool shape_of_input(wgi_onnx *o, const wgi_onnx_port *in, const wgi_binding *b, wg_shape *s)
{
    *s = b->set.shape;
    if (b->set.data) return true;
    if (in->axes < 0)
        return wg_fail(o->c, wgi_whole_text(o->q), WG_ERROR_USE,
                       "'%s' has no shape in the file: it needs a value", b->name),
               false;
    s->rank = in->axes;
    for (int i = 0; i < in->axes; i++) {
        const wgi_binding *symbol = in->symbol[i] ? symbol_of(o, in->symbol[i]) : NULL;
        s->dim[i] = in->size[i] >= 0 ? in->size[i] : symbol ? symbol->size : WGI_LANG_SIZE;
    }
    const int64_t n = wg_shape_size(*s);
    return (n >= 0 && n <= WGI_LANG_TENSOR) ||
           (wg_fail(o->c, wgi_whole_text(o->q), WG_ERROR_SHAPE, "'%s' has an impossible shape", b->name),
            false);
}

static bool make_input(wgi_onnx *o, const wgi_onnx_port *in, wgi_onnx_value *v)
{
    wg_shape s;
    if (!shape_of_input(o, in, v->binding, &s)) return false;
    const wg_tensor t = wgi_made_input(o->q, v->binding, wgi_onnx_dtype(o->q, in->type), s);
    if (!t.data) return false;
    v->node = wg_input_at(wgi_onnx_site(o, "input", v->name), o->g, v->binding->name, t);
    v->given = true;
    if (!v->binding->drawn) v->known = t;
    wgi_made_value(v->binding, v->node);
    return wg_node_ok(v->node);
}

/* A node of somebody's in the place of an input. */
static bool take_input(wgi_onnx *o, const wgi_onnx_port *in, wgi_onnx_value *v, wg_node x)
{
    const wg_dtype t = wgi_onnx_dtype(o->q, in->type);
    v->node = wg_node_dtype(x) == t ? x : wg_cast_at(wgi_onnx_site(o, "input", v->name), x, t);
    wgi_made_value(v->binding, v->node);
    return wg_node_ok(v->node);
}

static bool inputs(wgi_onnx *o, wgi_onnx_value *in[])
{
    const wgi_onnx_graph *g = &o->model.graph;
    for (int i = 0, k = 0; i < g->ins; i++) {
        wgi_binding *b = input_of(o, &g->in[i]);
        if (!b) continue;
        in[i] = wgi_lang_built(o->q, sizeof *in[i]);
        if (!in[i]) return false;
        in[i]->name = g->in[i].name, in[i]->binding = b;
        if (o->given ? !take_input(o, &g->in[i], in[i], o->given[k++]) : !make_input(o, &g->in[i], in[i]))
            return false;
    }
    return true;
}

/* The results of the program are those of the graph. */
static bool results(wgi_onnx *o, wgi_onnx_value *const out[])
{
    wgi_onnx_call k = { .o = o, .g = o->g, .here = wgi_onnx_site(o, "result", "") };
    for (int i = 0; i < o->model.graph.outs; i++) {
        const wgi_binding *b = out[i]->binding;
        const char *name = b ? b->name : out[i]->name;
        wg_node y = wgi_onnx_node_of(&k, out[i]);
        if (!wg_node_ok(y)) return false;
        if (b && wg_node_leaf(y) == WG_LEAF_NONE && !*wg_node_name(y)) wg_name_at(k.here, y, name);
        if (b) wgi_made_value(out[i]->binding, y);
        wgi_made_result(o->q, name, y);
    }
    return true;
}

static bool build(wg_program *q, void *user)
{
    wgi_onnx *o = user;
    const wgi_onnx_graph *g = &o->model.graph;
    wgi_onnx_value **in = wgi_lang_built(q, ((size_t)g->ins + 1) * sizeof *in),
                   **out = wgi_lang_built(q, ((size_t)g->outs + 1) * sizeof *out);
    if (!o->folded) o->folded = wg_graph_new(o->c);
    o->g = q->now.g, o->scope = NULL, o->within = NULL, o->depth = o->steps = 0;
    o->set = o->model.set, o->sets = o->model.sets;
    if (!in || !out || !o->folded || !all_sizes(o) || !inputs(o, in)) return false;
    return wgi_onnx_run(o, g, in, g->ins, out, true) && results(o, out);
}

static wgi_onnx *model_of(const wg_program *q)
{
    return q && q->c && q->ready && q->made.build == build ? q->made.user : NULL;
}

wg_status wgx_onnx_apply(wg_program *q, wg_graph *g, const wg_node x[], int n, wg_mode mode)
{
    wgi_onnx *o = model_of(q);
    if (!o || !g)
        return wg_fail(q ? q->c : NULL, NULL, WG_ERROR_USE, "onnx_apply: the program is no ONNX model");
    if (wg_failed(q->c)) return wg_failed(q->c);
    if (n != o->leaves)
        return wg_fail(q->c, wgi_whole_text(q), WG_ERROR_USE, "it has %d inputs and parameters, %d are given",
                       o->leaves, n);
    wgi_program_begin(q, g, NULL, mode);
    o->given = x;
    build(q, o);
    o->given = NULL;
    return wg_failed(q->c);
}

int wgx_onnx_inputs(const wg_program *q)
{
    const wgi_onnx *o = model_of(q);
    return o ? o->inputs : 0;
}

const char *wgx_onnx_leaf(wg_program *q, int i, wg_tensor *value, bool *state)
{
    const wgi_onnx *o = model_of(q);
    if (!o || i < 0 || i >= o->leaves) return NULL;
    const wgi_onnx_value *v = o->leaf[i];
    if (value) *value = v->stored ? wgi_onnx_values(q, v->stored) : (wg_tensor){ 0 };
    if (state) *state = v->is_state;
    return v->binding->name;
}

const char *wgx_onnx_result(const wg_program *q, int i)
{
    const wgi_onnx *o = model_of(q);
    if (!o || i < 0 || i >= o->model.graph.outs) return NULL;
    const wgi_binding *b = binding_of(o, o->model.graph.out[i].name);
    return b ? b->name : o->model.graph.out[i].name;
}

static void forget(wg_program *q, void *user)
{
    wgi_onnx *o = user;
    wg_graph_free(o->folded);
    wg_free(q->c, o->bytes);
}

/* ---- the public functions ---- */

/* By the operators and names, not by the weights. */
static uint64_t code_of(const wgi_onnx *o)
{
    uint64_t h = WGI_LANG_MIXED;
    for (int i = 0; i < o->model.graph.nodes; i++) {
        const wgi_onnx_node *n = &o->model.graph.node[i];
        h = wgi_lang_mix(h, n->op, strlen(n->op) + 1);
        for (int k = 0; k < n->ins; k++) h = wgi_lang_mix(h, n->in[k], strlen(n->in[k]) + 1);
    }
    return h;
}

static void read_model(wgi_onnx *o, const char *path)
{
    size_t size = 0;
    wg_program *q = o->q;
    if (!whole_file(o, path, &size) || !wgi_onnx_parse(q, o->bytes, size, &o->model) || !wgi_onnx_check(o)) {
        wg_free(o->c, o->bytes);
        return;
    }
    o->declared = wgi_lang_alloc(q, sizeof *o->declared);
    if (!o->declared || !declare_all(o) ||
        !wgi_made_ready(q, (wgi_maker){ build, forget, o, code_of(o), o->bytes, size }))
        wg_free(o->c, o->bytes);
}

wg_program *wg_onnx_read(wg_context *c, const char *path)
{
    if (!c) return wg_fail(NULL, NULL, WG_ERROR_USE, "onnx_read: the context is NULL"), NULL;
    wg_program *q = wgi_program_blank(c, path ? path : "model");
    if (!q->c) return q;
    wgi_onnx *o = wg_failed(c) ? NULL : wgi_lang_alloc(q, sizeof *o);
    if (o && !path) wg_fail(c, wgi_whole_text(q), WG_ERROR_USE, "the path is NULL");
    if (!o || !path) return q;
    o->q = q, o->c = c;
    read_model(o, path);
    return q;
}

wg_program *wg_program_file(wg_context *c, const char *path)
{
    if (!c) return wg_fail(NULL, NULL, WG_ERROR_USE, "program_file: the context is NULL"), NULL;
    const char *dot = path ? strrchr(path, '.') : NULL;
    return dot && !strcmp(dot, ".onnx") ? wg_onnx_read(c, path) : wgi_text_file(c, path);
}
