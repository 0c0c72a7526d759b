import FoundationEssentials
import PatrolCore
import PatrolWire

/// What came back from the receiver's address; all of it untrusted.
struct Reply: Sendable {
    /// The body, as far as it came, with a gzip coding taken off.
    enum Body: Sendable {
        /// All of it.
        case complete([UInt8])
        /// It was longer than anything that can be meant.
        case tooLong
        /// The connection ended before it did.
        case cutShort
        /// It cannot be read, for this reason.
        case unreadable(String)
    }

    /// The most of somebody's words that a message shows.
    static let maximumRemarkCharacters = 200

    var status: Int
    /// The standard text for the status, not the receiver's.
    var phrase: String
    var retryAfter: String?
    var date: String?
    var location: String?
    /// In lower case and without its parameters; empty if there is none.
    var mediaType: String
    /// What the server calls itself.
    var server: String?
    var body: Body
    /// What the cart said and nobody else may learn: a test server, or a wrong one, says back what it was sent.
    var secret: String?

    /// Somebody's words without ``secret``. A word that is as short as one of a language would be left out everywhere.
    func withoutSecret(_ text: String) -> String {
        guard let secret, secret.utf8.count >= 8 else { return text }
        return text.replacing(secret, with: "…")
    }

    /// Whether a person was meant to read the body in a browser: no receiver judges records in HTML.
    var isPage: Bool {
        if mediaType.hasSuffix("html") || mediaType.hasSuffix("xhtml+xml") { return true }
        guard case .complete(let bytes) = body else { return false }
        return bytes.first { !Self.isSpace($0) } == UInt8(ascii: "<")
    }

    /// The error, if the reply is in the form in which the collector refuses: `{"error": {"code", "message", "hint"}}`,
    /// and it says that it is JSON. Nothing else knows that form, so it shows who answers.
    var ownError: RequestError? {
        guard status >= 400, mediaType == "application/json", case .complete(let bytes) = body else { return nil }
        do {
            let error = try JSONDecoder().decode(ErrorForm.self, from: Data(bytes)).error
            return error.word.isEmpty || error.message.isEmpty ? nil : error
        } catch {
            // Then it is something else's.
            return nil
        }
    }

    /// What was said in the body, made fit for one line of a message and cut to ``maximumRemarkCharacters``; empty if that
    /// is nothing.
    var remark: String {
        let text: String
        switch body {
        case .complete(let bytes):
            if let error = ownError {
                text = error.description
            } else {
                text = isPage ? Self.words(ofPage: bytes) : Self.words(bytes)
            }
        case .tooLong: text = "a body of more than \(HTTPUplink.maximumReplyBytes) bytes"
        case .cutShort: text = "a body that was cut short"
        case .unreadable(let reason): text = reason
        }
        let line = withoutSecret(text).onOneLine(maximumCharacters: Self.maximumRemarkCharacters)
        return line.isEmpty ? "" : ": " + line
    }

    /// More than is shown, since much of it may be white space.
    private static let lookedAtBytes = 8 * 1024

    private static func words(_ bytes: [UInt8]) -> String {
        guard !bytes.contains(0) else { return "\(bytes.count) bytes that are no text" }
        return String(decoding: bytes.prefix(lookedAtBytes), as: UTF8.self)
    }

    /// What stands between the tags, roughly: enough to recognise a page by its words.
    private static func words(ofPage bytes: [UInt8]) -> String {
        var words: [UInt8] = []
        var isInTag = false
        for byte in bytes.prefix(lookedAtBytes) {
            switch byte {
            case UInt8(ascii: "<"): isInTag = true
            case UInt8(ascii: ">"):
                isInTag = false
                words.append(UInt8(ascii: " "))
            default:
                if !isInTag { words.append(byte) }
            }
        }
        return String(decoding: words, as: UTF8.self)
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || (0x09...0x0D).contains(byte)
    }
}

extension Reply.Body {
    /// RFC 1952, section 2.3.1: the first two bytes of a gzip member.
    private static let gzipMagic: [UInt8] = [0x1F, 0x8B]

    /// A whole body. Nobody asked for a coding; a proxy that adds gzip all the same is understood, within the bound of any
    /// other body, and another coding is named.
    init(_ bytes: [UInt8], contentEncoding: String?) {
        let coding = contentEncoding?.lowercased() ?? ""
        if bytes.starts(with: Self.gzipMagic) {
            do {
                self = .complete(try Gzip.decompress(bytes, limit: HTTPUplink.maximumReplyBytes))
            } catch {
                self = .unreadable(
                    "\(bytes.count) bytes of gzip, which nobody asked for, and that cannot be read: \(error)"
                )
            }
        } else if bytes.isEmpty || ["", "identity", "gzip", "x-gzip"].contains(coding) {
            self = .complete(bytes)
        } else {
            self = .unreadable(
                "\(bytes.count) bytes with the content coding \(coding.prefix(40)), which nobody asked for"
            )
        }
    }
}

extension String {
    /// Text from outside without line breaks, control and formatting characters, and not longer than that.
    func onOneLine(maximumCharacters: Int) -> String {
        var line = String.UnicodeScalarView()
        for scalar in unicodeScalars {
            // Scalars, not characters: any number of marks may stand on one letter.
            guard line.count <= maximumCharacters else { break }
            switch scalar.properties.generalCategory {
            case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator,
                .spaceSeparator:
                if let last = line.last, last != " " { line.append(" ") }
            default:
                // What is not UTF-8, such as a page in GBK, is a row of these: one says as much.
                if scalar != "\u{FFFD}" || line.last != scalar { line.append(scalar) }
            }
        }
        while line.last == " " { line.removeLast() }
        return line.count > maximumCharacters ? String(line.prefix(maximumCharacters)) + "…" : String(line)
    }
}
