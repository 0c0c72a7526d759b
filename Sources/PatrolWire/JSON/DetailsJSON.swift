public import PatrolCore

/// The details of an event as a JSON object: in the journal, on the wire, at the station.
///
/// JSON has one kind of number. A whole one is read back as ``PatrolCore/DetailValue/integer(_:)``, also if it was
/// written as `number(1.0)`; whoever needs a fraction accepts both.
public enum DetailsJSON {
    /// An object with sorted keys; of a number that JSON cannot say see ``DetailJSON``.
    public static func encode(_ details: [String: DetailValue]) -> String {
        do {
            return String(decoding: try JSONCoding.encode(details.mapValues(DetailJSON.init)), as: UTF8.self)
        } catch {
            // Texts, whole and finite numbers and truth values always encode; an event is worth more than its details.
            return #"{"error":"the details could not be written"}"#
        }
    }

    /// - Throws: for anything but an object of texts, numbers and truth values.
    public static func decode(_ text: String) throws(WireError) -> [String: DetailValue] {
        try JSONCoding.decode([String: DetailJSON].self, from: Array(text.utf8)).mapValues(\.value)
    }
}
