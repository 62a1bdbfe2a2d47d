import { z } from 'zod';
import type { Usage } from '../../../agents/protocols/port.ts';
import { countField, durationField, moneyField } from '../../../fleet/fields.ts';
import { formatMoney, nanosPerDollar } from '../../../ground/units/amount.ts';
import { humanDuration } from '../../../ground/units/duration.ts';
import { judgedTurn } from '../answer.ts';
import { judged, unknown } from '../grading.ts';
import type { Assertion, Family } from '../port.ts';

/** A time with its unit, or promptfoo's bare milliseconds. */
const timeField = () => z.union([z.number().nonnegative(), durationField()], { error: 'is not a duration: write it like 5s' });

/** An amount with its sign, or promptfoo's bare dollars. */
const priceField = () =>
  z.union(
    [
      z
        .number()
        .nonnegative()
        .transform((usd) => Math.round(usd * nanosPerDollar)),
      moneyField(),
    ],
    { error: 'is not an amount of money: write it like $0.02' },
  );

const latency: Assertion<number> = {
  type: 'latency',
  summary: 'The whole turn took at most this long: 5s (promptfoo: threshold in milliseconds).',
  args: timeField(),
  value: 'threshold',
  needs: [],
  grade: (limitMs, seen) => {
    const { totalMs } = judgedTurn(seen).timings;
    return judged(
      totalMs <= limitMs,
      humanDuration(totalMs),
      `the turn took ${humanDuration(totalMs)}; the limit is ${humanDuration(limitMs)}`,
    );
  },
};

/** The first piece of content, not the first byte: known only for streamed answers. */
const ttft: Assertion<number> = {
  type: 'ttft',
  summary: 'The first piece of content came within this time: 2s. Needs a streamed answer.',
  args: timeField(),
  value: 'threshold',
  needs: [],
  grade: (limitMs, seen) => {
    const { firstTokenMs } = judgedTurn(seen).timings;
    if (firstTokenMs === null) return unknown('the time to the first token is unknown (the answer was not streamed)');
    const took = humanDuration(firstTokenMs);
    return judged(firstTokenMs <= limitMs, took, `the first token came after ${took}; the limit is ${humanDuration(limitMs)}`);
  },
};

const cost: Assertion<number> = {
  type: 'cost',
  summary: 'The turn cost at most this much: $0.02 (promptfoo: threshold in US dollars).',
  args: priceField(),
  value: 'threshold',
  needs: [],
  grade: (limitNanos, seen) => {
    const { costNanos } = judgedTurn(seen);
    if (costNanos === null) return unknown('the cost is unknown (the agent told none and the model has no price)');
    const paid = formatMoney(costNanos);
    return judged(costNanos <= limitNanos, paid, `the turn cost ${paid}; the limit is ${formatMoney(limitNanos)}`);
  },
};

const sides = ['input', 'output', 'total'] as const;
type Side = (typeof sides)[number];
type TokenLimits = { readonly [side in Side]?: number | undefined };

const tokensOf = (usage: Usage | null, side: Side): number | null => {
  if (usage === null) return null;
  if (side !== 'total') return usage[side];
  return usage.input === null || usage.output === null ? null : usage.input + usage.output;
};

/** A number limits the output, as the parameter of that name does in model APIs. Input includes cached tokens, output includes reasoning. */
const maxTokens: Assertion<TokenLimits> = {
  type: 'max-tokens',
  summary: 'The answer used at most this many output tokens: 800; or { input, output, total }.',
  args: z
    .union(
      [
        countField().transform((output): TokenLimits => ({ output })),
        z.strictObject({ input: countField().optional(), output: countField().optional(), total: countField().optional() }),
      ],
      { error: 'must be a number of tokens, or { input, output, total }' },
    )
    .refine((limits) => sides.some((side) => limits[side] !== undefined), 'needs input, output or total'),
  needs: [],
  grade: (limits, seen) => {
    const { usage } = judgedTurn(seen);
    const measured = sides.flatMap((side) => {
      const limit = limits[side];
      return limit === undefined ? [] : [{ side, limit, used: tokensOf(usage, side) }];
    });
    const over = measured.filter(({ used, limit }) => used !== null && used > limit);
    const untold = measured.filter(({ used }) => used === null);
    if (over.length === 0 && untold.length > 0)
      return unknown(`the agent does not tell its ${untold.map(({ side }) => side).join(' and ')} tokens`);
    const shown = measured.map(({ side, used, limit }) => `${used ?? 'unknown'} ${side} tokens (limit ${limit})`).join(', ');
    return judged(over.length === 0, shown, `the turn used ${shown}`);
  },
};

const limits: Family = { latency, ttft, cost, 'max-tokens': maxTokens };

export default limits;
