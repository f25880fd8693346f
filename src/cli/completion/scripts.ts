/**
 * What each shell runs when the tab key is pressed. It asks the program for words, one to a line: the word, a tab, what it
 * means. `:files` means that the shell knows better. Nothing that was typed is ever evaluated.
 */
export const scripts = {
  // Bash takes = and : for ends of words, here they are parts of them.
  bash: `_signalbox() {
  local words=() word cut answer glued=
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD}"; do
    if [[ ($word == [=:] || -n $glued) && \${#words[@]} -gt 0 ]]; then words[-1]+=$word; else words+=("$word"); fi
    [[ $word == [=:] ]] && glued=yes || glued=
  done
  word=\${words[-1]} COMPREPLY=()
  cut=\${word%"\${word##*[=:]}"}
  while IFS=$'\\t' read -r answer _; do
    if [[ $answer == :files ]]; then compopt -o default; break; fi
    printf -v answer %q "\${answer#"$cut"}"
    COMPREPLY+=("$answer")
  done < <(signalbox complete-words -- "\${words[@]}" 2>/dev/null)
}
complete -F _signalbox signalbox
`,
  zsh: `#compdef signalbox
_signalbox() {
  local line answer
  local -a found
  answer=$(signalbox complete-words -- "\${(@Q)words[2,CURRENT-1]}" "\${(Q)PREFIX}" 2>/dev/null)
  if [[ $answer == :files ]]; then
    compset -P '--*='
    _files
    return
  fi
  for line in "\${(@f)answer}"; do
    [[ -n $line ]] && found+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
  done
  _describe signalbox found
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then _signalbox "$@"; else compdef _signalbox signalbox; fi
`,
  fish: `function __signalbox_words
    set -l before (commandline -opc)
    set -l typed (commandline -ct)
    set -l answer (signalbox complete-words -- $before[2..] "$typed" 2>/dev/null)
    if test "$answer" = :files
        __fish_complete_path "$typed"
    else
        printf '%s\\n' $answer
    end
end
complete -c signalbox -f -a '(__signalbox_words)'
`,
} as const

export type Shell = keyof typeof scripts

export const shells = Object.keys(scripts) as readonly Shell[]
