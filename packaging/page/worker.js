// The worker: it holds the stage, so that the page never freezes. One request, one reply.
let stage;

/// What SQLite asks of whoever runs it. Worlds have a clock and randomness of their own, and ask for none of this.
const random = (at, length) => crypto.getRandomValues(new Uint8Array(stage.memory.buffer, at, length)).length;
const host = {
  rust_sqlite_wasm_host_epoch_timestamp_in_ms: (at) => {
    new DataView(stage.memory.buffer).setBigInt64(at, BigInt(Date.now()), true);
    return 0;
  },
  rust_sqlite_wasm_host_sleep: () => {},
  rust_sqlite_wasm_host_random: random,
  rust_sqlite_wasm_host_fill_entropy: (at, length) => (random(at, length) === length ? 0 : 1),
  // There is none: anything but 0 says so.
  rust_sqlite_wasm_host_localtime: () => 1,
};

async function start(packed) {
  // It is compiled while it is unpacked.
  const unpacked = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'));
  const module = new Response(unpacked, { headers: { 'Content-Type': 'application/wasm' } });
  stage = (await WebAssembly.instantiateStreaming(module, { env: host })).instance.exports;
}

function ask(request) {
  const bytes = new TextEncoder().encode(JSON.stringify(request));
  // Each call may move the memory: its buffer is looked up after the call.
  const room = stage.room(bytes.length);
  new Uint8Array(stage.memory.buffer, room, bytes.length).set(bytes);
  const length = stage.ask();
  const reply = stage.reply();
  return JSON.parse(new TextDecoder().decode(new Uint8Array(stage.memory.buffer, reply, length)));
}

onmessage = async ({ data }) => {
  try {
    if (data.packed) await start(data.packed);
    postMessage({ reply: ask(data.request) });
  } catch (error) {
    postMessage({ failed: String(error) });
  }
};
