/* test_install.c: `make install` and `make uninstall` in folders whose names have blanks, quotes and a $: our
 * files are installed and removed, and no other file is changed. */
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "wgfiles.h"

TestSuite(install, .init = wgt_make_folder, .fini = wgt_remove_folder);

/* Runs a shell's command in the sources' folder. $in is the test's folder, $build the build, $compile the
 * compiler of the build and its sanitizers; `make_it` runs make there, which builds nothing anew. Returns
 * what the command wrote. */
static const char *shell(const char *command)
{
    static char text[1 << 14], script[1 << 14];
    const char *build = getenv("WG_BUILD");
    snprintf(
        script, sizeof script,
        "exec 2>&1; set -u; in='%s' build='%s' compile='%s'\n"
        "make_it() { env -u MAKEFLAGS -u MAKELEVEL make -s -o all BUILD=\"$build\" \"$@\" >/dev/null; }\n%s",
        wgt_folder(), build ? build : "build", WGT_COMPILE, command);
    FILE *out = popen(script, "r");
    cr_assert(out);
    text[fread(text, 1, sizeof text - 1, out)] = 0;
    int status = pclose(out);
    cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0, "%s\n%s", command, text);
    return text;
}

Test(install, beside_a_folder_named_like_the_first_word)
{
    shell("mkdir \"$in/my\" && echo theirs > \"$in/my/file\"");
    shell("make_it install PREFIX=\"$in/my stuff\"");
    cr_expect_str_eq(shell("ls \"$in\""), "my\nmy stuff\n");
    shell("make_it uninstall PREFIX=\"$in/my stuff\"");
    cr_expect_str_eq(shell("cat \"$in/my/file\""), "theirs\n");
    cr_expect_str_eq(shell("find \"$in/my stuff\" ! -type d"), "");
    cr_expect_str_eq(shell("ls \"$in/my stuff/include\""), "");
}

Test(install, files_of_others_stay)
{
    shell("make_it install PREFIX=\"$in/a\"");
    shell("cd \"$in/a\" && touch include/wengert/theirs.h lib/libtheirs.a lib/pkgconfig/theirs.pc bin/theirs "
          "include/theirs.h");
    shell("make_it uninstall PREFIX=\"$in/a\"");
    cr_expect_str_eq(shell("cd \"$in/a\" && find . ! -type d | LC_ALL=C sort"),
                     "./bin/theirs\n./include/theirs.h\n./include/wengert/theirs.h\n./lib/libtheirs.a\n./lib/"
                     "pkgconfig/theirs.pc\n");
    shell("make_it uninstall PREFIX=\"$in/a\" && make_it uninstall PREFIX=\"$in/none\"");
}

Test(install, any_name)
{
    static const char *const names[] = { "it's",    "a $HOME b", "say \"hi\"", "back\\slash",
                                         "a;b & c", "* [x]",     "two  blanks" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        setenv("NAME", names[i], 1);
        shell("make_it install PREFIX=\"/$NAME/usr\" DESTDIR=\"$in/to $NAME\"");
        cr_expect_str_eq(shell("cd \"$in/to $NAME/$NAME/usr\" && ls -d bin/wengert include/wengert/base.h "
                               "lib/libwengert.so"),
                         "bin/wengert\ninclude/wengert/base.h\nlib/libwengert.so\n");
        shell("make_it uninstall PREFIX=\"/$NAME/usr\" DESTDIR=\"$in/to $NAME\"");
        cr_expect_str_eq(shell("cd \"$in\" && find . ! -type d; ls -d \"to $NAME\" >/dev/null && ls | wc -l"),
                         "1\n");
        shell("rm -r \"$in/to $NAME\"");
    }
}

Test(install, a_program_is_compiled_against_a_path_with_a_blank)
{
    static const char source[] =
        "#include <stdio.h>\n#include <wengert/wengert.h>\n"
        "int main(void)\n{\n    wg_context *c = wg_start(NULL);\n    wg_graph *g = wg_graph_new(c);\n"
        "    printf(\"%g\\n\", wg_item(wg_square(wg_fill(g, 3, WG_SHAPE(1)))));\n"
        "    return wg_finish(c, stderr);\n}\n";
    shell("make_it install PREFIX=\"$in/it's my stuff\"");
    wgt_save(wgt_in_folder("p.c"), source, sizeof source - 1);
    cr_expect_str_eq(shell("cd \"$in\" && export PKG_CONFIG_PATH=\"$in/it's my stuff/lib/pkgconfig\" &&\n"
                           "eval \"$compile p.c $(pkg-config --cflags --libs wengert) -o p\" &&\n"
                           "LD_LIBRARY_PATH=\"$in/it's my stuff/lib\" ./p"),
                     "9\n");
}
