/* draw_options.c: an option that has no meaning for a kind of picture is an error that names it. */
#include "draw/draw_private.h"

#include <string.h>

typedef struct option {
    const char *type, *name;
    unsigned goes_with;
    size_t offset, size;
} option;

#define ROW(type, name, goes_with, ...) \
    { #type, #name, goes_with, offsetof(wg_draw_opts, name), sizeof(type) },
static const option options[] = { WG_DRAW_OPTIONS(ROW, ROW) };

/* By bit of wg_picture_kind: entry i is for bit i. */
static const char *const pictures[] = { "a graph's picture", "a graph's text", "a plan's picture",
                                        "a plan's table" };
enum { PICTURES = sizeof pictures / sizeof *pictures };
_Static_assert(WG_PICTURE_TABLE == 1 << (PICTURES - 1), "the last kind of picture has the last name");

wgi_level wgi_level_of(const wg_draw_opts *o)
{
    static const char *const words[WGI_LEVELS] = { "written", "ops", "plan" };
    int i = 0;
    while (o->level && i < WGI_LEVELS && strcmp(o->level, words[i])) i++;
    return (wgi_level)i;
}

const char *wg_draw_goes_with(unsigned goes_with, char *text, size_t size)
{
    size_t n = 0;
    if (!text) return "";
    if (size) *text = 0;
    for (int i = 0; i < PICTURES; i++)
        if (goes_with >> i & 1 && n < size)
            n += (size_t)snprintf(text + n, size - n, "%s%s", n ? ", " : "", pictures[i]);
    return text;
}

static bool is_given(const wg_draw_opts *o, const option *x)
{
    for (size_t i = 0; i < x->size; i++)
        if (((const char *)o)[x->offset + i]) return true;
    return false;
}

/* The row of a list is followed by the row of its count. */
static bool list_fits(const wg_draw_opts *o, const option *list, int *count)
{
    const void *first;
    memcpy(&first, (const char *)o + list[0].offset, sizeof first);
    memcpy(count, (const char *)o + list[1].offset, sizeof *count);
    return *count >= 0 && (first || !*count);
}

/* NaN or below what it may be: .fold = -1 means never. */
static bool is_too_low(const wg_draw_opts *o, const option *x, double *v)
{
    const char *at = (const char *)o + x->offset;
    int whole = 0;
    *v = 0;
    if (!strcmp(x->type, "double")) memcpy(v, at, sizeof *v);
    else if (!strcmp(x->type, "int")) memcpy(&whole, at, sizeof whole), *v = whole;
    return !(wg_or_standard(*v, 0) >= (strcmp(x->name, "fold") ? 0 : -1));
}

wg_status wgi_draw_fits(const wgi_picture *p, const char *call, wg_picture_kind kind)
{
    wg_context *c = p->c;
    const wg_site here = p->here;
    const wg_draw_opts *o = p->o;
    char all[200], this[60];
    int count;
    double v;
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        const option *x = &options[i];
        if (x->goes_with & kind || !is_given(o, x)) continue;
        return WGI_DRAW_FAIL(c, here, WG_ERROR_VALUE, "%s: .%s goes with %s, not with %s", call, x->name,
                             wg_draw_goes_with(x->goes_with, all, sizeof all),
                             wg_draw_goes_with(kind, this, sizeof this));
    }
    for (size_t i = 1; i < sizeof options / sizeof *options; i++)
        if (strstr(options[i].name, "_count") && !list_fits(o, &options[i - 1], &count))
            return WGI_DRAW_FAIL(c, here, WG_ERROR_VALUE, "%s: .%s = %d, but .%s is %s", call,
                                 options[i].name, count, options[i - 1].name, count < 0 ? "a list" : "NULL");
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        if (is_too_low(o, &options[i], &v))
            return WGI_DRAW_FAIL(c, here, WG_ERROR_VALUE, "%s: .%s = %g is too small", call, options[i].name,
                                 v);
    return WG_OK;
}

const char *wgi_next_line(wgi_pool *pool, const char **text)
{
    const size_t n = strcspn(*text, "\n");
    const char *line = **text ? wgi_pool_part(pool, *text, n) : NULL;
    *text += n + ((*text)[n] == '\n');
    return line;
}

bool wgi_next_name(const char **list, const char **name, size_t *length)
{
    const char *at = *list ? *list + strspn(*list, ", ") : "";
    size_t n = strcspn(at, ",");
    *list = at + n, *name = at;
    while (n && at[n - 1] == ' ') n--;
    *length = n;
    return n;
}
