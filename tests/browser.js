//
//   const b = await browser(), p = await b.page(1280, 800);
//   await p.open(url);
//
// await p.run(function, arguments ...) gives what the function, a promise too, returns in the page. p.errors
// has what pages threw, p.requests the addresses that were asked for.
const {spawn} = require('child_process');
const fs = require('fs');
const os = require('os');
const path = require('path');

// send(method, parameters, session) gives what the browser answers; heard has of each session what listens to
// its events.
function connected(child) {
  let next = 1, text = Buffer.alloc(0);
  const waiting = new Map(), heard = new Map(), [, , , to, from] = child.stdio;
  const failed = new Promise((_, bad) => {
    child.on('error', bad);
    child.on('exit', () => bad(new Error('chromium has ended')));
  });
  failed.catch(() => {});
  from.on('data', piece => {
    text = Buffer.concat([text, piece]);
    for (let end; (end = text.indexOf(0)) >= 0; text = text.subarray(end + 1)) {
      const m = JSON.parse(text.subarray(0, end).toString());
      if (m.id) {
        const w = waiting.get(m.id);
        waiting.delete(m.id);
        if (m.error) w.bad(new Error(m.error.message));
        else w.good(m.result);
      } else (heard.get(m.sessionId) || (() => {}))(m.method, m.params);
    }
  });
  const send = (method, params = {}, sessionId) => Promise.race([
    failed, new Promise((good, bad) => {
      waiting.set(next, {good, bad});
      to.write(JSON.stringify({id: next++, method, params, sessionId}) + '\0');
    })
  ]);
  return {send, heard};
}

async function pageOf({send, heard}, width, height, touch) {
  const {targetId} = await send('Target.createTarget', {url: 'about:blank'});
  const {sessionId} = await send('Target.attachToTarget', {targetId, flatten: true});
  const here = (m, p) => send(m, p, sessionId);
  const page = {errors: [], requests: [], send: here, patience: 30}; // seconds of until
  let loaded = () => {};
  heard.set(sessionId, (method, p) => {
    if (method == 'Page.loadEventFired') loaded();
    if (method == 'Runtime.exceptionThrown')
      page.errors.push(p.exceptionDetails.exception?.description || p.exceptionDetails.text);
    if (method == 'Network.requestWillBeSent') page.requests.push(p.request.url);
  });
  for (const domain of ['Page', 'Runtime', 'Network']) await here(domain + '.enable');
  page.size = (w, h, mobile = false) =>
    here('Emulation.setDeviceMetricsOverride', {width: w, height: h, deviceScaleFactor: 1, mobile});
  await page.size(width, height, touch);
  if (touch) await here('Emulation.setTouchEmulationEnabled', {enabled: true});
  page.open = async url => {
    const done = new Promise(good => { loaded = good; });
    await here('Page.navigate', {url});
    await done;
  };
  page.run = async (f, ...values) => {
    const r = await here('Runtime.evaluate', {
      expression: '(' + f + ')(' + values.map(v => JSON.stringify(v)).join(',') + ')',
      awaitPromise: true,
      returnByValue: true,
      userGesture: true
    });
    if (r.exceptionDetails)
      throw new Error(r.exceptionDetails.exception?.description || r.exceptionDetails.text);
    return r.result.value;
  };
  page.picture = async file => fs.writeFileSync(
    file, Buffer.from((await here('Page.captureScreenshot', {format: 'png'})).data, 'base64'));
  withHands(page, here);
  return page;
}

// What waits, types and points.
function withHands(page, here) {
  page.until = async (f, ...values) => {
    for (let i = 0; i < 50 * page.patience; i++) {
      const v = await page.run(f, ...values);
      if (v) return v;
      await new Promise(r => setTimeout(r, 20));
    }
    throw new Error('not within ' + page.patience + ' s: ' + f);
  };
  page.key = async (key, modifiers = 0) => {
    for (const type of ['keyDown', 'keyUp'])
      await here('Input.dispatchKeyEvent', {
        type,
        key,
        code: key,
        modifiers,
        text: type != 'keyDown' ? undefined
          : key.length == 1     ? key
          : key == 'Enter'      ? '\r'
                                : undefined,
        windowsVirtualKeyCode:
          {Enter: 13, Tab: 9, ArrowRight: 39, ArrowLeft: 37, ArrowDown: 40, ArrowUp: 38, Escape: 27}[key]
      });
  };
  let pressed = false; // a move that does not name the button drags no slider
  page.mouse = (type, x, y) => {
    pressed = type == 'mousePressed' || (pressed && type != 'mouseReleased');
    return here('Input.dispatchMouseEvent', {
      type,
      x,
      y,
      button: pressed || type == 'mouseReleased' ? 'left' : 'none',
      buttons: pressed ? 1 : 0,
      clickCount: 1
    });
  };
}

exports.browser = async function(...flags) {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'wengert-chromium-'));
  const child = spawn('chromium',
    [
      '--headless', '--no-sandbox', '--disable-gpu', '--remote-debugging-pipe', '--no-first-run',
      '--disable-background-networking', '--disable-background-timer-throttling',
      '--disable-renderer-backgrounding', '--disable-backgrounding-occluded-windows',
      '--user-data-dir=' + home, ...flags
    ],
    {stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'], detached: true});
  const connection = connected(child);
  return {
    page: (width, height, touch = false) => pageOf(connection, width, height, touch),
    close() {
      try {
        process.kill(-child.pid, 'SIGKILL');
      } catch (e) {}
      fs.rmSync(home, {recursive: true, force: true, maxRetries: 5});
    }
  };
};
