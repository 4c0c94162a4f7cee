// play_points.js: a data set of points that are drawn and dragged: two inputs from -4 to 4, and a class.

const FAR = 4, CLASSES = 3;
let points = []; // [x1, x2, class]
let brush = 0;   // the class of the next point
let held = -1;   // the point that is dragged
let chosenPoint = 0;
const pad = $('pad');
// A first set to begin with: two classes, one right of the other.
const FIRST = [[-2.1, 1], [-1.4, -0.6], [-2.6, -1.5], [-1, 1.9], [-1.7, 0.2]];
const placed = v => Math.round(100 * Math.max(-FAR, Math.min(FAR, v))) / 100;
function pointsTable() {
  const text = ['x1,x2,y', ...points.map(p => p.join(','))].join('\n') + '\n';
  return {name: 'points.csv', text, columns: ['x1', 'x2', 'y']};
}
function readPoints(csv) {
  points = csv.split('\n')
             .slice(1)
             .map(s => s.split(',').map(Number))
             .filter(p => p.length == 3 && p.every(isFinite))
             .slice(0, 500)
             .map(p => [placed(p[0]), placed(p[1]), Math.max(0, Math.min(CLASSES - 1, Math.round(p[2])))]);
}
function showPad() {
  const on = $('data').value == 'points', inPad = pad.contains(document.activeElement);
  $('pad-of').hidden = !on;
  if (!on) return;
  if (!points.length && !table) points = FIRST.flatMap(([x, y]) => [[x, y, 0], [-x, placed(y - 0.3), 1]]);
  table = pointsTable();
  chosenPoint = Math.max(0, Math.min(chosenPoint, points.length - 1));
  const mark = ([x, y, k], i) => {
    const shape =
      ['<circle r=".14"/>', '<path d="M-.15 -.13h.3v.27h-.3z"/>', '<path d="M0 -.19l.19 .33h-.38z"/>'][k];
    return '<g class="k' + k + '" transform="translate(' + x + ' ' + -y + ')" tabindex="' +
      (i == chosenPoint ? 0 : -1) + '" role="img" aria-label="class ' + k + ' at ' + x + ', ' + y +
      '"><circle r=".45" fill="transparent"/>' + shape + '</g>';
  };
  const lines = [-4, -2, 0, 2, 4].map(v => 'M-4.2 ' + v + 'h8.4M' + v + ' -4.2v8.4').join('');
  const sign = v => String(v).replace('-', '−');
  const number = (x, y, v) => '<text x="' + x + '" y="' + y + '">' + sign(v) + '</text>';
  const numbers = [-4, -2, 0, 2, 4].map(v => number(v, 4.62, v) + number(-4.45, 0.12 - v, v)).join('');
  pad.innerHTML = '<path class="lines" d="' + lines + '"/>' + numbers + points.map(mark).join('');
  if (inPad) focusPoint(chosenPoint);
}
const pointMarks = () => [...pad.querySelectorAll('g')];
function focusPoint(i) {
  const all = pointMarks();
  if (!all.length) return pad.focus();
  chosenPoint = (i + all.length) % all.length;
  all.forEach((e, k) => { e.tabIndex = k == chosenPoint ? 0 : -1; });
  all[chosenPoint].focus();
}
// Numbers, picture and a training follow.
function pointsChanged() {
  showPad();
  weights = null;
  address();
  update();
}
function placeInPad(e) {
  const p = new DOMPoint(e.clientX, e.clientY).matrixTransform(pad.getScreenCTM().inverse());
  return [p.x, -p.y];
}
pad.addEventListener('pointerdown', e => {
  if (e.button) return;
  e.preventDefault();
  const at = placeInPad(e);
  held = pointMarks().indexOf(e.target.closest('g'));
  if (held < 0) held = points.push([placed(at[0]), placed(at[1]), brush]) - 1;
  chosenPoint = held;
  pad.setPointerCapture(e.pointerId);
  pointsChanged();
  focusPoint(held);
});
pad.addEventListener('pointermove', e => {
  if (held < 0) return;
  const at = placeInPad(e), p = points[held], before = p.join();
  p[0] = placed(at[0]);
  p[1] = placed(at[1]);
  if (before != p.join()) pointsChanged();
});
// A point that is let go outside is taken away.
pad.addEventListener('pointerup', e => {
  if (held >= 0 && placeInPad(e).some(v => Math.abs(v) > FAR + 0.6)) points.splice(held, 1);
  held = -1;
  pointsChanged();
});
pad.addEventListener('pointercancel', () => { held = -1; });
pad.addEventListener('keydown', e => {
  const i = pointMarks().indexOf(document.activeElement), p = points[i];
  const far = e.shiftKey ? 0.5 : 0.1;
  const by = {ArrowRight: [far, 0], ArrowLeft: [-far, 0], ArrowUp: [0, far], ArrowDown: [0, -far]}[e.key];
  const k = '012'.indexOf(e.key);
  if (e.key == '+' || e.key == 'Enter') chosenPoint = points.push([0, 0, brush]) - 1;
  else if (!p) return;
  else if (e.key == 'n' || e.key == 'p') return focusPoint(i + (e.key == 'n' ? 1 : -1));
  else if (by) [p[0], p[1]] = [placed(p[0] + by[0]), placed(p[1] + by[1])];
  else if (e.key == 'Delete' || e.key == 'Backspace') points.splice(i, 1);
  else if (k >= 0) p[2] = k;
  else return;
  e.preventDefault();
  pointsChanged();
  focusPoint(chosenPoint);
});
$('brush').onchange = () => { brush = +$('brush').value; };
$('clear').onclick = () => {
  points = [];
  table = pointsTable();
  pointsChanged();
};
$('save-csv').onclick = () => table && save(table.name, table.text, 'text/csv');
