/**
 * Why a sandbox did not start, or a fault is not valid.
 */
import * as Data from "effect/Data"

/**
 * The sandbox did not start: its port is taken (`PortInUse`), the address cannot be used (`Listen`), or there is no room
 * for its files (`Folder`). Or HTTP does not allow the answer of a fault (`InvalidFault`).
 */
export class SandboxError extends Data.TaggedError("SandboxError")<{
  readonly reason: "PortInUse" | "Listen" | "Folder" | "InvalidFault"
  readonly detail: string
  readonly cause?: unknown
}> {
  override get message(): string {
    return this.detail
  }
}
