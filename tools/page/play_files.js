// play_files.js: the address has the program, the tab and the data: #1 and then JSON, deflated, in base64 for
// addresses. Files are saved and opened.

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
