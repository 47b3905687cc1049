// The script of the page: it sends what somebody clicks or types to the worker, and puts what comes back in its place. It knows no
// demand and no relay; every word that it shows about them comes from the stage.
'use strict';

const byId = (id) => document.getElementById(id);
const state = byId('state');
const stage = byId('stage');

/// A request that takes longer than this says so, in milliseconds.
const PATIENCE = 150;

let worker;
let waiting = [];
let busy;
/// Somebody has stopped what is on its way.
let stopping = false;

function packed() {
  const text = atob(byId('module').textContent.trim());
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = text.charCodeAt(at);
  return bytes;
}

function failed(why) {
  clearTimeout(busy?.timer);
  busy = undefined;
  waiting = [];
  worker?.terminate();
  worker = undefined;
  stage.setAttribute('aria-busy', 'false');
  state.textContent = `The stage has failed (${why}). What was typed is lost. `;
  const anew = document.createElement('button');
  anew.type = 'button';
  anew.textContent = 'Begin anew';
  anew.addEventListener('click', begin);
  state.append(anew);
  state.hidden = false;
}

function next() {
  if (busy || waiting.length === 0 || !worker) return;
  busy = waiting.shift();
  stage.setAttribute('aria-busy', 'true');
  busy.timer = setTimeout(() => { state.textContent = 'Working …'; state.hidden = false; }, PATIENCE);
  worker.postMessage(busy.message);
}

function send(request, done = () => {}, extra = {}) {
  waiting.push({ message: { ...extra, request }, done });
  next();
}

function take({ name, kind, text }) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type: kind }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/// A row of the conversation takes the place of the one with its name, or comes last.
function showRow({ id, html }) {
  const holder = document.createElement('template');
  holder.innerHTML = html;
  const before = byId(id);
  if (before) before.replaceWith(holder.content);
  else byId('lanes').append(holder.content);
}

/// How far the worlds have run; nothing if none is on its way.
function progress(more) {
  const line = byId('progress');
  if (!line) return;
  if (more && line.hidden) byId('cancel').addEventListener('click', () => { stopping = true; }, { once: true });
  line.hidden = !more;
  if (!more) return;
  const [bar, words] = line.children;
  [bar.max, bar.value] = [more.of, more.done];
  words.textContent = `${more.done} of about ${more.of} things have happened in the worlds that this demand needs.`;
}

function show(reply) {
  for (const [id, html] of Object.entries(reply.parts)) {
    const place = byId(id);
    if (place) place.innerHTML = html;
  }
  (reply.rows ?? []).forEach(showRow);
  progress(reply.more);
  const says = byId('says');
  if (says) says.textContent = reply.says;
  else if (reply.says) return failed(reply.says);
  if (reply.address) history.replaceState(null, '', `#${reply.address}`);
  if (reply.file) take(reply.file);
  if (reply.focus) byId(reply.focus)?.focus();
}

function answered({ data }) {
  if (data.failed) return failed(data.failed);
  const { done, timer } = busy;
  clearTimeout(timer);
  busy = undefined;
  state.hidden = true;
  stage.setAttribute('aria-busy', 'false');
  show(data.reply);
  if (data.reply.more) {
    waiting.unshift({ message: { request: { do: stopping ? 'stop' : 'go-on' } }, done });
  } else {
    stopping = false;
    done(data.reply);
  }
  next();
}

/// The question in the address. Only words that the stage knows come out of it again.
const asked = () => Object.fromEntries(new URLSearchParams(location.hash.slice(1)));

function begin() {
  state.textContent = 'Starting two relays and three phones …';
  try {
    const source = new Blob([byId('worker').textContent], { type: 'text/javascript' });
    const url = URL.createObjectURL(source);
    worker = new Worker(url);
    worker.addEventListener('message', answered);
    worker.addEventListener('error', (event) => failed(event.message || 'the worker did not start'));
    send({ ...asked(), do: 'open' }, ready, { packed: packed() });
  } catch (error) {
    failed(String(error));
  }
}

/// The browser has read the whole file, the report included.
const read = new Promise((done) => {
  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', done, { once: true });
  else done();
});

/// The finished report steps back behind the stage: it came with the file, and the file says so.
async function ready() {
  stage.hidden = false;
  await read;
  const report = byId('report');
  if (report.parentElement.tagName === 'DETAILS') return;
  const box = document.createElement('details');
  const line = document.createElement('summary');
  line.textContent = report.dataset.summary;
  report.before(box);
  box.append(line, report);
  document.documentElement.dataset.ready = performance.now().toFixed(0);
}

function words(element) {
  const fields = element instanceof HTMLFormElement ? Object.fromEntries(new FormData(element)) : {};
  return { ...element.dataset, ...fields };
}

document.addEventListener('submit', (event) => {
  const form = event.target.closest('form[data-do]');
  if (!form) return;
  event.preventDefault();
  send(words(form), (reply) => {
    if (form.dataset.do === 'say' && Object.keys(reply.parts).length > 0) form.reset();
  });
});

document.addEventListener('click', (event) => {
  const button = event.target.closest('button[data-do]');
  if (!button) return;
  send(words(button));
  // A cell of the report leads to the question at the top, which the report is far below.
  if (button.dataset.do === 'cell') byId('question').scrollIntoView();
});

document.addEventListener('change', ({ target }) => {
  if (target.dataset.change) send({ ...words(target.form), do: target.dataset.change, focus: target.id });
});

/// The order moves by the arrow keys while it has the focus.
const STEPS = { ArrowUp: -1, ArrowLeft: -1, ArrowDown: 1, ArrowRight: 1, PageUp: -10, PageDown: 10, Home: -1e6, End: 1e6 };
document.addEventListener('keydown', (event) => {
  const line = event.target.closest?.('#order-line');
  if (!line || !(event.key in STEPS) || busy) return;
  event.preventDefault();
  moveOrder(Number(line.ariaValueNow) + STEPS[event.key], 'order-line');
});

function moveOrder(after, focus) {
  const line = byId('order-line');
  const place = Math.min(Math.max(after, 0), Number(line.ariaValueMax));
  if (place !== Number(line.ariaValueNow)) send({ do: 'order', after: String(place), focus });
}

/// The order is dragged, by mouse or finger: it goes above or below the text that it is let go over, whichever is nearer.
let dragged;
document.addEventListener('pointerdown', (event) => {
  const row = event.target.closest('tr.order');
  if (!row || event.target.closest('button') || event.button !== 0) return;
  dragged = { row };
  row.setPointerCapture(event.pointerId);
  row.classList.add('dragged');
});
document.addEventListener('pointermove', (event) => {
  if (!dragged) return;
  dragged.over?.classList.remove('above', 'below');
  const over = document.elementFromPoint(event.clientX, event.clientY)?.closest('#lanes tr[id^=t]');
  dragged.over = over;
  if (!over) return;
  const { top, height } = over.getBoundingClientRect();
  dragged.below = event.clientY > top + height / 2;
  over.classList.add(dragged.below ? 'below' : 'above');
});
for (const end of ['pointerup', 'pointercancel']) {
  document.addEventListener(end, (event) => {
    if (!dragged) return;
    const { row, over, below } = dragged;
    dragged = undefined;
    row.classList.remove('dragged');
    over?.classList.remove('above', 'below');
    if (over && event.type === 'pointerup') moveOrder(Number(over.id.slice(1)) - (below ? 0 : 1), 'order-line');
  });
}

if (typeof WebAssembly === 'object' && typeof DecompressionStream === 'function' && typeof Worker === 'function') {
  begin();
} else {
  state.textContent = 'This browser has no WebAssembly, workers or decompression, which the live stage needs: try a newer browser. '
    + 'The finished report is below.';
}
