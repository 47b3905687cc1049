// Runs the module of a page outside any browser: node check.mjs PAGE.html STORY ARCHIVE < DESIGNS
//
// Each line of the input is a design and the SHA-256 that the program's record has under it. Each finding is a line; the program ends
// with 1 if there is any. ARCHIVE is where the archive that is taken away from the page is written.
import { readFileSync, writeFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

const [page, story, archive] = process.argv.slice(2);
const packed = readFileSync(page, 'utf8').match(/id="module">([^<]*)</)[1];
const module = new WebAssembly.Module(gunzipSync(Buffer.from(packed, 'base64')));

let stage;
// SQLite names temporary files with these; nothing on the stage rests on them.
const host = {
  rust_sqlite_wasm_host_epoch_timestamp_in_ms: (at) => {
    new DataView(stage.memory.buffer).setBigInt64(at, 0n, true);
    return 0;
  },
  rust_sqlite_wasm_host_sleep: () => {},
  rust_sqlite_wasm_host_random: (at, length) => length,
  rust_sqlite_wasm_host_fill_entropy: () => 1,
  rust_sqlite_wasm_host_localtime: () => 1,
};
stage = new WebAssembly.Instance(module, { env: host }).exports;

function ask(request) {
  const bytes = new TextEncoder().encode(JSON.stringify(request));
  const room = stage.room(bytes.length);
  new Uint8Array(stage.memory.buffer, room, bytes.length).set(bytes);
  const length = stage.ask();
  const reply = stage.reply();
  return JSON.parse(new TextDecoder().decode(new Uint8Array(stage.memory.buffer, reply, length)));
}

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
console.log(`measured a text ${timed(11, (time) => ({ do: 'say', who: `${time % 2}`, text: `Text ${time}.` }))} ms at the median`);
const demand = { do: 'serve', demand: 'content-warrant', by: 'GB', guess: 'unknown', design: '' };
ask(demand);
console.log(`measured a content warrant on both relays ${timed(5, () => demand)} ms at the median`);

let findings = 0;
const taken = ask({ do: 'take', form: 'archive' });
if (taken.file) writeFileSync(archive, taken.file.text);
else {
  findings += 1;
  console.log(`FINDING no archive is given: ${taken.says}`);
}
console.log(`measured report and table ${timed(3, () => ({ do: 'take', form: 'report' }))} ms at the median`);

let same = 0;
const lines = readFileSync(0, 'utf8').trim().split('\n');
for (const line of lines) {
  const [design, expected] = line.split(' ');
  const { says } = ask({ do: 'record', story, design });
  if (says === expected) same += 1;
  else {
    findings += 1;
    console.log(`FINDING ${story} under ${design}: ${says} in the page, ${expected} in the program`);
  }
}
console.log(`${same} of ${lines.length} designs: the same record in the page as in the program`);
process.exit(findings > 0 || lines.length < 2 ? 1 : 0);
