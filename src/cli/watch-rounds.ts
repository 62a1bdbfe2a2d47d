import { usageError } from '../ground/errors.ts';
import { isoTime, jsonLine } from '../ground/output/json.ts';
import { clockTime } from '../ground/output/phrases.ts';
import { whole } from '../ground/output/pieces.ts';
import { humanDuration } from '../ground/units/duration.ts';
import type { Outcome, Session } from './command.ts';

type Watcher = Pick<Session, 'ctx' | 'terminal' | 'format' | 'show'>;

/**
 * Answers round after round until Ctrl-C, or until nobody reads any more. A terminal shows the last round alone; a file or a pipe gets
 * them all, as text with the time before each, or as JSON with one document a line.
 * @param again when the next round comes, for people
 */
export const watchRounds = async (
  { ctx, terminal, format, show }: Watcher,
  everyMs: number,
  round: () => Promise<Outcome>,
  again = `every ${humanDuration(everyMs)}`,
): Promise<Outcome> => {
  if (format !== 'text' && format !== 'json') {
    throw usageError({
      code: 'flags_conflict',
      message: `--watch answers again and again, and ${format} is a document with one end`,
      hint: 'watch as text or json, or run the command without --watch',
    });
  }
  const ended = AbortSignal.any([ctx.signal, terminal.readerGone]);
  for (;;) {
    const outcome = await round();
    if (ended.aborted) return outcome;
    terminal.clear();
    await show(asRound(outcome, ctx.clock.now(), terminal.out.width !== null));
    if (terminal.out.width !== null) {
      const last = clockTime(ctx.clock.now(), terminal.zone);
      terminal.say(terminal.err.paint('dim', `\nLast at ${last}, again ${again}. Ctrl-C ends it.`));
    }
    await ctx.clock.sleep(everyMs, ended).catch(() => undefined);
    if (ended.aborted) return { ...outcome, formats: {} };
  }
};

const asRound = (outcome: Outcome, at: number, inTerminal: boolean): Outcome => {
  const { text, json } = outcome.formats;
  return {
    ...outcome,
    formats: {
      ...outcome.formats,
      ...(text === undefined ? {} : { text: async (view) => (inTerminal ? text(view) : `${isoTime(at)}\n${whole(await text(view))}\n`) }),
      ...(json === undefined ? {} : { json: async (view) => jsonLine(whole(await json(view))) }),
    },
  };
};
