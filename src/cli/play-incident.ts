import { mitigationsOfRun } from '../controls/actions/mitigations.journal.ts';
import { openControl } from '../controls/actions/open-control.ts';
import { runaway, type Scene, storyWords } from '../desk/demo/incident-story.ts';
import { actorOf } from '../ground/audit/actor.ts';
import { readChain } from '../ground/audit/audit.journal.ts';
import { verifyChain } from '../ground/audit/verify-chain.ts';
import { unableError } from '../ground/errors.ts';
import type { Look } from '../ground/output/look.ts';
import { listOf, plural } from '../ground/output/phrases.ts';
import { collectIncident } from '../response/incidents/collect-incident.ts';
import type { Incident } from '../response/incidents/incident.ts';
import { recordAck, recordResolve, requireIncident } from '../response/incidents/record-incident.ts';
import { drawPlan } from '../response/runbooks/draw-plan.ts';
import { expireMitigations, revertMitigation } from '../response/runbooks/expire-mitigations.ts';
import { givenParams } from '../response/runbooks/given-params.ts';
import { loadRunbook } from '../response/runbooks/load-runbooks.ts';
import { openRunAids } from '../response/runbooks/open-run-aids.ts';
import type { RunResult } from '../response/runbooks/run.ts';
import { runRunbook } from '../response/runbooks/run-runbook.ts';
import { listTraces } from '../telemetry/traces/trace-list.cache.ts';
import { burntWords, nextLines } from '../views/incident.ts';
import { planLines } from '../views/plan-text.ts';
import type { Postmortem } from '../views/postmortem.ts';
import { stepLine } from '../views/runbook-run.ts';
import type { ServeEvent } from '../views/serve.ts';
import { checkAgents, type StoryStage } from './stage-incident.ts';
import { verifiersOf } from './verify-agents.ts';

/** How the incident of the demo went. */
export interface Story {
  readonly fleet: string;
  /** UTC epoch ms. */
  readonly generatedAt: number;
  readonly scenes: readonly Scene[];
  readonly report: Postmortem;
  readonly run: RunResult;
  /** The state of the agent in the end, by its checks. */
  readonly state: string;
}

/** Nobody waits longer for what should take a few seconds, ms. */
const patienceMs = 20_000;

/**
 * Plays a runaway loop from its first step to the draft of its review: a real agent that loops, real spans, real controls. Every step is what
 * the command beside it does. Throws an unable error where something that should happen does not.
 * @param tell shows a scene as soon as it is over
 */
export const playIncident = async (stage: StoryStage, look: Look, tell: (scene: Scene) => Promise<void>): Promise<Story> => {
  const { session, receiver, happened } = stage;
  const { ctx } = session;
  const { fleet } = await session.fleet();
  const journal = await ctx.journal();
  const beganAt = ctx.clock.monotonic();
  const scenes: Scene[] = [];
  const scene = async (words: Pick<Scene, 'title' | 'said'>, command: string | null = null, lines: readonly string[] = []) => {
    const told = { ...words, command, lines, atMs: Math.round(ctx.clock.monotonic() - beganAt) };
    scenes.push(told);
    await tell(told);
  };
  const wait = <Found>(look_: () => Found | null | Promise<Found | null>, what: string) => until(stage, look_, what);

  await scene(storyWords.start(), 'agentops serve', [`Listening on ${receiver.url}`]);
  // As a job every few minutes would: what has a time to end is promised only where somebody keeps the promise.
  await expireMitigations(ctx, fleet, { open: (...call) => openControl(ctx, fleet, ...call) }, () => undefined);

  await stage.ask(runaway.question);
  await scene(storyWords.trouble());

  const opened = await wait(() => happened.find(isIncident) ?? null, 'the loop was not detected');
  const incident = await requireIncident(journal, opened.incident);
  const reached = incident.cause.kind === 'cap' ? incident.cause.value : 0;
  const shown = await collectIncident(ctx, fleet, incident);
  await scene(storyWords.detected(reached, incident.openedAt - incident.startedAt), `agentops incident show ${incident.id}`, [
    'Next',
    ...nextLines(look, shown.next),
  ]);

  await recordAck(ctx, incident.id);
  const runbook = await loadRunbook(ctx, fleet, runaway.runbook, session.cwd);
  const params = givenParams(
    runbook,
    { agent: runaway.agent },
    fleet.agents.map(({ name }) => name),
  );
  const plan = await drawPlan(ctx, fleet, { runbook, params, aids: { open: (...call) => openControl(ctx, fleet, ...call) } });
  await scene(
    storyWords.planned(),
    `agentops runbook run ${runbook.name} --agent ${runaway.agent} --incident ${incident.id}`,
    planLines(plan, { look }),
  );

  const actor = actorOf(ctx.env, () => ctx.process.owner());
  const aids = { ...openRunAids(ctx, fleet, params, verifiersOf(session)), quietSince: (agent: string) => silence(stage, agent) };
  const order = {
    plan,
    runbook,
    cause: { kind: 'drill' },
    actor,
    approvals: [{ by: actor, isSigned: false, breakGlass: null }],
    incident: incident.id,
  } as const;
  const steps = new Map<string, string>();
  const run = await runRunbook(ctx, fleet, order, aids, (news) => {
    if (news.kind === 'step' && news.doing === '') steps.set(news.step.id, stepLine(look, { ...news.step, evidence: null }, ''));
  });
  const lines = [...steps.values()];
  if (run.status !== 'done') throw failed(`the run is ${run.status}: ${run.why}`, lines);
  await scene(storyWords.contained(run.containMs), null, lines);

  const contained = await collectIncident(ctx, fleet, incident);
  await scene(
    storyWords.quiet(run.quietMs, contained.burnt === null ? '' : burntWords(contained.burnt)),
    `agentops incident timeline ${incident.id}`,
  );

  const mitigations = (await mitigationsOfRun(journal, run.run.id)).filter(({ status }) => status === 'active');
  const restored: string[] = [];
  for (const mitigation of mitigations.toReversed()) {
    const ended = await revertMitigation(ctx, fleet, mitigation, 'mitigation.revert', aids);
    if (ended.result !== 'reverted') throw failed(`${mitigation.id} could not be taken back: ${ended.evidence}`, []);
    restored.push(`${mitigation.change.target}: ${ended.evidence}`);
  }
  await scene(storyWords.reverted(mitigations.length), `agentops mitigations revert ${mitigations[0]?.id ?? 'ID'}`, restored);

  const state = await checkAgents(session, [runaway.agent]);
  await scene(storyWords.verified(state), `agentops health ${runaway.agent}`);

  await recordResolve(ctx, incident.id, 'the carrier and the depot name each other no longer');
  const report = await reviewOf(stage, await requireIncident(journal, incident.id));
  await scene(storyWords.review(), `agentops incident postmortem ${incident.id}`, [
    chainWords(
      report.chain.records,
      report.timeline.acts.map(({ kind }) => kind),
    ),
  ]);
  return { fleet: fleet.name, generatedAt: ctx.clock.now(), scenes, report, run, state };
};

const isIncident = (event: ServeEvent): event is Extract<ServeEvent, { event: 'incident' }> => event.event === 'incident';

const reviewOf = async ({ session }: StoryStage, incident: Incident): Promise<Postmortem> => {
  const { ctx } = session;
  const { fleet } = await session.fleet();
  const chain = await verifyChain(readChain(await ctx.journal()), null);
  return { ...(await collectIncident(ctx, fleet, incident)), chain };
};

const chainWords = (records: number, kinds: readonly string[]): string =>
  `${plural(records, 'record')}, whole: ${listOf([...new Set(kinds.map((kind) => kind.split('.')[0] ?? kind))])}`;

const failed = (message: string, lines: readonly string[]) =>
  unableError({
    code: 'demo_failed',
    message: [message, ...lines].join('\n'),
    hint: 'agentops doctor looks for what is wrong with this machine',
  });

const lookMs = 100;

/** Waits for something that is to happen by itself. */
const until = async <Found>(
  { session: { ctx } }: StoryStage,
  look: () => Found | null | Promise<Found | null>,
  what: string,
): Promise<Found> => {
  const giveUpAt = ctx.clock.monotonic() + patienceMs;
  for (;;) {
    const found = await look();
    if (found !== null) return found;
    if (ctx.clock.monotonic() >= giveUpAt) throw failed(`${what} within ${patienceMs / 1000} s`, []);
    await ctx.clock.sleep(lookMs, ctx.signal);
  }
};

/** Silence is believed after so long: the receiver is in this very process, and nothing can be late. */
const silentMs = 1500;

/** When the last request to an agent ended, UTC epoch ms; null: it did not fall silent in time. */
export const silence = async (stage: StoryStage, agent: string): Promise<number | null> => {
  const { ctx } = stage.session;
  const cache = await ctx.cache();
  const ended = () => {
    const now = ctx.clock.now();
    const [last] = listTraces(cache, { window: { fromUs: 0, toUs: now * 1000 }, agent, order: 'newest', limit: 1 });
    const endMs = last === undefined || last.durationUs === null ? null : Math.round((last.startUs + last.durationUs) / 1000);
    return endMs !== null && now - endMs >= silentMs ? endMs : null;
  };
  return until(stage, ended, `${agent} did not fall silent`);
};
