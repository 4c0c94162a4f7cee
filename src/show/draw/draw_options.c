/* draw_options.c: the list of options. One that has no meaning for a kind of picture is an error that names
 * it. */
#include "draw/draw_private.h"
#include "wgx/draw.h"

#include <string.h>

WG_OPTION_ROWS(wg_draw_opts)

/* The kinds of pictures that the options of the list go with, in their order. */
#define USE(type, name, standard, range, text, goes_with, ...) goes_with,
static const unsigned uses[] = { wg_draw_opts_list(WG_NO_, USE) };
enum { USES = WGI_COUNT(uses) };

/* By bit of wg_picture_kind: entry i is for bit i. */
static const char *const pictures[] = { "a graph's picture", "a graph's text", "a plan's picture",
                                        "a plan's table" };
enum { PICTURES = WGI_COUNT(pictures) };
_Static_assert(WG_PICTURE_TABLE == 1 << (PICTURES - 1), "the last kind of picture has the last name");

wgi_level wgi_level_of(const wg_draw_opts *o)
{
    static const char *const words[WGI_LEVELS] = { "written", "ops", "plan" };
    int i = 0;
    while (o->level && i < WGI_LEVELS && strcmp(o->level, words[i])) i++;
    return (wgi_level)i;
}

const char *wgx_draw_goes_with(unsigned goes_with, char *text, size_t size)
{
    size_t n = 0;
    if (!text) return "";
    if (size) *text = 0;
    for (int i = 0; i < PICTURES; i++)
        if (goes_with >> i & 1 && n < size)
            n += (size_t)snprintf(text + n, size - n, "%s%s", n ? ", " : "", pictures[i]);
    return text;
}

static bool is_given(const wg_draw_opts *o, int i)
{
    const wg_option_list *list = wg_draw_opts_rows();
    const wg_option *x = &list->option[i];
    return memcmp((const char *)o + x->offset, (const char *)list->standard + x->offset, x->size) != 0;
}

/* The row of a list is followed by the row of its count. */
static bool lacks_list(const wg_draw_opts *o, int count)
{
    return strstr(wg_draw_opts_rows()->option[count].name, "_count") && is_given(o, count) &&
           !is_given(o, count - 1);
}

wg_status wgi_draw_options_fit(wg_context *c, wg_site here, const char *call, const wg_draw_opts *o)
{
    return wg_options_fit(c, here, call, wg_draw_opts_rows(), o) ? WG_OK : wg_failed(c);
}

wg_status wgi_draw_fits(const wgi_picture *p, const char *call, wg_picture_kind kind)
{
    const wg_option_list *list = wg_draw_opts_rows();
    char all[200], this[60];
    for (int i = 0; i < USES; i++)
        if (!(uses[i] & kind) && is_given(p->o, i))
            return WGI_REFUSE(p, "%s: .%s goes with %s, not with %s", call, list->option[i].name,
                              wgx_draw_goes_with(uses[i], all, sizeof all),
                              wgx_draw_goes_with(kind, this, sizeof this));
    for (int i = 1; i < USES; i++)
        if (lacks_list(p->o, i))
            return WGI_REFUSE(p, "%s: .%s = %g, but .%s is NULL", call, list->option[i].name,
                              wg_option_value(&list->option[i], p->o), list->option[i - 1].name);
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
