import { mitigationsOfRun } from '../controls/actions/mitigations.journal.ts';
import { runaway } from '../desk/demo/incident-story.ts';
import type { Agent } from '../fleet/agent.ts';
import { actorOf } from '../ground/audit/actor.ts';
import { OpsError, refusedError, unableError, usageError } from '../ground/errors.ts';
import { collectApprovals } from '../response/runbooks/collect-approvals.ts';
import { drawPlan } from '../response/runbooks/draw-plan.ts';
import type { Drill, Restored } from '../response/runbooks/drill.ts';
import { revertMitigation } from '../response/runbooks/expire-mitigations.ts';
import { openRunAids } from '../response/runbooks/open-run-aids.ts';
import { agentsOf, obstaclesOf, type Plan } from '../response/runbooks/plan.ts';
import { requireGuards } from '../response/runbooks/require-guards.ts';
import type { RunAids } from '../response/runbooks/run.ts';
import { runRunbook } from '../response/runbooks/run-runbook.ts';
import { type AskedRunbook, askedRunbook } from './asked-runbook.ts';
import { signersOf } from './carry-out.ts';
import type { Session } from './command.ts';
import { openAids } from './plan-aids.ts';
import { silence } from './play-incident.ts';
import { openRunNews } from './run-news.ts';
import { checkAgents, stageIncident } from './stage-incident.ts';
import { verifiersOf } from './verify-agents.ts';

export interface DrillFlags {
  readonly agent?: string;
  readonly param?: readonly string[];
  /** The agent's name, typed. */
  readonly confirm?: string;
  /** So long containment may take, ms. */
  readonly within: number;
}

interface Scene {
  readonly isDemo: boolean;
  readonly incident: string | null;
  readonly detectMs: number | null;
  readonly quietSince: RunAids['quietSince'];
}

const noScene: Scene = { isDemo: false, incident: null, detectMs: null, quietSince: undefined };

/** Runs a runbook in earnest where that does no harm, measures it, and takes everything back: on the demo fleet, or on one's own agent. */
export const runDrill = async (
  session: Session,
  name: string,
  flags: DrillFlags,
): Promise<{ readonly fleet: string; readonly drill: Drill }> =>
  flags.agent === undefined ? drillDemo(session, name, flags) : drillOwn(session, name, { ...flags, agent: flags.agent });

const detectWithinMs = 20_000;
const lookMs = 50;

/** On the demo fleet, whose agent is made to run away first. */
const drillDemo = async (outer: Session, name: string, flags: DrillFlags) => {
  const stage = await stageIncident(outer);
  const { session, happened } = stage;
  const { ctx } = session;
  try {
    const asked = await askedRunbook(session, name, { ...flags, agent: runaway.agent });
    // What cannot be done is told before anything runs away.
    await plannedFor(session, asked);
    const beganAt = ctx.clock.now();
    await stage.ask(runaway.question);
    const giveUpAt = ctx.clock.monotonic() + detectWithinMs;
    let opened = happened.find((event) => event.event === 'incident');
    while (opened === undefined) {
      if (ctx.clock.monotonic() > giveUpAt)
        throw unableError({
          code: 'drill_undetected',
          message: `the loop of ${runaway.agent} was not detected within ${detectWithinMs / 1000} s`,
          hint: 'agentops demo incident shows what should happen',
        });
      await ctx.clock.sleep(lookMs, ctx.signal);
      opened = happened.find((event) => event.event === 'incident');
    }
    const scene = {
      isDemo: true,
      incident: opened.incident,
      detectMs: ctx.clock.now() - beganAt,
      quietSince: (agent: string) => silence(stage, agent).catch(neverSilent),
    };
    return await carryOutDrill(session, asked, await plannedFor(session, asked), scene, flags.within);
  } finally {
    await stage.stop();
  }
};

/** That it goes on is a finding of the drill, and no failure. */
const neverSilent = (thrown: unknown): null => {
  if (thrown instanceof OpsError && thrown.kind === 'unable') return null;
  throw thrown;
};

/** On an agent of one's own that is not production, once its name was typed. */
const drillOwn = async (session: Session, name: string, flags: DrillFlags & { readonly agent: string }) => {
  const asked = await askedRunbook(session, name, flags);
  const plan = await plannedFor(session, asked);
  const touched = agentsOf(plan);
  for (const agent of asked.fleet.agents.filter((each) => touched.includes(each.name) || each.name === flags.agent)) requireHarmless(agent);
  await requireTyped(session, flags.agent, flags.confirm, name);
  return carryOutDrill(session, asked, plan, noScene, flags.within);
};

const production = /^prod(uction)?$/i;

const requireHarmless = ({ name, env }: Agent): void => {
  if (env !== null && !production.test(env)) return;
  throw refusedError({
    code: 'drill_in_production',
    message:
      env === null
        ? `${name} does not say where it runs: a drill might hit production`
        : `${name} runs in ${env}: a drill would stop it for everybody`,
    hint: env === null ? `add env: staging under agents.${name} where that is so` : 'leave --agent out to drill on the demo fleet',
  });
};

const requireTyped = async ({ ctx, terminal }: Session, agent: string, typed: string | undefined, runbook: string): Promise<void> => {
  const command = `agentops runbook drill ${runbook} --agent ${agent} --confirm ${agent}`;
  const said = typed ?? (await terminal.prompts?.input(`This acts on ${agent} in earnest. Type its name to go on`, ctx.signal)) ?? null;
  if (said?.trim() === agent) return;
  throw refusedError({
    code: said === null ? 'confirmation_needed' : 'not_confirmed',
    message:
      said === null
        ? `a drill acts on ${agent} in earnest, and nobody is here to confirm it`
        : 'it was not confirmed, and nothing was done',
    hint: command,
    details: { confirm_command: command },
  });
};

const plannedFor = async ({ ctx }: Session, { fleet, runbook, params }: AskedRunbook): Promise<Plan> => {
  const plan = await drawPlan(ctx, fleet, { runbook, params, aids: await openAids(ctx, fleet, false) });
  const [first] = obstaclesOf(plan);
  if (first === undefined) return plan;
  throw usageError({
    code: 'plan_blocked',
    message: `step ${first.step} cannot be done: ${first.obstacle.why}`,
    hint: first.obstacle.hint ?? 'agentops runbook plan shows it',
  });
};

const carryOutDrill = async (
  session: Session,
  { fleet, runbook, params }: AskedRunbook,
  plan: Plan,
  { isDemo, incident, detectMs, quietSince }: Scene,
  withinMs: number,
): Promise<{ readonly fleet: string; readonly drill: Drill }> => {
  const { ctx } = session;
  const actor = actorOf(ctx.env, () => ctx.process.owner());
  const real = openRunAids(ctx, fleet, params, verifiersOf(session));
  const aids: RunAids = quietSince === undefined ? real : { ...real, quietSince };
  const given = isDemo ? [] : await collectApprovals(ctx, plan.hash, signersOf(fleet, session.cwd, undefined));
  const own = { by: actor, isSigned: false, breakGlass: isDemo ? 'a drill on the demo fleet' : null };
  const approvals = given.some(({ by }) => by === actor) ? given : [...given, own];
  // The drill itself takes everything back.
  const guard = () => requireGuards(ctx, fleet, runbook, plan, { isAutomatic: false, ignoresTick: true });
  const order = { plan, runbook, cause: { kind: 'drill' }, actor, approvals, incident, guard } as const;
  const news = await openRunNews(session);
  const result = await runRunbook(ctx, fleet, order, aids, news.on).finally(news.close);
  const restored = await takeBack(session, result.run.id, aids);
  const state = await stateOf(session, agentsOf(plan));
  return { fleet: fleet.name, drill: { result, isDemo, detectMs, restored, state, withinMs } };
};

/** Everything that is still in force, the last first. */
const takeBack = async ({ ctx, fleet: load }: Session, run: string, aids: RunAids): Promise<readonly Restored[]> => {
  const { fleet } = await load();
  const mitigations = (await mitigationsOfRun(await ctx.journal(), run)).filter(({ status }) => status !== 'reverted');
  const restored: Restored[] = [];
  for (const mitigation of mitigations.toReversed()) {
    const { result, evidence } = await revertMitigation(ctx, fleet, mitigation, 'mitigation.revert', aids);
    restored.push({ step: mitigation.step, target: mitigation.change.target, result, evidence });
  }
  return restored;
};

/** Null: none of them has a check that could be asked. */
const stateOf = async (session: Session, agents: readonly string[]): Promise<string | null> => {
  const { fleet } = await session.fleet();
  const asked = fleet.agents.filter(({ name, checks }) => agents.includes(name) && checks.some(({ kind }) => kind !== 'heartbeat'));
  if (asked.length === 0) return null;
  try {
    return await checkAgents(
      session,
      asked.map(({ name }) => name),
    );
  } catch (thrown) {
    if (!(thrown instanceof OpsError)) throw thrown;
    return 'unknown';
  }
};
