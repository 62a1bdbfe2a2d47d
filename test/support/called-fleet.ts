import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { dutyWrite } from '../../src/controls/actions/mitigations.journal.ts';
import type { Fleet } from '../../src/fleet/agent.ts';
import type { Context } from '../../src/ground/runtime/context.ts';
import type { Journal } from '../../src/ground/store/port.ts';
import { openSqliteJournal } from '../../src/ground/store/sqlite.ts';
import { openSqliteCache } from '../../src/ground/store/sqlite-cache.ts';
import type { Alert } from '../../src/oversight/alerts/alert.ts';
import { quietInstance } from '../../src/oversight/alerts/alert-state.ts';
import { alertWrite } from '../../src/oversight/alerts/alerts.journal.ts';
import { duePosts } from '../../src/oversight/notify/outbox.journal.ts';
import type { Message } from '../../src/oversight/notify/port.ts';
import type { CalledRun } from '../../src/response/tick/called-run.ts';
import { runCalled } from '../../src/response/tick/run-called.ts';
import { fakeContext } from './fake-context.ts';
import { load } from './load-manifest.ts';
import { temporaryFolder } from './temporary.ts';
import { openWorld } from './world.ts';

const manifest = `
version: 1
fleet: acme
notify: { oncall: { kind: webhook, url: "https://example.com/hook" } }
backends:
  open: { kind: otlp }
runbooks: [runbooks]
alerts:
  - { type: defaults }
  - { rule: heartbeat, type: heartbeat }
  - { rule: queue, type: queue_depth, limit: 5 }
agents:
  support:
    traces: { backend: open, match: { agent_name: support } }
    controls: { disable: { via: flag-file, path: flags.json, flag: agent.support.enabled } }
  unbound: {}
`;

const closing = (name: string, triggers: string, guardrails: string) => `
metadata: { name: ${name}, class: loop, description: Lets an agent take no new work. }
params:
  agent: { type: agent, description: Which agent. }
triggers: [ ${triggers} ]
guardrails: { ${guardrails} }
steps:
  - disable: {}
    ttl: 1h
`;

const flag = 'agent.support.enabled';
const flagsOf = (isOpen: boolean) => ({
  flags: { [flag]: { state: 'ENABLED', defaultVariant: isOpen ? 'on' : 'off', variants: { on: true, off: false } } },
});

/** Agents whose alerts call for runbooks that close them. */
export interface CalledFleet {
  readonly ctx: Context;
  readonly fleet: Fleet;
  readonly journal: Journal;
  /** UTC epoch ms when it was staged. */
  readonly now: number;
  /** Lets time pass, ms. */
  pass(ms: number): void;
  /** What becomes of alerts that fire; the journal knows of them. */
  call(...firing: readonly Alert[]): Promise<readonly CalledRun[]>;
  isOpen(): boolean;
  /** Somebody else turns the flag. */
  turn(isOpen: boolean): void;
  /** What people are told, in the order in which it was written. */
  letters(): Promise<readonly Message[]>;
}

/** @param runbooks triggers of runbooks that close their agent, by name */
export const openCalledFleet = async (
  runbooks: Readonly<Record<string, string>>,
  { guardrails = 'runs_per_hour: 9, targets: 1, cooldown: 0s' }: { readonly guardrails?: string } = {},
): Promise<CalledFleet> => {
  const folder = temporaryFolder();
  const flags = join(folder, 'flags.json');
  const turn = (isOpen: boolean) => writeFileSync(flags, JSON.stringify(flagsOf(isOpen)));
  mkdirSync(join(folder, 'runbooks'));
  writeFileSync(join(folder, 'agentops.yaml'), manifest);
  turn(true);
  for (const [name, triggers] of Object.entries(runbooks))
    writeFileSync(join(folder, 'runbooks', `${name}.yaml`), closing(name, triggers, guardrails));
  const { fleet } = await load(folder);
  let passed = 0;
  const now = () => Date.now() + passed;
  const journal = await openSqliteJournal(join(folder, 'journal.db'), now);
  const cache = await openSqliteCache(join(folder, 'cache.db'));
  const world = openWorld();
  onTestFinished(async () => {
    cache.close();
    await journal.close();
    await world.http.close();
  });
  // Somebody ends what it begins: without that promise nothing starts that is to end by itself.
  await journal.commit([dutyWrite('expire', now())]);
  const base = { ...fakeContext(), ...world };
  const ctx: Context = { ...base, clock: { ...base.clock, now }, journal: async () => journal, cache: async () => cache };
  const unasked = async () => ({ verdict: 'inconclusive', evidence: '' }) as const;
  return {
    ...{ ctx, fleet, journal, turn },
    now: now(),
    pass: (ms) => {
      passed += ms;
    },
    call: async (...firing) => {
      await journal.commit([...firing.map(alertWrite), dutyWrite('expire', now())]);
      return (await runCalled(ctx, fleet, firing, { check: unasked, eval: unasked })).settled;
    },
    isOpen: () => JSON.parse(readFileSync(flags, 'utf8')).flags[flag].defaultVariant === 'on',
    letters: async () => (await duePosts(journal, { now: now() + 1, limit: 99 })).map(({ message }) => message),
  };
};

/** An alert that fires since an instant (UTC epoch ms). */
export const firedAlert = (rule: string, firedAt: number, { label = '', agent = 'support' } = {}): Alert => ({
  ...{ rule, agent, label, severity: 'page', category: 'cost' },
  instance: { ...quietInstance, state: 'firing', since: firedAt, breachedSince: firedAt, judgedAt: firedAt, firedAt, changes: [firedAt] },
  judgement: { said: 'breach', value: 1, threshold: 0, baseline: null, unit: 'count', n: 1, reason: 'it does', numbers: {} },
  ...{ exemplar: null, told: null, quiet: null, ack: null },
});

/** The same alert when it is over. */
export const resolvedAlert = (alert: Alert): Alert => ({ ...alert, instance: { ...alert.instance, state: 'resolved' } });
