import NIOCore
import PatrolCore
import Synchronization

/// The connections of a server, and the places that they have: ``ConnectionPlaces`` for channels.
final class ConnectionRegistry: Sendable {
    typealias Places = ConnectionPlaces<ConnectionPeer.Origin>

    private struct State {
        var places: Places
        var channels: [Places.ID: any Channel] = [:]
        var isStopping = false
    }

    private let state: Mutex<State>
    private let now: @Sendable () -> Instant

    init(_ settings: Places.Settings, now: @escaping @Sendable () -> Instant) {
        state = Mutex(State(places: Places(settings: settings)))
        self.now = now
    }

    /// A connection came: whom it displaces is closed.
    /// - Returns: `nil` if it has no place, or the server stops.
    func enter(_ channel: any Channel, _ peer: ConnectionPeer, isKnown: Bool) -> ConnectionPlace? {
        let (place, displaced) = state.withLock { state -> (ConnectionPlace?, (any Channel)?) in
            guard !state.isStopping else { return (nil, nil) }
            let (id, admission) = state.places.enter(peer.origin, isKnown: isKnown, at: now())
            guard admission != .closed else { return (nil, nil) }
            state.channels[id] = channel
            let place = ConnectionPlace(id: id, isRefused: admission == .refused, registry: self)
            guard case .served(let victim?) = admission else { return (place, nil) }
            return (place, state.channels.removeValue(forKey: victim))
        }
        // By a hard end: it is not to keep its descriptor until the other end has taken what waits for it.
        if let displaced { ConnectionEnd.endAtOnce(displaced) }
        return place
    }

    /// Tells every connection that the server stops, and takes no more.
    func stop() {
        let channels = state.withLock { state in
            state.isStopping = true
            return Array(state.channels.values)
        }
        for channel in channels {
            channel.eventLoop.execute { channel.pipeline.fireUserInboundEventTriggered(ServerStops()) }
        }
    }

    /// Ends every connection, whatever is under way.
    func endAll() {
        for channel in state.withLock({ Array($0.channels.values) }) { ConnectionEnd.endAtOnce(channel) }
    }

    fileprivate func change(_ id: Places.ID, to phase: Places.Phase) {
        state.withLock { $0.places.change(id, to: phase, at: now()) }
    }

    fileprivate func recognise(_ id: Places.ID) {
        state.withLock { $0.places.recognise(id) }
    }

    fileprivate func leave(_ id: Places.ID) {
        state.withLock { state in
            state.places.leave(id)
            state.channels[id] = nil
        }
    }
}

/// The place of one connection.
struct ConnectionPlace: Sendable {
    fileprivate let id: ConnectionRegistry.Places.ID
    /// Whether it is only told that the server is busy.
    let isRefused: Bool
    fileprivate let registry: ConnectionRegistry

    func change(to phase: ConnectionRegistry.Places.Phase) { registry.change(id, to: phase) }
    func recognise() { registry.recognise(id) }
    func leave() { registry.leave(id) }
}
