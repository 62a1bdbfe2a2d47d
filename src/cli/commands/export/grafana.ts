import type { Leaf } from '../../command.ts';
import { outFlag } from '../../flags.ts';

const grafana: Leaf = {
  formats: ['text', 'json'],
  flags: [outFlag],
  examples: [
    ['agentops export grafana --out agentops.json', 'a dashboard to import: the fleet, and a row for each agent that is chosen'],
    ['agentops export grafana | jq .uid', 'the same at each export, so that importing it again replaces it'],
  ],
  exits: [['2', 'the file cannot be written']],
  async run(session, _arguments, { out }) {
    const [{ grafanaDashboard }, { exportFile }] = await Promise.all([
      import('../../../desk/export/grafana.ts'),
      import('../../export-file.ts'),
    ]);
    const { fleet } = await session.fleet();
    const next = ['agentops serve', 'agentops export prometheus'];
    return exportFile(session, out as string | undefined, { kind: 'grafana', text: grafanaDashboard(fleet), leftOut: [], next });
  },
};

export default grafana;
