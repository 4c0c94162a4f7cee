// Pages in Firefox, through its protocol Marionette: what browser.js is for Chromium, with the same calls.
//
// p.errors has what pages threw, p.requests the addresses that were asked of servers: Firefox prints both.
const {spawn} = require('child_process');
const fs = require('fs');
const net = require('net');
const os = require('os');
const path = require('path');
const {withHands, SHIFT, CTRL, ALT} = require('./hands.js');

const PREFS = {
  'marionette.port': 0,
  'browser.dom.window.dump.enabled': true, // errors of pages are printed, too
  'dom.w3c_touch_events.enabled': 1,
  'browser.shell.checkDefaultBrowser': false,
  'browser.startup.homepage_override.mstone': 'ignore',
  'browser.startup.page': 0,
  'ui.useOverlayScrollbars': 1, // as on a phone
  'datareporting.policy.dataSubmissionEnabled': false,
  'toolkit.telemetry.enabled': false,
  'app.update.enabled': false,
  'extensions.update.enabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'services.settings.server': 'data:,'
};

// send(command, parameters) gives what Firefox answers. A message is its length, a colon, and JSON.
function connected(socket, child) {
  let next = 1, text = Buffer.alloc(0);
  const waiting = new Map();
  const failed = new Promise((_, bad) => child.on('exit', () => bad(new Error('firefox has ended'))));
  failed.catch(() => {});
  socket.on('error', () => {});
  socket.on('data', piece => {
    text = Buffer.concat([text, piece]);
    for (let colon; (colon = text.indexOf(58)) >= 0;) {
      const end = colon + 1 + +text.subarray(0, colon);
      if (text.length < end) return;
      const m = JSON.parse(text.subarray(colon + 1, end).toString());
      text = text.subarray(end);
      if (!Array.isArray(m)) continue; // the greeting
      const [, id, error, result] = m, w = waiting.get(id);
      waiting.delete(id);
      if (error) w.bad(new Error(error.message));
      else w.good(result);
    }
  });
  return (command, params = {}) => Promise.race([
    failed, new Promise((good, bad) => {
      waiting.set(next, {good, bad});
      const message = Buffer.from(JSON.stringify([0, next++, command, params]));
      socket.write(Buffer.concat([Buffer.from(message.length + ':'), message]));
    })
  ]);
}

// In the page's own scope, so that its const and let are seen. What is thrown comes as [text].
const IN_PAGE = `
  const [code, done] = arguments;
  const wait = window.eval(code);
  wait.then(done, e => done([String(e && e.stack ? e + '\\n' + e.stack : e)]));`;

async function pageOf(browser, width, height, touch) {
  const {send} = browser;
  const {handle} = await send('WebDriver:NewWindow', {type: 'window', focus: true});
  const here = async (command, params) => {
    if (browser.current != handle) await send('WebDriver:SwitchToWindow', {handle});
    browser.current = handle;
    return send(command, params);
  };
  const page = {errors: [], requests: [], send: here, patience: 30}; // seconds of until
  browser.pages.push(page);
  // Of the browser itself, with `browser` for the page's frame.
  const outside = async (f, ...args) => {
    await here('Marionette:SetContext', {value: 'chrome'});
    const script = 'const browser = gBrowser.selectedBrowser; return (' + f + ')(...arguments)';
    try {
      return (await send('WebDriver:ExecuteScript', {script, args})).value;
    } finally { await send('Marionette:SetContext', {value: 'content'}); }
  };
  page.size = (w, h) => outside((w, h) => {
    window.resizeTo(Math.max(w, 600), h + 200);
    for (const k of ['min', 'max'])
      Object.assign(browser.style, {[k + 'Width']: w + 'px', [k + 'Height']: h + 'px'});
  }, w, h);
  await page.size(width, height);
  if (touch) await outside(() => { browser.browsingContext.touchEventsOverride = 'enabled'; });
  page.open = url => here('WebDriver:Navigate', {url});
  page.run = async (f, ...values) => {
    const call = '(' + f + ')(' + values.map(v => JSON.stringify(v)).join(',') + ')';
    const code = '(async () => JSON.stringify(await ' + call + '))()';
    const {value} = await here(
      'WebDriver:ExecuteAsyncScript', {script: IN_PAGE, args: [code], sandbox: null, scriptTimeout: 300000});
    if (Array.isArray(value)) throw new Error(value[0]);
    return value ? JSON.parse(value) : undefined;
  };
  page.picture = async file => fs.writeFileSync(
    file, Buffer.from((await here('WebDriver:TakeScreenshot', {full: false})).value, 'base64'));
  closing(browser, page, here);
  keyboard(page, here, outside);
  pointers(page, here);
  surroundings(page, here, outside);
  withHands(page);
  return page;
}

function closing(browser, page, here) {
  page.close = async () => {
    const others = await here('WebDriver:CloseWindow');
    browser.current = others[0];
    await browser.send('WebDriver:SwitchToWindow', {handle: browser.current});
    browser.pages.splice(browser.pages.indexOf(page), 1);
  };
}

const KEYS = {
  Enter: '\uE007',
  Tab: '\uE004',
  ArrowRight: '\uE014',
  ArrowLeft: '\uE012',
  ArrowDown: '\uE015',
  ArrowUp: '\uE013',
  Escape: '\uE00C',
  Backspace: '\uE003',
  Delete: '\uE017',
  Home: '\uE011',
  End: '\uE010'
};
const MODIFIERS = [[SHIFT, '\uE008'], [CTRL, '\uE009'], [ALT, '\uE00A']];

function keyboard(page, here, outside) {
  const press = pairs => here('WebDriver:PerformActions',
    {actions: [{type: 'key', id: 'keys', actions: pairs.map(([type, value]) => ({type, value}))}]});
  page.key = (key, modifiers = 0) => {
    const held = MODIFIERS.filter(m => modifiers & m[0]).map(m => m[1]), k = KEYS[key] || key;
    return press(
      [...held.map(m => ['keyDown', m]), ['keyDown', k], ['keyUp', k], ...held.map(m => ['keyUp', m])]);
  };
  page.type = text =>
    press([...text.replace(/\n/g, KEYS.Enter)].flatMap(c => [['keyDown', c], ['keyUp', c]]));
  page.paste = async text => {
    await outside(text => {
      Cc['@mozilla.org/widget/clipboardhelper;1'].getService(Ci.nsIClipboardHelper).copyString(text);
    }, text);
    await page.key('v', CTRL);
  };
}

function pointers(page, here) {
  const point = (pointerType, x, y, ...then) => here('WebDriver:PerformActions', {
    actions: [{
      type: 'pointer',
      id: pointerType,
      parameters: {pointerType},
      actions: [{type: 'pointerMove', x: Math.round(x), y: Math.round(y), duration: 0}, ...then]
    }]
  });
  const down = {type: 'pointerDown', button: 0}, up = {type: 'pointerUp', button: 0};
  const thens = {
    mouseMoved: [],
    mousePressed: [down],
    mouseReleased: [up],
    touchStart: [down],
    touchMove: [],
    touchEnd: [up]
  };
  page.mouse = (type, x, y) => point('mouse', x, y, ...thens[type]);
  page.touch = (type, x, y) => point('touch', x, y, ...thens[type]);
}

// What surrounds a page: its history, files that are chosen, colours, zoom, paper.
function surroundings(page, here, outside) {
  page.back = () => here('WebDriver:Back');
  page.choose = async (selector, file) => {
    const {value} = await here('WebDriver:FindElement', {using: 'css selector', value: selector});
    await here('WebDriver:ElementSendKeys', {id: Object.values(value)[0], text: file});
  };
  page.dark = on =>
    outside(on => { browser.browsingContext.prefersColorSchemeOverride = on ? 'dark' : 'light'; }, on);
  page.zoom = (w, h, by) => outside(by => { browser.browsingContext.fullZoom = by; }, by);
  page.paper = async () => Buffer.from((await here('WebDriver:Print')).value, 'base64');
}

// The port, once Firefox has written it.
async function portOf(home, child) {
  const file = path.join(home, 'MarionetteActivePort');
  for (let i = 0; i < 600 && child.exitCode === null; i++) {
    const port = fs.existsSync(file) && +fs.readFileSync(file, 'utf8');
    if (port) return port;
    await new Promise(r => setTimeout(r, 100));
  }
  throw new Error('firefox does not start');
}

// What Firefox prints: errors of pages, and the requests that the observer below tells.
function listen(stream, pages) {
  let text = '';
  stream.on('data', piece => {
    const lines = (text + piece).split('\n');
    text = lines.pop();
    for (const s of lines) {
      const error = s.match(/^JavaScript error: ((?:https?|file|blob|about:srcdoc)\b.*)/);
      const request = s.match(/^request (.*)/);
      if (error) pages.forEach(p => p.errors.push(error[1]));
      if (request) pages.forEach(p => p.requests.push(request[1]));
    }
  });
}

exports.browser = async function(...flags) {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'wengert-firefox-'));
  fs.writeFileSync(path.join(home, 'user.js'),
    Object.entries(PREFS)
      .map(([k, v]) => 'user_pref(' + JSON.stringify(k) + ', ' + JSON.stringify(v) + ');\n')
      .join(''));
  const child = spawn('firefox-esr',
    [
      '--headless', '--marionette', '--remote-allow-system-access', '--no-remote', '--profile', home, ...flags
    ],
    {stdio: ['ignore', 'pipe', 'pipe'], detached: true, env: {...process.env, HOME: home}});
  const one = {pages: [], current: ''};
  for (const stream of [child.stdout, child.stderr]) listen(stream, one.pages);
  const close = () => {
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch (e) {}
    fs.rmSync(home, {recursive: true, force: true, maxRetries: 5});
  };
  try {
    const socket = net.connect(await portOf(home, child), '127.0.0.1');
    one.send = connected(socket, child);
    await one.send('WebDriver:NewSession', {capabilities: {alwaysMatch: {acceptInsecureCerts: true}}});
    await one.send('Marionette:SetContext', {value: 'chrome'});
    await one.send('WebDriver:ExecuteScript', {
      script: `Services.obs.addObserver(c => {
        const {loadInfo, URI} = c.QueryInterface(Ci.nsIHttpChannel);
        if (loadInfo.browsingContextID) dump('request ' + URI.spec + '\\n');
      }, 'http-on-modify-request')`
    });
    await one.send('Marionette:SetContext', {value: 'content'});
  } catch (e) {
    close();
    throw e;
  }
  return {page: (width, height, touch = false) => pageOf(one, width, height, touch), close};
};
