import type { Leaf, Outcome, Session } from '../command.ts';

const documents = [
  'health',
  'history',
  'demo',
  'demo incident',
  'status',
  'cost',
  'unpriced',
  'trend',
  'report',
  'compare',
  'traces',
  'ingest',
  'serve',
  'trace',
  'unmatched',
  'topology',
  'sync',
  'eval run',
  'eval merge',
  'eval accept',
  'eval runs',
  'eval compare',
  'eval explain',
  'eval import',
  'eval online',
  'eval calibrate',
  'eval label',
  'mark',
  'incident open',
  'incident list',
  'incident show',
  'incident ack',
  'incident note',
  'incident resolve',
  'incident timeline',
  'incident postmortem',
  'incident export-case',
  'freeze',
  'unfreeze',
  'runbook list',
  'runbook show',
  'runbook lint',
  'runbook plan',
  'runbook run',
  'runbook resume',
  'runbook abort',
  'runbook undo',
  'runbook approve',
  'runbook runs',
  'runbook expire',
  'budget show',
  'budget push',
  'throttle',
  'rollback',
  'kill',
  'disable',
  'enable',
  'mitigations list',
  'mitigations extend',
  'mitigations revert',
  'locks list',
  'locks break',
  'alerts list',
  'alerts show',
  'alerts check',
  'alerts explain',
  'alerts ack',
  'alerts silence',
  'alerts routes',
  'alerts notify-test',
  'tick',
  'watch',
  'schedule print',
  'policy check',
  'export collector',
  'export github-actions',
  'export grafana',
  'export hpa',
  'export keda',
  'export prometheus',
  'advise',
  'advise budgets',
  'scale show',
  'scale plan',
  'scale apply',
  'scale simulate',
  'audit log',
  'audit verify',
  'audit anchor',
  'db',
  'providers status',
  'providers drill',
  'state show',
  'state migrate',
  'beat',
  'init',
  'validate',
  'doctor',
  'explain',
  'metrics',
  'error',
];

const schema: Leaf = {
  formats: ['text', 'json'],
  words: (before) => {
    if (before.length === 0) return [...fileKinds, 'output'];
    if (before[0] !== 'output') return [];
    const named = documents.map((document) => document.split(' '));
    return named
      .flatMap((words) => (before.slice(1).every((word, at) => words[at] === word) ? (words[before.length - 1] ?? []) : []))
      .filter((word, at, all) => all.indexOf(word) === at);
  },
  arguments: [
    { name: '[what]', summary: 'manifest, suite, runbook, rules, or output', fallback: 'manifest' },
    { name: '[command...]', summary: 'with output: whose JSON document; also error and metrics' },
  ],
  examples: [
    ['agentops schema > agentops.schema.json', 'for editors, beside the manifest'],
    ['agentops schema suite > suite.schema.json', 'the same for eval suites'],
    ['agentops schema runbook > runbook.schema.json', 'the same for runbooks'],
    ['agentops schema rules > rules.schema.json', 'the same for alert rules in a file of their own'],
    ['agentops schema output health', 'what agentops health --json prints'],
    ['agentops schema output metrics', 'the Prometheus metrics there are'],
  ],
  async run(session, [what, words]) {
    const command = (words as readonly string[]).join(' ');
    if (isFile(what) && command === '') return { finding: 'none', formats: await fileSchemaOf(session, what) };
    if (what === 'output') return { finding: 'none', formats: await outputSchema(session, command) };
    const { usageError } = await import('../../ground/errors.ts');
    if (isFile(what)) throw usageError({ code: 'usage', message: `${what} takes no further word`, hint: `agentops schema ${what}` });
    throw usageError({
      code: 'schema_unknown',
      message: `there is no schema of ${JSON.stringify(what)} in this version`,
      hint: 'there are: agentops schema manifest, suite, runbook or rules, agentops schema output health',
    });
  },
};

export default schema;

const fileKinds = ['manifest', 'suite', 'runbook', 'rules'] as const;

type FileKind = (typeof fileKinds)[number];

const isFile = (what: unknown): what is FileKind => fileKinds.some((kind) => kind === what);

const fileSchemaOf = async (session: Session, what: FileKind): Promise<Outcome['formats']> => {
  const text = await fileSchemaText[what](session);
  return { text: () => text, json: () => text };
};

const fileSchemaText: Readonly<Record<FileKind, (session: Session) => Promise<string>>> = {
  manifest: async ({ extensions }) => (await import('../manifest-schema.ts')).manifestSchemaText(await extensions()),
  suite: async ({ extensions }) => (await import('../suite-schema.ts')).suiteSchemaText(await extensions()),
  runbook: async () => (await import('../runbook-schema.ts')).runbookSchemaText(),
  rules: async ({ extensions }) => (await import('../rules-schema.ts')).rulesSchemaText(await extensions()),
};

const outputSchema = async ({ ctx }: Session, command: string): Promise<Outcome['formats']> => {
  const [{ documentSchemas }, { documentSchemaOf }, { inertJson }] = await Promise.all([
    import('../../views/schemas.ts'),
    import('../../fleet/json-schema.ts'),
    import('../../ground/output/json.ts'),
  ]);
  if (command === 'metrics') {
    const [{ healthMetrics }, { statusMetrics }, { ruleMetrics }, { receiverMetrics }, { scaleMetrics }, { metricsFormats }] =
      await Promise.all([
        import('../../views/health-monitoring.ts'),
        import('../../views/status-metrics.ts'),
        import('../../views/rule-metrics.ts'),
        import('../../views/serve-metrics.ts'),
        import('../../views/scale-metrics.ts'),
        import('../../views/metrics.ts'),
      ]);
    const known = new Map(
      [...healthMetrics, ...statusMetrics, ...ruleMetrics, ...receiverMetrics, ...scaleMetrics].map((metric) => [metric.name, metric]),
    );
    return metricsFormats([...known.values()], ctx.clock.now());
  }
  const known = Object.entries(documentSchemas).find(([name]) => name === command);
  if (known !== undefined) {
    const text = inertJson(documentSchemaOf(known[1], `agentops ${known[0]} --json`));
    return { text: () => text, json: () => text };
  }
  const { usageError } = await import('../../ground/errors.ts');
  const { suggestion } = await import('../../fleet/problems.ts');
  const names = Object.keys(documentSchemas);
  throw usageError({
    code: 'schema_unknown',
    message: command === '' ? 'output needs the name of a command' : `no JSON document is called ${JSON.stringify(command)}`,
    hint: (command === '' ? null : suggestion(command, names)) ?? `there is one of ${names.join(', ')}`,
  });
};
