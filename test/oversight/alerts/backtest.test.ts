import { describe, expect, it } from 'vitest';
import { judgeGate, parseGate, runOf } from '../../../src/oversight/alerts/backtest.ts';
import { diffEpisodes, type Episode } from '../../../src/oversight/alerts/episode.ts';
import { type LabelledIncident, scoreIncidents } from '../../../src/oversight/alerts/labelled-incident.ts';
import { noon } from '../../support/facts.ts';

const hourMs = 3_600_000;
const weekMs = 7 * 24 * hourMs;

const episode = (wish: Partial<Episode> = {}): Episode => {
  const firedAt = wish.firedAt ?? noon;
  return {
    ...{ rule: 'cost', agent: 'support', label: '', category: 'cost', severity: 'page', quiet: null, reason: 'dear', exemplar: null },
    ...{ firedAt, resolvedAt: firedAt + hourMs, toldAt: firedAt + 60_000 },
    letters: [{ kind: 'fire', channel: 'oncall', at: firedAt + 60_000 }],
    ...wish,
  };
};

const incident = (wish: Partial<LabelledIncident> = {}): LabelledIncident => ({
  ...{ id: 'i', agents: ['support'], categories: ['cost'], from: noon - hourMs, to: noon + hourMs },
  ...wish,
});

const range = { from: noon - weekMs, until: noon + weekMs };
const run = (episodes: readonly Episode[]) =>
  runOf('rules', {
    rules: [],
    channels: ['oncall', 'chat'],
    episodes,
    until: range.until,
    score: scoreIncidents([incident()], episodes, range),
  });

const whole = { tooLittle: null, unreplayed: [] };
const gateOf = (text: string) => {
  const gate = parseGate(text);
  if (gate === null) throw new Error('no gate');
  return gate;
};

describe('a backtest', () => {
  it('counts firings of which somebody was told, and those at night', () => {
    const episodes = [
      episode(),
      episode({ firedAt: noon + 11 * hourMs }),
      episode({ firedAt: noon + 30 * hourMs, toldAt: null, letters: [], quiet: 'parent: kb, which it depends on, is red' }),
      episode({ firedAt: noon + 40 * hourMs, severity: 'notify', resolvedAt: null }),
    ];
    expect(run(episodes).tally).toMatchObject({ episodes: 4, notifications: 3, pages: 2, pagesAtNight: 1, messages: 3 });
    expect(run(episodes).byChannel).toEqual([
      { channel: 'oncall', messages: 3, begun: 3, atNight: 2 },
      { channel: 'chat', messages: 0, begun: 0, atNight: 0 },
    ]);
  });

  it.each([
    ['pages > 1', true],
    ['pages > 2', false],
    ['pages_per_week>=1', true],
    ['recall < 1', false],
    ['precision <= 0.5', true],
  ])('judges the gate %s', (text, fails) => {
    const gate = parseGate(text);
    if (gate === null) throw new Error('no gate');
    expect(judgeGate(gate, run([episode(), episode({ agent: 'orders' })]), range, whole).verdict).toBe(fails ? 'fails' : 'passes');
  });

  it.each(['pages', 'pages > x', 'toString > 1', 'rm -rf > 1', ''])('is no gate: %s', (text) => {
    expect(parseGate(text)).toBeNull();
  });

  it('has no verdict where there is no such figure', () => {
    const gate = parseGate('precision < 0.9');
    expect(gate && judgeGate(gate, run([]), range, whole)).toMatchObject({ value: null, verdict: 'unknown' });
  });
});

describe('a gate over what could not be replayed', () => {
  const unreplayed = [{ rule: 'down', why: 'no result of a check is kept of that time' }];
  const judged = (text: string) => judgeGate(gateOf(text), run([episode(), episode({ agent: 'orders' })]), range, { ...whole, unreplayed });

  it('passes nothing, and says which rule and why', () => {
    const why = 'down could not be replayed: no result of a check is kept of that time';
    expect(judged('pages > 2')).toMatchObject({ value: 2, verdict: 'unknown', why });
    expect(judged('recall < 1')).toMatchObject({ verdict: 'unknown' });
  });

  it('fails what is too much already', () => expect(judged('pages > 1')).toMatchObject({ verdict: 'fails', why: null }));
});

it('has no verdict by too little of the past, whatever the figures', () => {
  const tooLittle = 'requests are known of 5 h only';
  expect(judgeGate(gateOf('pages > 0'), run([episode()]), range, { ...whole, tooLittle })).toMatchObject({
    verdict: 'unknown',
    why: tooLittle,
  });
});

describe('labelled incidents', () => {
  it('are found by what fires on their agents, in their categories, from when they began', () => {
    const found = (wish: Partial<Episode>) => scoreIncidents([incident()], [episode(wish)], range);
    expect(found({})).toMatchObject({ recall: 1, precision: 1, medianDelayMs: hourMs + 60_000 });
    expect(found({ agent: 'orders' })).toMatchObject({ recall: 0, precision: 0 });
    expect(found({ category: 'errors' })).toMatchObject({ recall: 0, precision: 0 });
    expect(found({ toldAt: null })).toMatchObject({ recall: 0, precision: null });
    // What fired before and goes on is about it no less, and did not find it.
    expect(found({ firedAt: noon - 2 * hourMs, resolvedAt: null })).toMatchObject({ recall: 0, precision: 1 });
    expect(found({ firedAt: noon + 3 * hourMs })).toMatchObject({ recall: 0, precision: 0 });
  });

  it('count for nothing outside what was replayed', () => {
    const score = scoreIncidents([incident({ from: noon - 2 * weekMs, to: noon - 2 * weekMs + hourMs })], [], range);
    expect(score).toMatchObject({ recall: null, outside: ['i'] });
  });
});

it('tells what only one of two sets of rules would have told', () => {
  const [both, early, late] = [episode(), episode({ firedAt: noon - 9 * hourMs }), episode({ firedAt: noon + 9 * hourMs })];
  const renamed = episode({ rule: 'cost-new', firedAt: noon + 60_000 });
  expect(diffEpisodes([both, early], [renamed, late])).toEqual({ onlyFirst: [early], onlySecond: [late], both: 1 });
});
