/* failing.c: a library for LD_PRELOAD, in which one call of a process fails. failing.py uses it.
 *
 *     FAIL=allocation or io   which kind of call
 *     FAIL_AT=7               the seventh of them fails, the others do not; 0: none
 *     FAIL_COUNT=FILE         at its end the process writes how many there were
 *
 * io are calls that open, write, flush and close files. Only the calls of the program itself count, and not
 * those of the libraries that it is linked with: libgfortran ends when it has no memory. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool counts_allocations, counts_io;
static long at, calls;
static uintptr_t first, last; /* of the program */

static int find_program(struct dl_phdr_info *of, size_t size, void *with)
{
    (void)size, (void)with;
    first = of->dlpi_addr;
    for (int i = 0; i < of->dlpi_phnum; i++) {
        const uintptr_t end = of->dlpi_addr + of->dlpi_phdr[i].p_vaddr + of->dlpi_phdr[i].p_memsz;
        if (of->dlpi_phdr[i].p_type == PT_LOAD && end > last) last = end;
    }
    return 1; /* the first one is the program */
}

__attribute__((constructor)) static void begin(void)
{
    const char *kind = getenv("FAIL"), *number = getenv("FAIL_AT");
    at = number ? atol(number) : 0;
    dl_iterate_phdr(find_program, NULL);
    counts_allocations = kind && !strcmp(kind, "allocation"), counts_io = kind && !strcmp(kind, "io");
}

__attribute__((destructor)) static void end(void)
{
    const char *path = getenv("FAIL_COUNT");
    const long n = calls;
    counts_allocations = counts_io = false;
    FILE *f = path ? fopen(path, "w") : NULL;
    if (f) fprintf(f, "%ld\n", n), fclose(f);
}

static bool fails_for(const void *caller, bool counted, int error)
{
    if (!counted || (uintptr_t)caller < first || (uintptr_t)caller >= last) return false;
    if (__atomic_add_fetch(&calls, 1, __ATOMIC_RELAXED) != at) return false;
    errno = error;
    return true;
}

#define fails(counted, error) fails_for(__builtin_return_address(0), counted, error)
#define NEXT(name)            ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
/* Allocations go by glibc's other names: dlsym may allocate. */
void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t n);
void *malloc(size_t n) { return fails(counts_allocations, ENOMEM) ? NULL : __libc_malloc(n); }
void *calloc(size_t n, size_t size)
{
    return fails(counts_allocations, ENOMEM) ? NULL : __libc_calloc(n, size);
}
void *realloc(void *p, size_t n) { return fails(counts_allocations, ENOMEM) ? NULL : __libc_realloc(p, n); }

FILE *fopen(const char *path, const char *mode)
{
    return fails(counts_io, EACCES) ? NULL : NEXT(fopen)(path, mode);
}
int open(const char *path, int flags, ...)
{
    va_list list;
    va_start(list, flags);
    const mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(list, mode_t) : 0;
    va_end(list);
    return fails(counts_io, EACCES) ? -1 : NEXT(open)(path, flags, mode);
}
ssize_t write(int file, const void *p, size_t n)
{
    return fails(counts_io, ENOSPC) ? -1 : NEXT(write)(file, p, n);
}
/* Whether a call on a stream fails: ferror says so then, as glibc's flag does. */
static bool stream_fails_for(const void *caller, FILE *f)
{
    enum { ERROR_SEEN = 0x20 };
    if (!fails_for(caller, counts_io, ENOSPC)) return false;
    f->_flags |= ERROR_SEEN;
    return true;
}
#define stream_fails(f) stream_fails_for(__builtin_return_address(0), f)
size_t fwrite(const void *p, size_t size, size_t n, FILE *f)
{
    return stream_fails(f) ? 0 : NEXT(fwrite)(p, size, n, f);
}
int fputs(const char *s, FILE *f) { return stream_fails(f) ? EOF : NEXT(fputs)(s, f); }
int fflush(FILE *f) { return f && stream_fails(f) ? EOF : NEXT(fflush)(f); }
int fclose(FILE *f)
{
    const bool failed = fails(counts_io, ENOSPC);
    const int said = NEXT(fclose)(f);
    return failed ? EOF : said;
}
int close(int file)
{
    const bool failed = fails(counts_io, EIO);
    const int said = NEXT(close)(file);
    return failed ? -1 : said;
}
int fsync(int file) { return fails(counts_io, EIO) ? -1 : NEXT(fsync)(file); }
int rename(const char *from, const char *to)
{
    return fails(counts_io, EACCES) ? -1 : NEXT(rename)(from, to);
}
