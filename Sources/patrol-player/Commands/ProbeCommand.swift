import ArgumentParser
import Glibc

/// Whether a device can be played to.
struct ProbeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "probe",
        abstract: "Open a sound device and close it, one JSON object.",
        discussion: "Nothing sounds. A device that another program uses is fine."
    )

    @Option(help: ArgumentHelp("The name of an ALSA device.", valueName: "name"))
    var device = "default"

    /// What every clip may have; ALSA converts where the device cannot.
    private static let rate = 48_000, channels = 2

    func run() throws {
        var line = JSONLine()
        var isFine = true
        do throws(SoundDeviceError) {
            _ = try SoundDevice(name: device, rate: Self.rate, channels: Self.channels)
            line.add("ok", true)
        } catch {
            isFine = error.code == -EBUSY
            line.add("ok", isFine)
            if !isFine { line.add("reason", error.description) }
        }
        Output.print(line.text)
        guard isFine else { throw ExitCode(Exit.device) }
    }
}
