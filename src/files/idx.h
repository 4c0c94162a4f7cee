/* idx.h: a parsed IDX file, for those who turn it into tensors of their own kind. */
#ifndef WGI_IDX_H
#define WGI_IDX_H

#include "files/formats.h"
#include "wengert/data.h"

typedef struct wgi_idx {
    wgi_element element;
    wg_shape shape;
    size_t start, count;       /* byte of the first element; elements */
    const unsigned char *from; /* inside the file */
} wgi_idx;

/* Checks the whole header against the file's size. false: an error is recorded. */
bool wgi_idx_parse(const wgi_file *f, wgi_idx *x);

#endif
