/* orthonormal.h: the Q of a QR decomposition. */
#ifndef WGI_ORTHONORMAL_H
#define WGI_ORTHONORMAL_H

#include <stdint.h>

typedef struct wgi_columns {
    int64_t rows, cols; /* at least as many rows as columns */
    double *v;          /* in row-major order */
} wgi_columns;

/* A becomes the Q of A = Q R with a positive diagonal of R. If the elements of A are independent
 * standard normal numbers, Q is uniformly distributed (Mezzadri 2007). room: 3 rows. */
void wgi_orthonormal(const wgi_columns *a, double *room);

#endif
