/* test_lesson_mistakes.c: a lesson finds a mistake in its own program, and its page is small, alone, and the
 * same each time. */
#include "wgshell.h"

TestSuite(lesson_mistakes, .init = wgt_make_folder, .fini = wgt_remove_folder);

Test(lesson_mistakes, all_claims_hold)
{
    const char *said = wgt_shell("\"$build/wengert\" lesson --all || echo status $?\n"
                                 "echo $(ls lessons/*.md | wc -l) files");
    int right = 0, all = 0, files = -1;
    const char *end = strstr(said, " lessons, "), *line = end;
    while (line && line > said && line[-1] != '\n') line--;
    cr_assert(line && sscanf(line, "%d of %d lessons, %*f s %d files", &right, &all, &files) == 3, "%s",
              said);
    cr_expect(!strstr(said, "✗") && !strstr(said, "status") && right == files && all == files, "%s", said);
}

/* Each number of a text is the one that another program, with PyTorch, has computed. */
Test(lesson_mistakes, each_number_is_that_of_a_twin)
{
    wgt_needs("python3");
    const char *said =
        wgt_shell("sed 's/ .*//' lessons/course.txt |\n"
                  "  xargs python3 -B tests/tools/twins.py \"$build/wengert\" lessons/twins |\n"
                  "  grep -v ': the same$'\n"
                  "echo done");
    cr_expect_str_eq(said, "done\n");
}

/* A mistake must make a claim fail. An error of the language, which is status 3, would show nothing. */
Test(lesson_mistakes, each_makes_a_claim_fail)
{
    const char *said =
        wgt_shell("while IFS= read -r row; do\n"
                  "  name=${row%% | *} rest=${row#* | }\n"
                  "  old=${rest%% | *} new=${rest#* | }\n"
                  "  text=$(cat lessons/$name.md)\n"
                  "  case $text in *\"$old\"*) ;; *) echo \"$name: no text $old\" ;; esac\n"
                  "  printf '%s\\n' \"${text%%\"$old\"*}$new${text#*\"$old\"}\" > \"$in/$name.md\"\n"
                  "  \"$build/wengert\" lesson \"$in/$name.md\" > \"$in/said\" 2>&1\n"
                  "  status=$?\n"
                  "  [ $status = 1 ] && grep -q ✗ \"$in/said\" || echo \"$name: $status with $new\"\n"
                  "done < lessons/mutations.txt\n"
                  "echo all of $(wc -l < lessons/mutations.txt)");
    cr_expect(strncmp(said, "all of ", 7) == 0, "%s", said);
}

/* What lessons/solutions.txt does to the program of a lesson solves the exercise. */
Test(lesson_mistakes, each_exercise_can_be_solved)
{
    const char *said =
        wgt_shell("cut -d'|' -f1 lessons/solutions.txt | sort -u > \"$in/exercises\"\n"
                  "while read -r name n; do\n"
                  "  \"$build/wengert\" lesson $name --program > \"$in/mine.wg\"\n"
                  "  grep \"^$name $n \" lessons/solutions.txt > \"$in/steps\"\n"
                  "  while IFS= read -r row; do\n"
                  "    rest=${row#* | } old=${rest%% | *} new=${rest#* | } text=$(cat \"$in/mine.wg\")\n"
                  "    case $text in *\"$old\"*) ;; *) echo \"$name $n: no text $old\" ;; esac\n"
                  "    printf '%s\\n' \"${text%%\"$old\"*}$new${text#*\"$old\"}\" > \"$in/mine.wg\"\n"
                  "  done < \"$in/steps\"\n"
                  "  \"$build/wengert\" lesson $name --check \"$in/mine.wg\" > \"$in/said\" 2>&1\n"
                  "  grep -q \"^✓ exercise $n:\" \"$in/said\" || echo \"$name $n is not solved\"\n"
                  "done < \"$in/exercises\"\n"
                  "echo all of $(wc -l < \"$in/exercises\")");
    cr_expect(strncmp(said, "all of ", 7) == 0, "%s", said);
}

Test(lesson_mistakes, each_name_of_a_formula_has_the_face_of_its_shape)
{
    wgt_needs("python3");
    const char *said = wgt_shell("python3 -B tests/tools/faces.py \"$build/wengert\" lessons/*.md");
    int agree = 0, wrong = -1;
    cr_expect(sscanf(said, "%d agree, %d wrong", &agree, &wrong) == 2 && agree > 150 && !wrong, "%s", said);
}

/* A page that is 26 KB on its way, over gzip, its drawings for a phone among them, is there at once on a slow
 * line. site.py reads the site back: nothing is loaded but its own style and script, links lead somewhere,
 * and the map says what `after:` says. */
Test(lesson_mistakes, pages_are_small_and_alone)
{
    wgt_needs("python3");
    const char *said = wgt_shell(
        "for f in lessons/*.md; do\n"
        "  name=$(basename $f .md) page=\"$in/page.html\"\n"
        "  \"$build/wengert\" lesson $name --page -o \"$page\" > \"$in/said\" || echo \"$name: status $?\"\n"
        "  bytes=$(gzip -9 -c \"$page\" | wc -c)\n"
        "  [ $bytes -le 26624 ] || echo \"$name: $bytes bytes\"\n"
        "done\n"
        "mkdir -p \"$in/one/include\" \"$in/two/include\"\n"
        "cp include/wengert/*.h \"$in/one/include\" && cp include/wengert/*.h \"$in/two/include\"\n"
        "\"$build/wengert\" lesson --all --page --answers -o \"$in/one\" > /dev/null && OMP_NUM_THREADS=1 "
        "\"$build/wengert\" lesson --all --page --answers -o \"$in/two\" > /dev/null\n"
        "diff -r \"$in/one\" \"$in/two\"\n"
        "\"$build/wengert\" lesson gradient-descent --page -o \"$in/alone.html\" > /dev/null\n"
        "python3 -B tests/tools/site.py \"$in/one\" lessons > \"$in/said\" || cat \"$in/said\"\n"
        "cd \"$in/one\" && [ $(cat *.html lesson.* | wc -c) -le 6291456 ] || echo the site is larger than 6 "
        "MB\n"
        "title() { sed -n 's/.*<h1>\\(.*\\)<.h1>.*/\\1/p' \"$1\"; }\n"
        "grep -qF \"· after <a href=\\\"chain-rule.html\\\">$(title chain-rule.html)</a></nav>\" "
        "gradient-check.html || echo no after\n"
        "grep -qF \"after <a href=\\\"chain-rule.html\\\">$(title chain-rule.html)</a> <span\" index.html "
        "|| echo no after in the index\n"
        "grep -qF '<dt>ŷ</dt><dd>what the model says y is <small><a href=\"logistic.html\">' index.html ||\n"
        "  echo no symbols\n"
        "grep -hoE '<a href=\"[^\"]*\">(← [^<]*|[^<]* →)' *.html |\n"
        "while IFS='\">' read -r _ to _ text; do\n"
        "  case $text in *\"$(title \"$to\")\"*) ;; *) echo \"$to: $text\" ;; esac\n"
        "done\n"
        "grep -q '<nav>after logistic, vectorise</nav>' \"$in/alone.html\" || echo no names\n"
        "echo done");
    cr_expect_str_eq(said, "done\n");
}
