/**
 * The compiler checks what a row lets a caller write.
 */
import { Answer, type ApiClient, type ApiClientError, Operation, Pages, type PayloadList } from "effect-iru"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Stream from "effect/Stream"
import { describe, expectTypeOf, test } from "vitest"

const Tag = Schema.Struct({ id: Schema.String, name: Schema.String })
interface Tag extends Schema.Schema.Type<typeof Tag> {}
const Filters = Schema.Struct({ name: Schema.optional(Schema.String) })
const Required = Schema.Struct({ serial: Schema.String })
const Rename = Schema.Struct({ name: Schema.optional(Schema.String) })

const operations = Operation.group("Tags", {
  stream: { method: "GET", path: "/api/v1/tags", query: Filters, pages: Pages.counted(Tag), kind: "read" },
  get: { method: "GET", path: "/api/v1/tags/{tag_id}", answer: Tag, kind: "read" },
  note: { method: "GET", path: "/api/v1/devices/{device_id}/notes/{note_id}", answer: Tag, kind: "read" },
  create: {
    method: "POST",
    path: "/api/v1/tags",
    json: Schema.Struct({ name: Schema.String }),
    answer: Tag,
    kind: "write"
  },
  lock: { method: "POST", path: "/api/v1/devices/{device_id}/action/lock", json: Rename, kind: "device" },
  update: { method: "PATCH", path: "/api/v1/tags/{tag_id}", json: Rename, answer: Tag, kind: "write" },
  find: { method: "GET", path: "/api/v1/tags/find", query: Required, answer: Answer.maybeEmpty(Tag), kind: "read" },
  delete: { method: "DELETE", path: "/api/v1/tags/{tag_id}", kind: "destructive" }
})
type Tags = Operation.Functions<typeof operations>
type Call<A> = Effect.Effect<A, ApiClientError>

describe("the functions of a group", () => {
  test("take the ids of the path, then the body, then the query", () => {
    expectTypeOf<Parameters<Tags["get"]>>().toEqualTypeOf<[id: string]>()
    expectTypeOf<Parameters<Tags["note"]>>().toEqualTypeOf<[id: string, id: string]>()
    expectTypeOf<Parameters<Tags["create"]>>().toEqualTypeOf<[body: { readonly name: string }]>()
    expectTypeOf<Parameters<Tags["delete"]>>().toEqualTypeOf<[id: string]>()
  })

  test("take an optional body or query if all its fields may be left out, and a PATCH always takes its body", () => {
    expectTypeOf<Tags["lock"]>().toBeCallableWith("id")
    expectTypeOf<Tags["stream"]>().toBeCallableWith()
    expectTypeOf<Tags["stream"]>().toBeCallableWith({ name: "Kiosk", pageSize: 10, concurrency: 4 })
    // @ts-expect-error a PATCH needs a body
    expectTypeOf<Tags["update"]>().toBeCallableWith("id")
    // @ts-expect-error the serial number is missing
    expectTypeOf<Tags["find"]>().toBeCallableWith()
  })

  test("return the type of the answer", () => {
    expectTypeOf<ReturnType<Tags["get"]>>().toEqualTypeOf<Call<Tag>>()
    expectTypeOf<ReturnType<Tags["delete"]>>().toEqualTypeOf<Call<void>>()
    expectTypeOf<ReturnType<Tags["lock"]>>().toEqualTypeOf<Call<void>>()
    expectTypeOf<ReturnType<Tags["stream"]>>().toEqualTypeOf<Stream.Stream<Tag, ApiClientError>>()
    expectTypeOf<ReturnType<Tags["list"]>>().toEqualTypeOf<Call<PayloadList<Tag>>>()
  })
})

describe("a row", () => {
  const path = "/api/v1/tags"
  test("has the keys of a row and no other", () => {
    // @ts-expect-error a misspelled key
    Operation.make({ name: "Tags.get", method: "GET", path, anwser: Tag, kind: "read" })
    // @ts-expect-error a row needs a kind
    Operation.make({ name: "Tags.get", method: "GET", path, answer: Tag })
    // @ts-expect-error a GET has no body
    Operation.make({ name: "Tags.get", method: "GET", path, json: Rename, kind: "read" })
    // @ts-expect-error a body has one encoding
    Operation.make({ name: "Tags.create", method: "POST", path, json: Rename, form: Rename, kind: "write" })
    // @ts-expect-error a path begins with a slash
    Operation.make({ name: "Tags.get", method: "GET", path: "api/v1/tags", kind: "read" })
    const form = Schema.Struct({ a: Schema.Array(Schema.String) })
    // @ts-expect-error a form cannot have a list
    Operation.make({ name: "Tags.form", method: "POST", path, form, kind: "write" })
  })
})

test("the short form takes a schema or an answer", () => {
  type Client = ApiClient.Service
  const get = (client: Client) => client.get("/api/v1/tags/1", Tag)
  const text = (client: Client) => client.get("/api/v1/ping", Answer.text)
  const nothing = (client: Client) => client.post("/api/v1/devices/1/action/lock", Answer.nothing)
  expectTypeOf<ReturnType<typeof get>>().toEqualTypeOf<Call<Tag>>()
  expectTypeOf<ReturnType<typeof text>>().toEqualTypeOf<Call<string>>()
  expectTypeOf<ReturnType<typeof nothing>>().toEqualTypeOf<Call<void>>()
})
