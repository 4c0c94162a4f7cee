// play_lesson.js: a lesson is a program with text: Markdown, in which the program stands in blocks ```wg.
// docs/lessons.md says how it is written. All that the page does with a program it does with the blocks.

const hasText = () => /^```wg\b/m.test(text.value);
const headAt = s => /^```wg\b/.test(s) ? s.slice(5).trim() : null;
// The name of the blocks of a head, [NAME] and words; most lessons have one program, without a name.
const nameOf = head => (head.match(/^[\p{L}_][\p{L}\p{N}_]*/u) || [''])[0].replace(/^(f32|eval)$/, '');
// The program that the caret stands in, else the first one. What is no line of it is empty, so lines keep
// their numbers.
function program() {
  if (!hasText()) return text.value;
  const all = lines(), out = [];
  let name = null, inside = null;
  for (const s of all.slice(0, here)) {
    if (inside === null) inside = headAt(s);
    else if (/^```/.test(s)) inside = null;
    if (inside !== null) name = nameOf(inside);
  }
  if (inside === null) name = nameOf(all.map(headAt).find(h => h !== null));
  inside = null;
  for (const s of all) {
    const head = inside === null ? headAt(s) : null;
    const ends = inside !== null && /^```/.test(s);
    out.push(inside !== null && !ends && nameOf(inside) == name ? s : '');
    if (head !== null) inside = head;
    if (ends) inside = null;
  }
  return out.join('\n');
}
const LESSON = 'lesson.md';
let guesses = {}; // of the open lesson: by question {guesses, times, right, shown}, as in pages of a site
// The page of the lesson tells its guesses, and is told those of before.
const LISTEN = '<script>addEventListener("guess",function(e){parent.postMessage({ask:e.target.id,' +
  'detail:e.detail},"*")});addEventListener("message",function(e){Object.keys(e.data.kept).forEach(' +
  'function(i){var a=document.getElementById(i),k=e.data.kept[i];if(a){k.guesses.forEach(function(g)' +
  '{a.guess(g)});k.shown&&a.show()}})});parent.postMessage({ready:1},"*")</' +
  'script>';
async function showLesson() {
  const own = hasText();
  const row = controls('lesson' + own, () => own ? [
    make('button', {textContent: 'Save the page, .html', onclick: savePage}),
    make('button', {textContent: 'Guesses, .csv', onclick: saveGuesses}),
    make('button', {textContent: 'Forget the guesses', onclick: forgetGuesses})
  ] : [make('button', {textContent: 'Add text to this program', onclick: addText})]);
  if (!own) {
    say(words('lesson', './' + LESSON));
    return putView(row, make('p', {
      textContent:
        'A lesson is a program with text, questions and pictures between its lines. It is saved as ' +
        'a file .md, which wengert lesson opens, and its link brings it to a class.'
    }));
  }
  const r = await askLesson();
  if (tab != 'lesson') return;
  say(words('lesson', './' + LESSON, '--page', '-o', 'lesson.html'));
  const run = r.runs[0], page = r.files['lesson.html'];
  if (!page) {
    const said = run ? plain(run.err) : endOf(r);
    return putView(row, make('pre', {className: 'bad', textContent: said}));
  }
  const old = $('view').querySelector('iframe');
  const top = page.replace('</body>', LISTEN + '</body>');
  if (old && old.srcdoc == top) return;
  putView(row, make('iframe', {title: 'The lesson', srcdoc: top, sandbox: 'allow-scripts allow-downloads'}));
}
const askLesson = () => ask({
  files: {...files(PROGRAM), [LESSON]: text.value},
  runs: [['lesson', './' + LESSON, '--page', '-o', 'lesson.html']],
  read: ['lesson.html']
});
addEventListener('message', e => {
  const frame = $('view').querySelector('iframe');
  if (!frame || e.source != frame.contentWindow || !e.data) return;
  if (e.data.ready) e.source.postMessage({kept: guesses}, '*');
  else if (typeof e.data.ask == 'string' && e.data.detail) {
    lessonNote(guesses, e.data.ask, e.data.detail);
    keepHere();
  }
});
const saveGuesses = () => save(fileName() + '-guesses.csv', lessonCsv([[fileName(), guesses]]), 'text/csv');
function forgetGuesses() {
  guesses = {};
  keepHere();
  putView($('view').firstChild);
  showLesson();
}
async function savePage() {
  const r = await askLesson();
  if (r.files['lesson.html']) save(fileName() + '.html', r.files['lesson.html'], 'text/html');
}
// The program becomes the block of a lesson with a question about its last value.
function addText() {
  const known = ran == program() && !busy && !error; // else the values are those of another program
  const names = Object.keys(known && values || {}), name = names[names.length - 1];
  const scalar = name && name != '_' && !values[name].shape.length && isFinite(values[name].value);
  const question = scalar ? '```ask\nWhat is ' + name + '?\nanswer ' + name + ' within ' +
      Math.max(1e-3, Math.abs(values[name].value) / 50).toPrecision(1) +
      '\nhint Follow the lines from the top.\nthen Here is the program that computes it.\n```\n\n'
                          : '';
  text.value = '# ' + (title || model || 'My lesson') + '\n\nWrite here what the program is about.\n\n' +
    question + '```wg\n' + text.value.trim() + '\n```\n';
  text.setSelectionRange(2, 2);
  changed('added');
  edited = 0;
  caret();
}
