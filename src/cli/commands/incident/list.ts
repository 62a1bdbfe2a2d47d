import type { Leaf } from '../../command.ts';
import { countFlag } from '../../flags.ts';

interface Flags {
  readonly agent?: string;
  readonly all?: boolean;
  readonly limit: number;
}

const list: Leaf = {
  formats: ['text', 'json'],
  flags: [
    { flags: '--agent <name>', summary: 'only those of this agent' },
    { flags: '--all', summary: 'also those that are resolved' },
    { flags: '--limit <n>', summary: 'so many at most, newest first', parse: countFlag, fallback: 30 },
  ],
  examples: [
    ['agentops incident list', 'what is not resolved'],
    ['agentops incident list --all --agent support', 'everything that ever was with one agent'],
  ],
  async run({ ctx, fleet: load }, _args, given) {
    const { agent, all, limit } = given as unknown as Flags;
    const { fleet } = await load();
    const { requireAgent } = await import('../../../fleet/select.ts');
    const { listIncidents } = await import('../../../response/incidents/incidents.journal.ts');
    const { incidentListFormats } = await import('../../../views/incident-list.ts');
    const incidents = await listIncidents(await ctx.journal(), {
      agent: agent === undefined ? null : requireAgent(fleet, agent).name,
      resolved: all === true,
      limit,
    });
    return {
      finding: 'none',
      formats: incidentListFormats({ fleet: fleet.name, generatedAt: ctx.clock.now(), incidents, withResolved: all === true }),
      next: incidents[0] === undefined ? [] : [`agentops incident show ${incidents[0].id}`],
    };
  },
};

export default list;
