/* mpi.c: two processes swap bytes by MPI. The only file that knows MPI; it is compiled for each MPI into a
 * library of its own (Makefile, "MPI") and uses nothing of the core.
 *
 * A process that waits gives its processor away soon: with more processes than processors another one could
 * not finish what this one waits for. */
#include "group/transport.h"

#include <mpi.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { MOST = 1 << 30 };               /* bytes of a message: MPI counts in int */
enum { SPINS = 2000, YIELDS = 20000 }; /* tests before the processor is given away, and before a pause */

static bool is_ours; /* MPI_Init was called here */

static const char *name(void)
{
    static char text[MPI_MAX_LIBRARY_VERSION_STRING];
    int n = 0;
    MPI_Get_library_version(text, &n);
    /* "Open MPI v4.1.4, package: ..." and "MPICH Version:\t4.0.2\nMPICH Release date: ..." */
    text[strcspn(text, ",\n")] = 0;
    char *tab = strchr(text, '\t');
    if (tab) snprintf(strchr(text, ' ') + 1, 40, "%.30s", tab + strspn(tab, "\t "));
    return text;
}

static bool begin(int *rank, int *size)
{
    int there = 0, level;
    MPI_Initialized(&there);
    if (!there && MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &level) != MPI_SUCCESS) return false;
    is_ours = !there;
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    return MPI_Comm_rank(MPI_COMM_WORLD, rank) == MPI_SUCCESS &&
           MPI_Comm_size(MPI_COMM_WORLD, size) == MPI_SUCCESS;
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static wgi_sent wait_for(MPI_Request *r, int n, double until)
{
    MPI_Status status[2];
    for (long tried = 0;; tried++) {
        int done = 0;
        if (MPI_Testall(n, r, &done, status) != MPI_SUCCESS) return WGI_BROKEN;
        if (done) return WGI_SENT;
        if (tried < SPINS) continue;
        if (now() > until) return WGI_LATE;
        if (tried < SPINS + YIELDS) sched_yield();
        else usleep(50);
    }
}

static wgi_sent swap(int partner, const void *out, size_t out_bytes, void *in, size_t in_bytes,
                     double seconds)
{
    const double until = now() + seconds;
    wgi_sent how = WGI_SENT;
    for (size_t at = 0; how == WGI_SENT && (at < out_bytes || at < in_bytes); at += MOST) {
        MPI_Request r[2];
        int n = 0, bad = 0;
        const size_t more_in = at < in_bytes ? in_bytes - at : 0,
                     more_out = at < out_bytes ? out_bytes - at : 0;
        if (more_in)
            bad |= MPI_Irecv((char *)in + at, (int)(more_in < MOST ? more_in : MOST), MPI_BYTE, partner, 0,
                             MPI_COMM_WORLD, &r[n++]);
        if (more_out)
            bad |= MPI_Isend((const char *)out + at, (int)(more_out < MOST ? more_out : MOST), MPI_BYTE,
                             partner, 0, MPI_COMM_WORLD, &r[n++]);
        how = bad ? WGI_BROKEN : wait_for(r, n, until);
    }
    return how;
}

static void end(void)
{
    int over = 0;
    MPI_Finalized(&over);
    if (is_ours && !over) MPI_Finalize();
}

const wgi_transport wgi_transport_here = { WGI_TRANSPORT, name, begin, swap, end };
