/* json.c: texts and numbers as JSON that may stand in <script>. */
#include <math.h>
#include <string.h>

#include "text/text.h"

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

void wgi_json_list(wgi_strbuf *b, const char *key) { wgi_json_key(b, key), wgi_json_open(b, "["); }

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
