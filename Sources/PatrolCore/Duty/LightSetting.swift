/// What the warning light does: a blinking that the kernel keeps up by itself (the LED trigger `timer`), or nothing.
public enum LightSetting: Hashable, Sendable, CustomStringConvertible {
    /// Dark.
    case off
    /// On and off in turn, each for so many milliseconds, 1 or more.
    case blinking(onMilliseconds: Int, offMilliseconds: Int)

    /// In words.
    public var description: String {
        switch self {
        case .off: "off"
        case .blinking(let on, let off): "blinking, \(on) ms on, \(off) ms off"
        }
    }
}

/// What the files of the light say when they are read back.
public enum LightReading: Hashable, Sendable, CustomStringConvertible {
    /// One of the settings.
    case setting(LightSetting)
    /// Something else; in words.
    case other(String)
    /// They cannot be read; why, with the path.
    case unreadable(String)

    /// In words.
    public var description: String {
        switch self {
        case .setting(let setting): "\(setting)"
        case .other(let text): text
        case .unreadable(let reason): reason
        }
    }
}
