/* C files of nets: their results are those of the library with WG_ISA=base, to the bit, also after many
 * steps. */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "wengert/export.h"
#include "wengert/wengert.h"

enum { MOST = 64, ROOM = 1 << 25 };

/* ---- compiling ---- */

static char folder[] = "/tmp/wengert_c_file_XXXXXX";

static void open_folder(void)
{
    setenv("WG_ISA", "base", 1);
    cr_assert(mkdtemp(folder));
}
static void close_folder(void)
{
    char command[200];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    cr_expect_eq(system(command), 0);
}

/* How the file is compiled. The first one always; the others if WG_COMPILERS=all, as in `make whole`. */
static const char *const compilers[] = {
    "cc -std=c99 -pedantic -O0 -ffp-contract=off -Wall -Wextra -Wconversion -Werror",
    "gcc -std=c99 -O3 -march=native -ffp-contract=off",
    "clang -std=c99 -O2 -ffp-contract=off",
    "g++ -x c++ -std=c++17 -O2 -ffp-contract=off -w",
    "tcc -std=c99",
};
enum { COMPILERS = sizeof compilers / sizeof *compilers };

static int compilers_used(void) { return getenv("WG_COMPILERS") ? COMPILERS : 1; }
static int steps_of_all(void) { return getenv("WG_STEPS") ? atoi(getenv("WG_STEPS")) : 10; }

/* The library that a compiler makes of net.c in the folder. */
static void *compiled(int compiler)
{
    char command[400];
    snprintf(command, sizeof command, "cd %s && %s -shared -fPIC net.c -lm -o net%d.so", folder,
             compilers[compiler], compiler);
    cr_assert_eq(system(command), 0, "%s", command);
    snprintf(command, sizeof command, "%s/net%d.so", folder, compiler);
    void *so = dlopen(command, RTLD_NOW | RTLD_LOCAL);
    cr_assert(so, "%s", dlerror());
    return so;
}

/* ---- nets ---- */

typedef struct net {
    const char *name;
    wg_shape x, y;
    wg_dtype label, dtype;
    wg_node (*model)(wg_graph *g, wg_params *p, wg_node x); /* what net_forward computes */
    wg_node (*loss)(wg_node z, wg_node y);
    wg_optim *(*optim)(wg_params *p);
} net;

static wg_node logistic(wg_graph *g, wg_params *p, wg_node x)
{
    return wg_sigmoid(wg_squeeze(wg_nn_dense(x, p, "fc", 1)));
}
static wg_node mlp(wg_graph *g, wg_params *p, wg_node x)
{
    return wg_nn_dense(wg_relu(wg_nn_dense(wg_tanh(wg_nn_dense(x, p, "fc1", 48)), p, "fc2", 32)), p, "fc3",
                       10);
}
static wg_node digits(wg_graph *g, wg_params *p, wg_node x)
{
    char name[8];
    for (int i = 0; i < 3; i++) {
        snprintf(name, sizeof name, "b%d", i);
        wg_node z = wg_nn_batch_norm(wg_nn_dense(x, p, name, 64, .bias = false), p,
                                     name[1] == '0'   ? "n0"
                                     : name[1] == '1' ? "n1"
                                                      : "n2");
        x = wg_dropout(wg_relu(z), .keep_prob = 0.8);
    }
    return wg_nn_dense(x, p, "logits", 10);
}
static wg_node lenet(wg_graph *g, wg_params *p, wg_node x)
{
    const wg_shape five = WG_SHAPE(5), two = WG_SHAPE(2);
    wg_node h = wg_max_pool(wg_tanh(wg_nn_conv(x, p, "c1", 6, .size = five, .same = true)), .size = two);
    h = wg_max_pool(wg_relu(wg_nn_conv(h, p, "c2", 16, .size = five)), .size = two);
    h = wg_reshape(h, WG_SHAPE(wg_dim(h, 0), -1));
    return wg_nn_dense(wg_relu(wg_nn_dense(h, p, "fc1", 84)), p, "fc2", 10);
}
static wg_node lstm(wg_graph *g, wg_params *p, wg_node x)
{
    wg_node letters = wg_nn_embedding(x, p, "letter", 30, 12);
    wg_nn_states s = wg_nn_lstm(letters, p, "lstm", 20);
    return wg_nn_dense(s.y, p, "out", 30);
}

static wg_node mean_bce(wg_node z, wg_node y) { return wg_binary_cross_entropy(z, y); }
static wg_node classes(wg_node z, wg_node y) { return wg_softmax_cross_entropy(z, y); }

static wg_optim *by_sgd(wg_params *p) { return wg_sgd(p, .lr = 0.5, .weight_decay = 0.01); }
static wg_optim *by_adam(wg_params *p) { return wg_adam(p, .lr = 3e-3); }
static wg_optim *by_momentum(wg_params *p) { return wg_momentum(p, .lr = 0.02, .nesterov = true); }

static wg_node batch(wg_graph *g, const net *n, const char *name, wg_shape s, wg_dtype t, const void *from)
{
    return wg_input(g, name, (wg_tensor){ t, s, (void *)(uintptr_t)from });
}

/* Numbers of step i: the same for the library and for the file. */
static void draw(wg_shape s, wg_dtype t, int limit, uint64_t stream, int i, void *to)
{
    for (int64_t k = 0; k < wg_shape_size(s); k++) {
        const uint32_t bits = wg_random_bits(1, stream, (uint64_t)i, (uint64_t)k);
        const double u = bits / 4294967296.0;
        if (t == WG_I32) ((int32_t *)to)[k] = (int32_t)(bits % (uint32_t)limit);
        else if (t == WG_F32) ((float *)to)[k] = (float)(limit ? u < 0.5 : 2 * u - 1);
        else ((double *)to)[k] = limit ? u < 0.5 : 2 * u - 1;
    }
}

static size_t bytes_of(wg_node n)
{
    return (size_t)wg_shape_size(wg_node_shape(n)) * wg_dtype_size(wg_node_dtype(n));
}

/* The file as one compiler made it. */
typedef struct made {
    void *so, *work;
    bool (*forward)(const void *x, void *y, void *work);
} made;
static made made_by(int compiler)
{
    made m = { .so = compiled(compiler), .work = malloc(ROOM) };
    cr_assert(m.work);
    memset(m.work, 0xA5, ROOM); /* what stands there must not matter */
    m.forward = (bool (*)(const void *, void *, void *))dlsym(m.so, "net_forward");
    return m;
}
static double step(const made *m, wg_dtype t, const void *x, const void *y)
{
    void *f = dlsym(m->so, "net_step");
    cr_assert(f);
    if (t == WG_F32) return (double)((float (*)(const void *, const void *, void *))f)(x, y, m->work);
    return ((double (*)(const void *, const void *, void *))f)(x, y, m->work);
}

static void compare(const net *n)
{
    wg_context *c = wg_start(.seed = 5, .dtype = n->dtype);
    wg_params *p = wg_params_new(c);
    wg_graph *train = wg_graph_new(c), *eval = wg_graph_new(c);
    const bool letters = n->x.rank == 2 && n->label == WG_I32 && n->y.rank == 2;
    const wg_dtype xt = letters ? WG_I32 : n->dtype;
    const int classes_of = n->label == WG_I32 ? letters ? 30 : 10 : 1;
    static double x[1 << 17], y[1 << 12], out[1 << 16];
    char path[200];
    wg_begin(train, WG_TRAIN), wg_begin(eval, WG_EVAL);
    draw(n->x, xt, letters ? 30 : 0, 1, 0, x), draw(n->y, n->label, classes_of, 2, 0, y);
    const wg_node tx = batch(train, n, "x", n->x, xt, x), ty = batch(train, n, "y", n->y, n->label, y),
                  loss = n->loss(n->model(train, p, tx), ty), ex = batch(eval, n, "x", n->x, xt, x),
                  z = n->model(eval, p, ex);
    wg_optim *o = n->optim(p);
    snprintf(path, sizeof path, "%s/net.c", folder);
    cr_assert_eq(wg_c_write(z, path, .loss = loss, .optim = o), WG_OK, "%s", wg_message(c));
    made all[COMPILERS];
    const int count = compilers_used(), steps = steps_of_all();
    for (int k = 0; k < count; k++) all[k] = made_by(k);
    bool same = true;
    for (int i = 0; i < steps && same; i++) {
        draw(n->x, xt, letters ? 30 : 0, 1, i, x), draw(n->y, n->label, classes_of, 2, i, y);
        wg_input_set(tx, (wg_tensor){ xt, n->x, x }), wg_input_set(ty, (wg_tensor){ n->label, n->y, y });
        wg_backward(loss, p);
        wg_optim_step(o);
        const double ours = wg_item(loss);
        for (int k = 0; k < count; k++) {
            const double theirs = step(&all[k], n->dtype, x, y);
            same &= ours == theirs;
            cr_expect_eq(ours, theirs, "%s: step %d: the loss is %.17g, by %s %.17g", n->name, i, ours,
                         compilers[k], theirs);
        }
    }
    wg_input_set(ex, (wg_tensor){ xt, n->x, x });
    const wg_tensor t = wg_value(z);
    for (int k = 0; k < count; k++) {
        cr_assert(all[k].forward(x, out, all[k].work));
        cr_expect(t.data && !memcmp(t.data, out, bytes_of(z)), "%s: the results differ after %d steps, by %s",
                  n->name, steps, compilers[k]);
        free(all[k].work);
        dlclose(all[k].so);
    }
    cr_expect_eq(wg_failed(c), WG_OK, "%s", wg_message(c));
    wg_finish(c, NULL);
}

#define F32 WG_F32, WG_F32
static const net nets[] = {
    { "logistic", WG_SHAPE(32, 5), WG_SHAPE(32), F32, logistic, mean_bce, by_sgd },
    { "logistic f64", WG_SHAPE(32, 5), WG_SHAPE(32), WG_F64, WG_F64, logistic, mean_bce, by_adam },
    { "mlp", WG_SHAPE(1, 64), WG_SHAPE(1), WG_I32, WG_F32, mlp, classes, by_momentum },
    { "mlp of a batch", WG_SHAPE(37, 64), WG_SHAPE(37), WG_I32, WG_F32, mlp, classes, by_adam },
    { "digits", WG_SHAPE(64, 64), WG_SHAPE(64), WG_I32, WG_F32, digits, classes, by_adam },
    { "lenet", WG_SHAPE(8, 28, 28, 1), WG_SHAPE(8), WG_I32, WG_F32, lenet, classes, by_adam },
    { "lstm", WG_SHAPE(4, 9), WG_SHAPE(4, 9), WG_I32, WG_F32, lstm, classes, by_adam },
};

#define SAME_BITS(name, i) \
    Test(c_file, name, .init = open_folder, .fini = close_folder) { compare(&nets[i]); }
SAME_BITS(logistic, 0)
SAME_BITS(logistic_of_doubles, 1)
SAME_BITS(mlp, 2)
SAME_BITS(mlp_of_a_batch, 3)
SAME_BITS(digits, 4)
SAME_BITS(lenet, 5)
SAME_BITS(lstm, 6)

/* Names of a program that C or the file has for something else, and such as begin as they do. */
Test(c_file, names, .init = open_folder, .fini = close_folder)
{
    static const char *const names[] = {
        "net",    "network",  "net_step", "net_forward", "net_work", "for",    "int",   "double",
        "i",      "j",        "x1",       "x_1",         "work",     "main",   "epoch", "exp",
        "sum_of", "result",   "number",   "axis",        "T",        "true",   "NAN",   "a.b",
        "a_b",    "restrict", "add_rows", "uint8_t",     "memcpy",   "class",  "p",     "k",
        "n",      "M_PI",     "bool",     "NULL",        "linux",    "float_t"
    };
    enum { NAMES = sizeof names / sizeof *names };
    wg_context *c = wg_start();
    wg_graph *g = wg_graph_new(c);
    wg_params *p = wg_params_new(c);
    char path[200];
    float out[3], x[3] = { 1, 2, 3 };
    wg_begin(g, WG_EVAL);
    wg_node y = wg_input(g, "x", wg_view_f32(x, WG_SHAPE(3)));
    for (int i = 0; i < NAMES; i++) {
        y = wg_add(y, wg_param(g, p, names[i], WG_SHAPE(3), wg_normal(0, 1)));
        y = wg_name(wg_tanh(y), names[(i + 7) % NAMES]);
    }
    snprintf(path, sizeof path, "%s/net.c", folder);
    cr_assert_eq(wg_c_write(y, path, .loss = wg_sum(wg_square(y)), .optim = wg_adam(p)), WG_OK, "%s",
                 wg_message(c));
    for (int k = 0; k < compilers_used(); k++) {
        made m = made_by(k);
        cr_assert(m.forward(x, out, m.work));
        cr_expect(!memcmp(out, wg_value(y).data, sizeof out), "by %s", compilers[k]);
        dlclose(m.so), free(m.work);
    }
    wg_finish(c, NULL);
}
