/* orthonormal.h: the Q of a QR decomposition. */
#ifndef WGI_ORTHONORMAL_H
#define WGI_ORTHONORMAL_H

#include <stdint.h>

#include "wengert/kernel.h"

typedef struct wgi_column_matrix {
    int64_t rows, cols; /* at least as many rows as columns */
    double *v;          /* in row-major order */
    double *room;       /* wgi_orthonormal_room elements */
} wgi_column_matrix;

int64_t wgi_orthonormal_room(const wgi_column_matrix *a);

/* By instruction set; each gives the same bits. A becomes the Q of A = Q R with a positive diagonal of R. If
 * the elements of A are independent standard normal numbers, Q is uniformly distributed (Mezzadri 2007). */
typedef void (*wgi_orthonormal_fn)(const wgi_column_matrix *a);
extern const wgi_orthonormal_fn wgi_orthonormal[WG_ISAS];

#endif
