/** A made-up month of a fleet, the same for the same seed: 20 agents or more, 5,000 users, requests of about eight spans. Pages of `pageSize` spans. */
export function* fleetPages({ spans, days = 30, pageSize = 5000, fromUs = 1_788_220_800_000_000, seed = 1, agents = 20 }) {
  const random = mulberry(seed);
  const pick = (list) => list[Math.floor(random() * list.length)];
  const hex = (digits) => {
    let text = '';
    while (text.length < digits)
      text += Math.floor(random() * 0x100000000)
        .toString(16)
        .padStart(8, '0');
    return text;
  };
  const logNormal = (median, sigma) =>
    Math.round(median * Math.exp(sigma * Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())));
  const models = [
    ['openai', 'gpt-4o'],
    ['openai', 'gpt-4o-mini'],
    ['anthropic', 'claude-sonnet-4-5'],
    ['google', 'gemini-2.5-flash'],
  ];
  const perTrace = 8;
  const stepUs = (days * 86_400_000_000) / (spans / perTrace);
  let page = [];
  let made = 0;
  for (let at = 0; made < spans; at++) {
    const startUs = Math.floor(fromUs + at * stepUs + random() * stepUs);
    const agent = Math.floor(random() ** 2 * agents);
    const traceId = hex(32);
    const shared = {
      traceId,
      traceName: `agent-${agent}`,
      serviceName: 'fleet',
      environment: random() < 0.9 ? 'prod' : 'staging',
      release: `r${Math.floor((at * stepUs) / (7 * 86_400_000_000))}`,
      user: `user-${random() < 0.8 ? agent : Math.floor(random() * 20)}-${Math.floor(random() ** 2 * 250)}`,
      session: `session-${Math.floor(at / 3)}`,
    };
    const rootId = hex(16);
    const failed = random() < 0.03;
    const total = logNormal(4_000_000, 0.8);
    page.push(
      span({
        ...shared,
        spanId: rootId,
        name: `agent-${agent}`,
        kind: 'agent',
        startUs,
        durationUs: total,
        status: failed ? 'error' : 'ok',
        errorType: failed ? 'llm' : null,
        task: `task-${at % 6}`,
      }),
    );
    const steps = 1 + Math.floor(random() * 4.5);
    let cursor = startUs + 1000;
    for (let step = 0; step < steps; step++) {
      const [provider, model] = models[(agent + (random() < 0.2 ? 1 : 0)) % models.length];
      const input = logNormal(1500, 0.7);
      const output = logNormal(200, 0.8);
      const took = Math.max(1000, Math.floor(total / (steps * 1.3)));
      const llmId = hex(16);
      page.push(
        span({
          ...shared,
          spanId: llmId,
          parentId: rootId,
          name: 'chat',
          kind: 'llm',
          provider,
          model,
          startUs: cursor,
          durationUs: took,
          ttftUs: Math.floor(took / 5),
          status: 'ok',
          tokens: { input, output, cachedRead: Math.floor(input / 3), cachedWrite: null, cachedWrite1h: null, reasoning: null },
          promptName: 'system',
          promptVersion: String(1 + (agent % 3)),
          costNanos: input * 2500 + output * 10_000,
          costSource: 'priced',
          promptHash: BigInt(Math.floor(random() * 2 ** 52)) << 8n,
          promptSketch: sketchOf(agent, made + page.length, step > 0),
        }),
      );
      cursor += took;
      for (let call = 0; call < 1 + (random() < 0.4); call++) {
        page.push(
          span({
            ...shared,
            spanId: hex(16),
            parentId: rootId,
            name: pick(['search_kb', 'create_refund', 'lookup_order', 'send_mail']),
            kind: random() < 0.8 ? 'tool' : 'retrieval',
            startUs: cursor,
            durationUs: logNormal(80_000, 0.6),
            status: random() < 0.02 ? 'error' : 'ok',
            argsHash: BigInt(Math.floor(random() * 2 ** 52)) << 8n,
          }),
        );
        cursor += 1000;
      }
    }
    if (page.length >= pageSize) {
      made += page.length;
      yield page;
      page = [];
    }
  }
  if (page.length > 0) yield page;
}

/** What is kept of a prompt: half of it the instructions of its agent, the rest unlike any other. */
const sketchOf = (agent, at, goesOn) => {
  const bytes = Buffer.alloc(goesOn ? 5 : 21);
  bytes.writeUIntBE((agent + 1) * 1024 + 512, 0, 5);
  if (goesOn) return bytes.toString('latin1');
  bytes.writeUInt32BE(Math.imul(at, 0x9e3779b1) >>> 0, 5);
  bytes.writeUInt32BE(Math.imul(at, 0x85ebca6b) >>> 0, 9);
  return bytes.toString('latin1');
};

const noTokens = { input: null, output: null, cachedRead: null, cachedWrite: null, cachedWrite1h: null, reasoning: null };

const span = (told) => ({
  parentId: null,
  agentName: null,
  provider: null,
  model: null,
  ttftUs: null,
  errorType: null,
  statusMessage: null,
  tokens: noTokens,
  reportedCostNanos: null,
  serviceTier: null,
  task: null,
  promptName: null,
  promptVersion: null,
  tags: [],
  metadata: {},
  updatedUs: told.startUs + told.durationUs,
  input: null,
  output: null,
  costNanos: null,
  costSource: 'unknown',
  promptHash: null,
  argsHash: null,
  synthetic: false,
  ...told,
});

const mulberry = (seed) => {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
};
