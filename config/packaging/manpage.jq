# A program's page in man(7), from what the program says of itself (--experimental-dump-help): nothing here knows an option.

def escaped: gsub("\\\\"; "\\e") | gsub("-"; "\\-") | gsub("^(?<c>[.'])"; "\\&\(.c)") | gsub("\n(?<c>[.'])"; "\n\\&\(.c)");
def prose: if . == null or . == "" then empty else (split("\n\n") | map(escaped) | join("\n.PP\n")) end;
def bold: "\\fB" + escaped + "\\fR";
def italic: "\\fI" + escaped + "\\fR";

def dashed: if .kind == "long" then "--" + .name elif .kind == "short" then "-" + .name else "-" + .name end;
def value: if .kind == "option" then " " + (.valueName | ascii_upcase | italic) else "" end;

def shown: select(.shouldDisplay) | select((.preferredName.name // "") as $n | ["help", "version"] | index($n) | not);

# As it is written in a line of usage.
def usage:
    (if .kind == "positional" then .valueName | ascii_upcase | italic
     else (.preferredName | dashed | bold) + value end)
    + (if .isRepeating then " ..." else "" end)
    | if . == "" then empty else . end;
def bracketed: if .isOptional or .defaultValue != null then "[" + usage + "]" else usage end;

def synopsis($path): ([$path | bold] + [.arguments // [] | .[] | shown | bracketed]) | join(" ");

def described:
    ".TP\n"
    + (if .kind == "positional" then .valueName | ascii_upcase | italic
       else ([.names[] | dashed | bold] | join(", ")) + value end)
    + "\n"
    + ([(.abstract // "" | escaped), (.discussion // "" | escaped)] | map(select(. != "")) | join("\n"))
    + (if (.allValues // []) != [] then "\nAllowed: " + (.allValues | join(", ") | escaped) + "." else "" end)
    + (if .kind != "flag" and .defaultValue != null then "\nDefault: " + (.defaultValue | bold) + "." else "" end);

def commands: .subcommands // [] | .[] | select(.commandName != "help" and .shouldDisplay);

# Every command that can be given, with its path.
def leaves($path):
    [commands] as $below
    | if ($below | length) == 0 then {path: $path, command: .} else $below[] | leaves($path + " " + .commandName) end;

.command
| . as $program
| [leaves($program.commandName)] as $leaves
| ".TH \(.commandName | ascii_upcase | escaped) \($section) \"\($day)\" \"patrold \($version)\"",
  ".SH NAME", "\(.commandName | escaped) \\- \(.abstract | rtrimstr(".") | escaped)",
  ".SH SYNOPSIS", ($leaves[] | .path as $path | ".HP 4\n" + (.command | synopsis($path))),
  ".SH DESCRIPTION", (.abstract | prose), (if .discussion then ".PP" else empty end), (.discussion | prose),
  (if ($leaves | length) == 1 and $leaves[0].path == .commandName then
      ".SH OPTIONS", (.arguments[] | shown | described)
   else
      ".SH COMMANDS",
      ($leaves[]
       | .path as $path
       | .command
       | ".SS \($path | ltrimstr($program.commandName + " ") | escaped)", (.abstract | prose),
         (if .discussion then ".PP" else empty end), (.discussion | prose), (.arguments // [] | .[] | shown | described))
   end),
  ".SH EVERYWHERE", ".TP", "\\fB\\-h\\fR, \\fB\\-\\-help\\fR", "Says what the command does, and ends.",
  ".TP", "\\fB\\-\\-version\\fR", "Says the version, and ends.",
  ".SH SEE ALSO", ($also | [splits(", ")] | map(capture("(?<n>.*)(?<s>\\(.*\\))") | (.n | bold) + .s) | join(",\n"))
