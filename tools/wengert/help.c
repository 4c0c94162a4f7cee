/* help.c: the command help, and --help: texts made from the commands' tables. */
#include <string.h>

#include "tool.h"

enum { LEFT = 31 }; /* the column of the flags' texts */

/* ---- as text ---- */

static void print_flag(const flag *f, FILE *out)
{
    char left[80];
    int n =
        f->letter ? snprintf(left, sizeof left, "  -%c, ", f->letter) : snprintf(left, sizeof left, "      ");
    snprintf(left + n, sizeof left - (size_t)n, "--%s%s%s", f->name, f->value ? " " : "",
             f->value ? f->value : "");
    if (strlen(left) >= LEFT) fprintf(out, "%s\n%*s", left, LEFT + 1, "");
    else fprintf(out, "%-*s ", LEFT, left);
    print_wrapped(out, LEFT + 1, f->help);
}

const char help_exit_status[] =
    "0 done, 1 a check failed, 2 wrong flags, 3 an error in a program or data file, 4 not in this build, "
    "5 inconclusive, 6 any other failure.";

static void command_text(const command *c, FILE *out)
{
    fprintf(out, "usage: wengert %s\n\n", c->usage);
    for (const char *line = c->summary; line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL) {
        char text[300];
        snprintf(text, sizeof text, "%.*s", (int)strcspn(line, "\n"), line);
        print_wrapped(out, 0, text);
    }
    fputc('\n', out);
    for (int i = 0; command_flag(c, i); i++) print_flag(command_flag(c, i), out);
    if (c->examples) fprintf(out, "\nexamples:\n%s", c->examples);
}

void help_all(FILE *out)
{
    const command *c;
    fprintf(out, "usage: wengert COMMAND [FILE.wg | -e TEXT] [flags]\n\n");
    for (int i = 0; (c = command_at(i)); i++) {
        char first[200];
        snprintf(first, sizeof first, "%.*s", (int)strcspn(c->summary, "\n"), c->summary);
        fprintf(out, "  %-10s ", c->name);
        print_wrapped(out, 13, first);
    }
    fputc('\n', out);
    print_wrapped(out, 0,
                  "wengert COMMAND --help says more, wengert help language shows how programs are written; "
                  "--json prints one JSON object.");
    fputs("Exit status: ", out);
    print_wrapped(out, 13, help_exit_status);
}

/* ---- as JSON ---- */

static const json_row flag_rows[] = { JSON_ROW(flag, name), JSON_ROW(flag, value), JSON_ROW(flag, help) };
static const json_row command_rows[] = { JSON_ROW(command, name), JSON_ROW(command, usage),
                                         JSON_ROW(command, summary) };

static void command_json(json *j, const command *c)
{
    json_object(j, NULL);
    json_members(j, command_rows, c);
    json_array(j, "flags");
    for (int i = 0; command_flag(c, i); i++) json_record(j, NULL, flag_rows, command_flag(c, i));
    json_end(j);
    json_end(j);
}

static void commands_json(const command *one)
{
    json j = json_start(stdout);
    json_array(&j, "commands");
    for (int i = 0; command_at(i); i++)
        if (!one || one == command_at(i)) command_json(&j, command_at(i));
    json_finish(&j);
}

int help_of(const args *a, const command *c)
{
    if (a->json) commands_json(c);
    else command_text(c, stdout);
    return EXIT_DONE;
}

/* ---- the command ---- */

/* ---- words of other libraries ---- */

typedef struct meaning {
    const char *wg, *c, *cpp, *python;
} meaning;
static const json_row meaning_rows[] = { JSON_AS(".wg", meaning, wg), JSON_AS("C", meaning, c),
                                         JSON_AS("C++", meaning, cpp), JSON_AS("Python", meaning, python) };

static const char *meant_as(const char *word, wgx_word_kind kind, wgx_language in)
{
    const char *s = wgx_meant(word, kind, in);
    return s && !strncmp(s, "write ", 6) ? s + 6 : s ? s : "";
}

static bool meaning_of(const char *word, wgx_word_kind kind, meaning *m)
{
    *m = (meaning){ meant_as(word, kind, WG_IN_WG), meant_as(word, kind, WG_IN_C),
                    meant_as(word, kind, WG_IN_CPP), meant_as(word, kind, WG_IN_PYTHON) };
    return *m->wg || *m->c || *m->cpp || *m->python;
}

static void meaning_text(const char *word, const meaning *m)
{
    const char *const names[] = { ".wg", "C", "C++", "Python" }, *const texts[] = { m->wg, m->c, m->cpp,
                                                                                    m->python };
    printf("%s, in Wengert:\n\n", word);
    for (int i = 0; i < 4; i++)
        if (*texts[i]) printf("  %-7s  ", names[i]), print_wrapped(stdout, 11, texts[i]);
}

/* What to write for a word of another library, in four languages. false: it is not known. */
static bool help_meant(const args *a, const char *word)
{
    meaning m;
    for (int kind = WG_WORD_CALL; kind <= WG_WORD_OPTION; kind++) {
        if (!meaning_of(word, (wgx_word_kind)kind, &m)) continue;
        json j;
        if (!a->json) return meaning_text(word, &m), true;
        j = json_start(stdout);
        json_record(&j, "meant", meaning_rows, &m);
        return json_finish(&j), true;
    }
    return false;
}

static int no_topic(const args *a, const char *word)
{
    wgx_nearest_word near = wgx_nearest_to(word);
    for (int i = 0; command_at(i); i++)
        wgx_nearest_try(&near, command_at(i)->name, strlen(command_at(i)->name));
    wgx_nearest_try(&near, "language", strlen("language"));
    const char *meant = wgx_meant(word, WG_WORD_COMMAND, WG_IN_WG);
    if (meant) return tool_wrong(a, "help: no topic '%s': %s", word, meant);
    if (near.best) return tool_wrong(a, "help: no topic '%s'; did you mean '%s'?", word, near.best);
    return tool_wrong(a, "help: no topic '%s'; 'wengert help' lists the commands, 'wengert ops' the ops",
                      word);
}

static int help(const args *a)
{
    const char *topic = a->operands ? a->operand[0] : NULL;
    const bool man = args_has(a, "man");
    if (a->operands > 1) return tool_wrong(a, "help: one topic at a time; usage: wengert %s", a->c->usage);
    if (man && a->json) return tool_wrong(a, "help: --man or --json, not both");
    if (man && topic && !command_find(topic)) return no_topic(a, topic);
    if (man) {
        if (topic) man_command(command_find(topic), stdout);
        else man_all(stdout);
        return EXIT_DONE;
    }
    if (topic && command_find(topic)) return help_of(a, command_find(topic));
    if (topic && !strcmp(topic, "language")) return help_language(a);
    if (topic && ops_knows(topic)) return cmd_ops.run(a);
    if (topic && help_meant(a, topic)) return EXIT_DONE;
    if (topic) return no_topic(a, topic);
    if (a->json) commands_json(NULL);
    else help_all(stdout);
    return EXIT_DONE;
}

static const flag help_flags[] = {
    { 0, "man", NULL, "as a page for man, which `make install` installs" },
    { 0, NULL, NULL, NULL },
};

const command cmd_help = {
    "help",
    "help [COMMAND | language | OP | WORD]",
    "This list, what one command takes, how programs are written, what an op does, or what to write for a "
    "word of "
    "PyTorch, NumPy, Keras, R, MATLAB.",
    { help_flags },
    "  wengert help check\n  wengert help language\n  wengert help softmax\n  wengert help unsqueeze\n",
    help,
};
