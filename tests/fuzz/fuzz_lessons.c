/* fuzz_lessons.c: lessons, which are files of strangers. A lesson is read, built, judged, printed, written as
 * JSON and made a page, or there is a message. No memory is left behind, and no file: a lesson cannot write
 * one.
 *
 * The code of lessons is the command's, which starts contexts itself. The linker puts __wrap_wg_start_at in
 * the place of wg_start_at, so that these contexts have the memory of the fuzzer, and one thread. */
#include "fuzz.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lesson.h"

enum { MOST = 1 << 12 };

static fuzz_memory *memory; /* of the lesson that is tried; NULL: none is */

wg_context *__real_wg_start_at(wg_site here, const wg_start_opts *o);
wg_context *__wrap_wg_start_at(wg_site here, const wg_start_opts *o);
wg_context *__wrap_wg_start_at(wg_site here, const wg_start_opts *o)
{
    fuzz_memory *m = memory;
    wg_start_opts own = *o;
    if (!m) return __real_wg_start_at(here, o);
    memory = NULL; /* fuzz_start comes here, too */
    own.threads = 1;
    wg_context *c = fuzz_start(m, own);
    memory = m;
    return c;
}

/* The command's are in wengert.c, beside its main. */
static const command *const commands[] = { &cmd_draw, &cmd_lesson };
const command *command_at(int i) { return i >= 0 && i < 2 ? commands[i] : NULL; }
const command *command_find(const char *name)
{
    return !strcmp(name, "draw") ? &cmd_draw : !strcmp(name, "lesson") ? &cmd_lesson : NULL;
}

/* ---- promises ---- */

static void look_at_folder(void)
{
    DIR *d = opendir(".");
    for (struct dirent *e; d && (e = readdir(d));)
        if (*e->d_name != '.') fuzz_stop("a lesson has written the file %s", e->d_name);
    if (d) closedir(d);
}

static void show(lesson *l)
{
    int holds;
    if (!lesson_build(l) || !lesson_judge(l)) return;
    if (lesson_claims(l, &holds) < holds) fuzz_stop("more claims hold than there are");
    lesson_json(l);
    if (lesson_print(l, NULL)) lesson_page(l, "/dev/null", NULL);
}

/* What is printed goes nowhere, and what is said into a text. */
static int try_lesson(const char *text, char **said)
{
    static char word[] = "lesson", path[] = "./t.md";
    char *words[] = { word, path, NULL };
    size_t n;
    FILE *was[] = { stdin, stdout, stderr };
    args a;
    lesson l;
    stdin = fopen("/dev/null", "r"), stdout = fopen("/dev/null", "w"), stderr = open_memstream(said, &n);
    args_read(&a, &cmd_lesson, 2, words);
    const bool fine = lesson_read(&l, &a, path, text);
    if (fine) show(&l);
    const int status = lesson_close(&l);
    args_free(&a);
    fclose(stdin), fclose(stdout), fclose(stderr);
    stdin = was[0], stdout = was[1], stderr = was[2];
    if (!fine && !status) fuzz_stop("a lesson that cannot be read has the status 0");
    return status;
}

void fuzz_lessons(const uint8_t *input, size_t size)
{
    fuzz_memory m = { .limit = INT64_C(1) << 26 };
    char *text = size <= MOST && !memchr(input, 0, size) ? calloc(size + 1, 1) : NULL, *said = NULL;
    if (!text) return;
    memcpy(text, input, size);
    const int before = fuzz_enter("lessons");
    memory = &m;
    const int status = try_lesson(text, &said);
    memory = NULL;
    if (status && !*said) fuzz_stop("the status is %d, and nothing is said", status);
    if (m.m.blocks) fuzz_stop("%lld blocks are left", (long long)m.m.blocks);
    look_at_folder();
    fuzz_leave(before);
    free(text), free(said);
}
