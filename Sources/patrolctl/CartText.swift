import PatrolAPI

/// Duty and zones as lines of text.
enum CartText {
    static func duty(_ duty: DutyReport, _ clock: CartClock) -> String {
        guard let kind = duty.kind else { return "off duty" }
        let officer = duty.officer.map { ", officer \($0)" } ?? ""
        let span = duty.forSeconds.map { ", for \(Words.span($0))" } ?? ""
        let since = duty.since.map { ", since \(clock.text($0))" } ?? ""
        return "on duty: \(kind)\(officer)\(span)\(since)"
    }

    static func zones(_ names: [String]?) -> String {
        guard let names else { return "not known yet" }
        return names.isEmpty ? "none" : names.joined(separator: ", ")
    }

    static func line(_ zone: ZonesReport.Zone) -> String {
        let mark = zone.inside == true ? "*" : " "
        return StatusText.row("\(mark) \(zone.kind)", zone.id == zone.name ? zone.name : "\(zone.name) (\(zone.id))")
    }
}
