/* options.c: what the lists of options promise: marks, ranges, numbers by name. */

#include <limits.h>
#include <math.h>
#include <string.h>

#include "base/base.h"
#include "wengert/op.h"
#include "wgx/base.h"

double wg_option_value(const wg_option *o, const void *options)
{
    if (!o || !options) return NAN;
    const char *at = (const char *)options + o->offset;
    double real;
    int whole;
    int64_t size;
    bool on;
    switch (o->kind) {
    case WG_OPTION_REAL: return memcpy(&real, at, sizeof real), real;
    case WG_OPTION_CHOICE:
    case WG_OPTION_INT: return memcpy(&whole, at, sizeof whole), whole;
    case WG_OPTION_SIZE: return memcpy(&size, at, sizeof size), (double)size;
    case WG_OPTION_BOOL: return memcpy(&on, at, sizeof on), on;
    case WG_OPTION_TEXT:
    case WG_OPTION_OTHER: break;
    }
    return NAN;
}

bool wg_option_set(const wg_option *o, void *options, double v)
{
    if (!o || !options) return false;
    char *at = (char *)options + o->offset;
    const bool on = v != 0;
    int whole;
    int64_t size;
    switch (o->kind) {
    case WG_OPTION_REAL: memcpy(at, &v, sizeof v); return true;
    case WG_OPTION_CHOICE:
    case WG_OPTION_INT:
        if (!(v >= INT_MIN && v <= INT_MAX && v == floor(v))) return false;
        whole = (int)v;
        memcpy(at, &whole, sizeof whole);
        return true;
    case WG_OPTION_SIZE:
        if (!(fabs(v) <= 0x1p53 && v == floor(v))) return false;
        size = (int64_t)v;
        memcpy(at, &size, sizeof size);
        return true;
    case WG_OPTION_BOOL: memcpy(at, &on, sizeof on); return v == 0 || v == 1;
    case WG_OPTION_TEXT:
    case WG_OPTION_OTHER: break;
    }
    return false;
}

/* How many words a list has, such as "mean, sum, none". */
static int words(const char *list)
{
    int n = *list != 0;
    for (; *list; list++) n += *list == ',';
    return n;
}

bool wg_option_in_range(const wg_option *o, double v)
{
    if (!o) return false;
    const char *s = o->range;
    double low, high;
    if (o->kind == WG_OPTION_BOOL) return v == 0 || v == 1;
    if (isnan(v)) return strstr(s, "or nan");
    if (!*s) return true;
    if (*s != '[' && *s != '(') return v >= 0 && v < words(s) && v == floor(v);
    const bool from = *s == '[';
    s = wgx_number_in(s + 1, &low);
    s = wgx_number_in(s + (*s == ','), &high);
    return (from ? v >= low : v > low) && (*s == ']' ? v <= high : v < high);
}

const char *wgi_option_must(const wg_option *o, char *buf, size_t size)
{
    const bool list = *o->range && !strchr("[(", *o->range);
    snprintf(buf, size, *o->range ? "must be %s%s" : "must be a number", list ? "one of " : "in ", o->range);
    return buf;
}

/* Whether an option has its default, which may lie out of its range. */
static bool is_standard(const wg_option *o, const void *options, const void *standard)
{
    const double v = wg_option_value(o, options), w = wg_option_value(o, standard);
    return v == w || (isnan(v) && isnan(w));
}

/* before: of options in options "x.", else "". */
static bool ranges_fit(wg_context *c, wg_site here, const char *what, const char *before,
                       const wg_option_list *list, const void *options)
{
    for (int i = 0; i < list->count; i++) {
        const wg_option *o = &list->option[i];
        char text[200];
        if (o->kind == WG_OPTION_TEXT || o->kind == WG_OPTION_OTHER ||
            is_standard(o, options, list->standard) || wg_option_in_range(o, wg_option_value(o, options)))
            continue;
        wgi_fail(c, here, what, WG_ERROR_VALUE, "%s%s %.15g: %s", before, o->name,
                 wg_option_value(o, options), wgi_option_must(o, text, sizeof text));
        return false;
    }
    return true;
}

static bool is_marked(const wg_option_list *list, const void *options)
{
    size_t mark = 0;
    if (options) memcpy(&mark, options, sizeof mark);
    return mark == list->mark;
}

bool wg_options_fit(wg_context *c, wg_site here, const char *what, const wg_option_list *list,
                    const void *options)
{
    if (!list) return true;
    if (!is_marked(list, options))
        return wgi_fail(c, here, what, WG_ERROR_USE, "%s: write WG_OPTS(%s, ...)",
                        options ? "the options do not begin with those of WG_OPTS" : "the options are NULL",
                        list->name),
               false;
    return wg_options_named(c, here, what) && ranges_fit(c, here, what, "", list, options);
}

bool wg_inner_options_fit(wg_context *c, wg_site here, const char *what, const char *name,
                          const wg_option_list *list, const void *options)
{
    char before[40];
    if (!list || !name) return true;
    if (!is_marked(list, options))
        return wgi_fail(c, here, what, WG_ERROR_USE,
                        "the options of .%s do not begin with their defaults: write .%s.%s = ..., not .%s = "
                        "{ ... }",
                        name, name, list->option[0].name, name),
               false;
    snprintf(before, sizeof before, "%s.", name);
    return ranges_fit(c, here, what, before, list, options);
}
