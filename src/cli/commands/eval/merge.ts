import type { Leaf } from '../../command.ts';
import { listFlag } from '../../flags.ts';

interface Flags {
  readonly from?: readonly string[];
  readonly baseline?: string;
}

const merge: Leaf = {
  formats: ['text', 'json', 'junit', 'github', 'markdown', 'html', 'csv'],
  arguments: [{ name: '<run>', summary: 'what the parts were called by --run' }],
  flags: [
    { flags: '--from <folders>', summary: 'state folders of the parts, where each machine kept its own', parse: listFlag },
    { flags: '--baseline <file>', summary: 'hold it against a committed file instead of the accepted runs of this machine' },
  ],
  examples: [
    ['agentops eval merge ci-4711 --from part-1/.agentops,part-2/.agentops', 'after parallel jobs, each with its state as an artifact'],
    ['agentops eval merge nightly', 'parts that were run on this machine'],
  ],
  exits: [
    ['0', 'no case got worse, as far as can be told'],
    ['1', 'it got worse, or a critical case failed'],
    ['3', 'no verdict: a part is missing or did not come to its end'],
  ],
  async run(session, [name], given) {
    const { from = [], baseline } = given as unknown as Flags;
    const { mergeRun } = await import('../../merge-eval.ts');
    return mergeRun(session, String(name), from, baseline ?? null);
  },
};

export default merge;
