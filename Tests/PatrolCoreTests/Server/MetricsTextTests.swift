import PatrolCore
import Testing

@Suite("Metrics as text")
struct MetricsTextTests {
    @Test("A family stands together: help, type, samples; counts have no fraction")
    func family() {
        var text = MetricsText(prefix: "patrold")
        text.add(
            "journal_records_total",
            .counter,
            "Records on disk.",
            [.init(Int64(12), ["lane": "events"]), .init(Int64(3), ["lane": "positions", "state": "held"])]
        )
        text.add("fix_age_seconds", .gauge, "Age of the fix.", 0.25)
        #expect(
            text.text == """
                # HELP patrold_journal_records_total Records on disk.
                # TYPE patrold_journal_records_total counter
                patrold_journal_records_total{lane="events"} 12
                patrold_journal_records_total{lane="positions",state="held"} 3
                # HELP patrold_fix_age_seconds Age of the fix.
                # TYPE patrold_fix_age_seconds gauge
                patrold_fix_age_seconds 0.25

                """
        )
    }

    @Test("What is not known is left out")
    func absent() {
        var text = MetricsText(prefix: "patrold")
        text.add("fix_age_seconds", .gauge, "Age of the fix.", nil)
        text.add("zones", .gauge, "None.", [])
        #expect(text.text.isEmpty)
    }

    @Test("A name from outside cannot end its label or its line")
    func escapes() {
        var text = MetricsText(prefix: "p")
        text.add("x", .gauge, "back\\slash and\nline", [.init(true, ["name": "a\"b\\c\nd 西彭"])])
        #expect(
            text.text
                == "# HELP p_x back\\\\slash and\\nline\n# TYPE p_x gauge\np_x{name=\"a\\\"b\\\\c\\nd 西彭\"} 1\n"
        )
    }

    @Test(
        "Numbers are what Prometheus reads",
        arguments: [
            (0.0, "0"), (-1, "-1"), (1e15, "1000000000000000"), (1e300, "1e+300"), (.nan, "NaN"), (.infinity, "+Inf"),
            (-.infinity, "-Inf"), (0.1, "0.1"),
        ]
    )
    func numbers(value: Double, expected: String) {
        var text = MetricsText(prefix: "p")
        text.add("x", .gauge, "x", value)
        #expect(text.text.hasSuffix("p_x \(expected)\n"))
    }
}
