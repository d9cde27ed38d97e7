/**
 * Describes a transfer as text: how much is done, its speed, and the time left.
 */
import type { TransferProgress } from "../../services/InstallerTransfer.js"

/** A transfer, as its reporter knows it. */
export interface Transfer {
  readonly latest: TransferProgress
  /** In milliseconds. */
  readonly started: number
  /** Bytes a second, over the last few seconds. */
  readonly rate: number
  /** The verb for the whole transfer, for its last line. */
  readonly verb: "verified" | "downloaded" | "uploaded"
}

/** The verb of a transfer after a phase begins. Verifying does not change it, because it is the end of a download. */
export const verbAfter = (phase: TransferProgress["phase"], before: Transfer["verb"] = "verified"): Transfer["verb"] =>
  phase === "verifying" ? before : phase === "downloading" ? "downloaded" : "uploaded"

/** Measures bytes a second over the last 5 seconds. `start` (milliseconds) and `from` (bytes) are the first sample. */
export const speedometer = (start: number, from: number) => {
  let samples: ReadonlyArray<readonly [time: number, bytes: number]> = [[start, from]]
  return (now: number, bytes: number): number => {
    const last = samples.at(-1)?.[1] ?? 0
    // If a transfer starts over, the earlier samples are dropped.
    const kept =
      bytes < last ? [] : samples.filter(([time], index) => index === samples.length - 1 || now - time <= 5000)
    samples = [...kept, [now, bytes]]
    const [time, before] = samples[0] ?? [now, bytes]
    return now > time ? ((bytes - before) / (now - time)) * 1000 : 0
  }
}

/** `950 kB`, `120.3 MB`, `4.21 GB`. */
export const size = (bytes: number): string =>
  bytes < 1e6
    ? `${Math.round(bytes / 1e3)} kB`
    : bytes < 1e9
      ? `${(bytes / 1e6).toFixed(1)} MB`
      : `${(bytes / 1e9).toFixed(2)} GB`

/** `8 s`, `1:05 min`, `1:05:00 h`. */
export const time = (seconds: number): string => {
  const whole = Math.ceil(seconds)
  const two = (value: number) => String(Math.floor(value)).padStart(2, "0")
  if (whole < 60) return `${whole} s`
  return whole < 3600
    ? `${Math.floor(whole / 60)}:${two(whole % 60)} min`
    : `${Math.floor(whole / 3600)}:${two((whole % 3600) / 60)}:${two(whole % 60)} h`
}

/** Replaces the characters of a name that would move the cursor or reverse the text on a terminal. */
export const printable = (name: string): string => name.toWellFormed().replace(/\p{C}/gu, "?")

export const percentage = ({ bytes, total }: TransferProgress): string | undefined =>
  total === undefined ? undefined : `${total === 0 ? 100 : Math.min(100, Math.floor((bytes / total) * 100))} %`

/** The speed of a transfer and the time left, or the step that it is in. */
export const pace = ({ latest, rate }: Transfer): ReadonlyArray<string> => {
  if (latest.phase === "finalizing") return ["the service processes it"]
  const verifying = latest.phase === "verifying" ? ["verifying"] : []
  if (latest.phase === "verifying" && latest.bytes === latest.total) return verifying
  const left = latest.total === undefined || rate <= 0 ? [] : [`${time((latest.total - latest.bytes) / rate)} left`]
  return [...verifying, `${size(rate)}/s`, ...left]
}

/** A line for a log: `Firefox.pkg: 45 % of 120.3 MB, 24.1 MB/s, 3 s left`. */
export const line = (transfer: Transfer): string => {
  const { latest } = transfer
  const done = percentage(latest)
  const amount = done === undefined ? size(latest.bytes) : `${done} of ${size(latest.total ?? 0)}`
  return `${printable(latest.name)}: ${[amount, ...pace(transfer)].join(", ")}`
}

/** The last line: `Firefox.pkg: uploaded 120.3 MB in 5 s`. */
export const conclusion = (
  { latest, started, verb }: Transfer,
  end: "ok" | "failed" | "interrupted",
  now: number
): string => {
  const name = printable(latest.name)
  if (end !== "ok") return `${name}: ${end} at ${percentage(latest) ?? size(latest.bytes)}`
  return `${name}: ${verb} ${size(latest.bytes)} in ${time(Math.max(now - started, 1) / 1000)}`
}
