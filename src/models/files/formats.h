/* formats.h: the private header of files/, also used by data/: files, foreign element types, checked sizes,
 * a scanner for headers.
 *
 * Assume that a file is hostile. Every reader works in this order: read the header, check every size
 * against the size of the file with checked arithmetic, then allocate the tensors, then read the elements
 * part by part to their places. Never allocate a number of bytes that only the file claims. */
#ifndef WGI_FORMATS_H
#define WGI_FORMATS_H

#include "wengert/base.h"
#include "wengert/state.h"
#include "wgx/state.h"

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
/* Records an error that begins with "who: path" and goes on with the text; returns false. The macros add what
 * stands between: "who: path: ...", "who: path: byte N: ...". */
bool wgi_file_error(const wgi_file *f, wg_status s, const char *format, ...) WG_PRINTF(3, 4);
#define wgi_file_fail(f, s, format, ...) wgi_file_error(f, s, ": " format, ##__VA_ARGS__)
#define wgi_file_bad(f, at, format, ...) \
    wgi_file_fail(f, WG_ERROR_FORMAT, "byte %zu: " format, (size_t)(at), ##__VA_ARGS__)

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

/* name, bytes, our smallest dtype that holds all values, the type byte in IDX files, the names in .npy and
 * safetensors files. 0 or "": the format does not have the type. WG_DEFAULT_DTYPE: none does, and only the
 * size is known. */
#define WGI_ELEMENTS_(X)                              \
    X(NO_ELEMENT, 0, WG_DEFAULT_DTYPE, 0, "", "")     \
    X(BOOL, 1, WG_BOOL, 0, "b1", "BOOL")              \
    X(U8, 1, WG_U8, 0x08, "u1", "U8")                 \
    X(I8, 1, WG_I32, 0x09, "i1", "I8")                \
    X(U16, 2, WG_I32, 0, "u2", "U16")                 \
    X(I16, 2, WG_I32, 0x0B, "i2", "I16")              \
    X(U32, 4, WG_I64, 0, "u4", "U32")                 \
    X(I32, 4, WG_I32, 0x0C, "i4", "I32")              \
    X(I64, 8, WG_I64, 0, "i8", "I64")                 \
    X(F16, 2, WG_F16, 0, "f2", "F16")                 \
    X(BF16, 2, WG_BF16, 0, "", "BF16")                \
    X(F32, 4, WG_F32, 0x0D, "f4", "F32")              \
    X(F64, 8, WG_F64, 0x0E, "f8", "F64")              \
    X(U64, 8, WG_DEFAULT_DTYPE, 0, "", "U64")         \
    X(C64, 8, WG_DEFAULT_DTYPE, 0, "", "C64")         \
    X(F8_E5M2, 1, WG_DEFAULT_DTYPE, 0, "", "F8_E5M2") \
    X(F8_E4M3, 1, WG_DEFAULT_DTYPE, 0, "", "F8_E4M3") \
    X(F8_E8M0, 1, WG_DEFAULT_DTYPE, 0, "", "F8_E8M0") \
    X(UNKNOWN, 0, WG_DEFAULT_DTYPE, 0, "", "unknown")
#define WGI_ELEMENT_(name, ...) WGI_##name,
typedef enum wgi_element { WGI_ELEMENTS_(WGI_ELEMENT_) WGI_ELEMENTS } wgi_element;

typedef struct wgi_element_kind {
    size_t size;
    wg_dtype dtype;
    unsigned char idx;
    char npy[3], safetensors[12];
} wgi_element_kind;
extern const wgi_element_kind wgi_elements[WGI_ELEMENTS];

wgi_element wgi_element_of(wg_dtype t); /* the type with the values and the size of dtype t */
bool wgi_little_endian(void);
/* The unsigned integer in the size bytes at p. */
uint64_t wgi_number_at(const unsigned char *p, size_t size, bool big_endian);

/* A tensor inside a file. */
typedef struct wgi_array {
    wgi_element element;
    bool big_endian, fortran; /* fortran: the first axis runs fastest; wgi_array_of_file alone heeds it */
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
/* Makes a tensor of the file that has an array alone; parse checks its header. data NULL: an error. */
wg_tensor wgi_array_of_file(wg_site here, wg_context *c, const char *who, const char *path,
                            bool (*parse)(wgi_file *f, wgi_array *a));

/* idx.c: checks the header of an IDX file against the size of the file. Returns false after recording an
 * error. */
bool wgi_idx_parse(wgi_file *f, wgi_array *a);

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

/* ---- csv.c: the fields of a CSV file, one by one ---- */

/* A reader of the fields of a file, from left to right. */
typedef struct wgi_csv {
    const wgi_file *f;
    char separator;          /* ' ': fields stand between blanks and tabs, any number of them */
    size_t at;               /* of the next byte */
    size_t line, line_start; /* lines before this one; the byte at which this one begins */
    int64_t row, index;      /* rows begun; fields of this row that were read */
    bool inside;             /* a row: another field of it follows */
    bool quiet, bad;         /* quiet: errors are not recorded; bad: there was one */
    bool stop[256];          /* the bytes that end a field without quotes */
} wgi_csv;

typedef struct wgi_csv_field {
    const char *text; /* inside the file: without quotes around it, but "" for a quote in it */
    size_t length;
    bool quoted;         /* it was in quotes */
    bool last;           /* of its row */
    size_t line, column; /* where it begins, from 1; the column in bytes */
    int64_t row, index;  /* from 0; the header is row 0 if the file has one */
} wgi_csv_field;

/* A reader that begins at a byte of the file. */
wgi_csv wgi_csv_start(const wgi_file *f, size_t at, char separator);
/* Reads the next field. Returns false at the end of the file, and after recording an error. Empty lines
 * are no rows, nor are rules of a drawn table whose separator is |. Spaces around a field are no part of it,
 * unless they are in quotes. */
bool wgi_csv_next(wgi_csv *s, wgi_csv_field *field);
/* Records "who: path:line:column: ..."; returns false. */
bool wgi_csv_bad(const wgi_csv *s, size_t line, size_t column, const char *format, ...) WG_PRINTF(4, 5);
/* Whether the field is a decimal number: 12, -1.5, .5, 1e-3, 1.0D+01. Sets *value; infinite if it is too
 * large. */
bool wgi_csv_number(const wgi_csv_field *field, double *value);
/* Copies the text, with one quote for two, and a zero byte to `to`, which has room for length + 1 bytes. */
void wgi_csv_text(const wgi_csv_field *field, char *to);

/* ---- safetensors.c: a parsed and checked file ---- */

/* A file is: the length of the header (u64), the header (JSON: name -> dtype, shape, data_offsets;
 * "__metadata__" -> texts), the data, little-endian and row-major. */
typedef struct wgi_entry {
    const char *name;   /* inside the header, escapes decoded, ended by a zero */
    uint32_t info : 31; /* where the JSON object of the tensor begins in the header */
    uint32_t state : 1; /* the metadata list the tensor as a state */
    uint64_t begin, end;
} wgi_entry;

typedef struct wgi_safetensors {
    wgi_file f;
    size_t header, data; /* length of the header in bytes; byte of the file where the data begin */
    wgi_entry *entry;    /* sorted by name */
    size_t count, room;
    bool metadata; /* "__metadata__" was read */
    char *states;  /* the names of the states from the metadata, joined by spaces, or NULL */
} wgi_safetensors;

/* Checks bounds, overlaps, holes, duplicate names, and that dtype and shape give the bytes between the
 * offsets. Call wgi_safetensors_free whether it succeeds or not. */
bool wgi_safetensors_read(wgi_safetensors *s, wg_context *c, wg_site here, const char *who, const char *path);
void wgi_safetensors_free(wgi_safetensors *s);

wgi_array wgi_safetensors_array(const wgi_safetensors *s, const wgi_entry *e);
wgi_entry *wgi_safetensors_find(const wgi_safetensors *s, const char *name); /* NULL: no such name */
void wgi_safetensors_in_file_order(
    wgi_safetensors *s); /* sorts; after this wgi_safetensors_find does not work */
/* ---- safetensors_write.c ---- */

/* Names have letters, digits, and _ . : alone. */
wg_status wgi_safetensors_write(wg_context *c, wg_site here, const char *who, const char *path,
                                const wgx_saved *list, int n);

/* The name for a message: cut to the buffer, '?' for characters that cannot be printed. */
const char *wgi_entry_text(const wgi_entry *e, char *buf, size_t size);

#endif
