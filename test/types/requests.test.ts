/**
 * What can be written in a request, and what cannot: checked by the compiler.
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

  test("what makes sense can be written", () => {
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

  test("what makes none cannot", () => {
    // @ts-expect-error an app has an installer, or the key of one
    accept<CreateCustomApp>({ name: "x", install_type: "package", install_enforcement: "install_once" })
    // @ts-expect-error and not both
    accept<CreateCustomApp>({ ...package_, fileKey: "x" })
    // @ts-expect-error a zip says where it is unpacked
    accept<CreateCustomApp>({ ...once, install_type: "zip" })
    // @ts-expect-error what is no zip is not unpacked
    accept<CreateCustomApp>({ ...package_, unzip_location: "/Applications" })
    // @ts-expect-error continuous enforcement has an audit script
    accept<CreateCustomApp>({ ...app, install_type: "package", install_enforcement: "continuously_enforce" })
    // @ts-expect-error an audit script has continuous enforcement
    accept<CreateCustomApp>({ ...package_, audit_script: "exit 0" })
    // @ts-expect-error what is not enforced is shown
    accept<CreateCustomApp>({ ...app, install_type: "package", install_enforcement: "no_enforcement" })
    // @ts-expect-error what is shown has a category
    accept<CreateCustomApp>({ ...package_, show_in_self_service: true })
    // @ts-expect-error what is not shown has none
    accept<CreateCustomApp>({ ...package_, self_service_category_id: "x" })
    // @ts-expect-error nor is it recommended
    accept<CreateCustomApp>({ ...package_, self_service_recommended: true })
    // @ts-expect-error there are three types of installer
    accept<CreateCustomApp>({ ...once, install_type: "pkg" })
    // @ts-expect-error a typo is no field
    accept<CreateCustomApp>({ ...package_, preinstall: "x" })
  })

  test("an installer is a file, bytes with a name, or a stream with a name and a size", () => {
    accept<Installer>(
      { path: "x.pkg" },
      { path: "x", name: "x.pkg" },
      { bytes: new Uint8Array(), name: "x.pkg" },
      { bytes: Buffer.from(""), name: "x.pkg" }
    )
    accept<(stream: Stream<Uint8Array, Error>) => Installer>((stream) => ({ stream, size: 1, name: "x.pkg" }))
    // @ts-expect-error a path alone is none
    accept<Installer>("x.pkg")
    // @ts-expect-error bytes have no name of their own
    accept<Installer>({ bytes: new Uint8Array() })
    // @ts-expect-error nor has a stream a size
    accept<(stream: Stream<Uint8Array>) => Installer>((stream) => ({ stream, name: "x.pkg" }))
  })
})

describe("a new script", () => {
  const script = { name: "x", script: "echo" }
  const shown = { show_in_self_service: true, self_service_category_id: "x" } as const

  test("what makes sense can be written, and nothing else", () => {
    accept<CreateCustomScript>(
      { ...script, execution_frequency: "once" },
      { ...script, execution_frequency: "no_enforcement", ...shown },
      { ...script, execution_frequency: "every_day", ...shown }
    )
    // @ts-expect-error it says how often it runs
    accept<CreateCustomScript>(script)
    // @ts-expect-error there is no such frequency
    accept<CreateCustomScript>({ ...script, execution_frequency: "weekly" })
    // @ts-expect-error what is not enforced is shown
    accept<CreateCustomScript>({ ...script, execution_frequency: "no_enforcement" })
    // @ts-expect-error what is shown has a category
    accept<CreateCustomScript>({ ...script, execution_frequency: "once", show_in_self_service: true })
  })
})

describe("a new profile, a new Blueprint, an assignment", () => {
  test("a profile's file is a path, a text or bytes", () => {
    accept<CreateCustomProfile>(
      { name: "x", runs_on_mac: true, file: { path: "x.mobileconfig" } },
      { name: "x", runs_on_mac: true, file: { content: "<plist/>" } },
      { name: "x", runs_on_mac: true, file: { content: new Uint8Array(), name: "x.mobileconfig" } }
    )
    // @ts-expect-error a profile has a file
    accept<CreateCustomProfile>({ name: "x", runs_on_mac: true })
    // @ts-expect-error and not by its name alone
    accept<CreateCustomProfile>({ name: "x", file: "x.mobileconfig" })
    // @ts-expect-error only answers have that
    accept<CreateCustomProfile>({ name: "x", file: { content: "" }, runs_on_android: true })
  })

  test("a Blueprint says whether its code is active; a source has an id of its kind", () => {
    const blueprint = { name: "x", enrollment_code: { is_active: true } }
    accept<CreateBlueprint>(
      blueprint,
      { name: "x", enrollment_code: { is_active: true, code: "1" }, source: { type: "template", id: 7 } },
      { ...blueprint, type: "map", source: { type: "blueprint", id: "x" } }
    )
    // @ts-expect-error it says whether its code is active
    accept<CreateBlueprint>({ name: "x" })
    // @ts-expect-error templates have numbers
    accept<CreateBlueprint>({ ...blueprint, source: { type: "template", id: "7" } })
    // @ts-expect-error there are two types
    accept<CreateBlueprint>({ ...blueprint, type: "maps" })
    accept<LibraryItemAssignment>({ library_item_id: "x" }, { library_item_id: "x", assignment_node_id: "y" })
    // @ts-expect-error an item is assigned by its id
    accept<LibraryItemAssignment>({ assignment_node_id: "y" })
  })
})

describe("changes", () => {
  test("everything is optional, and undefined is absence", () => {
    accept<UpdateCustomApp>({}, { name: undefined }, { audit_script: "" }, { self_service_category_id: "x" })
    accept<UpdateCustomScript>({}, { active: false }, { remediation_script: "" })
    accept<UpdateCustomProfile>({}, { active: false }, { file: { content: "x" } })
    accept<UpdateBlueprint>({}, { enrollment_code: { is_active: false } }, { description: "" })
  })

  test("a Blueprint keeps its type, null is no value, and a typo is no field", () => {
    // @ts-expect-error its type stays
    accept<UpdateBlueprint>({ type: "map" })
    // @ts-expect-error what clears a text is ""
    accept<UpdateCustomScript>({ remediation_script: null })
    // @ts-expect-error there is no such field
    accept<UpdateCustomApp>({ Name: "x" })
  })
})
