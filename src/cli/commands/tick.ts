import type { Leaf } from '../command.ts';
import { listFlag } from '../flags.ts';

interface Flags {
  readonly only?: readonly string[];
  readonly skip?: readonly string[];
  readonly wait?: boolean;
}

const tick: Leaf = {
  formats: ['text', 'json'],
  flags: [
    {
      flags: '--only <duties>',
      summary: 'only these: checks, sync, rollups, alerts, notify, incidents, runbooks, expire',
      parse: listFlag,
    },
    { flags: '--skip <duties>', summary: 'all but these', parse: listFlag },
    { flags: '--wait', summary: 'where another tick is at it, wait for its end; otherwise it is left alone' },
  ],
  examples: [
    ['agentops tick', 'once: due checks, new traces, alerts, messages, runbooks, what has had its time'],
    ['agentops tick --quiet', 'for cron: says nothing unless part of the work failed'],
    ['agentops tick --skip checks', 'where checks run elsewhere'],
    ['agentops schedule print', 'the line of crontab that does it every minute'],
  ],
  exits: [
    ['0', 'the work was done, whatever fires; or another tick is at it'],
    ['2', 'others may read the file that its secrets come from: nothing was done'],
    ['3', 'part of the work failed, the rest was done'],
  ],
  async run(session, _arguments, given) {
    const flags = given as Flags;
    const [{ tickFleet, tickOutcome, tickTeller }, { dutiesOf }, { requirePrivateEnv }] = await Promise.all([
      import('../tick-fleet.ts'),
      import('../asked-duties.ts'),
      import('../require-private.ts'),
    ]);
    requirePrivateEnv(session);
    const duties = dutiesOf(flags.only ?? [], flags.skip ?? []);
    const { tick: done, rest } = await tickFleet(session, { duties, waits: flags.wait === true }, tickTeller(session));
    // The lease is free by now: the next tick need not wait for runs that look whether they helped.
    return tickOutcome(session, rest === null ? done : { ...done, runs: await rest });
  },
};

export default tick;
