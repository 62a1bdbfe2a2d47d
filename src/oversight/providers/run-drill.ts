import { newTraceId } from '../../agents/protocols/trace-context.ts';
import { probeProvider } from '../../agents/providers/probe-provider.ts';
import { isAnswered, type ProviderProbe } from '../../agents/providers/provider-probe.ts';
import { probeWrite } from '../../agents/providers/provider-probes.journal.ts';
import type { Fleet } from '../../fleet/agent.ts';
import { recordAct } from '../../ground/audit/record-act.ts';
import type { Context } from '../../ground/runtime/context.ts';
import { runBounded } from '../../ground/runtime/pool.ts';
import { probeWrites } from '../../telemetry/traces/probes.journal.ts';
import type { DrillPlan, PlannedProbe } from './drill.ts';

/** Providers at once, and questions to one of them. */
const atOnce = { total: 4, perKey: 1 };

/** A link that was asked. */
export interface DrillEvent {
  readonly probe: ProviderProbe;
  readonly done: number;
  readonly of: number;
}

/**
 * Asks what was planned, each question once, and keeps each answer with its audit record as it comes, so that what was proven stays so though
 * the drill is killed. When the signal fires no further question is begun.
 */
export const runDrill = async (
  ctx: Context,
  fleet: Fleet,
  { probes }: DrillPlan,
  on: (event: DrillEvent) => void,
): Promise<readonly ProviderProbe[]> => {
  const kept: ProviderProbe[] = [];
  let done = 0;
  await runBounded(probes, { ...atOnce, keyOf: ({ provider }) => provider.name, signal: ctx.signal }, async (planned) => {
    const answers = await askOnce(ctx, fleet, planned);
    done += 1;
    if (answers === null) return;
    kept.push(...answers);
    const [first] = answers;
    if (first !== undefined) on({ probe: first, done, of: probes.length });
  });
  return kept;
};

/** Null: it was given up meanwhile, and says nothing. */
const askOnce = async (ctx: Context, fleet: Fleet, { provider, model, links }: PlannedProbe): Promise<readonly ProviderProbe[] | null> => {
  const traceId = newTraceId(ctx.random);
  const [{ agent = '', hop = '' } = {}] = links;
  const journal = await ctx.journal();
  // Noted before it is sent, so that its trace is known for synthetic wherever it turns up.
  await journal.commit(probeWrites([{ traceId, agent, check: `provider:${hop}`, at: ctx.clock.now() }]));
  const asked = await probeProvider(ctx, fleet, { provider, model, traceId, hop, agent }, ctx.signal);
  if (ctx.signal.aborted) return null;
  // One answer proves every link that means the same; it was paid once.
  const answers = links.map(
    (link, at): ProviderProbe => ({ ...asked, ...link, id: `${traceId}:${at}`, costNanos: at === 0 ? asked.costNanos : 0 }),
  );
  await recordAct(ctx, async () => ({
    writes: answers.map(probeWrite),
    act: answers.map((answer) => ({
      kind: 'provider.drill',
      subject: answer.agent ?? '',
      body: {
        ...{ hop: answer.hop, provider: answer.provider, model: answer.model, outcome: answer.outcome },
        ...{ answered: isAnswered(answer), trace_id: answer.traceId },
      },
    })),
    answer: null,
  }));
  return answers;
};
