/**
 * Custom profiles: a form with a file. The service replaces the identifier, name and UUID in the stored profile.
 */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import * as Struct from "effect/Struct"
import { randomUUID } from "node:crypto"
import { parseXml, type Plist, rewrite } from "../../files/plist.js"
import { readPlist } from "../../files/plistBytes.js"
import { readInput } from "../../gateway/body.js"
import { readFields } from "../../gateway/fields.js"
import { activeTags, pageRows, platformsOf } from "../../tenant/pageWords.js"
import { resource } from "../../tenant/resource.js"
import { datesOf, drawnId, named } from "../../tenant/seeding.js"
import { type Draw, rowsOf } from "../../tenant/seedNumbers.js"
import { profiles } from "../../tenant/seedWords.js"
import { glance } from "../../tenant/snapshot.js"
import { dates, recordsOf } from "../../tenant/state.js"
import { table } from "../../tenant/table.js"
import { timestamp } from "../../tenant/time.js"
import { libraryRoutes, type LibraryResource } from "./library.js"

const path = "/api/v1/library/custom-profiles"

const Profile = Schema.Struct({
  id: Schema.String,
  name: Schema.String,
  active: Schema.Boolean,
  profile: Schema.String,
  mdm_identifier: Schema.String,
  runs_on_mac: Schema.Boolean,
  runs_on_iphone: Schema.Boolean,
  runs_on_ipad: Schema.Boolean,
  runs_on_tv: Schema.Boolean,
  runs_on_vision: Schema.Boolean,
  created_at: Schema.String,
  updated_at: Schema.String
})

/** A stored profile. */
export interface ProfileRecord extends Schema.Schema.Type<typeof Profile> {}

/** The fields for putting a profile. */
export type NewProfile = Partial<ProfileRecord> & Pick<ProfileRecord, "name">

/** A profile's property list with the values that the service replaces. */
const stamp = (profile: Plist, name: string, identifier: string): string =>
  rewrite(profile, { PayloadDisplayName: name, PayloadIdentifier: identifier, PayloadUUID: randomUUID() })

/** The service's identifier for a profile. */
export const profileIdentifier = (id: string): string => `com.kandji.profile.custom.${id}`

const propertyList = (id: string, name: string, type: string, draw: Draw): string => {
  const uuid = (part: number) => drawnId(draw, part).toUpperCase()
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
	<key>PayloadContent</key>
	<array>
		<dict>
			<key>PayloadIdentifier</key>
			<string>${type}.${uuid(1)}</string>
			<key>PayloadType</key>
			<string>${type}</string>
			<key>PayloadUUID</key>
			<string>${uuid(2)}</string>
			<key>PayloadVersion</key>
			<integer>1</integer>
		</dict>
	</array>
	<key>PayloadDisplayName</key>
	<string>${name}</string>
	<key>PayloadIdentifier</key>
	<string>${profileIdentifier(id)}</string>
	<key>PayloadType</key>
	<string>Configuration</string>
	<key>PayloadUUID</key>
	<string>${uuid(3)}</string>
	<key>PayloadVersion</key>
	<integer>1</integer>
</dict>
</plist>
`
}

const emptyProfile = `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
	<key>PayloadContent</key>
	<array/>
	<key>PayloadType</key>
	<string>Configuration</string>
	<key>PayloadVersion</key>
	<integer>1</integer>
</dict>
</plist>
`

/** The profiles of a tenant. */
export const profileTable = table<ProfileRecord, typeof Profile.Encoded>({
  key: "customProfiles",
  schema: Profile,
  seed: (seeding) =>
    rowsOf(
      seeding.count("customProfiles", () => 24),
      seeding.key("customProfiles"),
      (index, id, draw) => {
        const name = named(profiles.names, index)
        const mobile = draw(4) === 0
        const { created_at, updated_at } = datesOf(draw)
        return {
          id,
          name,
          active: draw(10) > 0,
          profile: propertyList(id, name, profiles.types[index % profiles.types.length] ?? "", draw),
          mdm_identifier: profileIdentifier(id),
          runs_on_mac: true,
          runs_on_iphone: mobile,
          runs_on_ipad: mobile,
          runs_on_tv: false,
          runs_on_vision: false,
          created_at,
          updated_at
        }
      }
    )
})

const write: LibraryResource<ProfileRecord>["write"] = (incoming, before) =>
  Effect.gen(function* () {
    const now = yield* timestamp
    const { files, values } = yield* readInput(incoming, ["multipart", "urlencoded"])
    const fields = readFields(values)
    const file = files["file"]

    const name = fields.text("name", { required: before === undefined }) ?? before?.name ?? ""
    const active = fields.boolean("active")
    const mac = fields.boolean("runs_on_mac")
    const iphone = fields.boolean("runs_on_iphone")
    const ipad = fields.boolean("runs_on_ipad")
    const tv = fields.boolean("runs_on_tv")
    const vision = fields.boolean("runs_on_vision")
    if (file === undefined && "file" in values) {
      fields.refuse("file", "The submitted data was not a file. Check the encoding type on the form.")
    } else if (file === undefined && before === undefined) {
      fields.refuse("file", "No file was submitted.")
    } else if (file?.bytes.length === 0) {
      fields.refuse("file", "The submitted file is empty.")
    }
    yield* fields.checked

    const id = before?.id ?? randomUUID()
    const identifier = before?.mdm_identifier ?? profileIdentifier(id)
    const read = file === undefined ? parseXml(before?.profile ?? "") : readPlist(file.bytes)
    // That the service refuses signed profiles (CMS, not a property list) is an assumption.
    if (Either.isLeft(read)) fields.refuse("file", "The submitted file is not a valid configuration profile.")
    yield* fields.checked
    const profile = Either.match(read, {
      onLeft: () => before?.profile ?? "",
      onRight: (profile) => stamp(profile, name, identifier)
    })

    const anywhere = [mac, iphone, ipad, tv, vision].some((runs) => runs !== undefined)
    return {
      id,
      name,
      active: active ?? before?.active ?? true,
      profile,
      mdm_identifier: identifier,
      runs_on_mac: mac ?? before?.runs_on_mac ?? !anywhere,
      runs_on_iphone: iphone ?? before?.runs_on_iphone ?? false,
      runs_on_ipad: ipad ?? before?.runs_on_ipad ?? false,
      runs_on_tv: tv ?? before?.runs_on_tv ?? false,
      runs_on_vision: vision ?? before?.runs_on_vision ?? false,
      created_at: before?.created_at ?? now,
      updated_at: now
    }
  })

const render = (record: ProfileRecord) =>
  Effect.succeed({
    id: record.id,
    name: record.name,
    active: record.active,
    profile: record.profile,
    mdm_identifier: record.mdm_identifier,
    runs_on_mac: record.runs_on_mac,
    runs_on_iphone: record.runs_on_iphone,
    runs_on_ipad: record.runs_on_ipad,
    runs_on_tv: record.runs_on_tv,
    runs_on_vision: record.runs_on_vision,
    runs_on_android: false,
    runs_on_windows: false,
    created_at: record.created_at,
    updated_at: record.updated_at
  })

export const customProfiles = resource({
  tables: [profileTable],
  counts: { customProfiles: 24 },
  routes: (tenant) => libraryRoutes(tenant, { path, model: "CustomProfile", table: profileTable, write, render }),
  state: (tenant) => ({
    customProfiles: recordsOf(tenant, profileTable, (given: NewProfile, before, id, now) =>
      Effect.sync(() => {
        const record: ProfileRecord = {
          active: true,
          profile: emptyProfile,
          runs_on_mac: true,
          runs_on_iphone: false,
          runs_on_ipad: false,
          runs_on_tv: false,
          runs_on_vision: false,
          mdm_identifier: profileIdentifier(id),
          ...dates(now),
          ...before,
          ...given,
          id
        }
        const profile = Either.match(parseXml(record.profile), {
          onLeft: () => record.profile,
          onRight: (profile) => stamp(profile, record.name, record.mdm_identifier)
        })
        return { ...record, profile }
      })
    )
  }),
  snapshot: (tenant, limit) =>
    Effect.sync(() => ({
      customProfiles: glance(tenant.records(profileTable), limit, Struct.omit("profile"))
    })),
  page: [
    {
      id: "customProfiles",
      place: "library",
      title: "Profiles",
      noun: "profiles",
      path,
      rows: (tenant) =>
        Effect.sync(() =>
          pageRows(tenant.records(profileTable), (profile) => ({
            id: profile.id,
            name: profile.name,
            facts: [platformsOf(profile)],
            tags: activeTags(profile)
          }))
        ),
      form: { title: "New profile", fields: [{ name: "name", label: "Name" }] }
    }
  ]
})
