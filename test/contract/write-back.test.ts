import { afterAll, afterEach, beforeAll, expect, it, onTestFinished } from 'vitest';
import { digString, type JsonObject } from '../../src/ground/json.ts';
import type { OutgoingGrade, OutgoingRun, OutgoingTrial, TraceBackend } from '../../src/telemetry/traces/port.ts';
import { backends } from '../../src/telemetry/traces/registry.ts';
import { fakeClock } from '../support/fake-clock.ts';
import { openPeer, type Peer, type Reply } from '../support/http-peer.ts';
import { describeWithPeer } from '../support/peer-or-skip.ts';
import { openPrism, type Prism } from '../support/prism.ts';
import { json } from '../support/replies.ts';
import { openWorld, ref } from '../support/world.ts';

const at = Date.UTC(2026, 10, 23, 7);
const never = new AbortController().signal;
const uuid = (digit: number) => `${String(digit).repeat(8)}-0000-8000-8000-000000000000`;
const project = uuid(9);

const score = (id: string, name: string, value: number) => ({ id, name, value, comment: 'because' });
const aGrade = (parts: Partial<OutgoingGrade> = {}): OutgoingGrade => ({
  traceId: uuid(1),
  spanId: null,
  startedUs: at * 1000,
  at: at + 60_000,
  scores: [score(uuid(2), 'quality', 0.5), score(uuid(3), 'polite', 1)],
  ...parts,
});

const aTrial = (parts: Partial<OutgoingTrial> = {}): OutgoingTrial => ({
  id: uuid(4),
  itemId: uuid(5),
  caseId: 'returns',
  index: 0,
  status: 'pass',
  reason: '',
  scores: [score(uuid(6), 'pass', 1)],
  traceId: 'a'.repeat(32),
  input: 'How long?',
  output: '30 days',
  startedAt: at,
  endedAt: at + 1500,
  costUsd: 0.002,
  ...parts,
});

const failed = aTrial({
  id: uuid(7),
  caseId: 'broken',
  itemId: uuid(8),
  status: 'error',
  reason: 'no judge',
  scores: [],
  input: null,
  output: null,
  traceId: null,
});
const aRun: OutgoingRun = { id: 'r-1', suite: 'support', agent: 'support', release: 'v2', verdict: 'pass', trials: [aTrial(), failed] };

const open = async (kind: string, reply: Reply, parts: Record<string, unknown>): Promise<{ backend: TraceBackend; peer: Peer }> => {
  const peer = await openPeer(reply);
  const world = { ...openWorld({ KEY: 'key-0123456789' }), clock: fakeClock(at) };
  onTestFinished(() => world.http.close());
  const { default: adapter } = (await backends[kind]?.()) ?? { default: null };
  if (adapter === null) throw new Error(`no backend ${kind}`);
  return { backend: adapter.open(adapter.config.parse({ kind, url: ref(peer.url), ...parts }), world), peer };
};

/** What one vendor's server answers, by path; null: as Prism makes it up. */
type Script = (path: string) => JsonObject | null;
const byPath =
  (script: Script): Reply =>
  (request, response) =>
    json(script(request.path) ?? { id: uuid(1) })(request, response);

/** Requests held against a vendor's own description; what is not described (`/btql`) is answered beside it. */
const described = (vendor: string, file: string, suite: (prism: () => Prism, judged: () => readonly string[]) => void): void =>
  describeWithPeer(`writing to ${vendor}, as described by its vendor`, { packages: ['@stoplight/prism-cli'], folder: 'prism' }, () => {
    let prism: Prism;
    let seen = 0;
    beforeAll(async () => {
      prism = await openPrism(file);
    });
    afterAll(() => prism.stop());
    afterEach(() => {
      seen = prism.judged.length;
      expect(prism.takeViolations()).toEqual([]);
    });
    suite(
      () => prism,
      () => [...new Set(prism.judged.slice(seen))],
    );
  });

const bodies = ({ received }: Peer, path: string) => received.filter((each) => each.path === path).map((each) => each.json);

described('Langfuse', 'langfuse.json', (prism, judged) => {
  const keys = { public_key: ref('${KEY}'), secret_key: ref('${KEY}') };
  const answers: Script = (path) => (path.endsWith('/ingestion') ? { successes: [], errors: [] } : null);

  it('gives scores with ids of their own, so that a repeat overwrites', async () => {
    const { backend, peer } = await open('langfuse', prism().judging(byPath(answers)), keys);
    expect(await backend.postGrade?.(aGrade({ spanId: 'b'.repeat(16) }), never)).toEqual([uuid(2), uuid(3)]);
    expect(judged()).toEqual(['POST /api/public/scores']);
    expect(bodies(peer, '/api/public/scores')).toMatchObject([
      {
        id: uuid(2),
        traceId: uuid(1),
        observationId: 'b'.repeat(16),
        name: 'quality',
        value: 0.5,
        dataType: 'NUMERIC',
        comment: 'because',
      },
      { id: uuid(3), name: 'polite', value: 1 },
    ]);
  });

  it('shows a run as an experiment of spans on v4', async () => {
    const { backend, peer } = await open('langfuse', prism().judging(byPath(answers)), keys);
    expect(await backend.postRun?.(aRun, never)).toBe('experiment support r-1 over the dataset agentops/support, 2 traces');
    expect(judged()).toEqual([
      'GET /api/public/v2/observations',
      'GET /api/public/observations',
      'POST /api/public/v2/datasets',
      'POST /api/public/dataset-items',
      'POST /api/public/otel/v1/traces',
      'POST /api/public/ingestion',
    ]);
    const [batch] = bodies(peer, '/api/public/otel/v1/traces');
    const spans = JSON.stringify(batch);
    expect(spans).toContain('{"key":"langfuse.experiment.id","value":{"stringValue":"r-1"}}');
    expect(spans).toContain('{"key":"langfuse.observation.output","value":{"stringValue":"30 days"}}');
  });

  it('shows a run as one of a dataset on v3', async () => {
    const missing: Reply = json({ message: 'Not Found' }, 404);
    const reply: Reply = (request, response) =>
      request.method === 'GET' && !request.path.endsWith('/health') ? missing(request, response) : byPath(answers)(request, response);
    const { backend, peer } = await open('langfuse', prism().judging(reply), keys);
    await backend.postRun?.(aRun, never);
    expect(judged()).toContain('POST /api/public/dataset-run-items');
    expect(bodies(peer, '/api/public/dataset-run-items')).toMatchObject([
      { runName: 'support r-1', datasetItemId: uuid(5), traceId: uuid(4).replaceAll('-', '') },
      { datasetItemId: uuid(8) },
    ]);
  });
});

described('LangSmith', 'langsmith.json', (prism, judged) => {
  const parts = { api_key: ref('${KEY}'), project: 'agents' };

  it('gives scores as feedback; one that is there already is no trouble', async () => {
    const reply: Reply = (request, response) =>
      json(
        digString(request.json, 'key') === 'polite' ? { detail: 'exists' } : { id: uuid(2) },
        digString(request.json, 'key') === 'polite' ? 409 : 200,
      )(request, response);
    const { backend, peer } = await open('langsmith', prism().judging(reply), parts);
    expect(await backend.postGrade?.(aGrade(), never)).toEqual([uuid(2), uuid(3)]);
    expect(judged()).toEqual(['POST /api/v1/feedback']);
    expect(bodies(peer, '/api/v1/feedback')[0]).toMatchObject({
      id: uuid(2),
      run_id: uuid(1),
      trace_id: uuid(1),
      key: 'quality',
      score: 0.5,
    });
  });

  it('gives the scores of a run to the traces of its trials', async () => {
    const { backend, peer } = await open('langsmith', prism().judging(byPath(() => null)), parts);
    expect(await backend.postRun?.(aRun, never)).toBe('1 feedback entry of 2 trials');
    const trace = 'aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa';
    expect(bodies(peer, '/api/v1/feedback')).toMatchObject([{ run_id: trace, key: 'support: pass', score: 1 }]);
  });

  it('says which trace it cannot take scores for', async () => {
    const { backend } = await open('langsmith', prism().judging(), parts);
    await expect(backend.postGrade?.(aGrade({ traceId: 'not-a-uuid' }), never)).rejects.toMatchObject({ details: { status: 422 } });
  });
});

described('Braintrust', 'braintrust.json', (prism, judged) => {
  const parts = { api_key: ref('${KEY}'), project };
  const beside = (rows: readonly JsonObject[]): Reply => {
    const judging = prism().judging(byPath(() => ({ id: uuid(1), status: 'success', row_ids: [] })));
    return (request, response) => (request.path === '/btql' ? json({ data: [...rows] }) : judging)(request, response);
  };

  it('merges scores into the row of the graded span, and names them as they will be read back', async () => {
    const { backend, peer } = await open('braintrust', beside([{ id: 'row-1' }]), parts);
    expect(await backend.postGrade?.(aGrade(), never)).toEqual(['row-1:quality', 'row-1:polite']);
    expect(judged()).toEqual(['POST /v1/project_logs/{project_id}/feedback']);
    expect(digString(bodies(peer, '/btql')[0], 'query')).toBe(
      `SELECT id FROM project_logs('${project}', shape => 'spans') WHERE created >= '2026-11-22T07:00:00.000000Z' AND created < '2026-11-24T07:01:00.000000Z' AND root_span_id = '${uuid(1)}' AND is_root = true LIMIT 1`,
    );
    expect(bodies(peer, `/v1/project_logs/${project}/feedback`)).toMatchObject([
      { feedback: [{ id: 'row-1', scores: { quality: 0.5, polite: 1 } }] },
    ]);
  });

  it('has nothing to score where the trace is gone, and lets no id into a query', async () => {
    const { backend, peer } = await open('braintrust', beside([]), parts);
    await expect(backend.postGrade?.(aGrade(), never)).rejects.toMatchObject({ details: { status: 404 } });
    await expect(backend.postGrade?.(aGrade({ traceId: "x' OR 1=1 --" }), never)).rejects.toMatchObject({ details: { status: 404 } });
    expect(bodies(peer, '/btql')).toHaveLength(1);
  });

  it('shows a run as an experiment', async () => {
    const { backend, peer } = await open('braintrust', beside([]), parts);
    expect(await backend.postRun?.(aRun, never)).toBe('experiment support r-1 with 2 rows');
    expect(judged()).toEqual(['POST /v1/experiment', 'POST /v1/experiment/{experiment_id}/insert']);
    expect(bodies(peer, `/v1/experiment/${uuid(1)}/insert`)).toMatchObject([
      {
        events: [
          { id: uuid(4), output: '30 days', scores: { pass: 1 } },
          { id: uuid(7), error: 'no judge', scores: {} },
        ],
      },
    ]);
  });
});

described('Phoenix', 'phoenix.json', (prism, judged) => {
  it('annotates the trace or the span, and names what it is read back as', async () => {
    const reply = byPath(() => ({ data: [{ id: 'QTox' }, { id: 'QToy' }] }));
    const { backend, peer } = await open('phoenix', prism().judging(reply), { project: 'default' });
    expect(await backend.postGrade?.(aGrade({ traceId: 'c'.repeat(32) }), never)).toEqual(['QTox', 'QToy']);
    expect(await backend.postGrade?.(aGrade({ spanId: 'd'.repeat(16) }), never)).toEqual(['QTox', 'QToy']);
    expect(judged()).toEqual(['POST /v1/trace_annotations', 'POST /v1/span_annotations']);
    expect(bodies(peer, '/v1/trace_annotations')).toMatchObject([
      { data: [{ trace_id: 'c'.repeat(32), name: 'quality', identifier: uuid(2), result: { score: 0.5, explanation: 'because' } }, {}] },
    ]);
  });
});

it.each([
  ['a limit', 429],
  ['a server that is starting', 503],
])('%s is waited for, and the same score is sent again under the same id', async (_, status) => {
  let refusals = 2;
  const { backend, peer } = await open(
    'langfuse',
    (request, response) => {
      if (refusals-- <= 0) return json({ id: digString(request.json, 'id') })(request, response);
      response.setHeader('retry-after', '7');
      return json({ message: 'not now' }, status)(request, response);
    },
    { public_key: ref('${KEY}'), secret_key: ref('${KEY}') },
  );
  await backend.postGrade?.(aGrade(), never);
  expect(bodies(peer, '/api/public/scores').map((each) => digString(each, 'id'))).toEqual([uuid(2), uuid(2), uuid(2), uuid(3)]);
});
