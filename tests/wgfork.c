/* wgfork.c: under the address sanitizer a fork waits until all other threads of the process sleep.
 *
 * Criterion forks for each test, while its messenger thread may hold the sanitizer's lock on malloc. Older
 * sanitizers do not take their locks around a fork: malloc would then wait for ever in the child. A sleeping
 * messenger holds no lock. It sleeps on until the fork is over: the test before has ended, and nobody else
 * wakes it. */
#if defined __has_feature /* clang */
#if __has_feature(address_sanitizer)
#define __SANITIZE_ADDRESS__ 1 /* as gcc says it */
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#include <dirent.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

static bool sleeps(const char *thread)
{
    char path[64], state = 'S';
    snprintf(path, sizeof path, "/proc/self/task/%.20s/stat", thread);
    FILE *f = fopen(path, "r");
    if (!f) return true; /* it has ended */
    if (fscanf(f, "%*d (%*[^)]) %c", &state) != 1) state = 'S';
    fclose(f);
    return state != 'R' && state != 'D'; /* neither running nor waiting for the disk */
}

static int awake(void)
{
    int n = 0;
    DIR *threads = opendir("/proc/self/task");
    struct dirent *d;
    while (threads && (d = readdir(threads))) n += *d->d_name != '.' && !sleeps(d->d_name);
    if (threads) closedir(threads);
    return n;
}

static void rest(void)
{
    for (int k = 0; k < 10000 && awake() > 1; k++) usleep(500); /* this one is awake; any time does */
}

__attribute__((constructor)) static void rest_before_forks(void) { pthread_atfork(rest, NULL, NULL); }
#endif
