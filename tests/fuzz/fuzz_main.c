/* fuzz_main.c: the program that makes new inputs. tests/fuzz/fuzz.sh runs it.
 *
 *     fuzz TARGET FOLDER SECONDS        makes inputs: changes bytes of the folder's files at random
 *     fuzz TARGET FILE...               tries these
 *     fuzz TARGET --random N            tries N inputs of random records
 *     fuzz TARGET --shrink FILE         shrinks what breaks a promise; prints what it says and a C program
 *
 * An input that breaks a promise is written to the file fuzz-TARGET.broken. Compiled with WG_LIBFUZZER, what
 * follows TARGET are arguments of libFuzzer, which keeps inputs that reach new code. */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "fuzz.h"

static const fuzz_target *target;

enum { FILES = 4096 };

static int shrink(const char *path)
{
    static fuzz_input k;
    if (!fuzz_load(path, &k)) return 2;
    if (fuzz_holds(target, k.byte, k.size, stderr)) return fprintf(stderr, "%s breaks no promise\n", path), 0;
    k.size = fuzz_shrink(target, k.byte, k.size);
    fuzz_holds(target, k.byte, k.size, stderr);
    FILE *f = fopen(path, "wb");
    if (f) fwrite(k.byte, 1, k.size, f), fclose(f);
    if (target->print) target->print(k.byte, k.size);
    return 1;
}

#ifdef WG_LIBFUZZER

int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*one)(const uint8_t *input, size_t size));

static int one(const uint8_t *input, size_t size)
{
    target->run(input, size);
    return 0;
}

static int run(int argc, char **argv) { return LLVMFuzzerRunDriver(&argc, &argv, one); }

#else

static fuzz_input now;
static char broken[4200];

/* Writes the input that broke a promise: with calls that a handler of signals may make. */
static void on_abort(int number)
{
    const int file = creat(broken, 0644);
    if (file >= 0 && write(file, now.byte, now.size) >= 0) close(file);
    signal(number, SIG_DFL);
    raise(number);
}

static void random_records(fuzz_input *k, wgt_random *r)
{
    k->size = target->record * (size_t)(1 + wgt_below(r, 24));
    for (size_t i = 0; i < k->size; i++) k->byte[i] = (uint8_t)wgt_next(r);
}

static char *files[FILES];
static int count;

static void list(const char *folder)
{
    DIR *d = opendir(folder);
    for (struct dirent *e; d && count < FILES && (e = readdir(d));) {
        const size_t room = strlen(folder) + strlen(e->d_name) + 2;
        char *path = *e->d_name == '.' ? NULL : malloc(room);
        if (path) snprintf(path, room, "%s/%s", folder, e->d_name), files[count++] = path;
    }
    if (d) closedir(d);
}

static int run(int argc, char **argv)
{
    wgt_random r = { wgt_seed() };
    long long tried = 0;
    char here[4096];
    snprintf(broken, sizeof broken, "%s/fuzz-%s.broken", getcwd(here, sizeof here) ? here : ".",
             target->name);
    if (target->record && argc == 3 && !strcmp(argv[1], "--random")) {
        for (long n = atol(argv[2]); n > 0; n--)
            random_records(&now, &r), fuzz_try(target, now.byte, now.size);
        return 0;
    }
    if (argc != 3 || access(argv[2], R_OK) == 0) {
        for (int i = 1; i < argc; i++)
            if (!fuzz_load(argv[i], &now)) return 2;
            else fuzz_try(target, now.byte, now.size);
        return 0;
    }
    signal(SIGABRT, on_abort);
    signal(SIGSEGV, on_abort);
    list(argv[1]);
    if (!count && !target->record) return fprintf(stderr, "%s has no files\n", argv[1]), 2;
    for (const time_t end = time(NULL) + atol(argv[2]); time(NULL) < end; tried++) {
        if (count) fuzz_load(files[wgt_below(&r, count)], &now), fuzz_change(&now, &r);
        else random_records(&now, &r);
        fuzz_try(target, now.byte, now.size);
    }
    printf("%s: %lld inputs\n", target->name, tried);
    return 0;
}

#endif

int main(int argc, char **argv)
{
    for (int i = 0; i < FUZZ_TARGETS && argc > 2; i++)
        if (!strcmp(fuzz_targets[i].name, argv[1])) target = &fuzz_targets[i];
    if (!target)
        return fprintf(stderr, "usage: fuzz calls|files|programs|api|lessons FOLDER SECONDS, or a FILE\n"), 2;
    if (!strcmp(argv[2], "--shrink")) return argc > 3 ? shrink(argv[3]) : 2;
    argv[1] = argv[0];
    return run(argc - 1, argv + 1);
}
