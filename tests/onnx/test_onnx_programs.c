/* test_onnx_programs.c: programs of the language as ONNX files: with WG_ONNX_FOLDER and WG_ONNX_PROGRAMS, a
 * list of files, all values that have a name go to a file, and the gradients of the last scalar by all
 * parameters to another. tests/onnx/ort.sh has them run by another runtime. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "onnx_case.h"
#include "wengert/wengert.h"
#include "wgx/lang.h"

enum { MOST = 100 };

typedef struct results {
    wg_node y[MOST];
    int n;
} results;

static void add(results *r, wg_node n)
{
    for (int i = 0; i < r->n; i++)
        if (r->y[i].index == n.index) return;
    if (wg_node_ok(n) && wg_node_leaf(n) == WG_LEAF_NONE && r->n < MOST && !onnx_case_draws(n))
        r->y[r->n++] = n;
}

static void add_names(results *r, const wg_program *q)
{
    for (int i = 0; i < wg_program_names(q); i++) add(r, wg_program_node(q, wg_program_name(q, i)));
    add(r, wg_program_last(q));
}

/* The last scalar that has gradients. */
static void add_gradients(results *r, wg_context *c, wg_graph *g, const results *of)
{
    const int64_t nodes = wg_graph_nodes(g);
    for (int i = of->n; i-- > 0 && !r->n;) {
        if (wg_shape_size(wg_node_shape(of->y[i])) != 1 || !wg_dtype_is_float(wg_node_dtype(of->y[i])))
            continue;
        for (int64_t k = 1; k < nodes; k++) {
            const wg_node leaf = wg_graph_node(g, k);
            if (wg_node_leaf(leaf) != WG_LEAF_PARAM || !wg_depends_on(of->y[i], leaf)) continue;
            add(r, wg_grad(of->y[i], leaf));
            wg_recover(c);
        }
    }
}

static void write_results(wg_context *c, const char *folder, const char *name, const char *end,
                          const results *r)
{
    char file[200];
    snprintf(file, sizeof file, "%s%s", name, end);
    if (r->n) onnx_case_name_inputs(wg_graph_of(r->y[0]), false);
    if (r->n && !onnx_case_write(folder, file, r->y, r->n, 17)) {
        printf("refused %s: %s\n", file, wg_message(c));
        wg_recover(c);
    }
}

static void write_program(const char *folder, const char *path)
{
    char name[100];
    const char *slash = strrchr(path, '/');
    snprintf(name, sizeof name, "%s", slash ? slash + 1 : path);
    wg_context *c =
        wg_start(.threads = 1, .dtype = getenv("WG_F64") ? WG_F64 : WG_F32, .on_warning = wg_no_warnings);
    wg_graph *g = wg_graph_new(c);
    wg_program *q = wg_program_file(c, path);
    wg_begin(g, WG_EVAL);
    wg_program_build(q, g, wg_params_new(c), WG_EVAL);
    if (wg_failed(c)) printf("not built %s: %s\n", name, wg_message(c));
    else {
        results values = { .n = 0 }, gradients = { .n = 0 };
        add_names(&values, q);
        write_results(c, folder, name, "", &values);
        add_gradients(&gradients, c, g, &values);
        write_results(c, folder, name, ".grad", &gradients);
    }
    wg_finish(c, NULL);
}

Test(onnx_programs, are_written)
{
    const char *folder = getenv("WG_ONNX_FOLDER"), *list = getenv("WG_ONNX_PROGRAMS");
    char text[1 << 14];
    if (!folder || !list) cr_skip_test("no list of programs: tests/onnx/ort.sh has one");
    snprintf(text, sizeof text, "%s", list);
    for (char *rest, *path = strtok_r(text, " \n", &rest); path; path = strtok_r(NULL, " \n", &rest))
        write_program(folder, path);
}
