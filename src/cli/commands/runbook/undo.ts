import type { Leaf } from '../../command.ts';
import { runExits } from '../../flags.ts';

const undo: Leaf = {
  formats: ['text', 'json'],
  arguments: [{ name: '<run>', summary: 'its id: agentops runbook runs' }],
  flags: [
    { flags: '--reason <text>', summary: 'why; it is recorded' },
    { flags: '-y, --yes', summary: 'do not ask' },
  ],
  examples: [['agentops runbook undo throttle-7k2m9xp', 'takes back what it did, last first, where nobody else has changed it']],
  exits: runExits,
  async run(session, [id], given) {
    const { endEarly } = await import('../../end-early.ts');
    return endEarly(session, String(id), 'undo', given as unknown as { readonly reason?: string; readonly yes?: boolean });
  },
};

export default undo;
