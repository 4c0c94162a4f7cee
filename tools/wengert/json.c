/* json.c: writes JSON. NaN and infinities are the strings "nan", "inf", "-inf". Bytes that are not UTF-8
 * become U+FFFD. The command never calls setlocale, so printf writes a decimal point. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tool.h"

enum { MOST_ELEMENTS = 1000 };

/* ---- text ---- */

static void quoted(json *j, const char *text)
{
    fputc('"', j->out);
    for (const char *s = text; *s;) {
        const int n = wgx_utf8_length(s);
        if (n == 0) fputs("\\ufffd", j->out);
        else if (*s == '"' || *s == '\\') fprintf(j->out, "\\%c", *s);
        else if (*s == '\n') fputs("\\n", j->out);
        else if ((unsigned char)*s < 0x20 || *s == 0x7f) fprintf(j->out, "\\u%04x", (unsigned)*s);
        else fwrite(s, 1, (size_t)n, j->out);
        s += n ? n : 1;
    }
    fputc('"', j->out);
}

/* ---- structure ---- */

static void next(json *j, const char *key)
{
    if (!j->first[j->depth]) fputc(',', j->out);
    j->first[j->depth] = false;
    if (key) {
        quoted(j, key);
        fputc(':', j->out);
    }
}

static void begin(json *j, const char *brackets)
{
    fputc(brackets[0], j->out);
    j->depth++;
    j->first[j->depth] = true;
    j->close[j->depth] = brackets[1];
}

json json_start(FILE *out)
{
    json j = { .out = out };
    begin(&j, "{}");
    json_whole(&j, "wengert", 1);
    return j;
}

void json_object(json *j, const char *key) { next(j, key), begin(j, "{}"); }
void json_array(json *j, const char *key) { next(j, key), begin(j, "[]"); }
void json_end(json *j) { fputc(j->close[j->depth--], j->out); }

void json_finish(json *j)
{
    while (j->depth) json_end(j);
    fputc('\n', j->out);
}

/* ---- values ---- */

void json_text(json *j, const char *key, const char *value) { next(j, key), quoted(j, value ? value : ""); }
void json_whole(json *j, const char *key, long long value) { next(j, key), fprintf(j->out, "%lld", value); }
void json_bool(json *j, const char *key, bool value)
{
    next(j, key), fputs(value ? "true" : "false", j->out);
}

void json_number(json *j, const char *key, double v, wg_dtype t)
{
    next(j, key);
    if (t == WG_BOOL) fputs(v != 0 ? "true" : "false", j->out);
    else if (isnan(v)) fputs("\"nan\"", j->out);
    else if (isinf(v)) fputs(v > 0 ? "\"inf\"" : "\"-inf\"", j->out);
    else fprintf(j->out, "%.*g", t == WG_F32 ? 9 : 17, v);
}

static void shape(json *j, const char *key, wg_shape s)
{
    json_array(j, key);
    for (int i = 0; i < s.rank; i++) json_whole(j, NULL, s.dim[i]);
    json_end(j);
}

static void nested(json *j, const char *key, const wg_tensor *t, int axis, int64_t *i)
{
    if (axis == t->shape.rank) {
        if (t->dtype == WG_I64) json_whole(j, key, ((const int64_t *)t->data)[(*i)++]);
        else json_number(j, key, wg_tensor_item(t, (*i)++), t->dtype);
        return;
    }
    json_array(j, key);
    for (int64_t k = 0; k < t->shape.dim[axis]; k++) nested(j, NULL, t, axis + 1, i);
    json_end(j);
}

static void summary(json *j, const wg_tensor *t)
{
    int64_t n = wg_shape_size(t->shape);
    double low = INFINITY, high = -INFINITY, sum = 0, squares = 0;
    for (int64_t i = 0; i < n; i++) {
        double v = wg_tensor_item(t, i);
        low = v < low || isnan(v) ? v : low;
        high = v > high || isnan(v) ? v : high;
        sum += v;
        squares += v * v;
    }
    json_object(j, "summary");
    json_number(j, "min", low, WG_F64);
    json_number(j, "max", high, WG_F64);
    json_number(j, "mean", sum / (double)n, WG_F64);
    json_number(j, "norm", sqrt(squares), WG_F64);
    json_end(j);
}

static bool is_long(const json *j, const wg_tensor *t)
{
    return !j->full && wg_shape_size(t->shape) > MOST_ELEMENTS;
}

/* Writes the members value, summary (of a long tensor) and shape. */
static void value_or_summary(json *j, const wg_tensor *t)
{
    int64_t i = 0;
    if (!is_long(j, t)) {
        nested(j, "value", t, 0, &i);
    } else {
        next(j, "value");
        fputs("null", j->out);
        summary(j, t);
    }
    shape(j, "shape", t->shape);
}

void json_values(json *j, const char *key, const wg_tensor *t)
{
    int64_t i = 0;
    if (!is_long(j, t)) {
        nested(j, key, t, 0, &i);
        return;
    }
    json_object(j, key);
    value_or_summary(j, t);
    json_end(j);
}

void json_tensor(json *j, const char *key, const wg_tensor *t)
{
    json_object(j, key);
    value_or_summary(j, t);
    json_text(j, "dtype", wg_dtype_name(t->dtype));
}

int json_only_text(const char *key, const char *value)
{
    json j = json_start(stdout);
    json_text(&j, key, value);
    json_finish(&j);
    return EXIT_DONE;
}

bool json_in_page(FILE *out, const char *const pairs[])
{
    char *text = NULL;
    size_t size = 0;
    FILE *memory = tool_text_begin(&text, &size);
    if (!memory) return false;
    json j = json_start(memory);
    for (int i = 0; pairs[i]; i += 2) json_text(&j, pairs[i], pairs[i + 1]);
    json_finish(&j);
    const bool fine = tool_text_end(memory, &text);
    for (const char *s = text; fine && *s; s++)
        if (*s == '<') fputs("\\u003c", out);
        else if (*s != '\n') fputc(*s, out);
    free(text);
    return fine;
}

/* ---- structs ---- */

void json_rows(json *j, const json_row *row, int n, const void *of)
{
    for (; n-- > 0; row++) {
        const void *at = (const char *)of + row->offset;
        switch (row->kind) {
        case 's': json_text(j, row->key, *(const char *const *)at); break;
        case 'c': json_text(j, row->key, at); break;
        case 'i': json_whole(j, row->key, *(const int *)at); break;
        case 'l': json_whole(j, row->key, *(const int64_t *)at); break;
        case 'b': json_bool(j, row->key, *(const bool *)at); break;
        case 'd': json_number(j, row->key, *(const double *)at, WG_F64); break;
        case 'v': json_text(j, row->key, wg_verdict_name(*(const wg_verdict *)at)); break;
        case 'h': shape(j, row->key, *(const wg_shape *)at); break;
        }
    }
}

const json_row builtin_rows[3] = { JSON_ROW(wgx_builtin, name), JSON_ROW(wgx_builtin, usage),
                                   JSON_ROW(wgx_builtin, summary) };
