import Foundation
import FoundationXML

/// Parses XML and counts its elements; throws where it is not well-formed.
final class XMLDocumentCheck: NSObject, XMLParserDelegate {
    private(set) var elements: [String: Int] = [:]

    init(_ text: String) throws {
        super.init()
        let parser = XMLParser(data: Data(text.utf8))
        parser.delegate = self
        guard parser.parse() else { throw Failure("not well-formed: \(String(describing: parser.parserError))") }
    }

    func parser(
        _ parser: XMLParser,
        didStartElement name: String,
        namespaceURI: String?,
        qualifiedName: String?,
        attributes: [String: String]
    ) {
        elements[name, default: 0] += 1
    }
}
