/* formats.h: what the readers and writers of files share: whole files in memory, elements of foreign dtypes, checked sizes,
 * a scanner of small texts. Nothing outside idx.c, npy.c, safetensors*.c and data_*.c includes it.
 *
 * Files are hostile until proved otherwise. The order is always: read what is there, check every size against it with
 * checked arithmetic, then allocate. No reader allocates by a number that only a file claims.
 */
#ifndef WGI_FORMATS_H
#define WGI_FORMATS_H

#include "wengert/base.h"

/* ---- files ---- */

/* A file in memory, and who reads it, for errors. */
typedef struct wgi_file {
    wg_context *c;
    const char *who; /* the public function */
    const char *path;
    unsigned char *bytes; /* of the context; one zero byte follows the last */
    size_t size;
} wgi_file;

bool wgi_file_read(wgi_file *f, wg_context *c, const char *who,
                   const char *path); /* false: an error is recorded */
void wgi_file_free(wgi_file *f);
/* Records "who: path: byte N: ..."; returns false. */
bool wgi_file_bad(const wgi_file *f, size_t at, const char *format, ...) WG_PRINTF(3, 4);

/* A file being written beside its place: wgi_out_close moves it there, or removes it when anything has failed. */
typedef struct wgi_out {
    wg_context *c;
    const char *who, *path;
    FILE *stream;
    char *target, *temporary; /* temporary NULL: the path is a device or a pipe, written directly */
    int error;                /* errno of the first failure */
} wgi_out;

bool wgi_out_open(wgi_out *o, wg_context *c, const char *who, const char *path);
void wgi_out_write(wgi_out *o, const void *bytes, size_t size);
bool wgi_out_close(wgi_out *o);

/* ---- sizes ---- */

/* The number of bytes of a shape; false where it overflows, the rank is wrong, or a size is negative. */
bool wgi_shape_bytes(const wg_shape *s, size_t element, size_t *bytes);
/* Zeroed memory for a tensor; never NULL for an empty one. false: an error is recorded. */
bool wgi_tensor_new(wg_context *c, wg_dtype dtype, const wg_shape *s, wg_tensor *t);

/* ---- elements as files have them ---- */

typedef enum wgi_element {
    WGI_NO_ELEMENT,
    WGI_BOOL,
    WGI_U8,
    WGI_I8,
    WGI_U16,
    WGI_I16,
    WGI_U32,
    WGI_I32,
    WGI_I64,
    WGI_F16,
    WGI_BF16,
    WGI_F32,
    WGI_F64
} wgi_element;

size_t wgi_element_size(wgi_element e);
wg_dtype wgi_element_dtype(wgi_element e); /* the smallest of ours that holds all its values */
/* Reads count elements into an array of the element's own dtype. NaNs keep their bits; a bool is true unless 0. */
void wgi_element_read(wgi_element e, bool big_endian, const unsigned char *from, size_t count, void *to);
double wgi_element_value(wgi_element e, bool big_endian, const unsigned char *from);
bool wgi_little_endian(void);

/* ---- small texts ---- */

typedef struct wgi_scan {
    const char *text;
    size_t size, at;
} wgi_scan;

bool wgi_scan_char(wgi_scan *s, char c);            /* skips white space; takes c if it is next */
bool wgi_scan_number(wgi_scan *s, uint64_t *value); /* decimal digits, at most INT64_MAX */
bool wgi_scan_string(wgi_scan *s, size_t *from,
                     size_t *length); /* in ' or "; a backslash hides the next character */
bool wgi_scan_is(const wgi_scan *s, size_t from, size_t length, const char *word);

#endif
