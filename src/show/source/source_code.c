/* source_code.c: texts of C. The functions that a file can need are those of kernels.c99, and the
 * elementary functions of the library's own kernels, from the same headers: so both compute the same bits. */
#include "source/source.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A function, constant or type: its name and its text. Of the same name the last one counts. */
typedef struct piece {
    const char *name, *text;
} piece;
#include "source_text.h"

enum { PIECES = WGI_COUNT(source_piece) };

static int piece_of(const char *word)
{
    for (int i = PIECES - 1; i >= 0; i--)
        if (!strcmp(source_piece[i].name, word)) return i;
    return -1;
}

/* Words that are of one of both floats. */
static const struct {
    const char *word, *f32, *f64;
} of_floats[] = {
    { "T", "float", "double" },
    { "LANES", "16", "8" },
    { "REST", "0x1p-6f", "0x1p-6" },
    { "NEAR_1", "0x1p-21", "0x1p-50" },
    { "NEAR_SUM", "0x1p-20", "0x1p-48" },
    { "LARGEST", "3.40282347e+38f", "1.7976931348623157e+308" },
    { "POW", "powf", "pow" },
    { "MOD", "fmodf", "fmod" },
    { "MANY", "0x1p-22f", "0x1p-51" },
    { "TANH_LEAST", "0x1p-7f", "0x1p-7" },
    { "SIGMOID_LEAST", "0x1p-6f", "0x1p-6" },
    { "M_LN2", "0.693147180559945309", "0.693147180559945309" },
};

static const char *of_float(const wgi_c_file *s, const char *word)
{
    for (size_t i = 0; i < WGI_COUNT(of_floats); i++)
        if (!strcmp(of_floats[i].word, word)) return s->single ? of_floats[i].f32 : of_floats[i].f64;
    for (size_t i = 0; i < WGI_COUNT(source_of_floats); i++)
        if (!strcmp(source_of_floats[i].word, word))
            return s->single ? source_of_floats[i].f32 : source_of_floats[i].f64;
    return NULL;
}

const char *wgi_kernel_expression(const wg_op *op)
{
    for (size_t i = 0; i < WGI_COUNT(source_expression); i++)
        if (wgx_op_is(op, source_expression[i].op)) return source_expression[i].text;
    return NULL;
}

bool wgi_source_begin(wgi_c_file *s)
{
    s->used = wgi_pool_take(&s->pool, PIECES, sizeof *s->used);
    return s->used != NULL;
}

static bool begins_word(char c) { return isalpha((unsigned char)c) || c == '_'; }
static bool is_of_word(char c) { return isalnum((unsigned char)c) || c == '_'; }

/* The text of the word in the list, else NULL. */
static const char *text_of(const char *word, const wgi_c_word *words, int n)
{
    for (int i = 0; i < n; i++)
        if (!strcmp(words[i].word, word)) return words[i].text;
    return NULL;
}

static void put_word(wgi_c_file *s, wgi_strbuf *to, const char *word, const wgi_c_word *words, int n)
{
    const char *own = text_of(word, words, n);
    if (!own) {
        own = of_float(s, word);
        const int at = piece_of(own ? own : word);
        if (at >= 0) s->used[at] = true;
        if (!strcmp(word, "ALWAYS_INLINE")) own = "static inline";
    }
    wgi_strbuf_put(to, own ? own : word);
}

/* The name at code, N(tanh_slope) as tanh_slope_f32. Returns what comes behind it. */
static const char *read_word(const wgi_c_file *s, const char *code, char *word, size_t room)
{
    size_t n = 0;
    const bool both = code[0] == 'N' && code[1] == '(';
    for (code += both ? 2 : 0; is_of_word(*code); code++)
        if (n + 5 < room) word[n++] = *code;
    word[n] = 0;
    if (both) strcpy(word + n, s->single ? "_f32" : "_f64");
    return both && *code == ')' ? code + 1 : code;
}

void wgi_put_code(wgi_c_file *s, wgi_strbuf *to, const char *code, const wgi_c_word *words, int n)
{
    char word[80];
    while (*code) {
        if (code[0] == '/' && code[1] == '*') { /* words of a comment mean nothing */
            const char *end = strstr(code, "*/");
            end = end ? end + 2 : code + strlen(code);
            wgi_strbuf_add(to, code, (size_t)(end - code));
            code = end;
        } else if (begins_word(*code)) {
            code = read_word(s, code, word, sizeof word);
            put_word(s, to, word, words, n);
        } else if (isdigit((unsigned char)*code)) { /* 0x1p-6f is no word */
            const char *end = code;
            while (is_of_word(*end) || *end == '.' || ((*end == '-' || *end == '+') && strchr("pe", end[-1])))
                end++;
            wgi_strbuf_add(to, code, (size_t)(end - code));
            code = end;
        } else wgi_strbuf_add(to, code++, 1);
    }
}

void wgi_put_words(wgi_strbuf *to, const char *text, const wgi_c_word *words, int n)
{
    while (*text) {
        char word[80];
        size_t length = 0;
        while (is_of_word(text[length]) && length + 1 < sizeof word) length++;
        if (!length) length = 1;
        snprintf(word, sizeof word, "%.*s", (int)length, text);
        const char *own = text_of(word, words, n);
        if (own) wgi_strbuf_put(to, own);
        else wgi_strbuf_add(to, text, length);
        text += length;
    }
}

/* What a piece calls stands before it, since the pieces are in the order of their files: so going backwards
 * finds all. */
void wgi_put_functions(wgi_c_file *s, wgi_strbuf *to)
{
    wgi_strbuf *text = wgi_pool_take(&s->pool, PIECES, sizeof *text);
    if (!text) return;
    for (int i = PIECES - 1; i >= 0; i--) {
        text[i].pool = &s->pool;
        if (s->used[i]) wgi_put_code(s, &text[i], source_piece[i].text, NULL, 0);
    }
    for (int i = 0; i < PIECES; i++)
        if (s->used[i]) wgi_strbuf_put(to, wgi_strbuf_text(&text[i]));
}

bool wgi_is_reserved(const char *word)
{
    static const char *const words =
        " auto bool break case char const continue default do double else enum extern false float for goto "
        "if inline int "
        "long register restrict return short signed sizeof static struct switch typedef union unsigned void "
        "volatile "
        "while true and or not xor class new delete this template typename namespace operator private public "
        "protected try catch throw using virtual friend export main work axis epoch NULL EOF linux unix "
        "float_t double_t HUGE_VAL HUGE_VALF HUGE_VALL "
        "y0 y1 yn j0 j1 jn gamma lgamma tgamma signgam div abs exp log pow sqrt sin cos tan asin acos atan "
        "sinh cosh tanh "
        "asinh acosh atanh floor ceil round fabs fmod fmin fmax erf erfc index remainder expm1 log1p scalb "
        "logb hypot "
        "cbrt rint trunc near far asm typeof i j k l i4 i5 i6 i7 NAN INFINITY int32_t int64_t uint8_t "
        "uint32_t uint64_t "
        "memcpy memset memmove strlen logistic drem significand exp2 log2 log10 frexp ldexp modf copysign "
        "nan isnan isinf "
        "fma lrint lround nearbyint select ";
    char padded[100];
    snprintf(padded, sizeof padded, " %.90s ", word);
    return strstr(words, padded) || piece_of(word) >= 0;
}

bool wgi_begins_as_macro(const char *word)
{
    return *word == '_' || !strncmp(word, "M_", 2) || !strncmp(word, "FP_", 3) || !strncmp(word, "MATH_", 5);
}

const char *wgi_c_type(const wgi_c_file *s, wg_dtype t)
{
    return t == WG_F32   ? "float"
           : t == WG_F64 ? "double"
           : t == WG_I64 ? "long long"
           : t == WG_I32 ? "int"
                         : "bool";
}

const char *wgi_c_number(wgi_c_file *s, double x, wg_dtype t)
{
    char text[40];
    const bool single = t == WG_F32;
    if (x != x) return "NAN";
    if (isinf(x)) return x > 0 ? "INFINITY" : "(-INFINITY)";
    if (!wg_dtype_is_float(t)) return wgi_pool_format(&s->pool, x < 0 ? "(%lld)" : "%lld", (long long)x);
    for (int digits = 1; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, x);
        if (single ? strtof(text, NULL) == (float)x : strtod(text, NULL) == x) break;
    }
    if (!strpbrk(text, ".e")) strcat(text, ".0");
    return wgi_pool_format(&s->pool, text[0] == '-' ? "(%s%s)" : "%s%s", text, single ? "f" : "");
}
