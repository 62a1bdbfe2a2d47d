import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { collectorConfig } from '../../../src/desk/export/collector.ts';
import type { Fleet } from '../../../src/fleet/agent.ts';
import { parseYaml, plainValue } from '../../../src/fleet/yaml.ts';
import { load } from '../../support/load-manifest.ts';
import { recordedExport } from '../../support/otlp-capture.ts';
import { openReceiver } from '../../support/receiver.ts';
import { temporaryFolder } from '../../support/temporary.ts';

/** What the parts of a configuration are called, and how a pipeline uses them: no binary of the Collector is at hand to ask. */
interface Config {
  readonly extensions: Readonly<Record<string, { readonly token?: string; readonly client_auth?: Readonly<Record<string, string>> }>>;
  readonly receivers: Readonly<Record<string, unknown>>;
  readonly processors: Readonly<Record<string, unknown>>;
  readonly connectors?: Readonly<
    Record<string, { readonly table: readonly { readonly condition: string; readonly pipelines: readonly string[] }[] }>
  >;
  readonly exporters: Readonly<
    Record<string, { readonly endpoint: string; readonly auth?: { readonly authenticator: string }; readonly compression: string }>
  >;
  readonly service: {
    readonly extensions: readonly string[];
    readonly pipelines: Readonly<
      Record<
        string,
        { readonly receivers: readonly string[]; readonly processors: readonly string[]; readonly exporters: readonly string[] }
      >
    >;
  };
}

const fleetOf = async (manifest: string, env: Record<string, string> = {}): Promise<Fleet> => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'agentops.yaml'), manifest);
  return (await load(folder, { env })).fleet;
};

const read = (text: string): Config => {
  const { root, problems } = parseYaml(text, 'otelcol.yaml');
  if (root === null || problems.length > 0) throw new Error(JSON.stringify(problems));
  return plainValue(root) as Config;
};

const tokenManifest = `
version: 1
fleet: tiny
backends:
  prod: { kind: langfuse, url: "https://cloud.langfuse.com/", public_key: "\${LF_PUBLIC}", secret_key: "\${LF_SECRET:?ask ops}" }
  local: { kind: otlp, tokens: { "\${WEATHER_TOKEN}": weather, "\${BILLING_TOKEN}": billing } }
agents:
  weather: { traces: { backend: local, match: { service_name: weather-agent, environment: prod } } }
  billing: { traces: { backend: local, match: { agent_name: billing } } }
  quiet: { traces: { backend: local } }
  far: { traces: { backend: prod, match: { trace_name: far } } }
`;

const openManifest =
  'version: 1\nfleet: tiny\nbackends: { local: { kind: otlp } }\nagents: { weather: { traces: { backend: local, match: { service_name: weather-agent } } } }\n';

const wish = { serveUrl: 'http://127.0.0.1:4319' };

/** What is named and not there, or there and not used. */
const loose = ({ extensions, receivers, processors, connectors = {}, exporters, service }: Config): readonly string[] => {
  const pipelines = Object.entries(service.pipelines);
  const used = {
    receivers: pipelines.flatMap(([, each]) => each.receivers),
    processors: pipelines.flatMap(([, each]) => each.processors),
    exporters: pipelines.flatMap(([, each]) => each.exporters),
  };
  const authenticators = Object.values(exporters).flatMap(({ auth }) => auth?.authenticator ?? []);
  const routed = Object.values(connectors).flatMap(({ table }) => table.flatMap((route) => route.pipelines));
  const sources = [...Object.keys(receivers), ...Object.keys(connectors)];
  const sinks = [...Object.keys(exporters), ...Object.keys(connectors)];
  const differences = (what: string, named: readonly string[], known: readonly string[]) => [
    ...named.filter((each) => !known.includes(each)).map((each) => `${what} ${each} is not there`),
    ...known.filter((each) => !named.includes(each)).map((each) => `${what} ${each} is not used`),
  ];
  return [
    ...differences('receiver', used.receivers, sources),
    ...differences('processor', used.processors, Object.keys(processors)),
    ...differences('exporter', used.exporters, sinks),
    ...differences('extension', service.extensions, Object.keys(extensions)),
    ...authenticators.filter((each) => !service.extensions.includes(each)),
    ...routed.filter((each) => !Object.hasOwn(service.pipelines, each)),
    ...pipelines.flatMap(([name, each]) => (each.processors[0] === 'memory_limiter' || name.startsWith('traces/agentops-') ? [] : [name])),
  ];
};

describe('a configuration of the Collector', () => {
  test.each([
    [
      'with tokens',
      tokenManifest,
      { WEATHER_TOKEN: 'tok-weather', BILLING_TOKEN: 'tok-billing', LF_PUBLIC: 'pk-secret', LF_SECRET: 'sk-secret' },
    ],
    ['without', openManifest, {}],
  ])('%s names only what it has, and uses all of it', async (_, manifest, env) => {
    const { text } = collectorConfig(await fleetOf(manifest, env), wish);
    expect(loose(read(text))).toEqual([]);
    for (const secret of Object.values(env)) expect(text).not.toContain(secret);
    expect(collectorConfig(await fleetOf(manifest, env), wish).text).toBe(text);
  });

  test('sends to Langfuse with the keys of the manifest, which stay variables', async () => {
    const { extensions, exporters } = read(collectorConfig(await fleetOf(tokenManifest), wish).text);
    expect(exporters['otlphttp/langfuse']).toMatchObject({
      endpoint: 'https://cloud.langfuse.com/api/public/otel',
      auth: { authenticator: 'basicauth/langfuse' },
      sending_queue: { enabled: true, storage: 'file_storage/agentops' },
      retry_on_failure: { enabled: true },
    });
    expect(extensions['basicauth/langfuse']?.client_auth).toEqual({ username: '${env:LF_PUBLIC}', password: '${env:LF_SECRET}' });
    const { exporters: usual } = read(collectorConfig(await fleetOf(openManifest), wish).text);
    expect(usual['otlphttp/langfuse']?.endpoint).toBe('${env:LANGFUSE_BASE_URL}/api/public/otel');
  });

  test('leads spans to the token of their agent, and tells whose it cannot', async () => {
    const { text, leftOut } = collectorConfig(await fleetOf(tokenManifest), wish);
    const { connectors } = read(text);
    expect(connectors?.['routing/agentops']?.table).toEqual([
      {
        context: 'resource',
        condition:
          'attributes["service.name"] == "weather-agent" and (attributes["deployment.environment.name"] == "prod" or attributes["deployment.environment"] == "prod")',
        pipelines: ['traces/agentops-weather'],
      },
    ]);
    expect(leftOut.map(({ name }) => name)).toEqual(['billing', 'quiet']);
    for (const { reason } of leftOut) expect(text).toContain(reason);
  });

  test('is spoken as serve understands it: what the exporter of an agent sends is stored as that agent', async () => {
    const manifest = tokenManifest.replace(', environment: prod', '').replace('service_name: weather-agent', 'service_name: genai-openai');
    const env = { WEATHER_TOKEN: 'tok-weather', BILLING_TOKEN: 'tok-billing', LF_PUBLIC: 'p', LF_SECRET: 's' };
    const { url, cache, tally } = await openReceiver({ manifest, env });
    const { extensions, exporters } = read(collectorConfig(await fleetOf(manifest, env), { serveUrl: url }).text);
    const exporter = exporters['otlphttp/agentops-weather'];
    const token = extensions[exporter?.auth?.authenticator ?? '']?.token?.replace(
      /^\$\{env:(\w+)\}$/,
      (_, name: string) => env[name as keyof typeof env],
    );
    // As otlphttp does by default: protobuf, packed, at /v1/traces behind the endpoint; bearertokenauth adds the scheme.
    const send = (authorization: string) =>
      fetch(`${exporter?.endpoint}/v1/traces`, {
        method: 'POST',
        body: new Uint8Array(gzipSync(recordedExport('genai-openai.traces.protobuf.wire.json').body)),
        headers: { 'content-type': 'application/x-protobuf', 'content-encoding': exporter?.compression ?? '', authorization },
      });
    expect((await send('Bearer wrong')).status).toBe(401);
    expect((await send(`Bearer ${token}`)).status).toBe(200);
    expect(tally).toMatchObject({ spans: 6, rejected: 0 });
    expect(cache.all("SELECT DISTINCT word FROM run JOIN dict ON dict.id = agent WHERE word <> ''")).toEqual([{ word: 'weather' }]);
  });
});
