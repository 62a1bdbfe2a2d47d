import type { Leaf } from '../command.ts';
import type { ConfirmFlags } from '../confirm-plan.ts';
import { confirmFlags, durationFlag, rateFlag, runExits } from '../flags.ts';

interface Flags extends ConfirmFlags {
  readonly to?: number;
  readonly for?: number;
}

const throttle: Leaf = {
  formats: ['text', 'json'],
  arguments: [{ name: '<agent>', summary: 'the agent' }],
  flags: [
    { flags: '--to <n/min>', summary: 'requests a minute that are let through', parse: rateFlag },
    { flags: '--for <duration>', summary: 'how long', parse: durationFlag },
    ...confirmFlags,
  ],
  examples: [
    ['agentops throttle support --to 10/min --for 2h', 'lets ten requests a minute through, and takes that back in two hours'],
    ['agentops throttle support --yes', 'as the runbook throttle says, without being asked'],
  ],
  exits: runExits,
  async run(session, [agent], given) {
    const flags = given as unknown as Flags;
    const [{ askedRunbook }, { carryOut }] = await Promise.all([import('../asked-runbook.ts'), import('../carry-out.ts')]);
    const param = [
      ...(flags.to === undefined ? [] : [`requests_per_minute=${flags.to}`]),
      ...(flags.for === undefined ? [] : [`for=${flags.for}ms`]),
    ];
    return carryOut(session, await askedRunbook(session, 'throttle', { agent: String(agent), param }), flags);
  },
};

export default throttle;
