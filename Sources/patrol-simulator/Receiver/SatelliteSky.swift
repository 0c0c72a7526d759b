/// The satellites in view: invented, but such a sky exists. The higher one stands, the sooner it is used.
enum SatelliteSky {
    /// A satellite as GSV describes it.
    struct Satellite: Hashable {
        /// GPS satellites have 1–32.
        var number: Int
        /// Degrees above the horizon.
        var elevation: Int
        /// Degrees from true north.
        var azimuth: Int
        /// dB-Hz.
        var signal: Int
    }

    /// As many as one GSA sentence has room for.
    static let all = [
        Satellite(number: 18, elevation: 74, azimuth: 331, signal: 46),
        Satellite(number: 5, elevation: 63, azimuth: 28, signal: 45),
        Satellite(number: 15, elevation: 52, azimuth: 204, signal: 44),
        Satellite(number: 29, elevation: 47, azimuth: 128, signal: 42),
        Satellite(number: 23, elevation: 41, azimuth: 276, signal: 41),
        Satellite(number: 13, elevation: 36, azimuth: 57, signal: 40),
        Satellite(number: 24, elevation: 29, azimuth: 161, signal: 38),
        Satellite(number: 10, elevation: 24, azimuth: 312, signal: 36),
        Satellite(number: 2, elevation: 20, azimuth: 98, signal: 35),
        Satellite(number: 26, elevation: 15, azimuth: 237, signal: 32),
        Satellite(number: 7, elevation: 11, azimuth: 14, signal: 29),
        Satellite(number: 30, elevation: 6, azimuth: 183, signal: 25),
    ]
}
