/**
 * The scripts that a shell runs when Tab is pressed. They call `iru __complete` with the words typed so far.
 */

const bash = `# iru completion for bash. In ~/.bashrc: eval "$(iru completion bash)"
_iru_complete() {
  local IFS=$'\\n' line
  COMPREPLY=()
  while IFS= read -r line; do
    COMPREPLY+=("$(printf '%q' "\${line%%$'\\t'*}")")
  done < <(iru __complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  [[ \${#COMPREPLY[@]} -gt 0 ]] || compopt -o default
}
complete -F _iru_complete iru
`

const zsh = `#compdef iru
# iru completion for zsh. In ~/.zshrc: eval "$(iru completion zsh)"
_iru() {
  local -a lines found
  local line
  lines=("\${(@f)$(iru __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  for line in $lines; do
    [[ -n $line ]] && found+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
  done
  if (( \${#found} )); then _describe -V iru found; else _files; fi
}
if [[ \${funcstack[1]} == _iru ]]; then _iru "$@"; else compdef _iru iru; fi
`

const fish = `# iru completion for fish. Once: iru completion fish > ~/.config/fish/completions/iru.fish
function __iru_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l found (iru __complete -- $words[2..-1] "$current" 2>/dev/null)
    if test (count $found) -gt 0
        printf '%s\\n' $found
    else
        __fish_complete_path "$current"
    end
end
complete -c iru -f -a '(__iru_complete)'
`

/** The completion script of each shell. */
export const scripts: Readonly<Record<string, string>> = { bash, zsh, fish }
