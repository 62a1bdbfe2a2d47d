import type { Leaf } from '../../command.ts';
import { listFlag } from '../../flags.ts';

interface Flags {
  readonly tag?: readonly string[];
  readonly tier?: readonly string[];
  readonly env?: readonly string[];
  readonly strict?: boolean;
}

const check: Leaf = {
  formats: ['text', 'json', 'github', 'junit'],
  arguments: [{ name: '[agents...]', summary: 'agents to look at; all by default' }],
  flags: [
    { flags: '--tag <tags>', summary: 'only agents with one of these tags', parse: listFlag },
    { flags: '--tier <tiers>', summary: 'only agents of these tiers: 1, 2, 3', parse: listFlag },
    { flags: '--env <names>', summary: 'only agents of these environments', parse: listFlag },
    { flags: '--strict', summary: 'warnings fail it too' },
  ],
  examples: [
    ['agentops policy check', 'what each agent lacks, and what to do about it'],
    ['agentops policy check --tier 1 --output junit=policy.xml', 'a gate in CI, and its report'],
  ],
  exits: [
    ['0', 'nothing is violated, or only warnings are'],
    ['1', 'a policy of severity error is violated'],
    ['3', 'what such a policy asks about could not be seen'],
  ],
  async run({ ctx, fleet: load }, [names], given) {
    const flags = given as unknown as Flags;
    const { fleet } = await load();
    const [{ selectAgents, everything }, { judgePolicies }, { policiesOf }, { collectPolicyEvidence }, { policyFormats, findingOf }] =
      await Promise.all([
        import('../../../fleet/select.ts'),
        import('../../../fleet/policy.ts'),
        import('../../../fleet/policy-section.ts'),
        import('../../policy-evidence.ts'),
        import('../../../views/policy.ts'),
      ]);
    const selected = selectAgents(fleet, {
      ...everything,
      agents: names as readonly string[],
      tags: flags.tag ?? [],
      tiers: (flags.tier ?? []).map(Number),
      envs: flags.env ?? [],
    });
    const agents = selected.map(({ agent }) => agent);
    if (agents.length === 0) {
      const { usageError } = await import('../../../ground/errors.ts');
      throw usageError({ code: 'nothing_selected', message: 'no agent is selected', hint: 'agentops validate --verbose lists the agents' });
    }
    const findings = judgePolicies(policiesOf(fleet), agents, await collectPolicyEvidence(ctx, fleet));
    const report = {
      fleet: fleet.name,
      generatedAt: ctx.clock.now(),
      agents: agents.length,
      isStrict: flags.strict === true,
      findings,
    };
    return { finding: findingOf(report), formats: policyFormats(report) };
  },
};

export default check;
