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
