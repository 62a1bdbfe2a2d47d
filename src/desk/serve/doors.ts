import type { Fleet } from '../../fleet/agent.ts';
import type { Context } from '../../ground/runtime/context.ts';
import { plain, type ServerReply, type ServerRequest } from '../../ground/runtime/server.ts';
import type { OtlpSignal } from '../../telemetry/traces/otlp.ts';
import { beatRoute } from './beat-route.ts';
import type { DesiredWorkers } from './desired-workers.ts';
import { type ExportParts, exportRoute } from './export-route.ts';
import { openMetricsRoute } from './metrics-route.ts';
import type { Post, Route } from './post.ts';
import { scaleRoute } from './scale-route.ts';
import type { Tokens } from './tokens.ts';

export interface DoorParts extends ExportParts, Pick<Post, 'tally' | 'on'> {
  readonly ctx: Context;
  readonly fleet: Fleet;
  readonly tokens: Tokens;
  readonly desired: Pick<DesiredWorkers, 'known'>;
}

/** Paths at which spans and log records are taken. The third is where Langfuse's exporters send. */
const exportPaths: Readonly<Record<string, OtlpSignal>> = {
  '/v1/traces': 'traces',
  '/v1/logs': 'logs',
  '/api/public/otel/v1/traces': 'traces',
};

/** Answers a request at whatever door it knocks. `/healthz` is open to all; where the manifest has tokens every other asks for one. */
export const openDoors = ({
  ctx,
  fleet,
  tokens,
  queue,
  intakeOf,
  onArrival,
  desired,
  tally,
  on,
}: DoorParts): ((request: ServerRequest) => Promise<ServerReply>) => {
  const routes = new Map<string, Route>([
    ...Object.entries(exportPaths).map(([path, signal]) => [path, exportRoute(signal, { queue, intakeOf, onArrival })] as const),
    ['/metrics', openMetricsRoute(ctx, fleet, desired)],
  ]);
  const routeOf = (path: string): Route | undefined => {
    if (path.startsWith('/beat/')) return beatRoute(ctx, fleet, path.slice('/beat/'.length));
    return path.startsWith('/scale/') ? scaleRoute(fleet, desired, path.slice('/scale/'.length)) : routes.get(path);
  };

  return async (request) => {
    const { method, path, headers } = request;
    if (path === '/healthz') return method === 'GET' || method === 'HEAD' ? plain(200, 'ok') : wrongMethod('GET');
    const route = routeOf(path);
    if (route === undefined) return path === '/v1/metrics' ? noMetrics : plain(404, `there is nothing at ${path}`);
    if (method !== route.method) return wrongMethod(route.method);
    const sender = tokens.senderOf(headers['authorization']);
    if (sender !== null) return route.answer({ request, sender, tally, on });
    on({ event: 'refused', path, status: 401, agent: null, rejected: null, reason: 'it came without a token of the manifest' });
    return noToken;
  };
};

const wrongMethod = (allow: string): ServerReply => plain(405, `this takes ${allow}`, { allow });
const noToken = plain(401, 'a token of the manifest is needed: authorization: Bearer TOKEN', { 'www-authenticate': 'Bearer' });
const noMetrics = plain(404, 'metrics are not taken; OTEL_METRICS_EXPORTER=none keeps an SDK from sending them');
