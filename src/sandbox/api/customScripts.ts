/**
 * Custom scripts: JSON in, JSON out.
 */
import * as Effect from "effect/Effect"
import { randomUUID } from "node:crypto"
import { readInput } from "../gateway/body.js"
import type { Collection } from "../tenant/collection.js"
import type { Answer, WholeRequest } from "../gateway/exchange.js"
import { readFields } from "../gateway/fields.js"
import type { Route } from "../gateway/router.js"
import { timestamp } from "../tenant/time.js"
import { libraryRoutes, type LibraryResource } from "./library.js"
import { type Category, checkShowing, hidden, readShowing, renderShowing, type Showing } from "./selfService.js"

/** A script as the tenant keeps it. */
export interface ScriptRecord extends Showing {
  readonly id: string
  readonly name: string
  readonly active: boolean
  readonly execution_frequency: (typeof frequencies)[number]
  readonly restart: boolean
  readonly script: string
  readonly remediation_script: string
  readonly created_at: string
  readonly updated_at: string
}

const frequencies = ["once", "every_15_min", "every_day", "no_enforcement"] as const

/** The routes of `/api/v1/library/custom-scripts`. */
export const customScriptRoutes = (
  options: {
    readonly records: Collection<ScriptRecord>
    readonly categories: ReadonlyArray<Category>
  } & Pick<LibraryResource<ScriptRecord>, "onDelete" | "onWrite" | "pageSize">
): ReadonlyArray<Route> => {
  const write = (incoming: WholeRequest, before: ScriptRecord | undefined): Effect.Effect<ScriptRecord, Answer> =>
    Effect.gen(function* () {
      const now = yield* timestamp
      const { values } = yield* readInput(incoming, ["json"])
      const fields = readFields(values)
      const required = before === undefined

      const name = fields.text("name", { required })
      const frequency = fields.choice("execution_frequency", frequencies, { required })
      const script = fields.text("script", { required })
      const remediation = fields.text("remediation_script", { blank: true })
      const active = fields.boolean("active")
      const restart = fields.boolean("restart")
      const showing = readShowing(fields, before ?? hidden)
      yield* fields.checked

      const record: ScriptRecord = {
        id: before?.id ?? randomUUID(),
        name: name ?? before?.name ?? "",
        active: active ?? before?.active ?? true,
        execution_frequency: frequency ?? before?.execution_frequency ?? "once",
        restart: restart ?? before?.restart ?? false,
        script: script?.trimEnd() ?? before?.script ?? "",
        remediation_script: remediation?.trimEnd() ?? before?.remediation_script ?? "",
        created_at: before?.created_at ?? now,
        updated_at: now,
        ...showing
      }
      checkShowing(fields, record, record.execution_frequency === "no_enforcement", options.categories)
      yield* fields.checked
      return record
    })

  return libraryRoutes({
    path: "/api/v1/library/custom-scripts",
    model: "CustomScript",
    pageSize: options.pageSize,
    records: options.records,
    write,
    onWrite: options.onWrite,
    onDelete: options.onDelete,
    render: (record) =>
      Effect.succeed({
        id: record.id,
        name: record.name,
        active: record.active,
        execution_frequency: record.execution_frequency,
        restart: record.restart,
        script: record.script,
        remediation_script: record.remediation_script,
        created_at: record.created_at,
        updated_at: record.updated_at,
        ...renderShowing(record)
      })
  })
}
