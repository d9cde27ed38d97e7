/**
 * Custom scripts.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Struct from "effect/Struct"
import { randomUUID } from "node:crypto"
import { readInput } from "../../gateway/body.js"
import { readFields } from "../../gateway/fields.js"
import { activeTags, pageRows, words } from "../../tenant/pageWords.js"
import { resource } from "../../tenant/resource.js"
import { datesOf, named, pick } from "../../tenant/seeding.js"
import { rowsOf } from "../../tenant/seedNumbers.js"
import { people, scripts } from "../../tenant/seedWords.js"
import { glance } from "../../tenant/snapshot.js"
import { dates, recordsOf } from "../../tenant/state.js"
import { table } from "../../tenant/table.js"
import { timestamp } from "../../tenant/time.js"
import type { Tenant } from "../../tenant/tenant.js"
import { libraryRoutes, type LibraryResource } from "./library.js"
import {
  checkShowing,
  drawShowing,
  hidden,
  inSelfService,
  readShowing,
  renderShowing,
  showingFacts,
  showingFields
} from "./selfService.js"

const path = "/api/v1/library/custom-scripts"
const frequencies = ["once", "every_15_min", "every_day", "no_enforcement"] as const

const Script = Schema.Struct({
  id: Schema.String,
  name: Schema.String,
  active: Schema.Boolean,
  execution_frequency: Schema.Literal(...frequencies),
  restart: Schema.Boolean,
  script: Schema.String,
  remediation_script: Schema.String,
  created_at: Schema.String,
  updated_at: Schema.String,
  ...showingFields
})

/** A stored script. */
export interface ScriptRecord extends Schema.Schema.Type<typeof Script> {}

/** The fields for putting a script. */
export type NewScript = Partial<ScriptRecord> & Pick<ScriptRecord, "name">

/** The scripts of a tenant. */
export const scriptTable = table<ScriptRecord, typeof Script.Encoded>({
  key: "customScripts",
  schema: Script,
  seed: (seeding) =>
    rowsOf(
      seeding.count("customScripts", () => 40),
      seeding.key("customScripts"),
      (index, id, draw) => {
        const name = named(scripts.names, index)
        const frequency = pick(["once", "every_15_min", "every_day", "every_day", "no_enforcement"], draw)
        const shown = drawShowing(seeding, draw, frequency === "no_enforcement" || draw(8) === 0)
        const { created_at, updated_at } = datesOf(draw)
        return {
          id,
          name,
          active: draw(10) > 0,
          execution_frequency: frequency === "no_enforcement" && !shown.show_in_self_service ? "once" : frequency,
          restart: draw(20) === 0,
          script: `#!/bin/zsh\n# ${name}\n# ${pick(people, draw)}\nset -eu\n${pick(scripts.lines, draw)}\nexit 0`,
          remediation_script: draw(3) === 0 ? `#!/bin/zsh\n${pick(scripts.lines, draw)}` : "",
          created_at,
          updated_at,
          ...shown
        }
      }
    )
})

const write =
  ({ identity }: Tenant): LibraryResource<ScriptRecord>["write"] =>
  (incoming, before) =>
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
      checkShowing(fields, record, record.execution_frequency === "no_enforcement", identity.categories)
      yield* fields.checked
      return record
    })

const render = (record: ScriptRecord) =>
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

export const customScripts = resource({
  tables: [scriptTable],
  counts: { customScripts: 40 },
  routes: (tenant) =>
    libraryRoutes(tenant, { path, model: "CustomScript", table: scriptTable, write: write(tenant), render }),
  state: (tenant) => ({
    customScripts: recordsOf(tenant, scriptTable, (given: NewScript, before, id, now) =>
      Effect.succeed({
        active: true,
        execution_frequency: "once" as const,
        restart: false,
        script: "#!/bin/zsh\nexit 0",
        remediation_script: "",
        ...hidden,
        ...dates(now),
        ...before,
        ...given,
        id
      })
    )
  }),
  snapshot: (tenant, limit) =>
    Effect.sync(() => ({
      customScripts: glance(tenant.records(scriptTable), limit, (record) => ({
        ...Struct.omit(record, "script", "remediation_script"),
        ...inSelfService(tenant, record)
      }))
    })),
  page: [
    {
      id: "customScripts",
      place: "library",
      title: "Scripts",
      noun: "scripts",
      path,
      rows: (tenant) =>
        Effect.sync(() =>
          pageRows(tenant.records(scriptTable), (script) => ({
            id: script.id,
            name: script.name,
            facts: [
              words(script.execution_frequency),
              ...(script.restart ? ["restarts"] : []),
              ...showingFacts(tenant, script)
            ],
            tags: activeTags(script)
          }))
        ),
      form: {
        title: "New script",
        fields: [
          { name: "name", label: "Name" },
          { name: "execution_frequency", label: "Runs", options: frequencies },
          { name: "script", label: "Script", isLong: true }
        ]
      }
    }
  ]
})
