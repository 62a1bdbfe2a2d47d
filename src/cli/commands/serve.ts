import type { Verifiers } from '../../response/runbooks/open-run-aids.ts';
import type { ServeEvent } from '../../views/serve.ts';
import type { Leaf, Session } from '../command.ts';
import { listFlag, portFlag } from '../flags.ts';

/** How often the same complaint is told, and how often it is told how much came in, milliseconds. */
const [repeatMs, tallyMs] = [60_000, 30_000];

const serve: Leaf = {
  formats: ['text', 'json'],
  flags: [
    {
      flags: '--host <address>',
      summary: 'where to listen; any but this machine itself needs tokens in the manifest',
      fallback: '127.0.0.1',
    },
    { flags: '--port <n>', summary: 'which port; 0 takes any that is free', parse: portFlag, fallback: 4318 },
    { flags: '--also-called <names>', summary: 'further names it may be called by, such as host.docker.internal', parse: listFlag },
  ],
  examples: [
    ['agentops serve', 'take spans of agents on this machine, until Ctrl-C'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318 node agent.js', 'an agent that sends them'],
    ['agentops serve --host 0.0.0.0', 'take them from other machines, with tokens, behind TLS'],
    ['curl -X POST http://127.0.0.1:4318/beat/indexer', 'a heartbeat'],
  ],
  exits: [
    ['2', 'it could be reached from elsewhere, and the manifest has no tokens'],
    ['3', 'the address or the store cannot be had'],
    ['130', 'stopped by Ctrl-C (143: by SIGTERM); everything that was acknowledged is stored'],
  ],
  async run(session, _arguments, { host, port, alsoCalled }) {
    const { ctx } = session;
    const { fleet } = await session.fleet();
    const { serveFleet, usualLimits } = await import('../../desk/serve/serve-fleet.ts');
    const tell = await openTelling(session, fleet.name);
    const settings = {
      host: String(host),
      port: Number(port),
      names: (alsoCalled as readonly string[]) ?? [],
      limits: usualLimits,
      verifiers: lazyVerifiers(session),
    };
    const receiver = await serveFleet(ctx, fleet, settings, tell);
    let told = 0;
    while (!ctx.signal.aborted) {
      // Rejects when the signal fires: that is how it ends.
      await ctx.clock.sleep(tallyMs, ctx.signal).catch(() => undefined);
      if (receiver.tally.requests === told || ctx.signal.aborted) continue;
      told = receiver.tally.requests;
      tell({ event: 'received', tally: receiver.tally });
    }
    await receiver.close();
    return { finding: 'none', formats: {} };
  },
};

export default serve;

/** Loaded by the first run that asks: most receivers never have one. */
const lazyVerifiers = (session: Session): Verifiers => {
  const verifiers = async () => (await import('../verify-agents.ts')).verifiersOf(session);
  return {
    check: async (...call) => (await verifiers()).check(...call),
    eval: async (...call) => (await verifiers()).eval(...call),
  };
};

/** Events that each request may bring again. */
const repeating: ReadonlySet<ServeEvent['event']> = new Set(['refused', 'foreign', 'trouble']);

/** Says what happens: to a person on stderr, to a program as lines of JSON on stdout. */
const openTelling = async ({ ctx, terminal, format }: Session, fleet: string): Promise<(event: ServeEvent) => void> => {
  const [{ renderServeEvent, renderServeJson }, { openRepeatGuard }, { maskValue }] = await Promise.all([
    import('../../views/serve.ts'),
    import('../../desk/serve/repeat-guard.ts'),
    import('../mask-answer.ts'),
  ]);
  const isNew = openRepeatGuard(repeatMs, ctx.clock.monotonic);
  return (event) => {
    if (repeating.has(event.event) && !isNew(JSON.stringify(event))) return;
    if (format === 'json') {
      void terminal.print(renderServeJson(fleet, ctx.clock.now(), maskValue(ctx.secrets, event) as ServeEvent));
      return;
    }
    for (const line of renderServeEvent(terminal.err, event)) terminal.say(ctx.secrets.mask(line));
  };
};
