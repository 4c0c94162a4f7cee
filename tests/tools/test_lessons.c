/* test_lessons.c: `wengert lesson`: reading, claims, exercises; and that the claims of all lessons hold. */
#include "wgcommand.h"
#include "wgshell.h"

TestSuite(lessons, .init = wgt_make_folder, .fini = wgt_remove_folder);

Test(lessons, cases_of_a_file) { wgt_run_cases("tests/tools/lessons.txt", NULL); }

/* Of those that take a second or less; test_lesson_mistakes has all. Their twins are programs of PyTorch,
 * whose numbers stand in lessons/twins; `make test-torch` runs them. */
Test(lessons, claims_of_quick_lessons_hold_and_their_numbers_are_those_of_their_twins)
{
    wgt_needs("python3");
    const char *said =
        wgt_shell("dear=' attention augment batch-norm bias-variance conv deep dropout early-stopping "
                  "initialisation mini-batches recurrent residual '\n"
                  "for f in lessons/*.md; do\n"
                  "  name=$(basename $f .md)\n"
                  "  case $dear in *\" $name \"*) ;; *) echo $name ;; esac\n"
                  "done | xargs python3 -B tests/tools/twins.py \"$build/wengert\" lessons/twins |\n"
                  "  grep -v ': the same$'\n"
                  "echo done");
    cr_expect_str_eq(said, "done\n");
}

/* A block draw takes the styles and sizes of `wengert draw`, in the terminal, as a file and on the page. */
Test(lessons, a_block_draws_what_the_command_draws)
{
    const char *said = wgt_shell(
        "w=$(realpath \"$build/wengert\") && cd \"$in\"\n"
        "program='x = [1, 2]; W = [[1, 2], [-1, 1]]; h = relu(W @ x); V = [[1, -1]]; o = sigmoid(V @ h)'\n"
        "while read -r flags; do\n"
        "  printf '%s\\n' '# T' '' '```wg' \"$program\" '```' '```draw' Title \"o $flags\" '```' > a.md\n"
        "  \"$w\" lesson ./a.md > said && grep -q 'h = ReLU' said || echo \"$flags: no text\"\n"
        "  \"$w\" lesson ./a.md -o . > said || echo \"$flags: no file\"\n"
        "  \"$w\" lesson ./a.md --page -o a.html > said || echo \"$flags: no page\"\n"
        "  case $flags in *for*) ;; *) flags=\"$flags --for page\" ;; esac\n"
        "  case $flags in *blocks*) ;; *) flags=\"$flags --values\" ;; esac\n"
        "  \"$w\" draw -q -e \"$(printf '\\n\\n\\n%s' \"$program\")\" --of o --id a-1 $flags -o b.svg\n"
        "  cmp a-1.svg b.svg\n"
        "  grep -qF \"$(tail -n 3 b.svg | head -n 1)\" a.html || echo \"$flags: not on the page\"\n"
        "done <<'rows'\n"
        "--style neurons\n"
        "--style blocks\n"
        "--style=blocks --for page\n"
        "--style circuit\n"
        "--for page\n"
        "--for=page --legend\n"
        "rows\n"
        "echo done");
    cr_expect_str_eq(said, "done\n");
}

/* A reader at a terminal has three tries. */
Test(lessons, a_question_asks_three_times)
{
    wgt_needs("script");
    const char *said = wgt_shell(
        "printf '%s\\n' '# T' '' '```ask' 'How much?' 'answer -0.75 within 0.01' "
        "'wrong 0.75  a sign is lost' 'hint half of it' 'then So.' '```' > \"$in/a.md\"\n"
        "typed() { printf \"$1\" | script -qec \"'$build/wengert' lesson '$in/a.md'\" /dev/null |\n"
        "  tr -d '\\r' | sed -En 's/^.*q leaves: //; /^(a sign|A num|Not|Hint|Answer|Right|.* "
        "off:)/p'; echo .; }\n"
        "typed '0,75\\n7\\n8\\n'; typed 'x\\n0.75\\n-0,75\\n'; typed '7\\n\\n'; typed '7\\nq\\n'\n"
        "sed -i 's/-0.75 within 0.01/0.75 within 0/; /^wrong/d' \"$in/a.md\"; typed '0.751\\n0.75\\n'");
    cr_expect_str_eq(said, "a sign is lost\nNot yet.\n8.75 off: −0.75. So.\n.\n"
                           "A number is asked for.\na sign is lost\nRight: −0.75. So.\n.\n"
                           "Not yet.\nHint: half of it\nAnswer: −0.75. So.\n.\n"
                           "Not yet.\nHint: half of it\n.\n"
                           "Not yet.\nHint: half of it\nRight: 0.75. So.\n.\n");
}

/* The places are 0, 0.25, 0.5, 0.75 and 1: the program's 0.7 stands in the place of 0.75. */
Test(lessons, a_slider_has_the_programs_own_value)
{
    const char *said =
        wgt_shell("printf '%s\\n' '# T' '' '```wg' 'r = 0.7' 'y = 2*r' '```' '```plot' 'T' 'line r*x over x "
                  "in 0:1' '```' \\\n"
                  "  '```slide' 'r from 0 to 1 in 5' '```' > \"$in/s.md\"\n"
                  "\"$build/wengert\" lesson \"$in/s.md\" --page -o \"$in/s.html\" > /dev/null\n"
                  "grep -o '>r = [0-9.]*<' \"$in/s.html\" | sort -u");
    cr_expect_str_eq(said, ">r = 0.7<\n");
}

/* The rules of `make check`, on the lessons a.md, b.md, c.md. */
#define RULES                                                                                                \
    "rules=$PWD/tools/lesson/lesson_rules.awk && wengert=$(realpath \"$build/wengert\") && cd \"$in\"\n"     \
    "lines() { printf '%s\\n' \"$@\"; }\n"                                                                   \
    "break_rules() { for k in a b c; do \"$wengert\" lesson ./$k.md --parts; done |\n"                       \
    "  LC_ALL=C awk -f \"$rules\" course.txt symbols.txt mutations.txt solutions.txt wide.txt - | sort; }\n" \
    ": > wide.txt\n"

/* The course is a, b, c, d; b asks for c before it, and there is no d.md. */
Test(lessons, symbols_are_defined_before)
{
    const char *said = wgt_shell(
        RULES
        "lines a b c d > course.txt; lines 'a | x | y' > mutations.txt; lines 'a 1 | x | y' > solutions.txt\n"
        "lines 'σ | a | s' 'epoch | b | e' 'm | b | number' 'Xavier | d | x' > symbols.txt\n"
        "lines 'θ | a | t' 'α | c | r' 'λ' 'J | e | c' 'σ | a | s' 'b | c | x' >> symbols.txt\n"
        "lines '# T' 'after: -' '' 'I am σ, `ε` {m}, − 1. [The](lesson:b)' 'The Epochs' > a.md\n"
        "lines '```wg' 'm = 1 # μ' '```' >> a.md\n"
        "lines '# The m, α' 'after: c' 'notes: ω' '' '```ask' 'Xavier or ∇?' > b.md\n"
        "lines 'answer m within 1' 'wrong ε  no' 'then ω' '```' >> b.md\n"
        "lines '# Epoch' '' 'α of m, b' > c.md\n"
        "break_rules | grep -v 'md: '");
    cr_expect_str_eq(said, "./a.md:5: epoch is defined only in b\n"
                           "./b.md:6: Xavier is defined only in d\n"
                           "./b.md:6: ∇ does not stand in lessons/symbols.txt\n"
                           "./b.md:9: ω does not stand in lessons/symbols.txt\n"
                           "symbols.txt:2: b does not have epoch\n"
                           "symbols.txt:5: a does not have θ\n"
                           "symbols.txt:7: a symbol is written: SYMBOL | LESSON | MEANING\n"
                           "symbols.txt:8: there is no lesson e in lessons/course.txt\n"
                           "symbols.txt:9: σ stands there twice\n");
}

#define UNPROVED ": no claim quotes these words, and lessons/wide.txt has no reason\n"

/* A word of all cases has a claim that quotes it, or a reason; what is said of another lesson stands
 * there. */
Test(lessons, words_are_not_wider_than_their_claims)
{
    const char *said = wgt_shell(
        RULES "lines a b c > course.txt; : > symbols.txt; : > mutations.txt; : > solutions.txt\n"
              "lines '# T' '' 'It never ends. It always holds!' 'It is not always so, and no more' 'in any "
              "case.' \\\n"
              "'' '```check' '1 == 1   proof: \"never ends\"' '```' > a.md\n"
              "lines '# T' '' 'From 3 on it falls. A thousand times: {1} thousand times, says' '[It' "
              "'never](lesson:a).' \\\n"
              "'```ask' 'Is it always so?' 'answer 1 within 0' 'wrong 2  as in lesson 3' 'then A tenfold, in "
              "this lesson.' "
              "'```' '' 'The lesson before says [it ends](lesson:a) for any x.' '' 'So the notes say.' > "
              "b.md; lines '# T' > c.md\n"
              "lines 'b | for any x | of x' 'c | any y | of y' 'b | x' > wide.txt\n"
              "break_rules | grep -v 'md: '");
    cr_expect_str_eq(said,
                     "./a.md:3: It always holds" UNPROVED "./b.md:10: A tenfold, in this lesson" UNPROVED
                     "./b.md:13: a lesson is named by a link: [WORDS OF IT](lesson:NAME)\n"
                     "./b.md:13: lesson a does not have \"it ends\"\n"
                     "./b.md:15: no reader has the notes: docs/notes.md is about them\n"
                     "./b.md:3: A thousand times" UNPROVED "./b.md:3: From 3 on it falls" UNPROVED
                     "./b.md:3: {} thousand times, says It never" UNPROVED
                     "./b.md:9: a lesson is named by a link: [WORDS OF IT](lesson:NAME)\n"
                     "wide.txt:2: no sentence of c needs \"any y\"\n"
                     "wide.txt:3: a reason is written: NAME | WORDS OF THE SENTENCE | WHY IT HOLDS\n");
}

/* a.md keeps all rules, b.md and c.md lack things. */
Test(lessons, rules_refuse_what_cannot_be_taught)
{
    const char *said = wgt_shell(
        RULES
        "lines a b c > course.txt; lines 'x | a | y' > symbols.txt\n"
        "lines 'a | x | y' 'a | y | z' 'd | x' > mutations.txt; lines 'a 1 | x | y' 'b' > solutions.txt\n"
        "lesson() { lines '# T' 'topic: t' \"number: $1\" \"after: $2\" \"$5\" '' \"$3\" '```ask' \"$4\" \\\n"
        "'answer 1.234 within 1' 'then x' '```' '```check' '1 == 1' '```' '```plot' 'T' 'line x over x' "
        "'```' '```rule' 'T' 'so $x := 2 x$' '```'; }\n"
        "tries() { lines '```try' \"$@\" '```'; }\n"
        "{ lesson 1 - 'With 0.01, {f([1.234])}, `1.234`.' 'What?' 'graph: x wrt x'\n"
        "  tries 'One. => x > 1' 'then So.' Two. 'then So.' Three. 'then So.'; } > a.md\n"
        "{ lesson 1 'c, e' 'It is 3.141.' 'Is it 0.0301?' 'notes: f'; tries One. 'then So.' 'Two. => x < 1'; "
        "} > b.md\n"
        "{ lines '# T' 'number: 3' 'after: b' ''; yes | head -n 1000; lines '' '## Also checked' '' '```wg'\n"
        "  seq 16 | sed 's/.*/x& = &/'; lines \"y = 'é' $(printf '%092d' 1)\" \"z = $(printf '%098d' 1)\" "
        "'```'; } > c.md\n"
        "break_rules");
    cr_expect_str_eq(
        said, "./b.md: 0 mistakes in lessons/mutations.txt; at least 2\n"
              "./b.md: 2 exercises; at least 3\n"
              "./b.md: after: c comes after b, a circle\n"
              "./b.md: after: c comes later in lessons/course.txt\n"
              "./b.md: after: there is no lesson e\n"
              "./b.md: no line `graph:`, which the site steps through\n"
              "./b.md: number 1 is that of a\n"
              "./b.md: number: 1; lessons/course.txt has it as 2\n"
              "./b.md:27: an exercise without an answer: a line `then TEXT` below it\n"
              "./b.md:27: exercise 2 has a claim, and no solution in lessons/solutions.txt\n"
              "./b.md:7: 3.141 is typed: write {EXPRESSION}, so that the program says it\n"
              "./b.md:9: 0.0301 is typed: write {EXPRESSION}, so that the program says it\n"
              "./c.md: 0 exercises; at least 3\n"
              "./c.md: 0 mistakes in lessons/mutations.txt; at least 2\n"
              "./c.md: 1004 words of prose; at most 1000\n"
              "./c.md: 18 lines of program under \"Also checked\"; at most 15: a function of the course?\n"
              "./c.md: after: b comes after c, a circle\n"
              "./c.md: no ask\n"
              "./c.md: no check\n"
              "./c.md: no line `graph:`, which the site steps through\n"
              "./c.md: no line `topic:`, the words that a student looks for\n"
              "./c.md: no plot or draw\n"
              "./c.md: no rule to copy\n"
              "./c.md:1026: a line of 102 letters under \"Also checked\"; at most 100\n"
              "mutations.txt:3: a mistake is written: NAME | TEXT | OTHER TEXT\n"
              "mutations.txt:3: there is no lesson d\n"
              "solutions.txt:2: a step of a solution is written: NAME N | TEXT | OTHER TEXT\n");
}

/* Pages whose programs can be changed have their source, as JSON in an element <script>, and what stands
 * between their parts; without --edit they have neither. So has the page of play. */
Test(lessons, pages_that_change_have_their_source)
{
    const char *said = wgt_shell(
        "w=$(cd \"$build\" && pwd)/wengert; cd $in && echo x > e.js && printf '%s\\n' '# T' '' '```wg' 'x = "
        "3 # </script> <!--' '```' '' "
        "'```check' 'x == 3' "
        "'```' > a.md && for f in '' '--edit --engine e.js' '--only 1'; do "
        "\"$w\" lesson ./a.md --page $f -o p.html > said || exit; "
        "grep -c '^<!--0--><div class=\"program' p.html; grep -c 'src=\"edit.js\"' p.html; "
        "grep -c '<script>x = 3' p.html; done; ls edit.js engine.js; "
        "grep -c 'x = 3 # .u003c/script> .u003c!--.n' p.html; "
        "echo '</script> <!--' > p.wg; \"$w\" play p.wg -o p.html --engine e.js > said; "
        "grep -c '\"name\":\"p.wg\",\"program\":\".u003c/script> .u003c!--.n\"}</script>' p.html; "
        "grep -c '</script> <!--' p.html; true");
    cr_expect_str_eq(said, "0\n0\n0\n1\n1\n0\n1\n1\n0\nedit.js\nengine.js\n1\n1\n0\n", "%s", said);
}
