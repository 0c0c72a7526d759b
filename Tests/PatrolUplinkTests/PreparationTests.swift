import PatrolCore
import PatrolWire
import Testing

@testable import PatrolUplink

@Suite("A disk that does not give the files of an uplink")
struct PreparationTests {
    @Test("The files are named, health says so at once, and it is tried again")
    func named() {
        var settings = HTTPUplinkSettings(url: "http://127.0.0.1:1", encoding: .protobuf)
        settings.tokenFile = "/etc/patrold/secrets/token"
        settings.clientKeyFile = "/etc/patrold/secrets/key"
        let failure = NetworkFailure(PreparationTimeout(), receiver: "127.0.0.1:1", settings)
        #expect(
            failure.outcome
                == .foreignAnswer(
                    reason: "the disk does not give /etc/patrold/secrets/token, /etc/patrold/secrets/key within 30 s",
                    needsPerson: true
                )
        )
    }
}
