import type { Leaf } from '../../command.ts';

interface Flags {
  readonly key?: string;
  readonly signers?: string;
}

const approve: Leaf = {
  formats: ['text', 'json'],
  arguments: [{ name: '<plan|run>', summary: 'a plan, by its whole hash or its file; or a run that waits for it' }],
  flags: [
    { flags: '--key <file>', summary: 'sign it with this SSH key, or the one of this .pub file that ssh-agent holds' },
    { flags: '--signers <file>', summary: 'who may sign; default: allowed_signers beside the manifest' },
  ],
  examples: [
    ['agentops runbook approve kill.plan --key ~/.ssh/id_ed25519', 'one of two signatures under a plan that was written with --out'],
    ['agentops runbook approve runaway-loop-7k2m9xp', 'a run that an alert asked for, or the step that a run waits at'],
  ],
  exits: [
    ['2', 'the key is of nobody who may sign, or the file is no plan'],
    ['4', 'the run waits for no approval, or a signature is needed'],
  ],
  async run({ ctx, cwd, fleet: load }, [given], flags) {
    const { key, signers } = flags as unknown as Flags;
    const [{ resolve }, { signersOf }, { recordApproval, recordRunApproval }, { approvalFormats }, { readRun }] = await Promise.all([
      import('node:path'),
      import('../../carry-out.ts'),
      import('../../../response/runbooks/record-approval.ts'),
      import('../../../views/runbook-approve.ts'),
      import('../../../response/runbooks/runs.journal.ts'),
    ]);
    const { fleet } = await load();
    const vouching = { key: key === undefined ? null : resolve(cwd, key), signers: signersOf(fleet, cwd, signers) };
    const named = String(given);
    const run = await readRun(await ctx.journal(), named);
    const subject = run === null ? await planHashOf(ctx, cwd, named) : run.head.id;
    const recorded = run === null ? await recordApproval(ctx, subject, vouching) : await recordRunApproval(ctx, run, vouching);
    return {
      finding: 'none',
      formats: approvalFormats({ fleet: fleet.name, generatedAt: ctx.clock.now(), subject, ...recorded }),
      next: run === null ? [] : [`agentops runbook resume ${run.head.id}`],
    };
  },
};

export default approve;

const planHashOf = async (ctx: import('../../../ground/runtime/context.ts').Context, cwd: string, named: string): Promise<string> => {
  if (/^[0-9a-f]{64}$/.test(named)) return named;
  const [{ resolve }, { maxPlanBytes, parsePlanFile }] = await Promise.all([
    import('node:path'),
    import('../../../response/runbooks/plan-file.ts'),
  ]);
  return parsePlanFile(ctx.files.readText(resolve(cwd, named), maxPlanBytes), named).hash;
};
