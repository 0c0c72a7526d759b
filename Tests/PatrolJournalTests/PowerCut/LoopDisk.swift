import Foundation
import Glibc

/// An ext4 file system in a file, that can lose its power.
final class LoopDisk {
    let mountPoint: String
    private let image: String
    private var isMounted = false

    struct Refused: Error, CustomStringConvertible {
        let description: String
    }

    /// - Returns: `nil` if this machine does not let the test make one, or mount it.
    init?(in folder: String) throws {
        image = folder + "/ext4.image"
        mountPoint = folder + "/mounted"
        try FileManager.default.createDirectory(atPath: mountPoint, withIntermediateDirectories: false)
        do {
            try Self.run("truncate", "-s", "64M", image)
            try Self.run("mkfs.ext4", "-q", "-F", image)
            try mount()
            try unmount()
        } catch {
            print("SKIPPED, no power was cut: \(error)")
            return nil
        }
    }

    deinit {
        // umount2(2): MNT_DETACH also while something is open.
        if isMounted { umount2(mountPoint, Int32(MNT_DETACH)) }
    }

    func mount() throws {
        try Self.run("mount", "-o", "loop", image, mountPoint)
        isMounted = true
    }

    func unmount() throws {
        try Self.run("umount", mountPoint)
        isMounted = false
    }

    /// EXT4_IOC_SHUTDOWN of the kernel's fs/ext4/ext4.h, _IOR('X', 125, __u32), with EXT4_GOING_FLAGS_NOLOGFLUSH: from now on
    /// nothing reaches the disk, also not what the file system's journal has collected.
    func cutPower() throws {
        let descriptor = open(mountPoint, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Refused(description: "\(mountPoint): errno \(errno)") }
        defer { close(descriptor) }
        var flags: UInt32 = 2
        guard ioctl(descriptor, UInt(0x8004_587D), &flags) == 0 else {
            throw Refused(description: "no shutdown of \(mountPoint): errno \(errno)")
        }
    }

    private static func run(_ arguments: String...) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = arguments
        let output = Pipe()
        process.standardError = output
        try process.run()
        let said = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Refused(description: "\(arguments[0]): \(String(decoding: said, as: UTF8.self))")
        }
    }
}
