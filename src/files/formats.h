/* formats.h: what the readers and writers of files share: whole files in memory, elements of foreign dtypes, checked sizes,
 * a scanner of small texts. Nothing outside idx.c, npy.c, safetensors*.c and data_*.c includes it.
 *
 * Files are hostile until proved otherwise. The order is always: read what is there, check every size against it with
 * checked arithmetic, then allocate. No reader allocates by a number that only a file claims.
 */
#ifndef WGI_FORMATS_H
#define WGI_FORMATS_H

#include "wengert/base.h"

/* ---- files.c ---- */

/* A file in memory, and who reads it, for errors. */
typedef struct wgi_file {
    wg_context *c;
    const char *who; /* the public function */
    const char *path;
    unsigned char *bytes; /* of the context; one zero byte follows the last */
    size_t size;
} wgi_file;

/* false: an error is recorded */
bool wgi_file_read(wgi_file *f, wg_context *c, const char *who, const char *path);
void wgi_file_free(wgi_file *f);
/* Records "who: path: ..."; returns false. */
bool wgi_file_fail(const wgi_file *f, wg_status s, const char *format, ...) WG_PRINTF(3, 4);
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

/* A new array of room elements that begins with the count elements of old, which is freed. NULL: an error is recorded, old
 * stays. */
void *wgi_more_room(wg_context *c, void *old, size_t count, size_t room, size_t size);

/* ---- foreign_elements.c: sizes ---- */

/* The number of bytes of a shape; false where it overflows, the rank is wrong, or a size is negative. */
bool wgi_shape_bytes(const wg_shape *s, size_t element, size_t *bytes);
/* Whether a tensor of the user's has a dtype, a possible shape, and data unless it is empty; its bytes. */
bool wgi_tensor_usable(const wg_tensor *t, size_t *bytes);
/* Zeroed memory for a tensor; never NULL for an empty one. false: an error is recorded. */
bool wgi_tensor_new(wg_context *c, wg_dtype dtype, const wg_shape *s, wg_tensor *t);

/* ---- foreign_elements.c: elements as files have them ---- */

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
    WGI_F64,
    WGI_U64, /* from here on: the size is known, the values cannot be read */
    WGI_C64,
    WGI_F8_E5M2,
    WGI_F8_E4M3,
    WGI_F8_E8M0,
    WGI_ELEMENTS
} wgi_element;

typedef struct wgi_element_kind {
    unsigned char size;  /* bytes */
    unsigned char dtype; /* the smallest wg_dtype that holds all values; WG_DEFAULT_DTYPE: there is none */
    unsigned char idx;   /* the type byte of IDX files, 0: IDX has no such element */
    char npy[3], safetensors[12]; /* the names in these files, "": the format has no such element */
} wgi_element_kind;
extern const wgi_element_kind wgi_elements[WGI_ELEMENTS];

wgi_element wgi_element_of(wg_dtype t); /* the element whose values and size are those of a known dtype */
bool wgi_little_endian(void);
/* The unsigned number of size bytes at p. */
uint64_t wgi_number_at(const unsigned char *p, size_t size, bool big_endian);

/* The elements of a tensor inside a file in memory. */
typedef struct wgi_array {
    wgi_element element;
    bool big_endian;
    wg_shape shape;
    const unsigned char *from; /* the first element */
    size_t count;
} wgi_array;

/* Fills in from and count of an array that takes the file from byte start to its end; fails unless it just fits. */
bool wgi_array_place(const wgi_file *f, size_t start, wgi_array *a);
/* Writes elements at .. at + count - 1 to an array of the element's own dtype. NaNs keep their bits; a bool is true unless
 * 0. */
void wgi_array_copy(const wgi_array *a, size_t at, size_t count, void *to);
double wgi_array_value(const wgi_array *a, size_t i);
/* A tensor of all elements. false: an error is recorded. */
bool wgi_array_read(wg_context *c, const wgi_array *a, wg_tensor *t);

/* idx.c: finds the array of an IDX file. false: an error is recorded. */
bool wgi_idx_parse(const wgi_file *f, wgi_array *a);

/* ---- header_scan.c ---- */

/* A text inside a file, read from left to right. All but wgi_scan_is skip white space first. */
typedef struct wgi_scan {
    const wgi_file *f;
    const char *text;
    size_t size, at;
    bool
        python; /* a Python literal; else JSON, which has neither '...' nor a comma before a closing bracket */
} wgi_scan;

bool wgi_scan_bad(const wgi_scan *s,
                  const char *what);                /* records an error at the present byte; returns false */
bool wgi_scan_char(wgi_scan *s, char c);            /* takes c if it is next */
bool wgi_scan_number(wgi_scan *s, uint64_t *value); /* decimal digits, at most INT64_MAX */
/* A text in quotes: where it begins in s->text; a backslash hides the next character. */
bool wgi_scan_string(wgi_scan *s, size_t *from, size_t *length);
bool wgi_scan_is(const wgi_scan *s, size_t from, size_t length, const char *word);
/* The opening bracket of a list, then what stands behind each item: *more tells whether an item follows. */
bool wgi_scan_open(wgi_scan *s, char open, char close, bool *more);
bool wgi_scan_more(wgi_scan *s, char close, bool *more);
/* A key and its colon: *key is its index in keys, which NULL ends; seen has a bit for each key that was read. Records an
 * error when the key is unknown or stands twice. */
bool wgi_scan_key(wgi_scan *s, const char *const keys[], unsigned *seen, int *key);

#endif
