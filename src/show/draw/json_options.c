/* json_options.c: the options of ops as JSON that may stand in <script>. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "draw/page.h"
#include "wengert/op.h"
#include "wgx/op.h"

/* The option's value; "" for a kind that the script has no use for. */
static void put_option(wgi_strbuf *b, const wgx_setting *o)
{
    switch (o->kind) {
    case WG_ATTR_INT:
    case WG_ATTR_AXIS:
    case WG_ATTR_SIZE: wgi_json_whole(b, o->whole); break;
    case WG_ATTR_DOUBLE:
        if (o->given) wgi_strbuf_format(b, isfinite(o->real) ? "%.17g" : "null", o->real);
        break;
    case WG_ATTR_BOOL: wgi_strbuf_put(b, o->whole ? "true" : ""); break;
    case WG_ATTR_TEXT:
    case WG_ATTR_DTYPE:
    case WG_ATTR_CHOICE: wgi_json_text(b, o->word, true); break;
    case WG_ATTR_AXES:
        if (o->given) wgi_json_shape(b, o->list);
        break;
    case WG_ATTR_SHAPE: wgi_json_shape(b, o->list); break;
    case WG_ATTR_POINTER: wgi_strbuf_put(b, "true"); break;
    }
}

static bool is_default(const wg_attr_row *r, const char *text)
{
    char word[64];
    if (!*text || !r->standard) return !*text;
    snprintf(word, sizeof word, "\"%s\"", r->standard);
    if (strcmp(text, r->standard) == 0 || strcmp(text, word) == 0) return true;
    return r->kind == WG_ATTR_DOUBLE && strtod(text, NULL) == strtod(r->standard, NULL);
}

void wgi_json_options(wgi_pool *pool, wgi_strbuf *b, const wg_op *op, const void *attr)
{
    const wg_attr_row *r = attr && op ? op->attrs : NULL;
    const size_t before = b->length;
    for (; r && r->name; r++) {
        wgi_strbuf option = { .pool = pool };
        const wgx_setting o = wgx_attr_setting(r, attr);
        put_option(&option, &o);
        const char *text = wgi_strbuf_keep(&option);
        if (is_default(r, text)) continue;
        if (b->length == before) wgi_json_key(b, "p"), wgi_json_open(b, "{");
        wgi_json_key(b, r->name), wgi_strbuf_put(b, text);
    }
    if (b->length > before) wgi_strbuf_put(b, "}");
}
