/* safetensors.h: a parsed and checked safetensors file. A file is: the length of the header (u64), the
 * header (JSON: name -> dtype, shape, data_offsets; "__metadata__" -> texts), the data, little-endian and
 * row-major. */
#ifndef WGI_SAFETENSORS_H
#define WGI_SAFETENSORS_H

#include "files/formats.h"
#include "wengert/state.h"

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
                                const wg_saved *list, int n);

/* The name for a message: cut to the buffer, '?' for characters that cannot be printed. */
const char *wgi_entry_text(const wgi_entry *e, char *buf, size_t size);

#endif
