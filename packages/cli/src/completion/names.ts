/**
 * Names of records for the completion. Whatever goes wrong, there are none: Tab shows no errors.
 */
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import { namesLike } from "../operations/names.js"
import { readTenants } from "../tenants/files.js"
import { findTenant, sessionWith } from "../tenants/session.js"

/** How long somebody who pressed Tab waits. */
const patience = "3 seconds"

/** What records are called that an id of a service can stand for, and that begin like this. */
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

/** The tenants that were logged in to. */
export const knownTenants = () =>
  readTenants.pipe(
    Effect.map(({ tenants }) => Object.entries(tenants).map(([word, { url }]) => ({ word, text: url }))),
    Effect.orElseSucceed(() => []),
    Effect.runPromise
  )
