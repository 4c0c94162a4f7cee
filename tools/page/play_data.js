// play_data.js: the data of a training: sets that the command makes, or a table of the user.

const SETS = [
  ['circles', 'two circles'], ['xor', 'exclusive or'], ['blobs', 'two blobs'], ['spirals', 'two spirals'],
  ['moons', 'two moons'], ['flower', 'a flower'], ['houses', 'houses'], ['temperatures', 'temperatures'],
  ['digits', 'digits']
];
let table = null; // a CSV of the user: {name, text}
$('data').add(new Option('none: drawn at random', ''));
SETS.forEach(([k, name]) => $('data').add(new Option(name, k)));
$('data').add(new Option('points that I draw', 'points'));
$('data').add(new Option('my own CSV …', 'csv'));
const ownTable = () => ['csv', 'points'].includes($('data').value);
const noisy = () => SETS.slice(0, 6).some(s => s[0] == $('data').value);
function dataSpec() {
  const k = $('data').value;
  if (ownTable()) return table ? 'data.csv' : '';
  if (!k || !noisy()) return k;
  const noise = $('noise').value;
  return k + ':200' + (k == 'blobs' ? ':classes=2' : '') + (noise ? ':noise=' + noise : '') + ':seed=1';
}
const takesData = () => /\binput\s*\(/.test(program()) && dataSpec();
// Which input takes which column: by their names, else the last input takes the last column. "": as the names
// say.
function columns() {
  const inputs = [...program().matchAll(/^\s*([\p{L}_][\p{L}\p{N}_]*)\s*=\s*input\s*\(/gmu)].map(m => m[1]);
  const names = ownTable() ? table ? table.columns : [] : $('data').value ? ['x', 'y'] : [];
  if (!inputs.length || inputs.every(i => names.includes(i)) || names.length < 2 ||
    !names.every(c => /^[\p{L}\p{N}_.-]+$/u.test(c)))
    return '';
  const last = names[names.length - 1];
  const others = names.length > 2 ? names[0] + ':' + names[names.length - 2] : names[0];
  const first = inputs[0] + '=' + others;
  return inputs.length == 1 ? first : first + ',' + inputs[inputs.length - 1] + '=' + last;
}
function dataFlags() {
  const map = $('map').value.trim() || columns();
  $('map').placeholder = columns() || 'x=a:b,y=c';
  return !takesData() ? [] : ['--data', dataSpec(), ...(map ? ['--map', map] : [])];
}
const rows = () =>
  ownTable() && table ? String(Math.max(1, Math.min(10, table.text.trim().split('\n').length - 1))) : '10';
const someRows = () => [...(takesData() ? [...dataFlags(), '--rows', rows()] : []), ...loaded()];
const files = name => Object.assign({[name]: program()}, table && {'data.csv': table.text},
  isTrained() && {'weights.safetensors': weights.bytes});
// The weights of a training that was paused, as long as its program and data stay: numbers and pictures are
// those of the trained net.
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
  nameTable();
  $('data').value = 'csv';
  $('map').value = '';
  showData();
  pick('train');
  startOver();
  $('where').textContent = name + ': ' + columns.join(', ') + (said.length ? '; ' + said.join('; ') : '');
}
function nameTable() {
  [...$('data').options].find(o => o.value == 'csv').textContent = table ? table.name : 'my own CSV …';
}
function showData() {
  $('noise-of').hidden = !noisy();
  $('map-of').hidden = $('data').value != 'csv' && !columns();
  $('heat-of').hidden = !canMap();
  showPad();
}
