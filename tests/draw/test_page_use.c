/* How a page is used: keys, buttons, the slider, leaves that are dragged and typed, focus, print, colours. */
#include <stdlib.h>
#include <string.h>

#include "browser.h"
#include "picture.h"
#include "wengert/draw.h"
#include "wengert/lang.h"

static const char curve[] = "x = 0.5\na = x * x\nL = a + 3*x\n";
static const char neuron[] = "w = [0.5, -0.3]\nx = [1, -2]\nb = 0\ny = 1\nz = w @ x + b\na = sigmoid(z)\n"
                             "L = -(y*log(a) + (1-y)*log(1-a))\n";

/* What the script says in the page of a program. */
static char *told(const char *text, const char *hide, const char *hash, const char *script, bool dark)
{
    browser_needed();
    WGT_GRAPH(WG_F64, NULL);
    wg_begin(g, WG_TRAIN);
    wg_program *q = wg_program_text(c, "m.wg", text);
    cr_assert_eq(wg_program_build(q, g, wg_params_new(c), WG_TRAIN), WG_OK, "%s", wg_message(c));
    char *path = pic_path("u.html");
    const wg_draw_opts o = { .backward = true, .values = true, .source = text, .hide = hide };
    cr_assert_eq(wg_draw(wg_program_last(q), path, &o), WG_OK, "%s", wg_message(c));
    wgt_finish(c, NULL);
    char *page = dark ? browser_document_in_dark(path, hash, script) : browser_document(path, hash, script);
    char *answer = browser_answer(page);
    pic_clean_up();
    return answer;
}

#define TELLS(text, hide, hash, script, answer)               \
    do {                                                      \
        char *said = told(text, hide, hash, script, false);   \
        cr_expect_str_eq(said, answer, "it says:\n%s", said); \
        free(said);                                           \
    } while (0)

#define PLACE "const place = () => document.querySelector('output').textContent;\n"
#define KEY   "const key = k => (dispatchEvent(new KeyboardEvent('keydown', { key: k })), place());\n"
#define LINE  "const line = () => document.querySelector('.line').textContent;\n"

Test(page_use, keys_step_both_ways, .timeout = 150)
{
    TELLS(curve, NULL, "",
          PLACE KEY LINE "say(place(), key('ArrowRight'), line());\n"
                         "say(key('ArrowLeft'), '|', key('ArrowLeft'), '|', key('End'), '|', "
                         "key('ArrowRight'), '|', key('Home'));\n"
                         "say(location.hash);",
          "0 / 8 1 / 8 a = x · x = 0.5 · 0.5 = 0.25\n"
          "0 / 8 | 0 / 8 | 8 / 8 | 8 / 8 | 0 / 8\n"
          "#step=0\n");
}

/* A step takes 1.4 seconds. At the end it starts anew. */
Test(page_use, space_plays_and_stops, .timeout = 150)
{
    TELLS(curve, NULL, "step=6",
          PLACE KEY
          "const player = () => document.querySelectorAll('.bar button')[2].getAttribute('aria-label');\n"
          "say(player(), key(' '), player());\n"
          "setTimeout(() => say(place(), player()), 1500);\n"
          "setTimeout(() => say(place(), key(' '), player()), 3000);\n"
          "setTimeout(() => say(place()), 3900);",
          "play 6 / 8 pause\n7 / 8 pause\n8 / 8 8 / 8 play\n8 / 8\n");
}

Test(page_use, buttons_and_slider_go_to_steps, .timeout = 150)
{
    TELLS(
        curve, NULL, "",
        PLACE
        "const b = document.querySelectorAll('.bar button'), slider = document.querySelector('.bar input');\n"
        "const press = k => { b[k].click(); return place(); };\n"
        "say(press(3), '|', press(4), '|', press(4), '|', press(1), '|', press(0));\n"
        "slider.value = 5, slider.dispatchEvent(new Event('input'));\n"
        "say(place(), slider.getAttribute('aria-valuetext'));",
        "1 / 8 | 3 / 8 | 8 / 8 | 7 / 8 | 0 / 8\n5 / 8 step 5: da\n");
}

Test(page_use, an_address_opens_a_step, .timeout = 150)
{
    TELLS(curve, NULL, "step=7",
          PLACE LINE "say(place(), line());\n"
                     "location.hash = '#step=2';\n"
                     "setTimeout(() => say(place()), 100);",
          "7 / 8 dx = d(3 · x) · 3 = 1 · 3 = 3\n2 / 8\n");
}

/* From 0.5 a step of the drag is 0.01, and 4 pixels wide: 40 pixels are 0.1. L = x² + 3x. */
Test(page_use, dragging_a_leaf_computes_all_anew, .timeout = 150)
{
    TELLS(curve, NULL, "step=8",
          "const g = document.querySelector('g.leaf'), at = x => ({ clientX: x, bubbles: true });\n"
          "const texts = () => Array.from(document.querySelectorAll('.value, .grad'), t => t.textContent);\n"
          "g.dispatchEvent(new PointerEvent('pointerdown', at(100)));\n"
          "dispatchEvent(new PointerEvent('pointermove', at(140)));\n"
          "dispatchEvent(new PointerEvent('pointerup', at(140)));\n"
          "dispatchEvent(new PointerEvent('pointermove', at(300)));\n"
          "say(texts().includes('0.6'), texts().includes('2.16'), texts().includes('dx = 4.2'));\n"
          "Array.from(document.querySelectorAll('.bar button')).pop().click();\n"
          "say(texts().includes('0.5'), texts().includes('1.75'), texts().includes('dx = 4'));",
          "true true true\ntrue true true\n");
}

Test(page_use, typing_a_leaf_computes_all_anew, .timeout = 150)
{
    TELLS(curve, NULL, "step=8",
          "document.querySelector('g.leaf').dispatchEvent(new Event('focus'));\n"
          "const field = document.querySelector('.look input');\n"
          "const type = t => { field.value = t, field.dispatchEvent(new Event('input'));\n"
          "  return Array.from(document.querySelectorAll('.grad'), t => t.textContent)"
          ".includes('dx = −1'); };\n"
          "say(field.getAttribute('aria-label'), field.value, type('−2'), type('no number'), type('1'));",
          "x 0.5 true true false\n");
}

Test(page_use, a_question_is_answered_by_a_click, .timeout = 150)
{
    TELLS(neuron, "dz", "step=99",
          "const dz = () => Array.from(document.querySelectorAll('svg .grad'))"
          ".find(t => t.textContent.startsWith('dz'));\n"
          "say(dz().textContent, dz().classList.contains('ask'));\n"
          "dz().dispatchEvent(new MouseEvent('click', { bubbles: true }));\n"
          "say(dz().textContent);",
          "dz = ? true\ndz = −0.2497\n");
}

/* Boxes in the order of the tape, then the list of steps; all can be reached, and show their numbers. */
Test(page_use, focus_follows_the_tape, .timeout = 150)
{
    TELLS(neuron, NULL, "step=99",
          "const all = Array.from(document.querySelectorAll('[tabindex], button, input, summary, a'))\n"
          "  .filter(e => e.tabIndex >= 0 && !e.hidden);\n"
          "say(all.filter(e => e.tabIndex > 0).length);\n"
          "const boxes = all.filter(e => e.tagName === 'g'), rest = all.filter(e => e.tagName !== 'g');\n"
          "say(boxes.map(e => e.querySelector('.ink').textContent.split(' = ')[0]).join('|'));\n"
          "say(rest.map(e => e.getAttribute('aria-label') || e.textContent).join('|'));\n"
          "say(boxes.length === document.querySelectorAll('svg g[id]').length, boxes.every(g => {\n"
          "  g.dispatchEvent(new Event('focus')); return document.querySelector('.look table'); }));",
          "0\nw|x|b|y|wx|z|a|ln a|y · ln a|1 − y|1 − a|ln(1 − a)|(1 − y) · ln(1 − a)|add1|L\n"
          "start|step back|play|next step|all values, then all gradients|step|All steps\ntrue true\n");
}

Test(page_use, a_line_of_the_program_and_its_boxes_show_each_other, .timeout = 150)
{
    TELLS(neuron, NULL, "step=3",
          PLACE "const on = () => Array.from(document.querySelectorAll('.source li.on'), l => "
                "l.textContent).join('|');\n"
                "const li = document.querySelectorAll('.source li')[5];\n"
                "say(on());\n"
                "li.dispatchEvent(new Event('mouseenter'));\n"
                "say(Array.from(document.querySelectorAll('.near'), g => "
                "g.querySelector('.ink').textContent.split(' = ')[0]).join());\n"
                "li.click();\n"
                "say(on());",
          "a = sigmoid(z)\na\na = sigmoid(z)\n");
}

/* On paper everything is shown, at whatever step the page stands. */
Test(page_use, prints_everything, .timeout = 150)
{
    TELLS(neuron, NULL, "step=1",
          "const svg = document.querySelector('svg'), steps = document.querySelector('.steps');\n"
          "const state = () => say(svg.classList.contains('play'), steps.open);\n"
          "state(), dispatchEvent(new Event('beforeprint')), state();\n"
          "say(Array.from(svg.querySelectorAll('.value, .grad, .later, .off')).every(e =>\n"
          "  getComputedStyle(e).visibility === 'visible' && getComputedStyle(e).opacity === '1'));\n"
          "dispatchEvent(new Event('afterprint')), state();",
          "true false\nfalse true\ntrue\ntrue false\n");
}

Test(page_use, asks_for_nothing, .timeout = 150)
{
    TELLS(neuron, NULL, "step=3",
          "setTimeout(() => say(performance.getEntriesByType('resource').length), 2000);", "0\n");
}

/* ---- contrast, by WCAG 2.1: at least 4.5 for each text on its ground ---- */

static const char contrast[] =
    "const parse = c => { const n = (c.match(/[\\d.]+/g) || [0, 0, 0, 0]).map(Number);\n"
    "  return n.length < 4 ? [...n, 1] : n; };\n"
    "const blend = (top, below) => [0, 1, 2].map(k => top[3] * top[k] + (1 - top[3]) * below[k]).concat(1);\n"
    "const part = v => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;\n"
    "const light = c => 0.2126 * part(c[0]) + 0.7152 * part(c[1]) + 0.0722 * part(c[2]);\n"
    "const ratio = (a, b) => { const [x, y] = [light(a), light(b)].sort((p, q) => q - p);\n"
    "  return (x + 0.05) / (y + 0.05); };\n"
    "const grounds = e => { const list = [];\n"
    "  for (let p = e; p; p = p.parentElement) list.unshift(parse(getComputedStyle(p).backgroundColor));\n"
    "  return list.reduce((below, top) => blend(top, below), [255, 255, 255, 1]); };\n"
    "const opacity = e => e && e.parentElement ? getComputedStyle(e).opacity * opacity(e.parentElement) : "
    "1;\n"
    "let texts = 0, least = 99, worst = '';\n"
    "function look(e, colour, ground) {\n"
    "  if (getComputedStyle(e).visibility === 'hidden' || !e.textContent.trim()) return;\n"
    "  const c = parse(colour); c[3] *= opacity(e);\n"
    "  const r = ratio(blend(c, ground), ground);\n"
    "  texts++;\n"
    "  if (r < least) least = r, worst = e.tagName + ' ' + e.getAttribute('class') + ' ' + "
    "e.textContent.slice(0, 40);\n"
    "}\n"
    "function lookAtAll() {\n"
    "  const svg = document.querySelector('svg'), page = grounds(svg);\n"
    "  svg.querySelectorAll('text').forEach(t => {\n"
    "    const rect = Array.from(t.parentNode.children).filter(x => x.tagName === 'rect')[0];\n"
    "    const fill = rect ? parse(getComputedStyle(rect).fill) : [0, 0, 0, 0];\n"
    "    look(t, getComputedStyle(t).fill, getComputedStyle(rect || t).fill === 'none' ? page : blend(fill, "
    "page)); });\n"
    "  document.querySelectorAll('body *').forEach(e => {\n"
    "    if (svg.contains(e) || ['SCRIPT', 'STYLE'].includes(e.tagName) || e.id === 'answer' || e.hidden) "
    "return;\n"
    "    if (Array.from(e.childNodes).some(n => n.nodeType === 3 && n.data.trim()) || e.tagName === "
    "'INPUT')\n"
    "      look(e, getComputedStyle(e).color, grounds(e)); });\n"
    "}\n"
    "document.querySelector('.steps').open = true;\n"
    "for (let k = 0; k < 20; k++) {\n"
    "  lookAtAll();\n"
    "  const boxes = document.querySelectorAll('svg g[tabindex]');\n"
    "  boxes[k % boxes.length].dispatchEvent(new Event('focus'));\n"
    "  dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight' }));\n"
    "}\n"
    "say(matchMedia('(prefers-color-scheme: dark)').matches, texts > 1000, least >= 4.5 || least + ' ' + "
    "worst);";

Test(page_use, every_text_has_contrast_in_the_light, .timeout = 150)
{
    TELLS(neuron, "db", "", contrast, "false true true\n");
}

Test(page_use, every_text_has_contrast_in_the_dark, .timeout = 150)
{
    char *said = told(neuron, "db", "", contrast, true);
    cr_expect_str_eq(said, "true true true\n", "it says:\n%s", said);
    free(said);
}
