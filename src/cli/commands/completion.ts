import { helpEnd, type Leaf } from '../command.ts';

/** `:files` is the one answer that is no word: it asks the shell for its own file names. bash 3.2 (macOS) has no compopt, and does without. */
const scripts: Readonly<Record<string, string>> = {
  bash: `_agentops() {
  local IFS=$'\\n' cur="\${COMP_WORDS[COMP_CWORD]}" found
  found="$(agentops __complete "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)"
  if [ "$found" = ":files" ]; then
    [ "$cur" = "=" ] && cur=""
    compopt -o filenames 2>/dev/null
    COMPREPLY=($(compgen -f -- "$cur"))
  else
    COMPREPLY=($found)
  fi
}
complete -F _agentops agentops
`,
  zsh: `#compdef agentops
_agentops() {
  local -a found
  found=("\${(@f)$(agentops __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ "$found" == ":files" ]]; then
    compset -P '*='
    _files
  elif [[ -n "$found" ]]; then
    compadd -- "\${found[@]}"
  fi
}
if [[ "$funcstack[1]" == "_agentops" ]]; then
  _agentops "$@"
else
  compdef _agentops agentops
fi
`,
  fish: `function __agentops_complete
  set -l words (commandline -opc) (commandline -ct)
  set -l found (agentops __complete $words[2..-1] 2>/dev/null)
  if test "$found" = ":files"
    __fish_complete_path (commandline -ct)
  else
    printf '%s\\n' $found
  end
end
complete -c agentops -f -a '(__agentops_complete)'
`,
};

const completion: Leaf = {
  formats: ['text'],
  words: (before) => (before.length === 0 ? Object.keys(scripts) : []),
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
