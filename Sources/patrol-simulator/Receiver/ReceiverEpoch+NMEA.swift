import PatrolCore

extension ReceiverEpoch {
    /// The epoch as one burst: RMC, GGA, GSA, GSV, GST, PSRFEPE.
    ///
    /// gpsd 3.22 merges the sentences of one time and reports when the last of them that carries a time has come; that is
    /// PSRFEPE here, so that the report has everything. Before it has seen one whole epoch it reports after each sentence.
    var sentences: [NMEASentence] {
        [recommendedMinimum, fixData, activeSatellites] + satellitesInView + [errorStatistics, estimatedErrors]
    }

    /// The burst's bytes.
    var bytes: [UInt8] {
        sentences.flatMap { Array($0.text.utf8) }
    }

    /// RMC: time, place, speed, course and the only date.
    private var recommendedMinimum: NMEASentence {
        let place = NMEAField.latitude(coordinate) + NMEAField.longitude(coordinate)
        let knots = speed.map { $0 * 3600 / 1852 }
        return NMEASentence(
            ["GPRMC", NMEAField.time(time), "A"] + place
                + [NMEAField.decimal(knots, places: 3), NMEAField.decimal(printedCourse, places: 2)]
                + [NMEAField.date(time), "", "", "A"]
        )
    }

    /// 359.996° is printed as 0.00, never as 360.00.
    private var printedCourse: Double? {
        course.map { ($0 * 100).rounded() / 100 }.map(\.normalizedCourse)
    }

    /// GGA: altitude and HDOP. The geoid's separation is left to gpsd, which has a table of it.
    private var fixData: NMEASentence {
        let place = NMEAField.latitude(coordinate) + NMEAField.longitude(coordinate)
        let height = [NMEAField.decimal(altitude, places: 3), altitude == nil ? "" : "M", "", ""]
        return NMEASentence(
            ["GPGGA", NMEAField.time(time)] + place + ["1", NMEAField.padded(Int64(satellitesUsed), 2)]
                + [NMEAField.decimal(accuracy.hdop, places: 2)] + height + ["", ""]
        )
    }

    /// GSA: 2D or 3D, and which satellites are used.
    private var activeSatellites: NMEASentence {
        let numbers = SatelliteSky.all.prefix(satellitesUsed).map { NMEAField.padded(Int64($0.number), 2) }
        let slots = numbers + Array(repeating: "", count: SatelliteSky.all.count - numbers.count)
        let dilutions = [accuracy.pdop, accuracy.hdop, accuracy.vdop].map { NMEAField.decimal($0, places: 2) }
        return NMEASentence(["GPGSA", "A", altitude == nil ? "2" : "3"] + slots + dilutions)
    }

    /// GSV: the sky, four satellites a sentence. gpsd 3.22 counts the satellites used only among those in view.
    private var satellitesInView: [NMEASentence] {
        let all = SatelliteSky.all
        let sentences = (all.count + 3) / 4
        return (0..<sentences).map { index in
            let four = all[(index * 4)..<min(all.count, index * 4 + 4)]
            return NMEASentence(
                ["GPGSV", "\(sentences)", "\(index + 1)", "\(all.count)"]
                    + four.flatMap { satellite in
                        [
                            (satellite.number, 2), (satellite.elevation, 2), (satellite.azimuth, 3),
                            (satellite.signal, 2),
                        ]
                        .map { NMEAField.padded(Int64($0), $1) }
                    }
            )
        }
    }

    /// GST: the standard deviations. gpsd 3.22 hands them on as a GST report and makes no `eph` of them.
    private var errorStatistics: NMEASentence {
        let sigmas = [accuracy.horizontalSigma, accuracy.horizontalSigma, altitude.map { _ in accuracy.verticalSigma }]
        return NMEASentence(
            ["GPGST", NMEAField.time(time), "", "", "", ""] + sigmas.map { NMEAField.decimal($0, places: 2) }
        )
    }

    /// PSRFEPE, SiRF's estimated position errors: the one sentence that gpsd 3.22 takes `eph` (and `epv`, `eps`) from.
    /// Without it gpsd reports 19 m times HDOP.
    private var estimatedErrors: NMEASentence {
        let vertical = altitude.map { _ in accuracy.verticalError }
        let speedError = speed.map { _ in Accuracy.speedError }
        return NMEASentence(
            ["PSRFEPE", NMEAField.time(time), "A", NMEAField.decimal(accuracy.hdop, places: 2)]
                + [accuracy.horizontalError, vertical, speedError].map { NMEAField.decimal($0, places: 2) } + [""]
        )
    }
}
