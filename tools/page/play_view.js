// play_view.js: the tabs, and the numbers of the program: what the command says, and what is wrong.

const TABS = [
  ['picture', 'Picture'], ['step', 'Step by step'], ['check', 'Check'], ['plot', 'Plot'], ['train', 'Train'],
  ['past', 'History'], ['lesson', 'Lesson'], ['help', 'Help']
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
  setTab(k);
  update();
  address();
}
function setTab(k) {
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
}
const hasPlots = () => /^\s*plot\b/m.test(program());
const size = () => {
  const v = $('view'), phone = innerWidth <= 760, scale = isLarge() ? SCALE : 1;
  const within = (v, most) => Math.round(Math.max(300, Math.min(most, v)) / scale);
  return within(v.clientWidth - 20, 1600) + 'x' + (phone ? 560 : within(v.clientHeight - 130, 1e4));
};
const hasGradients = () => values && Object.values(values).some(v => v.gradient);
// A command that takes the program, for the engine and as a terminal needs it.
function words(...all) { return all.flat().filter(w => w !== ''); }
// As a terminal needs it, with the names of the user's own files.
const quoted = w => /^[\w./:=,@+-]+$/.test(w) ? w : "'" + w.replace(/'/g, "'\\''") + "'";
function say(all) {
  const names = {
    [PROGRAM]: start.name || PROGRAM,
    'data.csv': table ? table.name : 'data.csv',
    'weights.safetensors': 'run/weights.safetensors'
  };
  const name = w => Object.hasOwn(names, w) ? names[w] : w;
  $('command').textContent = 'wengert ' + all.map(w => quoted(name(w))).join(' ');
}
function commandOf() {
  const f = someRows();
  if (tab == 'step') return words('step', PROGRAM, f, '--all');
  if (tab == 'check') return words('check', PROGRAM, f);
  if (tab == 'plot')
    return words('plot', PROGRAM, f, over ? ['--over', over + '=' + from + ':' + to] : '',
      isLarge()            ? ['--for', size()]
        : innerWidth > 760 ? ''
                           : ['--for', Math.max(300, $('view').clientWidth - 20) + 'x400'],
      '-o', over ? 'plot.svg' : 'plots/');
  const numbers =
    style == 'cards' || style == 'circuit' ? ['--values', ...(hasGradients() ? ['--backward'] : [])] : [];
  return words('draw', PROGRAM, f, style == 'cards' ? '' : ['--style', style],
    style == 'neurons' ? mapped() : [], numbers, '--for', drawnFor = size(), '-o', 'picture.svg');
}
async function ask(q) {
  const clock = setTimeout(() => {
    $('stop').hidden = false;
    $('time').textContent = 'computing …';
    $('error').classList.add('stale');
  }, 400);
  asked = now();
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
const plain = s => s.replace(/^wengert:\s/gm, '')
                     .replace(/^(?:program\.wg|\.\/lesson\.md):(\d+)(?::\d+)?:?\s+/gm, 'Line $1: ')
                     .replace(/^program\.wg: t/gm, 'T')
                     .replace(/\bdata\.csv\b/g, table ? table.name : 'data.csv')
                     .trim();
const PATIENCE = 800; // ms; a shorter answer is waited for
let asked = 0;
async function update() {
  if (busy) {
    again = true;
    if (now() - asked > PATIENCE) engine.stop(); // what is computed is no longer wanted
    return;
  }
  busy = true;
  try {
    do await once();
    while (again);
  } finally { busy = false; }
}
// Why there is no answer.
const endOf = r => r.stopped ? 'Stopped after ' + LIMIT + ' s.' : r.dead ? 'The engine ended: ' + r.dead : '';
let ran = ''; // the program whose numbers are shown
async function once() {
  again = false;
  ran = program();
  const t = now();
  const r = await ask({files: files(PROGRAM), runs: [words('eval', PROGRAM, someRows(), '--all', '--json')]});
  if (r.stopped && again) return; // another edit has stopped it
  const run = r.runs[0], said = run ? json(run.out) : {};
  const ended = endOf(r);
  error = ended ? {message: ended} : said.error || null;
  if (!error && run.status) error = {message: plain(run.err)};
  showData();
  if (!error) {
    values = said.values || {};
    noteLast();
    showNumbers(run.err);
    sayLast();
    if (tab == 'picture' && !Object.keys(values).length && hasPlots()) setTab('plot'); // it has plots alone
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
  if (!error && training && trained && trained != recipe()) {
    startOver(true);
    anew = true;
  }
  if (!error && wanted && !training) train(0);
  $('live').classList.toggle('stale', !training && !!trained && trained != recipe());
  $('time').textContent = Math.round(now() - t) + ' ms';
  document.body.dataset.n = 1 + +(document.body.dataset.n || 0);
}
// For those who hear the page: the last value, when it has come to rest.
let sayTimer;
function sayLast() {
  const v = versions[version] && versions[version].last;
  clearTimeout(sayTimer);
  sayTimer = setTimeout(() => { $('said').textContent = v && !error ? v[0] + ' is ' + v[1] : ''; }, 800);
}
function stale() {
  for (const id of ['numbers', 'view']) $(id).classList.toggle('stale', !!error);
}
// An error is marked when its line is left, or after a while: most of what is typed is an error for a moment.
function showError() {
  const line = error && error.line ? lines()[error.line - 1] : undefined;
  const from = () => [...line].slice(0, error.letter - 1).join('').length;
  mark = line === undefined ? null : {line: error.line, from: from()};
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
  const columns = any ? ['name', 'shape', 'value', loss] : ['name', 'shape', 'value'];
  const head = columns.map(s => make('th', {scope: 'col', textContent: s}));
  $('numbers').replaceChildren(
    make('table', {}, make('thead', {}, make('tr', {}, ...head)), make('tbody', {}, ...rows)));
  if (names.length && !any)
    notes += '\nNo gradients: the last value is no single number that depends on a named one.';
  if (notes.trim()) $('numbers').append(make('p', {className: 'note', textContent: plain(notes)}));
  light();
}
