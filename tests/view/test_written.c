/* test_written.c: pictures say what the author wrote: tests/view/written.py writes them back as programs. */
#include "wgshell.h"
#include "wgtest.h"

TestSuite(written, .init = wgt_make_folder, .fini = wgt_remove_folder);

/* Parts that are folded are equal but for names; names and their faces are one to one. */
Test(written, one_face_for_one_thing)
{
    wgt_needs("python3");
    fprintf(stderr, "%s",
            wgt_shell("python3 -B tests/view/alike.py \"$build/wengert\" --chains ${WG_CHAINS:-60} "
                      "--names ${WG_WRITTEN:-30} --seed ${WG_SEED:-1}"));
}

Test(written, a_picture_is_the_program_again)
{
    wgt_needs("python3");
    fprintf(stderr, "%s",
            wgt_shell("python3 -B tests/view/written.py \"$build/wengert\" --programs ${WG_WRITTEN:-30} "
                      "--seed ${WG_SEED:-1} tests/view/*.wg examples/*.wg docs/drawing/*.wg "
                      "$(find docs -name '*.md') README.md"));
}
