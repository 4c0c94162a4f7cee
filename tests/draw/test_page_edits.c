/* A reader edits a leaf of a page: all places of the page say what the library computes of the new number. */
#include <stdlib.h>
#include <string.h>

#include "page_program.h"
#include "wengert/op.h"

typedef struct edit {
    const char *leaf, *typed; /* in the program, and what a reader types */
    int element;
    double number;        /* what is typed as C reads it */
    const char *was, *is; /* of the program's text: what has the number, and what it becomes */
    const char *symbol;   /* of the leaf in the page; NULL: it is the name */
} edit;

enum { EDITS = 5 };

static const struct {
    const char *text;
    edit edit[EDITS];
} cases[] = {
    { "a=2\nb=a+1\nc=a*b\nd=c*a\ne=d+b\n",
      { { "a", "-1.5", 0, -1.5, "a=2", "a=-1.5", NULL },
        { "a", "−2e−3", 0, -2e-3, "a=2", "a=-0.002", NULL },
        { "a", "0", 0, 0, "a=2", "a=0", NULL },
        { "a", "2x", 0, 2, "a=2", "a=2", NULL }, /* no number */
        { "a", "1e400", 0, 1e40, "a=2", "a=1e+40", NULL } } },
    { "w = [0.5, -0.3]\nx = [1, -2]; b = 0   # the bias\ny = 1\nz = w @ x + b\na = sigmoid(z)\n"
      "L = -(y*log(a) + (1-y)*log(1-a))\n",
      { { "w", "-4", 0, -4, "[0.5, -0.3]", "[-4, -0.3]", NULL },
        { "b", "2.25", 0, 2.25, "b = 0", "b = 2.25", NULL },
        { "x", ".5", 1, .5, "[1, -2]", "[1, 0.5]", NULL },
        { "y", "0", 0, 0, "y = 1", "y = 0", NULL } } },
    { "x = [1, 2]\ny = log(x)\nJ = sum(y)\n",
      { { "x", "-3", 0, -3, "[1, 2]", "[-3, 2]", NULL }, { "x", "0", 1, 0, "[1, 2]", "[1, 0]", NULL } } },
    { "x = [-1, 2]\ny = log(x)\nJ = sum(y)\n", { { "x", "3", 0, 3, "[-1, 2]", "[3, 2]", NULL } } },
    { "alpha = 2; x_hat = [1, 2]; w1 = 3\nJ = alpha*sum(x_hat)*w1 + 2*alpha\n",
      { { "alpha", "7", 0, 7, "alpha = 2", "alpha = 7", "α" },
        { "x_hat", "-1", 1, -1, "[1, 2]", "[1, -1]", "x̂" },
        { "w1", "1000000", 0, 1e6, "w1 = 3", "w1 = 1000000", "w₁" } } },
    { "X = [[1, 2.0],  # two rows\n     [3, 4]]\nW = [[0.5, -1], [0.25, 2]]\nb = param(2)\nk = 1 + 1\n"
      "H = relu(X @ W + b) + dense(X, 2)/k\nJ = mean(H^2)\n",
      { { "X", "-9", 2, -9, "[3, 4]", "[-9, 4]", NULL },
        { "W", "0", 3, 0, "0.25, 2", "0.25, 0", NULL },
        { "b", "-3", 1, -3, "param(2)", "param(2)  # b = [0, −3]", NULL } } },
    { "p = 3\nq = -2\nm = maximum(p, q) + abs(q)\nn = where(p > q, p^2, q^3)/q\nJ = m*n + p^q\n",
      { { "p", "-5", 0, -5, "p = 3", "p = -5", NULL },
        { "q", "4", 0, 4, "q = -2", "q = 4", NULL },
        { "q", "-1.5", 0, -1.5, "q = -2", "q = -1.5", NULL } } },
    { "x = [[[1, 0.5], [0.2, -1]]]\nh = lstm(x, 2)\nJ = mean(h^2)\n",
      { { "x", "3", 3, 3, "-1]", "3]", NULL } } },
    { "v = [1, 2, 3, 4, 5, 6, 7, 8, 9]\nk = 2\ns = softmax(v/k)\nJ = -log(s[2]) + mean(v)\n",
      { { "v", "-30", 8, -30, "9]", "-30]", NULL }, { "k", "-0.5", 0, -.5, "k = 2", "k = -0.5", NULL } } },
    { "z = [[1, 2], [3, -1]]\ny = [1, 0]\nt = 2.5\nJ = softmax_cross_entropy(z*t, y)\n",
      { { "z", "8", 0, 8, "[[1", "[[8", NULL },
        { "y", "0", 0, 0, "[1, 0]", "[0, 0]", NULL },
        { "t", "-1", 0, -1, "2.5", "-1", NULL } } },
    { "x = 0.5\nf(x, w) = tanh(w*x) + x/w\nw = 1\nu = f(f(f(x, w), w), w)\nJ = (u - 1)^2 + 0.1*w^2\n",
      { { "w", "-2", 0, -2, "w = 1", "w = -2", NULL },
        { "w", "0", 0, 0, "w = 1", "w = 0", NULL },
        { "x", "1", 0, 1, "x = 0.5", "x = 1", NULL } } },
};

/* The page of the program, in which the edit, if there is one, is that of the library. */
static void set_leaf(bench *b, const edit *e)
{
    const wg_node leaf = wg_program_node(b->q, e->leaf);
    double *x = wgt_values(leaf);
    x[e->element] = e->number;
    cr_assert_eq(wg_program_set(b->q, e->leaf, wg_view_f64(x, wg_node_shape(leaf))), WG_OK, "%s",
                 wg_message(b->c));
    free(x);
}

static void write_page(const char *text, const edit *e, const char *path)
{
    WGT_ENDS bench b = build(text);
    wg_params *p = wg_params_new(b.c);
    for (int again = 0; again <= (e != NULL); again++) {
        if (again) set_leaf(&b, e);
        wg_begin(b.g, WG_TRAIN);
        cr_assert_eq(wg_program_build(b.q, b.g, p, WG_TRAIN), WG_OK, "%s", wg_message(b.c));
    }
    cr_assert_eq(
        wg_draw(wg_program_last(b.q), path, .backward = true, .values = true, .source = text, .id = "m"),
        WG_OK, "%s", wg_message(b.c));
}

/* Lines are separated by a vertical tab. */
static void put_text(FILE *f, const char *text, int64_t n)
{
    for (int64_t i = 0; i < n; i++) fputc(text[i] == '\n' ? '\v' : text[i], f);
}

static void put_job(FILE *f, const char *page, const char *fresh, const char *text, const edit *e)
{
    const char *at = strstr(text, e->was), *rest = at + strlen(e->was);
    fprintf(f, "%s\t%s\t%s\t%d\t%s\t", page, fresh, e->symbol ? e->symbol : e->leaf, e->element, e->typed);
    put_text(f, text, at - text), put_text(f, e->is, (int64_t)strlen(e->is));
    put_text(f, rest, (int64_t)strlen(rest) - 1), fputc('\n', f);
}

/* A line of the file for each edit of the case, and its pages. */
static void write_case(FILE *f, int i)
{
    char name[40];
    snprintf(name, sizeof name, "%d.html", i);
    char *page = pic_path(name);
    write_page(cases[i].text, NULL, page);
    for (int k = 0; k < EDITS && cases[i].edit[k].leaf; k++) {
        snprintf(name, sizeof name, "%d-%d.html", i, k);
        char *fresh = pic_path(name);
        write_page(cases[i].text, &cases[i].edit[k], fresh);
        put_job(f, page, fresh, cases[i].text, &cases[i].edit[k]);
    }
}

Test(page_edits, change_every_place_of_the_page)
{
    wgt_needs("node");
    char *edits = pic_path("edits.txt"), *said = pic_path("said.txt"), command[1000];
    FILE *f = fopen(edits, "w");
    for (int i = 0; i < (int)(sizeof cases / sizeof *cases); i++) write_case(f, i);
    cr_assert_eq(fclose(f), 0);
    snprintf(command, sizeof command, "env -u LD_PRELOAD node tests/draw/page_edits.js '%s' >'%s'", edits,
             said);
    cr_assert_eq(system(command), 0, "the script failed");
    cr_expect_str_eq(pic_read(said), "");
    pic_clean_up();
}

/* Cells, gates and blocks of courses: some of their names fit on a page, of others the formulas stand in the
 * box of what uses them. */
static const char *const layered[] = {
    "x = input(7, 3)\nh0 = input(7, 4)\nc0 = input(7, 4)\nf = sigmoid(dense(concat(h0, x, axis=1), 4))\n"
    "i = sigmoid(dense(concat(h0, x, axis=1), 4))\no = sigmoid(dense(concat(h0, x, axis=1), 4))\n"
    "g = tanh(dense(concat(h0, x, axis=1), 4))\nc = f*c0 + i*g\nh = o*tanh(c)\nJ = mean(h^2)\n",
    "x = input(7, 3)\nh0 = input(7, 4)\nz = sigmoid(dense(concat(h0, x, axis=1), 4))\n"
    "r = sigmoid(dense(concat(h0, x, axis=1), 4))\nn = tanh(dense(concat(r*h0, x, axis=1), 4))\n"
    "h = (1-z)*n + z*h0\nJ = mean(h^2)\n",
    "x = input(2, 5, 8)\nq = dense(x, 8)\nk = dense(x, 8)\nv = dense(x, 8)\n"
    "w = softmax(q @ transpose(k, axis=[0, 2, 1]) / sqrt(8))\na = w @ v\nu = layer_norm(x + a)\n"
    "f = dense(relu(dense(u, 16)), 8)\ny = layer_norm(u + f)\nJ = mean(y^2)\n",
};

Test(page_edits, names_in_formulas_have_boxes)
{
    wgt_needs("node");
    char name[40], command[2000] = "env -u LD_PRELOAD node tests/draw/page_names.js",
                   *said = pic_path("said.txt");
    for (int i = 0; i < (int)(sizeof layered / sizeof *layered); i++) {
        snprintf(name, sizeof name, "%d.html", i);
        write_page(layered[i], NULL, pic_path(name));
        sprintf(command + strlen(command), " '%s'", pic_path(name));
    }
    sprintf(command + strlen(command), " >'%s'", said);
    cr_assert_eq(system(command), 0, "the script failed");
    cr_expect_str_eq(pic_read(said), "");
    pic_clean_up();
}
