import Glibc
import PatrolCore
import PatrolSystem

/// ``PatrolCore/JournalMarks`` in a small file of fixed size beside the database, `journal.marks`; also the lock that keeps a
/// second process out.
///
/// Two slots of 4 KiB, each with a generation and a checksum: the newer one that is whole counts. What must be there before a
/// number is given is synced, into the slots in turn; what only helps to notice losses is written into the other one
/// without a sync, so that a torn write never takes the last synced one with it.
final class MarksFile {
    static let name = "journal.marks"
    static let slotBytes = 4096
    /// Numbers that are set apart at a time: one sync for so many records.
    static let reservation: Int64 = 1000

    let path: String
    /// As they are on disk, or on the way there.
    private(set) var marks: JournalMarks?
    private let descriptor: Int32
    private var generation: Int64 = 0
    private var syncedSlot = 1

    /// Opens the file, makes it if it is missing, and locks it.
    /// - Throws: ``JournalError/Cause/inUse`` if another process has it; others for a folder that cannot be used.
    init(folder: String) throws(JournalError) {
        path = folder + "/" + Self.name
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else { throw Self.failure(path, "cannot be opened", errno) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            guard code == EWOULDBLOCK else { throw Self.failure(path, "cannot be locked", code) }
            throw JournalError(
                .inUse,
                path: JournalFiles(folder: folder).database,
                reason: "is in use by another process"
            )
        }
        // Written over in place from now on: there is room for it on the fullest disk.
        let result = posix_fallocate(descriptor, 0, off_t(2 * Self.slotBytes))
        guard result == 0 else { throw Self.failure(path, "has no room", result) }
        for slot in 0...1 {
            guard let (generation, marks) = readSlot(slot), generation > self.generation else { continue }
            (self.generation, self.marks, syncedSlot) = (generation, marks, slot)
        }
    }

    /// What the file of a folder says, without a lock and without changing anything.
    /// - Returns: `nil` if there is none, or no slot of it is whole.
    static func marks(in folder: String) throws(JournalError) -> JournalMarks? {
        let path = folder + "/" + name
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw failure(path, "cannot be opened", errno)
        }
        defer { Glibc.close(descriptor) }
        return (0...1).compactMap { readSlot($0, of: descriptor) }.max { $0.0 < $1.0 }?.1
    }

    deinit {
        Glibc.close(descriptor)
    }

    /// Replaces everything, and syncs.
    func write(_ marks: JournalMarks) throws(JournalError) {
        syncedSlot = 1 - syncedSlot
        try writeSlot(syncedSlot, marks)
        guard fdatasync(descriptor) == 0 else { throw Self.failure(path, "cannot be synchronised", errno) }
    }

    /// Sees to it that numbers up to these may be given.
    func reserve(_ last: PerLane<SequenceNumber>) throws(JournalError) {
        guard var marks else { return }
        let isEnough = Lane.allCases.allSatisfy { last[$0] <= marks.reserved[$0] } && !marks.isClean
        guard !isEnough else { return }
        for lane in Lane.allCases {
            marks.reserved[lane] = SequenceNumber(
                rawValue: max(last[lane], marks.reserved[lane]).rawValue + Self.reservation
            )
        }
        marks.isClean = false
        try write(marks)
    }

    /// Notes without a sync what is on disk: lost in a power cut, kept over everything else.
    func note(_ change: (inout JournalMarks) -> Void) {
        guard var marks else { return }
        change(&marks)
        guard marks != self.marks else { return }
        do {
            try writeSlot(1 - syncedSlot, marks)
        } catch {
            // The next one is complete again; until then less is noticed.
        }
    }

    /// The run ends in order: from here on the marks are exact.
    func close(at last: PerLane<SequenceNumber>) throws(JournalError) {
        guard var marks else { return }
        (marks.durable, marks.reserved, marks.isClean) = (last, last, true)
        try write(marks)
    }

    /// Another process may have the journal now.
    func unlock() {
        flock(descriptor, LOCK_UN)
    }

    // MARK: - Slots

    private func readSlot(_ slot: Int) -> (Int64, JournalMarks)? { Self.readSlot(slot, of: descriptor) }

    private static func readSlot(_ slot: Int, of descriptor: Int32) -> (Int64, JournalMarks)? {
        var bytes = [UInt8](repeating: 0, count: slotBytes)
        let read = bytes.withUnsafeMutableBytes {
            pread(descriptor, $0.baseAddress, $0.count, off_t(slot * slotBytes))
        }
        return read == slotBytes ? MarksCoding.decode(bytes) : nil
    }

    private func writeSlot(_ slot: Int, _ marks: JournalMarks) throws(JournalError) {
        generation += 1
        self.marks = marks
        let bytes = MarksCoding.encode(marks, generation: generation)
        let written = bytes.withUnsafeBytes {
            pwrite(descriptor, $0.baseAddress, $0.count, off_t(slot * Self.slotBytes))
        }
        guard written == bytes.count else { throw Self.failure(path, "cannot be written", errno) }
    }

    private static func failure(_ path: String, _ reason: String, _ code: Int32) -> JournalError {
        let cause: JournalError.Cause =
            switch code {
            case ENOSPC, EDQUOT: .storageFull
            case EROFS, EACCES, EPERM: .readOnly
            default: .storage
            }
        return JournalError(cause, path: path, reason: "\(reason): \(SystemError.text(code))")
    }
}

/// The bytes of a slot: numbers of eight bytes, the lowest first, and the checksum of all before it in the last eight.
enum MarksCoding {
    private static let magic: Int64 = 0x534B_5241_4D4C_5250  // "PRLMARKS"
    private static let version: Int64 = 1
    /// What fits; the oldest epochs are left out beyond it. Nobody asks for them any more.
    static let maximumEpochs = 60

    static func encode(_ marks: JournalMarks, generation: Int64) -> [UInt8] {
        var bytes: [UInt8] = []
        func put(_ number: Int64) { withUnsafeBytes(of: number.littleEndian) { bytes += $0 } }
        func put(_ lanes: PerLane<SequenceNumber>) { Lane.allCases.forEach { put(lanes[$0].rawValue) } }
        func put(_ text: [UInt8], _ count: Int) {
            bytes += text.prefix(count)
            bytes += [UInt8](repeating: 0, count: max(0, count - text.count))
        }
        [magic, version, generation, Int64(bitPattern: marks.file), marks.boot.rawValue, marks.isClean ? 1 : 0].forEach(
            put
        )
        put(marks.machine, 16)
        put(marks.reserved)
        put(marks.durable)
        Lane.allCases.forEach { put(marks.dropped[$0]) }
        let epochs = marks.epochs.suffix(maximumEpochs)
        put(Int64(epochs.count))
        for epoch in epochs {
            put(epoch.number)
            put(epoch.first)
            put(epoch.id.bytes, 16)
        }
        bytes += [UInt8](repeating: 0, count: MarksFile.slotBytes - 8 - bytes.count)
        put(Int64(CRC32C.checksum(bytes)))
        return bytes
    }

    static func decode(_ bytes: [UInt8]) -> (Int64, JournalMarks)? {
        var offset = 0
        func take() -> Int64 {
            defer { offset += 8 }
            return bytes.withUnsafeBytes {
                Int64(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: Int64.self))
            }
        }
        func take(_ count: Int) -> [UInt8] {
            defer { offset += count }
            return Array(bytes[offset..<(offset + count)])
        }
        func lanes() -> PerLane<SequenceNumber> {
            PerLane(events: SequenceNumber(rawValue: take()), positions: SequenceNumber(rawValue: take()))
        }
        guard bytes.count == MarksFile.slotBytes else { return nil }
        offset = bytes.count - 8
        guard take() == Int64(CRC32C.checksum(Array(bytes.dropLast(8)))) else { return nil }
        offset = 0
        guard take() == magic, take() == version else { return nil }
        let generation = take()
        let file = UInt64(bitPattern: take())
        let boot = BootNumber(rawValue: take())
        let isClean = take() == 1
        let machine = take(16)
        let (reserved, durable) = (lanes(), lanes())
        let dropped = PerLane(events: take(), positions: take())
        var epochs: [Epoch] = []
        for _ in 0..<min(max(0, take()), Int64(maximumEpochs)) {
            let number = take()
            let first = lanes()
            guard let id = JournalID(bytes: take(16)) else { return nil }
            epochs.append(Epoch(number: number, id: id, first: first, reason: "kept in the marks"))
        }
        let marks = JournalMarks(
            machine: machine.allSatisfy { $0 == 0 } ? [] : machine,
            file: file,
            reserved: reserved,
            durable: durable,
            boot: boot,
            isClean: isClean,
            dropped: dropped,
            epochs: epochs
        )
        return (generation, marks)
    }
}
