import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { bullWish } from '../../../src/controls/actions/bull-limits.ts';
import { intakeWish } from '../../../src/controls/actions/intake-policy.ts';
import { limitsOf } from '../../../src/controls/actions/litellm/key-fields.ts';
import type { Desired } from '../../../src/controls/actions/port.ts';
import { drawOutline } from '../../../src/response/runbooks/draw-outline.ts';
import { givenParams } from '../../../src/response/runbooks/given-params.ts';
import { readRunbookText } from '../../../src/response/runbooks/runbook-file.ts';
import { unknownFigures } from '../../../src/response/runbooks/scope.ts';
import { plainFleet } from '../../support/rehearsal.ts';

const file = join(import.meta.dirname, '../../../runbooks/throttle.yaml');

/** What the shipped throttle asks a control for. */
const wishOf = async (given: Readonly<Record<string, string>>): Promise<Desired> => {
  const { runbook } = readRunbookText(readFileSync(file, 'utf8'), file);
  const [step] = runbook?.steps ?? [];
  if (runbook === null || step === undefined) throw new Error('it is shipped');
  const params = givenParams(runbook, { agent: 'support', ...given }, ['support']);
  const { wish } = await drawOutline(plainFleet, step, params, { figures: async () => unknownFigures('green'), steps: null });
  if (wish === null) throw new Error('a throttle asks for something');
  return wish;
};

describe('a limit that was not given is not asked for, and the one that was reaches', () => {
  test('what takes requests a minute, where none was given', async () => {
    expect(bullWish(await wishOf({}), {})).toEqual({ concurrency: null, rate: { max: 10, per_ms: 60_000 } });
  });

  test('RabbitMQ', async () => {
    expect(intakeWish(await wishOf({ max_waiting: '100' }), null)).toMatchObject({ max_length: 100 });
  });

  test('BullMQ', async () => {
    expect(bullWish(await wishOf({ max_parallel: '2' }), {})).toEqual({ concurrency: 2, rate: null });
    const both = await wishOf({ max_parallel: '2', requests_per_minute: '10' });
    expect(bullWish(both, {})).toEqual({ concurrency: 2, rate: { max: 10, per_ms: 60_000 } });
  });

  test('LiteLLM', async () => {
    expect(limitsOf('key', (await wishOf({ tokens_per_minute: '5000' })).params)).toEqual({ tpm_limit: 5000 });
  });
});
