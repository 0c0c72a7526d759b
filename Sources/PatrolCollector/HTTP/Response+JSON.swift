import HTTPTypes
import HummingbirdCore
import PatrolWire

extension Response {
    /// An answer that is short enough to be in memory.
    init(status: HTTPResponse.Status = .ok, headers: HTTPFields = [:], json: JSONWriter) {
        var headers = headers
        headers[.contentType] = "application/json"
        self.init(status: status, headers: headers, body: ResponseBody(byteBuffer: json.buffer))
    }
}
