/// Who may be connected to a server, while more want to than it can serve.
///
/// | a connection | has |
/// | --- | --- |
/// | of somebody who has shown who he is (a good token, root) | any of ``Settings/total`` places |
/// | of anybody else | one of the places that are not ``Settings/reserved``, and of these at most ``Settings/perPeer`` for each peer |
///
/// A newcomer without a place takes that of the connection that has waited longest for a request, or for the rest of one:
/// of the newcomer's own peer if that is what is full, else of the peer with the most connections. One whose request is
/// being answered is never displaced. Where there is nothing to take, the newcomer is told that the server is busy, and
/// beyond ``Settings/refusals`` of these at a time it is not.
public struct ConnectionPlaces<Peer: Hashable & Sendable>: Sendable {
    /// How many there are.
    public struct Settings: Hashable, Sendable {
        /// At most so many connections are served at a time.
        public var total: Int
        /// Of these, so many are kept for those who have shown who they are.
        public var reserved: Int
        /// Of the others, so many are one peer's at most.
        public var perPeer: Int
        /// So many more are told that the server is busy.
        public var refusals: Int

        /// See the properties.
        public init(total: Int, reserved: Int, perPeer: Int, refusals: Int) {
            self.total = total
            self.reserved = reserved
            self.perPeer = perPeer
            self.refusals = refusals
        }
    }

    /// What a connection does.
    public enum Phase: Sendable {
        /// It has no request, or not the whole head of one.
        case waiting
        /// Its request's body is not complete.
        case receiving
        /// Its request is being answered.
        case answering
    }

    /// What becomes of a newcomer.
    public enum Admission: Hashable, Sendable {
        /// It is served; another connection is to be closed for it if there is one here.
        case served(displacing: ID?)
        /// It is told that the server is busy, and closed.
        case refused
        /// It is closed at once.
        case closed
    }

    /// One connection.
    public struct ID: Hashable, Sendable {
        let rawValue: UInt64
    }

    private struct Place {
        var peer: Peer
        var isKnown: Bool
        var isRefused: Bool
        var phase: Phase
        /// When the phase began.
        var since: Instant
    }

    private let settings: Settings
    private var places: [ID: Place] = [:]
    private var lastID: UInt64 = 0

    /// - Parameter settings: see there.
    public init(settings: Settings) {
        self.settings = settings
    }

    /// How many are served.
    public var count: Int { places.values.count { !$0.isRefused } }

    /// A connection came.
    /// - Parameters:
    ///   - peer: from whom: an address, a user.
    ///   - isKnown: whether it has shown who it is already.
    /// - Returns: its name, under which it must leave again, unless it is closed.
    public mutating func enter(_ peer: Peer, isKnown: Bool, at now: Instant) -> (ID, Admission) {
        lastID += 1
        let id = ID(rawValue: lastID)
        let admission = admission(of: peer, isKnown: isKnown)
        if case .served(let displaced?) = admission { places[displaced] = nil }
        if admission != .closed {
            let isRefused = admission == .refused
            places[id] = Place(peer: peer, isKnown: isKnown, isRefused: isRefused, phase: .waiting, since: now)
        }
        return (id, admission)
    }

    /// A connection does something else now.
    public mutating func change(_ id: ID, to phase: Phase, at now: Instant) {
        places[id]?.phase = phase
        places[id]?.since = now
    }

    /// A connection has shown who it is.
    public mutating func recognise(_ id: ID) {
        places[id]?.isKnown = true
    }

    /// A connection has ended.
    public mutating func leave(_ id: ID) {
        places[id] = nil
    }

    private func admission(of peer: Peer, isKnown: Bool) -> Admission {
        let strangers = places.values.filter { !$0.isKnown && !$0.isRefused }
        let isFull = count >= settings.total
        if !isKnown, strangers.count(where: { $0.peer == peer }) >= settings.perPeer {
            return displacement { $0.peer == peer }
        }
        guard isFull || (!isKnown && strangers.count >= settings.total - settings.reserved) else {
            return .served(displacing: nil)
        }
        let largest = Dictionary(grouping: strangers, by: \.peer).max { $0.value.count < $1.value.count }?.key
        let ofLargest = displacement { $0.peer == largest }
        if case .served = ofLargest { return ofLargest }
        let ofAny = displacement { _ in true }
        if case .served = ofAny { return ofAny }
        // Who is known and is displaced connects anew.
        return isFull ? displacement(ofKnown: true) { _ in true } : ofAny
    }

    private func displacement(ofKnown isKnown: Bool = false, where isMeant: (Place) -> Bool) -> Admission {
        let victim = places.filter { _, place in
            place.isKnown == isKnown && !place.isRefused && place.phase != .answering && isMeant(place)
        }.min { left, right in
            (left.value.since, left.key.rawValue) < (right.value.since, right.key.rawValue)
        }
        if let victim { return .served(displacing: victim.key) }
        return places.values.count(where: \.isRefused) < settings.refusals ? .refused : .closed
    }
}
