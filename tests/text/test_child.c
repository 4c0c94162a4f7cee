/* test_child.c: work in a child of this process: a whole text, or an error, however the child ends. */
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "text/text.h"
#include "wgtest.h"

enum { LONG = 300000 }; /* more than a pipe holds */

static bool write_all(void *with, FILE *to)
{
    for (int i = 0; i < LONG; i++) putc("abc"[i % 3], to);
    return true;
}
static bool says_no(void *with, FILE *to) { return fputs("a part", to), fflush(to), false; }
static bool calls_exit(void *with, FILE *to) { exit(fputs("a part", to) < 0); }
static bool is_killed(void *with, FILE *to) { return fputs("a part", to), fflush(to), raise(SIGKILL); }
static bool crashes(void *with, FILE *to)
{
    fprintf(stderr, "this is dropped\n");
    return fputs("a part", to), fflush(to), raise(SIGSEGV);
}

static wg_status work(wg_context *c, wgi_work_fn f, wgi_strbuf *out)
{
    const wgi_child r = { .c = c, .here = WG_HERE, .call = "test" };
    *out = (wgi_strbuf){ .c = c };
    return wgi_work_apart(&r, f, NULL, out);
}

static void expect_whole(wg_context *c)
{
    wgi_strbuf out;
    cr_expect_eq(work(c, write_all, &out), WG_OK, "%s", wg_message(c));
    cr_assert_eq(out.length, LONG);
    cr_expect(!strncmp(out.at, "abca", 4) && out.at[LONG - 1] == "abc"[(LONG - 1) % 3] && !out.at[LONG]);
    wgi_strbuf_free(&out);
}

static void expect_none(wg_context *c, wgi_work_fn f)
{
    wgi_strbuf out;
    cr_expect_eq(work(c, f, &out), WG_ERROR_MEMORY);
    wgi_strbuf_free(&out);
}

/* ---- the child ---- */

static int *ends; /* of processes that called what this program has for its end */
static void count_end(void) { ++*ends; }

Test(child, a_text_is_whole_or_there_is_none)
{
    ends = mmap(NULL, sizeof *ends, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    expect_whole(c);
    const wgi_work_fn bad[] = { says_no, calls_exit, is_killed, crashes };
    atexit(count_end);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) expect_none(c, bad[i]);
    cr_expect_eq(*ends, 0);
    wgt_finish(c, NULL);
}

/* What waits in a stream of this process is written once. */
Test(child, exit_writes_nothing_of_this_process)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    FILE *f = tmpfile();
    cr_assert(f && fputs("once", f) >= 0);
    expect_none(c, calls_exit);
    fflush(f);
    cr_expect_eq(ftell(f), 4);
    cr_expect_eq(lseek(fileno(f), 0, SEEK_END), 4);
    fclose(f);
    wgt_finish(c, NULL);
}

Test(child, what_a_library_says_is_dropped)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    FILE *said = tmpfile();
    const int was = dup(STDERR_FILENO);
    cr_assert(said && was >= 0);
    dup2(fileno(said), STDERR_FILENO);
    expect_none(c, crashes);
    dup2(was, STDERR_FILENO);
    cr_expect_eq(lseek(fileno(said), 0, SEEK_END), 0);
    fclose(said), close(was);
    wgt_finish(c, NULL);
}

/* ---- this process ---- */

static void reap(int number)
{
    while (waitpid(-1, NULL, WNOHANG) > 0) continue;
}

static void nothing(int number) { (void)number; }

/* Nobody waits for children, or a handler waits for all of them, or signals interrupt the wait. */
Test(child, whoever_waits_for_children)
{
    wg_context *c = wgt_start(NULL, WG_F64, NULL);
    signal(SIGCHLD, SIG_IGN);
    expect_whole(c), expect_none(c, is_killed);
    signal(SIGCHLD, reap);
    for (int i = 0; i < 20; i++) expect_whole(c), expect_none(c, crashes);
    signal(SIGCHLD, SIG_DFL);
    expect_whole(c);
    sigaction(SIGALRM, &(struct sigaction){ .sa_handler = nothing }, NULL);
    setitimer(ITIMER_REAL, &(struct itimerval){ { 0, 100 }, { 0, 100 } }, NULL);
    for (int i = 0; i < 20; i++) expect_whole(c);
    setitimer(ITIMER_REAL, &(struct itimerval){ { 0, 0 }, { 0, 0 } }, NULL);
    cr_expect_eq(waitpid(-1, NULL, 0), -1, "a child is left");
    wgt_finish(c, NULL);
}
