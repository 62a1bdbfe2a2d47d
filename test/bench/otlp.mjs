// node test/bench/otlp.mjs [spans]: how fast `agentops serve` takes OTLP. Prints one JSON line; run.mjs shows it.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const program = resolve(import.meta.dirname, '../../bin/agentops.js');
const spans = Number(process.argv[2] ?? 200_000);
/** As exporters send by default: 512 spans; a request of an agent is 8 of them here. */
const [batchSpans, traceSpans, senders] = [512, 8, 4];

const manifest = `
version: 1
fleet: bench
backends: { local: { kind: otlp } }
agents: { bench: { traces: { backend: local, match: { service_name: bench } } } }
`;

const text = (key, stringValue) => ({ key, value: { stringValue } });
const int = (key, value) => ({ key, value: { intValue: String(value) } });

/** A request of an agent: itself, four model calls, three tool calls. */
const traceOf = (startMs) => {
  const traceId = randomBytes(16).toString('hex');
  const ids = Array.from({ length: traceSpans }, () => randomBytes(8).toString('hex'));
  return ids.map((spanId, at) => ({
    traceId,
    spanId,
    parentSpanId: at === 0 ? '' : ids[0],
    name: at === 0 ? 'invoke_agent bench' : at % 2 === 1 ? 'chat gpt-4o-mini' : 'execute_tool lookup',
    kind: 3,
    startTimeUnixNano: `${startMs + at * 100}000000`,
    endTimeUnixNano: `${startMs + at * 100 + 90}000000`,
    attributes:
      at === 0
        ? [text('gen_ai.operation.name', 'invoke_agent'), text('user.id', `u${startMs % 500}`)]
        : at % 2 === 1
          ? [
              text('gen_ai.operation.name', 'chat'),
              text('gen_ai.provider.name', 'openai'),
              text('gen_ai.response.model', 'gpt-4o-mini-2024-07-18'),
              int('gen_ai.usage.input_tokens', 1200 + (startMs % 100)),
              int('gen_ai.usage.output_tokens', 150),
            ]
          : [text('gen_ai.operation.name', 'execute_tool'), text('gen_ai.tool.name', 'lookup')],
    status: { code: 1 },
  }));
};

/** Traffic of the last hours, one request each second. */
const bodyOf = (batch) => {
  const now = Date.now();
  const traces = Array.from({ length: batchSpans / traceSpans }, (_, at) => traceOf(now - 1000 * (batch * (batchSpans / traceSpans) + at)));
  return Buffer.from(
    JSON.stringify({
      resourceSpans: [{ resource: { attributes: [text('service.name', 'bench')] }, scopeSpans: [{ spans: traces.flat() }] }],
    }),
  );
};

const agent = new Agent({ keepAlive: true, maxSockets: senders });
const post = (url, body) =>
  new Promise((done, failed) => {
    const began = performance.now();
    const headers = { 'content-type': 'application/json', 'content-length': body.length };
    const call = request(`${url}/v1/traces`, { method: 'POST', headers, agent }, (response) => {
      response.resume();
      response.on('end', () => done({ status: response.statusCode, ms: performance.now() - began }));
    });
    call.on('error', failed);
    call.end(body);
  });

const quantile = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];

const folder = mkdtempSync(join(tmpdir(), 'agentops-bench-'));
writeFileSync(join(folder, 'agentops.yaml'), manifest);
const server = spawn(process.execPath, [program, 'serve', '--json', '--port', '0'], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
try {
  const [line] = await once(server.stdout, 'data');
  const { url } = JSON.parse(String(line).split('\n')[0]);
  const batches = Math.ceil(spans / batchSpans);
  const taken = [];
  let [next, bytes] = [0, 0];
  const sender = async () => {
    while (next < batches) {
      const body = bodyOf(next++);
      bytes += body.length;
      const { status, ms } = await post(url, body);
      if (status !== 200) throw new Error(`answered ${status}`);
      taken.push(ms);
    }
  };
  const began = performance.now();
  await Promise.all(Array.from({ length: senders }, sender));
  const tookMs = performance.now() - began;
  const sorted = taken.sort((a, b) => a - b);
  const memory = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'))?.[1] ?? 0;
  const sent = batches * batchSpans;
  console.log(
    JSON.stringify({
      spans: sent,
      batchSpans,
      senders,
      perSecond: (sent * 1000) / tookMs,
      megabytesPerSecond: bytes / tookMs / 1000,
      acknowledgedMs: { median: quantile(sorted, 0.5), p99: quantile(sorted, 0.99), longest: sorted.at(-1) },
      largestMiB: Number(memory) / 1024,
    }),
  );
} finally {
  server.kill('SIGTERM');
  await once(server, 'close');
  agent.destroy();
  rmSync(folder, { recursive: true });
}
