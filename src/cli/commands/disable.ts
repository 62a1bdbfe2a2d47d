import type { Leaf } from '../command.ts';
import type { ConfirmFlags } from '../confirm-plan.ts';
import { confirmFlags, durationFlag, runExits } from '../flags.ts';

interface Flags extends ConfirmFlags {
  readonly for?: number;
}

const disable: Leaf = {
  formats: ['text', 'json'],
  arguments: [{ name: '<agent>', summary: 'the agent' }],
  flags: [{ flags: '--for <duration>', summary: 'how long', parse: durationFlag }, ...confirmFlags],
  examples: [
    ['agentops disable support --for 30m', 'takes no new work for half an hour; what it has begun goes on'],
    ['agentops disable support', 'as the runbook disable says'],
  ],
  exits: runExits,
  async run(session, [agent], given) {
    const flags = given as unknown as Flags;
    const [{ askedRunbook }, { carryOut }] = await Promise.all([import('../asked-runbook.ts'), import('../carry-out.ts')]);
    const param = flags.for === undefined ? [] : [`for=${flags.for}ms`];
    return carryOut(session, await askedRunbook(session, 'disable', { agent: String(agent), param }), flags);
  },
};

export default disable;
