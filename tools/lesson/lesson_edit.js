// Programs of a lesson's page can be changed, where engine.js is beside it. The engine writes the page anew:
// at once what stands behind the changed program, then the rest. What differs takes the place of what was
// there; what was there comes back with "Back to the lesson".
'use strict'; // functions of the block are its own
{
  const lesson = JSON.parse(document.getElementById('source').textContent);
  // Texts between programs, and the lines of the programs.
  const pieces = lesson.text.split(/^(```wg\b[^\n]*\n[^]*?^```.*$)/m);
  const programs = [...document.querySelectorAll('.program')].filter(p => !p.closest('details'));
  const original = pieces.map(s => s);
  const linesOf = k => pieces[2 * k + 1].split('\n').slice(1, -1).join('\n');
  const headOf = k => pieces[2 * k + 1].split('\n')[0];
  const buttons = [];
  let quick, slow, editors = [], before = new Map(), slowTimer, done = 0;

  // ---- parts of the page: part 3 stands between the comments 3 and 4 ----

  function partsOf(root) {
    const all = {};
    const walk = document.createTreeWalker(root, NodeFilter.SHOW_COMMENT);
    for (let c; (c = walk.nextNode());) {
      if (!/^\d+$/.test(c.data)) continue;
      const nodes = [];
      const ends = e =>
        e.nodeType == 8 ? /^\d+$/.test(e.data) : e.nodeType == 1 && e.matches('footer, .also');
      for (let e = c.nextSibling; e && !ends(e); e = e.nextSibling)
        if (!(e.nodeType == 1 && e.classList.contains('edit'))) nodes.push(e);
      all[c.data] = {comment: c, nodes};
    }
    return all;
  }
  const textOf = nodes => nodes.map(n => n.outerHTML || n.data)
                            .join('')
                            .replace(/\sclass=""|\sclass="closed"|(?<=class="[^"]*)\sclosed\b/g, '');
  function wake(node) {
    if (node.matches('.ask')) lessonAsk(node);
    if (node.matches('figure') && window.addFigure) addFigure(node);
  }
  function put(part, nodes) {
    const closed = part.nodes.some(n => n.nodeType == 1 && n.classList.contains('closed'));
    const fresh = nodes.map(n => document.adoptNode(n));
    let after = part.comment;
    part.nodes.forEach(n => n.remove());
    fresh.forEach(n => {
      after.after(n);
      after = n;
      if (n.nodeType == 1) {
        n.classList.toggle('closed', closed);
        n.classList.length || n.removeAttribute('class');
      }
    });
  }
  // The parts of a page that the engine has written take the place of those that differ, but for the programs
  // that are open.
  function renew(html) {
    const page = new DOMParser().parseFromString(html, 'text/html');
    const fresh = partsOf(page.body);
    const old = partsOf(document.body);
    for (const i in fresh) {
      if (!old[i] || !fresh[i].nodes.length) continue;
      const k = programs.findIndex(p => old[i].nodes.includes(p));
      if (k >= 0) {
        formulas(k, fresh[i].nodes.find(e => e.nodeType == 1));
        continue;
      }
      if (textOf(old[i].nodes) == textOf(fresh[i].nodes)) continue;
      if (!before.has(i)) before.set(i, old[i].nodes);
      put(old[i], fresh[i].nodes);
      fresh[i].nodes.forEach(e => e.nodeType == 1 && wake(e));
    }
    const values = document.getElementById('values');
    const now = page.getElementById('values');
    if (values && now && values.textContent != now.textContent) {
      before.has('values') || before.set('values', values.textContent);
      values.textContent = now.textContent;
    }
    if (window.goToFrame) goToFrame();
  }
  function formulas(k, program) {
    const e = editors[k], f = program && program.querySelector('.formulas');
    if (e) e.formulas.replaceChildren(...(f ? [document.adoptNode(f)] : []));
  }
  // Everything as the lesson has it, but for the programs that stay changed.
  function restore() {
    const old = partsOf(document.body);
    before.forEach((nodes, i) => {
      if (i == 'values') {
        document.getElementById('values').textContent = nodes;
        return;
      }
      put(old[i], nodes);
      nodes.forEach(n => n.nodeType == 1 && n.matches('figure') && window.addFigure && addFigure(n));
    });
    before.clear();
    if (window.goToFrame) {
      figures.forEach(f => { f.slider.value = f.slider.defaultValue; });
      goToFrame();
    }
    document.querySelectorAll('[class=""]').forEach(e => e.removeAttribute('class'));
    document.querySelectorAll('.try li').forEach(li => {
      li.classList.remove('solved');
      if (!li.classList.length) li.removeAttribute('class');
    });
  }

  // ---- the engine ----

  function script(src) {
    const e = document.createElement('script');
    return new Promise((good, bad) => {
      Object.assign(
        e, {src, onload: good, onerror: () => bad(new Error('the file engine.js is not beside this page'))});
      document.head.append(e);
    }).finally(() => e.remove());
  }
  async function begin() {
    if (!window.WENGERT) await script('engine.js');
    quick = quick || WENGERT.engine();
    slow = slow || WENGERT.engine();
    await quick.ready;
  }
  const FILE = 'mine/' + lesson.name + '.md';
  const page = (...only) => ['lesson', FILE, '--page', '--edit', ...only, '-o', 'mine.html'];
  async function ask(engine, words, seconds, files = {}) {
    const r = await engine.run({
      files: {[FILE]: pieces.join(''), 'lesson.md': lesson.text, ...files},
      runs: [words],
      read: ['mine.html']
    },
      null, seconds);
    const run =
      r.runs[0] || {status: 9, out: '', err: r.stopped ? 'stopped after ' + seconds + ' s' : r.dead || ''};
    return {...run, html: r.files['mine.html'], stopped: r.stopped};
  }
  // The line of an error in the program k, from 1 on; 0: it is elsewhere.
  function lineIn(k, err) {
    const m = err.match(/^mine\/[^:]*:(\d+):/);
    const first = pieces.slice(0, 2 * k + 1).join('').split('\n').length;
    const line = m ? m[1] - first : 0;
    return line > 0 && line <= linesOf(k).split('\n').length ? line : 0;
  }
  function show(k, text) { editors[k].said.textContent = text; }
  const wordsOf = err =>
    err.split('\n')[0].replace(/^mine\/[^:]*:(\d+):(\d+):\s/, '').replace(/^wengert:\s/, '');
  let running = false, again = -1;
  async function changed(k) {
    if (running) {
      again = k;
      return;
    }
    running = true;
    done++;
    if (slow.busy) slow.stop();
    clearTimeout(slowTimer);
    const fence = /^```/m.test(linesOf(k));
    const r = fence ? {status: 2, err: ''} : await ask(quick, page('--only', String(k + 1)), 5);
    if (fence) show(k, 'A line that begins with ``` would end the program.');
    else if (editors[k]) {
      const line = r.status > 1 ? lineIn(k, r.err) : 0;
      if (r.status <= 1 && r.html) renew(r.html);
      show(k, r.stopped ? 'This takes a while …' : line ? 'Line ' + line + ': ' + wordsOf(r.err) : '');
      document.body.classList.toggle('stale', !!line || !!r.stopped);
      if (!line) slowTimer = setTimeout(() => rest(k), r.stopped ? 0 : 400);
    }
    document.body.dataset.quick = +(document.body.dataset.quick || 0) + 1;
    running = false;
    if (again >= 0) {
      const next = again;
      again = -1;
      changed(next);
    }
  }
  // The values of the names that the program k binds: what the next claims are about.
  async function values(k, program) {
    const r = await ask(slow, ['eval', 'mine.wg', '--all', '--json'], 60, {'mine.wg': program});
    if (r.status || !editors[k]) return;
    const all = JSON.parse(r.out).values;
    const own = linesOf(
      k).replace(/#.*/g, '')
                  .split(/[\n;{}]/)
                  .map(s => (s.match(/^\s*([\p{L}_][\p{L}\p{N}_]*)\s*=(?!=)/u) || [])[1]);
    const rows =
      [...new Set(own)]
        .flatMap(n => Object.keys(all).filter(v => v == n || n && v.startsWith(n + '.')))
        .map(n => {
          const t = all[n].text.replace(/\n$/, '');
          const short = t.length > 90 ? '[' + all[n].shape.join(',') + ']' : t;
          return make('tr', {}, make('th', {scope: 'row', textContent: n}), make('td', {textContent: short}));
        });
    editors[k].numbers.replaceChildren(...rows);
  }
  // The whole page, its slider too, and the exercises.
  async function rest(k) {
    const mine = ++done;
    const program = await ask(slow, ['lesson', FILE, '--program'], 60);
    if (mine != done || !editors[k]) return;
    if (program.status == 0) await values(k, program.out);
    if (mine != done || !editors[k]) return;
    const r = await ask(slow, page(), 120);
    if (mine != done || !editors[k]) return;
    if (r.stopped) return show(k, 'Stopped after two minutes.');
    const fine = r.status <= 1 && r.html, line = lineIn(k, r.err);
    if (fine) {
      renew(r.html);
      document.body.classList.remove('stale');
    }
    show(k, fine ? '' : (line ? 'Line ' + line + ': ' : 'Further below: ') + wordsOf(r.err));
    if (program.status) return;
    const checked =
      await ask(slow, ['lesson', './lesson.md', '--check', 'mine.wg'], 120, {'mine.wg': program.out});
    if (mine != done) return;
    const items = document.querySelectorAll('.try li');
    for (const m of checked.out.matchAll(/^(\S+)\sexercise\s(\d+):/gm))
      if (items[m[2] - 1] && m[1] == '✓') items[m[2] - 1].classList.add('solved');
    document.body.dataset.slow = +(document.body.dataset.slow || 0) + 1;
  }

  // ---- the editors ----

  const make = (tag, props, ...children) => {
    const e = Object.assign(document.createElement(tag), props);
    e.append(...children);
    return e;
  };
  function open(k, button) {
    const area = make('textarea', {value: linesOf(k), spellcheck: false, wrap: 'off'});
    const said = make('p', {className: 'said'});
    const drawn = make('div', {className: 'formulas'});
    area.setAttribute('aria-label', 'Program ' + (k + 1));
    area.setAttribute('autocapitalize', 'off');
    said.setAttribute('role', 'status');
    const numbers = make('table', {className: 'numbers'});
    const box = make('div', {className: 'edit'}, area, said, numbers, drawn);
    const grow = () => { area.rows = area.value.split('\n').length + 1; };
    editors[k] = {box, said, numbers, formulas: drawn, area};
    programs[k].hidden = true;
    programs[k].after(box);
    grow();
    area.focus({preventScroll: true});
    area.setSelectionRange(0, 0);
    area.scrollTo(0, 0);
    let timer;
    area.addEventListener('input', () => {
      pieces[2 * k + 1] = headOf(k) + '\n' + area.value + '\n```';
      grow();
      clearTimeout(timer);
      timer = setTimeout(() => changed(k), 120);
    });
    button.textContent = 'Back to the lesson';
    const f = programs[k].querySelector('.formulas');
    if (f) drawn.append(f.cloneNode(true));
  }
  function close(k, button) {
    editors[k].box.remove();
    delete editors[k];
    programs[k].hidden = false;
    programs[k].removeAttribute('hidden');
    pieces[2 * k + 1] = original[2 * k + 1];
    button.textContent = 'Change a line';
    done++;
    clearTimeout(slowTimer);
    if (slow.busy) slow.stop();
    document.body.classList.remove('stale');
    document.body.classList.length || document.body.removeAttribute('class');
    restore();
    const other = Object.keys(editors)[0];
    if (other !== undefined) changed(+other);
  }
  document.head.append(make('style', {
    textContent: '.edit textarea{width:100%;' +
      'font:.94rem/1.5 ui-monospace,"DejaVu Sans Mono",Menlo,Consolas,monospace;color:inherit;' +
      'background:var(--soft);border:1px solid var(--mark);border-radius:.4rem;padding:.6rem;' +
      'white-space:pre;overflow:auto;resize:vertical}.edit .formulas{padding:.4rem .6rem;border:0}' +
      '.edit .said{color:var(--bad);margin:.3rem 0}.edit .numbers{width:auto;margin:.3rem 0;' +
      'font:.88rem/1.4 ui-monospace,"DejaVu Sans Mono",Menlo,Consolas,monospace}' +
      '.edit .numbers td,.edit .numbers th{display:table-cell;border:0;padding:.05rem 1rem .05rem 0;' +
      'white-space:pre-wrap;text-align:left;vertical-align:top}' +
      '.edit .numbers th{white-space:nowrap!important;overflow-wrap:normal}' +
      '.edit .numbers tr{display:table-row;border:0;padding:0}.stale .formulas{opacity:.45}' +
      '.stale figure,.stale .claims{opacity:.45}.try li.solved::marker{content:"✓ ";color:var(--good)}' +
      'button.edit{margin:-.5rem 0 1rem}'
  }));
  // Whoever is at the exercises wants to change a program: the first one, although a question before it may
  // be open.
  const exercises = document.querySelector('.try');
  if (exercises) {
    const go = make('button', {type: 'button', className: 'edit', textContent: 'Go to the program'});
    exercises.append(go);
    go.addEventListener('click', () => {
      const first = programs[0];
      document.querySelectorAll('.closed').forEach(e => e.classList.remove('closed'));
      if (!editors[0]) buttons[0].click();
      (editors[0] ? editors[0].box : first).scrollIntoView({block: 'center'});
    });
  }
  programs.forEach((p, k) => {
    const button = make('button', {type: 'button', className: 'edit', textContent: 'Change a line'});
    if (p.classList.contains('closed')) button.classList.add('closed');
    p.after(button);
    buttons.push(button);
    button.addEventListener('click', async () => {
      if (editors[k]) return close(k, button);
      button.textContent = 'Starting …';
      try {
        await begin();
      } catch (e) {
        button.textContent = 'Change a line: ' + e.message;
        return;
      }
      open(k, button);
    });
  });
}
