// Looks at the page in a real browser, from a disk: the first minute by keyboard alone, axe, widths, what is fetched, strangers' texts,
// a stage that fails, two tabs, and a browser without WebAssembly.
//
//   node page.mjs --chromium PATH --page FILE.html [--pictures FOLDER]
//
// Each finding is a line; the program ends with 1 if there is any.

import { mkdirSync, readFileSync } from 'node:fs';
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
const MAX_TABS = 40;
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
  if (chosen.join() !== 'signal-now,pen-register,US') finding(`the address chose ${chosen.join()}`);
  const other = await opened({}, { context });
  await ready(other.page);
  await other.page.fill('#say0', 'Here too.');
  await other.page.press('#say0', 'Enter');
  await other.page.waitForSelector('#t6');
  if (await page.$('#t6')) finding('two tabs share a stage');
  await page.evaluate(() => failed('for a test'));
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

await byKeyboard();
await everyWidth();
await hostile();
await failsAndBeginsAnew();
await withoutIt();
await browser.close();
console.log(findings.length === 0 ? 'The page: no findings.' : `The page: ${findings.length} findings.`);
process.exit(findings.length === 0 ? 0 : 1);
