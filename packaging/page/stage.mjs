// The module of a page without any browser: `stageOf(PAGE)` starts it, and gives the function that asks it; `start` does the same with
// the module alone, packed by gzip.
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

export const stageOf = (page) => start(Buffer.from(readFileSync(page, 'utf8').match(/id="module">([^<]*)</)[1], 'base64'));

export function start(packed) {
  const module = new WebAssembly.Module(gunzipSync(packed));
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

  function reply(request) {
    const bytes = new TextEncoder().encode(JSON.stringify(request));
    const room = stage.room(bytes.length);
    new Uint8Array(stage.memory.buffer, room, bytes.length).set(bytes);
    const length = stage.ask();
    const at = stage.reply();
    return JSON.parse(new TextDecoder().decode(new Uint8Array(stage.memory.buffer, at, length)));
  }

  /// A reply, once the request has come to its end.
  return (request) => {
    let answer = reply(request);
    while (answer.more) answer = reply({ do: 'go-on' });
    return answer;
  };
}

export const serve = (demand) => ({ do: 'serve', demand, by: 'GB', guess: 'unknown', design: '' });
export const say = (number) => ({ do: 'say', who: `${number % 2}`, text: `Text ${number}.` });
