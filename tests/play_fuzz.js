// Wrong and strange programs, links and files in the page of `wengert play`, in Chromium:
//
//   node tests/play_fuzz.js ENGINE.js NATIVE [HOW MANY, 2000] [SEED, 1]
//
// After each the page has an answer: values, or an error with a line of the program; it throws nothing, and
// a good program is still computed.
const fs = require('fs');
const os = require('os');
const path = require('path');
const zlib = require('zlib');
const {spawnSync} = require('child_process');
const {browser} = require('./browser.js');
const [, , engine, native, many = '2000', seed = '1'] = process.argv;
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'wengert-fuzz-'));
let state = +seed;
const random = n => { // Lehmer's generator
  state = state * 48271 % 2147483647;
  return state % n;
};
const oneOf = list => list[random(list.length)];

// ---- what is mutated ----

// A line of the cases is a program, in which \n is a new line; lines with a blank at their start are answers.
const programsOf = file =>
  fs.readFileSync(file, 'utf8').split('\n').filter(s => /^\w/.test(s)).map(s => s.replace(/\\n/g, '\n'));
const CORPUS = ['examples', 'examples/plots', 'docs/drawing']
                 .flatMap(d => fs.readdirSync(d).filter(f => f.endsWith('.wg')).map(f => d + '/' + f))
                 .map(f => fs.readFileSync(f, 'utf8'))
                 .concat(programsOf('tests/lang/cases.txt'))
                 .filter(s => s.length < 3000);
const PIECES = [
  '(', ')', '[', ']', '{', '}', '=', ',', ';', '\n', '1e308', '-0', 'nan', '0/0', '@', '^', '.T', 'grad(',
  'scan(', 'zeros(9,9)', 'zeros(100000000)', 'é', '𝒳', '\u0000', '\u202e', '"', '\\', 'check ', 'plot ',
  'train(', 'input(m, 2)', 'param(3)', 'if', ':=', '```wg\n', '\n```\n', '1,5', '<script>alert(1)</script>'
];
function mutated(s) {
  if (random(2)) return s.replace(/\d+/g, m => random(5) ? m : String(random(2000)));
  for (let k = 1 + random(2); k > 0; k--) {
    const i = random(s.length + 1), n = random(12);
    s = [
      () => s.slice(0, i) + oneOf(PIECES) + s.slice(i), () => s.slice(0, i) + s.slice(i + n),
      () => s.slice(0, i) + s.slice(i).split('').reverse().join('').slice(0, n) + s.slice(i + n),
      () => s.slice(0, i) + oneOf(CORPUS).slice(0, 80) + s.slice(i),
      () => s.replace(/\d+/, String(random(2000))), () => s.slice(0, i)
    ][random(6)]();
  }
  return s;
}
const letters = n => Array.from({length: n}, () => String.fromCharCode(random(0x2500))).join('');
const packed = x =>
  '#1' + zlib.deflateRawSync(typeof x == 'string' ? x : JSON.stringify(x)).toString('base64url');
const KINDS = {
  program: () => random(10) ? mutated(oneOf(CORPUS)) : letters(random(300)),
  link: () => {
    const good =
      packed([mutated(oneOf(CORPUS)), oneOf(['picture', 'plot', 'x', 3, null]), [oneOf(['circles', 7])]]);
    const i = random(good.length);
    return oneOf([
      good, good.slice(0, i), good.slice(0, i) + oneOf(['A', '-', '%', ' ', '#']) + good.slice(i + 1),
      packed(oneOf([[7], {}, null, [null], [['x = 1']], ['x = 1', {}, 'y', []]])), packed(letters(50)),
      '#' + letters(random(60))
    ]);
  },
  file: () => [oneOf(['a.wg', 'b.csv', 'c.md', 'd.txt', '.csv', 'e.tsv', 'x y".wg']), oneOf([
    () => mutated(oneOf(CORPUS)), () => '', () => 'a,b\n1,2\n3,x\n', () => 'a;b\n1,5;2\n;\n',
    () => letters(random(400)), () => '# T\n\n```ask\n' + letters(40) + '\n```\n\n```wg\nx = 1\n```\n',
    () => 'a,'.repeat(random(3000)) + '\n' +
      '1,'.repeat(random(3000)),
    () => '\uFEFFx,y\r\n1,2\r\n'
  ])()]
};

// ---- what must hold ----

// The page has come to rest: what it says.
const answer = (p, kind, x) => p.run(async (kind, x) => {
  const rest = ms => new Promise(r => setTimeout(r, ms)), t = performance.now();
  ran = null;
  if (kind == 'program') load(x);
  else if (kind == 'link') {
    history.replaceState(null, '', '#' + x.slice(1));
    await readAddress();
    update();
  } else {
    await take(new File([x[1]], x[0]));
    update();
  }
  while ((ran === null || busy) && performance.now() - t < 15000) await rest(5);
  edited = 0;
  showError();
  return [
    busy, $('error').textContent, Object.keys(values || {}).length, text.value.split('\n').length,
    Math.round(performance.now() - t), document.querySelectorAll('script').length
  ];
}, kind, x);
function wrong([busy, error, values, lines, ms, scripts], scriptsBefore) {
  if (busy || ms > 12000) return 'no answer in ' + ms + ' ms';
  if (scripts != scriptsBefore) return 'a script has come in';
  const line = (error.match(/^Line (\d+):/) || [])[1];
  if (line > lines) return 'line ' + line + ' of ' + lines + ': ' + error;
  if (/undefined|\[object|NaN ms/.test(error)) return 'words: ' + error;
}
(async () => {
  fs.copyFileSync(engine, path.join(folder, 'engine.js'));
  spawnSync(
    path.resolve(native), ['play', '-o', 'play.html', '--engine', path.resolve(engine)], {cwd: folder});
  const b = await browser(), p = await b.page(1280, 800);
  let bad = 0, said = 0, slow = 0;
  const tell = (what, kind, x) => {
    bad++;
    console.log('WRONG ' + kind + ': ' + what + '\n  ' + JSON.stringify(x).slice(0, 600));
  };
  await p.open('file://' + folder + '/play.html');
  await p.until(() => document.body.dataset.n > 0 && !busy);
  const scripts = await p.run(() => document.querySelectorAll('script').length);
  for (let k = 0; k < +many; k++) {
    const kind = oneOf(['program', 'program', 'program', 'link', 'file']), x = KINDS[kind]();
    const a = await answer(p, kind, x).catch(e => [true, String(e), 0, 0, 0, scripts]);
    const what = wrong(a, scripts) || p.errors.splice(0).join('; ');
    if (what) tell(what, kind, x);
    said += !!a[1];
    slow = Math.max(slow, a[4]);
    if (k % 25) continue;
    await answer(p, 'program', 'a = 41\nb = a + 1');
    if (await p.run(() => values.b && values.b.value) != 42) tell('then 41 + 1 is not computed', kind, x);
  }
  b.close();
  fs.rmSync(folder, {recursive: true, force: true});
  console.log(many + ' programs, links and files: ' + said + ' errors said, the slowest answer ' + slow +
    ' ms, ' + bad + ' wrong');
  process.exitCode = bad ? 1 : 0;
})();
