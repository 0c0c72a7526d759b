import PatrolCore
import Testing

@testable import PatrolUplink

@Suite("Retry-After")
struct RetryAfterTests {
    private static let now = "Sun, 06 Nov 1994 08:49:37 GMT"

    @Test(
        "Seconds and dates; a date counts from the reply's own Date",
        arguments: [
            ("0", now, 0), ("120", now, 120), ("120", nil, 120), ("007", now, 7),
            ("99999999999999999999", nil, 31_556_952_000),
            ("Sun, 06 Nov 1994 08:51:37 GMT", now, 120), ("Sunday, 06-Nov-94 08:51:37 GMT", nil, nil),
            ("Sun Nov  6 08:51:37 1994", now, 120), ("Sun, 06 Nov 1994 08:00:00 GMT", now, 0),
            ("Mon, 07 Nov 1994 08:49:37 GMT", "Sun Nov  6 08:49:37 1994", 86_400),
            ("Sunday, 22-Nov-26 00:02:00 GMT", "Sun, 22 Nov 2026 00:00:00 GMT", 120),
            (nil, now, nil), ("", now, nil), ("-1", now, nil), ("+5", now, nil), ("1.5", now, nil), (" 5", now, nil),
            ("5 s", now, nil), ("５", now, nil), ("soon", now, nil), ("Sun, 06 Nov 1994 08:51:37 GMT", nil, nil),
            ("Sun, 06 Nov 1994 08:51:37 GMT", "yesterday", nil), ("Sun, 31 Feb 1994 08:51:37 GMT", now, nil),
            ("Sun, 06 Nob 1994 08:51:37 GMT", now, nil), ("Sun, 06 Nov 1994 08:51 GMT", now, nil),
            ("Sun, 06 Nov 1994 08:51:37 CET", now, nil), ("Sun, 06 Nov 1994 25:51:37 GMT", now, nil),
        ] as [(String?, String?, Int64?)]
    )
    func value(retryAfter: String?, date: String?, seconds: Int64?) {
        let duration = RetryAfter.duration(retryAfter: retryAfter, date: date)
        #expect(duration == seconds.map { .seconds($0) })
    }
}
