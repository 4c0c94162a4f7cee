/* lang_const.c: expressions whose value is known without nodes: numbers, sizes, literal lists. */
#include "lang/lang.h"
#include "wgx/lang.h"

#include <math.h>
#include <string.h>

double wgi_arithmetic(wgi_token op, double a, double b)
{
    switch (op) {
    case TOKEN_ADD: return a + b;
    case TOKEN_SUB: return a - b;
    case TOKEN_MUL: return a * b;
    case TOKEN_DIV: return a / b;
    case TOKEN_POW: return pow(a, b);
    case TOKEN_EQUAL: return a == b;
    case TOKEN_NOT_EQUAL: return a != b;
    case TOKEN_LESS: return a < b;
    case TOKEN_LESS_EQUAL: return a <= b;
    case TOKEN_GREATER: return a > b;
    case TOKEN_GREATER_EQUAL: return a >= b;
    default: return NAN;
    }
}

bool wgi_named_number(const char *name, double *value)
{
    static const struct {
        const char *name;
        double value;
    } numbers[] = { { "pi", 3.14159265358979323846 }, { "inf", INFINITY }, { "nan", NAN } };
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (!strcmp(name, numbers[i].name)) {
            *value = numbers[i].value;
            return true;
        }
    return false;
}

static bool constant_name(const wgi_ast *a, double *value)
{
    const wgi_binding *b = a->u.binding;
    if (!b) return wgi_named_number(wgi_name_of(a), value);
    if (b->meaning == WG_NAME_SYMBOL) {
        *value = (double)b->size;
        return b->size >= 0;
    }
    if (b->meaning == WG_NAME_COMPUTED) {
        *value = b->number;
        return b->known;
    }
    if (b->meaning != WG_NAME_CONSTANT) return false;
    if (!b->set.data) return wgi_constant(b->value, value);
    if (b->set.shape.rank) return false;
    *value = wg_tensor_item(&b->set, 0);
    return true;
}

static bool constant_chain(const wgi_ast *a, double *value)
{
    double right;
    if (!wgi_constant(a->first, value)) return false;
    EACH_AST(l, a->first->next) {
        if (l->kind != AST_OPERATOR || l->op == TOKEN_MATMUL || !wgi_constant(l->first, &right)) return false;
        *value = wgi_arithmetic((wgi_token)l->op, *value, right);
    }
    return true;
}

bool wgi_constant(const wgi_ast *a, double *value)
{
    switch (a->kind) {
    case AST_NUMBER:
    case AST_BOOL: *value = a->u.number; return true;
    case AST_NAME: return constant_name(a, value);
    case AST_CHAIN: return constant_chain(a, value);
    case AST_FIELD: return wgi_constant(a->first, value);
    case AST_NEGATE:
        if (!wgi_constant(a->first, value)) return false;
        *value = -*value;
        return true;
    default: return false;
    }
}

static bool number_of(wg_program *q, const wgi_ast *a, const char *what, double *value)
{
    return wgi_constant(a, value) || wgi_syntax_at(q, a, "%s must be a number that is known here", what);
}

/* Notes the names in the expression of an option, and those that they are computed from. */
static void note_names(wg_program *q, const wgi_ast *a, uint32_t at, bool whole)
{
    const wgi_binding *b = a->kind == AST_NAME ? a->u.binding : NULL;
    const wgi_option_use *u = q->now.options;
    while (b && u && u->at == at && u->name != b) u = u->next;
    if (b && b->meaning != WG_NAME_SYMBOL && !(u && u->at == at)) { /* not noted yet for this option */
        wgi_option_use *use = wgi_lang_built(q, sizeof *use);
        if (use)
            *use = (wgi_option_use){ .next = q->now.options, .name = b, .at = at, .whole = whole },
            q->now.options = use;
        const wgi_ast *from = b->is_operand ? b->operand : b->value;
        if (from && from != a) note_names(q, from, at, whole);
    }
    EACH_AST(x, a->first) note_names(q, x, at, whole);
}

bool wgi_number_of(wg_program *q, const wgi_ast *a, const char *what, double *value)
{
    if (!number_of(q, a, what, value)) return false;
    if (q->now.g) note_names(q, a, a->start, false);
    return true;
}

bool wgi_integer(wg_program *q, const wgi_ast *a, const char *what, int64_t least, int64_t most,
                 int64_t *value)
{
    double v;
    if (!number_of(q, a, what, &v)) return false;
    if (v != floor(v) || v < (double)least || v > (double)most)
        return wgi_fail_at(q, a, WG_ERROR_VALUE, "%s must be a whole number from %lld to %lld, not %g", what,
                           (long long)least, (long long)most, v);
    *value = (int64_t)v;
    if (q->now.g) note_names(q, a, a->start, true);
    return true;
}

bool wgi_count_of(wg_program *q, const wgi_ast *at, wg_shape s, size_t *count)
{
    size_t n = 1;
    for (int i = 0; i < s.rank; i++) {
        if (s.dim[i] > 0 && n > (size_t)WGI_LANG_TENSOR / (size_t)s.dim[i])
            return wgi_fail_at(q, at, WG_ERROR_VALUE, "more than %d elements", WGI_LANG_TENSOR);
        n *= (size_t)s.dim[i];
    }
    *count = n;
    return true;
}

bool wgi_list_is_written(const wgi_ast *a)
{
    if (a->kind == AST_NAME) return !a->u.binding;
    EACH_AST(x, a->first)
        if (!wgi_list_is_written(x)) return false;
    return a->kind == AST_LIST || wgi_list_constant(a);
}

bool wgi_list_constant(const wgi_ast *a)
{
    double unused;
    if (a->kind != AST_LIST) return wgi_constant(a, &unused);
    EACH_AST(x, a->first)
        if (!wgi_list_constant(x)) return false;
    return true;
}

/* The shape of a list, by its first elements. fill() checks that the other elements agree. */
static bool list_shape(wg_program *q, const wgi_ast *a, wg_shape *s)
{
    *s = WG_SCALAR;
    for (const wgi_ast *x = a; x && x->kind == AST_LIST; x = x->first) {
        if (s->rank == WG_MAX_RANK)
            return wgi_fail_at(q, x, WG_ERROR_SHAPE, "lists nest at most %d deep", WG_MAX_RANK);
        s->dim[s->rank++] = wgi_operand_count(x);
    }
    return true;
}

static bool fill(wg_program *q, const wgi_ast *a, const wg_shape *s, int axis, double **to)
{
    if (axis == s->rank) {
        if (a->kind == AST_LIST) return wgi_fail_at(q, a, WG_ERROR_SHAPE, "a list among numbers");
        if (!wgi_constant(a, *to)) return wgi_syntax_at(q, a, "a number was expected here");
        ++*to;
        return true;
    }
    if (a->kind != AST_LIST) return wgi_fail_at(q, a, WG_ERROR_SHAPE, "a number among lists");
    int n = wgi_operand_count(a);
    if (n != s->dim[axis])
        return wgi_fail_at(q, a, WG_ERROR_SHAPE, "rows of unequal length: %lld here, %lld before",
                           (long long)n, (long long)s->dim[axis]);
    EACH_AST(x, a->first)
        if (!fill(q, x, s, axis + 1, to)) return false;
    return true;
}

double *wgi_list(wg_program *q, const wgi_ast *a, wg_shape *shape)
{
    size_t n = 0;
    if (!list_shape(q, a, shape) || !wgi_count_of(q, a, *shape, &n)) return NULL;
    double *values = wg_alloc(q->c, n + 1, sizeof *values), *to = values;
    if (values && !fill(q, a, shape, 0, &to)) {
        wg_free(q->c, values);
        return NULL;
    }
    return values;
}
