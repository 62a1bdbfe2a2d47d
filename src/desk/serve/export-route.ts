import { OpsError } from '../../ground/errors.ts';
import type { ServerReply } from '../../ground/runtime/server.ts';
import type { Arrival } from '../../response/incidents/detect-runaway.ts';
import type { Ingested, OtlpIntake } from '../../telemetry/traces/ingest-otlp.ts';
import { encodingOf, type OtlpEncoding, type OtlpSignal } from '../../telemetry/traces/otlp.ts';
import { exportReply, statusReply } from '../../telemetry/traces/otlp-reply.ts';
import type { Post, Route } from './post.ts';
import type { WorkQueue } from './work-queue.ts';

/** `google/rpc/code.proto` */
const rpcCodes = { invalid: 3, exhausted: 8, unavailable: 14 } as const;

/** Seconds a sender should wait before it tries again: where too much waits, and where the store is in trouble. */
const retryAfter = { full: 1, unavailable: 10 } as const;

const contentTypes: Readonly<Record<OtlpEncoding, string>> = { json: 'application/json', proto: 'application/x-protobuf' };

export interface ExportParts {
  readonly queue: WorkQueue;
  intakeOf(source: string): OtlpIntake;
  /** Told of requests whose spans came with the token of their agent, once they are stored. */
  onArrival(arrival: Arrival): void;
}

/** An OTLP/HTTP export: answered with 200 only when it is in the cache. Statuses are those the OTLP specification has, so that senders keep what may be sent again. */
export const exportRoute = (signal: OtlpSignal, { queue, intakeOf, onArrival }: ExportParts): Route => ({
  method: 'POST',
  async answer(post) {
    const { request, sender } = post;
    const encoding = encodingOf(request.headers['content-type']);
    if (encoding === null) return refusal(post, 'json', 415, 'the body must be application/json or application/x-protobuf');
    const received = await request.body();
    if (!received.ok) return refusal(post, encoding, received.status, received.reason);
    const work = queue.run(() => intakeOf(sender.source).take({ body: received.bytes, encoding, signal, boundAgent: sender.agent }));
    if (work === null) return refusal(post, encoding, 429, 'too many requests wait to be stored; send it again a little later');
    let taken: Ingested;
    try {
      taken = await work;
    } catch (thrown) {
      if (!(thrown instanceof OpsError)) throw thrown;
      post.on({ event: 'trouble', message: thrown.message, hint: thrown.hint });
      return refusal(post, encoding, 503, 'the store cannot take it now; send it again later');
    }
    if (taken.ok && sender.agent !== null) onArrival({ source: sender.source, agent: sender.agent, traceIds: taken.traceIds });
    return taken.ok ? acceptance(post, encoding, signal, taken) : refusal(post, encoding, 400, `the body ${taken.reason}`);
  },
});

const acceptance = (post: Post, encoding: OtlpEncoding, signal: OtlpSignal, taken: Ingested & { readonly ok: true }): ServerReply => {
  const { page, rejected, reasons } = taken;
  post.tally.spans += page.added + page.changed;
  post.tally.scores += page.scores;
  post.tally.rejected += rejected;
  const reason = reasons.join('; ');
  if (rejected > 0) {
    const { request, sender } = post;
    post.on({ event: 'refused', path: request.path, status: 200, agent: sender.agent, rejected, reason });
  }
  return { status: 200, headers: { 'content-type': contentTypes[encoding] }, body: exportReply(encoding, signal, rejected, reason) };
};

const refusal = (post: Post, encoding: OtlpEncoding, status: number, reason: string): ServerReply => {
  const { request, sender } = post;
  post.on({ event: 'refused', path: request.path, status, agent: sender.agent, rejected: null, reason });
  const code = status === 503 ? rpcCodes.unavailable : status === 429 ? rpcCodes.exhausted : rpcCodes.invalid;
  const wait = status === 503 ? retryAfter.unavailable : status === 429 ? retryAfter.full : null;
  return {
    status,
    headers: { 'content-type': contentTypes[encoding], ...(wait === null ? {} : { 'retry-after': String(wait) }) },
    body: statusReply(encoding, code, reason),
  };
};
