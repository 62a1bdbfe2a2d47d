import { type Provider, providersOf } from '../../../agents/providers/provider.ts';
import { isAnswered, type ProviderProbe } from '../../../agents/providers/provider-probe.ts';
import { latestProbes } from '../../../agents/providers/provider-probes.journal.ts';
import type { Fleet } from '../../../fleet/agent.ts';
import type { Cache, Journal } from '../../../ground/store/port.ts';
import { readCallMinutes } from '../../../telemetry/stats/provider-calls.cache.ts';
import { readUsualCalls } from '../../../telemetry/stats/usual-calls.cache.ts';
import { sourceOfAgent } from '../../../telemetry/traces/fleet-ownership.ts';
import { readProgress } from '../../../telemetry/traces/spans.cache.ts';
import type { ProbeSeen, ProviderSample } from '../conditions/provider-outage.ts';
import { newProviderPast, type ProviderPast, usualMs } from '../provider-past.ts';
import { watermarkOf } from './moments.ts';

const minuteMs = 60_000;
const hourUs = 3_600_000_000;
/** What is known so late is no news of now. */
const staleMs = 15 * minuteMs;
/** So many probes are looked at. */
const mostProbes = 10;

/** Reads the calls of a range (UTC epoch ms) once, with what was usual before them. Rollups must be up to date. */
export const readProviderPast = (
  cache: Cache,
  fleet: Pick<Fleet, 'sections'>,
  { from, to }: { readonly from: number; readonly to: number },
): ProviderPast => {
  const past = newProviderPast(providersOf(fleet));
  for (const minute of readCallMinutes(cache, { fromUs: from * 1000, toUs: to * 1000 })) past.add(minute);
  for (const { perHour, ...range } of usualRanges({ from, to }))
    for (const { provider, at, n, errors } of readUsualCalls(cache, range, { perHour })) past.addUsual(provider, at, { n, bad: errors });
  return past;
};

/**
 * What to read of the week before each hour of a range (UTC epoch ms), oldest first. Weeks that end a few hours apart have most of their
 * hours in common, and those are read as one sum.
 */
const usualRanges = ({ from, to }: { readonly from: number; readonly to: number }) => {
  const [first, last] = [Math.floor((from * 1000) / hourUs) * hourUs, Math.ceil((to * 1000) / hourUs) * hourUs];
  const [oldest, commonFrom] = [first - usualMs * 1000, last - usualMs * 1000];
  if (commonFrom >= first) return [{ fromUs: oldest, toUs: last, perHour: true }];
  return [
    { fromUs: oldest, toUs: commonFrom, perHour: true },
    { fromUs: commonFrom, toUs: first, perHour: false },
    { fromUs: first, toUs: last, perHour: true },
  ];
};

/** Up to when the calls of a fleet are known (UTC epoch ms), by the source that is ahead; null: none ever came. */
const knownTo = (cache: Cache, fleet: Fleet, now: number): number | null => {
  const sources = new Set(fleet.agents.flatMap((agent) => sourceOfAgent({ agents: [agent], backends: fleet.backends }, agent.name) ?? []));
  const known = [...sources].flatMap((name) => watermarkOf(readProgress(cache, name), now) ?? []);
  return known.length === 0 ? null : Math.max(...known);
};

/**
 * What is known of every provider as of a moment (UTC epoch ms): of calls up to where traces are known, of probes up to then.
 * @param calls those of a range that the moment and its windows lie in; null: they are read
 */
export const readProviders = async (
  { cache, journal }: { readonly cache: Cache; readonly journal: Journal },
  fleet: Fleet,
  { moment, widths, calls = null }: { readonly moment: number; readonly widths: readonly number[]; readonly calls?: ProviderPast | null },
): Promise<readonly ProviderSample[]> => {
  const known = knownTo(cache, fleet, moment);
  const end = Math.floor(Math.min(moment, known ?? 0) / minuteMs) * minuteMs;
  const isNews = moment - end <= staleMs;
  const past = isNews
    ? (calls ?? readProviderPast(cache, fleet, { from: end - Math.max(0, ...widths), to: end }))
    : newProviderPast(providersOf(fleet));
  const byName = new Map(providersOf(fleet).map((provider) => [provider.name, provider]));
  const samples: ProviderSample[] = [];
  for (const sample of past.at(end, widths))
    samples.push({ ...sample, probes: await readProbes(journal, byName.get(sample.provider) ?? null, moment) });
  return samples;
};

/** Probes that are still news of a provider, newest first; one that the manifest does not have is never probed. */
export const readProbes = async (journal: Journal, provider: Provider | null, moment: number): Promise<readonly ProbeSeen[]> => {
  if (provider === null) return [];
  const probes = await latestProbes(journal, provider.name, { since: moment - newsOf(provider), until: moment, limit: mostProbes });
  return probes.map(seenOf);
};

/** How long a probe of a provider is news, ms. */
export const newsOf = ({ everyMs }: Pick<Provider, 'everyMs'>): number => Math.max(staleMs, 2.5 * (everyMs ?? 0));

/** A probe as rules look at it. */
export const seenOf = (probe: ProviderProbe): ProbeSeen => ({
  at: probe.at,
  isAnswered: isAnswered(probe),
  cause: probe.cause ?? probe.outcome.replace('_', ' '),
});
