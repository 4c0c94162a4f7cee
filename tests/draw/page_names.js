// page_names.js: a name of the program that stands in a formula of a page has a box there, unless it is a
// leaf's, which its box may hold. Prints the others, a line each.
//
//   node tests/draw/page_names.js page.html ...

const fs = require('fs'), {parse} = require('../page_dom.js');
const WORD = /[\p{L}][\p{L}\p{M}\p{N}₀-₉.]*/gu;

process.argv.slice(2).forEach(file => {
  const d = parse(fs.readFileSync(file, 'utf8'));
  const data = JSON.parse(d.querySelectorAll('script').find(s => s.attributes.type).textContent);
  const boxes = data.boxes.flatMap(
    ([i, sheet], k) => sheet ? [] : [{name: data.items[i].n, g: d.getElementById(data.id + '-n' + k)}]);
  const computed = new Set(data.items.filter(t => t.a.length).map(t => t.n));
  const shown = new Set(boxes.map(b => b.name));
  boxes.forEach(b => {
    const desc = b.g.querySelector('desc');
    const said = desc && desc.textContent.split('; ').find(t => t.startsWith(b.name + ' = '));
    (said ? said.slice(b.name.length + 3).match(WORD) || [] : [])
      .map(w => w.replace(/[ᵀ⁰¹²³⁴-⁹]+$/, ''))
      .forEach(w => {
        if (computed.has(w) && !shown.has(w))
          console.log(file.split('/').pop() + ': ' + w + ' stands in "' + said + '", and has no box');
      });
  });
});
