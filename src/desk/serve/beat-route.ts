import type { Fleet } from '../../fleet/agent.ts';
import { OpsError } from '../../ground/errors.ts';
import type { Context } from '../../ground/runtime/context.ts';
import { plain, type ServerReply } from '../../ground/runtime/server.ts';
import { recordBeat } from '../../quality/health/record-beat.ts';
import type { Route } from './post.ts';

/** Characters of a note that are kept. */
const longestNote = 500;

/** `POST /beat/<agent>[/check]?status=ok|fail&note=…`: a report of an agent about itself, by the holder of its own token. */
export const beatRoute = (ctx: Context, fleet: Fleet, target: string): Route => ({
  method: 'POST',
  async answer({ request, sender, tally, on }) {
    const names = wordsOf(target);
    const status = request.query.get('status') ?? 'ok';
    if (names === null) return plain(400, 'write /beat/AGENT or /beat/AGENT/CHECK');
    if (status !== 'ok' && status !== 'fail') return plain(400, 'status is ok or fail');
    const [agent, check] = names;
    if (sender.agent !== null && sender.agent !== agent) return plain(403, 'this token is of another agent');
    try {
      const note = (request.query.get('note') ?? '').slice(0, longestNote);
      const noted = await recordBeat(ctx, fleet, { agent, check }, { status, note });
      tally.beats += 1;
      on({ event: 'beat', agent: noted.agent, check: noted.check, status });
      return plain(200, `beat of ${noted.agent}/${noted.check} noted: ${status}`);
    } catch (thrown) {
      if (!(thrown instanceof OpsError)) throw thrown;
      if (thrown.kind === 'usage') return plain(404, `${thrown.message}; ${thrown.hint}`);
      on({ event: 'trouble', message: thrown.message, hint: thrown.hint });
      return notKept;
    }
  },
});

const notKept: ServerReply = plain(503, 'the journal cannot be written now; send it again later', { 'retry-after': '10' });

/** Agent and check of a path; null where it has other parts, or is not well written. */
const wordsOf = (target: string): readonly [agent: string, check: string | null] | null => {
  try {
    const [agent = '', check = null, ...rest] = target.split('/').map(decodeURIComponent);
    return agent === '' || check === '' || rest.length > 0 ? null : [agent, check];
  } catch {
    // decodeURIComponent: a percent sign that begins no escape.
    return null;
  }
};
