/* test_saving.c: what a save does to the folder and to the file that it replaces. */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "wgfiles.h"

TestSuite(saving, .init = wgt_make_folder, .fini = wgt_remove_folder);

static unsigned mode_of(const char *path)
{
    struct stat s;
    cr_assert_eq(stat(path, &s), 0, "%s", path);
    return s.st_mode & 07777;
}

/* Saves one of three kinds. */
static const char *save(wg_context *c, int kind)
{
    static const char *const names[] = { "p.st", "a.npy", "g.svg" };
    const char *path = wgt_in_folder(names[kind]);
    if (kind == 0) wg_params_save(wgt_some_params(c), path);
    if (kind == 1) wg_npy_write(c, path, wg_view_f32(wgt_weights, WG_SHAPE(6)));
    if (kind == 2) wg_draw(wg_square(wg_fill(wg_graph_new(c), 3, WG_SHAPE(1))), path);
    return path;
}

Test(saving, the_mode_of_the_replaced_file_is_kept)
{
    static const unsigned modes[] = { 0600, 0644, 0440, 0751 };
    WGT_IN_CONTEXT(WG_F32, NULL);
    for (int kind = 0; kind < 3; kind++)
        for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
            cr_assert_eq(chmod(save(c, kind), modes[i]), 0);
            cr_expect_eq(mode_of(save(c, kind)), modes[i]);
        }
    cr_expect_eq(wgt_files(), 3);
}

Test(saving, a_new_file_has_the_mode_of_the_umask)
{
    WGT_IN_CONTEXT(WG_F32, NULL);
    umask(027);
    for (int kind = 0; kind < 3; kind++) cr_expect_eq(mode_of(save(c, kind)), 0640);
}

/* The temporaries of one file have 100 names. All are taken: 99 by programs that save now, the last by one
 * that was killed. */
Test(saving, left_overs_are_not_in_the_way)
{
    WGT_IN_CONTEXT(WG_F32, NULL);
    save(c, 0);
    const size_t size = (size_t)wgt_load(wgt_in_folder("p.st")).n;
    for (int i = 0; i < 100; i++) {
        char name[80];
        snprintf(name, sizeof name, "p.st.wengert-%d.tmp", i);
        wgt_save(wgt_in_folder(name), "left", 4);
        if (i < 99) cr_assert_eq(flock(open(wgt_in_folder(name), O_RDONLY), LOCK_EX), 0);
    }
    wgt_save(wgt_in_folder("p.st"), "old", 3);
    save(c, 0);
    cr_expect_eq(wg_failed(c), WG_OK, "%s", wg_message(c));
    cr_expect_eq((size_t)wgt_load(wgt_in_folder("p.st")).n, size);
    cr_expect_eq(wgt_files(), 1 + 99);
}

/* The system ends the program in the middle of the write, as it would end one that is killed. */
Test(saving, a_program_that_is_killed_leaves_nothing)
{
    static float big[40000];
    int fd = open(wgt_folder(), O_WRONLY | O_TMPFILE, 0600);
    if (fd < 0) cr_skip("no files without names in this folder");
    close(fd);
    const char *path = wgt_in_folder("a.npy");
    wgt_save(path, "old", 3);
    pid_t child = fork();
    if (child == 0) {
        signal(SIGXFSZ, SIG_DFL);
        setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
        setrlimit(RLIMIT_FSIZE, &(struct rlimit){ 10000, 10000 });
        wg_context *c = wg_start();
        wg_npy_write(c, path, wg_view_f32(big, WG_SHAPE(40000)));
        _exit(0);
    }
    int status = 0;
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGXFSZ);
    wgt_count("writes that failed", 1);
    cr_expect_eq(wgt_files(), 1);
    cr_expect_eq(wgt_load(path).n, 3);
}

/* A temporary that is locked belongs to a program that is saving now. One that is not was left by a
 * program that was killed. */
Test(saving, a_temporary_that_was_left_is_removed_and_one_in_use_is_not)
{
    WGT_IN_CONTEXT(WG_F32, NULL);
    const char *left = wgt_in_folder("p.st.wengert-0.tmp");
    save(c, 0);
    wgt_save(left, "left", 4);
    const int fd = open(left, O_RDONLY);
    cr_assert_eq(flock(fd, LOCK_EX), 0);
    save(c, 0);
    cr_expect_eq(wgt_files(), 2);
    cr_expect_eq(wgt_load(left).n, 4);
    close(fd);
    save(c, 0);
    cr_expect_eq(wgt_files(), 1);
}

/* The process ends at its first rename: the complete file has a temporary name then. */
static void die_at_rename(void)
{
#define DIE_AT(number) \
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS)
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
#ifdef SYS_rename
        DIE_AT(SYS_rename),
#endif
#ifdef SYS_renameat
        DIE_AT(SYS_renameat),
#endif
        DIE_AT(SYS_renameat2),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const struct sock_fprog program = { sizeof filter / sizeof *filter, filter };
    setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
        _exit(77);
}

Test(saving, what_a_program_leaves_that_is_killed_before_the_rename_the_next_save_removes)
{
    WGT_IN_CONTEXT(WG_F32, NULL);
    for (int kind = 0; kind < 3; kind++) save(c, kind);
    for (int kind = 0; kind < 3; kind++)
        for (int times = 0; times < 3; times++) {
            int status = 0;
            pid_t child = fork();
            if (child == 0) {
                die_at_rename();
                save(c, kind);
                _exit(0);
            }
            cr_assert_eq(waitpid(child, &status, 0), child);
            if (WIFEXITED(status) && WEXITSTATUS(status) == 77) cr_skip("no filter of system calls");
            cr_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS);
            cr_expect_eq(wgt_files(), 4 + kind);
        }
    for (int kind = 0; kind < 3; kind++) save(c, kind);
    cr_expect_eq(wgt_files(), 3);
}
