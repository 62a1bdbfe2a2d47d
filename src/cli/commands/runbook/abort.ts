import type { Leaf } from '../../command.ts';

const abort: Leaf = {
  formats: ['text', 'json'],
  arguments: [{ name: '<run>', summary: 'its id: agentops runbook runs' }],
  flags: [
    { flags: '--reason <text>', summary: 'why; it is recorded' },
    { flags: '-y, --yes', summary: 'do not ask' },
  ],
  examples: [['agentops runbook abort throttle-7k2m9xp', 'does no further step; what was done stays until its time is over']],
  exits: [
    ['2', 'there is no such run, or it has ended'],
    ['4', 'not confirmed'],
  ],
  async run(session, [id], given) {
    const { endEarly } = await import('../../end-early.ts');
    return endEarly(session, String(id), 'abort', given as unknown as { readonly reason?: string; readonly yes?: boolean });
  },
};

export default abort;
