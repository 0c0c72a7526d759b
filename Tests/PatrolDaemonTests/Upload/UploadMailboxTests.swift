import PatrolCore
import Testing

@testable import PatrolDaemon

@Suite("What an uploader is told")
struct UploadMailboxTests {
    @Test("Events are always news; positions only while the machine expects none, and the first of them is enough")
    func positions() {
        let mailbox = UploadMailbox()
        mailbox.recorded(.positions)
        #expect(mailbox.take() == [.recorded])
        mailbox.recorded(.positions)
        #expect(mailbox.take().isEmpty)
        mailbox.recorded(.events)
        #expect(mailbox.take() == [.recorded])
        mailbox.setPositionNews(true)
        mailbox.recorded(.positions)
        #expect(mailbox.take() == [.recorded])
        mailbox.setPositionNews(false)
        mailbox.recorded(.positions)
        #expect(mailbox.take().isEmpty)
    }

    @Test("Levels do not pile up: each is told once, motion as it is now")
    func levels() {
        let mailbox = UploadMailbox()
        for isMoving in [true, false, true, false] { mailbox.post(.motion(isMoving: isMoving)) }
        for _ in 0..<100 {
            mailbox.post(.due)
            mailbox.recorded(.events)
        }
        mailbox.post(.stop)
        #expect(mailbox.take() == [.motion(isMoving: false), .due, .recorded, .stop])
        #expect(mailbox.take().isEmpty)
    }
}
