import PatrolCore
import Testing

@testable import PatrolDaemon

@Suite("What an uploader is told")
struct UploadBellTests {
    @Test("Events always ring; positions only while the machine expects none, and the first of them is enough")
    func positions() {
        let bell = UploadBell()
        #expect(bell.recorded(.positions))
        #expect(!bell.recorded(.positions))
        #expect(bell.recorded(.events))
        bell.setPositionsRing(true)
        #expect(bell.recorded(.positions))
        bell.setPositionsRing(false)
        #expect(!bell.recorded(.positions))
    }

    @Test("Motion and wake-up are told once, the stop for good")
    func take() {
        let bell = UploadBell()
        bell.tell { $0.isMoving = true }
        bell.tell { $0.isDue = true }
        bell.tell { $0.isStopping = true }
        let first = bell.take()
        #expect(first.isMoving == true && first.isDue && first.isStopping)
        let second = bell.take()
        #expect(second.isMoving == nil && !second.isDue && second.isStopping)
    }
}
