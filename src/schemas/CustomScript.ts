import * as Schema from "effect/Schema"
import { blankAsNull, choice, given, Id, nullish, nullishOr, openEnum, Required, Timestamp } from "./internal.js"
import { RequiredScript, ScriptText } from "./ScriptText.js"
import { besides, scriptRules, type SelfService, sentWithoutHidden, type ShownInSelfService } from "./rules.js"

/** How often a script runs. With `no_enforcement`, users run it themselves in Self Service. */
export const ExecutionFrequency = choice("once", "every_15_min", "every_day", "no_enforcement")
export type ExecutionFrequency = typeof ExecutionFrequency.Type

/** A custom script of the library. The service strips trailing whitespace from both scripts. */
export const CustomScript = Schema.Struct({
  id: Id,
  name: Schema.String,
  active: Schema.Boolean,
  execution_frequency: openEnum(...ExecutionFrequency.literals),
  restart: Schema.Boolean,
  script: Schema.String,
  /** `null` if there is none. */
  remediation_script: blankAsNull,
  show_in_self_service: nullishOr(Schema.Boolean, false),
  /** Only while the script is shown in Self Service. */
  self_service_category_id: nullish(Schema.String),
  /** Only while the script is shown in Self Service. */
  self_service_recommended: nullish(Schema.Boolean),
  created_at: Timestamp,
  updated_at: Timestamp
}).annotations({ identifier: "CustomScript" })
/** A custom script, decoded. */
export interface CustomScript extends Schema.Schema.Type<typeof CustomScript> {}

const changeable = <A, I>(text: Schema.Schema<A, I>) => ({
  active: given(Schema.Boolean),
  restart: given(Schema.Boolean),
  remediation_script: given(text),
  show_in_self_service: given(Schema.Boolean),
  self_service_category_id: given(Schema.String),
  self_service_recommended: given(Schema.Boolean)
})

const CreateFields = Schema.Struct({
  name: Required,
  script: RequiredScript,
  execution_frequency: ExecutionFrequency,
  ...changeable(ScriptText)
})

/** Checks the fields of a new custom script, including the rules between them. */
export const CreateCustomScript = CreateFields.pipe(Schema.filter(scriptRules("create"), besides))

/** The fields of a new custom script. With `no_enforcement`, it must be shown in Self Service. */
export type CreateCustomScript = Omit<typeof CreateFields.Type, keyof SelfService | "execution_frequency"> &
  (
    | ({ readonly execution_frequency: Exclude<ExecutionFrequency, "no_enforcement"> } & SelfService)
    | ({ readonly execution_frequency: "no_enforcement" } & ShownInSelfService)
  )

/**
 * The fields of a custom script to change. Fields that are left out stay unchanged; `""` clears a remediation script.
 */
export const UpdateCustomScript = Schema.Struct({
  name: given(Schema.String),
  script: given(ScriptText),
  execution_frequency: given(ExecutionFrequency),
  ...changeable(ScriptText)
}).pipe(Schema.filter(scriptRules("update"), besides))
/** The argument of `CustomScripts.update`. */
export interface UpdateCustomScript extends Schema.Schema.Type<typeof UpdateCustomScript> {}

/** A new custom script in the form that is sent to the API, after its files were read. */
export const CustomScriptBody = Schema.Struct({
  name: Required,
  script: Required,
  execution_frequency: ExecutionFrequency,
  ...changeable(Schema.String)
}).pipe(sentWithoutHidden)

/** Changes to a custom script in the form that is sent to the API, after the files were read. */
export const CustomScriptChanges = Schema.Struct({
  name: given(Schema.String),
  script: given(Schema.String),
  execution_frequency: given(ExecutionFrequency),
  ...changeable(Schema.String)
}).pipe(sentWithoutHidden)
