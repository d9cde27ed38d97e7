/**
 * Names of records for the completion. After any failure the list is empty, because Tab must not print errors.
 */
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import { namesLike } from "../operations/names.js"
import { readTenants } from "../tenants/files.js"
import { findTenant, sessionWith } from "../tenants/session.js"

/** The longest wait after Tab was pressed. */
const patience = "3 seconds"

/** The names of records of a service that begin with the typed text. */
export const recordNames = (
  service: string,
  id: string,
  begun: string,
  tenant: string | undefined
): Promise<ReadonlyArray<string>> =>
  findTenant(tenant).pipe(
    Effect.flatMap((found) => Effect.provide(namesLike(service, id, begun), sessionWith(found))),
    Effect.timeout(patience),
    Effect.orElseSucceed((): ReadonlyArray<string> => []),
    Effect.catchAllDefect(() => Effect.succeed([])),
    Logger.withMinimumLogLevel(LogLevel.None),
    Effect.runPromise
  )

/** The names of the stored tenants. */
export const knownTenants = () =>
  readTenants.pipe(
    Effect.map(({ tenants }) => Object.entries(tenants).map(([word, { url }]) => ({ word, text: url }))),
    Effect.orElseSucceed(() => []),
    Effect.runPromise
  )
