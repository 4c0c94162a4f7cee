/* formats.h: the private header of files/, also used by data/: files, foreign element types, checked sizes,
 * a scanner for headers.
 *
 * Assume that a file is hostile. Every reader works in this order: read the header, check every size against
 * the size of the file with checked arithmetic, then allocate the tensors, then read the elements part by
 * part to their places. Never allocate a number of bytes that only the file claims. */
#ifndef WGI_FORMATS_H
#define WGI_FORMATS_H

#include "wengert/base.h"

/* ---- files.c ---- */

/* A file, and what an error message says about it. */
typedef struct wgi_file {
    wg_context *c;
    wg_site here;    /* the user's call */
    const char *who; /* the public function that reads it, such as "npy_read" */
    const char *path;
    unsigned char *bytes; /* the first bytes of the file, allocated from c; a zero byte follows them */
    size_t have, size;    /* how many bytes are there; the size of the file */
    int fd;               /* -1: all bytes are there */
} wgi_file;

/* Reads a whole file. Returns false after recording an error. */
bool wgi_file_read(wgi_file *f, wg_context *c, wg_site here, const char *who, const char *path);
/* Reads the first bytes of a regular file, and the whole of a pipe. Returns false after recording an error.
 * Call wgi_file_free whether it succeeds or not. */
bool wgi_file_open(wgi_file *f, wg_context *c, wg_site here, const char *who, const char *path);
void wgi_file_free(wgi_file *f);
/* Makes the first n bytes of the file, which has so many, be there. f->bytes changes. Returns false after
 * recording an error. */
bool wgi_file_need(wgi_file *f, size_t n);
/* Copies n bytes from byte `at` on, where the file must have them. Returns false after recording an error. */
bool wgi_file_copy(const wgi_file *f, size_t at, size_t n, void *to);
/* Whether all bytes can be read. Returns false after recording an error. */
bool wgi_file_readable(const wgi_file *f);
/* Records "who: path: ..."; returns false. */
bool wgi_file_fail(const wgi_file *f, wg_status s, const char *format, ...) WG_PRINTF(3, 4);
/* Records "who: path: byte N: ..."; returns false. */
bool wgi_file_bad(const wgi_file *f, size_t at, const char *format, ...) WG_PRINTF(3, 4);

/* A file that is being written beside its place. wgi_out_close puts it there, or removes it if any write
 * failed. A file that was there keeps its mode. */
typedef struct wgi_out {
    wg_context *c;
    wg_site here;
    const char *who, *path;
    FILE *stream;
    char *target, *temporary; /* temporary NULL: the path is a device or a pipe, which is written directly */
    bool nameless;            /* the file being written has no name; temporary is room for one */
    int error;                /* errno of the first failure */
} wgi_out;

/* A context that has failed is no obstacle: a picture of a failed call is saved. */
bool wgi_out_open(wgi_out *o, wg_context *c, wg_site here, const char *who, const char *path);
void wgi_out_write(wgi_out *o, const void *bytes, size_t size);
bool wgi_out_close(wgi_out *o);

/* Returns a new array of room elements whose first count elements are those of old, and frees old. Returns
 * NULL after recording an error; then old is still valid. */
void *wgi_more_room(wg_context *c, void *old, size_t count, size_t room, size_t size);

/* ---- foreign_elements.c: sizes ---- */

/* Computes the bytes of a tensor of this shape. Returns false if the product overflows, the rank is wrong,
 * or a size is negative. */
bool wgi_shape_bytes(const wg_shape *s, size_t element, size_t *bytes);
/* Returns whether the tensor has a known dtype, a possible shape, and data (an empty tensor needs none).
 * Sets *bytes. */
bool wgi_tensor_usable(const wg_tensor *t, size_t *bytes);
/* Allocates zeroed data for a tensor; data of an empty tensor is not NULL either. Returns false after
 * recording an error. */
bool wgi_tensor_new(wg_context *c, wg_site here, wg_dtype dtype, const wg_shape *s, wg_tensor *t);

/* ---- foreign_elements.c: element types of files ---- */

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
    WGI_U64, /* the values of this and the following types cannot be read; only their sizes are known */
    WGI_C64,
    WGI_F8_E5M2,
    WGI_F8_E4M3,
    WGI_F8_E8M0,
    WGI_UNKNOWN, /* a type that is not in this list; not even its size is known */
    WGI_ELEMENTS
} wgi_element;

typedef struct wgi_element_kind {
    size_t size;       /* bytes */
    wg_dtype dtype;    /* our smallest wg_dtype that holds all values; WG_DEFAULT_DTYPE: none does */
    unsigned char idx; /* the type byte in IDX files; 0: IDX does not have this type */
    char npy[3], safetensors[12]; /* the names in these formats; "": the format does not have this type */
} wgi_element_kind;
extern const wgi_element_kind wgi_elements[WGI_ELEMENTS];

wgi_element wgi_element_of(wg_dtype t); /* the type with the values and the size of dtype t */
bool wgi_little_endian(void);
/* The unsigned integer in the size bytes at p. */
uint64_t wgi_number_at(const unsigned char *p, size_t size, bool big_endian);

/* A tensor inside a file. */
typedef struct wgi_array {
    wgi_element element;
    bool big_endian;
    wg_shape shape;
    const wgi_file *f;
    size_t from; /* the byte of the first element */
    size_t count;
} wgi_array;

enum { WGI_ARRAY_PART = 2048 }; /* so many elements are read at a time; their conversion has at most 16 KiB */

/* Sets f, from and count for elements that begin at byte start of the file. Records an error and returns
 * false unless they end exactly at the end of the file. */
bool wgi_array_place(const wgi_file *f, size_t start, wgi_array *a);
/* Reads the elements at, at + 1, ... at + count - 1, converts them to their dtype and writes them to `to`.
 * NaNs keep their bits. A bool is true unless its byte is 0. Returns false after recording an error. */
bool wgi_array_copy(const wgi_array *a, size_t at, size_t count, void *to);
/* Makes a tensor of all elements. Returns false after recording an error. */
bool wgi_array_read(wg_context *c, wg_site here, const wgi_array *a, wg_tensor *t);

/* idx.c: checks the header of an IDX file against the size of the file. Returns false after recording an
 * error. */
bool wgi_idx_parse(const wgi_file *f, wgi_array *a);

/* ---- header_scan.c ---- */

/* A header that is read from left to right; at is the position. All functions but wgi_scan_is first skip
 * white space. */
typedef struct wgi_scan {
    const wgi_file *f;
    const char *text;
    size_t size, at;
    /* true: a Python literal. It may have texts in '...' and a comma before a closing bracket. false:
     * JSON. */
    bool python;
} wgi_scan;

/* Records an error at the present position; returns false. */
bool wgi_scan_bad(const wgi_scan *s, const char *what);
bool wgi_scan_char(wgi_scan *s, char c);            /* if c is the next character, goes past it */
bool wgi_scan_number(wgi_scan *s, uint64_t *value); /* decimal digits, at most INT64_MAX */
/* A text in quotes: it has length characters from s->text[*from] on, escapes not decoded. A quote after a
 * backslash does not end it. */
bool wgi_scan_string(wgi_scan *s, size_t *from, size_t *length);
bool wgi_scan_is(const wgi_scan *s, size_t from, size_t length, const char *word);
/* Call wgi_scan_open at the start of a list and wgi_scan_more after each item. *more says whether another
 * item follows. */
bool wgi_scan_open(wgi_scan *s, char open, char close, bool *more);
bool wgi_scan_more(wgi_scan *s, char close, bool *more);
/* Reads a key and its colon. *key becomes the index of the key in keys, which ends with NULL. Bit k of
 * *seen says that key k was read. Records an error if the key is unknown or was read before. */
bool wgi_scan_key(wgi_scan *s, const char *const keys[], unsigned *seen, int *key);

#endif
