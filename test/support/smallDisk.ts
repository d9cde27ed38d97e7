/**
 * A disk that is soon full.
 */
import * as Effect from "effect/Effect"
import { spawnSync } from "node:child_process"
import { temporaryFolder } from "./files.js"

/** A folder with room for one megabyte; `undefined` if this process may not mount one. */
export const smallDisk = Effect.acquireRelease(
  Effect.map(temporaryFolder, (folder) => {
    const { status } = spawnSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", folder], { stdio: "ignore" })
    return status === 0 ? folder : undefined
  }),
  (folder) => Effect.sync(() => folder !== undefined && spawnSync("umount", [folder]))
)

/** Whether this process may mount one. */
export const canMount = await Effect.runPromise(Effect.scoped(Effect.map(smallDisk, (folder) => folder !== undefined)))
