import { helpEnd, type Leaf } from '../command.ts';

const scripts: Readonly<Record<string, string>> = {
  bash: `_agentops() {
  local IFS=$'\\n'
  COMPREPLY=($(agentops __complete "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _agentops agentops
`,
  zsh: `#compdef agentops
_agentops() {
  local -a found
  found=("\${(@f)$(agentops __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  compadd -- $found
}
compdef _agentops agentops
`,
  fish: `complete -c agentops -f -a '(agentops __complete (commandline -opc)[2..-1] (commandline -ct) 2>/dev/null)'
`,
};

const completion: Leaf = {
  formats: ['text'],
  configure: (command) =>
    command.argument('<shell>', Object.keys(scripts).join(', ')).addHelpText(
      'after',
      helpEnd([
        ['source <(agentops completion bash)', 'in ~/.bashrc'],
        ['agentops completion zsh > "${fpath[1]}/_agentops"', 'once, for zsh'],
        ['agentops completion fish > ~/.config/fish/completions/agentops.fish', 'once, for fish'],
      ]),
    ),
  async run(_session, [shell]) {
    const script = scripts[String(shell)];
    if (script !== undefined) return { finding: 'none', formats: { text: () => script } };
    const { usageError } = await import('../../ground/errors.ts');
    throw usageError({
      code: 'shell_unknown',
      message: `there is no completion for ${String(shell)}`,
      hint: `there is one for ${Object.keys(scripts).join(', ')}`,
    });
  },
};

export default completion;
