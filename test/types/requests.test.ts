/**
 * The compiler checks which requests can be written.
 */
import type {
  CreateBlueprint,
  CreateCustomApp,
  CreateCustomProfile,
  CreateCustomScript,
  Installer,
  LibraryItemAssignment,
  UpdateBlueprint,
  UpdateCustomApp,
  UpdateCustomProfile,
  UpdateCustomScript
} from "effect-iru"
import type { Stream } from "effect/Stream"
import { describe, test } from "vitest"

const accept: <A>(...values: ReadonlyArray<A>) => void = () => undefined

describe("a new app", () => {
  const app = { name: "Firefox", installer: { path: "Firefox.pkg" } }
  const once = { ...app, install_enforcement: "install_once" } as const
  const package_ = { ...once, install_type: "package" } as const

  test("takes valid combinations of fields", () => {
    accept<CreateCustomApp>(
      package_,
      { ...once, install_type: "image", unzip_location: "", audit_script: "" },
      { ...once, install_type: "zip", unzip_location: "/Applications" },
      { ...app, install_type: "package", install_enforcement: "continuously_enforce", audit_script: "exit 0" },
      {
        ...app,
        install_type: "package",
        install_enforcement: "no_enforcement",
        show_in_self_service: true,
        self_service_category_id: "x",
        self_service_recommended: true
      },
      { name: "Firefox", install_type: "package", install_enforcement: "install_once", fileKey: "x" },
      { ...package_, active: undefined, show_in_self_service: false }
    )
  })

  test("does not take invalid combinations of fields", () => {
    // @ts-expect-error an app needs an installer, or a file key
    accept<CreateCustomApp>({ name: "x", install_type: "package", install_enforcement: "install_once" })
    // @ts-expect-error an app may not have both
    accept<CreateCustomApp>({ ...package_, fileKey: "x" })
    // @ts-expect-error a zip needs a location to unpack to
    accept<CreateCustomApp>({ ...once, install_type: "zip" })
    // @ts-expect-error only a zip has a location to unpack to
    accept<CreateCustomApp>({ ...package_, unzip_location: "/Applications" })
    // @ts-expect-error continuous enforcement needs an audit script
    accept<CreateCustomApp>({ ...app, install_type: "package", install_enforcement: "continuously_enforce" })
    // @ts-expect-error an audit script needs continuous enforcement
    accept<CreateCustomApp>({ ...package_, audit_script: "exit 0" })
    // @ts-expect-error no_enforcement needs show_in_self_service
    accept<CreateCustomApp>({ ...app, install_type: "package", install_enforcement: "no_enforcement" })
    // @ts-expect-error show_in_self_service needs a category
    accept<CreateCustomApp>({ ...package_, show_in_self_service: true })
    // @ts-expect-error a category needs show_in_self_service
    accept<CreateCustomApp>({ ...package_, self_service_category_id: "x" })
    // @ts-expect-error a recommendation needs show_in_self_service
    accept<CreateCustomApp>({ ...package_, self_service_recommended: true })
    // @ts-expect-error an unknown type of installer
    accept<CreateCustomApp>({ ...once, install_type: "pkg" })
    // @ts-expect-error a misspelled field
    accept<CreateCustomApp>({ ...package_, preinstall: "x" })
  })

  test("takes a path, bytes with a name, or a stream with a name and a size as its installer", () => {
    accept<Installer>(
      { path: "x.pkg" },
      { path: "x", name: "x.pkg" },
      { bytes: new Uint8Array(), name: "x.pkg" },
      { bytes: Buffer.from(""), name: "x.pkg" }
    )
    accept<(stream: Stream<Uint8Array, Error>) => Installer>((stream) => ({ stream, size: 1, name: "x.pkg" }))
    // @ts-expect-error an installer is not a plain path
    accept<Installer>("x.pkg")
    // @ts-expect-error bytes need a name
    accept<Installer>({ bytes: new Uint8Array() })
    // @ts-expect-error a stream needs a size
    accept<(stream: Stream<Uint8Array>) => Installer>((stream) => ({ stream, name: "x.pkg" }))
  })
})

describe("a new script", () => {
  const script = { name: "x", script: "echo" }
  const shown = { show_in_self_service: true, self_service_category_id: "x" } as const

  test("takes valid combinations of fields, and no others", () => {
    accept<CreateCustomScript>(
      { ...script, execution_frequency: "once" },
      { ...script, execution_frequency: "no_enforcement", ...shown },
      { ...script, execution_frequency: "every_day", ...shown }
    )
    // @ts-expect-error a script needs a frequency
    accept<CreateCustomScript>(script)
    // @ts-expect-error an unknown frequency
    accept<CreateCustomScript>({ ...script, execution_frequency: "weekly" })
    // @ts-expect-error no_enforcement needs show_in_self_service
    accept<CreateCustomScript>({ ...script, execution_frequency: "no_enforcement" })
    // @ts-expect-error show_in_self_service needs a category
    accept<CreateCustomScript>({ ...script, execution_frequency: "once", show_in_self_service: true })
  })
})

describe("a new profile, a new Blueprint, an assignment", () => {
  test("takes a path, a text or bytes as the file of a profile", () => {
    accept<CreateCustomProfile>(
      { name: "x", runs_on_mac: true, file: { path: "x.mobileconfig" } },
      { name: "x", runs_on_mac: true, file: { content: "<plist/>" } },
      { name: "x", runs_on_mac: true, file: { content: new Uint8Array(), name: "x.mobileconfig" } }
    )
    // @ts-expect-error a profile needs a file
    accept<CreateCustomProfile>({ name: "x", runs_on_mac: true })
    // @ts-expect-error a file is not a name alone
    accept<CreateCustomProfile>({ name: "x", file: "x.mobileconfig" })
    // @ts-expect-error only answers have this field
    accept<CreateCustomProfile>({ name: "x", file: { content: "" }, runs_on_android: true })
  })

  test("needs is_active for the code of a Blueprint, and an id of its type", () => {
    const blueprint = { name: "x", enrollment_code: { is_active: true } }
    accept<CreateBlueprint>(
      blueprint,
      { name: "x", enrollment_code: { is_active: true, code: "1" }, source: { type: "template", id: 7 } },
      { ...blueprint, type: "map", source: { type: "blueprint", id: "x" } }
    )
    // @ts-expect-error an enrollment code needs is_active
    accept<CreateBlueprint>({ name: "x" })
    // @ts-expect-error ids of templates are numbers
    accept<CreateBlueprint>({ ...blueprint, source: { type: "template", id: "7" } })
    // @ts-expect-error an unknown type
    accept<CreateBlueprint>({ ...blueprint, type: "maps" })
    accept<LibraryItemAssignment>({ library_item_id: "x" }, { library_item_id: "x", assignment_node_id: "y" })
    // @ts-expect-error an item is assigned by its id
    accept<LibraryItemAssignment>({ assignment_node_id: "y" })
  })
})

describe("changes", () => {
  test("may leave out any field, and undefined means left out", () => {
    accept<UpdateCustomApp>({}, { name: undefined }, { audit_script: "" }, { self_service_category_id: "x" })
    accept<UpdateCustomScript>({}, { active: false }, { remediation_script: "" })
    accept<UpdateCustomProfile>({}, { active: false }, { file: { content: "x" } })
    accept<UpdateBlueprint>({}, { enrollment_code: { is_active: false } }, { description: "" })
  })

  test("may not change the type of a Blueprint, set null or misspell a field", () => {
    // @ts-expect-error the type cannot be changed
    accept<UpdateBlueprint>({ type: "map" })
    // @ts-expect-error "" clears a text, null does not
    accept<UpdateCustomScript>({ remediation_script: null })
    // @ts-expect-error an unknown field
    accept<UpdateCustomApp>({ Name: "x" })
  })
})
