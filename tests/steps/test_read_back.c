/* test_read_back.c: the lines of steps are true as they are printed: tests/steps/read_back.py reads them. */
#include "wgshell.h"
#include "wgtest.h"

TestSuite(read_back, .init = wgt_make_folder, .fini = wgt_remove_folder);

Test(read_back, every_side_of_a_line_is_the_same)
{
    wgt_needs("python3");
    fprintf(
        stderr, "%s",
        wgt_shell(
            "python3 -B tests/steps/read_back.py \"$build/wengert\" --programs ${WG_LINES:-150} "
            "--arrays ${WG_LINES:-150} --matrices ${WG_MATRICES:-40} --saturated 200 --dots ${WG_LINES:-60} "
            "--seed ${WG_SEED:-1} examples/*.wg docs/drawing/*.wg"));
}

/* The graph of matrices alone: nodes without a name that are one formula, and −(−A). */
Test(read_back, nodes_without_a_name)
{
    wgt_needs("python3");
    wgt_shell("python3 -B tests/steps/read_pictures.py \"$build/wengert\" --matrices 12 --seed 4");
}

/* SVG by its geometry, TikZ by its LaTeX, and the graph from the names in the formulas. */
Test(read_back, each_box_is_what_its_formula_says)
{
    wgt_needs("python3");
    fprintf(
        stderr, "%s",
        wgt_shell("python3 -B tests/steps/read_pictures.py \"$build/wengert\" --programs ${WG_PICTURES:-30} "
                  "--arrays ${WG_PICTURES:-30} --matrices ${WG_MATRICES:-15} --dots 10 --seed ${WG_SEED:-1} "
                  "examples/*.wg docs/drawing/*.wg"));
}

/* The reader itself: what it must refuse, and what it must read as a student does. */
Test(read_back, untrue_lines_are_found)
{
    wgt_needs("python3");
    fprintf(stderr, "%s", wgt_shell("python3 -B tests/steps/read_back.py --itself"));
}
