import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import PatrolCore
import PatrolHTTPServer
import PatrolSQLite
import PatrolWire

/// `POST /v1/batches`: from the bounds to the meaning, and from there to the disk.
struct BatchReceiver: Sendable {
    /// Comes again when a person may have made room.
    static let storageRetrySeconds = 30

    let tokens: FollowedFile<VehicleTokens>
    let writer: StoreWriter
    let condition: StoreCondition
    let maximumBodyBytes: Int
    let maximumDecompressedBytes: Int
    let decoding: DecodingPool
    let demandsVehicleCertificate: Bool
    let systemTime: @Sendable () -> WallTime

    /// - Throws: ``HTTPFailure``, ``BrokenRequest``.
    func receive(_ request: Request, _ connection: Connection, _ logger: Logger) async throws -> Response {
        // First, so that nobody's body is read who may not send one.
        let vehicle = try await authenticate(request.headers)
        if demandsVehicleCertificate { try await VehicleCertificate.check(vehicle, connection) }
        connection.recognise()
        try request.checkDeclaredLength(atMost: maximumBodyBytes, hint: Self.tooLargeHint("--max-body"))
        let encoding = try Self.encoding(of: request.headers)
        let isCompressed = try Self.isCompressed(request.headers)
        let batch = try await decoding.withRoom(forBytes: expectedBytes(request.headers)) {
            guard let body = try await BoundedBody.read(request.body, limit: maximumBodyBytes) else {
                throw tooLarge("the body", "--max-body", maximumBodyBytes)
            }
            return try await decoding.run { [self] () throws(HTTPFailure) in
                try decode(body, isCompressed: isCompressed, encoding)
            }
        }
        guard batch.head.vehicle == vehicle else {
            throw HTTPFailure(
                .wrongVehicle,
                "the token belongs to \(vehicle), the batch to \(batch.head.vehicle)",
                hint: "each vehicle has a token of its own"
            )
        }
        let outcome = try await store(batch, logger)
        return Self.answer(outcome)
    }

    private static func answer(_ outcome: StoreOutcome) -> Response {
        switch outcome {
        case .stored(let stored):
            let acknowledgement = Acknowledgement(
                events: stored.events.acknowledged,
                positions: stored.positions.acknowledged,
                missing: stored.missing
            )
            return Response(
                status: .ok,
                headers: [.contentType: "application/json"],
                body: ResponseBody(byteBuffer: ByteBuffer(bytes: acknowledgement.json))
            )
        case .conflict(let stored, let lane, let range): return BatchRefusal.conflict(stored, lane, range)
        case .rolledBack(let held, let same): return BatchRefusal.rolledBack(held: held, same: same)
        }
    }

    // MARK: Bounds

    private static func encoding(of headers: HTTPFields) throws(HTTPFailure) -> WireEncoding {
        // RFC 9110, section 8.3.1: type and subtype are case-insensitive, and parameters may follow.
        let type = headers[.contentType].map { $0.prefix { $0 != ";" }.lowercased().filter { $0 != " " } }
        guard let encoding = WireEncoding.allCases.first(where: { $0.contentType == type }) else {
            throw HTTPFailure(
                .unsupportedMediaType,
                "the content type is \(type ?? "missing")",
                hint: "possible: " + WireEncoding.allCases.map(\.contentType).joined(separator: ", ")
            )
        }
        return encoding
    }

    private static func isCompressed(_ headers: HTTPFields) throws(HTTPFailure) -> Bool {
        switch headers[.contentEncoding]?.lowercased() {
        case nil, "", "identity": return false
        case "gzip", "x-gzip": return true
        case .some(let other):
            var failure = HTTPFailure(
                .unsupportedEncoding,
                "the content encoding is \(other)",
                hint: "gzip, or none"
            )
            // RFC 9110, section 12.5.3: this tells a client what the 415 was about.
            failure.headers[.acceptEncoding] = "gzip"
            throw failure
        }
    }

    private func authenticate(_ headers: HTTPFields) async throws(HTTPFailure) -> String {
        guard let token = Token(authorization: headers[.authorization]) else {
            throw .unauthorized("the batch comes without a token", hint: "Authorization: Bearer, with the cart's token")
        }
        guard let vehicle = await tokens.current().vehicle(of: token) else {
            throw .unauthorized("the token is not known here", hint: "the collector's file of tokens must have it")
        }
        return vehicle
    }

    private func tooLarge(_ what: String, _ option: String, _ limit: Int) -> HTTPFailure {
        HTTPFailure(
            .tooLarge,
            "\(what) is larger than \(limit) bytes",
            hint: Self.tooLargeHint(option)
        )
    }

    private static func tooLargeHint(_ option: String) -> String {
        "send fewer records at once; the limit is the collector's \(option)"
    }

    // MARK: Meaning

    private func decode(
        _ body: ByteBuffer,
        isCompressed: Bool,
        _ encoding: WireEncoding
    ) throws(HTTPFailure) -> ReceivedBatch {
        var bytes = Array(body.readableBytesView)
        if isCompressed {
            do {
                bytes = try Gzip.decompress(bytes, limit: maximumDecompressedBytes)
            } catch Gzip.Failure.tooLarge {
                throw tooLarge("the decompressed body", "--max-decompressed", maximumDecompressedBytes)
            } catch {
                throw .badBatch(
                    "the body is not one whole gzip member: \(error)",
                    hint: "it was damaged on its way, or is no gzip: send it again, or without Content-Encoding"
                )
            }
        }
        do {
            return try BatchDecoder.receive(bytes, as: encoding)
        } catch  where error.isTooLarge {
            throw HTTPFailure(.tooLarge, "\(error)", hint: "send fewer records at once")
        } catch {
            throw .badBatch("\(error)")
        }
    }

    /// What the body will take, as far as its sender says; at most what is read of it.
    private func expectedBytes(_ headers: HTTPFields) -> Int {
        let said = headers[.contentLength].flatMap { Int($0) } ?? maximumBodyBytes
        return min(max(said, 0), maximumBodyBytes)
    }

    // MARK: The disk

    private func store(_ batch: ReceivedBatch, _ logger: Logger) async throws(HTTPFailure) -> StoreOutcome {
        let outcome: StoreOutcome
        do throws(SQLiteError) {
            outcome = try await writer.store(batch, heardAt: systemTime())
        } catch {
            condition.failed(error.reason)
            throw .unavailable(
                "the batch could not be stored",
                hint: "the collector's health and log say why",
                retryAfterSeconds: Self.storageRetrySeconds
            )
        }
        condition.worked()
        let origin: Logger.Metadata = [
            "vehicle": "\(batch.head.vehicle)", "journal": "\(batch.head.journalID)",
        ]
        switch outcome {
        case .stored(let stored):
            logger.debug("stored a batch", metadata: origin.merging(Self.metadata(of: stored)) { $1 })
        case .conflict(let stored, let lane, let range):
            let what: Logger.Metadata = [
                "lane": "\(lane.rawValue)", "first": "\(range.lowerBound)", "last": "\(range.upperBound)",
            ]
            logger.error(
                "a journal gave numbers twice, and nothing of the lane is stored",
                metadata: origin.merging(Self.metadata(of: stored)) { $1 }.merging(what) { $1 }
            )
        case .rolledBack(let held, _):
            let what: Logger.Metadata = [
                "events_held": "\(held.events)", "positions_held": "\(held.positions)",
            ]
            logger.error("a journal came back older than it was", metadata: origin.merging(what) { $1 })
        }
        return outcome
    }

    private static func metadata(of stored: StoredBatch) -> Logger.Metadata {
        [
            "events": "\(stored.events.new)", "positions": "\(stored.positions.new)",
            "repeated": "\(stored.events.repeated + stored.positions.repeated)",
            "conflicting": "\(stored.events.conflicting + stored.positions.conflicting)",
        ]
    }
}

extension HTTPFailure {
    fileprivate static func badBatch(
        _ message: String,
        hint: String = "the sender must leave this record out"
    ) -> HTTPFailure {
        HTTPFailure(.badBatch, message, hint: hint)
    }
}
