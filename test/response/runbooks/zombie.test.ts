import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openTwins } from '../../../src/controls/actions/open-twins.ts';
import { readChain } from '../../../src/ground/audit/audit.journal.ts';
import { verifyChain } from '../../../src/ground/audit/verify-chain.ts';
import { openSqliteJournal } from '../../../src/ground/store/sqlite.ts';
import type { RunAids, RunResult } from '../../../src/response/runbooks/run.ts';
import { resumeRun, runRunbook } from '../../../src/response/runbooks/run-runbook.ts';
import { findRuns } from '../../../src/response/runbooks/runs.journal.ts';
import { noon } from '../../support/facts.ts';
import { fakeClock, fakeContext, fakeRandom } from '../../support/fake-context.ts';
import { plainFleet, plainRunbook, rehearsalOf } from '../../support/rehearsal.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const steps = `
- throttle: { requests_per_minute: 10 }
  target: "{{ params.agent }}"
- kill: {}
  target: "{{ params.agent }}"
  irreversible: true
`;

test.each(['throttle', 'kill'] as const)(
  'a process that stood still before %s, and was replaced meanwhile, does and writes nothing more',
  async (action) => {
    const clock = fakeClock(noon);
    const path = join(temporaryFolder(), 'journal.db');
    const process = async (seed: number) => {
      const journal = await openSqliteJournal(path, () => clock.now());
      onTestFinished(() => journal.close());
      return fakeContext({ clock, random: fakeRandom(seed), env: { AGENTOPS_ACTOR: 'maria' }, journal: async () => journal });
    };
    // Neither to be read nor harmless to repeat: nobody but the lock keeps it from being done twice.
    const { runbook, plan, real } = await rehearsalOf(plainRunbook(steps), { readable: false, idempotent: false });
    const twins = openTwins({ real, clock });
    const sure = {
      open: twins.open,
      verify: async () => ({ verdict: 'pass', evidence: '' }) as const,
      decide: async () => ({ value: true, why: null }) as const,
    };
    const [first, second] = [await process(1), await process(2)];
    const journal = await first.journal();
    let replacement: RunResult | null = null;
    const standing: RunAids = {
      ...sure,
      open: async (agent, slot, access) => {
        const isNow =
          access === 'write' && twins.acts.every((act) => act.action !== action) && (action === 'throttle' || twins.acts.length > 0);
        if (isNow && replacement === null) {
          clock.advance(600_000);
          const [run] = await findRuns(journal, { since: 0, open: false }, 1);
          replacement = await resumeRun(second, plainFleet, run?.head.id ?? '', sure, () => undefined);
        }
        return twins.open(agent, slot, access);
      },
    };
    const order = { plan, runbook, cause: { kind: 'person' }, actor: 'maria', approvals: [], incident: null } as const;
    await expect(runRunbook(first, plainFleet, order, standing, () => undefined)).rejects.toMatchObject({
      kind: 'handover',
      code: 'lock_lost',
    });
    expect(replacement).toMatchObject({ status: 'done' });
    expect(twins.acts.map((act) => act.action)).toEqual(['throttle', 'kill', 'kill']);
    const [run] = await findRuns(journal, { since: 0, open: false }, 1);
    expect(run?.status).toBe('done');
    expect((await verifyChain(readChain(journal), null)).broken).toBeNull();
  },
);
