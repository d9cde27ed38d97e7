import * as Schema from "effect/Schema"
import { blankAsNull, choice, given, Id, nullish, nullishOr, openEnum, Required } from "./internal.js"

/** A Blueprint with conditional logic is a `map`, one without is `classic`. */
export const BlueprintType = choice("classic", "map")
export type BlueprintType = typeof BlueprintType.Type

const Parameters = nullish(
  // The API sometimes sends an empty list for "no parameters".
  Schema.transform(
    Schema.Union(Schema.Record({ key: Schema.String, value: Schema.Unknown }), Schema.Tuple()),
    Schema.Record({ key: Schema.String, value: Schema.Unknown }),
    { strict: true, decode: (params) => ({ ...params }), encode: (params) => params }
  )
)

/** A Blueprint. Each operation returns different keys; the listing returns all of them. */
export const Blueprint = Schema.Struct({
  id: Id,
  name: Schema.String,
  icon: blankAsNull,
  color: blankAsNull,
  description: blankAsNull,
  params: Parameters,
  /** Missing in the answer of a create. */
  computers_count: nullish(Schema.Finite),
  /** Only in the answer of an update. */
  missing_computers_count: nullish(Schema.Finite),
  enrollment_code: nullish(Schema.Struct({ code: blankAsNull, is_active: nullishOr(Schema.Boolean, false) })),
  /** Missing in the answer of an update. */
  type: nullish(openEnum(...BlueprintType.literals))
}).annotations({ identifier: "Blueprint" })
/** A Blueprint, decoded. */
export interface Blueprint extends Schema.Schema.Type<typeof Blueprint> {}

/** A library item that is assigned to a Blueprint. */
export const LibraryItem = Schema.Struct({ id: Id, name: Schema.String }).annotations({ identifier: "LibraryItem" })
/** A library item on a Blueprint, decoded. */
export interface LibraryItem extends Schema.Schema.Type<typeof LibraryItem> {}

/** A Blueprint that Iru provides to start from. */
export const BlueprintTemplate = Schema.Struct({
  id: Schema.Int,
  name: Schema.String,
  description: blankAsNull,
  category: nullish(Schema.Int),
  icon: blankAsNull,
  color: blankAsNull,
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

/** Filters for a listing of Blueprints. */
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
  /** Ignored for type `map`. */
  icon: given(Schema.String),
  /** Ignored for type `map`. */
  color: given(Schema.String),
  /** A clone has the type of its source. */
  type: given(BlueprintType),
  enrollment_code: Schema.Struct({
    is_active: Schema.Boolean,
    /** If it is missing, the service generates one. */
    code: given(Schema.String)
  }),
  /** What to copy: the id of a template or of a Blueprint. */
  source: given(
    Schema.Union(
      Schema.Struct({ type: Schema.Literal("template"), id: Schema.Int }),
      Schema.Struct({ type: Schema.Literal("blueprint"), id: Required })
    )
  )
})
/** The argument of `Blueprints.create`. */
export interface CreateBlueprint extends Schema.Schema.Type<typeof CreateBlueprint> {}

/** The fields of a Blueprint to change. Fields that are left out stay unchanged. */
export const UpdateBlueprint = Schema.Struct({
  name: given(Schema.String),
  description: given(Schema.String),
  icon: given(Schema.String),
  color: given(Schema.String),
  enrollment_code: given(Schema.Struct({ is_active: given(Schema.Boolean), code: given(Schema.String) }))
})
/** The argument of `Blueprints.update`. */
export interface UpdateBlueprint extends Schema.Schema.Type<typeof UpdateBlueprint> {}

/** The library item to add to a Blueprint or remove from it. */
export const LibraryItemAssignment = Schema.Struct({
  library_item_id: Required,
  /** A node of a map, as the web app shows it. `""` means no node. */
  assignment_node_id: given(
    Schema.transform(Schema.UndefinedOr(Schema.String), Schema.String, {
      strict: true,
      decode: (id) => id ?? "",
      encode: (id) => id || undefined
    })
  )
})
/** The argument of `Blueprints.assign` and `Blueprints.remove`. */
export interface LibraryItemAssignment extends Schema.Schema.Type<typeof LibraryItemAssignment> {}

/** The result of an assignment or a removal. */
export interface AssignmentResult<Status extends string> {
  readonly status: Status
  /** The ids of all library items that are now on the Blueprint. */
  readonly library_item_ids: ReadonlyArray<string>
}

/** How to get the enrollment profile. */
export const EnrollmentProfileOptions = Schema.Struct({
  /** If the Blueprint requires authentication, return the sign-in URL in place of the profile. */
  sso: given(Schema.Boolean)
})
/** The argument of `Blueprints.enrollmentProfile`. */
export interface EnrollmentProfileOptions extends Schema.Schema.Type<typeof EnrollmentProfileOptions> {}

/** The profile for manual enrollment, or the URL where a user signs in to get it. */
export type EnrollmentProfile =
  | {
      readonly _tag: "Profile"
      /** The content of the `.mobileconfig`. */
      readonly bytes: Uint8Array
      /** The file name from the service: `kandji-enroll.mobileconfig`. */
      readonly fileName: string | undefined
    }
  | { readonly _tag: "SignIn"; readonly url: string }
