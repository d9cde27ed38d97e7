/**
 * Tags of devices.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { randomUUID } from "node:crypto"
import { readInput } from "../gateway/body.js"
import { type Answer, empty, json, noMatch, type WholeRequest } from "../gateway/exchange.js"
import { readFields } from "../gateway/fields.js"
import { paged } from "../gateway/paging.js"
import { route } from "../gateway/router.js"
import { filtered } from "../tenant/collection.js"
import { pageRows } from "../tenant/pageWords.js"
import { resource } from "../tenant/resource.js"
import { named } from "../tenant/seeding.js"
import { rowsOf } from "../tenant/seedNumbers.js"
import { tagNames } from "../tenant/seedWords.js"
import { glance } from "../tenant/snapshot.js"
import { recordsOf } from "../tenant/state.js"
import { table } from "../tenant/table.js"
import type { Tenant } from "../tenant/tenant.js"

const path = "/api/v1/tags"

const Tag = Schema.Struct({ id: Schema.String, name: Schema.String })

/** A stored tag. */
export interface TagRecord extends Schema.Schema.Type<typeof Tag> {}

/** The fields for putting a tag. */
export type NewTag = Partial<TagRecord> & Pick<TagRecord, "name">

/** The tags of a tenant. */
export const tagTable = table<TagRecord, typeof Tag.Encoded>({
  key: "tags",
  schema: Tag,
  seed: (seeding) =>
    rowsOf(
      seeding.count("tags", () => 6),
      seeding.key("tags"),
      (index, id) => ({ id, name: named(tagNames, index) })
    )
})

/** Reads the name. Two tags cannot have the same name, as with Blueprints. The vendor does not document this. */
const readName = (tenant: Tenant, incoming: WholeRequest, self?: string): Effect.Effect<string, Answer> =>
  Effect.gen(function* () {
    const { values } = yield* readInput(incoming, ["json"])
    const fields = readFields(values)
    const name = fields.text("name", { required: true }) ?? ""
    for (const tag of tenant.records(tagTable).values()) {
      if (tag.name === name && tag.id !== self) fields.refuse("name", "tag with this name already exists.")
    }
    yield* fields.checked
    return name
  })

export const tags = resource({
  tables: [tagTable],
  counts: { tags: 6 },
  routes: (tenant) => {
    const records = tenant.records(tagTable)
    const find = (id: string) => Effect.mapError(Effect.fromNullable(records.get(id)), () => noMatch("Tag"))
    const put = (status: number, tag: TagRecord) => Effect.as(tenant.save(tagTable, tag), json(status, tag))

    return [
      route("GET", path, ({ url }) => {
        const search = url.searchParams.get("search")?.toLowerCase() ?? ""
        const found = search === "" ? records : filtered(records, ({ name }) => name.toLowerCase().includes(search))
        return paged(url, { pageSize: tenant.pageSize, byPage: false }, found, Effect.succeed)
      }),
      route("POST", path, (incoming) =>
        Effect.flatMap(readName(tenant, incoming), (name) => put(201, { id: randomUUID(), name }))
      ),
      route("PATCH", `${path}/{tag_id}`, (incoming, { tag_id }) =>
        Effect.gen(function* () {
          const { id } = yield* find(tag_id)
          return yield* put(200, { id, name: yield* readName(tenant, incoming, id) })
        })
      ),
      route("DELETE", `${path}/{tag_id}`, (_, { tag_id }) =>
        Effect.gen(function* () {
          yield* tenant.remove(tagTable, (yield* find(tag_id)).id)
          return empty(204)
        })
      )
    ]
  },
  state: (tenant) => ({
    tags: recordsOf(tenant, tagTable, (given: NewTag, before, id) => Effect.succeed({ ...before, ...given, id }))
  }),
  snapshot: (tenant, limit) => Effect.sync(() => ({ tags: glance(tenant.records(tagTable), limit, (tag) => tag) })),
  page: [
    {
      id: "tags",
      place: "fleet",
      title: "Tags",
      noun: "tags",
      path,
      rows: (tenant) => Effect.sync(() => pageRows(tenant.records(tagTable), (tag) => tag)),
      form: { title: "New tag", fields: [{ name: "name", label: "Name" }] }
    }
  ]
})
