import PatrolCore
import Testing

@Suite("Places for connections")
struct ConnectionPlacesTests {
    private typealias Places = ConnectionPlaces<String>

    /// Places for 10, of which 4 are for those who are known, 3 for one peer, 2 refusals.
    private struct Rig {
        var places = Places(settings: .init(total: 10, reserved: 4, perPeer: 3, refusals: 2))
        private var now = Instant(millisecondsSinceBoot: 0)

        mutating func tick() -> Instant {
            now = now + .seconds(1)
            return now
        }

        mutating func enter(_ peer: String, isKnown: Bool = false) -> (Places.ID, Places.Admission) {
            places.enter(peer, isKnown: isKnown, at: tick())
        }

        /// Enters and does something.
        @discardableResult
        mutating func busy(_ peer: String, _ phase: Places.Phase = .answering, isKnown: Bool = false) -> Places.ID {
            let (id, _) = enter(peer, isKnown: isKnown)
            places.change(id, to: phase, at: tick())
            return id
        }
    }

    @Test("Who opens connections and forgets them loses his own oldest one")
    func idle() {
        var rig = Rig()
        let ids = (0..<3).map { _ in rig.enter("a").0 }
        #expect(rig.enter("a").1 == .served(displacing: ids[0]))
        #expect(rig.enter("b").1 == .served(displacing: nil))
        #expect(rig.enter("a").1 == .served(displacing: ids[1]))
        #expect(rig.places.count == 4)
    }

    @Test("Who has waited longest goes, for a request or for its rest; one that is answered stays")
    func order() {
        var rig = Rig()
        rig.busy("a")
        let sending = rig.busy("a", .receiving)
        let waiting = rig.enter("a").0
        #expect(rig.enter("a").1 == .served(displacing: sending), "a newcomer has his time first")
        #expect(rig.enter("a").1 == .served(displacing: waiting))
        #expect(rig.places.count == 3)
    }

    @Test("Whose places are all being answered is told so, twice at a time; then nobody tells him")
    func refused() {
        var rig = Rig()
        for _ in 0..<3 { rig.busy("a") }
        let (refused, first) = rig.enter("a")
        #expect(first == .refused)
        #expect(rig.enter("a").1 == .refused)
        #expect(rig.enter("a").1 == .closed)
        #expect(rig.places.count == 3, "who is refused has no place")
        rig.places.leave(refused)
        #expect(rig.enter("a").1 == .refused)
        #expect(rig.enter("b").1 == .served(displacing: nil), "another peer does not notice")
    }

    @Test("Strangers never take the places of those who are known, and the peer with the most gives way")
    func reserve() {
        var rig = Rig()
        let first = rig.enter("a").0
        for peer in ["a", "a", "b", "b", "c"] { _ = rig.enter(peer) }
        #expect(rig.enter("d").1 == .served(displacing: first), "six are all that strangers have")
        for _ in 0..<4 { #expect(rig.enter("cart", isKnown: true).1 == .served(displacing: nil)) }
        #expect(rig.places.count == 10)
        guard case .served(displacing: _?) = rig.enter("cart", isKnown: true).1 else {
            Issue.record("the fifth takes a stranger's")
            return
        }
    }

    @Test("Known ones take strangers' places but those that are answered, and among themselves the oldest'")
    func known() {
        var rig = Rig()
        for peer in ["a", "b", "c", "d", "e", "f"] { rig.busy(peer) }
        let ids = (0..<4).map { _ in rig.busy("cart", isKnown: true) }
        #expect(rig.enter("cart", isKnown: true).1 == .refused)
        rig.places.change(ids[2], to: .waiting, at: rig.tick())
        #expect(rig.enter("cart", isKnown: true).1 == .served(displacing: ids[2]))
    }

    @Test("Who has shown who he is is no stranger any more")
    func recognised() {
        var rig = Rig()
        for _ in 0..<9 {
            let (id, admission) = rig.enter("router")
            #expect(admission == .served(displacing: nil))
            rig.places.recognise(id)
        }
        #expect(rig.places.count == 9)
        #expect(rig.enter("router").1 == .served(displacing: nil))
    }

    @Test(
        "Under any crowd of strangers a known one finds a place, and no bound is passed",
        arguments: 0..<20 as Range<UInt64>
    )
    func crowds(seed: UInt64) {
        var dice = SeededGenerator(seed: seed)
        var rig = Rig()
        var open: Set<Places.ID> = []
        for _ in 0..<2000 {
            switch Int.random(in: 0..<4, using: &dice) {
            case 0:
                if let id = open.randomElement(using: &dice) {
                    let phase: Places.Phase = Bool.random(using: &dice) ? .receiving : .waiting
                    rig.places.change(id, to: phase, at: rig.tick())
                }
            case 1:
                if let id = open.randomElement(using: &dice) {
                    rig.places.leave(id)
                    open.remove(id)
                }
            default:
                let (id, admission) = rig.enter("peer \(Int.random(in: 0..<8, using: &dice))")
                if case .served(let displaced) = admission {
                    open.insert(id)
                    if let displaced { #expect(open.remove(displaced) != nil, "it was there") }
                } else if admission == .refused {
                    rig.places.leave(id)
                }
            }
            #expect(rig.places.count == open.count)
            #expect(open.count <= 6)
            let (id, admission) = rig.enter("cart", isKnown: true)
            #expect(admission == .served(displacing: nil))
            rig.places.leave(id)
        }
    }
}
