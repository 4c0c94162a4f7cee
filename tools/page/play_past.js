// play_past.js: versions of a program, for undo and the tab History; and the programs that this device keeps.

const MOST = 200, ROOM = 300000; // versions of a program; letters of them on the device
let versions = [];               // {text, at, how, line, gesture, time, last}
let version = -1;                // the one that is shown
// A version joins the one before it if the same thing goes on: typing in a line, a number that is moved.
function joins(v, next) {
  if (!v || version < 1 || v.how != next.how || v.line != next.line) return false;
  return v.how == 'moved' ? v.gesture == next.gesture : next.time - v.time < 1000;
}
function remember(how) {
  const at = text.selectionStart, v = versions[version];
  const next = {text: text.value, at, how, line: here, gesture, time: now()};
  if (how == 'whole') {
    versions = [];
    version = -1;
  } else if (v && v.text == next.text) return;
  const joined = joins(v, next);
  versions.length = joined ? version : version + 1;
  versions.push(next);
  if (versions.length > MOST) versions.shift();
  version = versions.length - 1;
  sayUndo();
}
function goToVersion(k) {
  if (!versions[k]) return;
  playing(false);
  gesture++;
  version = k;
  text.value = versions[k].text;
  text.setSelectionRange(versions[k].at, versions[k].at);
  changed();
  edited = 0;
  caret();
  sayUndo();
}
function sayUndo() {
  $('undo').disabled = version < 1;
  $('redo').disabled = version >= versions.length - 1;
}
const undo = () => goToVersion(version - 1), redo = () => goToVersion(version + 1);
$('undo').onclick = undo;
$('redo').onclick = redo;
addEventListener('keydown', e => {
  const key = e.key.toLowerCase();
  if (!(e.ctrlKey || e.metaKey) || e.altKey || !'zy'.includes(key) ||
    /^INPUT$/.test(e.target.tagName) && e.target != range)
    return;
  e.preventDefault();
  if (key == 'y' || e.shiftKey) redo();
  else undo();
});
text.addEventListener('beforeinput', e => {
  if (!/^history/.test(e.inputType)) return;
  e.preventDefault();
  if (e.inputType == 'historyUndo') undo();
  else redo();
});
// The last value belongs to the version, if it is one number.
function noteLast() {
  const names = Object.keys(values), name = names[names.length - 1], v = values[name];
  if (versions[version] && versions[version].text == text.value && v && !v.shape.length)
    versions[version].last = [name == '_' ? 'value' : name, v.text.trim(), v.value];
}

// ---- the tab History ----

// The lines in which a version differs from the one before it.
function differs(k) {
  if (!k) return 'as it was opened';
  const before = new Set(versions[k - 1].text.split('\n')), after = versions[k].text.split('\n');
  const fresh = after.filter(s => !before.has(s));
  return fresh.length ? fresh.slice(0, 2).join('; ') + (fresh.length > 2 ? '; …' : '') : 'lines went';
}
async function showPast() {
  const known = versions.map((v, k) => [k, v.last]).filter(x => x[1] && isFinite(x[1][2]));
  const name = known.length ? known[known.length - 1][1][0] : '';
  const curve = known.filter(x => x[1][0] == name);
  const list = f => '[' + curve.map(f).join(', ') + ']';
  const program = 'plot "' + name + ' by version" {\n    points ' + list(x => x[0]) + ', ' +
    list(x => x[1][2]) + '\n    x "version"\n    y "' + name + '"\n}\n';
  const r = curve.length < 2 ? {files: {}} : await ask({
    files: {'past.wg': program},
    runs: [words('plot', 'past.wg', '--for', size().split('x')[0] + 'x320', '-o', 'past/')],
    read: ['past/']
  });
  if (tab != 'past') return;
  say(words('eval', PROGRAM, '--all'));
  const rows =
    versions
      .map(
        (v, k) => make('tr', {className: k == version ? 'here' : ''},
          make('td', {},
            make('button', {className: 'link', textContent: 'version ' + k, onclick: () => goToVersion(k)})),
          make('td', {textContent: differs(k)}), make('td', {textContent: v.last ? v.last[0] : ''}),
          make('td', {textContent: v.last ? v.last[1] : ''})))
      .reverse();
  const head =
    ['version', 'what is new', 'last', 'value'].map(s => make('th', {scope: 'col', textContent: s}));
  svgs = Object.values(r.files).filter(s => s);
  putView(controls('past', () => []), ...svgs.map(s => make('div', {innerHTML: s})),
    make(
      'table', {className: 'list'}, make('thead', {}, make('tr', {}, ...head)), make('tbody', {}, ...rows)));
}

// ---- programs on this device ----

const SHELF = 'wengert-play:'; // a key for each program, so that two tabs do not undo each other
const LAST = 'wengert-play-last';
let title = ''; // the name of the program that is kept; '': an example, or one from a link
let model = ''; // what its name is made of
function stored(key, value) {
  try {
    if (value === undefined) return localStorage.getItem(key);
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
    return true;
  } catch (e) { return null; }
}
function shelf() {
  try {
    return Object.keys(localStorage)
      .filter(k => k.startsWith(SHELF))
      .map(k => k.slice(SHELF.length))
      .sort((a, b) => a.localeCompare(b));
  } catch (e) { return []; }
}
const kept = name => json(stored(SHELF + name) || '{}');
// A name that no program has.
function freeName(name) {
  const taken = new Set([...shelf(), ...EXAMPLES.map(e => e[0])]);
  for (let k = 2, as = name;; as = name + ' ' + k++)
    if (!taken.has(as)) return as;
}
function keepHere() {
  if (!title) return;
  stored(LAST, title);
  let left = ROOM;
  const from = versions.findLastIndex(v => (left -= v.text.length) < 0) + 1;
  const csv = table && $('data').value == 'csv' && table.text.length < 1e6 ? table : null;
  const past = versions.slice(from).map(v => ({text: v.text, at: v.at, last: v.last}));
  const doc = {text: text.value, tab, data: dataState(), csv, guesses, past, version: version - from};
  const fine = [past, []].some(
    list =>
      stored(SHELF + title, JSON.stringify({...doc, past: list, version: list.length ? doc.version : -1})));
  if (!fine) $('kept').textContent = 'This browser keeps nothing here: save the program as a file.';
}
// Another program than an example is kept from its first change on.
function nameExample() {
  if (loading || title || isExample(text.value)) return;
  title = freeName(model || 'my program');
  keepHere();
  sayPrograms();
}
function openKept(name) {
  const doc = kept(name);
  if (typeof doc.text != 'string') return false;
  table = doc.csv && typeof doc.csv.text == 'string' ? doc.csv : null;
  nameTable();
  begin(doc.text, doc.tab, doc.data || [], name);
  guesses = doc.guesses || {};
  if (!Array.isArray(doc.past) || !doc.past[doc.version] || doc.past[doc.version].text != doc.text)
    return true;
  versions = doc.past;
  version = doc.version;
  sayUndo();
  return true;
}
function sayPrograms() {
  const mine = shelf();
  $('mine').replaceChildren(...mine.map(n => new Option(n, 'kept:' + n)));
  $('mine').hidden = !mine.length;
  $('example').value = title ? 'kept:' + title : String(chosen());
  $('name').value = title || model;
  $('drop').disabled = !title;
}
// Which example is shown; '' if none is.
function chosen() {
  const k = EXAMPLES.findIndex(e => e[2] == text.value);
  return k >= 0 ? k : text.value === start.program ? -1 : '';
}
$('name').onchange = () => {
  const to = $('name').value.trim();
  if (!to || to == title) return;
  const before = title;
  title = freeName(to);
  keepHere();
  if (before && kept(title).text == text.value)
    stored(SHELF + before, null); // only when the new one is there
  sayPrograms();
  address();
};
$('drop').onclick = () => {
  stored(SHELF + title, null);
  title = '';
  sayPrograms();
  $('kept').textContent = 'It is no longer on this device. What you see stays until you leave.';
};
addEventListener('storage', sayPrograms);
