/* check_given.c: check --grad NAME=VALUE: gradients that come from elsewhere against the library's. Both are exact but for
 * rounding, which is not known for the other side: it may have computed in f32 (1e-6 relative to the largest component). */
#include <math.h>
#include <string.h>

#include "tool.h"

enum { MOST = 64 };

typedef struct verdict {
    const char *name;
    wg_shape    shape;
    double      worst;  /* max |yours - library| / max |library| */
    double      factor; /* yours / library where that is the same everywhere, else NaN */
    bool        pass;
} verdict;

static double common_factor(const wg_tensor *yours, const wg_tensor *library)
{
    int64_t n = wg_shape_size(library->shape);
    double  factor = NAN, least = 0;
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
    double  largest = 0, worst = 0;
    bool    finite = true;
    for (int64_t i = 0; i < n; i++) {
        double a = wg_tensor_item(yours, i), b = wg_tensor_item(library, i);
        finite = finite && isfinite(a) && isfinite(b);
        worst = fmax(worst, fabs(a - b));
        largest = fmax(largest, fabs(b));
    }
    v->worst = largest > 0 ? worst / largest : worst > 0 ? INFINITY : 0;
    v->factor = common_factor(yours, library);
    v->pass = finite && v->worst <= 1e-6;
}

/* What a constant factor usually means; rows: the first axis of the inputs. */
static const char *hint(double factor, int64_t rows, char *to, size_t room)
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
    return to;
}

static int64_t rows_of(model *m)
{
    for (int i = 0; i < wg_program_names(m->q); i++) {
        const char *name = wg_program_name(m->q, i);
        if (wg_program_meaning(m->q, name) == WG_NAME_INPUT && wg_node_shape(wg_program_node(m->q, name)).rank > 0)
            return wg_dim(wg_program_node(m->q, name), 0);
    }
    return 0;
}

static bool one(model *m, wg_node loss, const char *text, verdict *v)
{
    const char *value;
    char       *name = model_assignment(m, "grad", text, &value);
    name_list   x;
    char        a[120], b[120];
    if (!name || !model_names(m, "grad", name, &x)) return false;
    wg_tensor yours = model_literal(m, "grad", name, value), library;
    if (!yours.data || !model_value(m, wg_grad_at(wg_inside(wg_node_site(loss)), loss, x.node[0]), &library)) return false;
    if (!wg_shape_equal(yours.shape, library.shape)) {
        m->status = tool_fail(m->a, EXIT_TEXT, "--grad %s: shape %s, %s has %s", name, wg_shape_text(yours.shape, a, sizeof a),
                              name, wg_shape_text(library.shape, b, sizeof b));
        return false;
    }
    *v = (verdict){ .name = name, .shape = library.shape };
    judge(&yours, &library, v);
    return true;
}

static void print(const model *m, const verdict *v, int n, int64_t rows)
{
    char shape[120], why[200];
    json j;
    if (m->a->json) {
        bool pass = true;
        for (int i = 0; i < n; i++) pass = pass && v[i].pass;
        json_start(&j, stdout);
        json_text(&j, "verdict", pass ? "pass" : "fail");
        json_array(&j, "given");
    }
    for (int i = 0; i < n; i++) {
        hint(v[i].pass ? NAN : v[i].factor, rows, why, sizeof why);
        if (m->a->json) {
            json_object(&j, NULL);
            json_text(&j, "name", v[i].name);
            json_shape(&j, "shape", v[i].shape);
            json_text(&j, "verdict", v[i].pass ? "pass" : "fail");
            json_number(&j, "error", v[i].worst, WG_F64);
            json_number(&j, "factor", v[i].factor, WG_F64);
            json_text(&j, "reason", why);
            json_end(&j, '}');
            continue;
        }
        printf("  %-8s %-10s yours against the library: %.1e of the largest component   %s", v[i].name,
               wg_shape_text(v[i].shape, shape, sizeof shape), v[i].worst, v[i].pass ? "pass" : "FAIL");
        if (!v[i].pass && !isnan(v[i].factor)) printf("  yours/library = %.6g everywhere", v[i].factor);
        printf("%s%s\n", *why ? ": " : "", why);
    }
    if (m->a->json) {
        json_end(&j, ']');
        json_finish(&j);
    }
}

int check_given(model *m)
{
    verdict     v[MOST];
    const char *name, *text;
    wg_node     loss;
    int         n = 0, status = EXIT_DONE;
    if (!check_loss(m, &name, &loss)) return m->status ? m->status : tool_fail(m->a, EXIT_TEXT, "%s is no float", name);
    for (int i = 0; n < MOST && (text = args_next(m->a, "grad", &i)); n++) {
        if (!one(m, loss, text, &v[n])) return m->status;
        status = check_worst(status, v[n].pass ? EXIT_DONE : EXIT_CHECK);
    }
    print(m, v, n, rows_of(m));
    return status;
}
