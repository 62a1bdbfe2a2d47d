import { expect, test } from 'vitest';
import type { AgentProtocol } from '../../../src/agents/protocols/port.ts';
import type { Fleet } from '../../../src/fleet/agent.ts';
import { askTrial } from '../../../src/quality/evals/ask-trial.ts';
import type { Expectation } from '../../../src/quality/expect/port.ts';
import { caseOf } from '../../support/cases.ts';
import { fakeContext } from '../../support/fake-context.ts';
import { fakeJudge, oneQuestion, passes } from '../../support/fake-judge.ts';
import { turn } from '../../support/turn.ts';

const polite: Expectation = {
  type: 'llm-rubric',
  base: 'llm-rubric',
  negated: false,
  wording: 'llm-rubric: is polite',
  args: 'is polite',
  threshold: null,
  ifUnknown: 'skip',
  judge: null,
  weight: 1,
  metric: null,
};

test('a conversation that broke down on the way is held again, and what was paid for it is known: agent and judges', async () => {
  let asked = 0;
  const protocol: AgentProtocol = {
    traits: { streams: false, multiTurn: true },
    probe: async () => turn(),
    turn: async () => turn({ outcome: ++asked === 2 ? 'agent_error' : 'ok', costNanos: 5 }),
  };
  const trial = await askTrial(
    fakeContext(),
    { prices: {} } as Fleet,
    {
      case: caseOf({
        id: 'c',
        turns: [
          { input: 'hello', expect: [polite] },
          { input: 'and now?', expect: [] },
        ],
      }),
      arm: 'candidate',
      index: 0,
      traceId: 't',
    },
    { protocol, limitsOf: () => ({ connectMs: 1, firstByteMs: 1, stallMs: 1, totalMs: 1 }) },
    fakeJudge([passes()]),
    new AbortController().signal,
  );
  expect(asked).toBe(4);
  expect(trial?.graded.turns.map(({ outcome }) => outcome)).toEqual(['ok', 'ok']);
  expect(trial).toMatchObject({ earlierNanos: 10, earlierJudging: oneQuestion });
});
