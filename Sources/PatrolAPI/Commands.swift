/// What somebody orders by a request's body.
public protocol CommandRequest: Decodable {
    /// The body's members; any other is refused, since it was meant to say something.
    associatedtype CodingKeys: CodingKey & CaseIterable
}

/// `POST /v1/announcements`: play a clip now.
public struct SayCommand: CommandRequest, Encodable, Hashable, Sendable {
    /// The clip's file name.
    public var clip: String
    /// `manual`, `live` or `emergency`; `nil` means `manual`.
    public var priority: String?
    /// Why; an emergency in quiet hours needs one.
    public var reason: String?
    /// How often it is heard, 1 to 100; `nil` means once.
    public var repeats: Int?
    /// Whether the answer is to come when it has ended; `nil` means at once.
    public var wait: Bool?

    /// The body's members.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case clip, priority, reason, wait
        case repeats = "repeat"
    }

    /// See the properties.
    public init(clip: String, priority: String?, reason: String?, repeats: Int? = nil, wait: Bool? = nil) {
        self.clip = clip
        self.priority = priority
        self.reason = reason
        self.repeats = repeats
        self.wait = wait
    }
}

/// What became of a ``SayCommand`` that was not refused.
public struct SayAnswer: Codable, Hashable, Sendable {
    /// `accepted`: it plays as soon as what it cuts is silent; `queued`: after others.
    public var result: String
    /// The play's number in the records of this run.
    public var play: UInt64
    /// How many come before it.
    public var ahead: Int
    /// How it ended, if that was waited for: `finished`, `cut`, `failed`, `skipped`; `nil` if the daemon stopped before.
    public var outcome: String?
    /// Why it did not finish, for programs; stable.
    public var because: String?
    /// Why it did not finish, for people.
    public var message: String?

    /// See the properties.
    public init(result: String, play: UInt64, ahead: Int) {
        self.result = result
        self.play = play
        self.ahead = ahead
    }
}

/// `DELETE /v1/announcements`: what was ended.
public struct StopAnswer: Codable, Hashable, Sendable {
    /// The clip that played and falls silent; `nil` if none did.
    public var stopped: String?
    /// How many requests were taken from the queue.
    public var removed: Int

    /// See the properties.
    public init(stopped: String?, removed: Int) {
        self.stopped = stopped
        self.removed = removed
    }
}

/// `POST /v1/mute`: silence, until a time or until somebody ends it (`DELETE /v1/mute`).
public struct MuteCommand: CommandRequest, Encodable, Hashable, Sendable {
    /// RFC 3339; `nil` for no end.
    public var until: String?

    /// The body's members.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case until
    }

    /// See the property.
    public init(until: String?) {
        self.until = until
    }
}

/// `POST /v1/marks`: look at this moment.
public struct MarkCommand: CommandRequest, Encodable, Hashable, Sendable {
    /// Up to 500 characters.
    public var text: String?

    /// The body's members.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case text
    }

    /// See the property.
    public init(text: String?) {
        self.text = text
    }
}

/// `POST /v1/duty`: duty begins; `DELETE /v1/duty` ends it.
public struct DutyCommand: CommandRequest, Encodable, Hashable, Sendable {
    /// `patrol`, `visit`, `security` or `call-out`; `nil` means `patrol`.
    public var kind: String?
    /// 1 to 64 of a–z, A–Z, 0–9, `.`, `_`, `-`.
    public var officer: String?

    /// The body's members.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case kind, officer
    }

    /// See the properties.
    public init(kind: String?, officer: String?) {
        self.kind = kind
        self.officer = officer
    }
}

/// What a command without an answer of its own says.
public struct CommandAnswer: Codable, Hashable, Sendable {
    /// `done`.
    public var result = "done"

    /// It was done.
    public init() {}
}

/// `POST /v1/queue/retry`: send again what a destination refused.
public struct RetryCommand: CommandRequest, Encodable, Hashable, Sendable {
    /// Its name; `nil` for all of them.
    public var destination: String?

    /// The body's members.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case destination
    }

    /// See the property.
    public init(destination: String?) {
        self.destination = destination
    }
}

/// What a ``RetryCommand`` came to.
public struct RetryAnswer: Codable, Hashable, Sendable {
    /// How many records go again.
    public var retrying: Int64

    /// See the property.
    public init(retrying: Int64) {
        self.retrying = retrying
    }
}

/// `POST /v1/queue/now`: try at once, whatever pause there is.
public struct UploadNowCommand: CommandRequest, Encodable, Hashable, Sendable {
    /// Its name; `nil` for all of them.
    public var destination: String?

    /// The body's members.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case destination
    }

    /// See the property.
    public init(destination: String?) {
        self.destination = destination
    }
}

/// `POST /v1/queue/skip`: give up what a destination refused, with a receipt.
public struct SkipCommand: CommandRequest, Encodable, Hashable, Sendable {
    /// Its name; `nil` for all of them.
    public var destination: String?
    /// Why, for the record; 1 to 200 characters.
    public var reason: String

    /// The body's members.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case destination, reason
    }

    /// See the properties.
    public init(destination: String?, reason: String) {
        (self.destination, self.reason) = (destination, reason)
    }
}

/// What a ``SkipCommand`` came to.
public struct SkipAnswer: Codable, Hashable, Sendable {
    /// How many records were given up.
    public var skipped: Int64

    /// See the property.
    public init(skipped: Int64) {
        self.skipped = skipped
    }
}
