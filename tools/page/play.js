// The page of `wengert play`. All that it shows comes from the engine: the words of the command, which the
// last line of the page says. play*.js are one script.
const $ = id => document.getElementById(id);
const now = () => performance.now();
const start = JSON.parse($('start').textContent);
const LACKS = 'the file engine.js must be beside this page';
const ENDED = {
  runs: [],
  files: {},
  dead: LACKS
};
const NONE = {
  ready: Promise.reject(new Error(LACKS)),
  run: async () => ENDED,
  stop() {},
  pause() {}
};
NONE.ready.catch(() => {});
const newEngine = () => window.WENGERT ? WENGERT.engine() : NONE;
const engine = newEngine(), PROGRAM = 'program.wg', LIMIT = 5;
let trainer; // an engine of its own, so that an edit does not wait for a training
function make(tag, props, ...children) {
  const e = Object.assign(document.createElement(tag), props);
  e.append(...children);
  return e;
}

// ---- the editor ----

const text = $('text'), shade = $('shade'), gutter = $('gutter');
let linkError = '';
let mark = null; // {line, from} of the error that is shown
let edited = 0;  // the line that was changed last
let here = 1;    // that of the caret
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
const SHADED = 5000; // a longer line has no colours: each number is an element of its own
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
  for (const n of s.length < SHADED ? numbersOf(s) : []) {
    add('', s.slice(done, n.at));
    add('b', n.text);
    done = n.at + n.text.length;
  }
  const comment = s.indexOf('#', done);
  add('', comment < 0 ? s.slice(done) : s.slice(done, comment));
  add('i', comment < 0 ? '' : s.slice(comment));
  return p;
}
const classOf = line => mark && mark.line == line ? 'bad' : line == here ? 'here' : '';
function paint() {
  const all = lines();
  gutter.replaceChildren(...all.map((_, i) => make('b', {textContent: i + 1, className: classOf(i + 1)})));
  shade.replaceChildren();
  all.forEach((s, i) => shade.append(shadeLine(s, i), '\n'));
}
// how: "typed", "moved" (a number), "whole" (another program); nothing: it is a version of the history.
let updateTimer, markTimer;
function changed(how) {
  mark = null;
  edited = here = lineAt(text.selectionStart);
  if (how) remember(how);
  paint();
  address();
  nameExample();
  clearTimeout(updateTimer);
  updateTimer = setTimeout(update, 15);
}
function load(program) {
  linkError = '';
  text.value = program;
  text.setSelectionRange(0, 0);
  changed('whole');
  edited = 0;
  caret();
}
text.addEventListener('input', () => {
  linkError = '';
  changed('typed');
});
// What the caret's line does is shown in the picture and in the list of numbers. Leaving a line shows its
// error.
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
  if (hasText() && program() != ran) update(); // the caret came to another program of the lesson
}
// Below a short program, too, a click is one into the program.
$('editor').addEventListener('click', e => {
  if (e.target != text && getSelection().isCollapsed) text.focus();
});
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
