import type { Leaf } from '../../command.ts';

interface Flags {
  readonly all?: boolean;
}

const lint: Leaf = {
  formats: ['text', 'json', 'github'],
  arguments: [{ name: '[runbooks...]', summary: 'names or files; default: those of the manifest' }],
  flags: [{ flags: '--all', summary: 'the shipped ones as well' }],
  examples: [
    ['agentops runbook lint', 'before a runbook is needed'],
    ['agentops runbook lint ./ours.yaml', 'one that is being written'],
    ['agentops runbook lint --output github', 'in a pull request, at its lines'],
  ],
  exits: [
    ['0', 'no error; there may be warnings'],
    ['1', 'an error was found'],
  ],
  async run({ ctx, cwd, fleet: load }, [names], given) {
    const { all } = given as unknown as Flags;
    const [{ fleet }, { collectLint }, { lintFormats }] = await Promise.all([
      load(),
      import('../../../response/runbooks/collect-lint.ts'),
      import('../../../views/runbook-lint.ts'),
    ]);
    const linted = await collectLint(ctx, fleet, { names: names as readonly string[], all: all === true, base: cwd });
    const findings = linted.flatMap((each) => each.findings);
    return {
      finding: findings.some(({ severity }) => severity === 'error') ? 'found' : 'none',
      formats: lintFormats({ fleet: fleet.name, generatedAt: ctx.clock.now(), base: cwd, linted }),
    };
  },
};

export default lint;
