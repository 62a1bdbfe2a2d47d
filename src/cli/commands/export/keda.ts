import type { Leaf } from '../../command.ts';
import { outFlag } from '../../flags.ts';

const keda: Leaf = {
  formats: ['text', 'json'],
  flags: [outFlag, { flags: '--serve <url>', summary: 'where agentops serve answers, as pods see it', fallback: 'http://agentops:4318' }],
  examples: [
    ['agentops export keda --serve http://agentops.ops:4318 | kubectl apply -f -', 'KEDA follows the number of workers that serve wants'],
    ['agentops scale show', 'that number, and why'],
  ],
  exits: [['2', 'the file cannot be written']],
  async run(session, _arguments, { out, serve }) {
    const [{ kedaObjects }, { exportFile, readServeUrl }] = await Promise.all([
      import('../../../desk/export/autoscalers.ts'),
      import('../../export-file.ts'),
    ]);
    const { fleet } = await session.fleet();
    const made = kedaObjects(fleet, { serveUrl: readServeUrl(String(serve)) });
    return exportFile(session, out as string | undefined, {
      kind: 'keda',
      ...made,
      next: ['kubectl apply -f FILE', 'agentops scale show'],
    });
  },
};

export default keda;
