import Foundation

/// What reached a disk, in order, as ``DiskPreload`` wrote it down. Files are named by the last part of their paths.
package struct DiskRecord {
    package enum Change {
        case create(String)
        case write(String, offset: Int, bytes: [UInt8])
        case resize(String, bytes: Int)
        case remove(String)
        case rename(String, to: String)
        case syncFile(String)
        case syncFolder
    }

    package private(set) var changes: [Change] = []

    package init(contentsOf path: String) throws {
        let data = Array(try Data(contentsOf: URL(filePath: path)))
        var offset = 0
        func number<Number: FixedWidthInteger>(_ type: Number.Type) -> Number {
            defer { offset += MemoryLayout<Number>.size }
            return data.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: type) }
        }
        func bytes(_ count: Int) -> [UInt8] {
            defer { offset += count }
            return Array(data[offset..<(offset + count)])
        }
        func name(_ count: Int) -> String {
            String(decoding: bytes(count), as: UTF8.self).split(separator: "/").last.map(String.init) ?? ""
        }
        while offset < data.count {
            let kind = UInt8(truncatingIfNeeded: number(UInt32.self))
            let nameBytes = Int(number(UInt32.self))
            let place = Int(number(UInt64.self))
            let count = Int(number(UInt64.self))
            let file = name(nameBytes)
            switch kind {
            case UInt8(ascii: "C"): changes.append(.create(file))
            case UInt8(ascii: "W"): changes.append(.write(file, offset: place, bytes: bytes(count)))
            case UInt8(ascii: "T"): changes.append(.resize(file, bytes: place))
            case UInt8(ascii: "U"): changes.append(.remove(file))
            case UInt8(ascii: "R"): changes.append(.rename(file, to: name(count)))
            case UInt8(ascii: "S"): changes.append(.syncFile(file))
            case UInt8(ascii: "D"): changes.append(.syncFolder)
            default: throw CocoaError(.fileReadCorruptFile)
            }
        }
    }
}
