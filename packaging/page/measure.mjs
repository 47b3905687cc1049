// What the stage of a page costs, without any browser: node measure.mjs PAGE.html [TEXTS ...]
//
// Each row is a conversation of so many texts (5, 100 and 1,000 if none are named), on a stage of its own. Given is processor time in
// milliseconds, of all threads of this process: other work on the machine does not count, and what the engine compiles meanwhile does.
// For a text it is the median of the last twenty; for a demand on both relays the median of three, with the order after the fourth,
// second and third text, so that no world has run before. Nothing is asserted. The engine compiles the module once for the first row.
import { say, serve, stageOf } from './stage.mjs';

const [page, ...counts] = process.argv.slice(2);
const DEMANDS = ['content-warrant', 'interception', 'compelled-logging', 'notice-to-change'];

function spent(work) {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
const middle = (times) => times.toSorted((one, other) => one - other)[Math.floor(times.length / 2)].toFixed(0);

console.log(`| texts | ready | a text | ${DEMANDS.join(' | ')} |`);
console.log(`|---|---|---|${DEMANDS.map(() => '---|').join('')}`);
for (const count of counts.length > 0 ? counts.map(Number) : [5, 100, 1000]) {
  let ask;
  const ready = spent(() => {
    ask = stageOf(page);
    ask({ do: 'open' });
  });
  const texts = [];
  for (let number = 5; number < Math.max(count, 10); number += 1) texts.push(spent(() => ask(say(number))));
  const demands = DEMANDS.map((demand) => {
    ask(serve(demand));
    return middle([4, 2, 3].map((after) => spent(() => ask({ do: 'order', after: `${after}` }))));
  });
  console.log(`| ${Math.max(count, 10)} | ${ready.toFixed(0)} | ${middle(texts.slice(-20))} | ${demands.join(' | ')} |`);
}
