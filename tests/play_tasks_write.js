// Tasks of play_tasks.js: a program is written, mended, dragged, drawn and plotted.
const {SHIFT, CTRL} = require('./hands.js');
const {hold, sleep, settled, centre, point, press, letter, intoEditor} = require('./play_hands.js');
const {write, program, cell, error, told, shownOf, reach, choose, fill} = require('./play_hands.js');
const {tab, boxAt, answers} = require('./play_hands.js');

// ---- what is typed ----

const empty = async p => {
  await intoEditor(p);
  await p.key('a', CTRL);
  await p.key('Delete');
};
async function typesValues(p) {
  await empty(p);
  await p.type('x = 3\ny = x^2');
  await settled(p);
  hold(await cell(p, 'y') == '9' && await cell(p, 'x', 3) == '6', 'x^2 and 2 x at 3', await cell(p, 'y'));
  await p.keys('Backspace', '3');
  await settled(p);
  hold(await cell(p, 'y') == '27' && await cell(p, 'x', 3) == '27', 'x^3 and 3 x^2 at 3', await cell(p, 'y'));
  await empty(p);
  await sleep(1200);
  hold(await program(p) == '', 'it is empty', await program(p));
  await p.type('a = 5; b = a*3');
  await settled(p);
  hold(await cell(p, 'b') == '15', '5*3', await error(p));
}
async function noEarlyRed(p) {
  await write(p, 'x = 2\ny = x^2\n');
  await p.run(() => {
    addEventListener('keydown', () => { window.lastKey = performance.now(); }, true);
    new MutationObserver(() => {
      if ($('error').textContent && !window.red) window.red = performance.now();
    }).observe($('error'), {childList: true});
  });
  await p.type('z = sin(y');
  const late = await p.until(() => window.red && red - lastKey);
  hold(late >= 780, 'red comes too early', late + ' ms');
  hold(/^Line 3: /.test(await error(p)), 'the line', await error(p));
}
async function misspelt(p) {
  await write(p, 'x = 2\ny = tanh(x)\n');
  await p.type('z = sgimoid(y)');
  await settled(p);
  const s = await p.run(() => [$('view').className, !!document.querySelector('#picture svg')]);
  hold(s[0] == 'stale' && s[1], 'the last picture stays, pale', s);
  hold(/sigmoid/.test(await told(p)), 'sigmoid is named', await error(p));
}
async function leavesLine(p) {
  await write(p, 'x = 2\ny = x^2\n');
  await p.type('z = q');
  await settled(p);
  await p.key('ArrowUp');
  const t = await p.run(() => $('error').textContent);
  hold(/^Line 3: /.test(t), 'the error comes as its line is left', t);
}
async function undoRedo(p) {
  for (const text of ['x = 2', 'x = 3\ny = x + 1', 'x = 4\ny = x + 2']) {
    await write(p, text);
    await sleep(1100); // what is typed within a second may be one step
  }
  await p.key('z', CTRL);
  await settled(p);
  hold(await cell(p, 'y') == '4', 'undone, y = 3 + 1', await program(p));
  await p.key('z', CTRL);
  hold(await program(p) == 'x = 2', 'undone twice', await program(p));
  await p.key('Z', CTRL | SHIFT);
  await p.key('Z', CTRL | SHIFT);
  await settled(p);
  hold(await cell(p, 'y') == '6', 'redone twice, y = 4 + 2', await program(p));
}
const FAULTS = [
  ['x = 2\ny = x +', 2], ['x = 2\ny = [1, 2', 2], ['x = 1\ny = sin(x, 2)', 2], ['z = [1, 2, 3] + [1, 2]', 1],
  ['x = 2 $ 3', 1], ['a = 1\nb = 2\nc = a*q', 3, 'q'], ['y = sgimoid(2)', 1, 'sgimoid'],
  ['x = 1\ny = 0x10', 2], ['a = 1; b = c', 1, 'c'], ['A = ones(2, 3)\nB = A @ A', 2]
];
const BEHIND = [
  ['y = einsum("𝒳→𝒳", q(3))', 1, 'q'], ['# 𝒳𝒳\nz = 1; y = q # 𝒳', 2, 'q'],
  ['a = 1; y = einsum("𝒳𝒳→𝒳", zz)', 1, 'zz']
];
async function marks(p, t, faults) {
  for (const [text, line, word] of faults) {
    const {error} = JSON.parse(t.natively(['eval', 'f.wg', '--all', '--json'], {'f.wg': text}));
    await write(p, text);
    await p.until(() => document.querySelector('#shade u'));
    const seen = await p.run(() => {
      const all = shade.textContent, u = document.querySelector('#shade u'), before = document.createRange();
      before.setStart(shade, 0);
      before.setEndBefore(u);
      const letters = [...before.toString().split('\n').pop()].length;
      return [+document.querySelector('#gutter .bad').textContent, letters + 1, u.textContent, all.length];
    });
    hold(seen[0] == line && seen[0] == error.line && seen[1] == error.letter, 'the place in ' + text, seen,
      error);
    hold(!word || seen[2] == word, 'the word in ' + text, seen);
  }
}
async function longProgram(p) {
  const names = Array.from({length: 399}, (_, i) => 'x' + (i + 1));
  await write(p, names.map((n, i) => n + ' = ' + (i + 1)).join('\n') + '\ns = ' + names.join(' + '));
  await p.until(() => document.querySelectorAll('#numbers tbody tr').length >= 400 && !busy);
  hold(await cell(p, 's') == '79800', '1 + … + 399', await cell(p, 's'), await error(p));
  hold(await p.run(() => gutter.children.length) == 400, '400 numbers of lines');
}

// ---- what is dragged ----

async function dragOf(p, line, column, steps) {
  const [x, y] = await letter(p, line, column);
  await p.drag([x, y], [x + 4 * steps, y], Math.abs(steps));
  await settled(p);
}
async function dragNegative(p) {
  await write(p, 'x = -2\ny = x^2');
  await dragOf(p, 0, 5, 5);
  hold(await program(p) == 'x = 3\ny = x^2' && await cell(p, 'y') == '9', 'five steps from -2',
    await program(p));
  await dragOf(p, 0, 4, -6);
  hold(await cell(p, 'y') == '9' && await cell(p, 'x') == '-3', 'six steps back', await program(p));
}
async function dragSmall(p) {
  await write(p, 'x = 1e-3\ny = 2*x');
  await dragOf(p, 0, 5, 3);
  const x = (await program(p)).match(/= (.*)/)[1];
  hold(+x > 1e-3 && +x < 2e-3 && +await cell(p, 'y') == +(2 * x).toPrecision(4), 'three steps', x,
    await cell(p, 'y'));
}
async function dragList(p) {
  await write(p, 'v = [1, 20, 3]\ns = sum(v)');
  await dragOf(p, 0, 8, 4);
  hold(await program(p) == 'v = [1, 24, 3]\ns = sum(v)' && await cell(p, 's') == '28', 'one of three',
    await program(p));
}
async function dragUndone(p) {
  await write(p, 'x = 2\ny = x^3');
  await dragOf(p, 0, 4, 5);
  hold(await cell(p, 'y') == '343', '7^3', await cell(p, 'y'));
  await p.key('z', CTRL);
  await settled(p);
  hold(await cell(p, 'y') == '8', 'one undo takes the drag back', await program(p));
  await p.key('Z', CTRL | SHIFT);
  await settled(p);
  hold(await cell(p, 'y') == '343', 'and one redo brings it again', await program(p));
}
async function dragOther(p) {
  const text = 'x2 = 3 # 77\nlog10 = 5\ny = x2^2';
  await write(p, text);
  for (const [line, column] of [[0, 1], [0, 9], [1, 3], [2, 5]]) await dragOf(p, line, column, 5);
  hold(await program(p) == text, 'digits of names and comments are no numbers', await program(p));
}

// ---- the slider ----

const slider = p => p.run(() => {
  const r = $('range'), b = r.getBoundingClientRect(), n = text.value.match(/= (-?[\d.]+)/)[1];
  const share = (r.value - r.min) / (r.max - r.min);
  return {
    at: [b.x + 8 + share * (b.width - 16), b.y + b.height / 2],
    room: b.right,
    value: +r.value,
    number: n,
    label: $('drag-what').textContent,
    hidden: $('drag').hidden
  };
});
async function agrees(p, what) {
  await settled(p);
  const s = await slider(p), y = await cell(p, 'y');
  hold(
    !s.hidden && s.value == +s.number && s.label.includes(s.number) && +y == +(2 * s.number).toPrecision(4),
    what + ': thumb, label, program and value', s, y);
  return s;
}
async function toSlider(p, text) {
  await write(p, text);
  await point(p, await letter(p, 0, 4));
  await p.until(() => !$('drag').hidden);
  await p.run(() => $('drag').scrollIntoView({block: 'center'}));
  return agrees(p, 'at first');
}
async function slidesOf(p, text) {
  let s = await toSlider(p, text);
  for (const by of [60, 40, -70]) {
    const to = [s.at[0] + by, s.at[1]];
    await (p.finger ? p.swipe : p.drag)(s.at, to);
    const next = await agrees(p, 'moved by ' + by);
    hold(by > 0 ? next.value > s.value : next.value < s.value, 'the way of ' + by, s, next);
    s = next;
  }
}
async function slides(p) {
  for (const text of ['x = 2\ny = 2*x', 'x = 0.5\ny = 2*x', 'x = -3\ny = 2*x']) await slidesOf(p, text);
}
async function slidesByKeys(p) {
  for (const [text, key, want] of [['x = 2\ny = 2*x', 'ArrowRight', 7], ['x = -2\ny = 2*x', 'ArrowLeft', -7],
         ['x = 0.50\ny = 2*x', 'ArrowRight', 0.55]]) {
    await toSlider(p, text);
    await reach(p, '#range');
    for (let i = 0; i < 5; i++) {
      await p.key(key);
      await agrees(p, key + ' ' + (i + 1));
    }
    const s = await slider(p);
    hold(+s.number == want, 'five steps are five', text, s);
  }
}
async function slidesOther(p) {
  await write(p, 'x = 2\nz = 30\ny = 2*x');
  await point(p, await letter(p, 0, 4));
  await p.until(() => !$('drag').hidden && +$('range').value == 2);
  await reach(p, '#range');
  await p.key('ArrowRight');
  await settled(p);
  await point(p, await letter(p, 1, 5));
  await p.until(() => +$('range').value == 30);
  await reach(p, '#range');
  await p.key('ArrowRight');
  await settled(p);
  hold(await program(p) == 'x = 3\nz = 31\ny = 2*x', 'the one that was tapped', await program(p));
}

// ---- the picture ----

const CHAIN = 'x = 2\ny = x^3\nL = sin(y)';
const boxSaid = p =>
  p.run(() => [$('about').textContent, +document.querySelector('#gutter .here').textContent]);
async function boxes(p) {
  await write(p, CHAIN);
  for (const [line, rule] of [[2, /x/], [3, /cos|sin/], [1, /x/]]) {
    await point(p, await boxAt(p, line));
    await settled(p);
    const [about, is] = await boxSaid(p);
    const row = await p.run(() => +document.querySelector('#numbers tr.here').dataset.line);
    hold(
      rule.test(about) && !/^Click a box/.test(about) && row == line, 'the box of line ' + line, about, row);
    hold(p.finger || is == line, 'the caret goes there', is);
  }
}
async function boxesByKeys(p) {
  await write(p, CHAIN);
  const seen = new Map();
  await reach(p, '#picture g[id]');
  for (let i = 0; i < 12 && seen.size < 3; i++) {
    const line = await p.run(() => {
      const t = document.activeElement.querySelector(':scope>title');
      return t ? +(t.textContent.match(/:(\d+):/) || [])[1] : 0;
    });
    await p.key('Enter');
    await settled(p);
    const [about] = await boxSaid(p);
    const row =
      await p.run(() => +(document.querySelector('#numbers tr.here') || {dataset: {}}).dataset.line);
    if (line)
      hold(row == line && !/^Click a box/.test(about), 'Enter on the box of line ' + line, row, about);
    if (line) seen.set(line, about);
    await reach(p, '#picture g[id]');
    for (let k = 0; k <= i; k++) await p.key('ArrowRight');
    if (!await p.run(() => document.activeElement.matches('#picture g[id]')))
      await reach(p, '#picture g[id]');
  }
  hold(seen.size >= 2 && new Set(seen.values()).size >= 2, 'keys come to several boxes', [...seen]);
}
async function lineToBox(p) {
  await write(p, CHAIN);
  for (const [key, line] of [['ArrowUp', 2], ['ArrowUp', 1], ['ArrowDown', 2], ['ArrowDown', 3]]) {
    await p.key(key);
    const s =
      await p.run(() => [...document.querySelectorAll('#picture g.here>title')].map(t => t.textContent));
    hold(s.length && s.every(t => t.includes(':' + line + ':')), 'the boxes of line ' + line + ' are heavier',
      s);
  }
}
const NET = 'x = [1, 2]\nh = tanh(dense(x, 3))\nL = sum(h^2)';
async function styles(p, t) {
  await write(p, NET);
  for (const style of ['circuit', 'neurons', 'cards', 'blocks']) {
    await choose(p, '#view select', style);
    await p.until(() => document.querySelector('#picture svg') && !busy);
    const [command, svg] =
      await p.run(() => [$('command').textContent, document.querySelector('#picture').innerHTML]);
    hold(style == 'cards' || command.includes('--style ' + style), 'the command says the style', command);
    t.natively(command.split(' ').slice(1), {'program.wg': NET});
    const want = require('fs').readFileSync(t.folder + '/picture.svg', 'utf8');
    const same = await p.run(s => {
      const d = document.createElement('div');
      d.innerHTML = s;
      return d.textContent == $('picture').textContent && d.querySelectorAll('*').length;
    }, want);
    hold(same > 5, 'the picture of the command', style, svg.length, want.length);
  }
}
async function through(p) {
  await write(p, CHAIN);
  await p.run(() => {
    window.open = u => {
      window.opened = fetch(u);
      return {};
    };
  });
  await press(p, '#view button');
  await p.until(() => window.opened);
  const page = await p.run(async () => (await opened).text());
  hold(
    /<svg/.test(page) && /<script/.test(page) && page.length > 5000, 'a page to step through', page.length);
}
async function neuron(p, t) {
  const text = await program(p);
  const want = JSON.parse(t.natively(['eval', 'n.wg', '--all', '--json'], {'n.wg': text})).values;
  for (const n of Object.keys(want)) {
    const is = [await cell(p, n), await cell(p, n, 3)], g = want[n].gradient;
    hold(is[0] == want[n].text.trimEnd() && is[1] == (g ? g.text.trimEnd() : ''), 'the number ' + n, is,
      want[n]);
  }
  const a = 1 / (1 + Math.exp(-(0.5 * 1 + 0.5 * 2 - 1)));
  hold(Math.abs(+await cell(p, 'a') - a) < 1e-4, 'sigmoid(0.5)', await cell(p, 'a'));
  hold(Math.abs(+await cell(p, 'z', 3) - (a - 1)) < 1e-4, 'dL/dz is a - y', await cell(p, 'z', 3));
  await tab(p, 'step');
  const steps = t.natively(['step', 'n.wg', '--all']).trimEnd();
  hold((await shownOf(p, 'view')).trimEnd() == steps, 'the steps of the command');
}

// ---- plots and the other tabs ----

const curve = p => p.run(() => [...document.querySelectorAll('#view svg path, #view svg polyline')]
                                 .map(e => e.getAttribute('d') || e.getAttribute('points'))
                                 .filter(s => s.length > 200)
                                 .join());
async function plots(p) {
  await write(p, 'z = 0.5\ny = tanh(z)');
  await tab(p, 'plot');
  await p.until(() => document.querySelector('#view svg'));
  const seen = new Set([await curve(p)]);
  for (const [from, to] of [[-2, 2], [0, 3], [-0.5, 10]]) {
    await fill(p, '#view input', String(from));
    await fill(p, '#view input', String(to), 1);
    await p.until(s => $('command').textContent.includes(s), 'z=' + from + ':' + to);
    seen.add(await curve(p));
  }
  hold(seen.size == 4 && ![...seen].includes(''), 'each range has its curve', [...seen].map(s => s.length));
}
async function plotWords(p) {
  await write(p, 'z = 0.5\ny = tanh(z)');
  await tab(p, 'plot');
  await fill(p, '#view input', 'abc');
  const wrong =
    () => [...document.querySelectorAll('#view .bad, #error')].map(e => e.textContent).join(' ').trim();
  let s = await p.run(wrong);
  hold(/abc|number/.test(s), 'abc is no number', s);
  await fill(p, '#view input', '9');
  s = await p.run(wrong);
  hold(/less/.test(s), 'from is more than to', s);
  await fill(p, '#view input', '-3');
  s = await p.run(wrong);
  hold(!s && await curve(p), 'mended', s);
}
async function plotAlone(p) {
  await write(p, 'plot line tanh(t) over t in -4:4');
  await tab(p, 'plot');
  await p.until(() => document.querySelector('#view svg'));
  hold((await curve(p)).length > 200, 'the curve of a line plot alone', await error(p));
  hold(await error(p) == '', 'no error', await error(p));
}
async function plotsOver(p) {
  await write(p, 'a = 1\nb = 2\nc = 3\ny = sin(a*b*c)');
  await tab(p, 'plot');
  const seen = new Set();
  for (const name of ['b', 'c', 'a', 'b']) {
    await choose(p, '#view select', name);
    hold((await shownOf(p, 'command')).includes('--over ' + name + '='), 'over ' + name);
    seen.add(await curve(p));
  }
  hold(seen.size == 3 && ![...seen].includes(''), 'three curves for three names', seen.size);
}
async function checks(p) {
  const claim =
    by => ['x = [1, 2]', 'w = [0.5, -0.3]', 'L = sum((w*x)^2)', 'check grad(L, w) == ' + by].join('\n');
  for (const [by, fine] of [['2*w*x^2', 1], ['w*x^2', 0], ['2*x^2*w', 1]]) {
    await write(p, claim(by));
    if (by == '2*w*x^2') await tab(p, 'check');
    await p.until(f => document.querySelector('#view .' + (f ? 'good' : 'bad')) && !busy, fine);
    const s = await p.run(() => document.querySelector('#view .verdict').textContent);
    hold(s[0] == (fine ? '✓' : '✗'), 'grad == ' + by, s);
  }
  await write(p, claim('x'));
  await p.until(() => document.querySelector('#view .link') && !busy);
  await press(p, '#view .link');
  const s = await p.run(() => text.value.slice(text.selectionStart, text.selectionEnd));
  hold(/^check/.test(s), 'from the claim to its line', s);
}
async function tabs(p) {
  await write(p, CHAIN);
  const order = await p.run(() => [...document.querySelectorAll('#tabs button')].map(b => b.id.slice(4)));
  const shown = () =>
    p.run(() => [document.querySelector('[aria-selected=true]').id, $('view').hidden, $('trainer').hidden]);
  for (const name of [...order, ...order, ...order]) {
    await tab(p, name);
    const s = await shown();
    hold(s[0] == 'tab-' + name && s[1] == (name == 'train') && s[2] != s[1], 'a click shows ' + name, s);
  }
  for (let i = 0; i < 3 * order.length; i++) {
    await p.key('ArrowRight');
    await settled(p);
    const s = await shown();
    hold(s[0] == 'tab-' + order[i % order.length], 'the arrow comes to ' + order[i % order.length], s);
  }
  hold(await p.run(() => document.activeElement.id) == 'tab-help', 'the keyboard is still there');
}
async function helps(p, t) {
  await tab(p, 'help');
  for (const topic of ['train', 'ops', 'check', 'language']) {
    await choose(p, '#view select', topic);
    const words = topic == 'ops' ? ['ops'] : ['help', topic];
    await p.until(w => $('command').textContent == 'wengert ' + w, words.join(' '));
    const is = await p.run(() => document.querySelector('#view pre').textContent), want = t.natively(words);
    hold(want.length > 300 && is.trim().split('\n')[0] == want.trim().split('\n')[0],
      'help of ' + topic, is.slice(0, 90));
  }
}

// ---- lines of other languages ----

const FOREIGN = [
  ['y = 3!', /prod/], ['loss = 2\nloss.backward()', /grad\(loss, x\)/], ['x := 3', /write NAME = expression/],
  ['x == 3', /write x = /], ['x = 1\ny = sin x', /write sin\(x\)/], ['x = 1\nprint(x)', /write x/]
];
async function foreign(p) {
  for (const [line, write_] of FOREIGN) {
    await write(p, line);
    await p.until(() => $('error').textContent && !busy);
    hold(write_.test(await error(p)), 'what to write for ' + line, await error(p));
    await answers(p);
  }
}
async function comma(p) {
  await write(p, 'x = 1,5');
  await p.until(() => /two numbers/.test($('numbers').textContent + $('error').textContent));
  hold(await p.run(() => $('numbers').textContent.includes('1.5')), 'and that 1.5 is one',
    await shownOf(p, 'numbers'));
}

module.exports = [
  ['letters that are typed give values and derivatives', typesValues], ['no red before 0.8 s', noEarlyRed],
  ['a misspelt name, and the picture stays', misspelt], ['an error when its line is left', leavesLine],
  ['undo and redo', undoRedo], ['the places of ten errors', (p, t) => marks(p, t, FAULTS)],
  ['the places of errors behind wide letters', (p, t) => marks(p, t, BEHIND)],
  ['a program of 400 lines', longProgram], ['drag -2', dragNegative], ['drag 1e-3', dragSmall],
  ['drag one of a list', dragList], ['drag, undo once, redo once', dragUndone],
  ['drag what is no number', dragOther], ['the slider by mouse', slides],
  ['the slider by finger', slides, 'phone'], ['the slider by arrows', slidesByKeys],
  ['the slider from one number to the next', slidesOther], ['a box, its line and rule', boxes],
  ['a box by finger', boxes, 'phone'], ['boxes by keys', boxesByKeys],
  ['a line and its boxes, a name and its line', lineToBox], ['four kinds of pictures', styles],
  ['step through', through], ['the numbers and steps of a neuron', neuron],
  ['a plot over a name, three ranges', plots], ['from is no number', plotWords], ['a plot alone', plotAlone],
  ['a plot over three names', plotsOver], ['claims that hold and fail, and their lines', checks],
  ['each tab three times, by mouse and arrows', tabs], ['topics of help', helps],
  ['six lines of other languages', foreign], ['a decimal comma', comma]
];
