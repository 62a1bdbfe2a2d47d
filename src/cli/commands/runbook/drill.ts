import type { Leaf } from '../../command.ts';
import { durationFlag, repeatedFlag } from '../../flags.ts';

interface Flags {
  readonly agent?: string;
  readonly param?: readonly string[];
  readonly confirm?: string;
  readonly within: number;
}

const drill: Leaf = {
  formats: ['text', 'json'],
  arguments: [{ name: '<runbook>', summary: 'its name, or a file' }],
  flags: [
    { flags: '--agent <name>', summary: 'an agent of your own, not of production; default: the demo fleet' },
    { flags: '--param <name=value>', summary: 'a parameter; several times for several', parse: repeatedFlag },
    { flags: '--confirm <name>', summary: "the agent's name, where nobody can be asked to type it" },
    { flags: '--within <duration>', summary: 'so long containment may take; default 1m', parse: durationFlag, fallback: '1m' },
  ],
  examples: [
    ['agentops runbook drill runaway-loop', 'a real loop on the demo fleet: found, contained, quiet, put back, with the times'],
    ['agentops runbook drill kill --agent support-staging', 'the same acts on an agent of your own; doctor --runbooks shows when'],
  ],
  exits: [
    ['1', 'it was not contained in time, or something was not put back'],
    ['2', 'the runbook or a parameter is wrong, or a step has no control'],
    ['4', 'the agent runs in production, or its name was not typed; nothing was done'],
    ['5', 'the run waits for a person; the command that goes on is printed'],
  ],
  async run(session, [name], given) {
    const flags = given as unknown as Flags;
    const [{ runDrill }, { missesOf }, { drillFormats }] = await Promise.all([
      import('../../run-drill.ts'),
      import('../../../response/runbooks/drill.ts'),
      import('../../../views/drill.ts'),
    ]);
    const { fleet, drill: went } = await runDrill(session, String(name), flags);
    const { resumeCommand } = went.result;
    return {
      finding: resumeCommand !== null ? 'handover' : missesOf(went).length > 0 ? 'found' : 'none',
      formats: drillFormats({ fleet, generatedAt: session.ctx.clock.now(), drill: went }),
      outlastsSignal: true,
      next: resumeCommand === null ? ['agentops doctor --runbooks'] : [resumeCommand],
    };
  },
};

export default drill;
