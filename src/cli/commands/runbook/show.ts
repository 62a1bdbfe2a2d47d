import type { Leaf } from '../../command.ts';

interface Flags {
  readonly yaml?: boolean;
}

const show: Leaf = {
  formats: ['text', 'json'],
  arguments: [{ name: '<runbook>', summary: 'its name, or a file' }],
  flags: [{ flags: '--yaml', summary: 'its text as it stands, to be copied and changed' }],
  examples: [
    ['agentops runbook show runaway-loop', 'what it does, and what may be given to it'],
    ['agentops runbook show kill --yaml > runbooks/kill.yaml', 'your own in place of a shipped one'],
  ],
  exits: [['2', 'there is no such runbook, or it cannot be read']],
  async run({ ctx, cwd, fleet: load }, [name], given) {
    const { yaml } = given as unknown as Flags;
    const [{ fleet }, { loadRunbook, readRunbookSource }, { runbookShowFormats }] = await Promise.all([
      load(),
      import('../../../response/runbooks/load-runbooks.ts'),
      import('../../../views/runbook-show.ts'),
    ]);
    const runbook = await loadRunbook(ctx, fleet, String(name), cwd);
    const source = yaml === true ? readRunbookSource(ctx, runbook) : null;
    return { finding: 'none', formats: runbookShowFormats({ fleet: fleet.name, generatedAt: ctx.clock.now(), runbook, source }) };
  },
};

export default show;
