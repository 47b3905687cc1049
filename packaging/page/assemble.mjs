// Puts the page together: node assemble.mjs MODULE.gz REPORT.html REPORT.css VERSION > pillarbox.html
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { start } from './stage.mjs';

const [module, reportFile, styleFile, version] = process.argv.slice(2);
const here = (name) => readFileSync(new URL(name, import.meta.url), 'utf8');
const hash = (text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

// Each cell of the report leads to the question that makes it.
const command = /<code>pillarbox-lab demand ([\w-]+) --scenario ([\w-]+) --design ([\w-]+)<\/code>/;
const withQuestion = (cell) => {
  const [, demand, story, design] = cell.match(command) ?? [];
  if (!demand) return cell;
  const name = cell.match(/<h4><small>(.*?)<\/small> (.*?)<\/h4>/)?.slice(1).join(' ') ?? '';
  const button = `<p class="live"><button type="button" class="small" data-do="cell" data-demand="${demand}" data-story="${story}" `
    + `data-design="${design}">Run it again here<span class="hidden">: ${name}</span></button></p>`;
  return cell.replace('</article>', `${button}</article>`);
};
const report = readFileSync(reportFile, 'utf8').match(/<main>([\s\S]*)<\/main>/)[1]
  .replace(/<article id="c[\s\S]*?<\/article>/g, withQuestion);
const cells = report.match(/data-do="cell"/g)?.length ?? 0;
if (cells === 0) throw new Error('no cell of the report has a command that makes it again');
const style = readFileSync(styleFile, 'utf8') + here('page.css');
const script = here('page.js');
const worker = here('worker.js');
const packed = readFileSync(module);

// Whoever doubts the file runs the same story with the program, and compares.
const [story, design] = ['westminster-2017', 'plain-server'];
const record = start(packed)({ do: 'record', story, design }).says;
if (!/^[0-9a-f]{64}$/.test(record)) throw new Error(`the module runs no story: ${record}`);
const made = `Pillarbox ${version}. In this file the record of <code>${story}</code> under <code>${design}</code> has the SHA-256 `
  + `<code class="hash">${record}</code>, and so it has with the program: <code>pillarbox-lab run ${story} --design ${design} --json | sha256sum</code>.`;

// Nothing is fetched and nothing is sent: the policy forbids it. The script is allowed by its hash, WebAssembly by name, and the worker
// because it comes from this page.
const policy = `default-src 'none'; script-src ${hash(script)} 'wasm-unsafe-eval' blob:; worker-src blob:; `
  + `style-src ${hash(style)}; base-uri 'none'; form-action 'none'`;

process.stdout.write(`<!doctype html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="referrer" content="no-referrer">
<meta name="generator" content="Pillarbox ${version}, module SHA-256 ${createHash('sha256').update(packed).digest('hex')}">
<title>What comes back? Pillarbox puts legal demands to messengers</title>
<style>${style}</style>
</head>
<body>
<header>
<p class="kick"><span><b>Pillarbox</b> puts legal demands to messengers</span><span>Runs on this computer only. A model is not the product; the stories are invented.</span></p>
</header>
<main>
<p id="state">The live stage needs JavaScript and WebAssembly. Without them this is the finished report of one story.</p>
<div id="stage" hidden></div>
<!-- The scripts stand before the report: the stage starts while the browser still reads it. -->
<script type="text/plain" id="worker">${worker}</script>
<script type="application/octet-stream" id="module">${packed.toString('base64')}</script>
<script>${script}</script>
<div id="report" data-summary="The finished report: one story, every design shown there and every demand, run at build (version ${version})">${report}</div>
<p class="made">${made}</p>
</main>
</body>
</html>
`);
