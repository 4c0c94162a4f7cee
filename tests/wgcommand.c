/* wgcommand.c: the command run with its output caught in files, and a reader that says whether a text is
 * JSON. */
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "picture.h"
#include "wgcommand.h"

extern char **environ;

const char *wgt_binary(void)
{
    static char path[1000];
    const char *given = getenv("WENGERT_BIN"), *build = getenv("WG_BUILD");
    snprintf(path, sizeof path, given ? "%s" : "%s/wengert", given ? given : build ? build : "build");
    return path;
}

static void take(int fd, char *to, size_t room)
{
    lseek(fd, 0, SEEK_SET);
    ssize_t n = read(fd, to, room - 1);
    to[n > 0 ? n : 0] = 0;
    close(fd);
}

static int scratch_file(void)
{
    char path[] = "/tmp/wengert-test-XXXXXX";
    int fd = mkstemp(path);
    cr_assert(fd >= 0);
    unlink(path);
    return fd;
}

int wgt_open_terminal(void)
{
    const int ours = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    cr_assert(ours >= 0 && !grantpt(ours) && !unlockpt(ours));
    return ours;
}

pid_t wgt_start_command(const char *const argv[], const char *file, int err)
{
    posix_spawn_file_actions_t f;
    posix_spawnattr_t a;
    sigset_t all, none;
    pid_t id;
    sigfillset(&all), sigemptyset(&none);
    posix_spawnattr_init(&a);
    posix_spawnattr_setsigdefault(&a, &all); /* whatever the tests were started with: nohup, & */
    posix_spawnattr_setsigmask(&a, &none);
    posix_spawnattr_setflags(&a, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    posix_spawn_file_actions_init(&f);
    posix_spawn_file_actions_addopen(&f, 1, file, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    posix_spawn_file_actions_adddup2(&f, err, 2);
    cr_assert_eq(posix_spawn(&id, wgt_binary(), &f, &a, (char *const *)(uintptr_t)argv, environ), 0);
    posix_spawn_file_actions_destroy(&f);
    posix_spawnattr_destroy(&a);
    return id;
}

int wgt_wait_command(pid_t id)
{
    int status = 0;
    waitpid(id, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

wgt_result wgt_run_command(const char *const argv[])
{
    wgt_result r;
    posix_spawn_file_actions_t f;
    pid_t id;
    int out = scratch_file(), err = scratch_file();
    posix_spawn_file_actions_init(&f);
    posix_spawn_file_actions_addopen(&f, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&f, out, 1);
    posix_spawn_file_actions_adddup2(&f, err, 2);
    cr_assert_eq(posix_spawn(&id, wgt_binary(), &f, NULL, (char *const *)(uintptr_t)argv, environ), 0,
                 "%s cannot be run", wgt_binary());
    posix_spawn_file_actions_destroy(&f);
    r.status = wgt_wait_command(id);
    take(out, r.out, sizeof r.out);
    take(err, r.err, sizeof r.err);
    return r;
}

bool wgt_command_ended(pid_t id)
{
    siginfo_t of = { 0 };
    cr_assert(!waitid(P_PID, (id_t)id, &of, WEXITED | WNOHANG | WNOWAIT));
    return of.si_pid == id;
}

static int watched; /* our end of the FIFO */

const char *wgt_watched(void)
{
    const char *path = wgt_in_folder("watched");
    cr_assert(!mkfifo(path, 0600));
    watched = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    cr_assert(watched >= 0 && !fcntl(watched, F_SETFL, 0)); /* reading waits for what is written, or for the
                                                             * end */
    return path;
}

void wgt_expect_ended(void)
{
    char text[20] = "";
    ssize_t n = 0, more;
    while ((more = read(watched, text + n, sizeof text - 1 - (size_t)n)) > 0) n += more;
    close(watched);
    cr_expect_str_eq(text, "here\n", "the process that is watched has not begun");
    remove(wgt_in_folder("watched"));
}

void wgt_expect_result(const wgt_result *r, int status, const char *out, const char *err)
{
    cr_expect_eq(r->status, status, "status %d, not %d: %s%s", r->status, status, r->out, r->err);
    if (out) cr_expect_str_eq(r->out, out);
    if (err) cr_expect(strstr(r->err, err), "'%s' is not in: %s", err, r->err);
}

/* ---- files ---- */

const char *wgt_file(const char *name, const void *bytes, size_t n)
{
    wgt_save(wgt_in_folder(name), bytes, n);
    return wgt_in_folder(name);
}

const char *wgt_script(const char *text) { return wgt_file("p.wg", text, strlen(text)); }

const char wgt_logistic[] = "x = [1, -2]\ny = 1\nw = [0.5, -0.3]\nb = 0\nz = w @ x + b\na = sigmoid(z)\n"
                            "L = -(y*log(a) + (1-y)*log(1-a))\n";

/* ---- JSON (RFC 8259): the place behind a value, NULL if it is none ---- */

static const char *skip(const char *s) { return s + strspn(s, " \t\r\n"); }

static const char *json_string(const char *s)
{
    if (*s != '"') return NULL;
    for (s++; *s && *s != '"'; s++) {
        if ((unsigned char)*s < 0x20) return NULL;
        if (*s == '\\' && !*++s) return NULL;
    }
    return *s ? s + 1 : NULL;
}

static const char *json_number(const char *s)
{
    s += *s == '-';
    size_t n = strspn(s, "0123456789");
    if (n == 0 || (n > 1 && *s == '0')) return NULL;
    s += n;
    if (*s == '.') {
        if (!(n = strspn(s + 1, "0123456789"))) return NULL;
        s += n + 1;
    }
    if (*s != 'e' && *s != 'E') return s;
    s += 1 + (s[1] == '-' || s[1] == '+');
    n = strspn(s, "0123456789");
    return n ? s + n : NULL;
}

static const char *json_value(const char *s);

static const char *json_list(const char *s, char close, bool keys)
{
    s = skip(s + 1);
    if (*s == close) return s + 1;
    for (;;) {
        if (keys && (!(s = json_string(skip(s))) || *(s = skip(s)) != ':')) return NULL;
        if (!(s = json_value(skip(keys ? s + 1 : s)))) return NULL;
        s = skip(s);
        if (*s == close) return s + 1;
        if (*s++ != ',') return NULL;
    }
}

static const char *json_value(const char *s)
{
    static const char *const words[] = { "true", "false", "null" };
    if (*s == '{') return json_list(s, '}', true);
    if (*s == '[') return json_list(s, ']', false);
    if (*s == '"') return json_string(s);
    for (int i = 0; i < 3; i++)
        if (!strncmp(s, words[i], strlen(words[i]))) return s + strlen(words[i]);
    return json_number(s);
}

void wgt_expect_json(const char *text)
{
    const char *end = json_value(text);
    cr_expect(end && !strcmp(end, "\n"), "no JSON: %s", text);
    cr_expect_eq(strncmp(text, "{\"wengert\":1,", 13), 0, "%s", text);
}

double wgt_json_number(const char *text, const char *after, const char *key)
{
    char quoted[60];
    const char *s = strstr(text, after);
    snprintf(quoted, sizeof quoted, "\"%s\":", key);
    s = s ? strstr(s, quoted) : NULL;
    cr_assert(s, "no %s in %s", key, text);
    return strtod(s + strlen(quoted), NULL);
}

/* ---- cases that stand in a file ---- */

enum { MOST_WORDS = 60, MOST_TEXT = 6000 };

typedef struct command_case {
    const char *place;    /* file:line, for messages */
    char text[MOST_TEXT]; /* the program; cases that follow have it, too */
    char out[MOST_TEXT], words[MOST_TEXT];
    const char *word[MOST_WORDS];
    char *part[24];           /* the first character: ~ in standard output, as expect_part reads it */
    int count, parts, status; /* status -1: any */
    bool has_out, is_silent, is_json;
} command_case;

/* Replaces \n, \\ and \x1b by their bytes. */
static void unescape(char *s)
{
    char *to = s;
    for (; *s; s++) {
        if (*s != '\\') *to++ = *s;
        else if (*++s == 'x') *to++ = (char)strtol((char[]){ s[1], s[2], 0 }, NULL, 16), s += 2;
        else *to++ = *s == 'n' ? '\n' : *s;
    }
    *to = 0;
}

/* Cuts the line into words, as a shell does with quotes. P is the path of the program, C its text, D the
 * folder, D/x a file in it. */
static void read_words(command_case *k, const char *line)
{
    char *s = strcpy(k->words, line);
    k->word[k->count++] = "wengert";
    while (*(s += strspn(s, " "))) {
        const char quote = *s == '\'' || *s == '"' ? *s++ : 0;
        char *word = s, *end = quote ? strchr(s, quote) : s + strcspn(s, " ");
        cr_assert(end && k->count < MOST_WORDS - 2, "%s: %s", k->place, line);
        s = end + (*end != 0);
        *end = 0;
        unescape(word);
        k->word[k->count++] = quote                     ? word
                              : !strcmp(word, "P")      ? wgt_script(k->text)
                              : !strcmp(word, "C")      ? k->text
                              : !strcmp(word, "D")      ? wgt_folder()
                              : !strncmp(word, "D/", 2) ? wgt_in_folder(word + 2)
                                                        : word;
    }
    k->word[k->count] = NULL;
}

int wgt_widest(const char *text)
{
    int most = 0, now = 0;
    for (const char *s = text; *s; s++) {
        now = *s == '\n' ? 0 : now + (((unsigned char)*s & 0xC0) != 0x80 && *s != '\r');
        if (now > most) most = now;
    }
    return most;
}

static void expect_part(const char *place, const char *part, const wgt_result *r)
{
    const char kind = *part, *in = kind == '!' ? r->err : r->out;
    char *text = (char *)(uintptr_t)part + 1;
    const bool none = kind == '^' || (kind == '!' && *text == '!');
    const long wanted = kind == '*' || kind == '|' ? strtol(text, &text, 10) : 0;
    if (kind == '|') cr_expect_leq(wgt_widest(r->out), wanted, "%s: a line is too wide: %s", place, r->out);
    if (kind == '|') return;
    text += strspn(text, none && kind == '!' ? "! " : kind == '*' ? " " : "");
    int n = !*text && *in; /* the empty part is there when anything is */
    for (const char *s = in; *text && (s = strstr(s, text)); s += strlen(text)) n++;
    cr_expect(none || kind == '*' ? n == wanted : n > 0, "%s: '%s' is there %d times: %s", place, text, n,
              in);
}

/* "x.csv 1,2": appends the line to the file in the folder. */
static void append_line(const char *rest)
{
    char name[40];
    int n = 0;
    cr_assert_eq(sscanf(rest, "%39s %n", name, &n), 1, "%s", rest);
    FILE *f = fopen(wgt_in_folder(name), "a");
    cr_assert(f && fprintf(f, "%s\n", rest + n) > 0 && !fclose(f), "%s", rest);
}

/* A command that is told wrong, or that cannot begin, prints nothing on standard output, unless the case says
 * what. */
static bool prints_nothing(const command_case *k)
{
    bool said = k->has_out || k->is_json;
    for (int i = 0; i < k->parts; i++) said |= *k->part[i] != '!';
    return k->is_silent || ((k->status == 2 || k->status == 3) && !said);
}

static void run_case(command_case *k, void (*also)(const char *const argv[], int n, const wgt_result *r))
{
    if (!k->count) return;
    wgt_result r = wgt_run_command(k->word);
    if (k->status >= 0)
        cr_expect_eq(r.status, k->status, "%s: status %d, not %d: %s%s", k->place, r.status, k->status, r.out,
                     r.err);
    if (k->has_out || prints_nothing(k)) cr_expect_str_eq(r.out, k->out, "%s: %s", k->place, r.out);
    if (k->is_json) wgt_expect_json(r.out);
    if (also) also(k->word, k->count, &r);
    pic_plain(r.out);
    for (int i = 0; i < k->parts; i++) {
        expect_part(k->place, k->part[i], &r);
        free(k->part[i]);
    }
}

void wgt_run_cases(const char *path, void (*also)(const char *const argv[], int n, const wgt_result *r))
{
    static char line[MOST_TEXT], place[300];
    command_case k = { .place = place };
    FILE *f = fopen(path, "r");
    cr_assert(f, "%s", path);
    char before = 0; /* how the line above begins */
    int usual = 0;   /* the status of cases that say none */
    for (int n = 1; fgets(line, sizeof line, f); n++) {
        line[strcspn(line, "\n")] = 0;
        const char kind = line[0], *rest = line + 1 + (line[1] == ' ');
        const bool is_usual = kind == '=' && (!before || before == '#');
        if (kind && !is_usual && !strchr("<$@", kind)) {
            unescape(line);
        } else if (k.count && kind) {
            run_case(&k, also);
            memset(&k.out, 0, sizeof k - offsetof(command_case, out));
        }
        if (kind == '@') append_line(rest);
        if (kind == '<' && before != '<') *k.text = 0;
        if (kind == '<') unescape(line), strcat(strcat(k.text, rest), "\n");
        if (kind == '$') snprintf(place, sizeof place, "%s:%d", path, n), read_words(&k, rest);
        if (kind == '$') k.status = usual;
        if (kind == '=') *(is_usual ? &usual : &k.status) = *rest == '?' ? -1 : atoi(rest);
        if (kind == '{') k.is_json = true;
        if (kind == '>') strcat(strcat(k.out, rest), "\n"), k.has_out = true;
        if (kind == '-') k.is_silent = true;
        if (kind && strchr("~!^*|", kind) && asprintf(&k.part[k.parts++], "%c%s", kind, rest) < 0)
            cr_assert(false);
        before = kind;
    }
    run_case(&k, also);
    fclose(f);
}
