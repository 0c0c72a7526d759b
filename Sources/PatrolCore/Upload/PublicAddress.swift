/// A receiver's address as it may be shown: what people put secrets into is left out.
///
/// | address | shown |
/// | --- | --- |
/// | `https://station.example:8443/carts` | the same |
/// | `https://cart:secret@station.example` | `…@station.example` |
/// | `https://station.example/?token=secret` | `https://station.example/?…` |
public enum PublicAddress {
    /// - Parameter address: any text, whether it can be an address or not.
    public static func text(of address: String) -> String {
        // Before the last @ there may be a password, and it may have any character, also those of a query.
        let host = address.lastIndex(of: "@").map { "…" + address[$0...] } ?? address
        guard let query = host.firstIndex(where: { $0 == "?" || $0 == "#" }) else { return host }
        return host[...query] + "…"
    }
}
