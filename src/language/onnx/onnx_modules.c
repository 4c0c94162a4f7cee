/* onnx_modules.c: the modules of a net, which files tell by the names of nodes. PyTorch calls the convolution
 * of layer1[0].conv1 "/layer1/layer1.0/conv1/Conv", and its weights "layer1.0.conv1.weight". Here a module is
 * a scope. A value that leaves modules is called by the outermost of them: layer1.0.conv1; where the one in
 * it is an element of a list, by this: layer1.1, not layer1. What stays within its module has a name that can
 * be asked for, but its node has none: its formula says more. */
#include "onnx/onnx.h"

#include "wengert/graph.h"

#include <ctype.h>
#include <string.h>

enum { MODULES = 32, PATH = 120 };

/* The length of "/layer1/layer1.0/conv1". */
static size_t module_of(const wgi_onnx_node *n)
{
    const char *slash = strrchr(n->name, '/');
    return slash ? (size_t)(slash - n->name) : 0;
}

/* The length of the path that two modules are in, in whole parts. */
static size_t in_common(const char *a, size_t n, const char *b, size_t m)
{
    size_t same = 0;
    for (size_t i = 0;; i++) {
        const bool end_a = i == n, end_b = i == m;
        if ((end_a || a[i] == '/') && (end_b || b[i] == '/')) same = i;
        if (end_a || end_b || a[i] != b[i]) return same;
    }
}

/* The end of the part of a path that begins at `at`, with its slash. */
static size_t end_of_part(const char *path, size_t at)
{
    at += path[at] == '/';
    return at + strcspn(path + at, "/");
}

/* ---- scopes ---- */

int wgi_onnx_enter(wg_graph *g, const wgi_onnx_node *n)
{
    const size_t length = module_of(n);
    char part[PATH];
    int scopes = 0;
    for (size_t at = 0, end; at < length && scopes < MODULES; at = end) {
        end = end_of_part(n->name, at);
        at += n->name[at] == '/';
        if (end == at) continue;
        snprintf(part, sizeof part, "%.*s", (int)(end - at), n->name + at);
        wg_scope_push_at("", g, part);
        scopes++;
    }
    return scopes;
}

void wgi_onnx_leave(wg_graph *g, int scopes)
{
    while (scopes--) wg_scope_pop_at("", g);
}

/* ---- who uses a value ---- */

static wgi_onnx_value *users_of(wgi_onnx *o, const char *name)
{
    wgi_onnx_value *v = wgi_onnx_find(o->users, name);
    return v ? v : wgi_onnx_add(o, o->users, name, wgi_lang_alloc);
}

static void note_user(wgi_onnx *o, const wgi_onnx_node *n, int operand)
{
    wgi_onnx_value *v = *n->in[operand] ? users_of(o, n->in[operand]) : NULL;
    if (!v) return;
    const size_t module = module_of(n);
    v->common = v->user ? in_common(v->user->name, v->common, n->name, module) : module;
    if (!v->user || (module && !module_of(v->user))) v->user = n, v->number = operand;
}

/* Notes the modules that have modules in them. */
static void note_containers(wgi_onnx *o, const wgi_onnx_node *n)
{
    char path[PATH];
    const size_t module = module_of(n);
    for (size_t at = end_of_part(n->name, 0); at < module && at < sizeof path;
         at = end_of_part(n->name, at)) {
        snprintf(path, sizeof path, "%.*s", (int)at, n->name);
        if (!wgi_onnx_find(o->containers, path)) wgi_onnx_add(o, o->containers, path, wgi_lang_alloc);
    }
}

static void note_users(wgi_onnx *o, const wgi_onnx_graph *g)
{
    for (int i = 0; i < g->nodes; i++) {
        const wgi_onnx_node *n = &g->node[i];
        for (int k = 0; k < n->ins; k++) note_user(o, n, k);
        note_containers(o, n);
        for (int k = 0; k < n->attributes; k++)
            if (n->attribute[k].graph) note_users(o, n->attribute[k].graph);
    }
}

bool wgi_onnx_note_users(wgi_onnx *o)
{
    const wgi_onnx_graph *g = &o->model.graph;
    o->users = wgi_lang_alloc(o->q, sizeof *o->users);
    o->containers = wgi_lang_alloc(o->q, sizeof *o->containers);
    if (!o->users || !o->containers) return false;
    note_users(o, g);
    for (int i = 0; i < g->outs; i++) {
        wgi_onnx_value *v = *g->out[i].name ? users_of(o, g->out[i].name) : NULL;
        if (v) v->is_result = true;
    }
    return !wg_failed(o->c);
}

/* ---- names ---- */

/* "layer1.0.conv1" of "/layer1/layer1.0/conv1": a part may repeat the one before it. */
static const char *dotted(const char *path, size_t length, char *to)
{
    size_t n = 0, last = 0; /* where the last part begins */
    for (size_t at = 0, end; at < length; at = end) {
        end = end_of_part(path, at);
        at += path[at] == '/';
        const size_t size = end - at, before = n - last;
        if (n + size + 2 > PATH) break;
        if (before && size > before && !memcmp(path + at, to + last, before) && path[at + before] == '.')
            n = last;
        else if (n) to[n++] = '.', last = n;
        memcpy(to + n, path + at, size);
        n += size;
    }
    to[n] = 0;
    return to;
}

/* Whether the exporter made the name up: "/conv1/Conv_output_0" of the node "/conv1/Conv". */
/* Whether "layers.0" is the part that ends here. */
static bool is_element(const char *path, size_t end)
{
    size_t at = end;
    while (at && isdigit((unsigned char)path[at - 1])) at--;
    return at < end && at && (path[at - 1] == '.' || path[at - 1] == '/');
}

/* The end of the module by which a result is called that leaves the one at `end`: of modules in a row, as
 * encoder/layers.0, the element. */
static size_t end_of_result(const wgi_onnx *o, const char *name, size_t end, size_t module)
{
    char path[PATH];
    for (size_t at = end; at <= module; at = end_of_part(name, at)) {
        snprintf(path, sizeof path, "%.*s", (int)at, name);
        if (is_element(name, at) && wgi_onnx_find(o->containers, path)) return at;
        if (at == module) break;
    }
    return end;
}

static bool is_made_up(const wgi_onnx_node *n, const char *result)
{
    const size_t length = strlen(n->name);
    static const char output[] = "_output_";
    return !strncmp(result, n->name, length) && !strncmp(result + length, output, sizeof output - 1) &&
           isdigit((unsigned char)result[length + sizeof output - 1]);
}

const char *wgi_onnx_result_name(const wgi_onnx *o, const wgi_onnx_node *n, int k, char *to, bool *inner)
{
    char path[PATH];
    const wgi_onnx_value *used = wgi_onnx_find(o->users, n->out[k]);
    const size_t module = module_of(n);
    *inner = false;
    if (!module || !is_made_up(n, n->out[k]) || (used && used->is_result))
        return wgi_onnx_name(o->q, n->out[k], n->op, to);
    const size_t common =
        used && used->user ? in_common(n->name, module, used->user->name, used->common) : module;
    *inner = common == module;
    if (*inner) return wgi_onnx_name(o->q, n->out[k], n->op, to);
    const size_t end = end_of_result(o, n->name, end_of_part(n->name, common), module);
    return wgi_onnx_name(o->q, dotted(n->name, end, path), n->op, to);
}

const char *wgi_onnx_param_name(const wgi_onnx *o, const char *name, char *to)
{
    static const char *const recurrent[] = { "LSTM", "GRU", "RNN" };
    const wgi_onnx_value *used = wgi_onnx_find(o->users, name);
    if (strncmp(name, "onnx::", 6) != 0 || !used || !used->user || !module_of(used->user))
        return wgi_onnx_name(o->q, name, NULL, to);
    bool has_states = false;
    for (size_t i = 0; i < sizeof recurrent / sizeof *recurrent; i++)
        has_states |= !strcmp(used->user->op, recurrent[i]);
    const char *letter = used->number == 1 ? "W" : used->number == 2 && has_states ? "U" : "b";
    char path[PATH], full[PATH + 2];
    snprintf(full, sizeof full, "%s.%s", dotted(used->user->name, module_of(used->user), path), letter);
    return wgi_onnx_name(o->q, full, NULL, to);
}
