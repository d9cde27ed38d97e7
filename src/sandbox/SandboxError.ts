/**
 * Why a sandbox did not start.
 */
import * as Data from "effect/Data"

/** The sandbox did not start: its port is taken, the address cannot be used, or there is no room for its files. */
export class SandboxError extends Data.TaggedError("SandboxError")<{
  readonly reason: "PortInUse" | "Listen" | "Folder"
  readonly detail: string
  readonly cause: unknown
}> {
  override get message(): string {
    return this.detail
  }
}
