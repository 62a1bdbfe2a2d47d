/** `:files` is the one answer that is no word: it asks the shell for its own file names. bash 3.2 (macOS) has no compopt, and does without. */
export const completionScripts: Readonly<Record<string, string>> = {
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
    set -l current (commandline -ct)
    set -l assigned (string match -r -- '^.*=' $current)
    printf '%s\\n' "$assigned"(__fish_complete_path (string replace -r -- '^.*=' '' $current))
  else
    printf '%s\\n' $found
  end
end
complete -c agentops -f -a '(__agentops_complete)'
`,
};
