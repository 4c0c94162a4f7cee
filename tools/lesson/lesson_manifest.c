/* lesson_manifest.c: the site as a package of SCORM 1.2 (ADL, 2001), which learning management systems take:
 * what its files are, and in which order a student meets them. */
#include <string.h>
#include <unistd.h>

#include "lesson.h"

static const char head[] =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    "<manifest identifier=\"wengert-course\" version=\"" WG_VERSION "\"\n"
    "    xmlns=\"http://www.imsproject.org/xsd/imscp_rootv1p1p2\"\n"
    "    xmlns:adlcp=\"http://www.adlnet.org/xsd/adlcp_rootv1p2\"\n"
    "    xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"\n"
    "    xsi:schemaLocation=\"http://www.imsproject.org/xsd/imscp_rootv1p1p2 imscp_rootv1p1p2.xsd\n"
    "        http://www.adlnet.org/xsd/adlcp_rootv1p2 adlcp_rootv1p2.xsd\">\n"
    "  <metadata><schema>ADL SCORM</schema><schemaversion>1.2</schemaversion></metadata>\n"
    "  <organizations default=\"course\">\n"
    "    <organization identifier=\"course\">\n"
    "      <title>A course in deep learning</title>\n";

static void put_item(FILE *out, const lesson *l)
{
    fprintf(out, "      <item identifier=\"item-%s\" identifierref=\"%s\"><title>", l->name, l->name);
    if (l->topic.n) lesson_topic(out, l), fputs(": ", out);
    lesson_escape(out, l->title.at, l->title.n, true);
    fputs("</title></item>\n", out);
}

/* The file, if the site has it. */
static void put_file(FILE *out, const char *folder, const char *name)
{
    char path[4200];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    if (access(path, R_OK) == 0) fprintf(out, "      <file href=\"%s\"/>\n", name);
}

static void put_lesson(FILE *out, const lesson *l, const char *folder)
{
    char stepper[200], twin[200];
    fprintf(out,
            "    <resource identifier=\"%s\" type=\"webcontent\" adlcp:scormtype=\"sco\" href=\"%s.html\">\n"
            "      <file href=\"%s.html\"/>\n",
            l->name, l->name, l->name);
    snprintf(stepper, sizeof stepper, "%s-graph.html", l->name);
    snprintf(twin, sizeof twin, "twins/%s.py", l->name);
    put_file(out, folder, stepper), put_file(out, folder, twin);
    fputs("      <dependency identifierref=\"shared\"/>\n    </resource>\n", out);
}

void lesson_manifest(FILE *out, const lesson_site *s)
{
    static const char *const shared[] = { "index.html",       "about.html",    "glossary.html",
                                          "ops.html",         "print.html",    "lesson.css",
                                          "lesson.js",        "search.js",     "play.html",
                                          "edit.js",          "engine.js",     "twins/course.py",
                                          "twins/digits.txt", "twins/text.txt" };
    fputs(head, out);
    for (int i = 0; i < s->n; i++) put_item(out, &s->l[i]);
    fputs("    </organization>\n  </organizations>\n  <resources>\n", out);
    for (int i = 0; i < s->n; i++) put_lesson(out, &s->l[i], s->folder);
    fputs("    <resource identifier=\"shared\" type=\"webcontent\" adlcp:scormtype=\"asset\" "
          "href=\"index.html\">\n",
          out);
    for (size_t i = 0; i < sizeof shared / sizeof *shared; i++) put_file(out, s->folder, shared[i]);
    fputs("    </resource>\n  </resources>\n</manifest>\n", out);
}
