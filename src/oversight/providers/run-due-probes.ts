import { loadListPrices } from '../../agents/prices/load-list-prices.ts';
import { newTraceId } from '../../agents/protocols/trace-context.ts';
import { modelOf, mostCost } from '../../agents/providers/estimate.ts';
import { probeProvider } from '../../agents/providers/probe-provider.ts';
import { type Provider, providersOf } from '../../agents/providers/provider.ts';
import { lastDueProbeAt, probesSpentSince, probeWrite } from '../../agents/providers/provider-probes.journal.ts';
import type { Fleet } from '../../fleet/agent.ts';
import type { Context } from '../../ground/runtime/context.ts';
import { runBounded } from '../../ground/runtime/pool.ts';
import type { Journal } from '../../ground/store/port.ts';
import { probeWrites } from '../../telemetry/traces/probes.journal.ts';

const dayMs = 86_400_000;
/** Ticks do not come to the second, ms. */
const earlyMs = 30_000;
const atOnce = 4;

/** Probes the providers whose time has come (`every`), within what they may cost in a day, and answers how many were asked. */
export const runDueProbes = async (ctx: Context, fleet: Fleet): Promise<number> => {
  const scheduled = providersOf(fleet).filter(({ everyMs }) => everyMs !== null);
  if (scheduled.length === 0) return 0;
  const journal = await ctx.journal();
  const now = ctx.clock.now();
  const due: Provider[] = [];
  for (const provider of scheduled)
    if ((await isDue(journal, provider, now)) && (await isAffordable(journal, fleet, provider, now))) due.push(provider);
  await runBounded(due, { total: atOnce, perKey: 1, keyOf: ({ name }) => name, signal: ctx.signal }, async (provider) => {
    const traceId = newTraceId(ctx.random);
    // Noted before it is sent, so that its trace is known for synthetic wherever it turns up.
    await journal.commit(probeWrites([{ traceId, agent: '', check: `provider:${provider.name}`, at: now }]));
    const probe = await probeProvider(ctx, fleet, { provider, model: null, traceId, hop: null, agent: null }, ctx.signal);
    if (!ctx.signal.aborted) await journal.commit([probeWrite(probe)]);
  });
  return due.length;
};

const isDue = async (journal: Journal, { name, everyMs }: Provider, now: number): Promise<boolean> => {
  const last = await lastDueProbeAt(journal, name);
  return last === null || now - last >= (everyMs ?? 0) - earlyMs;
};

const isAffordable = async (journal: Journal, { prices }: Pick<Fleet, 'prices'>, provider: Provider, now: number): Promise<boolean> => {
  const { perDayNanos } = provider.limits;
  if (perDayNanos === null) return true;
  const spent = await probesSpentSince(journal, { provider: provider.name }, now - (now % dayMs));
  const most = mostCost(provider, modelOf(provider.probe.config), { prices, table: await loadListPrices(), now });
  return spent + (most ?? 1) <= perDayNanos;
};
