/* export_onnx.c: programs as ONNX, for the command export: what is computed, with gradients, or a step of
 * training. */
#include <string.h>

#include "tool.h"
#include "wengert/onnx.h"
#include "wgx/update.h"

enum { NAME_ROOM = 200 };

/* What is written: the results with their names, and the parameters that are inputs. */
typedef struct written {
    model *m;
    wg_node *output, *input;
    const char **name;
    char (*text)[NAME_ROOM];
    int outputs, inputs;
} written;

static bool has_room(written *w, model *m, int most)
{
    const size_t n = (size_t)most + 1;
    w->m = m;
    w->output = wg_alloc(m->c, n, sizeof *w->output);
    w->input = wg_alloc(m->c, n, sizeof *w->input);
    w->name = wg_alloc(m->c, n, sizeof *w->name);
    w->text = wg_alloc(m->c, n, sizeof *w->text);
    return w->output && w->input && w->name && w->text;
}

static void add(written *w, wg_node n, const char *head, const char *name, const char *end)
{
    const int i = w->outputs++;
    w->output[i] = n;
    snprintf(w->text[i], NAME_ROOM, "%s%s%s", head, name, end);
    w->name[i] = w->text[i];
}

static const char *loss_name(wg_node loss) { return *wg_node_name(loss) ? wg_node_name(loss) : "loss"; }

/* The parameters that the loss is made of become inputs. */
static bool with_gradients(written *w, model *m, wg_node loss)
{
    wg_graph *g = wg_graph_of(loss);
    const int64_t nodes = wg_graph_nodes(g);
    if (!has_room(w, m, wg_params_count(m->p) + 1)) return false;
    wg_node *gradient = wg_alloc(m->c, (size_t)wg_params_count(m->p) + 1, sizeof *gradient);
    add(w, loss, "", loss_name(loss), "");
    for (int64_t i = 1; i < nodes; i++) {
        const wg_node n = wg_graph_node(g, i);
        if (wg_node_leaf(n) == WG_LEAF_PARAM && wgx_node_derives_from(loss, n)) w->input[w->inputs++] = n;
    }
    const bool fine = gradient && !wg_grads_at("", loss, w->input, w->inputs, gradient);
    for (int i = 0; fine && i < w->inputs; i++) add(w, gradient[i], "grad.", wg_node_name(w->input[i]), "");
    wg_free(m->c, gradient);
    return fine;
}

/* States to which the step gives other values: averages of batch norm. */
static void with_states(written *w, wg_graph *g)
{
    const int64_t nodes = wg_graph_nodes(g);
    for (int64_t i = 1; i < nodes; i++) {
        const wg_node n = wg_graph_node(g, i);
        const wg_node next = wg_node_leaf(n) == WG_LEAF_STATE ? wg_assigned_at("", n) : n;
        if (next.index == n.index) continue;
        add(w, next, "", wg_node_name(n), ".next");
        w->input[w->inputs++] = n;
    }
}

static bool with_step(written *w, model *m, wg_node loss, wg_optim *o)
{
    wgx_moved *moved = NULL;
    const int n = wgx_optim_nodes_at("", o, loss, &moved);
    const bool fine = n && has_room(w, m, n + wg_params_count(m->p) + 1);
    if (fine) add(w, loss, "", loss_name(loss), "");
    for (int i = 0; fine && i < n; i++) {
        add(w, moved[i].to, "", moved[i].name ? moved[i].name : wg_node_name(moved[i].from), ".next");
        if (wg_node_leaf(moved[i].from) != WG_LEAF_INPUT) w->input[w->inputs++] = moved[i].from;
    }
    if (fine) with_states(w, wg_graph_of(loss));
    wg_free(m->c, moved);
    return fine;
}

/* The first values of the parameters and states, in a file beside that of the graph. */
static void write_first_values(model *m, const char *path)
{
    const int length = (int)strlen(path) - (int)strlen(".onnx");
    const size_t room = (size_t)length + sizeof ".safetensors";
    char *name = wg_alloc(m->c, room, 1);
    if (!name) return;
    snprintf(name, room, "%.*s.safetensors", length, path);
    if (!wg_params_save_at("", m->p, name))
        tool_note(
            m->a,
            "%s: the first values of the inputs that are parameters; others of the optimizer begin with 0",
            name);
    wg_free(m->c, name);
}

bool export_onnx(model *m, wg_node y, wg_node loss, wg_optim *o)
{
    written w = { .m = m };
    long long opset = 17;
    wg_onnx_write_opts to = WG_OPTS(wg_onnx_write_opts, .opset = 17);
    if (!args_long(m->a, "opset", 13, &opset)) return model_ends(m, EXIT_FLAGS);
    if (opset > 17) return model_wrong(m, "--opset %lld: 13 to 17 can be written", opset);
    to.opset = (int)opset;
    if (wg_is_none(loss)) {
        wg_onnx_write_at("", y, args_value(m->a, "output"), &to);
        return model_flags_ok(m);
    }
    if (!(o ? with_step(&w, m, loss, o) : with_gradients(&w, m, loss))) return model_flags_ok(m);
    to.outputs = w.output + 1, to.output_count = w.outputs - 1, to.names = w.name;
    to.inputs = w.input, to.input_count = w.inputs;
    if (!wg_onnx_write_at("", loss, args_value(m->a, "output"), &to))
        write_first_values(m, args_value(m->a, "output"));
    return model_flags_ok(m);
}
