import { describe, expect, test } from 'vitest';
import type { AskedRunbook } from '../../src/cli/asked-runbook.ts';
import type { Session } from '../../src/cli/command.ts';
import { confirmCommandOf } from '../../src/cli/confirm-command.ts';
import { type ConfirmFlags, confirmPlan, offerPlan } from '../../src/cli/confirm-plan.ts';
import type { Plan } from '../../src/response/runbooks/plan.ts';
import type { Runbook } from '../../src/response/runbooks/runbook.ts';
import { fakeContext } from '../support/fake-context.ts';
import { plainTraits } from '../support/plain-control.ts';
import { actingStep, aPlan, runFleet } from '../support/run-order.ts';

const plain = { width: null, unicode: true, paint: (_tone: string, text: string) => text };
const runbook = { name: 'throttle', version: 1, class: 'other', description: 'd', params: [] } as unknown as Runbook;
const asked: AskedRunbook = { fleet: runFleet, named: 'throttle', runbook, params: {} };
const mild = aPlan([actingStep({}, { traits: plainTraits })]);
const severe = aPlan([actingStep({ kind: 'kill' }, { change: { action: 'kill' }, traits: plainTraits })]);

/** A person who answers so; null: nobody is there. */
const meet = (answer: string | boolean | null, format = 'text') => {
  const seen: string[] = [];
  const session = {
    ctx: fakeContext(),
    flags: {},
    format,
    show: async ({ formats }: { formats: { text: (view: unknown) => Promise<string> } }) =>
      void seen.push(await formats.text({ look: plain, verbose: false, zone: 'UTC' })),
    terminal: {
      err: plain,
      zone: 'UTC',
      say: (line: string) => seen.push(line),
      prompts: answer === null ? null : { confirm: async () => answer === true, input: async () => String(answer) },
    },
  } as unknown as Session;
  return { session, seen };
};

const confirmedBy = async (session: Session, plan: Plan, flags: ConfirmFlags = {}) =>
  confirmPlan(session, await offerPlan(session, asked, plan, flags), flags);

const confirmed = (plan: Plan, answer: string | boolean | null, flags: ConfirmFlags = {}) => confirmedBy(meet(answer).session, plan, flags);

describe('a plan', () => {
  test('is shown before anybody is asked', async () => {
    const { session, seen } = meet(true);
    expect(await confirmedBy(session, mild)).toBe(true);
    expect(seen.join('\n')).toMatch(/throttle {2}the peer\n.*limit {2}not set → 10/);
  });

  test('that nobody agrees to is not carried out', async () => {
    await expect(confirmed(mild, false)).rejects.toMatchObject({ kind: 'refused', code: 'not_confirmed' });
  });

  test('that stops an agent wants its name, and nothing like it', async () => {
    for (const typed of ['', 'y', 'Support', 'support2', 'true'])
      await expect(confirmed(severe, typed, { yes: true })).rejects.toMatchObject({ code: 'not_confirmed' });
    expect(await confirmed(severe, ' support ')).toBe(true);
  });

  test('is confirmed by its hash where nobody is there, and by that of no other', async () => {
    expect(await confirmed(severe, null, { confirm: severe.hash.slice(0, 12) })).toBe(false);
    for (const hash of ['', 'h', severe.hash.slice(0, 7), `x${severe.hash.slice(1, 12)}`])
      await expect(confirmed(mild, null, { confirm: hash })).rejects.toMatchObject({ kind: 'refused', code: 'plan_stale' });
  });

  test('is refused where nobody is there, with the command that confirms just it; as JSON it says nothing beside that', async () => {
    const { session, seen } = meet(null, 'json');
    const command = `agentops runbook run throttle --confirm ${mild.hash.slice(0, 12)}`;
    await expect(confirmedBy(session, mild)).rejects.toMatchObject({
      code: 'confirmation_needed',
      hint: command,
      details: { confirm_command: command, plan: { plan_hash: mild.hash } },
    });
    expect(seen).toEqual([]);
    expect(await confirmed(mild, null, { yes: true })).toBe(false);
  });
});

test('the command that confirms says everything again that matters to the run', () => {
  const said = { incident: '2026-11-23-loop', breakGlass: "it's on fire", tickCheck: false, signers: '-odd' };
  const command = confirmCommandOf({ flags: { manifest: 'ops/fleet.yaml' } }, { ...asked, named: './ours.yaml' }, mild, said);
  expect(command).toBe(
    `agentops runbook run ./ours.yaml --confirm ${mild.hash.slice(0, 12)} --incident 2026-11-23-loop --break-glass 'it'\\''s on fire' --signers=-odd --no-tick-check --manifest ops/fleet.yaml`,
  );
});
