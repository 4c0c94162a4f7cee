/* cmd_about.c: the commands doctor and version. */
#include <stdlib.h>
#include <string.h>

#include "commit.h"
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

/* The first line that a program prints, "" if it cannot be run. */
static void first_line(const char *program, char to[200])
{
    FILE *f = popen(program, "r");
    to[0] = 0;
    if (f && !fgets(to, 200, f)) to[0] = 0;
    if (f && pclose(f)) to[0] = 0;
    to[strcspn(to, "\n")] = 0;
}

/* Whether DOT can be written, by writing some. */
static void dot_line(FILE *out)
{
    wg_context *c = wg_start(.threads = 1);
    const wg_status s =
        wg_draw_graph_at(NULL, wg_graph_new(c), "/dev/null", &WG_OPTS(wg_draw_opts, .format = "dot"));
    const char *why = strstr(wg_message(c), "libcgraph");
    fprintf(out, "dot: %s\n", s == WG_OK ? "by libcgraph" : why ? why : wg_message(c));
    wg_finish(c, NULL);
}

/* What belongs to the command: the library does not know its commit, and runs this program for files. */
static void command_lines(FILE *out)
{
    char rsvg[200];
    first_line("rsvg-convert --version 2>&1", rsvg);
    fprintf(out, "commit: %s\n", WENGERT_COMMIT);
    dot_line(out);
    fprintf(out, "rsvg-convert: %s\n",
            *rsvg ? rsvg : "not found: PNG and PDF need it (apt-get install librsvg2-bin)");
}

static int doctor(const args *a)
{
    char *text = NULL;
    size_t size = 0;
    if (a->operands) return tool_no_operand(a);
    if (!a->json) {
        wgx_doctor(stdout);
        command_lines(stdout);
        return EXIT_DONE;
    }
    FILE *f = tool_text_begin(&text, &size);
    if (!f) return tool_fail(a, EXIT_OTHER, "out of memory");
    wgx_doctor(f);
    command_lines(f);
    if (!tool_text_end(f, &text)) return tool_fail(a, EXIT_OTHER, "out of memory");
    json j = json_start(stdout);
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
    if (a->operands) return tool_no_operand(a);
    if (a->json) return json_only_text("version", WG_VERSION);
    printf("wengert %s\n", WG_VERSION);
    return EXIT_DONE;
}

const command cmd_version = { "version", "version", "The version.", { NULL }, "  wengert version --json\n",
                              version };
