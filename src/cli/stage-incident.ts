import { runaway } from '../desk/demo/incident-story.ts';
import { type RunningDemo, startDemo } from '../desk/demo/start-demo.ts';
import { type Receiver, serveFleet, usualLimits } from '../desk/serve/serve-fleet.ts';
import { everything } from '../fleet/select.ts';
import { unableError } from '../ground/errors.ts';
import { plainLook } from '../ground/output/look.ts';
import { openSecrets } from '../ground/runtime/secrets.ts';
import { silentProgress } from '../ground/runtime/terminal-progress.ts';
import type { ServeEvent } from '../views/serve.ts';
import { checkFleet, defaultCheckOptions } from './check-fleet.ts';
import type { Session } from './command.ts';
import { openSession } from './session.ts';

/** Where the incident of the demo is played: agents, a receiver of their spans, and a session that looks after both. */
export interface StoryStage {
  readonly session: Session;
  readonly receiver: Receiver;
  /** What the receiver told, as it goes. */
  readonly happened: readonly ServeEvent[];
  /** Sends the agent a message and does not wait for its answer. Throws an unable error where it does not take it. */
  ask(question: string): Promise<void>;
  mask(text: string): string;
  /** Ends everything that was started and removes what was written. */
  stop(): Promise<void>;
}

/** The scenes tell how far it is. */
const unseen = silentProgress(plainLook);

const askMs = 5000;

/** Starts the two agents of the story, and a receiver that they send their spans to. */
export const stageIncident = async (outer: Session): Promise<StoryStage> => {
  const { version, format, show, ctx } = outer;
  const terminal = { ...outer.terminal, startProgress: async () => unseen };
  // From here on the demo is a user of its own; the ports of its agents are added as they are known.
  const env: Record<string, string | undefined> = { ...ctx.env };
  const secrets = openSecrets(env, ctx.files);
  const happened: ServeEvent[] = [];
  const closers: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const close of closers.toReversed()) await close();
  };
  let opened: { readonly session: Session; readonly receiver: Receiver } | null = null;
  const prepare = async (manifest: string, variables: RunningDemo['variables']) => {
    Object.assign(env, variables);
    const flags = { manifest, quiet: true };
    const session = openSession({ env, cwd: outer.cwd, flags, format, terminal, secrets, version, signal: ctx.signal, show });
    closers.push(session.close);
    const { fleet } = await session.fleet();
    const settings = { host: '127.0.0.1', port: 0, names: [], limits: usualLimits };
    const receiver = await serveFleet(session.ctx, fleet, settings, (event) => happened.push(event));
    closers.push(receiver.close);
    opened = { session, receiver };
    return { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTLP_TOKEN: variables['ORDERS_OTLP_TOKEN'] ?? '' };
  };
  try {
    const program = { node: process.execPath, script: process.argv[1] ?? 'agentops' };
    const running = await startDemo(ctx, program, {
      first: [{ name: 'stock', isDown: false }],
      others: [{ name: runaway.agent, isDown: false }],
      prepare,
    });
    // Stopped before the receiver: what an agent says last is still heard.
    closers.push(running.stop);
    Object.assign(env, running.variables);
    if (opened === null) throw new Error('the demo was started without its receiver');
    const { session, receiver }: { readonly session: Session; readonly receiver: Receiver } = opened;
    return { session, receiver, happened, stop, mask: secrets.mask, ask: (question) => askAgent(session, running, question) };
  } catch (thrown) {
    await stop();
    throw thrown;
  }
};

const askAgent = async ({ ctx }: Session, { variables }: RunningDemo, question: string): Promise<void> => {
  const params = {
    message: { messageId: 'demo-1', role: 'ROLE_USER', parts: [{ text: question }] },
    configuration: { returnImmediately: true },
  };
  const { head, failure } = await ctx.http.send(
    {
      method: 'POST',
      url: `http://127.0.0.1:${variables['DEMO_ORDERS_PORT'] ?? ''}/a2a`,
      headers: { 'content-type': 'application/json', 'a2a-version': '1.0' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'SendMessage', params }),
      limits: { connectMs: askMs, firstByteMs: askMs, stallMs: askMs, totalMs: askMs, maxBytes: 65_536 },
    },
    { data: () => 'more' },
    ctx.signal,
  );
  if (head?.status === 200) return;
  throw unableError({
    code: 'demo_failed',
    message: `${runaway.agent} did not take a message: ${failure?.message ?? `HTTP ${head?.status}`}`,
  });
};

/** How some agents are by their checks, asked now: the worst of their states. */
export const checkAgents = async (session: Session, agents: readonly string[]): Promise<string> => {
  const { report } = await checkFleet(session, { ...everything, agents }, defaultCheckOptions);
  return report.agents.map(({ state }) => state).find((state) => state !== 'green') ?? 'green';
};
