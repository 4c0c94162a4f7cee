/* wgformula.c: see wgformula.h. */
#include "wgformula.h"
#include "wgrounding.h"

#include "wgformula_arrays.h"

static wgf_array value(wgf_scope *s, int node);

/* ---- names ---- */

static bool same_text(const wgi_formula_node *n, const char *text)
{
    return n->length == (int)strlen(text) && memcmp(n->text, text, (size_t)n->length) == 0;
}

static wgf_option *option_of(wgf_scope *s, const wgi_formula_node *n)
{
    for (int i = 0; i < s->options; i++)
        if (same_text(n, s->option[i].row->name)) return &s->option[i];
    return NULL;
}

/* The number that a word stands for in an option that is a choice: mean is 0 in "mean sum none". */
static int choice_of(const char *words, const wgi_formula_node *n)
{
    int i = 0;
    for (; words && *words; i++) {
        const size_t length = strcspn(words, " ");
        if ((int)length == n->length && memcmp(words, n->text, length) == 0) return i;
        words += length, words += *words == ' ';
    }
    return -1;
}

static wgf_tuple *index_of(wgf_scope *s, const wgi_formula_node *n)
{
    for (int i = s->indices - 1; i >= 0; i--)
        if (s->index[i].length == n->length && memcmp(s->index[i].text, n->text, (size_t)n->length) == 0)
            return &s->index[i];
    return NULL;
}

/* x_i is operand i where i is an index. */
static const wgf_name *name_of(wgf_scope *s, const wgi_formula_node *n)
{
    char text[24];
    snprintf(text, sizeof text, "%.*s", n->length, n->text);
    const int cut = n->length - 2;
    if (cut > 0 && text[cut] == '_') {
        const wgi_formula_node below = { .text = n->text + cut + 1, .length = 1 };
        const wgf_tuple *t = index_of(s, &below);
        if (t) snprintf(text + cut + 1, sizeof text - (size_t)cut - 1, "%d", (int)t->at[0]);
    }
    for (int i = 0; i < s->names; i++)
        if (s->name[i].primes == n->sign && strcmp(s->name[i].text, text) == 0) return &s->name[i];
    return NULL;
}

/* In an equation along an axis a name without subscript is its element beside the axis. */
static wgf_array beside(wgf_scope *s, const wgf_array *a, int64_t subscript, bool has)
{
    int64_t at = 0;
    int rest = 0;
    if (a->rank != s->rest.count + has)
        return a->rank == 0 ? *a : fail(s, "a tensor of another rank along the axis");
    for (int k = 0; k < a->rank; k++) {
        const bool here = has && k == s->axis;
        const int64_t c = here ? subscript : s->rest.at[rest++];
        if (c < 0 || c >= a->dim[k]) {
            s->outside = true;
            return number(0);
        }
        at = at * a->dim[k] + c;
    }
    return scalar(a->at[at]);
}

static int definition(const wgi_formula *f, const wgi_formula_node *n)
{
    for (int e = f->node[f->root].child; e; e = f->node[e].next) {
        const wgi_formula_node *left = &f->node[f->node[e].child];
        if (left->kind == WGI_F_NAME && left->sign == n->sign && left->length == n->length &&
            memcmp(left->text, n->text, (size_t)n->length) == 0 && left->next)
            return left->next;
    }
    return 0;
}

static wgf_array defined(wgf_scope *s, const wgi_formula_node *n)
{
    const wgi_formula *before = s->f;
    int at = definition(s->f, n);
    if (!at && s->also) at = definition(s->also, n), s->f = s->also;
    if (!at || s->depth > 30) {
        s->f = before;
        return fail(s, "a name has no value");
    }
    s->depth++;
    const wgf_array y = value(s, at);
    s->depth--;
    s->f = before;
    return y;
}

static wgf_array of_option(wgf_scope *s, const wgf_option *o)
{
    if (o->row->kind == WG_ATTR_SHAPE) {
        const bool pairs = strcmp(o->row->name, "padding") == 0;
        const int at = s->component * (pairs ? 2 : 1);
        if (s->component < 0) return fail(s, "a list of numbers");
        return at < o->shape.rank ? number((double)o->shape.dim[at]) : fail(s, "an option without a number");
    }
    return number(o->number);
}

static wgf_array name(wgf_scope *s, int node)
{
    const wgi_formula_node *n = &s->f->node[node];
    const wgf_tuple *t = n->sign ? NULL : index_of(s, n);
    if (t) return number((double)t->at[t->count > 1 && s->component >= 0 ? s->component : 0]);
    const wgf_name *known = name_of(s, n);
    if (known && known->missing) return number(strncmp(known->text, "b", 1) == 0 ? 0 : 1);
    if (known) return s->axis >= 0 ? beside(s, &known->value, 0, false) : known->value;
    if (definition(s->f, n) || (s->also && definition(s->also, n))) return defined(s, n);
    const wgf_option *o = option_of(s, n);
    if (o) return of_option(s, o);
    for (int i = 0; i < s->options; i++)
        if (choice_of(s->option[i].row->choices, n) >= 0)
            return number(choice_of(s->option[i].row->choices, n));
    if (same_text(n, "e")) return number(expl(1));
    if (same_text(n, "pi")) return number(acosl(-1));
    if (same_text(n, "inf")) return number(INFINITY);
    return fail(s, same_text(n, "I") ? "I has no size" : "a name has no value");
}

/* ---- elements ---- */

static bool has_rest(const wgi_formula *f, int node, const wgi_formula_node **which)
{
    if (f->node[node].kind == WGI_F_REST) {
        *which = f->node[node].child ? &f->node[f->node[node].child] : NULL;
        return true;
    }
    for (int k = f->node[node].child; k; k = f->node[k].next)
        if (has_rest(f, k, which)) return true;
    return false;
}

static wgf_array element(wgf_scope *s, int node)
{
    const int of = s->f->node[node].child;
    const wgi_formula_node *n = &s->f->node[of];
    const wgf_name *a = n->kind == WGI_F_NAME ? name_of(s, n) : NULL;
    if (!a) return fail(s, "elements of what is no operand");
    if (s->axis >= 0) {
        const double at = (double)value(s, n->next).at[0].v;
        return s->why ? number(NAN) : beside(s, &a->value, (int64_t)at, true);
    }
    int64_t place = 0;
    int axis = 0;
    bool out = false;
    for (int k = n->next; k; k = s->f->node[k].next) {
        const wgi_formula_node *which = NULL;
        const bool several = has_rest(s->f, k, &which);
        const wgf_tuple *t = !several ? NULL : which ? index_of(s, which) : &s->rest;
        if (several && !t) return fail(s, "an index without a range");
        for (int c = 0; c < (several ? t->count : 1); c++, axis++) {
            const int before = s->component;
            s->component = several ? c : before;
            const double at = several && !which ? (double)t->at[c] : (double)value(s, k).at[0].v;
            s->component = before;
            if (s->why || axis >= a->value.rank) return fail(s, "too many subscripts");
            if (!(at >= 0 && at < (double)a->value.dim[axis])) out = true;
            place = out ? 0 : place * a->value.dim[axis] + (int64_t)at;
        }
    }
    if (axis != a->value.rank) return fail(s, "too few subscripts");
    s->outside |= out;
    return out ? number(0) : scalar(a->value.at[place]);
}

#include "wgformula_sums.h"

/* ---- calls ---- */

static bool given(wgf_scope *s, const wgi_formula_node *n)
{
    const wgf_name *known = name_of(s, n);
    const wgf_option *o = option_of(s, n);
    return known ? !known->missing : o ? o->given : false;
}

static bool elementwise(wgf_scope *s, int node, wgf_array *a)
{
    static const struct {
        const char *name;
        one f;
    } known[] = { { "ln", wgf_log },      { "sqrt", wgf_sqrt },   { "sin", wgf_sin },
                  { "cos", wgf_cos },     { "tan", wgf_tan },     { "asin", wgf_asin },
                  { "acos", wgf_acos },   { "atan", wgf_atan },   { "sinh", wgf_sinh },
                  { "cosh", wgf_cosh },   { "tanh", wgf_tanh },   { "asinh", wgf_asinh },
                  { "acosh", wgf_acosh }, { "atanh", wgf_atanh }, { "erf", wgf_erf },
                  { "sign", wgf_sign },   { "floor", wgf_floor }, { "ceil", wgf_ceil },
                  { "round", wgf_round }, { "relu", wgf_relu },   { "sigmoid", wgf_sigmoid },
                  { "log1p", wgf_log1p }, { "expm1", wgf_expm1 }, { NULL, NULL } };
    for (int i = 0; known[i].name; i++)
        if (wgi_formula_is(s->f, node, known[i].name)) {
            *a = map1(*a, known[i].f);
            return true;
        }
    return false;
}

static wgf_array matrix_function(wgf_scope *s, int node, wgf_array a)
{
    if (wgi_formula_is(s->f, node, "det")) return inverse(s, a, true);
    if (wgi_formula_is(s->f, node, "diag")) return part_of_matrix(s, a, 'd');
    if (wgi_formula_is(s->f, node, "tril")) return part_of_matrix(s, a, 'l');
    if (wgi_formula_is(s->f, node, "triu")) return part_of_matrix(s, a, 'u');
    if (wgi_formula_is(s->f, node, "diagonal")) return diagonal(s, a);
    if (wgi_formula_is(s->f, node, "sym"))
        return map2(s, map2(s, a, transposed(s, a), wgf_add), number(2), over);
    if (wgi_formula_is(s->f, node, "one_hot")) return one_hot(s, a);
    if (wgi_formula_is(s->f, node, "reshape")) return reshaped(s, a);
    return wgi_formula_is(s->f, node, "sum_to") ? sum_to(s, a) : fail(s, "a function of other ops");
}

/* mean(e), sum(e) or e: what the option says. */
static wgf_array by_option(wgf_scope *s, const wgf_option *o, wgf_array a)
{
    const char *w = o->row->choices;
    for (int k = (int)o->number; w && k > 0; k--) w += strcspn(w, " ") + 1;
    if (o->row->kind == WG_ATTR_DTYPE && (wg_dtype)o->number == WG_DEFAULT_DTYPE) return a;
    if (o->row->kind == WG_ATTR_DTYPE)
        return wg_dtype_is_float((wg_dtype)o->number) ? a : cast_to(a, (wg_dtype)o->number);
    if (!w) return fail(s, "a function of the user");
    const unsigned all = (1u << a.rank) - 1;
    return strncmp(w, "mean", 4) == 0  ? reduced(a, all, '/')
           : strncmp(w, "sum", 3) == 0 ? reduced(a, all, '+')
                                       : a;
}

static wgf_array call(wgf_scope *s, int node)
{
    const wgi_formula_node *n = &s->f->node[node], *x = &s->f->node[n->child];
    const int second = x->next, kind = second ? s->f->node[second].kind : -1;
    if (wgi_formula_is(s->f, node, "given")) return number(given(s, x));
    if (wgi_formula_is(s->f, node, "probabilities")) {
        const wgf_name *a = name_of(s, x);
        return number(a && a->value.rank == s->name[0].value.rank);
    }
    if (wgi_formula_is(s->f, node, "length") && s->axis >= 0) {
        const wgf_name *a = name_of(s, x);
        return a && s->axis < a->value.rank ? number((double)a->value.dim[s->axis])
                                            : fail(s, "a length along no axis");
    }
    if (kind == WGI_F_OVER)
        return sum_over(s, node, second,
                        wgi_formula_is(s->f, node, "sum")    ? '+'
                        : wgi_formula_is(s->f, node, "prod") ? '*'
                        : wgi_formula_is(s->f, node, "max")  ? 'M'
                                                             : 'm');
    if (wgi_formula_is(s->f, node, "prod") && x->kind == WGI_F_NAME &&
        option_of(s, x)) { /* of a list of numbers */
        double p = 1;
        for (int k = 0; k < option_of(s, x)->shape.rank; k++) p *= (double)option_of(s, x)->shape.dim[k];
        return number(p);
    }
    wgf_array a = value(s, n->child);
    if (s->why) return a;
    if (second && kind != WGI_F_ALONG) {
        wgf_array b = value(s, second);
        two f = wgi_formula_is(s->f, node, "max")     ? wgf_larger
                : wgi_formula_is(s->f, node, "min")   ? wgf_smaller
                : wgi_formula_is(s->f, node, "atan2") ? wgf_atan2
                                                      : NULL;
        return f ? map2(s, a, b, f) : fail(s, "a function of other ops");
    }
    if (wgi_formula_is(s->f, node, "keep")) return kept(s, a, axes_of(s, second, s->target->rank));
    const wgf_option *o = option_of(s, n);
    if (o) return by_option(s, o, a);
    if (elementwise(s, node, &a)) return a;
    if (kind == WGI_F_ALONG || wgi_formula_is_reduction(s->f, node))
        return along_function(s, node, a, axes_of(s, second, a.rank));
    return matrix_function(s, node, a);
}

/* ---- everything else ---- */

static wgf_array cases(wgf_scope *s, int node)
{
    int k = s->f->node[node].child;
    wgf_array y[16], c[16];
    int n = 0;
    for (; s->f->node[k].next; k = s->f->node[s->f->node[k].next].next, n++) {
        c[n] = value(s, s->f->node[k].next);
        if (!s->why && c[n].rank == 0 && c[n].at[0].v == 0) {
            n--; /* this case is never chosen, so it need not be evaluable */
            continue;
        }
        y[n] = value(s, k);
        if (s->why || (c[n].rank == 0 && n == 0)) return y[n];
    }
    wgf_array all = value(s, k);
    for (int i = n - 1; i >= 0 && !s->why; i--) {
        wgf_array shape = both_shapes(s, &all, &y[i]), to = both_shapes(s, &shape, &c[i]);
        for (int64_t j = 0; !s->why && j < wgf_size(&to); j++)
            to.at[j] = c[i].at[wgf_place(&c[i], &to, j)].v != 0 ? y[i].at[wgf_place(&y[i], &to, j)]
                                                                : all.at[wgf_place(&all, &to, j)];
        all = to;
    }
    return all;
}

/* Tuples are equal if all their numbers are. */
static wgf_array compare(wgf_scope *s, int node)
{
    const wgi_formula_node *n = &s->f->node[node], *which = NULL;
    const int right = wgi_formula_child(s->f, node, 1);
    two f = n->sign == '<'   ? lt
            : n->sign == '>' ? gt
            : n->sign == 'l' ? le
            : n->sign == 'g' ? ge
            : n->sign == '=' ? eq
                             : ne;
    if (n->chained)
        return map2(s, map2(s, value(s, n->child), value(s, s->f->node[right].child), f), value(s, right),
                    both);
    if (has_rest(s->f, node, &which) && which && index_of(s, which)) {
        const int before = s->component;
        double same = 1;
        for (s->component = 0; s->component < index_of(s, which)->count; s->component++)
            same = same != 0 && map2(s, value(s, n->child), value(s, right), f).at[0].v != 0;
        s->component = before;
        return number(same);
    }
    return map2(s, value(s, n->child), value(s, right), f);
}

static bool is_ln(const wgi_formula *f, int node)
{
    return f->node[node].kind == WGI_F_CALL && wgi_formula_is(f, node, "ln");
}
static wgf_array value(wgf_scope *s, int node)
{
    const wgi_formula_node *n = &s->f->node[node];
    if (s->why) return number(NAN);
    const int a = n->child, b = a ? s->f->node[a].next : 0;
    switch ((wgi_formula_kind)n->kind) {
    case WGI_F_NUMBER: return number(n->number);
    case WGI_F_NAME: return name(s, node);
    case WGI_F_ADD: return map2(s, value(s, a), value(s, b), wgf_add);
    case WGI_F_SUB: return map2(s, value(s, a), value(s, b), wgf_sub);
    case WGI_F_NEG: return map1(value(s, a), wgf_neg);
    case WGI_F_MUL: return map2(s, value(s, a), value(s, b), is_ln(s->f, b) ? times_ln : wgf_mul);
    case WGI_F_DIV: return map2(s, value(s, a), value(s, b), over);
    case WGI_F_MOD: return map2(s, value(s, a), value(s, b), mod);
    case WGI_F_MATMUL: return product(s, value(s, a), value(s, b));
    case WGI_F_POW: return map2(s, value(s, a), value(s, b), wgf_pow);
    case WGI_F_TRANSPOSED: return transposed(s, value(s, a));
    case WGI_F_INVERSE: return inverse(s, value(s, a), false);
    case WGI_F_ABS: return map1(value(s, a), wgf_abs);
    case WGI_F_CALL: return call(s, node);
    case WGI_F_AT: return element(s, node);
    case WGI_F_REST: return value(s, a);
    case WGI_F_COMPARE: return compare(s, node);
    case WGI_F_AND: return map2(s, value(s, a), value(s, b), both);
    case WGI_F_OR: return map2(s, value(s, a), value(s, b), either);
    case WGI_F_NOT: return map1(value(s, a), not_it);
    case WGI_F_CASES: return cases(s, node);
    default: return fail(s, "words");
    }
}

/* ---- equations ---- */

/* Gives the indices on the left side the numbers of element i of the target. */
static bool bind(wgf_scope *s, int left, const wgf_array *target, int64_t i)
{
    int64_t c[WG_MAX_RANK];
    int fixed = 0, axis = 0;
    for (int k = target->rank - 1; k >= 0; k--) c[k] = i % target->dim[k], i /= target->dim[k];
    for (int k = s->f->node[left].next; k; k = s->f->node[k].next) fixed += s->f->node[k].kind != WGI_F_REST;
    s->indices = 0;
    bool rested = false;
    for (int k = s->f->node[left].next; k; k = s->f->node[k].next) {
        const bool rest = s->f->node[k].kind == WGI_F_REST;
        const int at = rest ? s->f->node[k].child : k;
        wgf_tuple t = { .count = rest ? target->rank - fixed : 1 };
        if ((rest && rested) || axis + t.count > target->rank || t.count < 0) return false;
        rested |= rest;
        for (int j = 0; j < t.count; j++) t.at[j] = c[axis++];
        if (!at) s->rest = t;
        else if (s->f->node[at].kind != WGI_F_NAME) return false;
        else t.text = s->f->node[at].text, t.length = s->f->node[at].length, s->index[s->indices++] = t;
    }
    return axis == target->rank;
}

/* Along an axis: the index on the left side, and the place beside it. */
static void bind_along(wgf_scope *s, int left, const wgf_array *target, int64_t i)
{
    const bool has = s->f->node[left].kind == WGI_F_AT;
    s->indices = 0;
    s->rest.count = target->rank - has;
    for (int k = target->rank - 1, r = s->rest.count; k >= 0; k--) {
        const int64_t c = i % target->dim[k];
        i /= target->dim[k];
        if (!has || k != s->axis) s->rest.at[--r] = c;
        else {
            const wgi_formula_node *n = &s->f->node[wgi_formula_child(s->f, left, 1)];
            s->index[s->indices++] =
                (wgf_tuple){ .text = n->text, .length = n->length, .count = 1, .at = { c } };
        }
    }
}

static void each_element(wgf_scope *s, int e, const wgf_array *target, wgf_array *to)
{
    const int left = s->f->node[e].child, right = s->f->node[left].next;
    *to = wgf_make(target->rank, target->dim);
    for (int64_t i = 0; i < wgf_size(target) && !s->why; i++) {
        const size_t mark = used;
        if (s->axis >= 0) bind_along(s, left, target, i);
        else if (!bind(s, s->f->node[left].child, target, i)) fail(s, "indices without a range");
        const wgf_array v = value(s, right);
        if (v.rank) fail(s, "no number");
        if (!s->why) to->at[i] = v.at[0];
        used = mark;
    }
}

bool wgf_equation(wgf_scope *s, int equation, const wgf_array *target, wgf_array *to)
{
    const int e = wgi_formula_child(s->f, s->f->root, equation);
    const int left = s->f->node[e].child, right = s->f->node[left].next;
    const int along = right ? s->f->node[right].next : 0;
    s->why = NULL, s->target = target, s->axis = s->component = -1, s->indices = s->depth = 0;
    if (!right) fail(s, "words");
    else if (along) {
        const wgf_option *o = option_of(s, &s->f->node[s->f->node[along].child]);
        if (!o || o->axes.count != 1) fail(s, "several axes");
        else s->axis = o->axes.axis[0], each_element(s, e, target, to);
    } else if (s->f->node[left].kind == WGI_F_AT) each_element(s, e, target, to);
    else *to = value(s, right);
    return !s->why;
}
