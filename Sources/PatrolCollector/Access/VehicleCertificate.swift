import HTTPTypes
import NIOCore
import NIOSSL
import PatrolCore
import PatrolHTTPServer

/// The vehicles that a client's certificate is for: its DNS names (RFC 5280, section 4.2.1.6). The common name is not looked
/// at, which RFC 9525 has given up.
enum VehicleCertificate {
    /// - Throws: ``HTTPFailure`` if the connection's certificate is not a vehicle's.
    static func check(_ vehicle: String, _ connection: Connection) async throws {
        let certificate = try await connection.channel.nioSSL_peerCertificate().get()
        let names = certificate.map(names(of:)) ?? []
        guard names.contains(vehicle) else {
            throw HTTPFailure(
                .wrongVehicle,
                "the client's certificate is for \(names.isEmpty ? "nobody" : names.joined(separator: ", ")), the token for \(vehicle)",
                hint: "the certificate needs the vehicle's name as subjectAltName=DNS:\(vehicle)"
            )
        }
    }

    private static func names(of certificate: NIOSSLCertificate) -> [String] {
        certificate._subjectAlternativeNames().compactMap { name in
            guard case .dnsName = name.nameType else { return nil }
            return String(decoding: name.contents, as: UTF8.self).lowercased()
        }
    }
}
