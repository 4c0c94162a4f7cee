// What a user's hands do in a page, with the same words for Chromium (browser.js) and Firefox (firefox.js).
// Both give page.run, key, type, paste, mouse and touch; places are CSS pixels from the window's corner.
const SHIFT = 8, CTRL = 2, ALT = 1; // of page.key

exports.withHands = function(page) {
  page.until = async (f, ...values) => {
    for (let i = 0; i < 50 * page.patience; i++) {
      const v = await page.run(f, ...values);
      if (v) return v;
      await new Promise(r => setTimeout(r, 20));
    }
    throw new Error('not within ' + page.patience + ' s: ' + f);
  };
  page.keys = async (...all) => {
    for (const k of all) await page.key(k);
  };
  page.click = async (x, y) => {
    for (const type of ['mouseMoved', 'mousePressed', 'mouseReleased']) await page.mouse(type, x, y);
  };
  page.tap = async (x, y) => {
    await page.touch('touchStart', x, y);
    await page.touch('touchEnd', x, y);
  };
  const between = (from, to, i, steps) => from.map((v, k) => v + (to[k] - v) * i / steps);
  page.drag = async (from, to, steps = 8) => {
    await page.mouse('mouseMoved', ...from);
    await page.mouse('mousePressed', ...from);
    for (let i = 1; i <= steps; i++) await page.mouse('mouseMoved', ...between(from, to, i, steps));
    await page.mouse('mouseReleased', ...to);
  };
  page.swipe = async (from, to, steps = 8) => {
    await page.touch('touchStart', ...from);
    for (let i = 1; i <= steps; i++) await page.touch('touchMove', ...between(from, to, i, steps));
    await page.touch('touchEnd', ...to);
  };
};
Object.assign(exports, {SHIFT, CTRL, ALT});
