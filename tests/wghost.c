/* wghost.c: see wghost.h. */
#include "wghost.h"

#include <fcntl.h>
#include <fenv.h>
#include <inttypes.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include "kernel/gemm.h"
#if WG_WITH_OPENMP
#include <omp.h>
#endif

enum { SIGNALS = 32, FILES = 64 };

#define OF_THREAD(X)  X(arithmetic) X(x87) X(rounding) X(locale_of_thread) X(mask)
#define OF_LIBRARY(X) X(blas_threads) X(omp_threads) X(locale) X(environment)
#define OF_KERNEL(X)  X(files) X(handlers) X(signal_flags) X(timer) X(folder) X(umask)
#define NUMBERS(X)    OF_THREAD(X) OF_LIBRARY(X) OF_KERNEL(X)
#define FIELD(name)   uint64_t name;
#define NAME(name)    #name,
typedef struct host {
    NUMBERS(FIELD)
} host;
static const char *const names[] = { NUMBERS(NAME) };
enum { COUNT = sizeof names / sizeof *names };

static uint64_t mixed(uint64_t sum, uint64_t more) { return (sum ^ more) * UINT64_C(0x9E3779B97F4A7C15); }

static uint64_t of_text(const char *s)
{
    uint64_t sum = 1;
    for (; s && *s; s++) sum = mixed(sum, (unsigned char)*s);
    return sum;
}

static void look_at_floats(host *h)
{
    h->rounding = (uint64_t)fegetround();
#if defined(__x86_64__)
    uint16_t control;
    __asm__ volatile("fnstcw %0" : "=m"(control));
    h->arithmetic = __builtin_ia32_stmxcsr() & ~0x3FU; /* without the flags */
    h->x87 = control;
#endif
}

static void look_at_signals(host *h)
{
    sigset_t set;
    struct itimerval timer;
    sigprocmask(SIG_BLOCK, NULL, &set);
    getitimer(ITIMER_REAL, &timer);
    h->timer = (uint64_t)(timer.it_value.tv_sec || timer.it_value.tv_usec);
    for (int i = 1; i < SIGNALS; i++) {
        struct sigaction a;
        if (sigaction(i, NULL, &a)) continue;
        h->handlers = mixed(h->handlers, (uintptr_t)a.sa_handler);
        h->signal_flags =
            mixed(h->signal_flags,
                  (uint64_t)a.sa_flags & ~UINT64_C(0x04000000)); /* SA_RESTORER, which the C library adds */
        h->mask |= (uint64_t)(sigismember(&set, i) == 1) << i;
    }
}

static host look(void)
{
    host h = { 0 };
    struct stat here;
    int (*get_threads)(void) = (int (*)(void))wgi_blas_function("openblas_get_num_threads");
    if (get_threads) h.blas_threads = (uint64_t)get_threads();
#if WG_WITH_OPENMP
    h.omp_threads = (uint64_t)omp_get_max_threads();
#endif
    look_at_floats(&h);
    look_at_signals(&h);
    h.locale = of_text(setlocale(LC_ALL, NULL));
    h.locale_of_thread = (uintptr_t)uselocale((locale_t)0);
    for (int i = 0; i < FILES; i++) h.files |= (uint64_t)(fcntl(i, F_GETFD) >= 0) << i;
    if (!stat(".", &here)) h.folder = here.st_ino;
    h.umask = umask(0);
    umask((mode_t)h.umask);
    for (char **s = environ; s && *s; s++) h.environment = mixed(h.environment, of_text(*s));
    return h;
}

void wgt_host_make_odd(void)
{
    void (*set_threads)(int) = (void (*)(int))wgi_blas_function("openblas_set_num_threads");
    if (set_threads) set_threads(3);
#if WG_WITH_OPENMP
    omp_set_num_threads(3);
#endif
    umask(027);
    fesetround(FE_UPWARD);
#if defined(__x86_64__)
    __builtin_ia32_ldmxcsr(__builtin_ia32_stmxcsr() | 0x8040);
#endif
}

static host noted;
void wgt_host_note(void) { noted = look(); }

const char *wgt_host_changed(void)
{
    static char text[COUNT * 64];
    const host now = look();
    uint64_t is[COUNT], was[COUNT];
    size_t n = 0;
    *text = 0;
    memcpy(is, &now, sizeof is), memcpy(was, &noted, sizeof was);
    for (int i = 0; i < COUNT; i++)
        if (is[i] != was[i])
            n += (size_t)snprintf(text + n, sizeof text - n, "%s: %" PRIx64 ", was %" PRIx64 "; ", names[i],
                                  is[i], was[i]);
    noted = now;
    return text;
}
