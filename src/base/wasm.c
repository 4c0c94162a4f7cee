/* wasm.c: what emscripten's system lacks. A page has one processor, and no other processes. */
#ifdef __EMSCRIPTEN__
#include <errno.h>
#include <sched.h>
#include <spawn.h>
#include <sys/mman.h>

int __sched_cpucount(size_t size, const cpu_set_t *set) { return 1; }

int sched_getaffinity(pid_t pid, size_t size, cpu_set_t *set) { return errno = ENOSYS, -1; }

int memfd_create(const char *name, unsigned flags) { return errno = ENOSYS, -1; }

int posix_spawnp(pid_t *pid, const char *file, const posix_spawn_file_actions_t *actions,
                 const posix_spawnattr_t *attr, char *const argv[], char *const env[])
{
    return ENOSYS;
}
#else
typedef int wgi_no_wasm; /* ISO C wants a declaration in each file */
#endif
