import PatrolAPI

/// What `patrolctl status` says of the receiver and of the sources of the time, beside the time itself.
enum ReceiverText {
    /// How late reports come, and who contradicts whom.
    static func sources(_ sources: ClockSources?) -> [String] {
        guard let sources else { return [] }
        var lines: [String] = []
        if let measured = sources.measuredDelay {
            lines.append(
                "reports come \(seconds(measured.delaySeconds)) late by NTP, ±\(seconds(measured.uncertaintySeconds)); "
                    + "report_delay is \(seconds(sources.reportDelaySeconds))"
            )
        }
        if let delay = sources.excessiveDelaySeconds {
            lines.append(
                "REPORTS ARE LATER than report_delay (\(seconds(sources.reportDelaySeconds))): \(seconds(delay)) or more"
            )
        }
        if let contradiction = sources.contradiction {
            lines.append(
                "THE RECEIVER CONTRADICTS ITSELF by \(span(contradiction.bySeconds)) "
                    + "for \(Words.span(contradiction.forSeconds))"
            )
        }
        if let disagreement = sources.disagreementSeconds {
            lines.append("GPS AND NTP CONTRADICT EACH OTHER by \(span(disagreement))")
        }
        return lines
    }

    /// Which of gpsd's receivers is used.
    static func devices(_ gps: StatusReport.GPS) -> [String] {
        guard let others = gps.otherDevices, !others.isEmpty else { return [] }
        let used = gps.device.map { "uses \($0), not " } ?? "does not use "
        return [used + others.joined(separator: ", ")]
    }

    private static func seconds(_ seconds: Double) -> String { "\(Words.fixed(seconds, 2)) s" }

    private static func span(_ seconds: Double) -> String { Words.span(abs(seconds)) }
}
