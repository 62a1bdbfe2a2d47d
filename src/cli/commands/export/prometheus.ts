import type { Leaf } from '../../command.ts';
import { outFlag } from '../../flags.ts';

const prometheus: Leaf = {
  formats: ['text', 'json'],
  flags: [outFlag, { flags: '--job <name>', summary: 'only series of this scrape job, where one Prometheus holds several fleets' }],
  examples: [
    ['agentops export prometheus --out agentops.rules.yml', 'the rules of the manifest, for rule_files; what cannot be one is told'],
    ['promtool check rules agentops.rules.yml', 'look whether Prometheus takes them'],
    ['agentops export prometheus --json', 'what was left out, and why, for a program'],
  ],
  exits: [['2', 'the file cannot be written']],
  async run(session, _arguments, { out, job }) {
    const [{ prometheusRules }, { exportFile }] = await Promise.all([
      import('../../../desk/export/prometheus-rules.ts'),
      import('../../export-file.ts'),
    ]);
    const { fleet } = await session.fleet();
    const { text, rules } = prometheusRules(fleet, { job: job === undefined ? null : String(job) });
    const leftOut = rules.flatMap(({ rule, leftOut }) =>
      leftOut.map(({ label, reason }) => ({ name: rule, part: label === '' ? null : label, reason })),
    );
    const next = ['promtool check rules FILE', 'agentops serve'];
    return exportFile(session, out as string | undefined, { kind: 'prometheus', text, leftOut, next });
  },
};

export default prometheus;
