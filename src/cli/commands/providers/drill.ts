import type { Leaf } from '../../command.ts';

const drill: Leaf = {
  formats: ['text', 'json'],
  arguments: [{ name: '[agents...]', summary: 'agents whose chains are drilled; all that have one by default' }],
  flags: [{ flags: '-y, --yes', summary: 'do not ask' }],
  examples: [
    ['agentops providers drill support', 'one short question to every link of its chain: who answers, how fast, for how much?'],
    [
      'agentops providers drill --yes --json',
      'every chain of the fleet, from a schedule; policy check knows when each link was last proven',
    ],
  ],
  exits: [
    ['1', 'a link did not answer, or a chain leads to one provider only'],
    ['2', 'there is no such agent, or no chain'],
    ['3', 'a link could not be asked: a credential, a budget, or nothing that tells how'],
    ['4', 'not confirmed; nothing was sent'],
  ],
  async run(session, [names], given) {
    const { drillProviders } = await import('../../drill-providers.ts');
    return drillProviders(session, names as readonly string[], (given as { readonly yes?: boolean }).yes === true);
  },
};

export default drill;
