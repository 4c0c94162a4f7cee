//
//   const b = await browser(), p = await b.page(1280, 800);
//   await p.open(url);
//
// await p.run(function, arguments ...) gives what the function, a promise too, returns in the page. p.errors
// has what pages threw, p.requests the addresses that were asked for. hands.js says how a page is clicked;
// firefox.js has the same for Firefox.
const {spawn} = require('child_process');
const fs = require('fs');
const os = require('os');
const path = require('path');
const {withHands, CTRL} = require('./hands.js');

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
  for (const pipe of [to, from]) pipe.on('error', () => {}); // when it is ended
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
  page.close = () => here('Page.close');
  page.picture = async file => fs.writeFileSync(
    file, Buffer.from((await here('Page.captureScreenshot', {format: 'png'})).data, 'base64'));
  keyboard(page, here);
  pointers(page, here);
  surroundings(page, here);
  withHands(page);
  return page;
}

const KEYS = {
  Enter: 13,
  Tab: 9,
  ArrowRight: 39,
  ArrowLeft: 37,
  ArrowDown: 40,
  ArrowUp: 38,
  Escape: 27,
  Backspace: 8,
  Delete: 46,
  Home: 36,
  End: 35,
  ' ': 32
};
const codeOf = key => KEYS[key] || (/^[a-z\d]$/i.test(key) ? key.toUpperCase().charCodeAt(0) : undefined);

function keyboard(page, here) {
  page.key = async (key, modifiers = 0) => {
    const letter = key == 'Enter' ? '\r' : key.length == 1 && !(modifiers & CTRL) ? key : undefined;
    for (const type of ['keyDown', 'keyUp'])
      await here('Input.dispatchKeyEvent', {
        type,
        key,
        code: /^[a-z]$/i.test(key) ? 'Key' + key.toUpperCase() : key,
        modifiers,
        text: type == 'keyDown' ? letter : undefined,
        windowsVirtualKeyCode: codeOf(key)
      });
  };
  page.type = async text => {
    for (const letter of text) await page.key(letter == '\n' ? 'Enter' : letter);
  };
  page.paste = text => here('Input.insertText', {text});
}

function pointers(page, here) {
  let held = false;
  page.mouse = (type, x, y) => {
    const before = held;
    held = type == 'mousePressed' || held && type != 'mouseReleased';
    return here('Input.dispatchMouseEvent',
      {type, x, y, button: held || before ? 'left' : 'none', buttons: held ? 1 : 0, clickCount: 1});
  };
  page.touch = (type, x, y) =>
    here('Input.dispatchTouchEvent', {type, touchPoints: type == 'touchEnd' ? [] : [{x, y}]});
}

// What surrounds a page: its history, files that are chosen, colours, zoom, paper.
function surroundings(page, here) {
  page.back = async () => {
    const {currentIndex, entries} = await here('Page.getNavigationHistory');
    if (!currentIndex) throw new Error('there is no page before this one');
    await here('Page.navigateToHistoryEntry', {entryId: entries[currentIndex - 1].id});
  };
  page.choose = async (selector, file) => {
    const {root} = await here('DOM.getDocument');
    const {nodeId} = await here('DOM.querySelector', {nodeId: root.nodeId, selector});
    await here('DOM.setFileInputFiles', {nodeId, files: [file]});
  };
  page.dark = on => here(
    'Emulation.setEmulatedMedia', {features: [{name: 'prefers-color-scheme', value: on ? 'dark' : 'light'}]});
  page.zoom = (w, h, by) => here('Emulation.setDeviceMetricsOverride',
    {width: Math.round(w / by), height: Math.round(h / by), deviceScaleFactor: by, mobile: false});
  page.paper = async () => Buffer.from((await here('Page.printToPDF')).data, 'base64');
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
