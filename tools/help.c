/* help.c: the help texts, made from the commands' tables. */
#include <string.h>

#include "tool.h"

static void print_flags(const flag *rows, FILE *out)
{
    for (const flag *f = rows; f->name; f++) {
        char left[80];
        int n = f->letter ? snprintf(left, sizeof left, "  -%c, ", f->letter)
                          : snprintf(left, sizeof left, "      ");
        snprintf(left + n, sizeof left - (size_t)n, "--%s%s%s", f->name, f->value ? " " : "",
                 f->value ? f->value : "");
        if (strlen(left) > 30) fprintf(out, "%s\n%31s %s\n", left, "", f->help);
        else fprintf(out, "%-31s %s\n", left, f->help);
    }
}

const char help_exit_status[] =
    "0 done, 1 a check failed, 2 wrong flags, 3 an error in a program or data file, 4 not in this build,\n"
    "5 inconclusive, 6 any other failure.";

void help_command(const command *c, FILE *out)
{
    fprintf(out, "usage: wengert %s\n\n%s\n\n", c->usage, c->summary);
    for (int i = 0; i < 3 && c->flags[i]; i++) print_flags(c->flags[i], out);
    print_flags(common_flags, out);
    if (c->examples) fprintf(out, "\nexamples:\n%s", c->examples);
}

void help_all(FILE *out)
{
    const command *c;
    fprintf(out, "usage: wengert COMMAND [FILE.wg | -e TEXT] [flags]\n\n");
    for (int i = 0; (c = command_at(i)); i++)
        fprintf(out, "  %-10s %.*s\n", c->name, (int)strcspn(c->summary, "\n"), c->summary);
    fprintf(out, "\nwengert COMMAND --help says more; --json prints one JSON object.\nExit status: %s\n",
            help_exit_status);
}
