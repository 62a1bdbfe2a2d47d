import type { Leaf } from '../command.ts';

const shells = ['bash', 'zsh', 'fish'];

const completion: Leaf = {
  formats: ['text'],
  words: (before) => (before.length === 0 ? shells : []),
  arguments: [{ name: '<shell>', summary: shells.join(', ') }],
  examples: [
    ['source <(agentops completion bash)', 'in ~/.bashrc'],
    ['agentops completion zsh > "${fpath[1]}/_agentops"', 'once, for zsh'],
    ['agentops completion fish > ~/.config/fish/completions/agentops.fish', 'once, for fish'],
  ],
  async run(_session, [shell]) {
    const { completionScripts } = await import('../completion-scripts.ts');
    const script = completionScripts[String(shell)];
    if (script !== undefined) return { finding: 'none', formats: { text: () => script } };
    const { usageError } = await import('../../ground/errors.ts');
    throw usageError({
      code: 'shell_unknown',
      message: `there is no completion for ${String(shell)}`,
      hint: `there is one for ${shells.join(', ')}`,
    });
  },
};

export default completion;
