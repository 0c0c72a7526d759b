extension Fix {
    /// Where a fix says that the vehicle is, judged by itself: whether it can be reached from the last one is
    /// ``FixFilter``'s to say.
    /// - Parameter maximumHorizontalError: an estimate of so many metres or more says nothing.
    /// - Throws: why it says nothing.
    public func place(maximumHorizontalError: Double) throws(FixRejection) -> Coordinate {
        guard mode != .none else { throw .noFix }
        guard let latitude, let longitude else { throw .noPosition }
        guard let coordinate = Coordinate(latitude: latitude, longitude: longitude) else { throw .outOfRange }
        guard coordinate.latitudeE7 != 0 || coordinate.longitudeE7 != 0 else { throw .nullIsland }
        if let horizontalError, !(horizontalError < maximumHorizontalError) { throw .tooUncertain }
        return coordinate
    }

    /// Whether it says where the vehicle is; without such fixes the position counts as lost.
    public func isUsable(maximumHorizontalError: Double) -> Bool {
        do throws(FixRejection) {
            _ = try place(maximumHorizontalError: maximumHorizontalError)
            return true
        } catch {
            return false
        }
    }
}
