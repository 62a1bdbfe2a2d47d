import type { Leaf } from '../command.ts';
import type { ConfirmFlags } from '../confirm-plan.ts';
import { confirmFlags, countFlag, durationFlag, rateFlag, runExits } from '../flags.ts';

interface Flags extends ConfirmFlags {
  readonly to?: number;
  readonly tokens?: number;
  readonly maxParallel?: number;
  readonly maxWaiting?: number;
  readonly for?: number;
}

const throttle: Leaf = {
  formats: ['text', 'json'],
  arguments: [{ name: '<agent>', summary: 'the agent' }],
  flags: [
    { flags: '--to <n/min>', summary: 'requests a minute that are let through', parse: rateFlag },
    { flags: '--tokens <n/min>', summary: 'tokens a minute', parse: rateFlag },
    { flags: '--max-parallel <n>', summary: 'requests or jobs at the same time', parse: countFlag },
    { flags: '--max-waiting <n>', summary: 'messages that may wait in its queue', parse: countFlag },
    { flags: '--for <duration>', summary: 'how long', parse: durationFlag },
    ...confirmFlags,
  ],
  examples: [
    ['agentops throttle support --to 10/min --for 2h', 'lets ten requests a minute through, and takes that back in two hours'],
    ['agentops throttle indexer --max-waiting 100', 'RabbitMQ: what comes beyond a hundred messages is refused'],
    ['agentops throttle indexer --max-parallel 2', 'BullMQ: so many jobs at the same time'],
    ['agentops throttle support --yes', 'as the runbook throttle says, without being asked'],
  ],
  exits: runExits,
  async run(session, [agent], given) {
    const flags = given as unknown as Flags;
    const [{ askedRunbook }, { carryOut }] = await Promise.all([import('../asked-runbook.ts'), import('../carry-out.ts')]);
    const said: readonly (readonly [string, number | undefined, string])[] = [
      ['requests_per_minute', flags.to, ''],
      ['tokens_per_minute', flags.tokens, ''],
      ['max_parallel', flags.maxParallel, ''],
      ['max_waiting', flags.maxWaiting, ''],
      ['for', flags.for, 'ms'],
    ];
    const param = said.flatMap(([name, value, unit]) => (value === undefined ? [] : [`${name}=${value}${unit}`]));
    return carryOut(session, await askedRunbook(session, 'throttle', { agent: String(agent), param }), flags);
  },
};

export default throttle;
