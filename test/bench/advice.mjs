// Estimates of what could be saved, on made-up agents whose saving is known, and prompts that come again, on labelled ones. Needs dist/.
import { addTo } from '../../dist/ground/math/sketch.js';
import { drawDays } from '../../dist/telemetry/advice/estimate.js';
import { adviseBatching } from '../../dist/telemetry/advice/strategies/batching.js';
import { adviseBudget, requestLimit } from '../../dist/telemetry/advice/strategies/budgets.js';
import { advisePromptCache } from '../../dist/telemetry/advice/strategies/prompt-cache.js';
import { adviseResponseCache } from '../../dist/telemetry/advice/strategies/response-cache.js';
import { adviseRouting } from '../../dist/telemetry/advice/strategies/routing.js';
import { hashPrompt } from '../../dist/telemetry/traces/fingerprint-text.js';
import { bitsWithin, differingBits, sketchPrompt, unpackSketch } from '../../dist/telemetry/traces/prompt-sketch.js';
import { measureEstimates, seeded } from './advice-scenarios.mjs';
import { foundBy, labelledPrompts, repeatShare } from './prompt-pairs.mjs';

const program = { addTo, drawDays, adviseBatching, adviseBudget, requestLimit, advisePromptCache, adviseResponseCache, adviseRouting };

/** Microseconds of CPU each. */
const timed = (count, work) => {
  const before = process.cpuUsage();
  const result = work();
  const { user, system } = process.cpuUsage(before);
  return { result, each: (user + system) / count };
};

const measureDuplicates = (figure) => {
  const key = Buffer.alloc(32, 7);
  const prompts = labelledPrompts(seeded(3), 10_000);
  const hashes = timed(prompts.length, () => prompts.map(({ text }) => hashPrompt(key, text)));
  const sketches = timed(prompts.length, () =>
    prompts.map(({ text }) => unpackSketch(Buffer.from(sketchPrompt(key, text), 'latin1')).minHash),
  );
  const known = prompts.map(({ id }, at) => ({ id, hash: hashes.result[at], bits: sketches.result[at] }));
  console.log(
    `duplicates: ${prompts.length.toLocaleString('en-US')} labelled questions, ${(100 * repeatShare).toFixed(1)} % of them asked before`,
  );
  const within = (similarity) => (a, b) => differingBits(a.bits, b.bits) <= bitsWithin(similarity);
  for (const [name, isSame] of [
    ['equal but for dates, ids, case and spacing', (a, b) => a.hash === b.hash],
    ['alike to 80 %', within(0.8)],
    ['alike to 70 %', within(0.7)],
  ]) {
    const { share, precision } = foundBy(known, isSame);
    figure(`found, ${name}`, 100 * share, undefined, ' %');
    figure(`of them rightly, ${name}`, 100 * precision, undefined, ' %');
  }
  figure('a hash, CPU', hashes.each, undefined, ' µs');
  figure('a sketch, CPU', sketches.each, undefined, ' µs');
};

/** How often a range may miss the truth, and how wide it may be where it is called measured. */
const [mostMissed, widest] = [10, 35];
/** Of fewer agents, how many ranges miss is chance. */
const enough = 50;

export const measureAdvice = (figure, seeds) => {
  measureDuplicates(figure);
  console.log(
    `advice: ${seeds} made-up agents a strategy; ranges that miss the truth, half their width, and how far their middle is off (medians)`,
  );
  for (const { name, count, grade, held, halfWidth, bias } of measureEstimates(
    program,
    Array.from({ length: seeds }, (_, at) => at + 1),
  )) {
    figure(`${name} (${grade}): ranges that miss the truth`, 100 * (1 - held), count < enough ? undefined : mostMissed, ' %');
    figure(`${name} (${grade}): half the width`, 100 * halfWidth, grade === 'measured' ? widest : undefined, ' %');
    figure(`${name} (${grade}): middle against truth`, 100 * bias, undefined, ' %');
  }
};
