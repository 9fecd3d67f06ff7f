# Completion of ./appliance in zsh. _appliance_words, above, has a line for each command: its name,
# its words, its options; an option that takes a value ends in =.

_appliance() {
  local line word operation='' i
  local kept=${XDG_CONFIG_HOME:-$HOME/.config}/grid-appliance/completion.tsv
  local -a parts offered operations names columns
  for line in ${(f)_appliance_words}; do
    parts=(${=line})
    if ((CURRENT == 2)); then
      offered+=($parts[1])
    elif [[ $parts[1] == $words[2] ]]; then
      offered=(${parts[2,-1]})
    fi
  done
  if ((CURRENT > 2)) && ((${offered[(Ie)$words[CURRENT-1]=]})); then
    _files
    return
  fi
  if ((CURRENT > 2)) && [[ $words[CURRENT] == *=* ]]; then
    compset -P '*='
    _files
    return
  fi
  for ((i = 3; i < CURRENT; i++)); do
    if [[ $words[i] != -* ]]; then
      operation=$words[i]
      break
    fi
    ((${offered[(Ie)$words[i]=]})) && ((i++))
  done
  if ((CURRENT > 2)) && [[ -r $kept ]]; then
    while IFS= read -r line; do
      columns=("${(@ps:\t:)line}")
      case $words[2]/$columns[1]/$operation in
        (api/api/ | submit/app/) operations+=("$columns[2]:$columns[3]") ;;
        (api/api/$columns[2]) names=(${=columns[4]}) ;;
      esac
    done <$kept
  fi
  ((! $#operations)) || _describe -V 'operation' operations
  ((! $#names)) || compadd -S '' -a names
  for ((i = 1; i <= $#offered; i++)); do
    [[ $offered[i] != --* ]] || offered[i]=${offered[i]%=}
  done
  compadd -a offered
  [[ $words[2] != (backup|restore) ]] || _files
}

# sourced, or called as a function of the same name out of fpath
if [[ $funcstack[1] == _appliance ]]; then
  _appliance "$@"
else
  compdef _appliance appliance
fi
