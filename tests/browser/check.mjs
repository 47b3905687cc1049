// Looks at reports in a real browser: widths, paper, keys, axe, what is fetched, and strangers' texts.
//
//   node check.mjs --chromium PATH --whole FILE.html --hostile FILE.html [--pictures FOLDER] [--paper]
//
// --whole is the report of a whole matrix, --hostile that of a story whose names and texts are markup. Each finding is a line; the
// program ends with 1 if there is any. With --paper only the sheets of paper are looked at. The numbers that were measured are printed, too.

import { readFileSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { inflateSync } from 'node:zlib';
import { chromium } from 'playwright-core';

const { values: wanted } = parseArgs({
  options: {
    chromium: { type: 'string' },
    whole: { type: 'string' },
    hostile: { type: 'string' },
    pictures: { type: 'string' },
    paper: { type: 'boolean' },
  },
});

const WIDTHS = [320, 400, 800, 1280];
const SCHEMES = ['light', 'dark'];
const MAX_BYTES = 1_500_000;
const MAX_TABS = 20;
const SUMMARY_SHEETS = 2;
const AXE_TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const findings = [];
const finding = (text) => { findings.push(text); console.log(`FINDING ${text}`); };
const measured = (text) => console.log(`measured ${text}`);

const browser = await chromium.launch({ executablePath: wanted.chromium, args: ['--no-sandbox'] });

async function opened(file, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const url = pathToFileURL(file).href;
  page.on('request', (request) => {
    if (request.url().split('#')[0] !== url) finding(`${file}: fetches ${request.url().slice(0, 120)}`);
  });
  page.on('dialog', async (dialog) => { finding(`${file}: opens a dialog`); await dialog.dismiss(); });
  page.on('console', (message) => {
    if (message.type() === 'error') finding(`${file}: ${message.text().slice(0, 200)}`);
  });
  page.on('pageerror', (error) => finding(`${file}: ${error.message.slice(0, 200)}`));
  await page.goto(url);
  return { page, close: () => context.close() };
}

/// What is wider than the window, and so makes the page scroll sideways.
async function reflow(file, width) {
  const { page, close } = await opened(file, { viewport: { width, height: 900 } });
  const [scroll, client] = await page.evaluate(() => {
    const root = document.documentElement;
    return [root.scrollWidth, root.clientWidth];
  });
  measured(`${file}: ${scroll} px wide at ${client} px`);
  if (scroll > client) finding(`${file}: scrolls sideways at ${width} px (${scroll} px)`);
  if (wanted.pictures) {
    mkdirSync(wanted.pictures, { recursive: true });
    const name = file.split('/').pop().replace('.html', '');
    const height = Math.min(3_000, await page.evaluate(() => document.documentElement.scrollHeight));
    await page.screenshot({
      path: `${wanted.pictures}/${name}-${width}.png`, fullPage: true, clip: { x: 0, y: 0, width, height },
    });
  }
  await close();
}

async function accessible(file, colorScheme, width) {
  const { page, close } = await opened(file, { colorScheme, viewport: { width, height: 900 } });
  // The policy of the page forbids scripts; the debugger's own evaluation is not one of the page's.
  await page.evaluate(axeSource);
  const result = await page.evaluate((tags) => globalThis.axe.run(document, { runOnly: tags, resultTypes: ['violations'] }), AXE_TAGS);
  measured(`${file}: axe ${result.violations.length} violations (${colorScheme}, ${width} px)`);
  for (const violation of result.violations) {
    finding(`${file}: axe ${violation.id} (${colorScheme}, ${width} px): ${violation.nodes[0].html.slice(0, 160)}`);
  }
  await close();
}

/// The number of sheets of a PDF, from its page tree. Chromium compresses objects, so that streams are opened.
function sheets(pdf) {
  const raw = pdf.toString('latin1');
  let text = raw;
  for (const match of raw.matchAll(/stream\r?\n/g)) {
    const begin = match.index + match[0].length;
    const end = raw.indexOf('endstream', begin);
    try { text += inflateSync(pdf.subarray(begin, end)).toString('latin1'); } catch { /* not compressed */ }
  }
  return (text.match(/\/Type\s*\/Page(?![s\w])/g) ?? []).length;
}

async function printed(file, format) {
  const { page, close } = await opened(file);
  const pdf = await page.pdf({ format, printBackground: true, preferCSSPageSize: false });
  const number = sheets(pdf);
  measured(`${file}: ${number} sheets on ${format}`);
  if (number !== SUMMARY_SHEETS) finding(`${file}: the summary takes ${number} sheets on ${format}, not ${SUMMARY_SHEETS}`);
  // Every column's head stands on the paper, inside its margins.
  const size = { A4: [210, 297], Letter: [215.9, 279.4] }[format];
  const inner = Math.floor((size[0] - 24) / 25.4 * 96);
  await page.setViewportSize({ width: inner, height: 1000 });
  await page.emulateMedia({ media: 'print' });
  const lost = await page.evaluate((inner) => {
    const cells = [...document.querySelectorAll('.m th, .m td, .ar th, .ar td')].filter((cell) => cell.checkVisibility());
    const out = cells.filter((cell) => {
      const box = cell.getBoundingClientRect();
      return box.left < -1 || box.right > inner + 1 || cell.scrollWidth > cell.clientWidth + 1;
    });
    return [document.querySelectorAll('.m thead th').length, cells.length, out.map((cell) => cell.textContent.trim().slice(0, 60))];
  }, inner);
  measured(`${file}: ${lost[0]} columns and ${lost[1]} cells of tables on ${format}`);
  if (lost[0] < 2 || lost[1] < 10) finding(`${file}: there is no table on ${format}`);
  for (const cell of lost[2].slice(0, 5)) finding(`${file}: cut off on ${format}: ${cell}`);
  await close();
}

/// Presses Tab until `stop` says so, and returns how often.
async function tabs(page, stop, most = 60) {
  for (let presses = 1; presses <= most; presses += 1) {
    await page.keyboard.press('Tab');
    if (await page.evaluate(stop.test, stop.wanted)) return presses;
  }
  return Number.POSITIVE_INFINITY;
}

const isAt = (href) => ({ wanted: href, test: (href) => document.activeElement?.getAttribute('href') === href });

async function keyboard(file) {
  const { page, close } = await opened(file);
  await page.keyboard.press('Tab');
  const skip = await page.evaluate(() => {
    const link = document.activeElement;
    const box = link.getBoundingClientRect();
    return [link.getAttribute('href'), box.width > 0 && getComputedStyle(link).clipPath === 'none'];
  });
  if (skip[0] !== '#matrix' || !skip[1]) finding(`${file}: the first Tab does not show a link to the matrix: ${skip}`);
  // The way to every cell: the skip link, a group of rows, a row, a cell.
  const rows = await page.evaluate(() => [...document.querySelectorAll('.m tbody tr')].map((row) => ({
    id: row.querySelector('td').id,
    cells: [...row.querySelectorAll('td a')].map((link) => link.getAttribute('href')),
    group: [...document.querySelectorAll('.jump p')].find((group) => group.querySelector(`a[href="#${row.querySelector('td').id}"]`))?.id,
  })));
  let most = 0;
  for (const row of rows) {
    await page.goto(`${pathToFileURL(file).href}`);
    await page.evaluate(() => { document.activeElement?.blur(); });
    let presses = await tabs(page, isAt('#matrix'));
    await page.keyboard.press('Enter');
    if (row.group) {
      presses += await tabs(page, isAt(`#${row.group}`));
      await page.keyboard.press('Enter');
      presses += await tabs(page, isAt(`#${row.id}`));
      await page.keyboard.press('Enter');
    }
    for (const cell of row.cells) {
      presses += await tabs(page, isAt(cell));
      most = Math.max(most, presses);
    }
  }
  measured(`${file}: at most ${most} presses of Tab to any of ${rows.length} rows' cells`);
  if (!(most <= MAX_TABS)) finding(`${file}: ${most} presses of Tab to a cell`);
  // A link opens what it points to: its target is visible where the window then is.
  for (const row of rows.slice(0, 5)) {
    await page.goto(`${pathToFileURL(file).href}`);
    await page.click(`.m a[href="${row.cells[0]}"]`);
    const seen = await page.evaluate((href) => {
      const target = document.querySelector(href);
      const box = target.getBoundingClientRect();
      const sentence = target.querySelector('.say')?.getBoundingClientRect();
      return target.checkVisibility() && box.top >= -2 && box.top < innerHeight && sentence?.bottom < innerHeight;
    }, row.cells[0]);
    if (!seen) finding(`${file}: the link to ${row.cells[0]} does not open its sentence`);
  }
  const broken = await page.evaluate(() => [...document.querySelectorAll('a[href^="#"]')]
    .map((link) => link.getAttribute('href')).filter((href) => !document.getElementById(href.slice(1))));
  for (const href of new Set(broken)) finding(`${file}: a link to ${href}, which is not there`);
  const inBoxes = await page.evaluate(() => document.querySelectorAll('details').length);
  if (inBoxes > 0) finding(`${file}: ${inBoxes} closed boxes`);
  await close();
}

/// Scrolled into each table, its head and first column are still in view.
async function stays(file) {
  const { page, close } = await opened(file);
  const tables = await page.evaluate(() => [...document.querySelectorAll('table.m')].map((table) => {
    const row = [...table.querySelectorAll('tbody tr')].at(-1);
    row.scrollIntoView({ block: 'center' });
    const head = table.querySelector('thead th:nth-child(2)').getBoundingClientRect();
    const first = row.querySelector('th').getBoundingClientRect();
    const inside = (box) => box.top >= -1 && box.bottom <= innerHeight && box.left >= -1;
    return [inside(head), inside(first)];
  }));
  if (tables.length === 0) finding(`${file}: has no table`);
  for (const [number, [head, first]] of tables.entries()) {
    if (!head) finding(`${file}: the head of table ${number + 1} is out of view in its last row`);
    if (!first) finding(`${file}: the first column of table ${number + 1} is out of view in its last row`);
  }
  await close();
}

async function isInert(file) {
  const { page, close } = await opened(file);
  const found = await page.evaluate(() => ({
    elements: [...document.querySelectorAll('script, iframe, object, embed, img, link, base, form, input, style ~ style, [style]')]
      .map((it) => it.outerHTML.slice(0, 80)),
    handlers: [...document.querySelectorAll('*')].filter((it) => [...it.attributes].some((attribute) => /^on/i.test(attribute.name))).length,
    outside: [...document.querySelectorAll('a')].map((it) => it.getAttribute('href')).filter((href) => !href.startsWith('#')),
    direction: /[\u202a-\u202e\u2066-\u2069\u200b]/.test(document.documentElement.textContent),
    policy: document.querySelector('meta[http-equiv="Content-Security-Policy"]')?.content ?? '',
    touched: 'pillarboxTouched' in window,
    svgs: [...document.querySelectorAll('svg')].filter((svg) => !svg.getAttribute('aria-labelledby')).length,
  }));
  for (const element of found.elements) finding(`${file}: holds ${element}`);
  if (found.handlers) finding(`${file}: ${found.handlers} elements with handlers`);
  for (const href of found.outside) finding(`${file}: a link to ${href}`);
  if (found.direction) finding(`${file}: a text turns the reading direction round`);
  if (!found.policy.startsWith("default-src 'none'") || /unsafe/.test(found.policy)) finding(`${file}: policy ${found.policy}`);
  if (found.touched) finding(`${file}: a text ran as a script`);
  if (found.svgs) finding(`${file}: ${found.svgs} pictures without a name`);
  await close();
}

const files = [wanted.whole, wanted.hostile];
if (!wanted.paper) {
  const bytes = readFileSync(wanted.whole).length;
  measured(`${wanted.whole}: ${bytes} bytes`);
  if (bytes > MAX_BYTES) finding(`${wanted.whole}: ${bytes} bytes, more than ${MAX_BYTES}`);
  for (const file of files) {
    await isInert(file);
    for (const width of WIDTHS) await reflow(file, width);
    for (const scheme of SCHEMES) for (const width of [320, 1280]) await accessible(file, scheme, width);
  }
  await keyboard(wanted.whole);
  await stays(wanted.whole);
  const hostile = readFileSync(wanted.hostile, 'utf8');
  if (!hostile.includes('&lt;script&gt;')) finding(`${wanted.hostile}: the story's markup is not on the page, so that nothing was tried`);
}
for (const file of files) for (const format of ['A4', 'Letter']) await printed(file, format);

await browser.close();
console.log(findings.length === 0 ? `The report holds ${wanted.paper ? 'on paper' : 'in the browser'}.` : `${findings.length} findings.`);
process.exit(findings.length === 0 ? 0 : 1);
