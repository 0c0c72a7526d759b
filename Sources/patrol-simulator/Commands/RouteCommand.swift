import ArgumentParser
import Foundation

/// A cart on its route.
struct RouteCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "route",
        abstract: "Drive a cart along a route for ever, with a receiver's errors, in the machine's time.",
        discussion: """
            FILE is a GeoJSON FeatureCollection: one LineString, the road, with the properties cruise_speed_mps and loop;
            Points with "kind": "stop", name and dwell_s; Points with "kind": "slow", name, speed_mps and radius_m.
            Over TCP the cart sets off with the first client and drives on while there is none.
            """
    )

    @Argument(help: "The route.")
    var file: String

    @Option(help: "The receiver's errors are the same for the same number. (default: random, told on standard error)")
    var seed: UInt64?

    @OptionGroup var output: OutputOptions

    func run() throws {
        let route = try InputFile.parse(file) { data throws(SimulatorError) in try RouteFile(data) }
        let seed = seed ?? UInt64.random(in: 0...UInt64(UInt32.max))
        FileHandle.standardError.write(Data("patrol-simulator: seed \(seed)\n".utf8))
        var playback = RoutePlayback(plan: route.plan, seed: seed)
        try output.run(&playback)
    }
}
