import { befalls, type Fate, isMishap, noMishap, passingMishaps, seededFate } from '../../controls/actions/mishap.ts';
import { standingMitigations } from '../../controls/actions/mitigations.journal.ts';
import { type OpenControl, openTwins } from '../../controls/actions/open-twins.ts';
import type { Fleet } from '../../fleet/agent.ts';
import { readChain } from '../../ground/audit/audit.journal.ts';
import { verifyChain } from '../../ground/audit/verify-chain.ts';
import { messageOf } from '../../ground/errors.ts';
import { canonicalJson, type Json } from '../../ground/json.ts';
import { seededRandom } from '../../ground/math/seeded.ts';
import type { Clock, Context } from '../../ground/runtime/context.ts';
import { virtualClock } from '../../ground/runtime/virtual-clock.ts';
import { heldLeases } from '../../ground/store/lease.ts';
import type { Journal } from '../../ground/store/port.ts';
import { openPassingJournal } from '../../ground/store/sqlite.ts';
import type { Given } from './approval.ts';
import { evaluateTurn } from './evaluate-condition.ts';
import type { Plan, PlannedStep } from './plan.ts';
import { recordApprovers } from './record-approval.ts';
import type { Judgement, RunAids, RunResult, Verdict } from './run.ts';
import { resumeRun, runRunbook } from './run-runbook.ts';
import type { Runbook, Verification } from './runbook.ts';
import { findRuns } from './runs.journal.ts';
import { healthyFigures } from './scope.ts';
import type { Boundary, Fault, Path, PathEnd } from './simulation.ts';
import type { Word } from './word.ts';

export interface SimulationOptions {
  readonly runbook: Runbook;
  /** Drawn on twins: on healthy targets. */
  readonly plan: Plan;
  /** Opens the real driver, for its traits, its wishes and its healthy state alone. */
  readonly real: OpenControl;
  /** Null: nothing goes wrong but what a path says. */
  readonly seed: number | null;
}

/** Of the acts for which a seed is to decide, so many meet a fault. */
const seededShare = 0.4;
/** Whoever resumes comes when every lease of the dead has run out, ms. */
const untilResumedMs = 600_000;
/** People do what they are asked to, and time passes; not for ever. */
const mostLives = 100;

const simulator = 'simulation';
/** Two people who approve of everything. */
const approvals: readonly Given[] = ['one', 'two'].map((by) => ({ by, isSigned: true, breakGlass: null }));

/** People approve, or say that they did it, where a run waits for them; null: it goes on by itself. */
const answerFor = async (ctx: Context, { run, steps }: RunResult): Promise<Word | null> => {
  const asked = steps.find(({ kind, status }) => (kind === 'manual' || kind === 'approve') && status === 'intent');
  if (asked?.kind === 'manual') return { step: asked.id, says: 'done' };
  if (asked !== undefined)
    await recordApprovers(
      ctx,
      run,
      asked.id,
      approvals.map(({ by }) => by),
    );
  return null;
};

/** Goes a path in memory: nothing of the real journal, of a network or of a program is touched. */
export const simulatePath = async (ctx: Context, fleet: Fleet, options: SimulationOptions, path: Path): Promise<PathEnd> => {
  const clock = virtualClock(options.plan.drawnAt);
  const journal = await openPassingJournal(() => clock.now());
  const twins = openTwins({ real: options.real, clock, fate: fateOf(options, path) });
  const boundaries = new Set<Boundary>();
  let isDead = false;
  let isSpared = path.crashAt === null;
  const aids: RunAids = {
    open: twins.open,
    verify: async (verification, agent) => judgementOf(options.plan, path, verification, agent),
    decide: async (planned, earlier) => {
      const judged = await evaluateTurn(fleet, planned, options.plan.params, {
        figures: async () => healthyFigures,
        steps: Object.fromEntries(earlier.map(({ id, status, verdict }) => [id, { status, verdict }])),
      });
      return { value: judged.value, why: judged.why ?? '' };
    },
    crash: (boundary) => {
      boundaries.add(boundary);
      if (isSpared || boundary !== path.crashAt) return;
      isDead = true;
      throw new Death();
    },
  };
  const alone = isolated(ctx, { clock, random: seededRandom(options.seed ?? 1), journal: mortal(journal, () => isDead) });
  const order = { ...options, cause: { kind: 'drill' }, actor: simulator, approvals, incident: null } as const;
  const begin = () => runRunbook(alone, fleet, order, aids, () => undefined);
  const resume = (run: string, word: Word | null) => resumeRun(alone, fleet, run, aids, () => undefined, word);
  const revive = async (): Promise<RunResult> => {
    isDead = false;
    isSpared = true;
    await clock.sleep(untilResumedMs, ctx.signal);
    const [run] = await findRuns(journal, { since: 0, open: false }, 1);
    return run === undefined ? begin() : resume(run.head.id, null);
  };
  const goThrough = async (): Promise<RunResult> => {
    let result: RunResult | null = null;
    for (let life = 0; life < mostLives; life++) {
      try {
        if (result === null) result = life === 0 ? await begin() : await revive();
        else if (result.status !== 'waiting') return result;
        else {
          await clock.sleep(untilResumedMs, ctx.signal);
          result = await resume(result.run.id, await answerFor(alone, result));
        }
      } catch (thrown) {
        if (!isDead) throw thrown;
        result = null;
      }
    }
    throw new Error(`it was still not over after ${mostLives} resumptions`);
  };
  const result = await goThrough().catch(messageOf);
  const isBroken = typeof result === 'string';
  const end: PathEnd = {
    path,
    status: isBroken ? null : result.status,
    why: isBroken ? result : result.why,
    steps: isBroken ? [] : result.steps,
    boundaries: [...boundaries],
    acts: twins.acts,
    state: twins.state(),
    fieldsOf: ({ agent, control }) => (control === null ? {} : twins.fieldsOf(agent ?? '', control)),
    isChainWhole: (await verifyChain(readChain(journal), null)).broken === null,
    held: (await heldLeases(journal, '')).map(({ name }) => name),
    inForce: (await standingMitigations(journal)).map(({ step }) => step),
    tookMs: clock.now() - options.plan.drawnAt,
    containMs: isBroken ? null : result.containMs,
  };
  await journal.close();
  return end;
};

/** What a path says of a step comes before what a seed says. */
const fateOf = ({ plan, seed }: SimulationOptions, { failing }: Path): Fate => {
  const seeded = seed === null ? noMishap : seededFate(seed, seededShare, passingMishaps);
  const all = [...plan.steps, ...plan.finally];
  return (attempt) => {
    const step = all.find(({ agent, change }) => (agent ?? '') === attempt.agent && sameJson(change, attempt.change));
    const fault = attempt.doing === 'apply' && step !== undefined ? failing[step.id] : undefined;
    return fault !== undefined && isMishap(fault) ? befalls(fault, attempt) : seeded(attempt);
  };
};

const verdicts: Partial<Record<Fault, Verdict>> = { unverified: 'fail', inconclusive: 'inconclusive' };

const judgementOf = ({ steps, finally: last }: Plan, { failing }: Path, asked: Verification, agent: string | null): Judgement => {
  const meant = [...steps, ...last].filter((planned) => planned.agent === agent && asksFor(planned, asked));
  const fault = meant.map(({ id }) => failing[id]).find((each) => each !== undefined && !isMishap(each));
  const verdict = (fault === undefined ? null : verdicts[fault]) ?? 'pass';
  return { verdict, evidence: `${verdict}, in memory` };
};

const asksFor = ({ step, args }: PlannedStep, asked: Verification): boolean => {
  if (step.verify !== null) return sameJson(step.verify, asked);
  const { check, eval: suite, expression } = asked;
  return (
    (step.kind === 'check' && args['check'] === check) ||
    (step.kind === 'eval' && args['suite'] === suite) ||
    (step.kind === 'query' && args['expression'] === expression)
  );
};

const sameJson = (one: object | null, other: object | null): boolean => canonicalJson(one as Json) === canonicalJson(other as Json);

/** What a boundary throws to end a run at once, as a kill would. */
class Death extends Error {
  constructor() {
    super('the process died, an injected fault');
  }
}

/** The journal as a process sees it that may die: from then on it writes and reads nothing, whatever is still to be cleaned up. */
const mortal = (journal: Journal, isDead: () => boolean): Journal => {
  const alive = <T>(work: () => Promise<T>): Promise<T> => (isDead() ? Promise.reject(new Death()) : work());
  return {
    all: (sql, ...params) => alive(() => journal.all(sql, ...params)),
    commit: (writes, survives) => alive(() => journal.commit(writes, survives)),
    now: () => alive(() => journal.now()),
    close: async () => undefined,
  };
};

/** The same context cut off from everything outside. */
const isolated = (ctx: Context, parts: { readonly clock: Clock; readonly random: () => number; readonly journal: Journal }): Context => {
  const reach = () => Promise.reject(new Error('a simulation reached for the world'));
  return {
    ...ctx,
    clock: parts.clock,
    random: parts.random,
    http: { send: reach },
    env: { ...ctx.env, AGENTOPS_ACTOR: simulator },
    process: { baseEnv: {}, owner: () => ({ user: simulator, host: simulator }), find: () => null, run: reach, start: reach },
    sandbox: { run: reach },
    journal: async () => parts.journal,
    cache: reach,
  };
};
