public import PatrolCore

extension Configuration {
    /// `[loudspeaker]`, with the `[[quiet]]` and `[[programme]]` tables that belong to it.
    public struct LoudspeakerSettings: Sendable {
        /// ALSA's name of the sound device.
        public var device: String
        /// The folder of the clips.
        public var clipsFolder: String
        /// The program that plays one clip; an absolute path.
        public var player: String
        /// The loudness that all clips are brought to, in LUFS (EBU R 128).
        public var targetLoudnessLUFS: Double
        /// Whether an emergency with a reason may sound in quiet hours.
        public var emergencyInQuietHours: Bool
        /// When it is silent; at least one rule.
        public var quiet: [QuietRule]
        /// What it plays by itself, in the order in which programmes speak if several are due.
        public var programmes: [Programme]
        /// What holidays and workdays are.
        public var calendar: HolidayCalendar
        /// What changes the volume of all but emergencies.
        public var volumes: [VolumeRule]

        /// The ids of all zones in which a quiet rule holds.
        public var quietZones: Set<String> { quiet.reduce(into: []) { $0.formUnion($1.zones ?? []) } }
    }

    /// `[light]`
    public struct LightSettings: Hashable, Sendable {
        /// The folder of the light in the LED class, for example `/sys/class/leds/warning`.
        public var led: String
        /// How long it is on in each blink.
        public var on: Duration
        /// How long it is off in each blink.
        public var off: Duration
    }

    /// The night, beside the rules of the configuration unless it says `default_night = false`: a loudspeaker without
    /// quiet hours cannot be configured.
    static let defaultNight = QuietRule(
        name: "default-night",
        schedule: CivilSchedule(
            hours: TimeOfDay("21:00").flatMap { begin in
                TimeOfDay("06:00").flatMap { DailyWindow(begin: begin, end: $0) }
            }
        )
    )
}
