import type { Rule, RuleTest } from './rule.ts';

const quarterMs = 900_000;

/** The widths of all windows that a rule looks through, ms. */
const widthsOf = (test: RuleTest): readonly number[] => {
  if (test.type === 'burn_rate') return [test.params.longMs, test.params.shortMs];
  // What comes of calls to providers is looked at minute by minute, apart from agents.
  return 'widths' in test && test.type !== 'provider_outage' ? test.widths : [];
};

/**
 * Tells whether the windows of some rules begin elsewhere at one moment than at another. Windows begin at whole quarters, and what is usual is
 * that of whole hours: in between nothing falls out of them, and an agent of which there is no news is judged as it was. What was spent within
 * an hour falls out by the minute, which begins no alert. What the month will cost changes all the time.
 */
export const windowEdges = (rules: readonly Rule[]): ((before: number, moment: number) => boolean) => {
  const offsets = [...new Set([0, ...rules.flatMap(({ test }) => widthsOf(test).map((width) => width % quarterMs))])];
  const isRestless = rules.some(({ test }) => test.type === 'spend' && test.forecast);
  const places = (moment: number): readonly number[] => [
    Math.ceil(moment / quarterMs),
    ...offsets.map((offset) => Math.floor((moment - offset) / quarterMs)),
  ];
  return (before, moment) => {
    const then = places(before);
    return isRestless || places(moment).some((place, at) => place !== then[at]);
  };
};
