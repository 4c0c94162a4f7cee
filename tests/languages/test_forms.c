/* test_forms.c: one line means one thing in C, in C++, in Python and in the language: the table of forms.txt.
 * What Python's forms give beside NumPy's: beside_numpy.txt; what people type by habit: habits.txt; what
 * PyTorch gives for its words: beside_torch.txt; what is told to be written: advice.txt. */
#include "wgshell.h"

TestSuite(forms, .init = wgt_make_folder, .fini = wgt_remove_folder);

#define WITH_PYTHON                                                      \
    "export PYTHONPATH=\"$PWD/python\" PYTHONDONTWRITEBYTECODE=1\n"      \
    "export WENGERT_LIBRARY=\"$(cd \"$build\" && pwd)/libwengert.so\"\n" \
    "python=$(tests/python.sh) || { echo 'skipped: no python3 with NumPy here'; exit 0; }\n"
#define FORMS(language) \
    "set -- " language "; standards=c++17; . tests/languages/compilers.sh; . tests/languages/forms.sh"

Test(forms, c) { wgt_shell_or_skip(FORMS("c")); }
Test(forms, cpp) { wgt_shell_or_skip("need_cpp() { :; }\n" FORMS("cpp")); }
Test(forms, python) { wgt_shell_or_skip(WITH_PYTHON FORMS("py")); }
Test(forms, language) { wgt_shell_or_skip(FORMS("wg")); }

/* What no compiler lets pass. */
Test(forms, array_of_operands)
{
    wgt_shell_or_skip("command -v gcc >/dev/null || need gcc\n"
                      "echo '#include \"wengert/wengert.h\"\n"
                      "wg_node f(wg_node x) { return wg_einsum(\"ij,kj->ik\", (wg_node[]){ x, x }, 2); }' "
                      ">\"$in/array.c\"\n"
                      "gcc -w -Iinclude -c \"$in/array.c\" -o \"$in/array.o\" 2>\"$in/said\" && exit 1\n"
                      "grep -q '\"ij,jk->ik\", a, b' \"$in/said\"");
}

/* A list of forms, with _c and over ctypes. */
#define LIST(script, list)                                                                                   \
    wgt_shell_or_skip(WITH_PYTHON "for over in 0 1; do WENGERT_CTYPES=$over $python tests/languages/" script \
                                  " <tests/languages/" list " || exit 1; done")
Test(forms, habits) { LIST("habits.py", "habits.txt"); }
Test(forms, beside_torch) { LIST("beside_torch.py", "beside_torch.txt"); }
Test(forms, beside_numpy) { LIST("beside_numpy.py", "beside_numpy.txt"); }

/* Axes in C, C++, Python and the language: each builder that has them, and lines as NumPy's users type
 * them. */
Test(forms, axes)
{
    wgt_shell_or_skip(
        "command -v gcc >/dev/null || need gcc\n"
        "command -v g++ >/dev/null || need g++\n" WITH_PYTHON "for part in table lines; do\n"
        "    $python tests/languages/axes.py $part >\"$in/said\" || { cat \"$in/said\"; exit 1; }\n"
        "done");
}

/* Operators, functions and options at their edges in C, C++, Python and the language. */
Test(forms, edges)
{
    wgt_shell_or_skip("command -v gcc >/dev/null || need gcc\n"
                      "command -v g++ >/dev/null || need g++\n" WITH_PYTHON
                      "$python tests/languages/edges.py >\"$in/said\" || { cat \"$in/said\"; exit 1; }");
}

/* 700 forms by someone who had not seen the package: each is the same, or is refused. */
Test(forms, words_of_pytorch) { LIST("beside_torch.py words", "words_torch.txt"); }
Test(forms, words_of_a_file_of_pytorch) { LIST("beside_torch.py words file", "words_torch.txt"); }
Test(forms, words_of_numpy) { LIST("beside_numpy.py", "words_numpy.txt"); }
Test(forms, words_of_jax) { LIST("habits.py words", "words_jax.txt"); }

/* Each line that an error or the table of names tells to write does what it stands for. Files are written. */
Test(forms, advice)
{
    wgt_shell_or_skip(WITH_PYTHON
                      "of=$PWD/tests/languages/advice; cd \"$in\"\n"
                      "for over in 0 1; do WENGERT_CTYPES=$over $python $of.py <$of.txt || exit 1; done");
}
