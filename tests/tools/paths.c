/* paths.c: what a command opens, changes, starts and connects to.
 *
 *     paths FILE COMMAND ...
 *
 * writes a line to FILE for each such call of the command and of the processes that it starts, whether it
 * succeeds or not: "reads PATH", "writes PATH" (opens for writing, makes, renames, links, removes, changes
 * the mode of), "runs PATH", "connects". A relative path stands below the folder of the process. The exit
 * status is that of the command.
 *
 *     paths -plain FILE ...
 *
 * says by its exit status, 1, that the files have bytes that a terminal obeys: control characters but tabs
 * and ends of lines, also those of two bytes, and what is no UTF-8.
 *
 * By ptrace of Linux, whose PTRACE_GET_SYSCALL_INFO is the same on all machines. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* A call with a path: which argument that is, and which one the flags of open, -1: none. */
typedef struct call {
    long number;
    char what; /* o: opens, w: changes, r: runs */
    int path, flags;
} call;
static const call calls[] = {
#ifdef SYS_open
    { SYS_open, 'o', 0, 1 },      { SYS_creat, 'w', 0, -1 },    { SYS_rename, 'w', 1, -1 },
    { SYS_unlink, 'w', 0, -1 },   { SYS_mkdir, 'w', 0, -1 },    { SYS_rmdir, 'w', 0, -1 },
    { SYS_link, 'w', 1, -1 },     { SYS_symlink, 'w', 1, -1 },  { SYS_chmod, 'w', 0, -1 },
    { SYS_chown, 'w', 0, -1 },    { SYS_mknod, 'w', 0, -1 },
#endif
    { SYS_openat, 'o', 1, 2 },    { SYS_openat2, 'w', 1, -1 },  { SYS_renameat2, 'w', 3, -1 },
    { SYS_linkat, 'w', 3, -1 },
#ifdef SYS_renameat
    { SYS_renameat, 'w', 3, -1 },
#endif
    { SYS_unlinkat, 'w', 1, -1 }, { SYS_mkdirat, 'w', 1, -1 },  { SYS_symlinkat, 'w', 2, -1 },
    { SYS_truncate, 'w', 0, -1 }, { SYS_fchmodat, 'w', 1, -1 }, { SYS_fchownat, 'w', 1, -1 },
    { SYS_mknodat, 'w', 1, -1 },  { SYS_execve, 'r', 0, -1 },   { SYS_execveat, 'r', 1, -1 },
    { SYS_connect, 'c', -1, -1 },
};

static void path_at(pid_t who, unsigned long long at, char *to, size_t room)
{
    size_t n = 0;
    for (bool ended = false; !ended && n + sizeof(long) < room; n += sizeof(long)) {
        errno = 0;
        const long word = ptrace(PTRACE_PEEKDATA, who, at + n, NULL);
        if (errno) break;
        memcpy(to + n, &word, sizeof word);
        ended = memchr(&word, 0, sizeof word);
    }
    to[n] = 0;
    for (char *s = to; *s; s++)
        if (*s == '\n') *s = '?';
}

static void note(FILE *out, pid_t who, const struct __ptrace_syscall_info *i)
{
    char path[4200] = "";
    for (size_t k = 0; k < sizeof calls / sizeof *calls; k++) {
        const call *c = &calls[k];
        if (c->number != (long)i->entry.nr) continue;
        if (c->path >= 0) path_at(who, i->entry.args[c->path], path, sizeof path - 16);
        const bool writes =
            c->what == 'w' || (c->flags >= 0 && i->entry.args[c->flags] & (O_WRONLY | O_RDWR | O_CREAT));
        fprintf(out, "%s %s\n",
                c->what == 'r'   ? "runs"
                : c->what == 'c' ? "connects"
                : writes         ? "writes"
                                 : "reads",
                path);
        return;
    }
}

/* Follows the processes until the first one has ended. Returns its status as wait gives it. */
static int follow(FILE *out, pid_t first)
{
    const long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK |
                         PTRACE_O_TRACEVFORK | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL;
    int status, last = 0;
    for (pid_t who; (who = waitpid(-1, &status, __WALL)) > 0;) {
        if (WIFEXITED(status) || WIFSIGNALED(status)) {
            if (who == first) last = status;
            continue;
        }
        struct __ptrace_syscall_info i;
        int signal = WSTOPSIG(status);
        ptrace(PTRACE_SETOPTIONS, who, NULL, options);
        if (signal == (SIGTRAP | 0x80)) {
            signal = 0;
            if (ptrace(PTRACE_GET_SYSCALL_INFO, who, sizeof i, &i) > 0 && i.op == PTRACE_SYSCALL_INFO_ENTRY)
                note(out, who, &i);
        } else if (signal == SIGTRAP || signal == SIGSTOP) signal = 0;
        ptrace(PTRACE_SYSCALL, who, NULL, signal);
    }
    return last;
}

/* ---- bytes ---- */

/* The bytes of the character at s by table 3-7 of the Unicode Standard; 0: it is none, or a terminal obeys
 * it. */
static int plain_length(const unsigned char *s)
{
    if (s[0] < 0x80)
        return (s[0] >= ' ' && s[0] != 0x7F) || s[0] == '\t' || s[0] == '\n' ||
               (s[0] == '\r' && s[1] == '\n');
    const int n = s[0] >= 0xF0 ? 4 : s[0] >= 0xE0 ? 3 : 2;
    unsigned long code = s[0] & (0x7F >> n);
    for (int i = 1; i < n; i++) {
        if ((s[i] & 0xC0) != 0x80) return 0;
        code = code << 6 | (s[i] & 0x3F);
    }
    static const unsigned long least[] = { 0, 0, 0xA0, 0x800, 0x10000 };
    return s[0] >= 0xC2 && s[0] < 0xF5 && code >= least[n] && code < 0x110000 &&
                   (code < 0xD800 || code > 0xDFFF)
               ? n
               : 0;
}

static int is_plain(const char *path)
{
    static unsigned char text[1 << 24];
    FILE *f = fopen(path, "rb");
    const size_t size = f ? fread(text, 1, sizeof text - 8, f) : 0;
    if (f) fclose(f);
    memset(text + size, 0, 8);
    for (size_t i = 0, n; i < size; i += n)
        if (!(n = (size_t)plain_length(text + i))) return 0;
    return 1;
}

int main(int count, char **argument)
{
    if (count > 1 && !strcmp(argument[1], "-plain")) {
        int plain = 1;
        for (int i = 2; i < count; i++) plain &= is_plain(argument[i]);
        return !plain;
    }
    FILE *out = count > 2 ? fopen(argument[1], "we") : NULL;
    if (!out) return 125;
    const pid_t first = fork();
    if (!first) {
        if (ptrace(PTRACE_TRACEME, 0, NULL, NULL)) _exit(124);
        raise(SIGSTOP);
        execv(argument[2], argument + 2);
        _exit(127);
    }
    const int status = follow(out, first);
    fclose(out);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
