import FoundationEssentials
import PatrolCore
import PatrolWire

extension Reply {
    /// What the reply means for the batch.
    ///
    /// | reply                                                        | outcome                                     |
    /// | :----------------------------------------------------------- | :------------------------------------------ |
    /// | 2xx with an acknowledgement                                  | acknowledged                                |
    /// | 408, 425, 429, 5xx                                           | retry later, after `Retry-After`            |
    /// | in the collector's form: 409 `rolled-back`, `conflict`       | contradicted                                |
    /// | in the collector's form: 400, 422, any other 409             | rejected                                    |
    /// | in the collector's form: 413                                 | too large                                   |
    /// | in the collector's form: 401, 403                            | held: the token is wrong                    |
    /// | in the collector's form: any other 4xx                       | held: the address or the receiver is wrong  |
    /// | 400, 413, 422 of a receiver of JSON, and no page of HTML     | rejected or too large, if it ever acknowledged |
    /// | everything else: any other 4xx, 3xx, 2xx with something else | a foreign answer: retry later               |
    ///
    /// The last line holds because a proxy or a portal knows nothing of the records, and would fare the same with each: to
    /// search one that is at fault would set aside one after the other because of a typing error in the address.
    func outcome(to encoding: WireEncoding) -> UploadOutcome {
        let said = "\(status) \(phrase)\(remark)"
        switch status {
        case 200...299:
            return acknowledgement(said)
        case 408, 425, 429, 500...599:
            return .retryLater(
                reason: said,
                retryAfter: RetryAfter.duration(retryAfter: retryAfter, date: date)
            )
        case 400...499 where ownError != nil:
            return verdict(said)
        case 400 where isFromReceiverOfJSON(encoding), 422 where isFromReceiverOfJSON(encoding):
            return .rejected(reason: said, by: .receiverOfJSON)
        case 413 where isFromReceiverOfJSON(encoding):
            return .tooLarge(reason: said, by: .receiverOfJSON)
        default:
            return foreignAnswer(said)
        }
    }

    private func isFromReceiverOfJSON(_ encoding: WireEncoding) -> Bool {
        encoding == .json && !isPage
    }

    /// Of the receiver itself, in its own form.
    private func verdict(_ said: String) -> UploadOutcome {
        switch status {
        case 400, 409, 422: contradiction.map { .contradicted($0, reason: said) } ?? .rejected(reason: said)
        case 413: .tooLarge(reason: said)
        case 401, 403: .heldUntilPersonActs(reason: "the receiver does not accept this cart's token: \(said)")
        case 404, 405, 410: .heldUntilPersonActs(reason: "the receiver takes no batches at this url: \(said)")
        default: .heldUntilPersonActs(reason: "the receiver takes no batches of this kind from this cart: \(said)")
        }
    }

    private func acknowledgement(_ said: String) -> UploadOutcome {
        switch body {
        case .complete(let bytes):
            do {
                let acknowledgement = try Acknowledgement(json: bytes)
                return .acknowledged(
                    events: acknowledgement.events,
                    positions: acknowledgement.positions,
                    missing: PerLane(
                        events: acknowledgement.firstMissing(.events),
                        positions: acknowledgement.firstMissing(.positions)
                    )
                )
            } catch {
                return foreignAnswer("\(status) \(phrase) without an acknowledgement\(remark)")
            }
        case .cutShort:
            return .retryLater(
                reason: "the receiver closed the connection in the middle of its answer",
                retryAfter: nil
            )
        case .tooLong, .unreadable:
            return foreignAnswer("\(status) \(phrase) without an acknowledgement\(remark)")
        }
    }

    private func foreignAnswer(_ said: String) -> UploadOutcome {
        let name =
            server.map { withoutSecret($0).onOneLine(maximumCharacters: 40) }.flatMap { $0.isEmpty ? nil : " (\($0))" }
            ?? ""
        let who = "what answers there\(name) is no patrol receiver: "
        if (300...399).contains(status) {
            return .foreignAnswer(
                reason: who + "\(status) \(phrase), which sends on\(newHost); that is never followed",
                needsPerson: false
            )
        }
        return .foreignAnswer(reason: who + said, needsPerson: [401, 403, 407].contains(status))
    }

    /// Only the host of `Location`: the rest may hold anything.
    private var newHost: String {
        guard let location, let host = URL(string: location)?.host() else { return "" }
        return " to " + withoutSecret(host).onOneLine(maximumCharacters: 255)
    }
}
