import HTTPTypes
import NIOCore

/// What ``ConnectionHandler`` answers by itself.
protocol Refusal {
    var status: HTTPResponse.Status { get }
    var headers: HTTPFields { get }
    var body: ByteBuffer { get }
}

/// What was read is no HTTP, or nothing that may be served.
///
/// It is answered in plain text and not in the form of ``HTTPFailure``: that form is the receiver's verdict on what somebody
/// sent, and what a broken proxy makes of a batch is none.
struct MalformedRequest: Refusal {
    let status: HTTPResponse.Status
    /// For people.
    let message: String

    init(_ status: HTTPResponse.Status, _ message: String) {
        self.status = status
        self.message = message
    }

    var headers: HTTPFields { [.contentType: "text/plain; charset=utf-8"] }
    var body: ByteBuffer { ByteBuffer(string: message + "\n") }
}
