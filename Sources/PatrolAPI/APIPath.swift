/// The paths of the local socket; `openapi.yaml` beside this file describes them.
public enum APIPath: String, CaseIterable, Sendable {
    /// Whether the cart is all right.
    case health = "/v1/health"
    /// What the cart knows of itself.
    case status = "/v1/status"
    /// Where it is.
    case position = "/v1/position"
    /// What the journal holds, page by page.
    case records = "/v1/records"
    /// Where the cart was, as GeoJSON or GPX.
    case track = "/v1/track"
    /// What waits for upload.
    case queue = "/v1/queue"
    /// What was refused goes again.
    case retry = "/v1/queue/retry"
    /// What was refused is given up.
    case skip = "/v1/queue/skip"
    /// The next attempt is now.
    case uploadNow = "/v1/queue/now"
    /// What the loudspeaker does; a clip to play.
    case announcements = "/v1/announcements"
    /// What may sound on a day.
    case plan = "/v1/plan"
    /// Silence by order of a person.
    case mute = "/v1/mute"
    /// The station's recordings.
    case clips = "/v1/clips"
    /// Whether there is duty.
    case duty = "/v1/duty"
    /// A person's mark in the record.
    case marks = "/v1/marks"
    /// The places that have a name.
    case zones = "/v1/zones"
    /// The vehicle's time zone.
    case timeZone = "/v1/timezone"
    /// Numbers for a monitoring system.
    case metrics = "/v1/metrics"
    /// What happens, as it happens.
    case stream = "/v1/stream"

    /// The largest page of ``records``.
    public static let maximumPageSize = 1000
}
