# Completion of ./appliance in fish. _appliance_words, above, has a line for each command: its name,
# its words, its options; an option that takes a value ends in =.

function _appliance
    set -l before (commandline -opc)
    set -l current (commandline -ct)
    set -l kept "$HOME/.config/grid-appliance/completion.tsv"
    set -q XDG_CONFIG_HOME; and set kept "$XDG_CONFIG_HOME/grid-appliance/completion.tsv"
    set -l offered
    for line in (string split \n -- $_appliance_words)
        set -l parts (string split -n ' ' -- $line)
        if test (count $before) -eq 1
            echo $parts[1]
        else if test "$parts[1]" = "$before[2]"
            set offered $parts[2..-1]
        end
    end
    test (count $before) -gt 1; or return
    if contains -- "$before[-1]=" $offered
        __fish_complete_path $current
        return
    end
    if string match -q -- '*=*' $current
        set -l name (string replace -r '=.*' '=' -- $current)
        for path in (__fish_complete_path (string replace -r '^[^=]*=' '' -- $current))
            echo $name$path
        end
        return
    end
    set -l operation
    set -l skip 0
    for word in $before[3..-1]
        if test $skip -eq 1
            set skip 0
        else if string match -q -- '-*' $word
            contains -- "$word=" $offered; and set skip 1
        else
            set operation $word
            break
        end
    end
    if test -r $kept
        while read -l line
            set -l columns (string split \t -- $line)
            switch "$before[2]/$columns[1]/$operation"
                case api/api/ submit/app/
                    printf '%s\t%s\n' $columns[2] $columns[3]
                case "api/api/$columns[2]"
                    string split -n ' ' -- $columns[4]
            end
        end <$kept
    end
    for word in $offered
        string match -q -- '--*' $word; and set word (string replace -r '=$' '' -- $word)
        echo $word
    end
    contains -- $before[2] backup restore; and __fish_complete_path $current
end

complete -c appliance -f -a '(_appliance)'
