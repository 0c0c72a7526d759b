import Testing

@testable import patrol_player

@Suite("Clips")
struct ClipTests {
    @Test(
        "The first bytes tell the four formats from everything else",
        arguments: [
            ("RIFF....WAVE", true), ("RIFF....AVI ", false), ("RIFX....WAVE", false), ("fLaC", true), ("fLa", false),
            ("OggS", true), ("ID3", true), ("ID", false), ("", false), ("FORM....AIFF", false), ("hello world!", false),
            (".snd", false),
        ]
    )
    func magic(_ head: String, _ isSound: Bool) {
        #expect(ClipFile.isSound(Array(head.utf8)) == isSound)
    }

    @Test("An MP3 without a tag begins with eleven set bits")
    func frameHead() {
        #expect(ClipFile.isSound([0xFF, 0xFB]))
        #expect(ClipFile.isSound([0xFF, 0xE3, 0x18]))
        #expect(!ClipFile.isSound([0xFF, 0xDF]))
        #expect(!ClipFile.isSound([0xFF]))
    }

    @Test(
        "SHA-256 as in FIPS 180-4",
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
        ]
    )
    func digest(_ text: String, _ expected: String) {
        var digest = SHA256()
        for byte in text.utf8 { withUnsafeBytes(of: byte) { digest.update($0) } }
        #expect(digest.finish() == expected)
    }

    @Test("What goes into the feed comes out in order, and its end only with the last frame")
    func feed() {
        let feed = ClipFeed(format: ClipFormat(rate: 8000, channels: 2, claimedFrames: nil))
        var buffer = [Float](repeating: 0, count: 8000)
        #expect(feed.peek(100, into: &buffer) == (0, nil))
        var expected: Float = 0
        var next: Float = 0
        // More than twice around the ring of 4000 frames.
        for _ in 0..<10 {
            let piece = (0..<1600).map { _ -> Float in
                next += 1
                return next
            }
            feed.put(piece)
            let (frames, end) = feed.peek(1000, into: &buffer)
            #expect(frames == 800 && end == nil)
            for sample in buffer[..<1600] {
                expected += 1
                #expect(sample == expected)
            }
            feed.drop(800)
        }
        feed.put([7, 8, 9, 10])
        feed.finish(.complete)
        #expect(feed.peek(1, into: &buffer) == (1, nil))
        #expect(feed.peek(9, into: &buffer) == (2, .complete))
        #expect(buffer[..<4] == [7, 8, 9, 10])
        feed.drop(2)
        #expect(feed.peek(9, into: &buffer) == (0, .complete))
    }
}

/// Tuples are equal without being `Equatable`, which `#expect` would like.
private func == (left: (frames: Int, end: ClipFeed.End?), right: (Int, ClipFeed.End?)) -> Bool {
    left.frames == right.0 && left.end == right.1
}
