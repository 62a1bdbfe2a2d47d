import type { Fleet } from '../../fleet/agent.ts';
import type { Context } from '../../ground/runtime/context.ts';
import type { NotedDeploy } from '../../telemetry/traces/record-deploy.ts';
import type { Leaf } from '../command.ts';
import { durationFlag, instantFlag } from '../flags.ts';

interface Flags {
  readonly release?: string;
  readonly note?: string;
  readonly at?: number;
  readonly since: number;
}

const mark: Leaf = {
  formats: ['text', 'json'],
  words: (before) => (before.length === 0 ? ['deploy', 'list'] : []),
  arguments: [
    { name: '<what>', summary: 'deploy notes a change; list shows what was noted' },
    { name: '[agent]', summary: 'whose' },
  ],
  flags: [
    { flags: '--release <name>', summary: 'what was deployed, as its spans name it' },
    { flags: '--note <text>', summary: 'a few words, kept with the mark' },
    { flags: '--at <time>', summary: 'when, if not now: 2026-11-23T14:00:00Z, or 20m for twenty minutes ago', parse: instantFlag },
    { flags: '--since <duration>', summary: 'with list: how far back', parse: durationFlag, fallback: '30d' },
  ],
  examples: [
    ['agentops mark deploy support --release 2.4.1', 'in a pipeline, right after the deployment'],
    ['agentops mark list', 'the last 30 days, with releases that spans showed by themselves'],
  ],
  async run({ ctx, fleet: load }, [what, agent], given) {
    const flags = given as unknown as Flags;
    const { fleet } = await load();
    const { requireAgent } = await import('../../fleet/select.ts');
    const name = agent === undefined ? null : requireAgent(fleet, String(agent)).name;
    const { markFormats, markListFormats } = await import('../../views/mark.ts');
    if (what === 'list') {
      const { readMarks } = await import('../../telemetry/traces/marks.journal.ts');
      const now = ctx.clock.now();
      const marks = await readMarks(await ctx.journal(), { since: now - flags.since, agent: name });
      return { finding: 'none', formats: markListFormats({ fleet: fleet.name, generatedAt: now, marks }) };
    }
    if (what === 'deploy') {
      const { mark: noted, isNew } = await noteDeploy(ctx, fleet, name, flags);
      return {
        finding: 'none',
        formats: markFormats({ fleet: fleet.name, generatedAt: ctx.clock.now(), mark: noted, isNew }),
        next: ['agentops mark list', `agentops status ${noted.agent}`],
      };
    }
    const { usageError } = await import('../../ground/errors.ts');
    throw usageError({
      code: 'usage',
      message: `there is nothing called mark ${JSON.stringify(what)}`,
      hint: 'there are: agentops mark deploy <agent> --release <name>, agentops mark list',
    });
  },
};

export default mark;

const noteDeploy = async (
  ctx: Context,
  { agents }: Fleet,
  agent: string | null,
  { release = '', note = '', at }: Flags,
): Promise<NotedDeploy> => {
  const { usageError } = await import('../../ground/errors.ts');
  const example = `agentops mark deploy ${agent ?? agents[0]?.name ?? 'support'} --release 2.4.1`;
  if (agent === null) throw usageError({ code: 'usage', message: 'mark deploy needs the name of an agent', hint: example });
  if (release.trim() === '') throw usageError({ code: 'usage', message: 'mark deploy needs --release', hint: example });
  const { recordDeploy } = await import('../../telemetry/traces/record-deploy.ts');
  return recordDeploy(ctx, { agent, release: release.trim(), note: note.trim(), at: at ?? null });
};
