/* check_given.c: check --grad NAME=VALUE compares a gradient from another program with the library's. The
 * other program may have computed in f32, so a difference of 1e-6 of the largest component counts as
 * rounding. */
#include <math.h>
#include <string.h>

#include "tool.h"

enum { MOST = 64 };

typedef struct verdict {
    const char *name;
    wg_shape shape;
    double worst;  /* max |yours - library| / max |library| */
    double factor; /* yours / library if it is the same for every element, else NaN */
    wg_verdict word;
    char why[200];
} verdict;

void check_place(wg_shape s, int64_t i, char *to, size_t room)
{
    int64_t index[WG_MAX_RANK];
    size_t n = 0;
    to[0] = 0;
    for (int k = s.rank - 1; k >= 0; i /= s.dim[k--]) index[k] = i % s.dim[k];
    for (int k = 0; k < s.rank; k++)
        n += (size_t)snprintf(to + n, room - n, "%s%lld", k ? "," : " at [", (long long)index[k]);
    if (s.rank) snprintf(to + n, room - n, "]");
}

static const char *word_of(double v) { return isnan(v) ? "NaN" : v > 0 ? "inf" : "-inf"; }

/* The first element that is not finite; -1: none. */
static int64_t find_infinite(const wg_tensor *t)
{
    for (int64_t i = 0; i < wg_shape_size(t->shape); i++)
        if (!isfinite(wg_tensor_item(t, i))) return i;
    return -1;
}

/* False, with a verdict: the library's gradient is not finite (inconclusive), or only the other (fail). */
static bool both_finite(const wg_tensor *yours, const wg_tensor *library, verdict *v)
{
    char at[150];
    int64_t theirs = find_infinite(yours), ours = find_infinite(library);
    if (theirs < 0 && ours < 0) return true;
    v->word = ours >= 0 ? WG_INCONCLUSIVE : WG_FAIL;
    v->worst = v->factor = NAN;
    check_place(library->shape, ours >= 0 ? ours : theirs, at, sizeof at);
    if (ours >= 0)
        snprintf(v->why, sizeof v->why, "the library's is %s%s: nothing to compare",
                 word_of(wg_tensor_item(library, ours)), at);
    else snprintf(v->why, sizeof v->why, "yours is %s%s", word_of(wg_tensor_item(yours, theirs)), at);
    return false;
}

static double common_factor(const wg_tensor *yours, const wg_tensor *library)
{
    int64_t n = wg_shape_size(library->shape);
    double factor = NAN, least = 0;
    for (int64_t i = 0; i < n; i++) least = fmax(least, 1e-6 * fabs(wg_tensor_item(library, i)));
    for (int64_t i = 0; i < n; i++) {
        double a = wg_tensor_item(yours, i), b = wg_tensor_item(library, i);
        if (fabs(b) <= least) continue;
        if (isnan(factor)) factor = a / b;
        else if (!(fabs(a / b - factor) <= 1e-4 * fabs(factor))) return NAN;
    }
    return factor;
}

static void judge(const wg_tensor *yours, const wg_tensor *library, verdict *v)
{
    int64_t n = wg_shape_size(library->shape);
    double largest = 0, worst = 0;
    if (!both_finite(yours, library, v)) return;
    for (int64_t i = 0; i < n; i++) {
        double a = wg_tensor_item(yours, i), b = wg_tensor_item(library, i);
        worst = fmax(worst, fabs(a - b));
        largest = fmax(largest, fabs(b));
    }
    v->worst = largest > 0 ? worst / largest : worst > 0 ? INFINITY : 0;
    v->factor = common_factor(yours, library);
    v->word = v->worst <= 1e-6 ? WG_PASS : WG_FAIL;
}

/* Writes what a constant factor usually means. rows: the size of the inputs' first axis. */
static void hint(double factor, int64_t rows, char *to, size_t room)
{
    double n = (double)rows;
    to[0] = 0;
    if (fabs(factor + 1) < 1e-4) snprintf(to, room, "the sign is wrong");
    else if (rows > 1 && fabs(factor - n) < 1e-4 * n)
        snprintf(to, room, "sum over the %lld rows where the loss takes the mean", (long long)rows);
    else if (rows > 1 && fabs(factor * n - 1) < 1e-4)
        snprintf(to, room, "mean over the %lld rows where the loss takes the sum", (long long)rows);
    else if (fabs(factor - 2) < 1e-4 || fabs(factor - 0.5) < 1e-4)
        snprintf(to, room, factor > 1 ? "a factor 2 too much" : "a factor 2 is missing");
}

static int64_t rows_of(model *m)
{
    for (int i = 0; i < wg_program_names(m->q); i++) {
        const char *name = wg_program_name(m->q, i);
        if (wg_program_meaning(m->q, name) == WG_NAME_INPUT &&
            wg_node_shape(wg_program_node(m->q, name)).rank > 0)
            return wg_dim_at("", wg_program_node(m->q, name), 0);
    }
    return 0;
}

static bool one(model *m, wg_node loss, const char *text, verdict *v)
{
    const char *value;
    char *name = model_assignment(m, "grad", text, &value);
    name_list x;
    char a[120], b[120];
    if (!name || !model_names(m, "grad", name, &x)) return false;
    wg_tensor yours = model_literal(m, "grad", name, value), library;
    if (!yours.data || !model_value(m, wg_grad_at(wg_inside(wg_node_site(loss)), loss, x.node[0]), &library))
        return false;
    if (!wg_shape_equal(yours.shape, library.shape))
        return model_fail(m, EXIT_TEXT, "--grad %s: shape %s, %s has %s", name,
                          wg_shape_text(yours.shape, a, sizeof a), name,
                          wg_shape_text(library.shape, b, sizeof b));
    *v = (verdict){ .name = name, .shape = library.shape };
    judge(&yours, &library, v);
    return true;
}

static void print_json(const verdict *v, int n, wg_verdict all)
{
    json j;
    json_start(&j, stdout);
    json_text(&j, "verdict", wg_verdict_name(all));
    json_array(&j, "given");
    for (int i = 0; i < n; i++) {
        json_object(&j, NULL);
        json_text(&j, "name", v[i].name);
        json_shape(&j, "shape", v[i].shape);
        json_text(&j, "verdict", wg_verdict_name(v[i].word));
        json_number(&j, "error", v[i].worst, WG_F64);
        json_number(&j, "factor", v[i].factor, WG_F64);
        json_text(&j, "reason", v[i].why);
        json_end(&j);
    }
    json_finish(&j);
}

static void print_text(const verdict *v)
{
    static const char *const words[] = { "pass", "FAIL", "inconclusive" };
    char shape[120];
    printf("  %-8s %-10s ", v->name, wg_shape_text(v->shape, shape, sizeof shape));
    if (isnan(v->worst)) {
        printf("%s   %s\n", v->why, words[v->word]);
        return;
    }
    printf("yours against the library: %.1e of the largest component   %s", v->worst, words[v->word]);
    if (v->word == WG_FAIL && !isnan(v->factor)) printf("  yours/library = %.6g everywhere", v->factor);
    printf("%s%s\n", *v->why ? ": " : "", v->why);
}

int check_given(model *m)
{
    verdict v[MOST];
    wg_verdict all = WG_PASS;
    const char *name, *text;
    wg_node loss;
    int n = 0;
    if (!check_loss(m, &name, &loss))
        return m->status ? m->status : tool_fail(m->a, EXIT_TEXT, "%s is no float", name);
    for (int i = 0; n < MOST && (text = args_next(m->a, "grad", &i)); n++) {
        if (!one(m, loss, text, &v[n])) return m->status;
        if (v[n].word == WG_FAIL && !isnan(v[n].worst))
            hint(v[n].factor, rows_of(m), v[n].why, sizeof v[n].why);
        all = check_worst(all, v[n].word);
    }
    if (m->a->json) print_json(v, n, all);
    for (int i = 0; i < n && !m->a->json; i++) print_text(&v[i]);
    return check_exit(all);
}
