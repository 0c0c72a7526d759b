import PatrolCore
import Testing

@Suite("A receiver's address as it may be shown")
struct PublicAddressTests {
    @Test(
        "What may be a secret is left out",
        arguments: [
            ("https://station.example:8443/carts", "https://station.example:8443/carts"),
            ("https://cart:secret@station.example", "…@station.example"),
            ("https://cart:se/cr@et?#@station.example/x", "…@station.example/x"),
            ("cart:secret@station", "…@station"),
            ("https://station.example/?token=secret", "https://station.example/?…"),
            ("https://station.example#secret", "https://station.example#…"), ("a@b?secret", "…@b?…"), ("", ""),
            ("https://a/?b=c@d", "…@d"),
        ]
    )
    func text(address: String, shown: String) {
        #expect(PublicAddress.text(of: address) == shown)
        #expect(!PublicAddress.text(of: address).contains("secret"))
    }
}
