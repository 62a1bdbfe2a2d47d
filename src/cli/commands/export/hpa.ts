import type { Leaf } from '../../command.ts';
import { outFlag } from '../../flags.ts';

const hpa: Leaf = {
  formats: ['text', 'json'],
  flags: [outFlag],
  examples: [
    ['agentops export hpa | kubectl apply -f -', 'pods follow the depth of their queue, up and down at different depths'],
    ['agentops export keda', 'the better way: with its cost guard, and calm'],
  ],
  exits: [['2', 'the file cannot be written']],
  async run(session, _arguments, { out }) {
    const [{ hpaObjects }, { exportFile }] = await Promise.all([
      import('../../../desk/export/autoscalers.ts'),
      import('../../export-file.ts'),
    ]);
    const { fleet } = await session.fleet();
    return exportFile(session, out as string | undefined, { kind: 'hpa', ...hpaObjects(fleet), next: ['kubectl apply -f FILE'] });
  },
};

export default hpa;
