/* transport.h: what a library of MPI offers to group/. mpi.c is compiled for each MPI that the build finds,
 * into a library of its own, which link.c loads. So the core knows no MPI, and one build serves all that are
 * installed. */
#ifndef WGI_TRANSPORT_H
#define WGI_TRANSPORT_H

#include <stdbool.h>
#include <stddef.h>

enum { WGI_TRANSPORT = 1 }; /* rises when the struct changes: a library of another build is refused */
typedef enum wgi_sent { WGI_SENT, WGI_LATE, WGI_BROKEN } wgi_sent;

typedef struct wgi_transport {
    int version;
    const char *(*name)(void);           /* "Open MPI 4.1.4": it can be called before begin */
    bool (*begin)(int *rank, int *size); /* MPI_Init, if the program has not called it; false: it failed */
    /* Sends bytes to a process and receives bytes from it; either number may be 0. Waits at most so many
     * seconds. */
    wgi_sent (*swap)(int partner, const void *out, size_t out_bytes, void *in, size_t in_bytes,
                     double seconds);
    void (*end)(void); /* MPI_Finalize, if begin has called MPI_Init */
} wgi_transport;

/* The symbol that the library exports. */
#define WGI_TRANSPORT_SYMBOL "wgi_transport_here"

#endif
