/* options.c: what the lists of options promise: marks, ranges, numbers by name. */

#include <limits.h>
#include <math.h>
#include <stdatomic.h>
#include <string.h>

#include "base/base.h"
#include "wengert/op.h"
#include "wgx/base.h"

/* Of all lists, the last one first. Constructors add to it, of libraries that are loaded later, too. */
static wg_option_entry *_Atomic known;

void wg_options_listed(wg_option_entry *entry)
{
    if (!entry || !entry->rows) return;
    entry->next = atomic_load(&known);
    while (!atomic_compare_exchange_weak(&known, &entry->next, entry)) {}
}

const wg_option_list *wg_options_of(const char *name)
{
    for (const wg_option_entry *e = name ? atomic_load(&known) : NULL; e; e = e->next)
        if (!strcmp(e->rows()->name, name)) return e->rows();
    return NULL;
}

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

/* The bytes of a struct of the first `count` options of a list, up to its operands. */
static size_t before_operands(const wg_option_list *list, int count)
{
    const wg_option *last = count ? &list->option[count - 1] : NULL;
    return ((last ? last->offset + last->size : sizeof list->mark) + 7) / 8 * 8;
}

/* The mark of such a struct (WG_MARK_). */
static size_t mark_of(const wg_option_list *list, int count)
{
    size_t letters = 0;
    for (int i = count - 1; i >= 0; i--) {
        const size_t name = strlen(list->option[i].name) + 1;
        letters = name * name + strlen(list->option[i].type) + 1 + 3 * letters % 8191;
    }
    letters += strlen(list->name) + 1;
    const size_t size = list->size - before_operands(list, list->count) + before_operands(list, count);
    return size | (size_t)count << 20 | letters << 28;
}

bool wg_options_filled(const wg_option_list *list, const void *options, void *full)
{
    size_t mark;
    if (!list || !options || !full) return false;
    memcpy(&mark, options, sizeof mark);
    const int count = (int)(mark >> 20 & 255);
    if (count >= list->count || mark != mark_of(list, count)) return false;
    const size_t from = before_operands(list, count), to = before_operands(list, list->count);
    const wg_option *last = count ? &list->option[count - 1] : NULL;
    const size_t given = last ? last->offset + last->size : sizeof mark;
    memcpy(full, list->standard, list->size);
    memcpy((char *)full + sizeof mark, (const char *)options + sizeof mark, given - sizeof mark);
    memcpy((char *)full + to, (const char *)options + from, list->size - to);
    return true;
}

static bool is_marked(const wg_option_list *list, const void *options)
{
    size_t mark = 0;
    if (options) memcpy(&mark, options, sizeof mark);
    return mark == list->mark;
}

/* The error of a struct whose mark is not that of its list, nor of a shorter one. */
static bool fail_mark(wg_context *c, wg_site here, const char *what, const wg_option_list *list,
                      const void *options)
{
    size_t mark = 0;
    if (options) memcpy(&mark, options, sizeof mark);
    const int count = (int)(mark >> 20 & 255);
    if (count > list->count && (mark & 0xfffff) > list->size)
        wgi_fail(c, here, what, WG_ERROR_USE,
                 "the program was compiled for %d options of %s, and this library, " WG_VERSION
                 ", has %d: it needs a later one",
                 count, list->name, list->count);
    else
        wgi_fail(c, here, what, WG_ERROR_USE, "%s: write WG_OPTS(%s, ...)",
                 options ? "the options do not begin with those of WG_OPTS" : "the options are NULL",
                 list->name);
    return false;
}

bool wg_options_fit(wg_context *c, wg_site here, const char *what, const wg_option_list *list,
                    const void *options)
{
    if (!list) return true;
    if (!is_marked(list, options)) return fail_mark(c, here, what, list, options);
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
