/* machine.c: processor, caches, compiler, OpenBLAS' kernels, and the environment variables that change the
 * speed. */
#include "machine.h"

#include <dlfcn.h>
#include <gnu/libc-version.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

static const char *const forcing[] = { "OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE" };

/* The text after "key :" in /proc/cpuinfo; "" if there is none. */
static void cpuinfo(const char *key, char *to, size_t size)
{
    char line[4096];
    FILE *f = fopen("/proc/cpuinfo", "r");
    to[0] = 0;
    while (f && !to[0] && fgets(line, sizeof line, f)) {
        char *colon = strchr(line, ':');
        if (strncmp(line, key, strlen(key)) == 0 && colon)
            snprintf(to, size, "%s", colon + 1 + strspn(colon + 1, " \t")), to[strcspn(to, "\n")] = 0;
    }
    if (f) fclose(f);
}

static bool has_word(const char *text, const char *word)
{
    size_t n = strlen(word);
    for (const char *p = strstr(text, word); p; p = strstr(p + 1, word))
        if ((p == text || p[-1] == ' ') && (p[n] == ' ' || p[n] == 0)) return true;
    return false;
}

static void print_processor(FILE *out)
{
    static const char *const vectors[] = { "sse4_2", "avx2", "fma", "avx512f", "avx512_bf16" };
    char model[256], flags[4096];
    cpuinfo("model name", model, sizeof model);
    cpuinfo("flags", flags, sizeof flags);
    fprintf(out, "processor      %s, %ld online;", model, sysconf(_SC_NPROCESSORS_ONLN));
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++)
        if (has_word(flags, vectors[i])) fprintf(out, " %s", vectors[i]);
    fprintf(out, "\ncaches         L1 %ld KiB, L2 %ld KiB, L3 %ld KiB\n",
            sysconf(_SC_LEVEL1_DCACHE_SIZE) / 1024, sysconf(_SC_LEVEL2_CACHE_SIZE) / 1024,
            sysconf(_SC_LEVEL3_CACHE_SIZE) / 1024);
}

static const char *core_name(void)
{
    char *(*core)(void) = NULL;
    *(void **)&core = dlsym(RTLD_DEFAULT, "openblas_get_corename");
    return core ? core() : "unknown";
}

static void print_blas(FILE *out)
{
    char *(*config)(void) = NULL;
    *(void **)&config = dlsym(RTLD_DEFAULT, "openblas_get_config");
    fprintf(out, "BLAS           %s; kernels: %s\n", config ? config() : "not OpenBLAS", core_name());
}

static void print_variable(FILE *out, const char *name)
{
    const char *value = getenv(name);
    fprintf(out, "  %s=%s", name, value ? value : "(unset)");
}

static void print_environment(FILE *out)
{
    static const char *const names[] = { "OMP_NUM_THREADS", "OMP_WAIT_POLICY", "WG_NUM_THREADS", "WG_ISA" };
    fprintf(out, "environment  ");
    for (size_t i = 0; i < sizeof forcing / sizeof *forcing; i++) print_variable(out, forcing[i]);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (getenv(names[i])) print_variable(out, names[i]);
    fprintf(out, "\n");
}

static void print_load(FILE *out)
{
    double load[1];
    if (getloadavg(load, 1) == 1)
        fprintf(out, "load           %.2f%s\n", load[0],
                load[0] > 0.5 ? ": others are at work here, and the figures suffer" : "");
}

void machine_print(FILE *out)
{
    struct utsname u;
    uname(&u);
    print_processor(out);
    fprintf(out, "system         %s %s, glibc %s\n", u.sysname, u.release, gnu_get_libc_version());
    fprintf(out, "compiler       %s; hand-written C: %s\n", __VERSION__, BENCH_HAND_FLAGS);
    print_blas(out);
    print_environment(out);
    print_load(out);
}

bool machine_blas_forced(void)
{
    for (size_t i = 0; i < sizeof forcing / sizeof *forcing; i++)
        if (getenv(forcing[i])) return true;
    return false;
}

static const char refitted[] = "BENCH_REFITTED";

bool machine_blas_is_refitted(void) { return getenv(refitted) != NULL; }

/* The kernels to force if OpenBLAS took a processor with AVX2 for one without AVX. NULL: force none. */
static const char *fitting_core(void)
{
    static const char *const old[] = { "Prescott", "Core2", "Nehalem", "Barcelona" };
    char flags[4096];
    bool fell_back = false;
    for (size_t i = 0; i < sizeof old / sizeof *old; i++) fell_back |= strcmp(core_name(), old[i]) == 0;
    cpuinfo("flags", flags, sizeof flags);
    return !fell_back                   ? NULL
           : has_word(flags, "avx512f") ? "SkylakeX"
           : has_word(flags, "avx2")    ? "Haswell"
                                        : NULL;
}

void machine_blas_again(char *argv[])
{
    const char *fitting = fitting_core();
    if (machine_blas_is_refitted()) return;
    if (!machine_blas_forced()) {
        if (!fitting) return;
        setenv(forcing[0], fitting, 1);
        setenv(refitted, "1", 1);
    } else
        for (size_t i = 0; i < sizeof forcing / sizeof *forcing; i++) unsetenv(forcing[i]);
    execv("/proc/self/exe", argv);
}
