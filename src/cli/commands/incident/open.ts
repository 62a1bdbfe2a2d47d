import type { RunbookClass } from '../../../response/runbooks/runbook.ts';
import type { Leaf } from '../../command.ts';
import { instantFlag } from '../../flags.ts';

interface Flags {
  readonly agent?: string;
  readonly class: RunbookClass;
  readonly severity: 'page' | 'notify';
  readonly since?: number;
}

const classes: readonly RunbookClass[] = ['loop', 'hallucination', 'cost', 'safety', 'latency', 'outage', 'other'];

const open: Leaf = {
  formats: ['text', 'json'],
  arguments: [{ name: '<title>', summary: 'what is wrong, in one line' }],
  flags: [
    { flags: '--agent <name>', summary: 'whose; without it, the fleet as a whole' },
    { flags: `--class <${classes.join('|')}>`, summary: 'what kind of runbook helps', fallback: 'other' },
    { flags: '--severity <page|notify>', summary: 'page wakes somebody', fallback: 'page' },
    { flags: '--since <time>', summary: 'when it began, if not now: 20m, or 2026-11-23T14:00:00Z', parse: instantFlag },
  ],
  examples: [
    ['agentops incident open "wrong refunds" --agent refunds --class hallucination', 'from now on there is a time line'],
    ['agentops incident open "gateway down" --class outage --since 20m', 'about the fleet as a whole'],
  ],
  async run(session, [title], given) {
    const { agent, class: of, severity, since } = given as unknown as Flags;
    const [
      { requireAgent },
      { collectRecentRun },
      { openIncident },
      { nextCommands },
      { timelineOf },
      { incidentAnswerFormats },
      { usageError },
      { tellPeople },
    ] = await Promise.all([
      import('../../../fleet/select.ts'),
      import('../../../response/incidents/collect-recent-run.ts'),
      import('../../../response/incidents/open-incident.ts'),
      import('../../../response/incidents/next-commands.ts'),
      import('../../../response/incidents/timeline.ts'),
      import('../../../views/incident-list.ts'),
      import('../../../ground/errors.ts'),
      import('../../tell-people.ts'),
    ]);
    const choice = (flag: string, value: string, words: readonly string[]) => {
      if (!words.includes(value))
        throw usageError({
          code: 'flag_invalid',
          message: `${flag} ${JSON.stringify(value)} is not known`,
          hint: `it takes ${words.join(', ')}`,
        });
    };
    choice('--class', of, classes);
    choice('--severity', severity, ['page', 'notify']);
    if (String(title).trim() === '')
      throw usageError({
        code: 'usage',
        message: 'an incident needs a title',
        hint: 'agentops incident open "what is wrong" --agent NAME',
      });
    const { ctx } = session;
    const { fleet } = await session.fleet();
    const about = agent === undefined ? null : requireAgent(fleet, agent).name;
    const run = about === null || since !== undefined ? null : await collectRecentRun(ctx, about);
    const { incident } = await openIncident(ctx, fleet, {
      title: String(title),
      agent: about,
      class: of,
      severity,
      startedAt: since ?? run?.startedAt ?? null,
      cause: { kind: 'person' },
    });
    const told = await tellPeople(session, fleet);
    const nobody = Object.keys(fleet.notify).length === 0;
    return {
      finding: 'none',
      formats: incidentAnswerFormats({
        fleet: fleet.name,
        generatedAt: ctx.clock.now(),
        incident,
        done: [
          'opened',
          ...(run === null ? [] : [`it takes in run ${run.id}, and counts from when that began; --since says otherwise`]),
          nobody ? 'nobody is told, because the manifest has no channel under notify' : `${told.sent} told`,
        ].join('; '),
        next: nextCommands(incident, timelineOf(incident, []), []),
      }),
    };
  },
};

export default open;
