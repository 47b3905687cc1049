// Runs the module of a page outside any browser: node check.mjs PAGE.html STORY FOLDER < DESIGNS
//
// Each line of the input is a design and the SHA-256 that the program's record has under it. Each finding is a line; the program ends
// with 1 if there is any. What was typed goes to FOLDER as story.toml, evidence to DEMAND/DESIGN.json, and the
// archive that is taken away to taken.tar there.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { say, serve, stageOf } from './stage.mjs';

const [page, story, folder] = process.argv.slice(2);
const ask = stageOf(page);

const middle = (numbers) => numbers.sort((one, other) => one - other)[Math.floor(numbers.length / 2)].toFixed(0);
function timed(times, request) {
  const took = Array.from({ length: times }, (_, time) => {
    const begun = performance.now();
    ask(request(time));
    return performance.now() - begun;
  });
  return middle(took);
}

console.log(`measured opening ${timed(1, () => ({ do: 'open' }))} ms`);
const demands = ['content-warrant', 'interception', 'compelled-logging', 'backup-warrant', 'notice-to-change'];
for (const name of demands) {
  console.log(`measured ${name} on both relays, the first time and with its controls ${timed(1, () => serve(name))} ms`);
}
console.log(`measured a text ${timed(11, say)} ms at the median`);
for (const name of demands) {
  // A new text or another place of the order needs new worlds each time.
  const moved = timed(5, (time) => { ask({ do: 'order', after: `${time + 3}` }); return serve(name); });
  console.log(`measured ${name} on both relays ${moved} ms at the median`);
}

writeFileSync(`${folder}/story.toml`, ask({ do: 'story' }).file.text);
for (const name of demands) {
  mkdirSync(`${folder}/${name}`);
  ask(serve(name));
  for (const [answer, design] of ['plain-server', 'end-to-end'].entries()) {
    writeFileSync(`${folder}/${name}/${design}.json`, ask({ do: 'evidence', answer: `${answer}` }).file.text);
  }
}

let findings = 0;
const taken = ask({ do: 'take', form: 'archive' });
if (taken.file) writeFileSync(`${folder}/taken.tar`, taken.file.text);
else {
  findings += 1;
  console.log(`FINDING no archive is given: ${taken.says}`);
}
console.log(`measured report and table ${timed(3, () => ({ do: 'take', form: 'report' }))} ms at the median`);

let same = 0;
const hash = readFileSync(page, 'utf8').match(/<code class="hash">(\w+)</)?.[1];
const lines = readFileSync(0, 'utf8').trim().split('\n');
for (const line of lines) {
  const [design, expected] = line.split(' ');
  const { says } = ask({ do: 'record', story, design });
  if (design === 'plain-server' && hash !== expected) {
    findings += 1;
    console.log(`FINDING the page says that its record is ${hash}, and the program's is ${expected}`);
  }
  if (says === expected) same += 1;
  else {
    findings += 1;
    console.log(`FINDING ${story} under ${design}: ${says} in the page, ${expected} in the program`);
  }
}
console.log(`${same} of ${lines.length} designs: the same record in the page as in the program`);
process.exit(findings > 0 || lines.length < 2 ? 1 : 0);
