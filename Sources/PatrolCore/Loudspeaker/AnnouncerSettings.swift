/// What an ``Announcer`` is configured with.
public struct AnnouncerSettings: Sendable {
    /// When to be silent.
    public var gate: QuietGate
    /// The vehicle's time zone, for the programmes.
    public var zone: CivilZone
    /// In the order in which they speak if several are due.
    public var programmes: [Programme]
    /// The playable clips by their names; bad ones are absent. `nil` if they are not checked yet.
    public var clips: [ClipName: Clip]?
    /// What changes the volume of all but emergencies.
    public var volumes: [VolumeRule] = []
    /// The loudness that all clips are brought to, in LUFS.
    public var targetLoudnessLUFS: Double = -16
    /// Whether an emergency with a reason may sound in quiet hours.
    public var emergencyInQuietHours = false
    /// How many requests of one priority may wait.
    public var queueBound = 8
    /// The pause after the device's first failure; it doubles with each further one.
    public var shortestDevicePause: Duration = .seconds(1)
    /// The longest pause after a failure of the device.
    public var longestDevicePause: Duration = .seconds(60)
    /// How long a play must run after a failure of the device until that is over.
    public var deviceProof: Duration = .seconds(2)
    /// From an order to the first sound, at most: the player must be started and the device opened. A slower one is
    /// still cut by its deadline.
    public var startAllowance: Duration = .milliseconds(500)
    /// How long a slot waits for a quiet that ends by itself. A programme from 06:00 on finds the gate shut at 06:00
    /// sharp, for the clock's uncertainty; its first slot is not to be lost by that.
    public var patience: Duration = .seconds(10)
    /// How long a turn of a timetable waits for other announcements to end, or for a daemon that slept; after that it is
    /// no longer an announcement of its hour.
    public var timetablePatience: Duration = .seconds(300)
    /// How often in a row a clip's file may fail until it counts as bad.
    public var largestNumberOfFileFailures = 3

    /// See the properties.
    public init(gate: QuietGate, zone: CivilZone, programmes: [Programme], clips: [ClipName: Clip]?) {
        self.gate = gate
        self.zone = zone
        self.programmes = programmes
        self.clips = clips
    }
}
