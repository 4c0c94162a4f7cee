/* help_man.c: the pages of man for the command, in roff, made from the same tables as --help. */
#include <string.h>

#include "tool.h"

/* Writes text so that roff prints it as it is: \ and - are signs of roff, and so are . and ' at the start of
 * a line. */
static void put(FILE *out, const char *text)
{
    bool starts = true;
    for (; *text; text++) {
        if (starts && (*text == '.' || *text == '\'')) fputs("\\&", out);
        if (*text == '\\') fputs("\\e", out);
        else if (*text == '-') fputs("\\-", out);
        else if (*text == '\'') fputs("\\(aq", out);
        else fputc(*text, out);
        starts = *text == '\n';
    }
}

static void put_flag(FILE *out, const flag *f)
{
    fputs(".TP\n\\fB", out);
    if (f->letter) fprintf(out, "\\-%c\\fR, \\fB", f->letter);
    put(out, "--");
    put(out, f->name);
    fputs("\\fR", out);
    if (f->value) fputs(" \\fI", out), put(out, f->value), fputs("\\fR", out);
    fputc('\n', out);
    put(out, f->help);
    fputc('\n', out);
}

static void put_verbatim(FILE *out, const char *title, const char *text)
{
    fprintf(out, ".SH %s\n.nf\n", title);
    put(out, text);
    fputs(".fi\n", out);
}

/* The title of the page, and the line that apropos finds: the first sentence of the summary. */
static void put_title(FILE *out, const char *name, const char *summary)
{
    char first[200];
    snprintf(first, sizeof first, "%.*s", (int)strcspn(summary, "\n"), summary);
    size_t n = strlen(first);
    if (n && first[n - 1] == '.') first[n - 1] = 0;
    fprintf(out, ".TH %s 1 \"\" \"wengert %s\" \"User Commands\"\n.SH NAME\n", name, WG_VERSION);
    put(out, name);
    fputs(" \\- ", out);
    put(out, first);
    fputc('\n', out);
}

void man_command(const command *c, FILE *out)
{
    char name[80];
    snprintf(name, sizeof name, "wengert-%s", c->name);
    put_title(out, name, c->summary);
    fputs(".SH SYNOPSIS\n\\fBwengert\\fR ", out);
    put(out, c->usage);
    fputs("\n.SH DESCRIPTION\n", out);
    put(out, c->summary);
    fputs("\n.SH OPTIONS\n", out);
    for (int i = 0; command_flag(c, i); i++) put_flag(out, command_flag(c, i));
    if (c->examples) put_verbatim(out, "EXAMPLES", c->examples);
    fputs(".SH SEE ALSO\n.BR wengert (1),\n.BR wengert (7)\n", out);
}

void man_all(FILE *out)
{
    const command *c;
    put_title(out, "wengert", "computation graphs with automatic differentiation, without C");
    fputs(".SH SYNOPSIS\n\\fBwengert\\fR \\fICOMMAND\\fR [\\fIFILE.wg\\fR | \\fB\\-e\\fR \\fITEXT\\fR] "
          "[\\fIflags\\fR]\n"
          ".SH COMMANDS\n",
          out);
    for (int i = 0; (c = command_at(i)); i++) {
        fprintf(out, ".TP\n.BR wengert\\-%s (1)\n", c->name);
        put(out, c->summary);
        fputc('\n', out);
    }
    fputs(".SH EXIT STATUS\n", out);
    put(out, help_exit_status);
    fputs(
        "\n.SH SEE ALSO\n.BR wengert (7),\nthe language of programs;\n.BR wengert (3),\nthe library for C\n",
        out);
}
