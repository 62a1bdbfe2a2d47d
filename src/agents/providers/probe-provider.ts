import type { Fleet } from '../../fleet/agent.ts';
import type { World } from '../../fleet/slots.ts';
import { dig } from '../../ground/json.ts';
import type { Http, HttpHead } from '../../ground/runtime/context.ts';
import { converse } from '../protocols/converse.ts';
import { endpointLimits } from '../protocols/endpoint-limits.ts';
import { openEndpoint } from '../protocols/open-endpoint.ts';
import { protocols } from '../protocols/registry.ts';
import { answererOf } from './answerer.ts';
import { modelOf } from './estimate.ts';
import type { Provider } from './provider.ts';
import type { ProviderProbe } from './provider-probe.ts';
import { rateLimitsOf } from './rate-limits.ts';

export interface ProbeRequest {
  readonly provider: Provider;
  /** Null: that of the provider's own probe. */
  readonly model: string | null;
  /** W3C trace id, noted as synthetic before this is asked for. */
  readonly traceId: string;
  /** The link of whose chain it stands for; null: none. */
  readonly hop: string | null;
  readonly agent: string | null;
}

/** Asks a provider one short question, and reads what its answer and the headers of it tell. Never throws for what the provider did. */
export const probeProvider = async (
  world: World,
  { prices, defaults }: Pick<Fleet, 'prices' | 'defaults'>,
  { provider, model, traceId, hop, agent }: ProbeRequest,
  signal: AbortSignal,
): Promise<ProviderProbe> => {
  let heard: { readonly url: string; readonly head: HttpHead; readonly at: number } | null = null;
  const http: Http = {
    async send(request, sink, ...rest) {
      const outcome = await world.http.send(request, sink, ...rest);
      if (outcome.head !== null) heard = { url: request.url, head: outcome.head, at: world.clock.now() };
      return outcome;
    },
  };
  const { kind, config, at } = provider.probe;
  const asked = model ?? modelOf(config);
  const slot = { kind, at, config: model === null ? config : { ...(config as object), model } };
  const protocol = await openEndpoint({ ...world, http }, protocols, slot);
  const limits = endpointLimits(dig(config, 'timeout'), null, defaults.timeoutMs);
  const startedAt = world.clock.now();
  const [turn] = await converse({ ...world, http }, { protocol, inputs: [provider.input], traceId, limits, prices }, () => false, signal);
  if (turn === undefined) throw new Error('a probe was asked and came to nothing');
  const answer = heard as { readonly url: string; readonly head: HttpHead; readonly at: number } | null;
  return {
    ...{ id: traceId, provider: provider.name, model: asked, hop, agent, at: startedAt, traceId },
    ...{ outcome: turn.outcome, cause: turn.cause, detail: world.secrets.mask(turn.detail), httpStatus: turn.httpStatus },
    ...{ latencyMs: turn.timings.totalMs, ttftMs: turn.timings.firstTokenMs },
    ...{ costNanos: turn.costNanos, costSource: turn.costSource, answeredBy: turn.model, retryAfterMs: turn.retryAfterMs },
    answerer: answer === null ? null : answererOf(answer.url, answer.head.headers),
    limits: answer === null ? {} : rateLimitsOf(answer.head.headers, answer.at),
  };
};
