import type { Evidence } from './call.ts';
import type { Advice, Draft, Lack } from './draft.ts';
import { type DayDraws, enoughDays, leastDays } from './estimate.ts';
import type { PriceOf } from './pricing.ts';
import type { Strategy } from './saving.ts';
import { adviseBatching } from './strategies/batching.ts';
import { adviseDistillation } from './strategies/distillation.ts';
import { advisePromptCache } from './strategies/prompt-cache.ts';
import { adviseResponseCache } from './strategies/response-cache.ts';
import { adviseRouting } from './strategies/routing.ts';

type Judge = (evidence: Evidence, price: PriceOf, draws: DayDraws) => Advice;

/** What each strategy says of an agent's model calls. */
const judges: readonly (readonly [Strategy, Judge])[] = [
  ['response-cache', (evidence, _price, draws) => adviseResponseCache(evidence, draws)],
  ['routing', adviseRouting],
  ['prompt-cache', advisePromptCache],
  ['batching', adviseBatching],
  ['distillation', (evidence, _price, draws) => adviseDistillation(evidence, draws)],
];

/** Less than a cent a month is no advice. */
const leastDollars = 0.01;

/** What can be saved on the model calls of an agent, by the strategies that are wanted. */
export const judgeAgent = (evidence: Evidence, price: PriceOf, draws: DayDraws, isWanted: (strategy: Strategy) => boolean): Advice => {
  if (evidence.span < leastDays) return { drafts: [], lacks: [tooShort(evidence.span)] };
  const advice = judges.filter(([strategy]) => isWanted(strategy)).map(([, judge]) => judge(evidence, price, draws));
  const lacks = advice.flatMap((each) => each.lacks);
  const { priced } = evidence;
  return {
    drafts: advice
      .flatMap(({ drafts }) => drafts)
      .filter(({ saving }) => saving.mid >= leastDollars)
      .map((draft) => gradedBySpan(draft, evidence.span)),
    lacks: priced === 0 ? [...lacks, { strategy: null, missing: 'no call has a known cost: see agentops cost --unpriced' }] : lacks,
  };
};

/** Why so short a time says nothing. */
export const tooShort = (span: number): Lack => ({
  strategy: null,
  missing: `${daysWord(span)} of calls ${span < 2 ? 'is' : 'are'} known, and fewer than ${leastDays} say nothing`,
});

const daysWord = (span: number): string => (span < 1 ? 'less than a day' : `${Math.floor(span)} ${span < 2 ? 'day' : 'days'}`);

/** Nothing is measured by less than two weeks. */
export const gradedBySpan = (draft: Draft, span: number): Draft =>
  span >= enoughDays
    ? draft
    : {
        ...draft,
        grade: 'speculative',
        harm: [...draft.harm, `Only ${daysWord(span)} were seen, not ${enoughDays}: how weeks differ is not in the range.`],
      };
