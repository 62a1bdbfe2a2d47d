import type { Agent, Fleet } from '../../fleet/agent.ts';
import { dig, digString } from '../../ground/json.ts';
import { parseReference, referencePattern } from '../../ground/units/reference.ts';
import { sourceOfAgent } from '../../telemetry/traces/fleet-ownership.ts';
import { otlpSources } from '../../telemetry/traces/otlp-source.ts';
import { type Yaml, yamlText } from './yaml-text.ts';

export interface CollectorWish {
  /** Where `agentops serve` answers, without a path. */
  readonly serveUrl: string;
}

export interface CollectorExport {
  readonly text: string;
  readonly leftOut: readonly { readonly name: string; readonly part: null; readonly reason: string }[];
}

/** An agent whose spans come with its own token, and how a resource tells that they are its own (OTTL); null: by no attribute of a resource. */
interface Bound {
  readonly agent: string;
  readonly token: string;
  readonly condition: string | null;
}

/** Held back until it is sent, over a restart as well; what cannot be sent for an hour is let go. What arrives twice is stored once. */
const patience = {
  compression: 'gzip',
  timeout: '30s',
  retry_on_failure: { enabled: true, initial_interval: '1s', max_interval: '30s', max_elapsed_time: '1h' },
  sending_queue: { enabled: true, num_consumers: 4, queue_size: 2000, storage: 'file_storage/agentops' },
} as const;

const langfusePath = '/api/public/otel';

/** A configuration of the OpenTelemetry Collector that sends every span both to Langfuse and to `agentops serve`. */
export const collectorConfig = (fleet: Fleet, { serveUrl }: CollectorWish): CollectorExport => {
  const bound = boundAgents(fleet);
  const routed = bound.flatMap(({ condition, ...rest }) => (condition === null ? [] : [{ ...rest, condition }]));
  const backends = langfuseBackends(fleet);
  const toServe = bound.length === 0 ? openServe(serveUrl) : routedServe(serveUrl, routed);
  const config = {
    extensions: {
      'file_storage/agentops': { directory: '${env:OTELCOL_STORAGE:-/var/lib/otelcol}', create_directory: true },
      ...Object.fromEntries(
        backends.map(({ id, publicKey, secretKey }) => [`basicauth/${id}`, { client_auth: { username: publicKey, password: secretKey } }]),
      ),
      ...toServe.extensions,
    },
    receivers: { otlp: { protocols: { grpc: { endpoint: '127.0.0.1:4317' }, http: { endpoint: '127.0.0.1:4318' } } } },
    processors: {
      memory_limiter: { check_interval: '1s', limit_mib: 512, spike_limit_mib: 128 },
      'batch/langfuse': { timeout: '5s', send_batch_size: 512, send_batch_max_size: 1024 },
      // A loop is stopped by what has arrived.
      'batch/agentops': { timeout: '500ms', send_batch_size: 512, send_batch_max_size: 1024 },
    },
    ...(toServe.connectors === null ? {} : { connectors: toServe.connectors }),
    exporters: {
      ...Object.fromEntries(
        backends.map(({ id, url }) => [
          `otlphttp/${id}`,
          {
            endpoint: `${url}${langfusePath}`,
            headers: { 'x-langfuse-ingestion-version': '4' },
            auth: { authenticator: `basicauth/${id}` },
            ...patience,
          },
        ]),
      ),
      ...toServe.exporters,
    },
    service: {
      extensions: ['file_storage/agentops', ...backends.map(({ id }) => `basicauth/${id}`), ...Object.keys(toServe.extensions)],
      pipelines: {
        'traces/langfuse': {
          receivers: ['otlp'],
          processors: ['memory_limiter', 'batch/langfuse'],
          exporters: backends.map(({ id }) => `otlphttp/${id}`),
        },
        ...toServe.pipelines,
      },
    },
  };
  const leftOut = leftOutOf(fleet, bound);
  return { text: yamlText(introduction(fleet, leftOut), config), leftOut };
};

interface ToServe {
  readonly extensions: { readonly [name: string]: Yaml };
  readonly connectors: Yaml | null;
  readonly exporters: { readonly [name: string]: Yaml };
  readonly pipelines: { readonly [name: string]: Yaml };
}

/** Where the manifest has no tokens everybody is welcome. */
const openServe = (endpoint: string): ToServe => ({
  extensions: {},
  connectors: null,
  exporters: { 'otlphttp/agentops': { endpoint, ...patience } },
  pipelines: {
    'traces/agentops': { receivers: ['otlp'], processors: ['memory_limiter', 'batch/agentops'], exporters: ['otlphttp/agentops'] },
  },
});

/** A token is believed of one agent only: each has an exporter of its own, and its spans are led there by their resource. */
const routedServe = (endpoint: string, routed: readonly (Bound & { readonly condition: string })[]): ToServe => ({
  extensions: Object.fromEntries(routed.map(({ agent, token }) => [`bearertokenauth/${agent}`, { token }])),
  connectors: {
    'routing/agentops': {
      error_mode: 'ignore',
      table: routed.map(({ agent, condition }) => ({ context: 'resource', condition, pipelines: [`traces/agentops-${agent}`] })),
    },
  },
  exporters: Object.fromEntries(
    routed.map(({ agent }) => [
      `otlphttp/agentops-${agent}`,
      { endpoint, auth: { authenticator: `bearertokenauth/${agent}` }, ...patience },
    ]),
  ),
  pipelines: {
    'traces/agentops': { receivers: ['otlp'], processors: ['memory_limiter'], exporters: ['routing/agentops'] },
    ...Object.fromEntries(
      routed.map(({ agent }) => [
        `traces/agentops-${agent}`,
        { receivers: ['routing/agentops'], processors: ['batch/agentops'], exporters: [`otlphttp/agentops-${agent}`] },
      ]),
    ),
  },
});

const variableOf = (words: string): string => words.toUpperCase().replaceAll(/[^A-Z0-9]+/g, '_');

/** A reference of the manifest as the Collector reads one; what is none, or a file of this machine, becomes a variable. */
const collectorReference = (text: string | null, variable: string): string => {
  const [match] = [...(text ?? '').matchAll(referencePattern)];
  const reference = match !== undefined && match[0] === text && match[1] !== undefined ? parseReference(match[1]) : null;
  if (reference === null || reference.kind === 'file') return `\${env:${variable}}`;
  return `\${env:${reference.name}${reference.fallback === null ? '' : `:-${reference.fallback}`}}`;
};

const boundAgents = (fleet: Fleet): readonly Bound[] =>
  otlpSources(fleet).flatMap(({ tokens }) =>
    tokens.flatMap(([reference, name]): readonly Bound[] => {
      const agent = fleet.agents.find((each) => each.name === name);
      if (agent === undefined) return [];
      return [{ agent: name, token: collectorReference(reference, `${variableOf(name)}_OTLP_TOKEN`), condition: conditionOf(agent) }];
    }),
  );

const ottlString = (text: string): string => JSON.stringify(text);

/** Whether a resource is an agent's, by `traces.match`: a resource knows its service and its environment and nothing of requests. */
const conditionOf = ({ name, traces }: Agent): string | null => {
  const { service_name: service = name, environment, ...others } = traces?.match ?? {};
  const isToldByService = traces?.match === undefined || traces.match.service_name !== undefined;
  if (!isToldByService || Object.keys(others).length > 0) return null;
  const ofService = `attributes["service.name"] == ${ottlString(service)}`;
  if (environment === undefined) return ofService;
  const wanted = ottlString(environment);
  return `${ofService} and (attributes["deployment.environment.name"] == ${wanted} or attributes["deployment.environment"] == ${wanted})`;
};

interface LangfuseBackend {
  readonly id: string;
  readonly url: string;
  readonly publicKey: string;
  readonly secretKey: string;
}

/** The backends of the manifest; where there is none, one that the usual variables of Langfuse tell of. */
const langfuseBackends = ({ backends }: Fleet): readonly LangfuseBackend[] => {
  const known = Object.entries(backends).filter(([, { kind }]) => kind === 'langfuse');
  const usual = { url: '${env:LANGFUSE_BASE_URL}', publicKey: '${env:LANGFUSE_PUBLIC_KEY}', secretKey: '${env:LANGFUSE_SECRET_KEY}' };
  if (known.length === 0) return [{ id: 'langfuse', ...usual }];
  return known.map(([name, { config }]) => ({
    id: known.length === 1 ? 'langfuse' : `langfuse-${name}`,
    url: urlOf(dig(config, 'url')) ?? usual.url,
    publicKey: collectorReference(digString(config, 'public_key', 'secret'), 'LANGFUSE_PUBLIC_KEY'),
    secretKey: collectorReference(digString(config, 'secret_key', 'secret'), 'LANGFUSE_SECRET_KEY'),
  }));
};

/** An address may be written out, or be a reference. */
const urlOf = (url: unknown): string | null => {
  const text = typeof url === 'string' ? url : digString(url, 'secret');
  if (text === null) return null;
  return (text.includes('${') ? collectorReference(text, 'LANGFUSE_BASE_URL') : text).replace(/\/+$/, '');
};

const leftOutOf = (fleet: Fleet, bound: readonly Bound[]): CollectorExport['leftOut'] => {
  if (bound.length === 0) return [];
  const receivers = new Set(otlpSources(fleet).map(({ name }) => name));
  return fleet.agents.flatMap(({ name }) => {
    const source = sourceOfAgent(fleet, name);
    if (source === null || !receivers.has(source)) return [];
    const found = bound.find(({ agent }) => agent === name);
    if (found === undefined)
      return [{ name, part: null, reason: 'no token of the manifest is bound to it: its spans go to Langfuse alone' }];
    if (found.condition !== null) return [];
    const reason =
      'its spans cannot be told from others by their resource: give traces.match a service_name, and nothing but an environment beside it';
    return [{ name, part: null, reason }];
  });
};

const introduction = (fleet: Fleet, leftOut: CollectorExport['leftOut']): string =>
  [
    `Sends each span of the fleet ${fleet.name} both to Langfuse and to agentops serve. Made by: agentops export collector`,
    'For the OpenTelemetry Collector in its contrib distribution: otelcol-contrib --config FILE',
    'Agents send to it where they sent before (4317, 4318); on one machine, agentops serve listens elsewhere: agentops serve --port 4319',
    'Secrets are variables of its environment. What cannot be sent is kept in OTELCOL_STORAGE and sent again.',
    ...leftOut.map(({ name, reason }) => `Left out: ${name}: ${reason}`),
  ].join('\n');
