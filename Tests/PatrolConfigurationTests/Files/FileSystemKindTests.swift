import Testing

@testable import PatrolConfiguration

@Suite("In what a folder lies")
struct FileSystemKindTests {
    /// proc(5): id, parent, device, root, mount point, options, optional fields, "-", type, source, options.
    private static let mounts = """
        22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/mmcblk0p2 rw
        23 22 0:21 / /proc rw,nosuid - proc proc rw
        24 22 0:22 / /run rw,nosuid shared:2 master:3 - tmpfs tmpfs rw,size=1024k
        25 22 8:1 / /media/SD\\040card rw - vfat /dev/sda1 rw
        26 24 8:2 / /run/disk rw - ext4 /dev/sdb1 rw
        27 22 8:3 / /data rw - ext4 /dev/sdc1 rw
        28 27 0:30 / /data rw - tmpfs tmpfs rw
        a line that is none

        """

    @Test(
        "The innermost mount counts, and of two at one place the later",
        arguments: [
            ("/", "ext4"), ("/var/lib/patrold", "ext4"), ("/proc", "proc"), ("/proc/1", "proc"), ("/process", "ext4"),
            ("/run/patrold", "tmpfs"), ("/run/disk/journal", "ext4"), ("/media/SD card/journal", "vfat"),
            ("/data/j", "tmpfs"),
        ]
    )
    func kinds(path: String, name: String) {
        #expect(FileSystemKind(of: path, mounts: Self.mounts)?.name == name)
    }

    @Test("What is the kernel's, what is memory")
    func judged() throws {
        let proc = try #require(FileSystemKind(of: "/proc", mounts: Self.mounts))
        #expect(proc.isKernels && !proc.isMemory)
        let run = try #require(FileSystemKind(of: "/run", mounts: Self.mounts))
        #expect(!run.isKernels && run.isMemory)
        #expect(FileSystemKind(of: "/x", mounts: "") == nil)
        #expect(FileSystemKind(of: "/proc/self")?.isKernels == true)
    }
}
