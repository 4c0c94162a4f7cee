// play_drag.js: a number is dragged, or moved by the slider below the program.

const stepOf = t => {
  const v = Math.abs(+t);
  const d = (t.split('e')[0].split('.')[1] || '').length;
  return !/[.e]/.test(t) ? 1 : Math.min(10 ** -d, v ? 10 ** (Math.floor(Math.log10(v) + 1e-9) - 1) : 0.01);
};
const written = (v, step) => {
  const d = Math.max(0, Math.round(-Math.log10(step)));
  return d > 7 ? v.toExponential(2) : v.toFixed(d).replace(/^-(0(?:\.0*)?)$/, '$1');
};
// The number at this place of the program: {from, to, text, step}.
function numberAt(i) {
  const before = text.value.lastIndexOf('\n', i - 1) + 1;
  const line = text.value.slice(before).split('\n')[0];
  const n = numbersOf(line).find(x => before + x.at <= i && i <= before + x.at + x.text.length);
  return n && {from: before + n.at, to: before + n.at + n.text.length, text: n.text, step: stepOf(n.text)};
}
// Moves of one gesture are one step of undo.
let gesture = 0;
function setNumber(n, v) {
  const by = written(v, n.step);
  if (by == n.text) return;
  text.setRangeText(by, n.from, n.to, 'end');
  text.setSelectionRange(n.from, n.from);
  n.to = n.from + by.length;
  n.text = by;
  changed('moved');
}

// ---- the slider ----

const range = $('range');
let offered = null; // the number that it moves
// The number at the caret. Its bounds stay while it is the same number, so that the thumb stays below the
// finger.
function offer() {
  const n = text.selectionStart == text.selectionEnd ? numberAt(text.selectionStart) : null;
  $('drag').hidden = !n;
  if (!n || !offered || n.from != offered.from || n.text != offered.text) {
    offered = n;
    if (!n) return;
    const v = +n.text, most = Math.max(Math.abs(v), (n.step == 1 ? 5 : 25) * n.step);
    Object.assign(range, {min: /^\d+$/.test(n.text) ? 0 : v - 4 * most, max: v + 4 * most, step: n.step});
  }
  sayOffered();
}
function sayOffered() {
  const line = lines()[lineAt(offered.from) - 1].trim();
  range.value = +offered.text;
  $('drag-what').textContent = line.slice(0, 24);
  range.setAttribute('aria-label', 'a number of ' + line);
  range.setAttribute('aria-valuetext', offered.text);
}
range.addEventListener('input', () => {
  playing(false);
  if (!offered) return;
  setNumber(offered, +range.value);
  sayOffered();
});
range.addEventListener('change', () => gesture++);
range.addEventListener('blur', () => { gesture++; });
// ▶ moves the number up to its end and back, a step for each picture.
let playTimer = 0, upward = 1;
function playing(on) {
  clearInterval(playTimer);
  playTimer = 0;
  gesture++;
  $('move').textContent = on ? '❚❚' : '▶';
  $('move').setAttribute('aria-label', on ? 'stop' : 'move the number to and fro');
  if (on) playTimer = setInterval(moveOn, 60);
}
function moveOn() {
  if (!offered || text.value.slice(offered.from, offered.to) != offered.text) {
    playing(false);
    return;
  }
  if (busy) return;
  const least = +range.min, most = +range.max, now = +offered.text;
  if (now >= most) upward = -1;
  if (now <= least) upward = 1;
  const leap = Math.max(1, Math.round((most - least) / offered.step / 80)) * offered.step;
  setNumber(offered, Math.min(most, Math.max(least, now + upward * leap)));
  sayOffered();
}
$('move').onclick = () => playing(!playTimer);
playing(false);

// ---- by the mouse: letters have one width ----

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
  playing(false);
  dragged = e.pointerType == 'mouse' && e.button == 0 && !e.shiftKey && placeOf(e);
  if (dragged) Object.assign(dragged, {x: e.clientX, v: +dragged.text});
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
    gesture++;
    text.focus({preventScroll: true});
    caret();
  }
  dragged = null;
});
text.addEventListener('selectstart', e => {
  if (dragged) e.preventDefault();
});
