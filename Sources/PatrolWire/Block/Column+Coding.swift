/// The codings of columns. Sums wrap around in 64 bits, so that every sequence of numbers survives the way there and back
/// and none can overflow; whether the values make sense is checked behind it.
enum Delta {
    /// The first value, then differences.
    static func encode(_ values: [Int64]) -> [Int64] {
        var previous: Int64 = 0
        return values.map { value in
            defer { previous = value }
            return value &- previous
        }
    }

    /// The inverse of ``encode(_:)``.
    static func decode(_ deltas: [Int64]) -> [Int64] {
        var value: Int64 = 0
        return deltas.map { delta in
            value &+= delta
            return value
        }
    }

    /// The first value, the first difference, then each difference's change.
    static func encodeTwice(_ values: [Int64]) -> [Int64] {
        let deltas = encode(values)
        return deltas.prefix(1) + encode(Array(deltas.dropFirst()))
    }

    /// The inverse of ``encodeTwice(_:)``.
    static func decodeTwice(_ deltas: [Int64]) -> [Int64] {
        var values = deltas
        var delta: Int64 = 0
        for index in values.indices.dropFirst() {
            delta &+= values[index]
            values[index] = values[index - 1] &+ delta
        }
        return values
    }

    /// Courses in 0.1°: the first one, then the shorter way round to each next, −1800 to 1799.
    static func encodeCourse(_ courses: [Int64]) -> [Int64] {
        encode(courses).enumerated().map { index, delta in
            index == 0 ? delta : wrapped(delta + 1800) - 1800
        }
    }

    /// The inverse of ``encodeCourse(_:)``.
    static func decodeCourse(_ deltas: [Int64]) -> [Int64] {
        // The first one is checked against its range later; what follows is kept within a full circle of it.
        var course: Int64 = 0
        return deltas.enumerated().map { index, delta in
            course = index == 0 ? delta : wrapped(course % 3600 + delta % 3600)
            return course
        }
    }

    private static func wrapped(_ course: Int64) -> Int64 {
        let remainder = course % 3600
        return remainder < 0 ? remainder + 3600 : remainder
    }
}

/// Which of a block's positions have an optional quantity: alternating run lengths, beginning with those that have it.
enum Presence {
    /// Empty if all have it.
    static func encode(_ isThere: [Bool]) -> [UInt32] {
        guard isThere.contains(false) else { return [] }
        var runs: [UInt32] = [0]
        var state = true
        for isThere in isThere {
            if isThere != state {
                runs.append(0)
                state = isThere
            }
            runs[runs.count - 1] += 1
        }
        return runs
    }

    /// - Parameter count: how many positions the block has; the runs must cover them exactly.
    static func decode(_ runs: [UInt32], count: Int, _ field: String) throws(WireError) -> [Bool] {
        guard !runs.isEmpty else { return [Bool](repeating: true, count: count) }
        var isThere: [Bool] = []
        var state = true
        for run in runs {
            guard run <= count - isThere.count else {
                throw WireError(field: field, reason: "covers more than the block's \(count) positions")
            }
            isThere += [Bool](repeating: state, count: Int(run))
            state.toggle()
        }
        guard isThere.count == count else {
            throw WireError(field: field, reason: "covers \(isThere.count) positions; allowed: all \(count)")
        }
        return isThere
    }
}

extension Patrol_V1_Column {
    /// The shorter of the two forms; `nil`, for an absent column, if every value is 0.
    static func encode(_ values: [Int64]) -> Patrol_V1_Column? {
        guard values.contains(where: { $0 != 0 }) else { return nil }
        var runs = Patrol_V1_Column()
        for value in values {
            if runs.runValue.last == value {
                runs.runLength[runs.runLength.count - 1] += 1
            } else {
                runs.runValue.append(value)
                runs.runLength.append(1)
            }
        }
        var each = Patrol_V1_Column()
        each.each = values
        return size(runs) < size(each) ? runs : each
    }

    /// Bytes of the packed numbers.
    private static func size(_ column: Patrol_V1_Column) -> Int {
        let numbers = (column.each + column.runValue).reduce(0) {
            $0 + varintSize(UInt64(bitPattern: $1 << 1 ^ $1 >> 63))
        }
        return numbers + column.runLength.reduce(0) { $0 + varintSize(UInt64($1)) } + (column.runLength.isEmpty ? 0 : 2)
    }

    private static func varintSize(_ number: UInt64) -> Int {
        max(1, (UInt64.bitWidth - number.leadingZeroBitCount + 6) / 7)
    }
}
