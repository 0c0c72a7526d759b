import ArgumentParser
import PatrolCore

/// A receiver without satellites.
@main
struct PatrolSimulator: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "patrol-simulator",
        abstract: "Plays a route, a GPX track or a raw receiver log as a live GPS receiver for a real gpsd.",
        discussion: """
            As a serial port:  patrol-simulator route route.geojson --pty /tmp/gps
                               gpsd -N -n /tmp/gps
            Over TCP:          patrol-simulator log receiver.log --tcp 127.0.0.1:5000
                               gpsd -N tcp://127.0.0.1:5000

            One line on standard output says when it is ready and where: "ready: pty /tmp/gps" or
            "ready: tcp 127.0.0.1:5000". SIGTERM and SIGINT end it.
            """,
        version: Release.version,
        subcommands: [RouteCommand.self, GPXCommand.self, LogCommand.self]
    )
}
