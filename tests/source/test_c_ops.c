/* C files of every op: its samples and their gradients have the bits of the library with WG_ISA=base. `make
 * whole` tries all ops, by WG_OPS=all, else it is every 24th. */
#include <dlfcn.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "wengert/export.h"
#include "wengert/wengert.h"
#include "wgx/op.h"

enum { ROOTS = 400, INPUTS = 400, ROOM = 1 << 22 };

static char folder[] = "/tmp/wengert_c_ops_XXXXXX";

/* What is compared of one op: the values of its samples, then, with `slopes`, their gradients. */
typedef struct subject {
    wg_context *c;
    wg_graph *g;
    wg_node root[ROOTS];
    int roots;
} subject;

static void add(subject *s, wg_node y)
{
    if (!wg_node_ok(y) || wg_shape_size(wg_node_shape(y)) == 0 || s->roots == ROOTS) return;
    s->root[s->roots++] = wg_reshape(wg_cast(y, wg_context_dtype(s->c)), WG_SHAPE(-1));
}

/* A sum in which each element has a weight of its own. */
static wg_node weighted(subject *s, wg_node y)
{
    const int64_t n = wg_shape_size(wg_node_shape(y));
    double *w = malloc((size_t)(n + 1) * sizeof *w);
    for (int64_t i = 0; i < n; i++) w[i] = 1 + (double)(i * 7 % 11) / 16;
    const wg_node by = wg_cast(wg_input(s->g, "", wg_view_f64(w, wg_node_shape(y))), wg_node_dtype(y));
    free(w);
    return wg_sum(wg_mul(y, by));
}

static void add_gradients(subject *s, wg_node y, int64_t first)
{
    wg_node x[INPUTS], gx[INPUTS];
    int n = 0;
    if (!wg_dtype_is_float(wg_node_dtype(y)) || wg_shape_size(wg_node_shape(y)) == 0) return;
    const int64_t end = wg_graph_nodes(s->g);
    const wg_node loss = weighted(s, y);
    for (int64_t i = first; i < end && n < INPUTS; i++) {
        const wg_node leaf = wg_graph_node(s->g, i);
        if (wg_node_leaf(leaf) == WG_LEAF_INPUT && wg_dtype_is_float(wg_node_dtype(leaf)) &&
            wg_depends_on(loss, leaf))
            x[n++] = leaf;
    }
    if (!n) return;
    wg_grads(loss, x, n, gx);
    for (int i = 0; i < n && !wg_failed(s->c); i++) add(s, gx[i]);
}

static wg_node all_roots(subject *s)
{
    return s->roots == 1 ? s->root[0] : wg_concat(s->root, s->roots, .axis = 0);
}

/* Whether the head says that some ops are computed by their definitions: then the last bits are others. */
static bool by_definitions(void)
{
    char path[200], line[300];
    bool is = false;
    snprintf(path, sizeof path, "%s/net.c", folder);
    FILE *f = fopen(path, "r");
    cr_assert(f);
    while (fgets(line, sizeof line, f) && strncmp(line, " */", 3) != 0)
        is |= strstr(line, "Computed by their definitions") != NULL;
    fclose(f);
    return is;
}

/* A file of its own behind net.c calls net_forward with an array of inputs. */
static void put_caller(wg_graph *g, wg_node y, wg_tensor *in, int *n)
{
    char path[200], more[100];
    snprintf(path, sizeof path, "%s/net.c", folder);
    FILE *f = fopen(path, "a");
    cr_assert(f);
    fprintf(f, "void call(void **a, void *y, void *work);\nvoid call(void **a, void *y, void *work)\n{\n    "
               "net_forward(");
    *n = 0;
    for (int64_t i = 1; i < wg_graph_nodes(g) && *n < INPUTS; i++) {
        const wg_node leaf = wg_graph_node(g, i);
        if (wg_node_leaf(leaf) != WG_LEAF_INPUT || !*wg_node_name(leaf) || !wg_depends_on(y, leaf)) continue;
        in[*n] = wg_value(leaf);
        snprintf(more, sizeof more, "a[%d], ", (*n)++);
        fputs(more, f);
    }
    fprintf(f, "y, work);\n}\n");
    fclose(f);
}

static bool same_bits(const char *op, wg_graph *g, wg_node y)
{
    wg_tensor in[INPUTS];
    void *a[INPUTS], *work = calloc(1, ROOM);
    char command[300];
    int n;
    put_caller(g, y, in, &n);
    snprintf(command, sizeof command,
             "cd %s && cc -std=gnu99 -w -O0 -ffp-contract=off -shared -fPIC -Wl,--no-undefined net.c -lm -o "
             "net.so",
             folder);
    const int compiled = system(command);
    cr_expect_eq(compiled, 0, "%s: its file does not compile", op);
    if (compiled) return free(work), false;
    snprintf(command, sizeof command, "%s/net.so", folder);
    void *so = dlopen(command, RTLD_NOW | RTLD_LOCAL);
    cr_assert(so, "%s: %s", op, dlerror());
    void (*call)(void **, void *, void *) = (void (*)(void **, void *, void *))dlsym(so, "call");
    for (int i = 0; i < n; i++) a[i] = (void *)(uintptr_t)in[i].data;
    const wg_tensor ours = wg_value(y);
    const int64_t size = wg_shape_size(ours.shape);
    char *theirs = calloc((size_t)size + 1, 8);
    call(a, theirs, work);
    const double most = by_definitions() ? ours.dtype == WG_F32 ? 1e-5 : 1e-11 : 0;
    bool same = true;
    for (int64_t i = 0; i < size && same; i++) {
        const wg_tensor t = { ours.dtype, ours.shape, theirs };
        const double u = wg_tensor_item(&ours, i), v = wg_tensor_item(&t, i);
        same = u != u     ? v != v
               : most > 0 ? fabs(u - v) <= most * (1 + fabs(u))
                          : u == v && signbit(u) == signbit(v);
        cr_expect(same, "%s: element %lld of %lld is %.17g, in C %.17g", op, (long long)i, (long long)size, u,
                  v);
    }
    dlclose(so);
    free(theirs), free(work);
    return same;
}

/* With names they are arguments. */
static void name_inputs(wg_graph *g, int64_t first)
{
    char name[30];
    for (int64_t i = first; i < wg_graph_nodes(g); i++) {
        const wg_node leaf = wg_graph_node(g, i);
        snprintf(name, sizeof name, "x%lld", (long long)i);
        if (wg_node_leaf(leaf) == WG_LEAF_INPUT && !*wg_node_name(leaf)) wg_name(leaf, name);
    }
}

/* Of one op: 1: equal, 0: it has no text, -1: other bits. */
static int compare(const wg_op *op, wg_dtype t, bool slopes, char *why, size_t room)
{
    char path[200];
    subject s = { .c = wg_start(.seed = 3, .dtype = t) };
    s.g = wg_graph_new(s.c);
    wg_begin(s.g, WG_TRAIN);
    for (int i = 0; i < 40; i++) {
        const int64_t first = wg_graph_nodes(s.g);
        const wg_node y = op->hints->sample(WG_HERE, s.g, i);
        if (wg_is_none(y)) break;
        name_inputs(s.g, first);
        add(&s, y);
        if (slopes) add_gradients(&s, y, first);
    }
    if (wg_failed(s.c) || !s.roots) {
        snprintf(why, room, "%s", wg_failed(s.c) ? wg_message(s.c) : "no sample");
        wg_finish(s.c, NULL);
        return 0;
    }
    const wg_node y = all_roots(&s);
    wg_value(y);
    snprintf(path, sizeof path, "%s/net.c", folder);
    int result = 0;
    if (!wg_failed(s.c) && wg_c_write(y, path) == WG_OK) result = same_bits(op->name, s.g, y) ? 1 : -1;
    snprintf(why, room, "%s", wg_message(s.c));
    wg_finish(s.c, NULL);
    return result;
}

static void compare_all(wg_dtype t, bool slopes)
{
    int equal = 0, other = 0, none = 0;
    setenv("WG_ISA", "base", 1);
    cr_assert(mkdtemp(folder));
    for (int i = 0; i < wg_op_count(); i++) {
        char why[500];
        const wg_op *op = wg_op_at(i);
        if (!op->hints || !op->hints->sample || (!getenv("WG_OPS") && i % 24 != 2)) continue;
        const int result = compare(op, t, slopes, why, sizeof why);
        equal += result > 0, other += result < 0, none += result == 0;
        if (result < 0) printf("%s: other bits\n", op->name);
        if (result == 0) printf("%s: none: %.150s\n", op->name, why);
    }
    printf("%d ops have the same bits, %d others, %d have no text\n", equal, other, none);
    char command[100];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    cr_expect_eq(system(command), 0);
    cr_expect_eq(other, 0);
}

Test(c_ops, values) { compare_all(WG_F32, false); }
Test(c_ops, gradients) { compare_all(WG_F32, true); }
Test(c_ops, values_of_doubles) { compare_all(WG_F64, false); }
Test(c_ops, gradients_of_doubles) { compare_all(WG_F64, true); }
