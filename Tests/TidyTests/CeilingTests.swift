import Testing

@Suite("Small files, small functions")
struct CeilingTests {
    static let fileCeiling = 400
    static let functionCeiling = 70

    @Test("No file is longer than 400 lines", arguments: ["Sources", "Tests"])
    func files(folder: String) throws {
        let files = try Tree.swiftFiles(below: folder)
        #expect(!files.isEmpty)
        for file in files {
            let count = file.lines.count - 1
            #expect(count <= Self.fileCeiling, "\(file.path) has \(count) lines")
        }
    }

    @Test("No function is longer than 70 lines", arguments: ["Sources", "Tests"])
    func functions(folder: String) throws {
        for file in try Tree.swiftFiles(below: folder) {
            for function in FunctionLengths.measure(file.lines) {
                #expect(
                    function.length <= Self.functionCeiling,
                    "\(file.path):\(function.line) has \(function.length) lines: \(function.head)"
                )
            }
        }
    }

    @Test("The measure itself sees nested functions, and no braces in texts and comments")
    func measure() {
        let text = """
            func outer() {
                let a = "{ \\"{\\" }"  // {
                func inner() {
                    a()
                }
            }
            init(a: Int) { b() }
            import func Glibc.sin
            let c = {
            }
            """
        let functions = FunctionLengths.measure(text.split(separator: "\n"))
        #expect(functions.map(\.line) == [3, 1, 7])
        #expect(functions.map(\.length) == [3, 6, 1])
    }
}

/// Finds functions by their heads and their braces: enough for formatted code.
enum FunctionLengths {
    struct Function {
        var line: Int
        var length: Int
        var head: String
    }

    static func measure(_ lines: [Substring]) -> [Function] {
        var open: [(line: Int, depth: Int, head: String)] = []
        var waiting: (line: Int, head: String)?
        var depth = 0
        var found: [Function] = []
        for (index, line) in lines.enumerated() {
            let code = withoutTextsAndComments(line)
            if isHead(code) { waiting = (index + 1, code.trimmingPrefix { $0 == " " }.description) }
            for character in code {
                if character == "{" {
                    if let head = waiting {
                        open.append((head.line, depth, head.head))
                        waiting = nil
                    }
                    depth += 1
                } else if character == "}" {
                    depth -= 1
                    if let last = open.last, last.depth == depth {
                        open.removeLast()
                        found.append(Function(line: last.line, length: index + 2 - last.line, head: last.head))
                    }
                }
            }
        }
        return found
    }

    private static func isHead(_ code: String) -> Bool {
        let words = code.split(separator: " ").map(String.init)
        // `import func Glibc.sin` names a function and is none.
        guard !words.contains("import") else { return false }
        return words.contains("func")
            || words.contains { $0.hasPrefix("init(") || $0.hasPrefix("init?(") }
                && !code.contains(".init(") && !code.contains("self.init") && code.contains("{")
            || words.first == "init("
    }

    private static func withoutTextsAndComments(_ line: Substring) -> String {
        var code = ""
        var isText = false
        var previous: Character = " "
        for character in line {
            if character == "\"", previous != "\\" { isText.toggle() }
            if !isText, character == "/", previous == "/" {
                code.removeLast()
                break
            }
            if !isText { code.append(character) }
            previous = previous == "\\" && character == "\\" ? " " : character
        }
        return code
    }
}
