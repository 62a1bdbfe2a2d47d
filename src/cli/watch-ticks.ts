import { OpsError } from '../ground/errors.ts';
import { isoTime, jsonLine } from '../ground/output/json.ts';
import type { CalledRun } from '../response/tick/called-run.ts';
import { hasFailed, type Tick } from '../response/tick/tick.ts';
import { renderTickLine, renderWaiting, tickFormats } from '../views/tick.ts';
import type { Outcome, Session } from './command.ts';
import { type TickOptions, tickFleet, tickTeller } from './tick-fleet.ts';

/**
 * The next of the instants that lie `everyMs` apart, counted from when it all began: what takes its time does not move those behind it, and
 * what takes longer than that leaves some out. Milliseconds of one clock.
 */
export const nextInstant = (began: number, now: number, everyMs: number): number =>
  began + (Math.floor((now - began) / everyMs) + 1) * everyMs;

/** Ticks until a signal comes, or until nobody reads any more. What cannot be done now is said, and tried again by the next tick. */
export const watchTicks = async (session: Session, options: TickOptions, everyMs: number): Promise<Outcome> => {
  const { ctx, terminal } = session;
  // What is wrong with the manifest is told at once.
  await session.fleet();
  const ended = AbortSignal.any([ctx.signal, terminal.readerGone]);
  const began = ctx.clock.monotonic();
  const running = new Set<Promise<unknown>>();
  /** Runs that outlast the tick which called them: they are told of when they end. */
  const follow = (rest: Promise<readonly CalledRun[]>) => {
    const told = rest
      .then((runs) => {
        for (const { runbook, agent, status } of runs) terminal.say(`runbook ${runbook}${agent === null ? '' : ` on ${agent}`}: ${status}`);
      })
      .catch((thrown) => sayTrouble(session, thrown))
      .finally(() => running.delete(told));
    running.add(told);
  };
  let last: Tick | null = null;
  for (;;) {
    try {
      const { tick, rest } = await tickFleet(session, options, tickTeller(session));
      last = tick;
      if (rest !== null) follow(rest);
      await showTick(session, tick);
    } catch (thrown) {
      if (!(thrown instanceof OpsError) || thrown.kind === 'usage') throw thrown;
      sayTrouble(session, thrown);
    }
    if (ended.aborted) break;
    const now = ctx.clock.monotonic();
    const pause = nextInstant(began, now, everyMs) - now;
    await waitLive(session, last, pause, ended);
    if (ended.aborted) break;
  }
  await Promise.all(running);
  return { finding: 'none', formats: {} };
};

/** A terminal keeps a line for what went well and shows the rest in full; a file gets every tick with its time, a program a document a line. */
const showTick = async (session: Session, tick: Tick): Promise<void> => {
  const { ctx, terminal, format, flags, show } = session;
  const { text, json } = tickFormats({ fleet: (await session.fleet()).fleet.name, tick, isQuiet: flags.quiet === true });
  if (format === 'json') return show({ finding: 'none', formats: { json: () => jsonLine(json()) } });
  const isPlain = !hasFailed(tick) && tick.incidents.length + tick.runs.length + tick.ended.length === 0;
  if (flags.quiet === true ? !hasFailed(tick) : isPlain && terminal.out.width !== null) return;
  const brief = () => `${renderTickLine(tick, terminal.zone)}\n`;
  await show({ finding: 'none', formats: { text: isPlain ? brief : (view) => `${isoTime(ctx.clock.now())}\n${text(view)}` } });
};

/** Waits for the next tick; a terminal shows meanwhile what the last one did. */
const waitLive = async ({ ctx, terminal }: Session, last: Tick | null, pauseMs: number, ended: AbortSignal): Promise<void> => {
  const progress = await terminal.startProgress();
  const nextAt = ctx.clock.now() + pauseMs;
  progress.update(() => ctx.secrets.mask(renderWaiting(last, nextAt, terminal.zone)));
  // Rejects when it is to end: that is how it does.
  await ctx.clock.sleep(pauseMs, ended).catch(() => undefined);
  progress.stop();
};

const sayTrouble = ({ ctx, terminal }: Session, thrown: unknown): void => {
  if (!(thrown instanceof OpsError)) throw thrown;
  terminal.say(terminal.err.paint('bad', ctx.secrets.mask(`trouble: ${thrown.message}${thrown.hint === null ? '' : `; ${thrown.hint}`}`)));
};
