/* json.c: texts, numbers, and the options of ops as JSON that may stand in <script>. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "draw/page.h"
#include "wengert/op.h"

void wgi_json_open(wgi_strbuf *b, const char *bracket)
{
    const char before = b->length ? b->at[b->length - 1] : '{';
    if (!strchr("{[:", before)) wgi_strbuf_put(b, ",");
    wgi_strbuf_put(b, bracket);
}

void wgi_json_text(wgi_strbuf *b, const char *s, bool in_script)
{
    wgi_json_open(b, "\"");
    for (; *s; s++) {
        const unsigned char c = (unsigned char)*s;
        if (c == '"' || c == '\\') wgi_strbuf_format(b, "\\%c", c);
        else if (c < 0x20 || (c == '<' && in_script) || c == 0x7f) wgi_strbuf_format(b, "\\u%04x", c);
        else wgi_strbuf_add(b, s, 1);
    }
    wgi_strbuf_put(b, "\"");
}

void wgi_json_key(wgi_strbuf *b, const char *key)
{
    wgi_json_open(b, "\"");
    wgi_strbuf_format(b, "%s\":", key);
}

void wgi_json_member(wgi_strbuf *b, const char *key, const char *text)
{
    if (*text) wgi_json_key(b, key), wgi_json_text(b, text, true);
}

void wgi_json_whole(wgi_strbuf *b, int64_t value)
{
    wgi_json_open(b, "");
    wgi_strbuf_format(b, "%lld", (long long)value);
}

void wgi_json_whole_member(wgi_strbuf *b, const char *key, int64_t value)
{
    wgi_json_key(b, key), wgi_json_whole(b, value);
}

/* JSON has no NaN and no infinity: they are null, and texts. */
void wgi_json_number(wgi_strbuf *b, double x, bool full)
{
    wgi_json_open(b, isnan(x) ? "null" : isinf(x) ? (x < 0 ? "\"-\"" : "\"+\"") : "");
    if (isfinite(x)) wgi_strbuf_format(b, full ? "%.17g" : "%.7g", x);
}

void wgi_json_shape(wgi_strbuf *b, wg_shape s)
{
    wgi_json_open(b, "[");
    for (int d = 0; d < s.rank; d++) wgi_json_whole(b, s.dim[d]);
    wgi_strbuf_put(b, "]");
}

/* The option's value; "" for a kind that the script has no use for. */
static void put_option(wgi_strbuf *b, const wg_attr_row *r, const wgi_option *o)
{
    switch (o->form) {
    case WGI_OPT_WHOLE: wgi_json_whole(b, o->whole); break;
    case WGI_OPT_REAL:
        if (o->real != 0)
            wgi_strbuf_format(b, isfinite(o->real) ? "%.17g" : "null", wg_or_standard(o->real, 0));
        break;
    case WGI_OPT_TRUTH: wgi_strbuf_put(b, o->whole ? "true" : ""); break;
    case WGI_OPT_WORD: wgi_strbuf_format(b, "\"%s\"", o->word); break;
    case WGI_OPT_LIST:
        if (o->list.rank || r->kind == WG_ATTR_SHAPE) wgi_json_shape(b, o->list);
        break;
    case WGI_OPT_OTHER: wgi_strbuf_put(b, "true"); break;
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
        const wgi_option o = wgi_option_of(pool, r, attr);
        put_option(&option, r, &o);
        const char *text = wgi_strbuf_keep(&option);
        if (is_default(r, text)) continue;
        if (b->length == before) wgi_json_key(b, "p"), wgi_json_open(b, "{");
        wgi_json_key(b, r->name), wgi_strbuf_put(b, text);
    }
    if (b->length > before) wgi_strbuf_put(b, "}");
}
