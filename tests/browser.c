/* browser.c: what browser.h promises. */
#include "browser.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "picture.h"
#include "wgtest.h"

/* The page with one more script, under another name; to free. */
static char *with_script(const char *path, const char *script)
{
    static const char say[] =
        "const out = document.createElement('pre');\nout.id = 'answer', out.hidden = true;\n"
        "document.body.appendChild(out);\n"
        "const say = (...x) => out.append(x.join(' ') + '\\n');\n";
    char *page = pic_read(path), *to = malloc(strlen(path) + 10);
    sprintf(to, "%.*s-more.html", (int)(strlen(path) - 5), path);
    FILE *f = fopen(to, "w");
    cr_assert(page && f, "%s", to);
    fprintf(f, "%s<script>\n%s%s\n</script>\n", page, say, script);
    cr_assert_eq(fclose(f), 0);
    return to;
}

char *browser_document_with(const char *path, const char *hash, const char *script, const char *options)
{
    wgt_needs("chromium");
    char *out = pic_path("document.html"), *page = script ? with_script(path, script) : NULL, command[2000];
    snprintf(command, sizeof command,
             "timeout 1000 chromium --headless --no-sandbox --disable-gpu --proxy-server=127.0.0.1:9 %s "
             "--window-size=1280,807 --virtual-time-budget=4000 --user-data-dir=%s.profile --dump-dom "
             "'file://%s#%s' >%s 2>/dev/null; s=$?; "
             "rm -rf %s.profile; exit $s",
             options, out, page ? page : path, hash, out, out);
    cr_assert_eq(system(command), 0, "chromium did not show the page");
    char *text = pic_read(out);
    free(page);
    return text;
}

char *browser_document(const char *path, const char *hash, const char *script)
{
    return browser_document_with(path, hash, script, "");
}

/* node runs without the sanitizers that a kind of tests loads. */
char *browser_numbers(const char *path, const char *hash)
{
    wgt_needs("node");
    char *out = pic_path("numbers.html"), command[1000];
    snprintf(command, sizeof command, "env -u LD_PRELOAD node tests/page_run.js '%s' '%s' >'%s'", path, hash,
             out);
    cr_assert_eq(system(command), 0, "a script failed");
    return pic_read(out);
}

/* Characters that the document has as entities. */
static void unescape(char *text)
{
    static const char *const entity[] = { "&lt;", "&gt;", "&amp;" };
    char *to = text;
    for (const char *at = text; *at; at++, to++) {
        *to = *at;
        for (int k = 0; k < 3; k++)
            if (strncmp(at, entity[k], strlen(entity[k])) == 0) {
                *to = "<>&"[k], at += strlen(entity[k]) - 1;
                break;
            }
    }
    *to = 0;
}

char *browser_answer(const char *document)
{
    static const char key[] = "<pre id=\"answer\" hidden=\"\">";
    const char *at = strstr(document, key), *end = at ? strstr(at, "</pre>") : NULL;
    cr_assert(end, "the script did not run: %.500s", document);
    at += strlen(key);
    char *text = strndup(at, (size_t)(end - at));
    unescape(text);
    return text;
}

/* The numbers of the line "name ...", and where they end; NULL: there is no such line. */
static const char *numbers_of(const char *document, const char *id, const char *name, const char **end)
{
    char key[80];
    snprintf(key, sizeof key, "id=\"%s-numbers\"", id);
    const char *at = strstr(document, key);
    *end = at ? strstr(at, "</pre>") : NULL;
    cr_assert(*end, "the page %s has no numbers", id);
    snprintf(key, sizeof key, "\n%s ", name);
    const char *line = strstr(at, key);
    return line && line < *end ? line + strlen(key) : NULL;
}

bool browser_has_numbers(const char *document, const char *id, const char *name)
{
    const char *end;
    return numbers_of(document, id, name, &end);
}

void browser_expect_numbers(const char *document, const char *id, const char *name, const double *want,
                            int64_t n)
{
    const char *end, *line = numbers_of(document, id, name, &end);
    double scale = 1;
    cr_assert(line, "%s: the page has no %s", id, name);
    for (int64_t i = 0; i < n; i++)
        if (isfinite(want[i])) scale = fmax(scale, fabs(want[i]));
    for (int64_t i = 0; i < n; i++) {
        char *after;
        const double x = strtod(line, &after);
        cr_assert(after > line && after < end, "%s: %s[%lld] is missing", id, name, (long long)i);
        const bool same = isnan(x) ? isnan(want[i]) : x == want[i] || fabs(x - want[i]) <= 1e-12 * scale;
        cr_expect(same, "%s: %s[%lld] is %.17g, should be %.17g", id, name, (long long)i, x, want[i]);
        line = after;
    }
}

void browser_expect_node(const char *document, const char *id, const char *name, wg_node n)
{
    double *x = wgt_values(n);
    browser_expect_numbers(document, id, name, x, wg_shape_size(wg_node_shape(n)));
    free(x);
}
