import type { Leaf } from '../../command.ts';
import { countFlag, durationFlag, numberFlag, rateFlag, windowFlag } from '../../flags.ts';

interface Flags {
  readonly since: number;
  readonly perWorker?: number;
  readonly start: number;
  readonly max?: number;
  readonly upAt?: number;
  readonly downAt?: number;
  readonly for?: number;
}

const simulate: Leaf = {
  formats: ['text', 'json'],
  arguments: [{ name: '<agent>', summary: 'the agent' }],
  flags: [
    { flags: '--since <duration>', summary: 'how far back', parse: windowFlag, fallback: '7d' },
    { flags: '--per-worker <n/min>', summary: 'what one worker ends in a minute; default: as measured', parse: rateFlag },
    { flags: '--start <duration>', summary: 'until a worker that is asked for begins', parse: durationFlag, fallback: '1m' },
    { flags: '--max <n>', summary: 'workers, at most; default: as the manifest says', parse: countFlag },
    { flags: '--up-at <n>', summary: 'more workers above this much work for each', parse: numberFlag },
    { flags: '--down-at <n>', summary: 'fewer below this much', parse: numberFlag },
    { flags: '--for <duration>', summary: 'for so long', parse: durationFlag },
  ],
  examples: [
    ['agentops scale simulate support --since 7d', 'how long work would have waited, and what workers would have cost'],
    ['agentops scale simulate support --up-at 3 --max 30', 'by another rule, before it is written into the manifest'],
    ['agentops scale simulate support --per-worker 12/min', 'where nothing on record tells what a worker does'],
  ],
  exits: [
    ['2', 'there is no such agent, it has no queue, or nobody said how many workers it may have'],
    ['3', 'too little of the past is on record'],
  ],
  async run({ ctx, fleet: load }, [name], given) {
    const { since, perWorker, start, max, upAt, downAt, for: forMs } = given as unknown as Flags;
    const [{ queuedAgents }, { simulateScale }, { scaleSimulatedFormats }] = await Promise.all([
      import('../../show-scale.ts'),
      import('../../../response/scale/simulate-scale.ts'),
      import('../../../views/scale-simulation.ts'),
    ]);
    const { fleet } = await load();
    const [agent] = queuedAgents(fleet, String(name));
    if (agent === undefined) throw new Error('an agent that has a queue was not found again');
    const rule = {
      ...(max === undefined ? {} : { max }),
      ...(upAt === undefined ? {} : { upAt }),
      ...(downAt === undefined ? {} : { downAt }),
      ...(forMs === undefined ? {} : { forMs }),
    };
    const simulation = await simulateScale(ctx, fleet, { agent, windowMs: since, perMinute: perWorker ?? null, startMs: start, rule });
    return { finding: 'none', formats: scaleSimulatedFormats({ ...simulation, fleet: fleet.name, generatedAt: ctx.clock.now() }) };
  },
};

export default simulate;
