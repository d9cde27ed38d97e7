import * as Schema from "effect/Schema"
import { choice, given, Id, nullish, nullishOr, openEnum, Required } from "./internal.js"

/** A Blueprint with conditional logic is a `map`, one without is `classic`. */
export const BlueprintType = choice("classic", "map")
export type BlueprintType = typeof BlueprintType.Type

const Parameters = nullish(
  // No parameters come as a list at times.
  Schema.transform(
    Schema.Union(Schema.Record({ key: Schema.String, value: Schema.Unknown }), Schema.Tuple()),
    Schema.Record({ key: Schema.String, value: Schema.Unknown }),
    { strict: true, decode: (params) => ({ ...params }), encode: (params) => params }
  )
)

/** A Blueprint. Which keys come depends on the operation: the listing has them all. */
export const Blueprint = Schema.Struct({
  id: Id,
  name: Schema.String,
  icon: nullish(Schema.String),
  color: nullish(Schema.String),
  description: nullish(Schema.String),
  params: Parameters,
  /** Missing in the answer to a create. */
  computers_count: nullish(Schema.Finite),
  /** Only in the answer to an update. */
  missing_computers_count: nullish(Schema.Finite),
  enrollment_code: nullish(
    Schema.Struct({ code: nullish(Schema.String), is_active: nullishOr(Schema.Boolean, false) })
  ),
  /** Missing in the answer to an update. */
  type: nullish(openEnum(...BlueprintType.literals))
}).annotations({ identifier: "Blueprint" })
/** A Blueprint, decoded. */
export interface Blueprint extends Schema.Schema.Type<typeof Blueprint> {}

/** What is known of a library item that is assigned to a Blueprint. */
export const LibraryItem = Schema.Struct({ id: Id, name: Schema.String }).annotations({ identifier: "LibraryItem" })
/** A library item on a Blueprint, decoded. */
export interface LibraryItem extends Schema.Schema.Type<typeof LibraryItem> {}

/** A Blueprint that Iru provides to start from. */
export const BlueprintTemplate = Schema.Struct({
  id: Schema.Int,
  name: Schema.String,
  description: nullish(Schema.String),
  category: nullish(Schema.Int),
  icon: nullish(Schema.String),
  color: nullish(Schema.String),
  params: Parameters,
  rating: nullish(Schema.Finite)
}).annotations({ identifier: "BlueprintTemplate" })
/** A template, decoded. */
export interface BlueprintTemplate extends Schema.Schema.Type<typeof BlueprintTemplate> {}

/** A category of Blueprint templates. */
export const BlueprintTemplateCategory = Schema.Struct({
  id: Schema.Int,
  name: Schema.String,
  weight: nullish(Schema.Finite),
  templates: Schema.Array(BlueprintTemplate)
}).annotations({ identifier: "BlueprintTemplateCategory" })
/** A category of templates, decoded. */
export interface BlueprintTemplateCategory extends Schema.Schema.Type<typeof BlueprintTemplateCategory> {}

/** Which Blueprints a listing has. */
export const BlueprintFilters = Schema.Struct({
  /** Only the one with this id. */
  id: given(Schema.String),
  /** Only those with these ids. */
  id__in: given(Schema.Array(Schema.String)),
  /** Only those whose name contains this. */
  name: given(Schema.String)
})
/** The filters of `Blueprints.stream` and `Blueprints.list`. */
export interface BlueprintFilters extends Schema.Schema.Type<typeof BlueprintFilters> {}

/** The fields of a new Blueprint. */
export const CreateBlueprint = Schema.Struct({
  /** Unique in the tenant. */
  name: Required,
  description: given(Schema.String),
  /** Ignored for a map. */
  icon: given(Schema.String),
  /** Ignored for a map. */
  color: given(Schema.String),
  /** For a clone it is the type of its source. */
  type: given(BlueprintType),
  enrollment_code: Schema.Struct({
    is_active: Schema.Boolean,
    /** Without it the service makes one up. */
    code: given(Schema.String)
  }),
  /** What to start from: a template's id, or the id of a Blueprint to clone. */
  source: given(
    Schema.Union(
      Schema.Struct({ type: Schema.Literal("template"), id: Schema.Int }),
      Schema.Struct({ type: Schema.Literal("blueprint"), id: Required })
    )
  )
})
/** What `Blueprints.create` takes. */
export interface CreateBlueprint extends Schema.Schema.Type<typeof CreateBlueprint> {}

/** The fields of a Blueprint to change. What is not given stays as it is. */
export const UpdateBlueprint = Schema.Struct({
  name: given(Schema.String),
  description: given(Schema.String),
  icon: given(Schema.String),
  color: given(Schema.String),
  enrollment_code: given(Schema.Struct({ is_active: given(Schema.Boolean), code: given(Schema.String) }))
})
/** What `Blueprints.update` takes. */
export interface UpdateBlueprint extends Schema.Schema.Type<typeof UpdateBlueprint> {}

/** Which library item goes on a Blueprint, or off it. */
export const LibraryItemAssignment = Schema.Struct({
  library_item_id: Required,
  /** A node of a map with conditional logic, as the web app shows it. `""` is none. */
  assignment_node_id: given(
    Schema.transform(Schema.UndefinedOr(Schema.String), Schema.String, {
      strict: true,
      decode: (id) => id ?? "",
      encode: (id) => id || undefined
    })
  )
})
/** What `Blueprints.assign` and `Blueprints.remove` take. */
export interface LibraryItemAssignment extends Schema.Schema.Type<typeof LibraryItemAssignment> {}

/** What an assignment came to. */
export interface AssignmentResult<Status extends string> {
  readonly status: Status
  /** Ids of all the library items that are on the Blueprint now. */
  readonly library_item_ids: ReadonlyArray<string>
}

/** How the enrollment profile is asked for. */
export const EnrollmentProfileOptions = Schema.Struct({
  /** The address of the sign-in in place of the profile, if the Blueprint requires authentication. */
  sso: given(Schema.Boolean)
})
/** What `Blueprints.enrollmentProfile` takes. */
export interface EnrollmentProfileOptions extends Schema.Schema.Type<typeof EnrollmentProfileOptions> {}

/** The profile that enrolls a device by hand, or the address where a user signs in to get it. */
export type EnrollmentProfile =
  | {
      readonly _tag: "Profile"
      /** A `.mobileconfig`. */
      readonly bytes: Uint8Array
      /** As the service names it: `kandji-enroll.mobileconfig`. */
      readonly fileName: string | undefined
    }
  | { readonly _tag: "SignIn"; readonly url: string }
