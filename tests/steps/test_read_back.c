/* test_read_back.c: the lines of steps are true as they are printed: tests/steps/read_back.py reads them. */
#include "wgshell.h"

TestSuite(read_back, .init = wgt_make_folder, .fini = wgt_remove_folder);

Test(read_back, every_side_of_a_line_is_the_same)
{
    fprintf(stderr, "%s",
            wgt_shell("python3 tests/steps/read_back.py \"$build/wengert\" --programs ${WG_LINES:-300} "
                      "--seed ${WG_SEED:-1} examples/*.wg"));
}

/* The reader itself: what it must refuse, and what it must read as a student does. */
Test(read_back, untrue_lines_are_found)
{
    fprintf(
        stderr, "%s",
        wgt_shell(
            "cd tests/steps && python3 -B - <<'EOF'\n"
            "import read_back as r\n"
            "def says(text):\n"
            "    c = r.Count(False)\n"
            "    c.text('', 'forward\\n' + ''.join('   %d  %s\\n' % (k, t) for k, t in enumerate(text, 1)))\n"
            "    return c.agree, len(c.untrue), len(c.unread)\n"
            "assert says(['y = 1/1.536·10⁻¹² = 6.510·10¹¹']) == (0, 1, 0)\n"
            "assert says(['y = 1/(1.536·10⁻¹²) = 6.510·10¹¹']) == (1, 0, 0)\n"
            "assert says(['y = 1.67·10⁻⁵² = 2.789·10⁻¹⁰']) == (0, 1, 0)\n"
            "assert says(['y = (1.67·10⁻⁵)² = 2.789·10⁻¹⁰']) == (1, 0, 0)\n"
            "assert says(['y = 3 · −2 = −6']) == (0, 0, 1)\n"
            "assert says(['y = −−1.839 = 1.839']) == (0, 0, 1)\n"
            "assert says(['z = 7', 'y = tanh z = 1']) == (1, 1, 0)\n"
            "assert says(['z = 7', 'y = tanh z = 1.000']) == (2, 0, 0)\n"
            "assert says(['z = 3', 'y = 2 z² = 18', 'w = −z² = −9']) == (3, 0, 0)\n"
            "assert says(['z = 3', 'v = z^(−1) = 0.3333']) == (2, 0, 0)\n"
            "assert says(['z = 3', 'y = 2 z² = 36']) == (1, 1, 0)\n"
            "assert says(['z = 3', 'z = 4']) == (1, 0, 1)\n"
            "EOF"));
}
