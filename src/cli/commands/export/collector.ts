import type { Leaf } from '../../command.ts';
import { outFlag } from '../../flags.ts';

const collector: Leaf = {
  formats: ['text', 'json'],
  flags: [outFlag, { flags: '--serve <url>', summary: 'where agentops serve answers', fallback: 'http://127.0.0.1:4319' }],
  examples: [
    ['agentops export collector --out otelcol.yaml', 'every span both to Langfuse and to agentops serve --port 4319'],
    ['agentops export collector --serve https://agentops.example.com', 'where it listens on another machine, behind TLS'],
  ],
  exits: [['2', 'the file cannot be written']],
  async run(session, _arguments, { out, serve }) {
    const [{ collectorConfig }, { exportFile, readServeUrl }] = await Promise.all([
      import('../../../desk/export/collector.ts'),
      import('../../export-file.ts'),
    ]);
    const { fleet } = await session.fleet();
    const made = collectorConfig(fleet, { serveUrl: readServeUrl(String(serve)) });
    const next = ['otelcol-contrib validate --config FILE', 'agentops serve --port 4319'];
    return exportFile(session, out as string | undefined, { kind: 'collector', ...made, next });
  },
};

export default collector;
