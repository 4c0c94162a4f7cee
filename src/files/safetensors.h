/* safetensors.h: a parsed and checked safetensors file: u64 length of a header, the header (JSON: name -> dtype, shape,
 * data_offsets; "__metadata__" -> texts), the data, little-endian, row-major. */
#ifndef WGI_SAFETENSORS_H
#define WGI_SAFETENSORS_H

#include "files/formats.h"

typedef struct wgi_entry {
    const char *name;   /* decoded in place */
    uint32_t info : 31; /* where its object stands in the header */
    uint32_t state : 1; /* the metadata list it as one */
    uint64_t begin, end;
} wgi_entry;

typedef struct wgi_safetensors {
    wgi_file f;
    size_t header, data; /* bytes of the header; where the data begin */
    wgi_entry *entry;    /* sorted by name */
    size_t count, room;
    bool metadata; /* "__metadata__" was read */
    char *states;  /* the metadata's list of names, or NULL */
} wgi_safetensors;

/* Everything is checked: bounds, overlaps, holes, duplicate names, dtype times shape against bytes. To be freed in either
 * case. */
bool wgi_safetensors_read(wgi_safetensors *s, wg_context *c, const char *who, const char *path);
void wgi_safetensors_free(wgi_safetensors *s);

wgi_array wgi_safetensors_array(const wgi_safetensors *s, const wgi_entry *e);
wgi_entry *wgi_safetensors_find(const wgi_safetensors *s, const char *name); /* NULL: there is none */
void wgi_safetensors_in_file_order(wgi_safetensors *s); /* instead of by name: find no longer works */
/* An entry's name for a message: short and printable. */
const char *wgi_entry_text(const wgi_entry *e, char *buf, size_t size);

#endif
