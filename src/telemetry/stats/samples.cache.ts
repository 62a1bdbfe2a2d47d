import type { Cache } from '../../ground/store/port.ts';
import type { Range } from '../../ground/units/window.ts';
import { stateSql } from '../traces/codes.ts';
import { readFacetCalls, readRuns } from './cells.cache.ts';
import type { Samples } from './comparison.ts';
import { type Filter, isOneOf, type Numbered, numberFilter } from './filter.cache.ts';

/** Every request of a window that passes a filter, one by one; calls where the filter is about a model, a provider or a tool. Probes of ours are left out. */
export const readSamples = (cache: Cache, window: Range, filter: Filter): Samples => {
  const numbered = numberFilter(cache, filter);
  const samples = emptySamples();
  const where = ['r.synthetic = 0', ...conditionsOf(numbered)];
  const { call } = numbered;
  if (call === null) {
    for (const run of readRuns(cache, window, where.join(' AND '))) {
      samples.n += 1;
      samples.errors += run.is_error;
      samples.steps.push(run.steps);
      samples.outputTokens.push(run.out_tok);
      if (run.cost_nanos !== null) samples.costNanos.push(run.cost_nanos);
      if (run.dur_us !== null) samples.durationsUs.push(run.dur_us);
      if (run.quality_n > 0) samples.quality.push(run.quality_micro / 1e6 / run.quality_n);
    }
    return samples;
  }
  const key = filter.tool === undefined ? 's.model' : 's.name';
  const ofCall = [isOneOf(stateSql('kind'), { numbers: call.kinds }), isOneOf(key, call)];
  for (const each of readFacetCalls(cache, window, 'agent', [...where, ...ofCall].join(' AND '))) {
    samples.n += 1;
    samples.errors += each.is_error;
    if (each.dur_us !== null) samples.durationsUs.push(each.dur_us);
    if (each.counts === 0) continue;
    if (each.out_tok !== null) samples.outputTokens.push(each.out_tok);
    if (each.cost_nanos !== null) samples.costNanos.push(each.cost_nanos);
  }
  return samples;
};

const emptySamples = () => ({
  n: 0,
  errors: 0,
  costNanos: [] as number[],
  durationsUs: [] as number[],
  steps: [] as number[],
  outputTokens: [] as number[],
  quality: [] as number[],
});

const conditionsOf = ({ agent, facets }: Numbered): readonly string[] => [
  ...(agent === null ? [] : [isOneOf('r.agent', agent)]),
  ...[...facets].map(([facet, condition]) => isOneOf(`r.${facet === 'error' ? 'error_type' : facet}`, condition)),
];
