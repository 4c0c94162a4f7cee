/* wengert.c: main, and the list of commands. Results go to standard output, messages to standard error. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "tool.h"

static const command *const commands[] = { &cmd_eval,    &cmd_grad,   &cmd_check,   &cmd_draw,
                                           &cmd_plot,    &cmd_step,   &cmd_train,   &cmd_fit,
                                           &cmd_predict, &cmd_export, &cmd_lesson,  &cmd_play,
                                           &cmd_ops,     &cmd_doctor, &cmd_version, &cmd_completion,
                                           &cmd_help,    NULL };

const command *command_at(int i) { return commands[i]; }

const command *command_find(const char *name)
{
    for (int i = 0; commands[i]; i++)
        if (!strcmp(commands[i]->name, name)) return commands[i];
    return NULL;
}

static int no_command(int argc, char **argv, const char *word)
{
    const char *names[sizeof commands / sizeof *commands];
    args a = { .c = &cmd_help, .json = args_json(argc, argv) };
    int n = 0;
    for (; commands[n]; n++) names[n] = commands[n]->name;
    const char *meant = wgx_meant(word, WG_WORD_COMMAND, WG_IN_WG), *near = wgx_nearest(word, names, n);
    const size_t length = strlen(word);
    if (length > 3 && !strcmp(word + length - 3, ".wg"))
        return tool_wrong(&a, "no command: say what to do with %s: wengert check %s", word, word);
    if (meant) return tool_wrong(&a, "no command '%s': %s", word, meant);
    if (near) return tool_wrong(&a, "no command '%s'; did you mean '%s'?", word, near);
    return tool_wrong(&a, "no command '%s'; 'wengert help' lists them", word);
}

static int run(int argc, char **argv)
{
    args a;
    if (argc > 2 && !strcmp(argv[1], "--json")) {
        char *first = argv[1];
        argv[1] = argv[2], argv[2] = first;
    }
    const char *word = argc > 1 ? argv[1] : "";
    if (argc < 2) {
        help_all(stderr);
        return EXIT_FLAGS;
    }
    if (!strcmp(word, "--help") || !strcmp(word, "-h") || !strcmp(word, "--json")) word = "help";
    else if (!strcmp(word, "--version") || !strcmp(word, "-V")) word = "version";
    const command *c = command_find(word);
    if (!c) return no_command(argc, argv, word);
    if (c == &cmd_train) tool_hold();
    const bool alone = !strcmp(argv[1], "--json");
    int status = args_read(&a, c, alone ? argc : argc - 1, alone ? argv : argv + 1);
    if (status < 0) status = status == ARGS_HELP ? help_of(&a, c) : c->run(&a);
    args_free(&a);
    return status;
}

/* If the caller has closed a standard stream, the next file that is opened would get its number, and messages
 * would be written into it. So the number is given to a file that refuses what is done with the stream. */
static void hold_closed_streams(void)
{
    for (int fd = 0; fd < 3; fd++)
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd ? O_RDONLY : O_WRONLY) != fd) return;
}

int main(int argc, char **argv)
{
    hold_closed_streams();
    int status = run(argc, argv);
    tool_release(status);
    if (fflush(stdout) || ferror(stdout)) {
        fprintf(stderr, "wengert: standard output: %s\n", strerror(errno));
        return status ? status : EXIT_OTHER;
    }
    return status;
}
