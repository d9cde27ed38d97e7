import { effect } from "@effect/vitest"
import type { TransferProgress } from "effect-iru"
import { ProgressBar } from "effect-iru/node"
import * as Console from "effect/Console"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Logger from "effect/Logger"
import * as TestClock from "effect/TestClock"
import { expect } from "vitest"
import { reported } from "../../src/installers/reporting.js"
import { screen } from "../support/screen.js"

const million = 1_000_000

/** A transfer that goes as far as a test tells it to. */
const transfer = (name: string, bytes: number | "unknown" = 100 * million) =>
  Effect.gen(function* () {
    const end = yield* Deferred.make<void, string>()
    const listener = yield* Deferred.make<(progress: TransferProgress) => void>()
    const fiber = yield* Effect.fork(
      reported({}, ({ onProgress }: { readonly onProgress?: (progress: TransferProgress) => void }) =>
        Effect.zipRight(
          Deferred.succeed(listener, (progress) => onProgress?.(progress)),
          Deferred.await(end)
        )
      )
    )
    const report = yield* Deferred.await(listener)
    return {
      to: (megabytes: number, phase: TransferProgress["phase"] = "uploading") =>
        report({ phase, name, bytes: megabytes * million, total: bytes === "unknown" ? undefined : bytes }),
      succeed: Effect.zipRight(Deferred.succeed(end, undefined), Fiber.await(fiber)),
      fail: Effect.zipRight(Deferred.fail(end, "no"), Fiber.await(fiber)),
      interrupt: Fiber.interrupt(fiber)
    }
  })

effect("on a terminal, a transfer has a bar with its name, share, MB/s and time left", () => {
  const terminal = screen()
  return Effect.gen(function* () {
    const firefox = yield* transfer("Firefox.pkg")
    firefox.to(0)
    yield* TestClock.adjust("100 millis")
    expect(terminal.lines).toEqual([expect.stringMatching(/^Firefox\.pkg +\[-+\] +0 %/)])
    expect(terminal.cursor).toBe(false)

    for (const second of [1, 2, 3, 4, 5]) {
      firefox.to(second * 10)
      yield* TestClock.adjust("1 second")
    }
    expect(terminal.lines).toEqual([
      expect.stringMatching(/^Firefox\.pkg +\[=+-+\] +50 % {2}10\.\d MB\/s {2}5 s left$/)
    ])
    const [bar = ""] = terminal.lines
    expect(bar.split("=").length).toBe(bar.split("-").length)

    firefox.to(100, "finalizing")
    yield* TestClock.adjust("1 second")
    expect(terminal.lines).toEqual([expect.stringMatching(/100 % {2}the service processes it$/)])

    yield* firefox.succeed
    expect(terminal.lines).toEqual(["Firefox.pkg: uploaded 100.0 MB in 7 s"])
    expect(terminal.cursor).toBe(true)
  }).pipe(Effect.provide(ProgressBar.layer({ stream: terminal })))
})

effect("the reading of an installer has a bar too, and a line at the end where nothing had to be moved", () => {
  const terminal = screen()
  return Effect.gen(function* () {
    const firefox = yield* transfer("Firefox.pkg")
    for (const second of [0, 1, 2]) {
      firefox.to(second * 20, "verifying")
      yield* TestClock.adjust("1 second")
    }
    expect(terminal.lines).toEqual([
      expect.stringMatching(/^Firefox\.pkg +\[=+-+\] +40 % {2}verifying {2}\d+\.\d MB\/s {2}\d s left$/)
    ])
    yield* firefox.succeed
    expect(terminal.lines).toEqual(["Firefox.pkg: verified 40.0 MB in 3 s"])
  }).pipe(Effect.provide(ProgressBar.layer({ stream: terminal })))
})

effect("many transfers at once have a bar each; those that ended stand above as a line", () => {
  const terminal = screen()
  return Effect.gen(function* () {
    const [a, b, c] = yield* Effect.all([transfer("A.pkg"), transfer("B.pkg"), transfer("C.pkg")])
    a.to(10, "downloading")
    b.to(20, "downloading")
    c.to(30, "downloading")
    yield* TestClock.adjust("1 second")
    expect(terminal.lines.map((line) => line.slice(0, 5))).toEqual(["A.pkg", "B.pkg", "C.pkg"])

    yield* b.succeed
    yield* TestClock.adjust("1 second")
    expect(terminal.lines).toEqual([
      "B.pkg: downloaded 20.0 MB in 1 s",
      expect.stringMatching(/^A\.pkg .* 10 %/),
      expect.stringMatching(/^C\.pkg .* 30 %/)
    ])

    yield* a.fail
    const d = yield* transfer("D.pkg")
    d.to(40, "downloading")
    yield* TestClock.adjust("1 second")
    yield* c.interrupt
    yield* d.succeed
    expect(terminal.lines).toEqual([
      "B.pkg: downloaded 20.0 MB in 1 s",
      "A.pkg: failed at 10 %",
      "C.pkg: interrupted at 30 %",
      "D.pkg: downloaded 40.0 MB in 1 s"
    ])
    expect(terminal.cursor).toBe(true)
  }).pipe(Effect.provide(ProgressBar.layer({ stream: terminal })))
})

effect("what the program prints stands above the bars, and none of it is lost", () => {
  const terminal = screen()
  const say = (text: unknown) => void terminal.write(`${String(text)}\n`)
  const console = { ...globalThis.console, log: say, error: say }
  const program = Effect.gen(function* () {
    const [a, b] = yield* Effect.all([transfer("A.pkg"), transfer("B.pkg")])
    yield* Console.log("before")
    a.to(10)
    b.to(20)
    yield* TestClock.adjust("1 second")
    yield* Console.log("one")
    yield* Console.error("two")
    yield* Effect.log("three").pipe(
      Effect.provide(Logger.replace(Logger.defaultLogger, Logger.withConsoleLog(Logger.make(({ message }) => message))))
    )
    const bars = [expect.stringMatching(/^A\.pkg .* 10 %/), expect.stringMatching(/^B\.pkg .* 20 %/)]
    expect(terminal.lines).toEqual(["before", "one", "two", "three", ...bars])
    yield* TestClock.adjust("1 second")
    expect(terminal.lines).toEqual(["before", "one", "two", "three", ...bars])
    yield* a.succeed
    yield* b.succeed
    yield* Console.log("after")
    expect(terminal.lines.slice(3)).toEqual([
      "three",
      "A.pkg: uploaded 10.0 MB in 2 s",
      "B.pkg: uploaded 20.0 MB in 2 s",
      "after"
    ])
  })
  return Effect.flatMap(Console.consoleWith(Effect.succeed), (base) =>
    program.pipe(
      Effect.provide(ProgressBar.layer({ stream: terminal })),
      Console.withConsole({
        ...base,
        log: (text) => Effect.sync(() => say(text)),
        error: (text) => Effect.sync(() => say(text)),
        unsafe: console
      })
    )
  )
})

effect("without a terminal there is a calm line every five seconds and one at the end, in plain text", () => {
  const log = screen({ isTTY: false })
  return Effect.gen(function* () {
    const firefox = yield* transfer("Firefox.pkg", 1000 * million)
    for (let second = 1; second <= 12; second++) {
      firefox.to(second * 50)
      yield* TestClock.adjust("1 second")
    }
    yield* firefox.succeed
    expect(log.written).toBe(
      [
        "Firefox.pkg: 25 % of 1.00 GB, 40.0 MB/s, 19 s left",
        "Firefox.pkg: 50 % of 1.00 GB, 50.0 MB/s, 10 s left",
        "Firefox.pkg: uploaded 600.0 MB in 12 s",
        ""
      ].join("\n")
    )
  }).pipe(Effect.provide(ProgressBar.layer({ stream: log })))
})

effect("the lines of a log come as often as they are asked for", () => {
  const log = screen({ isTTY: false })
  return Effect.gen(function* () {
    const firefox = yield* transfer("Firefox.pkg")
    firefox.to(1)
    yield* TestClock.adjust("3 minutes")
    expect(log.lines).toHaveLength(3)
    yield* firefox.interrupt
  }).pipe(Effect.provide(ProgressBar.layer({ stream: log, interval: "1 minute" })))
})

effect("a transfer whose size is not known has no bar, and still says how far it is", () => {
  const terminal = screen()
  return Effect.gen(function* () {
    const firefox = yield* transfer("Firefox.pkg", "unknown")
    firefox.to(0, "downloading")
    yield* TestClock.adjust("100 millis")
    firefox.to(42, "downloading")
    yield* TestClock.adjust("1 second")
    expect(terminal.lines).toEqual([expect.stringMatching(/^Firefox\.pkg +42\.0 MB {2}[\d.]+ MB\/s$/)])
    yield* firefox.succeed
  }).pipe(Effect.provide(ProgressBar.layer({ stream: terminal })))
})

effect("a transfer that never moves a byte leaves no trace", () => {
  const terminal = screen()
  return Effect.gen(function* () {
    const firefox = yield* transfer("Firefox.pkg")
    yield* TestClock.adjust("10 seconds")
    yield* firefox.succeed
    expect(terminal.written).toBe("")
  }).pipe(Effect.provide(ProgressBar.layer({ stream: terminal })))
})

effect("a name from the tenant cannot move the cursor or turn the text around", () => {
  const terminal = screen()
  return Effect.gen(function* () {
    const evil = yield* transfer("\u001b[2J\u202eevil\r\n.pkg")
    evil.to(50)
    yield* TestClock.adjust("1 second")
    yield* evil.succeed
    expect(terminal.lines).toEqual(["?[2J?evil??.pkg: uploaded 50.0 MB in 1 s"])
  }).pipe(Effect.provide(ProgressBar.layer({ stream: terminal })))
})

effect("a narrow terminal keeps one line for each transfer", () => {
  const terminal = screen({ columns: 50 })
  return Effect.gen(function* () {
    const [a, b] = yield* Effect.all([transfer(`${"A very long name ".repeat(9)}.pkg`), transfer("B.pkg")])
    a.to(10)
    b.to(20)
    yield* TestClock.adjust("2 seconds")
    expect(terminal.lines).toEqual([
      expect.stringMatching(/^A very long.*… .*10 %/),
      expect.stringMatching(/^B\.pkg .*20 %/)
    ])
    for (const line of terminal.lines) expect(line.length).toBeLessThanOrEqual(50)
    yield* a.succeed
    yield* b.succeed
  }).pipe(Effect.provide(ProgressBar.layer({ stream: terminal })))
})

effect(
  "where there are more transfers than lines, as many as there is room for have a bar, and the others are counted",
  () => {
    const terminal = screen({ rows: 6 })
    return Effect.gen(function* () {
      yield* Effect.sync(() => terminal.write("before\n"))
      const all = yield* Effect.all(Array.from({ length: 16 }, (_, index) => transfer(`${index}.pkg`)))
      const names = () => terminal.lines.map((line) => line.split(" ").slice(0, 3).join(" ").trim())
      for (let second = 1; second <= 5; second++) {
        for (const one of all) one.to(second * 10)
        yield* TestClock.adjust("1 second")
      }
      expect(names()).toEqual(["before", "0.pkg", "1.pkg", "2.pkg", "3.pkg", "and 12 more"])
      const [first, ...others] = all
      yield* first?.succeed ?? Effect.void
      yield* TestClock.adjust("1 second")
      expect(names()).toEqual(["before", "0.pkg: uploaded 50.0", "1.pkg", "2.pkg", "3.pkg", "4.pkg", "and 11 more"])
      terminal.resize(100, 30)
      yield* TestClock.adjust("1 second")
      expect(names().slice(2)).toEqual(Array.from({ length: 15 }, (_, index) => `${index + 1}.pkg`))
      terminal.resize(100, 4)
      yield* TestClock.adjust("1 second")
      expect(names().slice(-3)).toEqual(["1.pkg", "2.pkg", "and 13 more"])
      for (const other of others) yield* other.succeed
      expect(names().slice(-15)).toEqual(others.map((_, index) => `${index + 1}.pkg: uploaded 50.0`))
      expect(terminal.cursor).toBe(true)
    }).pipe(Effect.provide(ProgressBar.layer({ stream: terminal })))
  }
)

effect("a terminal that is made narrower, and wider again, shows each transfer once", () => {
  const terminal = screen({ columns: 100 })
  return Effect.gen(function* () {
    yield* Effect.sync(() => terminal.write("before\n"))
    const [a, b] = yield* Effect.all([transfer("A.pkg"), transfer("B.pkg")])
    a.to(10)
    b.to(20)
    yield* TestClock.adjust("1 second")
    for (const columns of [60, 40, 120]) {
      terminal.resize(columns, 24)
      yield* TestClock.adjust("1 second")
      expect(terminal.lines).toEqual([
        "before",
        expect.stringMatching(/^A\.pkg .*10 %/),
        expect.stringMatching(/^B\.pkg .*20 %/)
      ])
    }
    yield* a.succeed
    yield* b.succeed
    expect(terminal.lines).toHaveLength(3)
  }).pipe(Effect.provide(ProgressBar.layer({ stream: terminal })))
})

effect("time left is that of the speed now, also after a transfer started over", () => {
  const terminal = screen()
  return Effect.gen(function* () {
    const firefox = yield* transfer("Firefox.pkg")
    firefox.to(80)
    yield* TestClock.adjust("1 second")
    firefox.to(0)
    yield* TestClock.adjust("100 millis")
    for (const megabytes of [20, 40]) {
      firefox.to(megabytes)
      yield* TestClock.adjust("1 second")
    }
    expect(terminal.lines).toEqual([expect.stringMatching(/ 40 % {2}2\d\.\d MB\/s {2}3 s left$/)])
    yield* firefox.succeed
  }).pipe(Effect.provide(ProgressBar.layer({ stream: terminal })))
})

effect("without a reporter a transfer runs as it is", () =>
  Effect.gen(function* () {
    const firefox = yield* transfer("Firefox.pkg")
    firefox.to(50)
    expect(yield* firefox.succeed).toMatchObject({ _tag: "Success" })
  })
)
