// The page of `wengert play`. All that it shows comes from the engine: the words of the command, which the last line of the page says.
const $ = id => document.getElementById(id);
const now = () => performance.now();
const start = JSON.parse($('start').textContent);
if (!window.WENGERT) $('error').textContent = 'The file engine.js must be beside this page.';
const engine = WENGERT.engine(), PROGRAM = 'program.wg', LIMIT = 5;
let trainer; // an engine of its own, so that an edit does not wait for a training
function make(tag, props, ...children) {
  const e = Object.assign(document.createElement(tag), props);
  e.append(...children);
  return e;
}

// ---- examples ----

const NET =
  '\nlogits = dense(k, 2)\nloss = softmax_cross_entropy(logits, y)\naccuracy = mean(argmax(logits, axis=1) == y)\n';
const EXAMPLES = [
  [
    'One neuron', 'picture',
    '# One neuron. Drag a number, or tap it: all follows.\nx = [1, 2]\nw = param(2, init=0.5)\nb = param(init=-1)\ny = 1\nz = w @ x + b\na = sigmoid(z)\nL = -(y*log(a) + (1 - y)*log(1 - a))'
  ],
  [
    'A gradient by hand', 'check',
    '# Is this gradient right? Check says which number is wrong.\nx = [1, 2]\nw = [0.5, -0.3]\ny = 1\na = sigmoid(w @ x)\nL = -(y*log(a) + (1 - y)*log(1 - a))\ncheck grad(L, w) == (y - a)*x'
  ],
  [
    'A net for two classes', 'train',
    '# Two hidden layers. The tab Train has data for it.\nx = input(m, 2)\ny = input(m, classes=2)\nh = tanh(dense(x, 8))\nk = tanh(dense(h, 4))' +
      NET + 'train(loss, metrics=[accuracy], optimizer=adam(0.03), batch=10)',
    'circles'
  ],
  [
    'A net for spirals', 'train',
    'x = input(m, 2)\ny = input(m, classes=2)\nh = tanh(dense(x, 16))\nk = tanh(dense(h, 8))' + NET +
      'train(loss, metrics=[accuracy], optimizer=adam(0.03), batch=10)',
    'spirals'
  ],
  [
    'The price of a house', 'train',
    '# The price by square metres, bedrooms, zip code, wealth\nx = input(m, 4)\ny = input(m)\nprice = dense(x, 1)[:, 0]\nloss = mean((price - y)^2)\ntrain(loss, optimizer=adam(lr=0.1), batch=50)',
    'houses'
  ],
  [
    'Activations', 'plot',
    'z = 0.5\ny = tanh(z)\nplot "Activations" {\n    line tanh(t) over t in -4:4\n    line sigmoid(t) over t in -4:4\n    line relu(t) over t in -4:4\n}'
  ],
  [
    'Steps downhill', 'plot',
    '# Gradient descent on a parabola\nJ(w) = (w - 2)^2\nstep(w, k) = w - 0.2*grad(J(w), w)\nws = scan(step, -3, zeros(20), all=true)\nplot "J by step" {\n    line J(t) over t in -4:8 as "J"\n    points ws, (ws - 2)^2 as "steps"\n}'
  ],
  [
    'Attention', 'picture',
    '# Each row of X asks all rows\nX = normal(3, 2, seed=1)\nWQ = param(2, 2, init=xavier)\nWK = param(2, 2, init=xavier)\nWV = param(2, 2, init=xavier)\nQ = X @ WQ\nK = X @ WK\nV = X @ WV\nA = softmax(Q @ K.T / sqrt(2), axis=-1)\nY = A @ V\nL = sum(Y^2)'
  ]
];

// ---- the editor ----

const text = $('text'), shade = $('shade'), gutter = $('gutter');
let
  linkError = '',
  mark = null, edited = 0,
  here =
    1; // mark: {line, from} of the error that is shown; edited: the line that was changed last; here: that of the caret
const lines = () => text.value.split('\n');
const lineAt = i => text.value.slice(0, i).split('\n').length;
// Numbers of a line, with a sign that is no minus between two things.
const NUMBER = /(^|[^\w.])(-?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)(?![\w.])/g;
function numbersOf(s) {
  const end = s.indexOf('#'), all = [];
  for (const m of s.slice(0, end < 0 ? s.length : end).matchAll(NUMBER)) {
    let at = m.index + m[1].length, t = m[2];
    if (t[0] == '-' && /[\w)\]]\s*$/.test(s.slice(0, at).replace(/\b(?:in|from|to)\s+$/, ''))) {
      at++;
      t = t.slice(1);
    }
    all.push({at, text: t});
  }
  return all;
}
function shadeLine(s, i) {
  const p = document.createDocumentFragment();
  const add = (tag, t) => t && p.append(tag ? make(tag, {textContent: t}) : t);
  if (mark && mark.line == i + 1) {
    const word = (s.slice(mark.from).match(/^[\p{L}\p{N}_.]+|^./u) || [' '])[0];
    add('', s.slice(0, mark.from));
    add('u', word);
    add('', s.slice(mark.from + word.length));
    return p;
  }
  let done = 0;
  for (const n of numbersOf(s)) {
    add('', s.slice(done, n.at));
    add('b', n.text);
    done = n.at + n.text.length;
  }
  const comment = s.indexOf('#', done);
  add('', comment < 0 ? s.slice(done) : s.slice(done, comment));
  add('i', comment < 0 ? '' : s.slice(comment));
  return p;
}
function paint() {
  const all = lines();
  gutter.replaceChildren(...all.map(
    (_, i) => make('b',
      {textContent: i + 1,
        className: mark && mark.line == i + 1 ? 'bad'
          : i + 1 == here                     ? 'here'
                                              : ''})));
  shade.replaceChildren();
  all.forEach((s, i) => shade.append(shadeLine(s, i), '\n'));
}
// Replaces a part of the program as if it were typed, so the browser's undo knows it.
function replace(from, to, by) {
  text.focus({preventScroll: true});
  text.setSelectionRange(from, to);
  if (!document.execCommand('insertText', false, by)) {
    text.setRangeText(by, from, to, 'end');
    changed();
  }
}
function load(program) {
  text.value = program;
  here = 1;
  text.setSelectionRange(0, 0);
  changed();
  edited = 0;
  caret();
}
let updateTimer, markTimer;
function changed() {
  mark = null;
  edited = here = lineAt(text.selectionStart);
  paint();
  address();
  nameExample();
  clearTimeout(updateTimer);
  updateTimer = setTimeout(update, 15);
}
text.addEventListener('input', () => {
  linkError = '';
  changed();
});
// What the caret's line does is shown in the picture and in the list of numbers; leaving a line shows its error.
function caret() {
  here = lineAt(text.selectionStart);
  if (edited && here != edited) {
    edited = 0;
    showError();
  }
  if (gutter.children.length == lines().length)
    [...gutter.children].forEach((b, i) => b.classList.toggle('here', i + 1 == here));
  light();
  offer();
}
for (const e of ['keyup', 'click', 'focus']) text.addEventListener(e, caret);
text.addEventListener('blur', () => {
  edited = 0;
  showError();
});
function goTo(line) {
  const before = lines().slice(0, line - 1).join('\n').length + (line > 1 ? 1 : 0);
  text.focus();
  text.setSelectionRange(before, before + (lines()[line - 1] || '').length);
  caret();
}

// ---- a number is dragged, or moved by the slider below the program ----

const stepOf = t => {
  const v = Math.abs(+t);
  const d = (t.split('e')[0].split('.')[1] || '').length;
  return !/[.e]/.test(t) ? 1 : Math.min(10 ** -d, v ? 10 ** (Math.floor(Math.log10(v) + 1e-9) - 1) : 0.01);
};
const written = (v, step) => {
  const d = Math.max(0, Math.round(-Math.log10(step)));
  return d > 7 ? v.toExponential(2) : v.toFixed(d).replace(/^-(0(?:\.0*)?)$/, '$1');
};
// The number at this place of the program: {from, to, text, line}.
function numberAt(i) {
  const before = text.value.lastIndexOf('\n', i - 1) + 1;
  const line = text.value.slice(before).split('\n')[0];
  const n = numbersOf(line).find(x => before + x.at <= i && i <= before + x.at + x.text.length);
  return n && {from: before + n.at, to: before + n.at + n.text.length, text: n.text, line};
}
function setNumber(n, v) {
  const by = written(v, n.step);
  if (by == n.text) return;
  n.first = n.first || n.text;
  text.setRangeText(by, n.from, n.to, 'end');
  text.setSelectionRange(n.from, n.from);
  changed();
  n.to = n.from + by.length;
  n.text = by;
}
// What was dragged becomes one step for the browser's undo.
function settle(n) {
  const by = n.text;
  if (!n.first || n.first == by) return;
  text.setRangeText(n.first, n.from, n.to, 'end');
  replace(n.from, n.from + n.first.length, by);
  text.setSelectionRange(n.from, n.from);
  n.first = '';
}
let offered = null;
function offer() {
  if (document.activeElement == $('range')) return;
  const n = text.selectionStart == text.selectionEnd ? numberAt(text.selectionStart) : null;
  $('drag').hidden = !n;
  offered = n;
  if (!n) return;
  const v = +n.text, range = $('range');
  n.step = stepOf(n.text);
  const most = Math.max(Math.abs(v), 50 * n.step, n.step == 1 ? 5 : 0);
  Object.assign(range, {min: /^\d+$/.test(n.text) ? 0 : v - 4 * most, max: v + 4 * most, step: n.step});
  range.value = v;
  $('drag-what').textContent = n.line.trim().slice(0, 24);
  range.setAttribute('aria-label', n.text + ' in ' + n.line.trim());
}
$('range').addEventListener('input', () => {
  const r = $('range');
  if (offered) {
    setNumber(offered, +r.value);
    r.focus();
    $('drag-what').textContent = offered.text;
  }
});
$('range').addEventListener('change', () => {
  if (offered) {
    settle(offered);
    $('range').focus();
  }
});
// By the mouse: letters have one width.
function placeOf(event) {
  const box = text.getBoundingClientRect();
  const style = getComputedStyle(text);
  const pad = parseFloat(style.paddingLeft);
  const high = parseFloat(style.lineHeight);
  placeOf.wide = placeOf.wide || (() => {
    const c = document.createElement('canvas').getContext('2d');
    c.font = style.font;
    return c.measureText('0').width;
  })();
  const l = Math.floor((event.clientY - box.top - pad) / high);
  const all = lines();
  const x = (event.clientX - box.left - pad) / placeOf.wide;
  if (l < 0 || l >= all.length || x < 0 || x > all[l].length) return null;
  return numberAt(all.slice(0, l).join('\n').length + (l ? 1 : 0) + Math.floor(x));
}
let dragged = null;
text.addEventListener('pointerdown', e => {
  dragged = e.pointerType == 'mouse' && e.button == 0 && !e.shiftKey && placeOf(e);
  if (dragged) {
    dragged.x = e.clientX;
    dragged.v = +dragged.text;
    dragged.step = stepOf(dragged.text);
  }
});
addEventListener('pointermove', e => {
  if (!dragged) {
    e.target == text && text.classList.toggle('number', !!placeOf(e));
    return;
  }
  if (!e.buttons) {
    dragged = null;
    return;
  }
  const steps = Math.round((e.clientX - dragged.x) / 4);
  if (steps || dragged.on) {
    e.preventDefault();
    dragged.on = true;
    setNumber(dragged, dragged.v + steps * dragged.step);
  }
});
addEventListener('pointerup', () => {
  if (dragged && dragged.on) {
    settle(dragged);
    caret();
  }
  dragged = null;
});
text.addEventListener('selectstart', e => {
  if (dragged) e.preventDefault();
});

// ---- data ----

const SETS = [
  ['circles', 'two circles'], ['xor', 'exclusive or'], ['blobs', 'two blobs'], ['spirals', 'two spirals'],
  ['moons', 'two moons'], ['flower', 'a flower'], ['houses', 'houses'], ['temperatures', 'temperatures'],
  ['digits', 'digits']
];
let table = null; // a CSV of the user: {name, text}
$('data').add(new Option('none: drawn at random', ''));
SETS.forEach(([k, name]) => $('data').add(new Option(name, k)));
$('data').add(new Option('my own CSV …', 'csv'));
const noisy = () => SETS.slice(0, 6).some(s => s[0] == $('data').value);
function dataSpec() {
  const k = $('data').value;
  if (k == 'csv') return table ? 'data.csv' : '';
  return !k || !noisy() ? k
                        : k + ':200' + (k == 'blobs' ? ':classes=2' : '') +
      ($('noise').value ? ':noise=' + $('noise').value : '') + ':seed=1';
}
const takesData = () => /\binput\s*\(/.test(text.value) && dataSpec();
// Which input takes which column: by their names, else the last input takes the last column. "": as the names say.
function columns() {
  const inputs = [...text.value.matchAll(/^\s*([\p{L}_][\p{L}\p{N}_]*)\s*=\s*input\s*\(/gmu)].map(m => m[1]);
  const own = $('data').value == 'csv';
  const names = own ? table ? table.columns : [] : $('data').value ? ['x', 'y'] : [];
  if (!inputs.length || inputs.every(i => names.includes(i)) || names.length < 2 ||
    !names.every(c => /^[\p{L}\p{N}_.-]+$/u.test(c)))
    return '';
  const last = names[names.length - 1];
  const others = names.length > 2 ? names[0] + ':' + names[names.length - 2] : names[0];
  return inputs.length == 1 ? inputs[0] + '=' + others
                            : inputs[0] + '=' + others + ',' + inputs[inputs.length - 1] + '=' + last;
}
function dataFlags() {
  const map = $('map').value.trim() || columns();
  $('map').placeholder = columns() || 'x=a:b,y=c';
  return !takesData() ? [] : ['--data', dataSpec(), ...(map ? ['--map', map] : [])];
}
const rows = () => $('data').value == 'csv' && table
  ? String(Math.max(1, Math.min(10, table.text.trim().split('\n').length - 1)))
  : '10';
const someRows = () => [...(takesData() ? [...dataFlags(), '--rows', rows()] : []), ...loaded()];
const files = name => Object.assign({[name]: text.value}, table && {'data.csv': table.text},
  isTrained() && {'weights.safetensors': weights.bytes});
// The weights of a training that was paused, as long as its program and data stay: numbers and pictures are those of the trained net.
const isTrained = () => weights && !training && weights.of == recipe();
const loaded = () => isTrained() ? ['--load', 'weights.safetensors'] : [];
// A table as the command reads it: commas between columns, a point in numbers, names in the first line.
function takeTable(name, t) {
  const said = [];
  t = t.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n');
  const first = t.split('\n')[0];
  if (!first.includes(',') || first.includes(';')) {
    const by = first.includes(';') ? ';' : first.includes('\t') ? '\t' : '';
    if (by) {
      t = t.replace(/,/g, '.').split(by).join(',');
      said.push(
        'its columns stand between ' + (by == ';' ? 'semicolons' : 'tabs') + ', with commas as points');
    }
  }
  let columns = t.split('\n')[0].split(',').map(s => s.trim());
  if (columns.every(c => c !== '' && !isNaN(c))) {
    columns = columns.map((_, i) => 'c' + (i + 1));
    t = columns.join(',') + '\n' + t;
    said.push('its first line has no names, so they are c1, c2, …');
  }
  table = {name, text: t, columns};
  [...$('data').options].find(o => o.value == 'csv').textContent = name;
  $('data').value = 'csv';
  $('map').value = '';
  showData();
  pick('train');
  startOver();
  $('where').textContent = name + ': ' + columns.join(', ') + (said.length ? '; ' + said.join('; ') : '');
}
function showData() {
  $('noise-of').hidden = !noisy();
  $('map-of').hidden = $('data').value != 'csv' && !columns();
}

// ---- what is shown ----

const TABS = [
  ['picture', 'Picture'], ['step', 'Step by step'], ['check', 'Check'], ['plot', 'Plot'], ['train', 'Train'],
  ['help', 'Help']
];
let drawnFor = '';
let firstPicture = 0;
let tab = 'picture';
let style = 'cards';
let over = '';
let from = -4;
let to = 4;
let svgs = [];
let values = null;
let error = null;
let busy = false;
let again = false;
TABS.forEach(([k, name]) => $('tabs').append(
               make('button', {id: 'tab-' + k, textContent: name, role: 'tab', onclick: () => pick(k)})));
$('tabs').addEventListener('keydown', e => {
  const step = e.key == 'ArrowRight' ? 1 : e.key == 'ArrowLeft' ? -1 : 0;
  const i = TABS.findIndex(t => t[0] == tab);
  if (step) {
    e.preventDefault();
    pick(TABS[(i + step + TABS.length) % TABS.length][0]);
    $('tab-' + tab).focus();
  }
});
function pick(k) {
  tab = k;
  for (const [name] of TABS) {
    const b = $('tab-' + name), on = name == k;
    b.setAttribute('aria-selected', on);
    b.setAttribute('aria-controls', name == 'train' ? 'trainer' : 'view');
    b.tabIndex = on ? 0 : -1;
  }
  $('view').hidden = k == 'train';
  $('trainer').hidden = k != 'train';
  for (const id of ['view', 'trainer']) $(id).setAttribute('aria-labelledby', 'tab-' + k);
  update();
  address();
}
const size = () => {
  const v = $('view'), phone = innerWidth <= 760;
  return Math.max(300, Math.min(1600, v.clientWidth - 20)) + 'x' +
    Math.max(300, phone ? 560 : v.clientHeight - 130);
};
const hasGradients = () => values && Object.values(values).some(v => v.gradient);
// A command that takes the program, for the engine and as a terminal needs it.
function words(...all) { return all.flat().filter(w => w !== ''); }
// As a terminal needs it, with the names of the user's own files.
const quoted = w => /^[\w./:=,@+-]+$/.test(w) ? w : "'" + w.replace(/'/g, "'\\''") + "'";
function say(all) {
  const name = w => w == PROGRAM ? start.name || PROGRAM
    : w == 'data.csv' && table   ? table.name
    : w == 'weights.safetensors' ? 'run/weights.safetensors'
                                 : w;
  $('command').textContent = 'wengert ' + all.map(w => quoted(name(w))).join(' ');
}
function commandOf() {
  const f = someRows();
  if (tab == 'step') return words('step', PROGRAM, f, '--all');
  if (tab == 'check') return words('check', PROGRAM, f);
  if (tab == 'plot')
    return words('plot', PROGRAM, f, over ? ['--over', over + '=' + from + ':' + to] : '',
      innerWidth > 760 ? '' : ['--for', Math.max(300, $('view').clientWidth - 20) + 'x400'], '-o',
      over ? 'plot.svg' : 'plots/');
  const numbers =
    style == 'cards' || style == 'circuit' ? ['--values', ...(hasGradients() ? ['--backward'] : [])] : [];
  return words('draw', PROGRAM, f, style == 'cards' ? '' : ['--style', style], numbers, '--for',
    drawnFor = size(), '-o', 'picture.svg');
}
async function ask(q) {
  const clock = setTimeout(() => {
    $('stop').hidden = false;
    $('time').textContent = 'computing …';
    $('error').classList.add('stale');
  }, 400);
  const r = await engine.run(q, null, LIMIT);
  clearTimeout(clock);
  $('stop').hidden = true;
  $('error').classList.remove('stale');
  return r;
}
const json = s => {
  try {
    return JSON.parse(s);
  } catch (e) { return {}; }
};
const plain = s =>
  s.replace(new RegExp('^' + PROGRAM.replace('.', '\\.') + ':(\\d+)(?::\\d+)?:?\\s+', 'gm'), 'Line $1: ')
    .replace(/^wengert:\s/gm, '')
    .replace(/\bdata\.csv\b/g, table ? table.name : 'data.csv')
    .trim();
async function update() {
  if (busy) {
    again = true;
    return;
  }
  busy = true;
  try {
    do await once();
    while (again);
  } finally { busy = false; }
}
async function once() {
  again = false;
  const t = now();
  const r = await ask({files: files(PROGRAM), runs: [words('eval', PROGRAM, someRows(), '--all', '--json')]});
  const run = r.runs[0], said = run ? json(run.out) : {};
  error = r.stopped ? {message: 'Stopped after ' + LIMIT + ' s.'}
    : r.dead        ? {message: 'The engine ended: ' + r.dead}
                    : said.error || null;
  if (!error && run.status) error = {message: plain(run.err)};
  showData();
  if (!error) {
    values = said.values || {};
    showNumbers(run.err);
  }
  stale();
  clearTimeout(markTimer);
  if (!error || !edited) showError();
  else
    markTimer = setTimeout(() => {
      edited = 0;
      showError();
    }, 800);
  if (!error && !again) await show();
  if (!error && !firstPicture) requestAnimationFrame(() => { firstPicture = now(); });
  if (!error && training && !restarts && trained != recipe()) {
    startOver(true);
    anew = true;
  }
  $('live').classList.toggle('stale', !training && !!trained && trained != recipe());
  $('time').textContent = Math.round(now() - t) + ' ms';
  document.body.dataset.n = 1 + +(document.body.dataset.n || 0);
}
function stale() {
  for (const id of ['numbers', 'view']) $(id).classList.toggle('stale', !!error);
}
// An error is marked when its line is left, or after a while: most of what is typed is an error for a moment.
function showError() {
  const line = error && error.line ? lines()[error.line - 1] : undefined;
  mark = line === undefined ? null
                            : {line: error.line, from: [...line].slice(0, error.letter - 1).join('').length};
  $('error').textContent = error ? plain(error.message) : linkError;
  paint();
}
// A matrix keeps its rows; a list of numbers may break.
function numberCell(t, kind) {
  t = t.replace(/\n$/, '');
  return make('td', {textContent: t, className: kind + (t.includes('\n') ? ' rows' : '')});
}
function showNumbers(notes) {
  const names = Object.keys(values);
  const any = hasGradients();
  const rows = names.map(n => {
    const v = values[n], g = v.gradient, cells = [numberCell(v.text, '')];
    if (any) cells.push(numberCell(g ? g.text : '', 'grad'));
    const name = n == '_' ? '(last)' : n;
    const head = v.line ? make('button', {textContent: name, onclick: () => goTo(v.line)}) : name;
    const row = make('tr', {}, make('th', {scope: 'row'}, head),
      make('td', {textContent: v.shape.length ? '[' + v.shape.join(',') + ']' : ''}), ...cells);
    row.dataset.line = v.line || 0;
    return row;
  });
  const loss = any ? (Object.values(values).find(v => v.gradient).gradient.name.split('/')[0] + '/d…') : '';
  const head = ['name', 'shape', 'value',
    loss].filter((s, i) => i < 3 ||
             any).map(s => make('th', {scope: 'col', textContent: s}));
  $('numbers').replaceChildren(
    make('table', {}, make('thead', {}, make('tr', {}, ...head)), make('tbody', {}, ...rows)));
  if (names.length && !any)
    notes += '\nNo gradients: the last value is no single number that depends on a named one.';
  if (notes.trim()) $('numbers').append(make('p', {className: 'note', textContent: plain(notes)}));
  light();
}
const select = (label, list, value, on) => {
  const s = make('select', {onchange: () => on(s.value)});
  list.forEach(x => s.add(new Option(x[1], x[0])));
  s.value = value;
  return make('label', {}, label + ' ', s);
};
const field = (label, value, on) => {
  const i = make('input', {value, size: 5, inputMode: 'decimal', onchange: () => on(i.value)});
  return make('label', {}, label + ' ', i);
};
async function show() {
  const view = $('view'), mine = tab;
  if (tab == 'train') {
    say(trainCommand());
    return preview();
  }
  if (tab == 'plot' && !over && !/^\s*plot\b/m.test(text.value)) over = scalars()[0] || '';
  if (tab == 'help') return help();
  const command = commandOf();
  const r = await ask({
    files: files(PROGRAM),
    runs: [command],
    read: tab == 'plot' ? [over ? 'plot.svg' : 'plots/'] : ['picture.svg']
  });
  if (mine != tab) return;
  say(command);
  const run = r.runs[0];
  const bad = !run   ? (r.stopped ? 'Stopped after ' + LIMIT + ' s.' : r.dead)
    : run.status > 1 ? plain(run.err).split('\n').filter(s => !/^(data|no data)\s/.test(s))[0]
                     : '';
  const node = bad ? make('p', {className: 'bad', textContent: bad}) : null;
  const scroll = view.scrollTop;
  if (tab == 'picture') showPicture(node, r);
  if (tab == 'step') view.replaceChildren(node || make('pre', {textContent: run.out}));
  if (tab == 'check') view.replaceChildren(...(node ? [node] : verdict(run)));
  if (tab == 'plot') showPlots(node, r);
  view.scrollTop = scroll;
}
let topic = 'language';
async function help() {
  const w = topic == 'ops' ? ['ops'] : ['help', topic];
  const r = await ask({runs: [w]});
  if (tab != 'help') return;
  say(w);
  const topics = [
    ['language', 'how programs are written'], ['ops', 'all ops and their derivatives'], ['train', 'training'],
    ['draw', 'pictures'], ['plot', 'plots'], ['check', 'the check']
  ];
  $('view').replaceChildren(make('p', {className: 'row'}, select('About', topics, topic, v => {
    topic = v;
    help();
  })), make('pre', {textContent: r.runs[0] ? r.runs[0].out : ''}));
}
function showPicture(bad, r) {
  const view = $('view');
  const styles = [['cards', 'boxes'], ['circuit', 'gates'], ['neurons', 'neurons'], ['blocks', 'layers']];
  const row = make('p', {className: 'row'}, select('As', styles, style, v => {
    style = v;
    update();
  }), make('button', {textContent: 'Step through', onclick: stepThrough}));
  const picture = make('div', {id: 'picture'});
  const about =
    make('p', {id: 'about', className: 'note', textContent: 'Click a box: its line and its rule.'});
  if (bad) picture.append(bad);
  else {
    svgs = [r.files['picture.svg'] || ''];
    picture.innerHTML = svgs[0];
  }
  view.replaceChildren(row, picture, about);
  light();
}
// The page of `draw` has the steps, forward and back, and leaves that can be changed.
async function stepThrough() {
  const mine = text.value;
  const command =
    words('draw', PROGRAM, someRows(), hasGradients() ? '--backward' : '', '--values', '-o', 'picture.html');
  const r = await ask({files: files(PROGRAM), runs: [command], read: ['picture.html']});
  const page = r.files['picture.html'];
  if (tab != 'picture' || mine != text.value) return;
  if (!page) {
    $('about').textContent = r.runs[0] ? plain(r.runs[0].err) : 'Stopped after ' + LIMIT + ' s.';
    return;
  }
  say(command);
  if (open(URL.createObjectURL(new Blob([page], {type: 'text/html'})))) return;
  $('view').replaceChildren(
    make('p', {className: 'row'}, make('button', {textContent: 'Back to the picture', onclick: update})),
    make('iframe', {title: 'The graph step by step', srcdoc: page, sandbox: 'allow-scripts'}));
}
// A line of a claim leads to it.
function claimLines(t) {
  return make('pre', {}, ...t.split('\n').flatMap(s => {
    const m = s.match(/^Line\s(\d+):/);
    return m ?
      [
        make('button', {className: 'link', textContent: m[0], onclick: () => goTo(+m[1])}),
        s.slice(m[0].length) + '\n'
      ] :
      [s + '\n'];
  }));
}
// The verdict first, then claims; the rest of what is printed stands behind a click.
function verdict(run) {
  const all = run.out.trimEnd().split('\n');
  const last = all[all.length - 1];
  const first = all.findIndex(s => s.startsWith('gradcheck '));
  const fine = !/FAIL|INCONCLUSIVE/.test(last);
  const claims = all.slice(0, Math.max(first, 0)).join('\n');
  const failed =
    all.filter(s => /\bFAIL|inconclusive/i.test(s) && s != last && !claims.includes(s)).join('\n');
  return [
    make('p', {
      className: 'verdict ' + (fine ? 'good' : 'bad'),
      textContent: (fine ? '✓ ' : '✗ ') + last.replace(/\s{2,}/g, ', ')
    }),
    claimLines(plain([claims, failed].filter(s => s).join('\n'))),
    make('details', {}, make('summary', {textContent: 'All that was compared'}),
      make('pre', {textContent: plain(run.out + run.err)}))
  ];
}
const scalars = () =>
  Object.keys(values || {})
    .filter(n => !values[n].shape.length && n != '_' &&
        new RegExp('^\\s*(.*;\\s*)?' + n + '\\s*=\\s*(param|-?[\\d.])', 'm').test(text.value));
function showPlots(bad, r) {
  const own = /^\s*plot\b/m.test(text.value);
  const list = [...(own ? [['', "the program's plots"]] : []), ...scalars().map(n => [n, 'over ' + n])];
  const key = JSON.stringify([list, over]);
  const before = $('view').querySelector('.row');
  let row = before && before.dataset.key == key ? before : null; // a field keeps the focus
  if (!row) {
    row = make('p', {className: 'row'}, select('Draw', list, over, v => {
      over = v;
      update();
    }));
    row.dataset.key = key;
    if (over)
      row.append(field('from', from, v => {
        from = +v || 0;
        update();
      }), field('to', to, v => {
        to = +v || 0;
        update();
      }));
    $('view').replaceChildren(row);
  }
  if (!list.length)
    bad = make('p', {
      textContent:
        'There is nothing to draw a curve over: write a number with a name, as z = 0.5, or a line such as plot line tanh(t) over t in -4:4'
    });
  else if (over && from >= to) bad = make('p', {className: 'bad', textContent: 'from must be less than to'});
  const all = Object.values(r.files).filter(s => s);
  if (!bad) svgs = all;
  while (row.nextSibling) row.nextSibling.remove();
  $('view').append(...(bad ? [bad] : all.map(s => make('div', {innerHTML: s}))));
}

// ---- a box and its line ----

const lineOf = box => {
  const t = box.querySelector(':scope>title');
  const m = t && t.textContent.split('\n')[0].match(/:(\d+):\d+$/);
  return m ? +m[1] : 0;
};
function light() {
  document.querySelectorAll('#picture g[id]').forEach(b => b.classList.toggle('here', lineOf(b) == here));
  document.querySelectorAll('#numbers tr').forEach(r => r.classList.toggle('here', +r.dataset.line == here));
}
$('view').addEventListener('click', e => {
  const box = e.target.closest('#picture g[id]');
  const title = box && box.querySelector(':scope>title');
  const desc = box && box.querySelector(':scope>desc');
  if (!title || !lineOf(box)) return;
  if (innerWidth > 760) goTo(lineOf(box));
  else {
    here = lineOf(box);
    light();
  }
  $('about').textContent =
    title.textContent.replace(/,\s\S+:\d+:\d+/, '') + (desc ? '\n' + desc.textContent : '');
});

// ---- training ----

let weights = null;
let training = false;
let epoch = 0;
let trained = '';
let pictures = 0;
let began = 0;
let turn = 0;
let restarts = false;
let pausing = false;
let anew = false;
const recipe = () => text.value + '\n' + dataFlags().join(' ');
const trainCommand = () =>
  words('train', PROGRAM, dataFlags(), epoch ? ['--epochs', String(epoch)] : '', '-o', 'run/');
function widths() {
  const wide = Math.max(300, Math.min(1200, $('trainer').clientWidth - 24));
  const phone = innerWidth <= 760;
  return [wide, phone, share => Math.round(phone ? wide : share * (wide - 10))];
}
function netCommand(...load) {
  const [, phone, part] = widths();
  return words('draw', PROGRAM, dataFlags(), takesData() ? ['--rows', rows()] : [], load, '--style',
    'neurons', '--id', 'net', '--for', part(0.55) + 'x' + Math.round((phone ? 1.45 : 1.23) * part(0.55)),
    '-o', 'net.svg', '-q');
}
// A second click on Pause does not wait for the end of a slice.
function pause() {
  if (pausing) trainer.stop();
  else trainer.pause();
  pausing = true;
}
async function train(epochs) {
  if (training) {
    pause();
    return;
  }
  const ends = text.value.match(/\b(cosine|one_cycle)\s*\((?![^)]*steps)/);
  if (ends) {
    $('where').textContent =
      'This page trains without an end, so ' + ends[1] + ' needs one: ' + ends[1] + '(0.1, steps=1000)';
    return;
  }
  trainer = trainer || WENGERT.engine();
  const fresh = trained != recipe();
  const every = epochs || +$('every').value;
  const d = dataFlags();
  const mine = ++turn;
  if (fresh) {
    epoch = 0;
    trained = recipe();
  }
  const [wide, phone, part] = widths();
  const figure = (name, w, h) => ({
    name,
    words: ['plot', 'run', '--only', name, '--for', w + 'x' + h, '-o', name + '.svg', '-q'],
    read: name + '.svg'
  });
  training = true;
  pausing = false;
  pictures = 0;
  began = now();
  $('go').textContent = 'Pause';
  const r = await trainer.run({
    files: files(PROGRAM),
    train: [PROGRAM, ...d],
    from: epoch,
    every,
    until: epochs ? epoch + epochs : 1e6,
    fresh,
    after: [
      {name: 'net', words: netCommand('--load', 'run/weights.safetensors'), read: 'net.svg'},
      figure('regions', part(0.45), Math.round(1.04 * part(0.45))), figure('curves', wide, phone ? 480 : 300)
    ]
  },
    s => {
      if (mine == turn) seen(s);
    });
  training = false;
  $('go').textContent = 'Train';
  const bad = r.runs[0] && r.runs[0].status
    ? plain(r.runs[0].err).split('\n').filter(s => !/^data\s/.test(s))[0]
    : r.dead ? 'The engine ended: ' + r.dead
             : '';
  if (bad || r.stopped || r.dead) trained = '';
  if (mine == turn && !bad && !r.stopped && !r.dead) {
    const w = await trainer.run({runs: [], bytes: ['run/weights.safetensors']});
    weights = w.files['run/weights.safetensors'] && mine == turn
      ? {of: trained, bytes: w.files['run/weights.safetensors']}
      : null;
    update();
  }
  if (mine != turn) clearTraining();
  else if (bad) $('where').textContent = bad;
  if (restarts) {
    restarts = false;
    train(0);
  }
}
// The net before its training.
async function preview() {
  if (training || trained) return;
  const r = await engine.run({files: files(PROGRAM), runs: [netCommand()], read: ['net.svg']}, null, LIMIT);
  if (!training && !trained)
    $('net').innerHTML = r.files['net.svg'] && r.runs[0].status == 0 ? r.files['net.svg'] : '';
}
function seen(s) {
  epoch = s.epoch;
  pictures++;
  for (const k in s.pictures) $(k).innerHTML = s.pictures[k] || '';
  if (s.pictures.net) svgs = [s.pictures.net, s.pictures.regions, s.pictures.curves].filter(x => x);
  const numbers =
    Object.entries(s.log.metrics || {}).map(([k, v]) => ' · ' + k + ' ' + +(+v).toPrecision(3)).join('');
  $('where').textContent = (anew && epoch < 100 ? 'changed, so from epoch 1: ' : '') + 'epoch ' + epoch +
    ' · loss ' + +s.log.loss.toPrecision(4) + numbers +
    (pictures > 2 ? ' · ' + (1000 * pictures / (now() - began)).toFixed(0) + ' pictures/s' : '');
  if (tab == 'train') say(trainCommand());
}
function clearTraining() {
  epoch = 0;
  $('where').textContent = '';
  ['net', 'regions', 'curves'].forEach(k => { $(k).innerHTML = ''; });
  if (tab == 'train') say(trainCommand());
}
// goOn: a training that runs begins anew with what was changed.
function startOver(goOn) {
  trained = '';
  weights = null;
  turn++;
  if (training) {
    restarts = goOn === true;
    pause();
  } else clearTraining();
}
$('go').onclick = () => {
  anew = false;
  train(0);
};
$('one').onclick = () => {
  anew = false;
  train(1);
};
$('again').onclick = () => startOver(false);
for (const k of ['data', 'noise', 'map'])
  $(k).onchange = () => {
    if (k == 'data' && $('data').value == 'csv' && !table) $('open').click();
    showData();
    update();
    startOver(true);
    address();
  };
$('stop').onclick = () => engine.stop();
addEventListener('keydown', e => {
  if (e.key == 'Enter' && (e.ctrlKey || e.metaKey)) {
    e.preventDefault();
    pick('train');
    train(0);
  }
});

// ---- the address has the program, the tab and the data: #1 and then JSON, deflated, in base64 for addresses ----

const VERSION = '1';
const base64 = {
  to: b => btoa(String.fromCharCode(...b)).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, ''),
  from: s => Uint8Array.from(atob(s.replace(/-/g, '+').replace(/_/g, '/')), c => c.charCodeAt(0))
};
const through = async (bytes, stream) =>
  new Uint8Array(await new Response(new Blob([bytes]).stream().pipeThrough(stream)).arrayBuffer());
const packed = async x => VERSION +
  base64.to(await through(new TextEncoder().encode(JSON.stringify(x)), new CompressionStream('deflate-raw')));
const unpacked = async s => JSON.parse(
  new TextDecoder().decode(await through(base64.from(s.slice(1)), new DecompressionStream('deflate-raw'))));
let addressTimer, loading = false;
const state =
  () => [text.value, tab, takesData() && $('data').value != 'csv' ? [$('data').value, $('noise').value] : []];
async function keep() { history.replaceState(null, '', '#' + await packed(state())); }
function address() {
  if (!loading) {
    clearTimeout(addressTimer);
    addressTimer = setTimeout(keep, 400);
  }
}
// False: there is no program in the address.
async function readAddress() {
  const s = location.hash.slice(1);
  if (s && !/^\d[\w-]{4,}$/.test(s)) linkError = 'This address has no program of this page.';
  if (!/^\d[\w-]{4,}$/.test(s)) {
    showError();
    return false;
  }
  try {
    if (s[0] != VERSION) throw new Error('This link was made by another version of the page.');
    const [program, k, data] = await unpacked(s);
    begin(String(program), k, data || []);
  } catch (e) {
    linkError = /version/.test(e.message) ? e.message : 'This link is damaged: its program cannot be read.';
    showError();
    return false;
  }
  return true;
}
addEventListener('hashchange', readAddress);
function begin(program, k, data) {
  loading = true;
  $('data').value = data[0] && SETS.some(s => s[0] == data[0]) ? data[0] : '';
  $('noise').value = data[1] || '';
  $('map').value = '';
  over = '';
  showData();
  load(program);
  pick(TABS.some(t => t[0] == k) ? k : 'picture');
  startOver(false);
  loading = false;
}

// ---- files ----

function save(name, what, type) {
  make('a', {href: URL.createObjectURL(new Blob([what], {type})), download: name}).click();
  $('save').open = false;
}
const base = (start.name || 'program.wg').replace(/\.wg$/, '');
$('save-wg').onclick = () => save(base + '.wg', text.value, 'text/plain');
// Several pictures get numbers.
async function saveEach(ending, type, make) {
  for (const [i, s] of svgs.entries())
    save(base + (svgs.length > 1 ? '-' + (i + 1) : '') + ending, await make(s), type);
}
addEventListener('click', e => {
  if (!$('save').contains(e.target)) $('save').open = false;
});
addEventListener('keydown', e => {
  if (e.key == 'Escape') $('save').open = false;
});
$('save').ontoggle = () => {
  for (const k of ['svg', 'png', 'tex']) $('save-' + k).disabled = k == 'tex' ? !!error : !svgs.length;
};
$('save-svg').onclick = () => saveEach('.svg', 'image/svg+xml', s => s);
$('save-tex').onclick = async () => {
  const r = await ask({
    files: files(PROGRAM),
    runs: [words(
      'draw', PROGRAM, someRows(), '--values', hasGradients() ? '--backward' : '', '-o', 'picture.tex')],
    read: ['picture.tex']
  });
  if (r.files['picture.tex']) save(base + '.tex', r.files['picture.tex'], 'text/plain');
};
// As it is on paper, three times as large.
async function png(svg) {
  const light = svg.replace(/@media[^{]*prefers-color-scheme[^{]*\{[^}]*\}[^}]*\}/g, '');
  const image = new Image();
  image.src = URL.createObjectURL(new Blob([light], {type: 'image/svg+xml'}));
  await image.decode();
  const canvas = make('canvas', {width: 3 * image.width, height: 3 * image.height});
  const c = canvas.getContext('2d');
  c.fillStyle = '#fff';
  c.fillRect(0, 0, canvas.width, canvas.height);
  c.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise(good => canvas.toBlob(good));
}
$('save-png').onclick = () => saveEach('.png', 'image/png', png);
async function take(file) {
  const t = await file.text();
  if (/[\0\uFFFD]/.test(t)) {
    $('error').textContent = file.name + ' is no text: a program ends in .wg, a table in .csv';
    return;
  }
  if (/\.(csv|tsv)$/i.test(file.name)) takeTable(file.name, t);
  else {
    load(t.replace(/\r\n?/g, '\n'));
    nameExample();
  }
}
$('open').onchange = () => {
  if ($('open').files[0]) take($('open').files[0]);
  $('open').value = '';
};
addEventListener('dragover', e => e.preventDefault());
addEventListener('drop', e => {
  if (e.dataTransfer.files[0]) {
    e.preventDefault();
    take(e.dataTransfer.files[0]);
  }
});
$('share').onclick = async () => {
  await keep();
  let copied = true;
  try {
    await navigator.clipboard.writeText(location.href);
  } catch (e) { copied = false; }
  $('share').textContent = copied ? 'Link copied' : 'The link is in the address';
  setTimeout(() => { $('share').textContent = 'Copy link'; }, 2500);
};

// ---- the start ----

// A program that is no example is kept, so that a look at an example loses nothing.
let own = null;
const ownOption = make('option', {value: 'own', textContent: 'my program'});
const isExample = t => !t.trim() || t == start.program || EXAMPLES.some(e => e[2] == t);
function nameExample() {
  if (loading || isExample(text.value)) return;
  own = [text.value, $('data').value, $('noise').value];
  if (!ownOption.isConnected) $('example').append(ownOption);
  $('example').value = 'own';
}

if (start.program !== undefined) $('example').add(new Option(start.name, -1));
EXAMPLES.forEach((e, i) => $('example').add(new Option(e[0], i)));
$('example').onchange = () => {
  const k = $('example').value, e = EXAMPLES[k];
  if (k == 'own') begin(own[0], tab, own.slice(1));
  else if (e) begin(e[2], e[1], [e[3]]);
  else begin(start.program, 'picture', []);
};
let resized;
addEventListener('resize', () => {
  clearTimeout(resized);
  resized = setTimeout(() => {
    if (drawnFor && drawnFor != size() && !$('view').querySelector('iframe')) update();
  }, 200);
});
(async () => {
  if (!await readAddress()) $('example').onchange();
  const failed = setTimeout(() => { $('error').textContent = 'The engine has not started yet.'; }, 5000);
  try {
    await engine.ready;
  } catch (e) { $('error').textContent = 'The engine does not start in this browser: ' + e.message; }
  clearTimeout(failed);
})();
