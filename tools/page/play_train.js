// play_train.js: training, and its pictures.

let weights = null;
let training = false;
let epoch = 0;
let trained = '';
let pictures = 0;
let began = 0;
let turn = 0;
let wanted = false; // a training was begun and not paused: it begins anew when the program or its data change
let pausing = false;
let anew = false;
const recipe = () => [program(), ...dataFlags(), ownTable() && table ? table.text : ''].join('\n');
const trainCommand = () =>
  words('train', PROGRAM, dataFlags(), epoch ? ['--epochs', String(epoch)] : '', '-o', 'run/');
function widths() {
  const scale = isLarge() ? SCALE : 1;
  const wide = Math.max(300, Math.min(1200, $('trainer').clientWidth - 24)) / scale;
  const phone = innerWidth <= 760;
  return [Math.round(wide), phone, share => Math.round(phone || isLarge() ? wide : share * (wide - 10))];
}
// Maps in the neurons need an input of two columns.
const canMap = () => /=\s*input\s*\(\s*\w+\s*,\s*2\s*\)/.test(program());
const mapped = () => canMap() && $('heat').checked ? ['--heatmaps'] : [];
function netCommand(...load) {
  const [, phone, part] = widths();
  return words('draw', PROGRAM, dataFlags(), takesData() ? ['--rows', rows()] : [], load, '--style',
    'neurons', mapped(), '--id', 'net', '--for',
    part(0.55) + 'x' +
      Math.round((phone          ? 1.45
                     : isLarge() ? 1.1
                                 : 1.23) *
        part(0.55)),
    '-o', 'net.svg', '-q');
}
// A second click on Pause does not wait for the end of a slice.
function pause() {
  if (pausing) trainer.stop();
  else trainer.pause();
  pausing = true;
}
// What each slice of a training shows: the picture, and the words of the command that draws it.
function drawings() {
  const [wide, phone, part] = widths();
  const figure = (name, w, h) => ({
    name,
    words: ['plot', 'run', '--only', name, '--for', w + 'x' + h, '-o', name + '.svg', '-q'],
    read: name + '.svg'
  });
  return [
    {name: 'net', words: netCommand('--load', 'run/weights.safetensors'), read: 'net.svg'},
    figure('regions', part(0.45), Math.round((isLarge() ? 0.6 : 1.04) * part(0.45))),
    figure('curves', wide, phone ? 480 : 300)
  ];
}
async function train(epochs) {
  if (training) {
    wanted = false;
    pause();
    return;
  }
  const ends = program().match(/\b(cosine|one_cycle)\s*\((?![^)]*steps)/);
  if (ends) {
    $('where').textContent =
      'This page trains without an end, so ' + ends[1] + ' needs one: ' + ends[1] + '(0.1, steps=1000)';
    return;
  }
  trainer = trainer || newEngine();
  const fresh = trained != recipe();
  const mine = ++turn;
  if (fresh) {
    epoch = 0;
    trained = recipe();
  }
  training = true;
  wanted = !epochs;
  pausing = false;
  pictures = 0;
  began = now();
  $('go').textContent = 'Pause';
  const r = await trainer.run({
    files: files(PROGRAM),
    train: [PROGRAM, ...dataFlags()],
    from: epoch,
    every: epochs || +$('every').value,
    until: epochs ? epoch + epochs : 1e6,
    fresh,
    after: drawings()
  },
    s => {
      if (mine == turn) seen(s);
    });
  training = false;
  $('go').textContent = 'Train';
  await trainingEnded(r, mine);
}
async function trainingEnded(r, mine) {
  const notes = s => !/^data\s/.test(s);
  const bad = r.runs[0] && r.runs[0].status ? plain(r.runs[0].err).split('\n').filter(notes)[0]
    : r.dead                                ? endOf(r)
                                            : '';
  const well = !bad && !r.stopped && !r.dead;
  if (!well) trained = '';
  if (mine == turn && well) {
    const path = 'run/weights.safetensors';
    const bytes = (await trainer.run({runs: [], bytes: [path]})).files[path];
    weights = bytes && mine == turn ? {of: trained, bytes} : null;
    update();
  }
  if (mine != turn) clearTraining();
  else if (bad) $('where').textContent = bad;
  if (wanted && mine != turn && !error) train(0); // else when the mistake is mended
}
// The net before its training.
async function preview() {
  if (training || trained && !isTrained()) return;
  const r = await engine.run(
    {files: files(PROGRAM), runs: [netCommand(...loaded())], read: ['net.svg']}, null, LIMIT);
  if (!training && (!trained || isTrained()))
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
  if (!goOn) wanted = false;
  if (training) pause();
  else clearTraining();
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
$('heat').onchange = preview;
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
