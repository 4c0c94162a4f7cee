/* text.h: texts that grow: what writers of pictures share.
 *
 * A writer adds to a wgi_strbuf without looking for errors, checks `failed` once at the end, and saves it.
 */
#ifndef WGI_TEXT_H
#define WGI_TEXT_H

#include <stdio.h>
#include <locale.h>
#include <stdint.h>

#include "wengert/base.h"

/* Records the error and gives `status`; wg_fail gives that of the context's first error. */
#define WGI_DRAW_FAIL(c, here, status, ...) (wg_fail(c, here, status, __VA_ARGS__), (status))

/* The number of elements of an array. */
#define WGI_COUNT(list) (sizeof(list) / sizeof *(list))

/* ---- pool.c: memory that is freed all at once ---- */

/* Set c, all else to zero. After a failed allocation `failed` is set: look at it before you use what several
 * calls have taken, and at the end. */
typedef struct wgi_pool {
    wg_context *c;
    struct wgi_pool_block *blocks;
    char *chunk; /* where the next small piece goes */
    size_t left;
    bool failed;
} wgi_pool;

void *wgi_pool_alloc(wgi_pool *p, size_t count,
                     size_t size); /* all zero, also of count 0; NULL after an error */
static inline void *wgi_pool_take(wgi_pool *p, int64_t count, size_t size)
{
    return wgi_pool_alloc(p, (size_t)count, size);
}
/* What was taken last, with `from` bytes, now has `to` bytes. Does nothing if something was taken since. */
void wgi_pool_shrink(wgi_pool *p, void *taken, size_t from, size_t to);
/* Twice the room of the list at *list, at least n + 1. false: no memory. */
bool wgi_pool_room(wgi_pool *p, void *list, size_t size, int64_t n, int64_t *room);
void wgi_pool_free(wgi_pool *p);
/* Texts, "" without memory. */
const char *wgi_pool_copy(wgi_pool *p, const char *s); /* NULL becomes "" */
const char *wgi_pool_part(wgi_pool *p, const char *s, size_t n);
const char *wgi_pool_format(wgi_pool *p, const char *format, ...) WG_PRINTF(2, 3);
const char *wgi_pool_clean(wgi_pool *p, const char *s, int most); /* see wgi_strbuf_clean */

/* ---- strbuf.c ---- */

/* Set c, or the pool that has the text; all else to zero. After a failed allocation `failed` is set and
 * additions do nothing; so is that of the pool. */
typedef struct wgi_strbuf {
    wg_context *c;
    wgi_pool *pool; /* NULL: none */
    char *at;       /* zero-terminated; NULL before the first addition */
    size_t length, room;
    bool failed;
} wgi_strbuf;

void wgi_strbuf_add(wgi_strbuf *b, const char *s, size_t n);
void wgi_strbuf_put(wgi_strbuf *b, const char *s);
void wgi_strbuf_format(wgi_strbuf *b, const char *format, ...) WG_PRINTF(2, 3);
/* At most that many characters of s. Control characters become spaces, invalid UTF-8 becomes U+FFFD, a longer
 * text ends in "…". */
void wgi_strbuf_clean(wgi_strbuf *b, const char *s, int most);
/* With the characters special in XML, and the backslash, as entities; newlines become `line_break`. */
void wgi_strbuf_xml(wgi_strbuf *b, const char *s, const char *line_break);
/* wgi_strbuf_clean, then wgi_strbuf_xml on one line. */
void wgi_strbuf_clean_xml(wgi_strbuf *b, const char *s, int most);
/* A number that six digits give exactly, as a double or as an f32, is written so. Any other one has four
 * digits, zeros among them, and one behind the point: 1.000, 1096.6, 2.333·10⁶. So what has no point is
 * exact. The power of ten stands apart, from 10⁵ on if it is rounded, from 10⁹ on if it is whole, and
 * below 10⁻⁴. Returns the power, 0 if there is none. */
int wgi_number_text(double x, char digits[32]);
/* These digits, with a real minus sign and a power of ten: 1.6·10⁻⁹. Never 0 for another number. */
void wgi_put_number(wgi_strbuf *b, double x);
/* The text, "" if there is none. */
const char *wgi_strbuf_text(const wgi_strbuf *b);
/* Empties the buffer and keeps its memory. */
void wgi_strbuf_clear(wgi_strbuf *b);
/* Empties the buffer and frees its memory; `failed` stays. */
void wgi_strbuf_free(wgi_strbuf *b);
/* The text of a buffer with a pool, as long as the pool; the buffer is empty then. */
const char *wgi_strbuf_keep(wgi_strbuf *b);
/* The characters of a UTF-8 text (NULL: none), or of its first n bytes. */
int wgi_characters(const char *s);
int wgi_characters_in(const char *s, size_t n);

/* ---- widths.c: how wide a text is at most, without asking for fonts ---- */

typedef enum wgi_face { WGI_REGULAR, WGI_BOLD, WGI_ITALIC, WGI_MONO } wgi_face;

/* The fonts for which the widths hold; a viewer takes the first that it has. */
#define WGI_SANS "Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif"

/* The width of one line of UTF-8 in a font of that size, in the size's unit. It is at least the width in
 * any of the fonts above. A byte that begins no character counts as U+FFFD. */
double wgi_text_width(const char *utf8, double size, wgi_face face);

/* Bytes of the longest start of the text that is at most that wide, in whole characters. */
size_t wgi_text_fitting(const char *utf8, double size, wgi_face face, double width);

/* metric_table.c. The widths of the characters from this one on, up to that of the next entry. */
typedef struct wgi_metric {
    uint16_t from, regular, bold;
} wgi_metric;
extern const wgi_metric wgi_metrics[];
extern const int wgi_metric_count;

/* The columns that a text takes: an accent takes none, an ideograph two. */
int wgi_columns(const char *utf8);
/* At most that many columns of the text; a longer one ends in "…", if possible behind a comma. */
void wgi_strbuf_fit(wgi_strbuf *b, const char *utf8, int columns);

/* ---- small_letters.c ---- */

/* The letter or digit as a superscript or subscript; NULL: Unicode has none. */
const char *wgi_small(char c, bool up);
/* The letter whose small form these n bytes are, above (*up) or below the line; 0: they are none. */
char wgi_small_of(const char *utf8, size_t n, bool *up);

/* ---- tex_text.c: LaTeX ---- */

enum { WGI_TEX_BYTES = 32 };
/* The first character of a valid UTF-8 text, which is not "", with an accent behind it, as LaTeX for math
 * mode or for text mode, in any encoding of fonts. What pdflatex has no letter for becomes "?". How
 * many bytes of the text it is. */
size_t wgi_tex_character(const char *utf8, char tex[WGI_TEX_BYTES], bool *math);
/* The text for LaTeX's text mode: no character of it is a command. */
void wgi_strbuf_tex(wgi_strbuf *b, const char *utf8);

/* ---- json.c: parts of JSON; keys and values put a comma before themselves if they need one ---- */

void wgi_json_open(wgi_strbuf *b, const char *bracket);

/* in_script: < is written as an escape, so that the text ends no <script>. */
void wgi_json_text(wgi_strbuf *b, const char *s, bool in_script);
void wgi_json_key(wgi_strbuf *b, const char *key);
void wgi_json_list(wgi_strbuf *b, const char *key);                     /* and the bracket of its list */
void wgi_json_member(wgi_strbuf *b, const char *key, const char *text); /* nothing if the text is empty */
void wgi_json_whole(wgi_strbuf *b, int64_t value);
void wgi_json_whole_member(wgi_strbuf *b, const char *key, int64_t value);
void wgi_json_number(wgi_strbuf *b, double x, bool full); /* in 17 digits, or in seven */
void wgi_json_shape(wgi_strbuf *b, wg_shape s);

/* ---- child.c ---- */

/* A call that runs `rsvg-convert`, and how its errors read: "draw: `rsvg-convert` ...". */
typedef struct wgi_child {
    wg_context *c;
    wg_site here;
    const char *call, *smaller, *without; /* what to do about a large picture; which files need no program */
    double seconds;                       /* if they are named; else 20 */
    bool seconds_named;                   /* the call has an option .seconds */
} wgi_child;
/* The SVG with these sides as "png" or "pdf", by rsvg-convert. */
wg_status wgi_render(const wgi_child *r, const char *format, const double size[2], const wgi_strbuf *svg,
                     wgi_strbuf *out);
/* The text that the function writes, in a child of this process which has nothing else to do: whatever ends
 * the child, this process goes on. The function takes memory by malloc alone, as another thread may have held
 * a lock when the child began. false: no memory. WG_ERROR_MEMORY without a message if the child has not
 * written all. */
typedef bool (*wgi_work_fn)(void *with, FILE *to);
wg_status wgi_work_apart(const wgi_child *r, wgi_work_fn f, void *with, wgi_strbuf *out);

/* ---- locale.c ---- */

/* Write pictures between these two: they give this thread the locale "C", so that 0.5 is never
 * written 0,5. */
typedef struct wgi_locale {
    locale_t plain, before;
} wgi_locale;
wgi_locale wgi_locale_set_c(void);
void wgi_locale_restore(wgi_locale l);

#endif
