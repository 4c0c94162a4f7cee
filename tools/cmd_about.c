/* cmd_about.c: the commands doctor, version and help. */
#include <stdlib.h>
#include <string.h>

#include "tool.h"

/* ---- doctor ---- */

/* Writes each line "key: value" as a member of the object. Changes text. */
static void lines_json(json *j, char *text)
{
    for (char *rest = text, *line; (line = strsep(&rest, "\n"));) {
        char *value = strstr(line, ": ");
        if (!value) continue;
        *value = 0;
        json_text(j, line, value + 2 + strspn(value + 2, " "));
    }
}

static int no_operand(const args *a)
{
    return tool_fail(a, EXIT_FLAGS, "%s: takes no '%s'; usage: wengert %s", a->c->name, a->operand[0],
                     a->c->usage);
}

static int doctor(const args *a)
{
    char *text = NULL;
    size_t size = 0;
    json j;
    if (a->operands) return no_operand(a);
    if (!a->json) {
        wg_doctor(stdout);
        return EXIT_DONE;
    }
    FILE *f = open_memstream(&text, &size);
    if (!f) return tool_fail(a, EXIT_OTHER, "out of memory");
    wg_doctor(f);
    fclose(f);
    json_start(&j, stdout);
    json_object(&j, "doctor");
    lines_json(&j, text);
    json_finish(&j);
    free(text);
    return EXIT_DONE;
}

const command cmd_doctor = {
    "doctor",
    "doctor",
    "What this build and this machine have: the first lines of a bug report.",
    { NULL },
    "  wengert doctor\n",
    doctor,
};

/* ---- version ---- */

static int version(const args *a)
{
    json j;
    if (a->operands) return no_operand(a);
    if (!a->json) {
        printf("wengert %s\n", WG_VERSION);
        return EXIT_DONE;
    }
    json_start(&j, stdout);
    json_text(&j, "version", WG_VERSION);
    json_finish(&j);
    return EXIT_DONE;
}

const command cmd_version = { "version", "version", "The version.", { NULL }, "  wengert version --json\n",
                              version };

/* ---- help ---- */

static void command_json(json *j, const command *c)
{
    json_object(j, NULL);
    json_text(j, "name", c->name);
    json_text(j, "usage", c->usage);
    json_text(j, "summary", c->summary);
    json_array(j, "flags");
    for (int i = 0; i < 3 && c->flags[i]; i++)
        for (const flag *f = c->flags[i]; f->name; f++) {
            json_object(j, NULL);
            json_text(j, "name", f->name);
            json_text(j, "value", f->value ? f->value : "");
            json_text(j, "help", f->help);
            json_end(j);
        }
    json_end(j);
    json_end(j);
}

static int help(const args *a)
{
    const command *one = a->operands ? command_find(a->operand[0]) : NULL;
    json j;
    const bool man = args_has(a, "man");
    if (a->operands && !one) return tool_fail(a, EXIT_FLAGS, "help: no command '%s'", a->operand[0]);
    if (man || !a->json) {
        if (one) (man ? man_command : help_command)(one, stdout);
        else (man ? man_all : help_all)(stdout);
        return EXIT_DONE;
    }
    json_start(&j, stdout);
    json_array(&j, "commands");
    for (int i = 0; command_at(i); i++)
        if (!one || one == command_at(i)) command_json(&j, command_at(i));
    json_finish(&j);
    return EXIT_DONE;
}

static const flag help_flags[] = {
    { 0, "man", NULL, "as a page for man, which `make install` installs" },
    { 0, NULL, NULL, NULL },
};

const command cmd_help = {
    "help",         "help [COMMAND]",         "This list, or what one command takes.",
    { help_flags }, "  wengert help check\n", help,
};
