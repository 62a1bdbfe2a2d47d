import type { ProviderProbe } from '../../src/agents/providers/provider-probe.ts';
import { noon } from './facts.ts';

let no = 0;

/** A probe that was answered, but for what a test says. */
export const aProviderProbe = (parts: Partial<ProviderProbe> = {}): ProviderProbe => {
  no += 1;
  return {
    ...{ id: `probe-${no}`, provider: 'anthropic', model: 'm', hop: null, agent: null, at: noon },
    ...{ outcome: 'ok', cause: null, detail: '', httpStatus: 200, latencyMs: 200, ttftMs: null },
    ...{ costNanos: 1000, costSource: 'list', answeredBy: 'm', answerer: { host: 'example.com', vendor: null, gateway: null } },
    ...{ limits: {}, retryAfterMs: null, traceId: no.toString(16).padStart(32, '0') },
    ...parts,
  };
};
