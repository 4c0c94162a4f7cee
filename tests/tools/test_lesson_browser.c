/* test_lesson_browser.c: pages of lessons in Chromium: questions, and sliders against the lesson with another
 * value. */
#include <stdlib.h>
#include <string.h>

#include "browser.h"
#include "picture.h"
#include "wgshell.h"

TestSuite(lesson_browser, .init = wgt_make_folder, .fini = wgt_remove_folder);

/* What the script says in a page that is in the test's folder. */
static char *told(const char *page, const char *script)
{
    char *document = browser_document(wgt_in_folder(page), "", script);
    return pic_keep(browser_answer(document));
}

/* ---- sliders ---- */

/* A line for each place: its name, the numbers that move, and the pictures as one number. The page of a
 * lesson is drawn at its own place. */
static const char moved[] =
    "const slider = document.querySelector('.frames input'), all = +slider.max;\n"
    "const names = JSON.parse(document.querySelector('figure script').textContent).names;\n"
    "const number = s => { let h = 7; for (const c of s) h = (h * 31 + c.codePointAt(0)) >>> 0; return h };\n"
    "const pictures = () => [...document.querySelectorAll('figure.plot svg')].map(s => "
    "number(s.innerHTML)).join(' ');\n"
    "const cells = () => [...document.querySelectorAll('[data-v]')].map(c => c.textContent).join(' ');\n"
    "for (const k of places(all, +slider.value)) {\n"
    "  slider.value = k;\n"
    "  slider.dispatchEvent(new Event('input'));\n"
    "  say(names[k - 1] + ' | ' + cells() + ' | ' + pictures());\n"
    "}\n";

static char *moved_at(const char *page, const char *places)
{
    char script[2000];
    snprintf(script, sizeof script, "const places = (all, home) => %s;\n%s", places, moved);
    return told(page, script);
}

/* The lesson with another value of the name has a page that is at home where the slider was. */
static void expect_place(const char *lesson, const char *name, const char *value, const char *line)
{
    char commands[1000];
    snprintf(commands, sizeof commands,
             "mkdir -p $in/%s && \"$build/wengert\" lesson %s --source |\n"
             "  sed -E '0,/(^|; )%s +=/s/(^|; )(%s +=) [^;]*/\\1\\2 %s/' > $in/%s/%s.md\n"
             "\"$build/wengert\" lesson $in/%s/%s.md --page -o $in/%s.html > $in/said || [ $? = 1 ]",
             lesson, lesson, name, name, value, lesson, lesson, lesson, lesson, lesson);
    wgt_shell(commands);
    char page[100];
    snprintf(page, sizeof page, "%s.html", lesson);
    char *own = moved_at(page, "[home]");
    own[strcspn(own, "\n")] = 0;
    cr_expect_str_eq(own, line, "%s, %s = %s:\n%s\nis not\n%s", lesson, name, value, line, own);
}

static void expect_slider(const char *lesson, const char *name)
{
    char commands[200], page[100], value[40];
    snprintf(commands, sizeof commands, "\"$build/wengert\" lesson %s --page -o $in/%s.html", lesson, lesson);
    wgt_shell(commands);
    snprintf(page, sizeof page, "%s.html", lesson);
    char *lines = moved_at(page, "[1, Math.round(all / 3), all]");
    int n = 0;
    for (char *line = strtok(lines, "\n"), *rest; line; line = rest, n++) {
        rest = line + strlen(line) + 1;
        char *end = strchr(rest, '\n');
        if (end) *end = 0;
        else rest = NULL;
        cr_assert(sscanf(line, "%*s = %39s", value) == 1, "%s", line);
        char *minus = strstr(value, "\xe2\x88\x92");
        if (minus) *minus = '-', memmove(minus + 1, minus + 3, strlen(minus + 3) + 1);
        expect_place(lesson, name, value, line);
    }
    cr_expect_eq(n, 3, "%s", lesson);
}

Test(lesson_browser, sliders_show_what_the_library_computes)
{
    expect_slider("gradient-check", "eps");
    expect_slider("l2-l1", "lambda_");
    expect_slider("decay", "decay");
    expect_slider("activations", "z");
    expect_slider("exploding", "s");
    expect_slider("gradient-descent", "alpha");
    pic_clean_up();
}

/* ---- questions ---- */

static const char asked[] =
    "const ask = document.querySelector('.ask'), field = ask.querySelector('input'), said = "
    "ask.querySelector('.said');\n"
    "const hidden = () => [...document.querySelectorAll('.closed')].filter(e => !e.offsetHeight).length;\n"
    "const guess = x => { field.value = x; ask.querySelector('.first').click(); say(said.textContent, "
    "ask.querySelector('.answer').open) };\n"
    "say(hidden() > 0, ask.querySelector('.answer').open);\n"
    "guess('none'); say(hidden() > 0);\n"
    "guess('0,84'); say(hidden());\n"
    "guess('0.5'); guess('\\u22121');\n";

/* The lesson of a file with this ask, as a page. */
static const char *page_with(const char *ask)
{
    char command[1000];
    snprintf(command, sizeof command,
             "printf '%%s\\n' '# T' '' '```ask' %s '```' 'Behind it.' > $in/a.md\n"
             "\"$build/wengert\" lesson $in/a.md --page -o $in/a.html",
             ask);
    wgt_shell(command);
    return "a.html";
}

Test(lesson_browser, a_question_opens_what_follows)
{
    const char *page = page_with("'How much?' 'answer 0.842 within 0.01' 'then So.'");
    cr_expect_str_eq(told(page, asked), "true false\n"
                                        " false\ntrue\n"
                                        "You said 0,84: right. true\n0\n"
                                        "You said 0.5: 0.342 off. true\n"
                                        "You said \xe2\x88\x92"
                                        "1: 1.84 off. true\n");
    pic_clean_up();
}

/* Three tries: a usual mistake has its words, another guess a hint, and behind the third stands the
 * answer. */
static const char tried[] =
    "const ask = document.querySelector('.ask'), field = ask.querySelector('input'), said = "
    "ask.querySelector('.said');\n"
    "const guess = x => { field.value = x; ask.querySelector('.first').click();\n"
    "  say(said.textContent, ask.querySelector('.answer').open, document.querySelectorAll('.closed').length, "
    "[...ask.querySelectorAll('details')].map(d => +d.open), said.querySelectorAll('b').length) };\n"
    "guess('0,751'); guess('none'); guess('7'); guess('8'); guess('-0.5'); guess('-0.75');\n"
    "say([...ask.querySelectorAll('.answer li')].map(e => e.textContent + ' ' + !!e.offsetHeight));\n";

Test(lesson_browser, a_question_has_three_tries)
{
    const char *page = page_with("'How much?' 'answer -0.75 within 0.01' 'wrong 0.75  a <b>sign</b> is lost' "
                                 "'wrong -0.5 you forgot `y`.' 'hint half' 'then So.'");
    cr_expect_str_eq(told(page, tried),
                     "You said 0,751: a <b>sign</b> is lost (two tries left) false 1 0,0 0\n"
                     "You said 0,751: a <b>sign</b> is lost (two tries left) false 1 0,0 0\n"
                     "You said 7: not yet (one try left) false 1 1,0 0\n"
                     "You said 8: 8.75 off. true 0 1,1 0\n"
                     "You said -0.5: you forgot y. true 0 1,1 0\n"
                     "You said -0.75: right. true 0 1,1 0\n"
                     "0.75: a <b>sign</b> is lost false,\xe2\x88\x92"
                     "0.5: you forgot y. false\n");
    pic_clean_up();
}

/* ---- claims ---- */

static const char folded[] =
    "const all = [...document.querySelectorAll('details.claims')], one = all[0];\n"
    "const rows = d => [...d.querySelectorAll('tbody td:not(.note, .within)')].map(c => c.textContent + "
    "(c.title && ' (' + c.title + ')'));\n"
    "const state = () => say(all.map(d => d.querySelector('summary').textContent + ' ' + d.open));\n"
    "state(); say(one.querySelector('table').checkVisibility());\n"
    "one.querySelector('summary').click(); say(one.open, one.querySelector('table').checkVisibility());\n"
    "all.forEach(d => say(rows(d)));\n"
    "const cell = one.querySelector('[title]');\n"
    "cell.click(); say(cell.textContent, cell.title); cell.click(); say(cell.textContent, cell.title);\n";

/* Claims that hold are folded; a number has four digits, and all of them on demand. */
Test(lesson_browser, claims_are_folded)
{
    wgt_shell(
        "printf '%s\\n' '# T' '' '```wg' 'x = 1/3; v = [x, 1]' '```' '```check' 'x == 0.333333333  within "
        "1e-6' "
        "'v == [1/3, 1]  a list' 'x < 0.5' 'v == [0.33, 1]  within 0.1' '```' '```check' 'v == [1/3, 1]' "
        "'x == 0.333  within 1e-6' '```' '```check' 'x > 0' '```' > $in/a.md\n"
        "\"$build/wengert\" lesson $in/a.md --page -o $in/a.html || [ $? = 1 ]");
    static const char expected[] = "✓ 4 of 4 hold false,✗ 1 of 2 hold true,✓ 1 of 1 holds false\n"
                                   "false\n"
                                   "true true\n"
                                   "0.3333 (0.3333333333333333),0.3333 (0.333333333),✓,"
                                   "[0.3333, 1] ([0.3333333333333333, 1]),the same,✓,"
                                   "0.3333 (0.3333333333333333),< 0.5,✓,"
                                   "[0.3333, 1] ([0.3333333333333333, 1]),[0.33, 1],✓\n"
                                   "[0.3333, 1] ([0.3333333333333333, 1]),the same,✓,"
                                   "0.3333333 (0.3333333333333333),0.333,✗ does not hold\n"
                                   "0.3333 (0.3333333333333333),> 0,✓\n"
                                   "0.3333333333333333 0.3333\n"
                                   "0.3333 0.3333333333333333\n";
    cr_expect_str_eq(told("a.html", folded), expected);
    pic_clean_up();
}

/* ---- on paper, in other pages, and after a visit before ---- */

static const char paper[] =
    "const rules = [...document.styleSheets].flatMap(s => [...s.cssRules]);\n"
    "const printed = rules.filter(r => r.media && r.media.mediaText == 'print').flatMap(r => "
    "[...r.cssRules]);\n"
    "const style = document.createElement('style');\n"
    "style.textContent = printed.map(r => r.cssText).join('');\n"
    "document.head.append(style);\n"
    "const walk = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT), seen = "
    "[];\n"
    "while (walk.nextNode())\n"
    "  if (walk.currentNode.parentElement.checkVisibility({ contentVisibilityAuto: true }))\n"
    "    seen.push(walk.currentNode.data.trim());\n"
    "const text = seen.join(' ');\n"
    "for (const word of ['Question', 'Behind', 'Exercise', 'Rule', 'hinted', 'mistaken', 'because', "
    "'solved', "
    "'Compare', 'checked', 'said'])\n"
    "  say(word, text.includes(word));\n";

static const char sheet[] =
    "printf '%s\\n' '# T' '' '```wg' 'x = 1' '```' '```ask' 'Question?' 'answer 1 within 0' 'wrong 2  "
    "mistaken' "
    "'hint hinted' 'then because' '```' 'Behind it.' '' '```rule' 'Rule' '$x = 1$' '```' '```try' "
    "'Exercise.' "
    "'then solved' '```' '' '## Also checked' '' '```check' 'x == 1   said' '```' > $in/a.md\n"
    "\"$build/wengert\" lesson $in/a.md --page -o $in/a.html";

/* What is printed is for a class: it has neither answers, hints and mistakes, nor the claims of the
 * author. */
Test(lesson_browser, a_printed_page_has_no_answers)
{
    wgt_shell(sheet);
    cr_expect_str_eq(told("a.html", paper),
                     "Question true\nBehind true\nExercise true\nRule true\nhinted false\n"
                     "mistaken false\nbecause false\nsolved false\nCompare false\n"
                     "checked false\nsaid false\n");
    pic_clean_up();
}

/* ---- formulas ---- */

/* In a font that is narrower than formulas were measured for: the distances of more than 0.8 em between a
 * letter and what stands right of it, of a formula, whose letters are 20 high. */
static const char apart[] =
    "document.querySelectorAll('.closed').forEach(e => e.classList.remove('closed'));\n"
    "document.querySelectorAll('details').forEach(e => { e.open = true; });\n"
    "document.body.style.letterSpacing = '-.08em';\n"
    "const letters = s => [...s.querySelectorAll('text')].flatMap(t => [...t.textContent].flatMap((c, i) => "
    "c === ' ' ? [] : t.getExtentOfChar(i)));\n"
    "document.querySelectorAll('svg.formula').forEach(s => {\n"
    "  const all = letters(s), rules = [...s.querySelectorAll('.rule')].map(p => p.getBBox());\n"
    "  all.forEach(a => {\n"
    "    const end = a.x + a.width, right = [...all.filter(b => Math.abs(a.y - b.y) < 14),\n"
    "      ...rules.filter(r => r.y < a.y + a.height && r.y + r.height > a.y)].map(b => b.x - end);\n"
    "    const gap = Math.min(...right.filter(x => x > -2));\n"
    "    if (gap > 16 && gap < 999 && !rules.some(r => r.x <= end && r.x + r.width >= end))\n"
    "      say(gap, s.getAttribute('aria-label'));\n"
    "  });\n"
    "});\n"
    "say(document.querySelectorAll('svg.formula').length > 4);\n";

Test(lesson_browser, no_gap_is_left_in_a_formula)
{
    static const char *const lesson[] = { "gradient-descent", "activations", "softmax", "logistic", "tape" };
    for (int i = 0; i < 5; i++) {
        char command[200];
        snprintf(command, sizeof command, "\"$build/wengert\" lesson %s --page -o $in/formulas.html",
                 lesson[i]);
        wgt_shell(command);
        cr_expect_str_eq(told("formulas.html", apart), "true\n", "%s", lesson[i]);
    }
    pic_clean_up();
}

/* ---- phones ---- */

static const char wider[] =
    "(async () => {\n"
    "  for (const page of pages) for (const width of [390, 1920]) {\n"
    "    const f = Object.assign(document.createElement('iframe'), { width, height: width > 390 ? 1080 : "
    "844, src: page });\n"
    "    document.body.append(f);\n"
    "    await new Promise(r => { f.onload = r; });\n"
    "    const d = f.contentDocument;\n"
    "    d.querySelectorAll('.closed').forEach(e => e.classList.remove('closed'));\n"
    "    d.querySelectorAll('details').forEach(e => { e.open = true; });\n"
    "    const wide = [d.documentElement, ...d.querySelectorAll('.formulas, pre')]\n"
    "      .filter(e => e.scrollWidth > e.clientWidth + 1);\n"
    "    for (const s of d.querySelectorAll('figure>svg')) {\n"
    "      const r = s.getBoundingClientRect(), place = s.parentNode.clientWidth, b = s.getBBox(), v = "
    "s.viewBox.baseVal;\n"
    "      const draw = s.parentNode.matches('.draw'), full = Math.max(b.width / v.width, b.height / "
    "v.height);\n"
    "      if (r.width && !draw && r.width < Math.min(place, 1.2 * f.height) - 1) say(page, width, r.width, "
    "place);\n"
    "      if (r.width && draw && (full < 0.7 || b.width < 0.4 * v.width || b.height < 0.4 * v.height)) "
    "say(page, width, b.width, v.width, b.height, v.height);\n"
    "    }\n"
    "    if (wide.length) say(page, width, wide.map(e => e.className + ' ' + e.scrollWidth));\n"
    "    f.remove();\n"
    "  }\n"
    "  say('all of ' + pages.length);\n"
    "})();\n";

/* Search finds each word of the field in the lesson that explains it; guesses outlive a visit, are written as
 * CSV, and go to a learning management system; a part of a page stands alone. */
static const char lives[] =
    "const wait = ms => new Promise(r => setTimeout(r, ms));\n"
    "const open = src => new Promise(r => {\n"
    "  const f = Object.assign(document.createElement('iframe'), { width: 1000, height: 800, src });\n"
    "  f.onload = () => wait(100).then(() => r(f.contentWindow));\n"
    "  document.body.append(f);\n"
    "});\n"
    "(async () => {\n"
    "  const index = await open('index.html?q=adam');\n"
    "  while (!index.courseSections) await wait(50);\n"
    "  say(index.document.querySelector('.found a').getAttribute('href'));\n"
    "  for (const [term, name] of terms)\n"
    "    if (!index.lessonFind(index.courseSections.sections, term).some(f => "
    "f.section.page.startsWith(name + '.html'))) say('not found: ' + term);\n"
    "  let page = await open('logistic.html');\n"
    "  const one = page.document.querySelector('#ask-1'), two = page.document.querySelector('#ask-2');\n"
    "  for (const guess of ['x', '0.7', '=1+1', '-0,5', '0.5']) {\n"
    "    one.querySelector('input').value = guess;\n"
    "    one.querySelector('.first').click();\n"
    "  }\n"
    "  two.querySelector('.show').click();\n"
    "  page = await open('logistic.html');\n"
    "  say([1, 2, 3].map(k => page.document.querySelector(`#ask-${k} .answer`).open),\n"
    "    page.document.querySelector('#ask-1 .said').textContent);\n"
    "  const first = await open('index.html'), done = first.document.querySelector('#logistic .done');\n"
    "  say(first.document.querySelector('.kept').hidden, done.textContent);\n"
    "  say(first.lessonCsv(['logistic', 'tape'].map(n => [n, "
    "first.lessonKept.get(n)])).replace(/,2[^,]*Z\\r/g, ',time').replace(/\\r?\\n/g, ' | "
    "'));\n"
    "  first.document.querySelector('.forget').click();\n"
    "  await wait(200);\n"
    "  say(Object.keys(first.lessonKept.get('logistic')).length);\n"
    "  const told = {}, sent = [];\n"
    "  window.API = {\n"
    "    LMSInitialize: () => sent.push('begin'), LMSFinish: () => 'true', LMSCommit: () => 'true',\n"
    "    LMSGetValue: name => told[name] || '', LMSSetValue: (name, value) => { told[name] = value; }\n"
    "  };\n"
    "  page = await open('tape.html');\n"
    "  const asks = [...page.document.querySelectorAll('.ask')];\n"
    "  asks.forEach((ask, i) => {\n"
    "    ask.querySelector('input').value = ask.dataset.answer;\n"
    "    ask.querySelector(i ? '.first' : '.show').click();\n"
    "    if (!i) say(told['cmi.core.lesson_status'], told['cmi.core.score.raw']);\n"
    "  });\n"
    "  say(sent, told['cmi.core.lesson_status'], told['cmi.core.score.raw'] == Math.round(100 - 100 / "
    "asks.length));\n"
    "  localStorage.clear();\n"
    "  page = await open('tape.html');\n"
    "  say([...page.document.querySelectorAll('.answer')].every(a => a.open));\n"
    "  for (const part of ['logistic.html?embed=ask-3', 'logistic.html?embed=figure-2', "
    "'logistic.html?embed=how-wrong-was-it', 'print.html?embed=decay', 'logistic.html?embed=none']) {\n"
    "    const main = (await open(part)).document.querySelector('main');\n"
    "    const seen = [...main.children].filter(e => e.offsetHeight);\n"
    "    say(part, seen.length > 9 ? 'all' : seen.map(e => e.tagName));\n"
    "  }\n"
    "})();\n";

static const char lived[] = "glossary.html#adam\n"
                            "true,true,false You said 0.5: right.\n"
                            "false ✓ 2 of 6 questions\n"
                            "lesson,question,try,guess,result,time | logistic,ask-1,1,0.7,wrong,time | "
                            "logistic,ask-1,2,\"-0,5\",wrong,time | logistic,ask-1,3,0.5,right,time | "
                            "logistic,ask-2,,,shown, | \n"
                            "0\n"
                            "incomplete 0\n"
                            "begin completed true\n"
                            "true\n"
                            "logistic.html?embed=ask-3 FORM,P\n"
                            "logistic.html?embed=figure-2 FIGURE,P\n"
                            "logistic.html?embed=how-wrong-was-it H2,P,P,P,FORM,P\n"
                            "print.html?embed=decay SECTION,P\n"
                            "logistic.html?embed=none all\n";

/* Programs and formulas are not cut, and pictures fill their places. */
Test(lesson_browser, a_site_fits_finds_and_keeps)
{
    static char script[20000];
    wgt_shell("\"$build/wengert\" lesson --all --page -o $in/all > $in/said");
    const char *list = wgt_shell("cd $in/all && printf '\"%s\",' [a-z]*.html");
    snprintf(script, sizeof script, "const pages = [%s];\n%s", list, wider);
    char *document = browser_document_with(wgt_in_folder("all/tape.html"), "", script, BROWSER_FILES),
         *said = pic_keep(browser_answer(document));
    cr_expect(strncmp(said, "all of ", 7) == 0 && atoi(said + 7) > 10, "%s", said);
    free(document);
    list = wgt_shell(
        "awk -F ' [|] ' '$1 ~ /^[A-Za-z -]+$/ && length($1) > 3 { printf \"[\\\"%s\\\", \\\"%s\\\"],\", "
        "$1, $2 }' lessons/symbols.txt");
    snprintf(script, sizeof script, "const terms = [%s];\n%s", list, lives);
    document = browser_document_with(wgt_in_folder("all/tape.html"), "", script, BROWSER_FILES);
    cr_expect_str_eq(pic_keep(browser_answer(document)), lived);
    free(document), pic_clean_up();
}
