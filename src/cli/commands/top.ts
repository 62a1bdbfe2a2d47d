import type { Leaf } from '../command.ts';
import { waitFlag } from '../flags.ts';

const top: Leaf = {
  formats: ['text'],
  flags: [{ flags: '--every <duration>', summary: 'how often figures are read again', parse: waitFlag, fallback: '2s' }],
  examples: [
    ['agentops top', 's sorts, / filters, w changes the window, enter opens an agent, q quits'],
    ['agentops top --every 10s', 'for a screen on the wall'],
  ],
  exits: [['2', 'there is no terminal; agentops status --watch does without']],
  async run(session, _arguments, { every }) {
    const { runTop } = await import('../run-top.ts');
    return runTop(session, Number(every));
  },
};

export default top;
