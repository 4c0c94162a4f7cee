/* fuzz_main.c: the program that makes new inputs. tests/fuzz/fuzz.sh runs it.
 *
 *     fuzz TARGET FOLDER SECONDS        makes inputs: changes bytes of the folder's files at random
 *     fuzz TARGET FILE                  tries one
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

#ifdef WG_LIBFUZZER

int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*one)(const uint8_t *input, size_t size));

static int one(const uint8_t *input, size_t size)
{
    target->run(input, size);
    return 0;
}

static int run(int argc, char **argv) { return LLVMFuzzerRunDriver(&argc, &argv, one); }

#else

enum { MOST = 1 << 16, FILES = 4096 };

typedef struct input {
    size_t size;
    uint8_t byte[MOST];
} input;

static input now;
static char broken[64];

static bool load(const char *path, input *to)
{
    FILE *f = fopen(path, "rb");
    to->size = f ? fread(to->byte, 1, sizeof to->byte, f) : 0;
    if (f) fclose(f);
    return f != NULL;
}

/* Writes the input that broke a promise: with calls that a handler of signals may make. */
static void on_abort(int number)
{
    const int file = creat(broken, 0644);
    if (file >= 0 && write(file, now.byte, now.size) >= 0) close(file);
    signal(number, SIG_DFL);
    raise(number);
}

static void change(input *k, wgt_random *r)
{
    for (int64_t n = 1 + wgt_below(r, 6); n > 0 && k->size; n--) {
        const size_t at = (size_t)wgt_below(r, (int64_t)k->size), rest = k->size - at;
        const size_t part = 1 + (size_t)wgt_below(r, rest < 16 ? (int64_t)rest : 16);
        switch (wgt_below(r, 6)) {
        case 0: k->byte[at] ^= (uint8_t)(1 << wgt_below(r, 8)); break;
        case 1: k->byte[at] = (uint8_t)wgt_below(r, 256); break;
        case 2: k->byte[at] = (uint8_t)(k->byte[at] + wgt_below(r, 9) - 4); break;
        case 3: memmove(k->byte + at, k->byte + at + part, rest - part), k->size -= part; break;
        case 4:
            if (k->size + part > MOST) break;
            memmove(k->byte + at + part, k->byte + at, rest), k->size += part;
            break;
        case 5: memmove(k->byte + at, k->byte + wgt_below(r, (int64_t)(k->size - part + 1)), part); break;
        }
    }
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
    snprintf(broken, sizeof broken, "fuzz-%s.broken", target->name);
    if (argc == 2) return load(argv[1], &now) ? fuzz_try(target, now.byte, now.size), 0 : 2;
    signal(SIGABRT, on_abort);
    signal(SIGSEGV, on_abort);
    list(argv[1]);
    if (!count) return fprintf(stderr, "%s has no files\n", argv[1]), 2;
    for (const time_t end = time(NULL) + atol(argv[2]); time(NULL) < end; tried++) {
        load(files[wgt_below(&r, count)], &now);
        change(&now, &r);
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
    if (!target) return fprintf(stderr, "usage: fuzz calls|files|programs FOLDER SECONDS, or a FILE\n"), 2;
    argv[1] = argv[0];
    return run(argc - 1, argv + 1);
}
