import { helpEnd, type Leaf } from '../command.ts';

const validate: Leaf = {
  formats: ['text', 'json'],
  configure: (command) =>
    command.addHelpText(
      'after',
      helpEnd(
        [
          ['agentops validate', 'the nearest agentops.yaml'],
          ['agentops validate -m fork/agentops.yaml --untrusted --allow-host 127.0.0.1', 'a file from somebody else'],
        ],
        [
          ['0', 'the manifest is right'],
          ['2', 'it is not; every problem is listed with its place'],
        ],
      ),
    ),
  async run({ ctx, fleet: load }) {
    const { fleet, place } = await load();
    const { plural } = await import('../../ground/output/phrases.ts');
    const { jsonDocument } = await import('../../ground/output/json.ts');
    const checks = fleet.agents.reduce((sum, agent) => sum + agent.checks.length, 0);
    return {
      finding: 'none',
      formats: {
        text: ({ look, verbose }) =>
          [
            `${look.paint('good', look.unicode ? '✔' : 'ok')} ${place.path} is right: fleet ${fleet.name}, ${plural(fleet.agents.length, 'agent')}, ${plural(checks, 'check')}`,
            ...(verbose ? fleet.agents.map((agent) => `  ${agent.name}: ${agent.checks.map((check) => check.id).join(', ')}`) : []),
            '',
          ].join('\n'),
        json: () =>
          jsonDocument(fleet.name, ctx.clock.now(), {
            manifest: place.path,
            valid: true,
            agents: fleet.agents.map((agent) => ({ agent: agent.name, tier: agent.tier, checks: agent.checks.map((check) => check.id) })),
          }),
      },
      next: ['agentops doctor', 'agentops health'],
    };
  },
};

export default validate;
