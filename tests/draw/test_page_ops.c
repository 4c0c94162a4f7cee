/* The evaluator in pages, against the tape: every op of the registry, each of its samples, by node. */
#include <stdlib.h>
#include <string.h>

#include "browser.h"
#include "op_case.h"
#include "picture.h"
#include "wengert/draw.h"
#include "wengert/grad.h"
#include "wengert/op.h"

/* What pages cannot compute, and why. */
static const char *const beyond[] = {
    /* decompositions of matrices, and what is made of them: nobody follows their numbers by hand */
    "eigh", "eigh_part", "eigh_parts", "inverse_gaps", "lstsq", "qr", "qr_part", "qr_parts", "svd",
    "svd_part", "svd_parts", "svd_turns", "mixed", "turns", "close_values", "cofactors", "cofactor_slope",
    "slopes", "eigh_grad", "svd_grad",
    /* C functions */
    "extern", "extern_grad", "extern_impure", "extern_jvp",
    /* draws that change with the probabilities */
    "bernoulli", "categorical"
};

static bool is_beyond(const wg_op *op)
{
    for (size_t i = 0; i < sizeof beyond / sizeof *beyond; i++)
        if (strcmp(op->name, beyond[i]) == 0) return true;
    return false;
}

typedef struct job {
    FILE *all;  /* many pages */
    char *path; /* of one page */
    char *document;
    int cases, unknown;
} job;

static void id_of(const op_case *k, char id[40])
{
    snprintf(id, 40, "%.28s-%d", k->op->name, k->sample);
    for (char *s = id; *s; s++) *s = *s == '_' ? '-' : *s;
}

/* Pages compute with 64 bits, of at most 1,024 numbers a leaf, and no numbers of 16 bits. */
static bool fits_a_page(const op_case *k)
{
    for (int64_t i = 1; i < wg_graph_nodes(k->g); i++) {
        const wg_node n = wg_graph_node(k->g, i);
        if (wg_dtype_is_float(wg_node_dtype(n)) && wg_node_dtype(n) != WG_F64) return false;
        if (wg_dtype_size(wg_node_dtype(n)) == 2) return false;
        if (wg_node_leaf(n) != WG_LEAF_NONE && wg_shape_size(wg_node_shape(n)) > 1024) return false;
    }
    return true;
}

/* The sample as a scalar, with names for all that is compared; wg_none: it cannot be compared. */
static wg_node open_loss(op_case *k)
{
    wg_node loss = op_case_loss(k);
    if (!fits_a_page(k)) return wg_none;
    if (wg_is_none(loss) || wg_failed(k->c)) return wg_none;
    for (int j = 0; j < k->leaves; j++) {
        char name[16];
        snprintf(name, sizeof name, "leaf%d", j);
        wg_name(k->leaf[j], name);
    }
    return wg_name(wg_mul(loss, 1.5), "loss");
}

static void write_case(job *q, op_case *k)
{
    char id[40];
    const wg_node loss = open_loss(k);
    id_of(k, id);
    if (!wg_is_none(loss) && wg_draw(loss, q->path, .backward = true, .wrt = k->leaf, .wrt_count = k->leaves,
                                     .id = id, .fold = false, .most = 3000) == WG_OK)
        fputs(pic_read(q->path), q->all), q->cases++;
    wg_recover(k->c);
}

static void compare_case(job *q, op_case *k)
{
    char id[40], numbers[80];
    const wg_node loss = open_loss(k);
    id_of(k, id);
    snprintf(numbers, sizeof numbers, "id=\"%s-numbers\"", id);
    if (wg_is_none(loss) || !strstr(q->document, numbers)) {
        q->unknown += !wg_is_none(loss);
        wg_recover(k->c);
        return;
    }
    browser_expect_node(q->document, id, "loss", loss);
    for (int j = 0; j < k->leaves; j++) {
        char name[16];
        snprintf(name, sizeof name, "dleaf%d", j);
        wg_node g = op_case_grad(k, loss, k->leaf[j]);
        if (wg_is_none(g)) continue;
        if (browser_has_numbers(q->document, id, name)) browser_expect_node(q->document, id, name, g);
        else cr_expect_eq(wg_item(wg_sum(wg_abs(g))), 0, "%s: the page has no %s", id, name);
    }
    q->cases++;
    wg_recover(k->c);
}

/* Of ops whose results have no derivatives, too: each node of the page is made of what its script knows. */
static void expect_known(job *q, op_case *k)
{
    if (!fits_a_page(k)) return;
    cr_assert_eq(wg_draw(k->y[0], q->path, .fold = false, .most = 3000), WG_OK, "%s: %s", k->op->name,
                 wg_message(k->c));
    const char *page = pic_read(q->path);
    cr_expect(!strstr(page, "\"u\":1") && !strstr(page, "\"nodes\":[]"),
              "%s, sample %d: src/show/draw does not say how", k->op->name, k->sample);
}

static void each_case(job *q, const wg_op *op, void (*f)(job *, op_case *))
{
    op_case k;
    for (int i = 0; op_case_open(&k, op, i, &(op_setup){ .dtype = WG_F64 }); i++) {
        f(q, &k);
        op_case_close(&k);
    }
}

/* Every GROUPS-th op, in one file. */
enum { GROUPS = 8 };

static void compare_group(int group)
{
    char *path = pic_path("all.html");
    job q = { .path = pic_path("one.html"), .all = fopen(path, "w") };
    for (int i = group; i < wg_op_count(); i += GROUPS) {
        if (!is_beyond(wg_op_at(i))) each_case(&q, wg_op_at(i), expect_known);
        each_case(&q, wg_op_at(i), write_case);
    }
    cr_assert_eq(fclose(q.all), 0);
    q.document = browser_numbers(path, "numbers=1");
    q.cases = 0;
    for (int i = group; i < wg_op_count(); i += GROUPS) {
        const wg_op *op = wg_op_at(i);
        const int before = q.cases;
        q.unknown = 0;
        each_case(&q, op, compare_case);
        if (is_beyond(op)) cr_expect(q.unknown || q.cases == before, "%s can be computed", op->name);
        else cr_expect_eq(q.unknown, 0, "%s: %d samples cannot be computed", op->name, q.unknown);
    }
    cr_expect_gt(q.cases, 5);
    pic_clean_up();
}

ParameterizedTestParameters(page_ops, compute_what_the_tape_computes)
{
    static int group[GROUPS];
    for (int i = 0; i < GROUPS; i++) group[i] = i;
    return cr_make_param_array(int, group, GROUPS);
}
ParameterizedTest(int *group, page_ops, compute_what_the_tape_computes) { compare_group(*group); }
