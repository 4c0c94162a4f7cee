/* wasm.c: what emscripten's system lacks. A page has one processor, and no other processes. */
#ifdef __EMSCRIPTEN__
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

int __sched_cpucount(size_t size, const cpu_set_t *set) { return 1; }

int sched_getaffinity(pid_t pid, size_t size, cpu_set_t *set) { return errno = ENOSYS, -1; }

int memfd_create(const char *name, unsigned flags) { return errno = ENOSYS, -1; }

int posix_spawnp(pid_t *pid, const char *file, const posix_spawn_file_actions_t *actions,
                 const posix_spawnattr_t *attr, char *const argv[], char *const env[])
{
    return ENOSYS;
}
/* A file that a rename replaces stays findable in emscripten's memory, and comes back when the new one is
 * removed. So it is removed first. */
int rename(const char *from, const char *to)
{
    struct stat a, b;
    if (!stat(from, &a) && !lstat(to, &b) && (a.st_ino != b.st_ino || a.st_dev != b.st_dev)) unlink(to);
    return renameat(AT_FDCWD, from, AT_FDCWD, to);
}
#else
typedef int wgi_no_wasm; /* ISO C wants a declaration in each file */
#endif
