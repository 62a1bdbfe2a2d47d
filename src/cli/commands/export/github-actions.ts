import type { Leaf } from '../../command.ts';
import { moneyFlag, outFlag } from '../../flags.ts';

const githubActions: Leaf = {
  formats: ['text', 'json'],
  flags: [
    { flags: '--source <owner/name@commit>', summary: 'the repository and the commit that agentops is installed from; needed' },
    { flags: '--baseline <file>', summary: 'a committed file that evals are held against, as the repository has it' },
    { flags: '--max-usd <amount>', summary: 'what the evals of one pull request may cost', parse: moneyFlag, fallback: '5' },
    outFlag,
  ],
  examples: [
    [
      'agentops export github-actions --source acme/agentops@4f0c1c6e0f1d2b3a49586776a5b4c3d2e1f00912 --out .github/workflows/agentops-gate.yml',
      'manifest, policies and evals of each pull request',
    ],
    ['agentops eval accept latest --to baseline.json', 'the baseline to commit, for --baseline baseline.json'],
  ],
  exits: [['2', 'the commit is not pinned, or the file cannot be written']],
  async run(session, _arguments, { out, ...given }) {
    const { exportGate } = await import('../../export-gate.ts');
    return exportGate(session, out as string | undefined, given as { source?: string; baseline?: string; maxUsd: number });
  },
};

export default githubActions;
