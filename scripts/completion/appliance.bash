# Completion of ./appliance in bash. _appliance_words, above, has a line for each command: its name,
# its words, its options; an option that takes a value ends in =. Nothing offered means file names.
# shellcheck shell=bash

_appliance() {
  local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
  local command=${COMP_WORDS[1]-} name line word operation='' i
  local kept=${XDG_CONFIG_HOME:-$HOME/.config}/grid-appliance/completion.tsv
  local kind id names words=() given=()
  COMPREPLY=()
  # readline cuts k=v into three words: what follows = is a value
  [[ $current != *= && $before != *= ]] || return 0
  while read -r name line; do
    if ((COMP_CWORD == 1)); then
      words+=("$name")
    elif [ "$name" = "$command" ]; then
      read -ra words <<<"$line"
    fi
  done <<<"${_appliance_words-}"
  [[ " ${words[*]} " != *" $before= "* ]] || return 0
  for ((i = 2; i < COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    if [[ $word != -* ]]; then
      operation=$word
      break
    fi
    [[ " ${words[*]} " != *" $word= "* ]] || ((i++))
  done
  if ((COMP_CWORD > 1)) && [ -r "$kept" ]; then
    while IFS=$'\t' read -r kind id _ names; do
      case $command/$kind/$operation in
        api/api/ | submit/app/) words+=("$id") ;;
        api/api/"$id")
          read -ra given <<<"$names"
          words+=("${given[@]}")
          ;;
      esac
    done <"$kept"
  fi
  for word in "${words[@]}"; do
    [[ $word != --* ]] || word=${word%=}
    [[ $word != "$current"* ]] || COMPREPLY+=("$word")
  done
  [[ ${COMPREPLY[0]-} != *= ]] || compopt -o nospace 2>/dev/null
  return 0
}

complete -o default -F _appliance appliance
