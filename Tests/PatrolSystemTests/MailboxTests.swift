import PatrolSystem
import Testing

@Suite("From one thread to another")
struct MailboxTests {
    @Test("What is posted is read in its order, once; beyond the bound the newest is refused")
    func refuses() {
        let mailbox = Mailbox<Int>(bound: 3, whenFull: .refusesNewest)
        #expect([1, 2, 3, 4].map { mailbox.post($0) } == [true, true, true, false])
        #expect(mailbox.postReport(5), "the answer to something that was itself bounded")
        let taken = mailbox.take()
        #expect(taken.elements == [1, 2, 3, 5] && taken.dropped == 0)
        #expect(mailbox.take().elements.isEmpty)
        #expect(mailbox.post(6))
    }

    @Test("Or the oldest is dropped, and the reader is told how many")
    func drops() {
        let mailbox = Mailbox<Int>(bound: 2, whenFull: .dropsOldest)
        for number in 1...5 { #expect(mailbox.post(number)) }
        let taken = mailbox.take()
        #expect(taken.elements == [4, 5] && taken.dropped == 3)
        #expect(mailbox.take().dropped == 0)
    }

    @Test("Of a level the newest counts, in the place of the one that it makes obsolete, whatever the bound says")
    func levels() {
        let mailbox = Mailbox<String>(bound: 1, whenFull: .refusesNewest)
        for word in ["a1", "b1", "a2"] { #expect(mailbox.post(word) { $0.first == word.first }) }
        #expect(mailbox.take().elements == ["a2", "b1"])
    }

    @Test("After the end nothing is taken, and what waited is still read")
    func close() {
        let mailbox = Mailbox<Int>(bound: 3, whenFull: .refusesNewest)
        mailbox.post(1)
        mailbox.close()
        #expect(!mailbox.post(2) && !mailbox.postReport(2) && !mailbox.post(2) { _ in true })
        #expect(mailbox.take().elements == [1])
    }

    @Test("A task that reads is woken once for all, and ends with the mailbox")
    func task() async {
        let mailbox = Mailbox<Int>(bound: 10, whenFull: .refusesNewest)
        for number in 1...5 { mailbox.post(number) }
        mailbox.close()
        var arrivals = 0
        var elements: [Int] = []
        for await _ in mailbox.arrivals {
            arrivals += 1
            elements += mailbox.take().elements
        }
        #expect(arrivals == 1 && elements == [1, 2, 3, 4, 5])
    }

    @Test("A thread that reads is woken by its descriptor, which is quiet again after it was cleared")
    func descriptor() throws {
        let wake = try WakeDescriptor()
        let mailbox = Mailbox<Int>(bound: 10, whenFull: .refusesNewest, wakes: wake)
        mailbox.post(1)
        // Returns at once, or the test stands still here.
        wake.wait(for: nil)
        wake.clear()
        #expect(mailbox.take().elements == [1])
        wake.wait(for: .milliseconds(1))
    }
}

@Suite("A thread for what blocks")
struct SerialWorkerTests {
    @Test("Jobs are done one after the other in their order, those that wait at the stop too")
    func order() throws {
        let done = Mailbox<Int>(bound: 100, whenFull: .refusesNewest)
        let worker = try SerialWorker<Int>(name: "worker", bound: 100) { done.post($0) }
        for number in 0..<50 { #expect(worker.post(number)) }
        worker.stop()
        #expect(!worker.post(50))
        worker.join()
        #expect(done.take().elements == Array(0..<50))
    }
}
