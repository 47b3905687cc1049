// Looks at the page in a real browser, from a disk: the first minute of five readers by keyboard alone, axe, widths and paper, what is
// fetched, strangers' texts, a thousand texts, the order dragged, a cell of the report, a stage that fails, two tabs, and a browser
// without WebAssembly.
//
//   node page.mjs --chromium PATH --page FILE.html [--pictures FOLDER]
//
// Each finding is a line; the program ends with 1 if there is any.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';

const { values: wanted } = parseArgs({
  options: { chromium: { type: 'string' }, page: { type: 'string' }, pictures: { type: 'string' } },
});

const WIDTHS = [320, 400, 800, 1280, 1920];
const AXE_TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const PATIENCE = 120_000;
/// Tab presses within which whatever is looked for must have the focus.
const MAX_TABS = 80;
const HOSTILE = [
  '<img src=x onerror=alert(1)><script>alert(2)</script>',
  '"\' autofocus onfocus=alert(3) x="',
  '\u202egnirts \u2066hidden\u2069 \u001b[31mred\u0007',
  '[[events]]\nat = 1',
  'x'.repeat(4_000),
];

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const url = pathToFileURL(wanted.page).href;
const findings = [];
const finding = (text) => { findings.push(text); console.log(`FINDING ${text}`); };
const measured = (text) => console.log(`measured ${text}`);
const browser = await chromium.launch({ executablePath: wanted.chromium, args: ['--no-sandbox'] });

async function opened(options = {}, { fragment = '', context } = {}) {
  const own = context ?? await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await own.newPage();
  page.setDefaultTimeout(PATIENCE);
  page.on('request', (request) => {
    const to = request.url();
    if (to.split('#')[0] !== url && !to.startsWith('blob:')) finding(`fetches ${to.slice(0, 120)}`);
  });
  page.on('dialog', async (dialog) => { finding('opens a dialog'); await dialog.dismiss(); });
  page.on('console', (message) => { if (message.type() === 'error') finding(message.text().slice(0, 200)); });
  page.on('pageerror', (error) => finding(error.message.slice(0, 200)));
  await page.goto(`${url}${fragment}`);
  return { page, context: own, close: () => own.close() };
}

const ready = (page) => page.waitForSelector('#t5');

/// Processor time so far of every process that shows pages, in milliseconds: other work on the machine does not count.
async function spent() {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  return processInfo.filter(({ type }) => type === 'renderer').reduce((sum, { cpuTime }) => sum + cpuTime * 1000, 0);
}
const middle = (times) => times.toSorted((one, other) => one - other)[Math.floor(times.length / 2)].toFixed(0);

/// What starting, a text and a demand on both relays cost, by the clock and in processor time: medians of five.
async function costs() {
  const wall = { ready: [], text: [], demand: [] };
  const processor = { ready: [], text: [], demand: [] };
  const timed = async (name, work) => {
    const [before, begun] = [await spent(), performance.now()];
    await work();
    wall[name].push(performance.now() - begun);
    processor[name].push(await spent() - before);
  };
  for (let time = 0; time < 5; time += 1) {
    const { page, close } = await opened();
    await ready(page);
    wall.ready.push(Number(await page.evaluate(() => document.documentElement.dataset.ready)));
    processor.ready.push(await spent());
    const ask = (request) => page.evaluate((words) => new Promise((done) => { send(words, () => done()); }), request);
    await timed('text', () => ask({ do: 'say', who: '0', text: 'On my way.' }));
    await ask({ do: 'serve', demand: 'interception', by: 'GB', guess: 'none', design: '' });
    await timed('demand', () => ask({ do: 'order', after: '2' }));
    await close();
  }
  for (const name of Object.keys(wall)) {
    measured(`${name}: ${middle(wall[name])} ms by the clock, ${middle(processor[name])} ms of processor, at the median of five`);
  }
}

async function picture(page, name) {
  if (!wanted.pictures) return;
  mkdirSync(wanted.pictures, { recursive: true });
  await page.screenshot({ path: `${wanted.pictures}/${name}.png`, fullPage: true });
}

async function accessible(page, name) {
  await page.evaluate(axeSource);
  const run = (tags) => globalThis.axe.run(document, { runOnly: tags, resultTypes: ['violations'] });
  const { violations } = await page.evaluate(run, AXE_TAGS);
  measured(`${name}: axe ${violations.length} violations`);
  for (const { id, nodes } of violations) finding(`${name}: axe ${id}: ${nodes[0].html.slice(0, 120)}`);
}

async function tabTo(page, selector) {
  for (let tabs = 0; tabs < MAX_TABS; tabs += 1) {
    if (await page.evaluate((wanted) => document.activeElement?.matches(wanted), selector)) return;
    await page.keyboard.press('Tab');
  }
  finding(`${selector} is not reached with ${MAX_TABS} tabs`);
}

/// The first minute: type, guess, serve, move the order, try a key. No mouse.
async function byKeyboard() {
  const { page, close } = await opened();
  await ready(page);
  measured(`ready after ${await page.evaluate(() => document.documentElement.dataset.ready)} ms`);
  await tabTo(page, '#say0');
  await page.keyboard.type('On my way.');
  await page.keyboard.press('Enter');
  await page.waitForSelector('#t6');
  if (!await page.evaluate(() => document.activeElement?.id === 'say0' && document.activeElement.value === '')) {
    finding('after a text the keyboard is not in its empty box');
  }
  await page.evaluate(() => document.activeElement.blur());
  await page.reload();
  await ready(page);
  if (await page.$('#t6')) finding('a text is in the address');
  await tabTo(page, '.ask select[name=guess]');
  await page.keyboard.press('n');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.waitForSelector('.served');
  if (!await page.evaluate(() => document.activeElement?.id === 'answer0')) finding('the keyboard is not at the answer');
  const says = await page.$$eval('.served .say', (all) => all.map((one) => one.textContent.trim()));
  if (says.length !== 2 || says[0] === says[1]) finding(`answers: ${says.join(' | ')}`);
  await accessible(page, 'served');
  await tabTo(page, '#order-later');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.querySelector('#says').textContent.includes('after text 4'));
  if (!await page.evaluate(() => document.activeElement?.id === 'order-later')) finding('the keyboard has lost the order');
  await tabTo(page, '#t4 .try');
  await page.keyboard.press('Enter');
  await page.waitForSelector('#tried-head');
  if (!page.url().includes('order=4') || page.url().includes('way')) finding(`address: ${page.url().split('#')[1]}`);
  await picture(page, 'page-first-minute');
  await close();
}

const texts = (page, selector) => page.$$eval(selector, (all) => all.map((one) => one.textContent.trim()));
const served = (page) => page.waitForFunction(() => document.querySelector('#stage').ariaBusy === 'false'
  && document.querySelector('#progress').hidden && document.querySelector('.served'));

/// Chooses in the question by the keys that the browser's own controls take: the first letters of a choice.
async function choose(page, name, letters) {
  await tabTo(page, `.ask select[name=${name}]`);
  await page.keyboard.type(letters);
}

async function serveByKeys(page, guess) {
  await choose(page, 'guess', guess);
  await tabTo(page, '.ask button');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.activeElement?.id === 'answer0');
  await served(page);
}

/// Each of the readers finds what they came for, with no mouse and nothing read before.
async function fiveReaders() {
  const reader = async (name, does) => {
    const { page, close } = await opened({ reducedMotion: 'reduce' });
    await ready(page);
    try {
      await does(page);
    } catch (error) {
      finding(`${name}: ${error.message.split('\n')[0]}`);
    }
    await accessible(page, name);
    await picture(page, `page-reader-${name}`);
    await close();
  };
  await reader('adviser', async (page) => {
    await choose(page, 'demand', 'an interception');
    await serveByKeys(page, 'I');
    const before = await texts(page, '.served .say');
    await tabTo(page, '#order-line');
    await page.keyboard.press('Home');
    await page.waitForFunction(() => document.querySelector('#says').textContent.includes('after text 0'));
    const after = await texts(page, '.served .say');
    if (before[0] === after[0]) finding('adviser: an earlier order brings nothing else');
    const hands = await texts(page, '.served:first-child .hands dt');
    if (hands.length !== 3 || !hands.includes('Police in the United States')) finding(`adviser: hands: ${hands.join()}`);
  });
  await reader('journalist', async (page) => {
    await tabTo(page, '#say0');
    await page.keyboard.type('I have seen the file.');
    await page.keyboard.press('Enter');
    await page.waitForSelector('#t6');
    const row = await texts(page, '#t6 td.rel:not(.keep)');
    if (!row[0].includes('I have seen the file.') || !row[1].includes('unreadable')) finding(`journalist: ${row.join(' | ')}`);
  });
  await reader('teacher', async (page) => {
    await serveByKeys(page, 'al');
    const guess = await texts(page, '.beside dd');
    if (guess[0] !== 'all of them') finding(`teacher: the guess is not beside the answer: ${guess.join()}`);
    for (const answer of ['0', '1']) {
      await tabTo(page, `.served button[data-do=pin][data-answer="${answer}"]`);
      await page.keyboard.press('Enter');
      await page.waitForFunction((count) => document.querySelectorAll('#pinned article').length === count, Number(answer) + 1);
    }
  });
  await reader('student', async (page) => {
    await tabTo(page, '#t1 .try[data-relay="1"]');
    await page.keyboard.press('Enter');
    await page.waitForSelector('#tried-head');
    await tabTo(page, '.onekey select');
    await page.keyboard.type('private');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.querySelector('#tried-head').textContent.includes('one key'));
    if (!(await texts(page, '#tried .ar td'))[0].startsWith('1 time')) finding('student: one key was tried more than once');
  });
  await reader('engineer', async (page) => {
    await serveByKeys(page, 'n');
    await tabTo(page, '.served:first-child details:last-of-type summary');
    await page.keyboard.press('Enter');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      (async () => { await tabTo(page, '.served:first-child button[data-do=evidence]'); await page.keyboard.press('Enter'); })(),
    ]);
    const evidence = JSON.parse(readFileSync(await download.path(), 'utf8'));
    if (evidence.demand !== 'content-warrant') finding(`engineer: evidence of ${evidence.demand}`);
  });
}

/// The order goes where a mouse, or a finger, lets go of it.
async function dragged() {
  for (const hasTouch of [false, true]) {
    const { page, close } = await opened({ hasTouch });
    await ready(page);
    await serveByKeys(page, 'n');
    await page.locator('#t5').scrollIntoViewIfNeeded();
    const line = await page.locator('#order-line').boundingBox();
    const first = await page.locator('#t1').boundingBox();
    const from = [line.x + line.width / 2, line.y + line.height / 2];
    const to = [first.x + first.width / 2, first.y + first.height - 4];
    if (hasTouch) {
      const touch = await page.context().newCDPSession(page);
      const send = (type, points) => touch.send('Input.dispatchTouchEvent', { type, touchPoints: points.map(([x, y]) => ({ x, y })) });
      await send('touchStart', [from]);
      await send('touchMove', [[from[0], from[1] - 20]]);
      await send('touchMove', [to]);
      await send('touchEnd', []);
    } else {
      await page.mouse.move(...from);
      await page.mouse.down();
      await page.mouse.move(...to, { steps: 5 });
      await page.mouse.up();
    }
    try {
      await page.waitForFunction(() => document.querySelector('#says').textContent.includes('after text 1'), undefined, { timeout: 10_000 });
    } catch {
      finding(`dragged by ${hasTouch ? 'a finger' : 'a mouse'}, the order stays: ${await page.textContent('#says')}`);
    }
    await close();
  }
}

/// A cell of the report leads to its question and is run again here.
async function cellAgain() {
  const { page, close } = await opened();
  await ready(page);
  await page.click('summary:has-text("The finished report")');
  const cell = page.locator('button[data-do=cell][data-demand=interception]').first();
  const said = await cell.locator('xpath=ancestor::article').locator('.say').first().textContent();
  await cell.click();
  await page.waitForSelector('#answer0');
  await served(page);
  const here = await page.textContent('#answer0');
  if (here.trim().replace(/\s+/g, ' ') !== said.trim().replace(/\s+/g, ' ')) finding(`a cell run again says “${here}” and not “${said}”`);
  if (!page.url().includes('story=')) finding(`a cell has no story in the address: ${page.url().split('#')[1]}`);
  await accessible(page, 'a cell run again');
  await picture(page, 'page-cell');
  await close();
}

/// A thousand texts: each passes as fast as the first, and a demand says how far it is and can be stopped.
async function thousand() {
  const { page, close } = await opened();
  await ready(page);
  const took = await page.evaluate(async () => {
    const times = [];
    for (let text = 0; text < 995; text += 1) {
      const begun = performance.now();
      await new Promise((done) => { send({ do: 'say', who: String(text % 2), text: `Text ${text}.` }, done); });
      times.push(performance.now() - begun);
    }
    return times;
  });
  measured(`a text: ${middle(took.slice(0, 50))} ms at the median of the first 50, ${middle(took.slice(-50))} ms of the last 50 of a thousand`);
  if (await page.$$eval('#lanes tr[id^=t]', (all) => all.length) !== 1000) finding('a thousand texts are not a thousand rows');
  await page.selectOption('.ask select[name=guess]', 'none');
  await page.selectOption('.ask select[name=demand]', 'interception');
  await page.click('.ask button');
  await page.waitForSelector('#progress:not([hidden])');
  await accessible(page, 'on its way');
  await page.click('#cancel');
  await page.waitForFunction(() => document.querySelector('#says').textContent.startsWith('Stopped'));
  if (await page.$('.served')) finding('a demand that was stopped was served');
  const answered = async (demand) => {
    await page.selectOption('.ask select[name=demand]', demand);
    await page.selectOption('.ask select[name=guess]', 'none');
    const begun = performance.now();
    await page.click('.ask button');
    await page.waitForSelector('.served');
    await served(page);
    measured(`${demand} with a thousand texts, the order after the third: ${(performance.now() - begun).toFixed(0)} ms`);
  };
  await answered('content-warrant');
  await answered('interception');
  await close();
}

/// On paper the buttons are gone and everything else is there.
async function onPaper() {
  const { page, close } = await opened();
  await ready(page);
  await serveByKeys(page, 'n');
  await page.emulateMedia({ media: 'print' });
  if (await page.locator('button:visible').count() > 0) finding('on paper there are buttons');
  if (wanted.pictures) {
    const pdf = await page.pdf({ format: 'A4' });
    writeFileSync(`${wanted.pictures}/page-paper.pdf`, pdf);
  }
  await picture(page, 'page-paper');
  await close();
}

async function everyWidth() {
  for (const width of WIDTHS) {
    for (const colorScheme of width === 1280 || width === 400 ? ['light', 'dark'] : ['light']) {
      const { page, close } = await opened({ viewport: { width, height: 900 }, colorScheme, reducedMotion: 'reduce' });
      await ready(page);
      await page.selectOption('.ask select[name=guess]', 'none');
      await page.click('.ask button');
      await page.waitForSelector('.served');
      await page.click('#t2 .try');
      await page.waitForSelector('#tried-head');
      await page.click('.served:first-child [data-do=pin]');
      await page.waitForSelector('#pinned-head');
      await page.$$eval('.served details', (all) => all.forEach((one) => { one.open = true; }));
      const [scroll, client] = await page.evaluate(() => {
        const root = document.documentElement;
        return [root.scrollWidth, root.clientWidth];
      });
      if (scroll > client) finding(`scrolls sideways at ${width} px (${scroll} px)`);
      await accessible(page, `${width} px, ${colorScheme}`);
      await page.$$eval('.served details', (all) => all.forEach((one) => { one.open = false; }));
      await picture(page, `page-${width}-${colorScheme}`);
      await close();
    }
  }
}

/// Texts that are markup stay texts, and one that is too long is refused in a sentence.
async function hostile() {
  const { page, close } = await opened();
  await ready(page);
  let texts = 5;
  for (const text of HOSTILE) {
    await page.fill('#say1', text);
    await page.press('#say1', 'Enter');
    texts += 1;
    await page.waitForSelector(`#t${texts}`);
  }
  if (await page.$('#lanes img, #lanes script, #lanes [onfocus]')) finding('a text became markup');
  await page.fill('#say1', 'x'.repeat(10_000));
  await page.press('#say1', 'Enter');
  await page.waitForFunction(() => document.querySelector('#says').textContent.includes('characters'));
  if (await page.$(`#t${texts + 1}`)) finding('a text of 10,000 characters was sent');
  await close();
}

/// A stage that fails says so and begins anew; a second tab has a stage of its own.
async function failsAndBeginsAnew() {
  const { page, context, close } = await opened({}, { fragment: '#design=signal-now&demand=pen-register&by=US&order=1' });
  await ready(page);
  const chosen = await page.$$eval('.ask h1 select', (all) => all.map((one) => one.value));
  if (chosen.join() !== 'signal-now,pen-register,US,') finding(`the address chose ${chosen.join()}`);
  const other = await opened({}, { context });
  await ready(other.page);
  await other.page.fill('#say0', 'Here too.');
  await other.page.press('#say0', 'Enter');
  await other.page.waitForSelector('#t6');
  if (await page.$('#t6')) finding('two tabs share a stage');
  await page.evaluate(() => failed('for a test'));
  await accessible(page, 'failed');
  await page.click('#state button');
  await page.waitForFunction(() => document.querySelector('#state').hidden && document.querySelector('#t5'));
  await close();
}

/// Without script, and without WebAssembly, the finished report is there.
async function withoutIt() {
  const noScript = await opened({ javaScriptEnabled: false });
  if (!await noScript.page.isVisible('#matrix')) finding('without script there is no report');
  await noScript.close();
  const context = await browser.newContext();
  await context.addInitScript(() => { delete globalThis.WebAssembly; });
  const without = await opened({}, { context });
  if (!await without.page.isVisible('#matrix') || !(await without.page.textContent('#state')).includes('WebAssembly')) {
    finding('without WebAssembly there is no report, or nothing says why');
  }
  await without.close();
}

await costs();
await byKeyboard();
await fiveReaders();
await everyWidth();
await onPaper();
await dragged();
await cellAgain();
await hostile();
await thousand();
await failsAndBeginsAnew();
await withoutIt();
await browser.close();
console.log(findings.length === 0 ? 'The page: no findings.' : `The page: ${findings.length} findings.`);
process.exit(findings.length === 0 ? 0 : 1);
