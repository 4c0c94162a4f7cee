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

static bool is_ours;  /* MPI_Init was called here */
static MPI_Comm ours; /* all processes; its messages are no others' */

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
    static bool begun;
    is_ours |= !there;
    if (!begun && MPI_Comm_dup(MPI_COMM_WORLD, &ours) != MPI_SUCCESS) return false;
    begun = true;
    MPI_Comm_set_errhandler(ours, MPI_ERRORS_RETURN);
    return MPI_Comm_rank(ours, rank) == MPI_SUCCESS && MPI_Comm_size(ours, size) == MPI_SUCCESS;
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Until all of n requests are done. */
static wgi_sent wait_for(MPI_Request *r, MPI_Status *status, int n, double until)
{
    for (long tried = 0;; tried++) {
        int done = 0;
        if (MPI_Testall(n, r, &done, status) != MPI_SUCCESS) return WGI_BROKEN;
        if (done) return WGI_SENT;
        if (tried < SPINS) continue;
        if (now() > until) {
            for (int i = 0; i < n; i++)
                if (r[i] != MPI_REQUEST_NULL) MPI_Cancel(&r[i]);
            return WGI_LATE;
        }
        if (tried < SPINS + YIELDS) sched_yield();
        else usleep(50);
    }
}

/* How much of the bytes behind `at` goes into one message. */
static int part_of(size_t bytes, size_t at)
{
    const size_t more = at < bytes ? bytes - at : 0;
    return (int)(more < MOST ? more : MOST);
}

static wgi_sent swap(int partner, const void *out, size_t out_bytes, void *in, size_t in_bytes,
                     double seconds)
{
    const double until = now() + seconds;
    for (size_t at = 0; at < out_bytes || at < in_bytes; at += MOST) {
        MPI_Request r[2];
        MPI_Status status[2];
        int n = 0, bad = 0, came = 0;
        const int to_come = part_of(in_bytes, at), to_go = part_of(out_bytes, at);
        if (to_come) bad |= MPI_Irecv((char *)in + at, to_come, MPI_BYTE, partner, 0, ours, &r[n++]);
        if (to_go) bad |= MPI_Isend((const char *)out + at, to_go, MPI_BYTE, partner, 0, ours, &r[n++]);
        const wgi_sent how = bad ? WGI_BROKEN : wait_for(r, status, n, until);
        if (how != WGI_SENT) return how;
        /* Fewer bytes: the other process sends something else, after an error in the middle. */
        if (to_come && (MPI_Get_count(&status[0], MPI_BYTE, &came) != MPI_SUCCESS || came != to_come))
            return WGI_BROKEN;
    }
    return WGI_SENT;
}

static void end(void)
{
    int over = 0;
    MPI_Finalized(&over);
    if (is_ours && !over) MPI_Finalize();
}

const wgi_transport wgi_transport_here = { WGI_TRANSPORT, name, begin, swap, end };
