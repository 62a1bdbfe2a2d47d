import { messageOf, usageError } from '../ground/errors.ts';
import type { Look } from '../ground/output/look.ts';
import { collectFleetStatus } from '../oversight/status/collect-fleet-status.ts';
import { readSynced } from '../telemetry/stats/figures.cache.ts';
import { whyNoTraces } from '../telemetry/traces/metrics-backends.ts';
import { listTraces } from '../telemetry/traces/trace-list.cache.ts';
import { firstTop, pressed, shownKeys, type TopData, type TopState, topFrame, topWindows } from '../views/top.ts';
import type { Outcome, Session } from './command.ts';

/** Failures that are shown of the agent that is looked into. */
const listedFailures = 8;

const readData = async ({ ctx, fleet: load }: Session, state: TopState): Promise<TopData> => {
  const { fleet } = await load();
  const windowMs = topWindows[state.window] ?? 0;
  const status = await collectFleetStatus(ctx, fleet, { windowMs, by: 'agent', filter: {} });
  if (state.opened === null) return { status, opened: null, trouble: null };
  const agent = state.opened;
  const byModel = await collectFleetStatus(ctx, fleet, { windowMs, by: 'model', filter: { agent } });
  const cache = await ctx.cache();
  const { window, generatedAt } = byModel;
  const lines = listTraces(cache, { window, agent, errorsOnly: true, order: 'newest', limit: listedFailures });
  const failures = { fleet: fleet.name, generatedAt, window, syncedUs: readSynced(cache), lines, limit: listedFailures };
  const why = byModel.rows.length === 0 ? whyNoTraces(fleet, agent) : null;
  return { status, opened: { agent, byModel, failures }, trouble: why?.message ?? null };
};

/** Shows the fleet on the whole screen until `q`, a signal, or the end of the terminal; the terminal is given back in every case. */
export const runTop = async (session: Session, everyMs: number): Promise<Outcome> => {
  const { terminal, ctx } = session;
  if (terminal.openScreen === null)
    throw usageError({
      code: 'no_terminal',
      message: 'top needs a terminal to draw on and to read keys from',
      hint: 'agentops status --watch',
    });
  let state = firstTop;
  // Read once before the screen is taken: what is wrong from the start is said as an error.
  let data = await readData(session, state);
  let wake = () => {};
  const look: Look = {
    unicode: terminal.out.unicode,
    paint: terminal.out.paint,
    get width() {
      return terminal.out.width;
    },
  };
  const draw = () => screen.draw(topFrame(look, screen.rows, state, data, terminal.zone).map((line) => ctx.secrets.mask(line)));
  const screen = await terminal.openScreen({
    key: (name) => {
      const before = state;
      state = pressed(state, name, shownKeys(data.status, state));
      draw();
      if (state.isDone || state.window !== before.window || state.opened !== before.opened) wake();
    },
    resized: draw,
  });
  const onAbort = () => wake();
  ctx.signal.addEventListener('abort', onAbort);
  try {
    while (!state.isDone && !ctx.signal.aborted) {
      draw();
      await new Promise<void>((resolve) => {
        const pause = new AbortController();
        wake = () => {
          pause.abort();
          resolve();
        };
        ctx.clock.sleep(everyMs, pause.signal).then(resolve, () => undefined);
      });
      if (state.isDone || ctx.signal.aborted) break;
      // A cache that is busy for a moment is no reason to leave the screen.
      data = await readData(session, state).catch((thrown: unknown) => ({ ...data, trouble: messageOf(thrown) }));
    }
  } finally {
    ctx.signal.removeEventListener('abort', onAbort);
    screen.close();
  }
  return { finding: 'none', formats: {} };
};
