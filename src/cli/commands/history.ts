import type { Leaf } from '../command.ts';
import { durationFlag } from '../flags.ts';

const history: Leaf = {
  formats: ['text', 'json', 'csv', 'markdown'],
  arguments: [{ name: '<agent>', summary: 'whose past is shown' }],
  flags: [{ flags: '--since <duration>', summary: 'how far back', parse: durationFlag, fallback: '7d' }],
  examples: [
    ['agentops history support', 'the last seven days'],
    ['agentops history support --since 30d --output csv', 'a month, for a spreadsheet'],
  ],
  async run({ ctx, fleet: load }, [name], { since }) {
    const { fleet } = await load();
    const { requireAgent } = await import('../../fleet/select.ts');
    const { collectHistory } = await import('../../oversight/status/collect-history.ts');
    const { historyFormats } = await import('../../views/history.ts');
    const report = await collectHistory(ctx, fleet, requireAgent(fleet, String(name)), ctx.clock.now() - Number(since));
    return {
      finding: 'none',
      formats: Object.fromEntries(Object.entries(historyFormats).map(([format, render]) => [format, (view) => render(report, view)])),
      ...(report.checks.every((check) => check.results.length === 0) ? { next: [`agentops health ${report.agent}`] } : {}),
    };
  },
};

export default history;
