import Foundation
import PatrolCore
import PatrolSystem
import Synchronization
import Testing

@testable import PatrolVehicle

@Suite("Watching the kernel's clock")
struct KernelClockWatcherTests {
    /// What a watcher told, for a test that waits for it.
    private final class Readings: Sendable {
        private let times = Mutex<[KernelTime]>([])
        private let arrivals = DispatchSemaphore(value: 0)

        var count: Int { times.withLock { $0.count } }
        var last: KernelTime? { times.withLock { $0.last } }

        func append(_ time: KernelTime) {
            times.withLock { $0.append(time) }
            arrivals.signal()
        }

        /// Waits for the next reading; one that came already counts.
        func next(within seconds: Double = 10) -> Bool {
            arrivals.wait(timeout: .now() + seconds) == .success
        }
    }

    @Test("It reports at the start, then waits, and stops promptly, as often as one likes")
    func startAndStop() throws {
        let readings = Readings()
        let watcher = KernelClockWatcher { readings.append($0) }
        for round in 1...3 {
            try watcher.start()
            try watcher.start()
            try #require(readings.next(), "no reading at the start")
            let now = Clocks.system.now()
            #expect(readings.last.map { now - $0.at < .seconds(5) } == true)
            let began = ContinuousClock.now
            watcher.stop()
            watcher.stop()
            #expect(ContinuousClock.now - began < .seconds(5))
            #expect(readings.count == round, "nobody sets the clock here, and the interval is 64 s")
        }
    }

    @Test("It reads again after each interval, and not after the stop")
    func interval() throws {
        let readings = Readings()
        let watcher = KernelClockWatcher(
            interval: .milliseconds(20),
            makeAlarm: { () throws(SystemCallError) in try ClockSetAlarm() },
            handler: { readings.append($0) }
        )
        try watcher.start()
        for number in 1...5 { try #require(readings.next(), "reading \(number)") }
        watcher.stop()
        let count = readings.count
        while readings.next(within: 0) {}
        #expect(!readings.next(within: 0.1))
        #expect(readings.count == count)
    }

    @Test("When the alarm goes off it reads at once, each time")
    func alarm() throws {
        let readings = Readings()
        let alarm = try ClockSetAlarm()
        let watcher = KernelClockWatcher(
            interval: .seconds(3600),
            makeAlarm: { alarm },
            handler: { readings.append($0) }
        )
        try watcher.start()
        try #require(readings.next(), "no reading at the start")
        for number in 1...3 {
            // Setting the clock would disturb the machine: the same descriptor goes off by its time instead.
            try alarm.arm(goingOffAfter: .milliseconds(20))
            try #require(readings.next(), "alarm \(number)")
        }
        #expect(!readings.next(within: 0.1), "once each time")
        watcher.stop()
        #expect(readings.count == 4)
    }

    @Test("The alarm is silent until it goes off, stays so until it is armed anew, and then is silent again")
    func alarmAlone() throws {
        let alarm = try ClockSetAlarm()
        #expect(!isReadable(alarm, within: 0))
        try alarm.arm()
        #expect(!isReadable(alarm, within: 50))
        try alarm.arm(goingOffAfter: .milliseconds(20))
        #expect(isReadable(alarm, within: 10_000))
        #expect(isReadable(alarm, within: 0))
        try alarm.arm()
        #expect(!isReadable(alarm, within: 50))
    }

    @Test("The alarm's descriptor does not leak into child processes")
    func closeOnExec() throws {
        let alarm = try ClockSetAlarm()
        #expect(fcntl(alarm.descriptor, F_GETFD) & FD_CLOEXEC != 0)
    }

    private func isReadable(_ alarm: ClockSetAlarm, within milliseconds: Int32) -> Bool {
        var descriptor = pollfd(fd: alarm.descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&descriptor, 1, milliseconds) == 1
    }
}
