import { humanDuration } from '../../ground/units/duration.ts';

/** How the traces of an agent come to this cache. */
export type Arrival =
  /** Read by asking: known up to `knownMs`, UTC epoch ms. */
  | { readonly kind: 'polled'; readonly knownMs: number }
  /** Agents send them to a receiver of ours. */
  | { readonly kind: 'sent' }
  | { readonly kind: 'none'; readonly why: string };

/** Whether the traces of an agent have fallen silent. `since` is UTC epoch ms. */
export type Silence =
  | { readonly kind: 'silent'; readonly since: number }
  /** What is seen may still change. */
  | { readonly kind: 'going-on'; readonly why: string }
  | { readonly kind: 'unknown'; readonly why: string };

/**
 * Silence is believed after so long, ms. Senders of OpenTelemetry wait 5 s for a batch; a backend that is asked shows a span only once it
 * has taken it in. Source: OpenTelemetry specification, OTEL_BSP_SCHEDULE_DELAY.
 */
const lateMs = { sent: 15_000, polled: 30_000 } as const;
/** A receiver that gave no sign for so long is gone, ms. */
const deafMs = 15_000;

/** When the last of these requests ended, UTC epoch ms; infinite while one goes on; null: there is none. */
export const newestEnd = (requests: readonly { readonly startUs: number; readonly durationUs: number | null }[]): number | null =>
  requests.length === 0
    ? null
    : Math.max(
        ...requests.map(({ startUs, durationUs }) =>
          durationUs === null ? Number.POSITIVE_INFINITY : Math.round((startUs + durationUs) / 1000),
        ),
      );

/** What is known of an agent's traces. Instants are UTC epoch ms. */
export interface Heard {
  readonly arrival: Arrival;
  /** Of a receiver: since when without a break, and its last sign; null: none ever was. */
  readonly listening: { readonly since: number; readonly at: number } | null;
  /** See `newestEnd`. */
  readonly lastEnd: number | null;
  readonly now: number;
}

/** Nothing heard is silence only as long as somebody listens, from the last request on. */
export const silenceOf = ({ arrival, listening, lastEnd, now }: Heard): Silence => {
  if (arrival.kind === 'none') return { kind: 'unknown', why: arrival.why };
  if (lastEnd === null) return { kind: 'unknown', why: 'no traces of the last hour' };
  if (arrival.kind === 'sent' && (listening === null || now - listening.at > deafMs))
    return { kind: 'unknown', why: 'nobody listens for its traces: agentops serve is not running' };
  if (arrival.kind === 'sent' && listening !== null && listening.since > lastEnd)
    return { kind: 'unknown', why: 'agentops serve was started after its last trace, so that some may never have been heard' };
  const knownAt = arrival.kind === 'polled' ? arrival.knownMs : (listening?.at ?? 0);
  const restMs = lateMs[arrival.kind];
  if (knownAt - lastEnd >= restMs) return { kind: 'silent', since: lastEnd };
  if (lastEnd === Number.POSITIVE_INFINITY) return { kind: 'going-on', why: 'a request goes on' };
  return { kind: 'going-on', why: `its last request ended ${humanDuration(Math.max(0, now - lastEnd))} ago` };
};
