/* link.c: finds the launcher that has started the program, loads the library of its MPI, and merges arrays
 * over processes.
 *
 * State of the process, since MPI can be begun only once in it: the library that is loaded, and whether MPI
 * may be ended. */
#include "group/group.h"

#include <dlfcn.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- the launcher ---- */

typedef struct launcher {
    const char *size, *rank; /* variables: how many processes, and which this one is */
    const char *mpi, *name;  /* the library; what messages call it */
} launcher;

/* The first that has set the rank. Slurm's srun sets PMI_RANK with --mpi=pmi2, and PMIX_RANK with
 * --mpi=pmix. */
static const launcher launchers[] = {
    { "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK", "openmpi", "mpirun of Open MPI" },
    { "PMI_SIZE", "PMI_RANK", "mpich", "mpirun of MPICH" },
    { "SLURM_NTASKS", "PMIX_RANK", "openmpi", "srun" },
};

static const launcher *found(void)
{
    for (size_t i = 0; i < sizeof launchers / sizeof *launchers; i++)
        if (getenv(launchers[i].rank)) return &launchers[i];
    return NULL;
}

static int number_in(const char *variable, int otherwise)
{
    const char *text = getenv(variable);
    const long n = text ? strtol(text, NULL, 10) : -1;
    return n >= 0 && n < 1 << 20 ? (int)n : otherwise;
}

wgi_launch wgi_launched(void)
{
    const launcher *l = found();
    return l ? (wgi_launch){ l->name, number_in(l->size, 1), number_in(l->rank, 0) } : (wgi_launch){ 0 };
}

/* ---- the library ---- */

#ifdef __EMSCRIPTEN__ /* there it ends the program */
#define dlopen(path, mode) NULL
#define dlerror()          "a page has no shared libraries"
#endif

static const wgi_transport *loaded;
static bool may_end; /* every process has said goodbye */
static bool in_use;  /* by a context that has not ended */
static pid_t began;  /* the process that has begun MPI: its children have not */

/* Open MPI's own parts look for its symbols in the whole program. A library that MPI needs, that of
 * InfiniPath, handles signals as soon as it is loaded: the program's handlers stay. */
static void *load(const char *path, bool to_begin)
{
    struct sigaction was[NSIG], now;
    for (int i = 1; i < NSIG; i++)
        if (sigaction(i, NULL, &was[i])) memset(&was[i], 0, sizeof was[i]);
    void *library = dlopen(path, RTLD_NOW | (to_begin ? RTLD_GLOBAL : RTLD_LOCAL));
    for (int i = 1; i < NSIG; i++)
        if (!sigaction(i, NULL, &now) && now.sa_handler != was[i].sa_handler) sigaction(i, &was[i], NULL);
    return library;
}

static const wgi_transport *transport_in(const char *path, bool to_begin, char *why, size_t size)
{
    void *library = load(path, to_begin);
    const wgi_transport *t = library ? dlsym(library, WGI_TRANSPORT_SYMBOL) : NULL;
    if (!library) snprintf(why, size, "%s", dlerror());
    else if (!t || t->version != WGI_TRANSPORT)
        snprintf(why, size, "%s is of another version of Wengert", path);
    return t && t->version == WGI_TRANSPORT ? t : NULL;
}

/* The folder of the file that this code is in, the library or the program, with a slash at its end. */
static void own_folder(char *folder, size_t size)
{
    Dl_info here;
    ssize_t n = 0;
    if (dladdr(&loaded, &here) && here.dli_fname && strchr(here.dli_fname, '/'))
        n = snprintf(folder, size, "%s", here.dli_fname);
    else n = readlink("/proc/self/exe", folder, size - 1);
    folder[n > 0 && (size_t)n < size ? n : 0] = 0;
    char *slash = strrchr(folder, '/');
    if (slash) slash[1] = 0;
    else snprintf(folder, size, "./");
}

/* Beside the library or the command, or where the command's libraries are installed. */
static const char *const places[] = { "", "../lib/", "../" };

/* The library of this MPI; NULL: why says why. */
static const wgi_transport *transport_of(const char *mpi, bool to_begin, char *why, size_t size)
{
    char path[1200], folder[1000];
    own_folder(folder, sizeof folder);
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        snprintf(path, sizeof path, "%s%slibwengert-mpi-%s.so", folder, places[i], mpi);
        if (!access(path, R_OK)) return transport_in(path, to_begin, why, size);
    }
    snprintf(path, sizeof path, "libwengert-mpi-%s.so", mpi); /* of a program with libwengert.a */
    const wgi_transport *t = transport_in(path, to_begin, why, size);
    if (!t) snprintf(why, size, "there is no %s: install lib%s-dev, and make Wengert again", path, mpi);
    return t;
}

/* What a program that ends without wg_finish has left open. */
static void (*to_leave)(wg_group *all);
static wg_group *left;

void wgi_link_at_exit(wgi_connection *l, void (*leave)(wg_group *all), wg_group *all)
{
    if (l->transport) to_leave = leave, left = all;
}

static void end_mpi(void)
{
    if (to_leave && getpid() == began) to_leave(left);
    if (may_end && getpid() == began) loaded->end();
}

/* Whether the program itself is linked with another MPI than that of the launcher. */
static bool is_of_another(const char *mpi, char *why, size_t size)
{
    Dl_info of;
    void *init = dlsym(RTLD_DEFAULT, "MPI_Init");
    if (!init || !dladdr(init, &of) || !of.dli_fname) return false;
    const bool is_mpich = strstr(of.dli_fname, "mpich") != NULL;
    if (is_mpich == !strcmp(mpi, "mpich")) return false;
    return snprintf(why, size, "the program is linked with another MPI, %s", of.dli_fname), true;
}

bool wgi_link_open(wgi_connection *l, wg_context *c, char *why, size_t size)
{
    const launcher *by = found();
    l->size = 1;
    if (!by) return true;
    if (!loaded && is_of_another(by->mpi, why, size)) return false;
    const wgi_transport *t = loaded ? loaded : transport_of(by->mpi, true, why, size);
    if (!t) return wgi_launched().size == 1;
    snprintf(why, size, in_use ? "another context of this process has a group" : "MPI_Init has failed");
    if (in_use || !t->begin(&l->rank, &l->size)) return false;
    if (!loaded) atexit(end_mpi), began = getpid();
    loaded = t;
    if (l->size == 1 && wgi_launched().size > 1)
        return snprintf(why, size, "%s sees one: it is another MPI's launcher", t->name()), false;
    may_end = l->size == 1, in_use = !may_end;
    if (may_end) return true;
    l->transport = loaded;
    l->room = wgi_raw(c, WGI_BUCKET, 1);
    snprintf(why, size, "there is no memory");
    return l->room != NULL;
}

void wgi_link_part(wgi_connection *l)
{
    if (l->transport) in_use = false, may_end = l->how == WGI_SENT;
}

void wgi_link_about(FILE *out)
{
    static const char *const all[] = { "openmpi", "mpich" };
    char why[300];
    int n = 0;
    fprintf(out, "mpi:");
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        const wgi_transport *t = transport_of(all[i], false, why, sizeof why);
        if (t) fprintf(out, "%s %s", n++ ? "," : "", t->name());
    }
    const wgi_launch by = wgi_launched();
    fprintf(out, "%s",
            n ? "" : " none: one process trains alone (make finds Open MPI and MPICH by pkg-config)");
    if (by.size) fprintf(out, "; started by %s as one of %d", by.name, by.size);
    fprintf(out, "\n");
}

/* ---- over processes ---- */

static bool swap(wgi_connection *l, int partner, const void *out, size_t out_bytes, void *in, size_t in_bytes)
{
    l->partner = partner;
    if (l->how == WGI_SENT) l->how = l->transport->swap(partner, out, out_bytes, in, in_bytes, l->timeout);
    return l->how == WGI_SENT;
}

/* Each process sends all: for small arrays, since it takes half as many messages. */
static bool by_doubling(wgi_connection *l, wgi_merge merge, char *array, size_t count, size_t element)
{
    for (int d = 1; d < l->size; d *= 2) {
        const int partner = l->rank ^ d;
        if (!swap(l, partner, array, count * element, l->room, count * element)) return false;
        merge(array, l->room, count);
    }
    return true;
}

/* Each process merges a part of the array, half as long at each distance, and the parts are put together on
 * the way back. Every element is merged in the same pairs as in by_doubling. */
static bool by_halving(wgi_connection *l, wgi_merge merge, char *array, size_t count, size_t element)
{
    size_t from[32], to[32];
    int depth = 0;
    from[0] = 0, to[0] = count;
    for (int d = 1; d < l->size; d *= 2, depth++) {
        const size_t middle = from[depth] + (to[depth] - from[depth]) / 2;
        const bool upper = l->rank & d;
        const size_t mine = upper ? middle : from[depth], end = upper ? to[depth] : middle;
        const size_t other = upper ? from[depth] : middle, other_end = upper ? middle : to[depth];
        if (!swap(l, l->rank ^ d, array + other * element, (other_end - other) * element, l->room,
                  (end - mine) * element))
            return false;
        merge(array + mine * element, l->room, end - mine);
        from[depth + 1] = mine, to[depth + 1] = end;
    }
    for (int d = l->size / 2; d >= 1; d /= 2, depth--) {
        const size_t mine = from[depth], end = to[depth];
        const bool upper = l->rank & d;
        const size_t other = upper ? from[depth - 1] : end, other_end = upper ? mine : to[depth - 1];
        if (!swap(l, l->rank ^ d, array + mine * element, (end - mine) * element, array + other * element,
                  (other_end - other) * element))
            return false;
    }
    return true;
}

bool wgi_link_all(wgi_connection *l, wgi_merge merge, void *array, size_t count, size_t element)
{
    /* Bytes: on one machine an exchange of all of them takes as long as two of a half. Both ways give the
     * same bits. */
    enum { SMALL = 16 << 10 };
    if (!l->transport) return true;
    for (size_t at = 0, n; at < count; at += n) {
        n = WGI_MIN(count - at, WGI_BUCKET / element); /* the largest part that is sent at once */
        char *part = (char *)array + at * element;
        if (!(n * element <= SMALL ? by_doubling : by_halving)(l, merge, part, n, element)) return false;
    }
    return true;
}

void wgi_merge_or(void *a, const void *b, size_t count)
{
    for (size_t i = 0; i < count; i++) ((unsigned char *)a)[i] |= ((const unsigned char *)b)[i];
}

#define SUM(T)                                           \
    do {                                                 \
        T *restrict x = a;                               \
        const T *restrict y = b;                         \
        for (size_t i = 0; i < count; i++) x[i] += y[i]; \
    } while (0)
void wgi_merge_f32(void *a, const void *b, size_t count) { SUM(float); }
void wgi_merge_f64(void *a, const void *b, size_t count) { SUM(double); }

bool wgi_link_give(wgi_connection *l, int from, void *bytes, size_t size)
{
    if (l->rank != from) memset(bytes, 0, size);
    return wgi_link_all(l, wgi_merge_or, bytes, size, 1);
}
