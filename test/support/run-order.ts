import type { Capabilities, Change, Touched } from '../../src/controls/actions/port.ts';
import type { Fleet } from '../../src/fleet/agent.ts';
import type { Context } from '../../src/ground/runtime/context.ts';
import type { Journal } from '../../src/ground/store/port.ts';
import { type Plan, type PlannedStep, planHash } from '../../src/response/runbooks/plan.ts';
import type { Judgement, RunAids } from '../../src/response/runbooks/run.ts';
import type { RunOrder } from '../../src/response/runbooks/run-runbook.ts';
import type { Step, Verification } from '../../src/response/runbooks/runbook.ts';
import { type ControlPeer, controlPeer } from './control-peer.ts';
import { noon } from './facts.ts';
import { fakeClock, fakeContext } from './fake-context.ts';

export const aStep = (parts: Partial<Step> = {}): Step => ({
  id: 'throttle',
  kind: 'throttle',
  target: 'support',
  when: null,
  args: {},
  timeoutMs: 30_000,
  retries: 2,
  onFail: 'undo',
  ttlMs: null,
  onExpiry: 'revert',
  verify: null,
  approval: 'none',
  irreversible: false,
  undo: 'restore',
  ttlParam: null,
  uses: [],
  at: { file: 'throttle.yaml', line: 1, column: 1 },
  ...parts,
});

export const aVerification = (parts: Partial<Verification> = {}): Verification => ({
  check: '*',
  eval: null,
  expression: null,
  windowMs: 0,
  deadlineMs: 60_000,
  ...parts,
});

export const aChange = (parts: Partial<Change> = {}): Change => ({
  action: 'throttle',
  target: 'the peer',
  from: { limit: null },
  to: { limit: 10 },
  version: null,
  reversible: true,
  lasting: null,
  ...parts,
});

const noSlot = { kind: 'peer', at: { file: 'agentops.yaml', line: 1, column: 1 } };

/** A step that changes one field of a peer of its own name. */
export const actingStep = (
  step: Partial<Step>,
  { change = {}, traits }: { change?: Partial<Change>; traits: Capabilities },
): PlannedStep => {
  const whole = aStep(step);
  return { ...idleStep(whole), control: { ...noSlot, config: { peer: whole.id } }, change: aChange(change), traits };
};

/** A step without a control. */
export const idleStep = (step: Partial<Step>): PlannedStep => {
  const whole = aStep(step);
  return {
    id: whole.id,
    step: whole,
    agent: whole.target,
    control: null,
    change: null,
    isSettled: false,
    traits: null,
    sharedWith: [],
    keepsRunning: null,
    skipped: null,
    blocked: null,
    condition: null,
    params: {},
    approval: whole.approval,
    args: whole.args,
  };
};

export const aPlan = (steps: readonly PlannedStep[], last: readonly PlannedStep[] = []): Plan => {
  const plan = {
    runbook: 'throttle',
    runbookHash: 'r'.repeat(64),
    params: {},
    steps,
    finally: last,
    locks: ['agent/support'],
    drawnAt: noon,
  };
  return { ...plan, hash: planHash(plan) };
};

export const anOrder = (plan: Plan, parts: Partial<RunOrder> = {}): RunOrder => ({
  plan,
  runbook: { name: 'throttle', class: 'other' },
  cause: { kind: 'person' },
  actor: 'maria@desk',
  approvals: [],
  incident: null,
  ...parts,
});

/** Aids over peers by the id of their step, and verdicts that are said in order; from then on everything passes. */
export const peerAids = (peers: Readonly<Record<string, ControlPeer>>, verdicts: Judgement['verdict'][] = []): RunAids => ({
  open: async (_agent, { config }) => {
    const peer = peers[(config as { peer: string }).peer];
    if (peer === undefined) throw new Error('no such peer');
    return peer.driver;
  },
  verify: async () => ({ verdict: verdicts.shift() ?? 'pass', evidence: 'as the test says' }),
  decide: async () => ({ value: true, why: null }),
});

/** A peer and the step that throttles it. */
export const throttled = (step: Partial<Step> = {}, traits: Partial<Capabilities> = {}, start: Touched = { limit: null }) => {
  const peer = controlPeer(traits, start);
  return { peer, planned: actingStep(step, { traits: peer.driver.traits }) };
};

/** A context in which only the journal is real. */
export const runContext = (journal: Journal, parts: Partial<Context> = {}): Context =>
  fakeContext({ clock: fakeClock(), env: { AGENTOPS_ACTOR: 'maria@desk' }, journal: async () => journal, ...parts });

export const runFleet = { name: 'acme', notify: {} } as unknown as Fleet;
