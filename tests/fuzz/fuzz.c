/* fuzz.c: the list of fuzzers, and what they share. */
#include "fuzz.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

const fuzz_target fuzz_targets[FUZZ_TARGETS] = {
    { .name = "calls", .run = fuzz_calls },
    { .name = "files", .run = fuzz_files },
    { .name = "programs", .run = fuzz_programs },
    { .name = "api", .run = fuzz_api, .record = 16, .print = fuzz_print_api },
    { .name = "lessons", .run = fuzz_lessons },
};

void fuzz_try(const fuzz_target *t, const uint8_t *input, size_t size)
{
    uint8_t *exact = malloc(size + !size);
    memcpy(exact, input, size);
    t->run(exact, size);
    free(exact);
}

/* ---- inputs ---- */

bool fuzz_load(const char *path, fuzz_input *to)
{
    FILE *f = fopen(path, "rb");
    to->size = f ? fread(to->byte, 1, sizeof to->byte, f) : 0;
    if (f) fclose(f);
    return f != NULL;
}

void fuzz_change(fuzz_input *k, wgt_random *r)
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
            if (k->size + part > FUZZ_MOST) break;
            memmove(k->byte + at + part, k->byte + at, rest), k->size += part;
            break;
        case 5: memmove(k->byte + at, k->byte + wgt_below(r, (int64_t)(k->size - part + 1)), part); break;
        }
    }
}

/* ---- an input that breaks a promise ---- */

static void try_here(const fuzz_target *t, const uint8_t *input, size_t size, int out)
{
    const struct rlimit seconds = { 20, 20 }, no_core = { 0, 0 };
    setrlimit(RLIMIT_CPU, &seconds);
    setrlimit(RLIMIT_CORE, &no_core);
    dup2(out, STDERR_FILENO);
    if (!freopen("/dev/null", "r", stdin) || !freopen("/dev/null", "w", stdout)) _exit(2);
    fuzz_try(t, input, size);
    _exit(0);
}

bool fuzz_holds(const fuzz_target *t, const uint8_t *input, size_t size, FILE *out)
{
    int status = 0;
    fflush(NULL);
    const pid_t child = fork();
    if (!child) try_here(t, input, size, fileno(out));
    waitpid(child, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* What is said of a broken promise, without numbers and addresses; "" if none is broken. */
static void reason_of(const fuzz_target *t, const uint8_t *input, size_t size, char reason[80])
{
    char line[400];
    int n = 0;
    FILE *said = tmpfile();
    reason[0] = 0;
    if (said && !fuzz_holds(t, input, size, said)) {
        rewind(said);
        if (!fgets(line, sizeof line, said)) strcpy(line, "killed");
        for (const char *s = line; *s && n < 79; s++)
            if (!strchr("0123456789abcdef", *s)) reason[n++] = *s;
        reason[n] = 0;
    }
    if (said) fclose(said);
}

static bool same_reason(const fuzz_target *t, const uint8_t *input, size_t size, const char *reason)
{
    char now[80];
    reason_of(t, input, size, now);
    return strcmp(now, reason) == 0;
}

size_t fuzz_shrink(const fuzz_target *t, uint8_t *input, size_t size)
{
    const size_t record = t->record ? t->record : 1;
    char reason[80];
    uint8_t *less = malloc(size + 1);
    reason_of(t, input, size, reason);
    for (size_t part = size / record / 2 * record; part >= record; part = part / 2 / record * record)
        for (size_t at = 0; at + part <= size;) {
            memcpy(less, input, at);
            memcpy(less + at, input + at + part, size - at - part);
            if (same_reason(t, less, size - part, reason)) memcpy(input, less, size -= part);
            else at += part;
        }
    for (size_t i = 0; i < size && t->record; i++) { /* a byte that makes no difference is 0 */
        const uint8_t was = input[i];
        input[i] = 0;
        if (was && !same_reason(t, input, size, reason)) input[i] = was;
    }
    free(less);
    return size;
}

void fuzz_stop(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fputs("a promise is broken: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    abort();
}

int fuzz_enter(const char *name)
{
    const int before = open(".", O_RDONLY | O_DIRECTORY);
    const char *in = getenv("TMPDIR");
    char folder[400];
    snprintf(folder, sizeof folder, "%s/wengert-fuzz-%s-%d", in ? in : "/tmp", name, (int)getuid());
    mkdir(folder, 0700);
    if (before < 0 || chdir(folder)) fuzz_stop("%s: cannot be entered", folder);
    return before;
}

void fuzz_leave(int before)
{
    if (fchdir(before)) fuzz_stop("the folder is gone");
    close(before);
}

static void *resize(void *memory, void *p, size_t old_size, size_t new_size)
{
    fuzz_memory *m = memory;
    if (new_size > old_size && m->m.bytes + (int64_t)(new_size - old_size) > m->limit) return NULL;
    return wgt_resize(&m->m, p, old_size, new_size);
}

wg_context *fuzz_start(fuzz_memory *m, wg_start_opts o)
{
    const wg_allocator a = { resize, m };
    o.allocator = &a;
    return wg_start_at(WG_HERE, &o);
}

void fuzz_finish(wg_context *c, const fuzz_memory *m)
{
    wg_finish(c, NULL);
    if (m->m.blocks) fuzz_stop("%lld blocks are left", (long long)m->m.blocks);
}
