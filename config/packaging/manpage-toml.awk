# patrold.toml(5) in man(7), from the commented example, of which the configuration's tests say that it has every key: a key
# with the comment before it, whether it is set there or itself a comment.
function escaped(text) {
    gsub(/\\/, "\\e", text)
    gsub(/-/, "\\-", text)
    sub(/^['.]/, "\\\\\\&&", text)
    return text
}
function flush_prose() {
    sub(/\n\.PP$/, "", prose)
    if (prose != "") print prose
    prose = ""
}
BEGIN {
    printf ".TH PATROLD.TOML 5 \"%s\" \"patrold %s\"\n", day, version
    print ".SH NAME\npatrold.toml \\- the configuration of one cart"
    print ".SH SYNOPSIS\n\\fI/etc/patrold/patrold.toml\\fR\n.SH DESCRIPTION"
    print "What follows is the example of \\fI/usr/share/doc/patrold/patrold.toml\\fR, key by key."
}
{
    # Tables that a cart may lack are comments there, and the comments in them are comments of comments.
    line = $0
    sub(/^# ?/, "", line)
    sub(/^# ?/, "", line)
}
line ~ /^ *$/ {
    # What stands before the first key is of the whole file; what stands before a table is of that table.
    if (!keys) flush_prose()
    else if (prose != "") prose = prose "\n.PP"
    next
}
line ~ /^\[+[a-z_]+\]+$/ {
    print ".SH " escaped(line)
    flush_prose()
    next
}
line ~ /^[a-z_]+ = / {
    keys++
    print ".TP\n\\fB" escaped(line) "\\fR"
    if (prose == "") prose = "\\&"
    flush_prose()
    next
}
{ prose = prose (prose == "" ? "" : "\n") escaped(line) }
END {
    flush_prose()
    print ".SH SEE ALSO\n\\fBpatrold\\fR(8),\n\\fBpatrolctl\\fR(1)"
}
