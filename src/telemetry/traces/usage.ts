import { dig, digNumber, type JsonObject } from '../../ground/json.ts';
import { tokens } from './attribute-values.ts';
import type { SpanTokens } from './span.ts';

/** Token counts as told, before it is settled what includes what. */
export interface ToldUsage extends SpanTokens {
  readonly total: number | null;
  /** Parts of the input, or of the output, that have no place in `SpanTokens` (audio, images). */
  readonly otherInput: number;
  readonly otherOutput: number;
}

/**
 * Brings counts to the inclusive form. Sources disagree on whether cached tokens stand in the input or beside it, and reasoning in the
 * output or beside it. Certain: more parts than whole stand beside it. Next: the total tells by what it is the sum of. Else as the
 * vocabulary has it (`beside`).
 */
export const settleUsage = (told: ToldUsage, beside: boolean): SpanTokens => {
  const { total, otherInput, otherOutput, ...plain } = told;
  const [input, output] = [told.input ?? 0, told.output ?? 0];
  const inputParts = (told.cachedRead ?? 0) + (told.cachedWrite ?? 0) + (told.cachedWrite1h ?? 0) + otherInput;
  const outputParts = (told.reasoning ?? 0) + otherOutput;
  const summed = readings.find(({ inputBeside, outputBeside }) => {
    const sum = input + output + (inputBeside ? inputParts : 0) + (outputBeside ? outputParts : 0);
    return sum === total;
  });
  const inputBeside = inputParts > input || (summed?.inputBeside ?? beside);
  const outputBeside = outputParts > output || (summed?.outputBeside ?? beside);
  return {
    ...plain,
    input: told.input === null ? null : input + (inputBeside ? inputParts : 0),
    output: told.output === null ? null : output + (outputBeside ? outputParts : 0),
  };
};

/** The ways to read a set of counts, the usual one first. */
const readings = [
  { inputBeside: false, outputBeside: false },
  { inputBeside: true, outputBeside: false },
  { inputBeside: false, outputBeside: true },
  { inputBeside: true, outputBeside: true },
];

/**
 * Langfuse's usage details: names are free, buckets do not overlap unless the total says so. OpenAI's own names (`prompt_tokens`) come
 * with OpenAI's meaning: parts inside.
 */
export const usageOfDetails = (details: JsonObject): { told: ToldUsage; beside: boolean } => {
  const sums = { input: 0, output: 0, total: 0, read: 0, write: 0, write1h: 0, reasoning: 0, otherInput: 0, otherOutput: 0 };
  const seen = new Set<string>();
  for (const [name, value] of Object.entries(details)) {
    const count = tokens(value);
    const bucket = buckets.find(([pattern]) => pattern.test(name))?.[1];
    if (count === null || bucket === undefined) continue;
    seen.add(bucket);
    // Two spellings of one bucket are the same tokens told twice; other parts are different ones.
    sums[bucket] = bucket.startsWith('other') ? sums[bucket] + count : Math.max(sums[bucket], count);
  }
  const told = (bucket: keyof typeof sums) => (seen.has(bucket) ? sums[bucket] : null);
  return {
    told: {
      input: told('input'),
      output: told('output'),
      cachedRead: told('read'),
      cachedWrite: told('write'),
      cachedWrite1h: told('write1h'),
      reasoning: told('reasoning'),
      total: told('total'),
      otherInput: sums.otherInput,
      otherOutput: sums.otherOutput,
    },
    beside: !Object.hasOwn(details, 'prompt_tokens'),
  };
};

const buckets = [
  [/^total/, 'total'],
  [/^(input|prompt)(_tokens)?$/, 'input'],
  [/^(output|completion)(_tokens)?$/, 'output'],
  [/(creation|write).*1h/, 'write1h'],
  [/creation|write/, 'write'],
  [/cache/, 'read'],
  [/reasoning|thought/, 'reasoning'],
  [/input/, 'otherInput'],
  [/output/, 'otherOutput'],
] as const;

/**
 * What the AI SDK hands through from Anthropic: how many tokens were written to the cache for an hour, and whether the input is
 * Anthropic's own figure, which leaves cached tokens out.
 */
export const anthropicUsage = (
  metadata: JsonObject,
): { cachedWrite: number | null; cachedWrite1h: number | null; input: number | null } => {
  const usage = dig(metadata, 'anthropic', 'usage');
  const written = digNumber(metadata, 'anthropic', 'cacheCreationInputTokens') ?? digNumber(usage, 'cache_creation_input_tokens');
  return {
    cachedWrite: tokens(written),
    cachedWrite1h: tokens(digNumber(usage, 'cache_creation', 'ephemeral_1h_input_tokens')),
    input: tokens(digNumber(usage, 'input_tokens')),
  };
};
