/**
 * One record, as the page opens it: everything that it holds, without secrets.
 */
import * as Effect from "effect/Effect"
import type { Sandbox } from "../Sandbox.js"
import { pageParts } from "./parts.js"

/** What the page does with the records of a list. */
interface Records {
  readonly get: (id: string) => Effect.Effect<object | undefined>
  readonly remove: (id: string) => Effect.Effect<boolean>
}

const isRecords = (value: unknown): value is Records =>
  typeof value === "object" && value !== null && "get" in value && "remove" in value

/** The records of a list on the page. `undefined`: there is no such list, or its rows cannot be opened. */
const recordsOf = ({ state }: Sandbox.Service, part: string): Records | undefined => {
  const records: unknown = pageParts.some(({ id }) => id === part)
    ? Object.entries(state).find(([key]) => key === part)?.[1]
    : undefined
  return isRecords(records) ? records : undefined
}

const secretName = /secret|password|passcode|token|(?:^|_)pin(?:_|$)|bypass|recovery/i

/** JSON for the page. A value whose name says that it is a secret is not in it. */
export const withoutSecrets = (record: object): string =>
  JSON.stringify(record, (key, value: unknown) =>
    secretName.test(key) && value !== null && typeof value !== "boolean" ? "<hidden>" : value
  )

/** A record as JSON, if there is one. */
export const recordText = (sandbox: Sandbox.Service, part: string, id: string): Effect.Effect<string | undefined> =>
  Effect.map(recordsOf(sandbox, part)?.get(id) ?? Effect.succeed(undefined), (record) =>
    record === undefined ? undefined : withoutSecrets(record)
  )

/** Deletes a record, as the API does. Whether it was there. */
export const removeRecord = (sandbox: Sandbox.Service, part: string, id: string): Effect.Effect<boolean> =>
  recordsOf(sandbox, part)?.remove(id) ?? Effect.succeed(false)
