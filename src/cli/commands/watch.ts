import type { Leaf } from '../command.ts';
import { listFlag, waitFlag } from '../flags.ts';

interface Flags {
  readonly every: number;
  readonly only?: readonly string[];
  readonly skip?: readonly string[];
}

const watch: Leaf = {
  formats: ['text', 'json'],
  flags: [
    { flags: '--every <duration>', summary: 'from the beginning of one tick to that of the next', parse: waitFlag, fallback: '1m' },
    { flags: '--only <duties>', summary: 'only these duties of each tick', parse: listFlag },
    { flags: '--skip <duties>', summary: 'all but these', parse: listFlag },
  ],
  examples: [
    ['agentops watch', 'a tick every minute, until Ctrl-C'],
    ['agentops watch --every 5m --quiet', 'as a service: says nothing unless part of the work failed'],
  ],
  exits: [['130', 'stopped by Ctrl-C (143: by SIGTERM), after the duty that was under way; a second signal leaves at once']],
  async run(session, _arguments, given) {
    const flags = given as unknown as Flags;
    const [{ watchTicks }, { dutiesOf }, { requirePrivateEnv }] = await Promise.all([
      import('../watch-ticks.ts'),
      import('../asked-duties.ts'),
      import('../require-private.ts'),
    ]);
    requirePrivateEnv(session);
    return watchTicks(session, { duties: dutiesOf(flags.only ?? [], flags.skip ?? []), waits: false }, flags.every);
  },
};

export default watch;
