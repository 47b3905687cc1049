// Opens the page in Firefox from a disk and does the first minute: type, guess, serve, move the order, try a key.
//
//   node firefox.mjs --firefox PATH --page FILE.html [--picture FILE.png]
//
// It speaks Firefox's own remote protocol (Marionette), since an unpatched Firefox has no other that reaches everything here. Each
// finding is a line; the program ends with 1 if there is any.

import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

const { values: wanted } = parseArgs({
  options: { firefox: { type: 'string' }, page: { type: 'string' }, picture: { type: 'string' } },
});

/// Longest wait for anything, in milliseconds.
const PATIENCE = 120_000;
const pause = (time) => new Promise((done) => { setTimeout(done, time); });
const findings = [];
const finding = (text) => { findings.push(text); console.log(`FINDING ${text}`); };

const profile = mkdtempSync(join(tmpdir(), 'pillarbox-firefox-'));
writeFileSync(join(profile, 'user.js'), 'user_pref("marionette.port", 0);\n');
const browser = spawn(wanted.firefox, ['--headless', '--no-remote', '--profile', profile, '--marionette'], { stdio: 'ignore' });

async function session() {
  const port = join(profile, 'MarionetteActivePort');
  for (let waited = 0; !existsSync(port) || readFileSync(port, 'utf8') === ''; waited += 100) {
    if (waited > PATIENCE) throw new Error('Firefox did not open its port');
    await pause(100);
  }
  const socket = connect(Number(readFileSync(port, 'utf8')), '127.0.0.1');
  const answers = new Map();
  let bytes = Buffer.alloc(0);
  let number = 0;
  socket.on('data', (more) => {
    bytes = Buffer.concat([bytes, more]);
    for (let colon = bytes.indexOf(58); colon > 0; colon = bytes.indexOf(58)) {
      const end = colon + 1 + Number(bytes.subarray(0, colon));
      if (bytes.length < end) return;
      const message = JSON.parse(bytes.subarray(colon + 1, end));
      bytes = bytes.subarray(end);
      if (Array.isArray(message)) answers.get(message[1])?.(message);
    }
  });
  return (command, parameters = {}) => new Promise((done, fail) => {
    number += 1;
    const text = JSON.stringify([0, number, command, parameters]);
    answers.set(number, ([, , error, result]) => (error ? fail(new Error(`${command}: ${error.message}`)) : done(result)));
    socket.write(`${Buffer.byteLength(text)}:${text}`);
  });
}

try {
  const tell = await session();
  await tell('WebDriver:NewSession', {});
  const run = async (script) => (await tell('WebDriver:ExecuteScript', { script: `return ${script}`, args: [] })).value;
  const until = async (script) => {
    for (let waited = 0; waited < PATIENCE; waited += 100) {
      const value = await run(script);
      if (value) return value;
      await pause(100);
    }
    throw new Error(`never true: ${script}`);
  };
  const type = async (selector, text) => {
    const found = await tell('WebDriver:FindElement', { using: 'css selector', value: selector });
    const id = Object.values(found.value)[0];
    await tell('WebDriver:ElementSendKeys', { id, text });
  };
  const [enter, down] = ['\ue007', '\ue015'];

  await tell('WebDriver:Navigate', { url: pathToFileURL(wanted.page).href });
  await until("document.querySelector('#t5') !== null");
  console.log(`measured ready after ${await run('document.documentElement.dataset.ready')} ms in ${await run('navigator.userAgent')}`);
  await type('#say0', `On my way.${enter}`);
  await until("document.querySelector('#t6') !== null");
  await run("document.querySelector('.ask select[name=guess]').value = 'none'");
  await tell('WebDriver:ExecuteScript', { script: 'document.querySelector(".ask button").click()', args: [] });
  await until("document.querySelectorAll('.served').length === 2");
  const says = await run("[...document.querySelectorAll('.served .say')].map((one) => one.textContent.trim())");
  if (says[0] === says[1]) finding(`the two answers: ${says.join(' | ')}`);
  await type('#order-line', down);
  await until("document.querySelector('#says').textContent.includes('after text 4')");
  await tell('WebDriver:ExecuteScript', { script: 'document.querySelector("#t2 .try").click()', args: [] });
  await until("document.querySelector('#tried-head') !== null");
  if (!(await run('location.hash')).includes('order=4')) finding(`the address: ${await run('location.hash')}`);
  if (wanted.picture) {
    writeFileSync(wanted.picture, Buffer.from((await tell('WebDriver:TakeScreenshot', { full: true })).value, 'base64'));
  }
  // It may be gone before it has answered.
  await Promise.race([tell('Marionette:Quit', { flags: ['eForceQuit'] }), pause(5_000)]);
} catch (error) {
  finding(error.message);
  browser.kill();
}
await pause(500);
rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
console.log(findings.length === 0 ? 'The page in Firefox: no findings.' : `The page in Firefox: ${findings.length} findings.`);
process.exit(findings.length === 0 ? 0 : 1);
