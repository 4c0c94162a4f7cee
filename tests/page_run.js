// page_run.js: the scripts of pages without a browser. Prints what each page writes at an address that ends in
// #numbers=1.
//
//   node tests/page_run.js pages.html numbers=1
//
// Nothing is shown: elements forget what is done to them, apart from the texts that they get.

class Element {
  text = '';
  style = {};
  dataset = {};
  classList = { add() {}, remove() {}, toggle() {} };
  append(...x) { this.text += x.filter(t => typeof t === 'string').join(''); }
  appendChild() {} addEventListener() {} remove() {} setAttribute() {}
  querySelector() { return new Element(); }
  querySelectorAll() { return []; }
}

const text = require('fs').readFileSync(process.argv[2], 'utf8');
const page = /<script type="application\/json" id="(.*?)-data">\n([^]*?)<\/script>\s*<script>([^]*?)<\/script>/g;
for (const [, id, data, script] of text.matchAll(page)) {
  const made = [], document = {
    createElement: () => (made.push(new Element()), made[made.length - 1]),
    // The page does without a box that is not there.
    getElementById: name => name === id + '-data' ? { textContent: data } : /-n\d+$/.test(name) ? null : new Element()
  };
  const run = new Function('document', 'location', 'addEventListener', script);
  run(document, { hash: '#' + process.argv[3] }, () => {});
  const numbers = made.find(e => e.id === id + '-numbers');
  if (numbers) console.log('<pre id="' + numbers.id + '">' + numbers.text + '\n</pre>');
}
