// play_files.js: the address has the program, the tab and the data: #1 and then JSON, deflated, in base64 for
// addresses. Files are saved and opened.

const VERSION = '1';
const base64 = {
  to: b => btoa(Array.from(b, c => String.fromCharCode(c)).join(''))
             .replace(/\+/g, '-')
             .replace(/\//g, '_')
             .replace(/=+$/, ''),
  from: s => Uint8Array.from(atob(s.replace(/-/g, '+').replace(/_/g, '/')), c => c.charCodeAt(0))
};
const through = async (bytes, stream) =>
  new Uint8Array(await new Response(new Blob([bytes]).stream().pipeThrough(stream)).arrayBuffer());
const packed = async x => VERSION +
  base64.to(await through(new TextEncoder().encode(JSON.stringify(x)), new CompressionStream('deflate-raw')));
// A short link can unpack to a thousand times its length: what is too long is refused before it is whole.
const LONGEST = 1 << 20; // bytes of a program
async function unpacked(s) {
  const stream =
    new Blob([base64.from(s.slice(1))]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  const parts = [];
  let size = 0;
  for (const reader = stream.getReader();;) {
    const {done, value} = await reader.read();
    if (done) break;
    if ((size += value.length) > 2 * LONGEST) {
      reader.cancel();
      throw new Error('This link unpacks to more than 2 MB; a program has at most 1 MB.');
    }
    parts.push(value);
  }
  return JSON.parse(await new Blob(parts).text());
}
let addressTimer, loading = false, leaves = false; // leaves: Back leads to the program before
const dataState = () => !takesData() ? []
  : $('data').value == 'points'      ? ['points', '', '', table.text]
                                     : [$('data').value, $('noise').value, $('map').value];
const state = () => [text.value, tab, dataState().filter(() => $('data').value != 'csv'), title || model];
async function keep() {
  clearTimeout(addressTimer);
  keepHere();
  const to = '#' + await packed(state());
  if (to != location.hash) history[leaves ? 'pushState' : 'replaceState'](null, '', to);
  leaves = false;
}
function address() {
  if (!loading) {
    clearTimeout(addressTimer);
    addressTimer = setTimeout(keep, 400);
  }
}
// False: there is no program in the address. A program that this device keeps comes with all that is kept.
async function readAddress() {
  const s = location.hash.slice(1), right = /^\d[\w-]{4,}$/.test(s);
  linkError = s && !right ? 'This address has no program of this page.' : '';
  try {
    if (right && s[0] != VERSION) throw new Error('This link was made by another version of the page.');
    if (right) {
      const [program, k, data, name] = await unpacked(s);
      if (typeof program != 'string') throw new Error('This link has no program.');
      if (name && kept(name).text == program && openKept(name)) return true;
      begin(program, k, data || []);
      model = String(name || 'a linked program').slice(0, 60);
      sayPrograms();
    }
  } catch (e) {
    linkError = /^This/.test(e.message) ? e.message : 'This link is damaged: its program cannot be read.';
  }
  showError();
  return right && !linkError;
}
addEventListener('hashchange', readAddress);
function begin(program, k, data, name = '') {
  loading = true;
  const [set, noise, map, drawn] = Array.isArray(data) ? data : [];
  points = [];
  if (set == 'points') readPoints(String(drawn || ''));
  $('data').value = SETS.some(s => s[0] == set) || set == 'points' || (set == 'csv' && table) ? set : '';
  $('noise').value = noise || '';
  $('map').value = map || '';
  over = '';
  guesses = {};
  title = name;
  model = '';
  showData();
  load(program);
  pick(TABS.some(t => t[0] == k) ? k : 'picture');
  startOver(false);
  loading = false;
  $('kept').textContent = '';
  sayPrograms();
}
// Another program: what is shown now is where Back leads.
async function choose(f) {
  await keep().catch(() => {}); // an address can be too long for the browser
  f();
  leaves = true;
  address();
}

// ---- files ----

function save(name, what, type) {
  make('a', {href: URL.createObjectURL(new Blob([what], {type})), download: name}).click();
  $('save').open = false;
}
const fileName = () =>
  (title || model || start.name || 'program').replace(/\.(wg|md)$/, '').replace(/[\s/\\:]+/g, '-');
$('save-wg').onclick = () => save(fileName() + (hasText() ? '.md' : '.wg'), text.value, 'text/plain');
// Several pictures get numbers.
async function saveEach(ending, type, make) {
  for (const [i, s] of svgs.entries())
    save(fileName() + (svgs.length > 1 ? '-' + (i + 1) : '') + ending, await make(s), type);
}
addEventListener('click', e => {
  if (!$('save').contains(e.target)) $('save').open = false;
});
addEventListener('keydown', e => {
  if (e.key == 'Escape') $('save').open = false;
});
$('save').ontoggle = () => {
  $('save-csv').disabled = !ownTable() || !table;
  $('save-wg').textContent = 'Program, ' + (hasText() ? '.md' : '.wg');
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
  if (r.files['picture.tex']) save(fileName() + '.tex', r.files['picture.tex'], 'text/plain');
};
const onPaper = svg => svg.replace(/@media[^{]*prefers-color-scheme[^{]*\{[^}]*\}[^}]*\}/g, '');
// Three times as large.
async function png(svg) {
  const image = await imageOf(svg);
  const canvas = make('canvas', {width: 3 * image.width, height: 3 * image.height});
  const c = canvas.getContext('2d');
  c.fillStyle = '#fff';
  c.fillRect(0, 0, canvas.width, canvas.height);
  c.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise(good => canvas.toBlob(good));
}
$('save-png').onclick = () => saveEach('.png', 'image/png', png);
async function take(file) {
  const isTable = /\.(csv|tsv)$/i.test(file.name), most = isTable ? 32 * LONGEST : LONGEST;
  const mb = n => (n / LONGEST).toFixed(1).replace('.0', '') + ' MB';
  if (file.size > most)
    return refuse(file.name + ' has ' + mb(file.size) + '; a ' + (isTable ? 'table' : 'program') +
      ' has at most ' + mb(most) + ' here. The command takes larger ones.');
  const t = await file.text();
  if (/[\0\uFFFD]/.test(t)) return refuse(file.name + ' is no text: a program ends in .wg, a table in .csv');
  if (isTable) return takeTable(file.name, t);
  await choose(() => {
    begin(t.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n'), 'picture', []);
    if (hasText()) pick('lesson');
    model = file.name.replace(/\.(wg|md)$/, '');
    nameExample();
  });
}
const refuse = message => { $('error').textContent = message; };
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
  let copied = true, says = (location.href.length).toLocaleString('en') + ' letters';
  try {
    await navigator.clipboard.writeText(location.href);
  } catch (e) { copied = false; }
  $('share').textContent = (copied ? 'Link copied: ' : 'The link is in the address: ') + says;
  setTimeout(() => { $('share').textContent = 'Copy link'; }, 2500);
};
