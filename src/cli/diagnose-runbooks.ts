import { boundControls, controlledActions } from '../controls/actions/bound.ts';
import { openControl } from '../controls/actions/open-control.ts';
import type { Action, ControlDriver, ControlWorld } from '../controls/actions/port.ts';
import type { Agent, Fleet } from '../fleet/agent.ts';
import type { Slot } from '../fleet/slots.ts';
import { OpsError } from '../ground/errors.ts';
import type { Context } from '../ground/runtime/context.ts';
import { runBounded } from '../ground/runtime/pool.ts';
import { stepsOf } from '../response/runbooks/plan.ts';
import { findRuns } from '../response/runbooks/runs.journal.ts';
import type { Readiness } from '../views/readiness.ts';
import { type Diagnosed, findingsIn } from './diagnosed.ts';
import { isJournalThere } from './open-journal.ts';

export interface ReadinessOptions {
  /** Milliseconds for one look. */
  readonly timeoutMs: number;
  readonly offline: boolean;
  /** Called as each control has been looked at. */
  on(done: number, total: number): void;
}

const atOnce = { total: 8, perKey: 4 };
/** Runs that are looked through for drills. */
const mostRuns = 1000;

const group = findingsIn('controls');

/** For each agent and action: what enforces it, whether it can be looked at and acted on, and when that was last tried. Changes nothing. */
export const diagnoseRunbooks = async (
  ctx: Context,
  fleet: Fleet,
  options: ReadinessOptions,
): Promise<{ readonly rows: readonly Readiness[]; readonly findings: readonly Diagnosed[] }> => {
  // Looking makes no journal.
  const drills = isJournalThere(ctx, fleet) ? await lastDrills(ctx) : new Map<string, number>();
  const jobs = fleet.agents.flatMap((agent) => controlledActions.flatMap((action) => jobsOf(agent, action)));
  const found = new Map<Job, Readiness>();
  await runBounded(jobs, { ...atOnce, keyOf: ({ slot }) => slot?.kind ?? '', signal: ctx.signal }, async (job) => {
    found.set(job, await readinessOf(ctx, fleet, job, drills.get(drillKey(job.agent, job.action)) ?? null, options));
    options.on(found.size, jobs.length);
  });
  const rows = jobs.flatMap((job) => found.get(job) ?? []);
  return { rows, findings: rows.filter(({ trouble }) => trouble !== null).map(troubleFinding) };
};

interface Job {
  readonly agent: string;
  readonly action: Action;
  /** Null: nothing is bound. */
  readonly slot: Slot | null;
}

const jobsOf = ({ name, controls }: Agent, action: Action): readonly Job[] => {
  const slots = boundControls(controls, action);
  return (slots.length === 0 ? [null] : slots).map((slot) => ({ agent: name, action, slot }));
};

const readinessOf = async (
  ctx: Context,
  fleet: Fleet,
  { agent, action, slot }: Job,
  lastDrilledAt: number | null,
  { offline, timeoutMs }: ReadinessOptions,
): Promise<Readiness> => {
  const about = { agent, action, driver: slot?.kind ?? null, target: null, lastDrilledAt, trouble: null, fix: null };
  if (slot === null || offline) return { ...about, canRead: 'unknown', canWrite: 'unknown' };
  const look = async <Answer>(access: ControlWorld['access'], ask: (driver: ControlDriver, signal: AbortSignal) => Promise<Answer>) => {
    const deadline = AbortSignal.timeout(timeoutMs);
    try {
      const driver = await openControl(ctx, fleet, agent, slot, access);
      return { answer: await ask(driver, AbortSignal.any([ctx.signal, deadline])), trouble: null, fix: null };
    } catch (thrown) {
      ctx.signal.throwIfAborted();
      if (deadline.aborted) return { answer: null, trouble: `${slot.kind} did not answer in time`, fix: 'try again with --timeout 30s' };
      if (!(thrown instanceof OpsError)) throw thrown;
      return { answer: null, trouble: thrown.message, fix: thrown.hint };
    }
  };
  const read = await look('read', async (driver, signal) =>
    driver.traits.actions.includes(action) ? { ...(await driver.read(action, signal)), isReadable: driver.traits.readable } : null,
  );
  if (read.trouble === null && read.answer === null) {
    const trouble = `a control of kind ${slot.kind}, as it is set, does not ${action.replace('_', ' ')}`;
    return { ...about, canRead: 'unknown', canWrite: 'no', trouble, fix: `${slot.at.file}:${slot.at.line}` };
  }
  const written = await look('write', mayAct(action));
  const target = read.answer?.target ?? null;
  const canRead = read.answer?.isReadable === true ? 'yes' : 'no';
  const canWrite = written.answer ?? 'no';
  const missing = read.answer?.exists === false ? `there is no ${target}` : null;
  const trouble = read.trouble ?? missing ?? written.trouble ?? (canWrite === 'no' ? `${target} may not be changed by this user` : null);
  return { ...about, target, canRead, canWrite, trouble, fix: read.fix ?? written.fix };
};

/** Where a target cannot be asked, that the credential which may act can look is all that is known. */
const mayAct =
  (action: Action) =>
  async (driver: ControlDriver, signal: AbortSignal): Promise<Readiness['canWrite']> => {
    if (driver.mayAct !== undefined) return driver.mayAct(action, signal);
    await driver.read(action, signal);
    return 'unknown';
  };

const troubleFinding = ({ agent, action, trouble, fix }: Readiness): Diagnosed => group.fail(`${agent} ${action}`, trouble ?? '', fix);

/** What drills are looked up by. */
export const drillKey = (agent: string, action: string): string => JSON.stringify([agent, action]);

/** When an action was last done on an agent by a drill that ended well, UTC epoch ms. */
export const lastDrills = async (ctx: Context): Promise<ReadonlyMap<string, number>> => {
  const runs = await findRuns(await ctx.journal(), { since: 0, open: false }, mostRuns);
  const last = new Map<string, number>();
  for (const { head, status } of runs) {
    if (head.cause.kind !== 'drill' || status !== 'done') continue;
    for (const { agent, change } of stepsOf(head.plan)) {
      const key = drillKey(agent ?? '', change?.action ?? '');
      if (change !== null && !last.has(key)) last.set(key, head.startedAt);
    }
  }
  return last;
};
