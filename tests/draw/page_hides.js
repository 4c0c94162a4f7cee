// page_hides.js: of pages in frames that hide numbers: each line of the list of steps has the numbers that
// the command writes, and no others. Beside each page of the list pages is its text.

const reader = file => new Promise(done => {
  const f = document.createElement('iframe');
  f.src = file;
  f.onload = () => {
    done(f.contentDocument);
    f.remove();
  };
  document.body.append(f);
});
const bare = text => text.replace(/\s+/g, '');

(async () => {
  for (const page of pages) {
    const text = (await reader(page.replace('html', 'txt'))).body.textContent.split(/\n *\d+  /).slice(1);
    const d = await reader(page);
    const wrong = [];
    d.querySelectorAll('.steps li').forEach((li, i) => {
      const more = Array.from(li.querySelectorAll('.sum')).map(e => (e.remove(), e.textContent)).join();
      const [want, ...rest] = text[i].replace(/\n(forward|backward)$/, '').split(';');
      if (bare(li.textContent) !== bare(want) || /\d\.\d/.test(more) && !/\d\.\d/.test(rest))
        wrong.push(li.textContent + ' ' + more);
    });
    say(page.slice(0, -5), wrong.slice(0, 3).join('; ') || text.length > 1 && 'well');
  }
})();
