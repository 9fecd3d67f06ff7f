# Completion in bash, zsh and fish. Commands, words and options come from the commands' own --help
# and from the Java command line's own declarations, so no list here can fall behind; operations and
# applications from what the Java command line keeps beside the login. Sourced.
# shellcheck shell=bash

run_completion() {
  local words
  case ${1:-} in
    bash | zsh | fish) ;;
    *)
      completion_usage
      [ "${1:-}" = --help ] || [ "${1:-}" = -h ] || return 64
      return 0
      ;;
  esac
  load cli
  prepare_cli
  words=$(completion_words)
  [ "$1" != zsh ] || say "#compdef appliance"
  if [ "$1" = fish ]; then
    say "set -g _appliance_words '$words'"
  else
    say "_appliance_words='$words'"
  fi
  cat "$SOURCE/scripts/completion/appliance.$1"
}

completion_usage() {
  cat <<'END'
Usage: ./appliance completion bash|zsh|fish

Prints a script that completes commands and options and, once you are logged in, the operations of
`api` with their parameters, and the applications of `submit`. Keep it where the shell looks for it:

  bash: ./appliance completion bash >~/.local/share/bash-completion/completions/appliance
        (or source it in ~/.bashrc)
  zsh:  ./appliance completion zsh >FOLDER/_appliance      with FOLDER in $fpath before compinit
  fish: ./appliance completion fish >~/.config/fish/completions/appliance.fish

Operations and applications are those of the last `login` or of the last list of `api`.
END
}

# completion_words: a line for each command: its name, its words, its options; an option that takes
# a value ends in =.
completion_words() {
  local command of_java
  of_java=$(java_cli completion-words)
  for command in $MACHINE_COMMANDS $CLI_COMMANDS; do
    if ! grep -E "^$command( |\$)" <<<"$of_java"; then
      "$SOURCE/appliance" "$command" --help </dev/null | words_of_help "$command"
    fi
  done
}

# words_of_help COMMAND: its line, from its usage text.
words_of_help() {
  awk -v command="$1" '
    function add(word) { if (!(word in seen)) { seen[word] = 1; line = line " " word } }
    BEGIN { line = command; usage = "^(Usage:|      ) \\./appliance " command " " }
    $0 ~ usage {
      rest = $0
      sub(usage, "", rest)
      count = split(rest, parts, " ")
      for (i = 1; i <= count && parts[i] ~ /^[a-z|]+:?$/; i++) {
        several = split(parts[i], words, /[|:]/)
        for (j = 1; j <= several; j++) if (words[j] != "") add(words[j])
      }
    }
    {
      rest = $0
      while (match(rest, /--[a-z][a-z-]*( [A-Z0-9][A-Z0-9.]*)?/)) {
        split(substr(rest, RSTART, RLENGTH), parts, " ")
        add(parts[1] (parts[2] == "" ? "" : "="))
        rest = substr(rest, RSTART + RLENGTH)
      }
    }
    END { add("--help"); print line }'
}
