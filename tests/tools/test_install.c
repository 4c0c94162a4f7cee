/* test_install.c: `make install` and `make uninstall` in folders whose names have blanks, quotes and a $: our
 * files are installed and removed, and no other file is changed. */
#include <stdlib.h>
#include <string.h>

#include "wgshell.h"

TestSuite(install, .init = wgt_make_folder, .fini = wgt_remove_folder);

Test(install, beside_a_folder_named_like_the_first_word)
{
    wgt_shell("mkdir \"$in/my\" && echo theirs > \"$in/my/file\"");
    wgt_shell("make_it install PREFIX=\"$in/my stuff\"");
    cr_expect_str_eq(wgt_shell("ls \"$in\""), "my\nmy stuff\n");
    wgt_shell("make_it uninstall PREFIX=\"$in/my stuff\"");
    cr_expect_str_eq(wgt_shell("ls \"$in\"; cat \"$in/my/file\""), "my\ntheirs\n");
}

/* A folder that was there before stays, though it is empty, and a folder of ours with files of others. */
Test(install, files_and_folders_of_others_stay)
{
    wgt_shell("mkdir -p \"$in/a/share/man/man1\" && make_it install PREFIX=\"$in/a\"");
    wgt_shell(
        "cd \"$in/a\" && touch include/wengert/theirs.h lib/libtheirs.a lib/pkgconfig/theirs.pc bin/theirs "
        "include/theirs.h");
    wgt_shell("make_it uninstall PREFIX=\"$in/a\"");
    cr_expect_str_eq(wgt_shell("cd \"$in/a\" && find . | LC_ALL=C sort"),
                     ".\n./bin\n./bin/theirs\n./include\n./include/theirs.h\n./include/wengert\n"
                     "./include/wengert/theirs.h\n./lib\n./lib/libtheirs.a\n./lib/pkgconfig\n"
                     "./lib/pkgconfig/theirs.pc\n./share\n./share/man\n./share/man/man1\n");
    wgt_shell("make_it uninstall PREFIX=\"$in/a\" && make_it uninstall PREFIX=\"$in/none\"");
}

/* Python keeps what it has compiled of a file in a folder beside it. */
Test(install, what_python_keeps_of_our_file)
{
    wgt_shell(
        "make_it install PREFIX=\"$in/a\" && mkdir \"$in/a/share/wengert/python/wengert/__pycache__\" &&\n"
        "touch \"$in/a/share/wengert/python/wengert/__pycache__/__init__.cpython-311.pyc\"");
    wgt_shell("make_it uninstall PREFIX=\"$in/a\"");
    cr_expect_str_eq(wgt_shell("ls \"$in\""), "");
}

/* The list says that an earlier version wrote the file `old`, and files that are not below the prefix. */
Test(install, the_list_of_an_earlier_install)
{
    wgt_shell("make_it install PREFIX=\"$in/a\" && cd \"$in\" && touch a/old evil &&\n"
              "printf '%s\\n' old ../evil \"$in/evil\" lib/../../evil ../ >> a/share/doc/wengert/installed");
    wgt_shell("make_it install PREFIX=\"$in/a\"");
    cr_expect_str_eq(wgt_shell("cd \"$in\" && ls . a"), ".:\na\nevil\n\na:\nbin\ninclude\nlib\nshare\n");
    wgt_shell(
        "printf '../evil\\n' >> \"$in/a/share/doc/wengert/installed\"; make_it uninstall PREFIX=\"$in/a\"");
    cr_expect_str_eq(wgt_shell("ls \"$in\""), "evil\n");
}

Test(install, any_name)
{
    static const char *const names[] = { "it's a $HOME say \"hi\"", "back\\slash;b & c * [x]  two" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        setenv("NAME", names[i], 1);
        wgt_shell("make_it install PREFIX=\"/$NAME/usr\" DESTDIR=\"$in/to $NAME\"");
        cr_expect_str_eq(
            wgt_shell("cd \"$in/to $NAME/$NAME/usr\" && ls -d bin/wengert include/wengert/base.h "
                      "lib/libwengert.so"),
            "bin/wengert\ninclude/wengert/base.h\nlib/libwengert.so\n");
        wgt_shell("make_it uninstall PREFIX=\"/$NAME/usr\" DESTDIR=\"$in/to $NAME\"");
        cr_expect_str_eq(
            wgt_shell("cd \"$in\" && find . ! -type d; ls -d \"to $NAME\" >/dev/null && ls | wc -l"), "1\n");
        wgt_shell("rm -r \"$in/to $NAME\"");
    }
}

/* The lines that `make install` prints set all variables, and a second install then prints none. */
Test(install, says_what_to_type)
{
    wgt_shell("said_by install PREFIX=\"$in/my stuff\" >\"$in/said\"");
    cr_expect_str_eq(wgt_shell("unset PYTHONPATH LD_LIBRARY_PATH PKG_CONFIG_PATH; cd \"$in\"\n"
                               "eval \"$(grep '^    export ' said)\"\n"
                               "ls \"$LD_LIBRARY_PATH/libwengert.so\" \"$PKG_CONFIG_PATH/wengert.pc\" "
                               "\"$PYTHONPATH/wengert/__init__.py\" >/dev/null\n"
                               "command -v wengert | sed \"s,$in,IN,\"\n"
                               "cd - >/dev/null; said_by install PREFIX=\"$in/my stuff\" >\"$in/said\"\n"
                               "sed \"s,$in,IN,\" \"$in/said\""),
                     "IN/my stuff/bin/wengert\ninstalled in IN/my stuff\n");
}

/* What a program needs, from a prefix with a blank: the flags, also for static linking; the examples. */
Test(install, programs_are_compiled_by_pkg_config)
{
    static const char source[] =
        "#include <stdio.h>\n#include <wengert/wengert.h>\n"
        "int main(void)\n{\n    wg_context *c = wg_start();\n    wg_graph *g = wg_graph_new(c);\n"
        "    printf(\"%g\\n\", wg_item(wg_square(wg_fill(g, 3, WG_SHAPE(1)))));\n"
        "    return wg_finish(c, stderr);\n}\n";
    wgt_shell("make_it install PREFIX=\"$in/it's my stuff\"");
    wgt_save(wgt_in_folder("p.c"), source, sizeof source - 1);
    setenv("USE",
           "cd \"$in\" && export PKG_CONFIG_PATH=\"$in/it's my stuff/lib/pkgconfig\" "
           "LD_LIBRARY_PATH=\"$in/it's my stuff/lib\"",
           1);
    cr_expect_str_eq(
        wgt_shell("eval \"$USE\" && eval \"$compile p.c $(pkg-config --cflags --libs wengert) -o p\" && ./p"),
        "9\n");
    cr_expect_str_eq(
        wgt_shell("eval \"$USE\" &&\n"
                  "eval \"$compile p.c $(pkg-config --cflags --libs --static wengert) -o p\" && ./p"),
        "9\n");
    cr_expect_str_eq(wgt_shell("eval \"$USE\" && pkg-config --cflags wengert | grep -oE '(^| )-I' | wc -l"),
                     "1\n");
    cr_expect_str_eq(
        wgt_shell("eval \"$USE\" && pkg-config --libs --static wengert | grep -c fortran || true"), "0\n");
    cr_expect_str_eq(wgt_shell("eval \"$USE\" && cd it*/share/doc/wengert/examples && env -u MAKEFLAGS -u "
                               "MAKELEVEL make -s quadratic CC=\"$compile\" "
                               "&& ./quadratic | wc -l | sed 's/^[1-9][0-9]*$/some/'"),
                     "some\n");
}

Test(install, what_is_installed)
{
    wgt_shell("make_it install PREFIX=\"$in/a\" STRIP=strip");
    cr_expect_str_eq(wgt_shell("cd \"$in/a\" && nm bin/wengert 2>/dev/null | wc -l"), "0\n");
    cr_expect_str_eq(
        wgt_shell(
            "cd \"$in/a\" && readelf -S lib/libwengert.so lib/libwengert.a | grep -c debug_info || true"),
        "0\n");
    cr_expect_str_eq(
        wgt_shell("cd \"$in/a/share\" && export LD_LIBRARY_PATH=$PWD/../lib\n"
                  "../bin/wengert completion --words -- '' | sed 's/^\\([a-z]*\\).*/wengert-\\1.1/' | "
                  "LC_ALL=C sort > \"$in/pages\"\n"
                  "grep -l '^\\.TH wengert-[a-z]* 1' man/man1/wengert-*.1 | sed 's,.*/,,' | "
                  "LC_ALL=C sort | diff - \"$in/pages\" && echo same"),
        "same\n");
    cr_expect_str_eq(
        wgt_shell("cd \"$in/a/share/man\" && cat man3/wg_matmul.3 && grep -c 'WG_API.*wg_matmul_at' "
                  "man3/wengert-contract.3"),
        ".so man3/wengert-contract.3\n1\n");
    cr_expect_str_eq(
        wgt_shell("cd \"$in/a/share/man\" && head -n 1 man1/wengert.1 man3/wengert.3 man7/wengert.7 | "
                  "grep -o 'TH wengert [0-9]'"),
        "TH wengert 1\nTH wengert 3\nTH wengert 7\n");
    cr_expect_str_eq(
        wgt_shell(
            "cd \"$in/a\" && sed -n 's/^\\.BR wengert.-\\([a-z]*\\) (3)$/\\1.h/p' share/man/man3/wengert.3 | "
            "LC_ALL=C sort > \"$in/pages\"; ls include/wengert | grep '[.]h$' | grep -vx wengert.h | "
            "LC_ALL=C sort | "
            "diff - \"$in/pages\" && echo same"),
        "same\n");
    cr_expect_str_eq(
        wgt_shell("cd \"$in/a/share\" && ls bash-completion/completions zsh/site-functions "
                  "fish/vendor_completions.d doc/wengert/README.md doc/wengert/docs/language.md | grep -v :"),
        "doc/wengert/README.md\ndoc/wengert/docs/language.md\n\nwengert\n\nwengert.fish\n\n_wengert\n");
}

/* The lines to type are those that let the command and a program be found. */
Test(install, the_lines_to_type)
{
    cr_expect_str_eq(
        wgt_shell(
            "env -u MAKEFLAGS -u MAKELEVEL make -s -o all BUILD=\"$build\" install PREFIX=\"$in/a b\" | "
            "sed -n 's/^    //p' > \"$in/lines\"\n"
            ". \"$in/lines\" && cd \"$in\" && wengert eval -e '2 + 3' && pkg-config --modversion wengert"),
        "5\n" WG_VERSION "\n");
}

Test(install, a_tarball_is_the_same_each_time)
{
    cr_expect_str_eq(
        wgt_shell_or_skip(
            "need git; [ -e .git ] || { echo skipped: this is no clone; exit 0; }\n"
            "make_it dist SITE=0 BUILD=\"$in/1\" 2>/dev/null && make_it dist SITE=0 BUILD=\"$in/2\" "
            "2>/dev/null && cd "
            "\"$in\" &&\n"
            "cmp 1/wengert-*.tar.gz 2/wengert-*.tar.gz && tar -tzf 1/wengert-*.tar.gz > list &&\n"
            "grep -q '/Makefile$' list && echo same"),
        "same\n");
}

/* One file of each way to compile, in two folders, of which one is moved; and what this build has made names
 * no folder. */
Test(install, the_same_bytes_in_any_folder)
{
    wgt_shell(
        "for f in one 'the other'; do\n"
        "  mkdir -p \"$in/$f\" && cp -R --parents Makefile src ops include tools bench/*.mk "
        "tests/*/*.mk \"$in/$f\"\n"
        "  (cd \"$in/$f\" && env -u MAKEFLAGS -u MAKELEVEL make -s BUILD=b b/obj/src/engine/base/context.o "
        "b/obj/isa0/src/engine/kernel/thin.o b/obj/isa0/ops/index.o b/obj/tools/wengert/args.o >/dev/null)\n"
        "done\n"
        "cd \"$in/one/b\" && find . -name '*.o' | xargs sha256sum >\"$in/sums\"\n"
        "cd \"$in/the other/b\" && sha256sum -c --quiet \"$in/sums\"\n"
        "cd \"$in\" && mv one moved && cd moved && env -u MAKEFLAGS -u MAKELEVEL make -s BUILD=b V=1 "
        "b/obj/src/engine/base/context.o b/obj/isa0/src/engine/kernel/thin.o b/obj/isa0/ops/index.o "
        "b/obj/tools/wengert/args.o >\"$in/anew\"; ! grep . \"$in/anew\"");
    cr_expect_str_eq(wgt_shell("grep -laF \"$PWD/\" \"$build\"/libwengert.* \"$build/wengert\" || true"), "");
}
