import type { Leaf } from '../command.ts';

const beat: Leaf = {
  formats: ['text', 'json'],
  arguments: [{ name: '<agent[/check]>', summary: 'who reports; the check may be left out where the agent has one heartbeat' }],
  flags: [
    { flags: '--status <ok|fail>', summary: 'what is reported', fallback: 'ok' },
    { flags: '--note <text>', summary: 'a few words, kept with the beat' },
  ],
  examples: [
    ['./nightly-index.sh && agentops beat indexer', 'a job that went well'],
    ['agentops beat indexer/nightly --status fail --note "no space left"', 'one that did not'],
  ],
  async run({ ctx, fleet: load }, [target], { status, note }) {
    const { usageError } = await import('../../ground/errors.ts');
    if (status !== 'ok' && status !== 'fail')
      throw usageError({ code: 'flag_invalid', message: `--status ${String(status)} is not known`, hint: 'it takes ok or fail' });
    const { requireAgent, requireCheck } = await import('../../fleet/select.ts');
    const { fleet } = await load();
    const [name = '', id] = String(target).split('/');
    const agent = requireAgent(fleet, name);
    const heartbeats = agent.checks.filter((check) => check.kind === 'heartbeat');
    const check = id === undefined ? heartbeats[0] : requireCheck(agent, id);
    if (check === undefined || check.kind !== 'heartbeat' || (id === undefined && heartbeats.length > 1)) {
      const ids = heartbeats.map((each) => `${agent.name}/${each.id}`);
      throw usageError({
        code: 'no_heartbeat',
        message: ids.length === 0 ? `${agent.name} has no heartbeat check` : `${String(target)} does not name one heartbeat`,
        hint: ids.length === 0 ? 'add a check with heartbeat: { every: 1d } to the manifest' : `there is: ${ids.join(', ')}`,
      });
    }
    const { saveBeat } = await import('../../quality/health/results.journal.ts');
    const { randomUUID } = await import('node:crypto');
    const { isoTime, jsonDocument } = await import('../../ground/output/json.ts');
    const at = ctx.clock.now();
    await saveBeat(await ctx.journal(), agent.name, check.id, randomUUID(), { at, status, note: String(note ?? '') });
    return {
      finding: 'none',
      formats: {
        text: () => `beat of ${agent.name}/${check.id} noted: ${status}\n`,
        json: () => jsonDocument(fleet.name, at, { agent: agent.name, check: check.id, status, at: isoTime(at) }),
      },
    };
  },
};

export default beat;
