import Glibc
import PatrolCore

/// What this process takes of the machine, as the kernel counts it.
public struct ProcessUsage: Hashable, Sendable {
    /// Time of its threads on a processor, in the program and in the kernel, in seconds.
    public var processorSeconds: Double
    /// Memory that it has in RAM, in bytes; `nil` where `/proc` does not say.
    public var residentBytes: Int64?

    /// See the properties.
    public init(processorSeconds: Double, residentBytes: Int64?) {
        self.processorSeconds = processorSeconds
        self.residentBytes = residentBytes
    }

    /// As it is now.
    public static func current() -> ProcessUsage {
        var usage = rusage()
        // RUSAGE_SELF and a valid address: it cannot fail (getrusage(2)).
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        let times = [usage.ru_utime, usage.ru_stime]
        return ProcessUsage(
            processorSeconds: times.map { Double($0.tv_sec) + Double($0.tv_usec) / 1e6 }.reduce(0, +),
            residentBytes: residentPages().map { $0 * Int64(sysconf(Int32(_SC_PAGESIZE))) }
        )
    }

    /// The second number of `/proc/self/statm` (proc(5)); where there is no `/proc` there is no number.
    private static func residentPages() -> Int64? {
        guard let statm = try? SmallFile.text(of: "/proc/self/statm", maximumBytes: 4096) else { return nil }
        return statm.text.split(separator: " ").dropFirst().first.flatMap { Int64($0) }
    }

    /// In the names that every Prometheus client uses for a process.
    public var metrics: String {
        var metrics = MetricsText(prefix: "process")
        metrics.add("cpu_seconds_total", .counter, "User and system CPU time spent.", processorSeconds)
        metrics.add("resident_memory_bytes", .gauge, "Resident memory.", residentBytes.map(Double.init))
        return metrics.text
    }
}
