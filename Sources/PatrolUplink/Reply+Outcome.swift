import FoundationEssentials
import PatrolCore
import PatrolWire

extension Reply {
    /// What the reply means for the batch.
    ///
    /// | status                                           | outcome                                        |
    /// | :----------------------------------------------- | :--------------------------------------------- |
    /// | 2xx with an acknowledgement                      | acknowledged                                   |
    /// | 2xx with anything else                           | retry later: somebody else answers there       |
    /// | 3xx                                              | held: the address is wrong; never followed     |
    /// | 401, 403                                         | held: the token is wrong                       |
    /// | 402, 404, 405, 406, 407, 410, 415, 421, 426, 451 | held: the address or the receiver is wrong     |
    /// | 408, 425, 429, 5xx                               | retry later, after `Retry-After`               |
    /// | 413                                              | too large                                      |
    /// | any other 4xx                                    | rejected                                       |
    ///
    /// The third and fifth line hold because every batch would fare the same: to search a record that is at fault would
    /// throw away one after the other because of a typing error in the address.
    var outcome: UploadOutcome {
        let said = "\(status) \(phrase)\(remark)"
        switch status {
        case 200...299:
            return acknowledgement
        case 300...399:
            return .heldUntilPersonActs(
                reason: "the receiver has moved\(newHost): set its new url (\(status) \(phrase))"
            )
        case 401, 403:
            return .heldUntilPersonActs(reason: "the receiver does not accept this cart's token: \(said)")
        case 404, 405, 410:
            return .heldUntilPersonActs(reason: "there is no patrol receiver at this url: \(said)")
        case 402, 406, 407, 415, 421, 426, 451:
            return .heldUntilPersonActs(reason: "the receiver takes no batches of this kind from this cart: \(said)")
        case 413:
            return .tooLarge(reason: said)
        case 408, 425, 429, 500...599:
            return .retryLater(
                reason: said,
                retryAfter: RetryAfter.duration(retryAfter: retryAfter, date: date)
            )
        case 400...499:
            return .rejected(reason: said)
        default:
            return .retryLater(reason: "the receiver answered with the unknown status \(status)", retryAfter: nil)
        }
    }

    private var acknowledgement: UploadOutcome {
        let fault: String
        switch body {
        case .complete(let bytes):
            do {
                let acknowledgement = try Acknowledgement(json: bytes)
                return .acknowledged(events: acknowledgement.events, positions: acknowledgement.positions)
            } catch {
                fault = "the receiver answered \(status) without an acknowledgement\(remark)"
            }
        case .tooLong:
            fault = "the receiver answered \(status) with more than \(HTTPUplink.maximumReplyBytes) bytes"
        case .cutShort:
            fault = "the receiver closed the connection in the middle of its answer"
        }
        return .retryLater(reason: fault, retryAfter: nil)
    }

    /// Only the host of `Location`: the rest may hold anything.
    private var newHost: String {
        guard let location, let host = URL(string: location)?.host() else { return "" }
        return " to " + host.onOneLine(maximumCharacters: 255)
    }
}
