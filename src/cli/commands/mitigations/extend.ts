import type { Leaf } from '../../command.ts';
import { durationFlag } from '../../flags.ts';

const extend: Leaf = {
  formats: ['text', 'json'],
  arguments: [{ name: '<mitigation>', summary: 'its id: agentops mitigations list' }],
  flags: [{ flags: '--for <duration>', summary: 'how long from now on', parse: durationFlag, fallback: '2h' }],
  examples: [['agentops mitigations extend throttle-7k2m9xp/throttle --for 4h', 'it ends four hours from now']],
  exits: [['2', 'there is no such mitigation, or it has ended']],
  async run({ ctx, fleet: load }, [id], given) {
    const { for: forMs } = given as unknown as { readonly for: number };
    const { fleet } = await load();
    const [{ recordExtension }, { mitigationFormats }] = await Promise.all([
      import('../../../response/runbooks/record-extension.ts'),
      import('../../../views/mitigations.ts'),
    ]);
    const extended = await recordExtension(ctx, String(id), forMs);
    return {
      finding: 'none',
      formats: mitigationFormats({ fleet: fleet.name, generatedAt: ctx.clock.now(), mitigations: [extended] }),
      next: ['agentops mitigations list'],
    };
  },
};

export default extend;
