import type { Leaf } from '../../command.ts';
import { windowFlag } from '../../flags.ts';

/** Calls are read one by one. */
const longestMs = 7 * 86_400_000;

const status: Leaf = {
  formats: ['text', 'json'],
  flags: [{ flags: '--since <duration>', summary: 'how far back calls are counted, 7d at most', parse: windowFlag, fallback: '15m' }],
  examples: [
    ['agentops providers status', 'is it us or the provider, whom does it hit, and where would they go?'],
    ['agentops providers status --since 24h --json', 'calls, failures, 429s and latencies of a day, by provider and model'],
  ],
  exits: [
    ['1', 'a provider is out'],
    ['3', 'nothing is known of any'],
  ],
  async run({ ctx, fleet: load }, _args, given) {
    const { since } = given as unknown as { readonly since: number };
    if (since > longestMs) {
      const { usageError } = await import('../../../ground/errors.ts');
      throw usageError({
        code: 'flag_invalid',
        message: '--since reaches 7d at most',
        hint: 'agentops status --by provider reaches further',
      });
    }
    const { fleet } = await load();
    const [{ collectProviders }, { providersFormats }] = await Promise.all([
      import('../../../oversight/providers/collect-providers.ts'),
      import('../../../views/providers.ts'),
    ]);
    const report = await collectProviders(ctx, fleet, { sinceMs: since });
    const states = report.providers.map(({ state }) => state);
    const isBlind = states.every((state) => state === 'unknown');
    return {
      finding: states.includes('out') ? 'found' : isBlind ? 'no_verdict' : 'none',
      formats: providersFormats({ fleet: fleet.name, generatedAt: ctx.clock.now(), report }),
      next: states.includes('out') ? ['agentops alerts list'] : ['agentops providers drill'],
    };
  },
};

export default status;
